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
import stat
import struct
import typing as t

from .._phrase import phrase
from ._rotation_age import Log
from ._rotation_verdict import Verdict

IMMUTABLE, APPEND_ONLY = 0x10, 0x20  # chattr +i, +a
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16  # FS_IOC_GETFLAGS
_ACL = "system.posix_acl_access"


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
    user = log.block.user if log.block is not None else None
    refused = next((folder for folder in folders if user is not None and not _may_rename(log.path, folder, *user)), None)
    if refused is not None and user is not None:
        verdict.problems.append(
            phrase(
                "logrotate cannot rotate {path:path}: its rule rotates as {user} (su), who may not rename files in {folder:path}",
                path=log.path,
                user=user[0],
                folder=refused,
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


def _may_rename(path: str, folder: str, user: str, group: str) -> bool:
    """By the mode of the folder; where a list of rights is on it, or the user is not known here, it is taken to."""
    try:
        known = pwd.getpwnam(user)
        groups = {grp.getgrnam(group).gr_gid, 0, *os.getgrouplist(user, known.pw_gid)}
        status, of_log = os.stat(folder), os.stat(path)
    except (KeyError, OSError):
        return True
    if known.pw_uid == 0 or _has_acl(folder):
        return True
    if not _may_write(status, known.pw_uid, groups):
        return False
    return not (status.st_mode & stat.S_ISVTX and known.pw_uid not in (status.st_uid, of_log.st_uid))


def _may_write(status: os.stat_result, user: int, groups: t.Collection[int]) -> bool:
    if status.st_uid == user:
        return status.st_mode & 0o300 == 0o300
    if status.st_gid in groups and status.st_gid != 0:
        return status.st_mode & 0o030 == 0o030
    either = (0o030, 0o003) if status.st_gid in groups else (0o003,)  # whether it keeps the group of root is not told
    return any(status.st_mode & bits == bits for bits in either)


def _has_acl(folder: str) -> bool:
    try:
        return bool(os.getxattr(folder, _ACL))
    except OSError:
        return False


__all__ = ("attribute_of", "judge_possible")
