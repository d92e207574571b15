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

    how: Message = NOTHING
    derived: bool = False
    inside: Inside = dataclasses.field(default_factory=Inside)


class _TimeIsOver(Exception):
    pass


def examine(backup: Backup, args: Demands, runner: Runner, *, thorough: bool = False) -> Verdict:
    """Whether a backup is sound."""
    verdict = Verdict()
    least = max(1, args["min_size"])
    if backup.size < least:
        verdict.fails.append(_too_small(backup, least))
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
        verdict.unseen.append(phrase("newest backup is there but not verified: {reason}", reason=unreadable(backup.path, exc)))
        verdict.how = phrase("not readable")
    except _TimeIsOver:
        verdict.derived, verdict.how = True, phrase("not verified")
        strict = args["checksum"] or args["contains"] or thorough
        (verdict.unseen if strict else verdict.warns).append(
            phrase(
                "newest backup {path:path} could not be verified in the time allowed for this check ({allowed:duration})",
                path=backup.path,
                allowed=args["timeout"],
            )
        )
    except CannotObserve as exc:
        verdict.unseen.append(phrase("newest backup {path:path}: {reason}", path=backup.path, reason=exc.message))
        verdict.how = phrase("not verified")
    return verdict


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


def _too_small(backup: Backup, least: int) -> Message:
    if not backup.size:
        return phrase("newest backup {path:path} is empty", path=backup.path)
    return phrase(
        "newest backup {path:path} is too small: {size:bytes}, at least {least:bytes} are wanted",
        path=backup.path,
        size=backup.size,
        least=least,
    )


def _judge(backup: Backup, inside: Inside, args: Demands, verdict: Verdict, missing: list[str]) -> None:
    path, kind = backup.path, inside.described()
    taken = args["verify"] == "none"  # as it is, where nothing can be read in it
    for said, sentences in ((inside.damages, verdict.fails), (inside.warns, verdict.warns), (inside.unseen, verdict.unseen)):
        if said and not (taken and said is inside.unseen):
            sentences += [phrase("newest backup {path:path}: {reason}", path=path, reason=reason) for reason in said]
    if inside.damages:
        verdict.how = phrase("damaged")
    elif inside.derived or inside.unseen:
        verdict.derived = True
        verdict.how = phrase("{kind}: {reasons:sentences}", kind=kind, reasons=inside.derived or inside.unseen)
    elif backup.folder:
        verdict.how = phrase("all of it is there: {kind}", kind=kind)
    else:
        verdict.how = phrase("read to its end as {kind}", kind=kind)
    if args["encrypted"] and not inside.encrypted:
        if inside.unseen:
            verdict.unseen.append(
                phrase("newest backup {path:path}: nobody can tell whether it is encrypted: it is in no known form", path=path)
            )
        else:
            verdict.fails.append(phrase("newest backup {path:path} is not encrypted: it is {kind}", path=path, kind=kind))
    if not missing or inside.damages:
        return
    if inside.listed and not _cut_off(inside):
        verdict.fails.append(phrase("newest backup {path:path} does not contain {members:list}", path=path, members=missing))
    elif inside.derived or inside.unseen:
        verdict.unseen.append(
            phrase(
                "the members of {path:path} cannot be listed ({reason}), so {members:list} was not looked for",
                path=path,
                reason=(inside.derived or inside.unseen)[0],
                members=missing,
            )
        )
    else:
        verdict.fails.append(
            phrase("newest backup {path:path} is neither archive nor dump, so it has no {members:list}", path=path, members=missing)
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
            "newest backup {path:path} has no checksum beside it (neither {single:path} nor {shared:path})",
            path=path,
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
        if not agrees(path, found, tick):
            verdict.fails.append(
                phrase("newest backup {path:path} does not agree with its checksum in {sums:path}", path=path, sums=found.beside)
            )


__all__ = ("Demands", "Verdict", "examine")
