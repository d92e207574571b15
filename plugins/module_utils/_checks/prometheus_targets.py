# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every target of a service is discovered, up, and scraped lately. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t
from urllib.parse import parse_qs, urlsplit

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.prometheus import Prometheus, Target
from .._clients.promql import Matcher, parse_selector
from .._finding import Facts, Finding, Measurement, failed, passed
from .._http import Connection, HttpArguments
from .._message import one_line
from .._runner import Runner
from .._units import humanize_seconds

WHERE = "controller"
TIMEOUT = 30.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "selector": {"type": "str"},
    "expect": {
        "type": "list",
        "elements": "dict",
        "options": {
            "job": {"type": "str"},
            "addresses": {"type": "list", "elements": "str", "required": True},
            "port": {"type": "int", "required": True},
        },
    },
    "min_up": {"type": "int"},
    "probe_query": {"type": "str"},
}
CONSTRAINTS = {"required_one_of": [("selector", "expect")]}
DURATIONS = ()
SIZES = ()
COMPARISONS = ()
# of targets that were asked for one by one each counts; those of a selector may be other ones after each deployment, as pods are
COMPARABLE = {
    "expected_targets": {"kind": "set", "what": "target", "after": "/"},
    "jobs": {"kind": "set", "what": "scrape job"},
    "targets_discovered": {"kind": "number", "what": "targets", "worse": "lower", "absolute": 0, "then": "warn"},
}

INTERVALS = 2  # a target must have been scraped within so many of its intervals
ASSUMED_INTERVAL = 60.0  # where the server does not tell it
LEAST_AGE = 5.0  # the server's time is known to the second
PORTS = {"http": 80, "https": 443}


class Expected(t.TypedDict):
    """A target that must be there: one of the addresses with this port, of this job where one is named."""

    job: str | None
    addresses: list[str]
    port: int


class Arguments(HttpArguments):
    url: str
    selector: str | None
    expect: list[Expected] | None
    min_up: int | None
    probe_query: str | None


def run(args: Arguments, runner: Runner) -> Finding:
    matchers = selector_matchers(args["selector"])
    expected = args["expect"] or []
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    targets, now = server.targets()
    chosen = [target for target in targets if matchers is not None and all(matcher.holds(target.labels) for matcher in matchers)]
    problems: list[str] = []
    if matchers is not None and not chosen:
        problems.append(f"no target has the labels {args['selector']}: not discovered, or its labels have changed")
    jobs = sorted({target.labels.get("job", "") for target in chosen})
    missing = 0
    named: set[str] = set()
    for one in expected:
        found = [target for target in targets if is_expected(target, one)]
        named |= {target.name for target in found}
        chosen += [target for target in found if target not in chosen]
        if not found:
            missing += 1
            problems.append(f"{describe(one)} is not among the targets")
    good = [target for target in chosen if not trouble(target, now)]
    problems += [f"{target.name} {trouble(target, now)}" for target in chosen if target not in good]
    least = args["min_up"]
    if least is not None and len(good) < least:
        problems.append(f"{len(good)} of {len(chosen)} targets are up and scraped, at least {least} must be")
    finding = conclude(args, chosen, good, missing, problems, now)
    if expected:
        finding.observed["expected_targets"] = sorted(named)
    if matchers is not None:
        finding.observed["jobs"] = jobs
        finding.measurements.append(Measurement("targets_discovered", len(chosen)))
    return finding


def conclude(args: Arguments, chosen: list[Target], good: list[Target], missing: int, problems: list[str], now: dt.datetime) -> Finding:
    ages = [(now - target.scraped).total_seconds() for target in good if target.scraped]
    wanted = max(len(chosen) + missing, args["min_up"] or 0, 1)
    fields: Facts = {
        "observed": {"targets": sorted({target.name for target in chosen}), "up": len(good), "discovered": len(chosen)},
        "expected": {"selector": args["selector"], "expect": [describe(one) for one in args["expect"] or []], "min_up": args["min_up"]},
        "measurements": [Measurement("targets_up", len(good), wanted, "lower")],
        "details": problems,
    }
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return failed(f"{len(good)} of {len(chosen) + missing} targets are up and scraped: {problems[0]}{more}", **fields)
    oldest = f", the last scrape was at most {humanize_seconds(max(0.0, *ages))} ago" if ages else ""
    noun = "target is" if len(good) == 1 else "targets are"
    return passed(f"{len(good)} of {len(chosen)} {noun} up{oldest}", **fields)


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


def trouble(target: Target, now: dt.datetime) -> str | None:
    """What is wrong with a target; None for nothing."""
    if target.health == "down":
        return f"is down: {reason(target.last_error) or 'no reason given'}"
    if target.scraped is None:
        return "has not been scraped yet"
    if target.health != "up":
        return f"is neither up nor down (its health is {target.health})"
    age = (now - target.scraped).total_seconds()
    interval = target.interval or ASSUMED_INTERVAL
    if age > max(INTERVALS * interval, LEAST_AGE):
        return f"was last scraped {humanize_seconds(age)} ago, it should be each {humanize_seconds(interval)}"
    return None


def is_expected(target: Target, one: Expected) -> bool:
    """Whether a target is the expected one: its job, and one of the addresses with the port."""
    if one["job"] and target.labels.get("job") != one["job"]:
        return False
    wanted = {(host_name(address), one["port"]) for address in one["addresses"]}
    url = urlsplit(target.scrape_url)
    scheme = url.scheme or target.discovered.get("__scheme__", "http")
    if {host_port(url.netloc, scheme), host_port(target.discovered.get("__address__", ""), scheme)} & wanted:
        return True
    # a prober's target has the probed address for its instance: that says nothing of this endpoint unless the job was named
    if not one["job"] and "target" in parse_qs(url.query):
        return False
    return host_port(target.labels.get("instance", ""), scheme) in wanted


def host_port(text: str, scheme: str) -> tuple[str, int] | None:
    """``web1:9100``, ``[::1]:9100``, ``web1`` (the scheme's port); None for anything else."""
    if not text or "/" in text:
        return None
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    return (host_name(parts.hostname or ""), port or PORTS.get(scheme, 80))


def host_name(text: str) -> str:
    return text.strip("[]").rstrip(".").lower()


def describe(one: Expected) -> str:
    names = " or ".join(f"[{name}]" if ":" in name and not name.startswith("[") else str(name) for name in one["addresses"]) or "no address"
    job = f" of the job {one['job']}" if one["job"] else ""
    return f"{names} port {one['port']}{job}"


def reason(text: str) -> str:
    """The last part of what Go says is the reason: ``Get "http://...": dial tcp ...: connection refused``."""
    if text.startswith(("Get ", "Post ")) and '": ' in text:
        text = text.split('": ', 1)[1]
    return one_line(text, 160)
