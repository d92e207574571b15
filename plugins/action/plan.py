# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._plan_spec import ALL, PLAN_SPEC, REGISTER_FILES
from ..module_utils._units import humanize_seconds
from ..plugin_utils._acting import refused as _refused
from ..plugin_utils._acting.context import Context, context_of, refuse
from ..plugin_utils._acting.drafting import Draft
from ..plugin_utils._described.document import Refused
from ..plugin_utils._described.version import collection_version
from ..plugin_utils._model.loosening import not_told
from ..plugin_utils._model.plain import to_plain
from ..plugin_utils._model.planned import Plan, PlannedCheck, PlannedRequirement, PlanState
from ..plugin_utils._model.text import escape, fit
from ..plugin_utils._planning.authority import block, waiting
from ..plugin_utils._planning.written_lines import UNSAID_UNTIL
from ..plugin_utils._promises.mode import announced
from ..plugin_utils._publish import places, register_texts
from ..plugin_utils._publish import register as _register
from ..plugin_utils._publish.files import PublishFailure, write
from ..plugin_utils._publish.telling import LONGEST_LINE, loosened
from ..plugin_utils._publish.words import Words, words
from ..plugin_utils._publish.words import not_told as not_in_language
from ..plugin_utils._running import core

WRITING = ("pre", "post", "recheck")  # the phases in which a check may leave something behind
_WORDS = {
    "planned": "verified",
    "not_declared": "NOT DECLARED",
    "not_applicable": "not applicable",
    "not_due": "not due",
    "later": "later",
    "unprovable": "NO CHECK",
    "no_host": "NO HOST",
}


