# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check has to say of many things, by how bad it is. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses

from .._phrase import Message


@dataclasses.dataclass
class Report:
    """A line for each thing; what is told decides nothing."""

    fails: list[Message] = dataclasses.field(default_factory=list)
    unknowns: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
    told: list[Message] = dataclasses.field(default_factory=list)


__all__ = ("Report",)
