# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When series of the past were there, and how steadily. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Rule
from .._clients.promql import Matcher, Selector
from .._clients.promql_selector import label_name
from .._clients.promql_tree import duration
from ._alert_liveness import Liveness, labels_of, up_of

# seconds back and between two points: the last sample is looked for nearby first
LATELY = ((600.0, 1.0), (10_800.0, 60.0))
POINTS = 500
FEW = 50  # points: what has fewer is looked at closer
CLOSER = 3  # times
STEADY = 0.9  # of the time for which its target was there
AROUND = 600.0  # seconds about an end within which a restart explains it


class Past:
    """Asks the server about the time before series went away."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness, self.server = liveness, liveness.server
        self._steady: dict[tuple[str, str, str], bool] = {}

    def last(self, selector: Selector) -> float | None:
        """When it had series for the last time."""
        window = self.liveness.window(selector)
        for span, step in LATELY:
            found = self._newest(selector, min(span, window), step)
            if found is not None:
                return found
        # what was there for less than a step is found too
        step = window / POINTS
        times = self._within(selector, window, step)
        return self._newest(selector, step, step / POINTS, at=min(times[-1], self.liveness.now)) if times else None

    def _newest(self, selector: Selector, span: float, step: float, at: float | None = None) -> float | None:
        within = f"[{duration(span)}:{duration(max(step, 1))}]"
        found = self.server.query(f"max(max_over_time(timestamp({selector.text}){within}))", at=at)
        return found[0].value if found else None

    def comes_and_goes(self, selector: Selector) -> bool:
        """Whether it was away at least twice, once about as long as now, and came again: as of a batch job."""
        window, now = self.liveness.window(selector), self.liveness.now
        step = window / POINTS
        times = self._within(selector, window, step)
        if not times:
            return False
        gaps = [after - before for before, after in zip(times, times[1:]) if after - before > 1.5 * step]
        return len(gaps) >= 2 and now - times[-1] <= 2 * max(gaps)

    def steady(self, selector: Selector, job: str, instance: str, last: float) -> bool:
        """Whether it was there as long as its target was: what comes and goes with events was not."""
        key = (selector.text, job, instance)
        if key not in self._steady:
            self._steady[key] = self._is_steady(at_target(selector, job, instance), up_of({"job": job, "instance": instance}), last)
        return self._steady[key]

    def _is_steady(self, selector: Selector, up: str, last: float) -> bool:
        span = self.liveness.window(selector)
        target: list[float] = []
        for _time in range(CLOSER):
            step = span / POINTS
            target = self._there(f"{up} == 1", last - span, last, step)
            if len(target) >= FEW:
                break
            span = (last - target[0] if target else 0.0) + 2 * step
        if not target:
            return False
        there = {round(time, 3) for time in self._there(selector.text, last - span, last, span / POINTS)}
        return sum(round(time, 3) in there for time in target) >= STEADY * len(target)

    def restarted(self, job: str, instance: str, last: float) -> bool:
        """Whether the process that gave them began anew about when they went: only another one gives other names."""
        mine = labels_of({"job": job, "instance": instance})
        begun = f"process_start_time_seconds{{{mine}}}"
        before = {sample.value for sample in self.server.query(begun, at=last)}
        after = {sample.value for sample in self.server.query(begun)}
        if before and after:
            return not before & after
        until = min(self.liveness.now, last + AROUND)
        return bool(self.server.query(f"min_over_time(up{{{mine}}}[{duration(2 * AROUND)}]) == 0", at=until))

    def values(self, metric: str, job: str, label: str, until: float) -> set[str]:
        """Those that a label of a metric had in a job, before a moment within the lookback."""
        start = self.liveness.now - self.liveness.lookback
        if until <= start:
            return set()
        of_job = f"{{{labels_of({'__name__': metric, 'job': job})}}}"
        found = self.server.query_range(f"count by ({label_name(label)}) ({of_job})", start, until, self.liveness.lookback / POINTS)
        return {one.labels.get(label, "") for one in found if one.samples}

    def was_active(self, alerts: t.Iterable[Rule], at: float) -> bool:
        """Whether one of them fired, or was about to, at a moment."""
        return any(self._was_active(alert, at) for alert in alerts)

    def _was_active(self, alert: Rule, at: float) -> bool:
        plain = {name: value for name, value in alert.labels.items() if "{{" not in value}
        labels = labels_of({**plain, "alertname": alert.name})
        later = min(self.liveness.now, at + 2 * alert.interval)
        return bool(self.server.query(f"count(present_over_time(ALERTS{{{labels}}}[{duration(max(4 * alert.interval, 10))}]))", at=later))

    def _within(self, selector: Selector, span: float, step: float) -> list[float]:
        """Before which times it had samples within a step."""
        now = self.liveness.now
        return self._there(f"present_over_time({selector.text}[{duration(step)}])", now - span, now, step)

    def _there(self, expression: str, start: float, end: float, step: float) -> list[float]:
        found = self.server.query_range(f"count({expression})", start, end, step)
        return [time for one in found for time, _value in one.samples]


def at_target(selector: Selector, job: str, instance: str) -> Selector:
    return selector.with_only((*selector.matchers, Matcher("job", "=", job), Matcher("instance", "=", instance)))


__all__ = ("Past", "at_target")
