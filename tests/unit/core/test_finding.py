# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model: statuses and their order, measurements, the round trip through JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import (
    Finding,
    Measurement,
    Status,
    failed,
    isoformat,
    passed,
    unknown,
    warned,
    worst,
)
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from generated import cases, seeded, tries_more


def test_codes_are_those_of_the_design() -> None:
    assert {status.value: status.code for status in Status} == {
        "pass": 0,
        "waived": 1,
        "warn": 2,
        "unknown": 3,
        "fail": 4,
        "not_applicable": None,
        "not_due": None,
    }
    assert str(Status.FAIL) == f"{Status.FAIL}" == "fail"


def test_worst_is_the_highest_code_in_any_order() -> None:
    coded = [status for status in Status if status.code is not None]
    for chosen in itertools.permutations(coded, 3):
        assert worst(chosen).code == max(status.code for status in chosen)  # type: ignore[union-attr, type-var] # each of these has a code


def test_worst_without_a_code() -> None:
    assert worst([]) is None
    assert worst([Status.NOT_DUE]) is Status.NOT_DUE
    assert worst([Status.NOT_APPLICABLE, Status.PASS]) is Status.PASS


@pytest.mark.parametrize(
    ("measurement", "headroom"),
    [
        (Measurement("age", 0, 100, "upper"), 1),
        (Measurement("age", 100, 100, "upper"), 0),
        (Measurement("age", 200, 100, "upper"), -0.5),
        (Measurement("days", 100, 10, "lower"), 0.9),
        (Measurement("days", 10, 10, "lower"), 0),
        (Measurement("days", 0, 10, "lower"), -1),
        (Measurement("zero", 0, 0, "upper"), 0),
        (Measurement("free", 5), None),
        (Measurement("free", 5, 3), None),
    ],
)
def test_headroom(measurement: Measurement, headroom: float | None) -> None:
    assert measurement.headroom == headroom


@tries_more
def test_headroom_is_one_number_whatever_the_direction() -> None:
    chance = seeded(1)
    for _unused in range(cases(500)):
        value, limit, bound = chance.uniform(0, 1e6), chance.uniform(0, 1e6), chance.choice(["upper", "lower"])
        room = Measurement("x", value, limit, bound).headroom
        within = value <= limit if bound == "upper" else value >= limit
        assert room is not None and -1 <= room <= 1
        assert (room >= 0) == within


def test_round_trip_through_json() -> None:
    finding = warned(
        "néw — text",
        observed={"a": [1, {"b": None}]},
        measurements=[Measurement("age_seconds", 12.5, 24, "upper"), Measurement("bare", 1)],
        since="2026-11-25T06:00:00Z",
        details=["one"],
        instance="i",
        host="h",
        instrument="Prometheus http://p",
    )
    assert Finding.from_dict(json.loads(json.dumps(finding.as_dict()))) == finding


def test_from_a_newer_version_unknown_keys_are_left_out() -> None:
    data = {**passed("x", measurements=[Measurement("a", 1)]).as_dict(), "novelty": 1}
    data["measurements"] = [{**data["measurements"][0], "novelty": 2}]
    assert Finding.from_dict(data) == passed("x", measurements=[Measurement("a", 1)])


def test_what_is_null_in_a_finding_is_as_if_it_was_not_there() -> None:
    made = Finding.from_dict({"status": "pass", "message": "x", "check": None, "host": None, "instrument": None})
    assert made == passed("x") and Finding.from_dict(made.as_dict()) == made


def test_makers() -> None:
    assert [make("m").status.value for make in (passed, warned, failed, unknown)] == ["pass", "warn", "fail", "unknown"]


def test_isoformat_is_utc_with_whole_seconds() -> None:
    moment = dt.datetime(2026, 11, 25, 1, 0, 0, 999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert isoformat(moment) == "2026-11-24T23:00:00Z"


def test_what_could_not_be_looked_at_proves_nothing() -> None:
    assert Finding(Status.UNKNOWN, phrase("no answer")).proof == "none"
    assert Finding(Status.UNKNOWN, phrase("no record"), proof="derived").proof == "none"
    seen = Finding(Status.PASS, phrase("it is there"))
    assert seen.proof == "observed" and dataclasses.replace(seen, status=Status.UNKNOWN).proof == "none"
    assert Finding(Status.UNKNOWN, phrase("not believed"), proof="stand_in").proof == "stand_in", "named all the same"


def test_what_an_earlier_version_wrote_of_the_proof_is_kept() -> None:
    assert Finding.from_dict({"status": "unknown", "message": "no answer", "proof": "observed"}).proof == "observed"
