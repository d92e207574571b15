# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may do with a log, by modes, owners and groups. PRIVATE to the collection.

Where a list of rights is on a file, or it cannot be looked at, the user is taken to be allowed.
"""

from __future__ import annotations

import os
import stat
import typing as t

_ACL = "system.posix_acl_access"


def may_rename(folder: str, user: int, groups: t.Collection[int], *, path: str | None = None) -> bool:
    """Whether files in the folder may be renamed; ``path``: the file, which in a folder such as /tmp must be the user's own."""
    if user == 0:
        return True
    try:
        status = os.stat(folder)
        owners = {status.st_uid, os.stat(path).st_uid if path is not None else user}
    except OSError:
        return True
    if _has_acl(folder):
        return True
    if not _may(status, user, groups, 0o3):
        return False
    return not (status.st_mode & stat.S_ISVTX and user not in owners)


def may_open(path: str, user: int, groups: t.Collection[int], *, writing: bool = False) -> bool:
    """Whether a file may be read, and written too."""
    try:
        status = os.stat(path)
    except OSError:
        return True
    return user == 0 or _has_acl(path) or _may(status, user, groups, 0o6 if writing else 0o4)


def _may(status: os.stat_result, user: int, groups: t.Collection[int], bits: int) -> bool:
    """``bits``: as in the last digit of a mode."""
    if status.st_uid == user:
        return status.st_mode >> 6 & bits == bits
    shared = status.st_gid in groups
    if shared and status.st_gid != 0:
        return status.st_mode >> 3 & bits == bits
    either = (3, 0) if shared else (0,)  # whether the group of root is kept is not told
    return any(status.st_mode >> shift & bits == bits for shift in either)


def _has_acl(path: str) -> bool:
    try:
        return bool(os.getxattr(path, _ACL))
    except OSError:
        return False


__all__ = ("may_open", "may_rename")
