# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as a check sees it: values, and the port that an adapter fills. PRIVATE to the collection.

Light, for the runner knows it. A check that makes requests imports them from ``_http``, which brings the adapter along to a host.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
import time
import typing as t
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from ._finding import CannotObserve
from ._masking import public_url
from ._phrase import Message, phrase, plural

AGENT = "operability.readiness"
MAX_BYTES = 32 * 2**20
MAX_REDIRECTS = 10


class HttpOptions(t.TypedDict):
    """What ``HTTP_SPEC`` makes, but for its ``url``."""

    url_username: str | None
    url_password: str | None
    bearer_token: str | None
    headers: dict[str, str]
    validate_certs: bool
    ca_path: str | None
    client_cert: str | None
    client_key: str | None


class HttpArguments(HttpOptions):
    """The same as arguments of a check; and the time that each check has."""

    timeout: float


class ServerArguments(HttpArguments):
    """The same of a server that may have further addresses."""

    failover: list[str]


class RulesServer(HttpOptions):
    """A Prometheus among several: what ``rules_server_spec`` makes."""

    url: str
    failover: list[str]
    rules_url: str | None
    probe_query: str | None


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
    failover: t.Sequence[str] = ()  # further addresses of the same server
    rules_url: str | None = None  # of a Prometheus whose rules another program evaluates
    foreign: bool = False  # an address that stands in a text of others: some are never asked, and a password in it is not sent

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
    cut: bool = False  # there is more of it than was to be read

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
                raise CannotObserve(
                    phrase("{url:path} answered with a web page instead of JSON (a login page?)", url=public_url(self.url))
                ) from None
            said = plural(
                "{url:path} answered with JSON that cannot be parsed ({count:number} byte, cut short?)",
                "{url:path} answered with JSON that cannot be parsed ({count:number} bytes, cut short?)",
                count=len(self.body),
                url=public_url(self.url),
            )
            raise CannotObserve(said) from None


class HttpFailure(CannotObserve):
    """No usable answer. ``kind``: timeout, refused, name, tls, too_large, protocol, login, forbidden.

    ``detail``, where it is known: ``no_such_name`` (name), ``nothing_listens`` (refused).
    """

    def __init__(self, kind: str, message: Message, detail: str = "") -> None:
        super().__init__(message)
        self.kind, self.detail = kind, detail


