# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to plain data and back, as JSON has it: the one way for all that is kept on disk. PRIVATE to the collection. Pure.

A value is a dataclass; its fields are the keys. A field may be written under another key (``key``), be left out where it is None
(``omitted``), be written only where another field is set (``beside``), or not be written at all (``hidden``). A property in
``ALSO_WRITTEN`` of a class is written, and follows from the rest when it is read. Keys that a class does not know are left out.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import functools
import types
import typing as t

from ...module_utils._finding import Finding, Measurement
from ...module_utils._phrase import Message

T = t.TypeVar("T")
Reader = t.Callable[[object, str], object]

OMITTED: t.Mapping[str, object] = {"omitted": True}
HIDDEN: t.Mapping[str, object] = {"hidden": True}


class Malformed(Exception):
    """Plain data that has not the form of a value; says where."""


def key(name: str, **more: object) -> dict[str, object]:
    """Metadata of a field that is written under another key."""
    return {"key": name, **more}


def beside(other: str) -> dict[str, object]:
    """Metadata of a field that is written only where another one is set."""
    return {"beside": other}


def to_plain(value: object) -> t.Any:  # as json.dumps takes it
    """A value as plain data."""
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):  # a message: what it was made of is kept beside it
        return str(value)
    if isinstance(value, (Finding, Measurement)):
        return value.as_dict()
    if dataclasses.is_dataclass(value):
        return _fields_of(value)
    if isinstance(value, collections.abc.Mapping):
        return {str(name): to_plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def _fields_of(value: object) -> dict[str, object]:
    custom = getattr(value, "as_plain", None)
    if custom is not None:
        return dict(custom())
    out: dict[str, object] = {}
    for name, written, omitted, other in _written(t.cast("t.Hashable", type(value))):
        item = getattr(value, name)
        if (omitted and item is None) or (other and getattr(value, other) is None):
            continue
        out[written] = to_plain(item)
    return out


@functools.cache
def _written(kind: t.Any) -> tuple[tuple[str, str, bool, str], ...]:
    """What of a class is written: by field its key, whether it is left out where it is None, and the field beside which it stands."""
    found = []
    for field in dataclasses.fields(kind):
        meta = field.metadata
        if not meta.get("hidden"):
            found.append((field.name, str(meta.get("key", field.name)), bool(meta.get("omitted")), str(meta.get("beside", ""))))
            found += [(name, name, False, "") for name in getattr(kind, "ALSO_WRITTEN", {}).get(field.name, ())]
    return tuple(found)


# -- and back


def from_plain(kind: type[T], data: object, where: str = "") -> T:
    """A value of this class. Malformed."""
    return t.cast("T", _reader(t.cast("t.Any", kind))(data, where or kind.__name__))


@functools.cache
def _reader(hint: t.Any) -> Reader:
    """What reads data of a type as it is annotated."""
    if hint in (object, t.Any):
        return lambda data, where: data
    origin, args = t.get_origin(hint), t.get_args(hint)
    if origin in (t.Union, types.UnionType):
        return _either([_reader(item) for item in args if item is not types.NoneType], types.NoneType in args)
    if origin is tuple or origin is list or origin is collections.abc.Sequence:
        return _sequence(_reader(args[0]), list if origin is list else tuple)
    if origin is collections.abc.Mapping or origin is dict:
        return _mapping(_reader(args[1]))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _member(hint)
    if hint in (Finding, Measurement) or hasattr(hint, "of_plain"):
        return _made(t.cast("t.Callable[[t.Mapping[str, object]], object]", getattr(hint, "of_plain", None) or _OURS[hint]))
    if dataclasses.is_dataclass(hint):
        return _value(t.cast("type", hint))
    if hint is Message:
        return _message
    words = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
    return _scalar((int, float) if hint is float else hint, words[hint])


def _measurement(data: t.Mapping[str, object]) -> Measurement:
    names = {field.name for field in dataclasses.fields(Measurement)}
    return t.cast("t.Callable[..., Measurement]", Measurement)(**{name: item for name, item in data.items() if name in names})


_OURS: dict[object, t.Callable[[t.Mapping[str, object]], object]] = {Finding: Finding.from_dict, Measurement: _measurement}


def _scalar(kind: type | tuple[type, ...], words: str) -> Reader:
    def read(data: object, where: str) -> object:
        if isinstance(data, kind) and (kind is bool or not isinstance(data, bool)):
            return data
        raise Malformed(f"{where}: expected {words}, found {type(data).__name__}")

    return read


def _message(data: object, where: str) -> Message:
    if isinstance(data, str):
        return data if isinstance(data, Message) else Message(data)
    raise Malformed(f"{where}: expected a text, found {type(data).__name__}")


def _member(kind: type[enum.Enum]) -> Reader:
    def read(data: object, where: str) -> object:
        try:
            return kind(data)
        except ValueError:
            raise Malformed(f"{where}: '{data}' is none of {', '.join(str(one.value) for one in kind)}") from None

    return read


def _either(readers: list[Reader], none: bool) -> Reader:
    def read(data: object, where: str) -> object:
        if data is None and none:
            return None
        problem = Malformed(f"{where}: nothing is expected")
        for reader in readers:
            try:
                return reader(data, where)
            except Malformed as exc:
                problem = exc
        raise problem

    return read


def _sequence(reader: Reader, kind: type) -> Reader:
    def read(data: object, where: str) -> object:
        if not isinstance(data, (list, tuple)):
            raise Malformed(f"{where}: expected a list, found {type(data).__name__}")
        return kind(reader(item, f"{where}.{number}") for number, item in enumerate(data))

    return read


def _mapping(reader: Reader) -> Reader:
    def read(data: object, where: str) -> object:
        if not isinstance(data, collections.abc.Mapping):
            raise Malformed(f"{where}: expected a mapping, found {type(data).__name__}")
        return {str(name): reader(item, f"{where}.{name}") for name, item in data.items()}

    return read


def _made(make: t.Callable[[t.Mapping[str, object]], object]) -> Reader:
    def read(data: object, where: str) -> object:
        if not isinstance(data, collections.abc.Mapping):
            raise Malformed(f"{where}: expected a mapping, found {type(data).__name__}")
        try:
            return make(data)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise Malformed(f"{where}: {type(exc).__name__} {exc}") from None

    return read


def _value(kind: type) -> Reader:
    hints = t.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    known = [(field.name, str(field.metadata.get("key", field.name)), _reader(hints[field.name])) for field in fields]
    needed = {field.name for field in fields if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING}
    make = t.cast("t.Callable[..., object]", kind)

    def read(data: object, where: str) -> object:
        if not isinstance(data, collections.abc.Mapping):
            raise Malformed(f"{where}: expected a mapping, found {type(data).__name__}")
        values: dict[str, object] = {}
        for name, written, reader in known:
            if written in data:
                values[name] = reader(data[written], f"{where}.{written}")
            elif name in needed:
                raise Malformed(f"{where}: there is no {written}")
        return make(**values)

    return read


__all__ = ("HIDDEN", "OMITTED", "Malformed", "beside", "from_plain", "key", "to_plain")
