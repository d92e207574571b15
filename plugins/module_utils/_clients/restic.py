# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks restic about a repository, without changing or locking it. PRIVATE to the collection."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import re
import threading
import typing as t

from .._finding import CannotObserve
from .._masking import HIDDEN, SHORTEST, masked, shown_address
from .._message import one_line
from .._phrase import Message, phrase, verbatim
from .._runner import Completed, Runner, user_name
from .restic_snapshots import Snapshot, entry_of, parse_snapshots, parse_time, snapshot_of
from .restic_tree import Lines, Matches, Tree

WRONG_PASSWORD = "wrong_password"
NO_REPOSITORY = "no_repository"
LOCKED = "locked"
NO_PASSWORD = "no_password"
PERMISSION = "permission"
UNREACHABLE = "unreachable"
TOO_OLD = "too_old"
NO_SNAPSHOT = "no_snapshot"
DAMAGED = "damaged"
OTHER = "other"

# exit codes of restic 0.17 and later; before, it is 1 for everything
_CODES = {10: NO_REPOSITORY, 11: LOCKED, 12: WRONG_PASSWORD}
# in this order: "is there a repository" also follows on a refused connection
_TEXTS = (
    (TOO_OLD, r"unknown (?:shorthand )?flag|unknown command"),
    (NO_SNAPSHOT, r"no snapshot found|no snapshot matched|no matching ID found"),
    (WRONG_PASSWORD, r"wrong password or no key found"),
    (LOCKED, r"already locked|unable to create lock"),
    (NO_PASSWORD, r"empty password|Resolving password failed|reading repository password"),
    (
        DAMAGED,
        r"not found in repository|Load\(<data/[0-9a-f]+>.*(?:no such file|does not exist|NoSuchKey)"
        r"|error walking snapshot|invalid data returned|ciphertext verification failed|could not load snapshot",
    ),
    (PERMISSION, r"permission denied|Access ?Denied|403 Forbidden|401 Unauthorized|InvalidAccessKeyId|SignatureDoesNotMatch"),
    (
        UNREACHABLE,
        r"connection refused|no such host|i/o timeout|dial tcp|TLS handshake|x509|no route to host|unreachable|50\d |ssh: |lookup ",
    ),
    (NO_REPOSITORY, r"Is there a repository at|repository does not exist|does not exist|unable to open config file"),
)


# restic goes on trying for minutes to read what nobody will bring back
_MISSING = re.compile(r"Load\(<data/([0-9a-f]{6,64})>.*(?:no such file|does not exist|NoSuchKey)")
_TRACE = re.compile(r"\.(?:go|s):\d+|^goroutine |^(?:github\.com|golang\.org|runtime|main)[./]\S*$|^\S+\([^ ]*\)$")
_RETRIED = re.compile(r"^.*returned error, retrying after [^:]+: ")
# by which restic would look at other snapshots or another repository than those that are asked for
_LEADING = ("RESTIC_HOST", "RESTIC_PATH", "RESTIC_TAG")
WAIT = 5.0  # seconds until a repository that others have locked is asked once more
LOCKS = 10  # that are looked into
PATIENCE = 15.0  # seconds for one lock


class ResticFailed(CannotObserve):
    """restic could not do it; ``kind`` is one of the constants of this file."""

    def __init__(self, kind: str, message: Message, *, instrument: str | None = None) -> None:
        super().__init__(message, instrument=instrument, absent=kind == NO_REPOSITORY, busy=kind == LOCKED)
        self.kind = kind


