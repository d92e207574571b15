# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which planned checks run where and when, and running those of the controller. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import typing as t

from ...module_utils._argspec import ArgumentsRefused, parse_arguments
from ...module_utils._engine import Item, execute, run_item
from ...module_utils._finding import CannotObserve, Finding, Status
from ...module_utils._masking import secrets_in
from ...module_utils._phrase import Message
from ...module_utils._registry import CHECKS, load_check
from ...module_utils._runner import Outages, Runner
from .._model.planned import Plan, PlannedCheck
from .foreign_modules import ModuleRunner
from .spool import CONTROLLER, LOOKING, Spool

_READING = 30.0  # seconds in which the controller reads what hosts are asked for


def without(plan: Plan, proven: t.Container[str]) -> Plan:
    """The plan without the checks of requirements whose last proof still counts."""
    left = tuple(dataclasses.replace(item, checks=()) if item.rule.id in proven else item for item in plan.requirements)
    return dataclasses.replace(plan, requirements=left)


def secrets_of(plan: Plan) -> t.Iterator[str]:
    """What is secret among the arguments of all checks."""
    for check in plan.checks:
        args, secrets = check.split_secrets()
        yield from secrets_in({**args, **secrets}, secrets)


@dataclasses.dataclass(frozen=True)
class Visit:
    """The hosts to which a check of the controller goes."""

    hosts: tuple[str, ...] = ()  # as its tool names them
    absent: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)  # why a host is left out


def items_of_host(plan: Plan, host: str) -> list[PlannedCheck]:
    """What this host has to do in one module execution: all but looking for what others left, and what the action does itself."""
    checks = [check for check in plan.checks if host in (check.hosts or ()) and check.gap is None and check.after is None]
    return [check for check in checks if CHECKS.get(check.check) != "action"]


def items_of_action(plan: Plan, host: str) -> list[PlannedCheck]:
    """What the action does on this host with Ansible's own means."""
    return [check for check in plan.checks if host in (check.hosts or ()) and check.gap is None and CHECKS.get(check.check) == "action"]


def run_actions(checks: t.Sequence[PlannedCheck], host: str, runner: ModuleRunner) -> dict[str, list[Finding]]:
    """One after the other: they share the connection, and the action's process."""
    return {check.key: run_item(as_item(check, host), runner.as_user(check.run_as)) for check in checks}


def writes(check: PlannedCheck) -> bool:
    """Whether a check leaves something behind: it is not run in check mode."""
    asks = getattr(load_check(check.check), "writes", None)
    return check.call == "write" or bool(asks and check.call == "run" and asks(check.args))


def finds(plan: Plan, host: str | None, spool: Spool) -> list[PlannedCheck]:
    """The looking halves of this host (of the controller: None) whose other halves have all been there."""
    out = []
    for check in plan.checks:
        if check.after is None or (check.hosts is None) != (host is None) or (host is not None and host not in (check.hosts or ())):
            continue
        writers = next((other.hosts or () for other in plan.checks if other.key == check.after), ())
        if all(spool.has(writer) for writer in writers):
            out.append(check)
    return out


def markers(check: PlannedCheck, written: t.Mapping[str, t.Sequence[Finding]]) -> list[dict[str, t.Any]]:
    """What the first halves left for this check, of all findings that were spooled."""
    return [
        {**finding.observed, "inventory_host": finding.host}
        for finding in written.get(check.after or "", [])
        if finding.status is Status.PASS
    ]


def as_item(check: PlannedCheck, host: str, extra: t.Mapping[str, t.Any] | None = None) -> Item:
    args, secrets = check.split_secrets()
    return Item(
        key=check.key,
        check=check.check,
        args={**args, **(extra or {})},
        requirement=check.requirement,
        instance=check.instance,
        host=host,
        run_as=check.run_as,
        call=check.call,
        secrets=secrets,
    )


def told_by_controller(plan: Plan, check: PlannedCheck, spool: Spool) -> dict[str, object]:
    """What the controller reads for a first half on a host, as its other half says it (``for_hosts``). Where it cannot, that half tells.

    It is read once for all hosts that are to be told the same.
    """
    other = next((one for one in plan.checks if one.after == check.key), None)
    reads = getattr(load_check(other.check), "for_hosts", None) if other is not None else None
    if other is None or reads is None:
        return {}
    args, secrets = other.split_secrets()
    try:
        parsed = parse_arguments(load_check(other.check), {**args, **secrets})
    except ArgumentsRefused:
        return {}

    def read() -> t.Mapping[str, object]:
        with contextlib.suppress(CannotObserve):
            return dict(reads(parsed, _asking().within(min(parsed["timeout"], _READING))))
        return {}

    told = hashlib.sha256(json.dumps([check.key, args], sort_keys=True, default=repr).encode()).hexdigest()
    return spool.once(told, read, 2 * _READING)


