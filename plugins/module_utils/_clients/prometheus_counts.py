# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many series many expressions have, in few requests. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .._phrase import phrase
from .prometheus import PostRefused, Prometheus, QueryRefused, QueryTooSlow

# VictoriaMetrics takes queries of at most 16 KiB
LONGEST = 12_000
MOST = 100
_TAG = "q"


class Counts:
    """Asks for each expression once. One that the server refuses does not hide the others."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._known: dict[str, int | CannotObserve] = {}

    def prepare(self, expressions: t.Iterable[str]) -> None:
        """Asks for all that are not known yet."""
        batch: list[str] = []
        size = 0
        for expression in dict.fromkeys(expressions):
            if expression in self._known:
                continue
            if batch and (size + len(expression) > LONGEST or len(batch) >= MOST):
                self._ask(batch)
                batch, size = [], 0
            batch.append(expression)
            size += len(expression) + len(_one("", 0)) + 8
        if batch:
            self._ask(batch)

    def of(self, expression: str) -> int:
        """How many series an instant vector has. QueryRefused, QueryTooSlow."""
        self.prepare([expression])
        found = self._known[expression]
        if isinstance(found, CannotObserve):
            raise found
        return found

    def _ask(self, batch: t.Sequence[str]) -> None:
        try:
            answer = self.server.evaluate(" or ".join(_one(expression, number) for number, expression in enumerate(batch)))
        except (PostRefused, QueryRefused, QueryTooSlow) as exc:
            if len(batch) == 1 and isinstance(exc, PostRefused):
                raise
            if len(batch) == 1:
                self._known[batch[0]] = exc
                return
            half = len(batch) // 2
            self._ask(batch[:half])
            self._ask(batch[half:])
            return
        found = {sample.labels.get(_TAG): int(sample.value) for sample in answer.samples}
        incomplete = [warning for warning in answer.warnings if not warning.startswith("PromQL ")]
        for number, expression in enumerate(batch):
            count = found.get(str(number), 0)
            # a server that fans out says success with what it could reach: nothing from that is no proof of nothing
            self._known[expression] = count if count or not incomplete else self._incomplete(incomplete[0])

    def _incomplete(self, warning: str) -> CannotObserve:
        said = phrase("{server} answered with nothing, and with a warning: {warning}", server=self.server.instrument, warning=warning)
        return CannotObserve(said, instrument=self.server.instrument)


def _one(expression: str, number: int) -> str:
    # what a comment ends in must not swallow the rest
    return f'label_replace(count({expression}\n), "{_TAG}", "{number}", "", "")'


__all__ = ("Counts",)