class Listed(t.NamedTuple):
    """What was listed of one snapshot."""

    snapshot: Snapshot
    tree: Tree


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
        password_command: str | None = None,
        environment: t.Mapping[str, object] | None = None,
    ) -> None:
        self.binary = binary
        self.repository = repository
        self.shown = shown_address(repository)
        given = {name: str(value) for name, value in (environment or {}).items()}
        # restic's own variables of this process are about some other repository
        self.runner = copy.copy(runner)
        self.runner.environ = {name: value for name, value in runner.environ.items() if not name.startswith("RESTIC_")}
        self.env = {**given, **dict.fromkeys(_LEADING, "")}
        self.env.update(RESTIC_REPOSITORY=repository, RESTIC_REPOSITORY_FILE="", RESTIC_PROGRESS_FPS="0")
        if password is not None:
            self.env.update(RESTIC_PASSWORD=password, RESTIC_PASSWORD_FILE="", RESTIC_PASSWORD_COMMAND="")
        elif password_file is not None:
            self.env.update(RESTIC_PASSWORD_FILE=password_file, RESTIC_PASSWORD_COMMAND="")
        elif password_command is not None:
            self.env.update(RESTIC_PASSWORD_COMMAND=password_command, RESTIC_PASSWORD_FILE="")

    @property
    def folder(self) -> str | None:
        """The folder of this host that the repository is; None for one that is elsewhere."""
        path = self.repository[len("local:") :] if self.repository.startswith("local:") else self.repository
        return path if "local:" in self.repository[:6] or re.match(r"[a-z0-9]+:", path) is None else None

    def snapshots(self) -> tuple[list[Snapshot], int]:
        """All snapshots, oldest first, and how many could not be loaded. ResticFailed, CannotObserve."""
        done = self.run("snapshots", "--json")
        return parse_snapshots(done.stdout), len(re.findall(r"^could not load snapshot", done.stderr, re.M))

    def listing(self, which: str, asked: t.Sequence[str], *filters: str, keep: int = 0) -> Listed | None:
        """All that lies in a snapshot, the one of this ID or ``latest`` among those that the filters leave; of its files those asked for.
        With ``keep``, the sizes of so many files and the paths of so many links.

        None where there is no such snapshot. ResticFailed, CannotObserve.
        """
        said: list[Snapshot] = []

        def begin(entry: dict[str, object]) -> Tree:
            snapshot = snapshot_of(entry_of(entry))
            said.append(snapshot)
            return Tree([*asked, *snapshot.paths], keep)

        lines = Lines(begin)
        try:
            done = self.run("ls", which, *filters, "--json", sink=lines.feed)
        except ResticFailed as exc:
            if exc.kind == NO_SNAPSHOT:
                return None
            raise
        if failure(0, done.stderr)[0] == NO_SNAPSHOT:  # restic 0.14 ends with 0
            return None
        lines.feed(done.stdout.encode())
        lines.end()
        if lines.tree is None or lines.odd:
            raise CannotObserve(phrase("restic answered with something that is not the content of a snapshot"))
        return Listed(said[-1], lines.tree)

    def contents(self, ids: t.Sequence[str], places: t.Sequence[str], keep: int = 0) -> dict[str, Tree]:
        """What lies at these places in several snapshots, by their ID; asked in one go. With ``keep``, the sizes of so many files.

        ResticFailed, CannotObserve.
        """
        matches = Matches(places, keep)
        which = [word for name in ids for word in ("-s", name)]
        patterns = ["*" if place == "/" else literally(place) for place in places]
        done = self.run("find", *which, "--json", sink=matches.feed, last=["--", *patterns])
        matches.feed(done.stdout.encode())
        matches.end()
        if matches.odd:
            raise CannotObserve(phrase("restic answered with something that is not the content of a snapshot"))
        return {name[:8]: matches.trees.get(name[:8], Tree(())) for name in ids}

    def guessed(self) -> list[str]:
        """IDs of the snapshots by when they were made, the newest first, where their files lie on this host; else none."""
        return [name[:8] for name in self._names("snapshots") or ()]

    def locks(self) -> list[Lock | str]:
        """The locks that are there, at most LOCKS of them; of one that is broken its name. ResticFailed, CannotObserve."""
        names = self._names("locks")
        if names is None:
            names = re.findall(r"^[0-9a-f]{64}$", self.run("list", "locks").stdout, re.M)
        found: list[Lock | str] = []
        for name in names[:LOCKS]:
            if self._is_empty_lock(name):
                found.append(name)
                continue
            try:
                found.append(parse_lock(self.run("cat", "lock", name, seconds=PATIENCE).stdout))
            except CannotObserve as exc:
                if name not in (self._names("locks") or ()):
                    continue  # it was taken away since, and restic would have gone on looking for it
                if not isinstance(exc, ResticFailed) or exc.kind not in (DAMAGED, OTHER):
                    raise
                found.append(name)
        return found

    def _is_empty_lock(self, name: str) -> bool:
        """Whether the lock was never written to its end: restic would try for long to read it."""
        if self.folder is None:
            return False
        try:
            about = os.stat(os.path.join(self.folder, "locks", name))
        except OSError:
            return False
        return about.st_size == 0 and about.st_mtime < self.runner.now().timestamp() - WAIT

    def _names(self, kind: str) -> list[str] | None:
        """Names of the files of that kind, the newest first; None where only restic can tell."""
        if self.folder is None:
            return None
        try:
            with os.scandir(os.path.join(self.folder, kind)) as entries:
                found = [(entry.stat().st_mtime, entry.name) for entry in entries if re.fullmatch(r"[0-9a-f]{64}", entry.name)]
        except OSError:
            return None
        return [name for _moment, name in sorted(found, reverse=True)]

    def run(
        self,
        *words: str,
        sink: t.Callable[[bytes], object] | None = None,
        last: t.Sequence[str] = (),
        seconds: float = 3600.0,
        check: bool = True,
    ) -> Completed:
        """Runs restic, once more after a while where others have locked the repository. ResticFailed, CannotObserve."""
        cache = [] if has_cache({**self.runner.environ, **self.env}) else ["--no-cache"]
        argv = [self.binary, *words, "--no-lock", *cache, *last]
        for again in (True, False):
            done = self.runner.run(
                argv, env=self.env, timeout=seconds, max_output=64 * 2**20, sink=sink, hopeless=misses_data if check else None
            )
            if done.truncated:
                raise CannotObserve(phrase("restic said more of {repository:path} than can be read", repository=self.shown))
            if done.rc == 0 or not check:
                return done
            failed = self.failed(done)
            if failed.kind != LOCKED or not again or self.runner.remaining() < 2 * WAIT:
                raise failed
            self.runner.sleep(WAIT)
        raise AssertionError

    def failed(self, done: Completed) -> ResticFailed:
        kind, said = failure(done.rc, done.stderr)
        lost = self._lost_part(kind) or _lost_pack(done.stderr)
        if lost:
            return ResticFailed(DAMAGED, phrase("{part} is missing in {repository:path}", part=lost, repository=self.shown))
        message = self._why(kind, done.rc, said.mapped(self._harmless))
        return ResticFailed(kind, message, instrument=f"restic {self.shown}" if kind in (UNREACHABLE, LOCKED) else None)

    def _lost_part(self, kind: str) -> Message | None:
        """What is gone of a repository in a folder of this host whose other parts are there."""
        if self.folder is None or kind not in (WRONG_PASSWORD, NO_REPOSITORY):
            return None
        try:
            if not all(os.listdir(os.path.join(self.folder, name)) for name in ("data", "snapshots")):
                return None
            if kind == WRONG_PASSWORD:
                return None if os.listdir(os.path.join(self.folder, "keys")) else phrase("every key (keys/)")
        except FileNotFoundError as exc:
            return phrase("every key (keys/)") if kind == WRONG_PASSWORD and str(exc.filename).endswith("keys") else None
        except OSError:
            return None
        return None if os.path.exists(os.path.join(self.folder, "config")) else phrase("the file config")

    def _harmless(self, text: str) -> str:
        text = text.replace(self.repository, self.shown)
        password = self.env.get("RESTIC_PASSWORD", "")
        return text.replace(password, HIDDEN) if len(password) >= SHORTEST else text

    def _why(self, kind: str, rc: int, said: Message) -> Message:
        shown = self.shown
        if kind == WRONG_PASSWORD:
            return phrase("the password does not open the restic repository {repository:path}", repository=shown)
        if kind == NO_REPOSITORY:
            return phrase("there is no restic repository at {repository:path}", repository=shown)
        if kind == TOO_OLD:
            return phrase("{program:path} is too old, 0.14 or later is needed: {reason}", program=self.binary, reason=said)
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
    patterns = dict(_TEXTS)
    said = [line for line in lines if "retrying after" not in line] or lines
    if not said:
        return kind, phrase("it gave no reason")
    line = next((line for line in said if line.startswith("Fatal:")), None)
    # a trace of Go may follow on it
    line = line or next((line for line in said if kind in patterns and re.search(patterns[kind], line)), None)
    line = line or next((line for line in reversed(said) if not _TRACE.search(line)), said[0])
    line = _RETRIED.sub("", line)
    return kind, verbatim(one_line(masked(re.sub(r"^(Fatal: )+", "", line)), 300))


