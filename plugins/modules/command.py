#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: command
short_description: Verify that a monitoring plugin (Nagios semantics) says OK
version_added: 0.1.0
description:
  - Runs a command that answers as Nagios plugins do, so that plugins for Nagios, Icinga, Centreon, Naemon and Checkmk can be used.
  - Exit code 0 is C(pass), 1 is C(warn), 2 is C(fail), 3 and any other is C(unknown), and so is a command that is missing, cannot be
    executed, is ended by a signal or by the time. The message tells which.
  - The first line of its output is the message, further lines are details (50 lines, each 500 characters long at most). Where there is no
    output, the error output speaks. Terminal escapes and control characters are removed.
  - Performance data becomes measurements in base units (seconds, bytes, ratio). The limit of each is its critical threshold, else its
    warning threshold. Of a range with two sides it is the side that is nearer to the value. A value C(U) is none.
  - The command is trusted to change nothing.
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  command:
    description:
      - The command and its arguments. No shell is involved, so there are no pipes and no wildcards.
    type: list
    elements: str
    required: true
  chdir:
    description:
      - Folder in which the command is started. A command with a relative path is looked for from there.
    type: path
  environment:
    description:
      - Further environment variables of the command. They are not secret.
    type: dict
  secret_environment:
    description:
      - Further environment variables of the command whose values must not be seen. They are removed from findings.
    type: dict
    version_added: 0.2.0
seealso:
  - name: Monitoring Plugins Development Guidelines
    description: What plugins answer.
    link: https://www.monitoring-plugins.org/doc/guidelines.html
"""

EXAMPLES = r"""
- name: The replication of the database keeps up
  operability.readiness.command:
    command:
      - /usr/lib/nagios/plugins/check_postgres_replication
      - --warning=30
      - --critical=120
    timeout: 20s
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: command
    status: fail
    message: "CRITICAL: replication is 180 s behind"
    observed: {exit_code: 2}
    measurements:
      - {name: lag_seconds, value: 180.0, limit: 120.0, bound: upper}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import command


def main() -> None:
    run_alone("command", command)


if __name__ == "__main__":
    main()
