# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far back lines reach without a gap: one line of a wrong clock, or one that was sent again, is not how long lines are kept.

PRIVATE to the collection. Pure, but for the questions that are handed in.
"""

from __future__ import annotations

import dataclasses
import statistics
import typing as t

DAY = 86400.0
FIRST_LOGS = 978_307_200.0  # 2001: what is dated before has a broken time, and is not old
LEAST_HOLE = 5 * DAY  # a long weekend is none
SHARE = 0.2  # of the time that is asked for
USUAL = 4.0  # times the usual distance of one that logs rarely
FEW = 3  # parts with lines: fewer of them beyond a hole are lines of a wrong date
JUMPS = 60  # questions for one log


@dataclasses.dataclass(frozen=True)
class Run:
    """The lines that lie without a hole up to the newest, and those beyond. Seconds since 1970."""

    begin: float | None  # None: there is no line
    beyond: tuple[float, ...] = ()  # parts with lines before that, the oldest first
    end_beyond: float | None = None

    @property
    def stray(self) -> bool:
        """Whether what lies beyond is a few lines only, which may be wrongly dated."""
        return 0 < len(self.beyond) < FEW


def run_of(moments: t.Iterable[float], step: float, least: float, every: float) -> Run:
    """The moments are the beginnings of parts of ``step`` seconds, each with a line in it; ``least`` is how long lines must be kept."""
    parts = sorted(set(moments))
    if not parts:
        return Run(None)
    distances = [later - earlier for earlier, later in zip(parts, parts[1:])]
    usual = statistics.median_low(distances) if len(distances) > 1 else 0.0
    hole = max(LEAST_HOLE, SHARE * least, USUAL * usual, 2 * every, 2 * step)
    first = max((number + 1 for number, distance in enumerate(distances) if distance > hole), default=0)
    beyond = tuple(parts[:first])
    return Run(parts[first], beyond, beyond[-1] if beyond else None)


def jumped(first_since: t.Callable[[float], float | None], step: float, now: float) -> list[float]:
    """Moments of lines, one for each part of ``step`` seconds or more, where only the first line since a time can be asked for."""
    found: list[float] = []
    since = FIRST_LOGS
    for _jump in range(JUMPS):
        moment = first_since(since)
        if moment is None or moment > now:
            break
        found.append(moment)
        since = moment + max(step, (now - moment) / (JUMPS / 2))
        if since >= now:
            break
    return found


__all__ = ("FIRST_LOGS", "Run", "jumped", "run_of")
