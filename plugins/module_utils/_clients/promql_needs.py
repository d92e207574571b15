# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which selectors of a PromQL expression must match something, that it can have a result. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .promql_selector import Selector
from .promql_tree import ABSENT, Binary, Call, Select, Tree, branches, is_constant, parts


class State(enum.Enum):
    """What is known of the series of a selector."""

    LIVE = "live"
    WEAK = "weak"  # none at present, and that may be as it should be
    DEAD = "dead"


@dataclasses.dataclass(frozen=True)
class Needs:
    """What comes of an expression when some selectors match nothing."""

    alive: bool  # it can have a result
    dead: tuple[Selector, ...] = ()  # why it cannot
    idle: tuple[Selector, ...] = ()  # dead, but the rest can have a result without them
    weak: tuple[Selector, ...] = ()  # it has none at present without them


def needs(tree: Tree, state: t.Callable[[Selector], State]) -> Needs:
    """Whether an expression can have a result, asking ``state`` of each selector that needs to match something."""
    if isinstance(tree, Select):
        return _either([_of(selector, state(selector)) for selector in tree.choices], otherwise=False)
    if isinstance(tree, Call) and tree.function in ABSENT:
        return Needs(True)
    if isinstance(tree, Call) and tree.function == "info":  # its second argument selects labels, not series that must be there
        return _all([needs(tree.args[0], state)])
    if isinstance(tree, Binary) and tree.operator == "or":
        alternatives = branches(tree)
        constant = any(is_constant(one) for one in alternatives)
        return _either([needs(one, state) for one in alternatives if not is_constant(one)], otherwise=constant)
    if isinstance(tree, Binary) and tree.operator == "unless":
        left, right = needs(tree.left, state), needs(tree.right, state)
        return Needs(left.alive, left.dead, left.idle + right.dead + right.idle, left.weak)
    return _all([needs(part, state) for part in parts(tree)])


def _of(selector: Selector, state: State) -> Needs:
    if state is State.DEAD:
        return Needs(False, (selector,))
    return Needs(True, weak=(selector,) if state is State.WEAK else ())


def _all(found: list[Needs]) -> Needs:
    return Needs(
        all(one.alive for one in found),
        tuple(selector for one in found for selector in one.dead),
        tuple(selector for one in found for selector in one.idle),
        tuple(selector for one in found for selector in one.weak),
    )


def _either(found: list[Needs], *, otherwise: bool) -> Needs:
    """Of alternatives; ``otherwise`` stands for a constant one, which is always there."""
    together = _all(found)
    alive = [one for one in found if one.alive]
    if not alive and not otherwise:
        return dataclasses.replace(together, alive=False)
    sure = otherwise or any(not one.weak for one in alive)
    return Needs(True, (), together.dead + together.idle, () if sure else together.weak)


__all__ = ("Needs", "State", "needs")
