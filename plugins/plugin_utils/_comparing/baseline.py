# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there before a deployment, kept at ``pre`` and compared at ``post``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import typing as t

from ...module_utils._finding import Finding, Status, isoformat
from ...module_utils._phrase import NOTHING, Message, phrase, verbatim
from ...module_utils._registry import COMPUTED
from .._model.baseline import SCHEMA_VERSION, Baseline, Observation, Unseen
from .._model.compared import Compared
from .._model.completion import completed
from .._model.judged import Reach
from .._model.planned import Plan, PlannedCheck, PlanState, Removal
from .._model.run import Run
from .comparable import facts, matches, specs
from .comparison import ASIDE, GONE, SEEN, UNKNOWN, Comparison, Place

CHECK = "baseline"
Findings = t.Mapping[str, t.Sequence[Finding]]


class Loaded(t.NamedTuple):
    """The baseline of a deployment as it was found, or why it cannot be used; neither where there is none."""

    baseline: Baseline | None = None
    trouble: str | None = None


class Outcome(t.NamedTuple):
    """What the comparison adds to a run: findings by the key of their planned check, the record's part, notices."""

    findings: dict[str, list[Finding]]
    comparison: Compared | None = None
    notices: t.Sequence[Message] = ()


def take(plan: Plan, findings: Findings, reach: Reach, run: Run, now: dt.datetime) -> Baseline | None:
    """The baseline of a run; None when nothing was seen that could be compared."""
    observations, unseen = [], []
    for finding in complete(plan, findings, reach):
        place = (finding.requirement, finding.check, finding.instance, finding.host)
        seen = facts(finding)
        if seen:
            observations.append(Observation(*place, seen))
        elif finding.status is Status.UNKNOWN:
            unseen.append(Unseen(*place, finding.message))
    if not observations or run.deployment_id is None:
        return None
    return Baseline(
        schema_version=SCHEMA_VERSION,
        service=plan.name,
        environment=run.environment,
        deployment_id=run.deployment_id,
        version=run.version,
        run=run.id,
        taken_at=isoformat(now),
        inputs={**plan.inputs, "policy": plan.policy},
        hosts=tuple(sorted(hosts_of(plan))),
        addresses=_addresses(plan),
        requirements=tuple(item.rule.id for item in plan.requirements if item.state is PlanState.PLANNED),
        observations=tuple(observations),
        unseen=tuple(unseen),
    )


def compare(plan: Plan, baseline: Baseline, findings: Findings, reach: Reach) -> Comparison:
    """What became of each observation of a baseline."""
    comparison = Comparison(baseline, plan.comparison, hosts_of(plan))
    seen = _Seen(plan, baseline, complete(plan, findings, reach))
    for observation in baseline.observations:
        place = seen.look(observation)
        for name, before in observation.facts.items():
            spec = specs(place.check).get(name)
            if spec is not None:  # another version of the collection may compare other things
                comparison.fact(place, name, spec, before)
    comparison.news(seen.findings)
    return comparison


def at_post(
    plan: Plan, loaded: Loaded, findings: Findings, reach: Reach, run: Run, *, now: dt.datetime, less: Message | None = None
) -> Outcome:
    """The comparison of a run at ``post``; nothing in any other phase, for a batch, or for a first deployment.

    ``less`` says what became looser since ``pre``.
    """
    if run.phase != "post" or run.scope == "batch" or run.first_deployment:
        return Outcome({}, notices=(less,) if less else ())
    comparing = [check for check in plan.checks if check.check == CHECK]
    looser = [Finding(Status.WARN, less)] if less else []
    trouble = _trouble(loaded, run)
    if trouble or loaded.baseline is None:
        made = [Finding(Status.UNKNOWN, trouble or phrase("there is no baseline")), *looser]
        # that there is none is of no interest to whom nobody asks for it; that one is there and cannot be used is
        notices = [verbatim(loaded.trouble)] if loaded.trouble and not comparing else []
        notices += [less] if less and not comparing else []
        return Outcome({check.key: _named(made, check, now) for check in comparing}, None, notices)
    comparison = compare(plan, loaded.baseline, findings, reach)
    notices = [] if run.partial else _removals(plan, comparison)
    notices += [less] if less and not comparing else []
    made = [*comparison.findings(), *looser]
    return Outcome({check.key: _named(made, check, now) for check in comparing}, comparison.result(), notices)


def _named(findings: t.Sequence[Finding], check: PlannedCheck, now: dt.datetime) -> list[Finding]:
    return [
        dataclasses.replace(
            finding,
            instance=finding.instance or check.instance,
            check=CHECK,
            requirement=check.requirement,
            collected_at=isoformat(now),
        )
        for finding in findings
    ]


def _trouble(loaded: Loaded, run: Run) -> Message | None:
    """Why nothing can be compared."""
    if loaded.trouble:
        return phrase("what was there before cannot be compared: {reason}", reason=loaded.trouble)
    if not run.deployment_id:
        return phrase(
            "no deployment is named, so nothing can be compared: set readiness_deployment_id or readiness_version, at pre and at post"
        )
    if loaded.baseline is None:
        return phrase(
            "there is no baseline of deployment {deployment}: run the gate at pre with the same deployment_id "
            "and the same records, before the deployment",
            deployment=run.deployment_id,
        )
    return None


