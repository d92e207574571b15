# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision, Evidence
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.record import PastRun
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import decisions as _decisions
from unit.core.described import describe
from unit.core.judged import Reach, asked, found, one, plan, record_and_state, to_json, waiver

NOW = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.timezone.utc)
TODAY = NOW.date()
DECISION: dict[str, t.Any] = {
    "phase": "pre",
    "version": None,
    "deployment_id": None,
    "body": "committee",
    "date": None,
    "decided_by": ["Ana"],
    "operations_opinion": "favourable",
    "outcome": "go",
    "override": False,
    "reason": None,
    "conditions": [],
    "valid_until": "7d",
    "comment": None,
}
TWO = (asked("R-01"), asked("R-02", "major"))


def made(**fields: t.Any) -> Plan:
    given = {"phase": "pre", "inputs": {"service_file": {"path": "readiness.yml", "sha256": "a"}, "organisation_file": None}}
    return plan(*TWO, **{**given, **fields})


def run(
    statuses: t.Mapping[str, str],
    *,
    using: Plan | None = None,
    now: dt.datetime = NOW,
    decisions: t.Sequence[t.Mapping[str, t.Any]] = (),
    partial: str | None = None,
    reach: Reach = Reach(),  # noqa: B008 # a value
    **options: t.Any,
) -> dict[str, t.Any]:
    """A run record."""
    findings: dict[str, list[Finding]] = {f"{name}/0": [found(status, f"seen at {now}")] for name, status in statuses.items()}
    used = using or made()
    state, about = to_json(State.empty("payments", "production")), {"phase": "pre", "version": "1.5.0", **options}
    taken = [from_plain(Decision, decision) for decision in decisions]
    return record_and_state(used, state, findings, now=now, reach=reach, partial=partial, decisions=taken, **about)[0]


def decided(record: dict[str, t.Any], now: dt.datetime = NOW, **options: t.Any) -> dict[str, t.Any]:
    past = from_plain(PastRun, record)
    judgement = past.judgement
    seen = (judgement.verified, judgement.required) if judgement else ()
    wording = from_plain(_decisions.Wording, {**DECISION, **options})
    return to_json(_decisions.decided(wording, _decisions.Candidate(past.run, past.evidence, *seen), now=now, recorded_by="me"))


