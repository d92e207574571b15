# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave by itself: what an organisation's file gives to whom, and what is said to those who have none."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import RUN, SERVICE, Leave, Loosening
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.authority import Authority, block, waiting
from unit.core.described import document

GIVEN, WAY_OVER, REFUSED = Leave.GIVEN, Leave.WAY_OVER, Leave.REFUSED


def authority(said: str | None, **fields: str) -> Authority:
    """Of payments in production at level A, where the organisation's file says this; None: there is no file."""
    file = None if said is None else document(f"schema_version: 1\n{said}\n", "organisation", name="organisation.yml")
    return Authority.of(file, **{"service": "payments", "environment": "production", "level": "A", **fields})


def looser(kind: str = "limits", **fields: t.Any) -> Loosening:
    return Loosening(
        **{
            "kind": kind,
            "key": "commitments.rpo",
            "declared_in": "readiness.yml:4",
            "message": verbatim("max_age is 48h"),
            "above": verbatim("the policy says 24h"),
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("said", "spoken", "service", "run"),
    [
        (None, False, GIVEN, GIVEN),
        ("mode: enforce", False, WAY_OVER, WAY_OVER),
        ("services_may: []", True, REFUSED, REFUSED),
        ("runs_may: []", True, REFUSED, REFUSED),
        ("services_may: {}", True, REFUSED, REFUSED),
        ("services_may: [mode]", True, GIVEN, REFUSED),
        ("runs_may: [mode]", True, REFUSED, GIVEN),
        ("services_may: [mode]\nruns_may: [mode]", True, GIVEN, GIVEN),
        ("services_may: [limits]\nruns_may: [files]", True, REFUSED, REFUSED),
    ],
)
def test_who_has_leave(said: str | None, spoken: bool, service: Leave, run: Leave) -> None:
    made = authority(said)
    assert (made.leave("mode"), made.leave("mode", by=SERVICE), made.leave("mode", by=RUN)) == (service, service, run)
    assert made.has_spoken is spoken
    assert made.file == (None if said is None else "organisation.yml")


@pytest.mark.parametrize("by", [SERVICE, RUN])
@pytest.mark.parametrize(
    ("layers", "requirement", "leave"),
    [
        ("{default: [mode]}", None, GIVEN),
        ("{default: [mode]}", "BKP-01", GIVEN),
        ("{default: [mode], services: {other: []}}", None, GIVEN),
        ("{default: [], services: {payments: [mode]}}", None, GIVEN),
        ("{environments: {production: [mode]}}", None, GIVEN),
        ("{environments: {staging: [mode]}}", None, REFUSED),
        ("{levels: {A: [mode]}}", None, GIVEN),
        ("{levels: {C: [mode]}}", None, REFUSED),
        ("{services: {payments: [mode]}}", "BKP-01", GIVEN),
        ("{services: {production: [mode], A: [mode]}}", None, REFUSED),
        ("{services: {payments: []}}", None, REFUSED),
    ],
)
def test_where_leave_holds(by: str, layers: str, requirement: str | None, leave: Leave) -> None:
    key, other = ("services_may", "runs_may") if by == SERVICE else ("runs_may", "services_may")
    made = authority(f"{key}: {layers}")
    assert made.leave("mode", requirement, by=by) is leave
    assert made.leave("files", requirement, by=by) is REFUSED, "nothing was said of these"
    assert authority(f"{other}: {layers}").leave("mode", requirement, by=by) is REFUSED, "the leave of another hand"


def test_leave_for_a_requirement_is_the_services_alone() -> None:
    made = authority("services_may: {requirements: {BKP-01: [mode]}}")
    assert [made.leave("mode", name) for name in ("BKP-01", "BKP-02", None)] == [GIVEN, REFUSED, REFUSED]
    assert made.leave("files", "BKP-01") is made.leave("mode", "BKP-01", by=RUN) is REFUSED


def test_leave_of_another_service_environment_or_level_is_none() -> None:
    said = "services_may: {environments: {staging: [limits]}, levels: {C: [policy]}, services: {other: [traits]}}"
    kinds = ("limits", "policy", "traits")
    assert [authority(said).leave(kind) for kind in kinds] == [REFUSED] * 3
    there = authority(said, environment="staging", level="C", service="other")
    assert [there.leave(kind) for kind in kinds] == [GIVEN] * 3


def test_a_service_without_a_level_has_the_leave_of_no_level() -> None:
    made = Authority.of(document("schema_version: 1\nservices_may: {levels: {A: [mode]}}\n", "organisation"), service="s", environment="e")
    assert (made.level, made.leave("mode")) == ("", REFUSED)


@pytest.mark.parametrize(
    ("said", "enforced", "leaves", "refused"),
    [
        (None, True, [GIVEN, GIVEN, GIVEN], 0),
        ("mode: enforce", True, [WAY_OVER, WAY_OVER, WAY_OVER], 0),
        ("services_may: []", True, [REFUSED, REFUSED, REFUSED], 3),
        ("services_may: []", False, [REFUSED, REFUSED, REFUSED], 0),
        ("services_may: [limits]", True, [GIVEN, REFUSED, REFUSED], 2),
        ("services_may: {requirements: {BKP-01: [policy]}}", True, [REFUSED, GIVEN, REFUSED], 2),
        ("services_may: [limits, policy]\nruns_may: [files]", True, [GIVEN, GIVEN, GIVEN], 0),
        ("services_may: [limits, policy, mode]\nruns_may: [mode]", True, [GIVEN, GIVEN, REFUSED], 1),
    ],
)
def test_what_is_looser_is_settled_in_its_order(said: str | None, enforced: bool, leaves: list[Leave], refused: int) -> None:
    given = [looser(), looser("policy", requirement="BKP-01"), looser("files", by=RUN)]
    problems = ["another problem"]
    settled = authority(said).settled(given, enforced=enforced, problems=problems)
    assert [one.leave for one in settled] == leaves
    assert [(one.kind, one.by, one.requirement) for one in settled] == [(one.kind, one.by, one.requirement) for one in given]
    assert problems[0] == "another problem" and len(problems) == 1 + refused


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (
            looser(),
            "readiness.yml:4: commitments.rpo: max_age is 48h; the policy says 24h. A service may tighten this, not loosen it: "
            "take it back, or have operations allow it in organisation.yml (services_may: {services: {payments: [limits]}})",
        ),
        (
            looser("mode", key="readiness_mode", declared_in="", by=RUN),
            "readiness_mode: max_age is 48h; the policy says 24h. A run may tighten this, not loosen it: "
            "take it back, or have operations allow it in organisation.yml (runs_may: {services: {payments: [mode]}})",
        ),
    ],
)
def test_a_refusal_says_where_what_and_the_way_out(one: Loosening, problem: str) -> None:
    problems: list[str] = []
    made = authority("services_may: []")
    made.settled([one], enforced=True, problems=problems)
    assert problems == [problem]
    (way_out,) = [part.rstrip(")") for part in problem.split("organisation.yml (")[1:]]
    assert authority(way_out).leave(one.kind, by=one.by) is GIVEN, "what it advises is leave"


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ({}, "services_may: []\nruns_may: []"),
        ({(SERVICE, "payments"): set()}, "services_may: []\nruns_may: []"),
        ({(SERVICE, "payments"): {"mode", "limits"}}, "services_may:\n  services:\n    payments: [limits, mode]\nruns_may: []"),
        ({(RUN, "payments"): {"tags"}}, "services_may: []\nruns_may:\n  services:\n    payments: [tags]"),
        (
            {(SERVICE, "web"): {"mode"}, (RUN, "web"): {"files"}, (SERVICE, "shop: eu"): {"level"}},
            'services_may:\n  services:\n    "shop: eu": [level]\n    web: [mode]\nruns_may:\n  services:\n    web: [files]',
        ),
    ],
)
def test_the_lines_that_keep_todays_state(kinds: dict[tuple[str, str], set[str]], text: str) -> None:
    assert block(kinds) == text
    read: dict[str, t.Any] = yaml.safe_load(text)
    found = {
        (by, service): set(names)
        for by, key in ((SERVICE, "services_may"), (RUN, "runs_may"))
        for service, names in (read[key]["services"] if read[key] else {}).items()
    }
    assert found == {who: names for who, names in kinds.items() if names}


def test_what_waits_for_a_word_of_the_organisation() -> None:
    loosened = [
        looser(leave=WAY_OVER),
        looser("policy", leave=WAY_OVER),
        looser("policy", leave=WAY_OVER),
        looser("mode", by=RUN, leave=WAY_OVER),
        looser("traits", leave=GIVEN),
        looser("files", by=RUN, leave=REFUSED),
    ]
    assert waiting(loosened, "payments") == {(SERVICE, "payments"): {"limits", "policy"}, (RUN, "payments"): {"mode"}}
    assert waiting([looser(leave=GIVEN), looser(leave=REFUSED)], "payments") == {}


def test_what_is_advised_for_the_way_over_gives_leave_to_all_of_it() -> None:
    given = [looser(), looser("mode", by=RUN)]
    settled = authority("mode: enforce").settled(given, enforced=True, problems=[])
    after = authority(block(waiting(settled, "payments"))).settled(given, enforced=True, problems=[])
    assert [one.leave for one in after] == [GIVEN, GIVEN]
