# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import emergency as _emergency
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import refused as _refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model import emergency as _emergency_value
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import Judgement, Override
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import overrides as _overrides
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import reservations as _reservations
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.in_time import within
from unit.core.described import describe
from unit.core.judged import TODAY, as_state, asked, judge, judgement_of, plan, to_json, waiver

RUN: dict[str, t.Any] = {
    "id": "r1",
    "phase": "post",
    "partial": None,
    "emergency": None,
    "version": "1",
    "finished_at": "2026-11-25T08:00:00Z",
}
NO_GO = Judgement(Verdict.NO_GO, reasons=("R-01 x: y",))
STATE = State.empty("payments", "production")


def a_run(**changes: t.Any) -> Run:
    return from_plain(Run, {**RUN, **changes})


def override(**changes: t.Any) -> Override:
    author = _overrides.Author("INC0042", "emergency", "ana", None)
    return dataclasses.replace(_overrides.opened("ALL", author, "3d", NO_GO, a_run()), **changes)


@pytest.mark.parametrize(
    ("verdict", "run", "wanted"),
    [
        ("go", {}, True),
        ("go_with_reservations", {"phase": "recheck"}, True),
        ("no_go", {}, False),
        ("undetermined", {}, False),
        ("go", {"phase": "pre"}, False),
        ("go", {"phase": "smoke"}, False),
        ("go", {"partial": "limited to h1"}, False),
        ("go", {"emergency": {"id": "INC0043", "reason": None, "by": "ana"}}, False),
    ],
)
def test_what_closes_an_override(verdict: str, run: dict[str, t.Any], wanted: bool) -> None:
    assert _overrides.closes(Judgement(Verdict(verdict)), a_run(**run)) is wanted


def test_opened_again_it_keeps_its_day_and_closed_it_is_kept() -> None:
    first = override()
    before = dataclasses.replace(STATE, overrides=(first,))
    again = _overrides.after(before, [override(due="2027-01-01", at="x", version="2")], a_run(), closing=False)
    assert again.overrides == (dataclasses.replace(first, version="2"),)
    closed = _overrides.after(again, [], a_run(id="r2"), closing=True)
    assert closed.overrides == () and closed.closed_overrides[0].closed_by == "r2"
    many = _overrides.after(dataclasses.replace(before, closed_overrides=(first,) * 60), [], a_run(), closing=True)
    assert len(many.closed_overrides) == 50


@pytest.mark.parametrize(("status", "before"), [("pass", "go"), ("fail", "no_go"), ("unknown", "undetermined")])
def test_only_an_overdue_one_changes_a_go(status: str, before: str) -> None:
    judgement = judgement_of(plan(asked("R-01"), mode="enforce"), {"R-01": status})
    assert judgement.verdict == before
    within = _overrides.with_overrides(judgement, [override(due="2026-11-25")], TODAY)
    assert within.verdict == before and within.reservations == judgement.reservations
    assert "asks for a whole verification" in within.notices[-1]
    late = _overrides.with_overrides(judgement, [override(due="2026-11-24")], TODAY, owner="team")
    assert late.verdict == ("go_with_reservations" if before == "go" else before)
    assert (late.reservations[-1].kind, late.reservations[-1].responsible) == ("overdue", "team")
    assert late.enforced_verdict == ("go_with_reservations" if before == "go" else before)


# -- an emergency


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("service: {name: shop, owner: x}\n", "shop"),
        ("schema_version: 1\nservice:\n  owner: x\n  # a remark\n\n  name: 'shop'\n", "shop"),
        ("service:\n\tname: shop\n\t\tbroken: [\n", "shop"),
        ('service: {owner: x, name: "shop"\nparts: }{\n', "shop"),
        ("parts:\n  web:\n    name: other\nservice:\n  name: shop\n", "shop"),
        ("service:\n  owner: x\nparts:\n  name: other\n", None),
        ("service: {name: '{{ name }}'}\n", None),
        ("\x00\x01", None),
        ("", None),
        ("service:\n" + "  # a remark\n" * 60 + "parts: 1\n", None),
        ("service:\n" + "  \n" * 60 + "parts: [\n", None),
        ("service:\n" + "  owner: x\n" * 100_000 + "  name: shop\nparts: [\n", "shop"),
        ("service:  # ours\n# none of it\n  name: shop\n", "shop"),
    ],
)
def test_the_name_in_a_text_that_may_be_no_yaml(text: str, name: str | None) -> None:
    assert _refused.name_in(text) == name


def test_who_and_whether() -> None:
    assert _emergency_value.of({"emergency": "  "}, {}) is None and _emergency_value.of({}, {}) is None
    given = _emergency_value.of({"emergency": " INC0042 ", "emergency_reason": ""}, {"tower_user_name": "carol"})
    assert given and (given.id, given.reason) == ("INC0042", None) and given.by.startswith("carol (")


def test_the_time_that_is_left() -> None:
    now = dt.datetime(2026, 11, 25, tzinfo=dt.timezone.utc)
    given = _emergency_value.Emergency("INC0042", None, "me")
    assert _emergency.time_left(None, now, now) is None
    assert _emergency.time_left(given, None, now) == _emergency.ALLOWED
    assert _emergency.time_left(given, now - dt.timedelta(seconds=3), now) == _emergency.ALLOWED - 3
    assert _emergency.time_left(given, now - dt.timedelta(seconds=300), now) == 0


def test_work_on_disk_that_hangs_or_fails() -> None:
    over = threading.Event()
    try:
        with pytest.raises(NotWritten, match="the records folder /records did not answer within 100 ms"):
            within(0.1, over.wait, "/records")
    finally:
        over.set()
    assert within(30, lambda: "done", "x") == "done"

    def full() -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        within(30, full, "x")


# -- reservations


