# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_alerts
short_description: Verify that the alerts are loaded, healthy, and able to fire
description:
  - Asks a Prometheus for the alerting rules of a service, and whether each is evaluated without fault, was evaluated lately, and has
    the labels and annotations that are required.
  - Proves that each can fire. An alert on a metric that was renamed never fires and looks exactly like one that has no reason to.
  - Every selector must match series now. One that matched within O(lookback) only is C(fail) when what made its series was replaced,
    that is when its target is scraped no more, or gives another metric or label value since; and C(warn) where nothing tells, as when
    its target is down. Series that came and went before, as those of a batch job, are no fault.
  - A state that is over is not taken for a label value that was renamed. A renamed one was there as long as its target, and the next
    one is written much the same, or comes with another process (C(process_start_time_seconds)). Where an alert of the service fired
    until the series went, it is able to fire.
  - A selector that never matched is C(fail) where the metric, the label, or the value of a label of the target (such as C(job)) does
    not exist, and C(warn) where only the value of another label has not been seen (C(code=~"5..") or C(code!~"2..") before the first
    failure), or where the target declares the metric and has not given it yet. O(may_be_absent) excuses what comes with the first
    event. With C(or vector(0\)) the rule itself says that it may be absent.
  - Each expression is also evaluated without its comparisons. Where that gives nothing, the smallest part that gives nothing is named,
    with the reason. Both sides of an operator have no value of a label in common, C(rate(\)) has fewer than two samples in its range,
    an aggregation drops C(le) before C(histogram_quantile(\)), or a native histogram is compared with a number. These are C(fail).
    An C(offset) longer than the series are old is C(warn), with the time from which the alert can fire.
  - What can never be true (C(vector(0\) > 1), C(count(x\) < 1), C(x > 100 unless x > 50)) is C(fail). What is always true is C(warn),
    and so is C(absent(\)) of what has never been there. C(vector(1\)) is a watchdog, and passes.
  - What matches nothing on the right of C(unless), or in one branch of C(or), is C(warn).
  - Recording rules are followed to the selectors that they are made of, also when something is recorded. C(ALERTS) is held against
    the rules that are loaded.
  - A server that evaluates no rules, that has neither a target nor anything that the alerts look at, or that has not evaluated the
    alerts since its start is C(unknown), and so is an alert whose expression can neither be parsed nor evaluated.
  - A rule group that takes longer than its interval is a C(warn), and a C(fail) where the server's own metrics tell that it leaves
    evaluations out time and again.
  - How often each alert began to fire in the last 7 days is told, and decides nothing.
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
      - Labels and their values. The service's alerts are those that have all of them, by their rule, by a selector of it or by the
        C(external_labels) of the server. Series are asked for alerts alone that O(must_include) names.
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
  required_by_severity:
    description:
      - Labels and annotations that alerts of a severity must have besides those, by the value of the label C(severity), in any case.
        Each severity has V(labels), V(annotations) or both, lists of names.
    type: dict
  prefer:
    description:
      - Labels and their values. Where several alerts have a name in O(must_include), those that have these labels are looked at, else those
        that say nothing of them. One that has only other values of them is a C(warn), it may be another service's.
    type: dict
  companion:
    description:
      - A target that is discovered (by Kubernetes, Consul, DNS and the like) vanishes when it is gone, and an alert on C(up == 0) with it.
        What is to be done where no alert fires then, such as one on C(absent(up{...}\)). V(told) tells it and decides nothing.
      - A target of a static list or of a file stays in the list while it is down, so that C(up == 0) is enough.
    type: str
    choices: [told, warn, fail]
    default: told
  may_be_absent:
    description:
      - Names of metrics, whole selectors such as V(payments_requests_total{code=~"5.."}), or names of alerts, which may match nothing.
      - A selector excuses the same selector only, however it is written. A name excuses every selector of the metric, and an alert
        that is named is not examined.
    type: list
    elements: str
    default: []
  not_yet_seen:
    description:
      - What is said of a selector of which only a label value has never been seen that no target has by itself, such as C(code=~"5.."),
        or of which the metric is declared and has not been given yet.
      - C(pass) also excuses counters that are gone, as after a restart of their process, since they come again with the next event.
      - O(may_be_absent) excuses such a selector by name, which says more.
    type: str
    choices: [fail, warn, pass]
    default: warn
  lookback:
    description:
      - How far back it is looked for series that a selector matched, as a duration. A selector that itself looks further back is
        given that.
      - For a job that runs once a month it should be longer than a month.
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
    required_annotations: [summary]
    required_by_severity:
      critical: {annotations: [runbook_url], labels: [team]}

- name: Look at two alerts, a counter of which only exists after the first fault
  operability.readiness.prometheus_alerts:
    url: https://mimir.example.org/prometheus
    headers:
      X-Scope-OrgID: payments
    probe_query: up{job="payments"}
    must_include: [PaymentsDown, PaymentsRejected]
    may_be_absent:
      - payments_rejected_total
      - payments_requests_total{code=~"5.."}
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
