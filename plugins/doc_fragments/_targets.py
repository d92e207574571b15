# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where metrics go: options of the actions that publish some."""

    DOCUMENTATION = r"""
options:
  textfile_directory:
    description:
      - The folder that node_exporter's textfile collector reads.
    type: path
  pushgateway:
    description:
      - The Pushgateway that takes the metrics.
      - Prometheus must scrape it with C(honor_labels), as every Pushgateway.
      - A gateway that is down or overloaded is tried three times.
    type: dict
    suboptions:
      url:
        description:
          - Its address, for example V(https://push.example:9091).
        type: str
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
          - Token that is sent in the C(Authorization) header as a bearer token.
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
          - PEM file of the key of O(pushgateway.client_cert).
        type: path
"""
