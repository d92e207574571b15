# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service changes in the arguments of checks, and whether that is looser. PRIVATE to the collection. Pure.

Two things are held against the complete arguments of each planned check: those which it would have without a word of the service but what
it declares (its parts, endpoints, ...), and the limits that stand above whatever it declares.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._argspec import ArgumentsRefused, converted
from ...module_utils._phrase import Message, phrase
from ...module_utils._registry import CHECKS, load_check
from ...module_utils._units import parse_duration
from .._described.declarations import Defaults, RequirementEntry, SharedFile
from .._described.document import NotResolved, Refused, dotted, unresolved
from .._described.policy import LEVELS, Rule
from .._described.service import Description, NoChecks
from .._model.planned import PlannedCheck
from .asked_servers import ADDRESSES, kinds_asked, server_options
from .backup_tools import NAMING, PROVING, check_of, farthest, is_of_backups
from .derive.attestations import asked_of, longest_of
from .derive.derivations import GROUPS, group_of
from .derive.instance import Instance, Steps
from .limits import (
    INSTRUMENTS,
    OF_SERVERS,
    is_declared_looser,
    is_limit,
    is_looser,
    is_other,
    is_program_of_system,
    leads_astray,
)
from .proofs import chosen_for, with_paths
from .remarks import Remarks
from .stand_ins import GENERIC


class Above(t.NamedTuple):
    """What stands above an option, and who says it."""

    value: object
    origin: Message


@dataclasses.dataclass(frozen=True)
class _Asked:
    """A requirement as it stands above the service, and what the service says of it."""

    above: Rule
    exception: RequirementEntry
    description: Description
    level: str
    remarks: Remarks
    told: bool  # that it is proved by a check of the service's own choice

    def loosen(self, kind: str, steps: Steps, message: Message, above: Message) -> None:
        self.remarks.loosen(kind, dotted(steps), self.description.service.where(steps), message, above, requirement=self.above.id)


def of_arguments(
    checks: t.Sequence[PlannedCheck],
    above: Rule | None,
    exception: RequirementEntry,
    description: Description,
    level: str,
    remarks: Remarks,
) -> None:
    """Notes each option of a requirement's checks that is looser, or asks something else, than what stands above the service."""
    if above is None or not above.impact.get(level):
        return
    told = any(one.kind == "own_proofs" and one.requirement == above.id for one in remarks.loosened)
    asked = _Asked(above, exception, description, level, remarks, told)
    planned = [check for check in checks if not check.aside]
    for check in planned:
        if check.gap is None and check.check in CHECKS:
            _limits(check, asked)
    _picks(planned, asked)
    try:
        _questions(planned, _declared(asked), asked)
    except NoChecks:
        _servers(planned, asked)
    except Refused:  # what is declared cannot be read, and something else is looked at
        _other_question(("requirements", above.id, "check" if exception.get("check") else "with"), asked)


def _declared(asked: _Asked) -> list[Instance]:
    """What would be planned from what the service declares, without its word on options, hosts and checks."""
    above, exception = asked.above, asked.exception
    kept: RequirementEntry = {}
    if exception.get("using"):
        kept["using"] = exception["using"]
    if exception.get("check") in {proof.check for proof in above.proved_by} and not exception.get("with"):
        kept["check"] = exception["check"]  # it only picks one of them
    bare = dataclasses.replace(asked.description, bare=True)
    chosen = chosen_for(above, kept, bare)
    return [with_paths(instance, bare) for instance in chosen.instances] if chosen else []


def _picks(planned: t.Sequence[PlannedCheck], asked: _Asked) -> None:
    """Notes that one check is asked where several are, since the service declares something for each of them."""
    if not asked.exception.get("check") or not any(proof.besides for proof in asked.above.proved_by) or asked.told:
        return
    try:
        chosen = chosen_for(asked.above, {}, dataclasses.replace(asked.description, bare=True))
    except (NoChecks, Refused):
        return
    left_out = sorted({one.check for one in chosen.instances} - {check.check for check in planned}) if chosen else []
    if left_out:
        asked.loosen(
            "own_proofs",
            ("requirements", asked.above.id, "check"),
            phrase("{requirement:path} is not proved by {checks:list} as well", requirement=asked.above.id, checks=left_out),
            phrase("the policy has it proved by all for which the service declares something ({origin})", origin=asked.above.set_by),
        )


# -- limits


