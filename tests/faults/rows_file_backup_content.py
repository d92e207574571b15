# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of what is in backups that are files: dumps of real servers and files of real tools, and what is left when these fail."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import tarfile
import time
import typing as t
import zipfile

import real_dumps
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from dumps_of_payments import args, dump, put
from table import Row, World

Source = t.Callable[[], bytes]
Arrange = t.Callable[[World], dict[str, t.Any]]


class Without(Runner):
    """A host on which some programs are not installed."""

    missing: tuple[str, ...] = ()

    def which(self, name: str) -> str | None:
        return None if name in self.missing else super().which(name)


def with_tools(world: World) -> None:
    world.runner = Runner(environ={**os.environ, "PATH": f"{real_dumps.own_tools().bin}:{os.environ['PATH']}"})


def without(world: World, *programs: str) -> None:
    runner = Without(environ=dict(os.environ))
    runner.missing = programs
    world.runner = runner


def content_of(folder: t.Callable[[], pathlib.Path], name: str) -> Source:
    def read() -> bytes:
        return (folder() / name).read_bytes()

    return read


def postgres(name: str) -> Source:
    return content_of(real_dumps.of_postgres, name)


def mariadb(name: str) -> Source:
    return content_of(real_dumps.of_mariadb, name)


def other(name: str) -> Source:
    return content_of(real_dumps.of_other_tools, name)


def bytes_of(content: bytes) -> Source:
    return lambda: content


def cut(source: Source, share: float) -> Source:
    """What was written when the disk was full."""

    def content() -> bytes:
        whole = source()
        return whole[: int(len(whole) * share)]

    return content


def short_of(source: Source, count: int) -> Source:
    return lambda: source()[:-count]


def packed(source: Source) -> Source:
    return lambda: gzip.compress(source())


def flipped(source: Source, share: float) -> Source:
    """One byte of it is another one."""

    def content() -> bytes:
        whole = bytearray(source())
        whole[int(len(whole) * share)] ^= 0xFF
        return bytes(whole)

    return content


