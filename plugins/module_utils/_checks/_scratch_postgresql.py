# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a restored PostgreSQL cluster, or loads a dump into a new one, in scratch space. PRIVATE to the collection.

The server has a socket in the scratch space and no port. It archives nothing, follows no primary, runs no subscription, loads no library
that the restored settings name, and writes no tablespace outside the scratch space.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import re
import signal
import typing as t

from .._clients.pg_programs import folders
from .._finding import CannotObserve
from .._message import first_line
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

PORT = "5432"  # only names the socket
OLDEST = 12  # before, recovery.conf could have followed a primary
LOADED_INTO = "restored"
DATABASES = 100  # that are looked into
LOOKED_INTO = 50  # tables with pages of which one should have a row
_TABLES = (
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
)
SETTINGS: t.Mapping[str, str] = {
    "archive_cleanup_command": "",
    "archive_mode": "off",
    "autovacuum": "off",
    "bonjour": "off",
    "default_tablespace": "",
    "dynamic_shared_memory_type": "mmap",
    "external_pid_file": "",
    "fsync": "off",
    "hot_standby": "on",
    "huge_pages": "off",
    "lc_messages": "C",
    "listen_addresses": "",
    "local_preload_libraries": "",
    "log_destination": "stderr",
    "logging_collector": "off",
    "max_logical_replication_workers": "0",
    "port": PORT,
    "primary_conninfo": "",
    "recovery_end_command": "",
    "recovery_target_action": "promote",
    "restart_after_crash": "off",
    "session_preload_libraries": "",
    "shared_buffers": "32MB",
    "shared_preload_libraries": "",
    "ssl": "off",
    "synchronous_standby_names": "",
    "temp_tablespaces": "",
}
# settings below which recovery stops, as pg_controldata names them
_AT_LEAST = {
    "max_connections setting": "max_connections",
    "max_worker_processes setting": "max_worker_processes",
    "max_wal_senders setting": "max_wal_senders",
    "max_prepared_xacts setting": "max_prepared_transactions",
    "max_locks_per_xact setting": "max_locks_per_transaction",
}
_RECOVERY = re.compile(r"^\s*(restore_command|recovery_target(?!_action)\w*)\s*=?\s*('(?:[^']|'')*'|[^\s#]+)", re.M)
# what is this host's, not the backup's
_OF_THIS_HOST = re.compile(
    r"No space left|Permission denied|could not (?:create|map).*shared memory|initialized by PostgreSQL version|incompatible with server"
    r"|incompatible with operating system|could not access file|could not load library|invalid value for parameter|locale name"
    r"|could not open extension control file|extension .* is not available|unsupported version .* in file header|out of memory"
    r"|tablespace|wrong ownership|too many open files|collation .* does not exist",
    re.I,
)
# what a dump says of things that a new cluster has, or need not have
_HARMLESS = re.compile(
    r'role "[^"]*" (?:does not exist|already exists)|(?:database|schema) "(?:postgres|template1|public)" already exists'
    r'|unrecognized configuration parameter|invalid command \\(?:un)?restrict|tablespace "[^"]*" does not exist'
    r'|parameter "default_tablespace"|current user cannot be dropped|cannot drop the currently open database',
    re.I,
)
_ABSENT = re.compile(r"does not exist\b")
_REMOVES = re.compile(r"(?:--.*\s+)?(?:DROP\s|ALTER\s[^;]*\s(?:DROP|DETACH\s+PARTITION)\s)", re.I)
_STATEMENT = re.compile(r"^(?:psql:.*?: )?STATEMENT: +")
_ERROR = re.compile(r"\b(?:ERROR|FATAL|PANIC): +|^pg_restore: error: |invalid command ")
# how it answers while it starts
_STARTING = re.compile(r"starting up|in recovery mode|not yet accepting|not accepting|shutting down|connection to server|could not connect")
_HELD_BACK = re.compile(rb"CREATE TABLESPACE |\\(?:!|o |out |i |ir |include|copy |setenv |w |write |g|lo_)")


class Programs(t.NamedTuple):
    """Where the programs of a version are."""

    folder: str
    major: int

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)


