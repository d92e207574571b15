# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the findings mean: the verdict. PRIVATE to the collection. Pure: the day is an argument."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Finding, Measurement, Status, worst
from ...module_utils._units import parse_duration
from .._model import planned as _planned
from .._model.completion import completed
from .._model.judged import Judged, Reach
from .._model.planned import Plan, PlannedRequirement
from .._model.verdict import Verdict
from .._promises import debt as _debt
from .._promises import ratchet as _ratchet
from .._promises import reservations as _reservations
from .._promises.mode import ended, mode_notices
from .._promises.reuse import asked

_OURS = ("declared_in", "key")  # of a waiver in a plan: of no interest in a record


def judge(
    plan: Plan,
    findings: t.Mapping[str, t.Sequence[Finding]],
    reach: Reach,
    *,
    today: dt.date,
    earlier: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
    passed: t.Mapping[str, t.Mapping[str, str]] | None = None,
    held: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
) -> dict[str, t.Any]:
    """The judgement (the ``judgement`` of a run record).

    ``findings`` are by the key of their planned check; ``earlier`` are the reservations that already stood, by requirement;
    ``passed`` tells of each requirement that ever passed in this service when it did first and last;
    ``held`` are entries of the state that stand for a new look, by requirement.
    """
    return conclude(plan, judge_each(plan, findings, reach, held), today=today, earlier=earlier or {}, passed=passed or {})


def judge_each(
    plan: Plan,
    findings: t.Mapping[str, t.Sequence[Finding]],
    reach: Reach,
    held: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
) -> list[Judged]:
    """Each requirement of the plan by itself."""
    return [
        _reused(item, plan, held[item.rule.id]) if held and item.rule.id in held else _judge_requirement(item, plan, findings, reach)
        for item in plan.requirements
    ]


def conclude(
    plan: Plan,
    judged: list[Judged],
    *,
    today: dt.date,
    earlier: t.Mapping[str, t.Mapping[str, t.Any]],
    passed: t.Mapping[str, t.Mapping[str, str]],
) -> dict[str, t.Any]:
    """The verdict over judged requirements."""
    deciding = [item for item in judged if item.planned.deciding and item.planned.state != _planned.PlanState.LATER]
    asked = [item for item in deciding if item.effective.code is not None]
    seen = any(item.verified for item in asked)
    lost, observed_too_long = _ratchet.lost(asked, plan, passed), ended(plan, today)
    reservations = _reservations.standing(asked, plan, today, earlier)
    late = _reservations.overdue(reservations)
    failing = {*lost, *(late if plan.overdue == "fail" else ())}
    verdict = _verdict(asked, plan.phase, seen, failing)
    if observed_too_long and verdict is Verdict.GO:
        verdict = Verdict.GO_WITH_RESERVATIONS
    enforcing = [item for item in asked if _enforces(item, plan, today) or item.planned.rule.id in lost]
    # what is not enforced yet stops nothing, but a run that saw nothing at all does
    stopping = bool(enforcing) or (plan.mode == "enforce" and not asked)
    enforced_verdict = _verdict(enforcing, plan.phase, seen, failing) if stopping else Verdict.GO
    instruments = _instruments(judged)
    return {
        "verdict": verdict.value,
        "code": verdict.code,
        "words": verdict.words,
        "advice": _advice(verdict, plan.phase, _verdict(asked, plan.phase, seen, lost)),
        "enforced_verdict": enforced_verdict.value,
        "verified": sum(item.verified for item in asked),
        "required": sum(item.planned.state != _planned.PlanState.DECISION for item in asked),
        "reasons": [
            *_reasons(asked, verdict, lost, late, failing),
            *(f"{item['requirement']} {item['message']}" for item in observed_too_long),
        ],
        "requirements": [{**_requirement_dict(item), "passed_on": lost.get(item.planned.rule.id)} for item in judged],
        "stakeholders": _stakeholders(asked),
        "instruments": instruments,
        "reservations": [*reservations, *observed_too_long],
        "waivers": _waiver_dicts(plan, judged, today),
        "debt": _debt.summary(plan, judged, today),
        "ratchet": lost,
        "notices": [
            *plan.notices,
            *mode_notices(plan, today),
            *_waiver_notices(plan, judged, today),
            *_debt.debt_notices(plan, judged, today),
        ],
        "counts": _counts(deciding),
    }


