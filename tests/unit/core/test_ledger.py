# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployments of a service, and the figures that follow from them."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import isoformat
from ansible_collections.operability.readiness.plugins.plugin_utils._model.deployments import Ledger as LedgerValue
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import Judgement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ledger as _ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.ledger import refusal
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import Unreadable, from_json, to_json

START = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.timezone.utc)
WEEK = 7 * 86400
Ledger = dict[str, t.Any]


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def after(ledger: Ledger, phase: str, version: str | None, at: float, verdict: str = "go", **run: t.Any) -> Ledger:
    """The ledger after a run that ended on this day, five minutes after it began."""
    emergency = run.pop("emergency", None)
    facts = {
        "id": f"{at}-{phase}",
        "phase": phase,
        "version": version,
        "deployment_id": version,
        "ticket": None,
        "partial": None,
        "deployment_kind": "planned",
        "cause": None,
        "started_at": isoformat(day(at) - dt.timedelta(minutes=5)),
        "finished_at": isoformat(day(at)),
        **run,
    }
    before = value(ledger)
    new = _ledger.entered(before, from_plain(Run, facts), Judgement(Verdict(verdict)), emergency=emergency)
    assert to_json(before) == ledger, "the ledger that was there is left alone"
    return t.cast("Ledger", json.loads(json.dumps(to_json(before if new is None else new))))


def value(ledger: Ledger) -> LedgerValue:
    return from_json(LedgerValue, ledger, "deployments.json")


def empty(service: str, environment: str, earlier: t.Sequence[t.Mapping[str, t.Any]] = ()) -> Ledger:
    return to_json(_ledger.empty(service, environment, [from_plain(Deployed, item) for item in earlier]))


def newest(ledger: Ledger, *count: int) -> list[dict[str, t.Any]]:
    return [to_json(entry) for entry in _ledger.newest(value(ledger), *count)]


def performance(ledger: Ledger, now: dt.datetime, within: float) -> dict[str, t.Any]:
    return to_json(_ledger.performance(value(ledger), now, within))


def whole(ledger: Ledger) -> bool:
    try:
        return _ledger.whole(value(ledger))
    except Unreadable:
        return False


def deployed(ledger: Ledger, version: str, at: float, verdict: str = "go", **run: t.Any) -> Ledger:
    """``pre`` an hour before, then ``post``."""
    return after(after(ledger, "pre", version, at - 1 / 24, **run), "post", version, at, verdict, **run)


def history(*deployments: tuple[t.Any, ...]) -> Ledger:
    """(version, day, verdict, kind)."""
    ledger = empty("pay", "production")
    for version, at, *more in deployments:
        kind = more[1] if len(more) > 1 else "planned"
        ledger = deployed(ledger, version, at, more[0] if more else "go", deployment_kind=kind, cause="INC1" if kind != "planned" else None)
    return ledger


def figures(ledger: Ledger, at: float, days: int = 30, within: float = WEEK) -> dict[str, t.Any]:
    made = performance(ledger, day(at), within)
    (window,) = [window for window in made["windows"] if window["days"] == days]
    return {**made, **window}


EMPTY = empty("pay", "production")


# -- entries


def test_an_entry_from_pre_to_post() -> None:
    ledger = after(EMPTY, "pre", "1.5.0", 0, "go_with_reservations", ticket="CHG-1", deployment_id="d7")
    (entry,) = ledger["deployments"]
    assert (entry["deployment_id"], entry["version"], entry["kind"], entry["ticket"]) == ("d7", "1.5.0", "planned", "CHG-1")
    assert entry["began_at"] == "2026-06-01T11:55:00Z" and entry["ended_at"] is None and newest(ledger) == []
    ledger = after(ledger, "post", "1.5.0", 0.1, "no_go", deployment_id="d7")
    (entry,) = newest(ledger)
    assert entry["began_at"] == "2026-06-01T11:55:00Z" and entry["at"] == entry["ended_at"] == "2026-06-01T14:24:00Z"
    assert entry["pre"] == {"verdict": "go_with_reservations", "code": 1, "run": "0-pre", "at": "2026-06-01T12:00:00Z"}
    assert entry["post"]["verdict"] == "no_go" and entry["ticket"] == "CHG-1"


