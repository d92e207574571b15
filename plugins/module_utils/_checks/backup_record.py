# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another system says of the backups that it makes: young, successful, of a plausible size. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._backup_limits import LIMITS_DURATIONS, LIMITS_SPEC, Limits, allowed_age, beyond_rpo, not_retained, refuse_odd, too_few, too_old
from ._judgement import FUTURE, Judgement, percent, shrunk
from ._record_fields import FIELDS, UNITS, Reading, Record
from ._record_sources import SOURCE_SPEC, Gathered, SourceArguments, gather
from ._record_states import BAD, BAD_WORDS, GOOD, GOOD_WORDS, NEVER, OTHER, PARTIAL, PARTIAL_WORDS, RUNNING, States
from ._record_unnamed import FULL, PART
from ._time_zone import time_zone

WHERE = "both"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    **SOURCE_SPEC,
    **LIMITS_SPEC,
    "match": {"type": "dict", "default": {}},
    "jobs": {"type": "list", "elements": "str", "default": []},
    "good_states": {"type": "list", "elements": "str", "default": GOOD_WORDS},
    "partial_states": {"type": "list", "elements": "str", "default": PARTIAL_WORDS},
    "bad_states": {"type": "list", "elements": "str", "default": BAD_WORDS},
    "time_format": {"type": "str"},
    "time_zone": {"type": "str"},
    "size_unit": {"type": "str", "choices": [*UNITS], "default": "B"},
    "min_size": {"type": "str"},
    "min_items": {"type": "int"},
    "encrypted": {"type": "bool", "default": False},
}
CONSTRAINTS = {
    "required_one_of": [("path", "pattern", "url")],
    "mutually_exclusive": [("path", "pattern", "url")],
    "required_by": {"query": "url"},
}
DURATIONS = LIMITS_DURATIONS
SIZES = ("min_size",)
COMPARABLE = {
    "jobs": {"kind": "set", "what": phrase("backup of")},
    "backup_size_bytes": {"kind": "number", "what": phrase("size of the backup of"), "worse": "lower", "relative": 0.5, "then": "warn"},
}
_SHOWN = 5


class Arguments(SourceArguments, Limits):
    match: dict[str, object]
    jobs: list[str]
    good_states: list[str]
    partial_states: list[str]
    bad_states: list[str]
    time_format: str | None
    time_zone: str | None
    size_unit: str
    min_size: int | None
    min_items: int | None
    encrypted: bool


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = []
    unknown = sorted(set(args["fields"]) - set(FIELDS))
    if unknown:
        found.append(f"fields: unknown {', '.join(unknown)}; known here: {', '.join(FIELDS)}")
    if "time" not in args["fields"] and not args["query"] and args["format"] not in ("mail", "auto"):
        found.append("fields: name the field with the time of the backup, as in fields: {time: EndTime}")
    if args["jobs"] and "job" not in args["fields"]:
        found.append("jobs: name the field with the name of the job too, as in fields: {job: JobName}")
    if args["encrypted"] and "encrypted" not in args["fields"]:
        found.append("encrypted: name the field that says so, as in fields: {encrypted: Encrypted}")
    if args["min_size"] is not None and "size" not in args["fields"]:
        found.append("min_size: name the field with the size, as in fields: {size: BackupSize}")
    if args["min_items"] is not None and "items" not in args["fields"]:
        found.append("min_items: name the field with the number of items, as in fields: {items: Files}")
    if args["path"] == "":
        found.append("path: it is empty; name a file or a folder")
    if args["query"] and args["min_count"] > 1:
        found.append("min_count: a query gives one time for each series, so no earlier backups can be counted")
    if args["query"] and args["retention"] is not None:
        found.append("retention: a query gives one time for each series, so how far backups reach back cannot be told")
    return found


def run(args: Arguments, runner: Runner) -> Finding | list[Finding]:
    refuse_odd(args)
    states = States(args["good_states"], args["partial_states"], args["bad_states"])
    reading = Reading(args["fields"], args["match"], states, time_zone(args["time_zone"]), args["time_format"], args["size_unit"])
    gathered = gather(args, runner)
    records = [record for source in gathered.sources for record in reading.records(source)]
    records = _once(records)
    if not records:
        return _nothing(reading, gathered, args)
    now = runner.now().timestamp()
    groups = _groups(records, gathered, args)
    findings = []
    for job, group in groups.items():
        try:
            finding = _judge(job, group, reading, gathered, args, now)
        except CannotObserve as exc:
            if len(groups) == 1:
                raise
            finding = Judgement(unseen=[exc.message]).finding(verbatim(""), observed=exc.observed)
        finding.proof = "derived"
        finding.instance = job if len(groups) > 1 else ""
        findings.append(finding)
    return findings if len(findings) > 1 else findings[0]


