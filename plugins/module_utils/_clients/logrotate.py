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
STATE_FILES = ("/var/lib/logrotate/status", "/var/lib/logrotate.status", "/var/lib/logrotate/logrotate.status")
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
    minage: float = 0.0
    olddir: str | None = None
    ifempty: bool = True

    def describe(self) -> Message:
        when = phrase("above {size:bytes}", size=self.size) if self.size is not None else self.criterion
        if self.keeps is None:
            return when
        return plural("{when}, {count:number} kept", "{when}, {count:number} kept", count=self.keeps, when=when)


@dataclasses.dataclass
class Declared:
    """The output of ``logrotate -d``, as far as it concerns one log."""

    rule: Rule | None = None
    skipped: list[str] = dataclasses.field(default_factory=list)  # why this log is left out
    invalid: list[Message] = dataclasses.field(default_factory=list)  # what is wrong elsewhere
    hidden: list[str] = dataclasses.field(default_factory=list)  # what this user may not read
    considered: list[str] = dataclasses.field(default_factory=list)


_PATTERN = re.compile(
    r"rotating pattern: (?P<pattern>.+?)  (?P<criterion>hourly|weekly|monthly|yearly|after (?P<days>\d+) days|(?P<size>\d+) bytes)"
    r"\b\s*(?P<keeps>\((?P<count>\d+) rotations\)|\(no old logs will be kept\))?(?P<rest>.*)"
)
_DENIED = re.compile(r"Permission denied|Operation not permitted|switching euid|error switching")


def parse_logrotate(text: str, paths: t.Collection[str]) -> Declared:
    """Reads what ``logrotate -d`` says of the log that has these paths."""
    declared = Declared()
    rule: Rule | None = None
    about_it = False
    for line in text.splitlines():
        words = line.strip()
        match = _PATTERN.match(words)
        if match:
            rule, about_it = _rule(match), False
            _extend(rule, match.group("rest"))
        elif words.startswith("considering log "):
            log = os.path.normpath(words[len("considering log ") :])
            declared.considered.append(log)
            about_it = log in paths
            if about_it and declared.rule is None:
                declared.rule = rule
        elif words.startswith("error: "):
            _sort_complaint(declared, words[len("error: ") :], paths, about_it)
        elif about_it and "skipping" in words:
            declared.skipped.append(words)
        elif rule is not None and not about_it:
            _extend(rule, words)
    return declared


def _sort_complaint(declared: Declared, words: str, paths: t.Collection[str], about_it: bool) -> None:
    if "state file" in words:
        return
    if _DENIED.search(words):
        declared.hidden.append(words)
    elif about_it or (words.startswith("skipping ") and any(f'"{path}"' in words for path in paths)):
        declared.skipped.append(words)
    else:
        declared.invalid.append(verbatim(words))


def _rule(match: re.Match[str]) -> Rule:
    period: float | None
    size: int | None = None
    if match.group("size"):
        period, size, criterion = None, int(match.group("size")), verbatim("size")
    elif match.group("days"):
        days = int(match.group("days"))
        period, criterion = max(days, 1) * DAY, phrase("daily") if days <= 1 else phrase("every {days:number} days", days=days)
    else:
        period, criterion = _PERIODS[match.group("criterion")]
    keeps = None if match.group("keeps") is None else int(match.group("count") or 0)
    return Rule(match.group("pattern"), criterion, period, size, keeps)


def _extend(rule: Rule, words: str) -> None:
    """Takes in the line below a pattern, a list of clauses."""
    for clause in words.split(", "):
        clause = clause.strip()
        minsize = re.fullmatch(r"only log files >= (\d+) bytes are rotated", clause)
        minage = re.fullmatch(r"only log files older than (\d+) days are rotated", clause)
        if minsize:
            rule.minsize = int(minsize.group(1))
        elif minage:
            rule.minage = int(minage.group(1)) * DAY
        elif clause.startswith("olddir is "):
            rule.olddir = clause[len("olddir is ") :]
        elif clause == "empty log files are not rotated":
            rule.ifempty = False


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
        return Declared(invalid=[phrase("{path:path} does not exist", path=config)])
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


__all__ = ("Declared", "Rule", "State", "declared_for", "parse_logrotate", "parse_state", "read_state")
