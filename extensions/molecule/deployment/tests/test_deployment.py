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
    assert second.gates == [
        ("pre", "service", "2.0.0", "go", "proceed"),
        ("post", "batch", "2.0.0", "go", "proceed"),
        ("post", "batch", "2.0.0", "go", "proceed"),
        ("post", "service", "2.0.0", "go", "proceed"),
    ]
    assert second.returncode == 0
    assert not second.failing(-1)


def test_it_was_compared_with_what_was_there_before(second: t.Any) -> None:
    compared = second.records[-1]["judgement"]["comparison"]
    assert not (compared["gone"] or compared["changed"] or compared["newly_firing"] or compared["unknown"])
    assert "latency of" in str(compared["within"])


def test_a_bad_version_is_refused_and_what_came_back_is_verified(third: t.Any) -> None:
    assert third.gates == [
        ("pre", "service", "3.0.0", "go", "proceed"),
        ("post", "batch", "3.0.0", "go", "proceed"),
        ("post", "batch", "3.0.0", "go", "proceed"),
        ("post", "service", "3.0.0", "no_go", "roll_back"),
        ("post", "service", "2.0.0", "go", "proceed"),
    ]


def test_the_play_fails_with_both_verdicts(third: t.Any) -> None:
    assert third.returncode != 0
    assert "3.0.0: NO-GO; back to 2.0.0: GO" in third.output


REFUSED = 3  # the gate that refused, among those of the third version


def test_these_requirements_failed_and_no_other(third: t.Any) -> None:
    found = third.failing(REFUSED)
    assert {name: (each["impact"], each["status"]) for name, each in found.items()} == {
        "LOG-01": ("blocker", "fail"),  # a line that is written now is not found
        "MON-03": ("blocker", "fail"),  # the series of an alert is gone, and another came from the same targets
        "DEL-04": ("blocker", "fail"),  # what was there before the deployment and is no more
    }


SHIPPING = {("log /var/log/shop/shop.log", name) for name in WEB}
SLOW = {(f"latency of http://127.0.7.{number}:18080/orders", name) for number, name in enumerate(WEB, 1)}


def test_log_shipping_a_metric_and_the_latency_are_the_reasons_and_there_is_no_other(third: t.Any) -> None:
    findings = [finding for finding in third.failing(REFUSED)["DEL-04"]["findings"] if finding["status"] != "pass"]
    assert {finding["status"] for finding in findings} == {"fail"}
    found = {(finding["instance"], finding["host"]) for finding in findings}
    assert found & SLOW  # where the machine was too busy before the deployment, a host has a limit of its own
    assert found - SLOW == {("metric shop_queue_depth", ""), *SHIPPING}


@pytest.mark.parametrize(
    ("requirement", "says"),
    [
        ("LOG-01", r"the line written on web\d was not found within 5 s in /var/log/central/web\d/shop-\*\.log"),
        ("MON-03", r"ShopQueueGrows can never fire: the metric shop_queue_depth was there .* is up, which gives shop_orders_waiting since"),
        ("DEL-04", r"metric shop_queue_depth, which was there before the deployment, is gone"),
        (
            "DEL-04",
            r"the latency of http://127.0.7.\d:18080/orders was \d+ ms before the deployment and is [\d.]+ m?s, the limit is [\d.]+ m?s",
        ),
    ],
)
def test_the_reason_says_what_was_seen(third: t.Any, requirement: str, says: str) -> None:
    assert [finding for finding in third.failing(REFUSED)[requirement]["findings"] if re.search(says, finding["message"])]


def test_no_host_ships_its_log(third: t.Any) -> None:
    findings = third.failing(REFUSED)["LOG-01"]["findings"]
    assert sorted(finding["host"] for finding in findings if finding["status"] == "fail") == list(WEB)


@pytest.mark.parametrize("name", WEB)
def test_the_previous_version_is_back_on_each_host(third: t.Any, hosts: dict[str, Host], name: str) -> None:
    host = hosts[name]
    assert third.returncode != 0
    assert host.file("/opt/shop/current").linked_to == "/opt/shop/releases/2.0.0"
    assert host.file("/opt/shop/releases/3.0.0").is_directory
    assert host.check_output("systemctl is-active shop.service rsyslog.service") == "active\nactive"
    assert host.check_output("systemctl is-enabled shop.service rsyslog.service") == "enabled\nenabled"
    assert not host.run("systemctl --failed --plain --no-legend").stdout


def test_logs_of_the_version_that_is_back_arrive(third: t.Any, hosts: dict[str, Host]) -> None:
    assert third.gates[-1][3] == "go"
    for name in WEB:
        last = hosts["mon1"].run("tail -n 1 /var/log/central/%s/shop-file.log", name).stdout
        assert '"version": "2.0.0"' in last


def test_the_state_is_that_of_the_version_that_is_back(third: t.Any) -> None:
    assert third.records[-1]["state"]["verdict"] == "go"


def test_the_ledger_tells_what_was_refused_and_why_the_other_came_back(third: t.Any, ledger: list[dict[str, t.Any]]) -> None:
    assert third.records
    assert [(each["version"], each["kind"], each["post"]["verdict"], each["cause"]) for each in ledger] == [
        ("2.0.0", "planned", "go", None),
        ("3.0.0", "planned", "no_go", None),
        ("2.0.0", "rollback", "go", "version 3.0.0: NO-GO"),
    ]


def test_users_noticed_nothing_but_the_time_it_took(third: t.Any, load: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nwhat users saw meanwhile: {load}")
    assert third.records
    assert load["requests"] > 100
    assert load["failed"] == 0