# -- one requirement


def _reused(planned: PlannedRequirement, plan: Plan, entry: t.Mapping[str, t.Any]) -> Judged:
    findings = [Finding.from_dict(finding) for finding in entry["findings"]]
    judged = judge_findings(planned, findings, plan, entry.get("accepted", {}))
    reused = {"run": entry["run"], "collected_at": entry["collected_at"], "valid_until": entry["valid_until"]}
    message = f"{judged.message} (verified on {entry['collected_at'][:10]}, counts until {entry['valid_until'][:10]})"
    return dataclasses.replace(judged, message=message, reused=reused)


def _judge_requirement(planned: PlannedRequirement, plan: Plan, findings: t.Mapping[str, t.Sequence[Finding]], reach: Reach) -> Judged:
    rule = planned.rule
    if planned.state in (_planned.PlanState.NOT_APPLICABLE, _planned.PlanState.NOT_DUE, _planned.PlanState.LATER):
        status = Status.NOT_DUE if planned.state in (_planned.PlanState.NOT_DUE, _planned.PlanState.LATER) else Status.NOT_APPLICABLE
        return Judged(planned, status, status, planned.why, [], [])
    if planned.state in (_planned.PlanState.NOT_DECLARED, _planned.PlanState.UNPROVABLE, _planned.PlanState.NO_HOST):
        status = Status.FAIL if planned.state == _planned.PlanState.NOT_DECLARED else Status.UNKNOWN
        prefix = "not declared: " if planned.state == _planned.PlanState.NOT_DECLARED else ""
        complete = [Finding(status, prefix + planned.why, requirement=rule.id)]
    else:
        complete = []
        for check in planned.checks:
            if not check.accepted:
                complete += completed(check, findings, reach)
    return judge_findings(planned, complete, plan, _accepted(planned, findings))


def judge_findings(planned: PlannedRequirement, complete: list[Finding], plan: Plan, accepted: t.Mapping[str, bool]) -> Judged:
    """Status and effective status of a requirement from its complete findings.

    ``accepted`` tells by waiver, instance and host whether what was found stays within the temporary limits of that waiver.
    """
    observed = worst([finding.status for finding in complete]) or Status.UNKNOWN
    active = [waiver for waiver in plan.waivers if waiver["requirement"] == planned.rule.id and waiver["state"] == "active"]
    used: t.Mapping[str, t.Any] | None = None
    effective: list[Status] = []
    covered: list[dict[str, t.Any]] = []
    for finding in complete:
        waiver = next((item for item in active if _covers(item, finding, accepted)), None)
        status = finding.status
        if waiver is not None and status in (Status.FAIL, Status.WARN, Status.UNKNOWN):
            status, used = Status.WAIVED, used or waiver
        effective.append(status)
        covered.append({**finding.as_dict(), "effective_status": status.value})
    result = worst(effective) or Status.UNKNOWN
    return Judged(planned, observed, result, _message(complete, effective, result), complete, covered, used, accepted)


def _covers(waiver: t.Mapping[str, t.Any], finding: Finding, accepted: t.Mapping[str, bool]) -> bool:
    return _concerns(waiver, finding) and (not waiver.get("accept") or accepted.get(_place(waiver.get("key"), finding), False))


def _concerns(waiver: t.Mapping[str, t.Any], finding: Finding) -> bool:
    return waiver.get("host") in (None, finding.host) and waiver.get("instance") in (None, finding.instance)


def _place(waiver: str | None, finding: Finding) -> str:
    return f"{waiver}:{finding.instance}@{finding.host}"


def _accepted(planned: PlannedRequirement, findings: t.Mapping[str, t.Sequence[Finding]]) -> dict[str, bool]:
    within: dict[str, bool] = {}
    for check in planned.checks:
        for finding in findings.get(check.key, ()) if check.accepted else ():
            place = _place(check.waiver, finding)
            within[place] = within.get(place, True) and finding.status in (Status.PASS, Status.WARN)
    return within


