# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recording rules for hours of use in any time zone, with holidays. PRIVATE to the collection. Pure.

PromQL knows UTC alone, so the changes of the zone's clocks are written into the rules, for the years that are asked for. Outside
them there is no series: what is measured with it is then unknown instead of wrong.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t
import zoneinfo

from ...module_utils._hours import parse_hours

SERIES = "operability_open_hours"
MINUTE = "operability_open_hours:local_minute_of_week"
DAY = "operability_open_hours:local_day"
EPOCH = dt.date(1970, 1, 1)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class NotHours(ValueError):
    """The hours, the zone, the days or the name cannot be used; the message says what was expected."""


def rules(
    hours: str, *, calendar: str = "default", zone: str = "UTC", holidays: t.Sequence[str] = (), first_year: int, last_year: int
) -> dict[str, object]:
    """A rule file as data. NotHours."""
    if not _NAME.fullmatch(calendar):
        raise NotHours(f"calendar: '{calendar}' is no name; expected letters, digits, '_', '-' and '.'")
    if last_year < first_year or last_year - first_year > 20:
        raise NotHours(f"last_year: {last_year} must not be before {first_year}, nor more than 20 years after it")
    minutes = parse_hours(hours)
    if minutes is None:
        raise NotHours(f"'{hours}' cannot be read; expected for example 'Mon-Fri 08:00-18:00' or 24x7")
    place = _zone(zone)
    begin, end = (int(dt.datetime(year, 1, 1, tzinfo=place).timestamp()) for year in (first_year, last_year + 1))
    own = f'{{calendar="{calendar}"}}'
    days = sorted({_day(text) for text in holidays})
    spans = " + ".join(f"({MINUTE}{own} >= bool {start}) * ({MINUTE}{own} < bool {stop})" for start, stop in _spans(minutes))
    closed = "".join(f" - ({DAY}{own} == bool {day})" for day in days)
    local = f"vector(time() + {_offset(place, begin, end)})"
    valid = f"(vector(time()) >= {begin} < {end})"
    # the week of PromQL begins on Sunday
    minute = f"(day_of_week({local}) + 6) % 7 * 1440 + hour({local}) * 60 + minute({local})"
    return {
        "groups": [
            {
                "name": f"operability-open-hours-{calendar}",
                "interval": "1m",
                "rules": [
                    {"record": MINUTE, "expr": f"{minute} and {valid}", "labels": {"calendar": calendar}},
                    {"record": DAY, "expr": f"floor({local} / 86400) and {valid}", "labels": {"calendar": calendar}},
                    {"record": SERIES, "expr": f"({spans}) * (1{closed})" if closed else spans, "labels": {"calendar": calendar}},
                ],
            }
        ]
    }


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise NotHours(f"zone: there is no time zone '{name}' here; expected for example Europe/Paris") from None


def _day(text: object) -> int:
    try:
        return (dt.date.fromisoformat(str(text)) - EPOCH).days
    except ValueError:
        raise NotHours(f"holidays: '{text}' is not a day; expected for example 2026-12-25") from None


def _spans(minutes: set[int]) -> list[tuple[int, int]]:
    """Runs of minutes of the week: first, and the one after the last."""
    starts = sorted(minute for minute in minutes if minute - 1 not in minutes)
    stops = sorted(minute + 1 for minute in minutes if minute + 1 not in minutes)
    return list(zip(starts, stops))


def _offset(place: zoneinfo.ZoneInfo, begin: int, end: int) -> str:
    """Seconds to add to UTC as an expression of time(): the first offset, and each later change at its moment."""
    held = _at(place, begin)
    text = str(held)
    for hour in range(begin, end, 86400):
        before, after = hour, min(hour + 86400, end)
        if _at(place, before) == _at(place, after):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _at(place, middle) == _at(place, before) else (before, middle)
        change = _at(place, after) - _at(place, before)
        text += f" {'+' if change > 0 else '-'} {abs(change)} * (time() >= bool {after})"
    return text


def _at(place: zoneinfo.ZoneInfo, moment: int) -> int:
    offset = dt.datetime.fromtimestamp(moment, place).utcoffset()
    return int(offset.total_seconds()) if offset else 0


__all__ = ("SERIES", "NotHours", "rules")
