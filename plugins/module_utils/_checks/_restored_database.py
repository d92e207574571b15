# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a database that was restored: it opens, has tables, and answers as is expected. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import os
import pwd
import re
import typing as t

from .._finding import CannotObserve
from .._message import one_line
from .._phrase import Message, phrase, plural, verbatim
from .._runner import Runner
from .._units import parse_comparison
from . import _scratch_mariadb, _scratch_postgresql
from ._backup_proofs import Restored
from ._judgement import Judgement
from ._scratch_servers import Database, Unusable, unpacked, within
from ._scratch_space import Overfull, Scratch

POSTGRESQL, MARIADB, SQLITE = "postgresql", "mariadb", "sqlite"
POSTGRESQL_DUMP, MYSQL_DUMP = "postgresql_dump", "mysql_dump"
_COMPARISON = re.compile(r"\s*(?:>=|<=|==|!=|>|<)")
_SQLITE_TABLES = "FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_COMMENTS = re.compile(r"/\*(?!!).*?\*/|--[^\n]*|[\s;]", re.S)
_NONE_AT_ALL = re.compile(r"[-+]?0+(?:\.0+)?|f|false|null", re.I)  # an answer that may mean that there is nothing
ENTRIES = 1_000_000  # of what was restored that are looked at to find a database


class Asked(t.TypedDict):
    """The options that say what is asked of a database."""

    environment: dict[str, object] | None
    database: str | None
    verify_query: str | None
    expect: str | None
    verify_database: str | None
    verify_user: str
    bin_directory: str | None


@dataclasses.dataclass
class Opened:
    """A database that answers; ``unseen``: what of it this host could not take."""

    kind: str
    database: Database
    unseen: list[Message] = dataclasses.field(default_factory=list)


class SQLite:
    """A file that SQLite has opened."""

    def __init__(self, path: str, runner: Runner) -> None:
        self.path, self.runner = path, runner
        self.env = {"DATABASE": path}

    def tables(self) -> dict[str, int]:
        checked = self.ask("PRAGMA integrity_check", None)
        if checked != "ok":
            raise Unusable(phrase("the restored SQLite database is damaged: {reason}", reason=one_line(checked, 300)))
        return {os.path.basename(self.path): int(self.ask(f"SELECT count(*) {_SQLITE_TABLES}", None))}

    def has_rows(self) -> bool:
        return any(self.ask(f"SELECT 1 FROM {name} LIMIT 1", None) for name in self._names())

    def _names(self) -> list[str]:
        """The tables, as they stand in a statement."""
        lines = self.ask(f"SELECT hex(name) {_SQLITE_TABLES}", None).splitlines()
        names = [bytes.fromhex(line).decode("utf-8", "surrogateescape") for line in lines]
        return ['"' + name.replace('"', '""') + '"' for name in names]

    def ask(self, query: str, database: str | None) -> str:
        try:
            import sqlite3  # not every Python has it
        except ImportError:
            raise CannotObserve(phrase("this Python has no sqlite3: the restored database cannot be opened")) from None
        self.runner.remaining()
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=5.0)) as connection:
                rows = connection.execute(query).fetchmany(1000)
        except (sqlite3.Error, sqlite3.Warning) as exc:
            raise Unusable(verbatim(one_line(exc, 300))) from None
        return "\n".join("|".join("" if value is None else str(value) for value in row) for row in rows)


