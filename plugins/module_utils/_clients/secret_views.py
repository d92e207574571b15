# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line as a person would read it: without colours, and with its escaped characters as they are. PRIVATE to the collection.

nginx writes the body of a request with ``\\x22`` for a quotation mark, Gson ``\\u003d`` for a sign of equality, a form ``%3D``, and XML
in XML ``&lt;``: a secret in it is one all the same.
"""

from __future__ import annotations

import re

PASSES = 3  # JSON in JSON in a form
_COLOURS = re.compile(r"(?:\x1b|\\{1,2}(?:x1[bB]|u001[bB]|033|e)|#033|\^\[)\[[0-9;:?]{0,30}[A-Za-z]")
_HINT = re.compile(
    r"\\x[2-7][0-9A-Fa-f]|\\u00|%(?:25)?[2-7][0-9A-Fa-f]|%C2%A0|&(?:lt|gt|quot|apos|amp|nbsp|#x?[0-9A-Fa-f]{2,4});|\u00a0|\u202f"
    r"|[#\\]0[0-3][0-7]",
    re.I,
)
# also as rsyslog writes the end of a line within a message: #012
_ESCAPED = re.compile(
    r"\\{1,8}(?:x(?P<byte>[2-7][0-9A-Fa-f])|u00(?P<unit>[2-7Aa][0-9A-Fa-f]))|%(?P<percent>[2-7][0-9A-Fa-f])"
    r"|&(?:(?P<name>lt|gt|quot|apos|amp|nbsp)|#(?P<decimal>[0-9]{2,3})|#x(?P<hex>[2-7][0-9A-Fa-f]));|(?P<space>%C2%A0|\u00a0|\u202f|[#\\]0[0-3][0-7])",
    re.I,
)
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&", "nbsp": " "}


def without_colours(text: str) -> str:
    """The text without the sequences that tell a terminal in which colour it is to be shown."""
    if "[" not in text or ("\x1b" not in text and "\\" not in text and "#033" not in text and "^[" not in text):
        return text
    return _COLOURS.sub("", text)


def unescaped(text: str) -> str | None:
    """The text with its escaped characters as they are; None where it has none."""
    if _HINT.search(text) is None:
        return None
    found = text
    for _unused in range(PASSES):
        changed = _ESCAPED.sub(_character, found)
        if changed == found:
            break
        found = changed
    return found if found != text else None


def _character(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = match[kind]
    if kind == "name":
        return _NAMED[value.lower()]
    if kind == "space":
        return " "
    number = int(value, 10 if kind == "decimal" else 16)
    if number == 0xA0:
        return " "
    return chr(number) if 0x20 <= number < 0x7F else match.group()


__all__ = ("unescaped", "without_colours")
