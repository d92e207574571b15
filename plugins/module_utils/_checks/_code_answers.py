# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a script says what to answer to each error code. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part
from .._clients.document_building import CELLS
from .._clients.section_content import is_placeholder
from .._finding import Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import phrase
from ._code_mentions import Codes, Mention, folded, only_codes
from ._document_fields import Defect
from ._own_parts import own_parts

_MOST_SHOWN = 20
# the column of a table that says what to do; normalized
_ANSWER = re.compile(
    r"\b(?:answers?|what (?:to|we|you|the call (?:centre|center)) (?:say|do|tell|answer)s?|say|instructions?|actions?|response|reply|script"
    r"|guidance|next steps?|to do|how to|reponses?|(?:que|quoi) (?:dire|faire|repondre)|consignes?|conduite a tenir|a dire|discours"
    r"|message (?:client|a donner)|traitement|marche a suivre|solution|workaround|contournement)\b"
)
# columns that hold no answer; normalized
_ASIDE = re.compile(
    r"\b(?:notes?|comments?|commentaires?|remarks?|remarques?|frequency|frequence|seen|severity|gravite|criticite|dates?|since|depuis|owner"
    r"|responsable|versions?|links?|liens?|refs?|references?|tickets?|status|statut|etat)\b"
)
# columns whose numbers are codes, and those whose numbers are none; normalized
_CODE_COLUMN = re.compile(r"\b(?:codes?|errors?|erreurs?|rc|response|reponse)\b")
_COUNTED = re.compile(r"(?:n|no|nr|num|number|numero|step|etape|line|ligne|page|order|ordre|level|niveau|phone|telephone|tel|count)?")
# sections and their tables in which a code has no answer; normalized, the whole title or a word of it
_LISTS = re.compile(
    r"(?:table of )?contents?|toc|index|sommaire|table des matieres"
    r"|history|historique|change ?log|changes|versions?|glossary|glossaire"
)
_UNCOVERED = re.compile(
    r"\b(?:(?:not|non|pas)(?: yet| encore)? (?:covered|handled|documented|supported|answered|couverte?s?|traitee?s?|documentee?s?)"
    r"|uncovered|unhandled|undocumented|out of scope|hors (?:perimetre|script)|todo|a completer|a venir|a rediger|a traiter|open points"
    r"|points ouverts|obsolete|removed|supprimee?s?)\b"
)
_PARTICIPLE = r"(?:covered|handled|documented|described|written|couverte?s?|traitee?s?|documentee?s?|geree?s?|decrite?s?|redigee?s?)"
_REFUSED = re.compile(
    rf"(?:\w+ ){{0,3}}?(?:(?:not|non|pas)(?: yet| encore)? {_PARTICIPLE}|uncovered|undocumented|out of scope"
    r"|hors (?:perimetre|script|scope)"
    r"|(?:no|aucune?|pas (?:de|d)) (?:\w+ )?(?:instructions?|consignes?|script|procedures?|guidance|scenario)"
    r"|to be (?:\w+ )?(?:completed|written|defined|determined|documented|added)"
    r"|(?:will|shall) be (?:completed|written|defined|documented|added)|sera (?:completee?|redigee?|definie?|documentee?|ajoutee?)"
    r"|a (?:completer|rediger|definir|documenter|preciser|venir))(?: \w+){0,4}"
)
_PLACE = (
    r"(?:wiki|confluence|sharepoint|notion|intranet|documentation|docs?|pages?|article|knowledge base|manual|runbook|section|annexe?|link"
    r"|lien|portal|portail|above|below|ci dessus|ci dessous|ici|here|base de connaissances?|manuel|fiche)"
)
_ELSEWHERE = re.compile(
    r"(?:please |merci de )?(?:(?:see|refer to|cf|cf voir|voir|(?:se )?(?:referer|reporter) a)(?! (?:with|avec|if|whether|si|that|que)\b)"
    r"(?: \w+){0,6}"
    rf"|(?:read|check|look (?:at|in|up|it up in)|consulter|regarder|lire)(?: \w+){{0,3}} {_PLACE}(?: \w+){{0,4}}"
    rf"|(?:details?|described|decrite?|detaille) (?:in|on|dans|sur|au|en)(?: \w+){{0,3}}|(?:\w+ ){{0,2}}{_PLACE}(?: \w+){{0,2}})"
)
_SAME = re.compile(
    r"(?:(?:the )?same(?: \w+)?(?: as| than)?|as(?: for)?|like|see|idem(?: que)?|ditto|comme(?: pour)?|voir|(?:la )?meme \w+ que"
    r"|identique a|id)(?: \w+){0,2}"
)
_CODE_LIKE = re.compile(r"\b(?:[A-Z]{1,10}[-_]?|[a-z]{1,10}[-_])\d{1,10}\b")


