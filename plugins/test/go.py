# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``verdict is operability.readiness.go``."""

from __future__ import annotations

import typing as t

from ..plugin_utils._model.verdict import Verdict
from ..plugin_utils._running.core import WrongType


def go(value: t.Any, strict: bool = False) -> bool:
    """Whether the verdict of a gate result, of a run record, or written as text lets the service go."""
    given = verdict_of(value)
    verdict = Verdict.of(given)
    if verdict is None:
        known = ", ".join([*(one for one in Verdict if one.good), *(one for one in Verdict if one.stops)])
        raise WrongType(f"operability.readiness.go: '{given}' is not a verdict; expected one of {known}", obj=value)
    return verdict.good and not (strict and verdict is Verdict.GO_WITH_RESERVATIONS)


def verdict_of(value: t.Any) -> str:
    """The verdict as it stands in the value. WrongType."""
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, dict):
        record = value.get("record")
        for holder in (value, value.get("judgement"), record.get("judgement") if isinstance(record, dict) else None):
            if isinstance(holder, dict) and isinstance(holder.get("verdict"), str):
                return str(holder["verdict"])
        if value.get("skipped"):
            raise WrongType("operability.readiness.go: the gate was skipped, there is no verdict to test", obj=value)
        why = f": {value['msg']}" if value.get("failed") and value.get("msg") else ""
        raise WrongType(f"operability.readiness.go: there is no verdict in what was given{why}", obj=value)
    kind = type(value).__name__
    raise WrongType(f"operability.readiness.go: expected the result of gate, a run record or a verdict such as 'go', got {kind}", obj=value)


class TestModule:
    """The tests of this file."""

    def tests(self) -> dict[str, t.Callable[..., bool]]:
        return {"go": go}
