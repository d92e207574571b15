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
_BODY = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
MOST_LINES = 400
LEAST = 40  # characters of a body that are more than a mention of it
LEAST_OF_LINE = 32  # ... in a line that has a prefix


def key_at(lines: t.Sequence[str], number: int) -> tuple[str, int, int] | None:
    """The body of the private key that begins in this line, where in the line, and in how many lines it stands; None where none does."""
    begin = _BEGIN.search(lines[number])
    if begin is None:
        return None
    prefix = lines[number][: begin.start()]
    rest = lines[number][begin.end() :]
    body: list[str] = []
    place = number
    for place in range(number, min(number + MOST_LINES, len(lines))):
        text = rest if place == number else lines[place]
        ended = _END.search(text)
        text = text[: ended.start()] if ended else text
        if place != number and _BEGIN.search(text):
            place -= 1
            break
        found = [part for part in _BODY.findall(_without(prefix, text)) if not is_masked(part)]
        if place > number and not found and not ended and body:
            break  # it is cut off, and something else follows
        body += found
        if ended:
            break
    joined = "".join(body)
    return (joined, begin.start(), place - number + 1) if len(joined) >= LEAST and len(set(joined)) > 12 else None


def _without(prefix: str, text: str) -> str:
    """A line without what its logger writes in front of each, which is as long as in the first line, or nearly; ``\\\\n`` is a line end."""
    text = re.sub(r"\\[nr]", " ", text)
    if not prefix:
        return text
    kept = [part for part in re.split(r"[^A-Za-z0-9+/=]+", text) if len(part) >= LEAST_OF_LINE]
    last = re.split(r"[^A-Za-z0-9+/=]+", text.strip())[-1:]
    return " ".join(kept + [part for part in last if part not in kept])


__all__ = ("HINTS", "key_at")
