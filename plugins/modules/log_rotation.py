#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: log_rotation
short_description: Verify that logs rotate, as configured and as what lies on disk proves
version_added: 0.1.0
description:
  - For a log file that logrotate must rotate, C(logrotate -d) tells whether a valid rule covers it, and the files on disk
    tell whether it really rotates.
  - It fails when no valid rule covers the file, when logrotate leaves it out, when its oldest content is older than the rule allows,
    when the file is larger than O(max_size), when the file is not there, and when a process still writes into a rotated or deleted file,
    also one in a container, which sees the file under another path.
  - It fails when rotations do not come to their end, so that the rule compresses and the newest rotated file is not compressed,
    when logrotate complained of this log or of its rule when it last ran, when the next rotation is going to be refused, and when nothing
    starts logrotate any more (C(logrotate.timer) stopped or masked, and no entry of cron instead).
  - It is C(warn) when the log is covered but logrotate complains of its rule, when logrotate has not run for two days,
    when nothing is seen that starts it, when what starts it does not rotate by it or not often enough, when its state file is broken,
    when more rotated files lie there than the rule keeps, or fewer than it would have kept by now, when nothing bounds them, when
    the newest one was written after the log itself or cannot be unpacked, when the pattern of the rule takes
    rotated files too, and when the file begins with a hole, which C(copytruncate) leaves when the process does not append.
    What is wrong with the rules of other logs is no concern of this one, unless it keeps logrotate from rotating it.
  - It is C(unknown) when logrotate is missing, or when the file or the configuration may not be read.
  - With O(rotated_by=application) only what lies on disk is looked at, the rotated files by their usual names. With logrotate they are
    known by the names that the rule makes too.
  - With O(journald=true) the journal must be received now (by the age of its newest entry, and by its daemon), be kept over a restart
    of the host unless O(persistent=false), lose nothing to a rate limit, and be bounded, which it is even when nothing is configured.
  - With O(container) the container itself is asked how its standard output is kept, not the configuration of its engine, which
    holds for new containers only. A log without C(max-size) that is written to a file fails. One that goes to the journal is judged as the
    journal is.
  - The age of the oldest content is taken from the first lines of the file. The usual forms of times are understood. Where none is, the
    finding says so, and the age is taken from the newest rotated file, or else from when the file was made. The date in the state
    file of logrotate is that of an attempt, and is believed only where the rotated files bear it out.
  - Processes of other users can only be seen as root. The finding says how many were not.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  path:
    description:
      - The log file. This, O(journald) or O(container) is required.
    type: path
  journald:
    description:
      - Whether the log is the journal of this host.
    type: bool
  container:
    description:
      - The name of a container whose standard output is the log.
    type: str
    version_added: 0.3.0
  engine:
    description:
      - What runs the container. Unless given, docker is asked, then podman, where they are installed.
    type: str
    choices: [docker, podman]
    version_added: 0.3.0
  rotated_by:
    description:
      - What rotates the log. V(journald) is implied by O(journald=true).
    type: str
    choices: [logrotate, journald, application]
    default: logrotate
  max_size:
    description:
      - How large the file may be, as a size such as V(500MiB). It is 1GiB unless given.
      - For the journal, how much space all its files may take; what journald itself is bounded by must not be above it.
        It is what journald itself is bounded by unless given.
      - For a container, what its log may take by its own bounds. Any bound will do unless given.
    type: str
  max_age:
    description:
      - How old the oldest content of the file, or of the journal, may be, as a duration such as V(8d).
      - Unless given, it is what the rule of logrotate allows (its period, and a day for logrotate to run; nothing for a rule by size),
        8 days with O(rotated_by=application), and for the journal its C(MaxRetentionSec) when that is configured.
    type: str
  generations:
    description:
      - How many rotated files are to be kept, at least. More than one above it are a warning, unless the rule keeps as many.
      - Unless given, what the rule keeps is taken for what is wanted.
    type: int
    version_added: 0.3.0
  logrotate_config:
    description:
      - The configuration of logrotate.
    type: path
    default: /etc/logrotate.conf
  logrotate_state:
    description:
      - The state file of logrotate. Unless given, it is the one that the service or the cron entry names, or one of the usual ones.
    type: path
  logrotate_timer:
    description:
      - The systemd timer that starts logrotate. It is C(logrotate.timer) unless given, where its service uses O(logrotate_config).
    type: str
    version_added: 0.3.0
  logrotate_cron:
    description:
      - The crontab, or the script in a folder such as C(cron.daily), that starts logrotate where no timer does.
        The usual places are looked through unless it is given.
    type: path
    version_added: 0.3.0
  unit:
    description:
      - The unit whose messages in the journal are meant. Messages of other units that a rate limit drops are then no concern.
    type: str
    version_added: 0.3.0
  persistent:
    description:
      - Whether the journal must be kept when the host restarts. A journal that is kept in memory is C(warn) unless this is V(false).
    type: bool
    default: true
    version_added: 0.3.0
  forwarded:
    description:
      - Whether the entries of the journal must be taken on, by a process that reads its files, or by a syslog daemon that journald serves.
    type: bool
    default: false
    version_added: 0.3.0
  max_silence:
    description:
      - How old the newest entry of the journal may be, as a duration such as V(1h). It is 24 hours unless given.
    type: str
    version_added: 0.3.0
  journald_config:
    description:
      - The configuration of journald. Paths with a C(*) are drop-ins, read after the others in the order of their names.
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
  - The default of O(timeout) is 30 seconds.
"""

EXAMPLES = r"""
- name: The log of the service rotates
  operability.readiness.log_rotation:
    path: /var/log/payments/app.log
  become: true

- name: The service rotates its log itself, each day
  operability.readiness.log_rotation:
    path: /var/log/payments/audit.log
    rotated_by: application
    max_age: 25h
    max_size: 500MiB
  become: true

- name: The journal is received, kept and bounded
  operability.readiness.log_rotation:
    journald: true
    unit: payments.service
  become: true

- name: The output of a container is bounded
  operability.readiness.log_rotation:
    container: payments-web-1
    max_size: 500MiB
  become: true
"""

RETURN = r"""
finding:
  description: What was found.
  returned: always
  type: dict
  sample:
    check: log_rotation
    status: fail
    message: >-
      rotation is declared (daily, 7 kept), but /var/log/payments/app.log has not rotated since 2026-11-05T00:00:03Z:
      its oldest content is 20 d 5 h old (known by its first lines), the limit is 2 d
    observed:
      path: /var/log/payments/app.log
      rotated_by: logrotate
      size_bytes: 73400320
      rotated_files: 7
      rotated_bytes: 104857600
      newest_rotated: "2026-11-05T00:00:02Z"
      oldest_content: "2026-11-05T00:00:03Z"
      oldest_content_known_by: its first lines
      logrotate_last_run: "2026-11-05T00:00:04Z"
      processes_not_visible: 0
    expected:
      rotated_by: logrotate
      max_age_seconds: 172800.0
      max_size_bytes: 1073741824
    measurements:
      - name: log_size_bytes
        value: 73400320.0
        limit: 1073741824.0
        bound: upper
      - name: log_oldest_content_age_seconds
        value: 1746000.0
        limit: 172800.0
        bound: upper
    since: "2026-11-07T00:00:03Z"
    proof: observed
findings:
  description: The same finding, in a list.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_rotation


def main() -> None:
    run_alone("log_rotation", log_rotation)


if __name__ == "__main__":
    main()
