# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a page is about an alert: it, or the section that an address leads to, names it. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part, Section
from .._folded_text import normalize

IN_PAGE, IN_SECTION, ELSEWHERE, IN_LINK, NOWHERE = "page", "section", "elsewhere", "link", "nowhere"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_PATH = re.compile(r"(?:(?<![^\s\"'(<])/|https?://)\S*")  # an address tells nothing of what it leads to


def _parted(text: str) -> str:
    """With digits as words of their own: ``api 5xx high`` is ``api5xx high`` in other words."""
    return _DIGITS.sub(" ", text)


class Named:
    """How an alert may be written: as it is, whatever its capitals, and in a heading also in words (``PaymentsDown``, Payments down)."""

    def __init__(self, alert: str) -> None:
        self.alert = alert
        self.plain = normalize(alert)
        self.words = normalize(_HUMP.sub(" ", alert))
        self.parted = _parted(self.words)

    def in_heading(self, text: str) -> bool:
        if self._in(text, (self.plain, self.words)):
            return True
        return self.parted != self.words and f" {self.parted} " in f" {_parted(normalize(text))} "

    def in_anchor(self, fragment: str) -> bool:
        return self._in(fragment, (self.plain, self.words))

    def in_text(self, text: str) -> bool:
        """In prose one plain word (Down) is not the name of anything, unless it stands there alone."""
        if " " not in self.words:
            return normalize(text) == self.plain
        return self._in(_PATH.sub(" ", text), (self.plain,))

    @staticmethod
    def _in(text: str, names: t.Iterable[str]) -> bool:
        plain = f" {normalize(text)} "
        return any(name and f" {name} " in plain for name in names)


def where_named(alert: str, page: Document, fragment: str) -> str:
    """``IN_PAGE`` or ``IN_SECTION`` where it is told what to do; ELSEWHERE: in another section than the address leads to."""
    named = Named(alert)
    if fragment and named.in_anchor(fragment):
        return IN_SECTION
    within = [section for section in page.sections if fragment and fragment in section.anchors]
    if any(named.in_heading(section.title) or _said(named, section.parts) for section in within):
        return IN_SECTION
    if named.in_heading(page.title or "") or _is_all(named, page.sections):
        return IN_PAGE
    anywhere = any(named.in_heading(section.title) for section in page.sections) or _said(named, page.parts)
    if anywhere:
        return ELSEWHERE if within else IN_PAGE
    return IN_LINK if any(named.in_heading(link.text) for link in page.links) else NOWHERE


def _is_all(named: Named, sections: t.Sequence[Section]) -> bool:
    """Whether the one highest heading, which is above all others, names it."""
    first = sections[:1]
    return bool(first) and named.in_heading(first[0].title) and all(other.level > first[0].level for other in sections[1:])


def _said(named: Named, parts: t.Iterable[Part]) -> bool:
    """Whether a part names it with words of its own: those of a link to another page are that page's name."""
    return any(named.in_text(cell) for part in parts for cell in _own_words(part).split(" | "))


def _own_words(part: Part) -> str:
    text = part.text
    elsewhere = {shown for target, shown in part.links if shown.strip() and target and not target.startswith("#")}
    for shown in sorted(elsewhere, key=len, reverse=True):
        text = text.replace(shown, " ")
    return text


__all__ = ("ELSEWHERE", "IN_LINK", "IN_PAGE", "IN_SECTION", "NOWHERE", "Named", "where_named")
