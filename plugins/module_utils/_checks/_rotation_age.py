# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a log is ever emptied: the age of the oldest that is in it, by its lines or by what lies beside it. PRIVATE.

logrotate writes a date into its state file when it sees a log for the first time, and when it tries to rotate it: also when it fails.
So that date is believed only where the rotated files bear it out.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients import log_files
from .._clients.log_files import Current, Rotated
from .._clients.logrotate import Rule, State
from .._clients.logrotate_config import Block
from .._clients.rotated_names import Naming
from .._finding import Measurement
from .._phrase import Message, phrase
from .._runner import Runner
from ._rotation_verdict import DAY, Verdict, iso

APPLICATION_MAX_AGE = 8 * DAY
LARGE = 65536  # bytes: more than what a program says when it starts
FIRST_LINES = phrase("its first lines")
NEWEST_ROTATED = phrase("its newest rotated file")


@dataclasses.dataclass(frozen=True)
class Log:
    """All that is known of a log file."""

    current: Current
    rotated: list[Rotated]  # the last one first
    rule: Rule | None
    block: Block | None  # the same rule as it is written down
    state: State
    by_application: bool
    started: bool = False  # whether something is seen that starts logrotate
    run_failed: bool = False  # its service, when it last ran
    naming: Naming | None = None

    @property
    def path(self) -> str:
        return self.current.path

    def has(self, flag: str) -> bool:
        return self.block is not None and flag in self.block.flags


class Began(t.NamedTuple):
    """When the oldest content was written, and how that is known."""

    moment: float | None = None
    source: Message | None = None


def age_limit(log: Log, max_age: float | None) -> float | None:
    """How old the oldest content may be; None where nothing says so."""
    if max_age is not None:
        return float(max_age)
    if log.by_application:
        return APPLICATION_MAX_AGE
    if log.rule is None or log.rule.period is None:
        return None
    return by_rule(log.rule, log.rule.period)


def by_rule(rule: Rule, period: float) -> float:
    """The longest from one rotation to the next: logrotate rotates when it next runs after the period, a day later at the most."""
    return max(period + min(period, DAY), rule.minage + DAY if rule.minage else 0.0)


def began(log: Log, runner: Runner) -> Began:
    current, rotated = log.current, log.rotated
    if current.size == 0:
        return Began()
    if current.first_written is not None:
        return Began(current.first_written, FIRST_LINES)
    if rotated:
        tried = [moment for path, moment in log.state.dates.items() if path == current.path and _borne_out(log, moment)]
        return Began(max([rotated[0].modified, *tried]), NEWEST_ROTATED)
    if log.rule and log.rule.keeps == 0 and (log.block is None or log.has("copytruncate")):
        return Began()  # it is emptied in place, and is older than what is in it
    born = log_files.birth(current.path, runner)
    return Began(born, phrase("its creation")) if born is not None else Began()


def _borne_out(log: Log, tried: float) -> bool:
    """Whether the newest rotated file was still written within the time that one rotation takes to the next."""
    period = log.rule.period if log.rule else None
    return period is not None and log.rule is not None and tried - log.rotated[0].modified <= by_rule(log.rule, period)


def judge_age(verdict: Verdict, log: Log, found: Began, limit: float, now: float) -> list[Measurement]:
    current = log.current
    moment, source = found
    if now - current.modified > limit and source != FIRST_LINES and (moment is None or current.modified < moment):
        moment, source = current.modified, phrase("its last change")
    if moment is None:
        if not log.rotated:
            verdict.doubts.append(_not_proven(log))
        return []
    age = max(now - moment, 0.0)
    copied = age <= limit and source != FIRST_LINES and _is_copied(log)
    if age > limit or copied:
        if _was_left_as_empty(log, source, now):
            if not log.started:
                verdict.doubts.append(_perhaps_empty(log, age, limit))
            verdict.remarks.append(_not_understood(log, phrase("the last run of logrotate, which left it alone as an empty log")))
        else:
            verdict.problems.append(_old(log, moment, age, source, limit, now, copied=copied))
            verdict.since = iso(moment if copied else moment + limit)
    elif source != FIRST_LINES:
        verdict.remarks.append(_not_understood(log, source))
    return [Measurement("log_oldest_content_age_seconds", age, limit, "upper")]


def _is_copied(log: Log) -> bool:
    """A service that is started anew by each rotation may begin each file alike; only what is copied can be a copy."""
    if not log.rotated or not (log.has("copy") or log.has("copytruncate") or (log.by_application and log.rotated[0].size >= LARGE)):
        return False
    return log_files.copied_into(log.current, log.rotated[0])


def _not_proven(log: Log) -> Message:
    if log.current.clock_only:
        return phrase(
            "that {path:path} rotates is not proven: no rotated file lies beside it, and its lines have a time of day without a date",
            path=log.path,
        )
    return phrase(
        "that {path:path} rotates is not proven: no rotated file lies beside it, and the time of its lines is not understood", path=log.path
    )


def _not_understood(log: Log, source: Message | None) -> Message:
    if log.current.clock_only:
        return phrase("its lines have a time of day without a date, so its age is known by {source}", source=source)
    return phrase("the time of its lines is not understood, so its age is known by {source}", source=source)


def _old(log: Log, moment: float, age: float, source: Message | None, limit: float, now: float, *, copied: bool) -> Message:
    oldest = phrase(
        "its oldest content is {age:duration} old (known by {source}), the limit is {limit:duration}", age=age, source=source, limit=limit
    )
    copied = copied or (bool(log.rotated) and now - log.rotated[0].modified <= limit and source == FIRST_LINES)
    said = _not_rotated(log.path, moment, oldest, copied=copied, alone=not log.rotated)
    return phrase("rotation is declared ({rule}), but {problem}", rule=log.rule.describe(), problem=said) if log.rule else said


def _not_rotated(path: str, began: float, oldest: Message, *, copied: bool, alone: bool) -> Message:
    since = iso(began)
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


def _was_left_as_empty(log: Log, source: Message | None, now: float) -> bool:
    """Whether logrotate ran, and left the log alone as it does an empty one: then all that is in it was written since.

    It may have run for other logs only; so something must be seen that starts it for these.
    """
    rule, last = log.rule, log.state.last_run
    if source != NEWEST_ROTATED or rule is None or rule.period is None or rule.ifempty or last is None:
        return False
    tried = log.state.dates.get(log.path)
    due = tried is not None and tried + by_rule(rule, rule.period) < last
    return due and now - last <= 2 * DAY and log.current.modified > last


def _perhaps_empty(log: Log, age: float, limit: float) -> Message:
    return phrase(
        "that {path:path} rotates is not proven: its newest rotated file is {age:duration} old, the limit is {limit:duration}; "
        "logrotate has left it alone since, as it does an empty log, and the time of its lines is not understood",
        path=log.path,
        age=age,
        limit=limit,
    )


__all__ = ("FIRST_LINES", "Began", "Log", "age_limit", "began", "by_rule", "judge_age")
