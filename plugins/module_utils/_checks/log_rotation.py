# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a log rotates: what is declared, and what lies on disk. PRIVATE to the collection."""

from __future__ import annotations

import configparser
import dataclasses
import datetime as dt
import glob
import json
import os
import re
import stat
import typing as t

from .._finding import CannotObserve, Finding, Measurement, failed, isoformat, passed, warned
from .._runner import Runner, unreadable, user_name
from .._units import humanize_bytes, humanize_seconds, parse_size

WHERE = "host"
TIMEOUT = 30.0
STATE_FILES = ("/var/lib/logrotate/status", "/var/lib/logrotate.status", "/var/lib/logrotate/logrotate.status")
JOURNALD_CONFIG = [
    "/usr/lib/systemd/journald.conf",
    "/etc/systemd/journald.conf",
    "/usr/lib/systemd/journald.conf.d/*.conf",
    "/run/systemd/journald.conf.d/*.conf",
    "/etc/systemd/journald.conf.d/*.conf",
]
ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "path"},
    "journald": {"type": "bool"},
    "rotated_by": {"type": "str", "choices": ["logrotate", "journald", "application"], "default": "logrotate"},
    "max_size": {"type": "str"},
    "max_age": {"type": "str"},
    "logrotate_config": {"type": "path", "default": "/etc/logrotate.conf"},
    "logrotate_state": {"type": "path"},
    "journald_config": {"type": "list", "elements": "path", "default": JOURNALD_CONFIG},
}
CONSTRAINTS: dict[str, t.Any] = {"required_one_of": [("path", "journald")], "mutually_exclusive": [("path", "journald")]}
DURATIONS = ("max_age",)
SIZES = ("max_size",)

DAY = 86400.0
FILE_MAX_SIZE = 2**30
APPLICATION_MAX_AGE = 8 * DAY
LOGROTATE_EVERY = 2 * DAY  # distributions run it once a day
SETTLE = 2.0  # seconds that a process may need to open its new file after a rotation
HEAD = 65536
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z", ".lzma", ".zip")
_PERIODS = {"hourly": 3600.0, "weekly": 7 * DAY, "monthly": 31 * DAY, "yearly": 366 * DAY}


def run(args: dict[str, t.Any], runner: Runner) -> Finding:
    if args["journald"] or args["rotated_by"] == "journald":
        return _journald(args, runner)
    if not args["path"]:
        raise CannotObserve("neither the path of a log file nor journald is named")
    return _file(args, runner)


# -- what lies on disk


@dataclasses.dataclass(frozen=True)
class Rotated:
    """A rotated file."""

    path: str
    size: int
    modified: float
    identity: tuple[int, int]

    @property
    def compressed(self) -> bool:
        return self.path.endswith(COMPRESSED)


@dataclasses.dataclass(frozen=True)
class Current:
    """The log file as it is now."""

    path: str  # without symbolic links
    size: int
    used: int
    modified: float
    first_written: float | None  # the time in its first lines
    hollow: bool  # begins with NUL bytes


def rotated_name(name: str) -> re.Pattern[str]:
    """Matches the names that the rotated files of the log ``name`` usually have."""
    stem, extension = os.path.splitext(name)
    packed = r"(?:\.(?:gz|bz2|xz|zst|lz4|Z|lzma|zip))?"
    date = r"(?:19|20)\d\d-?\d\d(?:-?\d\d)?(?:[-_.T]?[\d:-]+)*(?:\.\d+)*Z?"
    forms = [rf"{re.escape(name)}(?:\.\d+(?:\.\d+)*|[.\-_]{date}|\.old){packed}"]
    if extension and stem:
        forms.append(rf"{re.escape(stem)}(?:\.\d+|[.\-_]{date}){re.escape(extension)}{packed}")
    return re.compile("|".join(f"(?:{form})" for form in forms))


def rotated_files(path: str, folders: t.Sequence[str] = ()) -> list[Rotated]:
    """The rotated files of a log, the last one first; CannotObserve when a folder cannot be listed."""
    pattern = rotated_name(os.path.basename(path))
    found = []
    for folder in dict.fromkeys([os.path.dirname(path) or ".", *folders]):
        try:
            names = os.listdir(folder)
        except OSError as exc:
            raise CannotObserve(unreadable(folder, exc)) from None
        for name in names:
            if not pattern.fullmatch(name):
                continue
            full = os.path.join(folder, name)
            try:
                status = os.lstat(full)
            except OSError:  # rotated away meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                found.append(Rotated(full, status.st_size, status.st_mtime, (status.st_dev, status.st_ino)))
    return sorted(found, key=lambda one: one.modified, reverse=True)


