# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every target of a service is discovered, up, and scraped lately. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.prometheus import Prometheus, Target, told
from .._clients.promql import Matcher, parse_instant_selector
from .._finding import CannotObserve, Finding, Measurement, Status
from .._http import Connection, ServerArguments
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._discovered_targets import ASSUMED_INTERVAL, LAG, Dropped, discovered, is_late
from ._expected_targets import EXPECT, Expected, describe, host_name, host_port, is_expected

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "selector": {"type": "str"},
    "expect": {"type": "list", "elements": "dict", "options": EXPECT},
    "min_up": {"type": "int"},
    "members": {"type": "list", "elements": "str"},
    "probe_query": {"type": "str"},
}
CONSTRAINTS = {"required_one_of": [("selector", "expect")]}
DURATIONS = ()
SIZES = ()
COMPARISONS = ()
# of targets that were asked for one by one each counts; those of a selector may be other ones after each deployment, as pods are
COMPARABLE = {
    "expected_targets": {"kind": "set", "what": phrase("target"), "after": "/"},
    "jobs": {"kind": "set", "what": phrase("scrape job")},
    "targets_discovered": {"kind": "number", "what": phrase("targets"), "worse": "lower", "absolute": 0, "then": "warn"},
}

LITERALS = re.compile(r"\(?([\w:/-]+(?:\|[\w:/-]+)+)\)?")  # of a regular expression that names values one by one
KEPT = "scrape_samples_post_metric_relabeling"


class Arguments(ServerArguments):
    url: str
    selector: str | None
    expect: list[Expected] | None
    min_up: int | None
    members: list[str] | None
    probe_query: str | None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    """What can be seen to be wrong with the arguments before anything is asked."""
    if not args["selector"] and not args["expect"]:
        return ["expect is empty: there is nothing to look at"]
    try:
        selector_matchers(args["selector"])
    except ArgumentsRefused as exc:
        return exc.problems
    except CannotObserve:
        pass  # without the library, which the finding tells
    return []


def run(args: Arguments, runner: Runner) -> Finding:
    matchers = selector_matchers(args["selector"])
    expected = args["expect"] or []
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    scraped = discovered(server)
    targets, now = scraped.targets, scraped.now
    chosen = [target for target in targets if matchers is not None and meets(target.labels, matchers)]
    lines = Lines(lag=0.0 if scraped.itself else LAG)
    dropped = Dropped(server) if scraped.itself else None
    if matchers is not None and not chosen:
        lines.fails.append(none_selected(args["selector"] or "", matchers, dropped))
    jobs = sorted({target.labels.get("job", "") for target in chosen})
    missing = 0
    named: set[str] = set()
    for one in expected:
        found = [target for target in targets if is_expected(target, one)]
        named |= {target.name for target in found}
        chosen += [target for target in found if target not in chosen]
        if not found:
            missing += 1
            lines.fails.append(not_found(one, dropped))
    good = [target for target in chosen if lines.take(target, now)]
    lines.warns += [
        phrase("{target} is not up for each of the replicas that scrape it", target=target.name)
        for target in good
        if target.name in scraped.disputed
    ]
    if scraped.itself and good:
        lines.warns += empty(good, server)
    if matchers is not None and chosen:
        lines.warns += not_named(chosen, matchers)
    least = args["min_up"]
    if least is not None and len(good) < least and len(good) + len(lines.waiting) < least:
        lines.fails.append(
            phrase(
                "{up:number} of {found:number} targets are up and scraped, at least {least:number} must be",
                up=len(good),
                found=len(chosen),
                least=least,
            )
        )
    ages = [(now - target.scraped).total_seconds() for target in good if target.scraped and scraped.itself]
    finding = conclude(args, chosen, good, missing, lines, ages)
    others = strangers(targets, expected, args["members"])
    if others:
        finding = with_strangers(finding, others)
    if expected:
        finding.observed["expected_targets"] = sorted(named)
    if matchers is not None:
        finding.observed["jobs"] = jobs
        finding.measurements.append(Measurement("targets_discovered", len(chosen)))
    return finding if scraped.itself else by_up(finding, server)


