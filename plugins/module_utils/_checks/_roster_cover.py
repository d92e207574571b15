# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spans of time: when somebody must be on call, when somebody is, and what is left between. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._clients.calendar_times import UTC, in_utc, on_the_wall
from .._clients.roster_entries import PLAIN, Entry, Span
from .._hours import WEEK

NO_GAP = 60.0  # seconds: 23:59 to 00:00 is how programs write that one entry follows another


class Cover(t.NamedTuple):
    """What nobody covers (``gaps``), what only doubtful entries cover, and what is covered in one way of reading or tentatively."""

    gaps: list[Span]
    doubtful: list[Span]
    weak: list[Span]


class Part(t.NamedTuple):
    """An entry that covers: for ``sure``, ``weakly`` (told, not counted on) or ``doubtfully`` (nobody knows)."""

    entry: Entry
    strength: str


def joined(spans: t.Iterable[Span]) -> list[Span]:
    """In their order, those that touch or overlap made one."""
    out: list[Span] = []
    for begin, end in sorted(span for span in spans if span[1] > span[0]):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def without(spans: t.Sequence[Span], others: t.Sequence[Span]) -> list[Span]:
    """What of the spans is in none of the others; both joined."""
    out: list[Span] = []
    number = 0
    for begin, end in spans:
        while number < len(others) and others[number][1] <= begin:
            number += 1
        at, following = begin, number
        while following < len(others) and others[following][0] < end:
            if others[following][0] > at:
                out.append((at, others[following][0]))
            at = max(at, others[following][1])
            following += 1
        if at < end:
            out.append((at, end))
    return out


def common(spans: t.Sequence[Span], others: t.Sequence[Span]) -> list[Span]:
    """What is in both; both joined."""
    return without(spans, without(spans, others))


def length(spans: t.Iterable[Span]) -> float:
    return sum(end - begin for begin, end in spans)


def cover(wanted: t.Sequence[Span], parts: t.Sequence[Part]) -> Cover:
    """What of the wanted time is left by these entries, however they are read."""
    ways = sorted({way for part in parts for way in part.entry.spans}) or [PLAIN]
    sure: list[Span] | None = None
    likely: list[Span] = []
    possible: list[Span] = []
    for way in ways:
        here = {strength: _of(parts, way, strength) for strength in ("sure", "weakly", "doubtfully")}
        certain = joined(here["sure"])
        sure = certain if sure is None else common(sure, certain)
        likely += [*certain, *here["weakly"]]
        possible += here["doubtfully"]
    likely = joined(likely)
    possible = joined([*likely, *possible])
    gaps = without(wanted, possible)
    doubtful = without(common(wanted, possible), likely)
    weak = without(common(wanted, likely), sure or [])
    return Cover(_real(gaps), _real(doubtful), _real(weak))


def _of(parts: t.Sequence[Part], way: str, strength: str) -> list[Span]:
    chosen = (part.entry.spans for part in parts if part.strength == strength)
    return [spans.get(way) or spans.get(PLAIN) or (0.0, 0.0) for spans in chosen]


def _real(spans: t.Sequence[Span]) -> list[Span]:
    return [span for span in spans if span[1] - span[0] > NO_GAP]


def of_hours(minutes: set[int], begin: float, end: float, zone: dt.tzinfo) -> list[Span]:
    """When these minutes of the week are, between two moments."""
    if len(minutes) == WEEK:
        return [(begin, end)]
    runs = _runs(minutes)
    day = on_the_wall(begin, zone).date() - dt.timedelta(days=8)
    monday = dt.datetime(day.year, day.month, day.day) - dt.timedelta(days=day.weekday())
    found: list[Span] = []
    while in_utc(monday, zone) < end:
        for first, last in runs:
            found.append((in_utc(monday + dt.timedelta(minutes=first), zone), in_utc(monday + dt.timedelta(minutes=last), zone)))
        monday += dt.timedelta(days=7)
    return common(joined(found), [(begin, end)])


def _runs(minutes: set[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for minute in sorted(minutes):
        if out and out[-1][1] == minute:
            out[-1] = (out[-1][0], minute + 1)
        else:
            out.append((minute, minute + 1))
    return out


def stretch(spans: t.Sequence[Span], others: t.Sequence[Span], relief: float = 3600.0) -> Span | None:
    """The longest time that one person covers alone, without an hour in which there is nobody or somebody else."""
    alone = without(joined(spans), joined(others))
    merged: list[Span] = []
    for begin, end in alone:
        if merged and begin - merged[-1][1] < relief:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return max(merged, key=lambda span: span[1] - span[0], default=None)


def moment(seconds: float) -> str:
    """ISO 8601 in UTC."""
    return on_the_wall(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ("NO_GAP", "Cover", "Part", "common", "cover", "joined", "length", "moment", "of_hours", "stretch", "without")
