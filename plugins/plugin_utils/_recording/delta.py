# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier run or decision: new failures, repaired, unchanged. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

DECISION = "DEC-01"  # that somebody decided is not part of what was decided on
# effective statuses in which something is to be done, worst last
_BAD = ("warn", "unknown", "fail")


def since(earlier: t.Mapping[str, t.Any] | None, judgement: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """``judgement`` against the record of an earlier run; None when there is none.

    ``new_failures``, ``worse``, ``repaired`` and ``unchanged`` are requirements with their status before and now, of those that decide in
    both runs; ``worse`` were bad before. ``added`` and ``dropped`` are asked in one of the two only.
    """
    if earlier is None:
        return None
    return {
        "run": earlier["run"]["id"],
        "at": earlier["run"]["finished_at"],
        "version": earlier["run"]["version"],
        "verdict_before": earlier["judgement"]["verdict"],
        **_changes(_statuses(earlier["judgement"]), _statuses(judgement), same=True),
    }


def since_decision(
    decisions: t.Sequence[t.Mapping[str, t.Any]], run: t.Mapping[str, t.Any], judgement: t.Mapping[str, t.Any]
) -> dict[str, t.Any] | None:
    """``judgement`` against what the newest decision in this environment was about; None when there was none.

    As ``since``, with the ``decision``, its ``body``, ``date`` and ``outcome``. The decision may be of another phase: then nothing is
    ``added`` or ``dropped``, for a phase asks what it asks.
    """
    taken = [item for item in decisions if item.get("environment") == run["environment"] and isinstance(item.get("evidence"), dict)]
    if not taken:
        return None
    newest = max(taken, key=lambda item: str(item["recorded_at"]))
    about, same_phase = newest["evidence"], newest["phase"] == run["phase"]
    before = {name: str(status).partition(" ")[0] for name, status in (about.get("requirements") or {}).items()}
    return {
        "decision": newest["id"],
        **{key: newest[key] for key in ("body", "date", "outcome")},
        "run": newest["run"],
        "at": newest["recorded_at"],
        "version": about.get("version"),
        "verdict_before": newest["verdict"],
        **_changes(before, {name: status for name, status in _statuses(judgement).items() if name != DECISION}, same=same_phase),
    }


def _changes(before: t.Mapping[str, str], now: t.Mapping[str, str], *, same: bool) -> dict[str, t.Any]:
    changes: dict[str, list[dict[str, str]]] = {"new_failures": [], "worse": [], "repaired": [], "unchanged": []}
    for name in now:
        if name in before and (kind := _kind(before[name], now[name])):
            changes[kind].append({"requirement": name, "before": before[name], "now": now[name]})
    return {
        **changes,
        "added": [name for name in now if same and name not in before],
        "dropped": [name for name in before if same and name not in now],
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


__all__ = ("since", "since_decision")
