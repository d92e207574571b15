# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What barman keeps is read against its checksums and restored, with the real barman and PostgreSQL."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shutil
import typing as t

import barman_world
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import _integrity_barman, _restore_barman
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Generation, RestoreFailed, Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from backup_tools import Postgres, has, open_folder
from barman_world import SERVER, Copy, replace
from servers import free_port

WHOLE = Share(1, 1)
NEEDS_RSYNC = pytest.mark.skipif(not has("rsync"), reason="barman restores with rsync: run dev/debian-packages backups")


@dataclasses.dataclass
class World:
    running: t.Any
    runner: Runner


@pytest.fixture(scope="module", autouse=True)
def _template() -> t.Iterator[None]:
    yield
    barman_world.stop_all()


@pytest.fixture
def copy(running: t.Any) -> Copy:
    return Copy(World(running, Runner(environ=dict(os.environ))))


def args(copy: Copy, **more: object) -> dict[str, t.Any]:
    return {"barman_server": SERVER, "config": str(copy.config), "binary": "barman", "environment": None, **more}


def verify(copy: Copy, share: Share = WHOLE) -> Verified:
    return _integrity_barman.verify(args(copy), copy.runner, share)


def newest(copy: Copy) -> pathlib.Path:
    return copy.server / "base" / copy.ids()[-1] / "data"


