# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PromQL expression as a tree, and written again. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import math
import typing as t

from .promql_selector import Selector, label_name

COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
SET_OPERATORS = ("and", "or", "unless")
ABSENT = ("absent", "absent_over_time")


@dataclasses.dataclass(frozen=True)
class Number:
    value: float


@dataclasses.dataclass(frozen=True)
class Text:
    value: str


@dataclasses.dataclass(frozen=True)
class Select:
    """A selector with its modifiers; more than one of ``choices`` only in MetricsQL. Durations in seconds."""

    choices: tuple[Selector, ...]
    range: float | None = None
    offset: float = 0.0
    at: str | None = None  # what stands behind the @


@dataclasses.dataclass(frozen=True)
class Subquery:
    inner: Tree
    range: float
    step: float | None = None
    offset: float = 0.0
    at: str | None = None


@dataclasses.dataclass(frozen=True)
class Negative:
    inner: Tree


@dataclasses.dataclass(frozen=True)
class Aggregate:
    operator: str
    inner: Tree
    param: Tree | None = None
    grouping: str | None = None  # by, without
    labels: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Call:
    function: str
    args: tuple[Tree, ...]


@dataclasses.dataclass(frozen=True)
class Binary:
    """``matching`` is on, ignoring or None; ``group`` is group_left, group_right or None, with the labels that it ``includes``."""

    operator: str
    left: Tree
    right: Tree
    as_bool: bool = False
    matching: str | None = None
    labels: tuple[str, ...] = ()
    group: str | None = None
    includes: tuple[str, ...] = ()

    @property
    def compares(self) -> bool:
        return self.operator in COMPARISONS

    @property
    def filters(self) -> bool:
        """Whether it takes series away by their values."""
        return self.compares and not self.as_bool


Tree = t.Union[Number, Text, Select, Subquery, Negative, Aggregate, Call, Binary]


def parts(tree: Tree) -> tuple[Tree, ...]:
    """The expressions of which one is made."""
    if isinstance(tree, (Number, Text, Select)):
        return ()
    if isinstance(tree, (Subquery, Negative)):
        return (tree.inner,)
    if isinstance(tree, Aggregate):
        return (tree.inner,) if tree.param is None else (tree.inner, tree.param)
    if isinstance(tree, Call):
        return tree.args
    return (tree.left, tree.right)


def rebuilt(tree: Tree, change: t.Callable[[Tree], Tree]) -> Tree:
    """The same expression with each of its parts changed."""
    if isinstance(tree, (Number, Text, Select)):
        return tree
    if isinstance(tree, (Subquery, Negative)):
        return dataclasses.replace(tree, inner=change(tree.inner))
    if isinstance(tree, Aggregate):
        return dataclasses.replace(tree, inner=change(tree.inner), param=None if tree.param is None else change(tree.param))
    if isinstance(tree, Call):
        return dataclasses.replace(tree, args=tuple(change(arg) for arg in tree.args))
    return dataclasses.replace(tree, left=change(tree.left), right=change(tree.right))


def everything(tree: Tree) -> t.Iterator[Tree]:
    """It and all that it is made of."""
    yield tree
    for part in parts(tree):
        yield from everything(part)


def is_scalar(tree: Tree) -> bool:
    """One number and not a vector."""
    if isinstance(tree, Call):
        return tree.function in ("scalar", "time", "pi")
    if isinstance(tree, Binary):
        return is_scalar(tree.left) and is_scalar(tree.right)
    return isinstance(tree, Number) or (isinstance(tree, Negative) and is_scalar(tree.inner))


def branches(tree: Tree) -> list[Tree]:
    """The alternatives of ``a or b or c``; one that is none is its own."""
    if isinstance(tree, Binary) and tree.operator == "or":
        return [*branches(tree.left), *branches(tree.right)]
    return [tree]


def is_constant(tree: Tree) -> bool:
    """Has no selector at all."""
    return not any(isinstance(one, Select) for one in everything(tree))


def without_constants(tree: Tree) -> Tree | None:
    """An expression without the branches that have a result whatever there is, as ``or vector(0)``; None where nothing else is left."""
    if is_constant(tree):
        return None
    if isinstance(tree, Binary) and tree.operator in ("or", "unless"):
        left, right = without_constants(tree.left), without_constants(tree.right)
        if left is None:
            return right if tree.operator == "or" else None
        if right is None:
            return left
        return dataclasses.replace(tree, left=left, right=right)
    return rebuilt(tree, lambda part: without_constants(part) or part)


# -- written


def text(tree: Tree) -> str:
    """The expression, as short as it can be said."""
    if isinstance(tree, Number):
        return number(tree.value)
    if isinstance(tree, Text):
        return json.dumps(tree.value, ensure_ascii=False)
    if isinstance(tree, Select):
        written = _choices(tree.choices) + ("" if tree.range is None else f"[{duration(tree.range)}]")
        return written + _modifiers(tree)
    if isinstance(tree, Subquery):
        step = "" if tree.step is None else duration(tree.step)
        return f"{_inner(tree.inner)}[{duration(tree.range)}:{step}]{_modifiers(tree)}"
    if isinstance(tree, Negative):
        return f"-{_inner(tree.inner)}"
    if isinstance(tree, Aggregate):
        grouping = f" {tree.grouping} ({_labels(tree.labels)}) " if tree.grouping else ""
        param = "" if tree.param is None else f"{text(tree.param)}, "
        return f"{tree.operator}{grouping}({param}{text(tree.inner)})"
    if isinstance(tree, Call):
        return f"{tree.function}({', '.join(text(arg) for arg in tree.args)})"
    return f"{_inner(tree.left)} {operator(tree)} {_inner(tree.right)}"


def operator(tree: Binary) -> str:
    """With all that stands between the two sides."""
    words = [tree.operator]
    if tree.as_bool:
        words.append("bool")
    if tree.matching:
        words.append(f"{tree.matching} ({_labels(tree.labels)})")
    if tree.group:
        words.append(f"{tree.group} ({_labels(tree.includes)})")
    return " ".join(words)


def _inner(tree: Tree) -> str:
    return f"({text(tree)})" if isinstance(tree, (Binary, Negative)) else text(tree)


def _choices(choices: tuple[Selector, ...]) -> str:
    if len(choices) == 1:
        return choices[0].text
    written = " or ".join(",".join(matcher.text for matcher in one.matchers) for one in choices)
    return f"{choices[0].name or ''}{{{written}}}"


def _modifiers(tree: Select | Subquery) -> str:
    at = "" if tree.at is None else f" @ {tree.at}"
    return at + ("" if not tree.offset else f" offset {'-' if tree.offset < 0 else ''}{duration(abs(tree.offset))}")


def _labels(labels: tuple[str, ...]) -> str:
    return ", ".join(label_name(one) for one in labels)


def number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def duration(seconds: float) -> str:
    """As PromQL writes it: 1h30m."""
    left, written = round(seconds * 1000), ""
    for unit, size in (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        if left >= size and (unit != "w" or left % size == 0):
            written += f"{left // size}{unit}"
            left %= size
    return written or "0s"


__all__ = (
    "ABSENT",
    "COMPARISONS",
    "SET_OPERATORS",
    "Aggregate",
    "Binary",
    "Call",
    "Negative",
    "Number",
    "Select",
    "Subquery",
    "Text",
    "Tree",
    "branches",
    "duration",
    "everything",
    "is_constant",
    "is_scalar",
    "number",
    "operator",
    "parts",
    "rebuilt",
    "text",
    "without_constants",
)
