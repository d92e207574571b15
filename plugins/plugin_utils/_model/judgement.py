# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the judge makes of a run, or of a service's state: the verdict with everything that led to it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._finding import Finding, Measurement, Status
from ...module_utils._phrase import NOTHING, Message
from .compared import Compared
from .fault import SeenFaults
from .loosening import Loosening
from .plain import HIDDEN, OMITTED, from_plain, key
from .planned import PlanState
from .verdict import Verdict
from .waiver import Waiver


@dataclasses.dataclass(frozen=True)
class Covered:
    """A finding with what it counts for: its own status, or waived."""

    finding: Finding
    effective: Status

    def as_plain(self) -> dict[str, object]:
        return {**self.finding.as_dict(), "effective_status": self.effective.value}

    @classmethod
    def of_plain(cls, data: t.Mapping[str, object]) -> Covered:
        finding = Finding.from_dict(data)
        return cls(finding, Status(str(data.get("effective_status", finding.status))))


@dataclasses.dataclass(frozen=True)
class Measured:
    """The measurement of its name that is nearest to its limit, or beyond it."""

    measurement: Measurement
    headroom: float | None

    def as_plain(self) -> dict[str, object]:
        return {**self.measurement.as_dict(), "headroom": self.headroom}

    @classmethod
    def of_plain(cls, data: t.Mapping[str, object]) -> Measured:
        headroom = data.get("headroom")
        return cls(from_plain(Measurement, data), float(headroom) if isinstance(headroom, (int, float)) else None)


@dataclasses.dataclass(frozen=True)
class Reused:
    """The run whose proof still counts."""

    run: str
    collected_at: str
    valid_until: str


@dataclasses.dataclass(frozen=True)
class JudgedRequirement:
    """One requirement with what was found on it, and what that counts for."""

    id: str
    title: str = ""
    reason: str = ""
    area: str = ""
    stakeholder: str = ""
    responsible: str | None = None
    impact: str = "minor"
    deciding: bool = True
    state: PlanState = PlanState.PLANNED
    observed_status: Status = Status.UNKNOWN
    status: Status = Status.UNKNOWN
    message: Message = NOTHING
    remedy: Message = NOTHING
    proof: str = "none"
    since: str | None = None
    collected_at: str | None = None
    enforce_from: str | None = None
    valid_for_seconds: float = 0.0
    waiver: Waiver | None = None
    origin: str = ""
    declared_in: str = ""
    verified: bool = False
    reused: Reused | None = None
    question_digest: str | None = dataclasses.field(default=None, metadata=key("asked"))
    stand_in_digest: str | None = dataclasses.field(default=None, metadata=key("stand_in"))
    hosts: t.Mapping[str, int] = dataclasses.field(default_factory=dict)  # how many are in each status
    measurements: tuple[Measured, ...] = ()
    passed_on: str | None = None  # the day on which it passed last, where it may not be lost and is

    @property
    def counts(self) -> bool:
        """Whether it has a part in the verdict of its run."""
        return self.deciding and self.state is not PlanState.LATER


@dataclasses.dataclass(frozen=True)
class GateRequirement(JudgedRequirement):
    """One of a run."""

    accepted: t.Mapping[str, bool] = dataclasses.field(default_factory=dict)  # by waiver and place, whether its limits are kept to
    findings: tuple[Covered, ...] = ()


@dataclasses.dataclass(frozen=True)
class StateRequirement(JudgedRequirement):
    """One of a service's state."""

    phase: str | None = None  # that made the findings
    valid_until: str | None = None


@dataclasses.dataclass(frozen=True)
class Instrument:
    """Something that had to be asked and could not be: once, with the requirements that it leaves unknown."""

    instrument: str
    message: Message
    requirements: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Reservation:
    """What stands between GO WITH RESERVATIONS and GO. ``kind``: new, open, overdue, accepted, debt."""

    requirement: str
    title: Message
    status: Status
    message: Message
    responsible: str | None
    raised: str = ""
    due: str = ""
    kind: str = "new"
    override: str | None = dataclasses.field(default=None, metadata=OMITTED)  # the override whose verification is overdue


