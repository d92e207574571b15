# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has passed once in a service and fails again. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._finding import Status
from .._model.judged import Judged
from .._model.planned import Plan


def lost(asked: t.Sequence[Judged], plan: Plan, passed: t.Mapping[str, t.Mapping[str, str]]) -> dict[str, str]:
    """The day on which each requirement last passed that fails now and may not be lost.

    Blockers and majors that decide and whose effective status is ``fail``: a waiver or a debt releases them, minors never count.
    """
    out = {}
    for item in asked:
        rule = item.planned.rule
        held = passed.get(rule.id)
        ratchet = plan.ratchet if rule.ratchet is None else rule.ratchet
        if held and ratchet and item.planned.deciding and item.planned.impact != "minor" and item.effective is Status.FAIL:
            out[rule.id] = held["last"][:10]
    return out


def remembered(
    passed: t.Mapping[str, t.Mapping[str, str]], requirements: t.Sequence[t.Mapping[str, t.Any]], at: str
) -> dict[str, dict[str, str]]:
    """By requirement when it passed first and last, after a complete run; what stands for a new look is no new pass."""
    out = {name: dict(times) for name, times in passed.items()}
    for requirement in requirements:
        if requirement["observed_status"] == "pass" and requirement["verified"] and not requirement.get("reused"):
            out[requirement["id"]] = {"first": out.get(requirement["id"], {}).get("first", at), "last": at}
    return out


__all__ = ("lost", "remembered")
