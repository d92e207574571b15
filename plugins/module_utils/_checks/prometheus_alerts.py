# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service are loaded, healthy, evaluated lately, and able to fire. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t

from .._argspec import ArgumentsRefused, Spec, http_spec
from .._clients.prometheus import Prometheus, QueryRefused, Rule
from .._clients.promql import ALERT_METRICS, Node, NotParsed, Selector, judge, parse
from .._finding import Finding, Status, isoformat
from .._http import Connection, HttpArguments
from .._message import one_line
from .._runner import Runner
from .._units import humanize_seconds

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **http_spec(url={"required": True}),
    "match": {"type": "dict"},
    "must_include": {"type": "list", "elements": "str", "default": []},
    "required_labels": {"type": "list", "elements": "str", "default": ["severity"]},
    "required_annotations": {"type": "list", "elements": "str", "default": ["summary"]},
    "may_be_absent": {"type": "list", "elements": "str", "default": []},
    "lookback": {"type": "str", "default": "7d"},
    "evaluated_within": {"type": "str"},
    "probe_query": {"type": "str"},
}
DURATIONS = ("lookback", "evaluated_within")
SIZES = ()
COMPARISONS = ()
COMPARABLE = {
    "alerts": {"kind": "set", "what": "alert"},
    "live_metrics": {"kind": "set", "what": "metric", "among": "needed_metrics"},
    "urgent": {"kind": "new_is_bad", "what": "alert"},
}

LEAST_LATENESS = 600.0
INTERVALS = 3
MILD = ("info", "informational", "none", "debug", "notice", "ok", "low")  # severities for which nobody has to do anything
DEEPEST = 5  # recording rules made of recording rules


class Arguments(HttpArguments):
    url: str
    match: dict[str, object] | None
    must_include: list[str]
    required_labels: list[str]
    required_annotations: list[str]
    may_be_absent: list[str]
    lookback: float
    evaluated_within: float | None
    probe_query: str | None


@dataclasses.dataclass
class Report:
    """A line for each thing to repair, by how bad it is."""

    fails: list[str] = dataclasses.field(default_factory=list)
    unknowns: list[str] = dataclasses.field(default_factory=list)
    warns: list[str] = dataclasses.field(default_factory=list)
    dead: list[dict[str, str]] = dataclasses.field(default_factory=list)


def run(args: Arguments, runner: Runner) -> Finding:
    match = {str(name): str(value) for name, value in (args["match"] or {}).items()}
    if not match and not args["must_include"]:
        raise ArgumentsRefused(["match or must_include has to say which alerts are the service's"])
    server = Prometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    rules, now = server.rules()
    report = Report()
    alerts = choose(rules, match, args["must_include"], report)
    history = History(server, rules, args["lookback"], now.timestamp())
    for alert in alerts:
        examine_state(alert, args, now, report)
        if alert.name not in args["may_be_absent"]:
            examine_selectors(alert, history, frozenset(args["may_be_absent"]), report)
    return conclude(args, match, alerts, history, report, now)


def choose(rules: list[Rule], match: t.Mapping[str, str], must_include: t.Sequence[str], report: Report) -> list[Rule]:
    """The service's alerts: those whose labels contain ``match``, or without it those that are named."""
    alerting = [rule for rule in rules if rule.kind == "alerting"]
    if match:
        chosen = [rule for rule in alerting if all(rule.labels.get(name) == value for name, value in match.items())]
        if not chosen:
            report.fails.append(f"none of the {len(alerting)} loaded alerts has the labels {labels_text(match)}")
    else:
        chosen = [rule for rule in alerting if rule.name in must_include]
    for name in must_include:
        if any(rule.name == name for rule in chosen):
            continue
        if any(rule.name == name for rule in alerting):
            report.fails.append(f"{name} is loaded, but without the labels {labels_text(match)}")
        else:
            report.fails.append(f"{name} is not loaded")
    return chosen


