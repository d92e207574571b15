# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a requirement is proved for a service: by which check, on which instances. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import listed, phrase
from ...module_utils._registry import CHECKS, COMPUTED, load_check
from .._described.declarations import Options, RequirementEntry
from .._described.document import Refused, unresolved
from .._described.policy import Proof, Rule
from .._described.service import Description, NoChecks, NoHost, NotDeclared
from .._model.planned import PlannedCheck
from .._model.waiver import Waiver
from .arguments import argument_problems, module_problems
from .asked_servers import address, kinds_asked, kinds_known, server_options
from .derive.attestations import CHECK as ATTESTATION
from .derive.attestations import asked_of, is_contrary, refuse_given, refuse_instead, statements
from .derive.derivations import default_options, derive, group_options
from .derive.instance import Instance, Steps
from .embedded import no_proof, proves_less
from .empty_proofs import always_succeeds, module_always_succeeds, query_looks_at_nothing
from .remarks import Remarks
from .stand_ins import Chosen, StandIn, failing_arguments, failure_problem, is_idle, what_runs
from .written_lines import leaves_of

SERVER_ONLY = ("failover", "rules_url")  # options of servers that not every check has


def chosen_for(rule: Rule, exception: RequirementEntry, description: Description) -> Chosen | None:
    """None when no check can prove it; NotDeclared when the description has nothing for any of them.

    Whatever proves it, whoever states that it is not so is heard beside.
    """
    if not is_contrary(rule, description):
        return _chosen(rule, exception, description)
    stated = statements(rule, asked_of(rule, exception) or Proof(ATTESTATION), default_options(description, ATTESTATION), description)
    try:
        found = _chosen(rule, exception, description)
    except NotDeclared:
        return Chosen(tuple(stated), asked_of(rule, exception))
    if found is None or any(instance.check == ATTESTATION for instance in found.instances):
        return found
    return dataclasses.replace(found, instances=(*found.instances, *stated))


def _chosen(rule: Rule, exception: RequirementEntry, description: Description) -> Chosen | None:
    if exception.get("using"):
        description = dataclasses.replace(description, using=exception["using"])
    refuse_given(rule, exception, description)
    chosen = str(exception["check"]) if "check" in exception else None  # needed now
    if chosen == ATTESTATION:
        return _stated(rule, exception, description)
    proofs = [proof for proof in rule.proved_by if proof.check in (*CHECKS, *COMPUTED)]
    proofs = [proof for proof in proofs if chosen == proof.check or not _needs_no_word(proof, description)] or proofs
    if chosen in COMPUTED:
        if exception.get("with"):
            place = description.service.where(("requirements", rule.id, "with"))
            elsewhere = "; tolerances stand in baseline.tolerances" if chosen == "baseline" else ""
            raise Refused([f"{place}: requirements.{rule.id}.with: {chosen} takes no arguments{elsewhere}"])
        _refuse_misplaced([chosen], rule, exception, description)
        return Chosen(tuple(derive(Proof(chosen), description)), None)
    if chosen in CHECKS:
        why = no_proof(chosen, rule, description)
        if why:
            raise NotDeclared(why)
        proofs = [proof for proof in proofs if proof.check == chosen]
        if exception.get("with") or not proofs:
            _refuse_misplaced([chosen], rule, exception, description)
            return Chosen((_explicit(rule, exception, description),), None)
    if not proofs:
        return None
    fitting = _refuse_misplaced([proof.check for proof in proofs], rule, exception, description)
    proofs = [proof for proof in proofs if proof.check in fitting]
    refusals: list[NotDeclared] = []
    used: list[Proof] = []
    found: list[Instance] = []
    for proof in proofs:
        if used and not proof.besides:
            continue
        if proof.check == ATTESTATION and any(isinstance(exc, NoHost) for exc in refusals):
            continue  # a check is declared, and where it looks is not known: nobody's word stands in for it
        why = no_proof(proof.check, rule, description)
        if why:
            refusals.append(NotDeclared(why))
            continue
        try:
            whole = dataclasses.replace(proof, args={**rule.args, **proof.args})
            if proof.check == ATTESTATION:
                instances = statements(rule, whole, default_options(description, ATTESTATION), description)
            else:
                instances = derive(whole, _asked_of(proof, proofs, description), exception.get("with") or ())
        except NotDeclared as exc:
            refusals.append(exc)
            continue
        if exception.get("on"):
            hosts = tuple(description.part_hosts({}, exception["on"]))
            instances = [dataclasses.replace(instance, hosts=hosts) if instance.after is None else instance for instance in instances]
        used.append(proof)
        found += instances
    if used:
        return Chosen(tuple(_as_excepted(instance, _share_of(exception, instance.check, used)) for instance in found), used[0])
    without_host = any(isinstance(exc, NoHost) for exc in refusals)
    raise (NoHost if without_host else NotDeclared)(listed(dict.fromkeys(exc.message for exc in refusals)))


