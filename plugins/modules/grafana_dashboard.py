#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: grafana_dashboard
short_description: Verify that dashboards in Grafana exist and that their panels show data
description:
  - Reads a dashboard by its O(uid), or each one that has a O(tag), and sends the queries of its panels through Grafana, as somebody's
    browser does who opens it now - with the time of the dashboard and of the panel, with its variables filled in, and with the filters
    that it adds. Data sources of every kind that Grafana itself can ask are asked.
  - A panel shows data when each of its queries has a value, and one of now. No row, values that are none (NaN or null), series that ended
    in the past, a query that the data source refuses, a data source that does not exist, made up numbers (TestData, random walk), and a
    panel whose queries are all hidden or empty are a C(fail). Where some of a panel's queries have data and others have none it is a
    C(warn). Panels that ask nothing (text, rows, lists of alerts or dashboards) are left out, and told in the details.
  - A dashboard that is not there, has no panel, or shows no data of any data source is a C(fail). So is a data source that says it is not
    well; where its panels show data all the same it is a C(warn).
  - A variable has the value of O(variables), else the one with which the dashboard was saved, else the one that Grafana takes then. One
    that was saved and is no value any more makes the finding a C(warn), for the dashboard shows something else then. Values of Prometheus
    and Loki are asked for; those of other data sources are believed.
  - What cannot be asked is C(unknown) and named - a panel that the credentials may not ask, a variable that cannot be filled in here, a
    Grafana that does not answer, a login page.
  - A number that a query makes up where there is nothing (V(or vector(0\))) is data, but a dashboard that shows nothing else fails.
  - At most 200 panels of a dashboard are asked, repeated ones counted, 20 queries in a request. With more the finding is C(unknown).
  - Asks the API of Grafana 9 and later as it is documented, and reads both schemas of dashboards. The role Viewer is enough; without leave
    to list data sources those of Grafana's own pages are taken.
version_added: 0.2.0
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
  - operability.readiness._http
options:
  url:
    description:
      - Address of Grafana, with the prefix of its path if it has one.
    type: str
    required: true
  uid:
    description:
      - The uid of the dashboard, which stands in its address (C(/d/UID/...)). It stays where the title or the folder changes.
    type: str
  tag:
    description:
      - Every dashboard with this tag, each with a finding of its own. One of O(uid) and O(tag) is needed.
    type: str
  panels:
    description:
      - The panels that must show data, by title as it is saved or by number. All panels without it.
      - One that is not there, or asks nothing, is a C(fail).
    type: list
    elements: str
    default: []
  may_be_empty:
    description:
      - Panels whose emptiness is healthy (a panel of errors, of waiting jobs), by title or number, or one query of a panel as
        V(Errors/B). What the data source refuses is a C(fail) all the same.
      - Queries for alerts that fire (V(ALERTS)) and for what is absent (V(absent(\))) may be empty without it.
        Whatever else such a query selects must have series.
    type: list
    elements: str
    default: []
  variables:
    description:
      - Values of the dashboard's variables, by name, one or a list. Without them a dashboard for several services shows the one with which
        it was saved.
      - A variable that the dashboard does not have, or a value that it does not offer, is a C(fail). One that no panel needs is a C(warn).
    type: dict
    default: {}
  data_sources:
    description:
      - The only data sources that panels may ask, by uid or name. Any without it.
    type: list
    elements: str
    default: []
seealso:
  - module: operability.readiness.grafana_dashboards
  - module: operability.readiness.prometheus_query
"""

EXAMPLES = r"""
- name: The dashboard of the payments service shows data
  operability.readiness.grafana_dashboard:
    url: https://grafana.example.org
    bearer_token: "{{ vault_grafana_token }}"
    uid: payments-overview
    variables: {service: payments}
    may_be_empty: [Errors by code]

- name: The two panels that matter at night, on every dashboard with the tag
  operability.readiness.grafana_dashboard:
    url: https://grafana.example.org
    bearer_token: "{{ vault_grafana_token }}"
    tag: payments-oncall
    panels: [Requests, Latency]
    data_sources: [prometheus-production]
"""

RETURN = r"""
finding:
  description: The worst finding, one for each dashboard.
  returned: always
  type: dict
  sample:
    check: grafana_dashboard
    instance: payments-overview
    status: fail
    message: "the dashboard Payments: panel Latency: there is data of the past only, the newest is 2 h old"
    observed:
      uid: payments-overview
      title: Payments
      folder: Services
      panels_with_data: [payments-overview/Errors, payments-overview/Requests]
      empty_panels: [Latency]
      unseen_panels: []
      data_sources: [Prometheus]
    measurements:
      - {name: panels_with_data, value: 2, limit: 3, bound: lower, count: true}
findings:
  description: All of them.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import grafana_dashboard


def main() -> None:
    run_alone("grafana_dashboard", grafana_dashboard)


if __name__ == "__main__":
    main()
