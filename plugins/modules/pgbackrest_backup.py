#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pgbackrest_backup
short_description: Verify that pgBackRest holds a fresh, whole backup of a PostgreSQL cluster and all its WAL since
version_added: 0.3.0
description:
  - Asks pgBackRest for the backups of a stanza and lists its repositories, without writing anything, not even a log file. Each repository
    is a finding of its own.
  - "C(fail) are: no complete backup, one that is too old, of another cluster, of damaged pages, or whose files, manifest or full backup are
    gone; WAL that is missing between the newest backup and now; WAL that is further behind the database than O(max_wal_lag);
    an archive_command that fails, does nothing or is empty."
  - "A PostgreSQL that writes nothing archives nothing, and that is well. Whether it has written is asked of the server where O(conninfo)
    is given, else seen in its data folder; where neither can be seen and the newest WAL is older than allowed, the finding is C(unknown)."
  - Files are listed, not read. That they are intact is for C(pgbackrest verify).
  - A wrong passphrase, no permission, no such stanza or repository, and a repository host out of reach are C(unknown), each with its
    message.
requirements:
  - pgBackRest 2.32 or later on the host
  - psql, where O(conninfo) is given
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  stanza:
    description:
      - The name of the stanza.
    type: str
    required: true
  config:
    description:
      - The configuration file of pgBackRest, where it is not the usual one.
    type: path
  repo:
    description:
      - The number of the only repository to look at. Without it each configured one is judged.
    type: int
  binary:
    description:
      - Name or full path of pgBackRest.
    type: str
    default: pgbackrest
  environment:
    description:
      - Environment variables for pgBackRest and psql, such as C(PGBACKREST_REPO1_CIPHER_PASS) or C(PGPASSWORD).
      - Put nothing else here. The values are taken for secrets, and removed from whatever is shown.
    type: dict
  max_age:
    description:
      - How old the newest complete backup may be, as a duration such as V(26h), whatever its type. What was written since is restored from
        the WAL; how far that may be behind is O(max_wal_lag).
    type: str
    required: true
  max_wal_lag:
    description:
      - How far the WAL in the repository may be behind the database, as a duration such as V(15m). With WAL archiving this is what an RPO
        means. Without it O(rpo) counts, and without that O(max_age).
    type: str
  max_full_age:
    description:
      - How old the full backup may be on which the newest one rests.
    type: str
  min_count:
    description:
      - How many complete full backups must be there, in each repository. Differential and incremental ones do not count, since they are
        nothing without theirs.
    type: int
    default: 1
  min_repositories:
    description:
      - In how many of the configured repositories there must be a backup.
    type: int
    default: 1
  encrypted:
    description:
      - Whether each repository must be encrypted by pgBackRest.
    type: bool
    default: false
  append_only:
    description:
      - Whether the user of the check must not be able to delete the repository. A folder of this host that may be written is C(fail).
        Of anything else pgBackRest cannot tell, and the finding is C(unknown).
    type: bool
    default: false
  conninfo:
    description:
      - How psql reaches the server, such as V(host=/run/postgresql dbname=postgres). The role needs no rights but to connect. With
        C(pg_read_all_settings) an empty archive_command is seen too.
      - A password does not belong here, since others on the host would see it. Give C(PGPASSWORD) in O(environment).
    type: str
  psql:
    description:
      - Name or full path of psql.
    type: str
    default: psql
  data_directory:
    description:
      - The data folder of the cluster, looked at where O(conninfo) is not given. Without it C(pg1-path) of the configuration.
    type: path
seealso:
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: The cluster can be restored to any moment but the last 15 minutes
  operability.readiness.pgbackrest_backup:
    stanza: payments
    max_age: 26h
    max_full_age: 8d
    max_wal_lag: 15m
    min_count: 2
    conninfo: host=/run/postgresql dbname=postgres
  become: true
  become_user: postgres

- name: Two repositories hold it, both encrypted
  operability.readiness.pgbackrest_backup:
    stanza: payments
    max_age: 26h
    rpo: 1h
    min_repositories: 2
    encrypted: true
    environment:
      PGBACKREST_REPO2_CIPHER_PASS: "{{ pgbackrest_passphrase }}"
  become: true
  become_user: postgres
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: pgbackrest_backup
    status: fail
    instance: payments/repo1
    message: "WAL 00000001000000000000002A is not in repository 1: after backup 20261123-010005F the database can be restored only to
      2026-11-23T04:00:12Z; make a new backup"
    observed: {stanza: payments, repository: 1, count: 7, full: 2}
    measurements:
      - {name: wal_lag_seconds, value: 42, limit: 900, bound: upper}
findings:
  description: Every finding, one for each repository.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import pgbackrest_backup


def main() -> None:
    run_alone("pgbackrest_backup", pgbackrest_backup)


if __name__ == "__main__":
    main()
