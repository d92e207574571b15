# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a selector of an alert had series lately and has none now: replaced, or only quiet. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.promql import Matcher, Selector
from .._clients.promql_needs import State
from .._phrase import Message, phrase
from ._alert_liveness import Liveness, labels_of, told_time, up_of
from ._alert_past import Past, at_target
from ._alert_values import ALIKE, Change, alike

MOST_ORIGINS = 20
MOST_SERIES = 2000
OVERLAP = 3600.0  # seconds for which a target and what replaces it may both be there
ENDS = ("_total", "_bucket", "_count", "_sum", "_seconds", "_bytes")
DECLARED_FOR = 12  # scrapes: servers forget only then what a target declares no more


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What is known of a selector's series, and why, unless it has some."""

    state: State
    why: Message | None = None
    not_yet: bool = False  # it comes with the next event of its kind, as what has not been seen yet


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

    def __init__(self, liveness: Liveness, active: t.Callable[[Selector, float], bool] = lambda _selector, _at: False) -> None:
        """``active``: whether an alert that looks at a selector fired, or was about to, at a moment."""
        self.liveness, self.server, self.past, self.active = liveness, liveness.server, Past(liveness), active
        self._known: dict[tuple[str, float | None], frozenset[str]] = {}

    def verdict(self, selector: Selector) -> Verdict:
        """Of one that has series in the past only."""
        earlier = self.liveness.earlier(selector)
        seen = self.past.last(selector)
        last = self.liveness.now - self.liveness.window(selector) if seen is None else seen
        origins = list({(one.get("job", ""), one.get("instance", "")) for one in earlier})[:MOST_ORIGINS]
        # those that are restarted one after the other give the next names one after the other
        found = [self._from(selector, job, instance, self._last_of(selector, origins, job, instance) or last) for job, instance in origins]
        best = next((one for one in found if one.state is State.LIVE), None) or next(
            (one for one in found if one.state is State.WEAK), None
        )
        return best or found[0]

    def _last_of(self, selector: Selector, origins: t.Sequence[object], job: str, instance: str) -> float | None:
        return self.past.last(at_target(selector, job, instance)) if len(origins) > 1 else None

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
        if self.past.comes_and_goes(selector):
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
        if self._still_declared(metric, selector, origin, last):
            if self.active(selector, last):
                return LIVE
            why = phrase(
                "the metric {metric} had series until {last:moment} and has none now, though what is scraped declares it: "
                "they come with the next event of their kind (say so in may_be_absent)",
                metric=metric,
                last=told_time(last),
            )
            return Verdict(State.WEAK, why, not_yet=True)
        successor = self._successor(selector, metric, origin, last)
        steady = not self._labelled(selector, origin) or self.past.steady(selector.with_only(()), origin.job, origin.instance, last)
        if successor and steady:
            why = phrase(
                "the metric {metric} was there until {last:moment} and is gone, though {instance} is up, which gives {successor} since: "
                "was it renamed?",
                metric=metric,
                last=told_time(last),
                instance=origin.name,
                successor=successor,
            )
            return Verdict(State.DEAD, why)
        if self.past.comes_and_goes(selector):
            return LIVE
        why = phrase(
            "the metric {metric} was there until {last:moment} and is gone, though {instance} is up: was it renamed?",
            metric=metric,
            last=told_time(last),
            instance=origin.name,
        )
        return Verdict(State.WEAK, why)

    def _still_declared(self, metric: str, selector: Selector, origin: Origin, last: float) -> bool:
        """Whether what is scraped declares a metric that has no series: then it was not renamed."""
        if not self.liveness.declared_by(origin.inside(), metric):
            return False
        if self._labelled(selector, origin) and self.liveness.counts_up(metric):
            return True
        found = self.server.samples(up_of({"job": origin.job, "instance": origin.instance}), "10m")
        times = [time for one in found for time, _value in one.samples]
        # what another process declared that is gone is not remembered
        return not origin.there or sum(time > last for time in times) > DECLARED_FOR

    def _value(self, selector: Selector, metric: str, origin: Origin, last: float) -> Verdict:
        now, after = (
            list(self.server.query(inside, at=at)) for inside, at in origin.inside_after(last, self.liveness.now, __name__=metric)
        )
        then = [sample for inside, at in origin.inside_before(last, __name__=metric) for sample in self.server.query(inside, at=at)]
        old = [sample for sample in then if selector.holds(sample.labels)]
        counts, is_state, new = self.liveness.counts_up(metric), False, False
        for matcher in selector.conditions:
            soon = frozenset(sample.labels.get(matcher.name, "") for sample in after)
            change = Change(matcher.name, old, then, now, soon, counts)
            if not change.was:
                continue
            is_state, new = is_state or change.is_told_by_presence, new or bool(change.new)
            if change.values <= {""}:
                why = phrase(
                    "{selector} had series until {last:moment}; {metric} has no label {label} any more",
                    selector=selector.text,
                    last=told_time(last),
                    metric=metric,
                    label=matcher.name,
                )
                return Verdict(State.DEAD, why)
            successor = self._value_successor(change, selector, metric, origin, last)
            if successor:
                why = phrase(
                    "{selector} had series until {last:moment}; what gave them gives {label} since: was it renamed?",
                    selector=selector.text,
                    last=told_time(last),
                    label=Matcher(matcher.name, "=", successor).text,
                )
                return Verdict(State.DEAD, why)
        if self.active(selector, last) and (is_state or self._is_over(selector, origin, last, new)):
            return LIVE
        found = self._quiet(selector, last)
        # where other values came in place of steady ones it may have been renamed
        comes_again = counts and not (new and self.past.steady(selector, origin.job, origin.instance, last))
        return dataclasses.replace(found, not_yet=comes_again and found.state is State.WEAK)

    def _value_successor(self, change: Change, selector: Selector, metric: str, origin: Origin, last: float) -> str | None:
        """The label value that came when others went for good: not the next one of a state, which is over."""
        if not change.new:
            return None
        new = change.new - self.past.values(metric, origin.job, change.label, last - OVERLAP)
        similar = change.similar(new)
        found = similar or (next(iter(new)) if change.is_alone(new) and not change.counts else None)
        if found is None or change.is_told_by_presence or not self.past.steady(selector, origin.job, origin.instance, last):
            return None
        if self.active(selector, last) and not (similar and change.has_siblings):
            return None
        if similar or not origin.there or self.past.restarted(origin.job, origin.instance, last):
            return found
        return None

    def _is_over(self, selector: Selector, origin: Origin, last: float, new: bool) -> bool:
        """Whether series were there for some time only; another process may give ``new`` values in their place."""
        if self.past.steady(selector, origin.job, origin.instance, last):
            return False
        return not new or (origin.there and not self.past.restarted(origin.job, origin.instance, last))

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
        if self.liveness.in_reach(selector) or self.past.comes_and_goes(selector):
            return LIVE
        why = phrase("{selector} had series until {last:moment} and has none now", selector=selector.text, last=told_time(last))
        return Verdict(State.WEAK, why)


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
