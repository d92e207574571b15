# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look at a borg repository costs beside borg's own listing of its newest archive: 10,000 files, four archives.

`python tests/benchmarks/bench_borg.py [rounds]`. Nothing here passes or fails by a time: the two take turns, and what counts is the
ratio of their medians.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
for folder in (
    HERE.parents[2] / "collections",
    HERE.parents[1],
    HERE.parents[1] / "faults",
    HERE.parents[2] / "playbooks" / "files" / "demo",
):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item  # noqa: E402 # found by the path above
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner  # noqa: E402
from backup_tools import Tools  # noqa: E402
from rows_borg_backup import PASSPHRASE, Repository  # noqa: E402

ROUNDS = 9
GOAL = 1.5
FILES = 10_000


def made(folder: pathlib.Path) -> Repository:
    repository = Repository(folder / "one", Tools(folder / "tools", "borg", also_as_root=True), "repokey")
    for part in range(100):
        repository.write(repository.data / f"{part}", FILES // 100, 100)
    for hours in (75, 51, 27, 3):
        repository.backup(hours)
    return repository


def main(rounds: int = ROUNDS) -> None:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="readiness-bench-borg-"))
    try:
        repository = made(folder)
        name = repository.borg("list", "--short", "--last", "1").strip()
        env = {**repository.tools.environment(), "BORG_PASSPHRASE": PASSPHRASE, "BORG_REPO": str(repository.path)}
        env["BORG_BASE_DIR"] = str(repository.home)
        runner = Runner(environ={**os.environ, "PATH": env["PATH"], "HOME": str(repository.home)})
        own, ours = [], []
        for _round in range(rounds):
            started = time.monotonic()
            subprocess.run([repository.tools.bin / "borg", "list", f"::{name}"], env=env, stdout=subprocess.DEVNULL, check=True)
            own.append(time.monotonic() - started)
            started = time.monotonic()
            findings = run_item(Item(key="bench", check="borg_backup", args=repository.args()), runner)
            ours.append(time.monotonic() - started)
            if str(findings[0].status) != "pass":
                raise SystemExit(str(findings[0].message))
        listing, check = statistics.median(own), statistics.median(ours)
        print(f"borg list of the newest archive: {listing:.2f} s; borg_backup: {check:.2f} s; ratio {check / listing:.2f}, goal {GOAL}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
