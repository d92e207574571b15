# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the findings mean: the verdict. PRIVATE to the collection. Pure: the day is an argument."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import math
import typing as t

from ...module_utils._finding import Finding, Measurement, Status, worst
from ...module_utils._phrase import NOTHING, Message, phrase, plural, verbatim, with_more
from ...module_utils._units import parse_duration
from .._comparing.fault import news
from .._described.policy import IMPACTS
from .._model.completion import STAND_IN, completed
from .._model.judged import SEEN, Judged, Reach
from .._model.judgement import Covered, GateJudgement, GateRequirement, Instrument, Measured, Reused
from .._model.planned import Plan, PlannedRequirement, PlanState
from .._model.service_state import Known, Passed, Raised, SeenFailing
from .._model.verdict import Verdict
from .._model.waiver import Waiver, WaiverState
from .._promises.debt import debt_notices
from .._promises.debt import summary as summary_of_debt
from .._promises.mode import ended, mode_notices
from .._promises.ratchet import regressed as find_regressed
from .._promises.reservations import overdue, standing
from .._promises.reuse import question_digest, stand_in_digest
from .belief import Memory, believed, still_there
from .gone import Seen, gone
from .last_known import last_known
from .leave import without_leave

NOTICE_DAYS = 30
_COVERABLE = (Status.FAIL, Status.WARN, Status.UNKNOWN)
Findings = t.Mapping[str, t.Sequence[Finding]]  # by the key of their planned check


def judge(
    plan: Plan,
    findings: Findings,
    reach: Reach,
    *,
    today: dt.date,
    earlier: t.Mapping[str, Raised] | None = None,
    passed: t.Mapping[str, Passed] | None = None,
    proven: t.Mapping[str, Known] | None = None,
    seen_failing: t.Mapping[str, SeenFailing] | None = None,
    seen: t.Mapping[str, Seen] | None = None,
) -> GateJudgement:
    """The judgement of a run.

    ``earlier`` are the reservations that already stood, by requirement;
    ``passed`` tells of each requirement that ever passed in this service when it did first and last;
    ``proven`` is what of the state stands for a new look, by requirement;
    ``seen_failing`` tells of what stands in for the policy's checks that it can fail, by requirement;
    ``seen`` tells by requirement what the state knows to have been there.
    """
    memory = Memory(passed or {}, seen_failing or {}, proven or {}, seen or {})
    return conclude(plan, judge_each(plan, findings, reach, memory, today=today), today=today, earlier=earlier or {}, passed=passed or {})


def judge_each(plan: Plan, findings: Findings, reach: Reach, memory: Memory, *, today: dt.date) -> list[Judged]:
    """Each requirement of the plan by itself."""
    out = []
    for item in plan.requirements:
        known, undone = memory.proven.get(item.rule.id), still_there(item, memory.passed, today)
        if undone is not None:
            out.append(judge_findings(item, [undone], plan, {}))
        elif known is not None:
            out.append(_reused(item, plan, known))
        else:
            out.append(_judge_requirement(item, plan, findings, reach, memory))
    return out


