# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that is killed in the middle of a gate, and gates that work at the same time."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import itertools
import json
import os
import pathlib
import random
import signal
import time

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Deployed, State
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.run_record import Records
from generated import cases, tries_more
from integration.playbook import ROLE, Site


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    made = Site(tmp_path / "site")
    # a check that takes as long as the test wants
    script = f"touch {made.folder}/begun; while [ -e {made.folder}/wait ]; do sleep 0.1; done; echo done"
    made.service["requirements"]["APP-01"] = made.answers(**{"with": {"command": ["/bin/sh", "-c", script], "timeout": "60s"}})
    return made


def whole(site: Site) -> None:
    """Whatever JSON lies there can be read, and nothing else lies there but the lock."""
    found = [path for path in site.records.rglob("*") if path.is_file()]
    assert [path.name for path in found if path.suffix != ".json"] in ([], [".lock"]), found
    for path in found:
        if path.suffix == ".json":
            json.loads(path.read_text())


@pytest.mark.parametrize("whom", ["the process", "its whole session"])
def test_a_controller_that_is_killed_in_the_middle_of_post_leaves_nothing_half(site: Site, whom: str) -> None:
    assert site.run(ROLE, phase="post", version="1").verdict == "go"
    state, records = site.state.read_bytes(), set(site.records.rglob("runs/*.json"))
    (site.folder / "begun").unlink()
    (site.folder / "wait").touch()
    process = site.start(ROLE, phase="post", version="2")
    end = time.monotonic() + 60
    while not (site.folder / "begun").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert (site.folder / "begun").exists() and process.poll() is None
    if whom == "the process":
        os.kill(process.pid, signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (site.folder / "wait").unlink()
    assert site.state.read_bytes() == state and set(site.records.rglob("runs/*.json")) == records
    whole(site)
    again = site.run(ROLE, phase="post", version="2")
    assert (again.rc, again.verdict, len(again.records)) == (0, "go", 1), again.output
    assert again.record["run"]["partial"] is None and again.record["hosts"]["reached"] == ["web1", "web2"]
    assert [item["version"] for item in json.loads(site.state.read_text())["deployments"]] == ["1", "2"]
    whole(site)


def test_two_gates_of_one_phase_at_once_keep_both_records_and_one_state(site: Site) -> None:
    """Each finds the state as the other has left it: never a mixture."""
    site.write()
    playbook = str(site.save("playbook.yml", ROLE))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        (site.folder / "wait").touch()
        runs = {name: pool.submit(site.run, playbook, write=False, phase="post", version=name) for name in ("2", "3")}
        time.sleep(5)
        (site.folder / "wait").unlink()  # both go on
        outcomes = {name: run.result() for name, run in runs.items()}
    assert [outcome.rc for outcome in outcomes.values()] == [0, 0]
    records = {path.stem: json.loads(path.read_text()) for path in site.records.rglob("runs/*.json")}
    assert sorted(record["run"]["version"] for record in records.values()) == ["2", "3"]
    state = json.loads(site.state.read_text())
    (author,) = {requirement["run"] for requirement in state["requirements"].values()}
    assert records[author]["run"]["version"] == state["gates"]["post"]["version"]
    assert sorted(item["version"] for item in state["deployments"]) == ["2", "3"], "neither deployment is lost"
    whole(site)


@tries_more
def test_whoever_is_killed_while_writing_leaves_the_old_or_the_new(tmp_path: pathlib.Path) -> None:
    records = Records(tmp_path, "shop", "production")
    padding = "x" * 200_000
    seen: set[int] = set()
    for attempt in range(cases(25, 500)):
        child = os.fork()
        if child == 0:
            try:
                for number in itertools.count(attempt * 1000 + 1):
                    with records.lock():
                        records.save_run({"schema_version": 1, "run": {"id": f"run-{number % 5}"}, "padding": padding})
                        deployments = (Deployed(str(number), padding),)
                        records.save_state(dataclasses.replace(State.empty("shop", "production"), deployments=deployments))
            finally:
                os._exit(1)  # never back into the tests
        time.sleep(random.uniform(0.02, 0.12))  # noqa: S311 # any moment will do
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with records.lock():  # a lock dies with its holder
            seen.update(int(str(item.version)) for item in records.load_state().deployments)
            assert all(len(records.run(name)["padding"]) == len(padding) for name in records.runs())
    assert len(seen) > 5, "it was killed at different moments"
