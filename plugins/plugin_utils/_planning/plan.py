# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be verified for a service in a phase: requirements with their checks. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import hashlib
import json
import re
import typing as t

from ...module_utils._argspec import ArgumentsRefused, parse_arguments
from ...module_utils._registry import CHECKS, COMPUTED, load_check
from ...module_utils._units import parse_duration
from .._comparing import comparable as _comparable
from .._described import policy as _policy
from .._described.document import Document, NotResolved, Refused, unresolved
from .._described.policy import Policy, Proof, Rule
from .._described.service import Description, NoHost, NotApplicable, NotDeclared, NotDue
from .._model.planned import (
    LATER,
    NO_HOST,
    NOT_APPLICABLE,
    NOT_DECLARED,
    NOT_DUE,
    OVERRIDE_DUE,
    PLANNED,
    RECHECK_EVERY,
    UNPROVABLE,
    Plan,
    PlannedCheck,
    PlannedRequirement,
)
from .._promises import debt as _debt
from .._promises import decisions as _decisions
from .._promises import reservations as _reservations
from .._promises.mode import mode_of, ratchet_of
from .derive import Instance, Steps, derive

LEVEL_WAIVER = "LVL-01"  # the waiver that lets a file set a level below the computed one

SETTLING = ("post", "smoke")  # the phases just after a deployment
STAND_INS = ("ansible_module", "command")  # checks that may prove any requirement


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
        for index, more in enumerate((document.data.get("policy") or {}).get("add") or []):
            steps = ("policy", "add", index)
            policy = _policy.added(policy, _policy.load(more, where=f"{document.where(steps)}: policy.add.{index}"))
    for document in documents:
        if document.data.get("policy"):
            policy = _policy.overlay(policy, document)
    return policy


def make(description: Description, policy: Policy, *, phase: str | None) -> Plan:
    """The plan for a phase, or for all of them (None). Refused with every problem of the input."""
    problems = _unresolved_basics(description)
    if problems:
        raise Refused(problems)
    notices: list[str] = list(policy.notices)
    waivers = _waivers(description, policy, problems, notices)
    level, reason = _level(description, waivers, notices)
    rules = _own_rules(description, policy, problems, notices)
    waivers = [_allowed(waiver, rules.get(waiver["requirement"]), level, description, notices) for waiver in waivers]
    debts, debt = _debt.entries(description, rules, problems, notices)
    waivers += debts
    requirements = []
    for identifier in sorted(rules, key=_order):
        try:
            planned = _requirement(rules[identifier], description, level, phase, waivers, problems, notices)
        except NotResolved as exc:
            problems += [f"{problem} ({identifier} needs it now)" for problem in exc.problems]
            continue
        except Refused as exc:
            problems += exc.problems
            continue
        if planned:
            requirements.append(planned)
    settling = _settling(description, phase, problems)
    recheck_every = _recheck_every(description, problems)
    comparison = _comparable.terms(description.service, description.run.version, problems)
    mode, observe_until = mode_of(description, level, problems, notices)
    ratchet = ratchet_of(description, level, notices)
    if problems:
        raise Refused(list(dict.fromkeys(problems)))
    language = description.default("language")
    return Plan(
        service={"name": description.name, "owner": description.owner, "kind": description.kind},
        level=level,
        level_reason=reason,
        phase=phase,
        policy={"name": policy.name, "version": policy.version, "sha256": policy.sha256},
        requirements=tuple(requirements),
        waivers=tuple(waivers),
        expected_hosts=tuple(description.hosts()),
        mode=mode,
        notices=tuple(notices),
        inputs={
            "service_file": {"path": description.service.name, "sha256": description.service.sha256},
            "organisation_file": {"path": description.organisation.name, "sha256": description.organisation.sha256}
            if description.organisation
            else None,
            "debt_file": {"path": debt["file"], "sha256": debt["sha256"]} if debt else None,
        },
        publish={**({"language": language} if language else {}), **description.shared("publish")},
        reservation_due=str(description.default("reservation_due") or "14d"),
        failed_within=str(description.default("failed_within") or "7d"),
        records=_records(description),
        overdue=_reservations.on_overdue(description),
        override_due=str(description.default("override_due") or OVERRIDE_DUE),
        decision_required=_decisions.required(description, level, phase),
        recheck_every=recheck_every,
        settling=settling,
        comparison=comparison,
        observe_until=observe_until,
        ratchet=ratchet,
        debt=debt,
    )


