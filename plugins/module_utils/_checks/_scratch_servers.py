# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of a database that was restored into scratch space: as no root, without a port, ended whatever happens to the check.

PRIVATE to the collection.
"""

from __future__ import annotations

import bz2
import contextlib
import copy
import gzip
import lzma
import os
import pwd
import re
import signal
import subprocess
import time
import typing as t

from .._finding import CannotObserve
from .._message import first_line, lines_of
from .._paths import is_within
from .._phrase import Message, phrase, verbatim
from .._runner import Runner, unreadable, user_name
from .._watch import watched
from ._scratch_space import Scratch

ENDING = 15.0  # seconds in which a server that was told to end is waited for
POLL = 0.1
LOG = 256 * 2**10  # bytes of its log that are looked at
COMPLAINTS = 32 * 2**20  # bytes of what a client says while it loads a dump
ANSWER = 2**20  # bytes of an answer that are read
UNUSED = (".cnf", ".conf", ".crl", ".crt", ".key", ".pem")  # ends of names in a data folder of which a server in scratch space uses none
LONGEST_SOCKET = 100  # characters of the path of a socket, of which the kernel takes 107
_CLIENTS_OWN = re.compile(r"PG(?!BACKREST)|MYSQL_|MARIADB_")


class Unusable(Exception):
    """What was restored cannot be used as the database that it is: a fail."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Database(t.Protocol):
    """A restored database that answers; ``env``: with what a command finds it."""

    @property
    def env(self) -> dict[str, str]:
        """Variables of the environment."""

    def tables(self) -> dict[str, int]:
        """How many tables each of its databases has. Unusable, CannotObserve."""

    def has_rows(self) -> bool:
        """Whether a table of one of them has a row, or may have. Unusable, CannotObserve: that cannot be told."""

    def ask(self, query: str, database: str | None) -> str:
        """The answer as plain text. Unusable, CannotObserve."""


