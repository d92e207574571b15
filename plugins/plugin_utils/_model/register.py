# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The register of a service: each requirement of its level, what is declared for it, and what is not. PRIVATE to the collection."""

from __future__ import annotations

import collections
import dataclasses
import enum
import typing as t

from ...module_utils._phrase import Message
from .loosening import Loosening
from .waiver import Waiver


class Declared(str, enum.Enum):
    """How far a requirement is declared, the worst last but for those that are not asked."""

    VERIFIABLE = "verifiable"  # with everything that it needs, for each instance
    LATER = "later"  # with everything, of which something is only known later: a secret, a variable, the hosts
    INCOMPLETE = "incomplete"  # of some instance something is missing
    NOT_DECLARED = "not_declared"
    NO_CHECK = "no_check"  # no check of this version proves it
    NOT_APPLICABLE = "not_applicable"

    def __str__(self) -> str:
        return self.value


OPEN = (Declared.NOT_DECLARED, Declared.INCOMPLETE, Declared.NO_CHECK)  # somebody has to write something


@dataclasses.dataclass(frozen=True)
class Due:
    """From when on a requirement decides. ``because``: window, enforce_from, or nothing where no file says a day."""

    phase: str
    day: str | None = None
    because: str | None = None


@dataclasses.dataclass(frozen=True)
class Line:
    """One check of one instance. ``hosts`` is None for the controller."""

    check: str
    instance: str
    hosts: tuple[str, ...] | None = None
    missing: Message | None = None
    later: tuple[Message, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """One requirement."""

    id: str
    title: str
    reason: str
    area: str
    stakeholder: str
    responsible: str
    impact: str
    declared: Declared
    due: Due
    why: tuple[Message, ...] = ()  # what is missing, what comes later, or why it is not asked
    keys: tuple[str, ...] = ()  # of the service file: what to declare
    declared_in: str = ""
    proved_by: tuple[str, ...] = ()  # checks
    proof: str = "none"  # what its findings will rest on
    lines: tuple[Line, ...] = ()
    phases: tuple[str, ...] = ()  # in which it decides
    observed: tuple[str, ...] = ()  # in which it is looked at without deciding
    mode: str = "observe"
    waiver: Waiver | None = None
    origin: str = ""
    remedy: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody has to declare something."""
        return self.declared in OPEN

    @property
    def asked(self) -> bool:
        return self.declared is not Declared.NOT_APPLICABLE


@dataclasses.dataclass(frozen=True)
class Register:
    """All of them, with what is to be known of the service."""

    service: t.Mapping[str, str]  # name, owner, kind
    level: str
    level_reason: Message
    environment: str
    mode: str
    policy: t.Mapping[str, str]
    entries: tuple[Entry, ...]
    made_at: str
    hosts: tuple[str, ...] = ()
    version: str | None = None
    window: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    first_deployment: bool = False
    waivers: tuple[Waiver, ...] = ()
    requests: tuple[Waiver, ...] = ()
    notices: tuple[Message, ...] = ()
    loosened: tuple[Loosening, ...] = ()
    inputs: t.Mapping[str, t.Mapping[str, str | None] | None] = dataclasses.field(default_factory=dict)
    language: str | None = None  # that the files name for reports

    @property
    def asked(self) -> list[Entry]:
        """The requirements that are asked of the service."""
        return [entry for entry in self.entries if entry.asked]

    @property
    def counts(self) -> dict[str, int]:
        """How many are declared how far."""
        counted = collections.Counter(entry.declared for entry in self.entries)
        return {declared.value: counted[declared] for declared in Declared}

    @property
    def blockers(self) -> list[Entry]:
        """The blockers of which something is missing, and which nobody has waived."""
        return [entry for entry in self.entries if entry.open and entry.impact == "blocker" and not (entry.waiver and entry.waiver.active)]


__all__ = ("OPEN", "Declared", "Due", "Entry", "Line", "Register")
