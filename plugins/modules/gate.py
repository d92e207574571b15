#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gate
short_description: Judge what was verified, and stop the play where it must not go on
version_added: 0.1.0
author: The operability.readiness contributors (@operability)
description:
  - Gathers what M(operability.readiness.verify) found in this ansible run on every expected host, and says GO, GO WITH RESERVATIONS,
    UNDETERMINED or NO-GO, always with how many requirements were verified of how many.
  - Expected are the hosts of the pattern C(service.hosts), whoever took part in the play. A host that was not reached leaves its
    requirements C(unknown); a run under C(--limit), or under C(--tags) where this task has not the tag C(always), is partial, and never
    becomes the service's state.
  - With O(scope=batch) expected are the hosts of the current batch of the play (C(serial)), also those that the play has lost since.
    What servers say and canary lines are left for the gate of the whole service.
  - Prints the verdict by area, each with reason and remedy, without any configuration.
  - Writes a run record and updates the state of the service.
  - At V(pre) keeps what was seen as the baseline of the deployment (O(deployment_id)), once; at V(post) compares with it what is there
    now. The requirement that asks for it (C(DEL-04) of the default policy) names the check C(baseline), which no module runs alone. So is
    C(gate_asked) of C(DEL-07), which looks at V(post) whether the gate was asked at V(pre), and heeded.
  - Runs once a batch, on the controller, without a connection to any host.
extends_documentation_fragment:
  - operability.readiness._run
  - operability.readiness._attributes
options:
  fail:
    description:
      - Whether the task fails where the mode is V(enforce) and the verdict is NO-GO or UNDETERMINED.
      - With V(false) M(operability.readiness.gate_stop) stops the play later, for example after publishing. RV(stop) of the registered
        result can be replaced by an extra variable of its name; what that module reads can not.
      - It is said by the task alone, not by a variable.
    type: bool
    default: true
  only_if_needed:
    description:
      - Do nothing but return the earlier verdict when a gate of this ansible run has already judged this service in this phase.
      - For a last play on localhost, which judges even when a play before had no host left.
    type: bool
    default: false
  show:
    description:
      - Whether the table is printed.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details:
      - In check mode it judges and prints, and keeps no record.
  diff_mode:
    support: N/A
    details:
      - It manages nothing on a host.
  idempotent:
    support: N/A
    details:
      - Each run writes a record of its own.
seealso:
  - module: operability.readiness.gate_stop
  - module: operability.readiness.decide
  - module: operability.readiness.verify
  - module: operability.readiness.publish
"""

EXAMPLES = r"""
- name: Judge, and stop here when it must not go on
  operability.readiness.gate:
    service_file: readiness.yml
    organisation_file: /etc/readiness/organisation.yml
    phase: pre
    mode: enforce
  register: readiness_gate
"""

RETURN = r"""
verdict:
  description:
    - The verdict, one of V(go), V(go_with_reservations), V(undetermined), V(no_go); at design V(ready_to_continue) or V(not_ready).
  returned: success
  type: str
  sample: no_go
words:
  description: The verdict as it is said.
  returned: success
  type: str
  sample: NO-GO
code:
  description: 0 for the best verdict to 3 for the worst.
  returned: success
  type: int
  sample: 3
advice:
  description: What a playbook should do, one of V(proceed), V(hold), V(roll_back).
  returned: success
  type: str
  sample: hold
stop:
  description: Whether this verdict stops the play in the mode that is in force.
  returned: success
  type: bool
  sample: true
mode:
  description: The mode in force.
  returned: success
  type: str
  sample: enforce
verified:
  description: How many requirements of the phase were verified.
  returned: success
  type: int
  sample: 9
required:
  description: How many requirements the phase asks for.
  returned: success
  type: int
  sample: 14
reasons:
  description: What stands against GO, the worst first.
  returned: success
  type: list
  elements: str
  sample: ["BKP-01 a good backup is younger than the RPO: newest backup is 3 d old, the limit is 24 h"]
phase:
  description: The phase that was judged.
  returned: success
  type: str
  sample: post
  version_added: 0.2.0
scope:
  description: Whether the whole V(service) was judged, or a V(batch) of a play.
  returned: success
  type: str
  sample: service
  version_added: 0.2.0
partial:
  description: Why the run says nothing about the whole service, or none.
  returned: success
  type: str
state:
  description: The service's state after this run; none after a partial one.
  returned: success
  type: str
emergency:
  description: Who let the play go on in an emergency and why, or none. RV(stop) is then false and RV(advice) V(proceed).
  returned: success
  type: dict
  sample: {"id": "INC0042", "reason": "payments are down", "by": "ana"}
loosened:
  description: How much was loosened of what stands above the service, by whom. The record names each with its place.
  returned: success
  type: list
  elements: str
  version_added: 0.2.0
  sample: [3 loosened by the service itself]
overridden:
  description: The decision that lets the play go on against this verdict, or none. RV(stop) is then false and RV(advice) V(proceed).
  returned: success
  type: dict
record_path:
  description: Where the run record lies.
  returned: success
  type: str
record_digest:
  description:
    - The digest of the run record; none where it was not kept. Noted elsewhere, it is what M(operability.readiness.audit) compares with.
  returned: success
  type: str
  version_added: 0.2.0
record:
  description: The run record itself.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import RUN_SPEC


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **RUN_SPEC,
            "fail": {"type": "bool", "default": True},
            "only_if_needed": {"type": "bool", "default": False},
            "show": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.fail_json(msg="gate works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
