# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which templates and conditions a service file may have, judged by their syntax tree. PRIVATE to the collection. Pure.

A template is rendered on the controller, with operations' rights. What is not listed here is refused before anything is rendered.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

import jinja2
from jinja2 import nodes
from jinja2.parser import Parser

from .document import Path, dotted

LONGEST = 10_000  # characters of one template
HEADER = "#jinja2:"
MARKS = ("{{", "{%", "{#")
_BUILTIN = ("ansible.builtin.", "ansible.legacy.")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# each of them reads nothing but what it is given: no file, no address, no environment, no clock
FILTERS = _words(
    "abs basename bool capitalize combine count d default dict2items dictsort difference dirname first flatten float from_json "
    "human_readable human_to_bytes int intersect items2dict join last length list lower mandatory map max min quote reject rejectattr "
    "replace reverse round select selectattr sort split string sum symmetric_difference ternary title to_json trim type_debug union unique "
    "upper"
)
TESTS = _words(
    "!= < <= == > >= all any boolean change changed contains defined divisibleby eq equalto even failed failure false float ge greaterthan "
    "gt in integer issubset issuperset iterable le lessthan lower lt mapping match ne none number odd regex sameas search sequence skip "
    "skipped string subset succeeded success successful superset true undefined upper version version_compare"
)
# calls of the methods of a text or a mapping, which are done by functions of the same name
METHODS = _words("endswith get items keys lower lstrip rstrip split splitlines startswith strip title upper values")
# what Jinja or Ansible put beside the variables, and what leads from one host to all others
NAMES = _words(
    "caller context cycler dict environment hostvars joiner lipsum lookup loop namespace now q query range self super undef varargs kwargs "
    "vars"
)
_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Concat,
    nodes.CondExpr,
    nodes.If,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
)
_WORDS = {"Pow": "an exponent (**)", "For": "a loop", "CallBlock": "a call block", "FilterBlock": "a filter block"}


@dataclasses.dataclass(frozen=True)
class Beyond:
    """A template or a condition that goes beyond what a service file may have."""

    path: Path
    place: str
    text: str
    what: str

    def __str__(self) -> str:
        shown = " ".join(self.text.split())
        return f"{self.place}: {dotted(self.path)}: {shown if len(shown) <= 100 else shown[:97] + '...'} has {self.what}"


def short_name(name: str) -> str:
    """The name of a filter or a test without Ansible's own collection."""
    return next((name[len(prefix) :] for prefix in _BUILTIN if name.startswith(prefix)), name)


def parse_template(text: str) -> nodes.Template:
    """The tree of a template, with the delimiters that Ansible has. jinja2.TemplateSyntaxError, RecursionError."""
    return _environment().parse(text)


def parse_condition(text: str) -> nodes.Expr:
    """The tree of a bare expression. jinja2.TemplateSyntaxError, RecursionError."""
    parser = Parser(_environment(), text, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        raise jinja2.TemplateSyntaxError("it goes on after its end", 1)
    return tree


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)  # noqa: S701 # nothing is rendered with it, and it is no page


@functools.lru_cache(maxsize=4096)
def beyond_template(text: str) -> str | None:
    """The first construct of a template that a service file may not have; None where there is none."""
    if text.startswith(HEADER):
        return f"the header {HEADER}, which changes what a template is"
    return _beyond(text, parse_template)


@functools.lru_cache(maxsize=4096)
def beyond_condition(text: str) -> str | None:
    """The same of a condition. One that is no expression is refused where conditions are looked at."""
    return _beyond(text, parse_condition, unread=None)


def _beyond(text: str, parse: t.Callable[[str], nodes.Node], unread: str | None = "a mistake: ") -> str | None:
    if len(text) > LONGEST:
        return f"more than {LONGEST} characters"
    try:
        return _first(parse(text))
    except jinja2.TemplateSyntaxError as exc:
        return unread and f"{unread}{exc.message}"
    except RecursionError:
        return "too many levels, one within the other"


def _first(node: nodes.Node) -> str | None:
    """What is wrong with a node, or the first thing that is wrong below it."""
    if isinstance(node, nodes.Call):
        return _of_call(node)
    found = _of_node(node)
    if found:
        return found
    return next((below for child in node.iter_child_nodes() if (below := _first(child))), None)


def _of_node(node: nodes.Node) -> str | None:
    if not isinstance(node, _PLAIN):
        kind = type(node).__name__
        return _WORDS.get(kind, f"the construct {kind.lower()}")
    if isinstance(node, nodes.Name) and (node.name in NAMES or node.name.startswith("_")):
        return f"the name {node.name}"
    step = node.attr if isinstance(node, nodes.Getattr) else _constant_key(node)
    if isinstance(step, str) and step.startswith("_"):
        return f"the key {step}"
    if isinstance(node, (nodes.Filter, nodes.Test)):
        kind, listed = ("filter", FILTERS) if isinstance(node, nodes.Filter) else ("test", TESTS)
        if short_name(node.name) not in listed:
            return f"the {kind} {node.name}"
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return "arguments with a star"
    return None


def _constant_key(node: nodes.Node) -> object:
    return node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None


def _of_call(node: nodes.Call) -> str | None:
    if not isinstance(node.node, nodes.Getattr) or node.node.attr not in METHODS:
        return f"a call of {_called(node.node)}()"
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return "arguments with a star"
    return next((below for child in (node.node.node, *node.args, *node.kwargs) if (below := _first(child))), None)


def _called(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    return node.attr if isinstance(node, nodes.Getattr) else "something"


def all_beyond(
    data: object, where: t.Callable[[Path], str], may_be_template: t.Callable[[str], bool] = lambda text: True
) -> tuple[Beyond, ...]:
    """Of the parsed data of a file. ``may_be_template`` tells texts that were marked as data."""
    return tuple(_walk(data, (), where, may_be_template))


def _walk(value: object, path: Path, where: t.Callable[[Path], str], may_be_template: t.Callable[[str], bool]) -> t.Iterator[Beyond]:
    if isinstance(value, t.Mapping):
        for key, item in value.items():
            yield from _walk(item, (*path, str(key)), where, may_be_template)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index), where, may_be_template)
    elif isinstance(value, str):
        what = None
        if is_template(value):
            what = beyond_template("".join(value)) if may_be_template(value) else None
        elif next((step for step in reversed(path) if isinstance(step, str)), "") == "expect":
            what = beyond_condition("".join(value))
        if what:
            yield Beyond(path, where(path), "".join(value), what)


def is_template(text: str) -> bool:
    """Whether Ansible may take a text for a template."""
    return text.startswith(HEADER) or any(mark in text for mark in MARKS)


__all__ = (
    "FILTERS",
    "HEADER",
    "METHODS",
    "NAMES",
    "TESTS",
    "Beyond",
    "all_beyond",
    "beyond_condition",
    "beyond_template",
    "is_template",
    "parse_condition",
    "parse_template",
    "short_name",
)