def conclude(
    plan: Plan, judged: list[Judged], *, today: dt.date, earlier: t.Mapping[str, Raised], passed: t.Mapping[str, Passed]
) -> GateJudgement:
    """The verdict over judged requirements."""
    having_a_part = [item for item in judged if item.planned.deciding and item.planned.state is not PlanState.LATER]
    deciding = [item for item in having_a_part if item.effective.code is not None]
    seen = any(item.verified for item in deciding) and not plan.hostless
    regressed, observed_too_long = find_regressed(deciding, plan, passed), ended(plan, today)
    reservations = standing(deciding, plan, today, earlier)
    late = overdue(reservations)
    failing = {*regressed, *(late if plan.overdue == "fail" else ())}
    verdict = _verdict(deciding, plan.phase, seen, failing)
    unsaid = without_leave(plan, today, earlier)
    if (observed_too_long or unsaid) and verdict is Verdict.GO:
        verdict = Verdict.GO_WITH_RESERVATIONS
    enforcing = [item for item in deciding if _enforces(item, plan, today) or item.id in regressed]
    # what is not enforced yet stops nothing, but a run that saw nothing at all does
    stopping = bool(enforcing) or (plan.mode == "enforce" and not deciding)
    debt = summary_of_debt(plan, judged, today)
    return GateJudgement(
        verdict=verdict,
        advice=_advice(verdict, plan.phase, _verdict(deciding, plan.phase, seen, regressed)),
        enforced_verdict=_verdict(enforcing, plan.phase, seen, failing) if stopping else Verdict.GO,
        verified=sum(item.verified for item in deciding),
        required=sum(item.planned.state is not PlanState.DECISION for item in deciding),
        reasons=(
            *((plan.hostless,) if plan.hostless and plan.phase != "design" else ()),
            *_reasons(deciding, verdict, regressed, late, failing),
            *(
                phrase("{requirement:path} {message}", requirement=item.requirement, message=item.message)
                for item in (*observed_too_long, *unsaid)
            ),
        ),
        requirements=tuple(_as_requirement(item, regressed.get(item.id)) for item in judged),
        stakeholders=_stakeholders(deciding),
        instruments=_instruments(judged),
        reservations=(*reservations, *observed_too_long, *unsaid),
        waivers=_waivers(plan, judged, today),
        debt=debt,
        ratchet=regressed,
        notices=(
            *plan.notices,
            *mode_notices(plan, today),
            *_waiver_notices(plan, judged, today),
            *debt_notices(plan, judged, debt),
        ),
        counts=_counts(having_a_part),
        loosened=plan.loosened,
    )


# -- one requirement


def _reused(planned: PlannedRequirement, plan: Plan, known: Known) -> Judged:
    judged = judge_findings(planned, list(known.findings), plan, known.accepted)
    message = phrase(
        "{message} (verified on {verified:day}, counts until {until:day})",
        message=judged.message,
        verified=known.collected_at[:10],
        until=known.valid_until[:10],
    )
    return dataclasses.replace(judged, message=message, reused=Reused(known.run, known.collected_at, known.valid_until))


def _judge_requirement(planned: PlannedRequirement, plan: Plan, findings: Findings, reach: Reach, memory: Memory) -> Judged:
    rule = planned.rule
    if planned.state in (PlanState.NOT_APPLICABLE, PlanState.NOT_DUE, PlanState.LATER):
        status = Status.NOT_APPLICABLE if planned.state is PlanState.NOT_APPLICABLE else Status.NOT_DUE
        return Judged(planned, status, status, planned.why, [], [])
    if planned.state in (PlanState.NOT_DECLARED, PlanState.UNPROVABLE, PlanState.NO_HOST):
        status = Status.FAIL if planned.state is PlanState.NOT_DECLARED else Status.UNKNOWN
        missing = planned.state is PlanState.NOT_DECLARED
        message = phrase("not declared: {gap}", gap=planned.why) if missing else planned.why
        complete = [Finding(status, message, requirement=rule.id, proof="none")]
    else:
        complete = []
        for check in planned.checks:
            if not check.aside:
                found = [gone(finding, memory.seen.get(rule.id, {})) for finding in completed(check, findings, reach)]
                found = [_or_last_known(finding, planned, memory) for finding in found]
                complete += believed(planned, check, found, findings, memory.seen_failing.get(rule.id))
    return judge_findings(planned, complete, plan, _accepted(planned, findings))


def _or_last_known(finding: Finding, planned: PlannedRequirement, memory: Memory) -> Finding:
    known = memory.known.get(planned.rule.id)
    if not finding.busy or known is None or memory.moment is None:
        return finding
    return last_known(finding, known, question_digest(planned), memory.moment)


