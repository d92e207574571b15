# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the host that a task is delegated to. PRIVATE to the collection."""

from __future__ import annotations

import base64
import pathlib
import typing as t

from ansible import constants, context
from ansible.errors import AnsibleError

from ...module_utils._phrase import Message, phrase
from .._model.text import in_short, not_reached
from .._publish.files import READABLE, PublishFailure, WriteFile
from .._running import core
from .._running.variables import extra, of_inventory

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def host_of(action: t.Any, task_vars: t.Mapping[str, object]) -> str | None:
    """The host that the task is delegated to, when that is not this machine."""
    host = action._task.delegate_to
    if host in _THIS_MACHINE:
        return None
    is_local = getattr(action._connection, "transport", None) == "local" and another_machine(action, task_vars) is None
    return str(host) if host and not is_local else None


def another_machine(action: t.Any, task_vars: t.Mapping[str, object]) -> Message | None:
    """Why nothing is asked of the host that a task is delegated to: this machine would answer, and the inventory does not say so.

    ``connection: local`` of a play holds for the tasks in it that are delegated, too.
    """
    host = action._task.delegate_to
    if not host or host in _THIS_MACHINE or getattr(action._connection, "transport", None) != "local":
        return None
    # whoever started the run has said so of all hosts, which is told with the plan
    if context.CLIARGS.get("connection") == "local" or "ansible_connection" in extra(task_vars):
        return None
    if names_connection(str(host), task_vars) or constants.DEFAULT_TRANSPORT == "local":
        return None
    return phrase(
        "this machine would have answered for it, because the play says 'connection: local' and the inventory says nothing of {host:path}; "
        "take that out of the play, or say ansible_connection: local of the host",
        host=str(host),
    )


def names_connection(host: str, task_vars: t.Mapping[str, object]) -> bool:
    """Whether the inventory says how a host is reached: what the command line says is not the inventory's word."""
    return of_inventory(task_vars, host).get("ansible_connection") is not None


class Elsewhere:
    """That host, through the module ``store``."""

    def __init__(self, action: t.Any, task_vars: dict[str, t.Any]) -> None:
        self.action, self.task_vars, self.host = action, task_vars, host_of(action, task_vars)

    def call(self, question: t.Mapping[str, object]) -> dict[str, t.Any]:
        """What the module answers; a host that cannot be reached is an answer too."""
        if reason := another_machine(self.action, self.task_vars):
            return {"failed": True, "msg": not_reached(str(self.host), reason)}
        core.without_warnings(self.action, core.told)
        try:
            return dict(
                self.action._execute_module(module_name="operability.readiness.store", module_args=dict(question), task_vars=self.task_vars)
            )
        except AnsibleError as exc:
            return {"failed": True, "msg": not_reached(str(self.host), in_short(exc))}

    @property
    def write(self) -> WriteFile | None:
        """What writes a file there; None where there is no other host."""
        return self._write if self.host else None

    def remove(self, path: str) -> bool:
        """Removes a file there; whether there was one. In check mode it only looks. PublishFailure."""
        place = pathlib.PurePosixPath(path)
        answer = self.call({"folder": str(place.parent), "create": False, "remove": [place.name], "list": [place.name]})
        if answer.get("failed") or "names" not in answer:
            raise PublishFailure(f"{place} on {self.host}: {answer.get('msg') or 'the host gave no answer'}")
        return bool(answer.get("changed") or answer["names"])

    def _write(self, path: str, content: bytes, mode: int = READABLE) -> str:
        place = pathlib.PurePosixPath(path)
        encoded = {place.name: base64.b64encode(content).decode()}
        answer = self.call({"folder": str(place.parent), "create": False, "mode": f"{mode:04o}", "write": encoded})
        if answer.get("failed") or "names" not in answer:
            raise PublishFailure(f"{place} on {self.host}: {answer.get('msg') or 'the host gave no answer'}")
        return f"{self.host}:{place}"


__all__ = ("Elsewhere", "another_machine", "host_of", "names_connection")
