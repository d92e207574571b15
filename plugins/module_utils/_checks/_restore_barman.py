# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores a backup of barman, with all WAL after it, into a folder of this host. PRIVATE to the collection.

barman runs locally: it copies the data and the WAL, and comments out what would let the copy archive into the archive of the real server.
What it does not know of is switched off here as well.
"""

from __future__ import annotations

import json
import os
import re
import typing as t

from .._clients.barman import OTHER, PERMISSION, Told
from .._clients.pg_manifest import LARGEST, NAME, parse
from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._barman_catalogue import Kept, barman_of, complete
from ._judgement import Judgement

# what barman, or this file, changes in a restored copy, or PostgreSQL does not need
_CHANGED = re.compile(r"postgresql(?:\.auto)?\.conf|.*\.signal|recovery\.conf|pg_wal/.*|backup_manifest")


def generations(args: t.Any, runner: Runner) -> list[Generation]:
    """Complete backups, newest first; the size is that of the data and of all WAL from the begin of the backup on."""
    _told, kept, archive = complete(args, runner, Judgement())
    found = []
    for one in reversed(kept):
        begin = one.first(archive.size)
        wal = sum(archive.size for segment in archive.segments if segment.number >= begin.number)
        found.append(Generation(one.backup.id, one.end, None if one.info.size is None else one.info.size + wal))
    return found


def restore(args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
    """The data goes to ``data`` below the target, each tablespace to a folder below ``tablespaces``. CannotObserve, RestoreFailed."""
    told, kept, _archive = complete(args, runner, Judgement())
    one = next((one for one in kept if one.backup.id == generation.id), None)
    if one is None:
        raise CannotObserve(
            phrase("barman has no complete backup {id} of {server} any longer", id=generation.id, server=args["barman_server"])
        )
    if one.info.snapshots:
        raise CannotObserve(phrase("{backup} is a snapshot of disks elsewhere: it is not restored here", backup=one.shown))
    data = os.path.join(target, "data")
    places = {name: os.path.join(target, "tablespaces", oid) for name, oid, _location in one.info.tablespaces}
    for folder in (data, *places.values()):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    _give(told, target)
    words = ["-f", "json", "recover", "--no-get-wal"]
    words += [f"--tablespace={name}:{folder}" for name, folder in places.items()]
    if one.info.compression:
        staging = os.path.join(target, "staging")
        os.makedirs(staging, mode=0o700, exist_ok=True)
        _give(told, target)
        words.append(f"--recovery-staging-path={staging}")
    barman = barman_of(args, runner)
    done = barman.run(*words, "--", args["barman_server"], generation.id, data, timeout=86400.0)
    try:
        answer = json.loads(done.stdout)
    except (ValueError, RecursionError):
        answer = {}
    told_so = isinstance(answer, dict) and ("recovery_start_time" in answer or "changes" in answer)
    if done.rc != 0 or not told_so or not os.path.exists(os.path.join(data, "PG_VERSION")):
        failure = barman.failed(done)
        if failure.kind == PERMISSION or (done.rc == 0 and not told_so and failure.kind == OTHER):
            raise failure
        raise RestoreFailed(failure.message)
    _keep_apart(data, one)
    files, size = _counted(target)
    listed = {os.path.join(data, path): wanted for path, wanted in _listed(told, one, runner).items()}
    origin = _origin(told, one)
    return Restored(files, size, {origin: data} if origin else {}, ("postgresql", data), listed)


def _give(told: Told, target: str) -> None:
    """root lets barman run as barman's user, who must be able to write there."""
    if os.geteuid() != 0:
        return
    try:
        owner = os.stat(told.text("backup_directory") or "")
        for folder, _folders, _files in os.walk(target):
            os.chown(folder, owner.st_uid, owner.st_gid)
    except OSError as exc:
        raise CannotObserve(unreadable(target, exc)) from None


def _keep_apart(data: str, one: Kept) -> None:
    """The copy archives nowhere, waits for no standby, and follows no primary."""
    settings = ["archive_mode = 'off'", "archive_command = ''", "synchronous_standby_names = ''", "primary_conninfo = ''"]
    if (one.info.version or 0) < 120000:
        settings.pop()  # stood in recovery.conf then
    if (one.info.version or 0) >= 150000:
        settings.append("archive_library = ''")
    try:
        with open(os.path.join(data, "postgresql.auto.conf"), "a", encoding="utf-8") as stream:
            stream.write("".join(f"\n{line}" for line in settings) + "\n")
        if os.path.exists(os.path.join(data, "standby.signal")):
            os.unlink(os.path.join(data, "standby.signal"))
    except OSError as exc:
        raise CannotObserve(unreadable(data, exc)) from None


def _counted(target: str) -> tuple[int, int]:
    files = size = 0
    for folder, _folders, names in os.walk(target):
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_size
                files += 1
            except OSError:
                continue
    return files, size


def _listed(told: Told, one: Kept, runner: Runner) -> dict[str, int]:
    """The sizes in the manifest of what a restore leaves as it was."""
    path = os.path.join(told.text("basebackups_directory") or "", one.backup.id, "data", NAME)
    if not os.path.exists(path):
        return {}
    manifest = parse(runner.read_bytes(path, max_bytes=LARGEST))
    return {listed.path: listed.size for listed in manifest.files if not _CHANGED.fullmatch(listed.path)}


def _origin(told: Told, one: Kept) -> str | None:
    return one.info.pgdata or told.text("data_directory")


__all__ = ("generations", "restore")
