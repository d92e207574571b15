#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_series
short_description: Verify that latency, traffic, errors and saturation each have live series
description:
  - Asks a Prometheus whether what carries each signal of a service has series now, with a finding for each signal.
  - A series that was never there, one that has vanished, and a label that nothing has are told apart, and the matcher that is to blame
    is named, with the values that its label really has.
  - A recording rule is followed to what it is made of, and so is an expression. What is there whatever happens (C(or vector(0\))) proves
    nothing, nor does a series that is not a number, a sample that a Pushgateway has shown for longer than O(within), or what Prometheus
    itself writes of a target (C(up)).
  - Two signals that are mapped to the same series are a C(fail), but for latency and traffic in one native histogram.
  - Where O(expect) says which targets are the service's, series of others are none of it. A selector that names the O(service), and jobs
    that the signal names, are believed. A target that is up and lacks what others like it have is a C(warn).
  - Errors whose series come with the first one (C(code=~"5..")) are a C(warn) as long as there are others without that matcher, or a
    target of the service declares the metric. Where O(may_be_absent) allows it, or the expression itself says what is meant without
    them (C(or vector(0\)), C(or x * 0)), they are a C(pass).
  - A rate that has not got its two samples yet is C(unknown).
  - The server is probed first. One that is not ready, does not answer, answers nonsense, has no series at all or has not scraped yet makes
    the findings C(unknown).
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
  rules_url:
    description:
      - Address of the program that evaluates the rules, where that is another one, as the vmalert of VictoriaMetrics.
      - It gets the same credentials. By default O(url).
    type: str
    version_added: 0.3.0
  signals:
    description:
      - The series of each signal, by its name, V(latency), V(traffic), V(errors), V(saturation), or one of your own.
      - A value is a PromQL selector or an expression, a list of them, of which each must be alive, or a mapping of C(series), which is one
        of these, and C(jobs), a list of scrape jobs that tell of the service although they are not its own (an ingress, a load balancer).
      - A selector without C(offset), C(@) and range, that names a metric.
    type: dict
    required: true
  required:
    description:
      - Names of the signals that must be among O(signals).
    type: list
    elements: str
    default: [latency, traffic, errors, saturation]
  may_be_absent:
    description:
      - Names of signals, or whole selectors, that may have no series. A selector whose C(job) is that of no target is not excused by it,
        and nothing is where no other signal is alive.
    type: list
    elements: str
    default: []
  within:
    description:
      - How old the newest sample may be, as a duration. For what a batch pushes that is its period and some more.
      - More than five minutes also finds what Prometheus does not show any more.
    type: str
    default: 5m
  lookback:
    description:
      - How far back it is looked for what has vanished, as a duration.
    type: str
    default: 7d
  expect:
    description:
      - The targets of the service, as in M(operability.readiness.prometheus_targets).
    type: list
    elements: dict
    suboptions:
      job:
        description:
          - Value of the label C(job). Without it the target may have any job.
        type: str
      addresses:
        description:
          - Names and addresses by which Prometheus may know the host.
        type: list
        elements: str
        required: true
      port:
        description:
          - Port of the metrics.
        type: int
        required: true
  service:
    description:
      - The name of the service. A selector that has it in the value of a label, and jobs that are called after it, are the service's own.
    type: str
  probe_query:
    description:
      - A PromQL query that returns something on the right server and nothing on a wrong one (or with a wrong tenant).
      - When it returns nothing the finding is C(unknown).
    type: str
seealso:
  - module: operability.readiness.prometheus_targets
  - module: operability.readiness.prometheus_alerts
"""

EXAMPLES = r"""
- name: The four golden signals of payments have live series
  operability.readiness.prometheus_series:
    url: https://prometheus.example.org
    signals:
      latency: http_request_duration_seconds_bucket{job="payments"}
      traffic: http_requests_total{job="payments"}
      errors: http_requests_total{job="payments",code=~"5.."}
      saturation: [hikaricp_connections_active, jvm_memory_used_bytes]
    may_be_absent: [errors]

- name: A nightly batch has pushed its results
  operability.readiness.prometheus_series:
    url: https://prometheus.example.org
    signals:
      traffic: settlement_records_total
      errors: settlement_failed_records_total
    required: [traffic, errors]
    within: 26h
"""

RETURN = r"""
finding:
  description: The worst of the findings.
  returned: always
  type: dict
  sample:
    check: prometheus_series
    status: fail
    instance: traffic
    message: 'traffic: http_requests_total is live (4 series), but none had job="payment" in the last 7 d; its job is orders, payments'
findings:
  description: A finding for each signal.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_series


def main() -> None:
    run_alone("prometheus_series", prometheus_series)


if __name__ == "__main__":
    main()
