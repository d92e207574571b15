# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders what a service file has of templates and conditions, in Jinja's sandbox on every core. PRIVATE to the collection.

Variables are operations' and may be templates with lookups: Ansible resolves those that the tree names, before. What is rendered here
then has plain data alone: a step of a name leads into a mapping or a list, never to an attribute.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

import jinja2
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.filter.core import FilterModule as CoreFilters
from ansible.plugins.filter.mathstuff import FilterModule as MathFilters
from ansible.plugins.test.core import TestModule as CoreTests
from ansible.plugins.test.mathstuff import TestModule as MathTests
from jinja2 import nodes
from jinja2.environment import TemplateExpression
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as DEFAULT_TESTS
from jinja2.visitor import NodeTransformer

from ...module_utils._patterns import search
from .._described.document import plain
from .._described.templates import FILTERS, METHODS, TESTS, parse_condition, parse_template, short_name
from .._model.text import first_line
from . import core

LARGEST = 100_000  # characters of a text that a filter makes
_STEP = re.compile(r"[A-Za-z0-9 .:/@-][A-Za-z0-9_ .:/@-]*")  # a key that needs no escapes between quotes
Chain = tuple[str, tuple[t.Union[str, int], ...]]  # a variable, and the constant keys that lead on from it


class NotRendered(Exception):
    """A template that has no value now. The message says why."""


class _Missing(jinja2.StrictUndefined):
    """An undefined value, of which each part is undefined too."""


# -- filters, tests and methods


def _replace(value: object, old: str, new: str, count: int | None = None) -> str:
    text = str(value)
    found = text.count(old) if count is None else min(count, text.count(old))
    _bounded(len(text) + found * max(0, len(new) - len(old)))
    return text.replace(old, new, -1 if count is None else count)


def _join(value: t.Iterable[object], d: str = "", attribute: str | int | None = None) -> str:
    items = [str(item if attribute is None else _step(item, attribute)) for item in value]
    _bounded(sum(map(len, items)) + len(d) * len(items))
    return d.join(items)


def _round(value: float, precision: int = 0, method: str = "common") -> float:
    return t.cast("float", DEFAULT_FILTERS["round"](value, max(-20, min(20, precision)), method))


def _mandatory(value: object, msg: str | None = None) -> object:
    if isinstance(value, jinja2.Undefined):
        raise jinja2.UndefinedError(msg or "a mandatory variable is not defined")
    return value


def _bounded(length: int) -> None:
    if length > LARGEST:
        raise NotRendered(f"it makes a text of more than {LARGEST} characters")


def _method(name: str) -> t.Callable[..., object]:
    """A method of a text or a mapping, as a filter: nothing else has it here."""

    def call(value: object, *args: object, **named: object) -> object:
        if isinstance(value, jinja2.Undefined):
            return value
        if not isinstance(value, (str, dict)) or not hasattr(value, name):
            raise NotRendered(f"{type(value).__name__} has no {name}()")
        made = getattr(value, name)(*args, **named)
        return made if isinstance(made, (str, bool, int, list)) or value.__class__ is dict and name == "get" else list(made)

    return call


def _found(pattern: str, value: object, *, at: str = "search", ignorecase: bool = False, multiline: bool = False) -> bool:
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    form = {"search": f"(?:{pattern})", "match": rf"\A(?:{pattern})"}[at]
    return search(form, str(value), flags=flags)