def _removals(plan: Plan, comparison: Comparison) -> list[Message]:
    """Announced removals that announce nothing, or what is still there."""
    notices = []
    for entry in plan.comparison.removed:
        if entry.what in comparison.heeded:
            continue
        there = [candidates[0] for candidates in comparison.named if matches(entry.what, candidates)]
        notices.append(_still_there(entry, there[0]) if there else _nothing_there(entry))
    return notices


def _still_there(entry: Removal, there: Message) -> Message:
    return phrase(
        "{place:path}: removed: '{pattern}' announces that {there} goes, and it is still there",
        place=entry.declared_in,
        pattern=entry.what,
        there=there,
    )


def _nothing_there(entry: Removal) -> Message:
    return phrase(
        "{place:path}: removed: '{pattern}' matches nothing that was there before the deployment",
        place=entry.declared_in,
        pattern=entry.what,
    )


def complete(plan: Plan, findings: Findings, reach: Reach) -> list[Finding]:
    """What every planned check that can be compared found, with an unknown one for each host that it was not found on."""
    out = []
    for requirement in plan.requirements:
        for check in requirement.checks if requirement.state == PlanState.PLANNED else ():
            if check.aside or check.gap is not None or check.check in COMPUTED or not specs(check.check):
                continue
            out += [
                dataclasses.replace(finding, check=check.check, requirement=check.requirement)
                for finding in completed(check, findings, reach)
            ]
    return out


def hosts_of(plan: Plan) -> set[str]:
    """Every host of the service, and those that do something for it."""
    return {*plan.expected_hosts, *(host for check in plan.checks for host in check.hosts or ())}


def _addresses(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Under which names a server knows a host: what is found there under one of them belongs to that host."""
    known: dict[str, set[str]] = collections.defaultdict(set)
    hosts = hosts_of(plan)
    for check in plan.checks:
        for one in check.args.get("expect") or ():
            given = {str(name) for name in one.get("addresses") or ()} if isinstance(one, dict) else set()
            for host in given & hosts:
                known[host] |= given
    return {host: tuple(sorted(names)) for host, names in sorted(known.items())}


# -- where an observation is found again


class _Seen:
    """What was seen at ``post``, by place."""

    def __init__(self, plan: Plan, baseline: Baseline, findings: list[Finding]) -> None:
        self.findings = findings
        self.hosts = hosts_of(plan)
        self.planned = {item.rule.id: item for item in plan.requirements}
        self.exact: dict[tuple[str, ...], list[Finding]] = collections.defaultdict(list)
        self.place: dict[tuple[str, ...], list[Finding]] = collections.defaultdict(list)
        self.items: dict[tuple[str, str], dict[str, set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
        self.elsewhere: dict[tuple[str, ...], list[Finding]] = collections.defaultdict(list)
        before = {(item.check, item.instance, item.host) for item in baseline.observations}
        for finding in findings:
            place = (finding.check, finding.instance, finding.host)
            self.exact[(finding.requirement, *place)].append(finding)
            self.place[place].append(finding)
            if finding.status in (Status.UNKNOWN, Status.NOT_DUE) and place not in before:
                self.elsewhere[(finding.requirement, finding.check, finding.host)].append(finding)
            for name, value in facts(finding).items():
                if isinstance(value, list):
                    self.items[(finding.check, finding.host)][name].update(value)

    def look(self, observation: Observation) -> Place:
        """Where an observation is found again, or why it is not."""
        requirement, check, instance, host = observation.requirement, observation.check, observation.instance, observation.host
        found = self.exact.get((requirement, check, instance, host)) or self.place.get((check, instance, host)) or []
        outlook, why = _outlook(found) if found else self._without(requirement, check, instance, host)
        return Place(requirement, check, instance, host, outlook, why, found, self.items.get((check, host), {}))

    def _without(self, requirement: str, check: str, instance: str, host: str) -> tuple[str, Message]:
        """What it means that nothing was found in a place."""
        planned = self.planned.get(requirement)
        if host and host not in self.hosts:
            return ASIDE, phrase("{host} has left the inventory", host=host)
        if planned is None:
            return ASIDE, phrase("{requirement} is not looked at in this phase", requirement=requirement)
        if planned.state in (PlanState.NOT_APPLICABLE, PlanState.NOT_DUE, PlanState.LATER):
            return ASIDE, phrase("{requirement} is not asked now: {reason}", requirement=requirement, reason=planned.why)
        if planned.state in (PlanState.NO_HOST, PlanState.UNPROVABLE):
            return UNKNOWN, verbatim(planned.why)
        others = [item.check for item in planned.checks if item.instance == instance]
        if others and check not in others:
            return UNKNOWN, phrase(
                "{requirement} was verified with {before} before, and is now with {now}",
                requirement=requirement,
                before=check,
                now=others[0],
            )
        # where names hold a host's variables, what could not be looked at has another name
        renamed = self.elsewhere.get((requirement, check, host))
        return _outlook(renamed) if renamed else (GONE, phrase("the service file no longer declares it"))


def _outlook(found: t.Sequence[Finding]) -> tuple[str, Message]:
    if any(finding.status in (Status.PASS, Status.WARN, Status.FAIL) for finding in found):
        return SEEN, NOTHING
    unknown = next((finding for finding in found if finding.status is Status.UNKNOWN), None)
    return (UNKNOWN, unknown.message) if unknown else (ASIDE, found[0].message)


__all__ = ("CHECK", "Loaded", "Outcome", "at_post", "compare", "complete", "hosts_of", "take")
