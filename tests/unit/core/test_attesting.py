# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state of a service: in whose file, by whom, for what; which statement counts, and which is owed."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._described.approvals import ATTESTATIONS, Brought
from ansible_collections.operability.readiness.plugins.plugin_utils._described.concern import concerning
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlannedCheck, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.alike_names import is_alike_environment
from unit.core.described import describe, document, one, plan_of, problems_of

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, solution_owner: Ana Costa, hosts: payments}
classification: {criticality: 3}
"""
SHARED = "schema_version: 1\nmode: enforce\nservices_may: []\napprovers: {blocker: [head], major: [head, lead]}\n"
DIGEST = "8c6f0d5d5cb0a4a0b9a3b0d3a0b04f6e4bb7f1d0c4f5a5e7b2a1c9d8e7f60514"
OTHER = "a" * 64
GOOD: dict[str, t.Any] = {
    "service": "payments",
    "requirement": "SUP-04",
    "result": "positive",
    "statement": "the handover was held",
    "attested_by": "head",
    "date": "2026-11-20",
    "until": "2027-01-31",
    "version": "1.5.0",
    "evidence": [{"path": "../evidence/handover.pdf", "sha256": DIGEST}],
}
NO = {**GOOD, "result": "negative", "statement": "nobody came"}


def text_of(*entries: t.Mapping[str, t.Any]) -> str:
    return "schema_version: 1\n" + yaml.safe_dump({"attestations": [dict(entry) for entry in entries]}, sort_keys=False)


def theirs(*entries: t.Mapping[str, t.Any], name: str = "readiness.d/payments.yml", text: str | None = None) -> Document:
    """A file of readiness.d."""
    return document(text or text_of(*entries), "approvals", name=name, folder="/etc/org/readiness.d")


def own(*entries: t.Mapping[str, t.Any]) -> str:
    listed = [{key: value for key, value in entry.items() if key != "service"} for entry in entries]
    for entry in listed:
        entry["evidence"] = [{"path": "evidence/handover.pdf", "sha256": DIGEST}]
    return SERVICE + yaml.safe_dump({"attestations": listed}, sort_keys=False)


def made(
    *entries: t.Mapping[str, t.Any],
    service: str = SERVICE,
    organisation: str | None = SHARED,
    files: t.Sequence[Document] = (),
    brought: t.Any = None,
    phase: str = "pre",
    **run: t.Any,
) -> Plan:
    described = describe(service, organisation, phase=phase, **{"version": "1.5.0", **run})
    listed = (*([theirs(*entries)] if entries else []), *files) if organisation else ()
    return plan_of(dataclasses.replace(described, approvals=listed, brought=brought))


def stated(plan: Plan, requirement: str = "SUP-04") -> PlannedCheck | None:
    """The statement that is looked at; None where none counts."""
    planned = one(plan, requirement)
    found = [check for check in planned.checks if check.check == "attestation"]
    assert found or planned.state is PlanState.NOT_DECLARED or planned.checks, "it is never left out"
    return found[0] if found else None


def counts(plan: Plan, requirement: str = "SUP-04") -> bool:
    return stated(plan, requirement) is not None


def why(plan: Plan, requirement: str = "SUP-04") -> str:
    planned = one(plan, requirement)
    assert planned.state is PlanState.NOT_DECLARED, planned.checks
    return str(planned.why)


# -- one that counts


def test_one_that_counts_is_looked_at() -> None:
    check = stated(made(GOOD))
    assert check is not None and check.hosts is None
    wanted = {
        **{name: GOOD[name] for name in ("statement", "result", "attested_by", "date", "until", "version")},
        "attesters": ["head"],
        "for_version": "1.5.0",
        "of_version": True,
        "max_validity": "90d",
        "folder": "/etc/org",
        "evidence": [{"path": "/etc/org/evidence/handover.pdf", "sha256": DIGEST}],
    }
    assert dict(check.args) == wanted
    assert made(GOOD).loosened == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"service": ["ledger", "payments"]},
        {"requirement": ["SUP-03", "SUP-04"]},
        {"version": ["1.4.9", "1.5.0"]},
        {"environment": "production"},
        {"environment": ["staging", "production"]},
        {"until": "2026-11-25"},
        {"date": "2026-11-25"},
        {"date": "2026-11-26", "until": "2026-12-01"},  # somewhere it is tomorrow already; the check knows the hour
    ],
)
def test_in_its_usual_forms(changed: dict[str, t.Any]) -> None:
    assert counts(made({**GOOD, **changed}))


def test_in_the_organisations_own_file() -> None:
    entry = {**GOOD, "evidence": [{"path": "evidence/handover.pdf", "sha256": DIGEST}]}
    plan = made(organisation=SHARED + yaml.safe_dump({"attestations": [entry]}))
    check = stated(plan)
    assert check is not None and check.args["evidence"][0]["path"] == "/etc/org/evidence/handover.pdf"


def test_without_an_organisation_the_team_is_its_own_operations() -> None:
    plan = made(service=own({**GOOD, "attested_by": "anybody"}), organisation=None)
    check = stated(plan)
    assert check is not None and check.args["attesters"] is None and check.args["folder"] == "/srv/app" and plan.loosened == ()


# -- whose word


ATTESTERS = SHARED + "attesters: {requirements: {SUP-04: [boss]}, stakeholders: {call_center: [desk]}, impacts: {blocker: [chief]}}\n"


@pytest.mark.parametrize(
    ("requirement", "name", "counting"),
    [
        ("SUP-04", "boss", True),
        ("SUP-04", "head", False),  # who approves a blocker does not attest this one
        ("SUP-04", "chief", False),
        ("SUP-04", "desk", False),  # of another team
        ("SUP-03", "desk", True),
        ("SUP-03", "boss", False),
        ("SUP-03", "head", False),
        ("DEL-02", "chief", True),
        ("DEL-02", "boss", False),
    ],
)
def test_the_most_particular_names_hold(requirement: str, name: str, counting: bool) -> None:
    plan = made({**GOOD, "requirement": requirement, "attested_by": name}, organisation=ATTESTERS)
    assert counts(plan, requirement) is counting
    if not counting:
        assert f"{name} may not attest it; these may: " in why(plan, requirement)
        assert f"readiness.d/payments.yml:3: what {name} states of {requirement} does not count" in " ".join(plan.notices)


@pytest.mark.parametrize("name", ["Head", "he\u0430d", "head\u200b", "head, lead", "one of: head", "lead", "team-payments"])
def test_a_name_that_is_only_like_another(name: str) -> None:
    assert not counts(made({**GOOD, "attested_by": name}))


def test_a_list_without_names_lets_nobody() -> None:
    plan = made(GOOD, organisation=SHARED + "attesters: {requirements: {SUP-04: []}}\n")
    assert "head may not attest it; nobody may" in why(plan)


def test_a_service_cannot_choose_whose_word_it_takes() -> None:
    """Neither by another stakeholder nor by another impact of the requirement, nor by names of its own."""
    shared = SHARED.replace("enforce", "observe") + "attesters: {stakeholders: {operators: [boss], mine: [me]}}\n"
    entry = {**GOOD, "attested_by": "me"}
    for service in (
        SERVICE + "requirements: {SUP-04: {stakeholder: mine}}\n",
        SERVICE + "policy: {requirements: {SUP-04: {stakeholder: mine}}}\n",
        SERVICE + "approvers: {blocker: [me]}\n",
        SERVICE + "requirements: {SUP-04: {impact: minor}}\n",
    ):
        assert not counts(made(entry, service=service, organisation=shared)), service


# -- in whose file


def test_in_a_service_file_it_is_a_request() -> None:
    plan = made(service=own(GOOD))
    (request,) = plan.requests
    assert (request.kind, request.requirement, request.copy_into) == ("attestation", "SUP-04", "readiness.d/payments.yml: attestations")
    assert "it stands in the service's own file, and counts once operations has it in readiness.d/payments.yml: attestations" in why(plan)
    assert plan.loosened == (), "a request is nothing looser"
    (entry,) = yaml.safe_load(str(request.to_copy))
    assert {**entry, "evidence": []} == {**GOOD, "evidence": []}


def test_a_request_for_another_persons_word_does_not_give_it() -> None:
    (request,) = made(service=own({**GOOD, "attested_by": "me"})).requests
    (entry,) = yaml.safe_load(str(request.to_copy))
    assert entry["attested_by"] == "one of: head"
    assert not counts(made({**entry, "evidence": GOOD["evidence"]}))


@pytest.mark.parametrize(
    ("may", "counting"),
    [
        ("services_may: []\n", False),
        ("services_may: [limits, own_proofs, policy, traits, places]\n", False),
        ("runs_may: [mode]\n", False),
        ("", False),  # it is new: there is no state of today that a way over would have to keep
        ("services_may: [approvers]\n", True),
        ("services_may: {requirements: {SUP-04: [approvers]}}\n", True),
        ("services_may: {requirements: {SUP-03: [approvers]}}\n", False),
    ],
)
def test_leave_makes_it_count(may: str, counting: bool) -> None:
    plan = made(service=own(GOOD), organisation=SHARED.replace("services_may: []\n", may))
    assert counts(plan) is counting
    assert [(item.kind, item.key) for item in plan.loosened] == ([("approvers", "attestations.0")] if counting else [])


@pytest.mark.parametrize("brought", [None, {}, {("readiness.d/payments.yml", ATTESTATIONS, 0): Brought(False, phrase("it is not signed"))}])
def test_git_says_who_brought_it(brought: t.Any) -> None:
    plan = made(GOOD, brought=brought)
    assert counts(plan) is (brought is None)
    if brought is not None:
        assert ("it is not signed" if brought else "git has not been asked about it") in why(plan)
    yes = {("readiness.d/payments.yml", ATTESTATIONS, 0): Brought(True, phrase("it is signed"))}
    assert counts(made(GOOD, brought=yes))


@pytest.mark.parametrize("name", ["team-payments", "Ana Costa"])
def test_four_eyes_are_not_two(name: str) -> None:
    yes = {("readiness.d/payments.yml", ATTESTATIONS, 0): Brought(True, phrase("it is signed"))}
    shared = SHARED.replace("[head]", f"[head, {name}]")
    assert counts(made({**GOOD, "attested_by": name}, organisation=shared))
    plan = made({**GOOD, "attested_by": name}, organisation=shared, brought=yes)
    assert f"{name} answers for the service itself, and four eyes are asked for" in why(plan)


# -- about something else, or no more


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "1.4.0"}, "it is for version 1.4.0, this is 1.5.0"),
        ({"version": "1.5"}, "it is for version 1.5, this is 1.5.0"),
        ({"version": ["1.4.0", "1.4.1"]}, "it is for version 1.4.0, 1.4.1, this is 1.5.0"),
        ({"version": "*"}, "it is for version *, this is 1.5.0"),
        ({"version": None}, "it names no version, and has to be for one"),
        ({"environment": "staging"}, "it is for staging, this is production"),
        ({"deployment_id": "CHG-1"}, "it is for deployment CHG-1, and this run names none"),
        ({"until": "2026-11-24"}, "it ended on 2026-11-24"),
        ({"until": "9999-12-31"}, "at most 90 d are allowed: have it stated anew in time"),
        ({"until": "2027-02-19"}, "at most 90 d are allowed"),
        ({"service": "ledger"}, "nobody attests it (attestations in readiness.d/payments.yml)"),
        ({"service": "*"}, "nobody attests it"),
        ({"service": "Payments"}, "nobody attests it"),
        ({"requirement": "SUP-03"}, "nobody attests it"),
    ],
)
def test_what_does_not_count(changed: dict[str, t.Any], said: str) -> None:
    entry = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    assert said in why(made(entry))


def test_which_version_this_is_must_be_known() -> None:
    assert "it is for version 1.5.0, and which one this is, is not known (readiness_version)" in why(made(GOOD, version=None))


def test_for_one_deployment() -> None:
    entry = {name: value for name, value in {**GOOD, "deployment_id": "CHG-1"}.items() if name != "version"}
    assert counts(made(entry, deployment_id="CHG-1")) and counts(made(entry, deployment_id="CHG-1", version=None))
    assert "it is for deployment CHG-1, this is CHG-2" in why(made(entry, deployment_id="CHG-2"))


def test_it_outlasts_the_change_window() -> None:
    window = {"start": "2027-01-30T20:00:00Z", "end": "2027-02-01T02:00:00Z"}
    assert "it ends on 2027-01-31, before the change window does (2027-02-01)" in why(made(GOOD, window=window))
    assert counts(made({**GOOD, "until": "2027-02-01"}, window=window))


def test_of_what_is_no_version_none_has_to_be_named() -> None:
    entry = {name: value for name, value in {**GOOD, "requirement": "SUP-02", "until": "2026-12-20"}.items() if name != "version"}
    assert counts(made(entry), "SUP-02") and counts(made(entry, phase="recheck", version=None), "SUP-02")
    assert not counts(made({**entry, "version": "1.4.0"}), "SUP-02"), "one that is named is meant"


# -- what contradicts itself


def test_the_newest_decides() -> None:
    older, newer = {**GOOD, "date": "2026-11-10"}, {**GOOD, "date": "2026-11-22"}
    for yes, no, positive in ((newer, {**NO, "date": "2026-11-10"}, True), (older, {**NO, "date": "2026-11-22"}, False)):
        for entries in ((yes, no), (no, yes)):
            plan = made(*entries)
            check = stated(plan)
            assert check is not None and check.args["result"] == ("positive" if positive else "negative")
            assert "the newer one counts, of one day the negative one" in " ".join(plan.notices)
    check = stated(made(GOOD, NO))
    assert check is not None and check.args["result"] == "negative", "of the same day"


def test_the_newest_of_those_that_count() -> None:
    check = stated(made({**GOOD, "date": "2026-11-23", "attested_by": "eve"}, GOOD, {**GOOD, "date": "2026-11-01", "until": "2026-12-01"}))
    assert check is not None and (check.args["date"], check.args["attested_by"]) == ("2026-11-20", "head")


@pytest.mark.parametrize(
    "no",
    [
        {**NO, "date": "2026-11-21", "until": "2026-11-22"},  # it ended, and nobody has said otherwise
        {**NO, "date": "2026-11-21", "until": "9999-12-31"},
        {**NO, "date": "2026-11-21", "attested_by": "eve"},
        {name: value for name, value in {**NO, "date": "2026-11-21"}.items() if name not in ("evidence", "version")},
    ],
)
def test_whoever_says_no_is_heard(no: dict[str, t.Any]) -> None:
    check = stated(made(GOOD, no))
    assert check is not None and check.args["result"] == "negative"


def test_a_service_may_say_no_itself() -> None:
    plan = made(GOOD, service=own({**NO, "date": "2026-11-21"}))
    check = stated(plan)
    assert check is not None and check.args["result"] == "negative" and plan.requests == []


def test_no_about_something_else_is_not_heard() -> None:
    for other in ({"version": "1.4.0"}, {"environment": "staging"}, {"service": "ledger"}):
        check = stated(made(GOOD, {**NO, "date": "2026-11-21", **other}))
        assert check is not None and check.args["result"] == "positive"


@pytest.mark.parametrize(
    "alike",
    [
        {"version": "v1.5.0"},
        {"version": "1.5"},
        {"version": "Release 1.5.0"},
        {"environment": "prod"},
        {"environment": "Production"},
        {"environment": ["staging", "PROD"]},
        {"environment": "PRD"},
        {"environment": "live"},
        {"service": "Payments"},
        {"service": ["ledger", "PAYMENTS "]},
    ],
)
def test_no_is_heard_where_it_may_be_meant(alike: dict[str, t.Any]) -> None:
    """A yes has to name it letter by letter."""
    check = stated(made(GOOD, {**NO, "date": "2026-11-21", **alike}))
    assert check is not None and check.args["result"] == "negative"
    if "environment" in alike:
        assert not counts(made({**GOOD, **alike}))


@pytest.mark.parametrize("version", ["1", "1.5.0-rc1", "1.5.0.3", "v1.5.0+build7"])
def test_no_about_a_version_that_begins_alike_is_told(version: str) -> None:
    plan = made(GOOD, {**NO, "date": "2026-11-21", "version": version})
    check = stated(plan)
    assert check is not None and check.args["result"] == "positive"
    assert f"does not count: it is for version {version}, this is 1.5.0" in " ".join(plan.notices)


@pytest.mark.parametrize(
    "other",
    [
        {"version": "1.4.0"},
        {"version": "15.0"},
        {"version": "2.1.5.0"},
        {"environment": "preprod"},
        {"environment": "production2"},
        {"environment": "pr"},
        {"service": "payments2"},
    ],
)
def test_no_about_another_one_is_not_heard_and_told(other: dict[str, t.Any]) -> None:
    plan = made(GOOD, {**NO, "date": "2026-11-21", **other})
    check = stated(plan)
    assert check is not None and check.args["result"] == "positive"
    assert ("does not count: it is for" in " ".join(plan.notices)) is ("service" not in other)


def test_no_about_another_version_is_told_until_it_is_answered() -> None:
    for date, told in (("2026-11-10", False), ("2026-11-20", True)):
        plan = made(GOOD, {**NO, "date": date, "version": "1.4.0"})
        assert ("does not count: it is for version 1.4.0, this is 1.5.0" in " ".join(plan.notices)) is told
    elsewhere = made(GOOD, {**NO, "date": "2026-11-21", "version": "1.4.0", "environment": "staging"})
    assert "does not count" not in " ".join(elsewhere.notices), "of another version, somewhere else"


@pytest.mark.parametrize("name", ["PRD", "Prod", "live", "production"])
def test_other_words_for_one_environment(name: str) -> None:
    assert is_alike_environment(name, "production") and is_alike_environment("production", name)
    assert not is_alike_environment(name, "preprod") and not is_alike_environment(name, "staging")


def test_the_same_evidence_of_several_services_is_told() -> None:
    copied = theirs({**GOOD, "service": "ledger"}, name="readiness.d/ledger.yml")
    plan = made(GOOD, files=[copied])
    assert counts(plan)
    assert "its evidence is that of readiness.d/ledger.yml:3 too, which is about ledger" in " ".join(plan.notices)
    several = theirs({**GOOD, "service": ["ledger", "payments"]}, name="readiness.d/both.yml")
    assert "its evidence is that of" not in " ".join(made(files=[several]).notices)


# -- bad input


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"date": "2026-11-28", "until": "2026-12-31"}, "attestations.0.date: 2026-11-28 is still to come: nobody has stated it yet"),
        ({"date": "2062-11-20", "until": "2062-12-31"}, "is still to come"),
        ({"until": "2026-11-19"}, "attestations.0.until: it would end (2026-11-19) before it was made (2026-11-20)"),
        ({"date": "20/11/2026"}, "attestations.0.date: 'the value'"),
        ({"date": "2026-11-20T10:00:00"}, "attestations.0.date"),
        ({"until": "2027-02-30"}, "attestations.0.until: '2027-02-30' is not a day of the calendar"),
        ({"until": None}, "attestations.0: 'until' is missing"),
        ({"result": None}, "attestations.0: 'result' is missing"),
        ({"result": "POSITIVE OR NEGATIVE"}, "attestations.0.result: 'POSITIVE OR NEGATIVE' is not one of positive, negative"),
        ({"attested_by": None}, "attestations.0: 'attested_by' is missing"),
        ({"attested_by": " "}, "attestations.0.attested_by: expected a text, found an empty one"),
        ({"attested_by": "head "}, "attestations.0.attested_by: it begins or ends with a space"),
        ({"attested_by": "\u00a0head"}, "attestations.0.attested_by: it begins or ends with a space"),
        ({"attested_by": "NAME"}, "attestations.0.attested_by: 'NAME' is nobody: name who states it"),
        ({"statement": "WHAT IS SO, IN A SENTENCE"}, "attestations.0.statement: 'WHAT IS SO, IN A SENTENCE' says nothing"),
        ({"statement": "TBD"}, "attestations.0.statement: 'TBD' says nothing: write in a sentence what is so"),
        ({"version": 1.5}, "attestations.0.version: expected"),
        ({"version": "1.5.0 "}, "attestations.0.version: it begins or ends with a space"),
        ({"evidence": None}, "attestations.0.evidence: a positive statement needs evidence"),
        ({"evidence": []}, "attestations.0.evidence: "),
        ({"evidence": [{"path": "a"}]}, "attestations.0.evidence.0: 'sha256' is missing"),
        ({"evidence": [{"sha256": DIGEST}]}, "attestations.0.evidence.0: expected either path or url"),
        ({"evidence": [{"path": "a", "sha256": "SHA256 OF THE FILE"}]}, "attestations.0.evidence.0.sha256: "),
        (
            {"evidence": [{"path": "a", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]},
            "attestations.0.evidence.0.sha256: this is the digest of an empty file, which shows nothing",
        ),
        ({"evidence": [{"path": "/etc/passwd", "sha256": OTHER}]}, "/etc/passwd does not lie in /etc/org, where evidence has to be"),
        ({"evidence": [{"path": "../../passwd", "sha256": OTHER}]}, "../../passwd does not lie in /etc/org"),
        ({"evidence": [{"path": "../../organisation/x", "sha256": OTHER}]}, "does not lie in /etc/org"),
        ({"evidence": [{"url": "https://me:pw@wiki/x", "sha256": OTHER}]}, "attestations.0.evidence.0.url: "),
        ({"evidence": [{"url": "file:///etc/passwd", "sha256": OTHER}]}, "attestations.0.evidence.0.url: "),
        ({"requirement": "SUP-99"}, "attestations.0.requirement: there is no requirement SUP-99"),
        ({"approved_by": "head"}, "unknown key 'approved_by'"),
        ({"version": "{{ readiness_version }}"}, "attestations.0.version: a template is no statement of anybody's"),
        ({"until": "{{ tomorrow }}"}, "attestations.0.until: a template is no statement"),
    ],
)
def test_bad_input_is_refused_with_its_place(changed: dict[str, t.Any], problem: str) -> None:
    entry = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    problems = problems_of(lambda: made(entry))
    told = problem.replace("'the value'", "'20/11/2026'")
    assert any(told in line and line.startswith("readiness.d/payments.yml:") for line in problems), problems


def test_yaml_that_hides_what_is_stated() -> None:
    """An anchor says the same twice; a merge takes over what stands elsewhere, which is seen as it is read."""
    entry = yaml.safe_dump({**GOOD, "service": "ledger"}, default_flow_style=True, width=9999).strip()
    merged = f"schema_version: 1\nattestations:\n- &x {entry}\n- {{<<: *x, service: payments}}\n"
    assert counts(made(files=[theirs(text=merged)]))
    assert not counts(made(files=[theirs(text=merged.replace(", service: payments", ""))]))
    with pytest.raises(Refused, match="this key stands twice"):
        theirs(text=text_of(GOOD) + "  result: negative\n")


def test_a_mistake_of_another_service_concerns_that_one() -> None:
    wrong = {**GOOD, "service": "ledger", "until": "never"}
    good = {**GOOD, "evidence": [{"path": "evidence/x", "sha256": DIGEST}]}
    shared = document(SHARED + yaml.safe_dump({"attestations": [wrong, good]}), "organisation", folder="/etc/org")
    mine, told = concerning(shared, "payments", "production")
    assert len(told) == 1 and counts(plan_of(dataclasses.replace(describe(SERVICE, mine, version="1.5.0"))))
    ledgers, told = concerning(shared, "ledger", "production")
    assert told == []
    with pytest.raises(Refused, match="is not a date such as"):
        plan_of(describe(SERVICE.replace("payments", "ledger", 1), ledgers, version="1.5.0"))


@pytest.mark.parametrize("option", ["statement", "attested_by", "attesters", "result", "evidence", "for_version", "folder", "until"])
def test_nothing_is_stated_in_another_place(option: str) -> None:
    may = SHARED.replace("services_may: []", "services_may: [own_proofs, limits, policy, places]")
    for check in ("", "check: attestation, "):
        service = SERVICE + f"requirements: {{SUP-04: {{{check}with: {{{option}: x}}}}}}\n"
        problems = problems_of(lambda service=service: made(GOOD, service=service, organisation=may))  # type: ignore[misc]
        assert any(f"requirements.SUP-04.with.{option}: what is stated, and by whom, stands under attestations" in one for one in problems)
    for place in (
        f"defaults: {{with: {{attestation: {{{option}: x}}}}}}\n",
        f"policy: {{requirements: {{SUP-04: {{with: {{{option}: x}}}}}}}}\n",
    ):
        check_ = stated(made(GOOD, service=SERVICE + place, organisation=may.replace("enforce", "observe")))
        assert check_ is not None and check_.args[option] == stated(made(GOOD)).args[option]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("requirements: {SUP-04: {with: {of_version: false}}}", "limits"),
        ("requirements: {SUP-04: {with: {max_validity: 400d}}}", "limits"),
        ("requirements: {SUP-04: {valid_for: 400d}}", "limits"),
        ("policy: {requirements: {SUP-04: {valid_for: 400d}}}", "limits"),
        ("policy: {requirements: {SUP-04: {with: {max_validity: 400d}}}}", "limits"),
        ("policy: {requirements: {SUP-04: {proved_by: [attestation]}}}", "own_proofs"),
        ("policy: {requirements: {BKP-03: {proved_by: [{check: attestation, with: {max_validity: 190d}}]}}}", "own_proofs"),
        ("policy: {requirements: {BKP-01: {proved_by: [attestation]}}}", "own_proofs"),
        ("defaults: {with: {attestation: {validate_certs: false}}}", "limits"),
    ],
)
def test_what_is_looser_takes_leave(line: str, kind: str) -> None:
    entry = {**GOOD, "requirement": ["SUP-04", "BKP-03"], "evidence": [{"url": "https://wiki.example/x", "sha256": DIGEST}]}
    problems = problems_of(lambda: made(entry, service=SERVICE + line + "\n"))
    assert problems and all("take it back, or have operations allow it" in one for one in problems), problems
    assert any(f"[{kind}]" in one for one in problems), problems


def test_what_operations_say_is_nothing_looser() -> None:
    shared = (
        SHARED
        + "policy: {requirements: {SUP-04: {valid_for: 200d}, SUP-03: {proved_by: [{check: attestation, with: {max_validity: 300d}}]}}}\n"
    )
    plan = made({**GOOD, "requirement": ["SUP-03", "SUP-04"], "until": "2027-06-01"}, organisation=shared)
    assert counts(plan) and counts(plan, "SUP-03") and plan.loosened == ()


# -- beside what is observed


RESTORED = (
    SERVICE
    + """\
