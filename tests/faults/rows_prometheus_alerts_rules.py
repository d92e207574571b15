# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What alerts must carry by severity, groups that are too slow, targets that vanish unnoticed: one real Prometheus for most rows."""

from __future__ import annotations

import atexit
import http.server
import json
import pathlib
import shutil
import tempfile
import threading
import typing as t

from servers import LOCAL, NodeExporter, Prometheus
from table import Row, World
from watched_services import alert, ask, wait_until

CHECK = "prometheus_alerts"
BY_SEVERITY = {"critical": {"annotations": ["runbook_url"], "labels": ["team"]}, "info": {"labels": ["dashboard"]}}
# by the label "service" of its rules; each group is a row's
GROUPS: t.Mapping[str, str] = {
    "bare": alert("Down", 'up{job="listed"} == 0'),
    "carrying": alert("Down", 'up{job="listed"} == 0', team="shop").replace(
        "{summary: it is bad}", "{summary: it is bad, runbook_url: 'https://x'}"
    ),
    "mild": alert("Down", 'up{job="listed"} == 0', severity="warning"),
    "upper": alert("Down", 'up{job="listed"} == 0', severity="Critical"),
    "listed": alert("Down", 'up{job="listed"} == 0', severity="page"),
    "found": alert("Down", 'up{job="found"} == 0', severity="page"),
    "missed": alert("Down", 'up{job="missed"} == 0', severity="page") + alert("Gone", 'absent(up{job="missed"})', severity="page"),
    "counted": alert("Down", 'up{job="counted"} == 0', severity="page") + alert("Few", 'count(up{job="counted"}) < 2', severity="page"),
    "hushed": alert("Down", 'up{job="hushed"} == 0', severity="page") + alert("Gone", 'absent(up{job="hushed"})', severity="info"),
    "noisy": alert("Flaps", 'up{job="listed"} == 1', severity="page"),
}


class Discovery:
    """Answers as a catalogue of targets does (http_sd): what it does not list any more is gone."""

    def __init__(self, targets: t.Sequence[t.Mapping[str, object]]) -> None:
        body = json.dumps(targets).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer((LOCAL, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://{LOCAL}:{self.server.server_port}/targets"


_SHARED: list[str] = []


def shared(world: World) -> str:
    """The address of the Prometheus, started by the first row of the process that needs it."""
    if not _SHARED:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="alert-rules-"))
        exporter = NodeExporter(folder / "exporter", world.binaries)
        at = f"{LOCAL}:{exporter.port}"
        found = ["found", "missed", "counted", "hushed"]
        scrapes = [{"job_name": "listed", "static_configs": [{"targets": [at]}]}]
        for job in found:
            catalogue = Discovery([{"targets": [at], "labels": {"instance": f"{job}1"}}])
            scrapes.append({"job_name": job, "http_sd_configs": [{"url": catalogue.url, "refresh_interval": "5s"}]})
        rules = "groups:\n" + "".join(f"- name: {name}\n  rules:\n{texts.replace('SERVICE', name)}" for name, texts in GROUPS.items())
        server = Prometheus(folder / "prometheus", world.binaries, config=f"scrape_configs: {json.dumps(scrapes)}\n", rules=rules)
        started = [exporter, server]

        def stop() -> None:
            for one in reversed(started):
                one.stop()
            shutil.rmtree(folder, ignore_errors=True)

        atexit.register(stop)
        for one in started:
            one.start()
        wait_until(lambda: len(ask(server.url, "query?query=up == 1")["result"]) == len(found) + 1)
        # the alert of noise fires once there is something to fire for
        wait_until(lambda: ask(server.url, 'query?query=ALERTS{alertname="Flaps",alertstate="firing"}')["result"])
        _SHARED.append(server.url)
    return _SHARED[0]


