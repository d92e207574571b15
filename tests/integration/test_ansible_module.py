# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any module as a check: through real ansible-playbook runs, within the gate and alone."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import ROLE, Outcome, Site

READS = {"module": "ansible.builtin.command", "read_only": True}


def prepare(site: Site) -> Site:
    for host in site.hosts:
        (site.folder / f"{host}.conf").write_text(f"host = {host}\n")
    (site.folder / "app.conf.j2").write_text("host = {{ inventory_hostname }}\n")
    return site


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return prepare(Site(tmp_path / "site", ["web1"]))


class Services(t.NamedTuple):
    """Services whose modules look at hosts of all sorts, and what the gates said of them; all in one ansible-playbook run."""

    sites: dict[str, Site]
    seen: dict[str, Outcome]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder = tmp_path_factory.mktemp("services")
    stage = prepare(Site(folder / "stage"))
    stage.hosts["web1"]["colour"], stage.hosts["web2"]["colour"] = "red", "green"
    # the interpreter of this test may lie where others cannot read
    su = {"ansible_become_method": "su", "ansible_become_flags": "-s /bin/sh", "ansible_python_interpreter": "/usr/bin/python3"}
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    stage.others = {"log1": {"colour": "blue"}, "su1": su, "su2": su, "gone1": gone}
    acts, sites = Acts(stage), dict[str, Site]()
    for make in (each_host, data, another_user, unreachable, wrong, delivered):
        site = sites[make.__name__] = Site(folder / make.__name__)
        make(acts, site)
    return Services(sites, acts.play("-vvv"))


def over(site: Site, pattern: str) -> dict[str, t.Any]:
    """Makes these the hosts of the service; for ``Acts.gate``."""
    site.service["service"]["hosts"] = site.service["parts"]["web"]["hosts"] = pattern
    return {"site": site, "hosts": pattern}


def module(**given: t.Any) -> dict[str, t.Any]:
    """A requirement that a module proves."""
    own = {key: given.pop(key) for key in ("on", "run_as") if key in given}
    return {"title": "the module is content", "check": "ansible_module", "impact": "blocker", "with": given, **own}


def says(*words: str, **more: t.Any) -> dict[str, t.Any]:
    return module(**READS, args={"argv": list(words)}, **more)


def deployed(site: Site) -> dict[str, t.Any]:
    """Each host's file is as the template has it, which lies beside the playbook; it is rendered on the controller, which takes leave."""
    site.organisation["services_may"] = ["templates", "controller_code", "other_hosts"]
    dest = f"{site.folder}/{{{{ inventory_hostname }}}}.conf"
    return module(module="ansible.builtin.template", args={"src": "app.conf.j2", "dest": dest})


def found(outcome: Outcome, identifier: str) -> dict[str, tuple[str, str]]:
    return {item["host"]: (item["status"], item["message"]) for item in outcome.requirement(identifier)["findings"]}


def each_host(acts: Acts, site: Site) -> None:
    prepare(site)
    dest = f"{site.folder}/{{{{ inventory_hostname }}}}.conf"
    site.service["requirements"].update(
        {
            "MOD-01": deployed(site),
            "MOD-02": says(
                "basename", "-a", "{{ colour }} {{ inventory_hostname }}", expect="result.stdout == colour ~ ' ' ~ inventory_hostname"
            ),
            "MOD-03": says("basename", "{{ colour }}", expect="result.stdout == 'blue' and colour == 'blue'", on="log1"),
            "MOD-04": module(module="ansible.builtin.copy", args={"content": "host = other\n", "dest": dest}),
        }
    )
    (site.folder / "web2.conf").write_text("host = other\n")
    acts.gate("each host", site=site)


def test_modules_look_at_each_host_with_its_own_variables(services: Services) -> None:
    site, outcome = services.sites["each_host"], services.seen["each host"]
    assert (outcome.rc, outcome.verdict) == (0, "no_go"), outcome.output
    would = "ansible.builtin.template would change"
    assert found(outcome, "MOD-01") == {"web1": ("pass", f"{would} nothing"), "web2": ("fail", f"{would} something")}
    assert {host: status for host, (status, _message) in found(outcome, "MOD-02").items()} == {"web1": "pass", "web2": "pass"}
    assert found(outcome, "MOD-03") == {"log1": ("pass", "ansible.builtin.command meets the condition: result.stdout is 'blue'")}
    assert {host: status for host, (status, _message) in found(outcome, "MOD-04").items()} == {"web1": "fail", "web2": "pass"}
    assert (site.folder / "web1.conf").read_text() == "host = web1\n" and (site.folder / "web2.conf").read_text() == "host = other\n"
    # what runs in the batch is there beside them
    assert [item["status"] for item in outcome.requirement("APP-01")["findings"]] == ["pass", "pass"]


