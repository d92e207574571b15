# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call by the schedules of PagerDuty (REST API v2). PRIVATE to the collection."""

from __future__ import annotations

from urllib.parse import quote

from .._exchange import Connection
from .._phrase import phrase
from .._runner import Runner
from .roster_api import MOST_PAGES, Asking, Object, iso, seconds_of
from .roster_entries import PLAIN, Entry

URL = "https://api.pagerduty.com"
PAGE = 100
AHEAD = 89 * 86400.0  # it computes 90 days, and no more


class PagerDuty:
    """One account. Only what an escalation policy uses is on call: a schedule that none uses calls nobody."""

    def __init__(self, connection: Connection, url: str | None, runner: Runner) -> None:
        token = f"Token token={connection.bearer_token}" if connection.bearer_token else None
        self.api = Asking("PagerDuty", connection, url or URL, token, runner)
        self._users: dict[str, Object] = {}

    def entries(self, tier: str, schedule: str, begin: float, end: float, needed: float) -> list[Entry]:
        """Who is on call by a schedule, by its id. CannotObserve."""
        if needed - begin > AHEAD:
            said = phrase("{server} tells no more than {most:duration} ahead", server=self.api.name, most=AHEAD)
            raise self.api.trouble(said)
        self.api.get(f"/schedules/{quote(schedule, safe='')}", what=schedule)
        query = [
            ("schedule_ids[]", schedule),
            ("since", iso(begin)),
            ("until", iso(min(end, begin + AHEAD))),
            ("include[]", "users"),
            ("time_zone", "UTC"),
            ("limit", PAGE),
        ]
        found: list[Entry] = []
        for page in range(MOST_PAGES):
            answer = self.api.get("/oncalls", [*query, ("offset", page * PAGE)], what=schedule)
            try:
                found += [self._entry(tier, one, begin, end) for one in answer["oncalls"] if _is_of(one, schedule)]
                if not answer["more"]:
                    return found
            except (KeyError, TypeError, ValueError, AttributeError):
                raise self.api.nonsense() from None
        raise self.api.nonsense()

    def _entry(self, tier: str, one: Object, begin: float, end: float) -> Entry:
        # without a start or an end, somebody always is
        since = begin if one["start"] is None else seconds_of(one["start"])
        until = end if one["end"] is None else seconds_of(one["end"])
        user = self._user(one["user"])
        name = str(user.get("name") or user.get("summary") or "")
        if _is_deleted(user) or _is_deleted(one["user"]):
            return Entry(title=name, spans={PLAIN: (since, until)}, tier=tier, names=("nobody",))
        reached = (str(user["email"]),) if user.get("email") and user.get("contact_methods") != [] else ()
        return Entry(title=name, spans={PLAIN: (since, until)}, tier=tier, names=(name,), reached=reached)

    def _user(self, user: Object) -> Object:
        """The user with its address, which a reference does not have."""
        if "email" in user:
            return user
        identifier = str(user["id"])
        if identifier not in self._users:
            answer = self.api.get(f"/users/{quote(identifier, safe='')}", what=identifier, may_be_refused=True)
            self._users[identifier] = answer["user"] if answer else user
        return self._users[identifier]


def _is_deleted(user: Object) -> bool:
    """Who is deleted keeps the name, and has no page any more."""
    return bool(user.get("deleted_at")) or ("html_url" in user and user["html_url"] is None)


def _is_of(one: Object, schedule: str) -> bool:
    return (one.get("schedule") or {}).get("id") == schedule


__all__ = ("URL", "PagerDuty")
