# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Prometheus sends its alerts to the Alertmanager that is asked. PRIVATE to the collection.

Addresses alone do not tell: behind names of services and containers, balancers and translated addresses the same process has several.
What tells is which process answers at the address that Prometheus names, and an alert of Prometheus that Alertmanager has.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t
from urllib.parse import urlsplit, urlunsplit

from .._finding import CannotObserve
from .._http import Connection, public_url
from .._phrase import NOTHING, Message, phrase, plural
from .._runner import Runner
from .alert_labels import Followed, is_there
from .alertmanager import Alert
from .alertmanager_cluster import Cluster, Identity, Member, identity
from .notifier_counters import Sendings, sendings
from .prometheus_alerting import Receiving
from .relabelling import Outcome

YES, NO, UNSURE, TOO_EARLY = "yes", "no", "unsure", "too early"
STARTING = 120.0  # seconds in which a Prometheus may not yet have found its Alertmanagers
LONG = 600  # seconds: an alert that fires for longer has been sent several times
SOON = 180  # seconds: ... has been sent again (--rules.alert.resend-delay), which is enough where sending is known to fail
NO_API_V1 = (0, 27)  # the first Alertmanager that takes alerts by API v2 only
ASKED = 10  # addresses that are asked who answers there
_API = re.compile(r"/api/v[12]/alerts/?\Z")
_API_V1 = re.compile(r"/api/v1/alerts/?\Z")
_PORTS = {"http": 80, "https": 443}


@dataclasses.dataclass(frozen=True)
class Sending:
    """What is known, why, and what else is to be told."""

    answer: str
    why: Message
    notes: tuple[Message, ...] = ()


def sends(followed: Followed, cluster: Cluster, held: t.Callable[[], t.Sequence[Alert]], runner: Runner) -> Sending:
    """Whether this Prometheus sends to one of the members; ``held`` asks for the alerts that the members have."""
    receiving = followed.server.alertmanagers()
    notes = _dropped(followed, receiving)
    if receiving is not None and not receiving.active:
        return _to_nobody(followed, receiving, runner)
    named = list(receiving.active if receiving else ())
    found = [_Address.of(url, followed.server.base) for url in named]
    ours = {_Address.of(member.server.base, member.server.base) for member in cluster.members}
    known = [member.identity for member in cluster.members]
    answering = [] if ours & set(found) else [(address, _who(address, cluster, runner)) for address in found[:ASKED]]
    right = (ours & set(found)) | {address for address, who in answering if who and _is_one_of(who, known)}
    if right:
        members = (ours & right) | {address for address, who in answering if who and any(one and who.is_same(one) for one in known)}
        names = _Names(tuple(url for url, address in zip(named, found) if address in right), len(members), len(right - members))
        return dataclasses.replace(_to_the_right_one(followed, cluster, names, held, runner), notes=notes)
    alerts = held()
    if _is_alert_there(followed, alerts):
        return Sending(YES, NOTHING, notes)
    if answering and all(who and address.means_the_same_here for address, who in answering):
        said = phrase(
            "{prometheus} sends its alerts to {others:list}, which is not {server}",
            prometheus=followed.server.instrument,
            others=[address.shown for address, _who in answering],
            server=cluster.members[0].server.name,
        )
        return Sending(NO, said, notes)
    missing = alert_missing(followed, cluster, alerts, runner, LONG)
    if missing:
        return Sending(NO, _does_not_have(followed, cluster, missing, LONG), notes)
    return Sending(UNSURE, _unsure(followed, cluster, found), notes)


@dataclasses.dataclass(frozen=True)
class _Names:
    """The right addresses that a Prometheus names: of members that are asked, and of their peers, whose alerts are not seen there."""

    urls: tuple[str, ...]
    members: int
    peers: int


