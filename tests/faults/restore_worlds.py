# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups to verify and to restore: repositories of restic, dumps and data folders of databases. Each worker makes a database once."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from backup_tools import MariaDB, Postgres, Tools, account, open_folder, packages
from table import World

PASSWORD = "correct horse"
PROGRAMS = ("initdb", "pg_controldata", "pg_ctl", "pg_dump", "pg_dumpall", "pg_restore", "postgres", "psql")
_made: list[pathlib.Path] = []


def remove_all() -> None:
    """What the rows of this process have made outside the folders of pytest."""
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)


def new_folder() -> pathlib.Path:
    folder = open_folder()
    _made.append(folder)
    return folder


class Restic:
    """A repository with files, below the folder of a row, and a folder to restore into."""

    def __init__(self, world: World, data: pathlib.Path | None = None, *, init: bool = True) -> None:
        self.world, self.binary = world, str(world.binaries.path("restic"))
        self.repository = world.folder / "repository"
        self.data = data or world.folder / "data"
        if data is None:
            self.data.mkdir()
            for number in range(20):
                self.write(f"invoice-{number}", os.urandom(2000 + number))
        self.scratch = new_folder()
        self.record = world.folder / "restore.json"
        world.runner.environ.update(PATH=f"{pathlib.Path(self.binary).parent}:{world.runner.environ['PATH']}", HOME=str(world.folder))
        if init:
            self.restic("init")

    def write(self, name: str, content: bytes, days: float = 30) -> pathlib.Path:
        path = self.data / name
        path.write_bytes(content)
        return path

    def restic(self, *words: str) -> str:
        env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(self.world.folder)}
        argv = [self.binary, "--no-cache", "--repo", str(self.repository), *words]
        return subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout

    def backup(self, hours: float = 3.0, *words: str) -> Restic:
        """A snapshot of so many hours ago, or of the future."""
        moment = dt.datetime.now() - dt.timedelta(hours=hours)
        self.restic("backup", str(self.data), "--time", moment.strftime("%Y-%m-%d %H:%M:%S"), *words)
        return self

    def packs(self) -> list[pathlib.Path]:
        return sorted(path for path in (self.repository / "data").rglob("*") if path.is_file())

    def take(self, other: Restic) -> Restic:
        """The repository of another row, in a copy."""
        shutil.rmtree(self.repository, ignore_errors=True)
        shutil.copytree(other.repository, self.repository)
        return self

    def integrity(self, **more: t.Any) -> dict[str, t.Any]:
        return {"tool": "restic", "repository": str(self.repository), "password": PASSWORD, "parts": 1, **more}

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        access = {"tool": "restic", "repository": str(self.repository), "password": PASSWORD}
        return {**access, "scratch": str(self.scratch), "record": str(self.record), **more}


def flip(path: pathlib.Path, at: int | None = None) -> None:
    """One bit of a file becomes another."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)


_RUNS = """
import json, os, sys
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
run_item(Item(key="killed", check="backup_restore", args=json.loads(sys.argv[1])), Runner(environ=dict(os.environ)))
"""


def killed(world: World, args: t.Mapping[str, object], started: pathlib.Path, meanwhile: t.Callable[[], None] | None = None) -> None:
    """A run in a process of its own, killed when that file is there."""
    env = {**world.runner.environ, "PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[2] / "collections")}
    running = subprocess.Popen([sys.executable, "-c", _RUNS, json.dumps(args)], env=env, cwd="/")
    try:
        end = time.monotonic() + 60
        while not started.exists():
            assert time.monotonic() < end and running.poll() is None
            time.sleep(0.05)
        if meanwhile:
            meanwhile()
    finally:
        running.kill()
        running.wait()


_backed_up: list[Restic] = []


def backed_up(world: World) -> Restic:
    """A repository with one snapshot, made once."""
    if not _backed_up or not _backed_up[0].repository.exists():
        folder = new_folder()
        made = Restic(World(folder, None, world.binaries, Runner(environ=dict(os.environ))))
        _backed_up[:] = [made.backup()]
    return Restic(world, _backed_up[0].data, init=False).take(_backed_up[0])


# -- databases


@functools.cache
def tools() -> Tools:
    """The databases' programs, which whoever starts them runs."""
    made = Tools(new_folder() / "t", *PROGRAMS, also_as_root=True)
    share, plugins = packages() / "usr", packages() / "usr/lib/mysql/plugin"
    for name in ("mariadb", "mariadb-install-db", "mariadbd"):
        made.add(name, True)
    unpacked = {
        "mariadbd": f"--lc-messages-dir={share}/mysql --plugin-dir={plugins}",
        "mariadb-install-db": f"--basedir={share} --builddir={share}",
    }
    for name, more in unpacked.items():  # an installed one knows where it lies
        script = made.bin / name
        script.write_text(script.read_text().replace('"$@"', f'"$@" {more}'))
    made.folder.parent.chmod(0o755)
    made.give()
    return made


