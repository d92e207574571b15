# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service are loaded, healthy, evaluated lately, and able to fire. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.prometheus import Prometheus, QueryRefused, Rule, told
from .._clients.promql import ALERT_METRICS, Node, NotParsed, Selector, judge, parse
from .._finding import Finding, Status, isoformat
from .._http import Connection, ServerArguments
from .._listing import either
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **server_spec(),
    "rules_url": {"type": "str"},
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
    "alerts": {"kind": "set", "what": phrase("alert")},
    "live_metrics": {"kind": "set", "what": phrase("metric"), "among": "needed_metrics"},
    "urgent": {"kind": "new_is_bad", "what": phrase("alert")},
}

LEAST_LATENESS = 600.0
INTERVALS = 3
MILD = ("info", "informational", "none", "debug", "notice", "ok", "low")  # severities for which nobody has to do anything
DEEPEST = 5  # recording rules made of recording rules


class Arguments(ServerArguments):
    url: str
    rules_url: str | None
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

    fails: list[Message] = dataclasses.field(default_factory=list)
    unknowns: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
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
            report.fails.append(
                phrase("none of the {loaded:number} loaded alerts has the labels {labels}", loaded=len(alerting), labels=labels_text(match))
            )
    else:
        chosen = [rule for rule in alerting if rule.name in must_include]
    for name in must_include:
        if any(rule.name == name for rule in chosen):
            continue
        if any(rule.name == name for rule in alerting):
            report.fails.append(phrase("{alert} is loaded, but without the labels {labels}", alert=name, labels=labels_text(match)))
        else:
            report.fails.append(phrase("{alert} is not loaded", alert=name))
    return chosen


def examine_state(alert: Rule, args: Arguments, now: dt.datetime, report: Report) -> None:
    """Its labels, its annotations, its health and its last evaluation."""
    unlabelled = lacking(args["required_labels"], alert.labels)
    if unlabelled:
        report.fails.append(phrase("{alert} has no label {names:list}", alert=alert.name, names=unlabelled))
    unannotated = lacking(args["required_annotations"], alert.annotations)
    if unannotated:
        report.fails.append(phrase("{alert} has no annotation {names:list}", alert=alert.name, names=unannotated))
    if alert.health == "err":
        report.fails.append(phrase("{alert} cannot be evaluated: {reason}", alert=alert.name, reason=told(alert.last_error, 200)))
    if alert.evaluated is None:
        report.fails.append(phrase("{alert} has never been evaluated", alert=alert.name))
        return
    limit = args["evaluated_within"]
    if limit is None:
        limit = max(LEAST_LATENESS, INTERVALS * alert.interval)
    age = (now - alert.evaluated).total_seconds()
    if age > limit:
        said = phrase(
            "{alert} was last evaluated {age:duration} ago, the limit is {limit:duration}", alert=alert.name, age=age, limit=limit
        )
        report.fails.append(said)


def lacking(names: t.Iterable[str], there: t.Mapping[str, str]) -> list[str]:
    return [name for name in names if not str(there.get(name, "")).strip()]


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

    def vanished(self, selector: Selector) -> Message | None:
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
        return phrase(
            "the metric {metric} was there within the last {window:duration} and is gone, though {instance} is up: was it renamed?",
            metric=metric,
            window=self.lookback,
            instance=origin["instance"],
        )

    def reason(self, selector: Selector) -> Message:
        """Why it matches nothing: no such metric, no such label value, or not together."""
        window = max(self.lookback, selector.reach)
        metric = selector.metric
        if metric is None:
            return phrase("nothing matches {selector} in the last {window:duration}", selector=selector.text, window=window)
        if not self.has(dataclasses.replace(selector, name=metric, matchers=())):
            return phrase("there is no metric {metric} in the last {window:duration}", metric=metric, window=window)
        others = [matcher for matcher in selector.matchers if matcher.name != "__name__"]
        alone = [m.text for m in others if not self.has(dataclasses.replace(selector, name=metric, matchers=(m,)))]
        if alone:
            return phrase(
                "{metric} is there, but none with {matchers} in the last {window:duration}",
                metric=metric,
                matchers=either(alone),
                window=window,
            )
        together = ",".join(matcher.text for matcher in others)
        return phrase(
            "{metric} is there, but none with {matchers} together in the last {window:duration}",
            metric=metric,
            matchers=together,
            window=window,
        )


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
                report.warns.append(phrase("{alert} may never fire again: {why}", alert=alert.name, why=gone))
        for selector in unique(tree.dead):
            dead, why = explained(selector, history, tolerated)
            if dead:
                report.fails.append(phrase("{alert} can never fire: {why}", alert=alert.name, why=why))
                report.dead.append({"alert": alert.name, "selector": selector.text})
            else:
                report.warns.append(phrase("{alert}: {why}", alert=alert.name, why=why))
        for selector in unique(tree.idle):
            why = history.reason(selector)
            report.warns.append(phrase("{alert} can fire, but a part of it is without effect: {why}", alert=alert.name, why=why))
    except (NotParsed, QueryRefused) as exc:
        report.unknowns.append(phrase("{alert} cannot be examined: {why}", alert=alert.name, why=exc.message))


