# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""verify, gate and publish through real ansible-playbook runs, in every way in which a run can go wrong for its user."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import http.server
import json
import pathlib
import threading
import typing as t

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from faults.nasty import nasty
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site, shipping

ENFORCED = {"mode": "enforce"}
OLD_PYTHON = """#!/bin/sh
if [ "$1" = --version ]; then echo Python 3.6.15; exit 0; fi
echo SyntaxError: future feature annotations is not defined >&2
exit 1
"""


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path / "site")


class Worlds(t.NamedTuple):
    """Services for which different things go wrong, and what the gates said of each; all in one ansible-playbook run."""

    stage: Site
    sites: dict[str, Site]
    seen: dict[str, Outcome]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    folder = tmp_path_factory.mktemp("worlds")
    stage = Site(folder / "stage")
    closed = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    no_sudo = {"ansible_become": True, "ansible_become_exe": "/nowhere/sudo", "ansible_become_user": "nobody"}
    old = stage.folder / "old-python"
    old.write_text(OLD_PYTHON)
    old.chmod(0o755)
    interpreters = {"bare1": "/nowhere/python", "old1": str(old)}
    stage.others = {name: {"ansible_python_interpreter": path} for name, path in interpreters.items()}
    stage.others |= {"closed1": closed, "bare2": no_sudo}
    acts, sites = Acts(stage), dict[str, Site]()
    for make in (one_requirement, bare_hosts, closed_log_host, problem_of_the_organisation, files_not_there, blocked_records, torn_state):
        site = sites[make.__name__] = Site(folder / make.__name__)
        make(acts, site)
    return Worlds(stage, sites, acts.play())


def over(site: Site, pattern: str) -> dict[str, t.Any]:
    """Makes these the hosts of the service; for ``Acts.gate``."""
    site.service["service"]["hosts"] = site.service["parts"]["web"]["hosts"] = pattern
    return {"site": site, "hosts": pattern}


def readable(outcome: Outcome) -> None:
    """Nothing that a user should not have to read."""
    for word in ("Traceback", "UnboundLocalError", "KeyError", "TypeError", "AttributeError", "unhandled exception"):
        assert word not in outcome.output, outcome.output


def metrics(site: Site, kept: pathlib.Path | None = None) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in (kept or site.textfile).read_text().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _unused, value in lines}


def of_the_service(site: Site, kept: pathlib.Path | None = None) -> dict[str, float]:
    """What the metrics say of the service and its requirements, whatever the last gate was."""
    return {
        name: value for name, value in metrics(site, kept).items() if name.startswith(("operability_service_", "operability_requirement_"))
    }


def service_state(site: Site) -> float:
    return next(value for name, value in metrics(site).items() if name.startswith("operability_service_state{"))


# -- the verdict, and what it does to the play


def test_go_with_lines_found_on_another_host(site: Site) -> None:
    site.canary()
    with shipping(site):
        outcome = site.run(ROLE + AFTER, **ENFORCED)
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    readable(outcome)
    assert outcome.says("GO 3 of 3 verified", "DEPLOYED ON web1", "DEPLOYED ON web2")
    found = outcome.requirement("LOG-01")["findings"]
    assert sorted(finding["host"] for finding in found) == ["web1", "web2"]
    # each host's own path, by a template with that host's variables
    assert {finding["host"]: finding["instance"] for finding in found} == {
        host: str(site.folder / "log" / host / "app.log") for host in ("web1", "web2")
    }
    assert site.written_lines().count("operability-canary") == 2
    assert outcome.record["run"]["partial"] is None and outcome.record["state"]["verdict"] == "go"
    assert json.loads((site.folder / "published.json").read_text())["run"]["id"] == outcome.record["run"]["id"]
    assert service_state(site) == 0
    assert "<html" in (site.folder / "shop.html").read_text()
    assert not [name for name in site.left() if "/." in name and not name.endswith(".lock")]


