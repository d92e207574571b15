# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register of a service, from the plan of all its phases. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import pathlib
import typing as t

from ...module_utils._message import one_line
from ...module_utils._phrase import Message, phrase
from ...module_utils._statements import NEGATIVE
from .._described import document as _document
from .._described.declarations import Options
from .._described.document import unresolved
from .._described.known_now import why_later
from .._described.policy import PHASES, Rule
from .._described.service import Run
from .._model.planned import Plan, PlannedCheck, PlannedRequirement, PlanState
from .._model.register import Declared, Due, Entry, Line, Register
from .._model.waiver import Waiver, WaiverState
from .._promises.mode import announced

KEYS = pathlib.Path(_document.__file__).parent / "schemas" / "keys_of_requirements.json"
_BEFORE = ("design", "pre")
_DERIVING = ("backup_record",)  # what they find rests on a record that somebody else made
_ATTESTING = ("attestation",)
_LONGEST = 200  # characters of a statement
_OF_ALL_HOSTS = ("testinfra",)  # run on the controller, and look at the hosts of the service


@dataclasses.dataclass(frozen=True)
class Hosts:
    """Which patterns the inventory of this run has hosts for; ``any``: whether it has any of the service's."""

    known: t.Callable[[str], bool]
    any: bool = True


def register_of(plan: Plan, run: Run, hosts: Hosts, *, made_at: str, sealed: Message | None = None) -> Register:
    """The register. ``sealed``: why nobody knows here what the organisation's file says, where that is so."""
    waivers = _newest(plan)
    return Register(
        service=plan.service,
        level=plan.level,
        level_reason=plan.level_reason,
        environment=run.environment,
        mode=plan.mode,
        policy=plan.policy,
        entries=tuple(_entry(item, plan, run, hosts, waivers.get(item.rule.id), sealed) for item in plan.requirements),
        made_at=made_at,
        hosts=plan.expected_hosts,
        version=run.version,
        window=dict(run.window),
        first_deployment=run.first_deployment,
        waivers=tuple(waiver for waiver in plan.waivers if waiver.state is not WaiverState.REQUESTED),
        requests=tuple(plan.requests),
        notices=(*([sealed] if sealed else []), *([] if hosts.any else [_no_host(plan)]), *plan.notices),
        loosened=plan.loosened,
        inputs=plan.inputs,
        language=str(plan.publish["language"]) if plan.publish.get("language") else None,
    )


def _newest(plan: Plan) -> dict[str, Waiver]:
    """By requirement, the waiver that covers it longest; one that only begins later where there is no other."""
    found: dict[str, Waiver] = {}
    for state in (WaiverState.NOT_YET, WaiverState.ACTIVE):
        for waiver in sorted(plan.waivers, key=lambda one: one.until):
            if waiver.state is state:
                found[waiver.requirement] = waiver
    return found


def _no_host(plan: Plan) -> Message:
    if plan.hosts_pattern is None:
        return phrase("service.hosts: no inventory pattern says on which hosts the service runs")
    return phrase(
        "the inventory of this run has no host of '{pattern:path}': which hosts these are is known later", pattern=plan.hosts_pattern
    )


def _entry(item: PlannedRequirement, plan: Plan, run: Run, hosts: Hosts, waiver: Waiver | None, sealed: Message | None) -> Entry:
    rule = item.rule
    lines = _lines(item, hosts, plan)
    declared, why = _declared(item, lines, sealed)
    phases = _phases(rule, run)
    return Entry(
        id=rule.id,
        title=rule.title,
        reason=rule.reason,
        area=rule.area,
        stakeholder=rule.stakeholder,
        responsible=rule.responsible or plan.owner,
        impact=item.impact,
        declared=declared,
        why=why,
        keys=_keys(item, declared),
        declared_in=item.declared_in,
        proved_by=tuple(dict.fromkeys([line.check for line in lines] or [proof.check for proof in rule.proved_by])),
        proof="none" if declared in (Declared.NOT_APPLICABLE, Declared.NOT_DECLARED, Declared.NO_CHECK) else _proof(item),
        lines=lines,
        phases=phases,
        observed=tuple(phase for phase in PHASES if phase in rule.observe and phase not in phases),
        due=_due(rule, phases, run),
        mode=rule.mode or plan.mode,
        waiver=waiver,
        origin=rule.set_by,
        remedy=rule.remedy,
    )


# -- how far it is declared


def _lines(item: PlannedRequirement, hosts: Hosts, plan: Plan) -> tuple[Line, ...]:
    return tuple(
        Line(check.check, check.instance, () if check.gap is not None else check.hosts, *_open_of(check, hosts, plan))
        for check in item.checks
        if not check.first_half and not check.aside
    )


