# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts that an Alertmanager holds, posting one of our own, and what its counters say of notifications. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import json
import re
import typing as t

from .._exposition import ACCEPT, parse
from .._finding import CannotObserve, isoformat
from .._phrase import phrase
from .alertmanager import Alertmanager, parse_timestamp
from .alertmanager_routes import Labels, Route

JSON = {"Content-Type": "application/json"}
PEER_WAIT = 15.0  # seconds that each peer of a cluster waits for the one before it: --cluster.peer-timeout
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d|w|y)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
_BEGUN = "alertmanager_notifications_total"
_TRIED = "alertmanager_notification_requests_total"  # attempts that have ended
_FAILED = ("alertmanager_notification_requests_failed_total", "alertmanager_notifications_failed_total")
Counted = t.Mapping[tuple[str, str], float]  # by the kind of integration, and its receiver ("" where that is not told)


@dataclasses.dataclass(frozen=True)
class Alert:
    """An alert as Alertmanager holds it; a time that it does not tell is None."""

    labels: Labels
    fingerprint: str
    state: str  # active, suppressed, unprocessed
    updated: dt.datetime | None
    ends: dt.datetime | None
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Timing:
    """When a route tells of a group of alerts, in seconds. ``by`` is None where each alert is a group of its own."""

    by: tuple[str, ...] | None
    wait: float
    interval: float
    repeat: float


@dataclasses.dataclass(frozen=True)
class Counters:
    """How often integrations have begun to notify, have tried to, and have failed."""

    begun: Counted
    tried: Counted
    failed: Counted

    def since(self, before: Counters) -> Counters:
        """What was counted since then. A counter that begins anew has counted all that it has."""

        def risen(now: Counted, then: Counted) -> Counted:
            return {key: value - then.get(key, 0.0) if value >= then.get(key, 0.0) else value for key, value in now.items()}

        return Counters(risen(self.begun, before.begun), risen(self.tried, before.tried), risen(self.failed, before.failed))

    def of(self, integration: str, receiver: str) -> Outcome:
        """The same three of one integration of one receiver."""

        def summed(counted: Counted) -> float:
            return sum(value for key, value in counted.items() if key[0] == integration and key[1] in ("", receiver))

        return Outcome(summed(self.begun), summed(self.tried), summed(self.failed))

    @property
    def tells_receivers(self) -> bool:
        """Whether one receiver can be told from another with an integration of the same kind."""
        return any(receiver for _integration, receiver in self.begun)


class Outcome(t.NamedTuple):
    begun: float
    tried: float
    failed: float

    @property
    def succeeded(self) -> float:
        return max(0.0, self.tried - self.failed)


class Alerts:
    """The alerts of one Alertmanager. Whatever is wrong with an answer is a CannotObserve that names it."""

    def __init__(self, server: Alertmanager) -> None:
        self.server = server

    def held(self) -> list[Alert]:
        """Those that have not ended: active, silenced and inhibited ones."""
        try:
            return [read_alert(item) for item in self.server.now_held("/api/v2/alerts")]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self.server.trouble(phrase("{server} answered with alerts that make no sense", server=self.server.name)) from None

    def groups(self) -> list[tuple[str, Labels]]:
        """The receiver and the labels of each group that has alerts now."""
        try:
            return [
                (str(item["receiver"]["name"]), {str(name): str(value) for name, value in item["labels"].items()})
                for item in self.server.now_held("/api/v2/alerts/groups")
            ]
        except (AttributeError, KeyError, TypeError):
            said = phrase("{server} answered with groups of alerts that make no sense", server=self.server.name)
            raise self.server.trouble(said) from None

    def now(self) -> dt.datetime:
        """The time of the server where it tells it: the times of alerts are compared with its clock."""
        server = self.server
        response = server.runner.ask(
            server.name, "GET", server.base + "/api/v2/status", light=True, fresh=True, connection=server.connection
        )
        try:
            moment = email.utils.parsedate_to_datetime(response.headers["date"])
        except (KeyError, TypeError, ValueError):
            return server.runner.now()
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)

    def post(self, alert: t.Mapping[str, object], timeout: float = 10.0) -> None:
        """CannotObserve where it was not taken."""
        server = self.server
        try:
            response = server.runner.ask(
                server.name,
                "POST",
                server.base + "/api/v2/alerts",
                body=json.dumps([alert]).encode("utf-8"),
                headers=JSON,
                connection=server.connection,
                follow_redirects=False,
                timeout=timeout,
            )
        except CannotObserve as exc:
            raise server.trouble(exc.message) from None
        if response.status in (401, 403):
            said = phrase("{server} does not let us post an alert (status {status})", server=server.name, status=response.status)
            raise server.trouble(said)
        if response.status != 200 or response.looks_like_html:
            said = phrase("{server} did not take the alert that was posted (status {status})", server=server.name, status=response.status)
            raise server.trouble(said)

    def counters(self) -> Counters | None:
        """None where they cannot be read: a proxy may not let them through, and services that speak the API have none there."""
        server = self.server
        try:
            response = server.runner.ask(
                server.name, "GET", server.base + "/metrics", headers={"Accept": ACCEPT}, fresh=True, connection=server.connection
            )
        except CannotObserve:
            return None
        return read_counters(response.text) if response.status == 200 and not response.looks_like_html else None


