# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to judge a repository of restic with 10,000 files, beside restic's own listings of it, in turns.

`make bench`, or `python tests/benchmarks/bench_restic.py [rounds]`. Nothing here passes or fails by a time.
"""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

HERE = pathlib.Path(__file__).resolve()
for folder in (HERE.parents[2] / "collections", HERE.parents[1]):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item  # noqa: E402 # found by the path above
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner  # noqa: E402

ROUNDS = 7
FILES = 10_000
PASSWORD = "correct horse"


class Repository:
    def __init__(self, root: pathlib.Path, binary: str, snapshots: int) -> None:
        self.binary, self.path, self.data = binary, root / "repository", root / "data"
        self.env = {**os.environ, "RESTIC_PASSWORD": PASSWORD, "HOME": str(root)}
        for number in range(FILES):
            below = self.data / f"{number % 100}"
            below.mkdir(parents=True, exist_ok=True)
            (below / f"{number}").write_text(f"{number}" * 20)
        self.restic("init")
        for number in range(snapshots):
            (self.data / f"{number}" / "changed").write_text("x")
            self.restic("backup", "--host", os.uname().nodename, str(self.data))

    def restic(self, *words: str) -> None:
        argv = [self.binary, "--no-cache", "--no-lock" if words[0] in ("ls", "snapshots") else "--quiet", "--repo", str(self.path), *words]
        subprocess.run(argv, env=self.env, check=True, stdout=subprocess.DEVNULL)

    def judge(self, **more: object) -> None:
        args = {
            "repository": str(self.path),
            "password": PASSWORD,
            "paths": [str(self.data)],
            "max_age": "24h",
            "binary": self.binary,
            **more,
        }
        runner = Runner(environ={"PATH": os.environ["PATH"], "HOME": str(self.path.parent)})
        (finding,) = run_item(Item("x", "restic_backup", args), runner)
        assert str(finding.status) == "pass", finding.message


def measure(rounds: int, snapshots: int) -> dict[str, list[float]]:
    """Seconds of each, taken in turns; without the first round."""
    found = sorted((HERE.parents[2] / ".cache" / "debian" / "root").glob("usr/bin/restic"))
    with tempfile.TemporaryDirectory(prefix="readiness-bench-") as root:
        repository = Repository(pathlib.Path(root), str(found[0]), snapshots)
        works: dict[str, t.Callable[[], None]] = {
            "restic ls --json latest": lambda: repository.restic("ls", "--json", "latest"),
            "restic snapshots --json": lambda: repository.restic("snapshots", "--json"),
            "the check": repository.judge,
            "the check, compare: 0": lambda: repository.judge(compare=0),
        }
        taken: dict[str, list[float]] = {name: [] for name in works}
        for number in range(rounds + 1):
            for name, work in works.items():
                begin = time.perf_counter()
                work()
                if number:
                    taken[name].append(time.perf_counter() - begin)
        return taken


def test_a_repository_of_many_files(rounds: int = ROUNDS) -> None:
    for snapshots in (1, 4):
        taken = measure(rounds, snapshots)
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"\n{FILES} files, {snapshots} snapshots, {rounds} rounds, {os.cpu_count()} cores, load {load}")
        listing = statistics.median(taken["restic ls --json latest"])
        for name, times in taken.items():
            median = statistics.median(times)
            print(f"  {name:<24} {median * 1000:7.0f} ms (longest {max(times) * 1000:.0f} ms)  {median / listing:5.2f} x the listing")


if __name__ == "__main__":
    test_a_repository_of_many_files(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
