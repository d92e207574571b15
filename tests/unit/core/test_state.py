# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a service: the newest still valid finding of each requirement, whatever the phase that made it."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._judging.state import judge_state, recent_gates, updated
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from unit.core.judged import as_state, asked, check, found, judge, judgement_of, one, plan, to_json, waiver

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)


def after(
    state: t.Mapping[str, t.Any], made: Plan, findings: t.Mapping[str, t.Any], *, days: float = 0, phase: str = "recheck", **run: t.Any
) -> dict[str, t.Any]:
    moment = NOW + dt.timedelta(days=days)
    judgement = judgement_of(made, findings, today=moment.date(), earlier=state["reservations"])
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    facts = {
        "id": f"{stamp}-{phase}",
        "phase": phase,
        "finished_at": stamp,
        "enforced": False,
        "version": None,
        "deployment_id": None,
        "duration_seconds": 1.0,
    }
    before = as_state(state)
    new = updated(before, judgement, from_plain(Run, {**facts, **run}))
    assert to_json(before) == state, "the state that was there is left alone"
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(to_json(new))))


START = to_json(State.empty("payments", "production"))
BOTH = plan(asked("R-01"), asked("R-02", "major", valid_for="1d"), phase=None)


def state_of(made: Plan, state: t.Mapping[str, t.Any], days: float = 0) -> dict[str, t.Any]:
    return to_json(judge_state(made, as_state(state), NOW + dt.timedelta(days=days)))


def test_nothing_verified_yet() -> None:
    result = state_of(BOTH, START)
    assert (result["verdict"], one(result, "R-01")["message"]) == ("undetermined", "it has never been verified")


def test_findings_of_several_phases_together() -> None:
    state = after(START, plan(asked("R-01"), phase="pre"), {"R-01": "pass"}, phase="pre")
    assert state_of(BOTH, state)["verdict"] == "go_with_reservations", "the other was never looked at"
    state = after(state, plan(asked("R-02", "major", valid_for="1d"), phase="post"), {"R-02": "pass"}, phase="post", days=0.1)
    result = state_of(BOTH, state, 0.2)
    assert (result["verdict"], result["verified"], result["required"]) == ("go", 2, 2)
    assert [one(result, name)["phase"] for name in ("R-01", "R-02")] == ["pre", "post"]
    assert "findings" not in one(result, "R-01") and "accepted" not in one(result, "R-01")


def test_what_ends_by_itself_counts_no_longer() -> None:
    """The policy lets it count for 90 days; the statement ends before."""
    made = plan(asked("R-01", valid_for="90d"), phase="pre")
    stated = found("pass", proof="attested", valid_until="2026-12-05T23:59:59Z")
    state = after(START, made, {"R-01": [stated, found("pass")]}, phase="pre")
    assert state["requirements"]["R-01"]["valid_until"] == "2026-12-05T23:59:59Z"
    whole = plan(asked("R-01", valid_for="90d"), phase=None)
    assert [state_of(whole, state, days)["verdict"] for days in (10.5, 11)] == ["go", "undetermined"]
    assert "which no longer counts" in one(state_of(whole, state, 11), "R-01")["message"]
    longer = after(START, made, {"R-01": found("pass", proof="attested", valid_until="2099-12-05T23:59:59Z")}, phase="pre")
    assert longer["requirements"]["R-01"]["valid_until"] == "2027-02-23T06:00:00Z", "it never counts longer than the policy says"


def test_the_newest_finding_counts_also_when_it_is_worse() -> None:
    state = after(after(START, BOTH, {"R-01": "pass", "R-02": "pass"}), BOTH, {"R-01": "unknown", "R-02": "pass"}, days=0.1)
    assert state_of(BOTH, state, 0.2)["verdict"] == "undetermined"


def test_findings_that_are_too_old_count_no_more() -> None:
    state = after(START, BOTH, {"R-01": "pass", "R-02": "pass"})
    assert state_of(BOTH, state, 0.9)["verdict"] == "go"
    result = state_of(BOTH, state, 1.5)
    assert result["verdict"] == "go_with_reservations"
    assert one(result, "R-02")["message"] == "it was last verified on 2026-11-25, which no longer counts"
    assert state_of(BOTH, state, 8)["verdict"] == "undetermined"


