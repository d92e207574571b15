# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often is looked, what a store that does not answer costs, and how long a line took."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._canary_told import told
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import Marker
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_search import LINGER, Asked, First, latency, look
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import Place, Stored
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_wire import Refused
from ansible_collections.operability.readiness.plugins.module_utils._clients.store_search import StoreSearch
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase
from fakes import NOW, FakeClock, FakeRunner

THEN = NOW.timestamp()


def marker(number: int = 0, **more: t.Any) -> Marker:
    token = f"{number:032x}"
    return Marker(f"operability-canary {token}", host=f"web{number}", inventory_host=f"web{number}", written_epoch=THEN, ends=True, **more)


def stored(written: Marker, **more: t.Any) -> Stored:
    own = f"operability-canary-{written.token}" if written.via == "probe" else f"{written.marker} end {written.token}"
    text = more.pop("text", own)
    return Stored(text, more.pop("moment", THEN), more.pop("host", written.host), more.pop("place", "main"), **more)


class Store:
    """Answers each search with the next of ``answers``, and with the last one from then on."""

    name = "VictoriaLogs http://logs"

    def __init__(self, *answers: t.Any, elsewhere: t.Any = (), ready: t.Sequence[t.Any] = ((),), place: Place | None = None) -> None:
        self.answers, self.astray, self.states = list(answers), elsewhere, list(ready)
        self.place = place or Place()
        self.searches: list[list[str]] = []

    def ready(self) -> list[Message]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return [Message(text) for text in state]

    def find(self, tokens: t.Sequence[str], _since: float) -> list[Stored]:
        self.searches.append(list(tokens))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [line for line in answer if any(token in line.text for token in tokens)]

    def find_elsewhere(self, _tokens: t.Sequence[str], _since: float) -> list[Stored]:
        if isinstance(self.astray, Exception):
            raise self.astray
        return list(self.astray)


def looked(store: Store, *markers: Marker, deadline: float = 60.0) -> tuple[list[Finding], FakeRunner]:
    runner = FakeRunner(clock=FakeClock())
    search = StoreSearch(t.cast("t.Any", store), runner)
    first = look(search, markers, runner, deadline=deadline, interval=1.0, local=False)
    asked = Asked(deadline, None, False, runner.clock.monotonic(), runner.now().timestamp())
    return told(markers, first, search, asked), runner


BUSY = CannotObserve(phrase("it is busy"), instrument="VictoriaLogs http://logs")


# -- how often


def test_all_lines_are_looked_for_in_one_search_a_look_and_those_that_were_found_no_more() -> None:
    one, two = marker(1), marker(2)
    store = Store([], [stored(one)], [stored(one), stored(two)])
    findings, _runner = looked(store, one, two)
    assert [str(finding.status) for finding in findings] == ["pass", "pass"]
    assert store.searches == [[one.token, two.token], [one.token, two.token], [two.token], [one.token, two.token]]


def test_each_look_waits_longer_up_to_five_seconds() -> None:
    store = Store([])
    _findings, runner = looked(store, marker())
    assert len(store.searches) == 16  # in a minute
    assert runner.clock.monotonic() == 60.0


def test_a_line_that_was_found_is_looked_for_once_more() -> None:
    one = marker(1)
    store = Store([stored(one)], [stored(one), stored(one)])
    (finding,), runner = looked(store, one)
    assert runner.clock.monotonic() == LINGER and len(store.searches) == 2
    assert (str(finding.status), "lies 2 times" in finding.message) == ("warn", True)


def test_a_store_that_refuses_the_last_look_takes_nothing_back() -> None:
    one = marker(1)
    store = Store([stored(one)], Refused(phrase("it refuses the query"), instrument="x", status=400, reason="r"))
    assert str(looked(store, one)[0][0].status) == "pass"


def test_a_part_of_a_line_is_waited_for() -> None:
    one = marker(1)
    store = Store([stored(one, text=one.marker)], [stored(one)])
    assert str(looked(store, one)[0][0].status) == "pass"
    (finding,), runner = looked(Store([stored(one, text=one.marker)]), one)
    assert (str(finding.status), "was cut" in finding.message, runner.clock.monotonic()) == ("fail", True, 60.0)


# -- a store that does not answer


def test_one_look_without_an_answer_is_none() -> None:
    one = marker(1)
    assert str(looked(Store(BUSY, BUSY, [stored(one)]), one)[0][0].status) == "pass"


def test_several_in_a_row_are_told_with_the_store_as_the_instrument() -> None:
    with pytest.raises(CannotObserve, match="it is busy") as raised:
        looked(Store(BUSY), marker())
    assert raised.value.instrument == "VictoriaLogs http://logs"


