# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The debt of a service: its file, its lines in plan and judgement, and how it shrinks."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Document, Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import debt as _debt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording import adopt as _adopt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.adopt import Adoption, NothingToAdopt, Terms, adopt
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import Unreadable
from unit.core import described
from unit.core.described import document
from unit.core.judged import as_state, asked, found, one, plan, record_and_state, to_json, waiver

ENDS = {"blocker": "90d", "major": "180d", "unknown": "270d"}
NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
TEN = plan(asked("R-01"), asked("R-02", "major"), asked("R-03"), asked("R-04", "major"), asked("R-05", "minor"), asked("R-06"), phase=None)
RECORDS: dict[str, dict[str, t.Any]] = {}  # by run
FIRST = {"R-01": "fail", "R-02": "warn", "R-03": "unknown", "R-04": "pass", "R-05": "fail", "R-06": "fail"}


def run(
    made: Plan, state: dict[str, t.Any], statuses: t.Mapping[str, str], *, days: int = 0, partial: str | None = None
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """A run's record and the state after it."""
    moment = NOW + dt.timedelta(days=days)
    findings = {f"{name}/0": [found(status, f"{name} is {status}")] for name, status in statuses.items()}
    return kept(*record_and_state(made, state, findings, now=moment, phase="recheck", partial=partial))


def kept(record: dict[str, t.Any], after: dict[str, t.Any]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    RECORDS[record["run"]["id"]] = json.loads(json.dumps(record))
    return record, after


def record_of(run: str) -> dict[str, t.Any]:
    if run not in RECORDS:
        raise Unreadable(Message(f"there is no run {run}"))
    return RECORDS[run]


def adopted(state: dict[str, t.Any], debt: Document | None = None, *, made: Plan = TEN, days: int = 0, **more: t.Any) -> Adoption:
    terms = Terms(**{"environment": "production", "by": "alice", "ends": ENDS, "now": NOW + dt.timedelta(days=days), **more})
    return adopt(debt, with_debt(made, debt, days), as_state(state), terms, record_of)


def as_document(text: str) -> Document:
    return document(text, "debt")


def with_debt(made: Plan, debt: Document | None, days: int = 0, environment: str = "production") -> Plan:
    """The plan as the planner makes it with this debt file, over hand-made requirements."""
    service = "schema_version: 1\nservice: {name: payments, owner: team-payments, hosts: payments}\n"
    today = (NOW + dt.timedelta(days=days)).date().isoformat()
    description = described.describe(service, None, debt=debt, today=today, environment=environment)
    problems: list[str] = []
    notices: list[str] = []
    lines, about = _debt.entries(description, {item.rule.id: item.rule for item in made.requirements}, problems, notices)
    if problems:
        raise Refused(problems)
    fields = {**{name: getattr(made, name) for name in made.__dataclass_fields__}, "notices": tuple(notices), "debt": about}
    return Plan(**{**fields, "waivers": (*made.waivers, *lines)})


@pytest.fixture
def state() -> dict[str, t.Any]:
    return run(TEN, to_json(State.empty("payments", "production")), FIRST)[1]


@pytest.fixture
def debt(state: dict[str, t.Any]) -> Document:
    return as_document(adopted(state).text)


def lines(text: str) -> dict[str, dict[str, t.Any]]:
    return {line["requirement"]: line for line in yaml.safe_load(text)["debt"]}


# -- adopting


def test_a_line_for_each_that_was_looked_at_and_does_not_pass(state: dict[str, t.Any]) -> None:
    adoption = adopted(state)
    assert adoption.first and adoption.added == ["R-01", "R-02", "R-03", "R-06"] and adoption.left_out == {}
    written = lines(adoption.text)
    assert {name: str(line["until"]) for name, line in written.items()} == {
        "R-01": "2027-02-23",
        "R-02": "2027-05-24",
        "R-03": "2027-08-22",
        "R-06": "2027-02-23",
    }
    assert (written["R-01"]["observed"], written["R-01"]["by"], written["R-01"]["environment"]) == ("R-01 is fail", "alice", "production")
    assert yaml.safe_load(adoption.text)["adopted"] == {"production": {"at": dt.date(2026, 11, 25), "by": "alice", "lines": 4}}
    assert _debt.problems_of(as_document(adoption.text), "payments") == []


def test_what_gets_no_line_is_told_with_its_reason(state: dict[str, t.Any]) -> None:
    more = (*TEN.requirements, asked("R-07", phases=("post",)), asked("R-08", waivable=False), asked("R-09"), asked("R-10", valid_for="1h"))
    made = plan(*more, phase=None, waivers=(waiver("R-09"),), ratchet=True)
    state = run(plan(*more[:6], *more[7:], waivers=made.waivers), state, {**FIRST, "R-08": "fail", "R-09": "fail", "R-10": "fail"})[1]
    state["passed"]["R-06"] = {"first": "2026-11-01T06:00:00Z", "last": "2026-11-20T06:00:00Z"}
    adoption = adopted(state, made=made, days=1)
    assert adoption.added == ["R-01", "R-02", "R-03"]
    assert adoption.left_out == {
        "R-06": "it passed on 2026-11-20, and what has passed once may not be lost (ratchet)",
        "R-07": "it was never verified: run post before adopting",
        "R-08": "the policy does not allow a waiver of it",
        "R-09": "a waiver covers it until 2027-03-31",
        "R-10": "it was last verified on 2026-11-25, which no longer counts: verify it again",
    }


def test_hostile_and_long_messages_become_one_harmless_line(state: dict[str, t.Any]) -> None:
    state["requirements"]["R-01"]["findings"][0]["message"] = "\x1b[31m{{ lookup('pipe', 'id') }}\n- seal: 'x' # \u202e" + "A" * 5000
    adoption = adopted(state)
    line = lines(adoption.text)["R-01"]
    assert len(line["observed"]) <= 300 and "\n" not in line["observed"] and "\x1b" not in line["observed"]
    assert line["observed"].startswith("{{ lookup('pipe', 'id') }} - seal: 'x' #")
    assert _debt.problems_of(as_document(adoption.text), "payments") == []


def test_nothing_was_ever_verified() -> None:
    with pytest.raises(NothingToAdopt, match="nothing of payments in production was ever verified completely"):
        adopted(to_json(State.empty("payments", "production")))


def test_a_service_without_a_fault_is_adopted_without_debt(state: dict[str, t.Any]) -> None:
    state = run(TEN, state, dict.fromkeys(FIRST, "pass"))[1]
    adoption = adopted(state)
    assert adoption.first and adoption.lines == [] and yaml.safe_load(adoption.text)["debt"] == []
    state = run(TEN, state, FIRST, days=1)[1]
    again = adopted(state, as_document(adoption.text), days=1)
    assert not again.first and again.added == [] and again.text == adoption.text


def test_a_second_time_it_only_shrinks(state: dict[str, t.Any], debt: Document) -> None:
    text = adopted(state).text
    worse = run(with_debt(TEN, debt), state, {**FIRST, "R-01": "pass", "R-04": "fail"}, days=10)[1]
    second = adopted(worse, debt, days=10, ends=dict.fromkeys(ENDS, "700d"))
    assert (second.first, second.added, list(second.struck)) == (False, [], ["R-01"])
    before = lines(text)
    assert lines(second.text) == {name: line for name, line in before.items() if name != "R-01"}
    assert adopted(worse, as_document(second.text), days=11).text == second.text


def test_a_line_that_passed_once_goes_even_when_it_fails_again(state: dict[str, t.Any], debt: Document) -> None:
    made = with_debt(TEN, debt)
    state = run(made, run(made, state, {**FIRST, "R-01": "pass"}, days=1)[1], FIRST, days=2)[1]
    assert adopted(state, debt, days=2).struck == {"R-01": "it passed on 2026-11-26"}


def test_deleting_the_file_gains_nothing(state: dict[str, t.Any], debt: Document) -> None:
    made = with_debt(TEN, debt)
    state = run(made, run(made, state, {**FIRST, "R-01": "pass"}, days=1)[1], FIRST, days=2)[1]
    anew = adopted(state, None, days=2)
    assert anew.left_out == {"R-01": "it was in debt before, and passed on 2026-11-26: what has passed is no debt any more"}
    assert {str(line["until"]) for line in lines(anew.text).values() if line["requirement"] == "R-06"} == {"2027-02-23"}


def test_each_environment_has_its_own_debt(state: dict[str, t.Any], debt: Document) -> None:
    terms = Terms("staging", "bob", ENDS, NOW + dt.timedelta(days=3))
    service = adopt(debt, with_debt(TEN, debt, environment="staging"), as_state(state), terms, record_of)
    assert service.first and len(yaml.safe_load(service.text)["debt"]) == 8
    both = as_document(service.text)
    assert len(with_debt(TEN, both).lines_of_debt) == 4
    assert with_debt(TEN, both, environment="test").waivers == ()


def test_what_the_policy_does_not_ask_for_any_more(state: dict[str, t.Any], debt: Document) -> None:
    fewer = plan(*TEN.requirements[1:], phase=None)
    made = with_debt(fewer, debt)
    assert made.notices == ("readiness.debt.yml:14: the policy does not ask for R-01 any more; run adopt to take its line out",)
    assert adopted(state, debt, made=fewer).struck == {"R-01": "the policy does not ask for it any more"}


# -- judging


def test_debt_is_a_reservation(state: dict[str, t.Any], debt: Document) -> None:
    record, after = run(with_debt(TEN, debt), state, FIRST, days=1)
    judgement = record["judgement"]
    assert judgement["verdict"] == record["state"]["verdict"] == "go_with_reservations"
    assert {item["requirement"]: (item["kind"], item["due"]) for item in judgement["reservations"]} == {
        "R-01": ("debt", "2027-02-23"),
        "R-02": ("debt", "2027-05-24"),
        "R-03": ("debt", "2027-08-22"),
        "R-06": ("debt", "2027-02-23"),
    }
    assert (one(judgement, "R-01")["observed_status"], one(judgement, "R-01")["status"]) == ("fail", "waived")
    assert one(judgement, "R-01")["waiver"]["reason"] == "fail when it was adopted: R-01 is fail"
    held = judgement["debt"]
    assert (held["adopted"], held["left"], held["expired"], held["next_end"]) == (4, 4, 0, "2027-02-23")
    assert judgement["waivers"] == [] and judgement["notices"] == []
    held = after["debt"]["R-01"]
    assert (held["adopted"], held["until"], held["passed_at"]) == ("2026-11-25", "2027-02-23", None)
    assert held["seen"]["run"] == debt.of_debt["debt"][0]["run"] and held["seen"]["faults"][0]["status"] == "fail"


def test_only_a_complete_run_strikes_out(state: dict[str, t.Any], debt: Document) -> None:
    made, repaired = with_debt(TEN, debt), {**FIRST, "R-01": "pass"}
    part, same = run(made, state, repaired, days=1, partial="limited to h1 (--limit)")
    assert same == state and part["judgement"]["debt"]["left"] == 3
    assert run(made, same, FIRST, days=2)[0]["judgement"]["verdict"] == "go_with_reservations"
    whole, after = run(made, state, repaired, days=1)
    assert whole["judgement"]["notices"] == ["readiness.debt.yml: run adopt to take out what has passed: R-01"]
    assert after["debt"]["R-01"]["passed_at"] == "2026-11-26T06:00:00Z"
    lost = run(made, after, FIRST, days=2)[0]
    assert lost["judgement"]["verdict"] == lost["state"]["verdict"] == "no_go"
    assert lost["judgement"]["debt"]["left"] == 3
    assert "readiness.debt.yml:14: R-01 has passed on 2026-11-26, so its debt covers nothing any more" in lost["judgement"]["notices"]


def test_what_was_not_really_seen_does_not_strike_out(state: dict[str, t.Any], debt: Document) -> None:
    nothing = plan(asked("R-01", state=PlanState.NOT_APPLICABLE, why="traits.data is false"), *TEN.requirements[1:], phase=None)
    record, after = run(with_debt(nothing, debt), state, {name: status for name, status in FIRST.items() if name != "R-01"}, days=1)
    assert record["judgement"]["debt"]["left"] == 4 and after["debt"]["R-01"]["passed_at"] is None


@pytest.mark.parametrize(
    ("days", "verdict", "notice"),
    [
        (59, "go_with_reservations", None),
        (60, "go_with_reservations", "readiness.debt.yml:14: the debt of R-01 ends on 2027-02-23, in 30 days"),
        (90, "go_with_reservations", "readiness.debt.yml:14: the debt of R-01 ends on 2027-02-23, in 0 days"),
        (91, "no_go", "readiness.debt.yml:14: the debt of R-01 ended on 2027-02-23: it covers nothing any more"),
    ],
)
def test_the_end_of_a_debt(state: dict[str, t.Any], debt: Document, days: int, verdict: str, notice: str | None) -> None:
    judgement = run(with_debt(TEN, debt, days), state, FIRST, days=days)[0]["judgement"]
    assert judgement["verdict"] == verdict
    assert (notice in judgement["notices"]) if notice else judgement["notices"] == []
    assert judgement["debt"]["expired"] == (2 if days > 90 else 0)


def test_a_waiver_goes_before_the_debt_and_a_policy_that_allows_none(state: dict[str, t.Any], debt: Document) -> None:
    waived = with_debt(plan(*TEN.requirements, phase=None, waivers=(waiver("R-01"),)), debt)
    assert one(run(waived, state, FIRST)[0]["judgement"], "R-01")["waiver"]["approved_by"] == "head"
    never = with_debt(plan(asked("R-01", waivable=False), *TEN.requirements[1:], phase=None), debt)
    judgement = run(never, state, FIRST)[0]["judgement"]
    assert judgement["verdict"] == "no_go"
    assert "the debt of R-01 does not count: the policy does not allow a waiver of this requirement" in judgement["notices"][0]


def test_a_state_of_an_earlier_version(state: dict[str, t.Any], debt: Document) -> None:
    for key in ("debt", "passed"):
        del state[key]
    record, after = run(with_debt(TEN, debt), state, {**FIRST, "R-01": "pass"}, days=1)
    assert record["judgement"]["verdict"] == "go_with_reservations" and after["debt"]["R-01"]["passed_at"]
    assert adopted(state, debt).struck == {}


# -- the file


@pytest.mark.parametrize(
    ("field", "value"), [(name, "2030-01-01" if name in ("adopted", "until") else "other") for name in (*_debt.SEALED, *_debt.WITNESSED)]
)
def test_every_field_of_a_line_is_sealed(debt: Document, field: str, value: str) -> None:
    changed = [{**line} for line in debt.data["debt"]]
    changed[1][field] = value
    document = Document(debt.name, {**debt.data, "debt": changed}, debt.positions, debt.sha256)
    (problem,) = _debt.problems_of(document, "payments")
    assert problem.startswith("readiness.debt.yml:27: debt.1 (")
    assert problem.endswith("this line was not written by adopt, or was changed; take that back, run adopt, or use a waiver")


def test_lines_by_hand_from_elsewhere_and_twice(debt: Document) -> None:
    line = debt.data["debt"][0]
    bare = {"requirement": "R-07", "seal": _debt.seal({"requirement": "R-07"}, "payments")}
    for added, said in (
        ({"requirement": "R-07", "until": "2099-01-01"}, "debt.4 (R-07): this line was not written by adopt"),
        (bare, "debt.4 (R-07): this line was not written by adopt"),
        ({**line, "requirement": "R-07"}, "debt.4 (R-07): this line was not written by adopt"),
        (line, "debt.4 (R-01): the same line stands twice, first in readiness.debt.yml:14; delete one"),
    ):
        document = Document(debt.name, {**debt.data, "debt": [*debt.data["debt"], added]}, debt.positions, debt.sha256)
        (problem,) = _debt.problems_of(document, "payments")
        assert said in problem
    assert _debt.problems_of(debt, "shop") == [
        "readiness.debt.yml:7: service: this is the debt of payments; the service file describes shop"
    ]
    # taking lines out is no harm
    fewer = Document(debt.name, {**debt.data, "debt": debt.data["debt"][1:]}, debt.positions, debt.sha256)
    assert _debt.problems_of(fewer, "payments") == []


def test_where_the_file_is() -> None:
    service = "schema_version: 1\nservice: {name: payments, owner: x}\n"
    shared = document("schema_version: 1\ndebt: debts\n", "organisation", folder="/etc/org")
    plain, named = document(service), document(service + "debt: ops/payments.yml\n")
    assert _debt.file_of(plain, None) == ("/srv/app/readiness.debt.yml", None)
    assert _debt.file_of(document(service, name="sub/pay.yaml"), None)[0] == "/srv/app/pay.debt.yml"
    assert _debt.file_of(plain, shared) == ("/etc/org/debts/payments.yml", "organisation.yml:2")
    assert _debt.file_of(named, shared) == ("/srv/app/ops/payments.yml", "readiness.yml:3")


def test_the_file_is_one_that_people_can_read(state: dict[str, t.Any]) -> None:
    text = adopted(state).text
    assert text.startswith(_adopt.HEADER)
    assert "  - requirement: R-01\n    environment: production\n    impact: blocker\n    status: fail\n    observed: R-01 is fail\n" in text
    assert (
        "    adopted: 2026-11-25\n    by: alice\n    until: 2027-02-23\n    found:\n      - {status: fail, instance: i, host: '', " in text
    )
    assert "    run: 20261125T060000Z-recheck-0000\n    record: " in text
