# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alert rules must carry and how they fare: by severity, their groups, the past week, vanished targets. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import typing as t

from .._argspec import ArgumentsRefused
from .._clients.alert_expression import Expressions, Leaf
from .._clients.prometheus import Prometheus, Rule, Target
from .._clients.prometheus_batches import MARK
from .._clients.promql import Matcher, NotParsed
from .._finding import CannotObserve, Measurement
from .._phrase import Message, phrase, plural
from ._alert_kinds import meaning
from ._alert_series import Live
from ._severities import informs

COMPANIONS = ("told", "warn", "fail")
WEEK = 604800.0
PATIENCE = 8.0  # seconds for what is only told
STEP = 60  # seconds between two looks at what fired
_PARTS = ("annotations", "labels")
_STAYING = "__meta_filepath"  # a file lists its targets, up or not
_NO_REGULAR_EXPRESSION = re.compile(r"[^A-Za-z0-9_]")


class Fired(t.NamedTuple):
    """How often an alert began to fire, and for how many seconds the series that fired longest did."""

    times: int
    seconds: float


@dataclasses.dataclass
class Remarks:
    """What is to be said of the rules besides whether they can fire. ``told`` decides nothing."""

    fails: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
    told: list[Message] = dataclasses.field(default_factory=list)
    observed: dict[str, object] = dataclasses.field(default_factory=dict)
    measurements: list[Measurement] = dataclasses.field(default_factory=list)


def is_mild(alert: Rule) -> bool:
    """Whether nobody has to do anything; what has no severity, or one of an organisation's own, is not mild."""
    return informs(alert.labels.get("severity", ""))


# -- labels and annotations by severity


def required_by_severity(given: t.Mapping[str, object] | None) -> dict[str, dict[str, list[str]]]:
    """By severity in lower case, then ``labels`` and ``annotations``. ArgumentsRefused says what is wrong."""
    problems, found = [], {}
    for severity, parts in (given or {}).items():
        if not isinstance(parts, dict) or not parts or any(part not in _PARTS for part in parts):
            problems.append(f"required_by_severity.{severity} is a mapping with labels, annotations or both")
            continue
        for part, names in parts.items():
            if not isinstance(names, list) or any(not isinstance(name, str) or not name for name in names):
                problems.append(f"required_by_severity.{severity}.{part} is a list of names")
        found[str(severity).lower()] = {str(part): names for part, names in parts.items()}
    if problems:
        raise ArgumentsRefused(problems)
    return found


def lacking_by_severity(alert: Rule, required: t.Mapping[str, t.Mapping[str, list[str]]]) -> list[Message]:
    """A line for the labels, and one for the annotations, that its severity asks for and that it has not."""
    severity = alert.labels.get("severity", "")
    wanted = required.get(severity.lower(), {})
    unlabelled = _lacking(wanted.get("labels", []), alert.labels)
    unannotated = _lacking(wanted.get("annotations", []), alert.annotations)
    lines = []
    if unlabelled:
        lines.append(
            phrase(
                "{alert} has no label {names:list}, which alerts of severity {severity} must have",
                alert=alert.name,
                names=unlabelled,
                severity=severity,
            )
        )
    if unannotated:
        lines.append(
            phrase(
                "{alert} has no annotation {names:list}, which alerts of severity {severity} must have",
                alert=alert.name,
                names=unannotated,
                severity=severity,
            )
        )
    return lines


def _lacking(names: t.Iterable[str], there: t.Mapping[str, str]) -> list[str]:
    return [name for name in names if not str(there.get(name, "")).strip()]


# -- whose they are


