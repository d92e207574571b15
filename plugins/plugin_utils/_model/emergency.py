# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emergency: who lets a deployment go on, for what, and why. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._runner import user_name

ESSENTIAL = ("phase", "environment", "service", "service_file", "organisation_file", "version", "records", "emergency", "emergency_reason")
_AWX = ("awx_user_name", "tower_user_name")


@dataclasses.dataclass(frozen=True)
class Emergency:
    """Who lets a deployment go on, for what, and why."""

    id: str
    reason: str | None
    by: Message


def of(options: t.Mapping[str, object], variables: t.Mapping[str, object]) -> Emergency | None:
    """The emergency of a run, where it has one: an empty one is none."""
    name = str(options.get("emergency") or "").strip()
    if not name:
        return None
    reason = str(options.get("emergency_reason") or "").strip() or None
    return Emergency(name, reason, who(variables))


def who(variables: t.Mapping[str, object]) -> Message:
    """The person behind a run: of AWX where it says so, else the user of the controller."""
    named = next((str(variables[name]) for name in _AWX if variables.get(name)), None)
    if named is None:
        return verbatim(user_name())
    return phrase("{name:path} ({user:path} on the controller)", name=named, user=user_name())


__all__ = (
    "ESSENTIAL",
    "Emergency",
    "of",
    "who",
)
