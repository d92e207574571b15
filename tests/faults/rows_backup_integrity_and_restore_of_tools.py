# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of borg, pgBackRest, barman and mariadb-backup, and dumps: each verified, and restored until its database answers."""

from __future__ import annotations

import functools
import os
import pathlib
import typing as t

import barman_world
import rows_borg_backup as borg_rows
import rows_mariadb_backup as mariadb_rows
import rows_pgbackrest_backup as pgbackrest_rows
from backup_tools import Tools
from restore_worlds import Dump, flip, new_folder, of_databases, postgres_template
from table import Row, World

Args = dict[str, t.Any]
Arrange = t.Callable[[World], Args]
INTEGRITY, RESTORE = "backup_integrity", "backup_restore"
ACCESS = ("barman_server", "config", "environment", "password", "path", "pattern", "repo", "repository", "stanza")


def of(tool: str, args: t.Mapping[str, t.Any]) -> Args:
    """The options of the tool's own check that say where its backups are."""
    return {"tool": tool, "parts": 1, **{name: value for name, value in args.items() if name in ACCESS}}


def restored(args: Args, **more: t.Any) -> Args:
    del args["parts"]
    return {**args, **of_databases(new_folder()), "timeout": "5m", **more}


@functools.cache
def plain(name: str) -> Tools:
    """A tool that runs as whoever starts it, as where it is installed."""
    return Tools(new_folder() / "t", name, also_as_root=True)


def with_plain(world: World, name: str) -> None:
    world.runner.environ["PATH"] = f"{plain(name).bin}:{world.runner.environ['PATH']}"


def largest(folder: pathlib.Path, pattern: str = "*") -> pathlib.Path:
    return max((path for path in folder.rglob(pattern) if path.is_file() and not path.is_symlink()), key=_size)


def _size(path: pathlib.Path) -> int:
    return path.stat().st_size


# -- borg


def borg(change: t.Callable[[borg_rows.Repository], None] | None = None, restore: bool = False) -> Arrange:
    def arrange(world: World) -> Args:
        repository = borg_rows.nights(world)
        if change:
            change(repository)
        args = of("borg", repository.args())
        return restored(args) if restore else args

    return arrange


def segment_flipped(repository: borg_rows.Repository) -> None:
    flip(largest(repository.path / "data"))


def segment_gone(repository: borg_rows.Repository) -> None:
    largest(repository.path / "data").unlink()


def lock_left(repository: borg_rows.Repository) -> None:
    borg_rows.lock(repository, "db7.example.com@12345.4711-0", hours=60)


def borg_without_archive(world: World) -> Args:
    return of("borg", borg_rows.new(world).args())


# -- pgBackRest


def pgbackrest(change: t.Callable[[t.Any], None] | None = None, restore: bool = False, **more: t.Any) -> Arrange:
    def arrange(world: World) -> Args:
        stanza = pgbackrest_rows.stanza_of(world, data=True)
        if change:
            change(stanza)
        args = of("pgbackrest", stanza.args())
        if not restore:
            return args
        with_plain(world, "pgbackrest")
        return restored(args, **more)

    return arrange


def file_flipped(stanza: t.Any) -> None:
    flip(largest(stanza.repo / "backup" / "main" / stanza.labels()[-1] / "pg_data", "*.gz"))


def file_gone(stanza: t.Any) -> None:
    largest(stanza.repo / "backup" / "main" / stanza.labels()[0] / "pg_data" / "base", "*.gz").unlink()


def wal_gone(stanza: t.Any) -> None:
    stanza.wal()[-2].unlink()


# -- barman


def barman(change: t.Callable[[barman_world.Copy], None] | None = None, restore: bool = False, **more: t.Any) -> Arrange:
    def arrange(world: World) -> Args:
        copy = barman_world.Copy(world)
        if change:
            change(copy)
        args = of("barman", copy.args())
        return restored(args, **more) if restore else args

    return arrange


def table_flipped(copy: barman_world.Copy) -> None:
    path = largest(copy.server / "base" / copy.ids()[-1] / "data" / "base")
    barman_world.replace(path, _flipped(path.read_bytes()))


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def control_gone(copy: barman_world.Copy) -> None:
    (copy.server / "base" / copy.ids()[-1] / "data" / "global" / "pg_control").unlink()


# -- mariadb-backup


def mariadb(change: t.Callable[[pathlib.Path], None] | None = None, restore: bool = False, **more: t.Any) -> Arrange:
    def arrange(world: World) -> Args:
        backups = mariadb_rows._backups(world)
        for name, hours in (("full", 51), ("inc1", 27), ("inc2", 3)):
            backups.add(name, hours)
        if change:
            change(backups.folder / "full")
        for name in ("mariadb-backup", "innochecksum"):
            with_plain(world, name)
        args = of("mariadb", backups.args())
        return restored(args, **more) if restore else args

    return arrange


