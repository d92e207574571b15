# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One restore into scratch space, and what is looked at in what came out. PRIVATE to the collection."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import Message, phrase, plural
from .._runner import Runner, user_name
from . import _restore_comparison, _restored_database
from ._backup_proofs import Generation, Restored, RestoreFailed, RestoreOf
from ._backup_tools import with_program
from ._judgement import FUTURE, Judgement
from ._scratch_servers import Unusable, account_of
from ._scratch_space import Overfull, Scratch, ScratchRunner, measured

LIVE, AUTO, NONE = "live", "auto", "none"
NEWEST = ("newest", "latest")
_OF_A_COMMAND = re.compile(r"PATH|HOME|USER|LOGNAME|SHELL|TZ|TMPDIR|LANG|LANGUAGE|LC_[A-Z]+")  # the rest may hold what is no business of it
_FULL = re.compile(r"no space left|disk quota exceeded|(?:err(?:no|code)|error number):? (?:28|122)\b", re.I)
_NOT_ALLOWED = re.compile(
    r"permission denied|operation not permitted|read-only file system|file name too long"
    r"|(?:err(?:no|code)|error number):? (?:1|13|30|36)\b",
    re.I,
)
OLDER = 3  # generations that are tried where the newest cannot be restored


class Asked(_restored_database.Asked):
    """The options that say how is restored, and what is looked at."""

    scratch: str | None
    max_bytes: int
    database_user: str | None
    generation: str
    fall_back: bool
    verify_command: list[str] | None
    compare_with: str
    sample_files: int
    manifest: str | None
    min_files: int


@dataclasses.dataclass
class Outcome:
    """What came of it; ``generation`` is the one that was restored, or the last that was tried."""

    generation: Generation
    judgement: Judgement
    files: int = 0
    bytes: int = 0
    proven: list[str] = dataclasses.field(default_factory=list)
    observed: dict[str, object] = dataclasses.field(default_factory=dict)
    answered: list[str] = dataclasses.field(default_factory=list)  # what answered as expected


def wanted(args: Asked) -> list[str]:
    """What is asked to be looked at, as it stands in a record: a record of other questions does not answer these."""
    query = (args["verify_database"], args["verify_query"], args["expect"])
    asked = (
        ("verify_query", query if args["verify_query"] is not None else None),
        ("verify_command", args["verify_command"]),
        ("manifest", args["manifest"]),
        ("database", args["database"]),
        (LIVE, True if args["compare_with"] == LIVE else None),
    )
    return ["restored", *(_question(name, value) for name, value in asked if value)]


def _question(name: str, value: object) -> str:
    # a question may hold what is no record's business
    return name if value is True else f"{name} {hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]}"


def is_newest(args: t.Mapping[str, object]) -> bool:
    """Whether the newest one is wanted, whatever that is."""
    return args["generation"] in NEWEST


def chosen(args: Asked, generations: t.Sequence[Generation], now: dt.datetime, judgement: Judgement) -> list[Generation]:
    """The generations to try, the one that is wanted first; none where it is not there."""
    if not is_newest(args):
        found = [one for one in generations if one.id == args["generation"]]
        first = generations.index(found[0]) if found else len(generations)
    else:
        future = [one for one in generations if (one.time - now).total_seconds() > FUTURE]
        if future:
            judgement.warns.append(
                plural(
                    "{count:number} backup dated in the future is passed over: a clock is or was wrong",
                    "{count:number} backups dated in the future are passed over: a clock is or was wrong",
                    count=len(future),
                )
            )
        generations, first = [one for one in generations if one not in future], 0
    return list(generations[first : first + (1 + OLDER if args["fall_back"] else 1)])


def attempt(args: Asked, half: RestoreOf, runner: Runner, generations: t.Sequence[Generation], judgement: Judgement) -> Outcome:
    """Restores the first of the generations that can be restored, and looks at it. CannotObserve where that cannot be done here."""
    account = account_of(args["database_user"])
    outcome = Outcome(generations[0], judgement)
    failed: list[Message] = []
    for generation in generations:
        outcome.generation = generation
        scratch = Scratch(str(args["scratch"]), args["max_bytes"], account)
        name = named(generation)
        if generation.bytes is not None:
            scratch.refuse(name, generation.bytes)
        try:
            with scratch:
                watched = ScratchRunner(runner, scratch)
                target = scratch.folder("r")
                try:
                    restored = half.restore(with_program(t.cast("t.Mapping[str, object]", args)), watched, generation, target)
                except (RestoreFailed, CannotObserve) as exc:
                    _is_of_the_scratch_space(scratch, exc)
                    raise
                scratch.watch(now=True)
                _look(args, restored, target, watched, scratch, outcome)
        except RestoreFailed as exc:
            failed.append(phrase("{generation} cannot be restored: {reason}", generation=name, reason=exc.message))
            continue
        finally:
            if scratch.unremoved:
                judgement.warns.append(scratch.unremoved)
        if failed:
            said = phrase("{failed}; the older {generation} was restored instead", failed=failed[0], generation=name)
            judgement.warns.insert(0, said)
        return outcome
    judgement.fails += failed
    return outcome