class Account:
    """As whom the server runs. ``who`` is None for the user who runs the check."""

    def __init__(self, who: pwd.struct_passwd | None) -> None:
        self.who = who

    def words(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs as the account."""
        if self.who is None:
            return [*argv]
        return ["setpriv", f"--reuid={self.who.pw_uid}", f"--regid={self.who.pw_gid}", "--clear-groups", "--", *argv]

    def give(self, scratch: Scratch, path: str) -> None:
        """Lets the account have what lies there, and come to it. What links lead to is nobody's to give."""
        if self.who is None:
            return
        uid, gid = self.who.pw_uid, self.who.pw_gid
        os.chown(scratch.path, uid, gid)
        below = os.path.relpath(path, scratch.path).split(os.sep)
        for depth in range(1, len(below)):
            os.chown(os.path.join(scratch.path, *below[:depth]), uid, gid, follow_symlinks=False)
        os.chown(path, uid, gid, follow_symlinks=False)
        for folder, names, files in os.walk(path):
            for name in (*names, *files):
                os.chown(os.path.join(folder, name), uid, gid, follow_symlinks=False)


def account_of(name: str | None) -> pwd.struct_passwd | None:
    """The account that ``database_user`` names; None where nothing is changed. CannotObserve."""
    if name is None or (os.geteuid() != 0 and name == user_name()):
        return None
    if os.geteuid() != 0:
        raise CannotObserve(phrase("only root can run a database as {name}; this check runs as {user}", name=name, user=user_name()))
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise CannotObserve(phrase("the account {name} (database_user) does not exist on this host", name=name)) from None
    if found.pw_uid == 0:
        raise CannotObserve(phrase("a database is not run as root: name its account in database_user, or in run_as"))
    return found


def server_account(given: pwd.struct_passwd | None, usual: str, path: str) -> Account:
    """As whom the server of this folder runs: the account that is given, its owner, or the one that such servers have."""
    if given is not None or os.geteuid() != 0:
        return Account(given)
    for found in (_by_number(os.lstat(path).st_uid), _by_name(usual)):
        if found is not None and found.pw_uid != 0:
            return Account(found)
    said = phrase(
        "a database is not run as root, and there is no account {usual}: name its account in database_user, or in run_as",
        usual=usual,
    )
    raise CannotObserve(said)


def _by_number(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _by_name(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


class Server:
    """A process that serves; ``with`` ends it. ``log`` has what it and its children said."""

    def __init__(self, runner: Runner, scratch: Scratch, argv: t.Sequence[str], log: str, ends_with: int) -> None:
        self.runner, self.scratch, self.argv, self.log, self.ends_with = runner, scratch, argv, log, ends_with
        self.process: subprocess.Popen[bytes] | None = None
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Server:
        program = self.runner.which(self.argv[0])
        if program is None:
            raise CannotObserve(
                phrase("{program:path} is not installed on this host, or may not be run by {user}", program=self.argv[0], user=user_name())
            )
        environment = {**self.runner.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "", "TMPDIR": self.scratch.path}
        try:
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with # it goes on
                    [program, *self.argv[1:]],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.scratch.path,
                    env=environment,
                    start_new_session=True,
                )
        except OSError as exc:
            said = phrase("{program:path} cannot be run: {reason}", program=self.argv[0], reason=exc.strerror or str(exc))
            raise CannotObserve(said) from None
        self._held.enter_context(watched(self.process.pid))
        return self

    def __exit__(self, *_raised: object) -> None:
        if self.process is None:
            return
        try:
            if self.process.poll() is None:
                self.process.send_signal(self.ends_with)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(ENDING)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        finally:
            self._held.close()

    def await_answer(self, answers: t.Callable[[], bool]) -> bool:
        """Waits until it answers; False when it has ended. CannotObserve when time is over, or the scratch space full."""
        while not answers():
            if self.process is None or self.process.poll() is not None:
                return False
            self.runner.sleep(POLL)
        return True

    def said(self) -> list[str]:
        """The last lines of its log."""
        try:
            with open(self.log, "rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - LOG))
                return lines_of(stream.read(LOG).decode("utf-8", "replace"), 300)
        except OSError:
            return []


def without_clients_settings(runner: Runner, environment: t.Mapping[str, object] | None) -> Runner:
    """A runner in whose environment nothing leads a client to another server; ``environment``: what commands of the restore need."""
    other = copy.copy(runner)
    kept = {name: value for name, value in runner.environ.items() if not _CLIENTS_OWN.match(name)}
    other.environ = {**kept, **{name: str(value) for name, value in (environment or {}).items() if not _CLIENTS_OWN.match(name)}}
    return other


def socket_folder(scratch: Scratch) -> str:
    """A folder for the socket of a server. CannotObserve where its path would be too long for one."""
    path = os.path.join(scratch.path, "s")
    if len(os.path.join(path, ".s.PGSQL.5432")) > LONGEST_SOCKET:
        raise CannotObserve(
            phrase("the path of the scratch space {path:path} is too long for a socket: choose a shorter one", path=scratch.parent)
        )
    return path if os.path.isdir(path) else scratch.folder("s")


def programs(runner: Runner, folder: str | None, names: t.Sequence[str]) -> str | None:
    """The full path of the first of these programs that is there."""
    for name in names:
        found = runner.which(os.path.join(folder, name)) if folder else runner.which(name)
        if found:
            return found
    return None


def fed(runner: Runner, scratch: Scratch, argv: t.Sequence[str], dump: str, keep: t.Callable[[bytes], bool]) -> tuple[int, list[str]]:
    """Gives a client the lines of a dump, packed or not, that ``keep`` lets through: its code, and what it said on stderr."""
    errors = os.path.join(scratch.path, "client.log")
    environment = {**runner.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}
    source = unpacked(dump)
    with source, open(errors, "wb") as log:
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function # with a deadline
            argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, cwd=scratch.path, env=environment, start_new_session=True
        )
        try:
            with watched(process.pid):
                _feed(runner, source, t.cast("t.IO[bytes]", process.stdin), keep, dump)
                while process.poll() is None:
                    runner.sleep(POLL)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with open(errors, "rb") as stream:
        raw = stream.read(COMPLAINTS + 1)
    if len(raw) > COMPLAINTS:  # what is read of it need not have the worst
        raise CannotObserve(
            phrase("loading the dump {path:path} gives more than {size:bytes} of messages", path=os.path.basename(dump), size=COMPLAINTS)
        )
    said = raw.decode("utf-8", "replace")
    return process.returncode, lines_of(said, 300)


def _feed(runner: Runner, source: t.IO[bytes], sink: t.IO[bytes], keep: t.Callable[[bytes], bool], dump: str) -> None:
    looked = 0.0
    with contextlib.suppress(BrokenPipeError), sink:
        starts = True  # a line is longer than what is read of it at once
        while line := _line(source, dump):
            if not starts or keep(line):
                sink.write(line)
            starts = line.endswith(b"\n")
            if time.monotonic() - looked > POLL:
                runner.remaining()
                looked = time.monotonic()


def _line(source: t.IO[bytes], dump: str) -> bytes:
    try:
        return source.readline(2**20)
    except (OSError, EOFError, lzma.LZMAError, ValueError) as exc:
        said = phrase("the restored dump {path:path} cannot be unpacked: {reason}", path=os.path.basename(dump), reason=first_line(exc))
        raise Unusable(said) from None


def unpacked(path: str) -> t.IO[bytes]:
    """The content of a file that may be packed with gzip, bzip2 or xz. CannotObserve for what this Python cannot unpack."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(6)
        if head.startswith(b"\x1f\x8b"):
            return t.cast("t.IO[bytes]", gzip.open(path, "rb"))
        if head.startswith(b"BZh"):
            return t.cast("t.IO[bytes]", bz2.open(path, "rb"))
        if head.startswith(b"\xfd7zXZ"):
            return t.cast("t.IO[bytes]", lzma.open(path, "rb"))
        if head.startswith((b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"PK\x03\x04")):
            raise CannotObserve(phrase("{path:path} is packed in a way that no server can be given here", path=os.path.basename(path)))
        return open(path, "rb")  # pylint: disable=consider-using-with # the caller closes it
    except OSError as exc:
        raise CannotObserve(unreadable(path, exc)) from None


def held_inside(data: str, scratch: Scratch, places: t.Mapping[str, str]) -> None:
    """Each link in a restored data folder leads to what was restored; CannotObserve for one that leads out of it.

    A server that follows it would write into what is in use.
    """
    for folder, names, files in os.walk(data):
        for name in (*names, *files):
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                continue
            leads = os.readlink(path)
            inner = moved(os.path.join(folder, leads), scratch, places)
            if inner is None and folder == data and name.endswith(UNUSED):
                os.unlink(path)
                continue
            if inner is None:
                raise leads_out(os.path.relpath(path, data), leads)
            if inner != os.path.join(folder, leads):
                os.unlink(path)
                os.symlink(inner, path)


def moved(path: str, scratch: Scratch, places: t.Mapping[str, str]) -> str | None:
    """Where a path lies in scratch space; None for one that lies elsewhere and was not restored."""
    if within(path, scratch.path):
        return path
    whole = os.path.normpath(path)
    for before, now in places.items():
        if is_within(whole, before):
            there = os.path.join(now, os.path.relpath(whole, before)) if whole != before else now
            if os.path.lexists(there) and within(there, scratch.path):
                return there
    return None


def within(path: str, folder: str) -> bool:
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(root + os.sep)


def leads_out(name: str, leads: str) -> CannotObserve:
    said = phrase(
        "{name:path} in the restored data folder leads to {path:path}, outside the scratch space: a server would write there",
        name=name,
        path=leads,
    )
    return CannotObserve(said)


def quoted(line: str) -> Message:
    """A line that a server or a client has said."""
    return verbatim(line.rstrip("."))


__all__ = (
    "ANSWER",
    "Account",
    "Database",
    "Server",
    "Unusable",
    "account_of",
    "fed",
    "held_inside",
    "leads_out",
    "moved",
    "programs",
    "quoted",
    "server_account",
    "socket_folder",
    "unpacked",
    "within",
    "without_clients_settings",
)
