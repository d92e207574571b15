# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fills a PromQL expression that would have no result, as ``or vector(0)``, ``or x * 0``, ``or 0 * up``. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .promql_tree import ABSENT, Aggregate, Binary, Call, Negative, Number, Tree, is_constant, is_scalar, rebuilt

_SAME_FOR_ALL = ("min", "max", "avg")  # of values that are all the same
_KEEP = ("label_replace", "label_join", "vector", "scalar", "sort", "sort_desc")
_LIMITS = ("clamp_max", "clamp")
_CALCULATE = ("+", "-", "*", "/", "%")
_SET = ("and", "unless")


def without_fillers(tree: Tree) -> Tree | None:
    """An expression without the alternatives that have the same value whatever the service does; None where nothing else is left."""
    if is_constant(tree) or value(tree) is not None:
        return None
    if isinstance(tree, Binary) and tree.operator in ("or", "unless"):
        left, right = without_fillers(tree.left), without_fillers(tree.right)
        if left is None:
            return None if tree.operator == "unless" or (_has_one(tree.left) and _has_one(tree.right)) else right
        if right is None:
            return left
        return dataclasses.replace(tree, left=left, right=right)
    return rebuilt(tree, lambda part: without_fillers(part) or part)


def value(tree: Tree) -> float | None:
    """The one value that all series of a result have, whatever is measured; None where it is not known."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Negative):
        inner = value(tree.inner)
        return None if inner is None else -inner
    if isinstance(tree, Aggregate):
        inner = value(tree.inner)
        return inner if tree.operator in _SAME_FOR_ALL or (tree.operator == "sum" and inner == 0) else None
    if isinstance(tree, Call):
        return _of_call(tree)
    return _of_binary(tree) if isinstance(tree, Binary) else None


def _has_one(tree: Tree) -> bool:
    """Whether it has one series, without labels: where that is always there, no other alternative ever shows."""
    if isinstance(tree, Call):
        return tree.function == "vector"
    if isinstance(tree, Aggregate):
        return tree.param is None and not tree.labels and tree.grouping != "without"
    return isinstance(tree, Binary) and all(is_scalar(one) or _has_one(one) for one in (tree.left, tree.right))


def _of_call(tree: Call) -> float | None:
    if tree.function in ABSENT:
        return 1.0
    if tree.function in _KEEP:
        return value(tree.args[0])
    if tree.function == "clamp" and value(tree.args[1]) == value(tree.args[2]):
        return value(tree.args[1])
    if tree.function in _LIMITS and value(tree.args[-1]) == 0:  # what is filled this way is not negative
        return 0.0
    return None


def _of_binary(tree: Binary) -> float | None:
    left, right = value(tree.left), value(tree.right)
    if tree.operator in _SET or (tree.filters and left is not None):
        return left
    if tree.operator == "or":
        return left if left == right else None
    if tree.operator in _CALCULATE and any(known is not None and math.isnan(known) for known in (left, right)):
        return math.nan
    if tree.operator == "/" and left == right == 0:
        return math.nan
    if tree.operator == "*" and 0 in (left, right):
        return 0.0
    if tree.operator == "/" and left == 0:
        return 0.0
    if tree.operator == "-" and tree.left == tree.right:
        return 0.0
    if left is None or right is None:
        return None
    known: dict[str, t.Callable[[float, float], float]] = {"+": float.__add__, "-": float.__sub__, "*": float.__mul__}
    return known[tree.operator](left, right) if tree.operator in known else None


__all__ = ("value", "without_fillers")
