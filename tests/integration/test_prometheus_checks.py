# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client and the checks of Prometheus against each real version: what the fakes pretend is so."""

from __future__ import annotations

import importlib
import json
import pathlib
import subprocess
import time
import typing as t
import urllib.request

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients import promql
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Prometheus, QueryRefused
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._exposition import parse
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from conftest import VARIANTS, Running
from faults.nasty import nasty
from servers import LOCAL, Binaries, NodeExporter, free_port
from servers import Prometheus as Server

CONFIG = """
scrape_configs:
- job_name: payments
  static_configs: [{{targets: ['{local}:{exporter}', '{local}:{nobody}']}}]
"""
NATIVE = """
scrape_configs:
- job_name: itself
  scrape_native_histograms: true
  scrape_protocols: [PrometheusProto, PrometheusText0.0.4]
  static_configs: [{targets: ['LISTENS']}]
"""
RULES = """
groups:
- name: payments
  interval: 1s
  rules:
  - alert: PaymentsDown
    expr: up{job="payments"} == 0
    labels: {severity: page, service: payments}
    annotations: {summary: down}
  - alert: PaymentsRejected
    expr: rate(payments_rejected_total{code=~"4..|5.."}[5m] offset 1m) > 0
    labels: {severity: page, service: payments}
    annotations: {summary: rejected}
  - record: payments:queue:max
    expr: max(payment_queue_length)
"""
EXPRESSIONS = [
    'rate(a{x="1",y!="2",z=~"3.*",w!~"4|5"}[5m] offset 1h)',
    "sum by (a) (b) / on(a) group_left(c) d > bool 2",
    "max_over_time(rate(a[5m])[1h:1m] offset 30m)",
    "absent(a) or b unless on(x) c",
    "-(a @ 1000) + time()",
    'label_replace(a, "x", "$1", "y", "(.*)") == 1',
    'count_values("v", {__name__="a",b="c"})',
    "topk(scalar(b), a) or vector(0)",
    'absent_over_time(a{b="quo\\"te\\\\d"}[5m])',
    "a offset -1h and b @ end()",
]


class Native(Server):
    """Scrapes its own native histograms."""

    def write(self) -> None:
        self.config = self.config.replace("LISTENS", f"{LOCAL}:{self.port}")
        super().write()

    def command(self) -> list[str]:
        return [*super().command(), "--enable-feature=native-histograms"]


