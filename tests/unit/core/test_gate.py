# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From findings to a run record: who was reached, what is partial, what becomes of the state."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import json
import pathlib
import subprocess
import sys
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.module_utils._store import Changed
from ansible_collections.operability.readiness.plugins.plugin_utils._acting import gate as _gate
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.gate import Gate, RunOptions, Spoken, Subject, World
from ansible_collections.operability.readiness.plugins.plugin_utils._model.emergency import Emergency
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Outcome, Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.decisions import Candidate, Wording, decided
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import (
    Play,
    Visited,
    partial_reason,
    reach_of,
    waiting_hosts,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records, load
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from ansible_collections.operability.readiness.plugins.plugin_utils._running.verification import CONTROLLER
from unit.core.judged import asked, check, found, plan, to_json

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
PLAN = plan(asked("R-01", checks=[check("R-01/0", hosts=("h1", "h2", "log1"))]), phase="post")


def left(host: str, play_hosts: t.Sequence[str] = (), unreachable: str | None = None) -> Visited:
    return Visited(host, unreachable, tuple(play_hosts))


def test_who_was_reached() -> None:
    reach = reach_of(PLAN, [left("h1"), left(CONTROLLER), left("h2", unreachable="no route")], Play())
    assert (reach.reached, reach.unreachable) == (("h1",), {"h2": "no route"})
    assert reach.absent == {"log1": "log1 was not part of this run: no verify task ran for it"}


def test_why_a_host_left_nothing() -> None:
    lost = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], Play("h1"))
    assert lost.absent == {"h2": "h2 was lost earlier in this play", "log1": "log1 was not part of this run (--limit h1)"}


def test_a_host_that_is_still_there_was_not_lost() -> None:
    reach = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], Play(hosts=frozenset({"h1", "h2"})))
    assert reach.absent["h2"] == "no verify task ran for h2, which is still in this play (run_once? when?)"


def test_a_batch_is_always_partial() -> None:
    batch = dataclasses.replace(PLAN, scope="batch", expected_hosts=("h1",))
    for play in (Play(), Play("h1"), Play(tags=("mon",))):
        assert partial_reason(batch, [left("h1")], play) == "a batch of the play (scope: batch): h1"
    none = dataclasses.replace(batch, expected_hosts=())
    assert partial_reason(none, [], Play()) == "a batch of the play (scope: batch): no host of the service"


def test_hosts_that_are_called_like_the_controller_are_hosts() -> None:
    named = plan(
        asked("R-01", checks=[check("R-01/0", hosts=("controller", "controller-2"))]), expected_hosts=("controller", "controller-2")
    )
    reach = reach_of(named, [left("controller"), left("controller-2"), left(CONTROLLER)], Play())
    assert set(reach.reached) == {"controller", "controller-2"} and reach.absent == {}


@pytest.mark.parametrize(
    ("spooled", "options", "words"),
    [
        (["h1", "h2"], {}, None),
        (["h1", "h2"], {"limit": "all"}, None),
        (["h1"], {"limit": "h1"}, "limited to h1 (--limit); not looked at: h2"),
        (["h1"], {}, "on part of the hosts; not looked at: h2"),
        (["h1", "h2"], {"tags": ("all",)}, None),
        (["h1", "h2"], {"tags": ("mon", "log")}, "limited to the tags mon, log (--tags)"),
        (["h1", "h2"], {"skipped_tags": ("slow",)}, "without the tags slow (--skip-tags)"),
        ([], {}, None),
        ([], {"limit": "other"}, "limited to other (--limit); not looked at: h1, h2"),
    ],
)
def test_what_is_partial(spooled: list[str], options: dict[str, t.Any], words: str | None) -> None:
    assert partial_reason(PLAN, [left(host) for host in spooled], Play(**options)) == words


def test_a_host_that_was_lost_makes_no_run_partial() -> None:
    assert partial_reason(PLAN, [left("h1", play_hosts=["h1", "h2"])], Play()) is None
    assert partial_reason(PLAN, [left("h1"), left("h2", unreachable="x")], Play()) is None