def test_observe_says_and_goes_on_enforce_stops_every_host(site: Site) -> None:
    site.answer("web2", 2)
    observed = site.run(ROLE + AFTER)
    assert (observed.rc, observed.verdict) == (0, "no_go")
    assert observed.says("NO-GO", "observe mode: would be NO-GO, the play goes on", "DEPLOYED ON web1", "DEPLOYED ON web2")
    (site.folder / "published.json").unlink()
    site.textfile.unlink()

    enforced = site.run(ROLE + AFTER, **ENFORCED)
    assert enforced.rc != 0 and enforced.verdict == "no_go"
    readable(enforced)
    assert "DEPLOYED" not in enforced.output
    assert enforced.says("shop: NO-GO, 2 of 2 verified", "APP-01 the application answers: web2: the application answers 2")
    # published before it stopped
    assert json.loads((site.folder / "published.json").read_text())["judgement"]["verdict"] == "no_go"
    assert service_state(site) == 3


def one_requirement(acts: Acts, site: Site) -> None:
    site.service["requirements"]["APP-01"]["mode"] = "enforce"
    site.answer("web1", 2)
    acts.gate("one requirement", site=site)
    acts.gate("one requirement, observed", site=site, mode="observe")


def test_one_requirement_alone_is_enforced(worlds: Worlds) -> None:
    outcome = worlds.seen["one requirement"]
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output
    assert outcome.record["run"]["enforced"] is True
    # whoever runs it has the last word
    assert worlds.seen["one requirement, observed"].rc == 0


def test_the_gate_alone_stops_and_a_rescue_goes_on_with_all_hosts(site: Site) -> None:
    site.answer("web1", 2)
    rescue = """
- name: Gate
  hosts: web
  gather_facts: false
  tasks:
    - block:
        - ansible.builtin.include_role: {name: operability.readiness.gate}
      rescue:
        - ansible.builtin.debug: {msg: "RESCUED {{ inventory_hostname }} {{ readiness_gate.verdict }}"}
    - ansible.builtin.debug: {msg: "ON {{ inventory_hostname }}"}
    - operability.readiness.verify: {phase: pre}
    - operability.readiness.gate: {phase: pre}
    - ansible.builtin.debug: {msg: "AFTER {{ inventory_hostname }}"}
"""
    outcome = site.run(rescue, **ENFORCED)
    assert outcome.rc != 0
    assert outcome.says("RESCUED web1 no_go", "RESCUED web2 no_go", "ON web1", "ON web2")
    assert "AFTER web" not in outcome.output
    assert [record["judgement"]["verdict"] for record in outcome.records] == ["no_go", "no_go"]


# -- hosts that cannot be reached, or are not there


def test_one_host_unreachable(site: Site) -> None:
    site.unreachable("web2")
    outcome = site.run(ROLE + AFTER)
    assert outcome.verdict == "undetermined"
    readable(outcome)
    findings = {finding["host"]: finding for finding in outcome.requirement("APP-01")["findings"]}
    assert findings["web1"]["status"] == "pass"
    assert findings["web2"]["status"] == "unknown" and "web2 could not be reached: " in findings["web2"]["message"]
    assert outcome.record["hosts"]["reached"] == ["web1"] and list(outcome.record["hosts"]["unreachable"]) == ["web2"]
    assert outcome.record["run"]["partial"] is None
    assert outcome.requirement("SUP-01")["status"] == "pass"
    assert service_state(site) == 2
    assert "DEPLOYED ON web1" in outcome.output


def test_every_host_unreachable(site: Site) -> None:
    site.unreachable("web1", "web2")
    for playbook in (ROLE, "operability.readiness.recheck"):
        site.textfile.unlink(missing_ok=True)
        outcome = site.run(playbook, phase="recheck", **ENFORCED)
        assert outcome.rc != 0
        assert [record["judgement"]["verdict"] for record in outcome.records] == ["undetermined"], outcome.output
        assert service_state(site) == 2
        assert outcome.says("UNDETERMINED", "HOSTS NOT REACHED (2)")
        readable(outcome)


