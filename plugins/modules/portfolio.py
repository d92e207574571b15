#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: portfolio
short_description: Plan and sum up the verification of many services in one run
version_added: 0.2.0
author: The operability.readiness contributors (@operability)
description:
  - Used twice by the playbook C(operability.readiness.portfolio). Without O(judged) it plans every service of O(portfolio) and returns
    which service is to be verified on which host. With O(judged) it sums up.
  - A service whose input is refused does not stop the others. It is UNDETERMINED in the summary, with the reason.
  - A server that several services ask and that could not be used is told once, with the services that it left unknown.
  - Publishes C(operability_service_expected) for every service of the portfolio, to a textfile or a Pushgateway group of its own, so that
    an alert can tell a service that is expected and was never verified. Where neither O(textfile_directory) nor O(pushgateway) is set,
    those of C(publish) in the organisation's file are taken.
  - Runs on the controller, without a connection to any host.
extends_documentation_fragment:
  - operability.readiness._targets
  - operability.readiness._run
  - operability.readiness._attributes
options:
  service_file:
    description:
      - Not used here. The service files stand in O(portfolio).
    type: path
    default: readiness.yml
  phase:
    required: false
    default: recheck
  portfolio:
    description:
      - The services - a list, or the path of a YAML file that is such a list or has it under C(services).
      - An entry is the path of a service file, or a mapping with C(service_file) and, where they differ from the options here,
        C(organisation_file), C(environment), and C(service), the name that is expected where the file cannot be read.
      - Paths in a file are relative to that file.
    type: raw
    required: true
  name:
    description:
      - Name of the portfolio, for its textfile C(operability-portfolio-NAME.prom) and its group on the Pushgateway. Two portfolios that
        are published to the same place need two names.
    type: str
    default: default
  judged:
    description:
      - What M(operability.readiness.gate) returned in a loop over RV(services), that is C(results) of the registered variable.
    type: list
    elements: dict
  from_records:
    description:
      - Whether to sum up over the newest record of each service instead of what gates returned in this run. Nothing is verified, no
        metric is published, and nothing fails because of a verdict. Records must lie on the controller.
    type: bool
    default: false
  publish:
    description:
      - What services are published to in this run, over C(publish) of their files - the options of M(operability.readiness.publish).
      - Before anything is verified, the run is refused where several services would write one file, one over the other.
    type: dict
    default: {}
  report:
    description:
      - Path of an HTML report of the whole portfolio - every service, the worst first, the requirements that fail most often, overdue
        reservations, waivers and debt that end within 90 days, and delivery figures.
      - A service without a record in this run is shown by its newest record, where records lie on the controller.
    type: path
  language:
    description:
      - The language of O(report). Default is C(publish.language), then C(defaults.language) of the organisation's file, else English.
      - Another language than English needs the Python library Babel on the controller. Without it the report is in English, with a warning.
    type: str
    choices: [en, fr]
  show:
    description:
      - Whether the summary is printed.
    type: bool
    default: true
  fail:
    description:
      - Whether the task fails where a service must not go on, which is NO-GO or UNDETERMINED in mode V(enforce). It names all of them.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details:
      - In check mode it publishes nothing.
  diff_mode:
    support: N/A
    details:
      - It manages nothing on a host.
  idempotent:
    support: none
    details:
      - It writes its metrics each time.
seealso:
  - module: operability.readiness.gate
"""

EXAMPLES = r"""
- name: Plan each service
  operability.readiness.portfolio:
    portfolio: /etc/readiness/portfolio.yml
  register: readiness_estate

- name: Sum up what the gates said
  operability.readiness.portfolio:
    portfolio: /etc/readiness/portfolio.yml
    judged: "{{ readiness_gates.results }}"

- name: Write a report for the quarterly review without verifying anything
  operability.readiness.portfolio:
    portfolio: /etc/readiness/portfolio.yml
    from_records: true
    report: /srv/www/readiness/portfolio.html
    language: fr
"""

RETURN = r"""
services:
  description: The services that can be verified (without O(judged)), or every service with what came of it, the worst first (with it).
  returned: success
  type: list
  elements: dict
  sample: [{"service": "payments", "environment": "production", "verdict": "go", "verified": 9, "required": 9, "age_seconds": 12.0}]
hosts:
  description: The hosts on which something is to be verified.
  returned: without O(judged)
  type: list
  elements: str
by_host:
  description: The services to verify by host; those without hosts are verified from C(localhost).
  returned: without O(judged)
  type: dict
later:
  description: Services with a host on which something is looked for after their own hosts have had their turn.
  returned: without O(judged)
  type: list
  elements: dict
refused:
  description: The services whose input is refused, and why.
  returned: without O(judged)
  type: list
  elements: dict
counts:
  description: Number of services by verdict.
  returned: with O(judged)
  type: dict
  sample: {"no_go": 1, "undetermined": 2, "go_with_reservations": 0, "go": 57}
platform_failures:
  description: Each server that could not be used, with the services that it left unknown.
  returned: with O(judged)
  type: list
  elements: dict
never_verified:
  description: The services that are expected and were never verified.
  returned: with O(judged)
  type: list
  elements: str
stop:
  description: Whether a service must not go on.
  returned: with O(judged)
  type: bool
stopping:
  description: Those that must not.
  returned: with O(judged)
  type: list
  elements: str
written:
  description: Where the expected services were published.
  returned: with O(judged)
  type: list
  elements: dict
failed_targets:
  description: Where they could not be published, and why.
  returned: with O(judged)
  type: list
  elements: dict
msg:
  description: The same in a sentence, with a line for each service that must not go on.
  returned: with O(judged)
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._portfolio_spec import PORTFOLIO_SPEC


def main() -> None:
    module = AnsibleModule(argument_spec=PORTFOLIO_SPEC, supports_check_mode=True)
    module.fail_json(msg="portfolio works on the controller: its action plugin was not found")


if __name__ == "__main__":
    main()
