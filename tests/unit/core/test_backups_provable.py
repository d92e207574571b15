# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each requirement of a service of level A that declares its backups is proven by a check, whatever the tool; and what the RPO decides."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from unit.core.described import one, plan

ORGANISATION = """\
schema_version: 1
servers: {prom: {kind: prometheus, url: "http://prom.example:9090"}}
services_may: [limits]
"""
SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {rpo: 24h, rto: 4h}
alerts: {match: {service: payments}}
parts:
  db:
    hosts: payments_db
    backups:
      - {ENTRY, alert: PaymentsBackupTooOld, scheduled_by: {timer: backup.timer}, second_copy: {SECOND},
         restore: {scratch: /var/tmp/readiness, record: /var/lib/restore.json, max_age: 90d}}
"""
# by tool: the first copy, and the second
ENTRIES = {
    "restic": ("tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/data]", "repository: /srv/second"),
    "borg": ("tool: borg, repository: /srv/borg, paths: [/data]", "repository: /srv/second"),
    "pgbackrest": ("tool: pgbackrest, stanza: payments, max_age: 8d", "repo: 2"),
    "barman": ("tool: barman, barman_server: payments, max_age: 8d", "barman_server: far"),
    "mariadb": ("tool: mariadb, path: /srv/mariadb", "path: /srv/second"),
    "file": ("tool: file, pattern: '/srv/*.sql.gz'", "pattern: '/srv/second/*.sql.gz'"),
}
EXPECTED = {"BKP-01": "{tool}_backup", "BKP-02": "backup_integrity", "BKP-03": "backup_restore", "BKP-04": "{tool}_backup"}
EXPECTED.update({"BKP-05": "scheduled_job", "BKP-06": "prometheus_alerts"})


def planned(tool: str, service: str = SERVICE, phase: str = "recheck", **more: t.Any) -> Plan:
    first, second = ENTRIES[tool]
    return plan(service.replace("ENTRY", first).replace("SECOND", second), ORGANISATION, phase=phase, **more)


@pytest.mark.parametrize("identifier", sorted(EXPECTED))
@pytest.mark.parametrize("tool", sorted(ENTRIES))
def test_each_requirement_is_proven_by_a_check_without_a_gap(tool: str, identifier: str) -> None:
    requirement = one(planned(tool), identifier)
    assert (requirement.state, requirement.why) == (PlanState.PLANNED, ""), requirement
    assert [check.gap for check in requirement.checks] == [None] * len(requirement.checks)
    assert {check.check for check in requirement.checks} == {EXPECTED[identifier].format(tool=tool)}
    for check in requirement.checks:
        parse_arguments(load_check(check.check), check.args)