def _to_the_right_one(
    followed: Followed, cluster: Cluster, names: _Names, held: t.Callable[[], t.Sequence[Alert]], runner: Runner
) -> Sending:
    """That Prometheus names the right address is no proof that anything gets there."""
    if all(_API_V1.search(url) for url in names.urls) and _has_no_api_v1(cluster.members[0]):
        said = phrase(
            "{prometheus} sends its alerts to {server} by the API v1, which Alertmanager no longer has since 0.27: none gets there "
            "(api_version: v2)",
            prometheus=followed.server.instrument,
            server=cluster.members[0].server.name,
        )
        return Sending(NO, said)
    fires = bool(names.members) and any(alert.state == "firing" for alert in followed.active)
    alerts = held() if fires else ()
    if _is_alert_there(followed, alerts):
        return Sending(YES, NOTHING)
    counted = sendings(followed.server, names.urls)
    long = SOON if counted and counted.failed else LONG
    missing = alert_missing(followed, cluster, alerts, runner, long) if fires else None
    if missing:
        # what a server does not show of its configuration may give its alerts other labels
        sure = followed.alerting.told and not names.peers
        return Sending(NO if sure else UNSURE, _does_not_have(followed, cluster, missing, long))
    return Sending(UNSURE, _all_failed(followed, cluster, counted)) if counted and counted.all_failed else Sending(YES, NOTHING)


def _has_no_api_v1(member: Member) -> bool:
    if member.version:
        return member.version >= NO_API_V1
    server = member.server
    try:
        url = f"{server.base}/api/v1/receivers"
        response = server.runner.ask(server.name, "GET", url, connection=server.connection, follow_redirects=False)
    except CannotObserve:
        server.runner.remaining()
        return False
    return response.status in (404, 410)


def _all_failed(followed: Followed, cluster: Cluster, counted: Sendings) -> Message:
    return plural(
        "{prometheus} has tried {count:number} time to send alerts to {server} since it was started, and never succeeded",
        "{prometheus} has tried {count:number} times to send alerts to {server} since it was started, and never succeeded",
        count=int(counted.failed),
        prometheus=followed.server.instrument,
        server=cluster.members[0].server.name,
    )


def _does_not_have(followed: Followed, cluster: Cluster, missing: str, long: int) -> Message:
    return phrase(
        "{alert} has been firing in {prometheus} for more than {long:duration}, and {server} does not have it",
        alert=missing,
        prometheus=followed.server.instrument,
        long=float(long),
        server=cluster.members[0].server.name,
    )


def _unsure(followed: Followed, cluster: Cluster, found: t.Sequence[_Address]) -> Message:
    if not found:
        return phrase(
            "{prometheus} does not tell to whom it sends, and no alert of its own that fires proves that {server} gets them",
            prometheus=followed.server.instrument,
            server=cluster.members[0].server.name,
        )
    return phrase(
        "{prometheus} sends to {others:list}: whether that is {server} cannot be told from here, and no alert that fires proves it",
        prometheus=followed.server.instrument,
        others=[address.shown for address in found],
        server=cluster.members[0].server.name,
    )


def _dropped(followed: Followed, receiving: Receiving | None) -> tuple[Message, ...]:
    if receiving is None or not receiving.dropped:
        return ()
    return (
        phrase(
            "{prometheus} finds {dropped:list} too, and drops it by relabelling: nothing is sent there",
            prometheus=followed.server.instrument,
            dropped=[public_url(_API.sub("", url)) for url in receiving.dropped[:5]],
        ),
    )


def _to_nobody(followed: Followed, receiving: Receiving, runner: Runner) -> Sending:
    if receiving.dropped:
        said = phrase(
            "{prometheus} sends its alerts to no Alertmanager: relabelling drops all that it finds ({dropped:list})",
            prometheus=followed.server.instrument,
            dropped=[public_url(_API.sub("", url)) for url in receiving.dropped[:5]],
        )
        return Sending(NO, said)
    started = followed.server.started() if followed.alerting.receivers else None
    if started is not None and (runner.now() - started).total_seconds() < STARTING:
        said = phrase(
            "{prometheus} has just been started and has not found an Alertmanager yet: it is too early to tell",
            prometheus=followed.server.instrument,
        )
        return Sending(TOO_EARLY, said)
    return Sending(NO, phrase("{prometheus} sends its alerts to no Alertmanager", prometheus=followed.server.instrument))


# -- addresses, and who answers there


