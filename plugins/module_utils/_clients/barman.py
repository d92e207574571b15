# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks barman for the backups and the state of one of its servers. PRIVATE to the collection.

barman is started twice, for its list of backups and for what it knows of the server (which includes what PostgreSQL tells it); each start
costs half a second. What these two do not tell, files that barman has written do, see ``barman_files``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import typing as t

from .._finding import CannotObserve
from .._masking import masked
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Completed, Runner, user_name

DONE = "DONE"
WAITING = "WAITING_FOR_WALS"
FAILED = "FAILED"
SYNCING = "SYNCING"
STARTED = ("STARTED", "EMPTY")

UNKNOWN_SERVER = "unknown_server"
NO_CONFIG = "no_config"
WRONG_USER = "wrong_user"
PERMISSION = "permission"
TOO_OLD = "too_old"
DAMAGED = "damaged"
OTHER = "other"

_TEXTS = (
    (UNKNOWN_SERVER, r"Unknown server '"),
    (NO_CONFIG, r"Configuration file .*does not exist|[Nn]o configuration file|Could not find any configuration file"),
    (WRONG_USER, r"please run barman as |the configured user .* does not exist"),
    (TOO_OLD, r"unrecognized arguments: .*(-f|json)|invalid choice: 'json'|ambiguous option|no such option"),
    (DAMAGED, r"invalid line .* in file|backup\.info"),
    (PERMISSION, r"[Pp]ermission denied|Operation not permitted"),
)
_NO_COMMAND = r"invalid choice: '(list-backups|show-servers)'"
_OLD_NAMES = {"list-backups": "list-backup", "show-servers": "show-server"}


@dataclasses.dataclass(frozen=True)
class Backup:
    """A backup as barman lists it. ``end`` and ``size`` (bytes, with the WAL that it needs) where the copy is done."""

    id: str
    status: str
    end: dt.datetime | None = None
    size: int | None = None
    retention: str = "-"
    name: str | None = None


class BarmanFailed(CannotObserve):
    """barman could not do it; ``kind`` is one of the constants of this file."""

    def __init__(self, kind: str, message: Message) -> None:
        super().__init__(message, absent=kind == UNKNOWN_SERVER)
        self.kind = kind


@dataclasses.dataclass(frozen=True)
class Listing:
    """``complaints``: what barman said beside the list."""

    backups: list[Backup]
    complaints: list[Message]


