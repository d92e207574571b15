# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of whatever asks a server over HTTP, but for O(url), which each module describes."""

    DOCUMENTATION = r"""
options:
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
      - PEM file of the key of O(client_cert).
    type: path
"""

    FAILOVER = r"""
options:
  failover:
    description:
      - Further addresses of the same server. The next one is asked where one refuses the connection, does not answer in time, cannot be
        resolved, or answers the first question with a status of 500 or more; not where it refuses the credentials.
      - The finding says which one has answered. The check stays with it.
    type: list
    elements: str
    default: []
    version_added: 0.3.0
"""
