# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which selectors of alerts have series now, which had some lately, and which never. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t

from .._clients.prometheus import Prometheus
from .._clients.prometheus_counts import Counts
from .._clients.promql import NotParsed, Selector, Tree, parse
from .._clients.promql_selector import label_name
from .._clients.promql_tree import Call, Select, text
from .._finding import CannotObserve, isoformat
from .._phrase import phrase

MOST_SERIES = 20_000  # label sets of one answer
TOGETHER = 50  # selectors in one request
OVERDUE = 2.2  # intervals
AHEAD = 60.0
PRESENT = 300.0  # seconds: how long a series counts as there after its last sample

ORIGIN = ("job", "instance")

Labels = t.Mapping[str, str]


@dataclasses.dataclass
class Excused:
    """What may be absent: names of metrics and of alerts, and whole selectors."""

    names: frozenset[str]
    selectors: frozenset[tuple[object, object]]

    def holds(self, selector: Selector) -> bool:
        return (selector.metric or "") in self.names or selector.same in self.selectors


class Liveness:
    """What has series, asked for in few requests; each selector is asked for once."""

    def __init__(self, server: Prometheus, lookback: float, now: float) -> None:
        self.server, self.lookback, self.now = server, lookback, now
        self.counts = Counts(server)
        self._past: dict[str, list[Labels]] = {}
        self._targets: list[tuple[Labels, float]] | None = None
        self._ghosts: list[Labels] | None = None
        self._kinds: dict[str, str] | None = None

    def prepare(self, selectors: t.Iterable[Selector]) -> None:
        """Asks for all of them together."""
        asked = list({self._now(selector): selector for selector in selectors}.values())
        self.counts.prepare(self._now(selector) for selector in asked)
        missing = [selector for selector in asked if not self._count(selector)]
        bare = [selector.with_only(()) for selector in missing if selector.metric]
        self.counts.prepare(self._now(selector) for selector in bare)
        missing += [selector for selector in bare if not self._count(selector)]
        self.counts.prepare(reach_text(selector) for selector in missing if looks_back(selector))
        self._prepare_past(missing)

    def is_now(self, selector: Selector) -> bool:
        """Whether it has series at the moment (or at the one that it names). QueryRefused, QueryTooSlow."""
        return self.counts.of(self._now(selector)) > 0

    def in_reach(self, selector: Selector) -> bool:
        """Whether it had samples within what it looks at itself."""
        return looks_back(selector) and self.counts.of(reach_text(selector)) > 0

    def earlier(self, selector: Selector) -> list[Labels]:
        """The label sets that it had within the lookback."""
        self._prepare_past([selector])
        return self._past[key(selector)]

    def ever(self, selector: Selector) -> bool:
        """Whether it had series within the lookback, or has some now."""
        return self.is_now(selector) or bool(self.earlier(selector))

    def window(self, selector: Selector) -> float:
        return max(self.lookback, selector.reach)

    def targets(self) -> list[tuple[Labels, float]]:
        """The labels of each target that is scraped, and 1 where it is up: what the server itself says of them."""
        if self._targets is None:
            gone = [_origin(ghost) for ghost in self.ghosts()]
            found = [(sample.labels, sample.value) for sample in self.server.query("up")]
            self._targets = [(labels, value) for labels, value in found if _origin(labels) not in gone]
        return self._targets

    def ghosts(self) -> list[Labels]:
        """Targets that the newest configuration took away, whose series a server still answers with for some minutes."""
        if self._ghosts is None:
            since = self.server.configured()
            self._ghosts = [] if since is None or self.now - since.timestamp() > PRESENT + AHEAD else self._taken_away(since.timestamp())
        return self._ghosts

    def _taken_away(self, since: float) -> list[Labels]:
        try:
            active = {_origin(target.labels) for target in self.server.targets()[0]}
        except CannotObserve:
            return []
        # the time of the configuration is told in whole seconds
        last = [sample for sample in self.server.query("timestamp(up)") if sample.value < since + 1]
        return [sample.labels for sample in last if _origin(sample.labels) not in active and self._has_stopped(sample.labels, sample.value)]

    def _has_stopped(self, labels: Labels, last: float) -> bool:
        """Whether a target is overdue: those of other servers are no targets here, and their samples come by remote write."""
        found = self.server.samples(up_of(labels), "5m")
        times = [time for one in found for time, _value in one.samples]
        return len(times) > 1 and self.now - last > OVERDUE * (times[-1] - times[0]) / (len(times) - 1)

    def _now(self, selector: Selector) -> str:
        if selector.at is not None:
            return now_text(selector)
        gone = [up_of(ghost) for ghost in self.ghosts()]
        return f"{selector.text} unless on (job, instance) ({' or '.join(gone)})" if gone else selector.text

    def kind(self, metric: str) -> str | None:
        """counter, gauge, ...: as the targets declare it; None when none does."""
        if self._kinds is None:
            try:
                self._kinds = self.server.metric_kinds()
            except CannotObserve:
                self._kinds = {}
        return next((self._kinds[stem] for stem in stems(metric) if stem in self._kinds), None)

    def declared(self, metric: str) -> bool:
        """Whether a target declares the metric, though it may have given no sample of it."""
        return self.kind(metric) is not None

    def declared_by(self, target: str, metric: str) -> bool:
        """Whether the targets of these labels do; where the server does not say which, whether any does, and none has series of it."""
        if not self.declared(metric):
            return False
        try:
            found = [self.server.declaring(stem, target) for stem in stems(metric)]
        except CannotObserve:
            found = [None]
        if None in found and not any(found):
            return not self.counts.of(f"{{__name__={json.dumps(metric)}}}")
        return any(found)

    def counts_up(self, metric: str) -> bool:
        """Whether it is a counter, or a part of a histogram: such series come with the first event of their kind."""
        kind = self.kind(metric)
        return kind in ("counter", "histogram", "summary") or (
            kind in (None, "unknown") and metric.endswith(("_total", "_count", "_sum", "_bucket"))
        )

    def _count(self, selector: Selector) -> int:
        try:
            return self.counts.of(self._now(selector))
        except CannotObserve:
            return 1  # it is told by whoever asks for it

    def _prepare_past(self, selectors: t.Iterable[Selector]) -> None:
        waiting = {key(one): one for one in selectors if key(one) not in self._past}
        spans: dict[tuple[float, float], list[Selector]] = {}
        for selector in waiting.values():
            # the clocks of those who give samples may be ahead
            end = self.now + AHEAD if selector.at is None else min(self.now, selector.at)
            spans.setdefault((end - self.window(selector), end), []).append(selector)
        for (start, end), asked in spans.items():
            for first in range(0, len(asked), TOGETHER):
                self._ask_past(asked[first : first + TOGETHER], start, end)

    def _ask_past(self, selectors: list[Selector], start: float, end: float) -> None:
        found = self.server.series([one.text for one in selectors], start, end, limit=MOST_SERIES)
        if len(selectors) == 1:
            self._past[key(selectors[0])] = list(found)
            return
        for selector in selectors:
            try:
                mine = [labels for labels in found if selector.holds(labels)] if len(found) < MOST_SERIES else None
            except CannotObserve:
                mine = None
            # what may have been cut off, or cannot be told apart here, is asked for alone
            self._past[key(selector)] = list(self.server.series([selector.text], start, end, limit=100)) if mine is None else list(mine)


