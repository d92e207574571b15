# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When routes of an Alertmanager tell nobody, from now on. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._finding import isoformat
from .._phrase import Message, phrase
from .alertmanager_routes import Config, Route
from .time_intervals import HORIZON, Hours, NotEvaluated, read_intervals

Span = tuple[dt.datetime, dt.datetime]


def of_route(config: Config, route: Route) -> Hours:
    """NotEvaluated."""
    known = read_intervals(config, dict.fromkeys((*route.muted, *route.active)))
    return Hours(tuple(known[name] for name in route.muted), tuple(known[name] for name in route.active))


@dataclasses.dataclass(frozen=True)
class Shut:
    """The times from now on, for a year, in which none of some routes tells anybody."""

    spans: tuple[Span, ...]
    start: dt.datetime
    end: dt.datetime

    @classmethod
    def of(cls, hours: t.Sequence[Hours], now: dt.datetime) -> Shut:
        spans = [(now, now + dt.timedelta(days=HORIZON))]
        for one in dict.fromkeys(hours):
            spans = _both(spans, one.shut(now))
        return cls(tuple(spans), now, now + dt.timedelta(days=HORIZON))

    @property
    def never(self) -> bool:
        return not self.spans

    @property
    def always(self) -> bool:
        return self.spans == ((self.start, self.end),)

    def within(self, first: dt.datetime, last: dt.datetime) -> Span | None:
        """The first of its times that touches a span."""
        for start, end in self.spans:
            if start <= last and end > first:
                return max(start, first), min(end, last)
        return None


def _both(one: t.Sequence[Span], two: t.Sequence[Span]) -> list[Span]:
    found, at = list[Span](), 0
    for start, end in one:
        while at < len(two) and two[at][1] <= start:
            at += 1
        number = at
        while number < len(two) and two[number][0] < end:
            found.append((max(start, two[number][0]), min(end, two[number][1])))
            number += 1
    return found


def said_of(restricted: Message, shut: Shut, now: dt.datetime, window: Span | None) -> Message:
    """With the hours: that is now, within the window, or next."""
    current = shut.within(now, now)
    if current:
        until = next(end for start, end in shut.spans if start <= now < end)
        return phrase("{said}: nobody is told now, until {until:moment}", said=restricted, until=isoformat(until))
    touched = shut.within(*window) if window else None
    if touched:
        return phrase(
            "{said}: nobody is told within the window, from {start:moment} to {end:moment}",
            said=restricted,
            start=isoformat(touched[0]),
            end=isoformat(touched[1]),
        )
    start, end = shut.spans[0]
    return phrase(
        "{said}: nobody is told next from {start:moment} to {end:moment}", said=restricted, start=isoformat(start), end=isoformat(end)
    )


__all__ = ("Hours", "NotEvaluated", "Shut", "of_route", "said_of")