def _limits(check: PlannedCheck, asked: _Asked) -> None:
    """What lies further out than the policy, the organisation or the check itself has it, also where it is declared."""
    spec = load_check(check.check).ARGUMENT_SPEC
    values = _named(check.check, check.args)
    named = check.check in {proof.check for proof in asked.above.proved_by}
    for option, about in spec.items():
        if about.get("no_log") is True or not (is_limit(option) or option in INSTRUMENTS) or unresolved({"": values.get(option)}):
            continue
        stands, bound = _operations(option, check.check, asked), _bound(option, asked)
        value = _read(check.check, option, values.get(option), values.get("tool"))
        if value == _read(check.check, option, stands.value):
            continue  # as operations have it
        if option in INSTRUMENTS:
            _another_instrument(check, option, str(value), asked)
        if option not in INSTRUMENTS and not _is_exempt(option, values):
            # a bound is for what a service says, and more than the check's own default says
            if stands.origin == _OF_CHECK and bound is None and not named:
                continue  # of a check that stands in for those of the policy nobody has said anything
            above = [stands] if bound is None or value is None else [bound] if stands.origin == _OF_CHECK else [bound, stands]
            for one in above:
                if is_declared_looser(option, _read(check.check, option, one.value), value):
                    _looser(check, option, one, asked)
                    break
    if is_of_backups(check.check):
        _beyond_rpo(check, values, asked)
    if check.check in PROVING:
        _another_backup(check, values, asked)
    if check.check not in GENERIC:  # of what those run, the whole environment is a question
        _led_to_another_tool(check, _mapping(values.get("environment")), asked)


def _beyond_rpo(check: PlannedCheck, values: t.Mapping[str, object], asked: _Asked) -> None:
    """Notes a limit within which more may be lost than was promised: of the age, or of the lag of the WAL where there is one."""
    option = "max_wal_lag" if values.get("max_wal_lag") is not None else "max_age"
    if unresolved({name: values.get(name) for name in (option, "rpo", "rpo_margin")}):
        return
    try:
        most, limit = farthest(values), parse_duration(t.cast("str", values.get(option)))
    except (TypeError, ValueError):
        return  # which is told with the arguments
    if most is not None and limit > most:
        _looser(check, option, Above(values["rpo"], phrase("the RPO is")), asked)


def _another_backup(check: PlannedCheck, values: t.Mapping[str, object], asked: _Asked) -> None:
    """Notes that another backup is verified or restored than the one that is declared, or in more time than was promised."""
    if check.path[-1:] not in (("integrity",), ("restore",)):
        return
    given: t.Any = asked.description.data
    for step in check.path:
        given = given[step]
    for name in NAMING:
        if name in given and not (name == "generation" and given[name] == "newest"):
            _other_question((*check.path, name), asked)
    promised, wanted = asked.description.rto, given.get("rto")
    if promised is not None and wanted is not None and not unresolved({"": wanted}) and is_looser("rto", promised, wanted):
        _looser(check, "rto", Above(promised, phrase("the RTO is")), asked)


def _led_to_another_tool(check: PlannedCheck, environment: t.Mapping[str, object], asked: _Asked) -> None:
    """Notes the variables of an environment by which another program answers under the name of the tool."""
    shared = _mapping(_of_organisation("environment", check.check, asked.description))
    names = sorted(name for name, value in environment.items() if leads_astray(name, value) and value != shared.get(name))
    if names:
        asked.loosen(
            "own_proofs",
            _where(check, "environment", asked),
            phrase("{requirement:path} sets {names:list} for the tool that it believes", requirement=asked.above.id, names=names),
            phrase("{check:path} asks the tool of its name, as it stands on the host", check=check.check),
        )


def _mapping(value: object) -> t.Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _is_exempt(option: str, values: t.Mapping[str, object]) -> bool:
    """What a timer starts is not enabled itself; to wait less for a flow is looser only where it must stay closed."""
    return (option == "enabled" and values.get("kind") == "oneshot") or (option == "connect_timeout" and not values.get("closed"))


def _looser(check: PlannedCheck, option: str, above: Above, asked: _Asked) -> None:
    given = _named(check.check, check.args).get(option)
    value = load_check(check.check).ARGUMENT_SPEC[option].get("default") if given is None else given
    asked.loosen(
        "limits",
        _where(check, option, asked),
        phrase("{requirement:path}: {option:path} is {value}", requirement=asked.above.id, option=option, value=_shown(value)),
        phrase("{origin} {value}", origin=above.origin, value=_shown(above.value)),
    )


def _another_instrument(check: PlannedCheck, option: str, given: str, asked: _Asked) -> None:
    """Notes that what a check believes is of the service's choice: a program in the place of the tool, files that it does not read."""
    asked.loosen(
        "own_proofs",
        _where(check, option, asked),
        phrase("{requirement:path} believes {given:path} as {option:path}", requirement=asked.above.id, given=given, option=option),
        phrase("{check:path} asks the tool of its name, as it stands on the host", check=check.check),
    )


