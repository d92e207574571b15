# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections of hosts as the play resolves them, in an inventory for a tool that opens its own. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import tempfile
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import PluginLoader, become_loader, connection_loader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars

from ...module_utils._phrase import Message, phrase
from .._described.document import plain_mapping
from .._model.text import as_list, first_line, said_by
from .verification import Visit

_SSH = {
    "host": "ansible_host",
    "port": "ansible_port",
    "remote_user": "ansible_user",
    "private_key_file": "ansible_ssh_private_key_file",
    "ssh_common_args": "ansible_ssh_common_args",
    "ssh_extra_args": "ansible_ssh_extra_args",
}
_SECRET = ("password", "private_key", "private_key_passphrase")
_SOCKET_LENGTH = 104 - 60  # a path of a socket is short, and ssh adds a hash and a suffix


class _NoConnection(LookupError):
    """Why a connection cannot be told."""


class Connections:
    """Resolves hosts once each; ``inventory`` writes them for as long as a tool needs them."""

    def __init__(self, action: ActionBase, task_vars: t.Mapping[str, object]) -> None:
        self.action, self.task_vars = action, task_vars
        self.play_hosts = {str(host) for host in as_list(task_vars.get("ansible_play_hosts_all"))}
        self.hosts: dict[str, dict[str, object]] = {}
        self.groups: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        self.lost: dict[str, Message] = {}

    def visit(self, hosts: t.Iterable[str], expected: t.Sequence[str]) -> Visit:
        """The hosts to visit: none of the service's that the play leaves out, and none whose connection cannot be told."""
        names: list[str] = []
        absent: dict[str, Message] = {}
        for host in hosts:
            if "://" in host:
                names.append(host)
            elif host in expected and host not in self.play_hosts:
                absent[host] = self._left_out(host)
            else:
                self._resolve(host)
                if host in self.lost:
                    absent[host] = self.lost[host]
                else:
                    names.append(self.names[host])
        return Visit(tuple(names), absent)

    def _left_out(self, host: str) -> Message:
        limit = self.task_vars.get("ansible_limit")
        if limit:
            return phrase("{host:path} was not part of this run (--limit {limit:path})", host=host, limit=str(limit))
        return phrase("{host:path} was not part of this run", host=host)

    @contextlib.contextmanager
    def inventory(self) -> t.Iterator[str]:
        """The path of an inventory that only this user may read, in the run's own folder; removed afterwards."""
        from ...module_utils._clients.pytest_plugin import RESOLVED  # noqa: PLC0415 # long, and only suites need it

        members = {RESOLVED: sorted(self.hosts), **self.groups}
        children = {group: {"hosts": dict.fromkeys(hosts)} for group, hosts in members.items()}
        handle, name = tempfile.mkstemp(prefix="readiness-connections-", suffix=".json", dir=constants.DEFAULT_LOCAL_TMP)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"all": {"hosts": self.hosts, "children": children}}, stream, default=str)
            yield name
        finally:
            pathlib.Path(name).unlink(missing_ok=True)

    # -- one host

    def _resolve(self, host: str) -> None:
        if host in self.names or host in self.lost:
            return
        try:
            variables, templar = self._variables(host)
            found, by_ansible = self._connection(host, variables, templar)
        except (AnsibleError, LookupError) as exc:
            reason = said_by(exc) if isinstance(exc, _NoConnection) else first_line(exc)
            self.lost[host] = phrase("the connection to {host:path} cannot be told: {reason}", host=host, reason=reason)
            return
        self.hosts[host] = {name: _untemplated(value) if by_ansible else value for name, value in plain_mapping(found).items()}
        self.names[host] = f"ansible://{host}?force_ansible=true" if by_ansible else host
        for group in as_list(variables.get("group_names")):
            self.groups.setdefault(str(group), []).append(host)

    def _variables(self, host: str) -> tuple[dict[str, object], Templar]:
        """The variables of a host in this play and task, and what resolves templates with them."""
        hostvars, task = self.task_vars.get("hostvars"), self.action._task
        if not isinstance(hostvars, HostVars):
            raise _NoConnection(phrase("there is no inventory"))
        known = hostvars._inventory.get_host(host)
        if known is None:
            raise _NoConnection(phrase("the inventory does not have it"))
        own = hostvars._variable_manager.get_vars(play=task.get_play(), host=known, task=task, include_hostvars=False)
        variables = {**own, "hostvars": hostvars, "ansible_playbook_python": self.task_vars.get("ansible_playbook_python")}
        return variables, self.action._templar.copy_with_new_env(available_variables=variables)

    def _connection(self, host: str, variables: t.Mapping[str, object], templar: Templar) -> tuple[dict[str, object], bool]:
        """The connection variables of a host; and whether only Ansible can use them: for passwords, and for becoming in other ways.

        With a password testinfra would call sshpass, and everybody could read it in the list of processes.
        """
        task = self.action._task
        keys: dict[str, object] = {**task.dump_attrs(), "timeout": None}
        own_password = any(name in self.task_vars for name in ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password"))
        if not own_password and self.action._play_context.password:
            keys["password"] = self.action._play_context.password  # of --ask-pass
        name = str(templar.template(variables.get("ansible_connection") or task.connection or "ssh"))
        plugin, options, given = _options(connection_loader, "connection", name, keys, variables, templar)
        found: dict[str, object] = {**given, "ansible_connection": name, "ansible_host": given.get("ansible_host", host)}
        if "ansible_python_interpreter" in variables:
            found["ansible_python_interpreter"] = templar.template(variables["ansible_python_interpreter"])
        by_ansible = any(options.get(option) for option in _SECRET) or "paramiko" in name
        if options.get("password"):
            found["ansible_password"] = options["password"]
        if plugin == "ssh":
            options["host"] = found["ansible_host"]
            found.update({_SSH[option]: options[option] for option in _SSH if options.get(option)})
            if not by_ansible:
                found["ansible_ssh_extra_args"] = _ssh_arguments(options, given)
        become = variables.get("ansible_become")
        if templar.template(become) if become is not None else task.become:
            by_ansible = self._become(found, keys, variables, templar) or by_ansible
        return found, by_ansible

    def _become(self, found: dict[str, object], keys: dict[str, object], variables: t.Mapping[str, object], templar: Templar) -> bool:
        method = str(templar.template(variables.get("ansible_become_method") or self.action._task.become_method or "sudo"))
        plugin, options, given = _options(become_loader, "become", method, keys, variables, templar)
        password = options.get("become_pass") or self.action._play_context.become_pass
        found.update(given, ansible_become=True, ansible_become_method=method, ansible_become_user=options.get("become_user") or "root")
        if password:
            found["ansible_become_password"] = password
        return bool(password) or plugin != "sudo" or options.get("become_exe") not in (None, "sudo")


def _options(
    loader: PluginLoader, kind: str, name: str, keys: t.Mapping[str, object], variables: t.Mapping[str, object], templar: Templar
) -> tuple[str, dict[str, object], dict[str, object]]:
    """A plugin's short name, its options as Ansible works them out, and those of its variables that are set."""
    plugin = loader.get(name, class_only=True)
    if plugin is None:
        raise _NoConnection(phrase("there is no {kind:path} plugin {name:path}", kind=kind, name=name))
    loaded = str(plugin._load_name)
    given: dict[str, object] = {
        each: templar.template(variables[each]) for each in constants.config.get_plugin_vars(kind, loaded) if each in variables
    }
    given.pop("inventory_hostname", None)
    options: dict[str, object] = constants.config.get_plugin_options(kind, loaded, keys=keys, variables=given)
    return loaded.removeprefix("ansible_collections.ansible.builtin.plugins.").rpartition(".")[2], options, given


def _ssh_arguments(options: t.Mapping[str, object], given: t.Mapping[str, object]) -> str:
    """What ssh needs beside what testinfra gives it: never to ask, the play's way with host keys, one connection for all commands."""
    arguments = [str(options.get("ssh_extra_args") or ""), "-o BatchMode=yes"]
    if given.get("ansible_ssh_args") or os.environ.get("ANSIBLE_SSH_ARGS"):
        arguments.insert(0, str(options["ssh_args"]))
    if not options.get("host_key_checking", True):
        arguments.append("-o StrictHostKeyChecking=no")
    folder = os.path.expanduser(str(options.get("control_path_dir") or "~/.ansible/cp"))
    said = " ".join(str(options.get(name) or "") for name in ("ssh_args", "ssh_common_args", "ssh_extra_args")).lower()
    if "controlpath" not in said and len(folder) < _SOCKET_LENGTH:
        with contextlib.suppress(OSError):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            arguments.append(f"-o ControlPath={folder}/%C")
    return " ".join(argument for argument in arguments if argument)


def _untemplated(value: object) -> object:
    """A value that Ansible is to take as it stands. No ``raw`` block: the value may end it."""
    if isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#")):
        return value.replace("{", "{{ '{' }}")
    return value


__all__ = ("Connections",)
