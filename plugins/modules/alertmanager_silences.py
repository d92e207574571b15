# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alertmanager_silences
short_description: Verify that no silence hides the service beyond the change window
version_added: 0.1.0
description:
  - Looks at the active and pending silences of an Alertmanager for those that cover the service, in whole or in part.
  - A silence covers the service when its matchers fit one of the label sets with which the alerts of the service that a Prometheus has
    loaded really leave it (O(prometheus), O(match)).
  - Where only O(labels) tells what the alerts look like, a matcher on a label that the label set does not have,
    such as C(alertname) or C(instance), counts as fitting, since alerts of the service may well have that value.
    Label sets that have all labels that are common to the service's alerts keep the silences of others apart.
  - C(pass) when no silence covers the service beyond the window, and each one that does cover it has author, comment and end.
    Silences within the window are told in the finding.
  - C(warn) when a silence has no matcher, when it may cover the service and the labels do not tell, when peers of a cluster differ, and
    when no alert of the service is loaded yet.
  - C(fail) otherwise; the finding names the silence, its author, its comment and its end.
  - C(unknown) when Alertmanager or Prometheus does not answer, and for a silence that makes no sense or whose regular expression cannot be
    evaluated, unless another one fails.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._alerts_of_service
options:
  window_end:
    description:
      - End of the change window, in ISO 8601 with a zone, such as V(2026-11-25T06:00:00Z). A silence that ends later fails the check.
      - When it is given, O(max_duration) does not count.
    type: str
  max_duration:
    description:
      - The longest that a silence may last from its start to its end, as a duration, or several that hide the same alert one after the
        other with at most five minutes between them.
    type: str
    default: 24h
seealso:
  - module: operability.readiness.alertmanager_route
"""

EXAMPLES = r"""
- name: No forgotten silence hides the service
  operability.readiness.alertmanager_silences:
    url: https://alertmanager.example.org
    prometheus:
      - url: https://prometheus.example.org
    match: {service: payments}
    max_duration: 8h
  delegate_to: localhost

- name: The silence of the deployment ends with its window
  operability.readiness.alertmanager_silences:
    url: https://alertmanager.example.org
    labels:
      - {service: payments, cluster: paris}
    window_end: "2026-11-25T08:00:00Z"
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: alertmanager_silences
    status: fail
    message: >-
      silence 8c0b7b9e-6c1a-4c7d-9a0e-3f2f7f3c2d10 by alice ("disk swap") until 2046-01-14T06:00:00Z covers the service
      with {service="payments"}: it is 6993 d long, the limit is 24 h
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alertmanager_silences as check


def main() -> None:
    run_alone("alertmanager_silences", check)


if __name__ == "__main__":
    main()
