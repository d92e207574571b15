# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a line was found where it was written: in its own file, by whatever path, or in a copy beside it. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._finding import CannotObserve
from . import mounts
from .canary_marker import Marker, host_name, machine_id
from .log_files import rotated_files, rotated_name

FILE, BESIDE = "file", "beside"
_LONGEST = 65_536
Identity = tuple[int, int]


class Lying(t.Protocol):
    """Where a line lies."""

    @property
    def path(self) -> str: ...
    @property
    def identity(self) -> Identity: ...
    @property
    def offset(self) -> int: ...
    @property
    def folder(self) -> Identity | None: ...


def own_kind(record: Lying, marker: Marker, mountinfo: t.Callable[[], str]) -> str | None:
    """``FILE``: in the file that it was written to, or in what a rotation has made of it; ``BESIDE``: in another one of the same folder."""
    if not marker.path or marker.inode is None:
        return None
    if _is_own(record, marker):
        return FILE
    if record.offset == marker.offset and _is_layer_of(record.path, marker.path, mountinfo()):
        return FILE
    return BESIDE if _is_beside(record, marker) else None


def _is_own(record: Lying, marker: Marker) -> bool:
    path = marker.path or ""
    if record.identity == (marker.device, marker.inode):
        return True  # under another name of the host, too: a container has its own
    if record.identity[1] == marker.inode and record.offset == marker.offset:
        return True  # through a file system that lies over the other one, as those of containers do
    name, base = os.path.basename(record.path), os.path.basename(path)
    kept = name == base or bool(rotated_name(base).fullmatch(name))
    if kept and record.folder is not None and record.folder == (marker.folder_device, marker.folder_inode):
        return True
    if marker.host != host_name():
        return False
    real, own = os.path.realpath(record.path), os.path.realpath(path)
    try:
        return real == own or real in {one.path for one in rotated_files(own)}
    except CannotObserve:
        return False


def _is_beside(record: Lying, marker: Marker) -> bool:
    """Whether the log itself lies in the folder of the record. Inodes alone tell nothing: hosts made of one image have the same ones."""
    here = marker.host == host_name() and marker.machine in (None, machine_id())
    if here and record.folder is not None and record.folder == (marker.folder_device, marker.folder_inode):
        return True
    log = os.path.join(os.path.dirname(record.path), os.path.basename(marker.path or ""))
    candidates = [log]
    with contextlib.suppress(CannotObserve):
        candidates += [one.path for one in rotated_files(log) if not one.compressed]
    return any(_holds(path, marker) for path in candidates)


def _holds(path: str, marker: Marker) -> bool:
    """Whether a file is the one that was written to, with the line at its place."""
    try:
        if os.stat(path).st_ino != marker.inode:
            return False
        with open(path, "rb") as handle:
            handle.seek(marker.offset or 0)
            return marker.token.encode("ascii") in handle.read(_LONGEST)
    except OSError:
        return False


def _is_layer_of(found: str, written: str, mountinfo: str) -> bool:
    """Whether two paths are one file of an overlay, seen in a layer of it and through it; of a container its own root is the whole of it.

    A file that lay in a lower layer before is copied when it is written to, and has another inode then in the layer than seen through it.
    """
    found = os.path.realpath(found)
    for merged, layers in _overlays(mountinfo):
        places = [merged, *layers]
        below = next((place for place in places if found.startswith(f"{place.rstrip('/')}/")), None)
        if below is None:
            continue
        rest = found[len(below.rstrip("/")) :]
        if written == rest or any(written == f"{place.rstrip('/')}{rest}" for place in places):
            return True
    return False


def _overlays(mountinfo: str) -> t.Iterator[tuple[str, list[str]]]:
    """Where overlays are mounted, and their layers."""
    for mount in mounts.parse(mountinfo):
        if mount.kind in ("overlay", "fuse.fuse-overlayfs", "fuse-overlayfs"):
            options = dict(option.partition("=")[::2] for option in mount.options)
            layers = [options.get("upperdir", ""), *options.get("lowerdir", "").split(":")]
            yield mount.point, [layer for layer in layers if layer.startswith("/")]


__all__ = ("BESIDE", "FILE", "own_kind")
