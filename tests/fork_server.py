# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that controller.py starts: it imports once what every run of Ansible imports, and forks for each run.

It imports only what knows no settings. Whatever depends on ``ansible.constants``, which reads the environment and ansible.cfg when it is
imported, each run imports for itself, in its own environment and folder. Beside modules, two results that depend on nothing but their input
are kept: the compiled code of the collection, by its source, and the parsed routing table of ansible.builtin, by its text.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.abc
import io
import json
import multiprocessing
import os
import pathlib
import runpy
import selectors
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import types
import typing as t

SETTINGS = "ansible.constants"
LOADED_BY_A_RUN = (
    "ansible.cli.playbook",
    "ansible.executor.task_executor",
    "ansible.executor.process.worker",
    "ansible.plugins.strategy.linear",
)
LENGTH = struct.Struct("!Q")
PR_SET_PDEATHSIG = 1
PATIENCE = 5.0


# -- what is imported ahead


class Settings(importlib.abc.MetaPathFinder):
    """Refuses to import the settings, and remembers that somebody asked."""

    def __init__(self) -> None:
        self.asked = False

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == SETTINGS:
            self.asked = True
            raise ImportError(f"{SETTINGS} depends on the run")


def names_a_run_loads() -> list[str]:
    """The modules that are loaded before a playbook is read, in the order of their import: from a process of its own."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reader)
            with tempfile.TemporaryDirectory() as folder:
                nothing_set = pathlib.Path(folder, "ansible.cfg")
                nothing_set.touch()
                os.environ.update(ANSIBLE_HOME=folder, ANSIBLE_LOCAL_TEMP=folder, ANSIBLE_CONFIG=str(nothing_set))
                for name in LOADED_BY_A_RUN:
                    importlib.import_module(name)
            with open(writer, "w") as answer:
                json.dump(list(sys.modules), answer)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return [name for name in json.loads(text) if name not in ("__main__", SETTINGS) and not name.startswith("ansible.cli")]


def import_what_knows_no_settings() -> None:
    settings = Settings()
    names = names_a_run_loads()
    sys.meta_path.insert(0, settings)
    try:
        with contextlib.suppress(ModuleNotFoundError):  # it came with 2.19
            importlib.import_module("ansible._internal")  # as ansible.cli does: it tells the others that this is a controller
        for name in names:
            before = set(sys.modules)
            settings.asked = False
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
                if settings.asked:  # it took something else in their place
                    for other in set(sys.modules) - before:
                        forget(other)
    finally:
        sys.meta_path.remove(settings)


def forget(name: str) -> None:
    package, _dot, last = name.rpartition(".")
    module = sys.modules.pop(name)
    if getattr(sys.modules.get(package), last, None) is module:
        delattr(sys.modules[package], last)


def keep_what_is_computed_alike(collection: pathlib.Path) -> None:
    import ansible
    from ansible.utils.collection_loader import _collection_finder as finder

    code: dict[tuple[t.Any, str], types.CodeType] = {}

    def compile_once(source: t.Any, filename: str, mode: str, flags: int = 0, dont_inherit: bool = False) -> t.Any:
        if (mode, flags, dont_inherit) == ("exec", 0, True) and (source, filename) in code:
            return code[source, filename]
        return compile(source, filename, mode, flags=flags, dont_inherit=dont_inherit)

    for path in (collection / "plugins").rglob("*.py"):
        source = path.read_bytes()
        with contextlib.suppress(SyntaxError):  # whoever imports it is told
            code[source, str(path)] = compile(source, str(path), "exec", dont_inherit=True)
    finder.compile = compile_once

    parse = finder._meta_yml_to_dict
    text = (pathlib.Path(ansible.__file__).parent / "config" / "ansible_builtin_runtime.yml").read_bytes()
    key = (text, ("ansible.builtin", "runtime.yml"))
    parsed = {key: parse(*key)}

    def parse_once(text: t.Any, content: t.Any) -> t.Any:
        # handed out once: a second caller gets a table of its own
        return parsed.pop((text, content)) if (text, content) in parsed else parse(text, content)

    finder._meta_yml_to_dict = parse_once


# -- serving


class Request(t.NamedTuple):
    """One run, as the client describes it, and the descriptors for its standard streams."""

    argv: list[str]
    cwd: str
    environment: dict[str, str]
    umask: int
    new_session: bool
    streams: tuple[int, int, int]


class Server:
    """Forks for each request. In the child ``serve`` returns the request, in the server it returns when the client is gone."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.runs: dict[int, socket.socket] = {}
        self.ended, wake = socket.socketpair()
        self.wake = wake
        for end in (self.ended, wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal asks the runs, and the client
        self.selector = selectors.DefaultSelector()
        for each in (control, self.ended):
            self.selector.register(each, selectors.EVENT_READ)

    def serve(self) -> Request | None:
        while True:
            for key, _events in self.selector.select():
                if key.fileobj is self.control:
                    message, descriptors, _flags, _address = socket.recv_fds(self.control, 1, 4)
                    if not message:
                        self.end_all()
                        return None
                    request = self.fork(descriptors)
                    if request is not None:
                        return request
                elif key.fileobj is self.ended:
                    with contextlib.suppress(BlockingIOError):
                        self.ended.recv(4096)
                    self.reap()
                else:  # the client let go of a run
                    for pid, run in list(self.runs.items()):
                        if run is key.fileobj:
                            end_with_children(pid)
                            self.selector.unregister(run)

    def fork(self, descriptors: list[int]) -> Request | None:
        run = socket.socket(fileno=descriptors[0])
        (length,) = LENGTH.unpack(receive(run, LENGTH.size))
        described = json.loads(receive(run, length))
        assert threading.active_count() == 1
        server, pid = os.getpid(), os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != server:
                os._exit(1)
            self.let_go(run)
            return Request(**described, streams=(descriptors[1], descriptors[2], descriptors[3]))
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        self.runs[pid] = run
        self.selector.register(run, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            run.sendall(f"{pid}\n".encode())
        return None

    def let_go(self, run: socket.socket) -> None:
        """In the child: nothing of the server stays open, and signals do what they do in a new process."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for each in (self.control, self.ended, self.wake, run, *self.runs.values()):
            each.close()

    def reap(self) -> None:
        while self.runs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            run = self.runs.pop(pid)
            with contextlib.suppress(OSError):
                run.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            with contextlib.suppress(KeyError):
                self.selector.unregister(run)
            run.close()

    def end_all(self) -> None:
        """The client is gone, and nobody waits for what still runs."""
        for end in (lambda pid: os.kill(pid, signal.SIGTERM), end_with_children):
            for pid in self.runs:
                end(pid)
            until = time.monotonic() + PATIENCE
            while self.runs and time.monotonic() < until:
                self.reap()
                time.sleep(0.02)


def end_with_children(pid: int) -> None:
    """Kills a run and its workers, which are in sessions of their own and would work on."""
    whole, new = {pid}, {pid}
    while new:
        for one in new:  # it starts no others meanwhile
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        new = {child for child, parent in parents() if parent in whole} - whole
        whole |= new
    for one in whole:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def parents() -> list[tuple[int, int]]:
    """Each process, and the one that started it."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found.append((int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])))
    return found


def receive(source: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = source.recv(length - len(parts))
        if not part:
            raise EOFError("the client went away in the middle of a request")
        parts += part
    return bytes(parts)


def become(request: Request) -> None:
    """What the kernel and the interpreter set up for a new process."""
    if request.new_session:
        os.setsid()
    for target, descriptor in enumerate(request.streams):
        os.dup2(descriptor, target, inheritable=True)
        os.close(descriptor)
    os.umask(request.umask)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.environment)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old = getattr(sys, f"__{name}__")
        unbuffered = number > 0 and old.write_through
        mode, buffering = "rb" if number == 0 else "wb", 0 if unbuffered else -1
        file = open(number, mode, buffering=buffering, closefd=False)  # noqa: SIM115 # for as long as the process lives
        getattr(file, "raw", file).name = f"<{name}>"
        new = io.TextIOWrapper(
            t.cast("t.BinaryIO", file),
            encoding=old.encoding,
            errors=old.errors,
            newline="\n",
            line_buffering=old.line_buffering,
            write_through=old.write_through,
        )
        new.mode = "r" if number == 0 else "w"  # type: ignore[attr-defined] # as the interpreter sets it
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    sys.argv = list(request.argv)
    sys.orig_argv = [sys.executable, *request.argv]
    sys.path.insert(0, os.path.dirname(os.path.realpath(request.argv[0])))


def take_locks_of_its_own() -> None:
    """Processes share what was made before they were forked: a run that is killed while it holds such a lock would hold up all others."""
    made_ahead = sys.modules.get("ansible.executor.action_write_locks")
    if made_ahead is not None:
        made_ahead.action_write_locks.update({name: multiprocessing.Lock() for name in made_ahead.action_write_locks})


def main() -> None:
    sys.path.pop(0)  # the folder of this file: a run has its program's
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    import_what_knows_no_settings()
    keep_what_is_computed_alike(pathlib.Path(sys.argv[2]))
    if tempfile.tempdir is not None:
        raise SystemExit("something that was imported ahead has already looked for a folder of temporary files")
    gc.collect()
    gc.freeze()  # a run does not copy them by looking at them
    request = Server(control).serve()
    if request is not None:
        become(request)
        take_locks_of_its_own()
        runpy.run_path(request.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
