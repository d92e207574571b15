# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where alerts with certain labels end up in the routing tree of an Alertmanager, and when they are told. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._clients.alert_labels import Sent
from .._clients.alert_ways import Way, names_in, ways
from .._clients.alertmanager_alerts import Timing, timings
from .._clients.alertmanager_cluster import Member
from .._clients.alertmanager_inhibition import Inhibition, read_inhibitions
from .._clients.alertmanager_routes import BadMatcher, Config, Route, integrations, read_tree
from .._clients.label_sets import LabelSet
from .._clients.route_hours import Hours, NotEvaluated, Shut, of_route, said_of
from .._listing import either, every
from .._phrase import Message, phrase, plural
from ._alerts_of_service import AlertsOfService
from ._severities import needs_nobody

LATE, TOO_LATE = 1800.0, 86400.0  # seconds of group_wait: from the first on it is told, from the second on it is a fault
SELDOM = 4 * 3600.0  # seconds of group_interval that are told


@dataclasses.dataclass
class Delivery:
    """Where alerts with ``labels`` end up. Each of the sentences is None where there is nothing to say."""

    labels: LabelSet
    receivers: tuple[str, ...] = ()
    problem: Message | None = None
    restriction: Message | None = None
    undecided: Message | None = None
    late: Message | None = None
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

    def is_mild(self, severity: str) -> bool:
        """Whether nobody has to act on alerts of this severity."""
        return needs_nobody(severity) and severity not in self.by_severity

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
    timings: t.Mapping[int, Timing]  # by the id of a route of the tree

    @property
    def names(self) -> set[str]:
        """The labels that matter to it."""
        return names_in(self.tree).union(*(one.names for one in self.inhibitions))


def instance_of(member: Member) -> Instance:
    config = member.server.config_of(member.status)
    try:
        tree = read_tree(config)
        return Instance(member.server.name, config, tree, integrations(config), read_inhibitions(config), timings(config, tree))
    except (BadMatcher, ValueError, RecursionError):
        said = phrase("{server} shows a routing tree that cannot be read here", server=member.server.name)
        raise member.server.trouble(said) from None


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


def delivery(one: Sent, instance: Instance, wanted: Wanted, moments: Moments, alerts: AlertsOfService) -> Delivery:
    made = deliver(one, instance, wanted, moments)
    if made.undecided:
        made = _as_declared([deliver(filled, instance, wanted, moments) for filled in alerts.as_declared(one)]) or made
    if alerts.origin == "loaded" and one.alert:
        made.mild = one.labels.value("severity") is not None and wanted.is_mild(one.severity)
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
    if one.kept is False:
        said = phrase("alerts with {labels} are dropped by relabelling and never sent", labels=str(one.labels))
        return Delivery(one.labels, problem=said)
    if wanted.by_severity and one.labels.value("severity") is None:
        return _of_any_severity(one, instance, wanted, moments)
    receivers = wanted.of(one.severity)
    return _of_one_severity(one, one.labels, instance, receivers, moments) if receivers else Delivery(one.labels)


def _of_any_severity(one: Sent, instance: Instance, wanted: Wanted, moments: Moments) -> Delivery:
    """Each severity that it may have has receivers of its own."""
    possible = one.severities or tuple(wanted.by_severity)
    ends = [
        _of_one_severity(one, one.labels.having("severity", severity), instance, wanted.of(severity), moments)
        for severity in possible
        if wanted.of(severity) and not wanted.is_mild(severity)
    ]
    if wanted.others and not one.severities:
        ends.append(_of_one_severity(one, one.labels, instance, wanted.others, moments, wanted.by_severity))
    if not ends:
        return Delivery(one.labels)
    first = next((end for end in ends if end.problem), ends[0])
    if not first.problem:
        first = next((end for end in ends if end.undecided), first)
    if first.undecided or all(end.problem for end in ends):
        return dataclasses.replace(first, labels=one.labels)
    if first.problem:
        said = phrase(
            "whether alerts with {labels} reach {wanted} depends on {names:list}, which cannot be told: "
            "set it in the rule, or declare it (labels)",
            labels=str(one.labels),
            wanted=either(list(dict.fromkeys(name for severity in possible for name in wanted.of(severity)))),
            names=["severity"],
        )
        return Delivery(one.labels, first.receivers, undecided=said)
    return _together(
        one.labels, dataclasses.replace(first, receivers=tuple(dict.fromkeys(name for end in ends for name in end.receivers))), ends
    )


def _together(labels: LabelSet, made: Delivery, ends: t.Sequence[Delivery]) -> Delivery:
    return dataclasses.replace(
        made,
        labels=labels,
        restriction=next((end.restriction for end in ends if end.restriction), None),
        undecided=next((end.undecided for end in ends if end.undecided), None),
        late=next((end.late for end in ends if end.late), None),
    )


def _of_one_severity(
    one: Sent,
    labels: LabelSet,
    instance: Instance,
    receivers: t.Sequence[str],
    moments: Moments,
    but: t.Collection[str] = (),  # severities that others are told of
) -> Delivery:
    who = str(one.labels)
    found = ways(instance.tree, labels)
    if found is None:
        said = phrase("whom alerts with {labels} reach cannot be told: too many of their labels are not known", labels=who)
        return Delivery(one.labels, undecided=said)
    found = [way for way in found if way.labels.value("severity") not in but] or found
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
    return _together(one.labels, first, ends)


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
    made = _at_times(Delivery(way.labels, names), who, useful, instance, moments)
    return made if made.problem else _in_time(made, who, useful, instance)


def _in_time(made: Delivery, who: str, useful: t.Sequence[Route], instance: Instance) -> Delivery:
    """What the first one of these routes makes of the time between an alert and its notification."""
    timed = [(instance.timings[id(route)], route.receiver) for route in useful]
    wait, receiver = min((timing.wait, receiver) for timing, receiver in timed)
    if wait >= LATE:
        said = phrase(
            "alerts with {labels} are told to {receiver} only {wait:duration} after they fire (group_wait)",
            labels=who,
            receiver=receiver,
            wait=wait,
        )
        return dataclasses.replace(made, problem=said) if wait >= TOO_LATE else dataclasses.replace(made, late=said)
    interval, receiver = min((0.0 if timing.by is None else timing.interval, receiver) for timing, receiver in timed)
    if interval >= SELDOM:
        made.late = phrase(
            "alerts with {labels} that join others which fire already are told to {receiver} up to {interval:duration} later "
            "(group_interval)",
            labels=who,
            receiver=receiver,
            interval=interval,
        )
    return made


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


__all__ = ("Delivery", "Instance", "Moments", "Wanted", "deliver", "delivery", "instance_of")
