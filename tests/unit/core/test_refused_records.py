# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that are no records, or not those that a run left: the gate gives its verdict, tells it, and believes nothing of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pathlib
import threading
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _store
from ansible_collections.operability.readiness.plugins.module_utils._files import NotWritten
from ansible_collections.operability.readiness.plugins.module_utils._store import Folder
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.source import source_of
from ansible_collections.operability.readiness.plugins.plugin_utils._described.document import Refused
from ansible_collections.operability.readiness.plugins.plugin_utils._model.verdict import Verdict
from ansible_collections.operability.readiness.plugins.plugin_utils._promises.reuse import still_proven
from ansible_collections.operability.readiness.plugins.plugin_utils._recording import memory
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.audit import audited
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.remote_store import RemoteFolder
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records
from rewriting import canonical, read, relinked, save
from unit.core.judged import asked, check, found, one, plan
from unit.core.test_gate import EMERGENCY, NOW, House, record_of
from unit.core.test_store import Host

PLAN = plan(
    asked("R-01", checks=[check("R-01/0", hosts=("h1", "h2", "log1"))], ratchet=True),
    asked("R-02", "major", state="not_declared"),
    phase="recheck",
)
POST = dataclasses.replace(PLAN, phase="post")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return House(tmp_path)


@pytest.fixture(params=["here", "on another host"])
def records(request: pytest.FixtureRequest, house: House) -> t.Callable[[], Records]:
    """Opens the records of a service that has a reservation, has passed, and owes a verification, as each run does."""
    house.speak(using=PLAN)
    house.speak(using=PLAN, emergency=EMERGENCY, now=NOW + HOUR)
    host, root = Host(), house.folder / "records"

    def opened() -> Records:
        if request.param == "here":
            return house.records
        return Records(root, "payments", "production", lambda path: RemoteFolder(path, host, below=str(root)))

    return opened


def folder_of(house: House) -> pathlib.Path:
    return pathlib.Path(house.records.folder)


def state_of(house: House) -> pathlib.Path:
    return folder_of(house) / "state.json"


def notices(house: House, records: Records, **options: t.Any) -> list[str]:
    record = record_of(house.speak(using=PLAN, records=records, now=NOW + 2 * HOUR, **options))
    return list(record["judgement"]["notices"])


def remembers(house: House) -> None:
    """That what the service owes is not forgotten."""
    state = house.records.load_state()
    assert state.reservations["R-02"].raised == "2026-11-25" and state.passed["R-01"].first == "2026-11-25T06:00:00Z"
    assert [item.id for item in (*state.overrides, *state.closed_overrides)] == ["INC0042"]


def test_a_healthy_folder_says_nothing(house: House, records: t.Callable[[], Records]) -> None:
    assert not [line for line in notices(house, records()) if "INC0042" not in line]
    assert audited(house.records).problems == []
    assert not list(folder_of(house).glob("*.refused-*"))
    remembers(house)


def with_digest(path: pathlib.Path, **changes: t.Any) -> None:
    data = {**read(path), **changes}
    save(path, {**data, "digest": canonical(data, "digest")})


