# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies and overlays: merged field by field, each with its origin; levels."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described import policy as _policy
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Policy, Proof, level_of, load, overlay, shipped
from unit.core.described import document, problems_of, templates


def overlaid(requirements: str, *, resolve: t.Any = None, extra: str = "") -> Policy:
    text = f"schema_version: 1\npolicy:\n  requirements: {{{requirements}}}\n{extra}"
    return overlay(load(), document(text, "organisation", resolve=resolve))


def test_what_ships() -> None:
    assert shipped() == ["default", "starter", "vsr"]
    assert all(len(load(name).sha256) == 64 for name in shipped())


def test_a_policy_that_does_not_ship() -> None:
    with pytest.raises(Refused) as problem:
        load("strict", where="organisation.yml:3: policy.name")
    assert problem.value.problems == ["organisation.yml:3: policy.name: there is no policy 'strict'; these ship: default, starter, vsr"]
    with pytest.raises(Refused):
        load("../../etc/passwd")


def test_without_changes_nothing_changes() -> None:
    policy = overlay(load(), document("schema_version: 1\n", "organisation"))
    assert policy == load()


def test_merged_field_by_field_with_the_origin_of_each() -> None:
    policy = overlaid("BKP-01: {impact: {C: major}, remedy: call the backup team, with: {min_count: 3}}")
    rule, below = policy.rules["BKP-01"], load().rules["BKP-01"]
    assert rule.impact == {"C": "major", "B": "blocker", "A": "blocker"} and rule.title == below.title and rule.args == {"min_count": 3}
    assert (rule.origin["remedy"], rule.origin["impact"], rule.origin["args"]) == ("organisation.yml:3",) * 3
    assert rule.origin["title"] == "default policy 1.5.0" and rule.set_by == "default policy 1.5.0, organisation.yml:3"
    assert policy.rules["BKP-02"] == load().rules["BKP-02"]
    assert policy.sha256 != load().sha256


def test_one_overlay_over_another() -> None:
    first = overlaid("BKP-01: {with: {min_count: 3, a: 1}}")
    second = overlay(first, document("schema_version: 1\nservice: {name: x, owner: y}\npolicy: {requirements: {BKP-01: {with: {a: 2}}}}\n"))
    assert second.rules["BKP-01"].args == {"min_count": 3, "a": 2}
    assert second.rules["BKP-01"].origin["args"] == "readiness.yml:3"


def test_an_impact_for_every_level_for_one_and_for_none() -> None:
    assert overlaid("PLT-02: {impact: blocker}").rules["PLT-02"].impact == {"C": "blocker", "B": "blocker", "A": "blocker"}
    assert overlaid("PLT-02: {impact: {A: blocker, C: null}}").rules["PLT-02"].impact == {"B": "major", "A": "blocker"}


def test_a_phase_that_decides_is_not_observed_as_well() -> None:
    rule = overlaid("MON-01: {phases: [pre, post, recheck]}").rules["MON-01"]
    assert (rule.phases, rule.observe) == (("pre", "post", "recheck"), ())
    rule = overlaid("MON-01: {phases: [post], observe: [pre, recheck]}").rules["MON-01"]
    assert (rule.phases, rule.observe) == (("post",), ("pre", "recheck"))


def test_a_requirement_of_the_organisations_own() -> None:
    rule = overlaid("ORG-01: {title: DNS answers, impact: major, proved_by: [{check: command, with: {command: [dig]}, on: probes}]}").rules[
        "ORG-01"
    ]
    assert rule.proved_by == (Proof("command", on="probes", args={"command": ["dig"]}),)
    assert rule.impact["A"] == "major" and rule.phases == ("pre", "post", "recheck") and rule.origin["title"] == "organisation.yml:3"


def test_a_requirement_is_taken_out() -> None:
    policy = overlaid("RUN-05: null, SUP-03: {retired: true}")
    assert "RUN-05" not in policy.rules and policy.rules["SUP-03"].retired


@pytest.mark.parametrize(
    ("requirements", "problem"),
    [
        (
            "BPK-01: {impact: minor}",
            "organisation.yml:3: policy.requirements.BPK-01: the default policy has no such requirement; did you mean BKP-01?",
        ),
        ("ORG-01: null", "organisation.yml:3: policy.requirements.ORG-01: there is no such requirement to take out"),
        ("BKP-01: {proved_by: [restik_backup]}", "organisation.yml:3: BKP-01.proved_by: there is no check 'restik_backup'; known: "),
        ("BKP-01: {proved_by: [{check: os}]}", "organisation.yml:3: BKP-01.proved_by: there is no check 'os'"),
        ("BKP-01: {imapct: minor}", "unknown key 'imapct'; did you mean 'impact'?"),
        ("BKP-01: {impact: {D: minor}}", "unknown key 'D'"),
        ("BKP-01: {phases: [after]}", "'after' is not one of design, pre, post, smoke, recheck"),
        ("BKP-01: {enforce_from: '2027-13-01'}", "'2027-13-01' is not a day of the calendar"),
        ("BKP-01: {applies_to: [cron]}", "'cron' is not one of daemon, batch"),
    ],
)
def test_what_an_overlay_must_not_say(requirements: str, problem: str) -> None:
    problems = problems_of(lambda: overlaid(requirements))
    assert any(problem in line for line in problems), problems


def test_a_file_that_was_written_for_another_version_is_told_not_refused() -> None:
    def versioned(version: str) -> Policy:
        return overlay(load(), document(f"schema_version: 1\npolicy: {{version: '{version}'}}\n", "organisation"))

    assert versioned("1.5.0").notices == ()
    told = "the file was written for version 2.0.0 of the default policy; this collection ships 1.5.0, which holds"
    assert versioned("2.0.0").notices == (f"organisation.yml:2: policy.version: {told}",)


def test_what_has_been_taken_out_is_remembered_until_it_comes_back() -> None:
    policy = overlaid("RUN-05: null, BKP-01: null")
    assert policy.taken_out == {"RUN-05", "BKP-01"}
    own = "schema_version: 1\nservice: {name: x, owner: y}\npolicy: {requirements: {BKP-01: {title: x, impact: minor}}}\n"
    assert overlay(policy, document(own)).taken_out == {"RUN-05"}


def test_a_policy_is_not_left_for_later() -> None:
    problems = problems_of(lambda: overlaid('BKP-01: {title: "{{ x }}"}', resolve=templates()))
    assert problems == ["organisation.yml:3: policy.requirements.BKP-01.title: 'x' is undefined (the policy is needed in every phase)"]


def test_levels() -> None:
    for criticality, risk, complexity in itertools.product(range(4), repeat=3):
        level, reason = level_of({"criticality": criticality, "technical_risk": risk, "complexity": complexity})
        plain = "A" if criticality == 3 else "B" if criticality == 2 else "C"
        raised = risk == 3 or complexity == 3 or risk + complexity >= 4
        assert level == {"C": "B", "B": "A", "A": "A"}[plain] if raised else level == plain
        assert reason.startswith(f"criticality {criticality}, technical risk {risk}, complexity {complexity}")
        assert (f"one level above {plain}" in reason) == (raised and plain != "A")
    assert level_of({})[0] == "C"


def test_a_shipped_policy_that_names_an_unknown_check(tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yml").write_text(
        "name: mine\nversion: 1\nvalid_for: 7d\nrequirements: {ABC-01: {title: x, impact: minor, proved_by: [nothing]}}\n"
    )
    monkeypatch.setattr(_policy, "FOLDER", tmp_path)
    assert "mine.yml: ABC-01.proved_by: there is no check 'nothing'" in problems_of(lambda: load("mine"))[0]
