#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: decide
short_description: Record a go/no-go decision about what the gate has judged
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Records who decided what, on which day and on which evidence. The evidence is a complete run of M(operability.readiness.gate) - service,
    environment, version, deployment, files, policy, and the status of each requirement that decides in the phase.
  - Where the files ask for a decision (C(decisions.required)), the gate looks for one about this very evidence. A decision about other
    evidence, one that has expired, and one that says NO-GO do not let a play go on.
  - A decision is never overwritten. The newest about the same evidence counts.
extends_documentation_fragment:
  - operability.readiness._run
  - operability.readiness._attributes
options:
  phase:
    description:
      - The phase that was judged.
    required: false
    default: pre
  run:
    description:
      - The id of the run that was judged. Default is the newest complete one of the phase, and of O(version) and O(deployment_id) where
        these are given.
    type: str
  body:
    description:
      - Who met, for example V(go/no-go committee).
    type: str
    required: true
  date:
    description:
      - The day of the decision. Default is today, in UTC.
    type: str
  decided_by:
    description:
      - The names of those who decided.
    type: list
    elements: str
    required: true
  operations_opinion:
    description:
      - What operations said, whatever the outcome.
    type: str
    required: true
    choices: [favourable, with_reservations, unfavourable]
  outcome:
    description:
      - What was decided.
    type: str
    required: true
    choices: [go, go_with_conditions, no_go]
  override:
    description:
      - The decision goes against the verdict NO-GO or UNDETERMINED. The play then goes on in mode V(enforce), and the requirements that
        were overridden are due for verification (C(defaults.override_due)).
      - Needed where O(outcome) is V(go) or V(go_with_conditions) against such a verdict, with a O(reason).
    type: bool
    default: false
  reason:
    description:
      - Why the decision goes against the verdict.
    type: str
  conditions:
    description:
      - What must still be done, with O(outcome=go_with_conditions).
    type: list
    elements: dict
    default: []
    suboptions:
      text:
        description: What must be done.
        type: str
        required: true
      responsible:
        description: By whom.
        type: str
        required: true
      due:
        description: Until which day.
        type: str
        required: true
      met:
        description:
          - The day on which it was found done. A condition is told in every record until a newer decision says so.
        type: str
  valid_until:
    description:
      - The last day on which the decision counts, or how long it counts from O(date), for example V(7d).
    type: str
    default: 7d
  comment:
    description:
      - Anything else for the record.
    type: str
attributes:
  check_mode:
    support: full
    details:
      - In check mode the input is checked, and nothing is recorded.
  diff_mode:
    support: N/A
    details:
      - It manages nothing on a host.
  idempotent:
    support: none
    details:
      - Each run records a decision of its own.
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Record what the committee decided
  operability.readiness.decide:
    service_file: readiness.yml
    organisation_file: /etc/readiness/organisation.yml
    body: go/no-go committee
    decided_by: [Ana Costa, Li Wei]
    operations_opinion: with_reservations
    outcome: go_with_conditions
    conditions:
      - text: the restore test is repeated
        responsible: team-backup
        due: "2026-12-04"
"""

RETURN = r"""
decision:
  description: The decision as it was recorded.
  returned: success
  type: dict
decision_path:
  description: Where it lies; none in check mode.
  returned: success
  type: str
digest:
  description: The digest of the evidence.
  returned: success
  type: str
run:
  description: The id of the run that was judged.
  returned: success
  type: str
against_verdict:
  description: Whether the decision goes against the verdict.
  returned: success
  type: bool
counts:
  description: >-
    Whether it counts as it is. Where the organisation names who decides (C(approvers.decision)), it is a request until operations
    confirms it.
  returned: success
  type: bool
to_copy:
  description: The line with which operations confirms it.
  returned: where it is a request that can be confirmed
  type: str
copy_into:
  description: The file, and the key there, where that line belongs.
  returned: where it is a request that can be confirmed
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import DECIDE_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=DECIDE_SPEC, supports_check_mode=True)
    module.fail_json(msg="decide works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
