# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WAL of a server of barman: whole from the newest backup on, as it was archived, and arriving now. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import os
import typing as t

from .._clients.archive_commands import BARMAN as BARMAN_TOOL
from .._clients.archive_commands import HIDDEN, cannot_archive, hides_failures
from .._clients.barman import Told
from .._clients.barman_files import Archive, Info, Recorded, cron_locks, is_held, lock_path, way_of, written_until
from .._clients.wal_names import Segment, Step, missing, name_of, position, segment_of
from .._finding import isoformat
from .._masking import masked
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from ._judgement import FUTURE, Judgement

PILED = 600.0  # seconds that a file may wait for barman cron, which runs each minute
CRON_SILENT = 3600.0
STARTS_AGAIN = 120.0  # seconds in which barman cron starts what has ended
JUST_ARCHIVED = 60.0  # seconds until which barman may not yet have listed what it has moved
# bytes that an idle server writes at the start of a segment: page header, a snapshot or two of what runs, a checkpoint
IDLE = 384
LOOSE_END = 8192  # bytes: the last ones that were received may be zero
SWITCHING = 60.0  # seconds that archiving may take after archive_timeout is over
MOST_MISSING = 10_000


@dataclasses.dataclass
class Wal:
    """What was found out. ``lag``: how long ago the oldest WAL that is only on the server may have been written, in seconds."""

    newest: str | None = None
    arrived: dt.datetime | None = None  # when that came
    lag: float | None = None
    only_there: int | None = None  # bytes of WAL that are only on the server
    catching_up: bool = False  # nothing is wrong but a lag, which may be over in a moment
    gaps: int = 0


# -- is it whole


def own_wal_missing(archive: Archive, info: Info) -> list[str]:
    """Names of the segments between begin and end of a backup that are not there: without them it cannot be restored."""
    begin, end = segment_of(info.begin_wal or "", archive.size), segment_of(info.end_wal or "", archive.size)
    if begin is None or end is None:
        return []
    gone = missing(archive.segments, [Step(begin.timeline, 0)], begin, end.number)
    return [name_of(segment, archive.size) for segment in itertools.islice(gone, MOST_MISSING)]


def judge_whole(archive: Archive, info: Info, backup: Message, judgement: Judgement) -> tuple[int, Segment | None]:
    """Says what is missing from the begin of the newest backup on; how much, and the last segment to which it can be followed."""
    begin = segment_of(info.begin_wal or "", archive.size)
    if begin is None:
        judgement.unseen.append(phrase("{backup}: its backup.info does not say with which WAL segment it begins", backup=backup))
        return 0, None
    later = [segment for segment in archive.segments if segment.timeline >= begin.timeline and segment.number >= begin.number]
    timeline = max((segment.timeline for segment in later), default=begin.timeline)
    way = way_of(archive, timeline) if timeline > begin.timeline else [Step(begin.timeline, 0)]
    if way is None:
        judgement.fails.append(
            phrase(
                "the archive has WAL of timeline {timeline:number}, but its history file {name} is missing or damaged: a restore of"
                " {backup} cannot follow to it",
                timeline=timeline,
                name=f"{timeline:08X}.history",
                backup=backup,
            )
        )
        timeline, way = begin.timeline, [Step(begin.timeline, 0)]
    end = segment_of(info.end_wal or "", archive.size) or begin
    last = max([segment.number for segment in later if segment.timeline == timeline] + [end.number])
    gone = list(itertools.islice(missing(archive.segments, way, begin, last), MOST_MISSING))
    if gone:
        judgement.fails.append(
            plural(
                "WAL segment {first} is missing after the begin of {backup}: what was written later cannot be restored",
                "{count:number} WAL segments are missing after the begin of {backup}, the first {first}: what was written later cannot be"
                " restored",
                count=len(gone),
                first=name_of(gone[0], archive.size),
                backup=backup,
            )
        )
    return len(gone), Segment(timeline, last)


def judge_earlier(archive: Archive, oldest: Info, newest: Info, judgement: Judgement) -> None:
    """Warns of a gap before the newest backup: points in time that cannot be restored."""
    first, end = segment_of(oldest.begin_wal or "", archive.size), segment_of(newest.begin_wal or "", archive.size)
    if first is None or end is None or first.number >= end.number:
        return
    way = way_of(archive, end.timeline) if end.timeline > first.timeline else [Step(first.timeline, 0)]
    gone = list(itertools.islice(missing(archive.segments, way or [], first, end.number - 1), MOST_MISSING))
    if gone and way is not None:
        judgement.warns.append(
            plural(
                "WAL segment {first} is missing between older backups: not every point in time before the newest one can be restored",
                "{count:number} WAL segments are missing between older backups, the first {first}: not every point in time before the"
                " newest one can be restored",
                count=len(gone),
                first=name_of(gone[0], archive.size),
            )
        )


