# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is held to fit a schema fits it by the library's word, and what the files in use have needs no library."""

from __future__ import annotations

import copy
import json
import pathlib
import random
import re
import typing as t

import jsonschema
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described import fitting
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS, Unresolved, plain
from ansible_collections.operability.readiness.plugins.plugin_utils._described.fitting import surely_fits

ROOT = pathlib.Path(__file__).parents[3]
RULES = {path.name.partition(".")[0]: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
FILES = {
    "service": [
        "extensions/molecule/deployment/files/readiness.yml",
        "extensions/molecule/default/files/readiness.yml.j2",
        "tests/lint/readiness.yml",
    ],
    "organisation": ["playbooks/templates/demo/organisation.yml.j2", "extensions/molecule/deployment/files/organisation.yml"],
}
ODD: list[t.Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, "", "x", "12h", "2026-02-30", "2026-02-28", "20260228", "2026-W09-1",
    [], {}, [1], ["x"], {"x": 1}, 10**20, "é", "\n", "a b",
]  # fmt: skip


def checker(rules: t.Any) -> t.Any:
    return jsonschema.Draft202012Validator(rules, format_checker=jsonschema.FormatChecker(["date"]))


def documents(kind: str) -> list[t.Any]:
    out = []
    for name in FILES[kind]:
        text = re.sub(r"(?s){#.*?#}|{%.*?%}", "", (ROOT / name).read_text())
        out.append(plain(yaml.safe_load(re.sub(r"{{.*?}}", "1h", text))))
    return out


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*path, key))


def changed(document: t.Any, path: tuple[t.Any, ...], value: t.Any) -> t.Any:
    if not path:
        return value
    other = copy.deepcopy(document)
    inner = other
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return other


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_keyword_of_our_schemas_is_known(kind: str) -> None:
    unknown = set()

    def look(rules: t.Any) -> None:
        for keyword, value in rules.items() if isinstance(rules, dict) else ():
            if keyword not in fitting.KEYWORDS and keyword not in fitting.TOLD:
                unknown.add(keyword)
            below = value.values() if keyword in ("properties", "$defs") else value if keyword in ("anyOf", "oneOf") else ()
            for item in (*below, *([value] if keyword in ("items", "additionalProperties", "propertyNames") else ())):
                look(item)

    look(RULES[kind])
    assert unknown == set()


@pytest.mark.parametrize("kind", sorted(FILES))
def test_files_that_fit_need_no_library(kind: str) -> None:
    fitting_ones = [document for document in documents(kind) if checker(RULES[kind]).is_valid(document)]
    assert len(fitting_ones) >= 2
    assert [surely_fits(document, RULES[kind]) for document in fitting_ones] == [True] * len(fitting_ones)


@pytest.mark.parametrize("kind", sorted(FILES))
def test_it_never_accepts_what_the_library_refuses(kind: str) -> None:
    """Every place of real documents with odd values instead; where it is sure, both say the same."""
    rng = random.Random(9)
    rules, library = RULES[kind], checker(RULES[kind])
    refused = accepted = 0
    for document in documents(kind):
        for path in places(document):
            for value in rng.sample(ODD, 3):
                other = changed(document, path, value)
                valid = library.is_valid(other)
                fits = surely_fits(other, rules)
                assert fits <= valid, (path, value)
                accepted += fits
                refused += not valid
    assert accepted > 20 and refused > 100


@pytest.mark.parametrize(
    "rules",
    [
        {"type": "integer"},
        {"type": ["string", "null"]},
        {"type": "number", "minimum": 1, "maximum": 5},
        {"exclusiveMinimum": 0},
        {"enum": [1, "x", None]},
        {"const": True},
        {"const": 1},
        {"type": "string", "format": "date"},
        {"pattern": "^[a-z]$"},
        {"minLength": 1},
        {"minItems": 1, "items": {"type": "integer"}},
        {"oneOf": [{"type": "string"}, {"minLength": 1}]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": False},
        {"propertyNames": {"enum": ["y"]}},
        {"required": ["x"]},
        {"properties": {"x": False}},
        {"$ref": "#/$defs/word", "$defs": {"word": {"type": "string"}}},
    ],
    ids=json.dumps,
)
def test_each_keyword_as_the_library_has_it(rules: t.Any) -> None:
    library = checker(rules)
    for value in ODD:
        if surely_fits(value, rules) != library.is_valid(value):
            assert library.is_valid(value) and (isinstance(value, (float, list, dict))), value


@pytest.mark.parametrize("rules", [{"unheard_of": 1}, {"$ref": "other.json#/x"}, {"format": "email"}, {"patternProperties": {}}])
def test_it_is_not_sure_of_what_it_does_not_know(rules: t.Any) -> None:
    assert not surely_fits("x", rules)
    assert not surely_fits("x", {"oneOf": [{"type": "string"}, rules]}), "nor of a schema that has it inside"


def test_it_is_not_sure_of_a_value_that_is_not_resolved() -> None:
    assert not surely_fits({"x": Unresolved("x", "later")}, {"type": "object", "properties": {"x": {"type": "string"}}})