def _open_of(check: PlannedCheck, hosts: Hosts, plan: Plan) -> tuple[Message | None, tuple[Message, ...]]:
    """What is missing of a check, and what is known later."""
    if check.gap is not None:
        return check.gap, ()
    if check.check in _ATTESTING and not unresolved(dict(check.args)):
        return _of_statement(check.args)
    later = [why_later(found) for found in unresolved(dict(check.args))]
    unknown = [host for host in check.hosts or () if not hosts.known(host)]
    if check.check in _OF_ALL_HOSTS and not hosts.any:
        unknown = [plan.hosts_pattern or plan.name]
    if unknown and hosts.any:
        return phrase("the inventory has no host for the pattern '{pattern:path}'", pattern=unknown[0]), tuple(later)
    if unknown:
        later.append(phrase("on which hosts: '{pattern:path}' is known later", pattern=unknown[0]))
    return None, tuple(dict.fromkeys(later))


def _of_statement(args: Options) -> tuple[Message | None, tuple[Message, ...]]:
    """Of what people state: that it is stated not to be so, or that nobody knows yet whether it is for this version."""
    if args.get("result") == NEGATIVE:
        name, date, said = (str(args.get(key)) for key in ("attested_by", "date", "statement"))
        return phrase(
            "{name} states on {date:day} that it is not so: {statement}", name=name, date=date, statement=one_line(said, _LONGEST)
        ), ()
    if args.get("version") is not None and args.get("for_version") is None:
        stated = [str(args["version"])]
        return None, (phrase("it is for version {stated:list}, and which one this is, is not known (readiness_version)", stated=stated),)
    return None, ()


def _declared(item: PlannedRequirement, lines: t.Sequence[Line], sealed: Message | None) -> tuple[Declared, tuple[Message, ...]]:
    why = (item.why,) if item.why else ()
    if item.state is PlanState.NOT_APPLICABLE:
        return Declared.NOT_APPLICABLE, why
    if item.state is PlanState.UNPROVABLE:
        return Declared.NO_CHECK, why
    if item.state in (PlanState.NOT_DECLARED, PlanState.NO_HOST):
        return (Declared.LATER, (*why, sealed)) if sealed else (Declared.NOT_DECLARED, why)
    if item.state is not PlanState.PLANNED:
        return Declared.LATER, why
    missing = tuple(_of(line, line.missing) for line in lines if line.missing)
    later = tuple(dict.fromkeys(message for line in lines for message in line.later))
    if missing:
        return Declared.INCOMPLETE, (*dict.fromkeys(missing), *later)
    return (Declared.LATER, later) if later or not lines else (Declared.VERIFIABLE, ())


def _of(line: Line, missing: Message) -> Message:
    """What is missing, with the instance that it is missing of, where it does not name it itself."""
    return missing if str(line.instance) in str(missing) else phrase("{instance:path}: {missing}", instance=line.instance, missing=missing)


@functools.cache
def _known_keys() -> dict[str, list[str]]:
    return t.cast("dict[str, list[str]]", json.loads(KEYS.read_text(encoding="utf-8")))


def _keys(item: PlannedRequirement, declared: Declared) -> tuple[str, ...]:
    """The keys of the service file that a requirement comes from; that of an own check where there is no other."""
    if declared is Declared.NOT_APPLICABLE:
        return ()
    known = tuple(_known_keys().get(item.rule.id, ()))
    return known or ((f"requirements.{item.rule.id}",) if declared in (Declared.NO_CHECK, Declared.NOT_DECLARED) else ())


# -- what it will rest on


def _proof(item: PlannedRequirement) -> str:
    """The weakest proof of its checks, as far as the files tell: a check may say less of what it finds."""
    used = [check for check in item.checks if not check.aside and check.gap is None]
    if any(check.runs is not None for check in used):
        return "stand_in"
    if any(check.check in _ATTESTING for check in used):
        return "attested"
    if any(check.check in _DERIVING or check.less is not None for check in used):
        return "derived"
    return "observed"


# -- when it is due


def _phases(rule: Rule, run: Run) -> tuple[str, ...]:
    """The phases in which it decides; before a first deployment nothing does that cannot exist yet."""
    phases = set(rule.phases)
    if run.first_deployment and rule.not_before_first_deployment and "pre" in phases:
        phases = (phases - {"pre"}) | {"post"}
    return tuple(phase for phase in PHASES if phase in phases)


def _due(rule: Rule, phases: t.Sequence[str], run: Run) -> Due:
    """The first phase in which it decides, and the day of it where a file or the run says one."""
    phase = phases[0] if phases else ""
    start, end = (_day(run.window.get(name)) for name in ("start", "end"))
    day = (start or end) if phase in _BEFORE else (end or start)
    enforced = announced(rule.enforce_from, run.today)
    if enforced and (day is None or enforced > day):
        return Due(phase, enforced, "enforce_from")
    return Due(phase, day, "window" if day else None)


def _day(moment: str | None) -> str | None:
    """The day of a moment, in UTC."""
    if not moment:
        return None
    try:
        found = dt.datetime.fromisoformat(str(moment).replace("Z", "+00:00"))
    except ValueError:
        return None
    return (found.astimezone(dt.timezone.utc) if found.tzinfo else found).date().isoformat()


__all__ = ("KEYS", "Hosts", "register_of")
