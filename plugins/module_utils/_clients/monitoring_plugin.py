# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a monitoring plugin writes: text, further lines, performance data. PRIVATE to the collection. Pure.

By the Monitoring Plugins Development Guidelines; where those are silent, as Icinga 2 reads it (KB is 1000 bytes, KiB 1024).
"""

from __future__ import annotations

import re
import typing as t

from .._finding import Measurement
from .._message import folded, hidden, lines_of, one_line

LINE_LENGTH = 500
PERFDATA_LENGTH = 65536
MEASUREMENTS = 100

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
_PERFDATA = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<label>[^\s='|]+))="
    rf"(?:(?P<value>{_NUMBER})(?P<unit>[^\s;\d.,][^\s;]*)?|(?P<missing>U))"
    r"(?:;(?P<warn>[^;\s]*))?(?:;(?P<crit>[^;\s]*))?(?:;[^;\s]*){0,2}(?=[\s;]|$)"
)
_RANGE = re.compile(rf"(?P<inside>@)?(?:(?P<low>~|{_NUMBER})?(?P<colon>:))?(?P<high>{_NUMBER})?")
# unit: factor to the base unit, and what the base unit is called
_UNITS: dict[str, tuple[float, str]] = {
    "ns": (1e-9, "seconds"),
    "us": (1e-6, "seconds"),
    "\u00b5s": (1e-6, "seconds"),
    "\u03bcs": (1e-6, "seconds"),
    "ms": (1e-3, "seconds"),
    "s": (1, "seconds"),
    "b": (1, "bytes"),
    "%": (0.01, "ratio"),
    "c": (1, "total"),
}
for _power, _letter in enumerate("kmgtp", start=1):
    _UNITS[f"{_letter}b"] = (1000**_power, "bytes")
    _UNITS[f"{_letter}ib"] = (1024**_power, "bytes")


def split_output(stdout: str) -> tuple[str, list[str], str]:
    """First line, further lines, performance data. It follows on a | in the first line, and on the first | in the others."""
    text, long_text, _unused, _unused = _parts(hidden(stdout))
    _unused, _unused, perfdata, more = _parts(stdout)  # numbers: one that is as a secret is stays
    return (
        one_line(text, LINE_LENGTH),
        lines_of(long_text, LINE_LENGTH),
        folded(perfdata[:PERFDATA_LENGTH]) + " " + folded(more[:PERFDATA_LENGTH]),
    )


def _parts(stdout: str) -> tuple[str, str, str, str]:
    first, _unused, rest = stdout.lstrip("\r\n").partition("\n")
    text, _unused, perfdata = first.partition("|")
    long_text, _unused, more = rest.partition("|")
    return text, long_text, perfdata, more


def parse_perfdata(text: str) -> tuple[list[Measurement], list[str]]:
    """Measurements in base units, and the labels whose value the plugin could not tell (U). What is not understood is left out."""
    found: dict[str, Measurement] = {}
    missing: list[str] = []
    for match in _PERFDATA.finditer(text):
        label = hidden((match.group("quoted") or match.group("label")).replace("''", "'"))
        if match.group("missing"):
            missing.append(label)
            continue
        unit = match.group("unit") or ""
        factor, kind = _UNITS.get(unit if unit == "C" else unit.lower(), (1.0, ""))  # C is a temperature, c a counter
        value = _number(match.group("value"))
        limit, bound = None, None
        for threshold in (match.group("crit"), match.group("warn")):
            side = nearest_side(threshold or "", value)
            if side is not None:
                limit, bound = side[0] * factor, side[1]
                break
        unique = _unique(_name(label, kind), found)
        found[unique] = Measurement(unique, value * factor, limit, bound)
        if len(found) == MEASUREMENTS:
            break
    return list(found.values()), missing[:MEASUREMENTS]


def nearest_side(text: str, value: float) -> tuple[float, str] | None:
    """Limit and bound of a threshold; of one with two sides, that which is nearer to the value. None for what is no threshold.

    A range says where it is well: ``10`` and ``0:10`` from 0 to 10, ``10:`` from 10 on, ``~:10`` up to 10, ``10:20`` between;
    ``@10:20`` says where it is not.
    """
    match = _RANGE.fullmatch(text)
    if not match or not text.strip("@:~"):
        return None
    low = 0.0 if not match.group("low") else None if match.group("low") == "~" else _number(match.group("low"))
    high = None if match.group("high") is None else _number(match.group("high"))
    if low is None and high is None:
        return None
    if match.group("inside"):
        if low is None or high is None or low > high:  # bad on one side only
            return (low, "upper") if low is not None else (high, "lower") if high is not None else None
        return (low, "upper") if value - low < high - value else (high, "lower")
    if high is None:
        return (low, "lower") if low is not None else None
    written = bool(match.group("low")) and match.group("low") != "~" and low != 0
    if low is None or not written:  # from 0 on: what is measured is seldom below it
        return high, "upper"
    return (low, "lower") if value - low < high - value else (high, "upper")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _unique(name: str, taken: t.Container[str]) -> str:
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}_{count}"
    return unique


def _name(label: str, kind: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or ("root" if label == "/" else "value")
    return name if not kind or name.endswith(f"_{kind}") or name == kind else f"{name}_{kind}"


__all__ = ("LINE_LENGTH", "nearest_side", "parse_perfdata", "split_output")