def preferred(alerts: t.Sequence[Rule], labels: t.Mapping[str, object], remarks: Remarks) -> list[Rule]:
    """Of alerts of one name those with these labels, else those that say nothing of them: what has others is another service's."""
    wanted = {name: str(value) for name, value in labels.items()}
    chosen: list[Rule] = []
    for name in dict.fromkeys(alert.name for alert in alerts):
        called = [alert for alert in alerts if alert.name == name]
        own = [alert for alert in called if all(alert.labels.get(label) == value for label, value in wanted.items())]
        silent = [alert for alert in called if all(alert.labels.get(label, value) == value for label, value in wanted.items())]
        if wanted and not silent:
            remarks.warns.append(
                phrase(
                    "{alert} is loaded only with other labels than {labels:list}: they do not say that it is the service's",
                    alert=name,
                    labels=[f"{label}={value}" for label, value in wanted.items()],
                )
            )
        chosen += own or silent or called
    return chosen


# -- how they fare


def examine_rules(
    server: Prometheus,
    rules: t.Sequence[Rule],
    alerts: t.Sequence[Rule],
    match: t.Mapping[str, str],
    companion: str,
    remarks: Remarks | None = None,
) -> Remarks:
    """Slow groups, targets that can vanish unnoticed, and how often each alert fired in the last 7 days."""
    remarks = remarks or Remarks()
    _groups(server, alerts, remarks)
    _companions(server, rules, alerts, companion, remarks)
    _noise(server, alerts, match, remarks)
    return remarks


def _groups(server: Prometheus, alerts: t.Sequence[Rule], remarks: Remarks) -> None:
    """A group that takes longer than its interval leaves evaluations out; its own metrics tell whether it always does."""
    groups = {alert.group_key: alert for alert in alerts if 0 < alert.group_took < math.inf and alert.interval}
    if not groups:
        return
    slowest = max(groups.values(), key=lambda alert: alert.group_took / alert.interval)
    remarks.measurements.append(Measurement("rule_group_seconds", slowest.group_took, slowest.interval, "upper"))
    for one in groups.values():
        if one.group_took <= one.interval:
            continue
        said = phrase(
            "the rules of group {group} take {took:duration} to evaluate, and are to be evaluated every {interval:duration}: "
            "evaluations are left out, and its alerts come late",
            group=one.group,
            took=one.group_took,
            interval=one.interval,
        )
        # once may be a bad moment; a Prometheus that scrapes itself knows whether it is always so
        (remarks.fails if _is_missed(server, one) else remarks.warns).append(said)


def _is_missed(server: Prometheus, alert: Rule) -> bool:
    name = json.dumps(f"(.*;)?{_NO_REGULAR_EXPRESSION.sub('.', alert.group)}")
    try:
        return bool(server.query(f"increase(prometheus_rule_group_iterations_missed_total{{rule_group=~{name}}}[30m]) > 1"))
    except CannotObserve:
        return False


def _noise(server: Prometheus, alerts: t.Sequence[Rule], match: t.Mapping[str, str], remarks: Remarks) -> None:
    names = sorted({alert.name for alert in alerts})
    if not names:
        return
    pattern = "|".join(_NO_REGULAR_EXPRESSION.sub(".", name) for name in names)
    labels = "".join(f",{name}={json.dumps(value)}" for name, value in match.items())
    firing = f'ALERTS{{alertstate="firing",alertname=~{json.dumps(pattern)}{labels}}}'
    began = f"sum by (alertname) (count_over_time(({firing} unless {firing} offset {STEP}s)[7d:{STEP}s]))"
    samples = f"max by (alertname) (count_over_time({firing}[7d]))"
    both = f'label_replace({began}, "{MARK}", "times", "", "") or label_replace({samples}, "{MARK}", "samples", "", "")'
    try:
        patient = Prometheus(server.connection, server.runner.within(PATIENCE))
        answered = [sample for sample in patient.query(both) if math.isfinite(sample.value)]
    except CannotObserve:
        remarks.observed["fired_7d"] = None  # it decides nothing: a server that does not answer this is no fault of the alerts
        return
    found = {(sample.labels.get("alertname", ""), sample.labels.get(MARK)): sample.value for sample in answered}
    intervals = {alert.name: alert.interval for alert in alerts}
    fired = {
        name: Fired(max(1, int(found.get((name, "times"), 0))), found[name, "samples"] * intervals[name])
        for name in names
        if (name, "samples") in found
    }
    remarks.observed["fired_7d"] = {name: {"times": one.times, "seconds": one.seconds} for name, one in fired.items()}
    for name, one in sorted(fired.items(), key=lambda item: -item[1].times):
        remarks.told.append(
            plural(
                "{alert} began to fire {count:number} time in the last {window:duration}, and fired for {long:duration} in all",
                "{alert} began to fire {count:number} times in the last {window:duration}, and fired for {long:duration} in all",
                count=one.times,
                alert=name,
                window=WEEK,
                long=one.seconds,
            )
        )


