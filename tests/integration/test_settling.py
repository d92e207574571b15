# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settling time after a deployment, on real servers that come late, never, or not for long."""

from __future__ import annotations

import http.server
import json
import pathlib
import threading
import time
import typing as t
import urllib.request

import pytest
from integration.acts import Acts
from integration.playbook import AFTER, ROLE, Outcome, Site, shipping
from servers import LOCAL, NodeExporter, Prometheus

POST = {"phase": "post", "mode": "enforce"}


class Service:
    """Answers with the statuses of its course, one after the other; the last one stays. ``then`` gets the number of each."""

    def __init__(self, *course: int, then: t.Callable[[int], None] | None = None) -> None:
        service = self
        self.answers, self.lock = 0, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 # a name of http.server
                with service.lock:
                    status = course[min(service.answers, len(course) - 1)]
                    service.answers += 1
                    number = service.answers
                if then:
                    then(number)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: t.Any) -> None:
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{LOCAL}:{self.server.server_address[1]}/health"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve() -> t.Iterator[t.Callable[..., Service]]:
    started: list[Service] = []

    def start(*course: int, **options: t.Any) -> Service:
        started.append(Service(*course, **options))
        return started[-1]

    yield start
    for service in started:
        service.stop()


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    made = Site(tmp_path / "site")
    made.hosts = {"web1": {"ansible_host": LOCAL}}
    made.service["traits"] = {"data": False}
    return made


def scraped_once(url: str) -> None:
    """Until Prometheus has found the target down: before that it has nothing to say of it."""
    end = time.monotonic() + 60.0
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{url}/api/v1/targets", timeout=30) as answer:
            if [target["health"] for target in json.load(answer)["data"]["activeTargets"]] == ["down"]:
                return
        time.sleep(0.1)
    raise AssertionError("Prometheus did not scrape the target")


def watched(site: Site, running: t.Any, binaries: t.Any) -> NodeExporter:
    """A real Prometheus that scrapes an exporter which is not started yet; MON-01 is a blocker."""
    exporter = NodeExporter(running.folder / "exporter", binaries)
    running.started.append(exporter)
    config = f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}]}}]\n"
    server = running.start(Prometheus, binaries, config=config)
    scraped_once(server.url)
    site.demand("SUP-01", "MON-01", "MON-07")
    site.organisation["servers"] = {"prometheus": {"kind": "prometheus", "url": server.url}}
    site.organisation["policy"]["requirements"]["MON-01"] = {"impact": "blocker"}
    site.service["parts"]["web"]["scrape"] = [{"job": "shop", "port": exporter.port}]
    return exporter


def only(outcome: Outcome, identifier: str) -> dict[str, t.Any]:
    (finding,) = outcome.requirement(identifier)["findings"]
    return t.cast("dict[str, t.Any]", finding)


def test_a_target_that_comes_late_passes(site: Site, running: t.Any, binaries: t.Any, serve: t.Any) -> None:
    exporter = watched(site, running, binaries)
    # the second request is the first repeated one: the exporter comes after the gate has looked in vain
    endpoint = serve(503, 503, 200, then=lambda number: exporter.start() if number == 2 else None)
    site.service["endpoints"] = [{"url": endpoint.url}]
    outcome = site.run(ROLE + AFTER, settle="90s", **POST)
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    target = only(outcome, "MON-01")
    assert target["tries"] > 2 and target["observed"]["settled_after_seconds"] > 0
    assert "1 of 1 target is up" in target["message"] and " (after " in target["message"]
    assert only(outcome, "MON-07")["tries"] >= 4
    assert outcome.record["run"]["settle_seconds"] == 90
    assert "tries" not in only(outcome, "APP-01"), "a command says nothing of needing time"
    assert outcome.says("DEPLOYED ON web1")


def test_a_target_that_never_comes_fails_when_time_is_over(site: Site, running: t.Any, binaries: t.Any, serve: t.Any) -> None:
    watched(site, running, binaries)
    site.service["endpoints"] = [{"url": serve(200).url}]
    outcome = site.run(ROLE + AFTER, settle="4s", **POST)
    assert outcome.rc != 0 and outcome.verdict == "no_go", outcome.output
    target = only(outcome, "MON-01")
    assert target["tries"] == 4 and "flapping" not in target["observed"]  # at once, after 1, 3 and 4 s
    assert "is down" in target["message"] and "(still so after 4" in target["message"]
    assert only(outcome, "MON-07")["status"] == "pass" and only(outcome, "MON-07")["tries"] == 2
    assert outcome.record["judgement"]["advice"] == "roll_back" and "DEPLOYED" not in outcome.output


