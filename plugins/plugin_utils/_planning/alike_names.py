# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of versions, environments and services that are written otherwise and mean the same. PRIVATE to the collection. Pure.

Who states that something is so has to name it letter by letter. Who states that it is not so is heard where it may be meant.
"""

from __future__ import annotations

import re

from ...module_utils._placeholders import plain

_SHORTEST = 3  # letters of an environment that is written short
_IN_USE = frozenset(("production", "prod", "prd", "live", "exploitation"))  # all are words for one environment


def is_alike(one: str, other: str) -> bool:
    """Whether two names differ in capitals, accents, signs or spaces alone."""
    return _letters(one) == _letters(other)


def is_alike_environment(one: str, other: str) -> bool:
    """The same, or one is the other cut short: ``prod``, ``PRD`` and ``production``, ``stg`` and ``staging``; or another word."""
    short, long = sorted((_letters(one), _letters(other)), key=len)
    if short == long or _IN_USE.issuperset((short, long)):
        return True
    if len(short) < _SHORTEST:
        return False
    return (long.startswith(short) and long[len(short) :].isalpha()) or (long.isalpha() and _consonants(long).startswith(short))


def _consonants(word: str) -> str:
    """Its first letter and the consonants after it."""
    return word[:1] + re.sub(r"[aeiouy]", "", word[1:])


def is_alike_version(one: str, other: str) -> bool:
    """The same with or without ``v`` before it and ``.0`` at its end."""
    return _version(one) == _version(other)


def is_near_version(one: str, other: str) -> bool:
    """Whether one begins as the other does: ``1.5`` and ``1.5.3``, ``1.5.0`` and ``1.5.0-rc1``."""
    short, long = sorted((_version(one), _version(other)), key=len)
    return bool(short) and long[: len(short)] == short


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", plain(text))


def _version(text: str) -> tuple[str, ...]:
    bare = re.sub(r"^(?:v|ver|version|release|rel)[\s._-]*(?=\d)", "", plain(text))
    parts = re.findall(r"[0-9]+|[a-z]+", bare)
    while len(parts) > 1 and re.fullmatch(r"0+", parts[-1]):
        parts.pop()
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in parts) or (plain(text),)


__all__ = ("is_alike", "is_alike_environment", "is_alike_version", "is_near_version")
