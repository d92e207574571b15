# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_alerts
short_description: Verify that the alerts are loaded, healthy, and every selector in them matches series
description:
  - Asks a Prometheus for the alerting rules of a service, and whether each is evaluated without fault, was evaluated lately, and has
    the labels and annotations that are required.
  - Every selector of each expression must match a series of the last O(lookback). An alert on a metric that was renamed never fires
    and looks exactly like one that has no reason to. The finding names the alert, and says whether the metric or a label value is gone.
  - Selectors in C(absent(\)) and C(absent_over_time(\)), and the series C(ALERTS), may match nothing. What matches nothing on the right
    of C(unless), or in one branch of C(or), is a C(warn).
  - So is a metric that had series within O(lookback) and has none under any label now, although its target is up, as after a renaming.
  - A recording rule that gives nothing is followed to the selectors that it is made of.
  - What the library does not know is parsed by the server, where it offers that (Prometheus 3), else the finding is C(unknown).
version_added: 0.1.0
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
  rules_url:
    description:
      - Address of the program that evaluates the rules, where that is another one, as the vmalert of VictoriaMetrics.
      - It gets the same credentials. By default O(url).
    type: str
    version_added: 0.3.0
  match:
    description:
      - Labels and their values. The service's alerts are the rules whose own labels contain all of them.
      - Without it they are those that O(must_include) names.
    type: dict
  must_include:
    description:
      - Names of alerts that must be among them.
    type: list
    elements: str
    default: []
  required_labels:
    description:
      - Labels that each alert must have.
    type: list
    elements: str
    default: [severity]
  required_annotations:
    description:
      - Annotations that each alert must have.
    type: list
    elements: str
    default: [summary]
  may_be_absent:
    description:
      - Names of metrics, or of alerts, whose selectors may match nothing.
    type: list
    elements: str
    default: []
  lookback:
    description:
      - How far back a selector may have matched for the last time, as a duration. A selector that itself looks further back is given that.
    type: str
    default: 7d
  evaluated_within:
    description:
      - How long ago the last evaluation may be, as a duration.
      - By default 10 minutes or three intervals of the rule's group, whichever is longer.
    type: str
  probe_query:
    description:
      - A PromQL query that returns something on the right server and nothing on a wrong one (or with a wrong tenant).
      - When it returns nothing the finding is C(unknown), instead of every target or alert looking as if it were gone.
    type: str
"""

EXAMPLES = r"""
- name: The alerts of payments can fire
  operability.readiness.prometheus_alerts:
    url: https://prometheus.example.org
    match:
      service: payments
    must_include: [PaymentsDown]
    required_annotations: [summary, runbook_url]

- name: Look at two alerts, a counter of which only exists after the first fault
  operability.readiness.prometheus_alerts:
    url: https://mimir.example.org/prometheus
    headers:
      X-Scope-OrgID: payments
    probe_query: up{job="payments"}
    must_include: [PaymentsDown, PaymentsRejected]
    may_be_absent: [payments_rejected_total]
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: prometheus_alerts
    status: fail
    message: "PaymentsSlow can never fire: there is no metric payment_latency_seconds_bucket in the last 7 d"
findings:
  description: The same as RV(finding), as a list of one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_alerts


def main() -> None:
    run_alone("prometheus_alerts", prometheus_alerts)


if __name__ == "__main__":
    main()
