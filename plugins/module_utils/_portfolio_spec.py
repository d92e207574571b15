# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of portfolio, for its module and its action. PRIVATE to the collection."""

from __future__ import annotations

from ._argspec import RUN_SPEC, Spec
from ._publish_spec import LANGUAGE_SPEC, TARGETS_SPEC

PORTFOLIO_SPEC: Spec = {
    **RUN_SPEC,
    "phase": {**RUN_SPEC["phase"], "required": False, "default": "recheck"},
    "portfolio": {"type": "raw", "required": True},
    "name": {"type": "str", "default": "default"},
    "judged": {"type": "list", "elements": "dict"},
    "from_records": {"type": "bool", "default": False},
    "publish": {"type": "dict", "default": {}},
    **TARGETS_SPEC,
    "report": {"type": "path"},
    "language": LANGUAGE_SPEC,
    "show": {"type": "bool", "default": True},
    "fail": {"type": "bool", "default": True},
}

__all__ = ("PORTFOLIO_SPEC",)
