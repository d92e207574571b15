# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How marked lines are looked for, wherever that is, and what of it is one of all of them. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._finding import CannotObserve
from .._phrase import Message
from .._runner import Runner
from .canary_comparison import Found, is_whole
from .canary_marker import Marker

LINGER = 2.0  # seconds after the last line was found in which it is seen whether one comes twice
SLOWER, SLOWEST = 1.5, 5.0  # each look waits longer than the one before, but not longer than this


class Search(t.Protocol):
    """One place in which lines are looked for: files, a journal, a store."""

    def look_over(self) -> None:
        """Before a line is written. CannotObserve where nothing could be found there."""

    def poll(self, markers: t.Sequence[Marker]) -> None:
        """One look for all of them. CannotObserve."""

    def found(self, marker: Marker) -> list[Found]:
        """What the looks so far have found of one."""

    def elsewhere(self, markers: t.Sequence[Marker]) -> dict[str, Message]:
        """By token why a line that has arrived is not where it should be; nothing of one that has not arrived."""

    def hindrances(self) -> t.Sequence[Message]:
        """What keeps the place from taking lines now."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """How lines were looked for."""

    deadline: float
    search: str | None
    local: bool  # whether it is enough that they are found where they were written
    waited: float  # in all
    now: float


@dataclasses.dataclass(frozen=True)
class First:
    """When a line was found for the first time."""

    seen: float  # by this host's clock, seconds since 1970
    before: float | None  # when the look before was, which did not find it
    waited: float  # since the search began


def look(search: Search, markers: t.Sequence[Marker], runner: Runner, *, deadline: float, interval: float, local: bool) -> dict[str, First]:
    """Looks until all lines are found, or the deadline is over; by token when each was first found whole."""
    everything = [*markers, *(marker.before_rotation for marker in markers if marker.before_rotation)]
    started = runner.clock.monotonic()
    first: dict[str, First] = {}
    before: float | None = None
    while True:
        search.poll([marker for marker in everything if marker.token not in first])
        now, waited = runner.now().timestamp(), runner.clock.monotonic() - started
        for marker in everything:
            if marker.token not in first and _is_there(search, marker, local=local):
                first[marker.token] = First(now, before, waited)
        if len(first) == len(everything) or waited >= deadline:
            break
        before = now
        runner.sleep(max(0.05, min(interval, deadline - waited)))
        interval = max(interval, min(interval * SLOWER, SLOWEST))
    if first and waited < deadline:
        with contextlib.suppress(CannotObserve):  # what was found stays found
            runner.sleep(min(LINGER, deadline - waited))
            search.poll(everything)
    return first


def _is_there(search: Search, marker: Marker, *, local: bool) -> bool:
    """Whether a line was found whole; what is found in the file that it was written to may yet arrive elsewhere."""
    return any((local or one.own != "file") and is_whole(one.text, marker) for one in search.found(marker))


def latency(marker: Marker, first: First, arrived: float | None) -> float | None:
    """Seconds from when the line was written until it could be found, None where that cannot be known.

    A time that the store gives counts between the look that did not find it and the one that did: its clock may be wrong.
    """
    if marker.written_epoch is None:
        return None
    lowest = marker.written_epoch if first.before is None else max(first.before, marker.written_epoch)
    moment = first.seen if arrived is None else min(max(arrived, lowest), first.seen)
    return moment - marker.written_epoch


__all__ = ("Asked", "First", "Search", "latency", "look")
