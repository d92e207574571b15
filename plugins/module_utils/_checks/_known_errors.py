# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known errors and their workarounds, in a table or in a section each. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.document import Document, Part
from .._clients.section_content import says_nothing
from .._finding import Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect
from ._known_error_headings import ERROR, names_workaround
from ._known_error_outline import Outline, Table, cells_of, is_named, is_workaround, tables_of
from ._workaround_labels import labelled
from ._workarounds import ID, NO, SEE, TOLD, UNCLEAR, Workaround, best, workaround_of

_NONE = re.compile(
    r"(?:there (?:is|are) )?(?:currently |at present )?(?:no|none|aucune?|pas d|il n y a (?:pas d|aucune?)) ?(?:known |open |such )?"
    r"(?:errors?|erreurs?|issues?|anomalies?|bugs?|problems?|problemes?|defects?|defauts?)(?: \w+){0,8}"
)
_BUT = re.compile(
    r"\b(?:except|but|however|although|other than|apart|besides|save|only|nevertheless|still|sauf|mais|hormis|excepte|hors|toutefois"
    r"|cependant|neanmoins|seul|seule|autres?|a part)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:listed|tracked|see|refer|jira|wiki|confluence|sharepoint|redmine|mantis|servicenow|voir|listee?s?|consignee?s?|suivie?s?)\b"
)
_PREFIX = re.compile(r"[A-Z#][A-Z]*")
_PAST = re.compile(
    r"\b(?:fixed|resolved|closed|solved|corrected|removed|duplicates?|corrigee?s?|resolue?s?|closes?|doublon|former|formerly)\b"
)
_NOT_PAST = re.compile(
    r"\b(?:not|non|never|partially|partly|to be|will|won t|cannot|can t|isn t|wasn t|pas|jamais|sera|seront|should|shall|must|until|unless"
    r"|before|when|once|if|planned|expected|unfixed|unresolved|partiellement|avant|quand|plus tard|soon)\b"
)


@dataclasses.dataclass(frozen=True)
class KnownError:
    name: str
    line: int
    workaround: Workaround
    text: str = ""  # in which it is named
    doubtful: bool = False  # it may be no error at all


def known_error_defects(document: Document, version: str | None) -> tuple[list[Defect], int]:
    """Each known error has a workaround; with the number of errors. ``version`` is the one that is deployed."""
    outline = Outline(document, version)
    found = _once([*_of_tables(outline), *_of_sections(outline)]) or _of_words(document)
    named = {name: one for text in (True, False) for one in reversed(found) for name in ID.findall(one.text if text else one.name)[:1]}
    defects = [defect for one in found if (defect := _defect(one, named))]
    if found:
        defects += _left_out(outline, found)
    elif not any(_says_none(part) for part in document.parts):
        said = phrase(
            "no known error can be read in it: write a table with a column for the workaround, a section for each, or that there is none"
        )
        defects.append(Defect(Status.UNKNOWN, said))
    return defects, len(found)


def _defect(one: KnownError, named: t.Mapping[str, KnownError]) -> Defect | None:
    workaround = _followed(one, named)
    if workaround.state == NO and one.doubtful:
        said = phrase(
            "whether '{name}' is a known error cannot be told: it has neither a number, as others have, nor a workaround", name=one.name
        )
        return Defect(Status.UNKNOWN, said, one.line)
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


def _once(found: t.Sequence[KnownError]) -> list[KnownError]:
    """Without the line of a summary whose error is told of elsewhere."""

    def key(one: KnownError) -> str:
        number = ID.search(one.name)
        return number.group() if number else normalize(one.name)

    told = {key(one) for one in found if one.workaround.state != NO or one.workaround.said}
    return [one for one in found if one.workaround.state != NO or one.workaround.said or key(one) not in told]