@contextlib.contextmanager
def opened(
    found: tuple[str, str], args: Asked, runner: Runner, scratch: Scratch, places: t.Mapping[str, str], account: pwd.struct_passwd | None
) -> t.Iterator[Opened]:
    """The database as its kind is opened. Unusable, CannotObserve."""
    kind, path = found
    if not within(path, scratch.path):
        raise CannotObserve(phrase("{path:path} is not in the scratch space: it is not opened", path=path))
    programs = args["bin_directory"]
    if kind == POSTGRESQL:
        user, environment = args["verify_user"], args["environment"]
        with _scratch_postgresql.cluster(
            runner, scratch, path, places, account=account, bin_directory=programs, user=user, environment=environment
        ) as answering:
            yield Opened(kind, answering)
    elif kind == MARIADB:
        with _scratch_mariadb.opened(runner, scratch, path, places, account=account, bin_directory=programs) as serving:
            yield Opened(kind, serving)
    elif kind == POSTGRESQL_DUMP:
        with _scratch_postgresql.loaded(runner, scratch, path, account=account, bin_directory=programs) as (answering, unseen):
            yield Opened(kind, answering, unseen)
    elif kind == MYSQL_DUMP:
        with _scratch_mariadb.loaded(runner, scratch, path, account=account, bin_directory=programs) as (serving, unseen):
            yield Opened(kind, serving, unseen)
    elif kind == SQLITE:
        yield Opened(kind, SQLite(path, runner))
    else:
        raise CannotObserve(phrase("nothing here opens a restored database of the kind {kind}", kind=kind))


def examine(found: Opened, args: Asked, judgement: Judgement) -> tuple[dict[str, int], bool]:
    """Looks into it; what is wrong goes to ``judgement``. The tables of each database, and whether the query answered as expected."""
    judgement.unseen += found.unseen
    try:
        tables = found.database.tables()
    except Unusable as exc:
        judgement.fails.append(phrase("the restored database does not answer: {reason}", reason=exc.message))
        return {}, False
    if not sum(tables.values()):
        judgement.warns.append(phrase("the restored database starts and has no table"))
    elif _is_empty(found.database):
        judgement.warns.append(phrase("the restored database starts, and its tables have no rows"))
    answered = False
    if args["verify_query"] is not None:
        name = None if found.kind == SQLITE else args["verify_database"] or _only(tables)
        try:
            answered = _compare(found.database.ask(args["verify_query"], name), args["expect"], name or next(iter(tables), ""), judgement)
        except Unusable as exc:
            judgement.fails.append(
                phrase(
                    "verify_query does not succeed in the restored database {name}: {reason}",
                    name=name or next(iter(tables), ""),
                    reason=exc.message,
                )
            )
    return tables, answered


def _is_empty(database: Database) -> bool:
    """Whether it is known that no table has a row."""
    try:
        return not database.has_rows()
    except Overfull:
        raise
    except (Unusable, CannotObserve):
        return False


def _only(tables: t.Mapping[str, int]) -> str:
    """The one database that has tables. CannotObserve."""
    full = [name for name, count in tables.items() if count]
    if len(full) == 1:
        return full[0]
    if not full:
        return next(iter(sorted(tables, key=_is_usual)), "postgres")
    raise CannotObserve(phrase("several databases were restored ({names:list}): name the one to ask in verify_database", names=full[:10]))


def _is_usual(name: str) -> bool:
    return name == "postgres"


def _compare(answer: str, expect: str | None, name: str, judgement: Judgement) -> bool:
    """Whether it answered as expected; else it is told."""
    shown = one_line(answer, 200)
    if expect is None:
        if not answer.strip():
            judgement.fails.append(phrase("verify_query returns nothing from the restored database {name}", name=name))
            return False
        if _NONE_AT_ALL.fullmatch(answer.strip()):
            judgement.warns.append(
                phrase(
                    "verify_query returns {answer} from the restored database {name}: say with expect what it must be",
                    answer=shown,
                    name=name,
                )
            )
            return False
        return True
    if _COMPARISON.match(expect):
        try:
            value = float(answer.split("\n")[0].split("|")[0].split("\t")[0])
        except ValueError:
            judgement.fails.append(_unexpected(shown, expect))
            return False
        held = parse_comparison(expect).holds(value)
    else:
        held = answer.strip() == expect.strip()
    if not held:
        judgement.fails.append(_unexpected(shown, expect))
    return held


def _unexpected(shown: str, expect: str) -> Message:
    if not expect.strip():
        return phrase("verify_query returns {answer}, and should return nothing", answer=shown)
    if not shown:
        return phrase("verify_query returns nothing, expected {expected}", expected=expect)
    return phrase("verify_query returns {answer}, expected {expected}", answer=shown, expected=expect)


