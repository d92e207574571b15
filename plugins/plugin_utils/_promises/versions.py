# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of a service should run, as its deployments tell. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._described.service import LetPass
from .._model.deployments import Ledger
from .._model.service_state import State
from .ledger import moment


@dataclasses.dataclass(frozen=True)
class Recalled:
    """The version that should run; or none, and the deployment for which nobody knows it."""

    version: str | None = None
    let_pass: LetPass | None = None


def recalled(ledger: Ledger, state: State) -> Recalled:
    """What a run in service goes by that names no version.

    What an emergency or a decision let pass may be there or not until its ``post``, or that of a later one, has told.
    """
    version, told = remembered(ledger, state), [moment(at) for at in _deployed(ledger, state)]
    newest = max(told, default=None)
    open_ones = [one for one in _let_pass(ledger, state) if one.version is None or one.version != version]
    # times have seconds: what begins in the second in which another version has told is later
    tied = {entry.version for entry in ledger.deployments if entry.deployed_at and moment(entry.deployed_at) == newest}
    later = [
        one for one in open_ones if newest is None or moment(one.at) > newest or (moment(one.at) == newest and one.version not in tied)
    ]
    last = max(later, key=lambda one: moment(one.at), default=None)
    return Recalled(let_pass=last) if last else Recalled(version)


def _deployed(ledger: Ledger, state: State) -> t.Iterator[str]:
    yield from (entry.deployed_at for entry in ledger.deployments if entry.deployed_at)
    yield from (item.at for item in state.deployments if item.at)


def _let_pass(ledger: Ledger, state: State) -> t.Iterator[LetPass]:
    for entry in ledger.deployments:
        if entry.emergency and not entry.deployed_at:
            yield LetPass(entry.version, entry.emergency, entry.pre.at if entry.pre else entry.began_at)
    for item in (*state.overrides, *state.closed_overrides):
        if item.phase == "pre":
            yield LetPass(item.version, item.id, item.at)


def remembered(ledger: Ledger, state: State) -> str | None:
    """The version of the newest deployment that stayed; None where no deployment is known.

    One that was stopped is to be taken back, so the one before it should run. The state also knows of those that only a smoke test saw.
    """
    gate = state.gates.get("post")
    went_on = gate.version if gate and not gate.enforced else None
    known = [entry for entry in ledger.deployments if entry.version and entry.deployed_at]
    stayed = [entry for entry in known if entry.verdict is None or entry.verdict.good or entry.version == went_on]
    last = max(stayed or known, key=lambda entry: moment(str(entry.deployed_at)), default=None)
    judged = {(entry.version, entry.deployed_at) for entry in known}
    seen = [item for item in state.deployments if item.version and item.at and (item.version, item.at) not in judged]
    newest = max(seen, key=lambda item: moment(item.at), default=None)
    if newest and (last is None or moment(newest.at) > moment(str(last.deployed_at))):
        return newest.version
    return last.version if last else None


__all__ = ("Recalled", "recalled", "remembered")
