# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far PostgreSQL has written and archived its WAL, by its own word or by its files. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import struct
import typing as t

from .._finding import CannotObserve
from .._masking import masked
from .._message import first_line
from .._phrase import phrase, verbatim
from .._runner import Runner, unreadable
from .wal_names import lsn_of

# what is in the server's own view of settings is shown only as far as the role may see it
QUESTION = """
SELECT json_build_object(
  'standby', pg_is_in_recovery(),
  'archive_mode', current_setting('archive_mode'),
  'archive_command', (SELECT setting FROM pg_settings WHERE name = 'archive_command'),
  'archive_library', (SELECT setting FROM pg_settings WHERE name = 'archive_library'),
  'archive_timeout', (SELECT setting FROM pg_settings WHERE name = 'archive_timeout'),
  'segment', (SELECT setting::bigint * CASE unit WHEN '8kB' THEN 8192 ELSE 1 END FROM pg_settings WHERE name = 'wal_segment_size'),
  'lsn', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
  'timeline', (SELECT timeline_id FROM pg_control_checkpoint()),
  'system', (SELECT system_identifier::text FROM pg_control_system()),
  'archived', last_archived_wal, 'archived_ago', extract(epoch FROM now() - last_archived_time),
  'failed', failed_count, 'failed_wal', last_failed_wal, 'failed_ago', extract(epoch FROM now() - last_failed_time),
  'failing', last_failed_time > coalesce(last_archived_time, '-infinity')
) FROM pg_stat_archiver
"""
SECRET_IN_CONNINFO = re.compile(r"password\s*=|sslpassword\s*=|passfile\s*=|^\w+://[^/@]*:[^@]*@", re.IGNORECASE)
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_SETTING = re.compile(r"\s*([A-Za-z_][\w.]*)(?:\s*=\s*|\s+)(?:'((?:[^'\\]|''|\\.)*)'|([^\s#']+))")
LARGEST = 2**20  # bytes of a file of settings
DEEPEST = 10  # as PostgreSQL includes
_STANDBY_STATES = (2, 5)  # in pg_control: shut down in recovery, in archive recovery


@dataclasses.dataclass(frozen=True)
class Server:
    """What the server says. Bytes and seconds; ``lsn`` is where it writes, or on a standby what it has replayed."""

    standby: bool
    archive_mode: str
    command: str | None  # None where the role may not see it
    library: bool
    archive_timeout: float
    segment: int
    lsn: int
    timeline: int
    system: str
    archived: str | None
    archived_ago: float | None
    failed: int
    failed_wal: str | None
    failed_ago: float | None
    failing: bool


@dataclasses.dataclass(frozen=True)
class DataFolder:
    """What the files show: segments by name, and those that wait to be archived, with when each was last written (seconds of the epoch)."""

    system: str
    standby: bool
    segments: t.Mapping[str, float]
    waiting: t.Mapping[str, float]
    archived: t.Mapping[str, float]  # those that PostgreSQL takes for archived, and has not yet removed
    command: str | None  # archive_command, as far as its files tell: None without one, or with archive_mode off or a library

    @property
    def current(self) -> str | None:
        """The segment that is written: those after it are recycled, with the time of their old content."""
        return max(self.segments, key=lambda name: (self.segments[name], name)) if self.segments else None


