# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a check finds can be adopted: the file that adopt writes is one that the gate reads, with all that stood in it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, and_more, phrase
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, COMPUTED
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import fault_of, news
from ansible_collections.operability.readiness.plugins.plugin_utils._model.fault import Fault
from unit.core.debt_file import through_the_file

SAID = [phrase("{path:path} is full", path=f"/{number}") for number in range(3)]
# by the type of a field, as it is annotated, a value that is not what stands there anyway
GIVEN: dict[str, t.Any] = {
    "str": "x",
    "str | None": "2026-11-25T06:00:00Z",
    "bool": True,
    "bool | None": True,
    "int | None": 3,
    "float": 2.5,
    "float | None": 1.5,
    "dict[str, object]": {"ActiveState": "active", "UnitFileState": "enabled"},
    "Message": and_more(SAID),
    "Message | None": phrase("repair it"),
    "list[Message]": SAID,
}
SPECIAL: dict[str, t.Any] = {"status": Status.FAIL, "bound": "upper"}


def filled(kind: t.Any, **more: t.Any) -> t.Any:
    """A value whose every field says something, also those that come later."""
    given = {field.name: SPECIAL.get(field.name, GIVEN.get(str(field.type))) for field in dataclasses.fields(kind)}
    given.update(more)
    assert [name for name, value in given.items() if value is None] == [], "say here what stands in such a field"
    return kind(**given)


def test_every_field_of_a_fault_is_in_the_file_and_read_again() -> None:
    whole = filled(Fault, measurements=(filled(Measurement),), good=("x",), wrong=("x",))
    seen = filled(
        Finding, check="systemd_unit", measurements=[filled(Measurement), filled(Measurement, name="y", bound="lower", count=False)]
    )
    fault = fault_of(seen)
    assert {field.name for field in dataclasses.fields(Fault) if not getattr(fault, field.name)} == set(), "nothing is left empty"
    assert through_the_file(seen) == [fault]
    assert dataclasses.asdict(whole).keys() == dataclasses.asdict(fault).keys()


@pytest.mark.parametrize("check", [*CHECKS, *COMPUTED, ""])
@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN, Status.UNKNOWN])
def test_what_any_check_finds_can_be_adopted(check: str, status: Status) -> None:
    bare = Finding(status, Message("x"), check=check)
    for seen in (filled(Finding, check=check, status=status, measurements=[filled(Measurement)]), bare):
        assert through_the_file(seen) == [fault_of(seen)]
        assert news(seen, through_the_file(seen), ()) is None
