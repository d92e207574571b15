#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gate_stop
short_description: Stop the play where the last gate said so
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Fails on every host of the play where the verdict of the last M(operability.readiness.gate) of this run of Ansible stops it. For a
    playbook that publishes between the judgement (with O(operability.readiness.gate#module:fail=false)) and the stop, as the role
    C(operability.readiness.gate) does.
  - It reads what the gate itself left in the temporary folder of the run, not a registered result; an extra variable named as a
    registered result would win over it.
  - Where no gate has judged in this run, or the last one judged another phase, it fails too.
  - Runs on the controller, without a connection to any host.
extends_documentation_fragment:
  - operability.readiness._attributes
options:
  phase:
    description:
      - The phase that was to be judged. Like the other options, it is taken from the variable of the same name with C(readiness_) before it
        where it is not set.
    type: str
    required: true
    choices: [design, pre, post, smoke, recheck]
  emergency:
    description:
      - The incident for which this deployment cannot wait, as in M(operability.readiness.gate). Nothing is stopped then.
    type: str
  emergency_reason:
    description:
      - Why it cannot wait.
    type: str
attributes:
  check_mode:
    support: full
    details:
      - In check mode it stops as the gate said.
  diff_mode:
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    support: full
seealso:
  - module: operability.readiness.gate
  - module: operability.readiness.publish
"""

EXAMPLES = r"""
- name: Judge
  operability.readiness.gate:
    service_file: readiness.yml
    phase: pre
    fail: false
  run_once: true

- name: Publish what was judged
  operability.readiness.publish:
    html: /srv/www/readiness/payments.html
  run_once: true

- name: Stop where the verdict says so
  operability.readiness.gate_stop:
    phase: pre
"""

RETURN = r"""
msg:
  description: The verdict with its reasons on the first host, its name on the others.
  returned: always
  type: str
  sample: "payments: NO-GO, 9 of 14 verified"
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import GATE_STOP_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=GATE_STOP_SPEC, supports_check_mode=True)
    module.fail_json(msg="gate_stop works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
