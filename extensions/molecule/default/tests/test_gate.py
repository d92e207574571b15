# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the gate left behind: the report, the metrics, the records, and what it refused."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

import pytest
from testinfra.host import Host

WORK = os.path.join(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "readiness")
SCENARIO = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def played() -> None:
    words = ["ansible-playbook", f"--inventory={SCENARIO.parent / 'inventory'}", str(SCENARIO / "gate.yml")]
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def read(host: Host, name: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(host.file(f"{WORK}/{name}").content_string))


def test_metrics_can_be_read_by_node_exporter(host: Host) -> None:
    file = host.file(f"{WORK}/textfile/operability_shop_test.prom")
    assert file.is_file
    assert file.mode == 0o644
    text = file.content_string
    assert 'operability_service_state{deployment_environment="test",service_name="shop"} 0' in text
    assert not host.run("ls %s/textfile | grep -v '[.]prom$'", WORK).stdout, "a temporary file was left"


@pytest.mark.parametrize("name", ["shop.html", "shop.md"])
def test_report_tells_the_verdict(host: Host, name: str) -> None:
    file = host.file(f"{WORK}/report/{name}")
    assert file.mode == 0o644
    for words in ("GO", "BKP-01", "SHOP-01", "SUP-01", "RUN-01"):
        assert words in file.content_string


def requirements(record: t.Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Those that decide and are asked of this service, by their id."""
    return {each["id"]: each for each in record["judgement"]["requirements"] if each["deciding"] and each["status"] != "not_applicable"}


def test_record_holds_every_requirement(host: Host) -> None:
    record = read(host, "report/shop.json")
    assert record["judgement"]["verdict"] == "go"
    assert (record["run"]["phase"], record["run"]["partial"]) == ("recheck", None)
    found = requirements(record)
    assert {name: each["status"] for name, each in found.items()} == dict.fromkeys(("BKP-01", "RUN-01", "SUP-01", "SHOP-01"), "pass")
    assert found["SHOP-01"]["findings"][0]["measurements"][0]["value"] > 0


def test_the_second_run_says_the_same(host: Host) -> None:
    """Two runs of each phase, and one that published: one verdict."""
    listed = host.run("ls %s/records/shop/test/runs", WORK).stdout.split()
    records = [read(host, f"records/shop/test/runs/{name}") for name in listed]
    first = [record for record in records if record["run"]["version"] == "1.0.0"]
    assert len(first) == 7
    assert {record["judgement"]["verdict"] for record in first} == {"go"}


def test_what_was_refused_was_not_deployed(host: Host) -> None:
    assert not host.file(f"{WORK}/deployed").exists
    record = read(host, "report/refused.json")
    assert record["judgement"]["verdict"] == "no_go"
    failing = {name: each for name, each in requirements(record).items() if each["status"] == "fail"}
    assert set(failing) == {"BKP-01", "SHOP-01"}
    assert "no order is left" in failing["SHOP-01"]["message"]


def test_what_was_repaired_may_be(host: Host) -> None:
    assert read(host, "report/repaired.json")["judgement"]["verdict"] == "go"
    assert read(host, "records/shop/test/state.json")
