#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_format
short_description: Verify that the lines of a log can be parsed, with their times and the fields that are asked for
version_added: 0.3.0
description:
  - Reads a sample of a log as records of its O(format), or by a O(pattern) of the service's own.
  - It fails when more lines than O(max_malformed) are none of the format, or most of the newest ones; when records have no time, or one
    in the future; when times have no zone and the host is not in UTC; and when a field of O(required) is missing in more than
    O(max_malformed) of the records.
  - Of text and with a pattern the lines of a stack trace, and other lines that look like more of it, belong to the record before. In
    JSON, logfmt and syslog they are no records, and are told as what they look like; so is an object that was cut in pieces.
  - A line that is none of the format is shown in the details with its values masked.
  - It is C(warn) when the newest line is older than O(max_silence), when times of text or of RFC 3164 have no zone on a host that is
    not in UTC, when fewer records than O(min_correlated) carry a trace or request id, and when a part of the log was not looked at.
  - It is C(unknown) when the log is not there, may not be read, has no line yet, or is no text in lines; when its times are in no form
    that is known here; and when the pattern does not end in time.
  - Lines that this collection has written itself (M(operability.readiness.log_canary)) are not looked at.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._log_source
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  format:
    description:
      - What the lines are. In V(text) a record begins with a time, in any of its usual forms, V(rfc3164) is also what rsyslog writes today.
    type: str
    choices: [text, json, logfmt, rfc5424, rfc3164]
    default: text
  pattern:
    description:
      - A regular expression that is found in each record, whose named groups are its fields. C((?<name>...)) is understood too.
      - Its time is that of the group C(time), C(timestamp), C(ts), C(date) or C(datetime), else what the line begins with.
      - It is tried in a process of its own, which ends after 10 seconds.
    type: str
  record_start:
    description:
      - A regular expression that is found in the first line of each record, where records have several lines that do not look like it
        (the slow log of MySQL, a body behind its header). What follows up to the next such line belongs to the record.
      - It is for V(text), with or without a O(pattern), and is tried as one.
    type: str
  required:
    description:
      - The fields that each record must have, and something in them. Those of nested objects are written with dots.
      - V(level), V(message), V(service) and V(correlation) are there under any of their usual names (C(severity), C(msg), C(service.name),
        C(trace_id)); V(/level) is the field of that name alone. V(time) is always asked for.
      - In a journal the level and the service may also be those of the entry. In text a level and a correlation are looked for in the line.
    type: list
    elements: str
    default: []
  min_correlated:
    description:
      - In which share of the records the correlation must be, where it is required. What a service says when it starts is of no request.
      - Where at least 20 records have none at all, it is C(fail), else C(warn).
    type: str
    default: 10%
  max_malformed:
    description:
      - Which share of the lines may be none of the format, such as V(1%) or V(0.01). It is 1% unless given, and of text 10% of the records.
    type: str
  max_silence:
    description:
      - How old the newest line may be, so that it shows how the log is written today.
    type: str
    default: 24h
  require_zone:
    description:
      - Whether times must say their zone, unless the host is in UTC.
    type: bool
    default: true
notes:
  - The default of O(timeout) is 60 seconds.
seealso:
  - module: operability.readiness.log_secrets
"""

EXAMPLES = r"""
- name: The log of the service is JSON, and has what the store needs
  operability.readiness.log_format:
    path: /var/log/payments/app.json
    format: json
    required: [level, service, correlation, order.id]
  become: true

- name: A log of text in a format of its own
  operability.readiness.log_format:
    path: /var/log/payments/batch.log
    pattern: '^(?<time>\S+) (?<level>[A-Z]+) \[(?<thread>[^\]]*)\] (?<message>.*)$'
    required: [level, thread]
    max_silence: 8d
  become: true

- name: What the unit logs to the journal is JSON
  operability.readiness.log_format:
    unit: payments.service
    format: json
  become: true
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: log_format
    status: fail
    message: >-
      9 of 24 lines of /var/log/payments/app.json are not JSON, the limit is 1%: lines 8-16 look like a stack trace (and 1 more)
    details:
      - "9 of 24 lines of /var/log/payments/app.json are not JSON, the limit is 1%: lines 8-16 look like a stack trace"
      - "1 object of /var/log/payments/app.json is cut in pieces: lines 23-24 are one object, cut after 16.0 KiB"
      - 'lines 8-16 look like a stack trace: xxxxxxxxx in thread "main" xxxx.xxxx.IllegalStateException: xx xxxxx'
    observed:
      log: /var/log/payments/app.json
      records: 13
      lines: 24
      joined_lines: 0
      malformed_lines: 11
      lines_of_this_collection: 0
      size_bytes: 19000
      everything: true
      not_read: []
      time_forms: {json: 13}
      times_without_zone: 0
      newest: "2026-11-24T05:01:05Z"
    expected:
      format: json
      required: [level]
      max_malformed_ratio: 0.01
      max_silence_seconds: 86400.0
      zone: true
    measurements:
      - {name: log_malformed_ratio, value: 0.458, limit: 0.01, bound: upper}
      - {name: log_newest_line_age_seconds, value: 3535.0, limit: 86400.0, bound: upper}
    proof: observed
findings:
  description: The same finding, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_format


def main() -> None:
    run_alone("log_format", log_format)


if __name__ == "__main__":
    main()
