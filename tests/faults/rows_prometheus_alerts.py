# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
import typing as t
import urllib.request

from nasty import Nasty
from servers import LOCAL, NodeExporter, Prometheus, free_port
from table import Row, World
from victoriametrics import ALERTS as ON_VICTORIAMETRICS

CHECK = "prometheus_alerts"
MATCH = {"service": "payments"}
METRICS = 'payment_latency_seconds_count{route="/pay"} 12\npayment_queue_length 3\n'


def rule(name: str, expression: str, extra: str = "") -> str:
    return (
        f"  - alert: {name}\n    expr: '{expression}'\n    labels: {{severity: page, service: payments}}\n"
        f"    annotations: {{summary: it is bad}}\n{extra}"
    )


def rules(*texts: str) -> str:
    return "groups:\n- name: payments\n  rules:\n" + "".join(texts)


def loaded(*texts: str, **options: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """A Prometheus that scrapes METRICS and has evaluated these rules."""

    def arrange(world: World) -> dict[str, t.Any]:
        exporter = world.running.start(NodeExporter, world.binaries)
        (exporter.textfile / "payments.prom").write_text(METRICS)
        targets = f"scrape_configs: [{{job_name: payments, static_configs: [{{targets: ['{LOCAL}:{exporter.port}']}}]}}]\n"
        server = world.running.start(Prometheus, world.binaries, config=targets, rules=rules(*texts) if texts else "")
        wait_until(lambda: ask(server, "query?query=payment_queue_length")["result"])
        # the second round of the rules that sees these series
        time.sleep(2.5)
        return {"url": server.url, "match": MATCH, **options}

    return arrange


def renamed(world: World) -> dict[str, t.Any]:
    """The exporter's next version has another name for the metric that the alert is about."""
    args = loaded(rule("QueueFull", "payment_queue_length > 10"))(world)
    exporter = next(server for server in world.running.started if isinstance(server, NodeExporter))
    (exporter.textfile / "payments.prom").write_text(METRICS.replace("queue_length", "queue_size"))
    server = next(server for server in world.running.started if isinstance(server, Prometheus))
    wait_until(lambda: not ask(server, "query?query=payment_queue_length")["result"])
    return args


def ask(server: t.Any, path: str) -> t.Any:
    with urllib.request.urlopen(f"{server.url}/api/v1/{path}", timeout=30) as answer:
        return json.load(answer)["data"]


def wait_until(true: t.Callable[[], t.Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("the state was not reached")
        time.sleep(0.2)


def never_evaluated(world: World) -> dict[str, t.Any]:
    text = rules(DOWN).replace("- name: payments\n", "- name: payments\n  interval: 1h\n")
    server = world.running.start(Prometheus, world.binaries, rules=text)
    return {"url": server.url, "match": MATCH, "may_be_absent": ["PaymentsDown"]}


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "match": MATCH}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "match": MATCH, "timeout": "3s"}


DOWN = rule("PaymentsDown", 'up{job="payments"} == 0')
SLOW = rule("PaymentsSlow", 'rate(payment_latency_seconds_count{route="/pay"}[5m]) > 100')
RENAMED = rule("PaymentsRejected", "rate(payments_rejected_total[5m]) > 0")
RELABELLED = rule("PaymentsSlow", 'rate(payment_latency_seconds_count{route="/payment"}[5m]) > 100')
NO_DATA = rule("PaymentsGone", "absent(payments_never_there)")
UNLESS = rule("PaymentsQueue", "payment_queue_length > 100 unless on() maintenance_window == 1")
MANY = rule("PaymentsBroken", 'up * on() scrape_duration_seconds * on() {job="payments"} > 0')
RECORDED = "  - record: payments:rejected:rate5m\n    expr: rate(payments_rejected_total[5m])\n"
ON_RECORDED = rule("PaymentsRejected", "payments:rejected:rate5m > 0")
BARE = "  - alert: PaymentsBare\n    expr: 'up{job=\"payments\"} == 0'\n    labels: {service: payments}\n"

ROWS: list[Row] = [
    Row(CHECK, "alerts on live series, one for no data", loaded(DOWN, SLOW, NO_DATA), "pass", r"3 alerts loaded, .*each selector matches"),
    Row(CHECK, "an alert fires", loaded(NO_DATA), "pass", r"firing now: PaymentsGone"),
    Row(
        CHECK,
        "the metric of an alert was renamed",
        loaded(DOWN, RENAMED),
        "fail",
        r"PaymentsRejected can never fire: there is no metric payments_rejected_total",
    ),
    Row(
        CHECK,
        "a label of an alert has another value by now",
        loaded(DOWN, RELABELLED),
        "fail",
        r"PaymentsSlow can never fire: payment_latency_seconds_count is there, but none with route=\"/payment\"",
    ),
    Row(
        CHECK,
        "the recording rule under an alert is on a renamed metric",
        loaded(RECORDED, ON_RECORDED),
        "fail",
        r"the recording rule payments:rejected:rate5m gives nothing: there is no metric payments_rejected_total",
    ),
    Row(CHECK, "an exception in an alert matches nothing", loaded(UNLESS), "warn", r"there is no metric maintenance_window"),
    Row(CHECK, "an expression that cannot be evaluated", loaded(MANY), "fail", r"PaymentsBroken cannot be evaluated: .*duplicate series"),
    Row(CHECK, "an alert without severity and summary", loaded(DOWN, BARE), "fail", r"PaymentsBare has no label severity"),
    Row(CHECK, "the rules are not loaded", loaded(), "fail", r"none of the 0 loaded alerts has the labels service=payments"),
    Row(CHECK, "one of the alerts is not loaded", loaded(DOWN, must_include=["PaymentsSlow"]), "fail", r"PaymentsSlow is not loaded"),
    Row(CHECK, "an alert that has not been evaluated", never_evaluated, "fail", r"PaymentsDown has never been evaluated"),
    Row(CHECK, "a Prometheus that is not the service's", loaded(DOWN, probe_query="up{job='x'}"), "unknown", r"is it the right server"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer within"),
    Row(CHECK, "the Prometheus answers with 500", bad("500"), "unknown", r"is not ready .*500"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    Row(
        CHECK,
        "the metric was renamed by the last deployment",
        renamed,
        "warn",
        "QueueFull may never fire again: the metric payment_queue_length .* renamed",
    ),
    *ON_VICTORIAMETRICS,
]
