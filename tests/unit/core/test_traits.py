# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E501 # YAML as people write it
"""What a service says that it has not: held against what it declares, and against what was seen of it."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from unit.core.described import ORGANISATION, one, plan, problems_of
from unit.core.judged import asked, judge, record_and_state, waiver
from unit.core.judged import one as judged
from unit.core.judged import plan as planned
from unit.core.test_authority import ENFORCED, OBSERVED, SERVICE, WAY_OVER, with_line

# a consumer of a queue: no HTTP, no data, nobody on call
BARE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
parts: {worker: {units: [payments.service], scrape: [{job: payments, port: 8080}], support: payments}}
"""
LEAVE = ENFORCED.replace("services_may: []", "services_may: [traits]")
CONTRADICTIONS = (
    ("traits: {data: false}", "traits.data", "parts.web.backups (readiness.yml:10)"),
    ("traits: {http: false}", "traits.http", "endpoints.0.url (readiness.yml:12)"),
    ("traits: {tls: false}", "traits.tls", "endpoints.0.url (readiness.yml:12)"),
    ("rosters: {night: on-call.ics}\ntraits: {on_call: false}", "traits.on_call", "rosters (readiness.yml:15)"),
)


def state_of(made: Plan, identifier: str) -> PlanState:
    return one(made, identifier).state


def of(made: Plan) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in made.loosened]


@pytest.mark.parametrize(("line", "key", "other"), CONTRADICTIONS)
def test_a_trait_that_the_file_itself_contradicts(line: str, key: str, other: str) -> None:
    for organisation in (ENFORCED, LEAVE, ORGANISATION + "mode: enforce\nruns_may: []\n"):
        (problem,) = problems_of(lambda organisation=organisation: plan(with_line(line), organisation, phase="recheck"))  # type: ignore[misc]
        assert problem.startswith("readiness.yml:") and f"{key}: it is false, and {other} says otherwise" in problem, problem
    told = plan(with_line(line), OBSERVED, phase="recheck")
    assert [notice for notice in told.notices if f"{key} is false, and {other} says otherwise: it has no effect" in notice]
    assert of(told) == [], "what has no effect loosens nothing"


def test_a_contradicted_trait_has_no_effect() -> None:
    for organisation in (OBSERVED, None):
        made = plan(with_line("traits: {data: false}"), organisation, phase="recheck")
        assert state_of(made, "BKP-01") is PlanState.PLANNED
    assert any("traits.data" in problem for problem in problems_of(lambda: plan(with_line("traits: {data: false}\nmode: enforce"), None)))


def test_on_the_way_over_a_contradicted_trait_takes_effect_and_says_so() -> None:
    made = plan(with_line("traits: {data: false}"), WAY_OVER, phase="recheck")
    (told,) = made.loosened
    assert state_of(made, "BKP-01") is PlanState.NOT_APPLICABLE and (told.kind, told.key, told.leave) == (
        "traits",
        "traits.data",
        Leave.WAY_OVER,
    )
    assert "parts.web.backups (readiness.yml:10) says otherwise" in told.message


@pytest.mark.parametrize(
    ("line", "key", "names"),
    [
        ("traits: {data: false}", "traits.data", "BKP-01, BKP-02, BKP-03, BKP-04, BKP-05, BKP-06"),
        # without HTTP nothing shows a certificate either
        ("traits: {http: false}", "traits.http", "MON-07, MON-10, DEL-01"),
        ("traits: {tls: false}", "traits.tls", "MON-10"),
        ("traits: {on_call: false}", "traits.on_call", "SUP-02"),
    ],
)
def test_an_honest_trait_needs_leave(line: str, key: str, names: str) -> None:
    text = BARE + line + "\n"
    (problem,) = problems_of(lambda: plan(text, ENFORCED, phase="pre"))
    assert problem.startswith(f"readiness.yml:5: {key}: ") and f"switched off: {names}; " in problem and "{payments: [traits]}" in problem
    for organisation, leave in ((LEAVE, Leave.GIVEN), (OBSERVED, Leave.REFUSED), (WAY_OVER, Leave.WAY_OVER)):
        made = plan(text, organisation, phase="pre")
        assert [(one.kind, one.key, one.leave) for one in made.loosened] == [("traits", key, leave)]
    given = plan(text, None, phase="recheck").loosened
    assert [(one.key, one.leave) for one in given] == [(key, Leave.GIVEN)], "without an organisation the team is its own operations"


@pytest.mark.parametrize("text", [
    BARE + "traits: {http: true, data: true, on_call: true}\n",
    BARE + "endpoints: [{url: 'http://payments.example/health'}]\ntraits: {tls: false}\n",
    BARE + "endpoints: [{url: 'http://payments.example/health'}]\n",
])  # fmt: skip
def test_what_follows_from_the_rest_of_the_file_loosens_nothing(text: str) -> None:
    made = plan(text, ENFORCED, phase="recheck")
    assert made.loosened == () and not [notice for notice in made.notices if "traits" in notice]


