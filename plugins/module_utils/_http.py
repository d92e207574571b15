# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as a check sees it, and the adapter that works on any host. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import socket
import ssl
import time
import typing as t
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

from ansible.module_utils.urls import open_url

from ._finding import CannotObserve

AGENT = "operability.readiness"
MAX_BYTES = 32 * 2**20


@dataclasses.dataclass(frozen=True)
class Connection:
    """How to reach a server: the option group ``HTTP_SPEC``."""

    url: str = ""
    url_username: str | None = None
    url_password: str | None = None
    bearer_token: str | None = None
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    @classmethod
    def from_args(cls, args: t.Mapping[str, t.Any]) -> Connection:
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: args[name] for name in names if args.get(name) is not None})

    @property
    def all_headers(self) -> dict[str, str]:
        headers = {"User-Agent": AGENT, **{str(name): str(value) for name, value in self.headers.items()}}
        if self.bearer_token:
            headers["Authorization"] = f"Bearer {self.bearer_token}"
        return headers


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer, whatever its status; header names are lower case."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    url: str
    elapsed: float  # seconds from the request to the last byte

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def looks_like_html(self) -> bool:
        start = self.body[:512].lstrip().lower()
        return "html" in self.headers.get("content-type", "").lower() or start.startswith((b"<!doctype html", b"<html"))

    def json(self) -> t.Any:
        """The parsed body; CannotObserve says what came instead."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError:
            if self.looks_like_html:
                raise CannotObserve(f"{public_url(self.url)} answered with a web page instead of JSON (a login page?)") from None
            raise CannotObserve(
                f"{public_url(self.url)} answered with JSON that cannot be parsed ({len(self.body)} bytes, cut short?)"
            ) from None


class HttpFailure(CannotObserve):
    """No usable answer. ``kind``: timeout, refused, name, tls, too_large, protocol."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Http:
    """The port. Adapters: OpenUrlHttp here, and a pooled, caching one in the controller."""

    def request(
        self,
        method: str,
        url: str,
        *,
        connection: Connection | None = None,
        headers: t.Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 10.0,
        max_bytes: int = MAX_BYTES,
        follow_redirects: bool = True,
        fresh: bool = False,
    ) -> Response:
        """Any HTTP status is an answer. Raises HttpFailure when there is none within ``timeout`` seconds or ``max_bytes``.

        ``fresh`` asks for a new answer where the adapter shares answers among checks (a check that polls).
        """
        raise NotImplementedError


class OpenUrlHttp(Http):
    """Over ansible's own open_url: nothing to install on a host."""

    def request(
        self,
        method: str,
        url: str,
        *,
        connection: Connection | None = None,
        headers: t.Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 10.0,
        max_bytes: int = MAX_BYTES,
        follow_redirects: bool = True,
        fresh: bool = False,
    ) -> Response:
        how = connection or Connection()
        if urlsplit(url).scheme not in ("http", "https"):
            raise HttpFailure("protocol", f"{public_url(url)} is not an http:// or https:// address")
        started = time.monotonic()
        deadline = started + timeout
        try:
            try:
                answer = open_url(
                    url,
                    data=body,
                    headers={**how.all_headers, **(headers or {})},
                    method=method,
                    timeout=max(timeout, 0.001),
                    validate_certs=how.validate_certs,
                    url_username=how.url_username,
                    url_password=how.url_password,
                    force_basic_auth=bool(how.url_username),
                    follow_redirects="all" if follow_redirects else "none",
                    client_cert=how.client_cert,
                    client_key=how.client_key,
                    ca_path=how.ca_path,
                    http_agent=AGENT,
                )
            except HTTPError as exc:
                answer = exc
            with answer:
                content = _read(answer, url, deadline, timeout, max_bytes)
                names = {str(name).lower(): str(value) for name, value in answer.headers.items()}
                status = int(getattr(answer, "status", None) or answer.code)
                return Response(status, names, content, str(answer.geturl() or url), time.monotonic() - started)
        except HttpFailure:
            raise
        except Exception as exc:
            raise as_failure(exc, url, timeout) from None


def _read(answer: t.Any, url: str, deadline: float, timeout: float, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        chunk = answer.read1(65536) if hasattr(answer, "read1") else answer.read(65536)
        if not chunk:
            break
        parts.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise too_large(url, max_bytes)
        if time.monotonic() > deadline:
            raise too_slow(url, timeout)
    length = answer.headers.get("Content-Length")
    if (
        length
        and length.isdigit()
        and size < int(length)
        and not answer.headers.get("Content-Encoding")
        and getattr(answer, "_method", "") != "HEAD"
    ):
        raise HttpFailure("protocol", f"{public_url(url)} closed the connection after {size} of {length} bytes")
    return b"".join(parts)


def too_large(url: str, max_bytes: int) -> HttpFailure:
    return HttpFailure("too_large", f"{public_url(url)} answered with more than {max_bytes // 2**20} MiB; the rest was not read")


def too_slow(url: str, timeout: float) -> HttpFailure:
    return HttpFailure("timeout", f"{public_url(url)} did not answer completely within {round(timeout, 2):g} s")


def as_failure(exc: BaseException, url: str, timeout: float) -> HttpFailure:
    """The exception of an HTTP library, in words."""
    where = public_url(url)
    chain: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and cause not in chain:
        chain.append(cause)
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else (cause.__cause__ or cause.__context__)
    text = " ".join(str(item) for item in chain)
    for item in chain:
        if isinstance(item, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(item):
            detail = getattr(item, "verify_message", "") or "certificate verification failed"
            return HttpFailure("tls", f"{where} has a certificate that cannot be trusted: {detail}")
        if isinstance(item, ssl.SSLError):
            return HttpFailure("tls", f"{where} does not speak TLS as expected ({item.reason or 'handshake failed'})")
        if isinstance(item, (socket.timeout, TimeoutError)):
            return HttpFailure("timeout", f"{where} did not answer within {round(timeout, 2):g} s")
        if isinstance(item, socket.gaierror):
            return HttpFailure("name", f"{urlsplit(url).hostname} cannot be resolved to an address")
        if isinstance(item, ConnectionRefusedError):
            return HttpFailure("refused", f"{where} refused the connection: nothing listens there")
    if "timed out" in text:
        return HttpFailure("timeout", f"{where} did not answer within {round(timeout, 2):g} s")
    if "CERTIFICATE" in text.upper():
        return HttpFailure("tls", f"{where} has a certificate that cannot be trusted")
    last = chain[-1]
    kind = "protocol" if not isinstance(last, (OSError, URLError)) else "refused"
    detail = (getattr(last, "strerror", None) or type(last).__name__) if isinstance(last, OSError) else type(last).__name__
    return HttpFailure(kind, f"{where} gave no usable answer ({detail})")


def public_url(url: str) -> str:
    """The address without user, password, query and fragment: fit for a message."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))


__all__ = (
    "MAX_BYTES",
    "Connection",
    "Http",
    "HttpFailure",
    "OpenUrlHttp",
    "Response",
    "as_failure",
    "public_url",
    "too_large",
    "too_slow",
)
