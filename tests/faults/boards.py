# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rows of dashboards need: a stand-in for Grafana, whose panels ask a real Prometheus, and panels."""

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
from table import World

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
    wait_for(server, 'count_over_time(payments_requests_total{service="mails"}[1m]) > 4')
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


def with_variables(*variables: Json) -> Json:
    return {"variables": variables}


def second_schema(stand_in: StandIn) -> None:
    """Stored as Grafana 12 and later do: the older API cannot tell it, and the newer one says which version to ask for."""
    query = {
        "kind": "DataQuery",
        "group": "prometheus",
        "datasource": {"name": "prom"},
        "spec": {"expr": "payments_queue{service=~'$service'}"},
    }
    queries = [{"kind": "PanelQuery", "spec": {"refId": "A", "hidden": False, "query": query}}]
    shown = {"kind": "VizConfig", "group": "timeseries", "spec": {}}
    element = {
        "id": 7,
        "title": "Queue",
        "data": {"kind": "QueryGroup", "spec": {"queries": queries, "queryOptions": {}}},
        "vizConfig": shown,
    }
    chosen = {"name": "service", "current": {"value": "payments", "text": "payments"}, "query": "payments,mails"}
    item = {"kind": "GridLayoutItem", "spec": {"element": {"kind": "ElementReference", "name": "panel-7"}}}
    row = {"kind": "RowsLayoutRow", "spec": {"title": "all", "layout": {"kind": "GridLayout", "spec": {"items": [item]}}}}
    spec = {
        "title": "Payments",
        "elements": {"panel-7": {"kind": "Panel", "spec": element}},
        "layout": {"kind": "RowsLayout", "spec": {"rows": [row]}},
        "variables": [{"kind": "CustomVariable", "spec": chosen}],
        "timeSettings": {"from": "now-1h", "to": "now"},
    }
    stand_in.trouble["GET", "/api/dashboards/uid/"] = (406, {"message": "dashboard api version not supported, use /apis"})
    stand_in.resources["v1beta1/payments"] = {"spec": {}, "status": {"conversion": {"failed": True, "storedVersion": "v2beta1"}}}
    stand_in.resources["v2beta1/payments"] = {"spec": spec}


def telling(uid: str, status: int, answer: t.Any) -> Edit:
    return lambda stand_in: stand_in.data.health_of.update({uid: (status, answer)})


def beside(uid: str, kind: str, answer: t.Any) -> Edit:
    """With another data source, which answers each query with this."""
    return lambda stand_in: stand_in.data.add(uid, kind, lambda _query: answer)


def troubled(method: str, path: str, status: int, answer: t.Any) -> Edit:
    return lambda stand_in: stand_in.trouble.update({(method, path): (status, answer)})


def of(uid: str, kind: str, target: Json, title: str = "Lines", **more: t.Any) -> Json:
    return {"type": "logs", "title": title, "datasource": {"uid": uid, "type": kind}, "targets": [{"refId": "A", **target}], **more}


def elsewhere(**source: t.Any) -> Edit:
    """With a second Prometheus, which has other series."""

    def edit(stand_in: StandIn) -> None:
        stand_in.data.add_prometheus(stand_in.data.sources["prom"]["url"], "staging", "Prometheus staging", **source)

    return edit


def unreachable(stand_in: StandIn) -> None:
    stand_in.data.sources["prom"]["url"] = f"http://{LOCAL}:{free_port()}"
