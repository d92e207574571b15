# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which backups of barman are complete, what became of the others, and what the newest one holds. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import typing as t

from .._clients.barman import DAMAGED, DONE, FAILED, OTHER, STARTED, SYNCING, WAITING, Backup, Barman, BarmanFailed, Listing, Told
from .._clients.barman_files import Archive, Info, damaged_infos, info_paths, read_archive, read_info
from .._clients.wal_names import USUAL_SIZE, Segment, segment_of
from .._finding import CannotObserve, Facts, Measurement
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner, unreadable
from ._barman_content import judge_files
from ._barman_wal import own_wal_missing
from ._judgement import Judgement

BACKUP_ID = re.compile(r"\d{8}T\d{6}")
SETTLED = 60.0  # seconds after which barman lists what it has begun


@dataclasses.dataclass(frozen=True)
class Kept:
    """A complete backup."""

    backup: Backup
    info: Info

    @property
    def end(self) -> dt.datetime:
        return self.backup.end or self.info.end or dt.datetime.fromtimestamp(0, dt.timezone.utc)

    @property
    def size(self) -> int | None:
        return self.info.size if self.info.size is not None else self.backup.size

    @property
    def kind(self) -> tuple[object, ...]:
        """Only backups of the same kind are of comparable size."""
        return self.info.mode, self.info.compression, self.info.parent is None

    @property
    def shown(self) -> Message:
        return phrase("backup {id}", id=self.backup.id)

    def age(self, now: dt.datetime) -> float:
        return (now - self.end).total_seconds()

    def first(self, size: int) -> Segment:
        return segment_of(self.info.begin_wal or "", size) or Segment(0, 0)


def look_at_folders(told: Told, listing: Listing, now: dt.datetime, judgement: Judgement) -> None:
    """barman takes a folder that it may not read, or that is not mounted, for an empty one, and says nothing. CannotObserve."""
    home, base = told.text("barman_home") or "", told.text("basebackups_directory") or ""
    if not listing.backups and home and not os.path.exists(home):
        raise CannotObserve(phrase("{path:path}, barman's home, does not exist: is it mounted?", path=home), absent=True)
    try:
        found = sorted(name for name in os.listdir(base) if BACKUP_ID.fullmatch(name))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as exc:
        raise CannotObserve(unreadable(base, exc)) from None
    known = {backup.id for backup in listing.backups}
    strange = [name for name in found if name not in known and _is_settled(os.path.join(base, name), now)]
    hidden = [name for name in strange if any(os.path.exists(path) for path in info_paths(told, name))]
    if hidden:
        said = plural(
            "barman does not list {first}, which lies in {folder:path}: may its user read it?",
            "barman does not list {count:number} backups that lie in {folder:path}, such as {first}: may its user read them?",
            count=len(hidden),
            first=hidden[-1],
            folder=base,
        )
        if not listing.backups:
            raise CannotObserve(said)
        judgement.unseen.append(said)
    lost = [name for name in strange if name not in hidden]
    if lost:
        judgement.warns.append(
            plural(
                "{folder:path} has the folder {first} without a backup.info: it is no backup to barman",
                "{folder:path} has {count:number} folders without a backup.info, such as {first}: they are no backups to barman",
                count=len(lost),
                folder=base,
                first=lost[-1],
            )
        )


def _is_settled(path: str, now: dt.datetime) -> bool:
    try:
        return now.timestamp() - os.stat(path).st_mtime > SETTLED
    except OSError:
        return False


