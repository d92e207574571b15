# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a log rotates: what is declared, and what lies on disk. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._argspec import Spec
from .._clients import containers, journald, log_files, log_writers, logrotate, logrotate_config, rotated_names
from .._clients.log_files import Current
from .._clients.logrotate import State
from .._finding import CannotObserve, Finding, Measurement, failed
from .._phrase import Message, phrase, plural
from .._runner import Runner, unreadable
from . import _rotation_container, _rotation_journal, _rotation_starts
from ._rotation_age import FIRST_LINES, Began, Log, age_limit, began, judge_age
from ._rotation_bounded import judge_bound
from ._rotation_dated import judge_dated
from ._rotation_declared import judge_declaration
from ._rotation_generations import judge_generations
from ._rotation_last_run import Names, judge_last_run
from ._rotation_mounted import judge_mounts
from ._rotation_possible import judge_possible
from ._rotation_state import judge_state
from ._rotation_unpacked import judge_unpacked
from ._rotation_verdict import DAY, Verdict, iso

WHERE = "host"
TIMEOUT = 30.0
USUAL_STATES = logrotate.STATE_FILES
ARGUMENT_SPEC: Spec = {
    "path": {"type": "path"},
    "journald": {"type": "bool"},
    "container": {"type": "str"},
    "rotated_by": {"type": "str", "choices": ["logrotate", "journald", "application"], "default": "logrotate"},
    "max_size": {"type": "str"},
    "max_age": {"type": "str"},
    "generations": {"type": "int"},
    "logrotate_config": {"type": "path", "default": _rotation_starts.CONFIG},
    "logrotate_state": {"type": "path"},
    "logrotate_timer": {"type": "str"},
    "logrotate_cron": {"type": "path"},
    "journald_config": {"type": "list", "elements": "path", "default": journald.CONFIG},
    "unit": {"type": "str"},
    "persistent": {"type": "bool", "default": True},
    "forwarded": {"type": "bool", "default": False},
    "max_silence": {"type": "str"},
    "engine": {"type": "str", "choices": list(containers.ENGINES)},
}
CONSTRAINTS = {
    "required_one_of": [("path", "journald", "container")],
    "mutually_exclusive": [("path", "journald", "container")],
}
DURATIONS = ("max_age", "max_silence")
SIZES = ("max_size",)

FILE_MAX_SIZE = 2**30
FAR_ABOVE = 10
LATER = 60.0  # seconds: a process needs a moment to open the new file, and times of lines are whole seconds


class Arguments(t.TypedDict):
    path: str | None
    journald: bool | None
    container: str | None
    rotated_by: str
    max_size: int | None
    max_age: float | None
    generations: int | None
    logrotate_config: str
    logrotate_state: str | None
    logrotate_timer: str | None
    logrotate_cron: str | None
    journald_config: list[str]
    unit: str | None
    persistent: bool
    forwarded: bool
    max_silence: float | None
    engine: str | None
    timeout: float


def problems(args: Arguments, _given: t.Collection[str]) -> list[str]:
    generations = args["generations"]
    return ["generations must be 1 or more"] if generations is not None and generations < 1 else []


def run(args: Arguments, runner: Runner) -> Finding:
    journal = _rotation_journal.Asked(
        args["journald_config"],
        args["unit"],
        args["persistent"],
        args["forwarded"],
        args["max_size"],
        args["max_age"],
        args["max_silence"],
    )
    if args["container"]:
        return _rotation_container.judge_container(args["container"], args["engine"], args["max_size"], journal, runner)
    if args["journald"] or args["rotated_by"] == "journald":
        return _rotation_journal.judge_journal(journal, runner)
    if not args["path"]:
        raise CannotObserve(phrase("neither the path of a log file nor journald is named"))
    return _file(os.path.normpath(args["path"]), args, runner)


