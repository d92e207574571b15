# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of level A that declares its backups has each requirement of them proven, whatever the tool; what the RPO decides."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _backup_limits
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import backup_tools
from unit.core.described import one, plan, problems_of

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


def recheck(*lines: str, organisation: str = ORGANISATION, commitments: str = "rpo: 24h") -> Plan:
    backups = "".join(f"      - {{{line}}}\n" for line in lines)
    head = SERVICE.partition("commitments:")[0]
    service = f"{head}commitments: {{{commitments}}}\nparts:\n  db:\n    hosts: payments_db\n    backups:\n{backups}"
    return plan(service, organisation, phase="recheck")


def limits_told(made: Plan) -> list[str]:
    return [f"{one.key}: {one.message} ({one.above})" for one in made.loosened if one.kind == "limits" and one.requirement == "BKP-01"]


RESTIC = "tool: restic, repository: /srv/restic, password_file: /etc/p"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (RESTIC, []),
        (f"{RESTIC}, max_age: 26h", []),
        (f"{RESTIC}, max_age: 30h", []),
        (f"{RESTIC}, max_age: 31h", ["parts.db.backups.0.max_age: BKP-01: max_age is 31h (the RPO is 24h)"]),
        (f"{RESTIC}, max_age: 30d", ["parts.db.backups.0.max_age: BKP-01: max_age is 30d (the policy's bound is 8d)"]),
        (f"{RESTIC}, rpo: 7d, max_age: 7d", []),
        (f"{RESTIC}, rpo: 1h, max_age: 24h", ["parts.db.backups.0.max_age: BKP-01: max_age is 24h (the RPO is 1h)"]),
        (f"{RESTIC}, max_age: 48h, scheduled_by: {{timer: x, every: 24h, takes: 2h}}", []),
        (
            f"{RESTIC}, max_age: 51h, scheduled_by: {{timer: x, every: 24h, takes: 2h}}",
            ["parts.db.backups.0.max_age: BKP-01: max_age is 51h (the RPO is 24h)"],
        ),
        ("tool: pgbackrest, stanza: x, max_age: 8d", []),
        (
            "tool: barman, barman_server: x, max_age: 8d, max_wal_lag: 48h",
            ["parts.db.backups.0.max_wal_lag: BKP-01: max_wal_lag is 48h (the RPO is 24h)"],
        ),
    ],
)
def test_a_limit_beyond_what_was_promised_is_looser(line: str, told: list[str]) -> None:
    found = limits_told(recheck(line))
    assert len(found) == len(told)
    for one_told, wanted in zip(found, told):
        assert one_told.startswith(wanted.partition(" (")[0]), one_told
        assert "RPO" not in wanted or wanted in one_told


def test_both_numbers_reach_the_check() -> None:
    (check,) = one(recheck(f"{RESTIC}, max_age: 26h, scheduled_by: {{timer: x, every: 24h, takes: 90m}}"), "BKP-01").checks
    assert {name: check.args.get(name) for name in ("max_age", "rpo", "rpo_margin")} == {
        "max_age": "26h",
        "rpo": "24h",
        "rpo_margin": "91800s",
    }
    (check,) = one(recheck("tool: pgbackrest, stanza: x, max_age: 8d", commitments="pdma: 15m"), "BKP-01").checks
    assert (check.args["max_age"], check.args["max_wal_lag"]) == ("8d", "15m")
    assert backup_tools.MARGIN == _backup_limits.MARGIN


def test_the_rpo_of_a_backup_with_wal_is_no_age_of_its_base() -> None:
    (check,) = one(recheck("tool: pgbackrest, stanza: x"), "BKP-01").checks
    assert "does not say how old it may be (max_age): the RPO is held against the archive of WAL" in str(check.gap)


def test_one_backup_without_a_check_leaves_the_others_looked_at() -> None:
    made = recheck(RESTIC, "tool: veeam, job: payments", RESTIC.replace("/srv/restic", "/srv/o"))
    for identifier in ("BKP-01", "BKP-02"):
        checks = one(made, identifier).checks
        assert [check.gap is None for check in checks] == [True, False, True]
    assert "what another system makes is declared as 'record'" in str(one(made, "BKP-01").checks[1].gap)


def test_records_of_other_systems() -> None:
    made = recheck("tool: record, path: /srv/veeam.json, fields: {time: EndTime, state: Result}, on: backup")
    (check,) = one(made, "BKP-01").checks
    assert (check.check, check.hosts, check.args["max_age"]) == ("backup_record", ("bck1",), "24h")
    assert "can only be verified where they are made" in str(one(made, "BKP-02").why)


