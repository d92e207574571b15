# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WAL in a repository of pgBackRest: whole since the newest backup, not far behind the database. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._clients.archive_commands import HIDDEN, PGBACKREST, cannot_archive, hides_failures
from .._clients.pgbackrest import Backup, PgBackRest, PgBackRestFailed, moment
from .._clients.postgresql_archiver import DataFolder, Server
from .._clients.wal_names import Segment, name_of, parse_history
from .._clients.wal_segments import Gap, first_gap, segment_of, size_of, unbroken_from
from .._finding import CannotObserve, isoformat
from .._phrase import NOTHING, Message, phrase, plural, with_more
from ._judgement import FUTURE, Judgement

QUIET = 2048  # bytes that an idle server writes after a segment was closed: a checkpoint, snapshots of what runs
SETTLES = 600.0  # seconds within which it does
STUCK = 900.0  # seconds for which a segment may wait while no other one arrives
# how many bytes one byte holds at most: deflate by its format, LZ4 and Zstandard by their longest runs
_MOST_COMPRESSED = {"gz": 1040, "lz4": 256, "zst": 32768}
LEAST = 64  # bytes: the header of a segment alone does not compress below
ARRIVING = 60.0  # seconds between what the server says and what the repository shows


@dataclasses.dataclass(frozen=True)
class Archive:
    """The whole segments of the newest cluster in a repository, each with when it arrived. ``size``: bytes of a segment."""

    size: int
    arrived: t.Mapping[Segment, dt.datetime]
    left_at: t.Mapping[int, int] | None
    cut: t.Mapping[Segment, int] = dataclasses.field(default_factory=dict)  # bytes; too few for a segment

    @property
    def newest(self) -> Segment | None:
        return max(self.arrived, default=None)

    def name(self, segment: Segment) -> str:
        return name_of(segment, self.size)


@dataclasses.dataclass(frozen=True)
class View:
    """What can be seen of the database itself; ``why_not`` where that is nothing."""

    server: Server | None = None
    folder: DataFolder | None = None
    why_not: Message | None = None


def read_archive(tool: PgBackRest, repo: int, archive_id: str, backups: t.Sequence[Backup], segment_size: int | None) -> Archive:
    """What the repository holds, of one listing. CannotObserve."""
    folder = f"archive/{tool.stanza}/{archive_id}"
    names = {path.rpartition("/")[2]: file for path, file in tool.files(folder, repo, "--recurse").items()}
    known = [(backup.wal_start, backup.lsn_start) for backup in backups if backup.wal_start and backup.lsn_start]
    # NAME-CHECKSUM.gz; a partial one of a timeline that was left is NAME.partial-CHECKSUM.gz
    archived = {name: file for name, file in names.items() if name[24:25] == "-"}
    size = segment_size or size_of(known, [name[:24] for name in archived])
    cut: dict[Segment, int] = {}
    try:
        arrived = {segment: moment(file.time) for name, file in archived.items() if (segment := segment_of(name[:24], size))}
    except ValueError:
        raise CannotObserve(phrase("pgBackRest answered with something that is not a list of files")) from None
    for name, file in archived.items():
        segment = segment_of(name[:24], size)
        if segment and file.size < least_of(name, size):
            cut[segment] = file.size
            arrived.pop(segment, None)
    newest = max((segment.timeline for segment in arrived), default=1)
    oldest = min((segment_timeline(backup) for backup in backups), default=newest)
    left_at = None
    history = f"{newest:08X}.history"
    if newest > oldest and history in names:
        try:
            left_at = parse_history(tool.read(f"{folder}/{history}", repo))
        except PgBackRestFailed:
            left_at = None
    return Archive(size, arrived, left_at, cut)


