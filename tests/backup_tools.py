# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools of backups and the databases that the tests run: Debian's, unpacked and not installed, as a user who is not root."""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
import typing as t

import pytest
from servers import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ROOT / ".cache" / "debian" / "backups"
OF_PYTHON = ("borg", "barman")
OF_POSTGRES: tuple[str, ...] = (
    "initdb",
    "pg_basebackup",
    "pg_controldata",
    "pg_ctl",
    "pg_dump",
    "pg_dumpall",
    "pg_receivewal",
    "pg_restore",
)
OF_POSTGRES += ("pg_verifybackup", "pg_waldump", "postgres", "psql")
OTHERS: tuple[str, ...] = (
    "7zz",
    "age",
    "age-keygen",
    "gpg",
    "innochecksum",
    "mariadb",
    "mariadb-admin",
    "mariadb-backup",
    "mariadb-dump",
    "mariadb-install-db",
)
OTHERS += ("mariadbd", "mariadb-check", "mbstream", "pgbackrest", "rsync", "sqlite3", "zstd")
OF_THE_SYSTEM = ("rsync",)  # not unpacked where the machine has it
SECONDS = 60.0  # the most that a server may take to start


@functools.cache
def account() -> pwd.struct_passwd:
    """Who runs the databases: nobody where the tests run as root, since PostgreSQL refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def as_account(words: t.Sequence[str]) -> list[str]:
    """The command line that runs as the account."""
    if os.geteuid() != 0:
        return [*words]
    return ["setpriv", f"--reuid={account().pw_uid}", f"--regid={account().pw_gid}", "--clear-groups", "--", *words]


@functools.cache
def packages() -> pathlib.Path:
    """Where the unpacked packages lie that the account may read: a copy, where a folder above them is closed to it."""
    if not PACKAGES.exists():
        pytest.skip("the tools of backups are not here: run dev/debian-packages backups")
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in PACKAGES.parents):
        return PACKAGES
    copied = pathlib.Path(tempfile.gettempdir()) / f"readiness-backup-tools-{PACKAGES.stat().st_ino}"
    if not copied.exists():
        making = pathlib.Path(tempfile.mkdtemp(prefix="readiness-backup-tools-"))
        making.chmod(0o755)
        shutil.copytree(PACKAGES, making / "all", symlinks=True)
        with contextlib.suppress(OSError):  # another worker was quicker
            (making / "all").rename(copied)
        shutil.rmtree(making, ignore_errors=True)
    return copied


def _program(name: str) -> pathlib.Path:
    places = [f"usr/lib/postgresql/*/bin/{name}", f"usr/bin/{name}", f"usr/sbin/{name}", f"usr/lib/*/{name}"]
    found = [path for place in places for path in sorted(packages().glob(place))]
    found += [pathlib.Path(path) for path in [shutil.which(name)] if path and name in OF_THE_SYSTEM]
    assert found, f"{name} is not under {packages()}: run dev/debian-packages backups"
    return found[0]


def has(name: str) -> bool:
    """Whether the program is here. A machine may have an earlier set of the packages, or the program of its own."""
    return any(packages().glob(f"usr/bin/{name}")) or shutil.which(name) is not None


def libraries() -> str:
    return ":".join(str(path) for place in ("usr/lib/*-linux-gnu", "lib/*-linux-gnu") for path in sorted(packages().glob(place)))


def variables() -> dict[str, str]:
    """What the unpacked programs need in their environment."""
    found = {"LD_LIBRARY_PATH": libraries(), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return {**found, "PYTHONPATH": str(packages() / "usr/lib/python3/dist-packages")}


class Tools:
    """A folder of programs with which a check finds the unpacked tools: put ``bin`` first in its PATH.

    ``folder`` is made, and belongs to the account. Each program runs as the account; ``also_as_root``: as whoever starts it.
    """

    def __init__(self, folder: pathlib.Path, *names: str, also_as_root: bool = False) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir(parents=True)
        for name in names or [name for name in (*OF_PYTHON, *OF_POSTGRES, *OTHERS) if name != "rsync" or has(name)]:
            self.add(name, also_as_root)
        self.home = folder / "home"
        self.home.mkdir()
        self.give()

    def add(self, name: str, also_as_root: bool = False) -> None:
        words = [str(_program(name))]
        env = {"LD_LIBRARY_PATH": libraries()}
        if name in OF_PYTHON:
            own = packages() / "usr/bin/python3"
            words.insert(0, str(own) if own.exists() else "/usr/bin/python3")
            env["PYTHONPATH"] = str(packages() / "usr/lib/python3/dist-packages")
        settings = [f"{key}={value}" for key, value in env.items()]
        line = shlex.join(["env", *settings, *(words if also_as_root else as_account(words))])
        script = self.bin / name
        script.write_text(f'#!/bin/sh\nexec {line} "$@"\n')
        script.chmod(0o755)

    def give(self) -> None:
        """Gives everything below the folder to the account."""
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, account().pw_uid, account().pw_gid, follow_symlinks=False)

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.home), "TMPDIR": tempfile.gettempdir()}

    def run(self, *words: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a program by its name."""
        words = (str(self.bin / words[0]), *words[1:])
        done = subprocess.run(words, env={**self.environment(), **env}, capture_output=True, text=True, check=False, cwd=self.folder)
        assert not check or done.returncode == 0, f"{words}: {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
        return done


