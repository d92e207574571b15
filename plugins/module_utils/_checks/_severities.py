# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Severities of alerts for which nobody has to act. PRIVATE to the collection."""

from __future__ import annotations

# nobody need be told of alerts of these: it is not asked whom they reach
NEED_NOBODY = ("info", "informational", "none", "debug", "notice", "ok", "low")
# of these an alert tells nobody that something is bad; what no other alert tells of is not told of
INFORM = (
    *NEED_NOBODY,
    *("information", "trace", "log", "logging", "audit", "ignore", "ignored", "silent", "silence", "test", "sev5", "p5"),
)


def needs_nobody(severity: str) -> bool:
    return severity.lower() in NEED_NOBODY


def informs(severity: str) -> bool:
    return severity.strip().lower() in INFORM


__all__ = ("informs", "needs_nobody")
