# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call by the schedules of Opsgenie (REST API v2). PRIVATE to the collection."""

from __future__ import annotations

import re
from urllib.parse import quote

from .._exchange import Connection
from .._phrase import phrase
from .._runner import Runner
from .roster_api import Asking, Object, iso, seconds_of
from .roster_entries import PLAIN, Entry

URL = "https://api.opsgenie.com"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Opsgenie:
    """One account."""

    def __init__(self, connection: Connection, url: str | None, runner: Runner) -> None:
        token = f"GenieKey {connection.bearer_token}" if connection.bearer_token else None
        self.api = Asking("Opsgenie", connection, url or URL, token, runner)
        self._blocked: dict[str, bool] = {}

    def entries(self, tier: str, schedule: str, begin: float, end: float, _needed: float) -> list[Entry]:
        """Who is on call by a schedule, by its id or name. CannotObserve."""
        place = f"/v2/schedules/{quote(schedule, safe='')}"
        kind = ("identifierType", "id" if _UUID.fullmatch(schedule) else "name")
        about = self.api.get(place, [kind], what=schedule)
        days = int((end - begin) // 86400) + 2
        query = [kind, ("date", iso(begin)), ("interval", days), ("intervalUnit", "days")]
        answer = self.api.get(f"{place}/timeline", query, what=schedule)
        try:
            idle = about["data"].get("enabled") is False
            told = answer["data"]
            if seconds_of(told["startDate"]) > begin:
                raise self.api.nonsense()
            rotations = told["finalTimeline"]["rotations"]
            found = [
                self._entry(tier, period, disabled=idle)
                for rotation in rotations
                for period in rotation.get("periods") or []
                if period.get("recipient")
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self.api.nonsense() from None
        return found

    def _entry(self, tier: str, period: Object, *, disabled: bool) -> Entry:
        recipient = period["recipient"]
        users = [recipient] if recipient.get("type") == "user" else list(period.get("flattenedRecipients") or [])
        names = tuple(str(user["name"]) for user in users if user.get("type", "user") == "user" and not self._is_blocked(str(user["name"])))
        doubt = phrase("it is given to {name:path}, and not to a person", name=str(recipient.get("name") or recipient.get("type")))
        nobody = recipient.get("type") == "none" or (recipient.get("type") == "user" and not names)
        return Entry(
            title=", ".join(names) or str(recipient.get("name") or ""),
            spans={PLAIN: (seconds_of(period["startDate"]), seconds_of(period["endDate"]))},
            tier=tier,
            names=names or (("nobody",) if nobody else (str(recipient.get("name") or "nobody"),)),
            reached=tuple(name for name in names if "@" in name),
            status="CANCELLED" if disabled else "",
            doubts=() if names or nobody else (doubt,),
        )

    def _is_blocked(self, name: str) -> bool:
        """Whether somebody may not log in any more; where users may not be read, nobody is."""
        if name not in self._blocked:
            answer = self.api.get(f"/v2/users/{quote(name, safe='')}", what=name, may_be_refused=True)
            data = (answer or {}).get("data")
            self._blocked[name] = isinstance(data, dict) and data.get("blocked") is True
        return self._blocked[name]


__all__ = ("URL", "Opsgenie")
