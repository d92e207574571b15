# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that are files, verified as a whole and restored, with dumps of real servers and archives that want to write elsewhere."""

from __future__ import annotations

import gzip
import io
import os
import pathlib
import shutil
import sqlite3
import stat
import tarfile
import time
import typing as t
import zipfile

import pytest
import real_dumps
from ansible_collections.operability.readiness.plugins.module_utils._checks import _integrity_file, _restore_file
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Restored, RestoreFailed, Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

EVERYTHING = Share(1, 1)


@pytest.fixture(scope="module", autouse=True)
def _removed() -> t.Iterator[None]:
    yield
    real_dumps.remove_all()


def runner() -> Runner:
    return Runner(environ={**os.environ, "PATH": f"{real_dumps.own_tools().bin}:{os.environ['PATH']}"})


def put(path: pathlib.Path, content: bytes, hours: float = 3.0) -> pathlib.Path:
    path.write_bytes(content)
    moment = time.time() - hours * 3600
    os.utime(path, (moment, moment))
    return path


def verified(pattern: pathlib.Path, share: Share = EVERYTHING) -> Verified:
    return _integrity_file.verify({"pattern": [str(pattern)], "path": None}, runner(), share)


def restored(pattern: pathlib.Path, target: pathlib.Path, number: int = 0) -> Restored:
    args = {"pattern": [str(pattern)], "path": None}
    target.mkdir(exist_ok=True)
    return _restore_file.restore(args, runner(), _restore_file.generations(args, runner())[number], str(target))


def copy(name: str, to: pathlib.Path) -> pathlib.Path:
    source = real_dumps.of_postgres() / name
    if source.is_dir():
        return pathlib.Path(shutil.copytree(source, to))
    return pathlib.Path(shutil.copy(source, to))


@pytest.mark.parametrize("name", ["plain.sql", "custom.dump", "dump.tar", "directory", "base", "base_tar"])
def test_whole_backups_of_postgresql(tmp_path: pathlib.Path, name: str) -> None:
    copy(name, tmp_path / name)
    found = verified(tmp_path / name)
    assert found.damages == []
    if name == "base_tar":
        assert "reads folders alone" in found.unseen[0]
    else:
        assert found.unseen == [] and str(found.read) == "1 of 1 backup, to its end"


def test_a_changed_byte_that_no_size_shows(tmp_path: pathlib.Path) -> None:
    base = copy("base", tmp_path / "base")
    path = base / "global" / "pg_control"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(bytes(content))
    assert "pg_verifybackup finds it damaged" in verified(base).damages[0]
    dump = copy("custom.dump", tmp_path / "a.dump")
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 0xFF
    dump.write_bytes(bytes(content))
    assert "the data of payments are damaged: they cannot be unpacked" in verified(dump).damages[0]


def test_the_earlier_ones_are_read_in_turn(tmp_path: pathlib.Path) -> None:
    whole = gzip.compress((real_dumps.of_postgres() / "plain.sql").read_bytes())
    for night in range(7):
        put(tmp_path / f"db-{night}.sql.gz", whole if night != 4 else whole[:-9], 3 + 24 * night)
    damages = [verified(tmp_path / "db-*.gz", Share(number, 3)).damages for number in (1, 2, 3)]
    assert [len(found) for found in damages] == [1, 0, 0] and "db-4.sql.gz: it is not a whole gzip" in damages[0][0]
    assert "backup /" in damages[0][0] and not damages[0][0].startswith("newest")
    assert len(verified(tmp_path / "db-*.gz").damages) == 1


def test_what_cannot_be_verified_without_a_key(tmp_path: pathlib.Path) -> None:
    import hashlib

    content = (real_dumps.of_other_tools() / "plain.sql.age").read_bytes()
    put(tmp_path / "a.sql.age", content)
    assert "encrypted, not looked into; a checksum beside it" in verified(tmp_path / "a.sql.age").unseen[0]
    (tmp_path / "a.sql.age.sha256").write_text(hashlib.sha256(content).hexdigest())
    found = verified(tmp_path / "a.sql.age")
    assert (found.unseen, found.damages) == ([], [])
    with pytest.raises(CannotObserve, match="there is no key here"):
        restored(tmp_path / "a.sql.age", tmp_path / "out")


@pytest.mark.parametrize("name", ["plain.sql", "custom.dump", "dump.tar", "directory", "custom.gz"])
def test_dumps_become_sql(tmp_path: pathlib.Path, name: str) -> None:
    if name == "custom.gz":
        put(tmp_path / name, gzip.compress((real_dumps.of_postgres() / "custom.dump").read_bytes()))
    else:
        copy(name, tmp_path / name)
    found = restored(tmp_path / name, tmp_path / "out")
    assert found.database and found.database[0] == "postgresql_dump"
    text = pathlib.Path(found.database[1]).read_text()
    assert "CREATE TABLE public.payments" in text and text.count("payment ") >= real_dumps.ROWS_OF_PAYMENTS


