# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a roster says, whatever keeps it: who is on call, from when until when. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._phrase import Message

Span = tuple[float, float]  # seconds since 1970
PLAIN = "plain"  # the one way to read what cannot be read in several


@dataclasses.dataclass(frozen=True)
class Attendee:
    """Who is invited to an entry of a calendar, and what the answer was."""

    address: str
    name: str = ""
    partstat: str = ""
    cutype: str = ""
    role: str = ""


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry of a roster. ``spans``: when it lasts, by the way in which its source is read."""

    title: str
    spans: t.Mapping[str, Span]
    tier: str | None = None  # where the source says it itself
    names: tuple[str, ...] = ()  # of people, where the source says them itself
    reached: tuple[str, ...] = ()  # where the source knows it: at which addresses and numbers
    attendees: tuple[Attendee, ...] = ()
    categories: tuple[str, ...] = ()
    status: str = ""
    free: bool = False
    wall: Span | None = None  # when, on the clock of its own zone: seconds since 1970 as if that were UTC
    titled: bool = False  # the title was written beside the names
    doubts: tuple[Message, ...] = ()  # why it may last otherwise, or not at all


class Roster(t.NamedTuple):
    """What was read: its entries in the time that was asked for, and how many it has in all."""

    entries: tuple[Entry, ...]
    total: int


__all__ = ("PLAIN", "Attendee", "Entry", "Roster", "Span")