def examine_state(alert: Rule, args: Arguments, now: dt.datetime, report: Report) -> None:
    """Its labels, its annotations, its health and its last evaluation."""
    for kind, names, there in (
        ("label", args["required_labels"], alert.labels),
        ("annotation", args["required_annotations"], alert.annotations),
    ):
        gone = [name for name in names if not str(there.get(name, "")).strip()]
        if gone:
            report.fails.append(f"{alert.name} has no {kind} {', '.join(gone)}")
    if alert.health == "err":
        report.fails.append(f"{alert.name} cannot be evaluated: {one_line(alert.last_error, 200) or 'no reason given'}")
    if alert.evaluated is None:
        report.fails.append(f"{alert.name} has never been evaluated")
        return
    limit = args["evaluated_within"]
    if limit is None:
        limit = max(LEAST_LATENESS, INTERVALS * alert.interval)
    age = (now - alert.evaluated).total_seconds()
    if age > limit:
        report.fails.append(f"{alert.name} was last evaluated {humanize_seconds(age)} ago, the limit is {humanize_seconds(limit)}")


class History:
    """What has had series within the lookback; each selector is asked for once."""

    def __init__(self, server: Prometheus, rules: t.Sequence[Rule], lookback: float, now: float) -> None:
        self.server, self.lookback, self.now = server, lookback, now
        self.recorded: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "recording":
                self.recorded.setdefault(rule.name, []).append(rule)
        self._known: dict[tuple[str, float, float], bool] = {}
        self.quiet: dict[str, tuple[float, float]] = {}  # had series in this time, has none now
        # metrics that are looked for, and those that have series now; what recording rules make comes and goes while all is well
        self.needed: set[str] = set()
        self.live: set[str] = set()

    def has(self, selector: Selector) -> bool:
        end = self.now if selector.at is None else min(self.now, selector.at)
        start = end - max(self.lookback, selector.reach)
        key = (selector.text, start, end)
        if key not in self._known:
            self._known[key] = self._ask(selector.text, start, end)
        metric = selector.metric
        if metric and metric not in self.recorded:
            self.needed.add(metric)
            if self._known[key] and end == self.now and selector.text not in self.quiet:
                self.live.add(metric)
        return self._known[key]

    def _ask(self, text: str, start: float, end: float) -> bool:
        # most selectors match something now, and a count is a small answer however many series there are
        if end == self.now and self.server.query(f"count({text})"):
            return True
        if self.server.series([text], start, end, limit=1):
            if end == self.now:
                self.quiet[text] = (start, end)
            return True
        return False

    def vanished(self, selector: Selector) -> str | None:
        """What to say of a metric that is gone altogether although its target is up, as after a renaming; None for any other."""
        metric = selector.metric
        if metric is None or metric in self.recorded or selector.text not in self.quiet:
            return None
        if self.server.query(f"count({metric})"):
            self.live.add(metric)
            return None
        earlier = self.server.series([selector.text], *self.quiet[selector.text], limit=1)
        origin = {name: earlier[0].get(name, "") for name in ("job", "instance")} if earlier else {}
        if not all(origin.values()) or not self.server.query(f"up{{{labels_of(origin)}}} == 1"):
            return None
        window = humanize_seconds(self.lookback)
        return f"the metric {metric} was there within the last {window} and is gone, though {origin['instance']} is up: was it renamed?"

    def reason(self, selector: Selector) -> str:
        """Why it matches nothing: no such metric, no such label value, or not together."""
        window = f"in the last {humanize_seconds(max(self.lookback, selector.reach))}"
        metric = selector.metric
        if metric is None:
            return f"nothing matches {selector.text} {window}"
        if not self.has(dataclasses.replace(selector, name=metric, matchers=())):
            return f"there is no metric {metric} {window}"
        others = [matcher for matcher in selector.matchers if matcher.name != "__name__"]
        alone = [m.text for m in others if not self.has(dataclasses.replace(selector, name=metric, matchers=(m,)))]
        if alone:
            return f"{metric} is there, but none with {' and none with '.join(alone)} {window}"
        return f"{metric} is there, but none with {','.join(matcher.text for matcher in others)} together {window}"


def examine_selectors(alert: Rule, history: History, tolerated: frozenset[str], report: Report) -> None:
    """Whether every selector of its expression matches a series; one line for each that does not."""
    try:
        node = parsed(alert.query, history.server)
        alive: list[Selector] = []

        def known(selector: Selector) -> bool:
            if may_be_without(selector, tolerated):
                return True
            if history.has(selector):
                alive.append(selector)
                return True
            return False

        tree = judge(node, known)
        for selector in unique(alive):
            gone = history.vanished(selector)
            if gone:
                report.warns.append(f"{alert.name} may never fire again: {gone}")
        for selector in unique(tree.dead):
            dead, words = explained(selector, history, tolerated)
            if dead:
                report.fails.append(f"{alert.name} can never fire: {words}")
                report.dead.append({"alert": alert.name, "selector": selector.text})
            else:
                report.warns.append(f"{alert.name}: {words}")
        for selector in unique(tree.idle):
            report.warns.append(f"{alert.name} can fire, but a part of it is without effect: {history.reason(selector)}")
    except NotParsed as exc:
        report.unknowns.append(f"{alert.name} cannot be examined: {exc}")
    except QueryRefused as exc:
        report.unknowns.append(f"{alert.name} cannot be examined: {exc.message}")