def least_of(name: str, size: int) -> int:
    """The bytes below which a file, by the end of its name, cannot hold a segment of ``size`` bytes, however well it is compressed."""
    most = _MOST_COMPRESSED.get(name.rpartition(".")[2] if "." in name else "")
    return size if "." not in name else max(LEAST, size // most) if most else LEAST


def segment_timeline(backup: Backup) -> int:
    return int(backup.wal_start[:8], 16) if backup.wal_start else 1


def gap_after(archive: Archive, backup: Backup) -> Gap | None:
    """What is missing from a backup on. One that was made of a stopped server needs nothing."""
    start, stop = _span(archive, backup)
    return None if start is None or stop is None else first_gap(archive.arrived.keys(), start, stop, archive.size, archive.left_at)


def lacks_own_wal(archive: Archive, backup: Backup) -> bool:
    """Whether WAL is missing without which the backup cannot be made consistent."""
    start, stop = _span(archive, backup)
    if start is None or stop is None:
        return False
    there = {segment.number for segment in archive.arrived if segment.timeline >= start.timeline}
    return any(number not in there for number in range(start.number, stop.number + 1))


def _span(archive: Archive, backup: Backup) -> tuple[Segment | None, Segment | None]:
    return segment_of(backup.wal_start or "", archive.size), segment_of(backup.wal_stop or "", archive.size)


def reaches_back(archive: Archive, backups: t.Sequence[Backup]) -> Backup | None:
    """The oldest backup from which every later moment can be reached."""
    if archive.newest is None:
        return None
    oldest = unbroken_from(archive.arrived.keys(), archive.newest)
    for backup in backups:
        start, _stop = _span(archive, backup)
        if start is not None and start.number >= oldest:
            return backup
    return None


def said_of_gap(archive: Archive, gap: Gap, backup: Backup, repo: int) -> Message:
    """The sentence for missing WAL, with how far a restore gets."""
    first = gap.missing[0]
    name = phrase("WAL {name}", name=archive.name(first))
    if first in archive.cut:
        name = phrase("WAL {name} (a file of {size:bytes} has its name)", name=archive.name(first), size=archive.cut[first])
    missing = with_more(name, len(gap.missing) - 1)
    if gap.after is None or gap.missing[0].number <= (segment_of(backup.wal_stop or "", archive.size) or gap.missing[0]).number:
        return phrase(
            "{missing} is not in repository {repo:number}: backup {label} cannot be restored without it; make a new backup",
            missing=missing,
            repo=repo,
            label=backup.label,
        )
    return phrase(
        "{missing} is not in repository {repo:number}: after backup {label} the database can be restored only to {until:moment};"
        " make a new backup",
        missing=missing,
        repo=repo,
        label=backup.label,
        until=isoformat(archive.arrived[gap.after]),
    )


def said_of_cut(archive: Archive, repo: int) -> Message | None:
    """The sentence for segments behind the last whole one that are cut; those before it are a gap."""
    cut = sorted(segment for segment in archive.cut if archive.newest is None or segment > archive.newest)
    if not cut:
        return None
    return with_more(
        phrase(
            "WAL {name} in repository {repo:number} is cut: {size:bytes} cannot hold a segment",
            name=archive.name(cut[0]),
            repo=repo,
            size=archive.cut[cut[0]],
        ),
        len(cut) - 1,
    )


# -- how far it is behind the database


class Lag(t.NamedTuple):
    """Seconds of changes that would be lost now, at most; None where that cannot be told."""

    seconds: float | None
    why: Message


def judge_archiving(archive: Archive, view: View, repo: int, now: dt.datetime, limit: float, judgement: Judgement) -> Lag:
    """How old the newest change in the repository is, beside the newest one in the database. What is wrong goes to ``judgement``."""
    newest = archive.newest
    if newest is None:
        judgement.fails.append(phrase("repository {repo:number} holds no WAL of this cluster", repo=repo))
        return Lag(None, NOTHING)
    age = (now - archive.arrived[newest]).total_seconds()
    if age < -FUTURE:
        judgement.unseen.append(
            phrase(
                "the newest WAL in repository {repo:number} arrived in the future ({time:moment}): a clock is wrong",
                repo=repo,
                time=isoformat(archive.arrived[newest]),
            )
        )
        return Lag(None, NOTHING)
    if view.server:
        _judge_server(archive, view.server, repo, judgement)
    if view.folder and not view.server:
        _judge_waiting(view.folder, age, now, judgement)
        _judge_by_files(archive, newest, view.folder, repo, now, judgement)
    lag = _lag(archive, newest, view, max(age, 0.0), now, limit)
    if lag.seconds is not None and lag.seconds > limit:
        judgement.fails.append(
            phrase(
                "the newest WAL in repository {repo:number} ({name}) is {age:duration} old, the limit is {limit:duration}: {why}",
                repo=repo,
                name=archive.name(newest),
                age=lag.seconds,
                limit=limit,
                why=lag.why,
            )
        )
    elif lag.seconds is None:
        judgement.unseen.append(
            phrase(
                "the newest WAL in repository {repo:number} ({name}) is {age:duration} old, the limit is {limit:duration}, and whether the"
                " database has written since cannot be told: {why}",
                repo=repo,
                name=archive.name(newest),
                age=age,
                limit=limit,
                why=lag.why,
            )
        )
    return lag


def judge_promise(view: View, promised: float, judgement: Judgement) -> None:
    """A few bytes that nobody archives look like those that an idle server writes; the setting tells."""
    server = view.server
    if server is None or server.standby or 0 < server.archive_timeout <= promised:
        return
    if server.archive_timeout:
        said = phrase(
            "archive_timeout is {timeout:duration}, longer than max_wal_lag ({limit:duration}): what is written last may stay on the server"
            " for so long; make it shorter",
            timeout=server.archive_timeout,
            limit=promised,
        )
    else:
        said = phrase(
            "archive_timeout is 0, so that a segment is archived when it is full: nothing keeps max_wal_lag ({limit:duration}) on a quiet"
            " server; set it",
            limit=promised,
        )
    judgement.warns.append(said)


def _lag(archive: Archive, newest: Segment, view: View, age: float, now: dt.datetime, limit: float) -> Lag:
    if view.server:
        return _lag_by_server(archive, newest, view, view.server, age, now, limit)
    if view.folder:
        return _lag_by_files(archive, newest, view.folder, age, now, limit)
    if age <= limit:
        return Lag(age, NOTHING)
    return Lag(None, view.why_not or phrase("give 'conninfo' or 'data_directory', or let the check run on the host of the database"))


def is_catching_up(archive: Archive, view: View, now: dt.datetime, limit: float) -> bool:
    """Whether the server may just have begun to write after a rest, so that the next segments are on their way."""
    server, newest = view.server, archive.newest
    if server is None or newest is None or server.failing or view.folder or server.lsn // server.segment - newest.number <= 1:
        return False
    return (now - archive.arrived[newest]).total_seconds() > limit


def _closed(archive: Archive, newest: Segment, folder: DataFolder, age: float, now: dt.datetime) -> float:
    """Seconds since the first segment that has not arrived was full."""
    closed = [time for name, time in folder.segments.items() if (one := segment_of(name, archive.size)) and one.number == newest.number + 1]
    return min(age, max(0.0, now.timestamp() - min(closed))) if closed else age


def _lag_by_server(archive: Archive, newest: Segment, view: View, server: Server, age: float, now: dt.datetime, limit: float) -> Lag:
    written, bytes_in_it = divmod(server.lsn, server.segment)
    pending = written - newest.number - 1
    if pending < 0 or (pending == 0 and bytes_in_it <= QUIET):
        return Lag(0.0, phrase("the database has written nothing since"))
    if pending > 0:
        return Lag(
            _closed(archive, newest, view.folder, age, now) if view.folder else age,
            plural(
                "{count:number} segment that the database has written since is not there",
                "{count:number} segments that the database has written since are not there",
                count=pending,
            ),
        )
    if server.archive_timeout > 0 and not server.standby:  # PostgreSQL closes the segment by then
        why = phrase(
            "{size:bytes} written since wait in a segment that archive_timeout closes after {timeout:duration}",
            size=bytes_in_it,
            timeout=server.archive_timeout,
        )
        return Lag(min(age, server.archive_timeout), why)
    if server.standby and age > limit:
        return Lag(None, phrase("this server is a standby; let the check run on the primary"))
    return Lag(
        age,
        phrase(
            "{size:bytes} written since wait in a segment that is archived only when it is full, since archive_timeout is 0",
            size=bytes_in_it,
        ),
    )


def _lag_by_files(archive: Archive, newest: Segment, folder: DataFolder, age: float, now: dt.datetime, limit: float) -> Lag:
    current = segment_of(folder.current or "", archive.size)
    if current is None:
        return Lag(None, phrase("its data folder holds no WAL"))
    pending = current.number - newest.number - 1
    if pending < 0:
        return Lag(0.0, phrase("the database has written nothing since"))
    if pending > 0:
        return Lag(
            _closed(archive, newest, folder, age, now),
            plural(
                "{count:number} segment that the database has written since is not there",
                "{count:number} segments that the database has written since are not there",
                count=pending,
            ),
        )
    written = folder.segments[folder.current or ""]
    if written <= archive.arrived[newest].timestamp() + SETTLES:
        return Lag(0.0, phrase("the database has written nothing since"))
    idle = max(0.0, now.timestamp() - written)
    if idle > limit:
        return Lag(idle, phrase("what was written last is in a segment that nothing has archived: set archive_timeout"))
    if age <= limit:
        return Lag(age, NOTHING)
    return Lag(None, phrase("it writes into a segment that is not full; give 'conninfo'"))


def _judge_server(archive: Archive, server: Server, repo: int, judgement: Judgement) -> None:
    if server.standby and server.archive_mode != "always":
        return
    newest = archive.newest
    useless = None if server.command is None or server.library else cannot_archive(server.command, PGBACKREST)
    if hides_failures(server.command or ""):
        judgement.warns.append(HIDDEN)
    if useless and not (server.failing and server.command):
        judgement.fails.append(useless)
    elif server.failing:
        judgement.fails.append(
            plural(
                "archive_command fails, {count:number} time so far, last {ago:duration} ago on {name}; it last succeeded {success}",
                "archive_command fails, {count:number} times so far, last {ago:duration} ago on {name}; it last succeeded {success}",
                count=server.failed,
                ago=server.failed_ago or 0.0,
                name=server.failed_wal or "?",
                success=phrase("never") if server.archived_ago is None else phrase("{ago:duration} ago", ago=server.archived_ago),
            )
        )
    taken = segment_of((server.archived or "")[:24], server.segment)
    if newest and taken and taken.number > newest.number and taken.timeline >= newest.timeline and (server.archived_ago or 0.0) > ARRIVING:
        judgement.fails.append(_not_there(archive, taken, newest, repo))
    if newest and newest.timeline > server.timeline:
        judgement.warns.append(
            phrase(
                "repository {repo:number} holds WAL of timeline {other:number}, the database writes timeline {mine:number}: a restore"
                " follows the other one unless it is told the target timeline",
                repo=repo,
                other=newest.timeline,
                mine=server.timeline,
            )
        )


def _judge_waiting(folder: DataFolder, age: float, now: dt.datetime, judgement: Judgement) -> None:
    if not folder.waiting:
        return
    waits = now.timestamp() - min(folder.waiting.values())
    if min(waits, age) > STUCK:
        judgement.fails.append(
            plural(
                "{count:number} WAL segment waits to be archived, for {waits:duration}: archive_command fails, see the log of PostgreSQL",
                "{count:number} WAL segments wait to be archived, the oldest for {waits:duration}: archive_command fails, see the log of"
                " PostgreSQL",
                count=len(folder.waiting),
                waits=waits,
            )
        )


def _judge_by_files(archive: Archive, newest: Segment, folder: DataFolder, repo: int, now: dt.datetime, judgement: Judgement) -> None:
    """What PostgreSQL takes for archived, and how it is told to archive. A standby marks what its primary has archived."""
    if folder.standby:
        return
    if folder.command is not None:
        useless = cannot_archive(folder.command, PGBACKREST)
        judgement.fails += [useless] if useless else []
        judgement.warns += [HIDDEN] if hides_failures(folder.command) else []
    done = {segment: time for name, time in folder.archived.items() if (segment := segment_of(name, archive.size))}
    lost = sorted(
        segment
        for segment, time in done.items()
        if segment.number > newest.number and segment.timeline >= newest.timeline and now.timestamp() - time > ARRIVING
    )
    if lost:
        judgement.fails.append(_not_there(archive, lost[-1], newest, repo))


def _not_there(archive: Archive, taken: Segment, newest: Segment, repo: int) -> Message:
    return phrase(
        "PostgreSQL takes {archived} for archived, and repository {repo:number} has nothing after {newest}: archive_command"
        " does not archive into it, or WAL was dropped (archive-push-queue-max)",
        archived=archive.name(taken),
        repo=repo,
        newest=archive.name(newest),
    )


def cannot_see(exc: CannotObserve) -> View:
    return View(why_not=exc.message)


__all__ = (
    "Archive",
    "Lag",
    "View",
    "cannot_see",
    "gap_after",
    "is_catching_up",
    "judge_archiving",
    "judge_promise",
    "lacks_own_wal",
    "reaches_back",
    "read_archive",
    "said_of_cut",
    "said_of_gap",
)
