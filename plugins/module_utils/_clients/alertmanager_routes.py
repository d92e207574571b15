# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alertmanager's matchers and routing tree, with the same answers as Alertmanager's own code. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .re2 import matches

Labels = t.Mapping[str, str]
Config = t.Mapping[str, t.Any]  # what a server shows of its configuration, as far as nobody has looked at it

_CLASSIC = re.compile(r"[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*((?s:.*))\Z")
_RESERVED = "{}!=~,\\\"'`"
_OPERATORS = ("=~", "!~", "!=", "=")
_GO_ESCAPE = re.compile(rb"\\(?:([abfnrtv\\\"])|x([0-9A-Fa-f]{2})|([0-7]{3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|([^\\\"\n])", re.DOTALL)
_GO_SIMPLE = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"'))


class BadMatcher(ValueError):
    """Text that is not a matcher."""


@dataclasses.dataclass(frozen=True)
class Matcher:
    """``name operator value``; a label that is not there has the value ""."""

    name: str
    operator: str  # = != =~ !~
    value: str

    def matches(self, labels: Labels) -> bool:
        """re2.Untranslatable where a regular expression cannot be evaluated here."""
        value = labels.get(self.name, "")
        same = value == self.value if self.operator in ("=", "!=") else matches(self.value, value)
        return same == (self.operator[0] == "=")

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{quoted(self.value)}"


@dataclasses.dataclass(frozen=True)
class Route:
    """A node of the tree, with the receiver that it has or inherits."""

    receiver: str
    matchers: tuple[Matcher, ...]
    goes_on: bool
    muted: tuple[str, ...]
    active: tuple[str, ...]
    routes: tuple[Route, ...]


def quoted(value: str) -> str:
    """A value between double quotes, as matchers are written."""
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def show_labels(labels: Labels) -> str:
    """``{service="payments", severity="critical"}``."""
    return "{" + ", ".join(f"{name}={quoted(labels[name])}" for name in sorted(labels)) + "}"


# -- matchers


def parse_matchers(text: str) -> list[Matcher]:
    """The matchers of one line: by the UTF-8 syntax, unless the classic one reads it otherwise (as Alertmanager does by default)."""
    try:
        newer: list[Matcher] | None = parse_utf8(text)
    except BadMatcher:
        newer = None
    try:
        classic: list[Matcher] | None = parse_classic(text)
    except BadMatcher:
        classic = None
    if classic is not None:
        return classic
    if newer is None:
        raise BadMatcher(text)
    return newer


def parse_classic(text: str) -> list[Matcher]:
    """Alertmanager's pkg/labels. BadMatcher."""
    inner = text[1:] if text.startswith("{") else text
    inner = inner[:-1] if inner.endswith("}") else inner
    tokens, token, inside, escaped = [], "", False, False
    for char in inner:
        if char == "," and not inside:
            tokens.append(token)
            token = ""
            continue
        if char == '"' and not escaped:
            inside = not inside
        # a comma inside of quotes leaves the state of the escape as it is
        if char == "\\":
            escaped = not escaped
        elif char != ",":
            escaped = False
        token += char
    if token.strip():
        tokens.append(token.strip())
    return [_classic_matcher(token) for token in tokens]


def _classic_matcher(text: str) -> Matcher:
    match = _CLASSIC.match(text)
    if not match:
        raise BadMatcher(text)
    name, operator, raw = match.groups()
    raw = raw.rstrip("\t\n\f\r ")
    closing = raw.startswith('"')
    raw = raw[1:] if closing else raw
    value, at = "", 0
    while at < len(raw):
        char, following = raw[at], raw[at + 1 : at + 2]
        if char == "\\" and following:
            value += {"n": "\n", '"': '"', "\\": "\\"}.get(following, "\\" + following)
            at += 2
            continue
        if char == '"':
            if not closing or following:
                raise BadMatcher(text)
            closing = False
        else:
            value += char
        at += 1
    if closing:
        raise BadMatcher(text)
    return Matcher(name, operator, value)


def parse_utf8(text: str) -> list[Matcher]:
    """Alertmanager's matcher/parse, since 0.27. BadMatcher."""
    tokens = list(_tokens(text))
    opened = bool(tokens) and tokens[0] == ("{", "{")
    if opened:
        if tokens[-1] != ("}", "}"):
            raise BadMatcher(text)
        tokens = tokens[1:-1]
    if not tokens:
        return []
    if tokens[-1][0] == "," and len(tokens) > 1:
        tokens = tokens[:-1]
    found = []
    for at in range(0, len(tokens), 4):
        group = tokens[at : at + 4]
        kinds = [kind for kind, _value in group]
        if kinds not in (["text", "operator", "text", ","], ["text", "operator", "text"]) or (len(kinds) == 4 and at + 4 >= len(tokens)):
            raise BadMatcher(text)
        found.append(Matcher(group[0][1], group[1][1], group[2][1]))
    return found


