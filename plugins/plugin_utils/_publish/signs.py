# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands for a status or a verdict in every report: its rank, its symbol, its colour. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._model.text import STATUSES, as_dict
from .._model.verdict import Verdict

OPEN = ("fail", "unknown", "warn")  # what somebody has to look at
SYMBOLS = {"pass": "✓", "waived": "≈", "warn": "▲", "unknown": "?", "fail": "✗", "not_applicable": "–", "not_due": "·"}
UNLIKE_OBSERVED = ("derived", "attested", "stand_in")  # proofs that are named beside a status: no machine has seen it as it is now
_RANKS = {status: position for position, status in enumerate(STATUSES)}
_TONES = {
    Verdict.GO: "pass",
    Verdict.READY_TO_CONTINUE: "pass",
    Verdict.GO_WITH_RESERVATIONS: "warn",
    Verdict.UNDETERMINED: "unknown",
    Verdict.NO_GO: "fail",
    Verdict.NOT_READY: "fail",
}


def rank(status: object) -> int:
    """The worst first; what is no status is as bad as what is not known."""
    return _RANKS.get(str(status), _RANKS["unknown"])


def tone(verdict: object) -> str:
    """The status whose symbol and colour a verdict has."""
    known = Verdict.of(verdict)
    return _TONES[known] if known else "unknown"


def shown_status(requirement: t.Mapping[str, object]) -> str:
    """The status of a requirement; a debt is told apart from other waivers."""
    status = str(requirement.get("status"))
    return "debt" if status == "waived" and as_dict(requirement.get("waiver")).get("kind") == "debt" else status


__all__ = ("OPEN", "SYMBOLS", "UNLIKE_OBSERVED", "rank", "shown_status", "tone")
