# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge: every rule of the design, section 2."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import fault_of
from ansible_collections.operability.readiness.plugins.plugin_utils._judging.judge import judge_findings
from ansible_collections.operability.readiness.plugins.plugin_utils._model.fault import SeenFaults
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave, Loosening
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._model.waiver import Waiver
from generated import cases, seeded, tries_more
from unit.core.judged import TODAY, Reach, asked, check, found, judge, one, plan, waiver

HOSTS = check("R-01/0", hosts=("h1", "h2"))


def verdict(*outcomes: tuple[str, str], phase: str = "recheck", waived: t.Sequence[int] = ()) -> str:
    """The verdict over requirements of these impacts and statuses."""
    names = [f"R-{number:02}" for number in range(len(outcomes))]
    requirements = [asked(name, impact) for name, (impact, _status) in zip(names, outcomes)]
    waivers = tuple(waiver(names[number]) for number in waived)
    findings = {name: status for name, (_impact, status) in zip(names, outcomes) if status != "none"}
    return str(judge(plan(*requirements, phase=phase, waivers=waivers), findings)["verdict"])


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([("blocker", "pass")], "go"),
        ([("blocker", "fail")], "no_go"),
        ([("blocker", "unknown")], "undetermined"),
        ([("blocker", "none")], "undetermined"),
        ([("blocker", "warn")], "go_with_reservations"),
        ([("blocker", "pass"), ("major", "fail")], "go_with_reservations"),
        ([("blocker", "pass"), ("major", "warn")], "go_with_reservations"),
        ([("blocker", "pass"), ("major", "unknown")], "go_with_reservations"),
        ([("blocker", "pass"), ("major", "none")], "go_with_reservations"),
        ([("blocker", "pass"), ("major", "pass"), ("minor", "fail"), ("minor", "unknown"), ("minor", "warn")], "go"),
        ([("blocker", "fail"), ("blocker", "unknown")], "no_go"),
        ([("blocker", "unknown"), ("blocker", "warn"), ("major", "fail")], "undetermined"),
        ([("minor", "fail")], "go"),
        ([("minor", "unknown")], "undetermined"),
        ([("major", "unknown")], "undetermined"),
        ([("major", "fail")], "go_with_reservations"),
        ([], "undetermined"),
        ([("blocker", "not_applicable")], "undetermined"),
        ([("blocker", "not_applicable"), ("major", "pass")], "go"),
    ],
)
def test_the_order_of_the_verdicts(outcomes: list[tuple[str, str]], expected: str) -> None:
    assert verdict(*outcomes) == expected


@pytest.mark.parametrize(
    ("status", "impact", "expected"),
    [
        ("fail", "blocker", "go_with_reservations"),
        ("warn", "blocker", "go_with_reservations"),
        ("unknown", "blocker", "go_with_reservations"),
        ("pass", "blocker", "go"),
        ("fail", "major", "go_with_reservations"),
        ("unknown", "major", "go_with_reservations"),
        ("fail", "minor", "go"),
    ],
)
def test_a_waiver_covers_fail_warn_and_unknown(status: str, impact: str, expected: str) -> None:
    assert verdict((impact, status), ("blocker", "pass"), waived=[0]) == expected


@tries_more
def test_the_worst_blocking_item_decides_whatever_the_others_say() -> None:
    chance = seeded(5)
    statuses = ["pass", "warn", "unknown", "fail", "none"]
    for _unused in range(cases(100)):
        outcomes = [(chance.choice(["blocker", "major", "minor"]), chance.choice(statuses)) for _unused in range(chance.randrange(1, 8))]
        given = verdict(*outcomes)
        shuffled = outcomes[:]
        chance.shuffle(shuffled)
        assert verdict(*shuffled) == given, "order does not matter"
        assert Verdict(verdict(*outcomes, ("blocker", "fail"))).code == 3
        assert Verdict(verdict(*outcomes, ("blocker", "unknown"))).code >= 2
        better = [(impact, "pass") for impact, _status in outcomes]
        assert Verdict(verdict(*better)).code <= Verdict(given).code, "what gets better makes no verdict worse"
        assert Verdict(given).code <= Verdict(verdict(*outcomes, ("blocker", "none"))).code
        if given == "go":
            assert all(status == "pass" for impact, status in outcomes if impact != "minor")


def test_minors_never_decide() -> None:
    for statuses in itertools.product(["pass", "warn", "unknown", "fail", "none"], repeat=2):
        assert verdict(("blocker", "pass"), *(("minor", status) for status in statuses)) == "go"


def test_nothing_verified_is_undetermined_and_says_so() -> None:
    waived = plan(asked("R-01"), waivers=(waiver("R-01"),))
    for made, findings in [(plan(), {}), (plan(asked("R-01", "major")), {}), (waived, {"R-01": "unknown"})]:
        judgement = judge(made, findings)
        assert judgement["verdict"] == "undetermined" and judgement["verified"] == 0
        assert judgement["reasons"][0] == "nothing was verified: not one requirement of this phase could be looked at"


