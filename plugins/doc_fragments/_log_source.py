# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which log is looked at, and how much of it."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - The log file. One of this, O(unit), O(tag) and O(container) is required.
      - Where it has few lines, as right after a rotation, the newest rotated file beside it is looked at too, also one that C(gzip),
        C(bzip2) or C(xz) has packed.
    type: path
  unit:
    description:
      - The unit whose entries in the journal are the log, such as V(payments.service).
    type: str
  tag:
    description:
      - The syslog tag whose entries in the journal are the log.
    type: str
  journal:
    description:
      - The folder of the journal, where it is not the one of this host.
    type: path
  container:
    description:
      - The container whose standard output and standard error are the log, as its engine keeps them.
    type: str
  engine:
    description:
      - What runs the container. docker is asked, then podman, where they are installed, unless it is given.
    type: str
    choices: [docker, podman]
  sample_lines:
    description:
      - How many lines are looked at, about. Of a file half of them are the newest, the others are spread over all its length. Of a
        journal or a container they are the newest entries.
      - Never more than 64 MiB are read, and of a line never more than 1 MiB at once, whatever the file is.
    type: int
    default: 20000
  quiet:
    description:
      - Whether the log may have no line, as that of a service's errors.
    type: bool
    default: false
"""
