#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_query
short_description: Verify that the value of a PromQL expression is within its limits, for every series
description:
  - Asks a Prometheus for the value of O(query) and compares it with O(pass_when), O(warn_when) and O(fail_when). Of several series each
    is compared, the worst one decides and is named.
  - No data is not good data - without O(no_data) it makes the finding C(unknown), and so does a value that is not a number (NaN).
  - An answer with a warning (a store of Thanos did not answer) is C(unknown) where it does not fail, because what is missing could fail.
  - The server is probed first. One that is not ready, does not answer or answers nonsense makes the finding C(unknown).
  - Works with whatever has the query API of Prometheus (Prometheus, Thanos, Mimir, VictoriaMetrics).
version_added: 0.2.0
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._http.failover
requirements:
  - promql-parser (Python library, for O(max_age))
options:
  url:
    description:
      - Address of the server, with the prefix of its path if it has one, for example V(https://mimir.example.org/prometheus).
    type: str
    required: true
  query:
    description:
      - The expression. It must come to a scalar or to one number for each series.
    type: str
    required: true
  name:
    description:
      - What the value is, in a few words, for messages and for the name of the measurement, for example V(error ratio).
    type: str
  pass_when:
    description:
      - A comparison that must hold, for example V("<= 2%"), V("> 0.99"), V("< 500ms").
    type: str
  warn_when:
    description:
      - A comparison under which a value that is not a failure is a warning, for example V("> 1.5%") beside O(pass_when=<= 2%).
    type: str
  fail_when:
    description:
      - A comparison under which it fails, whatever O(pass_when) says.
    type: str
  no_data:
    description:
      - What the finding is when the query has no result, or one that is not a number.
    type: str
    choices: [unknown, fail, pass]
    default: unknown
  samples:
    description:
      - How often it is asked.
    type: int
    default: 1
  interval:
    description:
      - How long it waits between two of the O(samples).
    type: str
    default: 5s
  failure_limit:
    description:
      - How many of the O(samples) may fail.
    type: int
    default: 0
  max_age:
    description:
      - How old the newest sample of each series that the query reads may be, as a duration. Older ones make the finding C(unknown).
      - A server repeats the last sample for five minutes, so that an exporter that hangs is not seen at once. Series that are read over a
        range or at another time are not looked at.
    type: str
  coverage_query:
    description:
      - An expression that tells which part of what O(query) needs is there, as a ratio. It has the same series as O(query), or one for all.
    type: str
  min_coverage:
    description:
      - What O(coverage_query) must come to, at least. Below that the finding is C(unknown).
    type: str
    default: 95%
  probe_query:
    description:
      - A PromQL query that returns something on the right server and nothing on a wrong one (or with a wrong tenant).
      - When it returns nothing the finding is C(unknown).
    type: str
"""

EXAMPLES = r"""
- name: Few requests fail
  operability.readiness.prometheus_query:
    url: https://prometheus.example.org
    name: error ratio
    query: >-
      sum by (route) (rate(http_requests_total{job="payments", code=~"5.."}[10m]))
      / sum by (route) (rate(http_requests_total{job="payments"}[10m]))
    warn_when: "> 0.5%"
    pass_when: "<= 1%"

- name: The queue stays short for half a minute
  operability.readiness.prometheus_query:
    url: https://prometheus.example.org
    query: max(payment_queue_length)
    pass_when: "< 100"
    samples: 4
    interval: 10s
    failure_limit: 1
    max_age: 1m
    timeout: 1m
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: prometheus_query
    status: fail
    message: 'error ratio for {route="/pay"}: 4.2 %, it must be <= 1%'
findings:
  description: The same as RV(finding), as a list of one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_query


def main() -> None:
    run_alone("prometheus_query", prometheus_query)


if __name__ == "__main__":
    main()
