# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases that are restored with real tools, started, and asked: PostgreSQL, MariaDB and SQLite."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import time
import typing as t

from restore_worlds import Dump, Restic, flip, killed, mariadb_template, new_folder, of_databases, postgres_template, sqlite
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
N = "backup_restore"
# by which a copy would act on the world
SETTINGS = ("archive_mode", "listen_addresses", "primary_conninfo", "shared_preload_libraries", "max_logical_replication_workers")
COUNT = {"verify_query": "SELECT count(*) FROM payments", "expect": "> 1000"}


def dump(name: str, *, without: str = "", cut: int = 0, as_file: str = "payments.sql.gz", add: str = "", **more: t.Any) -> Arrange:
    """A dump of the template, changed, below the folder of dumps."""

    def arrange(world: World) -> dict[str, t.Any]:
        content = ((mariadb_template if name.startswith("my-") else postgres_template)() / name.removeprefix("my-")).read_bytes()
        if without:
            content = content.replace(without.encode(), b"")
        content = content[: len(content) - cut] + add.encode()
        return Dump(world, content, as_file).args(**more)

    return arrange


def data_folder(change: t.Callable[[pathlib.Path, World], None] | None = None, *, of: str = "postgresql", **more: t.Any) -> Arrange:
    """The data folder of a server that was ended, backed up with restic."""

    def arrange(world: World) -> dict[str, t.Any]:
        data = world.folder / "cluster"
        shutil.copytree((mariadb_template if of == "mariadb" else postgres_template)() / "data", data, symlinks=True)
        if change:
            change(data, world)
        repository = Restic(world, data).backup(3)
        shutil.rmtree(data)
        return repository.args(**{**of_databases(repository.scratch), **more})

    return arrange


def was_running(data: pathlib.Path, _world: World) -> None:
    """What a server that runs has in its folder, and settings that must not hold for a copy of it."""
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1700000000\n5432\n/tmp\n*\n  1 2\nready\n")
    with (data / "postgresql.auto.conf").open("a") as out:
        out.write("shared_preload_libraries = 'no_such_library'\narchive_mode = 'on'\narchive_command = 'touch /tmp/archived-by-a-copy'\n")
        out.write("primary_conninfo = 'host=127.0.0.1 port=9'\nlisten_addresses = '*'\nsynchronous_standby_names = 'other'\n")
    (data / "standby.signal").touch()
    (data / "server.key").symlink_to("/etc/ssl/private/no-such.key")


def control_file_gone(data: pathlib.Path, _world: World) -> None:
    (data / "global" / "pg_control").unlink()


def wal_gone(data: pathlib.Path, _world: World) -> None:
    for path in (data / "pg_wal").iterdir():
        if path.is_file():
            path.unlink()


def table_space_elsewhere(data: pathlib.Path, world: World) -> None:
    live = world.folder / "live-tablespace"
    live.mkdir()
    (data / "pg_tblspc" / "16999").symlink_to(live)


def mapped_elsewhere(data: pathlib.Path, world: World) -> None:
    (data / "tablespace_map").write_text(f"16999 {world.folder}/live-tablespace\n")


def wal_elsewhere(data: pathlib.Path, world: World) -> None:
    (data / "pg_wal").rename(world.folder / "wal")
    (data / "pg_wal").symlink_to(world.folder / "wal")


def other_version(data: pathlib.Path, _world: World) -> None:
    (data / "PG_VERSION").write_text("99\n")


def system_space_gone(data: pathlib.Path, _world: World) -> None:
    (data / "ibdata1").write_bytes(b"\0" * 12_582_912)


def table_elsewhere(data: pathlib.Path, world: World) -> None:
    (data / "payments" / "payments.isl").write_text(f"{world.folder}/live/payments.ibd")


