# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a PromQL expression can come to a result, each to be evaluated on its own. PRIVATE to the collection.

Evaluated as one, an expression shows only what it comes to now: the left side of ``or`` hides what its right side gives, ``topk`` shows
those that are at the top today, and what ``unless`` takes away today it may leave tomorrow.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from .._finding import CannotObserve
from . import promql
from .promql_evaluation import filters, without_filters
from .promql_tree import ABSENT, Aggregate, Binary, Call, Number, Select, Text, Tree, everything, is_constant, is_scalar, text

MOST = 24  # alternatives of one expression
CHOOSE = ("topk", "bottomk", "limitk", "limit_ratio")
_OF_TIME = frozenset(
    ("time", "timestamp", "hour", "minute", "month", "year", "day_of_month", "day_of_week", "day_of_year", "days_in_month")
)


@dataclasses.dataclass(frozen=True)
class Alternative:
    """``asked`` shows the label sets that ``text`` can have.

    ``fixed``: it has no series, and what it comes to never changes; ``values``: labels whose values are those of samples.
    """

    text: str
    asked: str
    fixed: bool = False
    values: frozenset[str] = frozenset()


def alternatives(expression: str) -> tuple[list[Alternative], bool]:
    """And whether these are all. One that cannot be parsed is its own alternative."""
    whole = Alternative(expression, without_filters(expression))
    try:
        tree = promql.parse(expression)
        found = _split(tree)
    except _TooMany:
        return [whole], False
    except (promql.NotParsed, CannotObserve, ValueError, RecursionError):
        return [whole], True
    if found == [tree]:
        return [dataclasses.replace(whole, values=_values(tree))], True
    return [_alternative(one, len(found) > 1) for one in dict.fromkeys(found)], True


class _TooMany(Exception):
    pass


def _alternative(tree: Tree, beside_others: bool) -> Alternative:
    written = text(tree)
    # "or vector(0)" is there to be compared with: whether it can fire is told by its comparison
    fixed = beside_others and is_constant(tree) and not any(isinstance(one, Call) and one.function in _OF_TIME for one in everything(tree))
    return Alternative(written, written if fixed else without_filters(written), fixed, _values(tree))


def _values(tree: Tree) -> frozenset[str]:
    return frozenset(
        one.param.value
        for one in everything(tree)
        if isinstance(one, Aggregate) and one.operator == "count_values" and isinstance(one.param, Text)
    )


def _split(tree: Tree) -> list[Tree]:
    if isinstance(tree, (Number, Text, Select)) or is_scalar(tree):
        return [tree]
    if isinstance(tree, Binary):
        return _binary(tree)
    if isinstance(tree, Aggregate):
        inner = _split(tree.inner)
        return inner if tree.operator in CHOOSE else [dataclasses.replace(tree, inner=one) for one in inner]
    if isinstance(tree, Call):
        if tree.function in ABSENT:
            return [tree]
        return [dataclasses.replace(tree, args=args) for args in _bounded(itertools.product(*map(_split, tree.args)))]
    return [dataclasses.replace(tree, inner=one) for one in _split(tree.inner)]


def _binary(tree: Binary) -> list[Tree]:
    if tree.operator == "or":
        return _bounded([*_split(tree.left), *_split(tree.right)])
    if tree.operator == "unless" and filters(tree.right):
        return _split(tree.left)
    if is_scalar(tree.left) or tree.group == "group_right":  # the labels are those of the right side
        return [dataclasses.replace(tree, right=one) for one in _split(tree.right)]
    return [dataclasses.replace(tree, left=one) for one in _split(tree.left)]


_Any = t.TypeVar("_Any")


def _bounded(found: t.Iterable[_Any]) -> list[_Any]:
    some = list(itertools.islice(found, MOST + 1))
    if len(some) > MOST:
        raise _TooMany
    return some


__all__ = ("Alternative", "alternatives")