parts:
  db: {backups: [{tool: restic, repository: /srv/restic, password_file: /etc/pw, paths: [/srv/db], restore: {scratch: /srv/scratch}}]}
"""
)
OF_RESTORE = {name: value for name, value in {**GOOD, "requirement": "BKP-03"}.items() if name != "version"}
LOOKED_AT = SERVICE + "delivery: {rollback_check: [/opt/way-back]}\n"
OF_WAY_BACK = {**GOOD, "requirement": "DEL-02"}


def checks(plan: Plan, requirement: str) -> list[str]:
    return [check.check for check in one(plan, requirement).checks]


def test_nobodys_word_outvotes_what_is_observed() -> None:
    plan = made(OF_RESTORE, service=RESTORED)
    assert checks(plan, "BKP-03") == ["backup_restore"]
    assert checks(made(OF_RESTORE), "BKP-03") == ["attestation"]


def test_no_is_heard_beside_what_is_observed() -> None:
    assert checks(made({**OF_RESTORE, "result": "negative"}, service=RESTORED), "BKP-03") == ["backup_restore", "attestation"]


@pytest.mark.parametrize(
    ("line", "checks_"),
    [
        ("requirements: {BKP-03: {check: backup_restore}}", ["backup_restore", "attestation"]),
        ("requirements: {BKP-03: {check: command, with: {command: [/opt/restored]}}}", ["command", "attestation"]),
        ("requirements: {BKP-03: {check: attestation}}", None),
    ],
)
def test_no_is_heard_whatever_the_service_picks(line: str, checks_: list[str] | None) -> None:
    no, shared = {**OF_RESTORE, "result": "negative"}, SHARED.replace("[]", "[own_proofs]")
    if checks_ is None:
        assert problems_of(lambda: made(no, service=RESTORED + line + "\n", organisation=shared))
    else:
        assert checks(made(no, service=RESTORED + line + "\n", organisation=shared), "BKP-03") == checks_


def test_nobodys_word_stands_in_for_a_host_that_is_not_known() -> None:
    nowhere = RESTORED.replace("{backups:", "{hosts: nobody, backups:")
    assert one(made(OF_RESTORE, service=nowhere), "BKP-03").state is PlanState.NO_HOST
    way_back = SERVICE + "delivery: {rollback_check: {command: [/opt/way-back], on: nobody}}\n"
    assert one(made(OF_WAY_BACK, service=way_back), "DEL-02").state is PlanState.NO_HOST
    no = one(made({**OF_RESTORE, "result": "negative"}, service=nowhere), "BKP-03")
    assert [check.args["result"] for check in no.checks] == ["negative"]
    text = nowhere + "requirements: {BKP-03: {check: attestation}}\n"
    assert any("can see it here" in one for one in problems_of(lambda: made(OF_RESTORE, service=text)))


@pytest.mark.parametrize(("requirement", "service"), [("BKP-03", RESTORED), ("DEL-02", LOOKED_AT)])
@pytest.mark.parametrize("organisation", [SHARED, SHARED.replace("[]", "[own_proofs]"), None])
def test_a_statement_is_not_picked_in_place_of_a_check(requirement: str, service: str, organisation: str | None) -> None:
    text = service + f"requirements: {{{requirement}: {{check: attestation}}}}\n"
    problems = problems_of(lambda: made(OF_RESTORE, OF_WAY_BACK, service=text, organisation=organisation))
    assert any("can see it here, by what the file declares; a statement stands in for no check" in one for one in problems)
    assert counts(made(OF_WAY_BACK, service=SERVICE + "requirements: {DEL-02: {check: attestation}}\n"), "DEL-02")


def test_the_way_back_is_looked_at_and_stated() -> None:
    """The command sees what is there, the statement that it was rehearsed: where both are there, both have to hold."""
    both = one(made(OF_WAY_BACK, service=LOOKED_AT), "DEL-02").checks
    assert {check.check for check in both} == {"command", "attestation"} and all(check.less is None for check in both)
    command = one(made(service=LOOKED_AT), "DEL-02").checks
    assert {check.check for check in command} == {"command"} and all("attest that it was done" in str(check.less) for check in command)
    (statement,) = one(made(OF_WAY_BACK), "DEL-02").checks
    assert statement.check == "attestation" and "no check has looked at it" in str(statement.less)
    ended = one(made({**OF_WAY_BACK, "until": "2026-11-21"}, service=LOOKED_AT), "DEL-02").checks
    assert {check.check for check in ended} == {"command"}, "one that counts no more is none"


def test_a_requirement_of_the_services_own() -> None:
    service = SERVICE + "requirements: {PAY-01: {title: the desk knows, check: attestation, impact: major, valid_for: 30d}}\n"
    entry = {**GOOD, "requirement": "PAY-01", "until": "2026-12-10"}
    assert counts(made(entry, service=service), "PAY-01")
    assert not counts(made({**entry, "until": "2027-01-31"}, service=service), "PAY-01")
    assert "nobody attests it" in why(made(service=service), "PAY-01")


def test_what_nobody_asks_for_is_told() -> None:
    plan = made({**GOOD, "requirement": ["BKP-01", "SUP-04"]})
    assert counts(plan) and "nobody asks for a statement on BKP-01" in " ".join(plan.notices)


# -- what is owed


def test_what_is_owed_has_a_line_to_fill_in() -> None:
    for phase in ("design", "pre"):
        plan = made(phase=phase)
        owed = {item.requirement: item for item in plan.owed}
        assert set(owed) >= {"BKP-03", "DEL-02", "SUP-02", "SUP-03", "SUP-04"}
        assert owed["SUP-04"].copy_into == "readiness.d/payments.yml: attestations"
        (entry,) = yaml.safe_load(owed["SUP-04"].to_copy)
        assert (entry["attested_by"], entry["until"], entry["version"]) == ("head", "2027-02-23", "1.5.0")
        assert "version" not in yaml.safe_load(owed["SUP-02"].to_copy)[0]


def test_a_line_that_nobody_has_filled_in_is_refused() -> None:
    for item in made().owed:
        (entry,) = yaml.safe_load(item.to_copy)
        problems = problems_of(lambda entry=entry: made(entry))  # type: ignore[misc]
        assert any("result" in one for one in problems) and any("sha256" in one for one in problems)
        filled = {**entry, "result": "positive", "evidence": [{"path": "../evidence/x", "sha256": DIGEST}], "attested_by": "head"}
        assert any("says nothing" in one for one in problems_of(lambda filled=filled: made(filled)))  # type: ignore[misc]
        filled["statement"] = "it was done"
        assert counts(made(filled), item.requirement), "and what is filled in counts"


def test_what_is_stated_is_not_owed_until_it_nears_its_end() -> None:
    assert "SUP-04" not in {item.requirement for item in made(GOOD).owed}
    soon = {item.requirement: str(item.why) for item in made({**GOOD, "until": "2026-12-01"}).owed}
    assert soon["SUP-04"] == "what is stated ends on 2026-12-01"
    assert "DEL-02" in {item.requirement for item in made(service=LOOKED_AT).owed}, "the rehearsal is"
    assert "BKP-03" not in {item.requirement for item in made(service=RESTORED).owed}
