# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole schemas from their sources, in which what several files have in common stands once."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
NAMES = ("service", "organisation", "debt", "approvals")
COMMON = "common.yml#/"
READ_BY = "x-read-by"

Schema = dict[str, t.Any]


def read(name: str) -> Schema:
    """One source as it stands."""
    return dict(yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")))


def whole(name: str) -> Schema:
    """The schema of a file with all that it takes from the common part, and who reads each key."""
    common, wanted = read("common"), set[str]()

    def resolved(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        out: Schema = {}
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str) and item.startswith(COMMON):
                group, _, entry = item[len(COMMON) :].partition("/")
                if group == "$defs":
                    wanted.add(entry)
                    out["$ref"] = f"#/$defs/{entry}"
                else:
                    out.update(resolved(common[group][entry]))
            else:
                out[key] = resolved(item)
        return out

    schema: Schema = resolved(read(name))
    definitions: dict[str, t.Any] = dict(schema.pop("$defs", {}))
    while missing := sorted(wanted - set(definitions)):
        definitions.update({entry: resolved(common["$defs"][entry]) for entry in missing})
    return {**schema, "$defs": {entry: definitions[entry] for entry in sorted(definitions)}}


def shipped(schema: t.Any) -> t.Any:
    """What a validator and an editor need of it."""
    if isinstance(schema, dict):
        return {key: shipped(item) for key, item in schema.items() if key != READ_BY}
    return [shipped(item) for item in schema] if isinstance(schema, list) else schema


__all__ = ("COMMON", "NAMES", "READ_BY", "Schema", "read", "shipped", "whole")
