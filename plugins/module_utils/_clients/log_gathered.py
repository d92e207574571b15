# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of many hosts that a receiver has gathered, in files or a journal: how many of each, and the newest. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import glob
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, verbatim
from .._runner import Completed, Runner, unreadable, user_name
from .journald import not_all_seen
from .log_days import FIRST_LOGS, jumped
from .log_files import Rotated, rotated_files
from .log_generations import BROKEN, UNPACKED
from .log_store import Flow
from .log_tail import CANARY, LONGEST, LogTail, moment_of_line
from .log_values import HOST_FIELDS, flat

MOST_FILES = 20_000
MOST_BYTES = 512 * 2**20  # of a journal, or of a file in which all hosts stand
MOST_OF_ONE = 64 * 2**20  # of the file of one host
MOST_PACKED = 16 * 2**20  # ... of a compressed one, unpacked
UNTIMED = 200  # lines without a time after which a file has none
_HEADER = re.compile(
    r"(?:<\d{1,3}>)?(?:1 )?(?:\d{4}-\d\d-\d\d[T ][\d:.,]{5,20}(?:Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?) "
    r"(?P<host>[^\s:\[\]]{1,255}) "
)
Enough = t.Callable[[t.Mapping[str, Flow]], bool]  # whether all that is wanted has been found


@dataclasses.dataclass
class Counted:
    """What a place has in a time, by the name of each host there."""

    flows: dict[str, Flow] = dataclasses.field(default_factory=dict)
    arrived: dict[str, float] = dataclasses.field(default_factory=dict)  # when the file of each was written last, where each has its own
    files: dict[str, set[tuple[int, int]]] = dataclasses.field(default_factory=dict)  # device and inode of the files of each
    short: Message | None = None  # why it was not looked at to its end: what is not there may be there

    def add(self, name: str, lines: int, newest: float | None) -> None:
        known = self.flows.get(name, Flow(0, None))
        moments = [moment for moment in (known.newest, newest) if moment is not None]
        self.flows[name] = Flow(known.lines + lines, max(moments) if moments else None)


