# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logrotate would do with a log, as its debug mode tells, and when it ran, as its state file does. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, unreadable

DAY = 86400.0
STATE_FILES = (
    *("/var/lib/logrotate/status", "/var/lib/logrotate.status", "/var/lib/logrotate/logrotate.status", "/var/lib/misc/logrotate.status"),
)
_PERIODS = {
    "hourly": (3600.0, phrase("hourly")),
    "weekly": (7 * DAY, phrase("weekly")),
    "monthly": (31 * DAY, phrase("monthly")),
    "yearly": (366 * DAY, phrase("yearly")),
}
_DEBUG = "warning: logrotate in debug mode"


@dataclasses.dataclass
class Rule:
    """What logrotate is told to do with a log."""

    pattern: str
    criterion: Message  # hourly, daily, weekly, monthly, yearly, every N days, size
    period: float | None
    size: int | None
    keeps: int | None  # None: without end
    minsize: int | None = None
    maxsize: int | None = None
    minage: float = 0.0
    olddir: str | None = None
    ifempty: bool = True

    def describe(self) -> Message:
        when = phrase("above {size:bytes}", size=self.size) if self.size is not None else self.criterion
        if self.keeps is None:
            return when
        return plural("{when}, {count:number} kept", "{when}, {count:number} kept", count=self.keeps, when=when)


class Complaint(t.NamedTuple):
    """What logrotate finds wrong with its configuration, with the file that it is about where it names one."""

    said: Message
    file: str | None = None


@dataclasses.dataclass
class Declared:
    """The output of ``logrotate -d``, as far as it concerns one log."""

    rule: Rule | None = None
    skipped: list[str] = dataclasses.field(default_factory=list)  # why this log is left out
    invalid: list[Complaint] = dataclasses.field(default_factory=list)  # what is wrong elsewhere
    beside: list[str] = dataclasses.field(default_factory=list)  # what is wrong with other logs of the same rule
    hidden: list[str] = dataclasses.field(default_factory=list)  # what this user may not read
    considered: list[str] = dataclasses.field(default_factory=list)
    files: list[str] = dataclasses.field(default_factory=list)  # the configuration that was read, in this order
    ignored: list[Complaint] = dataclasses.field(default_factory=list)  # files that are never read
    state: list[str] = dataclasses.field(default_factory=list)  # what is wrong with the state file
    names: set[str] = dataclasses.field(default_factory=set)  # what the rule calls the log, through links to its folder


_PATTERN = re.compile(
    r"rotating pattern: (?P<pattern>.+?)  ?"
    r"(?P<criterion>hourly|weekly|monthly|yearly|after (?:(?P<days>\d+) days|(?P<minutes>\d+) minutes)|(?P<size>\d+) bytes)\b(?P<rest>.*)",
    re.DOTALL,
)
_PATTERN_LINES = 200  # a rule may name its logs on lines of their own
_DENIED = re.compile(r"Permission denied|Operation not permitted|switching euid|error switching")
_OF_STATE = re.compile(r"state file|top line of")
_PLACE = re.compile(r"(?P<file>[^\s:][^:]{0,400}):(?:\d+\b|prerotate)")
_IGNORED = re.compile(r"Ignoring (?P<file>.+?),? because (?:of )?.+")
_SKIPPED_FILE = re.compile(r"found error in file (?P<file>.+?) ?, skipping")


