# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of the service file a requirement comes from, as the schema says who reads a key: what the register tells to declare."""

from __future__ import annotations

import re
import typing as t

from .sources import READ_BY, Schema, whole

_REQUIREMENT = re.compile(r"[A-Z]{3}-\d\d")
_ELSEWHERE = ("servers", "defaults", "chains", "removed", "baseline")  # what a service seldom says itself
_ASIDE = ("run_as", "from", "pdma", "dima", "dmia")  # the manner of it, and other names of the same
_MANY = 3  # keys of one mapping are told as that mapping
_DEEPEST = 12


def built() -> dict[str, list[str]]:
    """The keys by requirement, in the order of the schema."""
    root, found = whole("service"), dict[str, list[tuple[str, ...]]]()
    _walk(root, root, (), frozenset(), found)
    return {name: _told(paths) for name, paths in sorted(found.items())}


def _walk(schema: Schema, root: Schema, path: tuple[str, ...], above: frozenset[str], found: dict[str, list[tuple[str, ...]]]) -> None:
    if len(path) > _DEEPEST:
        return
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]], **{key: item for key, item in schema.items() if key != "$ref"}}
    readers = frozenset(schema.get(READ_BY, above))
    for name in sorted(readers - above):
        if _REQUIREMENT.fullmatch(name) and path[0] not in _ELSEWHERE and path[-1] not in _ASIDE:
            found.setdefault(name, []).append(path)
    below: list[tuple[tuple[str, ...], t.Any]] = [((*path, key), item) for key, item in schema.get("properties", {}).items()]
    below += [((*path, step), schema.get(key)) for key, step in (("additionalProperties", "NAME"), ("items", "N"))]
    below += [(path, item) for key in ("anyOf", "oneOf", "allOf") for item in schema.get(key, [])]
    for place, item in below:
        if isinstance(item, dict):
            _walk(item, root, place, readers | above, found)


def _told(paths: list[tuple[str, ...]]) -> list[str]:
    parents = [path[:-1] for path in paths]
    short = [path[:-1] if len(path) > 1 and parents.count(path[:-1]) >= _MANY else path for path in paths]
    return [".".join(path).removesuffix(".N") for path in dict.fromkeys(short)]


__all__ = ("built",)
