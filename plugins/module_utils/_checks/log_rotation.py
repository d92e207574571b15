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
from .._phrase import Message, and_more, phrase, plural, verbatim
from .._runner import Runner, unreadable, user_name

WHERE = "host"
TIMEOUT = 30.0
USUAL_STATES = logrotate.STATE_FILES
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
FIRST_LINES = phrase("its first lines")


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
        raise CannotObserve(phrase("neither the path of a log file nor journald is named"))
    return _file(os.path.normpath(args["path"]), args, runner)


# -- a log file


@dataclasses.dataclass
class Verdict:
    problems: list[Message] = dataclasses.field(default_factory=list)
    doubts: list[Message] = dataclasses.field(default_factory=list)
    good: Message = verbatim("")
    since: str | None = None

    def finding(self, **fields: t.Unpack[Facts]) -> Finding:
        both = self.problems + self.doubts
        if both:
            fields["details"] = both
        if self.problems:
            fields["since"] = self.since
            return failed(and_more(both), **fields)
        if self.doubts:
            return warned(and_more(both), **fields)
        return passed(self.good, **fields)


def _file(path: str, args: Arguments, runner: Runner) -> Finding:
    try:
        current = log_files.current(path, runner)
    except FileNotFoundError:
        return failed(phrase("the log file {path:path} is not there", path=path), observed={"path": path, "exists": False}, absent=True)
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
        said = [*declared.skipped, *map(str, declared.invalid)]
        observed["logrotate"] = {"rule": str(rule.describe()) if rule else None, "problems": said}
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
        verdict.doubts.append(
            phrase(
                "{number:number} rotated files of {path:path} lie there, the rule keeps {keeps:number}: old ones are not removed",
                number=len(rotated),
                path=path,
                keeps=rule.keeps,
            )
        )
    if current.hollow:
        verdict.doubts.append(
            phrase("{path:path} begins with NUL bytes: a process writes without O_APPEND into what copytruncate has emptied", path=path)
        )
    writers, unseen = log_files.lasting_writers(current.path, rotated, runner)
    for writer in writers:
        verdict.problems.append(
            phrase(
                "process {pid} ({command}) still writes into the rotated file {path:path}",
                pid=writer.pid,
                command=writer.command,
                path=writer.path,
            )
        )
    observed.update(
        rotated_files=len(rotated),
        rotated_bytes=sum(one.size for one in rotated),
        newest_rotated=_iso(seen_rotation),
        oldest_content=_iso(began),
        oldest_content_known_by=None if source is None else str(source),
        processes_not_visible=unseen,
    )
    verdict.good = _rotates(path, rule, rotated, seen_rotation, current, now)
    expected: dict[str, object] = {"rotated_by": args["rotated_by"], "max_age_seconds": limit, "max_size_bytes": _max_size(args)}
    return verdict.finding(observed=observed, expected=expected, measurements=measurements)


def _iso(moment: float | None) -> str | None:
    return None if moment is None else isoformat(dt.datetime.fromtimestamp(moment, dt.timezone.utc))


def _rotates(path: str, rule: Rule | None, rotated: list[Rotated], last: float | None, current: Current, now: float) -> Message:
    by = phrase("logrotate covers it ({rule})", rule=rule.describe()) if rule else phrase("by its application")
    if last is None:
        return phrase(
            "{path:path} rotates: {by}, it is too young or too small to have rotated yet, {used:bytes} now",
            path=path,
            by=by,
            used=current.used,
        )
    return plural(
        "{path:path} rotates: {by}, {count:number} rotated file, last written {ago:duration} ago, {used:bytes} now",
        "{path:path} rotates: {by}, {count:number} rotated files, the newest last written {ago:duration} ago, {used:bytes} now",
        count=len(rotated),
        path=path,
        by=by,
        ago=max(now - last, 0.0),
        used=current.used,
    )


