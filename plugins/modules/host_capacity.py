#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_capacity
short_description: Verify that disks, inodes, memory and file descriptors have headroom
version_added: 0.1.0
description:
  - Looks at the use of file systems and their inodes, of memory, and of file descriptors.
  - A share over its limit is C(fail), one that is within a tenth of it is C(warn).
  - Without O(paths) every writable file system on the host's own disks is looked at, once. Network and pseudo file systems,
    read-only ones, and the overlays of containers are left out.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  disk:
    description:
      - The share of a file system that may be used. It is reckoned as C(df) does.
      - A file system is too full only when it has less than O(min_free) free too.
    type: str
    default: < 90%
  min_free:
    description:
      - How much free room is enough, whatever the share.
    type: str
    default: 10GiB
  inodes:
    description:
      - The share of the inodes of a file system that may be used.
    type: str
    default: < 90%
  memory:
    description:
      - The share of memory that may be in use. What the kernel can free at once (C(MemAvailable)) is not.
    type: str
    default: < 95%
  file_descriptors:
    description:
      - The share of the file descriptors of the whole host that may be in use.
    type: str
    default: < 80%
  paths:
    description:
      - Look only at the file systems that hold these paths, of whatever kind they are.
    type: list
    elements: str
  root:
    description:
      - Where the root of the host is seen, for a check that runs in a container.
    type: path
    default: /
  proc:
    description:
      - Where C(/proc) of the host is seen.
    type: path
    default: /proc
"""

EXAMPLES = r"""
- name: The host has room
  operability.readiness.host_capacity:

- name: The disk of the database has room for a week
  operability.readiness.host_capacity:
    paths:
      - /var/lib/postgresql
    disk: "< 80%"
    min_free: 50GiB
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: host_capacity
    status: fail
    message: /var is 96.2% full and has 1.9 GiB free, the limit is < 90% or 10.0 GiB free
    observed: {memory_used: 0.41, file_descriptors_used: 0.002}
    measurements:
      - {name: disk_used_ratio, value: 0.962, limit: 0.9, bound: upper}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import host_capacity


def main() -> None:
    run_alone("host_capacity", host_capacity)


if __name__ == "__main__":
    main()
