# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores a backup that is a file, or a folder of a tool: unpacked below a folder, dumps as text. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import glob
import os
import re
import typing as t
import zipfile

from .._clients.archives import is_tar
from .._clients.database_files import SQLITE
from .._clients.dumps import HEAD
from .._clients.envelopes import envelope_of
from .._clients.file import Asked, bare_name, look_into
from .._clients.frames import SEVEN
from .._clients.inside import Inside
from .._clients.pg_archives import MAGIC as PG_ARCHIVE
from .._clients.pg_tools import as_sql
from .._clients.streams import Damaged, NotVerifiable, Stream, compression_of, opened
from .._clients.unpacking import Target, copy_folder, unpack_tar, unpack_zip
from .._finding import CannotObserve
from .._message import first_line
from .._phrase import phrase
from .._runner import Runner
from ._backup_files import Backup, given_patterns, look, without_others
from ._backup_proofs import Generation, Restored, RestoreFailed
from ._backup_series import Series, series_of
from ._judgement import FUTURE

_DAY = 86400.0
_DUMPS = {"postgresql_dump": "postgresql_dump", "mysql_dump": "mysql_dump"}


def generations(args: t.Mapping[str, t.Any], runner: Runner) -> list[Generation]:
    """The backups of the series with the largest newest one: one that is older must be another state of the same. CannotObserve."""
    backups = _backups(args, runner)
    return [Generation(backup.path, _moment(backup.time), _bytes_of(backup)) for backup in reversed(backups) if backup.size]


def _backups(args: t.Mapping[str, t.Any], runner: Runner) -> list[Backup]:
    now = runner.now().timestamp()
    several: list[Series] = []
    for pattern, _shown in given_patterns(args):
        found = look(pattern, now, runner)
        for series in series_of([backup for backup in found.backups if backup.time - now <= FUTURE], _DAY):
            series.backups = without_others(series.backups, found)
            if series.backups:
                several.append(series)
    return max(several, key=_size_of_newest).backups if several else []


def _size_of_newest(series: Series) -> int:
    return series.newest.size


