# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of mariadb-backup and xtrabackup: young, complete, with all that they build on. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from .._argspec import Spec
from .._clients.mariadb_backups import Backup
from .._clients.xbstream import envelope
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural
from .._runner import Runner, unreadable
from ._backup_access import MARIADB
from ._backup_limits import (
    LIMITS_DURATIONS,
    LIMITS_SPEC,
    Limits,
    allowed_age,
    beyond_rpo,
    not_apart,
    not_retained,
    refuse_odd,
    too_few,
    too_old,
)
from ._judgement import Judgement, percent, shrunk
from ._mariadb_chains import Access, Chains, about, chains
from ._mariadb_files import SYSTEM, faults, lacking, lost_tables, own_tables, tables_of, without_data

WHERE = "host"
TIMEOUT = 300.0
ARGUMENT_SPEC: Spec = {
    **MARIADB,
    **LIMITS_SPEC,
    "max_full_age": {"type": "str"},
    "contains": {"type": "list", "elements": "str"},
    "encrypted": {"type": "bool", "default": False},
}
CONSTRAINTS = {"required_one_of": [("path", "pattern")], "mutually_exclusive": [("path", "pattern")]}
DURATIONS = (*LIMITS_DURATIONS, "max_full_age")
SIZES = ("verify_max_bytes",)
COMPARABLE = {
    "databases": {"kind": "set", "what": phrase("backup of")},
    "backup_size_bytes": {"kind": "number", "what": phrase("size of the backup of"), "worse": "lower", "relative": 0.5, "then": "warn"},
}
RECENTLY = 7  # times max_age: what has stopped longer ago is kept on purpose
_SHOWN = 3


class Arguments(Access, Limits):
    max_full_age: float | None
    contains: list[str] | None
    encrypted: bool


def run(args: Arguments, runner: Runner) -> Finding:
    refuse_odd(args)
    shown = phrase("{places:list}", places=[args["path"]] if args["path"] else args["pattern"])
    found = chains(args, runner)
    common: Facts = {
        "observed": {"count": len(found.whole), "incomplete": len(found.incomplete), "baseless": len(found.baseless)},
        "expected": {
            name: args[name] for name in ("max_age", "rpo", "min_count", "retention", "max_full_age", "contains", "encrypted") if args[name]
        },
    }
    judgement = Judgement()
    not_apart([args["path"]] if args["path"] else args["pattern"] or [], args, judgement)
    if not found.newest:
        return _none(shown, found, judgement, common)
    now = runner.now().timestamp()
    newest, full = found.newest[-1], found.newest[0]
    name = _name(found.newest)
    age = max(0.0, now - newest.time)
    old = too_old(name, age, args)
    few, short = too_few(shown, len(found.whole), args), not_retained(shown, now - found.whole[0].time, args)
    _not_counted(found, newest, judgement)
    judgement.fails += [said for said in (old, _old_full(full, now, args), few) if said]
    judgement.warns += [said for said in (beyond_rpo(name, age, args), short) if said]
    _of_content(found, now, args, runner, judgement)
    tables = _tables(found.newest)
    databases = sorted(set(tables) - set(SYSTEM))
    common["observed"].update(
        newest=newest.path, full=full.path, ended=_iso(newest.time), databases=databases, tables=own_tables(tables), size_bytes=full.size
    )
    common["observed"].update({"tool": newest.info.get("tool_version", "")[:50], "prepared": newest.prepared})
    common["since"] = _iso(newest.time + args["max_age"]) if old else None
    common["measurements"] = _measured(found, age, own_tables(tables), args)
    packed = [one for one in found.newest if one.packed]
    for one in packed:
        judgement.notes.append(
            phrase("{path:path} is packed by the tool: its time is that of its files, and what is in them was not read", path=one.path)
        )
    if packed:
        common["proof"] = "derived"
    good = plural(
        "{backup} is {age:duration} old, the limit is {limit}; {size:bytes}, tables: {tables:number}; {count:number} kept",
        "{backup} is {age:duration} old, the limit is {limit}; {size:bytes}, tables: {tables:number}; {count:number} kept",
        count=len(found.whole),
        backup=name,
        age=age,
        limit=allowed_age(args),
        size=sum(one.size for one in found.newest),
        tables=own_tables(tables),
    )
    return judgement.finding(good, **common)


def _none(shown: Message, found: Chains, judgement: Judgement, common: Facts) -> Finding:
    """Nothing that could be restored is there."""
    if found.unseen or found.closed:
        raise CannotObserve(about(found.unseen[0]) if found.unseen else found.closed[0], observed=common["observed"])
    if found.baseless:
        judgement.fails.append(_without_base(found.baseless[0]))
    if found.future and not found.baseless and not found.incomplete:
        said = plural(
            "the only backup in {places} is dated in the future ({newest:moment}): a wrong clock or time zone",
            "all {count:number} backups in {places} are dated in the future, the newest {newest:moment}: a wrong clock or time zone",
            count=len(found.future),
            places=shown,
            newest=_iso(found.future[0].time),
        )
        raise CannotObserve(said, observed=common["observed"])
    if not found.all:
        common["absent"] = True
        return failed(phrase("there is no backup of mariadb-backup or xtrabackup in {places}", places=shown), **common)
    if found.incomplete:
        common["absent"] = not any(one.writing for one in found.incomplete) or None
        judgement.fails.append(phrase("no backup in {places} is complete; {newest}", places=shown, newest=about(found.incomplete[0])))
    return judgement.finding(shown, **common)


