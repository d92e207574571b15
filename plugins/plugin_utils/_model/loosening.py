# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service, or a run, says that lets the same world get a better verdict. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ...module_utils._phrase import Message, plural
from .plain import OMITTED

# what the organisation may give leave for, under these names
OF_SERVICES = (
    "level",
    "policy",
    "own_proofs",
    "limits",
    "traits",
    "mode",
    "approvers",
    "servers",
    "chains",
    "hosts",
    "other_hosts",
    "places",
    "templates",
    "controller_code",
)
OF_RUNS = ("mode", "first_deployment", "environment", "records", "limit", "tags", "files", "adopt", "connection")

SERVICE, RUN = "service", "run"
NO_LEAVE = "AUT-01"  # the reservation of what is looser while the organisation has not said who may what


class Leave(str, enum.Enum):
    """Whether what is looser may be so."""

    GIVEN = "given"
    WAY_OVER = "way_over"  # the organisation's file says nothing of leave yet: it takes effect, and there is no GO
    REFUSED = "refused"  # in enforce there is no plan with it; in observe it takes effect

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Loosening:
    """One thing that is looser than what stands above it.

    ``kind`` is the name under which leave is given, ``key`` the dotted key of the file or the parameter of the run,
    ``message`` says what is looser, ``above`` what stands above it.
    """

    kind: str
    key: str
    declared_in: str
    message: Message
    above: Message
    by: str = SERVICE
    requirement: str | None = dataclasses.field(default=None, metadata=OMITTED)
    leave: Leave = Leave.REFUSED


@dataclasses.dataclass(frozen=True)
class Standing:
    """What the files said when a service was judged: another organisation file in the place of the one there was is held against it."""

    place: str  # what tells the organisation's file from another, wherever it is checked out
    mode: str  # that the files set, whatever the run asked for
    spoken: bool  # whether it said who may loosen what
    approvers: bool  # whether it named any
    leave: Leave  # of a run, to come with other files


def not_told(others: t.Iterable[Loosening], told: t.Iterable[Loosening]) -> list[Loosening]:
    """Those of others that are not told yet: the same key is told once for a kind, whoever looks at it."""
    keys = {(one.kind, one.key, one.by) for one in told}
    return [one for one in others if (one.kind, one.key, one.by) not in keys]


def counted(loosened: t.Sequence[Loosening]) -> tuple[Message, ...]:
    """How much is looser, by whom: a part of a sentence each."""
    by = [one.by for one in loosened]
    said = []
    if SERVICE in by:
        said.append(
            plural(
                "{count:number} loosened by the service itself", "{count:number} loosened by the service itself", count=by.count(SERVICE)
            )
        )
    if RUN in by:
        said.append(plural("{count:number} loosened by this run", "{count:number} loosened by this run", count=by.count(RUN)))
    return tuple(said)


__all__ = ("NO_LEAVE", "OF_RUNS", "OF_SERVICES", "RUN", "SERVICE", "Leave", "Loosening", "Standing", "counted", "not_told")
