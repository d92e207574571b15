# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that the real mariadb-backup has made of a real server, once for each worker; a test gets copies of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import time

from backup_tools import MariaDB, Tools, open_folder

TABLES = """
create database payments; use payments;
create table orders (id int primary key, note varchar(100)) engine=innodb;
insert into orders select seq, repeat('x', 100) from seq_1_to_3000;
create table parts (id int) engine=innodb partition by hash(id) partitions 2;
create table packed (id int, note text) engine=innodb row_format=compressed key_block_size=4;
create table pages (id int, note text) engine=innodb page_compressed=1;
create table old (id int) engine=myisam; insert into old values (1);
create table aria (id int) engine=aria; insert into aria values (1);
create table `with-mark` (id int) engine=innodb;
"""
SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Made:
    """Backups: a full one, two incremental ones on it, one that was killed, one as a stream."""

    folder: pathlib.Path

    def __getattr__(self, name: str) -> pathlib.Path:
        return self.folder / name


@functools.cache
def made(base: pathlib.Path) -> Made:
    place = base / "mariadb-backups"
    folder = open_folder()
    try:
        tools = Tools(folder / "t", "mariadb", "mariadb-admin", "mariadb-backup", "mariadb-install-db", "mariadbd")
        server = MariaDB(tools)
        try:
            _make(tools, server.start())
        finally:
            server.stop()
        place.mkdir()
        for name in ("full", "inc1", "inc2", "killed", "stream"):
            shutil.copytree(tools.folder / name, place / name) if name != "stream" else shutil.copy(tools.folder / name, place / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Made(place)


def _make(tools: Tools, server: MariaDB) -> None:
    backup = ["mariadb-backup", "--no-defaults", "--backup", f"--socket={server.socket}", "--user=root"]
    server.query(TABLES)
    _written(server)
    tools.run(*backup, f"--target-dir={tools.folder / 'full'}")
    with (tools.folder / "stream").open("wb") as out:
        words = [str(tools.bin / backup[0]), *backup[1:], "--stream=xbstream"]
        subprocess.run(words, env=tools.environment(), stdout=out, stderr=subprocess.DEVNULL, check=True)
    for number, base in ((1, "full"), (2, "inc1")):
        server.query(f"insert into payments.orders select seq, 'more' from seq_{number}0001_to_{number}0500")
        _written(server)
        tools.run(*backup, f"--target-dir={tools.folder}/inc{number}", f"--incremental-basedir={tools.folder / base}")
    target = tools.folder / "killed"
    words = [str(tools.bin / backup[0]), *backup[1:], f"--target-dir={target}", "--throttle=1"]
    process = subprocess.Popen(words, env=tools.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    end = time.monotonic() + SECONDS
    while not (target / "ibdata1").exists() and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (target / "xtrabackup_info").exists()


def _written(server: MariaDB) -> None:
    """A restart writes all pages, so that the log sequence numbers of backups differ."""
    server.stop()
    server.start()


class Backups:
    """A folder with copies of backups, each of the age that is asked for. ``base``: where they are made, once for each worker."""

    def __init__(self, folder: pathlib.Path, base: pathlib.Path) -> None:
        self.made = made(base)
        self.folder = folder / "backups"
        self.folder.mkdir()

    def add(self, name: str, hours: float = 3.0, as_name: str | None = None) -> pathlib.Path:
        """A copy that says of itself that it ended so long ago, with the dates of its files."""
        place = self.folder / (as_name or name)
        shutil.copytree(self.made.folder / name, place)
        return aged(place, hours)

    def stream(self, name: str = "payments.xb", hours: float = 3.0, pack: list[str] | None = None) -> pathlib.Path:
        place = self.folder / name
        if pack:
            with (self.made.folder / "stream").open("rb") as source, place.open("wb") as out:
                subprocess.run(pack, stdin=source, stdout=out, check=True)
        else:
            shutil.copy(self.made.folder / "stream", place)
        return touched(place, hours)

    def args(self, **more: object) -> dict[str, object]:
        return {"path": str(self.folder), "max_age": "26h", **more}


def aged(folder: pathlib.Path, hours: float) -> pathlib.Path:
    for info in folder.glob("*_info"):
        text = info.read_text()
        for name, earlier in (("start_time", 600), ("end_time", 0)):
            moment = dt.datetime.now() - dt.timedelta(hours=hours, seconds=earlier)
            text = re.sub(rf"{name} = .*", f"{name} = {moment:%Y-%m-%d %H:%M:%S}", text)
        info.write_text(text)
    return touched(folder, hours)


def touched(path: pathlib.Path, hours: float) -> pathlib.Path:
    moment = time.time() - hours * 3600
    for one in [path, *path.rglob("*")] if path.is_dir() else [path]:
        os.utime(one, (moment, moment))
    return path


def data_file(pages: int, page: int = 16384, flags: int = 0x4021) -> bytes:
    """A file of InnoDB as MySQL 8 writes it: the header of the file in its first page, the rest empty pages."""
    head = bytearray(pages * page)
    head[24:26] = struct.pack(">H", 8)
    head[34:38] = struct.pack(">I", 7)
    head[38:58] = struct.pack(">IIIII", 7, 0, pages, pages, flags)
    return bytes(head)


def xtrabackup(folder: pathlib.Path, hours: float = 3.0, **info: str) -> pathlib.Path:
    """A full backup as Percona XtraBackup 8.0 leaves it, made from its documentation: the tool itself is not to be had here."""
    (folder / "payments").mkdir(parents=True)
    (folder / "mysql").mkdir()
    for name in ("ibdata1", "mysql.ibd", "undo_001", "undo_002", "payments/orders.ibd"):
        (folder / name).write_bytes(data_file(8))
    (folder / "xtrabackup_logfile").write_bytes(struct.pack(">IIQ", 6, 0, 18012345) + b"xtrabkup 260101".ljust(32, b"\0") + b"\0" * 4048)
    (folder / "xtrabackup_tablespaces").write_text('{"version":3}')
    (folder / "xtrabackup_binlog_info").write_text("binlog.000003\t157\n")
    (folder / "backup-my.cnf").write_text(
        "# This MySQL options file was generated by XtraBackup.\n[mysqld]\ninnodb_checksum_algorithm=crc32\n"
        "innodb_data_file_path=ibdata1:12M:autoextend\ninnodb_page_size=16384\ninnodb_undo_directory=./\nserver_id=1\n"
    )
    (folder / "xtrabackup_checkpoints").write_text(
        "backup_type = full-backuped\nfrom_lsn = 0\nto_lsn = 18012345\nlast_lsn = 18012355\nflushed_lsn = 18012345\n"
        "redo_memory = 0\nredo_frames = 0\n"
    )
    said = {
        "tool_name": "xtrabackup",
        "tool_command": "--backup --target-dir=/backup/full",
        "tool_version": "8.0.35-31",
        "server_version": "8.0.36",
        "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-01-01 00:00:00",
        "partial": "N",
        "incremental": "N",
        "format": "file",
        "compressed": "N",
        "encrypted": "N",
        **info,
    }
    (folder / "xtrabackup_info").write_text("".join(f"{name} = {value}\n" for name, value in said.items()))
    return aged(folder, hours)