def _unresolved_basics(description: Description) -> list[str]:
    """What every phase needs must be resolved in every phase."""
    documents = [document for document in (description.service, description.organisation) if document]
    later = [
        item
        for document in documents
        for key in ("service", "classification", "traits", "waivers", "approvers", "mode", "ratchet", "debt", "decisions")
        for item in unresolved(document.data.get(key))
    ]
    return [f"{item.place}: {item.path}: {item.reason} (every phase needs it)" for item in later]


def _records(description: Description) -> str | None:
    for document in (description.service, description.organisation):
        if document and document.data.get("records"):
            return description.path(str(document.data["records"]), document)
    return None


def _settling(description: Description, phase: str | None, problems: list[str]) -> float:
    """How long checks that may need time are repeated in this phase; a bad duration is told in every phase."""
    given = description.run.settle
    if given is None:
        return parse_duration(description.default("settle") or 0) if phase in SETTLING else 0.0  # the schema has looked at it
    try:
        seconds = parse_duration(given)
    except ValueError as exc:
        problems.append(f"settle (readiness_settle): {exc}")
        return 0.0
    return seconds if phase in SETTLING else 0.0


def _recheck_every(description: Description, problems: list[str]) -> float:
    """How often the service is to be verified again."""
    given = description.default("recheck_every")
    if given is None:
        return RECHECK_EVERY
    try:
        seconds = parse_duration(given)
    except ValueError as exc:
        problems.append(f"defaults.recheck_every: {exc}")
        return RECHECK_EVERY
    if seconds < 60:
        problems.append(f"defaults.recheck_every: {given} is less than a minute; expected for example 12h or 1d")
    return seconds


def _order(identifier: str) -> tuple[int, str]:
    families = ("MON", "LOG", "BKP", "RUN", "SUP", "DEL", "VSR", "PLT")
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
            if identifier in policy.taken_out and not (entry.get("title") and entry.get("check")):
                notices.append(f"{place}: {identifier} has been taken out of the policy; the entry can be removed")
                continue
            if not (entry.get("title") and entry.get("check")):
                close = difflib.get_close_matches(identifier, list(rules), n=1, cutoff=0.8)
                meant = f"; did you mean {close[0]}?" if close else ""
                problems.append(
                    f"{place}: requirements.{identifier}: the policy has no such requirement{meant}; "
                    "one of the service's own needs at least title and check"
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
                f"{place}: requirements.{identifier}.check: {entry['check']} does not prove it; expected one of {accepted}, "
                "command or ansible_module"
            )
        if entry.get("check") and entry["check"] not in (*CHECKS, *COMPUTED):
            problems.append(
                f"{service.where(('requirements', identifier, 'check'))}: requirements.{identifier}.check: there is no check "
                f"'{entry['check']}'; known: {', '.join(sorted(CHECKS))}"
            )
    return rules