SHAPES: dict[str, t.Callable[[pathlib.Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "a list": lambda path: path.write_text("[]"),
    "null": lambda path: path.write_text("null"),
    "a number": lambda path: path.write_text("1e999"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00\x00"),
    "NUL": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "deep": lambda path: path.write_text('{"schema_version": 1, "x": ' + "[" * 50_000 + "]" * 50_000 + "}"),
    "nested": lambda path: path.write_text(path.read_text().rstrip()[:-1] + ', "x": ' + "[" * 900 + "]" * 900 + "}"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "another service": lambda path: with_digest(path, service="other"),
    "no requirements": lambda path: with_digest(path, requirements=None),
    "edited": lambda path: save(path, {**read(path), "reservations": {}}),
    "forged": lambda path: with_digest(path, reservations={}, passed={}, overrides=[]),
    "without a digest": lambda path: save(
        path, {key: value for key, value in read(path).items() if key not in ("digest", "follows")} | {"reservations": {}, "overrides": []}
    ),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link out": lambda path: (path.rename(path.parents[3] / "elsewhere.json"), path.symlink_to(path.parents[3] / "elsewhere.json")),
    "a device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_state_that_is_not_believed(house: House, records: t.Callable[[], Records], shape: str) -> None:
    SHAPES[shape](state_of(house))
    (told,) = [line for line in notices(house, records()) if "state.json" in line]
    assert told.endswith("it is put aside, and what the service owes is taken from its run records")
    (aside,) = folder_of(house).glob("state.json.refused-20261125T080000Z-*")
    assert aside.is_symlink() == (shape in ("a link out", "a device"))
    assert state_of(house).is_file() and not state_of(house).is_symlink()
    remembers(house)
    assert not [line for line in notices(house, records()) if "state.json" in line], "it is told once"


def test_a_state_that_is_too_large(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.speak(using=PLAN)
    state_of(house).write_bytes(b" " * 100_000)
    monkeypatch.setattr(_store, "LARGEST", 50_000)
    assert any("it is larger than" in line for line in notices(house, house.records))


def test_a_state_that_was_deleted_forgets_nothing(house: House, records: t.Callable[[], Records]) -> None:
    state_of(house).unlink()
    assert any("is not there any more: what the service owes is taken from its run records" in line for line in notices(house, records()))
    remembers(house)


def test_a_ratchet_outlives_its_state(house: House) -> None:
    house.speak(using=PLAN)
    state_of(house).unlink()
    bad = {"h1": "fail", "h2": "pass", "log1": "pass"}
    record = record_of(house.speak(using=PLAN, statuses=bad, now=NOW + HOUR))
    assert record["judgement"]["ratchet"] == {"R-01": "2026-11-25"}


def test_a_state_that_is_made_again_is_the_one_that_was_lost(house: House) -> None:
    for number, status in enumerate(("pass", "fail", "pass", "warn")):
        house.speak(using=PLAN, statuses={"h1": status, "h2": "pass", "log1": "pass"}, now=NOW + number * HOUR)
    lost = house.records.load_state()
    state_of(house).unlink()
    made = memory.remembered(house.records).state
    assert dataclasses.replace(made, deployments=lost.deployments) == lost


def test_a_state_of_a_newer_version_stays(house: House) -> None:
    house.speak(using=PLAN)
    save(state_of(house), {**read(state_of(house)), "schema_version": 99})
    before = state_of(house).read_bytes()
    spoken = house.speak(using=PLAN, now=NOW + HOUR)
    assert spoken.answer.verdict is Verdict.GO_WITH_RESERVATIONS and "was written by a newer version" in spoken.warnings[0]
    assert state_of(house).read_bytes() == before and record_of(spoken)["judgement"]["reservations"][0]["kind"] == "open"


def leaves(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaves(item, (*path, key))


def changed(value: t.Any, path: tuple[t.Any, ...], new: t.Any) -> t.Any:
    if not path:
        return new
    out = dict(value) if isinstance(value, dict) else list(value)
    out[path[0]] = changed(out[path[0]], path[1:], new)
    return out


@pytest.mark.parametrize("name", ["state.json", "deployments.json", "head.json", "runs"])
def test_each_field_of_each_wrong_type_with_every_digest_recomputed(house: House, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict in all cases, whatever stands there and however well it fits."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    house.speak(using=POST, statuses={"h1": "warn", "h2": "pass", "log1": "pass"})
    place = folder_of(house) / name if name != "runs" else next((folder_of(house) / "runs").iterdir())
    whole = {path: path.read_bytes() for path in folder_of(house).rglob("*.json")}
    data = read(place)
    fields = [path for path in leaves(data) if path and path[0] not in ("digest", "follows", "said", "kept")]
    for number, path in enumerate(fields[:: max(1, len(fields) // 60)]):
        new = (None, 7, "x\ud800", [], {}, [[1]], True, -1e400)[number % 8]
        for file in folder_of(house).rglob("*.json*"):
            file.unlink()
        for file, content in whole.items():
            file.write_bytes(content)
        save(place, changed(data, path, new))
        if name in ("state.json", "deployments.json"):
            relinked(folder_of(house))
        elif name == "runs":
            with_digest(place)
        spoken = house.speak(using=POST, now=NOW + HOUR)
        assert spoken.answer.verdict is Verdict.GO_WITH_RESERVATIONS, (path, new)
        assert spoken.answer.record_path, (path, new)


@pytest.mark.parametrize("shape", ["empty", "a list", "deep", "a folder", "a pipe", "a device"])
def test_a_run_record_that_is_none_is_told_and_put_aside(house: House, records: t.Callable[[], Records], shape: str) -> None:
    place = folder_of(house) / "runs" / "20991231T000000Z-recheck-0000.json"
    place.write_text("{}")
    SHAPES[shape](place)
    assert any(line.startswith("a run record is not used as proof: ") and place.name in line for line in notices(house, records()))
    assert len(list(place.parent.glob(f"{place.name}.refused-*"))) == 1
    assert not any("is not used as proof" in line for line in notices(house, records()))
    remembers(house)


def test_an_edited_record_is_no_proof_of_what_was(house: House) -> None:
    first = house.speak(using=PLAN)
    path = pathlib.Path(str(first.answer.record_path))
    save(path, {**read(path), "judgement": {**read(path)["judgement"], "verdict": "go"}})
    record = record_of(house.speak(using=PLAN, now=NOW + HOUR))
    assert record["delta"] is None and "follows" not in record
    assert any(
        "is not used as proof" in notice and "was changed after it was written" in notice for notice in record["judgement"]["notices"]
    )


# -- proofs that stand for a new look


def test_a_forged_proof_does_not_stand_for_a_new_look(house: House) -> None:
    using = plan(asked("R-01", checks=[check("R-01/0", hosts=("h1", "h2", "log1"))], repeat="when_due"), phase="recheck")
    house.speak(using=using, statuses={"h1": "fail", "h2": "pass", "log1": "pass"})
    house.speak(using=using, now=NOW + HOUR)

    def proven() -> dict[str, t.Any]:
        state = memory.remembered(house.records).state
        return memory.proven(house.records, still_proven(using, state, NOW + 3 * HOUR))

    assert list(proven()) == ["R-01"]
    record = record_of(house.speak(using=using, statuses={"h1": "fail", "h2": "pass", "log1": "pass"}, now=NOW + 2 * HOUR))
    assert proven() == {}
    data = read(state_of(house))
    data["requirements"]["R-01"].update(observed_status="pass")
    data["requirements"]["R-01"]["findings"][0]["status"] = "pass"
    save(state_of(house), data)
    relinked(folder_of(house))
    assert memory.remembered(house.records).state.requirements["R-01"].observed_status.value == "pass", "every digest fits"
    assert proven() == {} and record["judgement"]["verdict"] == "no_go", "its record says otherwise"


# -- links, modes, the lock


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_the_lock_is_a_file_of_the_folder(tmp_path: pathlib.Path, what: str) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    folder = Folder(tmp_path / "records", below=tmp_path)
    folder.path.mkdir()
    lock = folder.path / ".lock"
    {"link": lambda: lock.symlink_to(target), "pipe": lambda: os.mkfifo(lock), "folder": lock.mkdir}[what]()
    with pytest.raises(NotWritten, match="the records folder .* cannot be used"), folder.lock():
        pass
    assert target.read_text() == "precious"


@pytest.mark.parametrize("name", ["runs", "payments", "production"])
def test_nothing_is_written_through_a_link_that_leads_out(house: House, tmp_path: pathlib.Path, name: str) -> None:
    inner = {"runs": "payments/production/runs", "payments": "payments", "production": "payments/production"}[name]
    (tmp_path / "outside").mkdir()
    link = tmp_path / "records" / inner
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "outside")
    spoken = house.speak(using=PLAN)
    assert spoken.answer.verdict is Verdict.GO_WITH_RESERVATIONS and spoken.answer.record_path is None
    assert "a symbolic link leads out of" in spoken.warnings[0] and list((tmp_path / "outside").rglob("*.json")) == []


def test_the_folder_of_all_records_may_be_a_link(house: House, tmp_path: pathlib.Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "records").symlink_to(tmp_path / "disk")
    assert house.speak(using=PLAN).answer.record_path and list((tmp_path / "disk").rglob("runs/*.json"))


@pytest.mark.parametrize(
    ("mode", "mask", "file", "folder"),
    [(0o600, 0o022, 0o600, 0o700), (0o640, 0o022, 0o640, 0o750), (0o664, 0o022, 0o644, 0o755), (0o640, 0o077, 0o600, 0o700)],
)
@pytest.mark.parametrize("where", ["here", "away"])
def test_modes(tmp_path: pathlib.Path, where: str, mode: int, mask: int, file: int, folder: int) -> None:
    def opened(path: str) -> RemoteFolder:
        return RemoteFolder(path, Host(), mode=mode, below=str(tmp_path / "records"))

    house, known = House(tmp_path), os.umask(mask)
    try:
        given = Records(tmp_path / "records", "payments", "production", opened if where == "away" else None, mode=mode)
        house.speak(using=PLAN, records=given)
    finally:
        os.umask(known)
    paths = list(folder_of(house).rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file() and path.name != ".lock"} == {file}
    assert {path.stat().st_mode & 0o777 for path in [folder_of(house), *paths] if path.is_dir()} == {folder}
    assert (folder_of(house) / ".lock").stat().st_mode & 0o777 & ~file == 0


def test_a_folder_of_before_is_closed(house: House) -> None:
    folder_of(house).mkdir(parents=True)
    folder_of(house).chmod(0o755)
    root = house.folder / "records"
    root.chmod(0o755)
    house.speak(using=PLAN)
    assert (folder_of(house).stat().st_mode & 0o777, root.stat().st_mode & 0o777) == (0o700, 0o755), "the one of all records is yours"


def test_who_waits_for_the_lock_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_store, "PATIENCE", 0.05)
    said: list[str] = []
    told, holder = threading.Event(), Folder(tmp_path / "records")
    waiter = Folder(tmp_path / "records", waiting=lambda sentence: (said.append(sentence), told.set()))

    def wait() -> None:
        with waiter.lock():
            pass

    with holder.lock():
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        assert told.wait(60)
    thread.join(60)
    assert said == [f"waiting for the lock of {tmp_path / 'records'}, held by another gate"]
    with waiter.lock():
        pass
    assert len(said) == 1, "whoever gets it at once is told nothing"


# -- one service, one file


ENFORCED = dataclasses.replace(PLAN, mode="enforce", inputs={"organisation_file": {"path": "o.yml", "sha256": "2"}})
OTHER = {"name": "payments", "owner": "team-other", "kind": "daemon"}


def test_another_owner_of_the_same_name(house: House) -> None:
    house.speak(using=ENFORCED)
    with pytest.raises(Refused, match="are of a service of team-payments, and this service file is of team-other; give it a name"):
        house.speak(using=dataclasses.replace(ENFORCED, service=OTHER), now=NOW + HOUR)
    assert len(list((folder_of(house) / "runs").iterdir())) == 1, "its run is none of this service"
    state_of(house).unlink()
    with pytest.raises(Refused, match="team-other"):
        house.speak(using=dataclasses.replace(ENFORCED, service=OTHER), now=NOW + HOUR)
    house.speak(using=dataclasses.replace(ENFORCED, service=OTHER), now=NOW + HOUR, emergency=EMERGENCY)


@pytest.mark.parametrize("fields", [{"mode": "observe"}, {"inputs": {}}, {"settled_owner": "team-other"}])
def test_who_may_take_a_service_over(house: House, fields: dict[str, t.Any]) -> None:
    house.speak(using=ENFORCED)
    record = record_of(house.speak(using=dataclasses.replace(ENFORCED, service=OTHER, **fields), now=NOW + HOUR))
    told = [line for line in record["judgement"]["notices"] if "are of a service of team-payments" in line]
    assert len(told) == (0 if "settled_owner" in fields else 1)


def test_another_file_of_the_same_owner_is_told_once(house: House) -> None:
    words = "the service file is another one than before: it lies in another place"
    assert words not in record_of(house.speak(using=ENFORCED, source="a"))["judgement"]["notices"]
    assert words not in record_of(house.speak(using=ENFORCED, source="a", now=NOW + HOUR))["judgement"]["notices"]
    assert words in record_of(house.speak(using=ENFORCED, source="b", now=NOW + 2 * HOUR))["judgement"]["notices"]
    assert words not in record_of(house.speak(using=ENFORCED, source="b", now=NOW + 3 * HOUR))["judgement"]["notices"]


def test_a_repository_is_the_same_wherever_it_is_checked_out(tmp_path: pathlib.Path) -> None:
    def cloned(name: str, url: str | None) -> str:
        folder = tmp_path / name
        (folder / ".git").mkdir(parents=True)
        if url:
            (folder / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n')
        return source_of(str(folder / "readiness.yml"))

    one = cloned("builds/1", "https://ci-token:s3cr3t@git.example/payments.git")
    assert one == cloned("builds/2", "https://ci-token:other@git.example/payments.git") != cloned("builds/3", "https://git.example/x.git")
    assert cloned("a", None) != cloned("b", None) and source_of(None) == ""


# -- the baseline of a deployment


UNITS = check("R-01/0", check="systemd_unit", instance="shop.service", hosts=("h1",))
COMPARED = asked("DEL-04", checks=[check("DEL-04/0", check="baseline", instance="shop", call="compare")])


def compared(house: House, phase: str, state: str = "active", at: int = 0) -> dict[str, t.Any]:
    """The record of a run that sees a unit in this state."""
    using = plan(asked("R-01", checks=[UNITS]), COMPARED, phase=phase, expected_hosts=("h1",))
    seen = {"ActiveState": state, "UnitFileState": "enabled"}
    finding = found("pass", check="systemd_unit", instance="shop.service", host="h1", observed=seen)
    house.spool(phase=phase).save("h1", {"R-01/0": [finding]})
    return record_of(house.speak(using=using, statuses={}, now=NOW + at * HOUR))


def message_of(record: t.Mapping[str, t.Any]) -> str:
    return str(one(record["judgement"], "DEL-04")["message"])


def baseline_of(house: House) -> pathlib.Path:
    (path,) = (folder_of(house) / "baselines").glob("*.json")
    return path


def test_a_baseline_that_its_record_vouches_for_is_compared_with(house: House) -> None:
    compared(house, "pre")
    compared(house, "pre", at=1)
    record = compared(house, "post", at=2)
    assert one(record["judgement"], "DEL-04")["status"] == "pass" and record["judgement"]["comparison"]["compared"] > 0
    assert audited(house.records).problems == []


@pytest.mark.parametrize("recomputed", [False, True])
def test_a_baseline_that_was_changed_is_no_proof(house: House, recomputed: bool) -> None:
    compared(house, "pre")
    path = baseline_of(house)
    (with_digest if recomputed else lambda path, **changes: save(path, {**read(path), **changes}))(path, observations=[])
    again = compared(house, "pre", at=1)
    words = "is not what the run" if recomputed else "was changed after it was written"
    assert any(notice.startswith("no baseline of deployment 1.0 is kept: ") and words in notice for notice in again["judgement"]["notices"])
    record = compared(house, "post", at=2)
    assert one(record["judgement"], "DEL-04")["status"] == "unknown" and words in message_of(record)
    assert [problem.file for problem in audited(house.records).problems] == [f"baselines/{path.name}"]


def test_a_baseline_of_a_run_that_was_interrupted(house: House) -> None:
    """It was written, and the record was not: no record vouches for it, until another run at pre does."""
    record = compared(house, "pre")
    left = {path.name: path.read_bytes() for path in (folder_of(house) / "baselines").iterdir()}
    (folder_of(house) / "runs" / f"{record['run']['id']}.json").unlink()
    (folder_of(house) / "head.json").unlink()
    state_of(house).unlink()
    assert "is not what the run" in message_of(compared(house, "post", at=1))
    compared(house, "pre", at=2)
    assert {path.name: path.read_bytes() for path in (folder_of(house) / "baselines").iterdir()} == left, "the first one is kept"
    assert one(compared(house, "post", at=3)["judgement"], "DEL-04")["status"] == "pass"