def _message(complete: list[Finding], effective: list[Status], result: Status) -> str:
    worst_ones = [finding for finding, status in zip(complete, effective) if status is result]
    if not worst_ones:
        return "nothing was looked at"
    first = worst_ones[0]
    where = f"{first.host}: " if first.host and first.host not in first.message else ""
    more = len({(finding.host, finding.instance, finding.message) for finding in worst_ones}) - 1
    return f"{where}{first.message}{f' (and {more} more)' if more > 0 else ''}"


# -- the verdict


def _verdict(asked: list[Judged], phase: str | None, seen: bool, failing: t.Collection[str] = ()) -> Verdict:
    blockers = [item.effective for item in asked if item.planned.impact == "blocker"]
    majors = [item.effective for item in asked if item.planned.impact == "major"]
    if phase == "design":
        wrong = [item for item in asked if item.planned.impact != "minor" and item.effective in (Status.FAIL, Status.UNKNOWN)]
        return Verdict.NOT_READY if wrong or not asked else Verdict.READY_TO_CONTINUE
    if Status.FAIL in blockers or any(item.planned.rule.id in failing for item in asked):
        return Verdict.NO_GO
    if Status.UNKNOWN in blockers or not seen:
        return Verdict.UNDETERMINED
    if any(status in (Status.WARN, Status.WAIVED) for status in blockers) or any(status is not Status.PASS for status in majors):
        return Verdict.GO_WITH_RESERVATIONS
    return Verdict.GO


def _enforces(item: Judged, plan: Plan, today: dt.date) -> bool:
    rule = item.planned.rule
    if rule.enforce_from and rule.enforce_from > today.isoformat():
        return False
    return (rule.mode or plan.mode) == "enforce"


def _advice(verdict: Verdict, phase: str | None, seen_now: Verdict) -> str:
    """``seen_now`` is the verdict without overdue reservations: what was late before the deployment is no reason to take it back."""
    if verdict.good:
        return "proceed"
    return "roll_back" if phase in ("post", "smoke") and seen_now is Verdict.NO_GO else "hold"


def _reasons(
    asked: list[Judged], verdict: Verdict, lost: t.Mapping[str, str], late: t.Mapping[str, str], failing: t.Collection[str]
) -> list[str]:
    """What decided, worst first: what was lost or is overdue, then blockers before majors."""
    order = {"blocker": 0, "major": 1, "minor": 2}
    shown = [item for item in asked if item.effective is not Status.PASS and item.planned.impact != "minor"]
    shown.sort(key=lambda item: (item.planned.rule.id not in failing, order[item.planned.impact], -(item.effective.code or 0)))
    again = {name: f" (passed on {day} and fails again: ratchet)" for name, day in lost.items()}
    reasons = []
    for item in shown:
        rule = item.planned.rule
        name = f"reservation {rule.id} was due on {late[rule.id]}:" if rule.id in late else rule.id
        reasons.append(f"{name} {rule.title}: {item.message}{again.get(rule.id, '')}")
    if not asked or (verdict is Verdict.UNDETERMINED and not any(item.verified for item in asked)):
        reasons.insert(0, "nothing was verified: not one requirement of this phase could be looked at")
    return reasons


def _stakeholders(asked: list[Judged]) -> dict[str, str]:
    by_name: dict[str, list[Status]] = collections.defaultdict(list)
    for item in asked:
        by_name[item.planned.rule.stakeholder].append(item.effective)
    return {name: str(worst(statuses)) for name, statuses in sorted(by_name.items())}


def _instruments(judged: list[Judged]) -> list[dict[str, t.Any]]:
    grouped: dict[str, dict[str, t.Any]] = {}
    for item in judged:
        for finding in item.findings:
            if finding.status is Status.UNKNOWN and finding.instrument:
                entry = grouped.setdefault(
                    finding.instrument, {"instrument": finding.instrument, "message": finding.message, "requirements": []}
                )
                if item.planned.rule.id not in entry["requirements"]:
                    entry["requirements"].append(item.planned.rule.id)
    return list(grouped.values())


def _waiver_dicts(plan: Plan, judged: list[Judged], today: dt.date) -> list[dict[str, t.Any]]:
    by_id = {item.planned.rule.id: item for item in judged}
    out = []
    for waiver in plan.waivers:
        if waiver.get("kind") == _debt.KIND:
            continue
        state = waiver["state"]
        if state == "active" and _passes(waiver, by_id.get(waiver["requirement"])):
            state = "not_needed"
        days = (dt.date.fromisoformat(waiver["until"]) - today).days
        out.append({**{key: value for key, value in waiver.items() if key not in _OURS}, "state": state, "days_left": days})
    return out


