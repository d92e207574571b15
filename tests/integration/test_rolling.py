# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling deployments by the playbooks of docs/rolling_deployments.md: batches, hosts that come and go, the way back."""

from __future__ import annotations

import http.server
import pathlib
import re
import shlex
import threading
import typing as t

import pytest
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, ROOT, Outcome, Site

DOCUMENT = (ROOT / "docs" / "rolling_deployments.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", DOCUMENT, re.M | re.S)
ENFORCED = {"mode": "enforce"}
BATCH = """
- name: Deploy
  hosts: web
  gather_facts: false
  serial: 1
  tasks:
    - name: Deploy
      ansible.builtin.copy: {content: "{{ readiness_version }}", dest: "{{ payments_home }}/version"}
    - ansible.builtin.include_role: {name: operability.readiness.gate}
      vars: {readiness_scope: batch}
"""


def documented(name: str) -> str:
    """The playbook of the document, for the hosts of the site."""
    text = next(text for _kind, text in BLOCKS if text.startswith(f"# {name}\n"))
    assert text.count("hosts: payments\n") >= 1
    return text.replace("hosts: payments\n", "hosts: web\n")


class Estate(Site):
    """Three hosts with a version each; APP-01 fails on a host where the version is the one that it ``refuses``."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        self.hosts = {}
        for name in ("web1", "web2", "web3"):
            self.join(name)
        home = "{{ payments_home }}"
        script = f'v=$(cat "{home}/version"); echo version $v answers; [ "$v" != "$(cat "{home}/refuses" 2>/dev/null)" ] || exit 2'
        self.service["requirements"]["APP-01"] = self.answers(**{"with": {"command": ["/bin/sh", "-c", script]}})

    def join(self, host: str) -> None:
        home = self.folder / "hosts" / host
        home.mkdir(parents=True)
        (home / "version").write_text("1\n")
        self.hosts[host] = {"payments_home": str(home)}

    def refuse(self, host: str, version: str = "2") -> None:
        (self.folder / "hosts" / host / "refuses").write_text(f"{version}\n")

    @property
    def versions(self) -> list[str]:
        return [(self.folder / "hosts" / host / "version").read_text().strip() for host in sorted(self.hosts)]


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Estate:
    return Estate(tmp_path / "site")


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Phase, scope and verdict of each record of a run."""
    return [(record["run"]["phase"], record["run"]["scope"], record["judgement"]["verdict"]) for record in outcome.records]


def readable(outcome: Outcome) -> None:
    for word in ("Traceback", "UnboundLocalError", "KeyError", "TypeError", "AttributeError", "unhandled exception", "is undefined"):
        assert word not in outcome.output, outcome.output


# -- batch by batch


def test_a_good_version_goes_through_every_batch_and_the_service_is_judged_at_the_end(site: Estate) -> None:
    outcome = site.run(documented("rolling.yml"), phase=None, version="2", **ENFORCED)
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    assert site.versions == ["2", "2", "2"]
    assert told(outcome) == [("pre", "service", "go"), *[("post", "batch", "go")] * 3, ("post", "service", "go")]
    for host, record in zip(site.hosts, outcome.records[1:4]):
        assert record["run"]["partial"] == f"a batch of the play (scope: batch): {host}"
        assert (record["hosts"]["expected"], record["hosts"]["reached"], record["state"]) == ([host], [host], None)
        assert [item["id"] for item in record["judgement"]["requirements"]] == ["APP-01"]
    assert outcome.record["run"]["partial"] is None and outcome.record["state"]["verdict"] == "go"
    assert outcome.record["run"]["settle_seconds"] == 300
    assert outcome.says("PARTIAL: a batch of the play (scope: batch): web2. This verdict stands for what was looked at")


