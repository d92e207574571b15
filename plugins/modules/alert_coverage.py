#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alert_coverage
short_description: Verify that what an operator must be told of a service has an alert
description:
  - Asks a Prometheus for the alerting rules that it has loaded, and which of them tell that a service is down, that its requests fail
    or take long, that a disk of its hosts is full, that its certificate expires, that its newest backup is too old.
  - What an alert tells of is read from its expression, that is from the metrics, the labels and the comparisons in it, never from its name.
    Recording rules are followed to what they are made of. C(up == 1), or what stands on the right of C(unless), tells of nothing.
  - The service's own alerts are those that have the labels O(match). An alert of the platform counts as well, where its expression
    selects series of the service, by its job, its hosts, its endpoints or its name in a label, or where O(covers) names it.
  - Where the values are known (C(up), C(probe_success), free bytes, dates of certificates and backups), the server evaluates the
    expression as if the service were bad, and as if all were well. What fires in both cases, or in neither, does not count.
  - An alert does not count that only informs, cannot be evaluated, matches nothing, or watches the targets of others.
  - Where a part is left out, such as one of several jobs, the file system of the root or of O(paths), the certificate of one of several
    endpoints, the finding is a C(warn).
  - Whether the alerts are healthy and able to fire in every part is what M(operability.readiness.prometheus_alerts) looks at.
version_added: 0.3.0
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._http.failover
requirements:
  - promql-parser (Python library, on the machine that runs the module)
options:
  url:
    description:
      - Address of the server, with the prefix of its path if it has one, for example V(https://mimir.example.org/prometheus).
    type: str
    required: true
  kinds:
    description:
      - What must have an alert.
    type: list
    elements: str
    choices: [down, errors, latency, disk, certificate, backup_age]
    required: true
  match:
    description:
      - Labels and their values. The service's alerts are those that have all of them, by their rule or by a selector of it.
      - Without it they are those that O(must_include) names.
    type: dict
  must_include:
    description:
      - Names of alerts that are the service's, where O(match) is not given.
    type: list
    elements: str
    default: []
  covers:
    description:
      - By what must have an alert, a list of names of alerts that tell of it, whatever their labels. It is for expressions on metrics
        of the service's own, that do not say what they tell of. One that plainly watches something else does not count.
    type: dict
  names:
    description:
      - Values of labels that mean this service, such as its name and those of its units.
    type: list
    elements: str
    default: []
  jobs:
    description:
      - The jobs under which the service is scraped. Each of them must be told of when it is down.
    type: list
    elements: str
    default: []
  addresses:
    description:
      - Names and addresses of its hosts.
    type: list
    elements: str
    default: []
  endpoints:
    description:
      - The addresses at which its users reach it, URLs or hosts with or without a port.
    type: list
    elements: str
    default: []
  paths:
    description:
      - Paths on its hosts where it writes. That the file systems in which they lie are full must be told of, as that of the root is.
    type: list
    elements: str
    default: []
  may_be_absent:
    description:
      - Names of metrics, or of alerts, whose selectors may match nothing, because nothing has failed so far, or whole selectors.
    type: list
    elements: str
    default: []
  rules_url:
    description:
      - Address of the program that evaluates the rules, where that is another one, as the vmalert of VictoriaMetrics.
      - It gets the same credentials. By default O(url).
    type: str
  others:
    description:
      - Further Prometheus servers that evaluate alerts of the service. What an alert of one of them tells of is told of.
    type: list
    elements: dict
    default: []
    suboptions:
      url:
        description:
          - Address of the server, with the prefix of its path if it has one.
        type: str
        required: true
      failover:
        description:
          - Further addresses of the same server, for when the first cannot be reached.
        type: list
        elements: str
        default: []
      rules_url:
        description:
          - Address of the program that evaluates the rules, where that is another one.
        type: str
      probe_query:
        description:
          - A PromQL query that returns something on the right server.
        type: str
      url_username:
        description:
          - User for HTTP basic authentication.
        type: str
      url_password:
        description:
          - Password for HTTP basic authentication.
        type: str
      bearer_token:
        description:
          - "Token that is sent as C(Authorization: Bearer)."
        type: str
      headers:
        description:
          - Further request headers, for example the tenant header of a shared server.
        type: dict
        default: {}
      validate_certs:
        description:
          - Whether the server's certificate must be valid.
        type: bool
        default: true
      ca_path:
        description:
          - PEM file of the certification authorities to trust instead of the system's.
        type: path
      client_cert:
        description:
          - PEM file of the client certificate, which may hold its key too.
        type: path
      client_key:
        description:
          - PEM file of the key of the client certificate.
        type: path
  probe_query:
    description:
      - A PromQL query that returns something on the right server and nothing on a wrong one (or with a wrong tenant).
      - When it returns nothing the finding is C(unknown), instead of everything looking as if it had no alert.
    type: str
seealso:
  - module: operability.readiness.prometheus_alerts
"""

EXAMPLES = r"""
- name: An operator is told when payments is down, fails or is slow, and when its disks are full
  operability.readiness.alert_coverage:
    url: https://prometheus.example.org
    kinds: [down, errors, latency, disk]
    match:
      service: payments
    names: [payments]
    jobs: [payments]
    addresses: [pay1.example.org, pay2.example.org]
    covers:
      errors: [PaymentsRejectedByBank]
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: alert_coverage
    status: fail
    message: "no alert tells of full disks: of the disks of pay1:9100 the alerts watch only /boot"
findings:
  description: The same as RV(finding), as a list of one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alert_coverage


def main() -> None:
    run_alone("alert_coverage", alert_coverage)


if __name__ == "__main__":
    main()