def _judge_declaration(verdict: Verdict, declared: Declared, path: str, current: Current, config: str) -> None:
    rule = declared.rule
    if rule is None:
        if declared.hidden:
            said = phrase(
                "whether logrotate covers {path:path} cannot be seen by {user}: {reason}",
                path=path,
                user=user_name(),
                reason=declared.hidden[0],
            )
            raise CannotObserve(said)
        verdict.problems.append(_not_covered(path, config, declared.invalid))
        return
    if declared.skipped:
        reached = current.path in declared.considered and not any(current.path in words for words in declared.skipped)
        if not (reached and path != current.path):
            verdict.problems.append(_left_out(path, current.path, declared.skipped[0].rstrip(".")))
    if declared.invalid:
        verdict.doubts.append(
            phrase(
                "the configuration of logrotate is not valid everywhere, though {path:path} is covered: {reason}",
                path=path,
                reason=declared.invalid[0],
            )
        )
    again = [log for log in declared.considered if log_files.rotated_name(os.path.basename(current.path)).fullmatch(os.path.basename(log))]
    again = [log for log in again if os.path.dirname(log) == os.path.dirname(current.path)]
    if again:
        verdict.doubts.append(
            phrase(
                "the pattern {pattern:path} also takes rotated files, which are rotated again: {file:path}",
                pattern=rule.pattern,
                file=again[0],
            )
        )


def _not_covered(path: str, config: str, invalid: list[Message]) -> Message:
    if not invalid:
        return phrase("logrotate does not cover {path:path}: no valid rule in {config:path} names it", path=path, config=config)
    return phrase(
        "logrotate does not cover {path:path}: no valid rule in {config:path} names it ({reason})",
        path=path,
        config=config,
        reason=invalid[0],
    )


def _left_out(path: str, real: str, said: str) -> Message:
    if path == real:
        return phrase("logrotate leaves {path:path} out: {reason}", path=path, reason=said)
    return phrase("logrotate leaves {path:path} out: {reason}; the rule must name {target:path}", path=path, reason=said, target=real)


def _judge_runs(verdict: Verdict, state: State, now: float) -> None:
    if state.last_run is None:
        verdict.doubts.append(phrase("logrotate has not run yet: its state file {state:path} is not there", state=state.path))
    elif now - state.last_run > LOGROTATE_EVERY:
        verdict.doubts.append(
            phrase(
                "logrotate has not run for {ago:duration} (its state file {state:path}); is its timer or cron entry active?",
                ago=now - state.last_run,
                state=state.path,
            )
        )


def _max_size(args: Arguments) -> int:
    return FILE_MAX_SIZE if args["max_size"] is None else int(args["max_size"])


