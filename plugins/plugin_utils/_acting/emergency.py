# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break-glass: what cannot wait goes on, whatever the state of files, servers and records. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

from .._model.emergency import Emergency
from .._model.plain import to_plain
from .._model.text import first_line
from .._model.verdict import Verdict

CONNECT = 4  # seconds for a connection to a host
ALLOWED = 8.0  # seconds for the servers, and for the hosts, side by side


def time_left(emergency: Emergency | None, since: dt.datetime | None, now: dt.datetime) -> float | None:
    """Seconds that checks still have in an emergency, None where there is no limit."""
    if emergency is None:
        return None
    return max(0.0, ALLOWED - (now - since).total_seconds()) if since else ALLOWED


def hurry(connection: t.Any) -> None:
    """A host that answers no packet is given up after ``CONNECT`` seconds; a connection without such an option stays as it is."""
    with contextlib.suppress(Exception):
        if float(connection.get_option("timeout")) > CONNECT:
            connection.set_option("timeout", CONNECT)


def helpless(emergency: Emergency, exc: BaseException, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the gate returns when it can do nothing at all in an emergency: the play goes on."""
    why = f"the gate could not be completed: {first_line(exc)}"
    return {
        "verdict": Verdict.UNDETERMINED.value,
        "words": Verdict.UNDETERMINED.words,
        "code": Verdict.UNDETERMINED.code,
        "advice": "proceed",
        "stop": False,
        "verified": 0,
        "required": 0,
        "reasons": [why],
        "mode": "observe",
        "partial": None,
        "service": options.get("service") or "unknown",
        "record_path": None,
        "record_digest": None,
        "publish": {},
        "state": None,
        "emergency": to_plain(emergency),
        "changed": False,
        "msg": f"EMERGENCY {emergency.id}: the play goes on. Nothing of it is recorded: {why}",
        "warnings": [f"emergency {emergency.id} by {emergency.by}: nothing of it is recorded: {why}"],
    }


__all__ = (
    "ALLOWED",
    "CONNECT",
    "Emergency",
    "helpless",
    "hurry",
    "time_left",
)
