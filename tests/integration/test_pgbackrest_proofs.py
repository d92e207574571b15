# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real pgBackRest verifies and restores, and what it would let pass."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import (
    _integrity_pgbackrest,
    _restore_pgbackrest,
    pgbackrest_backup,
)
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import RestoreFailed, Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from backup_tools import SECONDS
from pgbackrest_worlds import STANZA, Stanza, copy_of, give

Make = t.Callable[..., Stanza]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("pgbackrest")


@pytest.fixture
def make(base: pathlib.Path) -> t.Iterator[Make]:
    made: list[Stanza] = []

    def one(**options: t.Any) -> Stanza:
        made.append(copy_of(base, **options))
        return made[-1]

    yield one
    for stanza in made:
        stanza.stop()


def arguments(stanza: Stanza, **more: t.Any) -> t.Any:
    return {"stanza": STANZA, "config": str(stanza.config), "repo": None, "binary": "pgbackrest", "environment": None, **more}


def verified(stanza: Stanza, **more: t.Any) -> Verified:
    return _integrity_pgbackrest.verify(arguments(stanza, **more), Runner(environ=stanza.tools.environment()), Share(1, 1))


def a_file(stanza: Stanza, backup: int = 0) -> pathlib.Path:
    files = (stanza.repo / "backup" / STANZA / stanza.labels()[backup] / "pg_data" / "base").rglob("1255.gz")
    return next(iter(sorted(files)))


def flip(path: pathlib.Path, at: int | None = None) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)


def test_all_is_sound(make: Make) -> None:
    found = verified(make(second=True))
    assert (found.damages, found.unseen, found.warns) == ([], [], [])
    assert found.observed["backups"] == 3 and t.cast("int", found.observed["files"]) > 2000, found.read
    assert "3 backups (" in found.read


def bit_in_a_backup(stanza: Stanza) -> None:
    flip(a_file(stanza))


def bit_in_wal(stanza: Stanza) -> None:
    flip(stanza.wal()[-1], 100)  # within its first page; what a segment was not filled with is zeros, which one bit does not change


def file_removed(stanza: Stanza) -> None:
    a_file(stanza).unlink()


def wal_removed(stanza: Stanza) -> None:
    stanza.wal()[-2].unlink()


def manifest_removed(stanza: Stanza) -> None:
    for name in ("backup.manifest", "backup.manifest.copy"):
        (stanza.repo / "backup" / STANZA / stanza.labels()[0] / name).unlink()


def newest_removed(stanza: Stanza) -> None:
    shutil.rmtree(stanza.repo / "backup" / STANZA / stanza.labels()[-1])


def backups_removed(stanza: Stanza) -> None:
    shutil.rmtree(stanza.repo / "backup")


def first_wal_emptied(stanza: Stanza) -> None:
    stanza.wal()[0].write_bytes(b"")


def info_damaged(stanza: Stanza) -> None:
    for name in ("backup.info", "backup.info.copy"):
        flip(stanza.repo / "backup" / STANZA / name)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (bit_in_a_backup, "1255.gz: invalid checksum"),
        (bit_in_wal, "WAL segments of 15-1 are sound"),
        (file_removed, "1255.gz: file missing"),
        (wal_removed, "the database can be restored only to"),
        (manifest_removed, "has no manifest that could be read"),
        (newest_removed, "is listed, and gone from repository 1"),
        (backups_removed, "holds WAL of the stanza main, and its backups are gone"),
        (first_wal_emptied, "unexpected eof"),
        (info_damaged, "repository 1 is damaged"),
    ],
)
def test_damage_is_found(make: Make, damage: t.Callable[[Stanza], None], said: str) -> None:
    stanza = make()
    damage(stanza)
    found = verified(stanza)
    assert any(said in line for line in found.damages), (found.damages, found.unseen)


def test_a_damaged_manifest_of_which_a_copy_is_used(make: Make) -> None:
    stanza = make()
    path = stanza.repo / "backup" / STANZA / stanza.labels()[0] / "backup.manifest"
    path.write_text(path.read_text().replace("backup-", "bakcup-"))
    found = verified(stanza)
    assert found.damages == [] and any("manifest" in line for line in found.warns), found.warns


