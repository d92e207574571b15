# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the organisation names who decides, a recorded decision counts once operations confirms it in its own files."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._described.approvals import Brought
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import ConfirmedDecision, Decision, DecisionTerms
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import decisions as _decisions
from unit.core.described import describe, document, plan_of, problems_of
from unit.core.judged import one
from unit.core.test_decisions import GOOD, decided, made, run

BAD = {"R-01": "fail", "R-02": "pass"}
AGAINST = {"override": True, "reason": "the market opens"}
Json = dict[str, t.Any]


def read(decision: Json) -> Decision:
    """As it is read from the disk."""
    return from_plain(Decision, json.loads(json.dumps(decision)))


def terms(*confirmed: ConfirmedDecision, deciders: tuple[str, ...] = ("Ana", "Li")) -> DecisionTerms:
    return DecisionTerms(deciders, "readiness.d/payments.yml: approved_decisions", confirmed)


def confirmed(decision: Json, **changes: t.Any) -> ConfirmedDecision:
    return dataclasses.replace(ConfirmedDecision(decision["id"], read(decision).content_digest, "readiness.d/payments.yml:4"), **changes)


def judged(statuses: t.Mapping[str, str], given: DecisionTerms | None, *decisions: Json, required: bool = True) -> Json:
    return run(statuses, using=made(decision_required=required, decision_terms=given), decisions=decisions)


def test_one_that_is_confirmed_counts() -> None:
    decision = decided(judged(BAD, terms()), **AGAINST)
    record = judged(BAD, terms(confirmed(decision)), decision, required=False)
    assert record["judgement"]["overridden"]["id"] == decision["id"] and record["judgement"]["overrides"]
    assert record["decisions"][0]["counts"] and "request" not in record["decisions"][0]
    record = judged(GOOD, terms(confirmed(decision)), decision)
    assert one(record["judgement"], "DEC-01")["status"] == "fail", "it is about other evidence"


@pytest.mark.parametrize(
    ("changes", "deciders", "reason"),
    [
        (None, ("Ana",), "operations has not confirmed it (readiness.d/payments.yml: approved_decisions)"),
        ({"id": "another"}, ("Ana",), "operations has not confirmed it (readiness.d/payments.yml: approved_decisions)"),
        ({}, ("Li", "Bo"), "none of those who may decide (Li, Bo) is among those who did"),
        ({}, (), "nobody may decide"),
        ({"digest": "0"}, ("Ana",), "it is not what readiness.d/payments.yml:4 confirms: its digest is another"),
        (
            {"why": phrase("nobody knows who brought it")},
            ("Ana",),
            "readiness.d/payments.yml:4 does not count: nobody knows who brought it",
        ),
    ],
)
def test_any_other_is_a_request(changes: Json | None, deciders: tuple[str, ...], reason: str) -> None:
    decision = decided(judged(BAD, terms()), **AGAINST)
    given = terms(*([] if changes is None else [confirmed(decision, **changes)]), deciders=deciders)
    record = judged(BAD, given, decision)
    assert record["judgement"]["overridden"] is None and record["judgement"]["overrides"] == []
    message = one(record["judgement"], "DEC-01")["message"]
    assert message == f"the decision of 2026-11-26 (committee) is a request: {reason}"
    (shown,) = record["decisions"]
    assert (shown["counts"], shown["request"]) == (False, reason)
    silent = judged(BAD, given, decision, required=False)
    assert silent["judgement"]["verdict"] == "no_go" and silent["judgement"]["overridden"] is None and silent["decisions"][0]["request"]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "go_with_conditions"},
        {"valid_until": "9999-01-01"},
        {"decided_by": ["Ana", "me"]},
        {"reason": "I like it"},
        {"body": "me"},
    ],
)
def test_one_that_was_changed_since_is_another(change: Json) -> None:
    decision = decided(judged(BAD, terms()), **AGAINST)
    record = judged(BAD, terms(confirmed(decision)), {**decision, **change})
    assert record["judgement"]["overridden"] is None and "its digest is another" in record["decisions"][0]["request"]


def test_who_stops_something_needs_no_leave() -> None:
    seen = judged(GOOD, terms())
    stopping = decided(seen, outcome="no_go", decided_by=["anybody"])
    record = judged(GOOD, terms(), stopping, required=False)
    assert record["judgement"]["verdict"] == "no_go" and "request" not in record["decisions"][0]


def test_a_request_does_not_take_the_place_of_what_counts() -> None:
    seen = judged(GOOD, terms())
    stopping = decided(seen, outcome="no_go")
    asking = {**decided(seen), "recorded_at": "2026-11-26T09:00:00Z", "id": "later"}
    record = judged(GOOD, terms(confirmed(stopping)), stopping, asking)
    assert one(record["judgement"], "DEC-01")["message"] == "the decision of 2026-11-26 (committee) is NO-GO"
    both = judged(GOOD, terms(confirmed(asking)), stopping, asking)
    assert both["judgement"]["verdict"] == "go"


