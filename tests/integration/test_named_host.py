# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host that is named is the host that is looked at, with an inventory as people have it: ssh, and not a word of connections."""

from __future__ import annotations

import json
import pathlib
import shutil
import sys
import tarfile
import typing as t

import pytest
import yaml
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site

SSH = pathlib.Path(__file__).with_name("ssh_stand_in")
HOSTS = ("web1", "web2", "log1", "ops1")


class Remote(Site):
    """Its hosts are reached over a stand-in for ssh: each has a folder of its own in the place of machines/here."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.others = {"log1": {}, "ops1": {}}
        self.machines = folder / "machines"
        for name in ("here", *HOSTS):
            (self.machines / name / "backups").mkdir(parents=True)
        self.metrics = self.machines / "here" / "metrics"
        self.organisation["publish"] = {"textfile_directory": str(self.metrics)}
        for name in ("here", *HOSTS):
            (self.machines / name / "metrics").mkdir()
        self.demand("SUP-01", "BKP-01")
        self.service["traits"] = {}
        self.service["parts"]["web"]["backups"] = [
            {"tool": "file", "pattern": str(self.machines / "here" / "backups" / "*.tar"), "on": "log1", "max_age": "2d"}
        ]
        self.organisation["services_may"] = ["other_hosts"]
        self.organisation["policy"]["requirements"]["DEL-01"] = {"impact": "blocker"}
        self.service["delivery"] = {"version_check": ["/bin/sh", "-c", f"grep -qx '{{version}}' {self.machines}/here/version || exit 2"]}
        for name in ("web1", "web2"):
            (self.machines / name / "version").write_text("4.3.0\n")
        self.write()

    def backup(self, machine: str) -> None:
        with tarfile.open(self.machines / machine / "backups" / "shop.tar", "w") as archive:
            archive.add(self.folder / "readiness.yml", "readiness.yml")

    def write(self) -> None:
        super().write()
        inventory = yaml.safe_load((self.folder / "inventory.yml").read_text())
        for group in inventory["all"]["children"].values():
            for variables in group["hosts"].values():
                variables.pop("ansible_connection", None)
        self.save("inventory.yml", inventory)

    def environment(self) -> dict[str, str]:
        ssh = {"ANSIBLE_SSH_EXECUTABLE": str(SSH), "ANSIBLE_SSH_TRANSFER_METHOD": "piped", "MACHINES": str(self.machines)}
        return {**super().environment(), **ssh}

    def portfolio(self, **variables: t.Any) -> Outcome:
        listed = [{"service_file": str(self.folder / "readiness.yml")}]
        return self.run("operability.readiness.portfolio", **{"portfolio": listed, "phase": None, "service_file": None, **variables})


def statuses(outcome: Outcome, identifier: str) -> dict[str, str]:
    return {finding["host"]: finding["status"] for finding in outcome.requirement(identifier)["findings"]}


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Remote:
    return Remote(tmp_path / "site")


def test_portfolio_and_adopt_look_at_the_hosts_themselves(site: Remote) -> None:
    site.backup("here")  # the controller's own
    outcome = site.portfolio()
    assert statuses(outcome, "BKP-01") == {"log1": "fail"}, outcome.output
    assert set((site.machines / "asked").read_text().split()) == {"web1", "web2", "log1"}
    machines = outcome.record["hosts"]["machines"]
    assert set(machines) == {"web1", "web2", "log1"} and len(set(machines.values())) == 3
    assert not [notice for notice in outcome.record["judgement"]["notices"] if "has answered for" in notice]

    site.backup("log1")
    shutil.rmtree(site.machines / "here" / "backups")
    (site.machines / "here" / "backups").mkdir()
    outcome = site.run("operability.readiness.adopt", phase=None)
    assert outcome.rc == 0 and statuses(outcome, "BKP-01") == {"log1": "pass"}, outcome.output
    assert not (site.folder / "readiness.debt.yml").exists() or "BKP-01" not in (site.folder / "readiness.debt.yml").read_text()


def test_nights_of_a_service_that_tells_its_version_with_records_and_metrics_elsewhere(site: Remote) -> None:
    site.backup("log1")
    records = site.machines / "here" / "records"
    for machine in ("here", "ops1"):
        (site.machines / machine / "records").mkdir()
    site.records = records
    elsewhere = {"records_host": "ops1", "publish_host": "ops1", "mode": "enforce"}
    outcome = site.run(phase="post", version="4.3.0", **elsewhere)
    assert outcome.rc == 0, outcome.output
    for _night in range(2):
        outcome = site.run("operability.readiness.recheck", phase=None, **elsewhere)
        assert outcome.rc == 0 and "4.3.0 (from the ledger)" in outcome.output, outcome.output
    outcome = site.portfolio(records_host="ops1", publish_host="ops1", mode="enforce")
    assert outcome.rc == 0, outcome.output
    kept = sorted((site.machines / "ops1" / "records").rglob("runs/*.json"))
    assert len(kept) == 4 and not list(records.rglob("runs/*.json")), "the controller has none of them"
    for path in kept[1:]:
        record = json.loads(path.read_text())
        assert record["judgement"]["verdict"] == "go" and record["run"]["version_remembered"], record["judgement"]["reasons"]
    assert list((site.machines / "ops1" / "metrics").glob("*.prom")) and not list(site.metrics.glob("*.prom"))
    (site.machines / "web2" / "version").write_text("4.2.9\n")
    outcome = site.run("operability.readiness.recheck", phase=None, **elsewhere)
    assert outcome.rc != 0 and outcome.says("DEL-01"), outcome.output


def test_a_play_that_says_local_does_not_answer_for_another_host(site: Remote) -> None:
    site.backup("here")
    acts = Acts(site)
    verify = {"operability.readiness.verify": {}, "delegate_to": "log1"}
    judge = {"operability.readiness.gate": {"fail": False}, "register": "readiness_gate"}
    acts.tasks("local", verify, judge, phase="recheck")
    acts.plays[-1]["connection"] = "local"
    acts.tasks("as named", verify, judge, phase="recheck")
    acts.gate("all local", phase="recheck")
    acts.plays[-1]["connection"] = "local"
    seen = acts.play()
    told = "this machine, the controller, has answered for web1, web2; the inventory may name it so"
    assert [told in outcome.record["judgement"]["notices"] for outcome in seen.values()] == [False, False, True]
    assert statuses(seen["local"], "BKP-01") == {"log1": "unknown"}, seen["local"].output
    assert "connection: local" in seen["local"].requirement("BKP-01")["message"]
    assert statuses(seen["as named"], "BKP-01") == {"log1": "fail"}


def test_hosts_that_are_one_machine_are_told(site: Remote) -> None:
    site.backup("log1")
    site.hosts = {"web1": {"ansible_host": "web1"}, "web2": {"ansible_host": "web1"}}
    outcome = site.run(phase="recheck")
    assert "one machine has answered for web1, web2; the inventory may name it so" in outcome.record["judgement"]["notices"]
    assert outcome.verdict == "go", outcome.output


def test_the_command_line_does_not_say_who_answers(site: Remote) -> None:
    """Each word that leads to the controller's own file, or to that of another host, or has a program of the requester's answer."""
    site.backup("log1")
    site.organisation |= {"mode": "enforce", "runs_may": []}
    site.hosts = {"web1": {}, "web2": {}}
    usual = ["-e", "ansible_user=root", "-e", "ansible_become_password=x", "-e", "ansible_ssh_common_args='-o StrictHostKeyChecking=no'"]
    outcome = site.run(ROLE + AFTER, *usual)
    assert outcome.rc == 0 and outcome.verdict == "go" and outcome.says("DEPLOYED ON web1"), outcome.output
    assert not outcome.record["judgement"]["notices"] and not outcome.says("loosened by this run"), outcome.output
    (site.machines / "log1" / "backups" / "shop.tar").unlink()
    site.backup("here")
    site.backup("web1")
    liar = site.save("liar", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    liar.chmod(0o755)
    for words, key in (
        (("-e", "ansible_connection=local"), "ansible_connection"),
        (("-c", "local"), "--connection"),
        (("-e", "ansible_host=web1"), "ansible_host"),
        (("-e", f"ansible_python_interpreter={liar}"), "ansible_python_interpreter"),
    ):
        outcome = site.run(ROLE + AFTER, *words)
        assert outcome.rc != 0 and not outcome.says("DEPLOYED"), outcome.output
        hosts = "log1, web2" if key == "ansible_host" else "log1, web1, web2"
        said = f"{key}: the command line says how {hosts} are reached"
        assert outcome.says(said, "(runs_may: {services: {shop: [connection]}})"), outcome.output

    site.organisation["runs_may"] = ["connection"]
    outcome = site.run(ROLE, "-e", "ansible_host=web1")
    (loosened,) = (one for one in outcome.record["judgement"]["loosened"] if one["by"] == "run")
    assert (loosened["kind"], loosened["key"], loosened["by"]) == ("connection", "ansible_host", "run"), outcome.output
    assert outcome.verdict == "go" and outcome.says("1 loosened by this run"), outcome.output
    told = "another machine than at the last run has answered for log1, web2"
    assert any(told in notice for notice in outcome.record["judgement"]["notices"]), outcome.record["judgement"]["notices"]


def test_an_inventory_that_names_the_controller_for_a_host_is_told(site: Remote) -> None:
    site.backup("log1")
    assert site.run().verdict == "go"
    site.backup("here")
    more = site.save("more.yml", {"all": {"hosts": {"log1": {"ansible_connection": "local"}}}})
    outcome = site.run(ROLE, "-i", str(more))
    told = "the inventory says now that log1 is this machine, the controller"
    assert any(told in notice for notice in outcome.record["judgement"]["notices"]), outcome.output