def test_hosts_whose_batch_is_still_to_come() -> None:
    play = Play.of({"ansible_play_hosts": ["h1", "h2"], "ansible_play_batch": ["h1"]})
    assert waiting_hosts(PLAN, [left("h1")], play) == ["h2"]
    assert waiting_hosts(PLAN, [left("h1"), left("h2")], play) == [], "it has been here"
    assert waiting_hosts(PLAN, [], play) == [] == waiting_hosts(PLAN, [left("h1")], Play.of({}))
    reach = reach_of(PLAN, [left("h1", play_hosts=["h1", "h2"])], Play(), ["h2"])
    assert reach.waiting == ("h2",) and set(reach.absent) == {"log1"}


# -- the gate


@dataclasses.dataclass
class House:
    """Records and spool below one folder, and what a gate over them said."""

    folder: pathlib.Path
    shown: list[t.Mapping[str, t.Any]] = dataclasses.field(default_factory=list)
    looked: int = 0

    @property
    def records(self) -> Records:
        return Records(self.folder / "records", "payments", "production")

    def spool(self, scope: str = "service", phase: str = "post") -> Spool:
        return Spool(self.folder / "spool", "payments", "production", phase, scope)

    def speak(
        self,
        *,
        statuses: t.Mapping[str, str] | None = None,
        using: Plan = PLAN,
        records: Records | None = None,
        now: dt.datetime = NOW,
        check_mode: bool = False,
        **fields: t.Any,
    ) -> Spoken:
        """A gate over hosts that left findings of these statuses. Fields are those of its options or of its subject."""
        spool = self.spool(using.scope, using.phase or "")
        for host, status in ({"h1": "pass", "h2": "pass", "log1": "pass"} if statuses is None else statuses).items():
            spool.save(host, {"R-01/0": [found(status, f"it is {status}", host=host)]})
        options = {"phase": using.phase, "environment": "production", "version": "1.0", "ticket": "CHG-1"}
        options.update({name: fields.pop(name) for name in list(fields) if name in RunOptions.__dataclass_fields__})
        subject = Subject(using, dataclasses.replace(using, phase=None), RunOptions(**options), now - dt.timedelta(seconds=12.5), **fields)
        world = World(lambda: now, look=self.look, show=self.shown.append, check_mode=check_mode)
        return Gate(subject, records or self.records, spool, world).speak()

    def look(self) -> None:
        self.looked += 1


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return House(tmp_path)


def told(spoken: Spoken) -> dict[str, t.Any]:
    return to_json(spoken.answer)


def record_of(spoken: Spoken) -> dict[str, t.Any]:
    return dict(spoken.record)


EMERGENCY = Emergency("INC0042", "payments are down", "ana")
ENFORCED = dataclasses.replace(PLAN, mode="enforce")


def test_the_record_of_a_run(house: House) -> None:
    spoken = house.speak(versions={"collection_version": "0.1.0", "ansible_version": "2.19"})
    record = record_of(spoken)
    run = record["run"]
    assert run["id"].startswith("20261125T060000Z-post-") and (run["duration_seconds"], run["deployment_id"], run["ticket"]) == (
        12.5,
        "1.0",
        "CHG-1",
    )
    assert (run["mode"], run["enforced"], run["partial"], run["collection_version"]) == ("observe", False, None, "0.1.0")
    assert record["judgement"]["verdict"] == record["state"]["verdict"] == record["gates"]["post"]["verdict"] == "go"
    assert (record["hosts"]["expected"], record["hosts"]["reached"]) == (["h1", "h2"], ["h1", "h2"])
    assert (
        [item["version"] for item in record["deployments"]] == ["1.0"] == [item.version for item in house.records.load_state().deployments]
    )
    assert (run["scope"], run["settle_seconds"], run["recheck_interval_seconds"]) == ("service", 0.0, 86400.0)
    assert record["service"]["level"] == "A" and record["inputs"]["policy"]["name"] == "default"
    assert json.loads(json.dumps(record)) == record and record["schema_version"] == 1