def test_a_trait_that_switches_off_nothing_at_this_level_is_not_told() -> None:
    without = ENFORCED + "policy: {requirements: {SUP-02: null}}\n"
    assert plan(BARE + "traits: {on_call: false}\n", without, phase="pre").loosened == ()
    assert plan(BARE.replace("criticality: 3", "criticality: 0") + "traits: {on_call: false}\n", ENFORCED, phase="pre").loosened == ()


def test_a_kind_to_which_a_requirement_does_not_apply() -> None:
    policy = "policy: {requirements: {PLT-02: {applies_to: [daemon, consumer]}, PLT-01: {applies_to: [batch]}}}\n"
    batch = BARE.replace("hosts: payments}", "hosts: payments, kind: batch}")
    (problem,) = problems_of(lambda: plan(batch, ENFORCED + policy, phase="recheck"))
    assert "readiness.yml:2: service.kind: 1 requirement is switched off: PLT-02; " in problem
    assert of(plan(batch, LEAVE + policy, phase="recheck")) == [("traits", "service.kind")]
    for text in (BARE, BARE.replace("hosts: payments}", "hosts: payments, kind: consumer}")):
        made = plan(text, ENFORCED + policy, phase="recheck")
        assert (made.loosened, state_of(made, "PLT-01")) == ((), PlanState.NOT_APPLICABLE), "as one that does not say its kind"


@pytest.mark.parametrize(
    "more",
    [
        "delivery: {version_series: app_build_info}",
        "delivery: {version_check: [/opt/payments/version, '{version}']}",
        "requirements: {DEL-01: {check: command, with: {command: [/opt/payments/version]}}}",
    ],
)
def test_what_the_service_proves_is_not_switched_off(more: str) -> None:
    leave = ENFORCED.replace("services_may: []", "services_may: [traits, own_proofs]")
    made = plan(BARE + f"traits: {{http: false}}\n{more}\n", leave, phase="recheck", version="1")
    assert [check.gap for check in one(made, "DEL-01").checks] == [None] and state_of(made, "MON-07") is PlanState.NOT_APPLICABLE
    (told,) = [one for one in made.loosened if one.kind == "traits"]
    assert "MON-07" in told.message and "DEL-01" not in told.message


# -- what was seen before

PASSED = {"BKP-01": {"first": "2026-10-01T00:00:00Z", "last": "2026-11-20T00:00:00Z"}}


def switched_off(key: str | None = "traits.data") -> t.Any:
    return asked("BKP-01", state="not_applicable", why="traits.data is false", switched_off=key)


def test_what_passed_not_long_ago_is_not_gone_because_the_file_says_so() -> None:
    found = judge(planned(switched_off(), asked("OK-01")), {"OK-01": "pass"}, passed=PASSED)
    backup = judged(found, "BKP-01")
    assert (found["verdict"], backup["status"]) == ("undetermined", "unknown")
    assert "traits.data switches it off, but it passed on 2026-11-20" in backup["message"] and "waiver" in backup["remedy"]
    covered = judge(planned(switched_off(), asked("OK-01"), waivers=(waiver("BKP-01"),)), {"OK-01": "pass"}, passed=PASSED)
    assert (covered["verdict"], judged(covered, "BKP-01")["status"]) == ("go_with_reservations", "waived")


@pytest.mark.parametrize(("key", "last"), [("traits.data", "2026-10-25T00:00:00Z"), (None, "2026-11-20T00:00:00Z"), ("traits.data", None)])
def test_what_was_seen_long_ago_or_follows_from_the_file_is_not_asked(key: str | None, last: str | None) -> None:
    passed = {"BKP-01": {"first": "2026-10-01T00:00:00Z", "last": last}} if last else {}
    found = judge(planned(switched_off(key), asked("OK-01")), {"OK-01": "pass"}, passed=passed)
    assert (found["verdict"], judged(found, "BKP-01")["status"]) == ("go", "not_applicable")


def test_the_state_of_the_service_remembers_too() -> None:
    now = dt.datetime(2026, 11, 25, 6, tzinfo=dt.timezone.utc)
    state = {"schema_version": 1, "service": "payments", "environment": "production", "requirements": {}, "gates": {}, "passed": PASSED}
    record, after = record_and_state(planned(switched_off()), state, {}, now=now)
    assert judged(record["state"], "BKP-01")["status"] == "unknown" and after["passed"] == PASSED


@pytest.mark.parametrize(("organisation", "held"), [(LEAVE, "traits.data"), (OBSERVED, "traits.data"), (WAY_OVER, None), (None, None)])
def test_only_an_organisation_that_said_who_may_what_holds_a_trait_against_what_was_seen(
    organisation: str | None, held: str | None
) -> None:
    assert one(plan(BARE + "traits: {data: false}\n", organisation, phase="recheck"), "BKP-01").switched_off == held


def test_the_service_of_these_tests_contradicts_nothing() -> None:
    assert plan(SERVICE, ENFORCED, phase="recheck").loosened == ()