# -- a target that vanishes is not down: up has no series then, and nothing is 0


def _companions(server: Prometheus, rules: t.Sequence[Rule], alerts: t.Sequence[Rule], companion: str, remarks: Remarks) -> None:
    """A target in a static list or a file stays there while it is down; one that is discovered goes, and ``up == 0`` goes with it."""
    expressions = Expressions(rules, meaning)
    watching = {
        alert.name: found
        for alert in alerts
        if (found := [leaf.selector for leaf in _leaves(expressions, alert) if leaf.selector.metric == "up" and not leaf.vanishing])
    }
    if not watching:
        return
    try:
        targets = [target for target in server.targets()[0] if _can_vanish(target)]
        missed = _missed(server, expressions, rules, alerts) if targets else []
    except CannotObserve:
        remarks.observed["vanishing_unnoticed"] = None  # what only speaks the API of queries knows no targets
        return
    alone: dict[str, set[str]] = {}
    for target in targets:
        if any(_holds(matchers, target.labels) for matchers in missed):
            continue
        for name, selectors in watching.items():
            if any(_holds(selector.matchers, target.labels) for selector in selectors):
                alone.setdefault(name, set()).add(target.labels.get("job", ""))
    remarks.observed["vanishing_unnoticed"] = sorted({job for jobs in alone.values() for job in jobs})
    place = {"told": remarks.told, "warn": remarks.warns, "fail": remarks.fails}[companion]
    for name, jobs in sorted(alone.items()):
        example = f"absent(up{{job={json.dumps(min(jobs))}}})"
        place.append(
            phrase(
                "{alert} does not fire when a target of {jobs:list} vanishes from discovery, and no other alert does: "
                "add one on {example}, or on the count of targets",
                alert=name,
                jobs=sorted(jobs),
                example=example,
            )
        )


def _can_vanish(target: Target) -> bool:
    discovery = [name for name in target.discovered if name.startswith("__meta_")]
    return bool(discovery) and _STAYING not in discovery


def _leaves(expressions: Expressions, alert: Rule) -> list[Leaf]:
    try:
        return [leaf for leaf in expressions.leaves(alert.query) if leaf.fires]
    except NotParsed:
        return []  # whether it can be read is told where its selectors are looked at


def _missed(server: Prometheus, expressions: Expressions, rules: t.Sequence[Rule], alerts: t.Sequence[Rule]) -> list[tuple[Matcher, ...]]:
    """What targets have to be so that an alert fires when they are gone: in absent(), counted, or held against what was there earlier."""
    found, live = [], Live(server)
    for rule in rules:
        if rule.kind != "alerting" or is_mild(rule):
            continue
        for leaf in _leaves(expressions, rule):
            matchers = tuple(matcher for matcher in leaf.selector.matchers if matcher.name in ("job", "instance"))
            if not leaf.vanishing:
                continue
            if leaf.selector.metric == "up":
                found.append(leaf.selector.matchers)
            elif matchers:
                found.append(matchers)
            elif rule in alerts:  # a metric of the service's own: whose it is its series tell
                jobs = {labels.get("job", "") for labels in live.series(leaf.selector)} - {""}
                found += [(Matcher("job", "=", job),) for job in jobs]
    return found


def _holds(matchers: t.Sequence[Matcher], labels: t.Mapping[str, str]) -> bool:
    try:
        return all(matcher.holds(labels) for matcher in matchers)
    except CannotObserve:
        return False


__all__ = ("COMPANIONS", "Remarks", "examine_rules", "is_mild", "lacking_by_severity", "preferred", "required_by_severity")
