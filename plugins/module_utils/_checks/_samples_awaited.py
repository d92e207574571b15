# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an expression has no result yet, since its series have just begun: a rate needs two samples. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.prometheus import Prometheus
from .._clients.promql import Tree
from .._clients.promql_tree import Call, Select, everything, text
from .._message import one_line
from .._phrase import Message, phrase
from ._alert_meeting import TWO_SAMPLES


def awaited(tree: Tree, server: Prometheus, now: float) -> Message | None:
    """What it waits for; None where time alone brings nothing, as with a range that is shorter than what lies between two samples."""
    for part, given, reach in _rates(tree):
        selector = given.choices[0].text
        most = server.query(f"max(count_over_time({selector}[{reach}s]))")
        if most and most[0].value >= 2:
            continue
        started = server.configured()
        just_started = started is not None and now - started.timestamp() < reach
        if just_started or not server.query(f"count({selector} offset {reach}s)"):
            return phrase(
                "{part} needs two samples within {range:duration}, and has not got them yet",
                part=one_line(text(part), 200),
                range=float(reach),
            )
    return None


def _rates(tree: Tree) -> t.Iterator[tuple[Call, Select, int]]:
    """The calls that need two samples, with what they are given and how far it reaches, in whole seconds."""
    for part in everything(tree):
        if isinstance(part, Call) and part.function in TWO_SAMPLES and isinstance(part.args[0], Select):
            given = part.args[0]
            if given.range and not given.offset and given.at is None:
                yield part, given, max(int(given.range), 1)


__all__ = ("awaited",)