def _moment(time: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(time, dt.timezone.utc)


def _bytes_of(backup: Backup) -> int | None:
    """What it would write, where that can be told without unpacking it."""
    if backup.folder:
        return backup.size
    try:
        with open(backup.path, "rb") as handle:
            head = handle.read(8)
            if compression_of(head) == "gzip" and backup.size < 4 << 20:  # beyond this the length that gzip keeps may have wrapped
                handle.seek(-4, os.SEEK_END)
                return int.from_bytes(handle.read(4), "little")
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with zipfile.ZipFile(backup.path) as archive:
                return sum(info.file_size for info in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        return None
    return None if compression_of(head) or head.startswith(SEVEN) else backup.size


def restore(args: t.Mapping[str, t.Any], runner: Runner, generation: Generation, target: str) -> Restored:
    """Unpacks a generation into ``target``. CannotObserve, RestoreFailed."""
    backup = next((backup for backup in _backups(args, runner) if backup.path == generation.id), None)
    if backup is None:
        raise CannotObserve(phrase("{path:path} is no longer there", path=generation.id))
    place = Target(target, runner.remaining)
    try:
        restored = _restore_folder(backup, place, runner) if backup.folder else _restore_file(backup, place, runner, args.get("paths"))
    except Damaged as exc:
        raise RestoreFailed(phrase("{path:path}: {reason}", path=backup.path, reason=exc.message)) from None
    except NotVerifiable as exc:
        raise CannotObserve(phrase("{path:path}: {reason}", path=backup.path, reason=exc.message)) from None
    except OSError as exc:
        reason = exc.strerror or first_line(str(exc), limit=200)
        raise CannotObserve(phrase("{path:path} cannot be unpacked: {reason}", path=backup.path, reason=reason)) from None
    restored.files, restored.bytes, restored.listed, restored.lost = place.files, place.bytes, place.listed, place.lost
    if not place.files:
        raise RestoreFailed(phrase("{path:path}: there is no file in it", path=backup.path))
    return restored


def _restore_folder(backup: Backup, place: Target, runner: Runner) -> Restored:
    kind = backup.folder.kind if backup.folder else ""
    if kind == "pg_dump":
        return _as_sql(backup.path, place, runner)
    names = sorted(os.listdir(backup.path))
    archives = [name for name in names if re.match(r"(base|pg_wal)\.tar(\.\w+)?\Z", name)]
    if kind == "pg_basebackup" and archives:
        if any(re.match(r"\d+\.tar(\.\w+)?\Z", name) for name in names):
            raise NotVerifiable(phrase("it has tablespaces, which would be restored to where they were"))
        for name in archives:
            inner = Target(os.path.join(place.folder, "data", *(["pg_wal"] if name.startswith("pg_wal") else [])), runner.remaining)
            _unpack(os.path.join(backup.path, name), inner, runner)
            place.files, place.bytes = place.files + inner.files, place.bytes + inner.bytes
            place.listed.update(inner.listed)
            place.lost += inner.lost
    else:
        copy_folder(backup.path, place, "data")
    data = os.path.join(place.folder, "data")
    if kind == "pg_basebackup":
        os.chmod(data, 0o700)
        return Restored(0, 0, {}, ("postgresql", data))
    return Restored(0, 0, {backup.path: data})


def _unpack(path: str, place: Target, runner: Runner) -> None:
    with open(path, "rb") as handle:
        kind = compression_of(handle.read(8))
    with opened(path, kind, runner, runner.remaining) as stream:
        unpack_tar(stream, place)


def _restore_file(backup: Backup, place: Target, runner: Runner, paths: t.Sequence[str] | None) -> Restored:
    with open(backup.path, "rb") as handle:
        head = handle.read(HEAD)
    if envelope_of(head):
        raise NotVerifiable(phrase("it is encrypted, and there is no key here"))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        unpack_zip(backup.path, place)
        return _of_archive(backup, place, paths)
    if head.startswith(SEVEN):
        return _unpack_seven(backup, place, runner, paths)
    if head.startswith(PG_ARCHIVE):
        return _as_sql(backup.path, place, runner)
    with opened(backup.path, compression_of(head), runner, runner.remaining) as stream:
        inner = stream.peek(HEAD)
        if envelope_of(inner):
            raise NotVerifiable(phrase("it is encrypted, and there is no key here"))
        if is_tar(inner):
            if inner[:8] == b"toc.dat\0" and not compression_of(head):
                return _as_sql(backup.path, place, runner)
            unpack_tar(stream, place)
            return _of_archive(backup, place, paths)
        return _copy(stream, inner, backup, place, runner)


def _copy(stream: Stream, head: bytes, backup: Backup, place: Target, runner: Runner) -> Restored:
    written = place.add_file(bare_name(backup.path), stream.chunks())
    if head.startswith(PG_ARCHIVE):
        path = written + ".sql"
        as_sql(written, path, runner)
        return Restored(0, 0, {}, ("postgresql_dump", path))
    if head.startswith(SQLITE):
        return Restored(0, 0, {}, ("sqlite", written))
    inside = Inside()
    look_into(written, os.path.getsize(written), inside, Asked(runner, runner.remaining))
    if inside.damages:
        raise Damaged(inside.damages[0])
    return Restored(0, 0, {}, (_DUMPS[inside.dump], written) if inside.dump in _DUMPS else None)


def _as_sql(path: str, place: Target, runner: Runner) -> Restored:
    out = os.path.join(place.folder, "restored.sql")
    as_sql(path, out, runner)
    size = os.path.getsize(out)
    place.files, place.bytes = 1, size
    place.listed[out] = size
    return Restored(0, 0, {}, ("postgresql_dump", out))


def _unpack_seven(backup: Backup, place: Target, runner: Runner, paths: t.Sequence[str] | None) -> Restored:
    inside = Inside(on_name=place.refuse)
    look_into(backup.path, backup.size, inside, Asked(runner, runner.remaining))
    if inside.damages:
        raise Damaged(inside.damages[0])
    if inside.derived:
        raise NotVerifiable(inside.derived[0])
    program = next(name for name in ("7zz", "7z", "7za", "7zr") if runner.which(name))
    done = runner.run([program, "x", "-bd", "-y", "-pnone", f"-o{place.folder}", "--", backup.path], timeout=3600.0)
    if done.rc != 0 or "Everything is Ok" not in done.stdout:
        raise Damaged(phrase("{program} cannot unpack it: {reason}", program=program, reason=first_line(done.stderr, limit=200)))
    for folder, _folders, names in os.walk(place.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                os.unlink(path)  # where it leads, its archive has decided
                place.left_out.append(path)
                continue
            place.files += 1
            place.listed[path] = os.lstat(path).st_size
            place.bytes += place.listed[path]
    return _of_archive(backup, place, paths)


def _of_archive(backup: Backup, place: Target, paths: t.Sequence[str] | None) -> Restored:
    """With where what was unpacked lay, and the folders that it has all of. RestoreFailed where it has nothing of a path that is asked for.

    An archive does not say which folder its names start from. Most start from the root, and one that names its own top does not.
    """
    roots = place.roots()
    asked = [os.path.normpath(path) for path in paths or [] if path.startswith("/") and not glob.has_magic(path)]
    if asked:
        found = {path: there for path in asked if (there := _packed(path, place.folder, len(asked) == 1 and place.folder in roots))}
        missing = [path for path in asked if path not in found]
        if missing:
            raise RestoreFailed(phrase("{path:path} holds nothing of {paths:list}", path=backup.path, paths=missing))
        return Restored(0, 0, found)
    if place.folder in roots:
        return Restored(0, 0, whole=[])
    tops = {f"/{name}": os.path.join(place.folder, name) for name in sorted(os.listdir(place.folder))}
    whole = ["/" + os.path.relpath(root, place.folder) for root in roots if os.path.isdir(root) and not os.path.islink(root)]
    return Restored(0, 0, tops, whole=whole)


def _packed(path: str, folder: str, alone: bool) -> str | None:
    """Where a path lies among what was unpacked, whichever of the folders above it the names start from."""
    parts = path.strip("/").split("/")
    for number in range(len(parts)):
        there = os.path.join(folder, *parts[number:])
        if parts[number] and os.path.lexists(there):
            return there
    return folder if alone or path == "/" else None


__all__ = ("generations", "restore")
