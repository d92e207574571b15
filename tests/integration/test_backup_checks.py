# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup checks against real repositories, a real lock and a real user without permissions."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _backup_proofs, _integrity_restic, _restore_restic
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import RestoreFailed, Share
from ansible_collections.operability.readiness.plugins.module_utils._clients.restic import Restic
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import fault_of, news

PASSWORD = "correct horse battery"


class Repository:
    def __init__(self, folder: pathlib.Path, binary: pathlib.Path) -> None:
        self.folder, self.binary = folder, binary
        self.path, self.data, self.home = folder / "repository", folder / "data", folder / "home"
        self.data.mkdir()
        self.home.mkdir()
        (self.data / "payments.db").write_bytes(os.urandom(100_000))
        self.env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(self.path), "HOME": str(self.home)}
        self.runner = Runner(environ={"PATH": f"{binary.parent}:{os.environ['PATH']}", "HOME": str(self.home)})
        self.restic("init")

    def restic(self, *words: str, cwd: pathlib.Path | None = None) -> None:
        subprocess.run([str(self.binary), "--no-cache", *words], env=self.env, check=True, capture_output=True, cwd=cwd)

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"repository": str(self.path), "password": PASSWORD, "binary": "restic", **more}

    def check(self, **more: t.Any) -> Finding:
        args = {"repository": str(self.path), "password": PASSWORD, "max_age": "24h", **more}
        (finding,) = execute([Item("x", "restic_backup", args)], self.runner)["x"]
        return finding

    def state(self) -> dict[str, str]:
        files = [path for path in sorted(self.path.rglob("*")) if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def repository(tmp_path: pathlib.Path, binaries: t.Any) -> Repository:
    return Repository(tmp_path, binaries.path("restic"))


def test_nothing_is_changed(repository: Repository) -> None:
    repository.restic("backup", str(repository.data), "--host", "db1", "--tag", "nightly")
    before = repository.state()
    finding = repository.check(paths=[str(repository.data / "payments.db")], host="db1", tags=["nightly"])
    assert str(finding.status) == "pass", finding.message
    assert repository.state() == before
    assert list(repository.home.iterdir()) == []


def test_what_restic_tells_is_what_was_backed_up(repository: Repository) -> None:
    repository.restic("backup", str(repository.data), "--host", "db1", "--tag", "a,b", "--exclude", "/nowhere")
    restic = Restic(repository.runner, str(repository.path), password=PASSWORD)
    (snapshot,), lost = restic.snapshots()
    listed = restic.listing(snapshot.id, [str(repository.data)])
    assert listed is not None and listed.tree.total() == (1, 100_000) and listed.snapshot == snapshot
    assert (snapshot.host, snapshot.paths, snapshot.excludes, lost) == ("db1", (str(repository.data),), ("/nowhere",), 0)
    assert abs(snapshot.time.timestamp() - time.time()) < 60


def test_a_repository_that_is_deleted_is_not_the_age_that_is_in_debt(repository: Repository) -> None:
    repository.restic("backup", str(repository.data), "--host", "db1", "--time", "2026-01-01 02:00:00")
    old = repository.check()
    assert (str(old.status), old.absent) == ("fail", None), old.message
    adopted = [fault_of(old)]
    assert news(repository.check(), adopted, ()) is None
    closed = repository.check(password="another")
    assert (str(closed.status), closed.absent, news(closed, adopted, ())) == ("unknown", None, None)
    shutil.rmtree(repository.path)
    gone = repository.check()
    assert (str(gone.status), gone.absent, news(gone, adopted, ())) == ("unknown", True, "it was there then and is gone")


def test_tonights_lock_does_not_matter(repository: Repository) -> None:
    repository.restic("backup", str(repository.data), "--host", "db1")
    command = [str(repository.binary), "--no-cache", "backup", "--stdin", "--host", "db1"]
    backup = subprocess.Popen(command, env=repository.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _unused in range(200):
            if list((repository.path / "locks").iterdir()):
                break
            time.sleep(0.1)
        assert list((repository.path / "locks").iterdir())
        assert str(repository.check(paths=[str(repository.data)]).status) == "pass"
        assert backup.poll() is None and list((repository.path / "locks").iterdir())
    finally:
        backup.kill()
        backup.wait()


def test_password_is_in_the_environment_only(repository: Repository) -> None:
    repository.restic("backup", str(repository.data))
    wrapper, seen = repository.folder / "wrapper", repository.folder / "seen"
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {repository.binary} "$@"\n')
    wrapper.chmod(0o755)
    finding = repository.check(binary=str(wrapper), environment={"AWS_SECRET_ACCESS_KEY": "not-to-be-seen"})
    assert str(finding.status) == "pass"
    lines = seen.read_text().splitlines()
    assert len(lines) == 2 and all("--no-lock" in line and "--no-cache" in line for line in lines)
    for text in (seen.read_text(), json.dumps(finding.as_dict())):
        assert PASSWORD not in text and "not-to-be-seen" not in text


def test_rounds_of_backups(repository: Repository) -> None:
    """Grows, shrinks, loses its data: the check follows."""
    for hours in (72, 48, 24):
        repository.restic(
            "backup", str(repository.data), "--time", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() - hours * 3600))
        )
    assert str(repository.check(max_age="25h", min_count=3).status) == "pass"
    late = repository.check(max_age="23h")
    assert str(late.status) == "fail" and late.since is not None
    (repository.data / "payments.db").write_bytes(b"x" * 1000)
    repository.restic("backup", str(repository.data))
    small = repository.check()
    assert str(small.status) == "warn" and "the median of 3 earlier ones" in small.message
    assert str(repository.check(size_deviation="100%").status) == "pass"
    shutil.rmtree(repository.path / "data")
    gone = repository.check(timeout="10s")  # restic alone would try for a long time
    assert str(gone.status) == "fail" and re.search(r"the pack data/\w+ of its data is missing", gone.message), gone.message


