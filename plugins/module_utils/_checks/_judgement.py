# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several checks of a host need to sum up many observations in one finding. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._argspec import ArgumentsRefused
from .._finding import Facts, Finding, Status
from .._phrase import Message, and_more, plural

FUTURE = 300.0  # seconds by which clocks may differ


@dataclasses.dataclass
class Judgement:
    """Sentences by what they mean; the worst decides the status, all of them are told."""

    fails: list[Message] = dataclasses.field(default_factory=list)
    unseen: list[Message] = dataclasses.field(default_factory=list)
    warns: list[Message] = dataclasses.field(default_factory=list)
    notes: list[Message] = dataclasses.field(default_factory=list)

    def finding(self, good: Message, **fields: t.Unpack[Facts]) -> Finding:
        """The finding; ``good`` is the message when there is nothing to say against."""
        for status, sentences in ((Status.FAIL, self.fails), (Status.UNKNOWN, self.unseen), (Status.WARN, self.warns)):
            if sentences:
                everything = [*self.fails, *self.unseen, *self.warns, *self.notes]
                fields["details"] = everything if len(everything) > 1 else []
                return Finding(status, and_more(sentences), **fields)
        fields["details"] = self.notes
        return Finding(Status.PASS, good, **fields)


def percent(name: str, text: str) -> float:
    """0.5 of ``50%``. ArgumentsRefused."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", str(text))
    if not match:
        raise ArgumentsRefused([f"{name}: '{text}' is not a share; expected for example 50%"])
    return float(match.group(1)) / 100


def shrunk(backup: Message, newest: float, earlier: t.Sequence[float], deviation: float) -> Message | None:
    """Says that this backup is suspiciously small beside earlier ones; bigger ones are what growth looks like."""
    if not earlier:
        return None
    # not with the module statistics: a check that runs as another user could not load it any more
    middle = sorted(earlier)[(len(earlier) - 1) // 2 : len(earlier) // 2 + 1]
    usual = sum(middle) / len(middle)
    if newest >= usual * (1 - deviation):
        return None
    return plural(
        "{backup} has {size:bytes}, the earlier one has {usual:bytes}: more than {share:percent} smaller",
        "{backup} has {size:bytes}, the median of {count:number} earlier ones is {usual:bytes}: more than {share:percent} smaller",
        count=len(earlier),
        backup=backup,
        size=newest,
        usual=usual,
        share=deviation,
    )


__all__ = ("FUTURE", "Judgement", "percent", "shrunk")
