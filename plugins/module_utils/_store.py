# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of records on the machine where they live: written together, and only over what was read. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pathlib
import typing as t

from ._files import NotWritten, write_atomically
from ._phrase import phrase

ABSENT = ""  # what is expected of a file that must not be there yet


class Changed(Exception):
    """A file is no longer what was expected; nothing was written."""


def default_folder() -> pathlib.Path:
    """Where records live when nobody says: the user's state folder."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return pathlib.Path(base) / "operability.readiness"


def digest(content: bytes | None) -> str:
    """What tells one content of a file from another; ABSENT for a file that is not there."""
    return ABSENT if content is None else hashlib.sha256(content).hexdigest()


class Folder:
    """A folder on this machine. Names are relative to it, and stay within it."""

    def __init__(self, path: pathlib.Path | str) -> None:
        self.path = pathlib.Path(path).expanduser()

    def place(self, name: str) -> pathlib.Path:
        parts = pathlib.PurePosixPath(name).parts
        if not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"{name!r} does not name a file in the folder")
        return self.path.joinpath(*parts)

    @contextlib.contextmanager
    def lock(self) -> t.Iterator[None]:
        """Holds others off while files are read and written. NotWritten when the folder cannot be used."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = open(self.path / ".lock", "w", encoding="utf-8")  # noqa: SIM115 # closed below
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(
                phrase("the records folder {path:path} cannot be used: {reason}", path=str(self.path), reason=reason)
            ) from None
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none. OSError."""
        path = self.place(name)
        if not os.path.exists(path):  # also where its folder may not be looked into: the lock tells that
            return None
        return path.read_bytes()

    def names(self, pattern: str) -> list[str]:
        """The files that match, oldest first by their names' first 16 characters (a time), then by when they were written.

        Without the lock, and what a writer that was killed has left.
        """
        found = [path for path in self.path.glob(pattern) if path.is_file() and not path.name.startswith(".")]
        found.sort(key=lambda path: (path.name[:16], path.stat().st_mtime_ns))
        return [path.relative_to(self.path).as_posix() for path in found]

    def write(self, name: str, content: bytes) -> None:
        """Replaces a file whole. NotWritten."""
        write_atomically(self.place(name), content, make_folder=True)

    def remove(self, name: str) -> None:
        """Removes a file that may be there. NotWritten."""
        try:
            self.place(name).unlink(missing_ok=True)
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotWritten(phrase("{path:path} could not be removed: {reason}", path=str(self.place(name)), reason=reason)) from None

    def change(self, expected: t.Mapping[str, str], write: t.Mapping[str, bytes], remove: t.Sequence[str] = ()) -> None:
        """Writes and removes, if every expected file still has the digest that it had when it was read. Changed, NotWritten."""
        with self.lock():
            for name, known in expected.items():
                if digest(self.read(name)) != known:
                    raise Changed(f"{self.place(name)} was changed by somebody else meanwhile")
            for name, content in write.items():
                self.write(name, content)
            for name in remove:
                self.remove(name)


__all__ = ("ABSENT", "Changed", "Folder", "default_folder", "digest")
