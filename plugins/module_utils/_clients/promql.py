# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PromQL expression needs: its selectors, and which of them may be without series. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import typing as t

from .._finding import CannotObserve
from .._phrase import Message, phrase
from .re2 import Untranslatable, matches

try:
    import promql_parser

    HAS_PROMQL_PARSER = True
except ImportError:
    HAS_PROMQL_PARSER = False

NO_LIBRARY = phrase("the Python library promql-parser is not installed for {python:path}", python=sys.executable)

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
LONGEST = 65_536  # characters of an expression
MOST = 500  # operators and brackets, each of which may nest
MOST_IN_ALL = 2000  # also in what looks like a string: the library may see it otherwise
_STRING = re.compile(r"#[^\n]*|'(?:[^'\\\n]|\\.)*'|`[^`]*`" + r'|"(?:[^"\\\n]|\\.)*"')
_NESTS = re.compile(r"[-+*/%^(\[<>]|[=!]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
# the state of alerts, written by Prometheus itself: there is none while nothing fires
ALERT_METRICS = ("ALERTS", "ALERTS_FOR_STATE")


class NotParsed(Exception):
    """An expression that the library cannot parse, or no library. The message says which."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class AnotherTime(ValueError):
    """A selector of what was there, where one of what is there now is wanted. The text says what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Matcher:
    """``job=~"pay.*"``"""

    name: str
    operator: str  # =, !=, =~, !~
    value: str

    @property
    def text(self) -> str:
        return f"{_quoted(self.name, _LABEL)}{self.operator}{json.dumps(self.value, ensure_ascii=False)}"

    def holds(self, labels: t.Mapping[str, str]) -> bool:
        """Whether labels meet it; a label that is not there is an empty one. CannotObserve for a regular expression that is none."""
        value = labels.get(self.name, "")
        if self.operator in ("=", "!="):
            return (value == self.value) is (self.operator == "=")
        try:
            return matches(self.value, value, dot_is_all=True) is (self.operator == "=~")
        except Untranslatable:
            raise CannotObserve(phrase("the regular expression in {matcher} cannot be used here", matcher=self.text)) from None


@dataclasses.dataclass(frozen=True)
class Selector:
    """A vector or range selector without its modifiers; ``reach`` is how many seconds back from ``at`` (None: now) it looks."""

    name: str | None
    matchers: tuple[Matcher, ...]
    reach: float = 0.0
    at: float | None = None

    @property
    def metric(self) -> str | None:
        """The metric's name, where it is one."""
        if self.name:
            return self.name
        return next((matcher.value for matcher in self.matchers if matcher.name == "__name__" and matcher.operator == "="), None)

    @property
    def text(self) -> str:
        inner = [matcher.text for matcher in self.matchers]
        if self.name and not _NAME.fullmatch(self.name):
            return "{" + ", ".join([json.dumps(self.name, ensure_ascii=False), *inner]) + "}"
        return f"{self.name or ''}" + ("{" + ",".join(inner) + "}" if inner or not self.name else "")


@dataclasses.dataclass(frozen=True)
class Every:
    """Has no result unless each of ``parts`` has one. Without parts: a constant."""

    parts: tuple[Node, ...]


@dataclasses.dataclass(frozen=True)
class Either:
    """``or``: has a result when one of ``branches`` has one."""

    branches: tuple[Node, ...]


@dataclasses.dataclass(frozen=True)
class Unless:
    left: Node
    right: Node


@dataclasses.dataclass(frozen=True)
class Absent:
    """absent() and absent_over_time(): made for what is not there."""

    part: Node


Node = t.Union[Selector, Every, Either, Unless, Absent]


@dataclasses.dataclass(frozen=True)
class Needs:
    """What comes of an expression when some selectors match nothing."""

    alive: bool  # it can have a result
    dead: tuple[Selector, ...] = ()  # why it cannot
    idle: tuple[Selector, ...] = ()  # match nothing, but the rest can have a result without them


def judge(node: Node, alive: t.Callable[[Selector], bool]) -> Needs:
    """Whether an expression can have a result, asking ``alive`` of each selector that needs to match something."""
    if isinstance(node, Selector):
        return Needs(True) if alive(node) else Needs(False, (node,))
    if isinstance(node, Absent):
        return Needs(True)
    if isinstance(node, Unless):
        left, right = judge(node.left, alive), judge(node.right, alive)
        return Needs(left.alive, left.dead, left.idle + right.dead + right.idle)
    parts = [judge(part, alive) for part in (node.branches if isinstance(node, Either) else node.parts)]
    dead = tuple(selector for part in parts for selector in part.dead)
    idle = tuple(selector for part in parts for selector in part.idle)
    if isinstance(node, Either) and any(part.alive for part in parts):
        return Needs(True, (), dead + idle)
    return Needs(all(part.alive for part in parts), dead, idle)


def selectors(node: Node) -> list[Selector]:
    """Every selector of an expression."""
    if isinstance(node, Selector):
        return [node]
    if isinstance(node, Unless):
        parts: tuple[Node, ...] = (node.left, node.right)
    elif isinstance(node, Absent):
        parts = (node.part,)
    else:
        parts = node.branches if isinstance(node, Either) else node.parts
    return [selector for part in parts for selector in selectors(part)]


def parse(expression: str) -> Node:
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
        node = _parsed(text)
    except (ValueError, NotParsed, RecursionError) as exc:
        raise ValueError(f"'{text}' is not a PromQL label selector ({exc})") from None
    if not isinstance(node, Selector):
        raise ValueError(f"'{text}' is not a PromQL label selector; expected for example {{job=\"payments\"}}")
    return node


def parse_instant_selector(text: str) -> Selector:
    """The same of what is there now: AnotherTime for a range, an offset or a moment."""
    selector = parse_selector(text)
    vector: t.Any = promql_parser.parse(text)
    while isinstance(vector, promql_parser.ParenExpr):
        vector = vector.expr
    if isinstance(vector, promql_parser.MatrixSelector):
        raise AnotherTime(f"'{text}' selects a range; expected what is there now, for example {selector.text}")
    if vector.offset is not None or vector.at is not None:
        raise AnotherTime(f"'{text}' looks at another time (offset, @); expected what is there now, for example {selector.text}")
    return selector


def without_constants(node: Node) -> Node | None:
    """An expression without the branches that have a result whatever there is, as ``or vector(0)``; None where nothing else is left."""
    if isinstance(node, (Selector, Absent)):
        return node
    if isinstance(node, Unless):
        left = without_constants(node.left)
        return None if left is None else Unless(left, node.right)
    parts = [without_constants(part) for part in (node.branches if isinstance(node, Either) else node.parts)]
    left_over = tuple(part for part in parts if part is not None)
    if not left_over:
        return None
    if isinstance(node, Either):
        return left_over[0] if len(left_over) == 1 else Either(left_over)
    return Every(left_over)


def _parsed(expression: str) -> Node:
    """NotParsed, RecursionError, and ValueError of the library, which ends the whole process where too much nests."""
    if len(expression) > LONGEST:
        raise NotParsed(phrase("it has more than {most:number} characters", most=LONGEST))
    for text, most in ((_STRING.sub("", expression), MOST), (expression, MOST_IN_ALL)):
        if len(_NESTS.findall(text)) > most:
            raise NotParsed(phrase("it has more than {most:number} operators and brackets", most=most))
    return _from_library(promql_parser.parse(expression), 0.0, None)


def _from_library(expr: t.Any, reach: float, at: float | None) -> Node:
    if isinstance(expr, promql_parser.VectorSelector):
        return _selectors(expr, reach, at)
    if isinstance(expr, promql_parser.MatrixSelector):
        return _selectors(expr.vector_selector, reach + _seconds(expr.range), at)
    if isinstance(expr, promql_parser.SubqueryExpr):
        return _from_library(expr.expr, reach + _seconds(expr.range) + _seconds(expr.offset), _at(expr.at, at))
    if isinstance(expr, (promql_parser.ParenExpr, promql_parser.UnaryExpr)):
        return _from_library(expr.expr, reach, at)
    if isinstance(expr, promql_parser.AggregateExpr):
        return Every(tuple(_from_library(part, reach, at) for part in (expr.expr, expr.param) if part is not None))
    if isinstance(expr, promql_parser.Call):
        return _call(expr.func.name, [_from_library(arg, reach, at) for arg in expr.args])
    if isinstance(expr, promql_parser.BinaryExpr):
        return _binary(str(expr.op), _from_library(expr.lhs, reach, at), _from_library(expr.rhs, reach, at))
    if isinstance(expr, (promql_parser.NumberLiteral, promql_parser.StringLiteral)):
        return Every(())
    raise NotParsed(phrase("promql-parser finds a {kind} in it, which is not known here", kind=type(expr).__name__))


def _selectors(vector: t.Any, reach: float, at: float | None) -> Node:
    groups = vector.matchers.or_matchers or [vector.matchers.matchers]
    operators = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}

    def selector(group: t.Iterable[t.Any]) -> Selector:
        matchers = tuple(Matcher(m.name, operators[str(m.op).rsplit(".", 1)[-1]], m.value) for m in group)
        return Selector(vector.name, matchers, max(reach + _seconds(vector.offset), 0.0), _at(vector.at, at))

    found = tuple(selector(group) for group in groups)
    return found[0] if len(found) == 1 else Either(found)


