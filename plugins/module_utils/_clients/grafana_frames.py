# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana's data frames: what a panel would show of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import statistics
import typing as t

Json = t.Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Shown:
    """What the answer to one query has. ``newest`` and ``step`` are seconds, None where nothing has a time."""

    rows: int = 0
    values: int = 0  # numbers that are some, or texts where there are no numbers
    newest: float | None = None  # of the values
    step: float | None = None  # between two points
    only: float | None = None  # the one number that all values are, where no label tells them apart
    notice: str = ""  # what the data source said of its own answer, where it said that it failed

    @property
    def has_data(self) -> bool:
        return self.values > 0


def shown(frames: object, *, texts_count: bool = False) -> Shown:
    """What a list of frames has together. With ``texts_count`` a text is a value in a table too whose numbers are all none."""
    parts = [_frame(frame, texts_count) for frame in _list(frames) if isinstance(frame, dict)]
    if not parts:
        return Shown()
    with_values = [part for part in parts if part.has_data]
    times = [part.newest for part in with_values if part.newest is not None]
    steps = [part.step for part in with_values if part.step is not None]
    only = {part.only for part in with_values}
    return Shown(
        rows=sum(part.rows for part in parts),
        values=sum(part.values for part in parts),
        newest=max(times) if times and len(times) == len(with_values) else None,
        step=max(steps) if steps else None,
        only=only.pop() if len(only) == 1 else None,
        notice=next((part.notice for part in parts if part.notice), ""),
    )


def _frame(frame: Json, texts_count: bool) -> Shown:
    schema, data = _mapping(frame.get("schema")), _mapping(frame.get("data"))
    fields = [_mapping(field) for field in _list(schema.get("fields"))]
    columns = [_list(column) for column in _list(data.get("values"))]
    entities = [_mapping(entity) for entity in _list(data.get("entities"))]
    rows = max((len(column) for column in columns), default=0)
    meta = _mapping(schema.get("meta"))
    notices = [_mapping(notice) for notice in _list(meta.get("notices"))]
    notice = next((str(notice.get("text") or "") for notice in notices if notice.get("severity") == "error"), "")
    kinds = [str(field.get("type") or "") for field in fields]
    clock = kinds.index("time") if "time" in kinds else None
    times = columns[clock] if clock is not None and clock < len(columns) else []
    numbers = [index for index, kind in enumerate(kinds) if kind == "number" and index < len(columns)]
    texts = [index for index, kind in enumerate(kinds) if kind not in ("number", "time") and index < len(columns)]
    is_log = str(meta.get("preferredVisualisationType") or meta.get("type") or "") in ("logs", "log-lines")
    judged = texts if is_log or not numbers else [*numbers, *texts] if texts_count and clock is None else numbers
    filled = {index: _filled(columns[index], entities[index] if index < len(entities) else {}) for index in judged}
    places = sorted({row for found in filled.values() for row in found})
    moments = [float(at) / 1000 for row in places if row < len(times) and isinstance(at := times[row], (int, float))]
    values = [columns[index][row] for index in numbers for row in filled.get(index, [])]
    labelled = bool(texts) or any(_mapping(field.get("labels")) for field in fields)
    return Shown(
        rows=rows,
        values=sum(len(found) for found in filled.values()),
        newest=max(moments) if moments and not is_log else None,
        step=_step(times),
        only=None if labelled else _only(values),
        notice=notice,
    )


def _filled(column: t.Sequence[object], entities: Json) -> list[int]:
    """The rows that have a value. NaN is null in JSON, as infinities are, which the entities tell apart."""
    infinite = {row for name in ("Inf", "NegInf") for row in _list(entities.get(name)) if isinstance(row, int)}
    return [row for row, value in enumerate(column) if value not in (None, "", "NaN") or row in infinite]


def _step(times: t.Sequence[object]) -> float | None:
    moments = sorted({float(at) for at in times if isinstance(at, (int, float))})
    gaps = [later - earlier for earlier, later in zip(moments, moments[1:])]
    return statistics.median(gaps) / 1000 if gaps else None


def _only(values: t.Sequence[object]) -> float | None:
    found = {float(value) for value in values if isinstance(value, (int, float))}
    return found.pop() if len(found) == 1 else None


def _list(value: object) -> list[t.Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


__all__ = ("Shown", "shown")
