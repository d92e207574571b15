# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and durations as Prometheus writes them. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re


def moment(text: str | None) -> dt.datetime | None:
    """A time as Go writes it (nanoseconds); None for Go's zero time and for none. ValueError."""
    if not text or str(text).startswith("0001-01-01"):
        return None
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", str(text))
    if not match:
        raise ValueError(f"{text} is not a time")
    fraction = (match.group(2) or "")[:6].ljust(6, "0")
    zone = "+00:00" if match.group(3) == "Z" else match.group(3)
    return dt.datetime.fromisoformat(f"{match.group(1)}.{fraction}{zone}")


def prometheus_duration(text: str) -> float | None:
    """Seconds of ``1m30s`` as Prometheus writes it, or of Go's ``1m0s``; None for anything else."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhdwy])", text) if len(text) <= 100 else []
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return float(sum(float(number) * units[unit] for number, unit in parts))


__all__ = ("moment", "prometheus_duration")
