# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the right side of ``unless`` takes all away by what it is, whatever the values are. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .promql_evaluation import filters
from .promql_selector import ALERT_METRICS, Selector
from .promql_tree import ABSENT, Aggregate, Binary, Call, Negative, Select, Subquery, Tree, branches, everything, is_constant, is_scalar
from .promql_values import ANY, always

SOON = 60.0  # seconds that a range may still hold samples of what has gone
_OTHER_LABELS = ("label_replace", "label_join", "vector", "info")


def always_covers(tree: Binary) -> bool:
    """Of an ``unless`` that takes all away at the moment: whether it follows from its two sides that it always does.

    What is there at another time, or has a value, need not be there: ``up offset 1h unless up`` tells what is gone.
    """
    if isinstance(tree.right, Binary) and is_constant(tree.right) and always(tree.right, lambda _selector: ANY):
        return tree.matching == "on" and not tree.labels
    if filters(tree.right):
        return False
    if isinstance(tree.right, Binary) and tree.right.compares and tree.right.as_bool:
        return True  # bool gives 0 where it is not so, and takes nothing away
    if is_constant(tree.right):
        return tree.matching == "on" and not tree.labels
    left = [one for one in everything(tree.left) if isinstance(one, Select)]
    if any(isinstance(one, Subquery) for one in everything(tree.left)):
        return False
    return any(_covered(tree, left, right) for right in map(_looked_at, branches(tree.right)) if right is not None)


def _covered(tree: Binary, left: t.Sequence[Select], right: tuple[Select, Tree]) -> bool:
    select, whole = right
    if isinstance(whole, Call) and select.range is not None and not whole.function.endswith("_over_time"):
        # rate() of a series that has just begun has no result yet
        return any(one == whole for one in everything(tree.left))
    if any(_at_one_time(one, select) and _more_narrow(one, select) for one in left):
        return True
    return _is_any_target(tree, left, select)


def _is_any_target(tree: Binary, left: t.Sequence[Select], right: Select) -> bool:
    """``unless on (job) up``: each target has it."""
    selector = right.choices[0]
    if selector.metric != "up" or selector.conditions or tree.matching != "on" or not {"job", "instance"}.issuperset(tree.labels):
        return False
    absent = any(isinstance(one, Call) and one.function in ABSENT for one in everything(tree.left))
    alerts = any(one.choices[0].metric in ALERT_METRICS for one in left)
    return bool(left) and not absent and not alerts and all(_at_one_time(one, right) for one in left)


def _at_one_time(left: Select, right: Select) -> bool:
    if (left.offset, left.at) != (right.offset, right.at) or right.at is not None:
        return False
    return left.range is None or left.range <= max(right.range or 0.0, SOON)


def _more_narrow(left: Select, right: Select) -> bool:
    def holds(one: Selector, other: Selector) -> bool:
        return one.metric is not None and one.metric == other.metric and set(other.conditions) <= set(one.conditions)

    return all(any(holds(one, other) for other in right.choices) for one in left.choices)


def _looked_at(tree: Tree) -> tuple[Select, Tree] | None:
    """The one selector that a result is made of, and the smallest vector that has it; None where it needs something else too."""
    if isinstance(tree, Select):
        return tree, tree
    if isinstance(tree, Negative):
        return _looked_at(tree.inner)
    if isinstance(tree, Aggregate):
        return _looked_at(tree.inner) if tree.param is None or is_scalar(tree.param) else None
    if isinstance(tree, Binary) and (is_scalar(tree.left) or is_scalar(tree.right)):
        return _looked_at(tree.right if is_scalar(tree.left) else tree.left)
    if isinstance(tree, Call) and tree.function not in _OTHER_LABELS:
        given = [arg for arg in tree.args if not is_constant(arg)]
        if len(given) == 1 and isinstance(given[0], Select):
            return given[0], tree
        return _looked_at(given[0]) if len(given) == 1 else None
    return None


__all__ = ("always_covers",)
