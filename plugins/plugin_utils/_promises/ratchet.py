# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has passed once in a service and fails again. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._finding import Status
from .._model.judged import Judged
from .._model.judgement import JudgedRequirement
from .._model.planned import Plan
from .._model.service_state import Passed


def regressed(deciding: t.Sequence[Judged], plan: Plan, passed: t.Mapping[str, Passed]) -> dict[str, str]:
    """The day on which each requirement last passed that fails now and may not be lost.

    Blockers and majors that decide and whose effective status is ``fail``: a waiver or a debt releases them, minors never count.
    """
    out = {}
    for item in deciding:
        rule = item.planned.rule
        ratchet = plan.ratchet if rule.ratchet is None else rule.ratchet
        before = passed.get(rule.id)
        if before and ratchet and item.planned.deciding and item.planned.impact != "minor" and item.effective is Status.FAIL:
            out[rule.id] = before.last[:10]
    return out


def remembered(passed: t.Mapping[str, Passed], requirements: t.Iterable[JudgedRequirement], at: str) -> dict[str, Passed]:
    """By requirement when it passed first and last, after a complete run; what stands for a new look is no new pass."""
    out = dict(passed)
    for requirement in requirements:
        if requirement.observed_status is Status.PASS and requirement.verified and not requirement.reused:
            before = out.get(requirement.id)
            out[requirement.id] = Passed(before.first if before else at, at)
    return out


__all__ = ("regressed", "remembered")
