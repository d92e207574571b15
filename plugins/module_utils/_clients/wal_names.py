# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of PostgreSQL's WAL segments: 8 digits timeline, 8 digits log, 8 digits segment, hexadecimal. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

SEGMENT = re.compile(r"[0-9A-F]{24}")
FOLDER = re.compile(r"[0-9A-F]{16}")
HISTORY = re.compile(r"([0-9A-F]{8})\.history")
USUAL_SIZE = 16 * 2**20  # bytes of a segment, unless initdb was told otherwise
_LEFT = re.compile(r"\s*(\d{1,10})\s+([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})(?:\s|$)")
_LARGEST = 2**30
_LOG = 2**32  # bytes that one log, the middle of a name, stands for


class Segment(t.NamedTuple):
    """``number`` counts segments from the start of the cluster, whatever the timeline."""

    timeline: int
    number: int


class Step(t.NamedTuple):
    """From the segment ``number`` on, WAL is of this timeline."""

    timeline: int
    number: int


def is_size(size: object) -> bool:
    """Whether PostgreSQL may have segments of so many bytes: a power of two from 1 MiB to 1 GiB."""
    return isinstance(size, int) and 2**20 <= size <= _LARGEST and size & (size - 1) == 0


def segment_of(name: str, size: int) -> Segment | None:
    """The segment of a name, also of ``NAME.partial`` and ``NAME.00000028.backup``; None where it is none."""
    found = SEGMENT.match(name)
    if not found:
        return None
    digits = found.group()
    return Segment(int(digits[:8], 16), int(digits[8:16], 16) * (_LOG // size) + int(digits[16:], 16))


def name_of(segment: Segment, size: int) -> str:
    log, rest = divmod(segment.number, _LOG // size)
    return f"{segment.timeline:08X}{log:08X}{rest:08X}"


def position(text: object) -> int | None:
    """The byte of a location such as ``2/82000168``."""
    found = re.fullmatch(r"([0-9A-F]{1,8})/([0-9A-F]{1,8})", str(text).strip(), re.I)
    return (int(found.group(1), 16) << 32) + int(found.group(2), 16) if found else None


def lsn_of(text: str) -> int:
    """The same of what must be a location. ValueError."""
    found = position(text)
    if found is None:
        raise ValueError(f"invalid literal for a location: {text!r}")
    return found


def parse_history(text: str) -> dict[int, int]:
    """Of a history file (lines of timeline, location, reason): by each timeline that was left, the byte at which it was."""
    found = (_LEFT.match(line) for line in text.splitlines())
    return {int(match[1]): (int(match[2], 16) << 32) + int(match[3], 16) for match in found if match}


def steps(history: str, timeline: int, size: int) -> list[Step]:
    """How the WAL leads to this timeline, by its history file."""
    found, begin = [], 0
    for parent, left in parse_history(history).items():
        found.append(Step(parent, begin))
        begin = left // size
    return [*found, Step(timeline, begin)]


def missing(there: t.Container[Segment], way: t.Sequence[Step], first: Segment, last: int) -> t.Iterator[Segment]:
    """The segments from ``first`` to the number ``last`` that are not there, each of the timeline that the way has for it."""
    reached = 0
    for number in range(first.number, last + 1):
        while reached + 1 < len(way) and way[reached + 1].number <= number:
            reached += 1
        timeline = max(first.timeline, way[reached].timeline) if way else first.timeline
        if Segment(timeline, number) not in there:
            yield Segment(timeline, number)


__all__ = (
    "FOLDER",
    "HISTORY",
    "SEGMENT",
    "USUAL_SIZE",
    "Segment",
    "Step",
    "is_size",
    "lsn_of",
    "missing",
    "name_of",
    "parse_history",
    "position",
    "segment_of",
    "steps",
)
