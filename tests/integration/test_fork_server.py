# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of ansible-playbook that is forked from the server of the tests is as clean as one in a new process."""

from __future__ import annotations

import concurrent.futures
import importlib.util
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import typing as t

import controller
import pytest

TESTS = pathlib.Path(controller.__file__).parent
# looks at the process that works on a task: a child of the controller, which has inherited everything from it
LOOKUP = """
import ctypes, locale, os, random, signal, socket, sys, tempfile, threading, time
from ansible import constants
from ansible.plugins.lookup import LookupBase

EARLY = sorted(name for name in sys.modules if name.partition(".")[0] in ("ansible", "jinja2", "yaml", "cryptography", "multiprocessing"))


def settings():
    for name in sorted(vars(constants)):
        if name.isupper() and not name.startswith("_"):
            value = getattr(constants, name)
            value = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else value
            yield name, repr(value).replace(constants.DEFAULT_LOCAL_TMP, "LOCAL_TMP")


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **options):
        with open("/proc/%d/status" % os.getppid()) as status:
            wanted = ("Umask", "SigIgn", "SigCgt", "SigBlk", "Threads")
            kernel = [line.strip() for line in status if line.partition(":")[0] in wanted]
        return [{
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "arguments": sys.argv,
            "original arguments": sys.orig_argv[-len(sys.argv):],
            "import path": sys.path,
            "flags": repr(sys.flags),
            "program": os.path.basename(sys.modules["__main__"].__file__),
            "kernel": kernel,
            "open files": [(name, os.path.basename(os.readlink("/proc/%d/fd/%s" % (os.getppid(), name))).partition(":")[0])
                           for name in ("0", "1", "2")],
            "descriptors": len(os.listdir("/proc/%d/fd" % os.getppid())),
            "streams": [[f.encoding, f.errors, f.line_buffering, f.write_through, f.name, f.mode, f.closed]
                        for f in (sys.__stdin__, sys.__stdout__, sys.__stderr__)],
            "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
            "child": repr(signal.getsignal(signal.SIGCHLD)),
            "locale": locale.setlocale(locale.LC_ALL),
            "time zone": time.tzname,
            "temporary files": tempfile.gettempdir(),
            "modules": EARLY,
            "group": os.getpgid(os.getppid()) == os.getpgid(0),
            "settings": dict(settings()),
        }]
"""
PLAYBOOK = """
- name: Look at the controller
  hosts: localhost
  gather_facts: false
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Write down what is seen
      ansible.builtin.copy:
        content: "{{ lookup('controller_process') }}"
        dest: "{{ seen }}"
        mode: "0600"
    - name: End as was asked
      ansible.builtin.command: "{{ end | default('true') }}"
"""


