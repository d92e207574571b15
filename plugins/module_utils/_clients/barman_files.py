# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What barman has written: backup.info, archived WAL, its queues and locks. PRIVATE to the collection.

barman trusts its own list of WAL (xlog.db) and does not look whether the files are still there; so the folders are looked at here.
"""

from __future__ import annotations

import ast
import bz2
import dataclasses
import datetime as dt
import gzip
import lzma
import os
import re
import zlib

from .._finding import CannotObserve
from .._runner import unreadable
from .barman import Told, moment
from .wal_names import FOLDER, HISTORY, SEGMENT, USUAL_SIZE, Segment, Step, is_size, segment_of, steps

LARGEST_INFO = 4 * 2**20
LARGEST_XLOGDB = 256 * 2**20


@dataclasses.dataclass(frozen=True)
class Info:
    """A backup.info; what is not in it, or cannot be read, is None. Sizes in bytes; ``tablespaces``: name, oid, location."""

    begin: dt.datetime | None = None
    end: dt.datetime | None = None
    begin_wal: str | None = None
    end_wal: str | None = None
    size: int | None = None
    segment_size: int = USUAL_SIZE
    version: int | None = None
    systemid: str | None = None
    mode: str | None = None
    said: str | None = None  # why it failed
    compression: str | None = None
    encryption: str | None = None
    parent: str | None = None  # of an incremental backup
    pgdata: str | None = None
    snapshots: bool = False
    tablespaces: tuple[tuple[str, str, str], ...] = ()


def read_info(told: Told, backup: str) -> Info | None:
    """The backup.info of a backup, None where there is none. CannotObserve."""
    for path in info_paths(told, backup):
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                return parse_info(stream.read(LARGEST_INFO))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as exc:
            raise CannotObserve(unreadable(path, exc)) from None
    return None


def damaged_infos(told: Told) -> list[str]:
    """Files in which a list or text begins and does not end: barman reads none of them then. CannotObserve."""
    base = told.text("basebackups_directory") or ""
    found = []
    for name in _names(base, missing_is_empty=True):
        for path in info_paths(told, name):
            try:
                with open(path, encoding="utf-8", errors="replace") as stream:
                    text = stream.read(LARGEST_INFO)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as exc:
                raise CannotObserve(unreadable(path, exc)) from None
            if not all(map(_is_whole, text.splitlines())):
                found.append(path)
    return found


def _is_whole(line: str) -> bool:
    _key, mark, value = line.partition("=")
    if mark and value.lstrip()[:1] in tuple("[({'\""):
        try:
            ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return False
    return bool(mark or not line.strip())


def info_paths(told: Told, backup: str) -> list[str]:
    """Where barman keeps it: beside the data, in later versions in a folder of its own."""
    base, home = told.text("basebackups_directory") or "", told.text("backup_directory") or ""
    return [os.path.join(home, "meta", f"{backup}-backup.info"), os.path.join(base, backup, "backup.info")]


def parse_info(text: str) -> Info:
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, mark, value = line.partition("=")
        if mark and value != "None":
            values[key.strip()] = value.strip()
    size = _whole(values.get("xlog_segment_size"))
    return Info(
        begin=moment(values.get("begin_time")),
        end=moment(values.get("end_time")),
        begin_wal=_segment(values.get("begin_wal")),
        end_wal=_segment(values.get("end_wal")),
        size=_whole(values.get("size")),
        segment_size=size if size is not None and is_size(size) else USUAL_SIZE,
        version=_whole(values.get("version")),
        systemid=values.get("systemid"),
        mode=values.get("mode"),
        said=values.get("error"),
        compression=values.get("compression"),
        encryption=values.get("encryption"),
        parent=values.get("parent_backup_id"),
        pgdata=values.get("pgdata"),
        snapshots="snapshots_info" in values,
        tablespaces=_tablespaces(values.get("tablespaces")),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,19}", text) else None


def _segment(text: str | None) -> str | None:
    return text if text is not None and SEGMENT.fullmatch(text) else None


def _tablespaces(text: str | None) -> tuple[tuple[str, str, str], ...]:
    try:
        found = ast.literal_eval(text) if text else []
        return tuple((str(name), str(oid), str(place)) for name, oid, place in found or [])
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ()


# -- WAL


@dataclasses.dataclass
class Archive:
    """WAL that barman has. ``segments``: where each whole segment is; ``history``: where the file of each timeline is."""

    size: int
    segments: dict[Segment, str] = dataclasses.field(default_factory=dict)
    history: dict[int, str] = dataclasses.field(default_factory=dict)
    queued: list[str] = dataclasses.field(default_factory=list)  # files that wait for barman cron
    partial: dict[Segment, str] = dataclasses.field(default_factory=dict)  # what receive-wal writes to
    refused: list[str] = dataclasses.field(default_factory=list)  # files in the folder errors

    def newest(self, most: int | None = None) -> Segment | None:
        """The last segment of the last timeline, of those up to the timeline ``most``."""
        among = [segment for segment in self.segments if most is None or segment.timeline <= most]
        return max(among, default=None, key=_by_position)


def _by_position(segment: Segment) -> tuple[int, int]:
    return segment.number, segment.timeline


def read_archive(told: Told, size: int) -> Archive:
    """The queues first: barman moves a file from them to the archive. CannotObserve, with ``absent`` where the archive is not there."""
    found = Archive(size)
    for option, wanted in (("incoming_wals_directory", "archiver"), ("streaming_wals_directory", "streaming_archiver")):
        folder = told.text(option)
        if told.flag(wanted) is False:
            continue  # what lies there is archived by nobody
        for name in _names(folder, missing_is_empty=True):
            segment = segment_of(name, size)
            path = os.path.join(folder or "", name)
            if segment and name[24:] == ".partial":
                found.partial[segment] = path
            elif segment or HISTORY.fullmatch(name):
                found.queued.append(path)
                if segment and not name[24:]:
                    found.segments[segment] = path
    folder = told.text("errors_directory")
    found.refused = [os.path.join(folder or "", name) for name in _names(folder, missing_is_empty=True)]
    root = told.text("wals_directory") or ""
    for name in _names(root, missing_is_empty=False):
        history = HISTORY.fullmatch(name)
        if history:
            found.history[int(history.group(1), 16)] = os.path.join(root, name)
        elif FOLDER.fullmatch(name):
            for below in _names(os.path.join(root, name), missing_is_empty=True):
                segment = segment_of(below, size) if len(below) == 24 else None
                if segment:
                    found.segments[segment] = os.path.join(root, name, below)
    return found


def _names(folder: str | None, *, missing_is_empty: bool) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith(".")) if folder else []
    except (FileNotFoundError, NotADirectoryError) as exc:
        if missing_is_empty:
            return []
        raise CannotObserve(unreadable(str(folder), exc), absent=True) from None
    except OSError as exc:
        raise CannotObserve(unreadable(str(folder), exc)) from None


def way_of(archive: Archive, timeline: int) -> list[Step] | None:
    """How the WAL leads to a timeline; None where its history file is not there or says nothing."""
    if timeline == 1:
        return [Step(1, 0)]
    path = archive.history.get(timeline)
    text = None if path is None else read_small(path)
    found = [] if text is None else steps(text, timeline, archive.size)
    return found if len(found) > 1 else None


def read_small(path: str, most: int = 2**20) -> str | None:
    """A small file that may be compressed; None where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(most)
        for magic, unpacked in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
            if content.startswith(magic):
                content = unpacked(content)
                break
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return None
    return content.decode("utf-8", "replace")


