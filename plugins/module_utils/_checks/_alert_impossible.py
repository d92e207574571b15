# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the series there are make impossible: a target that is down and gives something, a quantile above its buckets. PRIVATE."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .._clients.promql import ALERT_METRICS, Selector, Tree
from .._clients.promql_evaluation import unfiltered
from .._clients.promql_tree import ABSENT, Binary, Call, Number, Select, Subquery, everything, is_scalar, operator, rebuilt, text
from .._clients.promql_values import bounds
from .._finding import CannotObserve
from .._phrase import Message, phrase
from ._alert_diagnosis import Diagnosis
from ._alert_meeting import shown

TARGET = ("job", "instance")


class Impossible:
    """Looks at the few alerts that have such a part; what cannot be asked for is no finding."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis, self.server, self.counts = diagnosis, diagnosis.liveness.server, diagnosis.liveness.counts
        self._buckets: dict[str, list[str]] = {}

    def why(self, tree: Tree, needed: t.Iterable[Tree]) -> Message | None:
        """``needed``: the parts without which an expression has no result."""
        try:
            return next((why for one in needed if (why := self._down(one))), None) or self._above_buckets(tree)
        except CannotObserve:
            return None

    # -- what is gone with its target

    def _down(self, part: Tree) -> Message | None:
        """``up == 0 and on (instance) x``: what a target gave is marked as gone at the scrape that fails."""
        if not isinstance(part, Binary) or part.operator in ("or", "unless") or is_scalar(part.left) or is_scalar(part.right):
            return None
        for side, other in ((part.left, part.right), (part.right, part.left)):
            up = self._is_down(side)
            if up and self._by_target(part, up) and (gone := self._gone_with(other, up)):
                return phrase(
                    "{part} needs {selector} while its target is down: with the first scrape that fails it is gone, so that the two sides "
                    "of {operator} never meet",
                    part=shown(part),
                    selector=gone.text,
                    operator=operator(part),
                )
        return None

    def _is_down(self, side: Tree) -> Selector | None:
        """The selector of up, of which only 0 is looked at."""
        inner = side
        while isinstance(inner, Binary) and inner.filters and isinstance(inner.right, Number):
            inner = inner.left
        if not _is_plain(inner) or not isinstance(inner, Select) or inner.choices[0].metric != "up":
            return None
        found = bounds(side, self.diagnosis.known)
        return inner.choices[0] if found is not None and found.high == 0 else None

    def _by_target(self, part: Binary, up: Selector) -> bool:
        """Whether a series only meets the target that it is of."""
        compared = set(part.labels) if part.matching == "on" else {"job", "instance"} - set(part.labels)
        if "instance" not in compared:
            return False
        return "job" in compared or self.counts.of(f"count by (job) ({up.text})") == 1

    def _gone_with(self, side: Tree, up: Selector) -> Selector | None:
        """A selector on which all of a side depends, whose series are those of the targets, and of the time of their scrape."""
        inside = list(everything(side))
        if any(isinstance(one, Subquery) or (isinstance(one, Call) and one.function in ABSENT) for one in inside):
            return None
        if any(isinstance(one, Binary) and one.operator in ("or", "unless") for one in inside):
            return None
        for one in inside:
            if not isinstance(one, Select) or not _is_plain(one):
                continue
            selector = one.choices[0]
            metric = selector.metric or ""
            if metric in ("", "up", *ALERT_METRICS, *self.diagnosis.recorded) or metric.startswith("scrape_"):
                continue
            count = self.counts.of(selector.text)
            scraped = f"timestamp({selector.text}) == on ({', '.join(TARGET)}) group_left () timestamp({up.text})"
            if count and self.counts.of(scraped) == count:
                return selector
        return None

    # -- quantiles

    def _above_buckets(self, tree: Tree) -> Message | None:
        """``histogram_quantile(0.99, ...) > 10`` where the last bucket but +Inf is 5: it is 5 for all that is more."""
        highest: list[float] = []

        def limited(part: Tree) -> Tree:
            if isinstance(part, Call) and part.function == "histogram_quantile" and isinstance(part.args[0], Number):
                limit = self._highest(part.args[-1]) if 0 <= part.args[0].value <= 1 else None
                if limit is not None:
                    highest.append(limit)
                    return Call("clamp_max", (part, Number(limit)))
            return rebuilt(part, limited)

        changed = limited(tree)
        if not highest or bounds(tree, self.diagnosis.known) is None or bounds(changed, self.diagnosis.known) is not None:
            return None
        return phrase(
            "{part} is never true: the highest bucket but +Inf is {limit:number}, and no quantile is above it",
            part=shown(tree),
            limit=max(highest),
        )

    def _highest(self, buckets: Tree) -> float | None:
        asked = f"count by (le) ({text(unfiltered(buckets))})"
        if asked not in self._buckets:
            self._buckets[asked] = [row.labels.get("le", "nan") for row in self.server.query(asked)]
        try:
            found = [float(one) for one in self._buckets[asked]]
        except ValueError:
            return None
        if not any(math.isinf(one) for one in found) or any(math.isnan(one) for one in found):
            return None  # native histograms have no buckets of this kind
        return max((one for one in found if not math.isinf(one)), default=None)


def _is_plain(tree: Tree) -> bool:
    """A selector of this moment."""
    return isinstance(tree, Select) and len(tree.choices) == 1 and dataclasses.astuple(tree)[1:] == (None, 0.0, None)


__all__ = ("Impossible",)
