# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which series a selector has now, had lately, or never had, and which of its matchers is to blame. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import re
import typing as t

from .._finding import CannotObserve
from .._listing import either
from .._message import one_line
from .._phrase import Message, phrase, plural
from .prometheus import Prometheus, QueryRefused
from .promql import Matcher, Selector

# by which the series of one target are told from those of another, also where a target has such labels of its own
BY = ("job", "instance", "exported_job", "exported_instance")
VISIBLE = 300.0  # seconds for which Prometheus shows a sample that nothing has followed
STEPS = 300  # in which the last time of a series is looked for
SHOWN = 5  # values of a label
_OF_FAMILY = r"_(bucket|count|sum|total|created)$"  # what a series has behind the name of the family that a page declares
SUFFIXES = "_(bucket|count|sum|total)"  # with which the name that a library was given stands in its page


class Absence(enum.Enum):
    """Why a selector has no series now."""

    NEVER = "never"  # nor has its metric had any, with whatever labels
    VANISHED = "vanished"  # it had some within the lookback
    UNMATCHED = "unmatched"  # its metric has some, and none with these labels


class Origin(t.NamedTuple):
    """Where series come from: the labels of ``BY``, empty where there is none."""

    job: str
    instance: str
    exported_job: str
    exported_instance: str

    @property
    def name(self) -> str:
        """``shop/web1:8080``, by what the target itself says where it speaks for others (a Pushgateway)."""
        return f"{self.exported_job or self.job}/{self.exported_instance or self.instance}"


@dataclasses.dataclass(frozen=True)
class Live:
    """The series that a selector has now: how many of each origin, and how old the newest sample of each is, in seconds."""

    counts: t.Mapping[Origin, int]
    ages: t.Mapping[Origin, float]

    @property
    def count(self) -> int:
        return sum(self.counts.values())


@dataclasses.dataclass(frozen=True)
class Missing:
    """Why there is nothing. ``culprits``: the matchers without which there would be series now, ``rest``: what is left of the selector.

    ``last``: when it had series for the last time within the lookback, roughly.
    """

    kind: Absence
    message: Message
    culprits: tuple[Matcher, ...] = ()
    rest: Selector | None = None
    last: float | None = None


