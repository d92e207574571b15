# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a run as an action takes them: one that cannot be used is refused as input is, and ends no play. PRIVATE.

The mode says whether a play stops; an option that Ansible itself refused would stop it whatever the mode.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._described.document import plain
from .._model.text import escape

NEEDED = ("phase", "service_file")  # without them nothing can be judged
LONGEST = 60
_WORDS = {"bool": "true or false", "dict": "a mapping", "list": "a list", "int": "a whole number"}

Option = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Parameters:
    """The options of an action with their defaults, and by name why others are left out."""

    options: t.Mapping[str, t.Any]
    refused: t.Mapping[str, str]
    errors: tuple[str, ...] = ()  # what is wrong with the task itself, or with what is needed


def parameters(spec: t.Mapping[str, Option], given: t.Mapping[str, object]) -> Parameters:
    """What of the given options can be used; the others have their defaults, and are told."""
    values = {name: plain(value) for name, value in given.items()}
    refused = {}
    # what a task must say of itself is wrong with the task
    for name in [name for name in values if name in spec and name not in NEEDED and not spec[name].get("required")]:
        alone = ArgumentSpecValidator({name: {**spec[name], "required": False}}).validate({name: values[name]})
        if alone.error_messages and values[name] is not None:
            refused[name] = f"{name} (readiness_{name}): {_expected(spec[name], values.pop(name), alone.error_messages)}"
    result = ArgumentSpecValidator(dict(spec)).validate(values)
    return Parameters(result.validated_parameters, refused, tuple(result.error_messages))


def _expected(option: Option, value: object, said: t.Sequence[str]) -> str:
    found = f"found '{escape(str(value), LONGEST)}'"
    if option.get("choices"):
        return f"expected {' or '.join(map(str, option['choices']))}, {found}"
    words = _WORDS.get(str(option.get("type")))
    if words is None or isinstance(value, (dict, list)):  # what is wrong lies within
        return "; ".join(said)
    keys = f" with {', '.join(option['options'])}" if option.get("options") else ""
    return f"expected {words}{keys}, {found}"


__all__ = ("NEEDED", "Parameters", "parameters")
