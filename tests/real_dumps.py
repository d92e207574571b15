# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dumps that real tools have made of real databases: made once by each process that asks for them, and removed when it ends."""

from __future__ import annotations

import atexit
import contextlib
import functools
import pathlib
import shutil
import subprocess
import typing as t

from backup_tools import MariaDB, Postgres, Tools, open_folder

ROWS_OF_PAYMENTS = 3000


_made: list[pathlib.Path] = []


@atexit.register
def remove_all() -> None:
    """Removes what was made; what is asked for afterwards is made anew."""
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)
    for made in (tools, own_tools, of_postgres, of_mariadb, of_other_tools):
        made.cache_clear()


@functools.cache
def tools() -> Tools:
    """The tools, run as the account that runs the databases."""
    _made.append(open_folder())
    return Tools(_made[-1])


@functools.cache
def own_tools() -> Tools:
    """What unpacks, run as whoever runs the tests."""
    _made.append(open_folder())
    return Tools(_made[-1], "zstd", "7zz", "pg_restore", "pg_verifybackup", also_as_root=True)


@contextlib.contextmanager
def _server(server: Postgres | MariaDB) -> t.Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.stop()


@functools.cache
def of_postgres() -> pathlib.Path:
    """A folder of dumps of PostgreSQL, in each of its formats."""
    made = tools()
    server = Postgres(made)
    out = made.folder / "postgres"
    out.mkdir()
    made.give()
    with _server(server):
        server.query("CREATE TABLE payments (id int PRIMARY KEY, what text)")
        server.query(f"INSERT INTO payments SELECT n, 'payment ' || md5(n::text) FROM generate_series(1, {ROWS_OF_PAYMENTS}) n")
        server.query("CREATE TABLE audit (id int)")
        server.query("INSERT INTO audit VALUES (1)")
        server.query("SELECT lo_from_bytea(0, 'hello')")
        server.query("CREATE DATABASE nothing")
        access = ("-h", str(server.socket), "-p", str(server.port), "-U", "postgres")
        for name, words in {
            "plain.sql": ("postgres",),
            "inserts.sql": ("--inserts", "postgres"),
            "schema.sql": ("-s", "postgres"),
            "nothing.sql": ("nothing",),
            "custom.dump": ("-Fc", "postgres"),
            "dump.tar": ("-Ft", "postgres"),
            "directory": ("-Fd", "postgres"),
        }.items():
            made.run("pg_dump", *access, "-f", str(out / name), *words)
        made.run("pg_dumpall", *access, "-f", str(out / "all.sql"))
        (out / "failed.sql").write_text(made.run("pg_dump", *access, "gone", check=False).stderr)
        made.run("pg_basebackup", *access, "-c", "fast", "-D", str(out / "base"))
        made.run("pg_basebackup", *access, "-c", "fast", "-Ft", "-z", "-D", str(out / "base_tar"))
    return out


@functools.cache
def of_mariadb() -> pathlib.Path:
    """A folder of dumps of MariaDB."""
    made = tools()
    server = MariaDB(made)
    out = made.folder / "mariadb"
    out.mkdir()
    with _server(server):
        server.query("CREATE DATABASE shop; CREATE TABLE shop.payments (id int, what text); CREATE DATABASE nothing")
        server.query("INSERT INTO shop.payments SELECT seq, md5(seq) FROM seq_1_to_3000")
        access = ("--no-defaults", f"--socket={server.socket}", "--user=root")
        for name, words in {
            "plain.sql": ("shop",),
            "no_comments.sql": ("--skip-comments", "shop"),
            "no_date.sql": ("--skip-dump-date", "shop"),
            "compact.sql": ("--compact", "shop"),
            "nothing.sql": ("nothing",),
            "two.sql": ("--databases", "shop", "nothing"),
        }.items():
            (out / name).write_text(made.run("mariadb-dump", *access, *words).stdout)
        failed = made.run("mariadb-dump", *access, "gone", check=False)
        (out / "failed.sql").write_text(failed.stdout + failed.stderr)
        refused = made.run("mariadb-dump", "--no-defaults", f"--socket={server.folder}/gone", "shop", check=False)
        (out / "refused.sql").write_text(refused.stdout + refused.stderr)
    return out


def output_of(*words: str) -> bytes:
    """What one of the unpacked tools writes."""
    made = tools()
    done = subprocess.run([str(made.bin / words[0]), *words[1:]], env=made.environment(), capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr[-2000:])
    return done.stdout


@functools.cache
def of_other_tools() -> pathlib.Path:
    """A folder of a database of SQLite, and of a dump of PostgreSQL in what encrypts and packs."""
    made = tools()
    out = made.folder / "others"
    out.mkdir()
    made.give()
    plain = made.folder / "plain.sql"
    shutil.copy(of_postgres() / "plain.sql", plain)
    plain.chmod(0o644)
    live = out / "live.db"
    made.run(
        "sqlite3",
        str(live),
        "CREATE TABLE payments (what text); INSERT INTO payments SELECT hex(randomblob(50)) FROM generate_series(1, 900);",
    )
    made.run("sqlite3", str(live), f".backup {out / 'sqlite.db'}")
    (out / "sqlite.sql").write_bytes(output_of("sqlite3", str(live), ".dump"))
    key = made.run("age-keygen").stdout
    public = next(line.rpartition(" ")[2] for line in key.splitlines() if "public key" in line)
    (out / "plain.sql.age").write_bytes(output_of("age", "-r", public, str(plain)))
    symmetric = ("gpg", "--homedir", str(made.home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "x", "-c", "-o", "-")
    (out / "plain.sql.gpg").write_bytes(output_of(*symmetric, str(plain)))
    (out / "plain.sql.zst").write_bytes(output_of("zstd", "-c", str(plain)))
    for name, words in {"plain.7z": (), "closed.7z": ("-psecret",), "hidden.7z": ("-psecret", "-mhe=on")}.items():
        made.run("7zz", "a", *words, str(out / name), str(plain))
    live.unlink()
    return out


__all__ = ("of_mariadb", "of_other_tools", "of_postgres", "output_of", "own_tools", "remove_all", "tools")
