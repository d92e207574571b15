# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What HTML reports have in common: their templates and style, symbols and words of a status. PRIVATE to the collection."""

from __future__ import annotations

import functools
import pathlib
import typing as t

import jinja2

from .._model.text import as_dict, escape
from .signs import SYMBOLS
from .words import Words

_FOLDER = pathlib.Path(__file__).parent
COUNTED = ("pass", "waived", "warn", "unknown", "fail", "not_applicable", "not_due", "inherited")


def render(template: str, say: Words, shown: t.Mapping[str, object]) -> str:
    """A whole document."""
    return str(_environment().get_template(template).render(say=say, lang=say.language, **shown))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.ChainableUndefined, loader=jinja2.FileSystemLoader(_FOLDER)
    )
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment


def status_of(status: object, say: Words) -> dict[str, str]:
    """Colour, word and symbol of a status."""
    key = str(status)
    known = {"inherited": "not_applicable", "debt": "waived"}.get(key, key if key in SYMBOLS else "unknown")
    return {"key": known, "word": say.name("status", key, say.name("status", "unknown")), "symbol": SYMBOLS[known]}


def stakeholders(judgement: t.Mapping[str, object], say: Words) -> list[dict[str, str]]:
    """The state of each stakeholder."""
    return [
        {"name": say.name("stakeholder", name, escape(name, 60).replace("_", " ").capitalize()), **status_of(status, say)}
        for name, status in as_dict(judgement.get("stakeholders")).items()
    ]


__all__ = ("COUNTED", "render", "stakeholders", "status_of")
