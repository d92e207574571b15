# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look at 100,000 lines of some 200 bytes costs log_format and log_secrets, and what a log of 50 GB costs beside it.

`python tests/benchmarks/bench_log_content.py [rounds]`. Nothing here passes or fails by a time. CPU seconds: what others do on the machine
counts as little as it can.
"""

from __future__ import annotations

import pathlib
import shutil
import statistics
import sys
import tempfile
import time
import typing as t

HERE = pathlib.Path(__file__).resolve()
for folder in (HERE.parents[2] / "collections", HERE.parents[1]):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import log_corpora  # noqa: E402 # found by the path above
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item  # noqa: E402
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner  # noqa: E402

ROUNDS = 3
COUNT = 100_000
PATTERN = r"^(?P<time>\S+ \S+) +(?P<level>[A-Z]+) (?P<message>.*)$"


def padded(name: str, formats: t.Sequence[str], folder: pathlib.Path) -> pathlib.Path:
    """A log of as many lines, of 200 bytes in the middle."""
    path = folder / f"{name}.log"
    path.write_text("".join(f"{line}\n" for line in log_corpora.clean(COUNT, formats=formats)))
    return path


def timed(check: str, path: pathlib.Path, rounds: int, **args: t.Any) -> tuple[float, str]:
    taken, said = [], ""
    for _round in range(rounds):
        started = time.process_time()
        args = {"path": str(path), "sample_lines": COUNT, "timeout": "1h", **args}
        (finding,) = run_item(Item(key="bench", check=check, args=args), Runner(environ={"TZ": "UTC"}))
        taken.append(time.process_time() - started)
        said = f"{finding.status}: {finding.message}"
    return statistics.median(taken), said


def main(rounds: int = ROUNDS) -> None:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="readiness-bench-logs-"))
    try:
        mixed = padded("mixed", tuple(log_corpora.FORMATS), folder)
        huge = folder / "huge.log"
        shutil.copy(mixed, huge)
        with open(huge, "r+b") as handle:
            text = handle.read()
            handle.seek((50 << 30) - len(text))
            handle.write(text)
        logs = [("log_secrets", mixed, {}), ("log_secrets", huge, {})]
        for name in ("json", "logfmt", "rfc5424", "spring"):
            form = {} if name == "spring" else {"format": name}
            logs.append(("log_format", padded(name, (name,), folder), {**form, "required": ["level", "message"]}))
        logs.append(("log_format", folder / "spring.log", {"pattern": PATTERN, "required": ["level"]}))
        for check, path, args in logs:
            seconds, said = timed(check, path, rounds, **args)
            size = path.stat().st_size / COUNT
            print(f"{check} {path.name} {args or ''}: {seconds:.2f} s of CPU ({size:.0f} bytes a line); {said[:120]}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