def of(service: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": shared(world), "match": {"service": service}, **options}


def too_slow(world: World) -> dict[str, t.Any]:
    """A group whose rules take longer than its interval, of a Prometheus that does not scrape itself."""
    rules = "groups:\n- name: heavy\n  interval: 1ms\n  rules:\n" + alert("Heavy", "count_over_time(vector(1)[1d:1s]) > 1e9")
    server = world.running.start(Prometheus, world.binaries, rules=rules)
    return slow_once(server, rules="heavy")


def always_too_slow(world: World) -> dict[str, t.Any]:
    """The same of one that scrapes itself, and so knows how many evaluations were left out."""
    rules = "groups:\n- name: heavy\n  interval: 1ms\n  rules:\n" + alert("Heavy", "count_over_time(vector(1)[1d:1s]) > 1e9")
    server = Prometheus(world.folder / "prometheus", world.binaries, rules=rules)
    server.config = f"scrape_configs: [{{job_name: itself, static_configs: [{{targets: ['{LOCAL}:{server.port}']}}]}}]\n"
    world.running.started.append(server)
    server.start()
    missed = "query?query=increase(prometheus_rule_group_iterations_missed_total[30m]) > 1"
    wait_until(lambda: ask(server.url, missed)["result"])
    return slow_once(server, rules="heavy")


def slow_once(server: t.Any, rules: str) -> dict[str, t.Any]:
    def took() -> float:
        return max(float(group["evaluationTime"]) for group in ask(server.url, "rules")["groups"] if group["name"] == rules)

    wait_until(lambda: took() > 0.001)
    return {"url": server.url, "match": {"service": "SERVICE"}}


def named(service: str) -> t.Callable[[World], dict[str, t.Any]]:
    """An alert that is asked for by its name alone, as that of a backup, on a server where others have one of that name."""
    return lambda world: {"url": shared(world), "must_include": ["Down"], "prefer": {"service": service}}


ROWS: list[Row] = [
    Row(CHECK, "an alert of a name that other services have too", named("mild"), "pass", r"^1 alert loaded"),
    Row(CHECK, "only other services have an alert of that name", named("nobody"), "warn", r"only with other labels than service=nobody"),
    Row(CHECK, "alerts carry what their severity asks for", of("carrying", required_by_severity=BY_SEVERITY), "pass", r"1 alert loaded"),
    Row(
        CHECK,
        "a critical alert without the annotation and the label of critical ones",
        of("bare", required_by_severity=BY_SEVERITY),
        "fail",
        r"Down has no label team, which alerts of severity critical must have \(and 1 more\)",
    ),
    Row(CHECK, "an alert of another severity need not have them", of("mild", required_by_severity=BY_SEVERITY), "pass", r"1 alert loaded"),
    Row(CHECK, "a severity in capitals is the same", of("upper", required_by_severity=BY_SEVERITY), "fail", r"severity Critical must have"),
    Row(CHECK, "a target of a list stays in it while it is down", of("listed", companion="fail"), "pass", r"1 alert loaded"),
    Row(CHECK, "a discovered target vanishes unnoticed, which is told", of("found"), "pass", r"1 alert loaded"),
    Row(
        CHECK,
        "a discovered target vanishes unnoticed",
        of("found", companion="fail"),
        "fail",
        r"when a target of found vanishes .*absent\(up",
    ),
    Row(CHECK, "an alert on its absence tells of it", of("missed", companion="fail"), "pass", r"2 alerts loaded"),
    Row(CHECK, "an alert on the count of targets tells of it", of("counted", companion="fail"), "pass", r"2 alerts loaded"),
    Row(CHECK, "the alert on its absence only informs", of("hushed", companion="warn"), "warn", r"when a target of hushed vanishes"),
    Row(CHECK, "an alert that fires and has fired", of("noisy"), "pass", r"firing now: Flaps"),
    Row(CHECK, "a group took longer than its interval", too_slow, "warn", r"the rules of group heavy take .* evaluations are left out"),
    Row(CHECK, "a group always takes longer than its interval", always_too_slow, "fail", r"the rules of group heavy take"),
]
