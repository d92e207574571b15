# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restore into scratch space succeeds, its content is right, and it takes no longer than promised; or the last one is young enough.

PRIVATE to the collection.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import Spec
from .._files import NotWritten
from .._finding import CannotObserve, Facts, Finding, failed
from .._message import one_line
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner
from . import _restore_record, _restored_database
from ._backup_tools import (
    TOOL_CONSTRAINTS,
    TOOL_SIZES,
    TOOL_SPEC,
    Tool,
    identity,
    is_of_one_host,
    refused,
    restore_of,
    shown_name,
    with_program,
)
from ._judgement import Judgement
from ._restore_attempt import AUTO, LIVE, NONE, Asked, Outcome, attempt, chosen, is_newest, named, wanted
from ._scratch_space import left_behind, usable

WHERE = "host"
TIMEOUT = 3600.0
ARGUMENT_SPEC: Spec = {
    **TOOL_SPEC,
    "scratch": {"type": "path"},
    "max_bytes": {"type": "str", "default": "10GiB"},
    "database_user": {"type": "str"},
    "bin_directory": {"type": "path"},
    "generation": {"type": "str", "default": "newest"},
    "fall_back": {"type": "bool", "default": False},
    "rto": {"type": "str"},
    "record": {"type": "path"},
    "max_age": {"type": "str"},
    "restore_every": {"type": "str"},
    "compare_with": {"type": "str", "choices": [LIVE, AUTO, NONE], "default": AUTO},
    "sample_files": {"type": "int", "default": 100},
    "manifest": {"type": "str"},
    "min_files": {"type": "int", "default": 1},
    "database": {"type": "str"},
    "verify_database": {"type": "str"},
    "verify_user": {"type": "str", "default": "postgres"},
    "verify_query": {"type": "str"},
    "expect": {"type": "str"},
    "verify_command": {"type": "list", "elements": "str"},
}
CONSTRAINTS = {**TOOL_CONSTRAINTS, "required_one_of": [("scratch", "record")]}
DURATIONS = ("rto", "max_age", "restore_every")
SIZES = ("max_bytes", *TOOL_SIZES)


class Arguments(Tool, Asked):
    rto: float | None
    record: str | None
    max_age: float | None
    restore_every: float | None
    timeout: float


@dataclasses.dataclass(frozen=True)
class Held:
    """What a record is held against."""

    of: dict[str, object]
    wanted: list[str]
    max_age: float | None
    rto: float | None
    min_files: int
    of_one_host: bool


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = refused(args) + _restored_database.problems(args)
    if args["scratch"] is None and args["max_age"] is None:
        found.append("max_age: without scratch nothing is restored, and the age of the last record is what counts")
    if args["restore_every"] is not None and args["record"] is None:
        found.append("restore_every: needs record, in which the last restore stands")
    if args["max_age"] is not None and args["record"] is None:
        found.append("max_age: needs record, whose age it limits")
    found += [f"{name}: expected 1 or more" for name in ("sample_files", "max_bytes") if args[name] < 1]
    if args["verify_command"] is not None and not (args["verify_command"] and args["verify_command"][0].strip()):
        found.append("verify_command: there is no command in it")
    if args["min_files"] < 0:
        found.append("min_files: expected 0 or more")
    found += [f"{name}: expected a path that starts with /" for name in ("scratch", "record") if not _is_absolute(args[name])]
    return found


def _is_absolute(path: str | None) -> bool:
    return path is None or path.startswith("/")


def run(args: Arguments, runner: Runner) -> Finding:
    of = identity(args) if is_newest(args) else {**identity(args), _restore_record.GENERATION: args["generation"]}
    asked = Held(of, wanted(args), args["max_age"], args["rto"], args["min_files"], is_of_one_host(args))
    record = _restore_record.read(args["record"], asked.of) if args["record"] else None
    if args["scratch"] is None:
        return _by_record(args, record, asked, runner)
    usable(args["scratch"])
    removed, unremoved = left_behind(args["scratch"])
    if record and args["restore_every"] is not None:
        age = _restore_record.age_of(record, runner.now())
        if _restore_record.serves(record, asked, age, args["restore_every"]):
            return _restore_record.judged(str(args["record"]), record, asked, runner.now(), removed + unremoved)
    judgement = Judgement(warns=unremoved, notes=removed)
    return _by_restore(args, runner, asked, judgement)


def _by_record(args: Arguments, record: _restore_record.Record | None, asked: Held, runner: Runner) -> Finding:
    path = str(args["record"])
    if record is None:
        said = phrase("there is no restore record {path:path}: no restore of {backup:path} was proven", path=path, backup=shown_name(args))
        return failed(said, proof="derived", absent=True, observed={"record": path, "of": asked.of})
    return _restore_record.judged(path, record, asked, runner.now())


