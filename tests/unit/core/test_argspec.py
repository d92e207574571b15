# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments: validated by Ansible's own rules, completed, units parsed, refused with a sentence each."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import (
    HTTP_SPEC,
    ArgumentsRefused,
    constraints,
    http_spec,
    parse_arguments,
    secret_options,
)


def check(**changes: t.Any) -> t.Any:
    return types.SimpleNamespace(
        **{
            "TIMEOUT": 30.0,
            "ARGUMENT_SPEC": {
                "path": {"type": "str", "required": True},
                "max_age": {"type": "str", "default": "24h"},
                "size": {"type": "str"},
                "limit": {"type": "str"},
                "count": {"type": "int"},
                "secret": {"type": "str", "no_log": True},
            },
            "DURATIONS": ("max_age",),
            "SIZES": ("size",),
            "COMPARISONS": ("limit",),
            **changes,
        }
    )


def test_defaults_are_added_and_units_parsed() -> None:
    args = parse_arguments(check(), {"path": "/x", "size": "1KiB", "limit": "< 90%", "count": "3"})
    assert (args["max_age"], args["size"], args["limit"].value, args["count"], args["timeout"]) == (86400, 1024, 0.9, 3, 30)
    assert args["secret"] is None


def test_none_is_not_given() -> None:
    assert parse_arguments(check(), {"path": "/x", "max_age": None, "timeout": None})["max_age"] == 86400


def test_the_time_out_is_a_duration() -> None:
    assert parse_arguments(check(), {"path": "/x", "timeout": "2m"})["timeout"] == 120


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "path"),
        ({"path": "/x", "pathh": 1}, "pathh"),
        ({"path": "/x", "count": "many"}, "count"),
        ({"path": "/x", "max_age": "soon"}, "max_age: 'soon' is not a duration"),
        ({"path": "/x", "size": "big"}, "size: 'big' is not a size"),
        ({"path": "/x", "limit": "90"}, "limit: '90' is not a comparison"),
        ({"path": "/x", "timeout": "-1"}, "timeout: '-1' is not a duration"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(given: dict[str, t.Any], words: str) -> None:
    with pytest.raises(ArgumentsRefused) as refused:
        parse_arguments(check(), given)
    assert words in str(refused.value) and refused.value.problems


def test_every_unit_problem_is_told_at_once() -> None:
    with pytest.raises(ArgumentsRefused) as refused:
        parse_arguments(check(), {"path": "/x", "max_age": "a", "size": "b", "limit": "c"})
    assert len(refused.value.problems) == 3


def test_constraints_count() -> None:
    with_constraints = check(CONSTRAINTS={"required_one_of": [("size", "count")]})
    assert constraints(with_constraints) == {"required_one_of": [("size", "count")]}
    assert constraints(check()) == {}
    with pytest.raises(ArgumentsRefused, match="one of the following"):
        parse_arguments(with_constraints, {"path": "/x"})


def test_secrets_are_the_options_that_must_not_be_logged() -> None:
    assert secret_options(check()) == ["secret"]
    assert secret_options(types.SimpleNamespace(ARGUMENT_SPEC=HTTP_SPEC)) == ["bearer_token", "url_password"]


def test_a_changed_copy_leaves_the_original_alone() -> None:
    spec = http_spec(url={"required": True}, extra={"type": "int"})
    assert spec["url"] == {"type": "str", "required": True} and spec["extra"] == {"type": "int"}
    assert "required" not in HTTP_SPEC["url"] and "extra" not in HTTP_SPEC
