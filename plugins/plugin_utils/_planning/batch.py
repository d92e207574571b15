# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one batch of a rolling deployment (``serial``) has to prove by itself. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlsplit

from ...module_utils._phrase import phrase, plural
from ...module_utils._registry import CHECKS, load_check
from .._model.planned import Plan, PlannedCheck, PlanState

_ORDERS: dict[str, t.Callable[[list[str]], list[str]]] = {
    "inventory": list,
    "reverse_inventory": lambda hosts: hosts[::-1],
    "sorted": sorted,
    "reverse_sorted": lambda hosts: sorted(hosts, reverse=True),
}


def batch_of(host: str, play_hosts: t.Sequence[str], serial: t.Sequence[object], order: str | None, there: t.Sequence[str]) -> list[str]:
    """The batch in which a host has its turn, as Ansible cuts them: with the hosts that the play has lost since.

    ``there`` are those that it has not lost; under ``order: shuffle`` no others are known.
    """
    if (order or "inventory") not in _ORDERS:
        return list(there)
    left, sizes = _ORDERS[order or "inventory"](list(play_hosts)), list(serial) or [-1]
    while left:
        size = _size(sizes[0], len(play_hosts))
        batch, left = (left, []) if size <= 0 else (left[:size], left[size:])
        if host in batch:
            return batch
        sizes = sizes[1:] or sizes
    return list(there)


def _size(serial: object, count: int) -> int:
    text = str(serial)
    if text.endswith("%"):
        return int(float(text[:-1]) / 100 * count) or 1
    return int(text)


def narrowed(plan: Plan, hosts: t.Sequence[str], addresses: t.Callable[[], t.Collection[str]]) -> Plan:
    """The plan of a batch: what is looked at on its hosts, also by a suite that visits them, and endpoints at their ``addresses``.

    Left out are servers (a batch must be quick, and what they say is about the service) and canaries.
    """
    alone = [check for check in plan.checks if check.hosts is None and check.call == "run" and check.after is None]
    endpoints = [check for check in alone if CHECKS.get(check.check) == "both"]
    known = addresses() if endpoints else ()
    mine = {check.key for check in endpoints if _target(check) in known}
    requirements, waiting = [], 0
    for requirement in plan.requirements:
        if requirement.state is not PlanState.PLANNED:
            continue
        checks = tuple(found for check in requirement.checks if (found := _of_batch(check, hosts, mine)))
        if checks:
            requirements.append(dataclasses.replace(requirement, checks=checks))
        elif requirement.deciding:
            waiting += 1
    concerned = {host for requirement in requirements for check in requirement.checks for host in check.hosts or ()}
    notices = list(plan.notices)
    if not any(requirement.deciding for requirement in requirements):
        notices.append(
            phrase(
                "no requirement of this phase is verified on {hosts:list} alone: nothing could tell whether this batch is good",
                hosts=list(hosts),
            )
        )
    if waiting:
        notices.append(
            plural(
                "{count:number} requirement asks servers, looks for logged lines or at other hosts: "
                "it waits for the gate of the whole service",
                "{count:number} requirements ask servers, look for logged lines or at other hosts: "
                "they wait for the gate of the whole service",
                count=waiting,
            )
        )
    return dataclasses.replace(
        plan,
        scope="batch",
        requirements=tuple(requirements),
        expected_hosts=tuple(host for host in hosts if host in plan.expected_hosts or host in concerned),
        notices=tuple(notices),
    )


def _of_batch(check: PlannedCheck, hosts: t.Sequence[str], endpoints: t.Collection[str]) -> PlannedCheck | None:
    """The check as far as it is the batch's; None where it is not."""
    if check.gap is not None or check.call != "run" or check.after is not None:
        return None
    if check.hosts is None and getattr(load_check(check.check), "NEEDS_INVENTORY", False):
        named = check.args.get("hosts")
        here = tuple(host for host in named if host in hosts) if named else tuple(hosts)
        return dataclasses.replace(check, args={**check.args, "hosts": list(here)}) if here else None
    if check.hosts is None:
        return check if check.key in endpoints else None
    here = tuple(host for host in check.hosts if host in hosts)
    return dataclasses.replace(check, hosts=here) if here else None


def _target(check: PlannedCheck) -> str | None:
    """The host that a check of an endpoint asks."""
    try:
        return urlsplit(str(check.args.get("url") or "")).hostname or check.args.get("host")
    except ValueError:
        return None


__all__ = ("batch_of", "narrowed")
