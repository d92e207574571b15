# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of a log line without what is in it: ``0000-00-00 00:00:00 ERROR xxxxx="xxxx"``. PRIVATE to the collection.

What stands in a log may be anybody's name, number or password. Words are shown only where a program has written them, not a person: those
of this list, and names of fields that many records have.
"""

from __future__ import annotations

import re
import typing as t

LONGEST = 160
_LONGEST_WORD = 12
_SHOWN = frozenset(
    (
        "trace",
        "debug",
        "info",
        "notice",
        "warn",
        "warning",
        "error",
        "err",
        "critical",
        "crit",
        "fatal",
        "alert",
        "emerg",
        "severe",
        "panic",
    )
    + ("time", "ts", "timestamp", "level", "lvl", "severity", "msg", "message", "logger", "thread", "caller", "service", "app", "exception")
    + ("trace_id", "span_id", "request_id", "at", "in", "caused", "by", "suppressed", "more", "traceback", "most", "recent", "call", "last")
    + ("file", "line", "goroutine", "running", "main", "created", "null", "true", "false", "none", "log", "stack", "log4j", "slf4j", "java")
    + ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "t", "z", "utc", "gmt", "nan", "infinity")
)
_KIND = re.compile(r"[A-Z][A-Za-z]{2,40}(?:Exception|Error)$")
_TOKEN = re.compile(r"[^\W\d](?:[\w$.@-]*\w)?|\d+|\s+|.", re.DOTALL)
_STRANGE = re.compile(r"(?P<name>(?<!\S)[\"']?[\w.-]{1,60}[\"']?[=:])?(?<![!$%&*?\\^~#+@])[^\s\"']*[!$%&*?\\^~#+][^\s]*")
_HIDDEN = "xxxxxx"
_SIGNS = frozenset("{}[]()\"':=,;.-_/|<>+@#!?&*\\^~")


def shape(line: str, names: t.Collection[str] = ()) -> str:
    """The form of a line. ``names``: of fields, which are shown as they are."""
    out: list[str] = []
    size = 0
    for match in _TOKEN.finditer(_without_strange(line[: 8 * LONGEST])):
        token = match.group()
        shown = _word(token, names) if token[0].isalnum() or token[0] == "_" else _sign(token)
        out.append(shown)
        size += len(shown)
        if size > LONGEST:
            break
    text = "".join(out)
    return text if len(text) <= LONGEST and len(line) <= 8 * LONGEST else text[:LONGEST].rstrip() + "…"


def _without_strange(line: str) -> str:
    """The line without whatever has signs as passwords have them, of which not even the form is shown."""
    return _STRANGE.sub(lambda match: f"{match['name'] or ''}{_HIDDEN}", line)


def _word(token: str, names: t.Collection[str]) -> str:
    if token in names or token.lower() in _SHOWN:
        return token
    *before, last = token.split(".")
    if _KIND.match(last):
        return "".join(f"{_hidden(part)}." for part in before[-8:]) + last
    return _hidden(token)


def _hidden(token: str) -> str:
    return "".join("0" if c.isdigit() else "x" if c.isalnum() else c if c in _SIGNS else "*" for c in token[:_LONGEST_WORD])


def _sign(token: str) -> str:
    if token.isspace():
        return " "
    return token if token in _SIGNS else "*"


def names_of(records: t.Iterable[t.Mapping[str, object]], least: int = 3) -> frozenset[str]:
    """Names of fields that several records have and that are words: a name that is somebody's has few."""
    counts: dict[str, int] = {}
    for fields in records:
        for name in fields:
            if isinstance(name, str) and len(name) <= 40 and re.fullmatch(r"[@A-Za-z_][A-Za-z_.@-]*", name):
                counts[name] = counts.get(name, 0) + 1
    most = max(counts.values(), default=0)
    return frozenset(name for name, count in counts.items() if count >= max(least, most / 2))


__all__ = ("names_of", "shape")
