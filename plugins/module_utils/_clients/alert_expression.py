# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the expression of an alert watches, and whether it fires when that is bad. PRIVATE to the collection.

Each selector is followed outwards, from whether its values are better high or low, through functions, arithmetic and comparisons:
``up == 0`` fires when it is bad, ``1 - avg(up) > 0.1`` too, and ``x > 5 and on (instance) up == 1`` says nothing of what is down.
Recording rules are followed to what they are made of. What cannot be followed is unsure, and so may fire.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .prometheus import Rule
from .promql import HAS_PROMQL_PARSER, NO_LIBRARY, Matcher, NotParsed, Selector, parse, selectors

if HAS_PROMQL_PARSER:
    import promql_parser

DEEPEST = 5  # recording rules made of recording rules
_LOW, _HIGH = ("<", "<="), (">", ">=")
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COUNTS = ("count", "count_over_time")
_PRESENCE = ("group", "present_over_time")
_SPREADS = ("count_values", "stddev", "stdvar", "stddev_over_time", "stdvar_over_time")
_TURNS = ("changes", "resets", "deriv", "delta", "idelta")  # how a value moves: of one that is 0 or 1, not what it is

_MAY_BE_NEGATIVE = (
    "delta",
    "idelta",
    "deriv",
    "predict_linear",
    "holt_winters",
    "double_exponential_smoothing",
    "ln",
    "log2",
    "log10",
    "scalar",
)


class Sense(enum.Enum):
    """What a value, or that there is one, says of what is watched."""

    HIGH_IS_GOOD = "high is good"
    HIGH_IS_BAD = "high is bad"
    WHEN_BAD = "there is one when it is bad"
    WHEN_GOOD = "there is one when it is good"
    NEUTRAL = "says neither"
    UNSURE = "not known"


_INVERTED = {Sense.HIGH_IS_GOOD: Sense.HIGH_IS_BAD, Sense.HIGH_IS_BAD: Sense.HIGH_IS_GOOD}
_AS_VALUE = {Sense.WHEN_BAD: Sense.HIGH_IS_BAD, Sense.WHEN_GOOD: Sense.HIGH_IS_GOOD}
Meaning = t.Callable[
    [Selector, tuple[str, ...]], tuple[Sense, bool]
]  # of a selector within functions: its values, and whether they are 0 or 1

