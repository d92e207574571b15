# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the address is reached that tells what has arrived, of the checks that ask one."""

    DOCUMENTATION = r"""
options:
  receipt_headers:
    description:
      - Further request headers for O(receipt_url). None of their values is shown.
    type: dict
  receipt_username:
    description:
      - User for HTTP basic authentication at O(receipt_url).
    type: str
  receipt_password:
    description:
      - Password for HTTP basic authentication at O(receipt_url).
    type: str
  receipt_bearer_token:
    description:
      - "Token that is sent to O(receipt_url) as C(Authorization: Bearer)."
    type: str
  receipt_ca_path:
    description:
      - PEM file of the certification authorities to trust at O(receipt_url) instead of the system's.
    type: path
"""
