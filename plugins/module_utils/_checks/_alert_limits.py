# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of errors and latencies that are always or never exceeded, as can be read off the expression. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.promql import NotParsed, Selector, parse, selectors
from .._clients.promql_tree import Aggregate, Binary, Call, Number, Select, Tree, everything
from .._finding import CannotObserve
from ._alert_kinds import ERRORS, LATENCY, outcome_of

_CODE = re.compile(r"\d{3}")
_CODES = [str(code) for code in range(100, 600)]


def is_senseless(query: str, kind: str) -> bool:
    """Whether its limit cannot tell bad from good: a quantile above 0, a share above 1, a quantile of buckets without ``le``."""
    try:
        tree = parse(query)
    except NotParsed:
        return False
    if kind == LATENCY:
        return _above(tree, 0.0, _is_measured) or any(_lost_le(one) for one in everything(tree))
    return kind == ERRORS and _above(tree, 1.0, _is_share)


def _above(tree: Tree, limit: float, of: t.Callable[[Tree], bool]) -> bool:
    """Whether ``of`` something it wants a value above a limit: 0 exactly, or at least that."""
    if not isinstance(tree, Binary) or tree.operator not in (">", ">=") or not isinstance(tree.right, Number):
        return False
    number = tree.right.value
    beyond = number == 0 if limit == 0 else number > limit or (number == limit and tree.operator == ">")
    return beyond and of(tree.left)


def _is_measured(tree: Tree) -> bool:
    return not any(isinstance(one, Binary) for one in everything(tree))


def _is_share(tree: Tree) -> bool:
    """Failures of a metric by all that it counts, as a number between 0 and 1."""
    if not isinstance(tree, Binary) or tree.operator != "/" or any(isinstance(one, Select) and one.offset for one in everything(tree)):
        return False
    if any(isinstance(one, Binary) for side in (tree.left, tree.right) for one in everything(side)):
        return False
    part, whole = selectors(tree.left), selectors(tree.right)
    same = {one.metric for one in part} == {one.metric for one in whole}
    return same and all(outcome_of(one.matchers) is True for one in part) and all(outcome_of(one.matchers) is None for one in whole)


def _lost_le(tree: Tree) -> bool:
    """A quantile of classic buckets that were added up over their limits."""
    if not isinstance(tree, Call) or tree.function != "histogram_quantile" or len(tree.args) != 2:
        return False
    inner = tree.args[1]
    classic = [one.metric or "" for one in selectors(inner)]
    if not isinstance(inner, Aggregate) or not classic or not all(metric.endswith("_bucket") for metric in classic):
        return False
    return ("le" not in inner.labels) if inner.grouping != "without" else "le" in inner.labels


def takes_codes(selector: Selector, labels: t.Mapping[str, str]) -> bool:
    """Whether a selector takes any status at all, where those that are there are numbers: ``code=~"5xx"`` takes none of them."""
    for matcher in selector.matchers:
        if _CODE.fullmatch(labels.get(matcher.name, "")):
            try:
                if not any(matcher.holds({matcher.name: code}) for code in _CODES):
                    return False
            except CannotObserve:
                continue
    return True


__all__ = ("is_senseless", "takes_codes")
