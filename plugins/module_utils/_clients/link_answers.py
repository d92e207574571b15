# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the answer to a link really is: a page, or one that says with status 200 that there is none. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from urllib.parse import urlsplit

from .._folded_text import normalize
from .._http import Response, public_url
from .._message import one_line
from .._phrase import NOTHING, Message, phrase
from .link_json import has_nothing
from .link_places import carries, is_for_login, is_home, is_login, same_page, same_site, segments
from .link_sayings import GONE, NOT_NOW, Saying, asks_who, is_unloaded, saying_of, text_says
from .link_texts import CHALLENGE, SOFT_404, needs_script, says, says_nothing_else, waits
from .page_scan import Page, decoded, scan
from .section_content import is_placeholder

ALIVE, DEAD, UNKNOWN = "alive", "dead", "unknown"
_SHORT = 300  # letters of a page that says nothing else
_LITTLE = 1500  # letters of one whose title is believed
_LENGTH = 3000  # letters of a page beside which a box to log in is one
_SHELL, _ALMOST_NOTHING = 200, 40  # letters of what a server sends where a script makes the page
_NOT_NOW = (408, 425, 429, 502, 503, 504, 999)
_FORWARDS = re.compile(r"\blocation(?:\.href)?\s{0,9}=[^=]|\blocation\.(?:replace|assign)\(")
_SMALL_JSON = 4000
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CODES = ("status", "statuscode", "status_code", "code", "http_code", "httpstatus", "http_status", "errorcode", "error_code")
_TEXTS = ("error", "message", "detail", "details", "title", "reason", "msg", "description", "error_description", "type")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``alive``, ``dead`` or ``unknown``, why, in a sentence that names the address, and the anchors in the page."""

    state: str
    why: Message = NOTHING
    anchors: frozenset[str] | None = None  # None: not an HTML page
    answer: Response | None = None
    page: Page | None = None

    @property
    def is_alive(self) -> bool:
        return self.state == ALIVE


def judge(url: str, answer: Response, soft_404: t.Sequence[str], login_page: t.Sequence[str]) -> Verdict:
    """The verdict on an answer by itself."""
    where = public_url(url)
    if answer.status >= 300:
        return of_status(where, answer.status)
    if answer.status in (204, 205) or not answer.body.strip():
        return Verdict(DEAD, phrase("{url:path} answers with status {status} and an empty page", url=where, status=answer.status))
    kind = answer.headers.get("content-type", "").lower()
    if answer.looks_like_html:
        return _of_page(url, answer, soft_404, login_page)
    if "json" in kind or (not kind and answer.body.lstrip()[:1] in (b"{", b"[")):
        return _of_json(where, answer, soft_404)
    if "text/plain" in kind or not kind:
        text = decoded(answer.body[: 4 * (_SHORT + 1)], kind)
        said = (says(text, soft_404) or says_nothing_else(text, soft_404)) if len(text) <= _SHORT else None
        if said:
            return Verdict(DEAD, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=said))
        saying = text_says(text)
        if saying:
            state = DEAD if saying.kind == GONE else UNKNOWN
            return Verdict(state, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=saying.said))
    return Verdict(ALIVE, answer=answer)


def of_status(where: str, status: int) -> Verdict:
    """The verdict on an answer that is no page."""
    if status == 401:
        return Verdict(UNKNOWN, phrase("{url:path} asks for a login (status {status})", url=where, status=status))
    if status == 403:
        return Verdict(UNKNOWN, phrase("{url:path} refuses access (status {status})", url=where, status=status))
    if status == 407:
        return Verdict(UNKNOWN, phrase("{url:path} is behind a proxy that asks for a login (status {status})", url=where, status=status))
    if status == 429:
        return Verdict(UNKNOWN, phrase("{url:path} asks to be asked less often (status {status})", url=where, status=status))
    if status in (405, 406):
        return Verdict(UNKNOWN, phrase("{url:path} does not let itself be read (status {status})", url=where, status=status))
    if status in _NOT_NOW:
        return Verdict(UNKNOWN, phrase("{url:path} cannot answer now (status {status})", url=where, status=status))
    if status < 400:
        return Verdict(UNKNOWN, phrase("{url:path} answers with status {status}, which leads nowhere", url=where, status=status))
    return Verdict(DEAD, phrase("{url:path} answers with status {status}", url=where, status=status))


# -- pages


def _of_page(url: str, answer: Response, soft_404: t.Sequence[str], login_page: t.Sequence[str]) -> Verdict:
    page = scan(decoded(answer.body, answer.headers.get("content-type", "")))
    letters = len(page.words)
    where = public_url(url)
    if letters <= _LITTLE and CHALLENGE.search(normalize(f"{page.title} {page.words[:_LITTLE]}")):
        return Verdict(UNKNOWN, phrase("{url:path} asks who it is that reads, what is behind it cannot be seen", url=where))
    login = _login(url, answer.url, page, login_page)
    if login:
        return Verdict(UNKNOWN, login)
    said = _not_found(url, page, soft_404)
    if said:
        return Verdict(DEAD, phrase("{url:path} answers with status 200 and a page that says '{said}'", url=where, said=said))
    doubtful = _perhaps_not_found(url, page, soft_404)
    saying = saying_of(page)
    if saying and saying.kind == GONE:
        return Verdict(DEAD, phrase("{url:path} answers with status 200 and a page that says '{said}'", url=where, said=saying.said))
    landed = _landed_at_home(url, answer.url)
    if landed:
        return landed
    if saying:
        return Verdict(UNKNOWN, _of_saying(where, saying))
    if doubtful:
        return Verdict(
            UNKNOWN,
            phrase(
                "{url:path} answers with status 200 and a title with '{said}' in it: whether it says so of itself cannot be seen",
                url=where,
                said=doubtful,
            ),
        )
    if _is_shell(page) or is_unloaded(page):
        return Verdict(UNKNOWN, shell(where))
    if page.frames and letters <= _ALMOST_NOTHING:
        return Verdict(UNKNOWN, phrase("{url:path} shows other pages in frames: link to the one that is meant", url=where))
    if answer.cut and not page.below:
        said_nothing = phrase("{url:path} is longer than is read, and what was read of it shows nothing", url=where)
        return Verdict(UNKNOWN, said_nothing)
    if page.headings and not page.inputs and not page.pictures and not page.frames and is_placeholder(page.below):
        if page.scripts and not page.below:
            return Verdict(UNKNOWN, shell(where))
        return Verdict(DEAD, _heading_alone(where, page))
    if asks_who(page) and not is_for_login(url) and not names_itself(url, page):
        return Verdict(UNKNOWN, phrase("{url:path} answers with a page that asks who it is that reads it", url=where))
    if not letters and not page.headings and not page.pictures:
        if page.scripts:
            return Verdict(UNKNOWN, shell(where))
        if page.inputs:
            return Verdict(UNKNOWN, phrase("{url:path} answers with a page that asks who it is that reads it", url=where))
        if not page.around:
            return Verdict(DEAD, phrase("{url:path} answers with status {status} and an empty page", url=where, status=answer.status))
    anchors = frozenset(name.removeprefix("user-content-") for name in page.anchors)
    return Verdict(ALIVE, anchors=anchors, answer=answer, page=page)


def _of_saying(where: str, saying: Saying) -> Message:
    if saying.kind == NOT_NOW:
        return phrase("{url:path} cannot answer now: its page says '{said}'", url=where, said=saying.said)
    return phrase("{url:path} does not show its page to this reader: it says '{said}'", url=where, said=saying.said)


def _heading_alone(where: str, page: Page) -> Message:
    if page.below:
        return phrase("{url:path} answers with a heading and '{said}' alone", url=where, said=one_line(page.below, 60))
    return phrase("{url:path} answers with a heading and nothing below it", url=where)


def shell(where: str) -> Message:
    return phrase(
        "{url:path} answers with the shell of a JavaScript application, whose page is made in a browser alone: "
        "link to what an API or export of it answers, which proves that the page is there",
        url=where,
    )


def _not_found(url: str, page: Page, soft_404: t.Sequence[str]) -> str | None:
    """The words by which a page says that it is none: of a page, or of anything where it has little else to say."""
    if page.is_content:
        return None
    names = [page.title, *page.main_headings]
    for name in names:
        said = says_nothing_else(name, soft_404)
        if said:
            return said
    letters = len(page.words)
    believed = [text for text in soft_404 if text not in SOFT_404 or (letters <= _SHORT and not page.steps)]
    said = says(" | ".join(names), believed) if letters <= _LITTLE and not _is_its_name(url, soft_404) else None
    if said:
        return said
    if letters > _SHORT or page.steps or _is_its_name(url, soft_404):
        return None
    return says(page.words, soft_404)


def _perhaps_not_found(url: str, page: Page, soft_404: t.Sequence[str]) -> str | None:
    """The same where a page of some length has them in its title of something else than pages: Order not found."""
    if len(page.words) > _LITTLE or page.steps or _is_its_name(url, soft_404):
        return None
    return says(" | ".join([page.title, *page.main_headings]), soft_404)


def _is_its_name(url: str, texts: t.Sequence[str]) -> bool:
    """Whether an address is of a page about these words (``/runbooks/OrderNotFound``)."""
    return any(says(name, texts) or says(_HUMP.sub(" ", name), texts) for name in segments(url)[-1:])


def _login(url: str, came_from: str, page: Page, texts: t.Sequence[str]) -> Message | None:
    where = public_url(url)
    moved = not same_page(came_from, url)
    if is_for_login(url) and not moved:
        return None  # the login is what the link is for
    if page.inputs & {"SAMLRequest", "SAMLResponse"}:
        return phrase("{url:path} answers with a login page, what is behind it cannot be seen", url=where)
    if moved and (is_login(came_from) or carries(came_from, url)):
        return phrase("{url:path} leads to a login page, what is behind it cannot be seen", url=where)
    letters = len(page.words)
    said = says(" | ".join([page.title, *page.main_headings]), texts)
    if page.password and _is_little_else(url, page, said, texts):
        return phrase("{url:path} answers with a login page, what is behind it cannot be seen", url=where)
    if letters <= _LITTLE and said and not page.is_content and not page.password and not _is_its_name(url, texts):
        return phrase("{url:path} answers with a login page ('{said}'), what is behind it cannot be seen", url=where, said=said)
    return None


def _is_little_else(url: str, page: Page, said: str | None, texts: t.Sequence[str]) -> bool:
    """Whether a page that asks for a password does little else: many sites have a box for it beside each page."""
    if len(page.words) <= _SHORT or any(says_nothing_else(name, texts) for name in [page.title]):
        return True
    if page.is_content or len(page.words) > _LENGTH:
        return False
    return not names_itself(url, page) or bool(said and not _is_its_name(url, texts) and says(page.title, texts))


def names_itself(url: str, page: Page) -> bool:
    """Whether a page has words of its own address in its title or a main heading."""
    own = set(re.findall(r"[^\W\d_]{4,}", normalize(" ".join(segments(url)[-1:]))))
    return bool(own & set(normalize(" ".join([page.title, *page.main_headings])).split()))


def _is_shell(page: Page) -> bool:
    letters = len(page.words)
    if not page.scripts or letters > _SHELL or page.pictures > 3:
        return False
    if _FORWARDS.search(page.code):
        return True
    return letters <= _ALMOST_NOTHING and not page.headings or page.mount or needs_script(page.without_script) or waits(page.words)


def _landed_at_home(url: str, came_from: str) -> Verdict | None:
    """The verdict on a link into a site that has led to its home page."""
    if is_home(url) or same_page(url, came_from) or not is_home(came_from):
        return None
    where = public_url(url)
    if same_site(url, came_from):
        return Verdict(DEAD, phrase("{url:path} leads to the home page of its site: what it names is not there", url=where))
    if len(segments(url)) < 2:
        return None  # as short names for addresses do
    host = urlsplit(came_from).hostname
    return Verdict(
        UNKNOWN, phrase("{url:path} leads to the home page of {host}: whether what it names is there cannot be seen", url=where, host=host)
    )


# -- JSON


def _of_json(where: str, answer: Response, soft_404: t.Sequence[str]) -> Verdict:
    """Answers of an API: some say in their text what their status does not."""
    if answer.cut:
        return Verdict(ALIVE, answer=answer)
    try:
        data = json.loads(decoded(answer.body, answer.headers.get("content-type", "")))
    except (ValueError, RecursionError):
        return Verdict(UNKNOWN, phrase("{url:path} answers with JSON that cannot be read", url=where))
    if data in (None, {}, [], ""):
        return Verdict(UNKNOWN, phrase("{url:path} answers with nothing in it ({said})", url=where, said=json.dumps(data)))
    if not isinstance(data, dict):
        return Verdict(ALIVE, answer=answer)
    for one in _told(data):
        code = _code(one)
        if code is not None and not 400 <= code < 600:
            continue
        small = len(answer.body) <= _SMALL_JSON
        said = next(
            (text for name in _TEXTS if small and isinstance(text := one.get(name), str) and (says(text, soft_404) or text_says(text))),
            None,
        )
        if said is not None and code in (None, 404, 410):
            return Verdict(DEAD, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=said[:80]))
        if code is not None and (small or "error" in data or "errors" in data):
            state = of_status(where, code).state
            return Verdict(state, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=code))
    if data.get("errors") and data.get("data", True) is None:
        first = json.dumps(data["errors"], ensure_ascii=False)[:80]
        return Verdict(UNKNOWN, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=first))
    if any(data.get(name) is False for name in ("found", "exists")):
        return Verdict(DEAD, phrase("{url:path} answers with status 200 and says that there is no such thing", url=where))
    if data.get("error") and len(answer.body) <= _SMALL_JSON:
        return Verdict(UNKNOWN, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=str(data["error"])[:80]))
    failed = any(data.get(name) is False for name in ("success", "ok"))
    why = next((text for name in _TEXTS if failed and isinstance(text := data.get(name), str) and text.strip()), None)
    if why:
        return Verdict(UNKNOWN, phrase("{url:path} answers with status 200 and says '{said}'", url=where, said=why[:80]))
    if failed or has_nothing(data):
        return Verdict(DEAD, phrase("{url:path} answers with status 200 and says that there is no such thing", url=where))
    return Verdict(ALIVE, answer=answer)


def _told(data: t.Mapping[str, object]) -> list[dict[str, object]]:
    """The objects of an answer that may say that it is none, with names in lower case."""
    found: list[object] = [data, data.get("error")]
    several = data.get("errors")
    found += several[:3] if isinstance(several, list) else [several]
    return [{str(name).lower(): value for name, value in one.items()} for one in found if isinstance(one, dict)]


def _code(data: t.Mapping[str, object]) -> int | None:
    for name in _CODES:
        value = data.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"[1-5]\d\d", value)):
            return int(value)
    return None


__all__ = ("ALIVE", "DEAD", "UNKNOWN", "Verdict", "judge", "names_itself", "of_status", "shell")