def test_post_twice_is_one_deployment_that_ended_the_first_time() -> None:
    ledger = after(history(("1.0", 0, "no_go")), "post", "1.0", 0.01, "go")
    (entry,) = ledger["deployments"]
    assert entry["ended_at"] == isoformat(day(0)) and entry["post"]["verdict"] == "go"


def test_several_pre_are_one_deployment() -> None:
    ledger = after(after(after(EMPTY, "pre", "1.0", -2, "no_go"), "pre", "1.0", -1), "post", "1.0", 0)
    (entry,) = ledger["deployments"]
    assert entry["began_at"] == isoformat(day(-2) - dt.timedelta(minutes=5)) and entry["pre"]["verdict"] == "go"


def test_the_same_version_again_is_another_deployment() -> None:
    assert len(history(("1.0", 0), ("1.0", 1))["deployments"]) == 2, "pre came again"
    back = after(history(("1.0", 0), ("2.0", 1)), "post", "1.0", 1.1, deployment_kind="rollback", cause="INC1")
    assert [(entry["version"], entry["kind"]) for entry in back["deployments"]] == [
        ("1.0", "planned"),
        ("2.0", "planned"),
        ("1.0", "rollback"),
    ], "a rollback without a pre"
    # one change ticket as the id of both
    same = deployed(deployed(EMPTY, "2.0", 0, deployment_id="CHG-1"), "1.0", 0.1, deployment_id="CHG-1")
    assert len(same["deployments"]) == 2


def test_two_deployments_that_overlap() -> None:
    ledger = after(after(EMPTY, "pre", "a", 0), "pre", "b", 0.1)
    ledger = after(after(ledger, "post", "a", 0.2, "no_go"), "post", "b", 0.3)
    assert [(entry["version"], entry["post"]["verdict"]) for entry in ledger["deployments"]] == [("a", "no_go"), ("b", "go")]


def test_the_kind_is_kept_when_post_does_not_repeat_it() -> None:
    ledger = after(EMPTY, "pre", "1.0.1", 0, deployment_kind="hotfix", cause="INC7")
    (entry,) = after(ledger, "post", "1.0.1", 0.1)["deployments"]
    assert (entry["kind"], entry["cause"]) == ("hotfix", "INC7")
    (entry,) = after(after(EMPTY, "pre", "1.0.1", 0), "post", "1.0.1", 0.1, deployment_kind="hotfix", cause="INC7")["deployments"]
    assert (entry["kind"], entry["cause"]) == ("hotfix", "INC7")


@pytest.mark.parametrize(("phase", "version"), [("recheck", "1.0"), ("smoke", "1.0"), ("design", "1.0"), ("post", None), ("pre", None)])
def test_what_is_no_deployment(phase: str, version: str | None) -> None:
    assert after(EMPTY, phase, version, 0) == EMPTY


def test_a_batch_is_a_deployment_on_part_of_the_hosts() -> None:
    ledger = after(EMPTY, "pre", "2.0", 0)
    for number, verdict in enumerate(("go", "no_go", "go")):
        ledger = after(ledger, "post", "2.0", 0.1 + number / 100, verdict, partial="a batch")
    (entry,) = ledger["deployments"]
    assert entry["ended_at"] is None and (entry["batches"]["verdict"], entry["batches"]["count"]) == ("no_go", 3)
    assert figures(ledger, 1)["failed"] == 1
    whole = after(ledger, "post", "2.0", 0.2, "go")
    assert figures(whole, 1)["failed"] == 0, "the whole verification decides"


def test_what_is_kept() -> None:
    # each of the older ones entered into a ledger of its own, the last three into the one that is full
    older = [entry for number in range(517) for entry in history((str(number), number * 0.5))["deployments"]]
    ledger: Ledger = {**EMPTY, "deployments": older}
    for number in range(517, 520):
        ledger = deployed(ledger, str(number), number * 0.5)
    assert len(ledger["deployments"]) == 500 and ledger["deployments"][-1]["version"] == "519"
    assert ledger["deployments"][0]["version"] == "20", "the oldest go first"
    late = deployed(ledger, "late", 401 + 100)
    assert late["deployments"][0]["version"] == "202", "not older than 400 days"
    assert len(newest(late)) == 50


