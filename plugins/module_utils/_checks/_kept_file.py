# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file on the host in which a check keeps what a later run must know: JSON with its own digest. PRIVATE to the collection.

Whoever may write it may say anything in it: so others than its owner may not. The digest tells a change by accident, not a forged one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pwd
import stat
import typing as t

from .._files import NotWritten, write_atomically
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import unreadable

LARGEST = 256 * 2**10  # bytes of such a file


@dataclasses.dataclass(frozen=True)
class Kept:
    """What was kept, and whose file it is."""

    content: t.Mapping[str, object]
    owner: str


def read_kept(path: str, kind: str) -> Kept | None:
    """What is kept there; None where nothing is. ``kind`` says what for. CannotObserve for a file that is not ours or not to be trusted."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as exc:
        if os.path.islink(path):
            raise CannotObserve(phrase("{path:path} is a symbolic link, which is not followed", path=path)) from None
        raise CannotObserve(unreadable(path, exc)) from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise CannotObserve(phrase("{path:path} is not a regular file", path=path))
    with os.fdopen(handle, "rb") as stream:
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise CannotObserve(phrase("{path:path} may be written by others than its owner, so it proves nothing: chmod 600", path=path))
        if about.st_size > LARGEST:
            raise CannotObserve(phrase("{path:path} has {size:bytes}: it is nothing that a check has kept", path=path, size=about.st_size))
        raw = stream.read(LARGEST + 1)
    try:
        content = json.loads(raw)
        digest = content.pop("digest")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotObserve(phrase("{path:path} is nothing that a check has kept: it cannot be read as such", path=path)) from None
    if content.get("kind") != kind:
        raise CannotObserve(phrase("{path:path} is nothing that a check has kept: it cannot be read as such", path=path))
    if digest != _digest(content):
        raise CannotObserve(phrase("{path:path} was changed since it was written: its digest differs", path=path))
    return Kept(content, name_of(about.st_uid))


def write_kept(path: str, kind: str, content: t.Mapping[str, object]) -> None:
    """Keeps it, for its owner alone. NotWritten."""
    if os.path.islink(path):
        raise NotWritten(phrase("{path:path} is a symbolic link, which is not followed", path=path))
    whole = {**content, "kind": kind}
    text = json.dumps({**whole, "digest": _digest(whole)}, indent=2, sort_keys=True, ensure_ascii=True)
    write_atomically(path, f"{text}\n".encode(), mode=0o600)


def _digest(content: t.Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def name_of(uid: int) -> str:
    """The name of an account, as it is on this host."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


__all__ = ("Kept", "name_of", "read_kept", "write_kept")
