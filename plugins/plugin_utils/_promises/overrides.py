# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides: what went on against the gate, or without it, and what it owes until a whole verification was good. PRIVATE to the collection.

Pure: the day is an argument.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import Message, phrase
from ...module_utils._units import parse_duration
from .._model.judgement import Judgement, Override, Reservation, WouldHaveSaid
from .._model.run import Run
from .._model.service_state import State
from .._model.verdict import Verdict

DECISION, EMERGENCY = "decision", "emergency"  # the kinds
ALL = "ALL"  # in the place of a requirement: the whole profile
CLOSED_KEPT = 50
COUNTED_DAYS = 30  # emergencies are counted over so many
OFTEN = 3  # emergencies within them: then it is told
CLOSING = ("post", "recheck")
REASONS_KEPT = 5

AnyJudgement = t.TypeVar("AnyJudgement", bound=Judgement)


@dataclasses.dataclass(frozen=True)
class Author:
    """Who lets something go on. ``kind`` is EMERGENCY or DECISION, ``id`` that of the one or the other."""

    id: str
    kind: str
    by: Message
    reason: str | None


def opened(requirement: str, author: Author, due_in: str, judgement: Judgement, run: Run) -> Override:
    """An override as the state keeps it; ``due_in`` is a duration, of whole days."""
    due = dt.date.fromisoformat(run.day) + dt.timedelta(seconds=parse_duration(due_in))
    return Override(
        requirement=requirement,
        id=author.id,
        kind=author.kind,
        by=author.by,
        reason=author.reason,
        at=run.finished_at,
        due=due.isoformat(),
        version=run.version,
        phase=run.phase,
        run=run.id,
        would=WouldHaveSaid(judgement.verdict, judgement.words, judgement.reasons[:REASONS_KEPT]),
    )


def closes(judgement: Judgement, run: Run) -> bool:
    """Whether a run is the whole verification that open overrides ask for."""
    return run.phase in CLOSING and run.whole and judgement.verdict.good


def after(state: State, new: t.Sequence[Override], run: Run, *, closing: bool) -> State:
    """The state with its overrides as they are after a run. What is opened again keeps its first day."""
    still_open = {(item.id, item.requirement): item for item in state.overrides}
    closed = list(state.closed_overrides)
    if closing:
        closed += [dataclasses.replace(item, closed=run.finished_at, closed_by=run.id) for item in still_open.values()]
        still_open = {}
    for item in new:
        first = still_open.get((item.id, item.requirement), item)
        still_open[(item.id, item.requirement)] = dataclasses.replace(item, at=first.at, due=first.due)
    return dataclasses.replace(state, overrides=tuple(still_open.values()), closed_overrides=tuple(_kept(closed, run.day)))


def _kept(closed: list[Override], day: str) -> list[Override]:
    """The newest, and each emergency that is still counted."""
    newest, others = closed[-CLOSED_KEPT:], closed[:-CLOSED_KEPT]
    oldest = (dt.date.fromisoformat(day) - dt.timedelta(days=COUNTED_DAYS)).isoformat()
    known = {(item.at, item.id) for item in newest}
    counted = {(item.at, item.id): item for item in others if item.kind == EMERGENCY and item.at[:10] > oldest}
    return [*(item for key, item in counted.items() if key not in known), *newest]


def emergencies(state: State, today: dt.date) -> list[Override]:
    """The emergencies of the last days, open and closed, the oldest first."""
    since = (today - dt.timedelta(days=COUNTED_DAYS)).isoformat()
    found = {(item.at, item.id): item for item in (*state.closed_overrides, *state.overrides) if item.kind == EMERGENCY}
    return [item for _key, item in sorted(found.items()) if item.at[:10] > since]


def often(state: State, today: dt.date) -> list[Message]:
    """What there is to say where emergencies have become a habit."""
    found = emergencies(state, today)
    if len(found) < OFTEN:
        return []
    names = [item.id for item in found]
    return [
        phrase(
            "{count:number} emergencies in {days:number} days: {names:list}: what cannot wait so often asks for another remedy",
            count=len(found),
            days=COUNTED_DAYS,
            names=names,
        )
    ]


def with_overrides(judgement: AnyJudgement, overrides: t.Sequence[Override], today: dt.date, *, owner: str = "") -> AnyJudgement:
    """The judgement that tells of open overrides. One that is overdue is a reservation: it leaves no GO."""
    late = [item for item in overrides if item.due < today.isoformat()]
    out = dataclasses.replace(
        judgement,
        overrides=tuple(dataclasses.replace(item, overdue=item in late) for item in overrides),
        notices=(*judgement.notices, *(_notice(item) for item in overrides if item not in late)),
        reasons=(*judgement.reasons, *(_reason(item) for item in late)),
        reservations=(*judgement.reservations, *(_reservation(item, owner) for item in late)),
    )
    if late and judgement.verdict is Verdict.GO:
        enforced = judgement.enforced_verdict
        capped = Verdict.GO_WITH_RESERVATIONS if enforced is Verdict.GO else enforced
        out = dataclasses.replace(out, verdict=Verdict.GO_WITH_RESERVATIONS, enforced_verdict=capped)
    return out


def title(item: Override) -> Message:
    """An override in words: ``the emergency INC0042 of 2026-11-25``."""
    day, name = item.at[:10], item.requirement
    if item.kind == DECISION:
        made = phrase("the decision {id:path} of {day:day}", id=item.id, day=day)
    else:
        made = phrase("the emergency {id:path} of {day:day}", id=item.id, day=day)
    return made if name == ALL else phrase("{override} on {requirement:path}", override=made, requirement=name)


def _notice(item: Override) -> Message:
    return phrase(
        "{override} (by {by}) asks for a whole verification that is good, after the deployment, by {due:day}",
        override=title(item),
        by=item.by,
        due=item.due,
    )


def _reason(item: Override) -> Message:
    return phrase("{override} asked for a whole verification by {due:day}: none has been good since", override=title(item), due=item.due)


def _reservation(item: Override, owner: str) -> Reservation:
    return Reservation(
        requirement=item.requirement,
        title=phrase("the whole verification after {override}", override=title(item)),
        status=Status.FAIL,
        message=phrase("it went on where the gate would have said {verdict}", verdict=item.would.verdict.said),
        responsible=owner or None,
        raised=item.at[:10],
        due=item.due,
        kind="overdue",
        override=item.id,
    )


__all__ = ("ALL", "DECISION", "EMERGENCY", "Author", "after", "closes", "emergencies", "often", "opened", "title", "with_overrides")
