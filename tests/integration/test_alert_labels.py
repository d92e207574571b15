# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels that we say alerts have when they reach Alertmanager, against those with which a real Prometheus sends them."""

from __future__ import annotations

import random
import typing as t

import alerting
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.alert_labels import Followed, follow
from ansible_collections.operability.readiness.plugins.module_utils._clients.label_sets import LabelSet
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus_alerting import AlertingPrometheus
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from generated import cases, seeded, tries_more
from servers import Alertmanager, Binaries

ALERTS, RELABELLINGS = 60, 120
VALUES = ["", "a", "b", "ab", "a.b", "A b", "é1", "x;y", "10", "$1", "a\nb"]
NAMES = ["a", "b", "c", "env"]
EXPRESSIONS = [
    "up{job='self'} == 1",
    "up{job='self'} > bool 0",
    "sum by (env) (up) > 0",
    "sum(up) > 0",
    "vector(1)",
    "up{job='self'} == 1 or absent(up{job='nobody', x='y'})",
    "absent(up{job='nobody', env='test', a!='b'})",
    "label_replace(up{job='self'}, 'b', '$1-x', 'env', '(.*)') == 1",
    "up{job='self'} == 1 and on() vector(1)",
    "up{job='self'} * on(instance) group_left(weight) up{job='self'} > 0",
    "count by (job, weight) (up) >= 1",
    "1 == 1",
]
TEMPLATES = [
    "{{ $labels.env }}",
    "{{.Labels.weight}}-x",
    "{{ $labels.nothing }}",
    "{{ $labels.env | toUpper }}",
    "of {{ $externalLabels.cluster }}",
    "{{ $labels.job }}/{{ $labels.instance }}",
]


def a_rule(random_: random.Random, number: int) -> dict[str, t.Any]:
    labels = {name: random_.choice([*VALUES, *TEMPLATES]) for name in random_.sample(NAMES, random_.randint(0, 3))}
    labels[f"x{number}_{random_.choice(NAMES)}"] = random_.choice(VALUES[1:])
    expr = random_.choice(EXPRESSIONS)
    if expr == "1 == 1":
        expr = "vector(1) == 1"
    return {"alert": f"A{number}", "expr": expr, "labels": {name: value for name, value in labels.items() if value}}


def a_relabelling(random_: random.Random) -> dict[str, t.Any]:
    """A rule that changes one alert: it fits the beginning of its name, or labels that it alone has."""
    number = random_.randrange(ALERTS)
    source = {"source_labels": ["alertname", *random_.sample(NAMES, random_.randint(1, 2))], "separator": random_.choice([";", "-", ""])}
    start = f"A{number}{source['separator']}"
    target = {"target_label": random_.choice([*NAMES, "new"])}
    kinds: list[dict[str, t.Any]] = [
        {**source, **target, "regex": f"{start}(.*)", "replacement": random_.choice(["$1", "x-$1", "${1}x", "$1x", "", "$$", "fixed"])},
        {**source, **target, "regex": f"(?P<alert>{start})(?P<rest>[^.]*)\\.?(.*)", "replacement": "${rest}_$3"},
        {**source, "regex": f"{start}(a|b|c|env)", "target_label": "of_$1", "replacement": "yes"},
        {**source, **target, "regex": f"{start}(a)?(b)?", "replacement": "$2$1"},
        {**source, "action": "drop", "regex": f"{start}a.*"},
        {"action": "labelmap", "regex": f"x{number}_(.+)", "replacement": random_.choice(["$1", "mapped_$1"])},
        {"action": "labeldrop", "regex": f"x{number}_[ab]"},
        {"action": "labeldrop", "regex": f"X{number}"},
        {
            "source_labels": [f"x{number}_{random_.choice(NAMES)}"],
            "action": random_.choice(["lowercase", "uppercase"]),
            "target_label": f"case{number}",
        },
        {"source_labels": [f"x{number}_a", "env"], "action": "hashmod", "modulus": 1000, "target_label": f"hash{number}"},
    ]
    return random_.choice(kinds)


def ours(followed: Followed) -> list[dict[str, str]]:
    return [dict(sent.labels.present) for sent in followed.sent(None) if sent.kept]


def key(labels: t.Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


@tries_more
def test_alerts_have_the_labels_with_which_prometheus_sends_them(each_binaries: Binaries, running: t.Any) -> None:
    random_ = seeded(20261129)
    receiving = running.start(Alertmanager, each_binaries)
    for _round in range(cases(1, 5)):
        rules = [a_rule(random_, number) for number in range(ALERTS)]
        relabellings = [a_relabelling(random_) for _unused in range(RELABELLINGS)]
        relabellings.insert(0, {"action": "labeldrop", "regex": "replica"})
        text = yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}, sort_keys=False)
        server = alerting.Resending(running.folder / f"prometheus-{_round}", each_binaries, rules=text)
        address = receiving.url.removeprefix("http://")
        server.config = alerting.prometheus_config(server.port, address, alert_relabel_configs=relabellings)
        running.started.append(server)
        server.start()
        client = AlertingPrometheus(Connection(url=server.url), Runner())
        alerting.wait_until(lambda server=server: alerting.ask(server, "/api/v1/query?query=up")["data"]["result"])

        def same(client: AlertingPrometheus = client) -> bool:
            there = {key(one["labels"]) for one in alerting.ask(receiving, "/api/v2/alerts")}
            return there == {key(labels) for labels in expected_of(client)}

        def expected_of(client: AlertingPrometheus) -> list[dict[str, str]]:
            rules, _now = client.rules()
            return ours(follow(client, rules, [rule for rule in rules if rule.kind == "alerting"], active=[]))

        try:
            alerting.wait_until(same, 20)
        except RuntimeError:
            there = {key(one["labels"]) for one in alerting.ask(receiving, "/api/v2/alerts")}
            computed = {key(labels) for labels in expected_of(client)}
            assert sorted(computed - there) == sorted(there - computed) == []
        server.stop()


@pytest.mark.parametrize("active", [True, False])
def test_labels_that_do_not_matter_are_left_out(each_binaries: Binaries, active: bool) -> None:
    both = alerting.shared(each_binaries)
    client = AlertingPrometheus(Connection(url=both.prometheus.url), Runner())
    rules, _now = client.rules()
    chosen = [rule for rule in rules if rule.name in ("Watchdog", "FieldUp")]
    followed = follow(client, rules, chosen, None if active else [])
    sent = {one.alert: one.labels for one in followed.sent({"env", "severity"})}
    assert sent == {
        "Watchdog": LabelSet({"alertname": "Watchdog", "severity": "none"}),
        "FieldUp": LabelSet({"alertname": "FieldUp", "severity": "critical", "env": "prod"}),
    }
