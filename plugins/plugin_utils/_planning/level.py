# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The level of a service: what its classification asks for, or what its file may set. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._described import policy as _policy
from .._described.service import Description
from .remarks import Remarks
from .waivers import LEVEL_WAIVER


def level_of(description: Description, waivers: list[dict[str, t.Any]], remarks: Remarks) -> tuple[str, str]:
    classification = description.data.get("classification") or {}
    computed, reason = _policy.level_of(classification)
    if not classification:
        reason = "no classification is declared"
    wanted = classification.get("level")
    if not wanted or wanted == computed:
        return computed, reason
    place = description.service.where(("classification", "level"))
    if _policy.LEVELS.index(wanted) > _policy.LEVELS.index(computed):
        return str(wanted), f"set to {wanted} in {place}; {reason} would be {computed}"
    if any(waiver["requirement"] == LEVEL_WAIVER and waiver["state"] == "active" for waiver in waivers):
        return str(wanted), f"set to {wanted} in {place} under waiver {LEVEL_WAIVER}; {reason} would be {computed}"
    remarks.notices.append(
        f"{place}: level {wanted} is below the computed level {computed} and no waiver of {LEVEL_WAIVER} accepts that: {computed} holds"
    )
    return computed, reason


__all__ = ("level_of",)