def _current(path: str, runner: Runner) -> Current:
    real = os.path.realpath(path)
    status = os.stat(real)
    if not stat.S_ISREG(status.st_mode):
        raise CannotObserve(f"{path} is not a regular file")
    head = runner.read_bytes(real, max_bytes=HEAD)
    hollow = head.startswith(b"\0")
    return Current(
        path=real,
        size=status.st_size,
        used=min(status.st_size, status.st_blocks * 512) if hollow else status.st_size,
        modified=status.st_mtime,
        first_written=first_time(head.lstrip(b"\0").decode("utf-8", "replace"), runner.now()),
        hollow=hollow,
    )


_ISO = re.compile(r"[\[\"'<]?(\d{4})-(\d\d)-(\d\d)[T _](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)?")
_SYSLOG = re.compile(r"(?:<\d+>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) (\d\d):(\d\d):(\d\d)\b")
_CLF = re.compile(r"\[(\d\d)/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME_KEYS = ("timestamp", "@timestamp", "time", "ts", "datetime", "date")


def first_time(text: str, now: dt.datetime) -> float | None:
    """The time of the first line that begins with one, or has one where logs usually do; None when there is none."""
    for line in text.splitlines()[:20]:
        try:
            moment = _line_time(line, now)
        except (ValueError, OverflowError):
            continue
        if moment is not None and 946684800 < moment < now.timestamp() + DAY:
            return moment
    return None


def _line_time(line: str, now: dt.datetime) -> float | None:
    text = line.strip()
    if text.startswith("{"):
        data = json.loads(text)
        value = next((data[key] for key in _TIME_KEYS if key in data), None)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value / 1000 if value > 1e11 else float(value)
        text = str(value)
    match = _ISO.match(text)
    if match:
        *numbers, zone = match.groups()
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return _moment(dt.datetime(year, month, day, hour, minute, second), zone)
    match = _SYSLOG.match(text)
    if match:
        month = _MONTHS.index(match.group(1)) + 1
        day, hour, minute, second = (int(number) for number in match.groups()[1:])
        moment = _moment(dt.datetime(now.year, month, day, hour, minute, second), None)
        if moment > now.timestamp() + DAY:  # such lines have no year
            moment = _moment(dt.datetime(now.year - 1, month, day, hour, minute, second), None)
        return moment
    match = _CLF.search(text)
    if match:
        written = match.groups()
        day, year, hour, minute, second = (int(written[place]) for place in (0, 2, 3, 4, 5))
        return _moment(dt.datetime(year, _MONTHS.index(written[1]) + 1, day, hour, minute, second), written[6])
    match = re.match(r"(\d{10})(?:\.\d+)?\b", text)
    return float(match.group(0)) if match else None


def _moment(naive: dt.datetime, zone: str | None) -> float:
    if zone is None:
        return naive.timestamp()
    if zone == "Z":
        return naive.replace(tzinfo=dt.timezone.utc).timestamp()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    offset = dt.timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return naive.replace(tzinfo=dt.timezone(offset)).timestamp()


def _birth(path: str, runner: Runner) -> float | None:
    """When the file was made, where the file system knows."""
    try:
        answer = runner.run(["stat", "-c", "%W", path], timeout=5)
    except CannotObserve:
        return None
    text = answer.stdout.strip()
    return float(text) if answer.rc == 0 and text.isdigit() and text != "0" else None


# -- logrotate


@dataclasses.dataclass
class Rule:
    """What logrotate is told to do with a log."""

    pattern: str
    criterion: str  # hourly, daily, weekly, monthly, yearly, every N days, size
    period: float | None
    size: int | None
    keeps: int | None  # None: without end
    minsize: int | None = None
    minage: float = 0.0
    olddir: str | None = None
    ifempty: bool = True

    def describe(self) -> str:
        when = f"above {humanize_bytes(self.size)}" if self.size is not None else self.criterion
        return when if self.keeps is None else f"{when}, {self.keeps} kept"


@dataclasses.dataclass
class Declared:
    """The output of ``logrotate -d``, as far as it concerns one log."""

    rule: Rule | None = None
    skipped: list[str] = dataclasses.field(default_factory=list)  # why this log is left out
    invalid: list[str] = dataclasses.field(default_factory=list)  # what is wrong elsewhere
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
        declared.invalid.append(words)


def _rule(match: re.Match[str]) -> Rule:
    criterion = match.group("criterion")
    if match.group("size"):
        period, size, criterion = None, int(match.group("size")), "size"
    elif match.group("days"):
        days = int(match.group("days"))
        period, size, criterion = max(days, 1) * DAY, None, "daily" if days <= 1 else f"every {days} days"
    else:
        period, size = _PERIODS[criterion], None
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
    dates: dict[str, float] = dataclasses.field(default_factory=dict)


def _state(wanted: str | None, runner: Runner) -> State:
    path = wanted or next((one for one in STATE_FILES if os.path.exists(one)), STATE_FILES[0])
    try:
        state = State(path, os.stat(path).st_mtime)
        state.dates = parse_state(runner.read_text(path))
        return state
    except FileNotFoundError:
        return State(path)
    except (OSError, CannotObserve):  # its time is enough, and the files on disk say more
        return State(path, _modified(path))


def _modified(path: str) -> float | None:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def _declared(args: dict[str, t.Any], paths: t.Collection[str], state: State, runner: Runner) -> Declared:
    config = args["logrotate_config"]
    if runner.which("logrotate") is None:
        raise CannotObserve("logrotate is not installed on this host, or may not be run: what it would do cannot be seen")
    try:
        os.stat(config)
    except FileNotFoundError:
        return Declared(invalid=[f"{config} does not exist"])
    except OSError as exc:
        raise CannotObserve(unreadable(config, exc)) from None
    option = ["-s", state.path] if args["logrotate_state"] or state.last_run is not None else []
    answer = runner.run(["logrotate", "-d", *option, config])  # -d: changes nothing
    text = answer.stdout + answer.stderr
    if "Handling " not in text:
        raise CannotObserve(f"logrotate -d {config} did not say what it would do: {_first_line(text)}")
    return parse_logrotate(text, paths)


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("warning: logrotate in debug mode")]
    return lines[0][:200] if lines else "nothing"


