# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of a PromQL expression meets its limits. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.prometheus import Evaluation, Prometheus, Sample
from .._clients.promql import NotParsed, parse, selectors
from .._finding import CannotObserve, Finding, Measurement, Status
from .._http import Connection, ServerArguments
from .._message import one_line
from .._phrase import Message, phrase, plural
from .._runner import Runner
from .._units import Comparison, humanize_seconds
from ._data_since import data_since
from ._judgement import percent

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "query": {"type": "str", "required": True},
    "name": {"type": "str"},
    "pass_when": {"type": "str", "no_log": False},
    "warn_when": {"type": "str", "no_log": False},
    "fail_when": {"type": "str", "no_log": False},
    "no_data": {"type": "str", "choices": ["unknown", "fail", "pass"], "default": "unknown"},
    "samples": {"type": "int", "default": 1},
    "interval": {"type": "str", "default": "5s"},
    "failure_limit": {"type": "int", "default": 0},
    "max_age": {"type": "str"},
    "coverage_query": {"type": "str"},
    "min_coverage": {"type": "str", "default": "95%"},
    "probe_query": {"type": "str"},
}
CONSTRAINTS = {"required_one_of": [("pass_when", "fail_when")]}
DURATIONS = ("interval", "max_age")
SIZES = ()
COMPARISONS: tuple[t.Literal["pass_when", "warn_when", "fail_when"], ...] = ("pass_when", "warn_when", "fail_when")

SHOWN = 20  # series in the details
_WORST = {Status.PASS: 0, Status.WARN: 1, Status.UNKNOWN: 2, Status.FAIL: 3}


class Arguments(ServerArguments):
    url: str
    query: str
    name: str | None
    pass_when: Comparison | None
    warn_when: Comparison | None
    fail_when: Comparison | None
    no_data: str
    samples: int
    interval: float
    failure_limit: int
    max_age: float | None
    coverage_query: str | None
    min_coverage: str
    probe_query: str | None


@dataclasses.dataclass(frozen=True)
class Seen:
    """One series of one sample, judged."""

    status: Status
    message: Message
    value: float = math.nan
    series: str = ""
    limit: Comparison | None = None
    little: bool = False  # too little of what it looks back at was seen


def run(args: Arguments, runner: Runner) -> Finding:
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    rounds: list[list[Seen]] = []
    lost: CannotObserve | None = None
    for number in range(args["samples"]):
        if number:
            runner.sleep(args["interval"])
        try:
            rounds.append(look(args, server, fresh=number > 0))
        except CannotObserve as exc:
            lost = exc
            rounds.append([Seen(Status.UNKNOWN, exc.message)])
        if sum(worst(seen).status is Status.FAIL for seen in rounds) > args["failure_limit"]:
            break
    finding = conclude(args, rounds)
    if lost and finding.status is Status.UNKNOWN:
        raise lost  # it names the instrument
    return finding


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    found = []
    if args["samples"] < 1:
        found.append(f"samples: {args['samples']} is no number of samples; expected at least 1")
    if not 0 <= args["failure_limit"] < max(args["samples"], 1):
        found.append(f"failure_limit: with {args['samples']} samples, {args['failure_limit']} could never be exceeded")
    needed = (args["samples"] - 1) * args["interval"]
    if needed >= args["timeout"]:
        taken, allowed = humanize_seconds(needed), humanize_seconds(args["timeout"])
        found.append(f"timeout: {args['samples']} samples take {taken}, the check may take {allowed}")
    passing, warning = args["pass_when"], args["warn_when"]
    if passing and warning and passing.bound and passing.bound == warning.bound:
        found.append(f"warn_when: '{warning}' holds for values that meet pass_when '{passing}' too; name those that are too near to it")
    try:
        percent("min_coverage", args["min_coverage"])
    except ArgumentsRefused as exc:
        found += exc.problems
    return found


# -- one sample


def look(args: Arguments, server: Prometheus, *, fresh: bool) -> list[Seen]:
    """Each series of the answer, judged; one for all where there is none."""
    answer = server.evaluate(args["query"], fresh=fresh)
    if args["max_age"] is not None:
        stale = staleness(args["query"], args["max_age"], server, fresh=fresh)
        if stale:
            return [Seen(Status.UNKNOWN, stale)]
    if not answer.samples:
        return [without_data(args, phrase("there is no data"))]
    coverage = covered(args, server, fresh=fresh)
    seen = [judge(args, sample, answer, coverage) for sample in answer.samples]
    if not any(one.little for one in seen):
        return seen
    since = data_since(args["query"], server, answer.samples[0].time)
    return [dataclasses.replace(one, message=_begun(since, one.message)) if one.little and since else one for one in seen]


