# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each instance logs, by what a store has of it and what its own host knows. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.log_store import Flow
from .._finding import Status
from .._phrase import Message, phrase, plural
from ._log_instances import Expected, Matched, domains

SKEW = 120.0  # seconds by which the times of a host and of the store may differ
AHEAD = 300.0  # ... and by which a line may lie in the future
EARLY = 300.0  # after its start an instance may need so long until its first line is there
OFTEN = 100  # lines within the window, of one that logs all the time
LULL = 4.0  # times max_lag that it may be silent all the same


@dataclasses.dataclass(frozen=True)
class Asked:
    """What is asked of each instance. Times in seconds since 1970, of the clock of who asks."""

    now: float
    window: float  # within how long each instance logs
    since: float | None  # a moment after which each instance must have logged
    min_lines: int
    max_lag: float
    rhythm: bool  # whether somebody has said how often it logs

    @property
    def begin(self) -> float:
        return max(self.now - self.window, self.since or 0.0)


@dataclasses.dataclass(frozen=True)
class Said:
    """What is to be said of one instance. ``silent``: nothing of it is there that should be."""

    instance: str
    status: Status
    message: Message
    silent: bool = False
    aged: bool = False  # how old its newest line is has been said


def judge(expected: t.Sequence[Expected], found: Matched, flows: t.Mapping[str, Flow], asked: Asked) -> list[Said]:
    """One line for each instance that does not log as it should."""
    said = []
    all_flows = {one.instance: together([flows[name] for name in found.of.get(one.instance, ())]) for one in expected}
    shared: dict[str, list[str]] = {}
    for name, owners in found.shared.items():
        for owner in owners:
            shared.setdefault(owner, []).append(name)
    going_on = goes_on(all_flows.values(), asked)
    for one in expected:
        flow = all_flows[one.instance]
        names = shared.get(one.instance, [])
        verdict = _judged(one, flow, asked)
        if verdict is None and names and all(name in found.shared for name in found.of[one.instance]):
            others = sorted(set(found.shared[names[0]]) - {one.instance})
            told = phrase(
                "{instance} is called {name} in the store, as {others:list}: whether it logs cannot be told",
                instance=one.instance,
                name=names[0],
                others=others,
            )
            verdict = Said(one.instance, Status.UNKNOWN, told)
        if verdict is None and len(others := domains(one, found.of[one.instance])) > 1:
            verdict = Said(one.instance, Status.UNKNOWN, _of_several_domains(one, others))
        if going_on:
            verdict = verdict or _broken_off(one, flow, asked)
        if verdict is not None:
            said.append(verdict)
        elif one.dropped:
            said.append(Said(one.instance, Status.WARN, dropped(one.instance, one.dropped)))
    return said


def together(flows: t.Sequence[Flow]) -> Flow:
    """What lies under several names of one instance."""
    newest = [flow.newest for flow in flows if flow.newest is not None]
    return Flow(sum(flow.lines for flow in flows), max(newest) if newest else None)


def dropped(instance: str, lines: int) -> Message:
    return plural(
        "{count:number} line of {instance} was dropped on its way, since it logged too fast",
        "{count:number} lines of {instance} were dropped on their way, since it logged too fast",
        count=lines,
        instance=instance,
    )


def _judged(one: Expected, flow: Flow, asked: Asked) -> Said | None:
    """None where it logs."""
    if not flow.lines or flow.newest is None:
        return _silent(one, asked)
    if flow.newest > asked.now + AHEAD:
        return Said(one.instance, Status.WARN, in_the_future(one.instance, flow.newest - asked.now))
    if one.started is not None and one.started > asked.begin and flow.newest < one.started - 2:
        return _not_since_its_start(one, one.started, flow.newest, asked)
    if flow.lines < asked.min_lines:
        told = plural(
            "{instance} has logged {lines:number} line within {window:duration}, at least {count:number} must be there",
            "{instance} has logged {lines:number} lines within {window:duration}, at least {count:number} must be there",
            count=asked.min_lines,
            instance=one.instance,
            lines=flow.lines,
            window=asked.now - asked.begin,
        )
        return Said(one.instance, Status.FAIL, told)
    return _stuck(one, flow.newest, asked)


def in_the_future(instance: str, by: float) -> Message:
    return phrase(
        "the newest line of {instance} lies {ahead:duration} in the future: its clock is wrong, or its time zone is taken for another",
        instance=instance,
        ahead=by,
    )