# -- processes that still write into a rotated file


@dataclasses.dataclass(frozen=True)
class Writer:
    pid: int
    command: str
    path: str


def writers_into(path: str, rotated: t.Sequence[Rotated], proc: str = "/proc") -> tuple[list[Writer], int]:
    """The processes that hold a rotated or deleted file of this log open for writing, and how many processes could not be looked at."""
    known = {one.identity: one.path for one in rotated if not one.compressed}
    name = rotated_name(os.path.basename(path))
    folder = os.path.dirname(path)
    found, unseen = [], 0
    for pid in (entry for entry in os.listdir(proc) if entry.isdigit()):
        try:
            numbers = os.listdir(f"{proc}/{pid}/fd")
        except PermissionError:
            unseen += 1
            continue
        except OSError:
            continue
        for number in numbers:
            held = _held(f"{proc}/{pid}", number, path, folder, name, known)
            if held:
                found.append(Writer(int(pid), _command(f"{proc}/{pid}"), held))
                break
    return found, unseen


def _held(process: str, number: str, path: str, folder: str, name: re.Pattern[str], known: t.Mapping[tuple[int, int], str]) -> str | None:
    try:
        target = os.readlink(f"{process}/fd/{number}")
        deleted = target.endswith(" (deleted)")
        plain = target[: -len(" (deleted)")] if deleted else target
        base = os.path.basename(plain)
        if plain != path and not name.fullmatch(base):
            return None
        if plain.endswith(COMPRESSED):  # what compresses it
            return None
        if deleted:
            mine = plain == path or os.path.dirname(plain) == folder
        else:
            status = os.stat(f"{process}/fd/{number}")
            mine = (status.st_dev, status.st_ino) in known
        if not mine or not _opened_for_writing(f"{process}/fdinfo/{number}"):
            return None
        return target
    except OSError:  # the process has ended or closed it
        return None


