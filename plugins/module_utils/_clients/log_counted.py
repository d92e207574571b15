# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a place has of each host in a time, counted line by line, the newest first. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._phrase import Message
from .log_store import Flow

OLD_RUN = 5000  # older lines, one after the other, after which there may be no newer ones before them
FIRST_LOOK, LAST_LOOK = 1000, 100_000  # lines after which it is looked whether all is there


@dataclasses.dataclass
class Counted:
    """What a place has in a time, by the name of each host there."""

    flows: dict[str, Flow] = dataclasses.field(default_factory=dict)
    ahead: dict[str, float] = dataclasses.field(default_factory=dict)  # of each that has lines from after that time, the newest
    arrived: dict[str, float] = dataclasses.field(default_factory=dict)  # when the file of each was written last, where each has its own
    files: dict[str, set[tuple[int, int]]] = dataclasses.field(default_factory=dict)  # device and inode of the files of each
    short: Message | None = None  # why it was not looked at to its end: what is not there may be there

    def add(self, name: str, lines: int, newest: float | None) -> None:
        known = self.flows.get(name, Flow(0, None))
        moments = [moment for moment in (known.newest, newest) if moment is not None]
        self.flows[name] = Flow(known.lines + lines, max(moments) if moments else None)

    def add_ahead(self, name: str, moment: float) -> None:
        self.ahead[name] = max(moment, self.ahead.get(name, moment))


Enough = t.Callable[[t.Mapping[str, Flow]], bool]  # whether all that is wanted has been found


class Tally:
    """Lines as they are read from the newest on. One of an old date ends nothing: it may have been sent again, or its clock is wrong."""

    def __init__(self, since: float, until: float, counted: Counted, satisfied: Enough, old_run: int = OLD_RUN) -> None:
        self.since, self.until, self.counted, self._satisfied = since, until, counted, satisfied
        self._old_run = old_run
        self._of: dict[str, list[float]] = {}  # lines, and the newest
        self._seen, self._next, self._old = 0, FIRST_LOOK, 0

    def take(self, name: str, moment: float) -> None:
        if moment < self.since:
            self._old += 1
            return
        self._old = 0
        if moment > self.until:
            self.counted.add_ahead(name, moment)
            return
        known = self._of.get(name)
        if known is None:
            self._of[name] = [1, moment]
        else:
            known[0] += 1
            known[1] = max(known[1], moment)
        self._seen += 1

    def is_enough(self) -> bool:
        """Whether all that is wanted has been found: looked at ever more rarely."""
        if self._seen < self._next:
            return False
        self._next = self._seen + min(self._seen, LAST_LOOK)
        self.settle()
        return self._satisfied(self.counted.flows)

    def is_past(self) -> bool:
        """Whether nothing but older lines has come for long."""
        return self._old >= self._old_run

    def goes_on(self) -> None:
        """Newer lines are known to stand before the older ones."""
        self._old = 0

    def settle(self) -> None:
        """Hands over what has been taken."""
        for name, (lines, newest) in self._of.items():
            self.counted.add(name, int(lines), newest)
        self._of = {}


__all__ = ("Counted", "Enough", "Tally")
