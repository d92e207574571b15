# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that were dropped on their way: by the store's own counters, and by what shippers say in the lines that did come.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import typing as t

from .._clients.log_drops import Counters, counters
from .._clients.log_store import Stored
from .._finding import CannotObserve, Status
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._log_silence import Asked
from ._log_sources import Source, StoreSource

PATIENCE = 15.0  # seconds for what only adds to the finding
SHARE = 0.001  # of all that the store was given since its start
SAMPLED = ("sample_rate", "sampling_rate", "SampleRate")  # fields in which shippers say that they keep one line of so many
# what is searched for, and how much was lost by it: journald, rsyslog's rate limits and its queues (impstats)
SAID = (
    ("Suppressed", re.compile(r"Suppressed (\d{1,12}) messages from")),
    ("messages lost due to rate-limiting", re.compile(r"(\d{1,12}) messages lost due to rate-limiting")),
    ("discarded.full", re.compile(r"discarded\.(?:full|nf)[\"=:]{1,2}(\d{1,12})")),
    ("imuxsock lost", re.compile(r"imuxsock lost (\d{1,12}) messages")),
)


@dataclasses.dataclass
class Drops:
    """What is known of lines that were dropped."""

    before: Counters | None = None
    counted: int | None = None  # by the store, since it was started; None where it does not count them
    remarks: list[tuple[Status, Message]] = dataclasses.field(default_factory=list)

    def until_now(self, args: t.Mapping[str, object], source: Source, runner: Runner, asked: Asked) -> Drops:
        """The same at the end of the check, with what has been dropped meanwhile, and what the lines say that came."""
        after = _counters(args, source, runner)
        remarks: list[tuple[Status, Message]] = []
        if after is not None:
            remarks += _of_counters(self.before, after)
        if isinstance(source, StoreSource):
            with contextlib.suppress(CannotObserve):
                remarks += _told(source, asked, runner)
            with contextlib.suppress(CannotObserve):
                remarks += _sampled(source, asked, runner)
        return Drops(self.before, after.dropped if after is not None else None, remarks)


def drops_of(args: t.Mapping[str, object], source: Source, runner: Runner) -> Drops:
    """What the store has counted until now."""
    return Drops(_counters(args, source, runner))


def _counters(args: t.Mapping[str, object], source: Source, runner: Runner) -> Counters | None:
    if not isinstance(source, StoreSource):
        return None
    try:
        return counters(source.backend, args, runner.within(PATIENCE))
    except CannotObserve:
        return None


def _of_counters(before: Counters | None, after: Counters) -> list[tuple[Status, Message]]:
    if not after.dropped:
        return []
    if before is not None and after.dropped > before.dropped:
        told = plural(
            "the store has dropped {count:number} line while it was asked ({why})",
            "the store has dropped {count:number} lines while it was asked ({why})",
            count=after.dropped - before.dropped,
            why=after.why,
        )
        return [(Status.WARN, told)]
    share = after.dropped / (after.dropped + after.taken) if after.taken else 0.0
    told = plural(
        "the store has dropped {count:number} line since it was started, {share:percent} of what it was given ({why})",
        "the store has dropped {count:number} lines since it was started, {share:percent} of what it was given ({why})",
        count=after.dropped,
        share=share,
        why=after.why,
    )
    return [(Status.WARN if share >= SHARE else Status.PASS, told)]


def _told(source: StoreSource, asked: Asked, runner: Runner) -> list[tuple[Status, Message]]:
    """What shippers and journald say of lines that they have dropped, in lines that came."""
    store = StoreSource(source.backend, source.args, runner.within(PATIENCE)).store
    lost: dict[str, int] = {}
    for line in store.find([token for token, _expression in SAID], asked.begin):
        count = lost_by(line)
        if count and (line.moment is None or line.moment >= asked.begin):
            lost[line.host or "?"] = lost.get(line.host or "?", 0) + count
    return [
        (
            Status.WARN,
            plural(
                "{count:number} line of {host} was dropped before it was sent, as lines there say",
                "{count:number} lines of {host} were dropped before they were sent, as lines there say",
                count=count,
                host=host,
            ),
        )
        for host, count in sorted(lost.items())
    ]


def lost_by(line: Stored) -> int:
    """How many messages a line says were lost."""
    return max((int(number) for _token, expression in SAID for number in expression.findall(line.text[:4000])), default=0)


def _sampled(source: StoreSource, asked: Asked, runner: Runner) -> list[tuple[Status, Message]]:
    store = StoreSource(source.backend, source.args, runner.within(PATIENCE)).store
    for field in SAMPLED:
        rates = [name for name, flow in store.flow(field, asked.begin, asked.now).items() if name and flow.lines]
        kept = [rate for rate in rates if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", rate) and float(rate) not in (0.0, 1.0)]
        if kept:
            told = phrase("lines are sampled on purpose: not all are kept ({field} is {rates:list})", field=field, rates=sorted(kept)[:5])
            return [(Status.PASS, told)]
    return []


__all__ = ("Drops", "drops_of", "lost_by")
