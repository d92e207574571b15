# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a service: the newest finding of each requirement, whatever the phase that made it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Finding, Status, isoformat
from ...module_utils._phrase import Message, phrase
from .._model.judged import Judged
from .._model.judgement import Covered, GateJudgement, GateRequirement, JudgedRequirement, Judgement, StateJudgement, StateRequirement
from .._model.planned import Plan, PlannedRequirement, PlanState
from .._model.run import Run
from .._model.service_state import Deployed, Known, LastGate, Passed, SeenFailing, State
from .._model.verdict import Verdict
from .._promises import debt as _debt
from .._promises import overrides as _overrides
from .._promises import ratchet as _ratchet
from .._promises import renewals as _renewals
from .._promises import reservations as _reservations
from . import gone as _gone
from .belief import has_failed, still_there
from .judge import conclude, judge_findings

GATE_KEPT = dt.timedelta(days=7)
DEPLOYMENTS_KEPT = 50


def updated(state: State, judgement: GateJudgement, run: Run, *, unsaid: bool = False) -> State:
    """The state after a run that was not partial. ``unsaid``: in some phase something is looser of which nobody has said who may."""
    known = dict(state.requirements)
    for requirement in judgement.requirements:
        if requirement.state not in (PlanState.LATER, PlanState.DECISION) and not requirement.reused:
            known[requirement.id] = known_after(requirement, known.get(requirement.id), run)
    gate = LastGate(judgement.verdict, judgement.code, run.finished_at, run.enforced, run.version, run.duration_seconds)
    new = dataclasses.replace(
        state,
        requirements=known,
        passed=_ratchet.remembered(state.passed, judgement.requirements, run.finished_at),
        seen_failing=_seen_failing(state.seen_failing, judgement, run),
        debt=_debt.remembered(state.debt, judgement.debt, run.finished_at),
        waived=_renewals.remembered(state.waived, judgement.waivers),
        seen=_gone.remembered(_gone.seen_by(state), judgement.requirements, run.finished_at),
        gates={**state.gates, run.phase: gate},
        deployments=_deployments(state.deployments, run),
    )
    return _reservations.after(new, judgement, run, unsaid=unsaid)


def _seen_failing(before: t.Mapping[str, SeenFailing], judgement: GateJudgement, run: Run) -> dict[str, SeenFailing]:
    """What stands in for the policy's checks, as it was last seen failing."""
    out = dict(before)
    for requirement in judgement.requirements:
        if requirement.stand_in_digest and has_failed(covered.finding for covered in requirement.findings):
            out[requirement.id] = SeenFailing(requirement.stand_in_digest, run.finished_at)
    return out


def known_after(requirement: GateRequirement, before: Known | None, run: Run) -> Known:
    """What is known of a requirement after a run; ``before`` it, where it was known."""
    moment = dt.datetime.fromisoformat(run.finished_at.replace("Z", "+00:00"))
    same = before is not None and before.observed_status is requirement.observed_status
    return Known(
        observed_status=requirement.observed_status,
        state=requirement.state,
        why=requirement.message,
        verified=requirement.verified,
        accepted=requirement.accepted,
        question_digest=requirement.question_digest,
        phase=run.phase,
        run=run.id,
        collected_at=requirement.collected_at or run.finished_at,
        valid_until=min([isoformat(moment + dt.timedelta(seconds=requirement.valid_for_seconds)), *_ends(requirement)]),
        since=requirement.since or (before.since if before and same else None) or run.finished_at,
        findings=tuple(covered.finding for covered in requirement.findings),
    )


def _ends(requirement: GateRequirement) -> t.Iterator[str]:
    """When what was found stops to count by itself, as a statement does."""
    for covered in requirement.findings:
        if covered.finding.valid_until:
            yield isoformat(dt.datetime.fromisoformat(covered.finding.valid_until.replace("Z", "+00:00")))