def test_no_host_in_the_group(site: Site) -> None:
    site.hosts = {}
    site.organisation["publish"]["markdown"] = str(site.folder / "shop.md")
    outcome = site.run("operability.readiness.recheck", phase=None, **ENFORCED)
    assert outcome.rc != 0
    assert outcome.verdict == "undetermined", outcome.output
    assert outcome.says("the inventory has no host for the pattern 'web'")
    assert service_state(site) == 2 and "UNDETERMINED" in (site.folder / "shop.md").read_text()
    readable(outcome)


def test_any_errors_fatal_does_not_cost_the_verdict(site: Site) -> None:
    site.unreachable("web1")
    outcome = site.run(ROLE.replace("  gather", "  any_errors_fatal: true\n  gather"))
    assert (outcome.rc, outcome.verdict) == (0, "undetermined"), outcome.output
    assert outcome.says("web1 could not be reached: ", "HOSTS NOT REACHED (1)")


def bare_hosts(acts: Acts, site: Site) -> None:
    acts.gate("bare hosts", **over(site, "bare1:bare2:old1"))


def test_a_host_on_which_nothing_can_be_run(worlds: Worlds) -> None:
    outcome = worlds.seen["bare hosts"]
    readable(outcome)
    assert (outcome.rc, outcome.verdict) == (0, "undetermined")
    findings = {finding["host"]: finding for finding in outcome.requirement("APP-01")["findings"]}
    assert {finding["status"] for finding in findings.values()} == {"unknown"}
    for host in ("bare1", "bare2"):
        assert findings[host]["message"].startswith(f"the checks could not be run on {host}: ")
        assert "/nowhere/" in findings[host]["message"], findings[host]["message"]
    python = f"{worlds.stage.folder}/old-python is Python 3.6.15"
    needed = f"they need Python 3.9 or newer, {python}; name another one with ansible_python_interpreter"
    assert findings["old1"]["message"] == f"the checks could not be run on old1: {needed}"
    assert outcome.requirement("SUP-01")["status"] == "pass"


def closed_log_host(acts: Acts, site: Site) -> None:
    site.canary(on="closed1")
    acts.gate("closed log host", site=site)


def test_a_log_host_that_cannot_be_reached_costs_its_own_checks_only(worlds: Worlds) -> None:
    outcome = worlds.seen["closed log host"]
    readable(outcome)
    assert outcome.verdict == "undetermined"
    assert outcome.requirement("APP-01")["status"] == "pass"
    assert {finding["status"] for finding in outcome.requirement("LOG-01")["findings"]} == {"unknown"}
    assert outcome.says("closed1")


# -- part of a service


def test_limit_and_tags_are_partial(site: Site) -> None:
    whole = site.run(ROLE)
    assert whole.verdict == "go"
    state, exposition = site.state.read_bytes(), of_the_service(site)
    site.answer("web1", 2)
    limited = site.run(ROLE, "--limit", "web1")
    assert limited.rc == 0 and limited.verdict == "no_go"
    assert limited.says("PARTIAL: limited to web1 (--limit); not looked at: web2")
    assert limited.record["state"] is None
    web2 = [finding for finding in limited.requirement("APP-01")["findings"] if finding["host"] == "web2"]
    assert web2[0]["status"] == "unknown" and web2[0]["message"] == "web2 was not part of this run (--limit web1)"
    tasks = "  tags: [gate]\n  tasks:\n    - operability.readiness.verify: {phase: pre}\n    - operability.readiness.gate: {phase: pre}\n"
    tagged = site.run(ROLE.partition("  roles:")[0] + tasks, "--tags", "gate")
    assert tagged.says("PARTIAL: limited to the tags gate (--tags)")
    assert tagged.record["state"] is None
    assert site.state.read_bytes() == state
    assert of_the_service(site) == exposition


