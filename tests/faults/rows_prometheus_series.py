# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Prometheus for nearly all rows: what it scrapes has series in all states."""

from __future__ import annotations

import atexit
import functools
import json
import pathlib
import shutil
import tempfile
import time
import typing as t
import urllib.request

from nasty import Nasty
from scraped import Pages, wait_for
from servers import LOCAL, Prometheus, Pushgateway, free_port
from table import Row, World
from victoriametrics import SERIES as ON_VICTORIAMETRICS

CHECK = "prometheus_series"
SHOP = """\
http_requests_total{code="200",route="/pay"} 12
http_request_duration_seconds_bucket{le="+Inf"} 12
pool_in_use 3
shop_nan NaN
# TYPE shop_rejected_total counter
"""
FAILED = 'sum by (job) (rate(http_requests_total{job="shop",code=~"5.."}[1m]))'
ALL = 'sum by (job) (rate(http_requests_total{job="shop"}[1m]))'
ONLY_ONE = "shop_leader 1\n"
OTHER = 'http_requests_total{code="200",route="/x"} 5\nother_requests_total{code="200"} 5\nproxy_requests_total{backend="shop"} 5\n'
RULES = """\
groups:
- name: shop
  rules:
  - {record: "shop:requests:rate", expr: 'sum(rate(http_requests_total{job="shop"}[1m]))'}
  - {record: "shop:failures:rate", expr: "sum(rate(shop_failures_total[1m])) or vector(0)"}
  - {record: "shop:zero", expr: "vector(0)"}
  - {record: "others:requests", expr: "sum(other_requests_total)"}
"""


class Estate(t.NamedTuple):
    url: str
    shop: tuple[int, int]  # ports of the two instances of the job shop