def _waiver_notices(plan: Plan, judged: list[Judged], today: dt.date) -> list[str]:
    by_id = {item.planned.rule.id: item for item in judged}
    out = []
    for waiver in plan.waivers:
        item = by_id.get(waiver["requirement"])
        if item is None or waiver.get("kind") == _debt.KIND:
            continue
        passes = _passes(waiver, item)
        if waiver["state"] == "expired":
            out.append(
                f"the waiver of {waiver['requirement']} ended on {waiver['until']}"
                + ("; the requirement passes" if passes else ": it covers nothing any more")
            )
        elif waiver["state"] == "active":
            days = (dt.date.fromisoformat(waiver["until"]) - today).days
            if passes:
                out.append(f"the waiver of {waiver['requirement']} is no longer needed: the requirement passes")
            elif days <= 30:
                out.append(f"the waiver of {waiver['requirement']} ends on {waiver['until']}, in {days} days")
    return out


def _passes(waiver: t.Mapping[str, t.Any], item: Judged | None) -> bool:
    """Whether everything that the waiver is about passes without it."""
    concerned = [finding.status for finding in item.findings if _concerns(waiver, finding)] if item else []
    return bool(concerned) and all(status is Status.PASS for status in concerned)


def _counts(deciding: list[Judged]) -> dict[str, int]:
    counts = {status.value: 0 for status in Status}
    for item in deciding:
        counts[item.effective.value] += 1
    counts["inherited"] = 0
    return counts


# -- as plain data


def _requirement_dict(item: Judged) -> dict[str, t.Any]:
    rule = item.planned.rule
    hosts: collections.Counter[str] = collections.Counter()
    per_host: dict[str, list[Status]] = collections.defaultdict(list)
    for finding in item.findings:
        if finding.host:
            per_host[finding.host].append(finding.status)
    hosts.update(str(worst(statuses)) for statuses in per_host.values())
    bad = [finding for finding in item.findings if finding.status is item.observed]
    proofs = {finding.proof for finding in item.findings}
    return {
        "id": rule.id,
        "title": rule.title,
        "reason": rule.reason,
        "area": rule.area,
        "stakeholder": rule.stakeholder,
        "responsible": rule.responsible,
        "impact": item.planned.impact,
        "deciding": item.planned.deciding,
        "state": item.planned.state.value,
        "observed_status": item.observed.value,
        "status": item.effective.value,
        "message": item.message,
        "remedy": next((finding.remedy for finding in bad if finding.remedy), None) or rule.remedy,
        "proof": "attested" if "attested" in proofs else "derived" if "derived" in proofs else "observed",
        "since": min((finding.since for finding in bad if finding.since), default=None),
        "collected_at": max((finding.collected_at for finding in item.findings if finding.collected_at), default=None),
        "enforce_from": rule.enforce_from,
        "valid_for_seconds": parse_duration(rule.valid_for),
        "waiver": {key: value for key, value in item.waiver.items() if key not in _OURS} if item.waiver else None,
        "accepted": dict(item.accepted),
        "origin": rule.set_by,
        "declared_in": item.planned.declared_in,
        "verified": item.verified,
        "reused": dict(item.reused) if item.reused else None,
        "asked": asked(item.planned),
        "hosts": dict(hosts),
        "measurements": _worst_measurements(item.findings),
        "findings": item.covered,
    }


def _worst_measurements(findings: t.Iterable[Finding]) -> list[dict[str, t.Any]]:
    chosen: dict[str, Measurement] = {}
    for finding in findings:
        for measurement in finding.measurements:
            held = chosen.get(measurement.name)
            if held is None or (measurement.headroom if measurement.headroom is not None else 2) < (
                held.headroom if held.headroom is not None else 2
            ):
                chosen[measurement.name] = measurement
    return [{**measurement.as_dict(), "headroom": measurement.headroom} for measurement in chosen.values()]


__all__ = ("conclude", "judge", "judge_each", "judge_findings")
