# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Room on a host: file systems, inodes, memory, file descriptors. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients.mounts import Mount
from .._clients.mounts import parse as parse_mountinfo
from .._finding import CannotObserve, Finding, Measurement
from .._paths import is_within
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner, unreadable
from .._units import Comparison, humanize_bytes
from ._judgement import Judgement

WHERE = "host"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    "disk": {"type": "str", "default": "< 90%"},
    "min_free": {"type": "str", "default": "10GiB"},
    "inodes": {"type": "str", "default": "< 90%"},
    "memory": {"type": "str", "default": "< 95%"},
    "file_descriptors": {"type": "str", "default": "< 80%"},
    "paths": {"type": "list", "elements": "str"},
    "root": {"type": "path", "default": "/"},
    "proc": {"type": "path", "default": "/proc"},
}
COMPARISONS: tuple[t.Literal["disk", "inodes", "memory", "file_descriptors"], ...] = ("disk", "inodes", "memory", "file_descriptors")
SIZES = ("min_free",)

NEAR = 0.1  # of a limit: closer to it is worth a warning
# kinds that keep data on this host's own disks
LOCAL = {"bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3"}
LOCAL |= {"overlay", "reiserfs", "ufs", "vfat", "xfs", "zfs"}


class Arguments(t.TypedDict):
    disk: Comparison
    min_free: int
    inodes: Comparison
    memory: Comparison
    file_descriptors: Comparison
    paths: list[str] | None
    root: str
    proc: str
    timeout: float


@dataclasses.dataclass(frozen=True)
class Usage:
    """Shares as df tells them; ``inodes`` is None where the file system has no fixed number of them."""

    point: str
    used: float
    free: int
    inodes: float | None


def run(args: Arguments, runner: Runner) -> Finding:
    limits = {name: args[name] for name in COMPARISONS}
    for name, limit in limits.items():
        if limit.operator not in ("<", "<=") or not 0 < limit.value <= 1:
            raise ArgumentsRefused([f"{name}: '{limit}' is not an upper limit of a share; expected for example '< 90%'"])
    if not os.path.isdir(args["proc"]):
        raise CannotObserve(phrase("the folder {path:path} does not exist: nothing is known of this host's capacity", path=args["proc"]))
    judgement = Judgement()
    measurements: list[Measurement] = []
    observed: dict[str, object] = {}
    said: list[Message] = []
    for part in (_disks, _memory, _descriptors):
        try:
            said += part(args, runner, judgement, measurements, observed)
        except CannotObserve as exc:
            judgement.unseen.append(exc.message)
    expected: dict[str, object] = {name: str(limit) for name, limit in limits.items()}
    expected["min_free"] = humanize_bytes(args["min_free"])
    return judgement.finding(listed(said), observed=observed, expected=expected, measurements=measurements)


def _disks(
    args: Arguments, runner: Runner, judgement: Judgement, measurements: list[Measurement], observed: dict[str, object]
) -> list[Message]:
    own = args["root"] == "/"
    mounts = parse_mounts(runner.read_text(os.path.join(args["proc"], "self" if own else "1", "mountinfo")))
    chosen = holding(mounts, args["paths"], args["root"], judgement) if args["paths"] else local(mounts)
    usages = []
    for mount in chosen:
        place = mount.point if own else os.path.join(args["root"], mount.point.lstrip("/"))
        try:
            if not args["paths"] and not os.path.isdir(place):  # a single file of another file system, as containers have them
                continue
            usage = usage_of(mount.point, os.statvfs(place))
        except OSError as exc:
            why = unreadable(place, exc)
            judgement.unseen.append(phrase("the file system {path:path} cannot be looked at: {why}", path=mount.point, why=why))
            continue
        if usage:
            usages.append(usage)
    if not usages:
        if not judgement.unseen and not judgement.fails:
            raise CannotObserve(phrase("no local writable file system was found"))
        return []
    for usage in usages:
        _judge_disk(usage, args, judgement)
    fullest = max(usages, key=lambda usage: (usage.free < args["min_free"], usage.used))
    decides = fullest.free < args["min_free"]  # else the free bytes do
    limit: Comparison = args["disk"]
    measurements.append(
        Measurement("disk_used_ratio", round(fullest.used, 4), limit.value if decides else None, "upper" if decides else None)
    )
    measurements.append(Measurement("disk_free_bytes", min(usage.free for usage in usages)))
    shares = [usage.inodes for usage in usages if usage.inodes is not None]
    if shares:
        measurements.append(Measurement("inodes_used_ratio", round(max(shares), 4), args["inodes"].value, "upper"))
    observed["file_systems"] = {
        usage.point: {
            "used": round(usage.used, 4),
            "free_bytes": usage.free,
            "inodes_used": None if usage.inodes is None else round(usage.inodes, 4),
        }
        for usage in usages
    }
    room = plural(
        "{path:path} has {used:percent} used and {free:bytes} free",
        "{path:path} has {used:percent} used and {free:bytes} free, the fullest of {count:number} file systems",
        count=len(usages),
        path=fullest.point,
        used=round(fullest.used, 2),
        free=fullest.free,
    )
    return [room]


