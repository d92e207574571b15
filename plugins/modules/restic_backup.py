#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: restic_backup
short_description: Verify that the newest snapshot of the declared paths is young enough and plausible
version_added: 0.1.0
description:
  - Asks restic for the snapshots of a repository, without locking or changing it.
  - Snapshots that are too old, do not cover O(paths), or hold nothing are C(fail), and so are an empty repository and one whose newest
    snapshot cannot be read.
  - A wrong password, a lock, an address without a repository, and a repository that cannot be reached are C(unknown),
    each with its message.
  - Snapshots of paths that are not backed up any longer raise no alarm when O(paths) is given, however long they are kept.
  - restic 0.17 and later write the size into a snapshot. For snapshots of earlier versions it is added up with C(restic stats), which reads
    the folders of the repository, not the content of the files.
requirements:
  - restic 0.14 or later on the host
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  repository:
    description:
      - Where the repository is, as for C(restic --repo). A login that is part of it is not shown.
    type: str
    required: true
  password_file:
    description:
      - File on the host that holds the password of the repository.
    type: path
  password:
    description:
      - Password of the repository. restic gets it in its environment, never on its command line.
      - Not needed with O(password_file), nor where O(environment) has what restic needs.
    type: str
  environment:
    description:
      - Environment variables for restic, such as the credentials of a storage service.
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown.
    type: dict
  paths:
    description:
      - What must be backed up. Each must be covered by a snapshot, by itself or by a folder above it,
        and the newest one that does is judged.
      - Without it the newest snapshot is judged, whatever it covers.
    type: list
    elements: str
  host:
    description:
      - Consider only the snapshots of this host. Without it, and with snapshots of several hosts, the finding is C(warn).
    type: str
  tags:
    description:
      - Consider only the snapshots that have all of these tags.
    type: list
    elements: str
  max_age:
    description:
      - How old the newest snapshot may be, as a duration such as V(26h).
    type: str
    required: true
  min_count:
    description:
      - How many snapshots must be there.
    type: int
    default: 1
  size_deviation:
    description:
      - By how much the newest snapshot may be smaller than the median of the earlier ones. Beyond it the finding is C(warn).
    type: str
    default: 50%
  compare:
    description:
      - With how many earlier snapshots of the same host and paths the size is compared. V(0) compares with none.
    type: int
    default: 3
  binary:
    description:
      - Name or full path of restic.
    type: str
    default: restic
seealso:
  - module: operability.readiness.file_backup
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: Last night's snapshot covers the data
  operability.readiness.restic_backup:
    repository: /srv/restic
    password_file: /etc/restic/password
    host: db1
    paths:
      - /var/lib/payments
      - /etc/payments
    max_age: 26h
    min_count: 7

- name: The repository in the object store is fresh
  operability.readiness.restic_backup:
    repository: s3:https://s3.example.com/payments-backup
    password: "{{ restic_password }}"
    environment:
      AWS_ACCESS_KEY_ID: "{{ restic_access_key }}"
      AWS_SECRET_ACCESS_KEY: "{{ restic_secret_key }}"
    max_age: 26h
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: restic_backup
    status: fail
    message: newest snapshot of /var/lib/payments is 3 d 4 h old, the limit is 26 h
    since: "2026-11-23T04:00:12Z"
    observed: {repository: /srv/restic, snapshots: 14, count: 7}
    measurements:
      - {name: backup_age_seconds, value: 273600, limit: 93600, bound: upper}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import restic_backup


def main() -> None:
    run_alone("restic_backup", restic_backup)


if __name__ == "__main__":
    main()