def _once(records: list[Record]) -> list[Record]:
    """Oldest first, each run once: an export may have what earlier ones have."""
    found = {(record.job, record.time, record.state, record.size): record for record in reversed(records)}
    return sorted(found.values(), key=_by_time)


def _by_time(record: Record) -> float:
    return record.time


def _groups(records: list[Record], gathered: Gathered, args: Arguments) -> dict[str, list[Record]]:
    """The records by what is judged: each job that is asked for, each series, else all."""
    if args["jobs"]:
        return {job: [record for record in records if record.job == job] for job in args["jobs"]}
    if gathered.sources[0].kind == "metric":
        return {job: [record for record in records if record.job == job] for job in sorted({record.job for record in records})}
    return {"": records}


def _nothing(reading: Reading, gathered: Gathered, args: Arguments) -> Finding:
    """No record could be used."""
    if gathered.unread:
        raise CannotObserve(gathered.unread[0])
    if reading.timeless:
        said = next((text for _state, text in reading.timeless if text), "")
        reason = reading.lacking or phrase("no record has a time")
        if said:
            reason = phrase("the time '{time}' is not understood; name its form in 'time_format'", time=said)
        raise CannotObserve(phrase("{source:path}: {reason}", source=gathered.shown, reason=reason))
    if reading.running and not reading.lacking:
        raise CannotObserve(phrase("{source:path}: no run has ended yet, and there is no other record", source=gathered.shown))
    if reading.lacking:
        raise CannotObserve(phrase("{source:path}: {reason}", source=gathered.shown, reason=reading.lacking))
    if not reading.rows:
        return failed(phrase("{source:path} has no record of a backup", source=gathered.shown), absent=True, proof="derived")
    said_of = plural(
        "the only record in {source:path} does not match; it is of {others:list}",
        "none of the {count:number} records in {source:path} match; they are of {others:list}",
        count=reading.rows,
        source=gathered.shown,
        others=list(reading.others)[:_SHOWN],
    )
    return failed(said_of, absent=True, proof="derived", expected={"match": args["match"]})


def _judge(job: str, group: list[Record], reading: Reading, gathered: Gathered, args: Arguments, now: float) -> Finding:
    where = _where(job, gathered)
    common: Facts = {
        "observed": {"source": gathered.shown, "records": len(group)},
        "expected": {name: value for name, value in args.items() if name in _EXPECTED and value},
    }
    if not group:
        common["absent"] = True
        return failed(phrase("there is no record of {job} in {source:path}", job=job, source=gathered.shown), **common)
    past = [record for record in group if record.time - now <= FUTURE]
    if not past:
        said = phrase(
            "{backup}: all records are dated in the future, the newest {newest:moment}: a wrong clock or time zone",
            backup=where,
            newest=_iso(group[-1].time),
        )
        raise CannotObserve(said, observed=common["observed"])
    good = [record for record in past if record.state == GOOD]
    common["observed"].update(newest={"time": _iso(past[-1].time), "state": past[-1].said}, count=len(good))
    judgement = Judgement()
    _beside(where, past, good, reading, gathered, judgement, now, future=len(group) - len(past))
    if not good:
        judgement.fails.append(_no_success(where, past))
        if past[-1].state == OTHER and all(record.state == OTHER for record in past):
            judgement.fails.clear()  # the words are not known: it may be all well
        return judgement.finding(where, **common)
    newest = good[-1]
    age = max(0.0, now - newest.time)
    name = phrase("newest good {backup}", backup=where)
    old, few, short = too_old(name, age, args), too_few(where, len(good), args), not_retained(where, now - good[0].time, args)
    perhaps = any(record.state == OTHER and newest.time < record.time >= now - args["max_age"] for record in past)
    (judgement.notes if perhaps else judgement.fails).extend([old] if old else [])
    judgement.fails += [few] if few else []
    judgement.warns += [said for said in (beyond_rpo(name, age, args), short) if said]
    _of_newest(name, newest, good, reading, args, judgement)
    common["observed"].update(good={"time": _iso(newest.time), "job": newest.job, "state": newest.said}, **_jobs(past))
    common["measurements"] = _measured(newest, age, len(good), args)
    common["since"] = _iso(newest.time + args["max_age"]) if old else None
    return judgement.finding(_good(name, newest, age, len(good), args), **common)


