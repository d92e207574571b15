# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known errors and their workarounds, in a table or in a section each. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.document import Document, Part, Section, normalize
from .._clients.document_building import CELLS
from .._clients.section_content import says_nothing
from .._clients.section_names import names_section, sections_of
from .._finding import Status
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect
from ._workarounds import ID, NO, SEE, TOLD, UNCLEAR, Workaround, best, workaround_of

_WORKAROUND = (
    *("workaround", "workarounds", "work around", "contournement", "contournements", "solution de contournement", "solution", "solutions"),
    *("palliatif", "mitigation", "remede", "remedy", "what to do", "que faire", "conduite a tenir", "solution provisoire", "parade"),
)
_ERROR = (
    *("error", "errors", "erreur", "erreurs", "known error", "anomalie", "anomalies", "bug", "bugs", "issue", "issues", "defect", "defaut"),
    *("problem", "probleme", "problemes", "symptom", "symptome", "incident", "code", "id", "reference", "ref", "ticket", "numero"),
)
_LISTS = (
    "known errors",
    "known issues",
    "known problems",
    "known defects",
    "erreurs connues",
    "anomalies connues",
    "problemes connus",
    "defauts connus",
)
_OTHERS = (
    *("introduction", "overview", "scope", "purpose", "history", "changes", "changelog", "contact", "contacts", "glossary", "references"),
    *("validation", "approval", "objet", "perimetre", "historique", "glossaire", "versions", "version", "legend", "legende", "how to read"),
    *("fixed", "resolved", "closed", "corrigees", "corriges", "resolues", "resolus", "closes"),
)
_NONE = re.compile(
    r"(?:there (?:is|are) )?(?:currently |at present )?(?:no|none|aucune?|pas d|il n y a (?:pas d|aucune?)) ?(?:known |open |such )?"
    r"(?:errors?|erreurs?|issues?|anomalies?|bugs?|problems?|problemes?|defects?|defauts?)(?: \w+){0,8}"
)
_BUT = re.compile(
    r"\b(?:except|but|however|although|other than|apart|besides|save|only|nevertheless|still|sauf|mais|hormis|excepte|hors|toutefois"
    r"|cependant|neanmoins|seul|seule|autres?|a part)\b"
)
_PREFIX = re.compile(r"[A-Z#][A-Z]*")
_PAST = re.compile(
    r"\b(?:fixed|resolved|closed|solved|corrected|duplicates?|corrigee?s?|resolue?s?|closes?|doublon|former|formerly|was|were)\b"
)
_LABEL = re.compile(
    r"(?:^|[\n.;|(]\s{0,3}|\s[-–—]\s{0,3}|\s)[*_]{0,2}([^\W\d_][^\n:：.;|*_]{2,40}?)[*_]{0,2}\s{0,3}[:：][*_]{0,2}[ \t]{0,9}(?=([^\n]*))"
)


@dataclasses.dataclass(frozen=True)
class KnownError:
    name: str
    line: int
    workaround: Workaround
    text: str = ""  # in which it is named


def known_error_defects(document: Document) -> tuple[list[Defect], int]:
    """Each known error has a workaround; with the number of errors."""
    found = [*_of_tables(document), *_of_sections(document)] or _of_words(document)
    named = {name: one for text in (True, False) for one in reversed(found) for name in ID.findall(one.text if text else one.name)[:1]}
    defects = [defect for one in found if (defect := _defect(one, named))]
    if found:
        defects += _left_out(document, found)
    elif not any(_says_none(part) for part in document.parts):
        said = phrase(
            "no known error can be read in it: write a table with a column for the workaround, a section for each, or that there is none"
        )
        defects.append(Defect(Status.UNKNOWN, said))
    return defects, len(found)


def _defect(one: KnownError, named: t.Mapping[str, KnownError]) -> Defect | None:
    workaround = _followed(one, named)
    if workaround.state == NO:
        return Defect(Status.FAIL, phrase("the known error {name} has no workaround", name=one.name), one.line)
    if workaround.state == UNCLEAR:
        said = phrase("the known error {name} says '{said}', which does not tell what to do", name=one.name, said=workaround.said)
        return Defect(Status.UNKNOWN, said, one.line)
    return None


def _followed(one: KnownError, named: t.Mapping[str, KnownError]) -> Workaround:
    """The workaround of an error; of one that refers to others, theirs."""
    seen: set[str] = set()
    waiting = [one]
    found: list[Workaround] = []
    while waiting:
        current = waiting.pop().workaround
        if current.state != SEE:
            found.append(current)
            continue
        for name in current.see:
            if name not in named:
                found.append(current._replace(state=UNCLEAR))
            elif name not in seen:
                seen.add(name)
                waiting.append(named[name])
    return best(found)


def _left_out(document: Document, found: t.Sequence[KnownError]) -> list[Defect]:
    """Numbers of errors like those that were read, which stand in the text alone."""
    known = {name for one in found for name in ID.findall(f"{one.name} {one.text} {one.workaround.said}")}
    like = {_prefix(name) for name in known}
    others = _lines_of_others(document)
    defects: dict[str, Defect] = {}
    for part in document.parts:
        if part.kind != "words" or part.line in others:
            continue
        for sentence in re.split(r"\n|[.;](?=\s)", part.text[:4000]):
            for name in ID.findall(sentence):
                if (
                    name in known
                    or _prefix(name) not in like
                    or _PAST.search(normalize(sentence))
                    or _labelled(part.text, None).state == TOLD
                ):
                    continue
                said = phrase(
                    "{name} is named in the text ('{said}'), and no entry tells its workaround", name=name, said=one_line(sentence, 60)
                )
                defects.setdefault(name, Defect(Status.UNKNOWN, said, part.line))
    return list(defects.values())


