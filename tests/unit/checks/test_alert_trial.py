# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alerts tried on a stand-in for PromQL: what fires when the service is bad, what never does, and what always does."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_trial import Outcome, Trials, can_be_tried
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Rule
from promql_stand_in import Series, evaluate

NOW = 1_000_000.0


def series(name: str, job: str, instance: str, value: float = 1.0, **labels: str) -> Series:
    return Series({"__name__": name, "job": job, "instance": instance, **labels}, value, since=NOW - 3600)


WORLD = [
    *(series("up", "shop", f"shop{number}:80") for number in (1, 2)),
    *(series("queue", "shop", f"shop{number}:80", 40) for number in (1, 2)),
    *(series("up", "node", f"shop{number}:9100") for number in (1, 2)),
    series("up", "pay", "pay1:80"),
    series("pay_requests_total", "pay", "pay1:80", 9),
    *(series("node_filesystem_avail_bytes", "node", f"{host}:9100", 5e9, mountpoint="/") for host in ("shop1", "shop2", "pay1")),
    *(series("node_filesystem_size_bytes", "node", f"{host}:9100", 9e9, mountpoint="/") for host in ("shop1", "shop2", "pay1")),
    series("probe_ssl_earliest_cert_expiry", "probe", "https://shop.example", NOW + 60 * 86400),
    series("backup_last_success_timestamp_seconds", "shop", "shop1:80", NOW - 7200),
]


class Sample(t.NamedTuple):
    labels: dict[str, str]


class Server:
    def __init__(self, *, knows: bool = True) -> None:
        self.asked: list[str] = []
        self.knows = knows

    def query(self, expression: str) -> list[Sample]:
        self.asked.append(expression)
        return [Sample(labels) for labels, _value in evaluate(expression, WORLD, NOW)] if self.knows else []


def rule(query: str, name: str = "A", kind: str = "alerting") -> Rule:
    return Rule(kind, name, query, {}, {}, "", "ok", "", None, "g", 15.0)


