# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP for a check, with the adapter that works on any host. PRIVATE to the collection."""

from __future__ import annotations

import base64
import gzip
import re
import socket
import ssl
import time
import typing as t
import zlib
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
)

from ._addresses import Forbidden, PlainConnection, TlsConnection, by_proxy, refuse_by_proxy, trust
from ._exchange import (
    AGENT,
    MAX_BYTES,
    Connection,
    Http,
    HttpArguments,
    HttpFailure,
    HttpOptions,
    Question,
    Response,
    RulesServer,
    ServerArguments,
    public_url,
    too_large,
    too_slow,
)
from ._phrase import Message, phrase

_NO_SUCH_NAME = frozenset(code for name in ("EAI_NONAME", "EAI_NODATA") if (code := getattr(socket, name, None)) is not None)


class OpenUrlHttp(Http):
    """Over ansible's own open_url: nothing to install on a host."""

    def _exchange(self, question: Question, timeout: float) -> Response:
        url = question.url
        started = time.monotonic()
        deadline = started + timeout
        answer: t.Any
        try:
            try:
                answer = _open(question, max(timeout, 0.001))
            except HTTPError as exc:
                answer = exc
                if str(exc.headers.get("Content-Encoding")).lower() == "gzip":
                    answer.unpacked = gzip.GzipFile(fileobj=exc)
            with answer:
                content, cut = _read(answer, question, deadline, timeout)
                names = {str(name).lower(): str(value) for name, value in answer.headers.items()}
                status = int(getattr(answer, "status", None) or answer.code)
                return Response(status, names, content, url, time.monotonic() - started, cut)
        except HttpFailure:
            raise
        except Exception as exc:
            raise as_failure(exc, url, timeout) from None


