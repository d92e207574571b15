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
  - Logs one uniquely marked line on the host in the way the service logs, and looks for it where logs are searched until O(deadline).
    How long it took is measured.
  - What is found is compared with what was written. It is C(fail) where the line was cut, or split in two, has the length of its frame in
    front of it, lies under the name of another host, or at a time that is hours off; and C(warn) where it lies there twice, was joined to
    other lines, lies under a name that nobody knows, or at a time that is minutes off. It passes when none of this is so.
  - It fails when the line is not found, or when the service's log file, socket or receiver does not take it. The finding says how many
    other lines arrived meanwhile, which tells a stopped log shipper from a wrong path; whether the line has arrived in another index,
    stream or tenant, or among the files of another host; and whether the log store takes no more lines.
  - It is C(unknown) when the line may not be written, when the place to search may not be read, when the log store cannot be reached, or
    when it refuses the query.
  - It is C(unknown) when the line is only found in the very file that it was written to, by whatever path and under whatever name, since
    nothing was sent anywhere; and C(warn) when it is found in the journal of the machine that wrote it, as this does not prove that logs
    arrive centrally. O(local) accepts either.
  - A log line cannot be taken back, so there is nothing to clean up. It is one line, and it has the word C(operability-canary).
    Whoever watches the logs can leave such lines out by that word.
  - The log file is never created, and neither a symbolic link nor anything else but a regular file is written to.
    The line is appended in a single write. A log whose lines other programs count is not written to (O(counted)).
  - A file is read from where it ended when the line was written. Where that is not known, at most its last 64 MiB are read.
    Rotated files of the log that are not compressed are read too.
  - The lines of all hosts are looked for together, in one search a look. Each look waits a little longer than the one before.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._http
  - operability.readiness._log_store
  - operability.readiness._attributes
attributes:
  check_mode:
    support: partial
    details:
      - Nothing is written in check mode, so that nothing is proven. The task is skipped then, unless it has O(markers).
  diff_mode:
    support: N/A
    details:
      - It changes nothing but the log, to which it adds a line; and with O(after_rotation) it rotates that log.
  idempotent:
    support: none
    details:
      - Each run adds one line to the log, which is not reported as a change.
