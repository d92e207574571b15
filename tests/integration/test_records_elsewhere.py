# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where records live, and what the next run makes of them: another host, another folder, another user; proofs that still count."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
from integration.playbook import ROLE, Site

# a host that is this machine, over a connection that is not Ansible's local one
CONNECTION = '''
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: away
short_description: this machine as another one
description: For tests.
author: tests
options: {}
"""


class Connection(Local):
    transport = "away"
'''


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    site = Site(tmp_path)
    (tmp_path / "connection_plugins").mkdir()
    (tmp_path / "connection_plugins" / "away.py").write_text(CONNECTION)
    site.others = {"records1": {"ansible_connection": "away"}, "closed": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1"}}
    site.others["closed"]["ansible_port"] = 1
    return site


def test_records_and_metrics_on_a_host(site: Site) -> None:
    first = site.run(records_host="records1", publish_host="records1")
    assert first.verdict == "go" and first.rc == 0, first.output
    assert json.loads(site.state.read_text())["gates"]["pre"]["verdict"] == "go"
    assert "operability_service_state" in site.textfile.read_text() and oct(site.textfile.stat().st_mode)[-3:] == "644"
    site.answer("web2", 2)
    second = site.run(records_host="records1", publish_host="records1")
    assert second.verdict == "no_go" and [item["requirement"] for item in second.record["delta"]["new_failures"]] == ["APP-01"]
    assert second.says("SINCE THE LAST RUN", "GO: new failures: APP-01")
    here = site.run()
    assert here.record["delta"]["unchanged"][0]["requirement"] == "APP-01", "found again by a run that has them on its own disk"


def test_deployment_after_deployment_on_a_records_host(site: Site) -> None:
    for version in ("1", "2"):
        outcome = site.run(phase="post", version=version, records_host="records1")
        assert outcome.verdict == "go" and "was not kept" not in outcome.output, outcome.output
    ledger = json.loads((site.state.parent / "deployments.json").read_text())
    assert [entry["version"] for entry in ledger["deployments"]] == ["1", "2"]


TASKS = """
- name: Adopt and decide
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Adopt
      operability.readiness.adopt:
        records: "{{ readiness_records }}"
      delegate_to: records1
    - name: Decide
      operability.readiness.decide:
        records: "{{ readiness_records }}"
        phase: pre
        body: change board
        decided_by: [Ana Costa]
        operations_opinion: favourable
        outcome: go
        override: true
        reason: the debt is known
      delegate_to: records1
"""


def test_debt_decisions_and_emergencies_on_a_records_host(site: Site) -> None:
    site.answer("web1", 2)
    assert site.run(records_host="records1").verdict == "no_go"
    adopted = site.run(TASKS, phase=None)
    assert adopted.rc == 0, adopted.output
    assert [path.parent.name for path in site.state.parent.rglob("decisions/*.json")] == ["decisions"]
    assert "APP-01" in (site.folder / "readiness.debt.yml").read_text()
    after = site.run(records_host="records1")
    assert after.verdict == "go_with_reservations" and after.record["decision_delta"]["body"] == "change board"
    urgent = site.run(records_host="records1", publish_host="records1", emergency="INC7", emergency_reason="it is down")
    assert urgent.rc == 0 and urgent.says("EMERGENCY INC7"), urgent.output
    (override,) = json.loads(site.state.read_text())["overrides"]
    assert (override["id"], override["requirement"]) == ("INC7", "ALL")
    assert "operability_override_due_timestamp_seconds{" in site.textfile.read_text()


def test_a_records_host_that_cannot_be_reached(site: Site) -> None:
    outcome = site.run(records_host="closed", publish_host="closed")
    assert outcome.rc == 0 and outcome.records == [] and not site.metrics.joinpath("operability_shop_production.prom").exists()
    assert outcome.says("GO 2 of 2 verified", "the verdict stands, but its record was not kept", "closed could not be reached")
    assert outcome.says(f"html: {site.folder}/shop.html on closed: closed could not be reached")
    assert outcome.output.count("the verdict stands") == 1 and "Traceback" not in outcome.output


def test_a_records_host_without_a_folder(site: Site) -> None:
    refused = site.run(
        ROLE.replace("  roles:", "  vars:\n    readiness_records_host: records1\n  roles:"), "-e", '{"readiness_records": ""}'
    )
    assert refused.rc != 0 and refused.records == []
    assert refused.says("records: expected the folder of records1 where records live (the task is delegated to that host)")


def test_pre_and_post_from_different_folders_and_users(site: Site, tmp_path: pathlib.Path) -> None:
    """As jobs of AWX are: each in a folder of its own, with a home of its own, the records on a shared path."""
    site.run(phase="pre", deployment_id="D1", version="2")
    other = Site(tmp_path / "job2")
    other.service, other.organisation = site.service, site.organisation
    for host in other.hosts:
        site.answer(host, 0)
    outcome = other.run(phase="post", deployment_id="D1", version="2", records=site.records, env={"LOGNAME": "awx2", "USER": "awx2"})
    assert outcome.rc == 0, outcome.output
    runs = [json.loads(path.read_text())["run"] for path in sorted((site.records / "shop" / "production" / "runs").glob("*.json"))]
    assert [(run["phase"], run["deployment_id"]) for run in runs] == [("pre", "D1"), ("post", "D1")]
    assert runs[0]["user"] != runs[1]["user"] == "awx2"
    state = json.loads(site.state.read_text())
    assert set(state["gates"]) == {"pre", "post"} and state["requirements"]["SUP-01"]["phase"] == "pre"


def proofs(site: Site) -> int:
    return len((site.folder / "proofs").read_text().splitlines())


def test_an_expensive_proof_is_not_repeated_before_it_is_due(site: Site) -> None:
    counted = ["/bin/sh", "-c", f"echo x >> {site.folder}/proofs; echo proven; exit $(cat {site.folder}/state/proof 2>/dev/null || echo 0)"]
    proof = {"title": "the restore works", "check": "command", "impact": "blocker", "with": {"command": counted}, "on": "web1"}
    site.service["requirements"]["APP-02"] = {**proof, "valid_for": "30d", "repeat": "when_due"}
    for _unused in range(2):
        outcome = site.run(phase="recheck")
        assert outcome.verdict == "go" and outcome.record["judgement"]["verified"] == 3, outcome.output
    assert proofs(site) == 1 and outcome.says("proven (verified on")
    assert outcome.requirement("APP-02")["reused"]["run"] != outcome.record["run"]["id"]
    site.run(phase="post", version="1")
    assert proofs(site) == 2, "at other phases it is verified"
    state = json.loads(site.state.read_text())
    state["requirements"]["APP-02"]["valid_until"] = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=20)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    site.state.write_text(json.dumps(state))
    site.answer("proof", 2)
    due = site.run(phase="recheck", records_host="records1")
    assert proofs(site) == 3 and due.verdict == "no_go"
    again = site.run(phase="recheck", records_host="records1")
    assert proofs(site) == 4 and again.verdict == "no_go", "what failed is looked at again"
    site.answer("proof", 0)
    assert [site.run(phase="recheck", records_host="records1").verdict for _unused in range(2)] == ["go", "go"]
    assert proofs(site) == 5, "also where the state lives on another host"


def test_a_clock_that_went_back(site: Site) -> None:
    site.run()
    state: dict[str, t.Any] = json.loads(site.state.read_text())
    state["gates"]["pre"]["at"] = "2099-01-01T00:00:00Z"
    site.state.write_text(json.dumps(state))
    outcome = site.run()
    assert outcome.verdict == "go" and outcome.says("the newest run in it is of 2099-01-01T00:00:00Z", "set the clock")
    assert json.loads(site.state.read_text()) == state and outcome.record["state"] is None
