# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pytest-testinfra suite costs through `verify`, beside pytest's own run of it: 50 tests over 3 hosts.

`make bench`, or `python tests/benchmarks/bench_testinfra.py [rounds]`. Nothing here passes or fails by a time: the two take turns,
as whole processes, and what counts is the ratio of their medians.
"""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
for folder in (HERE.parents[2] / "collections", HERE.parents[1], HERE.parents[2] / "playbooks" / "files" / "demo", HERE.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from bench_verify import Bench, machine, play, table  # noqa: E402 # found by the path above

ROUNDS = 7
GOAL = 1.3
HOSTS = ("web1", "web2", "web3")
SUITE = """\
import pytest


@pytest.mark.parametrize("path", ["/", "/etc", "/usr", "/usr/bin", "/tmp", "/var", "/dev", "/proc", "/bin/sh", "/etc/passwd"])
class TestFile:
    def test_exists(self, host, path):
        assert host.file(path).exists

    def test_owner(self, host, path):
        assert host.file(path).user == "root"


@pytest.mark.parametrize("name", ["root", "daemon", "bin", "sys", "mail"])
def test_user(host, name):
    user = host.user(name)
    assert user.exists and user.home


@pytest.mark.parametrize("name", ["sh", "cat", "ls", "grep", "sed", "id", "cp", "mv", "rm", "test"])
def test_command(host, name):
    assert host.run("command -v %s", name).rc == 0


@pytest.mark.parametrize("number", range(15))
def test_answer(host, number):
    assert host.check_output("echo %s", str(number)) == str(number)
"""


def once(command: list[str], bench: Bench) -> float:
    """The seconds that pytest takes for the suite, started as its user would start it."""
    path = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"  # testinfra asks ansible-inventory
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=bench.site.folder, env={**bench.site.environment(), "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or "150 passed" not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return time.monotonic() - started


def through_verify(name: str, bench: Bench, says: str = "") -> float:
    outcome = bench.site.run(name, write=False, phase="smoke")
    if outcome.rc != 0 or says not in outcome.output:
        raise SystemExit(outcome.output)
    return outcome.seconds


def main(rounds: int = ROUNDS) -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="bench-testinfra-") as folder:
        bench = Bench(pathlib.Path(folder) / "site")
        bench.site.hosts = {name: {} for name in HOSTS}
        smoke = bench.site.folder / "smoke"
        smoke.mkdir()
        (smoke / "test_host.py").write_text(SUITE)
        bench.requirements([{"check": "testinfra", "phases": ["smoke"], "with": {"suite": ["smoke"]}}])
        bench.site.write()
        verify = {"operability.readiness.verify": {"phase": "smoke"}, "register": "seen"}
        told = {"ansible.builtin.debug": {"var": "seen.readiness.counts"}}
        through_verify(bench.save("told", play(verify, told)), bench, '"pass": 150')
        runs = {
            "nothing": bench.save("nothing", play({"ansible.builtin.debug": {"msg": "nothing"}})),
            "verify": bench.save("verify", play(verify)),
        }
        own = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hosts=ansible://web", "--ansible-inventory=inventory.yml"]
        taken: dict[str, list[float]] = {"pytest": [], **{name: [] for name in runs}}
        for number in range(rounds + 1):
            seconds = {"pytest": once([*own, "smoke"], bench), **{name: through_verify(path, bench) for name, path in runs.items()}}
            for name in taken if number else ():  # the first run of each warms the caches of the system
                taken[name].append(seconds[name])
        median = {name: statistics.median(values) for name, values in taken.items()}
        alone, added = median["pytest"], median["verify"] - median["nothing"]
        table(
            f"50 tests over {len(HOSTS)} local hosts, whole processes, median of {rounds} (goal: verify adds at most {GOAL} x pytest)",
            [
                ("run", "seconds", "x pytest"),
                ("pytest's own", f"{alone:.2f}", "1.00"),
                ("ansible-playbook with a task that does nothing", f"{median['nothing']:.2f}", f"{median['nothing'] / alone:.2f}"),
                ("ansible-playbook with one verify", f"{median['verify']:.2f}", f"{median['verify'] / alone:.2f}"),
                ("what verify adds to the playbook", f"{added:.2f}", f"{added / alone:.2f}"),
            ],
        )
    print()


def test_prints_what_a_suite_costs() -> None:
    """For `make bench`; no time is asserted."""
    main()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