def problems(args: Asked) -> list[str]:
    expect = args["expect"]
    found = []
    if args["verify_query"] is not None and not _COMMENTS.sub("", args["verify_query"]):
        found.append("verify_query: there is no query in it")
    if expect is not None and args["verify_query"] is None:
        found.append("expect: needs verify_query, whose answer it is")
    if expect is not None and _COMPARISON.match(expect):
        try:
            parse_comparison(expect)
        except ValueError as exc:
            found.append(f"expect: {exc}")
    return found


# -- which database there is


def located(restored: Restored, args: Asked, target: str) -> tuple[str, str] | None:
    """The database in what was restored: the one that the tool has named, that ``database`` names, or the only one there is.

    None where none is asked for. CannotObserve.
    """
    if args["database"] is not None:
        return _named(args["database"], restored.places, target)
    if restored.database is not None or args["verify_query"] is None:
        return restored.database
    found = _search(target)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CannotObserve(phrase("nothing that was restored is known as a database: name its data folder or its dump in 'database'"))
    said = plural(
        "{count:number} database was restored ({paths:list}): name the one to ask in 'database'",
        "{count:number} databases were restored ({paths:list}): name the one to ask in 'database'",
        count=len(found),
        paths=[os.path.relpath(path, target) for _kind, path in found[:5]],
    )
    raise CannotObserve(said)


def _named(name: str, places: t.Mapping[str, str], target: str) -> tuple[str, str]:
    """The newest of those that match: the path as it was backed up, or below what was restored."""
    found = []
    for path in _candidates(name, places, target):
        kind = kind_of(path)
        if kind is not None:
            found.append((os.lstat(path).st_mtime, path, kind))
    if not found:
        raise CannotObserve(phrase("no database {path:path} is among what was restored, or nothing that is known as one", path=name))
    _time, path, kind = max(found)
    return kind, path


def _candidates(name: str, places: t.Mapping[str, str], target: str) -> list[str]:
    patterns = [os.path.join(target, name.lstrip("/"))]
    for before, now in places.items():
        if name == before:
            patterns.append(now)
        elif name.startswith(before.rstrip("/") + "/"):
            patterns.append(os.path.join(now, os.path.relpath(name, before)))
        elif not name.startswith("/"):
            patterns.append(os.path.join(now, name))
    found = []
    for pattern in dict.fromkeys(os.path.normpath(pattern) for pattern in patterns):
        folder, last = os.path.split(pattern)
        if within(pattern, target) and os.path.isdir(folder):
            found += [os.path.join(folder, entry) for entry in sorted(os.listdir(folder)) if fnmatch.fnmatch(entry, last)]
    return [path for path in found if not os.path.islink(path)]


def kind_of(path: str) -> str | None:
    """What a restored file or folder is as a database, by its content."""
    if os.path.isdir(path):
        if os.path.isfile(os.path.join(path, "PG_VERSION")) and os.path.isdir(os.path.join(path, "global")):
            return POSTGRESQL
        if os.path.isfile(os.path.join(path, "ibdata1")):
            return MARIADB
        return POSTGRESQL_DUMP if os.path.isfile(os.path.join(path, "toc.dat")) else None
    try:
        with unpacked(path) as stream:
            head = stream.read(64 * 2**10)
    except (OSError, EOFError, ValueError, CannotObserve):
        return None
    if head.startswith(b"SQLite format 3\0"):
        return SQLITE
    if head.startswith(b"PGDMP") or re.search(rb"^-- PostgreSQL database (?:cluster )?dump", head, re.M):
        return POSTGRESQL_DUMP
    return MYSQL_DUMP if re.search(rb"^(?:/\*M?!999999.*\n)?-- (?:MySQL|MariaDB) dump ", head, re.M) else None


def _search(target: str) -> list[tuple[str, str]]:
    found, looked = [], 0
    for folder, names, files in os.walk(target):
        kind = kind_of(folder)
        if kind is not None:
            found.append((kind, folder))
            names.clear()
            continue
        for name in files:
            path = os.path.join(folder, name)
            looked += 1
            if looked > ENTRIES:
                return found
            if not os.path.islink(path) and (kind := kind_of(path)) is not None:
                found.append((kind, path))
    return found


__all__ = ("Asked", "Opened", "examine", "kind_of", "located", "opened", "problems")
