# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a document has the sections that it must have, and whether these say anything. PRIVATE to the collection."""

from __future__ import annotations

import posixpath
import typing as t
from urllib.parse import urlsplit

from .._clients.document import Document, Section
from .._clients.section_content import first_words, is_to_come, says_nothing
from .._clients.section_names import is_denied, names_section, sections_of
from .._clients.section_pointers import Pointers
from .._finding import Status
from .._folded_text import normalize
from .._message import one_line
from .._phrase import phrase
from ._document_fields import Defect


def section_defects(
    document: Document, wanted: t.Sequence[str], names: t.Callable[[str, str], bool] = names_section, where: str = ""
) -> tuple[list[Defect], list[str]]:
    """What is wrong with the sections, and those that are there with content.

    ``names``: whether a heading is that of a section. ``where``: the path or address of the document, for the links to itself.
    """
    defects: list[Defect] = []
    found: list[str] = []
    sections = sections_of(document)
    pointers = Pointers(document, {name for name in (where, posixpath.basename(urlsplit(where).path)) if name})
    for name in wanted:
        matching = [section for section in sections if names(section.title, name)]
        denied = [section for section in matching if is_denied(section.title, name)]
        matching = [section for section in matching if all(section is not one for one in denied)] or denied
        silent = [section for section in matching if pointers.says_nothing(section)]
        if len(silent) < len(matching):
            found.append(name)
            # one of several alerts may well need none; one that is to come hides behind the others
            defects += [_silent(name, section, pointers, Status.WARN) for section in silent if _is_to_come(section, pointers)]
            telling = [section for section in matching if all(section is not one for one in silent)]
            if any(section is telling[0] for section in denied):
                defects.append(_denied(name, telling[0]))
            elif all(pointers.elsewhere(section) for section in telling):
                defects.append(_elsewhere(name, telling[0]))
        elif not matching:
            defects.append(Defect(Status.FAIL, phrase("the section {name} is missing", name=name)))
        else:
            # one of which nothing was seen may be the one that says it
            hidden = next((section for section in matching if pointers.unseen(section)[0]), None)
            defects.append(_silent(name, hidden or matching[0], pointers, Status.FAIL))
    return _once(defects), found


def _is_to_come(section: Section, pointers: Pointers) -> bool:
    said = first_words(section)
    return not pointers.unseen(section)[0] and (not normalize(said) or is_to_come(said))


def _denied(name: str, section: Section) -> Defect:
    text = phrase(
        "the heading of the section {name} ('{heading}') says that there is none, that it is not finished or no longer holds",
        name=name,
        heading=one_line(section.title, 80),
    )
    return Defect(Status.WARN, text, section.line or 0)


def _elsewhere(name: str, section: Section) -> Defect:
    text = phrase(
        "the section {name} ('{heading}') only says to look elsewhere, without an address ('{said}'): write it there, or link to it",
        name=name,
        heading=one_line(section.title, 80),
        said=one_line(first_words(section), 60),
    )
    return Defect(Status.WARN, text, section.line or 0)


def _silent(name: str, section: Section, pointers: Pointers, status: Status) -> Defect:
    title, line = one_line(section.title, 80), section.line or 0
    kind, what = pointers.unseen(section)
    if kind == "include":
        text = phrase(
            "the section {name} ('{heading}') has only what is included where the page is built ('{said}'), which was not seen: "
            "write it there, or have the built page read",
            name=name,
            heading=title,
            said=one_line(what, 80),
        )
        return Defect(Status.UNKNOWN, text, line)
    if kind == "picture":
        text = phrase(
            "the section {name} ('{heading}') has only a picture ({picture:path}), which cannot be read: say in words what it shows",
            name=name,
            heading=title,
            picture=one_line(what, 80),
        )
        return Defect(Status.UNKNOWN, text, line)
    said = one_line(first_words(section), 40)
    if not says_nothing(section):
        text = phrase(
            "the section {name} ('{heading}') only leads to sections that say nothing or lead back ('{said}')",
            name=name,
            heading=title,
            said=said,
        )
    elif said:
        text = phrase("the section {name} ('{heading}') says only '{said}'", name=name, heading=title, said=said)
    else:
        text = phrase("the section {name} ('{heading}') is empty", name=name, heading=title)
    return Defect(status, text, line)


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
