#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: clock
short_description: Verify that the clock of a host is synchronised, and not off by more than a limit
version_added: 0.2.0
description:
  - Asks the time daemon that runs on the host. That is chronyd (C(chronyc)), ntpd of the NTP project or of NTPsec (C(ntpq)),
    OpenNTPD (C(ntpctl)) or systemd-timesyncd (C(timedatectl)).
  - A daemon that is not synchronised is C(fail), and so is one that follows the host's own clock (C(local) of chrony, the driver
    C(127.127.1.0) and the orphan mode of ntpd), which says of itself that it is synchronised.
  - A clock that is further off than O(max_offset), one that was not compared with a source for O(max_age), and a host on which
    no daemon runs are C(fail).
  - A daemon whose source does not answer any more, a source that follows its own clock (or C(127.0.0.1), as ntpd in orphan mode does),
    and several daemons at once are C(warn).
  - What a daemon says is its own belief. With O(server) the clock is also measured, by one question over UDP.
  - A container has no clock of its own. Where no daemon runs in it, what the kernel says of the host's clock counts (C(derived)), and
    C(unknown) is what it does not say. A virtual machine without a daemon is C(fail), or C(unknown) where its host may set its clock
    and no daemon is installed that should.
  - A daemon that cannot be asked (phc2sys, ntpd-rs, BusyBox, a tool that is missing or gets no answer) is C(unknown), unless the
    kernel says that the clock was set within O(max_age) and O(server) finds it right.
  - It proves PLT-04 for every host of a service. An organisation names its server for all of them with C(defaults.with.clock.server).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  max_offset:
    description:
      - How far off the clock may be, as a duration such as V(100ms).
      - A healthy client stays below a tenth of the default, also over wide networks, and lines of logs of two hosts that have
        whole seconds are then at most one second apart.
    type: str
    default: 500ms
  max_age:
    description:
      - How long ago the clock was last compared with a source, as a duration. In the default a usual clock drifts by the default
        of O(max_offset). More where the daemon asks more seldom than it does as it is delivered, which is every 34 minutes at the least.
    type: str
    default: 3h
  server:
    description:
      - An NTP server to measure the clock by, which is best not the one that the daemon follows. A name or an address, with C(:PORT)
        where that is not 123.
      - An address of the host itself measures nothing, which is C(warn).
      - A server that does not answer, is not synchronised itself, or refuses is C(unknown).
    type: str
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
seealso:
  - module: operability.readiness.flow
"""

EXAMPLES = r"""
- name: The clock is synchronised
  operability.readiness.clock:

- name: The clock is within 50 ms of the time of the data centre
  operability.readiness.clock:
    max_offset: 50ms
    server: ntp2.example.org
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: clock
    status: fail
    message: "chronyd is not synchronised: none of its sources answers (4)"
    observed: {daemons: [chronyd], container: false, kernel: {synchronised: false, possible_error_seconds: 16.0}}
    measurements: []
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import clock


def main() -> None:
    run_alone("clock", clock)


if __name__ == "__main__":
    main()
