# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL's WAL segments: their size by their names, and which of them are missing. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import wal_names
from .wal_names import USUAL_SIZE, Segment, lsn_of

_SIZES = tuple(1 << power for power in range(20, 31))  # 1 MiB to 1 GiB
_NAME = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})")


@dataclasses.dataclass(frozen=True)
class Gap:
    """The first run of segments that are not there; ``after`` is the last one before it, ``next`` the first one behind it."""

    missing: tuple[Segment, ...]
    after: Segment | None
    next: Segment | None


def segment_of(name: str, size: int) -> Segment | None:
    """The segment of a file name of just 24 digits; None for any other name."""
    return wal_names.segment_of(name, size) if _NAME.fullmatch(name) else None


def size_of(known: t.Iterable[tuple[str, str]], names: t.Iterable[str]) -> int:
    """The bytes of a segment, of segments with an LSN within each (name, LSN), else of the names alone."""
    possible = set(_SIZES)
    for name, lsn in known:
        match = _NAME.fullmatch(name)
        if match:
            log, low = int(match[2], 16), int(match[3], 16)
            fits = {size for size in possible if divmod(lsn_of(lsn), 2**32)[0] == log and lsn_of(lsn) % 2**32 // size == low}
            possible = fits or possible
    if USUAL_SIZE in possible:
        highest = max((int(match[3], 16) for name in names if (match := _NAME.fullmatch(name))), default=0)
        if highest < 2**32 // USUAL_SIZE:
            return USUAL_SIZE
        possible = {size for size in possible if highest < 2**32 // size} or possible
    return max(possible)


def first_gap(
    present: t.Collection[Segment], start: Segment, stop: Segment, size: int, left_at: t.Mapping[int, int] | None = None
) -> Gap | None:
    """The first run that is missing from ``start`` to the newest segment of the newest timeline, and at least to ``stop``.

    ``left_at``: where each timeline was left (``parse_history``); without it a segment of any of the timelines will do.
    """
    timelines = {segment.timeline for segment in present if segment.timeline >= start.timeline}
    newest = max(timelines, default=start.timeline)
    end = max((segment.number for segment in present if segment.timeline == newest), default=start.number)
    there = present if isinstance(present, (set, frozenset)) else set(present)
    missing: list[Segment] = []
    for number in range(start.number, max(end, stop.number) + 1):
        ways = _timelines_of(number, start.timeline, newest, size, left_at)
        found = next((Segment(way, number) for way in ways if Segment(way, number) in there), None)
        if found is None:
            missing.append(Segment(ways[0], number))
        elif missing:
            return Gap(tuple(missing), _before(there, missing[0]), found)
    return Gap(tuple(missing), _before(there, missing[0]), None) if missing else None


def _timelines_of(number: int, oldest: int, newest: int, size: int, left_at: t.Mapping[int, int] | None) -> list[int]:
    if not left_at:
        return list(range(newest, oldest - 1, -1))
    for timeline, lsn in sorted(left_at.items()):
        # the segment in which a timeline was left is begun anew on the next one
        if number < lsn // size:
            return [timeline]
    return [newest]


def _before(there: t.Collection[Segment], first: Segment) -> Segment | None:
    return max((one for one in there if one.number == first.number - 1 and one.timeline <= first.timeline), default=None)


def unbroken_from(present: t.Collection[Segment], end: Segment) -> int:
    """The number of the oldest segment from which all are there up to ``end``."""
    numbers = {segment.number for segment in present if segment.timeline <= end.timeline}
    number = end.number
    while number - 1 in numbers:
        number -= 1
    return number


__all__ = ("Gap", "first_gap", "segment_of", "size_of", "unbroken_from")
