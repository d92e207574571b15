# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it means for a verdict that something is looser than what stands above it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._finding import Status
from ...module_utils._phrase import phrase, plural
from ...module_utils._units import parse_duration
from .._model.judgement import Reservation
from .._model.loosening import NO_LEAVE, Leave
from .._model.planned import Plan
from .._model.service_state import Raised


def without_leave(plan: Plan, today: dt.date, earlier: t.Mapping[str, Raised]) -> list[Reservation]:
    """The reservation for what is looser while the organisation's file says nothing of leave (the way over); none else."""
    found = [one for one in plan.loosened if one.leave is Leave.WAY_OVER]
    if not found or plan.phase == "design":
        return []
    said = plural(
        "{count:number} thing is looser than what stands above it, and the organisation's file does not say who may: {keys:list}",
        "{count:number} things are looser than what stands above them, and the organisation's file does not say who may: {keys:list}",
        count=len(found),
        keys=[one.key for one in found],
    )
    before = earlier.get(NO_LEAVE)
    due = before.due if before else (today + dt.timedelta(seconds=parse_duration(plan.reservation_due))).isoformat()
    late = due < today.isoformat()
    return [
        Reservation(
            requirement=NO_LEAVE,
            title=phrase("what is looser has leave"),
            status=Status.WARN,
            message=said,
            responsible=plan.owner,
            raised=before.raised if before else today.isoformat(),
            due=due,
            kind="overdue" if late else "open" if before else "new",
        )
    ]


__all__ = ("without_leave",)
