# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in the middle of a text by which its author says that something is still to be written. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from .._finding import Status

_LONGEST = 2000
_ANYWHERE = re.compile(
    r"(?<![\w./-])(?:TODO|FIXME|TBD|TBC|TBA|T\.B\.D\.?|XXX+|to be (?:completed|defined|written|done)"
    r"|(?:reste )?à (?:compléter|définir|rédiger|préciser|renseigner|remplir))(?![\w-]|\.\w)|(?<![\w-])(?i:todo)\s*:"
)
_WHAT = (
    r"(?:(?:the|a|an|le|la|les|un|une|l'|our|missing|right) ?)*(?:phone|telephone|téléphone|tél|number|numéro"
    r"|numero|section|contacts?|diagram"
    r"|schémas?|schema|links?|liens?|screenshots?|captures?|description|documentation|procedure|procédure|details?|détails?|names?|noms?"
    r"|address|adresse|e-?mail|url|steps|étapes|text|texte|paragraph|chapter|chapitre)\b"
)
_WRITES = (
    r"(?:add|write|complete|document|describe|fill in|define|insert|find|update|ajouter|compléter|rédiger"
    r"|documenter|décrire|renseigner|préciser"
    r"|définir|indiquer|trouver|mettre à jour)"
)
# not within code
_PROMPT = re.compile(
    r"[\[<{]\s*(?:to (?:be )?(?:completed?|filled?|defined?|do|done|written|write|added?|confirm(?:ed)?|determined?)"
    r"|(?:insert|fill(?: in)?|put|enter|insérer|inserer|indiquer|renseigner|compléter|completer) \w+"
    r"|[àa] (?:faire|compléter|completer|définir|definir|rédiger|rediger|préciser|preciser|renseigner|remplir)"
    r"|(?:your|votre) (?:phone|téléphone|telephone|team|équipe|service|application|url|company|e-?mail)|todo|tbd)"
    r"\b[^\[\]<>{}\n]{0,60}[\]>}]",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"(?<![\w'\u2019-])(?:RESTE )?[AÀ] (?:COMPL[EÉ]TER|D[EÉ]FINIR|R[EÉ]DIGER|PR[EÉ]CISER|RENSEIGNER|REMPLIR)(?![\w-])")
_REMAINS = re.compile(
    r"(?<![\w'\u2019-])reste(?:nt)? [àa] (?:faire|compléter|completer|définir|rédiger|préciser|documenter|écrire)\b", re.IGNORECASE
)
_TO_MAKE = re.compile(r"(?<![\w'\u2019-])[AÀ] FAIRE(?: ?[:：.!]|\s*$)\s*(.{0,60})")
_BLANKS = re.compile(
    r"(?<![\w./-])(?:\+?\d{1,3}[ .-])?(?:[0-9]?[Xx][Xx]?[Xx]?[Xx]?[ .-]){2,9}[Xx]{2,4}(?![\w.-])"
    r"|(?<!\w)(?i:tél|tel|téléphone|telephone|phone|mobile|numéro|numero|number|e-?mail|astreinte|on[-"
    r" ]call)\.?\s?[:：]\s?(?:[._…?]{2,}|\?|[Xx][Xx .-]+)\s*$"
)
_TASK = re.compile(rf"\s*(?:[-*+]\s*)?\[ \]\s+{_WRITES}\s+{_WHAT}.*", re.IGNORECASE)
_VARIABLE = re.compile(r"\{\{\s*[A-Za-z_][\w ]{0,40}\}\}|\$\{[A-Za-z_]\w{0,40}\}")
_ABOUT_TEXT = re.compile(rf"(?:{_WRITES}\s+)?{_WHAT}.*", re.IGNORECASE)


def left_to_do(line: str, codes: t.Collection[str] = (), *, is_code: bool = False) -> Status | None:
    """What a line that says so is worth. ``codes``: what stands in it as code, where a placeholder is one of a command."""
    line = line[:_LONGEST]
    if _ANYWHERE.search(line):
        return Status.FAIL
    if is_code:
        return None
    for code in codes:
        line = line.replace(code, " ")
    if _PROMPT.search(line) or _CAPITALS.search(line) or _REMAINS.search(line) or _BLANKS.search(line) or _TASK.fullmatch(line):
        return Status.FAIL
    made = _TO_MAKE.search(line)
    if made:
        # it may be what is to be done by who reads it
        return Status.FAIL if not made.group(1).strip() or _ABOUT_TEXT.fullmatch(made.group(1).strip()) else Status.WARN
    return Status.UNKNOWN if _VARIABLE.search(line) else None


__all__ = ("left_to_do",)