def judge_findings(planned: PlannedRequirement, complete: list[Finding], plan: Plan, accepted: t.Mapping[str, bool]) -> Judged:
    """Status and effective status of a requirement from its complete findings.

    ``accepted`` tells by waiver, instance and host whether what was found stays within the temporary limits of that waiver.
    """
    observed = worst([finding.status for finding in complete]) or Status.UNKNOWN
    active = [waiver for waiver in plan.waivers if waiver.requirement == planned.rule.id and waiver.active]
    used: Waiver | None = None
    covered: list[Covered] = []
    new: list[Message] = []
    unseen = False
    instances = {check.instance for check in planned.checks}
    for finding in complete:
        reasons = [] if finding.status not in _COVERABLE else [_uncovered(item, finding, accepted, instances) for item in active]
        waiver = active[reasons.index(None)] if None in reasons else None
        new += [reason for reason in reasons if reason and waiver is None]
        unseen = unseen or (waiver is not None and waiver.is_debt and _less_seen(waiver, finding))
        status = finding.status
        if waiver is not None:
            status, used = Status.WAIVED, used or waiver
        covered.append(Covered(finding, status))
    effective = [item.effective for item in covered]
    result = worst(effective) or Status.UNKNOWN
    return Judged(
        planned,
        observed,
        result,
        _message(complete, effective, result),
        complete,
        covered,
        used,
        accepted,
        reasons=tuple(new),
        unseen_in_debt=unseen,
    )


def _uncovered(waiver: Waiver, finding: Finding, accepted: t.Mapping[str, bool], instances: t.Collection[str]) -> Message | None:
    """None where a waiver covers a finding; else, for a line of debt, what is new about it."""
    if waiver.seen is not None:
        return news(finding, waiver.seen.faults, instances)
    covers = waiver.concerns(finding) and (not waiver.accept or accepted.get(_place(waiver.key, finding), False))
    return None if covers else NOTHING


def _less_seen(debt: Waiver, finding: Finding) -> bool:
    """Nothing could be seen now where something was when it was adopted."""
    adopted = {fault.status for fault in debt.seen.faults} if debt.seen else set()
    return finding.status is Status.UNKNOWN and Status.UNKNOWN.value not in adopted


def _place(waiver: str | None, finding: Finding) -> str:
    return f"{waiver}:{finding.instance}@{finding.host}"


def _accepted(planned: PlannedRequirement, findings: Findings) -> dict[str, bool]:
    within: dict[str, bool] = {}
    for check in planned.checks:
        for finding in findings.get(check.key, ()) if check.accepted else ():
            place = _place(check.waiver, finding)
            within[place] = within.get(place, True) and finding.status in (Status.PASS, Status.WARN)
    return within


def _message(complete: list[Finding], effective: list[Status], result: Status) -> Message:
    worst_ones = [finding for finding, status in zip(complete, effective) if status is result]
    if not worst_ones:
        return phrase("nothing was looked at")
    first = worst_ones[0]
    said = first.message
    if first.host and first.host not in said:
        said = phrase("{host:path}: {message}", host=first.host, message=said)
    more = len({(finding.host, finding.instance, finding.message) for finding in worst_ones}) - 1
    return with_more(said, more)


# -- the verdict


def _verdict(deciding: list[Judged], phase: str | None, seen: bool, failing: t.Collection[str] = ()) -> Verdict:
    blockers = [item.effective for item in deciding if item.planned.impact == "blocker"]
    majors = [item.effective for item in deciding if item.planned.impact == "major"]
    if phase == "design":
        wrong = [item for item in deciding if item.planned.impact != "minor" and item.effective in (Status.FAIL, Status.UNKNOWN)]
        return Verdict.NOT_READY if wrong or not deciding else Verdict.READY_TO_CONTINUE
    if Status.FAIL in blockers or any(item.id in failing for item in deciding):
        return Verdict.NO_GO
    if Status.UNKNOWN in blockers or not seen:
        return Verdict.UNDETERMINED
    if any(status in (Status.WARN, Status.WAIVED) for status in blockers) or any(status is not Status.PASS for status in majors):
        return Verdict.GO_WITH_RESERVATIONS
    return Verdict.GO


def _enforces(item: Judged, plan: Plan, today: dt.date) -> bool:
    rule = item.planned.rule
    later = rule.enforce_from is not None and rule.enforce_from > today.isoformat()
    return not later and (rule.mode or plan.mode) == "enforce"


