# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of what is kept: written from values, and read back into them, here alone. PRIVATE to the collection. Pure.

What a version of the collection did not write yet has the default of its field; what this one does not know is left out.
"""

from __future__ import annotations

import json
import typing as t

from .._model.plain import Malformed, from_plain, to_plain

T = t.TypeVar("T")


class Unreadable(Exception):
    """A record or state that is there and cannot be used; it is left as it is."""


def to_json(value: object) -> dict[str, object]:
    """A record, a state, a ledger, a baseline or a decision as it is written, shown, and handed to a play."""
    return dict(to_plain(value))


def from_json(kind: type[T], data: t.Mapping[str, object], place: object) -> T:
    """The value of this class in a document of this place. Unreadable."""
    try:
        return from_plain(kind, data, "it")
    except Malformed as exc:
        raise Unreadable(f"{place} is not whole: {exc}; restore it or move it away") from None


def encoded(data: t.Mapping[str, object]) -> bytes:
    """A document as it stands on disk."""
    return (json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n").encode("utf-8")


def decoded(content: bytes, place: object, version: int) -> dict[str, object]:
    """A document of at most this schema version. Unreadable."""
    try:
        data = json.loads(content.decode("utf-8"))
    except ValueError:
        raise Unreadable(f"{place} is not whole: it is not JSON that can be parsed; restore it or move it away") from None
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise Unreadable(f"{place} is not a record of operability.readiness")
    if data["schema_version"] > version:
        raise Unreadable(
            f"{place} was written by a newer version (schema {data['schema_version']}, this one reads {version}); update the collection"
        )
    return data


__all__ = ("Unreadable", "decoded", "encoded", "from_json", "to_json")