def tried(kind: str, query: str, *recorded: Rule, server: Server | None = None) -> Outcome | None:
    trials = Trials(t.cast("t.Any", server or Server()), {one.name: [one] for one in recorded})
    metrics = {
        "down": "up",
        "disk": "node_filesystem_avail_bytes",
        "certificate": "probe_ssl_earliest_cert_expiry",
        "backup_age": "backup_last_success_timestamp_seconds",
    }
    mine = [one.labels for one in WORLD if one.labels["__name__"] == metrics[kind] and "shop" in one.labels["instance"]]
    about = [labels for labels in mine if kind != "down" or labels["job"] == "shop"]
    return trials.of(rule(query), kind, {metrics[kind]: about})


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("down", "up == 0"),
        ("down", 'up{job="shop"} != 1'),
        ("down", "sum by (job) (up) == 0"),
        ("down", "100 * (count by (job) (up == 0) / count by (job) (up)) > 10"),
        ("down", 'count(up{job="shop"} == 1) < 2'),
        ("down", 'count(up{job="shop"}) < 2'),
        ("down", "count(up == 0) > 0"),
        ("down", "min(up) == 0"),
        ("down", 'absent(up{job="shop"})'),
        ("down", 'absent(up{job="shop"} == 1)'),
        ("down", "up == 0 unless on (instance) maintenance"),
        ("down", 'up == 0 and on () up{job="pay"} == 1'),
        ("down", "max_over_time(up[5m]) == 0"),
        ("disk", "node_filesystem_avail_bytes < 1e8"),
        ("disk", "node_filesystem_avail_bytes / node_filesystem_size_bytes * 100 < 10"),
        ("disk", "1 - node_filesystem_avail_bytes / node_filesystem_size_bytes > 0.9"),
        ("disk", "min(node_filesystem_avail_bytes) < 1e8"),
        ("certificate", "probe_ssl_earliest_cert_expiry - time() < 86400 * 14"),
        ("certificate", "(probe_ssl_earliest_cert_expiry - time()) / 86400 < 7"),
        ("backup_age", "time() - backup_last_success_timestamp_seconds > 93600"),
        ("backup_age", "time() - max(backup_last_success_timestamp_seconds) > 93600"),
    ],
)
def test_fires_when_it_is_bad(kind: str, query: str) -> None:
    assert tried(kind, query) is Outcome.FIRES


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("down", 'up == 0 unless on (job) up{job="shop"}'),
        ("down", 'up == 0 and on (job) up{job="pay"}'),
        ("down", "up == 0 and on (job, instance) pay_requests_total"),
        ("down", "up == 0 and on (job, instance) queue"),
        ("down", 'up{job="shop"} == 0 and on () up{job="pay"} == 0'),
        ("down", "sum(up) == 0"),
        ("down", "absent(up)"),
        ("down", "count(up == 0) > 100"),
        ("down", "up < 0"),
        ("down", "up == 0 and up == 1"),
        ("disk", 'node_filesystem_avail_bytes < 1e8 unless on (instance) node_filesystem_avail_bytes{instance=~"shop.*"}'),
        ("disk", "sum(node_filesystem_avail_bytes) < 1e8"),
        ("disk", "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0"),
        ("certificate", "probe_ssl_earliest_cert_expiry - time() < 0"),
        ("certificate", "time() - probe_ssl_earliest_cert_expiry > 864000"),
        ("certificate", "probe_ssl_earliest_cert_expiry < 1000"),
        ("backup_age", "time() - backup_last_success_timestamp_seconds > 86400 * 3650"),
    ],
)
def test_never_fires_for_the_service(kind: str, query: str) -> None:
    assert tried(kind, query) is Outcome.SILENT


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("down", 'up{job="shop"} * 0 == 0'),
        ("down", "up == 0 or up == 1"),
        ("down", 'up{job="shop"} == 1'),
        ("disk", "node_filesystem_avail_bytes > 0"),
        ("certificate", "probe_ssl_earliest_cert_expiry - time() > 86400 * 30"),
        ("backup_age", "time() - backup_last_success_timestamp_seconds > 0"),
        ("backup_age", "backup_last_success_timestamp_seconds < time()"),
    ],
)
def test_fires_when_all_is_well(kind: str, query: str) -> None:
    assert tried(kind, query) is Outcome.ALWAYS


def test_recording_rules_are_spelt_out() -> None:
    recorded = rule("sum by (job) (up)", "job_up", "recording")
    assert tried("down", 'job_up{job="shop"} == 0', recorded) is not Outcome.ALWAYS
    assert tried("down", "job_up == 0", recorded) is Outcome.FIRES
    assert tried("down", "job_up == 0", rule("sum by (job) (up) or vector(1)", "job_up", "recording")) is Outcome.FIRES
    assert tried("down", "job_up == 0", rule('sum(up{job="shop"}) * 0', "job_up", "recording")) is Outcome.ALWAYS


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("down", "up offset 1h unless up"),
        ("down", "changes(up[1h]) > 5"),
        ("down", "queue > 100"),
        ("disk", "predict_linear(node_filesystem_avail_bytes[1h], 14400) < 0"),
    ],
)
def test_what_cannot_be_tried_is_not_judged(kind: str, query: str) -> None:
    assert tried(kind, query) is None


def test_a_server_that_evaluates_nothing_decides_nothing() -> None:
    assert tried("down", "up == 0", server=Server(knows=False)) is None


def test_one_alert_is_tried_once() -> None:
    server = Server()
    trials = Trials(t.cast("t.Any", server), {})
    service: dict[str, list[t.Mapping[str, str]]] = {"up": [{"job": "shop", "instance": "shop1:80"}]}
    assert trials.of(rule("up == 0"), "down", service) is trials.of(rule("up == 0"), "down", service) is Outcome.FIRES
    assert len(server.asked) == 2


def test_only_metrics_with_known_values() -> None:
    assert (
        can_be_tried("down", ["up", "probe_success"]) and not can_be_tried("down", ["up", "pg_up"]) and not can_be_tried("errors", ["up"])
    )
