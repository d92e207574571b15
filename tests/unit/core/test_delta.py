# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.operability.readiness.plugins.plugin_utils import _delta
from ansible_collections.operability.readiness.plugins.plugin_utils._text import since_last


def judgement(verdict: str = "no_go", later: t.Sequence[str] = (), observed: t.Sequence[str] = (), **statuses: str) -> dict[str, t.Any]:
    return {
        "verdict": verdict,
        "requirements": [
            {"id": name, "status": status, "deciding": name not in observed, "state": "later" if name in later else "planned"}
            for name, status in statuses.items()
        ],
    }


def record(**statuses: str) -> dict[str, t.Any]:
    return {"run": {"id": "R1", "finished_at": "2026-11-26T06:00:00Z", "version": "1"}, "judgement": judgement(**statuses)}


def names(items: t.Sequence[t.Mapping[str, str]]) -> list[str]:
    return [item["requirement"] for item in items]


def test_what_is_new_worse_repaired_and_unchanged() -> None:
    earlier = record(A="pass", B="fail", C="warn", D="unknown", E="fail", F="waived", G="pass")
    delta = _delta.since(earlier, judgement(A="fail", B="pass", C="fail", D="warn", E="fail", F="warn", G="pass", H="fail"))
    assert delta is not None
    assert names(delta["new_failures"]) == ["A", "F"] and delta["new_failures"][0] == {"requirement": "A", "before": "pass", "now": "fail"}
    assert (names(delta["worse"]), names(delta["repaired"]), names(delta["unchanged"])) == (["C"], ["B"], ["D", "E"])
    assert (delta["added"], delta["dropped"], delta["run"], delta["verdict_before"]) == (["H"], [], "R1", "no_go")
    assert since_last(delta) == "2026-11-26, NO-GO: new failures: A, F; worse: C; repaired: B; 2 unchanged"


def test_what_decides_in_one_run_only_is_no_failure() -> None:
    delta = _delta.since(record(A="pass", B="pass"), judgement(later=["A"], observed=["B"], A="fail", B="fail"))
    assert delta is not None
    assert (delta["new_failures"], delta["dropped"]) == ([], ["A", "B"])
    assert since_last(delta).endswith("nothing changed")


def test_without_an_earlier_run() -> None:
    assert _delta.since(None, judgement(A="fail")) is None