def misses_data(stderr: str) -> bool:
    """Whether restic has looked twice for a pack that is not there."""
    found = _MISSING.findall(stderr)
    return any(found.count(name) > 1 for name in set(found))


def _lost_pack(stderr: str) -> Message | None:
    found = _MISSING.search(stderr)
    return phrase("the pack {pack} of its data", pack=f"data/{found[1]}") if found else None


def _plain(line: str) -> str:
    # {"message_type":"exit_error","code":12,"message":"Fatal: ..."} of restic 0.17 and later
    if line.lstrip().startswith("{"):
        try:
            return str(json.loads(line).get("message", line))
        except (ValueError, RecursionError):
            pass
    return line.strip()


def literally(path: str) -> str:
    """A path as a pattern of restic that stands for nothing else."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", path)


class Lock(t.NamedTuple):
    """Who has locked a repository; ``exclusive``: nobody else may work in it, ``restic backup`` neither."""

    time: dt.datetime
    exclusive: bool
    host: str
    user: str
    pid: int


def parse_lock(text: str) -> Lock:
    """A lock of ``restic cat lock``. CannotObserve for anything else."""
    try:
        data = json.loads(text)
        return Lock(
            parse_time(data["time"]),
            data.get("exclusive") is True,
            str(data.get("hostname", "")),
            str(data.get("username", "")),
            int(data.get("pid") or 0),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CannotObserve(phrase("restic answered with something that is not a lock")) from None


def at_once(*jobs: t.Callable[[], object]) -> list[t.Any]:
    """What several jobs give that are done at the same time; what one raised that could not observe, in its place."""
    given: list[object] = [None] * len(jobs)

    def do(number: int) -> None:
        try:
            given[number] = jobs[number]()
        except Exception as exc:  # pylint: disable=broad-exception-caught # raised below, in the thread of the check
            given[number] = exc

    threads = [threading.Thread(target=do, args=(number,), daemon=True) for number in range(1, len(jobs))]
    for thread in threads:
        thread.start()
    do(0)
    for thread in threads:
        thread.join()
    for one in given:
        if isinstance(one, Exception) and not isinstance(one, CannotObserve):
            raise one
    return given


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
    "NO_SNAPSHOT",
    "OTHER",
    "PERMISSION",
    "TOO_OLD",
    "UNREACHABLE",
    "WRONG_PASSWORD",
    "Listed",
    "Lock",
    "Restic",
    "ResticFailed",
    "at_once",
    "failure",
    "has_cache",
    "literally",
    "misses_data",
    "parse_lock",
)
