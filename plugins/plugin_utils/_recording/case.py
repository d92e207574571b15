# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From findings to a run record: reach, judgement, state. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import socket
import typing as t

from ...module_utils._files import NotWritten
from ...module_utils._finding import Finding, isoformat
from ...module_utils._runner import user_name
from ...module_utils._units import parse_duration
from .._comparing import baseline as _baseline
from .._judging import accountability as _answers
from .._judging import state as _state
from .._judging.judge import judge_each
from .._model.emergency import Emergency
from .._model.judged import Reach
from .._model.planned import Plan
from .._promises import debt as _debt
from .._promises import ledger as _ledger
from . import delta as _delta
from .run_record import SCHEMA_VERSION, Records, Unreadable

_NOTHING = _baseline.Loaded()
CLOCKS_DIFFER = dt.timedelta(minutes=5)  # as much as between two controllers


def waiting_hosts(plan: Plan, spooled: t.Sequence[t.Mapping[str, t.Any]], variables: t.Mapping[str, t.Any]) -> list[str]:
    """Expected hosts whose batch (``serial``) is still to come in this play."""
    been = {data["host"] for data in spooled}
    still_there, batch = ({str(host) for host in variables.get(name, [])} for name in ("ansible_play_hosts", "ansible_play_batch"))
    return [host for host in plan.expected_hosts if host in still_there - batch - been] if been else []


def reach_of(
    plan: Plan,
    spooled: t.Sequence[t.Mapping[str, t.Any]],
    *,
    limit: str | None,
    waiting: t.Sequence[str] = (),
    there: t.Collection[str] = (),
) -> Reach:
    """Who was reached, and for each expected host that left nothing, why. ``there`` are hosts that the play still has."""
    by_host = {data["host"]: data for data in spooled}
    in_play = {host for data in spooled for host in data.get("play_hosts", [])}
    absent = {}
    for host in sorted({*plan.expected_hosts, *plan.other_hosts} - set(by_host) - set(waiting)):
        if host in in_play and host in there:
            absent[host] = f"no verify task ran for {host}, which is still in this play (run_once? when?)"
        elif host in in_play:
            absent[host] = f"{host} was lost earlier in this play"
        elif limit:
            absent[host] = f"{host} was not part of this run (--limit {limit})"
        else:
            absent[host] = f"{host} was not part of this run: no verify task ran for it"
    return Reach(
        reached=tuple(host for host in plan.expected_hosts if host in by_host and not by_host[host].get("unreachable")),
        unreachable={host: data["unreachable"] for host, data in by_host.items() if data.get("unreachable")},
        absent=absent,
        waiting=tuple(waiting),
    )


def partial_reason(
    plan: Plan,
    spooled: t.Sequence[t.Mapping[str, t.Any]],
    *,
    limit: str | None,
    tags: t.Sequence[str],
    skipped: t.Sequence[str],
    waiting: t.Sequence[str] = (),
) -> str | None:
    """Why this run says nothing about the whole service, or None when it does."""
    if plan.scope == "batch":
        return f"a batch of the play (scope: batch): {', '.join(plan.expected_hosts) or 'no host of the service'}"
    in_play = {host for data in spooled for host in [data["host"], *data.get("play_hosts", [])]}
    left_out = [host for host in plan.expected_hosts if host not in in_play]
    if limit and left_out:
        return f"limited to {limit} (--limit); not looked at: {', '.join(left_out)}"
    if tuple(tags) not in ((), ("all",)):
        return f"limited to the tags {', '.join(tags)} (--tags)"
    if skipped:
        return f"without the tags {', '.join(skipped)} (--skip-tags)"
    if waiting:
        return f"a batch of the play (serial); still to come: {', '.join(waiting)}"
    if left_out and len(left_out) < len(plan.expected_hosts):
        return f"on part of the hosts; not looked at: {', '.join(left_out)}"
    return None


def clock_trouble(state: t.Mapping[str, t.Any], now: dt.datetime) -> list[str]:
    """Why a state must not be touched now: it is from the future."""
    newest = max((str(gate["at"]) for gate in state["gates"].values()), default="")
    if newest <= isoformat(now + CLOCKS_DIFFER):
        return []
    return [
        f"the verdict stands, but the service's state was not updated: the newest run in it is of {newest}, "
        f"and it is {isoformat(now)} here; set the clock of the machine that is wrong"
    ]


