# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check as a module of its own in anybody's playbook. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._argspec import ALONE_SPEC, ArgumentsRefused, constraints, parse_arguments, secret_options
from ._engine import Item, execute
from ._finding import Finding, Status, worst
from ._masking import SHORTEST, Hiding, secrets_in
from ._runner import Runner

UNSAID = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # as Ansible says it
_FAILING = (Status.FAIL, Status.UNKNOWN)


def run_alone(name: str, check: t.Any) -> t.NoReturn:
    """Runs the check ``name`` with the module's own options; fails the task on fail and unknown unless ``enforce`` is false."""
    module = AnsibleModule(
        argument_spec={**check.ARGUMENT_SPEC, **ALONE_SPEC},
        supports_check_mode=True,
        **constraints(check),
    )
    # Ansible would take each secret out of everything that is said, a "pass" or a "1" out of our own words; the engine knows better
    module.no_log_values.clear()
    options = secret_options(check)
    hiding = Hiding(secrets_in(module.params, options))
    told = {option: (UNSAID if option in options and value else hiding.value(value)) for option, value in module.params.items()}
    invocation = {"module_args": told}
    for option in options:
        if 0 < len(str(module.params[option] or "")) < SHORTEST:
            module.warn(f"{name}: {option} is so short that it cannot be taken out of what servers and tools say")
    enforce = module.params.pop("enforce")
    try:
        parse_arguments(check, module.params)
    except ArgumentsRefused as exc:
        module.fail_json(msg=f"{name}: {hiding.text(str(exc))}", invocation=invocation)
    writes = getattr(check, "writes", None)
    if module.check_mode and writes is not None and writes(module.params):
        said = f"{name} would write, and does not in check mode: nothing was proven"
        module.exit_json(changed=False, skipped=True, msg=said, invocation=invocation)
    item = Item(key="alone", check=name, args=module.params)
    findings = execute([item], Runner())["alone"]
    for warning in warnings(name, findings):
        module.warn(warning)
    result = outcome(name, findings, enforce=enforce)
    if result.pop("failed"):
        module.fail_json(**result, invocation=invocation)
    module.exit_json(**result, invocation=invocation)


def outcome(name: str, findings: t.Sequence[Finding], *, enforce: bool) -> dict[str, t.Any]:
    """The result of a task that ran one check."""
    status = worst([finding.status for finding in findings])
    first = next(finding for finding in findings if finding.status == status)
    failing = enforce and status in _FAILING
    count = sum(finding.status in _FAILING for finding in findings)
    more = f" (and {count - 1} more)" if failing and count > 1 else ""
    return {
        "changed": False,
        "failed": failing,
        "msg": f"{name} {status}: {first.message}{more}",
        "finding": first.as_dict(),
        "findings": [finding.as_dict() for finding in findings],
    }


def warnings(name: str, findings: t.Sequence[Finding]) -> list[str]:
    """A line for each finding that holds, but not for long."""
    return [f"{name}: {finding.message}" for finding in findings if finding.status is Status.WARN]


__all__ = ("outcome", "run_alone", "warnings")