def test_serial_judges_each_batch_and_the_service_in_the_last(site: Site) -> None:
    site.canary()
    site.hosts["web3"] = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    with shipping(site):
        outcome = site.run(ROLE.replace("  gather", "  serial: 1\n  gather"))
    readable(outcome)
    assert [record["run"]["partial"] for record in outcome.records] == [
        "a batch of the play (serial); still to come: web2, web3",
        "a batch of the play (serial); still to come: web3",
        None,
    ]
    assert [record["judgement"]["verdict"] for record in outcome.records] == ["go", "go", "undetermined"]
    assert outcome.record["hosts"]["reached"] == ["web1", "web2"]
    found = {finding["host"]: finding["status"] for finding in outcome.requirement("LOG-01")["findings"]}
    assert found == {"web1": "pass", "web2": "pass", "web3": "unknown"}


def test_strategy_free_is_refused_before_anything_ran(site: Site) -> None:
    outcome = site.run(ROLE.replace("  gather", "  strategy: free\n  gather"))
    assert outcome.rc != 0 and not outcome.records
    assert "not supported in the free strategy" in outcome.output or "not currently supported" in outcome.output
    readable(outcome)


def test_check_mode_writes_nothing(site: Site) -> None:
    site.canary()
    outcome = site.run(ROLE, "--check")
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    assert outcome.says("log_canary was not run: it leaves something behind, and this is check mode", "UNDETERMINED")
    assert "operability-canary" not in site.written_lines()
    assert site.left() == []


# -- input that is refused

