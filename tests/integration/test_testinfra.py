# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites of pytest-testinfra over the connections of a play, and the phase smoke, in real ansible-playbook runs."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import socket
import typing as t

import pytest
from integration.playbook import ROLE, Outcome, Site

PASSWORD = "horse battery staple"  # noqa: S105 # of nobody
STATE = """
def test_state(host):
    name = host.backend.get_hostname()
    code = host.file("{folder}/state/" + name).content_string.strip()
    assert code == "0", name + " answers " + code


def test_groups(host):
    assert "web" in host.ansible.get_variables()["group_names"]
"""


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    """Two hosts whose smoke suite asks each of them for its state."""
    made = Site(tmp_path / "site")
    made.demand()
    made.organisation["services_may"] = ["controller_code", "own_proofs", "policy"]
    made.organisation["runs_may"] = ["mode", "first_deployment", "environment", "records", "limit", "tags", "files"]
    for host in made.hosts:
        made.answer(host, 0)
    suite(made, STATE)
    return made


def suite(site: Site, text: str, **args: t.Any) -> None:
    folder = site.folder / "smoke"
    folder.mkdir(exist_ok=True)
    (folder / "test_shop.py").write_text(text.replace("{folder}", str(site.folder)))
    smoke = {"title": "the smoke suite passes", "check": "testinfra", "impact": "blocker", "phases": ["post", "smoke"]}
    site.service["requirements"] = {"APP-02": {**smoke, "with": {"suite": ["smoke"], **args}}}


def found(outcome: Outcome) -> dict[tuple[str, str], tuple[str, str]]:
    """Status and message of each finding, by its instance and host."""
    return {
        (finding.get("instance", ""), finding.get("host", "")): (finding["status"], finding["message"])
        for finding in outcome.requirement("APP-02")["findings"]
    }


def shim(site: Site, name: str, text: str) -> str:
    """A program of this name, found before any other; returns the PATH in which it is."""
    folder = site.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def over_ssh(site: Site, host: str, **variables: t.Any) -> str:
    """A host behind a stand-in for ssh that writes down what it is asked, and runs the command here."""
    log = shlex.quote(str(site.folder / "ssh.log"))
    take = 'while [ $# -gt 0 ]; do case "$1" in -o|-i|-F|-p|-l) shift 2;; -*) shift;; *) shift; break;; esac; done'
    site.hosts[host] = {"ansible_connection": "ssh", **variables}
    return shim(site, "ssh", f'#!/bin/sh\necho "$*" >>{log}\n{take}\n[ $# -eq 0 ] || exec sh -c "$*"\n')


# -- the phase


def test_smoke_alone_after_a_deployment(site: Site) -> None:
    outcome = site.run("operability.readiness.smoke", phase=None, version="1.5.0", mode="enforce")
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    assert outcome.says("phase smoke", "GO 1 of 1 verified")
    assert {key: status for key, (status, _message) in found(outcome).items()} == {
        (f"test_shop.py::{name}", host): "pass" for name in ("test_state", "test_groups") for host in ("web1", "web2")
    }
    state = json.loads(site.state.read_text())
    assert state["gates"]["smoke"]["verdict"] == "go" and state["requirements"]["APP-02"]["phase"] == "smoke"
    assert [deployment["version"] for deployment in state["deployments"]] == ["1.5.0"]
    assert 'operability_gate_state{deployment_environment="production",phase="smoke",service_name="shop"} 0.0' in site.textfile.read_text()
    assert [path for path in site.folder.rglob("*") if path.name in ("__pycache__", ".pytest_cache")] == []


def test_a_test_that_fails_on_one_host(site: Site) -> None:
    site.answer("web2", 1)
    outcome = site.run("operability.readiness.smoke", phase=None, version="1.5.0", mode="enforce")
    assert outcome.rc != 0 and outcome.verdict == "no_go", outcome.output
    assert outcome.record["judgement"]["advice"] == "roll_back"
    assert found(outcome)[("test_shop.py::test_state", "web2")] == ("fail", "test_shop.py::test_state: web2 answers 1")
    assert found(outcome)[("test_shop.py::test_state", "web1")][0] == "pass"
    assert outcome.says("APP-02 the smoke suite passes: test_shop.py::test_state: web2 answers 1")


def test_what_ships_is_asked_at_smoke_and_no_more(site: Site) -> None:
    """The requirements of the starter policy that smoke looks at, and none that needs a baseline or a platform."""
    site.organisation["policy"]["requirements"] = {}
    site.service["traits"] = {"http": True, "data": True}
    outcome = site.run(ROLE, phase="smoke")
    asked = {item["id"] for item in outcome.record["judgement"]["requirements"]}
    assert asked == {"MON-07", "MON-10", "DEL-01", "PLT-01", "APP-02"}