@dataclasses.dataclass
class Lines:
    """A line for each thing that is not well, by how bad it is."""

    fails: list[Message] = dataclasses.field(default_factory=list)
    waiting: list[Message] = dataclasses.field(default_factory=list)  # for the first scrape, after a restart or a new target
    warns: list[Message] = dataclasses.field(default_factory=list)
    lag: float = 0.0  # seconds by which what is seen of a scrape may be late

    def take(self, target: Target, now: dt.datetime) -> bool:
        """Whether a target is well; else its line."""
        if target.health != "down" and target.scraped is None:
            self.waiting.append(phrase("{target} has not been scraped yet", target=target.name))
            return False
        wrong = trouble(target, now, self.lag)
        if wrong is not None:
            self.fails.append(wrong)
        return wrong is None

    @property
    def status(self) -> Status:
        return Status.FAIL if self.fails else Status.UNKNOWN if self.waiting else Status.WARN if self.warns else Status.PASS

    @property
    def all(self) -> list[Message]:
        return [*self.fails, *self.waiting, *self.warns]


def meets(labels: t.Mapping[str, str], matchers: t.Sequence[Matcher]) -> bool:
    return all(matcher.holds(labels) for matcher in matchers)


def empty(targets: t.Sequence[Target], server: Prometheus) -> list[Message]:
    """Targets that answer, and of which nothing is kept. CannotObserve."""
    labels = [sample.labels for sample in server.query(f"{KEPT} == 0") if sample.value == 0]
    return [
        phrase("{target} is up, and nothing is kept of it: its page is empty, or relabelling drops all of its series", target=target.name)
        for target in targets
        if any(target.labels.items() <= of_series.items() for of_series in labels)
    ]


def not_named(chosen: t.Sequence[Target], matchers: t.Sequence[Matcher]) -> list[Message]:
    """Of jobs and instances that a selector names one by one those that have no target."""
    found = []
    for matcher in matchers:
        named = LITERALS.fullmatch(matcher.value) if matcher.operator == "=~" and matcher.name in ("job", "instance") else None
        there = {target.labels.get(matcher.name, "") for target in chosen}
        gone = [value for value in named[1].split("|") if value not in there] if named else []
        if gone:
            said = phrase("no target has {values:list} for the label {label}, which the selector names", values=gone, label=matcher.name)
            found.append(said)
    return found


def none_selected(selector: str, matchers: t.Sequence[Matcher], dropped: Dropped | None) -> Message:
    """What to say where a selector selects nothing."""
    of_job = [matcher for matcher in matchers if matcher.name == "job"]
    count = dropped.of_jobs(of_job) if dropped is not None and of_job else 0
    if count:
        return plural(
            "no target has the labels {labels}; {count:number} that was discovered for that job is dropped by relabelling",
            "no target has the labels {labels}; {count:number} that were discovered for that job are dropped by relabelling",
            count=count,
            labels=selector,
        )
    return phrase("no target has the labels {labels}: not discovered, or its labels have changed", labels=selector)


def not_found(one: Expected, dropped: Dropped | None) -> Message:
    """What to say of a target that is not there."""
    if dropped is not None and dropped.has(one):
        return phrase("{target} is discovered, and dropped by relabelling", target=describe(one))
    return phrase("{target} is not among the targets", target=describe(one))


def by_up(finding: Finding, server: Prometheus) -> Finding:
    """The finding, saying that others scrape for this server."""
    message = phrase(
        "{server} scrapes nothing itself, and this is what its series up say: {said}", server=server.instrument, said=finding.message
    )
    return dataclasses.replace(finding, message=message, observed={**finding.observed, "seen_by": "up"})


