# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of reports in each language, from one catalogue file a language. PRIVATE to the collection."""

from __future__ import annotations

import functools
import pathlib
import re
import typing as t

import yaml

FOLDER = pathlib.Path(__file__).parent / "catalogue"
LANGUAGES = ("en", "fr")
_NO_BREAK, _THIN = "\u00a0", "\u202f"
_FRENCH = (
    (re.compile(r"'"), "\u2019"),
    (re.compile(r" (?=[;?!%])"), _THIN),
    (re.compile(r" (?=:)"), _NO_BREAK),
    (re.compile(r"« "), "«" + _NO_BREAK),
    (re.compile(r" »"), _NO_BREAK + "»"),
)
_MEASURE = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)( ?)(KiB|MiB|GiB|TiB|min|ms|B|d|h|s|%)?(?![\w.])")


class Catalogue(t.TypedDict):
    """What a catalogue file has."""

    decimal_mark: str
    texts: dict[str, str]
    counted: dict[str, dict[str, str]]
    names: dict[str, dict[str, str]]
    titles: dict[str, str]
    remedies: dict[str, str]
    reasons: dict[str, str]


class Words:
    """The texts of one language. Values are put in as they are: whoever shows them has cleaned them."""

    def __init__(self, language: str) -> None:
        self.language = language

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        return _catalogue(self.language)

    def __call__(self, key: str, **values: object) -> str:
        return self.catalogue["texts"][key].format_map(values)

    def counted(self, key: str, count: int) -> str:
        """A text that differs between one and many."""
        forms = self.catalogue["counted"][key]
        single = count in (0, 1) if self.language == "fr" else count == 1
        return forms["one" if single else "other"].format_map({"count": count})

    def name(self, group: str, key: object, otherwise: str = "") -> str:
        """The word for a value that a record keeps in English; what is not known is ``otherwise``, which its caller has cleaned."""
        return self.catalogue["names"][group].get(str(key), otherwise)

    def of_policy(self, kind: t.Literal["titles", "remedies", "reasons"], requirement: object, given: str) -> str:
        """A ``titles``, ``remedies`` or ``reasons`` of a policy that ships; another text that an organisation gave stays as it is."""
        if self.language == "en" or _catalogue("en")[kind].get(str(requirement)) != given:
            return given
        return self.catalogue[kind][str(requirement)]

    def title(self, requirement: str) -> str:
        """The title that the policies which ship give a requirement; empty for one that is not theirs."""
        return self.catalogue["titles"].get(requirement, "")

    def measure(self, text: str) -> str:
        """A quantity such as ``3 d 4 h`` or ``92.2 MiB`` in the units of the language."""
        if self.language == "en":
            return text

        def said(found: re.Match[str]) -> str:
            unit = found[3] or ""
            number = found[1].replace(".", self.catalogue["decimal_mark"])
            return number + (_NO_BREAK if found[2] else "") + self.name("unit", unit, unit)

        return _MEASURE.sub(said, text)


@functools.cache
def _catalogue(language: str) -> Catalogue:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: object = yaml.load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"), Loader=loader)
    return t.cast("Catalogue", _typeset(read, language))


def _typeset(value: object, language: str) -> object:
    if isinstance(value, dict):
        return {key: _typeset(item, language) for key, item in value.items()}
    return typeset(value, language) if isinstance(value, str) else value


def typeset(text: str, language: str) -> str:
    """French typography: the apostrophe, and spaces that do not break before double punctuation."""
    for pattern, replacement in _FRENCH if language == "fr" else ():
        text = pattern.sub(replacement, text)
    return text


_BY_LANGUAGE = {language: Words(language) for language in LANGUAGES}
ENGLISH = _BY_LANGUAGE["en"]


def words(language: str | None) -> Words:
    """The words of a language; English without one, or for one that is not known."""
    return _BY_LANGUAGE.get(language or "en", ENGLISH)


__all__ = ("ENGLISH", "LANGUAGES", "Words", "typeset", "words")