@pytest.mark.parametrize(("serial", "touched"), [(1, ["2", "2", "1"]), (2, ["2", "2", "1"]), ([1, 2], ["2", "2", "2"])])
def test_a_batch_that_is_bad_stops_the_next(site: Estate, serial: t.Any, touched: list[str]) -> None:
    site.refuse("web2")
    playbook = documented("rolling.yml").replace("serial: 1", f"serial: {serial}")
    outcome = site.run(playbook, phase=None, version="2", **ENFORCED)
    assert outcome.rc != 0 and site.versions == touched
    readable(outcome)
    assert told(outcome)[-1] == ("post", "batch", "no_go") and told(outcome)[0] == ("pre", "service", "go")
    assert outcome.record["judgement"]["advice"] == "roll_back" and outcome.record["hosts"]["absent"] == {}
    assert outcome.says("shop: NO-GO, 1 of 1 verified, partial (a batch of the play (scope: batch): ", "version 2 answers")
    # a batch never becomes the state
    assert '"post"' not in site.state.read_text()
    assert f'"id": "{outcome.record["run"]["id"]}"' in (site.folder / "published.json").read_text()


def test_in_observe_mode_every_batch_is_deployed(site: Estate) -> None:
    site.refuse("web1")
    outcome = site.run(BATCH, phase="post", version="2")
    assert outcome.rc == 0 and site.versions == ["2", "2", "2"]
    assert told(outcome) == [("post", "batch", "no_go"), ("post", "batch", "go"), ("post", "batch", "go")]
    assert outcome.says("observe mode: would be NO-GO, the play goes on")
    assert not (site.folder / "published.json").exists()


def test_verify_and_gate_as_tasks_stop_the_next_batch(site: Estate) -> None:
    site.refuse("web1")
    tasks = """
    - operability.readiness.verify: {phase: post, scope: batch}
    - operability.readiness.gate: {phase: post, scope: batch}
"""
    outcome = site.run(BATCH[: BATCH.index("    - ansible.builtin.include_role")] + tasks, version="2", **ENFORCED)
    assert outcome.rc != 0 and site.versions == ["2", "1", "1"]
    assert told(outcome) == [("post", "batch", "no_go")]


@pytest.mark.parametrize("how", ["failed", "unreachable", "unreachable for verify"])
def test_a_host_that_its_batch_has_lost_is_expected(site: Estate, how: str) -> None:
    playbook = BATCH.replace("serial: 1", "serial: 2")
    if how == "failed":
        (site.folder / "hosts" / "web2" / "version").unlink()
        (site.folder / "hosts" / "web2").rmdir()
    else:
        site.unreachable("web2")
        site.hosts["web2"]["payments_home"] = "/nowhere"
    if how == "unreachable for verify":
        playbook = playbook.replace(
            "    - name: Deploy\n      ans", "    - name: Deploy\n      when: inventory_hostname != 'web2'\n      ans"
        )
    outcome = site.run(playbook, phase="post", version="2", **ENFORCED)
    assert outcome.rc != 0, outcome.output
    readable(outcome)
    assert told(outcome) == [("post", "batch", "undetermined")]
    assert outcome.record["hosts"]["expected"] == ["web1", "web2"] and outcome.record["hosts"]["reached"] == ["web1"]
    words = "web2 could not be reached: " if how == "unreachable for verify" else "web2 was lost earlier in this play"
    assert outcome.says(words)
    assert [(site.folder / "hosts" / host / "version").read_text().strip() for host in ("web1", "web3")] == ["2", "1"]


