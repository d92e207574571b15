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
  - Looks at the newest file that matches, its age, its size beside that of earlier ones, and reads it to its end where its kind
    allows that.
  - A file that is too old, empty, truncated, or of another kind than its name says is C(fail), and so is no file at all.
  - A folder that may not be read is C(unknown).
  - Files that are still being written are not counted. Their names end in C(.part), C(.partial) or C(.tmp), or their size changes.
  - That a file can be read does not prove that it can be restored.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  pattern:
    description:
      - Where the backups are, as full paths with the wildcards V(*), V(?), V([...]) and V(**),
        and the fields of C(strftime) such as V(%Y%m%d).
      - Each pattern is a set of backups of its own, and is judged by itself.
      - The date in the name counts as well as the time of the last change, whichever is older,
        so that an old file that was copied is not fresh. It is read in the time zone of the host.
      - One of O(pattern) and O(path) is needed.
    type: list
    elements: str
  path:
    description:
      - One file that is overwritten by each backup, or a folder in which each file is a backup.
    type: path
  paths:
    description:
      - What the backups cover. It is written into the finding, and not verified.
    type: list
    elements: str
  max_age:
    description:
      - How old the newest backup may be, as a duration such as V(26h).
    type: str
    required: true
  min_count:
    description:
      - How many backups must be there.
    type: int
    default: 1
  min_size:
    description:
      - The least size of a backup, such as V(10MiB). An empty file never is a backup.
    type: str
    default: "1"
  size_deviation:
    description:
      - By how much the newest backup may be smaller than the median of the earlier ones. Beyond it the finding is C(warn).
    type: str
    default: 50%
  verify:
    description:
      - With V(auto) files of gzip, bzip2, xz, zip and tar are read to their end. Other kinds are not verified, which the finding says.
    type: str
    choices: [auto, none]
    default: auto
  verify_max_bytes:
    description:
      - Larger files are not read to their end, which the finding says.
    type: str
    default: 2GiB
  checksum:
    description:
      - Whether the file must agree with its SHA-256 checksum in C(FILE.sha256) or in C(SHA256SUMS) beside it.
    type: bool
    default: false
  contains:
    description:
      - Names, which may have wildcards, of which each must be a member of the newest archive (tar or zip).
    type: list
    elements: str
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
    min_count: 7

- name: The archive of the configuration has what a restore needs
  operability.readiness.file_backup:
    pattern:
      - /srv/backup/etc-*.tar.xz
    max_age: 8d
    checksum: true
    contains:
      - etc/payments/payments.conf
      - "*.service"
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: file_backup
    status: fail
    message: newest backup /var/backups/payments/payments-20261122.sql.gz is 3 d 4 h old, the limit is 26 h
    since: "2026-11-23T04:00:12Z"
    observed: {newest: /var/backups/payments/payments-20261122.sql.gz, size_bytes: 73400320, count: 7}
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
