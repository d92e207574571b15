# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: http_probe
short_description: Verify that status, body, JSON values and latency are as declared
version_added: 0.1.0
description:
  - Asks the service for a page, once or several times, and looks at the status, the text, values in JSON (such as the deployed version),
    and how long the answer took.
  - Runs where the task runs. Delegate it to a machine that stands where the users of the service stand.
  - C(pass) when each answer is as expected, and the percentile of the times is not above O(max_latency).
  - C(warn) when the answer came from another host, to which the service redirects, and nothing but its status was asked for.
  - C(fail) when one answer of O(samples) is wrong, or none comes, since the connection is refused, cut, too slow or not to be trusted.
  - C(unknown) when the name of the service cannot be resolved on the machine that probes, or the time allowed is over too early.
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
      - Address that is asked.
    type: str
    required: true
  method:
    description:
      - Method of the request.
    type: str
    choices: [GET, HEAD, OPTIONS]
    default: GET
  status:
    description:
      - The statuses that are right.
    type: list
    elements: int
    default: [200]
  body:
    description:
      - Text that must occur in the answer, as it is.
    type: str
  body_pattern:
    description:
      - Regular expression (Python) that must match somewhere in the answer.
    type: str
  version:
    description:
      - A version that must stand in the answer, where C({version}) stands in O(body), or anywhere.
      - V(1.4) is found in V(v1.4), V("1.4") and V(version=1.4,), also in V(1.4-abc), and not in V(1.4.9), V(11.4), V(1.4-rc1) or
        V(1.4+build). The short name of a commit finds its full one. Where O(body) goes on beside C({version}), that alone ends it.
    type: str
    version_added: 0.3.0
  not_body:
    description:
      - Texts that must not occur in the answer, for example one of the login page or of the maintenance page.
    type: list
    elements: str
    default: []
  json:
    description:
      - What the answer, read as JSON, must have. The keys are paths such as V(build.version) or V(checks.0.status), where a number is the
        index of a list, and the values are what must be there.
      - Numbers, strings and booleans are the same when they read the same.
    type: dict
    default: {}
  max_latency:
    description:
      - The longest that an answer may take up to its last byte, as a duration such as V(500ms). With several O(samples) it holds for
        their O(percentile).
    type: str
  percentile:
    description:
      - The percentile of the times of all samples that is compared with O(max_latency).
    type: float
    default: 95
  samples:
    description:
      - How many requests are made, one after the other.
    type: int
    default: 1
  follow_redirects:
    description:
      - Whether redirects are followed. When they are not, the status of the redirect itself is looked at.
    type: bool
    default: true
seealso:
  - module: ansible.builtin.uri
  - module: operability.readiness.tls_certificate
"""

EXAMPLES = r"""
- name: The version that answers is the one deployed
  operability.readiness.http_probe:
    url: https://payments.example.org/actuator/info
    json:
      build.version: "{{ payments_version }}"
  delegate_to: localhost

- name: The service is fast enough
  operability.readiness.http_probe:
    url: https://payments.example.org/
    body: Payments
    not_body:
      - Please log in
    samples: 20
    max_latency: 500ms
  delegate_to: probe.example.org
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: http_probe
    status: fail
    message: build.version is '1.4.0', expected '1.5.0'
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import http_probe as check


def main() -> None:
    run_alone("http_probe", check)


if __name__ == "__main__":
    main()