def _opened_for_writing(info: str) -> bool:
    with open(info, encoding="ascii", errors="replace") as handle:
        match = re.search(r"^flags:\s*([0-7]+)", handle.read(), re.MULTILINE)
    return bool(match and int(match.group(1), 8) & (os.O_WRONLY | os.O_RDWR))


def _command(process: str) -> str:
    try:
        with open(f"{process}/comm", encoding="utf-8", errors="replace") as handle:
            return handle.read().strip()
    except OSError:
        return "?"


def _lasting_writers(path: str, rotated: t.Sequence[Rotated], runner: Runner) -> tuple[list[Writer], int]:
    """Looks twice: right after a rotation a process needs a moment to open the new file."""
    first, unseen = writers_into(path, rotated)
    if not first:
        return [], unseen
    runner.sleep(SETTLE)
    again, unseen = writers_into(path, rotated)
    return [writer for writer in again if writer.pid in {one.pid for one in first}], unseen


# -- the verdict on a file


@dataclasses.dataclass
class Verdict:
    problems: list[str] = dataclasses.field(default_factory=list)
    doubts: list[str] = dataclasses.field(default_factory=list)
    good: str = ""
    since: str | None = None

    def finding(self, remedy: str | None = None, **fields: t.Any) -> Finding:
        both = self.problems + self.doubts
        if self.problems:
            return failed(_more(both), details=both, since=self.since, remedy=remedy, **fields)
        if self.doubts:
            return warned(_more(both), details=both, **fields)
        return passed(self.good, **fields)


def _more(lines: list[str]) -> str:
    return lines[0] + (f" (and {len(lines) - 1} more)" if len(lines) > 1 else "")


def _file(args: dict[str, t.Any], runner: Runner) -> Finding:
    path = os.path.normpath(args["path"])
    try:
        current = _current(path, runner)
    except FileNotFoundError:
        return failed(f"the log file {path} is not there", observed={"path": path, "exists": False})
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    now = runner.now().timestamp()
    verdict = Verdict()
    observed: dict[str, t.Any] = {"path": path, "size_bytes": current.size, "rotated_by": args["rotated_by"]}
    rule: Rule | None = None
    state = State("")
    paths = {path, current.path}
    if args["rotated_by"] == "logrotate":
        state = _state(args["logrotate_state"], runner)
        declared = _declared(args, paths, state, runner)
        rule = declared.rule
        _judge_declaration(verdict, declared, path, current, args["logrotate_config"])
        _judge_runs(verdict, state, now)
        observed["logrotate"] = {"rule": rule.describe() if rule else None, "problems": declared.skipped + declared.invalid}
        observed["logrotate_last_run"] = _iso(state.last_run)
    folders = [os.path.join(os.path.dirname(current.path), rule.olddir)] if rule and rule.olddir else []
    rotated = rotated_files(current.path, folders)
    seen_rotation = max((one.modified for one in rotated), default=None)
    began, source = _began(current, rotated, state, runner)
    measurements = _judge_size(verdict, current, rule, rotated, args)
    limit = _age_limit(args, rule)
    if current.size and limit is not None and not _exempt(args, rule, current):
        measurements += _judge_age(verdict, current, rule, rotated, began, source, limit, now)
    if rule and rule.keeps and len(rotated) > rule.keeps + 1:
        verdict.doubts.append(f"{len(rotated)} rotated files of {path} lie there, the rule keeps {rule.keeps}: old ones are not removed")
    if current.hollow:
        verdict.doubts.append(f"{path} begins with NUL bytes: a process writes without O_APPEND into what copytruncate has emptied")
    writers, unseen = _lasting_writers(current.path, rotated, runner)
    for writer in writers:
        verdict.problems.append(f"process {writer.pid} ({writer.command}) still writes into the rotated file {writer.path}")
    observed.update(
        rotated_files=len(rotated),
        rotated_bytes=sum(one.size for one in rotated),
        newest_rotated=_iso(seen_rotation),
        oldest_content=_iso(began),
        oldest_content_known_by=source,
        processes_not_visible=unseen,
    )
    verdict.good = verdict.good or f"{path} rotates: " + _how(rule, rotated, seen_rotation, current, now)
    expected = {"rotated_by": args["rotated_by"], "max_age_seconds": limit, "max_size_bytes": _max_size(args)}
    return verdict.finding(observed=observed, expected=expected, measurements=measurements)


