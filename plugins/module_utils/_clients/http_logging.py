# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs one line over HTTP, as a service does that posts its lines; or makes a request of which a server logs a line.

PRIVATE to the collection.
"""

from __future__ import annotations

import re

from .._finding import CannotObserve
from .._http import Connection, HttpFailure, Response, public_url
from .._message import one_line
from .._phrase import phrase
from .._runner import Runner
from .log_writing import NotTaken

TIMEOUT = 10.0
TRIES = 3  # of a server that takes no more for the moment
LONGEST_WAIT = 10.0
MAX_BYTES = 2**20
# a bulk request answers 200, and says of each line whether it was taken
_ERRORS = re.compile(rb'"errors"\s*:\s*true')
_REASON = re.compile(rb'"reason"\s*:\s*"((?:[^"\\]|\\.){1,300})"')


def post(url: str, body: bytes, content_type: str, connection: Connection, runner: Runner) -> None:
    """CannotObserve where it refuses our credentials, NotTaken where it takes no line."""
    for tried in range(TRIES):
        response = _asked("POST", url, body, content_type, connection, runner)
        if response.status not in (429, 503) or tried + 1 == TRIES:
            break
        runner.sleep(min(_wait_of(response) or 2.0**tried, LONGEST_WAIT))
    where = public_url(url)
    if response.status in (401, 403):
        raise CannotObserve(phrase("{url:path} does not take lines with these credentials ({status})", url=where, status=response.status))
    if response.status >= 300:
        said = one_line(response.text[:2000], 200) or phrase("no reason given")
        raise NotTaken(phrase("{url:path} does not take the line ({status}): {reason}", url=where, status=response.status, reason=said))
    if _ERRORS.search(response.body[:MAX_BYTES]):
        found = _REASON.search(response.body)
        reason = one_line(found[1].decode("utf-8", "replace"), 200) if found else phrase("no reason given")
        raise NotTaken(phrase("{url:path} took the request and refused the line: {reason}", url=where, reason=reason))
    if response.looks_like_html:
        raise CannotObserve(phrase("{url:path} answered with a web page (a login?): whether it took the line is not known", url=where))


def _asked(method: str, url: str, body: bytes, content_type: str, connection: Connection, runner: Runner) -> Response:
    try:
        return runner.request(
            method,
            url,
            connection=connection,
            headers={"Content-Type": content_type},
            body=body,
            timeout=TIMEOUT,
            max_bytes=MAX_BYTES,
            follow_redirects=False,
            fresh=True,
        )
    except HttpFailure as exc:
        raise NotTaken(phrase("nothing takes log lines over HTTP: {reason}", reason=exc.message)) from None


def _wait_of(response: Response) -> float | None:
    given = response.headers.get("retry-after", "").strip()
    return float(given) if re.fullmatch(r"\d{1,6}", given) else None


def cause(url: str, connection: Connection, runner: Runner) -> int:
    """Makes a request; its status. CannotObserve where nobody answers: no line was caused then."""
    try:
        response = runner.request(
            "GET", url, connection=connection, timeout=TIMEOUT, max_bytes=8 * MAX_BYTES, follow_redirects=False, fresh=True
        )
    except HttpFailure as exc:
        if exc.kind == "too_large":
            return 200
        raise CannotObserve(phrase("no request could be made of which a line is logged: {reason}", reason=exc.message)) from None
    return response.status


__all__ = ("cause", "post")
