# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters: what is covered is what a plain count of minutes says, and of a foreign calendar an answer comes back."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import typing as t
import zoneinfo

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _roster_cover, _roster_shifts
from ansible_collections.operability.readiness.plugins.module_utils._checks._roster_people import known_people, named
from ansible_collections.operability.readiness.plugins.module_utils._clients import (
    calendar_events,
    calendar_reading,
    calendar_times,
    calendars,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.roster_entries import PLAIN, Attendee, Entry
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fuzz.odd import answers, fuzz
from hypothesis import given
from hypothesis import strategies as st

UTC = dt.timezone.utc
ZONES = ("Europe/Paris", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "UTC")
DAY = 1440


def minute_of(wall: dt.datetime, zone: zoneinfo.ZoneInfo) -> int:
    """The minute, counted in UTC, at which the clock on the wall shows this: the first one, found by looking at the clock.

    A time that the clocks skip is as long after the change as it is written behind the hour of the change.
    """
    for quarter in range(-64, 65):
        moment = wall.replace(tzinfo=UTC) + dt.timedelta(minutes=15 * quarter)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return int(moment.timestamp()) // 60
    before = minute_of(wall - dt.timedelta(hours=3), zone)
    return before + 180


class Series(t.NamedTuple):
    zone: str
    start: dt.datetime
    length: str
    days: int
    count: int
    out: set[int]


LENGTHS = {
    "PT8H": (0, 480),
    "PT24H": (0, DAY),
    "PT168H": (0, 7 * DAY),
    "P1D": (1, 0),
    "P7D": (7, 0),
    "P1DT12H": (1, 720),
    "P1W": (7, 0),
    "PT30M": (0, 30),
}


@st.composite
def series(draw: st.DrawFn) -> Series:
    day = draw(st.integers(0, 330))
    hour, minute = draw(st.sampled_from([(0, 0), (1, 30), (2, 0), (2, 30), (3, 0), (9, 0), (23, 45)]))
    start = dt.datetime(2026, 1, 10) + dt.timedelta(days=day, hours=hour, minutes=minute)
    return Series(
        draw(st.sampled_from(ZONES)),
        start,
        draw(st.sampled_from([*LENGTHS, "DTEND"])),
        draw(st.sampled_from([1, 2, 7, 14])),
        draw(st.integers(1, 12)),
        draw(st.sets(st.integers(0, 11), max_size=3)),
    )


def text_of(one: Series) -> str:
    end = one.start + dt.timedelta(days=1)
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", "SUMMARY:Alice"),
        f"DTSTART;TZID={one.zone}:{one.start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={one.zone}:{end:%Y%m%dT%H%M%S}" if one.length == "DTEND" else f"DURATION:{one.length}",
        f"RRULE:FREQ=DAILY;INTERVAL={one.days};COUNT={one.count}",
        *(f"EXDATE;TZID={one.zone}:{one.start + dt.timedelta(days=one.days * number):%Y%m%dT%H%M%S}" for number in sorted(one.out)),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines)


def counted(one: Series, *, wall: bool) -> list[tuple[int, int]]:
    zone = zoneinfo.ZoneInfo(one.zone)
    spans = []
    for number in range(one.count):
        if number in one.out:
            continue
        begins = one.start + dt.timedelta(days=one.days * number)
        begin = minute_of(begins, zone)
        if one.length == "DTEND":
            exact = minute_of(one.start + dt.timedelta(days=1), zone) - minute_of(one.start, zone)
            end = minute_of(begins + dt.timedelta(days=1), zone) if wall else begin + exact
        else:
            days, minutes = LENGTHS[one.length]
            end = (minute_of(begins + dt.timedelta(days=days), zone) if days else begin) + minutes
        spans.append((begin, end))
    return sorted(spans)


def test_a_series_lasts_when_a_plain_count_of_minutes_says_so() -> None:
    begin, end = dt.datetime(2026, 1, 1, tzinfo=UTC).timestamp(), dt.datetime(2027, 12, 31, tzinfo=UTC).timestamp()

    @fuzz(60)
    @given(series())
    def read(one: Series) -> None:
        answer = t.cast("t.Any", calendar_reading.read(text_of(one), begin, end, None))
        for how in ("exact", "wall"):
            got = sorted(
                (int(spans[0]) // 60, int(spans[1]) // 60) for entry in answer["entries"] for spans in [entry["spans"][f"{how} own"]]
            )
            assert got == counted(one, wall=how == "wall"), (one, how)

    read()


@pytest.mark.parametrize("name", ZONES)
def test_times_on_the_wall(name: str) -> None:
    zone = zoneinfo.ZoneInfo(name)

    @fuzz(80)
    @given(st.integers(0, 4 * 365 * 96))
    def look(quarter: int) -> None:
        wall = dt.datetime(2025, 1, 1) + dt.timedelta(minutes=15 * quarter)
        assert calendar_times.in_utc(wall, zone) == minute_of(wall, zone) * 60
        there = calendar_times.on_the_wall(calendar_times.in_utc(wall, zone), zone)
        assert there == wall or there - wall in (dt.timedelta(hours=1), dt.timedelta(minutes=30))

    look()


SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 90)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8)