class Series:
    """Each question is asked once. ``now`` is the server's time, ``lookback`` how far the past reaches, in seconds."""

    def __init__(self, server: Prometheus, now: float, lookback: float) -> None:
        self.server, self.now, self.lookback = server, now, lookback
        self._live: dict[str, Live] = {}
        self._earlier: dict[str, float | None] = {}
        self._declaring: dict[str, list[dict[str, str]]] = {}
        self._pushed: dict[Origin, float] | None = None

    def live(self, selector: Selector) -> Live:
        text = selector.text
        if text not in self._live:
            counts = {origin_of(one.labels): _whole(one.value) for one in self.server.query(f"count by ({', '.join(BY)}) ({text})")}
            ages = {
                origin_of(one.labels): max(one.value, 0.0)
                for one in (self.server.query(f"time() - max by ({', '.join(BY)}) (timestamp({text}))") if counts else [])
            }
            self._live[text] = Live(counts, ages)
        return self._live[text]

    def within(self, selector: Selector, seconds: float) -> Live:
        """The same of what had a sample in the last seconds, also where the server shows it no more."""
        counts = {
            origin_of(one.labels): _whole(one.value)
            for one in self.server.query(f"count by ({', '.join(BY)}) (last_over_time({selector.text}[{max(int(seconds), 1)}s]))")
        }
        return Live(counts, {})

    def numbers(self, selector: Selector) -> set[Origin]:
        """From where there are numbers now: NaN is none. Of native histograms some versions say so, too."""
        return self._origins(f"{selector.text} == {selector.text}")

    def histograms(self, selector: Selector) -> set[Origin]:
        """From where there are native histograms now; from nowhere for a server that knows none (VictoriaMetrics)."""
        try:
            return self._origins(f"histogram_count({selector.text})")
        except QueryRefused:
            return set()

    def numbers_before(self, selector: Selector) -> set[Origin]:
        """From where there has been a number within the lookback."""
        most = f"max_over_time({selector.text}[{max(int(self.lookback), 1)}s])"  # which passes over what is none
        return self._origins(f"{most} == {most}")

    def _origins(self, expression: str) -> set[Origin]:
        return {origin_of(one.labels) for one in self.server.query(f"count by ({', '.join(BY)}) ({expression})")}

    def earlier(self, selector: Selector) -> float | None:
        """When it had series for the last time within the lookback, roughly; None for never."""
        text = selector.text
        if text not in self._earlier:
            start = self.now - self.lookback
            there = self.server.series([text], start, self.now, limit=1)
            self._earlier[text] = self._last(text, start) if there else None
        return self._earlier[text]

    def _last(self, text: str, start: float) -> float:
        """When there was a sample for the last time: first in which step of the lookback, then when in that step."""
        step = max(self.lookback / STEPS, 1.0)
        ends = self._times(f"count(last_over_time({text}[{math.ceil(step)}s]))", start + step, self.now + step / 2, step)
        if not ends:
            return start
        finer = max(step / STEPS, 1.0)
        return max(self._times(f"count({text})", max(ends) - step, max(ends), finer), default=max(ends))

    def _times(self, expression: str, start: float, end: float, step: float) -> list[float]:
        """When an expression had a result."""
        return [time for line in self.server.query_range(expression, start, end, step) for time, _value in line.samples]

    def pushed(self, origin: Origin) -> float | None:
        """How long ago a Pushgateway was given what it shows of an origin, in seconds; None for what no Pushgateway shows."""
        if self._pushed is None:
            found = self.server.query(f"time() - max by ({', '.join(BY)}) (push_time_seconds)")
            self._pushed = {origin_of(one.labels): one.value for one in found}
        return self._pushed.get(origin)

    def values(self, metric: str, label: str) -> list[str]:
        """The values of a label that a metric has now; an empty one for series that lack it."""
        return self.values_of(Selector(metric, ()), label)

    def values_of(self, selector: Selector, label: str) -> list[str]:
        """The same of what a selector has now."""
        quoted = Matcher(label, "=", "").text.removesuffix('=""')
        found = self.server.query(f"count by ({quoted}) ({selector.text})")
        return sorted(one.labels.get(label, "") for one in found)

    def declaring(self, metric: str) -> list[dict[str, str]]:
        """The labels of the targets that declare a metric, also as the family that it is of; none where the server does not say."""
        if metric not in self._declaring:
            family = re.sub(_OF_FAMILY, "", metric)
            try:
                self._declaring[metric] = [
                    labels for name in dict.fromkeys((metric, family)) for labels in self.server.declaring(name) or []
                ]
            except CannotObserve:
                self._declaring[metric] = []
        return self._declaring[metric]

    # -- why there is nothing

    def missing(self, selector: Selector) -> Missing:
        """Why a selector that has no series now has none."""
        metric = selector.metric or ""
        bare = Selector(metric, ())
        others = tuple(matcher for matcher in selector.matchers if matcher.name != "__name__")
        there = self.live(bare).count if others else 0
        last = self.earlier(selector)
        culprits, rest = self._culprits(metric, others) if there else ((), None)
        if last is not None:
            return Missing(Absence.VANISHED, self._vanished(selector, last, bare if there else None, there), culprits, rest, last)
        if not others or (not there and self.earlier(bare) is None):
            return Missing(Absence.NEVER, self._never(metric))
        return Missing(Absence.UNMATCHED, self._unmatched(metric, others, there, culprits), culprits, rest)

    def _never(self, metric: str) -> Message:
        others = self.server.query(f"count by (__name__) ({{__name__=~{json.dumps(re.escape(metric) + SUFFIXES)}}})")
        names = sorted(one.labels.get("__name__", "") for one in others)
        if any(names):
            return phrase(
                "there is no metric {metric}, nor was there in the last {window:duration}; there is {names}",
                metric=metric,
                window=self.lookback,
                names=either(names),
            )
        return phrase("there is no metric {metric}, nor was there in the last {window:duration}", metric=metric, window=self.lookback)

    def _culprits(self, metric: str, others: tuple[Matcher, ...]) -> tuple[tuple[Matcher, ...], Selector]:
        """The matchers without which there are series now, and the selector without them."""
        for culprit in others:
            rest = Selector(metric, tuple(matcher for matcher in others if matcher is not culprit))
            if self.live(rest).count:
                return (culprit,), rest
        alone = tuple(matcher for matcher in others if not self.live(Selector(metric, (matcher,))).count)
        rest = Selector(metric, tuple(matcher for matcher in others if matcher not in alone))
        return (alone, rest) if alone and self.live(rest).count else (others, Selector(metric, ()))

    def _vanished(self, selector: Selector, last: float, bare: Selector | None, there: int) -> Message:
        age = max(self.now - last, 0.0)
        if bare is None:
            return phrase("{selector} was there until some {age:duration} ago, and is gone", selector=selector.text, age=age)
        return plural(
            "{selector} was there until some {age:duration} ago, and is gone; {metric} itself is live ({count:number} series)",
            "{selector} was there until some {age:duration} ago, and is gone; {metric} itself is live ({count:number} series)",
            count=there,
            selector=selector.text,
            age=age,
            metric=bare.text,
        )

    def _unmatched(self, metric: str, others: tuple[Matcher, ...], there: int, culprits: tuple[Matcher, ...]) -> Message:
        if not there:
            return phrase(
                "{metric} was there in the last {window:duration} and is gone, and never had {matchers}",
                metric=metric,
                window=self.lookback,
                matchers=either([matcher.text for matcher in others]),
            )
        if len(culprits) == 1:
            return self._unmatched_by_one(metric, culprits[0], there)
        return phrase(
            "{metric} is live ({count:number} series), but none had {matchers} together in the last {window:duration}",
            metric=metric,
            count=there,
            matchers=", ".join(matcher.text for matcher in culprits or others),
            window=self.lookback,
        )

    def _unmatched_by_one(self, metric: str, culprit: Matcher, there: int) -> Message:
        values = [value for value in self.values(metric, culprit.name) if value]
        if not values:
            return phrase(
                "{metric} is live ({count:number} series), but none has the label {label} that {matcher} asks for",
                metric=metric,
                count=there,
                label=culprit.name,
                matcher=culprit.text,
            )
        shown = [one_line(value, 60) for value in values[:SHOWN]] + (["..."] if len(values) > SHOWN else [])
        return phrase(
            "{metric} is live ({count:number} series), but none had {matcher} in the last {window:duration}; its {label} is {values:list}",
            metric=metric,
            count=there,
            matcher=culprit.text,
            window=self.lookback,
            label=culprit.name,
            values=shown,
        )


def _whole(count: float) -> int:
    return int(count) if math.isfinite(count) else 0


def origin_of(labels: t.Mapping[str, str]) -> Origin:
    return Origin(*(str(labels.get(name, "")) for name in BY))


__all__ = ("BY", "VISIBLE", "Absence", "Live", "Missing", "Origin", "Series", "origin_of")
