# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when there are data of what a query looks back at. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt

from .._clients.prometheus import Prometheus
from .._clients.promql import NotParsed, parse, selectors
from .._finding import CannotObserve, isoformat

STEPS = 300  # in which the first time is looked for


def data_since(query: str, server: Prometheus, now: float) -> str | None:
    """The moment at which the youngest of its series began, roughly; None where they reach back as far as it looks, or nobody can tell."""
    try:
        found = [one for one in dict.fromkeys(selectors(parse(query))) if one.reach and one.at is None]
        begun = [_begun(one.text, server, now, one.reach) for one in found]
    except (CannotObserve, NotParsed):
        return None
    youngest = max((time for time in begun if time is not None), default=None)
    return None if youngest is None else isoformat(dt.datetime.fromtimestamp(youngest, dt.timezone.utc))


def _begun(selector: str, server: Prometheus, now: float, reach: float) -> float | None:
    start, step = now - reach, max(reach / STEPS, 1.0)
    first = _first(selector, server, start, now, step)
    if first is not None and first <= start + 2 * step:
        return None  # what was not seen is a gap, and not a late start
    before = (now if first is None else first) - step
    return _first(selector, server, before, before + step, max(step / STEPS, 1.0)) or first


def _first(selector: str, server: Prometheus, start: float, end: float, step: float) -> float | None:
    lines = server.query_range(f"count({selector})", start, end, step)
    return min((time for line in lines for time, _value in line.samples), default=None)


__all__ = ("data_since",)
