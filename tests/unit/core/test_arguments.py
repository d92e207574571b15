# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check says of its arguments to people who read it (Arguments) is what its spec makes of them."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _checks
from ansible_collections.operability.readiness.plugins.module_utils._argspec import Option, Spec
from ansible_collections.operability.readiness.plugins.module_utils._loading import load_check
from ansible_collections.operability.readiness.plugins.module_utils._units import Comparison

CHECKS = sorted(path.stem for folder in _checks.__path__ for path in pathlib.Path(folder).glob("[a-z]*.py"))
KINDS: dict[str, object] = {"str": str, "path": str, "int": int, "float": float, "bool": bool, "dict": dict, "raw": object}


def parts(kind: t.Any) -> set[object]:
    """The types that a value may have."""
    return set(t.get_args(kind)) if isinstance(kind, types.UnionType) or t.get_origin(kind) is t.Union else {kind}


def problem(option: Option, converted: object, kind: t.Any) -> str | None:
    """Why a type does not fit what the option becomes."""
    absent = not option.get("required") and option.get("default") is None
    if (type(None) in parts(kind)) is not absent:
        return "None is allowed exactly where the option is neither required nor has a default"
    (found,) = parts(kind) - {type(None)}
    if converted is not None:
        return None if found is converted else f"{converted} expected"
    declared = option.get("type", "str")
    if declared == "list":
        return in_list(option, found)
    if "options" in option:
        return "; ".join(compared(option["options"], found, {})) or None
    wanted = KINDS[declared]
    return None if wanted in (found, t.get_origin(found)) else f"{wanted} expected, not {found}"


def in_list(option: Option, kind: t.Any) -> str | None:
    if t.get_origin(kind) is not list:
        return f"a list expected, not {kind}"
    (element,) = t.get_args(kind)
    if "options" in option:
        return "; ".join(compared(option["options"], element, {})) or None
    wanted = KINDS[option.get("elements", "raw")]
    return None if wanted in (element, t.get_origin(element)) else f"a list of {wanted} expected, not of {element}"


def compared(spec: Spec, arguments: t.Any, converted: t.Mapping[str, object]) -> list[str]:
    hints = t.get_type_hints(arguments)
    found = [f"{name}: stands on one side alone" for name in sorted(set(hints) ^ set(spec))]
    for name in sorted(set(hints) & set(spec)):
        why = problem(spec[name], converted.get(name), hints[name])
        found += [f"{name}: {why}"] if why else []
    return found


@pytest.mark.parametrize("name", CHECKS)
def test_arguments_are_what_the_spec_makes_of_them(name: str) -> None:
    check = load_check(name)
    converted: dict[str, object] = {"timeout": float}
    for group, kind in (("DURATIONS", float), ("SIZES", int), ("COMPARISONS", Comparison)):
        converted.update(dict.fromkeys(getattr(check, group, ()), kind))
    timed: Spec = {**check.ARGUMENT_SPEC, "timeout": {"type": "str", "required": True}}  # parse_arguments knows one always
    assert check.Arguments.__total__ is True
    assert compared(timed, check.Arguments, converted) == []


class Wrong(t.TypedDict):
    name: str
    count: int | None
    often: list[int]
    more: bool


def test_what_does_not_fit_is_told() -> None:
    spec: Spec = {
        "name": {"type": "str"},
        "count": {"type": "int", "default": 1},
        "often": {"type": "list", "elements": "str", "default": []},
    }
    found = compared(spec, Wrong, {})
    assert [line.partition(":")[0] for line in found] == ["more", "count", "name", "often"]
