# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the files that a pattern finds are backups. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import glob
import os
import re
import stat
import typing as t

from .._argspec import ArgumentsRefused
from .._clients.backup_folders import Folder, folder_of
from .._clients.file import head_of, is_plain_text
from .._clients.messages import beside_backups, other_than_backup
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner, unreadable
from ._dated_names import name_time, parts_of, translate
from ._read_names import Dated, read_names

SETTLING = 60.0  # seconds after its last change in which a file may still be written
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", ".inprogress", ".incomplete", ".writing")
BESIDE = (".sha256", ".sha512", ".sha1", ".md5", ".asc", ".sig", ".sha256sum", ".sha512sum", ".sha1sum", ".md5sum", ".minisig", ".par2")
_PACKED = r"(?:\.\d{1,4})?(?:\.(?:gz|bz2|xz|zst))?"
_OTHER_NAMES = re.compile(
    r"(?:"
    rf".*\.(?:log|err|stderr|stdout|out|errors?){_PACKED}|.*[-_.]log(?:[-_.]\d[\d\-_.]*)?{_PACKED}"
    r"|.*\.(?:pid|lock|lck|status|state|done|ok|success|failed|fail|timestamp|stamp|exitcode|rc|metrics|prom|notes|snar|exclude|filelist)"
    r"|.*\.(?:sh|bash|py|pl|rb|ps1|bat|cmd|php|service|timer|md|rst)"
    r"|(?:README|LICEN[CS]E|CHANGELOG|COPYING|Makefile|lost\+found|Thumbs\.db|desktop\.ini)(?:\..*)?"
    r"|(?:MD5|SHA\d*|B2|CRC)?(?:SUMS?|CHECKSUMS?)(?:\.\w+)?"
    r")\Z",
    re.I | re.S,
)
# names that only backups have: what lies there is looked into as one
_NAMED = re.compile(r"\.(?:sql|dump|dmp|bak|backup|tar|tgz|tbz2?|txz|zip|7z|ldif|bson|archive|db|sqlite3?|cpio|rdb)(?:\.\w{2,4})*\Z", re.I)
_LOOKED_AT = 5  # of each series, newest first
_TOLD = 5
_AHEAD = 40 * 3600.0  # seconds by which a date in a name may lie ahead: the end of a day, in another zone


class Places(t.Protocol):
    """The options that say where the backups are."""

    def __getitem__(self, name: t.Literal["pattern", "path"], /) -> t.Any: ...


@dataclasses.dataclass(frozen=True)
class Backup:
    """A file, or a folder that is one backup. ``time`` is the older of its last change and of the last moment that its name can mean."""

    path: str
    size: int
    changed: float
    time: float
    name: Dated = Dated("", "", None)
    folder: Folder | None = None

    @property
    def is_by_name(self) -> bool:
        return self.time < self.changed - 1


@dataclasses.dataclass
class Found:
    """``others``: what was found and is no backup, with what it is."""

    backups: list[Backup] = dataclasses.field(default_factory=list)  # oldest first
    writing: list[str] = dataclasses.field(default_factory=list)
    others: dict[str, Message] = dataclasses.field(default_factory=dict)
    folders: list[str] = dataclasses.field(default_factory=list)
    hidden: list[Message] = dataclasses.field(default_factory=list)
    asked: str = ""  # the pattern
    base: str = "/"  # the folder before the first wildcard
    ahead: list[str] = dataclasses.field(default_factory=list)  # with a date in the name that is still to come

    def notes(self) -> list[Message]:
        """What is not counted, and why."""
        said = []
        if self.writing:
            said.append(phrase("not counted, because unfinished: {files:list}", files=sorted(self.writing)[:_TOLD]))
        if self.others:
            shown = [
                phrase("{path:path} ({what})", path=os.path.basename(path), what=what) for path, what in sorted(self.others.items())[:_TOLD]
            ]
            said.append(phrase("not counted, because no backup: {files:list}", files=shown))
        if self.ahead:
            files = [os.path.basename(path) for path in self.ahead][:_TOLD]
            said.append(phrase("the date in the name is still to come, so that the last change decides: {files:list}", files=files))
        return said + self.hidden[:_TOLD]


