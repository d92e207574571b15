# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
import typing as t
import urllib.request

from nasty import Nasty
from prometheus_kinds import Agent, Receiver, writing_to
from scraped import wait_for
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World
from victoriametrics import TARGETS as ON_VICTORIAMETRICS

CHECK = "prometheus_targets"
SELECTOR = '{job="payments"}'


def config(*ports: int, job: str = "payments") -> str:
    targets = ", ".join(f"'{LOCAL}:{port}'" for port in ports)
    return f"scrape_configs: [{{job_name: {job}, static_configs: [{{targets: [{targets}]}}]}}]\n"


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


def dropped(world: World) -> dict[str, t.Any]:
    """By a rule that keeps what has another address."""
    exporter = world.running.start(NodeExporter, world.binaries)
    relabelling = "relabel_configs: [{source_labels: [__address__], regex: 'web.*', action: keep}]"
    jobs = (
        f"scrape_configs:\n- {{job_name: payments, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}], {relabelling}}}\n"
        f"- {{job_name: other, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}]}}\n"
    )
    server = world.running.start(Prometheus, world.binaries, config=jobs)
    wait_for(server, 'up{job="other"} == 1')
    return {"url": server.url, "expect": [{"job": "payments", "addresses": [LOCAL], "port": exporter.port}]}


def dropped_of_selector(world: World) -> dict[str, t.Any]:
    args = dropped(world)
    return {"url": args["url"], "selector": SELECTOR}


def not_scraped_yet(world: World) -> dict[str, t.Any]:
    text = f"global: {{scrape_interval: 1h}}\n{config(free_port())}"
    server = world.running.start(Prometheus, world.binaries, config=text)
    discovered: list[t.Any] = []
    while not discovered:
        with urllib.request.urlopen(f"{server.url}/api/v1/targets", timeout=30) as answer:
            discovered = json.load(answer)["data"]["activeTargets"]
        time.sleep(0.1)
    return {"url": server.url, "selector": SELECTOR}


def no_targets(world: World) -> dict[str, t.Any]:
    text = "scrape_configs: [{job_name: payments, file_sd_configs: [{files: [/nowhere.json]}]}]\n"
    return {"url": world.running.start(Prometheus, world.binaries, config=text).url, "selector": SELECTOR}


def written_by_replicas(world: World, *ports: int) -> t.Any:
    """Two replicas scrape, and write to the server that is asked, which scrapes nothing."""
    receiver = world.running.start(Receiver, world.binaries)
    for replica in ("a", "b"):
        world.running.start(Prometheus, world.binaries, config=writing_to(receiver, replica, config(*ports)))
    wait_for(receiver, f"count(up) == {2 * len(ports)}")
    return receiver


def nothing_is_kept(world: World) -> dict[str, t.Any]:
    exporter = world.running.start(NodeExporter, world.binaries)
    drops = "metric_relabel_configs: [{source_labels: [__name__], regex: '.*', action: drop}]"
    text = f"scrape_configs: [{{job_name: payments, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}], {drops}}}]\n"
    server = world.running.start(Prometheus, world.binaries, config=f"global: {{scrape_interval: 1s}}\n{text}")
    wait_for(server, "up == 1")
    return {"url": server.url, "selector": SELECTOR}


def one_of_two_jobs(world: World) -> dict[str, t.Any]:
    server, _exporter = up(world)
    return {"url": server.url, "selector": '{job=~"payments|ghost"}'}


def written(world: World) -> dict[str, t.Any]:
    exporter = world.running.start(NodeExporter, world.binaries)
    other = world.running.start(NodeExporter, world.binaries)
    receiver = written_by_replicas(world, exporter.port, other.port)
    wait_for(receiver, "count(up == 1) == 4")
    return {"url": receiver.url, "selector": SELECTOR, "min_up": 2}