def problems(record: dict[str, t.Any], **options: t.Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        decided(record, **options)
    return caught.value.problems


GOOD = {"R-01": "pass", "R-02": "pass"}


# -- the digest


def test_the_same_evidence_has_the_same_digest_whatever_was_measured_and_when() -> None:
    first, second = run(GOOD), run(GOOD, now=NOW + dt.timedelta(days=2))
    assert first["run"]["evidence_digest"] == second["run"]["evidence_digest"] == first["evidence"]["digest"]
    assert first["run"]["id"] != second["run"]["id"]


@pytest.mark.parametrize(
    "other",
    [
        {"statuses": {"R-01": "warn", "R-02": "pass"}},
        {"version": "1.6.0"},
        {"deployment_id": "d-7"},
        {"environment": "staging"},
        {"using": made(inputs={"service_file": {"path": "readiness.yml", "sha256": "b"}, "organisation_file": None})},
        {"using": made(policy={"name": "default", "version": "1.0.0", "sha256": "y"})},
    ],
)
def test_other_evidence_has_another_digest(other: dict[str, t.Any]) -> None:
    assert run(**{"statuses": GOOD, **other})["run"]["evidence_digest"] != run(GOOD)["run"]["evidence_digest"]


def test_what_only_is_observed_is_no_evidence_and_a_waiver_is() -> None:
    seen = run({"R-01": "fail", "R-02": "pass"}, using=made(waivers=(waiver("R-01", key="k1"),)))["evidence"]
    assert seen["requirements"] == {"R-01": "waived k1", "R-02": "pass"}
    watched = plan(asked("R-01"), asked("R-02", deciding=False), phase="pre", inputs={})
    assert run(GOOD, using=watched)["evidence"]["requirements"] == {"R-01": "pass"}


# -- weighing


def test_a_decision_lets_go_on_what_it_is_about() -> None:
    required = made(decision_required=True)
    without = run(GOOD, using=required)
    assert without["judgement"]["verdict"] == "no_go" and without["evidence"]["verdict"] == "go"
    item = one(without["judgement"], "DEC-01")
    assert (item["status"], item["impact"], item["message"]) == ("fail", "blocker", "nobody has decided on this evidence")
    assert (without["judgement"]["verified"], without["judgement"]["required"]) == (2, 2), "a decision is no verification"
    decision = decided(without)
    assert decision["digest"] == without["run"]["evidence_digest"] and not decision["against_verdict"]
    after = run(GOOD, using=required, decisions=[decision], now=NOW + dt.timedelta(hours=1))
    assert after["judgement"]["verdict"] == "go" and one(after["judgement"], "DEC-01")["status"] == "pass"
    assert after["decisions"][0]["counts"] and after["judgement"]["overrides"] == []


@pytest.mark.parametrize(
    ("then", "options", "words"),
    [
        ({"R-01": "pass", "R-02": "fail"}, {}, "about other evidence: R-02 was fail, is pass"),
        (GOOD, {"version": "1.4.0"}, "about other evidence: the version was 1.4.0, is 1.5.0; the deployment was 1.4.0, is 1.5.0"),
        (GOOD, {"using": made(decision_required=True, inputs={})}, "about other evidence: the service file has changed"),
    ],
)
def test_a_decision_about_other_evidence_is_named(then: dict[str, str], options: dict[str, t.Any], words: str) -> None:
    decision = decided(run(then, **options))
    judgement = run(GOOD, using=made(decision_required=True), decisions=[decision])["judgement"]
    assert one(judgement, "DEC-01")["message"] == f"the decision of 2026-11-26 is {words}"
    assert judgement["verdict"] == "no_go"


def test_nothing_seen_stays_nothing_seen() -> None:
    record = run({}, using=plan(phase="pre", decision_required=True, inputs={}))
    decision = decided(record, outcome="go", override=True, reason="r")
    assert (
        run({}, using=plan(phase="pre", decision_required=True, inputs={}), decisions=[decision])["judgement"]["verdict"] == "undetermined"
    )


def test_the_newest_of_several_counts_and_only_until_its_last_day() -> None:
    record = run(GOOD)
    go, no = decided(record), decided(record, NOW + dt.timedelta(hours=1), outcome="no_go")

    def weighed(decisions: list[dict[str, t.Any]], today: dt.date = TODAY) -> _decisions.Weighed:
        return _decisions.weigh([from_plain(Decision, item) for item in decisions], from_plain(Evidence, record["evidence"]), today)

    assert weighed([no, go]).status is Status.FAIL and weighed([no, go]).message == "the decision of 2026-11-26 (committee) is NO-GO"
    assert weighed([go], dt.date(2026, 12, 3)).status is Status.PASS
    late = weighed([go], dt.date(2026, 12, 4))
    assert (late.status, late.message) == (Status.FAIL, "the decision of 2026-11-26 (committee) was valid until 2026-12-03")
    assert weighed([{**go, "phase": "post"}]).message == "nobody has decided on this evidence"
    forged = {**go, "evidence": {**go["evidence"], "version": "2"}}
    assert weighed([forged]).message == "the decision of 2026-11-26 has been changed since it was recorded"


def test_a_no_go_stops_where_none_is_asked_for() -> None:
    record = run(GOOD)
    assert run(GOOD, decisions=[decided(record)])["judgement"]["verdict"] == "go"
    assert run(GOOD, decisions=[decided(record, outcome="no_go")])["judgement"]["verdict"] == "no_go"


def test_an_override_is_told_and_owed() -> None:
    bad = {"R-01": "fail", "R-02": "pass"}
    decision = decided(run(bad), override=True, reason="the old one is worse")
    assert decision["against_verdict"]
    judgement = run(bad, decisions=[decision])["judgement"]
    assert (judgement["verdict"], judgement["advice"]) == ("no_go", "proceed")
    assert judgement["overridden"]["reason"] == "the old one is worse"
    (owed,) = judgement["overrides"]
    assert (owed["requirement"], owed["id"], owed["due"], owed["overdue"]) == ("R-01", decision["id"], "2026-11-29", False)
    assert run(bad, decisions=[decision], partial="limited to h1")["judgement"]["overridden"] is None
    # the same decision overrides nothing where there is nothing against it any more
    assert run(GOOD, decisions=[decision])["judgement"]["overridden"] is None


def test_a_batch_is_not_asked_and_a_partial_run_is_unknown() -> None:
    required = made(decision_required=True)
    assert one(run(GOOD, using=made(decision_required=True, scope="batch"))["judgement"], "DEC-01")["status"] == "not_due"
    waiting = run(GOOD, using=required, reach=Reach(waiting=("h2",)), partial="a batch")
    assert one(waiting["judgement"], "DEC-01")["status"] == "not_due"
    limited = run(GOOD, using=required, partial="limited to h1")["judgement"]
    assert (limited["verdict"], one(limited, "DEC-01")["status"]) == ("undetermined", "unknown")


@pytest.mark.parametrize(
    ("text", "level", "environment", "phase", "wanted"),
    [
        ("{required: [pre]}", "C", "production", "pre", True),
        ("{required: [pre]}", "C", "production", "post", False),
        ("{required: [pre], levels: [A, B]}", "C", "production", "pre", False),
        ("{required: [pre], levels: [A, B]}", "B", "production", "pre", True),
        ("{required: [pre], environments: [production]}", "A", "staging", "pre", False),
        ("{levels: [A]}", "A", "production", "pre", False),
    ],
)
def test_where_it_is_asked_for(text: str, level: str, environment: str, phase: str, wanted: bool) -> None:
    described = describe(organisation=f"schema_version: 1\ndecisions: {text}\n", environment=environment)
    assert _decisions.required(described, level, phase) is wanted
    # a service may ask for more than its organisation, and not for less
    own = "schema_version: 1\nservice: {name: a, owner: b}\ndecisions: {required: []}\n"
    assert _decisions.required(describe(own, described.organisation, environment=environment), level, phase) is wanted


# -- recording


def test_every_problem_is_told_at_once() -> None:
    found_wrong = problems(
        run({"R-01": "fail", "R-02": "pass"}),
        date="26.11.2026",
        body=" ",
        decided_by=[],
        valid_until="tomorrow",
        version="2",
        conditions=[{"text": "", "responsible": "me", "due": "soon"}],
    )
    assert [line.partition(":")[0] for line in found_wrong] == [
        "run",
        "date",
        "valid_until",
        "body",
        "decided_by",
        "outcome",
        "conditions.0.text",
        "conditions.0.due",
        "conditions",
    ]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (run(GOOD, partial="limited to h1"), "it was partial (limited to h1)"),
        ({"run": {"id": "x", "phase": "pre"}}, "it was written by a version without decisions"),
        ({"run": {"id": "x", "phase": "pre"}, "evidence": {"digest": "d", "version": "1"}}, "its evidence has been changed"),
        ({"run": {"id": "x", "phase": "pre", "emergency": {"id": "INC1", "reason": None, "by": "ana"}}}, "it was an emergency"),
    ],
)
def test_what_cannot_be_decided_on(record: dict[str, t.Any], words: str) -> None:
    (problem,) = problems(record)
    assert words in problem