def _iso(moment: float | None) -> str | None:
    return None if moment is None else isoformat(dt.datetime.fromtimestamp(moment, dt.timezone.utc))


def _how(rule: Rule | None, rotated: list[Rotated], last: float | None, current: Current, now: float) -> str:
    by = f"logrotate covers it ({rule.describe()})" if rule else "by its application"
    if last is not None:
        ago = humanize_seconds(max(now - last, 0))
        return f"{by}, {len(rotated)} rotated file(s), the newest last written {ago} ago, {humanize_bytes(current.used)} now"
    return f"{by}, it is too young or too small to have rotated yet, {humanize_bytes(current.used)} now"


def _judge_declaration(verdict: Verdict, declared: Declared, path: str, current: Current, config: str) -> None:
    rule = declared.rule
    if rule is None:
        if declared.hidden:
            raise CannotObserve(f"whether logrotate covers {path} cannot be seen by {user_name()}: {declared.hidden[0]}")
        why = f" ({declared.invalid[0]})" if declared.invalid else ""
        verdict.problems.append(f"logrotate does not cover {path}: no valid rule in {config} names it{why}")
        return
    if declared.skipped:
        target = "" if path == current.path else f"; the rule must name {current.path}"
        reached = current.path in declared.considered and not any(current.path in words for words in declared.skipped)
        if not (reached and path != current.path):
            verdict.problems.append(f"logrotate leaves {path} out: {declared.skipped[0].rstrip('.')}{target}")
    if declared.invalid:
        verdict.doubts.append(f"the configuration of logrotate is not valid everywhere, though {path} is covered: {declared.invalid[0]}")
    again = [log for log in declared.considered if rotated_name(os.path.basename(current.path)).fullmatch(os.path.basename(log))]
    again = [log for log in again if os.path.dirname(log) == os.path.dirname(current.path)]
    if again:
        verdict.doubts.append(f"the pattern {rule.pattern} also takes rotated files, which are rotated again: {again[0]}")


def _judge_runs(verdict: Verdict, state: State, now: float) -> None:
    if state.last_run is None:
        verdict.doubts.append(f"logrotate has not run yet: its state file {state.path} is not there")
    elif now - state.last_run > LOGROTATE_EVERY:
        ago = humanize_seconds(now - state.last_run)
        verdict.doubts.append(f"logrotate has not run for {ago} (its state file {state.path}); is its timer or cron entry active?")


def _max_size(args: dict[str, t.Any]) -> int:
    return FILE_MAX_SIZE if args["max_size"] is None else int(args["max_size"])


def _judge_size(verdict: Verdict, current: Current, rule: Rule | None, rotated: list[Rotated], args: dict[str, t.Any]) -> list[Measurement]:
    limit = _max_size(args)
    if current.used > limit:
        verdict.problems.append(f"{current.path} has {humanize_bytes(current.used)}, the limit is {humanize_bytes(limit)}")
    elif rule and rule.size is not None and current.used > max(rule.size, 1) and not rotated and rule.keeps != 0:
        verdict.doubts.append(
            f"{current.path} has {humanize_bytes(current.used)} and should rotate above {humanize_bytes(rule.size)}, "
            "but no rotated file lies beside it yet"
        )
    return [Measurement("log_size_bytes", float(current.used), float(limit), "upper")]


def _age_limit(args: dict[str, t.Any], rule: Rule | None) -> float | None:
    if args["max_age"] is not None:
        return float(args["max_age"])
    if args["rotated_by"] == "application":
        return APPLICATION_MAX_AGE
    if rule is None or rule.period is None:
        return None
    # logrotate rotates when it next runs after the period, usually a day later at the most
    return max(rule.period + min(rule.period, DAY), rule.minage + DAY if rule.minage else 0.0)


def _exempt(args: dict[str, t.Any], rule: Rule | None, current: Current) -> bool:
    """Whether the rule itself leaves the log alone, however old it is."""
    return args["max_age"] is None and rule is not None and rule.minsize is not None and current.size < rule.minsize


def _began(current: Current, rotated: list[Rotated], state: State, runner: Runner) -> tuple[float | None, str | None]:
    """When the oldest line of the current file was written, and how that is known."""
    if current.size == 0:
        return None, None
    if current.first_written is not None:
        return current.first_written, "its first lines"
    if rotated:
        dated = [state.dates[path] for path in (current.path,) if path in state.dates]
        return max([rotated[0].modified, *dated]), "its newest rotated file"
    birth = _birth(current.path, runner)
    return (birth, "its creation") if birth is not None else (None, None)


