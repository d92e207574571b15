# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which hosts a service says that it runs, and on which others it would have something done. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from .._described.document import Document, Path, dotted
from .._described.service import Description
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


def hosts_told(description: Description, remarks: Remarks) -> None:
    """Notes where hosts outside ``service.hosts`` have something to do, and tells which parts have such hosts."""
    if pattern_of(description) is None:
        return
    own = set(description.hosts())
    for name, part in description.parts.items():
        pattern = part.get("hosts")
        outside = [host for host in description.hosts(pattern) if host not in own] if isinstance(pattern, str) else []
        if outside and own:
            place = description.service.where(("parts", name, "hosts"))
            remarks.notices.append(
                phrase(
                    "{place:path}: parts.{part:path}.hosts: {hosts:list} are not in service.hosts: nobody misses them when they are gone",
                    place=place,
                    part=name,
                    hosts=outside,
                )
            )
    organisation = description.organisation
    if organisation is None:
        return
    given = _named_by(organisation, description)
    parts = description.parts
    for path, pattern in _patterns(description.service):
        if path[-1] == "from" and pattern in parts:
            continue
        outside = [host for host in description.hosts(pattern) if host not in own | given]
        if outside:
            less = phrase("{hosts:list} have something to do for this service", hosts=outside)
            above = phrase("neither service.hosts nor a server of {file:path} names them", file=organisation.name)
            remarks.loosen("other_hosts", dotted(path), description.service.where(path), less, above)


def _named_by(organisation: Document, description: Description) -> set[str]:
    """The hosts that the organisation's servers name."""
    servers = organisation.declared.get("servers") or {}
    patterns = [server.get("on") for server in servers.values()]
    return {host for pattern in patterns if isinstance(pattern, str) for host in description.hosts(pattern)}


def _patterns(document: Document) -> t.Iterator[tuple[Path, str]]:
    """Each ``on`` of a service file, and each ``from`` of an endpoint or a flow, with where it stands."""

    def walk(value: object, path: Path) -> t.Iterator[tuple[Path, str]]:
        items: t.Iterable[tuple[str | int, object]] = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        for key, inner in items:
            asks = key == "on" or (key == "from" and path[:1] in (("endpoints",), ("flows",)))
            if asks and isinstance(inner, str):
                yield (*path, key), inner
            elif key != "with":
                yield from walk(inner, (*path, key))

    yield from walk(document.data, ())


__all__ = ("hosts_told", "pattern_of", "without_host")
