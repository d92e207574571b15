# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which planned checks run where and when, and those of the controller."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Status
from ansible_collections.operability.readiness.plugins.plugin_utils._running import verification as _verification
from ansible_collections.operability.readiness.plugins.plugin_utils._running.spool import Spool
from unit.core.described import plan as described
from unit.core.judged import asked, check, found, plan

WRITE = check("R-01/0", hosts=("h1", "h2"), call="write")
ON_HOST = check("R-01/1", hosts=("log1",), call="find", after="R-01/0")
ON_CONTROLLER = check("R-02/1", call="find", after="R-01/0")
PLAN = plan(
    asked("R-01", checks=[WRITE, ON_HOST, check("R-01/2", hosts=("h1",)), check("R-01/3", hosts=("h1",), gap="x")]),
    asked("R-02", checks=[ON_CONTROLLER, check("R-02/2")]),
)


@pytest.fixture
def spool(tmp_path: pathlib.Path) -> Spool:
    return Spool(tmp_path, "payments", "production", "pre")


def test_what_a_host_has_to_do() -> None:
    assert [item.key for item in _verification.items_of_host(PLAN, "h1")] == ["R-01/0", "R-01/2"]
    assert [item.key for item in _verification.items_of_host(PLAN, "log1")] == [] == _verification.items_of_host(PLAN, "other")


def test_what_the_action_does_itself_is_told_apart() -> None:
    module = check("R-03/0", check="ansible_module", hosts=("h1", "h2"), args={"module": "uri"})
    made = plan(asked("R-03", checks=[module, check("R-03/1", hosts=("h1",)), dataclasses.replace(module, key="R-03/2", gap="x")]))
    assert [item.key for item in _verification.items_of_host(made, "h1")] == ["R-03/1"]
    assert [item.key for item in _verification.items_of_action(made, "h1")] == ["R-03/0"]
    assert [item.key for item in _verification.items_of_action(made, "h2")] == ["R-03/0"]
    assert _verification.items_of_action(made, "other") == [] == _verification.items_of_action(PLAN, "h1")


def test_lines_are_looked_for_when_the_last_host_has_been_here(spool: Spool) -> None:
    spool.save("h1", {})
    assert _verification.finds(PLAN, "log1", spool) == [] == _verification.finds(PLAN, None, spool)
    spool.save("h2", {}, unreachable="x")
    assert _verification.finds(PLAN, "log1", spool) == [ON_HOST] and _verification.finds(PLAN, None, spool) == [ON_CONTROLLER]
    assert _verification.finds(PLAN, "h1", spool) == []


def test_only_lines_that_were_written_are_looked_for(spool: Spool) -> None:
    spool.save("h1", {"R-01/0": [found("pass", host="h1", observed={"marker": "m1"})]})
    spool.save("h2", {"R-01/0": [found("fail", host="h2", observed={"marker": "m2"})]})
    (item,) = _verification.find_items([ON_HOST], "log1", spool)
    assert item.args["markers"] == [{"marker": "m1", "inventory_host": "h1"}] and (item.call, item.host) == ("find", "log1")
    assert _verification.find_items([dataclasses.replace(ON_HOST, after="none")], "log1", spool) == []
    unwritten = plan(asked("R-02", checks=[dataclasses.replace(ON_CONTROLLER, after="none")]))
    assert _verification.run_finds(unwritten, spool) == {}


def test_secrets_travel_apart() -> None:
    (alerts,) = [item for item in described(phase="pre").checks if item.requirement == "MON-03"]
    item = _verification.as_item(alerts, "h")
    assert item.secrets == {"bearer_token": "s3cr3t-token"} and "s3cr3t-token" not in str(item.args)


def test_the_controllers_checks_run_without_any_host() -> None:
    made = plan(
        asked(
            "R-02",
            checks=[
                check("R-02/0", check="support_chain", args={"components": {"web": None}, "chains": {}}, instance="chains"),
                check("R-02/1", gap="x"),
            ],
        )
    )
    done: list[str] = []
    results = _verification.run_controller(made, on_done=lambda item, findings: done.append(item.key))
    assert list(results) == done == ["R-02/0"] and results["R-02/0"][0].status is Status.FAIL
    assert _verification.run_controller(plan()) == {}


def test_a_check_that_visits_hosts_says_which_it_did_not() -> None:
    visiting = dataclasses.replace(check("R-03/0"), check="testinfra", args={"expect": [{"users": ["root"]}]})
    own = dataclasses.replace(visiting, key="R-03/1", args={**visiting.args, "inventory": "/srv/hosts"})
    made = plan(asked("R-03", checks=[visiting, own, check("R-03/2")]))
    assert _verification.visiting(made) == [visiting], "one with an inventory of its own needs none"
    made = plan(asked("R-03", checks=[visiting]))
    visits = {"R-03/0": _verification.Visit((), {"web2": "web2 was not part of this run"})}
    (finding,) = _verification.run_controller(made, visits=visits)["R-03/0"]
    assert (finding.status, finding.host, finding.requirement) == (Status.UNKNOWN, "web2", "R-03")