def explained(selector: Selector, history: History, tolerated: frozenset[str], depth: int = 0) -> tuple[bool, str]:
    """Why a selector matches nothing, and whether that is for good: a recording rule may give nothing while all is well."""
    metric = selector.metric or ""
    rules = history.recorded.get(metric, [])
    if not rules or depth >= DEEPEST or history.has(dataclasses.replace(selector, name=metric, matchers=())):
        return True, history.reason(selector)
    for rule in rules:
        if rule.health == "err":
            return True, f"the recording rule {metric} cannot be evaluated: {one_line(rule.last_error, 200) or 'no reason given'}"
    reasons = []
    for rule in rules:
        dead = judge(parsed(rule.query, history.server), lambda one: may_be_without(one, tolerated) or history.has(one)).dead
        if not dead:
            return False, f"the recording rule {metric} gives nothing at present, though what it is made of is there"
        for_good, words = explained(dead[0], history, tolerated, depth + 1)
        if not for_good:
            return False, words
        reasons.append(words)
    return True, f"the recording rule {metric} gives nothing: {reasons[0]}"


def may_be_without(selector: Selector, tolerated: frozenset[str]) -> bool:
    return selector.metric in ALERT_METRICS or (selector.metric or "") in tolerated


def parsed(expression: str, server: Prometheus) -> Node:
    """Parsed here, else by the server itself. NotParsed says why neither can."""
    try:
        return parse(expression)
    except NotParsed as exc:
        node = server.parse_query(expression)
        if node is None:
            raise NotParsed(f"{exc}; and the server does not parse queries for others (Prometheus 3 does)") from None
        return node


def conclude(
    args: Arguments, match: t.Mapping[str, str], alerts: list[Rule], history: History, report: Report, now: dt.datetime
) -> Finding:
    firing = sorted({alert.name for alert in alerts if alert.state == "firing"})
    count = f"{len(alerts)} {'alert' if len(alerts) == 1 else 'alerts'}"
    lines = report.fails + report.unknowns + report.warns
    if report.fails:
        status, said = Status.FAIL, report.fails
    elif report.unknowns:
        status, said = Status.UNKNOWN, report.unknowns
    elif report.warns:
        status, said = Status.WARN, report.warns
    else:
        status, said = Status.PASS, []
    if said:
        more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
        message = f"{said[0]}{more}"
    else:
        message = f"{count} loaded, evaluated lately, and each selector matches series of the last {humanize_seconds(args['lookback'])}"
        message += f"; firing now: {', '.join(firing)}" if firing else ""
    return Finding(
        status,
        message,
        observed={
            "alerts": sorted({alert.name for alert in alerts}),
            "firing": firing,
            "urgent": sorted({alert.name for alert in alerts if alert.state == "firing" and is_urgent(alert)}),
            "needed_metrics": sorted(history.needed),
            "live_metrics": sorted(history.live),
            "dead_selectors": report.dead,
            "quiet_selectors": sorted(history.quiet),
            "newest_evaluation": max((isoformat(alert.evaluated) for alert in alerts if alert.evaluated), default=None),
        },
        expected={
            "match": dict(match),
            "must_include": args["must_include"],
            "required_labels": args["required_labels"],
            "required_annotations": args["required_annotations"],
        },
        details=lines,
    )


def is_urgent(alert: Rule) -> bool:
    """Of the severity warning or worse; what has no severity, or one of an organisation's own, counts."""
    return alert.labels.get("severity", "").lower() not in MILD


def unique(selectors: t.Iterable[Selector]) -> list[Selector]:
    return list({selector.text: selector for selector in selectors}.values())


def labels_of(labels: t.Mapping[str, str]) -> str:
    """As a selector has them, between its braces."""
    return ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items())


def labels_text(labels: t.Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())
