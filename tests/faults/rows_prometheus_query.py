# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from nasty import Nasty
from rows_prometheus_targets import config, wait_for
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World
from victoriametrics import QUERY as ON_VICTORIAMETRICS

CHECK = "prometheus_query"


def exposing(*lines: str, **args: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A Prometheus that has scraped these lines; the arguments of the check."""

    def arrange(world: World) -> dict[str, t.Any]:
        exporter = world.running.start(NodeExporter, world.binaries)
        (exporter.textfile / "app.prom").write_text("".join(f"{line}\n" for line in lines))
        server = world.running.start(Prometheus, world.binaries, config=config(exporter.port))
        wait_for(server, lines[0].rpartition(" ")[0])
        return {"url": server.url, "timeout": "10s", **args}

    return arrange


def aged(world: World) -> dict[str, t.Any]:
    args = exposing("app_up 1", query="app_up", pass_when="== 1", max_age="1ms")(world)
    wait_for(_Url(args["url"]), "time() - timestamp(app_up) > 0.01")
    return args


class _Url:
    def __init__(self, url: str) -> None:
        self.url = url


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "query": "up", "pass_when": "> 0"}


def wrong_server(world: World) -> dict[str, t.Any]:
    server = world.running.start(Prometheus, world.binaries, config=config(free_port(), job="infra"))
    return {"url": server.url, "query": "absent(nothing)", "pass_when": "== 1", "probe_query": 'up{job="payments"}'}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "query": "up", "pass_when": "> 0", "timeout": "3s"}


RATIO = ("app_ratio 0.004", 'app_queue{shard="a"} 3', 'app_queue{shard="b"} 700')
ROWS: list[Row] = [
    Row(CHECK, "the value is within it", exposing(*RATIO, query="app_ratio", pass_when="<= 1%"), "pass", r"0\.4%, it must be <= 1%"),
    Row(CHECK, "the value is beyond its limit", exposing(*RATIO, query="app_ratio", pass_when="<= 0.1%"), "fail", r"it must be <= 0\.1%"),
    Row(CHECK, "one shard of two is beyond the limit", exposing(*RATIO, query="app_queue", pass_when="< 100"), "fail", r'shard="b".*700'),
    Row(
        CHECK, "near the limit", exposing(*RATIO, query="app_ratio", pass_when="<= 1%", warn_when="> 0.3%"), "warn", r"warning when > 0\.3%"
    ),
    Row(CHECK, "the metric was renamed", exposing(*RATIO, query="app_rat", pass_when="<= 1%"), "unknown", r"there is no data"),
    Row(CHECK, "no data, which must not be", exposing(*RATIO, query="app_rat", pass_when="<= 1%", no_data="fail"), "fail", r"no data"),
    Row(CHECK, "nothing divided by nothing", exposing("app_a 0", query="app_a / app_a", fail_when="> 1%"), "unknown", r"not a number"),
    Row(CHECK, "something divided by nothing", exposing("app_a 0", query="1 / app_a", fail_when="> 1"), "fail", r"infinite"),
    Row(CHECK, "a scalar", exposing("app_a 7", query="scalar(app_a)", pass_when="== 7"), "pass", r"7, it must be == 7"),
    Row(CHECK, "a string", exposing("app_a 7", query='"seven"', pass_when="== 7"), "unknown", r"answered with a string"),
    Row(CHECK, "a range", exposing("app_a 7", query="app_a[1m]", pass_when="== 7"), "unknown", r"answered with a matrix"),
    Row(CHECK, "three samples", exposing("app_a 7", query="app_a", pass_when="== 7", samples=3, interval="1s"), "pass", r"0 of 3 samples"),
    Row(
        CHECK,
        "a wrong query",
        exposing("app_a 7", query="app_a{", pass_when="== 7"),
        "unknown",
        r"refuses .*parse error",
    ),
    Row(CHECK, "samples older than they may be", aged, "unknown", r"the newest sample of app_up .* old, the limit is 1 ms"),
    Row(
        CHECK,
        "hardly anything of the window was seen",
        exposing("app_a 1", query="1 - avg_over_time(app_a[1h])", pass_when="<= 2%", coverage_query="count_over_time(app_a[1h]) / 3600"),
        "unknown",
        r"there are data since .* only: .* of what must be seen was seen, at least 95% must be",
    ),
    Row(CHECK, "a Prometheus that is not the service's", wrong_server, "unknown", r"has nothing for up\{job=\"payments\"\}: is it"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer( completely)? within"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    *ON_VICTORIAMETRICS,
]
