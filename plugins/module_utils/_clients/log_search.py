# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for marked lines where logs are searched: in files, and in a journal. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import os
import re
import socket
import stat
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable, user_name
from .journald import not_all_seen, parse_journal
from .log_files import rotated_files

TAIL = 64 * 2**20  # what is read of a file in which the line may already be
CHUNK = 2**20
LONGEST_LINE = 65536
SKEW = 3600.0  # clocks of hosts differ; a file that was last written before that cannot have the line
_DESK = "Invoked with"  # how Ansible logs a module's arguments: a marker in there has not taken the service's way
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4")


def host_name() -> str:
    """The name of this host, as lines that are logged on it have it."""
    return socket.gethostname()


@dataclasses.dataclass(frozen=True)
class Marker:
    """What was written where, as whoever looks for it is told."""

    marker: str
    written_at: str | None = None
    written_epoch: float | None = None
    host: str | None = None
    via: str | None = None
    tag: str | None = None
    path: str | None = None  # of the file that it was written to, and where in it
    offset: int | None = None
    device: int | None = None
    inode: int | None = None
    inventory_host: str = ""

    @property
    def token(self) -> str:
        """The random part alone: no way of writing a message alters it."""
        return self.marker.split()[-1]

    @classmethod
    def from_dict(cls, data: t.Mapping[str, object]) -> Marker:
        """CannotObserve for what is no marker; a detail of it that is of another kind is left out."""
        text = data.get("marker")
        if not isinstance(text, str) or not re.search(r"[0-9a-f]{32}$", text):
            raise CannotObserve(phrase("a marker to look for is not one that this check has written"))

        def word(name: str) -> str | None:
            value = data.get(name)
            return None if value is None else str(value)

        def number(name: str) -> int | None:
            value = data.get(name)
            return value if isinstance(value, int) else None

        return cls(
            text,
            written_at=word("written_at"),
            written_epoch=_epoch(data.get("written_epoch")),
            host=word("host"),
            via=word("via"),
            tag=word("tag"),
            path=word("path"),
            offset=number("offset"),
            device=number("device"),
            inode=number("inode"),
            inventory_host=word("inventory_host") or "",
        )

    def as_dict(self) -> dict[str, object]:
        return {key: value for key, value in dataclasses.asdict(self).items() if value not in (None, "")}


def _written(markers: t.Iterable[Marker]) -> list[float]:
    """When the lines were written, of those of which it is known."""
    return [marker.written_epoch for marker in markers if marker.written_epoch is not None]


