# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the selectors of a panel's query have series now: what an answer is made of. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.grafana_frames import shown
from .._clients.grafana_reading import Answer, GrafanaReader, Missing, Refused
from .._clients.grafana_time import Range
from .._clients.promql import ALERT_METRICS, Selector, Tree
from .._clients.promql_needs import State, needs
from .._clients.promql_tree import (
    ABSENT,
    Aggregate,
    Binary,
    Call,
    Number,
    Select,
    Subquery,
    Text,
    everything,
    is_scalar,
    parts,
    text,
    without_constants,
)
from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase
from ._panel_queries import Query

GRACE = 300.0  # seconds for which Prometheus shows a series that has no new sample
SPACINGS = 3  # between samples, after which a series that is written seldom has ended
DAY, WEEK = 86400.0, 604800.0
# labels by which a service and where it runs are told; other ones, such as a status, come and go while it is well
OF_PLACE = ("job", "service", "app", "application", "namespace", "cluster", "env", "environment", "instance", "host", "__name__")

Age = t.Optional[float]  # seconds; None: not known


@dataclasses.dataclass
class Proofs:
    """Asks through Grafana, each selector once. CannotObserve where that does not go."""

    reader: GrafanaReader
    now: float
    known: dict[tuple[str, Range, str], float | None] = dataclasses.field(default_factory=dict)

    def without_series(self, query: Query, whole: Range) -> list[str]:
        """The selectors for want of which a query has no answer, though the alert that it waits for, or an absence, may be none."""
        if query.tree is None:
            return []
        wanted = [one for one in _selects(query.tree) if not _is_of_alerts(one)]
        reaching = {one: _reaching(one) for one in wanted}
        answers = self._ask(query, whole, list(reaching.values()))
        gone = _gone(one for one in wanted if answers[reaching[one]] is None)
        return list(dict.fromkeys(one.text for one in needs(query.tree, gone).dead))

    def is_made_up(self, query: Query, whole: Range) -> bool:
        """Whether the answer is made of no series at all."""
        if query.tree is None or not _can_make_up(query.tree):
            return False
        counts = [_count(one) for one in _selects(query.tree)]
        return not any(value is not None for value in self._ask(query, whole, counts).values())

    def ended(self, query: Query, whole: Range) -> tuple[bool, Age]:
        """Whether a query shows what a series was that has ended, because it looks back far, and how long ago that was."""
        tree = without_constants(query.tree) if query.tree is not None else None
        if tree is None or _reach(tree) <= GRACE:
            return False, None
        wanted = [one for one in _selects(tree) if not _is_of_alerts(one)]
        answers = self._ask(query, whole, [asked for one in wanted for asked in (_count(one), _count(_relaxed(one)))])
        gone = [one for one in wanted if answers[_count(one)] is None and answers[_count(_relaxed(one))] is None]
        if not gone or needs(tree, _gone(gone)).alive:
            return False, None
        ages = [self._age(query, whole, one, min(max(_reach(tree), 2 * GRACE), WEEK)) for one in gone]
        if any(age is not None and age < 0 for age in ages):
            return False, None
        known = [age for age in ages if age is not None]
        return True, min(known, default=None)

    def _age(self, query: Query, whole: Range, select: Select, window: float) -> Age:
        """Of the newest sample; below 0 where samples are so far apart that the next one is still to come."""
        plain = _plain(select)
        ranged = f"timestamp({text(plain)})[{window:.0f}s:{60 if window <= DAY else GRACE:.0f}s]"
        newest = f"max(max_over_time({ranged}))"
        many = f"max(count_over_time({text(dataclasses.replace(plain, range=window))}))"
        length = f"max(max_over_time({ranged}) - min_over_time({ranged}))"
        answers = self._ask(query, whole, [newest, many, length], strict=False)
        last, count, seen = answers[newest], answers[many], answers[length]
        if last is None:
            return None
        age = min(whole.end, self.now) - last
        if count is None or seen is None or count < 2:
            return -1.0
        return age if age > max(GRACE, SPACINGS * seen / (count - 1)) else -1.0

    def _ask(self, query: Query, whole: Range, expressions: t.Sequence[str], *, strict: bool = True) -> dict[str, float | None]:
        """The one number of each expression; None where there is none."""
        source = query.source.uid
        new = [one for one in dict.fromkeys(expressions) if (source, whole, one) not in self.known]
        if new:
            common = {name: query.body[name] for name in ("datasource", "intervalMs", "maxDataPoints") if name in query.body}
            bodies = [
                {**common, "refId": f"P{place}", "expr": one, "instant": True, "range": False, "exemplar": False}
                for place, one in enumerate(new)
            ]
            try:
                answers = self.reader.ask(bodies, whole)
            except Missing:
                raise CannotObserve(phrase("Grafana has not answered this query")) from None
            except Refused as exc:
                raise CannotObserve(exc.message) from None
            for place, one in enumerate(new):
                self.known[source, whole, one] = _number(answers.get(f"P{place}"), strict)
        return {one: self.known[source, whole, one] for one in expressions}


