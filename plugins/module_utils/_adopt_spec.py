# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of adopt, for its module and its action. PRIVATE to the collection."""

from __future__ import annotations

from ._argspec import RUN_SPEC, Spec

ADOPT_SPEC: Spec = {
    **RUN_SPEC,
    "phase": {**RUN_SPEC["phase"], "required": False, "default": "recheck"},
    "debt_file": {"type": "path"},
    "debt_ends": {
        "type": "dict",
        "options": {
            "blocker": {"type": "str", "default": "90d"},
            "major": {"type": "str", "default": "180d"},
            "unknown": {"type": "str", "default": "270d"},
        },
    },
    "adopted_by": {"type": "str"},
    "show": {"type": "bool", "default": True},
}

__all__ = ("ADOPT_SPEC",)
