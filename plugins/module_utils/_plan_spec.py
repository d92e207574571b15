# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of plan, for its module and its action. PRIVATE to the collection."""

from __future__ import annotations

from ._argspec import PHASES, RUN_SPEC, Spec
from ._publish_spec import LANGUAGE_SPEC

ALL = "all"  # in the place of a phase: the register of all of them
REGISTER_FILES = ("html", "markdown", "json")

PLAN_SPEC: Spec = {
    **RUN_SPEC,
    "phase": {"type": "str", "required": False, "default": "design", "choices": [*PHASES, ALL]},
    "show": {"type": "bool", "default": True},
    "fail": {"type": "bool", "default": True},
    **{name: {"type": "path"} for name in REGISTER_FILES},
    "language": LANGUAGE_SPEC,
}

__all__ = ("ALL", "PLAN_SPEC", "REGISTER_FILES")
