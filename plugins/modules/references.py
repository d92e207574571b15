#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: references
short_description: Verify that units, files and folders that a document names exist on a host
version_added: 0.4.0
description:
  - Looks on this host for systemd units and for paths. Each must exist. Whether a unit runs is a question for
    M(operability.readiness.systemd_unit).
  - M(operability.readiness.runbook) with O(operability.readiness.runbook#module:verify_references) has it run on the hosts of a
    service, with the names that the commands of the runbook have.
  - It is C(unknown) where systemd cannot be asked, and where a path lies in a folder that may not be looked into.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  units:
    description:
      - Names of units. One without a suffix is a service. An instance of a template exists where the template does.
    type: list
    elements: str
    default: []
  paths:
    description:
      - Absolute paths. A symbolic link must lead to something.
    type: list
    elements: path
    default: []
"""

EXAMPLES = r"""
- name: What the runbook tells operators to use is there
  operability.readiness.references:
    units: [payments.service, payments-purge.timer]
    paths: [/opt/payments/bin/drain, /etc/payments/payments.yml]
  become: true
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: references
    status: fail
    message: the unit payments-purge.timer does not exist
    observed:
      units:
        there: [payments.service]
        missing: [payments-purge.timer]
        unseen: {}
      paths:
        there: [/opt/payments/bin/drain]
        missing: []
        unseen: {}
findings:
  description: The same finding, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import references


def main() -> None:
    run_alone("references", references)


if __name__ == "__main__":
    main()
