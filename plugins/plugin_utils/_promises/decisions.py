# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decision is about, and whether one counts for what is seen now. PRIVATE to the collection. Pure: the day is an argument."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import secrets
import typing as t

from ...module_utils._finding import Finding, Status, isoformat
from ...module_utils._units import parse_duration
from .._described.document import Refused
from .._described.policy import Rule
from .._described.service import Description
from .._model.judged import Judged
from .._model.verdict import Outcome, Verdict, stops

REQUIREMENT = "DEC-01"
OPINIONS = ("favourable", "with_reservations", "unfavourable")
_NAMES = {
    "version": "the version",
    "deployment_id": "the deployment",
    "service_file": "the service file",
    "organisation_file": "the organisation file",
    "policy": "the policy",
}
_SHOWN = 5
_WAS = {"overdue": "was", "open": "is"}


def required(description: Description, level: str, phase: str | None) -> bool:
    """Whether one of the files asks for a decision in this phase, at this level and in this environment."""
    for document in (description.organisation, description.service):
        rule = (document.data.get("decisions") or {}) if document else {}
        if phase not in (rule.get("required") or ()):
            continue
        levels, environments = rule.get("levels"), rule.get("environments")
        if (levels is None or level in levels) and (environments is None or description.run.environment in environments):
            return True
    return False


# -- the evidence


def evidence(
    run: t.Mapping[str, t.Any],
    service: str,
    inputs: t.Mapping[str, t.Any],
    judged: t.Sequence[Judged],
    judgement: t.Mapping[str, t.Any],
    overdue: t.Iterable[str] = (),
) -> dict[str, t.Any]:
    """What a decision is about, with its digest: the same in the next run where nothing of it has changed."""
    about = {
        "service": service,
        "environment": run["environment"],
        "phase": run["phase"],
        "version": run["version"],
        "deployment_id": run["deployment_id"],
        **{name: (inputs.get(name) or {}).get("sha256") for name in ("service_file", "organisation_file", "policy")},
        "requirements": {
            item.planned.rule.id: " ".join([item.effective.value, *_waivers(item)])
            for item in judged
            if item.planned.deciding and item.planned.state != "later"
        },
        "overdue": sorted(overdue),
    }
    return {"digest": digest(about), "verdict": judgement["verdict"], "words": judgement["words"], **about}


def _waivers(item: Judged) -> list[str]:
    return [str(item.waiver["key"])] if item.waiver and item.waiver.get("key") else []


