# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where records live, and what the next run makes of them: another host, another folder, another user; proofs that still count."""

from __future__ import annotations

import datetime as dt
import json
import pathlib

import pytest
from integration.acts import Acts, edit
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
    del site.hosts["web2"]
    acts = Acts(site)
    elsewhere = {"records_host": "records1", "publish_host": "records1"}
    acts.gate("first", **elsewhere)
    kept = f"cp {site.state} {site.folder}/first.json && cp -p {site.textfile} {site.folder}/first.prom"
    acts.gate("second", before=f"{kept} && echo 2 >{site.folder}/state/web1", **elsewhere)
    acts.gate("here")
    look = {"records": str(site.records), "service": "shop", "environment": "production"}
    acts.tasks("audited", {"operability.readiness.audit": look})
    acts.tasks("published", {"operability.readiness.audit": {**look, "head": ["0" * 16], "fail": False}})
    acts.gate("without its state", before=f"rm {site.state}")
    seen = acts.play()
    assert seen["first"].verdict == "go" and seen["first"].rc == 0, seen["first"].output
    assert json.loads((site.folder / "first.json").read_text())["gates"]["pre"]["verdict"] == "go"
    published = site.folder / "first.prom"
    assert "operability_service_state" in published.read_text() and oct(published.stat().st_mode)[-3:] == "644"
    second, here = seen["second"], seen["here"]
    assert second.verdict == "no_go" and [item["requirement"] for item in second.record["delta"]["new_failures"]] == ["APP-01"]
    assert second.says("SINCE THE LAST RUN", "GO: new failures: APP-01")
    assert here.record["delta"]["unchanged"][0]["requirement"] == "APP-01", "found again by a run that has them on its own disk"
    assert seen["audited"].says("shop in production: 3 records, 3 judged again and the same: no problem"), seen["audited"].output
    assert seen["published"].says("no record has the digest 0000000000000000, which was published")
    without = seen["without its state"]
    assert without.says("is not there any more: what the service owes is taken from its run records")
    assert (
        f'operability_record_info{{deployment_environment="production",digest="{without.record["digest"][:16]}"'
        in site.textfile.read_text()
    )
    assert oct(site.state.stat().st_mode)[-3:] == "600" and oct(site.state.parent.stat().st_mode)[-3:] == "700"


def test_deployment_after_deployment_on_a_records_host(site: Site) -> None:
    del site.hosts["web2"]
    acts = Acts(site)
    for version in ("1", "2"):
        acts.gate(version, phase="post", version=version, records_host="records1")
    for outcome in acts.play().values():
        assert outcome.verdict == "go" and "was not kept" not in outcome.output, outcome.output
    ledger = json.loads((site.state.parent / "deployments.json").read_text())
    assert [entry["version"] for entry in ledger["deployments"]] == ["1", "2"]


def test_debt_decisions_and_emergencies_on_a_records_host(site: Site) -> None:
    del site.hosts["web2"]
    site.answer("web1", 2)
    acts = Acts(site)
    acts.gate("first", records_host="records1")
    away = {"records": "{{ readiness_records }}"}
    decision = {
        **away,
        "phase": "pre",
        "body": "change board",
        "decided_by": ["Ana Costa"],
        "operations_opinion": "favourable",
        "outcome": "go",
        "override": True,
        "reason": "the debt is known",
    }
    tasks = ({"operability.readiness.adopt": away}, {"operability.readiness.decide": decision})
    acts.tasks("adopted and decided", *({**task, "delegate_to": "records1"} for task in tasks))
    acts.plays[-1]["connection"] = "local"
    acts.gate("after", records_host="records1")
    acts.gate("urgent", records_host="records1", publish_host="records1", emergency="INC7", emergency_reason="it is down")
    seen = acts.play()
    assert seen["first"].verdict == "no_go"
    assert seen["adopted and decided"].rc == 0, seen["adopted and decided"].output
    assert [path.parent.name for path in site.state.parent.rglob("decisions/*.json")] == ["decisions"]
    assert "APP-01" in (site.folder / "readiness.debt.yml").read_text()
    after, urgent = seen["after"], seen["urgent"]
    assert after.verdict == "go_with_reservations" and after.record["decision_delta"]["body"] == "change board"
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
    variables = '{"readiness_records": "", "readiness_mode": "enforce"}'
    refused = site.run(ROLE.replace("  roles:", "  vars:\n    readiness_records_host: records1\n  roles:"), "-e", variables)
    assert refused.rc != 0
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


def test_an_expensive_proof_is_not_repeated_before_it_is_due(site: Site) -> None:
    del site.hosts["web2"]
    counted = ["/bin/sh", "-c", f"echo x >> {site.folder}/proofs; echo proven; exit $(cat {site.folder}/state/proof 2>/dev/null || echo 0)"]
    proof = {"title": "the restore works", "check": "command", "impact": "blocker", "with": {"command": counted}, "on": "web1"}
    site.service["requirements"]["APP-02"] = {**proof, "valid_for": "30d", "repeat": "when_due"}
    acts, counts = Acts(site), site.folder / "counts"
    count = f"wc -l <{site.folder}/proofs >>{counts}"
    due = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    soon = edit(site.state, f"data['requirements']['APP-02']['valid_until'] = {due!r}")
    away = {"phase": "recheck", "records_host": "records1"}
    acts.gate("first", phase="recheck")
    acts.gate("repeated", phase="recheck")
    acts.gate("post", before=count, phase="post", version="1")
    acts.gate("due", before=f"{count} && {soon} && echo 2 >{site.folder}/state/proof", **away)
    acts.gate("failed", before=count, **away)
    acts.gate("passes", before=f"{count} && echo 0 >{site.folder}/state/proof", **away)
    acts.gate("reused", **away)
    acts.tasks("end", {"ansible.builtin.debug": None}, before=count)
    seen = acts.play()
    for name in ("first", "repeated"):
        assert seen[name].verdict == "go" and seen[name].record["judgement"]["verified"] == 3, seen[name].output
    assert seen["repeated"].says("proven (verified on")
    assert seen["repeated"].requirement("APP-02")["reused"]["run"] == seen["first"].record["run"]["id"]
    assert (seen["due"].verdict, seen["failed"].verdict) == ("no_go", "no_go")
    assert (seen["passes"].verdict, seen["reused"].verdict) == ("go", "go")
    one, at_post, when_due, again, at_the_end = counts.read_text().split()
    assert one == "1"
    assert at_post == "2", "at other phases it is verified"
    assert when_due == "3"
    assert again == "4", "what failed is looked at again"
    assert at_the_end == "5", "also where the state lives on another host"


def test_a_clock_that_went_back(site: Site) -> None:
    acts, future = Acts(site), "2099-01-01T00:00:00Z"
    acts.gate("first")
    change = edit(site.state, f"data['gates']['pre']['at'] = {future!r}")
    acts.gate("later", before=f"{change} && cp {site.state} {site.folder}/future.json")
    outcome = acts.play()["later"]
    assert outcome.verdict == "go" and outcome.says(f"the newest run in it is of {future}", "set the clock")
    assert site.state.read_text() == (site.folder / "future.json").read_text() and outcome.record["state"] is None
