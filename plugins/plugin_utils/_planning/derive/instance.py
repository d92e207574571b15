# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check to plan, and what makes it from the description of a service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ....module_utils._phrase import Message, listed
from ..._described.declarations import Options
from ..._described.service import Description, NoHost, NotDeclared

Steps = tuple[t.Union[str, int], ...]


@dataclasses.dataclass(frozen=True)
class Instance:
    """One check to plan. ``hosts`` is None for one that the controller runs.

    ``gap``: what is missing in the description, instead of a check; ``unseen``: it is not the description that lacks it.
    """

    check: str
    instance: str
    args: Options = dataclasses.field(default_factory=dict)
    hosts: tuple[str, ...] | None = None
    run_as: str | None = None
    call: str = "run"
    after: str | None = None  # the call whose observations this one needs: the other half of the check
    path: Steps = ()
    gap: Message | None = None
    unseen: bool = False
    lacks: str | None = None  # the option for want of which there is the gap
    leaves: Message | None = None  # what it leaves behind on its hosts
    unasked: bool = False  # nothing in the files says that it may


class Several:
    """Instances of which each is made by itself: what one of them lacks is its own gap, and not that of the others."""

    def __init__(self) -> None:
        self._found: list[Instance] = []
        self._refusals: list[NotDeclared] = []
        self._count = 0

    @contextlib.contextmanager
    def one(self, check: str, instance: str, path: Steps) -> t.Iterator[list[Instance]]:
        """Takes what is appended for one entry of the description."""
        self._count += 1
        made: list[Instance] = []
        try:
            yield made
        except NotDeclared as exc:
            self._refusals.append(exc)
            made = [Instance(check, instance, path=path, gap=exc.message, unseen=isinstance(exc, NoHost))]
        self._found += made

    def gap(self, instance: Instance) -> None:
        """Takes one that the description leaves out by itself: it is planned as a gap, also where it is the only one."""
        self._count += 1
        self._found.append(instance)

    def all(self) -> list[Instance]:
        """All of them. NotDeclared, where not one can be planned."""
        if self._refusals and len(self._refusals) == self._count:
            kind = NoHost if any(isinstance(exc, NoHost) for exc in self._refusals) else NotDeclared
            raise kind(listed(dict.fromkeys(exc.message for exc in self._refusals)))
        return self._found


Derivation = t.Callable[[Description], list[Instance]]

__all__ = ("Derivation", "Instance", "Several", "Steps")
