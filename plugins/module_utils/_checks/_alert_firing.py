# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the parts of an alert's expression meet, by evaluating it without its comparisons. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.prometheus import QueryRefused, QueryTooSlow
from .._clients.promql import Selector, selectors
from .._clients.promql_evaluation import filters, unfiltered, unfiltered_outside, without_divisions
from .._clients.promql_needs import State, needs
from .._clients.promql_tree import ABSENT, Binary, Call, Tree, branches, is_constant, parts, text
from .._phrase import Message, phrase
from ._alert_diagnosis import Diagnosis
from ._alert_meeting import Meeting, TooEarly, shown

DAY = 86_400.0


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a part of an expression has no result: DEAD for good, WEAK for now or perhaps; without a state it cannot be said."""

    state: State | None
    why: Message


class Firing:
    """Evaluates the expressions of all alerts together, and looks closer at those that are empty."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis, self.liveness = diagnosis, diagnosis.liveness
        self.counts = diagnosis.liveness.counts
        self.meeting = Meeting(diagnosis.liveness)

    def prepare(self, trees: t.Iterable[Tree]) -> None:
        """Asks for all of them in few requests."""
        asked: list[str] = []
        for tree in trees:
            for unit in units(tree):
                if self._can_be_evaluated(unit):
                    asked.append(text(unfiltered(unit)))
            asked += [text(_without_right(one)) for one in exceptions(tree) if self._can_be_evaluated(one)]
            asked += [text(unfiltered(one)) for one in scalars(tree) if self._can_be_evaluated(one)]
        self.counts.prepare(asked)

    def problems(self, tree: Tree, fires: bool) -> tuple[list[Problem], list[Problem]]:
        """Why it cannot fire, and which alternatives of it are without effect. ``fires``: it has a result at present."""
        whole: list[Problem] = []
        alternatives: list[Problem] = []
        top = [one for one in branches(tree) if not is_constant(one)]
        for branch in top:
            problem = self._problem(branch, fires and len(top) == 1)
            if problem:
                (whole if problem.state is not None else alternatives).append(problem)
        unsure = [one for one in alternatives if one.state is None]
        inner = [self._problem(unit, False) for unit in units(tree) if not any(unit is one for one in top)]
        told = [one for one in inner if one is not None and one.state is not None]
        if len(whole) < len(top) or len(top) < len(branches(tree)):
            told, whole = [*whole, *told], []
        whole = [] if fires else whole
        exceptional = [] if fires or whole else [*self._exceptions(tree), *self._not_scalar(tree)]
        return [*whole, *([] if fires else unsure), *exceptional], told

    def _problem(self, unit: Tree, fires: bool) -> Problem | None:
        if fires or not self._can_be_evaluated(unit):
            return None
        try:
            if self.counts.of(text(unfiltered(unit))) or self.counts.of(text(without_divisions(unfiltered(unit)))):
                return None
        except (QueryRefused, QueryTooSlow) as exc:
            return self._otherwise(unit, exc)
        try:
            found = self.meeting.why_empty(unit)
        except (TooEarly, QueryRefused, QueryTooSlow) as exc:
            return Problem(None, exc.message)
        return None if found.why is None else Problem(found.state, found.why)

    def _otherwise(self, unit: Tree, refused: QueryRefused | QueryTooSlow) -> Problem | None:
        """Where it is refused without its comparisons: with some of them, or as it is, it may have a result too."""
        for form in (unfiltered_outside(unit), unit):
            try:
                if self.counts.of(text(form)):
                    return None
            except (QueryRefused, QueryTooSlow):
                continue
        return Problem(None, refused.message)

    def _exceptions(self, tree: Tree) -> list[Problem]:
        """Where all is taken away by the right side of ``unless``."""
        found = []
        for one in exceptions(tree):
            if not self._can_be_evaluated(one) or not self.counts.of(text(unfiltered(one.left))):
                continue
            if self.counts.of(text(_without_right(one))):
                continue
            right = text(one.right)
            if self._always_taken_away(one):
                found.append(
                    Problem(
                        State.DEAD, phrase("all that it gives is taken away by its exception, always: unless {exception}", exception=right)
                    )
                )
            else:
                found.append(
                    Problem(
                        State.WEAK,
                        phrase("all that it gives is taken away by its exception at present: unless {exception}", exception=right),
                    )
                )
        return found

    def _not_scalar(self, tree: Tree) -> list[Problem]:
        """scalar() of several series is no number, with which nothing compares."""
        found = []
        for one in scalars(tree):
            if filters(one) or not self._can_be_evaluated(one):
                continue
            count = self.counts.of(text(unfiltered(one)))
            if count < 2:
                continue
            why = phrase("scalar() takes one series, and {part} has {count:number}", part=shown(one), count=count)
            now, window = self.liveness.now, self.liveness.lookback
            single = self.liveness.server.query_range(f"count({text(one)}) == 1", now - window, now, window / 500)
            found.append(Problem(State.WEAK if single else State.DEAD, why))
        return found

    def _always_taken_away(self, tree: Binary) -> bool:
        """Of an exception without conditions: it was so all the time, or it looks at the same metric."""
        if filters(tree.right):
            return False
        ours = selectors(tree.left)
        if any(
            one.metric == other.metric and set(one.conditions) <= set(other.conditions) for one in selectors(tree.right) for other in ours
        ):
            return True
        now, window = self.liveness.now, self.liveness.lookback
        server = self.liveness.server
        left = server.query_range(f"count({text(unfiltered(tree.left))})", now - window, now, window / 100)
        known = [time for one in left for time, _value in one.samples]
        if not known or known[-1] - known[0] < DAY:
            return False
        return not server.query_range(f"count({text(_without_right(tree))})", now - window, now, window / 100)

    def _can_be_evaluated(self, tree: Tree) -> bool:
        """Whether what it needs has series at the moment."""

        def state(selector: Selector) -> State:
            return State.LIVE if self.diagnosis.there(selector) else State.DEAD

        return not is_constant(tree) and needs(tree, state).alive


def units(tree: Tree) -> list[Tree]:
    """What has to have a result of its own: the expression, or each of its alternatives, and the alternatives within."""
    found = [one for one in branches(tree) if not is_constant(one)]
    inner: list[Tree] = []
    for unit in found:
        for one in within(unit):
            if isinstance(one, Binary) and one.operator == "or":
                inner += [branch for branch in branches(one) if not is_constant(branch)]
    return list(dict.fromkeys([*found, *inner]))


def exceptions(tree: Tree) -> list[Binary]:
    return [one for one in [tree, *within(tree)] if isinstance(one, Binary) and one.operator == "unless"]


def scalars(tree: Tree) -> list[Tree]:
    """What scalar() is taken of; an alternative to it may do without."""
    if any(isinstance(one, Binary) and one.operator == "or" for one in [tree, *within(tree)]):
        return []
    return [one.args[0] for one in [tree, *within(tree)] if isinstance(one, Call) and one.function == "scalar" and one.args]


def within(tree: Tree) -> t.Iterator[Tree]:
    """All parts that it needs: not the right side of ``unless``, nor what absent() looks at."""
    if isinstance(tree, Call) and tree.function in ABSENT:
        return
    for part in (tree.left,) if isinstance(tree, Binary) and tree.operator == "unless" else parts(tree):
        yield part
        yield from within(part)


def _without_right(tree: Binary) -> Tree:
    return dataclasses.replace(tree, left=unfiltered(tree.left))


__all__ = ("Firing", "Problem", "within")
