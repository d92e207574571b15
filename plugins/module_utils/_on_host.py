# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``verify`` that runs on a host: all of its checks in one execution. PRIVATE to the collection."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ._engine import Item, execute
from ._machine import identity, lasting_identity
from ._runner import Runner


def main() -> None:
    """Answers with the findings by the key of their check. Its arguments are the action's, not a user's."""
    module = AnsibleModule(
        argument_spec={
            "checks": {"type": "list", "elements": "dict", "required": True},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "settling": {"type": "float", "default": 0.0},
            "within": {"type": "float"},
        },
        supports_check_mode=True,
        no_log=True,  # a hundred checks are too long a line for the host's system log
    )
    # Ansible would take each secret out of everything that is said, a "pass" or a "1" out of our own words; the engine knows better
    module.no_log_values.clear()
    params = module.params
    items = []
    for check in params["checks"]:
        secrets = {option: params["secrets"][name] for option, name in (check.get("secrets") or {}).items()}
        items.append(Item.from_dict({**check, "secrets": secrets}))
    found = execute(items, Runner(), settling=params["settling"], within=params["within"])
    said = {key: [finding.as_dict() for finding in findings] for key, findings in found.items()}
    # without invocation it would say its arguments again
    module.exit_json(changed=False, found=said, machine=identity(), lasting=lasting_identity(), invocation={})


__all__ = ("main",)
