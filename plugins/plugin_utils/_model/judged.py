# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a judgement: who was reached, and what became of each requirement. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import Message
from .judgement import Covered, Reused
from .planned import PlannedRequirement, PlanState
from .waiver import Waiver

SEEN = (Status.PASS, Status.WARN, Status.FAIL)


@dataclasses.dataclass(frozen=True)
class Reach:
    """Who was reached. ``absent`` says of an expected host why it has no findings; ``waiting`` have their turn in a later batch."""

    reached: tuple[str, ...] = ()
    unreachable: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)
    absent: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)
    waiting: tuple[str, ...] = ()


@dataclasses.dataclass
class Judged:
    """One requirement with everything that was found on it."""

    planned: PlannedRequirement
    observed: Status
    effective: Status
    message: Message
    findings: list[Finding]
    covered: list[Covered]
    waiver: Waiver | None = None
    accepted: t.Mapping[str, bool] = dataclasses.field(default_factory=dict)
    reused: Reused | None = None  # the run whose proof still counts
    reasons: tuple[Message, ...] = ()  # why its debt does not cover what was found
    unseen_in_debt: bool = False  # its debt covers what could not be looked at

    @property
    def id(self) -> str:
        return self.planned.rule.id

    @property
    def verified(self) -> bool:
        """Something was seen: a pass, warn or fail of a check, not of the plan."""
        return self.planned.state is PlanState.PLANNED and self.observed in SEEN and any(finding.check for finding in self.findings)


__all__ = ("SEEN", "Judged", "Reach")
