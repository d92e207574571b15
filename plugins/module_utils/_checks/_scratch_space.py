# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for one restore: bounded while it is filled, removed in any case, by the next run where this one was killed.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import time

from .._finding import CannotObserve
from .._phrase import Message, phrase, plural
from .._runner import Runner, unreadable, user_name
from ._kept_file import name_of

PREFIX = "readiness-restore-"
NAME = re.compile(PREFIX + r"\d+-[0-9a-f]{12}")
MARKER = ".readiness-restore"  # locked by who works in a folder: {"pid": ..., "host": ...}
RESERVE = 32 * 2**20  # bytes of the file system that stay free
YOUNG = 60.0  # seconds in which a folder may still get its marker
TRIES = 5  # to remove a folder in which something may still end


class Overfull(CannotObserve):
    """What is restored is larger than the scratch space may be."""


class Scratch:
    """A new folder below ``parent``; ``with`` removes it. ``account``: to whom it belongs, where that is not who runs this."""

    def __init__(self, parent: str, bound: int, account: pwd.struct_passwd | None = None) -> None:
        self.parent, self.bound, self.account = parent, bound, account
        self.path = os.path.join(parent, f"{PREFIX}{os.getpid()}-{secrets.token_hex(6)}")
        self.unremoved: Message | None = None
        self._next = 0.0
        self._held: int | None = None

    def __enter__(self) -> Scratch:
        try:
            os.mkdir(self.path, 0o700)
            self._held = _marked(os.path.join(self.path, MARKER))
            if self.account is not None:
                os.chown(self.path, self.account.pw_uid, self.account.pw_gid)
        except OSError as exc:
            self.__exit__()
            said = phrase(
                "{user} cannot make a folder in the scratch space {path:path}: {reason}",
                user=user_name(),
                path=self.parent,
                reason=exc.strerror or str(exc),
            )
            raise CannotObserve(said) from None
        return self

    def __exit__(self, *_raised: object) -> None:
        self.unremoved = removed(self.path)
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def folder(self, name: str) -> str:
        """A new folder in it, that belongs to the same account."""
        path = os.path.join(self.path, name)
        os.mkdir(path, 0o700)
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def free(self) -> int:
        """Bytes that can still be written there."""
        about = os.statvfs(self.parent)
        return about.f_bavail * about.f_frsize

    def refuse(self, what: Message, size: int) -> None:
        """CannotObserve where something of this size would not fit."""
        if size > self.bound:
            said = phrase(
                "{what} needs {size:bytes}, the scratch space may take {bound:bytes} (max_bytes): nothing was restored",
                what=what,
                size=size,
                bound=self.bound,
            )
            raise CannotObserve(said)
        free = self.free() - RESERVE
        if size > free:
            said = phrase(
                "{what} needs {size:bytes} beside {reserve:bytes} that stay free, {path:path} has {free:bytes} free: nothing was restored",
                what=what,
                size=size,
                path=self.parent,
                free=free + RESERVE,
                reserve=RESERVE,
            )
            raise CannotObserve(said)

    def watch(self, now: bool = False) -> None:
        """Overfull when more was written than may be. Looks seldom where looking takes long; ``now``: in any case."""
        started = time.monotonic()
        if started < self._next and not now:
            return
        _files, size = measured(self.path)
        if size > self.bound:
            said = phrase(
                "the restore was stopped at {size:bytes}: the scratch space may take {bound:bytes} (max_bytes)", size=size, bound=self.bound
            )
            raise Overfull(said)
        if self.free() < RESERVE // 2:
            raise Overfull(phrase("the restore was stopped at {size:bytes}: {path:path} is full", size=size, path=self.parent))
        ended = time.monotonic()
        self._next = ended + max(0.5, 20 * (ended - started))


class ScratchRunner(Runner):
    """A runner that ends what it runs when the scratch space is overfull, and tells so whoever asks for the time that remains."""

    def __init__(self, runner: Runner, scratch: Scratch) -> None:
        self.__dict__.update(vars(runner))
        self.scratch = scratch

    def remaining(self, most: float = 3600.0) -> float:
        self.scratch.watch()
        return super().remaining(most)

    def _ended(self, process: subprocess.Popen[bytes], allowed: float) -> int:
        end = time.monotonic() + allowed
        while True:
            left = end - time.monotonic()
            try:
                return process.wait(timeout=max(0.0, min(0.25, left)))
            except subprocess.TimeoutExpired:
                if left <= 0:
                    raise
            self.scratch.watch()