class Told(t.Mapping[str, object]):
    """What barman knows of a server, by the names of its configuration and of PostgreSQL's views."""

    def __init__(self, values: t.Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str | None:
        """None also for what is empty or called None."""
        value = self._values.get(name)
        return None if value is None or str(value) in ("", "None") else str(value)

    def number(self, name: str) -> int | None:
        try:
            return int(str(self._values.get(name)))
        except ValueError:
            return None

    def flag(self, name: str) -> bool | None:
        return {"true": True, "on": True, "false": False, "off": False}.get(str(self._values.get(name)).lower())

    def moment(self, name: str) -> dt.datetime | None:
        return moment(self.text(name))


class Barman:
    """One server of barman."""

    def __init__(
        self,
        runner: Runner,
        server: str,
        *,
        config: str | None = None,
        binary: str = "barman",
        environment: t.Mapping[str, object] | None = None,
    ) -> None:
        self.runner, self.server, self.config, self.binary = runner, server, config, binary
        self.env = {name: str(value) for name, value in (environment or {}).items()}

    def backups(self) -> Listing:
        """All backups, oldest first. BarmanFailed, CannotObserve."""
        data = self._ask("list-backups")
        complaints = [verbatim(one_line(masked(said), 300)) for said in _said(data)]
        listed = data.get(self.server)
        if listed is None:
            return Listing([], complaints)
        try:
            return Listing(sorted((_backup(entry) for entry in t.cast("list[_Entry]", listed)), key=_by_id), complaints)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise CannotObserve(phrase("barman answered with something that is not a list of backups")) from None

    def told(self) -> Told:
        """What barman knows of the server, which it asks: that may take all but a little of the time. BarmanFailed, CannotObserve."""
        values = self._ask("show-servers", self.runner.remaining() * 0.8).get(self.server)
        if not isinstance(values, dict) or "wals_directory" not in values:
            raise CannotObserve(phrase("barman answered with something that is not the state of a server"))
        return Told(values)

    def run(self, *words: str, timeout: float = 3600.0) -> Completed:
        """barman with these words; a name that begins with ``-`` stands behind ``--``."""
        config = [f"--config={self.config}"] if self.config else []
        return self.runner.run([self.binary, *config, *words], env=self.env, timeout=timeout, max_output=64 * 2**20)

    def _ask(self, command: str, timeout: float = 3600.0) -> t.Mapping[str, object]:
        done = self.run("-f", "json", command, "--", self.server, timeout=timeout)
        if done.rc != 0 and re.search(_NO_COMMAND, done.stderr):
            done = self.run("-f", "json", _OLD_NAMES[command], "--", self.server, timeout=timeout)
        if done.truncated:
            raise CannotObserve(phrase("barman said more of {server} than can be read", server=self.server))
        data = _object(done.stdout)
        if data is None or (done.rc != 0 and not data.get(self.server)):
            if done.rc == 0:
                raise CannotObserve(phrase("barman answered with something that is not JSON"))
            raise self.failed(done)
        return data

    def failed(self, done: Completed) -> BarmanFailed:
        """Why barman ended with a code other than 0."""
        lines = [*_said(_object(done.stdout) or {}), *(line.strip() for line in done.stderr.splitlines())]
        lines = [line for line in lines if line and not re.match(r"usage: |Traceback |See log file|HINT", line)]
        text = "\n".join(lines)
        kind = next((kind for kind, pattern in _TEXTS if re.search(pattern, text)), OTHER)
        matching = [line for line in lines for known, pattern in _TEXTS if known == kind and re.search(pattern, line)]
        loud = [line for line in lines if re.match(r"ERROR|EXCEPTION|barman: error", line)]
        line = next(iter([*matching, *loud, *lines]), "")
        line = one_line(masked(re.sub(r"^(ERROR|EXCEPTION|barman: error): ", "", line)), 300)
        said = verbatim(line) if line else phrase("it gave no reason")
        return BarmanFailed(kind, self._why(kind, done.rc, said))

    def _why(self, kind: str, rc: int, said: Message) -> Message:
        if kind == UNKNOWN_SERVER:
            return phrase("barman has no server {server} in its configuration", server=self.server)
        if kind == NO_CONFIG:
            return phrase("barman has no configuration here: {reason}", reason=said)
        if kind == WRONG_USER:
            return phrase(
                "barman does not run as {user}: {reason}; let the check run as that user (run_as, become)", user=user_name(), reason=said
            )
        if kind == PERMISSION:
            return phrase("barman, run by {user}, may not read what it needs: {reason}", user=user_name(), reason=said)
        if kind == TOO_OLD:
            return phrase("this barman is too old, its answers are not JSON (2.11 or later is needed): {reason}", reason=said)
        if kind == DAMAGED:
            return phrase("barman cannot read its own records of the backups of {server}: {reason}", server=self.server, reason=said)
        return phrase("barman ended with code {code} on {server}: {reason}", code=rc, server=self.server, reason=said)


class _Entry(t.TypedDict, total=False):
    """A backup as barman lists it."""

    backup_id: str
    backup_name: str | None
    status: str
    end_time_timestamp: str | int
    size_bytes: int | None
    retention_status: str | None


def _backup(entry: _Entry) -> Backup:
    stamp, size = entry.get("end_time_timestamp"), entry.get("size_bytes")
    return Backup(
        id=str(entry["backup_id"]),
        status=str(entry["status"]),
        end=None if stamp is None else dt.datetime.fromtimestamp(float(stamp), dt.timezone.utc),
        size=None if size is None else int(size),
        retention=str(entry.get("retention_status") or "-"),
        name=entry.get("backup_name"),
    )


def _by_id(backup: Backup) -> str:
    return backup.id


def _object(text: str) -> dict[str, object] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _said(data: t.Mapping[str, object]) -> list[str]:
    found: list[str] = []
    for key in ("_ERROR", "_EXCEPTION"):
        said = data.get(key)
        found += [str(line).splitlines()[0] for line in said if str(line).strip()] if isinstance(said, list) else []
    return found


def moment(text: object) -> dt.datetime | None:
    """``2026-11-30 13:52:11.938279+00:00``; None for what is none, or says no time zone."""
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


__all__ = (
    "DAMAGED",
    "DONE",
    "FAILED",
    "OTHER",
    "PERMISSION",
    "STARTED",
    "SYNCING",
    "UNKNOWN_SERVER",
    "WAITING",
    "Backup",
    "Barman",
    "BarmanFailed",
    "Listing",
    "Told",
    "moment",
)
