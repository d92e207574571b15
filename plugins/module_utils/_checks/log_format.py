# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a sample of a log can be parsed: its lines, their times, the fields that are asked for. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients.log_lines import LONGEST, Sample
from .._clients.log_records import FORMATS
from .._finding import Facts, Finding, Measurement
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._judgement import Judgement
from ._log_fields import judge_fields
from ._log_misfits import judge_misfits
from ._log_moments import judge_moments
from ._log_reading import TIME_GROUPS, Reading, read
from ._log_source import SOURCE_CONSTRAINTS, SOURCE_SPEC, SourceArguments, extent, no_line, taken, wrong_source

WHERE = "host"
TIMEOUT = 60.0
SETTLES = True  # right after a deployment the newest lines may be those of the version before
ARGUMENT_SPEC: Spec = {
    **SOURCE_SPEC,
    "format": {"type": "str", "choices": list(FORMATS), "default": "text"},
    "pattern": {"type": "str"},
    "record_start": {"type": "str"},
    "required": {"type": "list", "elements": "str", "default": []},
    "min_correlated": {"type": "str", "default": "10%"},
    "max_malformed": {"type": "str"},
    "max_silence": {"type": "str", "default": "24h"},
    "require_zone": {"type": "bool", "default": True},
}
CONSTRAINTS = SOURCE_CONSTRAINTS
DURATIONS = ("max_silence",)
MALFORMED, MALFORMED_TEXT = 0.01, 0.1  # of text whole records are counted, and messages of several lines are usual


class Arguments(SourceArguments):
    format: str
    pattern: str | None
    record_start: str | None
    required: list[str]
    min_correlated: str
    max_malformed: str | None
    max_silence: float
    require_zone: bool
    timeout: float


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = wrong_source(args)
    for name in ("max_malformed", "min_correlated"):
        try:
            share(name, args[name])
        except ArgumentsRefused as exc:
            found += exc.problems
    start = args["record_start"]
    if start is not None:
        if args["format"] != "text":
            found.append(f"record_start: a record of format {args['format']} is one line")
        try:
            re.compile(python_syntax(start))
        except (re.error, OverflowError, RecursionError) as exc:
            found.append(f"record_start: this is not a regular expression: {exc}")
    pattern = args["pattern"]
    if pattern is not None:
        if args["format"] != "text":
            found.append(f"pattern: says itself what a line is, beside format {args['format']}")
        try:
            groups = set(re.compile(python_syntax(pattern)).groupindex)
        except (re.error, OverflowError, RecursionError) as exc:
            return [*found, f"pattern: this is not a regular expression: {exc}"]
        known = (
            {"time", "level", "correlation", "message", *groups}
            if groups & set(TIME_GROUPS)
            else {"level", "correlation", "message", *groups}
        )
        found += [f"required: {name} is no group of the pattern" for name in args["required"] if name.lstrip("/") not in known | {"time"}]
    elif args["format"] == "text" and args["path"]:
        found += [
            f"required: format text has no field {name}; name a format that has, or a pattern"
            for name in args["required"]
            if name not in ("time", "level", "message", "correlation")
        ]
    return found


def share(name: str, text: str | None) -> float | None:
    """0.01 of ``1%`` or ``0.01``. ArgumentsRefused."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,9})?)\s*(%?)\s*", str(text))
    found = float(match[1]) / (100 if match[2] else 1) if match else 2.0
    if found > 1:
        raise ArgumentsRefused([f"{name}: '{str(text)[:40]}' is not a share; expected for example 1% or 0.01"])
    return found


def python_syntax(pattern: str) -> str:
    """The expression with its named groups as Python has them: ``(?<name>`` is ``(?P<name>``."""
    return re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)


def run(args: Arguments, runner: Runner) -> Finding:
    sample = taken(args, runner)
    pattern = None if args["pattern"] is None else python_syntax(args["pattern"])
    start = None if args["record_start"] is None else python_syntax(args["record_start"])
    reading = read(sample, args["format"], pattern, runner, start)
    judgement = Judgement()
    limit = share("max_malformed", args["max_malformed"])
    if limit is None:
        limit = MALFORMED_TEXT if args["format"] == "text" and pattern is None else MALFORMED
    facts: Facts = {"observed": _observed(sample, reading), "expected": _expected(args, limit)}
    if not reading.ordered:
        return _without_records(sample, reading, args, facts)
    form = "pattern" if pattern else args["format"]
    measurements = judge_misfits(judgement, sample, reading, form, limit, runner)
    measurements += judge_moments(judgement, sample, reading, form, args, limit, runner, facts["observed"])
    least = share("min_correlated", args["min_correlated"]) or 0.0
    measurements += judge_fields(judgement, sample, reading, args["required"], limit, least)
    _judge_sample(judgement, sample, reading)
    facts["measurements"] = measurements
    return judgement.finding(_good(sample, reading, measurements), **facts)


def _without_records(sample: Sample, reading: Reading, args: Arguments, facts: Facts) -> Finding:
    """No line that could be judged."""
    if reading.long and not sample.has_no_ends:
        from_start = phrase("{log:path} has lines longer than {limit:bytes} and no others", log=sample.name, limit=LONGEST)
        return Judgement(unseen=[from_start]).finding(from_start, **facts)
    if args["quiet"] and not sample.unread and not sample.has_no_ends:
        return Judgement().finding(phrase("{log:path} has no line, as it may be", log=sample.name), **facts)
    raise no_line(sample)


def _judge_sample(judgement: Judgement, sample: Sample, reading: Reading) -> None:
    if reading.long:
        judgement.warns.append(
            phrase("{log:path} has lines longer than {limit:bytes}, which were not looked at whole", log=sample.name, limit=LONGEST)
        )
    judgement.warns += sample.unread


def _good(sample: Sample, reading: Reading, measurements: t.Sequence[Measurement]) -> Message:
    count = len(reading.records)
    age = next((one.value for one in measurements if one.name == "log_newest_line_age_seconds"), None)
    looked = extent(sample, count + reading.wrong_lines + sum(record.joined for record in reading.records))
    if age is None:
        return plural(
            "the {count:number} record of {log:path} can be parsed ({looked})",
            "the {count:number} records of {log:path} can be parsed ({looked})",
            count=count,
            log=sample.name,
            looked=looked,
        )
    return plural(
        "the {count:number} record of {log:path} can be parsed, written {age:duration} ago ({looked})",
        "the {count:number} records of {log:path} can be parsed, the newest written {age:duration} ago ({looked})",
        count=count,
        log=sample.name,
        age=age,
        looked=looked,
    )


def _observed(sample: Sample, reading: Reading) -> dict[str, object]:
    return {
        "log": sample.name,
        "records": len(reading.records),
        "lines": len(sample.lines),
        "joined_lines": sum(record.joined for record in reading.records),
        "malformed_lines": reading.wrong_lines,
        "lines_of_this_collection": reading.own,
        "size_bytes": sample.size,
        "everything": sample.everything,
        "not_read": [str(said) for said in sample.unread],
    }


def _expected(args: Arguments, limit: float) -> dict[str, object]:
    return {
        "format": "pattern" if args["pattern"] else args["format"],
        "required": args["required"],
        "max_malformed_ratio": limit,
        "max_silence_seconds": args["max_silence"],
        "zone": args["require_zone"],
    }


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SETTLES", "TIMEOUT", "WHERE", "problems", "run")
