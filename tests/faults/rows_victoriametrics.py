# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VictoriaMetrics, which scrapes and answers queries, and vmalert, which evaluates the rules."""

from __future__ import annotations

import atexit
import functools
import pathlib
import shutil
import tempfile
import typing as t

import pytest
from rows_prometheus_series import Pages
from rows_prometheus_targets import wait_for
from servers import LOCAL, Binaries, NotThere, Packaged
from table import Row, World

PACKAGES = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "debian" / "victoria"
SHOP = 'http_requests_total{code="200"} 12\nqueue_length 3\n'
RULES = """\
groups:
- name: shop
  interval: 1s
  rules:
  - {record: "shop:requests", expr: "sum(http_requests_total)"}
  - {record: "shop:failures", expr: "sum(shop_failures_total) or vector(0)"}
  - alert: QueueFull
    expr: queue_length > 100
    labels: {service: shop, severity: page}
    annotations: {summary: it is full}
"""


class VictoriaMetrics(Packaged):
    """The single-node one. What has just come is seen at once, by default only half a minute later."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, scraping: str = "scrape_configs: []\n") -> None:
        super().__init__(folder, binaries)
        self.scraping = scraping

    def command(self) -> list[str]:
        (self.folder / "scrape.yml").write_text(self.scraping)
        return [
            str(self.binaries.path("victoria-metrics")),
            f"-storageDataPath={self.folder}/data",
            f"-httpListenAddr={LOCAL}:{self.port}",
            f"-promscrape.config={self.folder}/scrape.yml",
            "-search.latencyOffset=0s",
            "-memory.allowedBytes=64MB",
        ]


class VmAlert(Packaged):
    """Evaluates the rules over a VictoriaMetrics, and notifies nobody."""

    def __init__(self, folder: pathlib.Path | str, binaries: Binaries, *, rules: str, over: str) -> None:
        super().__init__(folder, binaries)
        self.rules, self.over = rules, over

    def command(self) -> list[str]:
        (self.folder / "rules.yml").write_text(self.rules)
        return [
            str(self.binaries.path("vmalert")),
            f"-rule={self.folder}/rules.yml",
            f"-datasource.url={self.over}",
            f"-remoteWrite.url={self.over}",
            f"-notifier.url=http://{LOCAL}:9",
            f"-httpListenAddr={LOCAL}:{self.port}",
        ]


class Estate(t.NamedTuple):
    url: str
    rules_url: str
    port: int  # of the service's page


@functools.cache
def estate() -> Estate:
    """Started once for the rows of a process, and stopped with it."""
    binaries = Binaries(PACKAGES)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="victoria-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    page, unwanted = Pages(SHOP), Pages(SHOP)
    relabelling = "relabel_configs: [{source_labels: [__address__], regex: 'web.*', action: keep}]"
    scraping = (
        "global: {scrape_interval: 1s}\nscrape_configs:\n"
        f"- {{job_name: shop, static_configs: [{{targets: ['{LOCAL}:{page.port}']}}]}}\n"
        f"- {{job_name: dropped, static_configs: [{{targets: ['{LOCAL}:{unwanted.port}']}}], {relabelling}}}\n"
    )
    server = VictoriaMetrics(folder / "server", binaries, scraping=scraping).start()
    atexit.register(server.stop)
    wait_for(server, 'http_requests_total{job="shop"}')
    evaluating = VmAlert(folder / "vmalert", binaries, rules=RULES, over=server.url).start()
    atexit.register(evaluating.stop)
    wait_for(server, '{__name__="shop:requests"} and on() {__name__="shop:failures"}', 60.0)
    return Estate(server.url, evaluating.url, page.port)


def here(_world: World) -> Estate:
    try:
        Binaries(PACKAGES).path("vmalert")
    except NotThere:
        pytest.skip("VictoriaMetrics is not here: run dev/debian-packages victoria")
    return estate()


def asked(*, evaluated: bool = False, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """The check asks VictoriaMetrics; ``evaluated``: and vmalert for the rules."""

    def arrange(world: World) -> dict[str, t.Any]:
        there = here(world)
        return {"url": there.url, **({"rules_url": there.rules_url} if evaluated else {}), **options}

    return arrange


def expecting(job: str, *, shop: bool) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        there = here(world)
        port = there.port if shop else 1
        return {"url": there.url, "expect": [{"job": job, "addresses": [LOCAL], "port": port}]}

    return arrange


def signal(text: str, *, evaluated: bool = False) -> t.Callable[[World], dict[str, t.Any]]:
    return asked(evaluated=evaluated, signals={"traffic": text}, required=["traffic"])


SERIES, TARGETS, QUERY, ALERTS = "prometheus_series", "prometheus_targets", "prometheus_query", "prometheus_alerts"
ROWS: list[Row] = [
    Row(
        TARGETS,
        "VictoriaMetrics: a target is scraped and up",
        expecting("shop", shop=True),
        "pass",
        r"1 of 1 target is up, the last scrape",
    ),
    Row(TARGETS, "VictoriaMetrics: a target is not there", expecting("shop", shop=False), "fail", r"port 1 of the job shop is not among"),
    Row(
        TARGETS,
        "VictoriaMetrics: dropped by relabelling",
        asked(selector='{job="dropped"}'),
        "fail",
        r"1 that was discovered for that job is dr",
    ),
    Row(QUERY, "VictoriaMetrics: a value", asked(query="sum(queue_length)", pass_when="< 10"), "pass", r"3, it must be < 10"),
    Row(SERIES, "VictoriaMetrics: a live series", signal("http_requests_total"), "pass", r"1 live series of http_requests_total"),
    Row(
        SERIES,
        "VictoriaMetrics: a label that nothing has",
        signal('http_requests_total{code="201"}'),
        "fail",
        r"none had code=\"201\".*code is 200",
    ),
    Row(SERIES, "VictoriaMetrics: no such metric", signal("http_request_total"), "fail", r"there is no metric http_request_total"),
    Row(
        SERIES,
        "VictoriaMetrics: a recorded series, vmalert asked",
        signal("shop:requests", evaluated=True),
        "pass",
        r"live series of shop:requests",
    ),
    Row(
        SERIES,
        "VictoriaMetrics: a recorded series, vmalert not named",
        signal("shop:requests"),
        "warn",
        r"shows no rules: what evaluates them",
    ),
    Row(
        SERIES, "VictoriaMetrics: recorded, and always 0", signal("shop:failures", evaluated=True), "fail", r"no metric shop_failures_total"
    ),
    Row(
        ALERTS,
        "VictoriaMetrics: the alerts of vmalert",
        asked(evaluated=True, match={"service": "shop"}),
        "pass",
        r"1 alert loaded, evaluated",
    ),
]
