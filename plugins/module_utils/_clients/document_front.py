# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front matter of a document: YAML between dashes, TOML between plus signs, JSON in braces. PRIVATE to the collection.

Runs in the process of ``document_program``. No alias of YAML is followed. Numbers and dates are texts, as they are written: as a number
the version 1.10 would be 1.1.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import typing as t

from .document_building import Builder

LARGEST = 32 * 1024  # characters of a front matter
DEEPEST = 20
_CAMEL, _HUMPS = re.compile(r"[a-z]+(?:[A-Z][a-z]+){1,6}"), re.compile(r"(?=[A-Z])")
_FENCES = {"---": ("yaml", ("---", "...")), "+++": ("toml", ("+++",)), ";;;": ("json", (";;;",))}


class _Unread(Exception):
    """``kind`` says why, ``line`` where, counted from the first line of the front matter's content."""

    def __init__(self, kind: str, line: int = 1) -> None:
        super().__init__(kind)
        self.kind, self.line = kind, line


def take_front_matter(text: str, builder: Builder) -> str:
    """The text without its front matter: its lines are empty ones, so that those after it keep their numbers."""
    first, _newline, _rest = text.partition("\n")
    if first.startswith("{"):
        return _braces(text, builder)
    if first.rstrip() not in _FENCES:
        return text
    kind, closing = _FENCES[first.rstrip()]
    end = re.compile(rf"^(?:{'|'.join(map(re.escape, closing))})[ \t]*$", re.MULTILINE).search(text, len(first))
    if end is None:
        return text
    written = text[len(first) + 1 : end.start()]
    return _taken(kind, written, text, end.end(), builder, 1)


def _braces(text: str, builder: Builder) -> str:
    end = re.compile(r"^\}[ \t]*$", re.MULTILINE).search(text)
    stop = end.end() if end else text.find("\n") if text.partition("\n")[0].rstrip().endswith("}") else -1
    if stop < 0:
        return text
    if text[1:2] in ("{", "%"):  # a template's own braces
        return text
    return _taken("json", text[:stop], text, stop, builder, 0)


def _taken(kind: str, written: str, text: str, stop: int, builder: Builder, above: int) -> str:
    try:
        values = _values(kind, written)
    except _Unread as exc:
        if kind == "json":
            return text  # anything may stand in braces
        builder.front_problem = (exc.kind, exc.line + above)
        values = {}
    if not isinstance(values, dict):
        return text
    for name, value in values.items():
        builder.field(_name(name), _plain(value, 0))
    parameters = values.get("params")  # where Hugo has what it does not know
    for name, value in parameters.items() if isinstance(parameters, dict) else ():
        builder.field(_name(name), _plain(value, 1))
    return "\n" * text.count("\n", 0, stop) + text[stop:]


def _values(kind: str, written: str) -> object:
    if len(written) > LARGEST:
        raise _Unread("large")
    try:
        return _toml(written) if kind == "toml" else _json(written) if kind == "json" else _yaml(written)
    except RecursionError:
        raise _Unread("deep") from None
    except ValueError:
        raise _Unread(kind) from None


def _yaml(written: str) -> object:
    try:
        import yaml  # noqa: PLC0415 # where there is a front matter to read
    except ImportError:
        raise _Unread("no_yaml") from None
    try:
        depth = line = 0
        for event in yaml.parse(written, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else line
            if isinstance(event, yaml.AliasEvent):
                raise _Unread("aliases", line)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _Unread("deep", line)
        return yaml.load(written, Loader=_texts(yaml.SafeLoader)) or {}  # noqa: S506 # of the safe one
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        raise _Unread("yaml", mark.line + 1 if mark else 1) from None


def _texts(safe: t.Any) -> t.Any:
    """The safe loader, to which what has no quotes is a truth value, nothing, a merge, or a text."""
    kept = ("bool", "null", "merge")
    resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag.rpartition(":")[2] in kept]
        for first, known in safe.yaml_implicit_resolvers.items()
    }
    return type("_Texts", (safe,), {"yaml_implicit_resolvers": resolvers})


def _json(written: str) -> object:
    return json.loads(written, parse_float=str, parse_int=str, parse_constant=str)


def _toml(written: str) -> object:
    try:
        import tomllib  # noqa: PLC0415 # from Python 3.11 on
    except ImportError:
        raise _Unread("no_toml") from None
    return tomllib.loads(written, parse_float=str)


def _name(name: object) -> str:
    """YAML takes ``on`` for a truth value, whoever writes it for a date. ``lastReviewed`` is ``last reviewed``."""
    written = "on" if name is True else str(name)
    return _HUMPS.sub(" ", written) if _CAMEL.fullmatch(written) else written


def _plain(value: object, depth: int) -> object:
    """In JSON's types; a date as ISO 8601 writes it."""
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if depth < DEEPEST and isinstance(value, dict):
        return {_name(name): _plain(item, depth + 1) for name, item in value.items()}
    if depth < DEEPEST and isinstance(value, (list, tuple, set)):
        return [_plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and why it is none: ``binary``, or empty."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
        return "", "binary"
    return text.replace("\r\n", "\n").replace("\r", "\n"), ""


def reader_of(kind: str) -> t.Callable[[str, Builder], None]:
    """The reader of a form, whose library is imported when it reads."""
    if kind == "html":
        from .document_html import read_html  # noqa: PLC0415 # only what is needed is loaded

        return read_html
    if kind == "rst":
        from .document_rst import read_rst  # noqa: PLC0415 # only what is needed is loaded

        return read_rst
    from .document_markdown import read_markdown  # noqa: PLC0415 # only what is needed is loaded

    return read_markdown


__all__ = ("decoded", "reader_of", "take_front_matter")