def file(name: str, source: Source, **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        with_tools(world)
        put(world.folder / name, source(), 3)
        return args(world, name, **more)

    return arrange


def four_nights(name: str, source: Source) -> Arrange:
    """The same fault each night, so that no night is smaller than the others."""

    def arrange(world: World) -> dict[str, t.Any]:
        for night in range(4):
            put(world.folder / name.format(night), source(), 3 + 24 * night)
        return args(world, name.format("*"))

    return arrange


def no_tool(name: str, source: Source, *programs: str, **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        without(world, *programs)
        put(world.folder / name, source(), 3)
        return args(world, name, **more)

    return arrange


# -- folders


def folder(name: str, source: str, change: t.Callable[[pathlib.Path], object] | None = None) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        place = world.folder / name
        shutil.copytree(real_dumps.of_postgres() / source, place)
        for path in (*place.rglob("*"), place):
            put(path, None, 3)
        if change:
            change(place)
        return args(world, name)

    return arrange


def first(pattern: str) -> t.Callable[[pathlib.Path], pathlib.Path]:
    return lambda place: sorted(place.glob(pattern))[0]


def lose(pattern: str) -> t.Callable[[pathlib.Path], object]:
    return lambda place: first(pattern)(place).unlink()


def halve(pattern: str) -> t.Callable[[pathlib.Path], object]:
    def change(place: pathlib.Path) -> None:
        path = max(place.glob(pattern), key=lambda path: path.stat().st_size)
        os.truncate(path, path.stat().st_size // 2)

    return change


def path_of_folder(world: World) -> dict[str, t.Any]:
    return {"path": folder("pg", "directory")(world)["pattern"][0], "max_age": "24h"}


def folders_of_nothing_known(world: World) -> dict[str, t.Any]:
    put(world.folder / "db-1" / "x.bin", b"x", 3)
    return args(world, "db-*")


def of_mariadb_backup(world: World) -> dict[str, t.Any]:
    put(world.folder / "full" / "xtrabackup_checkpoints", b"backup_type = full-backuped\n", 3)
    put(world.folder / "full" / "ibdata1", b"\x01" * 1000, 3)
    return args(world, "full")


def document(**fields: str | bool) -> bytes:
    """A document of BSON."""
    body = b""
    for name, value in fields.items():
        if isinstance(value, bool):
            body += b"\x08" + name.encode() + b"\0" + bytes([value])
        else:
            body += b"\x02" + name.encode() + b"\0" + struct.pack("<i", len(value) + 1) + value.encode() + b"\0"
    return struct.pack("<i", len(body) + 5) + body + b"\0"


END = b"\xff\xff\xff\xff"


def mongo_archive(complete: bool = True) -> bytes:
    """As the documentation of mongo-tools describes it (mongodump --archive)."""
    out = b"\x6d\xe2\x99\x81" + document(version="0.1", server_version="6.0.5", tool_version="100.7.0")
    out += document(db="shop", collection="payments", metadata="{}", type="collection") + END
    block = document(db="shop", collection="payments", EOF=False)
    out += block + b"".join(document(what=f"payment {number}") for number in range(200)) + END
    return out + document(db="shop", collection="payments", EOF=True) + END if complete else out


def mongo_folder(change: t.Callable[[pathlib.Path], object] | None = None) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        place = world.folder / "dump" / "shop"
        put(place / "payments.bson", b"".join(document(what=f"payment {number}") for number in range(200)), 3)
        put(place / "payments.metadata.json", b"{}", 3)
        if change:
            change(place)
            put(place / "payments.bson", None, 3)
        return args(world, "dump")

    return arrange


def mydumper(finished: bool) -> Arrange:
    """As its documentation describes it."""

    def arrange(world: World) -> dict[str, t.Any]:
        place = world.folder / "dump"
        put(place / "shop.payments-schema.sql", b"CREATE TABLE `payments` (`id` int);\n", 3)
        put(place / "shop.payments.00000.sql", b"INSERT INTO `payments` VALUES(1);\n", 3)
        text = b"Started dump at: 2026-11-25 02:00:00\n" + (b"Finished dump at: 2026-11-25 02:00:09\n" if finished else b"")
        put(place / "metadata", text, 3)
        return args(world, "dump")

    return arrange


# -- archives


def tar(entries: dict[str, bytes | None], mode: str = "w:gz") -> bytes:
    """An archive of these files; None is a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload] # the modes are those of tarfile
        for name, body in entries.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if body is None else tarfile.REGTYPE
            info.size = len(body or b"")
            archive.addfile(info, io.BytesIO(body or b""))
    return out.getvalue()


FILES: dict[str, bytes | None] = {"etc": None, "etc/app.conf": b"port = 8080\n" * 900, "etc/log.conf": b"level = info\n" * 900}


def zipped(**bodies: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in bodies.items():
            archive.writestr(name, body)
    return out.getvalue()


def cpio(world: World) -> bytes:
    source = world.folder / "source"
    source.mkdir(exist_ok=True)
    (source / "a.conf").write_text("x" * 3000)
    names = ("a.conf",)
    out = b""
    for name, body in [(name, (source / name).read_bytes()) for name in names] + [("TRAILER!!!", b"")]:
        fields = [1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0]
        header = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        out += header + bytes(-len(header) % 4) + body + bytes(-len(body) % 4)
    shutil.rmtree(source)
    return out


def cpio_file(share: float) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        whole = cpio(world)
        put(world.folder / "etc.cpio", whole[: int(len(whole) * share)], 3)
        return args(world, "etc.cpio")

    return arrange


def tar_and_zstd(world: World) -> dict[str, t.Any]:
    with_tools(world)
    path = put(world.folder / "etc.tar", tar(FILES, "w"), 3)
    subprocess.run([str(real_dumps.own_tools().bin / "zstd"), "-q", "--rm", str(path)], check=True)
    put(world.folder / "etc.tar.zst", None, 3)
    return args(world, "etc.tar.zst", contains=["etc/app.conf"])


def incremental_tar(world: World) -> dict[str, t.Any]:
    source = world.folder / "source"
    put(source / "a.conf", b"x" * 3000, 50)
    for name in ("0", "1"):
        words = [
            "tar",
            "-C",
            str(world.folder),
            f"--listed-incremental={world.folder / 'list.snar'}",
            "-cf",
            str(world.folder / f"etc-{name}.tar"),
        ]
        subprocess.run([*words, "source"], check=True)
        put(world.folder / f"etc-{name}.tar", None, 3 if name == "1" else 27)
    return args(world, "etc-*.tar", size_deviation="100%")


LDIF = "".join(
    f"dn: uid=user{number},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\ncn: User {number}\n\n" for number in range(300)
).encode()
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form>Password</form></body></html>\n"
EXPORT = b'{"payments": [' + b", ".join(b"%d" % number for number in range(900)) + b"]}"
S3_ERROR = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
NO_ROOM = b"pg_dump: error: could not write to file: No space left on device\n"
ROUTER = b"".join(b"interface GigabitEthernet0/%d\n description uplink %d\n no shutdown\n!\n" % (port, port) for port in range(90))


def only_zeros_in_the_middle() -> bytes:
    text = bytearray(postgres("plain.sql")())
    text[20000:28192] = bytes(8192)
    return bytes(text)


def message_first() -> bytes:
    return b"mysqldump: [Warning] Using a password on the command line interface can be insecure.\n" + mariadb("plain.sql")()


def one_of_two_cut() -> bytes:
    first_dump, second = postgres("plain.sql")(), postgres("inserts.sql")()
    return first_dump[: len(first_dump) // 2] + b"\n" + second


def old_dump() -> bytes:
    text = mariadb("plain.sql")()
    return text[: text.rindex(b"completed on ")] + b"completed on 2020-01-01  2:00:00\n"


def old_archive() -> bytes:
    """The year stands as a number of four bytes, counted from 1900, in the time at which it was made."""
    whole = postgres("custom.dump")()
    year = struct.pack("<Bi", 0, time.localtime().tm_year - 1900)
    start = whole.index(year)
    return whole[:start] + struct.pack("<Bi", 0, 120) + whole[start + 5 :]


def noise() -> bytes:
    return os.urandom(200_000)


def image_in_zstd(world: World) -> dict[str, t.Any]:
    with_tools(world)
    path = put(world.folder / "vzdump-qemu-101-2026_11_25-02_00_01.vma", b"VMA\x00" + noise(), 3)
    subprocess.run([str(real_dumps.own_tools().bin / "zstd"), "-q", "--rm", str(path)], check=True)
    put(world.folder / "vzdump-qemu-101.vma.zst", (world.folder / f"{path.name}.zst").read_bytes(), 3)
    (world.folder / f"{path.name}.zst").unlink()
    return args(world, "vzdump-*.vma.zst")


def large() -> bytes:
    return gzip.compress(postgres("plain.sql")() * 100, 1)


def closed_folder(world: World) -> dict[str, t.Any]:
    """As a link to itself: it cannot be read even by root."""
    put(world.folder / "db.sql.gz", dump(), 3)
    (world.folder / "db.sql.gz.sha256").symlink_to("db.sql.gz.sha256")
    return args(world, checksum=True)


def hanging_tool(world: World) -> dict[str, t.Any]:
    folder = world.folder / "bin"
    put(folder / "zstd", b"#!/bin/sh\nexec sleep 600\n", 3).chmod(0o755)
    world.runner = Runner(environ={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    put(world.folder / "db.sql.zst", other("plain.sql.zst")(), 3)
    return args(world, "db.sql.zst", timeout="2s", contains=["payments"])


def odd_seven(world: World) -> dict[str, t.Any]:
    folder = world.folder / "bin"
    put(folder / "7zz", b"#!/bin/sh\nhead -c 3000 /dev/urandom\n", 3).chmod(0o755)
    world.runner = Runner(environ={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    put(world.folder / "db.7z", other("plain.7z")(), 3)
    return args(world, "db.7z")


def too_large_to_list(world: World) -> dict[str, t.Any]:
    body = os.urandom(6 << 20)
    put(world.folder / "etc.tar.gz", tar({"a": body, "etc/app.conf": b"x" * 600}), 3)
    return args(world, "etc.tar.gz", contains=["etc/app.conf"], verify_max_bytes="1KiB")


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("file_backup", state, arrange, status, message)


ROWS = [
    # dumps of PostgreSQL
    row("pg_dump, plain", file("a.sql", postgres("plain.sql"), contains=["payments"]), "pass", "to its end as PostgreSQL dump"),
    row("pg_dump, plain, in gzip", file("a.sql.gz", packed(postgres("plain.sql"))), "pass", "PostgreSQL dump in gzip"),
    row("pg_dump, plain, in bzip2", file("a.sql.bz2", lambda: bz2.compress(postgres("plain.sql")())), "pass", "dump in bzip2"),
    row("pg_dump, plain, in xz", file("a.sql.xz", lambda: lzma.compress(postgres("plain.sql")())), "pass", "dump in xz"),
    row("pg_dump, plain, in zstd", file("a.sql.zst", other("plain.sql.zst")), "pass", "PostgreSQL dump in zstd"),
    row("pg_dump with INSERT", file("a.sql", postgres("inserts.sql"), contains=["public.audit"]), "pass", "PostgreSQL dump"),
    row("pg_dump of the schema, named so", file("schema.sql", postgres("schema.sql")), "pass", "PostgreSQL dump"),
    row("pg_dump, custom format", file("a.dump", postgres("custom.dump"), contains=["payments"]), "pass", "custom format"),
    row("pg_dump, custom format, in gzip", file("a.gz", packed(postgres("custom.dump"))), "pass", r"custom format\) in gzip"),
    row("pg_dump, tar", file("a.tar", postgres("dump.tar")), "pass", r"PostgreSQL dump \(tar\)"),
    row("pg_dump, a folder", folder("pg-1", "directory"), "pass", "all of it is there: folder of pg_dump"),
    row("pg_dump, the folder as path", path_of_folder, "pass", "all of it is there: folder of pg_dump"),
    row("pg_dumpall", file("a.sql", postgres("all.sql")), "pass", "PostgreSQL dump"),
    row("pg_basebackup, a folder", folder("base-1", "base"), "pass", "all of it is there: folder of pg_basebackup"),
    row("pg_basebackup, tar in gzip", folder("base-1", "base_tar"), "pass", "all of it is there: folder of pg_basebackup"),
    row("two dumps in one file", file("a.sql", lambda: postgres("plain.sql")() + postgres("inserts.sql")()), "pass", "PostgreSQL dump"),
    row("gzip of two members", file("a.sql.gz", lambda: dump(1) + dump(2)), "pass", "PostgreSQL dump in gzip"),
    # ... and what is left when it fails
    row(
        "pg_dump cut in a sound gzip",
        file("a.sql.gz", packed(cut(postgres("plain.sql"), 0.8))),
        "fail",
        "'PostgreSQL database dump complete' is missing",
    ),
    row(
        "pg_dump cut at the end of a line",
        file("a.sql", lambda: postgres("plain.sql")().rpartition(b"\\.\n")[0]),
        "fail",
        "complete' is missing",
    ),
    row("pg_dumpall cut", file("a.sql", cut(postgres("all.sql"), 0.5)), "fail", "'PostgreSQL database cluster dump complete' is missing"),
    row(
        "pg_dumpall cut after its first database", file("a.sql", cut(postgres("all.sql"), 0.1)), "fail", "cluster dump complete' is missing"
    ),
    row("first of two dumps in a file cut", file("a.sql", one_of_two_cut), "fail", "complete' is missing"),
    row(
        "pg_dump's message as the dump",
        file("a.sql", postgres("failed.sql")),
        "fail",
        r"no backup, but a message: pg_dump: error: .* does not exist",
    ),
    row("the same in gzip, four nights", four_nights("db-{}.sql.gz", packed(postgres("failed.sql"))), "fail", "a message: pg_dump: error"),
    row(
        "the message after half of the dump",
        file("a.sql", lambda: cut(postgres("plain.sql"), 0.5)() + b"\n" + NO_ROOM),
        "fail",
        "where stands: pg_dump: error",
    ),
    row("8 KiB of zero bytes in a dump", file("a.sql", only_zeros_in_the_middle), "fail", "zero bytes in it, which no text has"),
    row("pg_dump of an empty database", file("a.sql", postgres("nothing.sql")), "warn", "nothing in it: the database has no table"),
    row("pg_dump of the schema alone", file("a.sql", postgres("schema.sql")), "warn", "no row of data in it"),
    row("cut custom format", file("a.dump", cut(postgres("custom.dump"), 0.7)), "fail", "ends in the middle of the data of payments"),
    row("custom format cut in its contents", file("a.dump", cut(postgres("custom.dump"), 0.02)), "fail", "middle of its table of contents"),
    row(
        "custom format, its last byte missing",
        file("a.dump", short_of(postgres("custom.dump"), 1)),
        "fail",
        "ends in the middle of the data",
    ),
    row(
        "cut custom format in a sound gzip",
        file("a.gz", packed(cut(postgres("custom.dump"), 0.7))),
        "fail",
        "middle of the data of payments",
    ),
    row("cut tar of pg_dump", file("a.tar", cut(postgres("dump.tar"), 0.5)), "fail", "ends in the middle of a member"),
    row("folder of pg_dump, a file of data missing", folder("pg-1", "directory", lose("3*.dat.gz")), "fail", r"\d+\.dat is missing in it"),
    row("folder of pg_dump, a large object missing", folder("pg-1", "directory", lose("blob_*")), "fail", r"blob_\d+\.dat is missing"),
    row(
        "folder of pg_dump, a file of data cut",
        folder("pg-1", "directory", halve("3*.dat.gz")),
        "fail",
        r"\.dat\.gz: it is not a whole gzip",
    ),
    row(
        "pg_basebackup, a file missing",
        folder("base-1", "base", lose("global/pg_control")),
        "fail",
        "manifest names global/pg_control, which",
    ),
    row("pg_basebackup, a file cut", folder("base-1", "base", halve("base/*/*")), "fail", "its manifest names base/"),
    row(
        "pg_basebackup, tar cut", folder("base-1", "base_tar", halve("base.tar.gz")), "fail", r"base\.tar\.gz: it is not a whole gzip file"
    ),
    row("pg_basebackup, its manifest cut", folder("base-1", "base", halve("backup_manifest")), "fail", "backup_manifest: it is damaged"),
    row(
        "pg_basebackup that did not end",
        folder("base-1", "base", lose("backup_manifest")),
        "warn",
        "it has no manifest, which pg_basebackup writes last",
    ),
    # dumps of MariaDB and MySQL
    row("mariadb-dump", file("a.sql.gz", packed(mariadb("plain.sql")), contains=["payments"]), "pass", "MySQL dump in gzip"),
    row("mariadb-dump without comments", file("a.sql", mariadb("no_comments.sql")), "pass", "read to its end as MySQL dump"),
    row("mariadb-dump without a date", file("a.sql", mariadb("no_date.sql")), "pass", "read to its end as MySQL dump"),
    row("mariadb-dump of two databases", file("a.sql", mariadb("two.sql")), "pass", "read to its end as MySQL dump"),
    row(
        "mariadb-dump --compact has no end mark",
        file("a.sql", mariadb("compact.sql")),
        "pass",
        "SQL: it has no end mark, so that nobody can tell",
    ),
    row(
        "mariadb-dump cut in a sound gzip", file("a.sql.gz", packed(cut(mariadb("plain.sql"), 0.8))), "fail", "'Dump completed' is missing"
    ),
    row(
        "the same without comments",
        file("a.sql", cut(mariadb("no_comments.sql"), 0.8)),
        "fail",
        "'SET SQL_NOTES=@OLD_SQL_NOTES' is missing",
    ),
    row("the same with --compact", file("a.sql", cut(mariadb("compact.sql"), 0.8)), "fail", "ends in the middle of a statement"),
    row(
        "mariadb-dump of a database that is gone",
        file("a.sql", mariadb("failed.sql")),
        "fail",
        "where stands: mariadb-dump: Got error: 1049",
    ),
    row(
        "mariadb-dump reached no server",
        four_nights("db-{}.sql.gz", packed(mariadb("refused.sql"))),
        "fail",
        "a message: mariadb-dump: Got error",
    ),
    row("mariadb-dump of an empty database", file("a.sql", mariadb("nothing.sql")), "warn", "nothing in it: the database has no table"),
    row("a warning of the tool in the dump", file("a.sql", message_first), "warn", r"a message of the tool stands in it.*\[Warning\]"),
    # other databases
    row("SQLite", file("a.db", other("sqlite.db"), contains=["payments"]), "pass", "read to its end as SQLite"),
    row("SQLite in gzip", file("a.db.gz", packed(other("sqlite.db"))), "pass", "read to its end as SQLite in gzip"),
    row("SQLite's .dump", file("a.sql", other("sqlite.sql")), "pass", "read to its end as SQLite dump"),
    row("SQLite cut", file("a.db", cut(other("sqlite.db"), 0.6)), "fail", "it ends too early: "),
    row("SQLite cut, in a sound gzip", file("a.db.gz", packed(cut(other("sqlite.db"), 0.6))), "fail", "it ends too early: "),
    row(
        "a page of SQLite overwritten",
        file("a.db", lambda: other("sqlite.db")()[:8192] + b"\xee" * 4096 + other("sqlite.db")()[12288:]),
        "fail",
        "SQLite",
    ),
    row("SQLite's .dump cut", file("a.sql", short_of(other("sqlite.sql"), 9)), "fail", "'COMMIT' is missing"),
    row("LDIF", file("a.ldif", bytes_of(LDIF)), "pass", "read to its end as LDIF"),
    row("LDIF in gzip", file("a.ldif.gz", packed(bytes_of(LDIF))), "pass", "LDIF in gzip"),
    row("LDIF cut", file("a.ldif", cut(bytes_of(LDIF), 0.501)), "fail", "ends in the middle of an entry"),
    row("LDIF cut at the end of a line", file("a.ldif", short_of(bytes_of(LDIF), 1)), "warn", "it may have been cut there"),
    row("archive of mongodump", file("a.archive", mongo_archive, contains=["payments"]), "pass", "archive of mongodump"),
    row("archive of mongodump in gzip", file("a.archive.gz", packed(mongo_archive)), "pass", "archive of mongodump in gzip"),
    row("archive of mongodump cut", file("a.archive", cut(mongo_archive, 0.5)), "fail", "ends in the middle of a document"),
    row(
        "archive of mongodump, a collection not ended",
        file("a.archive", lambda: mongo_archive(False)),
        "fail",
        "data of shop.payments is missing",
    ),
    row("folder of mongodump", mongo_folder(), "pass", "folder of mongodump"),
    row(
        "folder of mongodump, a collection cut",
        mongo_folder(halve("payments.bson")),
        "fail",
        "payments.bson: it ends in the middle of a document",
    ),
    row("folder of mongodump, its description missing", mongo_folder(lose("*.json")), "fail", "payments.metadata.json is missing in it"),
    row("folder of mydumper", mydumper(True), "pass", "folder of mydumper"),
    row("folder of mydumper that did not end", mydumper(False), "fail", "it has not ended"),
    row("folder of mariadb-backup", of_mariadb_backup, "unknown", "the check mariadb_backup looks at those"),
    row("a folder of nothing that is known", folders_of_nothing_known, "fail", "only folders of no known kind such as"),
    row(
        "snapshot of Redis",
        file("dump.rdb", bytes_of(b"REDIS0011" + b"\xfa\x09redis-ver\x055.0.7" * 9 + b"\xff" + bytes(range(8)))),
        "pass",
        "as Redis",
    ),
    row("snapshot of Redis cut", file("dump.rdb", bytes_of(b"REDIS0011" + b"\xfa\x09redis-ver\x055.0.7" * 9)), "fail", "it ends too early"),
    # archives
    row("tar.gz", file("a.tar.gz", lambda: tar(FILES), contains=["etc/*.conf"]), "pass", "read to its end as tar in gzip"),
    row("tar.zst", tar_and_zstd, "pass", "read to its end as tar in zstd"),
    row("zip", file("a.zip", lambda: zipped(a=b"x" * 3000)), "pass", "read to its end as zip"),
    row("7z", file("a.7z", other("plain.7z"), contains=["plain.sql"]), "pass", "read to its end as 7z"),
    row("cpio", cpio_file(1), "pass", "read to its end as cpio"),
    row("incremental tar in which nothing has changed", incremental_tar, "pass", "read to its end as tar"),
    row("tar truncated", file("a.tar", cut(lambda: tar(FILES, "w"), 0.5)), "fail", "ends in the middle of a member"),
    row("tar.gz whose last bytes are missing", file("a.tar.gz", short_of(lambda: tar(FILES), 30)), "fail", "not a whole gzip file"),
    row("a tar cut in a sound gzip", file("a.tar.gz", packed(cut(lambda: tar(FILES, "w"), 0.5))), "fail", "ends in the middle of a member"),
    row("gzip truncated", file("a.sql.gz", cut(dump, 0.5)), "fail", "not a whole gzip file: it ends too early"),
    row("gzip with one byte changed", file("a.sql.gz", flipped(dump, 0.5)), "fail", "not a whole gzip file"),
    row("garbage after a gzip", file("a.sql.gz", lambda: dump() + b"garbage" * 99), "fail", "something else follows its end"),
    row("xz truncated", file("a.sql.xz", cut(lambda: lzma.compress(postgres("plain.sql")()), 0.5)), "fail", "not a whole xz file"),
    row("bzip2 truncated", file("a.sql.bz2", cut(lambda: bz2.compress(postgres("plain.sql")()), 0.5)), "fail", "not a whole bzip2 file"),
    row("zstd truncated", file("a.sql.zst", cut(other("plain.sql.zst"), 0.5)), "fail", "not a whole zstd file"),
    row("zstd with one byte changed", file("a.sql.zst", flipped(other("plain.sql.zst"), 0.5)), "fail", "not a whole zstd file"),
    row("zip truncated", file("a.zip", cut(lambda: zipped(a=os.urandom(3000)), 0.5)), "fail", "not a whole zip file"),
    row("zip with one byte changed", file("a.zip", flipped(lambda: zipped(a=os.urandom(3000)), 0.5)), "fail", "not a whole zip file"),
    row("7z truncated", file("a.7z", cut(other("plain.7z"), 0.5)), "fail", "not a whole 7z file: it ends too early"),
    row("7z with one byte changed", file("a.7z", flipped(other("plain.7z"), 0.5)), "fail", "not a whole 7z file: ERROR: "),
    row("cpio truncated", cpio_file(0.7), "fail", "ends in the middle of a member|its trailer is missing"),
    row("a tar with one empty folder", file("a.tar.gz", lambda: tar({"data": None})), "fail", "nothing in it but 1 folder"),
    row("a tar of empty files", file("a.tar.gz", lambda: tar({"a": b"", "b": b""})), "fail", "all 2 members of it are empty"),
    row("a tar of nothing", file("a.tar.gz", lambda: tar({})), "fail", "there is nothing in it"),
    row("gzip of nothing", file("a.sql.gz", packed(bytes_of(b""))), "fail", "there is nothing in it"),
    row("a zip of nothing", file("a.zip", zipped), "fail", "there is nothing in it"),
    row(
        "a file is missing in the archive",
        file("a.tar.gz", lambda: tar(FILES), contains=["etc/app.conf", "etc/key"]),
        "fail",
        "does not contain etc/key",
    ),
    row(
        "a table is missing in the dump",
        file("a.sql", postgres("plain.sql"), contains=["payments", "orders"]),
        "fail",
        "does not contain orders",
    ),
    # something else in the place of a backup
    row("a login page saved as dump", file("a.sql.gz", bytes_of(PAGE)), "fail", "is named like gzip, but is something else"),
    row("a login page in gzip", file("a.sql.gz", packed(bytes_of(PAGE))), "fail", "but a page of HTML: Sign in"),
    row("a login page without an ending", file("nightly", bytes_of(PAGE)), "fail", "but a page of HTML: Sign in"),
    row(
        "an answer of failure in JSON",
        file("a.json", bytes_of(b'{"error": "unauthorized", "status": 401}')),
        "fail",
        "an answer of failure",
    ),
    row("an answer of failure in XML", file("a.xml", bytes_of(S3_ERROR)), "fail", "but a message: AccessDenied Access Denied"),
    row("100 KiB of zero bytes", file("a.dump", bytes_of(bytes(102400))), "fail", "nothing but zero bytes in it"),
    row("100 KiB of zero bytes, named .sql.gz", file("a.sql.gz", bytes_of(bytes(102400))), "fail", "named like gzip, but holds zero bytes"),
    row("a shell's message", file("a.sql", bytes_of(b"sh: 1: pg_dump: not found\n")), "fail", "but a message: sh: 1: pg_dump: not found"),
    row(
        "another text named .sql",
        file("a.sql", bytes_of(b"nothing to do here today\nand tomorrow\n" * 9)),
        "fail",
        "named like SQL, but is something else",
    ),
    row("an export in JSON", file("a.json", bytes_of(EXPORT)), "pass", "read to its end as JSON"),
    row("an export in JSON, cut", file("a.json", short_of(bytes_of(EXPORT), 2)), "fail", "ends in the middle of a value"),
    row(
        "an export in XML, cut",
        file("a.xml", bytes_of(b'<?xml version="1.0"?>\n<payments><p/>\n<p/>' * 3)),
        "fail",
        "</payments> is missing",
    ),
    row("the configuration of a router", file("router.cfg", bytes_of(ROUTER)), "pass", "text: a text of no kind that has an end mark"),
    # encrypted
    row("encrypted with gpg", file("a.sql.gpg", other("plain.sql.gpg"), encrypted=True), "pass", "OpenPGP: encrypted, not looked into"),
    row("encrypted with age", file("a.sql.age", other("plain.sql.age"), encrypted=True), "pass", "age: encrypted, not looked into"),
    row("encrypted 7z", file("a.7z", other("closed.7z"), encrypted=True), "pass", "7z: encrypted, not looked into"),
    row("encrypted 7z, its names too", file("a.7z", other("hidden.7z"), encrypted=True), "pass", "7z: encrypted, not looked into"),
    row("gpg cut", file("a.sql.gpg", cut(other("plain.sql.gpg"), 0.7)), "fail", "not a whole OpenPGP file: it ends too early"),
    row("age cut in its header", file("a.sql.age", cut(other("plain.sql.age"), 0.001)), "fail", "not a whole age file"),
    row(
        "not encrypted, though asked for",
        file("a.sql", postgres("plain.sql"), encrypted=True),
        "fail",
        "is not encrypted: it is PostgreSQL dump",
    ),
    row(
        "something in an encrypted one is asked for",
        file("a.sql.gpg", other("plain.sql.gpg"), contains=["x"]),
        "unknown",
        "x was not looked for",
    ),
    # what cannot be looked into
    row("bytes of no known kind", file("a.bin", lambda: os.urandom(5000)), "unknown", "of no kind that is known here"),
    row("the same, taken as it is", file("a.bin", lambda: os.urandom(5000), verify="none"), "pass", "its content not verified"),
    row("bytes of no known kind in gzip", file("a.bin.gz", packed(noise)), "pass", "gzip: what is in it is of no kind that is known here"),
    row("the same, cut", file("a.bin.gz", cut(packed(noise), 0.6)), "fail", "not a whole gzip file: it ends too early"),
    row("an image of a machine in zstd", image_in_zstd, "pass", "vma in zstd: vma cannot be looked into here"),
    row("an image of qcow2", file("a.qcow2", lambda: b"QFI\xfb" + os.urandom(5000)), "unknown", "qcow2 cannot be looked into here"),
    row(
        "zstd is not installed",
        no_tool("a.sql.zst", other("plain.sql.zst"), "zstd"),
        "pass",
        "zstd is not installed on this host; its frames are there",
    ),
    row("zstd is not installed, the file cut", no_tool("a.sql.zst", cut(other("plain.sql.zst"), 0.5), "zstd"), "fail", "it ends too early"),
    row(
        "zstd is not installed, a table asked for",
        no_tool("a.sql.zst", other("plain.sql.zst"), "zstd", contains=["x"]),
        "unknown",
        "x was not looked for",
    ),
    row(
        "7z is not installed",
        no_tool("a.7z", other("plain.7z"), "7zz", "7z", "7za", "7zr"),
        "pass",
        "7z is not installed on this host; its index is whole",
    ),
    row(
        "7z is not installed, the file cut",
        no_tool("a.7z", cut(other("plain.7z"), 0.9), "7zz", "7z", "7za", "7zr"),
        "fail",
        "it ends too early",
    ),
    row("zstd hangs", hanging_tool, "unknown", "could not be verified in the time allowed"),
    row("7z says nonsense", odd_seven, "unknown", "7zz said nothing that can be understood"),
    row(
        "too large to be read to its end",
        file("a.sql.gz", large, verify_max_bytes="1KiB"),
        "pass",
        "not read to its end because larger than 1.0 KiB",
    ),
    row(
        "too large, its end is read",
        file("a.sql", postgres("plain.sql"), verify_max_bytes="1KiB"),
        "pass",
        "only its beginning and its end were",
    ),
    row(
        "too large, its end is missing",
        file("a.sql", cut(postgres("plain.sql"), 0.9), verify_max_bytes="1KiB"),
        "fail",
        "complete' is missing",
    ),
    row("archive too large to be listed", too_large_to_list, "unknown", "cannot be listed"),
    row("a checksum that cannot be read", closed_folder, "unknown", "sha256 cannot be read"),
]
