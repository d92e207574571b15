# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks pgBackRest about a stanza, without changing anything, not even a log file. PRIVATE to the collection."""

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
from .pgbackrest_settings import Settings, read_settings

STANZA = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
LARGEST = 64 * 2**20  # bytes of an answer

WRONG_PASSPHRASE = "wrong_passphrase"
NO_CONFIGURATION = "no_configuration"
NO_SUCH_REPOSITORY = "no_such_repository"
OTHER_HOST = "other_host"
TOO_OLD = "too_old"
LOCKED = "locked"
PERMISSION = "permission"
UNREACHABLE = "unreachable"
DAMAGED = "damaged"
OTHER = "other"
# in this order: an unreadable info file is also "unable to load"
_TEXTS = (
    (WRONG_PASSPHRASE, r"cipher header|is or was the repo encrypted|Salted__"),
    (TOO_OLD, r"invalid command|invalid option|is not valid without option|not valid for command"),
    (NO_SUCH_REPOSITORY, r"key '\d+' is not valid for 'repo' option"),
    (OTHER_HOST, r"must be run on the"),
    (LOCKED, r"unable to acquire lock"),
    (PERMISSION, r"Permission denied|Access ?Denied|AuthorizationFailure|InvalidAccessKeyId|SignatureDoesNotMatch|\b40[13]\b"),
    (
        UNREACHABLE,
        r"HostConnectError|HostInvalid|ServiceError|unable to get address|Connection refused|Connection timed out|timeout|"
        r"No route to host|unreachable|remote-0 process|Host key verification|certificate|TLS error",
    ),
    (
        DAMAGED,
        r"FormatError|ChecksumError|JsonFormatError|FileMissingError|invalid checksum|PathMissingError|"
        r"in compressed data|inflate error|zlib threw error|lz4 error|zstd error|bz2 error",
    ),
    (NO_CONFIGURATION, r"unable to open missing file|requires option|unable to open file"),
)
_GARBLED = re.compile("[\x00-\x08\x0b-\x1f\ufffd]")


class PgBackRestFailed(CannotObserve):
    """pgBackRest could not do it; ``kind`` is one of the constants of this file."""

    def __init__(self, kind: str, message: Message, *, instrument: str | None = None) -> None:
        super().__init__(message, instrument=instrument, busy=kind == LOCKED)
        self.kind = kind


@dataclasses.dataclass(frozen=True)
class Backup:
    """A complete backup. Bytes: ``size`` of the cluster, ``stored`` of what this backup itself added to the repository."""

    label: str
    type: str
    start: dt.datetime
    stop: dt.datetime
    repo: int
    database: int
    size: int | None = None
    stored: int | None = None
    references: tuple[str, ...] = ()
    wal_start: str | None = None
    wal_stop: str | None = None
    lsn_start: str | None = None
    damaged_pages: bool = False

    @property
    def full(self) -> str:
        """The label of the full backup without which this one is nothing."""
        return self.label.split("_")[0]


@dataclasses.dataclass(frozen=True)
class Repository:
    """What one repository has of the stanza; ``code`` as documented for the status, ``said`` in the tool's words."""

    key: int
    cipher: str
    code: int
    said: str
    backups: tuple[Backup, ...]  # of the newest cluster, oldest first
    of_earlier_clusters: int


@dataclasses.dataclass(frozen=True)
class Stanza:
    """What ``pgbackrest info`` says."""

    name: str
    code: int
    repositories: tuple[Repository, ...]
    system_ids: t.Mapping[int, str]  # of the newest cluster, by repository
    archives: t.Mapping[int, str]  # the name of its archive, such as 15-1, by repository
    version: str  # of PostgreSQL
    running: bool  # a backup or an expiry, on this host


class File(t.NamedTuple):
    """A file in a repository; ``time``, in seconds of the epoch, is when it was written there."""

    size: int
    time: float


