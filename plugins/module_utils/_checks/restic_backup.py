# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots in a restic repository: fresh, with the declared paths in them, of a plausible size. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients.restic import Lock, Restic, at_once
from .._clients.restic_access import Access, Opened, opened
from .._clients.restic_snapshots import Snapshot, covers, same_set, select
from .._finding import CannotObserve, Facts, Finding, Measurement, failed, isoformat
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._backup_access import RESTIC
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
from ._judgement import FUTURE, Judgement, percent
from ._live_tree import changed_since, is_this_host
from ._restic_locks import dead_locks, open_password, who_can_delete
from ._restic_sets import KEPT, Path, Trees, beside_the_host, compare, damaged, look_into, named, outermost, parts_without_content

WHERE = "host"
TIMEOUT = 120.0
ARGUMENT_SPEC: Spec = {
    **RESTIC,
    **LIMITS_SPEC,
    "append_only": {"type": "bool", "default": False},
    "encrypted": {"type": "bool", "default": False},
}
CONSTRAINTS = {"mutually_exclusive": [("password", "password_file")], "required_one_of": [("repository", "config")]}
DURATIONS = LIMITS_DURATIONS
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


class Arguments(Access, Limits):
    append_only: bool
    encrypted: bool  # restic knows no repository that is not
    timeout: float


def problems(args: Arguments, given: t.Collection[str]) -> list[str]:
    if args["profile"] is not None and args["config"] is None:
        return ["profile: names a part of a configuration; 'config' is not given"]
    return []


def run(args: Arguments, runner: Runner) -> Finding:
    refuse_odd(args)
    if any(not path for path in args["paths"] or ()):
        raise ArgumentsRefused(["paths: one of them is empty"])
    asked = opened(args, runner)
    restic = asked.restic
    trees = Trees(restic, asked.paths)
    filters = _filters(asked)
    jobs: list[t.Callable[[], object]] = [
        restic.snapshots,
        functools.partial(restic.listing, "latest", asked.paths, *filters, keep=KEPT),
        restic.locks,
    ]
    # asked before it is known that it is the one to compare with: restic takes most of its time to open a repository
    before = restic.guessed()[1 : 1 + max(0, args["compare"])]
    if before:
        jobs.append(functools.partial(restic.listing, before[-1], asked.paths, keep=KEPT))
    answers = at_once(*jobs)
    if isinstance(answers[0], CannotObserve):
        if not damaged(answers[0]):
            raise answers[0]
        return failed(_broken(answers[0]), observed={"repository": restic.shown})
    snapshots, lost = t.cast("tuple[list[Snapshot], int]", answers[0])
    common: Facts = {
        "observed": {"repository": restic.shown, "snapshots": len(snapshots), "unreadable_snapshots": lost},
        "expected": {
            name: args[name] for name in ("paths", "host", "tags", "max_age", "rpo", "min_count", "retention") if args[name] is not None
        },
    }
    if not snapshots:
        common["absent"] = not lost or None
        return failed(_nothing(restic.shown, lost), **common)
    mine = select(snapshots, asked.host, asked.tags)
    if not mine:
        common["absent"] = True
        return failed(_none_of_them(restic, asked, snapshots), **common)
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
    trees.learn(answers[1], mine[-1])
    if before:
        trees.learn(answers[3], None)
    judgement = Judgement(warns=_not_counted(len(mine) - len(past), lost))
    _judge_access(args, asked, answers[2], now, judgement)
    return _judge(args, asked, past, trees, runner, judgement, common)


def _filters(asked: Opened) -> list[str]:
    """By which restic's own ``latest`` is most likely the snapshot to look at."""
    tags = [word for word in (",".join(tag for tag in asked.tags if "," not in tag),) if word]
    return [*(["--host=" + asked.host] if asked.host else []), *(f"--tag={word}" for word in tags)]