def sqlite_file(damaged: bool = False, rows: int = 60, **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        data = world.folder / "app"
        data.mkdir()
        path = sqlite(data / "payments.db", rows=rows)
        if damaged:
            content = bytearray(path.read_bytes())
            content[8192:16384] = b"\x55" * 8192
            path.write_bytes(content)
        return Restic(world, data).backup(3).args(**more)

    return arrange


def writes_elsewhere(world: World) -> dict[str, t.Any]:
    more = f"CREATE TABLESPACE live LOCATION '{world.folder}';\n\\! touch {world.folder}/written\n"
    return dump("plain.sql", add=more, verify_command=["test", "!", "-e", f"{world.folder}/written"], **COUNT)(world)


def no_server(said: str) -> Arrange:
    """The program that makes a server's folder makes none."""

    def arrange(world: World) -> dict[str, t.Any]:
        folder = new_folder()
        path = folder / "mariadb-install-db"
        path.write_text(f"#!/bin/sh\nprintf '{said}'\nexit 3\n")
        path.chmod(0o755)
        return dump("my-one.sql", bin_directory=str(folder))(world)

    return arrange


def killed_while_it_runs(world: World) -> dict[str, t.Any]:
    """The check is killed while the restored database runs: that ends, and the next run removes what is left."""
    args = dump("plain.sql", **COUNT)(world)
    started = world.folder / "started"
    killed(world, {**args, "verify_command": ["sh", "-c", f"touch {started}; exec sleep 300"]}, started)
    scratch = args["scratch"]
    end = time.monotonic() + 60
    while running := [line for line in commands() if scratch in line]:
        assert time.monotonic() < end, running
        time.sleep(0.1)
    assert len(os.listdir(scratch)) == 1
    return args


def commands() -> list[str]:
    """The command lines of the processes of this host."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def two_databases(world: World) -> dict[str, t.Any]:
    data = world.folder / "app"
    data.mkdir()
    for name in ("payments.db", "invoices.db"):
        sqlite(data / name)
    return Restic(world, data).backup(3).args(verify_query="SELECT 1")


def newest_of_dumps(world: World) -> dict[str, t.Any]:
    """Dumps of several nights in a snapshot: a pattern names the newest."""
    data = world.folder / "dumps"
    data.mkdir()
    for number, name in enumerate(("payments-0.sql", "payments-1.sql")):
        content = (postgres_template() / "plain.sql").read_text()
        (data / name).write_text(content if number else content.replace("payments", "old"))
        os.utime(data / name, (1_700_000_000 + number, 1_700_000_000 + number))
    repository = Restic(world, data).backup(3)
    return repository.args(**{**of_databases(repository.scratch), **COUNT, "database": str(data / "payments-*.sql")})


def damaged_heap(data: pathlib.Path, _world: World) -> None:
    """The file of the largest table of the database is cut."""
    largest = max((path for path in (data / "base").rglob("*") if path.is_file() and path.parent.name not in ("1", "4", "5")), key=_size)
    flip(largest)
    os.truncate(largest, 8192)


def _size(path: pathlib.Path) -> int:
    # of the tables of the database only those of its users
    return path.stat().st_size if path.name.isdigit() and int(path.name) >= 16384 else 0


ALONE = {"verify_query": f"SELECT concat_ws(' ', {', '.join(f'current_setting({name!r})' for name in SETTINGS)})", "expect": "off    0"}
ROOT = {"database_user": "root"}
COUNT_OF_MARIADB = {"verify_query": COUNT["verify_query"]}
NO_TABLE = "DROP TABLE public.payments;\n"

ROWS = [
    Row(
        N,
        "PostgreSQL: a plain dump in gzip",
        dump("plain.sql", **COUNT),
        "pass",
        r"the database starts with 2 tables.* verify_query answered",
    ),
    Row(N, "PostgreSQL: a plain dump as it is", dump("plain.sql", as_file="p.sql", **COUNT), "pass", r"verify_query answered as expected"),
    Row(N, "PostgreSQL: a dump of all databases", dump("all.sql", **COUNT), "pass", r"starts with 2 tables"),
    Row(N, "PostgreSQL: tables without rows", dump("tables.sql"), "warn", r"starts, and its tables have no rows"),
    Row(N, "PostgreSQL: a dump that removes first what is there", dump("clean.sql", **COUNT), "pass", r"starts with 2 tables"),
    Row(N, "PostgreSQL: all databases, removed first", dump("all-clean.sql", **COUNT), "pass", r"starts with 2 tables"),
    Row(
        N,
        "PostgreSQL: such a dump of which a statement fails",
        dump("clean.sql", without="CREATE TABLE public.payments", **COUNT),
        "fail",
        r"statements of the dump failed, the first: ",
    ),
    Row(
        N,
        "PostgreSQL: a dump that changes what is not there",
        dump("plain.sql", add="ALTER TABLE public.ledger ADD COLUMN dropped int;\n", **COUNT),
        "fail",
        r'1 statement of the dump failed: relation "public.ledger" does not exist',
    ),
    Row(N, "PostgreSQL: a dump in its own format", dump("custom.dump", as_file="p.dump", **COUNT), "pass", r"starts with 2 tables"),
    Row(
        N,
        "PostgreSQL: the dump lacks a table",
        dump("plain.sql", add=NO_TABLE, **COUNT),
        "fail",
        r'database restored: relation "payments" does not',
    ),
    Row(
        N,
        "PostgreSQL: the dump was cut",
        dump("plain.sql", cut=3000, **COUNT),
        "fail",
        r"cannot be restored: .*it is not a whole dump",
    ),
    Row(
        N,
        "PostgreSQL: the dump in its own format was cut",
        dump("custom.dump", as_file="p.dump", cut=6000),
        "fail",
        r"cannot be restored: .*pg_restore cannot read it",
    ),
    Row(
        N,
        "PostgreSQL: a dump without data",
        dump("plain.sql", add="TRUNCATE public.payments;", **COUNT),
        "fail",
        r"verify_query returns 0, expected > 1000",
    ),
    Row(
        N,
        "PostgreSQL: a dump whose statements fail",
        dump("plain.sql", without="CREATE TABLE public.payments", **COUNT),
        "fail",
        r"statements of the dump failed, the first: ",
    ),
    Row(
        N,
        "PostgreSQL: a dump that would write elsewhere",
        writes_elsewhere,
        "pass",
        r"verify_query, verify_command answered as expected",
    ),
    Row(
        N,
        "PostgreSQL: a dump that needs what is not installed",
        dump("plain.sql", add="CREATE EXTENSION no_such_extension;\n", **COUNT),
        "unknown",
        r"this host cannot take all of the dump: .*no_such_extension",
    ),
    Row(
        N,
        "PostgreSQL: another text is expected",
        dump("plain.sql", verify_query="SELECT 'a'", expect="b"),
        "fail",
        r"returns a, expected b",
    ),
    Row(N, "PostgreSQL: a query that returns nothing", dump("plain.sql", verify_query="SELECT 1 WHERE false"), "fail", r"returns nothing"),
    Row(
        N,
        "PostgreSQL: no text for a comparison",
        dump("plain.sql", verify_query="SELECT 'a'", expect="> 1"),
        "fail",
        r"returns a, expected > 1",
    ),
    Row(
        N,
        "PostgreSQL: a database that was not restored",
        dump("plain.sql", **COUNT, verify_database="ledger"),
        "fail",
        r'"ledger" does not exist',
    ),
    Row(
        N,
        "PostgreSQL: a command asks it",
        dump("plain.sql", verify_command=["sh", "-c", "test -S $PGHOST/.s.PGSQL.$PGPORT"]),
        "pass",
        r"verify_command",
    ),
    Row(N, "PostgreSQL is not run as root", dump("plain.sql", **ROOT), "unknown", r"not run as root|only root can run"),
    Row(N, "PostgreSQL: its account is not there", dump("plain.sql", database_user="nobody-at-all"), "unknown", r"nobody-at-all"),
    Row(
        N,
        "PostgreSQL is not installed",
        dump("plain.sql", bin_directory="/nonexistent"),
        "unknown",
        r"PostgreSQL is not installed on this host",
    ),
    Row(N, "PostgreSQL: a data folder", data_folder(**COUNT), "pass", r"the database starts with 2 tables.* verify_query answered"),
    Row(N, "PostgreSQL: nothing is asked of a data folder", data_folder(database="/"), "unknown", r"no database / is among"),
    Row(N, "PostgreSQL: the folder of a server that ran", data_folder(was_running, **COUNT), "pass", r"verify_query answered as expected"),
    Row(N, "PostgreSQL: a copy does not act as the original", data_folder(was_running, **ALONE), "pass", r"verify_query answered"),
    Row(N, "PostgreSQL: killed while the copy runs", killed_while_it_runs, "pass", r"verify_query answered"),
    Row(N, "PostgreSQL: no control file", data_folder(control_file_gone, **COUNT), "fail", r"has no control file that can be read"),
    Row(N, "PostgreSQL: no WAL", data_folder(wal_gone, **COUNT), "fail", r"does not start: could not locate a valid checkpoint record"),
    Row(N, "PostgreSQL: a table is damaged", data_folder(damaged_heap, **COUNT), "fail", r"verify_query (?:returns|does not succeed)"),
    Row(
        N,
        "PostgreSQL: a tablespace in use elsewhere",
        data_folder(table_space_elsewhere, **COUNT),
        "unknown",
        r"pg_tblspc/16999 .* leads to",
    ),
    Row(
        N, "PostgreSQL: a tablespace is mapped elsewhere", data_folder(mapped_elsewhere, **COUNT), "unknown", r"tablespace_map .* leads to"
    ),
    Row(N, "PostgreSQL: the WAL lies elsewhere", data_folder(wal_elsewhere, **COUNT), "unknown", r"pg_wal .* leads to"),
    Row(
        N,
        "PostgreSQL: of another version",
        data_folder(other_version, **COUNT),
        "unknown",
        r"PostgreSQL 99 is not installed here, only \d+",
    ),
    Row(N, "PostgreSQL: a role that is not there", data_folder(**COUNT, verify_user="auditor"), "unknown", r"has no role auditor"),
    Row(N, "PostgreSQL: larger than allowed once started", data_folder(**COUNT, max_bytes="40MB"), "unknown", r"max_bytes"),
    Row(N, "PostgreSQL: the newest of the dumps", newest_of_dumps, "pass", r"verify_query answered as expected"),
    Row(
        N,
        "MariaDB: a dump in gzip",
        dump("my-one.sql", verify_query=COUNT["verify_query"], expect="3"),
        "pass",
        r"starts with 2 tables.* verify",
    ),
    Row(N, "MariaDB: a dump of all databases", dump("my-all.sql", verify_query=COUNT["verify_query"], expect="3"), "pass", r"2 tables"),
    Row(
        N,
        "MariaDB: the dump lacks a table",
        dump("my-one.sql", add="DROP TABLE payments;", **COUNT),
        "fail",
        r"Table 'restored.payments' doesn't exist",
    ),
    Row(
        N,
        "MariaDB: the dump was cut",
        dump("my-one.sql", cut=1500, verify_query="SELECT count(*) FROM payments", expect="3"),
        "fail",
        r"cannot be restored: .*it is not a whole dump",
    ),
    Row(N, "MariaDB: tables without rows", dump("my-tables.sql"), "warn", r"starts, and its tables have no rows"),
    Row(
        N,
        "MariaDB: a dump that removes what is not there",
        dump(
            "my-one.sql", add="DROP TABLE ledger; DROP VIEW seen; ALTER TABLE payments DROP INDEX gone;\n", expect="3", **COUNT_OF_MARIADB
        ),
        "pass",
        r"verify_query answered as expected",
    ),
    Row(
        N, "MariaDB: no server can be made, and nothing is said", no_server(""), "unknown", r"load the dump into: it ended with code 3 and"
    ),
    Row(
        N,
        "MariaDB: no server can be made",
        no_server("Installing\nFATAL ERROR: Could not find my_print_defaults"),
        "unknown",
        r"load the dump into: FATAL ERROR: Could not find my_print_defaults",
    ),
    Row(N, "MariaDB is not installed", dump("my-one.sql", bin_directory="/nonexistent"), "unknown", r"is not installed on this host"),
    Row(
        N,
        "MariaDB: a data folder",
        data_folder(of="mariadb", verify_query="SELECT count(*) FROM payments", expect="3"),
        "pass",
        r"2 tables",
    ),
    Row(N, "MariaDB: its space is damaged", data_folder(system_space_gone, of="mariadb", **COUNT), "fail", r"does not start: "),
    Row(N, "MariaDB: a table lies elsewhere", data_folder(table_elsewhere, of="mariadb", **COUNT), "unknown", r"payments.isl .* leads to"),
    Row(N, "SQLite: a file", sqlite_file(verify_query="SELECT count(*) FROM payments", expect="60"), "pass", r"starts with 1 table"),
    Row(
        N,
        "SQLite: a table is missing",
        sqlite_file(verify_query="SELECT * FROM invoices"),
        "fail",
        r"database payments.db: no such table: invoices",
    ),
    Row(
        N,
        "SQLite: its table has no rows",
        sqlite_file(rows=0, verify_query="SELECT 'here'"),
        "warn",
        r"starts, and its tables have no rows",
    ),
    Row(
        N,
        "SQLite: a count that nobody has judged",
        sqlite_file(verify_query="SELECT count(*) FROM payments WHERE note = 'today'"),
        "warn",
        r"verify_query returns 0 from the restored database payments.db: say with expect what it must be",
    ),
    Row(
        N,
        "SQLite: nothing is expected of it",
        sqlite_file(verify_query="SELECT count(*) FROM payments WHERE note = 'today'", expect="0"),
        "pass",
        r"verify_query answered as expected",
    ),
    Row(N, "SQLite: a damaged file", sqlite_file(damaged=True, verify_query="SELECT 1"), "fail", r"is damaged|malformed"),
    Row(N, "two databases, and none is named", two_databases, "unknown", r"2 databases were restored \(.*payments.db.*\): name the one"),
    Row(
        N,
        "a database is named that is not in it",
        sqlite_file(database="/srv/ledger.db"),
        "unknown",
        r"no database /srv/ledger.db is among",
    ),
]
