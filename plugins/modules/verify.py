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
  remember_outages:
    description:
      - Whether a server that could not be reached is not asked again for five minutes by later tasks of this run of Ansible. For runs over
        many services that ask the same server - it is then waited for once.
    type: bool
    default: false
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

from ..module_utils._argspec import VERIFY_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=VERIFY_SPEC, supports_check_mode=True)
    module.fail_json(msg="verify works on the controller, which sends hosts a program for their checks: its action plugin was not found")


if __name__ == "__main__":
    main()
