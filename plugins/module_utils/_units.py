# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations, sizes and comparisons as people write and read them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math
import operator
import re
import typing as t

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_BYTES = {"": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BYTES.update({"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40})
LONGEST = 200  # characters of a duration, a size or a comparison
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")
_OPERATORS: dict[str, t.Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def _short(text: object, what: str) -> str:
    """The text, whose length bounds what the expressions below may try. ValueError."""
    given = str(text)
    if len(given) > LONGEST:
        raise ValueError(f"'{given[:40]}...' is not {what}: it has {len(given)} characters")
    return given


def parse_duration(text: str | int | float) -> float:
    """Seconds of ``90s``, ``24h``, ``1d12h``; a bare number is seconds. ValueError says what was expected."""
    if isinstance(text, (int, float)) and not isinstance(text, bool) and 0 <= text < float("inf"):
        return float(text)
    given = _short(text, "a duration")
    compact = given if re.search(r"\d\s+\d", given) else given.replace(" ", "")
    if re.fullmatch(r"\d+(\.\d+)?", compact):
        return float(compact)
    parts = _DURATION.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError(f"'{text}' is not a duration; expected for example 90s, 15m, 24h or 30d")
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def parse_size(text: str | int | float) -> int:
    """Bytes of ``10GiB``, ``500MB``, ``1024``. ValueError says what was expected."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", _short(text, "a size"))
    if not match or match.group(2) not in _BYTES:
        raise ValueError(f"'{text}' is not a size; expected for example 500MB, 10GiB or 1024")
    return int(float(match.group(1)) * _BYTES[match.group(2)])


@dataclasses.dataclass(frozen=True)
class Comparison:
    """``"> 0.99"`` or ``"<= 500ms"``: an operator and a number in base units (percent becomes a ratio)."""

    operator: str
    value: float
    text: str

    def holds(self, value: float) -> bool:
        return _OPERATORS[self.operator](value, self.value)

    @property
    def bound(self) -> str | None:
        """The side on which the limit lies for a value that must meet this comparison."""
        return {"<": "upper", "<=": "upper", ">": "lower", ">=": "lower"}.get(self.operator)

    def __str__(self) -> str:
        return self.text


def parse_comparison(text: str) -> Comparison:
    """A Comparison; ValueError says what was expected."""
    match = re.fullmatch(r"\s*(>=|<=|==|!=|>|<)\s*(\S.*?)\s*", _short(text, "a comparison"))
    wanted = f"'{text}' is not a comparison; expected for example '> 0.99', '<= 500ms', '< 90%' or '>= 10GiB'"
    if not match:
        raise ValueError(wanted)
    number = match.group(2)
    try:
        if number.endswith("%"):
            value = float(number[:-1]) / 100
        elif re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", number):
            value = float(number)
        elif re.fullmatch(r"[\d.]+ *[A-Za-z]+", number) and not re.search(r"\d *(ms|[smhdwy])$", number):
            value = float(parse_size(number))
        else:
            value = parse_duration(number)
    except ValueError:
        raise ValueError(wanted) from None
    if not math.isfinite(value):
        raise ValueError(wanted)
    return Comparison(match.group(1), value, f"{match.group(1)} {number}")


def humanize_seconds(seconds: float) -> str:
    """``3 d 4 h``, ``26 h``, ``90 s``, ``1.5 s``, ``250 ms``: two units at the most."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    if rest < 1:
        return f"{sign}{round(rest * 1000)} ms"
    if rest < 120:
        return f"{sign}{rest:.1f}".rstrip("0").rstrip(".") + " s"
    for unit, size, below in (("m", 60, 7200), ("h", 3600, 172800), ("d", 86400, float("inf"))):
        if rest < below:
            whole = int(rest // size)
            smaller = {"m": ("s", 1), "h": ("m", 60), "d": ("h", 3600)}[unit]
            left = int((rest - whole * size) // smaller[1])
            names = {"m": "min", "s": "s", "h": "h", "d": "d"}
            tail = f" {left} {names[smaller[0]]}" if left else ""
            return f"{sign}{whole} {names[unit]}{tail}"
    return f"{sign}{rest} s"


def humanize_bytes(count: float) -> str:
    """``512 B``, ``1.5 GiB``."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(value) < 1024:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


__all__ = (
    "Comparison",
    "humanize_bytes",
    "humanize_seconds",
    "parse_comparison",
    "parse_duration",
    "parse_size",
)