def _begun(since: str, said: Message) -> Message:
    return phrase("there are data since {since:moment} only: {said}", since=since, said=said)


def judge(args: Arguments, sample: Sample, answer: Evaluation, coverage: dict[str, float] | None) -> Seen:
    series = series_text(sample.labels)
    if math.isnan(sample.value):
        said = phrase("the value is not a number (NaN: nothing was divided by nothing?)")
        return dataclasses.replace(without_data(args, said), series=series)
    status, limit = compare(args, sample.value)
    said = beside_its_limit(args, status, sample.value, limit)
    if coverage is not None:
        share, least = coverage.get(series, coverage.get("", min(coverage.values()))), percent("min_coverage", args["min_coverage"])
        if math.isnan(share) or share < least:
            return Seen(
                Status.UNKNOWN, too_little_seen(share, least, spoken(sample.value, limit)), sample.value, series, limit, little=True
            )
    if answer.warnings and status is not Status.FAIL:
        said = phrase("the answer may be incomplete ({warning}): {said}", warning=answer.warnings[0], said=said)
        return Seen(Status.UNKNOWN, said, sample.value, series, limit)
    return Seen(status, said, sample.value, series, limit)


def compare(args: Arguments, value: float) -> tuple[Status, Comparison | None]:
    """The worst that holds, and the limit that a reader wants to see beside the value."""
    passing, warning, failing = args["pass_when"], args["warn_when"], args["fail_when"]
    if failing and failing.holds(value):
        return Status.FAIL, failing
    if passing and not passing.holds(value):
        return Status.FAIL, passing
    if warning and warning.holds(value):
        return Status.WARN, warning
    return Status.PASS, passing or failing


def beside_its_limit(args: Arguments, status: Status, value: float, limit: Comparison | None) -> Message:
    seen, wanted = spoken(value, limit), str(limit)
    if status is Status.WARN:
        return phrase("{value}, which is a warning when {limit}", value=seen, limit=wanted)
    if limit is args["pass_when"]:
        return phrase("{value}, it must be {limit}", value=seen, limit=wanted)
    return phrase("{value}, it must not be {limit}", value=seen, limit=wanted)


def too_little_seen(share: float, least: float, value: Message) -> Message:
    if math.isnan(share):
        return phrase(
            "nobody knows how much of what must be seen was seen, at least {least:percent} must be; so far {value}",
            least=least,
            value=value,
        )
    return phrase(
        "{share:percent} of what must be seen was seen, at least {least:percent} must be; so far {value}",
        share=round(share, 3),
        least=least,
        value=value,
    )


def without_data(args: Arguments, why: Message) -> Seen:
    return Seen(Status(args["no_data"]), why)


def covered(args: Arguments, server: Prometheus, *, fresh: bool) -> dict[str, float] | None:
    """By series, which part of what the query needs was there; None where nobody asks. CannotObserve."""
    if not args["coverage_query"]:
        return None
    answer = server.evaluate(args["coverage_query"], fresh=fresh)
    if not answer.samples:
        raise CannotObserve(phrase("it cannot be told which part of what must be seen was seen: coverage_query has no data"))
    return {series_text(sample.labels): sample.value for sample in answer.samples}


def staleness(query: str, max_age: float, server: Prometheus, *, fresh: bool) -> Message | None:
    """What to say of series whose newest sample is too old; None when all of them are young."""
    try:
        tree = parse(query)
    except NotParsed as exc:
        raise CannotObserve(phrase("the age of the samples cannot be looked at (max_age): {why}", why=exc.message)) from None
    for selector in dict.fromkeys(one.text for one in selectors(tree) if not one.reach and one.at is None):
        ages = server.evaluate(f"time() - timestamp({selector})", fresh=fresh).samples
        if not ages:
            continue
        oldest = max(ages, key=lambda sample: sample.value)
        if oldest.value > max_age:
            return too_old(selector, oldest, max_age)
    return None


def too_old(selector: str, oldest: Sample, max_age: float) -> Message:
    if not oldest.labels:
        return phrase(
            "the newest sample of {selector} is {age:duration} old, the limit is {limit:duration}",
            selector=selector,
            age=oldest.value,
            limit=max_age,
        )
    return phrase(
        "the newest sample of {selector} ({series}) is {age:duration} old, the limit is {limit:duration}",
        selector=selector,
        series=series_text(oldest.labels),
        age=oldest.value,
        limit=max_age,
    )


