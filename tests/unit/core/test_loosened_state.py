# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looser in the checks of any phase is told of the service's state, which is that of all phases."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import NO_LEAVE, Leave, Loosening
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.metrics import exposition
from unit.core.described import describe, plan_of, problems_of
from unit.core.judged import asked, found, plan, record_and_state, to_json
from unit.core.test_authority import ENFORCED, LOOSER, OBSERVED, SERVICE, TIGHTER, WAY_OVER, with_line

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)


def both(text: str, organisation: str, phase: str) -> tuple[Plan, Plan]:
    """The plan of a phase, and that of all phases in the same run."""
    described = describe(text, organisation, phase=phase, version="1")
    return plan_of(described), plan_of(described, phase=None)


@pytest.mark.parametrize("organisation", [OBSERVED, WAY_OVER], ids=["observed", "way over"])
@pytest.mark.parametrize("line", [line for line, _kind, _key in LOOSER])
def test_what_a_phase_tells_is_told_of_all_phases(line: str, organisation: str) -> None:
    for phase in ("pre", "recheck"):
        made, whole = both(with_line(line), organisation, phase)
        told, of_all = ([(one.kind, one.key, one.by, one.leave) for one in which.loosened] for which in (made, whole))
        assert set(told) <= set(of_all) and len(set(of_all)) == len(of_all), "each once"


@pytest.mark.parametrize("text", [SERVICE, *map(with_line, TIGHTER)])
def test_what_is_not_looser_is_not_told(text: str) -> None:
    assert both(text, ENFORCED, "recheck")[1].loosened == ()


def test_only_the_phase_that_looks_at_it_refuses_what_has_no_leave() -> None:
    described = describe(with_line("flows: []"), ENFORCED, phase="recheck", version="1")
    assert problems_of(lambda: plan_of(described, phase="pre")) != []
    assert [(one.kind, one.leave) for one in plan_of(described, phase=None).loosened] == [("traits", Leave.REFUSED)]
    assert problems_of(lambda: plan_of(described, phase="recheck")) == []


# -- the state


def judged(leave: Leave | None, phase: str, state: dict[str, t.Any], *, here: bool, days: int) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """A whole run that finds everything good; ``here``: this phase looks at what is looser."""
    one = (
        Loosening("limits", "requirements.PLT-02.with.disk", "readiness.yml:9", found("pass").message, found("pass").message, leave=leave),
    )
    loose = one if leave else ()
    made = plan(asked("R-01"), phase=phase, loosened=loose if here else ())
    whole = dataclasses.replace(made, phase=None, loosened=loose)
    return record_and_state(
        made, state, {"R-01/0": [found("pass")]}, whole=whole, now=NOW + dt.timedelta(days=days), phase=phase, version="1"
    )


def series(record: dict[str, t.Any], name: str) -> list[str]:
    return [line for line in exposition(record).decode().splitlines() if line.startswith(f"operability_{name}{{")]


@pytest.mark.parametrize(
    ("leave", "verdict", "told"),
    [
        (None, "go", []),
        (Leave.GIVEN, "go", ["limits"]),
        (Leave.REFUSED, "go", ["limits"]),
        (Leave.WAY_OVER, "go_with_reservations", ["limits"]),
    ],
)
@pytest.mark.parametrize("here", [True, False])
def test_the_state_carries_what_is_looser(leave: Leave | None, verdict: str, told: list[str], here: bool) -> None:
    record, _after = judged(leave, "recheck", to_json(State.empty("payments", "production")), here=here, days=0)
    assert record["state"]["verdict"] == verdict
    assert [one["kind"] for one in record["state"]["loosened"]] == told
    assert [line.rpartition(" ")[2] for line in series(record, "loosened")] == ["1.0"] * len(told)
    assert all('kind="limits"' in line for line in series(record, "loosened"))
    assert series(record, "service_state")[0].endswith(" 1.0" if leave is Leave.WAY_OVER else " 0.0")


def test_the_reservation_keeps_its_day_in_nights_that_look_at_something_else() -> None:
    record, after = judged(Leave.WAY_OVER, "pre", to_json(State.empty("payments", "production")), here=True, days=0)
    due = after["reservations"][NO_LEAVE]["due"]
    for night in range(1, 20):
        record, after = judged(Leave.WAY_OVER, "recheck", after, here=False, days=night)
        assert record["judgement"]["verdict"] == "go" and record["state"]["verdict"] == "go_with_reservations"
        assert not any("is lifted" in notice for notice in record["judgement"]["notices"])
        (mine,) = [item for item in record["state"]["reservations"] if item["requirement"] == NO_LEAVE]
        assert mine["due"] == due and mine["kind"] == ("overdue" if night > 14 else "open")
    record, after = judged(Leave.GIVEN, "recheck", after, here=False, days=20)
    assert NO_LEAVE not in after["reservations"] and record["state"]["verdict"] == "go"
    assert any("AUT-01" in notice and "is lifted" in notice for notice in record["judgement"]["notices"])
