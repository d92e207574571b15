# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes the fault table (the ROWS of every rows_*.py here) with the real engine, and prints it."""

from __future__ import annotations

import collections
import importlib
import os
import pathlib
import re
import sys
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import worst
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from table import Row, World  # noqa: E402 # found by the path above

ROWS: list[Row] = [row for path in sorted(HERE.glob("rows_*.py")) for row in importlib.import_module(path.stem).ROWS]
LEAST = 3


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.check}: {row.state}" for row in ROWS])
def test_row(row: Row, tmp_path: pathlib.Path, running: t.Any, binaries: t.Any, record_property: t.Callable[[str, object], None]) -> None:
    runner = Runner(environ=dict(os.environ))
    world = World(tmp_path / "row", running, binaries, runner)
    world.folder.mkdir()
    args = row.arrange(world)
    findings = run_item(Item(key="row", check=row.check, args=args, call=row.call), world.runner)
    status = worst([finding.status for finding in findings])
    said = " | ".join(finding.message for finding in findings if finding.status == status)
    record_property("fault_table", f"{row.check:<22} {row.state:<58} {status!s:<8} {said}")
    assert str(status) == row.status, said
    assert re.search(row.message, said), said


def test_each_check_has_rows() -> None:
    """At least three rows a check, among them a healthy state, a fault and something that cannot be observed."""
    statuses: dict[str, set[str]] = collections.defaultdict(set)
    counts: collections.Counter[str] = collections.Counter()
    for row in ROWS:
        statuses[row.check].add(row.status)
        counts[row.check] += 1
    needed = {"pass", "fail", "unknown"}
    assert sorted(name for name in CHECKS if counts[name] < LEAST) == []
    assert {name: needed - statuses[name] for name in CHECKS if not needed <= statuses[name]} == {}
