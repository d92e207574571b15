# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes the fault table (the ROWS of every rows_*.py here) with the real engine, and prints it."""

from __future__ import annotations

import collections
import fcntl
import importlib
import json
import os
import pathlib
import re
import sys
import typing as t

import controller
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, worst
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.fault import fault_of, news
from conftest import VARIANTS, binaries_of
from unit.core.debt_file import through_the_file

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from table import Row, World  # noqa: E402 # found by the path above

ROWS: list[Row] = [row for path in sorted(HERE.glob("rows_*.py")) for row in importlib.import_module(path.stem).ROWS]
PLAYED = [row for row in ROWS if CHECKS[row.check] == "action"]
LEAST = 3
# checks of servers that are also here in a newer version
IN_EACH_VERSION = ("alertmanager_", "prometheus_")
# what a server that is none, or none that is well, answers has nothing to do with its version
OF_NO_VERSION = re.compile("hangs|cut short|500|200 MB|login|listens|VictoriaMetrics")


def variants_of(row: Row) -> list[str]:
    return sorted(VARIANTS) if row.check.startswith(IN_EACH_VERSION) and not OF_NO_VERSION.search(row.state) else ["debian"]


def case(row: Row, variant: str) -> t.Any:
    return pytest.param(row, variant, id=f"{row.check}: {row.state}" + ("" if variant == "debian" else f" ({variant})"))


CASES = [case(row, variant) for row in ROWS for variant in variants_of(row)]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, list[Finding]]:
    """The findings of the rows that need Ansible itself, by their state: one ansible-playbook run for all of them and for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "played"
    folder.mkdir(exist_ok=True)
    answers = folder / "answers.json"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answers.exists():
            play(folder, answers)
    found = json.loads(answers.read_text())
    return {row.state: [Finding.from_dict(data) for data in answer] for row, answer in zip(PLAYED, found, strict=True)}


def play(folder: pathlib.Path, answers: pathlib.Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    tasks: list[dict[str, t.Any]] = []
    for number, row in enumerate(PLAYED):
        world = World(folder / str(number), None, None, Runner())
        world.folder.mkdir()
        tasks.append({f"operability.readiness.{row.check}": {**row.arrange(world), "enforce": False}, "register": f"row_{number}"})
    found = ", ".join(f"row_{number}.findings" for number in range(len(PLAYED)))
    keep = {"content": f"{{{{ [{found}] | to_json }}}}", "dest": str(answers), "mode": "0600"}
    tasks.append({"ansible.builtin.copy": keep})
    plays = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
    (folder / "playbook.yml").write_text(yaml.safe_dump(plays))
    done = controller.run(
        [str(folder / "playbook.yml")],
        env={
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_PIPELINING": "1",
            "HOME": str(folder),
        },
        merged=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("row", "variant"), CASES)
def test_row(
    row: Row, variant: str, request: pytest.FixtureRequest, tmp_path: pathlib.Path, record_property: t.Callable[[str, object], None]
) -> None:
    if row in PLAYED:
        findings = request.getfixturevalue("played")[row.state]
    else:
        runner = Runner(environ=dict(os.environ))
        world = World(tmp_path / "row", request.getfixturevalue("running"), binaries_of(variant), runner)
        world.folder.mkdir()
        args = row.arrange(world)
        findings = run_item(Item(key="row", check=row.check, args=args, call=row.call), world.runner)
    status = worst([finding.status for finding in findings])
    said = " | ".join(finding.message for finding in findings if finding.status == status)
    record_property("fault_table", f"{row.check:<22} {row.state:<58} {variant:<8} {status!s:<8} {said}")
    assert str(status) == row.status, said
    assert re.search(row.message, said), said
    faults = [finding for finding in findings if str(finding.status) in ("fail", "warn", "unknown")]
    if faults:  # it can be adopted, and is itself a day later
        adopted = through_the_file(*faults)
        assert adopted == [fault_of(finding) for finding in faults]
        assert [news(finding, adopted, ()) for finding in faults] == [None] * len(faults)


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