def flip(path: pathlib.Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    replace(path, bytes(content))


def largest(folder: pathlib.Path) -> pathlib.Path:
    return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def said(verified: Verified) -> str:
    return " | ".join(verified.damages)


def test_sound_backups_have_no_damage_and_shares_read_everything(copy: Copy) -> None:
    whole = verify(copy)
    assert (whole.damages, whole.unseen, whole.warns) == ([], [], [])
    parts = [verify(copy, Share(number, 3)) for number in (1, 2, 3)]
    assert all((part.damages, part.unseen, part.warns) == ([], [], []) for part in parts)
    for what in ("files", "bytes", "wal_segments"):
        assert sum(int(str(part.observed[what])) for part in parts) == whole.observed[what]
        assert what == "wal_segments" or max(int(str(part.observed[what])) for part in parts) < int(str(whole.observed[what]))


@pytest.mark.parametrize("program", [True, False])
def test_a_bit_in_a_file_is_found_by_one_share(copy: Copy, program: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not program:
        monkeypatch.setattr(_integrity_barman, "find", nothing)
    bad = newest(copy) / "global" / "pg_control"
    flip(bad, 100)
    found = [said(verify(copy, Share(number, 8))) for number in range(1, 9)]
    assert sum("the content of global/pg_control is not what was backed up" in one for one in found) == 1
    assert sum(bool(one) for one in found) == 1


def nothing(*_args: object, **_more: object) -> None:
    return None


def test_a_lost_and_a_cut_file_are_found_by_every_share(copy: Copy) -> None:
    (newest(copy) / "global" / "pg_filenode.map").unlink()
    cut = largest(newest(copy) / "base")
    replace(cut, cut.read_bytes()[:-8192])
    for number in (1, 2):
        found = said(verify(copy, Share(number, 2)))
        assert "lacks global/pg_filenode.map" in found and "were backed up" in found


def test_data_that_is_gone_is_found(copy: Copy) -> None:
    shutil.rmtree(newest(copy))
    assert "has no data" in said(verify(copy))


def test_a_manifest_that_was_changed_is_found(copy: Copy) -> None:
    manifest = newest(copy) / "backup_manifest"
    replace(manifest, manifest.read_bytes().replace(b'"Size": 8192', b'"Size": 8193', 1))
    assert "its manifest is not as it was written" in said(verify(copy))


def test_a_backup_without_a_manifest_is_not_seen(copy: Copy) -> None:
    (newest(copy) / "backup_manifest").unlink()
    assert "has no manifest" in str(verify(copy).unseen)


def test_a_bit_in_a_record_of_plain_wal_is_found(copy: Copy) -> None:
    wal = copy.wals()[-1]
    written = len(wal.read_bytes().rstrip(b"\0"))
    assert written > 20_000
    flip(wal, 8192 + 4000)
    assert "is damaged: " in said(verify(copy))


def test_cut_wal_is_found(copy: Copy) -> None:
    replace(copy.wals()[-1], copy.wals()[-1].read_bytes()[:8192])
    assert f"WAL segment {copy.wals()[-1].name} is damaged: it has 8.0 KiB" in said(verify(copy))


def test_wal_of_another_name_is_found(copy: Copy) -> None:
    replace(copy.wals()[-1], copy.wals()[-2].read_bytes())
    assert "has a damaged header" in said(verify(copy))


def test_compressed_wal_is_unpacked(copy: Copy) -> None:
    postgres = copy.own_postgres()
    copy.write(compression="gzip")
    postgres.query("insert into payments values (1, 'w'); select pg_switch_wal()")
    copy.settle(postgres)
    assert (said(verify(copy)), copy.wals()[-1].read_bytes()[:2]) == ("", b"\x1f\x8b")
    flip(copy.wals()[-1], copy.wals()[-1].stat().st_size // 2)
    assert f"WAL segment {copy.wals()[-1].name} is damaged: it " in said(verify(copy))


def test_a_compressed_backup_is_unpacked(copy: Copy) -> None:
    copy.own_postgres()
    copy.write(backup_compression="gzip")
    copy.run("backup", SERVER)
    assert (newest(copy) / "base.tar.gz").exists()
    sound = verify(copy)
    assert (said(sound), sound.unseen) == ("", [])
    flip(newest(copy) / "base.tar.gz", (newest(copy) / "base.tar.gz").stat().st_size // 2)
    assert said(verify(copy)) != ""


def test_backups_without_their_own_wal_are_damaged(copy: Copy) -> None:
    for path in copy.wals():
        path.unlink()
    assert "has no complete backup" in said(verify(copy)) and "without which it cannot be restored" in said(verify(copy))


def test_a_cut_backup_info_is_named(copy: Copy) -> None:
    copy.note(copy.ids()[-1], tablespaces="[('history', 16390, '/srv")
    assert "backup.info is cut or damaged" in said(verify(copy))


def test_a_list_of_wal_that_is_empty_or_gone_is_found(copy: Copy) -> None:
    replace(copy.server / "wals" / "xlog.db", b"")
    assert "xlog.db, is empty or not there" in said(verify(copy))
    (copy.server / "wals" / "xlog.db").unlink()
    assert "xlog.db, is empty or not there" in said(verify(copy))


def test_no_backup_is_absent(copy: Copy) -> None:
    for name in copy.ids():
        shutil.rmtree(copy.server / "base" / name)
    with pytest.raises(CannotObserve) as failed:
        verify(copy)
    assert failed.value.absent


# -- restore


@contextlib.contextmanager
def scratch() -> t.Iterator[pathlib.Path]:
    folder = open_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def started(copy: Copy, data: str, socket: pathlib.Path) -> t.Iterator[Postgres]:
    postgres = Postgres.__new__(Postgres)
    postgres.tools, postgres.port, postgres.data, postgres.socket = copy.tools, free_port(), pathlib.Path(data), socket
    socket.mkdir()
    barman_world.give(socket.parent)
    postgres.configure(f"port = {postgres.port}", f"unix_socket_directories = '{socket}'")
    try:
        yield postgres.start()
    finally:
        postgres.stop("immediate")


def generations(copy: Copy) -> list[Generation]:
    return _restore_barman.generations(args(copy), copy.runner)


def test_generations_are_the_complete_backups(copy: Copy) -> None:
    assert [one.id for one in generations(copy)] == copy.ids()[::-1]
    copy.wals()[-3].unlink()  # of the newest itself
    found = generations(copy)
    assert [one.id for one in found] == copy.ids()[:1]
    assert found[0].bytes is not None and found[0].bytes > 20 * 2**20


@NEEDS_RSYNC
@pytest.mark.parametrize("number", [0, 1])
def test_a_restored_backup_has_all_that_was_archived(copy: Copy, number: int) -> None:
    with scratch() as target:
        generation = generations(copy)[number]
        restored = _restore_barman.restore(args(copy), copy.runner, generation, str(target))
        assert restored.database == ("postgresql", f"{target}/data")
        assert restored.files > 900 and restored.bytes > 20 * 2**20
        assert generation.bytes is not None and abs(restored.bytes - generation.bytes) < 4 * 2**20
        assert {path: os.path.getsize(path) for path in restored.listed} == restored.listed
        with started(copy, f"{target}/data", target / "s") as postgres:
            assert postgres.query("select count(*) from payments") == "4000"
            assert postgres.query("show archive_mode") == "off"


@NEEDS_RSYNC
def test_tablespaces_go_below_the_target(copy: Copy) -> None:
    postgres = copy.own_postgres()
    (copy.folder / "history").mkdir()
    barman_world.give(copy.folder / "history")
    postgres.query(f"create tablespace history location '{copy.folder / 'history'}'")
    postgres.query("create table old tablespace history as select 7 as id")
    copy.run("backup", SERVER)
    copy.settle(postgres)
    with scratch() as target:
        restored = _restore_barman.restore(args(copy), copy.runner, generations(copy)[0], str(target))
        shutil.rmtree(copy.folder / "history")
        with started(copy, f"{target}/data", target / "s") as other:
            assert other.query("select id from old") == "7"
        assert any("/tablespaces/" in str(path) for path in target.rglob("PG_1*"))
        assert restored.files > 900


@NEEDS_RSYNC
def test_a_compressed_backup_is_restored(copy: Copy) -> None:
    postgres = copy.own_postgres()
    copy.write(backup_compression="gzip")
    copy.run("backup", SERVER)
    copy.settle(postgres)
    with scratch() as target:
        restored = _restore_barman.restore(args(copy), copy.runner, generations(copy)[0], str(target))
        with started(copy, str(restored.database and restored.database[1]), target / "s") as other:
            assert other.query("select count(*) from payments") == "4000"


@NEEDS_RSYNC
def test_what_cannot_be_restored_is_a_failure_in_barmans_words(copy: Copy) -> None:
    shutil.rmtree(newest(copy))
    with scratch() as target, pytest.raises(RestoreFailed) as failed:
        _restore_barman.restore(args(copy), copy.runner, generations(copy)[0], str(target))
    assert "barman ended with code" in str(failed.value.message)
