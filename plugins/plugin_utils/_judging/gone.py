# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there and is gone: a fail, where a check by itself could only say that it saw nothing. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._finding import Finding, Status
from ...module_utils._phrase import phrase
from .._model.fault import LAST_SEEN
from .._model.judgement import GateRequirement
from .._model.service_state import State

Seen = t.Mapping[str, str]  # by place, when something was there last
KEPT = 500  # places of a requirement
_OLD_PROOFS = (Status.PASS, Status.WARN)  # what a version said that did not mark yet what is absent
_PROOFS = (*_OLD_PROOFS, Status.FAIL)


def seen_by(state: State) -> dict[str, Seen]:
    """What the state knows to have been there, by requirement."""
    out: dict[str, Seen] = {}
    for name, known in state.requirements.items():
        out[name] = {_place(finding): known.collected_at for finding in known.findings if finding.check and finding.status in _OLD_PROOFS}
    for name, places in state.seen.items():
        out[name] = {**out.get(name, {}), **places}
    return out


def remembered(before: t.Mapping[str, Seen], requirements: t.Iterable[GateRequirement], at: str) -> dict[str, Seen]:
    """What has been there, after a complete run; what could not be seen in it is still remembered."""
    out = dict(before)
    for requirement in requirements:
        if requirement.reused:
            continue
        there = {
            _place(item.finding): item.finding.collected_at or at
            for item in requirement.findings
            if item.finding.check and item.finding.status in _PROOFS and not item.finding.absent
        }
        places = {**out.get(requirement.id, {}), **there}
        if places:
            newest = sorted(places.items(), key=lambda item: item[1])[-KEPT:]
            out[requirement.id] = dict(sorted(newest))
    return out


def gone(finding: Finding, seen: Seen) -> Finding:
    """The finding; a fail where what it says to be absent was there before."""
    last = seen.get(_place(finding))
    if finding.status is not Status.UNKNOWN or not finding.absent or last is None:
        return finding
    message = phrase("{message}; it was there on {day:day} and is gone", message=finding.message, day=last[:10])
    observed = {**finding.observed, "status": finding.status.value, LAST_SEEN: last}
    return dataclasses.replace(finding, status=Status.FAIL, message=message, observed=observed)


def _place(finding: Finding) -> str:
    return f"{finding.instance}@{finding.host}"


__all__ = ("Seen", "gone", "remembered", "seen_by")
