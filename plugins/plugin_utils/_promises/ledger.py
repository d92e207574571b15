# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployments of a service, and how well it is delivered, by the definitions of DORA. PRIVATE to the collection. Pure.

An entry begins with the first ``pre`` of its deployment and ends with its first ``post``; entries stand in the order in which they
began. Nothing is guessed: a deployment is a rollback because whoever ran it said so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import isoformat
from .._model.deployments import SCHEMA_VERSION, UNPLANNED, DeliveryPerformance, Deployment, Ledger, Said, Window
from .._model.judgement import Judgement
from .._model.run import Run
from .._model.service_state import Deployed
from .._model.verdict import Verdict

KEPT = dt.timedelta(days=400)
MOST = 500
WINDOWS = (30, 90)  # days
KINDS = ("planned", *UNPLANNED, "not_recorded")


def empty(service: str, environment: str, earlier: t.Sequence[Deployed] = ()) -> Ledger:
    """A ledger; ``earlier`` are the deployments that the state kept before there was one: of them kind and verdicts are not known."""
    entries = [
        dataclasses.replace(_begun(str(item.deployment_id or item.version), item.version, item.at), kind=None, ended_at=item.at)
        for item in earlier
        if item.at
    ]
    return Ledger(SCHEMA_VERSION, service, environment, tuple(entries))


def _begun(deployment_id: str, version: str | None, began_at: str) -> Deployment:
    return Deployment(deployment_id, version, "planned", None, None, None, began_at, None, None, None, None)


def refusal(options: t.Mapping[str, object]) -> str | None:
    """Why a deployment of this kind is refused, before anything runs."""
    kind = options.get("deployment_kind") or "planned"
    if options.get("phase") not in ("pre", "post") or kind not in UNPLANNED or options.get("cause") or options.get("emergency"):
        return None
    return (
        f"cause: a {kind} is an unplanned deployment, and nothing says why there is one; "
        "give the incident or the reason (option cause, or -e readiness_cause=INC0042)"
    )


# -- entering


def entered(ledger: Ledger, run: Run, judgement: Judgement, *, emergency: str | None = None) -> Ledger | None:
    """The ledger after a run; None where the run is none of a deployment that can be told apart."""
    identifier = run.deployment_id or emergency
    if run.phase not in ("pre", "post") or not identifier:
        return None
    entries = list(ledger.deployments)
    position = _current(entries, identifier, run)
    if position is None:
        position = len(entries)
        entries.append(_begun(identifier, run.version, run.started_at))
    entry = entries[position]
    kind = run.deployment_kind or "planned"
    entries[position] = _with_said(
        dataclasses.replace(
            entry,
            kind=kind if kind != "planned" or entry.kind is None else entry.kind,  # who leaves it out at post takes nothing back
            cause=run.cause or entry.cause,
            ticket=run.ticket or entry.ticket,
            emergency=emergency or entry.emergency,
        ),
        Said(judgement.verdict, judgement.code, run.finished_at, run.id),
        run,
    )
    return dataclasses.replace(ledger, deployments=tuple(_kept(entries, moment(run.finished_at))))


def _with_said(entry: Deployment, said: Said, run: Run) -> Deployment:
    if not run.partial and run.phase == "post":
        return dataclasses.replace(entry, post=said, ended_at=entry.ended_at or run.finished_at)
    if not run.partial:
        return dataclasses.replace(entry, pre=said)
    if run.phase != "post":
        return entry
    before = entry.batches
    worse = said if before is None or said.code >= before.code else before
    count = ((before.count or 0) if before else 0) + 1
    return dataclasses.replace(entry, batches=dataclasses.replace(worse, at=run.finished_at, count=count))


def _current(entries: t.Sequence[Deployment], identifier: str, run: Run) -> int | None:
    """Where the entry stands that this run belongs to: one that has not ended, or (post, again) one after which no other began."""
    for position in range(len(entries) - 1, -1, -1):
        entry = entries[position]
        if (entry.deployment_id, entry.version) != (identifier, run.version):
            continue
        if entry.ended_at is None:
            return position
        kind = run.deployment_kind or "planned"
        again = run.phase == "post" and position == len(entries) - 1 and (kind == "planned" or entry.kind == kind)
        return position if again else None
    return None


def asked(ledger: Ledger, run: Run) -> Deployment | None:
    """The deployment that a ``post`` belongs to, as the runs before it have left it; None where nothing of it is known."""
    entries = list(ledger.deployments)
    position = _current(entries, run.deployment_id, run) if run.deployment_id else None
    return None if position is None else entries[position]


def _kept(entries: list[Deployment], now: dt.datetime) -> list[Deployment]:
    oldest = isoformat(now - KEPT)
    return [entry for entry in entries if (entry.deployed_at or entry.began_at) >= oldest][-MOST:]