def test_reasons_stand_worst_first() -> None:
    """What is said to be missing at all, then blockers before majors, then by what was seen."""
    made = plan(*(asked(f"R-0{number}", impact) for number, impact in enumerate(("major", "blocker", "blocker", "major", "minor"))))
    seen = {"R-00": "fail", "R-01": "warn", "R-02": "unknown", "R-03": "warn", "R-04": "fail"}
    assert [reason.split(" ")[0] for reason in judge(made, seen)["reasons"]] == ["R-02", "R-01", "R-00", "R-03"]
    nothing = judge(made, {})["reasons"]
    assert nothing[0].startswith("nothing was verified: ")
    assert [reason.split(" ")[0] for reason in nothing[1:]] == ["R-01", "R-02", "R-00", "R-03"]


def test_what_regressed_or_is_overdue_stands_before_other_blockers() -> None:
    made = plan(asked("R-01"), asked("R-02", "major"), asked("R-03"), overdue="fail", ratchet=True)
    statuses = {"R-01": "fail", "R-02": "fail", "R-03": "fail"}
    earlier = {"R-02": {"raised": "2026-11-01", "due": "2026-11-24"}}
    passed = {"R-03": {"first": "2026-11-01T06:00:00Z", "last": "2026-11-20T06:00:00Z"}}
    reasons = judge(made, statuses, earlier=earlier, passed=passed)["reasons"]
    assert reasons == [
        "R-03 title of R-03: m (passed on 2026-11-20 and fails again: ratchet)",
        "reservation R-02 was due on 2026-11-24: title of R-02: m",
        "R-01 title of R-01: m",
    ]


def loosened(leave: Leave) -> Loosening:
    return Loosening("limits", "commitments.rpo", "readiness.yml:4", verbatim("48h"), verbatim("24h"), leave=leave)


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({}, "pass", "go"),
        ({"observe_until": "2026-11-24"}, "pass", "go_with_reservations"),
        ({"observe_until": "2026-11-25"}, "pass", "go"),
        ({"loosened": (loosened(Leave.WAY_OVER),)}, "pass", "go_with_reservations"),
        ({"loosened": (loosened(Leave.GIVEN), loosened(Leave.REFUSED))}, "pass", "go"),
        ({"observe_until": "2026-11-24", "loosened": (loosened(Leave.WAY_OVER),)}, "pass", "go_with_reservations"),
        ({"observe_until": "2026-11-24", "loosened": (loosened(Leave.WAY_OVER),)}, "fail", "no_go"),
        ({"observe_until": "2026-11-24", "loosened": (loosened(Leave.WAY_OVER),)}, "unknown", "undetermined"),
    ],
)
def test_what_caps_a_go_makes_nothing_else_better(fields: dict[str, t.Any], status: str, expected: str) -> None:
    judgement = judge(plan(asked("R-01"), **fields), {"R-01": status})
    assert judgement["verdict"] == expected
    capping = [item["requirement"] for item in judgement["reservations"]]
    assert [name for name in capping if not any(reason.startswith(name) for reason in judgement["reasons"])] == [], "each is a reason"


@pytest.mark.parametrize(
    ("last", "status", "expected"),
    [
        ("2026-11-20T06:00:00Z", "unknown", "undetermined"),
        ("2025-01-01T06:00:00Z", "not_applicable", "go"),
        (None, "not_applicable", "go"),
    ],
)
def test_what_the_service_switched_off_is_asked_where_it_passed_lately(last: str | None, status: str, expected: str) -> None:
    off = asked("R-01", state=PlanState.NOT_APPLICABLE, why="w", switched_off="traits.data")
    passed = {"R-01": {"first": last, "last": last}} if last else {}
    judgement = judge(plan(off, asked("R-02")), {"R-02": "pass"}, passed=passed)
    assert (one(judgement, "R-01")["status"], judgement["verdict"]) == (status, expected)


def test_a_requirement_of_which_nothing_was_looked_at() -> None:
    judgement = judge(plan(asked("R-01", checks=[]), asked("R-02")), {"R-02": "pass"})
    assert (one(judgement, "R-01")["status"], one(judgement, "R-01")["message"]) == ("unknown", "nothing was looked at")


def test_that_nothing_was_verified_is_said_of_nothing_else() -> None:
    undetermined = judge(plan(asked("R-01"), asked("R-02")), {"R-01": "pass", "R-02": "unknown"})
    assert (undetermined["verdict"], undetermined["reasons"]) == ("undetermined", ["R-02 title of R-02: m"])
    undeclared = judge(plan(asked("R-01", state=PlanState.NOT_DECLARED, why="w")), {})
    assert (undeclared["verdict"], undeclared["verified"]) == ("no_go", 0)
    assert undeclared["reasons"] == ["R-01 title of R-01: not declared: w"]


