# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records and service state on disk."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.plugin_utils._model.baseline import Baseline
from ansible_collections.operability.readiness.plugins.plugin_utils._model.decision import Decision
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed, LastGate
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Outcome, Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.digests import sealed
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import encoded, to_json
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records, Unreadable, default_folder, load


@pytest.fixture
def records(tmp_path: pathlib.Path) -> Records:
    return Records(tmp_path, "payments", "production")


def record(identifier: str, phase: str = "pre", **fields: t.Any) -> dict[str, t.Any]:
    return {"schema_version": 1, "run": {"id": identifier, "phase": phase}, **fields}


def test_a_new_service_has_an_empty_state(records: Records) -> None:
    state = records.load_state()
    assert (state.service, state.environment, state.requirements, state.schema_version) == ("payments", "production", {}, 1)
    assert not records.folder.exists(), "reading makes no folder"


def test_the_state_is_written_and_found_again(records: Records) -> None:
    state = dataclasses.replace(records.load_state(), gates={"pré": LastGate(Verdict.GO, 0, "2026-11-25T06:00:00Z")})
    records.save_state(state)
    assert records.load_state() == state
    assert os.listdir(records.folder) == ["state.json"]
    assert records.state_path.stat().st_mode & 0o777 == 0o600


def test_a_state_that_was_cut_short_is_left_as_it_is(records: Records) -> None:
    records.save_state(records.load_state())
    text = records.state_path.read_text()
    for length in (0, 1, len(text) // 2, len(text) - 3):
        records.state_path.write_text(text[:length])
        with pytest.raises(Unreadable, match="state.json is not whole: it is not JSON that can be parsed; restore it or move it away"):
            records.load_state()
        assert records.state_path.read_text() == text[:length]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b'{"schema_version": 1, "service": "other", "environment": "production"}',
            "is the state of other in production, not of payments in production",
        ),
        (b'{"schema_version": 1, "service": "payments", "environment": "test"}', "is the state of payments in test"),
        (
            b'{"schema_version": 2, "service": "payments", "environment": "production"}',
            "was written by a newer version .schema 2, this one reads 1.; update",
        ),
        (b'{"service": "payments"}', "is not a record of operability.readiness"),
        (
            b'{"schema_version": 1, "service": "payments", "environment": "production"}',
            "state.json is not whole: it: there is no requirements",
        ),
        (
            b'{"schema_version": 1, "service": "payments", "environment": "production", "requirements": {"R-01": 1}, "gates": {}}',
            "state.json is not whole: it.requirements.R-01: expected a mapping, found int",
        ),
        (b"[]", "is not a record of operability.readiness"),
        (b"\xff\xfe", "is not whole"),
    ],
)
def test_a_state_that_cannot_be_used(records: Records, content: bytes, words: str) -> None:
    pathlib.Path(records.folder).mkdir(parents=True)
    pathlib.Path(records.state_path).write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        records.load_state()


def test_a_state_that_cannot_be_read(records: Records) -> None:
    pathlib.Path(records.state_path).mkdir(parents=True)
    with pytest.raises(Unreadable, match="cannot be read: Is a directory"):
        records.load_state()


def test_run_records(records: Records) -> None:
    for identifier, phase in [
        ("20261125T060000Z-pre-ab12", "pre"),
        ("20261125T070000Z-post-00ff", "post"),
        ("20261125T065959Z-recheck-ffff", "recheck"),
    ]:
        path = records.save_run(record(identifier, phase, text="é"))
        assert load(path)["text"] == "é"
    assert [name[14:20] for name in records.runs()] == ["060000", "065959", "070000"]
    newest = records.newest()
    assert newest is not None and newest["run"]["phase"] == "post"
    assert (records.newest("pre") or {})["run"]["id"].startswith("20261125T06") and records.newest("design") is None


def test_within_one_second_the_order_is_that_of_writing(records: Records) -> None:
    for number, phase in enumerate(["recheck", "pre", "post", "design"]):
        path = records.save_run(record(f"20261125T060000Z-{phase}-{9 - number:04}", phase))
        os.utime(path, ns=(number, number))
    assert [records.run(name)["run"]["phase"] for name in records.runs()] == ["recheck", "pre", "post", "design"]


def test_a_record_that_cannot_be_read_is_passed_over(records: Records) -> None:
    records.save_run(record("20261125T060000Z-pre-0000"))
    (pathlib.Path(records.folder) / "runs" / "20261125T070000Z-pre-0000.json").write_text('{"schema_version": 1, "run"')
    newest = records.newest()
    assert newest is not None and newest["run"]["id"] == "20261125T060000Z-pre-0000"


def test_no_records_yet(records: Records) -> None:
    assert records.runs() == [] and records.newest() is None


def test_names_stay_within_the_folder(tmp_path: pathlib.Path) -> None:
    for name in ("../../etc", "a/b", ".hidden", "", "é", "..", "a\x00b"):
        folder = pathlib.Path(Records(tmp_path, name, name).folder)
        assert folder.resolve().is_relative_to(tmp_path.resolve()) and folder.resolve() != tmp_path.resolve()
        assert len(folder.relative_to(tmp_path).parts) == 2


