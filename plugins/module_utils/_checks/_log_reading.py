# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of a log as records: which lines are one, which belong to one, which are none of the format. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from .._clients.log_lines import Line, Run, Sample
from .._clients.log_records import PARSERS, Fields, looks_like
from .._clients.log_times import COLOUR, Stamp, read_time
from .._clients.log_traces import continues, has_level_behind, looks_like_trace, pieces_of_object
from .._finding import CannotObserve
from .._patterns import NotSearched, find_each
from .._phrase import phrase
from .._runner import Runner

BATCH = 2000  # lines that one child tries a pattern on at once
PATTERN_SECONDS = 10.0
OUR_OWN = re.compile(r"operability-canary [0-9a-f]{32}")  # a line that this collection has written
TIME_GROUPS = ("time", "timestamp", "ts", "date", "datetime", "asctime")
JOINED = 1 << 16  # characters of a record of several lines that are looked at
LONG = 1 << 19  # characters of a piece that is of a line which is not looked at whole


@dataclasses.dataclass
class Record:
    """A line of the format, and what it says."""

    line: Line
    fields: Fields | None  # None of text
    stamp: Stamp | None = None
    joined: int = 0  # lines that belong to it


@dataclasses.dataclass
class Misfit:
    """Lines that follow each other and are none of the format."""

    run: Run
    lines: list[Line]
    kind: str  # trace, cut (an object in several pieces), header (of text, before its first record), other
    like: str | None = None  # the format that they have instead


@dataclasses.dataclass
class Reading:
    """What a sample holds."""

    records: list[Record] = dataclasses.field(default_factory=list)
    misfits: list[Misfit] = dataclasses.field(default_factory=list)
    ordered: list[Record | Misfit] = dataclasses.field(default_factory=list)
    long: int = 0  # pieces of lines that were not looked at whole
    own: int = 0  # lines of ours

    @property
    def wrong_lines(self) -> int:
        return sum(len(misfit.lines) for misfit in self.misfits)

    def add(self, one: Record | Misfit) -> None:
        self.ordered.append(one)
        if isinstance(one, Record):
            self.records.append(one)
        else:
            self.misfits.append(one)


def read(sample: Sample, form: str, pattern: str | None, runner: Runner, start: str | None = None) -> Reading:
    """``start``: what the first line of each record fits, of several lines. CannotObserve where a pattern has no answer."""
    reading = Reading()
    now = runner.now()
    for run in sample.runs:
        runner.remaining()
        reading.long += sum(not line.whole and len(line.text) > LONG for line in run.lines)
        lines = [line for line in run.lines if line.whole and not _is_ours(line)]
        reading.own += sum(line.whole for line in run.lines) - len(lines)
        if start and not sample.journal:
            lines = _joined(reading, run, lines, start, runner)
        if pattern:
            _by_pattern(reading, run, lines, pattern, runner)
        elif form != "text":
            _by_format(reading, run, lines, form)
        elif sample.journal:
            for line in lines:
                reading.add(Record(line, None))
        else:
            _as_text(reading, run, lines, now)
        runner.remaining()
    if not reading.ordered:
        for run in sample.runs:
            _of_one_kind(reading, run, [line for line in run.lines if line.whole and line.text.strip() and not _is_ours(line)], "text")
    if pattern or form != "text":
        for number, record in enumerate(reading.records):
            if number % BATCH == 0:
                runner.remaining()
            record.stamp = _stamp_of(record, now, by_pattern=bool(pattern))
    if sample.journal:
        for record in reading.records:
            record.stamp = Stamp(record.line.moment, "journal", True, False) if record.line.moment is not None else record.stamp
    return reading


def _is_ours(line: Line) -> bool:
    return bool(OUR_OWN.search(line.text, 0, 4000))


def _joined(reading: Reading, run: Run, lines: list[Line], start: str, runner: Runner) -> list[Line]:
    """A line for each record: its first one and those behind it. What stands before the first belongs to a record that was not read."""
    found: list[Line] = []
    stray: list[Line] = []
    for first in range(0, len(lines), BATCH):
        batch = lines[first : first + BATCH]
        for line, begins in zip(batch, _tried(run, batch, start, runner)):
            if begins is not None:
                found.append(line)
            elif not found:
                stray.append(line)
            elif len(found[-1].text) < JOINED:
                found[-1] = dataclasses.replace(found[-1], text=f"{found[-1].text}\n{line.text}")
    if run.starts:
        _of_one_kind(reading, run, [line for line in stray if line.text.strip()], "text")
    return found


