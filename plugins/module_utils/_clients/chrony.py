# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chronyc says of chronyd: its reports as comma separated values (chronyc -c). PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Completed, Runner
from .sntp import follows_itself, is_own_clock
from .time_daemons import CHRONYD
from .time_reading import Reading, not_answered, not_set_yet, not_understood, number, own_clock

_SECONDS = 15.0  # in which chronyc asks three times and gives up
_NO_DAEMON = ("506 ", "Could not open connection", "501 ")
_TRACKING, _SOURCE = 14, 10  # values in a line
_SELECTED = "*"
_ASKED_OF = "=^"  # servers and peers
_REFERENCE = 15  # place of a source's own reference in the report ntpdata, which only root may see


@dataclasses.dataclass(frozen=True)
class Tracking:
    """Times in seconds; ``last_set`` since 1970, 0 for never."""

    reference: str
    name: str
    stratum: int
    last_set: float
    offset: float
    distance: float
    leap: str


@dataclasses.dataclass(frozen=True)
class Source:
    mode: str
    state: str
    name: str
    reach: int  # a bit for each of the last eight questions


def read(runner: Runner) -> Reading:
    """CannotObserve."""
    tracking = parse_tracking(_chronyc(runner, "tracking"))
    sources = parse_sources(_chronyc(runner, "sources"))
    if is_own_clock(tracking.reference):
        return Reading(CHRONYD, own_clock(CHRONYD, "local"))
    if tracking.leap == "Not synchronised" or tracking.stratum in (0, 16):
        return Reading(CHRONYD, not_set_yet(CHRONYD, len(sources), sum(source.reach > 0 for source in sources)))
    chosen = next((source for source in sources if source.state == _SELECTED), None)
    now = runner.now().timestamp()
    return Reading(
        CHRONYD,
        source=chosen.name if chosen else tracking.name or tracking.reference,
        stratum=tracking.stratum,
        offset=tracking.offset,
        distance=tracking.distance,
        age=now - tracking.last_set,
        lost=chosen is None or not chosen.reach,
        isolated=chosen is not None and chosen.mode in _ASKED_OF and _is_isolated(runner, chosen.name),
    )


def _chronyc(runner: Runner, report: str) -> Completed:
    if runner.which("chronyc") is None:
        raise CannotObserve(phrase("chronyd runs, but chronyc, which tells what it does, is not installed on this host"))
    done = runner.run(["chronyc", "-n", "-c", report], timeout=_SECONDS)
    if done.rc != 0 or done.stdout.startswith(_NO_DAEMON):
        raise not_answered(CHRONYD, "chronyc", done)
    return done


def _is_isolated(runner: Runner, source: str) -> bool:
    """Whether the source follows its own clock; False where that is not told."""
    try:
        done = runner.run(["chronyc", "-n", "-c", "ntpdata", source], timeout=_SECONDS)
    except CannotObserve:
        return False
    values = done.stdout.strip().split(",")
    return done.rc == 0 and len(values) > _REFERENCE and follows_itself(values[_REFERENCE])


def parse_tracking(done: Completed) -> Tracking:
    """CannotObserve."""
    values = done.stdout.strip().split(",")
    try:
        if len(values) < _TRACKING or not values[13].strip():
            raise ValueError
        dt.datetime.fromtimestamp(number(values[3]), dt.timezone.utc)
        return Tracking(
            reference=values[0].upper(),
            name=values[1],
            stratum=int(values[2]),
            last_set=number(values[3]),
            offset=abs(number(values[4])),
            distance=abs(number(values[10])) / 2 + number(values[11]),
            leap=values[13].strip(),
        )
    except (ValueError, OverflowError, OSError):
        raise not_understood("chronyc tracking", done) from None


def parse_sources(done: Completed) -> list[Source]:
    """CannotObserve."""
    found = []
    for line in done.stdout.splitlines():
        values = line.split(",")
        try:
            if len(values) < _SOURCE or len(values[1]) != 1:
                raise ValueError
            found.append(Source(values[0], values[1], values[2], int(values[5], 8)))
        except ValueError:
            raise not_understood("chronyc sources", done) from None
    return found


__all__ = ("Source", "Tracking", "parse_sources", "parse_tracking", "read")
