# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a baseline: the ``comparison`` of a run. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._phrase import NOTHING, Message


@dataclasses.dataclass(frozen=True)
class Origin:
    """The baseline that was compared with."""

    deployment_id: str | None = None
    version: str | None = None
    taken_at: str | None = None
    run: str | None = None


@dataclasses.dataclass(frozen=True)
class Thing:
    """Something that was seen, by its name."""

    what: Message
    instance: str = ""
    host: str = ""


@dataclasses.dataclass(frozen=True)
class GoneThing:
    """Something that was there before. ``announced`` is the reason, where its removal was announced."""

    what: Message
    check: str = ""
    requirement: str = ""
    instance: str = ""
    host: str = ""
    message: Message = NOTHING
    announced: str | None = None


@dataclasses.dataclass(frozen=True)
class Moved:
    """A number before and after, with the limit within which it may move."""

    name: str
    what: Message
    instance: str = ""
    host: str = ""
    before: float = 0.0
    after: float = 0.0
    limit: float = 0.0
    bound: str = "upper"
    status: str = "pass"


@dataclasses.dataclass(frozen=True)
class NotKnown:
    """A check that could not be compared, and why."""

    check: str
    instance: str = ""
    host: str = ""
    why: Message = NOTHING


@dataclasses.dataclass(frozen=True)
class Compared:
    """What became of a baseline."""

    baseline: Origin
    compared: int = 0
    gone: tuple[GoneThing, ...] = ()
    new: tuple[Thing, ...] = ()
    changed: tuple[Moved, ...] = ()
    within: tuple[Moved, ...] = ()
    newly_firing: tuple[Thing, ...] = ()
    unknown: tuple[NotKnown, ...] = ()
    not_compared: t.Mapping[str, int] = dataclasses.field(default_factory=dict)


__all__ = ("Compared", "GoneThing", "Moved", "NotKnown", "Origin", "Thing")