def test_what_is_only_observed_before_counts_in_the_state() -> None:
    state = after(START, plan(asked("R-01", deciding=False), phase="pre"), {"R-01": "fail"}, phase="pre")
    assert state_of(plan(asked("R-01"), phase=None), state)["verdict"] == "no_go"


def test_what_comes_later_leaves_what_is_known_alone() -> None:
    state = after(START, BOTH, {"R-01": "pass", "R-02": "pass"})
    design = plan(asked("R-01", state="later", deciding=False), phase="design")
    assert after(state, design, {}, phase="design")["requirements"] == state["requirements"]


def test_not_due_lasts_no_longer_than_any_finding() -> None:
    state = after(START, plan(asked("R-01", state=PlanState.NOT_DUE, why="first"), asked("R-02", "major")), {"R-02": "pass"}, phase="pre")
    assert one(state_of(BOTH, state), "R-01")["status"] == "not_due"
    assert one(state_of(BOTH, state, 8), "R-01")["status"] == "unknown"


def test_not_applicable_is_what_the_files_say_now() -> None:
    exempt = plan(asked("R-01", state=PlanState.NOT_APPLICABLE, why="no host"), asked("R-02", "major"), phase=None)
    state = after(START, exempt, {"R-02": "pass"})
    assert state_of(exempt, state)["verdict"] == "go"
    result = state_of(BOTH, state)
    assert (result["verdict"], one(result, "R-01")["message"]) == (
        "undetermined",
        "it was not applicable when it was last looked at, and is now",
    )
    state = after(START, BOTH, {"R-01": "fail", "R-02": "pass"})
    assert state_of(exempt, state)["verdict"] == "go"


def test_what_was_not_declared_stays_a_fail_that_nobody_saw() -> None:
    state = after(START, plan(asked("R-01", state=PlanState.NOT_DECLARED, why="x"), asked("R-02", "major")), {"R-02": "pass"})
    result = state_of(BOTH, state)
    assert (result["verdict"], result["verified"]) == ("no_go", 1)


def test_waivers_are_those_of_today() -> None:
    state = after(START, BOTH, {"R-01": "fail", "R-02": "pass"})
    assert state_of(BOTH, state)["verdict"] == "no_go"
    requirements = (asked("R-01"), asked("R-02", "major"))
    result = state_of(plan(*requirements, phase=None, waivers=(waiver("R-01"),)), state)
    assert (result["verdict"], one(result, "R-01")["observed_status"]) == ("go_with_reservations", "fail")
    assert state_of(plan(*requirements, phase=None, waivers=(waiver("R-01", "expired"),)), state)["verdict"] == "no_go"


def test_a_temporary_limit_that_is_kept_counts_in_the_state() -> None:
    limit = check("R-01/0/accepted a", accepted=True, waiver="a")
    waivers = (waiver("R-01", key="a", accept={"max_age": "72h"}),)
    gate = plan(asked("R-01", checks=[check("R-01/0"), limit]), asked("R-02"), waivers=waivers)
    state = after(START, gate, {"R-01": "fail", "R-02": "pass", limit.key: "pass"})
    whole = plan(asked("R-01", checks=[]), asked("R-02", checks=[]), phase=None, waivers=waivers)
    assert state_of(whole, state)["verdict"] == "go_with_reservations"
    other = plan(
        asked("R-01", checks=[]), asked("R-02", checks=[]), phase=None, waivers=(waiver("R-01", key="b", accept={"max_age": "48h"}),)
    )
    assert state_of(other, state)["verdict"] == "no_go", "nobody has looked whether it keeps to another limit"
    beyond = after(START, gate, {"R-01": "fail", "R-02": "pass", limit.key: "fail"})
    assert state_of(whole, beyond)["verdict"] == "no_go"


