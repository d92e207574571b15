#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_retention
short_description: Verify that log lines are kept long enough, and not longer than they may be
version_added: 0.3.0
description:
  - Compares how long the policy of a log store, logrotate or journald keeps lines with how old the oldest line there is.
  - It passes when both are long enough. A policy that is too short is C(fail), whatever lies there now.
  - Where the oldest line is younger than the policy lets it become, something else deletes lines, such as a full disk. That is C(fail)
    where they are not kept long enough, and C(warn) where they still are.
  - A young log has no old lines. Where O(since) says so, where the host is not older either, or where others have older lines in the
    same store, it passes by the policy alone (C(proof) is V(ignore:derived)). Where nobody knows it is C(warn).
  - Lines that are much older than the policy lets them become are C(warn), since it is not applied. Those older than O(max_retention),
    and a policy that keeps lines longer than that, are C(fail).
  - Where neither the policy nor the oldest line tells enough it is C(unknown).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._http
  - operability.readiness._log_store
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  backend:
    description:
      - Where the lines are kept. With V(file) in log files on this host, with V(journald) in a journal, else in a log store at O(url).
      - Of a log store the policy is asked for. That is the retention of C(victorialogs) and C(loki), a policy of index state management
        of C(opensearch), a lifecycle of C(elasticsearch), and the rotation of the index set of C(graylog).
    type: str
    choices: [victorialogs, opensearch, elasticsearch, loki, graylog, file, journald]
    required: true
  min_retention:
    description:
      - How long lines must be kept at least, as a duration such as V(90d).
    type: str
    required: true
  max_retention:
    description:
      - How long lines may be kept at most, as a duration, such as where they hold personal data.
    type: str
  since:
    description:
      - The day, or the moment, since when the log is written. It tells a young log from one that something deletes.
    type: str
  every:
    description:
      - How often there is a line at all, as a duration. The oldest one may be younger by so much.
    type: str
  first_deployment:
    description:
      - Whether nothing has been logged yet. Then the policy alone counts.
    type: bool
    default: false
  path:
    description:
      - The log file, with O(backend=file). What logrotate has made of it is found beside it, and in the C(olddir) of its rule.
    type: path
  search:
    description:
      - With O(backend=file) the files of a receiver, as a path or pattern. C({host}) stands for the name of any host, C({tag}) for O(tag).
        The worst of them counts.
      - With O(backend=journald) the folder of the journal of a receiver, of which only the oldest entry is looked at. Without it the
        journal of this host.
    type: str
  tag:
    description:
      - The syslog tag in O(search).
    type: str
  rotated_by:
    description:
      - What rotates the log file. Only the rules of logrotate say for how long.
    type: str
    choices: [logrotate, journald, application]
    default: logrotate
  logrotate_config:
    description:
      - The configuration of logrotate.
    type: path
    default: /etc/logrotate.conf
  logrotate_state:
    description:
      - The state file of logrotate. The usual ones are looked for unless it is given.
    type: path
  journald_config:
    description:
      - The configuration files of journald, and patterns of drop-ins, in their order.
    type: list
    elements: path
    default:
      - /usr/lib/systemd/journald.conf
      - /etc/systemd/journald.conf
      - /usr/lib/systemd/journald.conf.d/*.conf
      - /usr/local/lib/systemd/journald.conf.d/*.conf
      - /run/systemd/journald.conf.d/*.conf
      - /etc/systemd/journald.conf.d/*.conf
notes:
  - The default of O(timeout) is 60 seconds.
  - What logrotate keeps for sure is as many generations as its rule says. Where they follow each other faster than its period, because a
    size comes first, it is as long as they take now.
  - journald keeps entries for C(MaxRetentionSec), or until C(SystemMaxUse) is full at the present rate.
seealso:
  - module: operability.readiness.log_flow
  - module: operability.readiness.log_rotation
"""

EXAMPLES = r"""
- name: The log store keeps the lines of the service for 90 days
  operability.readiness.log_retention:
    backend: victorialogs
    url: https://logs.example:9428
    query: 'app:="payments"'
    min_retention: 90d
    max_retention: 400d

- name: logrotate keeps four weeks on the host
  operability.readiness.log_retention:
    backend: file
    path: /var/log/payments/app.log
    min_retention: 28d
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: log_retention
    status: fail
    message: >-
      lines are kept for 90 d (-retentionPeriod=90d of VictoriaLogs https://logs.example:9428), the oldest line is 12 d old, and it has been
      written for 400 d: it drops its oldest days when its disk is fuller than -retention.maxDiskSpaceUsageBytes=50GiB
    observed:
      policy_seconds: 7776000
      policy: "-retentionPeriod=90d of VictoriaLogs https://logs.example:9428"
      without_end: false
      oldest_seconds: 1036800
      where: VictoriaLogs https://logs.example:9428
    expected:
      min_retention_seconds: 7776000
      max_retention_seconds: null
    measurements:
      - {name: log_retention_policy_seconds, value: 7776000, limit: 7776000, bound: lower}
      - {name: log_retention_oldest_seconds, value: 1036800, limit: 7776000, bound: lower}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_retention


def main() -> None:
    run_alone("log_retention", log_retention)


if __name__ == "__main__":
    main()
