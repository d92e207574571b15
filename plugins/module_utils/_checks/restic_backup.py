# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots in a restic repository: fresh, of the right paths, of a plausible size. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import posixpath
import typing as t

from .._argspec import Spec
from .._clients.restic import DAMAGED, Restic, ResticFailed, Snapshot
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._judgement import FUTURE, Judgement, percent, shrunk

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    "repository": {"type": "str", "required": True},
    "password_file": {"type": "path", "no_log": False},
    "password": {"type": "str", "no_log": True},
    "environment": {"type": "dict", "no_log": True},
    "paths": {"type": "list", "elements": "str"},
    "host": {"type": "str"},
    "tags": {"type": "list", "elements": "str"},
    "max_age": {"type": "str", "required": True},
    "min_count": {"type": "int", "default": 1},
    "size_deviation": {"type": "str", "default": "50%"},
    "compare": {"type": "int", "default": 3},
    "binary": {"type": "str", "default": "restic"},
}
CONSTRAINTS = {"mutually_exclusive": [("password", "password_file")]}
DURATIONS = ("max_age",)
COMPARABLE = {
    "paths": {"kind": "set", "what": phrase("backup of")},
    "backup_size_bytes": {
        "kind": "number",
        "what": phrase("size of the backup of"),
        "worse": "lower",
        "relative": 0.5,
        "then": "warn",
    },
}
RECENTLY = 7  # times max_age


class Arguments(t.TypedDict):
    repository: str
    password_file: str | None
    password: str | None
    environment: dict[str, object] | None
    paths: list[str] | None
    host: str | None
    tags: list[str] | None
    max_age: float
    min_count: int
    size_deviation: str
    compare: int
    binary: str
    timeout: float


def run(args: Arguments, runner: Runner) -> Finding:
    percent("size_deviation", args["size_deviation"])
    restic = Restic(
        runner,
        args["repository"],
        binary=args["binary"],
        password=args["password"],
        password_file=args["password_file"],
        environment=args["environment"],
    )
    snapshots, lost = restic.snapshots()
    common: Facts = {
        "observed": {"repository": restic.shown, "snapshots": len(snapshots), "unreadable_snapshots": lost},
        "expected": {name: args[name] for name in ("paths", "host", "tags", "max_age", "min_count") if args[name] is not None},
    }
    if not snapshots:
        common["absent"] = not lost or None
        return failed(_nothing(restic.shown, lost), **common)
    mine = select(snapshots, args["host"], args["tags"])
    if not mine:
        said = plural(
            "the only snapshot in {repository:path} is not {wanted}; {known}",
            "none of the {count:number} snapshots in {repository:path} is {wanted}; {known}",
            count=len(snapshots),
            repository=restic.shown,
            wanted=_wanted(args),
            known=_known(snapshots),
        )
        common["absent"] = True
        return failed(said, **common)
    now = runner.now()
    past = [snapshot for snapshot in mine if (snapshot.time - now).total_seconds() <= FUTURE]
    if not past:
        said = plural(
            "the only snapshot is dated in the future ({newest:moment}): a clock is wrong",
            "all {count:number} snapshots are dated in the future, the newest {newest:moment}: a clock is wrong",
            count=len(mine),
            newest=isoformat(mine[-1].time),
        )
        raise CannotObserve(said, observed=common["observed"])
    judgement = Judgement(warns=_not_counted(len(mine) - len(past), lost))
    return _judge(args, restic, past, now, judgement, common)


def _nothing(repository: str, lost: int) -> Message:
    if not lost:
        return phrase("the restic repository {repository:path} holds no snapshot", repository=repository)
    return plural(
        "the restic repository {repository:path} holds {count:number} snapshot, which cannot be loaded",
        "the restic repository {repository:path} holds {count:number} snapshots of which none can be loaded",
        count=lost,
        repository=repository,
    )


def _not_counted(future: int, lost: int) -> list[Message]:
    said = []
    if future:
        said.append(
            plural(
                "{count:number} snapshot dated in the future is not counted: a clock is or was wrong",
                "{count:number} snapshots dated in the future are not counted: a clock is or was wrong",
                count=future,
            )
        )
    if lost:
        said.append(
            plural(
                "{count:number} snapshot cannot be loaded: run restic check",
                "{count:number} snapshots cannot be loaded: run restic check",
                count=lost,
            )
        )
    return said