def _by_restore(args: Arguments, runner: Runner, asked: Held, judgement: Judgement) -> Finding:
    half = restore_of(args["tool"])
    generations = half.generations(with_program(args), runner)
    candidates = chosen(args, generations, runner.now(), judgement)
    if generations and not candidates and is_newest(args):
        raise CannotObserve(phrase("every backup in {backup:path} is dated in the future: a clock is wrong", backup=shown_name(args)))
    if not candidates:
        return failed(_nothing(args, len(generations)), absent=True, observed={"of": asked.of, "backups": len(generations)})
    started = runner.clock.monotonic()
    try:
        outcome = attempt(args, half, runner, candidates, judgement)
    except CannotObserve as exc:
        taken = runner.clock.monotonic() - started
        if not _is_over(runner):
            raise
        if args["rto"] is None or taken <= args["rto"]:
            raise CannotObserve(
                phrase("{reason}; allow the restore more time (timeout)", reason=exc.message), observed=exc.observed
            ) from None
        said = phrase(
            "{backup} was not restored after {taken:duration}, the RTO is {rto:duration}",
            backup=named(candidates[0]),
            taken=taken,
            rto=args["rto"],
        )
        judgement.fails.append(said)
        outcome = Outcome(candidates[0], judgement)
    taken = runner.clock.monotonic() - started
    if args["rto"] is not None and taken > args["rto"] and not judgement.fails:
        judgement.fails.append(
            phrase(
                "{backup} was restored and looked at in {taken:duration}, the RTO is {rto:duration}",
                backup=named(outcome.generation),
                taken=taken,
                rto=args["rto"],
            )
        )
    return _finding(args, runner, asked, outcome, taken)


def _finding(args: Arguments, runner: Runner, asked: Held, outcome: Outcome, taken: float) -> Finding:
    judgement = outcome.judgement
    age = (runner.now() - outcome.generation.time).total_seconds()
    good = plural(
        "{backup}, {age:duration} old, was restored in {taken:duration}: {count:number} file, {size:bytes}; {looked}",
        "{backup}, {age:duration} old, was restored in {taken:duration}: {count:number} files, {size:bytes}; {looked}",
        count=outcome.files,
        backup=named(outcome.generation),
        age=max(0.0, age),
        taken=taken,
        size=outcome.bytes,
        looked=_looked(outcome, args["rto"]),
    )
    if "restored" in outcome.proven and (judgement.fails or judgement.unseen or judgement.warns):
        judgement.notes.append(good)
    first = judgement.finding(good)
    record = _restore_record.made(
        runner.now(),
        asked.of,
        generation=outcome.generation.id,
        generation_time=outcome.generation.time,
        files=outcome.files,
        bytes=outcome.bytes,
        duration=round(taken, 3),
        proven=outcome.proven,
        result=first.status.value,
        message=one_line(first.message, 500),
    )
    if args["record"] and first.status.value in _restore_record.RESULTS:
        try:
            _restore_record.write(args["record"], record)
        except NotWritten as exc:
            judgement.warns.append(phrase("the restore is not recorded: {reason}", reason=exc.message))
    facts: Facts = {
        "observed": {**_restore_record.described(record), **outcome.observed, "record": args["record"]},
        "expected": {name: args[name] for name in ("rto", "min_files", "expect") if args[name] is not None},
        "measurements": _restore_record.measurements(record, args["rto"]),
        "since": None,
    }
    return judgement.finding(good, **facts)


def _looked(outcome: Outcome, rto: float | None) -> Message:
    """What was looked at in it, in words."""
    said: list[Message] = []
    if LIVE in outcome.proven:
        compared = t.cast("dict[str, int]", outcome.observed["compared"])
        said.append(
            phrase(
                "{equal:number} compared with the live files, {changed:number} changed since",
                equal=compared["equal"],
                changed=compared["changed_since"] + compared["gone_since"],
            )
        )
    if "manifest_files" in outcome.observed:
        said.append(phrase("{number:number} compared with the manifest", number=outcome.observed["manifest_files"]))
    if "tables" in outcome.observed:
        tables = t.cast("dict[str, int]", outcome.observed["tables"])
        said.append(
            plural(
                "the database starts with {count:number} table",
                "the database starts with {count:number} tables",
                count=sum(tables.values()),
            )
        )
    if "listing" in outcome.proven:
        said.append(phrase("sizes are those of the backup's listing"))
    if outcome.answered:
        said.append(phrase("{names:list} answered as expected", names=outcome.answered))
    return listed([*(said or [phrase("its content was not looked at")]), *_restore_record.unpromised(rto)])


def _nothing(args: Arguments, count: int) -> Message:
    if not count:
        return phrase("{tool} has no complete backup in {backup:path} that could be restored", tool=args["tool"], backup=shown_name(args))
    return plural(
        "the backup {id:path} is not in {backup:path}, which has {count:number} other",
        "the backup {id:path} is not in {backup:path}, which has {count:number} others",
        count=count,
        id=args["generation"],
        backup=shown_name(args),
    )


def _is_over(runner: Runner) -> bool:
    try:
        runner.remaining()
    except CannotObserve:
        return True
    return False


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
