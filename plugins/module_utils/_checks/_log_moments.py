# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of the records of a log: whether they are there, say their zone, lie not in the future, and are fresh. PRIVATE."""

from __future__ import annotations

import collections
import datetime as dt
import time
import typing as t

from .._clients.log_lines import Sample
from .._clients.log_times import KEYS, Stamp
from .._finding import Measurement, isoformat
from .._phrase import phrase, plural
from .._runner import Runner
from ._judgement import FUTURE, Judgement
from ._log_reading import Reading, Record

_UTC = frozenset(("UTC", "UTC0", "Etc/UTC", "GMT", "GMT0", "Etc/GMT", "Universal", "Zulu", "Etc/UCT", "UCT"))
BUFFERED = 1200.0  # seconds that a line may wait in its program until it is written
FARTHEST = 15 * 3600.0  # seconds by which two zones differ
HALF_AN_HOUR = 1800.0  # by whole ones of which zones differ
FRESH = 900.0  # seconds since a file was written of which it is said that it is written now
SEVERAL = 20  # records which do not all say the same time
DAY = 86400.0
HALF_A_YEAR = 182 * 86400.0
# forms to which no program adds a zone
_WITHOUT = ("text", "rfc3164")


class Options(t.TypedDict):
    max_silence: float
    require_zone: bool
    quiet: bool


def judge_moments(
    judgement: Judgement,
    sample: Sample,
    reading: Reading,
    form: str,
    args: Options,
    limit: float,
    runner: Runner,
    observed: dict[str, object],
) -> list[Measurement]:
    """Adds what is wrong with the times; how old the newest line is."""
    records = reading.records
    if not records:
        return []
    now = runner.now().timestamp()
    stamped = [record for record in records if record.stamp is not None]
    _judge_missing(judgement, sample, records, stamped, form, limit)
    stamps = _settled([t.cast("Stamp", record.stamp) for record in stamped], sample.modified)
    if not stamps:
        return []
    observed["time_forms"] = dict(collections.Counter(stamp.form for stamp in stamps))
    _judge_zone(judgement, sample, stamps, form, args, runner, observed)
    if args["require_zone"] and not reading.own:
        _judge_last(judgement, sample, stamps[-1], now)
    _judge_standing(judgement, sample, stamps, now)
    _judge_order(judgement, sample, stamps)
    _judge_future(judgement, sample, stamps, limit, now)
    newest = max((stamp.moment for stamp in stamps if stamp.moment <= now + FUTURE), default=None)
    if newest is None:
        return []
    age = max(now - newest, 0.0)
    observed["newest"] = isoformat(dt.datetime.fromtimestamp(newest, dt.timezone.utc))
    if args["quiet"]:
        return [Measurement("log_newest_line_age_seconds", age)]
    if age > args["max_silence"]:
        judgement.warns.append(
            phrase(
                "the newest line of {log:path} is {age:duration} old, the limit is {limit:duration}: how it is written today is not proven",
                log=sample.name,
                age=age,
                limit=args["max_silence"],
            )
        )
    return [Measurement("log_newest_line_age_seconds", age, args["max_silence"], "upper")]


def _judge_missing(judgement: Judgement, sample: Sample, records: list[Record], stamped: list[Record], form: str, limit: float) -> None:
    missing = len(records) - len(stamped)
    if missing <= limit * len(records):
        return
    without = [record for record in records if record.stamp is None]
    if form == "pattern" or any(_has_time_field(record) for record in without[:100]):
        judgement.unseen.append(
            phrase(
                "the time of {count:number} of {total:number} records of {log:path} is in no form that is known here",
                count=missing,
                total=len(records),
                log=sample.name,
            )
        )
        return
    judgement.fails.append(
        plural(
            "{count:number} of {total:number} records of {log:path} has no time, the limit is {limit:percent}",
            "{count:number} of {total:number} records of {log:path} have no time, the limit is {limit:percent}",
            count=missing,
            total=len(records),
            log=sample.name,
            limit=limit,
        )
    )


def _has_time_field(record: Record) -> bool:
    return any(str(name).lower() in KEYS and value not in (None, "", "-") for name, value in (record.fields or {}).items())


def _settled(stamps: list[Stamp], modified: float | None) -> list[Stamp]:
    """Where day and month may be either way round, as one of the lines shows it, or the time when the file was written."""
    orders = collections.Counter(stamp.orders[0] for stamp in stamps if len(stamp.orders) == 1)
    if not orders:
        order = _order_by_file(stamps[-1], modified) if stamps else None
        return [stamp.settled(order) for stamp in stamps] if order else stamps
    order = orders.most_common(1)[0][0]
    return [stamp.settled(order) if len(stamp.orders) > 1 else stamp for stamp in stamps]


def _order_by_file(last: Stamp, modified: float | None) -> str | None:
    """The order in which the last line is of when the file was written, and in no other order anywhere near."""
    if modified is None or len(last.orders) < 2:
        return None
    near = sorted((abs(moment - modified), order) for moment, order in zip((last.moment, *last.others), last.orders))
    return near[0][1] if near[0][0] < 2 * DAY and near[1][0] > 8 * DAY else None