def find_items(checks: t.Sequence[PlannedCheck], host: str, spool: Spool) -> list[Item]:
    """Items for looking halves; one for which no other half has left anything is left out."""
    written = spool.findings() if checks else {}
    left = {check.key: markers(check, written) for check in checks}
    return [as_item(check, host, {"markers": left[check.key]}) for check in checks if left[check.key]]


def named_as_written(checks: t.Sequence[PlannedCheck], found: t.Mapping[str, list[Finding]], spool: Spool) -> dict[str, list[Finding]]:
    """What was found, with the instance that each writing host gave its line: names may hold that host's variables."""
    written = spool.findings()
    names = {(check.key, finding.host): finding.instance for check in checks for finding in written.get(check.after or "", [])}
    return {
        key: [dataclasses.replace(finding, instance=names.get((key, finding.host), finding.instance)) for finding in findings]
        for key, findings in found.items()
    }


def _asking(outages: Outages | None = None) -> Runner:
    from .requests_http import Missing, RequestsHttp  # requests is slow to import, and not every run asks a server

    try:
        runner = Runner(http=RequestsHttp())
    except CannotObserve as exc:
        runner = Runner(http=Missing(exc.message))
    runner.outages = outages
    return runner


def of_controller(plan: Plan) -> list[PlannedCheck]:
    """What the controller has to do, but for looking for what hosts left, and comparing."""
    return [check for check in plan.checks if check.hosts is None and check.gap is None and check.after is None and check.call != "compare"]


def visiting(plan: Plan) -> list[PlannedCheck]:
    """The checks of the controller that go to the hosts themselves, with a tool of their own, over the connections of the play."""
    needing = [check for check in of_controller(plan) if getattr(load_check(check.check), "NEEDS_INVENTORY", False)]
    return [check for check in needing if not check.args.get("inventory")]


def run_controller(
    plan: Plan,
    on_done: t.Callable[[Item, list[Finding]], None] | None = None,
    on_first: t.Callable[[dict[str, list[Finding]]], None] | None = None,
    *,
    visits: t.Mapping[str, Visit] | None = None,
    inventory: str = "",
    within: float | None = None,
    outages: Outages | None = None,
    left_out: t.Mapping[str, Message] | None = None,
) -> dict[str, list[Finding]]:
    """Every check that asks a server: side by side, over one pool of connections, each distinct question once a try.

    ``on_first`` has what the first try found, before the settling time. ``visits`` says of checks that go to hosts which ones, by the key
    of the check; ``inventory`` is the file with their connections. ``within``: the seconds that there are in all.
    ``left_out`` says of checks that are not run why, by the key of the check.
    """
    visits, left_out = visits or {}, left_out or {}
    items = []
    for check in of_controller(plan):
        visit = visits.get(check.key)
        if check.key in left_out:
            continue
        if visit is None:
            items.append(as_item(check, ""))
        elif visit.hosts:
            items.append(as_item(check, "", {"hosts": list(visit.hosts), "inventory": inventory}))

    def complete(found: dict[str, list[Finding]]) -> dict[str, list[Finding]]:
        absent = {check.key: _absent(check, visits[check.key]) for check in visiting(plan) if check.key in visits}
        absent.update({check.key: [_not_run(check, left_out[check.key])] for check in of_controller(plan) if check.key in left_out})
        return {**found, **{key: [*found.get(key, []), *findings] for key, findings in absent.items() if findings}}

    def first(found: dict[str, list[Finding]]) -> None:
        if on_first is not None:
            on_first(complete(found))

    if not items:
        return complete({})
    runner = _asking(outages) if any(item.key not in visits for item in items) else Runner()
    return complete(execute(items, runner, on_done=on_done, settling=plan.settling, on_first=first, within=within))


def _absent(check: PlannedCheck, visit: Visit) -> list[Finding]:
    return [
        Finding(Status.UNKNOWN, reason, check=check.check, requirement=check.requirement, host=host)
        for host, reason in visit.absent.items()
    ]


def _not_run(check: PlannedCheck, reason: Message) -> Finding:
    return Finding(Status.UNKNOWN, reason, check=check.check, requirement=check.requirement, instance=check.instance)


def run_finds(plan: Plan, spool: Spool) -> dict[str, list[Finding]]:
    """Runs the looking halves of the controller whose lines are all written and that nobody has claimed; spools what they find."""
    waiting = [check for check in finds(plan, None, spool) if spool.claim(check.key)]
    items = find_items(waiting, "", spool)
    if not items:
        return {}
    found = named_as_written(waiting, execute(items, _asking(), settling=plan.settling), spool)
    spool.save(LOOKING, found)
    return found


__all__ = (
    "CONTROLLER",
    "LOOKING",
    "Visit",
    "as_item",
    "find_items",
    "finds",
    "items_of_action",
    "items_of_host",
    "markers",
    "named_as_written",
    "of_controller",
    "run_actions",
    "run_controller",
    "run_finds",
    "secrets_of",
    "told_by_controller",
    "visiting",
    "without",
)
