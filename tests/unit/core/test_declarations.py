# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of what is declared say what the schemas say: each key, and which must be there."""

from __future__ import annotations

import json
import types
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.plugin_utils._described import declarations
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import FOLDER, shipped

FREE = {"Copy", "SecondCopy", "Backup", "Proving"}  # keys of the tool's check stand there too


def schema(name: str) -> dict[str, t.Any]:
    read: dict[str, t.Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return read


def objects(rules: t.Any, file: str) -> t.Iterator[tuple[dict[str, t.Any], str]]:
    """The mappings that a schema may mean, each with the file whose references it uses."""
    if "$ref" in rules:
        other, _hash, place = rules["$ref"].partition("#")
        other = other.rpartition("/")[2] or file
        found: t.Any = schema(other)
        for step in place.strip("/").split("/"):
            found = found[step] if step else found
        yield from objects(found, other)
    elif rules.get("type") == "object":
        yield rules, file
    elif rules.get("type") == "array":
        yield from objects(rules.get("items", {}), file)
    for alternative in [*rules.get("anyOf", ()), *rules.get("oneOf", ())]:
        yield from objects(alternative, file)


def typed(hint: t.Any) -> t.Iterator[tuple[t.Any, bool]]:
    """The TypedDicts within a type, each with whether it is the value of any key of a mapping."""
    if t.is_typeddict(hint):
        yield hint, False
    elif t.get_origin(hint) in (list, t.Union, types.UnionType, t.Required):
        for part in t.get_args(hint):
            yield from typed(part)
    elif t.get_origin(hint) is dict:
        yield from ((found, True) for found, _of_any in typed(t.get_args(hint)[1]))


def differences(kind: t.Any, rules: dict[str, t.Any], file: str, way: str) -> list[str]:
    """What a type and its schema do not have in common, and so on below each key."""
    hints, known = t.get_type_hints(kind), rules["properties"]
    marked = t.get_type_hints(kind, include_extras=True).items()
    needed = {*kind.__required_keys__, *(key for key, hint in marked if t.get_origin(hint) is t.Required)}
    wrong = []
    if kind.__name__ not in FREE:
        wrong += [f"{way}.{key}: only in the schema" for key in known if key not in hints]
        wrong += [f"{way}.{key}: only in {kind.__name__}" for key in hints if key not in known]
    wrong += [f"{way}.{key}: must be there in one of the two" for key in set(rules.get("required", ())) ^ needed]
    for key in known:
        for below, of_any in typed(hints.get(key)):
            named = [
                (of, where) for rule, at in objects(known[key], file) for of, where in ([(rule, at)] if not of_any else values(rule, at))
            ]
            fitting = [(of, where) for of, where in named if "properties" in of]
            if fitting:
                wrong += differences(below, *fitting[0], f"{way}.{key}")
            elif below.__name__ not in FREE:
                wrong.append(f"{way}.{key}: no mapping with known keys in the schema, and {below.__name__} has some")
    return wrong


def values(rules: dict[str, t.Any], file: str) -> t.Iterator[tuple[dict[str, t.Any], str]]:
    below = rules.get("additionalProperties")
    if isinstance(below, dict):
        yield from objects(below, file)


def test_the_service_file() -> None:
    found = differences(declarations.ServiceFile, schema("service.schema.json"), "service.schema.json", "service")
    own = ["service.attestations.service: only in AttestationEntry", "service.waivers.service: only in WaiverEntry"]
    assert sorted(found) == own, "what is waived and attested in a service's own file is of that service"


def test_the_organisation_file() -> None:
    rules = schema("organisation.schema.json")
    found = differences(declarations.OrganisationFile, rules, "organisation.schema.json", "organisation")
    there = [f"organisation.{key}.service: must be there in one of the two" for key in ("attestations", "waivers")]
    assert sorted(found) == there, "there both say whose they are"


def test_the_debt_file() -> None:
    assert differences(declarations.DebtFile, schema("debt.schema.json"), "debt.schema.json", "debt") == []


@pytest.mark.parametrize("name", shipped())
def test_the_policies_that_ship_have_no_other_keys(name: str) -> None:
    entries = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))["requirements"]
    known = set(declarations.PolicyEntry.__annotations__)
    assert {identifier: sorted(set(entry) - known) for identifier, entry in entries.items() if set(entry) - known} == {}
    proofs = [proof for entry in entries.values() for proof in entry.get("proved_by", ()) if isinstance(proof, dict)]
    assert all(set(proof) <= set(declarations.ProofEntry.__annotations__) for proof in proofs)


def test_what_departs_is_seen() -> None:
    rules = schema("service.schema.json")
    rules["properties"]["parts"] = {"type": "object", "additionalProperties": {"type": "object", "properties": {"hots": {}}}}
    rules["required"] = ["schema_version"]
    found = differences(declarations.ServiceFile, rules, "service.schema.json", "service")
    assert "service.parts.hots: only in the schema" in found and "service.parts.hosts: only in Part" in found
    assert "service.service: must be there in one of the two" in found
