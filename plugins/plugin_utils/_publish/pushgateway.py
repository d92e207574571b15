# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A push to a Pushgateway: one group a service and environment, replaced as a whole. PRIVATE to the collection."""

from __future__ import annotations

import base64
import dataclasses
import re
import time
import typing as t

from ...module_utils._finding import CannotObserve
from ...module_utils._http import MAX_BYTES, Connection, Http, HttpFailure, Response, public_url
from ...module_utils._masking import Hiding, secrets_in
from .._model.text import escape
from .._running.requests_http import RequestsHttp
from .files import PublishFailure

JOB = "operability"
ATTEMPTS = 3
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def group_url(url: str, service: str, environment: str) -> str:
    """The address of the group, odd label values in the Pushgateway's own base64 form."""
    return address(url, ("job", JOB), ("service_name", service), ("deployment_environment", environment))


def address(url: str, *labels: tuple[str, str]) -> str:
    """The address of a group of any labels."""
    return "/".join([url.rstrip("/"), "metrics", *(_segment(name, value) for name, value in labels)])


def _segment(name: str, value: str) -> str:
    # ".." would be resolved as a path on the way
    if re.fullmatch(r"[A-Za-z0-9_.~-]+", value) and value.strip("."):
        return f"{name}/{value}"
    encoded = base64.urlsafe_b64encode(value.encode("utf-8", "replace")).decode().rstrip("=") or "="
    return f"{name}@base64/{encoded}"


class Pushgateway:
    """``http`` and ``sleep`` are for tests. PublishFailure when it cannot be used at all."""

    def __init__(
        self,
        connection: Connection,
        *,
        http: Http | None = None,
        timeout: float = 10.0,
        attempts: int = ATTEMPTS,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            self.http = http or RequestsHttp()
        except CannotObserve as exc:
            raise PublishFailure(exc.message) from None
        self.connection, self.timeout, self.attempts, self.sleep = connection, timeout, max(1, attempts), sleep
        self.hiding = Hiding(secrets_in(dataclasses.asdict(connection), ("url_password", "bearer_token")))

    def push(self, content: bytes, service: str, environment: str) -> str:
        """Replaces the group with ``content``; returns its address without secrets. PublishFailure."""
        return self._send("PUT", content, group_url(self.connection.url, service, environment))

    def replace(self, content: bytes, *labels: tuple[str, str]) -> str:
        """Replaces the group of these labels; returns its address without secrets. PublishFailure."""
        return self._send("PUT", content, address(self.connection.url, *labels))

    def delete(self, service: str, environment: str) -> str:
        """Removes the group of a service that is no more. PublishFailure."""
        return self._send("DELETE", None, group_url(self.connection.url, service, environment))

    def holds(self, service: str, environment: str) -> bool | None:
        """Whether there is such a group; None where the gateway does not tell which it has. PublishFailure when it is down."""
        listed: list[Response] = []
        self._send("GET", None, self.connection.url.rstrip("/") + "/api/v1/metrics", listed)
        wanted = {"job": JOB, "service_name": service, "deployment_environment": environment}
        try:
            groups = listed[0].json()["data"] if listed else None
            return None if groups is None else any(group["labels"] == wanted for group in groups)
        except (CannotObserve, KeyError, TypeError):
            return None

    def _send(self, method: str, content: bytes | None, url: str, answers: list[Response] | None = None) -> str:
        for attempt in range(self.attempts):
            if attempt:
                self.sleep(2.0 ** (attempt - 1))
            problem, again = self._once(method, content, url, [] if answers is None else answers)
            if not problem:
                return public_url(url)
            if not again:
                break
        tried = f" (tried {attempt + 1} times)" if attempt else ""
        raise PublishFailure(f"Pushgateway {public_url(self.connection.url)}: {problem}{tried}")

    def _once(self, method: str, content: bytes | None, url: str, answers: list[Response]) -> tuple[str, bool]:
        """The problem in words, empty when there is none, and whether it may pass by itself. A good answer to a question is kept."""
        reading = method == "GET"
        try:
            answer = self.http.request(
                method,
                url,
                connection=self.connection,
                headers={"Content-Type": _TYPE},
                body=content,
                timeout=self.timeout,
                max_bytes=MAX_BYTES if reading else 2**20,
                follow_redirects=False,  # a PUT that is redirected becomes a GET, whose 200 would look like success
            )
        except HttpFailure as exc:
            if reading and exc.kind == "too_large":
                return "", False
            return exc.message.replace(public_url(url), "it", 1), exc.kind in ("timeout", "refused", "protocol")
        if reading and answer.status in (404, 405):
            return "", False
        problem, again = _problem(answer, self.hiding)
        problem = self.hiding.text(problem)  # a redirect may repeat what it was sent, too
        if not problem:
            answers.append(answer)
        return problem, again


def _problem(answer: Response, hiding: Hiding) -> tuple[str, bool]:
    if answer.status in (200, 202):
        if answer.looks_like_html:
            return "it answered with a web page: it is no Pushgateway, or a login page stands before it", False
        return "", False
    if 300 <= answer.status < 400:
        return f"it redirects to {public_url(answer.headers.get('location', ''))}; give that address", False
    if answer.status in (401, 403):
        return f"it refused the credentials (HTTP {answer.status})", False
    said = "" if answer.looks_like_html else escape(hiding.text(answer.text[:20_000]), 200)  # it may say again what it was sent
    return f"it refused the metrics (HTTP {answer.status}{': ' + said if said else ''})", answer.status >= 500 or answer.status == 429


__all__ = ("Pushgateway", "address", "group_url")