def _number(answer: Answer | None, strict: bool) -> float | None:
    """CannotObserve."""
    if answer is None:
        raise CannotObserve(phrase("Grafana has not answered this query"))
    if answer.reason is not None:
        if strict:
            reason = one_line(answer.reason, 200)
            raise CannotObserve(phrase("whether the series of its query are there cannot be asked: {reason}", reason=reason))
        return None
    data = shown(answer.frames)
    return (data.only if data.only is not None else float(data.values)) if data.has_data else None


# -- expressions


def _selects(tree: Tree) -> list[Select]:
    return [one for one in dict.fromkeys(everything(tree)) if isinstance(one, Select)]


def _gone(selects: t.Iterable[Select]) -> t.Callable[[Selector], State]:
    """The selectors of these have no series."""
    dead = {selector for select in selects for selector in select.choices}
    return lambda selector: State.DEAD if selector in dead else State.LIVE


def _is_of_alerts(select: Select) -> bool:
    return all(selector.metric in ALERT_METRICS for selector in select.choices)


def _plain(select: Select) -> Select:
    return dataclasses.replace(select, range=None, offset=0.0, at=None)


def _count(select: Select) -> str:
    return f"count({text(_plain(select))})"


def _reaching(select: Select) -> str:
    """Whether there is a series as far back as the query looks itself."""
    if select.range is None:
        return _count(select)
    return f"count(last_over_time({text(dataclasses.replace(_plain(select), range=max(select.range, GRACE)))}))"


def _relaxed(select: Select) -> Select:
    """With the matchers alone that say whose series it is: a status that nobody has had since a restart is no series that has ended."""
    choices = [
        dataclasses.replace(one, matchers=tuple(matcher for matcher in one.matchers if matcher.name in OF_PLACE)) for one in select.choices
    ]
    return dataclasses.replace(_plain(select), choices=tuple(choices)) if all(one.metric for one in choices) else _plain(select)


def _can_make_up(tree: Tree) -> bool:
    """Whether an expression has an answer where none of its selectors has a series."""
    if isinstance(tree, (Select, Text)):
        return False
    if isinstance(tree, Number) or (isinstance(tree, Call) and tree.function in (*ABSENT, "scalar")):
        return True
    if isinstance(tree, Binary):
        left, right = _can_make_up(tree.left), _can_make_up(tree.right)
        return left or right if tree.operator == "or" else left if tree.operator == "unless" else left and right
    if isinstance(tree, Aggregate):
        return _can_make_up(tree.inner)
    return all(_can_make_up(part) for part in parts(tree) if not isinstance(part, Text) and not is_scalar(part))


def _reach(tree: Tree) -> float:
    """How many seconds back an expression looks at the most."""
    own = 0.0
    if isinstance(tree, Select):
        own = (tree.range or 0.0) + tree.offset
    elif isinstance(tree, Subquery):
        own = tree.range + tree.offset
    return own + max((_reach(part) for part in parts(tree)), default=0.0)


def said_missing(selectors: list[str]) -> Message:
    return phrase("there is no data, whether an alert fires or not: there is no series of {selectors:list}", selectors=selectors)


__all__ = ("Proofs", "said_missing")
