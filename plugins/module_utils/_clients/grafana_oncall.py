# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call by the schedules of Grafana OnCall (HTTP API v1). PRIVATE to the collection."""

from __future__ import annotations

import re
from urllib.parse import quote

from .._exchange import Connection
from .._phrase import phrase
from .._runner import Runner
from .roster_api import MOST_PAGES, Asking, Object, iso, seconds_of
from .roster_entries import PLAIN, Entry

_ID = re.compile(r"S[A-Z0-9]{8,20}")


class GrafanaOnCall:
    """One stack, at the address that its settings show."""

    def __init__(self, connection: Connection, url: str | None, runner: Runner) -> None:
        base = (url or "").rstrip("/").removesuffix("/api/v1")
        self.api = Asking("Grafana OnCall", connection, base, connection.bearer_token, runner)

    def entries(self, tier: str, schedule: str, begin: float, end: float, _needed: float) -> list[Entry]:
        """Who is on call by a schedule, by its id or name. CannotObserve."""
        place = f"/api/v1/schedules/{quote(self._id(schedule), safe='')}/final_shifts"
        query = [("start_date", iso(begin - 86400)[:10]), ("end_date", iso(min(end + 86400, begin + 360 * 86400))[:10])]
        found: list[Entry] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self.api.get(place, [*query, ("page", page)], what=schedule)
            try:
                found += [_entry(tier, one) for one in answer["results"]]
                if not answer["next"]:
                    return found
            except (KeyError, TypeError, ValueError, AttributeError):
                raise self.api.nonsense() from None
        raise self.api.nonsense()

    def _id(self, schedule: str) -> str:
        if _ID.fullmatch(schedule):
            return schedule
        answer = self.api.get("/api/v1/schedules/", [("name", schedule)], what=schedule)
        try:
            found = [str(one["id"]) for one in answer["results"] if one["name"] == schedule]
        except (KeyError, TypeError):
            raise self.api.nonsense() from None
        if len(found) != 1:
            raise self.api.trouble(
                phrase(
                    "{server} knows {count:number} schedules of the name {name:path}", server=self.api.name, count=len(found), name=schedule
                )
            )
        return found[0]


def _entry(tier: str, one: Object) -> Entry:
    name, address = str(one.get("user_username") or ""), str(one.get("user_email") or "")
    return Entry(
        title=name,
        spans={PLAIN: (seconds_of(one["shift_start"]), seconds_of(one["shift_end"]))},
        tier=tier,
        names=(name or address or "nobody",),
        reached=(address,) if address else (),
    )


__all__ = ("GrafanaOnCall",)
