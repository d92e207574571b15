# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a service Icinga, Nagios or Centreon watches, and whom it tells. PRIVATE to the collection. Pure."""

from __future__ import annotations

import functools

from ....module_utils._phrase import phrase
from ..._described.declarations import ClassicMonitoring
from ..._described.service import Description, NotDeclared
from ..asked_servers import server_options
from .instance import Derivation, Instance

CHECK, KEY = "classic_monitoring", "classic_monitoring"


def _declared(description: Description) -> ClassicMonitoring:
    declared = description.data.get("classic_monitoring")
    if declared is None:
        raise NotDeclared(phrase("classic_monitoring is not declared: which hosts and services do Icinga, Nagios or Centreon watch?"))
    return declared


def _called(host: str, names: str | dict[str, str] | None) -> str:
    """What the monitoring calls a host of the inventory."""
    if isinstance(names, str):
        return names.replace("{host}", host)
    return str((names or {}).get(host, host))


def _args(description: Description, declared: ClassicMonitoring, aspect: str) -> dict[str, object]:
    names = declared.get("names")
    given = declared.get("hosts")
    own = given is not None or not description.data["service"].get("hosts")
    hosts = [str(host) for host in given or ()] if own else [_called(host, names) for host in description.part_hosts({})]
    services: list[dict[str, str]] = []
    for one in declared.get("services") or []:
        if isinstance(one, dict):
            services.append({"host": _called(str(one["host"]), names), "service": str(one["service"])})
        else:
            services += [{"host": host, "service": str(one)} for host in hosts]
    if not hosts and not services:
        raise NotDeclared(phrase("classic_monitoring names no host and no service, and service.hosts has none"))
    return {**server_options(CHECK, description, declared.get("using")), "aspect": aspect, "hosts": hosts, "services": services}


def _instance(description: Description, aspect: str) -> list[Instance]:
    return [Instance(CHECK, description.name, _args(description, _declared(description), aspect), path=(KEY,))]


def _monitored(description: Description) -> list[Instance]:
    """With a gap where hosts of the service are not among those that are named."""
    found = _instance(description, "monitored")
    left_out = _left_out(description, _declared(description))
    if not left_out:
        return found
    gap = phrase(
        "classic_monitoring.hosts does not have {hosts:list}, on which the service runs (service.hosts): name them, or say in 'names' "
        "what the monitoring calls them",
        hosts=left_out,
    )
    return [*found, Instance(CHECK, "hosts", path=(KEY, "hosts"), gap=gap)]


def _left_out(description: Description, declared: ClassicMonitoring) -> list[str]:
    """Hosts of the service that no name among those that are given stands for."""
    given = declared.get("hosts")
    if given is None:
        return []
    known = {str(name).rstrip(".").lower() for name in given}
    short = {name.partition(".")[0] for name in known}
    out = []
    for host in description.hosts():
        names = {_called(host, declared.get("names")), host, *description.inventory.addresses_of(host)}
        plain = {name.rstrip(".").lower() for name in names}
        if not plain & known and not {name.partition(".")[0] for name in plain if not name[:1].isdigit()} & short:
            out.append(host)
    return out


def _routing(description: Description) -> list[Instance]:
    declared = _declared(description)
    args = _args(description, declared, "routing")
    if declared.get("contacts"):
        return [Instance(CHECK, description.name, {**args, "contacts": list(declared["contacts"])}, path=(KEY,))]
    gap = phrase("classic_monitoring.contacts is not declared: who must be told?")
    return [Instance(CHECK, description.name, args, path=(KEY,), gap=gap, lacks="contacts")]


def _hidden(description: Description) -> list[Instance]:
    (instance,) = _instance(description, "hidden")
    if not description.run.window.get("end"):
        return [instance]
    return [Instance(CHECK, instance.instance, {**instance.args, "window_end": description.run.window["end"]}, path=instance.path)]


DERIVATIONS: dict[str, Derivation] = {
    f"{CHECK}:{KEY}.monitored": _monitored,
    f"{CHECK}:{KEY}.alerting": functools.partial(_instance, aspect="alerting"),
    f"{CHECK}:{KEY}.routing": _routing,
    f"{CHECK}:{KEY}.hidden": _hidden,
}

__all__ = ("DERIVATIONS",)
