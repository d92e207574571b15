# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verification and the restore of backups of MariaDB do with real backups and the real tools."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import (
    _integrity_mariadb,
    _restore_mariadb,
    mariadb_backup,
)
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Restored, RestoreFailed, Share, Verified
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from backup_tools import MariaDB, Tools, open_folder
from mariadb_made import Backups, aged, touched, xtrabackup

WHOLE = Share(1, 1)


@pytest.fixture
def backups(tmp_path: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Backups:
    return Backups(tmp_path, tmp_path_factory.getbasetemp())


@pytest.fixture
def runner(tmp_path: pathlib.Path) -> Runner:
    tools = Tools(tmp_path / "tools", "innochecksum", "mariadb-backup", "zstd", also_as_root=True)
    return Runner(environ={**os.environ, "PATH": f"{tools.bin}:{os.environ['PATH']}"}).within(120.0)


def arguments(backups: Backups) -> t.Any:
    return parse_arguments(mariadb_backup, backups.args())


def verified(backups: Backups, runner: Runner, share: Share = WHOLE) -> Verified:
    return _integrity_mariadb.verify(arguments(backups), runner, share)


def test_each_page_of_a_sound_chain_agrees(backups: Backups, runner: Runner) -> None:
    backups.add("full", 27)
    backups.add("inc1", 3)
    seen = verified(backups, runner)
    assert (seen.damages, seen.unseen) == ([], [])
    assert "were read to their end" in str(seen.read)


def test_parts_make_up_the_whole(backups: Backups, runner: Runner) -> None:
    backups.add("full")
    whole = verified(backups, runner).observed["files"]
    parts = [verified(backups, runner, Share(number, 3)).observed["files"] for number in (1, 2, 3)]
    assert sum(t.cast("list[int]", parts)) == whole


@pytest.mark.parametrize(("name", "position"), [("payments/orders.ibd", 4 * 16384 + 200), ("ibdata1", 5 * 16384 + 100)])
def test_a_flipped_bit(backups: Backups, runner: Runner, name: str, position: int) -> None:
    path = backups.add("full") / name
    content = bytearray(path.read_bytes())
    content[position] ^= 4
    path.write_bytes(content)
    [damage] = verified(backups, runner).damages
    assert f"{name} is damaged: page" in str(damage)


def test_a_flipped_bit_of_a_stream(backups: Backups, runner: Runner) -> None:
    path = backups.stream()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    [damage] = verified(backups, runner).damages
    assert "does not agree with its checksum" in str(damage)


def test_a_damaged_stream_after_a_sound_backup(backups: Backups, runner: Runner) -> None:
    backups.add("full", 27)
    path = backups.stream()
    path.write_bytes(path.read_bytes()[:-5000])
    touched(path, 3)
    seen = verified(backups, runner)
    assert "payments.xb: it " in str(seen.damages[0])
    assert "were read to their end" in str(seen.read)


def test_a_stream_that_is_being_written_is_no_damage(backups: Backups, runner: Runner) -> None:
    backups.add("full", 27)
    path = backups.stream()
    path.write_bytes(path.read_bytes()[:-5000])
    assert verified(backups, runner).damages == []


@pytest.mark.parametrize(("first", "said"), [(0, "its first page is all zeros"), (4, "is in use, and holds zeros")])
def test_pages_of_zeros(backups: Backups, runner: Runner, first: int, said: str) -> None:
    path = backups.add("full") / "payments" / "orders.ibd"
    size = path.stat().st_size
    with path.open("r+b") as out:
        out.seek(first * 16384)
        out.write(b"\0" * (size - first * 16384))
    assert any(said in str(one) for one in verified(backups, runner).damages)


def test_one_page_of_zeros_among_many(backups: Backups, runner: Runner) -> None:
    path = backups.add("full") / "payments" / "orders.ibd"
    with path.open("r+b") as out:
        out.seek(17 * 16384)
        out.write(b"\0" * 16384)
    assert any("its page 17 is in use" in str(one) for one in verified(backups, runner).damages)


def test_a_log_of_zeros(backups: Backups, runner: Runner) -> None:
    path = backups.add("full") / "ib_logfile0"
    path.write_bytes(b"\0" * path.stat().st_size)
    assert any("it has no header, only zeros" in str(one) for one in verified(backups, runner).damages)


def test_a_file_that_cannot_be_verified(backups: Backups, runner: Runner, tmp_path: pathlib.Path) -> None:
    backups.add("full")
    (tmp_path / "tools" / "bin" / "innochecksum").write_text(
        "#!/bin/sh\necho MariaDB\n[ $1 = --help ] || { echo Error: nonsense >&2; exit 1; }\n"
    )
    seen = verified(backups, runner)
    assert seen.damages == []
    assert "cannot be verified: Error: nonsense" in str(seen.unseen[0])


def test_the_tool_of_the_other_server(backups: Backups, runner: Runner) -> None:
    xtrabackup(backups.folder / "percona")
    seen = verified(backups, runner)
    assert seen.damages == []
    assert "is not that of the server that was backed up (8.0.36)" in str(seen.unseen[0])


# -- restoring


def restored(backups: Backups, runner: Runner, target: pathlib.Path, number: int = 0) -> Restored:
    args = arguments(backups)
    generation = _restore_mariadb.generations(args, runner)[number]
    return _restore_mariadb.restore(args, runner, generation, str(target))


@pytest.fixture
def target() -> t.Iterator[pathlib.Path]:
    folder = open_folder()
    yield folder
    shutil.rmtree(folder)


def orders(data: str, folder: pathlib.Path) -> int:
    """How many rows a server finds that starts on the data."""
    tools = Tools(folder / "t", "mariadb", "mariadb-admin", "mariadb-install-db", "mariadbd")
    server = MariaDB(tools)
    shutil.rmtree(server.data)
    shutil.move(data, server.data)
    tools.give()
    server.start()
    try:
        return int(server.query("select count(*) from payments.orders"))
    finally:
        server.stop()


def test_a_chain_starts_with_the_rows_of_its_last_link(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    for name, hours in (("full", 51), ("inc1", 27), ("inc2", 3)):
        backups.add(name, hours)
    args = arguments(backups)
    newest, *earlier = _restore_mariadb.generations(args, runner)
    assert [newest.id.rpartition("/")[2], *(one.id.rpartition("/")[2] for one in earlier)] == ["inc2", "inc1", "full"]
    done = _restore_mariadb.restore(args, runner, newest, str(target))
    assert done.database == ("mariadb", str(target / "data"))
    assert sorted(os.listdir(target)) == ["data"]
    assert newest.bytes is not None and done.bytes < newest.bytes * 1.2
    assert orders(str(target / "data"), target) == 4000


def test_an_earlier_one(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    backups.add("full", 27)
    backups.add("inc1", 3)
    restored(backups, runner, target, 1)
    assert orders(str(target / "data"), target) == 3000


def test_a_stream(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    backups.stream("payments.xb.gz", 3, ["gzip", "-1c"])
    restored(backups, runner, target)
    assert orders(str(target / "data"), target) == 3000


def test_what_is_backed_up_stays_as_it_is(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    for name, hours in (("full", 27), ("inc1", 3)):
        backups.add(name, hours)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in backups.folder.rglob("*")}
    restored(backups, runner, target)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in backups.folder.rglob("*")} == before


def test_a_log_that_is_damaged(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    place = backups.add("full")
    (place / "ib_logfile0").write_bytes(b"\0" * 100)
    touched(place, 3)
    with pytest.raises(RestoreFailed, match="mariadb-backup could not prepare .*full: "):
        restored(backups, runner, target)


def test_a_tool_of_another_series(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    place = backups.add("full")
    (place / "ib_logfile0").write_bytes(b"\0" * 100)
    text = (place / "xtrabackup_info").read_text()
    (place / "xtrabackup_info").write_text(text.replace("tool_version = 10.11", "tool_version = 11.8"))
    touched(place, 3)
    with pytest.raises(CannotObserve, match=r"on this host could not prepare .*full, which 11\.8"):
        restored(backups, runner, target)


def test_success_is_what_the_tool_says(backups: Backups, runner: Runner, target: pathlib.Path, tmp_path: pathlib.Path) -> None:
    backups.add("full")
    tool = tmp_path / "tools" / "bin" / "mariadb-backup"
    tool.write_text("#!/bin/sh\necho mariadb-backup 10.11.19 '[ERROR] the log ends too early'\n")
    with pytest.raises(RestoreFailed, match="the log ends too early"):
        restored(backups, runner, target)


@pytest.mark.parametrize("name", ["elsewhere.isl", "backup-my.cnf"])
def test_what_leads_outside_is_not_prepared(backups: Backups, runner: Runner, target: pathlib.Path, name: str) -> None:
    place = backups.add("full")
    with (place / "payments" / name if name.endswith("isl") else place / name).open("a") as out:
        out.write("innodb_undo_directory=/var/lib/mysql\n")
    text = (place / "backup-my.cnf").read_text()
    if name == "backup-my.cnf":
        (place / "backup-my.cnf").write_text(text.replace("innodb_undo_directory=./\n", ""))
    aged(place, 3)
    with pytest.raises(CannotObserve, match="is not prepared here"):
        restored(backups, runner, target)


def test_names_in_a_stream_stay_within(backups: Backups, runner: Runner, target: pathlib.Path) -> None:
    path = backups.stream()
    path.write_bytes(path.read_bytes().replace(b"payments/orders.frm", b"../../../orders.frm"))
    touched(path, 3)
    with pytest.raises(RestoreFailed, match="outside of the folder"):
        restored(backups, runner, target)
