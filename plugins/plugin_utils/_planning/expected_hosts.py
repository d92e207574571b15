# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which hosts a service says that it runs, and on which others it would have something done. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.document import Document
from .._described.service import Description
from .._model.planned import PlannedRequirement
from .remarks import Remarks


def pattern_of(description: Description) -> str | None:
    """``service.hosts``, where it is said and known."""
    given = description.data["service"].get("hosts")
    return given if isinstance(given, str) and given else None


def without_host(description: Description) -> Message | None:
    """Why there is nothing to judge: the service says on which hosts it runs, and there is none."""
    pattern = pattern_of(description)
    if pattern is None or description.hosts():
        return None
    return phrase("service.hosts: the inventory has no host for the pattern '{pattern:path}'", pattern=pattern)


def hosts_told(description: Description, requirements: t.Sequence[PlannedRequirement], remarks: Remarks) -> None:
    """Notes which hosts outside ``service.hosts`` have something to do, and tells which parts have such hosts."""
    if pattern_of(description) is None:
        return
    own, of_parts = set(description.hosts()), set[str]()
    for name, part in description.parts.items():
        pattern = part.get("hosts")
        hosts = description.hosts(pattern) if isinstance(pattern, str) else []
        outside = [host for host in hosts if host not in own]
        of_parts.update(outside)
        if outside and own:
            remarks.notices.append(
                phrase(
                    "{place:path}: parts.{part:path}.hosts: {hosts:list} are not in service.hosts: nobody misses them when they are gone",
                    place=description.service.where(("parts", name, "hosts")),
                    part=name,
                    hosts=outside,
                )
            )
    organisation = description.organisation
    if organisation is None:
        return
    given = own | of_parts | _named_by(organisation, description)
    for requirement in requirements:
        used = {host for check in requirement.checks for host in check.hosts or ()}
        outside = sorted(used - given)
        if outside:
            less = phrase("{hosts:list} have something to do for this service", hosts=outside)
            above = phrase("neither service.hosts nor a server of {file:path} names them", file=organisation.name)
            name = requirement.rule.id
            remarks.loosen("other_hosts", f"on ({name})", requirement.declared_in, less, above, requirement=name)


def _named_by(organisation: Document, description: Description) -> set[str]:
    """The hosts that the organisation's servers name."""
    servers = organisation.declared.get("servers") or {}
    patterns = [server.get("on") for server in servers.values() if isinstance(server, dict)]
    return {host for pattern in patterns if isinstance(pattern, str) for host in description.hosts(pattern)}


__all__ = ("hosts_told", "pattern_of", "without_host")