def usable(parent: str) -> None:
    """CannotObserve where no restore may write below this folder."""
    try:
        about = os.lstat(parent)
    except OSError as exc:
        raise CannotObserve(unreadable(parent, exc)) from None
    if stat.S_ISLNK(about.st_mode):
        raise CannotObserve(phrase("the scratch space {path:path} is a symbolic link: name the folder itself", path=parent))
    if not stat.S_ISDIR(about.st_mode):
        raise CannotObserve(phrase("the scratch space {path:path} is not a folder", path=parent))
    if about.st_uid not in (0, os.geteuid()):
        owner = name_of(about.st_uid)
        raise CannotObserve(
            phrase(
                "the scratch space {path:path} belongs to {owner}, who could exchange what is restored: it must belong to root",
                path=parent,
                owner=owner,
            )
            if os.geteuid() == 0
            else phrase(
                "the scratch space {path:path} belongs to {owner}, who could exchange what is restored: it must belong to root or {user}",
                path=parent,
                owner=owner,
                user=user_name(),
            )
        )
    if about.st_mode & stat.S_IWOTH and not about.st_mode & stat.S_ISVTX:
        said = phrase("anybody may write in the scratch space {path:path} and exchange what is restored: chmod o-w", path=parent)
        raise CannotObserve(said)


def left_behind(parent: str) -> tuple[list[Message], list[Message]]:
    """Removes what killed runs have left below the folder: what was removed, and what could not be."""
    gone, kept = 0, []
    for entry in sorted(os.scandir(parent), key=_name):
        if not entry.name.startswith(PREFIX) or not entry.is_dir(follow_symlinks=False):
            continue
        # what is not named as this check names it is not its to remove
        state = _abandoned(entry.path) if NAME.fullmatch(entry.name) else None
        if state is None:
            kept.append(phrase("{path:path} looks like a restore that was killed and cannot be told for sure: remove it", path=entry.path))
        elif state:
            reason = removed(entry.path)
            if reason:
                kept.append(reason)
            gone += 1 if reason is None else 0
    if not gone:
        return [], kept
    said = plural(
        "what {count:number} killed restore had left in {path:path} was removed",
        "what {count:number} killed restores had left in {path:path} was removed",
        count=gone,
        path=parent,
    )
    return [said], kept


def measured(path: str) -> tuple[int, int]:
    """How many regular files lie below a folder, and their bytes; a file with several names counts once. No link is followed."""
    files, size, seen, waiting = 0, 0, set(), [path]
    while waiting:
        try:
            entries = os.scandir(waiting.pop())
        except OSError:
            continue
        with entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    about = entry.stat(follow_symlinks=False)
                except OSError:  # gone meanwhile
                    continue
                if not stat.S_ISREG(about.st_mode) or (about.st_nlink > 1 and (about.st_dev, about.st_ino) in seen):
                    continue
                if about.st_nlink > 1:
                    seen.add((about.st_dev, about.st_ino))
                if entry.name != MARKER:
                    files += 1
                    size += about.st_size
    return files, size


def removed(path: str) -> Message | None:
    """Removes a folder with all in it, whatever its modes; what links lead to stays. Says why it could not."""
    reason = ""
    for attempt in range(TRIES):
        if not os.path.lexists(path):
            return None
        if os.geteuid() != 0:
            _open_folders(path)
        try:
            with os.scandir(path) as entries:  # the marker last: of what is left of a folder it says whose it is
                for entry in entries:
                    if entry.name != MARKER and entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path)
            shutil.rmtree(path)
            return None
        except FileNotFoundError:
            continue
        except OSError as exc:
            reason = exc.strerror or str(exc)
        if attempt < TRIES - 1:
            time.sleep(0.2)
    return phrase("the scratch folder {path:path} could not be removed: {reason}", path=path, reason=reason)


def _open_folders(path: str) -> None:
    """Makes each folder one in which its owner may delete."""
    with contextlib.suppress(OSError):
        os.chmod(path, 0o700)
        for folder, names, _files in os.walk(path):
            for name in names:
                inner = os.path.join(folder, name)
                if not os.path.islink(inner):
                    with contextlib.suppress(OSError):
                        os.chmod(inner, 0o700)


def _marked(path: str) -> int:
    """The new marker, locked for as long as it is open: the kernel unlocks it when this process ends in whatever way."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.write(handle, json.dumps({"pid": os.getpid(), "host": platform.node()}).encode())
    return handle


def _abandoned(path: str) -> bool | None:
    """Whether whoever made the folder is gone; None where that cannot be told."""
    try:
        handle = os.open(os.path.join(path, MARKER), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return _unmarked(path)
    except OSError:
        return False  # the one whose it is removes it
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            return False
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # a lock is not seen from one host to the next on every file system
        return True if json.loads(os.read(handle, 4096))["host"] == platform.node() else None
    except BlockingIOError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        return None
    finally:
        os.close(handle)


def _unmarked(path: str) -> bool | None:
    try:
        if time.time() - os.lstat(path).st_mtime < YOUNG:
            return False
        return None if os.listdir(path) else True
    except OSError:
        return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


__all__ = ("Overfull", "Scratch", "ScratchRunner", "left_behind", "measured", "removed", "usable")
