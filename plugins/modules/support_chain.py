#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: support_chain
short_description: Verify that every part has exactly one chain with contacts, hours and response targets
version_added: 0.1.0
description:
  - Each component must be given to exactly one chain that is defined, and each tier of that chain must have a contact, hours and a response
    target that are more than placeholders.
  - The tiers must stand in their order, lead from one to the next without a circle, and end with somebody who answers, and not with a
    queue, a
    mailing list, a channel or a bot. Several tiers that answer at the same time and are one contact are C(fail) where that is the whole
    chain,
    else C(warn).
  - A contract that has ended is C(fail), one that ends within O(horizon) is C(warn); the same holds for the end of life of a product.
  - There is one finding for each component. It judges what is declared and asks nobody.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  components:
    description:
      - The name of each component, and the name of its chain.
      - A list of names is accepted; more than one name in it is C(fail), as is none.
    type: dict
    required: true
  chains:
    description:
      - The name of each chain, and the list of its tiers.
      - "A tier is a dictionary with C(tier), C(contact), C(hours), C(response) (a duration), and optionally C(name), C(contract_until) and
        C(end_of_life) (dates), C(escalates_to) (the name of another tier; without it the next one is called), and C(roster)."
      - A contact is an e-mail address, a telephone number, a URL, or the name of a team, or several of them with a comma between. That of
        the
        last tier may only be a queue or a list where a roster says who of it is on call.
    type: dict
    required: true
  horizon:
    description:
      - How long contracts must last from now on, as a duration.
    type: str
    default: 90d
  hours:
    description:
      - The committed hours of the service, such as V(24x7) or V(Mon-Fri 08:00-18:00); French names of days are read too.
      - The tiers of a chain must cover them together, else it is C(fail). Where a queue, a list or a machine alone does, it is C(warn).
      - Hours of a tier that cannot be read are C(unknown) where the others do not cover them.
      - A time zone at their end, such as V(Mon-Fri 08:00-18:00 Europe/Paris), is compared with those of the tiers, in winter and in summer.
    type: str
  max_response:
    description:
      - How soon the first tier must answer, as a duration. Without it any target will do. In the register of a service it is its RTO,
        unless
        another one is declared.
    type: str
  min_tiers:
    description:
      - How many tiers a chain must have.
    type: int
    default: 1
"""

EXAMPLES = r"""
- name: Each part of payments has one chain of support until the end of the year
  operability.readiness.support_chain:
    components:
      web: payments
      database: sgbd
    chains:
      payments:
        - {tier: N1, contact: "+33 1 55 55 01 02", hours: 24x7, response: 15m}
        - {tier: N2, contact: payments-team@payments.example, hours: "Mon-Fri 08:00-18:00", response: 1h}
      sgbd:
        - {tier: N1, contact: DBA-ONCALL, hours: 24x7, response: 30m, contract_until: 2027-12-31}
    hours: 24x7
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: support_chain
    status: fail
    message: database has no chain of support
    instance: database
findings:
  description: One finding for each component.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import support_chain


def main() -> None:
    run_alone("support_chain", support_chain)


if __name__ == "__main__":
    main()
