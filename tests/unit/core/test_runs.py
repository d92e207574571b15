# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run makes easier with its parameters, and what the memory of a service holds against a plan."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing import gate_asked
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.gate_asked import Before
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Run as Parameters
from ansible_collections.operability.readiness.plugins.plugin_utils._described.service import Started
from ansible_collections.operability.readiness.plugins.plugin_utils._model.deployments import Said
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave, Standing
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, Removal, Terms
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed, Expected, LastGate, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.other_files import NOWHERE, HeldTo, Places
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.remembered import expected_after, held_against
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ledger as _ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import Visited, differing
from unit.core.described import ORGANISATION, document, plan, problems_of
from unit.core.judged import TODAY, asked, check, found, judgement_of, to_json
from unit.core.judged import plan as made

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 1}
parts: {web: {units: [payments.service], support: payments}}
"""
ENFORCED = ORGANISATION + "mode: enforce\nruns_may: []\nservices_may: []\n"
NARROW = SERVICE.replace("hosts: payments}", "hosts: payments_web}")
MILDER = ENFORCED.replace("mode: enforce\n", "mode: {default: enforce, environments: {staging: observe}}\n")
SHARED = ENFORCED + "environments: [production, staging]\nrecords: /srv/records\n"
PUBLISHED = ENFORCED + "publish: {textfile_directory: /srv/metrics, pushgateway: {url: 'http://push'}}\n"


def loosened(service: str = SERVICE, organisation: str = ENFORCED, **run: t.Any) -> list[tuple[str, str, str]]:
    """What is noted of a run that only observes, so that nothing is refused."""
    observed = organisation.replace("mode: enforce\n", "")
    return [(one.kind, one.key, one.by) for one in plan(service, observed, **run).loosened]


# -- parameters of a run

LOOSER: tuple[tuple[str, dict[str, t.Any], tuple[str, str]], ...] = (
    (ENFORCED, {"first_deployment": True}, ("first_deployment", "readiness_first_deployment")),
    (ENFORCED, {"started": Started(limit="pay1", left_out=("pay2", "x"))}, ("limit", "--limit")),
    (ENFORCED, {"scope": "batch", "started": Started(serial=False)}, ("limit", "readiness_scope")),
    (ENFORCED, {"started": Started(tags=("deploy",))}, ("tags", "--tags")),
    (SHARED, {"environment": "staging", "started": Started(environment="production")}, ("environment", "readiness_environment")),
    (SHARED, {"started": Started(records="/tmp/empty")}, ("records", "readiness_records")),
    (
        PUBLISHED,
        {"started": Started(publish={"textfile_directory": "/tmp/elsewhere"})},
        ("records", "readiness_publish.textfile_directory"),
    ),
    (PUBLISHED, {"started": Started(publish={"textfile_directory": ""})}, ("records", "readiness_publish.textfile_directory")),
    (PUBLISHED, {"started": Started(publish={"pushgateway": None})}, ("records", "readiness_publish.pushgateway")),
)
USUAL: tuple[tuple[str, dict[str, t.Any]], ...] = (
    (ENFORCED, {}),
    (ENFORCED, {"version": "1.2", "deployment_id": "7", "mode": "enforce"}),
    (ENFORCED, {"started": Started(limit="payments", left_out=("other1",))}),
    (ENFORCED, {"scope": "batch", "started": Started(serial=True)}),
    (ENFORCED, {"started": Started(records="/srv/elsewhere")}),
    (SHARED, {"environment": "staging"}),
    (SHARED, {"started": Started(publish={"textfile_directory": "/srv/metrics"})}),
    (
        PUBLISHED,
        {"started": Started(publish={"textfile_directory": "/srv/x/../metrics/", "html": "x.html", "grafana": {"url": "http://g"}})},
    ),
    (PUBLISHED, {"started": Started(publish={"pushgateway": {"url": "http://push"}})}),
    (SHARED, {"environment": "staging", "started": Started(environment="staging")}),
    (SHARED, {"started": Started(records="/srv/x/../records")}),
    (MILDER, {"environment": "staging"}),
    (MILDER, {"environment": "production", "started": Started(environment_alone=True)}),
    (ENFORCED, {"environment": "staging", "started": Started(environment_alone=True)}),
    (ENFORCED.replace("mode: enforce\n", ""), {"environment": "staging", "started": Started(environment_alone=True)}),
)


@pytest.mark.parametrize(("organisation", "run", "noted"), LOOSER)
def test_what_a_run_makes_easier_is_noted_and_refused_where_it_is_enforced(
    organisation: str, run: dict[str, t.Any], noted: tuple[str, str]
) -> None:
    assert loosened(organisation=organisation, **run) == [(*noted, "run")]
    problems = problems_of(lambda: plan(SERVICE, organisation, **run))
    assert len(problems) == 1 and problems[0].startswith(f"{noted[1]}: ") and "A run may tighten this, not loosen it" in problems[0]
    allowed = organisation.replace("runs_may: []", f"runs_may: [{noted[0]}]")
    assert [one.leave for one in plan(SERVICE, allowed, **run).loosened] == [Leave.GIVEN]


@pytest.mark.parametrize(("organisation", "run"), USUAL)
def test_a_usual_run_loosens_nothing(organisation: str, run: dict[str, t.Any]) -> None:
    assert plan(SERVICE, organisation, **run).loosened == ()


def test_an_environment_that_there_is_not() -> None:
    problems = problems_of(lambda: plan(SERVICE, SHARED, environment="sandbox"))
    assert len(problems) == 1 and "there is no 'sandbox'" in problems[0] and "environments: production, staging" in problems[0]
    assert plan(SERVICE, SHARED, environment="sandbox", emergency=True).name == "payments", "an emergency is never refused"
    assert plan(SERVICE, ENFORCED, environment="sandbox").name == "payments", "an organisation that lists none knows any"


def test_an_environment_that_only_the_command_line_says_and_that_is_observed() -> None:
    (one,) = plan(SERVICE, MILDER, environment="staging", started=Started(environment_alone=True)).loosened
    assert (one.kind, one.key, one.by, one.leave) == ("environment", "readiness_environment", "run", Leave.REFUSED)
    assert "this is staging, which is observed" in one.message and "enforces in other environments" in one.above


def test_variables_of_hosts_that_differ() -> None:
    one = Visited("pay1", variables={"readiness_mode": "enforce"})
    two = Visited("pay2", variables={"readiness_mode": "observe"})
    other = Visited("log1", variables={"readiness_mode": "observe"})
    assert differing([one, other], {"readiness_mode": "enforce"}, ["pay1", "pay2"]) == []
    said = "readiness_mode: observe for pay2, enforce for the gate: set it for all hosts of the service alike"
    assert differing([one, two], {"readiness_mode": "enforce"}, ["pay1", "pay2"]) == [said]
    (unset,) = differing([one], {"readiness_mode": ""}, ["pay1"])
    assert unset.startswith("readiness_mode: enforce for pay1, nothing for the gate")
    assert differing([one, two], {}, ["pay1", "pay2"]) == [], "the play says it for all"


# -- hosts


def test_on_which_other_hosts_a_service_has_something_done() -> None:
    elsewhere = SERVICE + "requirements: {PLT-01: {on: backup}}\n"
    assert loosened(elsewhere) == [("other_hosts", "on (PLT-01)", "service")]
    fewer = [("hosts", "requirements.PLT-01.on", "service")]
    assert loosened(elsewhere.replace("on: backup", "on: payments_db")) == fewer, (
        "that is a host of the service, and the others are left out"
    )
    assert loosened(elsewhere.replace("on: backup", "on: log1")) == [], "a server of the organisation is there"
    assert plan(elsewhere, None).loosened == ()
    assert "other_hosts" in problems_of(lambda: plan(elsewhere, ENFORCED))[0]
    parted = NARROW.replace("web: {", "db: {hosts: payments_db, support: payments}, web: {")
    assert any("parts.db.hosts: db1 are not in service.hosts" in notice for notice in plan(parted, ENFORCED).notices)


def test_a_pattern_without_a_host_is_undetermined() -> None:
    nobody = plan(SERVICE.replace("hosts: payments}", "hosts: 'payments:!payments'}"), ENFORCED)
    assert nobody.hostless is not None and plan(SERVICE, ENFORCED).hostless is None
    one = made(asked("R-01"), hostless=nobody.hostless, mode="enforce")
    judged = judgement_of(one, {"R-01/0": [found("pass")]})
    assert judged.verdict is Verdict.UNDETERMINED and judged.enforced_verdict is Verdict.UNDETERMINED
    assert "no host for the pattern 'payments:!payments'" in judged.reasons[0]


# -- what is remembered

GROUPS = {"all": ["h1", "h2", "h3"], "web": ["h1", "h2"]}
BEFORE = Expected(("h1", "h2"), "web", "organisation.yml", "2026-11-20")
NOW_PLAN = made(asked("R-01"), expected_hosts=("h1",), hosts_pattern="h1", inputs={"service_file": {"path": "readiness.yml"}})
RUN = Parameters(phase="pre", version="2", today="2026-11-25")


def held(
    plan_now: Plan = NOW_PLAN, *, organisation: str | None = ENFORCED, run: Parameters = RUN, places: Places = NOWHERE, **state: t.Any
) -> Plan:
    shared = document(organisation, "organisation") if organisation else None
    known = dataclasses.replace(State.empty("payments", "production"), **{"expected": BEFORE, **state})
    return held_against(plan_now, shared, run, known, GROUPS, places)


def test_a_narrower_pattern_is_told_until_what_goes_is_announced() -> None:
    observed = held()
    (one,) = observed.loosened
    assert (one.kind, one.key, one.by, one.leave) == ("hosts", "service.hosts", "service", Leave.REFUSED)
    assert "h2 are left out" in one.message and observed.lost_hosts == ("h2",)
    state = dataclasses.replace(State.empty("payments", "production"), expected=BEFORE)
    after = expected_after(observed, state, TODAY)
    assert (after.hosts, after.pattern) == (("h1", "h2"), "web"), "it stays expected"
    with pytest.raises(Refused, match=r"service\.hosts: h2 are left out"):
        held(dataclasses.replace(NOW_PLAN, mode="enforce"))
    allowed = held(
        dataclasses.replace(NOW_PLAN, mode="enforce"), organisation=ENFORCED.replace("services_may: []", "services_may: [hosts]")
    )
    assert [one.leave for one in allowed.loosened] == [Leave.GIVEN] and allowed.lost_hosts == ()
    assert expected_after(allowed, state, TODAY).hosts == ("h1",)
    announced = dataclasses.replace(NOW_PLAN, comparison=Terms(removed=(Removal("host h2", "r", "readiness.yml:9"),)))
    assert held(announced).loosened == () and expected_after(held(announced), state, TODAY).hosts == ("h1",)


def test_what_the_inventory_no_longer_has_or_groups_otherwise_is_no_matter_of_the_service() -> None:
    gone = held(expected=Expected(("h1", "h9"), "web"))
    assert gone.loosened == () and gone.lost_hosts == ()
    regrouped = held(dataclasses.replace(NOW_PLAN, hosts_pattern="web"))
    assert regrouped.loosened == () and any("had h2 until now" in notice for notice in regrouped.notices)
    assert held(dataclasses.replace(NOW_PLAN, expected_hosts=("h1", "h2"))).loosened == ()
    assert held(dataclasses.replace(NOW_PLAN, scope="batch")) == dataclasses.replace(NOW_PLAN, scope="batch")
    assert held(run=dataclasses.replace(RUN, emergency=True)) == NOW_PLAN


def test_a_group_that_is_called_as_the_service() -> None:
    grouped = held_against(NOW_PLAN, None, RUN, State.empty("payments", "production"), {**GROUPS, "payments": ["h1", "h3"]})
    assert grouped.notices == ("the group payments of the inventory has h3 too, which service.hosts leaves out",)


@pytest.mark.parametrize(
    ("run", "deployments", "gates", "refused"),
    [
        ({"version": "2"}, [Deployed("1", "2026-11-01T00:00:00Z")], {}, True),
        ({"version": "1"}, [Deployed("1", "2026-11-01T00:00:00Z")], {}, False),
        ({"version": "1", "deployment_id": "7"}, [Deployed("1", "2026-11-01T00:00:00Z", "7")], {}, False),
        ({"version": "2"}, [], {}, False),
        ({"version": None}, [], {"post": LastGate(Verdict.GO, 0, "2026-11-01T00:00:00Z")}, True),
        ({"version": None}, [], {"pre": LastGate(Verdict.GO, 0, "2026-11-01T00:00:00Z")}, False),
    ],
)
def test_a_first_deployment_of_what_was_deployed(
    run: dict[str, t.Any], deployments: list[Deployed], gates: dict[str, LastGate], refused: bool
) -> None:
    def look(first: bool) -> Plan:
        parameters = dataclasses.replace(RUN, first_deployment=first, **run)
        return held(run=parameters, expected=Expected(), deployments=tuple(deployments), gates=gates)

    assert bool(problems_of(lambda: look(True))) is refused
    assert problems_of(lambda: look(False)) == []


def test_a_run_without_the_organisations_file() -> None:
    (one,) = held(organisation=None, expected=dataclasses.replace(BEFORE, hosts=("h1",))).loosened
    assert (one.kind, one.by, one.leave) == ("files", "run", Leave.WAY_OVER) and "organisation.yml" in one.above
    assert held(organisation=None, expected=Expected(("h1",), "h1")).loosened == (), "there never was one"
    old = dataclasses.replace(BEFORE, hosts=("h1",), organisation_seen="2026-09-01")
    assert held(organisation=None, expected=old).loosened == ()


STOOD = Standing("repository/organisation.yml", "enforce", spoken=True, approvers=False, leave=Leave.REFUSED)
JUDGED = Expected(("h1",), "h1", "organisation.yml", "2026-11-20", STOOD)
ENFORCES = dataclasses.replace(NOW_PLAN, mode="enforce", mode_of_files="enforce")
OBSERVES = dataclasses.replace(NOW_PLAN, mode_of_files="observe")
ELSEWHERE = Places("/other/milder.yml")


@pytest.mark.parametrize(
    ("now", "organisation", "then", "words"),
    [
        (OBSERVES, ENFORCED, STOOD, "the files of this run only observe"),
        (OBSERVES, None, STOOD, "without an organisation file"),
        (ENFORCES, ORGANISATION, STOOD, "does not say who may loosen what"),
        (ENFORCES, ENFORCED, dataclasses.replace(STOOD, approvers=True), "names no approvers"),
    ],
)
@pytest.mark.parametrize("scope", ["service", "batch"])
def test_a_milder_organisation_file_from_elsewhere(now: Plan, organisation: str | None, then: Standing, words: str, scope: str) -> None:
    now, before = dataclasses.replace(now, scope=scope), dataclasses.replace(JUDGED, standing=then)
    with pytest.raises(HeldTo, match=r"^readiness_organisation_file: .*" + words + r".* organisation\.yml .*runs_may: \[files\]"):
        held(now, organisation=organisation, places=ELSEWHERE, expected=before)
    for leave, mode in ((Leave.GIVEN, "enforce"), (Leave.WAY_OVER, "enforce"), (Leave.REFUSED, "observe")):
        soft = dataclasses.replace(then, leave=leave, mode=mode)
        found = held(now, organisation=organisation, places=ELSEWHERE, expected=dataclasses.replace(before, standing=soft)).loosened
        if mode == "enforce" or now.mode == "enforce" or organisation is None:
            assert [(one.kind, one.by, one.leave) for one in found] == [("files", "run", leave)] and words in found[0].message
        else:
            assert found == (), "those of the last run only observed, too"
    emergency = dataclasses.replace(RUN, emergency=True)
    assert held(now, organisation=organisation, places=ELSEWHERE, expected=before, run=emergency) == now
    assert expected_after(now, dataclasses.replace(State.empty("p", "e"), expected=before), TODAY).standing == then


def test_an_organisation_file_that_has_moved_or_that_operations_change() -> None:
    moved = held(ENFORCES, places=ELSEWHERE, expected=JUDGED)
    assert moved.loosened == () and moved.notices == ()
    state = dataclasses.replace(State.empty("payments", "production"), expected=JUDGED)
    assert expected_after(moved, state, TODAY).standing == dataclasses.replace(STOOD, place="/other/milder.yml")
    changed = held(OBSERVES, places=Places(STOOD.place), expected=JUDGED)
    assert changed.loosened == () and changed.notices == (
        "the organisation's file has become milder since the last run: the files of this run only observe",
    )
    assert held(OBSERVES, places=ELSEWHERE, expected=dataclasses.replace(JUDGED, standing=None)).loosened == (), "nobody kept it then"
    old = dataclasses.replace(JUDGED, organisation_seen="2026-09-01")
    assert held(OBSERVES, places=ELSEWHERE, expected=old).loosened == ()


def test_a_service_file_from_elsewhere() -> None:
    here, named = Places(service="b"), dataclasses.replace(RUN, started=Started(service_file=True))
    (one,) = held(OBSERVES, places=here, expected=Expected(), source="a", run=named).loosened
    assert (one.kind, one.key, one.by, one.leave) == ("files", "readiness_service_file", "run", Leave.REFUSED)
    with pytest.raises(
        Refused, match=r"^readiness_service_file: the command line names readiness\.yml, .*services: \{payments: \[files\]\}"
    ):
        held(ENFORCES, places=here, expected=Expected(), source="a", run=named)
    assert held(ENFORCES, places=here, expected=Expected(), source="a").loosened == (), "the play names it"
    assert held(ENFORCES, places=here, expected=Expected(), source="b", run=named).loosened == ()
    assert held(ENFORCES, places=here, expected=Expected(), run=named).loosened == (), "the first run"


# -- DEL-07

POST = Run(id="r9", phase="post", version="2", deployment_id="2")


def said(verdict: Verdict) -> Said:
    return Said(verdict, verdict.code, "2026-11-24T08:00:00Z", "r1")


@pytest.mark.parametrize(
    ("before", "run", "status", "words"),
    [
        (Before(said(Verdict.GO)), POST, "pass", "the gate was asked on 2026-11-24, and said GO"),
        (Before(said(Verdict.GO_WITH_RESERVATIONS)), POST, "pass", "said GO WITH RESERVATIONS"),
        (Before(), POST, "fail", "there is no pre of deployment 2: the gate was not asked before it"),
        (Before(said(Verdict.NO_GO), enforced=True), POST, "fail", "the gate said NO-GO on 2026-11-24, and deployment 2 went on"),
        (Before(said(Verdict.UNDETERMINED), enforced=True), POST, "fail", "the gate said UNDETERMINED"),
        (Before(said(Verdict.NO_GO)), POST, "pass", "it was only observed"),
        (Before(said(Verdict.NO_GO), True, "board-7"), POST, "pass", "the decision board-7 let it go on"),
        (Before(said(Verdict.NO_GO), True, None, "INC1"), POST, "pass", "the emergency INC1 let deployment 2 go on"),
        (Before(emergency="INC1"), POST, "pass", "the emergency INC1"),
        (Before(), dataclasses.replace(POST, deployment_id=None), "unknown", "set readiness_deployment_id or readiness_version"),
        (Before(trouble=Verdict.GO.said), POST, "unknown", "cannot be told: GO"),
    ],
)
def test_whether_the_gate_was_asked_before(before: Before, run: Run, status: str, words: str) -> None:
    asking = made(asked("DEL-07", checks=[check("DEL-07/0", check="gate_asked", call="compare")]), phase="post")
    (finding,) = gate_asked.at_post(asking, before, run, dt.datetime(2026, 11, 25, tzinfo=dt.timezone.utc))["DEL-07/0"]
    assert (finding.status.value, finding.requirement) == (status, "DEL-07") and words in finding.message


def test_the_gate_before_is_that_of_this_deployment() -> None:
    ledger = _ledger.empty("payments", "production")
    judgement = judgement_of(made(asked("R-01"), phase="pre"), {"R-01/0": [found("pass")]})
    first = Run(id="r1", phase="pre", version="1", deployment_id="1", started_at="2026-11-20T08:00:00Z", finished_at="2026-11-20T08:00:00Z")
    ledger = _ledger.entered(ledger, first, judgement) or ledger
    assert _ledger.asked(ledger, POST) is None
    of_first = _ledger.asked(ledger, dataclasses.replace(POST, version="1", deployment_id="1"))
    assert of_first is not None and of_first.pre is not None and of_first.pre.run == "r1"
    ended = _ledger.entered(ledger, dataclasses.replace(first, id="r2", phase="post"), judgement)
    second = _ledger.entered(ended or ledger, dataclasses.replace(first, id="r3", version="2", deployment_id="2"), judgement)
    again = dataclasses.replace(POST, version="1", deployment_id="1")
    assert second is not None and _ledger.asked(second, again) is None, "a way back has a pre of its own"


def test_the_default_policy_asks_at_post_alone() -> None:
    def state(**run: t.Any) -> str:
        asking = plan(SERVICE.replace("criticality: 1", "criticality: 2"), None, **run)
        return next((item.state.value for item in asking.requirements if item.rule.id == "DEL-07"), "not asked")

    assert [state(phase=phase, version="2") for phase in ("pre", "post", "recheck")] == ["not asked", "planned", "not asked"]
    assert state(phase="post", first_deployment=True) == "planned" and state(phase="post", scope="batch") == "not_due"


def test_what_is_remembered_is_kept_in_the_state() -> None:
    state = dataclasses.replace(State.empty("payments", "production"), expected=BEFORE)
    assert to_json(state)["expected"] == {
        "hosts": ["h1", "h2"],
        "pattern": "web",
        "organisation_file": "organisation.yml",
        "organisation_seen": "2026-11-20",
    }
