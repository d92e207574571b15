# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of records on the machine where they live: written together, and only over what was read. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import pathlib
import stat
import threading
import typing as t

from ._files import NotWritten, read_within, umask, write_atomically
from ._phrase import phrase

ABSENT = ""  # what is expected of a file that must not be there yet
MODE = 0o600
LARGEST = 64 * 1024 * 1024  # bytes of a file that is read
PATIENCE = 5.0  # seconds for which a lock is waited for in silence

Waiting = t.Callable[[str], object]  # is told once that a lock is waited for


class Changed(Exception):
    """A file is no longer what was expected; nothing was written."""


def default_folder() -> pathlib.Path:
    """Where records live when nobody says: the user's state folder."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return pathlib.Path(base) / "operability.readiness"


def digest(content: bytes | None) -> str:
    """What tells one content of a file from another; ABSENT for a file that is not there."""
    return ABSENT if content is None else hashlib.sha256(content).hexdigest()


def listing(names: t.Iterable[str]) -> str:
    """What tells one set of files from another."""
    return digest("\n".join(sorted(names)).encode("utf-8", "surrogateescape"))


class Folder:
    """A folder on this machine. Names are relative to it, and stay within it.

    Files are written with ``mode``. ``below`` makes it one of records: it lies below that folder, no link leads out of it, nobody may enter
    it who may not read its files, and these are never wider than the umask says.
    """

    def __init__(
        self,
        path: pathlib.Path | str,
        *,
        mode: int = MODE,
        below: pathlib.Path | str | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self.path = pathlib.Path(path).expanduser()
        self.mode = mode
        self.below = pathlib.Path(below).expanduser() if below else None
        self._waiting = waiting

    def place(self, name: str) -> pathlib.Path:
        parts = pathlib.PurePosixPath(name).parts
        if not parts or parts[0] == "/" or ".." in parts or "\0" in name:
            raise ValueError(f"{name!r} does not name a file in the folder")
        return self.path.joinpath(*parts)

    @contextlib.contextmanager
    def lock(self) -> t.Iterator[None]:
        """Holds others off while files are read and written. NotWritten when the folder cannot be used."""
        try:
            self._make(self.path)
            handle = self._open_lock()
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(
                phrase("the records folder {path:path} cannot be used: {reason}", path=str(self.path), reason=reason)
            ) from None
        try:
            self._wait(handle)
            yield
        finally:
            os.close(handle)

    def _open_lock(self) -> int:
        flags = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        path = self.path / ".lock"
        try:
            handle = os.open(path, flags | os.O_RDWR, self.mode)
        except PermissionError:  # another account made it, and lets this one read
            handle = os.open(path, flags | os.O_RDONLY, self.mode)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, f"{path.name} is no regular file")
        return handle

    def _wait(self, handle: int) -> None:
        """Until the lock is held. Whoever waits for longer is told that once."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            pass
        said = threading.Timer(PATIENCE, self._say)
        said.daemon = True
        said.start()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        finally:
            said.cancel()

    def _say(self) -> None:
        if self._waiting:
            self._waiting(f"waiting for the lock of {self.path}, held by another gate")

    # -- what lies in it

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none. OSError, also for what is no regular file of this folder, or too large."""
        path = self.place(name)
        if not os.path.lexists(path):  # also where its folder may not be looked into: the lock tells that
            return None
        self._stays(path)
        return read_within(path, LARGEST)

    def prefetch(self, names: t.Sequence[str]) -> None:
        """Nothing: here each file is near."""

    def _stays(self, path: pathlib.Path) -> None:
        """OSError where a link leads out of the folder of records."""
        if self.below is None:
            return
        if not _within(self.path, self.below):
            raise OSError(errno.ELOOP, f"a symbolic link leads out of {self.below}", str(self.path))
        if not _within(path, self.path):
            raise OSError(errno.ELOOP, f"a symbolic link leads out of {self.path}", str(path))

    def names(self, pattern: str) -> list[str]:
        """What matches, oldest first by their names' first 16 characters (a time), then by when they were written.

        Whatever lies there, also what ``read`` will refuse; without the lock, and what a writer that was killed has left.
        """
        found = []
        for path in self.path.glob(pattern):
            with contextlib.suppress(OSError):
                if not path.name.startswith("."):
                    found.append((path.name[:16], os.lstat(path).st_mtime_ns, path))
        return [path.relative_to(self.path).as_posix() for _time, _written, path in sorted(found)]

    # -- what is written

    def write(self, name: str, content: bytes) -> None:
        """Replaces a file whole. NotWritten."""
        path = self.place(name)
        try:
            self._stays(path.parent)
            self._make(path.parent)
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(phrase("{path:path} could not be written: {reason}", path=str(path), reason=reason)) from None
        write_atomically(path, content, mode=self.mode & ~umask() if self.below else self.mode)

    def _make(self, folder: pathlib.Path) -> None:
        """The folder, and those above it that are missing."""
        mode = self.mode | (self.mode & 0o444) >> 2
        missing = [folder, *folder.parents]
        missing = missing[: next((number for number, one in enumerate(missing) if os.path.lexists(one)), len(missing))]
        for one in reversed(missing):
            with contextlib.suppress(FileExistsError):
                one.mkdir(mode)
        self._stays(folder)
        there = os.stat(folder)
        if not stat.S_ISDIR(there.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        wide = stat.S_IMODE(there.st_mode) & 0o777 & ~mode
        if wide and self.below and there.st_uid == os.geteuid():
            os.chmod(folder, stat.S_IMODE(there.st_mode) & ~wide)

    def put_aside(self, name: str, other: str) -> None:
        """Gives what lies there another name, whatever it is: a link, a folder, a pipe. NotWritten."""
        try:
            self._stays(self.place(name).parent)
            os.rename(self.place(name), self.place(other))
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(phrase("{path:path} could not be put aside: {reason}", path=str(self.place(name)), reason=reason)) from None

    def remove(self, name: str) -> None:
        """Removes a file that may be there. NotWritten."""
        try:
            self._stays(self.place(name).parent)
            self.place(name).unlink(missing_ok=True)
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(phrase("{path:path} could not be removed: {reason}", path=str(self.place(name)), reason=reason)) from None

    def change(
        self,
        expected: t.Mapping[str, str],
        write: t.Mapping[str, bytes],
        remove: t.Sequence[str] = (),
        aside: t.Mapping[str, str] | None = None,
    ) -> None:
        """Writes and removes, if all that is expected is as it was when it was read. Changed, NotWritten.

        ``expected`` has digests by name, and by pattern that of a ``listing``; ``aside`` other names.
        """
        with self.lock():
            for name, known in expected.items():
                if self._seen(name) != known:
                    raise Changed(f"{self.place(name)} was changed by somebody else meanwhile")
            for name, other in (aside or {}).items():
                self.put_aside(name, other)
            for name, content in write.items():
                self.write(name, content)
            for name in remove:
                self.remove(name)

    def _seen(self, name: str) -> str:
        return listing(self.names(name)) if "*" in name else digest(self.read(name))


def _within(path: pathlib.Path, folder: pathlib.Path) -> bool:
    real, limit = os.path.realpath(path), os.path.realpath(folder)
    return real == limit or real.startswith(limit.rstrip("/") + "/")


__all__ = ("ABSENT", "LARGEST", "MODE", "Changed", "Folder", "Waiting", "default_folder", "digest", "listing")
