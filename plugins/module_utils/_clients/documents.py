# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page that a server has answered with, for ``links``: what it says, and whether it asks for a login. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses

from .document import normalize
from .document_building import Builder
from .document_html import read_html


@dataclasses.dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclasses.dataclass(frozen=True)
class Headings:
    headings: tuple[Heading, ...]
    anchors: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Page:
    title: str
    document: Headings
    text: dict[int, str]
    password: bool
    forms: list[str]


def read_page(text: str) -> Page:
    """The reader looks at each character once, so that a page of any kind is read in the time that its length takes."""
    builder = Builder("html")
    read_html(text, builder)
    names = builder.anchors
    return Page(
        builder.title,
        Headings(
            tuple(Heading(level, title) for level, title in builder.headings),
            frozenset(names) | frozenset(name.lower() for name in names),
        ),
        dict(enumerate(builder.texts)),
        builder.password,
        builder.inputs,
    )


__all__ = ("normalize", "read_page")