def test_where_nothing_may_be_written(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    records = Records(tmp_path / "file", "payments", "production")
    with pytest.raises(NotWritten, match="the records folder .* cannot be used: Not a directory"), records.lock():
        pass
    with pytest.raises(NotWritten):
        records.save_run(record("x"))


def _add(root: str, times: int) -> None:
    records = Records(root, "payments", "production")
    for _unused in range(times):
        with records.lock():
            state = records.load_state()
            records.save_state(dataclasses.replace(state, deployments=(*state.deployments, Deployed(str(os.getpid())))))


def test_two_writers_lose_nothing(records: Records, tmp_path: pathlib.Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_add, args=(str(tmp_path), 25)) for _unused in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert len(records.load_state().deployments) == 75


def test_the_lock_is_given_back_after_an_exception(records: Records) -> None:
    with pytest.raises(ZeroDivisionError), records.lock():
        raise ZeroDivisionError
    with records.lock():
        pass


def test_the_users_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert str(default_folder()) == "/var/state/operability.readiness"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert str(default_folder()).endswith("/.local/state/operability.readiness")


def test_what_is_not_json_is_written_as_text() -> None:
    assert json.loads(encoded({"path": pathlib.Path("/x")})) == {"path": "/x"}


# -- decisions


def as_decision(identifier: str, **fields: t.Any) -> dict[str, t.Any]:
    names = ("phase", "digest", "date", "valid_until", "body")
    given = {"schema_version": 1, "id": identifier, "service": "payments", "environment": "production", "recorded_at": identifier}
    return {**given, **dict.fromkeys(names, "x"), "outcome": "go", "verdict": "go", **fields}


def a_decision(identifier: str) -> Decision:
    return from_plain(Decision, as_decision(identifier))


def test_decisions_are_found_in_their_order_and_never_overwritten(records: Records) -> None:
    assert records.decisions() == ([], [])
    later, earlier = a_decision("20261126T080000Z-pre-2"), a_decision("20261126T080000Z-pre-1")
    path = records.save_decision(later)
    records.save_decision(earlier)
    assert records.decisions() == ([earlier, later], []) and path.parent.name == "decisions"
    with pytest.raises(NotWritten, match="is there already, and a decision is never overwritten"):
        records.save_decision(dataclasses.replace(later, outcome=Outcome.NO_GO))
    assert records.decisions()[0][1] == later


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"schema_version": 1, "id"', "is not whole"),
        ('{"schema_version": 9}', "was written by a newer version"),
        ('{"schema_version": 1, "id": "a"}', "has no service, environment"),
        (json.dumps(as_decision("a", service="other")), "is about other in production, not payments in production"),
        (json.dumps(as_decision("a", outcome=None)), "has no outcome"),
        (json.dumps(as_decision("a", outcome="perhaps")), "is not whole: it.outcome: 'perhaps' is none of go, go_with_conditions, no_go"),
        (json.dumps(as_decision("a", conditions=["x"])), "is not whole: it.conditions.0: expected a mapping, found str"),
    ],
)
def test_a_decision_that_cannot_be_used_is_told_and_harms_no_other(records: Records, content: str, words: str) -> None:
    good = a_decision("20261126T080000Z-pre-1")
    path = pathlib.Path(records.save_decision(good)).with_name("20261126T090000Z-pre-2.json")
    path.write_text(content)
    found, (problem,) = records.decisions()
    assert found == [good]
    assert problem.startswith("a decision does not count: ") and words in problem and "pre-2.json" in problem


def test_a_run_is_found_by_its_id_and_by_what_is_asked_of_it(records: Records) -> None:
    whole = {"partial": None, "emergency": None}
    first = record("20261126T080000Z-pre-1")
    second = record("20261126T090000Z-pre-2")
    for made, more in ((first, whole), (second, {**whole, "emergency": {"id": "INC0042", "reason": None, "by": "ana"}})):
        made["run"].update(more)
        records.save_run(made)
    assert records.run_of("20261126T090000Z-pre-2") == second and records.newest("pre") == second
    assert records.newest("pre", whole=True) == first, "an emergency looks at a part"
    assert records.newest(where=lambda one: one["run"]["id"].endswith("1")) == first
    past = records.newest_past(where=lambda one: one.run.whole)
    assert past is not None and (past.run.id, past.judgement, past.evidence) == ("20261126T080000Z-pre-1", None, None)
    assert records.newest_past("post") is None
    with pytest.raises(Unreadable, match=r"there is no run \.\./state: "):
        records.run_of("../state")


# -- baselines


def baseline(identifier: str, taken: str = "2026-11-25T12:00:00Z", **fields: t.Any) -> Baseline:
    given = {
        "schema_version": 1,
        "service": "payments",
        "environment": "production",
        "deployment_id": identifier,
        "taken_at": taken,
        "hosts": [],
        "addresses": {},
        "requirements": [],
        "observations": [],
        "unseen": [],
        **fields,
    }
    return from_plain(Baseline, given)


