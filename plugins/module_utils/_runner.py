# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outside world as a check sees it: commands, files, the clock, HTTP, and a deadline. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import datetime as dt
import getpass
import importlib
import os
import select
import shutil
import signal
import subprocess
import threading
import time
import typing as t
from urllib.parse import urlsplit

from ._exchange import Connection, Http, HttpFailure, Response, public_url
from ._failover import Detour, addresses, is_out_of_reach, none_left, not_usable
from ._finding import CannotObserve
from ._phrase import Message, phrase
from ._watch import watched

PATIENCE = 5.0  # seconds: whoever had less time to wait does not know that nobody answers
SEARCH_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


@dataclasses.dataclass(frozen=True)
class Completed:
    """A command that has ended."""

    rc: int
    stdout: str
    stderr: str
    truncated: bool = False


class Clock:
    """The time. Tests hand in another."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.timezone.utc)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Outages(t.Protocol):
    """Instruments that were found out of reach, and what was said of them, for all that would ask them too."""

    def known(self, instrument: str) -> Message | None: ...
    def remember(self, instrument: str, message: Message) -> None: ...


class Runner:
    """Handed to each check by the engine; its deadline bounds every command and request of that check."""

    def __init__(self, *, http: Http | None = None, clock: Clock | None = None, environ: t.Mapping[str, str] | None = None) -> None:
        self._http = http
        self.clock = clock or Clock()
        self.environ = dict(os.environ if environ is None else environ)
        self.deadline: float | None = None
        self.outages: Outages | None = None
        self.detours: dict[str, Detour] = {}  # by the first address of a server that has several

    @property
    def http(self) -> Http:
        """By name: a check that makes requests brings the adapter along, and the others do without it and all that it needs."""
        if self._http is None:
            self._http = t.cast("Http", importlib.import_module(f"{__package__}._http").OpenUrlHttp())
        return self._http

    def forget(self) -> None:
        """From now on every question is asked anew."""
        if self._http is not None:
            self._http.forget()

    def within(self, seconds: float) -> Runner:
        """A runner whose deadline is ``seconds`` from now, and never later than this one's."""
        other = copy.copy(self)
        end = self.clock.monotonic() + seconds
        other.deadline = end if self.deadline is None else min(end, self.deadline)
        return other

    def remaining(self, most: float = 3600.0) -> float:
        """Seconds left, at most ``most``; CannotObserve when none are."""
        if self.deadline is None:
            return most
        left = self.deadline - self.clock.monotonic()
        if left <= 0:
            raise CannotObserve(phrase("the time allowed for this check is over"))
        return min(most, left)

    def now(self) -> dt.datetime:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Sleeps, but not past the deadline."""
        self.clock.sleep(min(seconds, self.remaining()))

    # -- HTTP

    def request(self, method: str, url: str, *, timeout: float = 10.0, **options: t.Any) -> Response:
        """Http.request with the deadline applied."""
        return self.http.request(method, url, timeout=self.remaining(timeout), **options)

    def ask(self, instrument: str, method: str, url: str, *, light: bool = False, **options: t.Any) -> Response:
        """A request to an instrument. One that is known to be out of reach is not asked; ``light``: it must answer this in no time.

        Where its connection has further addresses, the next one is asked when one cannot be reached or, asked for the first time,
        answers with 500 or more; the check stays with the one that has answered. ``detours`` has which one that is.
        """
        places = addresses(url, options.get("connection"))
        key = places[0].base
        known = self.detours.get(key) if len(places) > 1 else None
        reasons = [known.why] if known and known.why is not None else []
        for number, place in enumerate(places):
            if known and number < known.number:
                continue
            named = instrument if number == 0 else f"{instrument} ({public_url(place.base)})"
            try:
                response = self._ask_one(named, method, place.url, light, options)
            except CannotObserve as exc:
                if len(places) == 1 or not is_out_of_reach(exc):
                    raise
                reasons.append(exc.message)
                continue
            if response.status >= 500 and len(places) > 1 and not (known and known.number == number):
                reasons.append(not_usable(place, response.status))
                continue
            if len(places) > 1:
                self.detours[key] = Detour(number, place.base, reasons[-1] if number and reasons else None)
            return response
        raise none_left(instrument, reasons)

    def _ask_one(self, instrument: str, method: str, url: str, light: bool, options: t.Mapping[str, object]) -> Response:
        told = self.outages.known(instrument) if self.outages else None
        if told:
            raise CannotObserve(told, instrument=instrument)
        given = {name: value for name, value in options.items() if name != "timeout"}
        allowed = self.remaining(float(str(options.get("timeout", 10.0))))
        try:
            response = self.request(method, url, timeout=allowed, **given)
        except HttpFailure as exc:
            if self.outages and (exc.kind in ("refused", "name") or (light and exc.kind == "timeout" and allowed >= PATIENCE)):
                self.outages.remember(instrument, exc.message)
            raise
        host = urlsplit(response.url).hostname
        if host != urlsplit(url).hostname and (response.looks_like_html or response.status >= 400):
            said = phrase("{server} redirects to {host}, which does not answer for it: a login (SSO)?", server=instrument, host=host)
            raise HttpFailure("login", said)
        return response

    def get(self, url: str, *, connection: Connection | None = None, **options: t.Any) -> Response:
        return self.request("GET", url, connection=connection, **options)

    # -- commands

    def which(self, name: str) -> str | None:
        """The full path of a command, looked for in PATH and in the usual system folders."""
        if os.sep in name:
            return name if os.access(name, os.X_OK) and not os.path.isdir(name) else None
        path = os.pathsep.join([self.environ.get("PATH", ""), *SEARCH_PATH])
        return shutil.which(name, path=path)

    def _ended(self, process: subprocess.Popen[bytes], allowed: float) -> int:
        """The code with which it ended. subprocess.TimeoutExpired; whatever is raised ends it."""
        return process.wait(timeout=allowed)

    def _started(
        self, argv: t.Sequence[str], env: t.Mapping[str, str] | None, cwd: str | None = None, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        program = self.which(argv[0])
        if program is None:
            raise CannotObserve(
                phrase("{program:path} is not installed on this host, or may not be run by {user}", program=argv[0], user=user_name())
            )
        try:
            return subprocess.Popen(  # pylint: disable=ansible-bad-function # with a deadline, in threads, its output read in parts
                [program, *argv[1:]],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={**self.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "", **(env or {})},
                start_new_session=True,
            )
        except OSError as exc:
            raise CannotObserve(
                phrase("{program:path} cannot be run: {reason}", program=argv[0], reason=exc.strerror or str(exc))
            ) from None

    def run(
        self,
        argv: t.Sequence[str],
        *,
        env: t.Mapping[str, str] | None = None,
        stdin: str | None = None,
        cwd: str | None = None,
        timeout: float = 30.0,
        max_output: int = 8 * 2**20,
        sink: t.Callable[[bytes], object] | None = None,
        hopeless: t.Callable[[str], bool] | None = None,
    ) -> Completed:
        """Runs a command (never through a shell) in the C locale, in a session of its own that is killed whole when time is over.

        ``sink`` is handed the output as it comes, of which nothing is kept then. ``hopeless``: whether the command is to be stopped, by
        what it has said on standard error so far. CannotObserve when the command is not there, may not be
        run, or does not end in time.
        """
        allowed = self.remaining(timeout)
        process = self._started(argv, env, cwd, subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        out = _Reader(process.stdout, max_output, sink)
        err = _Reader(process.stderr, max_output, stop=(hopeless, process.pid) if hopeless else None)
        try:
            with watched(process.pid):
                if stdin is not None and process.stdin is not None:
                    try:
                        process.stdin.write(stdin.encode("utf-8"))
                        process.stdin.close()
                    except BrokenPipeError:
                        pass
                rc = self._ended(process, allowed)
        except subprocess.TimeoutExpired:
            said = phrase(
                "{program:path} did not end within {allowed:duration} and was stopped",
                program=os.path.basename(argv[0]),
                allowed=float(round(allowed)),
            )
            raise CannotObserve(said) from None
        finally:
            _kill(process)
        # a grandchild that keeps the pipe open must not hold the check up
        out.join(2.0 if sink is None else allowed)
        err.join(2.0)
        return Completed(rc, out.text(), err.text(), out.cut or err.cut)

    @contextlib.contextmanager
    def piped(self, argv: t.Sequence[str], *, env: t.Mapping[str, str] | None = None) -> t.Iterator[Pipe]:
        """What a command writes, as bytes and while it runs: for output that is read to its end, and is too much to keep.

        CannotObserve when the command is not there or may not be run, and from the reading when time is over.
        """
        self.remaining()
        process = self._started(argv, env)
        try:
            with watched(process.pid):
                yield Pipe(process, self)
        finally:
            _kill(process)
            if process.stdout is not None:
                process.stdout.close()

    # -- files

    def read_bytes(self, path: str, *, max_bytes: int = 16 * 2**20) -> bytes:
        """At most ``max_bytes`` from the start of a file; CannotObserve says why it cannot be read. A missing file too:
        ask ``os.path.exists`` first where a missing file is a finding of its own."""
        try:
            with open(path, "rb") as handle:
                return handle.read(max_bytes)
        except OSError as exc:
            raise CannotObserve(unreadable(path, exc)) from None

    def read_text(self, path: str, *, max_bytes: int = 16 * 2**20) -> str:
        return self.read_bytes(path, max_bytes=max_bytes).decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Pipe:
    """What a running command writes; ``ended`` waits for its end."""

    def __init__(self, process: subprocess.Popen[bytes], runner: Runner) -> None:
        self._process, self._runner = process, runner
        self._said = _Reader(process.stderr, 65536)

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end. CannotObserve when time is over."""
        if self._process.stdout is None:
            return b""
        descriptor = self._process.stdout.fileno()
        while not select.select([descriptor], [], [], self._runner.remaining(1.0))[0]:
            pass
        return os.read(descriptor, size)

    def ended(self) -> Completed:
        """How it ended, once everything has been read; without its output. CannotObserve when it does not end."""
        try:
            rc = self._process.wait(self._runner.remaining(30.0))
        except subprocess.TimeoutExpired:
            self._runner.remaining()
            rc = -1
        self._said.join(2.0)
        return Completed(rc, "", self._said.text())


