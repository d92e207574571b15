# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._judging import state as _state
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import reuse as _reuse
from ansible_collections.operability.readiness.plugins.plugin_utils._running.verification import without
from unit.core.judged import as_state, asked, check, judgement_of, plan, to_json

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
EXPENSIVE = asked("R-01", valid_for="7d", repeat="when_due")
PLAN = plan(EXPENSIVE, asked("R-02", valid_for="7d"))


def state(status: str = "pass", made: t.Any = PLAN, at: dt.datetime = NOW, **options: t.Any) -> dict[str, t.Any]:
    judgement = judgement_of(made, {"R-01": status, "R-02": "pass"}, today=at.date(), **options)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    run = {"id": "run 1", "phase": "recheck", "finished_at": stamp, "enforced": False, "version": None, "duration_seconds": 1.0}
    return to_json(_state.updated(State.empty("payments", "production"), judgement, from_plain(Run, run)))


def still_proven(made: t.Any, held: t.Mapping[str, t.Any], now: dt.datetime) -> dict[str, t.Any]:
    return to_json(_reuse.still_proven(made, as_state(held), now))


@pytest.mark.parametrize(
    ("days", "counts"),
    [(0.0, True), (1.0, True), (5.9, True), (6.1, False), (8.0, False), (-1.0, False)],
)
def test_a_proof_counts_until_a_day_before_its_end(days: float, counts: bool) -> None:
    assert list(still_proven(PLAN, state(), NOW + dt.timedelta(days=days))) == (["R-01"] if counts else [])


@pytest.mark.parametrize("status", ["fail", "warn", "unknown"])
def test_only_what_passed_stands(status: str) -> None:
    assert still_proven(PLAN, state(status), NOW) == {}


def test_at_other_phases_all_is_verified() -> None:
    assert still_proven(dataclasses.replace(PLAN, phase="post"), state(), NOW) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"args": {"path": "/other"}},
        {"hosts": ("h3",)},
        {"instance": "other"},
        {"run_as": "payments"},
    ],
)
def test_a_proof_of_something_else_is_none(changed: dict[str, t.Any]) -> None:
    other = plan(asked("R-01", valid_for="7d", repeat="when_due", checks=[check("R-01/0", **changed)]), asked("R-02"))
    assert still_proven(other, state(), NOW) == {}


def test_a_proof_that_stands_is_judged_and_not_made_younger() -> None:
    before = state()
    proven = still_proven(PLAN, before, NOW)
    later = NOW + dt.timedelta(days=2)
    made = judgement_of(PLAN, {"R-02": "pass"}, today=later.date(), proven=proven)
    judgement = to_json(made)
    first = judgement["requirements"][0]
    assert (judgement["verdict"], judgement["verified"], first["status"]) == ("go", 2, "pass")
    assert first["reused"]["run"] == "run 1" and first["message"].endswith("(verified on 2026-11-25, counts until 2026-12-02)")
    run = {"id": "run 2", "phase": "recheck", "finished_at": "2026-11-27T06:00:00Z", "enforced": False, "version": None}
    after = to_json(_state.updated(as_state(before), made, from_plain(Run, {**run, "duration_seconds": 1.0})))
    assert after["requirements"]["R-01"] == before["requirements"]["R-01"]
    assert after["requirements"]["R-02"]["run"] == "run 2"


def test_its_checks_are_left_out() -> None:
    assert [item.requirement for item in without(PLAN, {"R-01"}).checks] == ["R-02"]