def digest(about: t.Mapping[str, t.Any]) -> str:
    """Over everything but what follows from it."""
    kept = {name: value for name, value in about.items() if name not in ("digest", "verdict", "words")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def differences(then: t.Mapping[str, t.Any], now: t.Mapping[str, t.Any]) -> list[str]:
    """What of the evidence has changed since a decision, in words."""
    before, after = then.get("requirements") or {}, now["requirements"]
    out = []
    for name in sorted({*before, *after}):
        was, is_now = (side.get(name, "not asked") for side in (before, after))
        if was != is_now:
            words = [text.partition(" ")[0] if text != "not asked" else text for text in (was, is_now)]
            out.append(f"{name} was {words[0]}, is {words[1]}" if words[0] != words[1] else f"{name} is {words[1]} by another waiver")
    out += [f"the reservation {name} is overdue" for name in now["overdue"] if name not in (then.get("overdue") or ())]
    for key in ("version", "deployment_id"):
        if then.get(key) != now[key]:
            out.append(f"{_NAMES[key]} was {then.get(key) or 'not named'}, is {now[key] or 'not named'}")
    return out + [f"{_NAMES[key]} has changed" for key in ("service_file", "organisation_file", "policy") if then.get(key) != now[key]]


# -- recording


def incomplete(record: t.Mapping[str, t.Any]) -> str | None:
    """Why no decision can be about a run, or None where one can."""
    run = record.get("run") or {}
    if run.get("emergency"):
        return "it was an emergency, in which not everything is looked at"
    if run.get("partial"):
        return f"it was partial ({run['partial']})"
    evidence_of = record.get("evidence")
    if not isinstance(evidence_of, dict):
        return "it was written by a version without decisions; run the gate again"
    if evidence_of.get("digest") != digest(evidence_of):
        return "its evidence has been changed since it was written"
    return None


def make(options: t.Mapping[str, t.Any], record: t.Mapping[str, t.Any], *, now: dt.datetime, recorded_by: str) -> dict[str, t.Any]:
    """The decision about the run of a record, as it is kept. Refused with every problem."""
    problems: list[str] = []
    why_not = incomplete(record)
    if why_not:
        raise Refused([f"run: {record['run']['id']} cannot be decided on: {why_not}"])
    run, seen = record["run"], record["evidence"]
    if run["phase"] != options["phase"]:
        problems.append(f"run: {run['id']} is of phase {run['phase']}, not {options['phase']}")
    for key in ("version", "deployment_id"):
        if options.get(key) and run.get(key) != options[key]:
            problems.append(f"run: {run['id']} is about {_NAMES[key].removeprefix('the ')} {run.get(key)}, not {options[key]}")
    date = _day(options["date"] or now.date().isoformat(), "date", problems)
    if date and date > now.date():
        problems.append(f"date: {date} is still to come; a decision is recorded when it has been taken")
    until = _until(str(options["valid_until"]), date or now.date(), problems)
    if date and until and until < date:
        problems.append(f"valid_until: {until} is before the decision itself ({date})")
    problems += [f"{key}: expected a text, found an empty one" for key in ("body",) if not str(options[key]).strip()]
    if not [name for name in options["decided_by"] if name.strip()]:
        problems.append("decided_by: nobody is named; expected the names of those who decided")
    outcome, verdict, words = options["outcome"], seen["verdict"], seen["words"]
    against = stops(verdict) and outcome != "no_go"
    if against and not options["override"]:
        problems.append(f"outcome: the verdict of {run['id']} is {words}; {outcome} is against it, which needs override: true and a reason")
    elif against and not str(options["reason"] or "").strip():
        problems.append(f"reason: the decision goes against the verdict {words}; say why")
    conditions = [_condition(item, number, problems) for number, item in enumerate(options["conditions"])]
    if outcome == "go_with_conditions" and not conditions:
        problems.append("conditions: the outcome is go_with_conditions, and there are none; expected a list of text, responsible, due")
    if outcome != "go_with_conditions" and conditions:
        problems.append(f"conditions: there are some, and the outcome is {outcome}; expected go_with_conditions")
    if problems or date is None or until is None:
        raise Refused(problems)
    return {
        "schema_version": 1,
        "id": f"{now.strftime('%Y%m%dT%H%M%SZ')}-{run['phase']}-{secrets.token_hex(2)}",
        "service": seen["service"],
        "environment": seen["environment"],
        "phase": run["phase"],
        "run": run["id"],
        "digest": seen["digest"],
        "evidence": dict(seen),
        "verdict": verdict,
        "verified": record["judgement"]["verified"],
        "required": record["judgement"]["required"],
        "body": str(options["body"]).strip(),
        "date": date.isoformat(),
        "valid_until": until.isoformat(),
        "decided_by": [name.strip() for name in options["decided_by"] if name.strip()],
        "operations_opinion": options["operations_opinion"],
        "outcome": outcome,
        "against_verdict": against,
        "reason": options["reason"],
        "conditions": conditions,
        "comment": options["comment"],
        "recorded_by": recorded_by,
        "recorded_at": isoformat(now),
    }


def _day(given: object, key: str, problems: list[str]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(given).strip())
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


def _condition(item: t.Mapping[str, t.Any], number: int, problems: list[str]) -> dict[str, t.Any]:
    for key in ("text", "responsible"):
        if not str(item[key]).strip():
            problems.append(f"conditions.{number}.{key}: expected a text, found an empty one")
    for key in ("due", "met"):
        if item.get(key):
            _day(item[key], f"conditions.{number}.{key}", problems)
    return {key: item.get(key) for key in ("text", "responsible", "due", "met")}


def sentence(decision: t.Mapping[str, t.Any]) -> str:
    """A decision in one line."""
    against = f" against the verdict {Verdict(decision['verdict']).words}" if decision["against_verdict"] else ""
    return (
        f"{decision['service']} in {decision['environment']}, {decision['phase']}: {Outcome(decision['outcome']).words}{against}, "
        f"decided by {', '.join(decision['decided_by'])} ({decision['body']}) on {decision['date']}, "
        f"valid until {decision['valid_until']}, about run {decision['run']}"
    )


# -- weighing


@dataclasses.dataclass(frozen=True)
class Weighed:
    """What the decisions of a service say of the evidence of a run."""

    status: Status
    message: str
    decision: t.Mapping[str, t.Any] | None = None  # the newest about this very evidence

    @property
    def overrides(self) -> t.Mapping[str, t.Any] | None:
        """The decision, where it goes against the verdict and counts."""
        return self.decision if self.decision and self.status is Status.PASS and self.decision.get("against_verdict") else None


def weigh(decisions: t.Sequence[t.Mapping[str, t.Any]], seen: t.Mapping[str, t.Any], today: dt.date) -> Weighed:
    """Of the decisions of this phase, the newest about this very evidence counts, as long as it is valid."""
    ours = sorted((item for item in decisions if item.get("phase") == seen["phase"]), key=lambda item: str(item.get("recorded_at")))
    about = [item for item in ours if item.get("digest") == seen["digest"] == digest(item.get("evidence") or {})]
    if not about:
        return Weighed(Status.FAIL, _why_none(ours, seen))
    newest = about[-1]
    name = f"the decision of {newest['date']} ({newest['body']})"
    if str(newest["valid_until"]) < today.isoformat():
        return Weighed(Status.FAIL, f"{name} was valid until {newest['valid_until']}", newest)
    if newest["outcome"] not in ("go", "go_with_conditions"):
        return Weighed(Status.FAIL, f"{name} is NO-GO", newest)
    against = f", against the verdict {Verdict(newest['verdict']).words}" if newest.get("against_verdict") else ""
    return Weighed(Status.PASS, f"{name} is {Outcome(newest['outcome']).words}{against}, valid until {newest['valid_until']}", newest)


def _why_none(ours: t.Sequence[t.Mapping[str, t.Any]], seen: t.Mapping[str, t.Any]) -> str:
    if not ours:
        return "nobody has decided on this evidence"
    newest = ours[-1]
    if newest.get("digest") == seen["digest"]:
        return f"the decision of {newest['date']} has been changed since it was recorded"
    changed = differences(newest.get("evidence") or {}, seen)
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return f"the decision of {newest['date']} is about other evidence: {'; '.join(changed[:_SHOWN])}{more}"


def as_requirement(weighed: Weighed, owner: str, phase: str) -> tuple[Rule, Finding]:
    """The decision as a requirement that is judged with the others."""
    rule = Rule(
        id=REQUIREMENT,
        title="a decision for this evidence",
        reason="a body answers for going on, and it answers for what it saw",
        area="delivery",
        impact={"A": "blocker", "B": "blocker", "C": "blocker"},
        phases=(phase,),
        remedy="record the decision with operability.readiness.decide, about the newest run",
        responsible=owner,
        waivable=False,
        origin={"id": "decisions"},
    )
    return rule, Finding(weighed.status, weighed.message, requirement=REQUIREMENT)


# -- what of them is shown


def shown(decisions: t.Sequence[t.Mapping[str, t.Any]], weighed: Weighed | None, today: dt.date) -> list[dict[str, t.Any]]:
    """For a record: the decision about this evidence, and the newest of each phase, each with its conditions."""
    ordered = sorted(decisions, key=lambda item: str(item.get("recorded_at")), reverse=True)
    counting = weighed.decision if weighed else None
    chosen = {counting["id"]: counting} if counting else {}
    for item in ordered:
        if item.get("phase") not in {held.get("phase") for held in chosen.values()}:
            chosen[item["id"]] = item
    out = []
    for item in chosen.values():
        kept = {key: value for key, value in item.items() if key not in ("evidence", "schema_version", "service", "environment")}
        about = counting is not None and item["id"] == counting["id"]
        conditions = [{**condition, "state": _condition_state(condition, today)} for condition in item.get("conditions") or []]
        counts = about and weighed is not None and weighed.status is Status.PASS
        out.append({**kept, "conditions": conditions, "about_this_evidence": about, "counts": counts})
    return out


def _condition_state(condition: t.Mapping[str, t.Any], today: dt.date) -> str:
    if condition.get("met"):
        return "met"
    return "overdue" if str(condition.get("due") or "9999") < today.isoformat() else "open"


def notices(shown_ones: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """A line for each condition that is not met."""
    return [
        f"a condition of the decision of {item['date']} {_WAS[condition['state']]} due on {condition.get('due')}: "
        f"{condition.get('text')} ({condition.get('responsible')})"
        for item in shown_ones
        for condition in item["conditions"]
        if condition["state"] != "met" and item["outcome"] == "go_with_conditions"
    ]


__all__ = (
    "OPINIONS",
    "REQUIREMENT",
    "Weighed",
    "as_requirement",
    "differences",
    "digest",
    "evidence",
    "incomplete",
    "make",
    "notices",
    "required",
    "sentence",
    "shown",
    "weigh",
)
