# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decision is about, and whether one counts for what is seen now. PRIVATE to the collection. Pure: the day is an argument."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import typing as t

from ...module_utils._finding import Finding, Status, isoformat
from ...module_utils._phrase import NOTHING, Message, phrase, plural
from ...module_utils._units import parse_duration
from .._described.approvals import line
from .._described.declarations import Decisions
from .._described.document import Refused
from .._described.policy import Rule
from .._described.service import Description
from .._model.decision import SCHEMA_VERSION, Condition, Decision, DecisionTerms, Evidence, ShownDecision
from .._model.judged import Judged
from .._model.judgement import Judgement
from .._model.planned import Plan, PlanState
from .._model.run import Run
from .._model.text import status_said
from .._model.verdict import Outcome, Verdict

REQUIREMENT = "DEC-01"
OPINIONS = ("favourable", "with_reservations", "unfavourable")
_NAMES = {"version": "version", "deployment_id": "deployment"}
_NOT_ASKED = "not asked"
_SHOWN = 5
_MET, _OVERDUE, _OPEN = "met", "overdue", "open"


def required(description: Description, level: str, phase: str | None) -> bool:
    """Whether one of the files asks for a decision in this phase, at this level and in this environment."""
    for document in description.documents:
        rule: Decisions = document.declared.get("decisions") or {}
        if phase not in (rule.get("required") or ()):
            continue
        levels, environments = rule.get("levels"), rule.get("environments")
        if (levels is None or level in levels) and (environments is None or description.run.environment in environments):
            return True
    return False


# -- the evidence


def evidence(run: Run, plan: Plan, judged: t.Sequence[Judged], judgement: Judgement, overdue: t.Iterable[str] = ()) -> Evidence:
    """What a decision is about, with its digest: the same in the next run where nothing of it has changed."""

    def sha256_of(name: str) -> str | None:
        return (plan.inputs.get(name) or {}).get("sha256")

    about = Evidence(
        verdict=judgement.verdict.value,
        words=judgement.words,
        service=plan.name,
        environment=run.environment,
        phase=run.phase,
        version=run.version,
        deployment_id=run.deployment_id,
        service_file=sha256_of("service_file"),
        organisation_file=sha256_of("organisation_file"),
        policy=plan.policy.get("sha256"),
        requirements={
            item.id: " ".join([item.effective.value, *([item.waiver.key] if item.waiver and item.waiver.key else [])])
            for item in judged
            if item.planned.deciding and item.planned.state is not PlanState.LATER
        },
        overdue=tuple(sorted(overdue)),
    )
    return dataclasses.replace(about, digest=about.of_content())


def differences(then: Evidence, now: Evidence) -> list[Message]:
    """What of the evidence has changed since a decision, in words."""
    before, after = then.requirements, now.requirements
    out = []
    for name in sorted({*before, *after}):
        was, is_now = before.get(name, _NOT_ASKED), after.get(name, _NOT_ASKED)
        if was != is_now:
            out.append(_difference(name, _status_in(was), _status_in(is_now)))
    out += [phrase("the reservation {requirement:path} is overdue", requirement=name) for name in now.overdue if name not in then.overdue]
    if then.version != now.version:
        out.append(phrase("the version was {before}, is {now}", before=_named(then.version), now=_named(now.version)))
    if then.deployment_id != now.deployment_id:
        was_named, is_named = _named(then.deployment_id), _named(now.deployment_id)
        out.append(phrase("the deployment was {before}, is {now}", before=was_named, now=is_named))
    if then.service_file != now.service_file:
        out.append(phrase("the service file has changed"))
    if then.organisation_file != now.organisation_file:
        out.append(phrase("the organisation file has changed"))
    if then.policy != now.policy:
        out.append(phrase("the policy has changed"))
    return out


def _status_in(text: str) -> str:
    """The status in what the evidence says of a requirement, in words."""
    return phrase("not asked") if text == _NOT_ASKED else status_said(text.partition(" ")[0])


def _difference(name: str, before: str, now: str) -> Message:
    if before == now:
        return phrase("{requirement:path} is {status} by another waiver", requirement=name, status=now)
    return phrase("{requirement:path} was {before}, is {now}", requirement=name, before=before, now=now)


def _named(given: str | None) -> str:
    return given or phrase("not named")


