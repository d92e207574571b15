# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of a service are loaded, healthy, evaluated lately, and able to fire. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import typing as t

from .._argspec import ArgumentsRefused, Spec, server_spec
from .._clients.prometheus import Prometheus, Rule, told
from .._clients.prometheus_alerting import AlertingPrometheus
from .._clients.promql import parse_selector
from .._finding import Finding, Status, isoformat
from .._http import Connection, ServerArguments
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._alert_diagnosis import Diagnosis
from ._alert_examination import AlertsReport, Examination
from ._alert_firing import Firing
from ._alert_liveness import Excused, Liveness
from ._alert_rules import COMPANIONS, Remarks, examine_rules, lacking_by_severity, preferred, required_by_severity
from ._chosen_alerts import choose
from ._severities import informs

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
    "required_by_severity": {"type": "dict"},
    "prefer": {"type": "dict"},
    "companion": {"type": "str", "choices": list(COMPANIONS), "default": "told"},
    "may_be_absent": {"type": "list", "elements": "str", "default": []},
    "not_yet_seen": {"type": "str", "choices": ["fail", "warn", "pass"], "default": "warn"},
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
    "live_selectors": {"kind": "set", "what": phrase("series"), "among": "needed_selectors"},
    "urgent": {"kind": "new_is_bad", "what": phrase("alert")},
}

LEAST_LATENESS = 600.0
INTERVALS = 3


class Arguments(ServerArguments):
    url: str
    rules_url: str | None
    match: dict[str, object] | None
    must_include: list[str]
    required_labels: list[str]
    required_annotations: list[str]
    required_by_severity: dict[str, object] | None
    prefer: dict[str, object] | None
    companion: str
    may_be_absent: list[str]
    not_yet_seen: str
    lookback: float
    evaluated_within: float | None
    probe_query: str | None


def run(args: Arguments, runner: Runner) -> Finding:
    match = {str(name): str(value) for name, value in (args["match"] or {}).items()}
    if not match and not args["must_include"]:
        raise ArgumentsRefused(["match or must_include has to say which alerts are the service's"])
    excused, by_severity = may_be_absent(args["may_be_absent"]), required_by_severity(args["required_by_severity"])
    server = AlertingPrometheus(Connection.from_args(args), runner)
    server.probe(args["probe_query"])
    rules, now = server.rules()
    report = AlertsReport()
    remarks = Remarks()
    alerts = preferred(choose(server, rules, match, args["must_include"], report), args["prefer"] or {}, remarks)
    for alert in alerts:
        examine_state(alert, args, now, server, report)
        report.fails += lacking_by_severity(alert, by_severity)
    diagnosis = Diagnosis(Liveness(server, args["lookback"], now.timestamp()), rules, excused, args["not_yet_seen"])
    examination = Examination(diagnosis, Firing(diagnosis), report)
    examination.examine(alerts)
    remarks = examine_rules(server, rules, alerts, match, args["companion"], remarks)
    report.fails += remarks.fails
    report.warns += remarks.warns
    return conclude(args, match, alerts, examination, report, remarks)


def may_be_absent(given: t.Sequence[str]) -> Excused:
    """Names of metrics and alerts, and whole selectors, which are compared however they are written."""
    selectors = []
    for text in given:
        if "{" in text:
            try:
                selectors.append(parse_selector(text).same)
            except ValueError as exc:
                raise ArgumentsRefused([f"may_be_absent: {exc}"]) from None
    return Excused(frozenset(text.strip() for text in given if "{" not in text), frozenset(selectors))