@pytest.mark.parametrize(("phase", "told"), [("recheck", True), ("pre", True), ("design", False)])
def test_that_there_is_no_host_is_said_where_hosts_are_asked(phase: str, told: bool) -> None:
    judgement = judge(plan(asked("R-01"), phase=phase, hostless="no host is named"), {"R-01": "pass"})
    assert ("no host is named" in judgement["reasons"]) is told
    assert "no host is named" not in judge(plan(asked("R-01"), phase=phase), {"R-01": "pass"})["reasons"]


def test_a_verdict_is_said_with_what_was_verified() -> None:
    made = plan(
        asked("R-01"),
        asked("R-02"),
        asked("R-03", "minor"),
        asked("R-04", state=PlanState.NOT_DECLARED),
        asked("R-05", state=PlanState.NOT_APPLICABLE),
    )
    judgement = judge(made, {"R-01": "pass", "R-02": "unknown", "R-03": "fail"})
    assert (judgement["verified"], judgement["required"]) == (2, 4)
    assert (judgement["code"], judgement["words"]) == (3, "NO-GO")
    assert judgement["reasons"] == ["R-04 title of R-04: not declared: ", "R-02 title of R-02: m"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([("blocker", "pass"), ("major", "pass")], "ready_to_continue"),
        ([("blocker", "pass"), ("minor", "fail")], "ready_to_continue"),
        ([("blocker", "warn")], "ready_to_continue"),
        ([("blocker", "fail")], "not_ready"),
        ([("major", "fail")], "not_ready"),
        ([("major", "unknown")], "not_ready"),
        ([], "not_ready"),
    ],
)
def test_the_words_of_the_design_phase(outcomes: list[tuple[str, str]], expected: str) -> None:
    assert verdict(*outcomes, phase="design") == expected
    assert Verdict.READY_TO_CONTINUE.words == "READY TO CONTINUE"


def test_at_design_what_comes_later_is_not_missing() -> None:
    made = plan(asked("R-01"), asked("R-02", state=PlanState.LATER, deciding=False, why="verified at pre"), phase="design")
    judgement = judge(made, {"R-01": "pass"})
    assert (judgement["verdict"], judgement["required"]) == ("ready_to_continue", 1)
    assert (one(judgement, "R-02")["status"], one(judgement, "R-02")["message"]) == ("not_due", "verified at pre")


@pytest.mark.parametrize(
    ("status", "phase", "advice"),
    [
        ("pass", "pre", "proceed"),
        ("warn", "post", "proceed"),
        ("fail", "pre", "hold"),
        ("fail", "post", "roll_back"),
        ("fail", "smoke", "roll_back"),
        ("unknown", "post", "hold"),
    ],
)
def test_advice(status: str, phase: str, advice: str) -> None:
    assert judge(plan(asked("R-01"), phase=phase), {"R-01": status})["advice"] == advice


# -- completed findings


def test_what_is_not_declared_fails() -> None:
    item = one(judge(plan(asked("R-01", state=PlanState.NOT_DECLARED, why="no part is declared")), {}), "R-01")
    assert (item["status"], item["message"], item["verified"]) == ("fail", "not declared: no part is declared", False)
    gap = plan(asked("R-01", checks=[check("R-01/0", gap="nothing says what runs it")]))
    assert one(judge(gap, {}), "R-01")["message"] == "not declared: nothing says what runs it"


def test_what_cannot_be_proven_is_unknown() -> None:
    item = one(judge(plan(asked("R-01", state=PlanState.UNPROVABLE, why="no check")), {}), "R-01")
    assert (item["status"], item["message"], item["verified"]) == ("unknown", "no check", False)


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (Reach(unreachable={"h2": "Connection refused"}), "h2 could not be reached: Connection refused"),
        (Reach(absent={"h2": "h2 was not part of this run (--limit h1)"}), "h2 was not part of this run (--limit h1)"),
        (Reach(), "command was not run on h2: no verify task ran for it"),
    ],
)
def test_an_expected_host_that_was_not_reached_is_unknown(reach: Reach, words: str) -> None:
    judgement = judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": found("pass", host="h1")}, reach)
    item = one(judgement, "R-01")
    assert (judgement["verdict"], item["status"], item["message"]) == ("undetermined", "unknown", words)
    assert item["hosts"] == {"pass": 1, "unknown": 1} and item["verified"] is False


def test_no_host_at_all() -> None:
    judgement = judge(plan(asked("R-01", checks=[HOSTS])), {}, Reach(unreachable={"h1": "x", "h2": "x"}))
    assert judgement["verdict"] == "undetermined" and "(and 1 more)" in one(judgement, "R-01")["message"]
    assert judge(plan(asked("R-01", checks=[check("R-01/0", hosts=())])), {})["verdict"] == "undetermined"


def test_a_host_that_was_lost_after_it_was_looked_at_counts_as_seen() -> None:
    both = [found("pass", host="h1"), found("pass", host="h2")]
    assert judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": both}, Reach(unreachable={"h2": "gone"}))["verdict"] == "go"


def test_a_host_whose_turn_is_still_to_come_does_not_decide() -> None:
    judgement = judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": found("pass", host="h1")}, Reach(waiting=("h2",)))
    assert (judgement["verdict"], one(judgement, "R-01")["hosts"]) == ("go", {"pass": 1, "not_due": 1})


