# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rotated files of a log: as many as the rule keeps, compressed where it compresses, none lost between others. PRIVATE."""

from __future__ import annotations

import os
import re

from .._clients import log_files
from .._clients.log_files import Rotated
from .._phrase import Message, phrase
from .._runner import Runner
from ._rotation_age import Log, by_rule
from ._rotation_verdict import DAY, Verdict

SLACK = 2.0  # seconds: the state file has whole ones
AT_WORK = 3600.0  # seconds within which compressing ends
FAR = 1000  # what is larger is a date


def judge_generations(verdict: Verdict, log: Log, wanted: int | None, runner: Runner) -> None:
    """``wanted``: how many are to be kept, where that is declared."""
    rule, keeps = log.rule, log.rule.keeps if log.rule else None
    if wanted is not None and rule is not None:
        kept = kept_by_rule(log)
        if kept is not None and kept < wanted:
            verdict.problems.append(
                phrase(
                    "the rule of {path:path} keeps {keeps:number} rotated files, {wanted:number} are declared",
                    path=log.path,
                    keeps=kept,
                    wanted=wanted,
                )
            )
    most = keeps or wanted
    if most and len(log.rotated) > most + 1:
        verdict.doubts.append(_too_many(log, most, by_rule=bool(keeps)))
    _judge_compression(verdict, log, runner.now().timestamp())
    if keeps:
        lost = _lost(log, keeps)
        if lost:
            verdict.doubts.append(
                phrase("the rotated file number {number} of {path:path} is missing between others: it was lost", number=lost, path=log.path)
            )
        _judge_number(verdict, log, keeps, runner)


def kept_by_rule(log: Log) -> int | None:
    """How many the rule keeps, by number or by age."""
    rule = log.rule
    maxage = log.block.maxage if log.block else None  # not every version of logrotate tells it
    if rule is None or maxage is None or rule.period is None:
        return rule.keeps if rule else None
    by_age = int(maxage * DAY / rule.period)
    return by_age if rule.keeps is None else min(rule.keeps, by_age)


def _too_many(log: Log, most: int, *, by_rule: bool) -> Message:
    if by_rule:
        return phrase(
            "{number:number} rotated files of {path:path} lie there, the rule keeps {keeps:number}: old ones are not removed",
            number=len(log.rotated),
            path=log.path,
            keeps=most,
        )
    return phrase(
        "{number:number} rotated files of {path:path} lie there, {wanted:number} are declared: old ones are not removed",
        number=len(log.rotated),
        path=log.path,
        wanted=most,
    )


# -- compression


def _judge_compression(verdict: Verdict, log: Log, now: float) -> None:
    if log.block is None or not log.has("compress"):
        return
    program = log.block.program
    if program and program.startswith("/") and not os.access(program, os.X_OK):
        verdict.problems.append(
            phrase(
                "the rule of {path:path} compresses by {program:path}, which is not there or may not be run", path=log.path, program=program
            )
        )
        return
    left = _left_uncompressed(log, now)
    if left is None:
        return
    if not _told_before(log):
        older = log.rotated[1:]
        if older and not log.has("dateext") and not any(one.compressed for one in older):
            return  # a rotation that fails in compressing overwrites the only one: the rule compresses since then only
        if not older and not log.run_failed or not all(one.compressed for one in older):
            verdict.doubts.append(
                phrase(
                    "the rule compresses, but {file:path} is not compressed; the rule was changed since, so the next rotation shows "
                    "whether that comes to its end",
                    file=left.path,
                )
            )
            return
    if log.has("dateext"):
        said = phrase(
            "the rule compresses, but {file:path} is not compressed: rotations do not come to their end (compressing or a script fails), "
            "and such files are never removed",
            file=left.path,
        )
    else:
        said = phrase(
            "the rule compresses, but {file:path} is not compressed: rotations do not come to their end (compressing or a script fails), "
            "and each one overwrites it",
            file=left.path,
        )
    verdict.problems.append(said)


def _left_uncompressed(log: Log, now: float) -> Rotated | None:
    """The newest rotated file, where logrotate has ended its work and has not compressed it."""
    state, newest = log.state, log.rotated[0] if log.rotated else None
    if log.block is None or log.has("delaycompress") or newest is None or newest.compressed:
        return None
    number = _number(log, newest)
    if number is not None if log.has("dateext") else number != log.block.start:
        return None  # not what this rule makes
    if (state.last_run is None or newest.modified > state.last_run) and now - newest.modified < AT_WORK:
        return None
    return newest


def _told_before(log: Log) -> bool:
    """Whether the rule has compressed since before the last rotation."""
    tried = log.state.dates.get(log.path)
    files = log.block.packed_by if log.block else ()
    return tried is not None and tried + SLACK >= max(map(_changed, files), default=0.0)


def _changed(path: str) -> float:
    """When the rule came here: packages keep the time of its last change."""
    try:
        return os.stat(path).st_ctime
    except OSError:
        return float("inf")


# -- what is missing


def _number(log: Log, one: Rotated) -> int | None:
    """The number in its name; None where it has a date."""
    name = os.path.basename(one.path)
    stem, extension = os.path.splitext(os.path.basename(log.path))
    for begin in dict.fromkeys([*([log.naming.base] if log.naming and log.naming.base else []), stem + extension, stem]):
        match = re.match(re.escape(begin) + r"\.(\d{1,3})(?:\.|$)", name)
        if match and int(match.group(1)) < FAR:
            return int(match.group(1))
    return None


def _lost(log: Log, keeps: int) -> int | None:
    """The first number that is missing between others that the rule keeps: a rotation moves all of them up by one."""
    if log.block is None or log.has("dateext"):
        return None
    start = log.block.start
    numbers = {number for one in log.rotated if (number := _number(log, one)) is not None and start <= number < start + keeps}
    if not numbers:
        return None
    return next((number for number in range(start, max(numbers)) if number not in numbers), None)


def _judge_number(verdict: Verdict, log: Log, keeps: int, runner: Runner) -> None:
    """Fewer than the rule keeps for as long as it has run; only where each period leaves a file, whatever is logged."""
    rule = log.rule
    if rule is None or rule.period is None or not rule.ifempty or rule.minsize or rule.minage or log.block is None:
        return
    if not (log.has("create") or log.has("copytruncate")):
        return
    known_since = [one.modified for one in log.rotated]
    if log.has("copytruncate") and (born := log_files.birth(log.path, runner)) is not None:
        known_since.append(max(born, _changed(log.block.file)))
    if not known_since:
        return
    now = runner.now().timestamp()
    if log.rotated and now - log.rotated[0].modified > by_rule(rule, rule.period):
        return  # it does not rotate now, which is another matter
    ran = now - min(known_since)
    expected = min(kept_by_rule(log) or keeps, int(ran / rule.period))
    if len(log.rotated) * 2 < expected:
        verdict.doubts.append(
            phrase(
                "{number:number} rotated files of {path:path} lie there; of {ran:duration} the rule would have kept {expected:number}: "
                "others were lost or removed",
                number=len(log.rotated),
                path=log.path,
                ran=ran,
                expected=expected,
            )
        )


__all__ = ("judge_generations", "kept_by_rule")
