# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What log stores answer with, as values of ours: times, flat fields, durations of their settings. PRIVATE to the collection. Pure."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import typing as t

from .._finding import isoformat

LONGEST_TEXT = 65_536  # characters of a line that are kept
LONGEST_FIELD = 1_000
MOST_FIELDS = 5_000  # of a document that are looked at
KEPT_FIELDS = 200
DEEPEST = 12
# the names under which shippers usually have the host of a line, the surest first
HOST_FIELDS = (
    "host.name",
    "host.hostname",
    "hostname",
    "_HOSTNAME",
    "host",
    "syslog.hostname",
    "source_host",
    "nodename",
    "instance",
    "source",
)
MESSAGE_FIELDS = ("message", "_msg", "MESSAGE", "msg", "log", "body", "event.original", "text")
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d{0,9})?\s?(Z|[+-]\d\d:?\d\d)?\Z",
)
_DAY = 86_400.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": _DAY, "w": 7 * _DAY, "M": 31 * _DAY, "y": 365 * _DAY}
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s?(ms|s|m|h|d|w|M|y)")
_PERIOD = re.compile(r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?")
_PERIOD_UNITS = (365 * _DAY, 30 * _DAY, 7 * _DAY, _DAY, 3600.0, 60.0, 1.0)
_LATEST = 253_402_300_800.0  # the year 10000


def moment_of(value: object) -> float | None:
    """Seconds since 1970 of a time as stores write it: ISO 8601 (UTC where no zone stands), or a number of s, ms, us or ns."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, list):
        return moment_of(value[0]) if value else None
    if isinstance(value, (int, float)):
        return _of_number(float(value))
    text = str(value).strip()[:64]
    if re.fullmatch(r"-?\d{1,20}(?:\.\d{1,12})?", text):
        return _of_number(float(text))
    match = _ISO.match(text)
    if not match:
        return None
    day, clock, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        found = dt.datetime.fromisoformat(f"{day}T{clock}{offset}")
    except ValueError:
        return None
    return found.timestamp() + (float(f"0.{fraction}") if fraction else 0.0)


def _of_number(number: float) -> float | None:
    if not math.isfinite(number):
        return None
    for above, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        if abs(number) >= above:
            number /= unit
            break
    return number if abs(number) < _LATEST else None


def as_moment(seconds: float | None) -> str:
    """A time as messages have it."""
    try:
        return isoformat(dt.datetime.fromtimestamp(seconds or 0.0, dt.timezone.utc))
    except (OverflowError, OSError, ValueError):
        return str(seconds)


def flat(value: object, prefix: str = "", depth: int = 0) -> dict[str, str]:
    """A document by dotted names, each value as text and cut; of lists the elements, one after the other."""
    out: dict[str, str] = {}
    if not isinstance(value, dict) or depth > DEEPEST:
        return out
    for key, item in value.items():
        name = f"{prefix}{key}"[:LONGEST_FIELD]
        if isinstance(item, dict):
            out.update(flat(item, f"{name}.", depth + 1))
        elif item is not None:
            out[name] = text_of(item)
        if len(out) >= MOST_FIELDS:
            break
    return out


def text_of(value: object) -> str:
    """A value as the text that it would be in a line."""
    if isinstance(value, list):
        return " ".join(text_of(item) for item in value[:100])
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict) else str(value)


def host_of(fields: t.Mapping[str, str], field: str | None) -> str | None:
    """The host that the fields of a line name: in this field, else in the first of those that are usual."""
    names = (field,) if field else HOST_FIELDS
    return next((fields[name] for name in names if fields.get(name)), None)


def cut(fields: t.Mapping[str, str], without: t.Collection[str]) -> dict[str, str]:
    """The fields but for some, each cut, and not more than a few hundred."""
    kept = [name for name in fields if name not in without][:KEPT_FIELDS]
    return {name: fields[name][:LONGEST_FIELD] for name in kept}


def holding(fields: t.Mapping[str, str], tokens: t.Sequence[str], first: t.Sequence[str] = ()) -> str | None:
    """The name of the field in which one of the tokens stands, ``first`` looked into before the others."""
    for name in [*(name for name in first if name in fields), *fields]:
        if any(token in fields[name] for token in tokens):
            return name
    return None


def around(text: str, tokens: t.Sequence[str]) -> str:
    """A line as far as it is kept; of one that is too long the part in which one of the tokens stands."""
    if len(text) <= LONGEST_TEXT:
        return text
    first = min((at for token in tokens if (at := text.find(token)) >= 0), default=0)
    begin = max(0, min(first - LONGEST_TEXT // 2, len(text) - LONGEST_TEXT))
    return text[begin : begin + LONGEST_TEXT]


def duration_of(value: object) -> float | None:
    """Seconds of a duration as settings have it, such as ``744h``, ``30d`` or ``1w2d``; None where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    text = str(value or "").strip()[:65]
    if text == "0":
        return 0.0
    total, end = 0.0, 0
    for match in _DURATION.finditer(text):
        if match.start() != end:
            return None
        total, end = total + float(match.group(1)) * _UNITS[match.group(2)], match.end()
    return total if 0 < end == len(text) <= 64 else None


def iso_duration_of(value: object) -> float | None:
    """Seconds of a period such as ``P30D`` or ``PT12H``, a month of 30 days; None where it is none."""
    match = _PERIOD.fullmatch(str(value or "")[:64])
    if not match or str(value).endswith(("P", "T")):
        return None
    return sum(float(number) * unit for number, unit in zip(match.groups(), _PERIOD_UNITS) if number)


__all__ = (
    "HOST_FIELDS",
    "LONGEST_FIELD",
    "LONGEST_TEXT",
    "MESSAGE_FIELDS",
    "around",
    "as_moment",
    "cut",
    "duration_of",
    "flat",
    "holding",
    "host_of",
    "iso_duration_of",
    "moment_of",
    "text_of",
)
