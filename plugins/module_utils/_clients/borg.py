# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks borg (1.1 to 1.4) about a repository, without changing it. PRIVATE to the collection.

What borg keeps beside a repository (cache, what it knows of its security) goes to a temporary folder; only the keys are the user's own.
borg writes even when it is only asked: it mends its index, counts nonces, and rewrites the configuration. So a repository on this host is
reached through a folder of links, in which all that lands. One on another host is only asked for what writes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import shutil
import tempfile
import typing as t

from .._finding import CannotObserve
from .._masking import shown_address
from .._message import one_line
from .._phrase import Message, phrase
from .._runner import Completed, Runner, unreadable, user_name
from .borg_command import sources_of
from .borg_failures import (
    BAD_ADDRESS,
    DAMAGED,
    LOCKED,
    NO_ARCHIVE,
    NO_KEY,
    NO_PASSWORD,
    NO_REPOSITORY,
    NOT_A_REPOSITORY,
    PERMISSION,
    TOO_OLD,
    UNREACHABLE,
    WRONG_PASSWORD,
    failure,
    said_lines,
)
from .borg_repository import Holder, holders, mirrored, needs_replay

CHECKPOINT = re.compile(r"\.checkpoint(?:\.\d+)?$")
LOCK_WAIT = 5.0  # seconds; borg create itself waits for one second
LARGEST = 256 * 2**20  # bytes of an answer
_FORMAT = "{type}{health} {size} {path}{NUL}"
_ITEM = re.compile(r"(.)(healthy|broken) (-?\d+) (.*)", re.DOTALL)
_VERSION = re.compile(r"borg(?:\.exe)? (\d+)\.(\d+)")
_PLAIN = ("none",)
_SIGNED = ("authenticated", "authenticated-blake2")


@dataclasses.dataclass(frozen=True)
class Archive:
    """An archive; ``end``, ``host`` and ``sources`` (of what it was made) where borg tells them."""

    id: str
    name: str
    time: dt.datetime
    end: dt.datetime | None = None
    host: str = ""
    sources: tuple[str, ...] | None = None

    @property
    def unfinished(self) -> bool:
        """Whether borg was stopped while it made this one."""
        return bool(CHECKPOINT.search(self.name))


@dataclasses.dataclass(frozen=True)
class Listing:
    """All archives, oldest first, those that are not finished among them."""

    archives: list[Archive]
    encryption: str
    repository_id: str
    last_modified: str


class Item(t.NamedTuple):
    """What stands in an archive: ``kind`` is ``-`` for a file, ``d`` for a folder, ``l`` for a link, ``h`` for a further name of a file."""

    kind: str
    path: str
    size: int
    broken: bool = False  # borg check has put zeros where data were lost

    @property
    def is_file(self) -> bool:
        return self.kind in "-h"


class BorgFailed(CannotObserve):
    """borg could not do it; ``kind`` is one of the constants of ``borg_failures``."""

    def __init__(self, kind: str, message: Message, *, instrument: str | None = None) -> None:
        super().__init__(message, instrument=instrument, absent=kind == NO_REPOSITORY, busy=kind == LOCKED)
        self.kind = kind


class Access(t.NamedTuple):
    """How a repository is reached."""

    repository: str
    binary: str = "borg"
    password: str | None = None
    passcommand: str | None = None
    environment: t.Mapping[str, str] = {}


