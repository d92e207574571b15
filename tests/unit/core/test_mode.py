# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mode layer by layer, the end of observe, and the ratchet."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Status
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import JudgedRequirement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Passed
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import mode as _mode
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ratchet as _ratchet
from unit.core import described
from unit.core.described import problems_of
from unit.core.judged import TODAY, asked, judge, one, plan, waiver

B = "schema_version: 1\nservice: {name: payments, owner: team-payments, hosts: payments}\nclassification: {criticality: 2}\n"
ORG = "schema_version: 1\n"
PASSED = {"R-01": {"first": "2026-11-01T06:00:00Z", "last": "2026-11-20T06:00:00Z"}}


@pytest.mark.parametrize(
    ("organisation", "service", "run", "expected"),
    [
        ("", "", None, ("observe", None)),
        ("mode: {observe_until: 2027-03-31}\n", "", None, ("observe", "2027-03-31")),
        ("mode: {default: observe, observe_until: 2027-03-31}\n", "", "observe", ("observe", "2027-03-31")),
        ("mode: {observe_until: 2027-03-31}\n", "", "enforce", ("enforce", None)),
        ("mode: {observe_until: 2027-03-31}\n", "mode: enforce\n", None, ("enforce", None)),
        # the inner layer of a file wins
        ("mode: {observe_until: 2027-03-31, levels: {B: {observe_until: 2027-06-30}}}\n", "", None, ("observe", "2027-06-30")),
        ("mode: {default: enforce, levels: {B: {mode: observe, observe_until: 2027-06-30}}}\n", "", None, ("observe", "2027-06-30")),
        ("mode: {default: enforce, observe_until: 2027-03-31, services: {payments: observe}}\n", "", None, ("observe", "2027-03-31")),
        ("mode: {default: {observe_until: 2027-01-31}, environments: {production: enforce}}\n", "", None, ("enforce", None)),
        ("mode: {environments: {test: {observe_until: 2027-06-30}}}\n", "", None, ("observe", None)),
        # a service may end it sooner, not later
        ("mode: {observe_until: 2027-03-31}\n", "mode: {observe_until: 2027-01-31}\n", None, ("observe", "2027-01-31")),
        ("mode: {observe_until: 2027-03-31}\n", "mode: {observe_until: 2099-01-31}\n", None, ("observe", "2027-03-31")),
    ],
)
def test_mode_and_its_end(organisation: str, service: str, run: str | None, expected: tuple[str, str | None]) -> None:
    made = described.plan(B + service, ORG + organisation, mode=run)
    assert (made.mode, made.observe_until) == expected
    told = [notice for notice in made.notices if "sooner, not later" in notice]
    assert bool(told) == ("2099" in service)


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("{observe_until: '2027-02-30'}", "not a day of the calendar"),
        ("{observe_until: soon}", "mode.observe_until: 'soon' is not a date such as 2027-03-31"),
        ("{until: 2027-03-31}", "unknown key 'until'"),
        (
            "{default: enforce, observe_until: 2027-03-31}",
            "mode.observe_until: there is no observe that could end: mode.default is enforce",
        ),
        (
            "{levels: {B: {mode: enforce, observe_until: 2027-03-31}}}",
            "mode.levels.B: observe_until ends observe, and the mode there is enforce",
        ),
        ("{levels: {B: {mode: watch}}}", "'watch' is not one of observe, enforce"),
    ],
)
def test_an_end_that_is_wrong_is_refused(mode: str, problem: str) -> None:
    problems = problems_of(lambda: described.plan(B, ORG + f"mode: {mode}\n"))
    assert problems and problem in problems[0] and problems[0].startswith("organisation.yml:2"), problems


@pytest.mark.parametrize(
    ("until", "verdict", "notice"),
    [
        ("2026-12-26", "go", None),
        ("2026-12-25", "go", "observe ends on 2026-12-25, in 30 days"),
        ("2026-11-25", "go", "observe ends on 2026-11-25, in 0 days"),
        ("2026-11-24", "go_with_reservations", "observe ended on 2026-11-24: set the mode to enforce"),
    ],
)
def test_what_comes_of_the_end_of_observe(until: str, verdict: str, notice: str | None) -> None:
    judgement = judge(plan(asked("R-01"), observe_until=until), {"R-01": "pass"})
    assert judgement["verdict"] == verdict
    assert [bool(text.startswith(notice)) for text in judgement["notices"]] == [True] if notice else judgement["notices"] == []
    assert [item["requirement"] for item in judgement["reservations"]] == (["MODE-01"] if verdict != "go" else [])


def test_the_reservation_has_a_responsible_and_a_due_date() -> None:
    (raised,) = _mode.ended(plan(observe_until="2026-11-24"), TODAY)
    assert (raised.responsible, raised.raised, raised.due, raised.kind) == ("team-payments", "2026-11-25", "2026-12-09", "new")
    (later,) = _mode.ended(plan(observe_until="2026-11-20"), TODAY)
    assert later.kind == "open"
    (late,) = _mode.ended(plan(observe_until="2026-10-01"), TODAY)
    assert late.kind == "overdue"
    assert _mode.ended(plan(observe_until="2026-10-01", phase="design"), TODAY) == []
    # it never makes a worse verdict better, and names itself
    judgement = judge(plan(asked("R-01"), observe_until="2026-10-01"), {"R-01": "fail"})
    assert judgement["verdict"] == "no_go"
    assert judgement["reasons"][-1] == "MODE-01 observe ended on 2026-10-01, and verdicts still stop nothing"
    assert judgement["enforced_verdict"] == "go"


