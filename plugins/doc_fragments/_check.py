# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of every check that runs alone."""

    DOCUMENTATION = r"""
options:
  enforce:
    description:
      - Whether the task fails when the finding is C(fail) or C(unknown). A C(warn) never fails it, it adds a warning.
      - With V(false) the task succeeds and the playbook decides with RV(ignore:finding).
    type: bool
    default: true
  timeout:
    description:
      - How long the check may take, as a duration such as V(30s) or V(2m). Over it the finding is C(unknown).
      - Each check has a default of its own.
    type: str
"""