class GatheredFiles:
    """The files that ``pattern`` names: ``{host}`` is the host that a file, or a folder, is of; without it the lines name theirs."""

    def __init__(self, pattern: str, tag: str | None, runner: Runner) -> None:
        self.pattern = pattern.replace("{tag}", glob.escape(tag) if tag else "*")
        self.name, self.runner = self.pattern, runner
        self.by_path = "{host}" in self.pattern
        self.tag = tag if "{tag}" not in pattern else None  # to be looked for in the lines

    def paths(self) -> list[str]:
        """The files that are there. CannotObserve where a folder on the way may not be looked into, or there are too many."""
        wanted = self.pattern.replace("{host}", "*")
        found: list[str] = []
        for path in glob.iglob(wanted, recursive=True):
            found.append(path)
            if len(found) > MOST_FILES:
                raise CannotObserve(
                    phrase("more than {count:number} files match {pattern:path}: name fewer of them", count=MOST_FILES, pattern=wanted)
                )
        closed = closed_folder(wanted)
        if closed is not None and not found:
            raise CannotObserve(closed)
        return sorted(found)

    def count(self, since: float, until: float, enough: int, satisfied: Enough) -> Counted:
        """At most ``enough`` lines of each host are counted. CannotObserve."""
        counted = Counted()
        for path in self.paths():
            try:
                if self.by_path:
                    self._of_one(path, since, until, enough, counted)
                else:
                    self._of_all(path, since, until, satisfied, counted)
            except FileNotFoundError:
                continue  # rotated away meanwhile
            except OSError as exc:
                raise CannotObserve(unreadable(path, exc)) from None
        return counted

    def host_of(self, path: str) -> list[str]:
        """The hosts that a path may be of: where a name is not a folder of its own, there are two readings of it."""
        names = []
        for host in ("[^/]+?", "[^/]+"):
            match = re.fullmatch(_as_expression(self.pattern, host), path, re.DOTALL)
            if match:
                names.append(match.group("host"))
        return list(dict.fromkeys(names))

    def _of_one(self, path: str, since: float, until: float, enough: int, counted: Counted) -> None:
        names = self.host_of(path)
        if not names:
            return
        name = names[0]
        with LogTail(path, self.runner) as tail:
            counted.files.setdefault(name, set()).add(tail.identity)
            last = next(tail.backwards(), None)
            if last is not None and not last.ours and self.is_wanted(last.text):
                counted.arrived[name] = max(tail.modified, counted.arrived.get(name, 0.0))
            lines, newest = self._counted_in(tail, since, until, enough)
        counted.add(name, lines, newest)
        if lines >= enough:
            return
        for rotated in rotated_files(path):
            if rotated.modified < since or lines >= enough:
                continue
            if rotated.compressed:
                more, newest = self._counted_in_packed(rotated, since, enough - lines)
            else:
                with LogTail(rotated.path, self.runner) as older:
                    more, newest = self._counted_in(older, since, until, enough - lines)
            counted.add(name, more, newest)
            lines += more

    def _counted_in_packed(self, rotated: Rotated, since: float, enough: int) -> tuple[int, float | None]:
        """The same of a compressed file, from its beginning; what cannot be unpacked is as old as its last change, which packing leaves."""
        lines, newest, size, now = 0, None, 0, self.runner.now()
        extension = os.path.splitext(rotated.path)[1]
        if extension not in UNPACKED:
            return 1, rotated.modified
        try:
            with UNPACKED[extension](rotated.path) as handle:
                while (raw := handle.readline(LONGEST)) and lines < enough and size < MOST_PACKED:
                    self.runner.remaining()
                    size += len(raw)
                    text = raw.decode("utf-8", "replace")
                    moment = moment_of_line(text, now) if CANARY not in text and self.is_wanted(text) else None
                    if moment is not None and moment >= since:
                        lines, newest = lines + 1, max(moment, newest or moment)
        except BROKEN:
            return 1, rotated.modified
        return (lines, newest) if size < MOST_PACKED else (max(lines, 1), max(newest or 0.0, rotated.modified))

    def is_wanted(self, text: str) -> bool:
        """Whether a line is of the tag that is asked for, where the names of the files do not say it."""
        tag = self.tag
        return tag is None or f" {tag}[" in text or f" {tag}:" in text or f'"{tag}"' in text or f" {tag} " in text

    def _counted_in(self, tail: LogTail, since: float, until: float, enough: int) -> tuple[int, float | None]:
        """Lines of a file since a time, and the time of its newest line; by the file's own time where its lines have none."""
        lines, newest, untimed = 0, None, 0
        for line in tail.backwards(MOST_OF_ONE):
            if line.ours or not self.is_wanted(line.text):
                continue
            if line.moment is None:
                untimed += 1
                if newest is None and untimed >= UNTIMED:
                    break
                continue
            newest = line.moment if newest is None else max(newest, line.moment)
            if line.moment < since:
                break
            lines += line.moment <= until
            if lines >= enough:
                break
        if newest is None and untimed and tail.modified >= since:
            return min(untimed, enough), tail.modified
        return lines, newest if newest is not None or not untimed else tail.modified

    def _of_all(self, path: str, since: float, until: float, satisfied: Enough, counted: Counted) -> None:
        with LogTail(path, self.runner) as tail:
            if tail.modified < since:
                return
            seen = 0
            for line in tail.backwards(MOST_BYTES):
                host = host_of_line(line.text)
                if host is None or line.moment is None or line.ours or not self.is_wanted(line.text):
                    continue
                if line.moment < since:
                    return
                if line.moment <= until:
                    counted.add(host, 1, line.moment)
                    seen += 1
                    if seen % 1000 == 0 and satisfied(counted.flows):
                        return
            if tail.reached > 0:
                counted.short = phrase(
                    "only the last {size:bytes} of {path:path} were looked at, which do not reach back far enough",
                    size=tail.size - tail.reached,
                    path=path,
                )


def _as_expression(pattern: str, host: str) -> str:
    """The regular expression of a pattern of files, in which the host is a group."""
    out, seen = [], False
    for part in re.split(r"(\{host\}|\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", pattern):
        if part == "{host}":
            out.append("(?P=host)" if seen else f"(?P<host>{host})")
            seen = True
        elif part in ("**", "**/"):
            out.append("(?:.*/)?" if part == "**/" else ".*")
        elif part in ("*", "?"):
            out.append("[^/]*" if part == "*" else "[^/]")
        elif part.startswith("[") and part.endswith("]"):
            inner = part[1:-1]
            out.append(f"[{'^' if inner.startswith('!') else ''}{re.escape(inner.lstrip('!')).replace(chr(92) + '-', '-')}]")
        else:
            out.append(re.escape(part))
    return "".join(out)


def host_of_line(text: str) -> str | None:
    """The host that a line names: of syslog, as receivers write it, or of JSON."""
    if text.startswith("{"):
        try:
            fields = flat(json.loads(text))
        except (ValueError, RecursionError):
            return None
        return next((fields[name] for name in HOST_FIELDS if fields.get(name)), None)
    match = _HEADER.match(text)
    return match.group("host") if match else None


