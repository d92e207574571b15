# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many expressions in few requests. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .prometheus import PostRefused, Prometheus, QueryRefused, QueryTooSlow, Sample

# VictoriaMetrics takes queries of at most 16 KiB
LONGEST = 12_000
MOST = 100
MARK = "readiness_selector"  # the label that says which expression a series comes from

Rows = t.Union[list[Sample], CannotObserve]


def ask_together(server: Prometheus, expressions: t.Iterable[str], *, most: int = MOST, longest: int = LONGEST) -> dict[str, Rows]:
    """What each expression, an instant vector of numbers, gives: its series, or why the server refuses it or does not answer in time.

    One that is refused does not hide the others. CannotObserve where nothing can be asked at all.
    """
    found: dict[str, Rows] = {}
    batch: list[str] = []
    size = 0
    for expression in dict.fromkeys(expressions):
        if batch and (size + len(expression) > longest or len(batch) >= most):
            _ask(server, batch, found)
            batch, size = [], 0
        batch.append(expression)
        size += len(_marked(expression, 0)) + len(" or ")
    if batch:
        _ask(server, batch, found)
    return found


def _ask(server: Prometheus, batch: t.Sequence[str], found: dict[str, Rows]) -> None:
    try:
        answer = server.evaluate(" or ".join(_marked(expression, number) for number, expression in enumerate(batch)))
    except (PostRefused, QueryRefused, QueryTooSlow) as exc:
        if len(batch) > 1:
            half = len(batch) // 2
            _ask(server, batch[:half], found)
            _ask(server, batch[half:], found)
        elif isinstance(exc, PostRefused):
            raise
        else:
            found[batch[0]] = exc
        return
    rows: dict[str | None, list[Sample]] = {}
    for sample in answer.samples:
        labels = {name: value for name, value in sample.labels.items() if name != MARK}
        rows.setdefault(sample.labels.get(MARK), []).append(Sample(labels, sample.time, sample.value))
    numbers = {str(number): expression for number, expression in enumerate(batch)}
    if not rows.keys() <= numbers.keys():
        said = phrase("{server} answered with JSON that is not as Prometheus's", server=server.instrument)
        raise CannotObserve(said, instrument=server.instrument)
    incomplete = [warning for warning in answer.warnings if not warning.startswith("PromQL ")]
    for number, expression in numbers.items():
        # a server that fans out says success with what it could reach: nothing from that is no proof of nothing
        found[expression] = _incomplete(server, incomplete[0]) if incomplete and number not in rows else rows.get(number, [])


def _incomplete(server: Prometheus, warning: str) -> CannotObserve:
    said = phrase("{server} answered with nothing, and with a warning: {warning}", server=server.instrument, warning=warning)
    return CannotObserve(said, instrument=server.instrument)


def _marked(expression: str, number: int) -> str:
    return f'label_replace({expression}, "{MARK}", "{number}", "", "")'


__all__ = ("MARK", "Rows", "ask_together")
