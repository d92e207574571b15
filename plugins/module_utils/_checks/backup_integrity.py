# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tool's own verification of its backups is clean, part after part. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import Spec
from .._files import NotWritten
from .._finding import CannotObserve, Facts, Finding, Measurement, isoformat
from .._phrase import Message, phrase
from .._runner import Runner
from ._backup_proofs import Share, Verified
from ._backup_tools import TOOL_CONSTRAINTS, TOOL_SIZES, TOOL_SPEC, Tool, identity, integrity_of, refused, shown_name, with_program
from ._judgement import Judgement
from ._kept_file import read_kept, write_kept

WHERE = "host"
TIMEOUT = 1800.0
ARGUMENT_SPEC: Spec = {
    **TOOL_SPEC,
    "parts": {"type": "int", "default": 7},
    "every": {"type": "str", "default": "1d"},
    "state_file": {"type": "path"},
}
CONSTRAINTS = TOOL_CONSTRAINTS
DURATIONS = ("every",)
SIZES = TOOL_SIZES
KIND = "integrity_state"


class Arguments(Tool):
    parts: int
    every: float
    state_file: str | None
    timeout: float


@dataclasses.dataclass
class Turn:
    """Where the parts have got to: when each was last read, and which of them were damaged."""

    read: dict[int, str] = dataclasses.field(default_factory=dict)
    damaged: list[int] = dataclasses.field(default_factory=list)
    last: int = 0

    def next(self, parts: int) -> int:
        """A damaged part is read until it is whole; else one after the other."""
        return min(self.damaged) if self.damaged else self.last % parts + 1


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = refused(args)
    if args["parts"] < 1:
        found.append(f"parts: {args['parts']} is no number of parts; expected 1 or more")
    if args["every"] <= 0:
        found.append("every: expected a duration greater than 0")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    of = {**identity(args), "parts": args["parts"]}
    turn = _turn(args["state_file"], of) if args["state_file"] else None
    now = runner.now()
    number = turn.next(args["parts"]) if turn else int(now.timestamp() / args["every"]) % args["parts"] + 1
    share = Share(number, args["parts"])
    try:
        verified = integrity_of(args["tool"]).verify(with_program(args), runner, share)
    except CannotObserve as exc:
        if not _is_over(runner):
            raise
        said = phrase("{reason}; allow it more time (timeout), or divide into more parts (parts)", reason=exc.message)
        raise CannotObserve(said, instrument=exc.instrument, observed=exc.observed) from None
    judgement = Judgement(fails=verified.damages, unseen=verified.unseen, warns=verified.warns)
    if turn and args["state_file"]:
        _keep(args["state_file"], of, _moved(turn, share, verified, isoformat(now)), judgement)
    if judgement.fails or judgement.unseen or judgement.warns:
        judgement.notes.append(phrase("what was read: {read}", read=verified.read))
    name = shown_name(args)
    good = phrase("{tool} has verified {backup:path} and found nothing damaged: {read}", tool=args["tool"], backup=name, read=verified.read)
    facts: Facts = {
        "observed": {"backup": name, "part": number, "parts": args["parts"], **verified.observed},
        "measurements": [Measurement("backup_damages", len(verified.damages), 0, "upper", count=True), *verified.measurements],
    }
    if verified.absent:
        facts["absent"] = True
    if turn:
        facts["observed"]["parts_read"] = {str(part): turn.read[part] for part in sorted(turn.read)}
    return judgement.finding(good, **facts)


def _is_over(runner: Runner) -> bool:
    try:
        runner.remaining()
    except CannotObserve:
        return True
    return False


def _turn(path: str, of: t.Mapping[str, object]) -> Turn:
    """Where the last run with this state has got to; the beginning where it is of other backups, or of another number of parts."""
    kept = read_kept(path, KIND)
    if kept is None:
        return Turn()
    if kept.content.get("of") != of:
        before, mine = dict(t.cast("dict[str, object]", kept.content.get("of") or {})), dict(of)
        if before.pop("parts", None) == (parts := mine.pop("parts")) or before != mine:
            raise CannotObserve(phrase("{path:path} is kept for other backups: give each its own state_file", path=path))
        # where something was damaged, each of the new parts must be read before nothing is
        return Turn(damaged=list(range(1, t.cast("int", parts) + 1)) if kept.content.get("damaged") else [])
    try:
        read = {int(part): str(moment) for part, moment in t.cast("dict[str, object]", kept.content["read"]).items()}
        damaged = [int(part) for part in t.cast("list[int]", kept.content["damaged"])]
        return Turn(read, damaged, int(t.cast("int", kept.content["last"])))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotObserve(phrase("{path:path} is nothing that a check has kept: it cannot be read as such", path=path)) from None


def _moved(turn: Turn, share: Share, verified: Verified, now: str) -> Turn:
    if verified.damages:
        turn.damaged = sorted({*turn.damaged, share.number})
        return turn
    if not verified.unseen:
        turn.damaged = [part for part in turn.damaged if part != share.number]
        turn.read[share.number] = now
    turn.last = share.number
    return turn


def _keep(path: str, of: dict[str, object], turn: Turn, judgement: Judgement) -> None:
    if turn.damaged and not judgement.fails:
        judgement.fails.append(_still(turn.damaged))
    read: dict[str, object] = {str(part): moment for part, moment in turn.read.items()}
    try:
        write_kept(path, KIND, {"of": of, "read": read, "damaged": turn.damaged, "last": turn.last})
    except NotWritten as exc:
        judgement.warns.append(phrase("the next run reads the same part again: {reason}", reason=exc.message))


def _still(damaged: list[int]) -> Message:
    return phrase("part {parts:list} was damaged when it was last read", parts=[str(part) for part in damaged])


__all__ = ("ARGUMENT_SPEC", "CONSTRAINTS", "DURATIONS", "SIZES", "TIMEOUT", "WHERE", "problems", "run")
