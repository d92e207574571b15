# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of which series an alert can fire once its joins and exceptions have taken some away. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.prometheus import Prometheus
from .._clients.promql import ALERT_METRICS, NotParsed, parse
from .._clients.promql_evaluation import filters
from .._clients.promql_tree import ABSENT, SET_OPERATORS, Aggregate, Binary, Call, Select, Tree, everything, is_scalar, rebuilt, text
from .._finding import CannotObserve
from ._alert_series import Labels

ORIGIN = ("job", "instance")
_REWRITES = (*ABSENT, "label_replace", "label_join", "info")


class Results:
    """Evaluates alerts that join or take away; those that only compare take all that they select."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._known: dict[str, list[Labels]] = {}

    def leaves_out(self, expression: str, series: t.Sequence[Labels]) -> list[Labels]:
        """What it gives where nothing of that comes from any of these series; empty where it does, or where that cannot be told."""
        rows = self._rows(expression)
        if not all(any(row.get(name) for name in ORIGIN) for row in rows):
            return []

        def comes_from(row: Labels, labels: Labels) -> bool:
            return all(row.get(name, "") in ("", labels.get(name, "")) for name in ORIGIN)

        return [] if any(comes_from(row, labels) for row in rows for labels in series) else rows

    def _rows(self, expression: str) -> list[Labels]:
        if expression not in self._known:
            self._known[expression] = self._asked(expression)
        return self._known[expression]

    def _asked(self, expression: str) -> list[Labels]:
        try:
            tree = parse(expression)
            if not _takes_away(tree) or any(_is_untold(one) for one in everything(tree)):
                return []
            return [sample.labels for sample in self.server.query(text(_whatever_the_values(tree)))]
        except (NotParsed, CannotObserve):
            return []


def _takes_away(tree: Tree) -> bool:
    return any(
        isinstance(one, Binary)
        and one.operator != "or"
        and (one.operator in SET_OPERATORS or not (is_scalar(one.left) or is_scalar(one.right)))
        for one in everything(tree)
    )


def _is_untold(tree: Tree) -> bool:
    """What gives other labels than its series have, or has none while all is well."""
    if isinstance(tree, Call):
        return tree.function in _REWRITES
    if isinstance(tree, Select):
        return any(one.metric in ALERT_METRICS for one in tree.choices)
    if isinstance(tree, Aggregate):
        return tree.operator in ("topk", "bottomk", "limitk", "limit_ratio", "count_values")
    return isinstance(tree, Binary) and bool({*ORIGIN}.intersection(tree.includes))


def _whatever_the_values(tree: Tree) -> Tree:
    """Without what depends on values: an exception of which the values decide is not there for good."""
    if isinstance(tree, Binary) and tree.operator == "unless":
        left = _whatever_the_values(tree.left)
        return left if filters(tree.right) else dataclasses.replace(tree, left=left)
    found = rebuilt(tree, _whatever_the_values)
    return dataclasses.replace(found, as_bool=True) if isinstance(found, Binary) and found.compares else found


__all__ = ("Results",)
