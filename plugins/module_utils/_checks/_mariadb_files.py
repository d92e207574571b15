# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files of a backup of MariaDB are there and as long as they must be. PRIVATE to the collection."""

from __future__ import annotations

import os
import re
import struct
import typing as t

from .._clients.innodb_files import EVER, PAGE, fault_of, fault_of_delta, own_files, unwritten
from .._clients.mariadb_backups import LOGS, SETTINGS, Backup, pairs, plain
from .._phrase import Message, phrase, plural
from .._runner import Runner

SYSTEM = ("mysql", "performance_schema", "sys", "information_schema")
_INNODB = 12  # in the fourth byte of a description of a table
_SHOWN = 3
SAMPLED = 32  # pages of each table that are looked at where not all are read
_STATISTICS = "mysql/innodb_table_stats"  # of InnoDB; it has a file of its own where tables have


def faults(backup: Backup, runner: Runner) -> list[Message]:
    """What is wrong with the files of a folder or a stream; the files themselves are not read to their end. OSError, CannotObserve."""
    said = _missing(backup)
    if backup.streamed:
        return said
    bad: list[tuple[str, Message]] = []
    for name, size in sorted(backup.files.items()):
        runner.remaining()
        fault = _fault(backup, name, size)
        if fault:
            bad.append((name, fault))
    for name, fault in bad[:_SHOWN]:
        said.append(phrase("{file:path} is damaged: {reason}", file=name, reason=fault))
    if len(bad) > _SHOWN:
        said.append(plural("{count:number} more file is damaged", "{count:number} more files are damaged", count=len(bad) - _SHOWN))
    return said


def _missing(backup: Backup) -> list[Message]:
    """Files of the system without which nothing starts."""
    names = _plain_names(backup)
    wanted: list[tuple[str, ...]] = [LOGS] if not backup.prepared else []
    settings = settings_of(backup)
    if backup.kind == "full":
        wanted += [(name,) for name in system_files(settings)]
        undo = settings.get("innodb_undo_tablespaces", "0")
        if re.fullmatch(r"\d{1,9}", undo) and int(undo) <= 127 and "MariaDB" in backup.info.get("server_version", ""):
            wanted += [(f"undo{number:03d}",) for number in range(1, int(undo) + 1)]
    return [phrase("{file:path} is not in it", file=one[0]) for one in wanted if names.isdisjoint(one)]


def _plain_names(backup: Backup) -> set[str]:
    return {re.sub(r"(?:\.(?:zst|qp|lz4|xbcrypt))+$", "", name) for name in backup.files}


def settings_of(backup: Backup) -> dict[str, str]:
    """What ``backup-my.cnf`` says; nothing of a stream."""
    try:
        with open(os.path.join(backup.path, SETTINGS), encoding="utf-8", errors="replace") as handle:
            return pairs(handle.read(1 << 20))
    except OSError:
        return {}


def system_files(settings: t.Mapping[str, str]) -> list[str]:
    """The files of the system's tablespace: ``ibdata1:12M;ibdata2:12M:autoextend``."""
    return [os.path.basename(one.split(":")[0]) for one in settings.get("innodb_data_file_path", "ibdata1").split(";") if one.strip()]


def _fault(backup: Backup, name: str, size: int) -> Message | None:
    path = os.path.join(backup.path, name)
    if name.endswith((".ibd", ".new")) or (name == "ibdata1" and "ibdata2" not in backup.files):
        return None if name.endswith(".new") and not size else fault_of(path, size) or lost_page(backup, name, SAMPLED)
    if name.endswith(".delta"):
        return fault_of_delta(path, size, _page_of_delta(path))
    if name in LOGS and not (backup.prepared and not size):  # older ones leave an empty one behind when they prepare
        return _fault_of_log(path)
    if re.search(r"\.(?:zst|qp|lz4|xbcrypt)$", name):
        return None if size else phrase("it is empty")
    return None


def _fault_of_log(path: str) -> Message | None:
    with open(path, "rb") as handle:
        head = handle.read(512)
    if not head:
        return phrase("it is empty")
    return None if any(head) else phrase("it has no header, only zeros")


def lost_page(backup: Backup, name: str, most: int = 0) -> Message | None:
    """Says that a page of a table that is in use is not there; ``most``: see ``unwritten``. OSError."""
    if not name.endswith(".ibd") or backup.kind != "full":
        return None
    latest = EVER if backup.prepared else _begun_at(backup)
    number = unwritten(os.path.join(backup.path, name), backup.files[name], latest, most) if latest else None
    return None if number is None else phrase("its page {number:number} is in use, and holds zeros or another page", number=number)


