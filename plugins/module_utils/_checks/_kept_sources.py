# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long lines are kept: in a store, in files that logrotate rotates, in a journal. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from .._clients import logrotate
from .._clients.host_age import host_since
from .._clients.journal_gathered import GatheredJournal
from .._clients.journal_kept import journal_reach
from .._clients.log_days import run_of
from .._clients.log_gathered import GatheredFiles
from .._clients.log_generations import Reach, reach_of
from .._clients.log_store import Kept
from .._clients.logrotate_maxage import maxage_of
from .._finding import CannotObserve
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from ._kept_judged import Found
from ._log_sources import ready_to_count
from ._log_stores import log_store

DAY = 86400.0
YOUNG = 2 * DAY  # what is tried before a first deployment logs too
MOST_FILES = 500
PARTS = 30  # of the time that is asked for, which are looked at for a line
FASTER = 0.75  # of the period of a rule: what is rotated so often is rotated by its size
PATIENCE = 20.0


class Asked(t.NamedTuple):
    """What is known before anything is looked at: the time, since when the log is written, and whether it is its first deployment."""

    now: float
    since: float | None
    first: bool = False
    least: float = 0.0  # for how long lines must be kept
    every: float = 0.0  # how often there is one at all

    def age(self, moment: float | None) -> float | None:
        return None if moment is None else max(self.now - moment, 0.0)

    def of_log(self, oldest: float | None) -> float | None:
        """For how long the log is written. That a deployment is the first one is believed where there is hardly a line yet."""
        if self.first and (oldest is None or (self.since is None and self.now - oldest < YOUNG)):
            return 0.0
        return self.age(self.since)


def of_store(backend: str, args: t.Mapping[str, object], asked: Asked, runner: Runner) -> tuple[str, Found, list[Message]]:
    """The name of the store, what it keeps, and what hinders it. CannotObserve."""
    store = log_store(backend, args, runner)
    hinders = ready_to_count(store)
    kept, reached = store.kept(), _reached(store.oldest(), store.filled, asked)
    oldest = asked.age(reached.oldest)
    others = None
    if args.get("query") and kept is not None and oldest is not None and (kept.seconds is None or oldest < kept.seconds):
        with contextlib.suppress(CannotObserve):
            whole = log_store(backend, {**args, "query": None}, runner.within(PATIENCE))
            others = asked.age(_reached(whole.oldest(), whole.filled, asked).oldest)
    found = Found(kept, oldest, age=asked.of_log(reached.oldest), others=others, stray=reached.stray, hole=reached.hole)
    return store.name, found, hinders


class _Reached(t.NamedTuple):
    oldest: float | None
    stray: float | None = None
    hole: tuple[float, float] | None = None


def _reached(oldest: float | None, filled: t.Callable[[float], t.Sequence[float]], asked: Asked) -> _Reached:
    """How far back lines reach, by the parts of the time in which there are some. CannotObserve."""
    if oldest is None:
        return _Reached(None)
    step = max(DAY, asked.least / PARTS)
    run = run_of([min(max(moment, oldest), asked.now) for moment in filled(step)], step, asked.least, asked.every)
    if run.begin is None or not run.beyond:
        return _Reached(oldest)
    if run.stray:
        begin = min((moment for moment in filled(DAY) if moment >= run.begin), default=run.begin)
        return _Reached(min(begin, asked.now), asked.now - oldest)
    return _Reached(oldest, None, (asked.now - (run.end_beyond or oldest), asked.now - run.begin))


def of_journal(folder: str | None, patterns: t.Sequence[str], asked: Asked, runner: Runner) -> tuple[str, Found]:
    """The journal of this host, or that of a receiver, whose settings are not journald's. CannotObserve."""
    if folder:
        if not os.path.isdir(folder):
            raise CannotObserve(phrase("{path:path} is no folder: a journal was expected there", path=folder))
        journal = GatheredJournal(folder, None, None, runner)
        reached = _reached(journal.oldest(), journal.filled, asked)
        said = phrase("the settings of a receiver are not looked at")
        age = asked.of_log(reached.oldest)
        return folder, Found(None, asked.age(reached.oldest), age=age, unsaid=said, stray=reached.stray, hole=reached.hole)
    reach = journal_reach(patterns, runner)
    unsaid = phrase("journald deletes by size alone, and how fast its journal grows is not known yet") if reach.kept is None else None
    found = Found(reach.kept, asked.age(reach.oldest), age=asked.of_log(reach.oldest), at_most=asked.age(host_since(runner)))
    return "journal", dataclasses.replace(found, unsaid=unsaid, estimated=reach.by_size)


