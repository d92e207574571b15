#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alertmanager_delivery
short_description: Verify that a notification of a synthetic alert arrives where it is read
version_added: 0.3.0
description:
  - Posts one synthetic alert with a mark that is unique to this run, waits until the far end has the mark, and withdraws the alert.
    It is withdrawn too when the check is interrupted or killed, and in the worst case it ends by itself soon after O(deadline).
  - Whoever is on call gets a notification which says that it is a test and that nothing needs to be done. So nothing of this runs unless
    it is asked for, and nothing is sent in check mode.
  - The label C(operability_mark) and the annotations C(summary) and C(description) have the mark. A template of notifications must show
    one of them.
  - C(pass) when the far end has the mark within O(deadline), and Alertmanager has sent a notification meanwhile. The far end is an address
    (O(receipt_url)), a file (O(receipt_file)) or a folder of a mailbox (O(imap_host)). An address that has whatever mark it is asked for is
    C(unknown). A mail that was returned as undeliverable and an automatic reply are no receipt, whatever they quote.
  - C(warn) when no far end is named and the counters of Alertmanager say that each integration has notified without a failure. That is
    accepted, and not proven delivered. Also when the mark arrives and attempts fail meanwhile, if it is not told whose, as the counters
    are those of a kind of integration, which receivers share.
  - C(fail) when the alert would not reach one of O(receivers), or a receiver without an integration (then nothing is sent), when each
    attempt of an integration fails, or when the mark does not arrive.
  - C(unknown) when a silence, an inhibition or a time interval suppresses the alert, when the routes wait longer than O(deadline), and
    when Alertmanager or the far end cannot be asked.
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
  labels:
    description:
      - Labels of the alert, those of the service's alerts, so that it takes their route. C(alertname) is C(OperabilityDeliveryTest) and
        C(severity) is C(critical) unless they are named here.
    type: dict
    default: {}
  receivers:
    description:
      - Receivers of which one must be told. By default whichever the route leads to.
    type: list
    elements: str
    default: []
  deadline:
    description:
      - How long it may take until the notification has arrived, as a duration. Longer than the C(group_wait) of the route.
    type: str
    default: 2m
  interval:
    description:
      - How long to wait between two looks at the far end.
    type: str
    default: 2s
  receipt_url:
    description:
      - An address whose answer has the text of what has arrived. C({mark}) in it is replaced with the mark, for an address that searches.
      - It must be of the far end, not of something that shows what Alertmanager holds.
    type: str
  receipt_file:
    description:
      - A file to which what has arrived is added, on the machine that runs the check. It need not exist before, its folder must.
    type: path
  imap_host:
    description:
      - A mail server, whose folder O(imap_folder) is looked into over IMAP. Nothing is changed there, nor marked as read.
    type: str
  imap_port:
    description:
      - Its port. By default 993, or 143 where O(imap_tls) is not V(implicit).
    type: int
  imap_username:
    description:
      - The user of the mailbox.
    type: str
  imap_password:
    description:
      - The password of the mailbox.
    type: str
  imap_folder:
    description:
      - The folder in which the notification arrives.
    type: str
    default: INBOX
  imap_tls:
    description:
      - Whether TLS is spoken from the start, after STARTTLS, or not at all. The certificate is checked always.
    type: str
    choices: [implicit, starttls, none]
    default: implicit
  imap_ca_path:
    description:
      - PEM file of the certification authorities to trust at O(imap_host) instead of the system's.
    type: path
seealso:
  - module: operability.readiness.alertmanager_route
  - module: operability.readiness.alertmanager_watchdog
"""

EXAMPLES = r"""
- name: A notification for the payments team arrives in the mailbox that gets a copy of all of them
  operability.readiness.alertmanager_delivery:
    url: https://alertmanager.example.org
    labels: {service: payments, severity: critical}
    receivers: [payments-oncall]
    imap_host: imap.example.org
    imap_username: alert-copies@example.org
    imap_password: "{{ vault_alert_copies_password }}"
    deadline: 3m
  delegate_to: localhost

- name: The gateway of the pager has seen it
  operability.readiness.alertmanager_delivery:
    url: https://alertmanager.example.org
    labels: {service: payments}
    receipt_url: "https://pager.example.org/api/messages?text={mark}"
    receipt_bearer_token: "{{ vault_pager_token }}"
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: alertmanager_delivery
    status: pass
    message: >-
      a notification of the synthetic alert arrived at INBOX of alert-copies@example.org on imap.example.org within 32 s, the limit is 3 min
      (by payments-oncall (email))
    observed:
      receivers: [payments-oncall]
      integrations: {payments-oncall: [email]}
      arrived: true
      latency_seconds: 32.4
    measurements:
      - {name: alert_delivery_seconds, value: 32.4, limit: 180, bound: upper}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import alertmanager_delivery as check


def main() -> None:
    run_alone("alertmanager_delivery", check)


if __name__ == "__main__":
    main()