class PostgreSQL:
    """A cluster that answers."""

    def __init__(self, runner: Runner, programs: Programs, socket: str, user: str) -> None:
        self.runner, self.programs, self.user = runner, programs, user
        self.env = {"PGHOST": socket, "PGPORT": PORT, "PGUSER": user}

    def tables(self) -> dict[str, int]:
        return {name: int(self.ask(f"SELECT count(*) {_TABLES}", name)) for name in self._databases()}

    def has_rows(self) -> bool:
        names = f"SELECT c.oid::regclass {_TABLES} AND c.relkind <> 'p' AND pg_relation_size(c.oid) > 0 ORDER BY pg_relation_size(c.oid)"
        for database in self._databases():
            found = self.ask(f"{names} LIMIT {LOOKED_INTO}", database).splitlines()
            if any(self.ask(f"SELECT 1 FROM {table} LIMIT 1", database) for table in found):
                return True
            if len(found) == LOOKED_INTO:  # one of the others may have some
                return True
        return False

    def _databases(self) -> list[str]:
        query = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
        return self.ask(query, "postgres").splitlines()[:DATABASES]

    def ask(self, query: str, database: str | None) -> str:
        words = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", query]
        done = self.runner.run(
            [self.programs.path("psql"), *words], env={**self.env, "PGDATABASE": database or "postgres"}, timeout=86400.0, max_output=ANSWER
        )
        if done.rc == 0:
            return done.stdout.strip()
        said = _reason(done.stderr.splitlines()) or quoted(first_line(done.stderr))
        if re.search(rf'role "{re.escape(self.user)}" does not exist', said):
            raise CannotObserve(phrase("the restored cluster has no role {user}: name one that may read in verify_user", user=self.user))
        if _OF_THIS_HOST.search(said):
            raise CannotObserve(
                phrase("the restored database {name} cannot be asked here: {reason}", name=database or "postgres", reason=said)
            )
        raise Unusable(said)


@contextlib.contextmanager
def cluster(
    runner: Runner,
    scratch: Scratch,
    data: str,
    places: t.Mapping[str, str],
    *,
    account: pwd.struct_passwd | None,
    bin_directory: str | None,
    user: str,
    environment: t.Mapping[str, object] | None,
) -> t.Iterator[PostgreSQL]:
    """Starts the cluster of a restored data folder, lets it recover, and ends it. Unusable, CannotObserve."""
    own = without_clients_settings(runner, environment)
    found = _programs(own, bin_directory, _major(data))
    server = server_account(account, "postgres", data)
    held_inside(data, scratch, places)
    _tablespaces(data, scratch, places)
    restored = _recovery(data)
    for name in ("postmaster.pid", "postmaster.opts"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(data, name))
    server.give(scratch, data)
    os.chmod(data, 0o700)
    settings = {**SETTINGS, **_needed(own, found, data), **restored}
    with _started(own, scratch, found, server, data, settings, user) as answering:
        yield answering


@contextlib.contextmanager
def loaded(
    runner: Runner, scratch: Scratch, dump: str, *, account: pwd.struct_passwd | None, bin_directory: str | None
) -> t.Iterator[tuple[PostgreSQL, list[Message]]]:
    """A new cluster into which a dump was loaded, and what of it this host could not take. Unusable, CannotObserve."""
    own = without_clients_settings(runner, None)
    found = _programs(own, bin_directory, None)
    data = scratch.folder("cluster")
    server = server_account(account, "postgres", data)
    server.give(scratch, data)
    words = [found.path("initdb"), "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", data]
    done = own.run(server.words(words), timeout=600.0, cwd="/")
    if done.rc != 0:
        raise CannotObserve(phrase("initdb made no cluster to load the dump into: {reason}", reason=first_line(done.stderr)))
    with _started(own, scratch, found, server, data, SETTINGS, "postgres") as answering:
        answering.ask(f"CREATE DATABASE {LOADED_INTO}", "postgres")
        yield answering, _load(own, scratch, answering, dump)


