# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often what is waived was waived again, or longer. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.planned import Plan
from .._model.service_state import OnceWaived, State
from .._model.waiver import Waiver, WaiverState

_WAS_IN_FORCE = (WaiverState.ACTIVE, WaiverState.NOT_NEEDED, WaiverState.EXPIRED)


def remembered(known: t.Mapping[str, OnceWaived], waivers: t.Iterable[Waiver]) -> dict[str, OnceWaived]:
    """By what a waiver is about its furthest end, and how often that was moved, also within these waivers."""
    out = dict(known)
    for waiver in sorted(waivers, key=lambda waiver: waiver.until):
        if waiver.is_debt or waiver.state not in _WAS_IN_FORCE:
            continue
        before = out.get(waiver.subject)
        if before is None:
            out[waiver.subject] = OnceWaived(waiver.until)
        elif waiver.until > before.until:
            out[waiver.subject] = OnceWaived(waiver.until, before.renewals + 1)
    return out


def against(plan: Plan, state: State) -> Plan:
    """The plan, with what the state knows of renewals in its waivers."""
    known = remembered(state.waived, plan.waivers)
    waivers = tuple(
        dataclasses.replace(waiver, renewals=known[waiver.subject].renewals or None) if waiver.active and not waiver.is_debt else waiver
        for waiver in plan.waivers
    )
    return dataclasses.replace(plan, waivers=waivers)


__all__ = ("against", "remembered")
