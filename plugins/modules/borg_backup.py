#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: borg_backup
short_description: Verify that the newest finished borg archive is young enough and holds what the declared paths hold
version_added: 0.3.0
description:
  - Asks borg for the archives of a repository and for what the newest one holds of O(paths). Nothing is unlocked, pruned, repaired or
    cached.
  - Archives that are too old, that are not finished (checkpoints), that hold nothing of a path, only empty folders, or of a path only a
    symbolic link, are C(fail), and so are an empty repository and one whose newest archive cannot be read.
  - The newest archive is compared with the first of the last O(compare) before it, and where it is smaller, with the median of all of
    them. On the host that was backed up it is compared with the files as they are now, of those that are older than the archive.
  - A wrong passphrase, a lock, an address without a repository, and a repository that cannot be reached are C(unknown), each with its
    message.
  - Only the listing is read. Whether the data can be read is seen by verifying and restoring them.
  - What borg notes beside a repository goes to a temporary folder that is removed. Keys are looked for where the user has them.
  - Of a repository on another host, borg takes the lock for a moment, since only borg can say whether somebody writes to it.
    One on this host is looked at without.
requirements:
  - borg 1.1 to 1.4 on the host
  - PyYAML or ruamel.yaml for the Python of the host, for O(config)
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  repository:
    description:
      - Where the repository is, as for C(BORG_REPO), such as V(/srv/borg) or V(ssh://backup@store.example.com/./db1).
      - With O(config), which of its repositories is meant, by its label or its path.
    type: str
  config:
    description:
      - Configuration of borgmatic on the host, in its flat form or in sections. Repositories, source directories, names of archives,
        passphrase and the way to reach the repositories are taken from it. Each of its repositories is a finding.
      - Its hooks are not run. What it includes is read.
    type: path
  password_file:
    description:
      - File on the host that holds the passphrase of the repository.
    type: path
  password:
    description:
      - Passphrase of the repository. borg gets it in its environment, never on its command line.
      - Not needed with O(password_file), nor where O(environment) has what borg needs, such as C(BORG_PASSCOMMAND).
    type: str
  environment:
    description:
      - Environment variables for borg, such as C(BORG_RSH) or C(BORG_REMOTE_PATH).
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown.
    type: dict
  archive_prefix:
    description:
      - Consider only the archives whose names begin with this, such as V(db1-).
    type: str
  glob_archives:
    description:
      - Consider only the archives whose names match this pattern of a shell.
    type: str
  host:
    description:
      - Consider only the archives that this host has made. Without it, and with archives of several hosts, the finding is C(warn).
    type: str
  paths:
    description:
      - What must be backed up. Each is looked up in the newest archive of a job.
      - An archive that was made from within a folder has paths that begin there.
      - Without it, and without those of O(config), the newest archive must hold something.
    type: list
    elements: str
  encrypted:
    description:
      - Whether the repository must be encrypted. One that is only authenticated is not.
    type: bool
    default: false
  append_only:
    description:
      - Whether the user of this check must not be able to delete what is there.
      - Of a repository on another host this cannot be told, which is C(unknown).
    type: bool
    default: false
  binary:
    description:
      - Name or full path of borg.
    type: str
    default: borg
seealso:
  - module: operability.readiness.file_backup
  - module: operability.readiness.restic_backup
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: Last night's archive holds the data
  operability.readiness.borg_backup:
    repository: ssh://backup@store.example.com/./db1
    password_file: /etc/borg/passphrase
    archive_prefix: db1-
    paths:
      - /var/lib/payments
      - /etc/payments
    max_age: 26h
    rpo: 24h
    min_count: 7
    encrypted: true

- name: Whatever borgmatic backs up here is fresh in each of its repositories
  operability.readiness.borg_backup:
    config: /etc/borgmatic/config.yaml
    max_age: 26h
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: borg_backup
    status: fail
    message: the newest archive db1-2026-11-23T04:00 is 3 d 4 h old, the limit is 26 h (RPO 24 h)
    since: "2026-11-24T06:00:12Z"
    observed: {repository: /srv/borg, archives: 14, count: 7, encryption: repokey-blake2}
    measurements:
      - {name: backup_age_seconds, value: 273600, limit: 93600, bound: upper}
findings:
  description: Every finding, one a repository.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import borg_backup


def main() -> None:
    run_alone("borg_backup", borg_backup)


if __name__ == "__main__":
    main()
