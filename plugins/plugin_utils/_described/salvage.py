# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can still be read of a file that is refused: its keys, each by itself. PRIVATE to the collection. Pure."""

from __future__ import annotations

import hashlib
import pathlib
import re
import typing as t

import yaml

from ...module_utils._yaml_bounds import check
from .document import Document, FastLoader, departures, plain_mapping

_KEY = re.compile(r"^(?=[A-Za-z_][\w-]*[ \t]*:(?:\s|$))", re.MULTILINE)


def usable(
    text: str, name: str, schema: str, *, resolve: t.Callable[[object], object] | None = None, folder: pathlib.Path | None = None
) -> Document:
    """A document of those keys of a file that are YAML by themselves and as the schema has them."""
    data: dict[str, object] = {}
    for block in _KEY.split(text):
        data.update(_read(block))
    content = plain_mapping(data, resolve)
    document = Document(name, content, {}, hashlib.sha256(text.encode()).hexdigest(), folder or pathlib.Path())
    wrong = {str(departure.path[0]) for departure in departures(document, schema) if departure.path}
    for key in wrong & set(content):
        del content[key]
    return document


def _read(block: str) -> dict[str, object]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block, Loader=FastLoader)):
            return {}  # it may be of any size
        check(block)
        found = yaml.load(block, Loader=FastLoader)
    except (yaml.YAMLError, ValueError, LookupError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


__all__ = ("usable",)
