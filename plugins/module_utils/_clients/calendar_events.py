# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of an iCalendar text, as they stand there. PRIVATE to the collection. It runs elsewhere (``calendar_reading``)."""

from __future__ import annotations

import collections
import datetime as dt
import re
import typing as t

MOST_EVENTS = 50_000
INDEX = "X-ROSTER-INDEX"
_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_PLACING = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID")
DATING = (*_PLACING, "EXDATE")
TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")


class Refused(Exception):
    """A calendar that is not read. The text is a code, and what it is about."""


class Raw(t.NamedTuple):
    """The lines of a VEVENT as they stand there, without those of what lies within it: alarms."""

    number: int
    lines: t.Sequence[str]

    def all(self, name: str) -> list[str]:
        return [line for line in self.lines if re.match(rf"{name}[;:]", line, re.IGNORECASE)]

    def value(self, name: str) -> str:
        return next((line.partition(":")[2].strip() for line in self.all(name)), "")

    def zone(self, name: str) -> str | None:
        """The name of the zone of a time; none where it has none."""
        match = next((_TZID.search(line) for line in self.all(name)), None)
        return match.group(1).strip('"') if match else None

    def zones(self) -> set[str]:
        found = (_TZID.search(line) for name in TIMES for line in self.all(name))
        return {match.group(1).strip('"') for match in found if match}


class Event:
    """A VEVENT: what it says, and what keeps anybody from being sure of it."""

    def __init__(self, raw: Raw, component: t.Any) -> None:
        self.raw, self.component = raw, component
        self.doubts: set[tuple[str, str]] = set()
        self.spread = 0  # seconds by which its times may be wrong
        self.sure_until: dt.datetime | None = None  # a moment in UTC, from which on it may have ended

    @property
    def repeats(self) -> bool:
        return bool(self.raw.all("RRULE") or self.raw.all("RDATE"))

    @property
    def unplaced(self) -> bool:
        """Whether nobody can tell when any of its entries is."""
        return any(("unread", name) in self.doubts for name in _PLACING)

    @property
    def start(self) -> dt.date:
        return t.cast("dt.date", self.component["DTSTART"].dt)


def unfolded(text: str) -> list[str]:
    """The lines of the text, those that were folded made whole."""
    return re.split(r"\r\n|\n|\r", re.sub(r"\r?\n[ \t]", "", text.replace("\x00", "")))


def split(text: str) -> tuple[list[str], list[Raw]]:
    """The lines, with the number of each VEVENT in it, and the VEVENTs. Refused."""
    lines = unfolded(text)
    marks = [line.strip().upper() for line in lines if line.strip()]
    if not marks or marks[0].lstrip("\ufeff") != "BEGIN:VCALENDAR":
        raise Refused("no_calendar", "")
    if marks[-1] != "END:VCALENDAR":
        raise Refused("cut_short", "")
    out: list[str] = []
    events: list[Raw] = []
    within: list[str] = []
    own: list[str] = []
    for line in lines:
        mark = line.strip().upper()
        out.append(line)
        if mark.startswith("BEGIN:"):
            within.append(mark[6:])
            if within[-1] == "VEVENT":
                own = []
                events.append(Raw(len(events), own))
                out.append(f"{INDEX}:{len(events) - 1}")
            if len(within) > 10:
                raise Refused("no_calendar", "")
        elif mark.startswith("END:"):
            if not within or within.pop() != mark[4:]:
                raise Refused("cut_short", "")
        elif within and within[-1] == "VEVENT":
            own.append(line)
        if len(events) > MOST_EVENTS:
            raise Refused("too_many", str(MOST_EVENTS))
    if within:
        raise Refused("cut_short", "")
    return out, events


def without_the_past(lines: list[str], events: list[Raw], first: dt.datetime, last: dt.datetime) -> list[str]:
    """The lines without the events that are over, or far away, whoever reads them: most calendars are years of these."""
    uids = collections.Counter(event.value("UID") for event in events)
    from_day, to_day = (first - dt.timedelta(days=3)).strftime("%Y%m%d"), (last + dt.timedelta(days=3)).strftime("%Y%m%d")
    gone: set[int] = set()
    for event in events:
        if uids[event.value("UID")] > 1 or any(event.all(name) for name in ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")):
            continue
        start, end = event.value("DTSTART")[:8], event.value("DTEND")[:8]
        if re.fullmatch(r"\d{8}", start) and (
            start > to_day or (start < from_day and re.fullmatch(r"\d{8}", end or start) and end < from_day)
        ):
            gone.add(event.number)
    kept: list[str] = []
    number, dropping = -1, False
    for line in lines:
        mark = line.strip().upper()
        if mark == "BEGIN:VEVENT":
            number += 1
            dropping = number in gone
        if not dropping:
            kept.append(line)
        if mark == "END:VEVENT":
            dropping = False
    return kept


__all__ = ("DATING", "INDEX", "TIMES", "Event", "Raw", "Refused", "split", "unfolded", "without_the_past")