def _judge_disk(usage: Usage, args: Arguments, judgement: Judgement) -> None:
    limit: Comparison = args["disk"]
    least = args["min_free"]
    if not limit.holds(usage.used) and usage.free < least:
        full = phrase(
            "{path:path} is {used:percent} full and has {free:bytes} free, the limit is {limit} or {least:bytes} free",
            path=usage.point,
            used=round(usage.used, 3),
            free=usage.free,
            limit=str(limit),
            least=least,
        )
        judgement.fails.append(full)
    elif usage.used > limit.value * (1 - NEAR) and usage.free < least * (1 + NEAR):
        near = phrase(
            "{path:path} is {used:percent} full and has {free:bytes} free, which is near the limit of {limit} or {least:bytes} free",
            path=usage.point,
            used=round(usage.used, 3),
            free=usage.free,
            limit=str(limit),
            least=least,
        )
        judgement.warns.append(near)
    if usage.inodes is not None:
        _share(phrase("{path:path} inodes in use", path=usage.point), usage.inodes, args["inodes"], judgement)


def _memory(
    args: Arguments, runner: Runner, judgement: Judgement, measurements: list[Measurement], observed: dict[str, object]
) -> list[Message]:
    used = parse_memory(runner.read_text(os.path.join(args["proc"], "meminfo")))
    _share(phrase("memory in use"), used, args["memory"], judgement)
    measurements.append(Measurement("memory_used_ratio", round(used, 4), args["memory"].value, "upper"))
    observed["memory_used"] = round(used, 4)
    return [phrase("memory {used:percent} used", used=round(used, 2))]


def _descriptors(
    args: Arguments, runner: Runner, judgement: Judgement, measurements: list[Measurement], observed: dict[str, object]
) -> list[Message]:
    # the kernel refuses a read of this file that asks for megabytes
    used = parse_file_nr(runner.read_text(os.path.join(args["proc"], "sys", "fs", "file-nr"), max_bytes=4096))
    _share(phrase("file descriptors in use"), used, args["file_descriptors"], judgement)
    measurements.append(Measurement("file_descriptors_used_ratio", round(used, 6), args["file_descriptors"].value, "upper"))
    observed["file_descriptors_used"] = round(used, 6)
    return [phrase("file descriptors {used:percent} used", used=round(used, 2))]


def _share(what: Message, used: float, limit: Comparison, judgement: Judgement) -> None:
    share, most = round(used, 3), str(limit)
    if not limit.holds(used):
        judgement.fails.append(phrase("{what}: {used:percent}, the limit is {limit}", what=what, used=share, limit=most))
    elif used > limit.value * (1 - NEAR):
        near = phrase("{what}: {used:percent}, which is near the limit of {limit}", what=what, used=share, limit=most)
        judgement.warns.append(near)


def parse_mounts(text: str) -> list[Mount]:
    """Mounts of /proc/PID/mountinfo; a later one hides an earlier one at the same place. CannotObserve."""
    found: dict[str, Mount] = {}
    for mount in parse_mountinfo(text):
        if mount.kind:
            found.pop(mount.point, None)
            found[mount.point] = mount
    if not found:
        raise CannotObserve(phrase("the list of mounted file systems is empty or cannot be understood"))
    return list(found.values())


def local(mounts: t.Iterable[Mount]) -> list[Mount]:
    """Writable file systems on own disks, each once: not again as a bind mount or as a container's overlay."""
    kept: dict[str, Mount] = {}
    for mount in sorted(mounts, key=lambda mount: (len(mount.point), mount.point)):
        if not mount.read_only and mount.kind in LOCAL and (mount.kind != "overlay" or mount.point == "/"):
            kept.setdefault(mount.device, mount)
    return list(kept.values())


def holding(mounts: t.Sequence[Mount], paths: t.Iterable[str], root: str, judgement: Judgement) -> list[Mount]:
    """The file systems that hold the paths, of whatever kind."""
    kept: dict[str, Mount] = {}
    for path in paths:
        if not os.path.lexists(os.path.join(root, path.lstrip("/"))):
            judgement.unseen.append(phrase("{path:path} does not exist, so the room for it is not known", path=path))
            continue
        real = os.path.realpath(path) if root == "/" else os.path.normpath(path)
        around = [mount for mount in mounts if is_within(real, mount.point)]
        if around:
            mount = max(around, key=lambda mount: len(mount.point))
            kept.setdefault(mount.device, mount)
        else:
            judgement.unseen.append(phrase("the file system that holds {path:path} was not found", path=path))
    return list(kept.values())


def usage_of(point: str, info: os.statvfs_result) -> Usage | None:
    """The usage as df shows it: blocks that only root may use count as used. None for a file system without blocks."""
    used, free = info.f_blocks - info.f_bfree, info.f_bavail
    if info.f_blocks <= 0 or used + free <= 0:
        return None
    inodes = (info.f_files - info.f_ffree) / info.f_files if info.f_files > 0 else None
    return Usage(point, used / (used + free), free * info.f_frsize, inodes)


def parse_memory(text: str) -> float:
    """The share of memory that is not available. CannotObserve."""
    numbers = {name: int(count) for name, count in re.findall(r"^(\w+):\s+(\d+)", text, re.M)}
    if not numbers.get("MemTotal") or "MemAvailable" not in numbers:
        raise CannotObserve(phrase("meminfo has no MemTotal and MemAvailable"))
    return 1 - min(1.0, numbers["MemAvailable"] / numbers["MemTotal"])


def parse_file_nr(text: str) -> float:
    """The share of file descriptors in use. CannotObserve."""
    words = text.split()
    if len(words) != 3 or not all(word.isdigit() for word in words) or int(words[2]) == 0:
        raise CannotObserve(phrase("file-nr does not have the three numbers that it should"))
    return (int(words[0]) - int(words[1])) / int(words[2])


__all__ = (
    "ARGUMENT_SPEC",
    "COMPARISONS",
    "SIZES",
    "TIMEOUT",
    "WHERE",
    "holding",
    "local",
    "parse_file_nr",
    "parse_memory",
    "parse_mounts",
    "run",
    "usage_of",
)
