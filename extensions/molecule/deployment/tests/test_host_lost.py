# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host dies between the gate before and the gate after: it is named, nothing is lost, and nothing is green for want of it."""

from __future__ import annotations

import typing as t

import pytest


@pytest.fixture(scope="module")
def lost(play: t.Any) -> t.Any:
    return play("lost.yml")


def test_it_is_not_let_in(lost: t.Any) -> None:
    assert [gate[:4] for gate in lost.gates] == [("pre", "service", "2.0.0", "go"), ("post", "service", "2.0.0", "no_go")]
    assert lost.returncode != 0


def test_the_host_is_named(lost: t.Any) -> None:
    after = lost.records[-1]
    assert list(after["hosts"]["unreachable"]) == ["web3"]
    assert "web3 could not be reached" in lost.output
    assert "web3:18080 is down" in lost.failing(-1)["MON-01"]["message"]


def test_what_ran_on_it_is_unknown_and_the_other_hosts_passed(lost: t.Any) -> None:
    found = lost.failing(-1)
    for name in ("DEL-01", "LOG-01", "MON-07", "PLT-01"):
        seen = {(finding["host"], finding["status"]) for finding in found[name]["findings"]}
        assert seen == {("web1", "pass"), ("web2", "pass"), ("web3", "unknown")}, name


def test_the_record_is_whole(lost: t.Any) -> None:
    after = lost.records[-1]
    assert after["run"]["partial"] is None
    assert after["hosts"]["expected"] == ["web1", "web2", "web3"]
    asked = {each["id"] for each in after["judgement"]["requirements"] if each["deciding"] and each["status"] != "not_applicable"}
    assert asked == {"DEL-01", "DEL-04", "LOG-01", "MON-01", "MON-03", "MON-07", "PLT-01", "PLT-02"}