def _seconds(duration: t.Any) -> float:
    return float(duration.total_seconds()) if duration else 0.0


def _at(modifier: t.Any, outer: float | None) -> float | None:
    # "@ start()" and "@ end()" are the moment of evaluation in a rule
    match = re.search(r"@ (-?\d+(?:\.\d+)?)", str(modifier)) if modifier else None
    return float(match.group(1)) if match else outer


def _call(function: str, args: list[Node]) -> Node:
    if function in ("absent", "absent_over_time"):
        return Absent(Every(tuple(args)))
    if function == "info":  # its second argument selects labels, not series that must be there
        args = args[:1]
    return Every(tuple(args))


def _binary(operator: str, left: Node, right: Node) -> Node:
    if operator == "or":
        # a or b or c is one choice among three
        branches = tuple(part for side in (left, right) for part in (side.branches if isinstance(side, Either) else (side,)))
        return Either(branches)
    if operator == "unless":
        return Unless(left, right)
    return Every((left, right))


def from_server(tree: t.Any) -> Node:
    """The answer of /api/v1/parse_query (Prometheus 3). ValueError for what it should not be."""
    try:
        return _from_tree(tree, 0.0, None)
    except (KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError(f"the parsed expression is not as expected ({type(exc).__name__})") from None


def _from_tree(tree: t.Any, reach: float, at: float | None) -> Node:
    kind = tree["type"]
    if kind in ("vectorSelector", "matrixSelector", "subquery"):
        reach += (tree.get("range", 0) + tree.get("offset", 0)) / 1000
        at = tree["timestamp"] / 1000 if tree.get("timestamp") is not None else at
        if kind == "subquery":
            return _from_tree(tree["expr"], reach, at)
        name = tree.get("name") or None
        matchers = (Matcher(m["name"], m["type"], m["value"]) for m in tree["matchers"])
        kept = tuple(m for m in matchers if not (m.name == "__name__" and m.operator == "=" and m.value == name))
        return Selector(name, kept, max(reach, 0.0), at)
    if kind in ("parenExpr", "unaryExpr"):
        return _from_tree(tree["expr"], reach, at)
    if kind == "aggregation":
        return Every(tuple(_from_tree(part, reach, at) for part in (tree["expr"], tree.get("param")) if part is not None))
    if kind == "call":
        return _call(tree["func"]["name"], [_from_tree(arg, reach, at) for arg in tree["args"]])
    if kind == "binaryExpr":
        return _binary(tree["op"], _from_tree(tree["lhs"], reach, at), _from_tree(tree["rhs"], reach, at))
    if kind in ("numberLiteral", "stringLiteral"):
        return Every(())
    raise ValueError(f"{kind} is not known here")


def _quoted(name: str, plain: re.Pattern[str]) -> str:
    return name if plain.fullmatch(name) else json.dumps(name, ensure_ascii=False)


__all__ = (
    "ALERT_METRICS",
    "HAS_PROMQL_PARSER",
    "Absent",
    "AnotherTime",
    "Either",
    "Every",
    "Matcher",
    "Needs",
    "Node",
    "NotParsed",
    "Selector",
    "Unless",
    "from_server",
    "judge",
    "parse",
    "parse_instant_selector",
    "parse_selector",
    "selectors",
    "without_constants",
)
