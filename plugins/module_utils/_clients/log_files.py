# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log and its rotated files as they lie on disk: names, sizes, ages. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from . import log_times
from .rotated_names import COMPRESSED, Naming, rotated_name, usual

DAY = 86400.0
PART = 65536  # bytes that are read at the beginning and at the end
COPY = 2048  # bytes that are compared at three places
COPY_LINES = 10  # what repeats the same few lines begins alike each day
QUARTER = 900.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclasses.dataclass(frozen=True)
class Rotated:
    """A rotated file."""

    path: str
    size: int
    modified: float
    identity: tuple[int, int]
    compressed: bool


@dataclasses.dataclass(frozen=True)
class Current:
    """The log file as it is now."""

    path: str  # without symbolic links
    size: int
    used: int
    modified: float
    first_written: float | None  # the time in its first lines
    hollow: bool  # begins with NUL bytes
    clock_only: bool = False  # its lines begin with a time of day, without a date
    zone: float = 0.0  # seconds by which the times of its lines are off, where they are of another zone than this host


def rotated_files(path: str, folders: t.Sequence[str] = (), naming: Naming | None = None) -> list[Rotated]:
    """The rotated files of a log, the last one first; CannotObserve when a folder cannot be listed."""
    naming = naming or usual(path, folders)
    found = []
    for folder in naming.folders:
        try:
            names = os.listdir(folder)
        except OSError as exc:
            if isinstance(exc, FileNotFoundError) and folder != naming.folders[0]:
                continue  # an olddir that the first rotation makes; logrotate complains of one that nothing makes
            raise CannotObserve(unreadable(folder, exc)) from None
        for name in names:
            if not naming.pattern.fullmatch(name):
                continue
            full = os.path.join(folder, name)
            try:
                status = os.lstat(full)
            except OSError:  # rotated away meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                compressed = name.endswith(naming.compressed)
                found.append(Rotated(full, status.st_size, status.st_mtime, (status.st_dev, status.st_ino), compressed))
    return sorted(found, key=lambda one: one.modified, reverse=True)


def current(path: str, runner: Runner) -> Current:
    """The log file at this path. OSError, and CannotObserve for what is no file or may not be read."""
    real = os.path.realpath(path)
    status = os.stat(real)
    if not stat.S_ISREG(status.st_mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    head = part_of(real, 0, PART)
    hollow = head.startswith(b"\0")
    text = text_of(_behind_hole(real, head) if hollow else head)
    first_written, zone = _first_written(text, real, status, runner.now())
    return Current(
        path=real,
        size=status.st_size,
        used=min(status.st_size, status.st_blocks * 512) if hollow else status.st_size,
        modified=status.st_mtime,
        first_written=first_written,
        hollow=hollow,
        clock_only=any(log_times.has_clock_only(line) for line in text.splitlines()[:5]),
        zone=zone,
    )


def written_at(current: Current, offset: int, now: dt.datetime) -> float | None:
    """When the log had so many bytes, by the first line behind them that has a time. CannotObserve."""
    lines = part_of(current.path, offset, PART).partition(b"\n")[2]
    found = log_times.first_time(text_of(lines), now)
    return None if found is None or found.others else found.moment + current.zone


def text_of(data: bytes) -> str:
    """In UTF-16 where it says so, in UTF-8 where it is that, else in Latin 1; it may begin and end within a character."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    text = data.decode("utf-8", "replace")
    only_one_byte_each = "\ufffd" in text and data.decode("utf-8", "ignore").isascii()
    return data.decode("latin-1") if only_one_byte_each else text


def part_of(path: str, start: int, size: int) -> bytes:
    """So many bytes from there on. CannotObserve."""
    try:
        with open(path, "rb") as handle:
            handle.seek(start)
            return handle.read(size)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None


def _behind_hole(path: str, head: bytes) -> bytes:
    """The first that was written behind the NUL bytes."""
    found = head.lstrip(b"\0")
    if found:
        return found
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    try:
        return os.pread(descriptor, PART, os.lseek(descriptor, 0, os.SEEK_DATA)).lstrip(b"\0")
    except OSError:  # nothing but a hole, or a file system that does not tell
        return b""
    finally:
        os.close(descriptor)


def _first_written(head: str, path: str, status: os.stat_result, now: dt.datetime) -> tuple[float | None, float]:
    """The time of the oldest line, and by how much it was off.

    The last line, which is as old as the last change of the file, tells what the first one leaves open.
    """
    first = log_times.first_time(head, now)
    if first is None or (first.zoned and not first.others and not first.doubtful):
        return (first.moment if first else None), 0.0
    tail = text_of(part_of(path, max(status.st_size - PART, 0), PART))
    stamps = (log_times.read_time(line, now) for line in reversed(tail.splitlines()[-log_times.HEAD_LINES :]))
    last = next((one for one in stamps if one and one.form == first.form), None)
    if first.doubtful and (last is None or abs(last.moment - status.st_mtime) > DAY):
        return None, 0.0  # the times of what the lines are about
    if last is None:
        return (None if first.orders and first.others else first.moment), 0.0
    if first.orders and first.others:
        likely = dict(zip(last.orders, (last.moment, *last.others)))
        order = min(likely, key=lambda one: abs(likely[one] - status.st_mtime), default="")
        if order not in first.orders or abs(likely[order] - status.st_mtime) > DAY:
            return None, 0.0
        first, last = first.settled(order), last.settled(order)
    zone = _zone(last, status.st_mtime) if last.moment != first.moment else 0.0
    return first.moment + zone, zone


def _zone(last: log_times.Stamp, modified: float) -> float:
    """How far the zone of lines without one is from this host's: zones differ by quarters of an hour."""
    difference = modified - last.moment
    quarters = round(difference / QUARTER) * QUARTER
    near = abs(difference - quarters) < 60 and abs(quarters) <= 14 * 3600
    return quarters if near and not last.zoned and not last.others else 0.0


def copied_into(current: Current, rotated: Rotated) -> bool:
    """Whether a rotated file is the beginning of the log as it is now: copied, and never emptied."""
    if rotated.compressed or not COPY <= rotated.size <= current.size:
        return False
    lines = set()
    for start in (0, rotated.size // 2, rotated.size - COPY):
        part = part_of(rotated.path, start, COPY)
        if part != part_of(current.path, start, COPY):
            return False
        lines.update(part.splitlines())
    return len(lines) >= COPY_LINES


def birth(path: str, runner: Runner) -> float | None:
    """When the file was made, where the file system knows."""
    try:
        answer = runner.run(["stat", "-c", "%W", path], timeout=5)
    except CannotObserve:
        return None
    text = answer.stdout.strip()
    return float(text) if answer.rc == 0 and text.isdigit() and text != "0" else None


__all__ = (
    "COMPRESSED",
    "MONTHS",
    "Current",
    "Rotated",
    "birth",
    "copied_into",
    "current",
    "part_of",
    "rotated_files",
    "rotated_name",
    "written_at",
)