class PgBackRest:
    """One stanza. Passphrases are handed over in the environment, never on the command line."""

    def __init__(
        self,
        runner: Runner,
        stanza: str,
        *,
        config: str | None = None,
        repo: int | None = None,
        binary: str = "pgbackrest",
        environment: t.Mapping[str, object] | None = None,
    ) -> None:
        if not STANZA.fullmatch(stanza):
            raise CannotObserve(phrase("'{stanza}' is not the name of a stanza of pgBackRest", stanza=one_line(stanza, 100)))
        self.runner, self.stanza, self.config, self.repo, self.binary = runner, stanza, config, repo, binary
        self.env = {name: str(value) for name, value in (environment or {}).items()}

    def settings(self) -> Settings:
        return read_settings(self.runner, self.stanza, self.config, {**self.runner.environ, **self.env})

    def options(self, repo: int | None = None) -> list[str]:
        """The options that say which stanza and which repository; the tool writes no log file."""
        words = [f"--stanza={self.stanza}", "--log-level-file=off"]
        if self.config:
            words.append(f"--config={self.config}")
        chosen = self.repo if repo is None else repo
        return words if chosen is None else [*words, f"--repo={chosen}"]

    def info(self) -> Stanza:
        """PgBackRestFailed, CannotObserve."""
        return parse_info(self.run("info", "--output=json").stdout, self.stanza)

    def files(self, path: str, repo: int, *more: str) -> dict[str, File]:
        """The files below a folder of the repository, by their path in it; folders have none. PgBackRestFailed, CannotObserve."""
        return parse_files(self.run("repo-ls", "--output=json", "--sort=none", *more, path, repo=repo).stdout)

    def folders(self, path: str, repo: int) -> set[str]:
        """The names in a folder of the repository. PgBackRestFailed, CannotObserve."""
        return set(_entries(self.run("repo-ls", "--output=json", "--sort=none", path, repo=repo).stdout))

    def read(self, path: str, repo: int) -> str:
        """A small file of the repository. PgBackRestFailed, CannotObserve."""
        return self.run("repo-get", path, repo=repo).stdout

    def run(self, *words: str, repo: int | None = None, timeout: float = 3600.0, level: str = "warn") -> Completed:
        """PgBackRestFailed unless it ends well; what it logs at ``level`` is in stderr."""
        options = [*self.options(repo), "--log-level-console=off", f"--log-level-stderr={level}", "--log-timestamp=n"]
        done = self.runner.run([self.binary, *options, *words], env=self.env, timeout=timeout, max_output=LARGEST)
        if done.rc != 0:
            raise self.failed(done)
        if done.truncated:
            raise CannotObserve(phrase("pgBackRest said more of the stanza {stanza} than can be read", stanza=self.stanza))
        return done

    def failed(self, done: Completed) -> PgBackRestFailed:
        kind, said = failure(done.stderr)
        message = self.why(kind, said, phrase("code {code}", code=done.rc))
        return PgBackRestFailed(kind, message, instrument=f"pgbackrest {self.stanza}" if kind in (UNREACHABLE, LOCKED) else None)

    def why(self, kind: str, said: Message, where: Message) -> Message:
        """In words; ``where`` names the repository, or the code with which the tool ended."""
        if kind == WRONG_PASSPHRASE:
            return phrase(
                "the passphrase does not open the repository of the stanza {stanza} ({where}), or it is encrypted otherwise than"
                " configured: {reason}",
                stanza=self.stanza,
                where=where,
                reason=said,
            )
        if kind == NO_CONFIGURATION:
            return phrase(
                "pgBackRest has no configuration that it could use for the stanza {stanza}: {reason}", stanza=self.stanza, reason=said
            )
        if kind == NO_SUCH_REPOSITORY:
            return phrase("the stanza {stanza} has no such repository: {reason}", stanza=self.stanza, reason=said)
        if kind == TOO_OLD:
            return phrase("this pgBackRest is too old, or does not know what it was asked: {reason}", reason=said)
        if kind == LOCKED:
            return phrase("the stanza {stanza} is locked: {reason}", stanza=self.stanza, reason=said)
        if kind == PERMISSION:
            return phrase(
                "the stanza {stanza} ({where}) may not be read by {user}: {reason}; let the check run as the user of the database (run_as)",
                stanza=self.stanza,
                where=where,
                user=user_name(),
                reason=said,
            )
        if kind == UNREACHABLE:
            return phrase(
                "the repository of the stanza {stanza} ({where}) cannot be reached: {reason}", stanza=self.stanza, where=where, reason=said
            )
        return phrase("pgBackRest could not tell of the stanza {stanza} ({where}): {reason}", stanza=self.stanza, where=where, reason=said)


def failure(text: str) -> tuple[str, Message]:
    """The kind of a failure, and the line of what pgBackRest said that says most."""
    kind = next((kind for kind, pattern in _TEXTS if re.search(pattern, text)), OTHER)
    if kind == DAMAGED and _GARBLED.search(text):  # a wrong passphrase gives nonsense, which the tool takes for a damaged file
        kind = WRONG_PASSPHRASE
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if "ERROR: [" in line or line.startswith("[")] or [line for line in lines if not line.startswith("WARN")]
    if not said:
        return kind, phrase("it gave no reason")
    plain = re.sub(r"^(?:P\d\d\s+)?(?:ERROR: \[\d+\]: )?(?:\[\w+\] )?", "", said[-1] if "ERROR: [" in said[-1] else said[0]).rstrip(":")
    return kind, verbatim(one_line(masked(plain), 300))


# -- what it answers


class _Stored(t.TypedDict, total=False):
    size: int
    delta: int


class _Sizes(t.TypedDict, total=False):
    size: int
    delta: int
    repository: _Stored


class _Times(t.TypedDict):
    start: int
    stop: int


class _Backup(t.TypedDict, total=False):
    label: str
    type: str
    timestamp: _Times
    database: t.Mapping[str, int]
    info: _Sizes
    archive: t.Mapping[str, str | None]
    lsn: t.Mapping[str, str] | None
    reference: list[str] | None
    error: bool | None


