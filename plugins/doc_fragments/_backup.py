# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every check of backups asks: how old, how many, how far back, how large."""

    DOCUMENTATION = r"""
options:
  max_age:
    description:
      - How old the newest complete backup may be, as a duration such as V(26h).
    type: str
    required: true
  rpo:
    description:
      - The age that was promised (recovery point objective). It is told beside O(max_age), which may be longer by O(rpo_margin).
      - A backup that is older than both together, and still within O(max_age), is C(warn).
    type: str
  rpo_margin:
    description:
      - By how much a backup may be older than O(rpo), the time until the next one has ended, so the period of the schedule and the time
        that a backup takes.
      - By default a quarter of the RPO, which makes 30 hours of 24. More than the RPO itself counts as the RPO.
    type: str
  min_count:
    description:
      - How many complete backups must be there.
    type: int
    default: 1
  retention:
    description:
      - How far back the backups must reach, as a duration such as V(30d). Where the oldest is younger, the finding is C(warn), since the
        first one may have been made since.
    type: str
  size_deviation:
    description:
      - By how much the newest backup may be smaller than the median of the earlier ones. Beyond it the finding is C(warn).
    type: str
    default: 50%
  compare:
    description:
      - With how many earlier backups the newest one is compared. V(0) compares with none.
    type: int
    default: 3
  apart_from:
    description:
      - For a second copy, the places on this host from which it must lie apart, such as the folder of the first.
      - The very place under another name is C(fail), another one in the same file system C(warn). What is not on this host is not compared.
    type: list
    elements: str
"""
