# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files with a date in them: patterns that find them, and the moment that a name means. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
import typing as t

from .._argspec import ArgumentsRefused
from .._finding import CannotObserve
from .._patterns import NotSearched, find
from .._phrase import phrase

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "y": 2}
_FREE = {"a", "A", "b", "B", "U", "W", "V", "u", "w", "G", "s", "Z", "z", "p", "I"}  # become a wildcard, say nothing of the date
FEW = 3  # wildcards with which every name is told in no time
_SHORT = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%D": "%m/%d/%y", "%R": "%H:%M"}


def translate(pattern: str) -> tuple[str, re.Pattern[str]]:
    """A glob pattern, and an expression that finds the parts of the date. ArgumentsRefused for a field that is not known."""
    for short, long in _SHORT.items():
        pattern = pattern.replace(short, long)
    wildcards, expression, seen = "", "", set()  # type: tuple[str, str, set[str]]
    position = 0
    while position < len(pattern):
        char = pattern[position]
        following = pattern[position + 1 : position + 2]
        bracket = re.match(r"\[[!^]?\]?[^\]]*\]", pattern[position:])
        if char == "%" and following:
            position += 2
            if following == "%":
                wildcards, expression = wildcards + "%", expression + "%"
            elif following in _DIGITS:
                wildcards += "[0-9]" * _DIGITS[following]
                digits = rf"\d{{{_DIGITS[following]}}}"
                expression += f"(?P={following})" if following in seen else f"(?P<{following}>{digits})"
                seen.add(following)
            elif following in _FREE:
                wildcards, expression = wildcards + "*", expression + "[^/]*"
            else:
                raise ArgumentsRefused([f"pattern: %{following} in '{pattern}' is not a field of a date that is known"])
        elif pattern.startswith("**/", position):
            wildcards, expression, position = wildcards + "**/", expression + "(?:.*/)?", position + 3
        elif char in "*?":
            wildcards, expression, position = wildcards + char, expression + ("[^/]*" if char == "*" else "[^/]"), position + 1
        elif bracket:
            text = bracket.group(0)
            wildcards, position = wildcards + text, position + len(text)
            expression += fnmatch.translate(text).removeprefix("(?s:").rsplit(")", 1)[0]
        else:
            wildcards, expression, position = wildcards + char, expression + re.escape(char), position + 1
    return wildcards, re.compile(expression, re.S)


def parts_of(expression: re.Pattern[str], path: str) -> dict[str, str] | None:
    """The fields of the date in a path; None where it does not fit. CannotObserve where that cannot be told in time."""
    if expression.pattern.count("*") <= FEW:
        match = expression.fullmatch(path)
        return match.groupdict() if match else None
    try:
        found = find(rf"\A(?:{expression.pattern})\Z", path, flags=expression.flags)
    except NotSearched:
        raise CannotObserve(phrase("the pattern has more wildcards than can be tried in time")) from None
    return None if found is None else {name: str(value) for name, value in found.items()}


def name_time(parts: t.Mapping[str, str]) -> float | None:
    """The last moment that the date in a name can mean, in this host's zone: a backup of a day may be made at its end."""
    year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"]) if "y" in parts else None
    if year is None:
        return None
    try:
        if "j" in parts:
            start = dt.datetime(year, 1, 1) + dt.timedelta(days=int(parts["j"]) - 1)
            span = dt.timedelta(days=1)
        elif "m" in parts and "d" in parts:
            start, span = dt.datetime(year, int(parts["m"]), int(parts["d"])), dt.timedelta(days=1)
        else:
            return None
        for field, unit in (("H", "hours"), ("M", "minutes"), ("S", "seconds")):
            if field not in parts:
                break
            start += dt.timedelta(**{unit: int(parts[field])})
            span = dt.timedelta(**{unit: 1})
        return (start + span).timestamp()
    except (ValueError, OverflowError):
        return None


__all__ = ("FEW", "name_time", "parts_of", "translate")