def test_a_server_check_that_was_not_run() -> None:
    assert one(judge(plan(asked("R-01")), {}), "R-01")["message"] == "command was not run: no verify task ran for the controller"


def test_the_worst_host_and_instance_count() -> None:
    several = [found("pass", host="h1"), found("fail", "disk full", host="h2"), found("warn", host="h2", instance="j")]
    judgement = judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": several})
    item = one(judgement, "R-01")
    assert (judgement["verdict"], item["message"], item["hosts"]) == ("no_go", "h2: disk full", {"pass": 1, "fail": 1})


# -- a line that is written here and looked for there

CANARY = [check("R-01/0", hosts=("h1", "h2"), call="write"), check("R-01/1", call="find", after="R-01/0")]


def canary(written: t.Sequence[t.Any], seen: t.Sequence[t.Any], checks: t.Any = None) -> dict[str, t.Any]:
    return one(judge(plan(asked("R-01", checks=checks or CANARY)), {"R-01/0": list(written), "R-01/1": list(seen)}), "R-01")


def test_lines_that_are_written_and_found() -> None:
    item = canary([found("pass", host="h1"), found("pass", host="h2")], [found("pass", host="h1"), found("pass", host="h2")])
    assert (item["status"], item["verified"], len(item["findings"])) == ("pass", True, 2)


def test_a_line_that_was_written_proves_nothing() -> None:
    item = canary([found("pass", host="h1"), found("pass", host="h2")], [])
    assert item["status"] == "unknown" and "nobody looked for the line of h1 on the controller" in item["message"] and not item["verified"]
    on_host = [CANARY[0], check("R-01/1", call="find", after="R-01/0", hosts=("log1",))]
    assert "of h1 on log1" in canary([found("pass", host="h1"), found("pass", host="h2")], [], on_host)["message"]


SEEN = [check("R-01/0", hosts=("h1", "h2"), call="see"), check("R-01/1", after="R-01/0")]


def test_one_finding_tells_of_all_hosts_that_were_seen() -> None:
    hosts = [found("pass", host="h1"), found("pass", host="h2")]
    item = canary(hosts, [found("pass", "both log")], SEEN)
    assert (item["status"], item["verified"], len(item["findings"])) == ("pass", True, 1)


def test_a_host_that_was_seen_proves_nothing() -> None:
    hosts = [found("pass", host="h1"), found("pass", host="h2")]
    item = canary(hosts, [], SEEN)
    assert item["status"] == "unknown" and "nobody looked on the controller for what h1 logs" in item["message"]
    elsewhere = canary(hosts, [], [SEEN[0], check("R-01/1", after="R-01/0", hosts=("log1",))])
    assert "nobody looked on log1 for what h1 logs" in elsewhere["message"]


def test_a_host_that_could_not_be_seen_is_unknown_beside_what_the_others_say() -> None:
    item = canary([found("unknown", "no way in", host="h1"), found("pass", host="h2")], [found("pass", "both log")], SEEN)
    assert (item["status"], item["message"]) == ("unknown", "h1: no way in")


def test_a_line_of_one_host_that_nobody_looked_for() -> None:
    item = canary([found("pass", host="h1"), found("pass", host="h2")], [found("pass", host="h1")])
    assert item["status"] == "unknown" and item["message"] == "nobody looked for the line of h2 on the controller"


def test_a_line_that_could_not_be_written() -> None:
    item = canary([found("fail", "no right to write", host="h1"), found("pass", host="h2")], [found("pass", host="h2")])
    assert (item["status"], item["message"]) == ("fail", "h1: no right to write")
    assert canary([found("unknown", host="h1"), found("unknown", host="h2")], [])["status"] == "unknown"


def test_one_answer_for_all_lines() -> None:
    item = canary([found("pass", host="h1"), found("pass", host="h2")], [found("unknown", "the store is down")])
    assert (item["message"], len(item["findings"])) == ("the store is down", 1)


# -- waivers


