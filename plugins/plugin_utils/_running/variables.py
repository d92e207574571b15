# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line says of a variable, and what the inventory says. PRIVATE to the collection."""

from __future__ import annotations

import copy
import typing as t

from ansible.vars.hostvars import HostVars


def extra(task_vars: t.Mapping[str, object]) -> t.Mapping[str, object]:
    """The variables of the command line (or of the launcher), which win over all others."""
    hostvars = task_vars.get("hostvars")
    return dict(hostvars._variable_manager.extra_vars) if isinstance(hostvars, HostVars) else {}


def of_inventory(task_vars: t.Mapping[str, object], host: str) -> t.Mapping[str, object]:
    """What the inventory, facts and earlier tasks say of a host, the command line left out; empty for one that is not known."""
    hostvars = task_vars.get("hostvars")
    if not isinstance(hostvars, HostVars) or (known := hostvars._inventory.get_host(host)) is None:
        return {}
    whole = hostvars._variable_manager
    manager = copy.copy(whole)
    # a copy loses these before core 2.19
    manager._loader, manager._hostvars, manager._extra_vars = whole._loader, whole._hostvars, {}
    return dict(manager.get_vars(host=known, include_hostvars=False))


__all__ = ("extra", "of_inventory")
