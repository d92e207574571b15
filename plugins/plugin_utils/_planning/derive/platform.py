# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service stands on: units, capacity and clocks of its hosts, and the way to what it must reach. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ....module_utils._argspec import ArgumentsRefused
from ....module_utils._destination import destination
from ....module_utils._phrase import phrase
from ..._described.document import Refused, dotted
from ..._described.service import Description, NotApplicable, NotDeclared
from .instance import Derivation, Instance, Several, Steps


def _units(description: Description) -> list[Instance]:
    several, count = Several(), 0
    for name, part in description.parts.items():
        for index, unit in enumerate(part.get("units") or []):
            given = {"name": unit} if isinstance(unit, str) else dict(unit)
            args = {"unit": given.pop("name"), **given}
            path: Steps = ("parts", name, "units", index)
            count += 1
            with several.one("systemd_unit", str(args["unit"]), path) as out:
                out.append(Instance("systemd_unit", str(args["unit"]), args, tuple(description.part_hosts(part)), path=path))
    if not count:
        raise NotDeclared(phrase("no part declares its units (parts.NAME.units)"))
    return several.all()


def _capacity(description: Description) -> list[Instance]:
    return [Instance("host_capacity", "capacity", {}, tuple(description.part_hosts({})), path=("service", "hosts"))]


def _clocks(description: Description) -> list[Instance]:
    return [Instance("clock", "clock", {}, tuple(description.part_hosts({})), path=("service", "hosts"))]


def _flows(description: Description) -> list[Instance]:
    declared = description.data.get("flows")
    if declared is None:
        raise NotDeclared(phrase("flows is not declared: what must the service reach? (flows: [] for nothing)"))
    if not declared:
        raise NotApplicable(phrase("the service declares no flow (flows: [])"), "flows")
    several = Several()
    for index, flow in enumerate(declared):
        steps: Steps = ("flows", index)
        to = str(flow["to"])
        try:
            destination(to, str(flow.get("protocol", "tcp")))
        except ArgumentsRefused as exc:
            place = description.service.where((*steps, "to"))
            raise Refused([f"{place}: {dotted(steps)}.{problem}" for problem in exc.problems]) from None
        source = flow.get("from")
        part = description.parts.get(str(source)) if source else None
        args = {key: value for key, value in flow.items() if key != "from" and value is not None}
        with several.one("flow", to, steps) as out:
            hosts = description.part_hosts({}, str(source)) if source and part is None else description.part_hosts(part or {})
            out.append(Instance("flow", to, args, tuple(hosts), path=steps))
    return several.all()


DERIVATIONS: dict[str, Derivation] = {
    "clock": _clocks,
    "flow": _flows,
    "host_capacity": _capacity,
    "systemd_unit": _units,
}

__all__ = ("DERIVATIONS",)