# -- the suite that ships


def common(site: Site, expect: t.Any, smoke: t.Any = None) -> None:
    """DEL-03, as the default policy has it, from what the service file declares."""
    site.service["requirements"] = {}
    site.service["delivery"] = {"expect": expect, **({"smoke": smoke} if smoke else {})}
    rule = {"title": "the smoke suite passes", "impact": "blocker", "phases": ["post", "smoke"], "proved_by": ["testinfra"]}
    site.organisation["policy"]["requirements"]["DEL-03"] = rule


def test_the_suite_that_ships_over_local_and_ssh(site: Site) -> None:
    path = over_ssh(site, "web2", ansible_host="127.0.0.1")
    conf = site.folder / "shop.conf"
    conf.write_text("mode = live\n")
    conf.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        expect = [
            {"ports": [port], "files": [{"path": str(conf), "mode": "0600", "contains": "live"}], "users": ["root"]},
            {"on": "web2", "versions": {"echo shop 1.5.0": "{version}"}, "packages": {"no-such-package": "1.0"}},
        ]
        common(site, expect, ["smoke", "common"])
        outcome = site.run(ROLE, phase="smoke", version="1.5.0", env={"PATH": path})
    findings = outcome.requirement("DEL-03")["findings"]
    seen = {(finding["instance"], finding["host"]): finding["status"] for finding in findings}
    both = [f"common::test_port[{port}]", f"common::test_file[{conf}]", "common::test_user[root]", "test_shop.py::test_state"]
    expected = {(name, host): "pass" for name in [*both, "test_shop.py::test_groups"] for host in ("web1", "web2")}
    expected[("common::test_version[echo shop 1.5.0]", "web2")] = "pass"
    expected[("common::test_package[no-such-package]", "web2")] = "fail"
    assert seen == expected, outcome.output
    assert outcome.verdict == "no_go" and outcome.says(
        "web2: common::test_package[no-such-package]: the package no-such-package is not installed"
    )


def test_expectations_are_refused_before_anything_runs(site: Site) -> None:
    common(site, {"ports": ["http"]})
    outcome = site.run(ROLE, phase="smoke", mode="enforce")
    assert outcome.rc != 0 and outcome.verdict == "undetermined"
    assert outcome.says("readiness.yml:", "delivery.expect")


# -- hosts and their connections


def test_a_host_that_cannot_be_reached(site: Site) -> None:
    site.unreachable("web2")
    outcome = site.run(ROLE, phase="post")
    assert outcome.verdict == "undetermined", outcome.output
    status, message = found(outcome)[("test_shop.py::test_state", "web2")]
    assert status == "unknown" and message.startswith("web2 cannot be used for tests: ssh: connect to host 127.0.0.1 port 1: ")
    assert found(outcome)[("test_shop.py::test_state", "web1")][0] == "pass"


def test_a_host_outside_the_limit_is_left_alone(site: Site) -> None:
    site.answer("web2", 1)
    outcome = site.run(ROLE, "--limit", "web1", phase="post")
    assert outcome.verdict == "undetermined" and outcome.record["run"]["partial"]
    assert found(outcome)[("", "web2")] == ("unknown", "web2 was not part of this run (--limit web1)")
    assert {status for (_name, host), (status, _message) in found(outcome).items() if host == "web1"} == {"pass"}


def test_the_connection_of_the_play_is_used(site: Site) -> None:
    """User, port, key, arguments, host keys and become, from variables, play and environment."""
    path = over_ssh(site, "web2", ansible_host="shop.test", ansible_port="{{ 2200 + 22 }}", ansible_ssh_common_args="-o Compression=yes")
    site.hosts["web1"] = {"ansible_port": 99}
    key = site.folder / "key"
    key.touch(mode=0o600)
    shim(site, "sudo", f'#!/bin/sh\necho "sudo $*" >>{site.folder}/ssh.log\n[ "$1" = -u ] && shift 2\nexec "$@"\n')
    play = ROLE.replace(
        "gather_facts: false", f"gather_facts: false\n  remote_user: deploy\n  vars: {{ansible_ssh_private_key_file: {key}}}"
    )
    play = play.replace("gather_facts: false", "gather_facts: false\n  become: true\n  become_user: shopkeeper")
    outcome = site.run(
        play, phase="post", env={"PATH": path, "ANSIBLE_REMOTE_USER": "somebody", "ANSIBLE_SSH_EXTRA_ARGS": "-o TCPKeepAlive=yes"}
    )
    assert outcome.verdict == "go", outcome.output
    lines = [line for line in (site.folder / "ssh.log").read_text().splitlines() if "state/web2" in line and "shop.test" in line]
    assert lines
    wanted = ("User=deploy", "Port=2222", f"-i {key}", "Compression=yes", "TCPKeepAlive=yes", "BatchMode=yes", "StrictHostKeyChecking=no")
    assert [word for word in (*wanted, "sudo -u shopkeeper /bin/sh -c") if word not in lines[0]] == [], lines[0]
    assert "Port=99" not in lines[0]


