#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alertmanager_watchdog
short_description: Verify that the dead man's switch is firing in Alertmanager, fresh, and heard outside
version_added: 0.3.0
description:
  - A dead man's switch is an alert that always fires, so that somebody outside notices when the monitoring itself dies and it stops.
  - C(pass) when the alert is firing, was refreshed within O(max_age), is not suppressed, and its route leads to a receiver with an
    integration. How long ago it began to fire does not matter. With O(receipt_url), the service that waits for it must say that it
    hears it.
  - C(warn) when the route leads there only within time intervals. The finding tells the hours.
  - C(fail) when it is absent, stale, silenced or inhibited (the finding names what does that), when it reaches none of O(receivers), only
    receivers that notify nobody, or none within the next year, and when the service that waits for it does not hear it.
  - C(unknown) when Alertmanager or that service cannot be asked, or when Alertmanager started less than O(max_age) ago and the alert has
    not come yet.
  - Where several alerts match, each is the switch of another Prometheus, and the worst of them counts. O(labels) selects among them.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._receipt
options:
  url:
    description:
      - Address of the Alertmanager, with its path prefix where it has one.
    type: str
    required: true
  alert:
    description:
      - The name of the alert that always fires.
    type: str
    default: Watchdog
  labels:
    description:
      - Further labels that tell it from those of others, such as the external labels of its Prometheus.
    type: dict
    default: {}
  receivers:
    description:
      - Receivers of which one must be told. By default whichever the route leads to.
    type: list
    elements: str
    default: []
  max_age:
    description:
      - How long ago the alert may have been refreshed, as a duration. Prometheus sends it again each minute unless it is told otherwise.
    type: str
    default: 5m
  min_count:
    description:
      - How many alerts must match, where each of several Prometheus servers has a switch of its own.
    type: int
    default: 1
  receipt_url:
    description:
      - Where the service that waits for the alert says whether it hears it, in JSON. Not the address to which the alert is sent, which
        takes a question for a sign of life.
    type: str
  receipt_json:
    description:
      - Values that the answer of O(receipt_url) must have, by their path, such as C(status) or C(checks.0.status).
    type: dict
    default: {}
  receipt_timestamp:
    description:
      - The path of the time at which it heard the alert for the last time, in ISO 8601 with a zone, or as seconds or milliseconds
        since 1970.
    type: str
  receipt_max_age:
    description:
      - How long ago that may be, as a duration. Longer than the C(repeat_interval) of the route.
    type: str
seealso:
  - module: operability.readiness.alertmanager_delivery
  - module: operability.readiness.alertmanager_route
"""

EXAMPLES = r"""
- name: The dead man's switch fires and leaves the house
  operability.readiness.alertmanager_watchdog:
    url: https://alertmanager.example.org
    labels: {cluster: paris}
    receivers: [heartbeat]
  delegate_to: localhost

- name: The heartbeat service hears it
  operability.readiness.alertmanager_watchdog:
    url: https://alertmanager.example.org
    receipt_url: https://healthchecks.example.org/api/v3/checks/2c1d5bc0
    receipt_headers: {X-Api-Key: "{{ vault_healthchecks_key }}"}
    receipt_json: {status: up}
    receipt_timestamp: last_ping
    receipt_max_age: 15m
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: alertmanager_watchdog
    status: fail
    message: '{alertname="Watchdog", severity="none"} is inhibited by {alertname="ClusterDown"}: nobody is told of it'
    observed:
      watchdogs: ['{alertname="Watchdog", severity="none"}']
    measurements:
      - {name: watchdog_age_seconds, value: 41, limit: 300, bound: upper}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alertmanager_watchdog as check


def main() -> None:
    run_alone("alertmanager_watchdog", check)


if __name__ == "__main__":
    main()
