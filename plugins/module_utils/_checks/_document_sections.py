# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a document has the sections that it must have, and whether these say anything. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._clients.document import Document, Section, normalize
from .._clients.section_content import first_words, is_to_come, says_nothing
from .._clients.section_names import names_section, sections_of
from .._finding import Status
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect


def section_defects(
    document: Document, wanted: t.Sequence[str], names: t.Callable[[str, str], bool] = names_section
) -> tuple[list[Defect], list[str]]:
    """What is wrong with the sections, and those that are there with content. ``names``: whether a heading is that of a section."""
    defects: list[Defect] = []
    found: list[str] = []
    sections = sections_of(document)
    for name in wanted:
        matching = [section for section in sections if names(section.title, name)]
        silent = [section for section in matching if says_nothing(section)]
        if len(silent) < len(matching):
            found.append(name)
            # one of several alerts may well need none; one that is to come hides behind the others
            defects += [_silent(name, section, Status.WARN) for section in silent if _is_to_come(section)]
        elif not matching:
            defects.append(Defect(Status.FAIL, phrase("the section {name} is missing", name=name)))
        else:
            defects.append(_silent(name, matching[0], Status.FAIL))
    return _once(defects), found


def _is_to_come(section: Section) -> bool:
    said = first_words(section)
    return not normalize(said) or is_to_come(said)


def _silent(name: str, section: Section, status: Status) -> Defect:
    title, said = one_line(section.title, 80), one_line(first_words(section), 40)
    text = (
        phrase("the section {name} ('{heading}') says only '{said}'", name=name, heading=title, said=said)
        if said
        else phrase("the section {name} ('{heading}') is empty", name=name, heading=title)
    )
    return Defect(status, text, section.line or 0)


def _once(defects: t.Sequence[Defect]) -> list[Defect]:
    """Without what is told of the same section twice, as its heading may be a name of two sections."""
    seen: set[int] = set()
    kept = []
    for defect in defects:
        if defect.status == Status.WARN and defect.line in seen:
            continue
        if defect.line:
            seen.add(defect.line)
        kept.append(defect)
    return kept


__all__ = ("section_defects",)
