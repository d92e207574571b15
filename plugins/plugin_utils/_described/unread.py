# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that the schemas know and this version does not look at, so that nobody takes them for verified. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._phrase import Message, phrase
from .document import Document, Path, Unresolved, dotted

# what each is for, once it is read; ``*`` stands for any name or place in a list, and all below a key is meant too
UNREAD: dict[str, str] = {
    "service.description": "it will stand in reports",
    "service.solution_owner": "it will stand in reports",
    "documents.architecture": "no requirement of the policies that ship asks for it; one of an organisation may",
    "platforms": "what a platform proves for all its services will be taken from its records",
}

# kinds of servers that no check asks
UNASKED: dict[str, str] = {
    "pushgateway": "where metrics are pushed stands under publish",
}


def declared_in_vain(document: Document) -> list[tuple[Path, Message]]:
    """Each key of the file that this version does not look at: where it is, and its name in words."""
    found: list[tuple[Path, Message]] = []
    servers = document.data.get("servers")
    for name, server in servers.items() if isinstance(servers, dict) else ():
        if isinstance(server, dict) and server.get("kind") in UNASKED:
            named = phrase("servers.{name:path} (kind {kind:path})", name=name, kind=server["kind"])
            found.append((("servers", name), named))
    idle = {path for path, _name in found}
    for pattern in UNREAD:
        for path in _fitting(document.data, pattern.split("."), ()):
            if path[:2] not in idle:
                found.append((path, Message(dotted(path))))
    return sorted(found, key=lambda item: document.position(item[0]))


def _fitting(value: t.Any, steps: t.Sequence[str], path: Path) -> t.Iterator[Path]:
    """Every place within a value that a pattern leads to and that says something."""
    if not steps:
        if value is not None:
            yield path
    elif isinstance(value, Unresolved):
        return
    elif isinstance(value, dict):
        for key in value if steps[0] == "*" else [steps[0]] if steps[0] in value else []:
            yield from _fitting(value[key], steps[1:], (*path, key))
    elif isinstance(value, list) and steps[0] == "*":
        for index, item in enumerate(value):
            yield from _fitting(item, steps[1:], (*path, index))


__all__ = ("UNASKED", "UNREAD", "declared_in_vain")
