# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboards of a service in Grafana. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ....module_utils._phrase import phrase
from ..._described.declarations import Dashboard
from ..._described.service import Description, NotDeclared
from .instance import Derivation, Instance, Several, Steps


def _dashboards(description: Description) -> list[Instance]:
    declared = description.data.get("dashboards") or []
    if not declared:
        raise NotDeclared(phrase("dashboards is not declared: which dashboards do the operators look at? (the uid of each)"))
    several = Several()
    for index, entry in enumerate(declared):
        steps: Steps = ("dashboards", index)
        dashboard: Dashboard = {"uid": entry} if isinstance(entry, str) else entry
        name = _name(dashboard)
        with several.one("grafana_dashboard", name, steps) as out:
            args = description.connection("grafana", dashboard.get("using"))
            args.update({key: dashboard[key] for key in ("uid", "tag") if dashboard.get(key)})
            lists: dict[str, t.Sequence[object] | None] = {
                "panels": dashboard.get("panels"),
                "may_be_empty": dashboard.get("may_be_empty"),
                "data_sources": dashboard.get("data_sources"),
            }
            args.update({key: [str(item) for item in given] for key, given in lists.items() if given})
            if variables := dashboard.get("variables"):
                args["variables"] = dict(variables)
            out.append(Instance("grafana_dashboard", name, args, path=steps))
    return several.all()


def _name(dashboard: Dashboard) -> str:
    """What tells it apart: one dashboard may stand there for several values of its variables."""
    name = dashboard.get("uid") or dashboard.get("tag") or ""
    values = (value if isinstance(value, list) else [value] for value in (dashboard.get("variables") or {}).values())
    chosen = ", ".join(str(one) for value in values for one in value)
    return f"{name} ({chosen})" if chosen else name


DERIVATIONS: dict[str, Derivation] = {"grafana_dashboard": _dashboards}

__all__ = ("DERIVATIONS",)
