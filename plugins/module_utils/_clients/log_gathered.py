# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of many hosts that a receiver has gathered in files: how many of each, and the newest. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import glob
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, unreadable
from .closed_folders import closed_folder
from .line_headers import Known, host_of_document, host_of_header
from .log_counted import Counted, Enough, Tally
from .log_files import Rotated, rotated_files
from .log_generations import BROKEN, UNPACKED
from .log_store import Flow
from .log_tail import CANARY, LONGEST, LogTail, moment_of_line
from .log_values import HOST_FIELDS, flat

MOST_FILES = 20_000
MOST_BYTES = 512 * 2**20  # of a journal, or of a file in which all hosts stand
MOST_OF_ONE = 64 * 2**20  # of the file of one host
MOST_PACKED = 16 * 2**20  # ... of a compressed one, unpacked
VAGUE_FIELDS = ("instance", "source")
CANARY_BYTES = CANARY.encode()
UNTIMED = 200  # lines without a time after which a file has none
MOST_TIMES = 100_000  # beginnings of lines whose time is remembered
PROBES = 64  # places of a file at which newer lines are looked for
_TIME = re.compile(
    r"(?:<\d{1,3}>)?(?:1 )?(?:(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)?|"
    r"(?P<old>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?)) "
)


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

    def count(self, since: float, until: float, enough: int, satisfied: Enough, known: Known) -> Counted:
        """At most ``enough`` lines of each host are counted, where each has its own file; lines that name no host are of ``""``.

        ``known``: whether a word is the name of a host. CannotObserve, also where there is no file.
        """
        counted = Counted()
        paths = self.paths()
        if not paths:
            raise CannotObserve(phrase("no file matches {pattern:path}", pattern=self.pattern.replace("{host}", "*")))
        for path in paths:
            try:
                if self.by_path:
                    self._of_one(path, since, until, enough, counted)
                else:
                    self._of_all(path, since, until, satisfied, known, counted)
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
            lines, newest, ahead = self._counted_in(tail, since, until, enough)
        counted.add(name, lines, newest)
        if ahead is not None:
            counted.add_ahead(name, ahead)
        if lines >= enough:
            return
        for rotated in rotated_files(path):
            if rotated.modified < since or lines >= enough:
                continue
            if rotated.compressed:
                more, newest = self._counted_in_packed(rotated, since, enough - lines)
            else:
                with LogTail(rotated.path, self.runner) as older:
                    more, newest, _ahead = self._counted_in(older, since, until, enough - lines)
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

    def _counted_in(self, tail: LogTail, since: float, until: float, enough: int) -> tuple[int, float | None, float | None]:
        """Lines of a file in a time, the time of its newest line, and of one after it; by the file's own time where lines have none."""
        counted, untimed, oldest = Counted(), 0, None
        tally = Tally(since, until, counted, lambda flows: flows[""].lines >= enough)
        for line in tail.backwards(MOST_OF_ONE):
            if line.ours or not self.is_wanted(line.text):
                continue
            if line.moment is None:
                untimed += 1
                if oldest is None and untimed >= UNTIMED:
                    break
                continue
            if oldest is None or line.moment <= until:
                oldest = line.moment if oldest is None or oldest > until else max(oldest, line.moment)
            tally.take("", line.moment)
            if enough <= 1 and since <= line.moment <= until:
                break
            if tally.is_enough() or (tally.is_past() and not self._goes_on(tail, since, tally)):
                break
        tally.settle()
        flow, ahead = counted.flows.get("", Flow(0, None)), counted.ahead.get("")
        if oldest is None and untimed:
            return (min(untimed, enough) if tail.modified >= since else 0), tail.modified, None
        newest = flow.newest if flow.newest is not None else oldest if oldest is not None and oldest <= until else None
        return min(flow.lines, max(enough, 0)), newest, ahead

    @staticmethod
    def _goes_on(tail: LogTail, since: float, tally: Tally) -> bool:
        """Whether newer lines stand before older ones, which then are of a wrong date, or were sent again."""
        if any(moment >= since for moment in tail.probed(PROBES)):
            tally.goes_on()
            return True
        return False

    def _of_all(self, path: str, since: float, until: float, satisfied: Enough, known: Known, counted: Counted) -> None:
        with LogTail(path, self.runner) as tail:
            if tail.modified < since:
                return
            tag = self.tag.encode() if self.tag else b""
            tally, now = Tally(since, until, counted, satisfied), self.runner.now()
            remembered: dict[tuple[str, str], float | None] = {}
            for raw in tail.raw_backwards(MOST_BYTES):
                if tag not in raw or CANARY_BYTES in raw:
                    continue
                text = raw[:LONGEST].decode("utf-8", "replace").rstrip("\r")
                if not self.is_wanted(text):
                    continue
                moment = _time_of(text, now, remembered)
                if moment is None:
                    continue
                tally.take((host_of_line(text, known) or "") if since <= moment else "", moment)
                if tally.is_enough():
                    return
                if tally.is_past() and not self._goes_on(tail, since, tally):
                    break
            tally.settle()
            if tail.reached > 0 and not tally.is_past():
                counted.short = phrase(
                    "only the last {size:bytes} of {path:path} were looked at, which do not reach back far enough",
                    size=tail.size - tail.reached,
                    path=path,
                )


def _time_of(text: str, now: dt.datetime, remembered: dict[tuple[str, str], float | None]) -> float | None:
    """The time of a line, to the second; beginnings that are the same are read once."""
    match = None if text.startswith("{") else _TIME.match(text)
    if match is None:
        return moment_of_line(text, now)
    key = (match["iso"] or match["old"], match["zone"] or "")
    if key not in remembered:
        if len(remembered) >= MOST_TIMES:
            remembered.clear()
        remembered[key] = moment_of_line(text, now)
    return remembered[key]


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


def host_of_line(text: str, known: Known) -> str | None:
    """The host that a line names: of syslog, as receivers write it, or of JSON, also behind a time and a tag."""
    start = text.find("{")
    if start == 0 or (start > 0 and text.rstrip().endswith("}")):
        try:
            document = json.loads(text[start:])
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            host = host_of_document(document) or _host_by_other_fields(flat(document), known)
            if host or start == 0:
                return host
    return host_of_header(text, known)


def _host_by_other_fields(fields: t.Mapping[str, str], known: Known) -> str | None:
    """A host in a field that may as well have something else."""
    values = [(name, fields[name]) for name in HOST_FIELDS if fields.get(name)]
    return next((value for name, value in values if name not in VAGUE_FIELDS or known(value)), None)


__all__ = ("GatheredFiles", "host_of_line")
