# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of how hosts are reached: what has something else answer for them, and what every pipeline passes."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._model.loosening import Leave
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Expected
from ansible_collections.operability.readiness.plugins.plugin_utils._planning import plan as _plan
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.connection_parameters import (
    on_command_line,
    steers,
    that_lead,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._planning.remembered import HERE, other_machines
from unit.core.described import ORGANISATION, describe, problems_of

PYTHON = "/srv/venv/bin/python"
LEAD: tuple[tuple[str, str], ...] = (
    ("ansible_connection", "local"),
    ("ansible_connection", "community.docker.docker"),
    ("ansible_host", "web1"),
    ("ansible_ssh_host", "web1"),
    ("ansible_port", "2222"),
    ("ansible_ssh_port", "2222"),
    ("ansible_psrp_host", "web1"),
    ("ansible_python_interpreter", "/tmp/liar"),
    ("ansible_python_interpreter", "/usr/bin/../../tmp/python3"),
    ("ansible_python_interpreter", "/srv/ci/bin/python3"),
    ("ansible_python_interpreter", PYTHON),
    ("ansible_ruby_interpreter", "/tmp/liar"),
    ("ansible_interpreter_python_fallback", "['/tmp/liar']"),
    ("ansible_facts", "{'discovered_interpreter_python': '/tmp/liar'}"),
    ("ansible_ssh_common_args", "-o ProxyCommand='sh /tmp/liar'"),
    ("ansible_ssh_common_args", "-oProxyJump=web1"),
    ("ansible_ssh_extra_args", "-J web1"),
    ("ansible_ssh_extra_args", "-F /tmp/config"),
    ("ansible_ssh_extra_args", "-o HostName=web1"),
    ("ansible_ssh_extra_args", "-S /tmp/socket"),
    ("ansible_ssh_extra_args", "-p 2222"),
    ("ansible_ssh_extra_args", "'"),
    ("ansible_ssh_args", "-o ControlPath=/tmp/socket"),
    ("ansible_ssh_executable", "/tmp/liar"),
    ("ansible_control_path", "/tmp/socket"),
    ("ansible_ssh_pkcs11_provider", "/tmp/liar.so"),
    ("ansible_shell_executable", "/tmp/liar"),
    ("ansible_become_exe", "/tmp/liar"),
    ("ansible_sudo_flags", "-n /tmp/liar"),
    ("ansible_docker_extra_args", "-H tcp://web1"),
    ("ansible_kubectl_container", "other"),
    ("ansible_ssh_args", "-o ControlPath=none -o ProxyCommand=/tmp/liar"),
    ("ansible_ssh_args", "-o ProxyJump=none@web1"),
    ("ansible_become_flags", "-s /tmp/liar"),
    ("ansible_shell_executable", "/bin/sh /tmp/liar"),
    ("--connection", "local"),
    ("--ssh-extra-args", "-o ProxyCommand=/tmp/liar"),
    ("ANSIBLE_TRANSPORT", "local"),
)
USUAL: tuple[tuple[str, str], ...] = (
    ("ansible_user", "deploy"),
    ("ansible_ssh_user", "deploy"),
    ("ansible_password", "x"),
    ("ansible_ssh_pass", "x"),
    ("ansible_become", "true"),
    ("ansible_become_method", "sudo"),
    ("ansible_become_user", "root"),
    ("ansible_become_password", "x"),
    ("ansible_become_pass", "x"),
    ("ansible_sudo_pass", "x"),
    ("ansible_private_key_file", "/srv/key"),
    ("ansible_ssh_private_key_file", "/srv/key"),
    ("ansible_ssh_private_key", "x"),
    ("ansible_ssh_timeout", "30"),
    ("ansible_ssh_retries", "3"),
    ("ansible_ssh_pipelining", "true"),
    ("ansible_pipelining", "true"),
    ("ansible_host_key_checking", "false"),
    ("ansible_ssh_host_key_checking", "false"),
    ("ansible_ssh_transfer_method", "piped"),
    ("ansible_winrm_transport", "kerberos"),
    ("ansible_winrm_password", "x"),
    ("ansible_remote_tmp", "/tmp"),
    ("ansible_connection", "ssh"),
    ("ansible_connection", "ansible.builtin.ssh"),
    ("ansible_connection", "smart"),
    ("ansible_connection", "paramiko"),
    ("ansible_python_interpreter", "auto_silent"),
    ("ansible_python_interpreter", "/usr/bin/python3"),
    ("ansible_python_interpreter", "/usr/bin/python3.11"),
    ("ansible_python_interpreter", "/usr/libexec/platform-python"),
    ("ansible_python_interpreter", "python3"),
    ("ansible_ssh_common_args", "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"),
    ("ansible_ssh_common_args", "-o 'StrictHostKeyChecking no' -o ConnectTimeout=5 -oServerAliveInterval=30"),
    ("ansible_ssh_extra_args", "-C -o IdentitiesOnly=yes -i /srv/key -vvv"),
    ("ansible_ssh_args", "-C -o ControlMaster=auto -o ControlPersist=60s"),
    ("ansible_ssh_args", "-o PubkeyAcceptedKeyTypes=+ssh-rsa -o HostKeyAlgorithms=+ssh-rsa -o PreferredAuthentications=publickey"),
    ("ansible_ssh_args", "-o ControlMaster=no -o ControlPath=none -o ProxyCommand=none -o IdentityAgent=/run/agent"),
    ("ansible_ssh_executable", "/usr/bin/ssh"),
    ("ansible_shell_executable", "/bin/bash"),
    ("ansible_shell_type", "sh"),
    ("ansible_become_exe", "/usr/bin/sudo"),
    ("ansible_become_flags", "-H -S -n"),
    ("--ssh-common-args", "-o StrictHostKeyChecking=accept-new"),
    ("--connection", "ssh"),
    ("app_host", "web1"),
    ("db_port", "5432"),
    ("extra_args", "-J web1"),
)


def given(name: str, value: str) -> dict[str, str]:
    return {name: value} if steers(name) or not name.startswith(("ansible", "app", "db", "extra")) else {}


@pytest.mark.parametrize(("name", "value"), LEAD)
def test_what_has_something_else_answer(name: str, value: str) -> None:
    assert that_lead(given(name, value), {}, python=PYTHON) == [name]
    assert that_lead(given(name, value), {name: value}) == [], "the inventory says the same"


@pytest.mark.parametrize(("name", "value"), USUAL)
def test_what_every_pipeline_passes(name: str, value: str) -> None:
    assert that_lead(given(name, value), {}, python=PYTHON) == []


def test_what_has_no_effect_on_a_host() -> None:
    here, remote = {"ansible_connection": "local"}, {"ansible_connection": "ssh"}
    assert that_lead({"ansible_python_interpreter": PYTHON}, here, python=PYTHON) == [], "Ansible's own Python, on its own machine"
    assert that_lead({"ansible_python_interpreter": PYTHON}, remote, python=PYTHON) == ["ansible_python_interpreter"]
    for named in (here, remote):
        assert that_lead({"--connection": "local"}, named) == [], "the inventory wins"
        assert that_lead({"ANSIBLE_TRANSPORT": "local"}, named) == []
    assert that_lead({"--ssh-extra-args": "-J web1"}, here) == []
    assert that_lead({"ansible_connection": "ssh"}, here) == ["ansible_connection"]
    options = {"ssh_common_args": "-J x", "scp_extra_args": "", "connection": "ssh", "private_key_file": "/k"}
    assert on_command_line(options) == {"--ssh-common-args": "-J x"}


# -- in a plan

SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 1}
parts: {web: {units: [payments.service], support: payments}}
"""
ENFORCED = ORGANISATION + "mode: enforce\nservices_may: []\n"


def planned(organisation: str | None, led: dict[str, list[str]], phase: str = "pre", **run: t.Any) -> Plan:
    described = describe(SERVICE, organisation, phase=phase)
    where = dataclasses.replace(described.inventory, led_elsewhere=lambda host: led.get(host, []))
    described = dataclasses.replace(described, inventory=where, run=dataclasses.replace(described.run, **run))
    return _plan.make(described, _plan.make_policy(described.service, described.organisation), phase=phase)


def test_it_takes_leave() -> None:
    led = {"pay2": ["ansible_host"], "db1": ["ansible_host", "ansible_port"]}
    problems = problems_of(lambda: planned(ENFORCED, led))
    assert len(problems) == 2 and problems[0].startswith("ansible_host: the command line says how db1, pay2 are reached")
    assert "(runs_may: {services: {payments: [connection]}})" in problems[0] and "inventory" in problems[0]
    allowed = planned(ENFORCED + "runs_may: [connection]\n", led)
    assert [(one.kind, one.key, one.by, one.leave) for one in allowed.loosened] == [
        ("connection", "ansible_host", "run", Leave.GIVEN),
        ("connection", "ansible_port", "run", Leave.GIVEN),
    ]
    way_over = planned(ORGANISATION + "mode: enforce\n", led)
    assert {one.leave for one in way_over.loosened} == {Leave.WAY_OVER}
    observed = planned(ENFORCED.replace("mode: enforce\n", ""), led)
    assert {one.leave for one in observed.loosened} == {Leave.REFUSED}
    assert {one.leave for one in planned(None, led).loosened} == {Leave.GIVEN}
    assert planned(ENFORCED, led, emergency=True).name == "payments", "an emergency is never refused"
    assert planned(ENFORCED, {"elsewhere": ["ansible_host"]}).loosened == ()


# -- another machine than last time


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"log1": "a"}, {"log1": "a"}, []),
        ({"log1": "a"}, {"log1": "b"}, ["another machine than at the last run has answered for log1"]),
        ({"log1": "a", "web1": "b"}, {"log1": HERE, "web1": "c"}, ["log1 is this machine, the controller", "answered for web1"]),
        ({"log1": HERE}, {"log1": "a"}, []),
        ({"log1": HERE}, {"log1": HERE}, []),
        ({"log1": "a"}, {}, []),
        (None, {"log1": "a"}, []),
    ],
)
def test_another_machine_than_last_time(before: dict[str, str] | None, now: dict[str, str], told: list[str]) -> None:
    said = other_machines(Expected(machines=before), now)
    assert len(said) == len(told) and all(part in sentence for part, sentence in zip(told, said, strict=True))
