# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever starts a run cannot do to its gate: forge results, pass it by with tags, give it another phase."""

from __future__ import annotations

import json
import pathlib

import pytest
from integration.playbook import AFTER, ROLE, Site

ENFORCED = {"mode": "enforce"}
ROLES = "    - role: operability.readiness.gate\n"
PRE = ROLE.replace(ROLES, f"{ROLES}      vars: {{readiness_phase: pre}}\n")
FORGED = {
    "readiness_gate": {
        **{"stop": False, "msg": "GO", "words": "GO", "verdict": "go", "scope": "service", "publish": {}},
        "record": {"judgement": {"verdict": "go"}},
    },
    "readiness_plan": {"later_hosts": []},
    "readiness_verified": {},
    "readiness_targets": {},
    "readiness_fail": False,
}


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path)


def test_forged_results_stop_as_true_ones_and_are_not_published(site: Site) -> None:
    site.answer("web1", 2)
    outcome = site.run(ROLE + AFTER, "-e", json.dumps(FORGED), **ENFORCED)
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output and outcome.verdict == "no_go"
    assert outcome.says("shop: NO-GO") and "fatal: [web1]" in outcome.output and "fatal: [web2]" in outcome.output
    published = json.loads((site.folder / "published.json").read_text())
    assert published["judgement"]["verdict"] == "no_go" and published["run"]["id"] == outcome.record["run"]["id"]
    tasks = ROLE.replace(f"  roles:\n{ROLES}", "  tasks:\n    - operability.readiness.gate: {phase: pre}\n")
    alone = site.run(tasks + AFTER, "-e", json.dumps(FORGED), **ENFORCED)
    assert alone.rc != 0 and "DEPLOYED" not in alone.output


def test_tags_do_not_pass_by_the_gate(site: Site) -> None:
    tagged = AFTER.replace("    - name: Deploy\n", "    - name: Deploy\n      tags: [deploy]\n")
    site.answer("web1", 2)
    stopped = site.run(ROLE + tagged, "--tags", "deploy", **ENFORCED)
    assert stopped.rc != 0 and "DEPLOYED" not in stopped.output and stopped.verdict == "no_go"
    site.answer("web1", 0)
    good = site.run(ROLE + tagged, "--tags", "deploy", **ENFORCED)
    assert good.rc == 0 and "DEPLOYED" in good.output and good.record["run"]["partial"] is None
    started = site.run(ROLE + tagged, "--start-at-task", "Stop where the verdict says so", **ENFORCED)
    assert started.rc != 0 and started.says("no gate has judged in this run of Ansible, and the play asks for pre")


def test_the_phase_that_a_play_asks_for_is_not_another(site: Site) -> None:
    site.answer("web1", 2)
    outcome = site.run(PRE + AFTER, phase="design", **ENFORCED)
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output and outcome.record["run"]["phase"] == "pre"
    assert outcome.says("readiness_phase=design of the command line has no effect: the play asks for pre")


def test_a_post_without_its_pre(site: Site) -> None:
    asked = {"title": "the gate was asked", "check": "gate_asked", "impact": "blocker", "phases": ["post"]}
    site.service["requirements"]["DEL-07"] = asked
    skipped = site.run(ROLE, "--skip-tags", "always", version="1.0")
    assert skipped.rc == 0 and skipped.records == []
    without = site.run(ROLE, phase="post", version="1.0")
    assert without.verdict == "no_go" and without.requirement("DEL-07")["message"].startswith("there is no pre of deployment 1.0")
    site.run(ROLE, version="1.1")
    after = site.run(ROLE, phase="post", version="1.1")
    assert after.verdict == "go" and "and said GO" in after.requirement("DEL-07")["message"]
    site.answer("web1", 2)
    assert site.run(ROLE, version="1.2", **ENFORCED).rc != 0
    site.answer("web1", 0)
    past = site.run(ROLE, phase="post", version="1.2", **ENFORCED)
    assert past.rc != 0 and past.says("the gate said NO-GO", "and deployment 1.2 went on")
    unnamed = site.run(ROLE, phase="post")
    assert unnamed.requirement("DEL-07")["status"] == "unknown"


def test_what_a_host_an_environment_and_a_first_deployment_may_not(site: Site) -> None:
    site.organisation.update(environments=["production", "staging"], runs_may=["first_deployment"], services_may=[])
    site.answer("web1", 2)
    tasks = ROLE.replace(f"  roles:\n{ROLES}", f"  vars: {{readiness_phase: pre}}\n  roles:\n{ROLES}")
    site.hosts["web1"]["readiness_mode"] = "observe"
    site.hosts["web2"]["readiness_mode"] = "enforce"
    outcome = site.run(tasks + AFTER)
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output
    assert outcome.says("readiness_mode: enforce for web2, observe for the gate: set it for all hosts of the service alike")
    site.hosts["web1"].clear()
    site.hosts["web2"].clear()
    elsewhere = site.run(ROLE, environment="sandbox")
    assert elsewhere.verdict == "undetermined" and elsewhere.says("there is no 'sandbox'", "environments: production, staging")
    site.answer("web1", 0)
    first = site.run(ROLE, phase="post", version="1.0", first_deployment=True, **ENFORCED)
    assert first.rc == 0 and first.verdict == "go"
    again = site.run(ROLE, version="1.1", first_deployment=True, **ENFORCED)
    assert again.rc != 0 and again.says("version 1.0 was deployed on", "this is not the first deployment")
    site.service["service"]["hosts"] = "web1"
    narrower = site.run(ROLE, version="1.1", **ENFORCED)
    assert narrower.rc != 0 and narrower.says("service.hosts: web2 are left out, and the inventory still has them")


def test_metrics_are_not_led_away(site: Site) -> None:
    """By the service file or by the command line: operations' own folder would keep what was there."""
    site.organisation |= {"mode": "enforce", "services_may": [], "runs_may": []}
    assert site.run().rc == 0 and site.textfile.exists()
    outcome = site.run(publish={"textfile_directory": str(site.folder / "home")})
    assert outcome.rc != 0 and outcome.says("readiness_publish.textfile_directory: what comes of the run is not published"), outcome.output
    assert site.run(publish={"textfile_directory": str(site.metrics), "markdown": str(site.folder / "r.md")}).rc == 0
    site.service["publish"] = {"textfile_directory": str(site.folder / "home")}
    outcome = site.run()
    assert outcome.rc != 0 and outcome.says("publish.textfile_directory publishes elsewhere than its organisation does"), outcome.output
