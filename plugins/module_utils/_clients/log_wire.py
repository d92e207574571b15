# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a log store is asked, whatever its brand: refusals, overload, answers that are none. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import email.utils
import json
import re
import typing as t
from urllib.parse import urlencode

from .._finding import CannotObserve
from .._http import Connection, Response, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Runner
from .log_store import Stored

SKEW = 26 * 3600.0  # the clocks of hosts and stores, and the zones that they take each other's times for, differ by less
AT_ONCE = 300  # tokens in one search: 12 KB of query, less than any store's limit
PER_TOKEN = 4  # lines that are read for each of them
ROUNDS = 5  # searches for the rest, where lines that are found again and again leave no room for it
SEARCHING = 30.0  # seconds for one answer
TRIES = 4
LONGEST_WAIT = 30.0
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BUSY = (429, 503)


class Refused(CannotObserve):
    """The store has understood who asks, and refuses what is asked: ``status`` 400 and such, its ``reason``."""

    def __init__(self, message: Message, *, instrument: str, status: int, reason: str) -> None:
        super().__init__(message, instrument=instrument)
        self.status, self.reason = status, reason


class LogServer:
    """One server over HTTP; whatever is wrong with its answer is a CannotObserve that names it."""

    def __init__(self, brand: str, base: str, connection: Connection, runner: Runner) -> None:
        self.brand, self.base, self.connection, self.runner = brand, base, connection, runner
        self.name = f"{brand} {public_url(base)}"

    def with_headers(self, headers: t.Mapping[str, str]) -> LogServer:
        """The same server, asked with these headers in the place of those of their names; without those that are empty."""
        named = {name.lower() for name in headers}
        kept = {name: value for name, value in self.connection.headers.items() if name.lower() not in named}
        given = {name: value for name, value in headers.items() if value}
        return LogServer(self.brand, self.base, dataclasses.replace(self.connection, headers={**kept, **given}), self.runner)

    def trouble(self, message: Message) -> CannotObserve:
        return CannotObserve(message, instrument=self.name)

    def nonsense(self) -> CannotObserve:
        return self.trouble(phrase("{server} answered with what {brand} does not answer", server=self.name, brand=self.brand))

    # -- questions

    def get(self, path: str, parameters: t.Mapping[str, object] | None = None, **options: t.Any) -> Response:
        form = _form(parameters)
        return self.ask("GET", f"{path}?{form}" if form else path, fresh=True, **options)

    def post_form(self, path: str, parameters: t.Mapping[str, object], **options: t.Any) -> Response:
        return self.ask("POST", path, body=_form(parameters).encode(), headers=FORM, **options)

    def post_json(self, path: str, body: object, **options: t.Any) -> Response:
        return self.ask("POST", path, body=json.dumps(body).encode(), headers=JSON, **options)

    def ask(
        self,
        method: str,
        path: str,
        *,
        missing: t.Collection[int] = (),
        timeout: float = SEARCHING,
        light: bool = False,
        fresh: bool = False,
        headers: t.Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """An answer with a status below 300, or one of ``missing``. CannotObserve, Refused.

        Where the store has too much to do it is asked again when it says that it will have time, a few times.
        """

        how, url = self.connection, self.base + path
        for tried in range(TRIES):
            try:
                response = self.runner.ask(
                    self.name, method, url, light=light, connection=how, timeout=timeout, fresh=fresh, headers=headers, body=body
                )
            except CannotObserve as exc:
                raise CannotObserve(exc.message, instrument=exc.instrument or self.name) from None
            if response.status in missing or response.status < 300:
                return response
            if not (response.status in _BUSY and ("retry-after" in response.headers or response.status == 429)):
                break
            self._wait(response, tried)
        raise self._refusal(response, path.partition("?")[0])

    def _wait(self, response: Response, tried: int) -> None:
        """Waits as long as the store asks for. CannotObserve where that is too long, or it has been asked often enough."""
        asked = _retry_after(response)
        wait = 2.0**tried if asked is None else max(asked, 0.1)
        if tried + 1 < TRIES and wait <= LONGEST_WAIT and wait < self.runner.remaining():
            self.runner.sleep(wait)
            return
        if asked is None:
            said = phrase(
                "{server} takes no more questions just now ({status}), also when asked again", server=self.name, status=response.status
            )
        else:
            said = phrase(
                "{server} takes no more questions just now ({status}) and wants none for {wait:duration}",
                server=self.name,
                status=response.status,
                wait=asked,
            )
        raise self.trouble(said)

    def _refusal(self, response: Response, path: str) -> CannotObserve:
        status, reason = response.status, reason_of(response)
        if status == 401:
            return self.trouble(phrase("{server} refuses the credentials (401): {reason}", server=self.name, reason=reason))
        if status == 403:
            return self.trouble(
                phrase(
                    "{server} does not allow {path:path} to these credentials (403): {reason}", server=self.name, path=path, reason=reason
                )
            )
        if status in (404, 405):
            return self.trouble(
                phrase(
                    "{server} has no {path:path} ({status}): is it really {brand}, and is the path of its address right?",
                    server=self.name,
                    path=path,
                    status=status,
                    brand=self.brand,
                )
            )
        if 300 <= status < 400:
            return self.trouble(phrase("{server} answered {path:path} with {status}", server=self.name, path=path, status=status))
        said = phrase("{server} refuses {path:path} ({status}): {reason}", server=self.name, path=path, status=status, reason=reason)
        return Refused(said, instrument=self.name, status=status, reason=str(reason))

    # -- answers

    def json(self, response: Response) -> t.Any:
        try:
            return response.json()
        except CannotObserve as exc:
            raise self.trouble(exc.message) from None
        except RecursionError:
            raise self.trouble(phrase("{server} answered with JSON that cannot be parsed (nested too deeply)", server=self.name)) from None

    def mapping(self, response: Response) -> dict[str, object]:
        """The answer, where that is a JSON object."""
        data = self.json(response)
        if not isinstance(data, dict):
            raise self.nonsense()
        return data


Search = t.Callable[[list[str], int], "tuple[list[Stored], bool]"]  # the lines with these tokens, and whether there are more than so many


def gather(server: LogServer, tokens: t.Sequence[str], search: Search, at_once: int = AT_ONCE) -> list[Stored]:
    """The lines that ``search`` finds, for any number of tokens; one search for up to ``at_once`` of them.

    A line that came a thousand times must not push out those of the other hosts: what was not found in a full answer is looked for
    by itself. CannotObserve where that does not end.
    """
    found: list[Stored] = []
    for start in range(0, len(tokens), at_once):
        left = list(tokens[start : start + at_once])
        for _round in range(ROUNDS):
            lines, more = search(left, len(left) * PER_TOKEN + 100)
            found += lines
            rest = not_in(lines, left)
            if not more or not rest:
                break
            if len(rest) == len(left):
                raise server.trouble(
                    phrase("{server} answers with lines in which nothing stands of what was searched for", server=server.name)
                )
            left = rest
        else:
            said = phrase("{server} has some lines so often that others could not be looked for", server=server.name)
            raise server.trouble(said)
    return found


def look_on(looks: t.Sequence[t.Callable[[t.Sequence[str], float], list[Stored]]], tokens: t.Sequence[str], since: float) -> list[Stored]:
    """One way to look after the other, each for what none before has found."""
    found: list[Stored] = []
    for look in looks:
        left = not_in(found, tokens)
        try:
            found += look(left, since) if left else []
        except CannotObserve:
            continue  # not as far as that
    return found


def not_in(lines: t.Sequence[Stored], tokens: t.Sequence[str]) -> list[str]:
    """The tokens that stand in none of the lines."""
    return [token for token in tokens if not any(token in line.text for line in lines)]


def too_many_values(server: str, field: str, most: int) -> Message:
    return phrase("{server} has more than {most:number} values of the field {field:path}", server=server, most=most, field=field)


def reason_of(response: Response) -> Message:
    """What a server says of its refusal, in one line: of an Elasticsearch or a Loki, or plain text."""
    try:
        data: object = response.json()
    except (CannotObserve, RecursionError):
        data = None
    said: object = None
    for key in ("error", "message", "reason", "msg"):
        if isinstance(data, dict) and data.get(key):
            said = data[key]
            break
    if isinstance(said, dict):
        causes = said.get("root_cause")
        first = causes[0] if isinstance(causes, list) and causes and isinstance(causes[0], dict) else said
        said = first.get("reason") or said.get("reason") or first.get("type")
    if said is None and not response.looks_like_html:
        said = response.text[:4000]
    text = one_line(said, 200)
    return verbatim(text) if text else phrase("no reason given")


def _retry_after(response: Response) -> float | None:
    """Seconds, by the clock of the server where it names a time."""
    given = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", given):
        return float(given)
    try:
        then = email.utils.parsedate_to_datetime(given)
        return max((then - email.utils.parsedate_to_datetime(response.headers["date"])).total_seconds(), 0.0)
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _form(parameters: t.Mapping[str, object] | None) -> str:
    return urlencode({name: value for name, value in (parameters or {}).items() if value is not None}, doseq=True)


__all__ = (
    "AT_ONCE",
    "FORM",
    "JSON",
    "SKEW",
    "LogServer",
    "Refused",
    "gather",
    "look_on",
    "not_in",
    "reason_of",
    "too_many_values",
)
