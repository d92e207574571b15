# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of reports, their numbers and dates, in the language of the reader. PRIVATE to the collection.

English stands in ``catalogue/en.yml``, by key; other languages in their gettext catalogue, with the key as the context.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
import typing as t

import yaml

from ...module_utils._phrase import KINDS, filled
from .._model.text import without_unit
from .gettext_catalogue import FOLDER, catalogue, unusable

LANGUAGES = ("en", "fr")
_NO_BREAK = "\u00a0"
_MEASURE = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)( ?)(KiB|MiB|GiB|TiB|min|ms|B|d|h|s|%)?(?![\w.])")


class English(t.TypedDict):
    """What ``en.yml`` has."""

    texts: dict[str, str]
    counted: dict[str, dict[str, str]]
    names: dict[str, dict[str, str]]


class Words:
    """The texts of one language. Values are put in as they are: whoever shows them has cleaned them."""

    def __init__(self, language: str) -> None:
        self.language = language

    @property
    def is_english(self) -> bool:
        return self.language == "en"

    @functools.cached_property
    def texts(self) -> t.Mapping[str, str]:
        """The texts of ``en.yml`` in this language, by key."""
        return {key: self._told(text, f"texts.{key}") for key, text in english()["texts"].items()}

    @functools.cached_property
    def names(self) -> t.Mapping[str, t.Mapping[str, str]]:
        """Its words for values, by group and value."""
        return {
            group: {key: self._told(text, f"names.{group}.{key}") for key, text in names.items()}
            for group, names in english()["names"].items()
        }

    def _told(self, text: str, context: str) -> str:
        return text if self.is_english else catalogue(self.language).text(text, context) or text

    def __call__(self, key: str, **values: object) -> str:
        return filled(self.texts[key], values, self.shown)

    def counted(self, key: str, count: int) -> str:
        """A text that differs between one and many."""
        forms = english()["counted"][key]
        one, many = forms["one"], forms["other"]
        told = None if self.is_english else catalogue(self.language).counted(one, many, count, f"counted.{key}")
        return filled(told or (one if count == 1 else many), {"count": count}, self.shown)

    def name(self, group: str, key: object, otherwise: str = "") -> str:
        """The word for a value that a record keeps in English; what is not known is ``otherwise``, which its caller has cleaned."""
        return self.names[group].get(str(key), otherwise)

    def term(self, given: str) -> str:
        """A text that may have an entry of its own: a title, a remedy or a reason of a policy that ships. Another stays as it is."""
        return given if self.is_english or not given else catalogue(self.language).text(given) or given

    def measurement(self, name: str) -> str:
        """The name of a measurement, for a place where its unit is said with the number."""
        return without_unit(name) if self.is_english else catalogue(self.language).text(name) or without_unit(name)

    # -- values

    def shown(self, kind: str, value: t.Any) -> str:
        """A value of one of the kinds of parameters; what does not fit is told as it is."""
        if not self.is_english and not isinstance(value, (list, tuple)):
            with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError, ArithmeticError):
                return value if isinstance(value, str) and kind in _NUMBERS else _IN_LANGUAGE[kind](self, value)
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            return KINDS[kind](value)
        return str(value)

    def measure(self, text: str) -> str:
        """A quantity such as ``3 d 4 h`` or ``92.2 MiB`` in the units of the language."""
        if self.is_english:
            return text

        from babel.numbers import get_decimal_symbol  # slow to import, and English needs none of it

        def said(found: re.Match[str]) -> str:
            unit = found[3] or ""
            number = found[1].replace(".", get_decimal_symbol(self.language))
            return number + (_NO_BREAK if found[2] else "") + self.name("unit", unit, unit)

        return _MEASURE.sub(said, text)

    def number(self, value: float) -> str:
        if self.is_english:
            return str(value)
        from babel.numbers import format_decimal

        return str(
            format_decimal(float(f"{value:g}") if isinstance(value, float) else value, locale=self.language, decimal_quantization=False)
        )

    def day(self, value: object, form: t.Literal["medium", "long"] = "medium") -> str:
        """A day, given as ISO 8601 has it, for a cell of a table, or ``long`` for a sentence; what is none stays as it is."""
        text = str(value or "")
        if not self.is_english:
            from babel.dates import format_date

            with contextlib.suppress(ValueError):
                said = str(format_date(dt.date.fromisoformat(text), form, locale=self.language))
                return re.sub(r"^1 ", "1er ", said) if self.language == "fr" else said
        return text

    def moment(self, value: object) -> str:
        """``2026-11-25 06:00 UTC``; what is no moment in UTC stays as it is."""
        text = str(value or "")
        found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2})?Z", text)
        if not found:
            return text
        return f"{found[1]} {found[2]} UTC" if self.is_english else f"{self.day(found[1])}, {found[2]} UTC"


def _moment(say: Words, value: object) -> str:
    moment = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(dt.timezone.utc)
    return f"{say.day(moment.date().isoformat())}, {moment:%H:%M:%S} UTC"


_NUMBERS = ("duration", "bytes", "number", "percent")  # whatever is a text instead is told as it is
_IN_LANGUAGE: dict[str, t.Callable[[Words, t.Any], str]] = {
    "duration": lambda say, seconds: say.measure(KINDS["duration"](seconds)),
    "bytes": lambda say, count: say.measure(KINDS["bytes"](count)),
    "moment": _moment,
    "day": lambda say, value: say.day(value, "long"),
    "number": lambda say, value: say.number(value),
    "percent": lambda say, share: say.number(float(KINDS["percent"](share).rstrip("%"))) + "\u202f%",
    "term": lambda say, value: say.term(str(value)),
}


@functools.cache
def english() -> English:
    """``en.yml``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return t.cast("English", yaml.load((FOLDER / "en.yml").read_text(encoding="utf-8"), Loader=loader))


_BY_LANGUAGE = {language: Words(language) for language in LANGUAGES}
ENGLISH = _BY_LANGUAGE["en"]


def words(language: str | None) -> Words:
    """The words of a language; English without one, for one that is not known, and where its catalogue cannot be used."""
    known = _BY_LANGUAGE.get(language or "en", ENGLISH)
    return known if known.is_english or not unusable(known.language) else ENGLISH


def not_told(language: str | None) -> str | None:
    """What to say where reports cannot be in the language that was asked for."""
    if language and language not in LANGUAGES:
        return f"there are no reports in the language '{language}'; known: {', '.join(LANGUAGES)}. They are in English"
    why = unusable(language) if language and language != "en" else None
    return f"{why}; until then reports are in English" if why else None


__all__ = ("ENGLISH", "LANGUAGES", "English", "Words", "english", "not_told", "words")