def covered(
    waivers: t.Sequence[t.Mapping[str, t.Any]], findings: t.Mapping[str, t.Any], checks: t.Any = (HOSTS,)
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    judgement = judge(plan(asked("R-01", checks=checks), asked("R-02", "minor"), waivers=tuple(waivers)), {"R-02": "pass", **findings})
    return one(judgement, "R-01"), judgement


BOTH = [found("fail", "bad", host="h1"), found("fail", "bad too", host="h2", instance="j")]


def test_the_observed_status_is_never_overwritten() -> None:
    item, judgement = covered([waiver("R-01")], {"R-01": BOTH})
    assert (item["observed_status"], item["status"]) == ("fail", "waived")
    assert [(finding["status"], finding["effective_status"]) for finding in item["findings"]] == [("fail", "waived")] * 2
    assert item["waiver"]["approved_by"] == "head" and not {"key", "declared_in"} & set(item["waiver"])
    assert judgement["verdict"] == "go_with_reservations" and item["hosts"] == {"fail": 2}


@pytest.mark.parametrize("state", ["expired", "not_yet", "refused"])
def test_a_waiver_that_is_not_in_force_covers_nothing(state: str) -> None:
    item, judgement = covered([waiver("R-01", state, until="2026-11-01")], {"R-01": BOTH})
    assert (item["status"], item["waiver"], judgement["verdict"]) == ("fail", None, "no_go")
    notice = "the waiver of R-01 ended on 2026-11-01: it covers nothing any more"
    assert (notice in judgement["notices"]) == (state == "expired")


def test_an_expired_waiver_of_what_passes_is_only_a_notice() -> None:
    item, judgement = covered(
        [waiver("R-01", "expired", until="2026-11-01")], {"R-01": [found("pass", host="h1"), found("pass", host="h2")]}
    )
    assert judgement["verdict"] == "go" and judgement["notices"] == ["the waiver of R-01 ended on 2026-11-01; the requirement passes"]


def test_a_waiver_that_is_not_needed() -> None:
    _item, judgement = covered([waiver("R-01")], {"R-01": [found("pass", host="h1"), found("pass", host="h2")]})
    assert judgement["verdict"] == "go" and judgement["waivers"][0]["state"] == "not_needed"
    assert judgement["notices"] == ["the waiver of R-01 is no longer needed: the requirement passes"]
    _item, judgement = covered([waiver("R-01")], {})
    assert judgement["waivers"][0]["state"] == "active", "who was not looked at may need it"


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"host": "h1"}, "fail"),
        ({"instance": "j"}, "fail"),
        ({"host": "h2", "instance": "i"}, "fail"),
        ({"host": "h3"}, "fail"),
        ({}, "waived"),
    ],
)
def test_a_waiver_of_one_host_or_instance_covers_no_other(scope: dict[str, str], status: str) -> None:
    item, _judgement = covered([waiver("R-01", **scope)], {"R-01": BOTH})
    assert item["status"] == status
    effective = [finding["effective_status"] for finding in item["findings"]]
    assert effective == [
        "waived" if scope.get("host") in (None, "h1") and scope.get("instance") in (None, "i") else "fail",
        "waived" if scope.get("host") in (None, "h2") and scope.get("instance") in (None, "j") else "fail",
    ]


def test_two_waivers_that_cover_everything_together() -> None:
    item, judgement = covered([waiver("R-01", host="h1", key="a"), waiver("R-01", host="h2", key="b", until="2027-01-01")], {"R-01": BOTH})
    assert item["status"] == "waived" and judgement["reservations"][0]["kind"] == "accepted"


def test_a_scoped_waiver_is_not_needed_when_what_it_is_about_passes() -> None:
    waivers = [waiver("R-01", host="h1", key="a"), waiver("R-01", host="h2", key="b")]
    _item, judgement = covered(waivers, {"R-01": [found("pass", host="h1"), found("fail", host="h2")]})
    assert [item["state"] for item in judgement["waivers"]] == ["not_needed", "active"]


LIMIT = check("R-01/0/accepted a", hosts=("h1", "h2"), accepted=True, waiver="a")


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        ([found("pass", host="h1"), found("pass", host="h2", instance="j")], "waived"),
        ([found("warn", host="h1"), found("pass", host="h2", instance="j")], "waived"),
        ([found("pass", host="h1"), found("fail", host="h2", instance="j")], "fail"),
        ([found("pass", host="h1"), found("unknown", host="h2", instance="j")], "fail"),
        ([found("pass", host="h1")], "fail"),
        ([], "fail"),
    ],
)
def test_a_temporary_limit_instead_of_blindness(accepted: list[t.Any], status: str) -> None:
    item, judgement = covered(
        [waiver("R-01", key="a", accept={"max_age": "72h"})], {"R-01": BOTH, "R-01/0/accepted a": accepted}, (HOSTS, LIMIT)
    )
    assert item["status"] == status and len(item["findings"]) == 2, "what was looked at for the waiver is no finding of its own"
    assert judgement["verdict"] == ("go_with_reservations" if status == "waived" else "no_go")


def test_each_waiver_has_limits_of_its_own() -> None:
    other = check("R-01/0/accepted b", hosts=("h1", "h2"), accepted=True, waiver="b")
    waivers = [waiver("R-01", key="a", accept={"max_age": "72h"}, host="h1"), waiver("R-01", key="b", accept={"max_age": "99h"}, host="h2")]
    within = {"R-01/0/accepted a": [found("fail", host="h1"), found("pass", host="h2", instance="j")]}
    beyond = {"R-01/0/accepted b": [found("pass", host="h1"), found("pass", host="h2", instance="j")]}
    item, _judgement = covered(waivers, {"R-01": BOTH, **within, **beyond}, (HOSTS, LIMIT, other))
    assert [finding["effective_status"] for finding in item["findings"]] == ["fail", "waived"]