@functools.cache
def estate(binaries: t.Any) -> Estate:
    """Started once for the rows of a process, and stopped with it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="series-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    old = "shop_old_total 1 @late@\n"
    gone = 'shop_gone_total 1\nhttp_requests_total{code="200",route="/old"} 1\nshop_was_number 1\n'
    one, two, other = Pages(SHOP + ONLY_ONE + old + gone), Pages(SHOP), Pages(OTHER)
    gateway = Pushgateway(folder / "pushgateway", binaries).start()
    atexit.register(gateway.stop)
    push = urllib.request.Request(f"{gateway.url}/metrics/job/shop", data=b"shop_pushed_total 3\n", method="PUT")
    urllib.request.urlopen(push, timeout=30).close()
    config = "scrape_configs:\n"
    for job, honor, ports in (
        ("shop", "false", [one.port, two.port]),
        ("other", "false", [other.port]),
        ("pushgateway", "true", [gateway.port]),
    ):
        targets = json.dumps([f"{LOCAL}:{port}" for port in ports])
        config += f"- {{job_name: {job}, honor_labels: {honor}, static_configs: [{{targets: {targets}}}]}}\n"
    server = Prometheus(folder / "prometheus", binaries, config=config, rules=RULES).start()
    atexit.register(server.stop)
    wait_for(server, "count(up == 1) == 4")
    wait_for(server, "shop_gone_total")
    one.text = SHOP + ONLY_ONE + old + "shop_was_number NaN\n"
    wait_for(server, "absent(shop_gone_total)")
    wait_for(server, '{__name__="shop:requests:rate"} and on() {__name__="others:requests"}')
    return Estate(server.url, (one.port, two.port))


def on(signals: dict[str, t.Any], required: t.Sequence[str] = (), **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """The check with these signals, which are all that is required unless more is named."""

    def arrange(world: World) -> dict[str, t.Any]:
        there = estate(world.binaries)
        expect = [{"job": "shop", "addresses": [LOCAL], "port": port} for port in there.shop]
        needed = list(required) or list(signals)
        return {"url": there.url, "signals": signals, "required": needed, "expect": expect, "service": "shop", **options}

    return arrange


def errors(text: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """The errors beside a traffic that is well."""
    return on({"traffic": 'http_requests_total{job="shop"}', "errors": text}, **options)


def only(signal: str, text: t.Any, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    return on({signal: text}, **options)


def just_started(world: World) -> dict[str, t.Any]:
    """Its scrapes come in an hour."""
    config = (
        f"global: {{scrape_interval: 1h}}\nscrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{LOCAL}:{free_port()}']}}]}}]\n"
    )
    server = world.running.start(Prometheus, world.binaries, config=config)
    discovered: list[dict[str, str]] = []
    while not discovered:
        with urllib.request.urlopen(f"{server.url}/api/v1/targets", timeout=30) as answer:
            discovered = json.load(answer)["data"]["activeTargets"]
        time.sleep(0.1)
    return {"url": server.url, "signals": {"traffic": "http_requests_total"}}


def empty(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Prometheus, world.binaries).url, "signals": {"traffic": "http_requests_total"}}


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "signals": {"traffic": "up"}}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "signals": {"traffic": "x"}, "timeout": "3s"}


GOOD = {
    "latency": "http_request_duration_seconds_bucket",
    "traffic": ['http_requests_total{job="shop"}', "shop:requests:rate"],
    "errors": 'sum(rate(http_requests_total{job="shop",code!="200"}[1m])) / sum(rate(http_requests_total{job="shop"}[1m]))',
    "saturation": "pool_in_use",
}

ROWS: list[Row] = [
    Row(
        CHECK,
        "all four signals, one of them recorded, and errors that may be absent",
        on({**GOOD, "errors": 'http_requests_total{code=~"5.."}'}, may_be_absent=["errors"]),
        "pass",
        r"latency: 2 live series of http_request_duration_seconds_bucket, .* errors: .* no series at present, which it may",
    ),
    Row(CHECK, "an expression over live series", only("saturation", "max(pool_in_use) / 10"), "pass", "made of live series, and has 1 now"),
    Row(
        CHECK,
        "errors that come with the first one",
        errors('http_requests_total{code=~"5.."}'),
        "warn",
        r'no series with code=~"5\.\." yet; http',
    ),
    Row(CHECK, "a ratio whose errors have not come yet", on(GOOD), "warn", r'errors: .*no series with code!="200" yet'),
    Row(
        CHECK, "what fills a ratio keeps its labels", errors(f"({FAILED} or {ALL} * 0) / {ALL}"), "pass", "has a value also while there are"
    ),
    Row(
        CHECK,
        "what fills a ratio is of the targets, and it is the only signal",
        only("errors", f'({FAILED} or 0 * sum by (job) (up{{job="shop"}})) / {ALL}'),
        "pass",
        "has a value also while there are",
    ),
    Row(
        CHECK,
        "what fills a ratio has other labels, and fills nothing",
        errors(f"({FAILED} or vector(0)) / {ALL}"),
        "warn",
        r'no series with code=~"5\.\." yet',
    ),
    Row(
        CHECK,
        "what fills a ratio hides a name that nothing has",
        errors(f"(sum by (job) (rate(shop_failures_total[1m])) or {ALL} * 0) / {ALL}"),
        "fail",
        "there is no metric shop_failures_total",
    ),
    Row(CHECK, "a signal that is 0 whatever happens", errors(f"{ALL} * 0"), "fail", "is a constant"),
    Row(
        CHECK,
        "a counter that is declared and has not counted yet",
        errors("sum(rate(shop_rejected_total[5m]))"),
        "warn",
        "shop_rejected_total has no series at present, and is declared by what is scraped",
    ),
    Row(
        CHECK,
        "a part of the service is behind a proxy that names it",
        only("traffic", 'proxy_requests_total{backend="shop"}'),
        "pass",
        "1 live series",
    ),
    Row(
        CHECK,
        "another job that the signal names tells of it",
        only("traffic", {"series": "other_requests_total", "jobs": ["other"]}),
        "pass",
        "1 live series",
    ),
    Row(CHECK, "what a batch has pushed just now", only("traffic", "shop_pushed_total"), "pass", "1 live series of shop_pushed_total"),
    Row(
        CHECK,
        "a metric that was never there",
        only("traffic", "shop_requests_total"),
        "fail",
        "there is no metric shop_requests_total, nor was there",
    ),
    Row(
        CHECK,
        "a metric that has vanished",
        only("traffic", "shop_gone_total"),
        "fail",
        r"shop_gone_total was there until some (?!7 d).* ago, and is gone",
    ),
    Row(
        CHECK,
        "a route that has vanished",
        only("traffic", 'http_requests_total{route="/old"}'),
        "fail",
        r'\{route="/old"\} was there until .* http_requests_total itself is live \(3 series\)',
    ),
    Row(
        CHECK,
        "a job that is misspelt",
        only("traffic", 'http_requests_total{job="shpo",code="200"}'),
        "fail",
        r'live \(3 series\), but none had job="shpo" in the last 7 d; its job is other, shop',
    ),
    Row(
        CHECK,
        "a label that nothing has",
        only("traffic", 'http_requests_total{status="200"}'),
        "fail",
        r"none has the label status that status=",
    ),
    Row(
        CHECK,
        "errors with a misspelt job, though they may be absent",
        errors('http_requests_total{job="shpo",code=~"5.."}', may_be_absent=["errors"]),
        "fail",
        r'job="shpo"',
    ),
    Row(
        CHECK,
        "nothing is alive, and all may be absent",
        only("errors", "shop_failures_total", may_be_absent=["errors"]),
        "fail",
        "nor has any other",
    ),
    Row(
        CHECK,
        "series of another service alone",
        only("traffic", "other_requests_total"),
        "fail",
        r"are of other/127.*, and of no target of the",
    ),
    Row(
        CHECK,
        "one of two instances lacks it",
        only("saturation", "shop_leader"),
        "warn",
        r"1 live series .* none of 127\.0\.0\.1 port \d+ of the job",
    ),
    Row(CHECK, "a series that is not a number", only("saturation", "shop_nan"), "fail", r"is not a number \(NaN\), nor was it one"),
    Row(
        CHECK,
        "a series that is no number any more",
        only("saturation", "shop_was_number"),
        "warn",
        r"not a number at present \(NaN\), but was",
    ),
    Row(
        CHECK,
        "a sample with an old time of its own",
        only("traffic", "shop_old_total", within="1m"),
        "fail",
        r"newest sample of shop_old_total is .* old",
    ),
    Row(
        CHECK,
        "what a Pushgateway has shown for too long",
        only("traffic", "shop_pushed_total", within="1s"),
        "fail",
        r"was pushed .* ago, the limit is 1 s: a Pushgateway shows it for ever",
    ),
    Row(
        CHECK,
        "a recording rule that is 0 whatever happens",
        errors("shop:failures:rate"),
        "fail",
        r"the recording rule shop:failures:rate: .*there is no metric shop_failures_total",
    ),
    Row(
        CHECK,
        "a recording rule that is a constant",
        errors("shop:zero"),
        "fail",
        r"the recording rule shop:zero: vector\(0\) is a constant",
    ),
    Row(
        CHECK,
        "a recording rule over another service",
        only("traffic", "others:requests"),
        "fail",
        r"the recording rule .* of no target of the service",
    ),
    Row(
        CHECK,
        "one series for two signals",
        on({"traffic": 'http_requests_total{job="shop",code="200"}', "errors": 'http_requests_total{code="200", job="shop"}'}),
        "fail",
        r"errors is mapped to the very series of traffic",
    ),
    Row(CHECK, "what Prometheus writes itself", only("traffic", 'up{job="shop"}'), "fail", r"is written by Prometheus itself"),
    Row(
        CHECK, "a signal is not declared", on(GOOD, ["latency", "backlog"]), "fail", "backlog: nothing says which series carry this signal"
    ),
    Row(CHECK, "the server has not scraped yet", just_started, "unknown", r"has not scraped the targets yet: was it just started"),
    Row(CHECK, "a server without any series", empty, "unknown", r"has no series at all: is it the right server"),
    Row(
        CHECK,
        "a Prometheus that is not the service's",
        only("traffic", "x", probe_query='up{job="x"}'),
        "unknown",
        "is it the right server",
    ),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer( completely)? within"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    *ON_VICTORIAMETRICS,
]
