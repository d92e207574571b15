# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who accepts a deviation, in whose file, and how long: what is in force, what is a request, what is refused."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._described.approvals import Brought
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import LONGEST_WAIVER, load, shipped
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from unit.core.described import TODAY, describe, document, one, plan_of, problems_of

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 2}
"""
SHARED = "schema_version: 1\nmode: enforce\nservices_may: []\napprovers: {blocker: [head, director]}\n"
ENTRY = "requirement: BKP-01, reason: r, approved_by: %s, until: %s"
OWN = SERVICE + "waivers: [{" + ENTRY % ("head", "2027-01-01") + "}]\n"
NEXT_YEAR = "2027-11-25"


def theirs(*entries: str, key: str = "waivers", name: str = "readiness.d/payments.yml") -> t.Any:
    """A file of readiness.d."""
    listed = "".join(f"  - {{{entry}}}\n" for entry in entries)
    return document(f"schema_version: 1\n{key}:\n{listed}", "approvals", name=name, folder="/etc/org/readiness.d")


def made(service: str = SERVICE, organisation: str | None = SHARED, *files: t.Any, brought: t.Any = None, phase: str = "pre") -> Plan:
    described = describe(service, organisation, phase=phase)
    return plan_of(dataclasses.replace(described, approvals=files, brought=brought))


def states(plan: Plan) -> list[str]:
    return [waiver.state.value for waiver in plan.waivers]


def kinds(plan: Plan) -> list[tuple[str, str, str]]:
    return [(item.kind, item.key, item.leave.value) for item in plan.loosened]


# -- in whose file it stands


def test_in_a_service_file_it_is_a_request() -> None:
    plan = made(OWN)
    (waiver,) = plan.waivers
    assert (waiver.state, waiver.copy_into) == ("requested", "readiness.d/payments.yml: waivers")
    assert waiver.to_copy == "- {service: payments, requirement: BKP-01, reason: r, approved_by: head, until: '2027-01-01'}"
    assert (
        "readiness.yml:4: that BKP-01 is accepted is a request, without effect: it counts once operations has it in "
        "readiness.d/payments.yml: waivers" in plan.notices
    )
    assert kinds(plan) == [], "a request is nothing looser"


def test_the_line_that_is_copied_is_in_force() -> None:
    line = str(made(OWN).waivers[0].to_copy)
    copied = document(f"schema_version: 1\nwaivers:\n{line}\n", "approvals", name="readiness.d/payments.yml")
    plan = made(SERVICE, SHARED, copied)
    assert states(plan) == ["active"] and plan.waivers[0].declared_in == "readiness.d/payments.yml:3"
    both = made(OWN, SHARED, copied)
    assert states(both) == ["active"], "and the request is done"
    assert "readiness.yml:4: the waiver of BKP-01 can be removed: it stands in readiness.d/payments.yml:3 too" in both.notices


def test_a_line_to_copy_is_yaml_whatever_stands_in_it() -> None:
    reason = 'a "quoted": {thing}, #1\\nand - more'
    own = SERVICE + f"waivers: [{{requirement: BKP-01, reason: {yaml.safe_dump(reason).strip()}, approved_by: me, until: 2027-01-01}}]\n"
    (entry,) = yaml.safe_load(str(made(own).waivers[0].to_copy))
    assert entry["reason"] == reason
    assert entry["approved_by"] == "one of: head, director", "who may not approve is not written down as if"
    copied = document(
        f"schema_version: 1\nwaivers: [{yaml.safe_dump(entry, default_flow_style=True).strip()}]\n", "approvals", name="a.yml"
    )
    assert states(made(SERVICE, SHARED, copied)) == ["refused"]


@pytest.mark.parametrize(
    ("may", "state", "told"),
    [
        ("services_may: []\n", "requested", []),
        ("services_may: [limits]\n", "requested", []),
        ("runs_may: [mode]\n", "requested", []),
        ("services_may: [approvers]\n", "active", [("approvers", "waivers.0", "given")]),
        ("services_may: {services: {payments: [approvers]}}\n", "active", [("approvers", "waivers.0", "given")]),
        ("services_may: {services: {other: [approvers]}}\n", "requested", []),
        ("services_may: {requirements: {BKP-01: [approvers]}}\n", "active", [("approvers", "waivers.0", "given")]),
        ("services_may: {levels: {B: [approvers]}}\n", "active", [("approvers", "waivers.0", "given")]),
        ("services_may: {levels: {C: [approvers]}}\n", "requested", []),
        ("", "active", [("approvers", "waivers.0", "way_over")]),  # of 0.2: nobody is stopped on the day of the upgrade
    ],
)
def test_leave_makes_it_count(may: str, state: str, told: list[tuple[str, str, str]]) -> None:
    plan = made(OWN, SHARED.replace("services_may: []\n", may))
    assert (states(plan), kinds(plan)) == ([state], told)


def test_who_has_no_right_has_none_with_leave_either() -> None:
    shared = SHARED.replace("services_may: []", "services_may: [approvers]")
    plan = made(OWN.replace("head", "me"), shared)
    assert states(plan) == ["refused"] and kinds(plan) == []
    assert "me may not approve it; these may: head, director" in " ".join(plan.notices)


@pytest.mark.parametrize("organisation", [None, "schema_version: 1\nmode: enforce\nservices_may: []\napprovers: {major: [head]}\n"])
def test_where_the_organisation_names_nobody_all_stays_as_it_is(organisation: str | None) -> None:
    assert states(made(OWN.replace("head", "anybody"), organisation)) == ["active"]
    own = OWN + "approvers: {blocker: [owner]}\n"
    assert states(made(own, organisation)) == ["refused"]
    assert states(made(own.replace("approved_by: head", "approved_by: owner"), organisation)) == ["active"]


def test_the_impact_that_holds_says_who_is_asked() -> None:
    shared = SHARED.replace("blocker:", "major:")
    assert states(made(OWN, shared)) == ["active"], "BKP-01 is a blocker"
    stricter = (
        SERVICE
        + "requirements: {PLT-02: {impact: blocker}}\nwaivers: [{"
        + (ENTRY % ("head", "2027-01-01")).replace("BKP-01", "PLT-02")
        + "}]\n"
    )
    assert states(made(stricter, SHARED)) == ["requested"]


def test_a_stricter_impact_does_not_lead_past_those_who_approve() -> None:
    """The policy says that PLT-02 is major; nobody is named for a blocker."""
    stricter = SERVICE + "requirements: {PLT-02: {impact: blocker}}\n"
    entry = (ENTRY % ("me", "2027-01-01")).replace("BKP-01", "PLT-02")
    assert states(made(stricter + f"waivers: [{{{entry}}}]\n", ON_MAJOR)) == ["requested"]
    absent = "requirements: {PLT-02: {impact: blocker, not_applicable: no host, approved_by: me, until: 2027-01-01}}\n"
    plan = made(SERVICE + absent, ON_MAJOR)
    assert one(plan, "PLT-02").state is PlanState.PLANNED and states(plan) == ["requested"]


def test_a_requirement_of_its_own_lowers_no_level() -> None:
    lower = SERVICE.replace("criticality: 2", "criticality: 3, level: C")
    lower += "requirements: {LVL-01: {title: x, impact: minor, check: command, with: {command: [a]}}}\n"
    with pytest.raises(Refused, match="the gate itself speaks under the names LVL-..."):
        made(lower + "waivers: [{" + (ENTRY % ("me", "2027-01-01")).replace("BKP-01", "LVL-01") + "}]\n")


def test_a_lower_level() -> None:
    lower = SERVICE.replace("criticality: 2", "criticality: 3, level: C")
    entry = (ENTRY % ("head", "2027-01-01")).replace("BKP-01", "LVL-01")
    asked = made(lower + f"waivers: [{{{entry}}}]\n")
    assert asked.level == "A" and states(asked) == ["requested"]
    assert made(lower, SHARED, theirs(f"service: payments, {entry}")).level == "C"
    assert made(lower, SHARED, theirs(f"service: payments, {entry}".replace("head", "me"))).level == "A"
    assert made(lower, SHARED, theirs(f"service: payments, {entry}".replace("2027-01-01", "9999-01-01"))).level == "A"


# -- in the organisation's files


def test_in_readiness_d_it_is_in_force() -> None:
    plan = made(SERVICE, SHARED, theirs("service: payments, " + ENTRY % ("head", "2027-01-01")))
    (waiver,) = plan.waivers
    assert (waiver.state, waiver.declared_in, waiver.to_copy) == ("active", "readiness.d/payments.yml:3", None)
    assert plan.notices == () and kinds(plan) == []
    inputs = plan.inputs["approvals"]
    assert inputs and inputs["path"] == "readiness.d/payments.yml" and len(str(inputs["sha256"])) == 64


@pytest.mark.parametrize(("approver", "until"), [("me", "2027-01-01"), ("head", "9999-01-01"), ("head", "2027-12-31")])
def test_in_readiness_d_it_is_refused_all_the_same(approver: str, until: str) -> None:
    assert states(made(SERVICE, SHARED, theirs("service: payments, " + ENTRY % (approver, until)))) == ["refused"]


def test_of_another_service_it_is_nobody_s_business() -> None:
    plan = made(
        SERVICE,
        SHARED,
        theirs(
            "service: other, " + ENTRY % ("head", "2027-01-01"),
            "service: other, requirement: XX-01, reason: r, approved_by: x, until: 2027-01-01",
        ),
    )
    assert plan.waivers == () and plan.notices == () and plan.inputs["approvals"] is None


def test_of_every_service_it_counts_for_none() -> None:
    plan = made(SERVICE, SHARED, theirs("service: '*', " + ENTRY % ("head", "2027-01-01")))
    assert plan.waivers == ()
    assert "readiness.d/payments.yml:3: BKP-01 is accepted for no service" in plan.notices[0]


def test_the_same_waiver_twice() -> None:
    entry = "service: payments, " + ENTRY % ("head", "2027-01-01")
    (problem,) = problems_of(lambda: made(SERVICE, SHARED, theirs(entry, entry)))
    assert problem == "readiness.d/payments.yml:4: waivers.1: the same is waived twice (BKP-01); one can be removed"
    in_two = made(SERVICE, SHARED, theirs(entry.replace("head", "me"), name="readiness.d/a.yml"), theirs(entry, name="readiness.d/b.yml"))
    assert states(in_two) == ["active"], "the one that counts"
    assert any(notice.startswith("readiness.d/a.yml:3: the waiver of BKP-01 can be removed") for notice in in_two.notices)


def test_an_entry_of_what_is_not_asked_is_told_with_its_line() -> None:
    entry = (ENTRY % ("head", "2027-01-01")).replace("BKP-01", "XXX-01")
    (problem,) = problems_of(lambda: made(SERVICE, SHARED, theirs(f"service: payments, {entry}")))
    assert problem == "readiness.d/payments.yml:3: waivers.0.requirement: there is no requirement XXX-01"
    (problem,) = problems_of(lambda: made(SERVICE, SHARED, theirs(f"service: payments, {entry}", key="not_applicable")))
    assert problem == "readiness.d/payments.yml:3: not_applicable.0.requirement: there is no requirement XXX-01"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waivers: []\n", "'schema_version' is missing"),
        ("schema_version: 1\nwaiver: []\n", "readiness.d/a.yml:2:1: waiver: unknown key 'waiver'; did you mean 'waivers'?"),
        ("schema_version: 1\nwaivers: [{requirement: BKP-01, reason: r, approved_by: a, until: 2027-01-01}]\n", "'service' is missing"),
        ("schema_version: 1\nnot_applicable: [{service: a, requirement: BKP-01, reason: r, approved_by: a}]\n", "'until' is missing"),
        ("schema_version: 1\napproved_decisions: [{service: a, id: b, digest: c}]\n", "'environment' is missing"),
        ("schema_version: 1\nwaivers: [{service: a, requirement: BKP-01, reason: r, approved_by: a, until: '2027-02-30'}]\n", "not a day"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line(text: str, words: str) -> None:
    problems = problems_of(lambda: document(text, "approvals", name="readiness.d/a.yml"))
    assert any("readiness.d/a.yml" in problem and words in problem for problem in problems), problems


# -- approvers


def test_approvers_of_a_service_do_not_take_the_place_of_the_organisation_s() -> None:
    own = OWN.replace("approved_by: head", "approved_by: me") + "approvers: {blocker: [me]}\n"
    (problem,) = problems_of(lambda: made(own))
    assert problem.startswith(
        "readiness.yml:5: approvers.blocker: me may approve what is a blocker; "
        "organisation.yml:4 names who approves a blocker: head, director"
    )
    told = made(own, SHARED.replace("enforce", "observe"))
    assert states(told) == ["requested"] and kinds(told) == [("approvers", "approvers.blocker", "refused")]
    given = made(own, SHARED.replace("services_may: []", "services_may: [approvers]"))
    assert states(given) == ["active"]
    assert kinds(given) == [("approvers", "approvers.blocker", "given"), ("approvers", "waivers.0", "given")]


def test_fewer_approvers_are_stricter() -> None:
    plan = made(
        OWN.replace("waivers", "approvers: {blocker: [director]}\nwaivers"), SHARED.replace("services_may: []", "services_may: [approvers]")
    )
    assert states(plan) == ["refused"] and kinds(plan) == []
    assert kinds(made(SERVICE + "approvers: {blocker: [head], major: [me]}\n")) == []


def test_nobody_may() -> None:
    nobody = SHARED.replace("[head, director]", "[]")
    plan = made(OWN, nobody)
    assert states(plan) == ["requested"] and "approved_by: 'one of: nobody'" in str(plan.waivers[0].to_copy)
    assert states(made(SERVICE, nobody, theirs("service: payments, " + ENTRY % ("head", "2027-01-01")))) == ["refused"]


# -- how long


@pytest.mark.parametrize("name", shipped())
def test_the_policies_that_ship_bound_it(name: str) -> None:
    assert load(name).max_waiver == LONGEST_WAIVER == "400d"


@pytest.mark.parametrize(
    ("dates", "organisation", "state"),
    [
        ("until: 2027-12-30", "", "active"),  # 400 days from today
        ("until: 2027-12-31", "", "refused"),
        ("until: 9999-01-01", "", "refused"),
        ("from: 2026-11-01, until: 2027-12-06", "", "active"),
        ("from: 2026-11-01, until: 2027-12-07", "", "refused"),
        ("from: 2020-01-01, until: 2026-12-31", "", "refused"),
        ("from: 9000-01-01, until: 9001-01-01", "", "not_yet"),
        ("from: 9000-01-01, until: 9999-01-01", "", "refused"),
        ("until: 2027-12-31", "policy: {max_waiver: 2y}\n", "active"),
        ("until: 2027-01-25", "policy: {max_waiver: 60d}\n", "refused"),
        ("until: 2027-01-24", "policy: {max_waiver: 60d}\n", "active"),
        ("from: 2026-11-01, until: 2027-12-31", "policy: {requirements: {BKP-01: {max_waiver: 2y}}}\n", "active"),
        ("until: 2027-01-01", "policy: {max_waiver: 2y, requirements: {BKP-01: {max_waiver: 60d}}}\n", "refused"),  # no from
        ("from: 2026-11-01, until: 2027-01-01", "policy: {max_waiver: 1d, requirements: {BKP-01: {max_waiver: 90d}}}\n", "active"),
        ("from: 2026-11-01, until: 2026-11-24", "policy: {max_waiver: 1d}\n", "expired"),
    ],
)
def test_how_long_it_may_last(dates: str, organisation: str, state: str) -> None:
    entry = f"requirement: BKP-01, reason: r, approved_by: head, {dates}"
    for shared, service, files in (
        ("schema_version: 1\n" + organisation, SERVICE + f"waivers: [{{{entry}}}]\n", ()),
        (SHARED + organisation, SERVICE, (theirs(f"service: payments, {entry}"),)),
    ):
        assert states(made(service, shared, *files)) == [state]


def test_what_would_be_too_long_is_no_request() -> None:
    plan = made(OWN.replace("2027-01-01", "9999-01-01"))
    assert states(plan) == ["refused"] and plan.waivers[0].to_copy is None
    assert "readiness.yml:4: the waiver of BKP-01 does not count: it ends in 2911750 days, the policy allows at most 400 d" in plan.notices


def test_a_service_does_not_lengthen_it() -> None:
    longer = SERVICE + "policy: {max_waiver: 3y}\n"
    (problem,) = problems_of(lambda: made(longer))
    assert "readiness.yml:4: policy.max_waiver: waivers may last 1095 d; above it they may last 400 d" in problem
    shared = SHARED.replace("services_may: []", "services_may: [limits]")
    assert kinds(made(longer, shared)) == [("limits", "policy.max_waiver", "given")]
    assert made(SERVICE + "policy: {max_waiver: 60d}\n").loosened == ()


# -- what is not applicable

NONE = "requirements: {PLT-02: {not_applicable: no host, approved_by: head, until: %s}}\n"
ON_MAJOR = SHARED.replace("blocker:", "major:")


def test_that_something_is_not_applicable_is_a_request_too() -> None:
    plan = made(SERVICE + NONE % "2027-01-01", ON_MAJOR)
    assert one(plan, "PLT-02").state is PlanState.PLANNED
    (waiver,) = plan.waivers
    assert (waiver.state, waiver.kind, waiver.copy_into) == ("requested", "not_applicable", "readiness.d/payments.yml: not_applicable")
    line = str(waiver.to_copy)
    assert line == "- {service: payments, requirement: PLT-02, reason: no host, approved_by: head, until: '2027-01-01'}"
    copied = document(f"schema_version: 1\nnot_applicable:\n{line}\n", "approvals", name="readiness.d/payments.yml")
    accepted = made(SERVICE, ON_MAJOR, copied)
    item = one(accepted, "PLT-02")
    assert (item.state, item.why) == (PlanState.NOT_APPLICABLE, "no host (approved by head until 2027-01-01)") and accepted.waivers == ()
    both = made(SERVICE + NONE % "2027-01-01", ON_MAJOR, copied)
    assert one(both, "PLT-02").state is PlanState.NOT_APPLICABLE and both.waivers == (), "it is no request any more"


@pytest.mark.parametrize(
    ("organisation", "until", "state"),
    [
        (None, "2027-01-01", PlanState.NOT_APPLICABLE),
        (SHARED, "2027-01-01", PlanState.NOT_APPLICABLE),  # it names nobody for what is major
        (ON_MAJOR.replace("services_may: []", "services_may: [approvers]"), "2027-01-01", PlanState.NOT_APPLICABLE),
        (ON_MAJOR.replace("services_may: []\n", ""), "2027-01-01", PlanState.NOT_APPLICABLE),
        (None, "2026-11-24", PlanState.PLANNED),
        (None, "9999-01-01", PlanState.PLANNED),
        (ON_MAJOR, "9999-01-01", PlanState.PLANNED),
    ],
)
def test_when_it_counts_in_a_service_file(organisation: str | None, until: str, state: PlanState) -> None:
    plan = made(SERVICE + NONE % until, organisation)
    assert one(plan, "PLT-02").state is state and plan.waivers == ()
    in_force_by_leave = organisation not in (None, SHARED) and state is PlanState.NOT_APPLICABLE
    assert [item.key for item in plan.loosened] == (["requirements.PLT-02.not_applicable"] if in_force_by_leave else [])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("approved_by: me, until: 2027-01-01", "does not count: me may not approve it; these may: head, director"),
        ("approved_by: head, until: 9999-01-01", "the policy allows at most 400 d"),
        ("approved_by: head, until: 2026-11-24", "was not applicable until 2026-11-24; that has ended, so it is asked again"),
        ("approved_by: head, from: 2026-11-26, until: 2027-01-01", ""),
    ],
)
def test_what_the_organisation_says_does_not_count_in_any_case(entry: str, words: str) -> None:
    plan = made(SERVICE, ON_MAJOR, theirs(f"service: payments, requirement: PLT-02, reason: no host, {entry}", key="not_applicable"))
    assert one(plan, "PLT-02").state is PlanState.PLANNED
    assert words in " ".join(plan.notices) and bool(words) == bool(plan.notices)


def test_a_new_entry_follows_one_that_has_ended() -> None:
    entry = "service: payments, requirement: PLT-02, reason: no host, approved_by: head, until: %s"
    plan = made(SERVICE, ON_MAJOR, theirs(entry % "2026-11-01", entry % "2027-01-01", key="not_applicable"))
    assert one(plan, "PLT-02").state is PlanState.NOT_APPLICABLE


# -- what git says (four_eyes)


def test_git_has_the_last_word_where_it_is_asked() -> None:
    file = theirs("service: payments, " + ENTRY % ("head", "2027-01-01"))
    place = (file.name, "waivers", 0)
    good = made(
        SERVICE,
        SHARED,
        file,
        brought={place: Brought(True, phrase("commit {commit:path} stands on {branch:path}", commit="a1", branch="b"))},
    )
    assert states(good) == ["active"] and good.waivers[0].brought == "commit a1 stands on b"
    bad = made(SERVICE, SHARED, file, brought={place: Brought(False, phrase("nobody knows"))})
    assert states(bad) == ["refused"]
    assert "readiness.d/payments.yml:3: the waiver of BKP-01 does not count: nobody knows" in bad.notices
    assert states(made(SERVICE, SHARED, file, brought={})) == ["refused"], "what it was not asked about does not count"


def test_git_is_asked_of_what_is_not_applicable() -> None:
    file = theirs("service: payments, requirement: PLT-02, reason: no host, approved_by: head, until: 2027-01-01", key="not_applicable")
    bad = made(SERVICE, ON_MAJOR, file, brought={(file.name, "not_applicable", 0): Brought(False, phrase("nobody knows"))})
    assert one(bad, "PLT-02").state is PlanState.PLANNED and "nobody knows" in " ".join(bad.notices)


def test_a_service_file_is_no_matter_of_git() -> None:
    """Where the organisation names nobody, nothing of what a service accepts for itself goes through git."""
    assert states(made(OWN, "schema_version: 1\nfour_eyes: true\n", brought={})) == ["active"]


def test_today_is_before_the_days_of_these_tests() -> None:
    assert TODAY < "2027-01-01" < NEXT_YEAR
