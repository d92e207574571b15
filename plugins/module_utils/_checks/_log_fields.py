# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the records of a log carry the fields that are asked for. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.log_lines import Sample
from .._clients.log_records import has, text_correlation, text_has, value_of
from .._finding import Measurement
from .._phrase import phrase, plural
from ._judgement import Judgement
from ._log_reading import Reading, Record

NEWEST = 50  # records of which most must have a field that most of the sample has
BRIEF = 30.0  # seconds within which all records may be of one request
FEW = 20  # records among which none needs to be of a request


def judge_fields(
    judgement: Judgement, sample: Sample, reading: Reading, required: t.Sequence[str], limit: float, least: float
) -> list[Measurement]:
    """Adds what is missing; the share of records that have a correlation, where it is asked for."""
    measurements: list[Measurement] = []
    records = reading.records
    if not records:
        return measurements
    levelled = any(_level_of_print(record) not in (None, "6") for record in records)
    for name in dict.fromkeys(required):
        if name == "time":
            continue  # which is asked for always
        found = [_has(record, name, levelled) for record in records]
        if name == "correlation":
            measurements += _judge_correlation(judgement, sample, found, least)
            _judge_same(judgement, sample, records)
            continue
        missing = found.count(False)
        newest = found[-NEWEST:]
        if missing > limit * len(found):
            judgement.fails.append(
                plural(
                    "{count:number} of {total:number} records of {log:path} lacks the field {name:path}, the limit is {limit:percent}",
                    "{count:number} of {total:number} records of {log:path} lack the field {name:path}, the limit is {limit:percent}",
                    count=missing,
                    total=len(found),
                    log=sample.name,
                    name=name,
                    limit=limit,
                )
            )
        elif newest.count(False) > len(newest) / 2:
            judgement.fails.append(
                phrase("most of the newest records of {log:path} lack the field {name:path}", log=sample.name, name=name)
            )
    return measurements


def _judge_correlation(judgement: Judgement, sample: Sample, found: list[bool], least: float) -> list[Measurement]:
    """Not every record is of a request: what a service says when it starts is not."""
    ratio = found.count(True) / len(found)
    if ratio < least:
        said = phrase(
            "{share:percent} of {total:number} records of {log:path} carry a trace or request id, the limit is {limit:percent}",
            share=round(ratio, 4),
            total=len(found),
            log=sample.name,
            limit=least,
        )
        (judgement.fails if ratio == 0 and len(found) >= FEW else judgement.warns).append(said)
    return [Measurement("log_correlated_ratio", ratio, least, "lower")]


def _judge_same(judgement: Judgement, sample: Sample, records: t.Sequence[Record]) -> None:
    """An id that is set once and never again is carried by every record, and tells no two requests apart."""
    ids = [(found, record) for record in records if (found := _correlation_of(record)) is not None]
    moments = [record.stamp.moment for _found, record in ids if record.stamp is not None]
    if len(ids) < FEW or len({found for found, _record in ids}) > 1 or max(moments, default=0.0) - min(moments, default=0.0) < BRIEF:
        return
    judgement.warns.append(
        phrase(
            "all {count:number} records of {log:path} that carry a trace or request id carry the same one, over {span:duration}: "
            "it tells no two requests apart; set it anew for each",
            count=len(ids),
            log=sample.name,
            span=max(moments) - min(moments),
        )
    )


def _correlation_of(record: Record) -> str | None:
    fields = record.fields
    for one in (fields, record.line.fields):
        value = value_of(one, "correlation") if one else None
        if value is not None:
            return str(value)
    if fields is None or isinstance(fields.get("message"), str):
        return text_correlation(str(fields["message"]) if fields is not None else record.line.text)
    return None


def _has(record: Record, name: str, levelled: bool) -> bool:
    fields = record.fields
    if fields is not None and has(fields, name):
        return True
    if record.line.fields and _journal_has(record, name, levelled):
        return True
    if fields is None or (name in ("level", "correlation") and isinstance(fields.get("message"), str)):
        said = str(fields["message"]) if fields is not None else record.line.text
        return bool(text_has(said, name))
    return False


def _journal_has(record: Record, name: str, levelled: bool) -> bool:
    fields = record.line.fields
    if name == "level":
        return "PRIORITY" in fields and (levelled or _level_of_print(record) is None)
    if name == "service":
        return bool(fields.get("SYSLOG_IDENTIFIER") or fields.get("_SYSTEMD_UNIT"))
    return has(fields, name)


def _level_of_print(record: Record) -> str | None:
    """The level of what a program has printed, which its unit gives to everything unless the program says one."""
    fields = record.line.fields
    return fields.get("PRIORITY") if fields.get("_TRANSPORT") == "stdout" else None


__all__ = ("judge_fields",)
