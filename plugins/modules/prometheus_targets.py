# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_targets
short_description: Verify that every expected target is discovered, up and lately scraped
description:
  - Asks a Prometheus whether every target that O(selector) names, and every one in O(expect), is discovered, up, and was scraped
    within two of its scrape intervals.
  - A target that is expected and has vanished is a C(fail), and so is a O(selector) that selects nothing. One that is discovered and
    dropped by relabelling is told as such.
  - A target that is up and of which nothing is kept, because its page is empty or relabelling drops all of its series, is a C(warn), and so
    is a job or an instance that O(selector) names one by one (V({job=~"web|db"})) and that has no target.
  - A target that waits for its first scrape, because it is new or the server was just started, is C(unknown), and so is a server that has
    no target in any job.
  - Of a server that scrapes nothing itself, because others write to it (remote write), the series C(up) are looked at instead, which the
    message says, and when they were written. A target whose samples have stopped is not up. One that several replicas scrape counts once;
    one that is not up for all of them is a C(warn).
  - The server is probed first. One that is not ready, does not answer or answers nonsense makes the finding C(unknown).
  - Works with whatever has the targets API of Prometheus (Prometheus, Thanos, VictoriaMetrics).
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
  - promql-parser (Python library, for O(selector))
options:
  url:
    description:
      - Address of the server, with the prefix of its path if it has one, for example V(https://mimir.example.org/prometheus).
    type: str
    required: true
  selector:
    description:
      - A PromQL label selector such as V({job="payments"}), of labels as the targets have them after relabelling. Without range,
        C(offset) and C(@), for targets are what there is now.
    type: str
  expect:
    description:
      - Targets that must be there.
      - A target is the expected one when it has the O(expect[].job), and when its scrape URL, its C(__address__) before relabelling
        or its label C(instance) is one of O(expect[].addresses) with the O(expect[].port).
      - Several targets at the same address must all be up.
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
  min_up:
    description:
      - How many targets must be up and scraped, at least.
    type: int
  members:
    description:
      - Names and addresses of all hosts that the service says it has. A target of a job of O(expect) whose labels but C(instance) are those
        of an expected one, and that is at none of them, makes the finding C(warn).
    type: list
    elements: str
    version_added: 0.2.0
  probe_query:
    description:
      - A PromQL query that returns something on the right server and nothing on a wrong one (or with a wrong tenant).
      - When it returns nothing the finding is C(unknown), instead of every target or alert looking as if it were gone.
    type: str
"""

EXAMPLES = r"""
- name: All instances of payments are scraped
  operability.readiness.prometheus_targets:
    url: https://prometheus.example.org
    selector: '{job="payments"}'
    min_up: 3

- name: Each web server is a target, by whatever name
  operability.readiness.prometheus_targets:
    url: https://prometheus.example.org
    bearer_token: "{{ prometheus_token }}"
    expect:
      - job: nginx
        addresses: [web1.example.org, web1, 192.0.2.11]
        port: 9113
      - job: nginx
        addresses: [web2.example.org, web2, 192.0.2.12]
        port: 9113
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: prometheus_targets
    status: fail
    message: "2 of 3 targets are up and scraped: payments/web2:8080 is down: connection refused"
findings:
  description: The same as RV(finding), as a list of one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_targets


def main() -> None:
    run_alone("prometheus_targets", prometheus_targets)


if __name__ == "__main__":
    main()
