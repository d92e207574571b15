# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages told again in the language of their reader, with its numbers and dates. PRIVATE to the collection.

A message of which the catalogue has no translation with the same parameters stays in English.
"""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._phrase import Message, filled, made_of
from .._model.text import as_dict, as_dicts, as_list
from .gettext_catalogue import catalogue
from .words import Words, words

_NOT_TOLD = ("said", "observed", "expected", "inputs")  # parts of a record in which no message stands


def translated(record: t.Mapping[str, object], say: Words, *others: t.Mapping[str, object]) -> t.Mapping[str, object]:
    """The record with each of its messages in this language; ``others`` are records of which it was made."""
    if say.is_english:
        return record
    table = {str(message): _told(message, say) for message in map(made_of, _kept_in([record, *others]))}
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
    return _told(message, words(language))


def _told(message: str, say: Words) -> str:
    if not isinstance(message, Message) or not message.template or say.is_english:
        return str(message)
    template = _template(message.template, message.plural, message.params.get("count"), say.language)
    return str(message) if template is None else filled(template, message.params, functools.partial(_shown, say))


def _template(one: str, many: str | None, count: object, language: str) -> str | None:
    if many:
        return catalogue(language).counted(one, many, count if isinstance(count, int) else 2)
    return catalogue(language).text(one)


def _shown(say: Words, kind: str, value: object) -> str:
    if isinstance(value, Message):
        return _told(value, say)
    if isinstance(value, (list, tuple)):
        mark = f"{say('semicolon')} " if kind == "sentences" else ", "
        return mark.join(_shown(say, "", item) for item in value)
    return say.shown(kind, value)


__all__ = ("told", "translated")
