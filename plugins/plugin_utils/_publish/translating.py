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

# keys under which messages stand: never the words of a verdict or a status, or the name of anything
TOLD = frozenset(
    (
        "above",
        "absent",
        "announced",
        "brought",
        "by",
        "details",
        "gap",
        "hostless",
        "instance",
        "later",
        "leaves",
        "less",
        "level_reason",
        "message",
        "missing",
        "notices",
        "origin",
        "partial",
    )
    + ("reason", "reasons", "recorded_by", "remedy", "request", "runs", "title", "unreachable", "what", "why")
)
_NOT_TOLD = ("said", "observed", "expected", "inputs", "given", "demands")  # parts of a record in which no message stands
Table = t.Mapping[str, str]


def translated(record: t.Mapping[str, object], say: Words, *others: t.Mapping[str, object]) -> t.Mapping[str, object]:
    """The record with each of its messages in this language; ``others`` are records of which it was made.

    A text is a message where the data that is kept of it says just that; a finding's own data is for its own texts alone.
    """
    if say.is_english:
        return record
    kept = [data for one in (record, *others) for data in as_dicts(one.get("said"))]
    try:
        return as_dict(_replaced(dict(record), _table(kept, say), say, told_here=False))
    except RecursionError:  # somebody has put so much into it that it is better shown as it is
        return record


def _table(kept: t.Iterable[object], say: Words) -> Table:
    return {str(message): _told(message, say) for message in map(made_of, kept)}


def _replaced(value: object, table: Table, say: Words, *, told_here: bool) -> object:
    if isinstance(value, str):
        return table.get(value, value) if told_here else value
    if isinstance(value, dict):
        said = value.get("said")
        if isinstance(said, dict):
            own = (*(said.get(name) for name in ("message", "remedy", "instance")), *as_list(said.get("details")))
            table = _table(filter(None, own), say)
        return {
            key: item if key in _NOT_TOLD else _replaced(item, table, say, told_here=key in TOLD or (told_here and isinstance(item, str)))
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_replaced(item, table, say, told_here=told_here) for item in value]
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
    if not many:
        return catalogue(language).text(one)
    return catalogue(language).counted(one, many, count) if isinstance(count, int) else None


def _shown(say: Words, kind: str, value: object) -> str:
    if isinstance(value, Message):
        return _told(value, say)
    if isinstance(value, (list, tuple)):
        mark = f"{say('semicolon')} " if kind == "sentences" else ", "
        return mark.join(_shown(say, "", item) for item in value)
    return say.shown(kind, value)


__all__ = ("told", "translated")