def _begun_at(backup: Backup) -> int:
    """The log sequence number at which the log in the backup begins: what was written before it is in the data files. 0 where unknown."""
    for name in LOGS:
        try:
            with open(os.path.join(backup.path, name), "rb") as handle:
                head = handle.read(16)
        except OSError:
            continue
        begun = int(struct.unpack_from(">Q", head, 8)[0]) if len(head) == 16 else 0
        return begun if begun <= max(backup.last_lsn, backup.to_lsn) else 0
    return 0


def _page_of_delta(path: str) -> int:
    """How long a page is, by the file beside the changed pages."""
    try:
        with open(f"{path[: -len('.delta')]}.meta", encoding="utf-8", errors="replace") as handle:
            said = pairs(handle.read(4096))
    except OSError:
        return PAGE
    numbers = [int(said[name]) for name in ("zip_size", "page_size") if re.fullmatch(r"\d{1,9}", said.get(name, ""))]
    return next((number for number in numbers if 1024 <= number <= 65536), PAGE)


def without_data(backup: Backup, runner: Runner) -> tuple[list[str], list[str], list[str]]:
    """Tables of InnoDB with a description and no data (MariaDB), where tables have files of their own. OSError.

    Those that had one, those of which it is not known, and those whose file the log names: one that is created or emptied while the
    backup runs is made when it is prepared.
    """
    if backup.streamed or backup.kind != "full":
        return [], [], []
    tables = backup.tables()
    present = {f"{folder}/{table}" for folder, names in tables.items() for table in names}
    if in_system(backup):
        return [], [], []
    found: dict[str, str] = {}
    for name in sorted(backup.files):
        runner.remaining()
        table = plain(name[: -len(".frm")])
        if (
            name.endswith(".frm")
            and table not in present
            and not table.startswith("mysql/")
            and _is_innodb(os.path.join(backup.path, name))
        ):
            found[table] = name[: -len(".frm")]
    own = own_files(os.path.join(backup.path, "ibdata1"), list(found.values())) if found and "ibdata1" in backup.files else {}
    logged = {table for table, name in found.items() if not backup.prepared and _in_log(backup, f"{name}.ibd".encode(), runner)}
    lost = [table for table, name in found.items() if own.get(name) and table not in logged]
    return lost, [table for table, name in found.items() if name not in own and table not in logged], sorted(logged)


def _in_log(backup: Backup, name: bytes, runner: Runner) -> bool:
    """Whether the log of the backup names a file."""
    for log in [one for one in LOGS if one in backup.files]:
        with open(os.path.join(backup.path, log), "rb") as handle:
            end = b""
            while piece := handle.read(1 << 20):
                runner.remaining()
                if name in end + piece:
                    return True
                end = piece[-len(name) :]
    return False


def in_system(backup: Backup) -> bool:
    """Whether the tables of InnoDB lie in the tablespace of the system (MariaDB): its own do."""
    return [one for one in backup.files if one.startswith(f"{_STATISTICS}.")] == [f"{_STATISTICS}.frm"]


def _is_innodb(path: str) -> bool:
    with open(path, "rb") as handle:
        head = handle.read(4)
    return head[:2] == b"\xfe\x01" and head[3:] == bytes([_INNODB])


def lacking(tables: t.Mapping[str, set[str]], wanted: str) -> bool:
    """Whether a database (``payments``) or a table (``payments.orders``) has no data in a backup."""
    folder, dot, table = wanted.replace("/", ".").partition(".")
    names = tables.get(folder, set())
    return table not in names if dot else not names


def own_tables(tables: t.Mapping[str, set[str]]) -> int:
    """How many tables there are beside those of the server."""
    return sum(len(names) for folder, names in tables.items() if folder not in SYSTEM)


def lost_tables(earlier: Backup, later: Backup) -> list[str]:
    """Tables of databases that are in both, and of which the later one has nothing; not those that a server makes for itself."""
    now, had = tables_of(later), tables_of(earlier)
    return sorted(
        f"{folder}.{table}"
        for folder, names in had.items()
        if folder not in SYSTEM and now.get(folder)
        for table in names - now[folder]
        if not table.startswith(("#", "FTS_"))
    )


def tables_of(backup: Backup) -> dict[str, set[str]]:
    """The tables with data of each database, the names in their place where all data lies in the tablespace of the system."""
    tables = backup.tables()
    if not in_system(backup):
        return tables
    for path in backup.files:
        folder, _slash, name = path.partition("/")
        if name.endswith(".frm"):
            tables.setdefault(plain(folder), set()).add(plain(name[: -len(".frm")]))
    return tables


__all__ = (
    "SYSTEM",
    "faults",
    "lacking",
    "lost_page",
    "lost_tables",
    "own_tables",
    "settings_of",
    "system_files",
    "tables_of",
    "without_data",
)