def _judge_size(verdict: Verdict, current: Current, rule: Rule | None, rotated: list[Rotated], args: Arguments) -> list[Measurement]:
    limit = _max_size(args)
    if current.used > limit:
        verdict.problems.append(
            phrase("{path:path} has {used:bytes}, the limit is {limit:bytes}", path=current.path, used=current.used, limit=limit)
        )
    elif rule and rule.size is not None and current.used > max(rule.size, 1) and not rotated and rule.keeps != 0:
        verdict.doubts.append(
            phrase(
                "{path:path} has {used:bytes} and should rotate above {size:bytes}, but no rotated file lies beside it yet",
                path=current.path,
                used=current.used,
                size=rule.size,
            )
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


def _began(current: Current, rotated: list[Rotated], state: State, runner: Runner) -> tuple[float | None, Message | None]:
    """When the oldest line of the current file was written, and how that is known."""
    if current.size == 0:
        return None, None
    if current.first_written is not None:
        return current.first_written, FIRST_LINES
    if rotated:
        dated = [state.dates[path] for path in (current.path,) if path in state.dates]
        return max([rotated[0].modified, *dated]), phrase("its newest rotated file")
    birth = log_files.birth(current.path, runner)
    return (birth, phrase("its creation")) if birth is not None else (None, None)


def _judge_age(
    verdict: Verdict,
    current: Current,
    rule: Rule | None,
    rotated: list[Rotated],
    began: float | None,
    source: Message | None,
    limit: float,
    now: float,
) -> list[Measurement]:
    path = current.path
    if began is None and now - current.modified > limit:
        began, source = current.modified, phrase("its last change")
    if began is None:
        if not (rotated or (rule and rule.keeps == 0)):
            verdict.doubts.append(
                phrase("that {path:path} rotates is not proven: no rotated file lies beside it, its content has no visible age", path=path)
            )
        return []
    age = max(now - began, 0.0)
    if age > limit:
        oldest = phrase(
            "its oldest content is {age:duration} old (known by {source}), the limit is {limit:duration}",
            age=age,
            source=source,
            limit=limit,
        )
        copied = bool(rotated) and now - rotated[0].modified <= limit and source == FIRST_LINES
        said = _not_rotated(path, began, oldest, copied=copied, alone=not rotated)
        if rule:
            said = phrase("rotation is declared ({rule}), but {problem}", rule=rule.describe(), problem=said)
        verdict.problems.append(said)
        verdict.since = _iso(began + limit)
    return [Measurement("log_oldest_content_age_seconds", age, limit, "upper")]


def _not_rotated(path: str, began: float, oldest: Message, *, copied: bool, alone: bool) -> Message:
    since = _iso(began)
    if alone:
        return phrase(
            "{path:path} has not rotated since {since:moment}, and no rotated file lies beside it: {oldest}",
            path=path,
            since=since,
            oldest=oldest,
        )
    if copied:
        return phrase(
            "{path:path} is copied without being emptied, content of {since:moment} is still in it: {oldest}",
            path=path,
            since=since,
            oldest=oldest,
        )
    return phrase("{path:path} has not rotated since {since:moment}: {oldest}", path=path, since=since, oldest=oldest)


# -- journald


def _journald(args: Arguments, runner: Runner) -> Finding:
    usage = journald.usage(runner)
    used, files = usage.used, usage.files
    if not files:
        said = phrase("journald keeps nothing on this host: there is no journal file")
        return failed(said, observed={"used_bytes": used, "files": 0})
    settings = journald.journald_settings(args["journald_config"], runner)
    limit, why = journald.journal_limit(settings, files) if args["max_size"] is None else (args["max_size"], verbatim("max_size"))
    oldest = min((one.head for one in files if one.head is not None), default=None)
    now = runner.now().timestamp()
    verdict = Verdict()
    measurements = [Measurement("log_size_bytes", float(used), float(limit), "upper")]
    # each active file may stand out by its own growth step
    if used > limit + len({os.path.dirname(one.path) for one in files}) * 8 * 2**20:
        verdict.problems.append(
            phrase("the journal has {used:bytes}, the limit is {limit:bytes} ({setting})", used=used, limit=limit, setting=why)
        )
    retention = journald.parse_timespan(settings.get("MaxRetentionSec", ""))
    age_limit = args["max_age"] if args["max_age"] is not None else (retention + 31 * DAY if retention else None)
    if oldest is not None and age_limit is not None:
        age = max(now - oldest, 0.0)
        measurements.append(Measurement("log_oldest_content_age_seconds", age, float(age_limit), "upper"))
        if age > age_limit:
            spans = phrase("MaxRetentionSec, and the month that one file may span")
            verdict.problems.append(
                phrase(
                    "the oldest entry of the journal is {age:duration} old, the limit is {limit:duration} ({setting})",
                    age=age,
                    limit=age_limit,
                    setting=spans if args["max_age"] is None else "max_age",
                )
            )
            verdict.since = _iso(oldest + age_limit)
    rotated = sum(one.archived for one in files)
    verdict.good = plural(
        "the journal has {used:bytes} in {count:number} file, {archived:number} of them archived; "
        "it is bounded by {limit:bytes} ({setting})",
        "the journal has {used:bytes} in {count:number} files, {archived:number} of them archived; "
        "it is bounded by {limit:bytes} ({setting})",
        count=len(files),
        used=used,
        archived=rotated,
        limit=limit,
        setting=why,
    )
    return verdict.finding(
        observed={"used_bytes": used, "files": len(files), "archived": rotated, "oldest_entry": _iso(oldest), "settings": settings},
        expected={"max_size_bytes": limit, "bounded_by": str(why), "max_age_seconds": age_limit},
        measurements=measurements,
    )


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "run")
