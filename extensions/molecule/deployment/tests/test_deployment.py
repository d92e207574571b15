# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Version 2 is let in; version 3 is refused for three reasons and no other, and version 2 comes back."""

from __future__ import annotations

import re
import typing as t

import pytest
from testinfra.host import Host

WEB = ("web1", "web2", "web3")


@pytest.fixture(scope="module")
def second(play: t.Any) -> t.Any:
    return play("deploy.yml", "--extra-vars=version=2.0.0")


@pytest.fixture(scope="module")
def third(play: t.Any, second: t.Any) -> t.Any:
    return play("deploy.yml", "--extra-vars=version=3.0.0")


def test_a_good_version_is_let_in(second: t.Any) -> None:
    assert second.gates == [("pre", "2.0.0", "go", "proceed"), ("post", "2.0.0", "go", "proceed")]
    assert second.returncode == 0
    assert [record["run"]["partial"] for record in second.records] == [None, None]
    assert not second.failing(-1)


def test_a_bad_version_is_refused_and_what_came_back_is_verified(third: t.Any) -> None:
    assert third.gates == [
        ("pre", "3.0.0", "go", "proceed"),
        ("post", "3.0.0", "no_go", "roll_back"),
        ("post", "2.0.0", "go", "proceed"),
    ]


def test_the_play_fails_with_both_verdicts(third: t.Any) -> None:
    assert third.returncode != 0
    assert "3.0.0: NO-GO; back to 2.0.0: GO" in third.output


REASONS = {
    "LOG-01": r"the line written on web\d was not found within 5 s in /var/log/central/web\d/shop-\*\.log",
    "MON-03": r"ShopQueueGrows can never fire: there is no metric shop_queue_depth ",
    "MON-07": r"/orders answered 200, the 95th percentile of 20 requests is [\d.]+ m?s, the limit is 700 ms",
}


def test_these_are_the_reasons_and_there_is_no_other(third: t.Any) -> None:
    found = third.failing(1)
    assert {name: (each["impact"], each["status"]) for name, each in found.items()} == dict.fromkeys(REASONS, ("blocker", "fail"))
    assert len(third.records[1]["judgement"]["reasons"]) == len(REASONS)


@pytest.mark.parametrize("requirement", REASONS)
def test_the_reason_says_what_was_seen(third: t.Any, requirement: str) -> None:
    found = third.failing(1)[requirement]
    assert re.search(REASONS[requirement], found["message"])


@pytest.mark.parametrize("requirement", ["LOG-01", "MON-07"])
def test_each_host_is_named(third: t.Any, requirement: str) -> None:
    found = third.failing(1)[requirement]
    assert sorted(finding["host"] for finding in found["findings"] if finding["status"] == "fail") == list(WEB)


@pytest.mark.parametrize("name", WEB)
def test_the_previous_version_is_back_on_each_host(third: t.Any, hosts: dict[str, Host], name: str) -> None:
    host = hosts[name]
    assert third.returncode != 0
    assert host.file("/opt/shop/current").linked_to == "/opt/shop/releases/2.0.0"
    assert host.file("/opt/shop/releases/3.0.0").is_directory
    for unit in ("shop.service", "rsyslog.service"):
        assert host.service(unit).is_running
        assert host.service(unit).is_enabled
    assert not host.run("systemctl --failed --plain --no-legend").stdout


def test_logs_of_the_version_that_is_back_arrive(third: t.Any, hosts: dict[str, Host]) -> None:
    assert third.gates[-1][2] == "go"
    for name in WEB:
        last = hosts["mon1"].run("tail -n 1 /var/log/central/%s/shop-file.log", name).stdout
        assert '"version": "2.0.0"' in last


def test_the_state_is_that_of_the_version_that_is_back(third: t.Any, state: dict[str, t.Any]) -> None:
    assert third.records[-1]["state"]["verdict"] == "go"
    assert [each["version"] for each in state["deployments"]] == ["2.0.0", "3.0.0", "2.0.0"]


def test_users_noticed_nothing_but_the_time_it_took(third: t.Any, load: dict[str, int]) -> None:
    assert third.records
    assert load["requests"] > 100
    assert load["failed"] == 0
