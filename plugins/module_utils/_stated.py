# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sentence of a statement says by itself: nothing, the contrary, or something of another version. PRIVATE to the collection."""

from __future__ import annotations

import re

from ._placeholders import is_unfilled, plain

COPY_LINE = "WHAT IS SO, IN A SENTENCE"
_WORD = re.compile(r"[^\W\d_]{2,}")
_CLAUSES = re.compile(r"[;:()\n]|[,.](?=\s)|\s(?:and|but|et|mais)\s", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do|could|can|will|est|sont|a|ont|etait|etaient|avait|sera|seront|fut|furent)\b"
    r"|\b(?:was|were|is|are|has|have|had|did|does|do|could|ca|wo)n['’]t\b|\bcannot\b"
)
_DENIED = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do|could|can|will)(?:n['’]t|\s+(?:not|never)\b)|\b(?:ca|wo)n['’]t\b|\bcannot\b"
    r"|\bn(?:e\s+|['’]\s?(?!y\s+a\b))(?:\w+\s+){1,2}?(?:pas|jamais)\b"
)
_STRESSED = re.compile(r"\b(?:NOT|NEVER|PAS|JAMAIS)\b")
_VERSION = re.compile(r"(?<![\w.])(to|vers|a|à|from|de)?\s*(?:\bv(?:ersion)?\.?\s?)?(\d{1,4}(?:\.\d{1,4}){1,3})(?![\w.]*\d)", re.IGNORECASE)


def says_nothing(statement: str) -> bool:
    """A placeholder, the line that is to be filled in, or no sentence: a single word."""
    if is_unfilled(statement) or plain(statement).strip(" .!") == plain(COPY_LINE):
        return True
    words = _WORD.findall(statement)
    return len(words) < 2 and not any(len(word) > 5 and not word.isascii() for word in words)


def denies(statement: str) -> bool:
    """Whether its first clause with a verb says that something is not so: ``was NOT held``, ``n'a pas eu lieu``."""
    if _STRESSED.search(statement) and not statement.isupper():
        return True
    for clause in _CLAUSES.split(statement):
        said = plain(clause)
        if _DENIED.search(said):
            return True
        if _VERB.search(said):
            return False
    return False


def other_version(statement: str, wanted: str) -> str | None:
    """A version that it names in the place of the wanted one, written as that one is; not one to which or from which something leads."""
    number = re.search(r"\d+(?:\.\d+)+", wanted)
    if number is None or wanted in statement or number.group(0) in statement:
        return None
    parts = number.group(0).count(".")
    if parts < 2 and not re.search(r"version|\bv\d", statement, re.IGNORECASE):
        return None  # 1.5 may be an amount of anything
    for match in _VERSION.finditer(statement):
        found = match.group(2)
        if not match.group(1) and found.count(".") == parts and not re.search(r"\.(?:19|20)\d\d$", found):
            return found
    return None


__all__ = ("COPY_LINE", "denies", "other_version", "says_nothing")
