# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
import typing as t
import urllib.parse
import urllib.request

from nasty import Nasty
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World

CHECK = "prometheus_targets"
SELECTOR = '{job="payments"}'


def config(*ports: int, job: str = "payments") -> str:
    targets = ", ".join(f"'{LOCAL}:{port}'" for port in ports)
    return f"scrape_configs: [{{job_name: {job}, static_configs: [{{targets: [{targets}]}}]}}]\n"


def wait_for(server: t.Any, query: str, seconds: float = 20.0) -> None:
    """Until the server has an answer to the query."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{server.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}", timeout=30) as answer:
            if json.load(answer)["data"]["result"]:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{query} had no result within {seconds:g} s")


def up(world: World) -> tuple[t.Any, t.Any]:
    exporter = world.running.start(NodeExporter, world.binaries)
    server = world.running.start(Prometheus, world.binaries, config=config(exporter.port))
    wait_for(server, "up == 1")
    return server, exporter


def healthy(world: World) -> dict[str, t.Any]:
    server, exporter = up(world)
    expect = [{"job": "payments", "addresses": ["web1.example.org", LOCAL], "port": exporter.port}]
    return {"url": server.url, "selector": SELECTOR, "expect": expect, "min_up": 1, "probe_query": 'up{job="payments"}'}


def stopped(world: World) -> dict[str, t.Any]:
    server, exporter = up(world)
    exporter.stop()
    wait_for(server, "up == 0")
    return {"url": server.url, "selector": SELECTOR}


def vanished(world: World) -> dict[str, t.Any]:
    """Taken out of the configuration: up == 0 would stay silent."""
    server, exporter = up(world)
    server.config = config(free_port(), job="other")
    server.write()
    server.reload()
    wait_for(server, 'up{job="other"} == 0')
    return {"url": server.url, "expect": [{"addresses": [LOCAL], "port": exporter.port}]}


def relabelled(world: World) -> dict[str, t.Any]:
    server, _unused = up(world)
    return {"url": server.url, "selector": '{job="paymnets"}'}


def too_few(world: World) -> dict[str, t.Any]:
    server, _unused = up(world)
    return {"url": server.url, "selector": SELECTOR, "min_up": 2}


def not_metrics(world: World) -> dict[str, t.Any]:
    page = world.running.start(Nasty, "login")
    port = int(page.url.rsplit(":", 1)[1])
    server = world.running.start(Prometheus, world.binaries, config=config(port))
    wait_for(server, "up == 0")
    return {"url": server.url, "selector": SELECTOR}


def wrong_server(world: World) -> dict[str, t.Any]:
    server = world.running.start(Prometheus, world.binaries, config=config(free_port(), job="infra"))
    return {"url": server.url, "selector": SELECTOR, "probe_query": 'up{job="payments"}'}


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "selector": SELECTOR}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "selector": SELECTOR, "timeout": "3s"}


ROWS: list[Row] = [
    Row(CHECK, "an exporter is scraped and up", healthy, "pass", r"1 of 1 target is up, the last scrape was at most"),
    Row(CHECK, "the exporter is stopped", stopped, "fail", r"payments/127\.0\.0\.1:\d+ is down: .*connection refused"),
    Row(CHECK, "the target is gone from the configuration", vanished, "fail", r"127\.0\.0\.1 port \d+ is not among the targets"),
    Row(CHECK, "the job has another name", relabelled, "fail", r"no target has the labels \{job=\"paymnets\"\}"),
    Row(CHECK, "fewer targets than there must be", too_few, "fail", r"1 of 1 targets are up and scraped, at least 2 must be"),
    Row(CHECK, "the target shows a web page instead of metrics", not_metrics, "fail", r"is down: "),
    Row(CHECK, "a Prometheus that is not the service's", wrong_server, "unknown", r"has nothing for up\{job=\"payments\"\}: is it"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer within"),
    Row(CHECK, "the Prometheus answers with 500", bad("500"), "unknown", r"is not ready .*500"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    Row(CHECK, "the answer has 200 MB", bad("huge"), "unknown", r"more than 32\.0 MiB"),
]