def data(acts: Acts, site: Site) -> None:
    (site.folder / "evil").write_text(f"{{{{ lookup('ansible.builtin.pipe', 'touch {site.folder}/trap') }}}}")
    site.service["requirements"].update(
        {
            # what a host says is no template, neither in a condition nor in a message
            "MOD-04": says("cat", str(site.folder / "evil"), expect=["result.stdout | length > 10", "result.stdout == 'harmless'"]),
            "MOD-05": says("sleep", "20", timeout="1s"),
            "MOD-06": says("echo", "in-result-secret", expect="result.stdout == 'in-condition-secret'", no_log=True),
            "MOD-07": says("true", expect="result.nothing.deeper == 1"),
        }
    )
    acts.gate("data", **over(site, "web1"))


def test_what_a_module_says_is_data_and_what_is_hidden_stays_so(services: Services) -> None:
    outcome = services.seen["data"]
    assert (outcome.rc, outcome.verdict) == (0, "no_go"), outcome.output
    status, message = found(outcome, "MOD-04")["web1"]
    assert status == "fail" and message.startswith("result.stdout == 'harmless' is not met: result.stdout is '{{ lookup(")
    assert not (services.sites["data"].folder / "trap").exists()
    late = "ansible.builtin.command did not end within 1 s and was left behind"
    assert found(outcome, "MOD-05") == {"web1": ("unknown", late)}
    assert found(outcome, "MOD-06")["web1"] == ("fail", "condition 1 of 1 is not met")
    assert "in-result-secret" not in outcome.output and "in-condition-secret" not in outcome.output + str(outcome.records)
    status, message = found(outcome, "MOD-07")["web1"]
    assert status == "unknown" and message.startswith("result.nothing.deeper == 1 cannot be evaluated: ")
    assert [item["status"] for item in outcome.requirement("APP-01")["findings"]] == ["pass"]
    assert "Traceback" not in outcome.output


def test_in_check_mode_what_only_looks_still_looks(site: Site) -> None:
    site.service["requirements"].update({"MOD-01": deployed(site), "MOD-02": says("basename", "seen", expect="result.stdout == 'seen'")})
    outcome = site.run(ROLE + "\n", "--check", "-v")
    assert outcome.rc == 0 and outcome.says("GO", "4 of 4 verified"), outcome.output


def another_user(acts: Acts, site: Site) -> None:
    site.service["requirements"]["MOD-01"] = says("id", "-un", expect="result.stdout == 'nobody'", run_as="nobody")
    site.service["requirements"]["MOD-02"] = says("id", "-un", expect="result.stdout == 'root'")
    acts.gate("another user", **over(site, "su1:su2"))


def test_as_another_user(services: Services) -> None:
    outcome = services.seen["another user"]
    assert [status for status, _message in found(outcome, "MOD-01").values()] == ["pass", "pass"], found(outcome, "MOD-01")
    assert [status for status, _message in found(outcome, "MOD-02").values()] == ["pass", "pass"], found(outcome, "MOD-02")


def unreachable(acts: Acts, site: Site) -> None:
    # nothing else runs there: the module is the first to notice
    site.service["requirements"] = {"MOD-01": says("true", expect="result.rc == 0"), "MOD-02": says("true", expect="result.rc == 0")}
    acts.gate("unreachable", **over(site, "web1:gone1"))


def test_a_host_that_cannot_be_reached(services: Services) -> None:
    outcome = services.seen["unreachable"]
    assert (outcome.rc, outcome.verdict) == (0, "undetermined"), outcome.output
    for identifier in ("MOD-01", "MOD-02"):
        answers = found(outcome, identifier)
        assert answers["web1"][0] == "pass"
        assert answers["gone1"][0] == "unknown" and answers["gone1"][1].startswith("gone1 could not be reached: ")
    assert list(outcome.record["hosts"]["unreachable"]) == ["gone1"]


def wrong(acts: Acts, site: Site) -> None:
    site.service["requirements"].update(
        {
            "MOD-01": module(module="ansible.builtin.ury", args={"url": "http://localhost"}, read_only=True),
            "MOD-02": says("true", expect="result.rc = 0"),
            "MOD-03": says("true", expect="{{ 'result.rc' }} == 0"),
            "MOD-04": module(module="ansible.builtin.set_fact", args={"a": "b"}),
        }
    )
    acts.gate("wrong", **over(site, "web1"), mode="enforce")


