# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found of one log, gathered until everything has been looked at. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._finding import Facts, Finding, failed, isoformat, passed, warned
from .._phrase import Message, and_more, phrase, verbatim

DAY = 86400.0


@dataclasses.dataclass
class Verdict:
    problems: list[Message] = dataclasses.field(default_factory=list)
    doubts: list[Message] = dataclasses.field(default_factory=list)
    last: list[Message] = dataclasses.field(default_factory=list)  # doubts that are told behind all others
    good: Message = verbatim("")
    remarks: list[Message] = dataclasses.field(default_factory=list)  # what the reader must know of a log that is well
    since: str | None = None

    def finding(self, **fields: t.Unpack[Facts]) -> Finding:
        both = self.problems + self.doubts + self.last
        if both:
            fields["details"] = both
        if self.problems:
            fields["since"] = self.since
            return failed(and_more(both), **fields)
        if both:
            return warned(and_more(both), **fields)
        said = self.good
        for remark in self.remarks:
            said = phrase("{said}; {remark}", said=said, remark=remark)
        return passed(said, **fields)


def iso(moment: float | None) -> str | None:
    """Seconds since 1970 as a finding has them."""
    return None if moment is None else isoformat(dt.datetime.fromtimestamp(moment, dt.timezone.utc))


__all__ = ("DAY", "Verdict", "iso")
