# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role observability against a running Prometheus, and the rules with promtool."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t
import urllib.request

import controller
import pytest
import yaml
from integration.playbook import ROOT
from servers import Binaries, Prometheus

RULES = ROOT / "roles" / "observability" / "files" / "operability.rules.yml"
PLAYBOOK = """
- name: Rules
  hosts: localhost
  connection: local
  gather_facts: false
  roles:
    - role: operability.readiness.observability
"""


def test_each_alert_fires_and_is_quiet(binaries: Binaries) -> None:
    done = subprocess.run(
        [binaries.path("promtool"), "test", "rules", str(ROOT / "tests" / "promtool" / "operability_test.yml")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout + done.stderr


def alerts() -> list[dict[str, t.Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def test_the_tests_leave_no_alert_out() -> None:
    tested = set(re.findall(r"alertname: (\w+)|alertname=\"(\w+)\"", (ROOT / "tests" / "promtool" / "operability_test.yml").read_text()))
    names = {name for pair in tested for name in pair if name}
    assert {rule["alert"] for rule in alerts()} <= names


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_each_alert_leads_to_its_runbook(rule: dict[str, t.Any]) -> None:
    assert rule["labels"]["severity"] in ("info", "warning", "critical")
    assert rule["annotations"]["summary"] and rule["annotations"]["description"]
    page = ROOT / "docs" / "runbooks" / rule["annotations"]["runbook_url"].rpartition("/")[2]
    assert rule["alert"] in page.read_text(), f"{page.name} does not name {rule['alert']}"


class Server:
    """A Prometheus that reads rules from a folder, and runs of the role over it."""

    def __init__(self, folder: pathlib.Path, running: t.Any, binaries: Binaries) -> None:
        self.folder, self.rules = folder, folder / "rules" / "operability.rules.yml"
        self.rules.parent.mkdir(parents=True)
        (folder / "metrics").mkdir()
        config = f"scrape_configs: []\nrule_files: ['{folder}/rules/*.yml']\n"
        self.server = running.start(Prometheus, binaries, config=config)
        self.promtool = str(binaries.path("promtool"))

    def run(self, *words: str, **more: t.Any) -> subprocess.CompletedProcess[str]:
        playbook = self.folder / "playbook.yml"
        playbook.write_text(PLAYBOOK)
        given = {
            "observability_rules_file": str(self.rules),
            "observability_promtool": self.promtool,
            "observability_prometheus_url": self.server.url,
            "observability_rules_owner": "",
            "observability_rules_group": "",
            "ansible_python_interpreter": sys.executable,
            **more,
        }
        return controller.run(
            ["-i", "localhost,", str(playbook), "-e", json.dumps(given), *words],
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
                "ANSIBLE_NOCOLOR": "1",
            },
        )

    def loaded(self) -> list[str]:
        with urllib.request.urlopen(f"{self.server.url}/api/v1/rules", timeout=10) as answer:
            return sorted(group["name"] for group in json.load(answer)["data"]["groups"])


@pytest.fixture
def server(tmp_path: pathlib.Path, running: t.Any, binaries: Binaries) -> Server:
    return Server(tmp_path, running, binaries)


OURS = ["operability.alerts", "operability.current"]


def test_the_rules_are_loaded(server: Server) -> None:
    first = server.run(observability_textfile_directory=str(server.folder / "textfile"))
    assert first.returncode == 0, first.stdout + first.stderr
    assert server.loaded() == OURS and server.rules.read_bytes() == RULES.read_bytes() and (server.folder / "textfile").is_dir()
    again = server.run()
    assert again.returncode == 0 and re.search(r"changed=0 ", again.stdout), again.stdout


def test_what_was_there_stays_where_promtool_refuses(server: Server) -> None:
    server.rules.write_text("groups: [{name: mine, rules: []}]\n")
    done = server.run(observability_promtool="/bin/false")
    assert done.returncode != 0 and "what was there before is back" in done.stdout, done.stdout
    assert server.rules.read_text() == "groups: [{name: mine, rules: []}]\n"


def test_what_was_there_comes_back_where_the_rules_are_not_loaded(server: Server, tmp_path: pathlib.Path) -> None:
    elsewhere = tmp_path / "not-read" / "operability.rules.yml"
    elsewhere.parent.mkdir()
    done = server.run(observability_rules_file=str(elsewhere), observability_retries=2)
    assert done.returncode != 0 and not elsewhere.exists() and server.loaded() == []
    assert f"include {elsewhere.parent}/*.yml" in " ".join(done.stdout.split()), done.stdout


def test_check_mode_changes_nothing(server: Server) -> None:
    done = server.run("--check")
    assert done.returncode == 0 and not server.rules.exists(), done.stdout
