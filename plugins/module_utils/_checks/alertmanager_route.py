# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of the service are routed to those who act on them. PRIVATE to the collection."""

from __future__ import annotations

import datetime as dt
import functools
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import alertmanager_cluster
from .._clients.alert_sending import NO, TOO_EARLY, YES, sends
from .._clients.alertmanager import Alert, parse_timestamp
from .._clients.alertmanager_cluster import Cluster, Member
from .._finding import Facts, Finding, Status
from .._http import Connection
from .._listing import either, every
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._alert_deliveries import Delivery, Instance, Moments, Wanted, delivery, instance_of
from ._alerts_of_service import SPEC, AlertsArguments, AlertsOfService, Servers, follow_all, of_service
from ._alerts_of_service import problems as problems_of_alerts
from ._held_back import HeldBack, inhibits
from ._report import Report
from ._severities import needs_nobody

WHERE = "controller"
TIMEOUT = 60.0
SETTLES = True
ARGUMENT_SPEC: Spec = {
    **SPEC,
    "receivers": {"type": "list", "elements": "str", "default": []},
    "receivers_by_severity": {"type": "dict", "default": {}},
    "window_start": {"type": "str"},
    "window_end": {"type": "str"},
}


class Arguments(AlertsArguments):
    receivers: list[str]
    receivers_by_severity: dict[str, object]
    window_start: str | None
    window_end: str | None


def problems(args: Arguments, _given: t.Mapping[str, object]) -> list[str]:
    found = problems_of_alerts(args)
    if not args["receivers"] and not args["receivers_by_severity"]:
        found.append("receivers is empty: there is nothing to look at")
    for severity, names in args["receivers_by_severity"].items():
        if not isinstance(names, list) or not names:
            found.append(f"receivers_by_severity: {severity} has no list of receivers")
    return found


def run(args: Arguments, runner: Runner) -> Finding:
    window = _window(args)
    wanted = Wanted(
        tuple(args["receivers"]),
        {str(name): tuple(map(str, t.cast("list[object]", names))) for name, names in args["receivers_by_severity"].items()},
    )
    cluster = alertmanager_cluster.ask(Connection.from_args(args), args["peers"], runner)
    instances = [instance_of(member) for member in _distinct(cluster)]
    servers = follow_all(args, runner)
    alerts = of_service(args, servers, {"severity"}.union(*(one.names for one in instances)))
    report = Report(warns=list(cluster.problems), told=[*cluster.notes, *alerts.notes])
    moments = Moments(runner.now(), window)
    deliveries = [delivery(one, instance, wanted, moments, alerts) for instance in instances for one in alerts.sent]
    _sort(deliveries, report)
    _severities(alerts, wanted, report)
    _nothing_decides(alerts, wanted, report)
    # a single server's own check of its rules fails for it
    absent = [_loaded_nowhere(name, servers) for name in alerts.missing]
    if len(servers.followed) > 1:
        report.fails += absent
    elif alerts.origin == "loaded":
        report.warns += absent
    held = Held(cluster)
    _sending(servers, cluster, held, runner, report)
    for found in HeldBack(alerts, instances, servers, wanted, moments, args["match"] or {}).found(
        held.alerts if inhibits(instances, alerts) else ()
    ):
        (report.told if found.healthy else report.warns).append(found.said)
    return judge(deliveries, alerts, wanted, instances, report)


def _window(args: Arguments) -> tuple[dt.datetime, dt.datetime] | None:
    found = []
    for name in ("window_start", "window_end"):
        try:
            given = args[name]
            found.append(parse_timestamp(given) if given else None)
        except ValueError as exc:
            raise ArgumentsRefused([f"{name}: {exc}"]) from None
    start, end = found
    return None if end is None else (start or end, end)


def _distinct(cluster: Cluster) -> list[Member]:
    return list({member.text: member for member in reversed(cluster.members)}.values())[::-1]


# -- all of them


def _sort(deliveries: t.Sequence[Delivery], report: Report) -> None:
    for item in deliveries:
        if item.late:
            (report.told if item.mild else report.warns).append(item.late)
        said = item.problem or item.undecided or item.restriction
        if said is None:
            continue
        if item.mild:
            report.told.append(said)
        elif item.problem:
            report.fails.append(said)
        elif item.undecided:
            report.unknowns.append(said)
        else:
            report.warns.append(said)


def _severities(alerts: AlertsOfService, wanted: Wanted, report: Report) -> None:
    """Severities that no entry names: who must know of them?"""
    if wanted.others:
        return
    unnamed: dict[str, list[str]] = {}
    untold: list[str] = []
    for one in alerts.sent:
        if one.labels.value("severity") is None and not one.severities:
            untold.append(one.alert or str(one.labels))
            continue
        for severity in one.severities or (one.severity,):
            if not wanted.of(severity):
                unnamed.setdefault(severity, []).append(one.alert or str(one.labels))
    if untold:
        said = phrase(
            "the severity of {alerts:list} cannot be told: it may be one for which no receiver is named", alerts=list(dict.fromkeys(untold))
        )
        report.warns.append(said)
    for severity, names in unnamed.items():
        shown = every(list(dict.fromkeys(names)))
        said = (
            phrase("no receiver is named for the severity {severity} ({alerts})", severity=severity, alerts=shown)
            if severity
            else phrase("no receiver is named for alerts without a severity ({alerts})", alerts=shown)
        )
        (report.told if needs_nobody(severity) else report.warns).append(said)


