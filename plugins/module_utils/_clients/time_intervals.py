# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alertmanager's time intervals: when they hold, with the same answers as Alertmanager's own code. PRIVATE to the collection."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
import typing as t
import zoneinfo

from .alertmanager_routes import Config

HORIZON = 366  # days that are looked ahead
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = ("", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
Range = tuple[int, int]


class NotEvaluated(ValueError):
    """A time interval that cannot be evaluated here. The text says what of it."""


@dataclasses.dataclass(frozen=True)
class Interval:
    """Moments that meet all that is said; what is None says nothing. Minutes of the day are from the first to before the last."""

    zone: dt.tzinfo = dt.timezone.utc
    times: tuple[Range, ...] | None = None
    weekdays: tuple[Range, ...] | None = None  # 0: Sunday
    days_of_month: tuple[Range, ...] | None = None  # negative: from the end of the month
    months: tuple[Range, ...] | None = None
    years: tuple[Range, ...] | None = None

    def has_day(self, day: dt.date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        return (
            _within(self.years, day.year)
            and _within(self.months, day.month)
            and _within(self.weekdays, (day.weekday() + 1) % 7)
            and (self.days_of_month is None or any(_is_of_month(span, day.day, length) for span in self.days_of_month))
        )

    def has(self, moment: dt.datetime) -> bool:
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        in_time = self.times is None or any(first <= minute < last for first, last in self.times)
        return in_time and self.has_day(local.date())

    def changes(self, day: dt.date) -> t.Iterator[dt.datetime]:
        """The moments of a local day at which it may begin or end to hold."""
        for minute in {0, *(minute for span in self.times or () for minute in span)}:
            naive = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
            for fold in (0, 1):
                yield naive.replace(tzinfo=self.zone, fold=fold).astimezone(dt.timezone.utc)


def _within(spans: tuple[Range, ...] | None, number: int) -> bool:
    return spans is None or any(first <= number <= last for first, last in spans)


def _is_of_month(span: Range, day: int, length: int) -> bool:
    first, last = (number + length + 1 if number < 0 else number for number in span)
    if first > length:
        return False
    return max(first, -length) <= day <= min(max(last, -length), length)


def read_intervals(config: Config, names: t.Iterable[str]) -> dict[str, tuple[Interval, ...]]:
    """Those of these names of a configuration whose scalars are all text. NotEvaluated."""
    given: dict[str, object] = {}
    for key in ("mute_time_intervals", "time_intervals"):
        for item in config.get(key) or []:
            if isinstance(item, dict):
                given[str(item.get("name"))] = item.get("time_intervals")
    found = {}
    for name in names:
        if name not in given:
            raise NotEvaluated(name)
        parts = given[name] or []
        if not isinstance(parts, list):
            raise NotEvaluated(name)
        try:
            found[name] = tuple(_read(part or {}) for part in parts)
        except (AttributeError, TypeError, ValueError):
            raise NotEvaluated(name) from None
        except zoneinfo.ZoneInfoNotFoundError:
            raise NotEvaluated(name) from None
    return found


def _read(part: Config) -> Interval:
    return Interval(
        _zone(part.get("location")),
        _spans(part, "times", lambda item: (_minute(item["start_time"]), _minute(item["end_time"]))),
        _spans(part, "weekdays", lambda text: _span(str(text), _DAYS)),
        _spans(part, "days_of_month", lambda text: _span(str(text))),
        _spans(part, "months", lambda text: _span(str(text), _MONTHS)),
        _spans(part, "years", lambda text: _span(str(text))),
    )


def _zone(name: object) -> dt.tzinfo:
    if name in (None, "", "UTC"):
        return dt.timezone.utc
    if str(name) == "Local":  # of the machine on which Alertmanager runs
        raise ValueError(name)
    return zoneinfo.ZoneInfo(str(name))


def _spans(part: Config, key: str, read: t.Callable[[t.Any], Range]) -> tuple[Range, ...] | None:
    given = part.get(key)
    return None if given is None else tuple(read(item) for item in given)


def _minute(text: object) -> int:
    found = _TIME.fullmatch(str(text))
    if not found:
        raise ValueError(text)
    return int(found[1]) * 60 + int(found[2])


def _span(text: str, names: t.Sequence[str] = ()) -> Range:
    """``3``, ``1:5``, ``-3:-1``, ``monday:friday``."""
    parts = [part.strip().lower() for part in text.split(":")]
    if len(parts) > 2:
        raise ValueError(text)
    numbers = [names.index(part) if part in names else int(part) for part in parts]
    first, last = numbers[0], numbers[-1]
    if first > last and (first < 0 or last > 0 or names):
        raise ValueError(text)  # Alertmanager refuses it
    return first, last


# -- over time


@dataclasses.dataclass(frozen=True)
class Hours:
    """When a route tells somebody: not during ``muted``, and only during ``active`` where that says something."""

    muted: tuple[tuple[Interval, ...], ...]
    active: tuple[tuple[Interval, ...], ...]

    def open_at(self, moment: dt.datetime) -> bool:
        if any(part.has(moment) for intervals in self.muted for part in intervals):
            return False
        return not self.active or any(part.has(moment) for intervals in self.active for part in intervals)

    def shut(self, start: dt.datetime, days: int = HORIZON) -> list[tuple[dt.datetime, dt.datetime]]:
        """The times within the next days at which nobody is told, one after the other."""
        end = start + dt.timedelta(days=days)
        parts = {part for intervals in (*self.muted, *self.active) for part in intervals}
        moments = {start, end}
        for part in parts:
            for moment in _changes(part, start, days):
                if start < moment < end:
                    moments.add(moment)
        ordered, found = sorted(moments), list[tuple[dt.datetime, dt.datetime]]()
        for first, last in zip(ordered, ordered[1:]):
            if self.open_at(first):
                continue
            if found and found[-1][1] == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found


def _changes(part: Interval, start: dt.datetime, days: int) -> t.Iterator[dt.datetime]:
    first, before = start.astimezone(part.zone).date() - dt.timedelta(days=1), None
    held = False
    for number in range(days + 3):
        day = first + dt.timedelta(days=number)
        holds = part.has_day(day)
        if holds or held:
            yield from part.changes(day)
        held = holds
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=part.zone)
        if before is not None and before != noon.utcoffset():  # the clocks are changed: at a full quarter of an hour
            for quarter in range(-96, 1):
                yield noon.astimezone(dt.timezone.utc) + dt.timedelta(minutes=15 * quarter)
        before = noon.utcoffset()


__all__ = ("HORIZON", "Hours", "Interval", "NotEvaluated", "read_intervals")
