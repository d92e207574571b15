# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of audit, for its module and its action. PRIVATE to the collection."""

from __future__ import annotations

from ._argspec import Spec

AUDIT_SPEC: Spec = {
    "records": {"type": "path"},
    "service": {"type": "str"},
    "environment": {"type": "str"},
    "head": {"type": "list", "elements": "str", "default": []},
    "fail": {"type": "bool", "default": True},
    "show": {"type": "bool", "default": True},
}

__all__ = ("AUDIT_SPEC",)