def named(generation: Generation) -> Message:
    return phrase("backup {id:path} of {time:moment}", id=generation.id, time=_iso(generation.time))


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_of_the_scratch_space(scratch: Scratch, exc: RestoreFailed | CannotObserve) -> None:
    """CannotObserve where the tool could not write: for want of space, or of permission. That is no fault of the backup."""
    if isinstance(exc, Overfull):
        return
    scratch.watch(now=True)
    if _FULL.search(str(exc.message)):
        raise Overfull(phrase("{path:path} is full: {reason}", path=scratch.parent, reason=exc.message)) from None
    if isinstance(exc, RestoreFailed) and _NOT_ALLOWED.search(str(exc.message)):
        raise CannotObserve(
            phrase(
                "nothing can be restored into {path:path} as {user}: {reason}", path=scratch.parent, user=user_name(), reason=exc.message
            )
        ) from None


def _look(args: Asked, restored: Restored, target: str, runner: Runner, scratch: Scratch, outcome: Outcome) -> None:
    judgement = outcome.judgement
    outcome.files, outcome.bytes = measured(target)
    outcome.proven.append("restored")
    outcome.observed.update(files=outcome.files, bytes=outcome.bytes)
    if outcome.files < args["min_files"]:
        judgement.fails.append(
            plural(
                "{count:number} file was restored, at least {least:number} are wanted",
                "{count:number} files were restored, at least {least:number} are wanted",
                count=outcome.files,
                least=args["min_files"],
            )
        )
    if not outcome.bytes and args["min_files"]:
        judgement.fails.append(phrase("what was restored is empty: {size:bytes}", size=0))
    if judgement.fails:
        return
    looked = False
    if restored.lost:
        judgement.fails.append(
            plural(
                "{count:number} member could not be restored, because it is another name of one that is not in it: {names:list}",
                "{count:number} members could not be restored, because they are other names of some that are not in it: {names:list}",
                count=len(restored.lost),
                names=sorted(restored.lost)[:5],
            )
        )
    if restored.listed:
        _restore_comparison.with_listing(restored.listed, target, judgement)
        outcome.proven.append("listing")
        looked = True
    found = _restored_database.located(restored, args, target)
    if args["compare_with"] == LIVE or (args["compare_with"] == AUTO and found is None):
        asked = args["compare_with"] == LIVE
        # a folder that is a backup itself is no live one
        places = {place: now for place, now in restored.places.items() if place != outcome.generation.id}
        compared = _restore_comparison.with_live(places, target, outcome.generation.time, args["sample_files"], runner, restored.whole)
        if asked and not places:
            judgement.warns.append(phrase("the backup does not say where its files lay: name the folder in paths"))
        outcome.observed["compared"] = {"equal": compared.equal, "changed_since": compared.changed, "gone_since": compared.gone}
        if _restore_comparison.judge(compared, asked and bool(places), judgement):
            outcome.proven.append(LIVE)
            looked = True
    if args["manifest"] is not None:
        count = _restore_comparison.with_manifest(args["manifest"], restored.places, target, runner, judgement)
        outcome.observed["manifest_files"] = count
        looked = True
    env = {"RESTORED": target}
    if found is not None:
        looked = True
        _with_database(found, args, restored, runner, scratch, outcome, env)
    elif args["verify_command"]:
        _command(args, restored, target, runner, outcome, env)
    if not looked and not args["verify_command"]:
        judgement.warns.append(
            phrase("nothing of what was restored was looked into: name a manifest, a verify_command, a database or compare_with: live")
        )
    for proof in wanted(args):
        if proof not in outcome.proven and proof != LIVE:
            outcome.proven.append(proof)


def _with_database(
    found: tuple[str, str], args: Asked, restored: Restored, runner: Runner, scratch: Scratch, outcome: Outcome, env: dict[str, str]
) -> None:
    kind = found[0]
    outcome.observed["database"] = kind
    try:
        with _restored_database.opened(found, args, runner, scratch, restored.places, account_of(args["database_user"])) as answering:
            tables, answered = _restored_database.examine(answering, args, outcome.judgement)
            outcome.answered += ["verify_query"] if answered else []
            outcome.observed["tables"] = dict(list(tables.items())[:20])
            outcome.proven.append(kind)
            if args["verify_command"]:
                _command(args, restored, found[1], runner, outcome, {**env, **answering.database.env})
    except Unusable as exc:
        outcome.judgement.fails.append(exc.message)


def _command(args: Asked, restored: Restored, target: str, runner: Runner, outcome: Outcome, env: dict[str, str]) -> None:
    """The command that says whether what was restored is good, in the folder where it lies."""
    words = args["verify_command"] or []
    folder = next((now for now in restored.places.values() if os.path.isdir(now)), target)
    folder = folder if os.path.isdir(folder) else os.path.dirname(folder)
    own = copy.copy(runner)
    own.environ = {name: value for name, value in runner.environ.items() if _OF_A_COMMAND.fullmatch(name)}
    done = own.run(words, env=env, cwd=folder, timeout=86400.0, max_output=2**20)
    if done.rc == 0:
        outcome.answered.append("verify_command")
        return
    said = first_line(done.stderr.strip() or done.stdout.strip(), "")
    outcome.judgement.fails.append(
        phrase("verify_command ended with code {code:number} on what was restored: {reason}", code=done.rc, reason=said)
        if said
        else phrase("verify_command ended with code {code:number} on what was restored, and said nothing", code=done.rc)
    )


__all__ = ("AUTO", "LIVE", "NONE", "Asked", "Outcome", "attempt", "chosen", "is_newest", "named", "wanted")