def test_a_service_that_flaps_fails_and_it_is_said(site: Site, serve: t.Any) -> None:
    site.demand("SUP-01", "MON-07")
    late, flapping = serve(503, 200), serve(200, 503)
    site.service["endpoints"] = [{"url": late.url}, {"url": flapping.url}]
    acts = Acts(site)
    acts.gate("two endpoints", settle="60s", **POST)
    # it fails, passes, and fails for good
    alone = serve(503, 200, 503)
    site.service["endpoints"] = [{"url": alone.url}]
    acts.gate("one endpoint", settle="60s", **POST)
    seen = acts.play()
    outcome = seen["two endpoints"]
    assert outcome.rc != 0 and outcome.verdict == "no_go", outcome.output
    found = {finding["instance"]: finding for finding in outcome.requirement("MON-07")["findings"]}
    assert found[late.url]["status"] == "pass" and found[late.url]["tries"] == 3
    assert found[flapping.url]["status"] == "fail" and found[flapping.url]["observed"]["flapping"] is True
    assert outcome.says("flapping, it passed at first and no longer after", "answered with status 503; expected 200")
    outcome = seen["one endpoint"]
    assert only(outcome, "MON-07")["observed"]["flapping"] is True and alone.answers == 3
    assert outcome.says("flapping, it passed after")


def test_a_host_settles_by_itself(site: Site, serve: t.Any) -> None:
    site.demand("SUP-01", "MON-07")
    late = serve(503, 503, 200)
    site.service["endpoints"] = [{"url": late.url, "from": "web"}]
    outcome = site.run(ROLE, settle="60s", **POST)
    assert (outcome.rc, outcome.verdict) == (0, "go"), outcome.output
    assert only(outcome, "MON-07")["host"] == "web1" and only(outcome, "MON-07")["tries"] == 4
    assert " (after " in only(outcome, "MON-07")["message"]


def test_nothing_is_repeated_when_all_pass_and_in_other_phases(site: Site, serve: t.Any) -> None:
    site.demand("SUP-01", "MON-07")
    healthy = serve(200)
    site.service["endpoints"] = [{"url": healthy.url}]
    site.service["defaults"] = {"settle": "5m"}
    acts = Acts(site)
    acts.gate("all pass", **POST)
    failing, answered = serve(503), list[int]()
    site.service["endpoints"] = [{"url": failing.url}]
    acts.gate("another phase", phase="recheck")
    # what is given for a run wins over the files
    acts.gate("no time", before=lambda: answered.append(failing.answers), settle="0", **POST)
    seen = acts.play()
    outcome = seen["all pass"]
    assert (outcome.verdict, healthy.answers) == ("go", 1)
    assert "tries" not in only(outcome, "MON-07") and outcome.record["run"]["settle_seconds"] == 300
    outcome = seen["another phase"]
    assert (outcome.verdict, answered, outcome.record["run"]["settle_seconds"]) == ("no_go", [1], 0)
    assert seen["no time"].verdict == "no_go" and failing.answers == 2


def test_lines_that_arrive_late_are_found(site: Site) -> None:
    site.canary(on=None)
    site.service["traits"] = {"http": False, "data": False}
    site.service["parts"]["web"]["logs"][0]["deadline"] = "1s"
    never = site.run(ROLE, settle="2s", **POST)
    assert never.verdict == "no_go", never.output
    assert only(never, "LOG-01")["tries"] >= 2

    written = threading.Event()
    over = threading.Event()

    def ship_late() -> None:
        while not over.wait(0.2):
            if site.written_lines().count("operability-canary") == 2:
                written.set()
                over.wait(4)  # longer than the deadline of the line
                with shipping(site):
                    over.wait()

    thread = threading.Thread(target=ship_late, daemon=True)
    thread.start()
    outcome = site.run(ROLE, settle="60s", **POST)
    over.set()
    thread.join()
    assert written.is_set() and outcome.verdict == "go", outcome.output
    assert only(outcome, "LOG-01")["tries"] >= 2
    assert site.written_lines().count("operability-canary") == 2, "each run writes one line, however often it looks"


def test_what_is_known_is_kept_when_the_task_is_broken_off(site: Site, serve: t.Any) -> None:
    site.demand("SUP-01", "MON-07")
    failing = serve(503)
    site.service["endpoints"] = [{"url": failing.url}]
    playbook = """
- hosts: web
  gather_facts: false
  tasks:
    - operability.readiness.verify: {phase: post}
      timeout: 12
      ignore_errors: true
      register: broken_off
    - ansible.builtin.debug: {msg: "BROKEN OFF {{ broken_off is failed }}"}
    - operability.readiness.gate: {phase: post}
"""
    outcome = site.run(playbook, settle="10m", **POST)
    assert outcome.rc != 0 and outcome.says("BROKEN OFF True"), outcome.output
    assert outcome.verdict == "no_go"
    assert only(outcome, "MON-07")["status"] == "fail" and only(outcome, "APP-01")["status"] == "pass"
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize("phase", ["pre", "post"])
def test_a_bad_duration_is_refused_before_anything_runs(site: Site, phase: str) -> None:
    acts = Acts(site)
    acts.gate("of the run", phase=phase, settle="a while", mode="enforce")
    site.organisation["defaults"] = {"settle": "5 minutes"}
    acts.gate("of a file", phase=phase, mode="enforce")
    seen = acts.play()
    outcome = seen["of the run"]
    assert outcome.rc != 0 and outcome.verdict == "undetermined" and "DEPLOYED" not in outcome.output
    assert outcome.says("settle (readiness_settle): 'a while' is not a duration; expected for example 90s")
    outcome = seen["of a file"]
    assert outcome.rc != 0 and outcome.verdict == "undetermined" and "DEPLOYED" not in outcome.output
    assert outcome.says("organisation-1.yml", "defaults.settle")
