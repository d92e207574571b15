# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier run or decision: new failures, repaired, unchanged. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.decision import Decision
from .._model.judgement import Judgement
from .._model.record import Change, Delta, PastRun
from .._model.run import Run
from .._promises.decisions import REQUIREMENT

# effective statuses in which something is to be done, worst last
_BAD = ("warn", "unknown", "fail")
_COVERED = "waived"  # by debt or a waiver: nothing was repaired


def since(earlier: PastRun | None, judgement: Judgement) -> Delta | None:
    """``judgement`` against that of an earlier run; None when there is none.

    ``new_failures``, ``worse``, ``repaired`` and ``unchanged`` are requirements with their status before and now, of those that decide in
    both runs; ``worse`` were bad before. ``added`` and ``dropped`` are asked in one of the two only.
    """
    if earlier is None or earlier.judgement is None:
        return None
    run, before = earlier.run, earlier.judgement
    return _with_changes(
        Delta(run.id, run.finished_at, run.version, before.verdict.value), before.statuses, judgement.statuses, same_phase=True
    )


def since_decision(decisions: t.Sequence[Decision], run: Run, judgement: Judgement) -> Delta | None:
    """``judgement`` against what the newest decision in this environment was about; None when there was none.

    As ``since``, with the ``decision``, its ``body``, ``date`` and ``outcome``. The decision may be of another phase: then nothing is
    ``added`` or ``dropped``, for a phase asks what it asks.
    """
    taken = [(item, item.evidence) for item in decisions if item.environment == run.environment and item.evidence]
    if not taken:
        return None
    newest, about = max(taken, key=lambda pair: pair[0].recorded_at)
    before = {name: status.partition(" ")[0] for name, status in about.requirements.items()}
    # that somebody decided is not part of what was decided on
    now = {name: status for name, status in judgement.statuses.items() if name != REQUIREMENT}
    delta = Delta(
        run=newest.run,
        at=newest.recorded_at,
        version=about.version,
        verdict_before=newest.verdict.value,
        decision=newest.id,
        body=newest.body,
        date=newest.date,
        outcome=newest.outcome.value,
    )
    return _with_changes(delta, before, now, same_phase=newest.phase == run.phase)


def _with_changes(delta: Delta, before: t.Mapping[str, str], now: t.Mapping[str, str], *, same_phase: bool) -> Delta:
    changes: dict[str, list[Change]] = {"new_failures": [], "worse": [], "repaired": [], "unchanged": []}
    for name in now:
        if name in before and (kind := _kind(before[name], now[name])):
            changes[kind].append(Change(name, before[name], now[name]))
    return dataclasses.replace(
        delta,
        new_failures=tuple(changes["new_failures"]),
        worse=tuple(changes["worse"]),
        repaired=tuple(changes["repaired"]),
        unchanged=tuple(changes["unchanged"]),
        added=tuple(name for name in now if same_phase and name not in before),
        dropped=tuple(name for name in before if same_phase and name not in now),
    )


def _kind(before: str, now: str) -> str | None:
    if before not in _BAD:
        return "new_failures" if now in _BAD else None
    if now not in _BAD:
        return None if now == _COVERED else "repaired"
    return "worse" if _rank(now) > _rank(before) else "unchanged"


def _rank(status: str) -> int:
    return _BAD.index(status)


__all__ = ("since", "since_decision")