def _may_prove(rule: Rule, check: str) -> bool:
    # a Nagios plugin or a module may stand for anything; a rule without checks of ours takes what the service has
    return check not in CHECKS or not rule.proved_by or check in STAND_INS or check in {proof.check for proof in rule.proved_by}


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
    impact = _impact(rule, exception, level)
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
        for key in ("title", "reason", "area", "stakeholder", "remedy", "valid_for", "repeat", "mode", "enforce_from")
        if exception.get(key)
    }
    given = exception.get("phases")
    if given:
        left_out = [name for name in rule.phases if name not in given]
        if left_out:
            problems.append(
                f"{service.where((*steps, 'phases'))}: requirements.{rule.id}.phases: the policy verifies it at {', '.join(left_out)} too; "
                "a service may add phases, not leave them out"
            )
        changed.update(phases=tuple(given), observe=tuple(name for name in rule.observe if name not in given))
    rule = dataclasses.replace(rule, responsible=responsible or description.owner, **changed)
    if run.mode:
        rule = dataclasses.replace(rule, mode=None)  # whoever runs it has the last word
    phases, observe = set(rule.phases), set(rule.observe)
    if phase == "post" and run.first_deployment and rule.not_before_first_deployment and "pre" in phases:
        phases.add("post")
    reason = _not_applicable(rule, exception, str(impact), description, problems, notices)  # also where it is not asked: it may be wrong
    if phase is not None and phase not in phases | observe and phase != "design":
        return None
    deciding = phase is None or phase in phases

    def planned(state: str, why: str = "", checks: t.Sequence[PlannedCheck] = (), declared: str = "") -> PlannedRequirement:
        where = declared or (service.where(steps) if exception else "")
        return PlannedRequirement(rule, str(impact), deciding, state, why, where, tuple(checks))

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
    except NoHost as exc:
        return planned(NO_HOST, str(exc))
    except NotDeclared as exc:
        return planned(NOT_DECLARED, str(exc))
    except NotApplicable as exc:
        return planned(NOT_APPLICABLE, str(exc))
    except NotDue as exc:
        return planned(NOT_DUE, str(exc))
    if instances is None:
        return planned(UNPROVABLE, f"no check of this version proves it; name one of your own (requirements.{rule.id}), or waive it")
    checks = _planned_checks(rule, exception, instances, waivers, description, problems)
    declared = service.where(instances[0].path) if instances[0].path else ""
    return planned(PLANNED, checks=checks, declared=declared)


def _impact(rule: Rule, exception: t.Mapping[str, t.Any], level: str) -> str | None:
    """The impact of a requirement for this service; None when it is not asked."""
    given = exception.get("impact")
    return (given.get(level) if isinstance(given, dict) else given) or rule.impact.get(level)