# -- the ratchet


@pytest.mark.parametrize(
    ("organisation", "service", "expected"),
    [
        ("", "", False),
        ("ratchet: true\n", "", True),
        ("", "ratchet: true\n", True),
        ("ratchet: {environments: {production: true}}\n", "", True),
        ("ratchet: {default: true, environments: {production: false}}\n", "", False),
        ("ratchet: {levels: {A: true}}\n", "", False),
        ("ratchet: {services: {payments: true}}\n", "ratchet: false\n", True),
        ("ratchet: false\n", "ratchet: true\n", True),
    ],
)
def test_who_asks_for_the_ratchet(organisation: str, service: str, expected: bool) -> None:
    made = described.plan(B + service, ORG + organisation)
    assert made.ratchet is expected
    assert any("ratchet: false does not count" in notice for notice in made.notices) == ("false" in service)


def test_the_policy_asks_for_it_by_requirement() -> None:
    made = described.plan(B, ORG + "ratchet: true\npolicy: {requirements: {PLT-02: {ratchet: false}, SUP-01: {ratchet: true}}}\n")
    assert described.one(made, "PLT-02").rule.ratchet is False and described.one(made, "SUP-01").rule.ratchet is True


@pytest.mark.parametrize(
    ("impact", "status", "fields", "verdict", "enforced"),
    [
        ("blocker", "fail", {}, "no_go", "no_go"),
        ("major", "fail", {}, "no_go", "no_go"),
        ("minor", "fail", {}, "go", "go"),
        ("major", "warn", {}, "go_with_reservations", "go"),
        ("major", "unknown", {}, "go_with_reservations", "go"),
        ("blocker", "unknown", {}, "undetermined", "go"),
        ("blocker", "pass", {}, "go", "go"),
        ("major", "fail", {"deciding": False}, "go", "go"),
        ("major", "fail", {"ratchet": False}, "go_with_reservations", "go"),
        ("major", "fail", {"enforce_from": "2027-01-01"}, "no_go", "no_go"),
    ],
)
def test_what_may_not_be_lost(impact: str, status: str, fields: dict[str, t.Any], verdict: str, enforced: str) -> None:
    made = plan(asked("R-01", impact, **fields), asked("R-02"), ratchet=True)
    judgement = judge(made, {"R-01": status, "R-02": "pass"}, passed=PASSED)
    assert (judgement["verdict"], judgement["enforced_verdict"]) == (verdict, enforced)
    assert judgement["ratchet"] == ({"R-01": "2026-11-20"} if enforced == "no_go" else {})
    assert one(judgement, "R-01")["passed_on"] == ("2026-11-20" if enforced == "no_go" else None)
    if enforced == "no_go":
        assert judgement["reasons"][0].endswith("(passed on 2026-11-20 and fails again: ratchet)")


def test_the_ratchet_holds_what_has_passed_and_nothing_else() -> None:
    made = plan(asked("R-01", "major"), ratchet=True)
    assert judge(made, {"R-01": "fail"}, passed={})["verdict"] == "go_with_reservations"
    assert judge(plan(asked("R-01", "major")), {"R-01": "fail"}, passed=PASSED)["verdict"] == "go_with_reservations"
    assert judge(plan(asked("R-01", "major", ratchet=True)), {"R-01": "fail"}, passed=PASSED)["verdict"] == "no_go"
    waived = plan(asked("R-01", "major"), ratchet=True, waivers=(waiver("R-01"),))
    assert judge(waived, {"R-01": "fail"}, passed=PASSED)["verdict"] == "go_with_reservations"


def test_what_is_remembered_of_passes() -> None:
    def seen(name: str, status: Status = Status.PASS, verified: bool = True) -> JudgedRequirement:
        return JudgedRequirement(name, observed_status=status, verified=verified)

    first = _ratchet.remembered({}, [seen("R-01"), seen("R-02", Status.WARN), seen("R-03", verified=False)], "t1")
    assert first == {"R-01": Passed("t1", "t1")}
    assert _ratchet.remembered(first, [seen("R-01")], "t2") == {"R-01": Passed("t1", "t2")}
    assert _ratchet.remembered(first, [seen("R-01", Status.FAIL)], "t2") == first


def test_when_a_requirement_is_announced() -> None:
    assert _mode.announced("2027-01-01", "2026-12-31T23:59:59Z") == "2027-01-01"
    assert _mode.announced("2027-01-01", "2027-01-01T00:00:00Z") is None
    assert _mode.announced(None, "2027-01-01") is None and _mode.announced("2027-01-01", None) is None
    assert dt.date.fromisoformat("2027-01-01") > TODAY