def given_patterns(args: Places) -> list[tuple[str, str]]:
    """Each pattern, and as it was given. ArgumentsRefused."""
    if args["path"]:
        literal = glob.escape(os.path.abspath(args["path"])).replace("%", "%%")  # never taken for an option of a tool
        folder = os.path.isdir(args["path"]) and not _is_one(args["path"])
        return [(os.path.join(literal, "*") if folder else literal, args["path"])]
    for pattern in args["pattern"] or []:
        translate(pattern)
        if not os.path.isabs(pattern):
            raise ArgumentsRefused([f"pattern: '{pattern}' does not start with /"])
    return [(pattern, pattern) for pattern in args["pattern"] or []]


def _is_one(path: str) -> bool:
    """Whether a folder is one backup."""
    try:
        return folder_of(path) is not None
    except OSError:
        return False


def look(pattern: str, now: float, runner: Runner) -> Found:
    """The backups that a pattern finds. CannotObserve where the folder cannot be looked into."""
    wildcards, expression = translate(pattern)
    found = Found(hidden=_closed_folders(os.path.dirname(wildcards)))
    found.asked, found.base = wildcards, _base(wildcards)
    given_names = pattern.replace("%%", "%")[len(_escaped(wildcards)) :]
    backups: dict[tuple[int, int], Backup] = {}
    fresh: dict[str, tuple[int, int]] = {}
    raw: list[tuple[str, os.stat_result, float | None, Folder | None]] = []
    for path in sorted(glob.glob(wildcards, recursive=True), key=os.path.islink):
        try:
            info = os.stat(path)
        except OSError:  # a link to nothing, or gone meanwhile
            gone = os.path.islink(path) and not os.path.lexists(os.path.realpath(path))
            found.hidden.append(
                phrase("{path:path} is a link to a file that is gone", path=path)
                if gone
                else phrase("{path:path} cannot be looked at", path=path)
            )
            continue
        parts = parts_of(expression, path)
        if parts is None:
            continue
        if stat.S_ISDIR(info.st_mode):
            _take_folder(path, info, parts, found, raw)
        elif stat.S_ISREG(info.st_mode) and _is_candidate(path, wildcards, found):
            raw.append((path, info, name_time(parts), None))
    names = [path[len(found.base) :] for path, _info, _time, _folder in raw]
    changes = [folder.changed if folder else info.st_mtime for _path, info, _time, folder in raw]
    for (path, info, given, folder), dated, changed in zip(raw, read_names(names, changes, given_names), changes):
        named = given if given is not None else dated.time
        known = backups.get((info.st_dev, info.st_ino))
        if known and (known.name.time is not None or named is None):
            continue  # a link to it: the name with a date says more than latest/
        if named is not None and named > max(now, changed) + _AHEAD:
            found.ahead.append(path)
        time = changed if named is None else min(changed, named)
        backups[info.st_dev, info.st_ino] = Backup(path, folder.size if folder else info.st_size, changed, time, dated, folder)
        if now - changed < SETTLING and not folder:
            fresh[path] = (info.st_dev, info.st_ino)
    if fresh:
        runner.sleep(1.0)
        for path, key in fresh.items():
            if _size(path) != backups[key].size:
                found.writing.append(path)
                del backups[key]
    if found.hidden and not backups and not found.others and not found.writing:
        raise CannotObserve(found.hidden[0])
    found.backups = sorted(backups.values(), key=_order)
    return found


def _order(backup: Backup) -> tuple[float, float, str]:
    return backup.time, backup.changed, backup.path


def _base(wildcards: str) -> str:
    """The folder before the first wildcard, with its slash."""
    return re.sub(r"\[(.)\]", r"\1", _escaped(wildcards))


def _escaped(wildcards: str) -> str:
    """The same, with signs of patterns that stand for themselves still in brackets."""
    folder = os.path.dirname(wildcards)
    while glob.has_magic(re.sub(r"\[.\]", "", folder)):
        folder = os.path.dirname(folder)
    return folder.rstrip("/") + "/"


def _take_folder(
    path: str,
    info: os.stat_result,
    parts: t.Mapping[str, str],
    found: Found,
    raw: list[tuple[str, os.stat_result, float | None, Folder | None]],
) -> None:
    if os.path.basename(path.rstrip("/")) == "lost+found":
        return
    try:
        folder = folder_of(path)
    except OSError as exc:
        found.hidden.append(unreadable(path, exc))
        return
    if folder is None:
        found.folders.append(path)
    elif path.lower().endswith(UNFINISHED):
        found.writing.append(path)
    else:
        raw.append((path, info, name_time(parts), folder))