def test_since_when_it_is_so() -> None:
    state = after(START, BOTH, {"R-01": "fail", "R-02": "pass"})
    assert state["requirements"]["R-01"]["since"] == "2026-11-25T06:00:00Z"
    state = after(state, BOTH, {"R-01": "fail", "R-02": "fail"}, days=1)
    assert [state["requirements"][name]["since"] for name in ("R-01", "R-02")] == ["2026-11-25T06:00:00Z", "2026-11-26T06:00:00Z"]
    state = after(state, BOTH, {"R-01": found("fail", since="2026-01-01T00:00:00Z"), "R-02": "fail"}, days=2)
    assert state["requirements"]["R-01"]["since"] == "2026-01-01T00:00:00Z", "the check knows better"


def test_reservations_are_remembered_until_they_are_lifted() -> None:
    state = after(START, BOTH, {"R-01": "pass", "R-02": "fail"})
    assert state["reservations"] == {"R-02": {"raised": "2026-11-25", "due": "2026-12-09"}}
    state = after(state, BOTH, {"R-01": "pass", "R-02": "warn"}, days=3)
    assert state["reservations"] == {"R-02": {"raised": "2026-11-25", "due": "2026-12-09"}}
    assert (
        judge(BOTH, {"R-01": "pass", "R-02": "warn"}, earlier=state["reservations"], today=dt.date(2026, 12, 10))["reservations"][0]["kind"]
        == "overdue"
    )
    other = plan(asked("R-01"), phase="post")
    assert after(state, other, {"R-01": "pass"}, phase="post")["reservations"], "a run that did not look at it lifts nothing"
    observed = plan(asked("R-01"), asked("R-02", "major", deciding=False), phase="pre")
    assert after(state, observed, {"R-01": "pass", "R-02": "pass"}, phase="pre")["reservations"], "nor one that only observes"
    assert after(state, BOTH, {"R-01": "pass", "R-02": "pass"}, days=4)["reservations"] == {}


def test_gates_and_deployments() -> None:
    state = after(START, BOTH, {"R-01": "pass", "R-02": "pass"}, phase="post", version="1.0", deployment_id="d1")
    state = after(state, BOTH, {"R-01": "fail", "R-02": "pass"}, phase="post", version="1.0", deployment_id="d1", days=1)
    state = after(state, BOTH, {"R-01": "pass", "R-02": "pass"}, phase="recheck", version="1.0", days=6)
    assert [deployment["deployment_id"] for deployment in state["deployments"]] == ["d1"], "the second post of a deployment is the same one"
    state = after(state, BOTH, {"R-01": "pass", "R-02": "pass"}, phase="post", version="1.1", deployment_id="d2", days=7)
    assert [deployment["version"] for deployment in state["deployments"]] == ["1.0", "1.1"]
    gates = to_json(recent_gates(as_state(state), NOW + dt.timedelta(days=14)))
    assert list(gates) == ["post"] and gates["post"]["version"] == "1.1", "the last gate is dropped after 7 days"
    for number in range(60):
        state = after(state, BOTH, {"R-01": "pass"}, phase="post", version=f"2.{number}", deployment_id=f"e{number}")
    assert len(state["deployments"]) == 50 and state["deployments"][-1]["version"] == "2.59"


def test_smoke_counts_as_any_other_phase() -> None:
    state = after(START, plan(asked("R-01"), phase="smoke"), {"R-01": "pass"}, phase="smoke", version="1.0")
    assert state["requirements"]["R-01"]["phase"] == "smoke" and state["gates"]["smoke"]["verdict"] == "go"
    assert [deployment["version"] for deployment in state["deployments"]] == ["1.0"], "somebody else has deployed it"
    state = after(state, BOTH, {"R-01": "pass", "R-02": "pass"}, phase="post", version="1.0", days=0.1)
    assert len(state["deployments"]) == 1 and state_of(BOTH, state, 0.2)["verdict"] == "go"


@pytest.mark.parametrize("version", [None, ""])
def test_a_post_without_a_version_is_no_deployment(version: str | None) -> None:
    assert after(START, BOTH, {"R-01": "pass"}, phase="post", version=version)["deployments"] == []
