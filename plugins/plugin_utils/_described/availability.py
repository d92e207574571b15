# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PromQL about what a service was, over a window: unavailability, error budget, version. PRIVATE to the collection. Pure.

``series`` is 1 while the service is available and 0 while it is not, one series a component; ``hours`` is one series that is 1 in
hours of use and 0 outside them. Numbers are multiplied, because ``and`` asks whether a sample is there, not whether it is 1.
"""

from __future__ import annotations

import json
import re

from ...module_utils._units import parse_duration

STEP = 60  # seconds: outages shorter than this may be missed


def unavailability(series: str, hours: str | None, window: str) -> str:
    """Which part of the hours of use each component was seen to be unavailable."""
    if hours is None:
        return f"1 - avg_over_time(({series})[{window}:1m])"
    down = f"sum_over_time(((1 - ({series})) * on() group_left() ({hours}))[{window}:1m])"
    return f"{down} / on() group_left() sum_over_time(({hours})[{window}:1m])"


def coverage(series: str, hours: str | None, window: str) -> str:
    """Which part of the hours of use was seen, where the hours of the whole window are known; of each component."""
    steps = int(parse_duration(window) // STEP)
    if hours is None:
        return f"count_over_time(({series})[{window}:1m]) / {steps}"
    seen = f"sum_over_time(((({series}) * 0 + 1) * on() group_left() ({hours}))[{window}:1m])"
    share = f"{seen} / on() group_left() sum_over_time(({hours})[{window}:1m])"
    return f"({share}) * on() group_left() (count_over_time(({hours})[{window}:1m]) / {steps})"


def budget_left(series: str, hours: str | None, window: str, availability: float) -> str:
    """Which part of the error budget is left: 1 when nothing was spent, negative when it is overdrawn."""
    return f"1 - ({unavailability(series, hours, window)}) / (1 - {availability!r})"


def share_of_version(series: str, label: str, version: str) -> str:
    """Which part of the instances that ``series`` has says that it is this version."""
    pattern = json.dumps(re.sub(r"([^A-Za-z0-9_])", r"\\\1", version), ensure_ascii=False)
    own = f'label_replace({series}, "operability_deployed", "yes", {json.dumps(label)}, {pattern})'
    deployed = 'label_replace(vector(1), "operability_deployed", "yes", "", "")'
    return f"(count({own} and on(operability_deployed) {deployed}) or vector(0)) / count({series})"


__all__ = ("budget_left", "coverage", "share_of_version", "unavailability")
