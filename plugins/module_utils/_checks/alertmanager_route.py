# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of the service are routed to those who act on them. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import typing as t

from .._argspec import ArgumentsRefused, Spec
from .._clients import alertmanager_cluster
from .._clients.alert_labels import Sent
from .._clients.alert_sending import NO, TOO_EARLY, YES, sends
from .._clients.alert_ways import Way, names_in, ways
from .._clients.alertmanager import Alert, parse_timestamp
from .._clients.alertmanager_cluster import Cluster, Member
from .._clients.alertmanager_inhibition import Inhibition, read_inhibitions
from .._clients.alertmanager_routes import BadMatcher, Config, Route, integrations, read_tree
from .._clients.label_sets import LabelSet, decide_all
from .._clients.route_hours import Hours, NotEvaluated, Shut, of_route, said_of
from .._finding import Facts, Finding, Status
from .._http import Connection
from .._listing import either, every
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner
from ._alerts_of_service import MILD, SPEC, AlertsArguments, AlertsOfService, Servers, follow_all, of_service
from ._alerts_of_service import problems as problems_of_alerts

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


@dataclasses.dataclass
class Delivery:
    """Where alerts with ``labels`` end up. Each of the sentences is None where there is nothing to say."""

    labels: LabelSet
    receivers: tuple[str, ...] = ()
    problem: Message | None = None
    restriction: Message | None = None
    undecided: Message | None = None
    mild: bool = False
    instrument: str | None = None  # the Alertmanager whose configuration cannot be evaluated

    def as_dict(self) -> dict[str, object]:
        return {"labels": self.labels.present, "receivers": list(self.receivers)}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Who must be told, by severity; ``others``: of severities that are not named."""

    others: tuple[str, ...]
    by_severity: t.Mapping[str, tuple[str, ...]]

    def of(self, severity: str) -> tuple[str, ...]:
        return self.by_severity.get(severity, self.others)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys([*self.others, *(name for names in self.by_severity.values() for name in names)]))


@dataclasses.dataclass(frozen=True)
class Instance:
    """What one Alertmanager has in use."""

    server: str
    config: Config
    tree: Route
    reach: t.Mapping[str, list[str]]
    inhibitions: tuple[Inhibition, ...]

    @property
    def names(self) -> set[str]:
        """The labels that matter to it."""
        return names_in(self.tree).union(*(one.names for one in self.inhibitions))


@dataclasses.dataclass
class Report:
    fails: list[Message] = dataclasses.field(default_factory=list)
    unknowns: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
    notes: list[Message] = dataclasses.field(default_factory=list)


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
    instances = [_instance(member) for member in _distinct(cluster)]
    servers = follow_all(args, runner)
    alerts = of_service(args, servers, {"severity"}.union(*(one.names for one in instances)))
    report = Report(warns=list(cluster.problems), notes=[*cluster.notes, *alerts.notes])
    moments = Moments(runner.now(), window)
    deliveries = [_delivery(one, instance, wanted, moments, alerts) for instance in instances for one in alerts.sent]
    _sort(deliveries, report)
    _severities(alerts, wanted, report)
    if len(servers.followed) > 1:
        report.fails += [_loaded_nowhere(name, servers) for name in alerts.missing]
    held = Held(cluster)
    _sending(servers, cluster, held, runner, report)
    _inhibited(alerts, instances, held, servers, report)
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


def _instance(member: Member) -> Instance:
    config = member.server.config_of(member.status)
    try:
        return Instance(member.server.name, config, read_tree(config), integrations(config), read_inhibitions(config))
    except (BadMatcher, ValueError, RecursionError):
        said = phrase("{server} shows a routing tree that cannot be read here", server=member.server.name)
        raise member.server.trouble(said) from None


# -- one label set


@dataclasses.dataclass(frozen=True)
class Moments:
    now: dt.datetime
    window: tuple[dt.datetime, dt.datetime] | None
    known: dict[object, Shut] = dataclasses.field(default_factory=dict)  # what was found out of the hours of routes

    def shut(self, hours: t.Sequence[Hours]) -> Shut:
        key = tuple(hours)
        if key not in self.known:
            self.known[key] = Shut.of(hours, self.now)
        return self.known[key]


def _delivery(one: Sent, instance: Instance, wanted: Wanted, moments: Moments, alerts: AlertsOfService) -> Delivery:
    made = deliver(one, instance, wanted, moments)
    if made.undecided:
        made = _as_declared([deliver(filled, instance, wanted, moments) for filled in alerts.as_declared(one)]) or made
    if alerts.origin == "loaded" and one.alert:
        made.mild = one.severity.lower() in MILD and one.severity not in wanted.by_severity
    return made


def _as_declared(found: list[Delivery]) -> Delivery | None:
    """What becomes of an alert with declared labels, told as a warning; None where it does not arrive with each set of them."""
    if not found or any(made.undecided or made.problem for made in found):
        return None
    made = next((one for one in found if one.restriction), found[0])
    if not made.restriction:
        made.restriction = phrase(
            "alerts with {labels} reach {receivers}, as far as the declared labels are right: they have no series now that would tell",
            labels=str(made.labels),
            receivers=every(made.receivers),
        )
    return made


def deliver(one: Sent, instance: Instance, wanted: Wanted, moments: Moments) -> Delivery:
    """Follows one label set through the tree, on every way that it may take."""
    who = str(one.labels)
    receivers = wanted.of(one.severity)
    if one.kept is False:
        return Delivery(one.labels, problem=phrase("alerts with {labels} are dropped by relabelling and never sent", labels=who))
    if not receivers:
        return Delivery(one.labels)
    found = ways(instance.tree, one.labels)
    if found is None:
        said = phrase("whom alerts with {labels} reach cannot be told: too many of their labels are not known", labels=who)
        return Delivery(one.labels, undecided=said)
    ends = [_followed(way, who, instance, receivers, moments) for way in found]
    first = next((end for end in ends if end.problem), ends[0])
    if all(end.problem for end in ends) or (len(ends) == 1 and one.kept):
        return dataclasses.replace(first, labels=one.labels)
    unread = [pattern for way in found for pattern in way.unread]
    if any(end.problem for end in ends) and unread:
        said = phrase(
            "the routing tree of {server} has a regular expression that cannot be evaluated here: {pattern}",
            server=instance.server,
            pattern=unread[0],
        )
        return Delivery(one.labels, first.receivers, undecided=said, instrument=instance.server)
    if any(end.problem for end in ends):
        depends = sorted(set().union(*(way.depends for way in found)))
        said = phrase(
            "whether alerts with {labels} reach {wanted} depends on {names:list}, which cannot be told: "
            "set it in the rule, or declare it (labels)",
            labels=who,
            wanted=either(receivers),
            names=depends,
        )
        return Delivery(one.labels, first.receivers, undecided=said)
    if one.kept is None:
        said = phrase("whether alerts with {labels} are dropped by relabelling cannot be told", labels=who)
        return Delivery(one.labels, first.receivers, undecided=said)
    return dataclasses.replace(
        first,
        labels=one.labels,
        restriction=next((end.restriction for end in ends if end.restriction), None),
        undecided=next((end.undecided for end in ends if end.undecided), None),
    )


def _followed(way: Way, who: str, instance: Instance, receivers: t.Sequence[str], moments: Moments) -> Delivery:
    names = tuple(dict.fromkeys(route.receiver for route in way.routes))
    wanted = [route for route in way.routes if route.receiver in receivers]
    if not wanted:
        return Delivery(way.labels, names, problem=_astray(who, names, receivers, _fits_what_lacks(way)))
    useful = [route for route in wanted if instance.reach.get(route.receiver)]
    if not useful:
        mute = list(dict.fromkeys(route.receiver for route in wanted))
        problem = plural(
            "alerts with {labels} reach {receivers}, which notifies nobody: it has no integration",
            "alerts with {labels} reach {receivers}, which notify nobody: they have no integration",
            count=len(mute),
            labels=who,
            receivers=every(mute),
        )
        return Delivery(way.labels, names, problem=problem)
    return _at_times(Delivery(way.labels, names), who, useful, instance, moments)


def _at_times(made: Delivery, who: str, useful: t.Sequence[Route], instance: Instance, moments: Moments) -> Delivery:
    if not all(route.muted or route.active for route in useful):
        return made
    hours: list[Hours] = []
    for route in useful:
        try:
            hours.append(of_route(instance.config, route))
        except NotEvaluated as exc:
            made.undecided = phrase(
                "when alerts with {labels} reach {receiver} cannot be told: the time interval {name} cannot be evaluated here",
                labels=who,
                receiver=route.receiver,
                name=str(exc),
            )
    if made.undecided:
        return made
    shut = moments.shut(hours)
    if shut.never:
        return made
    route = useful[0]
    if shut.always:
        made.problem = phrase("{said}, which is not once within the next year", said=_restricted(who, route))
        return made
    made.restriction = said_of(_restricted(who, route), shut, moments.now, moments.window)
    return made


def _astray(labels: str, reached: t.Sequence[str], wanted: t.Sequence[str], why: Message | None) -> Message:
    if not reached:
        return phrase("alerts with {labels} reach nobody, not {wanted}", labels=labels, wanted=either(wanted))
    said = phrase("alerts with {labels} reach {receivers}, not {wanted}", labels=labels, receivers=every(reached), wanted=either(wanted))
    return phrase("{said}: {why}", said=said, why=why) if why else said


def _fits_what_lacks(way: Way) -> Message | None:
    """The matcher by which a route takes alerts that do not have its label at all."""
    for route in way.routes:
        for matcher in route.matchers:
            if matcher.operator in ("!=", "!~") and way.labels.value(matcher.name) == "":
                return phrase("{matcher} also fits what has no label {label}", matcher=str(matcher), label=matcher.name)
    return None


def _restricted(labels: str, route: Route) -> Message:
    if not route.active:
        return phrase(
            "alerts with {labels} reach {receiver} not during {muted}", labels=labels, receiver=route.receiver, muted=either(route.muted)
        )
    if not route.muted:
        return phrase(
            "alerts with {labels} reach {receiver} only during {active}",
            labels=labels,
            receiver=route.receiver,
            active=either(route.active),
        )
    return phrase(
        "alerts with {labels} reach {receiver} not during {muted} and only during {active}",
        labels=labels,
        receiver=route.receiver,
        muted=either(route.muted),
        active=either(route.active),
    )


# -- all of them


def _sort(deliveries: t.Sequence[Delivery], report: Report) -> None:
    for item in deliveries:
        said = item.problem or item.undecided or item.restriction
        if said is None:
            continue
        if item.mild:
            report.notes.append(said)
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
    for one in alerts.sent:
        if not wanted.of(one.severity):
            unnamed.setdefault(one.severity, []).append(one.alert or str(one.labels))
    for severity, names in unnamed.items():
        shown = every(list(dict.fromkeys(names)))
        said = (
            phrase("no receiver is named for the severity {severity} ({alerts})", severity=severity, alerts=shown)
            if severity
            else phrase("no receiver is named for alerts without a severity ({alerts})", alerts=shown)
        )
        (report.notes if severity.lower() in MILD else report.warns).append(said)


def _loaded_nowhere(name: str, servers: Servers) -> Message:
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
        report.notes += found.notes
        if found.answer == NO:
            report.fails.append(found.why)
        elif found.answer == TOO_EARLY:
            report.unknowns.insert(0, found.why)  # the reason for whatever else is not known yet
        elif found.answer != YES:
            report.warns.append(found.why)


def _inhibited(alerts: AlertsOfService, instances: t.Sequence[Instance], held: Held, servers: Servers, report: Report) -> None:
    """What fires now and holds alerts of the service back."""
    own = {rule.name for rule in servers.rules}
    told: set[tuple[str, str]] = set()
    for rule in dict.fromkeys(rule for each in instances for rule in each.inhibitions):
        ours = [one for one in alerts.sent if decide_all(rule.target, one.labels)]
        for labels in rule.sources(alert.labels for alert in held.alerts) if ours else ():
            name = labels.get("alertname", "?")
            for one in ours:
                key = (one.alert or str(one.labels), name)
                if key in told or not rule.holds_back(one.labels, labels):
                    continue
                told.add(key)
                said = phrase("alerts with {labels} are held back now: {alert} fires and inhibits them", labels=str(one.labels), alert=name)
                (report.notes if name in own or one.severity.lower() in MILD else report.warns).append(said)


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
            *report.notes,
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


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "deliver", "judge", "problems", "run")
