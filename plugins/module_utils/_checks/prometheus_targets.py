# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every target of a service is discovered, up, and scraped lately. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.prometheus import Prometheus, Target, told
from .._clients.promql import Matcher, parse_selector
from .._finding import Facts, Finding, Measurement, Status, failed, passed
from .._http import Connection, HttpArguments
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._expected_targets import EXPECT, Expected, describe, host_name, host_port, is_expected

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
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

INTERVALS = 2  # a target must have been scraped within so many of its intervals
ASSUMED_INTERVAL = 60.0  # where the server does not tell it
LEAST_AGE = 5.0  # the server's time is known to the second


class Arguments(HttpArguments):
    url: str
    selector: str | None
    expect: list[Expected] | None
    min_up: int | None
    members: list[str] | None
    probe_query: str | None


def run(args: Arguments, runner: Runner) -> Finding:
    matchers = selector_matchers(args["selector"])
    expected = args["expect"] or []
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    targets, now = server.targets()
    chosen = [target for target in targets if matchers is not None and all(matcher.holds(target.labels) for matcher in matchers)]
    problems: list[Message] = []
    if matchers is not None and not chosen:
        problems.append(phrase("no target has the labels {labels}: not discovered, or its labels have changed", labels=args["selector"]))
    jobs = sorted({target.labels.get("job", "") for target in chosen})
    missing = 0
    named: set[str] = set()
    for one in expected:
        found = [target for target in targets if is_expected(target, one)]
        named |= {target.name for target in found}
        chosen += [target for target in found if target not in chosen]
        if not found:
            missing += 1
            problems.append(phrase("{target} is not among the targets", target=describe(one)))
    troubles = [(target, trouble(target, now)) for target in chosen]
    good = [target for target, wrong in troubles if wrong is None]
    problems += [wrong for _target, wrong in troubles if wrong is not None]
    least = args["min_up"]
    if least is not None and len(good) < least:
        problems.append(
            phrase(
                "{up:number} of {found:number} targets are up and scraped, at least {least:number} must be",
                up=len(good),
                found=len(chosen),
                least=least,
            )
        )
    finding = conclude(args, chosen, good, missing, problems, now)
    others = strangers(targets, expected, args["members"])
    if others:
        finding = with_strangers(finding, others)
    if expected:
        finding.observed["expected_targets"] = sorted(named)
    if matchers is not None:
        finding.observed["jobs"] = jobs
        finding.measurements.append(Measurement("targets_discovered", len(chosen)))
    return finding


def conclude(args: Arguments, chosen: list[Target], good: list[Target], missing: int, problems: list[Message], now: dt.datetime) -> Finding:
    ages = [(now - target.scraped).total_seconds() for target in good if target.scraped]
    wanted = max(len(chosen) + missing, args["min_up"] or 0, 1)
    fields: Facts = {
        "observed": {"targets": sorted({target.name for target in chosen}), "up": len(good), "discovered": len(chosen)},
        "expected": {
            "selector": args["selector"],
            "expect": [str(describe(one)) for one in args["expect"] or []],
            "min_up": args["min_up"],
        },
        "measurements": [Measurement("targets_up", len(good), wanted, "lower", count=True)],
        "details": problems,
    }
    if problems:
        said = phrase(
            "{up:number} of {wanted:number} targets are up and scraped: {problems}",
            up=len(good),
            wanted=len(chosen) + missing,
            problems=and_more(problems),
        )
        fields["absent"] = not chosen or None
        return failed(said, **fields)
    return passed(all_up(len(good), len(chosen), ages), **fields)


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
        selector = parse_selector(text)
    except ValueError as exc:
        raise ArgumentsRefused([f"selector: {exc}"]) from None
    if selector.metric not in (None, "up"):
        raise ArgumentsRefused([f"selector: '{text}' names a metric; targets are selected by labels, for example {{job=\"payments\"}}"])
    return [matcher for matcher in selector.matchers if matcher.name != "__name__"]


def trouble(target: Target, now: dt.datetime) -> Message | None:
    """What is wrong with a target; None for nothing."""
    if target.health == "down":
        return phrase("{target} is down: {reason}", target=target.name, reason=reason(target.last_error))
    if target.scraped is None:
        return phrase("{target} has not been scraped yet", target=target.name)
    if target.health != "up":
        return phrase("{target} is neither up nor down (its health is {health})", target=target.name, health=target.health)
    age = (now - target.scraped).total_seconds()
    interval = target.interval or ASSUMED_INTERVAL
    if age > max(INTERVALS * interval, LEAST_AGE):
        return phrase(
            "{target} was last scraped {age:duration} ago, it should be each {interval:duration}",
            target=target.name,
            age=age,
            interval=interval,
        )
    return None


def reason(text: str) -> Message:
    """The last part of what Go says is the reason: ``Get "http://...": dial tcp ...: connection refused``."""
    if text.startswith(("Get ", "Post ")) and '": ' in text:
        text = text.split('": ', 1)[1]
    return told(text, 160)
