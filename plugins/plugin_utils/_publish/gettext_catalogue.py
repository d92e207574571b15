# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gettext catalogue of a language, read by Babel; what it has no good entry for stays in English. PRIVATE to the collection."""

from __future__ import annotations

import functools
import gettext
import io
import pathlib
import re

from ...module_utils._phrase import fields
from .._model.text import first_line

FEWEST = 1000  # entries of a whole catalogue
FOLDER = pathlib.Path(__file__).parent / "catalogue"
_NO_BREAK, _THIN = "\u00a0", "\u202f"
_FRENCH = (
    (re.compile(r"'"), "\u2019"),
    (re.compile(r" (?=[;?!%])"), _THIN),
    (re.compile(r" (?=:)"), _NO_BREAK),
    (re.compile(r"« "), "«" + _NO_BREAK),
    (re.compile(r" »"), _NO_BREAK + "»"),
)


class Catalogue:
    """The translations of one language. Each method gives None where there is none that has the parameters of the English text."""

    def __init__(self, language: str) -> None:
        self.language = language
        from babel.messages.mofile import write_mo  # slow to import, and English needs none of it
        from babel.messages.pofile import read_po

        compiled = io.BytesIO()
        with open(FOLDER / f"{language}.po", "rb") as handle:
            entries = read_po(handle, locale=language)
        if len(entries) < FEWEST:
            raise ValueError(f"it ends after {len(entries)} entries")
        write_mo(compiled, entries)
        self._many = {(entry.id[0], entry.context): entry.id[1] for entry in entries if entry.pluralizable}
        self._entries = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
        self._entries.add_fallback(_Nothing())
        for count in range(3):
            self._entries.ngettext("", "", count)  # its rule of plurals is a program, which may be damaged

    def text(self, english: str, context: str | None = None) -> str | None:
        """The translation of a text, or of a template."""
        found = self._entries.pgettext(context, english) if context else self._entries.gettext(english)
        return self._typeset(found) if found and agree(found, english) else None

    def counted(self, one: str, many: str, count: int, context: str | None = None) -> str | None:
        """The translation of a template that has a form for one and one for many."""
        if self._many.get((one, context)) != many:
            return None
        found = self._entries.npgettext(context, one, many, count) if context else self._entries.ngettext(one, many, count)
        return self._typeset(found) if found and agree(found, one, many) else None

    def _typeset(self, text: str) -> str:
        """French typography: the apostrophe, and spaces that do not break before double punctuation."""
        for pattern, replacement in _FRENCH if self.language == "fr" else ():
            text = pattern.sub(replacement, text)
        return text


class _Nothing(gettext.NullTranslations):
    """What says that there is no entry, where gettext would give the English text."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return ""


def agree(translation: str, one: str, many: str | None = None) -> bool:
    """Whether a translation has the parameters of its template, with their types; a count may be left out of one of two forms."""
    given, wanted = _asked(translation), _asked(one) | _asked(many or one)
    return given == wanted or (many is not None and any(given | {count} == wanted for count in wanted if count[0] == "count"))


def _asked(template: str) -> frozenset[tuple[str, str]]:
    return frozenset((field.name, field.kind) for field in fields(template) if field.name is not None)


@functools.cache
def catalogue(language: str) -> Catalogue:
    """Read once."""
    return Catalogue(language)


@functools.cache
def unusable(language: str) -> str | None:
    """Why nothing can be told in this language; None where it can."""
    try:
        catalogue(language)
    except ImportError:
        return f"the language {language} needs the Python library Babel on the controller: pip install Babel"
    except Exception as exc:  # whatever the parser makes of a file that is damaged: a report in English is better than none
        return f"the catalogue of the language {language} cannot be read ({first_line(exc)}): install the collection again"
    return None


__all__ = ("FOLDER", "Catalogue", "agree", "catalogue", "unusable")
