# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether http links answer, asked side by side. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import threading
import typing as t
from urllib.parse import urljoin, urlsplit

from .._finding import CannotObserve
from .._http import Connection, HttpFailure, Response, public_url
from .._phrase import Message, phrase
from .._runner import Runner
from .link_answers import ALIVE, DEAD, UNKNOWN, Verdict, judge
from .link_names import NameServers
from .link_places import is_route, origin, split_fragment
from .link_queue import WORKERS, LinkQueue
from .link_same import Sameness
from .link_texts import LOGIN_PAGE, SOFT_404

MAX_PAGE = 2 * 2**20
_REFRESHES = 3


@dataclasses.dataclass(frozen=True)
class Asking:
    """How links are asked. ``connection`` has the credentials, which only go to ``hosts``; ``more`` are others for other hosts.

    A host is ``host`` (its usual ports), ``host:port``, or one of them with a scheme before it.
    """

    connection: Connection
    hosts: frozenset[str]
    timeout: float
    soft_404: t.Sequence[str]
    login_page: t.Sequence[str]
    more: t.Sequence[tuple[frozenset[str], Connection]] = ()

    def connection_for(self, url: str) -> Connection:
        names = _names(url)
        for hosts, connection in ((self.hosts, self.connection), *self.more):
            if hosts & names:
                return dataclasses.replace(connection, foreign=True)
        return Connection(validate_certs=self.connection.validate_certs, ca_path=self.connection.ca_path, foreign=True)