def _load(runner: Runner, scratch: Scratch, server: PostgreSQL, dump: str) -> list[Message]:
    environment = {**server.env, "PGDATABASE": LOADED_INTO}
    by_archive = os.path.isdir(dump) or _is_archive(dump)
    if by_archive:
        words = ["--no-owner", "--no-privileges", "--no-tablespaces", "-d", LOADED_INTO, dump]
        done = runner.run([server.programs.path("pg_restore"), *words], env=environment, timeout=86400.0)
        rc, lines = done.rc, done.stderr.splitlines()
    else:
        other = without_clients_settings(runner, None)
        other.environ.update(environment)
        rc, lines = fed(other, scratch, [server.programs.path("psql"), "-Xqb", "-v", "ON_ERROR_STOP=0"], dump, _is_given)
    failures = list(_failures(lines))
    wrong = [line for line, statement in failures if not _HARMLESS.search(line) and not _removes_what_is_absent(line, statement)]
    damages = [line for line in wrong if not _OF_THIS_HOST.search(line)]
    if damages or (rc != 0 and not (failures if by_archive else wrong)):  # pg_restore ends so for each failure, psql does not
        said = [_stripped(line) for line in damages] or [first_line("\n".join(lines))]
        raise Unusable(
            plural(
                "{count:number} statement of the dump failed: {reason}",
                "{count:number} statements of the dump failed, the first: {reason}",
                count=max(1, len(damages)),
                reason=quoted(said[0]),
            )
        )
    if not wrong:
        return []
    return [phrase("this host cannot take all of the dump: {reason}", reason=quoted(_stripped(wrong[0])))]


def _failures(lines: t.Sequence[str]) -> t.Iterator[tuple[str, str]]:
    """Each line that says what is wrong, and the beginning of the statement that psql quotes after it."""
    ends = [number for number, line in enumerate(lines) if _ERROR.search(line)] + [len(lines)]
    for number, end in zip(ends, ends[1:]):
        quoted_ones = [line for line in lines[number + 1 : end] if not line.startswith("--")]
        first = next((place for place, line in enumerate(quoted_ones) if _STATEMENT.search(line)), len(quoted_ones))
        yield lines[number], _STATEMENT.sub("", " ".join(quoted_ones[first : first + 3]), count=1).strip()


def _removes_what_is_absent(line: str, statement: str) -> bool:
    """What --clean writes: everything is removed first, and a new server has nothing to remove."""
    return bool(_ABSENT.search(line)) and bool(_REMOVES.match(statement))


def _is_given(line: bytes) -> bool:
    return not _HELD_BACK.match(line)


def _is_archive(path: str) -> bool:
    with open(path, "rb") as stream:
        head = stream.read(512)
    return head.startswith(b"PGDMP") or head[257:262] == b"ustar"


@contextlib.contextmanager
def _started(
    runner: Runner, scratch: Scratch, found: Programs, account: Account, data: str, settings: t.Mapping[str, str], user: str
) -> t.Iterator[PostgreSQL]:
    socket, config = socket_folder(scratch), scratch.folder("config")
    files = {"postgresql.conf": "", "pg_hba.conf": "local all all trust\n", "pg_ident.conf": ""}
    for name, text in files.items():
        with open(os.path.join(config, name), "w", encoding="ascii") as stream:
            stream.write(text)
    account.give(scratch, config)
    account.give(scratch, socket)
    own = {
        "config_file": os.path.join(config, "postgresql.conf"),
        "hba_file": os.path.join(config, "pg_hba.conf"),
        "ident_file": os.path.join(config, "pg_ident.conf"),
        "unix_socket_directories": socket,
    }
    words = [f"--{name}={value}" for name, value in {**settings, **own}.items()]
    argv = account.words([found.path("postgres"), "-D", data, *words])
    answering = PostgreSQL(runner, found, socket, user)
    with Server(runner, scratch, argv, os.path.join(scratch.path, "server.log"), signal.SIGQUIT) as server:
        told: list[CannotObserve | Unusable] = []

        def answers() -> bool:
            told.clear()
            if not os.path.exists(os.path.join(socket, f".s.PGSQL.{PORT}")):
                return False
            try:
                return answering.ask("SELECT pg_is_in_recovery()", "postgres") == "f"
            except Unusable as exc:
                if not _STARTING.search(exc.message):
                    raise
                return False

        if not server.await_answer(answers):
            said = [line for line in server.said() if "the database system is" not in line]
            reason = _reason(said) or quoted(said[-1] if said else "it says nothing")
            if _OF_THIS_HOST.search(reason):
                raise CannotObserve(phrase("the restored PostgreSQL cluster cannot be started here: {reason}", reason=reason))
            raise Unusable(phrase("the restored PostgreSQL cluster does not start: {reason}", reason=reason))
        yield answering


def _reason(lines: t.Sequence[str]) -> Message | None:
    """The line that says why; of several the last."""
    for line in reversed(lines):
        if re.search(r"\b(?:ERROR|FATAL|PANIC): +", line):
            return quoted(_stripped(line))
    return None


