# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule asks of a service in a phase: a planned requirement with its checks, or why it has none. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import dataclasses

from ...module_utils._phrase import Message, listed, phrase, verbatim
from .._described.declarations import RequirementEntry
from .._described.document import NotResolved, Refused
from .._described.known_now import why_later
from .._described.policy import Rule
from .._described.service import Description, NoHost, NotApplicable, NotDeclared, NotDue
from .._model.planned import (
    PlannedRequirement,
    PlanState,
)
from .._model.waiver import Waiver
from .argument_changes import of_arguments
from .authority import Authority
from .exempting import Exempting
from .forgotten_parts import forgotten
from .policy_changes import of_rule
from .proofs import chosen_for, planned_checks, refuse_empty
from .remarks import Remarks
from .rules import impact_of
from .stand_ins import note, stand_in
from .traits import switched_off


def planned_requirement(
    rule: Rule,
    description: Description,
    level: str,
    phase: str | None,
    waivers: list[Waiver],
    exempting: Exempting,
    remarks: Remarks,
    authority: Authority,
    above: Rule | None = None,
) -> PlannedRequirement | None:
    """What a rule asks in a phase (None: in all of them); None when it asks nothing. NotResolved, Refused.

    With checks, but for the plan of all phases: the service's state is judged over what was found, the register (``drafting``) has them.

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
    note(above, rule, exception, description, level, remarks)
    off = switched_off(rule, exception, description, believed=authority.silent)
    # also where it is not asked: it may be wrong
    reason = off.why if off else exempting.reason(rule, str(impact), level, remarks)
    if phase is not None and phase not in phases | observe and phase != "design":
        return None
    deciding = phase is None or phase in phases
    place = service.where(("requirements", rule.id)) if exception else ""
    planned = PlannedRequirement(rule, str(impact), deciding, declared_in=place)
    if reason:
        held = off.key if off and authority.has_spoken else None
        return dataclasses.replace(planned, state=PlanState.NOT_APPLICABLE, why=reason, switched_off=held)
    if phase == "design" and not deciding:
        return dataclasses.replace(planned, state=PlanState.LATER, why=phrase("verified at {phases:list}", phases=list(rule.phases)))
    if phase == "pre" and run.first_deployment and rule.not_before_first_deployment:
        why = phrase("it cannot exist before the first deployment; it decides at post")
        return dataclasses.replace(planned, state=PlanState.NOT_DUE, why=why)
    if description.drafting:
        return _drafted(planned, exception, description, waivers, remarks, authority, above)
    if phase is None:
        _note_for_state(planned, exception, description, authority, above, level, remarks)
        return planned  # the service's state is judged over findings that are there already
    made = _with_checks(planned, exception, description, waivers, remarks, authority, above)
    _note_of_checks(made, exception, description, above, level, remarks)
    return made


def _drafted(
    planned: PlannedRequirement,
    exception: RequirementEntry,
    description: Description,
    waivers: list[Waiver],
    remarks: Remarks,
    authority: Authority,
    above: Rule | None,
) -> PlannedRequirement:
    """With the checks of all its phases, as far as they are known yet."""
    try:
        made = _with_checks(planned, exception, description, waivers, remarks, authority, above)
        return dataclasses.replace(made, checks=(*made.checks, *forgotten(made, description)))
    except NotResolved as exc:
        return dataclasses.replace(planned, state=PlanState.LATER, why=_why_later(exc))


def known_later(rule: Rule, impact: str, exc: NotResolved) -> PlannedRequirement:
    """A requirement of which nothing can be planned before something is known."""
    return PlannedRequirement(rule, impact, deciding=True, state=PlanState.LATER, why=_why_later(exc))


def _why_later(exc: NotResolved) -> Message:
    return why_later(exc.later) if exc.later else listed(verbatim(problem) for problem in exc.problems)


def _note_of_checks(
    made: PlannedRequirement, exception: RequirementEntry, description: Description, above: Rule | None, level: str, remarks: Remarks
) -> None:
    """What is looser in the checks that prove a requirement."""
    if made.state is PlanState.NOT_APPLICABLE:
        _note_switched_off(made, above, description, level, remarks)
    of_arguments(made.checks, above, exception, description, level, remarks)


def _note_for_state(
    planned: PlannedRequirement,
    exception: RequirementEntry,
    description: Description,
    authority: Authority,
    above: Rule | None,
    level: str,
    remarks: Remarks,
) -> None:
    """The same for the service's state, which is that of all phases. What is wrong is for the phase to say that asks."""
    known = [*remarks.loosened, *remarks.of_phases]
    aside = Remarks(loosened=[*known])
    with contextlib.suppress(NotResolved, Refused):
        made = _with_checks(planned, exception, description, [], aside, authority, above)
        _note_of_checks(made, exception, description, above, level, aside)
        remarks.of_phases += aside.loosened[len(known) :]


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
    authority: Authority,
    above: Rule | None,
) -> PlannedRequirement:
    """With the checks that prove it, or with the reason why there are none."""
    rule = planned.rule
    try:
        chosen = chosen_for(rule, exception, description)
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
    if chosen is None:
        why = phrase(
            "no check of this version proves it; name one of your own (requirements.{requirement:path}), or waive it", requirement=rule.id
        )
        return dataclasses.replace(planned, state=PlanState.UNPROVABLE, why=why)
    stands_in = stand_in(above, rule, exception, chosen)
    checks = planned_checks(rule, exception, chosen.instances, waivers, description, remarks, stands_in)
    steps = chosen.instances[0].path
    place = description.service.where(steps) if steps else planned.declared_in
    if above is not None or planned.impact == "blocker":
        refuse_empty(checks, rule.title, place, remarks, refused=not authority.silent)
    owed = bool(stands_in and stands_in.own and planned.impact == "blocker" and authority.has_spoken)
    return dataclasses.replace(planned, checks=tuple(checks), declared_in=place, seen_failing=owed)


__all__ = ("known_later", "planned_requirement")