def _search(value: object, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    return _found(pattern, value, ignorecase=ignorecase, multiline=multiline)


def _match(value: object, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    return _found(pattern, value, at="match", ignorecase=ignorecase, multiline=multiline)


def _regex(value: object, pattern: str = "", ignorecase: bool = False, multiline: bool = False, match_type: str = "search") -> bool:
    if match_type == "fullmatch":
        return _found(rf"(?:{pattern})\Z", value, at="match", ignorecase=ignorecase, multiline=multiline)
    return _found(pattern, value, at=match_type, ignorecase=ignorecase, multiline=multiline)


_OWN_FILTERS = {"replace": _replace, "join": _join, "round": _round, "mandatory": _mandatory}
_OWN_TESTS = {"search": _search, "match": _match, "regex": _regex}


def _step(value: object, key: object) -> object:
    """What stands in a mapping or a list under a key; a _Missing where nothing does."""
    if isinstance(value, jinja2.Undefined):
        return value
    try:
        if isinstance(value, dict):
            return value[key]
        if isinstance(value, (list, tuple, str)) and (isinstance(key, (int, slice)) or str(key).isdecimal()):
            return value[key if isinstance(key, slice) else int(t.cast("int", key))]
    except (KeyError, IndexError, TypeError, ValueError):
        pass
    return _Missing(f"there is no {key!r} in it")


def _shown(value: object) -> object:
    """Within a text, nothing is nothing."""
    return "" if value is None else value


class _Sandbox(ImmutableSandboxedEnvironment):
    """Data in, data out."""

    intercepted_binops = frozenset(["*", "%", "+"])

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, trim_blocks=True, keep_trailing_newline=True, autoescape=False, finalize=_shown)
        self.globals.clear()
        # Jinja's own first: Ansible's of the same name know Ansible's undefined values, which are not met here
        theirs = {**_texts_of(CoreFilters().filters()), **_texts_of(MathFilters().filters()), **DEFAULT_FILTERS, **_OWN_FILTERS}
        self.filters = {name: theirs[name] for name in FILTERS}
        self.filters.update({f".{name}": _method(name) for name in METHODS})
        tests = {**_texts_of(CoreTests().tests()), **_texts_of(MathTests().tests()), **DEFAULT_TESTS, **_OWN_TESTS}
        self.tests = {name: tests[name] for name in TESTS}

    def getattr(self, obj: object, attribute: str) -> object:
        return _step(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        return _step(obj, argument)

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        numbers = all(isinstance(side, (int, float)) for side in (left, right))
        if operator == "+":
            if not numbers and isinstance(left, (str, list)) and isinstance(right, (str, list)):
                _bounded(len(left) + len(right))
        elif not numbers:
            raise NotRendered(f"the operator {operator} is for numbers here")
        return super().call_binop(t.cast("t.Any", context), operator, left, right)


def _texts_of(functions: t.Mapping[t.Any, t.Any]) -> dict[str, t.Callable[..., object]]:
    return {str(name): function for name, function in functions.items()}


@functools.cache
def _sandbox() -> _Sandbox:
    return _Sandbox()


# -- trees


class _Named(NodeTransformer):
    """Puts a name of its own in the place of each variable and the constant keys behind it, and a filter in that of each method."""

    def __init__(self) -> None:
        self.chains: dict[Chain, str] = {}

    def _known(self, node: nodes.Expr) -> nodes.Name | None:
        chain = _chain(node)
        if chain is None:
            return None
        return nodes.Name(self.chains.setdefault(chain, f"v{len(self.chains)}"), "load", lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # pylint: disable=invalid-name # as Jinja looks for it
        return self._known(node) or node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # pylint: disable=invalid-name
        return self._known(node) or self.generic_visit(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # pylint: disable=invalid-name
        return self._known(node) or self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # pylint: disable=invalid-name
        called = t.cast("nodes.Getattr", node.node)
        made = nodes.Filter(called.node, f".{called.attr}", node.args, node.kwargs, None, None, lineno=node.lineno)
        return self.generic_visit(made)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # pylint: disable=invalid-name
        node.name = short_name(node.name)
        return self.generic_visit(node)

    visit_Test = visit_Filter


def _chain(node: nodes.Node) -> Chain | None:
    if isinstance(node, nodes.Name):
        return node.name, ()
    if isinstance(node, nodes.Getattr):
        step: object = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        step = node.arg.value
    else:
        return None
    above = _chain(node.node)
    if above is None or isinstance(step, bool) or not (isinstance(step, int) or (isinstance(step, str) and _STEP.fullmatch(step))):
        return None
    return above[0], (*above[1], step)


@dataclasses.dataclass(frozen=True)
class _Ready:
    """A tree that is compiled, and the variables that it asks for."""

    chains: t.Mapping[Chain, str]
    evaluate: t.Callable[[t.Mapping[str, object]], object]


@functools.lru_cache(maxsize=1024)
def _ready(text: str) -> _Ready:
    tree = parse_template(text)
    alone = _alone(tree.body)
    if alone is not None:
        return _expression(alone)
    named = _Named()
    template = _sandbox().from_string(named.visit(tree))
    return _Ready(named.chains, template.render)


@functools.lru_cache(maxsize=1024)
def _ready_condition(text: str) -> _Ready:
    return _expression(parse_condition(text))


def _expression(tree: nodes.Expr) -> _Ready:
    named = _Named()
    expression = named.visit(tree)
    body = [nodes.Assign(nodes.Name("result", "store", lineno=1), expression, lineno=1)]
    template = _sandbox().from_string(nodes.Template(body, lineno=1))
    return _Ready(named.chains, TemplateExpression(template, undefined_to_none=False))


def _alone(body: t.Sequence[nodes.Node]) -> nodes.Expr | None:
    """The expression of a template that has nothing else, or of each branch of it: its value keeps its type."""
    pieces = [piece for item in body for piece in (item.nodes if isinstance(item, nodes.Output) else [item])]
    left = [piece for piece in pieces if not (isinstance(piece, nodes.TemplateData) and not piece.data.strip())]
    if len(left) != 1:
        return None
    if isinstance(left[0], nodes.If):
        return _branches([left[0], *left[0].elif_], left[0].else_)
    if isinstance(left[0], nodes.TemplateData):
        return nodes.Const("".join(piece.data for piece in pieces if isinstance(piece, nodes.TemplateData)), lineno=left[0].lineno)
    return left[0] if isinstance(left[0], nodes.Expr) else None


def _branches(conditions: list[nodes.If], otherwise: list[nodes.Node]) -> nodes.Expr | None:
    """The value of the first condition that holds."""
    if not conditions:
        return _alone(otherwise)
    first, rest = _alone(conditions[0].body), _branches(conditions[1:], otherwise)
    return nodes.CondExpr(conditions[0].test, first, rest, lineno=conditions[0].lineno) if first is not None and rest is not None else None


# -- values


def rendered(templar: t.Any, text: str) -> object:
    """What a template becomes with the variables of the templar. It has been judged. NotRendered."""
    return _evaluated(_ready(text), templar, {})


def holds(templar: t.Any, condition: str, own: t.Mapping[str, object]) -> bool:
    """Whether a condition is true, of variables of its own beside those of the templar. It has been judged. NotRendered."""
    answer = _evaluated(_ready_condition(condition), templar, own)
    if not isinstance(answer, bool):
        raise NotRendered(f"Conditional result was of type '{type(answer).__name__}'. Conditionals must have a boolean result.")
    return answer


def _evaluated(ready: _Ready, templar: t.Any, own: t.Mapping[str, object]) -> object:
    try:
        found = ready.evaluate({name: _value(templar, chain, own) for chain, name in ready.chains.items()})
        if isinstance(found, jinja2.Undefined):
            raise NotRendered(str(found._undefined_message))
        return found if isinstance(found, (bool, int, float, type(None))) else plain(_listed(found))
    except (jinja2.TemplateError, AnsibleError) as exc:
        raise NotRendered(first_line(exc)) from None
    except NotRendered:
        raise
    except Exception as exc:  # whatever a filter makes of values that it does not take
        raise NotRendered(f"{type(exc).__name__}: {first_line(exc)}") from None


def _listed(value: object) -> object:
    return list(value) if isinstance(value, t.Iterator) else value


def _value(templar: t.Any, chain: Chain, own: t.Mapping[str, object]) -> object:
    """A variable, or what lies in it: plain data, or why it is not defined. AnsibleError."""
    name, steps = chain
    if name in own:
        return functools.reduce(_step, steps, own[name])
    if name not in templar.available_variables:
        return _Missing(f"'{name}' is undefined")
    path = "".join(f"[{step}]" if isinstance(step, int) else f"['{step}']" for step in steps)
    try:
        return plain(core.resolved(templar, core.trusted(f"{{{{ {name}{path} }}}}")))
    except AnsibleUndefinedVariable as exc:
        return _Missing(first_line(exc))


__all__ = ("LARGEST", "NotRendered", "holds", "rendered")
