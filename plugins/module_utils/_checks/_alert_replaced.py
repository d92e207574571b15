# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a selector of an alert had series lately and has none now: replaced, or only quiet. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import difflib

from .._clients.promql import Matcher, Selector
from .._clients.promql_needs import State
from .._clients.promql_tree import duration
from .._phrase import Message, phrase
from ._alert_liveness import Liveness, labels_of, told_time

# seconds back and between two points: the last sample is looked for nearby first
LATELY = ((600.0, 1.0), (10_800.0, 60.0))
POINTS = 500
MOST_ORIGINS = 20
MOST_SERIES = 2000
OVERLAP = 3600.0  # seconds for which a target and what replaces it may both be there
ENDS = ("_total", "_bucket", "_count", "_sum", "_seconds", "_bytes")
ALIKE = 0.6  # of 1: how alike an old name and its successor are


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What is known of a selector's series, and why, unless it has some."""

    state: State
    why: Message | None = None


LIVE = Verdict(State.LIVE)


@dataclasses.dataclass(frozen=True)
class Origin:
    """What gave series that are gone: a target, which is there, or its job has others."""

    job: str
    instance: str
    there: bool

    @property
    def name(self) -> str:
        return self.instance if self.there else self.job

    def inside(self, **more: str) -> str:
        """A selector of what it gives now."""
        labels = {**more, "job": self.job}
        return f"{{{labels_of({**labels, 'instance': self.instance} if self.there else labels)}}}"

    def inside_after(self, last: float, now: float, **more: str) -> list[tuple[str, float | None]]:
        """Selectors of what came in its place, with the times: what comes much later has nothing to do with it."""
        soon: float | None = last + OVERLAP
        return [(self.inside(**more), None), (self.inside(**more), soon if last + OVERLAP < now else None)]

    def inside_before(self, last: float, **more: str) -> list[tuple[str, float]]:
        """Selectors of what it gave, with the time. The target that replaces another may have come before that went."""
        mine = f"{{{labels_of({**more, 'job': self.job, 'instance': self.instance})}}}"
        return [(mine, last)] if self.there else [(mine, last), (self.inside(**more), last - OVERLAP)]


