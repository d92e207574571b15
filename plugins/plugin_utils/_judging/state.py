# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a service: the newest finding of each requirement, whatever the phase that made it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import datetime as dt
import typing as t

from ...module_utils._finding import Finding, Status, isoformat
from .._model.judged import Judged
from .._model.planned import Plan, PlanState
from .._promises import debt as _debt
from .._promises import overrides as _overrides
from .._promises import ratchet as _ratchet
from .._promises import reservations as _reservations
from .judge import conclude, judge_findings

SCHEMA_VERSION = 1
GATE_KEPT = dt.timedelta(days=7)
DEPLOYMENTS_KEPT = 50


def empty(service: str, environment: str) -> dict[str, t.Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "service": service,
        "environment": environment,
        "requirements": {},
        "reservations": {},
        "lifted": [],
        "overrides": [],
        "closed_overrides": [],
        "passed": {},
        "debt": {},
        "gates": {},
        "deployments": [],
    }


def updated(state: t.Mapping[str, t.Any], judgement: t.Mapping[str, t.Any], run: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The state after a run that was not partial."""
    new = copy.deepcopy(dict(state))
    moment = dt.datetime.fromisoformat(run["finished_at"].replace("Z", "+00:00"))
    for requirement in judgement["requirements"]:
        if requirement["state"] in ("later", PlanState.DECISION) or requirement.get("reused"):
            continue
        before = new["requirements"].get(requirement["id"], {})
        same = before.get("observed_status") == requirement["observed_status"]
        new["requirements"][requirement["id"]] = {
            "observed_status": requirement["observed_status"],
            "state": requirement["state"],
            "why": requirement["message"],
            "verified": requirement["verified"],
            "accepted": requirement["accepted"],
            "asked": requirement["asked"],
            "phase": run["phase"],
            "run": run["id"],
            "collected_at": requirement["collected_at"] or run["finished_at"],
            "valid_until": isoformat(moment + dt.timedelta(seconds=requirement["valid_for_seconds"])),
            "since": requirement["since"] or (before.get("since") if same else None) or run["finished_at"],
            "findings": [
                {key: value for key, value in finding.items() if key != "effective_status"} for finding in requirement["findings"]
            ],
        }
    new["passed"] = _ratchet.remembered(new.get("passed", {}), judgement["requirements"], run["finished_at"])
    new["debt"] = _debt.remembered(new.get("debt", {}), judgement.get("debt"), run["finished_at"])
    new.update(_reservations.after(state, judgement, run))
    new["gates"][run["phase"]] = {
        "verdict": judgement["verdict"],
        "code": judgement["code"],
        "at": run["finished_at"],
        "enforced": run["enforced"],
        "version": run["version"],
        "duration_seconds": run["duration_seconds"],
    }
    if run["phase"] in ("post", "smoke") and run["version"]:
        newest = new["deployments"][-1] if new["deployments"] else {}
        if newest.get("version") != run["version"] or newest.get("deployment_id") != run["deployment_id"]:
            new["deployments"].append({"version": run["version"], "at": run["finished_at"], "deployment_id": run["deployment_id"]})
            new["deployments"] = new["deployments"][-DEPLOYMENTS_KEPT:]
    return new


def judge_state(plan: Plan, state: t.Mapping[str, t.Any], now: dt.datetime) -> dict[str, t.Any]:
    """The judgement of a service over its newest still valid findings; ``plan`` is that of all phases."""
    judged = []
    for planned in plan.requirements:
        held = state["requirements"].get(planned.rule.id)
        if planned.state == PlanState.NOT_APPLICABLE:
            judged.append(Judged(planned, Status.NOT_APPLICABLE, Status.NOT_APPLICABLE, planned.why, [], []))
        elif held is None:
            judged.append(_unverified(planned, "it has never been verified"))
        elif held["valid_until"] < isoformat(now):
            judged.append(_unverified(planned, f"it was last verified on {held['collected_at'][:10]}, which no longer counts"))
        elif held["state"] == PlanState.NOT_DUE:
            judged.append(Judged(planned, Status.NOT_DUE, Status.NOT_DUE, held["why"], [], []))
        elif held["state"] == PlanState.NOT_APPLICABLE:
            judged.append(_unverified(planned, "it was not applicable when it was last looked at, and is now"))
        else:
            findings = [Finding.from_dict(finding) for finding in held["findings"]]
            judged.append(judge_findings(planned, findings, plan, held.get("accepted", {})))
    result = conclude(plan, judged, today=now.date(), earlier=state["reservations"], passed=state.get("passed", {}))
    for requirement in result["requirements"]:
        held = state["requirements"].get(requirement["id"], {})
        requirement["phase"] = held.get("phase")
        requirement["since"] = held.get("since")
        requirement["valid_until"] = held.get("valid_until")
        del requirement["findings"], requirement["accepted"]
    return _overrides.told(result, state.get("overrides") or [], now.date(), owner=plan.service["owner"])


def _unverified(planned: t.Any, message: str) -> Judged:
    finding = Finding(Status.UNKNOWN, message, requirement=planned.rule.id)
    return Judged(planned, Status.UNKNOWN, Status.UNKNOWN, message, [finding], [finding.as_dict()])


def recent_gates(state: t.Mapping[str, t.Any], now: dt.datetime) -> dict[str, t.Any]:
    """The last gate of each phase, without those of more than seven days ago."""
    oldest = isoformat(now - GATE_KEPT)
    return {phase: gate for phase, gate in state["gates"].items() if gate["at"] >= oldest}


__all__ = ("empty", "judge_state", "recent_gates", "updated")
