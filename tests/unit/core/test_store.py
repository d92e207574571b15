# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records on another host: the folder there as the gate sees it, over what the module ``store`` really does."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.module_utils._store import Changed, Folder
from ansible_collections.operability.readiness.plugins.modules import store
from ansible_collections.operability.readiness.plugins.plugin_utils._model.baseline import Baseline
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed, LastGate, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import ledger as _ledger
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.remote_store import RemoteFolder
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records, Unreadable

DEFAULTS = {"read": [], "list": [], "write": {}, "remove": [], "expect": {}, "create": True, "aside": {}, "mode": "0600", "below": None}


class Host:
    """The other host: the module's work, and how often it was called."""

    def __init__(self) -> None:
        self.calls = 0
        self.down = False

    def __call__(self, asked: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        self.calls += 1
        if self.down:
            return {"failed": True, "msg": "records1 could not be reached: connection refused"}
        try:
            return store.work({**DEFAULTS, **asked}, check_mode=False)
        except NotWritten as exc:
            return {"failed": True, "msg": str(exc)}


@pytest.fixture
def host() -> Host:
    return Host()


def records(tmp_path: pathlib.Path, host: Host) -> Records:
    return Records(tmp_path, "payments", "production", lambda path: RemoteFolder(path, host))


def record(identifier: str, phase: str = "pre", partial: str | None = None) -> dict[str, t.Any]:
    return {"schema_version": 1, "run": {"id": identifier, "phase": phase, "partial": partial}}


def with_deployments(there: Records, *versions: str) -> State:
    return dataclasses.replace(there.load_state(), deployments=tuple(Deployed(version) for version in versions))


def versions(there: Records) -> list[str]:
    return [str(item.version) for item in there.load_state().deployments]


def test_what_is_written_there_is_found_again_and_is_the_same_as_here(tmp_path: pathlib.Path, host: Host) -> None:
    away = records(tmp_path, host)
    with away.lock():
        assert away.load_state().requirements == {}
        path = away.save_run(record("20261125T060000Z-pre-ab12"))
        gates = {"pré": LastGate(Verdict.GO, 0, "2026-11-25T06:00:00Z")}
        away.save_state(dataclasses.replace(away.load_state(), gates=gates))
        assert away.load_state().gates == gates, "it sees what it has written"
        assert not (tmp_path / "payments").exists() or not list(tmp_path.glob("payments/production/*.json")), "all goes over at the end"
    assert host.calls == 2, "one call to read, one to write"
    assert str(path) == str(tmp_path / "payments" / "production" / "runs" / "20261125T060000Z-pre-ab12.json")
    here = Records(tmp_path, "payments", "production")
    assert here.load_state() == records(tmp_path, host).load_state() and here.runs() == records(tmp_path, host).runs()


def test_the_newest_whole_run_of_a_phase(tmp_path: pathlib.Path, host: Host) -> None:
    here = Records(tmp_path, "payments", "production")
    for identifier, phase, partial in (("1-pre-a", "pre", None), ("2-post-a", "post", None), ("3-pre-b", "pre", "limited to web1")):
        here.save_run(record(f"20261125T06000{identifier}", phase, partial))
    away = records(tmp_path, host)
    assert away.newest("pre", whole=True) == here.newest("pre", whole=True) == record("20261125T060001-pre-a")
    assert (away.newest("pre") or {})["run"]["partial"] and away.newest("design") is None


def test_somebody_else_was_faster(tmp_path: pathlib.Path, host: Host) -> None:
    away, other = records(tmp_path, host), Records(tmp_path, "payments", "production")
    with pytest.raises(Changed, match=r"state\.json was changed by somebody else"), away.lock():
        away.load_state()
        other.save_state(with_deployments(other, "other"))
        away.save_run(record("20261125T060000Z-pre-ab12"))
        away.save_state(with_deployments(away, "away"))
    assert versions(other) == ["other"] and other.runs() == [], "nothing of it was written"
    with away.lock():
        away.save_state(with_deployments(away, *versions(away), "away"))
    assert versions(other) == ["other", "away"]


def test_who_was_slower_does_it_again_over_what_is_there_now(tmp_path: pathlib.Path, host: Host) -> None:
    away, other = records(tmp_path, host), Records(tmp_path, "payments", "production")
    faster = iter(["one", "two"])

    def add() -> int:
        deployments = versions(away)
        for name in faster:
            other.save_state(with_deployments(other, *versions(other), name))
            break
        away.save_state(with_deployments(away, *deployments, "away"))
        return len(deployments)

    assert away.together(add) == 2
    assert versions(other) == ["one", "two", "away"]


def test_who_is_always_slower_gives_up(tmp_path: pathlib.Path, host: Host) -> None:
    away, other = records(tmp_path, host), Records(tmp_path, "payments", "production")
    tries: list[int] = []

    def add() -> None:
        tries.append(1)
        away.load_state()
        other.save_state(with_deployments(other, *map(str, tries)))
        away.save_state(away.load_state())

    with pytest.raises(Changed):
        away.together(add)
    assert len(tries) == 5


def test_the_ledger_there_is_read_before_it_is_written(tmp_path: pathlib.Path, host: Host) -> None:
    for version in ("1", "2"):
        away = records(tmp_path, host)
        with away.lock():
            ledger = away.load_ledger()
            new = _ledger.empty("payments", "production", [Deployed(version, "2026-11-25T06:00:00Z")]).deployments
            away.save_ledger(dataclasses.replace(ledger, deployments=(*ledger.deployments, *new)))
    here = Records(tmp_path, "payments", "production").load("deployments.json", 1) or {}
    assert [entry["version"] for entry in here["deployments"]] == ["1", "2"]


def test_nothing_goes_over_after_an_exception(tmp_path: pathlib.Path, host: Host) -> None:
    away = records(tmp_path, host)
    with pytest.raises(ZeroDivisionError), away.lock():
        away.save_run(record("20261125T060000Z-pre-ab12"))
        raise ZeroDivisionError
    assert host.calls == 1 and records(tmp_path, host).runs() == []


def test_a_host_that_is_down(tmp_path: pathlib.Path, host: Host) -> None:
    host.down = True
    with pytest.raises(NotWritten, match="the records folder .* cannot be used: records1 could not be reached: connection refused"):
        records(tmp_path, host).load_state()
    away = records(tmp_path, host)
    host.down = False
    with pytest.raises(NotWritten, match="connection refused"), away.lock():
        away.save_run(record("20261125T060000Z-pre-ab12"))
        host.down = True


def test_a_state_there_that_is_not_whole(tmp_path: pathlib.Path, host: Host) -> None:
    path = tmp_path / "payments" / "production" / "state.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"schema_version": 1, "serv')
    with pytest.raises(Unreadable, match=r"state\.json is not whole"):
        records(tmp_path, host).load_state()


def test_a_folder_that_cannot_be_made(tmp_path: pathlib.Path, host: Host) -> None:
    (tmp_path / "payments").touch()
    with pytest.raises(NotWritten, match="cannot be used"), records(tmp_path, host).lock():
        records(tmp_path, host).save_run(record("20261125T060000Z-pre-ab12"))


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", ""])
def test_names_stay_within_the_folder(tmp_path: pathlib.Path, name: str) -> None:
    with pytest.raises(ValueError, match="does not name a file"):
        Folder(tmp_path).place(name)


def test_the_module_refuses_what_is_not_base64(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="expected Base64"):
        store.work({**DEFAULTS, "folder": str(tmp_path), "write": {"x": "é"}}, check_mode=False)
    with pytest.raises(NotWritten, match="does not exist"):
        store.work({**DEFAULTS, "folder": str(tmp_path / "no"), "create": False}, check_mode=False)
    asked = {**DEFAULTS, "folder": str(tmp_path), "write": {"x": "eA=="}}
    assert store.work(asked, check_mode=True)["changed"] is False and not (tmp_path / "x").exists()
    assert [store.work(asked, check_mode=False)["changed"] for _unused in range(2)] == [True, False]
    assert store.work({**DEFAULTS, "folder": str(tmp_path), "remove": ["x"], "list": ["*"]}, check_mode=False)["names"] == []


def test_what_others_are_to_read_is_written_for_them_whatever_the_umask(tmp_path: pathlib.Path) -> None:
    known = os.umask(0o077)
    try:
        store.work({**DEFAULTS, "folder": str(tmp_path), "mode": "0644", "write": {"shop.prom": "eA=="}}, check_mode=False)
    finally:
        os.umask(known)
    assert (tmp_path / "shop.prom").stat().st_mode & 0o777 == 0o644


def baseline(identifier: str, taken: str) -> Baseline:
    lists: dict[str, t.Any] = {name: [] for name in ("hosts", "requirements", "observations", "unseen")}
    where = {"service": "payments", "environment": "production", "deployment_id": identifier, "taken_at": taken}
    return from_plain(Baseline, {"schema_version": 1, **where, "addresses": {}, **lists})


def test_baselines_there(tmp_path: pathlib.Path, host: Host) -> None:
    away = records(tmp_path, host)
    for number in range(1, 23):
        with away.lock():
            away.save_baseline(baseline(f"D{number:02}", f"2026-11-{number:02}T00:00:00Z"))
    here = Records(tmp_path, "payments", "production")
    assert here.load_baseline("D22") == records(tmp_path, host).load_baseline("D22") == baseline("D22", "2026-11-22T00:00:00Z")
    assert here.load_baseline("D02") is None and len(here.store.names("baselines/*.json")) == 20
    late = records(tmp_path, host)
    with pytest.raises(Changed, match=r"D30\.json was changed by somebody else"), late.lock():
        here.save_baseline(baseline("D30", "2026-11-30T00:00:00Z"))
        late.save_baseline(baseline("D30", "2026-11-30T01:00:00Z"))
    assert here.load_baseline("D30") == baseline("D30", "2026-11-30T00:00:00Z"), "the first one is kept"
