# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence of one run, whole: what a run record holds. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import NOTHING, Message
from .decision import Evidence, ShownDecision
from .demands import Demands
from .deployments import DeliveryPerformance, Deployment
from .follows import Follows
from .given import Given
from .judgement import GateJudgement, Judgement, StateJudgement
from .plain import OMITTED
from .run import Run
from .service_state import Deployed, LastGate

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class JudgedService:
    """Whose run it was."""

    name: str
    owner: str = ""
    kind: str = ""
    level: str = ""
    level_reason: Message = NOTHING
    source: str = ""  # what tells its service file from another


@dataclasses.dataclass(frozen=True)
class Hosts:
    """Who was expected, and who was there."""

    expected: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    unreachable: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)
    absent: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)
    machines: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # digests of those that have answered, by host


@dataclasses.dataclass(frozen=True)
class Change:
    """A requirement that decides, before and now."""

    requirement: str
    before: str
    now: str


@dataclasses.dataclass(frozen=True)
class Delta:
    """What changed since an earlier run."""

    run: str
    at: str
    version: str | None
    verdict_before: str
    new_failures: tuple[Change, ...] = ()
    worse: tuple[Change, ...] = ()
    repaired: tuple[Change, ...] = ()
    unchanged: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    # of the decision that was about that run, where it is one
    decision: str | None = dataclasses.field(default=None, metadata=OMITTED)
    body: str | None = dataclasses.field(default=None, metadata=OMITTED)
    date: str | None = dataclasses.field(default=None, metadata=OMITTED)
    outcome: str | None = dataclasses.field(default=None, metadata=OMITTED)


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """What is kept of a run, and shown by every report."""

    schema_version: int
    run: Run
    service: JudgedService
    inputs: t.Mapping[str, t.Mapping[str, str | None] | None]
    hosts: Hosts
    judgement: GateJudgement
    evidence: Evidence | None = None
    decisions: tuple[ShownDecision, ...] = ()
    delta: Delta | None = None
    decision_delta: Delta | None = None
    state: StateJudgement | None = None  # None: a partial run says nothing about the service
    gates: t.Mapping[str, LastGate] = dataclasses.field(default_factory=dict)
    deployments: tuple[Deployment | Deployed, ...] = ()
    delivery_performance: DeliveryPerformance | None = dataclasses.field(default=None, metadata=OMITTED)
    given: Given | None = dataclasses.field(default=None, metadata=OMITTED)
    demands: Demands | None = dataclasses.field(default=None, metadata=OMITTED)  # of all phases
    report: str | None = dataclasses.field(default=None, metadata=OMITTED)  # its address, as the files give it

    def noting(self, notices: t.Iterable[Message]) -> RunRecord:
        return dataclasses.replace(self, judgement=self.judgement.noting(notices))


@dataclasses.dataclass(frozen=True)
class PastRun:
    """What later runs and decisions ask of a run record, whatever version wrote it: no findings."""

    run: Run
    judgement: Judgement | None = None
    evidence: Evidence | None = None
    state: StateJudgement | None = None
    demands: Demands | None = None
    inputs: t.Mapping[str, t.Mapping[str, str | None] | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class WholeRecord:
    """A run record with what judging it again takes; what an earlier version did not write has a default.

    ``kept`` has the contents that the run left beside its record, by digest; ``follows`` names the record before it.
    """

    run: Run
    judgement: GateJudgement
    service: JudgedService = JudgedService("")
    hosts: Hosts = Hosts()
    evidence: Evidence | None = None
    given: Given | None = None
    kept: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    follows: Follows | None = None
    digest: str | None = None


__all__ = ("SCHEMA_VERSION", "Change", "Delta", "Hosts", "JudgedService", "PastRun", "RunRecord", "WholeRecord")
