# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one scheduled verification: never two at once, ended after a time, and told to Prometheus.

  python3 operability_recheck.py [--jitter] SCHEDULE.json

Exit code: that of the command; 75 where the run before has not ended, 124 after the time that it may take, 126 or 127 where the command
cannot be started, 128 and the number of the signal where one ended it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import typing as t

STILL_RUNNING, TIMED_OUT, NOT_EXECUTABLE, NOT_FOUND = 75, 124, 126, 127
GRACE = 20.0  # seconds between the polite end and the other one

METRICS = (
    ("timestamp_seconds", "When the last scheduled run ended."),
    ("duration_seconds", "How long the last scheduled run took."),
    ("exit_code", "Exit code of the last scheduled run."),
)


class Schedule:
    """What the role wrote down: name, command, environment, folder, lock, textfile_directory, jitter_seconds, timeout_seconds."""

    def __init__(self, path: str) -> None:
        given: dict[str, t.Any] = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.name, self.command, self.lock = str(given["name"]), [str(word) for word in given["command"]], pathlib.Path(given["lock"])
        self.folder = given.get("folder") or "/"
        self.environment = {str(name): str(value) for name, value in (given.get("environment") or {}).items()}
        self.textfile_directory = given.get("textfile_directory") or ""
        self.jitter, self.timeout = float(given.get("jitter_seconds") or 0), float(given.get("timeout_seconds") or 0)

    def say(self, text: str) -> None:
        print(f"operability-recheck {self.name}: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    schedule = Schedule(arguments[-1])
    if "--jitter" in arguments[:-1]:
        time.sleep(random.uniform(0, schedule.jitter))
    handle = os.open(schedule.lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        schedule.say(f"left out: the run before has not ended ({schedule.lock.read_text().strip() or 'it has just begun'})")
        return STILL_RUNNING
    os.ftruncate(handle, 0)
    os.write(handle, f"since {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}, process {os.getpid()}\n".encode())
    started = time.monotonic()
    code = run(schedule, handle)
    tell(schedule, code, time.monotonic() - started)
    return code


def run(schedule: Schedule, lock: int) -> int:
    """Runs the command; it inherits the lock, so that one that outlives us still holds the next one off."""
    begun: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _frame: object) -> None:
        for child in begun:
            end(child, number)
        if not begun:
            early.append(number)  # the command may run before anybody here knows of it

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    try:
        child = subprocess.Popen(
            schedule.command,
            stdin=subprocess.DEVNULL,
            cwd=schedule.folder,
            env={**os.environ, **schedule.environment},
            pass_fds=(lock,),
            start_new_session=True,
        )
    except OSError as exc:
        schedule.say(f"{exc.filename or schedule.command[0]} cannot be used: {exc.strerror or exc}")
        return NOT_FOUND if isinstance(exc, FileNotFoundError) else NOT_EXECUTABLE
    begun.append(child)
    for number in early:
        end(child, number)
    try:
        code = child.wait(schedule.timeout or None)
    except subprocess.TimeoutExpired:
        schedule.say(f"ended: it took more than {schedule.timeout:g} s")
        end(child, signal.SIGTERM)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            end(child, signal.SIGKILL)
            child.wait()
        return TIMED_OUT
    return code if code >= 0 else 128 - code


def end(child: subprocess.Popen[bytes], number: int) -> None:
    """A signal for the command and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def tell(schedule: Schedule, code: int, seconds: float) -> None:
    """Replaces the metrics of this schedule in one step. What goes wrong is said, and changes no exit code."""
    if not schedule.textfile_directory:
        return
    values = {"timestamp_seconds": f"{time.time():.0f}", "duration_seconds": f"{seconds:.3f}", "exit_code": str(code)}
    lines = []
    for metric, text in METRICS:
        name = f"operability_recheck_run_{metric}"
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge", f'{name}{{recheck="{schedule.name}"}} {values[metric]}']
    target = pathlib.Path(schedule.textfile_directory, f"operability-recheck-{schedule.name}.prom")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), 0o644)
        os.replace(temporary, target)
    except OSError as exc:
        if temporary:
            pathlib.Path(temporary).unlink(missing_ok=True)
        schedule.say(f"{target} could not be written: {exc.strerror or exc}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
