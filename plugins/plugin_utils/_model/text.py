# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from hosts and servers made fit to be shown, and the words that all outputs share. PRIVATE to the collection."""

from __future__ import annotations

import math
import re
import unicodedata

from ...module_utils._finding import Status
from ...module_utils._units import humanize_bytes, humanize_seconds

STATUSES = ("fail", "unknown", "warn", "waived", "pass", "not_applicable", "not_due")  # worst first
STATUS_WORDS = {
    "pass": "pass",
    "waived": "waived",
    "warn": "WARN",
    "unknown": "UNKNOWN",
    "fail": "FAIL",
    "not_applicable": "n/a",
    "not_due": "not due",
}
STATUS_CODES = {status.value: status.code for status in Status if status.code is not None}
AREAS = ("monitoring", "logs", "backups", "runbooks", "support", "delivery", "platform")

# CSI and OSC sequences whole, so that no "[31m" is left of them
_TERMINAL = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|\x9b[0-?]{0,64}[@-~]")
_UNIT = re.compile(r"_(seconds|bytes|ratio)(?=_|$)")  # within the name of a measurement
_SPACES = re.compile(r" {2,}")
_NO_BREAK = "\u00a0\u202f"  # as French typography has them


def escape(value: object, limit: int = 1000) -> str:
    """One harmless line: no control character, terminal sequence, line break, text direction mark or lone surrogate; shortened."""
    text = _TERMINAL.sub("", str("" if value is None else value)[: limit * 2 + 2000])[: limit * 2]
    if not text.isprintable():  # which is false for every category that _harmless knows
        text = "".join(character if character.isprintable() else _harmless(character) for character in text)
    return shorten(_SPACES.sub(" ", text).strip(), limit)


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if character in _NO_BREAK:
        return character
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category == "Cf":  # direction marks, zero width characters, soft hyphens
        return ""
    if category in ("Cs", "Co", "Cn"):
        return "?"
    return character


def shorten(text: str, limit: int, mark: str = "…") -> str:
    """At most ``limit`` columns, with a mark where it was cut."""
    if len(text) <= limit and columns(text) <= limit:
        return text
    kept, used = [], 0
    for character in text[:limit]:
        used += columns(character)
        if used > limit - len(mark):
            break
        kept.append(character)
    return "".join(kept).rstrip() + mark


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int) -> list[str]:
    """The lines of one line of text, each at most ``width`` columns; a word that is longer is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        while columns(word) > width:
            room = width - columns(line) - (1 if line else 0)
            if room < 8 and line:
                lines.append(line)
                line, room = "", width
            head = _head(word, room)
            lines.append(f"{line} {head}" if line else head)
            line, word = "", word[len(head) :]
        if not line:
            line = word
        elif columns(line) + 1 + columns(word) <= width:
            line += " " + word
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line or not lines else lines


def _head(word: str, room: int) -> str:
    used = 0
    for position, character in enumerate(word):
        used += columns(character)
        if used > room and position:
            return word[:position]
    return word


def number(value: float) -> str:
    """At most four significant digits, thousands apart, no exponent for what people meet."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u202f")
    return f"{value:.4g}"


def quantity(name: str, value: object) -> str:
    """A number in the unit that the name of its measurement says; empty for what is none."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return ""
    unit = _UNIT.search(name)
    if unit is None:
        return number(value)
    return {"seconds": humanize_seconds, "bytes": humanize_bytes, "ratio": _percent}[unit[1]](value)


def without_unit(name: str) -> str:
    """The name of a measurement in words, for a place where ``quantity`` says the unit."""
    return _UNIT.sub("", name).replace("_", " ")


def _percent(value: float) -> str:
    return f"{value * 100:.4g} %"


def as_dict(value: object) -> dict[str, object]:
    """The value when it is a mapping, else an empty one: records may be cut or from another version."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value when it is a list, else an empty one."""
    return list(value) if isinstance(value, (list, tuple)) else []


def as_dicts(value: object) -> list[dict[str, object]]:
    """The mappings of a list."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def as_int(value: object) -> int:
    """A count, 0 for what is none."""
    return int(value) if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1e15 else 0


def as_float(value: object) -> float | None:
    """A number that is finite; None for what is none."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def first_line(exc: BaseException) -> str:
    """What an exception says first; its kind where it says nothing."""
    return (str(exc).strip().splitlines() or [type(exc).__name__])[0].rstrip(".")


def in_short(exc: BaseException) -> str:
    """The first line of what an exception says, and the last, where ssh and sudo say why."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()] or ["no reason was given"]
    return lines[0] if len(lines) == 1 else f"{lines[0].rstrip('.:')}: {lines[-1]}"


__all__ = (
    "AREAS",
    "STATUSES",
    "STATUS_CODES",
    "STATUS_WORDS",
    "as_dict",
    "as_dicts",
    "as_float",
    "as_int",
    "as_list",
    "columns",
    "escape",
    "first_line",
    "in_short",
    "number",
    "quantity",
    "shorten",
    "without_unit",
    "wrap",
)
