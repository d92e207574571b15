# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the organisation's files accept for services: its own file, and readiness.d beside it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
import typing as t

import yaml

from ...module_utils._phrase import Message
from .document import Document

FOLDER = "readiness.d"
WAIVERS, NOT_APPLICABLE, DECISIONS, ATTESTATIONS = "waivers", "not_applicable", "approved_decisions", "attestations"
KEYS = (WAIVERS, NOT_APPLICABLE, DECISIONS, ATTESTATIONS)
ANYBODY = "*"  # no name of a service: what is accepted is accepted for one
Place = tuple[str, str, int]  # the name of a file, the key of a list in it, the place in the list


@dataclasses.dataclass(frozen=True)
class Brought:
    """What git says of an entry: whether it counts, and who brought it, or why it does not count."""

    counts: bool
    said: Message


@dataclasses.dataclass(frozen=True)
class Attested:
    """What people state of one requirement: the arguments with which that is looked at, or why nothing counts."""

    args: t.Mapping[str, object] | None
    why: Message
    contrary: bool = False  # somebody states that it is not so


def names_of(given: t.Mapping[str, object], key: str) -> list[str]:
    """The names under a key that has one or several."""
    found = given.get(key)
    return [str(name) for name in (found if isinstance(found, list) else [found]) if name is not None]


def entries(document: Document, key: str) -> t.Iterator[tuple[int, t.Mapping[str, object]]]:
    """The entries of a list of the file, each with its place in it."""
    found = document.data.get(key)
    for index, given in enumerate(found if isinstance(found, list) else ()):
        if isinstance(given, dict):
            yield index, given


def places(documents: t.Iterable[Document], service: str) -> list[tuple[Document, str, int, t.Mapping[str, object]]]:
    """Every entry that is about a service, with its file, the key of its list and its place there."""
    return [
        (document, key, index, given)
        for document in documents
        for key in KEYS
        for index, given in entries(document, key)
        if service in names_of(given, "service")
    ]


def digest_of(documents: t.Sequence[Document], service: str) -> str | None:
    """A digest of the files that say something of a service; None where none does."""
    concerned = sorted({(document.name, document.sha256) for document, *_rest in places(documents, service)})
    return hashlib.sha256(repr(concerned).encode()).hexdigest() if concerned else None


def file_for(organisation: Document, service: str) -> str:
    """Where what is accepted for a service belongs, as it is shown."""
    return str(pathlib.PurePath(organisation.name).parent / FOLDER / f"{service}.yml")


def line(entry: t.Mapping[str, object]) -> str:
    """An entry as it is written into a list of a file."""
    written = yaml.safe_dump(dict(entry), default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return f"- {str(written).strip()}"


__all__ = (
    "ANYBODY",
    "ATTESTATIONS",
    "DECISIONS",
    "FOLDER",
    "KEYS",
    "NOT_APPLICABLE",
    "WAIVERS",
    "Attested",
    "Brought",
    "Place",
    "digest_of",
    "entries",
    "file_for",
    "line",
    "names_of",
    "places",
)