def _advice(verdict: Verdict, phase: str | None, seen_now: Verdict) -> str:
    """``seen_now`` is the verdict without overdue reservations: what was late before the deployment is no reason to take it back."""
    if verdict.good:
        return "proceed"
    return "roll_back" if phase in ("post", "smoke") and seen_now is Verdict.NO_GO else "hold"


def _reasons(
    deciding: list[Judged], verdict: Verdict, regressed: t.Mapping[str, str], late: t.Mapping[str, str], failing: t.Collection[str]
) -> list[Message]:
    """What decided, worst first: what regressed or is overdue, then blockers before majors."""
    shown = [item for item in deciding if item.effective is not Status.PASS and item.planned.impact != "minor"]
    shown.sort(key=lambda item: (item.id not in failing, -IMPACTS.index(item.planned.impact), -(item.effective.code or 0)))
    reasons = [_reason(item, regressed.get(item.id), late.get(item.id)) for item in shown]
    if not deciding or (verdict is Verdict.UNDETERMINED and not any(item.verified for item in deciding)):
        return [phrase("nothing was verified: not one requirement of this phase could be looked at"), *reasons]
    return reasons


def _reason(item: Judged, passed_on: str | None, due: str | None) -> Message:
    title, message = item.planned.rule.title, item.message
    if passed_on:
        message = phrase("{message} (passed on {passed:day} and fails again: ratchet)", message=message, passed=passed_on)
    if due is None:
        return phrase("{requirement:path} {title:term}: {message}", requirement=item.id, title=title, message=message)
    return phrase(
        "reservation {requirement:path} was due on {due:day}: {title:term}: {message}",
        requirement=item.id,
        due=due,
        title=title,
        message=message,
    )


def _stakeholders(deciding: list[Judged]) -> dict[str, Status]:
    by_name: dict[str, list[Status]] = collections.defaultdict(list)
    for item in deciding:
        by_name[item.planned.rule.stakeholder].append(item.effective)
    return {name: worst(statuses) or Status.UNKNOWN for name, statuses in sorted(by_name.items())}


def _instruments(judged: list[Judged]) -> tuple[Instrument, ...]:
    messages: dict[str, Message] = {}
    left_unknown: dict[str, list[str]] = collections.defaultdict(list)
    for item in judged:
        for finding in item.findings:
            if finding.status is Status.UNKNOWN and finding.instrument:
                messages.setdefault(finding.instrument, finding.message)
                if item.id not in left_unknown[finding.instrument]:
                    left_unknown[finding.instrument].append(item.id)
    return tuple(Instrument(name, message, tuple(left_unknown[name])) for name, message in messages.items())


def _waivers(plan: Plan, judged: list[Judged], today: dt.date) -> tuple[Waiver, ...]:
    """As a record shows them; debt is told apart."""
    by_id = {item.id: item for item in judged}
    out = []
    for waiver in plan.waivers:
        if waiver.is_debt:
            continue
        needless = waiver.active and _passes(waiver, by_id.get(waiver.requirement))
        state = WaiverState.NOT_NEEDED if needless else waiver.state
        out.append(dataclasses.replace(waiver, state=state, days_left=waiver.days_until_end(today)))
    return tuple(out)


def _waiver_notices(plan: Plan, judged: list[Judged], today: dt.date) -> list[Message]:
    by_id = {item.id: item for item in judged}
    out = []
    for waiver in plan.waivers:
        item = by_id.get(waiver.requirement)
        notice = None if item is None or waiver.is_debt else _waiver_notice(waiver, _passes(waiver, item), waiver.days_until_end(today))
        if notice is not None:
            out.append(notice)
    return out


