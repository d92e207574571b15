# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PromQL expression as if series were there that have not been seen yet. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .promql_selector import Matcher, Selector
from .promql_tree import ABSENT, Aggregate, Binary, Call, Select, Text, Tree, rebuilt

Labels = t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Supposed(Call):
    """In the place of what stands ``written``, which has no series."""

    written: Tree


@dataclasses.dataclass(frozen=True)
class SupposedToo(Binary):
    """What stands ``written`` has series, and would have others too."""

    written: Tree | None = None


def supposed(tree: Tree, unseen: t.Mapping[Selector, tuple[Selector, Labels]]) -> Tree:
    """``unseen``: of each selector without series, one that has some, and the labels that it would have instead.

    The other selectors get series of these labels too, where they have the labels and would select them.
    """
    select = _selected(tree)
    if select is not None:
        selector = select.choices[0]
        if selector in unseen:
            base, labels = unseen[selector]
            return _made(tree, base, labels)
        found = tree
        for _base, labels in dict((tuple(sorted(labels.items())), (base, labels)) for base, labels in unseen.values()).values():
            if all(matcher.holds(labels) for matcher in selector.conditions if matcher.name in labels):
                kept = [matcher for matcher in selector.matchers if matcher.name not in labels]
                known = dataclasses.replace(selector, matchers=(*kept, *(Matcher(name, "!=", "") for name in labels)))
                found = SupposedToo(operator="or", left=found, right=_made(tree, known, labels), written=tree)
        return found
    if isinstance(tree, Call) and tree.function in ABSENT:
        return tree
    if isinstance(tree, Binary) and tree.operator == "unless":
        return dataclasses.replace(tree, left=supposed(tree.left, unseen))
    return rebuilt(tree, lambda part: supposed(part, unseen))


def as_written(tree: Tree) -> Tree:
    """As it stood before something was supposed."""
    if isinstance(tree, (Supposed, SupposedToo)) and tree.written is not None:
        return tree.written
    return rebuilt(tree, as_written)


def _selected(tree: Tree) -> Select | None:
    """Of the smallest instant vector around one selector."""
    if isinstance(tree, Select):
        return tree if tree.range is None and len(tree.choices) == 1 else None
    if isinstance(tree, Call):
        return next((arg for arg in tree.args if isinstance(arg, Select) and arg.range is not None and len(arg.choices) == 1), None)
    return None


def _made(tree: Tree, selector: Selector, labels: Labels) -> Tree:
    """Its series without the labels, and then with the supposed ones."""

    def chosen(part: Tree) -> Tree:
        return dataclasses.replace(part, choices=(selector,)) if isinstance(part, Select) else part

    inner = chosen(tree) if isinstance(tree, Select) else rebuilt(tree, chosen)
    found: Tree = Aggregate("sum", inner, None, "without", tuple(labels))
    for name, value in labels.items():
        args = (found, Text(name), Text(value.replace("$", "$$")), Text(""), Text(""))
        found = Supposed("label_replace", args, tree)
    return found


__all__ = ("Labels", "Supposed", "SupposedToo", "as_written", "supposed")
