# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployments of a service, and how well it is delivered, by the definitions of DORA. PRIVATE to the collection. Pure.

An entry begins with the first ``pre`` of its deployment and ends with its first ``post``; entries stand in the order in which they
began. Nothing is guessed: a deployment is a rollback because whoever ran it said so.
"""

from __future__ import annotations

import copy
import datetime as dt
import typing as t

from ...module_utils._finding import isoformat
from .._model.verdict import Verdict

SCHEMA_VERSION = 1
KEPT = dt.timedelta(days=400)
MOST = 500
WINDOWS = (30, 90)  # days
UNPLANNED = ("hotfix", "rollback")
KINDS = ("planned", *UNPLANNED, "not_recorded")

Entry = dict[str, t.Any]


def empty(service: str, environment: str, earlier: t.Sequence[t.Mapping[str, t.Any]] = ()) -> dict[str, t.Any]:
    """A ledger; ``earlier`` are the deployments that the state kept before there was one: of them kind and verdicts are not known."""
    entries = [
        _entry(
            str(item.get("deployment_id") or item.get("version")), item.get("version"), str(item["at"]), kind=None, ended_at=str(item["at"])
        )
        for item in earlier
        if item.get("at")
    ]
    return {"schema_version": SCHEMA_VERSION, "service": service, "environment": environment, "deployments": entries}


def _entry(deployment_id: str, version: t.Any, began_at: str, **fields: t.Any) -> Entry:
    return {
        "deployment_id": deployment_id,
        "version": version,
        "kind": "planned",
        "cause": None,
        "ticket": None,
        "emergency": None,
        "began_at": began_at,
        "ended_at": None,
        "pre": None,
        "post": None,
        "batches": None,
        **fields,
    }


def refusal(options: t.Mapping[str, t.Any]) -> str | None:
    """Why a deployment of this kind is refused, before anything runs."""
    kind = options.get("deployment_kind") or "planned"
    if options.get("phase") not in ("pre", "post") or kind not in UNPLANNED or options.get("cause") or options.get("emergency"):
        return None
    return (
        f"cause: a {kind} is an unplanned deployment, and nothing says why there is one; "
        "give the incident or the reason (option cause, or -e readiness_cause=INC0042)"
    )


# -- entering


def entered(ledger: t.Mapping[str, t.Any], record: t.Mapping[str, t.Any], *, emergency: str | None = None) -> dict[str, t.Any] | None:
    """The ledger after a run; None where the run is none of a deployment that can be told apart."""
    run = {**record["run"], "deployment_id": record["run"].get("deployment_id") or emergency}
    if run["phase"] not in ("pre", "post") or not run["deployment_id"]:
        return None
    new = copy.deepcopy(dict(ledger))
    entries: list[Entry] = new["deployments"]
    entry = _current(entries, run)
    if entry is None:
        entry = _entry(str(run["deployment_id"]), run.get("version"), run["started_at"])
        entries.append(entry)
    said_kind = run.get("deployment_kind") or "planned"
    if said_kind != "planned" or entry["kind"] is None:  # who leaves it out at post takes nothing back
        entry["kind"] = said_kind
    for key, value in (
        ("cause", run.get("cause")),
        ("ticket", run.get("ticket")),
        ("emergency", emergency),
    ):
        entry[key] = value or entry[key]
    judgement = record["judgement"]
    said = {"verdict": judgement["verdict"], "code": judgement["code"], "run": run["id"], "at": run["finished_at"]}
    if not run.get("partial"):
        entry[run["phase"]] = said
        if run["phase"] == "post":
            entry["ended_at"] = entry["ended_at"] or run["finished_at"]
    elif run["phase"] == "post":
        held = entry["batches"]
        worse = said if held is None or said["code"] >= held["code"] else held
        entry["batches"] = {**worse, "at": run["finished_at"], "count": (held["count"] if held else 0) + 1}
    new["deployments"] = _kept(entries, moment(run["finished_at"]))
    return new


def _current(entries: list[Entry], run: t.Mapping[str, t.Any]) -> Entry | None:
    """The entry that this run belongs to: one that has not ended, or (post, again) one after which no other began."""
    for position in range(len(entries) - 1, -1, -1):
        entry = entries[position]
        if (entry["deployment_id"], entry["version"]) != (str(run["deployment_id"]), run.get("version")):
            continue
        if entry["ended_at"] is None:
            return entry
        kind = run.get("deployment_kind") or "planned"
        again = run["phase"] == "post" and position == len(entries) - 1 and (kind == "planned" or entry["kind"] == kind)
        return entry if again else None
    return None


def _kept(entries: list[Entry], now: dt.datetime) -> list[Entry]:
    oldest = isoformat(now - KEPT)
    return [entry for entry in entries if (ended(entry) or entry["began_at"]) >= oldest][-MOST:]


# -- reading


def whole(ledger: t.Mapping[str, t.Any]) -> bool:
    """Whether every entry has what an entry has, of the types that it has."""
    entries = ledger.get("deployments")
    needed = set(_entry("", None, ""))
    return isinstance(entries, list) and all(isinstance(entry, dict) and needed <= set(entry) and _dated(entry) for entry in entries)


def _dated(entry: t.Mapping[str, t.Any]) -> bool:
    said = [entry[key] for key in ("pre", "post", "batches") if entry[key] is not None]
    times = [entry["began_at"], *([entry["ended_at"]] if entry["ended_at"] else [])]
    if not all(isinstance(item, dict) and {"verdict", "code", "at"} <= set(item) for item in said):
        return False
    try:
        return all(moment(text).tzinfo is not None for text in [*times, *(item["at"] for item in said)])
    except (AttributeError, TypeError, ValueError):
        return False


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def ended(entry: t.Mapping[str, t.Any]) -> str | None:
    """When it was deployed; of one that never came to its whole verification, when that of its last batch ended."""
    if entry["ended_at"]:
        return str(entry["ended_at"])
    return str(entry["batches"]["at"]) if entry["batches"] else None


def verdict(entry: t.Mapping[str, t.Any]) -> str | None:
    said = entry["post"] or entry["batches"]
    return str(said["verdict"]) if said else None


def _good(verdict: str | None) -> bool:
    known = Verdict.of(verdict)
    return known is not None and known.good


def unplanned(entry: t.Mapping[str, t.Any]) -> bool:
    """A hotfix, a rollback, or one that could not wait for an incident."""
    return entry["kind"] in UNPLANNED or bool(entry["emergency"])


def newest(ledger: t.Mapping[str, t.Any], count: int = 50) -> list[Entry]:
    """The newest that were deployed, each with ``at``, for records and reports."""
    done = [{**entry, "at": ended(entry)} for entry in ledger["deployments"] if ended(entry)]
    return done[-count:]


class _Deployment(t.NamedTuple):
    entry: Entry
    end: dt.datetime
    verdict: str | None
    failed: bool
    followed: bool  # by a rollback or hotfix, in time


def _deployments(entries: t.Sequence[Entry], within: dt.timedelta) -> list[_Deployment]:
    """Those that were deployed, each with what came of it. What was rolled back was deployed, also where it never came to its post."""
    done: list[tuple[Entry, dt.datetime]] = []
    for position, entry in enumerate(entries):
        end = ended(entry)
        after = entries[position + 1] if position + 1 < len(entries) else None
        undone = after is not None and after["kind"] == "rollback" and bool(ended(after))
        if end or (undone and after is not None and moment(after["began_at"]) - moment(entry["began_at"]) <= within):
            done.append((entry, moment(end or entry["began_at"])))
    out = []
    for position, (entry, when) in enumerate(done):
        follower = done[position + 1][0] if position + 1 < len(done) else None
        followed = follower is not None and unplanned(follower) and moment(follower["began_at"]) - when <= within
        said = verdict(entry)
        out.append(_Deployment(entry, when, said, said == "no_go" or followed, followed))
    return out


def performance(ledger: t.Mapping[str, t.Any], now: dt.datetime, failed_within: float) -> dict[str, t.Any]:
    """The figures of one service. Where there is nothing to calculate one from, it is None and not 0."""
    within = dt.timedelta(seconds=failed_within)
    done = _deployments(ledger["deployments"], within)
    last = max((one.end for one in done if unplanned(one.entry)), default=None)
    return {
        "as_of": isoformat(now),
        "failed_within_seconds": failed_within,
        "recorded_since": ledger["deployments"][0]["began_at"] if ledger["deployments"] else None,
        "last_unplanned_at": isoformat(last) if last else None,
        "days_since_last_unplanned": max((now - last).days, 0) if last else None,
        "windows": [_window(done, now, days, within) for days in WINDOWS],
    }


def _window(done: list[_Deployment], now: dt.datetime, days: int, within: dt.timedelta) -> dict[str, t.Any]:
    begin = now - dt.timedelta(days=days)
    inside = [one for one in done if begin < one.end]
    known = [one for one in inside if one.failed or _good(one.verdict)]
    told = [one for one in inside if one.entry["kind"] or one.entry["emergency"]]
    failed = [one for one in inside if one.failed]
    recoveries = [seconds for seconds in (_recovery(one, done) for one in failed) if seconds is not None]
    import statistics  # slow to import, and not every run counts deployments

    # whether it stays right is not known before the time for its failure is over
    ripe = [one for one in known if one.entry["kind"] == "planned" and not one.entry["emergency"] and now - one.end >= within]
    kinds = {kind: sum((one.entry["kind"] or "not_recorded") == kind for one in inside) for kind in KINDS}
    return {
        "days": days,
        "deployments": len(inside),
        "kinds": {kind: count for kind, count in kinds.items() if count or kind != "not_recorded"},
        "per_week": round(len(inside) / days * 7, 2) if inside else None,
        "judged": len(known),
        "failed": len(failed),
        "change_fail_ratio": _ratio(len(failed), len(known)),
        "unplanned": sum(unplanned(one.entry) for one in told),
        "deployment_rework_ratio": _ratio(sum(unplanned(one.entry) for one in told), len(told)),
        "recovered": len(recoveries),
        "recovery_seconds": statistics.median(recoveries) if recoveries else None,
        "settled": len(ripe),
        "first_time_right_ratio": _ratio(sum(not one.failed for one in ripe), len(ripe)),
    }


def _recovery(failed: _Deployment, done: list[_Deployment]) -> float | None:
    """From a deployment that failed to the next one that is good; None while there is none."""
    after = done[done.index(failed) + 1 :]
    good = next((one for one in after if _good(one.verdict)), None)
    return max((good.end - failed.end).total_seconds(), 0.0) if good else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


__all__ = ("KINDS", "SCHEMA_VERSION", "empty", "ended", "entered", "newest", "performance", "refusal", "unplanned", "verdict", "whole")