def _judge(args: Arguments, restic: Restic, snapshots: list[Snapshot], now: dt.datetime, judgement: Judgement, common: Facts) -> Finding:
    chosen: dict[str, list[Snapshot]] = {}  # by path, or by "" where no path was asked for
    if args["paths"]:
        for path in args["paths"]:
            covering = [snapshot for snapshot in snapshots if covers(snapshot, path)]
            if covering:
                chosen[path] = covering
            else:
                judgement.fails.append(
                    phrase("no snapshot covers {path:path}; the newest covers {paths:list}", path=path, paths=list(snapshots[-1].paths))
                )
    else:
        chosen[""] = snapshots
    too_old = {}
    for path, group in chosen.items():
        paths = [path] if path else list(group[-1].paths)
        age = (now - group[-1].time).total_seconds()
        if age > args["max_age"]:
            too_old[path] = group[-1].time + dt.timedelta(seconds=args["max_age"])
            judgement.fails.append(
                phrase(
                    "newest snapshot of {paths:list} is {age:duration} old, the limit is {limit:duration}",
                    paths=paths,
                    age=age,
                    limit=args["max_age"],
                )
            )
        counted = len(same_set(group[-1], group)) if not path else len(group)
        if counted < args["min_count"]:
            judgement.fails.append(
                plural(
                    "there is {count:number} snapshot of {paths:list}, at least {least:number} are wanted",
                    "there are {count:number} snapshots of {paths:list}, at least {least:number} are wanted",
                    count=counted,
                    paths=paths,
                    least=args["min_count"],
                )
            )
    if not args["paths"]:
        judgement.warns += _stopped(snapshots, now, args["max_age"])
    common["observed"]["paths"] = sorted(chosen) if args["paths"] else sorted({path for one in snapshots for path in one.paths})
    hosts = sorted({snapshot.host for group in chosen.values() for snapshot in group})
    if args["host"] is None and len(hosts) > 1:
        judgement.warns.append(
            phrase(
                "snapshots of {number:number} hosts ({hosts:list}) are mixed and 'host' is not given", number=len(hosts), hosts=hosts[:5]
            )
        )
    measurements: list[Measurement] = []
    size: int | None = None
    if chosen:
        oldest = min(chosen.values(), key=lambda group: group[-1].time)
        age = max(0.0, (now - oldest[-1].time).total_seconds())
        fewest = min(len(group) if path else len(same_set(group[-1], group)) for path, group in chosen.items())
        measurements = [
            Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
            Measurement("backup_count", fewest, args["min_count"], "lower", count=True),
        ]
        common["observed"].update(
            newest={"id": oldest[-1].id, "time": isoformat(oldest[-1].time), "host": oldest[-1].host, "paths": list(oldest[-1].paths)},
            count=fewest,
        )
    if chosen and not judgement.fails:  # sizes cost time, and change nothing about a failure
        sizes = _sizes(args, restic, snapshots, chosen, judgement)
        if sizes:
            size = sum(sizes)
            measurements.append(Measurement("backup_size_bytes", size))
            common["observed"]["size_bytes"] = size
    good = _good(len(chosen), age, size, args["max_age"], fewest) if chosen else verbatim("")
    since = isoformat(min(too_old.values())) if too_old else None
    common["measurements"] = measurements
    common["since"] = since
    return judgement.finding(good, **common)


def _good(sets: int, age: float, size: int | None, limit: float, kept: int) -> Message:
    newest = phrase("newest snapshot of every path") if sets > 1 else phrase("newest snapshot")
    if size is None:
        return plural(
            "{newest} is {age:duration} old, the limit is {limit:duration}; {count:number} kept",
            "{newest} is {age:duration} old, the limit is {limit:duration}; {count:number} kept",
            count=kept,
            newest=newest,
            age=age,
            limit=limit,
        )
    return plural(
        "{newest} is {age:duration} old, {size:bytes}, the limit is {limit:duration}; {count:number} kept",
        "{newest} is {age:duration} old, {size:bytes}, the limit is {limit:duration}; {count:number} kept",
        count=kept,
        newest=newest,
        age=age,
        size=size,
        limit=limit,
    )


