# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of lines that are none of the format: how many, what they seem to be, and one of them with its values masked. PRIVATE."""

from __future__ import annotations

import typing as t

from .._clients.log_lines import Sample, number_of
from .._clients.log_masking import names_of, shape
from .._clients.log_records import NAMES
from .._finding import Measurement
from .._phrase import Message, listed, phrase, plural
from .._runner import Runner
from ._judgement import Judgement
from ._log_reading import Misfit, Reading, Record

SHOWN = 10  # groups of lines of which each is told
NAMED = 3  # ... in the message itself
LEAST = 3  # groups of lines of text without a time that are more than a message of several lines
NEWEST = 50  # lines by which a change of the format is told
BANNER = 12  # lines at the beginning of a log
LAST = 3  # lines at the end, of which none is of the format


def judge_misfits(judgement: Judgement, sample: Sample, reading: Reading, form: str, limit: float, runner: Runner) -> list[Measurement]:
    """Adds what is wrong; the share of what is none of the format. Of text whole records are counted, else lines."""
    if not reading.misfits:
        return [Measurement("log_malformed_ratio", 0.0, limit, "upper")]
    if form == "text":
        wrong = sum(one.kind != "header" for one in reading.misfits)
        total = wrong + len(reading.records)
    else:
        wrong, total = reading.wrong_lines, reading.wrong_lines + len(reading.records)
    ratio = wrong / total if total else 1.0
    names = names_of(record.fields for record in reading.records if record.fields)
    details = [_detail(one, form, names, runner) for one in reading.misfits[:SHOWN]]
    if form == "text" and not reading.records:
        judgement.unseen.append(
            phrase("no line of {log:path} begins with a time in a form that is known here: {shown}", log=sample.name, shown=details[0])
        )
    elif ratio > limit and not (form == "text" and wrong < LEAST):
        (judgement.warns if _at_start_only(reading, form) else judgement.fails).extend(_said(sample, reading, form, total, limit, runner))
    elif _newest_are_wrong(reading, form):
        judgement.fails.append(_changed(sample, reading, form))
    elif (last := _last_wrong(reading)) >= LAST and form != "text":
        judgement.warns.append(
            plural(
                "the last {count:number} line of {log:path} is of no record",
                "the last {count:number} lines of {log:path} are of no record",
                count=last,
                log=sample.name,
            )
        )
    judgement.notes += details
    return [Measurement("log_malformed_ratio", ratio, limit, "upper")]


def _at_start_only(reading: Reading, form: str) -> bool:
    """Whether nothing but the first lines of a young log are wrong: a banner, what was said before the logger was set up."""
    first = reading.ordered[0]
    if form != "json" or not isinstance(first, Misfit) or len(reading.misfits) > 1:
        return False
    few = first.kind == "other" and first.like is None and first.run.starts and len(first.lines) <= BANNER
    return few and len(reading.records) >= 3 * len(first.lines)


def _said(sample: Sample, reading: Reading, form: str, total: int, limit: float, runner: Runner) -> list[Message]:
    """Lines that are none, and objects that were cut, told apart."""
    cut = [one for one in reading.misfits if one.kind == "cut"]
    others = [one for one in reading.misfits if one.kind not in ("cut", "header")]
    out = []
    if others:
        groups = listed([_seems(one, runner) for one in others[:NAMED]])
        out.append(_not_of_format(sample, others, form, total, limit, groups))
    if cut:
        out.append(
            plural(
                "{count:number} object of {log:path} is cut in pieces: {where}",
                "{count:number} objects of {log:path} are cut in pieces: {where}",
                count=len(cut),
                log=sample.name,
                where=listed([_seems(one, runner) for one in cut[:NAMED]]),
            )
        )
    return out


def _not_of_format(sample: Sample, others: t.Sequence[Misfit], form: str, total: int, limit: float, groups: Message) -> Message:
    lines = sum(len(one.lines) for one in others)
    if form == "text":
        return plural(
            "{count:number} of {total:number} records of {log:path} has no time, the limit is {limit:percent}: {groups}",
            "{count:number} of {total:number} records of {log:path} have no time, the limit is {limit:percent}: {groups}",
            count=len(others),
            total=total,
            log=sample.name,
            limit=limit,
            groups=groups,
        )
    if form == "pattern":
        return plural(
            "{count:number} of {total:number} lines of {log:path} does not fit the pattern, the limit is {limit:percent}: {groups}",
            "{count:number} of {total:number} lines of {log:path} do not fit the pattern, the limit is {limit:percent}: {groups}",
            count=lines,
            total=total,
            log=sample.name,
            limit=limit,
            groups=groups,
        )
    return plural(
        "{count:number} of {total:number} lines of {log:path} is not {form}, the limit is {limit:percent}: {groups}",
        "{count:number} of {total:number} lines of {log:path} are not {form}, the limit is {limit:percent}: {groups}",
        count=lines,
        total=total,
        log=sample.name,
        form=NAMES[form],
        limit=limit,
        groups=groups,
    )


def _where(one: Misfit, runner: Runner) -> Message:
    first = one.lines[0]
    number = number_of(one.run, first, runner)
    if number is None:
        if first.moment is not None:
            return phrase("an entry of the journal")
        return phrase("byte {offset:number}", offset=first.offset)
    if len(one.lines) == 1:
        return phrase("line {line:number}", line=number)
    return phrase("lines {first:number}-{last:number}", first=number, last=number + len(one.lines) - 1)


def _seems(one: Misfit, runner: Runner) -> Message:
    where = _where(one, runner)
    many = len(one.lines)
    if one.kind == "trace":
        return plural("{where} looks like a stack trace", "{where} look like a stack trace", count=many, where=where)
    if one.kind == "cut":
        size = len(one.lines[0].text.encode("utf-8", "replace"))
        return phrase("{where} are one object, cut after {size:bytes}", where=where, size=size)
    if one.like:
        return plural("{where} looks like {format}", "{where} look like {format}", count=many, where=where, format=NAMES[one.like])
    return where


def _detail(one: Misfit, form: str, names: t.Collection[str], runner: Runner) -> Message:
    shown = one.lines[0].text.split("\n", 1)[0]
    return phrase("{where}: {shown}", where=_seems(one, runner), shown=shape(shown, names))


def _newest_are_wrong(reading: Reading, form: str) -> bool:
    """Whether most of the newest lines are none of the format, though most of the sample is: a deployment has changed it."""
    good = wrong = 0
    for one in reversed(reading.ordered):
        if isinstance(one, Record):
            good += 1
        else:
            wrong += 1 if form == "text" or one.kind == "trace" else len(one.lines)
        if good + wrong >= NEWEST:
            break
    return wrong > LAST and wrong > good


def _changed(sample: Sample, reading: Reading, form: str) -> Message:
    last = next(one for one in reversed(reading.ordered) if isinstance(one, Misfit))
    if last.like:
        return phrase(
            "most of the newest lines of {log:path} are not of its format: they look like {format}",
            log=sample.name,
            format=NAMES[last.like],
        )
    return phrase("most of the newest lines of {log:path} are not of its format", log=sample.name)


def _last_wrong(reading: Reading) -> int:
    count = 0
    for one in reversed(reading.ordered):
        if isinstance(one, Record):
            break
        count += len(one.lines)
    return count


__all__ = ("judge_misfits",)