def judge_as_archived(
    archive: Archive,
    recorded: t.Mapping[str, Recorded] | None,
    begin: Segment,
    encrypted: bool,
    now: dt.datetime,
    judgement: Judgement,
) -> None:
    """Compares what lies there from the begin of the newest backup on with what barman noted when it archived it."""
    if recorded is None:
        judgement.warns.append(phrase("barman's list of WAL, xlog.db, cannot be read: sizes were not compared with it"))
        return
    if not recorded and any(path not in archive.queued for path in archive.segments.values()):
        judgement.fails.append(
            phrase(
                "barman's list of WAL, xlog.db, is empty or not there: a restore brings no WAL with it; barman rebuild-xlogdb makes it anew"
            )
        )
        return
    other: list[Message] = []
    unlisted, plain = [], []
    last = max((segment.number for name in recorded if (segment := segment_of(name, archive.size))), default=-1)
    for segment, path in sorted(archive.segments.items()):
        name = os.path.basename(path)
        if segment.number < begin.number or segment.timeline < begin.timeline or path in archive.queued:
            continue
        try:
            status = os.stat(path)
        except OSError:
            continue  # barman has just removed it
        known = recorded.get(name)
        if known is None:
            if segment.number < last or now.timestamp() - status.st_ctime > JUST_ARCHIVED:
                unlisted.append(name)
            continue
        if status.st_size != known.size:
            other.append(phrase("{name} has {size:bytes}, {wanted:bytes} were archived", name=name, size=status.st_size, wanted=known.size))
        if known.encryption is None:
            plain.append(name)
    if other:
        judgement.fails.append(
            plural(
                "a WAL segment is not as it was archived: {first}",
                "{count:number} WAL segments are not as they were archived: {first}",
                count=len(other),
                first=other[0],
            )
        )
    if unlisted:
        judgement.fails.append(
            plural(
                "WAL segment {first} is not in barman's list xlog.db, so that a restore leaves it out; barman rebuild-xlogdb makes it anew",
                "{count:number} WAL segments are not in barman's list xlog.db, so that a restore leaves them out, the first {first};"
                " barman rebuild-xlogdb makes it anew",
                count=len(unlisted),
                first=unlisted[0],
            )
        )
    if encrypted and plain:
        judgement.fails.append(
            plural(
                "WAL segment {first} is not encrypted",
                "{count:number} WAL segments are not encrypted, the first {first}",
                count=len(plain),
                first=plain[0],
            )
        )


# -- does it arrive


def judge_queues(told: Told, archive: Archive, now: dt.datetime, judgement: Judgement) -> None:
    """Whether barman cron takes what arrives, and has refused none of it."""
    waiting = sorted(age for age in (_age(path, now) for path in archive.queued) if age is not None)
    if waiting and waiting[-1] > PILED:
        judgement.fails.append(
            plural(
                "{count:number} WAL file has waited for {age:duration} in {folder:path}: barman cron does not run, or cannot archive it",
                "{count:number} WAL files wait, the oldest for {age:duration}, in {folder:path}: barman cron does not run, or cannot"
                " archive them",
                count=len(waiting),
                age=waiting[-1],
                folder=os.path.dirname(archive.queued[0]),
            )
        )
    else:
        silent = min((age for age in (_age(path, now) for path in cron_locks(told)) if age is not None), default=0.0)
        if silent > CRON_SILENT:
            judgement.warns.append(phrase("barman cron last ran for this server {age:duration} ago; it is to run each minute", age=silent))
    if archive.refused:
        judgement.warns.append(
            plural(
                "barman has put {count:number} file aside into {folder:path}, which it could not archive: {name}",
                "barman has put {count:number} files aside into {folder:path}, which it could not archive, such as {name}",
                count=len(archive.refused),
                folder=os.path.dirname(archive.refused[0]),
                name=one_line(os.path.basename(archive.refused[-1]), 100),
            )
        )


