# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the next rotation is going to be refused: by attributes of files, or by the rights of the user as whom the rule rotates. PRIVATE.

``logrotate -d`` renames nothing, so it does not find that out.
"""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import struct
import typing as t

from .._phrase import phrase
from ._rotation_age import Log
from ._rotation_rights import may_open, may_rename
from ._rotation_verdict import Verdict

IMMUTABLE, APPEND_ONLY = 0x10, 0x20  # chattr +i, +a
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16  # FS_IOC_GETFLAGS


def judge_possible(verdict: Verdict, log: Log) -> None:
    if log.rule is None or (log.rule.keeps == 0 and log.has("copytruncate")):
        return
    folders = log.naming.folders if log.naming is not None else (os.path.dirname(log.path),)
    for path in (log.path, *folders):
        letter = attribute_of(path)
        if letter:
            verdict.problems.append(
                phrase(
                    "logrotate cannot rotate {path:path}: {file:path} has the attribute {letter} (chattr +{letter}), so nothing may be "
                    "renamed",
                    path=log.path,
                    file=path,
                    letter=letter,
                )
            )
            return
    if log.block is not None and log.block.user is not None:
        _judge_user(verdict, log, folders, *log.block.user)


def _judge_user(verdict: Verdict, log: Log, folders: t.Sequence[str], user: str, group: str) -> None:
    """One that is not known here is taken to be allowed all. Renaming takes no right to the file itself; all else does."""
    rights = _rights_of(user, group)
    if rights is None:
        return
    needs = next((word for word in ("copytruncate", "copy", "compress") if log.has(word)), None)
    refused = next((folder for folder in folders if not may_rename(folder, *rights, path=log.path)), None)
    if refused is not None:
        verdict.problems.append(
            phrase(
                "logrotate cannot rotate {path:path}: its rule rotates as {user} (su), who may not rename files in {folder:path}",
                path=log.path,
                user=user,
                folder=refused,
            )
        )
    elif needs is not None and not may_open(log.path, *rights, writing=needs == "copytruncate"):
        verdict.problems.append(
            phrase(
                "logrotate cannot rotate {path:path} with {word}: its rule rotates as {user} (su), who may not read the file, or not write "
                "it where that is needed",
                path=log.path,
                word=needs,
                user=user,
            )
        )


def attribute_of(path: str) -> str | None:
    """``i`` or ``a`` where the file system has such an attribute on this file, None else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        flags = int.from_bytes(fcntl.ioctl(descriptor, _GET_FLAGS, bytes(struct.calcsize("l")))[:4], "little")
    except OSError:  # not every file system has them
        return None
    finally:
        os.close(descriptor)
    return "i" if flags & IMMUTABLE else "a" if flags & APPEND_ONLY else None


def _rights_of(user: str, group: str) -> tuple[int, set[int]] | None:
    """The user's number and groups; that of root too, as whether logrotate keeps it is not told."""
    try:
        known = pwd.getpwnam(user)
        return known.pw_uid, {grp.getgrnam(group).gr_gid, 0, *os.getgrouplist(user, known.pw_gid)}
    except (KeyError, OSError):
        return None


__all__ = ("attribute_of", "judge_possible")
