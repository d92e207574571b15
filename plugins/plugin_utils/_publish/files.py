# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a file so that a reader sees the old one or the new one, whole. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets


class PublishFailure(Exception):
    """One target could not be published to; the text is for people."""


def write_atomically(path: pathlib.Path, content: bytes, *, mode: int | None = None) -> None:
    """Through a temporary file in the same folder, which never stays. Without ``mode`` the umask decides. PublishFailure."""
    folder = path.parent
    if path.is_dir():
        raise PublishFailure(f"{path} is a folder, not a file")
    temporary = folder / f".{path.name[:100]}.{secrets.token_hex(6)}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                if mode is not None:
                    os.fchmod(stream.fileno(), mode)
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(folder)
    except OSError as exc:
        raise PublishFailure(f"{path} could not be written: {in_words(exc, folder)}") from exc


def _sync_folder(folder: pathlib.Path) -> None:
    # some file systems cannot sync a folder; the file itself is safe already
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def in_words(exc: OSError, folder: pathlib.Path) -> str:
    """Why the folder does not take a file."""
    if isinstance(exc, FileNotFoundError):
        return f"the folder {folder} does not exist"
    if isinstance(exc, NotADirectoryError):
        return f"{folder} is not a folder"
    if isinstance(exc, PermissionError):
        return f"this user may not write into {folder}"
    return (exc.strerror or type(exc).__name__).lower()


__all__ = ("PublishFailure", "in_words", "write_atomically")
