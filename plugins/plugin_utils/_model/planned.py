# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a plan: what is to be verified, and all that the judge has to know beside the findings. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import typing as t

from ...module_utils._argspec import secret_options
from ...module_utils._phrase import NOTHING, Message
from ...module_utils._registry import COMPUTED, load_check
from .._described.policy import Rule
from .attestation import Owed
from .decision import DecisionTerms
from .loosening import Leave, Loosening, Standing
from .waiver import Waiver, WaiverState

OVERRIDE_DUE = "3d"
RECHECK_EVERY = 86400.0


class PlanState(str, enum.Enum):
    """What a requirement can be in a plan."""

    PLANNED = "planned"
    NOT_DECLARED = "not_declared"
    NOT_APPLICABLE = "not_applicable"
    NOT_DUE = "not_due"
    LATER = "later"
    UNPROVABLE = "unprovable"
    NO_HOST = "no_host"
    DECISION = "decision"  # what people decide: never of a policy

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class PlannedCheck:
    """One check on one instance. ``hosts`` is None for one that the controller runs."""

    key: str
    requirement: str
    check: str
    instance: str
    args: t.Mapping[str, t.Any]
    hosts: tuple[str, ...] | None = None
    run_as: str | None = None
    call: str = "run"
    after: str | None = None  # the key of the half whose observations it needs
    accepted: bool = False  # with the temporary limits of a waiver
    waiver: str | None = None  # the key of that waiver
    gap: Message | None = None
    unseen: bool = False  # the gap is not one of the description: nobody knows
    path: tuple[str | int, ...] = ()  # where the service file declares what it looks at
    runs: Message | None = None  # what a check runs that stands in for the policy's own
    less: Message | None = None  # what its findings leave open of what is asked: they are derived, and say so
    fails: str | None = None  # the key of the check that proves something only if this run of it fails
    leaves: Message | None = None  # what it leaves behind on its hosts
    unasked: bool = False  # nothing in the files says that it may

    @property
    def first_half(self) -> bool:
        """It prepares what another half looks for, and proves nothing itself: it writes a line, or sees what a host alone knows."""
        return self.call in ("write", "see")

    @property
    def aside(self) -> bool:
        """It has no finding of its own: it tells what another finding is worth."""
        return self.accepted or self.fails is not None

    def split_secrets(self) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The arguments, those that must not be seen apart."""
        hidden = set() if self.check in COMPUTED or self.gap is not None else set(secret_options(load_check(self.check)))
        return (
            {key: value for key, value in self.args.items() if key not in hidden},
            {key: value for key, value in self.args.items() if key in hidden and value is not None},
        )


@dataclasses.dataclass(frozen=True)
class PlannedRequirement:
    rule: Rule
    impact: str
    deciding: bool
    state: PlanState = PlanState.PLANNED
    why: Message = NOTHING
    declared_in: str = ""
    checks: tuple[PlannedCheck, ...] = ()
    switched_off: str | None = None  # the key that switches it off, where that is held against what was seen before
    seen_failing: bool = False  # what stands in for the policy's checks counts only if it was seen failing


@dataclasses.dataclass(frozen=True)
class DebtFile:
    """What a debt file says of itself."""

    file: str
    sha256: str
    adopted: int  # how many lines it had when the service was adopted


@dataclasses.dataclass(frozen=True)
class Removal:
    """Something whose going is announced for this version."""

    what: str  # a pattern
    reason: str
    declared_in: str


@dataclasses.dataclass(frozen=True)
class Limit:
    """How far a number may move, as the service file says it; what it leaves out, the check says."""

    relative: float | None = None
    absolute: float | None = None
    then: str | None = None


@dataclasses.dataclass(frozen=True)
class Terms:
    """On which terms a baseline is compared."""

    tolerances: t.Mapping[str, Limit] = dataclasses.field(default_factory=dict)
    removed: tuple[Removal, ...] = ()


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything that the judge has to know beside the findings."""

    service: t.Mapping[str, str]  # name, owner, kind
    level: str
    level_reason: Message
    phase: str | None  # None: all phases, for the service's state
    policy: t.Mapping[str, str]
    requirements: tuple[PlannedRequirement, ...]
    waivers: tuple[Waiver, ...]  # lines of debt too
    expected_hosts: tuple[str, ...]
    mode: str
    notices: tuple[Message, ...] = ()
    inputs: t.Mapping[str, t.Mapping[str, str | None] | None] = dataclasses.field(default_factory=dict)  # files: path and digest
    publish: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    unpublished: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # targets that cannot be used, with the reason
    reservation_due: str = "14d"
    failed_within: str = "7d"
    records: str | None = None  # the folder that one of the files names
    overdue: str = "fail"  # what an overdue reservation does
    override_due: str = OVERRIDE_DUE
    decision_required: bool = False
    decision_terms: DecisionTerms | None = None  # None: any recorded decision counts
    mode_of_files: str | None = None  # whatever the run asks for; enforce where any requirement is
    refused: tuple[str, ...] = ()  # why there is no plan, of one that stands in
    recheck_every: float = RECHECK_EVERY  # seconds after which the service is to be verified again
    settling: float = 0.0  # seconds for which checks that may need time are repeated
    scope: str = "service"
    comparison: Terms = dataclasses.field(default_factory=Terms)  # with a baseline
    observe_until: str | None = None  # the last day of observe, where the mode is observe
    ratchet: bool = False  # what has passed once and fails again blocks
    debt: DebtFile | None = None  # its lines are waivers of the kind debt
    adopting: Leave = Leave.GIVEN  # of whoever runs adopt, for debt that is new
    hosts_pattern: str | None = None  # service.hosts
    hostless: Message | None = None  # why there is nothing to judge: no host fits the pattern
    lost_hosts: tuple[str, ...] = ()  # that the pattern no longer has, though nobody announced it
    remembered: str | None = None  # the version of the newest deployment, where the run names none
    loosened: tuple[Loosening, ...] = ()  # by the service, or by this run
    standing: Standing | None = None  # what the files say, for the runs to come; None without an organisation file
    records_mode: str = "0600"  # permissions of the files of records
    owed: tuple[Owed, ...] = ()  # statements that nobody has made
    settled_owner: str | None = None  # the owner whom the organisation names for a service that changed hands

    @property
    def name(self) -> str:
        """Of the service."""
        return self.service["name"]

    @property
    def owner(self) -> str:
        """Of the service."""
        return self.service["owner"]

    @property
    def lines_of_debt(self) -> list[Waiver]:
        return [waiver for waiver in self.waivers if waiver.is_debt]

    @property
    def requests(self) -> list[Waiver]:
        return [waiver for waiver in self.waivers if waiver.state is WaiverState.REQUESTED]

    @property
    def checks(self) -> list[PlannedCheck]:
        return [check for requirement in self.requirements for check in requirement.checks]

    @property
    def enforces(self) -> bool:
        """Whether any verdict of this plan can stop a play."""
        return self.mode == "enforce" or any(requirement.rule.mode == "enforce" for requirement in self.requirements)

    @property
    def other_hosts(self) -> list[str]:
        """Hosts outside ``service.hosts`` that have something to do."""
        named = {host for check in self.checks for host in check.hosts or ()}
        return sorted(named - set(self.expected_hosts))

    @property
    def later_hosts(self) -> list[str]:
        """Hosts that need a task of their own after those of the service: others, and those that look for what was written."""
        looking = {host for check in self.checks if check.after is not None for host in check.hosts or ()}
        return sorted(looking | set(self.other_hosts))

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True, default=str).encode()).hexdigest()


__all__ = (
    "OVERRIDE_DUE",
    "RECHECK_EVERY",
    "DebtFile",
    "Limit",
    "Plan",
    "PlanState",
    "PlannedCheck",
    "PlannedRequirement",
    "Removal",
    "Terms",
)
