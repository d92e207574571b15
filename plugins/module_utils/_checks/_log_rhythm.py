# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether lines go on in the rhythm in which they came: of the whole store, and of those that are only known by a number or a pattern.

PRIVATE to the collection.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._clients.log_counted import Counted
from .._clients.log_store import Flow
from .._finding import CannotObserve, Status
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._log_instances import Expected, Matched, matched
from ._log_silence import AHEAD, LULL, SKEW, Asked, Said, breaks_off, goes_on, in_the_future
from ._log_sources import Source, StoreSource

BUSY = 40  # lines in a time as long as the silence that follows: one that logs so often is not silent by chance
SHOWN = 5  # names in a sentence
FEW = 4  # times the window: how long one of which few lines are known may be silent, beside others that go on
PATIENCE = 20.0


def stands_still(
    source: Source, expected: t.Sequence[Expected], found: Matched, counted: Counted, asked: Asked, runner: Runner
) -> Message | None:
    """What is said where nothing of anybody has come for long, though lines had come often until then.

    None where lines of others come, where each host says that it has not logged itself either, or where somebody has said how often.
    """
    newest = max((flow.newest for flow in counted.flows.values() if flow.newest is not None), default=None)
    if newest is None or asked.rhythm or asked.now - newest < LULL * asked.max_lag:
        return None
    if expected and all(one.writes is not None and _has_come(one, found, counted) for one in expected):
        return None
    silent = asked.now - newest
    patient = runner.within(PATIENCE)
    whole = source.without_query() if isinstance(source, StoreSource) else None
    if whole is not None:
        with contextlib.suppress(CannotObserve):
            since = StoreSource(whole.backend, whole.args, patient).count(expected, newest + 1, asked.now + AHEAD, 1)
            if any(flow.newest is not None and asked.now - flow.newest < LULL * asked.max_lag for flow in since.flows.values()):
                return None
    try:
        before = source.count(expected, newest - silent, newest + 1, BUSY)
    except CannotObserve:
        return None
    lines = sum(flow.lines for flow in before.flows.values())
    if lines < BUSY:
        return None
    return phrase(
        "nothing of anybody has come into {store} for {age:duration}, and {lines:number} lines had come within as long before: "
        "it, or the way to it, may stand still (where such a pause is usual, say how often lines come: every)",
        store=source.name,
        age=silent,
        lines=lines,
    )


def _has_come(one: Expected, found: Matched, counted: Counted) -> bool:
    newest = max((counted.flows[name].newest or 0.0 for name in found.of[one.instance]), default=0.0)
    return newest >= (one.writes or 0.0) - SKEW


def ahead(expected: t.Sequence[Expected], said: t.Sequence[Said], later: t.Mapping[str, float], asked: Asked) -> list[Said]:
    """Instances that log, and have lines from the future too: such a line is no sign of life, and a sign of a wrong clock."""
    wrong = {one.instance for one in said}
    found = matched(expected, later)
    return [
        Said(one.instance, Status.WARN, in_the_future(one.instance, max(later[name] for name in found.of[one.instance]) - asked.now))
        for one in expected
        if found.of[one.instance] and one.instance not in wrong
    ]


def shared_files(expected: t.Sequence[Expected], found: Matched, counted: Counted) -> list[Said]:
    """Instances of which the files are one and the same, by links or by mounts: one of them may be silent."""
    owners: dict[tuple[int, int], list[str]] = {}
    for one in expected:
        for identity in set().union(*(counted.files.get(name, set()) for name in found.of[one.instance])):
            owners.setdefault(identity, []).append(one.instance)
    several = {tuple(sorted(names)) for names in owners.values() if len(names) > 1}
    said: dict[str, Said] = {}
    for names in sorted(several):
        for name in names:
            told = phrase(
                "the file of {instance} is that of {others:list} too (a link): whether it logs cannot be told",
                instance=name,
                others=[other for other in names if other != name][:SHOWN],
            )
            said.setdefault(name, Said(name, Status.UNKNOWN, told))
    return list(said.values())


