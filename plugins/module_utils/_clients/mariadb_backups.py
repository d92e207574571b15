# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that mariadb-backup, mariabackup and xtrabackup make, by what they write beside the data. PRIVATE to the collection.

A backup is a folder or one file that was streamed. ``xtrabackup_checkpoints`` (the kind and the log sequence numbers) and
``xtrabackup_info`` (when, with what) are written last; MariaDB 11.1 and later name them ``mariadb_backup_checkpoints`` and
``mariadb_backup_info``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import stat
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from .xbstream import Damaged, NotRead, Unfinished, is_stream, members

CHECKPOINTS = ("xtrabackup_checkpoints", "mariadb_backup_checkpoints")
INFO = ("xtrabackup_info", "mariadb_backup_info")
LOGS = ("ib_logfile0", "xtrabackup_logfile")
SETTINGS = "backup-my.cnf"
MARKS = (
    *CHECKPOINTS,
    *INFO,
    *LOGS,
    SETTINGS,
    "aria_log_control",
    "ibdata1",
    "ibdata1.delta",
    "ibdata1.meta",
)  # what tells a backup from another folder
DEEPEST = 4  # folders below the one that is given
MOST_FOLDERS = 20_000
MOST_FILES = 500_000
FUTURE_ZONE = 14 * 3600.0  # the most by which the clocks of zones differ
SETTLING = 600.0  # seconds after its last change in which a backup without its last files may still be made
_BESIDE = {*CHECKPOINTS, *INFO, "xtrabackup_binlog_info", "mariadb_backup_binlog_info", "xtrabackup_slave_info"}
INFO_NAMES = frozenset(INFO)
_FULL = ("full-backuped", "full-prepared", "log-applied")
_LARGEST = 1 << 20  # bytes of a file beside the data
_WRAPPED = re.compile(r"\.(?:zst|qp|lz4|gz|xbcrypt|enc)$")


@dataclasses.dataclass
class Backup:
    """A folder or a streamed file; times in seconds since 1970, log sequence numbers as the tool writes them."""

    path: str
    streamed: bool = False
    kind: str = ""  # full, incremental; empty where nothing says it
    prepared: bool = False
    closed: bool = False  # prepared so that no incremental backup can be applied any more
    started: float | None = None
    ended: float | None = None
    changed: float = 0.0  # of its last file
    from_lsn: int = -1
    to_lsn: int = -1
    last_lsn: int = -1
    base_folder: str = ""  # of an incremental one, as it was given to the tool
    info: dict[str, str] = dataclasses.field(default_factory=dict)
    files: dict[str, int] = dataclasses.field(default_factory=dict)  # sizes by path within the backup
    stored: int | None = None  # bytes of the file that was streamed
    incomplete: Message | None = None  # why it is none that can be restored
    unseen: Message | None = None  # why it cannot be told whether it is one
    hollow: bool = False  # without data: no backup that was begun
    writing: bool = False
    packed: bool = False  # so that what it says of itself cannot be read; its time is that of the file
    damaged: bool = False  # a stream that was read and is not whole, and is not being written
    unread: bool = False  # a stream of which nothing but the name and the size is known yet

    @property
    def size(self) -> int:
        """What it takes where it lies."""
        return sum(self.files.values()) if self.stored is None else self.stored

    @property
    def time(self) -> float:
        return self.ended if self.ended is not None else self.changed

    @property
    def encrypted(self) -> bool:
        said = self.info.get("encrypted", "N")
        return said not in ("", "N") or any(name.endswith(".xbcrypt") for name in self.files)

    def tables(self) -> dict[str, set[str]]:
        """The tables with data of each database, by the names of their files."""
        found: dict[str, set[str]] = {}
        for path in self.files:
            folder, slash, name = path.partition("/")
            stem, dot, ending = _WRAPPED.sub("", _WRAPPED.sub("", name)).rpartition(".")
            if ending in ("delta", "meta", "new"):
                inner = stem.rpartition(".")
                stem, dot = (inner[0], ".") if inner[1] and inner[2] == "ibd" else (stem, dot)
            if slash and "/" not in name and dot and ending in ("ibd", "new", "delta", "MAD", "MYD", "sdi", "meta"):
                found.setdefault(plain(folder), set()).add(plain(re.split(r"#[Pp]#", stem)[0]))
        return found