def _judge_access(args: Arguments, asked: Opened, locks: list[Lock | str] | CannotObserve, now: dt.datetime, judgement: Judgement) -> None:
    not_apart([asked.restic.repository.removeprefix("local:")], args, judgement)
    if isinstance(locks, CannotObserve):
        judgement.unseen.append(phrase("the locks of the repository could not be told: {reason}", reason=locks.message))
    else:
        judgement.warns += dead_locks(locks, now)
    said = open_password(asked.password_file)
    if said:
        judgement.warns.append(said)
    if args["append_only"]:
        who_can_delete(asked.restic, judgement)


def _broken(exc: CannotObserve) -> Message:
    return phrase("the repository is damaged: {reason}", reason=exc.message)


def _nothing(repository: str, lost: int) -> Message:
    if not lost:
        return phrase("the restic repository {repository:path} holds no snapshot", repository=repository)
    return plural(
        "the restic repository {repository:path} holds {count:number} snapshot, which cannot be loaded",
        "the restic repository {repository:path} holds {count:number} snapshots of which none can be loaded",
        count=lost,
        repository=repository,
    )


def _none_of_them(restic: Restic, asked: Opened, snapshots: t.Sequence[Snapshot]) -> Message:
    return plural(
        "the only snapshot in {repository:path} is not {wanted}; {known}",
        "none of the {count:number} snapshots in {repository:path} is {wanted}; {known}",
        count=len(snapshots),
        repository=restic.shown,
        wanted=_wanted(asked),
        known=_known(snapshots),
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


def _judge(
    args: Arguments, asked: Opened, snapshots: list[Snapshot], trees: Trees, runner: Runner, judgement: Judgement, common: Facts
) -> Finding:
    paths = [Path("", same_set(snapshots[-1], snapshots))] if not asked.paths else _covered(asked, snapshots, judgement)
    held = [path for path in paths if _look(path, trees, judgement)]
    now = runner.now()
    stale = [since for path in paths if (since := _judge_age(args, path, now, judgement)) is not None]
    if not asked.paths:
        judgement.warns += _stopped(snapshots, now, args["max_age"])
    common["observed"]["paths"] = (
        sorted(path.path for path in held) if asked.paths else sorted({path for one in snapshots for path in one.paths})
    )
    hosts = sorted({snapshot.group[0] for path in paths for snapshot in path.group})
    if asked.host is None and len(hosts) > 1:
        judgement.warns.append(
            phrase(
                "snapshots of {number:number} hosts ({hosts:list}) are mixed and 'host' is not given", number=len(hosts), hosts=hosts[:5]
            )
        )
    if not judgement.fails:  # comparing costs time, and changes nothing about a failure
        share = percent("size_deviation", args["size_deviation"])
        compare(held, trees, args["compare"], share, judgement)
        young = [one for one in snapshots if (now - one.time).total_seconds() <= args["max_age"] and is_this_host(one.host)]
        backed_up = {path for one in young for path in one.paths if posixpath.isabs(path)}
        for path in held:
            beside_the_host(path, trees, backed_up, runner, share, judgement)
    if stale:
        common["since"] = isoformat(min(stale))
    if not paths:
        return judgement.finding(verbatim(""), **common)
    return judgement.finding(_measured(args, paths, held, now, common), **common)


def _covered(asked: Opened, snapshots: t.Sequence[Snapshot], judgement: Judgement) -> list[Path]:
    found = []
    for path in dict.fromkeys(asked.paths):
        covering = [snapshot for snapshot in snapshots if covers(snapshot, path)]
        if covering:
            found.append(Path(path, covering))
        elif path in asked.matched and changed_since(path, snapshots[-1].time.timestamp()):
            judgement.notes.append(phrase("{path:path} has come or changed since the newest snapshot and is not in it", path=path))
        else:
            judgement.fails.append(
                phrase("no snapshot covers {path:path}; the newest covers {paths:list}", path=path, paths=list(snapshots[-1].paths))
            )
    return found


def _look(path: Path, trees: Trees, judgement: Judgement) -> bool:
    """Whether the path is there with something in it; else it is said."""
    try:
        look_into(path, trees)
        if path.path == "" and path.held is not None and path.problem is None:
            judgement.warns += parts_without_content(path.held.snapshot, trees.of(path.held.snapshot))
    except CannotObserve as exc:
        name = named(path, path.group[-1])
        if damaged(exc):
            judgement.fails.append(
                phrase("{snapshot} cannot be read, the repository is damaged: {reason}", snapshot=name, reason=exc.message)
            )
        else:
            judgement.unseen.append(phrase("{snapshot} could not be looked into: {reason}", snapshot=name, reason=exc.message))
        return False
    if path.problem is not None:
        judgement.fails.append(path.problem)
        return False
    return True


def _judge_age(args: Arguments, path: Path, now: dt.datetime, judgement: Judgement) -> dt.datetime | None:
    """Says what is wrong with age and number of the snapshots of a path. Since when the newest is too old."""
    newest = path.held.snapshot if path.held else path.group[-1]
    what = phrase("{paths:list}", paths=[path.path] if path.path else list(newest.paths))
    name, age = phrase("newest snapshot of {paths}", paths=what), (now - newest.time).total_seconds()
    late = too_old(name, age, args)
    few = too_few(what, len(path.group), args)
    short = not_retained(what, (now - path.group[0].time).total_seconds(), args)
    judgement.fails += [said for said in (late, few) if said]
    judgement.warns += [said for said in (beyond_rpo(name, age, args), short) if said]
    return newest.time + dt.timedelta(seconds=args["max_age"]) if late else None


def _measured(args: Arguments, paths: t.Sequence[Path], held: t.Sequence[Path], now: dt.datetime, common: Facts) -> Message:
    """What is good about it, with the measurements and facts put into ``common``."""
    newest = [path.held.snapshot if path.held else path.group[-1] for path in paths]
    oldest = min(newest, key=lambda snapshot: snapshot.time)
    age, fewest = max(0.0, (now - oldest.time).total_seconds()), min(len(path.group) for path in paths)
    measurements = [
        Measurement("backup_age_seconds", round(age, 3), args["max_age"], "upper"),
        Measurement("backup_count", fewest, args["min_count"], "lower", count=True),
    ]
    contents = [one.content for one in outermost([path.held for path in held if path.held])]
    size, files = sum(content.size for content in contents), sum(content.files for content in contents)
    if contents:
        measurements += [Measurement("backup_size_bytes", size), Measurement("backup_items", files)]
        common["observed"]["size_bytes"] = size
    durations = [snapshot.duration for snapshot in newest if snapshot.duration is not None]
    if durations:
        measurements.append(Measurement("backup_duration_seconds", max(durations)))
    common["observed"].update(
        newest={"id": oldest.id, "time": isoformat(oldest.time), "host": oldest.host, "paths": list(oldest.paths)}, count=fewest
    )
    common["measurements"] = measurements
    content = plural("{size:bytes} in {count:number} file", "{size:bytes} in {count:number} files", count=files, size=size)
    name = phrase("newest snapshot of every path") if len(paths) > 1 else phrase("newest snapshot")
    if oldest.time > now:
        ahead = (oldest.time - now).total_seconds()
        return phrase(
            "{newest} is of this moment (its clock is {ahead:duration} ahead), {content}; {number:number} kept; listed, not verified",
            newest=name,
            ahead=ahead,
            content=content,
            number=fewest,
        )
    return plural(
        "{newest} is {age:duration} old, {content}, the limit is {limit}; {count:number} kept; listed, not verified",
        "{newest} is {age:duration} old, {content}, the limit is {limit}; {count:number} kept; listed, not verified",
        count=fewest,
        newest=name,
        age=age,
        content=content,
        limit=allowed_age(args),
    )


def _stopped(snapshots: list[Snapshot], now: dt.datetime, max_age: float) -> list[Message]:
    """Other sets that were backed up regularly until lately. Those that ended long ago are kept on purpose."""
    said = []
    for snapshot in {snapshot.group: snapshot for snapshot in snapshots}.values():
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


def _wanted(asked: Opened) -> Message:
    host, tags = asked.host, asked.tags
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


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "TIMEOUT", "WHERE", "problems", "run")