def open_folder() -> pathlib.Path:
    """A new folder that the account may reach; the caller removes it (pytest's own are closed to all but the user of the tests)."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="readiness-b-"))  # short: sockets lie in it
    folder.chmod(0o755)
    return folder


class Postgres:
    """A PostgreSQL server on a socket in its folder and on a free port of 127.0.0.1, run by the account."""

    def __init__(self, tools: Tools, name: str = "pg", *options: str) -> None:
        self.tools, self.port = tools, free_port()
        self.data, self.socket = tools.folder / name / "data", tools.folder / name / "s"
        self.socket.mkdir(parents=True)
        tools.give()
        tools.run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", *options, "-D", str(self.data))
        self.configure("listen_addresses = '127.0.0.1'", f"port = {self.port}", f"unix_socket_directories = '{self.socket}'", "fsync = off")

    def configure(self, *lines: str) -> None:
        with (self.data / "postgresql.conf").open("a") as out:
            out.write("".join(f"{line}\n" for line in lines))

    def start(self) -> Postgres:
        self.tools.run("pg_ctl", "-D", str(self.data), "-l", str(self.socket / "log"), "-w", "-t", str(int(SECONDS)), "start")
        return self

    def stop(self, mode: str = "fast") -> None:
        self.tools.run("pg_ctl", "-D", str(self.data), "-w", "-t", str(int(SECONDS)), "-m", mode, "stop", check=False)

    def query(self, text: str, database: str = "postgres") -> str:
        words = ("-h", str(self.socket), "-p", str(self.port), "-U", "postgres", "-d", database, "-AtX", "-v", "ON_ERROR_STOP=1")
        return self.tools.run("psql", *words, "-c", text).stdout.strip()


class MariaDB:
    """A MariaDB server on a socket in its folder, run by the account, without a password and without a port."""

    def __init__(self, tools: Tools, name: str = "my") -> None:
        self.tools = tools
        self.folder, self.data, self.socket = tools.folder / name, tools.folder / name / "data", tools.folder / name / "s"
        self.folder.mkdir(parents=True)
        tools.give()
        share = str(packages() / "usr")
        # the script that Debian ships starts the server to fill the system's tables
        words = ("--no-defaults", f"--basedir={share}", f"--datadir={self.data}", "--auth-root-authentication-method=normal")
        tools.run("mariadb-install-db", *words, "--skip-test-db", "--skip-name-resolve", f"--builddir={share}", check=False)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        plugins = next(iter(sorted(packages().glob("usr/lib/mysql/plugin"))), packages() / "usr/lib/mysql/plugin")
        words = [
            str(self.tools.bin / "mariadbd"),
            "--no-defaults",
            f"--datadir={self.data}",
            f"--socket={self.socket}",
            "--skip-networking",
        ]
        words += [f"--pid-file={self.folder / 'pid'}", f"--lc-messages-dir={packages() / 'usr/share/mysql'}", f"--plugin-dir={plugins}"]
        return [*words, "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=8M"]

    def start(self) -> MariaDB:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), env=self.tools.environment(), stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + SECONDS
        while self.tools.run("mariadb-admin", "--no-defaults", f"--socket={self.socket}", "ping", check=False).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)

    def query(self, text: str, database: str = "mysql") -> str:
        return self.tools.run(
            "mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "-N", "-B", "-e", text, database
        ).stdout.strip()