def written_and_vanished(world: World) -> dict[str, t.Any]:
    exporter = world.running.start(NodeExporter, world.binaries)
    receiver = written_by_replicas(world, exporter.port)
    wait_for(receiver, "count(up == 1) == 2")
    return {"url": receiver.url, "expect": [{"addresses": [LOCAL], "port": exporter.port}, {"addresses": [LOCAL], "port": 1}], "min_up": 2}


def scrapes_nothing(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Receiver, world.binaries).url, "selector": SELECTOR}


def agent(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Agent, world.binaries, config=config(free_port())).url, "selector": SELECTOR}


def by_the_second(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    """The first address is out of order in some way, the second one is well."""

    def arrange(world: World) -> dict[str, t.Any]:
        server, _unused = up(world)
        first = f"http://{LOCAL}:{free_port()}" if kind == "refused" else world.running.start(Nasty, kind).url
        return {"url": first, "failover": [f"{server.url}/"], "selector": SELECTOR}

    return arrange


def neither(world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "failover": [world.running.start(Nasty, "500").url], "selector": SELECTOR}


def behind_login(world: World) -> dict[str, t.Any]:
    """Every path leads to another host."""
    return {"url": world.running.start(Nasty, "redirect").url, "selector": SELECTOR}


def another_time(world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "selector": 'up{job="payments"} offset 5m'}


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
    Row(CHECK, "the target is dropped by relabelling", dropped, "fail", r"127\.0\.0\.1 port .* is discovered, and dropped by relabelling"),
    Row(CHECK, "all of a job are dropped by relabelling", dropped_of_selector, "fail", r"1 that was discovered for that job is dropped by"),
    Row(CHECK, "the Prometheus waits for its first scrape", not_scraped_yet, "unknown", r"0 of 1 targets .* has not been scraped yet"),
    Row(CHECK, "there is no target in any job", no_targets, "unknown", r"has scrape jobs, and 0 targets in all of them"),
    Row(
        CHECK, "relabelling drops all that a target gives", nothing_is_kept, "warn", r"1 of 1 target is up.*; .* is up, and nothing is kept"
    ),
    Row(
        CHECK, "one of the jobs that are named has no target", one_of_two_jobs, "warn", r"no target has ghost for the label job, which the"
    ),
    Row(CHECK, "two replicas write what they scrape", written, "pass", r"scrapes nothing itself, and .* up say: 2 of 2 targets are up$"),
    Row(CHECK, "of two, replicas write one", written_and_vanished, "fail", r"up say: 1 of 2 targets .* port 1 is not among the targets"),
    Row(
        CHECK,
        "the server scrapes nothing, and nobody writes",
        scrapes_nothing,
        "unknown",
        r"scrapes nothing itself: there are 0",
    ),
    Row(CHECK, "an agent, which answers no queries", agent, "unknown", r"is a Prometheus agent, which answers no queries"),
    Row(CHECK, "every path leads to a login on another host", behind_login, "unknown", r"redirects to sso\.example\.test, a login"),
    Row(
        CHECK,
        "the first address refuses, the next one answers",
        by_the_second("refused"),
        "pass",
        r"answered by http.*; http.* refused the",
    ),
    Row(CHECK, "the first address is out of order", by_the_second("500"), "pass", r"answered by http.*; http.* answers with 500"),
    Row(CHECK, "a login stands before the first address", by_the_second("login"), "unknown", r"answered with a web page \(a login page"),
    Row(
        CHECK,
        "none of two addresses can be used",
        neither,
        "unknown",
        r"none of the addresses of .* refused the connection: .* answers with 500",
    ),
    Row(CHECK, "a selector of five minutes ago", another_time, "unknown", r"looks at another time \(offset, @\)"),
    Row(CHECK, "a Prometheus that is not the service's", wrong_server, "unknown", r"has nothing for up\{job=\"payments\"\}: is it"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer( completely)? within"),
    Row(CHECK, "the Prometheus answers with 500", bad("500"), "unknown", r"is not ready .*500"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    Row(CHECK, "the answer has 200 MB", bad("huge"), "unknown", r"more than 32\.0 MiB"),
    *ON_VICTORIAMETRICS,
]
