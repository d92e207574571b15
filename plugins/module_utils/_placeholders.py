# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands where something is still to be filled in, in English and French. PRIVATE to the collection."""

from __future__ import annotations

import re

from ._folded_text import without_accents

WORDS = (
    r"todo|t\.?\s?b\.?\s?[adc]\.?|fixme|x{3,}|n\.?\s?[/.]?\s?a\.?|s\.?\s?o\.?|none|null|nil|nobody|no one|noone|unknown"
    r"|unassigned|changeme|change me"
    r"|pending|placeholder|vacant|empty"
    r"|to (be )?(defined|determined|confirmed|announced|assigned|filled( in)?|do|come)|not (yet )?(defined|known|assigned)"
    r"|inconnu|personne|neant|aucun|vide|sans objet|non (defini|renseigne|communique)e?|en attente|en cours"
    r"|a (completer|definir|renseigner|preciser|determiner|confirmer|venir|remplir|nommer|designer)"
    r"|foo|bar|foobar|lorem ipsum|idem|ditto"
)
NO_WORDS = r"[?.\-_*x/\s]+"
_WHOLE = re.compile(rf"(?:{WORDS})[\s.!?:]*|{NO_WORDS}")
_ENDS = (("<", ">"), ("[", "]"), ("{", "}"))


def plain(text: str) -> str:
    """In small letters, without accents, with single spaces."""
    return " ".join(without_accents(text).split())


def is_unfilled(text: str) -> bool:
    """Whether the whole of a text only says that something is to come: a sentence that begins with such a word says more."""
    value = text.strip()
    return bool(_WHOLE.fullmatch(plain(value))) or any(value.startswith(first) and value.endswith(last) for first, last in _ENDS)


__all__ = ("NO_WORDS", "WORDS", "is_unfilled", "plain")