@pytest.fixture(autouse=True)
def interruptible() -> None:
    """A shell has the signal ignored in what it starts in the background, and a process hands that on to those that it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for name in ("lookup_plugins", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "lookup_plugins" / "controller_process.py").write_text(LOOKUP)
    (tmp_path / "playbook.yml").write_text(PLAYBOOK)
    return tmp_path


def environment(folder: pathlib.Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**kept, "HOME": str(folder / "home"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0", **more}


def alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: t.Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def left(folder: pathlib.Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode for path in folder.rglob("*") if "__pycache__" not in path.parts}


@pytest.mark.parametrize(
    ("words", "more", "code"),
    [
        ((), {}, 0),
        ((), {"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PYTHONUNBUFFERED": "1", "ANSIBLE_FORKS": "3"}, 0),
        (("-v", "-e", "end=false"), {"COLUMNS": "60"}, 2),
        (("--no-such-option",), {}, 2),
        (("--limit", "nowhere"), {"ANSIBLE_STDOUT_CALLBACK": "minimal"}, 1),
    ],
    ids=["plain", "another locale", "a task fails", "wrong option", "no such host"],
)
def test_it_leaves_what_a_new_process_leaves(folder: pathlib.Path, words: tuple[str, ...], more: dict[str, str], code: int) -> None:
    arguments = ["-i", "localhost,", "playbook.yml", "-e", f"seen={folder}/seen.json", *words]
    env = environment(folder, **more)
    real = subprocess.run(
        [sys.executable, str(controller.PROGRAM), *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seen = folder / "seen.json"
    files = left(folder)
    facts = json.loads(seen.read_text()) if seen.exists() else None
    seen.unlink(missing_ok=True)
    forked = controller.run(arguments, cwd=folder, env=env)

    def steady(text: str) -> str:
        """Without moments, process numbers and names that are drawn by lot."""
        return re.sub(r"ansible-tmp-[\d.]+-\d+-\d+|([\d-]+ )?\d+:\d+:[\d.]+", "DRAWN", text)

    assert (forked.returncode, steady(forked.stdout), steady(forked.stderr)) == (code, steady(real.stdout), steady(real.stderr))
    assert real.returncode == code and left(folder) == files
    assert (facts is not None) == (words in ((), ("-v", "-e", "end=false")))
    if facts is not None:
        again = json.loads(seen.read_text())
        assert {name: (again[name], facts[name]) for name in facts if again[name] != facts[name]} == {}


def test_two_runs_do_not_see_each_other_s_settings(folder: pathlib.Path) -> None:
    """At the same time, with an ansible.cfg in each folder, and others in the environment."""
    made = {}
    for number in (1, 2):
        place = folder / str(number)
        place.mkdir()
        (place / "ansible.cfg").write_text(f"[defaults]\nforks = {number + 10}\nlookup_plugins = {folder}/lookup_plugins\n")
        env = environment(folder, ANSIBLE_TIMEOUT=str(number + 20), **{f"ONLY_{number}": "here"})
        arguments = ["-i", "localhost,", "../playbook.yml", "-e", f"seen={place}/seen.json"]
        made[number] = (arguments, place, env)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(controller.run, arguments, cwd=place, env=env) for arguments, place, env in made.values()]
    for number, run in enumerate(runs, 1):
        assert run.result().returncode == 0, run.result().stdout + run.result().stderr
        seen = json.loads((folder / str(number) / "seen.json").read_text())
        assert (seen["settings"]["DEFAULT_FORKS"], seen["settings"]["DEFAULT_TIMEOUT"]) == (str(number + 10), str(number + 20))
        assert seen["settings"]["CONFIG_FILE"] == repr(str(folder / str(number) / "ansible.cfg"))
        assert [name for name in seen["environment"] if name.startswith("ONLY_")] == [f"ONLY_{number}"]
    # and what they set is not there for the next
    after = controller.run(["-i", "localhost,", "playbook.yml", "-e", f"seen={folder}/seen.json"], cwd=folder, env=environment(folder))
    seen = json.loads((folder / "seen.json").read_text())
    assert (after.returncode, seen["settings"]["DEFAULT_FORKS"], seen["settings"]["CONFIG_FILE"]) == (0, "5", "None")


WAITS = """
- name: Wait for nothing
  hosts: localhost
  gather_facts: false
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Sleep
      ansible.builtin.shell: echo $$ > begun; mv begun sleeping; sleep 300
"""


def begin(folder: pathlib.Path, *, new_session: bool) -> controller.Run:
    (folder / "playbook.yml").write_text(WAITS)
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        arguments = ["-i", "localhost,", "playbook.yml", "-e", f"ansible_remote_tmp={folder}/home/tmp"]
        return controller.start(
            arguments, cwd=folder, env=environment(folder), streams=(nothing, nothing, nothing), new_session=new_session
        )
    finally:
        os.close(nothing)


def sleeping(folder: pathlib.Path) -> int:
    until((folder / "home" / ".." / "sleeping").exists)
    return int((folder / "sleeping").read_text())


@pytest.mark.parametrize("whom", ["the process", "its whole session"])
def test_whoever_kills_it_is_told(folder: pathlib.Path, whom: str) -> None:
    begun = begin(folder, new_session=True)
    shell = sleeping(folder)
    assert os.getsid(begun.pid) == os.getpgid(begun.pid) == begun.pid != os.getsid(0)
    with pytest.raises(subprocess.TimeoutExpired):
        begun.wait(0.01)
    (os.kill if whom == "the process" else os.killpg)(begun.pid, signal.SIGKILL)
    assert begun.wait() == begun.wait() == -signal.SIGKILL and not alive(begun.pid)
    os.killpg(os.getpgid(shell), signal.SIGKILL)  # Ansible gives each task a session of its own


def test_a_run_over_its_time_is_ended(folder: pathlib.Path) -> None:
    (folder / "playbook.yml").write_text(WAITS)
    with pytest.raises(subprocess.TimeoutExpired):
        controller.run(["-i", "localhost,", "playbook.yml"], cwd=folder, env=environment(folder), timeout=0.2)


BUSY = """
import os, pathlib, re
from ansible.plugins.lookup import LookupBase

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **options):
        pathlib.Path(terms[0]).write_text(str(os.getpid()))
        return [str(re.match("(a+)+$", "a" * 60 + "b"))]
