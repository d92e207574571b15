# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often what is waived was waived again: within the files, and from run to run."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import OnceWaived, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.waiver import Waiver
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.renewals import remembered
from unit.core.judged import asked, found, one, plan, record_and_state, to_json, waiver

NOW = dt.datetime(2026, 11, 25, 8, 0, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    ("known", "waivers", "renewals"),
    [
        ({}, [waiver("R-01")], 0),
        ({}, [waiver("R-01", "expired", until="2026-11-01"), waiver("R-01")], 1),
        ({}, [waiver("R-01"), waiver("R-01", "expired", until="2026-11-01"), waiver("R-01", "expired", until="2026-06-01")], 2),
        ({"R-01": OnceWaived("2027-03-31")}, [waiver("R-01")], 0),  # the same, the next night
        ({"R-01": OnceWaived("2026-11-30", 3)}, [waiver("R-01")], 4),  # longer, or again
        ({"R-01": OnceWaived("2027-06-01", 3)}, [waiver("R-01")], 3),  # shorter
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", "requested")], 0),
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", "refused")], 0),
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", "not_yet")], 0),
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", "not_needed")], 1),
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", kind="debt")], 0),
        ({"R-01": OnceWaived("2026-11-30")}, [waiver("R-01", host="h1")], 0),  # something else
        ({"R-01": OnceWaived("2026-11-30")}, [], 0),
    ],
)
def test_an_end_that_is_moved(known: dict[str, OnceWaived], waivers: list[Waiver], renewals: int) -> None:
    assert remembered(known, waivers)["R-01"].renewals == renewals


def test_each_thing_that_is_waived_is_counted_for_itself() -> None:
    both = [waiver("R-01", host="h1", instance="a", until="2026-12-01"), waiver("R-01", host="h2", until="2027-12-01")]
    assert remembered({}, both) == {"R-01 host=h1 instance=a": OnceWaived("2026-12-01"), "R-01 host=h2": OnceWaived("2027-12-01")}


def run(state: t.Mapping[str, t.Any], until: str) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    made = plan(asked("R-01"), waivers=(waiver("R-01", until=until),), phase="recheck")
    return record_and_state(made, state, {"R-01/0": [found("fail")]}, now=NOW)


def test_the_state_remembers_and_the_record_tells() -> None:
    record, state = run(to_json(State.empty("payments", "production")), "2026-12-01")
    assert "renewals" not in record["judgement"]["waivers"][0] and state["waived"] == {"R-01": {"until": "2026-12-01", "renewals": 0}}
    for number, until in enumerate(("2026-12-15", "2027-01-15"), 1):
        record, state = run(state, until)
        assert record["judgement"]["waivers"][0]["renewals"] == number == one(record["judgement"], "R-01")["waiver"]["renewals"]
        assert record["state"]["waivers"][0]["renewals"] == number == state["waived"]["R-01"]["renewals"]
    record, state = run(state, "2027-01-15")
    assert record["judgement"]["waivers"][0]["renewals"] == 2, "it is the same"


def test_a_state_of_an_earlier_version_is_read() -> None:
    old = to_json(State.empty("payments", "production"))
    del old["waived"]
    _record, state = run(old, "2026-12-01")
    assert state["waived"]["R-01"]["renewals"] == 0
