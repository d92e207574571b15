# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a log file, read backwards as far as a question needs: files of any size, without line ends, of binary bytes.

PRIVATE to the collection.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from .log_times import read_time

BLOCK = 262_144
LONGEST = 2**20  # bytes of one line that are looked at
MOST = 256 * 2**20  # bytes that are read of one file
STEPS = 64  # halvings of the largest file
CANARY = "operability-canary"  # in lines of our own, which say nothing of whether a service logs


@dataclasses.dataclass(frozen=True)
class Line:
    """A line with its time; ``moment`` is None where it has none that is understood."""

    text: str
    moment: float | None

    @property
    def ours(self) -> bool:
        return CANARY in self.text


class LogTail:
    """One log file, open. ``modified`` and ``size`` are those of when it was opened."""

    def __init__(self, path: str, runner: Runner) -> None:
        """OSError where there is none; CannotObserve for what is no file, or may not be read."""
        self.path, self.runner = path, runner
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
        self.size, self.modified, self.identity = status.st_size, status.st_mtime, (status.st_dev, status.st_ino)
        try:
            self._handle: t.BinaryIO = open(path, "rb")  # noqa: SIM115 # closed at the end of the with statement
        except PermissionError as exc:
            raise CannotObserve(unreadable(path, exc)) from None
        self._now = runner.now()

    def __enter__(self) -> LogTail:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._handle.close()

    def backwards(self, most: int = MOST) -> t.Iterator[Line]:
        """The lines from the last one to the first. Ends after ``most`` bytes: ``reached`` has where."""
        return (self._line(raw) for raw in self.raw_backwards(most))

    def raw_backwards(self, most: int = MOST) -> t.Iterator[bytes]:
        """The same, as they stand there."""
        self.reached = end = self.size
        carry = b""
        while end > 0 and self.size - end < most:
            self.runner.remaining()
            start = max(0, end - BLOCK)
            block = self._at(start, end - start) + carry
            head, newline, rest = block.partition(b"\n")
            if start == 0:
                head, rest, newline = b"", block, b"\n"
            elif not newline:  # a line longer than a block
                head, rest = block, b""
            carry = head[-LONGEST:] if len(head) > LONGEST else head
            self.reached = end = start
            for raw in reversed(rest.split(b"\n")):
                if raw.strip(b"\0\r \t"):
                    yield raw

    def probed(self, count: int) -> list[float]:
        """The times of lines at so many places before what has been read backwards."""
        found = (self._first_after(self.reached * number // count) for number in range(count))
        return [moment for moment in found if moment is not None]

    def newest(self, before: float | None = None) -> float | None:
        """The time of the newest line, that is not newer than ``before``; None where none says its time, or all are newer.

        Lines stand in the order of their times, so a large file is halved until the place is found.
        """
        found = self._newest_in(self.size, before)
        if found is not None or before is None or not self.size:
            return found
        low, high = 0, max(0, self.size - BLOCK)  # the place is below high
        for _step in range(STEPS):
            if high <= low:
                break
            middle = (low + high) // 2
            moment = self._first_after(middle)
            if moment is not None and moment <= before:
                low = middle + 1
            else:
                high = middle
        return self._newest_in(min(self.size, low + BLOCK), before)

    def oldest(self) -> float | None:
        """The time of the first line that has one."""
        return self._first_after(0)

    def _newest_in(self, end: int, before: float | None) -> float | None:
        start = max(0, end - 2 * BLOCK)
        lines = [self._line(raw) for raw in self._at(start, end - start).split(b"\n")[1 if start else 0 :] if raw]
        moments = [line.moment for line in lines if not line.ours]
        return max((moment for moment in moments if moment is not None and (before is None or moment <= before)), default=None)

    def _first_after(self, place: int) -> float | None:
        lines = self._at(place, BLOCK).split(b"\n")
        for raw in lines[1 if place else 0 :]:
            moment = self._line(raw).moment if raw else None
            if moment is not None:
                return moment
        return None

    def _at(self, place: int, count: int) -> bytes:
        self.runner.remaining()
        try:
            return os.pread(self._handle.fileno(), count, place)
        except OSError as exc:
            raise CannotObserve(unreadable(self.path, exc)) from None

    def _line(self, raw: bytes) -> Line:
        text = raw[:LONGEST].decode("utf-8", "replace").rstrip("\r")
        return Line(text, moment_of_line(text, self._now))


def moment_of_line(text: str, now: dt.datetime) -> float | None:
    """When a line says that it was written; None where it does not, or where that cannot be."""
    stamp = read_time(text, now)
    return stamp.moment if stamp is not None else None


__all__ = ("CANARY", "Line", "LogTail", "moment_of_line")
