# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are one backup each: of pg_dump, pg_basebackup, mongodump, mydumper, MySQL Shell. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase, verbatim
from . import pg_manifest
from .database_files import read_bson
from .file import Asked, look_into
from .inside import Inside
from .pg_archives import names_of_data
from .streams import Damaged, compression_of, opened

_MOST_MANIFEST = 256 << 20
_WAL = r"(?:\A|/)[0-9A-F]{24}(?:\.\w+)?\Z"
_MARKERS = ("toc.dat", "backup_manifest", "backup_label", "metadata", "@.done.json", "@.json")


@dataclasses.dataclass(frozen=True)
class Folder:
    """A folder that a tool has made as one backup. ``changed``: when the file that it writes last was changed."""

    path: str
    kind: str
    size: int
    changed: float


def folder_of(path: str) -> Folder | None:
    """What a folder is, by the files that only this tool writes. None for another one. OSError."""
    names = set(os.listdir(path))
    kind = _kind_of(path, names)
    if not kind:
        return None
    size, changed = 0, 0.0
    for folder, _folders, files in os.walk(path):
        for name in files:
            try:
                info = os.lstat(os.path.join(folder, name))
            except OSError:
                continue
            size += info.st_size
            if kind == "mongodump" or (folder == path and name in _MARKERS):
                changed = max(changed, info.st_mtime)
    return Folder(path, kind, size, changed or os.stat(path).st_mtime)


def _kind_of(path: str, names: set[str]) -> str:
    if names & {"xtrabackup_checkpoints", "mariadb_backup_checkpoints", "xtrabackup_info", "mariadb_backup_info"}:
        return "mariadb-backup"
    if "toc.dat" in names:
        return "pg_dump"
    if (
        "backup_manifest" in names
        or {"PG_VERSION", "base", "global"} <= names
        or any(re.match(r"base\.tar(\.\w+)?\Z", name) for name in names)
    ):
        return "pg_basebackup"
    if "@.json" in names:
        return "mysqlsh"
    if names & {"metadata", "metadata.partial"} and any(re.search(r"-schema\.sql|-schema-create\.sql", name) for name in names):
        return "mydumper"
    if any(_is_bson(name) for name in names):
        return "mongodump"
    inner = [os.path.join(path, name) for name in sorted(names)[:200] if os.path.isdir(os.path.join(path, name))]
    return "mongodump" if any(_is_bson(name) for folder in inner for name in _listed(folder)) else ""


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_bson(name: str) -> bool:
    return name.endswith((".bson", ".bson.gz"))


def look_into_folder(folder: Folder, inside: Inside, asked: Asked) -> None:
    """Reads a backup that is a folder, and tells ``inside`` what it is. Damaged, OSError, CannotObserve, and what ``tick`` raises."""
    inside.kind = verbatim(folder.kind)
    if folder.kind == "mariadb-backup":
        inside.unseen.append(phrase("a folder of mariadb-backup: the check mariadb_backup looks at those"))
        return
    inside.kind = phrase("folder of {tool}", tool=folder.kind)
    readers: dict[str, t.Callable[[Folder, Inside, Asked], None]] = {
        "pg_dump": _pg_dump,
        "pg_basebackup": _pg_basebackup,
        "mydumper": _mydumper,
        "mysqlsh": _mysqlsh,
        "mongodump": _mongodump,
    }
    readers[folder.kind](folder, inside, asked)


def _missing(names: t.Iterable[str]) -> Message:
    return phrase("{files:list} is missing in it", files=sorted(names)[:5])