def test_a_password_is_seen_by_nobody(site: Site) -> None:
    """It goes through Ansible; neither a list of processes, nor the environment of pytest, nor a finding has it."""
    path = over_ssh(site, "web2", ansible_password=PASSWORD, ansible_host="shop.test")
    watch = f'''
import glob, os, stat

HALF, OTHER = "horse battery", " staple"


def test_processes(host, request):
    for name in [*glob.glob("/proc/[0-9]*/cmdline"), "/proc/self/environ"]:
        try:
            text = open(name, "rb").read().decode(errors="replace")
        except OSError:
            continue
        assert HALF + OTHER not in text, name


def test_inventory(request):
    path = request.config.getoption("ansible_inventory")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert HALF + OTHER in open(path).read()
    open("{site.folder}/where", "w").write(path)


def test_told(host):
    if host.backend.get_hostname() == "web2":
        raise AssertionError(host.ansible.get_variables()["ansible_password"])
'''
    suite(site, watch)
    outcome = site.run(ROLE, "-vvv", phase="post", env={"PATH": path})
    seen = found(outcome)
    assert seen[("test_shop.py::test_processes", "web2")][0] == "pass", seen
    assert seen[("test_shop.py::test_inventory", "")][0] == "pass", seen
    assert seen[("test_shop.py::test_told", "web2")][0] == "fail" and "battery" not in str(seen)
    assert not pathlib.Path((site.folder / "where").read_text()).exists()
    assert "horse battery" not in (site.folder / "ssh.log").read_text()


def test_a_connection_that_ansible_does_not_know(site: Site) -> None:
    site.hosts["web2"] = {"ansible_connection": "nobody.nowhere.tunnel"}
    outcome = site.run(ROLE, phase="post")
    assert found(outcome)[("", "web2")] == (
        "unknown",
        "the connection to web2 cannot be told: there is no connection plugin nobody.nowhere.tunnel",
    )
    assert outcome.verdict == "undetermined"


def test_hosts_of_another_pattern(site: Site) -> None:
    site.others = {"log1": {}}
    site.answer("log1", 3)
    suite(site, STATE.replace('"web" in', '"logs" in'), hosts=["logs", "nobody"])
    outcome = site.run(ROLE, phase="post")
    assert found(outcome) == {
        ("test_shop.py::test_state", "log1"): ("fail", "test_shop.py::test_state: log1 answers 3"),
        ("test_shop.py::test_groups", "log1"): ("pass", "test_shop.py::test_groups passed"),
        ("", "nobody"): ("unknown", "the connection to nobody cannot be told: the inventory does not have it"),
    }


# -- alone


def alone(site: Site, options: str) -> Outcome:
    tasks = f"    - operability.readiness.testinfra:\n        python: '{{{{ ansible_playbook_python }}}}'\n{options}      register: smoke\n"
    told = "    - debug: {msg: '{{ smoke.finding.message }}; {{ smoke.findings | length }} findings'}\n"
    return site.run(f"- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n{tasks}{told}", phase=None)


def test_alone_in_a_playbook(site: Site) -> None:
    site.answer("local", 0)
    suite(site, STATE.partition("def test_groups")[0])
    well = f"        suite: {site.folder}/smoke\n        expect: [{{users: [daemon]}}]\n        hosts: ['local://']\n"
    outcome = alone(site, well)
    assert outcome.rc == 0 and outcome.says("test_shop.py::test_state passed; 2 findings"), outcome.output
    outcome = alone(site, well.replace("daemon", "no-such-user"))
    assert outcome.rc != 0 and outcome.says("testinfra fail: common::test_user[no-such-user]: there is no user no-such-user"), (
        outcome.output
    )


def test_each_batch_is_visited_by_itself(site: Site) -> None:
    site.answer("web2", 1)
    outcome = site.run(ROLE.replace("gather_facts: false", "gather_facts: false\n  serial: 1"), phase="post", scope="batch", mode="enforce")
    assert outcome.rc != 0 and [record["judgement"]["verdict"] for record in outcome.records] == ["go", "no_go"], outcome.output
    judgements = [record["judgement"]["requirements"] for record in outcome.records]
    assert [{finding["host"] for item in items for finding in item["findings"]} for items in judgements] == [{"web1"}, {"web2"}]
