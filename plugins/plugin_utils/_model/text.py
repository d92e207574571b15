# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from hosts and servers made fit to be shown, and the words that all outputs share. PRIVATE to the collection."""

from __future__ import annotations

import math
import re
import typing as t

from ...module_utils import _message
from ...module_utils._finding import Status
from ...module_utils._masking import masked
from ...module_utils._message import BOUND, columns, harmless, shorten
from ...module_utils._phrase import Message, phrase
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
STATUS_SAID = {  # within a sentence
    "pass": phrase("pass"),
    "waived": phrase("waived"),
    "warn": phrase("warn"),
    "unknown": phrase("unknown"),
    "fail": phrase("fail"),
    "not_applicable": phrase("not applicable"),
    "not_due": phrase("not due"),
}
STATUS_CODES = {status.value: status.code for status in Status if status.code is not None}
AREAS = ("monitoring", "logs", "backups", "runbooks", "support", "delivery", "platform")

_UNIT = re.compile(r"_(seconds|bytes|ratio)(?=_|$)")  # within the name of a measurement


def escape(value: object, limit: int = BOUND) -> str:
    """One harmless line, cut where it is too long; without the logins of addresses, which nobody can tell once they are cut."""
    return _message.one_line(masked(str("" if value is None else value)), limit)


def first_line(said: object, otherwise: str | None = None, limit: int = BOUND) -> str:
    """The first line in which something is said, as ``escape`` has it; ``otherwise`` where nothing is, of an exception its kind."""
    text = masked(str("" if said is None else said))
    return _message.first_line(text, type(said).__name__ if otherwise is None and isinstance(said, BaseException) else otherwise, limit)


def fit(text: str) -> str:
    """A text of several lines as it may be shown: nothing in it that a terminal would obey, and no secret of an address."""
    return harmless(masked(text))


def fit_in(value: t.Any) -> t.Any:
    """A plain value in which every text is fit to be shown."""
    if isinstance(value, str):
        shown = fit(value)
        return value if shown == value else shown  # one that Ansible has marked keeps its mark
    if isinstance(value, dict):
        return {fit_in(key): fit_in(item) for key, item in value.items()}
    return [fit_in(item) for item in value] if isinstance(value, (list, tuple)) else value


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


def in_short(exc: BaseException) -> Message:
    """The first line of what an exception says, and the last, where ssh and sudo say why."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    if not lines:
        return phrase("no reason was given")
    return Message(lines[0] if len(lines) == 1 else f"{lines[0].rstrip('.:')}: {lines[-1]}")


def said_by(exc: BaseException) -> Message:
    """What an exception of the collection says, as the message with which it was raised."""
    return next((item for item in exc.args if isinstance(item, Message)), Message(str(exc)))


def not_reached(host: str, reason: str) -> Message:
    """That a host could not be reached, and why."""
    return phrase("{host:path} could not be reached: {reason}", host=host, reason=reason)


def status_said(status: str) -> str:
    """The word for a status within a sentence; what is none stays as it is."""
    return STATUS_SAID.get(status, status)


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
    "fit",
    "fit_in",
    "in_short",
    "not_reached",
    "number",
    "quantity",
    "said_by",
    "shorten",
    "status_said",
    "without_unit",
    "wrap",
)