def judge_arrival(told: Told, archive: Archive, now: dt.datetime, limit: float, judgement: Judgement, promised: float | None = None) -> Wal:
    """Whether the server's WAL reaches barman now, and how far it is behind. ``promised``: the lag that somebody asked for, if so."""
    newest = archive.newest()
    found = Wal(newest=None if newest is None else name_of(newest, archive.size))
    found.arrived = _touched(archive.segments[newest]) if newest else None
    if found.arrived and (found.arrived - now).total_seconds() > FUTURE:
        found.arrived = None
    age = None if found.arrived is None else max(0.0, (now - found.arrived).total_seconds())
    if told.flag("passive_node"):
        if age is not None and age <= limit:
            found.lag = age
        else:
            judgement.unseen.append(_nothing_newer(found, age, phrase("this barman is a passive node and asks no PostgreSQL")))
        return found
    if told.text("server_txt_version") is None:
        reason = told.text("connection_error")
        why = verbatim(one_line(masked(reason), 200)) if reason else phrase("its log says why")
        judgement.unseen.append(
            phrase("barman cannot ask PostgreSQL, so that nothing tells whether WAL still arrives: {reason}", reason=why)
        )
        found.lag = age if age is not None and age <= limit else None
        return found
    ways = [_archiver(told, archive, now)] if told.flag("archiver") is not False else []
    ways += [_receiver(told, archive, now)] if told.flag("streaming_archiver") is not False else []
    works = None in ways  # one of two ways is enough to lose nothing
    (judgement.warns if works else judgement.fails).extend(problem for problem in ways if problem)
    if told.flag("archiver") is not False and hides_failures(told.text("archive_command") or ""):
        judgement.warns.append(HIDDEN)
    _lag(told, archive, now, limit, works, found, judgement)
    timeout = told.number("archive_timeout")
    kept = found.lag is not None and found.lag <= limit  # else it was said
    if kept and promised is not None and told.flag("streaming_archiver") is False and timeout is not None and not 0 < timeout <= promised:
        judgement.warns.append(_no_promise(float(timeout), promised))
    return found


def _no_promise(timeout: float, promised: float) -> Message:
    """A few bytes that nobody archives look like those that an idle server writes; the setting tells."""
    if timeout:
        return phrase(
            "archive_timeout is {timeout:duration}, longer than max_wal_lag ({limit:duration}): what is written last may stay on the server"
            " for so long; make it shorter, or set streaming_archiver",
            timeout=timeout,
            limit=promised,
        )
    return phrase(
        "archive_timeout is 0, so that a segment is archived when it is full: nothing keeps max_wal_lag ({limit:duration}) on a quiet"
        " server; set it, or streaming_archiver",
        limit=promised,
    )


def _nothing_newer(found: Wal, age: float | None, why: Message) -> Message:
    if age is None:
        return phrase("no WAL is there, and nothing tells whether there is any on the server: {why}", why=why)
    return phrase(
        "the newest WAL, {name}, came {age:duration} ago, and nothing tells whether there is newer on the server: {why}",
        name=found.newest,
        age=age,
        why=why,
    )


def _archiver(told: Told, archive: Archive, now: dt.datetime) -> Message | None:
    """What is wrong with PostgreSQL's archive_command."""
    if told.text("server_txt_version") is None:
        return None
    if told.text("archive_mode") == "off":
        return phrase("archive_mode is off on the server: no WAL is archived")
    failed, done = told.moment("last_failed_time"), told.moment("last_archived_time")
    wal = told.text("last_failed_wal")
    if failed and (done is None or failed > done) and told.flag("is_archiving") is not True:
        times = told.number("failed_count") or 0
        if done is None:
            return phrase(
                "archive_command fails, the last time {failed:moment} on {name}, and has never succeeded ({times:number} failures)",
                failed=isoformat(failed),
                name=wal,
                times=times,
            )
        return phrase(
            "archive_command fails, the last time {failed:moment} on {name}; it last succeeded {age:duration} ago",
            failed=isoformat(failed),
            name=wal,
            age=max(0.0, (now - done).total_seconds()),
        )
    sent = segment_of(told.text("last_archived_wal") or "", archive.size)
    # the newest that barman has on that timeline: what was archived before may long be removed
    here = max((segment.number for segment in archive.segments if sent and segment.timeline == sent.timeline), default=-1)
    if sent and done and (now - done).total_seconds() > 5.0 and sent.number > here:
        return phrase(
            "PostgreSQL has archived {name} {age:duration} ago, and barman has not got it: archive_command sends WAL elsewhere",
            name=name_of(sent, archive.size),
            age=(now - done).total_seconds(),
        )
    command = told.get("archive_command")  # None where barman may not see it
    return None if command is None else cannot_archive(str(command), BARMAN_TOOL)


