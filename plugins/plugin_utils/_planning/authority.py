# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may loosen what: leave that the organisation gives to services and to runs. PRIVATE to the collection. Pure.

Each hand may tighten what stands above it. What is looser is found where it is read (``Remarks.loosen``); whether it may be is
decided here alone.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._described.declarations import OrganisationFile
from .._described.document import Document
from .._model.loosening import RUN, SERVICE, Leave, Loosening

SERVICES_MAY, RUNS_MAY = "services_may", "runs_may"
Layers = t.Mapping[tuple[str, str], frozenset[str]]  # by group and name; ("", "") is for all


@dataclasses.dataclass(frozen=True)
class Authority:
    """What the organisation lets services and runs do, layer by layer."""

    file: str | None  # the organisation's; without one the team is its own operations
    silent: bool  # the organisation has not said yet who may what: the way over from 0.2
    service: str
    environment: str
    level: str
    services: Layers
    runs: Layers

    @property
    def has_spoken(self) -> bool:
        """Whether there is an organisation that has said who may what."""
        return self.file is not None and not self.silent

    @classmethod
    def of(cls, organisation: Document | None, *, service: str, environment: str, level: str = "") -> Authority:
        """As the organisation's file says it."""
        said: OrganisationFile = organisation.of_organisation if organisation else {"schema_version": 1}
        return cls(
            file=organisation.name if organisation else None,
            silent=organisation is not None and "services_may" not in said and "runs_may" not in said,
            service=service,
            environment=environment,
            level=level,
            services=_layers(said.get("services_may")),
            runs=_layers(said.get("runs_may")),
        )

    def leave(self, kind: str, requirement: str | None = None, *, by: str = SERVICE) -> Leave:
        """Whether something of a kind may be looser, of a requirement where one is named."""
        if self.file is None:
            return Leave.GIVEN
        if self.silent:
            return Leave.WAY_OVER
        layers = self.runs if by == RUN else self.services
        here = (
            ("", ""),
            ("environments", self.environment),
            ("levels", self.level),
            ("services", self.service),
            ("requirements", requirement or ""),
        )
        return Leave.GIVEN if any(kind in layers.get(layer, ()) for layer in here) else Leave.REFUSED

    def settled(self, loosened: t.Sequence[Loosening], *, enforced: bool, problems: list[str]) -> tuple[Loosening, ...]:
        """Each with the leave that it has. In enforce what has none is a problem of the plan."""
        out = []
        for one in loosened:
            found = dataclasses.replace(one, leave=self.leave(one.kind, one.requirement, by=one.by))
            if found.leave is Leave.REFUSED and enforced:
                problems.append(self._refusal(found))
            out.append(found)
        return tuple(out)

    def _refusal(self, one: Loosening) -> str:
        key = RUNS_MAY if one.by == RUN else SERVICES_MAY
        who = "a run" if one.by == RUN else "a service"
        scoped = f"{key}: {{services: {{{self.service}: [{one.kind}]}}}}"
        place = f"{one.declared_in}: " if one.declared_in else ""
        return (
            f"{place}{one.key}: {one.message}; {one.above}. {who.capitalize()} may tighten this, not loosen it: "
            f"take it back, or have operations allow it in {self.file} ({scoped})"
        )


def block(kinds: t.Mapping[tuple[str, str], t.Collection[str]]) -> str:
    """The lines of the organisation's file that allow what is looser today, by who (service or run) and service."""
    lines = []
    for who, key in ((SERVICE, SERVICES_MAY), (RUN, RUNS_MAY)):
        mine = {service: sorted(names) for (by, service), names in sorted(kinds.items()) if by == who and names}
        lines.append(f"{key}:" if mine else f"{key}: []")
        lines += ["  services:"] if mine else []
        lines += [f"    {json.dumps(service) if ':' in service else service}: [{', '.join(names)}]" for service, names in mine.items()]
    return "\n".join(lines)


def waiting(loosened: t.Iterable[Loosening], service: str) -> dict[tuple[str, str], set[str]]:
    """What takes effect only while the organisation has not said who may what, for ``block``."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in loosened:
        if one.leave is Leave.WAY_OVER:
            found.setdefault((one.by, service), set()).add(one.kind)
    return found


def _layers(given: object) -> Layers:
    if isinstance(given, list):
        return {("", ""): frozenset(map(str, given))}
    if not isinstance(given, dict):
        return {}
    found = {("", ""): frozenset(map(str, given.get("default") or ()))}
    for group in ("environments", "levels", "services", "requirements"):
        for name, kinds in (given.get(group) or {}).items():
            found[(group, str(name))] = frozenset(map(str, kinds))
    return found


__all__ = ("RUNS_MAY", "SERVICES_MAY", "Authority", "block", "waiting")
