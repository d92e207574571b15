# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sections and tables of a document are of known errors, and which stand beside them. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._clients.document import Document, Part
from .._clients.document_building import CELLS
from .._clients.section_names import sections_of
from .._folded_text import normalize
from ._known_error_headings import is_beside, is_field, is_label, is_of_past, names_errors, names_workaround
from ._own_parts import above_each, own_parts
from ._workarounds import ID

_KIND = re.compile(r"(?:known )?(?:error|erreur|anomalie|bug|issue|probleme)\b")


def is_named(title: str) -> bool:
    """Whether a heading is that of an error, wherever it stands."""
    return bool(ID.search(title)) or bool(_KIND.match(normalize(title)) and not names_errors(title))


def is_workaround(title: str) -> bool:
    return names_workaround(normalize(title)) > 0 and not ID.search(title)


def cells_of(part: Part) -> list[str]:
    text = part.text
    if text.endswith(CELLS) or text.endswith(CELLS.rstrip()):
        text = text[: text.rindex(CELLS.rstrip())]
    return text.split(CELLS)


class Table(t.NamedTuple):
    head: Part | None
    rows: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.rows if self.head is None else (self.head, *self.rows)

    @property
    def names(self) -> list[str]:
        return [normalize(cell) for cell in cells_of(self.head)] if self.head else []

    def column(self) -> tuple[int, int]:
        """How sure it is that it tells workarounds, and in which column; 0, -1 where none does."""
        found = [(names_workaround(name), -number) for number, name in enumerate(self.names)]
        rank, number = max(found, default=(0, 0))
        return (rank, -number) if rank else (0, -1)

    def is_of_fields(self) -> bool:
        """Whether it tells of one thing, in two columns: a name and what it is in each row."""
        if any(len(cells_of(part)) > 2 for part in self.parts):
            return False
        first = [normalize(cells_of(part)[0]) for part in self.rows]
        if any(names_workaround(name) > 1 or is_label(name) for name in first):
            return True
        named = self.names[:1]
        return bool(named) and bool(first) and is_label(named[0]) and all(is_field(name) for name in first)


def tables_of(parts: t.Iterable[Part]) -> list[Table]:
    found: list[Table] = []
    head: Part | None = None
    rows: list[Part] = []
    for part in parts:
        if part.kind == "row" or (part.kind == "head" and rows and ID.search(part.text)):
            rows.append(part)
        elif part.kind != "picture":  # which stands in a cell, or after the table
            found += [Table(head, tuple(rows))] if rows or head else []
            head, rows = part if part.kind == "head" else None, []
    return [*found, Table(head, tuple(rows))] if rows or head else found


class Outline:
    """The sections, each with what stands directly below its heading. ``of_past`` and ``beside`` have the ids of parts."""

    def __init__(self, document: Document, version: str | None) -> None:
        self.document = document
        self.sections = document.sections
        self._first = len(document.sections) - len(sections_of(document))  # without the title of the whole
        self._above = above_each(self.sections)
        self.own = own_parts(self.sections)
        self._section: dict[int, int] = {}  # of each part, by its id
        past = self._all(lambda title: is_of_past(title, version))
        beside = self._all(is_beside)
        self._others = past | beside
        self.of_past = {id(part) for number in past for part in self.own[number]}
        self.beside = {id(part) for number in beside for part in self.own[number]}
        for number, parts in enumerate(self.own):
            self._section.update((id(part), number) for part in parts)
        self._errors: dict[int, None] = {}
        self._find_errors()
        self._inside = {other for number in self._errors for other in self.within(number)}

    def _all(self, is_one: t.Callable[[str], bool]) -> set[int]:
        found: set[int] = set()
        for number in range(self._first, len(self.sections)):
            title = self.sections[number].title
            if self._above[number] in found or (is_one(title) and not ID.search(title)):
                found.add(number)
        return found

    def _find_errors(self) -> None:
        titles = [section.title for section in self.sections]
        holders = {number for number in range(self._first, len(titles)) if names_errors(titles[number]) and not ID.search(titles[number])}
        if not holders and self._first and names_errors(titles[0]):
            holders.add(0)
        below: dict[int, list[int]] = {}
        for number, above in enumerate(self._above):
            below.setdefault(above, []).append(number)
        for number in range(self._first, len(titles)):
            title = titles[number]
            if number in self._others or number in holders or is_workaround(title):
                continue
            if is_named(title):
                self._errors[number] = None
            elif self._above[number] in holders and not is_field(title):
                children = [titles[other] for other in below.get(number, ())]
                if children and not any(is_workaround(one) or is_field(one) for one in children) and not self._tells(number):
                    holders.add(number)  # a group of errors
                else:
                    self._errors[number] = None

    def _tells(self, number: int) -> bool:
        return any(is_label(line.partition(":")[0]) for part in self.own[number] for line in part.text[:2000].split("\n"))

    def errors(self) -> list[int]:
        return list(self._errors)

    def within(self, number: int) -> t.Iterator[int]:
        """A section and those in it, but for other errors."""
        apart: set[int] = set()
        yield number
        for other in range(number + 1, len(self.sections)):
            if self.sections[other].level <= self.sections[number].level:
                return
            if other in self._errors or self._above[other] in apart:
                apart.add(other)
            else:
                yield other

    def has_fields(self, number: int) -> bool:
        return all(table.is_of_fields() for table in tables_of(self.own[number]))

    def is_in_error(self, part: Part) -> bool:
        """Whether a section of an error has it."""
        return self._section.get(id(part), -1) in self._inside


__all__ = ("Outline", "Table", "cells_of", "is_named", "is_workaround", "tables_of")