def _epoch(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


@dataclasses.dataclass
class Hit:
    """Where a marker was found."""

    where: Message
    same_file: bool = False
    same_host: bool = False
    arrived: float | None = None  # when the backend says that it took the line


@dataclasses.dataclass(frozen=True)
class Searched:
    """What was looked through for a marker in vain."""

    patterns: tuple[str, ...]
    paths: list[str]
    new_lines: int
    newest: float | None  # when one of the files was last written
    refused: Message | None  # why a part could not be looked through
    nearest: str | None  # the last folder on the way that is there


@dataclasses.dataclass
class _Reader:
    """How far a file has been read. Known by its inode, so that a rotation between two looks loses nothing."""

    position: int
    carry: bytes = b""
    new_lines: int = 0


class FileSearch:
    """Looks for markers in files, reading each byte once."""

    def __init__(self, search: str, tag: str, markers: t.Sequence[Marker], runner: Runner) -> None:
        self.search, self.tag, self.markers, self.runner = search, tag, markers, runner
        self.readers: dict[tuple[int, int], _Reader] = {}
        self.paths: dict[tuple[str, ...], list[str]] = {}  # what matched at the last look
        self.refused: dict[tuple[str, ...], Message] = {}
        self.modified: dict[str, float] = {}
        self.hits: dict[str, Hit] = {}
        self.looked = False

    def look_over(self) -> None:
        """Before a line is written on this host: notes where each file ends."""
        for path in self._matching(self._patterns(host_name(), None)):
            try:
                status = os.stat(path)
            except OSError:
                continue
            self.readers[status.st_dev, status.st_ino] = _Reader(status.st_size)
        self.looked = True

    def _patterns(self, host: str | None, tag: str | None) -> tuple[str, ...]:
        """What to search with its placeholders replaced, for the full and for the short name of the host."""
        names = dict.fromkeys([host or "", (host or "").split(".", 1)[0]])
        search = self.search.replace("{tag}", glob.escape(tag or self.tag))
        return tuple(dict.fromkeys(search.replace("{host}", glob.escape(name)) for name in names))

    def poll(self) -> None:
        """Reads what has come since the last look."""
        pending: dict[tuple[str, ...], list[Marker]] = {}
        for marker in self.markers:
            patterns = self._patterns(marker.host, marker.tag)
            pending.setdefault(patterns, [])
            known = self.hits.get(marker.token)
            if known is None or known.same_file:
                pending[patterns].append(marker)
        wanted: dict[str, list[Marker]] = {}
        for patterns, markers in pending.items():
            self.paths[patterns] = self._matching(patterns)
            for path in self.paths[patterns]:
                wanted.setdefault(path, []).extend(markers)
        for path, markers in wanted.items():
            if markers:
                self._read_all(path, markers)
        self.looked = True

    def _matching(self, patterns: tuple[str, ...]) -> list[str]:
        self.refused.pop(patterns, None)
        found: list[str] = []
        for pattern in patterns:
            closed = _closed_folder(pattern)
            if closed:
                self.refused[patterns] = closed
            found += [path for path in sorted(glob.glob(pattern, recursive=True)) if not path.endswith(_COMPRESSED)]
        return [path for path in dict.fromkeys(found) if os.path.isfile(path)]

    def _read_all(self, path: str, markers: list[Marker]) -> None:
        """The file, and what it was before a rotation that happened since the lines were written."""
        earliest = min([self.runner.now().timestamp(), *_written(markers)]) - SKEW
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
                    self.readers[key] = _Reader(_start(key, status, markers, earliest))
                reader = self.readers[key]
                if reader.position > status.st_size:  # emptied since the last look
                    reader.position, reader.carry = 0, b""
                self._scan(handle, reader, candidate, markers, count=self.looked or not first)
        except OSError as exc:
            if not isinstance(exc, FileNotFoundError):  # that one is a rotation in between
                for patterns, paths in self.paths.items():
                    if path in paths:
                        self.refused[patterns] = unreadable(candidate, exc)

    def _scan(self, handle: t.IO[bytes], reader: _Reader, path: str, markers: list[Marker], *, count: bool) -> None:
        handle.seek(reader.position)
        while self.runner.remaining() > 0:
            chunk = handle.read(CHUNK)
            if not chunk:
                return
            reader.position += len(chunk)
            reader.new_lines += chunk.count(b"\n") if count else 0
            text = reader.carry + chunk
            for marker in markers:
                token = marker.token
                known = self.hits.get(token)
                if (known is None or known.same_file) and _logged(text, token):
                    same = self._same_file(handle, path, marker)
                    self.hits[token] = known if known and same else Hit(verbatim(path), same_file=same)
            tail = text[text.rfind(b"\n") + 1 :]
            reader.carry = tail[-LONGEST_LINE:]

    def _same_file(self, handle: t.IO[bytes], path: str, marker: Marker) -> bool:
        """Whether the line was found in the file that it was written to, or in what a rotation has made of it."""
        own = marker.path
        if not own:
            return False
        status = os.fstat(handle.fileno())
        if (status.st_dev, status.st_ino) == (marker.device, marker.inode):
            return True  # under another name of the host, too: a container has its own
        if marker.host != host_name():
            return False
        real = os.path.realpath(path)
        try:
            return real == os.path.realpath(own) or real in {one.path for one in rotated_files(os.path.realpath(own))}
        except CannotObserve:
            return False

    def hit(self, marker: Marker) -> Hit | None:
        return self.hits.get(marker.token)

    def searched(self, marker: Marker) -> Searched:
        patterns = self._patterns(marker.host, marker.tag)
        paths = self.paths.get(patterns, [])
        return Searched(
            patterns,
            paths,
            sum(self.readers[key].new_lines for key in {_identity(path) for path in paths} if key in self.readers),
            max((self.modified[path] for path in paths if path in self.modified), default=None),
            self.refused.get(patterns),
            _existing_part(patterns[0]),
        )


def _identity(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _start(key: tuple[int, int], status: os.stat_result, markers: list[Marker], earliest: float) -> int:
    """From where to read a file that is seen for the first time."""
    own = [marker for marker in markers if (marker.device, marker.inode) == key and marker.host == host_name()]
    offsets = [marker.offset for marker in own if marker.offset is not None]
    if offsets and min(offsets) <= status.st_size:
        return int(min(offsets))
    if status.st_mtime < earliest:
        return status.st_size
    return max(0, status.st_size - TAIL)


def _logged(text: bytes, token: str) -> bool:
    """Whether the token stands in a line of its own accord, not in what Ansible logs of a module's arguments."""
    needle, place = token.encode("ascii"), -1
    while True:
        place = text.find(needle, place + 1)
        if place < 0:
            return False
        line = text[text.rfind(b"\n", 0, place) + 1 : place]
        if _DESK.encode("ascii") not in line:
            return True


def _closed_folder(pattern: str) -> Message | None:
    """A folder on the way that may not be looked into: glob passes over it in silence."""
    folder = os.path.dirname(pattern)
    parts = folder.split(os.sep)
    below = [*parts[1:], os.path.basename(pattern)]
    for count, name in enumerate(below, 1):
        part = os.sep.join(parts[:count]) or os.sep
        needed = os.X_OK | (os.R_OK if glob.has_magic(name) else 0)
        for path in glob.glob(part) if glob.has_magic(part) else [part]:
            if os.path.isdir(path) and not os.access(path, needed):
                return phrase(
                    "{path:path} may not be looked into by {user}; let the check run as a user who may (run_as, become)",
                    path=path,
                    user=user_name(),
                )
    return None


def _existing_part(pattern: str) -> str | None:
    folder = os.path.dirname(pattern)
    while folder not in ("", os.sep) and (glob.has_magic(folder) or not os.path.isdir(folder)):
        folder = os.path.dirname(folder)
    return folder or None


class JournalSearch:
    """Looks for markers in a journal with journalctl."""

    def __init__(self, folder: str | None, tag: str, markers: t.Sequence[Marker], runner: Runner) -> None:
        self.folder, self.tag, self.markers, self.runner = folder, tag, markers, runner
        self.hits: dict[str, Hit] = {}
        self.entries = 0
        self.part_hidden = False  # this user does not see all of the journal

    def poll(self) -> None:
        """Asks journalctl for all entries since the first line was written. CannotObserve."""
        since = int(min([self.runner.now().timestamp(), *_written(self.markers)]) - 120)
        command = ["journalctl", "--output=json", "--no-pager", "--quiet", f"--since=@{since}", "--lines=20000"]
        command += [f"--directory={self.folder}"] if self.folder else ["--merge"]
        tags = sorted({marker.tag or self.tag for marker in self.markers})
        if all(marker.via in ("journald", "syslog") for marker in self.markers):
            command += [f"--identifier={tag}" for tag in tags]
        answer = self.runner.run(command, max_output=TAIL)
        self.part_hidden = not_all_seen(answer.stderr)
        if answer.rc:
            said = verbatim(first_line(answer.stderr, "", 200)) or phrase("it gave no reason")
            raise CannotObserve(phrase("journalctl could not read the journal: {reason}", reason=said))
        entries = parse_journal(answer.stdout)
        self.entries = len(entries)
        for marker in self.markers:
            token = marker.token
            for entry in entries:
                if token in entry.message and _DESK not in entry.message and token not in self.hits:
                    same = entry.host == host_name() == marker.host
                    self.hits[token] = Hit(phrase("the journal of {host}", host=entry.host), same_host=same, arrived=entry.arrived)

    def hit(self, marker: Marker) -> Hit | None:
        return self.hits.get(marker.token)


__all__ = ("SKEW", "FileSearch", "Hit", "JournalSearch", "Marker", "Searched", "host_name")