def test_endpoints_of_the_batch_are_asked_and_no_others(site: Estate) -> None:
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 # a name of http.server
            seen.append(str(self.headers.get("Host")).partition(":")[0])
            self.send_response(503 if seen[-1] == "127.0.0.2" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: t.Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104 # the hosts are several addresses of this machine
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.demand("SUP-01", "MON-07", "MON-01")
    site.service["traits"] = {"data": False}
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": "http://127.0.0.1:1"}}
    site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": 9100}]
    addresses = {host: f"127.0.0.{number}" for number, host in enumerate(site.hosts, 1)}
    for host, address in addresses.items():
        site.hosts[host]["ansible_host"] = address
    site.service["endpoints"] = [{"url": f"http://{name}:{server.server_port}/"} for name in (*addresses.values(), "localhost")]
    outcome = site.run(BATCH, phase="post", version="2", **ENFORCED)
    server.shutdown()
    server.server_close()
    assert outcome.rc != 0 and seen == ["127.0.0.1", "127.0.0.2"], outcome.output
    assert told(outcome) == [("post", "batch", "go"), ("post", "batch", "no_go")]
    assert outcome.says("1 requirement asks servers, looks for logged lines or at other hosts: it waits for the gate of the whole service")


# -- how tasks run


def test_run_once_verifies_one_host_and_says_so(site: Estate) -> None:
    playbook = """
- hosts: web
  gather_facts: false
  tasks:
    - operability.readiness.verify: {phase: post}
      run_once: true
    - operability.readiness.gate: {phase: post}
      run_once: true
"""
    outcome = site.run(playbook)
    assert told(outcome) == [("post", "service", "undetermined")]
    assert outcome.says("no verify task ran for web2, which is still in this play (run_once? when?)")
    assert outcome.record["hosts"]["reached"] == ["web1"]


@pytest.fixture(scope="module")
def delegated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    site = Estate(tmp_path_factory.mktemp("delegated") / "site")
    verify = {
        "operability.readiness.verify": {"phase": "post"},
        "delegate_to": "{{ item }}",
        "loop": ["web1", "web2", "web3"],
    }
    acts = Acts(site)
    for name, before in (("good", ""), ("bad", f"echo 1 >{site.folder}/hosts/web3/refuses")):
        gate = {"operability.readiness.gate": {"phase": "post"}, "register": "readiness_gate"}
        acts.tasks(name, verify, gate, before=before, **ENFORCED)
        acts.plays[-1]["connection"] = "local"
    return acts.play()


@pytest.mark.parametrize("bad", [False, True])
def test_verify_by_delegation_from_localhost(delegated: dict[str, Outcome], bad: bool) -> None:
    outcome = delegated["bad" if bad else "good"]
    assert told(outcome) == [("post", "service", "no_go" if bad else "go")] and (outcome.rc != 0) is bad, outcome.output
    assert outcome.record["run"]["partial"] is None and outcome.record["hosts"]["reached"] == ["web1", "web2", "web3"]
    assert outcome.requirement("APP-01")["hosts"] == ({"pass": 2, "fail": 1} if bad else {"pass": 3})


@pytest.mark.parametrize("bad", [False, True])
def test_strategy_free(site: Estate, bad: bool) -> None:
    deploy = BATCH[: BATCH.index("    - ansible.builtin.include_role")].replace("serial: 1", "strategy: free")
    verify = "    - operability.readiness.verify: {phase: post}\n"
    judge = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {name: operability.readiness.gate, tasks_from: judge}
"""
    if bad:
        site.refuse("web3")
    for playbook in (deploy + verify + judge, deploy + ROLE):
        outcome = site.run(playbook + AFTER, phase="post", version="2", **ENFORCED)
        assert told(outcome) == [("post", "service", "no_go" if bad else "go")] and (outcome.rc != 0) is bad, outcome.output
        assert outcome.record["run"]["partial"] is None and outcome.requirement("APP-01")["hosts"].get("pass") == (2 if bad else 3)
        assert ("DEPLOYED ON" in outcome.output) is not bad
        readable(outcome)


# -- hosts that come and go


def test_hosts_that_are_drained(site: Estate) -> None:
    site.refuse("web3", "1")  # it is out of service, and bad
    acts = Acts(site)
    acts.gate("out of the play", hosts="web:!web3", phase="post", **ENFORCED)
    site.service["service"]["hosts"] = site.service["parts"]["web"]["hosts"] = "web:!drained"
    drain = {"ansible.builtin.group_by": {"key": "{{ 'drained' if inventory_hostname == 'web3' else 'serving' }}"}}
    acts.tasks("drain", drain, hosts="web", before=f"ls {site.state.parent} >{site.folder}/left")
    acts.gate("drained", hosts="web:!drained", phase="post", **ENFORCED)
    seen = acts.play()
    out_of_the_play, drained = seen["out of the play"], seen["drained"]
    assert told(out_of_the_play) == [("post", "service", "undetermined")]
    assert out_of_the_play.record["run"]["partial"] == "on part of the hosts; not looked at: web3"
    assert site.state.name not in (site.folder / "left").read_text().split()
    assert told(drained) == [("post", "service", "go")] and drained.rc == 0, drained.output
    assert drained.record["run"]["partial"] is None and drained.record["hosts"]["expected"] == ["web1", "web2"]


def test_hosts_that_join_or_leave_between_pre_and_post(site: Estate) -> None:
    acts, hosts = Acts(site), dict(site.hosts)
    acts.gate("pre", **ENFORCED)
    site.join("web4")
    acts.inventory("web4 joins", dict(site.hosts))
    acts.gate("joined", phase="post", **ENFORCED)
    acts.gate("bad", before=f"echo 1 >{site.folder}/hosts/web4/refuses", phase="post", **ENFORCED)
    acts.inventory("web4 and web1 leave", {name: hosts[name] for name in ("web2", "web3")})
    acts.gate("left", phase="post", **ENFORCED)
    site.hosts = hosts
    seen = acts.play()
    assert told(seen["pre"]) == [("pre", "service", "go")]
    joined, bad, left = seen["joined"], seen["bad"], seen["left"]
    assert told(joined) == [("post", "service", "go")] and joined.record["hosts"]["reached"] == ["web1", "web2", "web3", "web4"]
    assert told(bad) == [("post", "service", "no_go")] and bad.says("web4: version 1 answers") and bad.rc != 0
    assert told(left) == [("post", "service", "go")] and left.record["hosts"]["expected"] == ["web2", "web3"]
    assert left.record["run"]["partial"] is None and left.record["state"]["verdict"] == "go"


def test_a_host_that_is_unreachable_at_either_end(site: Estate) -> None:
    healthy = dict(site.hosts)
    site.unreachable("web2")
    site.hosts["web2"]["payments_home"] = healthy["web2"]["payments_home"]
    gone = dict(site.hosts)
    acts = Acts(site)
    acts.gate("before", **ENFORCED)
    acts.inventory("web2 is back", healthy)
    acts.gate("pre", **ENFORCED)
    acts.inventory("web2 is gone", gone)
    acts.gate("after", phase="post", **ENFORCED)
    seen = acts.play()
    before, after = seen["before"], seen["after"]
    assert before.rc != 0 and told(before) == [("pre", "service", "undetermined")] and "DEPLOYED" not in before.output
    assert told(seen["pre"]) == [("pre", "service", "go")]
    assert after.rc != 0 and told(after) == [("post", "service", "undetermined")]
    assert after.record["judgement"]["advice"] == "hold" and after.record["state"]["verdict"] == "undetermined"


def test_a_host_that_dies_between_verify_and_gate(site: Estate) -> None:
    playbook = """
- hosts: web
  gather_facts: false
  tasks:
    - operability.readiness.verify: {phase: post}
    - ansible.builtin.set_fact: {ansible_connection: ssh, ansible_port: 1, ansible_host: 127.0.0.1}
      when: inventory_hostname == 'web1'
    - ansible.builtin.command: {cmd: "true"}
    - operability.readiness.gate: {phase: post}
    - ansible.builtin.debug: {msg: "AFTER {{ inventory_hostname }}"}
"""
    outcome = site.run(playbook, **ENFORCED)
    # what it said before it died still counts
    assert told(outcome) == [("post", "service", "go")], outcome.output
    assert outcome.says("UNREACHABLE!", "AFTER web2", "AFTER web3") and "AFTER web1" not in outcome.output
    assert outcome.record["hosts"]["reached"] == ["web1", "web2", "web3"]
    site.refuse("web1", "1")
    outcome = site.run(playbook, **ENFORCED)
    assert told(outcome) == [("post", "service", "no_go")] and "AFTER" not in outcome.output and outcome.rc != 0


def test_a_limit_that_leaves_no_host_of_the_service(site: Estate) -> None:
    site.others = {"log1": {}}
    for name in ("pre_deploy", "post_deploy", "recheck"):
        nobody = site.run(f"operability.readiness.{name}", "--limit", "log1", phase=None)
        assert nobody.rc != 0 and not nobody.records
        assert nobody.says("--limit log1 leaves no host of the service (web): nothing would be verified or judged")
        readable(nobody)
    judged = site.run("operability.readiness.post_deploy", "--limit", "log1,localhost", phase=None, **ENFORCED)
    assert judged.rc != 0 and told(judged) == [("post", "service", "undetermined")]
    assert judged.record["run"]["partial"] == "limited to log1,localhost (--limit); not looked at: web1, web2, web3"
    assert judged.record["state"] is None and not site.state.exists()
    some = site.run("operability.readiness.post_deploy", "--limit", "web1", phase=None)
    assert some.rc == 0 and some.says("PARTIAL: limited to web1 (--limit)")


# -- back to the previous version


def versions(new: str, previous: str) -> tuple[str, ...]:
    (command,) = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    words = shlex.split(command)
    assert {"new_version=2", "previous_version=1"} <= set(words), "the document names the variables"
    return ("-e", f"new_version={new}", "-e", f"previous_version={previous}")


def test_a_bad_version_is_replaced_by_the_previous_one_which_is_verified(site: Estate) -> None:
    site.refuse("web2")
    pre = ROLE.replace("  gather", "  vars: {readiness_phase: pre, readiness_mode: enforce}\n  gather")
    outcome = site.run(pre + documented("rollback.yml"), *versions("2", "1"), phase=None)
    readable(outcome)
    assert outcome.rc != 0 and site.versions == ["1", "1", "1"]
    assert told(outcome) == [("pre", "service", "go"), ("post", "service", "no_go"), ("post", "service", "go")]
    post = outcome.records[1:]
    assert [record["run"]["version"] for record in post] == ["2", "1"]
    assert {record["run"]["deployment_id"] for record in post} == {"payments-2"}
    assert post[0]["judgement"]["advice"] == "roll_back"
    assert outcome.says("2: NO-GO; 1: GO", "version 2 answers")
    assert all(record["run"]["partial"] is None for record in outcome.records)
    assert outcome.record["state"]["verdict"] == "go"


def test_a_good_version_stays(site: Estate) -> None:
    outcome = site.run(documented("rollback.yml"), *versions("2", "1"), phase=None)
    assert outcome.rc == 0 and site.versions == ["2", "2", "2"] and told(outcome) == [("post", "service", "go")]


def test_what_could_not_be_seen_is_left_to_a_person(site: Estate) -> None:
    site.unreachable("web3")
    site.hosts["web3"]["payments_home"] = str(site.folder / "hosts" / "web3")
    deploy = "        - name: Deploy the new version\n"
    playbook = documented("rollback.yml").replace(deploy, deploy + "          delegate_to: localhost\n          connection: local\n")
    outcome = site.run(playbook, *versions("2", "1"), phase=None)
    assert outcome.rc != 0 and site.versions == ["2", "2", "2"], outcome.output
    assert told(outcome) == [("post", "service", "undetermined")]
    assert outcome.says("2: UNDETERMINED; it stays as it is, a person decides")


def test_the_way_back_has_both_verdicts_when_it_is_bad_too(site: Estate) -> None:
    for version in ("1", "2"):
        site.refuse("web1" if version == "2" else "web3", version)
    outcome = site.run(documented("rollback.yml"), *versions("2", "1"), phase=None)
    assert outcome.rc != 0 and told(outcome) == [("post", "service", "no_go")] * 2
    assert outcome.says("2: NO-GO; 1: NO-GO") and outcome.record["state"]["verdict"] == "no_go"


def test_a_deployment_that_fails_by_itself_goes_the_same_way(site: Estate) -> None:
    (site.folder / "hosts" / "web1" / "version").unlink()
    (site.folder / "hosts" / "web1" / "version").mkdir()  # where no file can be laid
    outcome = site.run(documented("rollback.yml"), *versions("2", "1"), phase=None)
    readable(outcome)
    assert outcome.rc != 0 and outcome.says("Deploy the previous version")
