# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the dates in the names of rotated files tell as many apart as the rule makes. PRIVATE to the collection."""

from __future__ import annotations

from .._phrase import phrase
from ._rotation_age import Log
from ._rotation_verdict import DAY, Verdict

_WITHIN_A_DAY = ("%H", "%M", "%S", "%s")


def judge_dated(verdict: Verdict, log: Log) -> None:
    """Where the name is taken, logrotate leaves the log alone; it gives hourly files an hour unless it is told a form."""
    rule, form = log.rule, log.block.dateformat if log.block is not None else None
    if rule is None or rule.period is None or rule.period >= DAY or not log.has("dateext") or not form:
        return
    if not any(part in form for part in _WITHIN_A_DAY):
        verdict.doubts.append(
            phrase(
                "the rule of {path:path} rotates every {period:duration}, but its dateformat {form} gives all files of a day the same "
                "name: logrotate refuses each rotation after the first of a day; add %H to it",
                path=log.path,
                period=rule.period,
                form=form,
            )
        )


__all__ = ("judge_dated",)