BAD: dict[str, tuple[t.Callable[[Site], t.Any], str]] = {
    "malformed": (lambda site: "schema_version: 1\nservice: {name: shop\nclassification: 1\n", "readiness.yml:3:"),
    "no mapping": (lambda site: "- a\n- b\n", "readiness.yml:1: expected a mapping"),
    "empty": (lambda site: "# nothing\n", "readiness.yml: the file is empty"),
    "unknown key": (lambda site: {**site.service, "endpionts": []}, "unknown key 'endpionts'; did you mean 'endpoints'?"),
    "unknown requirement": (
        lambda site: {**site.service, "requirements": {"BKP-11": {"with": {"max_age": "1h"}}}},
        "requirements.BKP-11: the policy has no such requirement",
    ),
    "waiver without until": (
        lambda site: {**site.service, "waivers": [{"requirement": "SUP-01", "reason": "x", "approved_by": "y"}]},
        "waivers.0: 'until' is missing",
    ),
    "template": (
        lambda site: {**site.service, "parts": {"web": {"support": "{{ nowhere_defined }}"}}},
        "'nowhere_defined' is undefined",
    ),
    "unknown check": (
        lambda site: {**site.service, "requirements": {"APP-01": site.answers(check="prometheus_targtes")}},
        "there is no check 'prometheus_targtes'",
    ),
    "wrong type": (
        lambda site: {**site.service, "classification": {"criticality": "high"}},
        "expected a whole number, found a text",
    ),
    "wrong argument": (
        lambda site: {**site.service, "requirements": {"APP-01": site.answers(**{"with": {"comand": ["true"]}})}},
        "comand",
    ),
    "no approver": (
        lambda site: {**site.service, "requirements": {**site.service["requirements"], "PLT-01": {"not_applicable": "there is none"}}},
        "not_applicable needs approved_by and until",
    ),
    "not utf-8": (lambda site: b"schema_version: 1\nservice: {name: caf\xe9}\n", "it is not UTF-8 text"),
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What verify says to each kind of bad service file, all in one run."""
    site = Site(tmp_path_factory.mktemp("bad") / "site")
    site.organisation["policy"]["requirements"]["PLT-01"] = {"impact": "blocker"}
    tasks: list[dict[str, t.Any]] = []
    for name, (make, _said) in BAD.items():
        folder = site.folder / name.replace(" ", "_")
        folder.mkdir()
        data = make(site)
        path = folder / "readiness.yml"
        path.write_bytes(data if isinstance(data, bytes) else (data if isinstance(data, str) else yaml.safe_dump(data)).encode())
        tasks.append(
            {
                "name": name,
                "operability.readiness.verify": {"phase": "pre", "service_file": str(path)},
                "register": "answer",
                "ignore_errors": True,
            }
        )
        tasks.append(
            {
                "ansible.builtin.set_fact": {"answers": "{{ answers | default({}) | combine({name: answer.msg | default('')}) }}"},
                "vars": {"name": name},
            }
        )
    tasks.append({"ansible.builtin.copy": {"content": "{{ answers | to_json }}", "dest": str(site.folder / "answers.json")}})
    play = [{"hosts": "web1", "gather_facts": False, "tasks": tasks}]
    outcome = site.run(yaml.safe_dump(play, sort_keys=False), service_file=None, mode="enforce")
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    assert site.left() == []
    return t.cast("dict[str, str]", json.loads((site.folder / "answers.json").read_text()))


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_has_one_clear_message(refusals: dict[str, str], name: str) -> None:
    said = refusals[name]
    assert BAD[name][1] in said, said
    assert "readiness.yml" in said
    assert "nothing was verified" in said


def problem_of_the_organisation(acts: Acts, site: Site) -> None:
    several_problems(site)
    site.organisation["policy"]["requirements"]["OUR-01"] = {"title": "ours", "impact": "major", "proved_by": ["promethus_targets"]}
    acts.gate("a problem of the organisation", **over(site, "web1"), mode="enforce")


def several_problems(site: Site) -> None:
    site.canary(on=None)
    site.service["waivers"] = [{"requirement": "NOP-99", "reason": "x", "approved_by": "y", "until": "2027-01-01"}]
    site.service["requirements"]["BKP-11"] = {"with": {}}


def test_several_problems_are_told_at_once_and_once_and_nothing_ran(worlds: Worlds, site: Site) -> None:
    outcome = worlds.seen["a problem of the organisation"]
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output
    readable(outcome)
    assert outcome.says("organisation.yml:", "OUR-01.proved_by: there is no check 'promethus_targets'")
    # over two hosts, which are told of it together
    several_problems(site)
    outcome = site.run(ROLE + AFTER, mode="enforce")
    assert outcome.rc != 0 and "DEPLOYED" not in outcome.output
    reasons = outcome.record["judgement"]["reasons"]
    assert len(reasons) == 2 and outcome.verdict == "undetermined" and outcome.record["run"]["enforced"]
    assert outcome.says("waivers.0.requirement: there is no requirement NOP-99", "requirements.BKP-11: the policy has no such requirement")
    assert "operability-canary" not in site.written_lines()


NOT_THERE = {
    "the service file /nowhere/readiness.yml does not exist": {"service_file": "/nowhere/readiness.yml"},
    "the organisation file /nowhere/organisation.yml does not exist": {"organisation_file": "/nowhere/organisation.yml"},
    "value of readiness_phase must be one of: design, pre, post, smoke, recheck, got: befor": {"phase": "befor"},
}


def files_not_there(acts: Acts, site: Site) -> None:
    for said, variables in NOT_THERE.items():
        acts.gate(said, **over(site, "web1"), **variables, mode="enforce")


def test_files_that_are_not_there_and_a_bad_phase(worlds: Worlds, site: Site) -> None:
    for said in NOT_THERE:
        outcome = worlds.seen[said]
        assert outcome.rc != 0 and "DEPLOYED" not in outcome.output
        assert outcome.says(said), outcome.output
        readable(outcome)
    assert [record["run"]["refused"] for said in NOT_THERE for record in worlds.seen[said].records] == [True, True]
    # the playbooks, which look for the hosts in the service file
    outcome = site.run("operability.readiness.pre_deploy", service_file="/nowhere/readiness.yml")
    assert outcome.rc != 0
    assert outcome.says("the service file /nowhere/readiness.yml does not exist"), outcome.output
    readable(outcome)
    site.save("broken.yml", "schema_version: 1\nservice: {name: shop\n")
    outcome = site.run("operability.readiness.pre_deploy", service_file=str(site.folder / "broken.yml"))
    assert outcome.rc != 0
    assert outcome.says("broken.yml", "the service file")
    readable(outcome)
    assert site.left() == []


def test_design_shows_what_cannot_be_known_yet_as_later(site: Site) -> None:
    site.service["requirements"]["APP-01"]["with"] = {"command": ["{{ only_known_after_the_build }}"]}
    site.hosts = {}
    outcome = site.run("operability.readiness.plan", phase=None)
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    assert outcome.says("APP-01 blocker later the application answers", "SUP-01")
    assert site.left() == []


# -- instruments that lie


def test_a_prometheus_that_does_not_answer_as_it_should(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site")
    site.demand("SUP-01", "MON-01", "MON-03")
    kinds = {"hang": "did not answer within", "500": "500", "login": "", "truncated": "", "huge": ""}
    site.service["alerts"] = {"match": {"service": "shop"}}
    site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": 9100}]
    plays = []
    with contextlib.ExitStack() as stack:
        for kind in kinds:
            url = stack.enter_context(nasty(kind))
            service = {**site.service, "service": {**site.service["service"], "name": f"shop-{kind}"}}
            service["servers"] = {
                "prometheus": {"kind": "prometheus", "url": url.replace("//", "//reader:hunter2-secret@"), "timeout": "2s"}
            }
            path = site.save(f"{kind}.yml", service)
            plays.append(
                {
                    "hosts": "web",
                    "gather_facts": False,
                    "vars": {"readiness_service_file": str(path)},
                    "roles": ["operability.readiness.gate"],
                }
            )
        outcome = site.run(yaml.safe_dump(plays, sort_keys=False), phase="recheck", service_file=None)
    readable(outcome)
    assert outcome.rc == 0 and len(outcome.records) == len(kinds), outcome.output
    for record, (kind, said) in zip(outcome.records, kinds.items()):
        assert record["service"]["name"] == f"shop-{kind}"
        instruments = record["judgement"]["instruments"]
        assert [(item["requirements"]) for item in instruments] == [["MON-01", "MON-03"]], (kind, instruments)
        assert instruments[0]["instrument"].startswith("Prometheus http://127.0.0.1:")
        assert said in instruments[0]["message"]
        statuses = {item["id"]: item["status"] for item in record["judgement"]["requirements"]}
        assert (statuses["MON-01"], statuses["APP-01"]) == ("unknown", "pass")
        assert record["run"]["duration_seconds"] < 60
    assert "hunter2" not in outcome.output + json.dumps(outcome.records)


# -- what is kept


def blocked_records(acts: Acts, site: Site) -> None:
    (site.folder / "occupied").write_text("a file, not a folder\n")
    site.answer("web1", 2)
    acts.gate("blocked records", site=site, records=f"{site.folder}/occupied/records", **ENFORCED)


def test_records_that_cannot_be_written(worlds: Worlds) -> None:
    site, outcome = worlds.sites["blocked_records"], worlds.seen["blocked records"]
    assert outcome.rc != 0 and not outcome.records and "DEPLOYED" not in outcome.output
    assert outcome.says("the verdict stands, but its record was not kept", "occupied/records", "shop: NO-GO")
    assert json.loads((site.folder / "published.json").read_text())["judgement"]["verdict"] == "no_go"
    readable(outcome)


def torn_state(acts: Acts, site: Site) -> None:
    acts.gate("whole state", site=site)
    kept = f"cp {site.textfile} {site.folder}/whole.prom && head -c 100 {site.state} >{site.folder}/cut"
    acts.gate("torn state", site=site, before=f"{kept} && cp {site.folder}/cut {site.state}")


def test_a_state_that_is_not_whole_is_told_and_put_aside(worlds: Worlds) -> None:
    site, outcome = worlds.sites["torn_state"], worlds.seen["torn state"]
    assert worlds.seen["whole state"].verdict == "go"
    cut = (site.folder / "cut").read_bytes()
    assert len(cut) == 100 and of_the_service(site, site.folder / "whole.prom")
    assert (outcome.rc, outcome.verdict, outcome.record["state"]["verdict"]) == (0, "go", "go")
    assert outcome.says("state.json is not whole", "it is put aside, and what the service owes is taken from its run records")
    (aside,) = site.state.parent.glob("state.json.refused-*")
    assert aside.read_bytes() == cut and json.loads(site.state.read_text())["follows"]["run"] == outcome.record["run"]["id"]
    readable(outcome)


def test_two_gates_at_once(site: Site) -> None:
    site.write()
    site.save("playbook.yml", ROLE)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(site.run, str(site.folder / "playbook.yml"), write=False, phase=phase) for phase in ("pre", "recheck")]
        outcomes = [run.result() for run in runs]
    assert [outcome.rc for outcome in outcomes] == [0, 0]
    records = [json.loads(path.read_text()) for path in site.records.rglob("runs/*.json")]
    assert sorted(record["run"]["phase"] for record in records) == ["pre", "recheck"]
    state = json.loads(site.state.read_text())
    assert sorted(state["gates"]) == ["pre", "recheck"]


# -- secrets


class _Gateway(http.server.BaseHTTPRequestHandler):
    seen: t.ClassVar[list[str]] = []

    def do_PUT(self) -> None:  # noqa: N802 # a name of http.server
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _Gateway.seen.append(self.headers.get("Authorization") or "")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT

    def log_message(self, *args: t.Any) -> None:
        """Says nothing."""


def test_secrets_appear_nowhere(site: Site) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.demand("SUP-01", "MON-01", "MON-07", "RUN-01", "LOG-01")
    site.service["traits"] = {"data": False}
    site.service["endpoints"] = [
        {"url": "http://reader:in-url-secret@127.0.0.1:1/health?key=in-query-secret", "headers": {"X-Token": "in-header-secret"}},
        {"url": "http://127.0.0.1:1/health", "url_username": "u", "url_password": "VAULTED", "from": "web"},
    ]
    site.service["documents"] = {"runbook": "http://reader:in-runbook-secret@127.0.0.1:1/runbook"}
    site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": 9100}]
    site.organisation["servers"] = {
        "prometheus": {
            "kind": "prometheus",
            "url": "http://reader:in-server-secret@127.0.0.1:1",
            "bearer_token": "bearer-secret",
            "timeout": "2s",
        }
    }
    gateway = f"http://127.0.0.1:{server.server_port}"
    site.organisation["publish"].update(
        pushgateway={"url": gateway, "url_username": "push", "url_password": "gateway-secret"}, markdown=str(site.folder / "shop.md")
    )
    vault = VaultLib([("default", VaultSecret(b"vault pass"))])
    text = vault.encrypt("vaulted-secret", VaultSecret(b"vault pass")).decode()
    block = "!vault |\n" + "".join(f"      {line}\n" for line in text.splitlines())
    site.write()
    service = yaml.safe_dump(site.service, sort_keys=False, width=1000).replace("VAULTED\n", block)
    assert "!vault" in service
    site.save("readiness.yml", service)
    site.save("vault.txt", "vault pass\n")
    words = ("-vvv", "--vault-password-file", str(site.folder / "vault.txt"))
    outcome = site.run(ROLE, *words, write=False, env={"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}, phase="recheck")
    server.shutdown()
    server.server_close()
    assert outcome.rc == 0, outcome.output
    readable(outcome)
    # they were used
    assert _Gateway.seen == ["Basic " + base64.b64encode(b"push:gateway-secret").decode()]
    said = outcome.output + json.dumps(outcome.records)
    for path in (site.textfile, site.folder / "published.json", site.folder / "shop.html", site.folder / "shop.md", site.state):
        said += path.read_text()
    for secret in (
        "in-url-secret",
        "in-query-secret",
        "in-header-secret",
        "in-runbook-secret",
        "in-server-secret",
        "bearer-secret",
        "gateway-secret",
        "vaulted-secret",
    ):
        where = said.find(secret)
        assert where < 0, f"{secret}: {said[max(0, where - 300) : where + 100]}"
    # and where the vault stays shut, it is said which value that concerns
    outcome = site.run(ROLE, write=False, phase="recheck", mode="enforce")
    assert outcome.rc != 0
    assert outcome.says("readiness.yml", "vault")
    readable(outcome)
