# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portfolio of three services as the action sums it up, with the newest record of each."""

from __future__ import annotations

import copy
import datetime as dt
import typing as t

from ansible_collections.operability.readiness.plugins.plugin_utils._acting import portfolio_summary as _summary
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.portfolio import Entry, PlannedService
from unit.publish.records import full, requirement

NOW = dt.datetime(2026, 11, 25, 12, 0, 4, tzinfo=dt.timezone.utc)
Records = dict[tuple[str, str], dict[str, t.Any]]


def records() -> Records:
    """payments is NO-GO, ledger GO, and mail was judged a day before."""
    payments, ledger, mail = full(), full(), full()
    for made, name, level in ((payments, "payments", "A"), (ledger, "ledger", "C"), (mail, "mail", "B")):
        made["service"].update(name=name, owner=f"team-{name}", level=level)
    good = [requirement("BKP-01", "backups", "a good backup is younger than the RPO"), requirement("RUN-01", "runbooks", "r")]
    calm = {"verdict": "go", "words": "GO", "code": 0, "reasons": [], "verified": 2, "required": 2, "stakeholders": {"operators": "pass"}}
    calm["instruments"] = []
    for box in (ledger["judgement"], ledger["state"]):
        box.update(copy.deepcopy(calm), requirements=copy.deepcopy(good), waivers=[], reservations=[])
    ledger["state"]["debt"] = {
        "lines": [
            {"requirement": "BKP-03", "until": "2026-12-24", "state": "active"},
            {"requirement": "LOG-02", "until": "2026-11-24", "state": "expired"},
            {"requirement": "LOG-03", "until": "2027-11-24", "state": "active"},
            {"requirement": "LOG-04", "until": "2026-12-01", "state": "struck"},
        ]
    }
    ledger["delivery_performance"] = {"windows": []}
    for box in (mail["judgement"], mail["state"]):
        box["requirements"] = [requirement("MON-04", "monitoring", "alerts are routed to those who act on them", "unknown")]
        box["reservations"] = box["waivers"] = []
    mail["run"]["finished_at"] = "2026-11-24T06:00:00Z"
    return {("payments", "production"): payments, ("ledger", "production"): ledger, ("mail", "production"): mail}


def summary(held: Records, *, judged: t.Container[str] = ("payments", "ledger"), **refused: str) -> dict[str, t.Any]:
    """What the portfolio action makes of it; a service that was not judged in this run has its last record only."""
    rows = []
    for (name, environment), made in held.items():
        planned = PlannedService(Entry(f"{name}.yml", None, environment), name, refused=refused.get(name))
        result = {"record": made} if name in judged else None
        rows.append(_summary.row(planned, result, last=made["run"]["finished_at"]))
    return {**_summary.summary(rows, NOW, refused_stops=False)}