def _tried(run: Run, batch: list[Line], pattern: str, runner: Runner) -> list[dict[str, str | None] | None]:
    try:
        return find_each(pattern, [line.text for line in batch], within=runner.remaining(PATTERN_SECONDS))
    except NotSearched as exc:
        raise CannotObserve(phrase("the pattern cannot be tried on {log:path}: {reason}", log=run.source, reason=str(exc))) from None


def _by_format(reading: Reading, run: Run, lines: list[Line], form: str) -> None:
    parse = PARSERS[form]
    wrong: list[Line] = []
    for line in lines:
        if not line.text.strip():
            continue
        fields = None if line.broken and form == "json" else parse(line.text)  # RFC 8259 asks for UTF-8
        if fields is None:
            wrong.append(line)
            continue
        _misfits(reading, run, wrong, form)
        wrong = []
        reading.add(Record(line, fields))
    _misfits(reading, run, wrong, form)


def _misfits(reading: Reading, run: Run, wrong: list[Line], form: str) -> None:
    """Lines that follow each other, sorted by what they seem to be."""
    place = begun = 0
    texts = [line.text for line in wrong]
    while place < len(wrong):
        count = pieces_of_object(texts, place) if form == "json" else 0
        if count:
            _of_one_kind(reading, run, wrong[begun:place], form)
            reading.add(Misfit(run, wrong[place : place + count], "cut"))
            begun = place + count
        place += count or 1
    _of_one_kind(reading, run, wrong[begun:], form)


def _of_one_kind(reading: Reading, run: Run, wrong: list[Line], form: str) -> None:
    if not wrong:
        return
    if looks_like_trace([line.text for line in wrong]):
        reading.add(Misfit(run, wrong, "trace"))
        return
    like = looks_like(wrong[0].text)
    reading.add(Misfit(run, wrong, "other", None if like == form else like))


def _by_pattern(reading: Reading, run: Run, lines: list[Line], pattern: str, runner: Runner) -> None:
    """What fits the pattern is a record; lines behind it that look like more of it belong to it."""
    wrong: list[Line] = []
    last: Record | None = None
    for first in range(0, len(lines), BATCH):
        batch = lines[first : first + BATCH]
        for line, fields in zip(batch, _tried(run, batch, pattern, runner)):
            if fields is not None:
                _of_one_kind(reading, run, wrong, "pattern")
                wrong, last = [], Record(line, {name: value for name, value in fields.items() if value})
                reading.add(last)
            elif continues(line.text) and not wrong and (last or not run.starts):
                if last:
                    last.joined += 1
            elif line.text.strip():
                wrong.append(line)
    _of_one_kind(reading, run, wrong, "pattern")


def _as_text(reading: Reading, run: Run, lines: list[Line], now: dt.datetime) -> None:
    """A record begins with a time. What follows without one belongs to it when it looks like it, or once something does."""
    last: Record | None = None
    stray: list[Line] = []
    within = not run.starts  # in the midst of a record, whose beginning was not read
    for line in lines:
        text = COLOUR.sub("", line.text) if "\x1b" in line.text else line.text
        stamp = read_time(text, now) if text.strip() and text[0] not in " \t" else None
        if stamp is not None:
            _stray(reading, run, stray, last)
            stray, within = [], False
            last = Record(line, None, stamp)
            reading.add(last)
        elif last and not last.joined and not stray and has_level_behind(last.line.text, line.text):
            last.line = dataclasses.replace(last.line, text=f"{last.line.text}\n{line.text}")  # java.util.logging: two lines a record
            last.joined += 1
        elif within or (not stray and continues(text)):
            within = within or bool(text.strip())
            if last:
                last.joined += 1
        else:
            stray.append(line)
    _stray(reading, run, stray, last)


def _stray(reading: Reading, run: Run, stray: list[Line], last: Record | None) -> None:
    """Lines of text without a time: a trace belongs to the record before it, whatever its first line looks like."""
    if last and looks_like_trace([line.text for line in stray]):
        last.joined += len(stray)
    elif stray:
        reading.add(Misfit(run, stray, "header" if last is None and run.starts else "other", looks_like(stray[0].text)))


def _stamp_of(record: Record, now: dt.datetime, *, by_pattern: bool) -> Stamp | None:
    if by_pattern and record.fields:
        date, clock = record.fields.get("date"), record.fields.get("time")
        if date and clock and (found := read_time(f"{date} {clock}", now)) is not None:
            return found  # in two groups
        for name in TIME_GROUPS:
            value = record.fields.get(name)
            if value:
                return read_time(str(value), now)
    return read_time(record.line.text, now)


__all__ = ("Misfit", "Reading", "Record", "read")
