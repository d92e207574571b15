# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services a portfolio expects: one that was never verified has no other metrics. PRIVATE to the collection."""

from __future__ import annotations

import hashlib
import re
import typing as t

from . import metrics

JOB = "operability_portfolio"


def exposition(services: t.Iterable[tuple[str, str]]) -> bytes:
    """``operability_service_expected 1`` for each service and environment. PublishFailure."""
    values: dict[tuple[str, ...], float] = {
        (metrics.label(service) or "unnamed", metrics.label(environment) or "unspecified"): 1.0 for service, environment in services
    }
    text = "Whether the portfolio names this service; always 1."
    return metrics.as_text([metrics.Family("operability_service_expected", text, metrics.IDENTITY, values)])


def filename(portfolio: str) -> str:
    """No service's file can be called like it: theirs have an underscore in that place."""
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", portfolio)[:80]
    digest = hashlib.sha256(portfolio.encode("utf-8", "replace")).hexdigest()[:8]
    return f"operability-portfolio-{safe}{'' if safe == portfolio else '-' + digest}.prom"


__all__ = ("JOB", "exposition", "filename")
