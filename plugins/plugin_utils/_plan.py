# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be verified for a service in a phase: requirements with their checks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import typing as t

from ..module_utils._argspec import ArgumentsRefused, parse_arguments, secret_options
from ..module_utils._registry import CHECKS, load_check
from . import _policy
from ._derive import Instance, Steps, derive
from ._document import Document, Refused, unresolved
from ._policy import Policy, Proof, Rule
from ._service import Description, NotApplicable, NotDeclared

LEVEL_WAIVER = "LVL-01"  # the waiver that lets a file set a level below the computed one

# what a requirement can be in a plan
PLANNED, NOT_DECLARED, NOT_APPLICABLE, NOT_DUE, LATER, UNPROVABLE = (
    "planned",
    "not_declared",
    "not_applicable",
    "not_due",
    "later",
    "unprovable",
)


@dataclasses.dataclass(frozen=True)
class PlannedCheck:
    """One check on one instance. ``hosts`` is None for one that the controller runs."""

    key: str
    requirement: str
    check: str
    instance: str
    args: t.Mapping[str, t.Any]
    hosts: tuple[str, ...] | None = None
    run_as: str | None = None
    call: str = "run"
    after: str | None = None  # the key of the half whose observations it needs
    accepted: bool = False  # with the temporary limits of a waiver
    gap: str | None = None

    def split_secrets(self) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The arguments, those that must not be seen apart."""
        hidden = set(secret_options(load_check(self.check)))
        return (
            {key: value for key, value in self.args.items() if key not in hidden},
            {key: value for key, value in self.args.items() if key in hidden and value is not None},
        )


@dataclasses.dataclass(frozen=True)
class PlannedRequirement:
    rule: Rule
    impact: str
    deciding: bool
    state: str = PLANNED
    why: str = ""
    declared_in: str = ""
    checks: tuple[PlannedCheck, ...] = ()


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything that the judge has to know beside the findings."""

    service: t.Mapping[str, t.Any]
    level: str
    level_reason: str
    phase: str | None  # None: all phases, for the service's state
    policy: t.Mapping[str, str]
    requirements: tuple[PlannedRequirement, ...]
    waivers: tuple[t.Mapping[str, t.Any], ...]
    expected_hosts: tuple[str, ...]
    mode: str
    notices: tuple[str, ...] = ()
    inputs: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    publish: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    reservation_due: str = "14d"

    @property
    def checks(self) -> list[PlannedCheck]:
        return [check for requirement in self.requirements for check in requirement.checks]

    @property
    def other_hosts(self) -> list[str]:
        """Hosts outside ``service.hosts`` that have something to do."""
        named = {host for check in self.checks for host in check.hosts or ()}
        return sorted(named - set(self.expected_hosts))

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def make_policy(service: Document, organisation: Document | None) -> Policy:
    """The policy that both files name, with their overlays; the service file's own wins. Refused."""
    documents = [document for document in (organisation, service) if document]
    name, where = "default", ""
    for document in documents:
        named = (document.data.get("policy") or {}).get("name")
        if named:
            name, where = named, f"{document.where(('policy', 'name'))}: policy.name"
    policy = _policy.load(name, where=where)
    for document in documents:
        if document.data.get("policy"):
            policy = _policy.overlay(policy, document)
    return policy


