# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verification and the restore of a backup give, whatever the tool. PRIVATE to the collection.

Each tool has a file _integrity_TOOL.py with ``verify`` and a file _restore_TOOL.py with ``generations`` and ``restore``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._finding import Measurement
from .._phrase import Message
from .._runner import Runner


@dataclasses.dataclass(frozen=True)
class Share:
    """Which part of the data is read this time: the ``number``-th (from 1) of ``of`` parts; 1 of 1 is everything."""

    number: int
    of: int


@dataclasses.dataclass
class Verified:
    """What the tool's own verification found; ``read`` says in words what of the backup was read."""

    read: Message
    damages: list[Message] = dataclasses.field(default_factory=list)  # what is damaged or missing: a fail
    unseen: list[Message] = dataclasses.field(default_factory=list)  # what could not be verified: unknown
    warns: list[Message] = dataclasses.field(default_factory=list)
    measurements: list[Measurement] = dataclasses.field(default_factory=list)
    observed: dict[str, object] = dataclasses.field(default_factory=dict)
    absent: bool = False  # there is no backup at all


@dataclasses.dataclass(frozen=True)
class Generation:
    """One backup that can be restored. ``bytes``: what a restore would write, None where the tool cannot tell."""

    id: str
    time: dt.datetime
    bytes: int | None = None
    items: int | None = None


@dataclasses.dataclass
class Restored:
    """What a restore has written below its target.

    ``places``: what was backed up (the path as it was) and where it lies now. ``database``: the kind and the data folder of a cluster that
    can be started, or the kind and the dump that a server can load.
    """

    files: int
    bytes: int
    places: dict[str, str] = dataclasses.field(default_factory=dict)
    database: tuple[str, str] | None = (
        None  # ("postgresql", folder), ("mariadb", folder), ("postgresql_dump", file), ("mysql_dump", file), ("sqlite", file)
    )
    listed: dict[str, int] = dataclasses.field(default_factory=dict)  # sizes by restored path, as the backup itself lists them
    whole: list[str] | None = None  # folders as they were that it has all of; None: what ``places`` names
    lost: list[str] = dataclasses.field(default_factory=list)  # members of it that could not be restored


class IntegrityOf(t.Protocol):
    """A file _integrity_TOOL.py."""

    def verify(self, args: t.Any, runner: Runner, share: Share) -> Verified: ...


class RestoreOf(t.Protocol):
    """A file _restore_TOOL.py."""

    def generations(self, args: t.Any, runner: Runner) -> list[Generation]:
        """Complete backups, newest first. CannotObserve."""

    def restore(self, args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
        """Restores into ``target``, an empty folder that the caller has made and will remove. CannotObserve, RestoreFailed."""


class RestoreFailed(Exception):
    """The tool could not restore this backup: a fail, with the reason in the tool's words."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


__all__ = ("Generation", "IntegrityOf", "RestoreFailed", "RestoreOf", "Restored", "Share", "Verified")