def _open(question: Question, timeout: float) -> t.Any:
    """The answer, to be read. Plain HTTP does without open_url, whose import and whose certificates cost more than a check."""
    how, headers = question.how, question.all_headers
    direct = how.foreign and not by_proxy(question.url)
    if how.foreign and not direct:
        refuse_by_proxy(question.url)
    if direct or (urlsplit(question.url).scheme == "http" and not getproxies().get("http", "").startswith("https:")):
        if how.url_username:
            login = f"{how.url_username}:{how.url_password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode('ascii')}"
        opener = OpenerDirector()
        carriers: tuple[t.Any, ...] = (_Looking(how),) if direct else (ProxyHandler(), HTTPHandler())
        for handler in (*carriers, HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
            opener.add_handler(handler)
        headers = {"Accept-Encoding": "gzip", **headers}
        answer = opener.open(Request(question.url, data=question.body, headers=headers, method=question.method), timeout=timeout)
        if str(answer.headers.get("Content-Encoding")).lower() == "gzip":
            answer.unpacked = gzip.GzipFile(fileobj=answer)
        return answer
    from ansible.module_utils.urls import open_url

    return open_url(
        question.url,
        data=question.body,
        headers=headers,
        method=question.method,
        timeout=timeout,
        validate_certs=how.validate_certs,
        url_username=how.url_username,
        url_password=how.url_password,
        force_basic_auth=bool(how.url_username),
        follow_redirects="none",
        client_cert=how.client_cert,
        client_key=how.client_key,
        ca_path=how.ca_path,
        http_agent=AGENT,
        use_netrc=False,
    )


class _Looking(HTTPSHandler):
    """Connects to addresses that were looked at."""

    def __init__(self, how: Connection) -> None:
        super().__init__()
        self.how = how

    def http_open(self, req: Request) -> t.Any:
        return self.do_open(t.cast("t.Any", PlainConnection), req)

    def https_open(self, req: Request) -> t.Any:
        how = self.how
        context = trust(how.validate_certs, how.ca_path, how.client_cert, how.client_key)
        return self.do_open(t.cast("t.Any", TlsConnection), req, context=context)

    http_request = https_request = HTTPSHandler.do_request_


def _read(answer: t.Any, question: Question, deadline: float, timeout: float) -> tuple[bytes, bool]:
    """What it says, and whether there is more."""
    parts: list[bytes] = []
    size = 0
    source = getattr(answer, "unpacked", answer)
    while True:
        chunk = source.read1(65536) if hasattr(source, "read1") else source.read(65536)
        if not chunk:
            break
        parts.append(chunk)
        size += len(chunk)
        if size > question.max_bytes:
            if question.cut:
                return b"".join(parts)[: question.max_bytes], True
            raise too_large(question.url, question.max_bytes)
        if time.monotonic() > deadline:
            raise too_slow(question.url, timeout)
    length = answer.headers.get("Content-Length") or ""
    whole = not length.isdigit() or size >= int(length) or answer.headers.get("Content-Encoding") or question.method == "HEAD"
    if not whole:
        said = phrase(
            "{url:path} closed the connection after {size:number} of {length:number} bytes",
            url=public_url(question.url),
            size=size,
            length=int(length),
        )
        raise HttpFailure("protocol", said)
    return b"".join(parts), False


def as_failure(exc: BaseException, url: str, timeout: float) -> HttpFailure:
    """The exception of an HTTP library, in words."""
    where = public_url(url)
    chain: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and cause not in chain:
        chain.append(cause)
        inner = [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]
        cause = next((item for item in inner if isinstance(item, BaseException) and item not in chain), None)
    text = " ".join(str(item) for item in chain)
    for item in chain:
        if isinstance(item, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(item):
            told = re.search(r"certificate verify failed: ([^(\n]+?) *\(", text)
            detail = getattr(item, "verify_message", "") or (told.group(1) if told else phrase("certificate verification failed"))
            return HttpFailure("tls", phrase("{url:path} has a certificate that cannot be trusted: {reason}", url=where, reason=detail))
        if isinstance(item, ssl.SSLError):
            reason = getattr(item, "reason", None) or phrase("handshake failed")
            return HttpFailure("tls", phrase("{url:path} does not speak TLS as expected ({reason})", url=where, reason=reason))
        if isinstance(item, (socket.timeout, TimeoutError)):
            return HttpFailure("timeout", _silent(where, timeout))
        if isinstance(item, (gzip.BadGzipFile, zlib.error, EOFError)):
            return HttpFailure("protocol", phrase("{url:path} answered with a body that cannot be unpacked", url=where))
        if isinstance(item, Forbidden):
            return HttpFailure(
                "forbidden",
                phrase(
                    "{url:path} is not asked: it leads to an address of this machine or its network alone (link-local, metadata)", url=where
                ),
            )
        if isinstance(item, socket.gaierror):
            said = phrase("{host} cannot be resolved to an address", host=urlsplit(url).hostname)
            return HttpFailure("name", said, "no_such_name" if item.errno in _NO_SUCH_NAME else "")
        if isinstance(item, ConnectionRefusedError):
            return HttpFailure("refused", phrase("{url:path} refused the connection: nothing listens there", url=where), "nothing_listens")
    if "timed out" in text:
        return HttpFailure("timeout", _silent(where, timeout))
    if "CERTIFICATE" in text.upper():
        return HttpFailure("tls", phrase("{url:path} has a certificate that cannot be trusted", url=where))
    last = chain[-1]
    kind = "protocol" if not isinstance(last, (OSError, URLError)) else "refused"
    detail = (getattr(last, "strerror", None) if isinstance(last, OSError) else None) or _words(type(last).__name__)
    return HttpFailure(kind, phrase("{url:path} gave no usable answer ({reason})", url=where, reason=detail))


def _silent(url: str, timeout: float) -> Message:
    return phrase("{url:path} did not answer within {allowed:duration}", url=url, allowed=timeout)


def _words(name: str) -> str:
    """``RemoteDisconnected`` in words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"(Error|Exception)$", "", name)).lower() or phrase("no reason was given")


__all__ = (
    "AGENT",
    "MAX_BYTES",
    "Connection",
    "Http",
    "HttpArguments",
    "HttpFailure",
    "HttpOptions",
    "OpenUrlHttp",
    "Question",
    "Response",
    "RulesServer",
    "ServerArguments",
    "as_failure",
    "public_url",
    "too_large",
    "too_slow",
)
