# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier run: new failures, repaired, unchanged. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

# effective statuses in which something is to be done, worst last
_BAD = ("warn", "unknown", "fail")


def since(earlier: t.Mapping[str, t.Any] | None, judgement: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """``judgement`` against the record of an earlier run; None when there is none.

    ``new_failures``, ``worse``, ``repaired`` and ``unchanged`` are requirements with their status before and now, of those that decide in
    both runs; ``worse`` were bad before. ``added`` and ``dropped`` are asked in one of the two only.
    """
    if earlier is None:
        return None
    before, now = (_statuses(each) for each in (earlier["judgement"], judgement))
    changes: dict[str, list[dict[str, str]]] = {"new_failures": [], "worse": [], "repaired": [], "unchanged": []}
    for name in now:
        if name in before and (kind := _kind(before[name], now[name])):
            changes[kind].append({"requirement": name, "before": before[name], "now": now[name]})
    return {
        "run": earlier["run"]["id"],
        "at": earlier["run"]["finished_at"],
        "version": earlier["run"]["version"],
        "verdict_before": earlier["judgement"]["verdict"],
        **changes,
        "added": [name for name in now if name not in before],
        "dropped": [name for name in before if name not in now],
    }


def _statuses(judgement: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {item["id"]: item["status"] for item in judgement["requirements"] if item["deciding"] and item["state"] != "later"}


def _kind(before: str, now: str) -> str | None:
    if before not in _BAD:
        return "new_failures" if now in _BAD else None
    if now not in _BAD:
        return "repaired"
    return "worse" if _rank(now) > _rank(before) else "unchanged"


def _rank(status: str) -> int:
    return _BAD.index(status)


__all__ = ("since",)
