# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ..module_utils._alone import outcome
from ..module_utils._argspec import ALONE_SPEC, ArgumentsRefused, parse_arguments
from ..module_utils._checks import ansible_module
from ..module_utils._engine import Item, run_item
from ..plugin_utils._described.document import plain_mapping
from ..plugin_utils._model.plain import to_plain
from ..plugin_utils._running import core
from ..plugin_utils._running.foreign_modules import ModuleRunner, module_problem


class ActionModule(ActionBase):
    """Runs the check ansible_module alone, on the task's own host."""

    @core.on_any_core
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, variables)
        args = dict(self._task.args)
        # a condition is evaluated as a template is: it must stand in the playbook, or in variables that may be templates
        if not all(core.may_be_template(text) for text in ansible_module.conditions(args.get("expect")) if isinstance(text, str)):
            raise AnsibleActionFail(
                "expect: it comes out of a template; write the condition itself, variables are known in it by their names"
            )
        given = plain_mapping(args)
        enforce = self._enforce(given.pop("enforce", None))
        try:
            parsed = parse_arguments(ansible_module, given)
        except ArgumentsRefused as exc:
            raise AnsibleActionFail(f"ansible_module: {exc}") from None
        problem = module_problem(parsed["module"])
        if problem:
            raise AnsibleActionFail(f"ansible_module: module: {problem}")
        host = str(self._task.delegate_to or variables.get("inventory_hostname") or "")
        runner = ModuleRunner(self, variables, self._templar, host)
        findings = run_item(Item(key="alone", check="ansible_module", args=given, instance=parsed["module"], host=host), runner)
        if runner.lost:
            raise AnsibleConnectionFailure(str(runner.lost[0]))
        result.update(to_plain(outcome("ansible_module", findings, enforce=enforce)))
        if runner.warnings:
            result["warnings"] = [*result.get("warnings", []), *core.told(runner.warnings)]
        return result

    @staticmethod
    def _enforce(given: t.Any) -> bool:
        spec = {"enforce": ALONE_SPEC["enforce"]}
        checked = ArgumentSpecValidator(spec).validate({} if given is None else {"enforce": given})
        if checked.error_messages:
            raise AnsibleActionFail("; ".join(checked.error_messages))
        return bool(checked.validated_parameters["enforce"])
