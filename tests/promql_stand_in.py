# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of PromQL as the checks ask for, over series that a test makes up; the rows of the fault table ask real servers the same."""

from __future__ import annotations

import dataclasses
import operator
import re
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import Selector, parse
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_tree import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Number,
    Select,
    Subquery,
    Text,
    Tree,
)

STALE = 300.0
Labels = dict[str, str]
Row = tuple[Labels, float]
_CALCULATE = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": lambda a, b: a / b if b else float("nan")}
_COMPARE = {"==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


class Refused(Exception):
    """What a server answers with 422."""


@dataclasses.dataclass(frozen=True)
class Series:
    """Sampled each ``interval`` seconds from ``since`` to ``until`` (None: still); then marked as gone."""

    labels: Labels
    value: float = 1.0
    since: float = 0.0
    until: float | None = None
    interval: float = 15.0

    def samples(self, start: float, end: float) -> list[tuple[float, float]]:
        """After ``start``, up to ``end``."""
        end = end if self.until is None else min(end, self.until)
        first = max(0, int((start - self.since) // self.interval) + 1) if start >= self.since else 0
        times = []
        moment = self.since + first * self.interval
        while moment <= end:
            times.append((moment, self.value))
            moment += self.interval
        return times

    def at(self, moment: float) -> tuple[float, float] | None:
        if self.until is not None and moment > self.until + self.interval:
            return None
        found = self.samples(moment - STALE, moment)
        return found[-1] if found else None


def evaluate(expression: str, world: t.Sequence[Series], at: float) -> list[Row]:
    """The instant vector of an expression; a scalar as one row without labels."""
    found = _of(parse(expression), world, at)
    return [({}, found)] if isinstance(found, float) else found


def selected(selector: Selector, world: t.Sequence[Series]) -> list[Series]:
    return [one for one in world if selector.holds(one.labels)]


def _of(tree: Tree, world: t.Sequence[Series], at: float) -> t.Any:
    if isinstance(tree, Number):
        return float(tree.value)
    if isinstance(tree, Text):
        return tree.value
    if isinstance(tree, Select):
        return _select(tree, world, _moment(tree, at))
    if isinstance(tree, Subquery):
        return _subquery(tree, world, _moment(tree, at))
    if isinstance(tree, Negative):
        found = _of(tree.inner, world, at)
        return -found if isinstance(found, float) else [(_nameless(labels), -value) for labels, value in found]
    if isinstance(tree, Aggregate):
        return _aggregate(tree, _of(tree.inner, world, at))
    if isinstance(tree, Call):
        return _call(tree, world, at)
    return _binary(tree, _of(tree.left, world, at), _of(tree.right, world, at))


def _moment(tree: Select | Subquery, at: float) -> float:
    fixed = float(tree.at) if tree.at and not tree.at.endswith("()") else at
    return fixed - tree.offset


def _select(tree: Select, world: t.Sequence[Series], at: float) -> t.Any:
    found = [one for selector in tree.choices for one in selected(selector, world)]
    if tree.range is not None:
        ranges = [(one.labels, one.samples(at - tree.range, at)) for one in found]
        return [(labels, samples) for labels, samples in ranges if samples]
    there = [(one.labels, one.at(at)) for one in found]
    return [(labels, sample[1]) for labels, sample in there if sample is not None]


def _subquery(tree: Subquery, world: t.Sequence[Series], at: float) -> list[tuple[Labels, list[tuple[float, float]]]]:
    step = tree.step or 60.0
    found: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    moment = (at - tree.range) // step * step + step
    while moment <= at:
        for labels, value in _of(tree.inner, world, moment):
            found.setdefault(tuple(sorted(labels.items())), []).append((moment, value))
        moment += step
    return [(dict(labels), samples) for labels, samples in found.items()]


def _aggregate(tree: Aggregate, rows: list[Row]) -> list[Row]:
    if tree.operator in ("topk", "bottomk"):
        return rows
    groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
    for labels, value in rows:
        if tree.grouping == "without":
            kept = {name: text for name, text in _nameless(labels).items() if name not in tree.labels}
        else:
            kept = {name: text for name, text in labels.items() if name in tree.labels}
        groups.setdefault(tuple(sorted(kept.items())), []).append(value)
    how: dict[str, t.Callable[[list[float]], float]] = {"sum": sum, "min": min, "max": max, "count": len, "group": lambda _values: 1.0}
    calculated = how.get(tree.operator, lambda values: sum(values) / len(values))
    return [(dict(labels), float(calculated(values))) for labels, values in groups.items()]


_OVER_TIME: dict[str, t.Callable[[list[tuple[float, float]]], float]] = {
    "count_over_time": len,
    "present_over_time": lambda _samples: 1.0,
    "max_over_time": lambda samples: max(value for _time, value in samples),
    "min_over_time": lambda samples: min(value for _time, value in samples),
    "changes": lambda _samples: 0.0,
}
_OF_TWO = ("rate", "increase", "irate", "delta", "deriv", "predict_linear")


def _call(tree: Call, world: t.Sequence[Series], at: float) -> t.Any:
    name = tree.function
    if name == "time":
        return at
    if name == "timestamp" and isinstance(tree.args[0], Select):
        moment = _moment(tree.args[0], at)
        found = [(one.labels, one.at(moment)) for selector in tree.args[0].choices for one in selected(selector, world)]
        return [(_nameless(labels), sample[0]) for labels, sample in found if sample is not None]
    if name == "hour":
        return [({}, at % 86_400 // 3600)]
    args = [_of(arg, world, at) for arg in tree.args]
    if name == "vector":
        return [({}, args[0])]
    if name == "scalar":
        return args[0][0][1] if len(args[0]) == 1 else float("nan")
    if name in ("absent", "absent_over_time"):
        return [] if args[0] else [({}, 1.0)]
    if name == "label_replace":
        return [_replaced(labels, value, *args[1:]) for labels, value in args[0]]
    if name == "histogram_quantile":
        return list(
            {tuple(sorted(_without_le(labels).items())): (_without_le(labels), 1.0) for labels, _v in args[1] if "le" in labels}.values()
        )
    if name in _OF_TWO:
        return [(_nameless(labels), 0.5) for labels, samples in args[0] if len(samples) > 1]
    if name in _OVER_TIME:
        return [(_nameless(labels), float(_OVER_TIME[name](samples))) for labels, samples in args[0]]
    raise Refused(f"{name} is not known to the stand-in")


def _replaced(labels: Labels, value: float, to: str, replacement: str, source: str, pattern: str) -> Row:
    match = re.fullmatch(pattern, labels.get(source, ""))
    if match is None:
        return labels, value
    first = match.group(1) if match.groups() else ""
    return {**labels, to: replacement.replace("$1", first)}, value


def _without_le(labels: Labels) -> Labels:
    return {name: text for name, text in _nameless(labels).items() if name != "le"}


def _nameless(labels: Labels) -> Labels:
    return {name: text for name, text in labels.items() if name != "__name__"}


def _binary(tree: Binary, left: t.Any, right: t.Any) -> t.Any:
    if isinstance(left, float) and isinstance(right, float):
        return float(_COMPARE[tree.operator](left, right)) if tree.compares else _CALCULATE[tree.operator](left, right)
    if tree.operator in ("and", "or", "unless"):
        return _set(tree, left, right)
    if isinstance(left, float) or isinstance(right, float):
        rows = right if isinstance(left, float) else left
        pairs = [(labels, *((left, value) if isinstance(left, float) else (value, right)), value) for labels, value in rows]
        found = [_calculated(tree, _nameless(labels) if not tree.filters else labels, a, b, kept) for labels, a, b, kept in pairs]
        return [row for row in found if row is not None]
    return _joined(tree, left, right)


def _calculated(tree: Binary, labels: Labels, one: float, other: float, kept: float) -> Row | None:
    if not tree.compares:
        return labels, _CALCULATE.get(tree.operator, lambda a, _b: a)(one, other)
    true = _COMPARE[tree.operator](one, other)
    return (labels, float(true)) if tree.as_bool else (labels, kept) if true else None


def _key(tree: Binary, labels: Labels) -> tuple[tuple[str, str], ...]:
    if tree.matching == "on":
        return tuple((name, labels.get(name, "")) for name in tree.labels)
    return tuple(sorted((name, text) for name, text in _nameless(labels).items() if name not in tree.labels))


def _set(tree: Binary, left: list[Row], right: list[Row]) -> list[Row]:
    keys = {_key(tree, labels) for labels, _value in (left if tree.operator == "or" else right)}
    if tree.operator == "or":
        return [*left, *(row for row in right if _key(tree, row[0]) not in keys)]
    return [row for row in left if (_key(tree, row[0]) in keys) is (tree.operator == "and")]


def _joined(tree: Binary, left: list[Row], right: list[Row]) -> list[Row]:
    one, many = (left, right) if tree.group == "group_right" else (right, left)
    by_key: dict[tuple[tuple[str, str], ...], Row] = {}
    for row in one:
        if _key(tree, row[0]) in by_key:
            raise Refused("many-to-many matching not allowed: matching labels must be unique on one side")
        by_key[_key(tree, row[0])] = row
    seen: set[tuple[tuple[str, str], ...]] = set()
    found: list[Row] = []
    for labels, value in many:
        key = _key(tree, labels)
        if key not in by_key:
            continue
        if tree.group is None and key in seen:
            raise Refused("multiple matches for labels: many-to-one matching must be explicit")
        seen.add(key)
        other = by_key[key][1]
        kept = _nameless(labels) if tree.group else dict(key)
        row = _calculated(tree, kept, *((other, value) if tree.group == "group_right" else (value, other)), value)
        found += [] if row is None else [row]
    return found


__all__ = ("Refused", "Series", "evaluate", "selected")
