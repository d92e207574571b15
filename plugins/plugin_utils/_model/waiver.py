# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An accepted deviation as a plan knows it: a waiver, or a line of debt. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing as t

from ...module_utils._finding import Finding
from ...module_utils._phrase import Message
from .fault import SeenFaults
from .plain import HIDDEN, OMITTED, from_plain
from .plain import key as kept_as

DEBT = "debt"  # the kind of a line of debt
NOT_APPLICABLE = "not_applicable"  # the kind of a request that a requirement be not applicable


class WaiverState(str, enum.Enum):
    """What a waiver is worth on a day."""

    ACTIVE = "active"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REFUSED = "refused"  # by the policy, or for its approver
    REQUESTED = "requested"  # by the service, where the organisation says who approves: it has no effect
    STRUCK = "struck"  # a line of debt whose requirement has passed since
    UNPROVEN = "unproven"  # a line of debt that no record bears out
    NOT_NEEDED = "not_needed"  # in a record: it is active, and everything that it is about passes

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Waiver:
    """Who accepts which deviation, from when until when, and what it is worth today.

    ``accept`` has temporary limits instead of blindness. ``declared_in`` and ``key`` are the plan's own: of no interest in a record.
    """

    requirement: str
    reason: Message
    approved_by: str
    until: str
    begins: str | None = dataclasses.field(default=None, metadata=kept_as("from", omitted=True))
    compensating: str | None = dataclasses.field(default=None, metadata=OMITTED)
    ticket: str | None = dataclasses.field(default=None, metadata=OMITTED)
    requested_by: str | None = dataclasses.field(default=None, metadata=OMITTED)
    service: str | None = dataclasses.field(default=None, metadata=OMITTED)
    host: str | None = dataclasses.field(default=None, metadata=OMITTED)
    instance: str | None = dataclasses.field(default=None, metadata=OMITTED)
    accept: t.Mapping[str, object] | None = dataclasses.field(default=None, metadata=OMITTED)
    kind: str | None = dataclasses.field(default=None, metadata=OMITTED)
    passed_at: str | None = dataclasses.field(default=None, metadata=OMITTED)  # when the requirement of a line of debt passed
    to_copy: str | None = dataclasses.field(default=None, metadata=OMITTED)  # of a request, the line with which operations accepts it
    copy_into: str | None = dataclasses.field(default=None, metadata=OMITTED)  # the file and the key there
    brought: Message | None = dataclasses.field(default=None, metadata=OMITTED)  # by which commit, where git is asked
    renewals: int | None = dataclasses.field(default=None, metadata=OMITTED)  # in a record: how often its end was moved
    state: WaiverState = WaiverState.ACTIVE
    days_left: int | None = dataclasses.field(default=None, metadata=OMITTED)  # in a record's list of waivers
    key: str = dataclasses.field(default="", metadata=HIDDEN)  # what it is about: a service's state refers to it
    declared_in: str = dataclasses.field(default="", metadata=HIDDEN)
    own: bool = dataclasses.field(default=False, metadata=HIDDEN)  # it stands in the service's own file
    seen: SeenFaults | None = dataclasses.field(default=None, metadata=HIDDEN)  # of a line of debt; None: of an older version
    why: Message | None = dataclasses.field(default=None, metadata=HIDDEN)  # why a line of debt is not believed

    @classmethod
    def declared(cls, given: t.Mapping[str, object], *, key: str, declared_in: str, state: WaiverState) -> Waiver:
        """One as it stands in a file."""
        return dataclasses.replace(from_plain(cls, given), key=key, declared_in=declared_in, state=state)

    @property
    def subject(self) -> str:
        """What it is about, whatever its dates."""
        return " ".join(
            [self.requirement, *(f"{name}={part}" for name, part in (("host", self.host), ("instance", self.instance)) if part)]
        )

    @property
    def active(self) -> bool:
        return self.state is WaiverState.ACTIVE

    @property
    def is_debt(self) -> bool:
        return self.kind == DEBT

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding of its requirement is what it is about."""
        return self.host in (None, finding.host) and self.instance in (None, finding.instance)

    def days_until_end(self, today: dt.date) -> int:
        return (dt.date.fromisoformat(self.until) - today).days


__all__ = ("DEBT", "NOT_APPLICABLE", "Waiver", "WaiverState")