def make(description: Description, policy: Policy, *, phase: str | None) -> Plan:
    """The plan for a phase, or for all of them (None). Refused with every problem of the input."""
    problems: list[str] = []
    notices: list[str] = []
    waivers = _waivers(description, policy, problems, notices)
    level, reason = _level(description, waivers, notices)
    rules = _own_rules(description, policy, problems, notices)
    requirements = []
    for identifier in sorted(rules, key=_order):
        try:
            planned = _requirement(rules[identifier], description, level, phase, waivers, problems, notices)
        except Refused as exc:
            problems += [f"{description.service.name}: {problem} ({identifier} needs it now)" for problem in exc.problems]
            continue
        if planned:
            requirements.append(planned)
    mode = _mode(description, level)
    if problems:
        raise Refused(problems)
    run = description.run
    return Plan(
        service={"name": description.name, "owner": description.owner, "kind": description.kind},
        level=level,
        level_reason=reason,
        phase=phase,
        policy={"name": policy.name, "version": policy.version, "sha256": policy.sha256},
        requirements=tuple(requirements),
        waivers=tuple(waivers),
        expected_hosts=tuple(description.hosts()),
        mode=run.mode or mode,
        notices=tuple(notices),
        inputs={
            "service_file": {"path": description.service.name, "sha256": description.service.sha256},
            "organisation_file": {"path": description.organisation.name, "sha256": description.organisation.sha256}
            if description.organisation
            else None,
        },
        publish=description.shared("publish"),
        reservation_due=str(description.default("reservation_due") or "14d"),
    )


def _order(identifier: str) -> tuple[int, str]:
    families = ("MON", "LOG", "BKP", "RUN", "SUP", "DEL", "PLT")
    family = identifier.partition("-")[0]
    return (families.index(family) if family in families else len(families), identifier)


# -- rules


def _own_rules(description: Description, policy: Policy, problems: list[str], notices: list[str]) -> dict[str, Rule]:
    """The policy's rules, and those that the service adds; its exceptions are looked at where they apply."""
    service = description.service
    rules = {identifier: rule for identifier, rule in policy.rules.items() if not rule.retired}
    for identifier, entry in (service.data.get("requirements") or {}).items():
        place = service.where(("requirements", identifier))
        if identifier in policy.rules and policy.rules[identifier].retired:
            notices.append(f"{place}: {identifier} has been retired from the policy; the entry can be removed")
        elif identifier not in rules:
            if not (entry.get("title") and entry.get("check")):
                close = difflib.get_close_matches(identifier, list(rules), n=1)
                meant = f"; did you mean {close[0]}?" if close else ""
                problems.append(
                    f"{place}: requirements.{identifier}: the policy has no such requirement{meant}; one of the service's own needs at least title and check"
                )
                continue
            impact = entry.get("impact", "major")
            rules[identifier] = Rule(
                id=identifier,
                title=entry["title"],
                reason=entry.get("reason", ""),
                area=entry.get("area", "platform"),
                stakeholder=entry.get("stakeholder", "operators"),
                impact={level: impact for level in _policy.LEVELS} if isinstance(impact, str) else {k: v for k, v in impact.items() if v},
                phases=tuple(entry.get("phases", ("pre", "post", "recheck"))),
                remedy=entry.get("remedy", ""),
                origin={"id": place},
            )
        elif entry.get("check") and not _may_prove(rules[identifier], entry["check"]):
            accepted = ", ".join(proof.check for proof in rules[identifier].proved_by)
            problems.append(
                f"{place}: requirements.{identifier}.check: {entry['check']} does not prove it; expected one of {accepted}, or command"
            )
        if entry.get("check") and entry["check"] not in CHECKS:
            problems.append(
                f"{service.where(('requirements', identifier, 'check'))}: requirements.{identifier}.check: there is no check "
                f"'{entry['check']}'; known: {', '.join(sorted(CHECKS))}"
            )
    return rules


def _may_prove(rule: Rule, check: str) -> bool:
    # a Nagios plugin may stand for anything; a rule without checks of ours takes what the service has
    return check not in CHECKS or not rule.proved_by or check == "command" or check in {proof.check for proof in rule.proved_by}