options:
  via:
    description:
      - How the line is logged. With V(file) it is appended to O(path), with V(journald) it is sent to O(socket), with V(syslog) to
        O(socket) or over the network to O(to), with V(http) it is posted to O(to).
      - With V(probe) nothing is written. A request to O(to) has the mark in its address or in its agent, and the service that answers it
        logs a line of it.
      - Required unless O(markers) are given.
    type: str
    choices: [file, journald, syslog, http, probe]
  path:
    description:
      - The log file to append to. Required with O(via=file). It must exist.
      - With O(via=probe) the log in which the line of the request must come, so that one that is not logged is told from one that is lost.
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
  to:
    description:
      - With O(via=syslog) the receiver, as C(HOST:PORT). Without it the line goes to O(socket).
      - With O(via=http) and O(via=probe) the address. With O(via=probe) C({marker}) in it is replaced; without that the mark stands in the
        agent of the request.
    type: str
    version_added: 0.3.0
  protocol:
    description:
      - How the line is sent to the receiver at O(to), with O(via=syslog).
    type: str
    choices: [udp, tcp, tls]
    default: tcp
    version_added: 0.3.0
  rfc:
    description:
      - How the message to the receiver at O(to) reads, with O(via=syslog). As RFC 3164 it says nothing of its time zone.
    type: str
    choices: ['3164', '5424']
    default: '5424'
    version_added: 0.3.0
  framing:
    description:
      - How messages are told apart in a stream, by their length in front or by line ends (RFC 6587). By default V(octet_counting) with
        O(protocol=tls), and V(newline) with O(protocol=tcp).
    type: str
    choices: [octet_counting, newline]
    version_added: 0.3.0
  to_username:
    description:
      - User for HTTP basic authentication at O(to).
    type: str
    version_added: 0.3.0
  to_password:
    description:
      - Password for HTTP basic authentication at O(to).
    type: str
    version_added: 0.3.0
  to_bearer_token:
    description:
      - "Token that is sent to O(to) as C(Authorization: Bearer)."
    type: str
    version_added: 0.3.0
  to_headers:
    description:
      - Further headers of the request to O(to).
    type: dict
    default: {}
    version_added: 0.3.0
  to_validate_certs:
    description:
      - Whether the certificate of O(to) must be valid.
    type: bool
    default: true
    version_added: 0.3.0
  to_ca_path:
    description:
      - PEM file of the certification authorities to trust at O(to) instead of the system's.
    type: path
    version_added: 0.3.0
  to_client_cert:
    description:
      - PEM file of the client certificate for O(to), which may hold its key too.
    type: path
    version_added: 0.3.0
  to_client_key:
    description:
      - PEM file of the key of O(to_client_cert).
    type: path
    version_added: 0.3.0
  to_server_name:
    description:
      - The name that the certificate of the receiver must have, with O(protocol=tls). By default the one in O(to).
    type: str
    version_added: 0.3.0
  format:
    description:
      - Whether the line is plain text or a JSON object, so that the log stays parseable.
      - A V(json) line has the keys C(timestamp), C(level) and C(message), and those of O(fields).
    type: str
    choices: [text, json]
    default: text
  template:
    description:
      - The whole line, where C({marker}), C({timestamp}) and C({end}) are replaced. It must keep C({marker}).
      - C({end}) belongs to the end of the line. It shows whether the whole of it has arrived. Without it C({marker}) has both ends.
      - With O(format=json) it must make a JSON document.
    type: str
  fields:
    description:
      - Further fields of the line. C({marker}) and C({timestamp}) are replaced in them.
      - With O(via=journald) and O(format=text) they become fields of the journal entry, in upper case and as they are.
    type: dict
    default: {}
  length:
    description:
      - How long the line is at least, as a size such as V(8KiB). A line as long as the longest ones of the service shows whether such lines
        are cut on the way.
    type: str
    version_added: 0.3.0
  payload:
    description:
      - The body that is posted with O(via=http), as the service makes it. C({line}), C({marker}), C({end}), C({timestamp}), C({epoch}),
        C({epoch_ms}), C({epoch_ns}), C({host}) and C({tag}) are replaced. It must keep C({line}) or C({marker}).
      - Required with O(via=http).
    type: str
    version_added: 0.3.0
  content_type:
    description:
      - The media type of O(payload). Within one of JSON what is replaced is written as JSON has it.
    type: str
    default: application/json
    version_added: 0.3.0
  counted:
    description:
      - Whether other programs count the lines of the log at O(path), so that nothing may be added to it. By default access logs, audit logs
        and records of logins are told by their names.
    type: bool
    version_added: 0.3.0
  after_rotation:
    description:
      - Whether the log at O(path) is rotated before the line is written, by C(logrotate -f) with its own rule and for this log alone. One
        marked line is written just before, and must arrive as well. This shows whether what ships the log follows it.
      - It changes the host. A generation of the log comes to be and the oldest one may go, the scripts of the rule are run, and the state
        of logrotate says that it was rotated today. It takes the rights that logrotate has.
    type: bool
    default: false
    version_added: 0.3.0
  logrotate_config:
    description:
      - The configuration of logrotate, with O(after_rotation).
    type: path
    default: /etc/logrotate.conf
    version_added: 0.3.0
  logrotate_state:
    description:
      - The state file of logrotate, with O(after_rotation). The usual ones are looked for unless it is given.
    type: path
    version_added: 0.3.0
  backend:
    description:
      - Where the line must be found. With V(file) in the files that O(search) names, with V(journald) in a journal, else in a log store at
        O(url).
    type: str
    choices: [file, journald, victorialogs, opensearch, elasticsearch, loki, graylog]
    required: true
  search:
    description:
      - With O(backend=file) the path, or pattern, of the files in which the line must be found. Required then.
      - C({host}) is replaced by each name of the host that wrote the line, in full and short, also by those of O(names), and C({tag})
        by O(tag).
      - With O(backend=journald) the folder of the journal, such as that of a receiver of systemd-journal-remote. Without it every journal
        on this host is searched.
    type: str
  names:
    description:
      - The name, or names, under which the place has a host, by the name of that host, where they are none that it gives itself.
    type: dict
    default: {}
    version_added: 0.3.0
  deadline:
    description:
      - Within what time the line must be found, as a duration. O(timeout) must be longer.
    type: str
    default: 60s
  interval:
    description:
      - How long to wait between the first two looks, as a duration. Each further look waits longer, up to 5 seconds.
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
seealso:
  - module: operability.readiness.log_flow
  - module: operability.readiness.log_rotation
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

- name: A long line that is sent to the central syslog over TLS arrives whole in VictoriaLogs
  operability.readiness.log_canary:
    via: syslog
    to: logs.example:6514
    protocol: tls
    to_ca_path: /etc/ssl/internal-ca.pem
    length: 8KiB
    backend: victorialogs
    url: http://victorialogs.example:9428
    query: app_name:=payments

- name: What the service posts to Loki can be searched there
  operability.readiness.log_canary:
    via: http
    to: https://loki.example/loki/api/v1/push
    to_bearer_token: "{{ vault_loki_push_token }}"
    payload: '{"streams": [{"stream": {"app": "payments", "host": "{host}"}, "values": [["{epoch_ns}", "{line}"]]}]}'
    backend: loki
    url: https://loki.example
    bearer_token: "{{ vault_loki_token }}"
    query: '{app="payments"}'

- name: The access log arrives, shown by the line of a request, since other programs count its lines
  operability.readiness.log_canary:
    via: probe
    to: "http://localhost:8080/?readiness={marker}"
    path: /var/log/nginx/access.log
    backend: opensearch
    url: https://opensearch.example:9200
    index: logs-nginx-*

- name: What ships the log follows it when it is rotated, which is done here
  operability.readiness.log_canary:
    via: file
    path: /var/log/payments/app.log
    after_rotation: true
    backend: victorialogs
    url: http://victorialogs.example:9428
  become: true

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