def _file(path: str, args: Arguments, runner: Runner) -> Finding:
    try:
        current = log_files.current(path, runner)
    except FileNotFoundError:
        return failed(phrase("the log file {path:path} is not there", path=path), observed={"path": path, "exists": False}, absent=True)
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    verdict = Verdict()
    observed: dict[str, object] = {"path": path, "size_bytes": current.size, "rotated_by": args["rotated_by"]}
    log = _looked_at(path, current, args, verdict, observed, runner)
    now = runner.now().timestamp()
    found = began(log, runner)
    measurements = _judge_size(verdict, log, found, args, runner)
    limit = age_limit(log, args["max_age"])
    if current.size and limit is not None and not _exempt(log, args):
        measurements += judge_age(verdict, log, found, limit, now)
    judge_generations(verdict, log, args["generations"], runner)
    judge_bound(verdict, log, args["generations"])
    judge_possible(verdict, log)
    judge_mounts(verdict, log, runner)
    judge_dated(verdict, log)
    judge_unpacked(verdict, log, now)
    unseen = _judge_writers(verdict, log, now, runner)
    last = max((one.modified for one in log.rotated), default=None)
    observed.update(
        rotated_files=len(log.rotated),
        rotated_bytes=sum(one.size for one in log.rotated),
        newest_rotated=iso(last),
        oldest_content=iso(found.moment),
        oldest_content_known_by=None if found.source is None else str(found.source),
        processes_not_visible=unseen,
    )
    verdict.good = _rotates(path, log, last, now)
    expected: dict[str, object] = {"rotated_by": args["rotated_by"], "max_age_seconds": limit, "max_size_bytes": _max_size(args)}
    return verdict.finding(observed=observed, expected=expected, measurements=measurements)


def _looked_at(path: str, current: Current, args: Arguments, verdict: Verdict, observed: dict[str, object], runner: Runner) -> Log:
    """What is known of the log; judges what is declared on the way. CannotObserve."""
    if args["rotated_by"] != "logrotate":
        return Log(current, log_files.rotated_files(current.path), None, None, State(""), True)
    paths, config = {path, current.path}, args["logrotate_config"]
    asked = _rotation_starts.Asked(config, args["logrotate_timer"], args["logrotate_cron"])
    timer = _rotation_starts.timer_of(asked, runner)
    state = logrotate.read_state(args["logrotate_state"] or _rotation_starts.state_named(asked, timer, runner), runner)
    declared = logrotate.declared_for(paths, config, state, runner)
    paths |= declared.names
    for name in declared.names & state.dates.keys():
        state.dates[current.path] = state.dates[name]
    rule, block = declared.rule, logrotate_config.block_of(paths, declared.files, runner)
    folder = os.path.dirname(current.path)
    olddir = [os.path.normpath(os.path.join(folder, rule.olddir))] if rule and rule.olddir else []
    naming = rotated_names.by_rule(current.path, block if rule else None, olddir)
    judge_declaration(verdict, declared, block, path, current, config, naming, runner)
    judge_state(verdict, declared, state)
    in_place = block is not None and bool({"copy", "copytruncate"} & block.flags)
    folders = (*naming.folders, os.path.dirname(state.path))
    asked = asked._replace(period=rule.period if rule else None, folders=folders, renames=() if in_place else naming.folders)
    started, ours = _rotation_starts.judge_runs(verdict, state, asked, timer, runner)
    names = Names(paths, naming, block.patterns if block else ())
    ended = judge_last_run(verdict, state, timer.unit, timer.service, names, runner) if ours else {}
    observed.update(ended)
    said = [*declared.skipped, *(str(one.said) for one in declared.invalid)]
    observed["logrotate"] = {"rule": str(rule.describe()) if rule else None, "problems": said}
    observed["logrotate_last_run"] = iso(state.last_run)
    rotated = log_files.rotated_files(current.path, naming=naming)
    return Log(current, rotated, rule, block if rule else None, state, False, started, bool(ended), naming)


def _rotates(path: str, log: Log, last: float | None, now: float) -> Message:
    rule, used = log.rule, log.current.used
    by = phrase("logrotate covers it ({rule})", rule=rule.describe()) if rule else phrase("by its application")
    if last is None and log.by_application:
        return phrase(
            "{path:path} rotates: {by}, as is declared; no rotated file is known by its name, {used:bytes} now", path=path, by=by, used=used
        )
    if last is None:
        return phrase(
            "{path:path} rotates: {by}, it is too young or too small to have rotated yet, {used:bytes} now", path=path, by=by, used=used
        )
    return plural(
        "{path:path} rotates: {by}, {count:number} rotated file, last written {ago:duration} ago, {used:bytes} now",
        "{path:path} rotates: {by}, {count:number} rotated files, the newest last written {ago:duration} ago, {used:bytes} now",
        count=len(log.rotated),
        path=path,
        by=by,
        ago=max(now - last, 0.0),
        used=used,
    )


# -- its size


def _max_size(args: Arguments) -> int:
    return FILE_MAX_SIZE if args["max_size"] is None else int(args["max_size"])


