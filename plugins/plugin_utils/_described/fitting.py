# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a document surely fits its schema, without the library that says why one does not. PRIVATE to the collection. Pure.

Most documents fit, and the library alone costs as much to import as a run's checks. It has the last word on every other one.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t

TOLD = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "examples"})  # they constrain nothing
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_PLAIN = (dict, list, str, int, float, bool, type(None))
Rules = t.Any  # a schema: a mapping, or true or false


class _Unsure(Exception):
    """A keyword or a value that is not known here."""


def surely_fits(value: t.Any, rules: Rules) -> bool:
    """True only where the library would find no fault; False says nothing."""
    try:
        return _fits(value, rules, rules)
    except _Unsure:
        return False


def _fits(value: t.Any, rules: Rules, root: Rules) -> bool:
    if isinstance(rules, bool):
        return rules
    if type(value) not in _PLAIN:
        raise _Unsure
    for keyword, wanted in rules.items():
        if keyword in TOLD:
            continue
        test = KEYWORDS.get(keyword)
        if test is None:
            raise _Unsure
        if not test(value, wanted, rules, root):
            return False
    return True


def _type(value: t.Any, wanted: t.Any, _rules: Rules, _root: Rules) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, float) and value.is_integer() and "integer" in names:
        raise _Unsure  # a whole number, to the library
    return any(isinstance(value, _TYPES[name]) and (not isinstance(value, bool) or name == "boolean") for name in names)


def _same(value: t.Any, other: t.Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(value, (dict, list)) or isinstance(other, (dict, list)):
        raise _Unsure
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def _reference(value: t.Any, wanted: str, _rules: Rules, root: Rules) -> bool:
    target = root
    if not wanted.startswith("#/"):
        raise _Unsure
    for step in wanted[2:].split("/"):
        target = target[step]
    return _fits(value, target, root)


def _additional(value: t.Any, wanted: Rules, rules: Rules, root: Rules) -> bool:
    if not isinstance(value, dict):
        return True
    if "patternProperties" in rules:
        raise _Unsure
    known = rules.get("properties", {})
    return all(_fits(item, wanted, root) for key, item in value.items() if key not in known)


def _format(value: t.Any, wanted: str, _rules: Rules, _root: Rules) -> bool:
    if wanted != "date":
        raise _Unsure
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _alternatives(value: t.Any, wanted: list[Rules], root: Rules) -> int:
    return sum(_fits(value, rules, root) for rules in wanted)


KEYWORDS: dict[str, t.Callable[[t.Any, t.Any, Rules, Rules], bool]] = {
    "type": _type,
    "enum": lambda value, wanted, _rules, _root: any(_same(value, item) for item in wanted),
    "const": lambda value, wanted, _rules, _root: _same(value, wanted),
    "$ref": _reference,
    "properties": lambda value, wanted, _rules, root: (
        not isinstance(value, dict) or all(_fits(value[key], rules, root) for key, rules in wanted.items() if key in value)
    ),
    "additionalProperties": _additional,
    "propertyNames": lambda value, wanted, _rules, root: not isinstance(value, dict) or all(_fits(key, wanted, root) for key in value),
    "required": lambda value, wanted, _rules, _root: not isinstance(value, dict) or all(key in value for key in wanted),
    "items": lambda value, wanted, _rules, root: not isinstance(value, list) or all(_fits(item, wanted, root) for item in value),
    "minItems": lambda value, wanted, _rules, _root: not isinstance(value, list) or len(value) >= wanted,
    "minLength": lambda value, wanted, _rules, _root: not isinstance(value, str) or len(value) >= wanted,
    "pattern": lambda value, wanted, _rules, _root: not isinstance(value, str) or re.search(wanted, value) is not None,
    "format": _format,
    "minimum": lambda value, wanted, _rules, _root: not _is_number(value) or value >= wanted,
    "maximum": lambda value, wanted, _rules, _root: not _is_number(value) or value <= wanted,
    "exclusiveMinimum": lambda value, wanted, _rules, _root: not _is_number(value) or value > wanted,
    "anyOf": lambda value, wanted, _rules, root: _alternatives(value, wanted, root) > 0,
    "oneOf": lambda value, wanted, _rules, root: _alternatives(value, wanted, root) == 1,
}

__all__ = ("KEYWORDS", "TOLD", "surely_fits")
