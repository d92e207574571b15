# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of verdicts and of decisions. PRIVATE to the collection."""

from __future__ import annotations

OUTCOME_WORDS = {"go": "GO", "go_with_conditions": "GO WITH CONDITIONS", "no_go": "NO-GO"}
VERDICT_WORDS = {
    "go": "GO",
    "go_with_reservations": "GO WITH RESERVATIONS",
    "undetermined": "UNDETERMINED",
    "no_go": "NO-GO",
    "ready_to_continue": "READY TO CONTINUE",
    "not_ready": "NOT READY",
}


__all__ = (
    "OUTCOME_WORDS",
    "VERDICT_WORDS",
)
