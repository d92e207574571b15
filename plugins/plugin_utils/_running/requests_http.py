# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP in the controller: pooled connections, and one answer for each distinct question. PRIVATE to the collection."""

from __future__ import annotations

import functools
import http.cookiejar
import os
import ssl
import threading
import time
import typing as t
import warnings

try:
    import requests
    import requests.adapters
    import urllib3
    import urllib3.connection
    import urllib3.exceptions
except ImportError as exc:  # pragma: no cover - tests have it
    requests = None  # type: ignore[assignment] # told by RequestsHttp()
    IMPORT_FAILURE: ImportError | None = exc
else:
    IMPORT_FAILURE = None

from ...module_utils._addresses import by_proxy, dial, refuse_by_proxy
from ...module_utils._finding import CannotObserve
from ...module_utils._http import (
    AGENT,
    MAX_BYTES,
    Connection,
    Http,
    HttpFailure,
    Question,
    Response,
    as_failure,
    public_url,
    too_large,
    too_slow,
)
from ...module_utils._phrase import Message, phrase

POOL = 16
MARGIN = 0.1  # seconds


class Missing(Http):
    """Where the library is not there: each check that asks a server is told so, and the others go on."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason

    def _exchange(self, question: Question, timeout: float) -> Response:
        raise CannotObserve(self.reason)


class RequestsHttp(Http):
    """Over the requests library. GET answers are shared until ``forget``, failures too, unless ``fresh`` is asked."""

    def __init__(self) -> None:
        if requests is None:
            raise CannotObserve(
                phrase(
                    "the Python library {library} is needed on the controller: pip install {library} ({reason})",
                    library="requests",
                    reason=str(IMPORT_FAILURE),
                )
            )
        # who sets validate_certs to false knows it
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
        self._session = _session()
        self._looking = _session(looking=True)
        self._lock = threading.Lock()
        self._answers: dict[t.Hashable, _Answer] = {}
        self.asked = 0  # questions that really went out

    def forget(self) -> None:
        with self._lock:
            self._answers = {}

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
        cut: bool = False,
    ) -> Response:
        def ask() -> Response:
            return super(RequestsHttp, self).request(
                method,
                url,
                connection=connection,
                headers=headers,
                body=body,
                timeout=timeout,
                max_bytes=max_bytes,
                follow_redirects=follow_redirects,
                cut=cut,
            )

        if method != "GET" or fresh:
            return ask()
        key = (url, repr(connection), tuple(sorted((headers or {}).items())), body, max_bytes, follow_redirects, cut)
        while True:
            with self._lock:
                held = self._answers.get(key)
                mine = held is None or held.too_early_for(timeout)
                answer = self._answers[key] = _Answer(timeout) if mine or held is None else held
            if mine:
                answer.fill(ask)
            try:
                return answer.take(timeout, url)
            except HttpFailure as exc:
                # asked again where whoever asked first had less time to wait
                if mine or exc.kind != "timeout" or not answer.too_early_for(timeout):
                    raise

    def _exchange(self, question: Question, timeout: float) -> Response:
        how, url = question.how, question.url
        verify: bool | str = (how.ca_path or _system_store() or True) if how.validate_certs else False
        certificate = (how.client_cert, how.client_key) if how.client_cert and how.client_key else how.client_cert
        started = time.monotonic()
        deadline = started + timeout
        with self._lock:
            self.asked += 1
        try:
            if how.foreign and by_proxy(url):
                refuse_by_proxy(url)
            answer = (self._looking if how.foreign else self._session).request(
                question.method,
                url,
                headers=question.all_headers,
                data=question.body,
                auth=_Login(how),
                timeout=timeout,
                verify=verify,
                cert=certificate,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                parts, size = [], 0
                for chunk in answer.iter_content(65536):
                    parts.append(chunk)
                    size += len(chunk)
                    if size > question.max_bytes and question.cut:
                        break
                    if size > question.max_bytes:
                        raise too_large(url, question.max_bytes)
                    if time.monotonic() > deadline:
                        raise too_slow(url, timeout)
                names = {name.lower(): value for name, value in answer.headers.items()}
                content = b"".join(parts)[: question.max_bytes]
                return Response(answer.status_code, names, content, url, time.monotonic() - started, size > question.max_bytes)
        except HttpFailure:
            raise
        except requests.exceptions.ChunkedEncodingError:
            raise HttpFailure(
                "protocol", phrase("{url:path} closed the connection before its answer was complete", url=public_url(url))
            ) from None
        except Exception as exc:
            raise as_failure(exc, url, timeout) from None


def _session(*, looking: bool = False) -> t.Any:
    """``looking``: it connects to addresses alone that a link may lead to."""
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=POOL, pool_maxsize=POOL)
    if looking:
        adapter.poolmanager.pool_classes_by_scheme = _looking_pools()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    # a check must not see the cookies of another
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


@functools.cache
def _looking_pools() -> dict[str, object]:
    class Plain(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> t.Any:
            return _dialled(self)

    class Tls(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> t.Any:
            return _dialled(self)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _dialled(connection: t.Any) -> t.Any:
    given = connection.timeout
    return dial(getattr(connection, "_dns_host", connection.host), connection.port, given if isinstance(given, (int, float)) else None)


@functools.cache
def _system_store() -> str | None:
    """The certificates that this machine trusts, as open_url uses them; requests has a list of its own. None: leave it to requests."""
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return None
    known = ssl.get_default_verify_paths()
    return known.cafile or (known.capath if known.capath and any(os.scandir(known.capath)) else None)


class _Login:
    """Basic authentication where it is asked for. Having one at all keeps requests from reading ~/.netrc."""

    def __init__(self, how: Connection) -> None:
        self.how = how

    def __call__(self, request: t.Any) -> t.Any:
        if self.how.url_username:
            return requests.auth.HTTPBasicAuth(self.how.url_username.encode(), (self.how.url_password or "").encode())(request)
        return request


class _Answer:
    """What one question brought, for all who ask it."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._there = threading.Event()
        self._response: Response | None = None
        self._failure: HttpFailure | None = None

    def fill(self, ask: t.Callable[[], Response]) -> None:
        try:
            self._response = ask()
        except HttpFailure as exc:
            self._failure = exc
        except BaseException:
            self._failure = HttpFailure("protocol", phrase("the request was broken off"))
            raise
        finally:
            self._there.set()

    def too_early_for(self, timeout: float) -> bool:
        """Whether it was given up well before this much time; checks that start together have almost the same."""
        return self._failure is not None and self._failure.kind == "timeout" and timeout > self._timeout * 1.1 + MARGIN

    def take(self, timeout: float, url: str) -> Response:
        if not self._there.wait(timeout + 1):
            raise too_slow(url, timeout)
        if self._response is None:
            failure = self._failure or HttpFailure("protocol", phrase("{url:path} gave no answer", url=public_url(url)))
            raise HttpFailure(failure.kind, failure.message, failure.detail)
        return self._response


__all__ = ("AGENT", "Missing", "RequestsHttp")
