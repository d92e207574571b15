#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_restore
short_description: Verify that a backup can be restored, with the right content and within the RTO
version_added: 0.3.0
description:
  - Restores the newest backup, or the one that O(generation) names, below O(scratch), looks at what came out, and removes it again, also
    when something goes wrong. What a killed run has left is removed by the next one.
  - Without O(scratch) nothing is restored. The age of the last restore that stands in O(record) counts then, and the finding has the
    proof C(derived).
  - Restored files are compared with the live ones, with a manifest, or by a command. A restored database is started on a socket in the
    scratch space, without a port, and asked. A dump is loaded into a new server there.
  - A backup that cannot be restored, whose content is not right, or that took longer than O(rto) is C(fail), and so is a last record that
    is too old or says that the restore did not succeed.
  - A restore that would not fit is refused before it starts, and one that turns out larger than O(max_bytes) is stopped. Both are
    C(unknown), and so is whatever this host lacks, such as the programs of the database.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._backup_tools
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  scratch:
    description:
      - The folder below which a restore may write. It must be there, be no symbolic link, and belong to root or to who runs the check;
        nobody else may be able to rename what is in it.
      - The folder that the check makes in it is closed to others.
    type: path
  max_bytes:
    description:
      - The most that a restore may write, what a database writes included, as a size such as V(10GiB).
    type: str
    default: 10GiB
  database_user:
    description:
      - The account as which a restored database runs where the check runs as root, since no database is run as root. The scratch folder
        then belongs to it. Without it that is the owner of the restored data folder, else V(postgres) or V(mysql).
    type: str
  bin_directory:
    description:
      - The folder of the programs of the database, where they are not in the usual place.
    type: path
  generation:
    description:
      - Which backup is restored, V(newest), also called V(latest), or its id as the tool names it. One that is named needs a O(record) of
        its own.
    type: str
    default: newest
  fall_back:
    description:
      - Whether an older backup is restored where this one cannot be, up to three further ones. The finding is C(warn) then, and says so.
    type: bool
    default: false
  rto:
    description:
      - How long the restore and the look at its content may take together (recovery time objective), as a duration such as V(4h). Choose
        a longer O(timeout).
    type: str
  record:
    description:
      - A file on the host for the dated record of the last restore. A restore below O(scratch) writes it, and without O(scratch) it is
        read.
      - It counts for the backups that are named here, on the host that has restored them where a path names them, and only while no other
        than its owner may write it. It is as good as its owner, since what a person writes there looks the same.
    type: path
  max_age:
    description:
      - How old the last restore may be, as a duration such as V(90d). Needed without O(scratch).
    type: str
  restore_every:
    description:
      - How long a good record stands for a restore. While it is younger, nothing is restored, and the proof is C(derived).
      - Without it each run restores.
    type: str
  compare_with:
    description:
      - With V(live) a random sample of the restored files is compared with the live ones, in size and content. A live file that differs
        and is not newer than the backup is C(fail), one that has changed since is only counted.
      - With V(auto) the same is done where files were restored, and nothing is said where there are no live ones.
    type: str
    choices: [live, auto, none]
    default: auto
  sample_files:
    description:
      - How many files the sample has.
    type: int
    default: 100
  manifest:
    description:
      - A file among those that are restored that has digests of others, as C(sha256sum) writes it. Its path is relative to what was
        backed up, or the one that it had; the names in it are relative to its folder.
    type: str
  min_files:
    description:
      - How many files a restore must bring back.
    type: int
    default: 1
  database:
    description:
      - Where the database is among what is restored, as the path that it had. The last part may be a pattern, of which the newest counts.
      - A data folder of PostgreSQL or MariaDB, a dump of either (plain, packed with gzip, bzip2 or xz, or of C(pg_dump) in its own
        formats), or a file of SQLite. Not needed where the tool knows, nor where O(verify_query) is given and one database alone is
        restored.
    type: str
  verify_database:
    description:
      - Which database is asked. Not needed where one alone has tables.
    type: str
  verify_user:
    description:
      - The role as which PostgreSQL is asked.
    type: str
    default: postgres
  verify_query:
    description:
      - A query that the restored database must answer. Where it cannot, a table is missing for example, the finding is C(fail).
    type: str
  expect:
    description:
      - What it must answer, as a text such as V(ready), or as a comparison of its first value such as V(> 1000). Without it any answer
        will do that has a row, but 0 and false are C(warn). A text that starts with V(<), V(>), V(=) or V(!) is always a comparison.
    type: str
  verify_command:
    description:
      - A command that must succeed, as a list of its words, run in the folder of what was restored. C(RESTORED) has the folder,
        C(PGHOST), C(PGPORT) and C(PGUSER) or C(MYSQL_UNIX_PORT) lead to the restored database. Of the environment of the check it gets
        C(PATH), C(HOME), C(TMPDIR), the language and the account, and none of the secrets that are given here.
    type: list
    elements: str
notes:
  - A dump is a program that the database runs. Restore only your own.
seealso:
  - module: operability.readiness.backup_integrity
  - module: operability.readiness.restic_backup
  - module: operability.readiness.file_backup
"""

EXAMPLES = r"""
- name: The newest snapshot can be restored, and is what lies on the disk
  operability.readiness.backup_restore:
    tool: restic
    repository: /srv/restic
    password_file: /etc/restic/password
    scratch: /var/tmp/readiness
    max_bytes: 50GiB
    rto: 4h
    timeout: 6h
    record: /var/lib/readiness/restore-payments.json

- name: Last night's dump loads, and has the payments
  operability.readiness.backup_restore:
    tool: file
    pattern: [/var/backups/payments-*.sql.gz]
    scratch: /var/tmp/readiness
    verify_query: SELECT count(*) FROM payments
    expect: "> 1000"
    record: /var/lib/readiness/restore-payments.json
    restore_every: 7d

- name: Somebody has restored it within the last quarter
  operability.readiness.backup_restore:
    tool: pgbackrest
    stanza: payments
    record: /var/lib/readiness/restore-payments.json
    max_age: 90d
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: backup_restore
    status: fail
    message: "verify_query does not succeed in the restored database payments: relation \"invoices\" does not exist"
    observed: {generation: 4f1c02aa, backup_time: "2026-11-24T02:00:07Z", files: 1, bytes: 73400320, tables: {payments: 11}}
    measurements:
      - {name: restore_duration_seconds, value: 412.7, limit: 14400, bound: upper}
      - {name: restored_bytes, value: 73400320}
      - {name: restored_files, value: 1, count: true}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import backup_restore


def main() -> None:
    run_alone("backup_restore", backup_restore)


if __name__ == "__main__":
    main()
