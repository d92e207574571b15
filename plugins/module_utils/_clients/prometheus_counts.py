# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many series many expressions have, in few requests. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._finding import CannotObserve
from .prometheus import Prometheus
from .prometheus_batches import ask_together


class Counts:
    """Asks for each expression once. One that the server refuses does not hide the others."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._known: dict[str, int | CannotObserve] = {}

    def prepare(self, expressions: t.Iterable[str]) -> None:
        """Asks for all that are not known yet."""
        asked = {_count(expression): expression for expression in expressions if expression not in self._known}
        for count, rows in ask_together(self.server, asked).items():
            self._known[asked[count]] = rows if isinstance(rows, CannotObserve) else sum(int(row.value) for row in rows)

    def of(self, expression: str) -> int:
        """How many series an instant vector has. QueryRefused, QueryTooSlow."""
        self.prepare([expression])
        found = self._known[expression]
        if isinstance(found, CannotObserve):
            raise found
        return found


def _count(expression: str) -> str:
    # what a comment ends in must not swallow the rest
    return f"count({expression}\n)"


__all__ = ("Counts",)