def examine_state(alert: Rule, args: Arguments, now: dt.datetime, server: Prometheus, report: AlertsReport) -> None:
    """Its labels, its annotations, its health and its last evaluation."""
    unlabelled = lacking(args["required_labels"], alert.labels)
    if unlabelled:
        report.fails.append(phrase("{alert} has no label {names:list}", alert=alert.name, names=unlabelled))
    unannotated = lacking(args["required_annotations"], alert.annotations)
    if unannotated:
        report.fails.append(phrase("{alert} has no annotation {names:list}", alert=alert.name, names=unannotated))
    if alert.health == "err":
        report.fails.append(phrase("{alert} cannot be evaluated: {reason}", alert=alert.name, reason=told(alert.last_error, 200)))
    limit = args["evaluated_within"]
    if limit is None:
        limit = max(LEAST_LATENESS, INTERVALS * alert.interval)
    if alert.evaluated is None:
        since = server.configured()
        waited = (now - since).total_seconds() if since else None
        if waited is not None and waited > limit:
            said = phrase("{alert} has never been evaluated since {since:moment}", alert=alert.name, since=isoformat(since or now))
            report.fails.append(said)
        else:
            report.unknowns.append(
                phrase("{alert} has not been evaluated yet: the server has just begun, or does not say", alert=alert.name)
            )
        return
    age = (now - alert.evaluated).total_seconds()
    if age > limit:
        said = phrase(
            "{alert} was last evaluated {age:duration} ago, the limit is {limit:duration}", alert=alert.name, age=age, limit=limit
        )
        report.fails.append(said)


def lacking(names: t.Iterable[str], there: t.Mapping[str, str]) -> list[str]:
    return [name for name in names if not str(there.get(name, "")).strip()]


def conclude(
    args: Arguments, match: t.Mapping[str, str], alerts: list[Rule], examination: Examination, report: AlertsReport, remarks: Remarks
) -> Finding:
    firing = sorted({alert.name for alert in alerts if alert.state == "firing"})
    lines = report.fails + report.unknowns + report.warns + report.told + remarks.told
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
        and_more(said) if said else all_well(len(alerts), firing, args["lookback"], examination),
        observed={
            "alerts": sorted({alert.name for alert in alerts}),
            "firing": firing,
            "urgent": sorted({alert.name for alert in alerts if alert.state == "firing" and is_urgent(alert)}),
            "needed_metrics": sorted(examination.needed_metrics),
            "live_metrics": sorted(examination.live_metrics),
            "needed_selectors": sorted(examination.needed),
            "live_selectors": sorted(examination.live),
            "dead_selectors": report.dead,
            "quiet_selectors": sorted(examination.quiet),
            "excused_selectors": sorted(examination.diagnosis.used),
            "newest_evaluation": max((isoformat(alert.evaluated) for alert in alerts if alert.evaluated), default=None),
            **remarks.observed,
        },
        expected={
            "match": dict(match),
            "must_include": args["must_include"],
            "required_labels": args["required_labels"],
            "required_annotations": args["required_annotations"],
            "required_by_severity": args["required_by_severity"] or {},
        },
        measurements=remarks.measurements,
        absent=not alerts or None,
        details=lines,
    )


def all_well(alerts: int, firing: list[str], lookback: float, examination: Examination) -> Message:
    excused = sorted(examination.diagnosis.used)
    if excused:
        said = plural(
            "{count:number} alert loaded and evaluated lately; it can fire but for what may be absent, and is: {selectors:list}",
            "{count:number} alerts loaded and evaluated lately; they can fire but for what may be absent, and is: {selectors:list}",
            count=alerts,
            selectors=excused,
        )
    else:
        said = plural(
            "{count:number} alert loaded, evaluated lately, and able to fire: each selector matches series of the last {window:duration}, "
            "and they meet",
            "{count:number} alerts loaded, evaluated lately, and able to fire: each selector matches series of the last {window:duration}, "
            "and they meet",
            count=alerts,
            window=lookback,
        )
    if examination.left_out:
        said = phrase("{said}; not examined, as may_be_absent says: {alerts:list}", said=said, alerts=sorted(examination.left_out))
    return phrase("{said}; firing now: {firing:list}", said=said, firing=firing) if firing else said


def is_urgent(alert: Rule) -> bool:
    """Of the severity warning or worse; what has no severity, or one of an organisation's own, counts."""
    return not informs(alert.labels.get("severity", ""))