def test_without_names_any_decision_counts() -> None:
    decision = decided(judged(GOOD, None))
    assert judged(GOOD, None, decision)["judgement"]["verdict"] == "go"


def test_what_is_empty_has_no_part_in_the_digest() -> None:
    decision = decided(judged(BAD, terms()), **AGAINST)
    known = read(decision).content_digest
    assert read({name: value for name, value in decision.items() if value not in (None, [], False)}).content_digest == known
    assert read({**decision, "evidence": {**decision["evidence"], "policy": "another"}}).content_digest != known


# -- where only the approvers of a blocker are named

BLOCKER = "schema_version: 1\napprovers: {blocker: [Ana]}\n"


@pytest.mark.parametrize("spoken", ["runs_may: []\n", "services_may: []\n"])
def test_who_accepts_a_blocker_decides_against_a_verdict(spoken: str) -> None:
    given = in_files(organisation=BLOCKER + spoken)
    assert given is not None and given.deciders == ("Ana",)
    against = decided(judged(BAD, None, required=False), **AGAINST)
    record = judged(BAD, given, against, required=False)
    assert record["judgement"]["verdict"] == "no_go" and record["judgement"]["overridden"] is None
    assert record["decisions"][0]["request"] == "operations has not confirmed it (readiness.d/payments.yml: approved_decisions)"
    (entry,) = yaml.safe_load(_decisions.line_of(read(against)))
    given = in_files(yaml.safe_dump(entry, default_flow_style=True, width=1000).strip(), organisation=BLOCKER + spoken)
    assert judged(BAD, given, against, required=False)["judgement"]["overridden"]["id"] == against["id"]


def test_every_other_decision_counts_as_it_is_recorded() -> None:
    given = in_files(organisation=BLOCKER + "runs_may: []\n")
    agreeing = decided(judged(GOOD, given), decided_by=["anybody"])
    record = judged(GOOD, given, agreeing)
    assert record["judgement"]["verdict"] == "go" and "request" not in record["decisions"][0]
    pretending = {**decided(judged(BAD, None, required=False), **AGAINST), "against_verdict": False}
    record = judged(BAD, given, pretending, required=False)
    assert record["judgement"]["verdict"] == "no_go" and record["judgement"]["overridden"] is None


# -- in the files

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team-payments, hosts: payments}\nclassification: {criticality: 1}\n"
SHARED = "schema_version: 1\napprovers: {decision: [Ana]}\n"


def in_files(*entries: str, organisation: str | None = SHARED, service: str = SERVICE, brought: t.Any = None) -> DecisionTerms | None:
    listed = "".join(f"  - {entry}\n" for entry in entries)
    files = (document("schema_version: 1\napproved_decisions:\n" + listed, "approvals", name="readiness.d/a.yml"),) if entries else ()
    return plan_of(dataclasses.replace(describe(service, organisation), approvals=files, brought=brought)).decision_terms


def test_the_line_that_decide_prints_confirms_it() -> None:
    decision = decided(judged(GOOD, terms()))
    line = _decisions.line_of(read(decision))
    (entry,) = yaml.safe_load(line)
    assert entry == {"service": "payments", "environment": "production", "id": decision["id"], "digest": read(decision).content_digest}
    found = in_files(line[2:])
    assert found is not None and found.deciders == ("Ana",) and found.file == "readiness.d/payments.yml: approved_decisions"
    assert judged(GOOD, found, decision)["judgement"]["verdict"] == "go"
    for other in ({**entry, "service": "bank"}, {**entry, "environment": "staging"}):
        assert in_files(yaml.safe_dump(other, default_flow_style=True).strip()) == terms(deciders=("Ana",))


def test_git_is_asked_of_what_confirms() -> None:
    entry = "{service: payments, environment: production, id: a, digest: b}"
    place = ("readiness.d/a.yml", "approved_decisions", 0)
    bad = in_files(entry, brought={place: Brought(False, phrase("nobody knows"))})
    assert bad is not None and [item.why for item in bad.confirmed] == ["nobody knows"]
    good = in_files(entry, brought={place: Brought(True, phrase("fine"))})
    assert good is not None and [item.why for item in good.confirmed] == [None]


def test_only_the_organisation_names_who_decides() -> None:
    assert in_files(organisation="schema_version: 1\napprovers: {blocker: [head]}\n") is None, "it has not said who may what"
    assert in_files(organisation="schema_version: 1\napprovers: {major: [head]}\nruns_may: []\n") is None
    assert in_files(organisation=None) is None
    (problem,) = problems_of(lambda: in_files(service=SERVICE + "approvers: {decision: [me]}\n"))
    assert "unknown key 'decision'" in problem
