# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dated record of a restore: who restored which backup when, what was looked at, and what came of it. PRIVATE to the collection.

It is as good as the one who may write it: what a check has written and what a person has made up look the same.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import platform
import typing as t

from .._finding import CannotObserve, Facts, Finding, Measurement, Status, isoformat
from .._phrase import Message, listed, phrase, plural
from .._runner import user_name
from ._judgement import FUTURE, Judgement
from ._kept_file import read_kept, write_kept

KIND = "restore_record"
GENERATION = "generation"  # in ``of``, where not the newest one was asked for
RESULTS = (Status.PASS.value, Status.WARN.value, Status.FAIL.value)


@dataclasses.dataclass(frozen=True)
class Record:
    """A restore that was tried. Durations in seconds, sizes in bytes; ``proven``: what was looked at, as data."""

    ended: dt.datetime
    user: str
    host: str
    of: dict[str, object]
    generation: str
    generation_time: dt.datetime | None
    files: int
    bytes: int
    duration: float
    proven: list[str]
    result: str
    message: str

    @property
    def good(self) -> bool:
        return self.result != Status.FAIL.value


class Asked(t.Protocol):
    """What a record is held against."""

    @property
    def of(self) -> dict[str, object]: ...
    @property
    def wanted(self) -> list[str]: ...
    @property
    def max_age(self) -> float | None: ...
    @property
    def rto(self) -> float | None: ...
    @property
    def min_files(self) -> int: ...
    @property
    def of_one_host(self) -> bool: ...


def read(path: str, of: t.Mapping[str, object]) -> Record | None:
    """The record of these backups; None where there is none. CannotObserve for one that proves nothing, or is of other backups."""
    kept = read_kept(path, KIND)
    if kept is None:
        return None
    try:
        record = _record(kept.content)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise CannotObserve(phrase("{path:path} is nothing that a check has kept: it cannot be read as such", path=path)) from None
    if record.of != of:
        if {**record.of, GENERATION: None} == {**of, GENERATION: None}:
            said = phrase(
                "the restore record {path:path} is of the backup {other:path}, not of {asked:path}: give each its own record",
                path=path,
                other=record.of.get(GENERATION, "newest"),
                asked=of.get(GENERATION, "newest"),
            )
            raise CannotObserve(said)
        said = phrase(
            "the restore record {path:path} is of other backups ({other}): give each its own record",
            path=path,
            other=", ".join(f"{name} {value}" for name, value in sorted(record.of.items())),
        )
        raise CannotObserve(said)
    if record.user != kept.owner:
        said = phrase(
            "the restore record {path:path} says that {user} has restored, and belongs to {owner}: it was not written by a check",
            path=path,
            user=record.user,
            owner=kept.owner,
        )
        raise CannotObserve(said)
    return record


def write(path: str, record: Record) -> None:
    """Keeps it. NotWritten."""
    content = dataclasses.asdict(record)
    content["ended"] = isoformat(record.ended)
    content["generation_time"] = isoformat(record.generation_time) if record.generation_time else None
    write_kept(path, KIND, content)


def made(ended: dt.datetime, of: dict[str, object], **fields: t.Any) -> Record:
    """The record of a restore that this process has tried."""
    return Record(ended=ended, user=user_name(), host=platform.node(), of=of, **fields)


def _record(content: t.Mapping[str, t.Any]) -> Record:
    if content["result"] not in RESULTS:
        raise ValueError(content["result"])
    made_at = content["generation_time"]
    record = Record(
        ended=_moment(content["ended"]),
        user=str(content["user"]),
        host=str(content["host"]),
        of=dict(content["of"]),
        generation=str(content["generation"]),
        generation_time=None if made_at is None else _moment(made_at),
        files=int(content["files"]),
        bytes=int(content["bytes"]),
        duration=float(content["duration"]),
        proven=[str(item) for item in content["proven"]],
        result=str(content["result"]),
        message=str(content["message"]),
    )
    if not _can_be(record):
        raise ValueError("no restore gives such values")
    return record


def _can_be(record: Record) -> bool:
    """Whether a check could have written it: no restore takes less than no time, or is whole without a look into what came out."""
    if not (0 <= record.duration < math.inf) or record.files < 0 or record.bytes < 0 or (record.bytes and not record.files):
        return False
    if record.generation_time and (record.generation_time - record.ended).total_seconds() > FUTURE:
        return False
    if record.good and "restored" not in record.proven:
        return False
    looked = [proof for proof in record.proven if proof != "restored"]
    by_others = any(proof.startswith("verify_") for proof in looked)  # they may be content with no file at all
    return record.result != Status.PASS.value or (bool(looked) and (record.files > 0 or by_others))


def _moment(text: object) -> dt.datetime:
    return dt.datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.timezone.utc)


