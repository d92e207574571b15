# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether one file is a sound backup: its size, its content, its checksum, and what it must hold. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import re
import typing as t

from .._clients.backup_folders import look_into_folder
from .._clients.file import Asked, look_into
from .._clients.inside import Inside
from .._clients.streams import Damaged, NotVerifiable
from .._finding import CannotObserve
from .._phrase import NOTHING, Message, phrase
from .._runner import Runner, unreadable
from ._backup_files import Backup
from ._checksums import agrees, find_sum
from ._judgement import Judgement


class Demands(t.TypedDict):
    """What is asked of one backup."""

    min_size: int
    verify: str
    verify_max_bytes: int
    checksum: bool
    contains: list[str] | None
    encrypted: bool
    timeout: float


@dataclasses.dataclass
class Verdict(Judgement):
    """What was found; ``how`` it was verified, in words, and whether that proves it (``derived``: it does not)."""

    name: Message = NOTHING
    how: Message = NOTHING
    summed: bool = False  # it agrees with the checksum beside it
    derived: bool = False
    empty: list[Message] = dataclasses.field(default_factory=list)  # it is whole, and its database holds nothing
    inside: Inside = dataclasses.field(default_factory=Inside)


class _TimeIsOver(Exception):
    pass


def examine(backup: Backup, name: Message, args: Demands, runner: Runner, *, thorough: bool = False) -> Verdict:
    """Whether a backup, which sentences call ``name``, is sound. ``thorough``: whatever time it takes."""
    verdict = Verdict(name=name)
    least = max(1, args["min_size"])
    if backup.size < least:
        verdict.fails.append(_too_small(name, backup.size, least))
        verdict.how = phrase("too small")
        return verdict

    def tick() -> None:
        try:
            runner.remaining()
        except CannotObserve:
            raise _TimeIsOver from None

    missing = dict.fromkeys(args["contains"] or ())

    def on_name(name: str) -> None:
        for wanted in [wanted for wanted in missing if fnmatch.fnmatchcase(_plain(name), _plain(wanted))]:
            del missing[wanted]

    inside = verdict.inside = Inside(on_name=on_name)
    asked = Asked(runner, tick, args["verify_max_bytes"], thorough)
    try:
        if not backup.folder:
            _compare_sum(backup, args, verdict, tick)
        if args["verify"] == "auto" or missing or args["encrypted"]:
            _look(backup, inside, asked)
            _judge(backup, inside, args, verdict, list(missing))
        else:
            verdict.derived, verdict.how = True, phrase("its content not verified")
    except OSError as exc:
        verdict.unseen.append(
            phrase("{backup} is there but not verified: {reason}", backup=name, reason=unreadable(str(exc.filename or backup.path), exc))
        )
        verdict.how = phrase("not readable")
    except _TimeIsOver:
        _not_in_time(args, verdict, thorough)
    except CannotObserve as exc:
        if _is_over(runner):
            _not_in_time(args, verdict, thorough)
            return verdict
        verdict.unseen.append(phrase("{backup}: {reason}", backup=name, reason=exc.message))
        verdict.how = phrase("not verified")
    return verdict


def _is_over(runner: Runner) -> bool:
    try:
        runner.remaining()
    except CannotObserve:
        return True
    return False


def _not_in_time(args: Demands, verdict: Verdict, thorough: bool) -> None:
    verdict.derived, verdict.how = True, phrase("not verified")
    strict = args["checksum"] or args["contains"] or args["encrypted"] or thorough
    (verdict.unseen if strict else verdict.warns).append(
        phrase(
            "{backup} could not be verified in the time allowed for this check ({allowed:duration})",
            backup=verdict.name,
            allowed=args["timeout"],
        )
    )


def _look(backup: Backup, inside: Inside, asked: Asked) -> None:
    try:
        if backup.folder:
            look_into_folder(backup.folder, inside, asked)
        else:
            look_into(backup.path, backup.size, inside, asked)
    except Damaged as exc:
        inside.damages.append(exc.message)
    except NotVerifiable as exc:
        inside.derived.append(exc.message)


