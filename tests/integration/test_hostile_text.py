# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of hosts, servers, tools and records that looks like a template stays text, wherever a play takes it afterwards.

From 2.19 on ansible-core sees to that. Before, whatever is not marked runs on the controller, with the rights of operations.
"""

from __future__ import annotations

import http.server
import json
import pathlib
import sys
import threading
import typing as t
import urllib.parse

import pytest
import yaml
from integration.playbook import ROLE, Outcome, Site

BEGIN = "{{ lookup('ansible.builtin.pipe', 'touch "
LABEL = "team"
PLACES = ("stdout", "case", "series", "error")
ONE = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [0, "1"]}]}}


class Traps:
    """Templates that leave a file behind when something resolves them, each with the name of its place."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def __call__(self, place: str) -> str:
        return f"{BEGIN}{self.folder}/{place}') }}}}"

    def sprung(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


class Server(http.server.ThreadingHTTPServer):
    """A service whose metrics, and a Prometheus whose series, have such labels."""

    daemon_threads = True

    def __init__(self, trap: Traps) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        label, name = json.dumps(trap("label")), json.dumps(trap("family"))
        self.metrics = f"# TYPE jobs_total counter\njobs_total{{{LABEL}={label}}} 1\n# TYPE {name} gauge\n"
        series = {"metric": {"__name__": "up", "instance": trap("series"), "job": trap("job")}, "value": [0, "0"]}
        self.answer = {"status": "success", "data": {"resultType": "vector", "result": [series]}, "warnings": [trap("warning")]}
        self.trouble = {"status": "error", "errorType": "bad_data", "error": trap("error")}


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = urllib.parse.unquote(self.path + self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
        if asked == "/metrics":
            self._send(200, "text/plain; version=0.0.4", self.server.metrics)
        elif "vector(1)" in asked or asked.endswith("/-/ready"):
            self._send(200, "application/json", json.dumps(ONE))
        elif asked.startswith("/broken"):
            self._send(400, "application/json", json.dumps(self.server.trouble))
        else:
            self._send(200, "application/json", json.dumps(self.server.answer))

    do_POST = do_GET

    def _send(self, code: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: t.Any) -> None:
        """Says nothing."""


def shown(name: str) -> list[dict[str, t.Any]]:
    """What a play may do with what it has registered: show it, keep it, loop over it, ask for it, write it down."""
    value, kept = f"{{{{ {name} }}}}", f"kept_{name}"
    msg = f"{name}.msg | default('')"
    facts = {kept: value, f"{kept}_text": f"of {value}", f"{kept}_msg": f"{{{{ {msg} }}}}"}
    said = [value, "{{ item }}", "{{ inner }}", *(f"{{{{ {fact} }}}}" for fact in facts), f"{{{{ hostvars[inventory_hostname].{kept} }}}}"]
    asked = [f"{name} is defined", f"'quux' not in ({kept} | string)", f"{name} | string | length > 0"]
    written = {"src": "shown.j2", "dest": f"{{{{ shown }}}}/{name}", "mode": "0600"}
    return [
        {"ansible.builtin.debug": {"var": name}},
        {"ansible.builtin.set_fact": facts},
        {"ansible.builtin.debug": {"msg": said}, "loop": f"{{{{ [{name}, {msg}] }}}}", "vars": {"inner": value}, "when": asked},
        {"ansible.builtin.template": written, "vars": {"inner": value}},
    ]


def action(name: str, registered: str, **options: t.Any) -> list[dict[str, t.Any]]:
    return [{f"operability.readiness.{name}": options, "register": registered, "ignore_errors": True}, *shown(registered)]


def refused(name: str, **options: t.Any) -> list[dict[str, t.Any]]:
    """An action that fails in a block, and is registered by nobody: Ansible itself keeps what it said."""
    task = {"name": "Fail", f"operability.readiness.{name}": options}
    return [{"block": [task], "rescue": shown("ansible_failed_result")}]


@pytest.fixture
def trap(tmp_path: pathlib.Path) -> Traps:
    return Traps(tmp_path / "sprung")


@pytest.fixture
def site(tmp_path: pathlib.Path, trap: Traps) -> t.Iterator[Site]:
    made = Site(tmp_path / "site", ["web1"])
    server = Server(trap)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    (made.folder / "shown").mkdir()
    (made.folder / "shown.j2").write_text("{{ inner }}\n{{ inner | string }}\n{{ inner | to_nice_json }}\n")
    hostile(made, trap, f"http://127.0.0.1:{server.server_port}")
    yield made
    server.shutdown()
    server.server_close()


def hostile(site: Site, trap: Traps, url: str) -> None:
    """Demands to which hosts, servers and tools answer with templates."""
    (site.folder / "said").write_text(trap("stdout") + "\n")
    reports = site.folder / "reports"
    reports.mkdir()
    case = f'<testcase name="{trap("case")}" classname="c"><failure message="{trap("failure")}"/></testcase>'
    (reports / "{{ lookup('pipe', 'touch sprung') }}.xml").write_text(f'<testsuite name="{trap("suite")}">{case}</testsuite>')
    parts = [f"# {trap('title')}", f"## {trap('heading')}", f"[{trap('link')}](nowhere.md)", trap("text")]
    (site.folder / "runbook.md").write_text("\n\n".join(parts) + "\n")
    site.service["documents"] = {"runbook": str(site.folder / "runbook.md")}
    site.demand("SUP-01", "RUN-01")
    places = {"prometheus": url, "broken": f"{url}/broken"}
    site.organisation["servers"] = {name: {"kind": "prometheus", "url": place} for name, place in places.items()}
    site.organisation["services_may"] = ["templates", "controller_code", "own_proofs", "policy"]  # debug evaluates what a host said
    site.organisation["runs_may"] = ["mode", "first_deployment", "environment", "records", "limit", "tags", "files"]
    says = ["/bin/sh", "-c", f"cat {site.folder}/said; cat {site.folder}/said >&2; exit 2"]
    reads = {"module": "ansible.builtin.command", "arguments": {"argv": says}, "read_only": True, "expect": "result.stdout == 'x'"}
    # an action that looks at its arguments once more
    looks = {"module": "ansible.builtin.debug", "arguments": {"var": "{{ told_by_the_host | default('x') }}"}, "read_only": True}
    asks = {"query": "up", "pass_when": "> 0"}
    checks: dict[str, tuple[str, dict[str, t.Any]]] = {
        "HOST-01": ("command", {"command": says}),
        "HOST-02": ("junit", {"path": [f"{reports}/*.xml"]}),
        "HOST-03": ("metrics_endpoint", {"url": f"{url}/metrics", "families": ["jobs_total", "gone_total"], "moving": ["jobs_total"]}),
        "HOST-04": ("ansible_module", reads),
        "HOST-05": ("ansible_module", {**looks, "expect": "result.none is defined"}),
        "SERV-01": ("prometheus_query", asks),
        "SERV-02": ("prometheus_query", asks),
    }
    for name, (check, options) in checks.items():
        # the user's own template, of which a host has a part
        title = "{{ told_by_the_host | default('what a host calls itself') }}"
        impact = "major" if name == "HOST-05" else "blocker"  # of a blocker, debug is no proof
        site.service["requirements"][name] = {"title": title, "check": check, "impact": impact, "with": options}
        if check == "prometheus_query":
            site.service["requirements"][name]["using"] = "broken" if name == "SERV-02" else "prometheus"


def tells(site: Site) -> list[dict[str, t.Any]]:
    """A fact that a host has told."""
    return [
        {"ansible.builtin.command": {"argv": ["cat", str(site.folder / "said")]}, "register": "told"},
        {"ansible.builtin.set_fact": {"told_by_the_host": "{{ told.stdout }}"}},
    ]


def run(site: Site, hosts: str, *tasks: dict[str, t.Any]) -> Outcome:
    play = json.loads(json.dumps({"hosts": hosts, "gather_facts": False, "tasks": tasks}))
    env = {"ANSIBLE_CALLBACKS_ENABLED": "operability.readiness.scoreboard", "OPERABILITY_SCOREBOARD_CHECKS": "1"}
    words = ("-e", json.dumps({"shown": str(site.folder / "shown")}))
    return site.run("---\n" + yaml.safe_dump([play], sort_keys=False, width=1000), *words, env=env, phase=None)


def test_what_was_observed_is_never_a_template(site: Site, trap: Traps) -> None:
    """From the hosts to the verdict, the record, the reports, the decision and the debt, each shown by the play in every way."""
    files = {name: str(site.folder / f"shop.{name}") for name in ("html", "markdown", "junit", "csv", "nagios")}
    committee = {"body": "committee", "decided_by": ["Ana"], "operations_opinion": "favourable", "outcome": "go"}
    outcome = run(
        site,
        "web1",
        *tells(site),
        *action("plan", "planned", phase="pre"),
        *action("verify", "verified", phase="pre"),
        *action("gate", "judged", phase="pre"),
        *action("publish", "published", record="{{ judged }}", **files),
        *action("decide", "decided", phase="pre", comment="{{ told.stdout }}", **committee),
        {"ansible.builtin.set_fact": {"looked_up": "{{ lookup('operability.readiness.verdict', 'shop', records=readiness_records) }}"}},
        *shown("looked_up"),
        {"ansible.builtin.include_role": {"name": "operability.readiness.gate"}, "vars": {"readiness_phase": "recheck"}},
        *shown("readiness_gate"),
        *action("adopt", "adopted"),
        *action("plan", "with_debt", phase="recheck"),
        *action("gate", "in_debt", phase="recheck"),
    )
    assert (outcome.rc, trap.sprung()) == (0, []), outcome.output
    told = json.dumps(outcome.records[0]["judgement"])
    assert {place for place in PLACES if f"{trap.folder}/{place}" in told} == set(PLACES)
    for name in ("verified", "judged", "readiness_gate", "adopted"):
        assert (site.folder / "shown" / name).read_text().count(BEGIN) > 2, name


def test_what_a_failure_quotes_is_never_a_template(site: Site, trap: Traps) -> None:
    """Ansible itself keeps what an action said that failed, for the rescue of its block."""
    (site.folder / "readiness.debt.yml").write_text(yaml.safe_dump({trap("key"): 1}))
    record = {"run": {"id": trap("id")}, "judgement": {"verdict": trap("verdict")}}
    (site.folder / "record.json").write_text(json.dumps(record))
    (site.folder / "torn.json").write_text(trap("torn"))
    outcome = run(
        site,
        "web1",
        *tells(site),
        *refused("plan", phase="pre"),
        *refused("verify", phase="pre", mode="enforce"),
        *refused("gate", phase="pre", mode="enforce"),
        *refused("adopt"),
        *refused("gate", phase="{{ told_by_the_host }}"),
        *refused(
            "decide", phase="pre", body="{{ told_by_the_host }}", decided_by=[], operations_opinion="{{ told_by_the_host }}", outcome="x"
        ),
        *refused("publish", record=str(site.folder / "torn.json")),
        *refused("publish", record=str(site.folder / "record.json"), html="{{ told_by_the_host }}/x.html", fail_on_error=True),
        *refused("portfolio", portfolio=[{"service_file": "{{ told_by_the_host }}"}, {"{{ told_by_the_host }}": 1}]),
        *refused("ansible_module", module="{{ told_by_the_host }}", arguments={}),
    )
    assert (outcome.rc, trap.sprung()) == (0, []), outcome.output
    assert outcome.output.count("TASK [Fail]") == 10 and "rescued=10" in outcome.output, outcome.output
    assert outcome.output.count(BEGIN) > 10, outcome.output


def test_how_a_host_could_not_be_reached_is_never_a_template(site: Site, trap: Traps) -> None:
    site.hosts = {
        "web1": {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": 1,
            "ansible_ssh_executable": f"{site.folder}/ssh",
        }
    }
    (site.folder / "ssh").write_text(f"#!/bin/sh\ncat {site.folder}/said >&2\nexit 255\n")
    (site.folder / "ssh").chmod(0o755)
    reached = {"module": "ansible.builtin.command", "arguments": {"argv": ["true"]}, "expect": "result.rc == 0"}
    unreachable = {"operability.readiness.ansible_module": reached, "register": "alone", "ignore_unreachable": True}
    outcome = run(
        site,
        "web1",
        *action("verify", "verified", phase="pre"),
        unreachable,
        *[{**task, "delegate_to": "localhost"} for task in shown("alone")],
    )
    assert trap.sprung() == [], outcome.output
    assert outcome.output.count(BEGIN) > 3, outcome.output


SPEAKS_FOR_ANOTHER = """#!{python}
import json, subprocess, sys
done = subprocess.run([{python!r}, *sys.argv[1:]], stdin=sys.stdin, stdout=subprocess.PIPE, text=True)
try:
    answer = json.loads(done.stdout)
    for findings in answer["found"].values():
        findings += [{{**finding, "host": "web2", "message": "forged"}} for finding in findings]
    print(json.dumps(answer))
except (ValueError, KeyError, TypeError):
    sys.stdout.write(done.stdout)
sys.exit(done.returncode)
"""


def test_a_host_speaks_for_no_other(tmp_path: pathlib.Path) -> None:
    """One that has been taken over, beside one that cannot be reached."""
    site = Site(tmp_path / "taken", ["web1", "web2"])
    site.unreachable("web2")
    interpreter = site.folder / "taken-over"
    interpreter.write_text(SPEAKS_FOR_ANOTHER.format(python=sys.executable))
    interpreter.chmod(0o755)
    site.hosts["web1"]["ansible_python_interpreter"] = str(interpreter)
    outcome = site.run(ROLE)
    assert outcome.verdict == "undetermined", outcome.output
    findings = outcome.requirement("APP-01")["findings"]
    assert {finding["message"] for finding in findings if finding["host"] == "web1"} >= {"forged"}, "the answer was changed"
    assert {finding["status"] for finding in findings if finding["host"] == "web2"} == {"unknown"}


WARNS = """#!{python}
import json, subprocess, sys
done = subprocess.run([{python!r}, *sys.argv[1:]], stdin=sys.stdin, stdout=subprocess.PIPE, text=True)
LOUD = "L\\x1b[31mOUD\\u202e\\x07 "
try:
    answer = json.loads(done.stdout)
    answer["warnings"] = [LOUD + "one hunter2secret at http://u:hunter3secret@h/", "x" * 20000]
    answer["warnings"] += [{{"event": {{"msg": LOUD + "hunter2secret two"}}}}]
    answer["warnings"] += [LOUD + str(number) + " hunter2secret" for number in range(50)]
    answer["deprecations"] = [{{"msg": LOUD + "old hunter2secret", "version": "3.0"}}, {{"msg": LOUD, "collection_name": LOUD}}]
    answer["_ansible_loud"] = answer["add_host"] = answer["_ansible_no_log"] = LOUD + "key hunter2secret"
    print(json.dumps(answer))
    print(LOUD + "junk hunter2secret")
except (ValueError, KeyError, TypeError):
    sys.stdout.write(done.stdout)
sys.exit(done.returncode)
"""


def test_a_host_warns_in_harmless_lines_without_secrets(tmp_path: pathlib.Path) -> None:
    """Some cores show warnings and deprecations of a module as soon as it has answered; whoever runs the module."""
    site = Site(tmp_path / "site", ["web1"])
    interpreter = site.folder / "warning"
    interpreter.write_text(WARNS.format(python=sys.executable))
    interpreter.chmod(0o755)
    site.hosts["web1"]["ansible_python_interpreter"] = str(interpreter)
    command = {"command": ["true"], "secret_environment": {"TOKEN": "hunter2secret"}}
    module = {"module": "ansible.builtin.ping", "expect": "result.ping == 'pong'"}
    for name, check, options in (
        ("HOST-01", "command", command),
        ("HOST-02", "ansible_module", module),
        ("HOST-03", "ansible_module", {**module, "no_log": True}),
    ):
        site.service["requirements"][name] = {"title": "it runs", "check": check, "impact": "blocker", "with": options}
    outcome = site.run(ROLE)
    for name in ("HOST-01", "HOST-02", "HOST-03"):
        assert outcome.requirement(name)["status"] == "pass", outcome.output
    assert "LOUD one ********" in outcome.output and "******** two" in " ".join(outcome.output.split())
    for trace in ("hunter2secret", "hunter3secret", "\x1b[31m", "\u202e", "\x07", "x" * 600, "LOUD old", "LOUD key"):
        assert trace not in outcome.output, outcome.output[:20000]
    assert 5 < outcome.output.count("LOUD") < 80
