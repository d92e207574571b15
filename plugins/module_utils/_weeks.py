# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether hours of the week that are written on several clocks cover others. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t
import zoneinfo

from ._hours import WEEK, is_zone, parse_hours, zone_named


class Left(t.NamedTuple):
    """Minutes of the committed week that are not covered. ``depends``: whether they are, on which clock hours without a zone are meant."""

    gap: set[int]
    depends: bool


class UnknownZone(Exception):
    """Hours in a zone that nobody knows: which hours."""

    def __init__(self, hours: str) -> None:
        super().__init__(hours)
        self.hours = hours


def left_of(committed: str, hours: t.Sequence[str], year: int) -> Left:
    """What of the committed hours none of these covers, at the worst time of the year. All can be read. UnknownZone."""
    wanted = parse_hours(committed) or set()
    read = [(text, parse_hours(text) or set()) for text in hours]
    whole = any(len(minutes) == WEEK for _text, minutes in read)
    if whole:
        return Left(set(), depends=False)
    own = zone_named(committed)
    zones = {text: zone for text, _minutes in read if (zone := zone_named(text))}
    for text, zone in zones.items():
        if not is_zone(zone) and (own is None or own.casefold() != zone.casefold()):
            raise UnknownZone(text)
    if own is not None and zones and not is_zone(own) and any(zone.casefold() != own.casefold() for zone in zones.values()):
        raise UnknownZone(committed)
    # without a zone of its own the commitment may be meant on the clock of any tier
    clocks = [own] if own else list(dict.fromkeys(zones.values())) or ["UTC"]
    gaps = [_worst(wanted, read, zones, clock, year) for clock in clocks]
    if all(gaps):
        return Left(min(gaps, key=len), depends=False)
    worst = max(gaps, key=len)
    if worst:
        return Left(worst, depends=True)
    here = set().union(*(minutes for text, minutes in read if text not in zones))
    rest = set() if own or len(wanted) == WEEK else wanted - here
    return Left(rest, depends=bool(rest))


def _worst(wanted: set[int], read: t.Sequence[tuple[str, set[int]]], zones: t.Mapping[str, str], clock: str, year: int) -> set[int]:
    """What is left on this clock in the week of the year in which the most is: zones change their clocks on different days."""
    worst: set[int] = set()
    seen: set[tuple[int, ...]] = set()
    for day in range(0, 365, 7):
        noon = dt.datetime(year, 1, 1, 12) + dt.timedelta(days=day)
        moves = tuple(_moved(zones.get(text), clock, noon) for text, _minutes in read)
        if moves in seen:
            continue
        seen.add(moves)
        left = wanted - {(minute + moved) % WEEK for (_text, minutes), moved in zip(read, moves) for minute in minutes}
        worst = max(worst, left, key=len)
    return worst


def _moved(zone: str | None, clock: str, noon: dt.datetime) -> int:
    """By how many minutes the clock is ahead of that of the zone."""
    if zone is None or zone.casefold() == clock.casefold():
        return 0
    ahead = [(place.utcoffset(noon) or dt.timedelta(0)).total_seconds() for place in map(zoneinfo.ZoneInfo, (clock, zone))]
    return round((ahead[0] - ahead[1]) / 60)


__all__ = ("Left", "UnknownZone", "left_of")
