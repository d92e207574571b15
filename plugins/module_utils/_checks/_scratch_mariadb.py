# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a restored MariaDB or MySQL data folder, or loads a dump into a new one, in scratch space. PRIVATE to the collection.

The server has a socket in the scratch space and no port. It reads no file of options, replicates nothing and runs no event.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import signal
import typing as t

from .._finding import CannotObserve
from .._message import first_line, lines_of
from .._phrase import Message, phrase, plural
from .._runner import Runner
from ._scratch_servers import (
    ANSWER,
    Account,
    Server,
    Unusable,
    fed,
    held_inside,
    leads_out,
    moved,
    programs,
    quoted,
    server_account,
    socket_folder,
    without_clients_settings,
)
from ._scratch_space import Scratch

SERVERS = ("mariadbd", "mysqld", "/usr/libexec/mariadbd", "/usr/libexec/mysqld")
CLIENTS = ("mariadb", "mysql")
INSTALLERS = ("mariadb-install-db", "mysql_install_db")
LOADED_INTO = "restored"
LOOKED_INTO = 200  # tables of which one should have a row
OF_SYSTEM = "'information_schema', 'mysql', 'performance_schema', 'sys'"
# what mariadb-backup writes down of the server whose files these are, and the server must be told again
_OF_BACKUP = (
    "innodb_data_file_path",
    "innodb_page_size",
    "innodb_undo_tablespaces",
    "innodb_log_files_in_group",
    "innodb_checksum_algorithm",
)
_OF_THIS_HOST = re.compile(
    r"No space left|Permission denied|(?:Errcode|error number):? (?:13|28)\b"
    r"|unknown (?:option|variable)|Upgrad(?:e|ing).*not supported|Unsupported redo log"
    r"|plugin .* is not loaded|Can't (?:find|read) messagefile|Please (?:read|consult).*root|decrypt|encryption|Unknown collation"
    r"|Unknown character set|Unknown storage engine|out of memory",
    re.I,
)
# accounts, which the server has not; events, which do not run; what is dropped first, and is not there
_HARMLESS = re.compile(r"^ERROR (?:1290|1396|1133|1410|1577|1008|1051|1091|1360|1539|4031|4092)\b")
_ERROR = re.compile(r"^ERROR \d+|^ERROR at line|^ERROR: ")
_HELD_BACK = re.compile(rb"\s*(?:\\!|\\T|\\\.|system |tee |source )")


class MariaDB:
    """A server that answers."""

    def __init__(self, runner: Runner, client: str, socket: str) -> None:
        self.runner, self.client, self.socket = runner, client, socket
        self.env = {"MYSQL_UNIX_PORT": socket, "MYSQL_HOST": "localhost"}

    def words(self) -> list[str]:
        return [self.client, "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch", "--default-character-set=utf8mb4"]

    def tables(self) -> dict[str, int]:
        query = (
            "SELECT s.schema_name, COUNT(t.table_name) FROM information_schema.schemata s LEFT JOIN information_schema.tables t "
            "ON t.table_schema = s.schema_name AND t.table_type = 'BASE TABLE' "
            f"WHERE s.schema_name NOT IN ({OF_SYSTEM}) GROUP BY s.schema_name ORDER BY 1"
        )
        lines = [line.split("\t") for line in self.ask(query, None).splitlines()]
        return {parts[0]: int(parts[1]) for parts in lines if len(parts) == 2}

    def has_rows(self) -> bool:
        query = (
            "SELECT HEX(table_schema), HEX(table_name) FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
            f"AND table_schema NOT IN ({OF_SYSTEM}) ORDER BY data_length DESC"
        )
        found = self.ask(query, None).splitlines()
        for line in found[:LOOKED_INTO]:
            schema, table = ("`" + bytes.fromhex(part).decode("utf-8").replace("`", "``") + "`" for part in line.split("\t"))
            if self.ask(f"SELECT 1 FROM {schema}.{table} LIMIT 1", None):
                return True
        return len(found) > LOOKED_INTO  # one of the others may have some

    def ask(self, query: str, database: str | None) -> str:
        words = [*self.words(), "--skip-column-names", f"--execute={query}", *([f"--database={database}"] if database else [])]
        done = self.runner.run(words, timeout=86400.0, max_output=ANSWER)
        if done.rc == 0:
            return done.stdout.strip()
        said = quoted(next((line for line in lines_of(done.stderr, 300) if _ERROR.match(line)), first_line(done.stderr)))
        if _OF_THIS_HOST.search(said):
            raise CannotObserve(phrase("the restored database {name} cannot be asked here: {reason}", name=database or "-", reason=said))
        raise Unusable(said)


@contextlib.contextmanager
def opened(
    runner: Runner,
    scratch: Scratch,
    data: str,
    places: t.Mapping[str, str],
    *,
    account: pwd.struct_passwd | None,
    bin_directory: str | None,
) -> t.Iterator[MariaDB]:
    """Starts the server of a restored data folder, and ends it. Unusable, CannotObserve."""
    own = without_clients_settings(runner, None)
    if not os.path.isfile(os.path.join(data, "ibdata1")) and not os.path.isdir(os.path.join(data, "mysql")):
        raise Unusable(phrase("the restored folder {path:path} is no data folder of MariaDB or MySQL", path=data))
    server = server_account(account, "mysql", data)
    held_inside(data, scratch, places)
    _tables_elsewhere(data, scratch, places)
    server.give(scratch, data)
    with _started(own, scratch, server, data, bin_directory, ["--skip-grant-tables", *_of_backup(data)]) as answering:
        yield answering


