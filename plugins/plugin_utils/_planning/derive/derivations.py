# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of each check, from the description of the service. PRIVATE to the collection. Pure.

A derivation yields Instances, or raises NotDeclared where the description has nothing for it. Each area has a file, and its own part
of the table. A check that is in none of them takes its arguments from the policy alone:
``{check: command, from: delivery.rollback_check, as: command}``, or ``{check: clock}`` for one on each host;
what the policy leaves open a service gives itself, in ``with`` of its exception.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ....module_utils._phrase import phrase
from ....module_utils._registry import CHECKS, load_check
from ..._described.declarations import Defaults, Options
from ..._described.policy import Proof
from ..._described.service import Description, NotDeclared, every
from ..backup_tools import is_of_backups
from . import (
    alerts,
    alerts_delivered,
    availability,
    backups,
    classic,
    coverage,
    dashboards,
    delivery,
    endpoints,
    log_canary,
    log_content,
    log_flow,
    log_retention,
    log_rotation,
    platform,
    rosters,
    scrapes,
    signals,
    support,
)
from .instance import Derivation, Instance, Steps

AREAS: tuple[t.Mapping[str, Derivation], ...] = (
    alerts.DERIVATIONS,
    alerts_delivered.DERIVATIONS,
    availability.DERIVATIONS,
    backups.DERIVATIONS,
    classic.DERIVATIONS,
    coverage.DERIVATIONS,
    dashboards.DERIVATIONS,
    delivery.DERIVATIONS,
    endpoints.DERIVATIONS,
    log_canary.DERIVATIONS,
    log_content.DERIVATIONS,
    log_flow.DERIVATIONS,
    log_retention.DERIVATIONS,
    log_rotation.DERIVATIONS,
    platform.DERIVATIONS,
    rosters.DERIVATIONS,
    scrapes.DERIVATIONS,
    signals.DERIVATIONS,
    support.DERIVATIONS,
)
# by check, or by check and what of the description it comes from (the policy's "from"); all tools of backup share theirs
DERIVATIONS: dict[str, Derivation] = {name: derivation for area in AREAS for name, derivation in area.items()}


def derive(proof: Proof, description: Description, given: t.Iterable[str] = ()) -> list[Instance]:
    """The instances of one way to prove a requirement; ``given``: the options that the service sets itself. NotDeclared, NotApplicable."""
    family = "backup" if is_of_backups(proof.check) else proof.check
    named = DERIVATIONS.get(f"{family}:{proof.source}") if proof.source else DERIVATIONS.get(family)
    instances = named(description) if named else _generic(proof, description)
    complete = [_completed(instance, proof, description, given) for instance in instances]
    if named is None and proof.source is None:
        _refuse_without_arguments(proof.check, {option for instance in complete for option in instance.args} | set(given))
    return complete


def _completed(instance: Instance, proof: Proof, description: Description, given: t.Iterable[str]) -> Instance:
    """With what the files say of every such check; a gap is none where they give the option that is missing."""
    args = {**default_options(description, instance.check), **instance.args, **proof.args}
    filled = instance.lacks is not None and (args.get(instance.lacks) is not None or instance.lacks in given)
    return dataclasses.replace(instance, args=args, gap=None if filled else instance.gap)


def _refuse_without_arguments(check: str, given: set[str]) -> None:
    """A check that only the service's own exception can give arguments to, and does not, proves nothing here."""
    spec = load_check(check).ARGUMENT_SPEC
    missing = [option for option, about in spec.items() if about.get("required") and option not in given]
    if missing:
        raise NotDeclared(
            phrase(
                "{check:path} needs {options}, which neither the policy nor 'with' of the requirement gives",
                check=check,
                options=every(missing),
            )
        )


def default_options(description: Description, check: str) -> Options:
    """What the files say of every instance of a check (``defaults.with``), value by value."""
    return description.default_values(lambda given: (given.get("with") or {}).get(check))


GROUPS: t.Mapping[str, str] = {  # of defaults, by check
    "alertmanager_delivery": "alerts.delivery",
    "alertmanager_watchdog": "alerts.watchdog",
    "prometheus_alerts": "alerts",
    "runbook": "runbook",
    "support_chain": "support",
}


def group_of(check: str, given: Defaults) -> Options:
    """What these defaults say of all that a check looks at: of alerts, runbooks or support chains."""
    found: object = given
    for step in GROUPS[check].split(".") if check in GROUPS else ("",):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def group_options(description: Description, check: str) -> Options:
    """What the files say of all of them, as far as this check has such an option."""
    spec = load_check(check).ARGUMENT_SPEC
    found = description.default_values(lambda given: group_of(check, given))
    return {name: value for name, value in found.items() if name in spec}


def _generic(proof: Proof, description: Description) -> list[Instance]:
    entries: list[tuple[Steps, object]] = [((), None)]
    if proof.source:
        value: object = description.data
        steps: Steps = tuple(proof.source.split("."))
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        if not value:
            raise NotDeclared(phrase("{key:path} is not declared", key=proof.source))
        entries = [((*steps, index), item) for index, item in enumerate(value)] if isinstance(value, list) else [(steps, value)]
    hosts = tuple(description.part_hosts({}, proof.on)) if CHECKS[proof.check] in ("host", "action") or proof.on else None
    out = []
    for steps, item in entries:
        args: dict[str, object] = {}
        if isinstance(item, dict):
            args = dict(item)
        elif proof.option and item is not None:
            args = {proof.option: item}
        out.append(Instance(proof.check, str(item) if isinstance(item, str) else proof.check, args, hosts, path=steps))
    return out


__all__ = ("AREAS", "DERIVATIONS", "GROUPS", "default_options", "derive", "group_of", "group_options")
