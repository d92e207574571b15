# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Alertmanagers of one cluster, each of them asked. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._finding import CannotObserve
from .._http import Connection
from .._phrase import Message, phrase, plural
from .._runner import Runner
from .alertmanager import Alertmanager, Silence
from .alertmanager_routes import Config
from .prometheus import moment

GOSSIP = 60.0  # seconds in which peers may differ: they tell each other what is new


@dataclasses.dataclass(frozen=True)
class Identity:
    """Which process answers: its name in a cluster, and when it was started."""

    name: str
    peers: frozenset[str]
    state: str  # ready, settling, disabled
    started: str

    @property
    def since(self) -> dt.datetime | None:
        try:
            return moment(self.started)
        except ValueError:
            return None

    def is_same(self, other: Identity) -> bool:
        return bool(self.started) and self.started == other.started and self.name == other.name

    def is_peer_of(self, other: Identity) -> bool:
        return bool(self.peers & other.peers)


def identity(status: Config) -> Identity | None:
    """Of the status of an Alertmanager; None where it is none."""
    cluster, started = status.get("cluster"), status.get("uptime")
    if not isinstance(cluster, dict) or not isinstance(started, str):
        return None
    peers = cluster.get("peers") or []
    names = frozenset(str(peer.get("name")) for peer in peers if isinstance(peer, dict) and peer.get("name"))
    return Identity(str(cluster.get("name") or ""), names, str(cluster.get("status") or ""), started)


@dataclasses.dataclass(frozen=True)
class Member:
    """An Alertmanager that answers."""

    server: Alertmanager
    status: Config

    @property
    def identity(self) -> Identity | None:
        return identity(self.status)

    @property
    def version(self) -> tuple[int, ...] | None:
        """As far as it is numbers; None where it does not tell."""
        info = self.status.get("versionInfo")
        numbers = re.match(r"v?(\d+)\.(\d+)", str(info.get("version"))) if isinstance(info, dict) else None
        return tuple(map(int, numbers.groups())) if numbers else None

    @property
    def text(self) -> str:
        """Its configuration as it shows it."""
        shown = self.status.get("config")
        return str(shown.get("original")) if isinstance(shown, dict) else ""


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Those that answer, and what is to be said of the others and of their differences."""

    members: tuple[Member, ...]
    problems: tuple[Message, ...]
    notes: tuple[Message, ...]


def ask(connection: Connection, peers: t.Sequence[str], runner: Runner) -> Cluster:
    """All that are named, with the same credentials. CannotObserve where none answers."""
    members: list[Member] = []
    troubles: list[tuple[Alertmanager, CannotObserve]] = []
    for url in dict.fromkeys((connection.url, *peers)):
        server = Alertmanager(dataclasses.replace(connection, url=url), runner)
        try:
            members.append(Member(server, server.status()))
        except CannotObserve as exc:
            troubles.append((server, exc))
    if not members:
        raise troubles[0][1]
    problems = [phrase("{server} cannot be asked: {reason}", server=server.name, reason=exc.message) for server, exc in troubles]
    if len(members) > 1:
        problems += _differences(members)
    return Cluster(tuple(members), tuple(problems), tuple(_notes(members)))


def ask_for_silences(connection: Connection, peers: t.Sequence[str], runner: Runner) -> Cluster:
    """The same; one that has no peers is not asked for more than its silences."""
    if not peers:
        return Cluster((Member(Alertmanager(connection, runner), {}),), (), ())
    return ask(connection, peers, runner)


def _differences(members: t.Sequence[Member]) -> t.Iterator[Message]:
    first = members[0]
    for other in members[1:]:
        if other.text != first.text:
            yield phrase(
                "{server} and {other} have different configurations: who is told depends on which of them is asked",
                server=first.server.name,
                other=other.server.name,
            )
        one, two = first.identity, other.identity
        if one and two and not one.is_same(two) and not one.is_peer_of(two):
            yield phrase(
                "{server} and {other} are not of one cluster: they share neither silences nor what they have sent",
                server=first.server.name,
                other=other.server.name,
            )


def _notes(members: t.Sequence[Member]) -> t.Iterator[Message]:
    for member in members:
        found = member.identity
        if found and found.state == "settling":
            yield phrase("{server} has just joined its cluster, and waits before it notifies", server=member.server.name)
    found = members[0].identity
    if found and len(found.peers) > len(members):
        yield plural(
            "the cluster of {server} has {count:number} member, of which {asked:number} was asked",
            "the cluster of {server} has {count:number} members, of which {asked:number} were asked",
            count=len(found.peers),
            server=members[0].server.name,
            asked=len(members),
        )


@dataclasses.dataclass(frozen=True)
class Held:
    """The silences of all members together."""

    silences: tuple[Silence, ...]
    unreadable: tuple[str, ...]
    problems: tuple[Message, ...]


def silences(cluster: Cluster, now: dt.datetime) -> Held:
    """Each silence once, and where the members differ in what is older than gossip takes."""
    held = [(member.server, member.server.silences()) for member in cluster.members]
    every_one = {silence.id: silence for _server, given in held for silence in given.readable}
    problems = []
    for server, given in held:
        there = {silence.id for silence in given.readable}
        missing = [name for name, silence in every_one.items() if name not in there and _is_old(silence, now)]
        if missing:
            problems.append(
                plural(
                    "{server} does not know silence {silences:list}, which another member has",
                    "{server} does not know the silences {silences:list}, which another member has",
                    count=len(missing),
                    server=server.name,
                    silences=missing,
                )
            )
    unreadable = dict.fromkeys(name for _server, given in held for name in given.unreadable)
    return Held(tuple(every_one.values()), tuple(unreadable), tuple(problems))


def _is_old(silence: Silence, now: dt.datetime) -> bool:
    return silence.updated is None or (now - silence.updated).total_seconds() > GOSSIP


__all__ = ("Cluster", "Held", "Identity", "Member", "ask", "ask_for_silences", "identity", "silences")
