# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a service: what was found last on each requirement, what it owes, its last gates. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import NOTHING, Message
from .fault import SeenFaults
from .judgement import Override
from .loosening import Standing
from .plain import OMITTED, key
from .planned import PlanState
from .verdict import Verdict

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Known:
    """What was found last on one requirement, and until when it counts."""

    observed_status: Status
    state: PlanState
    collected_at: str
    valid_until: str
    why: Message = NOTHING
    verified: bool = False
    accepted: t.Mapping[str, bool] = dataclasses.field(default_factory=dict)
    question_digest: str | None = dataclasses.field(default=None, metadata=key("asked"))
    phase: str | None = None
    run: str = ""
    since: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclasses.dataclass(frozen=True)
class Raised:
    """A reservation that stands."""

    raised: str
    due: str


@dataclasses.dataclass(frozen=True)
class Lifted:
    """A reservation that a run has lifted."""

    requirement: str
    raised: str
    lifted: str
    run: str


@dataclasses.dataclass(frozen=True)
class Passed:
    """When a requirement passed first and last."""

    first: str
    last: str


@dataclasses.dataclass(frozen=True)
class SeenFailing:
    """What stands in for the policy's checks of a requirement, as it last failed: it can."""

    digest: str
    at: str


@dataclasses.dataclass(frozen=True)
class OnceInDebt:
    """A requirement that is, or was, in debt: its first end, and when it has passed since."""

    adopted: str
    until: str
    passed_at: str | None = None
    seen: SeenFaults | None = None  # what it covers; None: of version 0.2, which did not keep it


@dataclasses.dataclass(frozen=True)
class OnceWaived:
    """What was waived: the furthest end so far, and how often it was moved."""

    until: str
    renewals: int = 0


@dataclasses.dataclass(frozen=True)
class LastGate:
    """The last gate of a phase."""

    verdict: Verdict
    code: int
    at: str
    enforced: bool = False
    version: str | None = None
    duration_seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class Deployed:
    """A deployment as the state keeps it; the ledger knows more."""

    version: str | None = None
    at: str = ""
    deployment_id: str | None = None


@dataclasses.dataclass(frozen=True)
class Expected:
    """With which hosts and which organisation's file the service was judged last."""

    hosts: tuple[str, ...] = ()
    pattern: str | None = None
    organisation_file: str | None = None
    organisation_seen: str | None = None  # the day
    standing: Standing | None = dataclasses.field(default=None, metadata=OMITTED)  # None: of a version that did not keep it
    machines: t.Mapping[str, str] | None = dataclasses.field(default=None, metadata=OMITTED)  # by host, what tells which has answered


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """The state of a service in an environment."""

    schema_version: int
    service: str
    environment: str
    requirements: t.Mapping[str, Known]
    reservations: t.Mapping[str, Raised] = dataclasses.field(default_factory=dict)
    lifted: tuple[Lifted, ...] = ()
    overrides: tuple[Override, ...] = ()
    closed_overrides: tuple[Override, ...] = ()
    passed: t.Mapping[str, Passed] = dataclasses.field(default_factory=dict)
    debt: t.Mapping[str, OnceInDebt] = dataclasses.field(default_factory=dict)
    waived: t.Mapping[str, OnceWaived] = dataclasses.field(default_factory=dict)  # by what a waiver is about
    seen_failing: t.Mapping[str, SeenFailing] = dataclasses.field(default_factory=dict)
    # by requirement, instance and host, when what is looked at was there last
    seen: t.Mapping[str, t.Mapping[str, str]] = dataclasses.field(default_factory=dict)
    gates: t.Mapping[str, LastGate]
    deployments: tuple[Deployed, ...] = ()
    expected: Expected = Expected()
    owner: str = ""  # of the service
    source: str = ""  # what tells its service file from another

    @classmethod
    def empty(cls, service: str, environment: str) -> State:
        """That of a service of which nothing is known yet."""
        return cls(schema_version=SCHEMA_VERSION, service=service, environment=environment, requirements={}, gates={})


__all__ = (
    "SCHEMA_VERSION",
    "Deployed",
    "Expected",
    "Known",
    "LastGate",
    "Lifted",
    "OnceInDebt",
    "OnceWaived",
    "Passed",
    "Raised",
    "SeenFailing",
    "State",
)