def age_of(record: Record, now: dt.datetime) -> float:
    """Seconds since it was made. CannotObserve where it is of the future."""
    age = (now - record.ended).total_seconds()
    if age < -FUTURE:
        said = phrase("the restore record is dated in the future, {ended:moment}: a clock is or was wrong", ended=isoformat(record.ended))
        raise CannotObserve(said)
    return max(0.0, age)


def serves(record: Record, asked: Asked, age: float, within: float) -> bool:
    """Whether no new restore is needed yet: a good one of these backups that answers all that is asked, not longer ago than this."""
    in_time = asked.rto is None or record.duration <= asked.rto
    enough = record.files >= asked.min_files and not set(asked.wanted) - set(record.proven)
    return record.result == Status.PASS.value and age <= within and in_time and enough and not _is_of_elsewhere(record, asked)


def _is_of_elsewhere(record: Record, asked: Asked) -> bool:
    return asked.of_one_host and record.host != platform.node()


def judged(path: str, record: Record, asked: Asked, now: dt.datetime, notes: t.Sequence[Message] = ()) -> Finding:
    """The finding of a record: its age counts, and what it says."""
    age = age_of(record, now)
    judgement = Judgement(notes=list(notes))
    if not record.good:
        judgement.fails.append(
            phrase(
                "the last restore ({ended:moment}, {user} on {host}) did not succeed: {reason}",
                ended=isoformat(record.ended),
                user=record.user,
                host=record.host,
                reason=record.message,
            )
        )
    if asked.max_age is not None and age > asked.max_age:
        judgement.fails.append(
            phrase(
                "the last restore was {age:duration} ago ({user} on {host}), the limit is {limit:duration}",
                age=age,
                user=record.user,
                host=record.host,
                limit=asked.max_age,
            )
        )
    if record.good and asked.rto is not None and record.duration > asked.rto:
        judgement.fails.append(
            phrase("the last restore took {taken:duration}, the RTO is {rto:duration}", taken=record.duration, rto=asked.rto)
        )
    if record.good and record.files < asked.min_files:
        judgement.fails.append(
            plural(
                "the last restore brought back {count:number} file, at least {least:number} are wanted",
                "the last restore brought back {count:number} files, at least {least:number} are wanted",
                count=record.files,
                least=asked.min_files,
            )
        )
    if record.good and _is_of_elsewhere(record, asked):
        judgement.warns.append(
            phrase(
                "the last restore was made on {host}, and a path there need not lead to the backups of {here}: restore on {here}",
                host=record.host,
                here=platform.node(),
            )
        )
    missing = sorted(set(asked.wanted) - set(record.proven))
    if record.good and missing:
        judgement.warns.append(
            phrase(
                "the last restore did not look at what is asked now: {missing:list}", missing=[name.partition(" ")[0] for name in missing]
            )
        )
    if record.result == Status.WARN.value:
        judgement.warns.append(phrase("the last restore was not whole: {reason}", reason=record.message))
    unsaid = [phrase("the backups were not looked at now"), *unpromised(asked.rto)]
    good = plural(
        "restored {age:duration} ago by {user} on {host}: {generation}, {count:number} file, {bytes:bytes} in {taken:duration}; {unsaid}",
        "restored {age:duration} ago by {user} on {host}: {generation}, {count:number} files, {bytes:bytes} in {taken:duration}; {unsaid}",
        count=record.files,
        age=age,
        user=record.user,
        host=record.host,
        generation=record.generation,
        bytes=record.bytes,
        taken=record.duration,
        unsaid=listed(unsaid),
    )
    facts: Facts = {
        "observed": {**described(record), "record": path},
        "measurements": [
            Measurement("restore_age_seconds", round(age, 3), asked.max_age, "upper" if asked.max_age is not None else None),
            *measurements(record, asked.rto),
        ],
        "proof": "derived",
    }
    return judgement.finding(good, **facts)


def unpromised(rto: float | None) -> list[Message]:
    """Says that no duration was promised, so that none is held against one."""
    return [phrase("no RTO is given")] if rto is None else []


def measurements(record: Record, rto: float | None) -> list[Measurement]:
    return [
        Measurement("restore_duration_seconds", round(record.duration, 3), rto, "upper" if rto is not None else None),
        Measurement("restored_bytes", record.bytes),
        Measurement("restored_files", record.files, count=True),
    ]


def described(record: Record) -> dict[str, object]:
    """A record in ``observed``."""
    return {
        **{name: getattr(record, name) for name in ("user", "host", "generation", "files", "bytes", "proven", "result")},
        "restored_at": isoformat(record.ended),
        "backup_time": isoformat(record.generation_time) if record.generation_time else None,
        "of": record.of,
    }


__all__ = ("Asked", "Record", "age_of", "described", "judged", "made", "measurements", "read", "serves", "unpromised", "write")