class _Reader(threading.Thread):
    """Reads a pipe to its end, keeps the first ``limit`` bytes; or hands them all on."""

    def __init__(
        self,
        stream: t.IO[bytes] | None,
        limit: int,
        sink: t.Callable[[bytes], object] | None = None,
        stop: tuple[t.Callable[[str], bool], int] | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.stop = stop  # whether a process group is to be stopped
        self.stream, self.limit, self.kept, self.cut, self.sink = stream, limit, bytearray(), False, sink
        self.start()

    def run(self) -> None:
        if self.stream is None:
            return
        with self.stream:
            for chunk in iter(lambda: os.read(self.stream.fileno(), 65536), b""):  # type: ignore[union-attr] # checked above
                if self.sink:
                    self.sink(chunk)
                    continue
                room = self.limit - len(self.kept)
                self.kept += chunk[:room]
                self.cut = self.cut or len(chunk) > room
                if self.stop and self.stop[0](self.text()):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self.stop[1], signal.SIGKILL)
                    self.stop = None

    def text(self) -> str:
        return bytes(self.kept).decode("utf-8", "replace")


def user_name() -> str:
    """The name of the user as whom this process runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def unreadable(path: str, exc: OSError) -> Message:
    """Why a path cannot be read, in words."""
    if isinstance(exc, FileNotFoundError):
        return phrase("{path:path} does not exist", path=path)
    if isinstance(exc, PermissionError):
        return phrase(
            "{path:path} may not be read by {user}; let the check run as a user who may (run_as, become)", path=path, user=user_name()
        )
    return phrase("{path:path} cannot be read: {reason}", path=path, reason=exc.strerror or str(exc))


__all__ = ("Clock", "Completed", "Outages", "Pipe", "Runner", "unreadable", "user_name")
