# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an expression is empty although what it is made of has series. PRIVATE to the collection."""

from __future__ import annotations

import statistics
import typing as t

from .._clients.prometheus import QueryRefused, QueryTooSlow, Range
from .._clients.promql import Matcher, Selector
from .._clients.promql_evaluation import offsets, unfiltered, without_offsets
from .._clients.promql_needs import State
from .._clients.promql_selector import label_name
from .._clients.promql_supposed import as_written
from .._clients.promql_tree import (
    ABSENT,
    Aggregate,
    Binary,
    Call,
    Select,
    Subquery,
    Text,
    Tree,
    duration,
    is_scalar,
    operator,
    parts,
    rebuilt,
    text,
)
from .._message import one_line
from .._phrase import Message, phrase
from ._alert_liveness import Labels, Liveness, labels_of, told_time
from ._alert_replaced import Verdict

TWO_SAMPLES = ("rate", "increase", "irate", "delta", "idelta", "deriv", "predict_linear", "double_exponential_smoothing", "holt_winters")
OF_BUCKETS = ("histogram_quantile", "histogram_fraction")
OF_HISTOGRAMS = ("histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar")
MOST_SERIES = 500  # of each side, that their labels are looked at
SEARCHED = (900.0, 21_600.0)  # seconds in which two samples of a series are looked for
POINTS = 500
LATELY = (10_800.0, 600.0)  # seconds in which young series are looked for
SHOWN = 160  # characters of an expression


