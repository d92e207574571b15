# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets of a server, each once however many replicas scrape it, also where others scrape for it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._clients.prometheus import Prometheus, Target
from .._clients.promql import Matcher
from .._finding import CannotObserve
from .._phrase import phrase
from ._expected_targets import Expected, is_expected

# labels by which one of several Prometheus with the same targets is told from the others
REPLICA = re.compile(r"(?:\w+_)?_*replica_*(?:_?id)?", re.IGNORECASE)
GOOD = "up"
# of what others write: how many seconds their newest sample is late, and VictoriaMetrics keeps the last 30 to itself
LAG = 40.0
INTERVALS = 2  # a target must have been scraped within so many of its intervals
ASSUMED_INTERVAL = 60.0  # where the server does not tell it
LEAST_AGE = 5.0  # the server's time is known to the second
LATEST = 1e11  # seconds since 1970, beyond which nothing is a moment
SEEN = "10m"  # of the series up, by which their interval is known

Key = frozenset[tuple[str, str]]  # the labels of a series


@dataclasses.dataclass(frozen=True)
class Discovered:
    """What is scraped. ``itself``: by the server that was asked; ``disputed``: names of targets that are not up for each replica."""

    targets: list[Target]
    now: dt.datetime
    itself: bool
    disputed: frozenset[str]


def discovered(server: Prometheus) -> Discovered:
    """The targets of a server, or what its series ``up`` tell where it scrapes nothing. CannotObserve where that says nothing either."""
    targets, now = server.targets()
    if targets:
        once, disputed = merged(targets, lambda target: (_without_replica(target.labels), target.scrape_url))
        return Discovered(once, now, True, disputed)
    if Dropped(server).of_jobs(()):
        return Discovered([], now, True, frozenset())
    if server.scrapes():
        said = phrase(
            "{server} has scrape jobs, and 0 targets in all of them: was it just started, or is its service discovery out of order?",
            server=server.instrument,
        )
        raise CannotObserve(said, instrument=server.instrument)
    samples = [sample for sample in server.query("up") if sample.labels.get("instance") or sample.labels.get("job")]
    if not samples:
        raise CannotObserve(
            phrase("{server} scrapes nothing itself: there are 0 targets in all jobs, and no series up", server=server.instrument),
            instrument=server.instrument,
        )
    last, interval = written(server)
    seen = []
    for sample in samples:
        series = key(sample.labels)
        scraped = dt.datetime.fromtimestamp(last[series], dt.timezone.utc) if series in last else now
        health = GOOD if sample.value == 1 else "down"
        seen.append(Target(sample.labels, {}, "", health, "up is 0", scraped, interval.get(series)))
    once, disputed = merged(
        seen,
        lambda target: (target.labels.get("job"), target.labels.get("instance")),
        lambda target: target.health == "down" or is_late(target, now, LAG),
    )
    return Discovered(once, now, False, disputed)


def written(server: Prometheus) -> tuple[dict[Key, float], dict[Key, float]]:
    """When the newest sample of each series up was written, and how many seconds there are between two: up is 1 for minutes after."""
    last = {key(one.labels): one.value for one in server.query("timestamp(up)") if 0 < one.value < LATEST}
    first = {key(one.labels): one.value for one in server.query(f"min_over_time(timestamp(up)[{SEEN}:10s])")}
    counts = {key(one.labels): one.value for one in server.query(f"count_over_time(up[{SEEN}])")}
    known = {
        series: (at - first[series]) / (counts[series] - 1) for series, at in last.items() if series in first and counts.get(series, 0) > 1
    }
    return last, known


def key(labels: t.Mapping[str, str]) -> Key:
    return frozenset((name, value) for name, value in labels.items() if name != "__name__")


def is_late(target: Target, now: dt.datetime, lag: float = 0.0) -> bool:
    """Whether a target was not scraped for longer than it should be."""
    if target.scraped is None:
        return False
    return (now - target.scraped).total_seconds() > max(INTERVALS * (target.interval or ASSUMED_INTERVAL), LEAST_AGE) + lag


def merged(
    targets: t.Iterable[Target],
    same: t.Callable[[Target], t.Hashable],
    is_bad: t.Callable[[Target], bool] = lambda target: target.health == "down",
) -> tuple[list[Target], frozenset[str]]:
    """Each target once, as the replica has it for which it is well, and the names of those that are not well for all of them."""
    groups: dict[t.Hashable, list[Target]] = {}
    for target in targets:
        groups.setdefault(same(target), []).append(target)
    once, disputed = [], set()
    for group in groups.values():
        best = max(group, key=lambda target: (target.health == GOOD, target.scraped.timestamp() if target.scraped else 0.0))
        once.append(best)
        if best.health == GOOD and any(is_bad(target) for target in group):
            disputed.add(best.name)
    return once, frozenset(disputed)


def _without_replica(labels: t.Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in labels.items() if not REPLICA.fullmatch(name))


class Dropped:
    """What relabelling has dropped, asked for once, and only where something is missing."""

    def __init__(self, server: Prometheus) -> None:
        self.server = server
        self._found: tuple[list[Target], dict[str, int]] | None = None

    def _asked(self) -> tuple[list[Target], dict[str, int]]:
        if self._found is None:
            try:
                self._found = self.server.dropped()
            except CannotObserve:
                self._found = [], {}  # a server that does not tell them
        return self._found

    def has(self, one: Expected) -> bool:
        return any(is_expected(target, one) for target in self._asked()[0])

    def of_jobs(self, matchers: t.Sequence[Matcher]) -> int:
        """How many there are of the jobs that meet these matchers of the label ``job``."""
        targets, counts = self._asked()
        listed: dict[str, int] = {}
        for target in targets:
            job = target.labels.get("job", "")
            listed[job] = listed.get(job, 0) + 1
        jobs = {job: max(listed.get(job, 0), counts.get(job, 0)) for job in (*listed, *counts)}
        return sum(count for job, count in jobs.items() if all(matcher.holds({"job": job}) for matcher in matchers))


__all__ = ("Discovered", "Dropped", "discovered")
