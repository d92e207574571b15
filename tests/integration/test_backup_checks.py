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
import shutil
import subprocess
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.restic import Restic
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, execute
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
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

    def restic(self, *words: str) -> None:
        subprocess.run([str(self.binary), "--no-cache", *words], env=self.env, check=True, capture_output=True)

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
    assert (snapshot.host, snapshot.paths, snapshot.excludes, lost) == ("db1", (str(repository.data),), ("/nowhere",), 0)
    assert abs(snapshot.time.timestamp() - time.time()) < 60
    assert restic.size(snapshot).size == 100_000


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
    assert len(lines) == 2 and all("--no-lock" in line for line in lines)
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
    gone = repository.check(timeout="3s")  # restic would try for a long time
    assert str(gone.status) == "warn" and "did not end within" in gone.message


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