class Borg:
    """One repository. Its address and its secrets are handed over in the environment, never on the command line. Close it after use."""

    def __init__(self, runner: Runner, access: Access) -> None:
        self.runner, self.binary, self.repository = runner, access.binary, access.repository
        self.shown = shown_address(access.repository)
        self.local = local_path(access.repository)
        self.left: list[Holder] = []  # locks of processes that have ended
        try:
            self.folder = tempfile.mkdtemp(prefix="readiness-borg-")
        except OSError as exc:
            raise CannotObserve(unreadable(tempfile.gettempdir(), exc)) from None
        self.behind = False  # the next borg that writes has to mend the index
        self.place = self.repository if self.local is None else mirrored(self.local, os.path.join(self.folder, "repository"))
        self.env = dict(access.environment)
        around = {**runner.environ, **self.env}
        self.security = os.path.join(around.get("BORG_SECURITY_DIR") or os.path.join(config_folder(around), "security"))
        self.env.update(self._own(keys_folder(around)))
        if access.password is not None:
            self.env.update(BORG_PASSPHRASE=access.password)
        elif access.passcommand is not None:
            self.env.update(BORG_PASSCOMMAND=access.passcommand)

    def _own(self, keys: str) -> dict[str, str]:
        def below(name: str) -> str:
            return os.path.join(self.folder, name)

        return {
            "BORG_REPO": self.place,
            "BORG_BASE_DIR": self.folder,
            "BORG_CACHE_DIR": below("cache"),
            "BORG_CONFIG_DIR": below("config"),
            "BORG_SECURITY_DIR": below("security"),
            "BORG_KEYS_DIR": keys if os.path.isdir(keys) else below("keys"),
            "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
            "BORG_CHECK_I_KNOW_WHAT_I_AM_DOING": "NO",
            "BORG_DISPLAY_PASSPHRASE": "no",
            "BORG_EXIT_CODES": "legacy",
            "BORG_LOGGING_CONF": "",
            "TZ": "UTC",
        }

    def __enter__(self) -> Borg:
        return self

    def __exit__(self, *ignored: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- questions

    def archives(self, patience: float) -> Listing:
        """All archives. ``patience``: seconds after which a lock of another host is taken for one that was left.

        BorgFailed, CannotObserve.
        """
        self._wait_for_others(patience)
        # another host's repository says itself whether somebody writes; that takes its lock for a moment
        lock = ["--bypass-lock"] if self.local is not None else ["--lock-wait", f"{min(LOCK_WAIT, self.runner.remaining() / 4):.0f}"]
        words = ["list", *lock, "--json", "--format", "{hostname}{end}{command_line}"]
        done = self._ran([*words, "--consider-checkpoints"])
        if done.rc != 0 and "--consider-checkpoints" in done.stderr:  # borg 1.1
            done = self._ran(words)
        return parse_listing(self._checked(done).stdout)

    def items(self, archive: Archive, patterns: t.Sequence[str] = ()) -> list[Item]:
        """What stands in an archive, or what of it matches. BorgFailed, CannotObserve."""
        words = ["list", "--bypass-lock", "--format", _FORMAT, self.named(archive), *patterns]
        return parse_items(self._checked(self._ran(words)).stdout)

    def read_archive(self, archive: Archive, *, listed: bool = False) -> Completed:
        """Reads and decrypts all data of an archive, and writes nothing."""
        return self._ran(["extract", "--bypass-lock", "--dry-run", *(["--list"] if listed else []), self.named(archive)], cwd=self.folder)

    def read_everything(self) -> Completed:
        """Reads and decrypts every object of a repository on this host, and looks whether each archive has all of its own.

        Of one on another host this would write there.
        """
        return self._ran(["check", "--info", "--bypass-lock", "--verify-data"])

    def extract(self, archive: Archive, target: str, patterns: t.Sequence[str] = ()) -> Completed:
        """Extracts into ``target``, without the flags of files: what is immutable could not be removed again."""
        words = ["extract", "--bypass-lock", "--nobsdflags", self.named(archive), *patterns]
        return self._ran(words, cwd=target)

    def named(self, archive: Archive) -> str:
        if "{" in archive.name or not archive.name.isprintable():
            raise CannotObserve(phrase("the archive {name} has a name that borg does not take back", name=one_line(archive.name, 100)))
        return f"::{archive.name}"

    # -- how

    def _wait_for_others(self, patience: float) -> None:
        """Of a repository on this host: nobody else writes to it."""
        if self.local is None or not os.path.isdir(self.local):
            return
        self.behind = needs_replay(self.local)
        for again in (True, False):
            held = [holder for holder in holders(self.local, {**self.runner.environ, **self.env}) if holder.exclusive]
            age = {holder: self.runner.now().timestamp() - holder.since for holder in held}
            self.left = [holder for holder in held if holder.alive is False or (holder.alive is None and age[holder] > patience)]
            busy = [holder for holder in held if holder not in self.left]
            if not busy:
                return
            if again:
                self.runner.sleep(min(LOCK_WAIT, self.runner.remaining() / 4))
        message = phrase(
            "the borg repository {repository:path} is locked by {holder} since {age:duration}: a backup runs, or was left",
            repository=self.shown,
            holder=busy[0].name,
            age=age[busy[0]],
        )
        raise BorgFailed(LOCKED, message, instrument=f"borg {self.shown}")

    def left_locks(self) -> list[Message]:
        """Says which locks were left by processes that have ended, as far as ``archives`` has seen them."""
        now = self.runner.now().timestamp()
        return [
            phrase(
                "{repository:path} has a lock that {holder} left {age:duration} ago: "
                "where borg does not remove it, backups fail (borg break-lock)",
                repository=self.shown,
                holder=holder.name,
                age=max(0.0, now - holder.since),
            )
            for holder in self.left
        ]

    def _ran(self, words: t.Sequence[str], cwd: str | None = None) -> Completed:
        done = self.runner.run([self.binary, "--log-json", *words], env=self.env, timeout=24 * 3600.0, max_output=LARGEST, cwd=cwd)
        if done.truncated:
            raise CannotObserve(phrase("borg said more of {repository:path} than can be read", repository=self.shown))
        return done

    def _checked(self, done: Completed) -> Completed:
        if done.rc not in (0, 1) or (done.rc == 1 and not done.stdout):
            raise self.failed(done)
        return done

    def failed(self, done: Completed) -> BorgFailed:
        """Why borg did not do it."""
        if re.search(r"[Ii]nvalid location format|does not match a valid location", done.stderr):
            said = phrase("{repository:path} is no address of a repository that borg understands", repository=self.shown)
            return BorgFailed(BAD_ADDRESS, said)
        if re.search(r"^usage: borg|invalid choice|unrecognized arguments", done.stderr, re.MULTILINE):
            return self._other_version(done)
        kind, said = failure(done.stderr)
        message = self._why(
            kind, done.rc, said.mapped(lambda text: text.replace(self.place, self.shown).replace(self.repository, self.shown))
        )
        return BorgFailed(kind, message, instrument=f"borg {self.shown}" if kind in (UNREACHABLE, LOCKED) else None)

    def _other_version(self, done: Completed) -> BorgFailed:
        version = self.runner.run([self.binary, "--version"], env=self.env, timeout=60.0).stdout
        found = _VERSION.match(version)
        number = (int(found[1]), int(found[2])) if found else None
        if number and number >= (2, 0):
            said = phrase("{version} is newer than what this check speaks to, which is borg 1.1 to 1.4", version=one_line(version, 60))
        elif number and number < (1, 1):
            said = phrase("{version} is too old, borg 1.1 or later is needed", version=one_line(version, 60))
        else:
            line = said_lines(done.stderr)[-1:] or [""]
            said = phrase("{program:path} does not understand what borg 1.1 to 1.4 do: {reason}", program=self.binary, reason=line[0])
        return BorgFailed(TOO_OLD, said)

    def _why(self, kind: str, rc: int, said: Message) -> Message:
        at = self.shown
        if kind == WRONG_PASSWORD:
            return phrase("the passphrase does not open the borg repository {repository:path}", repository=at)
        if kind == NO_PASSWORD:
            return phrase("borg was given no passphrase for {repository:path} that it could read: {reason}", repository=at, reason=said)
        if kind == NO_KEY:
            return phrase(
                "{user} has no key for the borg repository {repository:path}: {reason}", user=user_name(), repository=at, reason=said
            )
        if kind == NO_REPOSITORY:
            return phrase("there is no borg repository at {repository:path}", repository=at)
        if kind == NOT_A_REPOSITORY:
            return phrase("what lies at {repository:path} is no borg repository: {reason}", repository=at, reason=said)
        if kind == LOCKED:
            return phrase("the borg repository {repository:path} is locked", repository=at)
        if kind == PERMISSION:
            return phrase(
                "the borg repository {repository:path} may not be read by {user}: {reason}", repository=at, user=user_name(), reason=said
            )
        if kind == UNREACHABLE:
            return phrase("the borg repository {repository:path} cannot be reached: {reason}", repository=at, reason=said)
        if kind == TOO_OLD:
            return phrase("the borg of this host is too old for the repository {repository:path}: {reason}", repository=at, reason=said)
        if kind == DAMAGED:
            return phrase("the borg repository {repository:path} is damaged: {reason}", repository=at, reason=said)
        return phrase("borg ended with code {code} on {repository:path}: {reason}", code=rc, repository=at, reason=said)

    def seen_later(self, listing: Listing) -> str | None:
        """When this host saw the repository at a later state than it has now, which borg takes for an attack; None where it did not."""
        if not re.fullmatch("[0-9a-f]{16,128}", listing.repository_id):
            return None
        with contextlib.suppress(OSError):
            with open(os.path.join(self.security, listing.repository_id, "manifest-timestamp"), encoding="utf-8") as known:
                seen = known.read(100).strip()
            if parse_time(seen) > parse_time(listing.last_modified):
                return seen
        return None


# -- answers


def parse_listing(text: str) -> Listing:
    """Of ``borg list --json``. CannotObserve for anything else."""
    try:
        data = json.loads(text)
        found = [_archive(entry) for entry in data["archives"]]
        about = data["repository"]
        parse_time(str(about["last_modified"]))
        return Listing(
            sorted(found, key=lambda archive: archive.time), str(data["encryption"]["mode"]), str(about["id"]), str(about["last_modified"])
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotObserve(phrase("borg answered with something that is not a list of archives")) from None


class _Entry(t.TypedDict, total=False):
    """An archive as borg writes it."""

    id: str
    name: str
    time: str
    end: str
    hostname: str
    command_line: object


def _archive(entry: _Entry) -> Archive:
    end = entry.get("end")
    return Archive(
        id=str(entry["id"]),
        name=str(entry["name"]),
        time=parse_time(entry["time"]),
        end=parse_time(end) if end else None,
        host=str(entry.get("hostname") or ""),
        sources=sources_of(entry.get("command_line")),
    )


def parse_time(text: str) -> dt.datetime:
    """ISO 8601 as borg writes it: without a zone it is that of borg, which is UTC here. ValueError."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?", text)
    if not match:
        raise ValueError(text)
    return dt.datetime.fromisoformat(match.group(1) + (match.group(2) or "Z").replace("Z", "+00:00"))


def parse_items(text: str) -> list[Item]:
    """Of ``borg list`` in this file's format. CannotObserve for anything else."""
    found = []
    for line in text.split("\0"):
        if not line:
            continue
        match = _ITEM.fullmatch(line)
        if not match:
            raise CannotObserve(phrase("borg answered with something that is not the content of an archive"))
        found.append(Item(match[1], match[4], max(0, int(match[3])), match[2] == "broken"))
    return found


def is_encrypted(mode: str) -> bool | None:
    """Whether a mode of borg keeps the data from whoever has the repository; None for one that is not known here."""
    if mode in _PLAIN or mode in _SIGNED:
        return False
    return True if mode.startswith(("repokey", "keyfile")) else None


# -- where things are


def local_path(repository: str) -> str | None:
    """The folder of a repository on this host; None of one that is on another."""
    if repository.startswith("file://"):
        return repository[len("file://") :]
    if "://" in repository or re.match(r"[^/]+:", repository):
        return None
    return os.path.abspath(os.path.expanduser(repository))


def config_folder(environ: t.Mapping[str, str]) -> str:
    base = environ.get("BORG_BASE_DIR")
    above = os.path.join(base, ".config") if base else environ.get("XDG_CONFIG_HOME") or os.path.join(_home(environ), ".config")
    return environ.get("BORG_CONFIG_DIR") or os.path.join(above, "borg")


def keys_folder(environ: t.Mapping[str, str]) -> str:
    return environ.get("BORG_KEYS_DIR") or os.path.join(config_folder(environ), "keys")


def _home(environ: t.Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


__all__ = (
    "NO_ARCHIVE",
    "Access",
    "Archive",
    "Borg",
    "BorgFailed",
    "Item",
    "Listing",
    "config_folder",
    "is_encrypted",
    "keys_folder",
    "local_path",
    "parse_items",
    "parse_listing",
    "parse_time",
)
