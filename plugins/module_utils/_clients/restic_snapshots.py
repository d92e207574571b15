# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots as ``restic snapshots --json`` writes them: which belong together, which cover a path. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import posixpath
import re
import typing as t

from .._finding import CannotObserve
from .._paths import is_within
from .._phrase import phrase

# names that containers and jobs of a cluster are given anew each time
_OF_A_CONTAINER = re.compile(r"[0-9a-f]{12}(?:[0-9a-f]{52})?")
_OF_A_JOB = re.compile(r"(?P<job>.+?)(?:-\d{7,10})?-[a-z0-9]{5}|(?P<set>.+)-[0-9a-f]{8,10}-[a-z0-9]{5}")


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A snapshot; ``files``, ``size`` (bytes) and ``duration`` (seconds) where restic 0.17 or later wrote them down."""

    id: str
    time: dt.datetime
    host: str
    paths: tuple[str, ...]
    tags: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    files: int | None = None
    size: int | None = None
    duration: float | None = None
    tree: str = ""  # two snapshots of one tree hold the same

    @property
    def group(self) -> tuple[str, tuple[str, ...]]:
        """What is of comparable size: of the same host and paths."""
        return steady(self.host), self.paths


def steady(host: str) -> str:
    """The name of a host without what containers and jobs are given anew at each start."""
    if _OF_A_CONTAINER.fullmatch(host):
        return "*"
    found = _OF_A_JOB.fullmatch(host)
    if found and re.search(r"\d", host[len(found["job"] or found["set"] or "") :]):
        return f"{found['set'] or found['job']}-*"
    return host


def select(snapshots: t.Sequence[Snapshot], host: str | None, tags: t.Sequence[str] | None) -> list[Snapshot]:
    """Snapshots of that host with all of those tags."""
    return [snapshot for snapshot in snapshots if host in (None, snapshot.host) and set(tags or ()) <= set(snapshot.tags)]


def same_set(newest: Snapshot, snapshots: t.Iterable[Snapshot]) -> list[Snapshot]:
    """Snapshots of the same host and paths: only these are of comparable size."""
    return [snapshot for snapshot in snapshots if snapshot.group == newest.group]


def newest_of_each_set(snapshots: t.Iterable[Snapshot]) -> list[Snapshot]:
    """The newest snapshot of each host and paths, the newest of all first; ``snapshots`` are in the order of their time."""
    newest = {snapshot.group: snapshot for snapshot in snapshots}
    return sorted(newest.values(), key=lambda snapshot: snapshot.time, reverse=True)


def covers(snapshot: Snapshot, path: str) -> bool:
    """Whether the path, or a folder above it, was asked to be backed up. Whether it is in the snapshot is another question."""
    return any(is_within(slashed(path), slashed(covered)) for covered in snapshot.paths)


def slashed(path: str) -> str:
    """A path as the tree of a snapshot has it: without a slash at its end, C:\\data as /C/data."""
    drive = re.match(r"([A-Za-z]):[\\/]", path)
    if drive:
        path = f"/{drive[1]}/" + path[3:].replace("\\", "/")
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else posixpath.normpath(path)


def parse_snapshots(text: str) -> list[Snapshot]:
    """Snapshots of ``restic snapshots --json``, oldest first. CannotObserve for anything else."""
    try:
        entries: list[Entry] = json.loads(text) or []
        found = [snapshot_of(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CannotObserve(phrase("restic answered with something that is not a list of snapshots")) from None
    return sorted(found, key=lambda snapshot: snapshot.time)


class Summary(t.TypedDict, total=False):
    backup_start: str
    backup_end: str
    total_files_processed: int
    total_bytes_processed: int


class Entry(t.TypedDict, total=False):
    """A snapshot as restic writes it."""

    short_id: str
    id: str
    time: str
    tree: str
    hostname: str
    paths: list[str]
    tags: list[str] | None
    excludes: list[str] | None
    summary: Summary | None


def entry_of(data: dict[str, object]) -> Entry:
    return t.cast("Entry", data)


def snapshot_of(entry: Entry) -> Snapshot:
    """ValueError, KeyError, TypeError, AttributeError for what is no snapshot."""
    summary = entry.get("summary") or Summary()
    files, size = summary.get("total_files_processed"), summary.get("total_bytes_processed")
    duration = None
    if summary.get("backup_start") and summary.get("backup_end"):
        duration = (parse_time(summary["backup_end"]) - parse_time(summary["backup_start"])).total_seconds()
    return Snapshot(
        id=str(entry.get("short_id") or entry["id"][:8]),
        time=parse_time(entry["time"]),
        host=str(entry.get("hostname", "")),
        paths=tuple(sorted(str(path) for path in entry["paths"])),
        tags=tuple(str(tag) for tag in entry.get("tags") or ()),
        excludes=tuple(str(pattern) for pattern in entry.get("excludes") or ()),
        # left out by restic when it is zero
        files=int(files or 0) if summary else None,
        size=int(size or 0) if summary else None,
        duration=duration,
        tree=str(entry.get("tree") or ""),
    )


def parse_time(text: str) -> dt.datetime:
    """RFC 3339 with nanoseconds. ValueError."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)", text)
    if not match:
        raise ValueError(text)
    moment = dt.datetime.fromisoformat(match.group(1) + match.group(3).replace("Z", "+00:00"))
    return moment.replace(microsecond=int((match.group(2) or "0").ljust(6, "0")))


__all__ = (
    "Entry",
    "Snapshot",
    "Summary",
    "covers",
    "entry_of",
    "newest_of_each_set",
    "parse_snapshots",
    "parse_time",
    "same_set",
    "select",
    "slashed",
    "snapshot_of",
    "steady",
)