def conclude(args: Arguments, chosen: list[Target], good: list[Target], missing: int, lines: Lines, ages: list[float]) -> Finding:
    wanted = max(len(chosen) + missing, args["min_up"] or 0, 1)
    said = all_up(len(good), len(chosen), ages)
    if lines.fails or lines.waiting:
        said = phrase(
            "{up:number} of {wanted:number} targets are up and scraped: {problems}",
            up=len(good),
            wanted=len(chosen) + missing,
            problems=and_more(lines.fails or lines.waiting),
        )
    elif lines.warns:
        said = phrase("{message}; {more}", message=said, more=and_more(lines.warns))
    return Finding(
        lines.status,
        said,
        observed={"targets": sorted({target.name for target in chosen}), "up": len(good), "discovered": len(chosen)},
        expected={
            "selector": args["selector"],
            "expect": [str(describe(one)) for one in args["expect"] or []],
            "min_up": args["min_up"],
        },
        measurements=[Measurement("targets_up", len(good), wanted, "lower", count=True)],
        details=lines.all,
        absent=(lines.status is Status.FAIL and not chosen) or None,
    )


def strangers(targets: list[Target], expected: list[Expected], members: list[str] | None) -> list[Target]:
    """Targets of the expected jobs that stand for no host of the service, though all their labels but the instance are the same."""
    known = {host_name(name) for name in members or []}
    jobs = {one["job"] for one in expected if one["job"]}
    alike = {_labels(target) for target in targets if any(one["job"] and is_expected(target, one) for one in expected)}
    return [
        target
        for target in targets
        if known and target.labels.get("job") in jobs and _labels(target) in alike and not known & _hosts(target)
    ]


def _labels(target: Target) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in target.labels.items() if name != "instance")


def _hosts(target: Target) -> set[str]:
    """Under which names the host of a target is known."""
    url = urlsplit(target.scrape_url)
    given = (url.netloc, target.discovered.get("__address__", ""), target.labels.get("instance", ""))
    return {found[0] for text in given if (found := host_port(text, url.scheme)) is not None}


def with_strangers(finding: Finding, others: list[Target]) -> Finding:
    """A finding that is good is no more than a warning where the service has more instances than it says."""
    said = plural(
        "{targets:list} is scraped as one of this service, and service.hosts does not have it",
        "{targets:list} are scraped as ones of this service, and service.hosts does not have them",
        count=len(others),
        targets=sorted(target.name for target in others),
    )
    details = [*finding.details, said]
    if finding.status is not Status.PASS:
        return dataclasses.replace(finding, details=details)
    message = phrase("{message}; {more}", message=finding.message, more=said)
    return dataclasses.replace(finding, status=Status.WARN, message=message, details=details)


def all_up(good: int, found: int, ages: list[float]) -> Message:
    if not ages:
        return plural(
            "{count:number} of {found:number} target is up", "{count:number} of {found:number} targets are up", count=good, found=found
        )
    return plural(
        "{count:number} of {found:number} target is up, the last scrape was at most {age:duration} ago",
        "{count:number} of {found:number} targets are up, the last scrape was at most {age:duration} ago",
        count=good,
        found=found,
        age=max(0.0, *ages),
    )


def selector_matchers(text: str | None) -> list[Matcher] | None:
    """The matchers of a label selector; None where there is none."""
    if not text:
        return None
    try:
        selector = parse_instant_selector(text)
    except ValueError as exc:
        raise ArgumentsRefused([f"selector: {exc}"]) from None
    if selector.metric not in (None, "up"):
        raise ArgumentsRefused([f"selector: '{text}' names a metric; targets are selected by labels, for example {{job=\"payments\"}}"])
    return [matcher for matcher in selector.matchers if matcher.name != "__name__"]


def trouble(target: Target, now: dt.datetime, lag: float = 0.0) -> Message | None:
    """What is wrong with a target; None for nothing."""
    if target.health == "down":
        return phrase("{target} is down: {reason}", target=target.name, reason=reason(target.last_error))
    if target.health != "up" or target.scraped is None:
        return phrase("{target} is neither up nor down (its health is {health})", target=target.name, health=target.health)
    if is_late(target, now, lag):
        return phrase(
            "{target} was last scraped {age:duration} ago, it should be each {interval:duration}",
            target=target.name,
            age=(now - target.scraped).total_seconds(),
            interval=target.interval or ASSUMED_INTERVAL,
        )
    return None


def reason(text: str) -> Message:
    """The last part of what Go says is the reason: ``Get "http://...": dial tcp ...: connection refused``."""
    if text.startswith(("Get ", "Post ")) and '": ' in text:
        text = text.split('": ', 1)[1]
    return told(text, 160)
