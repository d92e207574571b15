# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in a backup that is a file. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._phrase import NOTHING, Message, phrase, verbatim


def _nobody(_name: str) -> None:
    return None


@dataclasses.dataclass
class Inside:
    """What a reader finds, while it reads: what it has said stays when it stops early.

    ``listed``: each name in it was told to ``on_name`` (members of an archive, tables of a dump). ``derived``: why it is not proven by
    what it holds, though nothing speaks against it. ``size``: unpacked.
    """

    kind: Message = NOTHING
    container: str = ""
    size: int = 0
    listed: bool = False
    encrypted: bool = False
    damages: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
    unseen: list[Message] = dataclasses.field(default_factory=list)
    derived: list[Message] = dataclasses.field(default_factory=list)
    empty: list[Message] = dataclasses.field(default_factory=list)  # it is whole, and holds nothing
    closed: bool = False  # nobody has looked at what it holds: it may be encrypted
    message: Message | None = None  # of a tool that failed, where it stands in the place of the content
    made: float | None = None  # when it says itself that it was made, in seconds since 1970
    dump: str = ""  # what can load it: postgresql_dump, postgresql_archive, mysql_dump, sqlite, sqlite_dump
    on_name: t.Callable[[str], None] = _nobody

    def described(self) -> Message:
        """What it is, in words: ``PostgreSQL dump in gzip``."""
        if not self.container:
            return self.kind
        if not self.kind:
            return verbatim(self.container)
        return phrase("{content} in {container}", content=self.kind, container=self.container)


__all__ = ("Inside",)
