# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A push to a Pushgateway: one group a service and environment, replaced as a whole. PRIVATE to the collection."""

from __future__ import annotations

import base64
import re
import time
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ...module_utils._http import Connection, as_failure, public_url
from .._text import escape
from .files import PublishFailure

try:
    import requests
    from requests.auth import AuthBase
except ImportError as exc:
    MISSING: ImportError | None = exc
    AuthBase = object  # type: ignore[misc,assignment]
else:
    MISSING = None

JOB = "operability"
ATTEMPTS = 3
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Auth(AuthBase):
    # an auth object of our own also keeps a netrc file from replacing what was asked for
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __call__(self, request: t.Any) -> t.Any:
        how = self.connection
        if how.bearer_token:
            request.headers["Authorization"] = f"Bearer {how.bearer_token}"
        elif how.url_username:
            pair = f"{how.url_username}:{how.url_password or ''}".encode()
            request.headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        return request


def group_url(url: str, service: str, environment: str) -> str:
    """The address of the group, odd label values in the Pushgateway's own base64 form."""
    parts = [_segment("job", JOB), _segment("service_name", service), _segment("deployment_environment", environment)]
    return "/".join([url.rstrip("/"), "metrics", *parts])


def _segment(name: str, value: str) -> str:
    # ".." would be resolved as a path on the way
    if re.fullmatch(r"[A-Za-z0-9_.~-]+", value) and value.strip("."):
        return f"{name}/{value}"
    encoded = base64.urlsafe_b64encode(value.encode("utf-8", "replace")).decode().rstrip("=") or "="
    return f"{name}@base64/{encoded}"


def push(
    content: bytes,
    *,
    service: str,
    environment: str,
    connection: Connection,
    timeout: float = 10.0,
    attempts: int = ATTEMPTS,
    sleep: t.Callable[[float], None] = time.sleep,
) -> str:
    """Replaces the group with ``content``; returns its address without secrets. PublishFailure."""
    return _send("PUT", content, group_url(connection.url, service, environment), connection, timeout, attempts, sleep)


def delete(
    *,
    service: str,
    environment: str,
    connection: Connection,
    timeout: float = 10.0,
    attempts: int = ATTEMPTS,
    sleep: t.Callable[[float], None] = time.sleep,
) -> str:
    """Removes the group of a service that is no more. PublishFailure."""
    return _send("DELETE", None, group_url(connection.url, service, environment), connection, timeout, attempts, sleep)


def _send(
    method: str,
    content: bytes | None,
    url: str,
    connection: Connection,
    timeout: float,
    attempts: int,
    sleep: t.Callable[[float], None],
) -> str:
    if MISSING is not None:
        text: str = missing_required_lib("requests", reason="to push to a Pushgateway")  # type: ignore[no-untyped-call]
        raise PublishFailure(text)
    problem = ""
    with requests.Session() as session:
        for attempt in range(max(1, attempts)):
            if attempt:
                sleep(2.0 ** (attempt - 1))
            problem, again = _once(session, method, content, url, connection, timeout)
            if not problem:
                return public_url(url)
            if not again:
                break
        tried = f" (tried {attempt + 1} times)" if attempt else ""
    raise PublishFailure(f"Pushgateway {public_url(connection.url)}: {problem}{tried}")


def _once(session: t.Any, method: str, content: bytes | None, url: str, connection: Connection, timeout: float) -> tuple[str, bool]:
    """The problem in words, empty when there is none, and whether it may pass by itself."""
    headers = {**connection.all_headers, "Content-Type": _TYPE}
    certificate = connection.client_cert
    try:
        # verify is given here: requests lets REQUESTS_CA_BUNDLE win over what a session says
        answer = session.request(
            method,
            url,
            data=content,
            headers=headers,
            auth=_Auth(connection) if connection.bearer_token or connection.url_username else None,
            timeout=timeout,
            verify=(connection.ca_path or True) if connection.validate_certs else False,
            cert=(certificate, connection.client_key) if certificate and connection.client_key else certificate,
            allow_redirects=False,  # a PUT that is redirected becomes a GET, whose 200 would look like success
        )
    except requests.RequestException as exc:
        failure = as_failure(exc, url, timeout)
        return failure.message, failure.kind in ("timeout", "refused", "protocol")
    except (OSError, ValueError) as exc:  # a CA file that is not there, an address that is none
        return escape(exc, 200), False
    said = escape(answer.text[:2000], 200)
    if answer.status_code in (200, 202):
        if "html" in answer.headers.get("Content-Type", "").lower():
            return "answered with a web page: this is not a Pushgateway, or a login page stands before it", False
        return "", False
    if 300 <= answer.status_code < 400:
        return f"redirects to {public_url(answer.headers.get('Location', ''))}; give that address", False
    if answer.status_code in (401, 403):
        return f"refused the credentials (HTTP {answer.status_code})", False
    reason = f"HTTP {answer.status_code}" + (f": {said}" if said else "")
    return f"refused the metrics ({reason})", answer.status_code >= 500 or answer.status_code == 429


__all__ = ("delete", "group_url", "push")
