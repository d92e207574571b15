# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a service is delivered, as rows that every report shows alike. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ...module_utils._units import humanize_seconds
from .._text import as_dict, as_dicts, as_int, escape

_NONE = "no figure"


def rows(record: t.Mapping[str, t.Any]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The heads of the columns (the windows), and a row for each figure; no rows where nothing was deployed in any of them."""
    figures = as_dict(record.get("delivery_performance"))
    windows = as_dicts(figures.get("windows"))
    if not any(as_int(window.get("deployments")) for window in windows):
        return [], []
    heads = [f"last {as_int(window.get('days'))} days" for window in windows]
    table: list[tuple[str, t.Callable[[dict[str, t.Any]], str]]] = [
        ("Deployments", _deployments),
        ("Change fail rate", lambda window: _share(window, "change_fail_ratio", "failed", "judged")),
        ("Deployment rework rate", lambda window: _share(window, "deployment_rework_ratio", "unplanned", "deployments")),
        ("Failed deployment recovery time", _recovery),
        ("Planned deployments right the first time", lambda window: _share(window, "first_time_right_ratio", None, "settled")),
    ]
    out = [(title, [show(window) for window in windows]) for title, show in table]
    last = escape(figures.get("last_unplanned_at"), 40)
    days = figures.get("days_since_last_unplanned")
    shown = f"{as_int(days)} ({last[:10]})" if last and days is not None else "none recorded"
    return heads, [*out, ("Days since the last unplanned deployment", [shown] + [""] * (len(heads) - 1))]


def _deployments(window: dict[str, t.Any]) -> str:
    count = as_int(window.get("deployments"))
    kinds = [f"{as_int(number)} {escape(kind, 20).replace('_', ' ')}" for kind, number in as_dict(window.get("kinds")).items() if number]
    return f"{count} ({', '.join(kinds)})" if count else _NONE


def _share(window: dict[str, t.Any], ratio: str, part: str | None, whole: str) -> str:
    value = window.get(ratio)
    if not isinstance(value, (int, float)):
        return _NONE
    basis = f"{as_int(window.get(part))} of {as_int(window.get(whole))}" if part else f"of {as_int(window.get(whole))}"
    return f"{value * 100:.0f} % ({basis})"


def _recovery(window: dict[str, t.Any]) -> str:
    seconds = window.get("recovery_seconds")
    left = as_int(window.get("failed")) - as_int(window.get("recovered"))
    waiting = f"{left} not recovered yet" if left > 0 else ""
    if not isinstance(seconds, (int, float)):
        return waiting or _NONE
    return f"{humanize_seconds(seconds)} (median of {as_int(window.get('recovered'))}{'; ' + waiting if waiting else ''})"


__all__ = ("rows",)