class TooEarly(Exception):
    """It cannot be said yet. The message says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Meeting:
    """Finds the smallest part that is empty, and says why."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness, self.server, self.counts = liveness, liveness.server, liveness.counts

    def why_empty(self, tree: Tree) -> Verdict:
        """Of an expression that has no result without its comparisons. TooEarly, QueryRefused, QueryTooSlow."""
        part = self.smallest(tree)
        if offsets(part) and self._is_young(part):
            return self._young(part)
        found: Verdict | None = None
        if isinstance(part, Subquery) and part.at is None:
            # what it looks at is there by now, and has not been at one of its steps
            found = Verdict(State.LIVE)
        elif isinstance(part, Select):
            found = self._at_a_time(part)
        elif isinstance(part, Call):
            found = self._called(part)
        elif isinstance(part, Binary):
            found = self._combined(part)
        return found or Verdict(
            State.WEAK, phrase("{part} gives nothing at present, though what it is made of has series", part=shown(part))
        )

    # -- which part

    def smallest(self, tree: Tree) -> Tree:
        """The smallest part of an empty expression that is empty itself. QueryRefused, QueryTooSlow."""
        needed = [part for part in _needed(tree) if not is_scalar(part) and not isinstance(part, Text)]
        self.counts.prepare(_counted(part) for part in needed)
        for part in needed:
            if not self.counts.of(_counted(part)):
                # a range without any sample is told with the function that looks at it
                return tree if isinstance(part, Select) and part.range is not None and not offsets(part) else self.smallest(part)
        return tree

    # -- offset and @

    def _is_young(self, part: Tree) -> bool:
        if isinstance(part, (Select, Subquery)):
            return True
        return bool(self.counts.of(text(unfiltered(without_offsets(part)))))

    def _young(self, part: Tree) -> Verdict:
        """It looks further back than its series are old."""
        moments: list[tuple[float, float, Tree]] = []
        for one in offsets(part):
            first = self._first(one)
            moments.append((0.0 if first is None else first + one.offset, one.offset, one))
        last, offset, furthest = max(moments, key=lambda found: found[0])
        if last > self.liveness.now:
            why = phrase(
                "{part} looks back {offset:duration}, and its series are there since {first:moment}: it can fire from {start:moment} on",
                part=shown(furthest),
                offset=offset,
                first=told_time(last - offset),
                start=told_time(last),
            )
        else:
            why = phrase("{part} looks back {offset:duration}, when nothing was there that it meets", part=shown(furthest), offset=offset)
        return Verdict(State.WEAK, why)

    def _first(self, one: Select) -> float | None:
        """When the oldest series began of those that are there now, as far as the offset reaches."""
        selected = one.choices[0].text
        for span in (one.offset, *(span for span in LATELY if span < one.offset)):
            within = f"[{duration(span)}:{duration(max(span / POINTS, 1.0))}]"
            try:
                found = self.server.query(f"min(min_over_time(timestamp({selected}){within}) and {selected})")
            except (QueryRefused, QueryTooSlow):
                return None
            if found:
                return found[0].value
        return None

    def _at_a_time(self, part: Select) -> Verdict | None:
        if part.at is None or part.at.endswith("()"):
            return None
        return Verdict(State.DEAD, phrase("{part} looks at one time, at which there was nothing", part=shown(part)))

    # -- functions

    def _called(self, part: Call) -> Verdict | None:
        given = next((arg for arg in part.args if isinstance(arg, Subquery) or (isinstance(arg, Select) and arg.range is not None)), None)
        if isinstance(given, Subquery):
            return self._too_few_steps(part, given) if part.function in TWO_SAMPLES else None
        if isinstance(given, Select):
            return self._too_few(part, given)
        if part.function in OF_BUCKETS:
            rows = self.server.query(f"count by (le) ({text(unfiltered(part.args[-1]))})")
            if not any(row.labels.get("le") for row in rows):
                inner = part.args[-1]
                while isinstance(inner, Aggregate) and keeps(inner, "le"):
                    inner = inner.inner
                if isinstance(inner, Aggregate):
                    why = phrase("{function} needs the label le, which is dropped by {part}", function=part.function, part=shown(inner))
                else:
                    why = phrase("{function} needs the label le, which {part} does not have", function=part.function, part=shown(inner))
                return Verdict(State.DEAD, why)
            # without any event it is no number, and VictoriaMetrics leaves such series out
            return Verdict(State.LIVE)
        if part.function in OF_HISTOGRAMS:
            return Verdict(
                State.DEAD,
                phrase("{function} needs native histograms, which {part} has none of", function=part.function, part=shown(part.args[0])),
            )
        return None

    def _too_few(self, part: Call, given: Select) -> Verdict | None:
        """Fewer samples within its range than it needs."""
        reach, two = given.range or 0.0, part.function in TWO_SAMPLES
        times = self._sample_times(given.choices[0], reach)
        if len(times) < 2:
            raise TooEarly(phrase("{part} needs two samples, and there is only one yet", part=shown(part)))
        interval = statistics.median(after - before for before, after in zip(times, times[1:]))
        if not two:
            why = phrase(
                "{part} has a sample within {range:duration} only at times, as there is one each {interval:duration}",
                part=shown(part),
                range=reach,
                interval=interval,
            )
            return Verdict(State.WEAK, why) if interval > reach else None
        if interval >= reach:
            why = phrase(
                "{part} needs two samples within {range:duration}, and there is one each {interval:duration}",
                part=shown(part),
                range=reach,
                interval=interval,
            )
            return Verdict(State.DEAD, why)
        if interval * 2 > reach:
            why = phrase(
                "{part} has two samples within {range:duration} only at times, as there is one each {interval:duration}",
                part=shown(part),
                range=reach,
                interval=interval,
            )
            return Verdict(State.WEAK, why)
        raise TooEarly(phrase("{part} needs two samples within {range:duration}, and has not got them yet", part=shown(part), range=reach))

    def _too_few_steps(self, part: Call, given: Subquery) -> Verdict:
        if given.step is None or given.range > given.step:
            return Verdict(State.LIVE)  # its series are too young for two of its steps
        why = phrase(
            "{part} needs two samples within {range:duration}, and there is one each {interval:duration}",
            part=shown(part),
            range=given.range,
            interval=given.step,
        )
        return Verdict(State.DEAD, why)

    def _sample_times(self, selector: Selector, reach: float) -> list[float]:
        """When one of its series had samples."""
        now = self.liveness.now
        found = self.server.series([selector.text], now - 300, now + 60, limit=10)
        times: list[float] = []
        for labels in found[:10]:
            exact = f"{{{labels_of(labels)}}}"
            for window in SEARCHED:
                series: list[Range] = self.server.samples(exact, duration(max(window, 4 * reach)))
                times = [time for one in series for time, _value in one.samples]
                if len(times) >= 2:
                    return times
        return times

    # -- operators

    def _combined(self, part: Binary) -> Verdict | None:
        if is_scalar(part.left) or is_scalar(part.right):
            return self._histograms(part)
        times = self._met(part)
        gaps = [after for before, after in zip(times, times[1:]) if after - before > 1.5 * self.liveness.lookback / POINTS]
        why = self._labels(part)
        return Verdict(State.WEAK if len(gaps) >= 2 else State.DEAD, why)

    def _histograms(self, part: Binary) -> Verdict | None:
        """A native histogram is not greater or less than a number."""
        vector = part.right if is_scalar(part.left) else part.left
        try:
            native = self.counts.of(f"histogram_count({text(unfiltered(vector))})")
        except (QueryRefused, QueryTooSlow):
            return None
        if not native:
            return None
        why = phrase("{part} is a native histogram, which has no {operator} with a number", part=shown(vector), operator=part.operator)
        return Verdict(State.DEAD, why)

    def _met(self, part: Binary) -> list[float]:
        """When its two sides met within the lookback."""
        now, window = self.liveness.now, self.liveness.lookback
        try:
            found = self.server.query_range(f"count({text(unfiltered(part))})", now - window, now, window / POINTS)
        except (QueryRefused, QueryTooSlow):
            return []
        return [time for one in found for time, _value in one.samples]

    def _labels(self, part: Binary) -> Message:
        """The labels by which the two sides do not meet."""
        left, right = self.sets(part, part.left), self.sets(part, part.right)
        if left is None or right is None or not left or not right:
            return phrase("no series of one side of {operator} meets one of the other: {part}", operator=operator(part), part=shown(part))
        names = sorted({name for labels in (*left, *right) for name in labels})
        apart = [name for name in names if not ({one.get(name, "") for one in left} & {one.get(name, "") for one in right})]
        if apart:
            return phrase(
                "the two sides of {operator} have no {labels:list} in common, as {left} and {right}: {part}",
                operator=operator(part),
                labels=apart,
                left=_example(left[0], apart),
                right=_example(right[0], apart),
                part=shown(part),
            )
        return phrase(
            "no series of one side of {operator} has the same {labels:list} as one of the other: {part}",
            operator=operator(part),
            labels=names,
            part=shown(part),
        )

    def sets(self, part: Binary, side: Tree) -> list[Labels] | None:
        """The label sets of a side that are compared; None for too many."""
        written = text(unfiltered(side))
        if part.matching == "on":
            written = f"count by ({', '.join(label_name(name) for name in part.labels)}) ({written})"
        if self.counts.of(written) > MOST_SERIES:
            return None
        left_out = {"__name__", *(part.labels if part.matching == "ignoring" else ())}
        return [{name: value for name, value in row.labels.items() if name not in left_out} for row in self.server.query(written)]


def keeps(part: Aggregate, label: str) -> bool:
    """Whether what it makes has the label where what it is made of has it."""
    return part.grouping is not None and (label in part.labels) is (part.grouping == "by")


def _needed(tree: Tree) -> t.Sequence[Tree]:
    if isinstance(tree, Call) and tree.function in ABSENT:
        return ()
    return (tree.left,) if isinstance(tree, Binary) and tree.operator == "unless" else parts(tree)


def _counted(part: Tree) -> str:
    """What is empty when it is."""
    if isinstance(part, Subquery) or (isinstance(part, Select) and part.range is not None):
        return text(Call("count_over_time", (rebuilt(part, unfiltered),)))
    return text(unfiltered(part))


def _example(labels: Labels, names: t.Iterable[str]) -> str:
    return "{" + ",".join(Matcher(name, "=", labels.get(name, "")).text for name in names) + "}"


def shown(tree: Tree) -> str:
    return one_line(text(as_written(tree)), SHOWN)


__all__ = ("Meeting", "TooEarly", "shown")
