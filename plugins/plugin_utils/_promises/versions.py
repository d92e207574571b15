# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of a service should run, as its deployments tell. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .._model.deployments import Ledger
from .._model.service_state import State
from .ledger import moment


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


__all__ = ("remembered",)
