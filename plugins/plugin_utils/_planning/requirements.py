# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule asks of a service in a phase: a planned requirement with its checks, or why it has none. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses

from ...module_utils._phrase import Message, phrase
from .._described.declarations import RequirementEntry
from .._described.policy import Rule
from .._described.service import Description, NoHost, NotApplicable, NotDeclared, NotDue
from .._model.planned import (
    PlannedRequirement,
    PlanState,
)
from .._model.waiver import Waiver
from .exempting import Exempting
from .limits import of_checks
from .policy_changes import of_rule
from .proofs import instances_of, planned_checks
from .remarks import Remarks
from .rules import impact_of


def planned_requirement(
    rule: Rule,
    description: Description,
    level: str,
    phase: str | None,
    waivers: list[Waiver],
    exempting: Exempting,
    remarks: Remarks,
    above: Rule | None = None,
) -> PlannedRequirement | None:
    """What a rule asks in a phase (None: in all of them); None when it asks nothing. NotResolved, Refused.

    ``above`` is the rule as it stands above the service; None for one of its own.
    """
    service, run = description.service, description.run
    exception = description.requirements.get(rule.id) or {}
    impact = impact_of(rule, exception, level)
    if not impact:
        of_rule(above, rule, "", description, level, remarks)
        return None
    rule = _adapted(rule, exception, description)
    of_rule(above, rule, impact, description, level, remarks)
    phases, observe = set(rule.phases), set(rule.observe)
    if phase == "post" and run.first_deployment and rule.not_before_first_deployment and "pre" in phases:
        phases.add("post")
    reason = _not_applicable(rule, str(impact), level, description, exempting, remarks)  # also where it is not asked: it may be wrong
    if phase is not None and phase not in phases | observe and phase != "design":
        return None
    deciding = phase is None or phase in phases
    place = service.where(("requirements", rule.id)) if exception else ""
    planned = PlannedRequirement(rule, str(impact), deciding, declared_in=place)
    if reason:
        return dataclasses.replace(planned, state=PlanState.NOT_APPLICABLE, why=reason)
    if phase == "design" and not deciding:
        return dataclasses.replace(planned, state=PlanState.LATER, why=phrase("verified at {phases:list}", phases=list(rule.phases)))
    if phase == "pre" and run.first_deployment and rule.not_before_first_deployment:
        why = phrase("it cannot exist before the first deployment; it decides at post")
        return dataclasses.replace(planned, state=PlanState.NOT_DUE, why=why)
    if phase is None:
        return planned  # the service's state is judged over findings that are there already
    made = _with_checks(planned, exception, description, waivers, remarks)
    if made.state is PlanState.NOT_APPLICABLE:
        _note_switched_off(made, above, description, level, remarks)
    of_checks(made.checks, above, description, level, remarks)
    return made


def _note_switched_off(planned: PlannedRequirement, above: Rule | None, description: Description, level: str, remarks: Remarks) -> None:
    """What the description itself says there is nothing of."""
    if above is None or not above.impact.get(level):
        return
    remarks.loosen(
        "traits",
        f"requirements.{planned.rule.id}",
        planned.declared_in,
        phrase("{requirement:path} is switched off: {reason}", requirement=planned.rule.id, reason=planned.why),
        phrase("the policy asks for it as {impact} at level {level}", impact=planned.impact, level=level),
        requirement=planned.rule.id,
    )


def _adapted(rule: Rule, exception: RequirementEntry, description: Description) -> Rule:
    """The rule with what the service says of it."""
    given = exception.get("phases")
    responsible = (
        exception.get("responsible")
        or rule.responsible
        or description.default(lambda shared: shared.get("responsible", {}).get(rule.id))
        or description.default(lambda shared: shared.get("responsible", {}).get(rule.area))
    )
    return dataclasses.replace(
        rule,
        title=exception.get("title") or rule.title,
        reason=exception.get("reason") or rule.reason,
        area=exception.get("area") or rule.area,
        stakeholder=exception.get("stakeholder") or rule.stakeholder,
        remedy=exception.get("remedy") or rule.remedy,
        responsible=responsible or description.owner,
        valid_for=exception.get("valid_for") or rule.valid_for,
        repeat=exception.get("repeat") or rule.repeat,
        phases=tuple(given) if given else rule.phases,
        observe=tuple(name for name in rule.observe if name not in (given or ())),
        # whoever runs it has the last word
        mode=None if description.run.mode else exception.get("mode") or rule.mode,
        enforce_from=exception.get("enforce_from") or rule.enforce_from,
    )


def _with_checks(
    planned: PlannedRequirement,
    exception: RequirementEntry,
    description: Description,
    waivers: list[Waiver],
    remarks: Remarks,
) -> PlannedRequirement:
    """With the checks that prove it, or with the reason why there are none."""
    rule = planned.rule
    try:
        instances = instances_of(rule, exception, description)
    except NoHost as exc:
        return dataclasses.replace(planned, state=PlanState.NO_HOST, why=exc.message)
    except NotDeclared as exc:
        return dataclasses.replace(planned, state=PlanState.NOT_DECLARED, why=exc.message)
    except NotApplicable as exc:
        return dataclasses.replace(
            planned, state=PlanState.NOT_APPLICABLE, why=exc.message, declared_in=description.service.where((exc.key,))
        )
    except NotDue as exc:
        return dataclasses.replace(planned, state=PlanState.NOT_DUE, why=exc.message)
    if instances is None:
        why = phrase(
            "no check of this version proves it; name one of your own (requirements.{requirement:path}), or waive it", requirement=rule.id
        )
        return dataclasses.replace(planned, state=PlanState.UNPROVABLE, why=why)
    checks = planned_checks(rule, exception, instances, waivers, description, remarks)
    steps = instances[0].path
    place = description.service.where(steps) if steps else planned.declared_in
    return dataclasses.replace(planned, checks=tuple(checks), declared_in=place)


def _not_applicable(
    rule: Rule, impact: str, level: str, description: Description, exempting: Exempting, remarks: Remarks
) -> Message | None:
    if rule.applies_when:
        lacking = description.lacks(rule.applies_when)
        if lacking:
            return lacking
    if rule.applies_to and description.kind not in rule.applies_to:
        return phrase(
            "it is asked of services of kind {kinds:list}; this one is {kind:path}", kinds=list(rule.applies_to), kind=description.kind
        )
    return exempting.reason(rule, impact, level, remarks)


__all__ = ("planned_requirement",)
