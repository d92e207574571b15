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
from .._clients.section_content import is_placeholder, says_nothing
from .._clients.section_names import names_section, sections_of
from .._finding import Status
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect

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
_ID = re.compile(r"(?<![\w-])(?:[A-Z][A-Z0-9]{1,9}-\d{1,7}|(?:KE|ERR|BUG|INC|PRB|ANO|E)\d{1,9}|#\d{1,7})(?![\w])")
_NONE = re.compile(
    r"(?:there (?:is|are) )?(?:currently |at present )?(?:no|none|aucune?|pas d|il n y a (?:pas d|aucune?)) ?(?:known |open |such )?"
    r"(?:errors?|erreurs?|issues?|anomalies?|bugs?|problems?|problemes?|defects?|defauts?)(?: \w+){0,8}"
)
_LABEL = re.compile(
    r"(?:^|[\n.;|(]\s{0,3}|\s[-–—]\s{0,3}|\s)[*_]{0,2}([^\W\d_][^\n:：.;|*_]{2,40}?)[*_]{0,2}\s{0,3}[:：][*_]{0,2}[ \t]{0,9}(?=([^\n]*))"
)


@dataclasses.dataclass(frozen=True)
class KnownError:
    name: str
    line: int
    workaround: bool


def known_error_defects(document: Document) -> tuple[list[Defect], int]:
    """Each known error has a workaround; with the number of errors."""
    found = [*_of_tables(document), *_of_sections(document)] or _of_words(document)
    defects = [
        Defect(Status.FAIL, phrase("the known error {name} has no workaround", name=one.name), one.line)
        for one in found
        if not one.workaround
    ]
    if not found and not any(_says_none(part) for part in document.parts):
        said = phrase(
            "no known error can be read in it: write a table with a column for the workaround, a section for each, or that there is none"
        )
        defects.append(Defect(Status.UNKNOWN, said))
    return defects, len(found)


def _says_none(part: Part) -> bool:
    return any(_NONE.fullmatch(normalize(line)) for line in re.split(r"[\n.!;]", part.text[:1000]))


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
            told = column is not None and column < len(cells) and not is_placeholder(cells[column])
            yield KnownError(one_line(cells[0].strip() or part.text, 60), part.line, told)
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
        named = bool(_ID.search(section.title)) or bool(
            re.match(r"(?:known )?(?:error|erreur|anomalie|bug|issue|probleme)\b", normalize(section.title))
        )
        inside = above is not None and above in lists
        if section in lists or not (named or inside or (whole and section.level == top)):
            continue
        if any(part.kind in ("head", "row") for part in section.parts) and not named:
            continue  # its table tells
        yield KnownError(one_line(section.title, 60), section.line or 0, _has_workaround(section, sections, number))


def _is_workaround(title: str) -> bool:
    return any(names_section(title, name) for name in _WORKAROUND)


def _has_workaround(section: Section, sections: t.Sequence[Section], number: int) -> bool:
    for other in sections[number + 1 :]:
        if other.level <= section.level:
            break
        if _is_workaround(other.title) and not says_nothing(other):
            return True
    parts = section.parts
    for index, part in enumerate(parts):
        if part.kind == "row":
            cells = part.text.split(CELLS)
            if len(cells) > 1 and _is_one_of(normalize(cells[0]), _WORKAROUND) and not is_placeholder(cells[1]):
                return True
            continue
        if part.kind == "words" and _labelled(part.text, parts[index + 1] if index + 1 < len(parts) else None):
            return True
    return False


def _labelled(text: str, following: Part | None) -> bool:
    """Whether a text says ``Workaround: ...``; what follows it may be the next paragraph, list or command."""
    for match in _LABEL.finditer(text[:4000]):
        if _is_one_of(normalize(match.group(1)), _WORKAROUND):
            said = match.group(2) or text[match.end() : match.end() + 500]
            if not said.strip():
                return following is not None and not is_placeholder(following.text)
            if not is_placeholder(said):
                return True
    return False


def _lines_of_others(document: Document) -> set[int]:
    """The lines of sections about something else: what was fixed, the history."""
    found: set[int] = set()
    for section in document.sections[1:]:
        if any(names_section(section.title, name) for name in _OTHERS) and not _ID.search(section.title):
            found.update(part.line for part in section.parts)
            found.add(section.line or 0)
    return found


# -- sentences


def _of_words(document: Document) -> list[KnownError]:
    """Items and paragraphs that begin with a number of an error."""
    found = []
    for part in document.parts:
        match = _ID.match(part.text.lstrip("*_` ")) if part.kind == "words" else None
        if match:
            found.append(KnownError(match.group(), part.line, _labelled(part.text, None)))
    return found


__all__ = ("KnownError", "known_error_defects")
