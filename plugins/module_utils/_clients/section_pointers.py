# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections that say no more than where to look, when that is in the same document: whether something is said there. PRIVATE.

A section that sends to another one which sends back says nothing, however long the chain is.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from .._folded_text import normalize
from .document import Document, Section
from .section_content import is_placeholder, only_refers, says_nothing
from .section_unseen import unseen

_MOST = 2000  # sections
_MOST_PARTS = 50_000  # that are looked at, those of sections within sections once for each
_LONGEST = 300  # characters of a line that only points
_POINTS = re.compile(
    r"(?:(?:please|also|and|then|merci de|veuillez|et|puis) )*(?:see|cf|voir|refer to|read|look at|go to|as in|as for|as described in"
    r"|same as"
    r"|identical to|described in|se referer a|se reporter a|consulter|suivre|follow|comme (?:pour|dans)|idem)"
    r"(?: (?:also|aussi|the|le|la|les|l|section|chapter|chapitre|part|partie|paragraph|paragraphe|page|point))* "
)
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,4}")
_AROUND = re.compile(r" (?:section|chapter|part|above|below|page|ci dessus|ci dessous|plus haut|plus bas|paragraph)$")


@dataclasses.dataclass
class Pointers:
    """``here``: names by which the document calls itself in a link, ``runbook.md``."""

    document: Document
    here: t.Collection[str] = ()

    def __post_init__(self) -> None:
        self._sections = self.document.sections[:_MOST]
        self._by_anchor: dict[str, int] = {}
        self._by_title: dict[str, int] = {}
        for number, section in enumerate(self._sections):
            for anchor in section.anchors:
                self._by_anchor.setdefault(anchor, number)
            if normalize(section.title):
                self._by_title.setdefault(normalize(section.title), number)
        self._left = _MOST_PARTS
        self._numbers = {id(section): number for number, section in enumerate(self._sections)}
        self._silent: dict[int, tuple[str, str]] | None = None

    def says_nothing(self, section: Section) -> bool:
        """Whether it says nothing, or only where to look, and nothing is said there either."""
        return says_nothing(section) or self._numbers.get(id(section)) in self._known()

    def elsewhere(self, section: Section) -> bool:
        """Whether it only says to look elsewhere, without an address, and not in the same document."""
        if not only_refers(section):
            return False
        if id(section) not in self._numbers or self._read(section) is not None:
            return False
        numbered = [found.group() for part in section.parts for found in _NUMBERED.finditer(part.text[:_LONGEST])]
        return not any(one.title.startswith(said) and one is not section for said in numbered for one in self._sections)

    def unseen(self, section: Section) -> tuple[str, str]:
        """What was not seen of a section that says nothing, or of those to which it leads."""
        number = self._numbers.get(id(section))
        return unseen(section) if number is None else self._known().get(number, ("", ""))

    def _known(self) -> dict[int, tuple[str, str]]:
        """The sections that say nothing, also where they lead, with what was not seen there. Each section is looked at once."""
        if self._silent is None:
            targets = [self._read(section) for section in self._sections]
            pointed: dict[int, list[int]] = {}  # who leads there
            for number, leads_to in enumerate(targets):
                for target in leads_to or ():
                    pointed.setdefault(target, []).append(number)
            speaking = _reaching([number for number, leads_to in enumerate(targets) if leads_to is None], pointed)
            self._silent = {number: ("", "") for number in range(len(targets)) if number not in speaking}
            hidden = {number: found for number in self._silent if (found := unseen(self._sections[number]))[0]}
            for number, start in _reaching(hidden, pointed).items():
                if number in self._silent:
                    self._silent[number] = hidden[start]
        return self._silent

    def _read(self, section: Section) -> set[int] | None:
        if says_nothing(section):
            return set()
        found: set[int] = set()
        for part in section.parts:
            self._left -= 1
            if self._left < 0:
                return None
            if part.kind in ("head", "summary") or says_nothing(dataclasses.replace(section, parts=(part,))):
                continue
            if part.kind != "words":
                return None
            targets = self._linked(part.links) if part.links else None
            if part.links and targets is None:
                return None
            text = part.text
            for _target, shown in part.links:
                text = text.replace(shown, "\n", 1)
            for line in text.split("\n"):
                if len(line) > _LONGEST:
                    return None
                plain = normalize(line)
                pointed = _POINTS.match(plain + " ")
                rest = (plain + " ")[pointed.end() :].strip() if pointed else plain
                if not rest or is_placeholder(line) or (targets and _AROUND.fullmatch(f" {rest}")):
                    continue
                titled = self._titled(rest) if pointed else None
                if titled is None:
                    return None
                found.add(titled)
            found |= targets or set()
        return found

    def _titled(self, name: str) -> int | None:
        found = self._by_title.get(name)
        return self._by_title.get(_AROUND.sub("", name)) if found is None else found

    def _linked(self, links: t.Sequence[tuple[str, str]]) -> set[int] | None:
        """The sections to which links lead; None where one leads elsewhere, or where it is not known."""
        found = set()
        for target, _shown in links:
            name, hash_sign, fragment = unquote(target.strip()).partition("#")
            if name.removeprefix("./") not in ("", *self.here):
                return None
            if not hash_sign and not name:
                continue
            if not fragment:
                continue  # the document itself
            number = self._by_anchor.get(fragment.removeprefix("user-content-"))
            if number is None:
                return None
            found.add(number)
        return found


def _reaching(starts: t.Iterable[int], pointed: t.Mapping[int, t.Sequence[int]]) -> dict[int, int]:
    """Those that lead to one of these, which they are themselves, and to which."""
    found = {start: start for start in starts}
    waiting = list(found)
    while waiting:
        one = waiting.pop()
        for other in pointed.get(one, ()):
            if other not in found:
                found[other] = found[one]
                waiting.append(other)
    return found


__all__ = ("Pointers",)
