# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted where, by /proc/PID/mountinfo. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .._paths import is_within

MOUNTS = "/proc/self/mountinfo"
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "autofs")


class Mount(t.NamedTuple):
    """A line of mountinfo."""

    device: str  # major:minor
    root: str  # what of the file system is mounted
    point: str
    kind: str = ""  # of the file system; "" where the line does not tell
    options: tuple[str, ...] = ()  # of the mount, and behind them those of the file system

    @property
    def read_only(self) -> bool:
        return "ro" in self.options


def parse(mountinfo: str) -> list[Mount]:
    """In their order: a later one hides an earlier one at the same place. Lines that are none are left out."""
    found = []
    for line in mountinfo.splitlines():
        before, _dash, after = line.partition(" - ")
        fields, system = before.split(" "), after.split(" ")
        if len(fields) < 5:
            continue
        device, root, point = fields[2], _unescaped(fields[3]), _unescaped(fields[4])
        if len(fields) < 6 or len(system) < 2:
            found.append(Mount(device, root, point))
            continue
        options = (*fields[5].split(","), *(_unescaped(system[2]).split(",") if len(system) > 2 else ()))
        found.append(Mount(device, root, point, system[0], options))
    return found


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), field)


def points(mountinfo: str) -> list[str]:
    """Where file systems are mounted that no other host may keep waiting."""
    return [one.point for one in parse(mountinfo) if one.kind and one.kind not in _NETWORK and not one.kind.startswith("fuse")]


def mount_of(path: str, mountinfo: str) -> Mount | None:
    """The mount on which a path without links lies; a later one hides an earlier one at the same place."""
    best: Mount | None = None
    for one in parse(mountinfo):
        if is_within(path, one.point) and (best is None or len(one.point) >= len(best.point)):
            best = one
    return best


__all__ = ("MOUNTS", "Mount", "mount_of", "parse", "points")
