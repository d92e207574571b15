# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways that an alert may take through a routing tree where not all of its labels can be told. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .alertmanager_routes import Matcher, Route
from .label_sets import LabelSet, decide

MOST = 64  # ways of one alert that are followed
_Question = tuple[str, str, str]


class _Undecided(Exception):
    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self.matcher = matcher


@dataclasses.dataclass(frozen=True)
class Way:
    """Routes that are taken, in order, by an alert with these labels.

    ``depends``: the labels on which it was decided; ``unread``: regular expressions that cannot be evaluated here.
    """

    routes: tuple[Route, ...]
    labels: LabelSet
    depends: frozenset[str]
    unread: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _World:
    labels: LabelSet
    assumed: t.Mapping[_Question, bool]
    depends: frozenset[str]
    unread: tuple[str, ...] = ()

    def fits(self, matcher: Matcher) -> bool:
        answer = decide(matcher, self.labels)
        if answer is not None:
            return answer
        question = _question(matcher)
        if question not in self.assumed:
            raise _Undecided(matcher)
        return self.assumed[question] is (matcher.operator[0] == "=")

    def both(self, matcher: Matcher) -> t.Iterator[_World]:
        question, known = _question(matcher), self.labels.value(matcher.name) is not None
        after = dataclasses.replace(
            self,
            depends=self.depends if known else self.depends | {matcher.name},
            unread=(*self.unread, matcher.value) if known else self.unread,
        )
        for answer in (True, False):
            if answer and question[1] == "=" and not known:
                world = dataclasses.replace(after, labels=self.labels.having(matcher.name, matcher.value))
                if world._agrees(matcher.name):
                    yield world
            else:
                yield dataclasses.replace(after, assumed={**self.assumed, question: answer})

    def _agrees(self, name: str) -> bool:
        """Whether what was assumed of a label holds for the value that it has now."""
        for (of, operator, value), answer in self.assumed.items():
            found = decide(Matcher(of, operator, value), self.labels) if of == name else None
            if found is not None and found is not answer:
                return False
        return True


def _question(matcher: Matcher) -> _Question:
    return matcher.name, "=" if matcher.operator in ("=", "!=") else "=~", matcher.value


def ways(tree: Route, labels: LabelSet) -> list[Way] | None:
    """All ways that are possible; None where they are too many."""
    waiting = [_World(labels, {}, frozenset())]
    found: list[Way] = []
    while waiting:
        world = waiting.pop()
        try:
            found.append(Way(tuple(_walk(tree, world)), world.labels, world.depends, world.unread))
        except _Undecided as exc:
            if len(waiting) + len(found) >= MOST:
                return None
            waiting += world.both(exc.matcher)
    return found


def _walk(route: Route, world: _World) -> list[Route]:
    """As find_routes: depth first, and on after a route that continues."""
    if not _fit(route.matchers, world):
        return []
    taken: list[Route] = []
    for child in route.routes:
        found = _walk(child, world)
        taken += found
        if found and not child.goes_on:
            break
    return taken or [route]


def _fit(matchers: t.Iterable[Matcher], world: _World) -> bool:
    undecided: _Undecided | None = None
    for matcher in matchers:
        try:
            if not world.fits(matcher):
                return False
        except _Undecided as exc:
            undecided = exc  # another matcher may decide
    if undecided:
        raise undecided
    return True


def names_in(route: Route) -> set[str]:
    """The labels that a tree looks at."""
    return {matcher.name for matcher in route.matchers}.union(*(names_in(child) for child in route.routes))


__all__ = ("Way", "names_in", "ways")
