#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: file_backup
short_description: Verify that the newest whole backup file is young enough, large enough, and holds what it must
version_added: 0.1.0
description:
  - Looks at the newest backup of each series of files, its age, its size beside that of earlier ones, and into it. What it is, is told
    by its content. Its own end mark or index is read.
  - Known are dumps of PostgreSQL (plain, custom, directory, tar, C(pg_dumpall), C(pg_basebackup)), of MySQL and MariaDB, of MongoDB,
    SQLite, Redis and LDAP (LDIF), SQL, JSON and XML, archives (tar, cpio, zip, 7z), what is compressed with gzip, bzip2, xz, zstd and
    lz4, and envelopes of OpenPGP, age and openssl.
  - A file that is too old, empty, cut short, a message of failure, a page of HTML, zero bytes, or of another kind than its name says is
    C(fail), and so is no file at all, and a checksum beside it that is another.
  - Files that differ only in the date or the number in their names are one series. Each series must be young. One that ended more than
    thirty times O(max_age) (and thirty days) ago, beside others that go on, is C(warn), and after ninety times only told. Where another
    with the same name but for a version or another ending of its kind was begun since, it is told.
  - A lone file without a date beside dated backups is judged as one where it is young and named or made like a backup. An old one is told,
    and C(warn) where it is as large as a backup.
  - What is no backup by its name or its content is not counted, and told, such as logs, locks, scripts, checksums and notes.
  - What can be read and has no end mark, what is encrypted, and what is too large to be read to its end is told so, and its finding has
    the proof V(derived).
  - A folder or a file that may not be read is C(unknown), and so are bytes of no known kind.
  - Files that are still being written are not counted. Their names end in C(.part), C(.partial) or C(.tmp), or their size changes.
  - That a file can be read does not prove that it can be restored.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  pattern:
    description:
      - Where the backups are, as full paths with the wildcards V(*), V(?), V([...]) and V(**),
        and the fields of C(strftime) such as V(%Y%m%d).
      - Each pattern is judged by itself. A pattern may find several series, and O(min_count), O(retention) and the other limits are asked
        of each.
      - The date in the name counts as well as the time of the last change, whichever is older, so that an old file that was copied is
        not fresh. It is found where the pattern does not say where it is, too, in the usual forms, and is read in the time zone of the
        host unless the name says another. A date that stands in the pattern itself is none.
      - A folder that is one backup (of C(pg_dump -Fd), C(pg_basebackup), C(mongodump), mydumper, MySQL Shell) counts as one.
      - One of O(pattern) and O(path) is needed.
    type: list
    elements: str
  path:
    description:
      - One file that is overwritten by each backup, a folder that is one backup, or a folder in which each file is a backup.
    type: path
  paths:
    description:
      - What the backups cover. It is written into the finding, and not verified.
    type: list
    elements: str
  min_size:
    description:
      - The least size of a backup, such as V(10MiB). An empty file never is a backup.
    type: str
    default: "1"
  verify:
    description:
      - With V(auto) the newest backup is read to its end.
      - With V(none) it is taken as it is, of whatever kind, and the finding has the proof V(derived).
    type: str
    choices: [auto, none]
    default: auto
  verify_max_bytes:
    description:
      - Larger files are not read to their end, unless they can be walked over without that. Of large text the beginning and the end are
        read. The finding says so, and has the proof V(derived).
    type: str
    default: 2GiB
  checksum:
    description:
      - Whether the file must have a checksum beside it, in C(FILE.sha256) (or C(.sha512), C(.sha1), C(.md5)) or in C(SHA256SUMS) and its
        like. One that is there must be right in any case.
    type: bool
    default: false
  contains:
    description:
      - Names, which may have wildcards, of which each must be a member of the newest archive, or a table of the newest dump.
    type: list
    elements: str
  encrypted:
    description:
      - Whether the newest backup must be encrypted.
    type: bool
    default: false
    version_added: 0.3.0
seealso:
  - module: operability.readiness.restic_backup
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: Last night's dump is there and whole
  operability.readiness.file_backup:
    pattern:
      - /var/backups/payments/payments-%Y%m%d.sql.gz
    max_age: 26h
    rpo: 24h
    min_count: 7
    contains:
      - payments

- name: The archive of the configuration has what a restore needs
  operability.readiness.file_backup:
    pattern:
      - /srv/backup/etc-*.tar.xz
    max_age: 8d
    checksum: true
    contains:
      - etc/payments/payments.conf
      - "*.service"

- name: The dumps of all databases are encrypted
  operability.readiness.file_backup:
    path: /srv/backup/databases
    max_age: 26h
    encrypted: true
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: file_backup
    status: fail
    message: newest backup /var/backups/payments/payments-20261122.sql.gz is 3 d 4 h old, the limit is 26 h (RPO 24 h)
    since: "2026-11-23T04:00:12Z"
    observed: {newest: /var/backups/payments/payments-20261122.sql.gz, series: ["payments-*.sql"], size_bytes: 73400320, count: 7}
    measurements:
      - {name: backup_age_seconds, value: 273600, limit: 93600, bound: upper}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import file_backup


def main() -> None:
    run_alone("file_backup", file_backup)


if __name__ == "__main__":
    main()
