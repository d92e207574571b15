# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of what is kept: written from values, and read back into them, here alone. PRIVATE to the collection. Pure.

What a version of the collection did not write yet has the default of its field; what this one does not know is left out.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import typing as t

from ...module_utils._finding import Finding
from ...module_utils._phrase import Message, made_of, phrase, verbatim
from .._model.masked import without_logins
from .._model.plain import Malformed, from_plain, to_plain

T = t.TypeVar("T")


class Unreadable(Exception):
    """A record or state that is there and cannot be used. What ``stays`` may be right, and must not be put aside."""

    def __init__(self, message: Message, *, stays: bool = False) -> None:
        super().__init__(message)
        self.message = verbatim(message)
        self.stays = stays


def to_json(value: object) -> dict[str, object]:
    """A record, a state, a ledger, a baseline or a decision as it is written, shown, and handed to a play: no login of an address in it.

    ``said`` has template and parameters of each message that stands in it as text; a finding keeps those of its own.
    """
    value = without_logins(value)
    plain = dict(to_plain(value))
    said = [message.as_data() for message in {str(message): message for message in _messages(value)}.values()]
    return {**plain, "said": said} if said else plain


def _messages(value: object) -> t.Iterator[Message]:
    if isinstance(value, Message):
        if value.template:
            yield value
    elif isinstance(value, Finding):
        return
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _messages(getattr(value, field.name))
    elif isinstance(value, collections.abc.Mapping):
        for item in value.values():
            yield from _messages(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _messages(item)


def from_json(kind: type[T], data: t.Mapping[str, object], place: object) -> T:
    """The value of this class in a document of this place. Unreadable."""
    table = messages_of(data)
    try:
        return from_plain(kind, _revived(data, table) if table else data, "it")
    except (Malformed, RecursionError) as exc:
        raise Unreadable(
            phrase("{path:path} is not whole: {problem}; restore it or move it away", path=str(place), problem=str(exc))
        ) from None


def messages_of(data: t.Mapping[str, object]) -> dict[str, Message]:
    """The messages that a document keeps beside its texts, by their text."""
    said = data.get("said")
    return {str(message): message for message in map(made_of, said)} if isinstance(said, list) else {}


def _revived(value: object, table: t.Mapping[str, Message]) -> t.Any:  # of the kind of the value
    """The texts in it as the messages that they were."""
    if isinstance(value, str):
        return table.get(value, value)
    if isinstance(value, collections.abc.Mapping):
        return {key: item if key in ("said", "findings") else _revived(item, table) for key, item in value.items()}
    return [_revived(item, table) for item in value] if isinstance(value, (list, tuple)) else value


def encoded(data: t.Mapping[str, object]) -> bytes:
    """A document as it stands on disk."""
    try:
        return (json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n").encode("utf-8")
    except UnicodeEncodeError:  # half of a pair of surrogates, from JSON that said so
        return (json.dumps(data, indent=1, default=str) + "\n").encode("ascii")


def decoded(content: bytes, place: object, version: int) -> dict[str, object]:
    """A document of at most this schema version. Unreadable."""
    try:
        data = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable(
            phrase("{path:path} is not whole: it is not JSON that can be parsed; restore it or move it away", path=str(place))
        ) from None
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise Unreadable(phrase("{path:path} is not a record of operability.readiness", path=str(place)))
    if data["schema_version"] > version:
        raise Unreadable(
            phrase(
                "{path:path} was written by a newer version (schema {schema}, this one reads {readable}); update the collection",
                path=str(place),
                schema=str(data["schema_version"]),
                readable=str(version),
            ),
            stays=True,
        )
    return data


__all__ = ("Unreadable", "decoded", "encoded", "from_json", "messages_of", "to_json")
