# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Jinja condition over the result of a module: its syntax, and what of the result it reads. PRIVATE to the collection. Pure.

It is evaluated elsewhere, by Ansible's own template engine.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

try:
    import jinja2
    from jinja2 import nodes
    from jinja2.parser import Parser

    HAS_JINJA = True
except ImportError:  # Ansible brings it on the controller, the only place where conditions are looked at
    HAS_JINJA = False

from .._message import lines_of
from .._phrase import Message, phrase

NAME = "result"
VALUE_LENGTH = 80
_FAILURE_TESTS = ("failed", "failure", "succeeded", "success", "successful")
_FAILURE_KEYS = ("failed", "rc")  # a command's exit code says how it failed
_SKIP_TESTS = ("skipped", "skip")
_BOUNDS = {"lt": "upper", "lteq": "upper", "gt": "lower", "gteq": "lower"}
_MIRRORED = {"lt": "gt", "lteq": "gteq", "gt": "lt", "gteq": "lteq"}

Path = tuple[t.Union[str, int], ...]  # ("json", "depth") of result.json.depth


class NotACondition(Exception):
    """A text that is no Jinja expression. The message says why."""


@dataclasses.dataclass(frozen=True)
class Condition:
    text: str
    reads: tuple[Path, ...] = ()  # of the result, in the order in which they stand
    about_failure: bool = False  # it judges a failed module itself
    about_skipping: bool = False
    limits: tuple[tuple[Path, str, float], ...] = ()  # path, bound, limit of plain comparisons with a number


def parse(text: str) -> Condition:
    """NotACondition for what Jinja cannot read, or what is a template instead of an expression."""
    try:
        return _parsed(text)
    except RecursionError:
        raise NotACondition("the condition has too many levels, one within the other") from None


def _parsed(text: str) -> Condition:
    if "{{" in text or "{%" in text:
        raise NotACondition(f"'{text}' is a template; a condition is a bare expression such as result.status == 200")
    try:
        parser = Parser(jinja2.Environment(), text, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise NotACondition(f"'{text}' goes on after its end, at '{parser.stream.current.value}'")
    except jinja2.TemplateSyntaxError as exc:
        raise NotACondition(f"'{text}' is not a Jinja expression: {exc.message}") from None
    tests = {(node.name.rpartition(".")[2], _path(node.node)) for node in _all(tree, nodes.Test)}
    reads = tuple(dict.fromkeys(_reads(tree)))
    first = {path[0] for path in reads if path}
    return Condition(
        text,
        tuple(path for path in reads if path),
        about_failure=bool(first & set(_FAILURE_KEYS)) or any((name, ()) in tests for name in _FAILURE_TESTS),
        about_skipping="skipped" in first or any((name, ()) in tests for name in _SKIP_TESTS),
        limits=tuple(_limits(tree)),
    )


def _all(tree: t.Any, kind: t.Any) -> list[t.Any]:
    return [*([tree] if isinstance(tree, kind) else []), *tree.find_all(kind)]


def _path(node: t.Any) -> Path | None:
    """The steps from the result to what a node names; None where that is not simple."""
    if isinstance(node, nodes.Name):
        return () if node.name == NAME else None
    if isinstance(node, nodes.Getattr):
        step: t.Any = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, (str, int)):
        step = node.arg.value
    else:
        return None
    above = _path(node.node)
    return None if above is None else (*above, step)


def _reads(node: t.Any) -> t.Iterator[Path]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        # of result.stdout.startswith('x') the text is of interest
        yield from _reads(node.node.node)
        for child in (*node.args, *node.kwargs):
            yield from _reads(child)
        return
    path = _path(node)
    if path is not None:
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _reads(child)


def _limits(tree: t.Any) -> t.Iterator[tuple[Path, str, float]]:
    for node in _all(tree, nodes.Compare):
        if len(node.ops) != 1 or node.ops[0].op not in _BOUNDS:
            continue
        left, operator, right = node.expr, node.ops[0].op, node.ops[0].expr
        path, limit = _path(left), _number(right)
        if path is None:
            path, limit, operator = _path(right), _number(left), _MIRRORED[operator]
        if path and limit is not None:
            yield path, _BOUNDS[operator], limit


def _number(node: t.Any) -> float | None:
    if isinstance(node, nodes.Neg):
        value = _number(node.node)
        return None if value is None else -value
    number = isinstance(node, nodes.Const) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    return float(node.value) if number else None


def written(path: Path) -> str:
    """``result.json.depth``, as people write it."""
    return NAME + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" if step.isidentifier() else f"['{step}']" for step in path)


def value_of(result: t.Any, path: Path) -> t.Any:
    """What stands there. KeyError where nothing does."""
    for step in path:
        try:
            result = result[int(step)] if isinstance(result, (list, tuple)) else result[step] if isinstance(result, dict) else None
        except (IndexError, ValueError):
            raise KeyError(step) from None
        if result is None and step != path[-1]:
            raise KeyError(step)
    return result


def shown(value: t.Any) -> Message:
    """A value in a sentence: short, on one line, without characters that are not for reading."""
    if isinstance(value, (dict, list)):
        written = json.dumps(value, default=str)
        return Message(written) if len(written) <= VALUE_LENGTH else _summed_up(value)
    if isinstance(value, str):
        lines = lines_of(value) or [""]
        text = lines[0] if len(lines) == 1 else f"{lines[0]} ..."
        return Message(f"'{text}'" if len(text) <= VALUE_LENGTH else f"'{text[:VALUE_LENGTH]}...'")
    return Message("none" if value is None else str(value).lower() if isinstance(value, bool) else str(value))


def _summed_up(value: dict[str, t.Any] | list[t.Any]) -> Message:
    if isinstance(value, dict):
        return phrase("a mapping of {number:number}", number=len(value))
    return phrase("a list of {number:number}", number=len(value))


__all__ = ("HAS_JINJA", "Condition", "NotACondition", "Path", "parse", "shown", "value_of", "written")
