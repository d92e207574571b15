# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores an archive of borg, or the paths that are meant of it. PRIVATE to the collection."""

from __future__ import annotations

import os
import shutil
import typing as t

from .._clients.borg import Archive, Borg, BorgFailed, Item
from .._clients.borg_failures import DAMAGED, failure, log
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._borg_access import Target, targets
from ._borg_content import stored
from ._judgement import FUTURE

PATIENCE = 24 * 3600.0  # seconds after which another host's lock is taken for one that was left


def generations(args: t.Mapping[str, object], runner: Runner) -> list[Generation]:
    """Complete backups, newest first; the size of the newest one. CannotObserve."""
    with Borg(runner, _target(args, runner).access) as borg:
        archives = _archives(args, runner, borg)
        rest = [Generation(archive.id, archive.time) for archive in archives[1:]]
        try:
            items = borg.items(archives[0], _patterns(args))
        except BorgFailed as exc:
            if exc.kind != DAMAGED:
                raise
            return [Generation(archives[0].id, archives[0].time), *rest]  # the restore says what is damaged
        size = sum(item.size for item in items if item.is_file)
        return [Generation(archives[0].id, archives[0].time, size, _files(items)), *rest]


def restore(args: t.Mapping[str, object], runner: Runner, generation: Generation, target: str) -> Restored:
    """Restores into ``target``, an empty folder. CannotObserve, RestoreFailed."""
    with Borg(runner, _target(args, runner).access) as borg:
        archive = next((one for one in _archives(args, runner, borg) if generation.id in (one.id, one.name)), None)
        if archive is None:
            raise CannotObserve(phrase("the archive {name} is not there any more", name=generation.id), absent=True)
        patterns = _patterns(args)
        try:
            items = borg.items(archive, patterns)
        except BorgFailed as exc:
            if exc.kind != DAMAGED:
                raise
            raise RestoreFailed(phrase("the archive {name} cannot be restored: {reason}", name=archive.name, reason=exc.message)) from None
        if not _files(items):
            raise RestoreFailed(phrase("the archive {name} holds no file of what is to be restored", name=archive.name))
        _refuse_odd(archive, items)
        size, free = sum(item.size for item in items if item.is_file), shutil.disk_usage(target).free
        if size > free:
            raise CannotObserve(
                phrase(
                    "the archive {name} has {size:bytes}, and {target:path} only {free:bytes} left",
                    name=archive.name,
                    size=size,
                    target=target,
                    free=free,
                )
            )
        done = borg.extract(archive, target, patterns)
        kind, said = failure(done.stderr)
        if done.rc not in (0, 1):
            if kind == DAMAGED:
                raise RestoreFailed(phrase("the archive {name} cannot be restored: {reason}", name=archive.name, reason=said))
            raise borg.failed(done)
        listed = {item.path: item.size for item in items if item.kind == "-"}
        _refuse_incomplete(archive, target, listed, [line.text for line in log(done.stderr) if line.level in ("WARNING", "ERROR")])
    files, written = _counted(target)
    paths = _paths(args)
    places = {path: os.path.join(target, stored(path)) for path in paths} or {"/": target}
    whole = None if paths else _tops([item.path for item in items if item.kind == "d"])
    return Restored(files, written, places, None, {os.path.join(target, path): size for path, size in listed.items()}, whole)


def _tops(folders: t.Iterable[str]) -> list[str]:
    """The folders that were named when the archive was made: those above them are not in it."""
    stored_ones = set(folders)
    return [f"/{path}" for path in sorted(stored_ones) if not any(above in stored_ones for above in _above(path))]


def _above(path: str) -> t.Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _target(args: t.Mapping[str, object], runner: Runner) -> Target:
    """The repository that is meant, the first one of several in a configuration."""
    return targets(args, runner)[0]


def _paths(args: t.Mapping[str, object]) -> list[str]:
    """Only what is asked for: a configuration of borgmatic names all that it backs up, which is the archive."""
    given = args.get("paths")
    return [str(path) for path in given] if isinstance(given, list) else []


def _patterns(args: t.Mapping[str, object]) -> list[str]:
    paths = [stored(path) for path in _paths(args)]
    return [f"pp:{path}" for path in paths] if all(paths) else []


def _archives(args: t.Mapping[str, object], runner: Runner, borg: Borg) -> list[Archive]:
    target, latest = _target(args, runner), runner.now().timestamp() + FUTURE
    found = [
        one for one in borg.archives(PATIENCE).archives if target.wanted(one) and not one.unfinished and one.time.timestamp() <= latest
    ]
    if not found:
        raise CannotObserve(phrase("the borg repository {repository:path} holds no complete archive", repository=borg.shown), absent=True)
    return found[::-1]


def _files(items: t.Iterable[Item]) -> int:
    return sum(1 for item in items if item.is_file)


def _refuse_odd(archive: Archive, items: t.Iterable[Item]) -> None:
    """borg itself writes below the folder only; a name that leads out of it is somebody's doing."""
    for item in items:
        if item.path.startswith("/") or ".." in item.path.split("/"):
            raise RestoreFailed(
                phrase("the archive {name} holds a path that leads elsewhere: {path:path}", name=archive.name, path=item.path)
            )


def _refuse_incomplete(archive: Archive, target: str, listed: t.Mapping[str, int], said: t.Sequence[str]) -> None:
    """RestoreFailed where a file that the archive lists was not written, or is shorter."""
    for path, size in listed.items():
        place = os.path.join(target, path)
        try:
            written = os.lstat(place).st_size
        except OSError:
            written = -1
        if written != size:
            raise RestoreFailed(
                phrase(
                    "{path:path} of the archive {name} was not restored as it is listed: {reason}",
                    path=f"/{path}",
                    name=archive.name,
                    reason=said[0] if said else phrase("{written:bytes} of {size:bytes}", written=max(0, written), size=size),
                )
            )


def _counted(target: str) -> tuple[int, int]:
    files = size = 0
    for folder, _folders, names in os.walk(target):
        for name in names:
            about = os.lstat(os.path.join(folder, name))
            files += 1
            size += about.st_size
    return files, size


__all__ = ("generations", "restore")
