# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys, in one line or spread over many, each of which a logger may have given a prefix. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_values import is_masked

HINTS = ("PRIVATE KEY", "PuTTY-User-Key-File-")
_BEGIN = re.compile(r"-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP|ANY) )?PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d: \S")
_END = re.compile(r"-----END (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----|Private-MAC:")
_AT_END = re.compile(r"([A-Za-z0-9+/]+={0,2})(?:\\n)?[\"'\\,}\])]{0,4}\s*$")
_HEADER = re.compile(r"(?:^|[\s:])[A-Z][A-Za-z-]{2,20}: ?\S|^\s*$")
_WHOLE = re.compile(r"[A-Za-z0-9+/=\s]*")
MOST_LINES = 400
HEADERS = 12  # lines between the first one and the key itself
LEAST = 40  # characters of a body that are more than a mention of it
LEAST_OF_LINE = 32  # ... in one of several lines


def key_at(lines: t.Sequence[str], number: int) -> tuple[str, int, int] | None:
    """The body of the private key that begins in this line, where in the line, and in how many lines it stands; None where none does."""
    begin = _BEGIN.search(lines[number])
    if begin is None:
        return None
    body: list[str] = []
    place, headers, ended = number, 0, False
    while not ended and place - number < MOST_LINES and place < len(lines):
        text = lines[place][begin.end() :] if place == number else lines[place]
        end = _END.search(text)
        ended = end is not None
        found = _in_one(text[: end.start()] if end else text) if place == number else _at_end(text, end)
        if not found and not ended:
            headers += 1
            if place > number and (body or headers > HEADERS or not _HEADER.search(text)):
                break  # it is cut off, and something else follows
        body += found
        place += 1
    joined = "".join(body)
    enough = len(joined) >= LEAST and len(set(joined)) > 12 and joined.upper() != joined != joined.lower()
    return (joined, begin.start(), place - number) if enough else None


def _in_one(text: str) -> list[str]:
    """A key that stands in the same line, its line ends written as ``\\n``, up to the quote behind it."""
    parts = _WHOLE.match(re.sub(r"(?:\\{1,4}[nr])+", " ", text))[0].split()  # type: ignore[index] # it fits any text
    return parts if any(len(part) >= LEAST_OF_LINE for part in parts) else []


def _at_end(text: str, end: re.Match[str] | None) -> list[str]:
    """The part of a key at the end of a line, whatever a logger writes in front of it."""
    match = _AT_END.search(text[: end.start()].rstrip("- ") if end else text)
    return [match[1]] if match and (len(match[1]) >= LEAST_OF_LINE) and not is_masked(match[1]) else []


__all__ = ("HINTS", "key_at")
