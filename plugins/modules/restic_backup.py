#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: restic_backup
short_description: Verify that the newest snapshot of the declared paths is young enough, and that they are in it
version_added: 0.1.0
description:
  - Asks restic for the snapshots of a repository and for what lies in the newest one, without locking or changing the repository.
    Nothing is cached.
  - Each of O(paths) is looked up in the tree of the newest snapshot that was made of it or of a folder above it. A path that is not there,
    is empty, holds nothing but files without content, or of which only a symbolic link is stored is C(fail), whatever the snapshot says
    that it was made of.
  - Its number of files and its size are held against the median of the last O(compare) snapshots of the same host and paths, and, where
    the snapshot is of this host, against what lies there now. Beyond O(size_deviation) the finding is C(warn). On the host, caches
    (C(CACHEDIR.TAG), C(node_modules), C(.cache), C(tmp) and the like) and kinds of files that the snapshot excludes (C(*.iso)) do not
    count.
  - Snapshots that are too old or too few are C(fail), and so are an empty repository and one whose newest snapshot cannot be read.
  - A wrong password, a lock, an address without a repository, and a repository that cannot be reached are C(unknown),
    each with its message.
  - An exclusive lock of a process that is gone, or that was not renewed for 30 minutes, is C(warn). restic makes no backup until it is
    removed. A password that everybody on the host can read is C(warn).
  - Snapshots of paths that are not backed up any longer raise no alarm when O(paths) is given, however long they are kept.
  - The content of the files is not read. That is for M(operability.readiness.backup_integrity) and M(operability.readiness.backup_restore).
  - restic does not write into a snapshot whether it could read everything (its code 3). It shows where the host holds far more than the
    snapshot.
requirements:
  - restic 0.14 or later on the host
  - for O(config) in YAML, PyYAML or ruamel.yaml in the Python of the host; in TOML, Python 3.11 or tomli
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._backup
options:
  repository:
    description:
      - Where the repository is, as for C(restic --repo). A login that is part of it is not shown.
      - One of O(repository) and O(config) is required. What is given here goes before what O(config) says.
    type: str
  password_file:
    description:
      - File on the host that holds the password of the repository.
    type: path
  password:
    description:
      - Password of the repository. restic gets it in its environment, never on its command line.
      - Not needed with O(password_file), nor where O(environment) or O(config) has what restic needs.
    type: str
  environment:
    description:
      - Environment variables for restic, such as the credentials of a storage service.
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown. What restic would choose other
        snapshots by (C(RESTIC_HOST)) has no effect, and C(RESTIC_*) of the host's own environment neither.
    type: dict
  config:
    description:
      - Configuration of resticprofile (C(profiles.yaml), C(profiles.toml), C(profiles.json)) or of autorestic (C(.autorestic.yml)) on the
        host. Repository, password, environment, paths, host and tags are read there, so that they need not be said twice.
      - Only values are read. No hook and no template of it is run. A password command is handed to restic.
    type: path
    version_added: 0.3.0
  profile:
    description:
      - Which part of O(config). A profile of resticprofile, V(default) where nothing is said; a backend or a location of autorestic, or
        V(LOCATION@BACKEND) where a location has several.
    type: str
    version_added: 0.3.0
  paths:
    description:
      - What must be in the backup. Each must be in a snapshot, by itself or in a folder above it,
        and the newest one that should hold it is judged.
      - Without it the newest snapshot is judged, whatever it was made of.
    type: list
    elements: str
  host:
    description:
      - Consider only the snapshots of this host. Without it, and with snapshots of several hosts, the finding is C(warn). Names that
        containers and jobs are given anew at each start count as one host.
    type: str
  tags:
    description:
      - Consider only the snapshots that have all of these tags.
    type: list
    elements: str
  append_only:
    description:
      - Demand that snapshots can only be added. A repository in a folder that the user of the check may write to, or that is reached over
        SFTP, is C(fail). Of others it cannot be seen without deleting something, and the finding is C(unknown).
    type: bool
    default: false
    version_added: 0.3.0
  encrypted:
    description:
      - Demand that the backup is encrypted. With restic it always is.
    type: bool
    default: false
    version_added: 0.3.0
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

- name: What resticprofile backs up is fresh, and in the backup
  operability.readiness.restic_backup:
    config: /etc/resticprofile/profiles.yaml
    profile: payments
    max_age: 26h
    retention: 30d
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
