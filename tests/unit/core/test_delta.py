# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import Judgement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.record import PastRun
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.telling import since_decision, since_last
from ansible_collections.operability.readiness.plugins.plugin_utils._recording import delta as _delta
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import to_json


def judgement(verdict: str = "no_go", later: t.Sequence[str] = (), observed: t.Sequence[str] = (), **statuses: str) -> Judgement:
    given = {
        "verdict": verdict,
        "requirements": [
            {"id": name, "status": status, "deciding": name not in observed, "state": "later" if name in later else "planned"}
            for name, status in statuses.items()
        ],
    }
    return from_plain(Judgement, given)


def record(**statuses: str) -> PastRun:
    return PastRun(Run("R1", "pre", finished_at="2026-11-26T06:00:00Z", version="1"), judgement(**statuses))


def since(earlier: PastRun | None, now: Judgement) -> dict[str, t.Any] | None:
    delta = _delta.since(earlier, now)
    return to_json(delta) if delta else None


def after_decisions(taken: t.Sequence[Decision], now: Judgement, **run: t.Any) -> dict[str, t.Any] | None:
    delta = _delta.since_decision(taken, Run("R2", **{"environment": "prod", "phase": "pre", **run}), now)
    return to_json(delta) if delta else None


def names(items: t.Sequence[t.Mapping[str, str]]) -> list[str]:
    return [item["requirement"] for item in items]


def test_what_is_new_worse_repaired_and_unchanged() -> None:
    earlier = record(A="pass", B="fail", C="warn", D="unknown", E="fail", F="waived", G="pass")
    delta = since(earlier, judgement(A="fail", B="pass", C="fail", D="warn", E="fail", F="warn", G="pass", H="fail"))
    assert delta is not None
    assert names(delta["new_failures"]) == ["A", "F"] and delta["new_failures"][0] == {"requirement": "A", "before": "pass", "now": "fail"}
    assert (names(delta["worse"]), names(delta["repaired"]), names(delta["unchanged"])) == (["C"], ["B"], ["D", "E"])
    assert (delta["added"], delta["dropped"], delta["run"], delta["verdict_before"]) == (["H"], [], "R1", "no_go")
    assert since_last(delta) == "2026-11-26, NO-GO: new failures: A, F; worse: C; repaired: B; 2 unchanged"


def test_what_is_only_covered_is_not_repaired() -> None:
    delta = since(record(A="fail", B="unknown", C="fail"), judgement(A="waived", B="waived", C="not_applicable"))
    assert delta is not None
    assert (names(delta["repaired"]), names(delta["unchanged"]), names(delta["new_failures"])) == (["C"], [], [])


def test_what_decides_in_one_run_only_is_no_failure() -> None:
    delta = since(record(A="pass", B="pass"), judgement(later=["A"], observed=["B"], A="fail", B="fail"))
    assert delta is not None
    assert (delta["new_failures"], delta["dropped"]) == ([], ["A", "B"])
    assert since_last(delta).endswith("nothing changed")


def test_without_an_earlier_run() -> None:
    assert since(None, judgement(A="fail")) is None


def decision(name: str, at: str = "2026-11-20T09:00:00Z", phase: str = "pre", environment: str = "prod", **statuses: str) -> Decision:
    given = {
        "schema_version": 1,
        "digest": "d",
        "valid_until": "2026-12-31",
        "service": "payments",
        "id": name,
        "environment": environment,
        "phase": phase,
        "run": f"run of {name}",
        "body": "change board",
        "date": at[:10],
        "outcome": "go_with_conditions",
        "recorded_at": at,
        "verdict": "go_with_reservations",
        "evidence": {"version": "4", "requirements": statuses},
    }
    return from_plain(Decision, given)


def test_what_changed_since_the_newest_decision_in_this_environment() -> None:
    taken = [
        decision("new", A="pass", B="waived W-1", C="fail", D="fail", X="pass"),
        decision("old", at="2026-10-01T09:00:00Z", A="fail"),
        decision("elsewhere", at="2026-11-25T09:00:00Z", environment="test", A="fail"),
    ]
    seen = judgement(A="fail", B="warn", C="pass", D="fail", E="pass", **{"DEC-01": "fail"})
    delta = after_decisions(taken, seen)
    assert delta is not None
    assert (delta["decision"], delta["run"], delta["version"], delta["outcome"]) == ("new", "run of new", "4", "go_with_conditions")
    assert (names(delta["new_failures"]), names(delta["repaired"]), names(delta["unchanged"])) == (["A", "B"], ["C"], ["D"])
    assert (delta["added"], delta["dropped"]) == (["E"], ["X"]), "that nobody decided again is nothing new"
    assert since_decision(delta) == (
        "2026-11-20, change board: GO WITH CONDITIONS (the gate said GO WITH RESERVATIONS): new failures: A, B; repaired: C; 1 unchanged"
    )


def test_a_decision_of_another_phase_adds_and_drops_nothing() -> None:
    delta = after_decisions([decision("one", A="pass", B="pass")], judgement(A="pass", C="fail"), phase="recheck")
    assert delta is not None
    assert (delta["added"], delta["dropped"], delta["new_failures"]) == ([], [], [])
    assert since_decision(delta).endswith(": nothing changed")


def test_without_a_decision_about_what_was_seen() -> None:
    without_evidence = dataclasses.replace(decision("broken"), evidence=None)
    assert after_decisions([without_evidence], judgement(A="fail")) is None
