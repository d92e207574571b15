#!/usr/bin/python
# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_job
short_description: Verify that a timer or cron entry is enabled and its last run succeeded in time
version_added: 0.1.0
description:
  - A systemd timer must exist, be enabled and active, and have a next run. The unit that it starts must have succeeded the last time,
    and lately enough.
  - A cron entry must be there, not be commented out, and not be one that cron passes over (a dot in the name of the file, a file that
    others may write to, a script that is not executable, no user, no line end).
  - cron keeps no record of what it ran. Without O(success_file) an entry that is there is C(warn) at the best, and C(fail) when no cron
    daemon runs.
  - A timer that never ran is C(warn) until its first period is over, then C(fail).
author:
  - The operability.readiness contributors (@operability)
extends_documentation_fragment:
  - operability.readiness._check
  - operability.readiness._attributes
  - operability.readiness._attributes.verifies
options:
  timer:
    description:
      - Name of the systemd timer, with or without C(.timer).
      - One of O(timer) and O(cron) is required.
    type: str
  cron:
    description:
      - The cron entry.
    type: dict
    suboptions:
      file:
        description:
          - The crontab, or the script in a folder such as C(/etc/cron.daily). What kind of file it is follows from the name of its folder.
          - Without it C(/etc/crontab), C(/etc/cron.d), the crontabs of the users, and C(/etc/cron.hourly) to C(/etc/cron.monthly) are
            looked at.
        type: path
      contains:
        description:
          - A text that the command contains, or the name or the content of a script.
        type: str
        required: true
      user:
        description:
          - Only entries of this user.
        type: str
  max_age:
    description:
      - How long ago the last success may be, as a duration such as V(26h).
      - By default twice the period, which is the longest time that the schedule leaves between two runs.
    type: str
  success_file:
    description:
      - A file whose modification time is the last success, because the job touches it at its end.
    type: path
seealso:
  - module: operability.readiness.systemd_unit
"""

EXAMPLES = r"""
- name: The timer of the backup is enabled and its last run succeeded
  operability.readiness.scheduled_job:
    timer: restic-backup.timer
    max_age: 26h

- name: The nightly settlement is in a crontab, and has touched its mark
  operability.readiness.scheduled_job:
    cron:
      contains: /opt/payments/bin/settle
      user: payments
    success_file: /var/lib/payments/settled
"""

RETURN = r"""
finding:
  description: The finding, the worst where there are several.
  returned: always
  type: dict
  sample:
    check: scheduled_job
    status: pass
    message: restic-backup.timer last succeeded 4 h ago, the limit is 2 d
    instance: restic-backup.timer
    observed: {ActiveState: active, UnitFileState: enabled, unit: restic-backup.service, Result: success, period_seconds: 86400}
findings:
  description: Every finding.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.operability.readiness.plugins.module_utils._alone import run_alone
from ansible_collections.operability.readiness.plugins.module_utils._checks import scheduled_job


def main() -> None:
    run_alone("scheduled_job", scheduled_job)


if __name__ == "__main__":
    main()