# -- reading


def whole(ledger: Ledger) -> bool:
    """Whether all its times are times."""
    return all(_dated(entry) for entry in ledger.deployments)


def _dated(entry: Deployment) -> bool:
    said = [item.at for item in (entry.pre, entry.post, entry.batches) if item is not None]
    try:
        return all(moment(text).tzinfo is not None for text in [entry.began_at, *([entry.ended_at] if entry.ended_at else []), *said])
    except ValueError:
        return False


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def newest(ledger: Ledger, count: int = 50) -> tuple[Deployment, ...]:
    """The newest that were deployed, each with ``at``, for records and reports."""
    return tuple(dataclasses.replace(entry, at=entry.deployed_at) for entry in ledger.deployments if entry.deployed_at)[-count:]


class _Done(t.NamedTuple):
    """One that was deployed, and what came of it."""

    entry: Deployment
    end: dt.datetime
    verdict: Verdict | None
    failed: bool
    followed: bool  # by a rollback or hotfix, in time

    @property
    def good(self) -> bool:
        return self.verdict is not None and self.verdict.good


def _deployed(entries: t.Sequence[Deployment], within: dt.timedelta) -> list[_Done]:
    """Those that were deployed, each with what came of it. What was rolled back was deployed, also where it never came to its post."""
    done: list[tuple[Deployment, dt.datetime]] = []
    for position, entry in enumerate(entries):
        end = entry.deployed_at
        after = entries[position + 1] if position + 1 < len(entries) else None
        undone = after is not None and after.kind == "rollback" and bool(after.deployed_at)
        if end or (undone and after is not None and moment(after.began_at) - moment(entry.began_at) <= within):
            done.append((entry, moment(end or entry.began_at)))
    out = []
    for position, (entry, when) in enumerate(done):
        follower = done[position + 1][0] if position + 1 < len(done) else None
        followed = follower is not None and follower.unplanned and moment(follower.began_at) - when <= within
        out.append(_Done(entry, when, entry.verdict, entry.verdict is Verdict.NO_GO or followed, followed))
    return out


def performance(ledger: Ledger, now: dt.datetime, failed_within: float) -> DeliveryPerformance:
    """The figures of one service. Where there is nothing to calculate one from, it is None and not 0."""
    within = dt.timedelta(seconds=failed_within)
    done = _deployed(ledger.deployments, within)
    last = max((one.end for one in done if one.entry.unplanned), default=None)
    return DeliveryPerformance(
        as_of=isoformat(now),
        failed_within_seconds=failed_within,
        recorded_since=ledger.deployments[0].began_at if ledger.deployments else None,
        last_unplanned_at=isoformat(last) if last else None,
        days_since_last_unplanned=max((now - last).days, 0) if last else None,
        windows=tuple(_window(done, now, days, within) for days in WINDOWS),
    )


def _window(done: list[_Done], now: dt.datetime, days: int, within: dt.timedelta) -> Window:
    begin = now - dt.timedelta(days=days)
    inside = [one for one in done if begin < one.end]
    known = [one for one in inside if one.failed or one.good]
    told = [one for one in inside if one.entry.kind or one.entry.emergency]
    failed = [one for one in inside if one.failed]
    recoveries = [seconds for seconds in (_recovery(one, done) for one in failed) if seconds is not None]
    import statistics  # slow to import, and not every run counts deployments

    # whether it stays right is not known before the time for its failure is over
    ripe = [one for one in known if one.entry.kind == "planned" and not one.entry.emergency and now - one.end >= within]
    kinds = {kind: sum((one.entry.kind or "not_recorded") == kind for one in inside) for kind in KINDS}
    unplanned = sum(one.entry.unplanned for one in told)
    return Window(
        days=days,
        deployments=len(inside),
        kinds={kind: count for kind, count in kinds.items() if count or kind != "not_recorded"},
        per_week=round(len(inside) / days * 7, 2) if inside else None,
        judged=len(known),
        failed=len(failed),
        change_fail_ratio=_ratio(len(failed), len(known)),
        unplanned=unplanned,
        deployment_rework_ratio=_ratio(unplanned, len(told)),
        recovered=len(recoveries),
        recovery_seconds=statistics.median(recoveries) if recoveries else None,
        settled=len(ripe),
        first_time_right_ratio=_ratio(sum(not one.failed for one in ripe), len(ripe)),
    )


def _recovery(failed: _Done, done: list[_Done]) -> float | None:
    """From a deployment that failed to the next one that is good; None while there is none."""
    after = done[done.index(failed) + 1 :]
    good = next((one for one in after if one.good), None)
    return max((good.end - failed.end).total_seconds(), 0.0) if good else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


__all__ = ("KINDS", "asked", "empty", "entered", "newest", "performance", "refusal", "whole")
