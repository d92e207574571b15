# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of the files that cannot well be taken out of what hosts and servers say. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._masking import SHORTEST, is_secret, secrets_of
from ...module_utils._phrase import Message, phrase
from .._described.document import Document, Path, dotted

# what hosts, tools and servers say all the time
_WORDS = (
    *("admin", "changeme", "default", "error", "fail", "failed", "false", "host", "http", "https", "info", "localhost", "login", "none"),
    *("null", "pass", "passwd", "password", "root", "secret", "server", "status", "success", "test", "true", "user", "username", "warn"),
)


def told(documents: t.Iterable[Document | None]) -> list[Message]:
    """A notice for each secret that is too short, or an ordinary word; the secret itself is not in it."""
    notices = {}
    for document in documents:
        for path, secret in _secrets(document.data, ()) if document else ():
            place, key = document.where(path) if document else "", dotted(path)
            if len(secret) < SHORTEST:
                notices[(place, key)] = phrase(
                    "{place:path}: the secret in {key:path} is so short that it cannot be taken out of what hosts and servers say",
                    place=place,
                    key=key,
                )
            elif secret.lower() in _WORDS:
                notices[(place, key)] = phrase(
                    "{place:path}: the secret in {key:path} is an ordinary word: it is hidden wherever hosts and servers say it",
                    place=place,
                    key=key,
                )
    return list(notices.values())


def _secrets(value: object, path: Path, below: bool = False) -> t.Iterator[tuple[Path, str]]:
    """Each secret with the path of its key; ``below`` one that is secret all values are."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, (*path, str(key)), below or is_secret(str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, (*path, index), below)
    elif isinstance(value, str) and value:
        for secret in [value] if below else secrets_of(value):
            yield path, secret


__all__ = ("told",)