def _tokens(text: str) -> t.Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in "{},":
            yield char, char
            at += 1
        elif char in "=!":
            operator = next((item for item in _OPERATORS if text.startswith(item, at)), None)
            if operator is None:
                raise BadMatcher(text)
            yield "operator", operator
            at += len(operator)
        elif char == '"':
            match = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL).match(text, at)
            if not match:
                raise BadMatcher(text)
            yield "text", go_unquote(match.group(1))
            at = match.end()
        elif char in _RESERVED:
            raise BadMatcher(text)
        else:
            end = at
            while end < len(text) and not text[end].isspace() and text[end] not in _RESERVED:
                end += 1
            yield "text", text[at:end]
            at = end


def go_unquote(inner: str) -> str:
    """What Go's strconv.Unquote makes of the text between two double quotes. BadMatcher."""
    raw, out, at = inner.encode("utf-8", "surrogatepass"), bytearray(), 0
    while at < len(raw):
        match = _GO_ESCAPE.match(raw, at)
        if not match:
            raise BadMatcher(inner)
        simple, hexadecimal, octal, short, long, plain = match.groups()
        try:
            if plain is not None:
                out += plain
            elif simple is not None:
                out.append(_GO_SIMPLE[simple[0]])
            elif hexadecimal is not None:
                out.append(int(hexadecimal, 16))
            elif octal is not None:
                out.append(int(octal, 8))
            else:
                out += chr(int(short or long, 16)).encode("utf-8")
        except (ValueError, OverflowError):
            raise BadMatcher(inner) from None
        at = match.end()
    try:
        return out.decode("utf-8")
    except UnicodeDecodeError:
        raise BadMatcher(inner) from None


# -- the tree


def read_tree(config: Config) -> Route:
    """The routing tree of a configuration whose scalars are all text. BadMatcher, ValueError."""
    root = config.get("route")
    if not isinstance(root, dict):
        raise ValueError("no routing tree")
    return _route(root, "")


def _route(node: Config, inherited: str) -> Route:
    receiver = str(node.get("receiver") or inherited)
    matchers = read_matchers(node, "match", "match_re", "matchers")
    children = _sequence(node.get("routes"))
    if not all(isinstance(child, dict) for child in children):
        raise ValueError("a route that is not a mapping")
    return Route(
        receiver,
        matchers,
        _text(node.get("continue")).lower() in ("true", "yes", "on", "y"),
        tuple(str(name) for name in _sequence(node.get("mute_time_intervals"))),
        tuple(str(name) for name in _sequence(node.get("active_time_intervals"))),
        tuple(_route(child, receiver) for child in children),
    )


def read_matchers(node: Config, equal: str, regex: str, newer: str) -> tuple[Matcher, ...]:
    """The matchers under the two older keys and the newer one. BadMatcher."""
    matchers = [Matcher(str(name), "=", _text(value)) for name, value in _mapping(node.get(equal)).items()]
    # Alertmanager hands match_re on with its own anchors, and anchors it again
    matchers += [Matcher(str(name), "=~", f"^(?:{_text(value)})$") for name, value in _mapping(node.get(regex)).items()]
    for line in _sequence(node.get(newer)):
        matchers += parse_matchers(str(line))
    return tuple(matchers)


def _text(value: t.Any) -> str:
    # an empty regular expression is shown as null
    return "" if value is None else str(value)


def _mapping(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else []


def find_routes(route: Route, labels: Labels) -> list[Route]:
    """The routes that an alert with these labels takes, in order; empty when the route itself does not match."""
    if not all(matcher.matches(labels) for matcher in route.matchers):
        return []
    found: list[Route] = []
    for child in route.routes:
        taken = find_routes(child, labels)
        found += taken
        if taken and not child.goes_on:
            break
    return found or [route]


def integrations(config: Config) -> dict[str, list[str]]:
    """The kinds of integration of each receiver by its name: ``{"payments-oncall": ["email", "webhook"]}``."""
    return {
        str(receiver.get("name")): sorted(
            key[: -len("_configs")] for key, value in receiver.items() if key.endswith("_configs") and isinstance(value, list) and value
        )
        for receiver in _sequence(config.get("receivers"))
        if isinstance(receiver, dict)
    }


__all__ = (
    "BadMatcher",
    "Config",
    "Labels",
    "Matcher",
    "Route",
    "find_routes",
    "go_unquote",
    "integrations",
    "parse_classic",
    "parse_matchers",
    "parse_utf8",
    "quoted",
    "read_matchers",
    "read_tree",
    "show_labels",
)
