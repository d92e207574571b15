# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards in a stand-in for Grafana, whose panels ask a real Prometheus."""

from __future__ import annotations

import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile
import time
import typing as t

from grafana_stand_in import TOKEN, StandIn
from rows_prometheus_targets import config, wait_for
from servers import LOCAL, Binaries, NodeExporter, Prometheus, free_port
from table import Row, World

CHECK = "grafana_dashboard"
Json = dict[str, t.Any]
Edit = t.Callable[[StandIn], None]

EXPOSED = """\
payments_requests_total{service="payments",code="200"} 12
payments_requests_total{service="mails",code="200"} 3
payments_queue{service="payments"} 0
payments_nothing{service="payments"} NaN
payments_latency_seconds_bucket{service="payments",le="0.1"} 4
payments_latency_seconds_bucket{service="payments",le="+Inf"} 5
"""


@functools.lru_cache(maxsize=1)
def prometheus(binaries: Binaries) -> Prometheus:
    """One for all rows: it scrapes the metrics above, and has series that ended an hour ago."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="grafana-rows-"))
    exporter = NodeExporter(folder / "exporter", binaries)
    server = Prometheus(folder / "prometheus", binaries)
    now = time.time()
    lines = [f'payments_old{{service="orders"}} 7 {now - 3600 * 3 + 60 * minute:.0f}' for minute in range(120)]
    (folder / "past.txt").write_text("\n".join([*lines, "# EOF", ""]))
    words = ["tsdb", "create-blocks-from", "--max-block-duration=360h", "openmetrics", str(folder / "past.txt"), f"{server.folder}/data"]
    subprocess.run([str(binaries.path("promtool")), *words], check=True, capture_output=True, timeout=60, env=binaries.environment())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(exporter.stop)
    atexit.register(server.stop)
    exporter.start()
    (exporter.textfile / "payments.prom").write_text(EXPOSED)
    server.config = config(exporter.port)
    server.start()
    wait_for(server, "rate(payments_requests_total[10s])")
    return server


# -- dashboards


def panel(title: str, *expressions: str, kind: str = "timeseries", **more: t.Any) -> Json:
    targets = [{"refId": chr(ord("A") + number), "expr": text, "range": True} for number, text in enumerate(expressions)]
    return {"type": kind, "title": title, "datasource": {"type": "prometheus", "uid": "prom"}, "targets": targets, **more}


def board(*panels: Json, variables: t.Sequence[Json] = (), uid: str = "payments", **more: t.Any) -> Json:
    numbered = [{"id": number, **one} for number, one in enumerate(panels, 1)]
    times = {"from": "now-6h", "to": "now"}
    return {"uid": uid, "title": "Payments", "panels": numbered, "templating": {"list": list(variables)}, "time": times, **more}


def variable(name: str, kind: str, query: t.Any = "", current: t.Any = None, **more: t.Any) -> Json:
    return {"name": name, "type": kind, "query": query, "current": {} if current is None else {"value": current, "text": current}, **more}


def service_variable(current: t.Any = "payments", **more: t.Any) -> Json:
    query = {"query": "label_values(payments_requests_total, service)", "refId": "x"}
    source = {"type": "prometheus", "uid": "prom"}
    return variable("service", "query", query, current, datasource=source, refresh=1, sort=1, **more)


REQUESTS = panel("Requests", "sum(rate(payments_requests_total[$__rate_interval]))")
QUEUE = panel("Queue", "payments_queue", kind="stat")
DEAD = panel("Latency", "payments_latency_sum")
PAST = panel("Orders", "payments_old")


def served(world: World, *boards: Json, edit: Edit | None = None) -> StandIn:
    """Is stopped with the servers of the row."""
    stand_in = StandIn()
    stand_in.data.add_prometheus(prometheus(world.binaries).url)
    for one in boards:
        stand_in.has(one)
    if edit:
        edit(stand_in)
    world.running.started.append(_Served(stand_in))
    return stand_in


class _Served:
    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        stand_in.__enter__()

    def stop(self) -> None:
        self.stand_in.__exit__()


def shows(*panels: Json, edit: Edit | None = None, board_of: Json | None = None, **args: t.Any) -> t.Callable[[World], Json]:
    """The arguments of the check, beside a Grafana that has a dashboard of these panels."""

    def arrange(world: World) -> Json:
        stand_in = served(world, board(*panels, **(board_of or {})), edit=edit)
        given = {"url": stand_in.url, "bearer_token": TOKEN, "timeout": "30s", **args}
        return given if "tag" in args else {"uid": "payments", **given}

    return arrange


ROWS: list[Row] = [
    Row(CHECK, "each panel shows data", shows(REQUESTS, QUEUE), "pass", r"Payments shows data in 2 panels, from Prometheus"),
    Row(CHECK, "one panel is empty", shows(REQUESTS, DEAD), "fail", r"Payments: panel Latency: there is no data"),
    Row(CHECK, "a panel has series of the past only", shows(REQUESTS, PAST), "fail", r"Orders: there is data of the past only, .* 1 h"),
    Row(CHECK, "no Grafana listens", lambda _w: {"url": f"http://{LOCAL}:{free_port()}", "uid": "x"}, "unknown", r"refused the connection"),
]
