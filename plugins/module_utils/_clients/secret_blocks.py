# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys, in one line or spread over many, each of which a logger may have wrapped in anything. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .secret_values import is_masked

HINTS = ("PRIVATE KEY", "PuTTY-User-Key-File-", "PRIVATE%20KEY", "PRIVATE+KEY")
_KIND = r"(?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP|ANY)[ +])?PRIVATE[ +]KEY(?:[ +]BLOCK)?"
_BEGIN = re.compile(rf"-----BEGIN[ +]{_KIND}-----|PuTTY-User-Key-File-\d: \S")
_END = re.compile(r"-----END[ +](?:[A-Z]+[ +])?PRIVATE[ +]KEY(?:[ +]BLOCK)?-----|Private-MAC:")
_HEADER = re.compile(r"(?:^|[\s:\"'|])(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|[A-Z][A-Za-z-]{2,20}): ?\S|^\s*$")
_WHOLE = re.compile(r"[A-Za-z0-9+/=\s]*")
MOST_LINES = 400
HEADERS = 12  # lines between the first one and the key itself
OTHERS = 2  # ... that are no header: of another thread, or empty behind the prefix of the logger
LEAST = 40  # characters of a body that are more than a mention of it
LEAST_OF_LINE = 32  # ... in one of several lines
# a part of a key in a line: behind it a quotation mark, a line end as it is escaped, a blank
_PART = re.compile(
    rf"(?<![A-Za-z0-9+/=_.-])(?P<part>[A-Za-z0-9+/]{{{LEAST_OF_LINE},}}={{0,2}})(?=\\{{1,4}}[nrt\"']|[\"'`,;<&|\]}})]|\s|-----|$)"
)
_HEADERS = re.compile(r"^(?:\s*(?:Proc-Type: ?\S+|DEK-Info: ?\S+|Version: ?[^\n]{0,60}?(?=\s\s)|Comment: ?\S+)\s+){1,6}")
_FIGURES = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def key_at(lines: t.Sequence[str], number: int) -> tuple[str, int, int] | None:
    """The body of the private key that begins in this line, where in the line, and in how many lines it stands; None where none does."""
    begin = _BEGIN.search(lines[number])
    if begin is None:
        return _rest_of_key(lines, number)
    body: list[str] = []
    place, headers, others, ended = number, 0, 0, False
    while not ended and place - number < MOST_LINES and place < len(lines):
        text = lines[place][begin.end() :] if place == number else lines[place]
        end = _END.search(text)
        ended = end is not None
        found = _in_one(text[: end.start()] if end else text) if place == number else _in_line(text[: end.start()] if end else text)
        if not found and not ended:
            headers += 1
            if place > number:
                others += not _HEADER.search(text)
                if body or headers > HEADERS or others > OTHERS:
                    place += _lines_to_end(lines, place) if body else 0
                    break  # its last line, or it is cut off, and something else follows
        body += found
        place += 1
    joined = "".join(body)
    return (joined, begin.start(), place - number) if _is_body(joined) else None


def _lines_to_end(lines: t.Sequence[str], place: int) -> int:
    """How many lines follow up to the one that ends the key, behind its last and short one; 0 where none does."""
    return next((count + 1 for count, line in enumerate(lines[place : place + 3]) if _END.search(line)), 0)


def _rest_of_key(lines: t.Sequence[str], number: int) -> tuple[str, int, int] | None:
    """Of a key whose first line is not there, up to the last one."""
    end = _END.search(lines[number])
    if end is None or end.group().startswith("Private-MAC"):
        return None
    body: list[str] = _in_line(lines[number][: end.start()])
    missed = 0
    for place in range(number - 1, max(-1, number - MOST_LINES), -1):
        found = _in_line(lines[place])
        missed += not found
        if missed > 1:  # the last line of a key may be short
            break
        body = found + body
    joined = "".join(body)
    return (joined, end.start(), 1) if _is_body(joined) else None


def _is_body(joined: str) -> bool:
    return len(joined) >= LEAST and len(set(joined)) > 12 and joined.upper() != joined != joined.lower()


def _in_one(text: str) -> list[str]:
    """A key that stands in the same line, its line ends written as ``\\n``, up to the quote behind it."""
    plain = re.sub(r"(?:\\{1,4}[nr])+|(?:%0[AaDd])+", " ", text)
    plain = _HEADERS.sub(" ", plain, 1)
    parts = _WHOLE.match(plain)[0].split()  # type: ignore[index] # it fits any text
    return parts if any(len(part) >= LEAST_OF_LINE for part in parts) else []


def _in_line(text: str) -> list[str]:
    """The part of a key in a line, whatever a logger writes around it: the longest text that may be one."""
    parts = [match["part"] for match in _PART.finditer(text)]
    parts = [part for part in parts if not _FIGURES.fullmatch(part) and not is_masked(part) and part.lower() != part]
    return [max(parts, key=len)] if parts else []


__all__ = ("HINTS", "key_at")