def test_what_is_said_shown_and_kept_is_one(house: House) -> None:
    spoken = house.speak()
    answer = told(spoken)
    assert (answer["verdict"], answer["words"], answer["code"], answer["advice"], answer["stop"]) == ("go", "GO", 0, "proceed", False)
    assert answer["msg"] == "payments: GO, 1 of 1 verified" and answer["state"] == "go"
    kept = load(answer["record_path"])
    assert kept == spoken.record == house.shown[0] and len(house.shown) == 1 and house.looked == 1
    assert spoken.warnings == [] and house.spool().judged() == answer, "whoever asks again is told the same"


def test_a_no_go_stops_where_it_is_enforced(house: House) -> None:
    bad = {"h1": "fail", "h2": "pass", "log1": "pass"}
    stopped = house.speak(using=ENFORCED, statuses=bad).answer
    assert stopped.stop and stopped.msg == "payments: NO-GO, 1 of 1 verified\n  R-01 title of R-01: h1: it is fail"
    observed = house.speak(statuses=bad).answer
    assert not observed.stop and observed.msg.startswith("payments: NO-GO, 1 of 1 verified (observe mode: the play goes on)\n")


def test_input_that_is_refused_in_an_emergency_is_told_and_what_was_known_stands(house: House) -> None:
    house.speak()
    stand_in = plan(phase="post", mode="observe", refused=("readiness.yml:3: no",), expected_hosts=())
    spoken = house.speak(using=stand_in, statuses={}, emergency=EMERGENCY, now=NOW + dt.timedelta(hours=1))
    record = record_of(spoken)
    assert (spoken.answer.verdict, spoken.answer.stop, spoken.answer.advice) == (Verdict.UNDETERMINED, False, "proceed")
    assert spoken.answer.msg.startswith("EMERGENCY INC0042: the play goes on. payments: UNDETERMINED, 0 of 0 verified")
    assert record["judgement"]["reasons"] == ["the input is refused: readiness.yml:3: no"]
    assert record["state"]["verdict"] == "go" and [item["id"] for item in record["state"]["overrides"]] == ["INC0042"]
    assert [item.id for item in house.records.load_state().overrides] == ["INC0042"]


def test_an_emergency_looks_for_no_lines_and_owes_a_whole_verification(house: House) -> None:
    spoken = house.speak(using=ENFORCED, statuses={"h1": "fail", "h2": "pass", "log1": "pass"}, emergency=EMERGENCY)
    record = record_of(spoken)
    assert house.looked == 0 and not spoken.answer.stop and spoken.answer.advice == "proceed"
    assert record["run"]["emergency"] == {"id": "INC0042", "reason": "payments are down", "by": "ana"}
    assert [item["requirement"] for item in record["judgement"]["overrides"]] == ["ALL"] and record["run"]["enforced"] is False
    state = house.records.load_state()
    assert state.requirements == {} and state.gates["post"].verdict is Verdict.NO_GO, "it says nothing about the service"
    closing = record_of(house.speak(now=NOW + dt.timedelta(hours=1)))
    assert "the emergency INC0042 of 2026-11-25 is closed by this run" in closing["judgement"]["notices"]
    assert house.records.load_state().overrides == ()


def test_an_emergency_waits_for_records_for_a_short_time_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    records = house.records
    monkeypatch.setattr(records, "together", lambda work: over.wait(60))
    monkeypatch.setattr(_gate, "SAVING", 0.05)
    try:
        spoken = house.speak(records=records, emergency=EMERGENCY)
    finally:
        over.set()
    assert spoken.answer.record_path is None and record_of(spoken)["judgement"]["verdict"] == "go"
    assert "its record was not kept: the records folder" in spoken.warnings[0] and "did not answer within 50 ms" in spoken.warnings[0]


def test_records_that_cannot_be_written(house: House) -> None:
    (house.folder / "records").touch()
    spoken = house.speak()
    assert spoken.answer.verdict is Verdict.GO and spoken.answer.record_path is None and record_of(spoken)["state"] is None
    assert spoken.warnings[0].startswith("the verdict stands, but its record was not kept: the records folder")


