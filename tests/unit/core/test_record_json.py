# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of what is kept, and the values that it is made of: there and back nothing is lost."""

from __future__ import annotations

import copy
import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.baseline import Loaded, take
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import SCHEMAS
from ansible_collections.operability.readiness.plugins.plugin_utils._model.baseline import Baseline
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision
from ansible_collections.operability.readiness.plugins.plugin_utils._model.deployments import Ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._model.emergency import Emergency
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import DebtFile
from ansible_collections.operability.readiness.plugins.plugin_utils._model.record import PastRun, RunRecord
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Outcome
from ansible_collections.operability.readiness.plugins.plugin_utils._model.waiver import Waiver, WaiverState
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ledger as _ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import Candidate, Wording, decided
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import enter_deployment
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import Unreadable, decoded, from_json, to_json
from unit.core.judged import Reach, as_state, asked, found, plan, record_and_state, waiver
from unit.core.test_baseline import healthy, service
from unit.publish import records

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
Json = dict[str, t.Any]


def again(kind: type, data: Json) -> Json:
    """What is read, written again."""
    return to_json(from_json(kind, json.loads(json.dumps(data)), "it"))


def same_text(data: Json, other: Json) -> bool:
    """The same keys and values in the same order."""
    return json.dumps(data) == json.dumps(other)


def rich() -> tuple[Json, Json]:
    """The record of a run with everything that a record can have, and the state after it."""
    before = take(service("pre"), healthy(), Reach(), Run("r0", "pre", "production", "1", "D1"), NOW)
    debt = waiver("BKP-01", kind="debt", **{"from": "2026-11-01"})
    accepted = waiver("PLT-01", host="h1", accept={"max_age": "72h"}, compensating="looked at", ticket="CHG-1")
    made = service("post", waivers=(debt, accepted, waiver("MON-01", "expired")), debt=DebtFile("readiness.debt.yml", "x", 3), ratchet=True)
    state = to_json(State.empty("payments", "production"))
    state["passed"] = {"MON-07": {"first": "2026-11-01T06:00:00Z", "last": "2026-11-20T06:00:00Z"}}
    state["reservations"] = {"BKP-05": {"raised": "2026-11-01", "due": "2026-11-20"}}
    lost = {"MON-01/0": [found("unknown", "no answer", instrument="Prometheus http://prom:9090")], "BKP-01/0": [found("fail", host="h1")]}
    findings = {**healthy(), **lost, "MON-07/0": [found("fail")], "BKP-05/0": [found("warn", host="h1")]}
    about = {"phase": "post", "version": "1.1", "deployment_id": "D1", "deployment_kind": "hotfix", "cause": "INC0042"}
    emergency = Emergency("INC0042", None, "ana")
    record, after = record_and_state(
        made, state, findings, now=NOW, reach=Reach(("h1",), {"h2": "down"}), before=Loaded(before), emergency=emergency, **about
    )
    value = from_json(RunRecord, record, "it")
    entered, _unused = enter_deployment(value, _ledger.empty("payments", "production"), NOW, failed_within="7d")
    return to_json(entered), after


def test_a_record_is_the_same_again() -> None:
    record, state = rich()
    judgement = record["judgement"]
    for name in ("reservations", "waivers", "debt", "ratchet", "instruments", "overrides", "comparison", "notices"):
        assert judgement[name], f"the record is to have {name}"
    assert same_text(again(RunRecord, record), record) and same_text(again(State, state), state)
    assert record["run"]["cause"] == "INC0042" and record["delivery_performance"]["windows"]


def test_a_run_of_no_deployment_has_no_kind_and_no_cause() -> None:
    record, _state = record_and_state(plan(asked("R-01")), to_json(State.empty("payments", "production")), {}, now=NOW)
    assert not {"deployment_kind", "cause"} & set(record["run"]) and same_text(again(RunRecord, record), record)
    at_pre = to_json(Run("r", "pre", deployment_kind="planned"))
    assert at_pre["deployment_kind"] == "planned" and at_pre["cause"] is None


@pytest.mark.parametrize("levels", [2_000, 200_000])
def test_json_that_is_too_deep_is_unreadable(levels: int) -> None:
    content = b'{"schema_version": 1, "service": ' + b"[" * levels + b"]" * levels + b"}"
    with pytest.raises(Unreadable, match=r"x\.json is not whole"):
        from_json(State, decoded(content, "x.json", 1), "x.json")