def _judge_size(verdict: Verdict, log: Log, found: Began, args: Arguments, runner: Runner) -> list[Measurement]:
    limit, current, rule = _max_size(args), log.current, log.rule
    size = rule.size if rule else None
    if current.used > limit:
        verdict.problems.append(
            phrase("{path:path} has {used:bytes}, the limit is {limit:bytes}", path=current.path, used=current.used, limit=limit)
        )
    elif size is not None and size > limit:
        verdict.doubts.append(_never_by_size(log, size, limit))
    elif size is not None and _was_above(log, found, max(size, 1), runner):
        verdict.doubts.append(_not_by_size(log, size))
    elif rule and rule.maxsize and not rule.minage and _was_above(log, found, rule.maxsize, runner):
        verdict.doubts.append(_not_by_size(log, rule.maxsize))
    return [Measurement("log_size_bytes", float(current.used), float(limit), "upper")]


def _was_above(log: Log, found: Began, size: int, runner: Runner) -> bool:
    """Whether the log was above the size of its rule when logrotate last ran: by the line that brought it there, else by far."""
    current, last = log.current, log.state.last_run
    if current.used <= size or last is None:
        return False
    if current.modified <= last:
        return True
    if current.hollow or found.source != FIRST_LINES:
        return current.used > FAR_ABOVE * size and found.moment is not None and found.moment < last - DAY
    moment = log_files.written_at(current, size, runner.now())
    return moment is not None and moment < last - LATER


def _not_by_size(log: Log, size: int) -> Message:
    if not log.rotated:
        return phrase(
            "{path:path} has {used:bytes} and should rotate above {size:bytes}, but no rotated file lies beside it yet",
            path=log.path,
            used=log.current.used,
            size=size,
        )
    return phrase(
        "{path:path} has {used:bytes} and should rotate above {size:bytes}, but the last run of logrotate did not rotate it",
        path=log.path,
        used=log.current.used,
        size=size,
    )


def _never_by_size(log: Log, size: int, limit: int) -> Message:
    period = log.block.period if log.block else None
    if period is None:
        return phrase("{path:path} rotates above {size:bytes} only, the limit is {limit:bytes}", path=log.path, size=size, limit=limit)
    return phrase(
        "{path:path} rotates above {size:bytes} only, the limit is {limit:bytes}: in its rule size replaces {period}",
        path=log.path,
        size=size,
        limit=limit,
        period=period,
    )


def _exempt(log: Log, args: Arguments) -> bool:
    """Whether the rule itself leaves the log alone, however old it is."""
    return args["max_age"] is None and log.rule is not None and log.rule.minsize is not None and log.current.size < log.rule.minsize


# -- who writes into what


def _judge_writers(verdict: Verdict, log: Log, now: float, runner: Runner) -> int:
    """How many processes could not be looked at."""
    current = log.current
    if current.hollow:
        verdict.doubts.append(
            phrase("{path:path} begins with NUL bytes: a process writes without O_APPEND into what copytruncate has emptied", path=log.path)
        )
    writers, unseen = log_writers.lasting_writers(current.path, log.rotated, runner, log.naming)
    for writer in writers:
        verdict.problems.append(
            phrase(
                "process {pid} ({command}) still writes into the rotated file {path:path}",
                pid=writer.pid,
                command=writer.command,
                path=writer.path,
            )
        )
    if unseen:
        verdict.remarks.append(
            plural(
                "whether {count:number} process of another user writes into a rotated file was not seen",
                "whether one of {count:number} processes of other users writes into a rotated file was not seen",
                count=unseen,
            )
        )
    if not writers:
        _judge_growth(verdict, log, now)
    moved = None if writers else log_writers.moved_away(current.path, log.naming)
    if moved is not None:
        verdict.doubts.append(
            phrase(
                "process {pid} ({command}) writes into {path:path}, and none into the log itself: the log was moved by hand",
                pid=moved.pid,
                command=moved.command,
                path=moved.path,
            )
        )
    return unseen


def _judge_growth(verdict: Verdict, log: Log, now: float) -> None:
    """Whether the newest rotated file was written after the log itself, which is also seen where processes are not."""
    newest, current = log.rotated[0] if log.rotated else None, log.current
    if newest is None or not newest.size or newest.compressed or newest.modified <= current.modified + LATER:
        return
    ago = max(now - newest.modified, 0.0)
    if not current.size:
        verdict.problems.append(
            phrase(
                "the rotated file {file:path} was written {ago:duration} ago, while the log itself is empty: what writes has not opened it",
                file=newest.path,
                ago=ago,
            )
        )
    elif log.naming is not None and log.naming.made is not None and log.naming.made.fullmatch(os.path.basename(newest.path)):
        verdict.doubts.append(
            phrase(
                "the rotated file {file:path} was written {ago:duration} ago, {later:duration} after the last line of the log itself: "
                "some of what writes has not opened the log anew",
                file=newest.path,
                ago=ago,
                later=newest.modified - current.modified,
            )
        )


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
