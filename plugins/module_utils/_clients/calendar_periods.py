# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time periods as Nagios and Icinga write them, by the day: ``monday``, ``2030-01-01 - 2030-03-31 / 2``, ``day -1``, ``monday 3 may``.

PRIVATE to the collection. Pure.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
import typing as t

HORIZON = 366  # days
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    ("january", "february", "march", "april", "may", "june")
    + ("july", "august", "september", "october", "november", "december")
)  # fmt: skip
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
Ranges = t.Sequence[tuple[str, str]]  # days and hours
Minutes = list[tuple[int, int]]  # of a day, in order, none touching another


class NotACalendar(ValueError):
    """Days that are written in a way that is not known here."""


@dataclasses.dataclass(frozen=True)
class _Point:
    """One end of a range of days: a date, or a day of a month (of any month), or the nth weekday of one. -1 is the last."""

    kind: str  # date, month date, day, weekday of month, weekday n, weekday
    number: int = 1
    month: int | None = None
    weekday: int = 0
    date: dt.date | None = None

    def within(self, year: int, month: int) -> dt.date | None:
        """The day in this month; in its own one, where it has one."""
        if self.date:
            return self.date
        last = calendar.monthrange(year, self.month or month)[1]
        first = dt.date(year, self.month or month, 1)
        if self.kind in ("month date", "day"):
            number = self.number if self.number > 0 else last + 1 + self.number
            return first.replace(day=min(number, last)) if 1 <= number <= 31 else None
        days = [first + dt.timedelta(days=offset) for offset in range(last)]
        fitting = [day for day in days if day.weekday() == self.weekday]
        index = self.number - 1 if self.number > 0 else len(fitting) + self.number
        return fitting[index] if self.number and 0 <= index < len(fitting) else None


@dataclasses.dataclass(frozen=True)
class _Days:
    """Days from one to another one, each ``step`` of them."""

    start: _Point
    end: _Point
    step: int = 1

    def has(self, day: dt.date) -> bool:
        if self.start.kind == "weekday":
            return self._of_week(day)
        for start, end in self._spans(day):
            if start is not None and end is not None and start <= day <= end and (day - start).days % self.step == 0:
                return True
        return False

    def _of_week(self, day: dt.date) -> bool:
        return (day.weekday() - self.start.weekday) % 7 <= (self.end.weekday - self.start.weekday) % 7

    def _spans(self, day: dt.date) -> t.Iterator[tuple[dt.date | None, dt.date | None]]:
        yearly = self.start.month is not None
        for back in (0, 1):  # one that has begun in the last year, or month, may end in this one
            year, month = (day.year - back, day.month) if yearly else _month_before(day, back)
            start, end = self.start.within(year, month), self.end.within(year, month)
            if start and end and end < start and not self.start.date:
                end = self.end.within(year + 1, month) if yearly else self.end.within(*_month_before(start, -1))
            yield start, end


def _month_before(day: dt.date, months: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 - months
    return number // 12, number % 12 + 1


# the kinds in the order in which they count: who names a day more exactly decides on its hours alone
_ORDER = ("date", "month date", "day", "weekday of month", "weekday n", "weekday")


class Calendar:
    """The hours of a period. NotACalendar for days, and for hours, that are not understood."""

    def __init__(self, ranges: Ranges) -> None:
        read = [(_read_days(days), _read_hours(hours)) for days, hours in ranges]
        self.ranges = sorted(read, key=lambda one: _ORDER.index(one[0].start.kind))

    def of(self, day: dt.date) -> Minutes:
        """The minutes of this day that are in it."""
        found = [(days, hours) for days, hours in self.ranges if days.has(day)]
        if not found:
            return []
        kind = found[0][0].start.kind
        if kind == "weekday":
            return _joined(span for _days, hours in found for span in hours)
        return _joined(found[0][1])


def hours_within(given: Calendar, taken_out: t.Sequence[Calendar], day: dt.date) -> Minutes:
    """Those of one period without those of others."""
    left = given.of(day)
    for other in taken_out:
        for begin, end in other.of(day):
            left = [part for start, stop in left for part in ((start, min(stop, begin)), (max(start, end), stop)) if part[0] < part[1]]
    return left


def is_empty(given: Calendar, taken_out: t.Sequence[Calendar], today: dt.date) -> bool:
    """Whether it has not one minute within the next year."""
    return not any(hours_within(given, taken_out, today + dt.timedelta(days=ahead)) for ahead in range(HORIZON))


def is_inside(given: Calendar, taken_out: t.Sequence[Calendar], now: dt.datetime) -> bool:
    minute = now.hour * 60 + now.minute
    return any(begin <= minute < end for begin, end in hours_within(given, taken_out, now.date()))


def _joined(spans: t.Iterable[tuple[int, int]]) -> Minutes:
    found: Minutes = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return found


def _read_hours(text: str) -> Minutes:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    found = [_HOURS.fullmatch(part) for part in parts]
    if not all(found):
        raise NotACalendar(text)
    numbers = [[int(number) for number in match.groups()] for match in found if match]
    return [(one * 60 + two, three * 60 + four) for one, two, three, four in numbers]


def _read_days(text: str) -> _Days:
    words, _slash, step = text.strip().lower().partition("/")
    start, dash, end = words.partition(" - ")
    if _slash and not step.strip().isdigit():
        raise NotACalendar(text)
    first = _read_point(start.split(), text)
    if not dash:
        # each so many days from a date on has no end
        last = _Point("date", date=dt.date.max) if _slash and first.date else first
        return _Days(first, last, max(1, int(step or 1)))
    others = end.split()
    if len(others) == 1 and others[0].lstrip("-").isdigit():  # ``day 1 - 15``, ``february 10 - 15``, ``monday 1 - 3``
        last = dataclasses.replace(first, number=int(others[0]))
    else:
        last = _read_point(others, text)
    return _Days(first, last, max(1, int(step or 1)))


def _read_point(words: t.Sequence[str], text: str) -> _Point:
    numbers = [int(word) for word in words if re.fullmatch(r"-?\d+", word)]
    if len(words) == 1 and (dated := _DATE.fullmatch(words[0])):
        try:
            return _Point("date", date=dt.date(*(int(part) for part in dated.groups())))
        except ValueError:
            raise NotACalendar(text) from None
    if not words or len(numbers) != len(words) - 1 and not (len(words) == 3 and words[0] in DAYS and words[2] in MONTHS):
        raise NotACalendar(text)
    if words[0] in DAYS:
        weekday = DAYS.index(words[0])
        if len(words) == 1:
            return _Point("weekday", weekday=weekday)
        if len(words) == 2 and numbers:
            return _Point("weekday n", numbers[0], weekday=weekday)
        if len(words) == 3 and len(numbers) == 1:
            return _Point("weekday of month", numbers[0], MONTHS.index(words[2]) + 1, weekday)
    elif words[0] == "day" and len(numbers) == 1:
        return _Point("day", numbers[0])
    elif words[0] in MONTHS and len(numbers) == 1:
        return _Point("month date", numbers[0], MONTHS.index(words[0]) + 1)
    raise NotACalendar(text)


__all__ = ("DAYS", "Calendar", "NotACalendar", "Ranges", "hours_within", "is_empty", "is_inside")
