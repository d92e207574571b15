# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prometheus with a past of some days, of which the targets have just been replaced by their next version: for many rows at once."""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import json
import pathlib
import subprocess
import tempfile
import time
import typing as t
import urllib.parse
import urllib.request

from servers import LOCAL, NodeExporter, Prometheus

DAY = 86_400
STEP = 60

BEFORE = """
# TYPE orders_queue_depth gauge
orders_queue_depth{queue="mail"} 3
orders_queue_depth{queue="pay"} 4
orders_queue_depth{queue="sms"} 5
# TYPE orders_processed_total counter
orders_processed_total{queue="mail"} 3
orders_processed_total{queue="pay"} 4
# TYPE orders_backlog_length gauge
orders_backlog_length 7
# TYPE orders_rejected_total counter
orders_rejected_total{reason="timeout"} 7
orders_rejected_total{reason="full"} 1
# TYPE orders_seldom_total counter
orders_seldom_total 1
# TYPE orders_state gauge
orders_state{state="degraded"} 1
# TYPE orders_role gauge
orders_role{role="follower"} 1
"""
AFTER = """
# TYPE orders_queue_depth gauge
orders_queue_depth{queue="email"} 3
orders_queue_depth{queue="pay"} 4
orders_queue_depth{queue="sms"} 5
# TYPE orders_processed_total counter
orders_processed_total{queue="email"} 3
orders_processed_total{queue="pay"} 4
# TYPE orders_backlog_size gauge
orders_backlog_size 7
# TYPE orders_rejected_total counter
orders_rejected_total{reason="full"} 1
# TYPE orders_state gauge
orders_state{state="ok"} 1
# TYPE orders_role gauge
orders_role{role="leader"} 1
"""
ALWAYS = """
# TYPE orders_requests_total counter
orders_requests_total{code="200",method="GET"} 5000
orders_requests_total{code="404",method="GET"} 12
# TYPE orders_errors_total counter
orders_errors_total{reason="timeout"} 7
# TYPE orders_limit gauge
orders_limit{queue="pay"} 100
# TYPE orders_workers gauge
orders_workers{pool="fast"} 4
# TYPE orders_latency_seconds histogram
orders_latency_seconds_bucket{route="/pay",le="1"} 5
orders_latency_seconds_bucket{route="/pay",le="+Inf"} 6
orders_latency_seconds_sum{route="/pay"} 5
orders_latency_seconds_count{route="/pay"} 6
# TYPE orders_last_success_seconds gauge
orders_last_success_seconds 1.7e9
# TYPE orders_build_info gauge
orders_build_info{version="2"} 1
"""


class Lab(t.NamedTuple):
    url: str


def history(now: float, instance: str) -> str:
    """Samples of the last days: some began two days ago, a batch job comes each six hours, a series ended a day ago."""
    lines = []
    start = int(now) - 2 * DAY

    def series(name: str, value: float, times: t.Iterable[int]) -> None:
        lines.append(f"# TYPE {name.partition('{')[0]} gauge")
        labels = name.partition("{")[2].rstrip("}")
        inner = ",".join(filter(None, [labels, f'job="orders",instance="{instance}",zone="a"']))
        lines.extend(f"{name.partition('{')[0]}{{{inner}}} {value} {moment}" for moment in times)

    end = int(now) - 600
    series("orders_last_success_seconds", 1.7e9, range(start, end, STEP))
    runs = [moment for begin in range(start, end, 6 * 3600) for moment in range(begin, begin + 3600, STEP)]
    series("orders_batch_rows", 5, [moment for moment in runs if moment < int(now) - 3600])
    series('orders_month{end="x"}', 5, range(start, int(now) - DAY, STEP))
    return "\n".join(lines) + "\n# EOF\n"


@functools.cache
def lab(binaries: t.Any, rules: str) -> Lab:
    """Started once a process, and stopped at its end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="alert-lab-"))
    exporters = [NodeExporter(folder / name, binaries) for name in ("orders", "shop")]
    for exporter in exporters:
        exporter.textfile.mkdir()
    orders, shop = exporters
    page = orders.textfile / "orders.prom"
    page.write_text(ALWAYS + BEFORE)
    (shop.textfile / "shop.prom").write_text("# TYPE shop_carts gauge\nshop_carts 3\n")
    server = Prometheus(folder / "prometheus", binaries, config=config(orders.port, shop.port, "shop", left=True), rules=rules)
    past = folder / "history.txt"
    past.write_text(history(time.time(), f"{LOCAL}:{orders.port}"))
    promtool = [str(binaries.path("promtool")), "tsdb", "create-blocks-from", "openmetrics", "-q", str(past), str(server.folder / "data")]
    subprocess.run(promtool, check=True, env=binaries.environment(), stdout=subprocess.DEVNULL)
    for one in (*exporters, server):
        atexit.register(one.stop)
        one.start()
    first = ('ALERTS{alertname="StateOver"}', "orders_queue_depth", 'up{job="left"}', 'up{job="shop"}')
    wait_until(lambda: all(count(server, f"count_over_time({one}[1m]) > 2") for one in first))
    page.write_text(ALWAYS + AFTER)
    server.config = config(orders.port, shop.port, "shop-front", left=False)
    server.write()
    server.reload()
    wait_until(lambda: count(server, 'orders_queue_depth{queue="email"}') and count(server, 'shop_carts{job="shop-front"}'))
    wait_until(lambda: not count(server, 'orders_queue_depth{queue="mail"}'))
    seen = time.time()
    wait_until(lambda: evaluated_since(server, seen + 3))
    return Lab(server.url)


def config(orders: int, shop: int, job: str, *, left: bool) -> str:
    jobs = [
        {"job_name": "orders", "static_configs": [{"targets": [f"{LOCAL}:{orders}"], "labels": {"zone": "a"}}]},
        {"job_name": job, "static_configs": [{"targets": [f"{LOCAL}:{shop}"]}]},
        {"job_name": "down", "static_configs": [{"targets": [f"{LOCAL}:1"]}]},
    ]
    if left:
        jobs.append({"job_name": "left", "static_configs": [{"targets": [f"{LOCAL}:{shop}"], "labels": {"instance": "left:9100"}}]})
    return "scrape_configs: " + json.dumps(jobs) + "\n"


def ask(server: t.Any, path: str) -> t.Any:
    with urllib.request.urlopen(f"{server.url}/api/v1/{path}", timeout=30) as answer:
        return json.load(answer)["data"]


def count(server: t.Any, selector: str) -> int:
    return len(ask(server, "query?query=" + urllib.parse.quote(selector))["result"])


def evaluated_since(server: t.Any, moment: float) -> bool:
    texts = [group["lastEvaluation"] for group in ask(server, "rules")["groups"]]
    # Go writes nanoseconds
    moments = [dt.datetime.fromisoformat(text[:19] + (text[29:] if "." in text else text[19:])) for text in texts]
    return all(one.timestamp() > moment for one in moments)


def wait_until(true: t.Callable[[], t.Any], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("the state was not reached")
        time.sleep(0.2)


__all__ = ("Lab", "lab")
