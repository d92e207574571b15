#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_canary
short_description: Verify that a marked line written on the host is found centrally in time
version_added: 0.1.0
description:
  - Writes one uniquely marked line on the host in the way the service writes its log, and looks for it in the backend until O(deadline).
    How long it took is measured.
  - It passes when the line is found, and fails when it is not, or when the service's log file or socket is not there.
    The finding says how many other lines arrived meanwhile, which tells a stopped log shipper from a wrong path.
  - It is C(unknown) when the line may not be written, or when the place to search may not be read.
  - It is C(unknown) when the line is only found in the very file that it was written to, under whatever name, since nothing was sent
    anywhere; and C(warn) when it is found in the journal of the same host, as this does not prove that logs arrive centrally. O(local)
    accepts either.
  - A log line cannot be taken back, so there is nothing to clean up. It is one line, and it begins with C(operability-canary).
    Whoever watches the logs can leave such lines out by that word.
  - The log file is never created, and neither a symbolic link nor anything else but a regular file is written to.
    The line is appended in a single write.
  - A file is read from where it ended when the line was written. Where that is not known, at most its last 64 MiB are read.
    Rotated files of the log that are not compressed are read too.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
attributes:
  check_mode:
    support: partial
    details:
      - Nothing is written in check mode, so that nothing is proven. The task is skipped then, unless it has O(markers).
  diff_mode:
    support: N/A
    details:
      - It changes nothing but the log, to which it adds a line.
  idempotent:
    support: none
    details:
      - Each run adds one line to the log, which is not reported as a change.
options:
  via:
    description:
      - How the line is written. With V(file) it is appended to O(path), with V(journald) and V(syslog) it is sent to O(socket).
      - Required unless O(markers) are given.
    type: str
    choices: [file, journald, syslog]
  path:
    description:
      - The log file to append to. Required with O(via=file). It must exist.
    type: path
  tag:
    description:
      - The syslog tag, or the journal's C(SYSLOG_IDENTIFIER), of the line.
    type: str
    default: operability-canary
  socket:
    description:
      - The socket to send to. It is C(/dev/log) with O(via=syslog) and C(/run/systemd/journal/socket) with O(via=journald) unless given.
    type: path
  format:
    description:
      - Whether the line is plain text or a JSON object, so that the log stays parseable.
      - A V(json) line has the keys C(timestamp), C(level) and C(message), and those of O(fields).
    type: str
    choices: [text, json]
    default: text
  template:
    description:
      - The whole line, where C({marker}) and C({timestamp}) are replaced. It must keep C({marker}).
      - With O(format=json) it must make a JSON document.
    type: str
  fields:
    description:
      - Further fields of the line. C({marker}) and C({timestamp}) are replaced in them.
      - With O(via=journald) and O(format=text) they become fields of the journal entry, in upper case and as they are.
    type: dict
    default: {}
  backend:
    description:
      - Where the line must be found. With V(file) in the files that O(search) names, with V(journald) in a journal.
    type: str
    choices: [file, journald]
    required: true
  search:
    description:
      - With O(backend=file) the path, or pattern, of the files in which the line must be found. Required then.
      - C({host}) is replaced by the name of the host that wrote the line, in full and short, and C({tag}) by O(tag).
      - With O(backend=journald) the folder of the journal. Without it every journal on this host is searched.
    type: str
  deadline:
    description:
      - Within what time the line must be found, as a duration. O(timeout) must be longer.
    type: str
    default: 60s
  interval:
    description:
      - How long to wait between two looks, as a duration.
    type: str
    default: 1s
  markers:
    description:
      - Lines that were written before, each as the C(observed) of the finding of the run that wrote it. Nothing is written then.
        There is one finding for each.
      - A key C(inventory_host) in a marker becomes the host of its finding.
    type: list
    elements: dict
  local:
    description:
      - Whether it is enough that the line is found on the host that wrote it.
    type: bool
    default: false
notes:
  - The default of O(timeout) is 90 seconds.
"""

EXAMPLES = r"""
- name: What the service logs arrives on the log server, which is this host
  operability.readiness.log_canary:
    via: syslog
    tag: payments
    backend: file
    search: /srv/logs/{host}/{tag}.log
    deadline: 30s

- name: A line in the JSON log of the service arrives in the shared folder of all logs
  operability.readiness.log_canary:
    via: file
    path: /var/log/payments/app.json
    format: json
    fields:
      service: payments
      environment: production
    backend: file
    search: /mnt/logs/{host}/payments/*.json
  become: true
  become_user: payments

- name: The journal takes what services on this host log, wherever it goes from there
  operability.readiness.log_canary:
    via: journald
    tag: payments
    backend: journald
    local: true
"""

RETURN = r"""
finding:
  description: The worst finding.
  returned: always
  type: dict
  sample:
    check: log_canary
    status: pass
    message: the line written on web1.example.com was found in /srv/logs/web1/payments.log within 1.3 s
    observed:
      marker: operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77
      host: web1.example.com
      written_at: "2026-11-25T06:00:00Z"
      found_in: /srv/logs/web1/payments.log
      latency_seconds: 1.3
    expected:
      deadline_seconds: 30.0
      search: "/srv/logs/{host}/{tag}.log"
    measurements:
      - name: log_canary_latency_seconds
        value: 1.3
        limit: 30.0
        bound: upper
    proof: observed
findings:
  description: All findings, one for each of O(markers) or else one.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_canary


def main() -> None:
    run_alone("log_canary", log_canary)


if __name__ == "__main__":
    main()
