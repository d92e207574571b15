# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployments of a service, and the figures of its delivery, as they are kept and shown. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .plain import OMITTED
from .verdict import Verdict

SCHEMA_VERSION = 1
UNPLANNED = ("hotfix", "rollback")


@dataclasses.dataclass(frozen=True)
class Said:
    """What a gate said of a deployment. ``count``: of how many batches, the worst counts."""

    verdict: Verdict
    code: int
    at: str
    run: str | None = None
    count: int | None = dataclasses.field(default=None, metadata=OMITTED)


@dataclasses.dataclass(frozen=True)
class Deployment:
    """An entry of the ledger: it begins with the first ``pre`` and ends with the first ``post``."""

    deployment_id: str
    version: str | None
    kind: str | None  # None: it was not recorded
    cause: str | None
    ticket: str | None
    emergency: str | None
    began_at: str
    ended_at: str | None
    pre: Said | None
    post: Said | None
    batches: Said | None
    at: str | None = dataclasses.field(default=None, metadata=OMITTED)  # when it was deployed: as records show it

    @property
    def deployed_at(self) -> str | None:
        """When it was deployed; of one that never came to its whole verification, when that of its last batch ended."""
        return self.ended_at or (self.batches.at if self.batches else None)

    @property
    def verdict(self) -> Verdict | None:
        said = self.post or self.batches
        return said.verdict if said else None

    @property
    def unplanned(self) -> bool:
        """A hotfix, a rollback, or one that could not wait for an incident."""
        return self.kind in UNPLANNED or bool(self.emergency)


@dataclasses.dataclass(frozen=True)
class Ledger:
    """The deployments of a service in an environment, in the order in which they began."""

    schema_version: int
    service: str
    environment: str
    deployments: tuple[Deployment, ...]


@dataclasses.dataclass(frozen=True)
class Window:
    """The figures of some days."""

    days: int
    deployments: int = 0
    kinds: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    per_week: float | None = None
    judged: int = 0
    failed: int = 0
    change_fail_ratio: float | None = None
    unplanned: int = 0
    deployment_rework_ratio: float | None = None
    recovered: int = 0
    recovery_seconds: float | None = None
    settled: int = 0
    first_time_right_ratio: float | None = None


@dataclasses.dataclass(frozen=True)
class DeliveryPerformance:
    """How well a service is delivered. What cannot be calculated is None, and not 0."""

    as_of: str = ""
    failed_within_seconds: float = 0.0
    recorded_since: str | None = None
    last_unplanned_at: str | None = None
    days_since_last_unplanned: int | None = None
    windows: tuple[Window, ...] = ()


__all__ = ("SCHEMA_VERSION", "UNPLANNED", "DeliveryPerformance", "Deployment", "Ledger", "Said", "Window")
