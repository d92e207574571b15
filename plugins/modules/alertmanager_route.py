# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alertmanager_route
short_description: Verify that alerts with these labels reach the receivers that are named, and those have an integration
version_added: 0.1.0
description:
  - Reads the configuration that an Alertmanager has in use and follows label sets through its routing tree,
    with the same answer as C(amtool config routes test).
  - C(pass) when each of O(labels) reaches one of O(receivers), and that receiver has at least one integration, such as C(email_configs).
  - C(warn) when it does so only at certain times, since the route has C(mute_time_intervals) or C(active_time_intervals).
  - C(fail) otherwise; the message says which receiver is reached instead.
  - C(unknown) when Alertmanager does not answer or does not show its configuration.
  - It does not prove that a notification arrives, nor that no silence or inhibition holds it back.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._http.failover
options:
  url:
    description:
      - Address of the Alertmanager, with its path prefix where it has one.
    type: str
    required: true
  labels:
    description:
      - Label sets of alerts of the service, each a dictionary. Give one for each kind of alert that must reach somebody,
        for example one a severity.
      - As in Alertmanager an empty value is the same as no such label.
    type: list
    elements: dict
    required: true
  receivers:
    description:
      - Names of the receivers that act on these alerts. One of them must be reached by each label set.
    type: list
    elements: str
    required: true
seealso:
  - module: operability.readiness.alertmanager_silences
  - module: operability.readiness.prometheus_alerts
"""

EXAMPLES = r"""
- name: Critical alerts reach the on-call team
  operability.readiness.alertmanager_route:
    url: https://alertmanager.example.org
    labels:
      - {service: payments, severity: critical}
      - {service: payments, severity: warning}
    receivers:
      - payments-oncall
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: alertmanager_route
    status: fail
    message: 'alerts with {service="payments", severity="critical"} reach default, not payments-oncall'
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alertmanager_route as check


def main() -> None:
    run_alone("alertmanager_route", check)


if __name__ == "__main__":
    main()
