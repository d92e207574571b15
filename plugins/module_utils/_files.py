# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files whole or not at all, and reading those of others within bounds. PRIVATE to the collection."""

from __future__ import annotations

import errno
import os
import pathlib
import stat
import tempfile

from ._phrase import Message, phrase, verbatim

WRITTEN_BY_PEOPLE = 4 * 2**20  # bytes of a file that people write


class NotWritten(Exception):
    """A file could not be written; nothing of it stays behind."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message: Message = verbatim(message)


def umask() -> int:
    """The umask of this process."""
    known = os.umask(0o077)  # what somebody else writes in between is seen by fewer, not by more
    os.umask(known)
    return known


def write_atomically(
    path: pathlib.Path | str, content: bytes, *, mode: int = 0o644, make_folder: bool = False, durable: bool = True
) -> pathlib.Path:
    """Replaces ``path`` by ``content`` in one step: a temporary file in the same folder, flushed, then renamed. NotWritten."""
    target = pathlib.Path(path)
    temporary = ""
    try:
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:60]}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), mode)
        os.replace(temporary, target)
    except OSError as exc:
        if temporary:
            pathlib.Path(temporary).unlink(missing_ok=True)
        raise NotWritten(phrase("{path:path} could not be written: {reason}", path=str(target), reason=exc.strerror or str(exc))) from None
    return target


def read_within(path: pathlib.Path | str, largest: int = WRITTEN_BY_PEOPLE) -> bytes:
    """The content of a file that somebody else may have put there. OSError, also for what is no regular file, or is larger."""
    # a pipe would be waited for, a device read without end
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest // 2**20} MiB", str(path))
    return content


__all__ = ("WRITTEN_BY_PEOPLE", "NotWritten", "read_within", "umask", "write_atomically")