def _left_out(outline: Outline, found: t.Sequence[KnownError]) -> list[Defect]:
    """Numbers of errors like those that were read, which stand in the text alone."""
    known = {name for one in found for name in ID.findall(f"{one.name} {one.text} {one.workaround.said}")}
    like = {_prefix(name) for name in known}
    defects: dict[str, Defect] = {}
    for part in outline.document.parts:
        if part.kind != "words" or id(part) in outline.of_past:
            continue
        if not ID.search(part.text) or labelled(part.text, None).state == TOLD:
            continue
        for sentence in re.split(r"\n|[.;](?=\s)", part.text[:4000]):
            for name in ID.findall(sentence):
                if (
                    name in known
                    or _prefix(name) not in like
                    or (_PAST.search(normalize(sentence)) and not _NOT_PAST.search(normalize(sentence)))
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
    return any(_NONE.fullmatch(sentence) for sentence in sentences) and not any(
        _BUT.search(sentence) or _ELSEWHERE.search(sentence) for sentence in sentences
    )


# -- tables


def _of_tables(outline: Outline) -> t.Iterator[KnownError]:
    for table in tables_of(outline.document.parts):
        if any(id(part) in outline.of_past for part in table.parts):
            continue
        if table.is_of_fields():
            if not outline.is_in_error(table.parts[0]):
                yield from _of_fields(table)
            continue
        rank, column = table.column()
        errors = len(table.names) > 1 and any(f" {name} " in f" {cell} " for cell in table.names for name in ERROR)
        if not (errors or column > 0):
            continue
        beside = rank < 2 and any(id(part) in outline.beside for part in table.parts)
        for part in table.rows:
            cells = cells_of(part)
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == 1 < len(table.names) and not ID.search(cells[0]):
                continue  # it parts the table
            if beside and not ID.search(part.text):
                continue  # of contacts, of words
            written = cells[column] if 0 <= column < len(cells) else ""
            workaround = workaround_of(written, [cell for number, cell in enumerate(cells) if number != column])
            yield KnownError(_name(cells) or one_line(part.text, 60), part.line, workaround, part.text.replace(written, "", 1))


def _name(cells: t.Sequence[str]) -> str:
    """The number of the error, or what stands first."""
    first = next((cell.strip() for cell in cells if re.search(r"[^\W\d_]", cell)), "")
    number = ID.search(first) or next((found for cell in cells if (found := ID.fullmatch(cell.strip()))), None)
    return one_line(first if ID.search(first) or not number else number.group(), 60)


def _of_fields(table: Table) -> t.Iterator[KnownError]:
    """Errors of which a table of two columns tells: the name and the workaround in a row each."""
    first = normalize(cells_of(table.parts[0])[0])
    starts = [number for number, part in enumerate(table.parts) if normalize(cells_of(part)[0]) == first]
    for start, end in zip(starts, [*starts[1:], len(table.parts)]):
        parts = table.parts[start:end]
        rows = [cells_of(part) for part in parts]
        name = next((cells[1] for cells in rows if len(cells) > 1 and normalize(cells[0]) in ERROR), "").strip()
        name = name or next((found.group() for part in parts if (found := ID.search(part.text))), "")
        if name:
            yield KnownError(one_line(name, 60), parts[0].line, best(_in_rows(parts, ())), name)


def _in_rows(parts: t.Sequence[Part], own: t.Sequence[str]) -> list[Workaround]:
    rows = [cells_of(part) for part in parts if part.kind in ("row", "head")]
    return [workaround_of(cells[1], own) for cells in rows if len(cells) > 1 and names_workaround(normalize(cells[0]))]


# -- sections


def _of_sections(outline: Outline) -> t.Iterator[KnownError]:
    numbered = False
    found: list[KnownError] = []
    for number in outline.errors():
        section = outline.sections[number]
        named = is_named(section.title)
        own = outline.own[number]
        if not named and any(part.kind in ("head", "row") for part in own) and not outline.has_fields(number):
            continue  # its table tells
        if not named and any(_says_none(part) for part in own):
            continue
        workaround = _workaround_in(outline, number)
        numbered = numbered or bool(ID.search(section.title))
        text = f"{section.title}\n{section.text}"
        found.append(KnownError(one_line(section.title, 60), section.line or 0, workaround, text))
    for one in found:
        yield dataclasses.replace(one, doubtful=numbered and not is_named(one.name))


def _workaround_in(outline: Outline, number: int) -> Workaround:
    title = outline.sections[number].title
    own = [title, ID.sub("", title)]
    found: list[Workaround] = []
    for other in outline.within(number):
        section = outline.sections[other]
        if other != number and is_workaround(section.title) and not says_nothing(section):
            seen = any(part.kind in ("code", "picture") for part in section.parts)
            found.append(Workaround(TOLD) if seen else workaround_of(section.text, own))
        parts = outline.own[other]
        found += _in_rows([part for table in tables_of(parts) if table.is_of_fields() for part in table.parts], own)
        for index, part in enumerate(parts):
            if part.kind in ("words", "summary"):
                found.append(labelled(part.text, parts[index + 1] if index + 1 < len(parts) else None, own))
    return best(found)


# -- sentences


def _of_words(document: Document) -> list[KnownError]:
    """Items and paragraphs that begin with a number of an error, and what follows each."""
    parts = document.parts
    starts = [part.kind == "words" and bool(ID.match(part.text.lstrip("*_` "))) for part in parts]
    found = []
    for number, part in enumerate(parts):
        match = ID.match(part.text.lstrip("*_` ")) if starts[number] else None
        lines = part.text.split("\n")
        if not match or (len(lines) > 1 and all(ID.match(line.lstrip("*_` ")) for line in lines)):
            continue  # lines of numbers are a table that was not read
        end = next((other for other in range(number + 1, min(number + 20, len(parts))) if starts[other]), number + 20)
        own = parts[number:end]
        said = [
            labelled(one.text, own[index + 1] if index + 1 < len(own) else None) for index, one in enumerate(own) if one.kind == "words"
        ]
        found.append(KnownError(match.group(), part.line, best(said)))
    return found


__all__ = ("KnownError", "known_error_defects")
