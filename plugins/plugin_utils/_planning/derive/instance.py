# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check to plan, and what makes it from the description of a service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ....module_utils._phrase import Message
from ..._described.declarations import Options
from ..._described.service import Description

Steps = tuple[t.Union[str, int], ...]


@dataclasses.dataclass(frozen=True)
class Instance:
    """One check to plan. ``hosts`` is None for one that the controller runs.

    ``gap``: what is missing in the description, instead of a check.
    """

    check: str
    instance: str
    args: Options = dataclasses.field(default_factory=dict)
    hosts: tuple[str, ...] | None = None
    run_as: str | None = None
    call: str = "run"
    after: str | None = None  # the call whose observations this one needs: the other half of the check
    path: Steps = ()
    gap: Message | None = None


Derivation = t.Callable[[Description], list[Instance]]

__all__ = ("Derivation", "Instance", "Steps")
