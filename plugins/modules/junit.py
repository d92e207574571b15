# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: junit
short_description: Verify that another tool's JUnit XML is fresh, of this version, and has no failure
version_added: 0.1.0
description:
  - Reads reports in JUnit's XML and counts the test cases anew; what suites say of themselves is only compared. There is a finding for each
    report.
  - C(pass) when every test that ran passed, enough of them ran, and the report is young enough and of O(version).
  - C(warn) when numbers that a suite says of itself are not those of its test cases, and when tests were skipped that must not be
    (O(allow_skipped)).
  - C(fail) when a test fails or breaks off, no test or fewer than O(min_tests) ran, and when the report is too old, of another version,
    or not there.
  - C(unknown) when a report cannot be read, is no whole XML document, is XML of another kind, is dated ahead, or is larger than 64 MiB.
  - A report that has a document type or entities is C(unknown); none of it is expanded or fetched.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  path:
    description:
      - The reports, each a file or a pattern such as V(reports/**/*.xml). Each of them must match a file.
    type: list
    elements: path
    required: true
  max_age:
    description:
      - How old a report may be, as a duration.
      - Its age is told from the oldest C(timestamp) of its suites (UTC where that names no zone), else from the time of the file, which
        copying may have made anew.
    type: str
    default: 30d
  version:
    description:
      - The version that must have been tested. It must stand in the property O(version_property) of a suite; where a report has no such
        property, in the name of a suite or in the path of the file.
      - "V(1.4.2) is not found in C(11.4.2), C(1.4.20) or C(1.4.2-rc1), and is found in C(v1.4.2)."
    type: str
  version_property:
    description:
      - Name of the property of a suite that tells the version. Where it is there it has the last word.
    type: str
    default: version
  min_tests:
    description:
      - How many tests must have run at least. A test that was skipped did not run.
    type: int
    default: 1
  allow_skipped:
    description:
      - Whether tests may be skipped. They are told in any case.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: The load tests of this version have passed within the last week
  operability.readiness.junit:
    path: reports/load/*.xml
    version: 1.4.2
    max_age: 7d
  delegate_to: localhost

- name: The security scan found nothing, and looked at something
  operability.readiness.junit:
    path:
      - /srv/builds/payments/1.4.2/zap.xml
      - /srv/builds/payments/1.4.2/trivy.xml
    version: 1.4.2
    min_tests: 20
    allow_skipped: false
  delegate_to: localhost
"""

RETURN = r"""
finding:
  description: The finding; the worst of them, where there are several.
  returned: always
  type: dict
  sample:
    check: junit
    status: fail
    message: "reports/load/orders.xml: of 412 tests 2 fail and 1 breaks off"
findings:
  description: All findings, each as RV(finding).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import junit as check


def main() -> None:
    run_alone("junit", check)


if __name__ == "__main__":
    main()