@pytest.mark.parametrize(
    ("state", "until", "announced"),
    [
        ("active", "2026-12-25", True),
        ("active", "2026-12-26", False),
        ("active", "2027-12-26", False),
        ("not_yet", "2026-12-05", False),
    ],
)
def test_a_waiver_is_announced_to_end_in_its_last_30_days(state: str, until: str, announced: bool) -> None:
    _item, judgement = covered([waiver("R-01", state, until=until)], {"R-01": BOTH})
    assert any("ends on" in notice for notice in judgement["notices"]) is announced


def test_a_waiver_that_ends_soon_is_announced() -> None:
    _item, judgement = covered([waiver("R-01", until="2026-12-05")], {"R-01": BOTH})
    assert judgement["notices"] == ["the waiver of R-01 ends on 2026-12-05, in 10 days"] and judgement["waivers"][0]["days_left"] == 10


def test_a_waiver_of_what_the_plan_does_not_ask_says_nothing() -> None:
    soon = [waiver("R-99", until="2026-12-05"), waiver("R-98", "expired", until="2026-11-01")]
    _item, judgement = covered(soon, {"R-01": [found("pass", host="h1"), found("pass", host="h2")]})
    assert judgement["notices"] == [] and len(judgement["waivers"]) == 2


# -- debt


def a_debt(*adopted: Finding) -> Waiver:
    """A line of debt with the faults that were adopted; without any it is one of a version that kept none."""
    line = waiver("R-01", kind="debt")
    return dataclasses.replace(line, seen=SeenFaults(tuple(map(fault_of, adopted)), "run 1", "0" * 64)) if adopted else line


@pytest.mark.parametrize(
    ("adopted", "seen", "status", "reasons"),
    [
        ([found("fail", host="h1")], [found("fail", host="h1"), found("pass", host="h2")], "waived", []),
        ([found("fail", host="h1")], [found("fail", host="h1"), found("fail", host="h2")], "fail", ["h2 had no such fault then"]),
        ([found("warn", host="h1")], [found("fail", host="h1"), found("pass", host="h2")], "fail", ["it was warn then and is fail"]),
        ([], [found("fail", host="h1"), found("fail", host="h2")], "waived", []),
    ],
)
def test_debt_covers_what_was_adopted_and_says_what_is_new(
    adopted: list[Finding], seen: list[Finding], status: str, reasons: list[str]
) -> None:
    item = asked("R-01", checks=[HOSTS])
    judged = judge_findings(item, seen, plan(item, waivers=(a_debt(*adopted),)), {})
    assert (judged.effective.value, [str(reason) for reason in judged.reasons]) == (status, reasons)
    waived = plan(item, waivers=(a_debt(*adopted), waiver("R-01", host="h2"), waiver("R-01", host="h1")))
    judged = judge_findings(item, seen, waived, {})
    assert (judged.effective.value, judged.reasons) == ("waived", ()), "what a waiver covers is no news of the debt"


def test_debt_is_no_waiver_in_a_record() -> None:
    made = plan(asked("R-01"), asked("R-02"), waivers=(a_debt(), waiver("R-02")))
    assert [line["requirement"] for line in judge(made, {"R-01": "fail", "R-02": "fail"})["waivers"]] == ["R-02"]
    assert judge(plan(asked("R-01"), waivers=(a_debt(),)), {"R-01": "pass"})["notices"] == []


@pytest.mark.parametrize(
    ("adopted", "seen", "unseen"),
    [
        (["fail"], ["unknown", "fail"], True),
        (["fail"], ["fail", "unknown"], True),
        (["fail"], ["fail", "fail"], False),
        (["unknown"], ["unknown", "unknown"], False),
        (["unknown", "fail"], ["fail", "unknown"], False),
        ([], ["unknown", "pass"], True),
        ([], ["fail", "pass"], False),
    ],
)
def test_debt_that_covers_what_could_not_be_looked_at_is_told(adopted: list[str], seen: list[str], unseen: bool) -> None:
    item = asked("R-01", checks=[HOSTS])
    on_both = [found(status, host=host) for status in adopted for host in ("h1", "h2")]
    findings = [found(status, host=host) for status, host in zip(seen, ("h1", "h2"))]
    judged = judge_findings(item, findings, plan(item, waivers=(a_debt(*on_both),)), {})
    assert judged.unseen_in_debt is unseen
    assert not judge_findings(item, findings, plan(item, waivers=(waiver("R-01"),)), {}).unseen_in_debt, "a waiver is no debt"


# -- not applicable, not due, observed only


@pytest.mark.parametrize(("state", "status"), [(PlanState.NOT_APPLICABLE, "not_applicable"), (PlanState.NOT_DUE, "not_due")])
def test_what_does_not_apply_or_is_not_due_does_not_decide(state: str, status: str) -> None:
    judgement = judge(plan(asked("R-01", state=state, why="w"), asked("R-02", "major")), {"R-02": "pass"})
    assert (judgement["verdict"], judgement["required"], judgement["counts"][status]) == ("go", 1, 1)
    assert (one(judgement, "R-01")["status"], one(judgement, "R-01")["message"]) == (status, "w")