def spoil(path: pathlib.Path) -> None:
    """Flips a bit in the middle of a file."""
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def largest_pack(repository: Repository) -> pathlib.Path:
    return max((repository.path / "data").glob("*/*"), key=lambda path: path.stat().st_size)


def shares(repository: Repository, of: int, **more: t.Any) -> list[_backup_proofs.Verified]:
    return [_integrity_restic.verify(repository.args(**more), repository.runner, Share(number + 1, of)) for number in range(of)]


def test_each_share_is_read_once_and_all_of_them_are_everything(repository: Repository) -> None:
    for number in range(3):
        (repository.data / f"{number}").write_bytes(os.urandom(300_000))
        repository.restic("backup", str(repository.data))
    before = repository.state()
    found = shares(repository, 2)
    assert [(one.damages, one.unseen, one.warns) for one in found] == [([], [], [])] * 2
    assert [str(one.read).partition(" (")[0] for one in found] == [
        f"all indexes and trees, and share {number} of 2 of the data" for number in (1, 2)
    ]
    read = [measurement.value for one in found for measurement in one.measurements if measurement.name == "verified_bytes"]
    (whole,) = shares(repository, 1)
    assert "all data" in whole.read and sum(read) == whole.measurements[0].value > 900_000
    spoil(largest_pack(repository))
    damaged = shares(repository, 2)
    assert sorted(bool(one.damages) for one in damaged) == [False, True]
    assert "does not match" in next(one.damages[0] for one in damaged if one.damages)
    assert repository.state().keys() == before.keys() and list(repository.home.iterdir()) == []


def test_what_restic_check_finds(repository: Repository) -> None:
    repository.restic("backup", str(repository.data))
    kept = repository.folder / "kept"
    shutil.copytree(repository.path, kept)

    def again() -> None:
        shutil.rmtree(repository.path)
        shutil.copytree(kept, repository.path)

    index = next((repository.path / "index").iterdir())
    spoil(index)
    assert f"load <index/{index.name[:10]}>: invalid data returned" in shares(repository, 1)[0].damages[0]
    again()
    next((repository.path / "index").iterdir()).unlink()
    assert any("not found in repository" in line for line in shares(repository, 1)[0].damages)
    again()
    snapshot = next((repository.path / "snapshots").iterdir())
    spoil(snapshot)
    assert len(shares(repository, 1)[0].damages) >= 2
    again()
    next((repository.path / "snapshots").iterdir()).unlink()
    (nothing,) = shares(repository, 1)
    assert "holds no snapshot" in nothing.damages[0]
    again()
    repository.restic("backup", str(repository.data), "--host", "db1")
    (other,) = shares(repository, 1, host="db9")
    assert "holds no snapshot of those" in other.damages[0]
    with pytest.raises(CannotObserve, match="does not open"):
        shares(repository, 1, password="guessed")


