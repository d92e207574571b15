# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault as a line of debt keeps it: what was found on one instance and host. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses

from ...module_utils._finding import Measurement
from .plain import OMITTED

LAST_SEEN = "last_seen"  # among what was observed of something that was there before


@dataclasses.dataclass(frozen=True)
class Fault:
    """What did not pass when a service was adopted. A requirement that was not declared has no check."""

    status: str
    instance: str = ""
    host: str = ""
    check: str = ""
    at: str | None = dataclasses.field(default=None, metadata=OMITTED)
    absent: bool | None = dataclasses.field(default=None, metadata=OMITTED)  # what was looked at did not exist
    measurements: tuple[Measurement, ...] = ()  # those that have a limit
    good: tuple[str, ...] = ()  # states that were as they must be all the same
    wrong: tuple[str, ...] | None = dataclasses.field(default=None, metadata=OMITTED)  # what the message named; None: too much


@dataclasses.dataclass(frozen=True)
class SeenFaults:
    """The faults of a line of debt, and the run record that shows them."""

    faults: tuple[Fault, ...]
    run: str
    record: str  # the digest of that record


__all__ = ("LAST_SEEN", "Fault", "SeenFaults")