class Replaced:
    """Looks for what replaced series that are gone: what tells is the target that gave them, or its job."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness, self.server = liveness, liveness.server
        self._known: dict[tuple[str, float | None], frozenset[str]] = {}

    def verdict(self, selector: Selector) -> Verdict:
        """Of one that has series in the past only."""
        earlier = self.liveness.earlier(selector)
        seen = self._last(selector)
        last = self.liveness.now - self.liveness.window(selector) if seen is None else seen
        origins = list({(one.get("job", ""), one.get("instance", "")) for one in earlier})[:MOST_ORIGINS]
        found = [self._from(selector, job, instance, last) for job, instance in origins]
        best = next((one for one in found if one.state is State.LIVE), None) or next(
            (one for one in found if one.state is State.WEAK), None
        )
        return best or found[0]

    def _from(self, selector: Selector, job: str, instance: str, last: float) -> Verdict:
        """Where its series came from one target."""
        if not job or not instance:
            return self._quiet(selector, last)
        targets = self.liveness.targets()
        same = [value for labels, value in targets if (labels.get("job"), labels.get("instance")) == (job, instance)]
        pinned = any(one.name == "instance" and one.operator == "=" for one in selector.matchers)
        siblings = [value for labels, value in targets if labels.get("job") == job] if not pinned else []
        if same or siblings:
            if not any(same or siblings):
                return Verdict(State.WEAK, phrase("{instance}, which gave {selector}, is down", instance=instance, selector=selector.text))
            return self._in(selector, Origin(job, instance, bool(same)), last)
        if not targets:
            return self._quiet(selector, last)
        moved = sorted({labels.get("job", "") for labels, _up in targets if labels.get("instance") == instance})
        if moved:
            why = phrase(
                "{selector} had series until {last:moment}; {instance}, which gave them, is scraped as job {job} by now",
                selector=selector.text,
                last=told_time(last),
                instance=instance,
                job=moved[0],
            )
            return Verdict(State.DEAD, why)
        if self._comes_and_goes(selector):
            return LIVE
        why = phrase(
            "{selector} had series until {last:moment}; {instance} of job {job}, which gave them, is scraped no more",
            selector=selector.text,
            last=told_time(last),
            instance=instance,
            job=job,
        )
        return Verdict(State.DEAD, why)

    def _in(self, selector: Selector, origin: Origin, last: float) -> Verdict:
        """Where what gave them is there: by a label value or a metric that came when they went."""
        metric = selector.metric
        if metric is None:
            return self._quiet(selector, last)
        count = self.liveness.counts.of(origin.inside(__name__=metric))
        if count:
            return self._quiet(selector, last) if count > MOST_SERIES else self._value(selector, metric, origin, last)
        successor = self._successor(selector, metric, origin, last)
        if successor:
            why = phrase(
                "the metric {metric} was there until {last:moment} and is gone, though {instance} is up, which gives {successor} since: "
                "was it renamed?",
                metric=metric,
                last=told_time(last),
                instance=origin.name,
                successor=successor,
            )
            return Verdict(State.DEAD, why)
        if self._comes_and_goes(selector):
            return LIVE
        why = phrase(
            "the metric {metric} was there until {last:moment} and is gone, though {instance} is up: was it renamed?",
            metric=metric,
            last=told_time(last),
            instance=origin.name,
        )
        return Verdict(State.WEAK, why)

    def _value(self, selector: Selector, metric: str, origin: Origin, last: float) -> Verdict:
        now, after = (
            [sample.labels for sample in self.server.query(inside, at=at)]
            for inside, at in origin.inside_after(last, self.liveness.now, __name__=metric)
        )
        then = [sample.labels for inside, at in origin.inside_before(last, __name__=metric) for sample in self.server.query(inside, at=at)]
        old = [labels for labels in then if selector.holds(labels)]
        for matcher in selector.conditions:
            values = {labels.get(matcher.name, "") for labels in now}
            was = {labels.get(matcher.name, "") for labels in old} - values - {""}
            if not was:
                continue
            if values <= {""}:
                why = phrase(
                    "{selector} had series until {last:moment}; {metric} has no label {label} any more",
                    selector=selector.text,
                    last=told_time(last),
                    metric=metric,
                    label=matcher.name,
                )
                return Verdict(State.DEAD, why)
            before = {labels.get(matcher.name, "") for labels in then}
            soon = {labels.get(matcher.name, "") for labels in after}
            successor = self._value_successor(metric, was, before - values, (values & soon) - before - {""})
            if successor:
                why = phrase(
                    "{selector} had series until {last:moment}; what gave them gives {label} since: was it renamed?",
                    selector=selector.text,
                    last=told_time(last),
                    label=Matcher(matcher.name, "=", successor).text,
                )
                return Verdict(State.DEAD, why)
        return self._quiet(selector, last)

    def _value_successor(self, metric: str, was: set[str], gone: set[str], new: set[str]) -> str | None:
        """The label value that came when others went. Those of counters come with the first event of their kind, in any order."""
        alone = len(gone) == 1 and len(new) == 1
        similar = sorted(((alike(one, other), other) for one in was for other in new if not one.isdigit()), reverse=True)
        if similar and similar[0][0] >= ALIKE and (alone or not self.liveness.counts_up(metric)):
            return similar[0][1]
        return next(iter(new)) if alone and not self.liveness.counts_up(metric) else None

    def _successor(self, selector: Selector, metric: str, origin: Origin, last: float) -> str | None:
        """The metric that came when this one went."""
        then = [self._metrics(inside, at) for inside, at in origin.inside_before(last)]
        since = [self._metrics(inside, at) for inside, at in origin.inside_after(last, self.liveness.now)]
        new = since[0].intersection(*since).difference(*then)
        comes_with_events = self.liveness.counts_up(metric) and self._labelled(selector, origin)
        similar = sorted(((alike(*(stems(metric, name) if comes_with_events else (metric, name))), name) for name in new), reverse=True)
        if similar and similar[0][0] >= ALIKE:
            return similar[0][1]
        first = metric.partition("_")[0]
        related, gone = (
            [name for name in names if name.partition("_")[0] == first] for names in (new, frozenset().union(*then).difference(since[0]))
        )
        return related[0] if len(related) == len(gone) == 1 and not comes_with_events else None

    def _labelled(self, selector: Selector, origin: Origin) -> bool:
        """Whether its series had labels of their own: only such come with the first event of their kind."""
        targets = [labels for labels, _up in self.liveness.targets() if labels.get("job") == origin.job]
        given = {"__name__"}.union(*targets)
        return any(set(labels) - given for labels in self.liveness.earlier(selector))

    def _metrics(self, inside: str, at: float | None) -> frozenset[str]:
        if (inside, at) not in self._known:
            found = self.server.query(f"count by (__name__) ({inside})", at=at)
            self._known[inside, at] = frozenset(sample.labels.get("__name__", "") for sample in found)
        return self._known[inside, at]

    def _quiet(self, selector: Selector, last: float) -> Verdict:
        """Where nothing tells what became of them."""
        if self.liveness.in_reach(selector) or self._comes_and_goes(selector):
            return LIVE
        why = phrase("{selector} had series until {last:moment} and has none now", selector=selector.text, last=told_time(last))
        return Verdict(State.WEAK, why)

    def _last(self, selector: Selector) -> float | None:
        """When it had series for the last time."""
        window = self.liveness.window(selector)
        for span, step in (*LATELY, (window, window / POINTS)):
            within = f"[{duration(min(span, window))}:{duration(step)}]"
            found = self.server.query(f"max(max_over_time(timestamp({selector.text}){within}))")
            if found:
                return found[0].value
        return None

    def _comes_and_goes(self, selector: Selector) -> bool:
        """Whether it was away at least twice, once about as long as now, and came again: as of a batch job."""
        window = self.liveness.window(selector)
        times = self._there(selector, window, window / POINTS)
        if not times:
            return False
        step = window / POINTS
        gaps = [after - before for before, after in zip(times, times[1:]) if after - before > 1.5 * step]
        return len(gaps) >= 2 and self.liveness.now - times[-1] <= 2 * max(gaps)

    def _there(self, selector: Selector, span: float, step: float) -> list[float]:
        now = self.liveness.now
        found = self.server.query_range(f"count({selector.text})", now - span, now, step)
        return [time for one in found for time, _value in one.samples]


def alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def stems(one: str, other: str) -> tuple[str, str]:
    """Two names of metrics without what most of a service's have in common."""
    for end in ENDS:
        if one.endswith(end) and other.endswith(end):
            one, other = one[: -len(end)], other[: -len(end)]
    first = one.partition("_")[0]
    if "_" in one and first == other.partition("_")[0]:
        one, other = one[len(first) :], other[len(first) :]
    return one, other


__all__ = ("LIVE", "Replaced", "Verdict")