class _Told(t.NamedTuple):
    """What is said of codes in one place: the answer, and the rest of what stands there."""

    table: int
    rest: str
    answer: str


class _Reading:
    """The document gone through once. ``answered``, ``bare`` (named with nothing said), ``any`` (only by a sentence for all codes)."""

    def __init__(self, document: Document, codes: Codes) -> None:
        self.document, self.codes = document, codes
        self.answered: set[str] = set()
        self.bare: set[str] = set()
        self.any: set[str] = set()
        self.refers: dict[str, set[str]] = {}
        self.rows: dict[str, list[_Told]] = {}
        self._own = own_parts(document.sections)
        self._section = {id(part): number for number, parts in enumerate(self._own) for part in parts}
        self._left_out = _left_out(document)
        self._sections()
        self._parts()
        self._follow()

    # -- sections

    def _sections(self) -> None:
        sections = self.document.sections
        for number, section in enumerate(sections):
            mentions = self.codes.of_line(folded(section.title), heading=True)
            if not mentions:
                continue
            own = self._own[number]
            direct, whole = self._is_answer(own), None
            unsaid = []
            for one in mentions:
                if one.how == "name" and whole is None:
                    whole = direct or self._is_answer(section.parts)
                told = bool(whole) if one.how == "name" else direct
                self._note(one, told and id(section) not in self._left_out and not _UNCOVERED.search(normalize(section.title)))
                if not told:
                    unsaid.append(one)
            if unsaid:
                texts = [part.text for part in own if part.kind == "words"][:_MOST_SHOWN]
                self._refer(unsaid, [one for text in texts for one in self._in_text(text)], texts)

    def _is_answer(self, parts: t.Sequence[Part]) -> bool:
        for part in parts:
            if part.kind in ("code", "picture") and (part.kind == "picture" or not is_placeholder(part.text)):
                return True
            if part.kind == "row":
                cells = _cells(part.text)
                if any(_instructs(cell) for cell in (cells[1:] or cells)):
                    return True
            elif part.kind == "words" and _instructs(_unlinked(part.text, part.links)):
                return True
        return False

    # -- tables, paragraphs, items

    def _parts(self) -> None:
        head: list[str] = []
        table = 0
        parts = self.document.parts
        labels = [part.kind in ("words", "summary") and self._is_label(part) for part in parts]
        for number, part in enumerate(parts):
            if part.kind == "head":
                head, table = [normalize(cell) for cell in _cells(part.text)], table + 1
            elif part.kind == "row":
                self._row(part, head, table)
            else:
                head, table = [], table + 1
            if part.kind in ("words", "summary"):
                self._words(part, labels, number)

    def _row(self, part: Part, head: t.Sequence[str], table: int) -> None:
        written = _cells(part.text)
        cells = [folded(" ".join(cell.split("\n"))) for cell in written]
        answers = [number for number, name in enumerate(head) if number < len(cells) and len(head) > 1 and _ANSWER.search(name)]
        found = [self.codes.of_line(cell) for cell in cells]
        coded = [number for number, name in enumerate(head) if _CODE_COLUMN.search(name)]
        for number, name in enumerate(head[: len(found)]):
            if _COUNTED.fullmatch(name) or (coded and number not in coded and number not in answers):
                found[number] = [one for one in found[number] if not cells[number][one.start : one.end].isdecimal()]
        if not any(found):
            return
        # a cell that is codes alone is the key of its row; where there is none, whatever cell names one
        keys = [number for number, mentions in enumerate(found) if mentions and not normalize(_between(cells[number], mentions))]
        keys = [number for number in keys if number not in answers] or keys or [n for n, mentions in enumerate(found) if mentions]
        rest = [number for number in range(len(cells)) if number not in keys]
        beside = [number for number in rest if number >= len(head) or not _ASIDE.search(head[number])]
        asked = [number for number in answers if number in rest] or beside or rest
        shown = {number: _unlinked(cells[number], part.links) for number in asked}
        if asked:
            told = any(_instructs(text) for text in shown.values())
            if not answers and cells[asked[-1]].strip():  # which column is the answer is not said: the last one that is filled is
                told = told and _instructs(shown[asked[-1]])
        else:
            told = all(_instructs(_unlinked(only_codes(cells[number], found[number]), part.links)) for number in keys)
        for number in keys:
            for one in found[number]:
                self._note(one, told and id(part) not in self._left_out)
                if told and one.how == "name" and asked:
                    self._tell(one.code, table, cells, keys, asked)
        if not told and asked:
            others = [mention for number in asked for mention in found[number]]
            self._refer([one for number in keys for one in found[number]], others, [cells[number] for number in asked])
        for number in rest:  # named in passing: nothing is said of it here
            for one in found[number]:
                self._note(one, told=False)

    def _tell(self, code: str, table: int, cells: t.Sequence[str], keys: t.Sequence[int], asked: t.Sequence[int]) -> None:
        answer = normalize(" ".join(cells[number] for number in asked))
        rest = normalize(" ".join(cell for number, cell in enumerate(cells) if number not in keys and number not in asked))
        self.rows.setdefault(code, []).append(_Told(table, rest, answer))

    def _words(self, part: Part, labels: t.Sequence[bool], number: int) -> None:
        lines = [folded(line) for line in part.text.split("\n")]
        mentions = [self.codes.of_line(line) for line in lines]
        if not any(mentions):
            return
        parts = self.document.parts
        for index, line in enumerate(lines):
            if not mentions[index]:
                continue
            said = _unlinked(only_codes(line, mentions[index]), part.links)
            bare = not normalize(said)
            if bare:  # its answer is in the lines that follow, up to the next code
                following = []
                for other in range(index + 1, len(lines)):
                    if mentions[other]:
                        break
                    following.append(lines[other])
                said = _unlinked("\n".join(following), part.links)
            told = _instructs(said)
            if labels[number] and not told and number + 1 < len(parts) and not (number and labels[number - 1]):
                following_part = parts[number + 1]
                together = self._section.get(id(part)) == self._section.get(id(following_part))
                if following_part.kind != "head" and not labels[number + 1] and together:
                    told = self._is_answer([following_part])
            for one in mentions[index]:
                self._note(one, told and id(part) not in self._left_out and not _is_navigation(one, line, part))
            if not told:
                first = mentions[index][0]
                self._refer([one for one in mentions[index] if one.end <= first.end], mentions[index], [said])

    def _is_label(self, part: Part) -> bool:
        """``PAY-1042`` or ``PAY-1042:`` on its own."""
        lines = part.text.split("\n")
        if len(lines) > 1 or len(part.text) > 200:
            return False
        line = folded(lines[0])
        mentions = self.codes.of_line(line)
        return bool(mentions) and not normalize(only_codes(line, mentions)) and not part.links

    def _in_text(self, text: str) -> list[Mention]:
        return [one for line in text.split("\n") for one in self.codes.of_line(folded(line))]

    # -- what is known at the end

    def _note(self, one: Mention, told: bool) -> None:
        if not told:
            self.bare.add(one.code)
        elif one.how == "any":
            self.any.add(one.code)
        else:
            self.answered.add(one.code)

    def _refer(self, ones: t.Sequence[Mention], others: t.Sequence[Mention], texts: t.Sequence[str]) -> None:
        """``as PAY-1041``: the answer is that of another code."""
        if not any(_SAME.fullmatch(normalize(text[:200])) for text in texts):
            return
        named = {other.code for other in others if other.how == "name"}
        for one in ones:
            self.refers.setdefault(one.code, set()).update(named - {one.code})

    def _follow(self) -> None:
        for _round in range(5):
            more = {code for code, others in self.refers.items() if code not in self.answered and others & self.answered}
            if not more:
                return
            self.answered |= more


