# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the API of a service that keeps rosters, with patience where it limits how often it is asked. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t
from urllib.parse import urlencode

from .._exchange import Connection, Response, public_url
from .._finding import CannotObserve
from .._phrase import Message, phrase
from .._runner import Runner

TRIES = 4
PAUSE = 2.0
MOST_PAGES = 200
_WAITS = ("retry-after", "ratelimit-reset", "x-ratelimit-period-in-sec")  # seconds, as these services say them

Query = t.Sequence[tuple[str, object]]
Object = t.Mapping[str, t.Any]  # of an answer


class Asking:
    """One such service. Whatever is wrong with an answer is a CannotObserve that names it."""

    def __init__(self, product: str, connection: Connection, base: str, authorization: str | None, runner: Runner) -> None:
        self.base, self.runner = base.rstrip("/"), runner
        self.name = f"{product} {public_url(self.base)}"
        headers = {**connection.headers, **({"Authorization": authorization} if authorization else {})}
        self.connection = dataclasses.replace(connection, bearer_token=None, headers=headers)

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def get(self, path: str, query: Query = (), *, what: str, may_be_refused: bool = False) -> t.Any:
        """The JSON object of an answer; None where it may be refused, and is."""
        url = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")
        for tried in range(1, TRIES + 1):
            response = self.runner.ask(self.name, "GET", url, connection=self.connection, timeout=20.0, fresh=tried > 1)
            if response.status != 429:
                break
            if tried == TRIES:
                said = phrase(
                    "{server} limits how often it is asked (HTTP 429), and still does after {tries:number} tries",
                    server=self.name,
                    tries=tried,
                )
                raise self.trouble(said)
            self._wait(response)
        if response.status == 200:
            answer = response.json()
            if not isinstance(answer, dict):
                raise self.nonsense()
            return answer
        if may_be_refused and response.status in (401, 403, 404):
            return None
        raise self.trouble(self._refused(response, what))

    def _wait(self, response: Response) -> None:
        given = next((text for name in _WAITS if re.fullmatch(r"\d{1,5}", text := response.headers.get(name, "").strip())), None)
        pause = float(given) if given else PAUSE
        if pause > self.runner.remaining(3600.0):
            said = phrase(
                "{server} limits how often it is asked (HTTP 429), and wants {pause:duration} of patience, longer than this check has",
                server=self.name,
                pause=pause,
            )
            raise self.trouble(said)
        self.runner.sleep(max(pause, 0.1))

    def _refused(self, response: Response, what: str) -> Message:
        if response.status in (401, 403):
            return phrase(
                "{server} refuses the token (HTTP {status:number}): is it still valid, and may it read {what:path}?",
                server=self.name,
                status=response.status,
                what=what,
            )
        if response.status == 404:
            return phrase("{server} does not know {what:path} (HTTP 404)", server=self.name, what=what)
        return phrase(
            "{server} answered with HTTP {status:number} when asked for {what:path}", server=self.name, status=response.status, what=what
        )

    def nonsense(self) -> CannotObserve:
        return self.trouble(phrase("{server} answered with objects that make no sense", server=self.name))


def iso(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: object) -> float:
    """ISO 8601 with a zone, as these services write it. ValueError."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)", str(text))
    if not match:
        raise ValueError(f"'{text}' is no time with a zone")
    zone = "+00:00" if match.group(3) == "Z" else match.group(3)
    zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return dt.datetime.fromisoformat(f"{match.group(1)}{match.group(2) or ':00'}{zone}").timestamp()


__all__ = ("MOST_PAGES", "Asking", "Object", "Query", "iso", "seconds_of")
