# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of checks, and what each file of a check must have."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import constraints
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check

ROOT = pathlib.Path(__file__).parents[3]


def test_alphabetical() -> None:
    assert list(CHECKS) == sorted(CHECKS)


def test_a_name_that_is_not_registered() -> None:
    with pytest.raises(KeyError):
        load_check("os")


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_has_what_it_must_have(name: str) -> None:
    check = load_check(name)
    assert CHECKS[name] == check.WHERE
    assert check.WHERE in ("host", "controller", "both", "action")
    assert 0 < check.TIMEOUT <= 3600
    assert callable(check.run)
    for group in ("DURATIONS", "SIZES", "COMPARISONS"):
        for option in getattr(check, group, ()):
            assert check.ARGUMENT_SPEC[option]["type"] == "str", f"{option} of {group} reaches run() parsed, so it is given as text"
    assert set(constraints(check)) <= {"mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by"}
    assert not {"enforce", "timeout"} & set(check.ARGUMENT_SPEC), "options that every check has"


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_a_module_of_its_own(name: str) -> None:
    assert (ROOT / "plugins" / "modules" / f"{name}.py").exists()