def gone(flows: t.Mapping[str, Flow], asked: Asked, *, few: bool) -> list[str]:
    """The names that have stopped while others go on, the longest silent first.

    ``few``: also those of which too few lines are known to tell a rhythm, where they are silent for a part of the window.
    """
    named = {name: flow for name, flow in flows.items() if name and flow.newest is not None}
    busy, any_now = goes_on(named.values(), asked), any(asked.now - (flow.newest or 0.0) < asked.max_lag for flow in named.values())
    of_few = few and any_now and not asked.rhythm
    stopped = [name for name, flow in named.items() if (busy and breaks_off(flow, asked)) or (of_few and _is_old(flow, asked))]
    return sorted(stopped, key=lambda name: flows[name].newest or 0.0)


def _is_old(flow: Flow, asked: Asked) -> bool:
    """Of one that is only counted: nobody says that it is still there, and its last line is of long ago."""
    return asked.now - (flow.newest or 0.0) > max(asked.window / FEW, LULL * asked.max_lag)


def of_patterns(source: Source, expected: t.Sequence[Expected], found: Matched, counted: Counted, asked: Asked) -> list[Said]:
    """Patterns of which some names have stopped while others go on, and nothing new has come in their place."""
    said = []
    for one in expected:
        flows = {name: counted.flows[name] for name in found.of[one.instance]}
        if one.host or len(flows) < 2:
            continue
        stopped = gone(flows, asked, few=False)
        if not stopped or len(stopped) <= len(_replaced(source, expected, flows, stopped, asked)):
            continue
        newest = max(flows[name].newest or 0.0 for name in stopped)
        told = plural(
            "{count:number} of {total:number} that are called {instance} has stopped, {names:list}, {age:duration} ago, while others go on",
            "{count:number} of {total:number} that are called {instance} have stopped, {names:list}, the last one {age:duration} ago, "
            "while others go on",
            count=len(stopped),
            total=len(flows),
            instance=one.instance,
            names=stopped[:SHOWN],
            age=asked.now - newest,
        )
        said.append(Said(one.instance, Status.WARN, told))
    return said


def _replaced(
    source: Source, expected: t.Sequence[Expected], flows: t.Mapping[str, Flow], stopped: t.Sequence[str], asked: Asked
) -> list[str]:
    """Those that go on and had not logged yet when the first one stopped: a new version has taken their place."""
    alive = [name for name in flows if name not in stopped]
    try:
        before = source.count(expected, asked.begin, max(flows[stopped[0]].newest or 0.0, asked.begin + 1) - SKEW, 1)
    except CannotObserve:
        return []
    return [name for name in alive if name not in before.flows]


def too_few(least: int | None, counted: Counted, asked: Asked) -> Said | None:
    """Whether fewer instances log than must; a ``warn`` where some have, and have stopped."""
    if least is None:
        return None
    named = {name: flow for name, flow in counted.flows.items() if name}
    if len(named) < least:
        told = plural(
            "{found:number} has logged, at least {count:number} instance must",
            "{found:number} instances have logged, at least {count:number} must",
            count=least,
            found=len(named),
        )
        return Said("", Status.FAIL, told)
    stopped = gone(named, asked, few=True)
    if len(named) - len(stopped) >= least:
        return None
    told = plural(
        "{found:number} instances log now, at least {count:number} must: {names:list} had logged until {age:duration} ago "
        "(where they log so rarely, say how often: every)",
        "{found:number} instances log now, at least {count:number} must: {names:list} had logged until {age:duration} ago "
        "(where they log so rarely, say how often: every)",
        count=least,
        found=len(named) - len(stopped),
        names=stopped[-SHOWN:],
        age=asked.now - (named[stopped[-1]].newest or 0.0),
    )
    return Said("", Status.WARN, told)


__all__ = ("BUSY", "ahead", "gone", "of_patterns", "shared_files", "stands_still", "too_few")