def _pg_dump(folder: Folder, inside: Inside, asked: Asked) -> None:
    with open(os.path.join(folder.path, "toc.dat"), "rb") as handle:
        contents = handle.read(_MOST_MANIFEST)
    inside.dump = "postgresql_archive"
    wanted = names_of_data(contents, inside)
    there = {re.sub(r"\.(gz|lz4|zst)\Z", "", name): name for name in os.listdir(folder.path)}
    missing = {name for name in wanted if name not in there}
    for list_of_objects in [name for name in there if re.match(r"blobs(_\d+)?\.toc\Z", name)]:
        with open(os.path.join(folder.path, there[list_of_objects]), encoding="utf-8", errors="replace") as lines:
            missing |= {line.split()[1] for line in lines if len(line.split()) == 2 and line.split()[1] not in there}
    if missing:
        inside.damages.append(_missing(missing))
        return
    _read_each([os.path.join(folder.path, name) for name in sorted(there.values())], folder, inside, asked)


def _read_each(paths: t.Iterable[str], folder: Folder, inside: Inside, asked: Asked) -> None:
    """Unpacks each file of a folder to its end, where all together are not too large. Damaged names the file."""
    if asked.most is not None and folder.size > asked.most:
        inside.derived.append(phrase("not read to its end because larger than {most:bytes}", most=asked.most))
        return
    for path in paths:
        with open(path, "rb") as handle:
            kind = compression_of(handle.read(8))
        if kind:
            part = Inside()
            try:
                with opened(path, kind, asked.runner, asked.tick) as stream:
                    stream.drain()
            except Damaged as exc:
                raise Damaged(phrase("{file:path}: {reason}", file=os.path.basename(path), reason=exc.message)) from None
            inside.derived += part.derived


def _pg_basebackup(folder: Folder, inside: Inside, asked: Asked) -> None:
    names = set(os.listdir(folder.path))
    archives = sorted(name for name in names if re.match(r"(base|pg_wal|\d+)\.tar(\.\w+)?\Z", name))
    inside.listed = True
    members: set[str] = set()
    for name in archives:
        part = Inside(on_name=members.add)
        try:
            look_into(os.path.join(folder.path, name), os.path.getsize(os.path.join(folder.path, name)), part, asked)
        except Damaged as exc:
            raise Damaged(phrase("{file:path}: {reason}", file=name, reason=exc.message)) from None
        inside.damages += [phrase("{file:path}: {reason}", file=name, reason=said) for said in part.damages if name.startswith("base")]
        inside.derived += [said for said in part.derived if said not in inside.derived]
    if "backup_manifest" not in names:
        needed = {"PG_VERSION", "global/pg_control", "backup_label"}
        missing = (
            needed - members if archives and not inside.derived else {name for name in needed if not archives and not _there(folder, name)}
        )
        if missing:
            inside.damages.append(_missing(missing))
        else:
            inside.warns.append(phrase("it has no manifest, which pg_basebackup writes last: it may not have ended"))
        return
    inside.made = _started(os.path.join(folder.path, "backup_label"))
    wanted = _manifest(os.path.join(folder.path, "backup_manifest"))
    odd: list[str] = []
    for name, size in wanted.items():
        asked.tick()
        if archives:
            if not inside.derived and name not in members and not name.startswith("pg_tblspc/"):
                odd.append(name)
        elif _size_of(os.path.join(folder.path, name)) != size and name != "postgresql.auto.conf":
            odd.append(name)
    if not inside.derived and not any(
        re.search(_WAL, name) for name in (members if archives else _listed(os.path.join(folder.path, "pg_wal")))
    ):
        inside.warns.append(phrase("no WAL is in it: it can be restored with an archive of WAL alone"))
    if odd:
        inside.damages.append(phrase("its manifest names {files:list}, which are missing or have another size", files=sorted(odd)[:5]))


def _started(path: str) -> float | None:
    """When a base backup was begun, by its label."""
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            found = re.search(r"^START TIME: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", handle.read(65536), re.M)
        return dt.datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S").timestamp() if found else None
    except (OSError, ValueError, OverflowError):
        return None


def _there(folder: Folder, name: str) -> bool:
    return os.path.exists(os.path.join(folder.path, name))


