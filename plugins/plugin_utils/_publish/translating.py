# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages told again in the language of their reader, with its numbers and dates, from a gettext catalogue. PRIVATE to the collection.

The catalogue is read by Babel. Where Babel is missing, or the catalogue has no entry whose parameters are those of the message, the
message stays in English.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gettext
import io
import pathlib
import typing as t

from ...module_utils._phrase import KINDS, Message, fields, filled, made_of
from .._model.text import as_dict, as_dicts, as_list
from .words import typeset, words

try:
    from babel.dates import format_date, format_datetime
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.numbers import format_decimal, format_percent
except ImportError:
    HAS_BABEL = False
else:
    HAS_BABEL = True

FOLDER = pathlib.Path(__file__).parent / "catalogue"
_NOT_TOLD = ("said", "observed", "expected", "inputs")  # parts of a record in which no message stands


def translated(record: t.Mapping[str, object], language: str | None) -> t.Mapping[str, object]:
    """The record with each of its messages in this language."""
    if not language or language == "en" or not HAS_BABEL:
        return record
    table = {str(message): told(message, language) for message in map(made_of, _kept_in(record))}
    return as_dict(_replaced(dict(record), table)) if table else record


def _kept_in(value: object) -> t.Iterator[object]:
    """The data of each message in a record: its own, and that of each finding."""
    if isinstance(value, dict):
        said = value.get("said")
        if isinstance(said, dict):
            yield from (item for item in (said.get("message"), said.get("remedy"), *as_list(said.get("details"))) if item)
        else:
            yield from as_dicts(said)
        for key, item in value.items():
            if key not in _NOT_TOLD:
                yield from _kept_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _kept_in(item)


def _replaced(value: object, table: t.Mapping[str, str]) -> object:
    if isinstance(value, str):
        return table.get(value, value)
    if isinstance(value, dict):
        return {key: item if key in _NOT_TOLD else _replaced(item, table) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(item, table) for item in value]
    return value


def told(message: str, language: str) -> str:
    """A message in this language."""
    if not isinstance(message, Message) or not message.template or not HAS_BABEL:
        return str(message)
    template = _template(message.template, message.plural, message.params.get("count"), language)
    return str(message) if template is None else filled(template, message.params, functools.partial(_shown, language))


@functools.lru_cache(maxsize=4096)
def _template(one: str, many: str | None, count: object, language: str) -> str | None:
    """The translated template; None where there is none that asks for the same parameters."""
    catalogue = _catalogue(language)
    found = catalogue.ngettext(one, many, count if isinstance(count, int) else 2) if many else catalogue.gettext(one)
    return typeset(found, language) if found and agree(found, one, many) else None


def agree(translation: str, one: str, many: str | None = None) -> bool:
    """Whether a translation has the parameters of its template, with their types; a count may be left out of one of two forms."""
    given, wanted = _asked(translation), _asked(one) | _asked(many or one)
    return given == wanted or (many is not None and given | {("count", "number")} == wanted)


def _asked(template: str) -> frozenset[tuple[str, str]]:
    return frozenset((field.name, field.kind) for field in fields(template) if field.name is not None)


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    with open(FOLDER / f"{language}.po", "rb") as handle:
        write_mo(compiled, read_po(handle, locale=language))
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
    catalogue.add_fallback(_Nothing())
    return catalogue


class _Nothing(gettext.NullTranslations):
    """What says that there is no entry, where gettext would give the English text."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


def _shown(language: str, kind: str, value: t.Any) -> str:
    if isinstance(value, Message):
        return told(value, language)
    if isinstance(value, (list, tuple)):
        return ("; " if kind == "sentences" else ", ").join(_shown(language, "", item) for item in value)
    with contextlib.suppress(TypeError, ValueError, OverflowError, ArithmeticError):
        if kind == "term":
            return typeset(_catalogue(language).gettext(str(value)), language) or str(value)
        if kind in ("duration", "bytes"):
            return words(language).measure(KINDS[kind](value))
        if kind == "number":
            return str(format_decimal(value, locale=language))
        if kind == "percent":
            return str(format_percent(value, "#,##0.##\u202f%", locale=language))
        if kind == "moment":
            moment = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(dt.timezone.utc)
            return f"{format_datetime(moment, 'medium', locale=language)} UTC"
        if kind == "day":
            return str(format_date(dt.date.fromisoformat(str(value)), "long", locale=language))
    return str(value)


__all__ = ("FOLDER", "HAS_BABEL", "agree", "told", "translated")