def _name(links: t.Sequence[Backup]) -> Message:
    if len(links) == 1:
        return phrase("newest complete backup {path:path}", path=links[0].path)
    return phrase("newest complete backup {path:path} (incremental, on {full:path})", path=links[-1].path, full=links[0].path)


def _old_full(full: Backup, now: float, args: Arguments) -> Message | None:
    if args["max_full_age"] is None or now - full.time <= args["max_full_age"]:
        return None
    return phrase(
        "the newest full backup that is built on, {path:path}, is {age:duration} old, the limit is {limit:duration}",
        path=full.path,
        age=now - full.time,
        limit=args["max_full_age"],
    )


def _without_base(backup: Backup) -> Message:
    return phrase(
        "{path:path} cannot be restored: it is incremental, and no backup is there that it can be applied on (one that ends at LSN {lsn})",
        path=backup.path,
        lsn=str(backup.from_lsn),
    )


def _not_counted(found: Chains, newest: Backup, judgement: Judgement) -> None:
    """What is there beside the backups that count; only what is newer speaks against them."""
    judgement.fails += [_without_base(one) for one in found.baseless if one.time > newest.time][:_SHOWN]
    judgement.notes += [_without_base(one) for one in found.baseless if one.time <= newest.time][:_SHOWN]
    judgement.unseen += [about(one) for one in found.unseen if one.time >= newest.time][:_SHOWN]
    judgement.notes += [about(one) for one in found.unseen if one.time < newest.time][:_SHOWN]
    for one in found.incomplete[: 2 * _SHOWN]:
        later = one.time > newest.time and not (one.writing or one.hollow)
        (judgement.warns if later else judgement.notes).append(phrase("not counted: {backup}", backup=about(one)))
    judgement.unseen += found.closed[:_SHOWN]
    if found.future:
        judgement.warns.append(
            plural(
                "{count:number} backup dated in the future is not counted: a clock is or was wrong",
                "{count:number} backups dated in the future are not counted: a clock is or was wrong",
                count=len(found.future),
            )
        )


def _of_content(found: Chains, now: float, args: Arguments, runner: Runner, judgement: Judgement) -> None:
    """What is wrong with the newest backup and what it builds on."""
    for backup in found.newest:
        try:
            wrong = faults(backup, runner)
            lost, bare, logged = without_data(backup, runner)
        except OSError as exc:
            judgement.unseen.append(unreadable(str(exc.filename or backup.path), exc))
            continue
        judgement.fails += [phrase("{path:path}: {reason}", path=backup.path, reason=said) for said in wrong]
        if backup.streamed and backup.size > args["verify_max_bytes"]:
            judgement.notes.append(
                phrase("{path:path} is large: its structure was read, not its checksums (verify_max_bytes)", path=backup.path)
            )
        _bare(backup, lost, bare, found, judgement)
        if logged:
            judgement.warns.append(
                plural(
                    "{path:path} has {count:number} table whose data is at most in its log ({tables:list}): made while it ran, or missing",
                    "{path:path} has {count:number} tables whose data is at most in its log ({tables:list}): made while it ran, or missing",
                    count=len(logged),
                    path=backup.path,
                    tables=logged[:_SHOWN],
                )
            )
    tables, newest = _tables(found.newest), found.newest[-1]
    if not own_tables(tables) and not judgement.fails:
        judgement.fails.append(phrase("{path:path} holds no table but those of the server itself", path=newest.path))
    for wanted in args["contains"] or []:
        if lacking(tables, wanted):
            judgement.fails.append(phrase("{path:path} does not contain {members:list}", path=newest.path, members=[wanted]))
    if newest.info.get("partial", "N") == "Y" and not args["contains"]:
        judgement.warns.append(
            phrase("{path:path} is a partial backup: name the databases that must be in it in 'contains'", path=newest.path)
        )
    if args["encrypted"]:
        judgement.fails += [phrase("{path:path} is not encrypted", path=one.path) for one in found.newest if not _is_encrypted(one)][:1]
    _compared(found, tables, now, args, judgement)