def page_flipped(folder: pathlib.Path) -> None:
    path = largest(folder / "payments", "*.ibd")
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[3 * 16384 + 200 : 3 * 16384 + 300] = b"x" * 100
    path.write_bytes(content)
    os.utime(path, (times.st_atime, times.st_mtime))


def base_gone(folder: pathlib.Path) -> None:
    folder.rename(folder.parent.parent / "elsewhere")


# -- files


def dump(cut: int = 0) -> Arrange:
    def arrange(world: World) -> Args:
        content = (postgres_template() / "plain.sql").read_bytes()
        args = Dump(world, content[: len(content) - cut]).args()
        return {"tool": "file", "pattern": args["pattern"], "parts": 1}

    return arrange


ORDERS = {"verify_query": "SELECT count(*) FROM orders", "expect": "> 6000"}
PAYMENTS = {"verify_query": "SELECT count(*) FROM payments", "expect": ">= 1000"}
IN_MARIADB = {"verify_database": "payments", "verify_query": "SELECT count(*) FROM orders", "expect": "> 500"}

ROWS = [
    Row(INTEGRITY, "borg: whole", borg(), "pass", r"borg has verified .* found nothing damaged"),
    Row(INTEGRITY, "borg: a bit of a segment is flipped", borg(segment_flipped), "fail", r"Segment entry checksum mismatch"),
    Row(INTEGRITY, "borg: a segment is gone", borg(segment_gone), "fail", r"repository .* is damaged: .*/data/0/"),
    Row(INTEGRITY, "borg: no archive", borg_without_archive, "fail", r"holds no complete archive to read"),
    Row(INTEGRITY, "borg: a lock was left", borg(lock_left), "warn", r"has a lock that process 4711 of db7\.example\.com left"),
    Row(RESTORE, "borg: restored", borg(restore=True), "pass", r"30 compared with the live files"),
    Row(RESTORE, "borg: a bit of a segment is flipped", borg(segment_flipped, restore=True), "fail", r"cannot be restored|not restored"),
    Row(INTEGRITY, "pgBackRest: whole", pgbackrest(), "pass", r"pgbackrest has verified main and found nothing damaged"),
    Row(INTEGRITY, "pgBackRest: a bit of a file is flipped", pgbackrest(file_flipped), "fail", r"pg_data/.*\.gz: invalid checksum"),
    Row(INTEGRITY, "pgBackRest: a file is gone", pgbackrest(file_gone), "fail", r"pg_data/base/.*\.gz: file missing"),
    Row(INTEGRITY, "pgBackRest: a WAL segment is gone", pgbackrest(wal_gone), "fail", r"WAL [0-9A-F]{24} is not in repository 1"),
    Row(RESTORE, "pgBackRest: restored until it answers", pgbackrest(restore=True, **ORDERS), "pass", r"1 table.*verify_query answered"),
    Row(RESTORE, "pgBackRest: a bit of a file is flipped", pgbackrest(file_flipped, restore=True, **ORDERS), "fail", r"cannot be restored"),
    Row(INTEGRITY, "barman: whole", barman(), "pass", r"barman has verified main and found nothing damaged"),
    Row(
        INTEGRITY,
        "barman: a bit of a table is flipped",
        barman(table_flipped),
        "fail",
        r"the content of base/\d+/\d+ is not what was backed up",
    ),
    Row(RESTORE, "barman: restored until it answers", barman(restore=True, **PAYMENTS), "pass", r"1 table.*verify_query answered"),
    Row(
        RESTORE,
        "barman: the control file is gone",
        barman(control_gone, restore=True, **PAYMENTS),
        "fail",
        r"pg_control is listed in the backup and was not",
    ),
    Row(INTEGRITY, "mariadb-backup: whole", mariadb(), "pass", r"mariadb has verified .* found nothing damaged"),
    Row(
        INTEGRITY,
        "mariadb-backup: a page is damaged",
        mariadb(page_flipped),
        "fail",
        r"\.ibd is damaged: page 3 does not agree with its checksum",
    ),
    Row(RESTORE, "mariadb-backup: restored with its increments", mariadb(restore=True, **IN_MARIADB), "pass", r"verify_query answered"),
    Row(
        RESTORE,
        "mariadb-backup: the full backup is gone",
        mariadb(base_gone, restore=True, **IN_MARIADB),
        "fail",
        r"has no complete backup in",
    ),
    Row(INTEGRITY, "a dump: whole", dump(), "pass", r"file has verified .* found nothing damaged"),
    Row(INTEGRITY, "a dump: cut", dump(cut=3000), "fail", r"not a whole dump"),
]
