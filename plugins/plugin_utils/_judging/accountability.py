# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people answer for, over what was judged: decisions, emergencies, and what both owe. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import Message, phrase
from .._model.decision import Decision, Evidence, ShownDecision
from .._model.judged import Judged
from .._model.judgement import Covered, GateJudgement, Override, Overriding
from .._model.planned import Plan, PlannedRequirement, PlanState
from .._model.run import Run
from .._model.service_state import State
from .._promises import decisions as _decisions
from .._promises import overrides as _overrides
from .._promises import reservations as _reservations
from .judge import conclude
from .state import updated


@dataclasses.dataclass(frozen=True)
class Situation:
    """In which a run is judged: the run, what was known of the service before it, and what people have decided."""

    run: Run
    state: State
    today: dt.date
    decisions: t.Sequence[Decision] = ()
    waiting: bool = False  # hosts have their turn in a later batch
    unsaid: bool = False  # whether in any phase something is looser of which the organisation has not said who may

    @property
    def whole_service(self) -> bool:
        return self.run.scope == "service" and not self.waiting


@dataclasses.dataclass(frozen=True)
class Accounted:
    """The judgement with what people answer for."""

    judgement: GateJudgement
    evidence: Evidence
    decisions: tuple[ShownDecision, ...]
    with_overrides: State  # the state before the run, but for its overrides, which are those after it


def accounted(plan: Plan, judged: list[Judged], situation: Situation) -> Accounted:
    """The judgement over judged requirements, with decisions, emergencies, and what both owe."""
    run, state, today = situation.run, situation.state, situation.today

    def conclusion(items: list[Judged]) -> GateJudgement:
        return conclude(plan, items, today=today, earlier=state.reservations, passed=state.passed)

    judgement = conclusion(judged)
    late = {item.id for item in judged}.intersection(_reservations.overdue(judgement.reservations)) if plan.overdue == "fail" else set()
    evidence = _decisions.evidence(run, plan, judged, judgement, late)
    weighed = _decisions.weigh(situation.decisions, evidence, today, plan.decision_terms)
    if plan.decision_required or weighed.decision:
        judgement = conclusion([*judged, _as_judged(weighed, plan, situation)])
    if plan.refused:
        judgement = dataclasses.replace(
            judgement, reasons=tuple(phrase("the input is refused: {problem}", problem=problem) for problem in plan.refused)
        )
    judgement = dataclasses.replace(judgement, overridden=_overridden(judgement, weighed, run))
    if run.emergency or judgement.overridden:
        judgement = dataclasses.replace(judgement, advice="proceed")
    closing = _overrides.closes(judgement, run)
    after = _overrides.after(state, _opened(weighed, judgement, run, plan), run, closing=closing)
    judgement = _overrides.with_overrides(judgement, after.overrides, today, owner=plan.owner).noting(_overrides.often(after, today))
    shown = _decisions.shown(situation.decisions, weighed, today, plan.decision_terms)
    closed = [phrase("{override} is closed by this run", override=_overrides.title(item)) for item in state.overrides] if closing else []
    return Accounted(judgement.noting([*_decisions.notices(shown), *closed]), evidence, shown, after)


def state_after(situation: Situation, accounts: Accounted) -> State:
    """The service's state after a run. A partial one says nothing about the service but what it leaves undone.

    An emergency, and a run whose input was refused, say nothing but that there was a gate.
    """
    run, changed = situation.run, accounts.with_overrides
    if run.partial:
        return changed
    after = updated(changed, accounts.judgement, run, unsaid=situation.unsaid)
    if run.refused and not run.emergency:
        return dataclasses.replace(changed, gates=after.gates)
    return dataclasses.replace(changed, gates=after.gates, deployments=after.deployments) if run.emergency else after


def _as_judged(weighed: _decisions.Weighed, plan: Plan, situation: Situation) -> Judged:
    """The decision, judged as a blocker among the others."""
    rule, finding = _decisions.as_requirement(weighed, plan.owner, str(plan.phase))
    if not situation.whole_service:
        finding = dataclasses.replace(finding, status=Status.NOT_DUE, message=phrase("it is asked when the whole service is judged"))
    elif situation.run.partial:
        finding = dataclasses.replace(finding, status=Status.UNKNOWN, message=phrase("a partial run is not what a decision can be about"))
    requirement = PlannedRequirement(rule, "blocker", True, PlanState.DECISION)
    return Judged(requirement, finding.status, finding.status, finding.message, [finding], [Covered(finding, finding.status)])


def _overridden(judgement: GateJudgement, weighed: _decisions.Weighed, run: Run) -> Overriding | None:
    decision = weighed.overrides
    if decision is None or run.partial or judgement.verdict.good:
        return None
    return Overriding(decision.id, decision.date, decision.body, decision.decided_by, decision.reason, decision.valid_until)


def _opened(weighed: _decisions.Weighed, judgement: GateJudgement, run: Run, plan: Plan) -> list[Override]:
    """What this run owes: the whole profile after an emergency, and what a decision went against."""
    out = []
    if run.emergency:
        author = _overrides.Author(run.emergency.id, _overrides.EMERGENCY, run.emergency.by, run.emergency.reason)
        out.append(_overrides.opened(_overrides.ALL, author, plan.override_due, judgement, run))
    decision = weighed.overrides
    if decision and judgement.overridden:
        names = [
            requirement.id
            for requirement in judgement.requirements
            if requirement.deciding and requirement.impact == "blocker" and requirement.status in (Status.FAIL, Status.UNKNOWN)
        ]
        author = _overrides.Author(
            decision.id, _overrides.DECISION, Message(", ".join(decision.decided_by) or decision.body), decision.reason
        )
        out += [_overrides.opened(name, author, plan.override_due, judgement, run) for name in names or [_overrides.ALL]]
    return out


__all__ = ("Accounted", "Situation", "accounted", "state_after")