def _not_applicable(
    rule: Rule, exception: t.Mapping[str, t.Any], impact: str, description: Description, problems: list[str], notices: list[str]
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
    refusal = _approver_refusal(exception["approved_by"], impact, description)
    if refusal:
        notices.append(f"{place}: that {rule.id} is not applicable does not count: {refusal}")
        return None
    return f"{reason} (approved by {exception['approved_by']} until {exception['until']})"


def _instances(rule: Rule, exception: t.Mapping[str, t.Any], description: Description) -> list[Instance] | None:
    """None when no check can prove it; NotDeclared when the description has nothing for any of them."""
    if exception.get("using"):
        description = dataclasses.replace(description, using=exception["using"])
    chosen = exception.get("check")
    proofs = [proof for proof in rule.proved_by if proof.check in (*CHECKS, *COMPUTED)]
    if chosen in COMPUTED:
        if exception.get("with"):
            place = description.service.where(("requirements", rule.id, "with"))
            raise Refused([f"{place}: requirements.{rule.id}.with: {chosen} takes no arguments; tolerances stand in baseline.tolerances"])
        _refuse_misplaced([chosen], rule, exception, description)
        return derive(Proof(chosen), description)
    if chosen in CHECKS:
        proofs = [proof for proof in proofs if proof.check == chosen]
        if exception.get("with") or not proofs:
            _refuse_misplaced([chosen], rule, exception, description)
            return [_explicit(rule, exception, description)]
    if not proofs:
        return None
    fitting = _refuse_misplaced([proof.check for proof in proofs], rule, exception, description)
    proofs = [proof for proof in proofs if proof.check in fitting]
    refusals: list[NotDeclared] = []
    for proof in proofs:
        try:
            instances = derive(Proof(proof.check, proof.source, proof.option, proof.on, {**rule.args, **proof.args}), description)
        except NotDeclared as exc:
            refusals.append(exc)
            continue
        if exception.get("on"):
            hosts = tuple(description.part_hosts({}, exception["on"]))
            instances = [dataclasses.replace(instance, hosts=hosts) if instance.call != "find" else instance for instance in instances]
        return [
            dataclasses.replace(
                instance,
                args={**instance.args, **(exception.get("with") or {})} if instance.call == "run" else instance.args,
                run_as=exception.get("run_as") or instance.run_as,
            )
            for instance in instances
        ]
    without_host = any(isinstance(exc, NoHost) for exc in refusals)
    raise (NoHost if without_host else NotDeclared)("; ".join(dict.fromkeys(str(exc) for exc in refusals)))


def _refuse_misplaced(checks: list[str], rule: Rule, exception: t.Mapping[str, t.Any], description: Description) -> list[str]:
    """Those of the checks that can do what ``on`` and ``using`` ask for. Refused when there are none."""
    for key, can, why in (
        ("using", _asks_named_server, "asks no named server"),
        ("on", _runs_on_hosts, "runs on no host, it asks a server"),
        ("run_as", _runs_on_hosts, "runs on no host, it asks a server"),
    ):
        if exception.get(key):
            fitting = [check for check in checks if can(check)]
            if not fitting:
                place = description.service.where(("requirements", rule.id, key))
                raise Refused([f"{place}: requirements.{rule.id}.{key}: {' or '.join(checks)} {why}"])
            checks = fitting
    return checks


def _asks_named_server(check: str) -> bool:
    return check == "log_canary" or check.partition("_")[0] in ("prometheus", "alertmanager")


def _runs_on_hosts(check: str) -> bool:
    return CHECKS.get(check) in ("host", "both", "action")


def _explicit(rule: Rule, exception: t.Mapping[str, t.Any], description: Description) -> Instance:
    check = str(exception["check"])
    shared = rule.args if check in {proof.check for proof in rule.proved_by} else {}
    args = {**(description.default("with", check) or {}), **shared, **(exception.get("with") or {})}
    side = CHECKS[check]
    if side == "controller" and "url" in load_check(check).ARGUMENT_SPEC and not args.get("url"):
        kind = check.partition("_")[0]
        if kind in ("prometheus", "alertmanager"):
            args = {**description.connection(kind, exception.get("using")), **args}
    hosts: tuple[str, ...] | None = None
    if side in ("host", "action") or (side == "both" and exception.get("on")):
        hosts = tuple(description.part_hosts({}, exception.get("on")))
    steps: Steps = ("requirements", rule.id)
    name = args.get("module") if side == "action" else None
    return Instance(check, str(name or check), args, hosts, exception.get("run_as"), path=steps)


def _planned_checks(
    rule: Rule,
    exception: t.Mapping[str, t.Any],
    instances: t.Sequence[Instance],
    waivers: list[dict[str, t.Any]],
    description: Description,
    problems: list[str],
) -> list[PlannedCheck]:
    checks: list[PlannedCheck] = []
    accepted = [waiver for waiver in waivers if waiver["requirement"] == rule.id and waiver.get("accept") and waiver["state"] == "active"]
    given = {key: description.service.where(("requirements", rule.id, "with", key)) for key in exception.get("with") or {}}
    halves: dict[tuple[Steps, str], str] = {}
    for number, found in enumerate(instances):
        instance = _with_paths(found, description)
        key = f"{rule.id}/{number}"
        halves[(instance.path, instance.call)] = key
        after = halves.get((instance.path, instance.after)) if instance.after else None
        check = PlannedCheck(
            key=key,
            requirement=rule.id,
            check=instance.check,
            instance=instance.instance,
            args=instance.args,
            hosts=instance.hosts,
            run_as=instance.run_as,
            call=instance.call,
            after=after,
            gap=instance.gap,
        )
        checks.append(check)
        if instance.gap is None:
            place = description.service.where(instance.path or ("requirements", rule.id))
            problems += _argument_problems(check, place, given) or _module_problems(check, place, given, description)
            for waiver in accepted if instance.call == "run" else ():
                args = {**instance.args, **waiver["accept"]}
                name = waiver["key"]
                checks.append(dataclasses.replace(check, key=f"{key}/accepted {name}", args=args, accepted=True, waiver=name))
                places = {**given, **dict.fromkeys(waiver["accept"], f"{waiver['declared_in']}: accept")}
                problems += _argument_problems(checks[-1], place, places) or _module_problems(checks[-1], place, places, description)
    return checks


def _with_paths(instance: Instance, description: Description) -> Instance:
    """Paths that the controller reads are relative to the service file; those on a host are that host's."""
    if instance.hosts is not None or instance.gap is not None or instance.check in COMPUTED:
        return instance
    spec = load_check(instance.check).ARGUMENT_SPEC

    def at_home(name: str, value: t.Any) -> t.Any:
        option = spec.get(name, {})
        if option.get("type") == "path" and isinstance(value, str):
            return description.path(value)
        if option.get("elements") == "path" and isinstance(value, list):
            return [description.path(item) if isinstance(item, str) else item for item in value]
        return value

    return dataclasses.replace(instance, args={name: at_home(name, value) for name, value in instance.args.items()})


def _argument_problems(check: PlannedCheck, place: str, places: t.Mapping[str, str]) -> list[str]:
    """What is wrong with the arguments of a check, each with its place: that of the key (``places``) where it stands in the file."""
    later = unresolved(check.args)
    if later:
        return [f"{item.place or place}: {item.path}: {item.reason} ({check.requirement} needs it now)" for item in later]
    if check.call != "run":
        return []
    try:
        parse_arguments(load_check(check.check), check.args)
    except ArgumentsRefused as exc:
        # before the list of what is known: that has every key
        named = [set(re.findall(r"\w+", problem.partition("known here")[0])) for problem in exc.problems]
        where = [next((places[key] for key in places if key in words), place) for words in named]
        return [f"{at}: {check.requirement}: {check.check}: {problem}" for at, problem in zip(where, exc.problems)]
    return []


def _module_problems(check: PlannedCheck, place: str, places: t.Mapping[str, str], description: Description) -> list[str]:
    """What is wrong with a module that is to be run: it is not there, or a condition comes from elsewhere than the files."""
    if CHECKS.get(check.check) != "action":
        return []
    found = []
    reason = description.inventory.module_problem(str(check.args["module"]))
    if reason:
        found.append(f"{places.get('module', place)}: {check.requirement}: {check.check}: module: {reason}")
    # a condition is evaluated as a template is: it must not come from a variable, which may hold what a host said
    written = {text for document in (description.service, description.organisation) if document for text in document.conditions}
    if not written.issuperset(load_check(check.check).conditions(check.args.get("expect"))):
        found.append(
            f"{places.get('expect', place)}: {check.requirement}: {check.check}: expect: it comes out of a template; write the condition "
            "itself, variables of the host are known in it by their names"
        )
    return found


# -- level, waivers


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


def _waivers(description: Description, policy: Policy, problems: list[str], notices: list[str]) -> list[dict[str, t.Any]]:
    """Every waiver of this service, with its state today: active, not_yet, expired, refused."""
    found: list[dict[str, t.Any]] = []
    keys: set[str] = set()
    own = description.service.data.get("requirements") or {}
    for document in (description.service, description.organisation):
        for index, given in enumerate((document.data.get("waivers") or []) if document else []):
            if document is None or given.get("service", description.name) != description.name:
                continue
            place = document.where(("waivers", index))
            identifier = given["requirement"]
            rule = policy.rules.get(identifier)
            if identifier in policy.taken_out and identifier not in own:
                notices.append(f"{place}: the waiver of {identifier} can be removed: the requirement has been taken out of the policy")
                continue
            if identifier not in policy.rules and identifier not in own and identifier != LEVEL_WAIVER:
                problems.append(f"{place}: waivers.{index}.requirement: there is no requirement {identifier}")
                continue
            if rule is not None and rule.retired:
                notices.append(f"{place}: the waiver of {identifier} can be removed: the requirement has been retired")
                continue
            if given.get("from") and given["from"] > given["until"]:
                problems.append(f"{place}: waivers.{index}: it would end ({given['until']}) before it begins ({given['from']})")
                continue
            key = _waiver_key(given)
            if key in keys:
                problems.append(f"{place}: waivers.{index}: the same is waived twice ({identifier}); one of the two can be removed")
                continue
            keys.add(key)
            waiver = {**given, "key": key, "declared_in": place, "state": _waiver_state(given, description.run.today)}
            if identifier == LEVEL_WAIVER:
                # whoever may accept the loss of a blocker may lower the level
                waiver = _refused(waiver, _approver_refusal(given["approved_by"], "blocker", description), notices)
            found.append(waiver)
    return found


def _waiver_key(waiver: t.Mapping[str, t.Any]) -> str:
    """What a waiver is about, whatever its dates and its place in the file: a service's state refers to it."""
    about = {name: waiver.get(name) for name in ("requirement", "host", "instance", "accept", "from", "until")}
    return hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _waiver_state(waiver: t.Mapping[str, t.Any], today: str) -> str:
    if waiver["until"] < today:
        return "expired"
    return "not_yet" if waiver.get("from", "") > today else "active"


def _refused(waiver: dict[str, t.Any], reason: str | None, notices: list[str]) -> dict[str, t.Any]:
    if reason is None:
        return waiver
    notices.append(f"{waiver['declared_in']}: the waiver of {waiver['requirement']} does not count: {reason}")
    return {**waiver, "state": "refused"}


def _allowed(waiver: dict[str, t.Any], rule: Rule | None, level: str, description: Description, notices: list[str]) -> dict[str, t.Any]:
    """The waiver, refused where the policy or the list of approvers does not allow it."""
    if rule is None:
        return waiver
    exception = (description.data.get("requirements") or {}).get(rule.id) or {}
    return _refused(waiver, _waiver_refusal(waiver, rule, _impact(rule, exception, level), description), notices)


def _waiver_refusal(waiver: t.Mapping[str, t.Any], rule: Rule, impact: str | None, description: Description) -> str | None:
    if not rule.waivable:
        return "the policy does not allow a waiver of this requirement"
    if rule.max_waiver:
        begin = waiver.get("from")
        if not begin:
            return f"the policy allows at most {rule.max_waiver}, and it does not say when it begins (from)"
        days = (dt.date.fromisoformat(waiver["until"]) - dt.date.fromisoformat(begin)).days
        if days * 86400 > parse_duration(rule.max_waiver):
            return f"it lasts {days} days, the policy allows at most {rule.max_waiver}"
    return _approver_refusal(waiver["approved_by"], impact, description)


def _approver_refusal(approver: t.Any, impact: str | None, description: Description) -> str | None:
    """Why this person may not accept a deviation of this impact; None when they may, or nobody has said who may."""
    allowed = description.shared("approvers").get(impact or "")
    if allowed is None or str(approver) in allowed:
        return None
    return f"{approver} may not approve it; these may: {', '.join(allowed) or 'nobody'}"


__all__ = (
    "LATER",
    "LEVEL_WAIVER",
    "NOT_APPLICABLE",
    "NOT_DECLARED",
    "NOT_DUE",
    "NO_HOST",
    "OVERRIDE_DUE",
    "PLANNED",
    "RECHECK_EVERY",
    "UNPROVABLE",
    "Plan",
    "PlannedCheck",
    "PlannedRequirement",
    "make",
    "make_policy",
)
