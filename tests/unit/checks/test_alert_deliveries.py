# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of loaded alerts, and when: what holds them back, severities that are not known yet, and routes that wait for hours."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.alert_labels import choices
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from fakes import FakeRunner

AM, PROMETHEUS = "http://am.example:9093", "http://prom.example:9090"
CONFIG = """
route:
  receiver: nobody
  routes:
  - {receiver: oncall, matchers: ['service="orders"', 'severity=~"critical|warning"']%s}
  - {receiver: mail, matchers: ['service="orders"', 'severity="ticket"']}
receivers:
- {name: nobody}
- {name: oncall, webhook_configs: [{url: <secret>}]}
- {name: mail, email_configs: [{to: a@example.org}]}
inhibit_rules: %s
"""


def rule(name: str, severity: str, query: str = "up == 0") -> dict[str, t.Any]:
    labels = {"service": "orders", "severity": severity}
    return {"type": "alerting", "name": name, "query": query, "labels": labels, "annotations": {}, "state": "inactive", "health": "ok"}


def fires(name: str, severity: str, service: str = "orders", **status: t.Any) -> dict[str, t.Any]:
    labels = {"alertname": name, "service": service, "severity": severity}
    return {"labels": labels, "fingerprint": f"f-{name}", "status": {"state": "active", **status}}


def look(
    *rules: dict[str, t.Any],
    held: t.Sequence[dict[str, t.Any]] = (),
    inhibit: str = "[]",
    route: str = "",
    config: str | None = None,
    **args: t.Any,
) -> Finding:
    def query(_method: str, url: str, options: t.Mapping[str, t.Any]) -> t.Any:
        asked = parse_qs(urlsplit(url).query or (options.get("body") or b"").decode())["query"][0]
        numbers = [{"operability_number": str(number)} for number in range(asked.count("count by"))]
        return answered({"resultType": "vector", "result": [{"metric": labels, "value": [0, "1"]} for labels in numbers or [{}]]})

    def answered(data: t.Any) -> dict[str, t.Any]:
        return {"status": "success", "data": data}

    text = CONFIG % (f", {route}" if route else "", inhibit) if config is None else config
    answers = {
        "/-/ready": "ready",
        "/api/v1/query": query,
        "/api/v1/rules": answered({"groups": [{"name": "g", "interval": 1, "rules": list(rules)}]}),
        "/api/v1/alerts": answered({"alerts": []}),
        "/api/v1/status/config": answered({"yaml": "global: {}\nalerting: {alertmanagers: [{}]}\n"}),
        "/api/v1/alertmanagers": answered({"activeAlertmanagers": [{"url": f"{AM}/api/v2/alerts"}], "droppedAlertmanagers": []}),
        "/api/v2/status": {"config": {"original": text}, "cluster": {"status": "disabled"}, "uptime": "2026-11-24T06:00:00.1Z"},
        "/api/v2/alerts": list(held),
    }
    if "receivers_by_severity" not in args:
        args.setdefault("receivers", ["oncall", "mail"])
    given = {"url": AM, "prometheus": [{"url": PROMETHEUS}], "match": {"service": "orders"}, **args}
    (finding,) = run_item(Item(key="x", check="alertmanager_route", args=given), FakeRunner(answers=answers))
    return finding


def judged(finding: Finding, status: str, message: str) -> None:
    assert str(finding.status) == status, finding.message
    assert re.search(message, finding.message), finding.message


# -- inhibition

BY_NAME = "[{source_matchers: ['alertname=\"Source\"'], target_matchers: ['alertname=\"Down\"'], equal: [service]}]"
BY_SEVERITY = "[{source_matchers: ['severity=\"critical\"'], target_matchers: ['severity=\"warning\"'], equal: [service]}]"
DOWN = rule("Down", "critical")