_OF_CHECK = phrase("the check's default is")


def _bound(option: str, asked: _Asked) -> Above | None:
    """How far out the policy lets a service declare an option."""
    bound = asked.above.bounds.get(option)
    if isinstance(bound, dict):
        bound = bound.get(asked.level) if set(bound) <= set(LEVELS) else None
    if bound is None and option == "max_validity":
        proof = asked_of(asked.above, {})
        bound = longest_of(asked.above, proof) if proof else None
    return None if bound is None else Above(bound, phrase("the policy's bound is"))


def _operations(option: str, check: str, asked: _Asked) -> Above:
    """What the policy says of an option, else what the organisation says of every such check, else the check's own default."""
    said = asked.above.args.get(option)
    if said is not None:
        return Above(said, phrase("the policy says"))
    shared = _of_organisation(option, check, asked.description)
    if shared is not None:
        return Above(shared, phrase("the organisation's file says"))
    return Above(load_check(check).ARGUMENT_SPEC[option].get("default"), _OF_CHECK)


def _of_organisation(option: str, check: str, description: Description) -> object:
    shared: SharedFile | None = description.organisation.declared if description.organisation else None
    try:
        given: Defaults = (shared.get("defaults") if shared else None) or {}
        return {**((given.get("with") or {}).get(check) or {}), **group_of(check, given)}.get(option)
    except NotResolved:
        return None  # nobody knows yet what it says


# -- what is looked at


def _questions(planned: t.Sequence[PlannedCheck], declared: t.Sequence[Instance], asked: _Asked) -> None:
    """Holds each check against the one that follows from what the service declares."""
    exception, identifier = asked.exception, asked.above.id
    named, given = exception.get("check"), exception.get("with")
    if not any((instance.gap is None or instance.lacks) and instance.call != "compare" for instance in declared):
        return  # nothing is declared that could be replaced
    if named and given:
        _explicit(planned, declared, asked)
    elif _pairs(planned, declared):
        for check, instance in zip(planned, declared):
            if check.gap is None and check.check in CHECKS:
                _compared(check, instance, asked)
    elif given:
        _other_question(("requirements", identifier, "with"), asked)
    _hosts(declared, asked)


def _pairs(planned: t.Sequence[PlannedCheck], declared: t.Sequence[Instance]) -> bool:
    """Whether both come from the same of what is declared."""
    return [(check.check, check.call, check.path) for check in planned] == [(made.check, made.call, made.path) for made in declared]


def _explicit(planned: t.Sequence[PlannedCheck], declared: t.Sequence[Instance], asked: _Asked) -> None:
    """One check with arguments of the service's own, in the place of all that is declared."""
    steps: Steps = ("requirements", asked.above.id, "check")
    for check in planned:
        same = [made for made in declared if made.check == check.check and made.call == check.call and (made.gap is None or made.lacks)]
        if not same:
            if check.check not in GENERIC:  # what those run is told by itself
                _other_question(steps, asked)
            continue
        for instance in same:
            _compared(check, instance, asked, steps)


def _compared(check: PlannedCheck, instance: Instance, asked: _Asked, steps: Steps | None = None) -> None:
    """Notes each option that is looser, or asks something else, than what follows from what is declared."""
    spec = load_check(check.check).ARGUMENT_SPEC
    now, before = _named(check.check, check.args), _named(instance.check, instance.args)
    elsewhere = _elsewhere(now, before, spec) if kinds_asked(check.check) else None
    other_server = elsewhere is not None
    if elsewhere:
        _another_server(check, elsewhere, asked)
    for option in spec:
        if other_server and option in OF_SERVERS:
            continue
        if now.get(option) == before.get(option) or unresolved({"now": now.get(option), "before": before.get(option)}):
            continue
        tool = now.get("tool")
        value, declared = _read(check.check, option, now.get(option), tool), _read(check.check, option, before.get(option), tool)
        if _is_exempt(option, now):
            continue
        if is_looser(option, declared, value):
            _looser(check, option, Above(before.get(option, spec[option].get("default")), phrase("the service declares")), asked)
        elif is_other(option, declared, value):
            _other_question(steps or _where(check, option, asked), asked)


def _other_question(steps: Steps, asked: _Asked) -> None:
    if asked.told:
        return
    asked.loosen(
        "own_proofs",
        steps,
        phrase("{requirement:path} looks at something else than what the service declares", requirement=asked.above.id),
        phrase("the policy has it proved by what is declared ({origin})", origin=asked.above.set_by),
    )