def _requirement(
    rule: Rule,
    description: Description,
    level: str,
    phase: str | None,
    waivers: list[dict[str, t.Any]],
    problems: list[str],
    notices: list[str],
) -> PlannedRequirement | None:
    service, run = description.service, description.run
    exception = (service.data.get("requirements") or {}).get(rule.id) or {}
    steps: Steps = ("requirements", rule.id)
    impact = exception.get("impact") or rule.impact.get(level)
    if isinstance(impact, dict):
        impact = impact.get(level) or rule.impact.get(level)
    if not impact:
        return None
    if impact in _policy.IMPACTS and rule.impact.get(level) and _policy.IMPACTS.index(impact) < _policy.IMPACTS.index(rule.impact[level]):
        problems.append(
            f"{service.where((*steps, 'impact'))}: requirements.{rule.id}.impact: the policy says {rule.impact[level]} at level {level}; "
            f"a service may be stricter, not milder ({impact}); a waiver says who accepts the deviation"
        )
    responsible = (
        exception.get("responsible")
        or rule.responsible
        or description.default("responsible", rule.id)
        or description.default("responsible", rule.area)
    )
    changed = {
        key: exception[key]
        for key in ("title", "reason", "stakeholder", "remedy", "valid_for", "mode", "enforce_from")
        if exception.get(key)
    }
    rule = dataclasses.replace(rule, responsible=responsible or description.owner, **changed)
    phases, observe = set(rule.phases), set(rule.observe)
    if phase == "post" and run.first_deployment and rule.not_before_first_deployment and "pre" in phases:
        phases.add("post")
    if phase is not None and phase not in phases | observe and phase != "design":
        return None
    deciding = phase is None or phase in phases

    def planned(state: str, why: str = "", checks: t.Sequence[PlannedCheck] = (), declared: str = "") -> PlannedRequirement:
        where = declared or (service.where(steps) if exception else "")
        return PlannedRequirement(rule, str(impact), deciding, state, why, where, tuple(checks))

    reason = _not_applicable(rule, exception, description, problems, notices)
    if reason:
        return planned(NOT_APPLICABLE, reason)
    if phase == "design" and not deciding:
        return planned(LATER, f"verified at {', '.join(rule.phases)}")
    if phase == "pre" and run.first_deployment and rule.not_before_first_deployment:
        return planned(NOT_DUE, "it cannot exist before the first deployment; it decides at post")
    if phase is None:
        return planned(PLANNED)  # the service's state is judged over findings that are there already
    try:
        instances = _instances(rule, exception, description)
    except NotDeclared as exc:
        return planned(NOT_DECLARED, str(exc))
    except NotApplicable as exc:
        return planned(NOT_APPLICABLE, str(exc))
    if instances is None:
        return planned(UNPROVABLE, f"no check of this version proves it; name one of your own (requirements.{rule.id}), or waive it")
    checks = _planned_checks(rule, exception, instances, waivers, description, problems)
    declared = service.where(instances[0].path) if instances[0].path else ""
    return planned(PLANNED, checks=checks, declared=declared)


def _not_applicable(
    rule: Rule, exception: t.Mapping[str, t.Any], description: Description, problems: list[str], notices: list[str]
) -> str | None:
    if rule.applies_when:
        lacking = description.lacks(rule.applies_when)
        if lacking:
            return lacking
    if rule.applies_to and description.kind not in rule.applies_to:
        return f"it is asked of services of kind {', '.join(rule.applies_to)}; this one is {description.kind}"
    reason = exception.get("not_applicable")
    if not reason:
        return None
    place = description.service.where(("requirements", rule.id, "not_applicable"))
    if rule.not_applicable_allowed:
        return str(reason)
    missing = [key for key in ("approved_by", "until") if not exception.get(key)]
    if missing:
        problems.append(f"{place}: requirements.{rule.id}: not_applicable needs {' and '.join(missing)}, as a waiver does")
        return None
    if str(exception["until"]) < description.run.today:
        notices.append(f"{place}: {rule.id} was not applicable until {exception['until']}; that has ended, so it is asked again")
        return None
    if str(exception.get("from", "")) > description.run.today:
        return None
    return f"{reason} (approved by {exception['approved_by']} until {exception['until']})"