def _judge_zone(
    judgement: Judgement,
    sample: Sample,
    stamps: list[Stamp],
    form: str,
    args: Options,
    runner: Runner,
    observed: dict[str, object],
) -> None:
    bare = sum(not stamp.zoned for stamp in stamps)
    observed["times_without_zone"] = bare
    if not bare or not args["require_zone"] or host_is_in_utc(runner):
        return
    said = plural(
        "the time of {count:number} of {total:number} records of {log:path} has no zone, and this host is not in UTC",
        "the times of {count:number} of {total:number} records of {log:path} have no zone, and this host is not in UTC",
        count=bare,
        total=len(stamps),
        log=sample.name,
    )
    (judgement.warns if form in _WITHOUT else judgement.fails).append(said)


def _judge_last(judgement: Judgement, sample: Sample, last: Stamp, now: float) -> None:
    """Whether a time without a zone is of another one than this host's: the file was written when its last line was."""
    if sample.modified is None:
        return
    behind = sample.modified - last.moment
    if last.zoned:
        _judge_zoned(judgement, sample, behind, now)
        return
    if BUFFERED < behind < FARTHEST:
        judgement.warns.append(
            phrase(
                "the last line of {log:path} says {behind:duration} less than when it was written: its time has no zone, and is of another",
                log=sample.name,
                behind=behind,
            )
        )


def _judge_zoned(judgement: Judgement, sample: Sample, behind: float, now: float) -> None:
    """Whether a time that names its zone is of another: a file that is written now, and its last line is whole hours old."""
    off = abs(behind - round(behind / HALF_AN_HOUR) * HALF_AN_HOUR)
    if sample.modified is not None and abs(now - sample.modified) < FRESH and BUFFERED < behind < FARTHEST and off < HALF_AN_HOUR / 18:
        judgement.warns.append(
            phrase(
                "the last line of {log:path} says {behind:duration} less than when it was written: its zone seems to be another one",
                log=sample.name,
                behind=behind,
            )
        )


def _judge_standing(judgement: Judgement, sample: Sample, stamps: list[Stamp], now: float) -> None:
    """Whether all lines say one time, though the file was written later."""
    if len(stamps) < SEVERAL or sample.modified is None or len({stamp.moment for stamp in stamps}) > 1:
        return
    behind = sample.modified - stamps[-1].moment
    if behind > FRESH and sample.modified < now + FRESH:
        judgement.warns.append(
            phrase(
                "all {count:number} records of {log:path} say one time, {behind:duration} before it was written: it stands still",
                count=len(stamps),
                log=sample.name,
                behind=behind,
            )
        )


def host_is_in_utc(runner: Runner) -> bool:
    """Whether a time without a zone is one of UTC here, all year round."""
    named = runner.environ.get("TZ", "").lstrip(":")
    now = runner.now().timestamp()
    if named:
        return named in _UTC or _is_utc_all_year(named, now)
    return all(time.localtime(moment).tm_gmtoff == 0 for moment in (now, now - HALF_A_YEAR))


def _is_utc_all_year(name: str, now: float) -> bool:
    import zoneinfo  # rare, and slow to import

    try:
        zone = zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return all(dt.datetime.fromtimestamp(moment, zone).utcoffset() == dt.timedelta(0) for moment in (now, now - HALF_A_YEAR))


def _judge_order(judgement: Judgement, sample: Sample, stamps: list[Stamp]) -> None:
    if stamps and all(len(stamp.orders) > 1 for stamp in stamps):
        judgement.warns.append(
            phrase("which number is the day and which the month does not show in any line of {log:path}", log=sample.name)
        )


def _judge_future(judgement: Judgement, sample: Sample, stamps: list[Stamp], limit: float, now: float) -> None:
    ahead = [stamp for stamp in stamps if stamp.moment > now + FUTURE]
    if not ahead:
        return
    farthest = max(stamp.moment for stamp in ahead) - now
    if any(not stamp.zoned for stamp in ahead):
        said = plural(
            "{count:number} record of {log:path} lies in the future, by {ahead:duration}: its time has no zone, and is of another",
            "{count:number} records of {log:path} lie in the future, by up to {ahead:duration}: times without a zone, of another host",
            count=len(ahead),
            log=sample.name,
            ahead=farthest,
        )
    else:
        said = plural(
            "{count:number} record of {log:path} lies in the future, by {ahead:duration}",
            "{count:number} records of {log:path} lie in the future, by up to {ahead:duration}",
            count=len(ahead),
            log=sample.name,
            ahead=farthest,
        )
    last = stamps[-1].moment > now + FUTURE
    (judgement.fails if last or len(ahead) > limit * len(stamps) else judgement.warns).append(said)


__all__ = ("Options", "host_is_in_utc", "judge_moments")
