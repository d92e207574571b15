#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: adopt
short_description: Take a service that does not pass yet into the gate, with a debt that only shrinks
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Writes the debt file of a service from its state - a line for each blocker and major requirement that was looked at and does not pass,
    with what was observed and the day until which that is accepted. A requirement in debt is a reservation, not NO-GO.
  - The debt only shrinks. Where there is a debt file, the lines whose requirement has passed since, or which the policy does not ask for
    any more, are taken out; no line is added and no day is put off.
  - A requirement that was never verified gets no line. Verify first, best in mode V(observe) through a whole deployment. What may be over
    in a minute gets none either - a host that was not reached, an instrument that was out, or what passed within the last 7 days.
  - A line keeps what was found on each instance and host, and the run record that shows it; it covers that and no more. Lines of version
    0.2 get it when M(operability.readiness.adopt) runs again.
  - Each line carries a seal. M(operability.readiness.plan), M(operability.readiness.verify) and M(operability.readiness.gate) refuse a file
    with a line that was added or changed by hand. The seal is a checksum, not a signature - the gate also
    looks at the run record that the line names. Keep the file in version control and review it.
  - What has passed once is struck out by the gate at once, even while its line still stands in the file.
  - Runs once, on the controller, without a connection to any host.
extends_documentation_fragment:
  - operability.readiness._run
  - operability.readiness._attributes
options:
  phase:
    description:
      - Has no effect here; the newest finding of each requirement counts, whatever the phase that made it.
    required: false
    default: recheck
  debt_file:
    description:
      - The debt file. The gate reads the one that C(debt) of the service file names, else the one in the folder that C(debt) of the
        organisation file names, else the one beside the service file - for C(readiness.yml) that is C(readiness.debt.yml).
    type: path
  debt_ends:
    description:
      - How long a new line lasts, by what it is about.
    type: dict
    suboptions:
      blocker:
        description: A blocker that fails or is near its limit.
        type: str
        default: 90d
      major:
        description: A major that fails or is near its limit.
        type: str
        default: 180d
      unknown:
        description: What could not be looked at.
        type: str
        default: 270d
  adopted_by:
    description:
      - Who adopts it. Default is the user that runs the playbook.
    type: str
  show:
    description:
      - Whether what happened is printed.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - The second run changes nothing, unless something has passed meanwhile.
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Take what does not pass today as a debt
  operability.readiness.adopt:
    service_file: readiness.yml
    organisation_file: /etc/readiness/organisation.yml
    adopted_by: head of operations
  register: adopted

- name: Tell what has to be verified before it can be adopted
  ansible.builtin.debug:
    var: adopted.left_out
"""

RETURN = r"""
path:
  description: The debt file.
  returned: success
  type: str
  sample: /srv/payments/readiness.debt.yml
first:
  description: Whether the service was adopted now, for the first time in this environment.
  returned: success
  type: bool
added:
  description: The requirements that were taken into debt; none but the first time.
  returned: success
  type: list
  elements: str
  sample: [BKP-01, RUN-01]
struck:
  description: The requirements whose lines were taken out, with the reason.
  returned: success
  type: dict
  sample: {"BKP-01": "it passed on 2026-11-26"}
left_out:
  description: At the first adoption, the requirements that do not pass and got no line, with the reason.
  returned: success
  type: dict
  sample: {"DEL-01": "it was never verified; run post or recheck before adopting"}
debt:
  description: The lines that are left.
  returned: success
  type: list
  elements: dict
service:
  description: The name of the service.
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._adopt_spec import ADOPT_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=ADOPT_SPEC, supports_check_mode=True)
    module.fail_json(msg="adopt works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
