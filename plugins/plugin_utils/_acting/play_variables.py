# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sets a variable: the command line, the play with its roles and tasks, or the inventory. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible.playbook.task import Task
from ansible.vars.hostvars import HostVars


def extra(task_vars: t.Mapping[str, object]) -> t.Mapping[str, object]:
    """The variables of the command line (or of the launcher), which win over all others."""
    hostvars = task_vars.get("hostvars")
    return dict(hostvars._variable_manager.extra_vars) if isinstance(hostvars, HostVars) else {}


def of_play(task: object) -> dict[str, object]:
    """What the play says, its roles and its tasks, as written: the defaults of roles are not among it."""
    if not isinstance(task, Task):
        return {}
    play, role = task.get_play(), task._role
    own: dict[str, object] = dict(play.get_vars()) if play else {}
    if role:
        own.update(role.get_vars(task.get_dep_chain(), include_params=True))
    own.update(task.get_vars())
    return own


def of_inventory(task_vars: t.Mapping[str, object], host: str) -> t.Mapping[str, object]:
    """What the inventory, facts and earlier tasks say of a host, and the command line; empty for one that is not known."""
    hostvars = task_vars.get("hostvars")
    if not isinstance(hostvars, HostVars) or host not in hostvars:
        return {}
    return dict(hostvars.raw_get(host))


def effective(task_vars: t.Mapping[str, object], task: Task, host: str, name: str) -> object:
    """The value of a variable on another host in this task, as written; None where it has none."""
    hostvars = task_vars.get("hostvars")
    if not isinstance(hostvars, HostVars) or (known := hostvars._inventory.get_host(host)) is None:
        return None
    variables = hostvars._variable_manager.get_vars(play=task.get_play(), host=known, task=task, include_hostvars=False)
    return dict(variables).get(name)


__all__ = ("effective", "extra", "of_inventory", "of_play")