@dataclasses.dataclass(frozen=True)
class DebtLine:
    """A line of debt as it stands after a run. ``state`` is that of its waiver, or ``passes``."""

    requirement: str
    reason: Message
    adopted: str
    by: str
    until: str
    days_left: int
    state: str
    declared_in: str
    seen: SeenFaults | None = dataclasses.field(default=None, metadata=HIDDEN)


@dataclasses.dataclass(frozen=True)
class DebtSummary:
    """How much of the debt is left."""

    file: str
    adopted: int
    left: int
    expired: int
    next_end: str | None = None
    lines: tuple[DebtLine, ...] = ()


@dataclasses.dataclass(frozen=True)
class WouldHaveSaid:
    """The verdict against which something went on."""

    verdict: Verdict
    words: str
    reasons: tuple[Message, ...] = ()


@dataclasses.dataclass(frozen=True)
class Override:
    """What went on against the gate, or without it: it asks for a whole verification that is good. ``kind``: emergency, decision."""

    requirement: str  # or ALL
    id: str
    kind: str
    by: Message
    reason: str | None
    at: str
    due: str
    version: str | None
    phase: str
    run: str
    would: WouldHaveSaid
    closed: str | None = dataclasses.field(default=None, metadata=OMITTED)
    closed_by: str | None = dataclasses.field(default=None, metadata=OMITTED)
    overdue: bool | None = dataclasses.field(default=None, metadata=OMITTED)  # in a judgement


@dataclasses.dataclass(frozen=True)
class Overriding:
    """The decision by which a play goes on against the verdict."""

    id: str
    date: str
    body: str
    decided_by: tuple[str, ...] = ()
    reason: str | None = None
    valid_until: str | None = None


@dataclasses.dataclass(frozen=True)
class Judgement:
    """The verdict with everything that led to it."""

    ALSO_WRITTEN: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {"verdict": ("code", "words")}

    verdict: Verdict
    advice: str = "hold"  # proceed, hold, roll_back
    enforced_verdict: Verdict = Verdict.GO  # over what is enforced alone
    verified: int = 0
    required: int = 0
    reasons: tuple[Message, ...] = ()
    requirements: tuple[JudgedRequirement, ...] = ()
    stakeholders: t.Mapping[str, Status] = dataclasses.field(default_factory=dict)
    instruments: tuple[Instrument, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    debt: DebtSummary | None = None
    ratchet: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # what regressed, with the day on which it last passed
    notices: tuple[Message, ...] = ()
    counts: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    loosened: tuple[Loosening, ...] = ()  # by the service or the run, and told with the verdict

    @property
    def code(self) -> int:
        return self.verdict.code

    @property
    def words(self) -> str:
        return self.verdict.words

    def requirement(self, identifier: str) -> JudgedRequirement | None:
        return next((item for item in self.requirements if item.id == identifier), None)

    @property
    def statuses(self) -> dict[str, str]:
        """What each requirement counts for that has a part in the verdict."""
        return {item.id: item.status.value for item in self.requirements if item.counts}


@dataclasses.dataclass(frozen=True)
class GateJudgement(Judgement):
    """That of a run."""

    requirements: tuple[GateRequirement, ...] = ()
    overridden: Overriding | None = None
    comparison: Compared | None = None

    def noting(self, notices: t.Iterable[Message]) -> GateJudgement:
        return dataclasses.replace(self, notices=(*self.notices, *notices))


@dataclasses.dataclass(frozen=True)
class StateJudgement(Judgement):
    """That of a service's state."""

    requirements: tuple[StateRequirement, ...] = ()
    emergencies_30d: int = 0  # of the last 30 days


__all__ = (
    "Covered",
    "DebtLine",
    "DebtSummary",
    "GateJudgement",
    "GateRequirement",
    "Instrument",
    "JudgedRequirement",
    "Judgement",
    "Measured",
    "Override",
    "Overriding",
    "Reservation",
    "Reused",
    "StateJudgement",
    "StateRequirement",
    "WouldHaveSaid",
)
