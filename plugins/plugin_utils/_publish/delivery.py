# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a service is delivered, as rows that every report shows alike. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ...module_utils._units import humanize_seconds
from .._model.text import as_dict, as_dicts, as_int, escape
from .words import ENGLISH, Words


def rows(record: t.Mapping[str, object], say: Words = ENGLISH) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The heads of the columns (the windows), and a row for each figure; no rows where nothing was deployed in any of them."""
    figures = as_dict(record.get("delivery_performance"))
    windows = as_dicts(figures.get("windows"))
    if not any(as_int(window.get("deployments")) for window in windows):
        return [], []
    heads = [say.counted("last_days", as_int(window.get("days"))) for window in windows]
    table: list[tuple[str, t.Callable[[dict[str, object]], str]]] = [
        ("deployments", lambda window: _deployments(window, say)),
        ("change_fail_rate", lambda window: share(window, "change_fail_ratio", "failed", "judged", say)),
        ("rework_rate", lambda window: share(window, "deployment_rework_ratio", "unplanned", "deployments", say)),
        ("recovery_time", lambda window: _recovery(window, say)),
        ("first_time_right", lambda window: share(window, "first_time_right_ratio", None, "settled", say)),
    ]
    out = [(say(title), [show(window) for window in windows]) for title, show in table]
    last = escape(figures.get("last_unplanned_at"), 40)
    days = figures.get("days_since_last_unplanned")
    shown = f"{as_int(days)} ({say.day(last[:10])})" if last and days is not None else say("none_recorded")
    return heads, [*out, (say("days_since_unplanned"), [shown] + [""] * (len(heads) - 1))]


def _deployments(window: dict[str, object], say: Words) -> str:
    count = as_int(window.get("deployments"))
    kinds = [
        say("by_status_item", count=as_int(number), status=say.name("deployment", kind, escape(kind, 20).replace("_", " ")))
        for kind, number in as_dict(window.get("kinds")).items()
        if number
    ]
    return f"{count} ({', '.join(kinds)})" if count else say("no_figure")


def share(window: t.Mapping[str, object], ratio: str, part: str | None, whole: str, say: Words = ENGLISH) -> str:
    """A ratio as a percentage, with what it is based on."""
    value = window.get(ratio)
    if not isinstance(value, (int, float)):
        return say("no_figure")
    percent = f"{value * 100:.0f}"
    if part is None:
        return say("share", percent=percent, whole=as_int(window.get(whole)))
    return say("share_of", percent=percent, part=as_int(window.get(part)), whole=as_int(window.get(whole)))


def _recovery(window: dict[str, object], say: Words) -> str:
    seconds = window.get("recovery_seconds")
    left = as_int(window.get("failed")) - as_int(window.get("recovered"))
    waiting = say.counted("not_recovered", left) if left > 0 else ""
    if not isinstance(seconds, (int, float)):
        return waiting or say("no_figure")
    time, count = say.measure(humanize_seconds(seconds)), as_int(window.get("recovered"))
    return say("median_waiting", time=time, count=count, waiting=waiting) if waiting else say("median_of", time=time, count=count)


__all__ = ("rows", "share")