def of_files(
    path: str | None, pattern: str | None, tag: str | None, rotated_by: str, config: str, state: str | None, asked: Asked, runner: Runner
) -> list[tuple[str, Found]]:
    """Each log with what is kept of it. CannotObserve."""
    paths = [path] if path else GatheredFiles(pattern or "", tag, runner).paths()
    if not paths:
        raise CannotObserve(phrase("no file matches {pattern:path}", pattern=pattern), absent=True)
    logs = without_generations(paths)
    if len(logs) > MOST_FILES:
        raise CannotObserve(
            phrase("more than {count:number} logs match {pattern:path}: name fewer of them", count=MOST_FILES, pattern=pattern)
        )
    at_most = asked.age(host_since(runner))
    read = logrotate.read_state(state, runner)
    return [(one, dataclasses.replace(_of_file(one, rotated_by, config, read, asked, runner), at_most=at_most)) for one in logs]


def without_generations(paths: t.Sequence[str]) -> list[str]:
    """The logs among files, without what a rotation has made of them."""
    there = set(paths)
    out = []
    for path in paths:
        stem = path
        while True:
            shorter, dot, last = stem.rpartition(".")
            if not dot or not (last.isdigit() or last in ("gz", "bz2", "xz", "zst", "old")):
                break
            stem = shorter
        dated = stem.rpartition("-")
        base = dated[0] if dated[1] and dated[2][:8].isdigit() else stem
        if base == path or base not in there:
            out.append(path)
    return out


def _of_file(path: str, rotated_by: str, config: str, state: logrotate.State, asked: Asked, runner: Runner) -> Found:
    rule: logrotate.Rule | None = None
    unsaid: Message | None = None
    if rotated_by != "logrotate":
        unsaid = phrase("the application rotates it, and nothing says for how long it keeps them")
    else:
        try:
            rule = logrotate.declared_for({path, os.path.realpath(path)}, config, state, runner).rule
        except CannotObserve as exc:
            unsaid = exc.message
    reach = reach_of(path, runner, [rule.olddir] if rule is not None and rule.olddir else (), asked.least, asked.every)
    kept, faster = None, False
    if rule is not None:
        kept, faster = kept_by_rule(rule, maxage_of(config, os.path.realpath(path), runner), reach)
        if kept is None:
            unsaid = phrase("it is rotated by its size, and how fast it fills is not known yet")
    elif unsaid is None:
        kept = Kept(None, phrase("no rule of logrotate takes it"))
    return Found(kept, asked.age(reach.oldest), reach.exact, asked.of_log(reach.oldest), unsaid=unsaid, estimated=faster)


def kept_by_rule(rule: logrotate.Rule, maxage: float | None, reach: Reach) -> tuple[Kept | None, bool]:
    """For how long a rule keeps lines for sure: as long as all its generations take, without the file that is written now.

    And whether that is how fast they follow each other now, since a size comes before the period.
    """
    if rule.keeps == 0:
        return Kept(0.0, phrase("rotate 0: a rotation deletes what there is")), False
    if rule.keeps is None:
        return (Kept(maxage, verbatim("maxage")) if maxage is not None else Kept(None, verbatim("rotate -1"))), False
    spacing = rule.period
    faster = reach.spacing is not None and (spacing is None or reach.spacing < spacing * FASTER)
    if faster:
        spacing = reach.spacing
    if spacing is None:
        return None, True
    seconds = rule.keeps * spacing
    if maxage is not None and maxage < seconds:
        return Kept(maxage, verbatim("maxage")), False
    said = plural("{count:number} generation, {when}", "{count:number} generations, {when}", count=rule.keeps, when=rule.criterion)
    if faster:
        said = plural(
            "{count:number} generation, one each {spacing:duration} as it is now",
            "{count:number} generations, one each {spacing:duration} as it is now",
            count=rule.keeps,
            spacing=spacing,
        )
    return Kept(seconds, said), faster


__all__ = ("Asked", "kept_by_rule", "of_files", "of_journal", "of_store", "without_generations")