@pytest.fixture(scope="module")
def served(each_binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    """A Prometheus that scrapes one exporter that is there and one that is not, and has evaluated its rules."""
    running = Running(tmp_path_factory.mktemp("prometheus"))
    try:
        exporter = running.start(NodeExporter, each_binaries)
        (exporter.textfile / "payments.prom").write_text("payment_queue_length 3\n")
        config = CONFIG.format(local=LOCAL, exporter=exporter.port, nobody=free_port())
        server = running.start(Server, each_binaries, config=config, rules=RULES)
        end = time.monotonic() + 30
        while not client(server).query("payments:queue:max and on() up == 0 and on() ALERTS"):
            if time.monotonic() > end:
                raise RuntimeError(server.output()[-2000:])
            time.sleep(0.2)
        server.exporter_port = exporter.port
        yield server
    finally:
        running.stop()


def client(server: Server) -> Prometheus:
    return Prometheus(Connection(url=server.url), Runner())


def check(name: str, server: Server, **args: t.Any) -> Finding:
    return run_item(Item(key="k", check=name, args={"url": server.url, **args}), Runner())[0]


def test_the_client_s_contract(served: Server) -> None:
    server = client(served)
    server.probe('up{job="payments"}')
    assert {sample.value for sample in server.query("up")} == {0.0, 1.0}
    now = server.query("time()")[0].value
    assert server.query_range("vector(1)", now - 10, now, 5)[0].samples[0][1] == 1.0
    assert len(server.series(["up"], now - 60, now)) == 2
    assert server.series(["nothing_of_that_name"], now - 60, now) == []
    targets, at = server.targets()
    assert sorted((target.health, target.interval) for target in targets) == [("down", 1.0), ("up", 1.0)]
    assert all(target.scraped and abs((at - target.scraped).total_seconds()) < 30 for target in targets)
    rules, _unused = server.rules()
    assert {(rule.kind, rule.name, rule.health, rule.interval) for rule in rules} == {
        ("alerting", "PaymentsDown", "ok", 1.0),
        ("alerting", "PaymentsRejected", "ok", 1.0),
        ("recording", "payments:queue:max", "ok", 1.0),
    }
    with pytest.raises(QueryRefused, match="pars"):
        server.query("up{")
    with pytest.raises(CannotObserve, match="is it the right server"):
        server.probe("nothing_of_that_name")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_library_parses_as_the_server_does(served: Server, expression: str) -> None:
    theirs = client(served).parse_query(expression)
    if theirs is None:
        # no server before Prometheus 3 parses for others; the check then says unknown for what the library cannot read
        with urllib.request.urlopen(f"{served.url}/api/v1/status/buildinfo", timeout=30) as answer:
            assert json.load(answer)["data"]["version"].startswith("2.")
        return

    assert theirs == promql.parse(expression)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_selectors_as_they_are_written_are_accepted(served: Server, expression: str) -> None:
    now = time.time()
    for text in [selector.text for selector in promql.selectors(promql.parse(expression))]:
        client(served).query(f"count({text})")
        client(served).series([text], now - 60, now, limit=1)


def test_native_histograms(tmp_path: pathlib.Path) -> None:
    """A number is no limit for a histogram, and only what is made of one has a value."""
    if "newer" not in VARIANTS:
        pytest.skip("the newer servers have not been built")
    loaded = {
        "Compared": "rate(prometheus_http_request_duration_seconds[30s]) > 2",
        "Quantile": "histogram_quantile(0.9, sum(rate(prometheus_http_request_duration_seconds[30s]))) > 2",
        "Classic": "histogram_count(up) > 2",
    }
    rules = [
        {"alert": name, "expr": expression, "labels": {"severity": "page"}, "annotations": {"summary": "x"}}
        for name, expression in loaded.items()
    ]
    running = Running(tmp_path)
    try:
        server = running.start(Native, VARIANTS["newer"], config=NATIVE, rules=json.dumps({"groups": [{"name": "x", "rules": rules}]}))
        end = time.monotonic() + 30
        while not client(server).query("histogram_count(rate(prometheus_http_request_duration_seconds[30s]))"):
            if time.monotonic() > end:
                raise RuntimeError(server.output()[-2000:])
            time.sleep(0.2)
        found = {name: check("prometheus_alerts", server, must_include=[name]) for name in loaded}
        assert {name: str(finding.status) for name, finding in found.items()} == {"Compared": "fail", "Quantile": "pass", "Classic": "fail"}
        assert "is a native histogram, which has no > with a number" in found["Compared"].message
        assert "histogram_count needs native histograms, which up has none of" in found["Classic"].message
    finally:
        running.stop()


def test_targets(served: Server) -> None:
    finding = check("prometheus_targets", served, selector='{job="payments"}')
    assert (str(finding.status), "connection refused" in finding.message) == ("fail", True)
    expect = [{"job": "payments", "addresses": ["web1", LOCAL], "port": served.exporter_port}]
    assert str(check("prometheus_targets", served, expect=expect, min_up=1).status) == "pass"


def test_alerts(served: Server) -> None:
    finding = check("prometheus_alerts", served, match={"service": "payments"})
    assert (str(finding.status), finding.observed["firing"]) == ("fail", ["PaymentsDown"])
    assert finding.details[0] == "PaymentsRejected can never fire: there is no metric payments_rejected_total in the last 7 d"
    assert all("PaymentsDown began to fire" in line for line in finding.details[1:])  # how often it did, once that is recorded
    finding = check("prometheus_alerts", served, match={"service": "payments"}, may_be_absent=["payments_rejected_total"])
    assert str(finding.status) == "pass"


def test_alerts_without_the_library(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promql, "HAS_PROMQL_PARSER", False)
    finding = check("prometheus_alerts", served, must_include=["PaymentsDown"])
    parses = client(served).parse_query("up") is not None
    assert str(finding.status) == ("pass" if parses else "unknown")


def test_its_own_metrics(served: Server) -> None:
    finding = check("metrics_endpoint", served, url=f"{served.url}/metrics", moving=["prometheus_http_requests_total"], interval="200ms")
    assert str(finding.status) == "pass"


def test_an_exposition_is_refused_where_promtool_refuses_it(binaries: Binaries) -> None:
    """promtool check metrics is stricter in style; what we refuse, it does not accept either, and it parses what we accept."""

    def promtool(text: str) -> bool:
        command = [str(binaries.path("promtool")), "check", "metrics"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, env=binaries.environment(), check=False)
        return "error while linting" not in done.stderr and "parsing error" not in done.stderr

    good = ["a 1\n", "# HELP a x\n# TYPE a gauge\na 1\n", 'a{b="c"} 1 1395066363000\n', "a +Inf\n", 'a{ b = "c" , } 1\n', "a\t1\n"]
    bad = [
        "a-b 1\n",
        "a one\n",
        "a\n",
        'a{b="c} 1\n',
        "# TYPE a gauge\n# TYPE a gauge\na 1\n",
        "# TYPE a thing\n",
        "a 1 2 3\n",
        "a 1\r\n",
        "a 1\n# TYPE a gauge\n",
    ]
    assert [text for text in good if parse(text).problems or not promtool(text)] == []
    assert [text for text in bad if not parse(text).problems or promtool(text)] == []


@pytest.mark.parametrize("kind", ["hang", "drip", "500", "login", "truncated", "cut", "huge", "empty", "garbage", "reset"])
def test_every_wrong_answer_is_unknown_and_names_the_instrument(kind: str) -> None:
    with nasty(kind) as url:
        item = Item(key="k", check="prometheus_targets", args={"url": url, "selector": '{job="x"}', "timeout": "2s"})
        finding = run_item(item, Runner())[0]
    assert (str(finding.status), finding.instrument) == ("unknown", f"Prometheus {url}")


def test_modules_are_there() -> None:
    """Each module's documentation names the options of its check."""
    base = "ansible_collections.operability.readiness.plugins"
    fragment = importlib.import_module(f"{base}.doc_fragments._http").ModuleDocFragment
    http, failover = (yaml.safe_load(text)["options"] for text in (fragment.DOCUMENTATION, fragment.FAILOVER))
    for name in ("prometheus_targets", "prometheus_alerts", "metrics_endpoint"):
        spec = importlib.import_module(f"{base}.module_utils._checks.{name}").ARGUMENT_SPEC
        documentation = yaml.safe_load(importlib.import_module(f"{base}.modules.{name}").DOCUMENTATION)
        more = failover if "operability.readiness._http.failover" in documentation["extends_documentation_fragment"] else {}
        documented = {**http, **more, **documentation["options"]}
        assert set(documented) == set(spec)
        for option, rule in spec.items():
            assert {key: rule.get(key) for key in ("type", "default", "elements", "required")} == {
                key: documented[option].get(key) for key in ("type", "default", "elements", "required")
            }