def _is_candidate(path: str, wildcards: str, found: Found) -> bool:
    """Whether a file may be a backup, by its name. One whose very ending the pattern asks for may be."""
    low, name = path.lower(), os.path.basename(path)
    if low.endswith(BESIDE) and (os.path.exists(path.rpartition(".")[0]) or not low.endswith(".asc")):
        return False
    if low.endswith(UNFINISHED):
        found.writing.append(path)
        return False
    ending = os.path.splitext(re.sub(r"\.(?:gz|bz2|xz|zst)\Z", "", low))[1]
    asked = re.sub(r"\.(?:gz|bz2|xz|zst)\Z", "", wildcards.lower())
    if _OTHER_NAMES.match(name) and not (ending and asked.endswith(ending)):
        if not re.match(r"(?:MD5|SHA\d*|B2|CRC)?(?:SUMS?|CHECKSUMS?)(?:\.\w+)?\Z", name, re.I):
            found.others[path] = phrase("by its name")
        return False
    return True


def without_others(backups: list[Backup], found: Found) -> list[Backup]:
    """The backups of a series without what its content shows to be none; only the newest are looked at."""
    left = list(backups)
    for backup in reversed(backups[-_LOOKED_AT:]):
        if backup.folder or _NAMED.search(backup.path):
            break
        what = other_than_backup(head_of(backup.path), backup.size)
        if what is None:
            break
        found.others[backup.path] = what
        left.remove(backup)
    if left and len(left) == len(backups):
        found_beside = _all_beside(backups, found)
        found.others.update(found_beside)
        return [] if found_beside else left
    return [] if len(left) + _LOOKED_AT == len(backups) else left


_DOCUMENTS = re.compile(r"\.(?:txt|html?|json|xml|ya?ml|ini|toml|conf|cnf|cfg|env|md|pdf|docx?|odt|xlsx?)(?:\.gz)?\Z", re.I)


def _all_beside(backups: list[Backup], found: Found) -> dict[str, Message]:
    """What the files of a series are, where all are of a kind that lies beside backups, without a date, and not asked for by name."""
    beside = {}
    for backup in backups[-_LOOKED_AT:]:
        if backup.folder or backup.name.time is not None or _NAMED.search(backup.path) or _is_asked(backup.path, found.asked):
            return {}
        what = beside_backups(head_of(backup.path), bool(_DOCUMENTS.search(backup.path)))
        if what is None or (str(what) == "a text" and not is_plain_text(backup.path)):
            return {}
        beside[backup.path] = what
    return beside


def _is_asked(path: str, wildcards: str) -> bool:
    """Whether a pattern names a file, the beginning of its name, or files of its very ending."""
    if glob.escape(path) == wildcards or re.match(r"[^*?\[]{2}", os.path.basename(wildcards)):
        return True
    packed = r"\.(?:gz|bz2|xz|zst)\Z"
    ending = os.path.splitext(re.sub(packed, "", path.lower()))[1]
    return bool(ending) and re.sub(packed, "", wildcards.lower()).endswith(ending)


def is_named(backup: Backup) -> bool:
    """Whether only backups have such a name."""
    return bool(backup.folder or _NAMED.search(backup.path))


def is_surely(backup: Backup) -> bool:
    """Whether it is a backup by its name or its content: a text of no known kind may be anything."""
    return is_named(backup) or not is_plain_text(backup.path)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def missing_folder(pattern: str) -> str | None:
    """The folder before the first wildcard when it does not exist. CannotObserve when that cannot be told."""
    folder = os.path.dirname(translate(pattern)[0])
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    try:
        os.stat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return folder
    except OSError as exc:
        raise CannotObserve(unreadable(folder, exc)) from None
    return None


def _closed_folders(folders: str) -> list[Message]:
    """What glob does not say: the folders that it could not look into."""
    closed = []
    for folder in glob.glob(folders, recursive=True):
        if os.path.basename(folder) == "lost+found" or not os.path.isdir(folder):
            continue
        try:
            with os.scandir(folder):
                pass
            if not os.access(folder, os.X_OK):
                raise PermissionError
        except OSError as exc:
            closed.append(unreadable(folder, exc))
    return closed


__all__ = ("BESIDE", "SETTLING", "Backup", "Found", "given_patterns", "is_named", "is_surely", "look", "missing_folder", "without_others")