def _too_small(name: Message, size: int, least: int) -> Message:
    if not size:
        return phrase("{backup} is empty", backup=name)
    return phrase("{backup} is too small: {size:bytes}, at least {least:bytes} are wanted", backup=name, size=size, least=least)


def _judge(backup: Backup, inside: Inside, args: Demands, verdict: Verdict, missing: list[str]) -> None:
    kind = inside.described()
    verdict.empty = [phrase("{backup}: {reason}", backup=verdict.name, reason=reason) for reason in inside.empty]
    taken = args["verify"] == "none"  # as it is, where nothing can be read in it
    for said, sentences in ((inside.damages, verdict.fails), (inside.warns, verdict.warns), (inside.unseen, verdict.unseen)):
        if said and not (taken and said is inside.unseen):
            sentences += [phrase("{backup}: {reason}", backup=verdict.name, reason=reason) for reason in said]
    if inside.damages:
        verdict.how = phrase("damaged")
    elif inside.derived or inside.unseen:
        verdict.derived = True
        reasons = inside.derived or inside.unseen
        verdict.how = (
            phrase("{kind}: {reasons:sentences}", kind=kind, reasons=reasons)
            if kind
            else phrase("not verified: {reasons:sentences}", reasons=reasons)
        )
    elif backup.folder:
        verdict.how = phrase("all of it is there: {kind}", kind=kind)
    else:
        verdict.how = phrase("read to its end as {kind}", kind=kind)
    if args["encrypted"] and not inside.encrypted:
        if inside.damages:
            pass
        elif inside.unseen or inside.closed:
            verdict.unseen.append(phrase("{backup}: nobody can tell whether it is encrypted: it is in no known form", backup=verdict.name))
        else:
            verdict.fails.append(phrase("{backup} is not encrypted: it is {kind}", backup=verdict.name, kind=kind))
    if not missing or inside.damages:
        return
    if inside.listed and not _cut_off(inside):
        verdict.fails.append(phrase("{backup} does not contain {members:list}", backup=verdict.name, members=missing))
    elif inside.derived or inside.unseen:
        verdict.unseen.append(
            phrase(
                "the members of {path:path} cannot be listed ({reason}), so {members:list} was not looked for",
                path=backup.path,
                reason=(inside.derived or inside.unseen)[0],
                members=missing,
            )
        )
    else:
        verdict.fails.append(
            phrase("{backup} is neither archive nor dump, so it has no {members:list}", backup=verdict.name, members=missing)
        )


def _cut_off(inside: Inside) -> bool:
    """Whether its members were listed only in part: the directory of a zip has all of them."""
    return bool(inside.derived) and str(inside.kind) not in ("zip", "7z") and not inside.encrypted


def _plain(name: str) -> str:
    return re.sub(r"^(\./)+", "", name).strip("/")


def _compare_sum(backup: Backup, args: Demands, verdict: Verdict, tick: t.Callable[[], object]) -> None:
    """A wrong checksum is one whether or not it was asked for; a missing one where it was."""
    path = backup.path
    try:
        found = find_sum(path)
    except OSError:
        if args["checksum"]:
            raise
        return
    if args["checksum"] and found is None:
        said = phrase(
            "{backup} has no checksum beside it (neither {single:path} nor {shared:path})",
            backup=verdict.name,
            single=os.path.basename(path) + ".sha256",
            shared="SHA256SUMS",
        )
        verdict.fails.append(said)
    elif args["checksum"] and found and not found.digest:
        verdict.fails.append(phrase("{sums:path} has no checksum of {file:path}", sums=found.beside, file=os.path.basename(path)))
    elif found and found.digest:
        most = args["verify_max_bytes"]
        if args["verify"] == "none" and not args["checksum"] or (backup.size > most and not args["checksum"]):
            return
        if agrees(path, found, tick):
            verdict.summed = True
        else:
            verdict.fails.append(phrase("{backup} does not agree with its checksum in {sums:path}", backup=verdict.name, sums=found.beside))


__all__ = ("Demands", "Verdict", "examine")
