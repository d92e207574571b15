# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and sizes as other systems write them for people: ``549,999,999``, ``5,2 Go``, ``10Gi``. PRIVATE to the collection."""

from __future__ import annotations

import math
import re

_GROUPED = re.compile(r"(\d{1,3})((?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:[ '\u2019\u00a0\u202f]\d{3})+)(?:[.,](\d{1,6}))?")
_LONGEST = 60


def number_of(value: object) -> float | None:
    """A number that is not negative; None for what is none, or could be two: ``12,345`` without a unit."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip()[:_LONGEST]
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        text = f"{grouped[1]}{re.sub(r'[^0-9]', '', grouped[2])}.{grouped[3] or 0}"
    elif re.fullmatch(r"\d{1,15},\d{1,9}", text) and not re.fullmatch(r"\d{1,3},\d{3}", text):
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def size_of(value: object) -> float | None:
    """Bytes of a text with a unit; None for what is none."""
    parts = re.fullmatch(r"(\d[\d .,'\u2019\u00a0\u202f]{0,40}?)[ \u00a0\u202f]*([A-Za-z]{1,6})", str(value).strip()[:_LONGEST])
    number = number_of(parts[1]) if parts else None
    factor = _factor(parts[2]) if parts else None
    return None if number is None or factor is None else number * factor


def _factor(unit: str) -> int | None:
    """``GB`` and ``Go`` are decimal, ``GiB``, ``Gio``, ``Gi`` and ``G`` binary."""
    if unit.casefold() in ("b", "o", "byte", "bytes", "octet", "octets"):
        return 1
    parts = re.fullmatch(r"(?i:([kmgtp])(?:(i)?(b|o|bytes?|octets?)?))", unit)
    if not parts:
        return None
    power: int = "kmgtp".index(parts[1].lower()) + 1
    return int(1000**power if parts[3] and not parts[2] else 1024**power)


__all__ = ("number_of", "size_of")