def test_a_module_or_a_condition_that_is_wrong_stops_the_run_before_anything_is_looked_at(services: Services) -> None:
    outcome = services.seen["wrong"]
    assert outcome.rc != 0 and len(outcome.record["judgement"]["reasons"]) == 4 and outcome.record["run"]["refused"]
    assert outcome.says(
        "MOD-01: ansible_module: module: there is no module 'ansible.builtin.ury' (is its collection installed?)",
        "MOD-02: ansible_module: expect: 'result.rc = 0' goes on after its end, at '='",
        "MOD-03: ansible_module: expect: it comes out of a template; write the condition itself",
        "MOD-04: ansible_module: module: ansible.builtin.set_fact steers a play and looks at nothing",
    ), outcome.output


ALONE = """
- name: Alone
  hosts: web1
  gather_facts: false
  vars:
    wanted: seen
    condition: result.rc == 0
  tasks:
    - name: It holds
      operability.readiness.ansible_module:
        module: ansible.builtin.command
        arguments: {argv: [echo, seen]}
        expect: ["result.stdout == wanted", "{{ condition }}"]
        read_only: true
      register: good
    - name: It does not, and the playbook decides
      operability.readiness.ansible_module:
        module: ansible.builtin.command
        arguments: {argv: [echo, other]}
        expect: result.stdout == wanted
        read_only: true
        enforce: false
      register: bad
    - name: What a host said is no condition
      operability.readiness.ansible_module:
        module: ansible.builtin.ping
        expect: "{{ bad.finding.message }}"
      register: untrusted
      ignore_errors: true
    - name: Tell
      ansible.builtin.debug:
        msg: "{{ good.finding.status }} {{ good.changed }} | {{ bad.finding.message }} | {{ untrusted.msg }}"
    - name: It does not
      operability.readiness.ansible_module:
        module: ansible.builtin.command
        arguments: {argv: [echo, other]}
        expect: result.stdout == wanted
        read_only: true
    - name: Never reached
      ansible.builtin.debug:
        msg: GONE ON
"""


def test_alone_in_anybodys_playbook(site: Site) -> None:
    outcome = site.run(ALONE)
    assert outcome.rc != 0 and "GONE ON" not in outcome.output, outcome.output
    assert outcome.says(
        "pass False | result.stdout == wanted is not met: result.stdout is 'other' | ",
        "expect: it comes out of a template; write the condition itself, variables are known in it by their names",
        "ansible_module fail: result.stdout == wanted is not met: result.stdout is 'other'",
    ), outcome.output


def delivered(acts: Acts, site: Site) -> None:
    plugin = site.folder / "shop-version"
    plugin.write_text('#!/bin/sh\n[ "$1" = 1.5.0 ] && echo "OK: 1.5.0 runs" || { echo "CRITICAL: 1.5.0 runs, not $1"; exit 2; }\n')
    plugin.chmod(0o755)
    way_back = site.folder / "shop-way-back"
    way_back.write_text(
        f'#!/bin/sh\n[ -e {site.folder}/artefact-1.4.0 ] || {{ echo "the artefact of 1.4.0 is gone"; exit 2; }}; echo "it is there"\n'
    )
    way_back.chmod(0o755)
    site.demand("SUP-01", "DEL-01")
    site.organisation["policy"] = {"name": "default", "requirements": {}}
    site.service["traits"] = {"data": False}
    site.service["classification"] = {"criticality": 2}
    site.service["delivery"] = {
        "version_check": [str(plugin), "{version}"],
        "rollback_check": {"command": [str(way_back)], "on": "web1"},
    }
    (site.folder / "artefact-1.4.0").write_text("")
    acts.gate("the version", site=site, phase="post", version="1.5.0")
    acts.gate("another version", site=site, phase="post", version="1.6.0")
    acts.gate("a way back", site=site, phase="pre")
    acts.gate("no way back", site=site, before=f"rm {site.folder}/artefact-1.4.0", phase="pre")


def test_a_way_back_and_a_version_that_a_command_tells(services: Services) -> None:
    seen = services.seen
    after = seen["the version"]
    assert found(after, "DEL-01") == {host: ("pass", "OK: 1.5.0 runs") for host in ("web1", "web2")}, after.output
    assert found(seen["another version"], "DEL-01")["web2"] == ("fail", "CRITICAL: 1.5.0 runs, not 1.6.0")
    way_back = seen["a way back"].requirement("DEL-02")
    assert (way_back["status"], way_back["proof"]) == ("pass", "derived"), "that it was rehearsed nobody has stated"
    assert way_back["message"].startswith("web1: it is there (nobody states beside it what no check sees: attest that it was done")
    assert found(seen["no way back"], "DEL-02") == {"web1": ("fail", "the artefact of 1.4.0 is gone")}
