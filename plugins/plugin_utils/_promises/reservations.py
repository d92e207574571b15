# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reservations: what stands between GO WITH RESERVATIONS and GO, from the day it is raised until it is lifted. PRIVATE to the collection.

Pure: the day is an argument.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._units import parse_duration
from .._described.service import Description
from .._model.judged import Judged
from .._model.judgement import JudgedRequirement, Judgement, Reservation
from .._model.loosening import NO_LEAVE
from .._model.planned import Plan
from .._model.run import Run
from .._model.service_state import Lifted, Raised, State

LIFTED_KEPT = 200
ON_OVERDUE = ("warn", "fail")  # the milder first


def on_overdue(description: Description) -> str:
    """What an overdue reservation does, ``fail`` (the default) or ``warn``; a service may be stricter than its organisation, not milder."""
    said = [document.declared.get("policy", {}).get("reservations", {}).get("overdue") for document in description.documents]
    return max((word for word in said if word), key=ON_OVERDUE.index, default="fail")


def standing(deciding: t.Sequence[Judged], plan: Plan, today: dt.date, earlier: t.Mapping[str, Raised]) -> list[Reservation]:
    """The reservations of judged requirements; ``earlier`` are those that already stood."""
    out = []
    for item in deciding:
        blocker = item.planned.impact == "blocker" and item.effective in (Status.WARN, Status.WAIVED)
        major = item.planned.impact == "major" and item.effective is not Status.PASS
        if not (blocker or major):
            continue
        rule = item.planned.rule
        before = earlier.get(rule.id)
        default = today + dt.timedelta(seconds=parse_duration(plan.reservation_due))
        accepted = item.waiver if item.effective is Status.WAIVED else None
        due = accepted.until if accepted else before.due if before else default.isoformat()
        unanswered = "overdue" if due < today.isoformat() else "open" if before else "new"
        kind = (accepted.kind or "accepted") if accepted else unanswered
        raised = before.raised if before else today.isoformat()
        out.append(Reservation(rule.id, verbatim(rule.title), item.effective, item.message, rule.responsible, raised, due, kind))
    return out


def overdue(reservations: t.Iterable[Reservation]) -> dict[str, str]:
    """The requirements whose reservation is overdue, with the day on which it was due."""
    return {item.requirement: item.due for item in reservations if item.kind == "overdue"}


def after(state: State, judgement: Judgement, run: Run, *, unsaid: bool = False) -> State:
    """The state with its reservations as they are after a complete run, and those that it lifted.

    A run lifts what it decides on and finds good. What has become worse than a reservation keeps its day. ``unsaid``: something is
    looser without leave in another phase, so that this reservation stands.
    """
    standing_ones = dict(state.reservations)
    lifted = list(state.lifted)
    known = {NO_LEAVE, *(requirement.id for requirement in judgement.requirements)}  # not what stands for none, such as the end of observe
    now = {item.requirement: item for item in judgement.reservations if item.requirement in known and not item.override}
    standing_ones.update({name: Raised(item.raised, item.due) for name, item in now.items()})
    for requirement in judgement.requirements:
        name = requirement.id
        if not requirement.deciding or name in now or name not in standing_ones or not _settled(requirement):
            continue
        lifted.append(Lifted(name, standing_ones.pop(name).raised, run.day, run.id))
    if NO_LEAVE in standing_ones and NO_LEAVE not in now and not unsaid:
        lifted.append(Lifted(NO_LEAVE, standing_ones.pop(NO_LEAVE).raised, run.day, run.id))
    return dataclasses.replace(state, reservations=standing_ones, lifted=tuple(lifted[-LIFTED_KEPT:]))


def _settled(requirement: JudgedRequirement) -> bool:
    return requirement.status in (Status.PASS, Status.NOT_APPLICABLE) or requirement.impact == "minor"


def lifted_by(state: State, run: str) -> list[Message]:
    """A notice for each reservation that this run lifted."""
    return [
        phrase("the reservation {requirement:path} of {raised:day} is lifted", requirement=item.requirement, raised=item.raised)
        for item in state.lifted
        if item.run == run
    ]


__all__ = ("after", "lifted_by", "on_overdue", "overdue", "standing")
