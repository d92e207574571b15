# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log and its rotated files as they lie on disk: names, sizes, ages, and who still writes into them. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import stat
import threading
import time
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable

DAY = 86400.0
SETTLE = 2.0  # seconds that a process may need to open its new file after a rotation
HEAD = 65536
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".lzma", ".zip")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclasses.dataclass(frozen=True)
class Rotated:
    """A rotated file."""

    path: str
    size: int
    modified: float
    identity: tuple[int, int]

    @property
    def compressed(self) -> bool:
        return self.path.endswith(COMPRESSED)


@dataclasses.dataclass(frozen=True)
class Current:
    """The log file as it is now."""

    path: str  # without symbolic links
    size: int
    used: int
    modified: float
    first_written: float | None  # the time in its first lines
    hollow: bool  # begins with NUL bytes


def rotated_name(name: str) -> re.Pattern[str]:
    """Matches the names that the rotated files of the log ``name`` usually have."""
    stem, extension = os.path.splitext(name)
    packed = r"(?:\.(?:gz|bz2|xz|zst|lz4|Z|lzma|zip))?"
    date = r"(?:19|20)\d\d-?\d\d(?:-?\d\d)?(?:[-_.T]?[\d:-]+)*(?:\.\d+)*Z?"
    forms = [rf"{re.escape(name)}(?:\.\d+(?:\.\d+)*|[.\-_]{date}|\.old){packed}"]
    if extension and stem:
        forms.append(rf"{re.escape(stem)}(?:\.\d+|[.\-_]{date}){re.escape(extension)}{packed}")
    return re.compile("|".join(f"(?:{form})" for form in forms))


def rotated_files(path: str, folders: t.Sequence[str] = ()) -> list[Rotated]:
    """The rotated files of a log, the last one first; CannotObserve when a folder cannot be listed."""
    pattern = rotated_name(os.path.basename(path))
    found = []
    for folder in dict.fromkeys([os.path.dirname(path) or ".", *folders]):
        try:
            names = os.listdir(folder)
        except OSError as exc:
            raise CannotObserve(unreadable(folder, exc)) from None
        for name in names:
            if not pattern.fullmatch(name):
                continue
            full = os.path.join(folder, name)
            try:
                status = os.lstat(full)
            except OSError:  # rotated away meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                found.append(Rotated(full, status.st_size, status.st_mtime, (status.st_dev, status.st_ino)))
    return sorted(found, key=lambda one: one.modified, reverse=True)


def current(path: str, runner: Runner) -> Current:
    """The log file at this path. OSError, and CannotObserve for what is no file or may not be read."""
    real = os.path.realpath(path)
    status = os.stat(real)
    if not stat.S_ISREG(status.st_mode):
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    head = runner.read_bytes(real, max_bytes=HEAD)
    hollow = head.startswith(b"\0")
    return Current(
        path=real,
        size=status.st_size,
        used=min(status.st_size, status.st_blocks * 512) if hollow else status.st_size,
        modified=status.st_mtime,
        first_written=first_time(head.lstrip(b"\0").decode("utf-8", "replace"), runner.now()),
        hollow=hollow,
    )


_ISO = re.compile(r"[\[\"'<]?(\d{4})-(\d\d)-(\d\d)[T _](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)?")
_SYSLOG = re.compile(r"(?:<\d+>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) (\d\d):(\d\d):(\d\d)\b")
_CLF = re.compile(r"\[(\d\d)/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\]")
_TIME_KEYS = ("timestamp", "@timestamp", "time", "ts", "datetime", "date")


def first_time(text: str, now: dt.datetime) -> float | None:
    """The time of the first line that begins with one, or has one where logs usually do; None when there is none."""
    for line in text.splitlines()[:20]:
        try:
            moment = _line_time(line, now)
        except (ValueError, OverflowError):
            continue
        if moment is not None and 946684800 < moment < now.timestamp() + DAY:
            return moment
    return None


def _line_time(line: str, now: dt.datetime) -> float | None:
    text = line.strip()
    if text.startswith("{"):
        data = json.loads(text)
        value = next((data[key] for key in _TIME_KEYS if key in data), None)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value / 1000 if value > 1e11 else float(value)
        text = str(value)
    match = _ISO.match(text)
    if match:
        *numbers, zone = match.groups()
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return _moment(dt.datetime(year, month, day, hour, minute, second), zone)
    match = _SYSLOG.match(text)
    if match:
        month = MONTHS.index(match.group(1)) + 1
        day, hour, minute, second = (int(number) for number in match.groups()[1:])
        moment = _moment(dt.datetime(now.year, month, day, hour, minute, second), None)
        if moment > now.timestamp() + DAY:  # such lines have no year
            moment = _moment(dt.datetime(now.year - 1, month, day, hour, minute, second), None)
        return moment
    match = _CLF.search(text)
    if match:
        written = match.groups()
        day, year, hour, minute, second = (int(written[place]) for place in (0, 2, 3, 4, 5))
        return _moment(dt.datetime(year, MONTHS.index(written[1]) + 1, day, hour, minute, second), written[6])
    match = re.match(r"(\d{10})(?:\.\d+)?\b", text)
    return float(match.group(0)) if match else None


