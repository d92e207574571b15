# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a log rotates: what is declared, and what lies on disk. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import typing as t

from .._argspec import Spec
from .._clients import journald, log_files, logrotate
from .._clients.log_files import Current, Rotated
from .._clients.logrotate import Declared, Rule, State
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat, passed, warned
from .._runner import Runner, unreadable, user_name
from .._units import humanize_bytes, humanize_seconds

WHERE = "host"
TIMEOUT = 30.0
ARGUMENT_SPEC: Spec = {
    "path": {"type": "path"},
    "journald": {"type": "bool"},
    "rotated_by": {"type": "str", "choices": ["logrotate", "journald", "application"], "default": "logrotate"},
    "max_size": {"type": "str"},
    "max_age": {"type": "str"},
    "logrotate_config": {"type": "path", "default": "/etc/logrotate.conf"},
    "logrotate_state": {"type": "path"},
    "journald_config": {"type": "list", "elements": "path", "default": journald.CONFIG},
}
CONSTRAINTS = {"required_one_of": [("path", "journald")], "mutually_exclusive": [("path", "journald")]}
DURATIONS = ("max_age",)
SIZES = ("max_size",)

DAY = 86400.0
FILE_MAX_SIZE = 2**30
APPLICATION_MAX_AGE = 8 * DAY
LOGROTATE_EVERY = 2 * DAY  # distributions run it once a day


class Arguments(t.TypedDict):
    path: str | None
    journald: bool | None
    rotated_by: str
    max_size: int | None
    max_age: float | None
    logrotate_config: str
    logrotate_state: str | None
    journald_config: list[str]
    timeout: float


def run(args: Arguments, runner: Runner) -> Finding:
    if args["journald"] or args["rotated_by"] == "journald":
        return _journald(args, runner)
    if not args["path"]:
        raise CannotObserve("neither the path of a log file nor journald is named")
    return _file(os.path.normpath(args["path"]), args, runner)


# -- a log file


@dataclasses.dataclass
class Verdict:
    problems: list[str] = dataclasses.field(default_factory=list)
    doubts: list[str] = dataclasses.field(default_factory=list)
    good: str = ""
    since: str | None = None

    def finding(self, **fields: t.Unpack[Facts]) -> Finding:
        both = self.problems + self.doubts
        if both:
            fields["details"] = both
        if self.problems:
            fields["since"] = self.since
            return failed(_more(both), **fields)
        if self.doubts:
            return warned(_more(both), **fields)
        return passed(self.good, **fields)


def _more(lines: list[str]) -> str:
    return lines[0] + (f" (and {len(lines) - 1} more)" if len(lines) > 1 else "")


def _file(path: str, args: Arguments, runner: Runner) -> Finding:
    try:
        current = log_files.current(path, runner)
    except FileNotFoundError:
        return failed(f"the log file {path} is not there", observed={"path": path, "exists": False})
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    now = runner.now().timestamp()
    verdict = Verdict()
    observed: dict[str, object] = {"path": path, "size_bytes": current.size, "rotated_by": args["rotated_by"]}
    rule: Rule | None = None
    state = State("")
    paths = {path, current.path}
    if args["rotated_by"] == "logrotate":
        state = logrotate.read_state(args["logrotate_state"], runner)
        declared = logrotate.declared_for(paths, args["logrotate_config"], state, runner)
        rule = declared.rule
        _judge_declaration(verdict, declared, path, current, args["logrotate_config"])
        _judge_runs(verdict, state, now)
        observed["logrotate"] = {"rule": rule.describe() if rule else None, "problems": declared.skipped + declared.invalid}
        observed["logrotate_last_run"] = _iso(state.last_run)
    folders = [os.path.join(os.path.dirname(current.path), rule.olddir)] if rule and rule.olddir else []
    rotated = log_files.rotated_files(current.path, folders)
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
    writers, unseen = log_files.lasting_writers(current.path, rotated, runner)
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
    expected: dict[str, object] = {"rotated_by": args["rotated_by"], "max_age_seconds": limit, "max_size_bytes": _max_size(args)}
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
    again = [log for log in declared.considered if log_files.rotated_name(os.path.basename(current.path)).fullmatch(os.path.basename(log))]
    again = [log for log in again if os.path.dirname(log) == os.path.dirname(current.path)]
    if again:
        verdict.doubts.append(f"the pattern {rule.pattern} also takes rotated files, which are rotated again: {again[0]}")


def _judge_runs(verdict: Verdict, state: State, now: float) -> None:
    if state.last_run is None:
        verdict.doubts.append(f"logrotate has not run yet: its state file {state.path} is not there")
    elif now - state.last_run > LOGROTATE_EVERY:
        ago = humanize_seconds(now - state.last_run)
        verdict.doubts.append(f"logrotate has not run for {ago} (its state file {state.path}); is its timer or cron entry active?")


def _max_size(args: Arguments) -> int:
    return FILE_MAX_SIZE if args["max_size"] is None else int(args["max_size"])


def _judge_size(verdict: Verdict, current: Current, rule: Rule | None, rotated: list[Rotated], args: Arguments) -> list[Measurement]:
    limit = _max_size(args)
    if current.used > limit:
        verdict.problems.append(f"{current.path} has {humanize_bytes(current.used)}, the limit is {humanize_bytes(limit)}")
    elif rule and rule.size is not None and current.used > max(rule.size, 1) and not rotated and rule.keeps != 0:
        verdict.doubts.append(
            f"{current.path} has {humanize_bytes(current.used)} and should rotate above {humanize_bytes(rule.size)}, "
            "but no rotated file lies beside it yet"
        )
    return [Measurement("log_size_bytes", float(current.used), float(limit), "upper")]


def _age_limit(args: Arguments, rule: Rule | None) -> float | None:
    if args["max_age"] is not None:
        return float(args["max_age"])
    if args["rotated_by"] == "application":
        return APPLICATION_MAX_AGE
    if rule is None or rule.period is None:
        return None
    # logrotate rotates when it next runs after the period, usually a day later at the most
    return max(rule.period + min(rule.period, DAY), rule.minage + DAY if rule.minage else 0.0)


def _exempt(args: Arguments, rule: Rule | None, current: Current) -> bool:
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
    birth = log_files.birth(current.path, runner)
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


def _journald(args: Arguments, runner: Runner) -> Finding:
    usage = journald.usage(runner)
    used, files = usage.used, usage.files
    if not files:
        return failed("journald keeps nothing on this host: there is no journal file", observed={"used_bytes": used, "files": 0})
    settings = journald.journald_settings(args["journald_config"], runner)
    limit, why = journald.journal_limit(settings, files) if args["max_size"] is None else (args["max_size"], "max_size")
    oldest = min((one.head for one in files if one.head is not None), default=None)
    now = runner.now().timestamp()
    verdict = Verdict()
    measurements = [Measurement("log_size_bytes", float(used), float(limit), "upper")]
    # each active file may stand out by its own growth step
    if used > limit + len({os.path.dirname(one.path) for one in files}) * 8 * 2**20:
        verdict.problems.append(f"the journal has {humanize_bytes(used)}, the limit is {humanize_bytes(limit)} ({why})")
    retention = journald.parse_timespan(settings.get("MaxRetentionSec", ""))
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


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "run")
