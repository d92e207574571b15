# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger of deployments through real ansible-playbook runs: good, failed, rolled back."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from integration.acts import Acts
from integration.playbook import ROLE, Outcome, Site
from prometheus_client.parser import text_string_to_metric_families
from servers import Binaries

LOOKUP = """
- name: Tell
  hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ it.state }} {{ it.deployments | map(attribute='version') | join(',') }} {{ it.delivery_performance.windows[0].failed }}"
      vars:
        it: "{{ lookup('operability.readiness.verdict', 'shop', records=readiness_records) }}"
"""


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    made = Site(tmp_path / "site", ["web1"])
    made.organisation["publish"]["markdown"] = str(made.folder / "shop.md")
    return made


def ledger(site: Site) -> list[dict[str, t.Any]]:
    return list(json.loads((site.state.parent / "deployments.json").read_text())["deployments"])


def figures(record: dict[str, t.Any]) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", record["delivery_performance"]["windows"][0])


def test_a_deployment_that_failed_and_was_rolled_back(site: Site, binaries: Binaries) -> None:
    acts, path = Acts(site), site.state.parent / "deployments.json"
    acts.gate("first", version="1.0", ticket="CHG-1")
    acts.gate("second", before=f"cp {site.textfile} {site.folder}/first.prom", phase="post", version="1.0", ticket="CHG-1")
    bad = f"cp {path} {site.folder}/second.json && echo 2 >{site.folder}/state/web1"
    acts.gate("failed", before=bad, phase="post", version="2.0")
    seen = acts.play()
    first, second, failed = seen["first"], seen["second"], seen["failed"]
    assert figures(first.record)["deployments"] == 0
    assert "operability_deployments" not in (site.folder / "first.prom").read_text()
    (entry,) = json.loads((site.folder / "second.json").read_text())["deployments"]
    assert (entry["version"], entry["kind"], entry["ticket"]) == ("1.0", "planned", "CHG-1")
    assert [entry[phase]["run"] for phase in ("pre", "post")] == [run.record["run"]["id"] for run in (first, second)]
    assert entry["began_at"] == first.record["run"]["started_at"] and entry["ended_at"] == second.record["run"]["finished_at"]
    assert figures(second.record)["change_fail_ratio"] == 0.0

    assert (failed.verdict, figures(failed.record)["failed"]) == ("no_go", 1)

    refused = site.run(ROLE, phase="post", version="1.0", deployment_kind="rollback", mode="enforce")
    assert refused.rc != 0 and refused.record["run"]["refused"]
    assert [(entry["kind"], entry["cause"], entry["post"]["verdict"]) for entry in ledger(site)[2:]] == [("rollback", None, "undetermined")]
    assert refused.says("cause: a rollback is an unplanned deployment, and nothing says why there is one", "readiness_cause=INC0042")

    site.answer("web1", 0)
    acts = Acts(site)
    for name in ("back", "again"):
        acts.gate(name, phase="post", version="1.0", deployment_kind="rollback", cause="INC7: 2.0 does not answer")
    # the task of the play LOOKUP
    (tell,) = yaml.safe_load(LOOKUP)[0]["tasks"]
    acts.tasks("told", {**tell, "vars": {"it": tell["vars"]["it"].replace("readiness_records", repr(str(site.records)))}})
    seen = acts.play()
    back, again = seen["back"], seen["again"]
    assert [(entry["version"], entry["kind"], entry["post"]["verdict"]) for entry in ledger(site)] == [
        ("1.0", "planned", "go"),
        ("2.0", "planned", "no_go"),
        ("1.0", "rollback", "go"),
    ]
    assert back.record["run"]["cause"] == "INC7: 2.0 does not answer"
    found = figures(again.record)
    assert (found["deployments"], found["failed"], found["change_fail_ratio"], found["deployment_rework_ratio"]) == (3, 1, 0.3333, 0.3333)
    assert found["recovery_seconds"] >= 0 and again.record["delivery_performance"]["days_since_last_unplanned"] == 0

    text = site.textfile.read_text()
    assert sample(text, "operability_deployments", kind="rollback", window="30d") == 1
    assert sample(text, "operability_change_fail_ratio", window="90d") == 0.3333
    assert "operability_last_unplanned_deployment_timestamp_seconds" in text and "operability_first_time_right_ratio" not in text
    done = subprocess.run(
        [str(binaries.path("promtool")), "check", "metrics"],
        input=text,
        env=binaries.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for report in ("shop.html", "shop.md"):
        shown = (site.folder / report).read_text()
        assert "Change fail rate" in shown and "33 % (1 of 3)" in shown, report
    assert seen["told"].says("go 1.0,2.0,1.0 1")


def sample(text: str, name: str, **labels: str) -> float:
    """The value of a series of the service."""
    wanted = {"service_name": "shop", "deployment_environment": "production", **labels}
    found = [
        one.value for family in text_string_to_metric_families(text) for one in family.samples if (one.name, one.labels) == (name, wanted)
    ]
    assert len(found) == 1, text
    return float(found[0])


SPOILT = [
    ('{"schema_version": 1, "serv', "deployments.json is not whole"),
    (
        '{"schema_version": 9, "service": "shop", "environment": "production", "deployments": []}',
        "written by a newer version (schema 9",
    ),
    (
        '{"schema_version": 1, "service": "other", "environment": "production", "deployments": []}',
        "is the ledger of other in production",
    ),
    ('{"schema_version": 1, "service": "shop", "environment": "production", "deployments": [{}]}', "is not a ledger of deployments"),
]


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Site], dict[str, Outcome]]:
    """Services with a ledger that cannot be used, each after a gate; all in one run."""
    folder = tmp_path_factory.mktemp("spoilt")
    acts, sites = Acts(Site(folder / "stage", ["web1"])), dict[str, Site]()
    for number, (text, said) in enumerate(SPOILT):
        site = sites[said] = Site(folder / str(number), ["web1"])
        path = site.state.parent / "deployments.json"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        acts.gate(said, site=site, phase="post", version="1.0")
    return sites, acts.play()


