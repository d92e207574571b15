# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs what the README shows: its files, its playbooks and its commands, from an installed copy of the collection."""

from __future__ import annotations

import os
import pathlib
import re
import shlex
import subprocess
import sys
import typing as t

import promql_parser
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS
from ansible_collections.operability.readiness.plugins.plugin_utils._described import document as _document
from ansible_collections.operability.readiness.plugins.plugin_utils._described import policy as _policy

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)
BIN = pathlib.Path(sys.executable).parent
INVENTORY = """
payments:
  hosts: {pay1: , pay2: }
  vars: &local {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
logs:
  hosts: {log1: }
  vars: *local
"""


def named(name: str) -> str:
    """The block whose first line is a comment with this file name."""
    return next(text for _kind, text in BLOCKS if text.startswith(f"# {name}\n"))


def commands() -> list[str]:
    return [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.strip()]


class Place:
    """A user's folder with the files of the README, and the collection installed as the README says."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        (folder / "inventory.yml").write_text(INVENTORY)
        for name in ("readiness.yml", "organisation.yml", "deploy.yml", "room.yml"):
            (folder / name).write_text(named(name))
        (folder / "docs").mkdir()
        (folder / "docs" / "runbook.md").write_text("# Runbook\n")

    def run(self, command: str, cwd: pathlib.Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "HOME": str(self.folder / "home"),
            "PWD": str(cwd or self.folder),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }
        words = [word.replace("$PWD", environment["PWD"]) for word in shlex.split(command)]
        return subprocess.run(words, cwd=cwd or self.folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Installs the files that git knows, as a fresh clone would have them."""
    folder = tmp_path_factory.mktemp("readme")
    clone = folder / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            target = clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    user = Place(folder)
    install = next(command for command in commands() if command.startswith("ansible-galaxy"))
    done = user.run(f"{install} -p {folder / 'collections'}", cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    return user


def test_every_command_is_known_here() -> None:
    """A command that is added to the README needs its test here, or a group of its own in dev/run-tests."""
    known = ("make demo", "make test", "ansible-galaxy collection install .", "pip install ", "ansible-playbook ")
    assert [command for command in commands() if not command.startswith(known)] == []


def test_libraries_are_those_of_the_execution_environment() -> None:
    line = next(command for command in commands() if command.startswith("pip install "))
    asked = {re.split(r"[<>=~!]", name)[0].lower() for name in line.split()[2:]}
    needed = {
        re.split(r"[<>=~!; ]", name)[0].lower()
        for name in (ROOT / "meta" / "ee-requirements.txt").read_text().splitlines()
        if name.strip() and not name.startswith("#")
    }
    assert asked == needed


def test_service_file_fits_a_screen_and_is_level_c() -> None:
    text = named("readiness.yml")
    assert len(text.splitlines()) <= 26
    assert _policy.level_of(yaml.safe_load(text)["classification"])[0] == "C"


def test_plan_of_the_files_declares_everything_but_where_it_is(place: Place) -> None:
    command = next(command for command in commands() if "readiness.plan" in command)
    done = place.run(command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "payments: level C" in done.stdout
    assert "restic_backup /var/lib/payments on pay1, pay2" in place.run(f"{command} -e readiness_phase=pre").stdout
    assert "NOT DECLARED" not in done.stdout


def test_deployment_playbook_goes_on_in_observe_mode_and_stops_in_enforce_mode(place: Place) -> None:
    command = next(command for command in commands() if "deploy.yml" in command)
    observed = place.run(command)
    assert observed.returncode == 0, observed.stdout + observed.stderr
    assert "the play goes on" in " ".join(observed.stdout.split()), observed.stdout  # whatever the width of the terminal
    assert observed.stdout.count("Whatever deploys your service") == 2
    enforced = place.run(f"{command} -e readiness_mode=enforce")
    assert enforced.returncode != 0
    assert "Whatever deploys your service" not in enforced.stdout
    first = place.run(f"{command} -e readiness_first_deployment=true")
    assert re.search(r"not due +BKP-01 +blocker", first.stdout), first.stdout


def test_one_check_alone(place: Place) -> None:
    done = place.run("ansible-playbook -i inventory.yml room.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "used and" in done.stdout


def test_recheck_lookup_and_test_plugin(place: Place) -> None:
    files = "-e readiness_service_file=$PWD/readiness.yml -e readiness_organisation_file=$PWD/organisation.yml"
    done = place.run(f"ansible-playbook -i inventory.yml operability.readiness.recheck {files}")
    assert done.returncode == 0, done.stdout + done.stderr
    (place.folder / "look.yml").write_text(
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ansible.builtin.assert:\n        that:\n"
        "          - lookup('operability.readiness.verdict', 'payments').state in ['undetermined', 'no_go']\n"
        "          - \"{'verdict': 'go'} is operability.readiness.go\"\n"
        "          - \"{'verdict': 'no_go'} is not operability.readiness.go\"\n"
    )
    looked = place.run("ansible-playbook look.yml")
    assert looked.returncode == 0, looked.stdout + looked.stderr


def test_publish_block_fits_the_schema(place: Place) -> None:
    block = next(text for _kind, text in BLOCKS if text.startswith("publish:"))
    text = (place.folder / "organisation.yml").read_text() + block
    document = _document.build(text, "organisation.yml", yaml.safe_load(text), "organisation")
    assert document.data["publish"]["pushgateway"]["url"].startswith("http")


def test_query_is_promql() -> None:
    block = next(text for kind, text in BLOCKS if kind == "promql")
    assert promql_parser.parse(block) is not None


def test_table_names_every_check_and_no_other() -> None:
    named_checks = re.findall(r"^\| `(\w+)` \|", README, re.M)
    assert sorted(named_checks) == sorted(CHECKS)
    policy = _policy.load("default")
    assert f"{len(policy.rules)} requirements" in README


def test_links_of_the_readme_exist() -> None:
    targets: list[t.Any] = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
