# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a judge can say of a service, and what a body can decide: words, order, and what follows. PRIVATE to the collection."""

from __future__ import annotations

import enum

from ...module_utils._phrase import Message, phrase


class Verdict(str, enum.Enum):
    """What the judge makes of findings and promises, best to worst; the last two are the words at design."""

    GO = "go"
    GO_WITH_RESERVATIONS = "go_with_reservations"
    UNDETERMINED = "undetermined"
    NO_GO = "no_go"
    READY_TO_CONTINUE = "ready_to_continue"
    NOT_READY = "not_ready"

    def __str__(self) -> str:
        return self.value

    @property
    def code(self) -> int:
        """0 (best) to 3 (worst)."""
        return _CODES[self]

    @property
    def words(self) -> str:
        """As people read it, in English."""
        return str(_SAID[self])

    @property
    def said(self) -> Message:
        """As people read it, within a sentence."""
        return _SAID[self]

    @property
    def good(self) -> bool:
        """Whether the service may go on by it."""
        return self in (Verdict.GO, Verdict.GO_WITH_RESERVATIONS, Verdict.READY_TO_CONTINUE)

    @property
    def stops(self) -> bool:
        """Whether it stops a play where it is enforced."""
        return not self.good

    @classmethod
    def of(cls, value: object) -> Verdict | None:
        """The verdict that a record or a person names; None for anything else."""
        return next((verdict for verdict in cls if verdict.value == value), None)


_CODES = {
    Verdict.GO: 0,
    Verdict.GO_WITH_RESERVATIONS: 1,
    Verdict.UNDETERMINED: 2,
    Verdict.NO_GO: 3,
    Verdict.READY_TO_CONTINUE: 0,
    Verdict.NOT_READY: 3,
}
_SAID = {
    Verdict.GO: phrase("GO"),
    Verdict.GO_WITH_RESERVATIONS: phrase("GO WITH RESERVATIONS"),
    Verdict.UNDETERMINED: phrase("UNDETERMINED"),
    Verdict.NO_GO: phrase("NO-GO"),
    Verdict.READY_TO_CONTINUE: phrase("READY TO CONTINUE"),
    Verdict.NOT_READY: phrase("NOT READY"),
}
# of a service, the worst first: as lists of services show them
WORST_FIRST = (Verdict.NO_GO, Verdict.UNDETERMINED, Verdict.GO_WITH_RESERVATIONS, Verdict.GO)


def stops(value: object) -> bool:
    """Whether what a record names as its verdict stops a play where it is enforced; what is no verdict does not."""
    verdict = Verdict.of(value)
    return verdict is not None and verdict.stops


class Outcome(str, enum.Enum):
    """What a body decides."""

    GO = "go"
    GO_WITH_CONDITIONS = "go_with_conditions"
    NO_GO = "no_go"

    def __str__(self) -> str:
        return self.value

    @property
    def words(self) -> str:
        """As people read it, in English."""
        return str(_DECIDED[self])

    @property
    def said(self) -> Message:
        """As people read it, within a sentence."""
        return _DECIDED[self]

    @property
    def lets_go_on(self) -> bool:
        return self is not Outcome.NO_GO


_DECIDED = {
    Outcome.GO: phrase("GO"),
    Outcome.GO_WITH_CONDITIONS: phrase("GO WITH CONDITIONS"),
    Outcome.NO_GO: phrase("NO-GO"),
}

__all__ = ("WORST_FIRST", "Outcome", "Verdict", "stops")