def test_a_state_that_cannot_be_written_after_the_record(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    records = house.records

    def full(state: t.Any, follows: t.Any) -> None:
        raise NotWritten("no space left on the device")

    monkeypatch.setattr(records, "save_state", full)
    spoken = house.speak(records=records)
    assert spoken.answer.record_path and spoken.warnings == [
        "the verdict stands, but the service's state was not updated: no space left on the device"
    ]


def test_a_state_that_is_not_whole_is_put_aside(house: House) -> None:
    house.speak()
    path = pathlib.Path(house.records.state_path)
    path.write_text(path.read_text()[:100])
    spoken = house.speak(now=NOW + dt.timedelta(hours=1))
    assert (spoken.answer.verdict, spoken.answer.state, spoken.warnings) == (Verdict.GO, Verdict.GO, [])
    (notice,) = record_of(spoken)["judgement"]["notices"]
    assert "is not whole" in notice and "it is put aside, and what the service owes is taken from its run records" in notice
    (aside,) = path.parent.glob("state.json.refused-20261125T070000Z-*")
    assert len(aside.read_text()) == 100 and house.records.load_state().gates["post"].at == "2026-11-25T07:00:00Z"


def test_a_ledger_that_is_not_whole_costs_no_verdict(house: House) -> None:
    house.speak()
    path = pathlib.Path(house.records.folder) / "deployments.json"
    path.write_text(path.read_text().replace('"began_at"', '"began"'))
    spoken = house.speak(version="1.1", now=NOW + dt.timedelta(hours=1))
    (notice,) = record_of(spoken)["judgement"]["notices"]
    assert "was changed after it was written" in notice and "the deployments are taken from the last run record" in notice
    assert [entry.version for entry in house.records.load_ledger().deployments] == ["1.0", "1.1"]
    assert len(list(path.parent.glob("deployments.json.refused-*"))) == 1 and spoken.answer.state is Verdict.GO


def test_a_clock_that_is_behind_its_state(house: House) -> None:
    house.speak()
    spoken = house.speak(now=NOW - dt.timedelta(hours=1))
    assert "it is 2026-11-25T05:00:00Z here; set the clock of the machine that is wrong" in spoken.warnings[0]
    assert house.records.load_state().gates["post"].at == "2026-11-25T06:00:00Z" and record_of(spoken)["state"] is None


def test_others_that_are_always_faster(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    records = house.records

    def slower(work: t.Callable[[], None]) -> None:
        work()
        raise Changed("state.json was changed by somebody else")

    monkeypatch.setattr(records, "together", slower)
    spoken = house.speak(records=records)
    assert spoken.answer.record_path is None and spoken.answer.verdict is Verdict.GO
    assert spoken.warnings == ["the verdict stands, but its record was not kept: state.json was changed by somebody else"]


def test_a_decision_is_asked_for_found_and_goes_against_the_verdict(house: House) -> None:
    required = dataclasses.replace(ENFORCED, phase="pre", decision_required=True)
    bad = {"h1": "fail", "h2": "pass", "log1": "pass"}
    first = record_of(house.speak(using=required, statuses=bad))
    past = house.records.past(first)
    assert past.judgement is not None
    wording = Wording("pre", "committee", ("Ana",), Outcome.GO, override=True, reason="the old one is worse")
    candidate = Candidate(past.run, past.evidence, past.judgement.verified, past.judgement.required)
    house.records.save_decision(decided(wording, candidate, now=NOW, recorded_by="me"))
    (pathlib.Path(house.records.folder) / "decisions" / "broken.json").write_text("{")
    spoken = house.speak(using=required, statuses=bad, now=NOW + dt.timedelta(hours=1))
    answer, record = spoken.answer, record_of(spoken)
    assert (
        (answer.verdict, answer.stop) == (Verdict.NO_GO, False) and answer.overridden and answer.overridden.reason == "the old one is worse"
    )
    assert "overrides it: the play goes on)" in answer.msg and [item["counts"] for item in record["decisions"]] == [True]
    assert record["decision_delta"]["body"] == "committee" and record["delta"]["run"] == first["run"]["id"]
    assert any(notice.startswith("a decision does not count: ") for notice in record["judgement"]["notices"])


def test_a_partial_run_never_becomes_the_services_state(house: House) -> None:
    spoken = house.speak(statuses={"h1": "pass", "log1": "pass"}, play=Play("h1"))
    record = record_of(spoken)
    assert record["state"] is None and record["run"]["partial"] == "limited to h1 (--limit); not looked at: h2"
    assert spoken.answer.record_path and not pathlib.Path(house.records.state_path).exists()
    assert spoken.answer.msg.startswith("payments: UNDETERMINED, 0 of 1 verified, partial (limited to h1 (--limit); not looked at: h2)")


def test_a_batch_of_a_play_whose_others_come_later(house: House) -> None:
    play = Play(hosts=frozenset({"h1", "h2"}), batch=frozenset({"h1"}))
    spoken = house.speak(statuses={"h1": "pass", "log1": "pass"}, play=play)
    assert spoken.answer.partial == "a batch of the play (serial); still to come: h2" and spoken.answer.verdict is Verdict.GO
    assert {data["host"] for data in house.spool().load()} == {"h1", "log1"}, "what its hosts said stays for the next batch"
    whole = house.speak(statuses={"h2": "pass"}, play=dataclasses.replace(play, batch=frozenset({"h2"})))
    assert whole.answer.partial is None and whole.answer.state is Verdict.GO and house.spool().load() == []


def test_a_batch_that_is_a_scope_of_its_own_is_no_earlier_run(house: House) -> None:
    house.speak()
    batch = dataclasses.replace(PLAN, scope="batch", expected_hosts=("h1",))
    record = record_of(house.speak(using=batch, statuses={"h1": "pass", "log1": "pass"}, now=NOW + dt.timedelta(hours=1)))
    assert record["run"]["scope"] == "batch" and record["delta"] is None and record["state"] is None


def test_check_mode_writes_nothing(house: House) -> None:
    spoken = house.speak(check_mode=True)
    assert spoken.answer.verdict is Verdict.GO and spoken.answer.record_path is None and record_of(spoken)["state"]["verdict"] == "go"
    assert not (house.folder / "records").exists()


def test_what_was_there_before_is_kept_once_and_named(house: House) -> None:
    before = dataclasses.replace(PLAN, phase="pre")
    first = record_of(house.speak(using=before, version=None))
    assert not any("baseline" in notice for notice in first["judgement"]["notices"]), "nobody asks for one"
    second = record_of(house.speak(using=before, now=NOW + dt.timedelta(hours=1)))
    assert second["judgement"]["notices"] == ["no baseline of deployment 1.0 is kept: nothing was seen that could be compared at post"]


def test_secrets_of_targets_are_for_publish_alone(house: House) -> None:
    server = {"url": "https://user:pw@push.example", "url_password": "pw", "bearer_token": "x", "headers": {"A": "b"}}
    spoken = house.speak(using=dataclasses.replace(PLAN, publish={"pushgateway": server, "html": "x.html"}))
    assert told(spoken)["publish"] == {"pushgateway": {"url": "https://push.example"}, "html": "x.html"}
    assert house.spool().publish()["pushgateway"] == server


def test_two_runs_of_one_second_have_names_of_their_own(house: House) -> None:
    assert len({record_of(house.speak(check_mode=True))["run"]["id"] for _unused in range(50)}) == 50


def test_a_user_without_a_name(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1000660000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert record_of(house.speak())["run"]["user"].startswith("uid ")


def test_it_knows_no_plugin_of_ansible() -> None:
    code = f"import sys; import {_gate.__name__}; print([name for name in sys.modules if name.startswith('ansible.plugins')])"
    path = [str(pathlib.Path(_gate.__file__).parents[6]), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(path)}, stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