def _deployments(before: tuple[Deployed, ...], run: Run) -> tuple[Deployed, ...]:
    if run.phase not in ("post", "smoke") or not run.version:
        return before
    newest = before[-1] if before else Deployed()
    if (newest.version, newest.deployment_id) == (run.version, run.deployment_id):
        return before
    return (*before, Deployed(run.version, run.finished_at, run.deployment_id))[-DEPLOYMENTS_KEPT:]


def judge_state(plan: Plan, state: State, now: dt.datetime) -> StateJudgement:
    """The judgement of a service over its newest still valid findings; ``plan`` is that of all phases."""
    judged = [_judged(planned, state.requirements.get(planned.rule.id), plan, now, state.passed) for planned in plan.requirements]
    concluded = conclude(plan, judged, today=now.date(), earlier=state.reservations, passed=state.passed)
    requirements = tuple(_of_state(item, state.requirements.get(item.id)) for item in concluded.requirements)
    common = {field.name: getattr(concluded, field.name) for field in dataclasses.fields(Judgement)}
    counted = len(_overrides.emergencies(state, now.date()))
    judgement = StateJudgement(**{**common, "requirements": requirements, "emergencies_30d": counted})
    return _overrides.with_overrides(judgement, state.overrides, now.date(), owner=plan.owner)


def _judged(planned: PlannedRequirement, known: Known | None, plan: Plan, now: dt.datetime, passed: t.Mapping[str, Passed]) -> Judged:
    gone = still_there(planned, passed, now.date())
    if gone is not None:
        return judge_findings(planned, [gone], plan, {})
    if planned.state is PlanState.NOT_APPLICABLE:
        return Judged(planned, Status.NOT_APPLICABLE, Status.NOT_APPLICABLE, planned.why, [], [])
    if known is None:
        return _unverified(planned, phrase("it has never been verified"))
    if known.valid_until < isoformat(now):
        return _unverified(planned, phrase("it was last verified on {day:day}, which no longer counts", day=known.collected_at[:10]))
    if known.state is PlanState.NOT_DUE:
        return Judged(planned, Status.NOT_DUE, Status.NOT_DUE, known.why, [], [])
    if known.state is PlanState.NOT_APPLICABLE:
        return _unverified(planned, phrase("it was not applicable when it was last looked at, and is now"))
    return judge_findings(planned, list(known.findings), plan, known.accepted)


def aged(known: StateJudgement, now: dt.datetime) -> StateJudgement:
    """A judgement of the state as it is later, where nothing can be planned anew: what is no longer valid makes it no good one."""
    late = [
        item
        for item in known.requirements
        if item.deciding and item.impact != "minor" and item.valid_until and item.valid_until < isoformat(now) and item.verified
    ]
    if not late or not known.verdict.good:
        return known
    reasons = tuple(
        phrase(
            "{requirement:path} {message}",
            requirement=item.id,
            message=phrase("it was last verified on {day:day}, which no longer counts", day=str(item.collected_at)[:10]),
        )
        for item in late
    )
    return dataclasses.replace(known, verdict=Verdict.UNDETERMINED, advice="hold", reasons=reasons)


def _unverified(planned: PlannedRequirement, message: Message) -> Judged:
    finding = Finding(Status.UNKNOWN, message, requirement=planned.rule.id)
    return Judged(planned, Status.UNKNOWN, Status.UNKNOWN, message, [finding], [Covered(finding, Status.UNKNOWN)])


def _of_state(item: JudgedRequirement, known: Known | None) -> StateRequirement:
    common = {field.name: getattr(item, field.name) for field in dataclasses.fields(JudgedRequirement)}
    about = {"phase": known.phase, "valid_until": known.valid_until, "since": known.since} if known else {"since": None}
    return StateRequirement(**{**common, **about})


def recent_gates(state: State, now: dt.datetime) -> dict[str, LastGate]:
    """The last gate of each phase, without those of more than seven days ago."""
    oldest = isoformat(now - GATE_KEPT)
    return {phase: gate for phase, gate in state.gates.items() if gate.at >= oldest}


__all__ = ("aged", "judge_state", "known_after", "recent_gates", "updated")
