# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reports of a large record cost: 40 requirements on 500 hosts.

`make bench`, or `python tests/benchmarks/bench_report.py [rounds]`. Nothing here passes or fails by a time.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve()
for folder in (HERE.parents[2] / "collections", HERE.parents[1]):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from unit.publish.records import large  # noqa: E402 # found by the path above

ROUNDS = 7
PUBLISH = "ansible_collections.operability.readiness.plugins.plugin_utils._publish"
REPORTS = ("html", "markdown", "junit", "nagios", "csv")


def measure(rounds: int) -> dict[str, tuple[float, float, int]]:
    """The median and the longest time in seconds of each report, and its size in bytes; without the first round, which reads templates."""
    record = large()
    out = {}
    for name in REPORTS:
        render = importlib.import_module(f"{PUBLISH}.{name}").render
        size = len(render(record).encode())
        taken = []
        for _unused in range(rounds):
            begin = time.perf_counter()
            render(record)
            taken.append(time.perf_counter() - begin)
        out[name] = statistics.median(taken), max(taken), size
    return out


def test_reports_of_a_large_record(rounds: int = ROUNDS) -> None:
    found = measure(rounds)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n40 requirements on 500 hosts, {rounds} rounds, load {load}")
    for name, (median, longest, size) in found.items():
        print(f"  {name:<9} {median * 1000:7.1f} ms (longest {longest * 1000:.1f} ms)  {size / 1000:7.1f} kB")
    assert all(size < 1_000_000 for _median, _longest, size in found.values())


if __name__ == "__main__":
    test_reports_of_a_large_record(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
