# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of Grafana's dashboards: ranges, their overrides by panels, and the steps of queries. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONTHS = {"M": 1, "Q": 3, "y": 12}
_RELATIVE = re.compile(r"now((?:[+-]\d{1,6}[smhdwMQy])*)(?:/(f?[smhdwMQy]))?")
_AMOUNT = re.compile(r"([+-]?\d{1,6})(ms|[smhdwMQy])")
# the steps that Grafana chooses from, in milliseconds
_STEPS = (
    (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000)
    + (1_200_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 2_592_000_000)
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Range:
    """From one moment to another, in seconds since 1970."""

    start: float
    end: float

    @property
    def milliseconds(self) -> tuple[str, str]:
        return str(int(self.start * 1000)), str(int(self.end * 1000))


def range_of(start: object, end: object, now: dt.datetime) -> Range:
    """The range of a dashboard. ValueError where one of the two is no time, or nothing lies between them."""
    found = Range(moment(start, now), moment(end, now, end=True))
    if found.end <= found.start:
        raise ValueError(f"{start} to {end}")
    return found


def is_absolute(text: object) -> bool:
    """Whether it is a moment that stays where it is."""
    return not str(text).startswith("now")


def moment(text: object, now: dt.datetime, *, end: bool = False) -> float:
    """Seconds since 1970 of ``now-6h/d``, of milliseconds, or of ISO 8601; ``end``: what is rounded goes to its end. ValueError."""
    said = str(text).strip()
    if said.lstrip("-").isdigit():
        return int(said[:20]) / 1000
    match = _RELATIVE.fullmatch(said)
    if not match:
        found = dt.datetime.fromisoformat(re.sub(r"\.(\d{3})\d*", r".\1", said.replace("Z", "+00:00")))
        return (found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)).timestamp()
    at = now
    for amount, unit in _AMOUNT.findall(match.group(1)):
        at = _moved(at, int(amount), unit)
    if match.group(2):
        unit = match.group(2)[-1]
        at = _begin(at, unit)
        if end:
            at = _moved(at, 1, unit)
    return at.timestamp()


def _moved(at: dt.datetime, amount: int, unit: str) -> dt.datetime:
    try:
        if unit in _SECONDS:
            return at + dt.timedelta(seconds=amount * _SECONDS[unit])
        months = at.year * 12 + at.month - 1 + amount * _MONTHS[unit]
        year, month = divmod(months, 12)
        last = (dt.datetime(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
        return at.replace(year=year, month=month + 1, day=min(at.day, last))
    except OverflowError:
        raise ValueError(f"{amount}{unit}") from None


def _begin(at: dt.datetime, unit: str) -> dt.datetime:
    if unit == "s":
        return at.replace(microsecond=0)
    if unit == "m":
        return at.replace(second=0, microsecond=0)
    if unit == "h":
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "w":
        return day - dt.timedelta(days=day.weekday())
    if unit == "M":
        return day.replace(day=1)
    if unit == "Q":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "y" else day


def overridden(whole: Range, time_from: object, time_shift: object, now: dt.datetime) -> Range:
    """The range of a panel with a time of its own, or shifted. What Grafana cannot read it leaves out, and so does this."""
    found = whole
    if time_from:
        said = str(time_from).strip()
        with contextlib.suppress(ValueError):
            found = range_of(said if said.startswith("now") else f"now-{said}", "now", now)
    shift = _AMOUNT.fullmatch(str(time_shift).strip().lstrip("-")) if time_shift else None
    if shift and shift.group(2) != "ms":
        amount, unit = -int(shift.group(1)), shift.group(2)
        moved = [_moved(dt.datetime.fromtimestamp(at, dt.timezone.utc), amount, unit).timestamp() for at in (found.start, found.end)]
        found = Range(moved[0], moved[1])
    return found


def step_of(whole: Range, points: int, least: float = 0.0) -> int:
    """How far two points of a curve are from each other, in milliseconds; ``least`` in seconds."""
    wanted = max((whole.end - whole.start) * 1000 / max(points, 1), 1.0)
    # Grafana rounds to the nearest of its steps
    nearest = min(_STEPS, key=lambda step: abs(step - wanted))
    return int(max(nearest, least * 1000, 1))


def whole_number(value: object, otherwise: int) -> int:
    """A number of points that is one, which people may write as text."""
    said = str(value)
    return int(said) if said.isdigit() and int(said[:9]) > 0 else otherwise


def seconds(text: object) -> float | None:
    """Of ``10s`` or ``>10s``, None for anything else."""
    match = _AMOUNT.fullmatch(str(text).strip().lstrip(">"))
    if not match:
        return None
    amount, unit = float(match.group(1)), match.group(2)
    return amount * (0.001 if unit == "ms" else _SECONDS.get(unit) or _MONTHS[unit] * 2_592_000.0)


def written(amount: float) -> str:
    """A duration as Grafana writes steps: ``30s``, ``5m``, ``1h``, ``1d``; ``amount`` in seconds."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if amount >= size and amount % size == 0:
            return f"{int(amount // size)}{unit}"
    return f"{int(amount * 1000)}ms"


__all__ = ("Range", "is_absolute", "moment", "overridden", "range_of", "seconds", "step_of", "whole_number", "written")