def test_what_is_only_observed_is_shown_and_does_not_decide() -> None:
    judgement = judge(plan(asked("R-01", deciding=False, stakeholder="x"), asked("R-02")), {"R-01": "fail", "R-02": "pass"})
    assert (judgement["verdict"], judgement["required"], judgement["reservations"]) == ("go", 1, [])
    assert one(judgement, "R-01")["status"] == "fail" and one(judgement, "R-01")["deciding"] is False
    assert "x" not in judgement["stakeholders"] and judgement["counts"]["fail"] == 0


# -- instruments, stakeholders, reservations


def test_an_instrument_that_fails_is_one_thing_with_what_it_leaves_unknown() -> None:
    down = {"instrument": "Prometheus http://p"}
    findings = {
        "R-01": [found("unknown", "no answer", **down)] * 2,
        "R-02": found("unknown", "no answer", **down),
        "R-03": found("pass", **down),
    }
    judgement = judge(plan(asked("R-01"), asked("R-02", "minor"), asked("R-03")), findings)
    assert judgement["instruments"] == [{"instrument": "Prometheus http://p", "message": "no answer", "requirements": ["R-01", "R-02"]}]


def test_a_stakeholders_state_is_the_worst_among_its_requirements() -> None:
    made = plan(
        asked("R-01", stakeholder="operators"), asked("R-02", "minor", stakeholder="operators"), asked("R-03", stakeholder="call_center")
    )
    assert judge(made, {"R-01": "pass", "R-02": "fail", "R-03": "warn"})["stakeholders"] == {"call_center": "warn", "operators": "fail"}


@pytest.mark.parametrize(
    ("status", "impact", "earlier", "kind", "due"),
    [
        ("fail", "major", None, "new", "2026-12-09"),
        ("warn", "blocker", None, "new", "2026-12-09"),
        ("fail", "major", {"raised": "2026-11-01", "due": "2026-11-30"}, "open", "2026-11-30"),
        ("fail", "major", {"raised": "2026-11-01", "due": "2026-11-25"}, "open", "2026-11-25"),
        ("fail", "major", {"raised": "2026-11-01", "due": "2026-11-24"}, "overdue", "2026-11-24"),
        ("pass", "major", {"raised": "2026-11-01", "due": "2026-11-24"}, None, None),
        ("fail", "minor", None, None, None),
        ("fail", "blocker", None, None, None),
        ("unknown", "blocker", None, None, None),
        ("unknown", "major", None, "new", "2026-12-09"),
    ],
)
def test_reservations(status: str, impact: str, earlier: dict[str, str] | None, kind: str | None, due: str | None) -> None:
    judgement = judge(plan(asked("R-01", impact)), {"R-01": status}, earlier={"R-01": earlier} if earlier else {})
    if kind is None:
        assert judgement["reservations"] == []
        return
    (reservation,) = judgement["reservations"]
    assert (reservation["kind"], reservation["due"], reservation["responsible"]) == (kind, due, "team")
    assert reservation["raised"] == (earlier or {}).get("raised", "2026-11-25")


def test_a_reservation_that_was_accepted_lasts_until_the_waiver_ends() -> None:
    made = plan(asked("R-01"), asked("R-02"), waivers=(waiver("R-01"),))
    (reservation,) = judge(made, {"R-01": "fail", "R-02": "pass"}, earlier={"R-01": {"raised": "2026-01-01", "due": "2026-02-01"}})[
        "reservations"
    ]
    assert (reservation["kind"], reservation["due"], reservation["status"]) == ("accepted", "2027-03-31", "waived")


def test_what_is_waived_in_part_is_no_accepted_reservation() -> None:
    made = plan(asked("R-01", "major", checks=[HOSTS]), waivers=(waiver("R-01", host="h1"),))
    (reservation,) = judge(made, {"R-01": [found("fail", host="h1"), found("warn", host="h2")]})["reservations"]
    assert (reservation["kind"], reservation["due"], reservation["status"]) == ("new", "2026-12-09", "warn")


def test_when_reservations_are_due() -> None:
    made = plan(asked("R-01", "major"), reservation_due="30d")
    assert judge(made, {"R-01": "fail"})["reservations"][0]["due"] == "2026-12-25"


# -- what is enforced


@pytest.mark.parametrize(
    ("mode", "rule", "verdict", "enforced"),
    [
        ("observe", {}, "no_go", "go"),
        ("enforce", {}, "no_go", "no_go"),
        ("enforce", {"mode": "observe"}, "no_go", "go"),
        ("observe", {"mode": "enforce"}, "no_go", "no_go"),
        ("enforce", {"enforce_from": "2026-11-25"}, "no_go", "no_go"),
        ("enforce", {"enforce_from": "2026-11-26"}, "no_go", "go"),
        ("observe", {"enforce_from": "2026-11-25"}, "no_go", "go"),
    ],
)
def test_what_a_verdict_does_to_the_play(mode: str, rule: dict[str, t.Any], verdict: str, enforced: str) -> None:
    judgement = judge(plan(asked("R-01", **rule), mode=mode), {"R-01": "fail"})
    assert (judgement["verdict"], judgement["enforced_verdict"]) == (verdict, enforced)


