# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service as it is known while it is designed: without its secrets, its hosts, its variables. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ...module_utils._finding import isoformat
from ...module_utils._phrase import Message, phrase
from .._described.document import Document, Refused
from .._described.known_now import known_now
from .._model.register import Register
from .._planning import plan as _plan
from .._planning.expected_hosts import pattern_of
from .._planning.register import Hosts, register_of
from . import resolving
from .context import Context
from .given_files import content, is_sealed, locate, shown


@dataclasses.dataclass
class Draft(Context):
    """The same files, of which those that cannot be decrypted here are told, and refuse nothing."""

    sealed: Message | None = None  # why nobody knows here what the organisation's file says
    _unread: list[Message] = dataclasses.field(default_factory=list)

    @classmethod
    def of(cls, context: Context) -> Draft:
        """With the options of another context, of which nothing has been read yet."""
        made = cls(context.action, context.task_vars, dict(context.options), refused=context.refused, left_out=context.left_out)
        path = made._sealed_path(made.options["organisation_file"])
        if path:
            made.options["organisation_file"] = None
            made.sealed = phrase(
                "{file:path} is encrypted, and this run cannot decrypt it: what the organisation asks and shares is not known here",
                file=shown(path),
            )
        return made

    def register(self) -> Register:
        """The register of the service. Refused."""
        if self.refused:
            raise Refused(list(self.refused.values()))
        description = self.description(self._first_host())
        plan = _plan.draft(description)
        plan = dataclasses.replace(plan, notices=(*self._unread, *plan.notices))
        pattern = pattern_of(description)
        hosts = Hosts(lambda one: bool(self._hosts_of(one)), bool(pattern and self._hosts_of(pattern)))
        made_at = isoformat(dt.datetime.now(dt.timezone.utc))
        return register_of(plan, description.run, hosts, made_at=made_at, sealed=self.sealed)

    def _sealed_path(self, name: str | None) -> str | None:
        """Where a file lies that is encrypted and cannot be decrypted here; None for any other."""
        path = locate(self.action._loader, name) if name else None
        if path is None or not is_sealed(path):
            return None
        try:
            content(self.action._loader, path, shown(path))
        except Refused:
            return path
        return None

    def _sources(self) -> list[tuple[str, str]]:
        """The files that can be read."""
        found = []
        for name, schema in super()._sources():
            if schema == "approvals" and self._sealed_path(name):
                said = phrase(
                    "{file:path} is encrypted, and this run cannot decrypt it: what it accepts is not known here", file=shown(name)
                )
                if said not in self._unread:
                    self._unread.append(said)
                continue
            found.append((name, schema))
        return found

    def _document(self, name: str, schema: str, host: str) -> Document:
        known, told = known_now(super()._document(name, schema, host))
        self._unread += [line for line in told if line not in self._unread]
        return known

    def _addresses_of(self, host: str) -> list[str]:
        """Of a pattern that stands for hosts which nobody knows yet, itself."""
        there = host in self.task_vars.get("groups", {}).get("all", ())
        return super()._addresses_of(host) if there else [host]

    def _resolver(self, path: str, name: str, schema: str, host: str) -> resolving.Resolve:
        """Beside an organisation's file that nobody can read here, a service's templates do no more than beside one that can be read."""
        if self.sealed is None or schema != "service":
            return super()._resolver(path, name, schema, host)
        if found := self._beyond_of(path, name):
            raise Refused([f"{one}: it would run on the controller, and {self.sealed}" for one in found])
        return resolving.in_sandbox(self.templar(host or None))


__all__ = ("Draft",)
