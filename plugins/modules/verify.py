#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: verify
short_description: Observe what a service needs to be operated
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - Plans from the service file what must be verified in a phase, and verifies it.
  - All checks of a host run in one execution on that host, side by side. All checks that ask a server run on the controller,
    once for the service, while the first host is at work.
  - The task never fails because of a finding. M(operability.readiness.gate) judges.
  - Input that is wrong (an unknown key, an unknown requirement, a template that cannot be resolved) fails the task before anything runs.
  - A host that cannot be reached does not fail it either - what could not be looked at there is unknown, and the gate says so.
  - What happens on a host outside O(ignore:service.hosts), such as looking for log lines on a central log host, needs a second task
    with C(delegate_to) that host. The role P(operability.readiness.gate#role) does that.
extends_documentation_fragment:
  - operability.readiness._run
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  phase:
    required: false
  remember_outages:
    description:
      - Whether a server that could not be reached is not asked again for five minutes by later tasks of this run of Ansible. For runs over
        many services that ask the same server - it is then waited for once.
    type: bool
    default: false
    version_added: 0.2.0
  checks:
    description:
      - Planned checks for this host. Made by the action; not for use in playbooks.
    type: list
    elements: dict
    default: []
  secrets:
    description:
      - Values of the options of O(checks) that must not be seen. Made by the action; not for use in playbooks.
    type: dict
    default: {}
  within:
    description:
      - The seconds that all O(checks) have together. Made by the action in an emergency; not for use in playbooks.
    type: float
    version_added: 0.2.0
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Verify the service before the deployment
  operability.readiness.verify:
    service_file: readiness.yml
    organisation_file: /etc/readiness/organisation.yml
    phase: pre
"""

RETURN = r"""
readiness:
  description: What was found, in short. The whole goes to M(operability.readiness.gate).
  returned: success
  type: dict
  contains:
    service:
      description: Name of the service.
      type: str
      returned: success
    host:
      description: The host that was looked at.
      type: str
      returned: success
    counts:
      description: Number of findings by status.
      type: dict
      returned: success
      sample: {"pass": 11, "fail": 1}
    checks:
      description: Every finding, by requirement, check, instance and status, with its duration in seconds.
      type: list
      elements: dict
      returned: where the callback P(operability.readiness.scoreboard#callback) is enabled
      version_added: 0.2.0
      sample: [{"requirement": "PLT-01", "check": "systemd_unit", "instance": "web.service", "status": "pass", "duration_seconds": 0.12}]
    findings:
      description: The findings that did not pass.
      type: list
      elements: dict
      returned: success
    not_passed:
      description: The same, a few words each.
      type: list
      elements: dict
      returned: success
    later_hosts:
      description: Hosts for which a second task is needed (C(delegate_to)).
      type: list
      elements: str
      returned: success
    unreachable:
      description: Why the host could not be reached, or none.
      type: str
      returned: success
    duration_seconds:
      description: How long it took.
      type: float
      returned: success
"""

from ansible.module_utils.basic import AnsibleModule

# any check may be asked for: Ansible sends along what it sees imported, and this names those of hosts
from ..module_utils import _registry  # noqa: F401 # pylint: disable=unused-import
from ..module_utils._argspec import RUN_SPEC
from ..module_utils._engine import Item, execute
from ..module_utils._runner import Runner
from ..module_utils._units import parse_duration


def main() -> None:
    spec = {**RUN_SPEC, "phase": {**RUN_SPEC["phase"], "required": False}}
    module = AnsibleModule(
        argument_spec={
            **spec,
            "remember_outages": {"type": "bool", "default": False},
            "checks": {"type": "list", "elements": "dict", "default": []},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
            "within": {"type": "float"},
        },
        supports_check_mode=True,
        no_log=True,  # a hundred checks are too long a line for the host's system log
    )
    items = []
    for check in module.params["checks"]:
        secrets = {option: module.params["secrets"][name] for option, name in (check.get("secrets") or {}).items()}
        items.append(Item.from_dict({**check, "secrets": secrets}))
    params = module.params
    found = execute(items, Runner(), settling=parse_duration(params["settle"] or 0), within=params["within"])
    module.exit_json(changed=False, found={key: [finding.as_dict() for finding in findings] for key, findings in found.items()})


if __name__ == "__main__":
    main()
