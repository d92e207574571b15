#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alert_runbooks
short_description: Verify that every alert of the service leads to a page that answers and names the alert
version_added: 0.3.0
description:
  - Asks a Prometheus for the alerting rules of a service, and each for the annotation with the address of its runbook.
  - A label of that name is C(fail), since the receiver of the alert looks for an annotation, and each address would be another alert.
  - A template in it (C({{ $labels.queue }}), C({{ $externalLabels.dc }})) is expanded with the labels of each series that the expression
    gives now. A label that the series do not have is C(fail). What cannot be expanded is C(unknown).
  - Each distinct page is asked for once. It must answer as links of a runbook must, and name the alert. In a heading, the title or the
    anchor of the address the words of its name are enough (C(PaymentsDown), I(Payments down)), in the text it is the name itself. A name
    of one plain word (C(Down)) must be in a heading, the title, the anchor, or alone in a cell or paragraph.
  - Where the address leads to a section, that section must name the alert, unless the whole page is about it. A page that names it in
    links to other pages only is C(warn).
  - Alerts of the service that are not loaded are C(fail), and a server that evaluates no rules is C(unknown), as for
    M(operability.readiness.prometheus_alerts).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
  - operability.readiness._http.failover
  - operability.readiness._pages
options:
  url:
    description:
      - Address of the Prometheus, with the prefix of its path if it has one. Its credentials go to it alone, and to no page.
    type: str
    required: true
  rules_url:
    description:
      - Address of the program that evaluates the rules, where that is another one, as the vmalert of VictoriaMetrics.
    type: str
  probe_query:
    description:
      - PromQL that must return something, else it is the wrong server.
    type: str
  match:
    description:
      - Labels and their values. The service's alerts are those that have all of them, by their rule, by a selector of it or by the
        C(external_labels) of the server.
      - Without it they are those that O(must_include) names.
    type: dict
  must_include:
    description:
      - Names of alerts that must be among them.
    type: list
    elements: str
    default: []
  annotation:
    description:
      - The names of the annotations that may have the address of the runbook. The first that an alert has is taken.
    type: list
    elements: str
    default: [runbook_url]
  without_runbook:
    description:
      - Names of alerts, or patterns such as V(Watchdog*), that need none. They are told.
    type: list
    elements: str
    default: []
  page_access:
    description:
      - Credentials for pages, by host. Pages of other hosts are asked without any, also after a redirect.
    type: list
    elements: dict
    default: []
    suboptions:
      hosts:
        description:
          - C(host) (on its usual ports), C(host:port), or one of them with its scheme, as C(https://wiki.example).
        type: list
        elements: str
        required: true
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
          - Further request headers.
        type: dict
        default: {}
      validate_certs:
        description:
          - Whether the certificate must be valid.
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
seealso:
  - module: operability.readiness.prometheus_alerts
  - module: operability.readiness.runbook
"""

EXAMPLES = r"""
- name: Whoever is woken up by an alert of payments finds what to do
  operability.readiness.alert_runbooks:
    url: https://prometheus.payments.example
    match:
      service: payments
    page_access:
      - hosts: [wiki.payments.example]
        bearer_token: "{{ wiki_token }}"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: alert_runbooks
    status: fail
    message: "PaymentsSlow: its runbook https://wiki.payments.example/alerts answers, and does not name it"
    observed: {alerts: [PaymentsDown, PaymentsSlow], pages: ["https://wiki.payments.example/alerts"], left_out: []}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alert_runbooks


def main() -> None:
    run_alone("alert_runbooks", alert_runbooks)


if __name__ == "__main__":
    main()
