# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there before a deployment, as it is kept. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import NOTHING, Message, phrase

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Observation:
    """What a check saw in one place, by the name of the fact."""

    requirement: str
    check: str
    instance: str
    host: str
    facts: t.Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Unseen:
    """A place that could not be looked at."""

    requirement: str
    check: str
    instance: str
    host: str
    message: Message = NOTHING


@dataclasses.dataclass(frozen=True, kw_only=True)
class Baseline:
    """The baseline of a deployment."""

    schema_version: int
    service: str
    environment: str
    deployment_id: str
    version: str | None = None
    run: str = ""
    taken_at: str
    inputs: t.Mapping[str, object] = dataclasses.field(default_factory=dict)
    hosts: tuple[str, ...]
    addresses: t.Mapping[str, tuple[str, ...]]
    requirements: tuple[str, ...]
    observations: tuple[Observation, ...]
    unseen: tuple[Unseen, ...]

    @property
    def name(self) -> Message:
        return phrase(
            "the baseline of deployment {deployment}, taken at {taken:moment}", deployment=self.deployment_id, taken=self.taken_at
        )


__all__ = ("SCHEMA_VERSION", "Baseline", "Observation", "Unseen")