def test_what_a_restore_is_held_against() -> None:
    entry = f"{RESTIC}, rto: 1h, restore: {{scratch: /s, record: /r.json, verify_command: [/bin/look], on: backup, run_as: root}}"
    made = recheck(entry, RESTIC.replace("/srv/restic", "/srv/o"), commitments="rpo: 24h, dima: 4h")
    first, second = one(made, "BKP-03").checks
    assert (first.hosts, first.run_as, first.args["rto"], first.args["tool"]) == (("bck1",), "root", "1h", "restic")
    assert "nothing says how a restore of /srv/o is proven (restore)" in str(second.gap)
    assert one(recheck(RESTIC), "BKP-03").state == PlanState.NOT_DECLARED


def own_proofs(made: Plan) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in made.loosened if one.requirement == "BKP-03"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("scratch: /s, record: /r.json", []),
        ("scratch: /s, record: /r.json, generation: newest", []),
        ("scratch: /s, tool: file, path: /small.sqlite", [("own_proofs", "tool"), ("own_proofs", "path")]),
        ("scratch: /s, repository: /srv/other", [("own_proofs", "repository")]),
        ("scratch: /s, generation: 89b63083", [("own_proofs", "generation")]),
        ("scratch: /s, rto: 40h", [("limits", "rto")]),
        ("scratch: /s, rto: 1h", []),
    ],
)
def test_a_restore_of_something_else_is_told(said: str, told: list[tuple[str, str]]) -> None:
    made = recheck(f"{RESTIC}, restore: {{{said}}}", commitments="rpo: 24h, rto: 4h")
    assert own_proofs(made) == [(kind, f"parts.db.backups.0.restore.{key}") for kind, key in told]


def test_a_command_that_always_succeeds_proves_no_restore() -> None:
    for command, refused in (("[/bin/true]", True), ("[/opt/look]", False)):
        text = f"{RESTIC}, restore: {{scratch: /s, verify_command: {command}}}"
        problems = problems_of(lambda text=text: recheck(text))  # type: ignore[misc]
        assert [line for line in problems if "says the same whatever the service does" in line] == problems
        assert bool(problems) is refused


@pytest.mark.parametrize(
    ("line", "second"),
    [
        (RESTIC, "repository: /srv/restic/"),
        (RESTIC, "repository: /srv/./restic"),
        (RESTIC, "repository: //srv//restic"),
        (RESTIC, "'on': payments_db"),
        ("tool: restic, repository: 'sftp:b@far:/srv', password_file: /p", "repository: 'sftp:b@far:/srv/'"),
        ("tool: file, pattern: '/srv/dump/*.sql.gz'", "pattern: '/srv/dump/pay*.gz'"),
        ("tool: file, pattern: '/srv/dump/*.sql.gz'", "pattern: ['/srv/x/../dump/a*', '/srv/dump/b*']"),
        ("tool: mariadb, path: /srv/mariadb", "path: /srv/x/../mariadb"),
    ],
)
def test_the_same_place_written_otherwise_is_no_second_copy(line: str, second: str) -> None:
    problems = problems_of(lambda: recheck(f"{line}, second_copy: {{{second}}}"))
    assert len(problems) == 1 and "it names no other place" in problems[0]
    elsewhere = second.replace("payments_db", "backup").replace("/srv", "/mnt")
    assert problems_of(lambda: recheck(f"{line}, second_copy: {{{elsewhere}}}")) == []


def test_the_age_that_follows_from_the_schedule() -> None:
    for schedule, age in (
        ("every: 24h, takes: 2h", "93600s"),
        ("every: 12h, takes: 1h", "24h"),
        ("every: 7d", "172800s"),
        ("timer: x, max_age: 1d", "24h"),
    ):
        (check,) = one(recheck(f"{RESTIC}, scheduled_by: {{{schedule}}}"), "BKP-01").checks
        assert check.args["max_age"] == age, schedule


def test_a_second_copy_on_the_same_host_must_lie_apart() -> None:
    (check,) = one(recheck(f"{RESTIC}, second_copy: {{repository: /mnt/usb}}"), "BKP-04").checks
    assert check.args["apart_from"] == ["/srv/restic"]
    (check,) = one(recheck(f"{RESTIC}, second_copy: {{repository: /mnt/usb, 'on': backup}}"), "BKP-04").checks
    assert "apart_from" not in check.args
    (check,) = one(recheck("tool: file, pattern: '/srv/*.sql', second_copy: {tool: restic, repository: /srv/r}"), "BKP-04").checks
    assert check.args["apart_from"] == ["/srv/*.sql"]