def _judge_age(
    verdict: Verdict,
    current: Current,
    rule: Rule | None,
    rotated: list[Rotated],
    began: float | None,
    source: str | None,
    limit: float,
    now: float,
) -> list[Measurement]:
    path = current.path
    if began is None and now - current.modified > limit:
        began, source = current.modified, "its last change"
    if began is None:
        if not (rotated or (rule and rule.keeps == 0)):
            verdict.doubts.append(f"that {path} rotates is not proven: no rotated file lies beside it, its content has no visible age")
        return []
    age = max(now - began, 0.0)
    if age > limit:
        declared = f"rotation is declared ({rule.describe()}), but " if rule else ""
        oldest = f"its oldest content is {humanize_seconds(age)} old (known by {source}), the limit is {humanize_seconds(limit)}"
        if not rotated:
            verdict.problems.append(f"{declared}{path} has not rotated since {_iso(began)}, and no rotated file lies beside it: {oldest}")
        elif now - rotated[0].modified <= limit and source == "its first lines":
            verdict.problems.append(f"{declared}{path} is copied without being emptied, content of {_iso(began)} is still in it: {oldest}")
        else:
            verdict.problems.append(f"{declared}{path} has not rotated since {_iso(began)}: {oldest}")
        verdict.since = _iso(began + limit)
    return [Measurement("log_oldest_content_age_seconds", age, limit, "upper")]


# -- journald

_JOURNAL_UNITS = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50, "E": 2**60}
_SPANS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY, "M": 2629800, "y": 31557600}
_SPAN_NAMES = {"sec": "s", "second": "s", "minute": "min", "hr": "h", "hour": "h", "day": "d", "week": "w", "month": "M", "year": "y"}
DEFAULT_SHARE, DEFAULT_MOST = 0.10, 4 * 2**30  # journald.conf(5): 10 % of the file system, at most 4 GiB


def _journald(args: dict[str, t.Any], runner: Runner) -> Finding:
    usage_answer = runner.run(["journalctl", "--disk-usage"])
    used = parse_disk_usage(usage_answer.stdout + usage_answer.stderr)
    if usage_answer.rc or used is None:
        raise CannotObserve(f"journalctl --disk-usage did not tell a size: {_first_line(usage_answer.stdout + usage_answer.stderr)}")
    header = runner.run(["journalctl", "--header"])
    said = usage_answer.stderr + header.stderr
    if "insufficient permissions" in said or "not seeing messages" in said:
        raise CannotObserve(f"{user_name()} may not read the system's journal; let the check run as a user who may (run_as, become)")
    files = parse_journal_header(header.stdout)
    if not files:
        return failed("journald keeps nothing on this host: there is no journal file", observed={"used_bytes": used, "files": 0})
    settings = journald_settings(args["journald_config"], runner)
    limit, why = _journal_limit(args["max_size"], settings, files)
    oldest = min((one.head for one in files if one.head is not None), default=None)
    now = runner.now().timestamp()
    verdict = Verdict()
    measurements = [Measurement("log_size_bytes", float(used), float(limit), "upper")]
    # each active file may stand out by its own growth step
    if used > limit + len({os.path.dirname(one.path) for one in files}) * 8 * 2**20:
        verdict.problems.append(f"the journal has {humanize_bytes(used)}, the limit is {humanize_bytes(limit)} ({why})")
    retention = parse_timespan(settings.get("MaxRetentionSec", ""))
    age_limit = args["max_age"] if args["max_age"] is not None else (retention + 31 * DAY if retention else None)
    if oldest is not None and age_limit is not None:
        age = max(now - oldest, 0.0)
        measurements.append(Measurement("log_oldest_content_age_seconds", age, float(age_limit), "upper"))
        if age > age_limit:
            named = "max_age" if args["max_age"] is not None else "MaxRetentionSec, and the month that one file may span"
            verdict.problems.append(
                f"the oldest entry of the journal is {humanize_seconds(age)} old, the limit is {humanize_seconds(age_limit)} ({named})"
            )
            verdict.since = _iso(oldest + age_limit)
    rotated = sum(one.archived for one in files)
    size = f"the journal has {humanize_bytes(used)} in {len(files)} file(s), {rotated} of them archived"
    verdict.good = f"{size}; it is bounded by {humanize_bytes(limit)} ({why})"
    return verdict.finding(
        observed={"used_bytes": used, "files": len(files), "archived": rotated, "oldest_entry": _iso(oldest), "settings": settings},
        expected={"max_size_bytes": limit, "bounded_by": why, "max_age_seconds": age_limit},
        measurements=measurements,
    )