def parse_info(text: str, name: str) -> Stanza:
    """The stanza of that name in the answer of ``pgbackrest info --output=json``. CannotObserve for anything else."""
    try:
        found = next((entry for entry in json.loads(text, strict=False) if entry["name"] == name), None)
        if found is None:
            raise CannotObserve(phrase("pgBackRest knows no stanza {stanza}", stanza=name), absent=True)
        return _stanza(found)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CannotObserve(phrase("pgBackRest answered with something that is not the state of a stanza")) from None


def _stanza(entry: t.Mapping[str, t.Any]) -> Stanza:
    status = entry["status"]
    newest: dict[int, int] = {}
    system_ids: dict[int, str] = {}
    versions: dict[int, str] = {}
    for one in entry.get("db") or []:
        key = int(one.get("repo-key", 1))
        if int(one["id"]) >= newest.get(key, 0):
            newest[key], system_ids[key], versions[key] = int(one["id"]), str(one.get("system-id", "")), str(one.get("version", ""))
    archives = {}
    for one in entry.get("archive") or []:
        key = int(one["database"].get("repo-key", 1))
        if int(one["database"]["id"]) == newest.get(key):
            archives[key] = str(one["id"])
    backups = sorted((_backup(one) for one in entry["backup"]), key=lambda backup: backup.stop)
    # before 2.32 there is one repository, whose state is that of the stanza
    repositories = entry.get("repo") or [{"key": 1, "cipher": entry.get("cipher", "none"), "status": status}]
    return Stanza(
        name=str(entry["name"]),
        code=int(status["code"]),
        repositories=tuple(_repository(one, backups, newest) for one in repositories),
        system_ids=system_ids,
        archives=archives,
        version=next(iter(versions.values()), ""),
        running=bool((((status.get("lock") or {}).get("backup")) or {}).get("held")),
    )


def _repository(entry: t.Mapping[str, t.Any], backups: t.Sequence[Backup], newest: t.Mapping[int, int]) -> Repository:
    key = int(entry["key"])
    mine = [backup for backup in backups if backup.repo == key]
    current = tuple(backup for backup in mine if backup.database == newest.get(key, backup.database))
    status = entry["status"]
    return Repository(
        key=key,
        cipher=str(entry.get("cipher") or "none"),
        code=int(status["code"]),
        said=str(status.get("message", "")),
        backups=current,
        of_earlier_clusters=len(mine) - len(current),
    )


def _backup(entry: _Backup) -> Backup:
    info = entry.get("info") or _Sizes()
    stored = info.get("repository") or _Stored()
    archive, lsn, times = entry.get("archive") or {}, entry.get("lsn") or {}, entry["timestamp"]
    return Backup(
        label=str(entry["label"]),
        type=str(entry["type"]),
        start=moment(times["start"]),
        stop=moment(times["stop"]),
        repo=int(entry["database"].get("repo-key", 1)),
        database=int(entry["database"]["id"]),
        size=_whole(info.get("size")),
        stored=_whole(stored.get("delta")),
        references=tuple(str(label) for label in entry.get("reference") or ()),
        wal_start=_text(archive.get("start")),
        wal_stop=_text(archive.get("stop")),
        lsn_start=_text(lsn.get("start")),
        damaged_pages=entry.get("error") is True,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _entries(text: str) -> dict[str, t.Mapping[str, object]]:
    try:
        found = json.loads(text)
        if all(isinstance(about, dict) for about in found.values()):
            found.pop(".", None)
            return t.cast("dict[str, t.Mapping[str, object]]", found)
    except (ValueError, AttributeError, RecursionError):
        pass
    raise CannotObserve(phrase("pgBackRest answered with something that is not a list of files"))


def parse_files(text: str) -> dict[str, File]:
    """The files of ``pgbackrest repo-ls --output=json``. CannotObserve for anything else."""
    found = {path: (about.get("size"), about.get("time")) for path, about in _entries(text).items() if about.get("type") == "file"}
    files = {path: File(size, time) for path, (size, time) in found.items() if isinstance(size, int) and isinstance(time, (int, float))}
    if len(files) < len(found):
        raise CannotObserve(phrase("pgBackRest answered with something that is not a list of files"))
    return files


def moment(seconds: object) -> dt.datetime:
    """Of seconds of the epoch. ValueError."""
    try:
        return dt.datetime.fromtimestamp(float(str(seconds)), dt.timezone.utc)
    except (OSError, OverflowError):
        raise ValueError(seconds) from None


__all__ = (
    "DAMAGED",
    "LOCKED",
    "NO_CONFIGURATION",
    "NO_SUCH_REPOSITORY",
    "OTHER",
    "OTHER_HOST",
    "PERMISSION",
    "STANZA",
    "TOO_OLD",
    "UNREACHABLE",
    "WRONG_PASSPHRASE",
    "Backup",
    "File",
    "PgBackRest",
    "PgBackRestFailed",
    "Repository",
    "Stanza",
    "failure",
    "moment",
    "parse_files",
    "parse_info",
)