def explained(selector: Selector, history: History, tolerated: frozenset[str], depth: int = 0) -> tuple[bool, Message]:
    """Why a selector matches nothing, and whether that is for good: a recording rule may give nothing while all is well."""
    metric = selector.metric or ""
    rules = history.recorded.get(metric, [])
    if not rules or depth >= DEEPEST or history.has(dataclasses.replace(selector, name=metric, matchers=())):
        return True, history.reason(selector)
    for rule in rules:
        if rule.health == "err":
            reason = told(rule.last_error, 200)
            return True, phrase("the recording rule {metric} cannot be evaluated: {reason}", metric=metric, reason=reason)
    reasons = []
    for rule in rules:
        dead = judge(parsed(rule.query, history.server), lambda one: may_be_without(one, tolerated) or history.has(one)).dead
        if not dead:
            return False, phrase("the recording rule {metric} gives nothing at present, though what it is made of is there", metric=metric)
        for_good, why = explained(dead[0], history, tolerated, depth + 1)
        if not for_good:
            return False, why
        reasons.append(why)
    return True, phrase("the recording rule {metric} gives nothing: {why}", metric=metric, why=reasons[0])


def may_be_without(selector: Selector, tolerated: frozenset[str]) -> bool:
    return selector.metric in ALERT_METRICS or (selector.metric or "") in tolerated


def parsed(expression: str, server: Prometheus) -> Node:
    """Parsed here, else by the server itself. NotParsed says why neither can."""
    try:
        return parse(expression)
    except NotParsed as exc:
        node = server.parse_query(expression)
        if node is None:
            raise NotParsed(
                phrase("{why}; and the server does not parse queries for others (Prometheus 3 does)", why=exc.message)
            ) from None
        return node


def conclude(
    args: Arguments, match: t.Mapping[str, str], alerts: list[Rule], history: History, report: Report, now: dt.datetime
) -> Finding:
    firing = sorted({alert.name for alert in alerts if alert.state == "firing"})
    lines = report.fails + report.unknowns + report.warns
    if report.fails:
        status, said = Status.FAIL, report.fails
    elif report.unknowns:
        status, said = Status.UNKNOWN, report.unknowns
    elif report.warns:
        status, said = Status.WARN, report.warns
    else:
        status, said = Status.PASS, []
    return Finding(
        status,
        and_more(said) if said else all_well(len(alerts), firing, args["lookback"]),
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
        absent=not alerts or None,
        details=lines,
    )


def all_well(alerts: int, firing: list[str], lookback: float) -> Message:
    if firing:
        return plural(
            "{count:number} alert loaded, evaluated lately, and each selector matches series of the last {window:duration}; "
            "firing now: {firing:list}",
            "{count:number} alerts loaded, evaluated lately, and each selector matches series of the last {window:duration}; "
            "firing now: {firing:list}",
            count=alerts,
            window=lookback,
            firing=firing,
        )
    return plural(
        "{count:number} alert loaded, evaluated lately, and each selector matches series of the last {window:duration}",
        "{count:number} alerts loaded, evaluated lately, and each selector matches series of the last {window:duration}",
        count=alerts,
        window=lookback,
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