LATE = {"R-02": {"raised": "2026-11-01", "due": "2026-11-24"}}


@pytest.mark.parametrize(
    ("rule", "due", "verdict"),
    [("fail", "2026-11-24", "no_go"), ("fail", "2026-11-25", "go_with_reservations"), ("warn", "2026-11-24", "go_with_reservations")],
)
def test_an_overdue_reservation_counts_as_a_failed_blocker(rule: str, due: str, verdict: str) -> None:
    made = plan(asked("R-01"), asked("R-02", "major"), mode="enforce", overdue=rule, phase="post")
    judgement = judge(made, {"R-01": "pass", "R-02": "warn"}, earlier={"R-02": {"raised": "2026-11-01", "due": due}})
    assert (judgement["verdict"], judgement["enforced_verdict"]) == (verdict, verdict)
    named = f"reservation R-02 was due on {due}: title of R-02: m"
    assert (named in judgement["reasons"]) is (due < "2026-11-25")
    assert judgement["advice"] == ("hold" if verdict == "no_go" else "proceed"), "what was late before is no reason to roll back"


def test_overdue_is_only_what_does_not_pass_and_is_not_accepted() -> None:
    made = plan(asked("R-01"), asked("R-02", "major"))
    assert judge(made, {"R-01": "pass", "R-02": "pass"}, earlier=LATE)["verdict"] == "go"
    accepted = plan(asked("R-01"), asked("R-02", "major"), waivers=(waiver("R-02", until="2027-01-01"),))
    assert judge(accepted, {"R-01": "pass", "R-02": "fail"}, earlier=LATE)["verdict"] == "go_with_reservations"
    not_enforced = plan(asked("R-01"), asked("R-02", "major", mode="observe"), mode="enforce")
    judgement = judge(not_enforced, {"R-01": "pass", "R-02": "fail"}, earlier=LATE)
    assert (judgement["verdict"], judgement["enforced_verdict"]) == ("no_go", "go")


def test_roll_back_where_more_than_an_overdue_one_is_wrong() -> None:
    made = plan(asked("R-01"), asked("R-02", "major"), phase="post")
    assert judge(made, {"R-01": "fail", "R-02": "warn"}, earlier=LATE)["advice"] == "roll_back"


def test_lifted_is_what_a_deciding_run_finds_good() -> None:
    made = plan(asked("R-01"), asked("R-02", "major"))
    standing = {**LATE, "R-01": {"raised": "2026-11-20", "due": "2026-12-04"}}
    old = {"requirement": "old", "raised": "2026-10-01", "lifted": "2026-10-02", "run": "r0"}
    state = as_state({**to_json(STATE), "reservations": standing, "lifted": [old]})
    after = _reservations.after(state, judgement_of(made, {"R-01": "fail", "R-02": "pass"}, earlier=standing), a_run())
    shown = to_json(after)
    assert shown["reservations"] == {"R-01": {"raised": "2026-11-20", "due": "2026-12-04"}}, "what became worse keeps its day"
    assert shown["lifted"][1:] == [{"requirement": "R-02", "raised": "2026-11-01", "lifted": "2026-11-25", "run": "r1"}]
    assert _reservations.lifted_by(after, "r1") == ["the reservation R-02 of 2026-11-01 is lifted"]


@pytest.mark.parametrize(
    ("organisation", "service", "wanted"),
    [(None, None, "fail"), ("warn", None, "warn"), (None, "warn", "warn"), ("warn", "fail", "fail"), ("fail", "warn", "fail")],
)
def test_a_service_is_not_milder_than_its_organisation(organisation: str | None, service: str | None, wanted: str) -> None:
    def text(word: str | None) -> str:
        return "schema_version: 1\n" + (f"policy: {{reservations: {{overdue: {word}}}}}\n" if word else "")

    described = describe(text(service) + "service: {name: a, owner: b}\n", text(organisation))
    assert _reservations.on_overdue(described) == wanted


def test_emergencies_are_counted_and_the_third_in_thirty_days_is_told() -> None:
    days = ["2026-10-01", "2026-10-27", "2026-11-10"]
    closed = tuple(override(id=f"INC{number}", at=f"{day}T08:00:00Z") for number, day in enumerate(days))
    decision = override(id="board-1", kind="decision", at="2026-11-20T08:00:00Z")
    before = dataclasses.replace(STATE, closed_overrides=(*closed, decision))
    assert [item.id for item in _overrides.emergencies(before, TODAY)] == ["INC1", "INC2"] and _overrides.often(before, TODAY) == []
    third = _overrides.after(before, [override(id="INC3", at="2026-11-25T08:00:00Z")], a_run(), closing=False)
    (said,) = _overrides.often(third, TODAY)
    assert said.startswith("3 emergencies in 30 days: INC1, INC2, INC3")


def test_an_overdue_emergency_still_owes_after_another_one_and_counted_ones_are_kept() -> None:
    first = override(id="INC1", at="2026-11-01T08:00:00Z", due="2026-11-04")
    before = dataclasses.replace(STATE, overrides=(first,))
    again = _overrides.after(before, [override(id="INC2")], a_run(emergency={"id": "INC2", "reason": None, "by": "ana"}), closing=False)
    judged = _overrides.with_overrides(Judgement(Verdict.GO), again.overrides, TODAY)
    assert judged.verdict is Verdict.GO_WITH_RESERVATIONS and [item.override for item in judged.reservations] == ["INC1"]
    many = tuple(override(id=f"D{number}", kind="decision") for number in range(60))
    kept = _overrides.after(dataclasses.replace(STATE, closed_overrides=(override(id="INC9"), *many)), [], a_run(), closing=True)
    assert [item.id for item in _overrides.emergencies(kept, TODAY)] == ["INC9"] and len(kept.closed_overrides) == 51