def test_a_snapshot_is_restored_and_counted(repository: Repository, tmp_path: pathlib.Path) -> None:
    odd = repository.data / "été [1]*"
    odd.mkdir()
    (odd / "file").write_bytes(b"12345")
    (odd / "link").symlink_to("file")
    repository.restic("backup", str(repository.data), "--time", "2026-01-01 02:00:00")
    repository.restic("backup", str(repository.data))
    (odd / "file").write_bytes(b"123456")
    repository.restic("backup", str(repository.data), cwd=repository.data)
    args = repository.args(paths=[str(odd)])
    found = _restore_restic.generations(args, repository.runner)
    assert [(one.bytes, one.items) for one in found] == [(6, 1), (5, 1), (5, 1)]
    assert found[0].time > found[1].time > found[2].time
    target = tmp_path / "scratch"
    target.mkdir()
    restored = _restore_restic.restore(args, repository.runner, found[1], str(target))
    there = f"{target}{odd}"
    assert (restored.files, restored.bytes, restored.places) == (1, 5, {str(odd): there})
    assert pathlib.Path(there, "file").read_bytes() == b"12345" and restored.listed == {f"{there}/file": 5}
    shutil.rmtree(target)
    target.mkdir()
    everything = _restore_restic.restore(repository.args(), repository.runner, found[0], str(target))
    assert (everything.files, everything.bytes) == (2, 100_006) and everything.places == {
        str(repository.data): f"{target}{repository.data}"
    }


def test_what_cannot_be_restored(repository: Repository, tmp_path: pathlib.Path) -> None:
    repository.restic("backup", str(repository.data))
    (newest,) = _restore_restic.generations(repository.args(), repository.runner)
    target = tmp_path / "scratch"
    target.mkdir()
    with pytest.raises(RestoreFailed, match="holds nothing of /nowhere"):
        _restore_restic.restore(repository.args(paths=["/nowhere"]), repository.runner, newest, str(target))
    with pytest.raises(CannotObserve, match="no snapshot was made of all of"):
        _restore_restic.generations(repository.args(paths=["/nowhere"]), repository.runner)
    with pytest.raises(CannotObserve, match="does not open"):
        _restore_restic.restore(repository.args(password="guessed"), repository.runner, newest, str(target))
    spoil(largest_pack(repository))
    with pytest.raises(RestoreFailed, match="could not restore the snapshot .*payments.db: ciphertext verification failed"):
        _restore_restic.restore(repository.args(), repository.runner, newest, str(target))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_a_user_who_may_not_read(tmp_path: pathlib.Path, binaries: t.Any) -> None:
    nobody = pwd.getpwuid(65534).pw_name
    outer = pathlib.Path("/tmp") / f"readiness-{os.getpid()}-{time.monotonic_ns()}"
    outer.mkdir(mode=0o755)
    try:
        closed, dumps = outer / "closed", outer / "dumps"
        closed.mkdir(mode=0o700)
        dumps.mkdir(mode=0o755)
        (closed / "db.sql").write_text("x")
        (dumps / "db.sql.gz").write_bytes(b"\x1f\x8b")
        (dumps / "db.sql.gz").chmod(0o600)
        program = outer / "restic"
        shutil.copy(binaries.path("restic"), program)
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(outer)}
        repository = outer / "repository"
        subprocess.run([str(program), "--no-cache", "-r", str(repository), "init"], env=env, check=True, capture_output=True)
        repository.chmod(0o700)
        items = [
            Item("folder", "file_backup", {"pattern": [f"{closed}/*.sql"], "max_age": "1h"}, run_as=nobody),
            Item("file", "file_backup", {"path": str(dumps / "db.sql.gz"), "max_age": "1h"}, run_as=nobody),
            Item("asked", "file_backup", {"path": str(dumps / "db.sql.gz"), "max_age": "1h", "contains": ["x"]}, run_as=nobody),
            Item(
                "restic",
                "restic_backup",
                {"repository": str(repository), "password": PASSWORD, "max_age": "1h", "binary": str(program)},
                run_as=nobody,
            ),
        ]
        found = {key: findings[0] for key, findings in execute(items, Runner()).items()}
        assert {key: str(finding.status) for key, finding in found.items()} == {
            "folder": "unknown",
            "file": "unknown",
            "asked": "unknown",
            "restic": "unknown",
        }
        for finding in found.values():
            assert f"may not be read by {nobody}" in finding.message, finding.message
    finally:
        shutil.rmtree(outer)
