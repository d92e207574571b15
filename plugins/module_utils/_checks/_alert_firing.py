# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the parts of an alert's expression meet, by evaluating it without its comparisons. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.prometheus import QueryRefused, QueryTooSlow
from .._clients.promql import Selector
from .._clients.promql_evaluation import filters, unfiltered, unfiltered_outside, without_divisions, without_limits
from .._clients.promql_exceptions import always_covers
from .._clients.promql_needs import State, needs
from .._clients.promql_tree import ABSENT, Binary, Call, Number, Tree, branches, is_constant, parts, text
from .._phrase import Message, phrase
from ._alert_diagnosis import Diagnosis
from ._alert_meeting import Meeting, TooEarly, shown
from ._alert_supposed import Supposition

DAY = 86_400.0


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a part of an expression has no result: DEAD for good, WEAK for now or perhaps, LIVE where that is as it should be.

    Without a state it cannot be said. ``certain``: it follows from the expression itself, whatever was seen.
    """

    state: State | None
    why: Message
    certain: bool = False


class Firing:
    """Evaluates the expressions of all alerts together, and looks closer at those that are empty."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis, self.liveness = diagnosis, diagnosis.liveness
        self.counts = diagnosis.liveness.counts
        self.meeting = Meeting(diagnosis.liveness)
        self.supposition = Supposition(diagnosis, self.meeting)

    def prepare(self, trees: t.Iterable[Tree]) -> None:
        """Asks for all of them in few requests."""
        asked: list[str] = []
        for tree in trees:
            for unit in units(tree):
                if self._can_be_evaluated(unit):
                    asked.append(text(unfiltered(unit)))
            for one in exceptions(tree):
                if self._can_be_evaluated(one):
                    asked += [text(_without_right(one)), text(one.left)]
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
        if fires or not whole:
            # the other alternatives can have a result without it
            told += [one for one in self._exceptions(tree, alternatives=True) if one.state in (State.DEAD, None)]
        return [*whole, *([] if fires else unsure), *exceptional], told

    def _problem(self, unit: Tree, fires: bool) -> Problem | None:
        if fires:
            return None
        if not self._can_be_evaluated(unit):
            never = self.supposition.why_never(unit)
            return None if never is None or never.why is None else Problem(State.DEAD, never.why)
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
        for form in (unfiltered_outside(unit), without_limits(unit), unit):
            try:
                if self.counts.of(text(form)):
                    return None
            except (QueryRefused, QueryTooSlow):
                continue
        return Problem(None, refused.message)

    def _exceptions(self, tree: Tree, *, alternatives: bool = False) -> list[Problem]:
        """Where all is taken away by the right side of ``unless``; ``alternatives``: only those that another part can do without."""
        found = []
        within_one = below_alternatives(tree)
        for one in exceptions(tree):
            if any(one is other for other in within_one) is not alternatives or not self._is_taken_away(one):
                continue
            right = text(one.right)
            if self._always_taken_away(one):
                why = phrase("all that it gives is taken away by its exception, always: unless {exception}", exception=right)
                found.append(Problem(State.DEAD, why, always_covers(one)))
            else:
                why = phrase("all that it gives is taken away by its exception at present: unless {exception}", exception=right)
                # what is there now without its exception has to lose it to be told
                found.append(Problem(State.LIVE if self._has_result(one.left) else State.WEAK, why))
        return found

    def _is_taken_away(self, tree: Binary) -> bool:
        """Whether it has nothing at present, whatever the values of its left side are."""
        if self._can_be_evaluated(tree):
            return self.counts.of(text(unfiltered(tree.left))) > 0 and not self.counts.of(text(_without_right(tree)))
        # only what follows from the expression can be said of what has not been seen
        if not always_covers(tree):
            return False
        given = [dataclasses.replace(tree, left=left) for left in self.supposition.trees(tree.left)]
        try:
            return bool(given) and all(
                self.counts.of(text(unfiltered(one.left))) > 0 and not self.counts.of(text(_without_right(one))) for one in given
            )
        except (QueryRefused, QueryTooSlow):
            return False

    def _has_result(self, tree: Tree) -> bool:
        return self._can_be_evaluated(tree) and self.counts.of(text(tree)) > 0

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
        """It follows from its two sides, or it was so all the time and the exception is a switch of which the value is not asked."""
        if always_covers(tree):
            return True
        if filters(tree.right) or self._has_result(tree.left) or not self._is_switch(tree.right):
            return False
        now, window = self.liveness.now, self.liveness.lookback
        server = self.liveness.server
        left = server.query_range(f"count({text(unfiltered(tree.left))})", now - window, now, window / 100)
        known = [time for one in left for time, _value in one.samples]
        if not known or known[-1] - known[0] < DAY:
            return False
        return not server.query_range(f"count({text(_without_right(tree))})", now - window, now, window / 100)

    def _is_switch(self, tree: Tree) -> bool:
        """Whether its values are 0 and 1, and no limits of which each part may have its own."""
        return not self.counts.of(text(Binary("!=", Binary("!=", tree, Number(0.0)), Number(1.0))))

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


def below_alternatives(tree: Tree) -> list[Tree]:
    """All parts of the alternatives of ``or``."""
    found = [branch for one in [tree, *within(tree)] if isinstance(one, Binary) and one.operator == "or" for branch in branches(one)]
    return [inner for branch in found for inner in [branch, *within(branch)]]


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