def _bare(backup: Backup, lost: list[str], bare: list[str], found: Chains, judgement: Judgement) -> None:
    """Tables that are described and have no data: lost, or perhaps in the tablespace of the system."""
    if not lost and not bare:
        return
    earlier = [one for one in found.whole if one.kind == "full" and one.time < backup.time and not one.streamed]
    had = {f"{folder}/{table}" for one in earlier[-1:] for folder, names in one.tables().items() for table in names}
    lost = lost + [table for table in bare if table in had]
    if lost or not own_tables(backup.tables()):
        judgement.fails.append(
            plural(
                "{path:path} has the description of {count:number} table without its data: {tables:list}",
                "{path:path} has the descriptions of {count:number} tables without their data: {tables:list}",
                count=len(lost or bare),
                path=backup.path,
                tables=(lost or bare)[:_SHOWN],
            )
        )
    else:
        judgement.warns.append(
            plural(
                "{path:path} has {count:number} table without a file of its own ({tables:list}): missing, or in ibdata1",
                "{path:path} has {count:number} tables without a file of their own ({tables:list}): missing, or in ibdata1",
                count=len(bare),
                path=backup.path,
                tables=bare[:_SHOWN],
            )
        )


def _is_encrypted(backup: Backup) -> bool:
    try:
        return backup.encrypted or (backup.streamed and bool(envelope(backup.path)))
    except OSError:
        return False


def _compared(found: Chains, tables: t.Mapping[str, set[str]], now: float, args: Arguments, judgement: Judgement) -> None:
    """The full backup beside earlier full ones of the same databases, and the databases whose backups have stopped."""
    full, own = found.newest[0], set(tables) - set(SYSTEM)
    earlier = [one for one in found.whole if one.time < full.time and one.streamed == full.streamed and one.kind in ("full", "")]
    earlier = [one for one in earlier if not one.files or own & set(one.tables())]
    shape = re.sub(r"\d+", "#", full.path.rsplit("/", 1)[-1])
    earlier = [one for one in earlier if _form(one)[0] == _form(full)[0] and _form(one)[1] in ("", shape)]
    earlier = earlier[-args["compare"] :] if args["compare"] > 0 else []
    name = phrase("the full backup {path:path}", path=full.path)
    small = shrunk(name, full.size, [one.size for one in earlier], percent("size_deviation", args["size_deviation"]))
    judgement.warns += [small] if small else []
    _fewer_tables(found, judgement)
    newest: dict[str, Backup] = {}
    for one in found.whole:  # oldest first
        newest.update(dict.fromkeys(set(tables_of(one)) - set(SYSTEM), one))
    for one in sorted({one.path: one for one in newest.values()}.values(), key=_path):
        stopped = sorted(database for database, last in newest.items() if last is one and database not in own)
        if stopped and args["max_age"] < now - one.time <= RECENTLY * args["max_age"]:
            judgement.warns.append(
                phrase(
                    "{databases:list} is not in it any more: the newest backup with it, {path:path}, is {age:duration} old",
                    databases=stopped[:_SHOWN],
                    path=one.path,
                    age=now - one.time,
                )
            )


def _fewer_tables(found: Chains, judgement: Judgement) -> None:
    """Tables that the backup before had and this one has not: dropped, or lost."""
    newest = found.newest[-1]
    own = set(tables_of(newest)) - set(SYSTEM)
    earlier = [one for one in found.whole if one.time < newest.time and one.files and own & set(tables_of(one))]
    bare = {path[: -len(".frm")].replace("/", ".") for path in newest.files if path.endswith(".frm")}  # told already
    lost = [one for one in lost_tables(earlier[-1], newest) if one not in bare] if earlier else []
    if lost:
        judgement.warns.append(
            plural(
                "{path:path} lacks {tables:list}, which {earlier:path} had: was it dropped?",
                "{path:path} lacks {count:number} tables that {earlier:path} had ({tables:list}): were they dropped?",
                count=len(lost),
                path=newest.path,
                tables=lost[:_SHOWN],
                earlier=earlier[-1].path,
            )
        )


def _form(backup: Backup) -> tuple[str, str]:
    """What makes sizes comparable: how it is packed; of a stream that was not read the name too, since it may be an incremental one."""
    name = backup.path.rsplit("/", 1)[-1]
    if backup.streamed:
        shape = re.sub(r"\d+", "#", name)
        return re.sub(r"^.*?(?=\.(?:xb|mb)s?)", "", shape), shape if backup.unread else ""
    packed = {one.rsplit(".", 1)[-1] for one in backup.files if one.startswith("ibdata1.")}
    return ",".join(sorted(packed)), ""


def _path(backup: Backup) -> str:
    return backup.path


def _tables(links: t.Sequence[Backup]) -> dict[str, set[str]]:
    """The tables that a restore gives: those of the last link, which has a file for each, however little has changed."""
    return tables_of(links[-1])


def _measured(found: Chains, age: float, tables: int, args: Arguments) -> list[Measurement]:
    newest, full = found.newest[-1], found.newest[0]
    measured = [
        Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
        Measurement("backup_size_bytes", full.size),
        Measurement("backup_count", len(found.whole), args["min_count"], "lower", count=True),
        Measurement("backup_items", tables),
    ]
    if newest.started is not None and newest.ended is not None and newest.ended >= newest.started:
        measured.append(Measurement("backup_duration_seconds", newest.ended - newest.started))
    return measured


def _iso(time: float) -> str:
    return isoformat(dt.datetime.fromtimestamp(time, dt.timezone.utc))


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "run")
