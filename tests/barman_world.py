# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL that a real barman backs up: made once a worker process, copied for each row."""

from __future__ import annotations

import datetime as dt
import functools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import typing as t

from backup_tools import OF_POSTGRES, SECONDS, Postgres, Tools, account, has, open_folder
from servers import free_port

SERVER = "main"


class Barman:
    """barman's home and configuration below ``folder``; ``postgres`` is the server that it backs up."""

    def __init__(self, folder: pathlib.Path, tools: Tools, inner: pathlib.Path) -> None:
        self.folder, self.tools, self.inner = folder, tools, inner
        self.home, self.config = folder / "home", folder / "barman.conf"
        self.options: dict[str, str] = {}

    @property
    def server(self) -> pathlib.Path:
        return self.home / SERVER

    def configure(self, socket: pathlib.Path, port: int, **options: str) -> None:
        where = f"host={socket} port={port} user=postgres"
        self.options = {
            "conninfo": f"{where} dbname=postgres",
            "streaming_conninfo": where,
            "backup_method": "postgres",
            "archiver": "on",
            "path_prefix": str(self.inner),
            "immediate_checkpoint": "true",
            **options,
        }
        self.write()

    def write(self, **options: str) -> None:
        self.options.update(options)
        (self.folder / "conf.d").mkdir(exist_ok=True)
        lines = ["[barman]", f"barman_user = {account().pw_name}", f"barman_home = {self.home}", f"log_file = {self.folder / 'barman.log'}"]
        lines += [f"configuration_files_directory = {self.folder / 'conf.d'}", f"[{SERVER}]", "description = the ledger"]
        self.config.write_text("\n".join([*lines, *(f"{name} = {value}" for name, value in self.options.items()), ""]))

    def run(self, *words: str, check: bool = True) -> str:
        done = self.tools.run("barman", f"--config={self.config}", *words, check=check)
        return done.stdout

    def ids(self) -> list[str]:
        return sorted(path.name for path in (self.server / "base").iterdir())

    def info(self, backup: str) -> pathlib.Path:
        return self.server / "base" / backup / "backup.info"

    def note(self, backup: str, **values: str) -> None:
        """Changes what backup.info says."""
        text = self.info(backup).read_text()
        for name, value in values.items():
            changed = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
            text = changed if f"{name}=" in text else f"{text}{name}={value}\n"
        replace(self.info(backup), text.encode())

    def aged(self, backup: str, hours: float) -> str:
        """The backup as if it had been made so long before now; its new name."""
        end = dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=hours)
        begin = end - dt.timedelta(seconds=40)
        renamed = begin.strftime("%Y%m%dT%H%M%S")
        (self.server / "base" / backup).rename(self.server / "base" / renamed)
        self.note(renamed, begin_time=str(begin), end_time=str(end))
        return renamed

    def wals(self) -> list[pathlib.Path]:
        """The archived segments, oldest first."""
        return sorted(path for path in self.server.glob("wals/*/*") if len(path.name) == 24)

    def settle(self, postgres: Postgres) -> None:
        """Waits until the server has archived what is full, and has barman take it."""
        end = time.monotonic() + SECONDS
        while postgres.query("select count(*) from pg_ls_archive_statusdir() where name like '%.ready'") != "0":
            assert time.monotonic() < end
            time.sleep(0.05)
        self.run("archive-wal", SERVER)

    def give(self) -> None:
        give(self.folder)


def give(folder: pathlib.Path) -> None:
    """Gives everything below the folder to the account."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account().pw_uid, account().pw_gid, follow_symlinks=False)


def replace(path: pathlib.Path, content: bytes) -> None:
    """Writes a file anew: the files of backups are links to those of other rows."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    if os.geteuid() == 0:
        os.chown(path, account().pw_uid, account().pw_gid)


