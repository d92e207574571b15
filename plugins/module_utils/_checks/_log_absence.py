# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an instance is silent: the store, the way to it, another place, another name, another time, or the instance itself.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._clients.log_counted import Counted
from .._clients.log_store import Flow, Stored
from .._clients.log_tail import CANARY
from .._clients.log_values import HOST_FIELDS
from .._finding import CannotObserve, Status
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._log_instances import Expected, Matched, is_address, matched
from ._log_silence import AHEAD, LULL, SKEW, Asked, Said, in_the_future, together
from ._log_sources import Source, StoreSource

DAY = 86400.0
LONGER = 7 * DAY  # how far back the newest line of a silent instance is looked for
PATIENCE = 20.0  # seconds for each question that only explains
AGAIN = 3.0  # seconds between two looks, which tell what moves on from what stands still
SHOWN = 5  # names in a sentence


@dataclasses.dataclass
class Clues:
    """What else is there: of the instances themselves for longer, and of everybody."""

    earlier: dict[str, Flow] = dataclasses.field(default_factory=dict)  # by instance, within LONGER
    moving: set[str] = dataclasses.field(default_factory=set)  # instances whose newest line is another one than a moment ago
    beside: dict[str, Flow] = dataclasses.field(default_factory=dict)  # by instance, lines of its host that are not of this log
    astray: dict[str, Message] = dataclasses.field(default_factory=dict)  # by instance, where else lines with its name lie
    empty: bool = False  # nobody at all has a line there
    others: float | None = None  # the newest line of anybody else
    strangers: list[str] = dataclasses.field(default_factory=list)  # names that log there and are expected by nobody


def clues(source: Source, expected: t.Sequence[Expected], silent: t.Collection[str], asked: Asked, found: Matched, runner: Runner) -> Clues:
    """Asks further, as far as that works: what cannot be asked explains nothing."""
    told = Clues(strangers=found.strangers)
    mine = [one for one in expected if one.instance in silent]
    until = asked.now + DAY
    with contextlib.suppress(CannotObserve):
        longer = _of(source, runner).count(mine, asked.now - LONGER, until, 1)
        told.earlier = by_instance(mine, longer)
        told.others = newest_of_others(expected, longer)
        told.empty = not longer.flows and not source.narrow()
        _arrived(told, mine, longer, asked)
        if told.earlier and isinstance(source, StoreSource):
            runner.sleep(AGAIN)
            again = by_instance(mine, source.count(mine, asked.now - LONGER, until, 1))
            told.moving |= {name for name, flow in again.items() if (flow.newest or 0.0) > (told.earlier[name].newest or 0.0)}
    whole = source.without_query() if isinstance(source, StoreSource) else None
    if whole is not None:
        with contextlib.suppress(CannotObserve):
            everything = whole.count(expected, asked.now - LONGER, until, 1)
            told.beside = by_instance(mine, everything)
            told.others = newest([told.others, newest_of_others(expected, everything)])
            told.empty = not everything.flows and not whole.narrow()
    if isinstance(source, StoreSource):
        with contextlib.suppress(CannotObserve):
            told.astray = _astray(source, mine, asked)
    return told


def _of(source: Source, runner: Runner) -> Source:
    if isinstance(source, StoreSource):
        return source.limited(runner.within(PATIENCE))
    return source


def by_instance(expected: t.Sequence[Expected], counted: Counted) -> dict[str, Flow]:
    """What lies there of each instance of which there is something."""
    found = matched(expected, counted.flows)
    flows = {one.instance: together([counted.flows[name] for name in found.of[one.instance]]) for one in expected}
    return {name: flow for name, flow in flows.items() if flow.newest is not None}


def newest_of_others(expected: t.Sequence[Expected], counted: Counted) -> float | None:
    """The newest line of whoever is none of the instances, or of nobody that can be told."""
    others = [*matched(expected, counted.flows).strangers, *([""] if "" in counted.flows else [])]
    return newest([counted.flows[name].newest for name in others])


def newest(moments: t.Iterable[float | None]) -> float | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _arrived(told: Clues, mine: t.Sequence[Expected], longer: Counted, asked: Asked) -> None:
    """Files that were written lately, whose lines say that they are old."""
    found = matched(mine, longer.arrived)
    for one in mine:
        arrived = newest([longer.arrived[name] for name in found.of[one.instance]])
        lines = told.earlier.get(one.instance)
        if arrived is not None and lines is not None and arrived >= asked.begin and (lines.newest or 0.0) < arrived - SKEW:
            told.moving.add(one.instance)