class _Reading:
    """Line by line through what logrotate says."""

    def __init__(self, paths: t.Collection[str]) -> None:
        self.paths = set(paths)
        self.folders: dict[str, str] = {}
        self.declared = Declared()
        self.rule: Rule | None = None
        self.log: str | None = None  # the one that the lines are about
        self.beside: list[str] = []  # of the rule that is read
        self.folder = ""

    def pattern(self, match: re.Match[str]) -> None:
        self._end_of_rule()
        self.rule, self.log, self.beside = _rule(match), None, []
        _extend(self.rule, match.group("rest"))

    def _end_of_rule(self) -> None:
        if self.rule is not None and self.rule is self.declared.rule:
            self.declared.beside = self.beside

    def line(self, words: str) -> None:
        if words.startswith("considering log "):
            self.log = os.path.normpath(words[len("considering log ") :])
            self.declared.considered.append(self.log)
            if self.log not in self.paths and self._behind_links(self.log) in self.paths:
                self.paths.add(self.log)
                self.declared.names.add(self.log)
            if self.log in self.paths and self.declared.rule is None:
                self.declared.rule = self.rule
        elif words.startswith("rotating log "):
            self.log = os.path.normpath(words[len("rotating log ") :].rpartition(", log->")[0])
        elif words.startswith("error: "):
            self._complaint(words[len("error: ") :])
        elif words.startswith("including "):
            self.folder = words[len("including ") :]
        elif words.startswith("reading config file "):
            self.declared.files.append(self._full(words[len("reading config file ") :]))
        elif words.startswith("Ignoring "):
            self._ignored(words)
        elif self.log in self.paths and "skipping" in words:
            self.declared.skipped.append(words)
        elif words.startswith("warning: ") and "ignoring line" in words:
            self._of_a_file(words[len("warning: ") :])
        elif self.rule is not None and self.log is None:
            _extend(self.rule, words)

    def _behind_links(self, path: str) -> str:
        """The same, without links to its folder: a log that is a link itself is another matter, which logrotate refuses."""
        folder, name = os.path.split(path)
        if folder not in self.folders:
            self.folders[folder] = os.path.realpath(folder)
        return os.path.join(self.folders[folder], name)

    def _complaint(self, words: str) -> None:
        if "rotation forced" in words or "already exists, skipping rotation" in words:
            return  # it rotates all the same: at once, or as soon as the name is free
        if _OF_STATE.search(words):
            self.declared.state += [] if _DENIED.search(words) else [words]  # root may read it
            return
        if _DENIED.search(words):
            self.declared.hidden.append(words)
        elif self.log in self.paths or (words.startswith("skipping ") and any(f'"{path}"' in words for path in self.paths)):
            self.declared.skipped.append(words)
        elif self.log is not None:
            self.beside.append(words)
            self.declared.invalid.append(Complaint(verbatim(words)))
        elif words.startswith("Ignoring "):
            self._ignored(words)
        else:
            self._of_a_file(words)

    def _of_a_file(self, words: str) -> None:
        named = _PLACE.match(words) or _SKIPPED_FILE.match(words)
        self.declared.invalid.append(Complaint(verbatim(words), self._full(named.group("file")) if named else None))

    def _ignored(self, words: str) -> None:
        match = _IGNORED.match(words)
        if match:
            self.declared.ignored.append(Complaint(verbatim(words.rstrip(".")), self._full(match.group("file"))))

    def _full(self, name: str) -> str:
        last = self.declared.files[-1] if self.declared.files else ""
        if name == last or not self.folder:
            return name
        return os.path.join(self.folder, name)

    def ended(self) -> Declared:
        self._end_of_rule()
        return self.declared


def parse_logrotate(text: str, paths: t.Collection[str]) -> Declared:
    """Reads what ``logrotate -d`` says of the log that has these paths."""
    reading = _Reading(paths)
    unfinished: list[str] = []
    for line in text.splitlines():
        if line.startswith("rotating pattern: "):
            unfinished = []
        if line.startswith("rotating pattern: ") or unfinished:
            unfinished.append(line)
            match = _PATTERN.match("\n".join(unfinished))
            if match:
                reading.pattern(match)
            if match or len(unfinished) == _PATTERN_LINES:
                unfinished = []
            continue
        reading.line(line.strip())
    return reading.ended()


def _rule(match: re.Match[str]) -> Rule:
    period: float | None
    size: int | None = None
    if match.group("size"):
        period, size, criterion = None, int(match.group("size")), verbatim("size")
    elif match.group("days"):
        days = int(match.group("days"))
        period, criterion = max(days, 1) * DAY, phrase("daily") if days <= 1 else phrase("every {days:number} days", days=days)
    elif match.group("minutes"):
        period = int(match.group("minutes")) * 60.0
        criterion = phrase("every {period:duration}", period=period)
    else:
        period, criterion = _PERIODS[match.group("criterion")]
    return Rule(" ".join(match.group("pattern").split()), criterion, period, size, None)


_CLAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("keeps", re.compile(r"\((\d+) rotations\)")),
    ("minsize", re.compile(r"only log files >= (\d+) bytes are rotated")),
    ("maxsize", re.compile(r"log files >= (\d+)(?: bytes)? are rotated earlier")),
    ("minage", re.compile(r"only log files older than (\d+) days are rotated")),
)


def _extend(rule: Rule, words: str) -> None:
    """Takes in what stands behind a pattern, and in the line below it: a list of clauses, whose order differs between versions."""
    for name, pattern in _CLAUSES:
        found = pattern.search(words)
        if found:
            setattr(rule, name, int(found.group(1)) * (DAY if name == "minage" else 1))
    if "no old logs will be kept" in words:
        rule.keeps = 0
    if "empty log files are not rotated" in words:
        rule.ifempty = False
    olddir = re.search(r"\bolddir is (.+?), (?:empty|only|log files|old logs|no old)", words)
    if olddir:
        rule.olddir = olddir.group(1)


def parse_state(text: str) -> dict[str, float]:
    """When each log was rotated for the last time, or first seen, as logrotate's state file says (local time)."""
    dates = {}
    for path, *numbers in re.findall(r'^"((?:[^"\\]|\\.)*)" (\d+)-(\d+)-(\d+)(?:-(\d+):(\d+):(\d+))?', text, re.MULTILINE):
        try:
            dates[path] = dt.datetime(*(int(number or 0) for number in numbers)).timestamp()  # type: ignore[arg-type] # six numbers
        except (ValueError, OverflowError):
            continue
    return dates


@dataclasses.dataclass
class State:
    """logrotate's state file."""

    path: str
    last_run: float | None = None
    named: bool = False  # asked for by its path, not found where it usually is
    dates: dict[str, float] = dataclasses.field(default_factory=dict)


def read_state(wanted: str | None, runner: Runner) -> State:
    """The state file that is wanted, or the one that lies where distributions put it."""
    named = bool(wanted)
    path = wanted or next((one for one in STATE_FILES if os.path.exists(one)), STATE_FILES[0])
    try:
        state = State(path, os.stat(path).st_mtime, named)
        state.dates = parse_state(runner.read_text(path))
        return state
    except FileNotFoundError:
        return State(path, named=named)
    except (OSError, CannotObserve):  # its time is enough, and the files on disk say more
        return State(path, _modified(path), named)


def _modified(path: str) -> float | None:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def declared_for(paths: t.Collection[str], config: str, state: State, runner: Runner) -> Declared:
    """What the configuration says of the log that has these paths. CannotObserve."""
    if runner.which("logrotate") is None:
        raise CannotObserve(phrase("logrotate is not installed on this host, or may not be run: what it would do cannot be seen"))
    try:
        os.stat(config)
    except FileNotFoundError:
        return Declared(invalid=[Complaint(phrase("{path:path} does not exist", path=config), config)])
    except OSError as exc:
        raise CannotObserve(unreadable(config, exc)) from None
    option = ["-s", state.path] if state.named or state.last_run is not None else []
    answer = runner.run(["logrotate", "-d", *option, config])  # -d: changes nothing
    text = answer.stdout + answer.stderr
    if "Handling " not in text:
        lines = "\n".join(line for line in text.splitlines() if not line.startswith(_DEBUG))
        said = verbatim(first_line(lines, "", 200)) or phrase("it said nothing")
        raise CannotObserve(phrase("logrotate -d {config:path} did not say what it would do: {reason}", config=config, reason=said))
    return parse_logrotate(text, paths)


__all__ = ("Complaint", "Declared", "Rule", "State", "declared_for", "parse_logrotate", "parse_state", "read_state")
