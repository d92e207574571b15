# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expensive proofs that are not repeated before they are due. PRIVATE to the collection. Pure: the moment is an argument."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import typing as t

from ...module_utils._finding import isoformat
from .._model.planned import Plan, PlannedRequirement, PlanState

WHEN_DUE = "when_due"
BEFORE_THE_END = dt.timedelta(days=1)  # a nightly run then leaves no night without a proof


def asked(requirement: PlannedRequirement) -> str:
    """A digest of what a requirement has its checks do: a proof of something else is no proof. Secrets have no part in it."""
    parts = [
        [check.check, check.instance, check.split_secrets()[0], sorted(check.hosts or ()), check.run_as, check.gap]
        for check in requirement.checks
        if not check.accepted
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def held(plan: Plan, state: t.Mapping[str, t.Any], now: dt.datetime) -> dict[str, dict[str, t.Any]]:
    """What of the state stands for a new look at ``recheck``: by requirement, the entry of the state.

    Only what passed, was asked in the same way, and stays valid for another day.
    """
    if plan.phase != "recheck":
        return {}
    found = {}
    for requirement in plan.requirements:
        entry = state["requirements"].get(requirement.rule.id)
        if requirement.rule.repeat != WHEN_DUE or requirement.state != PlanState.PLANNED or not entry:
            continue
        fresh = entry["valid_until"] > isoformat(now + BEFORE_THE_END) and entry["collected_at"] <= isoformat(now)
        if fresh and entry["observed_status"] == "pass" and entry.get("asked") == asked(requirement):
            found[requirement.rule.id] = dict(entry)
    return found


__all__ = ("WHEN_DUE", "asked", "held")
