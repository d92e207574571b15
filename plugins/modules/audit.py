#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: audit
short_description: Judge a folder of records again, and name what was changed in it
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Reads the records of services where M(operability.readiness.gate) left them, and judges each again from what it holds. The outcome must
    be the recorded one, byte for byte.
  - Names each record that is missing, was edited, is not in its place, or is of another service, and what of state, ledger, baselines and
    decisions does not fit the records.
  - Needs no inventory, no server and no file of the service, and changes nothing. It looks at a folder of the controller.
  - Without O(head) it cannot see that everything was recomputed by somebody who can write in the folder.
extends_documentation_fragment:
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  records:
    description:
      - The folder of records.
      - Default is that of M(operability.readiness.gate) where neither a file nor a variable names one.
    type: path
  service:
    description:
      - The service whose records are looked at. Default is each that is found.
    type: str
  environment:
    description:
      - The environment whose records are looked at. Default is each that is found.
    type: str
  head:
    description:
      - Digests of records that left the folder - from the metric C(operability_record_info), the footer of a report, the result
        RV(operability.readiness.gate#module:record_digest). The first 16 characters of one are enough.
      - Each must be the digest of a record in the folder.
      - Needs O(service) and O(environment), for a digest is that of a record of one of them.
    type: list
    elements: str
    default: []
  fail:
    description:
      - Whether the task fails where there is a problem.
    type: bool
    default: true
  show:
    description:
      - Whether what was found is printed.
    type: bool
    default: true
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Audit the records of all services
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Judge them again
      operability.readiness.audit:
        records: /var/lib/readiness

    - name: Compare those of one with what its metric said in March
      operability.readiness.audit:
        records: /var/lib/readiness
        service: payments
        environment: production
        head:
          - 9f86d081884c7d65
"""

RETURN = r"""
ok:
  description: Whether there is no problem.
  returned: success
  type: bool
problems:
  description: What is wrong, with the file, what it is, and what was expected where that can be said.
  returned: success
  type: list
  elements: dict
  sample: [{"file": "payments/production/runs/20261125T060000Z-pre-1c2d.json", "what": "it was edited", "expected": "9f86d081884c7d65"}]
checked:
  description: How many records were there, were judged again with the same outcome, and are of before there were digests.
  returned: success
  type: dict
  sample: {"records": 200, "judged": 200, "before_digests": 0}
services:
  description: The same for each service in each environment, with the digest of its last record.
  returned: success
  type: list
  elements: dict
notes:
  description: What is no problem and worth knowing.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._audit_spec import AUDIT_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=AUDIT_SPEC, supports_check_mode=True)
    module.fail_json(msg="audit works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