@dataclasses.dataclass(frozen=True)
class Recorded:
    """What barman noted of a WAL file when it archived it."""

    size: int
    compression: str | None
    encryption: str | None


def read_xlogdb(told: Told) -> dict[str, Recorded] | None:
    """By name; nothing where the file is not there, None where it cannot be read."""
    folder, server = told.text("xlogdb_directory"), told.text("name") or ""
    places = [os.path.join(told.text("wals_directory") or "", "xlog.db")]
    places += [os.path.join(folder, f"{server}-xlog.db"), os.path.join(folder, "xlog.db")] if folder else []
    for path in places:
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                return parse_xlogdb(stream.read(LARGEST_XLOGDB))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
    return {}


def parse_xlogdb(text: str) -> dict[str, Recorded]:
    """Lines of name, size, time, compression and, in later versions, encryption."""
    found = {}
    for line in text.splitlines():
        words = line.split("\t") if "\t" in line else line.split()
        if len(words) >= 3 and re.fullmatch(r"\d{1,19}", words[1]):
            more = [None if word in ("None", "") else word for word in [*words[3:5], "", ""]]
            found[words[0]] = Recorded(int(words[1]), more[0], more[1])
    return found


def written_until(path: str, most: int) -> int | None:
    """The bytes of a segment up to the last one that is not zero; what receive-wal has not yet got is zero."""
    try:
        with open(path, "rb") as stream:
            return len(stream.read(most).rstrip(b"\0"))
    except OSError:
        return None


# -- processes


def is_held(path: str) -> bool | None:
    """Whether a process holds a lock file of barman, without trying to take it; None where this system does not tell."""
    try:
        node = os.stat(path).st_ino
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        with open("/proc/locks", encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return None
    return any("FLOCK" in line and re.search(rf":{node} ", line) for line in lines)


def cron_locks(told: Told) -> list[str]:
    """What barman cron touches each time that it runs."""
    return [lock_path(told, "cron"), lock_path(told, "archive-wal"), os.path.join(_lock_folder(told), ".cron.lock")]


def lock_path(told: Told, kind: str) -> str:
    """The lock of ``backup``, ``cron``, ``receive-wal``, ``archive-wal`` of the server."""
    return os.path.join(_lock_folder(told), f".{told.text('name')}-{kind}.lock")


def _lock_folder(told: Told) -> str:
    return told.text("barman_lock_directory") or told.text("barman_home") or ""


__all__ = (
    "Archive",
    "Info",
    "Recorded",
    "cron_locks",
    "damaged_infos",
    "info_paths",
    "is_held",
    "lock_path",
    "parse_info",
    "parse_xlogdb",
    "read_archive",
    "read_info",
    "read_small",
    "read_xlogdb",
    "way_of",
    "written_until",
)