def make_record(
    plan: Plan,
    state_plan: Plan,
    state: t.Mapping[str, t.Any],
    findings: t.Mapping[str, t.Sequence[Finding]],
    reach: Reach,
    *,
    options: t.Mapping[str, t.Any],
    partial: str | None,
    started: dt.datetime,
    now: dt.datetime,
    versions: t.Mapping[str, str],
    held: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
    previous: t.Mapping[str, t.Any] | None = None,
    before: _baseline.Loaded = _NOTHING,
    emergency: Emergency | None = None,
    decisions: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The run record, and the service's state after it: unchanged by a partial run, but for what it leaves undone.

    ``held`` is what of the state stands for a new look, ``previous`` the record of the last whole run of this phase,
    ``before`` the baseline of this deployment.
    """
    run = {
        "id": f"{now.strftime('%Y%m%dT%H%M%SZ')}-{options['phase']}-{secrets.token_hex(4)}",
        "phase": options["phase"],
        "environment": options["environment"],
        "version": options["version"],
        "deployment_id": options["deployment_id"] or options["version"],
        "ticket": options["ticket"],
        **_deployment(options),
        "window": options["window"],
        "started_at": isoformat(started),
        "finished_at": isoformat(now),
        "duration_seconds": round((now - started).total_seconds(), 3),
        "controller": socket.gethostname(),
        "user": user_name(),
        **versions,
        "mode": plan.mode,
        "enforced": plan.enforces,
        "scope": plan.scope,
        "settle_seconds": plan.settling,
        "recheck_interval_seconds": plan.recheck_every,
        "partial": partial,
        "first_deployment": options["first_deployment"],
        "emergency": dataclasses.asdict(emergency) if emergency else None,
    }
    compared = _baseline.at_post(plan, before, findings, reach, run, scope=options.get("scope", "service"), now=now)
    plan = _debt.against(plan, state)
    judged = judge_each(plan, {**findings, **compared.findings}, reach, held)
    answers = _answers.answered(plan, judged, state, run, reach, emergency=emergency, decisions=decisions, today=now.date())
    judgement = answers.judgement
    run["enforced"] = (plan.enforces or bool(judgement["ratchet"])) and not emergency
    judgement["comparison"] = compared.comparison
    judgement["notices"] += compared.notices
    run["evidence_digest"] = answers.evidence["digest"]
    changed = _answers.state_after(state, run, answers)
    record = {
        "schema_version": SCHEMA_VERSION,
        "run": run,
        "service": {**plan.service, "level": plan.level, "level_reason": plan.level_reason},
        "inputs": {**plan.inputs, "policy": plan.policy},
        "hosts": {
            "expected": list(plan.expected_hosts),
            "reached": list(reach.reached),
            "unreachable": dict(reach.unreachable),
            "absent": dict(reach.absent),
        },
        "evidence": answers.evidence,
        "decisions": answers.decisions,
        "judgement": judgement,
        "delta": _delta.since(previous, judgement),
        "decision_delta": _delta.since_decision(decisions, run, judgement),
        "state": None if partial and not emergency else _state.judge_state(_debt.against(state_plan, changed), changed, now),
        "gates": _state.recent_gates(changed, now),
        "deployments": changed["deployments"],
    }
    return record, changed


def _deployment(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What kind of deployment a run belongs to, where it belongs to one."""
    if options["phase"] not in ("pre", "post"):
        return {}
    return {"deployment_kind": options.get("deployment_kind") or "planned", "cause": options.get("cause")}


def enter_deployment(
    record: dict[str, t.Any], ledger: t.Mapping[str, t.Any], now: dt.datetime, *, failed_within: str, emergency: str | None
) -> dict[str, t.Any] | None:
    """The ledger after this run, or None where it stays as it is; the record then shows what it says."""
    changed = _ledger.entered(ledger, record, emergency=emergency)
    run = record["run"]
    if changed is None and run["phase"] == "post" and not run["partial"]:
        record["judgement"]["notices"].append("this deployment is not in the ledger: neither a version nor a deployment_id was given")
    shown = changed or ledger
    record["deployments"] = _ledger.newest(shown)
    record["delivery_performance"] = _ledger.performance(shown, now, parse_duration(failed_within))
    return changed


def load_baseline(records: Records, options: t.Mapping[str, t.Any]) -> _baseline.Loaded:
    """The baseline with which this run is compared."""
    identifier = options["deployment_id"] or options["version"]
    if options["phase"] != "post" or not identifier:
        return _NOTHING
    try:
        return _baseline.Loaded(records.load_baseline(identifier))
    except (Unreadable, NotWritten) as exc:
        return _baseline.Loaded(trouble=str(exc))


def keep_baseline(
    records: Records,
    plan: Plan,
    state_plan: Plan,
    findings: t.Mapping[str, t.Sequence[Finding]],
    reach: Reach,
    record: t.Mapping[str, t.Any],
    *,
    scope: str,
    now: dt.datetime,
) -> list[str]:
    """Keeps what was seen at ``pre`` for the comparison at ``post``; says why where it is not kept."""
    run = record["run"]
    if run["phase"] != "pre" or run["partial"] or scope == "batch" or run["first_deployment"]:
        return []
    identifier = run["deployment_id"]
    if not identifier:
        asked = any(proof.check == _baseline.CHECK for item in state_plan.requirements for proof in item.rule.proved_by)
        missing = "no baseline is kept for post: no deployment is named (readiness_deployment_id or readiness_version)"
        return [missing] if asked else []
    try:
        held = records.load_baseline(identifier)
        if held:
            return [
                f"the baseline of deployment {identifier}, taken at {held['taken_at']}, is kept; "
                "a deployment that begins anew needs a deployment_id of its own"
            ]
        baseline = _baseline.take(plan, findings, reach, run, now)
        if baseline is None:
            return [f"no baseline of deployment {identifier} is kept: nothing was seen that could be compared at post"]
        records.save_baseline(baseline)
    except (Unreadable, NotWritten) as exc:
        return [f"no baseline of deployment {identifier} is kept: {exc}"]
    return []


__all__ = (
    "clock_trouble",
    "enter_deployment",
    "keep_baseline",
    "load_baseline",
    "make_record",
    "partial_reason",
    "reach_of",
    "waiting_hosts",
)
