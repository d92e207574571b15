# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of restic repositories, each made with the real restic."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import subprocess
import typing as t

from table import Row, World

PASSWORD = "correct horse"


class Repository:
    """A repository below the folder of a row."""

    def __init__(self, world: World, *, init: bool = True) -> None:
        self.world, self.binary = world, str(world.binaries.path("restic"))
        self.path, self.data = world.folder / "repository", world.folder / "data"
        self.data.mkdir()
        (self.data / "payments.db").write_bytes(os.urandom(200_000))
        world.runner.environ.update(PATH=f"{pathlib.Path(self.binary).parent}:{os.environ['PATH']}", HOME=str(world.folder))
        if init:
            self.restic("init")

    def restic(self, *words: str) -> str:
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(self.world.folder)}
        argv = [self.binary, "--no-cache", "--repo", str(self.path), *words]
        return subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout

    def backup(self, hours: float = 3.0, path: pathlib.Path | None = None, host: str = "db1") -> Repository:
        moment = dt.datetime.now() - dt.timedelta(hours=hours)
        self.restic("backup", str(path or self.data), "--host", host, "--time", moment.strftime("%Y-%m-%d %H:%M:%S"))
        return self

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"repository": str(self.path), "password": PASSWORD, "paths": [str(self.data)], "max_age": "24h", **more}


def healthy(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(51).backup(27).backup(3).args(min_count=3, host="db1")


def password_in_file(world: World) -> dict[str, t.Any]:
    (world.folder / "password").write_text(PASSWORD + "\n")
    args = Repository(world).backup().args(password_file=str(world.folder / "password"))
    del args["password"]
    return args


def old_path_kept(world: World) -> dict[str, t.Any]:
    other = world.folder / "retired"
    other.mkdir()
    (other / "file").write_text("x")
    return Repository(world).backup(24 * 300, other).backup(3).args()


def too_old(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(76).args()


def path_stopped(world: World) -> dict[str, t.Any]:
    other = world.folder / "other"
    other.mkdir()
    (other / "file").write_text("x")
    return Repository(world).backup(76).backup(2, other).args()


def path_not_covered(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(paths=["/var/lib/payments"])


def other_host(world: World) -> dict[str, t.Any]:
    return Repository(world).backup(host="db2").args(host="db1")


def no_snapshot(world: World) -> dict[str, t.Any]:
    return Repository(world).args()


def nothing_in_it(world: World) -> dict[str, t.Any]:
    repository = Repository(world)
    (repository.data / "payments.db").unlink()
    return repository.backup().args()


def too_few(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(min_count=7)


def shrunk(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup(51).backup(27)
    (repository.data / "payments.db").write_bytes(b"nearly nothing")
    return repository.backup(3).args()


def index_lost(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    for path in (repository.path / "index").iterdir():
        path.unlink()
    return repository.args()


def snapshots_damaged(world: World) -> dict[str, t.Any]:
    repository = Repository(world).backup()
    for path in (repository.path / "snapshots").iterdir():
        path.chmod(0o600)
        os.truncate(path, 40)
    return repository.args()


def wrong_password(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(password="guessed")


def no_password(world: World) -> dict[str, t.Any]:
    args = Repository(world).backup().args()
    del args["password"]
    return args


def no_repository(world: World) -> dict[str, t.Any]:
    return Repository(world, init=False).args()


def unreachable(world: World) -> dict[str, t.Any]:
    return Repository(world, init=False).args(repository="rest:http://backup:hidden-login@127.0.0.1:9/")


def not_installed(world: World) -> dict[str, t.Any]:
    return Repository(world).backup().args(binary="restic-that-nobody-installed")


def _script(world: World, text: str) -> dict[str, t.Any]:
    path = world.folder / "restic"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Repository(world, init=False).args(binary=str(path))


def garbage(world: World) -> dict[str, t.Any]:
    return _script(world, "echo '<html>not found</html>'")


def hangs(world: World) -> dict[str, t.Any]:
    return {**_script(world, "sleep 600"), "timeout": "1s"}


ROWS = [
    Row("restic_backup", "three nightly snapshots", healthy, "pass", r"newest snapshot is 3 h old, 195\.3 KiB, the limit is 24 h; 3 kept"),
    Row("restic_backup", "password in a file", password_in_file, "pass", r"newest snapshot is 3 h old"),
    Row("restic_backup", "snapshots of a retired path kept for ever", old_path_kept, "pass", r"newest snapshot is 3 h old"),
    Row(
        "restic_backup", "the job stopped three days ago", too_old, "fail", r"newest snapshot of .*/data is 3 d 4 h old, the limit is 24 h"
    ),
    Row("restic_backup", "only another path is still backed up", path_stopped, "fail", r"newest snapshot of .*/data is 3 d 4 h old"),
    Row("restic_backup", "a path was never backed up", path_not_covered, "fail", r"no snapshot covers /var/lib/payments"),
    Row("restic_backup", "only another host is backed up", other_host, "fail", r"is not of the host db1; hosts: db2"),
    Row("restic_backup", "repository without a snapshot", no_snapshot, "fail", r"holds no snapshot"),
    Row("restic_backup", "snapshot of an empty folder", nothing_in_it, "fail", r"holds nothing"),
    Row("restic_backup", "fewer snapshots than wanted", too_few, "fail", r"there is 1 snapshot of .*, at least 7 are wanted"),
    Row("restic_backup", "newest much smaller than the earlier ones", shrunk, "warn", r"more than 50% smaller"),
    Row("restic_backup", "index of the repository lost", index_lost, "fail", r"the repository is damaged"),
    Row("restic_backup", "snapshots damaged", snapshots_damaged, "fail", r"1 snapshot, which cannot be loaded"),
    Row("restic_backup", "wrong password", wrong_password, "unknown", r"the password does not open the restic repository"),
    Row("restic_backup", "no password", no_password, "unknown", r"was given no password"),
    Row("restic_backup", "no repository there", no_repository, "unknown", r"there is no restic repository at"),
    Row(
        "restic_backup",
        "backup server does not answer",
        unreachable,
        "unknown",
        r"rest:http://127\.0\.0\.1:9/ cannot be reached: .*refused",
    ),
    Row("restic_backup", "restic not installed", not_installed, "unknown", r"is not installed on this host"),
    Row("restic_backup", "restic answers garbage", garbage, "unknown", r"not a list of snapshots"),
    Row("restic_backup", "restic hangs", hangs, "unknown", r"did not end within 1 s"),
]
