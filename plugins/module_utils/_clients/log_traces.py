# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that belong to the one before: stack traces, values over several lines; and objects that were cut in two. PRIVATE."""

from __future__ import annotations

import json
import re
import typing as t

from .log_records import of_json, text_has

MOST_PIECES = 64
MOST_JOINED = 4 << 20  # characters of an object in pieces
_BEGINS = re.compile(
    r"Exception in thread |Traceback \(most recent call last\)|(?:panic|fatal error|runtime error): |goroutine \d+ \[|thread '[^']{0,100}' "
    r"(?:\(\d+\) )?panicked at|PHP (?:Fatal|Parse|Warning|Notice)|Unhandled |Uncaught |Stack trace:|Caused by: |Suppressed: "
    r"|(?:[\w$]{1,80}\.){0,12}[\w$]{0,80}(?:Exception|Error|Throwable|Failure|Interrupt|Panic)\b(?:[:\s]|$)|\[stacktrace\]"
    r"|={3,}|-{3,}(?!BEGIN |END )"
)
_WITHIN = re.compile(
    r"\s+at \S|\s*at [\w$.<>]+\(|\s+File \"|\s*\.{3} \d+ (?:more|common)|\s*\[?\.\.\.|#\d+ |\s+from \S+:\d+|created by |\s*\^+\s*$"
    r"|[\w./$*-]{1,200}(?:\([^()]{0,200}\)[\w./$*-]{0,100}){1,4}$|\s+\S+:\d+(?: |$)|During handling of |The above exception "
    r"|\s*--- End of |\s*note: run with "
)
_LEVEL_FIRST = re.compile(
    r"(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST|INFOS|AVERTISSEMENT|GRAVE|PR[EÉ]CIS|SCHWERWIEGEND|WARNUNG|INFORMATION|FEIN|ADVERTENCIA"
    r"|INFORMACI[OÓ]N|AVVERTENZA|INFORMAZIONI|[A-ZÀ-Þ]{4,14}): "
)
_CLOSES = re.compile(r"[\])}>|#]|<[/?!A-Za-z]|[-+*] |\|")  # also a comment, as W3C and MySQL have them


def is_of_trace(line: str) -> bool:
    """Whether a line is one of those that only stack traces have."""
    return bool(_BEGINS.match(line) or _WITHIN.match(line))


def continues(line: str) -> bool:
    """Whether a line without a time belongs to the record before by its looks: indented, of a trace, closing what was opened, empty."""
    return not line.strip() or line[0] in " \t" or is_of_trace(line) or bool(_CLOSES.match(line))


def has_level_behind(line: str, following: str) -> bool:
    """Whether a record begins with a time and a place, and its level begins the next line, as java.util.logging writes it."""
    return bool(_LEVEL_FIRST.match(following)) and not text_has(line, "level")


def looks_like_trace(lines: t.Sequence[str]) -> bool:
    """Whether lines that follow each other are a stack trace: one that begins it, or one that stands within, and not much else."""
    some = lines[:200]
    of_trace = sum(is_of_trace(line) for line in some)
    return of_trace > 0 and of_trace + sum(line[:1] in (" ", "\t", "") for line in some) >= len(some) / 2


def pieces_of_object(lines: t.Sequence[str], first: int) -> int:
    """In how many lines stands the JSON object that begins in this one and is cut off; 0 where none does."""
    if not lines[first].lstrip().startswith("{") or not _is_cut_off(lines[first]):
        return 0
    joined = lines[first]
    for place in range(first + 1, min(first + MOST_PIECES, len(lines))):
        joined += lines[place]
        if len(joined) > MOST_JOINED or of_json(lines[place]) is not None:
            return 0
        if lines[place].rstrip().endswith("}") and of_json(joined) is not None:
            return place - first + 1
    return 0


def _is_cut_off(line: str) -> bool:
    try:
        json.loads(line)
    except json.JSONDecodeError as exc:
        return exc.pos >= len(line.rstrip()) or exc.msg.startswith(("Unterminated string", "Invalid \\escape", "Invalid \\uXXXX"))
    except (ValueError, RecursionError):
        return False
    return False


__all__ = ("continues", "has_level_behind", "is_of_trace", "looks_like_trace", "pieces_of_object")
