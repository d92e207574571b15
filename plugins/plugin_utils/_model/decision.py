# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decide on a run, and the evidence that it is about. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ...module_utils._phrase import Message
from .plain import OMITTED, to_plain
from .verdict import Outcome, Verdict

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What a decision is about: the same in the next run where nothing of it has changed."""

    digest: str = ""
    verdict: str = ""
    words: str = ""
    service: str = ""
    environment: str = ""
    phase: str = ""
    version: str | None = None
    deployment_id: str | None = None
    service_file: str | None = None
    organisation_file: str | None = None
    policy: str | None = None
    requirements: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # status, and the key of the waiver that counts
    overdue: tuple[str, ...] = ()

    def of_content(self) -> str:
        """The digest over everything but what follows from it."""
        kept = {name: value for name, value in to_plain(self).items() if name not in ("digest", "verdict", "words")}
        return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def intact(self) -> bool:
        """Whether it is as it was written."""
        return bool(self.digest) and self.digest == self.of_content()


@dataclasses.dataclass(frozen=True)
class Condition:
    """Something that must still be done."""

    text: str
    responsible: str
    due: str | None = None
    met: str | None = None
    state: str | None = dataclasses.field(default=None, metadata=OMITTED)  # open, overdue, met: as a record shows it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decision:
    """What a body decided on a run."""

    schema_version: int
    id: str
    service: str
    environment: str
    phase: str
    run: str = ""
    digest: str
    evidence: Evidence | None = None
    verdict: Verdict
    verified: int | None = None
    required: int | None = None
    body: str
    date: str
    valid_until: str
    decided_by: tuple[str, ...] = ()
    operations_opinion: str | None = None
    outcome: Outcome
    against_verdict: bool = False
    reason: str | None = None
    conditions: tuple[Condition, ...] = ()
    comment: str | None = None
    recorded_by: Message | None = None
    recorded_at: str

    @property
    def content_digest(self) -> str:
        """A digest of all that it says. What is empty has no part in it, so that a later version may know more."""
        return hashlib.sha256(json.dumps(_said(to_plain(self)), sort_keys=True, default=str).encode()).hexdigest()

    @property
    def name(self) -> str:
        return f"the decision of {self.date} ({self.body})"

    @property
    def against(self) -> str:
        """That it goes against the verdict, in words; empty where it does not."""
        return f" against the verdict {self.verdict.words}" if self.against_verdict else ""


def _said(value: object) -> object:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if (kept := _said(item)) not in (None, False, "", [], {})}
    return [_said(item) for item in value] if isinstance(value, list) else value


@dataclasses.dataclass(frozen=True)
class ConfirmedDecision:
    """A decision that the organisation's files confirm. ``why`` says why that does not count."""

    id: str
    digest: str
    declared_in: str
    why: Message | None = None


@dataclasses.dataclass(frozen=True)
class DecisionTerms:
    """Where the organisation names who decides: what makes a recorded decision count."""

    deciders: tuple[str, ...]
    file: str  # in which operations confirms one
    confirmed: tuple[ConfirmedDecision, ...] = ()
    only_against_verdict: bool = False  # any other decision counts without it


@dataclasses.dataclass(frozen=True)
class ShownDecision:
    """A decision as a record shows it."""

    id: str
    phase: str
    run: str
    digest: str
    verdict: Verdict
    verified: int | None
    required: int | None
    body: str
    date: str
    valid_until: str
    decided_by: tuple[str, ...]
    operations_opinion: str | None
    outcome: Outcome
    against_verdict: bool
    reason: str | None
    conditions: tuple[Condition, ...]
    comment: str | None
    recorded_by: Message | None
    recorded_at: str
    about_this_evidence: bool = False
    counts: bool = False
    request: Message | None = dataclasses.field(default=None, metadata=OMITTED)  # why it is one, and lets nothing go on


__all__ = ("SCHEMA_VERSION", "Condition", "ConfirmedDecision", "Decision", "DecisionTerms", "Evidence", "ShownDecision")
