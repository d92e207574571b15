# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP in the controller: pooled connections, and one answer for each distinct question. PRIVATE to the collection."""

from __future__ import annotations

import threading
import time
import typing as t
from urllib.parse import urlsplit

try:
    import requests
    import requests.adapters
except ImportError as exc:  # pragma: no cover - tests have it
    requests = None  # type: ignore[assignment] # told by RequestsHttp()
    IMPORT_FAILURE: ImportError | None = exc
else:
    IMPORT_FAILURE = None

from ..module_utils._finding import CannotObserve
from ..module_utils._http import AGENT, MAX_BYTES, Connection, Http, HttpFailure, Response, as_failure, public_url, too_large, too_slow

POOL = 16


class RequestsHttp(Http):
    """Over the requests library. GET answers are shared for the life of this object, failures too, unless ``fresh`` is asked."""

    def __init__(self) -> None:
        if requests is None:
            raise CannotObserve(f"the Python library requests is needed on the controller: pip install requests ({IMPORT_FAILURE})")
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_connections=POOL, pool_maxsize=POOL)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._lock = threading.Lock()
        self._answers: dict[t.Hashable, _Answer] = {}
        self.asked = 0  # questions that really went out

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

        def ask() -> Response:
            return self._ask(method, url, how, headers or {}, body, timeout, max_bytes, follow_redirects)

        if method != "GET" or fresh:
            return ask()
        key = (url, repr(how), tuple(sorted((headers or {}).items())), body, max_bytes, follow_redirects)
        with self._lock:
            mine = key not in self._answers
            answer = self._answers.setdefault(key, _Answer())
        if mine:
            answer.fill(ask)
        return answer.take(timeout, url)

    def _ask(
        self,
        method: str,
        url: str,
        how: Connection,
        headers: t.Mapping[str, str],
        body: bytes | None,
        timeout: float,
        max_bytes: int,
        follow_redirects: bool,
    ) -> Response:
        if urlsplit(url).scheme not in ("http", "https"):
            raise HttpFailure("protocol", f"{public_url(url)} is not an http:// or https:// address")
        verify: bool | str = (how.ca_path or True) if how.validate_certs else False
        certificate = (how.client_cert, how.client_key) if how.client_cert and how.client_key else how.client_cert
        started = time.monotonic()
        deadline = started + timeout
        self.asked += 1
        try:
            answer = self._session.request(
                method,
                url,
                headers={**how.all_headers, **headers},
                data=body,
                auth=_Login(how),
                timeout=timeout,
                verify=verify,
                cert=certificate,
                allow_redirects=follow_redirects,
                stream=True,
            )
            with answer:
                parts, size = [], 0
                for chunk in answer.iter_content(65536):
                    parts.append(chunk)
                    size += len(chunk)
                    if size > max_bytes:
                        raise too_large(url, max_bytes)
                    if time.monotonic() > deadline:
                        raise too_slow(url, timeout)
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status_code, names, b"".join(parts), answer.url, time.monotonic() - started)
        except HttpFailure:
            raise
        except requests.exceptions.ChunkedEncodingError:
            raise HttpFailure("protocol", f"{public_url(url)} closed the connection before its answer was complete") from None
        except Exception as exc:
            raise as_failure(exc, url, timeout) from None


class _Login:
    """Basic authentication where it is asked for. Having one at all keeps requests from reading ~/.netrc."""

    def __init__(self, how: Connection) -> None:
        self.how = how

    def __call__(self, request: t.Any) -> t.Any:
        if self.how.url_username:
            return requests.auth.HTTPBasicAuth(self.how.url_username, self.how.url_password or "")(request)
        return request


class _Answer:
    """What one question brought, for all who ask it."""

    def __init__(self) -> None:
        self._there = threading.Event()
        self._response: Response | None = None
        self._failure: HttpFailure | None = None

    def fill(self, ask: t.Callable[[], Response]) -> None:
        try:
            self._response = ask()
        except HttpFailure as exc:
            self._failure = exc
        except BaseException:
            self._failure = HttpFailure("protocol", "the request was broken off")
            raise
        finally:
            self._there.set()

    def take(self, timeout: float, url: str) -> Response:
        if not self._there.wait(timeout + 1):
            raise too_slow(url, timeout)
        if self._response is None:
            failure = self._failure or HttpFailure("protocol", f"{public_url(url)} gave no answer")
            raise HttpFailure(failure.kind, failure.message)
        return self._response


__all__ = ("AGENT", "RequestsHttp")