def ask_server(runner: Runner, conninfo: str, binary: str, env: t.Mapping[str, str]) -> Server:
    """Asks with psql, in a session that cannot write. CannotObserve."""
    given = {"PGAPPNAME": "readiness", "PGCONNECT_TIMEOUT": "10", **env}
    given["PGOPTIONS"] = f"{given.get('PGOPTIONS', '')} -c default_transaction_read_only=on -c statement_timeout=20000".strip()
    argv = [binary, "--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
    done = runner.run([*argv, f"--dbname={conninfo}", f"--command={QUESTION}"], env=given, timeout=40.0)
    if done.rc != 0:
        said = verbatim(masked(first_line(re.sub(r"^(psql:\s*)?((ERROR|FATAL|error):\s*)?", "", done.stderr.strip()), limit=300)))
        raise CannotObserve(phrase("PostgreSQL could not be asked about its archiving: {reason}", reason=said))
    return parse_server(done.stdout)


def parse_server(text: str) -> Server:
    """The answer to ``QUESTION``. CannotObserve for anything else."""
    try:
        data = json.loads(text)
        return Server(
            standby=bool(data["standby"]),
            archive_mode=str(data["archive_mode"]),
            command=_text(data.get("archive_command")),
            library=bool(data.get("archive_library")),
            archive_timeout=float(data["archive_timeout"] or 0),
            segment=int(data["segment"]),
            lsn=lsn_of(str(data["lsn"])),
            timeline=int(data["timeline"]),
            system=str(data["system"]),
            archived=_text(data["archived"]),
            archived_ago=_seconds(data["archived_ago"]),
            failed=int(data["failed"]),
            failed_wal=_text(data["failed_wal"]),
            failed_ago=_seconds(data["failed_ago"]),
            failing=bool(data["failing"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CannotObserve(phrase("PostgreSQL answered with something that is not the state of its archiving")) from None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))


def read_folder(path: str) -> DataFolder:
    """CannotObserve where the folder is none of a cluster, or may not be read."""
    try:
        with open(os.path.join(path, "global", "pg_control"), "rb") as handle:
            system, _version, _catalog, state = struct.unpack("=QIII", handle.read(20))
        wal = next(name for name in ("pg_wal", "pg_xlog") if os.path.isdir(os.path.join(path, name)))
        segments = _times(os.path.join(path, wal), "")
        waiting = _times(os.path.join(path, wal, "archive_status"), ".ready")
        archived = _times(os.path.join(path, wal, "archive_status"), ".done")
    except OSError as exc:
        raise CannotObserve(unreadable(str(exc.filename or path), exc)) from None
    except (struct.error, StopIteration):
        raise CannotObserve(phrase("{path:path} is not the data folder of a PostgreSQL cluster", path=path)) from None
    return DataFolder(str(system), state in _STANDBY_STATES, segments, waiting, archived, command_of(path))


def command_of(path: str) -> str | None:
    """The archive_command that stands in the files of a cluster, as far as they can be read."""
    config = os.path.join(path, "postgresql.conf")
    try:
        with open(os.path.join(path, "postmaster.opts"), encoding="utf-8", errors="replace") as stream:
            given = re.search(r"config_file=([^\"\s]+)", stream.read(LARGEST))
        config = given[1] if given else config
    except OSError:
        pass
    found: dict[str, str] = {}
    _read_settings(config, found, 0)
    _read_settings(os.path.join(path, "postgresql.auto.conf"), found, 0)
    if found.get("archive_mode", "off") not in ("on", "always", "true", "yes", "1") or found.get("archive_library"):
        return None
    return found.get("archive_command")


def _read_settings(path: str, found: dict[str, str], depth: int) -> None:
    """The last one counts, and files are included where that stands."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read(LARGEST).splitlines()
    except OSError:
        return
    for line in lines:
        match = _SETTING.match(line)
        if match is None:
            continue
        name = match[1].lower()
        value = match[3] if match[2] is None else re.sub(r"''|\\(.)", _unescaped, match[2])
        place = os.path.join(os.path.dirname(path), value)
        if name in ("include", "include_if_exists", "include_dir"):
            if depth < DEEPEST:
                for one in _included(place) if name == "include_dir" else [place]:
                    _read_settings(one, found, depth + 1)
        else:
            found[name] = value


def _unescaped(match: re.Match[str]) -> str:
    return match[1] or "'"


def _included(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".conf") and not name.startswith(".")]
    except OSError:
        return []


def _times(folder: str, suffix: str) -> dict[str, float]:
    """When each segment, or the mark for it, was last written."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name[: -len(suffix)] if suffix and entry.name.endswith(suffix) else entry.name
            if (suffix == "" or name != entry.name) and _SEGMENT.fullmatch(name):
                try:
                    found[name] = entry.stat().st_mtime
                except FileNotFoundError:  # archived or recycled meanwhile
                    continue
    return found


__all__ = ("QUESTION", "SECRET_IN_CONNINFO", "DataFolder", "Server", "ask_server", "parse_server", "read_folder")