def _prefix(name: str) -> str:
    match = _PREFIX.match(name)
    return match.group() if match else ""


def _says_none(part: Part) -> bool:
    """Whether it is said that there is none, and nothing that takes it back."""
    sentences = [normalize(sentence) for sentence in re.split(r"[\n.!;]", part.text[:1000])]
    return any(_NONE.fullmatch(sentence) for sentence in sentences) and not any(_BUT.search(sentence) for sentence in sentences)


# -- tables


def _of_tables(document: Document) -> t.Iterator[KnownError]:
    column: int | None = None
    errors = False
    left_out = _lines_of_others(document)
    for part in document.parts:
        if part.kind == "head":
            cells = [normalize(cell) for cell in part.text.split(CELLS)]
            column = next((number for number, cell in enumerate(cells) if _is_one_of(cell, _WORKAROUND)), None)
            errors = len(cells) > 1 and any(_is_one_of(cell, _ERROR) for cell in cells)
        elif part.kind == "row" and part.line not in left_out and (errors or (column is not None and column > 0)):
            cells = part.text.split(CELLS)
            if not any(cell.strip() for cell in cells):
                continue
            written = cells[column] if column is not None and column < len(cells) else ""
            told = workaround_of(written, [cell for number, cell in enumerate(cells) if number != column])
            yield KnownError(one_line(cells[0].strip() or part.text, 60), part.line, told, part.text.replace(written, "", 1))
        elif part.kind != "row":
            column, errors = None, False


def _is_one_of(cell: str, names: t.Sequence[str]) -> bool:
    return any(f" {name} " in f" {cell} " for name in names)


# -- sections


def _of_sections(document: Document) -> t.Iterator[KnownError]:
    sections = sections_of(document)
    left_out = _lines_of_others(document)
    lists = [one for one in sections if any(names_section(one.title, name) for name in _LISTS)]
    whole = not lists and len(sections) < len(document.sections) and any(names_section(document.sections[0].title, name) for name in _LISTS)
    top = min((one.level for one in sections), default=0)
    for number, section in enumerate(sections):
        if (section.line or 0) in left_out or _is_workaround(section.title) or any(names_section(section.title, name) for name in _OTHERS):
            continue
        above = next((other for other in reversed(sections[:number]) if other.level < section.level), None)
        named = bool(ID.search(section.title)) or bool(
            re.match(r"(?:known )?(?:error|erreur|anomalie|bug|issue|probleme)\b", normalize(section.title))
        )
        inside = above is not None and above in lists
        if section in lists or not (named or inside or (whole and section.level == top)):
            continue
        if any(part.kind in ("head", "row") for part in section.parts) and not named:
            continue  # its table tells
        told = _workaround_in(section, sections, number)
        yield KnownError(one_line(section.title, 60), section.line or 0, told, f"{section.title}\n{section.text}")


def _is_workaround(title: str) -> bool:
    return any(names_section(title, name) for name in _WORKAROUND)


def _workaround_in(section: Section, sections: t.Sequence[Section], number: int) -> Workaround:
    own = [section.title, ID.sub("", section.title)]
    found: list[Workaround] = []
    for other in sections[number + 1 :]:
        if other.level <= section.level:
            break
        if _is_workaround(other.title) and not says_nothing(other):
            found += (
                [Workaround(TOLD)] if any(part.kind in ("code", "picture") for part in other.parts) else [workaround_of(other.text, own)]
            )
    parts = section.parts
    for index, part in enumerate(parts):
        if part.kind == "row":
            cells = part.text.split(CELLS)
            if len(cells) > 1 and _is_one_of(normalize(cells[0]), _WORKAROUND):
                found.append(workaround_of(cells[1], own))
        elif part.kind == "words":
            found.append(_labelled(part.text, parts[index + 1] if index + 1 < len(parts) else None, own))
    return best(found)


def _labelled(text: str, following: Part | None, own: t.Sequence[str] = ()) -> Workaround:
    """What a text says behind ``Workaround:``; what follows it may be the next paragraph, list or command."""
    found = []
    for match in _LABEL.finditer(text[:4000]):
        if _is_one_of(normalize(match.group(1)), _WORKAROUND):
            said = match.group(2) or text[match.end() : match.end() + 500]
            if said.strip():
                found.append(workaround_of(said, own))
            elif following is not None:
                found.append(Workaround(TOLD) if following.kind == "code" else workaround_of(following.text, own))
    return best(found)


def _lines_of_others(document: Document) -> set[int]:
    """The lines of sections about something else: what was fixed, the history."""
    found: set[int] = set()
    for section in document.sections[1:]:
        if any(names_section(section.title, name) for name in _OTHERS) and not ID.search(section.title):
            found.update(part.line for part in section.parts)
            found.add(section.line or 0)
    return found


# -- sentences


def _of_words(document: Document) -> list[KnownError]:
    """Items and paragraphs that begin with a number of an error."""
    found = []
    for part in document.parts:
        match = ID.match(part.text.lstrip("*_` ")) if part.kind == "words" else None
        if match:
            found.append(KnownError(match.group(), part.line, _labelled(part.text, None)))
    return found


__all__ = ("KnownError", "known_error_defects")
