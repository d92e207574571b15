# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a service the alerts of one kind leave out: a job, an instance, a file system, an endpoint. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.alert_expression import Leaf
from .._paths import is_within
from .._phrase import Message, phrase
from ._alert_kinds import CERTIFICATE, DISK, DOWN
from ._alert_scope import Scope, host_of, pair_of
from ._alert_series import Labels, Live

_PSEUDO = re.compile(
    r"tmpfs|devtmpfs|overlay|squashfs|ramfs|iso9660|fuse\..*|fuseblk|nsfs|autofs|proc|sysfs|cgroup2?|efivarfs|rootfs|tracefs|debugfs|bpf|mqueue"
)
_UNIMPORTANT = re.compile(
    r"/boot(?:/.*)?|/efi(?:/.*)?|/run(?:/.*)?|/snap/.*|/var/lib/(?:docker|kubelet|containers|containerd)/.*|/dev.*|/sys.*|/proc.*"
)
_SPACE = re.compile(r"^node_filesystem_")
MOST = 5


@dataclasses.dataclass(frozen=True)
class Watched:
    """A selector of an alert, and the label sets of the service that it takes."""

    leaf: Leaf
    series: list[Labels]


@dataclasses.dataclass
class LeftOut:
    """``nothing``: why the alerts do not tell of the kind after all."""

    partly: list[Message] = dataclasses.field(default_factory=list)
    told: list[Message] = dataclasses.field(default_factory=list)
    nothing: Message | None = None


def not_watched(kind: str, watched: t.Sequence[Watched], scope: Scope, paths: t.Sequence[str], live: Live) -> LeftOut:
    if kind == DOWN:
        return _targets(watched, scope)
    if kind == DISK:
        return _file_systems(watched, scope, paths, live)
    if kind == CERTIFICATE:
        return _endpoints(watched, scope)
    return LeftOut()


def _targets(watched: t.Sequence[Watched], scope: Scope) -> LeftOut:
    """Jobs and targets of which ``up`` is watched nowhere, where it is watched for others."""
    left = LeftOut()
    of_up = [one for one in watched if one.leaf.selector.metric == "up"]
    jobs = {labels.get("job", "") for one in watched for labels in one.series}
    if not of_up or not jobs:
        return left
    for job in scope.jobs:
        if job not in jobs:
            left.partly.append(phrase("no alert tells that {job} is down, as for other jobs of the service", job=job))
    pairs = {pair_of(labels) for one in of_up if not one.leaf.vanishing for labels in one.series}
    alone = [
        f"{target.labels.get('job', '')}/{target.labels.get('instance', '')}"
        for target in scope.targets
        if target.labels.get("job") in jobs & set(scope.jobs) and pairs and pair_of(target.labels) not in pairs
    ]
    if alone:
        left.partly.append(phrase("no alert tells that {targets:list} is down, as for other targets of its job", targets=alone[:MOST]))
    return left


def _file_systems(watched: t.Sequence[Watched], scope: Scope, paths: t.Sequence[str], live: Live) -> LeftOut:
    """File systems of the service's hosts that fill up unnoticed: the root, those where declared paths lie; others are told only."""
    left = LeftOut()
    taken: dict[str, set[str]] = {}
    for one in watched:
        if not _SPACE.match(one.leaf.selector.metric or ""):
            return left  # what other exporters call file systems is not known
        for labels in one.series:
            taken.setdefault(labels.get("instance", ""), set()).add(labels.get("mountpoint", ""))
    there: dict[str, dict[str, str]] = {}
    for labels in live.filesystems({*taken, *(target.labels.get("instance", "") for target in scope.targets)}):
        if scope.is_about(labels) or labels.get("instance", "") in taken:
            there.setdefault(labels.get("instance", ""), {})[labels.get("mountpoint", "")] = labels.get("fstype", "")
    bare = []
    for instance, mounts in sorted(there.items()):
        real = {mount for mount, kind in mounts.items() if not _PSEUDO.fullmatch(kind) and not _UNIMPORTANT.fullmatch(mount)}
        seen = taken.get(instance, set())
        if real and not real & seen:
            bare.append(_only(instance, seen))
            continue
        needed = {"/"} & real | {mount for path in paths if (mount := _mount_of(path, mounts)) in real}
        for mount in sorted(needed - seen):
            left.partly.append(phrase("no alert tells that {mount:path} of {instance} is full", mount=mount, instance=instance))
        for mount in sorted(real - needed - seen)[:MOST]:
            left.told.append(phrase("no alert tells that {mount:path} of {instance} is full", mount=mount, instance=instance))
    if bare and len(bare) == len(there):
        left.nothing = bare[0]
    else:
        left.partly += bare
    return left


def _only(instance: str, seen: set[str]) -> Message:
    if not seen:
        return phrase("no alert tells that a disk of {instance} is full", instance=instance)
    return phrase("of the disks of {instance} the alerts watch only {mounts:list}", instance=instance, mounts=sorted(seen))


def _mount_of(path: str, mounts: t.Iterable[str]) -> str | None:
    """The mount point of the file system in which a path lies."""
    above = [mount for mount in mounts if mount == "/" or is_within(path, mount)]
    return max(above, key=len, default=None)


def _endpoints(watched: t.Sequence[Watched], scope: Scope) -> LeftOut:
    """Endpoints whose certificate is watched nowhere, where those of others are."""
    left = LeftOut()
    seen = {host for one in watched for labels in one.series if (host := scope.is_served(labels))}
    encrypted = {host_of(endpoint) for endpoint in scope.endpoints if not endpoint.lower().startswith("http:")} - {""}
    if not seen:
        return left
    for host in sorted(encrypted - seen):
        left.partly.append(phrase("no alert tells that the certificate of {host} expires, as for other endpoints", host=host))
    return left


__all__ = ("LeftOut", "Watched", "not_watched")