class Template:
    """The server runs on while the rows of this process are looked at; ``data`` is a copy of its files."""

    def __init__(self) -> None:
        self.folder = open_folder()
        self.tools = Tools(self.folder / "t", "barman", *OF_POSTGRES)
        inner = Tools(self.folder / "i", *OF_POSTGRES, *(["rsync"] if has("rsync") else []), also_as_root=True)
        self.barman = Barman(self.folder / "b", self.tools, inner.bin)
        self.barman.home.mkdir(parents=True)
        self.postgres = Postgres(self.tools, "pg", "--wal-segsize=1")
        incoming = self.barman.server / "incoming"
        self.postgres.configure("wal_level = replica", "archive_mode = on", f"archive_command = 'cp %p {incoming}/%f'")
        self.postgres.configure("shared_buffers = 8MB", "max_wal_senders = 5", "autovacuum = off")
        self.barman.configure(self.postgres.socket, self.postgres.port)
        self.barman.give()
        self.barman.run("check", SERVER, check=False)  # makes the folders
        self.postgres.start()
        self.postgres.query("create table payments as select id, repeat('x', 100) as text from generate_series(1, 1000) as id")
        self.archive()
        self.barman.run("backup", SERVER)
        self.postgres.query("insert into payments select id, repeat('y', 100) from generate_series(1001, 2000) as id")
        self.archive()
        self.barman.run("backup", SERVER)
        self.postgres.query("insert into payments select id, repeat('z', 100) from generate_series(2001, 3000) as id")
        self.archive()
        self.postgres.query("insert into payments select id, repeat('a', 100) from generate_series(3001, 4000) as id")
        self.archive()
        self.postgres.query("select pg_create_physical_replication_slot('barman')")
        self.postgres.stop()
        self.data = self.folder / "data"
        shutil.copytree(self.postgres.data, self.data, symlinks=True)
        self.postgres.start()
        self.barman.settle(self.postgres)
        self.barman.run("cron")

    def archive(self) -> None:
        self.postgres.query("select pg_switch_wal()")
        self.barman.settle(self.postgres)

    def stop(self) -> None:
        self.postgres.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


_MADE: list[Template] = []


@functools.cache
def template() -> Template:
    _MADE.append(Template())
    return _MADE[-1]


def stop_all() -> None:
    while _MADE:
        _MADE.pop().stop()
    template.cache_clear()


class RowWorld(t.Protocol):
    """A row's world: what is started is stopped, and ``runner`` gets the tools."""

    running: t.Any
    runner: t.Any


class Copy(Barman):
    """A copy of the template for one row. Its server is the template's, which is idle, until ``own_postgres``."""

    def __init__(self, world: RowWorld) -> None:
        made = template()
        folder = open_folder()
        world.running.started.append(self)
        super().__init__(folder, made.tools, made.barman.inner)
        self.template, self.postgres = made, made.postgres
        self.processes: list[subprocess.Popen[bytes]] = []
        self.own, self.runner = False, world.runner
        shutil.copytree(made.barman.home, self.home, symlinks=True, copy_function=_copied)
        for name, hours in zip(self.ids(), (27.0, 3.0), strict=True):
            self.aged(name, hours)
        self.configure(self.postgres.socket, self.postgres.port)
        self.give()
        world.runner.environ.update(PATH=f"{made.tools.bin}:{os.environ['PATH']}", HOME=str(made.tools.home))

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"barman_server": SERVER, "config": str(self.config), "max_age": "26h", **more}

    def own_postgres(self, *lines: str) -> Postgres:
        """Starts a server of this row's own on a copy of the data."""
        postgres = Postgres.__new__(Postgres)
        postgres.tools, postgres.port = self.tools, free_port()
        postgres.data, postgres.socket = self.folder / "data", self.folder / "s"
        postgres.socket.mkdir()
        shutil.copytree(self.template.data, postgres.data, symlinks=True)
        postgres.configure(f"port = {postgres.port}", f"unix_socket_directories = '{postgres.socket}'")
        postgres.configure(f"archive_command = 'cp %p {self.server}/incoming/%f'", *lines)
        self.configure(postgres.socket, postgres.port)
        self.give()
        self.postgres, self.own = postgres.start(), True
        return postgres

    def receive(self) -> None:
        """Starts receive-wal and waits until it has got WAL."""
        with (self.folder / "receive.log").open("ab") as log:
            words = [str(self.tools.bin / "barman"), f"--config={self.config}", "receive-wal", SERVER]
            self.processes.append(subprocess.Popen(words, env=self.tools.environment(), stdout=log, stderr=log, start_new_session=True))
        end = time.monotonic() + SECONDS
        while not list(self.server.glob("streaming/*.partial")):
            assert time.monotonic() < end, (self.folder / "receive.log").read_text()
            time.sleep(0.1)

    def stop_receiving(self) -> None:
        while self.processes:
            process = self.processes.pop()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(SECONDS)

    def stop(self) -> None:
        self.stop_receiving()
        if self.own:
            self.postgres.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def _copied(source: str, target: str) -> None:
    if "/base/" in source and not source.endswith("backup.info"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