def parse_disk_usage(text: str) -> int | None:
    """Bytes in "Archived and active journals take up 1.5G in the file system."; old versions say "on disk"."""
    match = re.search(r"take up ([\d.]+)([BKMGTPE]?)B? (?:in|on)", text)
    return int(float(match.group(1)) * _JOURNAL_UNITS[match.group(2)]) if match else None


@dataclasses.dataclass(frozen=True)
class JournalFile:
    path: str
    archived: bool
    head: float | None


def parse_journal_header(text: str) -> list[JournalFile]:
    """The files that ``journalctl --header`` describes."""
    files = []
    for block in re.split(r"^File [Pp]ath: ", text, flags=re.MULTILINE)[1:]:
        path = block.split("\n", 1)[0].strip()
        state = re.search(r"^State: (\w+)", block, re.MULTILINE)
        # the number in parentheses is the same in every zone: microseconds, hexadecimal
        head = re.search(r"^Head realtime timestamp: .*\(([0-9a-f]+)\)\s*$", block, re.MULTILINE)
        files.append(JournalFile(path, bool(state and state.group(1) == "ARCHIVED"), int(head.group(1), 16) / 1e6 if head else None))
    return files


def journald_settings(patterns: t.Sequence[str], runner: Runner) -> dict[str, str]:
    """The section [Journal] as journald reads it: main files in the order given, then drop-ins by name, later ones win."""
    main = [path for pattern in patterns if "*" not in pattern for path in [pattern] if os.path.exists(path)]
    drop_ins = {os.path.basename(path): path for pattern in patterns if "*" in pattern for path in glob.glob(pattern)}
    settings: dict[str, str] = {}
    for path in [*main, *(drop_ins[name] for name in sorted(drop_ins))]:
        parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"), allow_no_value=True)
        parser.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their case
        try:
            parser.read_string(runner.read_text(path))
        except configparser.Error:
            raise CannotObserve(f"{path} is not a configuration of journald") from None
        if parser.has_section("Journal"):
            settings.update({key: (value or "").strip() for key, value in parser.items("Journal")})
    return settings


def _journal_limit(max_size: int | None, settings: t.Mapping[str, str], files: t.Sequence[JournalFile]) -> tuple[int, str]:
    if max_size is not None:
        return max_size, "max_size"
    limits, reasons = [], []
    persistent = [one.path for one in files if not one.path.startswith("/run/")]
    volatile = [one.path for one in files if one.path.startswith("/run/")]
    for key, paths in (("SystemMaxUse", persistent), ("RuntimeMaxUse", volatile)):
        if not paths:
            continue
        configured = _journal_size(settings.get(key, ""))
        if configured is not None:
            limits.append(configured)
            reasons.append(key)
            continue
        try:
            system = os.statvfs(os.path.dirname(paths[0]))
        except OSError as exc:
            raise CannotObserve(unreadable(os.path.dirname(paths[0]), exc)) from None
        limits.append(min(int(system.f_blocks * system.f_frsize * DEFAULT_SHARE), DEFAULT_MOST))
        reasons.append(f"journald's default for {key}")
    return sum(limits), " and ".join(reasons)


def _journal_size(text: str) -> int | None:
    try:
        return parse_size(text)
    except ValueError:
        return None


def parse_timespan(text: str) -> float:
    """Seconds of a time span of systemd such as ``1month 2day``; 0 when there is none."""
    total = 0.0
    for number, unit in re.findall(r"([\d.]+)\s*([A-Za-z]*)", text):
        name = unit if unit in _SPANS else _SPAN_NAMES.get(unit.rstrip("s"), unit)
        try:
            total += float(number) * _SPANS.get(name or "s", 0)
        except ValueError:
            return 0.0
    return total


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "rotated_files", "run")