"""


def test_a_run_over_its_time_leaves_no_worker_at_work(folder: pathlib.Path) -> None:
    (folder / "lookup_plugins").mkdir(exist_ok=True)
    (folder / "lookup_plugins" / "busy.py").write_text(BUSY)
    task = {"name": "Never end", "ansible.builtin.debug": {"msg": f"{{{{ lookup('busy', '{folder}/worker') }}}}"}}
    (folder / "playbook.yml").write_text(json.dumps([{"name": "Busy", "hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    with pytest.raises(subprocess.TimeoutExpired):
        controller.run(["-i", "localhost,", "playbook.yml"], cwd=folder, env=environment(folder), timeout=10)
    worker = int((folder / "worker").read_text())
    until(lambda: not alive(worker))


HOLDS = """
import os, signal
try:
    from ansible.executor.action_write_locks import action_write_locks
except ImportError:  # this core has no lock that processes share
    action_write_locks = {}
from ansible.plugins.lookup import LookupBase

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **options):
        held = [lock.acquire(timeout=10) for lock in action_write_locks.values()]
        if terms:
            os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        for lock in action_write_locks.values():
            lock.release()
        return [str(all(held))]
"""


def test_what_a_killed_run_has_locked_is_locked_for_no_other(folder: pathlib.Path) -> None:
    (folder / "lookup_plugins" / "holds.py").write_text(HOLDS)
    runs = []
    for name, term in (("killed", "'for ever'"), ("next", "")):
        task = {"name": "Hold", "ansible.builtin.debug": {"msg": f"{{{{ 'locks: ' ~ lookup('holds', {term}) }}}}"}}
        (folder / f"{name}.yml").write_text(json.dumps([{"name": "Lock", "hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
        runs.append(controller.run(["-i", "localhost,", f"{name}.yml"], cwd=folder, env=environment(folder)))
    assert runs[0].returncode == -signal.SIGKILL, runs[0].stdout
    assert runs[1].returncode == 0 and "locks: True" in runs[1].stdout


PARENT = """
import json, os, pathlib, sys
sys.path.insert(0, sys.argv[1])
import controller
nothing = os.open(os.devnull, os.O_RDWR)
run = controller.start(sys.argv[3:], cwd=pathlib.Path(sys.argv[2]), streams=(nothing, nothing, nothing))
(server,) = controller._servers.values()
print(json.dumps([run.pid, server.process.pid]), flush=True)
run.wait()
"""


@pytest.mark.parametrize("which", ["the tests", "the server"])
def test_no_run_outlives_those_that_wait_for_it(folder: pathlib.Path, which: str) -> None:
    (folder / "playbook.yml").write_text(WAITS)
    arguments = ["-i", "localhost,", "playbook.yml", "-e", f"ansible_remote_tmp={folder}/home/tmp"]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(TESTS), str(folder), *arguments],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout
    with parent:
        run, server = json.loads(parent.stdout.readline())
        shell = sleeping(folder)
        os.kill(parent.pid if which == "the tests" else server, signal.SIGKILL)
    until(lambda: not alive(run) and not alive(server))
    os.killpg(os.getpgid(shell), signal.SIGKILL)


AHEAD = """
import json, os, sys
read = set()
class Recording(type(os.environ)):
    def __getitem__(self, name):
        read.add(name)
        return super().__getitem__(name)
sys.path.insert(0, sys.argv[1])
import fork_server
os.environ.__class__ = Recording
fork_server.import_what_knows_no_settings()
fork_server.keep_what_is_computed_alike(fork_server.pathlib.Path(sys.argv[2]))
import ansible
print(json.dumps([sorted(read), sorted(sys.modules)]))
"""


def test_what_is_imported_ahead_has_not_looked_at_the_environment() -> None:
    collection = TESTS.parent / "collections" / "ansible_collections" / "operability" / "readiness"
    done = subprocess.run([sys.executable, "-c", AHEAD, str(TESTS), str(collection)], capture_output=True, text=True, check=True)
    read, modules = json.loads(done.stdout)
    # the operating system's description, and a debugging aid of argcomplete
    harmless = {"UNIXCONFDIR", "UNIXUSRLIBDIR", "_ARC_DEBUG", "_ARGCOMPLETE_SUPPRESS_SPACE"}
    assert {name for name in read if not name.startswith(controller.READ_AT_START)} <= harmless
    internal = {"ansible._internal"} if importlib.util.find_spec("ansible._internal") else set()
    assert {*internal, "jinja2.environment", "yaml.cyaml"} <= set(modules)
    # those, and whatever imports them, are the run's own
    assert not {"ansible.constants", "ansible.utils.display", "ansible.plugins.loader", "ansible.cli"} & set(modules)
    assert not [name for name in modules if name.startswith("ansible_collections.operability")]