class Http:
    """The port. Adapters: OpenUrlHttp in ``_http``, and a pooled, caching one in the controller. They differ in ``_exchange`` alone."""

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
        """Any HTTP status is an answer. Raises HttpFailure when there is none within ``timeout`` seconds or ``max_bytes``.

        ``cut`` takes the first ``max_bytes`` of a longer answer.
        ``fresh`` asks for a new answer where the adapter shares answers among checks (a check that polls).
        """
        how = connection or Connection()
        for path in (how.ca_path, how.client_cert, how.client_key):
            if path and not os.access(path, os.R_OK):
                raise HttpFailure(
                    "tls", phrase("{path:path} (for {url:path}) does not exist or may not be read", path=path, url=public_url(url))
                )
        first = Question(method, url, how, dict(headers or {}), body, max_bytes, cut)
        return _within(lambda: self._follow(first, timeout, follow_redirects), timeout, url)

    def forget(self) -> None:
        """From now on every question is asked anew, where the adapter shares answers."""

    def _follow(self, question: Question, timeout: float, follow_redirects: bool) -> Response:
        started = time.monotonic()
        first = question.url
        for _hop in range(MAX_REDIRECTS + 1):
            question = _without_userinfo(question)
            left = timeout - (time.monotonic() - started)
            if left <= 0:
                raise too_slow(first, timeout)
            try:
                answer = self._exchange(question, left)
            except HttpFailure as exc:
                raise (_elsewhere(first, question.url, exc) if question.url != first else exc) from None
            following = question.following(answer) if follow_redirects else None
            if following is None:
                return dataclasses.replace(answer, elapsed=time.monotonic() - started)
            question = following
        raise HttpFailure(
            "protocol", phrase("{url:path} redirected more than {most:number} times", url=public_url(first), most=MAX_REDIRECTS)
        )

    def _exchange(self, question: Question, timeout: float) -> Response:
        """One question, one answer: redirects are not followed. HttpFailure."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Question:
    """What goes out in one piece."""

    method: str
    url: str
    how: Connection
    headers: t.Mapping[str, str]
    body: bytes | None
    max_bytes: int
    cut: bool = False

    @property
    def all_headers(self) -> dict[str, str]:
        return {**self.how.all_headers, **self.headers}

    def following(self, answer: Response) -> Question | None:
        """What a redirect leads to. Another server gets no credentials and no headers of the first one."""
        target = answer.headers.get("location")
        if answer.status not in (301, 302, 303, 307, 308) or not target:
            return None
        try:
            url = urljoin(self.url, target)
            same = _same_server(self.url, url)
        except ValueError:
            raise HttpFailure("protocol", phrase("{url:path} redirects to what is no address", url=public_url(self.url))) from None
        plain = Connection(validate_certs=self.how.validate_certs, ca_path=self.how.ca_path, foreign=self.how.foreign)
        how = self.how if same else plain
        other = dataclasses.replace(self, url=url, how=how)
        if self.method != "HEAD" and (answer.status == 303 or (answer.status in (301, 302) and self.method == "POST")):
            other = dataclasses.replace(other, method="GET", body=None)
        return other


def _elsewhere(first: str, url: str, failure: HttpFailure) -> HttpFailure:
    """What a redirect led to did not answer: what was asked is named, too."""
    there, asked = urlsplit(url).hostname, urlsplit(first).hostname
    if there == asked:
        return failure
    said = phrase("{url:path} redirects to {host}, a login (SSO)? {why}", url=public_url(first), host=there, why=failure.message)
    return HttpFailure(failure.kind, said, failure.detail)


def _same_server(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    ports = [parts.port or {"http": 80, "https": 443}.get(parts.scheme) for parts in (first, second)]
    upgraded = (first.scheme, second.scheme) == ("http", "https") and ports == [80, 443]
    return first.hostname == second.hostname and (upgraded or (first.scheme == second.scheme and ports[0] == ports[1]))


def _without_userinfo(question: Question) -> Question:
    """``https://user:password@host`` becomes basic authentication: the two libraries treat it differently."""
    try:
        parts = urlsplit(question.url)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise HttpFailure("protocol", phrase("{url:path} is not an http:// or https:// address", url=public_url(question.url)))
    if "@" not in parts.netloc:
        return question
    url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, parts.fragment))
    how = question.how
    if not how.url_username and not how.foreign:
        how = dataclasses.replace(how, url_username=unquote(parts.username or ""), url_password=unquote(parts.password or ""))
    return dataclasses.replace(question, url=url, how=how)


def _within(ask: t.Callable[[], Response], timeout: float, url: str) -> Response:
    """The answer, or HttpFailure when time is over whatever the library waits for: a name server, a header that never ends."""
    outcome: list[Response | BaseException] = []

    def work() -> None:
        try:
            outcome.append(ask())
        except BaseException as exc:
            outcome.append(exc)

    thread = threading.Thread(target=work, daemon=True, name="http")
    thread.start()
    thread.join(timeout + 0.3)  # the library's own time-outs say more, so they come first
    if not outcome:
        raise too_slow(url, timeout)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def too_large(url: str, max_bytes: int) -> HttpFailure:
    said = phrase("{url:path} answered with more than {most:bytes}; the rest was not read", url=public_url(url), most=max_bytes)
    return HttpFailure("too_large", said)


def too_slow(url: str, timeout: float) -> HttpFailure:
    said = phrase("{url:path} did not answer completely within {allowed:duration}", url=public_url(url), allowed=timeout)
    return HttpFailure("timeout", said)


__all__ = (
    "AGENT",
    "MAX_BYTES",
    "Connection",
    "Http",
    "HttpArguments",
    "HttpFailure",
    "HttpOptions",
    "Question",
    "Response",
    "RulesServer",
    "ServerArguments",
    "public_url",
    "too_large",
    "too_slow",
)
