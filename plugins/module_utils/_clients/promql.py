# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PromQL read into a tree: by promql-parser, or by the server itself. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import re
import sys
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .promql_selector import ALERT_METRICS, Matcher, Selector
from .promql_tree import Aggregate, Binary, Call, Negative, Number, Select, Subquery, Text, Tree, everything, number

try:
    import promql_parser

    HAS_PROMQL_PARSER = True
except ImportError:
    HAS_PROMQL_PARSER = False

NO_LIBRARY = phrase("the Python library promql-parser is not installed for {python:path}", python=sys.executable)

LONGEST = 65_536  # characters of an expression
MOST = 500  # operators and brackets, each of which may nest
MOST_IN_ALL = 2000  # also in what looks like a string: the library may see it otherwise
_STRING = re.compile(r"#[^\n]*|'(?:[^'\\\n]|\\.)*'|`[^`]*`" + r'|"(?:[^"\\\n]|\\.)*"')
_NESTS = re.compile(r"[-+*/%^(\[<>]|[=!]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)


class NotParsed(Exception):
    """An expression that the library cannot parse, or no library. The message says which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class AnotherTime(ValueError):
    """A selector of what was there, where one of what is there now is wanted. The text says what is wrong with it."""


def selectors(tree: Tree) -> list[Selector]:
    """Every selector of an expression."""
    return [selector for one in everything(tree) if isinstance(one, Select) for selector in one.choices]


def parse(expression: str) -> Tree:
    """Parsed with promql-parser. NotParsed."""
    if not HAS_PROMQL_PARSER:
        raise NotParsed(NO_LIBRARY)
    try:
        return _parsed(expression)
    except ValueError as exc:
        raise NotParsed(phrase("promql-parser cannot parse it: {reason}", reason=str(exc))) from None
    except RecursionError:
        raise NotParsed(phrase("it has too many levels, one within the other")) from None


def parse_selector(text: str) -> Selector:
    """``{job="payments"}`` or ``up{job="payments"}``. ValueError says what is wrong; CannotObserve without the library."""
    if not HAS_PROMQL_PARSER:
        raise CannotObserve(phrase("a selector cannot be read: {why}", why=NO_LIBRARY))
    try:
        tree = _parsed(text)
    except (ValueError, NotParsed, RecursionError) as exc:
        raise ValueError(f"'{text}' is not a PromQL label selector ({exc})") from None
    if not isinstance(tree, Select) or len(tree.choices) != 1:
        raise ValueError(f"'{text}' is not a PromQL label selector; expected for example {{job=\"payments\"}}")
    return tree.choices[0]


def parse_instant_selector(text: str) -> Selector:
    """The same of what is there now: AnotherTime for a range, an offset or a moment."""
    selector = parse_selector(text)
    tree = _parsed(text)
    if isinstance(tree, Select) and tree.range is not None:
        raise AnotherTime(f"'{text}' selects a range; expected what is there now, for example {selector.text}")
    if isinstance(tree, Select) and (tree.offset or tree.at is not None):
        raise AnotherTime(f"'{text}' looks at another time (offset, @); expected what is there now, for example {selector.text}")
    return selector


def _parsed(expression: str) -> Tree:
    """NotParsed, RecursionError, and ValueError of the library, which ends the whole process where too much nests."""
    if len(expression) > LONGEST:
        raise NotParsed(phrase("it has more than {most:number} characters", most=LONGEST))
    for text, most in ((_STRING.sub("", expression), MOST), (expression, MOST_IN_ALL)):
        if len(_NESTS.findall(text)) > most:
            raise NotParsed(phrase("it has more than {most:number} operators and brackets", most=most))
    return _from_library(promql_parser.parse(expression), 0.0, None)


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
_GROUPS = {"ManyToOne": "group_left", "OneToMany": "group_right"}


def _from_library(expr: t.Any, reach: float, at: float | None) -> Tree:
    if isinstance(expr, promql_parser.VectorSelector):
        return _select(expr, None, reach, at)
    if isinstance(expr, promql_parser.MatrixSelector):
        return _select(expr.vector_selector, _seconds(expr.range), reach, at)
    if isinstance(expr, promql_parser.SubqueryExpr):
        span, offset = _seconds(expr.range), _seconds(expr.offset)
        inner = _from_library(expr.expr, reach + span + offset, _at(expr.at, at))
        return Subquery(inner, span, _seconds(expr.step) or None, offset, _at_text(expr.at))
    if isinstance(expr, promql_parser.ParenExpr):
        return _from_library(expr.expr, reach, at)
    if isinstance(expr, promql_parser.UnaryExpr):
        return Negative(_from_library(expr.expr, reach, at))
    if isinstance(expr, promql_parser.AggregateExpr):
        inner = _from_library(expr.expr, reach, at)
        param = None if expr.param is None else _from_library(expr.param, reach, at)
        grouping = None if expr.modifier is None else _last(expr.modifier.type).lower()
        return Aggregate(str(expr.op), inner, param, grouping, () if expr.modifier is None else tuple(expr.modifier.labels))
    if isinstance(expr, promql_parser.Call):
        return Call(expr.func.name, tuple(_from_library(arg, reach, at) for arg in expr.args))
    if isinstance(expr, promql_parser.BinaryExpr):
        return _binary(expr, _from_library(expr.lhs, reach, at), _from_library(expr.rhs, reach, at))
    if isinstance(expr, promql_parser.NumberLiteral):
        return Number(expr.val)
    if isinstance(expr, promql_parser.StringLiteral):
        return Text(expr.val)
    raise NotParsed(phrase("promql-parser finds a {kind} in it, which is not known here", kind=type(expr).__name__))


def _select(vector: t.Any, span: float | None, reach: float, at: float | None) -> Select:
    offset, moment = _seconds(vector.offset), _at(vector.at, at)
    back = max(reach + (span or 0.0) + offset, 0.0)

    def selector(group: t.Iterable[t.Any]) -> Selector:
        return Selector(vector.name, tuple(Matcher(m.name, _OPERATORS[_last(m.op)], m.value) for m in group), back, moment)

    groups = vector.matchers.or_matchers or [vector.matchers.matchers]
    return Select(tuple(selector(group) for group in groups), span, offset, _at_text(vector.at))


def _binary(expr: t.Any, left: Tree, right: Tree) -> Binary:
    modifier = expr.modifier
    if modifier is None:
        return Binary(str(expr.op), left, right)
    if re.search(r"\bfill(?:_left|_right)?\s*\(", str(modifier)):
        raise NotParsed(phrase("promql-parser finds a {kind} in it, which is not known here", kind="fill"))
    found = modifier.matching
    matching = None if found is None else {"Include": "on", "Exclude": "ignoring"}[_last(found.type)]
    labels = () if found is None else tuple(found.labels)
    group = _GROUPS.get(_last(modifier.card))
    return Binary(str(expr.op), left, right, bool(modifier.return_bool), matching, labels, group, tuple(modifier.group_labels or ()))


def _last(name: object) -> str:
    return str(name).rsplit(".", 1)[-1]


def _seconds(duration: dt.timedelta | None) -> float:
    return duration.total_seconds() if duration else 0.0


def _at_text(modifier: t.Any) -> str | None:
    if modifier is None:
        return None
    said, moment = str(modifier).removeprefix("@").strip(), _at(modifier, None)
    return said if moment is None else number(moment)


def _at(modifier: t.Any, outer: float | None) -> float | None:
    # "@ start()" and "@ end()" are the moment of evaluation in a rule
    match = re.search(r"@ (-?\d+(?:\.\d+)?)", str(modifier)) if modifier else None
    return float(match.group(1)) if match else outer


def from_server(tree: t.Any) -> Tree:
    """The answer of /api/v1/parse_query (Prometheus 3). ValueError for what it should not be."""
    try:
        return _from_tree(tree, 0.0, None)
    except (KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError(f"the parsed expression is not as expected ({type(exc).__name__})") from None


def _from_tree(tree: t.Any, reach: float, at: float | None) -> Tree:
    kind = tree["type"]
    if kind in ("vectorSelector", "matrixSelector", "subquery"):
        return _ranged(tree, kind, reach, at)
    if kind == "parenExpr":
        return _from_tree(tree["expr"], reach, at)
    if kind == "unaryExpr":
        inner = _from_tree(tree["expr"], reach, at)
        return inner if tree.get("op") == "+" else Negative(inner)
    if kind == "aggregation":
        grouping = tuple(tree.get("grouping") or ())
        modifier = "without" if tree.get("without") else "by" if grouping else None
        param = tree.get("param")
        inner = _from_tree(tree["expr"], reach, at)
        return Aggregate(tree["op"], inner, None if param is None else _from_tree(param, reach, at), modifier, grouping)
    if kind == "call":
        return Call(tree["func"]["name"], tuple(_from_tree(arg, reach, at) for arg in tree["args"]))
    if kind == "binaryExpr":
        left, right = _from_tree(tree["lhs"], reach, at), _from_tree(tree["rhs"], reach, at)
        found = tree.get("matching") or {}
        labels = tuple(found.get("labels") or ())
        matching = "on" if found.get("on") else "ignoring" if labels else None
        group = {"many-to-one": "group_left", "one-to-many": "group_right"}.get(found.get("card") or "")
        return Binary(tree["op"], left, right, bool(tree.get("bool")), matching, labels, group, tuple(found.get("include") or ()))
    if kind == "numberLiteral":
        return Number(float(str(tree.get("val", "nan"))))
    if kind == "stringLiteral":
        return Text(str(tree.get("val", "")))
    raise ValueError(f"{kind} is not known here")


def _ranged(tree: t.Any, kind: str, reach: float, at: float | None) -> Tree:
    span, offset = tree.get("range", 0) / 1000, tree.get("offset", 0) / 1000
    # "smoothed" and calculated durations have no place in the tree: written again the expression would be another one
    if tree.get("anchored") or tree.get("smoothed") or (kind != "vectorSelector" and not span):
        raise ValueError("a modifier or a duration is not known here")
    reach += span + offset
    moment, said = tree.get("timestamp"), tree.get("startOrEnd")
    at = moment / 1000 if moment is not None else at
    behind = f"{said}()" if said else None if moment is None else number(moment / 1000)
    if kind == "subquery":
        return Subquery(_from_tree(tree["expr"], reach, at), span, tree.get("step", 0) / 1000 or None, offset, behind)
    name = tree.get("name") or None
    matchers = (Matcher(m["name"], m["type"], m["value"]) for m in tree["matchers"])
    kept = tuple(m for m in matchers if not (m.name == "__name__" and m.operator == "=" and m.value == name))
    return Select((Selector(name, kept, max(reach, 0.0), at),), span if kind == "matrixSelector" else None, offset, behind)


__all__ = (
    "ALERT_METRICS",
    "HAS_PROMQL_PARSER",
    "AnotherTime",
    "Matcher",
    "NotParsed",
    "Selector",
    "Tree",
    "from_server",
    "parse",
    "parse_instant_selector",
    "parse_selector",
    "selectors",
)
