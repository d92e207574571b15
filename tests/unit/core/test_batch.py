# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch of a rolling deployment proves by itself."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.batch import batch_of, narrowed
from unit.core.judged import Reach, asked, check, found, judge, plan

PLAN = plan(
    asked("R-01", checks=[check("R-01/0", hosts=("h1", "h2")), check("R-01/1", hosts=("h2",))]),
    asked("R-02", checks=[check("R-02/0", check="prometheus_targets", args={"url": "http://h1:9090"})]),
    asked(
        "R-03",
        checks=[
            check("R-03/0", check="http_probe", args={"url": "http://h1.example:8080/health"}),
            check("R-03/1", check="http_probe", args={"url": "https://shop.example/health"}),
            check("R-03/2", check="tls_certificate", args={"host": "h2.example", "port": 443}),
            check("R-03/3", check="http_probe", args={"url": "http://[oops"}),
        ],
    ),
    asked(
        "R-04",
        checks=[
            check("R-04/0", check="log_canary", hosts=("h1", "h2"), call="write"),
            check("R-04/1", check="log_canary", call="find", after="R-04/0", args={"host": "h1.example"}),
        ],
    ),
    asked("R-05", state=PlanState.NOT_DECLARED, why="nothing is declared"),
    asked("R-06", "major", checks=[check("R-06/0", hosts=("h1",)), check("R-06/1", hosts=("h1",), gap="x")], deciding=False),
    asked("R-07", checks=[check("R-07/0", hosts=("backup",))]),
    phase="post",
    notices=("a notice",),
)


def addresses(*hosts: str) -> t.Callable[[], set[str]]:
    return lambda: {name for host in hosts for name in (host, f"{host}.example")}


def keys(made: Plan) -> dict[str, tuple[str, ...] | None]:
    return {item.key: item.hosts for item in made.checks}


def test_a_batch_has_the_checks_of_its_hosts_and_its_endpoints() -> None:
    made = narrowed(PLAN, ["h1"], addresses("h1"))
    assert keys(made) == {"R-01/0": ("h1",), "R-03/0": None, "R-06/0": ("h1",)}
    assert (made.scope, made.expected_hosts, made.later_hosts, made.other_hosts) == ("batch", ("h1",), [], [])
    assert keys(narrowed(PLAN, ["h2"], addresses("h2"))) == {"R-01/0": ("h2",), "R-01/1": ("h2",), "R-03/2": None}
    # a host outside of service.hosts that has something to do is expected as well
    assert narrowed(PLAN, ["h2", "backup"], addresses("h2", "backup")).expected_hosts == ("h2", "backup")


def test_a_suite_visits_the_hosts_of_the_batch() -> None:
    """One that names no hosts visits all; one that names others waits for the service."""
    suites = [
        dataclasses.replace(check(f"R-05/{n}"), check="testinfra", args=args)
        for n, args in enumerate(({}, {"hosts": ["h1", "h2"]}, {"hosts": ["db"]}))
    ]
    made = narrowed(plan(asked("R-05", checks=suites)), ["h2"], addresses("h2"))
    assert {item.key: item.args["hosts"] for item in made.checks} == {"R-05/0": ["h2"], "R-05/1": ["h2"]}


def test_what_is_left_for_the_service_is_told() -> None:
    made = narrowed(PLAN, ["h1"], addresses("h1"))
    assert made.notices == (
        "a notice",
        "3 requirements ask servers, look for logged lines or at other hosts: they wait for the gate of the whole service",
    )
    assert PLAN.scope == "service" and len(PLAN.requirements) == 7


def test_addresses_are_asked_for_only_where_an_endpoint_needs_them() -> None:
    def never() -> set[str]:
        raise AssertionError

    assert keys(narrowed(plan(asked("R-01", checks=[check("R-01/0", hosts=("h1",))])), ["h1"], never)) == {"R-01/0": ("h1",)}


def test_a_batch_is_judged_by_its_own_hosts() -> None:
    made = narrowed(PLAN, ["h1"], addresses("h1"))
    good = {"R-01/0": found("pass", host="h1"), "R-03/0": "pass", "R-06/0": found("pass", host="h1")}
    assert judge(made, good)["verdict"] == "go"
    assert judge(made, {**good, "R-01/0": found("fail", host="h1")})["verdict"] == "no_go"
    lost = judge(made, {"R-03/0": "pass"}, Reach(absent={"h1": "h1 was lost earlier in this play"}))
    assert lost["verdict"] == "undetermined" and "h1 was lost earlier in this play" in lost["reasons"][0]


def test_a_batch_in_which_nothing_can_be_looked_at_is_undetermined() -> None:
    made = narrowed(PLAN, ["lb1"], addresses("lb1"))
    assert (made.requirements, made.expected_hosts) == ((), ())
    assert "no requirement of this phase is verified on lb1 alone: nothing could tell whether this batch is good" in made.notices
    assert judge(made, {})["verdict"] == "undetermined"


HOSTS = ["h10", "h2", "h3", "h4", "h5"]


@pytest.mark.parametrize(
    ("host", "serial", "order", "batch"),
    [
        ("h3", [], None, HOSTS),
        ("h3", [1], None, ["h3"]),
        ("h3", [2], None, ["h3", "h4"]),
        ("h5", [2], None, ["h5"]),
        ("h5", ["1", 3], None, ["h5"]),
        ("h4", [1, 3], "inventory", ["h2", "h3", "h4"]),
        ("h4", [1, "100%"], None, ["h2", "h3", "h4", "h5"]),
        ("h2", ["40%"], None, ["h10", "h2"]),
        ("h2", ["1%"], None, ["h2"]),
        ("h2", [0], None, HOSTS),
        ("h10", [2], "reverse_inventory", ["h10"]),
        ("h4", [2], "reverse_inventory", ["h5", "h4"]),
        ("h10", [2], "sorted", ["h10", "h2"]),
        ("h10", [2], "reverse_sorted", ["h10"]),
        ("h2", [2], "shuffle", ["there"]),
        ("localhost", [2], None, ["there"]),
    ],
)
def test_batches_are_cut_as_ansible_cuts_them(host: str, serial: list[t.Any], order: str | None, batch: list[str]) -> None:
    assert batch_of(host, HOSTS, serial, order, ["there"]) == batch


@pytest.mark.parametrize("serial", [[1], [2], ["40%"], [1, 2], ["20%", "100%"], [0], [], ["1", "3"]])
def test_batches_are_those_of_this_version_of_ansible(serial: list[t.Any]) -> None:
    import types

    from ansible.executor.playbook_executor import PlaybookExecutor

    executor = types.SimpleNamespace(_inventory=types.SimpleNamespace(get_hosts=lambda pattern, order: list(HOSTS)))
    cut = PlaybookExecutor._get_serialized_batches(executor, types.SimpleNamespace(hosts="all", order=None, serial=serial))
    assert [batch_of(host, HOSTS, serial, None, []) for batch in cut for host in batch] == [batch for batch in cut for _unused in batch]
