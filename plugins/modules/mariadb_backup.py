#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mariadb_backup
short_description: Verify that the newest backup of mariadb-backup or xtrabackup is young, complete and can be restored
version_added: 0.3.0
description:
  - Reads what C(mariadb-backup), C(mariabackup) and Percona C(xtrabackup) write beside the data (C(xtrabackup_checkpoints),
    C(xtrabackup_info), in MariaDB 11 C(mariadb_backup_checkpoints) and C(mariadb_backup_info)). No server is asked, nothing is changed.
  - A backup counts when these files say that it has ended, and an incremental one when each that it builds on is there, by the log
    sequence numbers. Backups that were cut, are still being made, or are dated in the future are not counted, and this is told.
  - The data files of the newest backup and of what it builds on must be there and be as long as their first page says. They are not read
    to their end.
  - Backups that were streamed into one file (C(.xb), C(.xbstream), C(.mbs), C(.mbstream), also in gzip, bzip2, xz, zstd or lz4) are read to
    their end, with their checksums.
  - An encrypted stream cannot be looked into, and is C(unknown).
requirements:
  - For streams in zstd or lz4 that tool on the host
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  path:
    description:
      - The folder of a backup, or one below which the backups lie, at most four folders deep. Full and incremental ones belong together, so
        name the folder above both.
    type: path
  pattern:
    description:
      - Instead of O(path), paths with wildcards and with the fields of a date of C(strftime), such as
        V(/srv/backup/%Y-%m-%d). A backup is no younger than the date in its name.
    type: list
    elements: str
  time_zone:
    description:
      - The time zone of the server that was backed up, such as V(Europe/Paris) or V(+02:00), since the tool writes its times without one.
      - Without it that of the host is taken, and a backup is no younger than the file with its times.
    type: str
  verify_max_bytes:
    description:
      - Of a larger stream only the heads of its parts are read, without their checksums. One that is packed and larger is C(unknown).
    type: str
    default: 2GiB
  max_full_age:
    description:
      - How old the full backup may be on which the newest one builds, as a duration. Without it any age will do.
    type: str
  contains:
    description:
      - Databases (V(payments)) and tables (V(payments.orders)) of which the newest backup must have data.
    type: list
    elements: str
  encrypted:
    description:
      - The backups must be encrypted, by xtrabackup itself or, for a stream, with gpg, age or openssl.
    type: bool
    default: false
seealso:
  - module: operability.readiness.backup_record
  - module: operability.readiness.file_backup
"""

EXAMPLES = r"""
- name: A full backup each week and an incremental one each night
  operability.readiness.mariadb_backup:
    path: /srv/backup/mariadb
    max_age: 26h
    rpo: 24h
    max_full_age: 8d
    contains: [payments]
    min_count: 7

- name: Streams with the date in their names
  operability.readiness.mariadb_backup:
    pattern: [/srv/backup/mariadb/payments-%Y%m%d.xb.zst]
    max_age: 26h
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: mariadb_backup
    status: fail
    message: newest complete backup /srv/backup/mariadb/2026-11-22 is 3 d 4 h old, the limit is 26 h (RPO 24 h)
    since: "2026-11-23T04:00:12Z"
    observed: {newest: /srv/backup/mariadb/2026-11-22, databases: [payments], tables: 41, count: 7}
    measurements:
      - {name: backup_age_seconds, value: 273600, limit: 93600, bound: upper}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import mariadb_backup


def main() -> None:
    run_alone("mariadb_backup", mariadb_backup)


if __name__ == "__main__":
    main()