def _nothing_decides(alerts: AlertsOfService, wanted: Wanted, report: Report) -> None:
    """Where nobody has to act on any alert that is loaded, nothing was proven."""
    names = list(dict.fromkeys(one.alert for one in alerts.sent if one.alert))
    decides = any(one.alert and not (one.labels.value("severity") is not None and wanted.is_mild(one.severity)) for one in alerts.sent)
    if alerts.origin == "declared" and not any(wanted.of(one.severity) or one.labels.value("severity") is None for one in alerts.sent):
        report.warns.append(phrase("none of the labels that are declared is that of an alert for which a receiver is named"))
    if alerts.origin == "loaded" and not decides:
        report.warns.append(
            plural(
                "the only alert of the service that is loaded has a severity for which nobody has to act ({alerts:list}): "
                "nothing proves that others would reach anybody",
                "all {count:number} alerts of the service that are loaded have a severity for which nobody has to act ({alerts:list}): "
                "nothing proves that others would reach anybody",
                count=len(names),
                alerts=names,
            )
        )


def _loaded_nowhere(name: str, servers: Servers) -> Message:
    if len(servers.followed) == 1:
        return phrase(
            "{alert} is not among the alerts of the service in {server}", alert=name, server=servers.followed[0].server.instrument
        )
    return phrase("{alert} is loaded in none of {servers}", alert=name, servers=every([one.server.instrument for one in servers.followed]))


class Held:
    """The alerts that all members have; asked for once, where anybody needs them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @functools.cached_property
    def alerts(self) -> list[Alert]:
        return [alert for member in self.cluster.members for alert in member.server.alerts()]


def _sending(servers: Servers, cluster: Cluster, held: Held, runner: Runner, report: Report) -> None:
    for one in servers.followed:
        found = sends(one, cluster, lambda: held.alerts, runner)
        report.told += found.notes
        if found.answer == NO:
            report.fails.append(found.why)
        elif found.answer == TOO_EARLY:
            report.unknowns.insert(0, found.why)  # the reason for whatever else is not known yet
        elif found.answer != YES:
            report.warns.append(found.why)


def judge(
    deliveries: t.Sequence[Delivery], alerts: AlertsOfService, wanted: Wanted, instances: t.Sequence[Instance], report: Report
) -> Finding:
    reach = {name: kinds for one in reversed(instances) for name, kinds in one.reach.items()}
    strangers = [name for name in wanted.names if name not in reach]
    unsaid = alerts.said
    expected: dict[str, object] = {"receivers": list(wanted.others)}
    if wanted.by_severity:
        expected["receivers_by_severity"] = {name: list(names) for name, names in wanted.by_severity.items()}
    fields: Facts = {
        "observed": {
            "label_sets": [item.as_dict() for item in deliveries[:100]],
            "integrations": {name: reach.get(name, []) for name in wanted.names},
            "labels_from": alerts.origin,
        },
        "expected": expected,
        "proof": "observed" if alerts.origin == "loaded" else "derived",
        "details": [
            *report.fails,
            *report.unknowns,
            *report.warns,
            *report.told,
            *(phrase("Alertmanager has no receiver {receiver}", receiver=name) for name in strangers),
            *([unsaid] if unsaid else []),
        ],
    }
    if report.fails:
        astray = sum(item.problem is not None and not item.mild for item in deliveries)
        failure = _failure(report.fails, strangers, astray, len(deliveries))
        if unsaid and alerts.origin == "expected":
            failure = phrase("{said}; {why}", said=failure, why=unsaid)
        return Finding(Status.FAIL, failure, **fields)
    if report.unknowns:
        fields["instrument"] = next((item.instrument for item in deliveries if item.instrument), None)
        return Finding(Status.UNKNOWN, and_more(report.unknowns), **fields)
    if report.warns:
        return Finding(Status.WARN, and_more(report.warns), **fields)
    said = _reached(deliveries, alerts, wanted, reach)
    if unsaid:
        said = phrase("{said}; {why}", said=said, why=unsaid)
    return Finding(Status.WARN if alerts.origin == "expected" else Status.PASS, said, **fields)


def _reached(deliveries: t.Sequence[Delivery], alerts: AlertsOfService, wanted: Wanted, reach: t.Mapping[str, list[str]]) -> Message:
    used = list(dict.fromkeys(name for item in deliveries for name in item.receivers if name in wanted.names))
    described = every([f"{name} ({', '.join(reach[name])})" for name in used if reach.get(name)])
    strict = [item for item in deliveries if not item.mild]
    if len(strict) == 1:
        return phrase("alerts with {labels} reach {receivers}", labels=str(strict[0].labels), receivers=described)
    if alerts.origin == "loaded":
        return phrase(
            "all {sets:number} label sets of the {alerts:number} alerts that are loaded reach {receivers}",
            sets=len(strict),
            alerts=alerts.alerts,
            receivers=described,
        )
    return phrase("all {sets:number} label sets reach {receivers}", sets=len(strict), receivers=described)


def _failure(problems: t.Sequence[Message], strangers: t.Sequence[str], astray: int, sets: int) -> Message:
    said = problems[0]
    if strangers:
        said = phrase("{said}; there is no receiver {receivers}", said=said, receivers=either(strangers))
    if sets > 1 and astray:
        said = phrase(
            "{said} ({astray:number} of {sets:number} label sets do not reach who they must)", said=said, astray=astray, sets=sets
        )
    return said


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "judge", "problems", "run")