def test_deployments_of_a_state_without_a_ledger() -> None:
    older = [{"version": "0.9", "at": "2026-05-20T10:00:00Z", "deployment_id": "0.9"}, {"version": "0.8"}]
    ledger = deployed(empty("pay", "production", older), "1.0", 0)
    assert [entry["version"] for entry in newest(ledger)] == ["0.9", "1.0"]
    made = figures(ledger, 1)
    assert made["kinds"] == {"planned": 1, "hotfix": 0, "rollback": 0, "not_recorded": 1}
    assert (made["deployments"], made["judged"], made["change_fail_ratio"]) == (2, 1, 0.0), "nobody knows whether it failed"
    again = after(empty("pay", "production", older), "post", "0.9", 0.5)
    assert len(again["deployments"]) == 1 and again["deployments"][0]["kind"] == "planned"


# -- figures


def test_no_deployment_no_figure() -> None:
    for ledger in (EMPTY, after(EMPTY, "pre", "1.0", 0, "no_go"), history(("1.0", -200))):
        made = figures(ledger, 1, 90)
        assert made["deployments"] == 0
        keys = ("per_week", "change_fail_ratio", "deployment_rework_ratio", "recovery_seconds", "first_time_right_ratio")
        assert [made[key] for key in keys] == [None] * 5
    assert figures(EMPTY, 0)["last_unplanned_at"] is None


def test_a_deployment_that_was_refused_is_none() -> None:
    ledger = after(history(("1.0", 0)), "pre", "2.0", 1, "no_go")
    assert figures(ledger, 2)["deployments"] == 1


def test_change_fail_rate() -> None:
    ledger = history(("1", 0), ("2", 1, "no_go"), ("1", 1.1, "go", "rollback"), ("3", 2, "go_with_reservations"), ("4", 10))
    made = figures(ledger, 20)
    assert (made["failed"], made["judged"], made["change_fail_ratio"]) == (1, 5, 0.2)
    assert (made["unplanned"], made["deployment_rework_ratio"]) == (1, 0.2)
    assert made["kinds"] == {"planned": 4, "hotfix": 0, "rollback": 1}


def test_good_at_first_and_followed_by_a_hotfix_in_time() -> None:
    assert figures(history(("1", 0), ("1.1", 6.9, "go", "hotfix")), 10)["failed"] == 1
    assert figures(history(("1", 0), ("1.1", 7.2, "go", "hotfix")), 10)["failed"] == 0
    assert figures(history(("1", 0), ("1.1", 7.2, "go", "hotfix")), 10, within=8 * 86400)["failed"] == 1
    # each hotfix speaks of the one before it
    chain = history(("1", 0), ("1.1", 1, "go", "hotfix"), ("1.2", 2, "go", "hotfix"))
    assert (figures(chain, 3)["failed"], figures(chain, 3)["change_fail_ratio"]) == (2, 0.6667)
    assert figures(history(("1", 0), ("2", 1)), 3)["failed"] == 0, "a planned one is no intervention"


def test_undetermined_is_neither_good_nor_bad_unless_it_was_followed() -> None:
    assert figures(history(("1", 0), ("2", 1, "undetermined")), 10)["judged"] == 1
    made = figures(history(("1", 0), ("2", 1, "undetermined"), ("1", 1.1, "go", "rollback")), 10)
    assert (made["failed"], made["judged"], made["deployments"]) == (1, 3, 3)


def test_what_was_rolled_back_without_a_post_was_deployed_and_failed() -> None:
    begun = after(history(("1", 0)), "pre", "2", 1)
    back = after(begun, "post", "1", 1.1, deployment_kind="rollback", cause="the deployment broke off")
    made = figures(back, 3)
    assert (made["deployments"], made["failed"]) == (3, 1)
    assert made["recovery_seconds"] == pytest.approx(0.1 * 86400 + 300)


def test_recovery_time_is_the_median_until_the_next_good_one() -> None:
    ledger = history(
        ("1", 0, "no_go"), ("0", 0.5, "no_go", "rollback"), ("0", 1, "go", "rollback"), ("2", 10, "no_go"), ("2.1", 10.25, "go", "hotfix")
    )
    made = figures(ledger, 20)
    assert (made["failed"], made["recovered"], made["recovery_seconds"]) == (3, 3, 0.5 * 86400)
    open_one = figures(history(("1", 0), ("2", 1, "no_go")), 20)
    assert (open_one["failed"], open_one["recovered"], open_one["recovery_seconds"]) == (1, 0, None)


