# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every log store is asked, whatever its brand. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._phrase import Message


@dataclasses.dataclass(frozen=True)
class Place:
    """Where in a store the lines of a service lie, and the names of the fields that tell of a line."""

    query: str | None = None  # in the store's own language: LogsQL, Lucene, LogQL
    index: str | None = None  # of OpenSearch and Elasticsearch: a name, an alias or a pattern
    stream: str | None = None  # of Graylog
    tenant: str | None = None  # of VictoriaLogs (AccountID:ProjectID) and Loki
    message_field: str | None = None  # None: as the store usually has it
    time_field: str | None = None
    host_field: str | None = None


@dataclasses.dataclass(frozen=True)
class Stored:
    """One line as the store has it."""

    text: str  # its message
    moment: float | None  # the time that the store gives it
    host: str | None  # under the name of which host it lies
    place: str  # the index, stream, tenant or file in which it lies
    arrived: float | None = None  # when the store took it, where that is known
    fields: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # all else that the store has of it, cut
    field: str = ""  # the field in which its text stands
    astray: Message | None = None  # of a line found elsewhere: what keeps it from being found in the place


@dataclasses.dataclass(frozen=True)
class Flow:
    """How much of one instance has come in a time."""

    lines: int
    newest: float | None


@dataclasses.dataclass(frozen=True)
class Kept:
    """For how long a store is told to keep the lines of a place."""

    seconds: float | None  # None: without end
    said_by: Message  # the policy, the setting: where that stands
    sooner: Message | None = None  # what may drop lines before that time: a limit of size or of disk


class LogStore(t.Protocol):
    """A store that is asked over HTTP, once for all hosts. Each call may raise CannotObserve, with the store as its instrument."""

    name: str  # kind and public address, as it is said in messages
    place: Place

    def ready(self) -> list[Message]:
        """Asks whether it answers, is what it is taken for, and has the place. Returns what hinders it (read-only, unhealthy)."""

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """The lines of the place in which one of the tokens stands, all in one search. At most a few times as many as tokens.

        ``since`` is a time of ours: lines whose own time is off by up to a day (log_wire.SKEW) are found too, before it and in the future.
        """

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        """The same outside the place: in another index, stream, tenant, field, or under another time. ``astray`` says which.

        As far as the credentials reach: what cannot be looked into is left out, and raises nothing.
        """

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        """The lines of the place by the value of a field (an instance), all in one search; lines without it by an empty text."""

    def oldest(self) -> float | None:
        """The time of the oldest line of the place, None where there is none."""

    def filled(self, step: float) -> list[float]:
        """The beginnings of the parts of ``step`` seconds or more in which lines of the place lie, one for each."""

    def kept(self) -> Kept | None:
        """For how long the place is kept by policy; None where the store does not say."""


__all__ = ("Flow", "Kept", "LogStore", "Place", "Stored")
