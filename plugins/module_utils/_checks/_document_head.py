# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a document says of itself above its sections, in a table, a list, lines or terms, as others do in a front matter. PRIVATE."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clients.document import Document, Part, Section
from .._clients.document_building import CELLS
from .._clients.section_names import SYNONYMS, sections_of
from .._folded_text import normalize
from ._document_fields import AUTHOR, EXECUTED_BY, EXECUTED_ON, OWNER, RESULT, REVIEWED
from ._document_presets import NAMES
from ._document_status import STATUS
from ._document_validation import VALIDATED
from ._document_version import UPDATED, VERSION, is_version

_GROUPS: tuple[tuple[str, ...], ...] = (OWNER, AUTHOR, EXECUTED_BY, EXECUTED_ON, RESULT, REVIEWED, VERSION, VALIDATED, UPDATED, STATUS)
_DATED = (EXECUTED_ON, REVIEWED, UPDATED)
_KNOWN = frozenset(name for group in _GROUPS for name in group)
# sections in which a document says what it is
_ABOUT = frozenset(
    (
        *("metadata", "meta", "document control", "document information", "document properties", "properties", "about this document"),
        *("document", "information", "informations", "informations generales", "identification", "fiche d identite", "metadonnees"),
        *("proprietes", "a propos de ce document", "about this runbook", "runbook information", "gestion du document"),
    )
)
_SECTIONS = frozenset(name for names in (*SYNONYMS.values(), *NAMES.values()) for name in names)
_MOST, _LONGEST = 60, 2000
_LABEL = re.compile(r"\s*(?:[-*•]\s+)?[*_]*([^\W\d_][^:：*_|]{1,40}?)[*_]*\s{0,3}[:：][*_]*\s+(\S.*)")
_BETWEEN = re.compile(r"\s+[|·•]\s+")


def with_head(document: Document) -> Document:
    """The document, whose ``front`` has also what stands above its sections; of two that say the same the front matter counts."""
    said: dict[str, object] = {}
    for name, value in _said(above(document)):
        said.setdefault(name, value)
    for group in _GROUPS:
        if any(document.front.get(name) not in (None, "", []) for name in group):
            for name in group:
                if name not in document.front:
                    said.pop(name, None)
    kept = {name: value for name, written in said.items() if (value := _value(name, str(written)))}
    return dataclasses.replace(document, front={**kept, **document.front}) if kept else document


def above(document: Document) -> list[Part]:
    """What stands above the first section; the section that is made for this counts as above it."""
    sections = [section for section in sections_of(document) if section.parts]
    if len(document.sections) == 1:
        sections = []  # one heading, which is the title
    if sections and _is_title(document, sections[0]):
        sections = sections[1:]
    first = next((section.parts[0] for section in sections if normalize(section.title) not in _ABOUT), None)
    number = next((number for number, part in enumerate(document.parts) if part is first), len(document.parts))
    return list(document.parts[: min(number, _MOST)])


def _is_title(document: Document, section: Section) -> bool:
    """Whether a heading is the title of a document in which sections have headings of the same level."""
    return section is document.sections[0] and section.level == 1 and normalize(section.title) not in _SECTIONS


def _said(parts: t.Sequence[Part]) -> t.Iterator[tuple[str, str]]:
    for number, part in enumerate(parts):
        following = parts[number + 1] if number + 1 < len(parts) else None
        if part.kind in ("row", "head"):
            yield from _of_row(part, following, parts[number + 2] if number + 2 < len(parts) else None)
        elif part.kind == "words":
            name = normalize(part.text[:80].strip().rstrip(":："))
            if name in _KNOWN and following is not None and following.kind == "words" and normalize(following.text[:80]) not in _KNOWN:
                yield name, following.text
                continue
            for line in part.text[:_LONGEST].split("\n"):
                for piece in _BETWEEN.split(line):
                    match = _LABEL.fullmatch(piece.strip())
                    if match and normalize(match.group(1)) in _KNOWN:
                        yield normalize(match.group(1)), match.group(2)


def _of_row(part: Part, following: Part | None, after: Part | None) -> t.Iterator[tuple[str, str]]:
    """A name and its value, or names above their values where there is one row of these."""
    cells = _cells(part)
    names = [normalize(cell.rstrip(":： ")) for cell in cells]
    if part.kind == "head" and sum(name in _KNOWN for name in names) > 1:
        if following is not None and following.kind == "row" and (after is None or after.kind != "row"):
            yield from ((name, value) for name, value in zip(names, _cells(following)) if name in _KNOWN)
        return
    if len(cells) == 2 and names[0] in _KNOWN:
        yield names[0], cells[1]


def _cells(part: Part) -> list[str]:
    cells = [cell.strip() for cell in part.text[:_LONGEST].split(CELLS)]
    return cells[:-1] if part.text.endswith((CELLS, CELLS.rstrip())) and not cells[-1] else cells


def _value(name: str, written: str) -> str:
    value = written.strip().strip("*_` ")
    if name in VERSION:
        return value if is_version(value) else ""
    if any(name in group for group in _DATED):
        return re.split(r"\s+(?:by|par)\s+|\s*\(", value)[0].strip()
    return value


__all__ = ("above", "with_head")
