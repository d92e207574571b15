# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outside world: commands in a session of their own, files, deadlines."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner, unreadable
from fakes import FakeClock, FakeHttp

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_a_command_in_the_c_locale_without_a_terminal() -> None:
    done = Runner().run(["sh", "-c", 'echo "$LC_ALL $MINE"; echo oops >&2; cat; exit 3'], env={"MINE": "x"}, stdin="text")
    assert (done.rc, done.stdout, done.stderr, done.truncated) == (3, "C.UTF-8 x\ntext", "oops\n", False)


def test_never_through_a_shell(tmp_path: pathlib.Path) -> None:
    assert Runner().run(["echo", f"a; touch {tmp_path}/b $(id)"]).stdout == f"a; touch {tmp_path}/b $(id)\n"
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert Runner().run(["printf", r"\377"]).stdout == "\ufffd"


def test_a_program_that_reads_nothing() -> None:
    assert Runner().run(["true"], stdin="x" * 2**20).rc == 0


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(CannotObserve, match="no-such-program is not installed on this host, or may not be run by"):
        Runner().run(["no-such-program"])


def test_a_command_that_cannot_be_run(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "broken"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(CannotObserve, match="cannot be run"):
        Runner().run([str(script)])


def test_a_command_that_hangs_is_stopped_with_its_children(tmp_path: pathlib.Path) -> None:
    started = time.monotonic()
    pid = tmp_path / "pid"
    with pytest.raises(CannotObserve, match="sh did not end within 1 s and was stopped"):
        Runner().run(["sh", "-c", f"sleep 60 & echo $! >{pid}; wait"], timeout=1)
    assert time.monotonic() - started < 30
    child = int(pid.read_text())
    for _unused in range(600):
        status = pathlib.Path(f"/proc/{child}/stat")
        if not status.exists() or status.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child of the command still runs")


def test_a_grandchild_that_keeps_the_pipe_open_holds_nobody_up() -> None:
    started = time.monotonic()
    assert Runner().run(["sh", "-c", "setsid sleep 30 & echo done"]).stdout == "done\n"
    assert time.monotonic() - started < 20


def test_the_deadline_of_the_check_bounds_its_commands() -> None:
    started = time.monotonic()
    with pytest.raises(CannotObserve):
        Runner().within(0.5).run(["sleep", "30"], timeout=30)
    assert time.monotonic() - started < 20


def test_endless_output_is_cut() -> None:
    done = Runner().run(["sh", "-c", "yes | head -c 10000000"], max_output=1000)
    assert len(done.stdout) == 1000 and done.truncated


def test_which() -> None:
    runner = Runner(environ={"PATH": ""})
    assert runner.which("sh") in ("/usr/bin/sh", "/bin/sh")
    assert runner.which("/bin/sh") == "/bin/sh"
    assert runner.which("/etc/passwd") is None and runner.which("/tmp") is None and runner.which("no-such-program") is None


def test_a_deadline_is_never_later_than_the_one_above() -> None:
    clock = FakeClock()
    runner = Runner(http=FakeHttp({}), clock=clock).within(10)
    assert runner.within(100).remaining() == 10
    clock.passed = 4
    assert runner.remaining() == 6 and runner.remaining(2) == 2
    runner.sleep(100)
    assert clock.passed == 10
    with pytest.raises(CannotObserve, match="the time allowed for this check is over"):
        runner.remaining()


def test_the_deadline_bounds_requests() -> None:
    http = FakeHttp({"/x": {}})
    Runner(http=http, clock=FakeClock()).within(3).get("http://h/x", timeout=30)
    assert http.asked[0][2]["timeout"] == 3


def test_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"caf\xc3\xa9\xff")
    assert Runner().read_text(str(tmp_path / "a")) == "café\ufffd"
    assert Runner().read_bytes(str(tmp_path / "a"), max_bytes=3) == b"caf"
    with pytest.raises(CannotObserve, match="/nothing does not exist"):
        Runner().read_text("/nothing")
    with pytest.raises(CannotObserve, match="cannot be read: Is a directory"):
        Runner().read_text(str(tmp_path))


def test_no_permission_says_who_and_what_to_do() -> None:
    message = unreadable("/x", PermissionError(13, "Permission denied"))
    assert "/x may not be read by" in message and "run_as" in message


def test_an_empty_environment_is_enough() -> None:
    assert Runner(environ={}).run(["env"]).stdout.startswith("LC_ALL=C.UTF-8")
    assert os.environ.get("LC_ALL") != "nonsense"


def ended(pid: int) -> bool:
    """Whether a process ends within a generous time."""
    for _unused in range(600):
        status = pathlib.Path(f"/proc/{pid}/stat")
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def written(path: pathlib.Path, count: int) -> list[int]:
    """So many numbers, once a command has written them to a file."""
    for _unused in range(600):
        found = path.read_text().split() if path.exists() else []
        if len(found) == count:
            return [int(text) for text in found]
        time.sleep(0.05)
    raise AssertionError(f"{path} has not {count} numbers")


def started(code: str, count: int) -> tuple[subprocess.Popen[str], list[int]]:
    """A process of ours that runs a check, and what it says are the processes below it."""
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT / "collections")
    assert program.stdout is not None
    return program, [int(program.stdout.readline()) for _unused in range(count)]


# what the command starts is said once the watch has been told of it
RUNS = """
import contextlib, pathlib
from ansible_collections.operability.readiness.plugins.module_utils import _runner
watched = _runner.watched
@contextlib.contextmanager
def told(group):
    with watched(group):
        pathlib.Path("FOLDER/told").touch()
        yield
_runner.Runner().run(["true"])
_runner.watched = told
script = "sleep 300 & one=$!; until [ -e FOLDER/told ]; do sleep 0.05; done; echo $one $$ >>FOLDER/pids; wait"
_runner.Runner().run(["sh", "-c", script], timeout=600)
"""


def test_a_command_does_not_outlive_a_process_that_is_killed(tmp_path: pathlib.Path) -> None:
    program, _none = started(RUNS.replace("FOLDER", str(tmp_path)), 0)
    pids = written(tmp_path / "pids", 2)
    program.kill()
    program.communicate()
    assert [ended(pid) for pid in pids] == [True, True]


def test_of_groups_that_have_ended_nothing_is_killed() -> None:
    code = """
import os, subprocess, sys
from ansible_collections.operability.readiness.plugins.module_utils import _watch
other = subprocess.Popen(["sleep", "300"], start_new_session=True, stdout=subprocess.DEVNULL)
with _watch.watched(other.pid):
    pass
print(other.pid, flush=True)
print(_watch._watch._shell.pid, flush=True)
"""
    program, (other, shell) = started(code, 2)
    program.communicate()
    assert ended(shell)
    os.kill(other, signal.SIGKILL)  # it was still there


def test_checks_end_when_whoever_asked_for_them_is_dead(tmp_path: pathlib.Path) -> None:
    code = f"""
import os, time
from ansible_collections.operability.readiness.plugins.module_utils import _engine
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
if os.fork() == 0:
    item = _engine.Item("a", "command", {{"command": ["sh", "-c", "echo $$ >{tmp_path}/pid; sleep 300"], "timeout": 290}})
    print(os.getpid(), flush=True)
    _engine.execute([item], Runner())
time.sleep(300)
"""
    program, (worker,) = started(code, 1)
    (command,) = written(tmp_path / "pid", 1)
    program.kill()
    program.communicate()
    assert ended(worker) and ended(command)
