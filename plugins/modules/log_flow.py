#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_flow
short_description: Verify that every instance logs, and that what it logs arrives in the log store
version_added: 0.3.0
description:
  - Counts the lines of each instance in a log store, in one question for all of them, and names every instance that is silent.
  - Each instance must have logged within O(every) and O(takes), after O(since), and since it was started where its host has said when that
    was (O(markers)). So lines from before a deployment prove nothing after it.
  - Where its host has also said what it has logged itself, a store whose newest line is older by more than O(max_lag) is C(fail), because
    what ships the log is stuck. An instance that has not logged on its own host either is told apart from one whose lines do not arrive.
  - A silent instance is C(fail). What explains it is looked for, such as other lines of the same host, lines in another index, stream or
    tenant, or another name. Lines that come under a wrong time are C(warn). Where nothing of anybody has come either, the store stands
    still and the finding is C(unknown).
  - An instance whose clock is ahead, that has only just been started, or that has dropped lines is C(warn), and so is a store that drops
    lines, or takes none any more.
  - Marked lines of M(operability.readiness.log_canary) do not count. Where nothing says which lines are those of the service (O(query),
    O(index), O(stream), O(tag) or O(unit)), any line of a host would do, and the finding is C(warn).
  - An answer of which a part is missing (a limit, a shard, too many questions, a time-out) is C(unknown), as is a name that several
    instances share in the store.
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
      - Where the lines lie. With V(file) in the files that O(search) names, with V(journald) in a journal, else in a log store at O(url).
    type: str
    choices: [victorialogs, opensearch, elasticsearch, loki, graylog, file, journald]
    required: true
  search:
    description:
      - With O(backend=file) the path, or pattern, of the files. C({host}) stands for the host whose lines a file, or a folder, has;
        without it each line must name its host, as syslog and JSON do. C({tag}) is replaced by O(tag). Required then.
      - With O(backend=journald) the folder of the journal, such as that of a receiver of systemd-journal-remote. Without it the journals
        of this host are looked at.
    type: str
  tag:
    description:
      - The syslog tag of the lines, for O(backend=file) and O(backend=journald).
    type: str
  unit:
    description:
      - The unit whose entries count, for O(backend=journald).
    type: str
  by:
    description:
      - Name of the field that tells the instances apart. By default O(host_field), else the first of the usual names of such a field
        in which the expected hosts are found.
    type: str
  expect:
    description:
      - The hosts that must log.
    type: list
    elements: dict
    suboptions:
      instance:
        description:
          - Name of the host, as it is told.
        type: str
        required: true
      names:
        description:
          - Further names and addresses under which its lines may lie. Names are compared in full, or by their first part where one of the
            two has no more; two full names that differ are two hosts.
        type: list
        elements: str
        default: []
  instances:
    description:
      - Names, or patterns of names, of other instances that must all log, such as containers, pods or units. Needs O(by).
    type: list
    elements: str
  min_instances:
    description:
      - How many instances must have logged, where nobody knows their names.
    type: int
  since:
    description:
      - A moment after which each instance must have logged, such as that of a deployment, as ISO 8601. Without a zone it is UTC.
    type: str
  every:
    description:
      - How often each instance logs at least, as a duration. A batch logs when it runs.
      - Where it is not given, once in V(24h), and within 5 minutes of its start.
    type: str
  takes:
    description:
      - How much later the last line of a run may come, as a duration.
    type: str
    default: 1h
  min_lines:
    description:
      - How many lines each instance must have logged within that time.
    type: int
    default: 1
  max_lag:
    description:
      - Within what time a line that is in the log of its host must be in the store, as a duration.
    type: str
    default: 15m
  path:
    description:
      - The log file on the host, for the half that the action M(operability.readiness.verify) runs there.
    type: path
  units:
    description:
      - The units that write the log, for the same half.
    type: list
    elements: str
    default: []
  markers:
    description:
      - What the hosts have said of themselves, each as the C(observed) of the finding of the half that ran there. A host in it is expected.
    type: list
    elements: dict
  local:
    description:
      - Whether it is enough that the lines are where the instance writes them itself.
    type: bool
    default: false
notes:
  - The default of O(timeout) is 120 seconds.
  - Nothing is written anywhere. M(operability.readiness.log_canary) proves more, with a line of its own.
seealso:
  - module: operability.readiness.log_canary
  - module: operability.readiness.log_retention
"""

EXAMPLES = r"""
- name: Both web servers have logged since the deployment
  operability.readiness.log_flow:
    backend: victorialogs
    url: https://logs.example:9428
    query: 'app:="payments"'
    expect:
      - instance: web1
        names: [web1.example, 10.0.0.5]
      - instance: web2
    since: "{{ deployed_at }}"

- name: The nightly settlement has logged on its host, in its last run
  operability.readiness.log_flow:
    backend: opensearch
    url: https://search.example:9200
    index: logs-settlement-*
    expect:
      - instance: batch1
    every: 24h
    takes: 3h

- name: The log server has lines of each host
  operability.readiness.log_flow:
    backend: file
    search: /srv/logs/{host}/payments.log
    expect:
      - instance: web1
      - instance: web2
"""

RETURN = r"""
finding:
  description: The finding.
  returned: always
  type: dict
  sample:
    check: log_flow
    status: fail
    message: >-
      1 of 2 instances log: web2 logs on its host, 2 s ago for the last time, and no line of the last 25 h is in the store: what ships its
      log has stopped, or sends it elsewhere
    observed:
      logging: [web1]
      silent: [web2]
      lines: 4211
      strangers: []
      field: host.name
    expected:
      instances: [web1, web2]
      since: "2026-11-24T05:00:00Z"
      min_lines: 1
    measurements:
      - {name: log_flow_instances, value: 1, limit: 2, bound: lower, count: true}
      - {name: log_flow_newest_age_seconds, value: 1.5}
findings:
  description: The same, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_flow


def main() -> None:
    run_alone("log_flow", log_flow)


if __name__ == "__main__":
    main()
