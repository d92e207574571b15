# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sets a variable: the command line, the play with its roles and tasks, or the inventory. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible import constants, context
from ansible.playbook.task import Task
from ansible.vars.hostvars import HostVars

from .._described.service import Started
from .._model.text import as_list
from .._planning import connection_parameters as _connection
from .._running.variables import extra, of_inventory

DECIDING = tuple(f"readiness_{name}" for name in ("mode", "environment", "first_deployment", "organisation_file", "scope", "records"))


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


def started(task: object, task_vars: t.Mapping[str, object], records: object, publish: t.Mapping[str, object] | None = None) -> Started:
    """How this run of Ansible was started, as far as it matters for what a gate looks at."""
    hostvars, limit = task_vars.get("hostvars"), task_vars.get("ansible_limit")
    left_out: tuple[str, ...] = ()
    if limit and isinstance(hostvars, HostVars):
        inside = {host.name for host in hostvars._inventory.get_hosts("all", ignore_restrictions=True)}
        left_out = tuple(sorted(str(host) for host in hostvars if host not in inside))
    play = task.get_play() if isinstance(task, Task) else None
    return Started(
        limit=str(limit) if limit else None,
        left_out=left_out,
        tags=_chosen(task, task_vars),
        serial=bool(play and play.serial),
        records=str(records) if records else None,
        publish=dict(publish or {}),
        environment=_environment(task_vars),
        environment_alone=_alone(task, task_vars, "readiness_environment"),
        service_file=_named(task, task_vars, "readiness_service_file"),
    )


def _chosen(task: object, task_vars: t.Mapping[str, object]) -> tuple[str, ...]:
    """The tags that choose a task; none where it has the tag ``always``."""
    if isinstance(task, Task) and "always" in task.tags:
        return ()
    asked = [str(tag) for tag in as_list(task_vars.get("ansible_run_tags")) if str(tag) != "all"]
    return (*asked, *(f"not {tag}" for tag in as_list(task_vars.get("ansible_skip_tags"))))


def _named(task: object, task_vars: t.Mapping[str, object], name: str) -> bool:
    """Whether the command line says it: what the task itself has as an option wins over every variable."""
    option = task.args.get(name[len("readiness_") :]) if isinstance(task, Task) else None
    return name in extra(task_vars) and option is None


def _alone(task: object, task_vars: t.Mapping[str, object], name: str) -> bool:
    """Whether only the command line says it, and neither play nor inventory."""
    if not _named(task, task_vars, name) or name in of_play(task):
        return False
    return not of_inventory(task_vars, str(task_vars.get("inventory_hostname"))).get(name)


def _environment(task_vars: t.Mapping[str, object]) -> str | None:
    """The environment that the inventory gives the task's host, where the command line gives another."""
    name = "readiness_environment"
    if name not in extra(task_vars):
        return None
    given = of_inventory(task_vars, str(task_vars.get("inventory_hostname"))).get(name)
    return str(given) if isinstance(given, str) and "{{" not in given else None


def connecting(task: object, task_vars: t.Mapping[str, object]) -> dict[str, object]:
    """What the command line, or the environment, says of how hosts are reached, as written."""
    found: dict[str, object] = {name: value for name, value in extra(task_vars).items() if _connection.steers(name)}
    options: t.Mapping[str, object] = context.CLIARGS
    found.update(_connection.on_command_line(options))
    asked = str(options.get("connection") or constants.DEFAULT_TRANSPORT)
    play = task.get_play() if isinstance(task, Task) else None
    if play and play.connection != asked:  # it says another, and wins
        return found
    if asked != constants.DEFAULT_TRANSPORT:
        found["--connection"] = asked
    elif str(constants.config.get_config_value_and_origin("DEFAULT_TRANSPORT")[1]).startswith("env: "):
        found[_connection.TRANSPORT] = asked
    return found


def said_of_connection(task: object, task_vars: t.Mapping[str, object], host: str) -> dict[str, object]:
    """What inventory and play say of a host, as written, of all that has a say in how it is reached."""
    said = {**of_inventory(task_vars, host), **of_play(task)}
    return {"ansible_host": host, **{name: value for name, value in said.items() if _connection.steers(name)}}


def deciding(task: object, task_vars: t.Mapping[str, object]) -> dict[str, str]:
    """What the inventory, or an earlier task, says for the task's host of variables with a say in the verdict.

    They must be the same for all hosts of a service; one that has no value is empty. What play, task or command line say holds for all
    hosts, and is left out.
    """
    said = {*of_play(task), *extra(task_vars)}
    open_ones = [name for name in DECIDING if name not in said]
    there = any(name in task_vars for name in open_ones)
    own = of_inventory(task_vars, str(task_vars.get("inventory_hostname"))) if there else {}
    return {name: "" if own.get(name) is None else str(own[name]) for name in open_ones}


__all__ = ("connecting", "deciding", "extra", "of_inventory", "of_play", "said_of_connection", "started")