def test_a_decision_counts_from_its_day() -> None:
    record = run(GOOD)
    assert decided(record, date="2026-11-20", valid_until="2d")["valid_until"] == "2026-11-22"
    assert decided(record, valid_until="2026-11-26")["valid_until"] == "2026-11-26"
    assert "is before the decision itself" in problems(record, valid_until="2026-11-25")[0]
    assert "still to come" in problems(record, date="2026-11-27")[0]


def test_conditions_are_open_overdue_or_met() -> None:
    conditions = [
        {"text": "a", "responsible": "x", "due": "2026-11-26", "met": None},
        {"text": "b", "responsible": "x", "due": "2026-11-25", "met": None},
        {"text": "c", "responsible": "x", "due": "2026-11-25", "met": "2026-11-25"},
    ]
    decision = decided(run(GOOD), outcome="go_with_conditions", conditions=conditions)
    record = run(GOOD, decisions=[decision])
    assert [item["state"] for item in record["decisions"][0]["conditions"]] == ["open", "overdue", "met"]
    told = [line for line in record["judgement"]["notices"] if "condition" in line]
    assert told == [
        "a condition of the decision of 2026-11-26 is due on 2026-11-26: a (x)",
        "a condition of the decision of 2026-11-26 was due on 2026-11-25: b (x)",
    ]
