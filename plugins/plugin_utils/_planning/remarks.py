# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to say of the files while a plan is made. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses

from ...module_utils._phrase import Message
from .._model.loosening import SERVICE, Loosening, not_told
from .._model.waiver import Waiver


@dataclasses.dataclass
class Remarks:
    """Collected on the way, so that everything that is wrong is told at once."""

    problems: list[str] = dataclasses.field(default_factory=list)  # with one of these there is no plan
    notices: list[Message] = dataclasses.field(default_factory=list)
    loosened: list[Loosening] = dataclasses.field(default_factory=list)  # whether it may be is decided at the end, by authority.py
    of_phases: list[Loosening] = dataclasses.field(default_factory=list)  # in checks, in the plan of all phases: each phase refuses its own

    requests: list[Waiver] = dataclasses.field(default_factory=list)  # that something be not applicable

    def loosen(
        self, kind: str, key: str, place: str, message: Message, above: Message, *, requirement: str | None = None, by: str = SERVICE
    ) -> None:
        """Notes what is looser than what stands above it; the same key is noted once for a kind."""
        self.loosened += not_told([Loosening(kind, key, place, message, above, by, requirement)], self.loosened)


__all__ = ("Remarks",)