@pytest.mark.parametrize(
    ("source", "held", "expected", "message"),
    [
        # of others
        (None, [fires("Source", "critical")], "warn", "Down.* are held back now: Source fires and inhibits them"),
        # one of the service that always fires
        (rule("Source", "critical", "vector(1)"), [fires("Source", "critical")], "warn", "held back at any time: Source always fires and"),
        (rule("Source", "none", "vector(1)"), [fires("Source", "none")], "warn", "held back at any time: Source always fires"),
        # one of which nobody is told, or less than of what it holds back
        (rule("Source", "none"), [fires("Source", "none")], "warn", "Source fires and inhibits them, and nobody who must act is told"),
        (rule("Source", "warning"), [fires("Source", "warning")], "warn", "held back now: Source, whose severity is only warning, fires"),
        (rule("Source", "critical"), [fires("Source", "critical", silencedBy=["x"])], "warn", "and nobody who must act is told of it"),
        # one of which somebody is told
        (rule("Source", "critical"), [fires("Source", "critical")], "pass", "reach oncall"),
        (rule("Source", "critical"), [], "pass", "reach oncall"),
        # the same name elsewhere holds nothing of ours back
        (rule("Source", "none", "vector(1)"), [fires("Source", "none", "billing")], "pass", "reach oncall"),
    ],
)
def test_what_holds_alerts_back(source: dict[str, t.Any] | None, held: t.Any, expected: str, message: str) -> None:
    judged(look(*([DOWN, source] if source else [DOWN]), held=held, inhibit=BY_NAME), expected, message)


def test_a_critical_alert_holds_the_warning_of_the_same_problem_back() -> None:
    rules = [DOWN, rule("Slow", "warning")]
    held = [fires("Down", "critical"), fires("Slow", "warning", state="suppressed", inhibitedBy=["f-Down"])]
    judged(look(*rules, held=held, inhibit=BY_SEVERITY), "pass", "all 2 label sets")


@pytest.mark.parametrize(
    ("held", "expected", "message"),
    [
        ([fires("Down", "critical", state="suppressed", inhibitedBy=["f-Gone"])], "warn", "Down.* are held back now: f-Gone fires"),
        ([fires("Down", "critical", state="suppressed", inhibitedBy=["f-X"]), fires("X", "none", "other")], "warn", "now: X fires and"),
        ([fires("Note", "info", state="suppressed", inhibitedBy=["f-Gone"])], "pass", "reach oncall"),
        ([fires("Down", "critical", "billing", state="suppressed", inhibitedBy=["f-Gone"])], "pass", "reach oncall"),
    ],
)
def test_what_alertmanager_itself_says_is_held_back(held: t.Any, expected: str, message: str) -> None:
    inhibit = "[{source_matchers: ['alertname=\"No\"'], target_matchers: ['service=~\".+\"']}]"
    judged(look(DOWN, rule("Note", "info"), held=held, inhibit=inhibit), expected, message)


# -- nothing decides


@pytest.mark.parametrize("more", [{"receivers": ["oncall"]}, {"receivers_by_severity": {"critical": ["oncall"]}}])
def test_alerts_on_which_nobody_acts_prove_nothing(more: dict[str, t.Any]) -> None:
    finding = look(rule("Note", "info"), **more)
    judged(finding, "warn", r"^the only alert of the service that is loaded has a severity for which nobody has to act \(Note\)")
    judged(look(rule("Note", "info"), rule("Odd", "None"), **more), "warn", r"^all 2 alerts of the service .* \(Note, Odd\)")
    judged(look(rule("Note", "info"), DOWN, **more), "pass", "reach oncall")


def test_declared_labels_of_which_nobody_has_to_be_told() -> None:
    given = {"prometheus": [], "match": None, "receivers_by_severity": {"critical": ["oncall"]}}
    judged(look(labels=[{"service": "orders", "severity": "none"}], **given), "warn", "^none of the labels that are declared is that of an")
    judged(look(labels=[{"service": "orders", "severity": "critical"}], **given), "pass", "reach oncall")


def test_an_alert_that_is_named_and_not_there() -> None:
    judged(look(DOWN, must_include=["Typo"]), "warn", "^Typo is not among the alerts of the service in Prometheus http://prom.example:9090")
    judged(look(DOWN, must_include=["Down"]), "pass", "reach oncall")


