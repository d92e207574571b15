# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was demanded at ``pre`` and is at ``post``: a file that changed in between is told, and less that is demanded is a finding."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.demands import looser
from ansible_collections.operability.readiness.plugins.plugin_utils._model.demands import Demands
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Loosening
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from unit.core.judged import asked, check, found, one, plan, waiver
from unit.core.test_gate import NOW, House, record_of

FILES = {"service_file": {"path": "readiness.yml", "sha256": "1"}, "organisation_file": {"path": "o.yml", "sha256": "2"}}
R01, R02 = asked("R-01", checks=[check("R-01/0", hosts=("h1",))]), asked("R-02", "major", state="not_declared")
DEL04 = asked("DEL-04", checks=[check("DEL-04/0", check="baseline")])
BEFORE = plan(R01, R02, DEL04, phase="pre", mode="enforce", inputs=FILES, ratchet=True, waivers=(waiver("R-02"),), expected_hosts=("h1",))
AFTER = dataclasses.replace(BEFORE, phase="post")
LATER = NOW + dt.timedelta(hours=1)


def with_requirements(*requirements: t.Any, **fields: t.Any) -> Plan:
    return dataclasses.replace(AFTER, requirements=requirements, **fields)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (with_requirements(R01, DEL04), "R-02 is not asked any more"),
        (with_requirements(dataclasses.replace(R01, impact="minor"), R02, DEL04), "R-01 is minor, was blocker"),
        (with_requirements(asked("R-01", phases=("pre",)), R02, DEL04), "R-01 is not asked at post, recheck"),
        (with_requirements(asked("R-01", state="not_applicable"), R02, DEL04), "R-01 does not apply any more"),
        (dataclasses.replace(AFTER, level="C"), "the level is C, was A"),
        (dataclasses.replace(AFTER, mode="observe"), "the mode is observe, was enforce"),
        (dataclasses.replace(AFTER, ratchet=False), "the ratchet is off"),
        (dataclasses.replace(AFTER, overdue="warn"), "overdue reservations only warn"),
        (dataclasses.replace(AFTER, waivers=(*AFTER.waivers, waiver("R-01"))), "R-01 is let off"),
        (dataclasses.replace(AFTER, waivers=(*AFTER.waivers, waiver("R-01", kind="debt", declared_in="d.yml:3"))), "R-01 is let off"),
        (
            dataclasses.replace(AFTER, loosened=(Loosening("limits", "commitments.rpo", "readiness.yml:3", phrase("x"), phrase("y")),)),
            "commitments.rpo is loosened",
        ),
    ],
)
def test_what_is_less(now: Plan, words: str) -> None:
    assert looser(Demands.of(BEFORE), Demands.of(now)) == f"less is demanded than at pre of this deployment: {words}"


@pytest.mark.parametrize(
    "now",
    [
        AFTER,
        with_requirements(R01, R02, DEL04, asked("R-03")),
        with_requirements(R01, dataclasses.replace(R02, impact="blocker"), DEL04),
        with_requirements(asked("R-01", phases=("pre", "post", "smoke", "recheck")), R02, DEL04),
        dataclasses.replace(AFTER, waivers=()),
        dataclasses.replace(AFTER, waivers=(*AFTER.waivers, waiver("R-01", declared_in="o.yml:4"))),  # operations accept it
        dataclasses.replace(AFTER, waivers=(*AFTER.waivers, waiver("R-01", state="refused"))),
    ],
)
def test_as_much_or_more_is_nothing_to_tell(now: Plan) -> None:
    assert looser(Demands.of(BEFORE), Demands.of(now)) is None


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return House(tmp_path)


def after_pre(house: House, now: Plan) -> dict[str, t.Any]:
    """The record of ``post``, after a ``pre`` of the same deployment."""
    spool = house.spool(phase="pre")
    spool.save("h1", {"R-01/0": [found("pass", host="h1")]})
    house.speak(using=BEFORE, statuses={})
    return record_of(house.speak(using=now, statuses={"h1": "pass"}, now=LATER))


def test_the_same_files_say_nothing(house: House) -> None:
    record = after_pre(house, AFTER)
    assert not any("of this deployment" in notice and "another one" in notice for notice in record["judgement"]["notices"])
    assert "less is demanded" not in one(record["judgement"], "DEL-04")["message"]


def test_a_file_that_changed_in_between_is_told(house: House) -> None:
    record = after_pre(house, dataclasses.replace(AFTER, inputs={**FILES, "service_file": {"path": "readiness.yml", "sha256": "9"}}))
    assert "the service file is another one than at pre of this deployment" in record["judgement"]["notices"]
    assert not any("organisation file" in notice for notice in record["judgement"]["notices"])


def test_less_is_a_finding_of_the_comparison(house: House) -> None:
    record = after_pre(house, with_requirements(dataclasses.replace(R01, impact="minor"), R02, DEL04))
    statuses = {item["message"]: item["status"] for item in one(record["judgement"], "DEL-04")["findings"]}
    assert statuses["less is demanded than at pre of this deployment: R-01 is minor, was blocker"] == "warn"


def test_without_a_comparison_it_is_a_notice(house: House) -> None:
    record = after_pre(house, with_requirements(dataclasses.replace(R01, impact="minor"), R02))
    assert any(
        "less is demanded than at pre" in notice and "DEL-04 is not asked any more" in notice for notice in record["judgement"]["notices"]
    )


def test_another_deployment_is_compared_with_none(house: House) -> None:
    house.spool(phase="pre").save("h1", {"R-01/0": [found("pass", host="h1")]})
    house.speak(using=BEFORE, statuses={})
    less = with_requirements(dataclasses.replace(R01, impact="minor"), R02, DEL04)
    record = record_of(house.speak(using=less, statuses={"h1": "pass"}, now=LATER, version="2.0"))
    assert "less is demanded" not in str(record["judgement"]["requirements"])
