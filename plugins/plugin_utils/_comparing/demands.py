# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is demanded at ``post`` against what was demanded at ``pre`` of the same deployment. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.policy import IMPACTS, LEVELS
from .._model.demands import Demand, Demands

Inputs = t.Mapping[str, t.Mapping[str, t.Optional[str]] | None]  # files by what they are: path and digest
SHOWN = 8
FILES = {
    "service_file": phrase("the service file"),
    "organisation_file": phrase("the organisation file"),
    "debt_file": phrase("the debt file"),
    "policy": phrase("the policy"),
}


def changed(before: Inputs, now: Inputs) -> list[Message]:
    """A notice for each file that is another one than at ``pre``."""
    return [
        phrase("{file} is another one than at pre of this deployment", file=words)
        for name, words in FILES.items()
        if _digest(before.get(name)) != _digest(now.get(name))
    ]


def _digest(given: t.Mapping[str, str | None] | None) -> str | None:
    return (given or {}).get("sha256")


def looser(before: Demands, now: Demands) -> Message | None:
    """What of the demands became less, in one sentence; None where nothing did."""
    found = [*_of_all(before, now), *_of_each(before, now)]
    found += [phrase("{requirement:path} is let off", requirement=name) for name in now.waived if name not in before.waived]
    found += [phrase("{key:path} is loosened", key=key) for key in now.loosened if key not in before.loosened]
    if not found:
        return None
    return phrase("less is demanded than at pre of this deployment: {changes:sentences}", changes=found[:SHOWN])


def _of_all(before: Demands, now: Demands) -> list[Message]:
    out = []
    if _rank(LEVELS, now.level) < _rank(LEVELS, before.level):
        out.append(phrase("the level is {now}, was {before}", now=now.level, before=before.level))
    if before.mode == "enforce" and now.mode != "enforce":
        out.append(phrase("the mode is {now}, was {before}", now=now.mode, before=before.mode))
    if before.ratchet and not now.ratchet:
        out.append(phrase("the ratchet is off"))
    if before.overdue == "fail" and now.overdue != "fail":
        out.append(phrase("overdue reservations only warn"))
    return out


def _of_each(before: Demands, now: Demands) -> list[Message]:
    out = []
    for name, was in before.requirements.items():
        less = _less(name, was, now.requirements.get(name))
        if less:
            out.append(less)
    return out


def _less(name: str, was: Demand, is_now: Demand | None) -> Message | None:
    if is_now is None:
        return phrase("{requirement:path} is not asked any more", requirement=name)
    if was.applies and not is_now.applies:
        return phrase("{requirement:path} does not apply any more", requirement=name)
    if _rank(IMPACTS, is_now.impact) < _rank(IMPACTS, was.impact):
        return phrase("{requirement:path} is {now}, was {before}", requirement=name, now=is_now.impact, before=was.impact)
    gone = [phase for phase in was.phases if phase not in is_now.phases]
    return phrase("{requirement:path} is not asked at {phases:list}", requirement=name, phases=gone) if gone else None


def _rank(scale: t.Sequence[str], value: str) -> int:
    return scale.index(value) if value in scale else -1


__all__ = ("changed", "looser")
