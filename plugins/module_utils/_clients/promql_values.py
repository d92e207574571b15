# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between which bounds the values of a PromQL expression lie, whatever its series have. PRIVATE to the collection.

``count(x) < 1`` and ``vector(0) > 1`` have no result whatever the series are: nothing lies between their bounds. What is not known
here has no bounds, so that only what is certain is said.
"""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .promql_selector import Selector
from .promql_tree import Aggregate, Binary, Call, Negative, Number, Select, Subquery, Text, Tree, branches, everything, is_constant, parts

INF = math.inf
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclasses.dataclass(frozen=True)
class Bounds:
    """From ``low`` to ``high``, which are themselves possible unless they are open.

    ``nan``: or no number at all; ``whole``: no fractions.
    """

    low: float = -INF
    high: float = INF
    low_open: bool = False
    high_open: bool = False
    nan: bool = False
    whole: bool = False

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def rounded(self) -> Bounds:
        """Of whole numbers the least and the greatest that are possible."""
        if not self.whole or math.isinf(self.low) or math.isinf(self.high):
            return self
        low = math.floor(self.low) + 1 if self.low_open else math.ceil(self.low)
        high = math.ceil(self.high) - 1 if self.high_open else math.floor(self.high)
        return Bounds(float(low), float(high), nan=self.nan, whole=True)

    def within(self, other: Bounds) -> bool:
        """Whether each value of this one is one of the other."""
        low = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        high = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return low and high and (other.nan or not self.nan)


ANY = Bounds(nan=True)
POSITIVE = Bounds(0.0, INF, nan=True)
SWITCH = Bounds(0.0, 1.0, whole=True)
ONE = Bounds(1.0, 1.0)
Known = t.Callable[[Selector], t.Optional[Bounds]]

_FUNCTIONS: dict[str, Bounds] = {
    "absent": ONE,
    "absent_over_time": ONE,
    "present_over_time": ONE,
    **dict.fromkeys(("rate", "increase", "irate", "changes", "resets", "stddev_over_time", "stdvar_over_time", "exp", "sqrt"), POSITIVE),
    **dict.fromkeys(("mad_over_time", "time", "timestamp", "abs", "histogram_count", "histogram_stddev", "histogram_stdvar"), POSITIVE),
    "count_over_time": Bounds(1.0),
    "sgn": Bounds(-1.0, 1.0, nan=True),
    "histogram_fraction": Bounds(0.0, 1.0, nan=True),
    "day_of_month": Bounds(1.0, 31.0, nan=True),
    "day_of_week": Bounds(0.0, 6.0, nan=True),
    "day_of_year": Bounds(1.0, 366.0, nan=True),
    "days_in_month": Bounds(28.0, 31.0, nan=True),
    "hour": Bounds(0.0, 23.0, nan=True),
    "minute": Bounds(0.0, 59.0, nan=True),
    "month": Bounds(1.0, 12.0, nan=True),
}
_AS_THEY_ARE = (
    *("min_over_time", "max_over_time", "last_over_time", "first_over_time", "vector"),
    *("sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "label_replace", "label_join"),
)
_NEEDS_NOTHING = ("absent", "absent_over_time")


def bounds(tree: Tree, known: Known) -> Bounds | None:
    """The bounds of its values; None when it never has a result. ``known``: those of a selector, None when it matches nothing."""
    if isinstance(tree, Number):
        return Bounds(nan=True) if math.isnan(tree.value) else Bounds(tree.value, tree.value)
    if isinstance(tree, Text):
        return ANY
    if isinstance(tree, Select):
        return _union([known(selector) for selector in tree.choices])
    if isinstance(tree, Call):
        return _called(tree, known)
    if isinstance(tree, Binary):
        return _combined(tree, known)
    inner = bounds(tree.inner, known)
    if inner is None or isinstance(tree, Subquery):
        return inner
    if isinstance(tree, Negative):
        return Bounds(-inner.high, -inner.low, inner.high_open, inner.low_open, inner.nan)
    return _aggregated(tree, inner, known)


def contradiction(tree: Tree, known: Known) -> Tree | None:
    """The smallest part that never has a result although what it is made of may have one."""
    if bounds(tree, known) is not None or isinstance(tree, Select):
        return None
    needed = parts(tree)
    if isinstance(tree, Binary) and tree.operator == "unless":
        needed = (tree.left,)
    found = [contradiction(part, known) for part in needed if bounds(part, known) is None]
    return next((one for one in found if one is not None), tree) if all(one is not None for one in found) else None


def always(tree: Binary, known: Known) -> bool:
    """Whether a comparison is true whatever the values are."""
    left, right = bounds(tree.left, known), bounds(tree.right, known)
    if left is None or right is None or left.nan or right.nan or right.low != right.high:
        return False
    narrowed = _narrowed(left, tree.operator, right)
    return narrowed is not None and left.within(narrowed)


def _union(found: t.Iterable[Bounds | None]) -> Bounds | None:
    there = [one for one in found if one is not None]
    if not there:
        return None
    low, high = min(one.low for one in there), max(one.high for one in there)
    return Bounds(
        low,
        high,
        all(one.low_open for one in there if one.low == low),
        all(one.high_open for one in there if one.high == high),
        any(one.nan for one in there),
        all(one.whole for one in there),
    )


def _called(tree: Call, known: Known) -> Bounds | None:
    name, args = tree.function, tree.args[:1] if tree.function == "info" else tree.args
    found = [bounds(arg, known) for arg in args]
    if None in found and name not in _NEEDS_NOTHING:
        return None
    inner = found[0] if found else None
    if name in _NEEDS_NOTHING:
        # what has a result whatever there is, as ``x or vector(0)``, is never absent
        return None if any(_is_ever_there(branch) for arg in args for branch in branches(arg)) else ONE
    if name in _AS_THEY_ARE and inner is not None:
        return inner
    if name == "avg_over_time" and inner is not None:
        return dataclasses.replace(inner, whole=False)
    if name == "quantile_over_time" and isinstance(args[0], Number) and 0 <= args[0].value <= 1:
        return dataclasses.replace(found[1] or ANY, whole=False)
    if name in ("clamp_min", "clamp_max", "clamp") and inner is not None:
        return _clamped(name, inner, [one for one in found[1:] if one is not None])
    if name == "abs" and inner is not None and inner.low >= 0:
        return inner
    if name == "scalar" and inner is not None:
        return dataclasses.replace(inner, nan=True)
    if name == "sum_over_time" and inner is not None:
        return _summed(inner)
    # the hour of now is a number
    return dataclasses.replace(_FUNCTIONS[name], nan=False) if name in _FUNCTIONS and not args else _FUNCTIONS.get(name, ANY)


def _is_ever_there(tree: Tree) -> bool:
    return is_constant(tree) and not any((isinstance(one, Binary) and not one.as_bool) or _is_absent(one) for one in everything(tree))


def _is_absent(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.function in _NEEDS_NOTHING


def _clamped(name: str, inner: Bounds, limits: list[Bounds]) -> Bounds:
    low, high = inner.low, inner.high
    if name in ("clamp_min", "clamp"):
        low, high = max(low, limits[0].low), max(high, limits[0].high)
    if name in ("clamp_max", "clamp"):
        low, high = min(low, limits[-1].low), min(high, limits[-1].high)
    return Bounds(low, high, nan=True) if low <= high else ANY


def _aggregated(tree: Aggregate, inner: Bounds, known: Known) -> Bounds | None:
    if tree.param is not None and bounds(tree.param, known) is None:
        return None
    if _is_absent(tree.inner) and tree.operator in ("count", "sum"):
        return ONE
    if tree.operator in ("count", "count_values"):
        return Bounds(1.0)
    if tree.operator == "group":
        return ONE
    if tree.operator == "sum":
        return _summed(inner)
    if tree.operator in ("min", "max", "avg", "topk", "bottomk", "limitk", "limit_ratio"):
        return dataclasses.replace(inner, whole=inner.whole and tree.operator != "avg")
    return POSITIVE if tree.operator in ("stddev", "stdvar") else ANY


def _summed(inner: Bounds) -> Bounds:
    """Of one or more of them."""
    low = inner.low if inner.low >= 0 else -INF
    high = inner.high if inner.high <= 0 else INF
    return Bounds(low, high, inner.low_open and low > -INF, inner.high_open and high < INF, True)


def _combined(tree: Binary, known: Known) -> Bounds | None:
    if tree.operator == "or":
        return _union([bounds(branch, known) for branch in branches(tree)])
    left, right = bounds(tree.left, known), bounds(tree.right, known)
    if tree.operator == "unless":
        return None if left is None or _emptied(tree, known) else left
    if left is None or right is None:
        return None
    if tree.operator == "and":
        return None if _disjoint(tree, known) else left
    if tree.operator == "/" and tree.group is None and is_part(tree.left, tree.right, known):
        return Bounds(0.0, 1.0, nan=True)
    if not tree.compares:
        return _calculated(tree.operator, left, right)
    operator = tree.operator
    if isinstance(tree.left, Number) and not isinstance(tree.right, Number):
        left, right, operator = right, left, _MIRRORED[operator]  # what is left over is the vector's value
    return SWITCH if tree.as_bool else _narrowed(left, operator, right)


def _narrowed(left: Bounds, operator: str, right: Bounds) -> Bounds | None:
    """What of ``left`` meets the comparison."""
    if operator == "!=":
        if right.nan or right.low != right.high:
            return left
        if left.low == left.high == right.low:
            return left if left.nan else None
        # all but one of its ends: of whole numbers the next is the end then
        low_open, high_open = left.low_open or left.low == right.low, left.high_open or left.high == right.low
        return dataclasses.replace(left, low_open=low_open, high_open=high_open).rounded()
    if operator in (">", ">="):
        limit = Bounds(right.low, INF, low_open=operator == ">" or right.low_open)
    elif operator in ("<", "<="):
        limit = Bounds(-INF, right.high, high_open=operator == "<" or right.high_open)
    else:
        limit = right
    found = _both(left, limit)
    return None if found.empty else found


def _both(one: Bounds, other: Bounds) -> Bounds:
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Bounds(
        low,
        high,
        (one.low_open and one.low == low) or (other.low_open and other.low == low),
        (one.high_open and one.high == high) or (other.high_open and other.high == high),
        whole=one.whole,
    ).rounded()


def _calculated(operator: str, left: Bounds, right: Bounds) -> Bounds:
    if operator in ("*", "/") and left.low == left.high == 0:
        return Bounds(0.0, 0.0, nan=True)
    if operator == "*" and right.low == right.high == 0:
        return Bounds(0.0, 0.0, nan=True)
    for fixed, other in ((right, left), (left, right)):
        if (operator == "*" or (operator == "/" and fixed is right)) and fixed.low == fixed.high and math.isfinite(fixed.low) and fixed.low:
            by = fixed.low if operator == "*" else 1 / fixed.low
            ends = (other.low * by, other.low_open), (other.high * by, other.high_open)
            (low, low_open), (high, high_open) = ends if by > 0 else ends[::-1]
            return Bounds(low, high, low_open, high_open, True)
    if operator == "+":
        return Bounds(_number(left.low + right.low, -INF), _number(left.high + right.high, INF), nan=True)
    if operator == "-":
        return Bounds(_number(left.low - right.high, -INF), _number(left.high - right.low, INF), nan=True)
    if operator in ("*", "/") and left.low >= 0 and right.low >= 0:
        return POSITIVE if operator == "/" else Bounds(_number(left.low * right.low, 0.0), _number(left.high * right.high, INF), nan=True)
    return ANY


def _number(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value


def is_part(part: Tree, whole: Tree, known: Known) -> bool:
    """Whether one is made of some of the series of which the other is, so that it is never more: ``count(up == 0) / count(up)``."""
    if isinstance(part, Aggregate) and isinstance(whole, Aggregate):
        same = (part.operator, part.grouping, part.labels) == (whole.operator, whole.grouping, whole.labels)
        if not same or part.operator not in ("sum", "count"):
            return False
        inner = bounds(whole.inner, known)
        return (part.operator == "count" or (inner is not None and inner.low >= 0)) and _is_selected_of(part.inner, whole.inner)
    return False


def _is_selected_of(some: Tree, of: Tree) -> bool:
    if some == of:
        return True
    if isinstance(some, Binary) and some.filters and isinstance(some.right, Number):
        return _is_selected_of(some.left, of)
    if isinstance(some, Call) and isinstance(of, Call) and some.function == of.function and len(some.args) == len(of.args):
        return some.function in ("rate", "increase", "irate") and _is_selected_of(some.args[0], of.args[0])
    if isinstance(some, Select) and isinstance(of, Select) and len(some.choices) == len(of.choices) == 1:
        one, other = some.choices[0], of.choices[0]
        same = (some.range, some.offset, some.at, one.metric) == (of.range, of.offset, of.at, other.metric)
        return same and set(other.conditions) <= set(one.conditions)
    return False


# -- the same expression on both sides of a set operator


def _constraint(tree: Tree, known: Known) -> tuple[Tree, Bounds]:
    """``x > 5`` as x, and what is left of its values."""
    if isinstance(tree, Binary) and tree.filters:
        for side, limit, operator in ((tree.left, tree.right, tree.operator), (tree.right, tree.left, _MIRRORED[tree.operator])):
            value = bounds(limit, known) if isinstance(limit, (Number, Negative)) else None
            if value is not None and operator != "!=":
                base, inner = _constraint(side, known)
                return base, _both(inner, _narrowed(Bounds(), operator, value) or Bounds(1.0, 0.0))
    return tree, ANY


def _constraints(tree: Tree, known: Known) -> list[tuple[Tree, Bounds]]:
    """All that holds of an expression whose set operators look at all labels."""
    if isinstance(tree, Binary) and tree.operator in ("and", "unless"):
        left = _constraints(tree.left, known)
        right = [] if tree.operator == "unless" else _constraints(tree.right, known)
        return [*left, *(one for one in right if tree.matching is None or _is_single(one[0]))]
    return [_constraint(tree, known)]


def _disjoint(tree: Binary, known: Known) -> bool:
    """``x > 5 and x < 3``"""
    right = _constraints(tree.right, known)
    return any(
        one == other and _both(held, limit).empty and _meets_only_itself(tree, one)
        for one, held in _constraints(tree.left, known)
        for other, limit in right
    )


def _is_single(side: Tree) -> bool:
    """Whether it is one series: an aggregate of all, or the hour."""
    if isinstance(side, Aggregate):
        return side.grouping is None and side.operator in ("sum", "min", "max", "avg", "count")
    return isinstance(side, Call) and not side.args


def _meets_only_itself(tree: Binary, side: Tree) -> bool:
    """Whether the labels that are compared tell its series apart."""
    if tree.matching is None or _is_single(side):
        return True
    if tree.matching != "on":
        return False
    if isinstance(side, Aggregate) and side.grouping == "by":
        return set(side.labels) <= set(tree.labels)
    return isinstance(side, Select) and side.choices[0].metric == "up" and {"job", "instance"} <= set(tree.labels)


def _emptied(tree: Binary, known: Known) -> bool:
    """``x > 100 unless x > 50``: each series meets itself, whatever labels are compared."""
    if isinstance(tree.right, Binary) and tree.right.operator in ("and", "unless"):
        return False
    for branch in branches(tree.right):
        other, limit = _constraint(branch, known)
        if any(one == other and held.within(limit) for one, held in _constraints(tree.left, known)):
            return bounds(branch, known) is not None
    return False


__all__ = ("ANY", "ONE", "SWITCH", "Bounds", "always", "bounds", "contradiction")
