# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far back a log on disk reaches: its oldest line, in whatever generation, and how fast generations follow each other.

PRIVATE to the collection.
"""

from __future__ import annotations

import bz2
import dataclasses
import datetime as dt
import gzip
import lzma
import os
import stat
import typing as t
import zlib

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from .log_days import FIRST_LOGS, run_of
from .log_files import Rotated, rotated_files
from .log_times import read_time

HEAD = 65536
LINES = 50
UNPACKED: t.Mapping[str, type[gzip.GzipFile] | type[bz2.BZ2File] | type[lzma.LZMAFile]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".lzma": lzma.LZMAFile,
}


BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)  # what unpacking ends with


@dataclasses.dataclass(frozen=True)
class Reach:
    """How far back a log reaches. ``oldest`` is None for a log without a line."""

    oldest: float | None
    exact: bool  # by the time in its first line; else it is at least as old as this
    files: int
    spacing: float | None  # seconds between two generations, as they lie there


def reach_of(path: str, runner: Runner, folders: t.Sequence[str] = (), least: float = 0.0, every: float = 0.0) -> Reach:
    """The log at this path with all its generations. CannotObserve where a folder or a file may not be read."""
    rotated = [one for one in rotated_files(os.path.realpath(path), folders) if one.size]
    spacing = _spacing(rotated)
    if rotated:
        last = min(rotated, key=lambda one: one.modified)
        first = first_time_of(last.path, runner, least, every)
        if first is not None and first <= last.modified:
            return Reach(first, True, len(rotated), spacing)
        return Reach(last.modified, False, len(rotated), spacing)
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return Reach(None, True, 0, None)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    if not stat.S_ISREG(status.st_mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    if not status.st_size:
        return Reach(None, True, 0, None)
    first = first_time_of(path, runner, least, every)
    return Reach(status.st_mtime, False, 0, None) if first is None else Reach(first, True, 0, None)


def first_time_of(path: str, runner: Runner, least: float = 0.0, every: float = 0.0) -> float | None:
    """The time with which the lines of a file begin, compressed or not; None where none is understood, or it cannot be unpacked.

    A line of a wrong date before all others is not how they begin.
    """
    extension = os.path.splitext(path)[1]
    try:
        if extension in UNPACKED:
            with UNPACKED[extension](path) as handle:
                head = handle.read(HEAD)
        else:
            head = runner.read_bytes(path, max_bytes=HEAD)
    except (CannotObserve, *BROKEN):
        return None
    return run_of(_times(head.lstrip(b"\0").decode("utf-8", "replace"), runner.now()), 0.0, least, every).begin


def _times(text: str, now: dt.datetime) -> list[float]:
    stamps = [read_time(line, now) for line in text.splitlines()[:LINES]]
    return [one.moment for one in stamps if one is not None and not one.others and FIRST_LOGS <= one.moment <= now.timestamp() + 86400]


def _spacing(rotated: t.Sequence[Rotated]) -> float | None:
    moments = sorted(one.modified for one in rotated)
    return (moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 2 else None


__all__ = ("BROKEN", "UNPACKED", "Reach", "first_time_of", "reach_of")