@pytest.mark.parametrize("name", ["base", "base_tar"])
def test_a_base_backup_becomes_a_folder_of_data(tmp_path: pathlib.Path, name: str) -> None:
    copy(name, tmp_path / name)
    found = restored(tmp_path / name, tmp_path / "out")
    assert found.database == ("postgresql", str(tmp_path / "out" / "data"))
    data = tmp_path / "out" / "data"
    assert (data / "global" / "pg_control").exists() and list((data / "pg_wal").iterdir())
    assert stat.S_IMODE(data.stat().st_mode) == 0o700 and found.files > 900 and found.bytes > 2**20


def test_other_dumps(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "shop.sql.gz", gzip.compress((real_dumps.of_mariadb() / "plain.sql").read_bytes()))
    found = restored(tmp_path / "shop.sql.gz", tmp_path / "a")
    assert found.database == ("mysql_dump", str(tmp_path / "a" / "shop.sql"))
    shutil.copy(real_dumps.of_other_tools() / "sqlite.db", tmp_path / "x.db")
    found = restored(tmp_path / "x.db", tmp_path / "b")
    assert found.database and found.database[0] == "sqlite"
    with sqlite3.connect(found.database[1]) as database:
        assert database.execute("SELECT count(*) FROM payments").fetchone() == (900,)
    shutil.copy(real_dumps.of_other_tools() / "plain.7z", tmp_path / "x.7z")
    assert restored(tmp_path / "x.7z", tmp_path / "c").files == 1


def test_an_older_generation(tmp_path: pathlib.Path) -> None:
    for night in range(3):
        put(tmp_path / f"db-{night}.tar.gz", archive([("etc/app.conf", b"%d" % night)]), 3 + 24 * night)
    args = {"pattern": [str(tmp_path / "db-*")], "path": None}
    found = _restore_file.generations(args, runner())
    assert [generation.id[-8] for generation in found] == ["0", "1", "2"] and all(generation.bytes for generation in found)
    second = restored(tmp_path / "db-*", tmp_path / "out", 1)
    assert (tmp_path / "out" / "etc" / "app.conf").read_bytes() == b"1"
    assert second.places == {"/etc": str(tmp_path / "out" / "etc")} and second.listed == {str(tmp_path / "out" / "etc" / "app.conf"): 1}


def archive(files: t.Iterable[tuple[str, bytes]], others: t.Iterable[tuple[str, bytes, str]] = ()) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, kind, to in others:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, to
            tar.addfile(info)
        for name, body in files:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            info.mode = 0o4755
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def test_nothing_is_written_elsewhere(tmp_path: pathlib.Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    out = tmp_path / "out"
    put(tmp_path / "a.tar.gz", archive([("../outside/kept", b"changed")]))
    with pytest.raises(RestoreFailed, match="a member outside of its folder"):
        restored(tmp_path / "a.tar.gz", out)
    links = [("way", tarfile.SYMTYPE, str(outside)), ("up", tarfile.SYMTYPE, "../outside"), ("dev", tarfile.CHRTYPE, "")]
    links += [("pipe", tarfile.FIFOTYPE, ""), ("hard", tarfile.LNKTYPE, "etc/none"), ("here", tarfile.SYMTYPE, "etc")]
    put(tmp_path / "b.tar.gz", archive([("way/kept", b"changed"), ("up/kept", b"changed"), ("/etc/app.conf", b"x")], links))
    assert restored(tmp_path / "b.tar.gz", out).files == 3
    assert (outside / "kept").read_text() == "kept"
    assert (out / "way" / "kept").read_bytes() == b"changed" and (out / "here").readlink() == pathlib.Path("etc")
    assert not (out / "dev").exists() and not (out / "pipe").exists()
    assert stat.S_IMODE((out / "etc" / "app.conf").stat().st_mode) == 0o755, "no set-uid bit is restored"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        pack.writestr("../outside/kept", "changed")
    put(tmp_path / "c.zip", packed.getvalue())
    with pytest.raises(RestoreFailed, match="a member outside of its folder"):
        restored(tmp_path / "c.zip", out)
    assert (outside / "kept").read_text() == "kept"


def test_a_damaged_one_cannot_be_restored(tmp_path: pathlib.Path) -> None:
    put(tmp_path / "a.tar.gz", archive([("etc/app.conf", os.urandom(9000))])[:-3000])
    with pytest.raises(RestoreFailed, match="it is not a whole gzip file"):
        restored(tmp_path / "a.tar.gz", tmp_path / "out")
    put(tmp_path / "b.sql", (real_dumps.of_postgres() / "plain.sql").read_bytes()[:9000])
    with pytest.raises(RestoreFailed, match="it is not a whole dump"):
        restored(tmp_path / "b.sql", tmp_path / "out")
