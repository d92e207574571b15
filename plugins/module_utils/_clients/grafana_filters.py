# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that a dashboard of Grafana adds to every selector of an expression of PromQL. PRIVATE to the collection. Pure."""

from __future__ import annotations

import json
import re
import typing as t

from .._phrase import Message, phrase
from .grafana_panels import Json

_OPERATORS = ("=", "!=", "=~", "!~")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
# what stands in an expression, in the order in which it is tried
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    |(?P<comment>\#[^\n]*)
    |(?P<variable>\$\{[^}]*\}|\$\w+)
    |(?P<number>(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?:ms|[smhdwy])?(?:\d+(?:ms|[smhdwy]))*|\.\d+))
    |(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = (
    ("and", "or", "unless", "atan2", "bool", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "start", "end")
    + ("inf", "nan")
)  # fmt: skip
_BEFORE_LABELS = ("by", "without", "on", "ignoring", "group_left", "group_right")


class NotFiltered(Exception):
    """Filters that cannot be added here."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def with_filters(expression: str, filters: t.Sequence[Json]) -> str:
    """The expression with a matcher for each filter in each of its selectors. NotFiltered."""
    added = ", ".join(_matcher(item) for item in filters)
    out: list[str] = []
    last_word, depth_of_labels, pending, in_range = "", 0, False, False
    tokens = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(expression) if match.lastgroup != "comment"]
    place = 0
    while place < len(tokens):
        kind, text = tokens[place]
        if pending and not (kind == "other" and (text.isspace() or text in "{(")):
            out.append(f"{{{added}}}")
            pending = False
        if kind == "other" and text == "{":
            place, inner = _braces(tokens, place)
            out.append(f"{{{inner}{', ' if inner.strip() and not inner.rstrip().endswith(',') else ''}{added}}}")
            pending = False
            last_word = ""
            continue
        if kind == "other" and text in "[]":
            in_range = text == "["
        if kind == "other" and text == "(":
            depth_of_labels = depth_of_labels + 1 if depth_of_labels or last_word in _BEFORE_LABELS else 0
            pending = False
        elif kind == "other" and text == ")" and depth_of_labels:
            depth_of_labels -= 1
        if kind == "name" and not depth_of_labels and not in_range and text.lower() not in _WORDS:
            pending = not _is_called(tokens, place + 1)
        if not (kind == "other" and text.isspace()):
            last_word = text.lower() if kind == "name" else ""
        out.append(text)
        place += 1
    return "".join(out) + (f"{{{added}}}" if pending else "")


def _matcher(item: Json) -> str:
    name, operator, value = str(item.get("key") or ""), str(item.get("operator") or "="), item.get("value")
    several = item.get("values")
    if operator in ("=|", "!=|") and isinstance(several, list):  # one of several
        operator = "=~" if operator == "=|" else "!~"
        value = "|".join(re.sub(r"[\\^$*+?.()|{}\[\]]", r"\\\g<0>", str(one)) for one in several)
    if operator not in _OPERATORS or not _LABEL.fullmatch(name):
        raise NotFiltered(
            phrase("the filter {name} {operator} of the dashboard cannot be added to its query here", name=name, operator=operator)
        )
    return f"{name}{operator}{json.dumps('' if value is None else str(value), ensure_ascii=False)}"


def _braces(tokens: t.Sequence[tuple[str, str]], place: int) -> tuple[int, str]:
    """The place behind the closing brace, and what stands between."""
    inner: list[str] = []
    for at in range(place + 1, len(tokens)):
        if tokens[at] == ("other", "}"):
            return at + 1, "".join(inner)
        inner.append(tokens[at][1])
    raise NotFiltered(phrase("the filters of the dashboard cannot be added to its query, which cannot be parsed"))


def _is_called(tokens: t.Sequence[tuple[str, str]], place: int) -> bool:
    """Whether a parenthesis follows, or labels in parentheses: it is a function or an aggregation."""
    for kind, text in tokens[place:]:
        if text.isspace():
            continue
        return text == "(" or (kind == "name" and text.lower() in ("by", "without"))
    return False


__all__ = ("NotFiltered", "with_filters")