def _stated(rule: Rule, exception: RequirementEntry, description: Description) -> Chosen:
    """What is stated, where the service picks that. Refused where a check can see it: nobody's word outvotes what is observed."""
    others = []
    for proof in rule.proved_by:
        if proof.check != ATTESTATION and proof.check in CHECKS and not no_proof(proof.check, rule, description):
            try:
                derive(dataclasses.replace(proof, args={**rule.args, **proof.args}), description)
            except NoHost:
                pass  # it is declared all the same
            except NoChecks:
                continue
            others.append(proof.check)
    if others:
        refuse_instead(rule, others, description)
    _refuse_misplaced([ATTESTATION], rule, exception, description)
    named = next((proof for proof in rule.proved_by if proof.check == ATTESTATION), None)
    found = statements(rule, named or Proof(ATTESTATION), default_options(description, ATTESTATION), description)
    return Chosen(tuple(_as_excepted(instance, exception) for instance in found), named)


def _needs_no_word(proof: Proof, description: Description) -> bool:
    """Whether a proof that is asked besides others has nothing to look at, and no server of its kind: nobody here thinks of it."""
    kinds = kinds_known(proof.check)
    return is_idle(proof, description) and not any(unresolved(server) or server["kind"] in kinds for server in description.servers.values())


def _asked_of(proof: Proof, proofs: t.Sequence[Proof], description: Description) -> Description:
    """With the server that the requirement names, where this proof asks one of its kind, or none of the proofs does."""
    server = description.servers.get(description.using) if description.using else None
    if server is None or unresolved(server) or server["kind"] in kinds_asked(proof.check):
        return description
    fits = any(server["kind"] in kinds_asked(one.check) for one in proofs)
    return dataclasses.replace(description, using=None) if fits and proof.check != "log_canary" else description


def _share_of(exception: RequirementEntry, check: str, used: t.Sequence[Proof]) -> RequirementEntry:
    """The exception with those options that this check has, of several that prove a requirement; what none has is the first one's."""
    checks = list(dict.fromkeys(proof.check for proof in used))
    given = exception.get("with")
    if not given or len(checks) < 2:
        return exception
    known = {one: set(load_check(one).ARGUMENT_SPEC) for one in checks if one in CHECKS}
    strange = {name for name in given if not any(name in names for names in known.values())} if check == checks[0] else set[str]()
    return {**exception, "with": {name: value for name, value in given.items() if name in strange or name in known.get(check, ())}}


def _as_excepted(instance: Instance, exception: RequirementEntry) -> Instance:
    return dataclasses.replace(
        instance,
        args={**instance.args, **(exception.get("with") or {})} if instance.call == "run" else instance.args,
        run_as=exception.get("run_as") or instance.run_as,
    )


def _refuse_misplaced(checks: list[str], rule: Rule, exception: RequirementEntry, description: Description) -> list[str]:
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
    return check == "log_canary" or bool(kinds_asked(check))


def _runs_on_hosts(check: str) -> bool:
    return CHECKS.get(check) in ("host", "both", "action")


def _explicit(rule: Rule, exception: RequirementEntry, description: Description) -> Instance:
    check = str(exception["check"])
    shared = rule.args if check in {proof.check for proof in rule.proved_by} else {}
    args = {**default_options(description, check), **group_options(description, check), **shared, **(exception.get("with") or {})}
    side = CHECKS[check]
    if side == "controller" and kinds_asked(check) and not address(args):
        args = {**server_options(check, description, exception.get("using")), **args}
    hosts: tuple[str, ...] | None = None
    if side in ("host", "action") or (side == "both" and exception.get("on")):
        hosts = tuple(description.part_hosts({}, exception.get("on")))
    steps: Steps = ("requirements", rule.id)
    name = args.get("module") if side == "action" else None
    leaves = leaves_of(args) if check == "log_canary" else None
    return Instance(check, str(name or check), args, hosts, exception.get("run_as"), path=steps, leaves=leaves)


