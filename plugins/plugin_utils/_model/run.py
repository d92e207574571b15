# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the gate: what it was about, when, by whom, and how far it speaks for the service. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import Message
from .emergency import Emergency
from .plain import OMITTED, beside


@dataclasses.dataclass(frozen=True)
class Run:
    """The ``run`` of a record. What a run of an earlier version did not say has a default."""

    id: str
    phase: str
    environment: str = ""
    version: str | None = None
    deployment_id: str | None = None
    ticket: str | None = None
    deployment_kind: str | None = dataclasses.field(default=None, metadata=OMITTED)  # at pre and post
    cause: str | None = dataclasses.field(default=None, metadata=beside("deployment_kind"))
    window: t.Mapping[str, str | None] | None = None  # start and end
    started_at: str = ""
    finished_at: str = ""
    duration_seconds: float = 0.0
    controller: str = ""
    user: str = ""
    collection_version: str | None = dataclasses.field(default=None, metadata=OMITTED)
    ansible_version: str | None = dataclasses.field(default=None, metadata=OMITTED)
    mode: str = "observe"
    enforced: bool = False
    scope: str = "service"
    settle_seconds: float = 0.0
    recheck_interval_seconds: float | None = None
    partial: Message | None = None  # why it says nothing about the whole service
    first_deployment: bool = False
    version_remembered: bool = False  # it is that of the newest deployment: the run named none
    mode_of_files: str | None = dataclasses.field(default=None, metadata=OMITTED)  # what holds as long as they cannot be read
    refused: bool = False  # its input was: nothing was verified
    emergency: Emergency | None = None
    evidence_digest: str | None = dataclasses.field(default=None, metadata=OMITTED)

    @property
    def day(self) -> str:
        """On which it ended."""
        return self.finished_at[:10]

    @property
    def whole(self) -> bool:
        """Whether it is a verification of the whole service."""
        return not (self.partial or self.emergency or self.refused)


__all__ = ("Run",)