def _stripped(line: str) -> str:
    return re.sub(r"^.*?\b(?:ERROR|FATAL|PANIC): +|^pg_restore: error: ", "", line)


def _major(data: str) -> int:
    try:
        with open(os.path.join(data, "PG_VERSION"), encoding="ascii") as stream:
            major = int(stream.read(20).split(".")[0])
    except (OSError, ValueError):
        raise Unusable(phrase("the restored folder {path:path} is no PostgreSQL cluster: PG_VERSION is missing", path=data)) from None
    if major < OLDEST:
        raise CannotObserve(
            phrase("the restored cluster is of PostgreSQL {major:number}, which is too old to be started here", major=major)
        )
    return major


def _programs(runner: Runner, folder: str | None, major: int | None) -> Programs:
    """The programs of this version, or the newest where it does not matter. CannotObserve."""
    places = [folder] if folder else sorted(_places(runner), reverse=True, key=_number)
    found: list[int] = []
    for place in places:
        if not runner.which(os.path.join(place, "postgres")):
            continue
        version = re.search(
            r"\b(\d+)(?:\.|\w|$)", runner.run([os.path.join(place, "postgres"), "--version"], cwd="/").stdout.partition(")")[2]
        )
        if version and major in (None, int(version[1])):
            return Programs(place, int(version[1]))
        found += [int(version[1])] if version else []
    if major is None:
        raise CannotObserve(phrase("PostgreSQL is not installed on this host: the dump cannot be loaded (bin_directory)"))
    if not found:
        raise CannotObserve(
            phrase("PostgreSQL {major:number} is not installed here: the restored cluster cannot be started (bin_directory)", major=major)
        )
    said = phrase(
        "PostgreSQL {major:number} is not installed here, only {found:list}: the restored cluster cannot be started (bin_directory)",
        major=major,
        found=[str(one) for one in sorted(set(found))],
    )
    raise CannotObserve(said)


def _places(runner: Runner) -> list[str]:
    found = [*folders(), *glob.glob("/opt/*/bin")]
    here = programs(runner, None, ("postgres",))
    return [*found, os.path.dirname(here)] if here else found


def _number(path: str) -> int:
    digits = re.search(r"(\d+)", path)
    return int(digits[1]) if digits else 0


def _needed(runner: Runner, found: Programs, data: str) -> dict[str, str]:
    done = runner.run([found.path("pg_controldata"), "-D", data], cwd="/")
    lines = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    if done.rc != 0 or "pg_control version number" not in lines:
        raise Unusable(
            phrase("the restored PostgreSQL cluster has no control file that can be read: {reason}", reason=first_line(done.stderr))
        )
    return {ours: lines[name].strip() for name, ours in _AT_LEAST.items() if lines.get(name, "").strip().isdecimal()}


def _recovery(data: str) -> dict[str, str]:
    """Settings of the recovery that do not stand where the server reads them itself; it never becomes a standby."""
    automatic, other = (_settings(os.path.join(data, name)) for name in ("postgresql.auto.conf", "postgresql.conf"))
    signal_file = os.path.join(data, "recovery.signal")
    standby = os.path.join(data, "standby.signal")
    if os.path.lexists(standby):
        os.unlink(standby)
        if {**other, **automatic}.get("restore_command"):
            with open(signal_file, "w", encoding="ascii"):
                pass
    if not os.path.lexists(signal_file):
        return {}
    return {name: value for name, value in other.items() if name not in automatic}


def _settings(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            text = stream.read(2**20)
    except OSError:
        return {}
    return {name: _unquoted(value) for name, value in _RECOVERY.findall(text)}


def _unquoted(value: str) -> str:
    return value[1:-1].replace("''", "'") if value.startswith("'") else value


def _tablespaces(data: str, scratch: Scratch, places: t.Mapping[str, str]) -> None:
    """The server makes the links of this file itself, so they must lead into the scratch space, too."""
    path = os.path.join(data, "tablespace_map")
    if not os.path.lexists(path):
        return
    lines = []
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        for line in stream.read(2**20).splitlines():
            oid, _space, leads = line.partition(" ")
            inner = moved(leads, scratch, places)
            if inner is None:
                raise leads_out("tablespace_map", leads)
            lines.append(f"{oid} {inner}\n")
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write("".join(lines))


__all__ = ("PostgreSQL", "cluster", "loaded")
