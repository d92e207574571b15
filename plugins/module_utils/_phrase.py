# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence as data: a template in English with named, typed parameters. PRIVATE to the collection.

``phrase("{path} is {age:duration} old", path="/srv/a", age=93600.0)`` is the text "/srv/a is 26 h old", and keeps template and
parameters, so that a report says it again in its reader's language. The types are those of ``KINDS``; without one a parameter is
text, or another message. Nothing here raises for a value that does not fit its type: it is told as it is.
"""

from __future__ import annotations

import functools
import math
import string
import typing as t

from ._units import humanize_bytes, humanize_seconds

Plain = t.Union[str, int, float, bool, None, list[t.Any], dict[str, t.Any]]  # as JSON has it
Params = t.Mapping[str, object]
DEEPEST = 20  # messages within messages
LONGEST = 20_000  # characters of a message, which is shown in far fewer


class Field(t.NamedTuple):
    """A parameter in a template, with the text before it; the last one of a template may be text alone."""

    before: str
    name: str | None
    kind: str


class Message(str):
    """A text with the template and the parameters of which it was made. Without a template it is told as it is in every language."""

    __slots__ = ("params", "plural", "template")
    template: str
    plural: str | None  # of a template that has a form for one and one for many, the second
    params: Params

    def __new__(cls, text: str, template: str = "", params: Params | None = None, plural: str | None = None) -> Message:
        made = super().__new__(cls, text)
        made.template, made.params, made.plural = template, params or {}, plural
        return made

    def __deepcopy__(self, memo: object) -> Message:
        return self

    def __reduce__(self) -> tuple[type[Message], tuple[str, str, Params, str | None]]:
        return Message, (str(self), self.template, self.params, self.plural)

    def as_data(self) -> dict[str, Plain] | None:
        """``{"template": ..., "params": {...}}`` as JSON has it, with ``plural`` where there is one; None without a template."""
        if not self.template:
            return None
        data: dict[str, Plain] = {"template": self.template, "params": {name: _as_data(value) for name, value in self.params.items()}}
        return {**data, "plural": self.plural} if self.plural else data

    def mapped(self, change: t.Callable[[str], str]) -> Message:
        """The message with each text among its parameters changed."""
        if not self.template:
            return Message(change(self))
        params = {name: _mapped(value, change) for name, value in self.params.items()}
        return Message(render(self.template, params, self.plural), self.template, params, self.plural)


NOTHING = Message("")  # where a sentence may stand and none does


def phrase(template: str, /, **params: object) -> Message:
    """The message of this template."""
    return Message(render(template, params), template, params)


def plural(one: str, many: str, /, *, count: int, **params: object) -> Message:
    """The message of the template ``one`` where ``count`` is 1, else of ``many``; ``count`` is a parameter too."""
    everything = {"count": count, **params}
    return Message(render(one, everything, many), one, everything, many)


def verbatim(text: str) -> Message:
    """What people or tools have said: the same in every language."""
    return text if isinstance(text, Message) else Message(text)


def listed(messages: t.Iterable[str]) -> Message:
    """Several messages as one, with a semicolon between them."""
    said = list(messages)
    return verbatim(said[0]) if len(said) == 1 else phrase("{said:sentences}", said=said)


def and_more(messages: t.Sequence[Message]) -> Message:
    """The first of several messages, with how many more there are."""
    return with_more(messages[0], len(messages) - 1)


def with_more(first: Message, more: int) -> Message:
    """A message, with how many more there are like it."""
    if more == 0:
        return first
    return plural("{first} (and {count:number} more)", "{first} (and {count:number} more)", count=more, first=first)


# -- in English


def render(template: str, params: Params, plural: str | None = None) -> str:
    """The text in English."""
    return filled(plural if plural and params.get("count") != 1 else template, params, _shown)


def filled(template: str, params: Params, show: t.Callable[[str, object], str]) -> str:
    """The template with each parameter as ``show`` shows it, given kind and value. One that is not there is shown by its name."""
    out, size = [], 0
    for before, name, kind in fields(template):
        out.append(before)
        if name is not None:
            out.append(show(kind, params[name]) if name in params else f"<{name}>")
        size += len(before) + len(out[-1])
        if size > LONGEST:  # a host may make it up, of messages within messages
            break
    return "".join(out)[:LONGEST]


@functools.lru_cache(maxsize=4096)
def fields(template: str) -> tuple[Field, ...]:
    """The parameters of a template, in their order. A template that cannot be parsed is text."""
    try:
        parts = [(before, name, kind) for before, name, kind, _conversion in string.Formatter().parse(template)]
    except ValueError:
        return (Field(template, None, ""),)
    return tuple(Field(before, name, kind or "") for before, name, kind in parts)


def _shown(kind: str, value: object) -> str:
    if isinstance(value, str):
        return str(value)
    try:
        return KINDS[kind](value)
    except (KeyError, TypeError, ValueError, OverflowError):
        return str(value)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(mark: str) -> t.Callable[[t.Any], str]:
    return lambda values: mark.join(_shown("", value) for value in values)


KINDS: dict[str, t.Callable[[t.Any], str]] = {
    "": str,  # a text, or another message
    "term": str,  # a text that the catalogue may have an entry of its own for: the title of a requirement
    "path": str,  # of a file, also a name or an address
    "duration": humanize_seconds,  # seconds
    "bytes": humanize_bytes,
    "moment": str,  # ISO 8601 in UTC, to the second
    "day": str,  # ISO 8601
    "number": _number,
    "percent": lambda share: f"{share * 100:.6g}%",  # of a share: 0.5 is 50%, and 0.99995 is not 100%
    "list": _joined(", "),  # texts or messages
    "sentences": _joined("; "),
}


# -- as data and back


def _as_data(value: object) -> Plain:
    if isinstance(value, Message):
        return value.as_data() or str(value)
    if isinstance(value, (list, tuple)):
        return [_as_data(item) for item in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):  # JSON has none
        return str(value)
    return value if isinstance(value, (int, float)) or value is None else str(value)


def kept(message: str) -> dict[str, Plain]:
    """A message alone, as it stands in a file."""
    return {"message": str(message), "said": verbatim(message).as_data()}


def of_kept(data: t.Mapping[str, object]) -> Message:
    """The inverse of ``kept``."""
    return of_data(str(data["message"]), data.get("said"))


def of_data(text: str, data: object, depth: int = 0) -> Message:
    """The message that was kept as this text and this data; verbatim where the data is none. Hosts may have made it up."""
    if not isinstance(data, dict) or not isinstance(data.get("template"), str) or not isinstance(data.get("params"), dict):
        return Message(text)
    many = data.get("plural")
    params = {str(name): _of_data(value, depth + 1) for name, value in data["params"].items()}
    return Message(text, data["template"], params, many if isinstance(many, str) else None)


def made_of(data: object, depth: int = 0) -> Message:
    """The message of this data, rendered in English."""
    kept = of_data("", data, depth)
    return Message(render(kept.template, kept.params, kept.plural), kept.template, kept.params, kept.plural)


def _of_data(value: object, depth: int) -> object:
    if isinstance(value, (dict, list)) and depth > DEEPEST:
        return "..."
    if isinstance(value, dict):
        return made_of(value, depth)
    if isinstance(value, list):
        return [_of_data(item, depth + 1) for item in value]
    return value


def _mapped(value: object, change: t.Callable[[str], str]) -> object:
    if isinstance(value, Message):
        return value.mapped(change)
    if isinstance(value, str):
        return change(value)
    if isinstance(value, (list, tuple)):
        return [_mapped(item, change) for item in value]
    return value


__all__ = (
    "KINDS",
    "NOTHING",
    "Field",
    "Message",
    "and_more",
    "fields",
    "filled",
    "kept",
    "listed",
    "made_of",
    "of_data",
    "of_kept",
    "phrase",
    "plural",
    "render",
    "verbatim",
    "with_more",
)
