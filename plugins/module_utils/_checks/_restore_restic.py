# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of restic that can be restored, and what a restore of one has written. PRIVATE to the collection."""

from __future__ import annotations

import os
import stat
import typing as t

from .._clients.restic import DAMAGED, OTHER, Listed, failure, literally
from .._clients.restic_access import Opened, complete, opened
from .._clients.restic_snapshots import Snapshot, covers, select
from .._clients.restic_tree import Content
from .._finding import CannotObserve
from .._paths import is_within
from .._phrase import phrase
from .._runner import Runner
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._judgement import FUTURE

MEASURED = 3  # newest snapshots whose size is added up
LISTED = 100_000  # files whose size is remembered
SECONDS = 86400.0


def generations(args: t.Mapping[str, object], runner: Runner) -> list[Generation]:
    """Snapshots that were made of all the paths, newest first. ResticFailed, CannotObserve."""
    asked = opened(complete(args), runner)
    snapshots, _lost = asked.restic.snapshots()
    now = runner.now()
    mine = [snapshot for snapshot in select(snapshots, asked.host, asked.tags) if (snapshot.time - now).total_seconds() <= FUTURE]
    whole = [snapshot for snapshot in mine if all(covers(snapshot, path) for path in asked.paths)]
    if mine and not whole:
        said = phrase("no snapshot was made of all of {paths:list}: restore them one by one", paths=asked.paths)
        raise CannotObserve(said)
    newest = whole[::-1]
    return [_measured(asked, snapshot) for snapshot in newest[:MEASURED]] + [Generation(one.id, one.time) for one in newest[MEASURED:]]


def _measured(asked: Opened, snapshot: Snapshot) -> Generation:
    if not asked.paths and snapshot.size is not None:
        return Generation(snapshot.id, snapshot.time, snapshot.size, snapshot.files)
    try:
        listed = asked.restic.listing(snapshot.id, asked.paths)
    except CannotObserve:
        return Generation(snapshot.id, snapshot.time)  # its restore will tell
    if listed is None:
        return Generation(snapshot.id, snapshot.time)
    files, size = (
        _sum([(place, content) for _path, place, content in _places(asked, listed) if content]) if asked.paths else listed.tree.total()
    )
    return Generation(snapshot.id, snapshot.time, size, files)


def _places(asked: Opened, listed: Listed) -> list[tuple[str, str, Content | None]]:
    """The paths, where each lies in the snapshot, and what is there."""
    tree, out = listed.tree, []
    for path in asked.paths or listed.snapshot.paths:
        place = tree.place(listed.snapshot, path)
        out.append((path, place or "", tree.at(place) if place else None))
    return out


def restore(args: t.Mapping[str, object], runner: Runner, generation: Generation, target: str) -> Restored:
    """Restores the paths, or all of it, below ``target``. ResticFailed, CannotObserve, RestoreFailed."""
    asked = opened(complete(args), runner)
    try:
        listed = asked.restic.listing(generation.id, asked.paths, keep=LISTED)
    except CannotObserve as exc:
        if getattr(exc, "kind", "") == DAMAGED:
            raise RestoreFailed(exc.message) from None
        raise
    if listed is None:
        raise CannotObserve(phrase("the snapshot {id} was removed in the meantime", id=generation.id))
    found = _places(asked, listed)
    missing = [path for path, _place, content in found if content is None and asked.paths]
    if missing:
        raise RestoreFailed(phrase("the snapshot {id} holds nothing of {paths:list}", id=generation.id, paths=missing))
    words = []
    if asked.paths and all(place != "/" for _path, place, _content in found):
        words = ["--include=" + literally(place) for _path, place, _content in found]
    done = asked.restic.run("restore", generation.id, f"--target={target}", "--verify", *words, seconds=SECONDS, check=False)
    if done.rc != 0:
        kind, said = failure(done.rc, done.stderr)
        if kind not in (DAMAGED, OTHER) and "There were" not in done.stderr or "no space left" in done.stderr:
            raise asked.restic.failed(done)
        reasons = [line.strip() for line in done.stderr.splitlines() if line.startswith("ignoring error for ")]
        reason = reasons[0][len("ignoring error for ") :] if reasons else said
        raise RestoreFailed(phrase("restic could not restore the snapshot {id}: {reason}", id=generation.id, reason=reason))
    files, size = _written(target)
    expected = listed.tree.total() if not words else _sum([(place, content) for _path, place, content in found if content])
    if files < expected[0] or size < expected[1]:
        raise RestoreFailed(
            phrase(
                "of the snapshot {id}, {files:number} files with {size:bytes} were restored; it lists {wanted:number} with {whole:bytes}",
                files=files,
                size=size,
                id=generation.id,
                wanted=expected[0],
                whole=expected[1],
            )
        )
    places = {path: os.path.join(target, place.lstrip("/")) if place != "/" else target for path, place, content in found if content}
    kept = {os.path.join(target, path.lstrip("/")): size for path, size in listed.tree.sizes.items()}
    return Restored(files, size, places, None, {path: size for path, size in kept.items() if not words or os.path.lexists(path)})


def _sum(found: t.Sequence[tuple[str, Content]]) -> tuple[int, int]:
    """Files and bytes; what lies within another place is there already."""
    outer = {place: content for place, content in found if not any(place != other and is_within(place, other) for other, _content in found)}
    return sum(one.files for one in outer.values()), sum(one.size for one in outer.values())


def _written(target: str) -> tuple[int, int]:
    """What is neither folder nor link, as the listing counts it, and the bytes."""
    sizes = []
    for folder, _folders, names in os.walk(target):
        found = (os.lstat(os.path.join(folder, name)) for name in names)
        sizes += [one.st_size for one in found if not stat.S_ISLNK(one.st_mode)]
    return len(sizes), sum(sizes)


__all__ = ("generations", "restore")