def code_defects(document: Document, codes: t.Sequence[str]) -> list[Defect]:
    """Each code is in the document, with something said of it."""
    wanted = list(dict.fromkeys(codes))
    read = _Reading(document, Codes(wanted))
    left = [code for code in wanted if code not in read.answered]
    catch_all = [code for code in left if code in read.any]
    bare = [code for code in left if code in read.bare and code not in read.any]
    missing = [code for code in left if code not in read.any and code not in read.bare]
    defects = []
    if missing:
        defects.append(Defect(Status.FAIL, phrase("the error codes {codes:list} are not in it", codes=missing[:_MOST_SHOWN])))
    if bare:
        said = phrase("it names the error codes {codes:list}, and says nothing of them", codes=bare[:_MOST_SHOWN])
        defects.append(Defect(Status.FAIL, said))
    if catch_all:
        said = phrase(
            "of the error codes {codes:list} it says only what it says of whatever code comes: is that the answer to these, too?",
            codes=catch_all[:_MOST_SHOWN],
        )
        defects.append(Defect(Status.WARN, said))
    return defects + _told_twice(read)


def _told_twice(read: _Reading) -> list[Defect]:
    defects = []
    for code, told in read.rows.items():
        first: dict[tuple[int, str], str] = {}
        for one in told:
            other = first.setdefault((one.table, one.rest), one.answer)
            if other != one.answer:
                said = phrase(
                    "a table answers {code} twice and differently ('{first}', '{second}')",
                    code=code,
                    first=one_line(other, 60),
                    second=one_line(one.answer, 60),
                )
                defects.append(Defect(Status.WARN, said))
                break
    return defects[:_MOST_SHOWN]