def sort_out(backups: t.Sequence[Backup], infos: t.Mapping[str, Info], archive: Archive, judgement: Judgement) -> list[Kept]:
    """The complete backups, the last that ended last. Says of those that barman takes for complete why they are not."""
    found: dict[str, Kept] = {}
    for backup in backups:
        info = infos[backup.id]
        if backup.status != DONE or (backup.end or info.end) is None:
            continue
        gone = own_wal_missing(archive, info)
        if gone:
            judgement.warns.append(
                plural(
                    "{id} is not counted: WAL segment {first}, without which it cannot be restored, is missing",
                    "{id} is not counted: {count:number} WAL segments without which it cannot be restored are missing, the first {first}",
                    count=len(gone),
                    id=backup.id,
                    first=gone[0],
                )
            )
        elif info.parent is not None and info.parent not in found:
            judgement.warns.append(
                phrase("{id} is not counted: {parent}, on which it builds, is no complete backup", id=backup.id, parent=info.parent)
            )
        else:
            found[backup.id] = Kept(backup, info)
    return sorted(found.values(), key=_by_end)


class Asked(t.Protocol):
    """Options by which barman is asked, among others."""

    def __getitem__(self, name: str) -> t.Any: ...


def barman_of(args: Asked, runner: Runner) -> Barman:
    return Barman(runner, args["barman_server"], config=args["config"], binary=args["binary"], environment=args["environment"])


def complete(args: Asked, runner: Runner, judgement: Judgement) -> tuple[Told, list[Kept], Archive]:
    """The complete backups, the last that ended last, and the WAL of a server. CannotObserve, with ``absent`` where there is none."""
    barman = barman_of(args, runner)
    try:
        listing, told = barman.backups(), barman.told()
    except BarmanFailed as exc:
        said = said_of_damage(barman.told(), barman.server) if exc.kind == OTHER else None
        raise (BarmanFailed(DAMAGED, said) if said else exc) from None
    look_at_folders(told, listing, runner.now(), judgement)
    infos = {backup.id: read_info(told, backup.id) or Info() for backup in listing.backups}
    size = segment_size(listing.backups, infos)
    archive = read_archive(told, size) if listing.backups else Archive(size)
    kept = sort_out(listing.backups, infos, archive, judgement)
    if not kept:
        raise CannotObserve(phrase("barman has no complete backup of {server}", server=barman.server), absent=True)
    return told, kept, archive


def said_of_damage(told: Told, server: str) -> Message | None:
    """Names the file because of which barman cannot list its backups; it says only what Python says of it."""
    damaged = damaged_infos(told)
    return phrase("{path:path} is cut or damaged: barman lists no backup of {server}", path=damaged[0], server=server) if damaged else None


def segment_size(backups: t.Sequence[Backup], infos: t.Mapping[str, Info]) -> int:
    """That of the newest backup which says so."""
    return next((infos[backup.id].segment_size for backup in reversed(backups) if infos[backup.id].begin_wal), USUAL_SIZE)


def _by_end(kept: Kept) -> dt.datetime:
    return kept.end


def judge_other(
    backups: t.Sequence[Backup],
    kept: t.Sequence[Kept],
    running: bool | None,
    judgement: Judgement,
    infos: t.Mapping[str, Info] | None = None,
) -> None:
    """Tells of the attempts after the newest complete backup. ``running``: whether barman backs the server up now."""
    newest = kept[-1].backup.id if kept else ""
    later = [backup for backup in backups if backup.id > newest and backup.status != DONE]
    for backup in later[-3:]:
        if backup.status == FAILED:
            info = (infos or {}).get(backup.id)
            why = verbatim(one_line(info.said, 200)) if info and info.said else phrase("barman's log says why")
            judgement.warns.append(phrase("the later backup {id} failed: {reason}", id=backup.id, reason=why))
        elif backup.status == WAITING:
            judgement.notes.append(phrase("the later backup {id} is not counted, it waits for its WAL", id=backup.id))
        elif backup.status == SYNCING:
            judgement.notes.append(phrase("the later backup {id} is not counted, it is being copied from the other barman", id=backup.id))
        elif backup.status in STARTED and running is False:
            judgement.warns.append(phrase("the later backup {id} was begun and never ended", id=backup.id))
        else:
            judgement.notes.append(phrase("the later backup {id} is not counted, it is running", id=backup.id))