def test_nothing_to_judge_is_enforced_as_well() -> None:
    assert judge(plan(mode="enforce"), {})["enforced_verdict"] == "undetermined"
    assert judge(plan(mode="observe"), {})["enforced_verdict"] == "go"


def test_what_is_enforced_alone_is_not_undetermined_for_want_of_the_rest() -> None:
    made = plan(asked("R-01", mode="enforce"), asked("R-02"), waivers=(waiver("R-01"),))
    assert judge(made, {"R-01": "unknown", "R-02": "pass"})["enforced_verdict"] == "go_with_reservations"


# -- what is handed on


def test_the_worst_measurement_of_each_name() -> None:
    """What has a limit before what has none, however far it is from it; of two that are as near, the first."""
    without_and_even = [
        Measurement("idle", 7),
        Measurement("even", 0.5, 1, "upper"),
        Measurement("idle", 0, 3, "upper"),
        Measurement("even", 1, 2, "upper"),
    ]
    several = [
        found("pass", host="h1", measurements=[Measurement("disk", 0.5, 0.9, "upper"), Measurement("plain", 1), *without_and_even[:2]]),
        found(
            "fail",
            host="h2",
            measurements=[Measurement("disk", 0.95, 0.9, "upper"), Measurement("plain", 2, 3, "upper"), *without_and_even[2:]],
        ),
    ]
    item = one(judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": several}), "R-01")
    assert [(measurement["name"], measurement["value"]) for measurement in item["measurements"]] == [
        ("disk", 0.95),
        ("plain", 2),
        ("idle", 0),
        ("even", 0.5),
    ]
    assert item["measurements"][0]["headroom"] < 0


def test_what_a_requirement_says() -> None:
    several = [
        found("fail", "worse", host="h1", since="2026-11-22T00:00:00Z", remedy="mine", proof="derived"),
        found("fail", host="h2", since="2026-11-21T00:00:00Z", collected_at="2026-11-25T07:00:00Z"),
        found("pass", host="h2", instance="j", since="2026-01-01T00:00:00Z"),
    ]
    item = one(judge(plan(asked("R-01", checks=[HOSTS], valid_for="1d", declared_in="readiness.yml:7")), {"R-01": several}), "R-01")
    assert (item["since"], item["collected_at"], item["proof"]) == ("2026-11-21T00:00:00Z", "2026-11-25T07:00:00Z", "derived")
    assert (item["remedy"], item["valid_for_seconds"], item["declared_in"], item["message"]) == (
        "mine",
        86400,
        "readiness.yml:7",
        "h1: worse (and 1 more)",
    )
    assert one(judge(plan(asked("R-01")), {"R-01": "fail"}), "R-01")["remedy"] == "repair it"


def test_counts_of_every_status() -> None:
    names = ["pass", "warn", "unknown", "fail"]
    made = plan(
        *(asked(f"R-{number:02}") for number in range(4)), asked("R-10", state=PlanState.NOT_DUE), asked("R-11"), waivers=(waiver("R-11"),)
    )
    counts = judge(made, {f"R-{number:02}": status for number, status in enumerate(names)} | {"R-11": "fail"})["counts"]
    assert counts == {**dict.fromkeys(names, 1), "waived": 1, "not_due": 1, "not_applicable": 0, "inherited": 0}


def test_a_judgement_is_json_and_depends_on_nothing_else() -> None:
    made = plan(asked("R-01"), asked("R-02", "major"), waivers=(waiver("R-02"),))
    findings = {"R-01": "pass", "R-02": "fail"}
    assert json.loads(json.dumps(judge(made, findings))) == judge(made, findings)
    assert judge(made, findings, today=TODAY + dt.timedelta(days=1)) != judge(made, findings)


def test_the_proof_is_what_was_seen_and_none_where_nothing_was() -> None:
    made = plan(
        asked("A-01"),
        asked("B-01"),
        asked("C-01", state="not_applicable"),
        asked("D-01", state="not_declared"),
        asked("E-01", checks=[check("E-01/0", gap="it is missing")]),
        asked("F-01", checks=[check("F-01/0", hosts=("h1", "h2"))]),
    )
    findings = {
        "A-01": found("pass", proof="attested"),
        "B-01": found("unknown", "it did not answer"),
        "F-01": found("pass", host="h1", proof="derived"),
    }
    judged = judge(made, findings)
    proofs = {item["id"]: item["proof"] for item in judged["requirements"]}
    assert proofs == {"A-01": "attested", "B-01": "none", "C-01": "none", "D-01": "none", "E-01": "none", "F-01": "derived"}


def test_one_stand_in_among_proofs_is_named() -> None:
    seen = [found("pass", host="h1", proof="observed"), found("pass", host="h2", proof="stand_in")]
    for findings, proof in ((seen, "stand_in"), (seen[::-1], "stand_in"), (seen[:1], "observed")):
        assert one(judge(plan(asked("R-01", checks=[HOSTS])), {"R-01": findings}), "R-01")["proof"] == proof