def _silent(one: Expected, asked: Asked) -> Said:
    elapsed = asked.now - asked.begin
    if one.written is not None and one.written >= asked.begin:
        told = phrase(
            "{instance} logs on its host, {ago:duration} ago for the last time, and no line of the last {window:duration} is in the store: "
            "what ships its log has stopped, or sends it elsewhere",
            instance=one.instance,
            ago=max(asked.now - (one.writes or one.written), 0.0),
            window=elapsed,
        )
        return Said(one.instance, Status.FAIL, told, silent=True)
    young = min(elapsed, asked.now - one.started) if one.started is not None else elapsed
    if 0 <= young < EARLY:
        told = phrase("{instance} was started {ago:duration} ago and no line of it is there yet", instance=one.instance, ago=young)
        return Said(one.instance, Status.WARN, told, silent=True)
    told = phrase("no line of {instance} has come within {window:duration}", instance=one.instance, window=elapsed)
    if one.writes is not None and one.writes < asked.begin:
        told = phrase(
            "{instance} is silent: it has not logged on its own host either for {ago:duration}",
            instance=one.instance,
            ago=asked.now - one.writes,
        )
        return Said(one.instance, Status.FAIL, told, silent=True, aged=True)
    return Said(one.instance, Status.FAIL, told, silent=True)


def _not_since_its_start(one: Expected, started: float, newest: float, asked: Asked) -> Said:
    elapsed = asked.now - started
    patience = asked.window if asked.rhythm else EARLY
    if one.written is not None and one.written >= started:
        told = phrase(
            "{instance} was started {elapsed:duration} ago and logs on its host, and its newest line in the store is {age:duration} old: "
            "what ships its log does not follow",
            instance=one.instance,
            elapsed=elapsed,
            age=asked.now - newest,
        )
        return Said(one.instance, Status.FAIL, told, silent=True, aged=True)
    if elapsed < patience:
        told = phrase(
            "{instance} was started {elapsed:duration} ago and has not logged since; its newest line is {age:duration} old",
            instance=one.instance,
            elapsed=elapsed,
            age=asked.now - newest,
        )
        return Said(one.instance, Status.WARN, told, silent=True, aged=True)
    told = phrase(
        "{instance} was started {elapsed:duration} ago and has not logged since; its newest line is {age:duration} old. "
        "Where it logs so rarely, say how often (every)",
        instance=one.instance,
        elapsed=elapsed,
        age=asked.now - newest,
    )
    return Said(one.instance, Status.FAIL, told, silent=True, aged=True)


def _stuck(one: Expected, newest: float, asked: Asked) -> Said | None:
    if one.writes is not None and one.timeless and one.written is None:
        return _perhaps_stuck(one, one.writes, newest, asked)
    if one.written is None or newest >= one.written - SKEW or newest >= asked.now - asked.max_lag:
        return None
    told = phrase(
        "the newest line of {instance} in the store is {age:duration} old, and on its host it has logged until {ago:duration} ago: "
        "what ships its log is stuck, or leaves out what it logs now",
        instance=one.instance,
        age=asked.now - newest,
        ago=max(asked.now - (one.writes or one.written), 0.0),
    )
    return Said(one.instance, Status.FAIL, told, silent=True, aged=True)


def _perhaps_stuck(one: Expected, writes: float, newest: float, asked: Asked) -> Said | None:
    if newest >= asked.now - max(asked.max_lag, SKEW) or newest >= writes - asked.max_lag:
        return None
    told = phrase(
        "the newest line of {instance} in the store is {age:duration} old, and its log was written to {ago:duration} ago; "
        "the times in its lines there are none, or of another zone: that what ships it is not stuck is not proven",
        instance=one.instance,
        age=asked.now - newest,
        ago=max(asked.now - writes, 0.0),
    )
    return Said(one.instance, Status.WARN, told)


def _of_several_domains(one: Expected, found: t.Sequence[str]) -> Message:
    return phrase(
        "{instance} is there in several domains ({domains:list}), which may be several hosts: say under which names it logs (names)",
        instance=one.instance,
        domains=list(found[:5]),
    )


def _broken_off(one: Expected, flow: Flow, asked: Asked) -> Said | None:
    """One of which its host says nothing, that logged all the time until long ago, while others like it go on."""
    if one.written is not None or flow.newest is None:
        return None
    if not breaks_off(flow, asked):
        return None
    told = phrase(
        "{instance} had logged {lines:number} lines until {age:duration} ago and none since, while others go on: "
        "what ships its log may have stopped",
        instance=one.instance,
        lines=flow.lines,
        age=asked.now - flow.newest,
    )
    return Said(one.instance, Status.WARN, told, silent=True, aged=True)


def goes_on(flows: t.Iterable[Flow], asked: Asked) -> bool:
    """Whether one of those that log all the time does so now."""
    return any(one.lines >= OFTEN and one.newest is not None and asked.now - one.newest < asked.max_lag for one in flows)


def breaks_off(flow: Flow, asked: Asked) -> bool:
    """Whether it logged all the time until long ago."""
    if flow.newest is None or flow.lines < OFTEN:
        return False
    silent, gap = asked.now - flow.newest, (flow.newest - asked.begin) / flow.lines
    return silent >= max(LULL * asked.max_lag, LULL * 10 * gap)


__all__ = ("AHEAD", "EARLY", "LULL", "SKEW", "Asked", "Said", "breaks_off", "dropped", "goes_on", "in_the_future", "judge", "together")
