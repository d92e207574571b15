# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that one worker has made is there for the others, and nobody waits for one that is stuck."""

from __future__ import annotations

import dataclasses
import fcntl
import multiprocessing
import os
import pathlib
import time
import typing as t

from ansible_collections.operability.readiness.plugins.plugin_utils._acting.shared_plans import Shared, SharedPlans
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan


def plan(name: str = "shop") -> Plan:
    return Plan(
        service={"name": name, "secret": "hunter2"},
        level="C",
        level_reason="",
        phase="pre",
        policy={},
        requirements=(),
        waivers=(),
        expected_hosts=("web1",),
        mode="observe",
    )


def shared(name: str = "shop", task: str = "1") -> Shared:
    return Shared(plan(name), {"web1": ["10.0.0.1"]}, ("debt.yml", None), task)


def never(_known: Shared) -> None:
    return None


def always(known: Shared) -> Shared:
    return known


def fail() -> t.NoReturn:
    raise AssertionError("it was made again")


def test_it_is_made_once(tmp_path: pathlib.Path) -> None:
    assert SharedPlans(tmp_path).get("k", always, shared) == plan()
    assert SharedPlans(tmp_path).get("k", always, fail) == plan()
    assert SharedPlans(tmp_path).get("other", always, lambda: shared("bank")).service["name"] == "bank"


def test_only_its_user_may_read_it(tmp_path: pathlib.Path) -> None:
    SharedPlans(tmp_path).get("k", always, shared)
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_what_no_longer_holds_is_replaced(tmp_path: pathlib.Path) -> None:
    SharedPlans(tmp_path).get("k", always, shared)
    assert SharedPlans(tmp_path).get("k", never, lambda: shared("bank")).service["name"] == "bank"
    assert SharedPlans(tmp_path).get("k", always, fail).service["name"] == "bank"


def test_that_it_still_holds_is_remembered(tmp_path: pathlib.Path) -> None:
    SharedPlans(tmp_path).get("k", always, shared)
    SharedPlans(tmp_path).get("k", lambda known: dataclasses.replace(known, task="2"), fail)
    seen: list[str] = []
    SharedPlans(tmp_path).get("k", lambda known: seen.append(known.task) or known, fail)
    assert seen == ["2"]


def test_a_file_that_is_broken_is_as_none(tmp_path: pathlib.Path) -> None:
    SharedPlans(tmp_path).get("k", always, shared)
    (path,) = tmp_path.rglob("*.plan")
    for content in (b"", b"nonsense", path.read_bytes()[:40]):
        path.write_bytes(content)
        assert SharedPlans(tmp_path).get("k", always, lambda: shared("bank")).service["name"] == "bank"


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: pathlib.Path) -> None:
    (tmp_path / "operability.readiness.plans").write_text("in the way")
    assert SharedPlans(tmp_path).get("k", always, shared) == plan()


def _worker(root: str, made: str) -> None:
    def make() -> Shared:
        with open(made, "a", encoding="utf-8") as handle:
            handle.write("made\n")
        time.sleep(0.3)
        return shared()

    assert SharedPlans(root).get("k", always, make) == plan()


def test_of_workers_that_come_at_once_one_makes_it(tmp_path: pathlib.Path) -> None:
    made = tmp_path / "made"
    workers = [multiprocessing.get_context("fork").Process(target=_worker, args=(str(tmp_path / "run"), str(made))) for _unused in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 6
    assert made.read_text().splitlines() == ["made"]


def test_nobody_waits_for_one_that_is_stuck(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "operability.readiness.plans"
    folder.mkdir(mode=0o700)
    lock = os.open(folder / "k.lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        started = time.monotonic()
        assert SharedPlans(tmp_path, patience=0.2).get("k", always, shared) == plan()
        assert time.monotonic() - started >= 0.2
    finally:
        os.close(lock)
