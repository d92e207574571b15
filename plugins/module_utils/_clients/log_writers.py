# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that still write into a rotated or deleted file of a log, in containers too. PRIVATE to the collection.

A container sees a folder of the host under a path of its own, so files are compared by device and inode. A deleted file has no other
name than the one under which it was opened: that one is followed through the mounts of the process.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
import typing as t

from .._runner import Runner
from .log_files import Rotated
from .mounts import mount_of
from .rotated_names import COMPRESSED, Naming, usual

SETTLE = 2.0  # seconds that a process may need to open its new file after a rotation
DELETED = " (deleted)"
MOUNTS = 2**20  # characters of a table of mounts


class Writer(t.NamedTuple):
    pid: int
    command: str
    path: str  # as the process sees it


Processes = dict[str, dict[str, str]]  # by process and number where each open file leads


def lasting_writers(path: str, rotated: t.Sequence[Rotated], runner: Runner, naming: Naming | None = None) -> tuple[list[Writer], int]:
    """The processes that go on writing into a rotated or deleted file of this log, and how many processes could not be looked at.

    Looks twice: right after a rotation a process needs a moment to open the new file.
    """
    first, unseen = writers_into(path, rotated, naming=naming)
    if not first:
        return [], unseen
    runner.sleep(SETTLE)
    again, unseen = writers_into(path, rotated, naming=naming)
    return [writer for writer in again if writer.pid in {one.pid for one in first}], unseen


def writers_into(path: str, rotated: t.Sequence[Rotated], proc: str = "/proc", naming: Naming | None = None) -> tuple[list[Writer], int]:
    log = _Log(path, {one.identity for one in rotated if not one.compressed}, proc, naming or usual(path))
    found = []
    processes, unseen = open_files.now(proc)
    for pid, opened in processes.items():
        process = f"{proc}/{pid}"
        apart = _sees_apart(proc, pid)
        for number, target in opened.items():
            if log.may_be(target, apart=apart) and _opened_for_writing(f"{process}/fdinfo/{number}") and log.was(pid, number, target):
                found.append(Writer(int(pid), command_of(int(pid), proc), target))
                break
    return found, unseen


def moved_away(path: str, naming: Naming | None = None, proc: str = "/proc") -> Writer | None:
    """A process that writes into a file beside the log whose name begins with that of the log, while none has the log itself open.

    So it is after ``mv app.log app.log.save``. A program that writes app.log.wf beside app.log has both open.
    """
    folder, name = os.path.split(path)
    takes = (naming or usual(path)).takes
    begins = tuple(f"{name}{sign}" for sign in "._-~")
    found: Writer | None = None
    for pid, opened in open_files.now(proc)[0].items():
        for number, target in opened.items():
            if not target.startswith(folder):
                continue
            inside, base = os.path.split(target)
            beside = inside == folder and base.startswith(begins) and not base.endswith((*COMPRESSED, DELETED)) and not takes(target)
            if (target == path or (beside and found is None)) and _opened_for_writing(f"{proc}/{pid}/fdinfo/{number}"):
                if target == path:
                    return None
                found = Writer(int(pid), command_of(int(pid), proc), target)
    return found


class _Log:
    """A log, and whether what a process holds open was one of its files."""

    def __init__(self, path: str, known: t.Collection[tuple[int, int]], proc: str, naming: Naming) -> None:
        self.path, self.known, self.proc, self.naming = path, known, proc, naming
        self._places: list[tuple[str, str]] | None = None

    def may_be(self, target: str, *, apart: bool) -> bool:
        """By its name alone, which says nothing where a process has mounts of its own."""
        if not target.startswith("/") or target.startswith(("/dev/", "/proc/", "/memfd:")):
            return False
        plain = _plain(target)
        if plain.endswith(self.naming.compressed):  # what compresses it
            return False
        return apart or plain == self.path or bool(self.naming.pattern.fullmatch(os.path.basename(plain)))

    def was(self, pid: str, number: str, target: str) -> bool:
        if not target.endswith(DELETED):
            try:
                status = os.stat(f"{self.proc}/{pid}/fd/{number}")
            except OSError:  # the process has ended or closed it
                return False
            return (status.st_dev, status.st_ino) in self.known
        plain = _plain(target)
        if not _sees_apart(self.proc, pid):
            return plain == self.path or self.naming.takes(plain)
        if self._places is None:
            mounts = _mounts(self.proc, "self")
            self._places = [place_of(one, mounts) or ("", "") for one in (self.path, *(f"{one}/." for one in self.naming.folders))]
        device, path = place_of(plain, _mounts(self.proc, pid)) or ("", "")
        if not device:
            return False
        folder, name = os.path.split(path)
        named = bool(self.naming.pattern.fullmatch(name))
        return (device, path) == self._places[0] or (named and (device, f"{folder.rstrip('/')}/.") in self._places[1:])


def _plain(target: str) -> str:
    return target[: -len(DELETED)] if target.endswith(DELETED) else target


def _sees_apart(proc: str, pid: str) -> bool:
    """Whether a process has other mounts than this one; one whose mounts may not be looked at is taken to have the same."""
    try:
        return os.readlink(f"{proc}/{pid}/ns/mnt") != os.readlink(f"{proc}/self/ns/mnt")
    except OSError:
        return False


def _mounts(proc: str, pid: str) -> str:
    try:
        with open(f"{proc}/{pid}/mountinfo", encoding="utf-8", errors="surrogateescape") as handle:
            return handle.read(MOUNTS)
    except OSError:
        return ""


def place_of(path: str, mountinfo: str) -> tuple[str, str] | None:
    """The device, and the path below its root, of a path as a process with these mounts sees it."""
    mount = mount_of(path, mountinfo)
    if mount is None:
        return None
    root = mount.root.removesuffix("//deleted").rstrip("/")
    return mount.device, (root + path[len(mount.point.rstrip("/")) :]) or "/"


# -- what is open


class _OpenFiles:
    """What all processes hold open. That takes long, so checks that ask while somebody looks share the next look."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._looked: dict[str, tuple[float, tuple[Processes, int]]] = {}

    def now(self, proc: str = "/proc") -> tuple[Processes, int]:
        """By process and number what is open, and how many processes could not be looked at; never from before it was asked for."""
        asked = time.monotonic()
        with self._one_at_a_time:
            if proc not in self._looked or self._looked[proc][0] < asked:
                self._looked[proc] = (time.monotonic(), _look(proc))
            return self._looked[proc][1]


open_files = _OpenFiles()


def _look(proc: str) -> tuple[Processes, int]:
    found: Processes = {}
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


def _opened_for_writing(info: str) -> bool:
    try:
        with open(info, encoding="ascii", errors="replace") as handle:
            match = re.search(r"^flags:\s*([0-7]+)", handle.read(4096), re.MULTILINE)
    except OSError:  # the process has ended or closed it
        return False
    return bool(match and int(match.group(1), 8) & (os.O_WRONLY | os.O_RDWR))


def command_of(pid: int | str, proc: str = "/proc") -> str:
    """The name of a process."""
    try:
        with open(f"{proc}/{pid}/comm", encoding="utf-8", errors="replace") as handle:
            return handle.read(100).strip()
    except OSError:
        return "?"


__all__ = ("Writer", "command_of", "lasting_writers", "moved_away", "open_files", "place_of", "writers_into")
