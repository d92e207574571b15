# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expensive proofs that are not repeated before they are due. PRIVATE to the collection. Pure: the moment is an argument."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from ...module_utils._finding import Status, isoformat
from .._model.planned import Plan, PlannedRequirement, PlanState
from .._model.service_state import Known, State

WHEN_DUE = "when_due"
BEFORE_THE_END = dt.timedelta(days=1)  # a nightly run then leaves no night without a proof


def stand_in_digest(requirement: PlannedRequirement) -> str | None:
    """A digest of what stands in for the policy's checks, wherever it runs; None where nothing does. What was changed must fail anew."""
    parts = [[check.check, check.split_secrets()[0], check.run_as] for check in requirement.checks if check.runs and not check.aside]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16] if parts else None


def question_digest(requirement: PlannedRequirement) -> str:
    """A digest of what a requirement has its checks do: a proof of something else is no proof. Secrets have no part in it."""
    parts = [
        [check.check, check.instance, check.split_secrets()[0], sorted(check.hosts or ()), check.run_as, check.gap]
        for check in requirement.checks
        if not check.accepted
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def still_proven(plan: Plan, state: State, now: dt.datetime) -> dict[str, Known]:
    """What of the state stands for a new look at ``recheck``, by requirement.

    Only what passed, was asked in the same way, and stays valid for another day.
    """
    if plan.phase != "recheck":
        return {}
    found = {}
    for requirement in plan.requirements:
        known = state.requirements.get(requirement.rule.id)
        if requirement.rule.repeat != WHEN_DUE or requirement.state is not PlanState.PLANNED or not known:
            continue
        fresh = known.valid_until > isoformat(now + BEFORE_THE_END) and known.collected_at <= isoformat(now)
        if requirement.seen_failing and not _seen_failing(requirement, state):
            continue
        if fresh and known.observed_status is Status.PASS and known.question_digest == question_digest(requirement):
            found[requirement.rule.id] = known
    return found


def _seen_failing(requirement: PlannedRequirement, state: State) -> bool:
    """Whether what stands in for the policy's checks is known to fail: it was seen, or is part of what was asked."""
    if any(check.fails for check in requirement.checks):
        return True
    seen = state.seen_failing.get(requirement.rule.id)
    return seen is not None and seen.digest == stand_in_digest(requirement)


__all__ = ("WHEN_DUE", "question_digest", "stand_in_digest", "still_proven")