def _instances(rule: Rule, exception: t.Mapping[str, t.Any], description: Description) -> list[Instance] | None:
    """None when no check can prove it; NotDeclared when the description has nothing for any of them."""
    if exception.get("check") and exception["check"] in CHECKS:
        return [_explicit(rule, exception, description)]
    if not rule.proved_by:
        return None
    refusals: list[str] = []
    for proof in rule.proved_by:
        if proof.check not in CHECKS:
            continue
        try:
            instances = derive(Proof(proof.check, proof.source, proof.option, proof.on, {**rule.args, **proof.args}), description)
        except NotDeclared as exc:
            refusals.append(str(exc))
            continue
        if exception.get("using"):
            kind = proof.check.partition("_")[0]
            options = description.connection(kind, exception["using"])
            instances = [dataclasses.replace(instance, args={**instance.args, **options}) for instance in instances]
        if exception.get("on"):
            hosts = tuple(description.part_hosts({}, exception["on"]))
            instances = [dataclasses.replace(instance, hosts=hosts) if instance.hosts is not None else instance for instance in instances]
        return [
            dataclasses.replace(
                instance,
                args={**instance.args, **(exception.get("with") or {})} if instance.call == "run" else instance.args,
                run_as=exception.get("run_as") or instance.run_as,
            )
            for instance in instances
        ]
    raise NotDeclared("; ".join(dict.fromkeys(refusals)))


def _explicit(rule: Rule, exception: t.Mapping[str, t.Any], description: Description) -> Instance:
    check = str(exception["check"])
    args = dict(exception.get("with") or {})
    side = CHECKS[check]
    if side == "controller" and "url" in load_check(check).ARGUMENT_SPEC and not args.get("url"):
        kind = check.partition("_")[0]
        if kind in ("prometheus", "alertmanager"):
            args = {**description.connection(kind, exception.get("using")), **args}
    hosts: tuple[str, ...] | None = None
    if side == "host" or (side == "both" and exception.get("on")):
        hosts = tuple(description.part_hosts({}, exception.get("on")))
    steps: Steps = ("requirements", rule.id)
    return Instance(check, check, args, hosts, exception.get("run_as"), path=steps)


def _planned_checks(
    rule: Rule,
    exception: t.Mapping[str, t.Any],
    instances: t.Sequence[Instance],
    waivers: list[dict[str, t.Any]],
    description: Description,
    problems: list[str],
) -> list[PlannedCheck]:
    checks: list[PlannedCheck] = []
    accepted = [
        waiver["accept"] for waiver in waivers if waiver["requirement"] == rule.id and waiver.get("accept") and waiver["state"] == "active"
    ]
    halves: dict[tuple[Steps, str], str] = {}
    for number, instance in enumerate(instances):
        key = f"{rule.id}/{number}"
        halves[(instance.path, instance.call)] = key
        after = halves.get((instance.path, instance.after)) if instance.after else None
        check = PlannedCheck(
            key,
            rule.id,
            instance.check,
            instance.instance,
            instance.args,
            instance.hosts,
            instance.run_as,
            instance.call,
            after,
            False,
            instance.gap,
        )
        checks.append(check)
        if instance.gap is None:
            problems += _argument_problems(check, instance, rule, description)
            for limits in accepted if instance.call == "run" else []:
                checks.append(dataclasses.replace(check, key=f"{key}/accepted", args={**instance.args, **limits}, accepted=True))
                problems += _argument_problems(checks[-1], instance, rule, description)
    return checks


def _argument_problems(check: PlannedCheck, instance: Instance, rule: Rule, description: Description) -> list[str]:
    place = description.service.where(instance.path or ("requirements", rule.id))
    later = unresolved(check.args)
    if later:
        return [f"{place}: {item.path}: {item.reason} ({rule.id} needs it now)" for item in later]
    if check.call != "run":
        return []
    try:
        parse_arguments(load_check(check.check), check.args)
    except ArgumentsRefused as exc:
        return [f"{place}: {rule.id}: {check.check}: {problem}" for problem in exc.problems]
    return []


# -- level, mode, waivers


