# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import os
import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._adopt_spec import ADOPT_SPEC
from ..module_utils._files import NotWritten, write_atomically
from ..module_utils._runner import user_name
from ..module_utils._units import parse_duration
from ..plugin_utils._acting.context import Context, context_of, refuse
from ..plugin_utils._acting.given_files import shown, text_of
from ..plugin_utils._described.document import Refused
from ..plugin_utils._model.loosening import Leave
from ..plugin_utils._model.planned import Plan
from ..plugin_utils._model.text import fit
from ..plugin_utils._promises import debt as _debt
from ..plugin_utils._recording import adopt as _adopt
from ..plugin_utils._recording import memory as _memory
from ..plugin_utils._recording.adopt import Adoption, NothingToAdopt, Terms
from ..plugin_utils._recording.record_json import to_json
from ..plugin_utils._recording.run_record import Unreadable
from ..plugin_utils._recording.witness import LONGEST
from ..plugin_utils._running import core


class ActionModule(ActionBase):
    """Writes the debt file of a service from its state, or takes out of it what has passed since."""

    _requires_connection = False
    BYPASS_HOST_LOOP = True

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        context = context_of(self, variables, ADOPT_SPEC)
        try:
            plan = context.service_plan(phase=None)
            description = context.description()
        except Refused as exc:
            raise refuse(exc) from None
        found, named_in = _debt.file_of(description.service, description.organisation)
        path = pathlib.Path(context.options["debt_file"] or found)
        before = text_of(path) if description.debt else ""
        adoption, told = self._adopt(context, plan)
        changed = adoption.text != before
        if changed and not self._task.check_mode:
            try:
                write_atomically(path, adoption.text.encode(), make_folder=named_in is not None)
            except NotWritten as exc:
                raise AnsibleActionFail(f"the debt was not written: {exc}") from None
        if self._task.diff:
            result["diff"] = {"before": before, "after": adoption.text, "before_header": str(path), "after_header": str(path)}
        if context.options["show"]:
            Display().display(fit("\n".join(summary(plan, adoption, str(path)))))
        warnings = [*told, *self._warnings(adoption, path, found)]
        if warnings:
            result.setdefault("warnings", []).extend(warnings)
        result.update(
            changed=changed,
            service=plan.name,
            path=str(path),
            first=adoption.first,
            added=adoption.added,
            struck=adoption.struck,
            left_out=adoption.left_out,
            debt=[{key: value for key, value in to_json(line).items() if key != "seal"} for line in adoption.lines],
        )
        return result

    def _adopt(self, context: Context, plan: Plan) -> tuple[Adoption, list[str]]:
        defaults = {name: str(option["default"]) for name, option in ADOPT_SPEC["debt_ends"]["options"].items()}
        ends = {**defaults, **(context.options["debt_ends"] or {})}
        for name, value in ends.items():
            try:
                days = parse_duration(value) / 86400
            except ValueError as exc:
                raise AnsibleActionFail(f"debt_ends.{name}: {exc}") from None
            if not 1 <= days <= LONGEST:
                raise AnsibleActionFail(f"debt_ends.{name}: expected 1 to {LONGEST} days, found '{value}'")
        how = "run operability.readiness.recheck on all its hosts first, then adopt"
        try:
            records = context.records(plan)
            state = _memory.remembered(records).state
            adoption = _adopt.adopt(
                context.description().debt,
                plan,
                state,
                Terms(
                    environment=context.options["environment"],
                    by=context.options["adopted_by"] or user_name(),
                    ends=ends,
                    now=dt.datetime.now(dt.timezone.utc),
                ),
                records.run_of,
            )
            return adoption, _allowed(plan, _adopt.unauthorised(adoption, plan, state, ends, defaults))
        except Refused as exc:
            raise refuse(exc, "was adopted") from None
        except (Unreadable, NotWritten) as exc:
            raise AnsibleActionFail(f"nothing was adopted: {exc}") from None
        except NothingToAdopt as exc:
            raise AnsibleActionFail(f"nothing was adopted: {exc} (looked for {records.state_path}); {how}") from None

    def _warnings(self, adoption: Adoption, path: pathlib.Path, found: str) -> list[str]:
        out = []
        if adoption.first and adoption.left_out:
            out.append(
                f"{len(adoption.left_out)} requirements do not pass and got no line: "
                + "; ".join(f"{name}: {reason}" for name, reason in list(adoption.left_out.items())[:20])
            )
        if os.path.realpath(path) != os.path.realpath(found):
            out.append(f"the gate reads {found}, not {path}, unless the service file says so with the key 'debt'")
        return out


def _allowed(plan: Plan, asks: list[str]) -> list[str]:
    """What takes leave and has it, as warnings. Refused."""
    about = plan.inputs.get("organisation_file")
    if not about:  # the team is its own operations
        return []
    scoped = f"{about['path']} (runs_may: {{services: {{{plan.name}: [adopt]}}}})"
    if plan.adopting is Leave.REFUSED and asks:
        raise Refused([f"{one}; repair it, have it accepted (waivers), or have operations allow it in {scoped}" for one in asks])
    way = "nobody has said whether it may be" if plan.adopting is Leave.WAY_OVER else "there is leave for it"
    return [f"{one}; {way}: {scoped}" for one in asks]


def summary(plan: Plan, adoption: Adoption, path: str) -> list[str]:
    """What happened, for the terminal: a head, and a line a requirement."""
    place = shown(path)
    name, count = plan.name, len(adoption.lines)
    if adoption.first:
        lines = [f"{name} is adopted with {count} {'requirement' if count == 1 else 'requirements'} in debt: {place}"]
    else:
        lines = [f"{name}: {len(adoption.struck)} struck out of {place}, {count} left"]
    lines += [f"  - {identifier}: {reason}" for identifier, reason in adoption.struck.items()]
    for line in adoption.lines:
        lines.append(f"  {line.requirement:<8} {line.impact:<8} {line.status:<8} until {line.until}  {line.observed[:100]}")
    return lines