def _receiver(told: Told, archive: Archive, now: dt.datetime) -> Message | None:
    """What is wrong with the process that receives WAL as it is written. One that PostgreSQL has just dismissed, cron starts again."""
    if is_held(lock_path(told, "receive-wal")) is not False:
        return None
    received = [age for age in (_age(path, now) for path in archive.partial.values()) if age is not None]
    if any(age < STARTS_AGAIN for age in received):
        return None
    return phrase("barman receive-wal is not running: no WAL is received as it is written; barman cron starts it")


def _lag(told: Told, archive: Archive, now: dt.datetime, limit: float, works: bool, found: Wal, judgement: Judgement) -> None:
    there = max((lsn for lsn in map(position, (told.text("current_lsn"), told.text("xlogpos"))) if lsn is not None), default=None)
    if there is None:
        judgement.unseen.append(phrase("PostgreSQL does not tell barman how far its WAL is"))
        return
    size = archive.size
    segment = segment_of(told.text("current_xlog") or "", size)
    timeline = told.number("timeline") or (segment.timeline if segment else None)
    newest = archive.newest(timeline)
    if timeline and any(other.timeline > timeline for other in archive.segments):
        judgement.warns.append(
            phrase(
                "the archive has WAL of timeline {other:number}, the server is on {timeline:number}: another server archives here, such as"
                " a restored copy",
                other=max(other.timeline for other in archive.segments),
                timeline=timeline,
            )
        )
    reached = (newest.number + 1) * size if newest else 0
    since = _touched(archive.segments[newest]) if newest else None
    done = told.moment("last_archived_time") if told.flag("archiver") is not False else None
    since = max((moment for moment in (since, done) if moment), default=None)
    receiving = [one for one in archive.partial if one.number * size == reached and timeline in (None, one.timeline)]
    loose = IDLE
    if receiving:
        got = written_until(archive.partial[receiving[0]], size) or 0
        reached, loose = reached + got, LOOSE_END if is_held(lock_path(told, "receive-wal")) else IDLE
        written = _touched(archive.partial[receiving[0]])
        since = max((moment for moment in (since, written) if moment and got), default=since)
    found.only_there = max(0, there - reached)
    waiting = there // size > reached // size  # whole segments
    age = None if since is None else max(0.0, (now - since).total_seconds())
    timeout = float(told.number("archive_timeout") or 0)
    if found.only_there <= loose:
        found.lag = 0.0
    elif not waiting and not receiving and works and timeout and age is not None and age > timeout + SWITCHING:
        found.lag = 0.0  # PostgreSQL would have begun a new segment, had anything of weight been written since
    else:
        found.lag = age
    if found.lag is not None and found.lag <= limit:
        return
    if found.lag is None:
        judgement.fails.append(phrase("barman has no WAL of this server"))
        return
    if not waiting and not receiving and works:
        judgement.warns.append(_open_segment(timeout, found.only_there, found.lag, limit))
        return
    found.catching_up = works
    judgement.fails.append(
        phrase(
            "{bytes:bytes} of WAL are only on the server, since {age:duration}, the limit is {limit:duration}",
            bytes=found.only_there,
            age=found.lag,
            limit=limit,
        )
    )


def _open_segment(timeout: float, only_there: int, lag: float, limit: float) -> Message:
    if timeout:
        return phrase(
            "up to {bytes:bytes} of WAL may be only on the server since {age:duration}, the limit is {limit:duration}: archive_timeout is"
            " {timeout:duration}; make it shorter, or set streaming_archiver",
            timeout=timeout,
            bytes=only_there,
            age=lag,
            limit=limit,
        )
    return phrase(
        "up to {bytes:bytes} of WAL may be only on the server since {age:duration}, the limit is {limit:duration}: archive_timeout is 0, so"
        " that a segment is archived when it is full; set it, or streaming_archiver",
        bytes=only_there,
        age=lag,
        limit=limit,
    )


def _touched(path: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(os.stat(path).st_mtime, dt.timezone.utc)
    except (OSError, OverflowError, ValueError):
        return None


def _age(path: str, now: dt.datetime) -> float | None:
    touched = _touched(path)
    return None if touched is None else (now - touched).total_seconds()


__all__ = ("Wal", "judge_arrival", "judge_as_archived", "judge_earlier", "judge_queues", "judge_whole", "own_wal_missing")
