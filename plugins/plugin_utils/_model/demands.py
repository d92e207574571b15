# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is demanded of a service, in short: so that a later run can tell whether it became less. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .loosening import SERVICE
from .planned import Plan, PlanState
from .waiver import WaiverState


@dataclasses.dataclass(frozen=True)
class Demand:
    """One requirement, as all phases together see it."""

    impact: str
    phases: tuple[str, ...] = ()
    applies: bool = True


@dataclasses.dataclass(frozen=True)
class Demands:
    """What a plan of all phases demands, and what it lets off."""

    level: str = ""
    mode: str = "observe"
    ratchet: bool = False
    overdue: str = "fail"
    requirements: t.Mapping[str, Demand] = dataclasses.field(default_factory=dict)
    waived: tuple[str, ...] = ()  # requirements that the service's own file, or its debt, lets off
    loosened: tuple[str, ...] = ()  # keys of the service file; what a run loosens is told with that run

    @classmethod
    def of(cls, whole: Plan) -> Demands:
        """Those of the plan of all phases."""
        own = str((whole.inputs.get("service_file") or {}).get("path") or "")
        waived = {
            waiver.requirement
            for waiver in whole.waivers
            if waiver.state not in (WaiverState.REFUSED, WaiverState.REQUESTED)
            and (waiver.is_debt or (own and waiver.declared_in.startswith(f"{own}:")))
        }
        return cls(
            level=whole.level,
            mode=whole.mode_of_files or whole.mode,
            ratchet=whole.ratchet,
            overdue=whole.overdue,
            requirements={
                item.rule.id: Demand(item.impact, item.rule.phases, item.state is not PlanState.NOT_APPLICABLE)
                for item in whole.requirements
            },
            waived=tuple(sorted(waived)),
            loosened=tuple(sorted({one.key for one in whole.loosened if one.by == SERVICE})),
        )


__all__ = ("Demand", "Demands")