_EXPECTED = ("match", "max_age", "rpo", "min_count", "retention", "min_size", "min_items", "encrypted", "good_states")


def _where(job: str, gathered: Gathered) -> Message:
    if job:
        return phrase("backup of {job} by {source:path}", job=job, source=gathered.shown)
    return phrase("backup by {source:path}", source=gathered.shown)


def _jobs(records: list[Record]) -> dict[str, object]:
    names = sorted({record.job for record in records if record.job})
    return {"jobs": names[:100]} if names else {}


def _beside(
    where: Message,
    past: list[Record],
    good: list[Record],
    reading: Reading,
    gathered: Gathered,
    judgement: Judgement,
    now: float,
    *,
    future: int,
) -> None:
    """What the records say beside the newest good one."""
    last = good[-1].time if good else float("-inf")
    later = [record for record in past if record.time > last]
    for record in [one for one in later if one.state == OTHER][-1:]:
        if not record.said:
            judgement.unseen.append(phrase("{backup}: the record of {time:moment} has no state", backup=where, time=_iso(record.time)))
            continue
        judgement.unseen.append(
            phrase(
                "{backup}: it is not known whether '{state}' ({time:moment}) is a success; name it in good_states or bad_states",
                backup=where,
                state=record.said,
                time=_iso(record.time),
            )
        )
    failures = [record for record in later if record.state in (BAD, PARTIAL)]
    if failures and good:
        judgement.warns.append(
            plural(
                "{backup}: the run of {time:moment} ended with '{state}'; the last success was {age:duration} ago",
                "{backup}: {count:number} runs since the last success {age:duration} ago failed, the newest ({time:moment}): '{state}'",
                count=len(failures),
                backup=where,
                time=_iso(failures[-1].time),
                state=failures[-1].said,
                age=max(0.0, now - last),
            )
        )
    if any(record.state == RUNNING for record in later):
        judgement.notes.append(phrase("{backup}: a run has begun since", backup=where))
    if future:
        judgement.warns.append(
            plural(
                "{count:number} record dated in the future is not counted: a wrong clock or time zone",
                "{count:number} records dated in the future are not counted: a wrong clock or time zone",
                count=future,
            )
        )
    if reading.dateless:
        judgement.warns.append(
            plural(
                "{count:number} record without a time is of a run that ended with '{state}': it may be the last one",
                "{count:number} records without a time are of runs that did not succeed, one with '{state}': they may be the last ones",
                count=len(reading.dateless),
                state=reading.dateless[0],
            )
        )
    if reading.running:
        judgement.notes.append(
            plural(
                "{count:number} record without a time is of a run that has not ended",
                "{count:number} records without a time are of runs that have not ended",
                count=reading.running,
            )
        )
    lost = [text for state, text in reading.timeless if state in (GOOD, OTHER)]
    if lost:
        judgement.warns.append(
            plural(
                "{count:number} record without a time that is understood is not counted",
                "{count:number} records without a time that is understood are not counted",
                count=len(lost),
            )
        )
    judgement.unseen += gathered.unread
    judgement.notes += gathered.older[:_SHOWN]
    if gathered.further:
        judgement.notes.append(phrase("the answer has further pages, which are not looked at: ask for the newest records first"))
    several = reading.owners.mixed()
    if several:
        judgement.warns.append(
            phrase(
                "the records differ in {field:path} ({names:list}): name it in fields, as the job, or one of them in 'match'",
                field=several[0],
                names=several[1][:_SHOWN],
            )
        )
    if "state" not in reading.fields and reading.unmapped:
        judgement.warns.append(
            phrase("the records have {field:path}, which is not looked at: name it in fields, as the state", field=reading.unmapped)
        )
    names = sorted({record.job for record in past})
    if len(names) > 1:
        judgement.warns.append(
            phrase(
                "records of {number:number} jobs ({jobs:list}) are mixed: name them in 'jobs', or one in 'match'",
                number=len(names),
                jobs=names[:_SHOWN],
            )
        )


def _no_success(where: Message, past: list[Record]) -> Message:
    if past[-1].said == NEVER:
        return phrase("{backup}: the time of the last success is 0, so there was none", backup=where)
    return plural(
        "{backup}: the only record, of {time:moment}, is no success: '{state}'",
        "{backup}: none of {count:number} records is a success, the newest of {time:moment} is '{state}'",
        count=len(past),
        backup=where,
        time=_iso(past[-1].time),
        state=past[-1].said,
    )


