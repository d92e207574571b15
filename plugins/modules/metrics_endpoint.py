# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: metrics_endpoint
short_description: Verify that the exposition parses, required families are there and move
description:
  - Reads a metrics page, twice if need be, and looks whether it is in the Prometheus text format, whether the metrics in O(families)
    are there, whether those in O(moving) move, and whether the number of series is within O(max_series).
  - Refuses what makes a scrape fail or lie, which is invalid names, a series that stands twice, a family that is declared twice,
    and every status but 200. Timestamps and what OpenMetrics adds are accepted.
  - The page is the service's own, so one that refuses the connection, does not answer in time, has a certificate that cannot be trusted
    or shows a web page is a C(fail). A name that cannot be resolved, and refused credentials, are C(unknown).
  - Needs no Prometheus server, and no library on the host. It does not say that anybody scrapes the page. It proves MON-01 only where no
    Prometheus is declared, and then its finding is C(derived) and says so.
version_added: 0.1.0
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
      - Address of the metrics page, for example V(http://localhost:8080/metrics).
    type: str
    required: true
  families:
    description:
      - Names of metrics that must have series.
    type: list
    elements: str
    default: []
  moving:
    description:
      - Names of metrics that must increase between two reads. Of a gauge the value must change, of a histogram or summary its count.
      - When the service is restarted between the reads this cannot be proven, which is a C(warn).
    type: list
    elements: str
    default: []
  interval:
    description:
      - Time between the two reads, as a duration.
    type: str
    default: 1s
  max_series:
    description:
      - How many series the page may have.
    type: int
    default: 10000
"""

EXAMPLES = r"""
- name: The service exposes its golden signals
  operability.readiness.metrics_endpoint:
    url: http://localhost:8080/metrics
    families:
      - http_requests_total
      - http_request_duration_seconds

- name: The worker is working
  operability.readiness.metrics_endpoint:
    url: https://{{ inventory_hostname }}:9443/metrics
    ca_path: /etc/ssl/internal-ca.pem
    moving: [jobs_done_total]
    interval: 10s
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: metrics_endpoint
    status: pass
    message: "http://localhost:8080/metrics exposes 412 series in 57 families, the limit is 10000"
findings:
  description: The same as RV(finding), as a list of one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import metrics_endpoint


def main() -> None:
    run_alone("metrics_endpoint", metrics_endpoint)


if __name__ == "__main__":
    main()
