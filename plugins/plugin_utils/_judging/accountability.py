# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people answer for, over what was judged: decisions, emergencies, and what both owe. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Status
from .._model.emergency import Emergency
from .._model.judged import Judged, Reach
from .._model.planned import Plan, PlannedRequirement, PlanState
from .._model.verdict import stops
from .._promises import decisions as _decisions
from .._promises import overrides as _overrides
from .._promises import reservations as _reservations
from . import state as _state
from .judge import conclude

_OF_AN_EMERGENCY = ("gates", "deployments")


@dataclasses.dataclass(frozen=True)
class Answered:
    """The judgement with what people answer for."""

    judgement: dict[str, t.Any]
    evidence: dict[str, t.Any]
    decisions: list[dict[str, t.Any]]  # as a record shows them
    overrides: dict[str, t.Any]  # of the service's state after this run


def answered(
    plan: Plan,
    judged: list[Judged],
    state: t.Mapping[str, t.Any],
    run: t.Mapping[str, t.Any],
    reach: Reach,
    *,
    emergency: Emergency | None,
    decisions: t.Sequence[t.Mapping[str, t.Any]],
    today: dt.date,
) -> Answered:
    """The judgement over judged requirements. ``run`` is that of the record; it has ``scope``, ``partial`` and ``emergency``."""
    before: dict[str, t.Any] = {"earlier": state["reservations"], "passed": state.get("passed") or {}}
    judgement = conclude(plan, judged, today=today, **before)
    known = {item.planned.rule.id for item in judged}
    late = known.intersection(_reservations.overdue(judgement["reservations"])) if plan.overdue == "fail" else set()
    evidence = _decisions.evidence(run, plan.service["name"], {**plan.inputs, "policy": plan.policy}, judged, judgement, late)
    weighed = _decisions.weigh(decisions, evidence, today)
    if plan.decision_required or weighed.decision:
        whole = run["scope"] == "service" and not reach.waiting
        judgement = conclude(plan, [*judged, _decided(weighed, plan, run, whole)], today=today, **before)
    if plan.refused:
        judgement["reasons"] = [f"the input is refused: {problem}" for problem in plan.refused]
    judgement["overridden"] = _overridden(judgement, weighed, run)
    if emergency or judgement["overridden"]:
        judgement["advice"] = "proceed"
    closing = _overrides.closes(judgement, run)
    overrides = _overrides.after(state, _opened(emergency, weighed, judgement, run, plan), run, closing=closing)
    judgement = _overrides.told(judgement, overrides["overrides"], today, owner=plan.service["owner"])
    shown = _decisions.shown(decisions, weighed, today)
    judgement["notices"] += _decisions.notices(shown)
    if closing:
        judgement["notices"] += [f"{_overrides.title(item)} is closed by this run" for item in state.get("overrides") or []]
    return Answered(judgement, evidence, shown, overrides)


def state_after(state: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any], answers: Answered) -> dict[str, t.Any]:
    """The service's state after a run. A partial one, and an emergency, say nothing about the service but what they leave undone."""
    changed = dict(state)
    if not run["partial"]:
        after = _state.updated(state, answers.judgement, run)
        changed = {**changed, **{key: after[key] for key in _OF_AN_EMERGENCY}} if run["emergency"] else after
        answers.judgement["notices"] += _reservations.lifted_by(changed, run["id"])
    return {**changed, **answers.overrides}


def _decided(weighed: _decisions.Weighed, plan: Plan, run: t.Mapping[str, t.Any], whole: bool) -> Judged:
    """The decision, judged as a blocker among the others."""
    rule, finding = _decisions.as_requirement(weighed, plan.service["owner"], str(plan.phase))
    if not whole:
        finding = dataclasses.replace(finding, status=Status.NOT_DUE, message="it is asked when the whole service is judged")
    elif run["partial"]:
        finding = dataclasses.replace(finding, status=Status.UNKNOWN, message="a partial run is not what a decision can be about")
    covered = [{**finding.as_dict(), "effective_status": finding.status.value}]
    requirement = PlannedRequirement(rule, "blocker", True, PlanState.DECISION)
    return Judged(requirement, finding.status, finding.status, finding.message, [finding], covered)


def _overridden(judgement: t.Mapping[str, t.Any], weighed: _decisions.Weighed, run: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    decision = weighed.overrides
    if decision is None or run["partial"] or not stops(judgement["verdict"]):
        return None
    return {key: decision.get(key) for key in ("id", "date", "body", "decided_by", "reason", "valid_until")}


def _opened(
    emergency: Emergency | None,
    weighed: _decisions.Weighed,
    judgement: t.Mapping[str, t.Any],
    run: t.Mapping[str, t.Any],
    plan: Plan,
) -> list[dict[str, t.Any]]:
    """What this run owes: the whole profile after an emergency, and what a decision went against."""
    common: dict[str, t.Any] = {"due_in": plan.override_due, "judgement": judgement, "run": run}
    out = []
    if emergency:
        out.append(_overrides.make(_overrides.ALL, emergency.id, "emergency", by=emergency.by, reason=emergency.reason, **common))
    decision = weighed.overrides
    if decision and judgement["overridden"]:
        names = [
            requirement["id"]
            for requirement in judgement["requirements"]
            if requirement["deciding"] and requirement["impact"] == "blocker" and requirement["status"] in ("fail", "unknown")
        ]
        by = ", ".join(decision.get("decided_by") or []) or decision["body"]
        out += [
            _overrides.make(name, decision["id"], "decision", by=by, reason=decision.get("reason"), **common)
            for name in names or [_overrides.ALL]
        ]
    return out


__all__ = ("Answered", "answered", "state_after")