def plain(name: str) -> str:
    """A name as people write it: the server writes ``pay@002dments`` for ``pay-ments``."""
    return re.sub(r"@([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), name)


def pairs(text: str) -> dict[str, str]:
    """The lines ``name = value`` of a file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name.strip(), value.strip())
    return found


# -- where they are


def places(path: str, runner: Runner, closed: list[Message]) -> list[str]:
    """The folders and files that are backups, at and below a path."""
    found, queue, seen = [], [(path, 0)], 0
    while queue:
        runner.remaining()
        folder, depth = queue.pop()
        if is_stream(folder):
            found.append(folder)
        if not os.path.isdir(folder):
            continue
        seen += 1
        if seen > MOST_FOLDERS:
            raise CannotObserve(phrase("{path:path} has more than {most:number} folders to look into", path=path, most=MOST_FOLDERS))
        try:
            names = sorted(os.listdir(folder))
        except OSError as exc:
            closed.append(unreadable(folder, exc))
            continue
        if not set(MARKS).isdisjoint(_WRAPPED.sub("", name) for name in names):
            found.append(folder)
            continue
        inner = [os.path.join(folder, name) for name in names if name != "lost+found"]
        found += [one for one in inner if is_stream(one)]
        folders = [one for one in inner if os.path.isdir(one) and not os.path.islink(one)]
        if depth and not folders and not any(is_stream(one) for one in inner) and not inner:
            found.append(folder)  # made for a backup that never came
        if depth < DEEPEST:
            queue += [(one, depth + 1) for one in folders]
    return found


# -- what each is


def look(path: str, zone: dt.tzinfo | None, runner: Runner) -> Backup:
    """One backup: what it says of itself, and which files it has. A streamed one is not read yet."""
    backup = Backup(path)
    if os.path.isdir(path):
        texts = _of_folder(backup, runner)
        if not backup.unseen:
            _understand(backup, texts, zone)
            backup.writing = bool(backup.incomplete) and bool(backup.files) and runner.now().timestamp() - backup.changed < SETTLING
        return backup
    backup.streamed = backup.unread = True
    try:
        info = os.stat(path)
    except OSError as exc:
        backup.unseen = unreadable(path, exc)
        return backup
    backup.changed, backup.stored = info.st_mtime, info.st_size
    if info.st_size == 0:
        backup.incomplete, backup.unread = phrase("it is empty"), False
    return backup


def read(backup: Backup, zone: dt.tzinfo | None, runner: Runner, most: int) -> None:
    """Reads a streamed backup to its end, where that was not done yet."""
    if not backup.unread:
        return
    backup.unread = False
    try:
        found, texts = members(backup.path, (*CHECKPOINTS, *INFO, SETTINGS), runner, most)
    except Damaged as exc:
        backup.incomplete = exc.message
        backup.writing = isinstance(exc, Unfinished) and runner.now().timestamp() - backup.changed < SETTLING
        backup.damaged = not backup.writing
    except NotRead as exc:
        backup.unseen = exc.message
    except OSError as exc:
        backup.unseen = unreadable(backup.path, exc)
    else:
        backup.files = found
        _understand(backup, {name: (text, backup.changed) for name, text in texts.items()}, zone)


def _of_folder(backup: Backup, runner: Runner) -> dict[str, tuple[str, float]]:
    """Notes the files; the text of those beside the data with when they were changed."""
    texts: dict[str, tuple[str, float]] = {}
    try:
        _list(backup, backup.path, "", runner)
        for name in INFO:
            wrapped = next((one for one in backup.files if one != name and _WRAPPED.sub("", _WRAPPED.sub("", one)) == name), "")
            if wrapped and backup.files[wrapped]:
                texts[name] = ("", os.stat(os.path.join(backup.path, wrapped)).st_mtime)
        for name in (*CHECKPOINTS, *INFO, SETTINGS):
            if name in backup.files:
                full = os.path.join(backup.path, name)
                with open(full, "rb") as handle:
                    texts[name] = (handle.read(_LARGEST).decode("utf-8", "replace"), os.stat(full).st_mtime)
    except OSError as exc:
        backup.unseen = unreadable(str(exc.filename or backup.path), exc)
    return texts


def _list(backup: Backup, folder: str, within: str, runner: Runner) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            runner.remaining()
            info = entry.stat(follow_symlinks=False)
            backup.changed = max(backup.changed, info.st_mtime)
            if stat.S_ISDIR(info.st_mode):
                _list(backup, entry.path, f"{within}{entry.name}/", runner)
            elif stat.S_ISREG(info.st_mode):
                backup.files[within + entry.name] = info.st_size
            if len(backup.files) > MOST_FILES:
                raise CannotObserve(phrase("{path:path} has more than {most:number} files", path=backup.path, most=MOST_FILES))


def _understand(backup: Backup, texts: t.Mapping[str, tuple[str, float]], zone: dt.tzinfo | None) -> None:
    points = next((texts[name][0] for name in CHECKPOINTS if name in texts), None)
    info = next((texts[name] for name in INFO if name in texts), None)
    if points is None or info is None:
        missing = CHECKPOINTS[0] if points is None else INFO[0]
        if not backup.files:
            backup.hollow = True
            backup.incomplete = phrase("it is an empty folder")
        else:
            backup.incomplete = phrase("it has no {file:path}, which is written when a backup ends", file=missing)
        return
    said, backup.info = pairs(points), pairs(info[0])
    kind = said.get("backup_type", "")
    numbers = [said.get(name, "") for name in ("from_lsn", "to_lsn", "last_lsn")]
    if kind not in (*_FULL, "incremental") or not all(re.fullmatch(r"\d{1,20}", number) for number in numbers[:2]):
        backup.incomplete = phrase("its {file:path} is cut short or not one that is known", file=CHECKPOINTS[0])
        return
    backup.kind = "full" if kind in _FULL else "incremental"
    backup.prepared, backup.closed = kind in _FULL[1:], kind == "full-prepared"
    backup.from_lsn, backup.to_lsn = int(numbers[0]), int(numbers[1])
    backup.last_lsn = int(numbers[2]) if re.fullmatch(r"\d{1,20}", numbers[2]) else -1
    basedir = re.search(r"--incremental-basedir[= ](\S+)", backup.info.get("tool_command", ""))
    backup.base_folder = basedir[1] if basedir else ""
    backup.started = _moment(backup.info.get("start_time"), zone)
    ended = _moment(backup.info.get("end_time"), zone)
    backup.packed = info[0] == "" and not INFO_NAMES & set(backup.files)
    if backup.packed:
        ended = info[1]
    if ended is None:
        backup.incomplete = phrase("its {file:path} does not say when it ended", file=INFO[0])
        return
    backup.ended = _bounded(ended, info[1], zone)
    if not backup.streamed and set(backup.files) <= _BESIDE:
        backup.hollow = True
        backup.incomplete = phrase("it holds no data, only what the tool says of it (--extra-lsndir)")
    if 0 <= backup.last_lsn < backup.to_lsn:
        backup.incomplete = phrase("its log ends before what was copied (last_lsn {last}, to_lsn {to})", last=numbers[2], to=numbers[1])


def _moment(text: str | None, zone: dt.tzinfo | None) -> float | None:
    try:
        parsed = dt.datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S")
        return (parsed.replace(tzinfo=zone) if zone else parsed).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _bounded(ended: float, written: float, zone: dt.tzinfo | None) -> float:
    """The end as the tool wrote it, in the zone of the server that was backed up. What was written before it ended says that this is
    another zone than the one of this host, unless it is told."""
    later = ended - written
    return written if zone is None and 60.0 < later <= FUTURE_ZONE else ended


# -- what builds on what


def chain(backup: Backup, backups: t.Sequence[Backup]) -> list[Backup] | None:
    """The full backup and each that is to be applied on it, up to this one; None where one is not there."""
    links = [backup]
    while links[0].kind == "incremental":
        base = _base(links[0], backups)
        if base is None or base in links:
            return None
        links.insert(0, base)
    return links


def _base(backup: Backup, backups: t.Sequence[Backup]) -> Backup | None:
    """The backup that ends where this one begins: the one that it was made on, else a full one, else the newest."""
    fit = [one for one in backups if one is not backup and one.kind and not one.incomplete and not one.closed]
    fit = [one for one in fit if one.to_lsn == backup.from_lsn and one.time <= backup.time]
    named = os.path.basename(backup.base_folder.rstrip("/"))
    chosen = [one for one in fit if named and os.path.basename(one.path.rstrip("/")) == named]
    chosen = chosen or [one for one in fit if one.kind == "full"] or fit
    return chosen[-1] if chosen else None


__all__ = ("INFO", "LOGS", "SETTINGS", "SETTLING", "Backup", "chain", "look", "pairs", "places", "plain", "read")