# -- recording


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A run that a decision may be about, as its record tells it."""

    run: Run
    evidence: Evidence | None = None  # None: of a version without decisions
    verified: int | None = None
    required: int | None = None


@dataclasses.dataclass(frozen=True)
class Wording:
    """What whoever records a decision gives."""

    phase: str
    body: str
    decided_by: tuple[str, ...]
    outcome: Outcome
    operations_opinion: str | None = None
    version: str | None = None
    deployment_id: str | None = None
    date: str | None = None
    valid_until: str = "7d"
    override: bool = False
    reason: str | None = None
    conditions: tuple[Condition, ...] | None = None
    comment: str | None = None


def incomplete(candidate: Candidate) -> str | None:
    """Why no decision can be about a run, or None where one can."""
    run, seen = candidate.run, candidate.evidence
    if run.emergency:
        return "it was an emergency, in which not everything is looked at"
    if run.partial:
        return f"it was partial ({run.partial})"
    if seen is None:
        return "it was written by a version without decisions; run the gate again"
    if not seen.intact:
        return "its evidence has been changed since it was written"
    return None


def decided(given: Wording, candidate: Candidate, *, now: dt.datetime, recorded_by: Message) -> Decision:
    """The decision about a run, as it is kept. Refused with every problem."""
    run, seen = candidate.run, candidate.evidence
    why_not = incomplete(candidate)
    if why_not or seen is None:
        raise Refused([f"run: {run.id} cannot be decided on: {why_not}"])
    problems = _other_run(given, run)
    date = _day(given.date or now.date().isoformat(), "date", problems)
    if date and date > now.date():
        problems.append(f"date: {date} is still to come; a decision is recorded when it has been taken")
    until = _until(given.valid_until, date or now.date(), problems)
    if date and until and until < date:
        problems.append(f"valid_until: {until} is before the decision itself ({date})")
    if not given.body.strip():
        problems.append("body: expected a text, found an empty one")
    if not [name for name in given.decided_by if name.strip()]:
        problems.append("decided_by: nobody is named; expected the names of those who decided")
    verdict = Verdict(seen.verdict)
    against = verdict.stops and given.outcome.lets_go_on
    problems += _against(given, run, seen) if against else []
    conditions = given.conditions or ()
    for number, item in enumerate(conditions):
        _check(item, number, problems)
    if given.outcome is Outcome.GO_WITH_CONDITIONS and not conditions:
        problems.append("conditions: the outcome is go_with_conditions, and there are none; expected a list of text, responsible, due")
    if given.outcome is not Outcome.GO_WITH_CONDITIONS and conditions:
        problems.append(f"conditions: there are some, and the outcome is {given.outcome}; expected go_with_conditions")
    if problems or date is None or until is None:
        raise Refused(problems)
    return Decision(
        schema_version=SCHEMA_VERSION,
        id=f"{now.strftime('%Y%m%dT%H%M%SZ')}-{run.phase}-{secrets.token_hex(2)}",
        service=seen.service,
        environment=seen.environment,
        phase=run.phase,
        run=run.id,
        digest=seen.digest,
        evidence=seen,
        verdict=verdict,
        verified=candidate.verified,
        required=candidate.required,
        body=given.body.strip(),
        date=date.isoformat(),
        valid_until=until.isoformat(),
        decided_by=tuple(name.strip() for name in given.decided_by if name.strip()),
        operations_opinion=given.operations_opinion,
        outcome=given.outcome,
        against_verdict=against,
        reason=given.reason,
        conditions=conditions,
        comment=given.comment,
        recorded_by=recorded_by,
        recorded_at=isoformat(now),
    )


def _other_run(given: Wording, run: Run) -> list[str]:
    problems = [f"run: {run.id} is of phase {run.phase}, not {given.phase}"] if run.phase != given.phase else []
    for key, wanted, said in (("version", given.version, run.version), ("deployment_id", given.deployment_id, run.deployment_id)):
        if wanted and said != wanted:
            problems.append(f"run: {run.id} is about {_NAMES[key]} {said}, not {wanted}")
    return problems


def _against(given: Wording, run: Run, seen: Evidence) -> list[str]:
    if not given.override:
        return [f"outcome: the verdict of {run.id} is {seen.words}; {given.outcome} is against it, which needs override: true and a reason"]
    return [] if str(given.reason or "").strip() else [f"reason: the decision goes against the verdict {seen.words}; say why"]


def _day(given: str, key: str, problems: list[str]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given.strip())
    except ValueError:
        problems.append(f"{key}: '{given}' is not a day of the calendar; expected for example 2026-11-26")
        return None


def _until(given: str, date: dt.date, problems: list[str]) -> dt.date | None:
    if "-" in given:
        return _day(given, "valid_until", problems)
    try:
        return date + dt.timedelta(seconds=parse_duration(given))
    except (ValueError, OverflowError):
        problems.append(f"valid_until: '{given}' is neither a day nor a duration; expected for example 2026-12-03 or 7d")
        return None


def _check(item: Condition, number: int, problems: list[str]) -> None:
    for key, text in (("text", item.text), ("responsible", item.responsible)):
        if not text.strip():
            problems.append(f"conditions.{number}.{key}: expected a text, found an empty one")
    for key, day in (("due", item.due), ("met", item.met)):
        if day:
            _day(day, f"conditions.{number}.{key}", problems)


def sentence(decision: Decision) -> str:
    """A decision in one line."""
    return (
        f"{decision.service} in {decision.environment}, {decision.phase}: {decision.outcome.words}{decision.against}, "
        f"decided by {', '.join(decision.decided_by)} ({decision.body}) on {decision.date}, "
        f"valid until {decision.valid_until}, about run {decision.run}"
    )


# -- weighing


@dataclasses.dataclass(frozen=True)
class Weighed:
    """What the decisions of a service say of the evidence of a run."""

    status: Status
    message: Message
    decision: Decision | None = None  # the newest about this very evidence that counts

    @property
    def overrides(self) -> Decision | None:
        """The decision, where it goes against the verdict and counts."""
        return self.decision if self.decision and self.status is Status.PASS and self.decision.against_verdict else None


def request_of(decision: Decision, terms: DecisionTerms | None) -> Message | None:
    """Why a decision is a request, and lets nothing go on; None where it counts. Whoever stops something needs no leave."""
    if terms is None or not decision.outcome.lets_go_on or (terms.only_against_verdict and not decision.against_verdict):
        return None
    if not set(decision.decided_by) & set(terms.deciders):
        if not terms.deciders:
            return phrase("nobody may decide")
        return phrase("none of those who may decide ({names:list}) is among those who did", names=list(terms.deciders))
    found = [item for item in terms.confirmed if item.id == decision.id]
    if not found:
        return phrase("operations has not confirmed it ({file:path})", file=terms.file)
    for item in found:
        if item.digest == decision.content_digest and item.why is None:
            return None
    if found[-1].digest != decision.content_digest:
        return phrase("it is not what {place:path} confirms: its digest is another", place=found[-1].declared_in)
    return phrase("{place:path} does not count: {reason}", place=found[-1].declared_in, reason=found[-1].why)


def line_of(decision: Decision) -> str:
    """What operations puts into its file to confirm a decision."""
    about = {"service": decision.service, "environment": decision.environment, "id": decision.id, "digest": decision.content_digest}
    return line(about)


def weigh(decisions: t.Sequence[Decision], seen: Evidence, today: dt.date, terms: DecisionTerms | None = None) -> Weighed:
    """Of the decisions of this phase, the newest about this very evidence that is no request counts, as long as it is valid."""
    ours = sorted((item for item in decisions if item.phase == seen.phase), key=lambda item: item.recorded_at)
    about = [item for item in ours if item.digest == seen.digest and item.evidence and item.evidence.of_content() == seen.digest]
    if not about:
        return Weighed(Status.FAIL, _why_none(ours, seen))
    in_force = [item for item in about if request_of(item, terms) is None]
    if not in_force:
        return Weighed(Status.FAIL, _asked(about[-1], terms))
    newest = in_force[-1]
    status = Status.PASS if newest.valid_until >= today.isoformat() and newest.outcome.lets_go_on else Status.FAIL
    return Weighed(status, _worth(newest, today), newest)


def _asked(decision: Decision, terms: DecisionTerms | None) -> Message:
    return phrase(
        "the decision of {date:day} ({body}) is a request: {reason}",
        date=decision.date,
        body=decision.body,
        reason=request_of(decision, terms) or NOTHING,
    )


def _worth(decision: Decision, today: dt.date) -> Message:
    """What a decision about this very evidence says today."""
    date, body, until = decision.date, decision.body, decision.valid_until
    if until < today.isoformat():
        return phrase("the decision of {date:day} ({body}) was valid until {until:day}", date=date, body=body, until=until)
    if not decision.outcome.lets_go_on:
        return phrase("the decision of {date:day} ({body}) is {outcome}", date=date, body=body, outcome=decision.outcome.said)
    if not decision.against_verdict:
        return phrase(
            "the decision of {date:day} ({body}) is {outcome}, valid until {until:day}",
            date=date,
            body=body,
            outcome=decision.outcome.said,
            until=until,
        )
    return phrase(
        "the decision of {date:day} ({body}) is {outcome}, against the verdict {verdict}, valid until {until:day}",
        date=date,
        body=body,
        outcome=decision.outcome.said,
        verdict=decision.verdict.said,
        until=until,
    )


def _why_none(ours: t.Sequence[Decision], seen: Evidence) -> Message:
    if not ours:
        return phrase("nobody has decided on this evidence")
    newest = ours[-1]
    if newest.digest == seen.digest:
        return phrase("the decision of {date:day} has been changed since it was recorded", date=newest.date)
    changed = differences(newest.evidence or Evidence(), seen)
    other = phrase("the decision of {date:day} is about other evidence: {changes:sentences}", date=newest.date, changes=changed[:_SHOWN])
    if len(changed) <= _SHOWN:
        return other
    return plural("{said} and {count:number} more", "{said} and {count:number} more", count=len(changed) - _SHOWN, said=other)


def as_requirement(weighed: Weighed, owner: str, phase: str) -> tuple[Rule, Finding]:
    """The decision as a requirement that is judged with the others."""
    rule = Rule(
        id=REQUIREMENT,
        title=phrase("a decision for this evidence"),
        reason=phrase("A body answers for going on, and it answers for what it saw"),
        area="delivery",
        impact={"A": "blocker", "B": "blocker", "C": "blocker"},
        phases=(phase,),
        remedy=phrase("Record the decision with operability.readiness.decide, about the newest run"),
        responsible=owner,
        waivable=False,
        origin={"id": "decisions"},
    )
    proof = "attested" if weighed.status is Status.PASS else "none"
    return rule, Finding(weighed.status, weighed.message, requirement=REQUIREMENT, proof=proof)


# -- what of them is shown


def shown(
    decisions: t.Sequence[Decision], weighed: Weighed | None, today: dt.date, terms: DecisionTerms | None = None
) -> tuple[ShownDecision, ...]:
    """For a record: the decision about this evidence, and the newest of each phase, each with its conditions."""
    counting = weighed.decision if weighed else None
    chosen = {counting.id: counting} if counting else {}
    for item in sorted(decisions, key=lambda item: item.recorded_at, reverse=True):
        if item.phase not in {one.phase for one in chosen.values()}:
            chosen[item.id] = item
    out = []
    for item in chosen.values():
        about = counting is not None and item.id == counting.id
        counts = about and weighed is not None and weighed.status is Status.PASS
        out.append(dataclasses.replace(_as_shown(item, today, about=about, counts=counts), request=request_of(item, terms)))
    return tuple(out)


def _as_shown(item: Decision, today: dt.date, *, about: bool, counts: bool) -> ShownDecision:
    return ShownDecision(
        id=item.id,
        phase=item.phase,
        run=item.run,
        digest=item.digest,
        verdict=item.verdict,
        verified=item.verified,
        required=item.required,
        body=item.body,
        date=item.date,
        valid_until=item.valid_until,
        decided_by=item.decided_by,
        operations_opinion=item.operations_opinion,
        outcome=item.outcome,
        against_verdict=item.against_verdict,
        reason=item.reason,
        conditions=tuple(dataclasses.replace(condition, state=_state_of(condition, today)) for condition in item.conditions),
        comment=item.comment,
        recorded_by=item.recorded_by,
        recorded_at=item.recorded_at,
        about_this_evidence=about,
        counts=counts,
    )


def _state_of(condition: Condition, today: dt.date) -> str:
    if condition.met:
        return _MET
    return _OVERDUE if (condition.due or "9999") < today.isoformat() else _OPEN


def notices(shown_ones: t.Iterable[ShownDecision]) -> list[Message]:
    """A line for each condition that is not met."""
    return [
        _condition_notice(item.date, condition)
        for item in shown_ones
        for condition in item.conditions
        if condition.state in (_OVERDUE, _OPEN) and item.outcome is Outcome.GO_WITH_CONDITIONS
    ]


def _condition_notice(date: str, condition: Condition) -> Message:
    text, responsible = condition.text, condition.responsible
    if condition.due is None:
        return phrase(
            "a condition of the decision of {date:day} is open: {text} ({responsible})", date=date, text=text, responsible=responsible
        )
    if condition.state == _OVERDUE:
        return phrase(
            "a condition of the decision of {date:day} was due on {due:day}: {text} ({responsible})",
            date=date,
            due=condition.due,
            text=text,
            responsible=responsible,
        )
    return phrase(
        "a condition of the decision of {date:day} is due on {due:day}: {text} ({responsible})",
        date=date,
        due=condition.due,
        text=text,
        responsible=responsible,
    )


__all__ = (
    "OPINIONS",
    "REQUIREMENT",
    "Candidate",
    "Weighed",
    "Wording",
    "as_requirement",
    "decided",
    "differences",
    "evidence",
    "incomplete",
    "line_of",
    "notices",
    "request_of",
    "required",
    "sentence",
    "shown",
    "weigh",
)