def _names(url: str) -> set[str]:
    """Under which a host may be among those that get credentials."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    usual = {"http": 80, "https": 443}.get(scheme)
    shown = f"[{host}]" if ":" in host else host
    places = {f"{shown}:{parts.port or usual}", *([shown] if parts.port in (None, usual) else [])}
    return places | {f"{scheme}://{place}" for place in places}


def ask_all(urls: t.Iterable[str], asking: Asking, runner: Runner) -> dict[str, Verdict]:
    """A verdict for each distinct URL (without its fragment); ``unknown`` for those that time did not suffice for."""
    wanted = list(dict.fromkeys(urls))
    asker = _Asker(asking, runner)
    found = asker.all(wanted)
    verdicts = {url: found.get(url) or Verdict(UNKNOWN, _not_asked(url)) for url in wanted}
    verdicts = NameServers(runner).judged(verdicts, asker.failures)
    return Sameness(asker.all).judged(verdicts)


def of_fragment(url: str, verdict: Verdict, fragment: str) -> Verdict:
    """The verdict on a place in a page that is alive. ``url`` is without its fragment, ``fragment`` as it is meant."""
    where = public_url(url)
    if not verdict.is_alive or not fragment or fragment.lower() == "top":
        return verdict
    if is_route(fragment) and (verdict.page is None or verdict.page.scripts):
        return Verdict(
            UNKNOWN,
            phrase(
                "{url:path}: a script makes a page of what stands behind # (#{anchor:path}), it cannot be seen", url=where, anchor=fragment
            ),
        )
    if verdict.anchors is None:
        said = phrase("{url:path} is no web page: whether #{anchor:path} is in it cannot be seen", url=where, anchor=fragment)
        return Verdict(UNKNOWN, said)
    ours = verdict.page is not None and any(name.startswith("user-content-") for name in verdict.page.anchors)
    if fragment in verdict.anchors or (ours and fragment.lower() in verdict.anchors):
        return verdict
    if verdict.answer is not None and verdict.answer.cut:
        said = phrase(
            "{url:path} is longer than {most:bytes}: whether #{anchor:path} is in the rest cannot be seen",
            url=where,
            most=MAX_PAGE,
            anchor=fragment,
        )
        return Verdict(UNKNOWN, said)
    alike = next((name for name in sorted(verdict.anchors) if name.casefold() == fragment.casefold()), None)
    if alike is not None:
        said = phrase("the page {url:path} has no anchor #{anchor:path}, only #{alike:path}", url=where, anchor=fragment, alike=alike)
    else:
        said = phrase("the page {url:path} has no anchor #{anchor:path}", url=where, anchor=fragment)
    return Verdict(DEAD, said)


def _not_asked(url: str) -> Message:
    return phrase("{url:path} was not asked, the time allowed for this check is over", url=public_url(url))


class _Asker:
    """Asks each address once, in several threads."""

    def __init__(self, asking: Asking, runner: Runner) -> None:
        self.asking, self.runner = asking, runner
        self.failures: dict[str, HttpFailure] = {}

    def all(self, urls: t.Sequence[str]) -> dict[str, Verdict]:
        waiting = LinkQueue(urls, self.runner)
        found: dict[str, Verdict] = {}

        def work() -> None:
            while True:
                try:
                    url = waiting.take()
                except CannotObserve:
                    return
                if url is None:
                    return
                try:
                    verdict = self._one(url, waiting)
                    if verdict is not None:
                        found[url] = verdict
                except Exception as exc:  # one odd address must not cost the verdict on the others
                    said = phrase("{url:path} cannot be asked ({reason})", url=public_url(url), reason=type(exc).__name__)
                    found[url] = Verdict(UNKNOWN, said)
                finally:
                    waiting.done(url)

        # daemon threads, so that a server that hangs cannot hold the process up
        threads = [threading.Thread(target=work, daemon=True) for _number in range(min(WORKERS, len(urls)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            try:
                thread.join(self.runner.remaining())
            except CannotObserve:
                break
        return dict(found)

    def _one(self, url: str, waiting: LinkQueue) -> Verdict | None:
        """The verdict; None where the address is to be asked again later."""
        if waiting.is_closed(url):
            return Verdict(UNKNOWN, phrase("{url:path} was not asked: its server asks to be asked less often", url=public_url(url)))
        try:
            answer = self._get(url, fresh=waiting.is_again(url))
        except HttpFailure as exc:
            self.failures[url] = exc
            return _of_failure(url, exc)
        except CannotObserve as exc:
            return Verdict(UNKNOWN, phrase("{url:path} was not asked: {reason}", url=public_url(url), reason=exc.message))
        asks_to_wait = answer.status == 429 or (answer.status == 503 and answer.headers.get("retry-after"))
        if asks_to_wait and waiting.later(url, answer.headers.get("retry-after", "")):
            return None
        return self._refreshed(url, judge(url, answer, self.asking.soft_404, self.asking.login_page))

    def _get(self, url: str, *, fresh: bool = False) -> Response:
        connection = self.asking.connection_for(url)
        return self.runner.get(url, connection=connection, timeout=self.asking.timeout, max_bytes=MAX_PAGE, cut=True, fresh=fresh)

    def _refreshed(self, url: str, verdict: Verdict) -> Verdict:
        """The verdict on the page to which a page sends its reader at once."""
        for _number in range(_REFRESHES):
            page, answer = verdict.page, verdict.answer
            if not verdict.is_alive or page is None or answer is None or not page.refresh:
                return verdict
            target = urljoin(answer.url or url, page.refresh)
            if split_fragment(target)[0] in (url, answer.url):
                return verdict
            try:
                verdict = judge(url, self._get(target), self.asking.soft_404, self.asking.login_page)
            except HttpFailure as exc:
                return _of_failure(url, exc)
        return verdict


def _of_failure(url: str, failure: HttpFailure) -> Verdict:
    """The verdict where there is no answer. A name that does not exist is looked at again when it is known what others do."""
    where = public_url(url)  # of another address tells who was sent there
    said = failure.message if where in failure.message else phrase("{url:path}: {reason}", url=where, reason=failure.message)
    return Verdict(DEAD if failure.detail == "nothing_listens" else UNKNOWN, said)


__all__ = (
    "ALIVE",
    "DEAD",
    "LOGIN_PAGE",
    "MAX_PAGE",
    "SOFT_404",
    "UNKNOWN",
    "Asking",
    "Verdict",
    "ask_all",
    "judge",
    "of_fragment",
    "origin",
    "split_fragment",
)