def test_a_query_that_is_refused_is_not_asked_again() -> None:
    store = Store(Refused(phrase("it refuses the query"), instrument="x", status=400, reason="r"))
    with pytest.raises(CannotObserve, match="it refuses the query"):
        looked(store, marker())
    assert len(store.searches) == 1


def test_a_store_that_falls_silent_at_the_end_leaves_it_open() -> None:
    (finding,), _runner = looked(Store([], [], BUSY), marker(), deadline=3.0)
    assert (str(finding.status), finding.instrument) == ("unknown", "VictoriaLogs http://logs")
    assert "gave no answer at last" in finding.message


# -- what is not there


def test_a_line_in_another_place_is_told_apart_from_one_that_is_lost() -> None:
    one, two = marker(1), marker(2)
    astray = stored(one, place="other", astray=phrase("it lies in the index {name:path}", name="other"))
    findings, _runner = looked(Store([], elsewhere=[astray]), one, two, deadline=2.0)
    assert "arrived in VictoriaLogs http://logs, but not where it is searched: it lies in the index other" in findings[0].message
    assert "was not found in VictoriaLogs http://logs within 2 s, nor elsewhere in it: it is lost" in findings[1].message
    (finding,), _runner = looked(Store([], elsewhere=CannotObserve(phrase("not allowed"))), one, deadline=2.0)
    assert "nor elsewhere" not in finding.message and finding.details == ["whether it lies elsewhere could not be seen: not allowed"]


def test_a_store_that_takes_no_lines_is_told_with_the_line_that_is_not_there() -> None:
    (finding,), _runner = looked(Store([], ready=[(), ("its disk is full", "it is red")]), marker(), deadline=2.0)
    assert str(finding.status) == "fail" and finding.message.endswith("was not found within 2 s: its disk is full")
    assert finding.details == ["it is red"]


def test_a_line_that_came_through_where_the_next_one_may_not() -> None:
    one = marker(1)
    (finding,), _runner = looked(Store([stored(one)], ready=[("its disk is full",)]), one)
    assert str(finding.status) == "warn" and "was found in main of VictoriaLogs http://logs, but its disk is full" in finding.message
    (finding,), _runner = looked(Store([stored(one)], ready=[("it has no index logs-1",), ()]), one)
    assert str(finding.status) == "pass"  # it was made by the line itself


# -- under which name


@pytest.mark.parametrize(
    ("line", "place", "via", "status"),
    [
        ({"host": "relay", "fields": {"hostname": "relay"}}, None, "file", "warn"),
        ({"host": "relay", "fields": {"source": "relay"}}, None, "file", "pass"),
        ({"host": "shop.example", "fields": {"host": "shop.example"}}, None, "probe", "pass"),
        ({"host": "relay", "fields": {}}, Place(host_field="node"), "probe", "warn"),
        ({"host": None}, None, "file", "pass"),
    ],
)
def test_a_name_counts_where_its_field_says_nothing_else(line: dict[str, t.Any], place: Place | None, via: str, status: str) -> None:
    one = dataclasses.replace(marker(1, via=via), ends=via != "probe")
    assert str(looked(Store([stored(one, **line)], place=place), one)[0][0].status) == status


# -- how long it took


@pytest.mark.parametrize(
    ("before", "arrived", "expected"),
    [
        (None, None, 4.0),  # seen four seconds later
        (None, THEN + 1.5, 1.5),
        (THEN + 3, THEN + 3.5, 3.5),
        (THEN + 3, THEN + 1.5, 3.0),  # the look before did not find it: the store's clock is behind
        (THEN + 3, THEN + 600, 4.0),  # ... or ahead
        (None, THEN - 600, 0.0),
    ],
)
def test_a_time_of_the_store_counts_between_two_looks(before: float | None, arrived: float | None, expected: float) -> None:
    assert latency(marker(), First(THEN + 4, before, 4.0), arrived) == pytest.approx(expected)


def test_of_a_line_of_which_nobody_knows_when_it_was_written_nothing_is_known() -> None:
    assert latency(Marker("operability-canary " + "0" * 32), First(THEN, None, 1.0), THEN) is None


def test_the_latency_is_measured() -> None:
    one = marker(1)
    (finding,), _runner = looked(Store([], [], [stored(one)]), one)
    (measurement,) = finding.measurements
    assert (measurement.name, measurement.value, measurement.limit) == ("log_canary_latency_seconds", 2.5, 60.0)
