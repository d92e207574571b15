# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a PostgreSQL server that barman keeps: fresh, complete, with their WAL, which still arrives. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import Spec
from .._clients.barman import DAMAGED, DONE, OTHER, Backup, Barman, BarmanFailed, Listing, Told
from .._clients.barman_files import Archive, Info, is_held, lock_path, read_archive, read_info, read_xlogdb
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._backup_access import BARMAN
from ._backup_limits import LIMITS_DURATIONS, LIMITS_SPEC, Limits, allowed_age, not_retained, refuse_odd, too_few, too_old
from ._barman_catalogue import (
    Kept,
    barman_of,
    judge_content,
    judge_other,
    judge_settings,
    look_at_folders,
    said_of_damage,
    segment_size,
    sort_out,
)
from ._barman_wal import Wal, judge_arrival, judge_as_archived, judge_earlier, judge_queues, judge_whole
from ._judgement import FUTURE, Judgement, percent, shrunk

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **BARMAN,
    **LIMITS_SPEC,
    "max_wal_lag": {"type": "str"},
    "encrypted": {"type": "bool", "default": False},
    "append_only": {"type": "bool", "default": False},
}
DURATIONS = (*LIMITS_DURATIONS, "max_wal_lag")
COMPARABLE = {
    "databases": {"kind": "set", "what": phrase("backup of")},
    "backup_size_bytes": {
        "kind": "number",
        "what": phrase("size of the backup of"),
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
CATCHING_UP = 4.0  # seconds after which a segment that was just filled is looked for again


class Arguments(Limits):
    barman_server: str
    config: str | None
    binary: str
    environment: dict[str, object] | None
    max_wal_lag: float | None
    encrypted: bool
    append_only: bool
    timeout: float


def problems(args: t.Mapping[str, object], given: t.Mapping[str, object]) -> list[str]:
    """What is wrong with the name of the server."""
    if args["barman_server"] == "all":
        return ["barman_server: 'all' is every server to barman; name one"]
    return []


def run(args: Arguments, runner: Runner) -> Finding:
    refuse_odd(args)
    barman = barman_of(args, runner)
    server, now = args["barman_server"], runner.now()
    common: Facts = {
        "observed": {"server": server, "databases": [server]},
        "expected": {name: args[name] for name in ("max_age", "min_count", "rpo", "retention", "max_wal_lag") if args[name] is not None},
    }
    judgement = Judgement()
    told: Told | None
    try:
        listing = barman.backups()
    except BarmanFailed as exc:
        if exc.kind == DAMAGED:
            return failed(exc.message, **common)
        if exc.kind != OTHER:
            raise
        listing = Listing([], [exc.message])
        told = barman.told()
        if not told.flag("disabled"):
            damage = said_of_damage(told, server)
            if damage is None:
                raise
            return failed(damage, **common)
    else:
        told = _told(barman, judgement)
    if told is not None:
        refused = _switched_off(told, server)
        if refused:
            return failed(refused, **common)
        look_at_folders(told, listing, runner.now(), judgement)
    judgement.warns += listing.complaints
    past = [backup for backup in listing.backups if backup.end is None or (backup.end - now).total_seconds() <= FUTURE]
    if listing.backups and not any(backup.status == DONE for backup in past) and any(one.status == DONE for one in listing.backups):
        newest = max(backup.end for backup in listing.backups if backup.end)
        said = phrase(
            "every complete backup of {server} is dated in the future ({newest:moment}): a clock is wrong",
            server=server,
            newest=isoformat(newest),
        )
        raise CannotObserve(said, observed=common["observed"])
    if len(past) < len(listing.backups):
        judgement.warns.append(
            plural(
                "{count:number} backup dated in the future is not counted: a clock is or was wrong",
                "{count:number} backups dated in the future are not counted: a clock is or was wrong",
                count=len(listing.backups) - len(past),
            )
        )
    if told is None:
        return _judge_list(args, past, now, judgement, common)
    return _judge(args, barman, told, past, now, judgement, common)


def _told(barman: Barman, judgement: Judgement) -> Told | None:
    """The list is known; where the rest is not to be had, the list is judged."""
    try:
        return barman.told()
    except CannotObserve as exc:
        judgement.unseen.append(
            phrase("only the list of backups was read, whether their WAL is there is not known: {reason}", reason=exc.message)
        )
        return None


def _switched_off(told: Told, server: str) -> Message | None:
    if told.flag("active") is False:
        return phrase("{server} is switched off in barman (active = false): it makes no backups and takes no WAL", server=server)
    if told.flag("disabled"):
        said = told.get("msg_list")
        first = str(said[0]) if isinstance(said, list) and said else "?"
        return phrase(
            "barman has disabled {server}, its configuration is not usable: {reason}", server=server, reason=verbatim(one_line(first, 200))
        )
    return None


def _judge_list(args: Arguments, backups: list[Backup], now: dt.datetime, judgement: Judgement, common: Facts) -> Finding:
    done = [Kept(backup, Info(end=backup.end, size=backup.size)) for backup in backups if backup.status == DONE and backup.end]
    judge_other(backups, done, None, judgement)
    if not backups:  # barman also lists nothing where it may not read its folders
        raise CannotObserve(judgement.unseen[0], observed=common["observed"])
    if not done:
        return _none(args, judgement, common)
    _limits(args, done, now, judgement, common)
    return judgement.finding(phrase("{server} was not fully looked at", server=args["barman_server"]), **common)


def _none(args: Arguments, judgement: Judgement, common: Facts) -> Finding:
    judgement.fails.insert(0, phrase("barman has no complete backup of {server}", server=args["barman_server"]))
    common["absent"] = True
    return judgement.finding(judgement.fails[0], **common)


def _judge(
    args: Arguments, barman: Barman, told: Told, backups: list[Backup], now: dt.datetime, judgement: Judgement, common: Facts
) -> Finding:
    infos = {backup.id: read_info(told, backup.id) or Info() for backup in backups}
    size = segment_size(backups, infos)
    archive = read_archive(told, size) if any(backup.status == DONE for backup in backups) else _archive_if_there(told, size)
    kept = sort_out(backups, infos, archive, judgement)
    judge_other(backups, kept, is_held(lock_path(told, "backup")), judgement, infos)
    judge_queues(told, archive, now, judgement)
    if not kept:
        return _none(args, judgement, common)
    newest = kept[-1]
    _limits(args, kept, now, judgement, common)
    judge_content(told, kept, barman.runner, judgement, common)
    judge_settings(told, newest, len(kept), args["encrypted"], args["append_only"], judgement)
    gaps, followed = judge_whole(archive, newest.info, newest.shown, judgement)
    pitr = [one for one in kept if one.backup.retention != "KEEP:STANDALONE"]
    if pitr:
        judge_earlier(archive, pitr[0].info, newest.info, judgement)
    if followed:
        judge_as_archived(archive, read_xlogdb(told), newest.first(size), args["encrypted"], now, judgement)
    wal = _arrival(args, barman, told, archive, now, judgement)
    _measure(args, newest, wal, gaps, common)
    server, limit = args["barman_server"], allowed_age(args)
    if wal.lag:
        good = phrase(
            "newest backup {id} of {server} ended {age:duration} ago, {size:bytes}, the limit is {limit}; {count:number} kept; WAL is here"
            " up to {wal}, {lag:duration} behind",
            id=newest.backup.id,
            server=server,
            age=newest.age(now),
            size=newest.size,
            limit=limit,
            count=len(kept),
            wal=wal.newest,
            lag=wal.lag,
        )
    else:
        good = phrase(
            "newest backup {id} of {server} ended {age:duration} ago, {size:bytes}, the limit is {limit}; {count:number} kept; all WAL is"
            " here",
            id=newest.backup.id,
            server=server,
            age=newest.age(now),
            size=newest.size,
            limit=limit,
            count=len(kept),
        )
    return judgement.finding(good, **common)


def _archive_if_there(told: Told, size: int) -> Archive:
    try:
        return read_archive(told, size)
    except CannotObserve as exc:
        if not exc.absent:
            raise
        return Archive(size)  # barman makes the folders when it first archives


def _arrival(args: Arguments, barman: Barman, told: Told, archive: Archive, now: dt.datetime, judgement: Judgement) -> Wal:
    limit = args["max_wal_lag"] or args["rpo"] or args["max_age"]
    seen = Judgement()
    wal = judge_arrival(told, archive, now, limit, seen, args["max_wal_lag"])
    if wal.catching_up:
        barman.runner.sleep(CATCHING_UP)
        again = Judgement()
        told = barman.told()
        wal = judge_arrival(told, read_archive(told, archive.size), barman.runner.now(), limit, again, args["max_wal_lag"])
        seen = again
    judgement.fails += seen.fails
    judgement.unseen += seen.unseen
    judgement.warns += seen.warns
    return wal


def _limits(args: Arguments, kept: t.Sequence[Kept], now: dt.datetime, judgement: Judgement, common: Facts) -> None:
    """Age, number, retention and size of the complete backups."""
    newest, age = kept[-1], kept[-1].age(now)
    old = too_old(phrase("newest complete backup {id} of {server}", id=newest.backup.id, server=args["barman_server"]), age, args)
    if old:
        judgement.fails.insert(0, old)
        common["since"] = isoformat(newest.end + dt.timedelta(seconds=args["max_age"]))
    named = phrase("backups of {server}", server=args["barman_server"])
    few = too_few(named, len(kept), args)
    judgement.fails += [few] if few else []
    reaching = [one for one in kept if one.backup.retention != "KEEP:STANDALONE"] or list(kept)
    short = not_retained(named, reaching[0].age(now), args)
    judgement.warns += [short] if short else []
    if newest.size == 0:
        judgement.fails.append(phrase("{backup} holds nothing", backup=newest.shown))
    elif newest.size is not None and args["compare"]:
        alike = [one.size for one in kept[:-1] if one.kind == newest.kind and one.size is not None][-args["compare"] :]
        small = shrunk(newest.shown, newest.size, alike, percent("size_deviation", args["size_deviation"]))
        judgement.warns += [small] if small else []
    common["measurements"] = [
        Measurement("backup_age_seconds", round(max(0.0, age), 3), args["max_age"], "upper"),
        Measurement("backup_count", len(kept), args["min_count"], "lower", count=True),
    ]
    if newest.size is not None:
        common["measurements"].append(Measurement("backup_size_bytes", newest.size))
    common["observed"].update(
        newest=newest.backup.id, newest_end=isoformat(newest.end), count=len(kept), backups=[one.backup.id for one in kept[-20:]]
    )


def _measure(args: Arguments, newest: Kept, wal: Wal, gaps: int, common: Facts) -> None:
    if newest.info.begin is not None:
        duration = (newest.end - newest.info.begin).total_seconds()
        if duration >= 0:
            common["measurements"].append(Measurement("backup_duration_seconds", round(duration, 3)))
    if wal.lag is not None:
        limit = args["max_wal_lag"] or args["rpo"]
        common["measurements"].append(Measurement("wal_lag_seconds", round(wal.lag, 3), limit, "upper" if limit else None))
    common["observed"].update(newest_wal=wal.newest, wal_gaps=gaps, wal_bytes_only_on_server=wal.only_there)


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "DURATIONS", "TIMEOUT", "WHERE", "problems", "run")
