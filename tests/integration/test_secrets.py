# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service whose every secret, in many forms, is looked for in all that a run leaves and says; and secrets that are words of ours."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import pathlib
import threading
import typing as t

import yaml
from integration.playbook import ROLE, Site

SECRET = "c4nary/S3CRET"  # what is looked for is each half of it, and the forms in which it is sent
TRACES = ("S3CRET", "c4nary", base64.b64encode(f"me:{SECRET}".encode()).decode())
INPUTS = ("readiness.yml", "organisation.yml", "inventory.yml", "playbook.yml", "echo.sh", "bin")


class Echo(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and says the request again, with all that was in it."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"status": "error", "error": f"{self.requestline} {self.headers}", "message": str(self.headers)}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_args: t.Any) -> None:
        """Says nothing."""


@contextlib.contextmanager
def echo() -> t.Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def left_of(folder: pathlib.Path) -> dict[str, bytes]:
    """All files below a folder, but for what the user wrote."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in INPUTS:
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def full_of_secrets(site: Site, port: int) -> None:
    """Every option in which a secret may stand."""
    at, login = f"127.0.0.1:{port}", {"url_username": "me", "url_password": SECRET, "headers": {"X-Api-Key": SECRET}}
    (site.folder / "echo.sh").write_text('#!/bin/sh\necho "env $TOKEN, and http://u:$TOKEN@h/?token=$TOKEN"; echo "$TOKEN" >&2; exit 2\n')
    restic = site.folder / "bin" / "restic"
    restic.parent.mkdir()
    restic.write_text('#!/bin/sh\necho "Fatal: $RESTIC_REPOSITORY $RESTIC_PASSWORD $AWS_SECRET_ACCESS_KEY" >&2; exit 1\n')
    restic.chmod(0o755)
    site.organisation["servers"] = {
        "prometheus": {"kind": "prometheus", "url": f"user:{SECRET}@{at}"},
        "slashed": {"kind": "prometheus", "url": f"http://u:{SECRET}@{at}"},
        "echo": {"kind": "prometheus", "url": f"http://{at}", **login},
        "alertmanager": {"kind": "alertmanager", "url": f"http:u:{SECRET}@{at}"},
    }
    probe = {"url": f"http://u:c4nary%2FS3CRET@{at}/x?token={SECRET}", "headers": {"Authorization": f"Bearer {SECRET}"}}
    backup = {
        "binary": str(restic),
        "repository": f"rest:http://u:{SECRET}@{at}/?token={SECRET}",
        "password": SECRET,
        "environment": {"AWS_SECRET_ACCESS_KEY": SECRET},
        "max_age": "1d",
    }
    asks = {"query": "up", "pass_when": "> 0"}
    checks: dict[str, tuple[str, dict[str, t.Any], str | None]] = {
        "HOST-01": ("command", {"command": ["/bin/sh", f"{site.folder}/echo.sh"], "secret_environment": {"TOKEN": SECRET}}, None),
        "HOST-02": ("http_probe", {**probe, "timeout": "3s"}, None),
        "HOST-03": ("http_probe", {"url": f"http://{at}/", **login, "body": SECRET}, None),
        "HOST-04": ("metrics_endpoint", {"url": f"http://u:{SECRET}@{at}/metrics", "families": ["x"]}, None),
        "HOST-05": ("restic_backup", backup, None),
        "SERV-01": ("prometheus_query", asks, "prometheus"),
        "SERV-02": ("prometheus_query", asks, "slashed"),
        "SERV-03": ("prometheus_query", asks, "echo"),
        "SERV-04": (
            "alertmanager_route",
            {"match": {"a": "b"}, "receivers": ["x"], "prometheus": [{"url": f"http://u:{SECRET}@{at}", "bearer_token": SECRET, **login}]},
            "alertmanager",
        ),
    }
    for name, (check, options, server) in checks.items():
        entry = {"title": f"as http://u:{SECRET}@h/ says", "check": check, "impact": "major", "with": options}
        site.service["requirements"][name] = {**entry, **({"using": server} if server else {})}
    site.service["waivers"] = [
        {"requirement": "HOST-02", "reason": f"see https://u:{SECRET}@wiki/x", "approved_by": "ops", "until": "2026-12-31"}
    ]
    site.service["documents"] = {"runbook": f"http://u:{SECRET}@{at}/runbook?token={SECRET}"}
    site.organisation["publish"] |= {
        "report_url": f"u:{SECRET}@reports.service.consul/{{service}}",
        "pushgateway": {"url": f"http://u:c4nary%2FS3CRET@{at}", **login},
        "grafana": {"url": f"http://{at}", "bearer_token": SECRET},
        **{name: str(site.folder / f"shop.{name}") for name in ("markdown", "junit", "csv", "nagios")},
    }
    site.demand("SUP-01", "RUN-01")


def test_no_secret_is_left_or_said_anywhere(tmp_path: pathlib.Path) -> None:
    site = Site(tmp_path / "site", ["web1"])
    actions = [
        {"operability.readiness.plan": {"phase": "pre"}, "register": "planned"},
        {"operability.readiness.verify": {"phase": "pre"}, "register": "verified"},
        {"operability.readiness.gate": {"phase": "pre", "fail": False}, "register": "judged"},
        {"operability.readiness.publish": {"record": "{{ judged }}", "pushgateway": "{{ judged.publish.pushgateway }}"}, "register": "p"},
        *({"ansible.builtin.debug": {"var": name}} for name in ("planned", "verified", "judged", "p")),
        {"operability.readiness.alertmanager_silences": {"url": "PLACE", "match": {"a": "b"}, "prometheus": []}, "ignore_errors": True},
        {"ansible.builtin.debug": {"msg": "Ansible shows the lines of the playbook before a task that fails"}},
        {"operability.readiness.http_probe": {"url": "PLACE", "url_username": "me", "url_password": SECRET}, "ignore_errors": True},
    ]
    with echo() as port:
        full_of_secrets(site, port)
        silences = actions[-3]["operability.readiness.alertmanager_silences"]
        silences["url"] = f"http://127.0.0.1:{port}"
        silences["prometheus"] = [{"url": f"http://u:{SECRET}@127.0.0.1:{port}", "url_username": "me", "url_password": SECRET}]
        actions[-1]["operability.readiness.http_probe"]["url"] = f"http://u:c4nary%2FS3CRET@127.0.0.1:{port}/?token={SECRET}"
        play = yaml.safe_dump([{"hosts": "web", "gather_facts": False, "tasks": actions}], sort_keys=False, width=1000)
        ticket = f"https://u:{SECRET}@tickets/1"
        first = site.run("---\n" + play, "-v", ticket=ticket)
        build, deployment = f"me@corp.com:{SECRET}@127.0.0.1:1", f"u:{SECRET}@jenkins.service.consul:1"
        second = site.run(ROLE, "-vvv", ticket=ticket, build=build, deployment_id=deployment)
        site.organisation["servers"]["echo"]["bearer_token"] = 20261129  # what is wrong is told without it
        site.service["requirements"]["HOST-01"]["with"]["secret_environment"] = SECRET
        site.service["mode"] = f"u:{SECRET}@h"
        refused = site.run(ROLE, mode="enforce")
    assert first.record["judgement"]["requirements"] and second.record, first.output
    statuses = {item["id"]: item["status"] for item in first.record["judgement"]["requirements"]}
    assert {name: statuses[name] for name in ("HOST-01", "HOST-05", "SERV-02")} == dict(
        zip(("HOST-01", "HOST-05", "SERV-02"), ("fail", "unknown", "unknown"))
    ), "they were asked"
    assert "it refused the metrics (HTTP 400: " in " ".join((first.output + second.output).split()), first.output
    assert refused.rc != 0 and "20261129" not in refused.output
    for name, content in {**left_of(site.folder), "output": (first.output + second.output + refused.output).encode()}.items():
        assert not any(trace in name for trace in TRACES), name
        for trace in TRACES:
            place = content.find(trace.encode())
            assert place < 0, f"{name}: {content[max(0, place - 200) : place + 60]!r}"


def test_a_secret_that_is_a_word_of_ours_costs_no_verdict(tmp_path: pathlib.Path) -> None:
    words = ["pass", "1", "web1", "true", "status", "command", "HOST-0"]
    site = Site(tmp_path / "site", ["web1"])
    alone: list[dict[str, t.Any]] = []
    for number, word in enumerate(words):
        options = {"command": ["/bin/sh", "-c", "echo it will pass 1 true status on web1"], "secret_environment": {"PASSWORD": word}}
        site.service["requirements"][f"HOST-{number:02}"] = {"title": "it runs", "check": "command", "impact": "blocker", "with": options}
        alone += [
            {"operability.readiness.command": options, "register": "said"},
            {"ansible.builtin.debug": {"msg": "found {{ said.finding.status }} by {{ said.finding.check }}"}},
        ]
    play = yaml.safe_dump([{"hosts": "web", "gather_facts": False, "tasks": alone}], sort_keys=False)
    outcome = site.run(ROLE + play)
    assert outcome.rc == 0 and outcome.verdict == "go", outcome.output
    assert outcome.output.count("found pass by command") == len(words), outcome.output
    messages = [outcome.requirement(f"HOST-{number:02}")["findings"][0]["message"] for number in range(len(words))]
    assert messages[0] == "it will ******** 1 true status on web1" and messages[2] == "it will pass 1 true status on ********"
    notices = outcome.record["judgement"]["notices"]
    assert len([notice for notice in notices if "is so short that it cannot be taken out" in notice]) == 1, notices
    assert len([notice for notice in notices if "is an ordinary word" in notice]) == 3, notices
