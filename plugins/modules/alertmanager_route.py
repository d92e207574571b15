# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alertmanager_route
short_description: Verify that the alerts of a service reach the receivers that are named, and those have an integration
version_added: 0.1.0
description:
  - Reads the configuration that an Alertmanager has in use and follows the alerts of a service through its routing tree,
    with the same answer as C(amtool config routes test). The label sets are those with which the alerts that a Prometheus has loaded
    really leave it (O(prometheus), O(match)).
  - C(pass) when each label set reaches one of the receivers that are named, that receiver has at least one integration, such as
    C(email_configs), at all times, and Prometheus sends to this Alertmanager.
  - C(warn) when somebody is told only at certain times, since the route has C(mute_time_intervals) or C(active_time_intervals),
    evaluated in their time zone; when the route tells only after half an hour or more (C(group_wait)), or of further alerts of a group
    only after four hours or more (C(group_interval)); when an alert of others that fires now inhibits alerts of the service, or one of
    its own that always fires, is less severe or of which nobody is told; when a severity is not named; when nobody has to act on any
    alert that is loaded; when it cannot be proven that Prometheus sends to this Alertmanager, or all that it sent has failed; when peers
    of a cluster differ; and when no alert of the service is loaded yet.
  - C(fail) otherwise, also when nobody is told within a day (C(group_wait)) or within the next year, when relabelling drops an alert, when
    Prometheus sends to no Alertmanager, to another one, or by an API that this one no longer has, and when an alert that fires for long
    is not there. The message says which receiver is reached instead.
  - C(unknown) when Alertmanager or Prometheus does not answer, when Alertmanager does not show its configuration, and when it depends on a
    label whose value cannot be told.
  - Alerts of a severity for which nobody has to act (V(info), V(none), V(debug), ...) are told, and do not decide,
    unless O(receivers_by_severity) names that severity.
  - Whether Prometheus sends to this Alertmanager is told by who answers at the address that Prometheus names, else by an alert that fires.
    Such an address is asked without credentials.
  - It does not prove that a notification arrives, nor that no silence holds it back.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._alerts_of_service
options:
  receivers:
    description:
      - Names of the receivers that act on the alerts. One of them must be reached by each label set,
        unless O(receivers_by_severity) names others for its severity.
    type: list
    elements: str
    default: []
  receivers_by_severity:
    description:
      - "Lists of receivers by the label C(severity), as V({critical: [oncall], warning: [mail]})."
      - One of O(receivers) and O(receivers_by_severity) is needed.
    type: dict
    default: {}
  window_start:
    description:
      - Begin of the change window, in ISO 8601 with a zone.
    type: str
  window_end:
    description:
      - End of the change window, in ISO 8601 with a zone, such as V(2026-11-25T06:00:00Z). That nobody is told within it is said.
    type: str
seealso:
  - module: operability.readiness.alertmanager_silences
  - module: operability.readiness.prometheus_alerts
"""

EXAMPLES = r"""
- name: The alerts of the service reach those who act on them
  operability.readiness.alertmanager_route:
    url: https://alertmanager.example.org
    prometheus:
      - url: https://prometheus.example.org
    match: {service: payments}
    receivers_by_severity:
      critical: [payments-oncall]
      warning: [payments-mail]
  delegate_to: localhost

- name: Critical alerts would reach the on-call team, whatever rules there are
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
    message: 'alerts with {alertname="PaymentsSlow", service="payments", severity="warning"} reach default, not payments-mail'
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
