# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas of the files that users write: built from their sources, and each key explained."""

from __future__ import annotations

import copy
import functools
import json
import pathlib
import sys
import typing as t

import dev_scripts
import jsonschema
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, COMPUTED, load_check
from ansible_collections.operability.readiness.plugins.module_utils._units import parse_duration

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "plugins" / "plugin_utils" / "_described"
NAMES = ("service", "organisation", "debt", "approvals")
SMALL = ("debt", "approvals")

Schema = dict[str, t.Any]


@functools.cache
def builder() -> t.Any:
    """The command as a module."""
    sys.path.insert(0, str(ROOT / "dev"))
    return dev_scripts.load("build-schemas")


@functools.cache
def whole(name: str) -> Schema:
    return dict(builder().sources.whole(name))


def keys(schema: Schema, path: tuple[str, ...] = ()) -> t.Iterator[tuple[str, Schema]]:
    """Every key that is written into a file, with its schema: also within definitions, lists and alternatives."""
    for key, item in (schema.get("properties") or {}).items():
        yield ".".join((*path, key)), item
        yield from keys(item, (*path, key))
    for name, item in (schema.get("$defs") or {}).items():
        yield from keys(item, (*path, f"${name}"))
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            if word == "additionalProperties":
                yield ".".join((*path, "NAME")), schema[word]
            yield from keys(schema[word], (*path, "NAME" if word == "additionalProperties" else "N"))
    for word in ("anyOf", "oneOf"):
        for item in schema.get(word) or []:
            yield from keys(item, path)


def shape_is_plain(schema: Schema, root: Schema) -> bool:
    """Whether the type alone says how the value is written."""
    if "$ref" in schema:
        return shape_is_plain(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema or "oneOf" in schema:
        return False
    kinds = schema.get("type", [])
    return not {"object", "array"} & set([kinds] if isinstance(kinds, str) else kinds) or "properties" in schema


def test_what_is_committed_is_what_is_built() -> None:
    made = builder().built()
    assert len(made) > 2
    different = [name for name, text in made.items() if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text]
    assert different == [], "run dev/build-schemas"


def test_a_schema_stands_alone() -> None:
    """An editor is given one file: no reference leads out of it, and none leads nowhere."""
    for name in NAMES:
        shipped = json.loads((FOLDER / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(shipped)
        text = json.dumps(shipped)
        references = {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}
        assert references, name
        assert references <= {f"#/$defs/{definition}" for definition in shipped["$defs"]}, name
        assert builder().sources.READ_BY not in text, name
        assert set(shipped["$defs"]) == {reference.rpartition("/")[2] for reference in references}, name


@pytest.mark.parametrize("name", NAMES)
def test_each_key_is_described(name: str) -> None:
    root = whole(name)
    found = list(keys(root))
    assert len(found) > (15 if name in SMALL else 150), name
    without = [path for path, schema in found if len(schema.get("description", "")) < 8]
    assert without == []
    # it is a part of the sentence with which a wrong value is refused
    long = [path for path, schema in found if schema.get("type") == "string" and len(schema["description"].partition(". ")[0]) > 140]
    assert long == []


@pytest.mark.parametrize("name", NAMES)
def test_each_key_whose_shape_is_not_plain_has_an_example(name: str) -> None:
    root = whole(name)
    unread = {path for path, schema in keys(root) if schema.get("x-read-by") == []}
    without = [
        path
        for path, schema in keys(root)
        if not (path.endswith("NAME") or "default" in schema or "examples" in schema or shape_is_plain(schema, root) or path in unread)
    ]
    assert without == []


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_are_accepted(name: str) -> None:
    root = whole(name)
    looked_at = 0
    for path, schema in keys(root):
        values = [*schema.get("examples", []), *([schema["default"]] if "default" in schema else [])]
        checker = jsonschema.Draft202012Validator({**schema, "$defs": root["$defs"]})
        for value in values:
            looked_at += 1
            assert [problem.message for problem in checker.iter_errors(value)] == [], path
    assert looked_at > (1 if name in SMALL else 100)


# keys that a check is given as they are: what the check takes when they are not given stands in both
GIVEN_ON = {
    "flows.N": "flow",
    "$endpoint": "http_probe",
    "alerts": "prometheus_alerts",
    "$part.logs.N": "log_canary",
    "$part.units.N": "systemd_unit",
    "defaults.support": "support_chain",
    "defaults.alerts": "prometheus_alerts",
}
ALSO_GIVEN_ON = {"$part.logs.N": "log_rotation", "$part.scrape.N": "metrics_endpoint"}


def same(one: t.Any, other: t.Any) -> bool:
    def plain(value: t.Any) -> t.Any:
        try:
            return parse_duration(value) if isinstance(value, str) else value
        except ValueError:
            return value

    return bool(plain(one) == plain(other) or [one] == other or str(one) == str(other))


def test_defaults_are_those_of_the_checks() -> None:
    compared = []
    for path, schema in keys(whole("service")):
        above, _dot, key = path.rpartition(".")
        checks = [group[above] for group in (GIVEN_ON, ALSO_GIVEN_ON) if above in group]
        if above == "$part.backups.N":
            checks = ["restic_backup", "file_backup"]
        defaults = [
            load_check(check).ARGUMENT_SPEC[key]["default"]
            for check in checks
            if "default" in load_check(check).ARGUMENT_SPEC.get(key, {}) and load_check(check).ARGUMENT_SPEC[key]["default"] not in ([], {})
        ]
        for default in defaults:
            compared.append(path)
            assert "default" in schema, f"{path}: the check has the default {default}"
            assert same(schema["default"], default), path
    assert len(compared) > 20


@functools.cache
def policies() -> dict[str, set[str]]:
    """The requirements that ship, and the checks that prove each."""
    found: dict[str, set[str]] = {}
    for file in (FOLDER / "policies").glob("*.yml"):
        for identifier, entry in yaml.safe_load(file.read_text(encoding="utf-8"))["requirements"].items():
            checks = {item if isinstance(item, str) else item["check"] for item in entry["proved_by"]}
            found[identifier] = found.get(identifier, set()) | checks
    return found


@pytest.mark.parametrize("name", NAMES)
def test_who_reads_a_key_is_somebody(name: str) -> None:
    known = {*policies(), *CHECKS, *COMPUTED, *builder().AREAS}

    def walk(schema: t.Any, path: str) -> t.Iterator[tuple[str, list[str]]]:
        if isinstance(schema, dict):
            if "x-read-by" in schema:
                yield path, schema["x-read-by"]
            for key, item in schema.items():
                yield from walk(item, f"{path}.{key}")
        elif isinstance(schema, list):
            for item in schema:
                yield from walk(item, path)

    named = list(walk(copy.deepcopy(whole(name)), name))
    assert named
    assert {path: set(readers) - known for path, readers in named if set(readers) - known} == {}
    # a requirement and a check that are named together belong together
    for path, readers in named:
        checks = {reader for reader in readers if reader in CHECKS}
        for identifier in set(readers) & set(policies()) if checks else ():
            assert policies()[identifier] & checks, f"{path}: none of {sorted(checks)} proves {identifier}"


def test_each_option_of_a_backup_is_in_the_schema() -> None:
    known = set(whole("service")["$defs"]["part"]["properties"]["backups"]["items"]["properties"])
    options = {option for check in CHECKS if check.endswith("_backup") for option in load_check(check).ARGUMENT_SPEC}
    assert "repository" in options
    assert options - known == set()