# -- the finding


def worst(seen: t.Sequence[Seen]) -> Seen:
    """The worst series of a sample: by status, then by how near it is to its limit or how far beyond it."""

    def room(one: Seen) -> float:
        headroom = measurement("x", one).headroom
        return math.inf if headroom is None else headroom

    return min(seen, key=lambda one: (-_WORST[one.status], room(one)))


def measurement(name: str, seen: Seen) -> Measurement:
    limit = seen.limit
    bound = limit.bound if limit else None
    return Measurement(name, seen.value, limit.value if limit and bound else None, bound)


def conclude(args: Arguments, rounds: list[list[Seen]]) -> Finding:
    outcomes = [worst(seen) for seen in rounds]
    counts = {status: sum(one.status is status for one in outcomes) for status in _WORST}
    limit = args["failure_limit"]
    if counts[Status.FAIL] > limit:
        status = Status.FAIL
    elif counts[Status.FAIL] + counts[Status.UNKNOWN] > limit:
        status = Status.UNKNOWN
    else:
        status = Status.WARN if counts[Status.WARN] else Status.PASS
    shown = [(one, seen) for one, seen in zip(outcomes, rounds) if one.status is status] or list(zip(outcomes, rounds))
    one, seen = shown[-1]
    message = named(args, one, among=len(seen))
    if args["samples"] > 1:
        message = phrase(
            "{said} ({bad:number} of {samples:number} samples did not pass, {allowed:number} may)",
            said=message,
            bad=counts[Status.FAIL] + counts[Status.UNKNOWN],
            samples=len(rounds),
            allowed=limit,
        )
    bounded = limited(args, one)
    return Finding(
        status,
        message,
        observed={"value": one.value, "series": one.series, "count": len(seen), "samples": len(rounds)},
        expected={key: str(args[key]) for key in COMPARISONS if args[key]} | {"query": args["query"]},
        measurements=[measurement(measurement_name(args["name"]), bounded)] if math.isfinite(one.value) else [],
        details=details_of(seen),
    )


def named(args: Arguments, one: Seen, *, among: int) -> Message:
    """What is said of the worst series, with the name of the value."""
    name = args["name"] or phrase("the value of {query}", query=one_line(args["query"], 100))
    if one.series and among > 1:
        return phrase("{name:term} for {series}: {said}", name=name, series=one.series, said=one.message)
    return phrase("{name:term}: {said}", name=name, said=one.message)


def details_of(seen: list[Seen]) -> list[Message]:
    worse = [item for item in seen if item.status is not Status.PASS]
    if len(worse) < 2:
        return []
    details = [phrase("{series}: {said}", series=item.series, said=item.message) for item in worse[:SHOWN] if item.series]
    more = len(worse) - SHOWN
    return [*details, plural("and {count:number} more", "and {count:number} more", count=more)] if more > 0 else details


def limited(args: Arguments, seen: Seen) -> Seen:
    """With the limit beyond which it fails, not the one at which it warns: that is what is left."""
    failing = args["fail_when"]
    return dataclasses.replace(seen, limit=args["pass_when"] or (_inverse(failing) if failing else None))


def _inverse(comparison: Comparison) -> Comparison:
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[comparison.operator]
    return dataclasses.replace(comparison, operator=opposite)


def measurement_name(name: str | None) -> str:
    return re.sub(r"[^a-z0-9]+", "_", (name or "").lower()).strip("_") or "query_value"


def series_text(labels: t.Mapping[str, str]) -> str:
    """``{instance="web1:8080"}``; empty for a value without labels."""
    inner = ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__")
    return f"{{{inner}}}" if inner else ""


def spoken(value: float, limit: Comparison | None) -> Message:
    """A value in the unit in which its limit was written."""
    number = limit.text.lstrip("<>=! ") if limit else ""
    if math.isinf(value):
        return phrase("infinite") if value > 0 else phrase("minus infinite")
    if number.endswith("%"):
        return phrase("{share:percent}", share=value)
    if re.search(r"\d *(ms|[smhdwy])$", number):
        return phrase("{time:duration}", time=value)
    if re.search(r"[A-Za-z]$", number):
        return phrase("{size:bytes}", size=value)
    return phrase("{value:number}", value=value)
