# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels that the result of a PromQL expression can have, as far as the expression itself tells. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from . import promql

with contextlib.suppress(ImportError):  # promql tells it
    import promql_parser

_KEEPS = frozenset(
    ("absent", "absent_over_time", "abs", "avg_over_time", "ceil", "changes", "clamp", "clamp_max", "clamp_min", "count_over_time", "delta")
    + ("deriv", "exp", "floor", "idelta", "increase", "irate", "last_over_time", "ln", "log10", "log2", "max_over_time", "min_over_time")
    + ("predict_linear", "present_over_time", "quantile_over_time", "rate", "resets", "round", "sgn", "sqrt", "stddev_over_time")
    + ("stdvar_over_time", "sum_over_time", "timestamp")
)  # fmt: skip
_FIRST_VALUES = ("quantile_over_time",)  # functions whose first argument is a number
_NOTHING_KNOWN: t.Mapping[str, str] = {}


@dataclasses.dataclass(frozen=True)
class Possible:
    """Labels of a result: values that are known, and the names beside them that it may have; None: any."""

    known: t.Mapping[str, str]
    others: frozenset[str] | None
    absent: bool = False  # comes when nothing is there: evaluating it now does not show it


def branches(expression: str) -> list[Possible]:
    """One for each side of ``or``. Without the library, or for what it cannot parse, anything is possible."""
    anything = [Possible(_NOTHING_KNOWN, None)]
    if not promql.HAS_PROMQL_PARSER:
        return anything
    try:
        promql.parse(expression)  # with its bounds: the library ends the process where too much nests
        return _branches(promql_parser.parse(expression))
    except (promql.NotParsed, ValueError, RecursionError):
        return anything


def _branches(node: t.Any) -> list[Possible]:
    if isinstance(node, (promql_parser.ParenExpr, promql_parser.UnaryExpr)):
        return _branches(node.expr)
    if isinstance(node, promql_parser.BinaryExpr):
        operator = str(node.op)
        if operator == "or":
            return [*_branches(node.lhs), *_branches(node.rhs)]
        if operator in ("and", "unless"):
            return _branches(node.lhs)
        left, right = _branches(node.lhs), _branches(node.rhs)
        if _all_scalar(node.rhs):
            return left
        if _all_scalar(node.lhs):
            return right
        return [Possible(_NOTHING_KNOWN, _joined(node, left, right))]
    if isinstance(node, promql_parser.AggregateExpr):
        return [_aggregated(node)]
    if isinstance(node, promql_parser.VectorSelector):
        return [Possible(_equal(node), None)]
    if isinstance(node, promql_parser.MatrixSelector):
        return [Possible(_equal(node.vector_selector), None)]
    if isinstance(node, promql_parser.SubqueryExpr):
        return _branches(node.expr)
    if isinstance(node, promql_parser.Call):
        return _called(node)
    if isinstance(node, (promql_parser.NumberLiteral, promql_parser.StringLiteral)):
        return [Possible(_NOTHING_KNOWN, frozenset())]
    return [Possible(_NOTHING_KNOWN, None)]


def _all_scalar(node: t.Any) -> bool:
    if isinstance(node, (promql_parser.ParenExpr, promql_parser.UnaryExpr)):
        return _all_scalar(node.expr)
    if isinstance(node, promql_parser.BinaryExpr):
        return _all_scalar(node.lhs) and _all_scalar(node.rhs)
    return isinstance(node, promql_parser.NumberLiteral) or (
        isinstance(node, promql_parser.Call) and node.func.name in ("scalar", "time", "pi")
    )


def _called(node: t.Any) -> list[Possible]:
    name, args = node.func.name, list(node.args)
    if name in ("vector", "time", "scalar", "pi"):
        return [Possible(_NOTHING_KNOWN, frozenset())]
    if name in ("absent", "absent_over_time"):
        inner = args[0]
        while isinstance(inner, promql_parser.ParenExpr):
            inner = inner.expr
        vector = inner.vector_selector if isinstance(inner, promql_parser.MatrixSelector) else inner
        known = _equal(vector) if isinstance(vector, promql_parser.VectorSelector) else _NOTHING_KNOWN
        return [Possible(known, frozenset(), absent=True)]
    if name in _KEEPS and args:
        return _branches(args[1 if name in _FIRST_VALUES and len(args) > 1 else 0])
    return [Possible(_NOTHING_KNOWN, None)]


def _equal(vector: t.Any) -> dict[str, str]:
    """The labels that a selector fixes: those with one ``=``, and nothing else, as absent() takes them too."""
    if vector.matchers.or_matchers:
        return {}
    found: dict[str, str] = {}
    twice: set[str] = set()
    for matcher in vector.matchers.matchers:
        if matcher.name == "__name__":
            continue
        if str(matcher.op).rsplit(".", 1)[-1] == "Equal" and matcher.name not in found:
            found[matcher.name] = matcher.value
        else:
            twice.add(matcher.name)
    return {name: value for name, value in found.items() if name not in twice and value}


def _aggregated(node: t.Any) -> Possible:
    if str(node.op) in ("topk", "bottomk", "limitk", "limit_ratio"):
        inner = _branches(node.expr)
        return inner[0] if len(inner) == 1 else Possible(_NOTHING_KNOWN, None)
    modifier = node.modifier
    of_value = frozenset((str(node.param.val),)) if str(node.op) == "count_values" else frozenset()
    if modifier is None:
        return Possible(_NOTHING_KNOWN, of_value)
    names = frozenset(str(name) for name in modifier.labels) - of_value
    if "By" not in str(modifier.type):
        return Possible(_NOTHING_KNOWN, None)
    inner = _branches(node.expr)
    known = {name: value for name, value in inner[0].known.items() if name in names} if len(inner) == 1 else _NOTHING_KNOWN
    return Possible(known, (names - set(known)) | of_value)


def _joined(node: t.Any, left: list[Possible], right: list[Possible]) -> frozenset[str] | None:
    """The names that the result of two vectors can have: those of both sides, which is more than enough."""
    names: set[str] = set()
    for one in (*left, *right):
        if one.others is None:
            return None
        names.update(one.known, one.others)
    return frozenset(names)


__all__ = ("Possible", "branches")