def test_a_mild_severity_that_is_named_decides() -> None:
    judged(look(rule("Note", "info"), receivers_by_severity={"info": ["oncall"]}), "fail", "reach nobody, not oncall")


# -- a severity that depends on the value

EITHER = "{{ if gt $value 3.0 }}critical{{ else }}warning{{ end }}"
THREE = "{{ if gt $value 3.0 }}critical{{ else if gt $value 2.0 }}warning{{ else }}info{{ end }}"


@pytest.mark.parametrize(
    ("template", "by_severity", "expected", "message"),
    [
        (EITHER, {"critical": ["oncall"], "warning": ["oncall"]}, "pass", r"severity=\?.* reach oncall"),
        (THREE, {"critical": ["oncall"], "warning": ["oncall"]}, "pass", "reach oncall"),
        (EITHER, {"critical": ["mail"], "warning": ["mail"]}, "fail", r"severity=\?.* reach oncall, not mail"),
        (EITHER, {"critical": ["oncall"], "warning": ["mail"]}, "unknown", "reach oncall or mail depends on severity"),
        (EITHER, {"critical": ["oncall"]}, "warn", r"no receiver is named for the severity warning \(A\)"),
        ("{{ query }}", {"critical": ["oncall"], "warning": ["oncall"]}, "warn", "the severity of A cannot be told"),
    ],
)
def test_a_severity_that_is_not_known_yet(template: str, by_severity: dict[str, list[str]], expected: str, message: str) -> None:
    judged(look(rule("A", template), receivers_by_severity=by_severity), expected, message)


def test_all_other_severities_have_receivers_too() -> None:
    given = {"receivers_by_severity": {"critical": ["oncall"], "warning": ["oncall"]}, "receivers": ["mail"]}
    judged(look(rule("A", EITHER), **given), "pass", "reach oncall")
    judged(look(rule("A", "{{ query }}"), **given), "unknown", "depends on severity")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (EITHER, ("critical", "warning")),
        ("{{- if $x -}} a {{- else -}} b {{- end }}", ("a", "b")),
        ("{{ if $x }}a{{ end }}", ("a", "")),
        (THREE, ("critical", "warning", "info")),
        ("{{ if $x }}{{ if $y }}a{{ end }}{{ else }}b{{ end }}", ()),
        ("p{{ if $x }}a{{ else }}b{{ end }}", ()),
        ("{{ if $x }}a{{ $value }}{{ end }}", ()),
        ("{{ range $x }}a{{ else }}b{{ end }}", ()),
        ("critical", ()),
        ("{{ $labels.x }}", ()),
    ],
)
def test_the_texts_among_which_a_template_chooses(template: str, expected: tuple[str, ...]) -> None:
    assert choices(template) == expected


# -- told after hours


@pytest.mark.parametrize(
    ("route", "expected", "message"),
    [
        ("group_wait: 30s, group_interval: 5m", "pass", "reach oncall"),
        ("group_wait: 29m, group_interval: 3h", "pass", "reach oncall"),
        ("group_wait: 30m", "warn", r"are told to oncall only 30 min after they fire \(group_wait\)"),
        ("group_wait: 2400h", "fail", r"are told to oncall only 100 d after they fire \(group_wait\)"),
        ("group_by: [service], group_interval: 8000h, repeat_interval: 9000h", "warn", r"oncall up to 333 d .*later \(group_interval\)"),
        ("group_by: ['...'], group_interval: 8000h", "pass", "reach oncall"),
    ],
)
def test_a_route_that_waits(route: str, expected: str, message: str) -> None:
    judged(look(DOWN, route=route), expected, message)


def test_another_route_that_does_not_wait() -> None:
    routes = "{receiver: oncall, continue: true, group_wait: 30h}, {receiver: mail}"
    receivers = "[{name: oncall, webhook_configs: [{url: x}]}, {name: mail, email_configs: [{to: a}]}]"
    judged(look(DOWN, config=f"route: {{receiver: oncall, routes: [{routes}]}}\nreceivers: {receivers}\n"), "pass", "reach")