def _waiver_notice(waiver: Waiver, passes: bool, days: int) -> Message | None:
    name, until = waiver.requirement, waiver.until
    if waiver.state is WaiverState.EXPIRED and passes:
        return phrase("the waiver of {requirement:path} ended on {until:day}; the requirement passes", requirement=name, until=until)
    if waiver.state is WaiverState.EXPIRED:
        return phrase("the waiver of {requirement:path} ended on {until:day}: it covers nothing any more", requirement=name, until=until)
    if waiver.active and passes:
        return phrase("the waiver of {requirement:path} is no longer needed: the requirement passes", requirement=name)
    if waiver.active and days <= NOTICE_DAYS:
        return plural(
            "the waiver of {requirement:path} ends on {until:day}, in {count:number} day",
            "the waiver of {requirement:path} ends on {until:day}, in {count:number} days",
            count=days,
            requirement=name,
            until=until,
        )
    return None


def _passes(waiver: Waiver, item: Judged | None) -> bool:
    """Whether everything that the waiver is about passes without it."""
    concerned = [finding.status for finding in item.findings if waiver.concerns(finding)] if item else []
    return bool(concerned) and all(status is Status.PASS for status in concerned)


def _counts(having_a_part: list[Judged]) -> dict[str, int]:
    counts = {status.value: 0 for status in Status}
    for item in having_a_part:
        counts[item.effective.value] += 1
    counts["inherited"] = 0
    return counts


# -- as a value of the judgement


def _as_requirement(item: Judged, passed_on: str | None) -> GateRequirement:
    rule = item.planned.rule
    per_host: dict[str, list[Status]] = collections.defaultdict(list)
    for finding in item.findings:
        if finding.host:
            per_host[finding.host].append(finding.status)
    hosts = collections.Counter(str(worst(statuses)) for statuses in per_host.values())
    bad = [finding for finding in item.findings if finding.status is item.observed]
    return GateRequirement(
        id=rule.id,
        title=rule.title,
        reason=rule.reason,
        area=rule.area,
        stakeholder=rule.stakeholder,
        responsible=rule.responsible,
        impact=item.planned.impact,
        deciding=item.planned.deciding,
        state=item.planned.state,
        observed_status=item.observed,
        status=item.effective,
        message=item.message,
        remedy=next((finding.remedy for finding in bad if finding.remedy), None) or verbatim(rule.remedy),
        proof=_proof(item),
        since=min((finding.since for finding in bad if finding.since), default=None),
        collected_at=max((finding.collected_at for finding in item.findings if finding.collected_at), default=None),
        enforce_from=rule.enforce_from,
        valid_for_seconds=parse_duration(rule.valid_for),
        waiver=item.waiver,
        accepted=dict(item.accepted),
        origin=rule.set_by,
        declared_in=item.planned.declared_in,
        verified=item.verified,
        reused=item.reused,
        question_digest=question_digest(item.planned),
        stand_in_digest=stand_in_digest(item.planned),
        hosts=dict(hosts),
        measurements=_nearest_to_their_limits(item.findings),
        findings=tuple(item.covered),
        passed_on=passed_on,
    )


def _proof(item: Judged) -> str:
    """The weakest on which it rests; none where nothing was seen, whatever is said of it.

    What stands in for the policy's checks is named also where it is not believed.
    """
    if any(finding.proof == STAND_IN for finding in item.findings):
        return STAND_IN
    decided = item.planned.state is PlanState.DECISION
    seen = [finding for finding in item.findings if finding.status in SEEN and (finding.check or decided)]
    proofs = {finding.proof for finding in seen}
    return next((proof for proof in ("attested", "derived", "observed") if proof in proofs), "none")


def _nearest_to_their_limits(findings: t.Iterable[Finding]) -> tuple[Measured, ...]:
    chosen: dict[str, Measurement] = {}
    for finding in findings:
        for measurement in finding.measurements:
            other = chosen.get(measurement.name)
            if other is None or _room(measurement) < _room(other):
                chosen[measurement.name] = measurement
    return tuple(Measured(measurement, measurement.headroom) for measurement in chosen.values())


def _room(measurement: Measurement) -> float:
    return math.inf if measurement.headroom is None else measurement.headroom


__all__ = ("conclude", "judge", "judge_each", "judge_findings")
