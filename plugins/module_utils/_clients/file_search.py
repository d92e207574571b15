# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for marked lines in files, those of all hosts at once. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import glob
import os
import re
import stat
import typing as t

from .._destination import is_address
from .._finding import CannotObserve
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable
from .canary_comparison import Found, is_of_line
from .canary_marker import PREFIX, Marker, folder_of, host_name, written
from .closed_folders import closed_folder
from .line_headers import Header, header_of
from .log_files import rotated_files
from .mounts import MOUNTS
from .own_files import own_kind

TAIL = 64 * 2**20  # what is read of a file in which the line may already be
CHUNK = 2**20
FIRST = 2**20  # what is read of its end at the first look; each further look goes as far back again
MOST_BACK = 128 * 2**20  # of all files, at one look
LONGEST_LINE = 65536
NEAR = 16_384  # bytes before a line that tell of which form its file is
SKEW = 3600.0  # clocks of hosts differ; a file that was last written before that cannot have the line
NAMES = 16  # of one host, that are looked for
ELSEWHERE = 2000  # files that are looked into where the lines are not where they should be
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4")
_TOKENS = re.compile(rb"[0-9a-f]{32,}")
Identity = tuple[int, int]
Patterns = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Searched:
    """What was looked through for a marker in vain."""

    patterns: Patterns
    paths: list[str]
    new_lines: int
    newest: float | None  # when one of the files was last written
    refused: Message | None  # why a part could not be looked through
    nearest: str | None  # the last folder on the way that is there


@dataclasses.dataclass
class _Reader:
    """How far a file has been read. Known by its inode, so that a rotation between two looks loses nothing."""

    start: int  # the lowest byte that was read, and how far down it may be
    floor: int
    position: int  # the next byte to read
    carry: bytes = b""  # of a line that has not ended yet
    new_lines: int = 0


@dataclasses.dataclass(frozen=True)
class _Record:
    """A line in which a token stands."""

    text: str
    path: str  # under which name the file was found, and what that was before a rotation
    family: str
    identity: Identity
    offset: int
    folder: Identity | None