@functools.cache
def postgres_template() -> pathlib.Path:
    """A folder with the data folder of a cluster that was ended, its base backup's like, and dumps."""
    folder = new_folder()
    server = Postgres(Tools(folder / "t", *PROGRAMS))
    server.start()
    try:
        server.query("CREATE ROLE payments_owner LOGIN")
        server.query("CREATE DATABASE payments OWNER payments_owner")
        server.query("CREATE TABLE payments (id int PRIMARY KEY, note text)", "payments")
        server.query("CREATE TABLE invoices (id int PRIMARY KEY)", "payments")
        server.query(
            "INSERT INTO payments SELECT n, 'paid ' || n FROM generate_series(1, 2000) n; INSERT INTO invoices VALUES (1)", "payments"
        )
        server.query("ALTER TABLE payments OWNER TO payments_owner; GRANT SELECT ON invoices TO payments_owner", "payments")
        at = ("-h", str(server.socket), "-p", str(server.port), "-U", "postgres")
        (folder / "plain.sql").write_text(server.tools.run("pg_dump", *at, "payments").stdout)
        (folder / "all.sql").write_text(server.tools.run("pg_dumpall", *at).stdout)
        (folder / "clean.sql").write_text(server.tools.run("pg_dump", *at, "--clean", "payments").stdout)
        (folder / "all-clean.sql").write_text(server.tools.run("pg_dumpall", *at, "--clean").stdout)
        (folder / "tables.sql").write_text(server.tools.run("pg_dump", *at, "--schema-only", "payments").stdout)
        server.tools.run("pg_dump", *at, "-Fc", "-f", str(server.tools.folder / "custom.dump"), "payments")
        shutil.copy(server.tools.folder / "custom.dump", folder / "custom.dump")
    finally:
        server.stop()
    shutil.copytree(server.data, folder / "data", symlinks=True)
    return folder


@functools.cache
def mariadb_template() -> pathlib.Path:
    folder = new_folder()
    made = Tools(folder / "t", "mariadb", "mariadb-admin", "mariadb-dump", "mariadb-install-db", "mariadbd")
    server = MariaDB(made)
    server.start()
    try:
        server.query("CREATE DATABASE payments; USE payments; CREATE TABLE payments (id int PRIMARY KEY, note text)")
        server.query("CREATE TABLE invoices (id int PRIMARY KEY); INSERT INTO payments VALUES (1, 'a'), (2, 'b'), (3, 'c')", "payments")
        server.query("CREATE VIEW known AS SELECT id FROM payments", "payments")
        server.query("CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM invoices", "payments")
        made_of = {"one.sql": ["--events", "payments"], "all.sql": ["--all-databases", "--events"], "tables.sql": ["--no-data", "payments"]}
        for name, words in made_of.items():
            argv = ("mariadb-dump", "--no-defaults", f"--socket={server.socket}", "--user=root", "--routines", *words)
            (folder / name).write_text(made.run(*argv).stdout)
    finally:
        server.stop()
    shutil.copytree(server.data, folder / "data", symlinks=True)
    return folder


class Dump:
    """A folder of dumps, and a folder to restore into."""

    def __init__(self, world: World, content: bytes, name: str = "payments.sql.gz") -> None:
        self.folder, self.scratch, self.world = world.folder / "dumps", new_folder(), world
        self.folder.mkdir()
        self.path = self.folder / name
        self.path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        moment = dt.datetime.now().timestamp() - 3 * 3600
        os.utime(self.path, (moment, moment))

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"tool": "file", "pattern": [str(self.folder / "*")], **of_databases(self.scratch), **more}


def of_databases(scratch: pathlib.Path) -> dict[str, t.Any]:
    common = {"scratch": str(scratch), "bin_directory": str(tools().bin)}
    return {**common, "database_user": account().pw_name} if os.geteuid() == 0 else common


def sqlite(path: pathlib.Path, rows: int = 3) -> pathlib.Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE payments (id INTEGER PRIMARY KEY, note TEXT)")
    connection.executemany("INSERT INTO payments (note) VALUES (?)", [("x" * 2000,)] * rows)
    connection.commit()
    connection.close()
    return path
