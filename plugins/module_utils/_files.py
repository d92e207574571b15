# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files whole or not at all. PRIVATE to the collection."""

from __future__ import annotations

import os
import pathlib
import tempfile

from ._phrase import Message, phrase, verbatim


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


__all__ = ("NotWritten", "umask", "write_atomically")