Alive = t.Callable[[Selector], bool]


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A selector of an alert. ``through``: the matchers of the recorded series by which it is reached; ``vanishing``: the alert fires
    when its series are gone, or fewer."""

    selector: Selector
    functions: tuple[str, ...]
    sense: Sense
    two_valued: bool
    value: Sense = Sense.UNSURE  # what its value still says once it was compared
    through: tuple[Matcher, ...] = ()
    counted: bool = False
    vanishing: bool = False

    @property
    def fires(self) -> bool:
        """Whether the alert fires, as far as this selector goes, when what it watches is bad."""
        return self.vanishing or self.sense in (Sense.WHEN_BAD, Sense.UNSURE)


class Expressions:
    """Expressions over the recording rules that are loaded."""

    def __init__(self, rules: t.Iterable[Rule], meaning: Meaning) -> None:
        self.meaning = meaning
        self.recorded: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "recording":
                self.recorded.setdefault(rule.name, []).append(rule)

    def leaves(self, expression: str) -> list[Leaf]:
        """The selectors of an alert's expression. NotParsed."""
        return [leaf if leaf.sense in _DECIDED else _bare(leaf) for leaf in self._of(expression, (), 0)]

    def dead(self, expression: str, alive: Alive) -> Selector | None:
        """A selector for want of which an alert cannot fire, as it matches nothing; None where it can. NotParsed."""
        return _dead(self._parsed(expression), alive)

    @staticmethod
    def _parsed(expression: str) -> t.Any:
        if not HAS_PROMQL_PARSER:
            raise NotParsed(NO_LIBRARY)
        parse(expression)  # refuses what the library would not survive
        return promql_parser.parse(expression)

    def _of(self, expression: str, functions: tuple[str, ...], depth: int) -> list[Leaf]:
        tree = self._parsed(expression)
        try:
            return self._walk(tree, functions, depth)
        except (ValueError, RecursionError):
            raise NotParsed(phrase("it has too many levels, one within the other")) from None

    def _walk(self, expr: t.Any, functions: tuple[str, ...], depth: int) -> list[Leaf]:
        if isinstance(expr, (promql_parser.VectorSelector, promql_parser.MatrixSelector)):
            return [leaf for selector in _selectors(expr) for leaf in self._selected(selector, functions, depth)]
        if isinstance(expr, promql_parser.SubqueryExpr):
            return self._walk(expr.expr, functions, depth)
        if isinstance(expr, promql_parser.ParenExpr):
            return self._walk(expr.expr, functions, depth)
        if isinstance(expr, promql_parser.UnaryExpr):
            return [_inverted(leaf) for leaf in self._walk(expr.expr, functions, depth)]
        if isinstance(expr, promql_parser.AggregateExpr):
            name = str(expr.op)
            return [_within(leaf, name) for leaf in self._walk(expr.expr, (*functions, name), depth)]
        if isinstance(expr, promql_parser.Call):
            name = str(expr.func.name)
            parts = [self._walk(part, (*functions, name), depth) for part in (expr.args[:1] if name == "info" else expr.args)]
            return [_within(leaf, name) for part in parts for leaf in part]
        if isinstance(expr, promql_parser.BinaryExpr):
            return self._binary(expr, functions, depth)
        return []

    def _selected(self, selector: Selector, functions: tuple[str, ...], depth: int) -> list[Leaf]:
        rules = self.recorded.get(selector.metric or "", []) if depth < DEEPEST else []
        found: list[Leaf] = []
        for rule in rules:
            if any(matcher.name in rule.labels and _contradicts(matcher, rule.labels) for matcher in selector.matchers):
                continue
            outer = tuple(matcher for matcher in selector.matchers if matcher.name not in (*rule.labels, "__name__"))
            found += [dataclasses.replace(leaf, through=(*leaf.through, *outer)) for leaf in self._of(rule.query, functions, depth + 1)]
        if found:
            return found
        sense, two_valued = self.meaning(selector, functions)
        return [Leaf(selector, functions, sense, two_valued)]

    def _binary(self, expr: t.Any, functions: tuple[str, ...], depth: int) -> list[Leaf]:
        operator = str(expr.op)
        left, right = self._walk(expr.lhs, functions, depth), self._walk(expr.rhs, functions, depth)
        if operator in ("and", "or"):
            return left + right
        if operator == "unless":
            earlier = {leaf.selector.metric for leaf in left if leaf.selector.reach}
            gone = [dataclasses.replace(leaf, vanishing=True, sense=Sense.WHEN_BAD) for leaf in right if leaf.selector.metric in earlier]
            return left + gone
        if operator in _FLIPPED:
            as_value = bool(expr.modifier and expr.modifier.return_bool)
            low, high = _number(expr.rhs), _number(expr.lhs)
            if _decided(operator, expr.lhs, low) or _decided(_FLIPPED[operator], expr.rhs, high):
                below = operator in _LOW if low is not None else operator in _HIGH
                return [
                    leaf  # what is not recognised may well be negative, as a balance
                    if below and leaf.sense is Sense.UNSURE
                    else dataclasses.replace(leaf, sense=Sense.WHEN_GOOD, value=Sense.UNSURE)
                    for leaf in left + right
                ]
            return [_compared(leaf, operator, low, as_value) for leaf in left] + [
                _compared(leaf, _FLIPPED[operator], high, as_value) for leaf in right
            ]
        if operator == "-":
            return left + [_inverted(leaf) for leaf in right]
        if operator == "/":
            return left + [_inverted(leaf) for leaf in right]
        if operator == "*":
            negative = [number for number in (_number(expr.lhs), _number(expr.rhs)) if number is not None and number < 0]
            return [_inverted(leaf) if negative else leaf for leaf in left + right]
        if operator == "+":
            return left + right
        return [dataclasses.replace(leaf, sense=Sense.UNSURE) for leaf in left + right]


_DECIDED = (Sense.WHEN_BAD, Sense.WHEN_GOOD, Sense.UNSURE)


def _bare(leaf: Leaf) -> Leaf:
    """Of an expression that compares nothing: it fires as long as there is a value, whatever it is."""
    return dataclasses.replace(leaf, sense=Sense.NEUTRAL)


def _inverted(leaf: Leaf) -> Leaf:
    return dataclasses.replace(leaf, sense=_INVERTED.get(leaf.sense, leaf.sense))


def _within(leaf: Leaf, function: str) -> Leaf:
    """What a leaf says once a function or an aggregation was applied."""
    sense = leaf.sense
    if function in ("absent", "absent_over_time"):
        return dataclasses.replace(
            leaf, sense=Sense.WHEN_GOOD if sense is Sense.WHEN_BAD else Sense.WHEN_BAD, vanishing=sense is not Sense.WHEN_BAD
        )
    if function in _COUNTS:
        return dataclasses.replace(
            leaf, sense=_AS_VALUE.get(sense, Sense.NEUTRAL), value=Sense.UNSURE, two_valued=False, counted=sense not in _AS_VALUE
        )
    if function in _PRESENCE:
        return dataclasses.replace(leaf, sense=sense if sense in _AS_VALUE else Sense.NEUTRAL)
    if function in _SPREADS:
        return dataclasses.replace(leaf, sense=Sense.UNSURE)
    if function in _TURNS and leaf.two_valued:
        return dataclasses.replace(leaf, sense=Sense.NEUTRAL)
    if function in ("sum", "sum_over_time", "rate", "increase", "irate"):
        return dataclasses.replace(leaf, two_valued=False)
    return leaf