@pytest.mark.parametrize(("text", "said"), SPOILT)
def test_a_ledger_that_cannot_be_used_costs_nothing_else(spoilt: tuple[dict[str, Site], dict[str, Outcome]], text: str, said: str) -> None:
    site, outcome = spoilt[0][said], spoilt[1][said]
    assert (outcome.rc, outcome.verdict) == (0, "go")
    ledger = site.state.parent / "deployments.json"
    if "newer version" in said:
        assert outcome.says("the verdict stands, but the ledger of deployments was not updated", said)
        assert ledger.read_text() == text and "delivery_performance" not in outcome.record
    else:
        assert outcome.says(said, "it is put aside, and the deployments are taken from the last run record")
        (aside,) = site.state.parent.glob("deployments.json.refused-*")
        assert aside.read_text() == text and [entry["version"] for entry in json.loads(ledger.read_text())["deployments"]] == ["1.0"]
    assert json.loads(site.state.read_text())["gates"]["post"]["verdict"] == "go", "the state was updated all the same"


def test_the_deployments_of_an_older_state_are_taken_over(site: Site) -> None:
    acts = Acts(site)
    acts.gate("older", phase="post", version="0.9")
    acts.gate("newer", before=f"rm {site.state.parent}/deployments.json", phase="post", version="1.0")
    outcome = acts.play()["newer"]
    assert [(entry["version"], entry["kind"]) for entry in ledger(site)] == [("0.9", None), ("1.0", "planned")]
    assert [entry["version"] for entry in outcome.record["deployments"]] == ["0.9", "1.0"]


def test_a_deployment_without_a_name_is_told_and_check_mode_writes_none(site: Site) -> None:
    acts = Acts(site)
    acts.gate("nameless", phase="post")
    acts.gate("check mode", phase="post", version="1.0")
    acts.plays[-1]["tasks"][-1]["check_mode"] = True
    seen = acts.play()
    notices = seen["nameless"].record["judgement"]["notices"]
    assert "this deployment is not in the ledger: neither a version nor a deployment_id was given" in notices
    assert seen["check mode"].rc == 0 and seen["check mode"].records == []
    assert not (site.state.parent / "deployments.json").exists()


def test_an_emergency_is_in_the_ledger_whatever_is_broken(site: Site) -> None:
    acts = Acts(site)
    acts.gate("usual", phase="post", version="1.0")
    site.service = t.cast("dict[str, t.Any]", "service: {name: shop\n")
    acts.gate("emergency", phase="post", version="1.0.1", emergency="INC0042", emergency_reason="payments are down")
    outcome = acts.play()["emergency"]
    assert outcome.rc == 0, outcome.output
    entry = ledger(site)[-1]
    assert (entry["version"], entry["emergency"], entry["kind"]) == ("1.0.1", "INC0042", "planned")
    assert figures(outcome.record)["unplanned"] == 1 and figures(outcome.record)["failed"] == 1, "it follows 1.0 at once"
