# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether http links answer, asked side by side. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import queue
import re
import threading
import typing as t
from urllib.parse import unquote, urlsplit

from .._finding import CannotObserve
from .._http import Connection, HttpFailure, Response, public_url
from .._phrase import NOTHING, Message, phrase
from .._runner import Runner
from .documents import normalize, read_page

WORKERS = 8
MAX_PAGE = 4 * 2**20
SOFT_404 = (
    "not found",
    "page doesn't exist",
    "does not exist",
    "no longer exists",
    "introuvable",
    "non trouvée",
    "n'existe pas",
    "n'existe plus",
)
LOGIN_PAGE = (
    "sign in",
    "log in",
    "login",
    "single sign-on",
    "authentication required",
    "connexion",
    "se connecter",
    "connectez-vous",
    "identifiez-vous",
    "authentification",
)
_ALIVE, _DEAD, _UNKNOWN = "alive", "dead", "unknown"
_SHORT_ERROR, _SHORT_LOGIN = 300, 1500  # letters of a page that says nothing else
_LOGIN_PATH = re.compile(r"/(login|log-in|signin|sign-in|sso|saml2?|oauth2?|oidc|openid|adfs|cas|auth)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``alive``, ``dead`` or ``unknown``, why, in a sentence that names the address, and the anchors in the page."""

    state: str
    why: Message = NOTHING
    anchors: frozenset[str] | None = None  # None: not an HTML page


@dataclasses.dataclass(frozen=True)
class Asking:
    """How links are asked. ``connection`` has the credentials, which only go to ``hosts`` (host, or host:port)."""

    connection: Connection
    hosts: frozenset[str]
    timeout: float
    soft_404: t.Sequence[str]
    login_page: t.Sequence[str]

    def connection_for(self, url: str) -> Connection:
        parts = urlsplit(url)
        if parts.netloc.rpartition("@")[2].lower() in self.hosts or (parts.hostname or "") in self.hosts:
            return self.connection
        return Connection(validate_certs=self.connection.validate_certs, ca_path=self.connection.ca_path)


def ask_all(urls: t.Iterable[str], asking: Asking, runner: Runner) -> dict[str, Verdict]:
    """A verdict for each distinct URL (without its fragment); ``unknown`` for those that time did not suffice for."""
    waiting: queue.Queue[str] = queue.Queue()
    wanted = list(dict.fromkeys(urls))
    for url in wanted:
        waiting.put(url)
    found: dict[str, Verdict] = {}

    def work() -> None:
        while True:
            try:
                url = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                found[url] = ask(url, asking, runner)
            except Exception as exc:  # one odd address must not cost the verdict on the others
                found[url] = Verdict(
                    _UNKNOWN, phrase("{url:path} cannot be asked ({reason})", url=public_url(url), reason=type(exc).__name__)
                )

    # daemon threads, so that a server that hangs cannot hold the process up
    threads = [threading.Thread(target=work, daemon=True) for _number in range(min(WORKERS, len(wanted)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        try:
            thread.join(runner.remaining())
        except CannotObserve:
            break
    return {url: found.get(url) or Verdict(_UNKNOWN, _not_asked(url)) for url in wanted}


def _not_asked(url: str) -> Message:
    return phrase("{url:path} was not asked, the time allowed for this check is over", url=public_url(url))


def ask(url: str, asking: Asking, runner: Runner) -> Verdict:
    """HEAD first; GET where HEAD is refused, and where the page must be read to know what it really is."""
    connection = asking.connection_for(url)
    try:
        try:
            head = runner.request("HEAD", url, connection=connection, timeout=asking.timeout)
            if head.status < 300 and not _must_be_read(head):
                return Verdict(_ALIVE)
        except HttpFailure as exc:
            if exc.kind not in ("protocol", "too_large"):
                raise
        answer = runner.get(url, connection=connection, timeout=asking.timeout, max_bytes=MAX_PAGE)
    except HttpFailure as exc:
        if exc.kind == "too_large":
            return Verdict(_ALIVE)
        state = _DEAD if exc.kind in ("refused", "name", "protocol") else _UNKNOWN
        where = public_url(url)  # of another address tells who was sent there
        return Verdict(state, exc.message if where in exc.message else phrase("{url:path}: {reason}", url=where, reason=exc.message))
    except CannotObserve as exc:
        return Verdict(_UNKNOWN, phrase("{url:path} was not asked: {reason}", url=public_url(url), reason=exc.message))
    return judge(url, answer, asking.soft_404, asking.login_page)


def _must_be_read(answer: Response) -> bool:
    kind = answer.headers.get("content-type", "")
    return not kind or "html" in kind.lower() or "text/plain" in kind.lower()


def judge(url: str, answer: Response, soft_404: t.Sequence[str], login_page: t.Sequence[str]) -> Verdict:
    """What an answer really is: a page, a page that says that there is none, or a login page in front of it."""
    where = public_url(url)
    if answer.status >= 300:
        return _of_status(where, answer.status)
    if not answer.looks_like_html:
        text = answer.text[: _SHORT_ERROR + 1]
        said = _says(text, soft_404) if "text/plain" in answer.headers.get("content-type", "") else None
        if said and len(text) <= _SHORT_ERROR:
            return Verdict(_DEAD, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=said))
        return Verdict(_ALIVE)
    page = read_page(answer.text)
    headings = " | ".join([page.title, *(heading.text for heading in page.document.headings if heading.level <= 2)])
    visible = " ".join(" ".join(page.text.values()).split())
    login = _login(url, answer.url, page.password, page.forms, headings, visible, login_page)
    if login:
        return Verdict(_UNKNOWN, login)
    said = _says(headings, soft_404) or (_says(visible, soft_404) if len(visible) <= _SHORT_ERROR else None)
    if said:
        return Verdict(_DEAD, phrase("{url:path} answers with status 200 and a page that says '{said}'", url=where, said=said))
    return Verdict(_ALIVE, anchors=frozenset(name.removeprefix("user-content-") for name in page.document.anchors))


def _of_status(where: str, status: int) -> Verdict:
    """The verdict on an answer that is no page."""
    if status == 401:
        return Verdict(_UNKNOWN, phrase("{url:path} asks for a login (status {status})", url=where, status=status))
    if status == 403:
        return Verdict(_UNKNOWN, phrase("{url:path} refuses access (status {status})", url=where, status=status))
    if status == 407:
        return Verdict(_UNKNOWN, phrase("{url:path} is behind a proxy that asks for a login (status {status})", url=where, status=status))
    if status == 429:
        return Verdict(_UNKNOWN, phrase("{url:path} asks to be asked less often (status {status})", url=where, status=status))
    if status < 400:
        return Verdict(_UNKNOWN, phrase("{url:path} answers with status {status}, which leads nowhere", url=where, status=status))
    return Verdict(_DEAD, phrase("{url:path} answers with status {status}", url=where, status=status))


def _login(
    url: str, came_from: str, password: bool, inputs: list[str], headings: str, visible: str, texts: t.Sequence[str]
) -> Message | None:
    where, said = public_url(url), _says(headings, texts)
    if password or any(name in ("SAMLRequest", "SAMLResponse") for name in inputs):
        return phrase("{url:path} answers with a login page, what is behind it cannot be seen", url=where)
    if urlsplit(came_from).path != urlsplit(url).path and _LOGIN_PATH.search(urlsplit(came_from).path):
        return phrase("{url:path} leads to a login page, what is behind it cannot be seen", url=where)
    if len(visible) <= _SHORT_LOGIN and said:
        return phrase("{url:path} answers with a login page ('{said}'), what is behind it cannot be seen", url=where, said=said)
    return None


def _says(text: str, wanted: t.Sequence[str]) -> str | None:
    plain = f" {normalize(text)} "
    return next((item for item in wanted if normalize(item) and f" {normalize(item)} " in plain), None)


def split_fragment(url: str) -> tuple[str, str]:
    """The address without its fragment, and the fragment where it names a place in a page (not a route of a script, or text)."""
    address, _sharp, fragment = url.partition("#")
    if fragment.startswith(("/", "!", ":~:")) or re.fullmatch(r"L\d+(-L?\d+)?", fragment) or "=" in fragment:
        return address, ""
    return address, unquote(fragment)


__all__ = ("LOGIN_PAGE", "SOFT_404", "Asking", "Verdict", "ask", "ask_all", "judge", "split_fragment")