@contextlib.contextmanager
def loaded(
    runner: Runner, scratch: Scratch, dump: str, *, account: pwd.struct_passwd | None, bin_directory: str | None
) -> t.Iterator[tuple[MariaDB, list[Message]]]:
    """A new server into which a dump was loaded, and what of it this host could not take. Unusable, CannotObserve."""
    own = without_clients_settings(runner, None)
    installer = _found(own, bin_directory, INSTALLERS)
    data = scratch.folder("cluster")
    server = server_account(account, "mysql", data)
    server.give(scratch, data)
    words = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
    done = own.run(server.words([installer, *words]), timeout=600.0, cwd=scratch.path)
    if not os.path.isdir(os.path.join(data, "mysql")):
        said = lines_of(f"{done.stderr}\n{done.stdout}", 300)
        cause = next(
            (line for line in said if re.search(r"error|fatal|cannot|can't|denied|not found", line, re.I)), said[0] if said else ""
        )
        reason = quoted(cause) if cause else phrase("it ended with code {code} and said nothing", code=done.rc)
        raise CannotObserve(phrase("mariadb-install-db made no server to load the dump into: {reason}", reason=reason))
    # what the dump says of accounts holds only for connections that are made later: those of the server that is started anew
    with _started(own, scratch, server, data, bin_directory, []) as answering:
        answering.ask(f"CREATE DATABASE IF NOT EXISTS {LOADED_INTO} CHARACTER SET utf8mb4", None)
        unseen = _load(own, scratch, answering, dump)
    with _started(own, scratch, server, data, bin_directory, ["--skip-grant-tables"]) as answering:
        yield answering, unseen


def _load(runner: Runner, scratch: Scratch, server: MariaDB, dump: str) -> list[Message]:
    rc, lines = fed(runner, scratch, [*server.words(), "--force", "--binary-mode", f"--database={LOADED_INTO}"], dump, _is_given)
    wrong = [line for line in lines if _ERROR.search(line) and not _HARMLESS.search(line)]
    damages = [line for line in wrong if not _OF_THIS_HOST.search(line)]
    if damages or (rc != 0 and not wrong and not any(_HARMLESS.search(line) for line in lines)):
        raise Unusable(
            plural(
                "{count:number} statement of the dump failed: {reason}",
                "{count:number} statements of the dump failed, the first: {reason}",
                count=max(1, len(damages)),
                reason=quoted(damages[0] if damages else first_line("\n".join(lines))),
            )
        )
    return [phrase("this host cannot take all of the dump: {reason}", reason=quoted(wrong[0]))] if wrong else []


def _is_given(line: bytes) -> bool:
    return not _HELD_BACK.match(line)


@contextlib.contextmanager
def _started(
    runner: Runner, scratch: Scratch, account: Account, data: str, bin_directory: str | None, more: t.Sequence[str]
) -> t.Iterator[MariaDB]:
    program, client = _found(runner, bin_directory, SERVERS), _found(runner, bin_directory, CLIENTS)
    folder = socket_folder(scratch)
    account.give(scratch, folder)
    socket = os.path.join(folder, "m")
    words = [program, "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", "--skip-slave-start"]
    words += ["--skip-log-bin", "--event-scheduler=OFF", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"]
    words += [f"--pid-file={os.path.join(folder, 'pid')}", "--secure-file-priv=" + folder, "--lc-messages=en_US", *more]
    log = os.path.join(scratch.path, "server.log")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(log)
    answering = MariaDB(runner, client, socket)
    with Server(runner, scratch, account.words(words), log, signal.SIGTERM) as server:

        def answers() -> bool:
            if not os.path.exists(socket):
                return False
            try:
                return answering.ask("SELECT 1", None) == "1"
            except Unusable as exc:
                if re.match(r"ERROR 20\d\d\b", exc.message):  # cannot connect yet
                    return False
                raise

        if not server.await_answer(answers):
            reason = quoted(_reason(server.said()))
            if _OF_THIS_HOST.search(reason):
                raise CannotObserve(phrase("the restored MariaDB server cannot be started here: {reason}", reason=reason))
            raise Unusable(phrase("the restored MariaDB server does not start: {reason}", reason=reason))
        yield answering


def _reason(lines: t.Sequence[str]) -> str:
    """The first line that says what is wrong: those that follow say what follows from it."""
    for line in lines:
        found = re.search(r"\[ERROR\] +(?:\[[^\]]*\] *)*(.*)", line)
        if found:
            return found[1]
    return lines[-1] if lines else "it says nothing"


def _found(runner: Runner, folder: str | None, names: t.Sequence[str]) -> str:
    found = programs(runner, folder, names)
    if found is None:
        raise CannotObserve(
            phrase(
                "{program:path} is not installed on this host: the restored database cannot be started (bin_directory)", program=names[0]
            )
        )
    return found


def _of_backup(data: str) -> list[str]:
    try:
        with open(os.path.join(data, "backup-my.cnf"), encoding="utf-8", errors="replace") as stream:
            lines = stream.read(2**16).splitlines()
    except OSError:
        return []
    given = dict(line.split("=", 1) for line in lines if "=" in line)
    return [f"--loose-{name}={given[name]}" for name in _OF_BACKUP if re.fullmatch(r"[\w:.;]+", given.get(name, ""))]


def _tables_elsewhere(data: str, scratch: Scratch, places: t.Mapping[str, str]) -> None:
    """Files that say where a table lies which is not in the data folder."""
    for folder, _names, files in os.walk(data):
        for name in files:
            if name.endswith(".isl"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as stream:
                    leads = stream.read(4096).strip()
                if moved(leads, scratch, places) != leads:
                    raise leads_out(os.path.relpath(path, data), leads)


__all__ = ("MariaDB", "loaded", "opened")