class FileSearch:
    """Looks for markers in files, reading each byte once."""

    def __init__(self, search: str, tag: str, runner: Runner) -> None:
        self.search, self.tag, self.runner = search, tag, runner
        self.readers: dict[Identity, _Reader] = {}
        self.paths: dict[Patterns, list[str]] = {}  # what matched at the last look
        self.refused: dict[Patterns, Message] = {}
        self.modified: dict[str, float] = {}
        self.records: dict[str, dict[tuple[int, int, int], _Record]] = {}  # by token
        self.near: dict[tuple[int, int, int], list[str]] = {}
        self.looked = False
        self.left = 0  # bytes that may still be read of what lies before, at this look
        self.hosts: dict[str, Marker] = {}  # those of which lines are looked for, by token

    def look_over(self) -> None:
        """Before a line is written on this host: notes where each file ends."""
        for path in self._matching(self._patterns([host_name()], None)):
            try:
                status = os.stat(path)
            except OSError:
                continue
            size = status.st_size
            self.readers[status.st_dev, status.st_ino] = _Reader(size, size, size)
        self.looked = True

    def _patterns_of(self, marker: Marker) -> Patterns:
        """For all names under which the place may have the host: those that it gives itself, that of the inventory, and those declared."""
        own = [name for name in (marker.host, marker.inventory_host, *marker.names) if name]
        return self._patterns(own[:NAMES] or [""], marker.tag)

    def _patterns(self, hosts: t.Sequence[str], tag: str | None) -> Patterns:
        """What to search with its placeholders replaced, for the full and for the short name of a host."""
        names = dict.fromkeys(name for host in hosts for name in (host, host if is_address(host) else host.split(".", 1)[0]))
        search = self.search.replace("{tag}", glob.escape(tag or self.tag))
        return tuple(dict.fromkeys(search.replace("{host}", glob.escape(name)) for name in names))

    def poll(self, markers: t.Sequence[Marker]) -> None:
        """Reads what has come since the last look."""
        self.hosts.update((marker.token, marker) for marker in markers)
        pending: dict[Patterns, list[Marker]] = {}
        for marker in markers:
            pending.setdefault(self._patterns_of(marker), []).append(marker)
        wanted: dict[str, list[Marker]] = {}
        for patterns, theirs in pending.items():
            self.paths[patterns] = self._matching(patterns)
            for path in self.paths[patterns]:
                wanted.setdefault(path, []).extend(theirs)
        self.left = MOST_BACK
        for path, theirs in wanted.items():
            self._read_all(path, theirs)
        self.looked = True

    def _matching(self, patterns: Patterns) -> list[str]:
        self.refused.pop(patterns, None)
        found: list[str] = []
        for pattern in patterns:
            closed = closed_folder(pattern)
            if closed:
                self.refused[patterns] = closed
            found += [path for path in sorted(glob.glob(pattern, recursive=True)) if not path.endswith(_COMPRESSED)]
        return [path for path in dict.fromkeys(found) if os.path.isfile(path)]

    def _read_all(self, path: str, markers: list[Marker]) -> None:
        """The file, and what it was before a rotation that happened since the lines were written."""
        earliest = min([self.runner.now().timestamp(), *written(markers)]) - SKEW
        candidates = [path]
        with contextlib.suppress(CannotObserve):  # the file alone, then
            candidates += [one.path for one in rotated_files(path) if not one.compressed and one.modified >= earliest]
        for candidate in candidates:
            self._read(candidate, path, markers, earliest)

    def _read(self, candidate: str, path: str, markers: list[Marker], earliest: float) -> None:
        try:
            with open(candidate, "rb") as handle:
                status = os.fstat(handle.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return
                self.modified[path] = max(status.st_mtime, self.modified.get(path, 0.0))
                key = (status.st_dev, status.st_ino)
                first = key not in self.readers
                if first:
                    self.readers[key] = _first_reader(key, status, markers, earliest)
                reader = self.readers[key]
                if reader.position > status.st_size:  # emptied since the last look
                    reader.start, reader.floor, reader.position, reader.carry = 0, 0, 0, b""
                note = _Note(self.records, {marker.token.encode("ascii") for marker in markers}, candidate, path, key)
                self._forward(handle, reader, note, count=self.looked or not first)
                if not first:
                    self._backward(handle, reader, note)
        except OSError as exc:
            if not isinstance(exc, FileNotFoundError):  # that one is a rotation in between
                for patterns, paths in self.paths.items():
                    if path in paths:
                        self.refused[patterns] = unreadable(candidate, exc)

    def _forward(self, handle: t.IO[bytes], reader: _Reader, note: _Note, *, count: bool) -> None:
        """What was added to the file."""
        handle.seek(reader.position)
        fresh = reader.position == reader.start > reader.floor
        while self.runner.remaining() > 0:
            chunk = handle.read(CHUNK)
            if not chunk:
                return
            if fresh and b"\n" in chunk:  # a line that begins before what is read now is read with what lies before
                skipped = chunk.index(b"\n") + 1
                reader.position += skipped
                reader.start, chunk = reader.position, chunk[skipped:]
            fresh = False
            reader.new_lines += chunk.count(b"\n") if count else 0
            text = reader.carry + chunk
            note(text, reader.position - len(reader.carry))
            reader.position += len(chunk)
            reader.carry = text[text.rfind(b"\n") + 1 :][-LONGEST_LINE:]

    def _backward(self, handle: t.IO[bytes], reader: _Reader, note: _Note) -> None:
        """As much again of what lies before, for a line that came while much else did."""
        amount = min(max(FIRST, reader.position - reader.start), self.left)
        end, stop = reader.start, max(reader.floor, reader.start - amount)
        self.left -= end - stop
        while end > stop and self.runner.remaining() > 0:
            begin = max(stop, end - CHUNK)
            handle.seek(begin)
            block = handle.read(end - begin)
            skipped = block.find(b"\n") + 1 if begin > 0 else 0
            if skipped == len(block):  # a line longer than that: its beginning is of no use
                skipped = 0
            note(block[skipped:], begin + skipped)
            end = reader.start = begin + skipped if skipped and begin > stop else begin

    # -- what was found

    def found(self, marker: Marker) -> list[Found]:
        """The lines that were found of a marker."""
        named = "{host}" in self.search
        records = self.records.get(marker.token, {}).values()
        return [self._as_found(record, marker, named=named) for record in records if is_of_line(record.text, marker)]

    def _as_found(self, record: _Record, marker: Marker, *, named: bool) -> Found:
        header = self._header_of(record, marker) if marker.via != "probe" else Header()
        stamp = header.stamp
        return Found(
            record.text,
            verbatim(record.path),
            record.family,
            identity=f"{record.offset}:{record.text}",
            host=None if named else header.host or self._other_in(record.family, marker),
            moment=stamp.moment if stamp else None,
            others=stamp.others if stamp else (),
            zoned=bool(stamp and stamp.zoned),
            own=own_kind(record, marker, self._mounts),
        )

    def _header_of(self, record: _Record, marker: Marker) -> Header:
        tags = {tag for tag in (marker.tag, self.tag) if tag}
        header = header_of(
            record.text, marker.token, marker.begin, self.runner.now(), tags=tags, known=self._is_host, near=self._near(record)
        )
        return header._replace(host=None) if header.host in marker.said else header

    def _near(self, record: _Record) -> list[str]:
        """The beginnings of lines that stand before a record; none where the file is another one by now."""
        place = (*record.identity, record.offset)
        if place not in self.near:
            start = max(0, record.offset - NEAR)
            raw = b""
            with contextlib.suppress(OSError), open(record.path, "rb") as handle:
                if (status := os.fstat(handle.fileno())) and (status.st_dev, status.st_ino) == record.identity:
                    handle.seek(start)
                    raw = handle.read(record.offset - start)
            lines = [line[:300].decode("utf-8", "replace") for line in raw.split(b"\n")[1 if start else 0 : -1]]
            self.near[place] = [line for line in lines if line.strip() and PREFIX not in line]
        return self.near[place]

    def _mounts(self) -> str:
        try:
            return self.runner.read_text(MOUNTS)
        except (OSError, CannotObserve):
            return ""

    def _is_host(self, name: str) -> bool:
        return any(marker.is_of_host(name) for marker in self.hosts.values())

    def _other_in(self, path: str, marker: Marker) -> str | None:
        """The name of another host of which the files are that a pattern has found."""
        parts = _found_parts(path, self.search)
        if any(marker.is_of_host(part) for part in parts):
            return None
        others = [other for other in self.hosts.values() if other.token != marker.token]
        return next((part for part in parts if any(other.is_of_host(part) for other in others)), None)

    def elsewhere(self, markers: t.Sequence[Marker]) -> dict[str, Message]:
        """By token what keeps a line from being found in its place: it lies in the files of another host, or of another tag."""
        lost = {marker.token: marker for marker in markers}
        pattern = self.search.replace("{host}", "*").replace("{tag}", "*")
        if pattern == self.search or not lost:
            return {}
        earliest = min([self.runner.now().timestamp(), *written(markers)]) - SKEW
        told: dict[str, Message] = {}
        for path in self._young(pattern, earliest):
            aside = FileSearch(path, self.tag, self.runner)
            with contextlib.suppress(CannotObserve):
                aside._read(path, path, list(lost.values()), earliest)
            for token, marker in lost.items():
                if token not in told and any(found.own is None for found in aside.found(marker)):
                    told[token] = _misplaced(path, self.search, marker)
        return told

    def _young(self, pattern: str, earliest: float) -> list[str]:
        """The files in which a line may be that is in none of its own, the youngest first."""
        known = {path for paths in self.paths.values() for path in paths}
        dated: list[tuple[float, str]] = []
        for path in glob.iglob(pattern, recursive=True):
            with contextlib.suppress(OSError):
                status = os.stat(path)
                if stat.S_ISREG(status.st_mode) and status.st_mtime >= earliest and path not in known and not path.endswith(_COMPRESSED):
                    dated.append((status.st_mtime, path))
            if len(dated) >= ELSEWHERE:
                break
        return [path for _when, path in sorted(dated, reverse=True)]

    def hindrances(self) -> t.Sequence[Message]:
        """Files take what is written to them."""
        return ()

    def searched(self, marker: Marker) -> Searched:
        patterns = self._patterns_of(marker)
        paths = self.paths.get(patterns, [])
        hit = tuple(pattern for pattern in patterns if any(fnmatch.fnmatchcase(path, pattern) for path in paths))
        return Searched(
            hit or self._patterns([marker.host or ""], marker.tag),  # of many names that are nowhere its own is said
            paths,
            sum(self.readers[key].new_lines for key in {_identity(path) for path in paths} if key in self.readers),
            max((self.modified[path] for path in paths if path in self.modified), default=None),
            self.refused.get(patterns),
            _existing_part(patterns[0]),
        )


@dataclasses.dataclass(frozen=True)
class _Note:
    """Notes the lines of a piece of a file in which one of the tokens stands."""

    records: dict[str, dict[tuple[int, int, int], _Record]]
    tokens: t.AbstractSet[bytes]
    path: str
    family: str
    identity: Identity

    def __call__(self, text: bytes, offset: int) -> None:
        """``offset``: where in the file the text begins."""
        for run in _TOKENS.finditer(text):
            for token in self.tokens if len(run[0]) > 32 else self.tokens & {run[0]}:
                place = run[0].find(token)
                if place >= 0:
                    self._line(text, run.start() + place, offset, token.decode("ascii"))

    def _line(self, text: bytes, place: int, offset: int, token: str) -> None:
        begin = max(text.rfind(b"\n", 0, place) + 1, place - LONGEST_LINE)
        end = text.find(b"\n", place)
        line = text[begin : min(end if end >= 0 else len(text), place + LONGEST_LINE)]
        where = (*self.identity, offset + begin)
        folder = folder_of(self.path)
        made = _Record(line.decode("utf-8", "replace"), self.path, self.family, self.identity, offset + begin, folder)
        self.records.setdefault(token, {})[where] = made


def _misplaced(path: str, search: str, marker: Marker) -> Message:
    name = _host_in(path, search)
    if name is not None and not marker.is_of_host(name):
        return phrase("it lies in {path:path}, under the name of {name:path}", path=path, name=name)
    return phrase("it lies in {path:path}, which is not where the tag '{tag:path}' leads", path=path, tag=marker.tag)


def _host_in(path: str, search: str) -> str | None:
    """The part of a path that stands where the search has the name of the host; None where that cannot be told."""
    folders, wanted = path.split(os.sep), search.split(os.sep)
    if "**" in wanted or len(folders) != len(wanted):
        return None
    for part, pattern in zip(folders, wanted):
        if "{host}" in pattern:
            before, _host, after = pattern.partition("{host}")
            expression = f"{_glob_expression(before)}(?P<host>[^/]+?){_glob_expression(after)}"
            found = re.fullmatch(expression, part)
            return found["host"] if found else None
    return None


def _found_parts(path: str, search: str) -> list[str]:
    """The parts of a path, and the names of files without what follows a dot, for which the search has a pattern."""
    folders, wanted = path.split(os.sep), search.split(os.sep)
    if "**" in wanted or len(folders) != len(wanted):
        return []
    return [name for part, pattern in zip(folders, wanted) if glob.has_magic(pattern) for name in (part, os.path.splitext(part)[0])]


def _glob_expression(pattern: str) -> str:
    return "".join("[^/]*" if sign in "*?" else re.escape(sign) for sign in pattern.replace("{tag}", "*").replace("{host}", "*"))


def _identity(path: str) -> Identity:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _first_reader(key: Identity, status: os.stat_result, markers: list[Marker], earliest: float) -> _Reader:
    """From where to read a file that is seen for the first time."""
    size = status.st_size
    own = [marker for marker in markers if (marker.device, marker.inode) == key and marker.host == host_name()]
    offsets = [marker.offset for marker in own if marker.offset is not None]
    if offsets and min(offsets) <= size:
        return _Reader(min(offsets), min(offsets), min(offsets))
    if status.st_mtime < earliest:
        return _Reader(size, size, size)
    start = max(0, size - FIRST)
    return _Reader(start, max(0, size - TAIL), start)


def _existing_part(pattern: str) -> str | None:
    folder = os.path.dirname(pattern)
    while folder not in ("", os.sep) and (glob.has_magic(folder) or not os.path.isdir(folder)):
        folder = os.path.dirname(folder)
    return folder or None


__all__ = ("SKEW", "FileSearch", "Searched")