def closed_folder(pattern: str) -> Message | None:
    """A folder on the way that this user may not look into; glob passes over it in silence."""
    parts = pattern.split(os.sep)
    for count in range(1, len(parts)):
        part = os.sep.join(parts[:count]) or os.sep
        for path in glob.iglob(part) if glob.has_magic(part) else [part]:
            if os.path.isdir(path) and not os.access(path, os.X_OK | (os.R_OK if glob.has_magic(parts[count]) else 0)):
                return phrase(
                    "{path:path} may not be looked into by {user}; let the check run as a user who may (run_as, become)",
                    path=path,
                    user=user_name(),
                )
    return None


class GatheredJournal:
    """A journal with entries of many hosts, as systemd-journal-remote keeps it; without a folder the journal of this host."""

    def __init__(self, folder: str | None, unit: str | None, tag: str | None, runner: Runner) -> None:
        self.folder, self.runner = folder, runner
        self.name = folder or "journal"
        self.matches = [f"_SYSTEMD_UNIT={unit}"] if unit else [f"SYSLOG_IDENTIFIER={tag}"] if tag else []

    def command(self, *words: str) -> list[str]:
        place = [f"--directory={self.folder}"] if self.folder else ["--merge"]
        return ["journalctl", "--quiet", "--no-pager", "--output=json", *place, *words, *self.matches]

    def count(self, by: str, since: float, until: float, satisfied: Enough) -> Counted:
        """Entries from the newest to the oldest, until all that is wanted has been found. CannotObserve."""
        if self.folder and not os.path.isdir(self.folder):
            raise CannotObserve(phrase("{path:path} is no folder: a journal was expected there", path=self.folder))
        counted, seen, size = Counted(), 0, 0
        words = ["--reverse", f"--output-fields={by},MESSAGE", f"--since=@{int(since)}", f"--until=@{int(until)}"]
        self._needs_journalctl()
        with self.runner.piped(self.command(*words)) as pipe:
            left = b""
            while chunk := pipe.read(65536):
                size += len(chunk)
                *lines, left = (left + chunk).split(b"\n")
                for line in lines:
                    self._take(line, by, counted)
                    seen += 1
                    if seen % 1000 == 0 and satisfied(counted.flows):
                        return counted
                if size > MOST_BYTES:
                    counted.short = phrase(
                        "only the last {size:bytes} of the journal {path:path} were looked at", size=size, path=self.name
                    )
                    return counted
            self._take(left, by, counted)
            ended = pipe.ended()
        self._complain(ended)
        return counted

    def oldest(self) -> float | None:
        """The time of the first entry whose time is one. CannotObserve."""
        return self._first_since(FIRST_LOGS)

    def filled(self, step: float) -> list[float]:
        """Moments of entries, one for each part of so many seconds or more. CannotObserve."""
        return jumped(self._first_since, step, self.runner.now().timestamp())

    def _first_since(self, since: float) -> float | None:
        """The time of the first entry since then."""
        counted = Counted()
        self._needs_journalctl()
        with self.runner.piped(self.command("--output-fields=_HOSTNAME", f"--since=@{int(since)}")) as pipe:
            left = b""
            while not counted.flows and len(left) < 2**20 and (chunk := pipe.read(65536)):
                *lines, left = (left + chunk).split(b"\n")
                for line in lines[:1]:
                    self._take(line, "_HOSTNAME", counted)
            if not counted.flows:
                self._complain(pipe.ended())
        return next((flow.newest for flow in counted.flows.values()), None)

    def _needs_journalctl(self) -> None:
        if self.runner.which("journalctl") is None:
            raise CannotObserve(phrase("journalctl is not installed on this host, or may not be run: its journal cannot be looked at"))

    def _complain(self, ended: Completed) -> None:
        """CannotObserve, where journalctl has not read all."""
        if not_all_seen(ended.stderr):
            raise CannotObserve(
                phrase(
                    "{user} may not read all of the journal {path:path}; let the check run as a user who may (run_as, become)",
                    user=user_name(),
                    path=self.name,
                )
            )
        if ended.rc and ended.stderr.strip():
            said = verbatim(first_line(ended.stderr, "", 200))
            raise CannotObserve(phrase("journalctl could not read the journal {path:path}: {reason}", path=self.name, reason=said))

    @staticmethod
    def _take(line: bytes, by: str, counted: Counted) -> None:
        try:
            entry = json.loads(line)
            moment = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
            value = entry.get(by)
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if CANARY in str(entry.get("MESSAGE")):
            return
        counted.add(str(value or ""), 1, moment)


__all__ = ("Counted", "Enough", "GatheredFiles", "GatheredJournal", "closed_folder", "host_of_line")