def read_alert(item: t.Any) -> Alert:
    """An alert of the API. AttributeError, KeyError, TypeError, ValueError for what is none."""
    status = item["status"]

    def names(key: str) -> tuple[str, ...]:
        return tuple(str(name) for name in status.get(key) or [])

    def moment(key: str) -> dt.datetime | None:
        read = parse_timestamp(str(item[key])) if item.get(key) else None
        return read if read and read.year > 1 else None

    return Alert(
        {str(name): str(value) for name, value in item["labels"].items()},
        str(item.get("fingerprint") or ""),
        str(status["state"]),
        moment("updatedAt"),
        moment("endsAt"),
        names("silencedBy"),
        names("inhibitedBy"),
        names("mutedBy"),
    )


def read_counters(text: str) -> Counters | None:
    """What an exposition says; None where it has nothing of notifications."""
    exposition = parse(text)

    def counted(name: str) -> Counted:
        sums: dict[tuple[str, str], float] = {}
        family = exposition.family(name)
        for (_name, pairs), value in family.samples.items() if family else ():
            labels = dict(pairs)
            key = labels.get("integration", ""), labels.get("receiver_name", "")
            sums[key] = sums.get(key, 0.0) + value
        return sums

    begun = counted(_BEGUN)
    return Counters(begun, counted(_TRIED) or begun, counted(_FAILED[0]) or counted(_FAILED[1])) if begun else None


def synthetic(labels: Labels, annotations: Labels, starts: dt.datetime, ends: dt.datetime, link: str) -> dict[str, object]:
    """An alert as the API takes it."""

    def exact(moment: dt.datetime) -> str:
        return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    return {
        "labels": dict(labels),
        "annotations": dict(annotations),
        "startsAt": isoformat(starts),
        "endsAt": exact(ends),
        "generatorURL": link,
    }


# -- when a route notifies


def timings(config: t.Mapping[str, object], tree: Route) -> dict[int, Timing]:
    """When each route of the tree notifies, by the ``id`` of the route. ``config`` is that of which the tree was read."""
    found: dict[int, Timing] = {}

    def walk(node: t.Any, route: Route, above: Timing) -> None:
        by = node.get("group_by")
        grouped = above.by if not isinstance(by, list) else None if "..." in by else tuple(str(name) for name in by)
        mine = found[id(route)] = Timing(
            grouped,
            seconds(node.get("group_wait"), above.wait),
            seconds(node.get("group_interval"), above.interval),
            seconds(node.get("repeat_interval"), above.repeat),
        )
        children = node.get("routes")
        for child, following in zip(children if isinstance(children, list) else [], route.routes):
            walk(child, following, mine)

    walk(config["route"], tree, Timing((), 30.0, 300.0, 14400.0))
    return found


def seconds(text: object, default: float) -> float:
    """A duration as Prometheus writes it (``1h30m``); the default for what is none."""
    parts = _DURATION.findall(str(text or ""))
    return sum(int(number) * _SECONDS[unit] for number, unit in parts) if parts else default


__all__ = (
    "PEER_WAIT",
    "Alert",
    "Alerts",
    "Counters",
    "Outcome",
    "Timing",
    "read_alert",
    "read_counters",
    "seconds",
    "synthetic",
    "timings",
)
