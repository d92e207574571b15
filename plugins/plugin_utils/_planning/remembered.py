# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan, held against what is remembered of its service: deployments, hosts, files. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ...module_utils._phrase import Message, phrase
from .._comparing.comparable import matches
from .._described.document import Document, Refused
from .._described.service import Run
from .._model.loosening import Leave, Loosening
from .._model.planned import Plan
from .._model.service_state import Expected, State
from .authority import Authority
from .other_files import NOWHERE, Places, other_organisation, other_service_file, standing_of
from .remarks import Remarks

HERE = "here"  # in the place of a machine: the inventory says that the controller is the host


def held_against(
    plan: Plan,
    organisation: Document | None,
    run: Run,
    state: State,
    groups: t.Mapping[str, t.Sequence[str]],
    places: Places = NOWHERE,
) -> Plan:
    """The plan, with what is easier than what is remembered. Refused. ``groups`` are those of the inventory."""
    if run.emergency:
        return plan
    remarks = Remarks()
    standing = standing_of(plan, organisation, run, places)
    other = other_organisation(standing, run, state.expected, remarks)
    other_service_file(plan, run, state, places, remarks)
    if plan.scope == "batch":
        return _settled(plan, organisation, run, remarks, other)
    _deployed_before(run, state, remarks)
    lost = _lost_hosts(plan, state.expected, groups, remarks)
    held = _settled(plan, organisation, run, remarks, other)
    allowed = any(one.kind == "hosts" and one.leave is Leave.GIVEN for one in held.loosened)
    return dataclasses.replace(
        held,
        notices=(*held.notices, *_group(plan, groups)),
        lost_hosts=() if allowed else tuple(lost),
        standing=standing,
    )


def _settled(plan: Plan, organisation: Document | None, run: Run, remarks: Remarks, other: t.Sequence[Loosening]) -> Plan:
    """The plan with what was found, each with its leave. Refused."""
    authority = Authority.of(organisation, service=plan.name, environment=run.environment, level=plan.level)
    loosened = authority.settled(remarks.loosened, enforced=plan.mode == "enforce", problems=remarks.problems)
    if remarks.problems:
        raise Refused(remarks.problems)
    return dataclasses.replace(plan, loosened=(*plan.loosened, *loosened, *other), notices=(*plan.notices, *remarks.notices))


def _deployed_before(run: Run, state: State, remarks: Remarks) -> None:
    """A first deployment of what has been deployed is none."""
    if not run.first_deployment:
        return
    own = (run.version, run.deployment_id or run.version)
    others = [item for item in state.deployments if (item.version, item.deployment_id or item.version) != own]
    if others:
        known = f"version {others[-1].version} was deployed on {others[-1].at[:10]}"
    elif run.phase == "pre" and not own[1] and "post" in state.gates:
        known = f"there was a deployment on {state.gates['post'].at[:10]}"
    else:
        return
    remarks.problems.append(f"first_deployment (readiness_first_deployment): {known}: this is not the first deployment; leave it out")


def _lost_hosts(plan: Plan, before: Expected, groups: t.Mapping[str, t.Sequence[str]], remarks: Remarks) -> list[str]:
    """The hosts that a narrower pattern leaves out, which the inventory still has and nobody has announced as gone."""
    there = set(groups.get("all", ()))
    missing = [host for host in before.hosts if host not in plan.expected_hosts and host in there]
    announced = [host for host in missing if any(matches(item.what, (f"host {host}",)) for item in plan.comparison.removed)]
    lost = [host for host in missing if host not in announced]
    if not lost or plan.hosts_pattern is None:
        return []
    if plan.hosts_pattern == before.pattern:  # the inventory has changed, which operations keep
        remarks.notices.append(
            phrase("service.hosts ('{pattern:path}') had {hosts:list} until now", pattern=plan.hosts_pattern, hosts=lost)
        )
        return []
    less = phrase("{hosts:list} are left out, and the inventory still has them", hosts=lost)
    above = phrase(
        "the pattern was '{pattern:path}' (what goes is announced: removed, with what: 'host {host:path}')",
        pattern=before.pattern or "",
        host=lost[0],
    )
    file = plan.inputs.get("service_file")
    remarks.loosen("hosts", "service.hosts", str(file["path"]) if file else "", less, above)
    return lost


def _group(plan: Plan, groups: t.Mapping[str, t.Sequence[str]]) -> list[Message]:
    """A group that is called as the service and has more hosts."""
    more = [host for host in groups.get(plan.name, ()) if host not in plan.expected_hosts]
    if not more or plan.hosts_pattern is None:
        return []
    return [
        phrase("the group {group:path} of the inventory has {hosts:list} too, which service.hosts leaves out", group=plan.name, hosts=more)
    ]


def other_machines(before: Expected, now: t.Mapping[str, str]) -> list[Message]:
    """What is told of hosts for which another machine has answered than when the service was judged last."""
    known = {host: machine for host, machine in (before.machines or {}).items() if machine != HERE and now.get(host, machine) != machine}
    here = sorted(host for host in known if now[host] == HERE)
    other = sorted(set(known) - set(here))
    told = []
    if here:
        told.append(
            phrase("the inventory says now that {hosts:list} is this machine, the controller: at the last run it was another", hosts=here)
        )
    if other:
        told.append(
            phrase(
                "another machine than at the last run has answered for {hosts:list}: it was set up anew, or its name leads elsewhere now",
                hosts=other,
            )
        )
    return told


def expected_after(plan: Plan, state: State, today: dt.date, machines: t.Mapping[str, str] | None = None) -> Expected:
    """What is remembered after a whole run: hosts that were lost without a word stay expected."""
    before, file = state.expected, plan.inputs.get("organisation_file")
    path = str(file["path"]) if file else before.organisation_file
    seen = today.isoformat() if file else before.organisation_seen
    pattern = before.pattern if plan.lost_hosts else plan.hosts_pattern
    hosts = (*plan.expected_hosts, *plan.lost_hosts)
    kept = {host: machine for host, machine in (before.machines or {}).items() if host in (*hosts, *plan.other_hosts)}
    return Expected(hosts, pattern, path, seen, plan.standing or before.standing, {**kept, **(machines or {})} or None)


__all__ = ("HERE", "expected_after", "held_against", "other_machines")
