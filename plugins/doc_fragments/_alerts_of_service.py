# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options by which the checks of Alertmanager find the alerts of a service, with the labels that they really have."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the Alertmanager, with its path prefix where it has one.
    type: str
    required: true
  peers:
    description:
      - Addresses of the other Alertmanagers of its cluster. Each of them is asked, with the same credentials.
      - One that cannot be asked, and differences in what they hold, are C(warn). When none answers, it is C(unknown).
    type: list
    elements: str
    default: []
  prometheus:
    description:
      - The Prometheus servers that evaluate the alerts of the service. The labels of the rules that they have loaded decide,
        with those that the series of their expressions give, C(external_labels), and C(alert_relabel_configs).
      - Without it the label sets in O(labels) are all that is known, and the proof is C(derived).
    type: list
    elements: dict
    default: []
    suboptions:
      url:
        description:
          - Address of the Prometheus, or of what has its API for rules, with its path prefix where it has one.
        type: str
        required: true
      failover:
        description:
          - Further addresses of the same server, for when the first cannot be reached.
        type: list
        elements: str
        default: []
      rules_url:
        description:
          - Address of what evaluates the rules and sends their alerts, where that is another program, such as C(vmalert).
        type: str
      probe_query:
        description:
          - PromQL that must return something, else it is the wrong server.
        type: str
      external_labels:
        description:
          - The labels that this server adds to alerts when it sends them. Only needed for servers that do not show their configuration,
            as those of VictoriaMetrics and Mimir; an empty dictionary says that there are none.
        type: dict
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
          - Further request headers, for example the tenant header of a shared server.
        type: dict
        default: {}
      validate_certs:
        description:
          - Whether the server's certificate must be valid.
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
          - PEM file of the key of O(prometheus[].client_cert).
        type: path
  match:
    description:
      - Labels by which the service's alerts are told from others, as their rule, a selector of it or C(external_labels) give them; those of
        series count for alerts that O(must_include) names. Needed with O(prometheus) unless O(must_include) names them.
    type: dict
  must_include:
    description:
      - Names of alerts of the service. Without O(match) these are its alerts.
    type: list
    elements: str
    default: []
  labels:
    description:
      - Label sets of alerts of the service, each a dictionary, besides those of loaded rules. Needed without O(prometheus).
      - As in Alertmanager an empty value is the same as no such label.
    type: list
    elements: dict
    default: []
  extra_labels:
    description:
      - Labels that the alerts of the service have besides O(match), where nothing that can be observed tells it,
        because no rule of the service is loaded yet, or the server does not show its configuration.
    type: dict
    default: {}
"""