class ActionModule(ActionBase):
    """The register of what would be verified; asks no host and no server."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, object] | None = None) -> dict[str, object]:
        variables = task_vars or {}
        result: dict[str, object] = super().run(tmp, variables)
        context = context_of(self, variables, PLAN_SPEC, aside=("language", *REGISTER_FILES))
        if context.options["phase"] == ALL:
            return {**result, **self._register(Draft.of(context))}
        if named := [name for name in REGISTER_FILES if context.options[name]]:
            self._display.warning(f"{', '.join(named)} left out: the register is that of all phases (phase: all)")
        context.anew = True
        try:
            make = _refused.sound_plans if context.options["fail"] and not context.emergency else _refused.plans
            plan, whole = make(context)
            proven = {} if plan.refused else context.still_proven(plan, context.spool(plan), recall=True)
        except Refused as exc:
            raise refuse(exc) from None
        # what only other phases look at too: the lines that keep today's state are to keep all of it
        plan = dataclasses.replace(plan, loosened=(*plan.loosened, *not_told(whole.loosened, plan.loosened)))
        if plan.refused:
            goes_on = ", and the play goes on" if context.emergency or plan.mode == "observe" else ""
            result["warnings"] = [f"the input is refused{goes_on}: {problem}" for problem in plan.refused]
        written = _written(context, plan)
        if context.options["show"] and not plan.refused:
            Display().display(fit(register(plan, context.run().today, written)))
        planned = {
            "changed": False,
            "service": plan.service["name"],
            "level": plan.level,
            "level_reason": plan.level_reason,
            "mode": plan.mode,
            "recheck_interval_seconds": plan.recheck_every,
            "hosts": plan.expected_hosts,
            "later_hosts": plan.later_hosts,
            "requirements": [_as_dict(requirement) for requirement in plan.requirements],
            "writes": [
                {
                    "requirement": check.requirement,
                    "what": check.leaves,
                    "hosts": list(check.hosts) if check.hosts is not None else ["controller"],
                    "allowed": not check.unasked,
                }
                for check in written
            ],
            "notices": plan.notices,
            "loosened": plan.loosened,
            "requests": [
                {
                    "requirement": waiver.requirement,
                    "declared_in": waiver.declared_in,
                    "to_copy": waiver.to_copy,
                    "copy_into": waiver.copy_into,
                }
                for waiver in plan.requests
            ],
            "owed": plan.owed,
            "held": sorted(proven),
            "refused": list(plan.refused),
        }
        return {**result, **to_plain(planned)}

    def _register(self, draft: Draft) -> dict[str, object]:
        """The register of all requirements, shown, and written where it is asked for. AnsibleActionFail."""
        options = draft.options
        try:
            made = draft.register()
        except Refused as exc:
            raise refuse(exc) from None
        warnings = [fit(said) for said in draft.left_out]
        asked = str(options["language"] or made.language or "en")
        if problem := not_in_language(asked):
            warnings.append(fit(problem))
        data = _register.data_of(made, words(asked), collection_version())
        if options["show"]:
            Display().display(fit(register_texts.as_table(data, words(asked))))
        names = {"service": made.service["name"], "environment": made.environment, "phase": ALL}
        written = []
        for name in REGISTER_FILES:
            if not options[name]:
                continue
            try:
                place = places.filled(str(options[name]), names)
                if not self._task.check_mode:
                    place = write(place, _FORMS[name](data, words(asked)).encode("utf-8", "replace"))
            except PublishFailure as exc:
                raise AnsibleActionFail(f"{name}: {exc}") from None
            written.append(place)
        return {
            "changed": bool(written),
            "service": made.service["name"],
            "level": made.level,
            "register": to_plain(data),
            "written": written,
            **({"warnings": warnings} if warnings else {}),
        }


_FORMS: t.Mapping[str, t.Callable[[_register.Data, Words], str]] = {
    "html": _register.as_html,
    "markdown": register_texts.as_markdown,
    "json": lambda data, _say: _register.as_json(data),
}


def _as_dict(requirement: PlannedRequirement) -> dict[str, object]:
    rule = requirement.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "area": rule.area,
        "stakeholder": rule.stakeholder,
        "impact": requirement.impact,
        "phases": list(rule.phases),
        "deciding": requirement.deciding,
        "state": requirement.state.value,
        "why": requirement.why,
        "origin": dict(rule.origin),
        "declared_in": requirement.declared_in,
        "checks": [
            {
                "check": check.check,
                "instance": check.instance,
                "hosts": list(check.hosts) if check.hosts is not None else ["controller"],
                "gap": str(check.gap) if check.gap is not None else None,
            }
            for check in requirement.checks
            if not check.first_half and not check.aside
        ],
    }


def _written(context: Context, plan: Plan) -> list[PlannedCheck]:
    """The checks that leave something behind; at design, where nothing runs, those of the phases in which something does."""
    plans = [plan]
    for phase in WRITING if plan.phase == "design" and not plan.refused else ():
        with contextlib.suppress(Refused):  # what is not known yet is for that phase to say
            plans.append(context.service_plan(phase=phase))
    found: dict[tuple[object, ...], PlannedCheck] = {}
    for check in (check for made in plans for check in made.checks):
        if check.leaves and check.gap is None and not check.aside:
            found.setdefault((check.requirement, check.instance, str(check.leaves), check.hosts), check)
    return list(found.values())


def _left_behind(check: PlannedCheck) -> str:
    """What a check leaves behind on its hosts, and what to say where nobody has said that it may."""
    where = ", ".join(check.hosts) if check.hosts is not None else "controller"
    unasked = "; nothing says that it may: say canary: always, never or probe, since"
    asked = f"{unasked} from version {UNSAID_UNTIL} on it is not written without it" if check.unasked else ""
    return f"{check.requirement} writes {escape(check.leaves or '')} on {where}{asked}"


def _owed(plan: Plan) -> list[str]:
    """The statements that nobody has made, each with the line in which it is made."""
    lines = ["", "OWED STATEMENTS (attestations)"] if plan.owed else []
    for item in plan.owed:
        lines += [
            f"  {item.requirement:<8}{escape(item.title)}: {escape(item.why)}",
            f"{'':<10}with this line, filled in, in {escape(item.copy_into)} it counts:",
            f"{'':<10}{escape(item.to_copy, LONGEST_LINE)}",
        ]
    return lines


def _is_whole(requirement: PlannedRequirement) -> bool:
    """Whether each of its instances can be verified: one of which something is missing makes it none that can."""
    return requirement.state is PlanState.PLANNED and not any(check.gap is not None for check in requirement.checks)


def _mode(plan: Plan) -> str:
    until = f" until {plan.observe_until}" if plan.observe_until else ""
    return f"{plan.mode} mode{until}{' with ratchet' if plan.ratchet else ''}"


def _loosened(plan: Plan) -> list[str]:
    """What is looser than what stands above it, and the lines that would give leave."""
    lines = [f"loosened: {line}" for line in loosened({"loosened": to_plain(plan.loosened)})]
    kept = waiting(plan.loosened, plan.name)
    if kept:
        lines += ["to keep today's state, the organisation's file says:", *(f"  {line}" for line in block(kept).splitlines())]
    return lines


def register(plan: Plan, today: str = "", written: t.Sequence[PlannedCheck] = ()) -> str:
    """The register as text: by area, a line a requirement, with the places that have a say in it; then what is ``written``."""
    lines = [
        f"{escape(plan.service['name'])}: level {plan.level} ({escape(plan.level_reason)}), phase {plan.phase}, {_mode(plan)}, "
        f"policy {plan.policy['name']} {plan.policy['version']}",
        f"hosts: {', '.join(plan.expected_hosts) or 'none'}",
        f"verified again every {humanize_seconds(plan.recheck_every)}",
    ]
    area = None
    for requirement in plan.requirements:
        rule = requirement.rule
        if rule.area != area:
            area = rule.area
            lines += ["", area.upper()]
        what = "observed" if requirement.state == PlanState.PLANNED and not requirement.deciding else _WORDS[requirement.state]
        day = announced(rule.enforce_from, today)
        lines.append(f"  {rule.id:<8}{requirement.impact:<9}{what:<15}{escape(rule.title)}{f' [enforced from {day}]' if day else ''}")
        if requirement.why:
            lines.append(f"{'':<34}{escape(requirement.why)}")
        for check in requirement.checks:
            if check.first_half or check.aside:
                continue
            where = ", ".join(check.hosts) if check.hosts is not None else "controller"
            gap = f"  MISSING: {escape(check.gap)}" if check.gap else ""
            lines.append(f"{'':<34}{check.check} {escape(check.instance)} on {where}{gap}")
        declared = f"; declared in {escape(requirement.declared_in)}" if requirement.declared_in else ""
        lines.append(f"{'':<34}from {escape(rule.set_by)}{declared}")
    lines += _owed(plan)
    if written:
        lines += ["", "WRITTEN ON HOSTS", *(f"  {_left_behind(check)}" for check in written)]
    deciding = [requirement for requirement in plan.requirements if requirement.deciding]
    whole = sum(_is_whole(requirement) for requirement in deciding)
    states = [requirement.state for requirement in deciding]
    partly, missing = states.count(PlanState.PLANNED) - whole, states.count(PlanState.NOT_DECLARED)
    told = f"{partly} are incomplete, " if partly else ""
    lines += ["", f"{len(states)} requirements decide in this phase, {whole} can be verified, {told}{missing} are not declared"]
    if plan.debt:
        own = [waiver.until for waiver in plan.lines_of_debt if waiver.active]
        lines.append(f"{len(own)} lines of {escape(plan.debt.file)} still hold" + (f", the next until {min(own)}" if own else ""))
    lines += _loosened(plan)
    lines += [f"notice: {escape(notice)}" for notice in plan.notices]
    for waiver in plan.requests:
        lines.append(
            f"request: {escape(waiver.declared_in)}: {waiver.requirement}; with this line in {escape(waiver.copy_into)} it counts:"
        )
        lines.append(f"  {escape(waiver.to_copy, LONGEST_LINE)}")
    return "\n".join(lines)
