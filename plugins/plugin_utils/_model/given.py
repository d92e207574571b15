# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a judgement was made from, beside the findings: with it the judge comes to the same again. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .decision import Decision
from .plain import from_plain
from .planned import Plan, PlannedRequirement
from .service_state import State
from .sparse import sparse


@dataclasses.dataclass(frozen=True)
class Given:
    """The plan without the arguments of its checks, the state before the run without its findings, the decisions that had a part."""

    plan: Plan
    state: State
    decisions: tuple[Decision, ...] = ()
    waiting: bool = False  # hosts had their turn in a later batch

    @classmethod
    def of(cls, plan: Plan, state: State, decisions: t.Iterable[Decision], *, waiting: bool) -> Given:
        """Without what is secret, or of no interest to the judge."""
        return cls(
            plan=dataclasses.replace(
                plan, requirements=tuple(map(_without_arguments, plan.requirements)), publish={}, unpublished={}, records=None
            ),
            state=dataclasses.replace(state, requirements={}, lifted=(), deployments=()),
            decisions=tuple(decisions),
            waiting=waiting,
        )

    def as_plain(self) -> dict[str, object]:
        return {
            "plan": sparse(self.plan),
            "state": sparse(self.state),
            "decisions": sparse(self.decisions),
            "waiting": self.waiting,
        }

    @classmethod
    def of_plain(cls, data: t.Mapping[str, object]) -> Given:
        return cls(
            plan=from_plain(Plan, data["plan"], "given.plan"),
            state=from_plain(State, data["state"], "given.state"),
            decisions=from_plain(_Decisions, {"decisions": data.get("decisions", [])}, "given").decisions,
            waiting=bool(data.get("waiting")),
        )


@dataclasses.dataclass(frozen=True)
class _Decisions:
    decisions: tuple[Decision, ...] = ()


def _without_arguments(item: PlannedRequirement) -> PlannedRequirement:
    places = dict.fromkeys(item.rule.origin.values())
    rule = dataclasses.replace(item.rule, proved_by=(), args={}, origin={str(number): place for number, place in enumerate(places)})
    return dataclasses.replace(item, rule=rule, checks=tuple(dataclasses.replace(check, args={}) for check in item.checks))


__all__ = ("Given",)