def _compared(leaf: Leaf, operator: str, number: float | None, as_value: bool) -> Leaf:
    """What a leaf says on the left of a comparison; ``number`` is None where the other side is no constant."""
    if leaf.sense is Sense.NEUTRAL and leaf.counted and operator in _LOW:
        return dataclasses.replace(leaf, sense=Sense.WHEN_BAD, vanishing=True)
    again = leaf.sense is Sense.WHEN_GOOD and leaf.value in _INVERTED and not leaf.two_valued  # the other end of a range
    value = leaf.value if again else leaf.sense
    if value not in _INVERTED:
        return leaf
    good = value is Sense.HIGH_IS_GOOD
    if operator in _LOW:
        bad: bool | None = good
    elif operator in _HIGH:
        bad = not good
    else:
        bad = _equal(leaf, operator, number, good)
    found = Sense.UNSURE if bad is None else Sense.WHEN_BAD if bad else Sense.WHEN_GOOD
    if as_value:
        return dataclasses.replace(leaf, sense=_AS_VALUE.get(found, found), value=Sense.UNSURE)
    return dataclasses.replace(leaf, sense=found, value=value)


def _equal(leaf: Leaf, operator: str, number: float | None, good: bool) -> bool | None:
    """Whether ``== number`` or ``!= number`` holds when it is bad; None where that depends."""
    if number == 0:
        return good is (operator == "==")
    if number is None or not leaf.two_valued:
        return None
    return good is not (operator == "==")


def _decided(operator: str, expr: t.Any, number: float | None) -> bool:
    """Whether a comparison holds whatever happens, as ``errors_total >= 0`` does, or never, as ``up < 0``."""
    if number is None:
        return False
    decided = number <= 0 if operator in (">=", "<") else number < 0
    return decided and _counts_up(expr)


def _counts_up(expr: t.Any) -> bool:
    """Whether values are of what is counted or measured, which are never below 0."""
    if isinstance(expr, (promql_parser.ParenExpr, promql_parser.AggregateExpr, promql_parser.SubqueryExpr)):
        return _counts_up(expr.expr)
    if isinstance(expr, promql_parser.Call):
        return str(expr.func.name) not in _MAY_BE_NEGATIVE and all(_counts_up(part) for part in expr.args)
    if isinstance(expr, promql_parser.BinaryExpr):
        return str(expr.op) in ("+", "*", "/") and _counts_up(expr.lhs) and _counts_up(expr.rhs)
    number = _number(expr)
    return number >= 0 if number is not None else not isinstance(expr, promql_parser.UnaryExpr)


def _number(expr: t.Any) -> float | None:
    """The number that an expression of nothing but numbers is; None for any other."""
    if isinstance(expr, promql_parser.NumberLiteral):
        return float(expr.val)
    if isinstance(expr, promql_parser.ParenExpr):
        return _number(expr.expr)
    if isinstance(expr, promql_parser.UnaryExpr):
        inner = _number(expr.expr)
        return None if inner is None else -inner
    return None


def _contradicts(matcher: Matcher, labels: t.Mapping[str, str]) -> bool:
    try:
        return not matcher.holds(labels)
    except CannotObserve:
        return False  # a regular expression that only the server can read


def _selectors(expr: t.Any) -> list[Selector]:
    """The selectors as ``promql`` has them: one, or the alternatives of an ``or`` within the braces."""
    return selectors(parse(expr.prettify()))


def _dead(expr: t.Any, alive: Alive) -> Selector | None:
    """A selector for want of which an expression has no result; None where it can have one."""
    if isinstance(expr, (promql_parser.VectorSelector, promql_parser.MatrixSelector)):
        found = _selectors(expr)
        return None if any(alive(selector) for selector in found) else found[0]
    if isinstance(expr, promql_parser.Call):
        if str(expr.func.name) in ("absent", "absent_over_time"):
            return None
        parts = expr.args[:1] if str(expr.func.name) == "info" else expr.args
    elif isinstance(expr, promql_parser.BinaryExpr):
        left, right = _dead(expr.lhs, alive), _dead(expr.rhs, alive)
        operator = str(expr.op)
        if operator == "unless":
            return left
        return left and right if operator == "or" else left or right
    else:
        inner = getattr(expr, "expr", None)
        parts = [] if inner is None else [inner]
    return next((dead for part in parts if (dead := _dead(part, alive))), None)


__all__ = ("Expressions", "Leaf", "Sense")
