# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks restic about a repository, without changing or locking it. PRIVATE to the collection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._masking import masked, public_url
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Completed, Runner, user_name

WRONG_PASSWORD = "wrong_password"
NO_REPOSITORY = "no_repository"
LOCKED = "locked"
NO_PASSWORD = "no_password"
PERMISSION = "permission"
UNREACHABLE = "unreachable"
DAMAGED = "damaged"
OTHER = "other"

# exit codes of restic 0.17 and later; before, it is 1 for everything
_CODES = {10: NO_REPOSITORY, 11: LOCKED, 12: WRONG_PASSWORD}
# in this order: "is there a repository" also follows on a refused connection
_TEXTS = (
    (WRONG_PASSWORD, r"wrong password or no key found"),
    (LOCKED, r"already locked|unable to create lock"),
    (NO_PASSWORD, r"empty password|Resolving password failed|reading repository password"),
    (
        DAMAGED,
        r"not found in repository|error walking snapshot|invalid data returned|ciphertext verification failed|could not load snapshot",
    ),
    (PERMISSION, r"permission denied|Access ?Denied|403 Forbidden|401 Unauthorized|InvalidAccessKeyId|SignatureDoesNotMatch"),
    (
        UNREACHABLE,
        r"connection refused|no such host|i/o timeout|dial tcp|TLS handshake|x509|no route to host|unreachable|50\d |ssh: |lookup ",
    ),
    (NO_REPOSITORY, r"Is there a repository at|repository does not exist|does not exist|unable to open config file"),
)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A snapshot; ``files`` and ``size`` where restic 0.17 or later wrote them down."""

    id: str
    time: dt.datetime
    host: str
    paths: tuple[str, ...]
    tags: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    files: int | None = None
    size: int | None = None


@dataclasses.dataclass(frozen=True)
class Size:
    """What a snapshot would restore. restic before 0.17 counts folders as files."""

    files: int
    size: int


class ResticFailed(CannotObserve):
    """restic could not do it; ``kind`` is one of the constants of this file."""

    def __init__(self, kind: str, message: Message, *, instrument: str | None = None) -> None:
        super().__init__(message, instrument=instrument, absent=kind == NO_REPOSITORY, busy=kind == LOCKED)
        self.kind = kind


class Restic:
    """One repository. The password and the repository's address are handed over in the environment, never on the command line."""

    def __init__(
        self,
        runner: Runner,
        repository: str,
        *,
        binary: str = "restic",
        password: str | None = None,
        password_file: str | None = None,
        environment: t.Mapping[str, object] | None = None,
    ) -> None:
        self.runner, self.binary = runner, binary
        self.repository = repository
        self.shown = public_url(repository) if "://" in repository else masked(repository)
        self.env = {name: str(value) for name, value in (environment or {}).items()}
        self.env.update(RESTIC_REPOSITORY=repository, RESTIC_REPOSITORY_FILE="", RESTIC_PROGRESS_FPS="0")
        if password is not None:
            self.env.update(RESTIC_PASSWORD=password, RESTIC_PASSWORD_FILE="", RESTIC_PASSWORD_COMMAND="")
        elif password_file is not None:
            self.env.update(RESTIC_PASSWORD_FILE=password_file, RESTIC_PASSWORD_COMMAND="")

    def snapshots(self) -> tuple[list[Snapshot], int]:
        """All snapshots, oldest first, and how many could not be loaded. ResticFailed, CannotObserve."""
        done = self._run("snapshots")
        return parse_snapshots(done.stdout), len(re.findall(r"^could not load snapshot", done.stderr, re.M))

    def size(self, snapshot: Snapshot) -> Size:
        """What the snapshot would restore: as written down in it, else by walking its trees. ResticFailed, CannotObserve."""
        if snapshot.files is not None and snapshot.size is not None:
            return Size(snapshot.files, snapshot.size)
        return parse_stats(self._run("stats", snapshot.id, "--mode", "restore-size").stdout)

    def _run(self, *words: str) -> Completed:
        cache = [] if has_cache({**self.runner.environ, **self.env}) else ["--no-cache"]
        argv = [self.binary, *words, "--json", "--no-lock", *cache]
        done = self.runner.run(argv, env=self.env, timeout=3600.0, max_output=64 * 2**20)
        if done.truncated:
            raise CannotObserve(phrase("restic said more of {repository:path} than can be read", repository=self.shown))
        if done.rc != 0:
            raise self._failed(done)
        return done

    def _failed(self, done: Completed) -> ResticFailed:
        kind, said = failure(done.rc, done.stderr)
        message = self._why(kind, done.rc, said.mapped(lambda text: text.replace(self.repository, self.shown)))
        return ResticFailed(kind, message, instrument=f"restic {self.shown}" if kind in (UNREACHABLE, LOCKED) else None)

    def _why(self, kind: str, rc: int, said: Message) -> Message:
        shown = self.shown
        if kind == WRONG_PASSWORD:
            return phrase("the password does not open the restic repository {repository:path}", repository=shown)
        if kind == NO_REPOSITORY:
            return phrase("there is no restic repository at {repository:path}", repository=shown)
        if kind == LOCKED:
            return phrase("the restic repository {repository:path} is locked", repository=shown)
        if kind == NO_PASSWORD:
            return phrase("restic was given no password for {repository:path} that it could read: {reason}", repository=shown, reason=said)
        if kind == PERMISSION:
            return phrase(
                "the restic repository {repository:path} may not be read by {user}: {reason}",
                repository=shown,
                user=user_name(),
                reason=said,
            )
        if kind == UNREACHABLE:
            return phrase("the restic repository {repository:path} cannot be reached: {reason}", repository=shown, reason=said)
        return phrase("restic ended with code {code} on {repository:path}: {reason}", code=rc, repository=shown, reason=said)


