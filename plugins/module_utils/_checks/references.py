# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which units, files and folders exist on a host. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._argspec import Spec
from .._clients.systemd import show
from .._finding import CannotObserve, Finding, Status, passed
from .._phrase import Message, and_more, phrase, plural
from .._runner import Runner, unreadable

WHERE = "host"
TIMEOUT = 60.0
ARGUMENT_SPEC: Spec = {
    "units": {"type": "list", "elements": "str", "default": []},
    "paths": {"type": "list", "elements": "path", "default": []},
}


class Arguments(t.TypedDict):
    units: list[str]
    paths: list[str]
    timeout: float


class Looked(t.NamedTuple):
    there: list[str]
    missing: list[str]
    unseen: dict[str, Message]

    def as_dict(self) -> dict[str, object]:
        return {"there": self.there, "missing": self.missing, "unseen": {name: str(why) for name, why in self.unseen.items()}}


def run(args: Arguments, runner: Runner) -> Finding:
    """On this host alone: each of them must exist. CannotObserve."""
    if not args["units"] and not args["paths"]:
        raise CannotObserve(phrase("neither a unit (units) nor a path (paths) is named"))
    units, paths = looked_for(args["units"], _unit_exists, runner), looked_for(args["paths"], _path_exists, runner)
    said = [(Status.FAIL, phrase("the unit {unit:path} does not exist", unit=name)) for name in units.missing]
    said += [(Status.FAIL, phrase("{path:path} does not exist", path=name)) for name in paths.missing]
    said += [
        (Status.UNKNOWN, phrase("{name:path} was not seen: {why}", name=name, why=why))
        for name, why in [*units.unseen.items(), *paths.unseen.items()]
    ]
    observed: dict[str, object] = {"units": units.as_dict(), "paths": paths.as_dict()}
    if not said:
        count = len(units.there) + len(paths.there)
        there = plural(
            "{count:number} unit or path that is named exists", "{count:number} units and paths that are named exist", count=count
        )
        return passed(there, observed=observed)
    status = said[0][0]
    return Finding(status, and_more([one for _status, one in said]), observed=observed, details=[one for _status, one in said])


def see(args: Arguments, runner: Runner) -> Finding:
    """``observed`` of the finding is what ``runbook`` needs of this host."""
    units, paths = looked_for(args["units"], _unit_exists, runner), looked_for(args["paths"], _path_exists, runner)
    said = phrase("was asked for {count:number} units and paths that the runbook names", count=len(args["units"]) + len(args["paths"]))
    return passed(said, observed={"units": units.as_dict(), "paths": paths.as_dict()})


def looked_for(names: t.Iterable[str], exists: t.Callable[[str, Runner], bool], runner: Runner) -> Looked:
    looked = Looked([], [], {})
    for name in dict.fromkeys(names):
        try:
            (looked.there if exists(name, runner) else looked.missing).append(name)
        except CannotObserve as exc:
            looked.unseen[name] = exc.message
    return looked


def _unit_exists(unit: str, runner: Runner) -> bool:
    return show(runner, unit, "LoadState,ActiveState")["LoadState"] != "not-found"


def _path_exists(path: str, _runner: Runner) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None
    return True


__all__ = ("ARGUMENT_SPEC", "TIMEOUT", "WHERE", "run", "see")
