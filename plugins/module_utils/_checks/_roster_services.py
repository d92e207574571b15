# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters that services on the net keep: PagerDuty, Opsgenie, Grafana OnCall. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.grafana_oncall import GrafanaOnCall
from .._clients.opsgenie import Opsgenie
from .._clients.pagerduty import PagerDuty
from .._clients.roster_entries import Entry, Roster
from .._exchange import Connection
from .._runner import Runner


class Service(t.Protocol):
    """What keeps schedules, and says who is on call by them."""

    def entries(self, tier: str, schedule: str, begin: float, end: float, needed: float) -> list[Entry]:
        """By the name or id of a schedule, between two moments, of which the time until ``needed`` is wanted. CannotObserve."""


PROVIDERS: t.Mapping[str, t.Callable[[Connection, str | None, Runner], Service]] = {
    "grafana_oncall": GrafanaOnCall,
    "opsgenie": Opsgenie,
    "pagerduty": PagerDuty,
}


def of_provider(
    provider: str,
    url: str | None,
    connection: Connection,
    tiers: t.Mapping[str, t.Sequence[str]],
    times: tuple[float, float, float],
    runner: Runner,
) -> tuple[str, Roster]:
    """The entries of the schedules of each tier between two moments, and needed until a third. CannotObserve."""
    begin, end, needed = times
    service = PROVIDERS[provider](connection, url, runner)
    found = [entry for tier, schedules in tiers.items() for one in schedules for entry in service.entries(tier, one, begin, end, needed)]
    return provider, Roster(tuple(found), len(found))


__all__ = ("PROVIDERS", "of_provider")
