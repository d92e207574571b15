# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that are no more than what a site answers to everybody: its home page, or what it has for an address that cannot exist.

PRIVATE to the collection.
"""

from __future__ import annotations

import collections
import os.path
import re
import secrets
import typing as t
from urllib.parse import urlsplit, urlunsplit

from .._folded_text import normalize
from .._http import public_url
from .._phrase import phrase
from .link_answers import DEAD, UNKNOWN, Verdict
from .link_places import is_home, origin, same_page, same_site, segments

_MOST = 200_000  # characters of a page that are compared
_MOST_FOLDERS = 3  # of one site in which an address that cannot exist is asked for
_CODE = re.compile(r"\b(?:[a-z]{0,40}\d\w{0,80}|[0-9a-f]{8,80})\b")
_OF_TIME = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|am|pm|utc|gmt|cest?|(?:lun|mar|mercre|jeu|vendre|same)(?:di)?|dimanche"
    r"|jan(?:uary|vier)?|feb(?:ruary)?|fevr(?:ier)?|mar(?:ch|s)?|apr(?:il)?|avr(?:il)?|may|mai|june?|juin|july?|juil(?:let)?|aug(?:ust)?|aout"
    r"|sept?(?:ember|embre)?|oct(?:ober|obre)?|nov(?:ember|embre)?|dec(?:ember|embre)?|th|st|nd|rd|ms|sec(?:onds?)?"
)
Ask = t.Callable[[t.Sequence[str]], t.Mapping[str, Verdict]]


class Sameness:
    """``ask`` asks for further addresses, and says what they are by themselves."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def judged(self, verdicts: t.Mapping[str, Verdict]) -> dict[str, Verdict]:
        deep = [url for url, one in verdicts.items() if one.is_alive and one.answer is not None and not is_home(url)]
        if not deep:
            return dict(verdicts)
        homes = {url: f"{origin(t.cast('t.Any', verdicts[url].answer).url or url)}/" for url in deep}
        nowhere = _nowhere(deep)
        more = self.ask([one for one in dict.fromkeys([*homes.values(), *nowhere.values()]) if one not in verdicts])
        known = {**verdicts, **more}
        out = dict(verdicts)
        for url in deep:
            found = self._as_home(url, verdicts[url], known.get(homes[url])) or _as_nowhere(
                url, verdicts[url], known.get(nowhere.get(url, ""))
            )
            out[url] = found or verdicts[url]
        return out

    def _as_home(self, url: str, verdict: Verdict, home: Verdict | None) -> Verdict | None:
        if home is None or not home.is_alive or home.answer is None or verdict.answer is None:
            return None
        came_from, its = verdict.answer.url or url, home.answer.url or ""
        if same_page(url, its) or not same_site(url, came_from):
            return None  # it is the home page that the link is for
        if same_page(came_from, its) or _is_same(verdict, home):
            return Verdict(DEAD, phrase("{url:path} shows the home page of its site: what it names is not there", url=public_url(url)))
        return None


def _as_nowhere(url: str, verdict: Verdict, other: Verdict | None) -> Verdict | None:
    if other is None or not other.is_alive or other.answer is None or verdict.answer is None:
        return None
    where = public_url(url)
    if not same_page(url, verdict.answer.url or url) and same_page(verdict.answer.url, other.answer.url):
        return Verdict(DEAD, phrase("{url:path} leads where its site leads everybody who asks for what is not there", url=where))
    if _is_same(verdict, other):
        said = phrase("{url:path} answers as its site answers for a page that cannot exist: whether it is there cannot be seen", url=where)
        return Verdict(UNKNOWN, said)
    return None


def _nowhere(urls: t.Iterable[str]) -> dict[str, str]:
    """For each address one in the same folder that nobody has, for the folders in which most of them are."""
    folders = collections.Counter(_folder(url) for url in urls)
    chosen: dict[tuple[str, str, str], str] = {}
    count: collections.Counter[str] = collections.Counter()
    for folder, _times in folders.most_common():
        site, path, suffix = folder
        if count[site] < _MOST_FOLDERS:
            count[site] += 1
            chosen[folder] = f"{site}{path}/no-such-page-{secrets.token_hex(6)}{suffix}"
    return {url: chosen[_folder(url)] for url in urls if _folder(url) in chosen}


def _folder(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    folder, _slash, name = parts.path.rstrip("/").rpartition("/")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", "")), folder, os.path.splitext(name)[1][:8]


def _is_same(one: Verdict, other: Verdict) -> bool:
    """Whether two answers show the same, but for numbers and addresses of their own."""
    if one.answer is None or other.answer is None or (one.page is None) != (other.page is None):
        return False
    own = {word for answer in (one.answer, other.answer) for name in segments(answer.url) for word in normalize(name).split()}
    return _shown(one, own) == _shown(other, own)


def _shown(verdict: Verdict, own: t.Collection[str]) -> tuple[list[str], list[str]]:
    """The words of the title and the text, but for those of the address, and what tells numbers and times."""
    if verdict.page is not None:
        title, text = verdict.page.title, verdict.page.words or verdict.page.around
    else:
        title, text = "", verdict.answer.text if verdict.answer else ""
    return _lasting(title, own), _lasting(text[:_MOST], own)


def _lasting(text: str, own: t.Collection[str]) -> list[str]:
    words = re.sub(r"[^a-z]+", " ", _CODE.sub(" ", normalize(text))).split()
    return [word for word in words if len(word) > 1 and word not in own and not _OF_TIME.fullmatch(word)]


__all__ = ("Sameness",)