def _size_of(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _manifest(path: str) -> dict[str, int]:
    """The sizes of the files that a manifest of PostgreSQL names. Damaged."""
    with open(path, "rb") as handle:
        content = handle.read(_MOST_MANIFEST)
    try:
        manifest = pg_manifest.parse(content)
    except CannotObserve:
        manifest = None
    if manifest is None or not manifest.sound:
        raise Damaged(phrase("{file:path}: {reason}", file=pg_manifest.NAME, reason=phrase("it is damaged")))
    return {listed.path: listed.size for listed in manifest.files}


def _mydumper(folder: Folder, inside: Inside, asked: Asked) -> None:
    names = os.listdir(folder.path)
    inside.listed = True
    for name in names:
        found = re.match(r"[^.]+\.(.+)-schema\.sql", name)
        if found:
            inside.on_name(found.group(1))
    try:
        with open(os.path.join(folder.path, "metadata"), encoding="utf-8", errors="replace") as handle:
            text = handle.read(1 << 20)
    except FileNotFoundError:
        inside.damages.append(phrase("it has not ended: {file:path} is not there", file="metadata"))
        return
    missing = _not_there(text, names)
    if missing:
        inside.damages.append(phrase("its rows of {names:list} are missing: {file:path} counts them", names=missing[:5], file="metadata"))
    if "Finished dump at" not in text:
        inside.damages.append(phrase("it has not ended: '{mark}' is missing in {file:path}", mark="Finished dump at", file="metadata"))
        return
    _read_each([os.path.join(folder.path, name) for name in sorted(names)], folder, inside, asked)


def _not_there(text: str, names: list[str]) -> list[str]:
    """The tables whose rows the metadata of mydumper count, and of which there is no file of data."""
    files = {name.partition(".sql")[0].partition(".dat")[0] for name in names if "-schema" not in name}
    missing = []
    for database, table, rows in re.findall(r"^\[[`\"](.+?)[`\"]\.[`\"](.+?)[`\"]\]\s*\n(?:(?!\[).*\n)*?rows *= *(\d+)", text, re.M):
        start = f"{database}.{table}"
        if int(rows) and not any(name == start or name.startswith(f"{start}.") for name in files):
            missing.append(start)
    return missing


def _mysqlsh(folder: Folder, inside: Inside, asked: Asked) -> None:
    if not _there(folder, "@.done.json"):
        inside.damages.append(phrase("it has not ended: {file:path} is not there", file="@.done.json"))
        return
    _read_each([os.path.join(folder.path, name) for name in sorted(os.listdir(folder.path))], folder, inside, asked)


def _mongodump(folder: Folder, inside: Inside, asked: Asked) -> None:
    inside.listed = True
    paths = [os.path.join(place, name) for place, _folders, files in os.walk(folder.path) for name in sorted(files) if _is_bson(name)]
    large = asked.most is not None and folder.size > asked.most
    for path in paths:
        name = os.path.basename(path)
        inside.on_name(name.partition(".bson")[0])
        whole = name.partition(".bson")[0]
        beside = [os.path.join(os.path.dirname(path), whole + ending) for ending in (".metadata.json", ".metadata.json.gz")]
        if whole not in ("oplog", "system.users", "system.roles", "system.version") and not any(os.path.exists(file) for file in beside):
            inside.damages.append(_missing([os.path.basename(beside[0])]))
        if large:
            continue
        with open(path, "rb") as handle:
            kind = compression_of(handle.read(8))
        try:
            with opened(path, kind, asked.runner, asked.tick) as stream:
                read_bson(stream, Inside())
        except Damaged as exc:
            raise Damaged(phrase("{file:path}: {reason}", file=name, reason=exc.message)) from None
    if large and asked.most is not None:
        inside.derived.append(phrase("not read to its end because larger than {most:bytes}", most=asked.most))
    if all(os.path.getsize(path) == 0 for path in paths):
        inside.damages.append(phrase("there is no document in it"))


__all__ = ("Folder", "folder_of", "look_into_folder")