def judge_content(told: Told, kept: t.Sequence[Kept], runner: Runner, judgement: Judgement, common: Facts) -> None:
    """Whether the newest backup is of this cluster, and its data lies there. CannotObserve."""
    newest = kept[-1]
    server = told.text("postgres_systemid") or told.text("streaming_systemid")
    if server and newest.info.systemid and server != newest.info.systemid:
        judgement.fails.append(
            phrase(
                "{backup} is of another database cluster (system identifier {other}) than the server that runs now ({server})",
                backup=newest.shown,
                other=newest.info.systemid,
                server=server,
            )
        )
    if newest.info.snapshots:
        judgement.unseen.append(
            phrase("{backup} is a snapshot of disks elsewhere: barman does not tell whether it is still there", backup=newest.shown)
        )
        return
    folder = os.path.join(told.text("basebackups_directory") or "", newest.backup.id)
    data = os.path.join(folder, "data")
    try:
        names = set(os.listdir(data))
    except (FileNotFoundError, NotADirectoryError):
        judgement.fails.append(phrase("{backup} has no data: {path:path} does not exist", backup=newest.shown, path=data))
        return
    except OSError as exc:
        raise CannotObserve(unreadable(data, exc)) from None
    archives = [name for name in names if re.match(r"base\.tar(\.|$)", name)]
    if not archives and not ("PG_VERSION" in names and os.path.exists(os.path.join(data, "global", "pg_control"))):
        judgement.fails.append(
            phrase(
                "{backup} holds no database cluster: {path:path} has no PG_VERSION and no global/pg_control", backup=newest.shown, path=data
            )
        )
    if not archives:
        for name, oid, _location in newest.info.tablespaces:
            place = os.path.join(folder, oid)
            try:
                empty = not os.listdir(place)
            except OSError:
                empty = True
            if empty:
                judgement.fails.append(
                    phrase(
                        "{backup} lacks the tablespace {name}: {path:path} is empty or not there",
                        backup=newest.shown,
                        name=name,
                        path=place,
                    )
                )
    items = judge_files(told, newest.backup.id, newest.shown, newest.info, runner, judgement)
    if items is not None:
        common["measurements"].append(Measurement("backup_items", items))
    known = {one.backup.id: one for one in kept}
    needed = known.get(newest.info.parent or "")
    while needed is not None:  # an incremental backup is nothing without those on which it builds
        judge_files(told, needed.backup.id, needed.shown, needed.info, runner, judgement)
        needed = known.get(needed.info.parent or "")


def judge_settings(told: Told, newest: Kept, count: int, encrypted: bool, append_only: bool, judgement: Judgement) -> None:
    """What is asked for beside age and number, and what barman itself was told to keep."""
    if encrypted and newest.info.encryption is None:
        judgement.fails.append(phrase("{backup} is not encrypted by barman", backup=newest.shown))
    if append_only and told.flag("worm_mode") is not True:
        judgement.unseen.append(phrase("nothing tells that the backups cannot be deleted: barman can (worm_mode is not on)"))
    least = told.number("minimum_redundancy") or 0
    if count < least:
        judgement.warns.append(
            phrase(
                "barman is to keep at least {least:number} backups (minimum_redundancy), {count:number} complete ones are there",
                least=least,
                count=count,
            )
        )
    oldest = told.text("last_backup_maximum_age") or ""
    if "WARNING" in oldest:
        judgement.warns.append(
            phrase("the backup is older than barman's own last_backup_maximum_age: {limit}", limit=oldest.partition("(")[0].strip())
        )
    small = told.number("last_backup_minimum_size")
    if small and newest.size is not None and newest.size < small:
        judgement.warns.append(
            phrase(
                "{backup} has {size:bytes}, less than barman's own last_backup_minimum_size of {limit:bytes}",
                backup=newest.shown,
                size=newest.size,
                limit=small,
            )
        )


__all__ = (
    "Asked",
    "Kept",
    "barman_of",
    "complete",
    "judge_content",
    "judge_other",
    "judge_settings",
    "look_at_folders",
    "said_of_damage",
    "segment_size",
    "sort_out",
)