def test_a_closed_folder_is_no_damage(make: Make) -> None:
    if os.geteuid() != 0:
        pytest.skip("closing a folder to its owner takes root")
    stanza = make()
    folder = stanza.repo / "backup" / STANZA / stanza.labels()[-1]
    folder.chmod(0o700)
    os.chown(folder, 0, 0)
    found = verified(stanza)
    assert found.damages == [] and any("may not be read by" in line for line in found.unseen), (found.damages, found.unseen)


def test_what_cannot_be_verified(make: Make) -> None:
    stanza = make(second=True)
    found = verified(stanza, repo=2, environment={"PGBACKREST_REPO2_CIPHER_PASS": "guessed"})
    assert found.damages == [] and "the passphrase does not open" in found.unseen[0]
    with pytest.raises(CannotObserve, match="has no such repository"):
        verified(stanza, repo=7)


# -- restored


def restored(stanza: Stanza, position: int, target: pathlib.Path, **more: t.Any) -> pathlib.Path:
    args, runner = arguments(stanza, binary=str(stanza.plain), **more), Runner(environ=stanza.tools.environment())
    found = _restore_pgbackrest.generations(args, runner)
    target.mkdir()
    target.chmod(0o777)
    done = _restore_pgbackrest.restore(args, runner, found[position], str(target))
    assert done.database is not None and done.files > 900 and done.bytes > 20_000_000
    return pathlib.Path(done.database[1])


def started(stanza: Stanza, data: pathlib.Path) -> Stanza:
    """The restored cluster, as it would run: its own socket, no port."""
    give(stanza)
    server = Stanza.__new__(Stanza)
    server.tools, server.folder, server.data, server.socket, server.port = stanza.tools, stanza.folder, data, data.parent, 5432
    options = f"-c listen_addresses='' -c unix_socket_directories='{data.parent}' -c port=5432"
    words = ("-D", str(data), "-l", str(data.parent / "log"), "-w", "-t", str(int(SECONDS)), "-o", options, "start")
    done = server.tools.run("pg_ctl", *words, check=False)
    assert done.returncode == 0, (data.parent / "log").read_text()[-3000:]
    return server


def numbers(server: Stanza) -> str:
    try:
        server.until("select not pg_is_in_recovery()")
        return server.query("select count(*), max(id) from orders")
    finally:
        server.halt("immediate")


def test_the_newest_one_with_all_wal(make: Make) -> None:
    stanza = make()
    before = [path.name for path in stanza.wal()]
    data = restored(stanza, 0, stanza.folder / "scratch")
    server = started(stanza, data)
    assert numbers(server) == "6003|6002"
    assert [path.name for path in stanza.wal()] == before
    assert not list((stanza.repo / "archive" / STANZA).rglob("*.history"))


def test_an_older_one_as_it_was(make: Make) -> None:
    stanza = make(archive_async="y")
    server = started(stanza, restored(stanza, 1, stanza.folder / "scratch"))
    assert server.data.parent.name == "scratch"
    assert numbers(server) == "5000|5000"
    assert list(stanza.folder.joinpath("spool").iterdir()) == []


def test_of_an_encrypted_repository(make: Make) -> None:
    stanza = make(second=True)
    data = restored(stanza, 0, stanza.folder / "scratch", repo=2)
    assert numbers(started(stanza, data)) == "6003|6002"


def test_a_damaged_backup_is_the_backups_fault(make: Make) -> None:
    stanza = make()
    flip(a_file(stanza))
    with pytest.raises(RestoreFailed, match=r"backup \S+ cannot be restored"):
        restored(stanza, 1, stanza.folder / "scratch")


# -- from day to day


def test_twenty_healthy_rounds(make: Make) -> None:
    """Writes, archives, backs up: no finding, whatever is just under way."""
    stanza = make(data=True).configure().start("archive_timeout = 30")
    environ = stanza.tools.environment()
    given = stanza.args(max_wal_lag="10m", max_full_age="8d", retention="1s", conninfo=stanza.conninfo())
    seen = []
    for number in range(20):
        stanza.query(f"insert into orders select generate_series(1, 500), 'round {number}'")
        if number % 7 == 3:
            stanza.pgbackrest("--repo=1", "--type=incr", "backup")
        elif number % 2:
            stanza.query("select pg_switch_wal()")
        args = parse_arguments(pgbackrest_backup, {**given, "conninfo": given["conninfo"] if number % 3 else None})
        seen += [(str(one.status), str(one.message)) for one in pgbackrest_backup.run(args, Runner(environ=environ))]
    assert [said for status, said in seen if status != "pass"] == [] and len(seen) == 20