def _moment(naive: dt.datetime, zone: str | None) -> float:
    if zone is None:
        return naive.timestamp()
    if zone == "Z":
        return naive.replace(tzinfo=dt.timezone.utc).timestamp()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    offset = dt.timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return naive.replace(tzinfo=dt.timezone(offset)).timestamp()


def birth(path: str, runner: Runner) -> float | None:
    """When the file was made, where the file system knows."""
    try:
        answer = runner.run(["stat", "-c", "%W", path], timeout=5)
    except CannotObserve:
        return None
    text = answer.stdout.strip()
    return float(text) if answer.rc == 0 and text.isdigit() and text != "0" else None


# -- processes that still write into a rotated file


@dataclasses.dataclass(frozen=True)
class Writer:
    pid: int
    command: str
    path: str


def writers_into(path: str, rotated: t.Sequence[Rotated], proc: str = "/proc") -> tuple[list[Writer], int]:
    """The processes that hold a rotated or deleted file of this log open for writing, and how many processes could not be looked at."""
    known = {one.identity: one.path for one in rotated if not one.compressed}
    name = rotated_name(os.path.basename(path))
    folder = os.path.dirname(path)
    found = []
    processes, unseen = _open_files.now(proc)
    for pid, targets in processes.items():
        for number, target in targets.items():
            held = _held(f"{proc}/{pid}", number, target, path, folder, name, known)
            if held:
                found.append(Writer(int(pid), _command(f"{proc}/{pid}"), held))
                break
    return found, unseen


class _OpenFiles:
    """What all processes hold open. That takes long, so checks that ask while somebody looks share the next look."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._looked: dict[str, tuple[float, tuple[dict[str, dict[str, str]], int]]] = {}

    def now(self, proc: str) -> tuple[dict[str, dict[str, str]], int]:
        """By process and number where each leads, and how many processes could not be looked at; never from before it was asked for."""
        asked = time.monotonic()
        with self._one_at_a_time:
            if proc not in self._looked or self._looked[proc][0] < asked:
                self._looked[proc] = (time.monotonic(), _look(proc))
            return self._looked[proc][1]


_open_files = _OpenFiles()


def _look(proc: str) -> tuple[dict[str, dict[str, str]], int]:
    found: dict[str, dict[str, str]] = {}
    unseen = 0
    for pid in (entry for entry in os.listdir(proc) if entry.isdigit()):
        try:
            numbers = os.listdir(f"{proc}/{pid}/fd")
        except PermissionError:
            unseen += 1
            continue
        except OSError:
            continue
        targets = found[pid] = {}
        for number in numbers:
            with contextlib.suppress(OSError):  # the process has ended or closed it
                targets[number] = os.readlink(f"{proc}/{pid}/fd/{number}")
    return found, unseen


def _held(
    process: str, number: str, target: str, path: str, folder: str, name: re.Pattern[str], known: t.Mapping[tuple[int, int], str]
) -> str | None:
    try:
        deleted = target.endswith(" (deleted)")
        plain = target[: -len(" (deleted)")] if deleted else target
        base = os.path.basename(plain)
        if plain != path and not name.fullmatch(base):
            return None
        if plain.endswith(COMPRESSED):  # what compresses it
            return None
        if deleted:
            mine = plain == path or os.path.dirname(plain) == folder
        else:
            status = os.stat(f"{process}/fd/{number}")
            mine = (status.st_dev, status.st_ino) in known
        if not mine or not _opened_for_writing(f"{process}/fdinfo/{number}"):
            return None
        return target
    except OSError:  # the process has ended or closed it
        return None


def _opened_for_writing(info: str) -> bool:
    with open(info, encoding="ascii", errors="replace") as handle:
        match = re.search(r"^flags:\s*([0-7]+)", handle.read(), re.MULTILINE)
    return bool(match and int(match.group(1), 8) & (os.O_WRONLY | os.O_RDWR))


def _command(process: str) -> str:
    try:
        with open(f"{process}/comm", encoding="utf-8", errors="replace") as handle:
            return handle.read().strip()
    except OSError:
        return "?"


def lasting_writers(path: str, rotated: t.Sequence[Rotated], runner: Runner) -> tuple[list[Writer], int]:
    """Looks twice: right after a rotation a process needs a moment to open the new file."""
    first, unseen = writers_into(path, rotated)
    if not first:
        return [], unseen
    runner.sleep(SETTLE)
    again, unseen = writers_into(path, rotated)
    return [writer for writer in again if writer.pid in {one.pid for one in first}], unseen


__all__ = (
    "COMPRESSED",
    "MONTHS",
    "Current",
    "Rotated",
    "birth",
    "current",
    "first_time",
    "lasting_writers",
    "rotated_files",
    "rotated_name",
    "writers_into",
)