def test_right_the_first_time_is_known_after_a_week() -> None:
    ledger = history(("1", 0), ("2", 8), ("2.1", 9, "go", "hotfix"), ("3", 18))
    made = figures(ledger, 20)
    assert (made["settled"], made["first_time_right_ratio"]) == (2, 0.5), "3 is too young, a hotfix is not planned"


def test_days_since_the_last_unplanned_deployment() -> None:
    ledger = history(("1", 0), ("1.1", 3, "go", "hotfix"), ("2", 10))
    assert (figures(ledger, 45)["days_since_last_unplanned"], figures(ledger, 45)["last_unplanned_at"]) == (42, isoformat(day(3)))
    assert figures(history(("1", 0)), 5)["days_since_last_unplanned"] is None


def test_one_that_could_not_wait_is_unplanned() -> None:
    ledger = deployed(history(("1", 0)), "1.1", 1, emergency="INC0042")
    made = figures(ledger, 3)
    assert (made["unplanned"], made["failed"]) == (1, 1) and ledger["deployments"][-1]["emergency"] == "INC0042"


def test_an_emergency_gives_a_deployment_without_a_name_its_own() -> None:
    ledger = after(after(EMPTY, "pre", None, 0, emergency="INC0042"), "post", None, 0.1, "undetermined", emergency="INC0042")
    (entry,) = newest(ledger)
    assert (entry["deployment_id"], entry["version"], entry["emergency"]) == ("INC0042", None, "INC0042")


def test_windows() -> None:
    ledger = history(("1", 0, "no_go"), ("2", 60), ("3", 61))
    assert [figures(ledger, 70, days)["deployments"] for days in (30, 90)] == [2, 3]
    assert [figures(ledger, 70, days)["change_fail_ratio"] for days in (30, 90)] == [0.0, 0.3333]
    assert figures(ledger, 70)["per_week"] == 0.47
    assert figures(ledger, 70)["recorded_since"] == isoformat(day(0) - dt.timedelta(hours=1, minutes=5))


def test_a_clock_that_went_back() -> None:
    made = figures(history(("1", 5, "no_go"), ("1", 4, "go", "rollback")), 5)
    assert (made["failed"], made["recovery_seconds"], made["days_since_last_unplanned"]) == (1, 0.0, 1)


# -- what is refused


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({"phase": "pre", "deployment_kind": "hotfix"}, True),
        ({"phase": "post", "deployment_kind": "rollback", "cause": ""}, True),
        ({"phase": "post", "deployment_kind": "rollback", "cause": "INC1"}, False),
        ({"phase": "pre", "deployment_kind": "hotfix", "emergency": "INC1"}, False),
        ({"phase": "pre", "deployment_kind": "planned"}, False),
        ({"phase": "recheck", "deployment_kind": "hotfix"}, False),
        ({"phase": "pre"}, False),
    ],
)
def test_an_unplanned_deployment_needs_a_cause(options: dict[str, t.Any], refused: bool) -> None:
    said = refusal(options)
    assert (said is not None) == refused
    if said:
        assert f"a {options['deployment_kind']} is an unplanned deployment" in said and "readiness_cause" in said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ledger: ledger.update(deployments={}),
        lambda ledger: ledger["deployments"].append("1.0"),
        lambda ledger: ledger["deployments"][0].pop("kind"),
        lambda ledger: ledger["deployments"][0].update(began_at="yesterday"),
        lambda ledger: ledger["deployments"][0].update(began_at=None),
        lambda ledger: ledger["deployments"][0].update(ended_at="2026-06-01T12:00:00"),
        lambda ledger: ledger["deployments"][0].update(post="go"),
        lambda ledger: ledger["deployments"][0].update(post={"verdict": "go", "code": 0, "at": 12}),
    ],
)
def test_a_ledger_that_is_not_whole(spoil: t.Callable[[Ledger], t.Any]) -> None:
    ledger = history(("1", 0))
    assert whole(ledger)
    spoil(ledger)
    assert not whole(ledger)