def planned_checks(
    rule: Rule,
    exception: RequirementEntry,
    instances: t.Sequence[Instance],
    waivers: list[Waiver],
    description: Description,
    remarks: Remarks,
    stands_in: StandIn | None = None,
) -> list[PlannedCheck]:
    """Each instance as a planned check, with those that tell what its findings are worth."""
    checks: list[PlannedCheck] = []
    accepted = [waiver for waiver in waivers if waiver.requirement == rule.id and waiver.accept and waiver.active]
    given = {key: description.service.where(("requirements", rule.id, "with", key)) for key in exception.get("with") or {}}
    halves: dict[tuple[Steps, str], str] = {}
    together = {instance.check for instance in instances}
    for number, found in enumerate(instances):
        instance = with_paths(found, description)
        if instance.gap is not None and instance.lacks:
            instance = dataclasses.replace(instance, args={}, hosts=None, run_as=None)
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
            path=instance.path,
            runs=what_runs(found) if stands_in and instance.gap is None else None,
            unseen=instance.unseen,
            less=proves_less(instance.check, rule, together) if instance.gap is None else None,
            leaves=instance.leaves,
            unasked=instance.unasked,
        )
        checks.append(check)
        if instance.gap is None:
            place = description.service.where(instance.path or ("requirements", rule.id))
            remarks.problems += _problems(check, place, given, description)
            for waiver in accepted if instance.call == "run" else ():
                limits, name = waiver.accept or {}, waiver.key
                args = {**instance.args, **limits}
                checks.append(dataclasses.replace(check, key=f"{key}/accepted {name}", args=args, accepted=True, waiver=name))
                places = {**given, **dict.fromkeys(limits, f"{waiver.declared_in}: accept")}
                remarks.problems += _problems(checks[-1], place, places, description)
            failing = failing_arguments(exception, instance.args) if instance.call == "run" else None
            if failing is not None:
                checks.append(_must_fail(check, failing, description, remarks))
    return checks


def _must_fail(check: PlannedCheck, args: Options, description: Description, remarks: Remarks) -> PlannedCheck:
    """The same check with arguments that make it fail."""
    steps: Steps = ("requirements", check.requirement, "proven_by_failure")
    place = description.service.where(steps)
    problem = failure_problem(check.check, check.args, args)
    if problem:
        remarks.problems.append(f"{place}: requirements.{check.requirement}.proven_by_failure: {problem}")
    made = dataclasses.replace(check, key=f"{check.key}/fails", args=args, runs=None, less=None, fails=check.key)
    remarks.problems += _problems(made, place, {}, description)
    return made


def _problems(check: PlannedCheck, place: str, places: t.Mapping[str, str], description: Description) -> list[str]:
    """What is wrong with the arguments of a check; of what is not known yet, the register says so and nobody else can."""
    if description.drafting and unresolved(check.args):
        return []
    return argument_problems(check, place, places) or module_problems(check, place, places, description)


def refuse_empty(checks: t.Sequence[PlannedCheck], title: str, place: str, remarks: Remarks, *, refused: bool) -> None:
    """Refuses, or tells, what succeeds whatever the service does, as a placeholder does."""
    for check in checks:
        args = check.args
        if check.gap is not None or check.fails or unresolved(args):
            continue
        if check.check == "command" and always_succeeds(args.get("command")):
            shown = str(what_runs(Instance(check.check, check.instance, dict(args))))
            instead = "a command that ends with 2 where that is not so"
        elif check.check == "backup_restore" and always_succeeds(args.get("verify_command")):
            shown = " ".join(str(word) for word in args.get("verify_command") or ())
            instead = "a command that ends with 1 where what was restored is not right"
        elif check.check == "ansible_module" and module_always_succeeds(
            args.get("module"), args.get("arguments") or args.get("args"), args.get("expect")
        ):
            shown = str(args.get("module"))
            instead = "a module, and conditions over its result that are not met where that is not so"
        elif check.check == "prometheus_query" and query_looks_at_nothing(args.get("query")):
            shown, instead = str(args.get("query")), "a query over series of the service"
        else:
            continue
        if refused:
            remarks.problems.append(
                f"{place}: {check.requirement}: {check.check}: {shown} says the same whatever the service does, so it does not prove that "
                f"{title}; name {instead}, or have the requirement waived"
            )
        else:
            remarks.notices.append(
                phrase(
                    "{place:path}: {requirement:path}: {command} says the same whatever the service does, so it proves nothing",
                    place=place,
                    requirement=check.requirement,
                    command=shown,
                )
            )


def with_paths(instance: Instance, description: Description) -> Instance:
    """Paths that the controller reads are relative to the service file; those on a host are that host's."""
    if instance.hosts is not None or instance.gap is not None or instance.check in COMPUTED:
        return instance
    spec: dict[str, dict[str, object]] = load_check(instance.check).ARGUMENT_SPEC

    def at_home(name: str, value: object) -> object:
        option = spec.get(name, {})
        if option.get("type") == "path" and isinstance(value, str):
            return description.path(value)
        if option.get("elements") == "path" and isinstance(value, list):
            return [description.path(item) if isinstance(item, str) else item for item in value]
        return value

    # of a server, what the check does not take is not handed to it
    taken = {name: value for name, value in instance.args.items() if name in spec or name not in SERVER_ONLY}
    return dataclasses.replace(instance, args={name: at_home(name, value) for name, value in taken.items()})


__all__ = (
    "chosen_for",
    "planned_checks",
    "refuse_empty",
    "with_paths",
)
