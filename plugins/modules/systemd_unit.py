#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: systemd_unit
short_description: Verify that a unit is enabled, active and stable, by the rules of its kind
version_added: 0.1.0
description:
  - Looks at one unit with C(systemctl show) and judges it by the rules of its kind.
  - A unit that does not exist, is masked, has failed, or keeps being restarted is C(fail).
  - A host that is not run by systemd is C(unknown).
  - A unit file that has changed since systemd read it is C(warn).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  unit:
    description:
      - Name of the unit. Without a suffix it is a C(.service).
    type: str
    required: true
  kind:
    description:
      - What kind of unit it is, and so what it must look like.
      - V(daemon) must be active. It must not be restarted by systemd again and again.
      - V(oneshot) need not be active, its last run must have succeeded.
      - V(timer) must be active and have a next run. Whether what it starts succeeds is verified by M(operability.readiness.scheduled_job).
      - V(socket) must be active. A service that it starts need not be.
      - V(standby) may be active or inactive, it must not have failed; for the passive node of a cluster. See also O(enabled).
      - V(auto) tells by the suffix and by C(Type=). A service that an active socket or path unit starts when it is needed need not run.
    type: str
    choices: [auto, daemon, oneshot, timer, socket, standby]
    default: auto
  enabled:
    description:
      - Whether the unit must start by itself when the host starts. It counts as enabled when a unit that triggers it is.
      - Enabled until the next restart of the host only is C(warn).
      - Set it to V(false) for a unit that a cluster manager such as Pacemaker starts; then a unit that is enabled is C(warn).
    type: bool
    default: true
  since:
    description:
      - When the deployment was, as an ISO 8601 timestamp. Without a zone it is UTC.
      - A daemon must have been started after it, and must not have been restarted by systemd more than O(max_restarts) times.
      - Without this option more restarts are C(fail) when the last of them was less than an hour ago, and C(warn) after that.
    type: str
  max_restarts:
    description:
      - How many automatic restarts since the unit was started are tolerated. systemd counts them since version 235.
    type: int
    default: 0
  restart_policy:
    description:
      - Whether a daemon must have a C(Restart=) that restarts it after a crash. It is C(warn) when it has not.
    type: bool
    default: true
seealso:
  - module: operability.readiness.scheduled_job
"""

EXAMPLES = r"""
- name: The daemon is enabled, runs, and was not restarted since the deployment
  operability.readiness.systemd_unit:
    unit: payments.service
    since: "{{ deployed_at }}"

- name: The database of a cluster is ready on this node, active or not
  operability.readiness.systemd_unit:
    unit: postgresql@15-main
    kind: standby
    enabled: false
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: systemd_unit
    status: fail
    message: "payments.service has failed: it ended with exit code 1"
    instance: payments.service
    observed: {kind: daemon, ActiveState: failed, SubState: failed, UnitFileState: enabled, Type: notify, Result: exit-code}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import systemd_unit


def main() -> None:
    run_alone("systemd_unit", systemd_unit)


if __name__ == "__main__":
    main()
