#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_integrity
short_description: Verify that the tool's own verification finds nothing damaged in its backups
version_added: 0.3.0
description:
  - Lets the tool verify its backups, and reads what it says; its exit code alone is not believed.
  - Where the tool can verify a part, one part is read at a time, another one each O(every), so that as many runs as there are O(parts)
    read everything. Where it cannot, such as C(pgbackrest verify), everything is read each time.
  - The tool gets options that read only. Nothing is unlocked, pruned, repaired or cached, and without O(state_file) nothing is written.
  - Damages are C(fail), each with the pack, the segment or the file that is damaged. What could not be verified, a wrong password, a
    lock, a repository that is not there, and a verification that did not end within O(timeout) are C(unknown), each with its message.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup_tools
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  parts:
    description:
      - Into how many parts the data is divided, of which one is read by a run. V(1) reads everything each time.
    type: int
    default: 7
  every:
    description:
      - How often the check runs, as a duration such as V(1d). Without O(state_file) the part follows from the time and this, so that a
        run each day reads one part after the other. Runs in quick succession then read the same part.
    type: str
    default: 1d
  state_file:
    description:
      - A file on the host in which the check keeps which parts were read when. With it each run reads the next part, whenever it runs,
        and a part that was damaged is read again, and is C(fail), until it is whole. Without it the damage is seen again when its part is
        due.
      - Each repository needs a file of its own.
    type: path
seealso:
  - module: operability.readiness.backup_restore
  - module: operability.readiness.restic_backup
"""

EXAMPLES = r"""
- name: A seventh of the repository is read each day
  operability.readiness.backup_integrity:
    tool: restic
    repository: /srv/restic
    password_file: /etc/restic/password
    state_file: /var/lib/readiness/restic-integrity.json

- name: Everything that pgBackRest keeps is whole
  operability.readiness.backup_integrity:
    tool: pgbackrest
    stanza: payments
    timeout: 4h
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: backup_integrity
    status: fail
    message: "pack 1f0b9a2c: ciphertext verification failed"
    observed: {backup: /srv/restic, part: 3, parts: 7}
    measurements:
      - {name: backup_damages, value: 1, limit: 0, bound: upper, count: true}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import backup_integrity


def main() -> None:
    run_alone("backup_integrity", backup_integrity)


if __name__ == "__main__":
    main()