def failure(rc: int, stderr: str) -> tuple[str, Message]:
    """The kind of a failure and the line of restic's output that says most."""
    lines = [_plain(line) for line in stderr.splitlines() if line.strip()]
    text = "\n".join(lines)
    kind = _CODES.get(rc) or next((kind for kind, pattern in _TEXTS if re.search(pattern, text)), OTHER)
    said = [line for line in lines if "retrying after" not in line] or lines
    if not said:
        return kind, phrase("it gave no reason")
    line = next((line for line in said if line.startswith("Fatal:")), said[-1])
    return kind, verbatim(one_line(masked(re.sub(r"^(Fatal: )+", "", line)), 300))


def _plain(line: str) -> str:
    # {"message_type":"exit_error","code":12,"message":"Fatal: ..."} of restic 0.17 and later
    if line.lstrip().startswith("{"):
        try:
            return str(json.loads(line).get("message", line))
        except ValueError:
            pass
    return line.strip()


def parse_snapshots(text: str) -> list[Snapshot]:
    """Snapshots of ``restic snapshots --json``, oldest first. CannotObserve for anything else."""
    try:
        entries: list[_Entry] = json.loads(text) or []
        found = [_snapshot(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotObserve(phrase("restic answered with something that is not a list of snapshots")) from None
    return sorted(found, key=lambda snapshot: snapshot.time)


class _Summary(t.TypedDict, total=False):
    total_files_processed: int
    total_bytes_processed: int


class _Entry(t.TypedDict, total=False):
    """A snapshot as restic writes it."""

    short_id: str
    id: str
    time: str
    hostname: str
    paths: list[str]
    tags: list[str] | None
    excludes: list[str] | None
    summary: _Summary | None


def _snapshot(entry: _Entry) -> Snapshot:
    summary = entry.get("summary") or _Summary()
    files, size = summary.get("total_files_processed"), summary.get("total_bytes_processed")
    return Snapshot(
        id=str(entry.get("short_id") or entry["id"][:8]),
        time=parse_time(entry["time"]),
        host=str(entry.get("hostname", "")),
        paths=tuple(sorted(str(path) for path in entry["paths"])),
        tags=tuple(str(tag) for tag in entry.get("tags") or ()),
        excludes=tuple(str(pattern) for pattern in entry.get("excludes") or ()),
        # left out by restic when it is zero
        files=int(files or 0) if summary else None,
        size=int(size or 0) if summary else None,
    )


def parse_time(text: str) -> dt.datetime:
    """RFC 3339 with nanoseconds. ValueError."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    if not match:
        raise ValueError(text)
    return dt.datetime.fromisoformat(match.group(1) + match.group(2).replace("Z", "+00:00"))


def parse_stats(text: str) -> Size:
    """Size of ``restic stats --json``. CannotObserve for anything else."""
    try:
        data = json.loads(text)
        return Size(int(data.get("total_file_count", 0)), int(data["total_size"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotObserve(phrase("restic answered with something that is not the size of a snapshot")) from None


def has_cache(environ: t.Mapping[str, str]) -> bool:
    """Whether this user already has a cache of restic, which makes it fast. None is made: a check leaves nothing behind."""
    home, xdg = environ.get("HOME"), environ.get("XDG_CACHE_HOME")
    folder = environ.get("RESTIC_CACHE_DIR") or (xdg and os.path.join(xdg, "restic")) or (home and os.path.join(home, ".cache", "restic"))
    return bool(folder) and os.access(str(folder), os.W_OK)


__all__ = (
    "DAMAGED",
    "LOCKED",
    "NO_PASSWORD",
    "NO_REPOSITORY",
    "OTHER",
    "PERMISSION",
    "UNREACHABLE",
    "WRONG_PASSWORD",
    "Restic",
    "ResticFailed",
    "Size",
    "Snapshot",
    "failure",
    "has_cache",
    "parse_snapshots",
    "parse_stats",
    "parse_time",
)
