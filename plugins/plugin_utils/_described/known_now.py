# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files as far as they are known while a service is designed, without secrets and variables. PRIVATE to the collection. Pure.

What is not known yet of what every requirement depends on is taken for the strictest that it can be.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ...module_utils._phrase import Message, phrase
from .approvals import KEYS
from .document import Document, Unresolved, unresolved

NOBODY = "?"  # in the place of an owner whom nobody knows yet
NO_GROUP = "known_later"  # in the place of a pattern of hosts
# what checks alone read, each when its requirement comes to it
_OF_CHECKS_ALONE = (
    *("alerts", "availability", "chains", "classic_monitoring", "commitments", "dashboards", "delivery", "documents", "endpoints"),
    *("flows", "parts", "rosters", "servers", "signals"),
)
_OF_CHECKS = ("check", "with", "proven_by_failure")  # of a requirement: what says how it is proved
_EXEMPTION = ("not_applicable", "approved_by", "from", "until")
_MOST_DEMANDING = {"criticality": 3}
_SEALED = ("vault", "decrypt")
_UNDEFINED = re.compile(r"(?:Error rendering template: )?'([\w.]+)' is undefined")


def why_later(item: Unresolved) -> Message:
    """What is not known yet, and why."""
    place = item.place or NOBODY
    undefined = _UNDEFINED.match(item.reason)
    if undefined:
        return phrase(
            "{place:path}: {key:path} comes from the variable {name:path}, which this run does not know",
            place=place,
            key=item.path,
            name=undefined[1],
        )
    said = item.reason.lower()
    if "undefined" not in said and any(word in said for word in _SEALED):
        return phrase("{place:path}: {key:path} is encrypted, and this run cannot decrypt it", place=place, key=item.path)
    return phrase("{place:path}: {reason} ({key:path})", place=place, key=item.path, reason=item.reason)


def known_now(document: Document) -> tuple[Document, list[Message]]:
    """The file without what is not known yet of all that every requirement depends on; and what that is, a line each."""
    data = dict(document.data)
    left_out: list[Unresolved] = []
    if "service" in data:
        data["service"] = _service(data["service"], document, left_out)
    unclassified = unresolved(data.get("classification"))
    if unclassified:
        left_out += unclassified
        data["classification"] = dict(_MOST_DEMANDING)
    for key in list(data):
        if key in _OF_CHECKS_ALONE or not unresolved(data[key]):
            continue
        if key in KEYS:
            _put(data, key, _whole_entries(data[key], left_out))
        elif key == "requirements":
            _put(data, key, _requirements(data[key], left_out))
        elif key == "defaults":
            _put(data, key, _defaults(data[key], left_out))
        else:
            _put(data, key, _without(data[key], left_out))
    told = [why_later(item) for item in (*left_out, *_kinds(data.get("servers")))]
    if unclassified:
        told.append(phrase("as long as the classification is not known, level A is assumed"))
    return dataclasses.replace(document, data=data) if left_out else document, told


def _kinds(servers: object) -> list[Unresolved]:
    """The kinds of servers that nobody knows yet: what needs one of a kind does not find it."""
    listed = servers.values() if isinstance(servers, dict) else ()
    return [item for server in listed if isinstance(server, dict) for item in unresolved({"": server.get("kind")})]


def _put(data: dict[str, object], key: str, value: object) -> None:
    if value is None:
        del data[key]
    else:
        data[key] = value


def _service(given: object, document: Document, left_out: list[Unresolved]) -> object:
    known = _without(given, left_out)
    held = known if isinstance(known, dict) else {}
    if not isinstance(given, dict) or unresolved(given.get("hosts")):
        held["hosts"] = NO_GROUP
    return {**held, "name": held.get("name", document.folder.name or NOBODY), "owner": held.get("owner", NOBODY)}


def _without(value: object, left_out: list[Unresolved]) -> object:
    """A value without what is not known in it; None where nothing of it is."""
    if isinstance(value, Unresolved):
        left_out.append(value)
        return None
    if isinstance(value, dict):
        held = {key: _without(item, left_out) if unresolved(item) else item for key, item in value.items()}
        return {key: item for key, item in held.items() if item is not None or not unresolved(value[key])}
    if isinstance(value, list):
        return [_without(item, left_out) for item in value if not isinstance(item, Unresolved) or _noted(item, left_out)]
    return value


def _defaults(value: object, left_out: list[Unresolved]) -> object:
    """What stands below its keys is of checks, but for who must act."""
    if not isinstance(value, dict):
        return _without(value, left_out)
    if not isinstance(value.get("responsible"), Unresolved) and unresolved(value.get("responsible")):
        value = {**value, "responsible": _without(value["responsible"], left_out)}
    return {key: item for key, item in value.items() if not isinstance(item, Unresolved) or _noted(item, left_out)}


def _noted(item: Unresolved, left_out: list[Unresolved]) -> bool:
    left_out.append(item)
    return False


def _whole_entries(value: object, left_out: list[Unresolved]) -> object:
    """The entries of a list that are wholly known: half of what somebody accepts is not accepted."""
    left_out += unresolved(value)
    return [entry for entry in value if not unresolved(entry)] if isinstance(value, list) else None


def _requirements(value: object, left_out: list[Unresolved]) -> object:
    if not isinstance(value, dict):
        return _without(value, left_out)
    out: dict[str, object] = {}
    for name, entry in value.items():
        if not isinstance(entry, dict):
            _put_known(out, name, entry, left_out)
            continue
        held = dict(entry)
        if any(unresolved(held.get(key)) for key in _EXEMPTION):
            for key in _EXEMPTION:
                left_out += unresolved(held.pop(key, None))
        out[name] = {"title": name} if unresolved(held.get("title")) else {}  # an own one must have one
        for key, item in held.items():
            if key in _OF_CHECKS:
                t.cast("dict[str, object]", out[name])[key] = item
            else:
                _put_known(t.cast("dict[str, object]", out[name]), key, item, left_out)
    return out


def _put_known(into: dict[str, object], key: str, item: object, left_out: list[Unresolved]) -> None:
    known = _without(item, left_out) if unresolved(item) else item
    if known is not None or item is None:
        into[key] = known


__all__ = ("NOBODY", "known_now", "why_later")