def _level(description: Description, waivers: list[dict[str, t.Any]], notices: list[str]) -> tuple[str, str]:
    classification = description.data.get("classification") or {}
    computed, reason = _policy.level_of(classification)
    if not classification:
        reason = "no classification is declared"
    wanted = classification.get("level")
    if not wanted or wanted == computed:
        return computed, reason
    place = description.service.where(("classification", "level"))
    if _policy.LEVELS.index(wanted) > _policy.LEVELS.index(computed):
        return str(wanted), f"set to {wanted} in {place}; {reason} would be {computed}"
    if any(waiver["requirement"] == LEVEL_WAIVER and waiver["state"] == "active" for waiver in waivers):
        return str(wanted), f"set to {wanted} in {place} under waiver {LEVEL_WAIVER}; {reason} would be {computed}"
    notices.append(
        f"{place}: level {wanted} is below the computed level {computed} and no waiver of {LEVEL_WAIVER} accepts that: {computed} holds"
    )
    return computed, reason


def _mode(description: Description, level: str) -> str:
    """The mode of the innermost layer that sets one; observe when none does."""
    chosen = "observe"
    for document in (description.organisation, description.service):
        mode = document.data.get("mode") if document else None
        if isinstance(mode, str):
            chosen = mode
        elif isinstance(mode, dict):
            for value in (
                mode.get("default"),
                (mode.get("environments") or {}).get(description.run.environment),
                (mode.get("levels") or {}).get(level),
                (mode.get("services") or {}).get(description.name),
            ):
                chosen = value or chosen
    return chosen


def _waivers(description: Description, policy: Policy, problems: list[str], notices: list[str]) -> list[dict[str, t.Any]]:
    """Every waiver of this service, with its state today: active, not_yet, expired, refused."""
    found: list[dict[str, t.Any]] = []
    own = description.service.data.get("requirements") or {}
    approvers = description.shared("approvers")
    for document in (description.service, description.organisation):
        for index, given in enumerate((document.data.get("waivers") or []) if document else []):
            if document is None or given.get("service", description.name) != description.name:
                continue
            place = document.where(("waivers", index))
            identifier = given["requirement"]
            rule = policy.rules.get(identifier)
            if identifier not in policy.rules and identifier not in own and identifier != LEVEL_WAIVER:
                problems.append(f"{place}: waivers.{index}.requirement: there is no requirement {identifier}")
                continue
            if rule is not None and rule.retired:
                notices.append(f"{place}: the waiver of {identifier} can be removed: the requirement has been retired")
                continue
            if given.get("from") and given["from"] > given["until"]:
                problems.append(f"{place}: waivers.{index}: it would end ({given['until']}) before it begins ({given['from']})")
                continue
            waiver = {**given, "declared_in": place, "state": _waiver_state(given, description.run.today)}
            refusal = _waiver_refusal(waiver, rule, approvers, description)
            if refusal:
                waiver["state"] = "refused"
                notices.append(f"{place}: the waiver of {identifier} does not count: {refusal}")
            found.append(waiver)
    return found


def _waiver_state(waiver: t.Mapping[str, t.Any], today: str) -> str:
    if waiver["until"] < today:
        return "expired"
    return "not_yet" if waiver.get("from", "") > today else "active"


def _waiver_refusal(
    waiver: t.Mapping[str, t.Any], rule: Rule | None, approvers: t.Mapping[str, t.Any], description: Description
) -> str | None:
    if rule is None:
        return None
    if not rule.waivable:
        return "the policy does not allow a waiver of this requirement"
    level = _policy.level_of(description.data.get("classification") or {})[0]
    allowed = approvers.get(rule.impact.get(level, ""))
    if allowed and waiver["approved_by"] not in allowed:
        return f"{waiver['approved_by']} may not approve it; these may: {', '.join(allowed)}"
    return None


__all__ = (
    "LATER",
    "LEVEL_WAIVER",
    "NOT_APPLICABLE",
    "NOT_DECLARED",
    "NOT_DUE",
    "PLANNED",
    "UNPROVABLE",
    "Plan",
    "PlannedCheck",
    "PlannedRequirement",
    "make",
    "make_policy",
)