def test_a_ledger_a_baseline_and_a_decision_are_the_same_again() -> None:
    record, _state = rich()
    past = from_json(PastRun, record, "it")
    assert past.judgement is not None
    ledger = _ledger.entered(_ledger.empty("payments", "production"), past.run, past.judgement)
    baseline = take(service("pre"), healthy(), Reach(), Run("r0", "pre", "production", "1", "D1"), NOW)
    whole = from_json(PastRun, {**record, "run": {**record["run"], "emergency": None}}, "it")
    wording = Wording("post", "board", ("Ana",), Outcome.NO_GO)
    decision = decided(wording, Candidate(whole.run, whole.evidence, 1, 2), now=NOW, recorded_by="me")
    for kind, value in ((Ledger, ledger), (Baseline, baseline), (Decision, decision)):
        data = to_json(value)
        assert data["schema_version"] == 1 and same_text(again(kind, data), data), kind


def contains(larger: t.Any, smaller: t.Any, where: str = "it") -> list[str]:
    """Where something of the second is not in the first."""
    if isinstance(smaller, dict) and isinstance(larger, dict):
        missing = [f"{where}.{key} is lost" for key in smaller if key not in larger]
        return missing + [line for key in smaller if key in larger for line in contains(larger[key], smaller[key], f"{where}.{key}")]
    if isinstance(smaller, list) and isinstance(larger, list) and len(smaller) == len(larger):
        return [line for number, pair in enumerate(zip(larger, smaller)) for line in contains(*pair, f"{where}.{number}")]
    return [] if larger == smaller else [f"{where} was {smaller!r}, is {larger!r}"]


@pytest.mark.parametrize("made", [records.record(), records.full(), records.large(5, 10)], ids=["record", "full", "large"])
def test_what_an_earlier_version_wrote_is_kept_and_completed(made: Json) -> None:
    """The sample records have what their version wrote, which is not all that this one writes."""
    for item in made["judgement"]["requirements"]:
        del item["valid_until"]  # a sample has it everywhere; it is written in the state alone
    read = again(RunRecord, made)
    assert contains(read, made) == []
    assert read["run"]["scope"] == "service" and read["judgement"]["overrides"] == []
    assert from_json(PastRun, made, "it").run.id == made["run"]["id"]


def test_a_state_of_an_earlier_version() -> None:
    _record, state = rich()
    old = {key: value for key, value in state.items() if key not in ("passed", "debt", "overrides", "closed_overrides", "said")}
    for known in old["requirements"].values():
        del known["accepted"], known["asked"]
    assert contains(to_json(as_state(old)), old) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda record: record["judgement"].update(verdict="soon"), "it.judgement.verdict: 'soon' is none of go, go_with_reservations"),
        (lambda record: record["judgement"]["requirements"].append("x"), "it.judgement.requirements.2: expected a mapping, found str"),
        (lambda record: record["run"].pop("id"), "it.run: there is no id"),
        (lambda record: record["run"].update(version=3), "it.run.version: expected a text, found int"),
        (lambda record: record["run"].update(first_deployment="no"), "it.run.first_deployment: expected true or false, found str"),
        (lambda record: record["run"].update(duration_seconds=True), "it.run.duration_seconds: expected a number, found bool"),
        (lambda record: record.update(hosts=[]), "it.hosts: expected a mapping, found list"),
        (lambda record: record["judgement"]["requirements"][0].update(findings=[{}]), "it.judgement.requirements.0.findings.0: KeyError"),
    ],
)
def test_what_is_not_whole_is_named(spoil: t.Callable[[Json], t.Any], words: str) -> None:
    good = record_and_state(plan(asked("R-01"), asked("R-02")), to_json(State.empty("payments", "production")), {}, now=NOW)[0]
    record = copy.deepcopy(json.loads(json.dumps(good)))
    spoil(record)
    with pytest.raises(Unreadable) as caught:
        from_json(RunRecord, record, "x.json")
    assert str(caught.value).startswith("x.json is not whole: ") and words in str(caught.value)


def test_a_waiver_knows_every_key_that_a_file_may_have() -> None:
    """Else one would be lost on the way to the record."""
    schema = json.loads((SCHEMAS / "organisation.schema.json").read_text())
    keys = set(schema["$defs"]["waiver_of"]["properties"])
    given: Json = {key: {"max_age": "1h"} if key == "accept" else "2027-01-01" for key in keys}
    made = Waiver.declared(given, key="k", declared_in="p", state=WaiverState.ACTIVE)
    assert to_json(made) == {**given, "state": "active"}