@dataclasses.dataclass(frozen=True)
class _Address:
    """Where an API is; ``host`` is as it has to be called from here."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str, server: str) -> _Address:
        """``server``: the address of whoever names it, which is where its own "localhost" is."""
        parts, home = urlsplit(_API.sub("", url)), urlsplit(server)
        host = parts.hostname or ""
        if _is_loopback(host):
            host = home.hostname or host
        try:
            port = parts.port
        except ValueError:
            port = None
        plain = "127.0.0.1" if _is_loopback(host) else host.lower()
        return cls(parts.scheme, plain, port or _PORTS.get(parts.scheme, 0), parts.path.rstrip("/"))

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return urlunsplit((self.scheme, f"{host}:{self.port}", self.path, "", ""))

    @property
    def shown(self) -> str:
        return public_url(self.url)

    @property
    def means_the_same_here(self) -> bool:
        """Whether who answers to it here is who answers there: a name of one word, or of a cluster's own zone, may be another's here."""
        try:
            return not ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            return "." in self.host and not re.search(r"\.(?:svc|local|internal|consul|lan)(?:\.|$)", self.host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _who(address: _Address, cluster: Cluster, runner: Runner) -> Identity | None:
    """Who answers there, asked without credentials: it is an address that somebody else names."""
    ours = cluster.members[0].server.connection
    how = Connection(validate_certs=ours.validate_certs, ca_path=ours.ca_path)
    try:
        response = runner.get(f"{address.url}/api/v2/status", connection=how, timeout=3.0, follow_redirects=False)
        status = response.json() if response.status == 200 else None
        return identity(status) if isinstance(status, dict) else None
    except (CannotObserve, RecursionError):
        runner.remaining()
        return None


def _is_one_of(who: Identity, known: t.Iterable[Identity | None]) -> bool:
    return any(one is not None and (who.is_same(one) or who.is_peer_of(one)) for one in known)


# -- alerts


def _firing(followed: Followed) -> t.Iterator[tuple[str, dict[str, str]]]:
    """The alerts that fire, as they leave; those of which something cannot be told are left out."""
    for alert in followed.active:
        if alert.state == "firing":
            for outcome in followed.outgoing(alert.labels):
                if outcome.kept and outcome.labels.complete and not outcome.labels.unsure:
                    yield alert.name, outcome.labels.present


def _is_alert_there(followed: Followed, alerts: t.Sequence[Alert]) -> bool:
    """Whether Alertmanager has an alert of this Prometheus."""
    ours = {rule.name for rule in followed.rules}
    home = urlsplit(followed.server.base).netloc.rpartition("@")[2]
    external = set(followed.alerting.external or ())
    for name, labels in _firing(followed):
        for alert in alerts:
            if dict(alert.labels) != labels:
                continue
            # every Prometheus may have a Watchdog: that it is there proves something only if it says whose it is
            if name in ours or external & set(labels) or urlsplit(alert.generator).netloc == home:
                return True
    return False


def alert_missing(followed: Followed, cluster: Cluster, alerts: t.Sequence[Alert], runner: Runner, long: int) -> str | None:
    """The name of an alert that has been firing for as many seconds and that no member has."""
    now = runner.now()
    for member in cluster.members:
        since = member.identity.since if member.identity else None
        if since is None or (now - since).total_seconds() < long:
            return None  # it may have lost what it had
    there = [alert.labels for alert in alerts]
    firing = [alert for alert in followed.active if alert.state == "firing" and _is_missing(followed.outgoing(alert.labels), there)]
    if not firing:
        return None
    before = followed.server.query(f'ALERTS{{alertstate="firing"}} offset {long}s')
    known = [{name: value for name, value in one.labels.items() if name not in ("__name__", "alertstate")} for one in before]
    return next((alert.name for alert in firing if dict(alert.labels) in known), None)


def _is_missing(outcomes: t.Sequence[Outcome], there: t.Sequence[t.Mapping[str, str]]) -> bool:
    """Whether it is certainly sent, and none of what it may have become is there."""
    sure = [one for one in outcomes if one.kept and one.labels.complete and not one.labels.unsure]
    return bool(sure) and len(sure) == len(outcomes) and not any(is_there(one.labels, there) for one in sure)


__all__ = ("NO", "TOO_EARLY", "UNSURE", "YES", "Sending", "sends")
