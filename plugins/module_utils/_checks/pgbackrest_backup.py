# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a PostgreSQL cluster by pgBackRest: fresh, whole, with all the WAL since. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import typing as t

from .._argspec import Spec
from .._clients.pgbackrest import STANZA, Backup, PgBackRest, Repository, Stanza
from .._clients.pgbackrest_settings import Settings
from .._clients.postgresql_archiver import SECRET_IN_CONNINFO, DataFolder, ask_server, read_folder
from .._finding import CannotObserve, Facts, Finding, Measurement, isoformat, unknown
from .._phrase import Message, phrase, plural
from .._runner import Runner, user_name
from ._backup_access import PGBACKREST
from ._backup_limits import LIMITS_DURATIONS, LIMITS_SPEC, allowed_age, not_retained, refuse_odd, too_old
from ._judgement import FUTURE, Judgement, percent, shrunk
from ._pgbackrest_access import tool_of
from ._pgbackrest_content import judge_files, unusable
from ._wal_archive import (
    Archive,
    Lag,
    View,
    cannot_see,
    gap_after,
    is_catching_up,
    judge_archiving,
    judge_promise,
    lacks_own_wal,
    reaches_back,
    read_archive,
    said_of_cut,
    said_of_gap,
)

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **PGBACKREST,
    **LIMITS_SPEC,
    "max_full_age": {"type": "str"},
    "max_wal_lag": {"type": "str"},
    "min_repositories": {"type": "int", "default": 1},
    "encrypted": {"type": "bool", "default": False},
    "append_only": {"type": "bool", "default": False},
    "conninfo": {"type": "str"},
    "psql": {"type": "str", "default": "psql"},
    "data_directory": {"type": "path"},
}
DURATIONS = (*LIMITS_DURATIONS, "max_full_age", "max_wal_lag")
COMPARABLE = {
    "repositories": {"kind": "set", "what": phrase("backup in repository")},
    "backup_size_bytes": {
        "kind": "number",
        "what": phrase("size of the backup of"),
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
CATCHES_UP = 10.0  # seconds in which a server that has just begun to write archives its next segment
OTHER_CLUSTER = 5  # state of a stanza


class Arguments(t.TypedDict):
    stanza: str
    config: str | None
    repo: int | None
    binary: str
    environment: dict[str, object] | None
    max_age: float
    rpo: float | None
    rpo_margin: t.NotRequired[float | None]
    apart_from: t.NotRequired[list[str] | None]
    min_count: int
    retention: float | None
    size_deviation: str
    compare: int
    max_full_age: float | None
    max_wal_lag: float | None
    min_repositories: int
    encrypted: bool
    append_only: bool
    conninfo: str | None
    psql: str
    data_directory: str | None
    timeout: float


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = []
    if not STANZA.fullmatch(args["stanza"]):
        found.append(f"stanza: '{args['stanza']}' is not the name of a stanza")
    if args["conninfo"] and SECRET_IN_CONNINFO.search(args["conninfo"]):
        found.append("conninfo: it stands on a command line that others can read; give the password as PGPASSWORD in 'environment'")
    if args["repo"] is not None and args["repo"] < 1:
        found.append(f"repo: {args['repo']} is not the number of a repository; the first one is 1")
    if args["repo"] is not None and args["min_repositories"] > 1:
        found.append("min_repositories: only one is looked at, since repo is given")
    return found


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What is known before a repository is looked at."""

    args: Arguments
    tool: PgBackRest
    stanza: Stanza
    settings: Settings
    view: View
    now: dt.datetime


def run(args: Arguments, runner: Runner) -> list[Finding]:
    refuse_odd(args)
    tool = tool_of(args, runner)
    stanza = tool.info()
    settings = tool.settings()
    seen = _Seen(args, tool, stanza, settings, _view(args, tool, settings), runner.now())
    complete = sorted(str(repository.key) for repository in stanza.repositories if repository.backups)
    findings = []
    for repository in stanza.repositories:
        judgement = Judgement(warns=_of_configuration(settings))
        if len(complete) < args["min_repositories"]:
            judgement.fails.append(
                plural(
                    "{count:number} repository holds a backup of the stanza {stanza}, at least {least:number} are wanted",
                    "{count:number} repositories hold a backup of the stanza {stanza}, at least {least:number} are wanted",
                    count=len(complete),
                    stanza=stanza.name,
                    least=args["min_repositories"],
                )
            )
        if args["conninfo"] and seen.view.why_not:
            judgement.unseen.append(seen.view.why_not)
        common: Facts = {
            "instance": f"{stanza.name}/repo{repository.key}",
            "observed": {"stanza": stanza.name, "repository": repository.key, "repositories": complete, "cipher": repository.cipher},
            "expected": {name: args[name] for name in _LIMITS if args[name] is not None},
        }
        findings.append(_judge(seen, repository, judgement, common))
    return findings


_LIMITS: tuple[t.Literal["max_age", "rpo", "max_wal_lag", "max_full_age", "min_count", "min_repositories", "retention"], ...] = (
    "max_age",
    "rpo",
    "max_wal_lag",
    "max_full_age",
    "min_count",
    "min_repositories",
    "retention",
)


def _view(args: Arguments, tool: PgBackRest, settings: Settings) -> View:
    """What can be seen of the database: by asking it, where that was said, else by its files."""
    if args["conninfo"]:
        try:
            server = ask_server(tool.runner, args["conninfo"], args["psql"], tool.env)
            return View(server=server, folder=_folder(args, settings))
        except CannotObserve as exc:
            asked = exc
    else:
        asked = None
    folder = args["data_directory"] or settings.data_directory
    if folder is None:
        return cannot_see(asked) if asked else View()
    try:
        return View(folder=read_folder(folder), why_not=asked.message if asked else None)
    except CannotObserve as exc:
        return cannot_see(asked or exc)


def _folder(args: Arguments, settings: Settings) -> DataFolder | None:
    """What the files tell beside the server itself, where they can be read."""
    try:
        return read_folder(args["data_directory"] or settings.data_directory or "")
    except CannotObserve:
        return None


def _of_configuration(settings: Settings) -> list[Message]:
    """What is wrong before anything was looked at."""
    told = [phrase("{path:path} holds a secret, and everybody on this host may read it", path=settings.path)]
    return (told if settings.others_read_secrets else []) + [
        phrase("pgBackRest was stopped ({path:path} is there): it neither backs up nor archives until 'pgbackrest start'", path=path)
        for path in settings.stop_files
        if os.path.exists(path)
    ]


def _judge(seen: _Seen, repository: Repository, judgement: Judgement, common: Facts) -> Finding:
    args, repo = seen.args, repository.key
    refused = unusable(seen.tool, repository, common)
    if refused:
        return refused
    past = [backup for backup in repository.backups if (backup.stop - seen.now).total_seconds() <= FUTURE]
    if not past:
        said = phrase("all backups in repository {repo:number} are dated in the future: a clock is wrong", repo=repo)
        return unknown(said, **common)
    if len(past) < len(repository.backups):
        judgement.warns.append(
            plural(
                "{count:number} backup dated in the future is not counted: a clock is or was wrong",
                "{count:number} backups dated in the future are not counted: a clock is or was wrong",
                count=len(repository.backups) - len(past),
            )
        )
    newest = past[-1]
    age = max(0.0, (seen.now - newest.stop).total_seconds())
    name = phrase("backup {label} in repository {repo:number}", label=newest.label, repo=repo)
    judgement.fails += [said for said in (too_old(name, age, args),) if said]
    if age > args["max_age"]:
        common["since"] = isoformat(newest.stop + dt.timedelta(seconds=args["max_age"]))
    _judge_cluster(seen, repo, judgement)
    items = judge_files(seen.tool, repository, past, judgement)
    lag = _judge_wal(seen, repo, past, judgement, common)
    fulls = [backup for backup in past if backup.type == "full"]
    _judge_chain(seen, past, fulls, judgement)
    _judge_kept(seen, repo, past, fulls, name, judgement)
    _judge_asked(seen, repository, judgement)
    if seen.stanza.running:
        judgement.notes.append(phrase("a backup or an expiry runs now; it is not counted"))
    duration = (newest.stop - newest.start).total_seconds()
    common["measurements"] = [
        Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
        Measurement("backup_count", len(fulls), args["min_count"], "lower", count=True),
        Measurement("backup_duration_seconds", duration),
        *([Measurement("backup_size_bytes", newest.size)] if newest.size is not None else []),
        *([Measurement("backup_items", items)] if items is not None else []),
        *([Measurement("wal_lag_seconds", round(lag.seconds, 3), _wal_limit(args), "upper")] if lag and lag.seconds is not None else []),
    ]
    common["observed"].update(
        newest={"label": newest.label, "type": newest.type, "time": isoformat(newest.stop)},
        count=len(past),
        full=len(fulls),
    )
    return judgement.finding(_good(newest, age, len(fulls), lag, args, name), **common)


def _judge_cluster(seen: _Seen, repo: int, judgement: Judgement) -> None:
    """Whether the backups are of the database that is here."""
    view, known = seen.view, seen.stanza.system_ids.get(repo)
    here = view.server.system if view.server else view.folder.system if view.folder else None
    if here and known and here != known:
        judgement.fails.append(
            phrase(
                "the backups in repository {repo:number} are of another cluster (system identifier {known}, here {here}): if this one is"
                " new, run stanza-upgrade and make a backup",
                repo=repo,
                known=known,
                here=here,
            )
        )
    if seen.stanza.code == OTHER_CLUSTER:
        judgement.fails.append(phrase("the repositories of the stanza {stanza} hold different clusters", stanza=seen.stanza.name))


def _wal_limit(args: Arguments) -> float:
    return next(limit for limit in (args["max_wal_lag"], args["rpo"], args["max_age"]) if limit is not None)


def _judge_wal(seen: _Seen, repo: int, past: list[Backup], judgement: Judgement, common: Facts) -> Lag | None:
    """The WAL since the newest backup. Backups that their own WAL is missing for are taken out of ``past``, but for the newest."""
    newest, server, limit = past[-1], seen.view.server, _wal_limit(seen.args)
    if server and server.archive_mode == "off":
        age = max(0.0, (seen.now - newest.stop).total_seconds())
        said = phrase(
            "archive_mode is off: what was written since backup {label}, {age:duration} ago, would be lost", label=newest.label, age=age
        )
        (judgement.fails if age > limit else judgement.warns).append(said)
        return Lag(age, said)
    archive_id = seen.stanza.archives.get(repo)
    try:
        if archive_id is None:
            raise CannotObserve(phrase("pgBackRest names no archive of this cluster"))
        view, size = seen.view, server.segment if server else None
        archive = read_archive(seen.tool, repo, archive_id, past, size)
        if is_catching_up(archive, view, seen.now, limit):
            seen.tool.runner.sleep(CATCHES_UP)
            archive, view = read_archive(seen.tool, repo, archive_id, past, size), _view(seen.args, seen.tool, seen.settings)
    except CannotObserve as exc:
        judgement.unseen.append(phrase("the WAL in repository {repo:number} cannot be listed: {reason}", repo=repo, reason=exc.message))
        return None
    gap = gap_after(archive, newest)
    if gap:
        judgement.fails.append(said_of_gap(archive, gap, newest, repo))
    cut = said_of_cut(archive, repo)
    judgement.fails += [cut] if cut else []
    _leave_out(archive, past, judgement)
    back = reaches_back(archive, past)
    common["observed"]["recoverable_from"] = isoformat(back.stop) if back else None
    if archive.newest:
        common["observed"]["newest_wal"] = {
            "name": archive.name(archive.newest),
            "time": isoformat(archive.arrived[archive.newest]),
            "segments": len(archive.arrived),
        }
    lag = judge_archiving(archive, view, repo, seen.now, limit, judgement)
    promised, now_behind = seen.args["max_wal_lag"], lag.seconds
    if promised is not None and now_behind is not None and now_behind <= limit:  # else it was said
        judge_promise(view, promised, judgement)
    return lag


def _leave_out(archive: Archive, past: list[Backup], judgement: Judgement) -> None:
    for backup in past[:-1]:
        if lacks_own_wal(archive, backup):
            past.remove(backup)
            judgement.warns.append(phrase("backup {label} cannot be restored, its own WAL is gone: it is not counted", label=backup.label))


def _judge_chain(seen: _Seen, past: t.Sequence[Backup], fulls: t.Sequence[Backup], judgement: Judgement) -> None:
    """The full backup on which the newest one rests."""
    newest, limit = past[-1], seen.args["max_full_age"]
    full = next((backup for backup in fulls if backup.label == newest.full), None)
    if full is None:
        judgement.fails.append(
            phrase("backup {label} rests on {full}, which cannot be restored or is not there", label=newest.label, full=newest.full)
        )
        return
    age = (seen.now - full.stop).total_seconds()
    if limit is not None and age > limit:
        judgement.fails.append(
            phrase(
                "full backup {full}, on which the newest one rests, is {age:duration} old, the limit is {limit:duration}",
                full=full.label,
                age=age,
                limit=limit,
            )
        )
    needed = {newest.label, *newest.references}
    for backup in past:
        if backup.damaged_pages and backup.label in needed:
            judgement.fails.append(
                phrase(
                    "backup {label} holds pages with wrong checksums: the database itself was damaged when it was made", label=backup.label
                )
            )


def _judge_kept(seen: _Seen, repo: int, past: t.Sequence[Backup], fulls: t.Sequence[Backup], name: Message, judgement: Judgement) -> None:
    args, now = seen.args, seen.now
    where = phrase("repository {repo:number}", repo=repo)
    if len(fulls) < args["min_count"]:
        judgement.fails.append(
            plural(
                "{where}: {count:number} complete full backup is there, at least {least:number} are wanted",
                "{where}: {count:number} complete full backups are there, at least {least:number} are wanted",
                count=len(fulls),
                where=where,
                least=args["min_count"],
            )
        )
    newest = past[-1]
    short = not_retained(where, (now - past[0].stop).total_seconds(), args)
    judgement.warns += [short] if short else []
    if newest.size == 0:
        judgement.fails.append(phrase("{backup} holds nothing", backup=name))
    earlier = [float(backup.size) for backup in past[:-1] if backup.size is not None]
    known = earlier[-args["compare"] :] if args["compare"] > 0 else []
    if newest.size and known:
        small = shrunk(name, newest.size, known, percent("size_deviation", args["size_deviation"]))
        judgement.warns += [small] if small else []


def _judge_asked(seen: _Seen, repository: Repository, judgement: Judgement) -> None:
    """Properties that are wanted: that it is encrypted, that who is here cannot delete it."""
    repo = repository.key
    if seen.args["encrypted"] and repository.cipher == "none":
        judgement.fails.append(phrase("repository {repo:number} is not encrypted", repo=repo))
    if seen.args["append_only"]:
        folder = seen.settings.folder_of(repo)
        if folder and os.access(folder, os.W_OK):
            judgement.fails.append(
                phrase(
                    "{user} may delete repository {repo:number}, a folder of this host ({path:path})",
                    user=user_name(),
                    repo=repo,
                    path=folder,
                )
            )
        else:
            judgement.unseen.append(
                phrase(
                    "whether repository {repo:number} can be deleted from this host cannot be told: pgBackRest has no such setting, ask the"
                    " repository host or the object store",
                    repo=repo,
                )
            )


def _good(newest: Backup, age: float, fulls: int, lag: Lag | None, args: Arguments, name: Message) -> Message:
    behind = lag.seconds if lag else None
    wal = phrase("WAL at most {lag:duration} behind", lag=behind) if behind else phrase("no WAL is missing")
    return plural(
        "{backup} is {age:duration} old, {size:bytes}, the limit is {limit}; {wal}; {count:number} full backup; files listed, not read",
        "{backup} is {age:duration} old, {size:bytes}, the limit is {limit}; {wal}; {count:number} full backups; files listed, not read",
        count=fulls,
        backup=name,
        age=age,
        size=newest.size or 0,
        limit=allowed_age(args),
        wal=wal,
    )


__all__ = ("ARGUMENT_SPEC", "COMPARABLE", "DURATIONS", "TIMEOUT", "WHERE", "problems", "run")