def test_a_baseline_is_written_once_and_found_again(records: Records) -> None:
    assert records.load_baseline("D1") is None
    path = records.save_baseline(baseline("D1"))
    assert path == records.folder / "baselines" / "D1.json" and records.load_baseline("D1") == baseline("D1")
    with pytest.raises(NotWritten, match="D1.json is there already, and a baseline is never overwritten"):
        records.save_baseline(baseline("D1", "2026-11-26T12:00:00Z"))
    assert records.load_baseline("D1") == baseline("D1")


def test_deployments_with_odd_names_have_baselines_of_their_own(records: Records) -> None:
    names = ["a/b", "a_b", "../../etc/passwd", "..", "é", "x" * 400, "x" * 401, "CHG 42", ".hidden"]
    for name in names:
        records.save_baseline(baseline(name))
    for name in names:
        assert records.load_baseline(name) == baseline(name)
    assert len(list(pathlib.Path(records.folder, "baselines").iterdir())) == len(names)


def resealed(text: str, **changes: t.Any) -> str:
    """With a digest that fits what was changed."""
    return json.dumps(sealed({**json.loads(text), **changes}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[: len(text) // 2], "D1.json is not whole: it is not JSON"),
        (lambda text: text.replace('"payments"', '"other"'), "is the baseline of other in production, not of payments in production"),
        (lambda text: text.replace('"production"', '"test"'), "is the baseline of payments in test"),
        (
            lambda text: text.replace('"schema_version": 1', '"schema_version": 2'),
            "was written by a newer version .schema 2, this one reads 1",
        ),
        (lambda text: resealed(text, deployment_id="D2"), "is not a whole baseline of deployment D1"),
        (lambda text: resealed(text, hosts=3), "is not a whole baseline of deployment D1"),
        (lambda text: text.replace('"hosts": []', '"hosts": ["h"]'), "D1.json was changed after it was written: its digest does not fit"),
        (lambda text: "[]", "is not a record of operability.readiness"),
    ],
)
def test_a_baseline_that_cannot_be_used(records: Records, change: t.Callable[[str], str], words: str) -> None:
    path = pathlib.Path(records.save_baseline(baseline("D1")))
    path.write_text(change(path.read_text()))
    with pytest.raises(Unreadable, match=words):
        records.load_baseline("D1")
    assert path.exists()


def test_the_last_baselines_are_kept_and_what_is_not_ours_stays(records: Records) -> None:
    folder = pathlib.Path(records.folder) / "baselines"
    folder.mkdir(parents=True)
    other = json.dumps(to_json(baseline("O", "2020-01-01T00:00:00Z", service="other")))
    strangers = {"notes.txt": "mine", "cut.json": "{", "other.json": other}
    for name, text in strangers.items():
        (folder / name).write_text(text)
    for number in range(25):
        records.save_baseline(baseline(f"D{number:02}", f"2026-11-{number + 1:02}T00:00:00Z"))
    left = {path.name for path in folder.iterdir()}
    assert left == {*strangers, *(f"D{number:02}.json" for number in range(5, 25))}
    # a clock that went back does not cost the newest one
    records.save_baseline(baseline("now", "2001-01-01T00:00:00Z"))
    assert records.load_baseline("now") and len(list(folder.iterdir())) == 23


# -- digests


def test_a_run_that_was_edited_cannot_be_decided_on(records: Records) -> None:
    path = pathlib.Path(records.save_run(sealed(record("20261126T080000Z-pre-1"))))
    assert records.run_of("20261126T080000Z-pre-1") and records.newest("pre")
    path.write_text(path.read_text().replace('"pre"', '"post"'))
    with pytest.raises(Unreadable, match="was changed after it was written: its digest does not fit"):
        records.run_of("20261126T080000Z-pre-1")
    assert records.newest() is None and list(records.doubted) == ["runs/20261126T080000Z-pre-1.json"] and records.broken == {}


def test_a_decision_names_the_record_that_it_is_about(records: Records) -> None:
    run = sealed(record("20261126T080000Z-pre-1"))
    records.save_run(run)
    made = dataclasses.replace(a_decision("20261126T080000Z-pre-2"), run="20261126T080000Z-pre-1")
    path = pathlib.Path(records.save_decision(made))
    data = json.loads(path.read_text())
    assert data["follows"] == {"run": "20261126T080000Z-pre-1", "digest": run["digest"]} and records.decisions() == ([made], [])
    without = {key: value for key, value in data.items() if key not in ("content_digest", "follows")}
    for changed in ({**data, "body": "me"}, without):
        path.write_text(json.dumps(changed))
        found, (problem,) = records.decisions()
        assert found == [] and ("its digest does not fit" in problem or "has no digest, and the record that it is about has one" in problem)


def test_a_decision_of_before_there_were_digests_counts(records: Records) -> None:
    records.save_run(record("20261126T080000Z-pre-1"))
    made = dataclasses.replace(a_decision("20261126T080000Z-pre-2"), run="20261126T080000Z-pre-1")
    path = pathlib.Path(records.save_decision(made))
    data = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in data.items() if key not in ("content_digest", "follows")}))
    assert records.decisions() == ([made], [])
