# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Prometheus counts of the alerts that it sends to Alertmanagers. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import typing as t

from .._exposition import ACCEPT, parse
from .._finding import CannotObserve
from .prometheus_alerting import AlertingPrometheus

_SENT, _FAILED = "prometheus_notifications_sent_total", "prometheus_notifications_errors_total"


@dataclasses.dataclass(frozen=True)
class Sendings:
    """Since it was started. Some versions count alerts that failed among those that were sent, and failures by batches."""

    sent: float
    failed: float

    @property
    def all_failed(self) -> bool:
        return self.failed > 0 and self.failed >= self.sent


def sendings(server: AlertingPrometheus, urls: t.Collection[str]) -> Sendings | None:
    """Of these addresses together; None where it does not tell: a proxy may not let it through, others count otherwise."""
    one = server.evaluator
    try:
        response = one._request("GET", f"{one.base}/metrics", headers={"Accept": ACCEPT})
        if response.status != 200 or response.looks_like_html:
            return None
        exposition = parse(response.text)
    except CannotObserve:
        one.runner.remaining()
        return None

    def counted(name: str) -> float | None:
        family = exposition.family(name)
        found = [value for (_name, pairs), value in (family.samples.items() if family else ()) if dict(pairs).get("alertmanager") in urls]
        return sum(found) if found else None

    failed = counted(_FAILED)
    return None if failed is None else Sendings(counted(_SENT) or 0.0, failed)


__all__ = ("Sendings", "sendings")
