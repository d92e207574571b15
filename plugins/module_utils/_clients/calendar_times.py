# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time zones and lengths of time as calendars have them. PRIVATE to the collection. Nothing of ours is imported (``calendar_reading``)."""

from __future__ import annotations

import datetime as dt
import re
import typing as t
import zoneinfo

_DURATION = re.compile(r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?")
UTC = dt.timezone.utc
_EPOCH = dt.datetime(1970, 1, 1)


class Duration(t.NamedTuple):
    """Nominal days, which follow the clock on the wall, and exact seconds."""

    days: int
    seconds: int


def duration_of(text: str) -> Duration | None:
    """``P7D`` are seven days on the wall, ``PT168H`` 168 hours."""
    match = _DURATION.fullmatch(text.upper())
    if not match or text.upper().rstrip("T") in ("P", "+P"):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Duration(weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)


class Zones:
    """The zones of a calendar, by their names in it."""

    def __init__(self, calendar: t.Any, declared: str | None) -> None:
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

        self._windows: t.Mapping[str, str] = WINDOWS_TO_OLSON
        self._own: dict[str, object] = {}
        self._defined = {str(part.get("TZID", "")): part for part in calendar.walk("VTIMEZONE")}
        self.floating = known_zone(declared) if declared else known_zone(str(calendar.get("X-WR-TIMEZONE", "")))

    def own(self, name: str) -> dt.tzinfo | None:
        """As the calendar defines it."""
        if name not in self._own:
            self._own[name] = self._made(name)
        return t.cast("dt.tzinfo | None", self._own[name])

    def _made(self, name: str) -> object:
        if name not in self._defined:
            return None
        try:
            return self._defined[name].to_tz(lookup_tzid=False)
        except Exception:  # whatever is wrong with it, it defines nothing
            return None

    def known(self, name: str) -> dt.tzinfo | None:
        """As the world knows it: IANA, also with a prefix of who wrote it, and the names of Windows (CLDR)."""
        return known_zone(name) or known_zone(self._windows.get(name, ""))

    def of(self, name: str) -> dict[str, dt.tzinfo]:
        """The zone in both ways; none where nobody knows it."""
        own, known = self.own(name), self.known(name)
        return {"own": own or known, "known": known or own} if own or known else {}  # type: ignore[dict-item] # one of both is


def known_zone(name: str) -> dt.tzinfo | None:
    """The zone of the IANA database of this name; ``/software.example/2026/Europe/Paris`` has it at its end."""
    if name.upper() in ("UTC", "GMT", "Z", "ETC/UTC"):
        return UTC
    parts = name.split("/")
    tails = ["/".join(parts[-count:]) for count in (3, 2)] if name.startswith("/") else [name]
    for tail in tails:
        try:
            return zoneinfo.ZoneInfo(tail)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def in_utc(wall: dt.datetime, zone: dt.tzinfo) -> float:
    """Seconds since 1970 of a time on the wall. One that the clocks skip counts as if they had not been changed yet (RFC 5545)."""
    wall = wall.replace(tzinfo=None, fold=0)
    offset = _offset(zone, wall)
    back = (wall - offset).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    if back != wall:
        offset = _offset(zone, wall - dt.timedelta(hours=4))
    return (wall - offset - _EPOCH).total_seconds()


def on_the_wall(seconds: float, zone: dt.tzinfo) -> dt.datetime:
    return (_EPOCH + dt.timedelta(seconds=seconds)).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _offset(zone: dt.tzinfo, wall: dt.datetime) -> dt.timedelta:
    return zone.utcoffset(wall.replace(tzinfo=zone)) or dt.timedelta(0)


__all__ = ("UTC", "Duration", "Zones", "duration_of", "in_utc", "known_zone", "on_the_wall")
