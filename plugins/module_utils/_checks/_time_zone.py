# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option time_zone. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt

from .._argspec import ArgumentsRefused
from .._clients.record_times import zone_of


def time_zone(name: str | None) -> dt.tzinfo | None:
    """The zone of a name; None for that of the host. ArgumentsRefused."""
    try:
        return zone_of(name)
    except ValueError as exc:
        raise ArgumentsRefused([f"time_zone: {exc}"]) from None


__all__ = ("time_zone",)
