# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides: what went on against the gate, or without it, and what it owes until a whole verification was good. PRIVATE to the collection.

Pure: the day is an argument.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._units import parse_duration
from .._model.verdict import Verdict

ALL = "ALL"  # in the place of a requirement: the whole profile
CLOSED_KEPT = 50
CLOSING = ("post", "recheck")


def make(
    requirement: str,
    identifier: str,
    kind: str,
    *,
    by: str,
    reason: str | None,
    due_in: str,
    judgement: t.Mapping[str, t.Any],
    run: t.Mapping[str, t.Any],
) -> dict[str, t.Any]:
    """An override as the state keeps it. ``kind`` is emergency or decision; ``due_in`` a duration, of whole days."""
    due = dt.date.fromisoformat(run["finished_at"][:10]) + dt.timedelta(seconds=parse_duration(due_in))
    return {
        "requirement": requirement,
        "id": identifier,
        "kind": kind,
        "by": by,
        "reason": reason,
        "at": run["finished_at"],
        "due": due.isoformat(),
        "version": run["version"],
        "phase": run["phase"],
        "run": run["id"],
        "would": {"verdict": judgement["verdict"], "words": judgement["words"], "reasons": list(judgement["reasons"][:5])},
    }


def closes(judgement: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any]) -> bool:
    """Whether a run is the whole verification that open overrides ask for."""
    return run["phase"] in CLOSING and not run["partial"] and not run.get("emergency") and Verdict(judgement["verdict"]).good


def after(
    state: t.Mapping[str, t.Any], new: t.Sequence[t.Mapping[str, t.Any]], run: t.Mapping[str, t.Any], *, closing: bool
) -> dict[str, t.Any]:
    """``overrides`` and ``closed_overrides`` of a service's state after a run. What is opened again keeps its first day."""
    held = {(item["id"], item["requirement"]): dict(item) for item in state.get("overrides") or []}
    closed = list(state.get("closed_overrides") or [])
    if closing:
        closed += [{**item, "closed": run["finished_at"], "closed_by": run["id"]} for item in held.values()]
        held = {}
    for item in new:
        first = held.get((item["id"], item["requirement"]), item)
        held[(item["id"], item["requirement"])] = {**item, "at": first["at"], "due": first["due"]}
    return {"overrides": list(held.values()), "closed_overrides": closed[-CLOSED_KEPT:]}


def told(
    judgement: t.Mapping[str, t.Any], overrides: t.Sequence[t.Mapping[str, t.Any]], today: dt.date, *, owner: str = ""
) -> dict[str, t.Any]:
    """The judgement that tells of open overrides. One that is overdue is a reservation: it leaves no GO."""
    late = [item for item in overrides if item["due"] < today.isoformat()]
    out = {**judgement, "overrides": [{**item, "overdue": item in late} for item in overrides]}
    out["notices"] = [*out["notices"], *(_notice(item) for item in overrides if item not in late)]
    out["reasons"] = [*out["reasons"], *(_reason(item) for item in late)]
    out["reservations"] = [*out["reservations"], *(_reservation(item, owner) for item in late)]
    if late and out["verdict"] == "go":
        out.update(verdict="go_with_reservations", code=1, words=Verdict.GO_WITH_RESERVATIONS.words)
        if out["enforced_verdict"] == "go":
            out["enforced_verdict"] = "go_with_reservations"
    return out


def title(item: t.Mapping[str, t.Any]) -> str:
    """An override in words: ``the emergency INC0042 of 2026-11-25``."""
    about = "" if item["requirement"] == ALL else f" on {item['requirement']}"
    return f"the {item['kind']} {item['id']} of {item['at'][:10]}{about}"


def _notice(item: t.Mapping[str, t.Any]) -> str:
    return f"{title(item)} (by {item['by']}) asks for a whole verification that is good, after the deployment, by {item['due']}"


def _reason(item: t.Mapping[str, t.Any]) -> str:
    return f"{title(item)} asked for a whole verification by {item['due']}: none has been good since"


def _reservation(item: t.Mapping[str, t.Any], owner: str) -> dict[str, t.Any]:
    return {
        "requirement": item["requirement"],
        "title": f"the whole verification after {title(item)}",
        "status": "fail",
        "message": f"it went on where the gate would have said {item['would']['words']}",
        "responsible": owner or None,
        "raised": item["at"][:10],
        "due": item["due"],
        "kind": "overdue",
        "override": item["id"],
    }


__all__ = ("ALL", "after", "closes", "make", "title", "told")
