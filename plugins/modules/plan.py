#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Show what would be verified
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - The register of a service - every requirement of its level, what would prove it and where, from which policy or file each rule came,
    and what is not declared yet.
  - Asks no host and no server, so it can run in the pipeline of a merge request.
  - With O(phase=all) it is the register of the design phase - every requirement of the level, whatever its phase, with who must act, what
    is declared and what is not, by which proof, and when it is due. It needs no host, no password of a vault and no variable - what is not
    known yet is told as such.
extends_documentation_fragment:
  - operability.readiness._run
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  phase:
    description:
      - The phase of which is shown what would be verified; V(all) for the register of all requirements.
      - V(design) needs no host; V(pre) is before a deployment, V(post) just after it, V(recheck) any later time.
      - V(smoke) is the quick part of V(post), usable alone after anybody's deployment.
    type: str
    required: false
    default: design
    choices: [design, pre, post, smoke, recheck, all]
  html:
    description:
      - With O(phase=all), path of the register as one HTML page for the body that decides. It loads nothing and prints on A4.
      - C({service}), C({environment}) and C({phase}) stand for those of the run. The folder must be there.
      - The file is written on the controller. This option is not taken from a variable, but the playbook C(plan) takes C(readiness_html),
        C(readiness_markdown) and C(readiness_json).
    type: path
    version_added: 0.3.0
  markdown:
    description:
      - With O(phase=all), path of the register as Markdown, for the comment of a merge request.
    type: path
    version_added: 0.3.0
  json:
    description:
      - With O(phase=all), path of the register as JSON.
    type: path
    version_added: 0.3.0
  language:
    description:
      - The language of the register. By default that of the files (C(publish.language), C(defaults.language)), else English.
      - Another than English needs the Python library Babel on the controller.
    type: str
    choices: [en, fr]
    version_added: 0.3.0
  show:
    description:
      - Whether the register is printed.
    type: bool
    default: true
  fail:
    description:
      - Whether the task fails where the input is refused. Without, RV(refused) says why there is no plan, and M(operability.readiness.gate)
        records it.
    type: bool
    default: true
    version_added: 0.3.0
"""

EXAMPLES = r"""
- name: Show what the gate before the deployment would verify
  operability.readiness.plan:
    service_file: readiness.yml
    phase: pre

- name: The register of all requirements, for the merge request and for the body that decides
  operability.readiness.plan:
    service_file: readiness.yml
    organisation_file: organisation.yml
    phase: all
    markdown: register.md
    html: register.html
    json: register.json
"""

RETURN = r"""
level:
  description: The level of the service.
  returned: success
  type: str
  sample: C
register:
  description: The register of all requirements, as its JSON file has it.
  returned: with O(phase=all)
  type: dict
  version_added: 0.3.0
  sample: {"schema_version": 1, "kind": "register", "counts": {"required": 39, "verifiable": 21, "not_declared": 9}}
written:
  description: The files of the register that were written.
  returned: with O(phase=all)
  type: list
  elements: str
  version_added: 0.3.0
requirements:
  description: The requirements, with what would prove them. What is missing of an instance is its C(gap).
  returned: success
  type: list
  elements: dict
  sample: [{"id": "BKP-01", "impact": "blocker", "state": "planned"}]
hosts:
  description: The hosts of the service.
  returned: success
  type: list
  elements: str
later_hosts:
  description: Hosts on which something is looked for after the hosts of the service have had their turn.
  returned: success
  type: list
  elements: str
recheck_interval_seconds:
  description: How often the service is to be verified again (C(defaults.recheck_every) of the files, else a day).
  returned: success
  type: float
  version_added: 0.2.0
  sample: 86400.0
refused:
  description: Why there is no plan, where the input is refused and O(fail) is false.
  returned: success
  type: list
  elements: str
  version_added: 0.3.0
notices:
  description: What should be known, such as waivers that do not count.
  returned: success
  type: list
  elements: str
writes:
  description: >-
    The lines that checks would write into logs, each with its requirement, what is left behind in words (V(what)), the hosts, and whether
    the files say that it may be (V(allowed)).
  returned: success
  type: list
  elements: dict
  version_added: 0.3.0
  sample: [{"requirement": "LOG-01", "what": "one marked line in /var/log/payments/app.json", "hosts": ["pay1", "pay2"], "allowed": true}]
loosened:
  description: >-
    What the service or this run loosens of what stands above it, with the name under which the organisation gives leave for it
    (V(kind)) and whether it has (V(leave)).
  returned: success
  type: list
  elements: dict
  version_added: 0.2.0
  sample: [{"kind": "limits", "key": "commitments.rpo", "declared_in": "readiness.yml:4", "message": "BKP-01: max_age is 30d",
    "above": "the policy's bound is 7d", "by": "service", "requirement": "BKP-01", "leave": "way_over"}]
owed:
  description: >-
    The statements of people (C(attestations)) that the service needs and nobody has made, or that end within 14 days, each with why, and
    the line (C(to_copy)) in which it is made in a file (C(copy_into)). What is written there in capitals is to be filled in. As it
    stands it is refused.
  returned: success
  type: list
  elements: dict
  version_added: 0.3.0
  sample: [{"requirement": "SUP-04", "title": "operations has accepted the handover", "why": "nobody attests it (attestations in
    readiness.d/payments.yml)", "to_copy": "- {service: payments, requirement: SUP-04, result: POSITIVE OR NEGATIVE, ...}", "copy_into":
    "readiness.d/payments.yml: attestations"}]
requests:
  description: >-
    What the service accepts for itself and only operations may accept, each with its place, and the line (C(to_copy)) with which it counts
    in a file of the organisation (C(copy_into)).
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._plan_spec import PLAN_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=PLAN_SPEC, supports_check_mode=True)
    module.fail_json(msg="plan works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