def _of_newest(name: Message, newest: Record, good: list[Record], reading: Reading, args: Arguments, judgement: Judgement) -> None:
    """What is wrong with the newest good record itself."""
    written = newest.source.written
    if written is not None and newest.time > written + FUTURE:
        judgement.unseen.append(
            phrase(
                "{backup} is dated {time:moment}, after its file was written ({written:moment}): name the zone of its times in 'time_zone'",
                backup=name,
                time=_iso(newest.time),
                written=_iso(written),
            )
        )
    elif newest.naive and args["time_zone"] is None:
        judgement.notes.append(phrase("its times have no zone and are taken for those of this host"))
    if args["encrypted"] and newest.encrypted is None:
        judgement.unseen.append(phrase("{backup}: the record does not say whether it is encrypted", backup=name))
    elif args["encrypted"] and not newest.encrypted:
        judgement.fails.append(phrase("{backup} is not encrypted", backup=name))
    weighed = _to_weigh(newest, good)
    if weighed is not newest:
        name = phrase("{backup}, built on that of {time:moment}", backup=name, time=_iso(weighed.time))
    earlier = [record for record in good if record is not weighed and (record.job, record.level) == (weighed.job, weighed.level)]
    earlier = earlier[-args["compare"] :] if args["compare"] > 0 else []
    grows = weighed.level == PART  # of an incremental one, nothing may be what has changed
    if "size" in reading.fields:
        _amount(name, "size", weighed.size, _least(args["min_size"], grows=grows), judgement)
        if weighed.size and not grows:
            sizes = [record.size for record in earlier if record.size is not None]
            small = shrunk(name, weighed.size, sizes, percent("size_deviation", args["size_deviation"]))
            judgement.warns += [small] if small else []
    if "items" in reading.fields:
        _amount(name, "items", weighed.items, _least(args["min_items"], grows=grows), judgement)


def _to_weigh(newest: Record, good: list[Record]) -> Record:
    """The record whose size says something: for an incremental backup the last full one that it builds on, where that is among them."""
    fulls = [record for record in good if record.level == FULL and record.job == newest.job and record.time <= newest.time]
    return fulls[-1] if newest.level == PART and fulls else newest


def _least(asked: int | None, *, grows: bool) -> float:
    if asked is None:
        return 0.0 if grows else 1.0
    return float(asked)


def _amount(name: Message, field: str, seen: float | None, least: float, judgement: Judgement) -> None:
    if seen is None:
        judgement.unseen.append(phrase("{backup}: the record has no {field} that is a number", backup=name, field=field))
    elif seen >= least:
        return
    elif field == "size":
        judgement.fails.append(phrase("{backup} has {size:bytes}, at least {least:bytes} are wanted", backup=name, size=seen, least=least))
    else:
        judgement.fails.append(
            phrase("{backup} has {seen:number} items, at least {least:number} are wanted", backup=name, seen=seen, least=least)
        )


def _good(name: Message, newest: Record, age: float, kept: int, args: Arguments) -> Message:
    if newest.size is None:
        return plural(
            "{backup} is {age:duration} old, the limit is {limit}; {count:number} good record",
            "{backup} is {age:duration} old, the limit is {limit}; {count:number} good records",
            count=kept,
            backup=name,
            age=age,
            limit=allowed_age(args),
        )
    return plural(
        "{backup} is {age:duration} old, {size:bytes}, the limit is {limit}; {count:number} good record",
        "{backup} is {age:duration} old, {size:bytes}, the limit is {limit}; {count:number} good records",
        count=kept,
        backup=name,
        age=age,
        size=newest.size,
        limit=allowed_age(args),
    )


def _measured(newest: Record, age: float, kept: int, args: Arguments) -> list[Measurement]:
    measured = [
        Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
        Measurement("backup_count", kept, args["min_count"], "lower", count=True),
    ]
    if newest.size is not None:
        measured.append(Measurement("backup_size_bytes", newest.size, args["min_size"], None if args["min_size"] is None else "lower"))
    if newest.items is not None:
        measured.append(Measurement("backup_items", newest.items))
    if newest.duration is not None:
        measured.append(Measurement("backup_duration_seconds", newest.duration))
    return measured


def _iso(time: float) -> str:
    return isoformat(dt.datetime.fromtimestamp(time, dt.timezone.utc))


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