def _sizes(
    args: Arguments, restic: Restic, snapshots: list[Snapshot], chosen: dict[str, list[Snapshot]], judgement: Judgement
) -> list[int]:
    """Sizes of the newest snapshots; what is wrong with them goes to ``judgement``."""
    sizes = []
    for newest in {group[-1].id: group[-1] for group in chosen.values()}.values():
        name = phrase("newest snapshot {id} of {paths:list}", id=newest.id, paths=list(newest.paths))
        earlier = [snapshot for snapshot in same_set(newest, snapshots) if snapshot.time < newest.time]
        earlier = earlier[-args["compare"] :] if args["compare"] > 0 else []
        try:
            content = restic.size(newest)
        except CannotObserve as exc:
            if isinstance(exc, ResticFailed) and exc.kind == DAMAGED:
                judgement.fails.append(
                    phrase("{snapshot} cannot be read, the repository is damaged: {reason}", snapshot=name, reason=exc.message)
                )
            else:
                judgement.warns.append(phrase("{snapshot}: its size could not be told: {reason}", snapshot=name, reason=exc.message))
            continue
        sizes.append(content.size)
        if content.files == 0 or content.size == 0:
            judgement.fails.append(phrase("{snapshot} holds nothing: {size:bytes} to restore", snapshot=name, size=0))
            continue
        try:
            known = [restic.size(snapshot).size for snapshot in earlier]
        except CannotObserve as exc:
            judgement.warns.append(
                phrase("{snapshot}: its size could not be compared with earlier ones: {reason}", snapshot=name, reason=exc.message)
            )
            continue
        small = shrunk(name, content.size, known, percent("size_deviation", args["size_deviation"]))
        if small:
            judgement.warns.append(small)
    return sizes


def select(snapshots: t.Sequence[Snapshot], host: str | None, tags: t.Sequence[str] | None) -> list[Snapshot]:
    """Snapshots of that host with all of those tags."""
    return [snapshot for snapshot in snapshots if host in (None, snapshot.host) and set(tags or ()) <= set(snapshot.tags)]


def same_set(newest: Snapshot, snapshots: t.Iterable[Snapshot]) -> list[Snapshot]:
    """Snapshots of the same host and paths: only these are of comparable size."""
    return [snapshot for snapshot in snapshots if (snapshot.host, snapshot.paths) == (newest.host, newest.paths)]


def covers(snapshot: Snapshot, path: str) -> bool:
    """Whether the path, or a folder above it, was backed up and not excluded by its name."""
    wanted = posixpath.normpath(path)
    for covered in snapshot.paths:
        if not _within(wanted, covered):
            continue
        below = [wanted] if wanted != covered else []
        while below and posixpath.dirname(below[-1]) not in (covered, below[-1]):
            below.append(posixpath.dirname(below[-1]))
        if not any(_excluded(part, pattern) for part in below for pattern in snapshot.excludes):
            return True
    return False


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _excluded(path: str, pattern: str) -> bool:
    # patterns with wildcards are restic's to understand
    return pattern.rstrip("/") == path or ("/" not in pattern and pattern == posixpath.basename(path))


def _stopped(snapshots: list[Snapshot], now: dt.datetime, max_age: float) -> list[Message]:
    """Other sets that were backed up regularly until lately. Those that ended long ago are kept on purpose."""
    said = []
    newest = {(snapshot.host, snapshot.paths): snapshot for snapshot in snapshots}
    for snapshot in newest.values():
        age = (now - snapshot.time).total_seconds()
        if snapshot.id != snapshots[-1].id and max_age < age <= RECENTLY * max_age and len(same_set(snapshot, snapshots)) > 1:
            said.append(
                phrase(
                    "newest snapshot of {paths:list} on {host} is {age:duration} old: name the paths that matter in 'paths'",
                    paths=list(snapshot.paths),
                    host=snapshot.host,
                    age=age,
                )
            )
    return said


def _wanted(args: Arguments) -> Message:
    host, tags = args["host"], args["tags"]
    if not tags:
        return phrase("of the host {host}", host=host)
    if host is None:
        return phrase("tagged {tags:list}", tags=tags)
    return phrase("of the host {host} and tagged {tags:list}", host=host, tags=tags)


def _known(snapshots: t.Sequence[Snapshot]) -> Message:
    hosts = sorted({snapshot.host for snapshot in snapshots})
    tags = sorted({tag for snapshot in snapshots for tag in snapshot.tags})
    if not tags:
        return phrase("hosts: {hosts:list}; tags: none", hosts=hosts[:5])
    return phrase("hosts: {hosts:list}; tags: {tags:list}", hosts=hosts[:5], tags=tags[:5])


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "covers", "run", "same_set", "select")