def _hosts(declared: t.Sequence[Instance], asked: _Asked) -> None:
    """A pattern that leaves out hosts on which what is declared would be looked at."""
    pattern, description = asked.exception.get("on"), asked.description
    if not pattern:
        return
    there = set(description.hosts(str(pattern)))
    left_out = sorted({host for instance in declared for host in instance.hosts or () if instance.after is None} - there)
    if left_out and there <= set(description.hosts()):  # others are told as such
        asked.loosen(
            "hosts",
            ("requirements", asked.above.id, "on"),
            phrase("{requirement:path} is not looked at on {hosts:list}", requirement=asked.above.id, hosts=left_out),
            phrase("the parts of the service are there"),
        )


# -- servers


def _servers(planned: t.Sequence[PlannedCheck], asked: _Asked) -> None:
    """Where nothing is declared, what is asked is still the server of that kind."""
    for check in planned:
        if not kinds_asked(check.check) or check.gap is not None:
            continue
        try:
            known = server_options(check.check, asked.description, asked.exception.get("using"))
        except (Refused, NoChecks):
            continue
        elsewhere = _elsewhere(check.args, known, load_check(check.check).ARGUMENT_SPEC)
        if elsewhere:
            _another_server(check, elsewhere, asked)


def _elsewhere(now: t.Mapping[str, object], before: t.Mapping[str, object], known: t.Container[str]) -> str | None:
    """The option, among those that are known to the check, by which another server may answer than before."""
    names = (*ADDRESSES, "failover", "rules_url")
    return next((name for name in names if name in known and (now.get(name) or None) != (before.get(name) or None)), None)


def _another_server(check: PlannedCheck, option: str, asked: _Asked) -> None:
    asked.loosen(
        "servers",
        _where(check, option, asked),
        phrase("{requirement:path} asks a server of the service's own", requirement=asked.above.id),
        phrase("the files name one of its kind (servers)"),
    )


# -- options


def _named(check: str, args: t.Mapping[str, object]) -> dict[str, object]:
    """Arguments by the names of their options."""
    spec: t.Mapping[str, t.Mapping[str, t.Any]] = load_check(check).ARGUMENT_SPEC
    other = {alias: name for name, about in spec.items() for alias in about.get("aliases") or ()}
    return {other.get(name, name): value for name, value in args.items()}


def _read(check: str, option: str, given: object, tool: object = None) -> object:
    """What the check gets: of the option's type, in its unit, its default where there is none. The tool of the system is that default."""
    usual = load_check(check).ARGUMENT_SPEC.get(option, {}).get("default")
    name = load_check(check_of(tool)).ARGUMENT_SPEC.get(option, {}).get("default") if tool and check_of(tool) in CHECKS else usual
    if option == "binary" and is_program_of_system(given, name):
        return usual
    if option == "logrotate_state" and given in getattr(load_check(check), "USUAL_STATES", ()):
        return usual
    try:
        value = t.cast("object", converted(load_check(check), option, given))
    except ArgumentsRefused:
        return given  # which is told with the arguments
    return load_check(check).meant(value) if (check, option) == ("runbook", "sections") and value else value


_PROMISED = {"min_retention": ("log_retention",), "max_retention": ("log_retention_max",)}  # commitments, where a log says nothing itself


def _where(check: PlannedCheck, option: str, asked: _Asked) -> Steps:
    """The key of the service file that says it."""
    data, identifier = asked.description.data, asked.above.id
    group = GROUPS.get(check.check, "")
    spellings = (option, *(load_check(check.check).ARGUMENT_SPEC[option].get("aliases") or ()))
    exception: list[Steps] = [("requirements", identifier, "with", name) for name in spellings]
    policy: list[Steps] = [("policy", "requirements", identifier, "with", name) for name in spellings]
    declared: list[Steps] = [(*check.path, name) for name in spellings] if check.path else []
    if is_of_backups(check.check):
        above: Steps = check.path[:-1] if check.path[-1:] == ("second_copy",) else check.path
        declared += [(*path, name) for path in (check.path, above) for name in ((option, "rpo") if option == "max_age" else (option,))]
        declared += [("commitments", "rpo"), ("commitments", "pdma")] if option == "max_age" else []
    declared += [("commitments", name) for name in _PROMISED.get(option, ())]
    shared: list[Steps] = [("defaults", *group.split("."), option), ("defaults", "with", check.check, option)]
    last: list[Steps] = [("policy", "name"), check.path] if check.path else [("policy", "name")]
    for steps in (*exception, *policy, *declared, *shared, *last):
        if _has(data, steps):
            return steps
    return ("requirements", identifier)


def _has(data: t.Any, steps: tuple[t.Any, ...]) -> bool:
    for step in steps:
        if not isinstance(data, (dict, list)):
            return False
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "-"
    return "-" if value is None else str(value)


__all__ = ("of_arguments",)
