# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL that the real pgBackRest backs up, made once for each worker; a row gets a copy of it."""

from __future__ import annotations

import datetime as dt
import functools
import os
import pathlib
import re
import shutil
import subprocess
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock
from backup_tools import SECONDS, Postgres, Tools, libraries, open_folder, packages
from servers import free_port

STANZA = "main"
PROGRAMS = ("initdb", "pg_ctl", "pgbackrest", "postgres", "psql")
PASSPHRASE = "geheim-4711"


class Later(Clock):
    """The time of a host on which hours have gone by since all was made."""

    def __init__(self, hours: float) -> None:
        self.hours = hours

    def now(self) -> dt.datetime:
        return super().now() + dt.timedelta(hours=self.hours)


class Stanza:
    """A cluster, its configuration of pgBackRest, and two repositories, the second one encrypted."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.tools = Tools(folder, *PROGRAMS)
        self.program = self.tools.bin / "pgbackrest"
        # the server starts it as its user, who may not change to another
        self.plain = self.tools.bin / "pgbackrest-of-whoever-starts-it"
        self.plain.write_text(f'#!/bin/sh\nexec env LD_LIBRARY_PATH={libraries()} {packages()}/usr/bin/pgbackrest "$@"\n')
        self.plain.chmod(0o755)
        text = self.program.read_text()
        self.program.write_text(text.replace("#!/bin/sh\n", f'#!/bin/sh\n[ "$(id -u)" != 0 ] && exec {self.plain} "$@"\n'))
        self.config, self.repo, self.second = folder / "pgbackrest.conf", folder / "repo", folder / "repo2"
        self.data, self.socket, self.port = folder / "pg" / "data", folder / "pg" / "s", 0
        self.settings: dict[str, str] = {}

    def configure(self, *, second: bool = False, **settings: str) -> Stanza:
        """Writes the configuration; a name is that of an option with _ for -."""
        common = {
            "repo1-path": str(self.repo),
            "repo1-retention-full": "9",
            "log-path": str(self.folder / "log"),
            "lock-path": str(self.folder / "lock"),
            "spool-path": str(self.folder / "spool"),
            "compress-level": "1",
            "start-fast": "y",
            "log-level-file": "off",
        }
        if second:
            common.update({"repo2-path": str(self.second), "repo2-retention-full": "9"})
            common.update({"repo2-cipher-type": "aes-256-cbc", "repo2-cipher-pass": PASSPHRASE})
        self.settings.update({name.replace("_", "-"): value for name, value in settings.items()})
        common.update({name: value for name, value in self.settings.items() if value})
        own = {"pg1-path": str(self.data), "pg1-socket-path": str(self.socket), "pg1-port": str(self.port), "pg1-user": "postgres"}
        sections = {"global": {name: value for name, value in common.items() if value}, STANZA: own}
        self.config.write_text(
            "".join(f"[{section}]\n" + "".join(f"{name}={value}\n" for name, value in found.items()) for section, found in sections.items())
        )
        self.config.chmod(0o640)
        shutil.chown(self.config, *_owner(self))
        return self

    def pgbackrest(self, *words: str) -> str:
        return self.tools.run("pgbackrest", f"--config={self.config}", f"--stanza={STANZA}", *words).stdout

    def start(self, *lines: str) -> Stanza:
        """Starts the cluster where it lies now, with these settings."""
        command = f"{self.program} --config={self.config} --stanza={STANZA} archive-push %p"
        own = [f"port = {self.port}", f"unix_socket_directories = '{self.socket}'", f"archive_command = '{command}'", *lines]
        with (self.data / "postgresql.conf").open("a") as out:
            out.write("".join(f"{line}\n" for line in own))
        self.tools.run("pg_ctl", "-D", str(self.data), "-l", str(self.socket / "log"), "-w", "-t", str(int(SECONDS)), "start")
        return self

    def query(self, text: str) -> str:
        words = ("-h", str(self.socket), "-p", str(self.port), "-U", "postgres", "-AtX", "-v", "ON_ERROR_STOP=1")
        return self.tools.run("psql", *words, "-c", text).stdout.strip()

    def until(self, query: str, wanted: str = "t") -> None:
        end = time.monotonic() + SECONDS
        while self.query(query) != wanted:
            assert time.monotonic() < end, query
            time.sleep(0.1)

    def halt(self, mode: str = "fast") -> None:
        self.tools.run("pg_ctl", "-D", str(self.data), "-w", "-t", str(int(SECONDS)), "-m", mode, "stop", check=False)

    def stop(self) -> None:
        """Ends what runs, and removes the folder."""
        if (self.data / "postmaster.pid").exists():
            self.halt("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def conninfo(self) -> str:
        return f"host={self.socket} port={self.port} user=postgres dbname=postgres"

    def labels(self, repo: pathlib.Path | None = None) -> list[str]:
        folder = (repo or self.repo) / "backup" / STANZA
        return sorted(path.name for path in folder.iterdir() if re.fullmatch(r"\d{8}-\d{6}F.*", path.name))

    def wal(self) -> list[pathlib.Path]:
        """The segments in the first repository, oldest first."""
        return sorted(path for path in (self.repo / "archive" / STANZA).rglob("*-*.gz") if re.match(r"[0-9A-F]{24}-", path.name))

    def args(self, **more: t.Any) -> dict[str, t.Any]:
        return {"stanza": STANZA, "config": str(self.config), "max_age": "26h", **more}


@functools.cache
def template(base: pathlib.Path) -> pathlib.Path:
    """A full and a differential backup in the first repository, a full one in the second, and WAL since."""
    place = base / "pgbackrest-stanza"
    stanza = Stanza(open_folder())
    try:
        server = Postgres(stanza.tools, "pg")
        stanza.data, stanza.socket, stanza.port = server.data, server.socket, server.port
        server.configure("archive_mode = on", "wal_level = replica", "shared_buffers = 8MB", "max_wal_size = 64MB", "min_wal_size = 32MB")
        for name in ("repo", "repo2", "log", "lock", "spool"):
            (stanza.folder / name).mkdir()
        give(stanza)
        stanza.configure(second=True).start()
        stanza.pgbackrest("stanza-create")
        stanza.query("create table orders as select generate_series(1, 5000) as id, repeat('x', 200) as note")
        stanza.pgbackrest("--repo=1", "--type=full", "backup")
        stanza.query("insert into orders select generate_series(5001, 6000), 'later'")
        stanza.pgbackrest("--repo=1", "--type=diff", "backup")
        stanza.pgbackrest("--repo=2", "--type=full", "backup")
        stanza.query("insert into orders values (6001, 'newest')")
        for _segment in range(2):
            closed = stanza.query("select pg_walfile_name(pg_switch_wal())")
            stanza.until(f"select last_archived_wal >= '{closed}' from pg_stat_archiver")
            stanza.query("insert into orders values (6002, 'newest')")
        stanza.query("select pg_switch_wal()")
        stanza.until("select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 16777216) from pg_stat_archiver")
        stanza.halt()
        place.mkdir()
        for name in ("repo", "repo2", "pg"):
            subprocess.run(["cp", "-a", "--reflink=auto", str(stanza.folder / name), str(place)], check=True)
    finally:
        stanza.stop()
    return place


def give(stanza: Stanza) -> None:
    """Gives the whole folder to the user of the database."""
    stanza.tools.give()


def copy_of(base: pathlib.Path, *, second: bool = False, data: bool = False, **settings: str) -> Stanza:
    """A copy; whoever asks for it stops it. ``data``: with the cluster itself."""
    made = template(base)
    stanza = Stanza(open_folder())
    for name in ("repo", *(["repo2"] if second else []), *(["pg"] if data else [])):
        subprocess.run(["cp", "-a", "--reflink=auto", str(made / name), str(stanza.folder)], check=True)
    for name in ("log", "lock", "spool"):
        (stanza.folder / name).mkdir()
        shutil.chown(stanza.folder / name, *_owner(stanza))
    if os.geteuid() == 0:
        os.chown(stanza.folder, *_owner(stanza))
    stanza.port = free_port()
    return stanza.configure(second=second, **settings)


def _owner(stanza: Stanza) -> tuple[int, int]:
    found = stanza.tools.home.stat()
    return found.st_uid, found.st_gid
