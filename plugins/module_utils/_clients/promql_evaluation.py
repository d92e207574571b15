# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PromQL expression written otherwise, so that evaluating it tells more. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re

from .promql_tree import (
    ABSENT,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Number,
    Select,
    Subquery,
    Text,
    Tree,
    everything,
    is_scalar,
    parts,
    rebuilt,
)

# comments and strings first: what looks like an operator in them is none; ">/" and "</" trim histograms and filter nothing
_TOKEN = re.compile(r"#[^\n]*|'(?:[^'\\\n]|\\.)*'|`[^`]*`|" + r'"(?:[^"\\\n]|\\.)*"' + r"|[{}]|[<>]/|[<>=!]=|[<>]")
_COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
_BOOL_FOLLOWS = re.compile(r"(?:\s|#[^\n]*\n)*bool(?![\w:])", re.IGNORECASE)


def without_filters(expression: str) -> str:
    """The same expression with ``bool`` behind each comparison, which then filters nothing.

    What it comes to has the label sets (but for the name) that the expression has when every comparison holds; where it is empty, no
    pair of series meets. Between two scalars PromQL asks for ``bool`` anyway, so it is legal behind every comparison.
    """
    parts: list[str] = []
    copied = 0
    braces = False
    for token in _TOKEN.finditer(expression):
        text = token.group()
        if text in "{}":
            braces = text == "{"
        elif not braces and text in _COMPARISONS and not _BOOL_FOLLOWS.match(expression, token.end()):
            parts += expression[copied : token.end()], " bool "
            copied = token.end()
    return "".join(parts) + expression[copied:]


def unfiltered(tree: Tree) -> Tree:
    """As ``without_filters``, and as if what may take all away were not so: the right side of ``unless``, and what absent() looks at."""
    if isinstance(tree, Binary) and tree.operator == "unless":
        return unfiltered(tree.left)
    if isinstance(tree, Call) and tree.function in ABSENT:
        return _as_if_absent(tree)
    found = rebuilt(tree, unfiltered)
    return dataclasses.replace(found, as_bool=True) if isinstance(found, Binary) and found.compares else found


def unfiltered_outside(tree: Tree) -> Tree:
    """Only comparisons of which the result is not calculated with: those within may choose one of many series that have the same labels."""
    if isinstance(tree, Binary) and tree.operator == "unless":
        return unfiltered_outside(tree.left)
    if isinstance(tree, Call) and tree.function in ABSENT:
        return _as_if_absent(tree)
    if isinstance(tree, Binary) and tree.operator in SET_OPERATORS:
        return rebuilt(tree, unfiltered_outside)
    return dataclasses.replace(tree, as_bool=True) if isinstance(tree, Binary) and tree.compares else tree


def without_limits(tree: Tree) -> Tree:
    """As if each comparison with a number held: its series keep their names, by which alone some of them differ."""
    if isinstance(tree, Binary) and tree.filters and is_scalar(tree.left) != is_scalar(tree.right):
        return without_limits(tree.right if is_scalar(tree.left) else tree.left)
    return rebuilt(tree, without_limits)


def without_divisions(tree: Tree) -> Tree:
    """The same pairs of series, added: what is divided by zero is no number, and VictoriaMetrics leaves such series out."""
    found = rebuilt(tree, without_divisions)
    divides = isinstance(found, Binary) and found.operator in ("/", "%") and not is_scalar(found.left) and not is_scalar(found.right)
    return dataclasses.replace(found, operator="+") if isinstance(found, Binary) and divides else found


def without_offsets(tree: Tree) -> Tree:
    """The same expression, all of it at one time."""
    found = rebuilt(tree, without_offsets)
    return dataclasses.replace(found, offset=0.0) if isinstance(found, (Select, Subquery)) and found.offset > 0 else found


def offsets(tree: Tree) -> list[Select]:
    """Selectors that look at an earlier time, with all that offsets around them add."""
    found: list[Select] = []

    def look(one: Tree, around: float) -> None:
        if isinstance(one, Select):
            if one.offset + around > 0:
                found.append(dataclasses.replace(one, offset=one.offset + around))
            return
        for part in parts(one):
            look(part, around + one.offset if isinstance(one, Subquery) else around)

    look(tree, 0.0)
    return found


def _as_if_absent(tree: Call) -> Tree:
    """What absent() gives: 1, with the labels that are compared with one value."""
    given = tree.args[0] if tree.args else tree
    found: Tree = Call("vector", (Number(1.0),))
    if not isinstance(given, Select) or len(given.choices) != 1:
        return found
    equal = [one for one in given.choices[0].conditions if one.operator == "="]
    names = [one.name for one in equal]
    for matcher in equal:
        if names.count(matcher.name) == 1:
            escaped = matcher.value.replace("$", "$$")
            found = Call("label_replace", (found, Text(matcher.name), Text(escaped), Text(""), Text("")))
    return found


def filters(tree: Tree) -> bool:
    """Whether values decide of what is in its result."""
    return any(
        (isinstance(one, Binary) and (one.filters or one.operator in ("and", "unless")))
        or (isinstance(one, Call) and one.function in ABSENT)
        or (isinstance(one, Aggregate) and one.operator in ("topk", "bottomk", "limitk", "limit_ratio"))
        for one in everything(tree)
    )


__all__ = (
    "filters",
    "offsets",
    "unfiltered",
    "unfiltered_outside",
    "without_divisions",
    "without_filters",
    "without_limits",
    "without_offsets",
)