def _cells(row: str) -> list[str]:
    return (row[: -len(CELLS)] if row.endswith(CELLS) else row).split(CELLS)


# -- what a text says


def _instructs(text: str) -> bool:
    return any(_line_instructs(line) for line in re.split(r"\n|(?<=[.!?;])\s", text[:8000]))


def _line_instructs(line: str) -> bool:
    plain = normalize(line[:2000])
    if not re.search(r"[^\W\d_]{2}", _CODE_LIKE.sub(" ", line[:2000])):  # another code is no answer
        return False
    if not re.search(r"[^\W\d_]{2}", plain) or is_placeholder(line):
        return False
    return not (_REFUSED.fullmatch(plain) or _ELSEWHERE.fullmatch(plain) or _SAME.fullmatch(plain))


def _unlinked(text: str, links: t.Sequence[tuple[str, str]]) -> str:
    """Without the text of links and addresses, which are no answer themselves."""
    for _target, shown in links[:200]:
        if shown:
            text = text.replace(folded(shown), " ", 1)
    return re.sub(r"https?://\S+", " ", text)


def _is_navigation(one: Mention, line: str, part: Part) -> bool:
    """Whether it is the name of a link to another place of the page."""
    code = line[one.start : one.end]
    return any(target.startswith("#") and code in folded(shown) for target, shown in part.links[:200])


def _between(cell: str, mentions: t.Sequence[Mention]) -> str:
    return re.sub(
        r"\b(?:to|and|or|et|ou|through|code|codes|error|errors|erreur|erreurs)\b", " ", only_codes(cell, mentions), flags=re.IGNORECASE
    )


def _left_out(document: Document) -> set[int]:
    """The ids of sections in which a code has no answer, and of what is in them."""
    found: set[int] = set()
    for section in document.sections:
        title = normalize(section.title)
        if _LISTS.fullmatch(title) or _UNCOVERED.search(title):
            found.update(id(part) for part in section.parts)
            found.add(id(section))
    return found


__all__ = ("code_defects",)
