# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what a path lies, by /proc/PID/mountinfo. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

MOUNTS = "/proc/self/mountinfo"


class Mounted(t.NamedTuple):
    """A mount: where it is, and whether nothing may be written there."""

    point: str
    read_only: bool


_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "autofs")


def points(mountinfo: str) -> list[str]:
    """Where file systems are mounted that no other host may keep waiting."""
    found = []
    for line in mountinfo.splitlines():
        before, _dash, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) >= 6 and after.split(" ")[0] not in _NETWORK and not after.startswith("fuse"):
            found.append(_unescaped(fields[4]))
    return found


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), field)


def mount_of(path: str, mountinfo: str) -> Mounted | None:
    """The mount on which a path without links lies; a later one hides an earlier one at the same place."""
    best: Mounted | None = None
    for line in mountinfo.splitlines():
        before, _dash, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 6:
            continue
        point = _unescaped(fields[4])
        if path != point and not path.startswith(point.rstrip("/") + "/"):
            continue
        if best is None or len(point) >= len(best.point):
            options = {*fields[5].split(","), *after.split(" ")[-1].split(",")}
            best = Mounted(point, "ro" in options)
    return best


__all__ = ("MOUNTS", "Mounted", "mount_of", "points")