def _astray(source: StoreSource, mine: t.Sequence[Expected], asked: Asked) -> dict[str, Message]:
    """Lines elsewhere in which the name of a silent instance stands, or that lie under it."""
    names = {name: one.instance for one in mine for name in one.names[:4] if not is_address(name) and len(name) > 2}
    if not names:
        return {}
    store = StoreSource(source.backend, source.args, source.runner.within(PATIENCE)).store
    told: dict[str, Message] = {}
    by_name = {one.instance: one for one in mine}
    for line in store.find_elsewhere(list(names), asked.begin):
        owners = matched(mine, [line.host or ""]).of
        owner = next((instance for instance, hits in owners.items() if hits), None)
        if owner is None or line.astray is None or line.moment is None or _is_no_line_of_it(line):
            continue
        if line.moment >= _missed(by_name[owner], asked):  # what lies there from before says nothing of where its lines go now
            told.setdefault(owner, line.astray)
    return told


def _is_no_line_of_it(line: Stored) -> bool:
    """One of our own, or one in which the name stands where it says whose line it is."""
    ours = CANARY in line.text or any(CANARY in value for value in line.fields.values())
    return ours or line.field in HOST_FIELDS or line.field.startswith("_stream")


def explained(
    said: t.Sequence[Said], expected: t.Sequence[Expected], told: Clues, asked: Asked, hinders: t.Sequence[Message]
) -> list[Said]:
    """What is said of silent instances, with what explains it."""
    by_name = {one.instance: one for one in expected}
    return [_explained(one, by_name[one.instance], told, asked, hinders) if one.silent else one for one in said]


def _explained(one: Said, expected: Expected, told: Clues, asked: Asked, hinders: t.Sequence[Message]) -> Said:
    earlier = told.earlier.get(one.instance)
    back = asked.now - earlier.newest if earlier is not None and earlier.newest is not None else None
    if one.instance in told.moving and back is not None and back < -AHEAD:
        return Said(one.instance, Status.WARN, in_the_future(one.instance, -back))
    if one.instance in told.moving and back is not None and back > SKEW:
        message = phrase(
            "lines of {instance} come, and the newest is {age:duration} old: they are late by that, or its clock or its time zone is wrong",
            instance=one.instance,
            age=back,
        )
        return Said(one.instance, Status.WARN, message)
    hint = _hint(one, expected, told, asked, back, hinders)
    return one if hint is None else dataclasses.replace(one, message=phrase("{said}; {hint}", said=one.message, hint=hint))


def _hint(one: Said, expected: Expected, told: Clues, asked: Asked, back: float | None, hinders: t.Sequence[Message]) -> Message | None:
    if hinders:
        return hinders[0]
    beside = told.beside.get(one.instance)
    own = earlier.newest if (earlier := told.earlier.get(one.instance)) is not None and earlier.newest is not None else 0.0
    if beside is not None and beside.newest is not None and _goes_on(beside.newest, max(_missed(expected, asked), own + SKEW), asked):
        return phrase(
            "other lines of its host come, the newest {age:duration} old, so that it is this log alone", age=asked.now - beside.newest
        )
    if one.instance in told.astray:
        return phrase("lines of it lie elsewhere: {why}", why=told.astray[one.instance])
    if told.strangers:
        return plural(
            "{names:list} logs there and is not expected: is it the same under another name (names)?",
            "{names:list} log there and are not expected: is one of them the same under another name (names)?",
            count=len(told.strangers),
            names=told.strangers[:SHOWN],
        )
    if one.aged:
        return None
    if back is None:
        return None if expected.written is not None else phrase("none of it has come for {time:duration}", time=LONGER)
    if back < -AHEAD:
        return phrase("its newest line lies {ahead:duration} in the future, which proves nothing", ahead=-back)
    return phrase("its newest line is {age:duration} old", age=back)


def _goes_on(newest: float, since: float, asked: Asked) -> bool:
    """Whether lines of others come now: older ones have stopped with what is missed."""
    return max(since, asked.now - LULL * asked.max_lag) <= newest <= asked.now + AHEAD


def store_is_behind(said: t.Sequence[Said], expected: t.Sequence[Expected], told: Clues, asked: Asked) -> float | None:
    """The newest line of anybody, where nobody at all has a line from after what is missed: the store, or the way to it, stands still."""
    silent = [one for one in said if one.silent and one.status is Status.FAIL]
    if told.others is None or not silent or len(silent) < len(expected) or told.moving:
        return None
    by_name = {one.instance: one for one in expected}
    if any(told.others >= _missed(by_name[one.instance], asked) for one in silent):
        return None
    return newest([told.others, *(flow.newest for flow in told.earlier.values() if (flow.newest or 0.0) <= asked.now + AHEAD)])


def _missed(one: Expected, asked: Asked) -> float:
    """From when at the latest a line should be there that is not."""
    return max(asked.begin, one.started or 0.0, (one.written or 0.0) - SKEW)


__all__ = ("Clues", "by_instance", "clues", "explained", "newest", "store_is_behind")
