# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one alert through an Alertmanager: its receivers, their integrations, and when they are told. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import math
import typing as t

from .._clients.alertmanager import Alertmanager
from .._clients.alertmanager_alerts import PEER_WAIT, Alerts, Counters, Timing, timings
from .._clients.alertmanager_routes import BadMatcher, Config, Labels, Route, find_routes, integrations, read_tree, show_labels
from .._clients.re2 import Untranslatable
from .._clients.route_hours import NotEvaluated, Shut, of_route, said_of
from .._finding import CannotObserve
from .._listing import either, every
from .._phrase import Message, phrase, plural


@dataclasses.dataclass
class Path:
    """Where an alert with ``labels`` goes. ``problem`` says why it reaches nobody who is meant; there are no ``useful`` routes then.

    ``mark``: a label that no other alert has, and that is not shown; "" for none.
    """

    labels: Labels
    mark: str
    routes: tuple[Route, ...]
    reach: t.Mapping[str, list[str]]
    timings: t.Mapping[int, Timing]
    peers: int = 1
    useful: tuple[Route, ...] = ()
    problem: Message | None = None
    restriction: Message | None = None  # it is told of at times only
    shut: bool = False  # ... and not now, as far as that can be told
    unread: bool = False  # ... and it cannot be told when
    joined: bool = False  # a group is there already to which the alert comes
    numbers: t.Mapping[str, t.Mapping[str, int]] = dataclasses.field(default_factory=dict)  # of integrations, by receiver and kind
    deadline: float = math.inf

    @property
    def shown(self) -> str:
        return show_labels({name: value for name, value in self.labels.items() if name != self.mark})

    @property
    def receivers(self) -> list[str]:
        """Those that are told of it."""
        return list(dict.fromkeys(route.receiver for route in self.useful))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each receiver with each kind of integration that it has."""
        return [(name, kind) for name in self.receivers for kind in self.reach[name]]

    @property
    def integrations(self) -> Message:
        """``payments-oncall (email, webhook)``."""
        return every([f"{name} ({', '.join(self.reach[name])})" for name in self.receivers])

    @property
    def alone(self) -> bool:
        """Whether it has one integration to go by, whoever is asked about: what arrives comes of that one."""
        return sum(sum(self.numbers.get(route.receiver, {}).values()) for route in self.routes) <= 1

    @property
    def others(self) -> bool:
        """Whether it also goes to a receiver that nobody asks about."""
        return any(self.reach.get(route.receiver) and route.receiver not in self.receivers for route in self.routes)

    def notifying(self, kind: str, receiver: str | None = None) -> int:
        """How many integrations of this kind notify of it before the deadline: all of them, or those of one receiver."""
        if self.joined:
            return 1
        asked = [route.receiver for route in self._in_time if receiver in (None, route.receiver)]
        return max(1, sum(self.numbers.get(name, {}).get(kind, 0) for name in asked))

    @property
    def latest(self) -> float:
        """Seconds until the last of those begins."""
        return max((self.timings[id(route)].wait for route in self._in_time), default=0.0)

    @property
    def _in_time(self) -> list[Route]:
        found = [route for route in self.routes if self.timings[id(route)].wait < self.deadline]
        return [route for route in found if not route.muted and not route.active]

    def observed(self) -> dict[str, object]:
        return {
            "labels": {name: value for name, value in self.labels.items() if name != self.mark},
            "receivers": list(dict.fromkeys(route.receiver for route in self.routes)),
            "integrations": {route.receiver: self.reach.get(route.receiver, []) for route in self.routes},
        }

    @property
    def soonest(self) -> float:
        """Seconds before which nobody is told of it."""
        return 0.0 if self.joined else min(self.timings[id(route)].wait for route in self.useful)

    def must_be_in_time(self, deadline: float, alerts: Alerts) -> None:
        """CannotObserve where no receiver can be told before the deadline, as the routes group alerts and mute them."""
        self.deadline = deadline
        if self.shut and self.restriction:
            raise CannotObserve(phrase("{restriction}: nothing was sent", restriction=self.restriction))
        with contextlib.suppress(CannotObserve):
            there = alerts.groups()
            self.joined = any(self._is_in(receiver, labels) for receiver, labels in there)
        soonest = self.soonest
        if soonest >= deadline:
            said = phrase(
                "{receivers} would be told after {wait:duration} at the earliest (group_wait), the deadline is {deadline:duration}: "
                "nothing was sent",
                receivers=every(self.receivers),
                wait=soonest,
                deadline=deadline,
            )
            raise CannotObserve(said)

    def may_be_later(self, deadline: float) -> Message | None:
        """Why a notification may come after the deadline although nothing is wrong."""
        longest = max(self._longest(self.timings[id(route)]) for route in self.useful)
        if self.peers > 1 and longest + PEER_WAIT * (self.peers - 1) >= deadline:
            return phrase(
                "no notification was sent within {deadline:duration}, but one of {peers:number} peers of a cluster may take up to "
                "{longest:duration}: give the check a longer deadline",
                deadline=deadline,
                peers=self.peers,
                longest=float(round(longest + PEER_WAIT * (self.peers - 1))),
            )
        if longest >= deadline:
            return phrase(
                "no notification was sent within {deadline:duration}, but a group of alerts that was told of before is told of again after "
                "{longest:duration} only (group_interval): give the check a longer deadline, or wait as long",
                deadline=deadline,
                longest=longest,
            )
        return None

    def _longest(self, timing: Timing) -> float:
        alone = timing.by is None or bool(self.mark and self.mark in timing.by)
        return timing.wait if alone else max(timing.wait, timing.interval)

    def _is_in(self, receiver: str, labels: Labels) -> bool:
        there = {name: value for name, value in labels.items() if value}
        groupings = [self.timings[id(route)].by for route in self.useful if route.receiver == receiver]
        return any(by is not None and {name: self.labels[name] for name in by if self.labels.get(name)} == there for by in groupings)


def find_path(server: Alertmanager, labels: Labels, mark: str, receivers: t.Sequence[str]) -> Path:
    """The way of an alert by the configuration in use; ``receivers`` are those of which one must be told, all where it is empty."""
    config = server.config()
    try:
        tree, reach = read_tree(config), integrations(config)
        routes = tuple(find_routes(tree, labels))
        timed = timings(config, tree)
    except Untranslatable as exc:
        said = phrase(
            "the routing tree of {server} has a regular expression that cannot be evaluated here: {pattern}",
            server=server.name,
            pattern=str(exc),
        )
        raise server.trouble(said) from None
    except (AttributeError, BadMatcher, KeyError, RecursionError, TypeError, ValueError):
        raise server.trouble(phrase("{server} shows a routing tree that cannot be read here", server=server.name)) from None
    path = Path(labels, mark, routes, reach, timed, _peers(server.status()), numbers=_numbers(config))
    wanted = [route for route in routes if not receivers or route.receiver in receivers]
    path.useful = tuple(route for route in wanted if reach.get(route.receiver))
    reached = list(dict.fromkeys(route.receiver for route in routes))
    if not wanted:
        path.problem = _astray(path.shown, reached, receivers)
    elif not path.useful:
        mute = list(dict.fromkeys(route.receiver for route in wanted))
        path.problem = plural(
            "alerts with {labels} reach {receivers}, which notifies nobody: it has no integration",
            "alerts with {labels} reach {receivers}, which notify nobody: they have no integration",
            count=len(mute),
            labels=path.shown,
            receivers=every(mute),
        )
    else:
        _restrict(path, config, server.runner.now())
    return path


def _restrict(path: Path, config: Config, now: dt.datetime) -> None:
    """Finds when those who are useful are told."""
    if not all(route.muted or route.active for route in path.useful):
        return
    names = list(dict.fromkeys(name for route in path.useful for name in (*route.muted, *route.active)))
    said = phrase(
        "alerts with {labels} reach {receivers} at times only (time interval {intervals})",
        labels=path.shown,
        receivers=every(path.receivers),
        intervals=either(names),
    )
    try:
        shut = Shut.of([of_route(config, route) for route in path.useful], now)
    except NotEvaluated as exc:
        path.restriction = phrase("{said}, and {name} cannot be evaluated here", said=said, name=str(exc))
        path.shut = path.unread = True
        return
    if shut.always:
        path.problem, path.useful = phrase("{said}, which is not once within the next year", said=said), ()
    elif not shut.never:
        path.restriction, path.shut = said_of(said, shut, now, None), shut.within(now, now) is not None


def _astray(labels: str, reached: t.Sequence[str], wanted: t.Sequence[str]) -> Message:
    if not reached:
        return phrase("alerts with {labels} reach nobody, not {wanted}", labels=labels, wanted=either(wanted))
    return phrase("alerts with {labels} reach {receivers}, not {wanted}", labels=labels, receivers=every(reached), wanted=either(wanted))


def _numbers(config: Config) -> dict[str, dict[str, int]]:
    """How many integrations of each kind each receiver has. ``config`` has been read before, it is one."""
    receivers = config.get("receivers")
    return {
        str(receiver.get("name")): {
            key[: -len("_configs")]: len(value) for key, value in receiver.items() if key.endswith("_configs") and isinstance(value, list)
        }
        for receiver in (receivers if isinstance(receivers, list) else [])
        if isinstance(receiver, dict)
    }


def _peers(status: t.Mapping[str, object]) -> int:
    cluster = status.get("cluster")
    peers = cluster.get("peers") if isinstance(cluster, dict) else None
    return max(1, len(peers)) if isinstance(peers, list) else 1


@dataclasses.dataclass(frozen=True)
class Sent:
    """What counters say of the integrations of a path. Where receivers are not told apart, others' notifications are among it.

    ``failure``: each attempt of an integration failed, ``all_failed``: of each of them; ``unclear``: some did, of our notification or of
    another; ``pending``: not each attempt has ended, ``mixed``: and those of receivers that nobody asks about are among them.
    """

    begun: bool
    all_tried: bool
    all_succeeded: bool
    succeeded: bool
    all_failed: bool = False
    failure: Message | None = None
    unclear: Message | None = None
    pending: Message | None = None
    mixed: bool = False


def sent_by(path: Path, counted: Counters) -> Sent:
    """``counted``: since before the alert was posted. Integrations that share a counter have all notified when it says so of each."""
    outcomes = {(receiver, kind): counted.of(kind, receiver) for receiver, kind in path.pairs}
    needed = {pair: path.notifying(pair[1], pair[0] if counted.tells_receivers else None) for pair in outcomes}
    failure = unclear = pending = None
    mixed = False
    for (receiver, kind), outcome in outcomes.items():
        if outcome.tried < needed[receiver, kind]:
            mixed = mixed or bool(outcome.tried and path.others)
            pending = pending or phrase(
                "Alertmanager has not ended each attempt by {kind} ({tried:number} of {needed:number}), and does not tell whether that of "
                "{receiver} is among them",
                kind=kind,
                tried=int(outcome.tried),
                needed=needed[receiver, kind],
                receiver=receiver,
            )
        if not outcome.failed:
            continue
        failed, tried = int(outcome.failed), int(max(outcome.tried, outcome.failed))
        if not outcome.succeeded:
            failure = failure or phrase(
                "notifications of {receiver} by {kind} fail ({failed:number} of {tried:number} attempts meanwhile)",
                receiver=receiver,
                kind=kind,
                failed=failed,
                tried=tried,
            )
        else:
            unclear = unclear or phrase(
                "some notifications by {kind} failed meanwhile ({failed:number} of {tried:number} attempts), and Alertmanager does not "
                "tell whether that of {receiver} is among them",
                receiver=receiver,
                kind=kind,
                failed=failed,
                tried=tried,
            )
    return Sent(
        begun=any(outcome.begun or outcome.tried or outcome.failed for outcome in outcomes.values()),
        all_tried=all(max(outcome.tried, outcome.failed) >= needed[pair] for pair, outcome in outcomes.items()),
        all_succeeded=bool(outcomes) and all(outcome.succeeded >= needed[pair] for pair, outcome in outcomes.items()),
        succeeded=any(outcome.succeeded for outcome in outcomes.values()),
        all_failed=bool(outcomes) and all(outcome.failed and not outcome.succeeded for outcome in outcomes.values()),
        failure=failure,
        unclear=unclear,
        pending=pending,
        mixed=mixed,
    )


__all__ = ("Path", "Sent", "find_path", "sent_by")