def stems(metric: str) -> list[str]:
    """Under which names a metric may be declared."""
    return [metric, *(metric[: -len(end)] for end in ("_total", "_created", "_bucket", "_count", "_sum") if metric.endswith(end))]


def labels_of(labels: Labels) -> str:
    """As a selector has them, between its braces."""
    return ",".join(f"{label_name(name)}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items())


def up_of(labels: Labels) -> str:
    return f"up{{{labels_of(dict(zip(ORIGIN, _origin(labels))))}}}"


def _origin(labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in ORIGIN)


def told_time(time: float) -> str:
    return isoformat(dt.datetime.fromtimestamp(time, dt.timezone.utc))


def key(selector: Selector) -> str:
    return f"{now_text(selector)} {selector.reach}"


def now_text(selector: Selector) -> str:
    return selector.text if selector.at is None else f"{selector.text} @ {selector.at}"


def reach_text(selector: Selector) -> str:
    return text(Call("present_over_time", (Select((selector,), selector.reach),)))


def looks_back(selector: Selector) -> bool:
    return selector.at is None and selector.reach > PRESENT


def read(expression: str, server: Prometheus) -> Tree:
    """Parsed here, else by the server itself. NotParsed says why neither can."""
    try:
        return parse(expression)
    except NotParsed as exc:
        why = exc.message
    try:
        tree = server.parse_query(expression)
    except CannotObserve as exc:
        raise NotParsed(phrase("{why}; and {otherwise}", why=why, otherwise=exc.message)) from None
    if tree is None:
        raise NotParsed(phrase("{why}; and the server does not parse queries for others (Prometheus 3 does)", why=why))
    return tree


__all__ = ("PRESENT", "Excused", "Labels", "Liveness", "labels_of", "read", "told_time")
