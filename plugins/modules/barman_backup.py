#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: barman_backup
short_description: Verify that barman has a fresh, complete backup of a PostgreSQL server and gets its WAL
version_added: 0.3.0
description:
  - Runs on the host of barman, as the user of barman. Asks barman for its list of backups and for what it knows of the server, and looks
    at what lies in its folders, since barman itself does not see whether a file of its archive is still there.
  - The newest complete backup decides. One that failed, runs, is being copied, or waits for its WAL is told and not counted; so is one
    whose own WAL is missing, and an incremental one without the backups on which it builds.
  - C(fail) also where WAL is missing after the begin of the newest backup, or is not as it was archived; where C(archive_command) fails or
    sends WAL elsewhere, C(barman receive-wal) does not run, or WAL waits for a C(barman cron) that does not; where the server is ahead
    of the archive by more than O(max_wal_lag); where the backup has no data, or is of another database cluster; and where barman has the
    server switched off or disabled.
  - A barman that is not installed, runs as another user, has no such configuration or server, or may not read its folders is C(unknown),
    each with its message. Where barman cannot ask PostgreSQL, what lies on the disk is judged, and whether WAL still arrives is C(unknown).
  - Nothing is archived, pruned or repaired, and no lock is broken. Content is read by M(operability.readiness.backup_integrity).
requirements:
  - barman 2.11 or later on the host
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._backup
options:
  barman_server:
    description:
      - Name of the server in barman's configuration.
    type: str
    required: true
  config:
    description:
      - barman's configuration file, where it is not one of those that barman looks for itself.
    type: path
  binary:
    description:
      - Name or full path of barman.
    type: str
    default: barman
  environment:
    description:
      - Environment variables for barman, such as E(PGPASSFILE).
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown.
    type: dict
  max_wal_lag:
    description:
      - For how long WAL may be only on the server, as a duration such as V(15m). With the server is lost what it wrote in that time.
      - An idle server, which writes none, is never behind.
      - Without it O(rpo) is the limit, and without that O(max_age).
    type: str
  encrypted:
    description:
      - Whether the newest backup and its WAL must have been encrypted by barman, which 3.14 and later can.
    type: bool
    default: false
  append_only:
    description:
      - Whether barman must be unable to delete backups within their retention (its option C(worm_mode)). Where it says nothing of it, the
        finding is C(unknown).
    type: bool
    default: false
seealso:
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: Last night's backup of the ledger is complete, and its WAL arrives
  operability.readiness.barman_backup:
    barman_server: ledger
    max_age: 26h
    rpo: 24h
    max_wal_lag: 15m
    min_count: 7
    retention: 7d
  become: true
  become_user: barman
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: barman_backup
    status: fail
    message: WAL segment 000000010000000A000000F3 is missing after the begin of backup 20261123T040002
    observed: {server: ledger, newest: 20261123T040002, count: 7, newest_wal: 000000010000000B00000012, wal_gaps: 1}
    measurements:
      - {name: backup_age_seconds, value: 14400, limit: 93600, bound: upper}
      - {name: wal_lag_seconds, value: 240, limit: 900, bound: upper}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import barman_backup


def main() -> None:
    run_alone("barman_backup", barman_backup)


if __name__ == "__main__":
    main()