def test_what_is_left_is_what_a_plain_count_of_minutes_leaves() -> None:
    def minutes(spans: t.Iterable[tuple[float, float]]) -> set[int]:
        return {minute for begin, end in spans for minute in range(int(begin), int(end))}

    @fuzz(150)
    @given(SPANS, SPANS, SPANS, SPANS)
    def look(
        wanted: list[tuple[int, int]], sure: list[tuple[int, int]], weak: list[tuple[int, int]], doubtful: list[tuple[int, int]]
    ) -> None:
        def scaled(spans: list[tuple[int, int]]) -> list[tuple[float, float]]:
            return [(begin * 60.0, end * 60.0) for begin, end in spans]

        strengths = (("sure", sure), ("weakly", weak), ("doubtfully", doubtful))
        parts = [_roster_cover.Part(Entry("x", {PLAIN: span}), strength) for strength, spans in strengths for span in scaled(spans)]
        left = _roster_cover.cover(_roster_cover.joined(scaled(wanted)), parts)
        got = [{minute for begin, end in spans for minute in range(int(begin) // 60, int(end) // 60)} for spans in left]
        asked, firm, likely = minutes(wanted), minutes(sure), minutes(sure) | minutes(weak)
        expected = [asked - likely - minutes(doubtful), (asked & minutes(doubtful)) - likely, (asked & likely) - firm]
        for found, needed in zip(got, expected, strict=True):
            assert found <= needed
            assert all(minute - 1 not in needed and minute + 1 not in needed for minute in needed - found), "a gap of a minute is none"

    look()


@pytest.mark.parametrize("every", ["7d", "1w", "1d", "12h", "168h"])
def test_who_take_turns_leave_no_gap(every: str) -> None:
    @fuzz(40)
    @given(st.sampled_from(ZONES), st.integers(0, 330), st.integers(1, 4))
    def look(zone: str, day: int, people: int) -> None:
        start = dt.datetime(2026, 1, 10, 9) + dt.timedelta(days=day)
        begin = calendar_times.in_utc(start + dt.timedelta(days=20), zoneinfo.ZoneInfo(zone))
        shift = {"rotation": [f"p{n}" for n in range(people)], "from": start.isoformat(), "every": every}
        found = _roster_shifts.entries([shift], zoneinfo.ZoneInfo(zone), begin, begin + 40 * 86400).entries
        spans = [entry.spans[PLAIN] for entry in found]
        assert spans[0][0] <= begin
        assert spans[-1][1] >= begin + 40 * 86400
        assert all(one[1] == following[0] for one, following in zip(spans, spans[1:]))

    look()


SEED = text_of(Series("Europe/Paris", dt.datetime(2026, 10, 20, 9), "P7D", 7, 9, {2}))
SEEDS = (
    SEED,
    SEED.replace("DTSTART;TZID=Europe/Paris:20261020T090000", "DTSTART;VALUE=DATE:20261020"),
    SEED.replace("END:VEVENT", "RECURRENCE-ID:20261103T080000Z\r\nSTATUS:CANCELLED\r\nEND:VEVENT"),
    SEED.replace("END:VEVENT", "ATTENDEE;CN=A;PARTSTAT=DECLINED:mailto:a@b.example\r\nCATEGORIES:a,b\r\nEND:VEVENT"),
)


def test_of_a_foreign_calendar_an_answer_comes_back() -> None:
    """In a process of its own, as always: it may only say that it cannot be read."""
    begin = dt.datetime(2026, 10, 20, tzinfo=UTC).timestamp()

    @fuzz(10)
    @given(answers(*SEEDS))
    def read(text: str) -> None:
        with contextlib.suppress(CannotObserve):
            calendars.entries(
                text.encode("utf-8", "replace"), "x", begin, begin + 86400 * 30, None, Runner(environ=dict(os.environ)).within(20)
            )

    read()


def test_the_lines_of_a_foreign_calendar() -> None:
    @fuzz(80)
    @given(answers(*SEEDS))
    def read(text: str) -> None:
        with contextlib.suppress(calendar_events.Refused):
            lines, events = calendar_events.split(text)
            calendar_events.without_the_past(lines, events, dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 1))
        calendar_times.duration_of(text)
        calendar_times.known_zone(text)

    read()


def test_foreign_shifts() -> None:
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=30),
        st.lists(st.text(max_size=5), max_size=3),
        st.sampled_from(["2026-11-20T09:00", "7d", "alice"]),
    )
    keys = st.sampled_from([*_roster_shifts.KEYS, "x"])

    @fuzz(80)
    @given(st.lists(st.one_of(values, st.dictionaries(keys, values)), max_size=4))
    def read(shifts: list[object]) -> None:
        with contextlib.suppress(CannotObserve):
            _roster_shifts.entries(shifts, zoneinfo.ZoneInfo("Europe/Paris"), 1.79e9, 1.80e9)

    read()


def test_foreign_titles() -> None:
    people = known_people({"Alice": "+33 6 44 55 66 01", "": None, "(": ["x"], "a.b": {"aliases": ["", "*"]}})

    @fuzz(80)
    @given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=20))
    def look(title: str, address: str, status: str) -> None:
        entry = Entry(title, {PLAIN: (0.0, 1.0)}, attendees=(Attendee(address, partstat=status),) if address else (), status=status)
        found = named(entry, people, None, must_be_reached=True)
        assert bool(found.people) or found.why is not None

    look()
