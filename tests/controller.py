# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook as ``subprocess.run`` does, but in a process forked from one that has imported most of Ansible already.

What a run sees is what it sees in a new process: its own folder, environment, arguments, streams, signals and settings. What differs is
the seed of its hashes, which the runs of one server share, and the command line that ``ps`` shows. Tests of a terminal or of the way in
which a controller dies start a real process.
"""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(sys.executable).with_name("ansible-playbook")
TIMEOUT = 300.0
LENGTH = struct.Struct("!Q")
# what the interpreter and the libraries read when they start: each set of values has a server of its own
READ_AT_START = ("PYTHON", "LANG", "LC_", "TZ", "LD_", "OPENSSL_", "SSL_", "GLIBC_", "MALLOC_")


class Run:
    """One run that has begun."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._answers = b""
        self.returncode: int | None = None
        self.pid = self._number(None)

    def _number(self, until: float | None) -> int:
        while b"\n" not in self._answers:
            self._link.settimeout(None if until is None else max(0.001, until - time.monotonic()))
            part = self._link.recv(4096)
            if not part:
                raise RuntimeError("the server of ansible-playbook runs has died")
            self._answers += part
        first, self._answers = self._answers.split(b"\n", 1)
        return int(first)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as ``subprocess.Popen.wait`` returns it: negative for a signal."""
        if self.returncode is None:
            try:
                self.returncode = self._number(None if timeout is None else time.monotonic() + timeout)
            except TimeoutError:
                raise subprocess.TimeoutExpired("ansible-playbook", timeout or 0) from None
            self._link.close()
        return self.returncode

    def let_go(self) -> None:
        """Ends it, if it has not ended."""
        self._link.close()


class Server:
    """The server of one set of start values."""

    def __init__(self, environment: t.Mapping[str, str]) -> None:
        self.lock = threading.Lock()
        self.owner = os.getpid()
        self.control, theirs = socket.socketpair()
        collection = ROOT / "collections" / "ansible_collections" / "operability" / "readiness"
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "fork_server.py"), str(theirs.fileno()), str(collection)],
            pass_fds=(theirs.fileno(),),
            env=dict(environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()

    def start(self, request: t.Mapping[str, t.Any], streams: t.Sequence[int]) -> Run:
        ours, theirs = socket.socketpair()
        text = json.dumps(request).encode()
        with theirs, self.lock:
            socket.send_fds(self.control, [b"r"], [theirs.fileno(), *streams])
        ours.sendall(LENGTH.pack(len(text)) + text)
        return Run(ours)

    def stop(self) -> None:
        self.control.close()
        if self.owner == os.getpid():
            self.process.wait()


_servers: dict[tuple[tuple[str, str], ...], Server] = {}
_lock = threading.Lock()


def server(environment: t.Mapping[str, str]) -> Server:
    """The server for runs in this environment, started when it is first asked for."""
    key = tuple(sorted((name, value) for name, value in environment.items() if name.startswith(READ_AT_START)))
    with _lock:
        found = _servers.get(key)
        if found is None or found.owner != os.getpid() or found.process.poll() is not None:
            found = _servers[key] = Server({"PATH": os.environ.get("PATH", os.defpath), **dict(key)})
        return found


@atexit.register
def stop_servers() -> None:
    """Ends the servers, and with them what still runs."""
    for each in list(_servers.values()):
        each.stop()
    _servers.clear()


def start(
    words: t.Sequence[str],
    *,
    cwd: pathlib.Path | None = None,
    env: t.Mapping[str, str] | None = None,
    streams: t.Sequence[int],
    new_session: bool = False,
) -> Run:
    """Begins ``ansible-playbook WORDS``; streams: the descriptors that become its standard input, output and error."""
    environment = dict(os.environ if env is None else env)
    umask = os.umask(0o077)
    os.umask(umask)
    request = {
        "argv": [str(PROGRAM), *words],
        "cwd": str(cwd or pathlib.Path.cwd()),
        "environment": environment,
        "umask": umask,
        "new_session": new_session,
    }
    return server(environment).start(request, streams)


def run(
    words: t.Sequence[str],
    *,
    cwd: pathlib.Path | None = None,
    env: t.Mapping[str, str] | None = None,
    merged: bool = False,
    timeout: float = TIMEOUT,
) -> subprocess.CompletedProcess[str]:
    """``ansible-playbook WORDS`` to its end, without standard input; merged: standard error goes where standard output goes."""
    parts: dict[int, bytearray] = {}
    nothing = os.open(os.devnull, os.O_RDONLY)
    out, out_end = os.pipe()
    error, error_end = (out, out_end) if merged else os.pipe()
    try:
        begun = start(words, cwd=cwd, env=env, streams=(nothing, out_end, error_end))
    finally:
        for descriptor in dict.fromkeys((nothing, out_end, error_end)):
            os.close(descriptor)
    until = time.monotonic() + timeout
    try:
        with selectors.DefaultSelector() as selector:
            for descriptor in dict.fromkeys((out, error)):
                parts[descriptor] = bytearray()
                selector.register(descriptor, selectors.EVENT_READ)
            while selector.get_map():
                if time.monotonic() > until:
                    raise subprocess.TimeoutExpired(list(words), timeout, output=bytes(parts[out]))
                for key, _events in selector.select(max(0.0, until - time.monotonic())):
                    part = os.read(key.fd, 65536)
                    parts[key.fd] += part
                    if not part:
                        selector.unregister(key.fd)
        status = begun.wait(max(0.001, until - time.monotonic()))
    finally:
        begun.let_go()
        for descriptor in dict.fromkeys((out, error)):
            os.close(descriptor)
    texts = {descriptor: data.decode().replace("\r\n", "\n").replace("\r", "\n") for descriptor, data in parts.items()}
    return subprocess.CompletedProcess(list(words), status, texts[out], "" if merged else texts[error])


__all__ = ("PROGRAM", "Run", "run", "start", "stop_servers")
