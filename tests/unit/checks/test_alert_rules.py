# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What alerts must carry by severity, slow groups, noise, targets that vanish. The server is a stand-in."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_rules import (
    Remarks,
    examine_rules,
    lacking_by_severity,
    preferred,
    required_by_severity,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Prometheus, Rule
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import FakeRunner, HttpFailure, Response

STATIC = {"__address__": "a:1", "__scrape_interval__": "15s"}
FILE = {**STATIC, "__meta_filepath": "/etc/prometheus/targets.json"}
CONSUL = {**STATIC, "__meta_consul_service": "shop"}


def rule(name: str, query: str, severity: str = "critical", **changes: t.Any) -> Rule:
    labels = {"severity": severity, "service": "shop"}
    return Rule(
        **{
            "kind": "alerting",
            "name": name,
            "query": query,
            "labels": labels,
            "annotations": {},
            "state": "inactive",
            "health": "ok",
            "last_error": "",
            "evaluated": None,
            "group": "shop",
            "interval": 60.0,
            "group_took": 0.1,
            "group_key": "f;shop",
            **changes,
        }
    )


def examined(
    rules: list[Rule],
    discovered: t.Mapping[str, str] | None = None,
    companion: str = "fail",
    answers: t.Callable[[str], t.Any] = lambda query: [],
) -> Remarks:
    targets = [{"labels": {"job": "shop", "instance": "shop1:80"}, "discoveredLabels": dict(discovered or {}), "health": "up"}]

    def query(_method: str, url: str, _options: t.Any) -> Response:
        found = answers(parse_qs(urlsplit(url).query)["query"][0])
        if isinstance(found, (Response, Exception)):
            return t.cast("Response", found)
        answer = {"status": "success", "data": {"resultType": "vector", "result": found}}
        return FakeRunner(answers={"/": answer}).get("http://x/")

    runner = FakeRunner()
    active = {"status": "success", "data": {"activeTargets": targets}}
    runner.http.answers = {  # type: ignore[attr-defined] # the fake has it
        "/api/v1/query": query,
        "/api/v1/targets": active if discovered is not None else None,
    }
    alerts = [one for one in rules if one.kind == "alerting" and one.labels["service"] == "shop"]
    return examine_rules(Prometheus(Connection(url="http://prom"), runner), rules, alerts, {"service": "shop"}, companion)


# -- by severity


def test_each_that_is_missing_is_named() -> None:
    required = required_by_severity(
        {"Critical": {"annotations": ["runbook_url", "dashboard"], "labels": ["team"]}, "page": {"labels": ["x"]}}
    )
    assert [str(line) for line in lacking_by_severity(rule("Down", "up == 0"), required)] == [
        "Down has no label team, which alerts of severity critical must have",
        "Down has no annotation runbook_url, dashboard, which alerts of severity critical must have",
    ]
    assert lacking_by_severity(rule("Down", "up == 0", "warning"), required) == []
    given = {"runbook_url": "x", "dashboard": "y"}
    assert lacking_by_severity(rule("Down", "up", labels={"severity": "CRITICAL", "team": "t"}, annotations=given), required) == []
    assert lacking_by_severity(rule("Down", "up", labels={}), required) == []


@pytest.mark.parametrize(
    "given", [{"critical": ["team"]}, {"critical": {}}, {"critical": {"tags": ["a"]}}, {"critical": {"labels": "team"}}]
)
def test_what_is_required_has_a_form(given: dict[str, t.Any]) -> None:
    with pytest.raises(ArgumentsRefused, match="required_by_severity.critical"):
        required_by_severity(given)
    assert required_by_severity(None) == {}


# -- whose they are


def test_alerts_of_one_name_that_several_services_have() -> None:
    own, other = rule("Old", "x > 1"), rule("Old", "x > 2", labels={"service": "billing"})
    shared = rule("Old", "x > 3", labels={"severity": "page"})
    for loaded, chosen, warned in (
        ([own, other, shared], [own], False),
        ([other, shared], [shared], False),
        ([other], [other], True),
    ):
        remarks = Remarks()
        assert preferred(loaded, {"service": "shop"}, remarks) == chosen
        assert bool(remarks.warns) is warned
    assert str(remarks.warns[0]) == "Old is loaded only with other labels than service=shop: they do not say that it is the service's"
    assert preferred([own, other], {}, Remarks()) == [own, other]


# -- slow groups


def test_a_group_that_is_slow_once_or_always() -> None:
    slow = rule("Down", "x > 1", group_took=75.0)
    once = examined([slow])
    assert [str(line) for line in once.warns] == [
        "the rules of group shop take 75 s to evaluate, and are to be evaluated every 60 s: "
        "evaluations are left out, and its alerts come late"
    ]
    assert once.fails == [] and once.measurements[0].value == 75.0 and once.measurements[0].limit == 60.0

    def missed(query: str) -> t.Any:
        return [{"metric": {}, "value": [1, "7"]}] if "iterations_missed" in query else []

    assert len(examined([slow], answers=missed).fails) == 1
    refusing = examined([slow], answers=lambda _query: Response(422, {}, b'{"status":"error","error":"no"}', "http://x", 0.1))
    assert (len(refusing.warns), refusing.fails, refusing.observed["fired_7d"]) == (1, [], None)
    assert examined([rule("Down", "x > 1", group_took=59.0)], answers=missed).fails == []


def test_a_server_that_does_not_say_how_long_its_groups_take() -> None:
    assert examined([rule("Down", "x > 1", group_took=0.0)]).measurements == []


# -- noise


def test_how_often_an_alert_fired_is_told() -> None:
    def history(query: str) -> t.Any:
        if "ALERTS" not in query:
            return []
        assert 'service="shop"' in query and 'alertname=~"Down|Sl.w"' in query
        return [
            {"metric": {"alertname": "Down", "readiness_selector": "times"}, "value": [1, "41"]},
            {"metric": {"alertname": "Down", "readiness_selector": "samples"}, "value": [1, "120"]},
            {"metric": {"alertname": "Sl-w", "readiness_selector": "samples"}, "value": [1, "1"]},
        ]

    found = examined([rule("Down", "x > 1"), rule("Sl-w", "y > 1")], answers=history)
    assert found.observed["fired_7d"] == {"Down": {"times": 41, "seconds": 7200.0}, "Sl-w": {"times": 1, "seconds": 60.0}}
    assert [str(line) for line in found.told] == [
        "Down began to fire 41 times in the last 7 d, and fired for 2 h in all",
        "Sl-w began to fire 1 time in the last 7 d, and fired for 60 s in all",
    ]
    assert (found.fails, found.warns) == ([], [])


def test_what_is_no_number_is_left_out() -> None:
    odd = [{"metric": {"alertname": "Down", "readiness_selector": mark}, "value": [1, "NaN"]} for mark in ("times", "samples")]
    found = examined([rule("Down", "x > 1", group_took=float("nan"))], answers=lambda query: odd if "ALERTS" in query else [])
    assert (found.observed["fired_7d"], found.measurements, found.warns) == ({}, [], [])


def test_a_history_that_does_not_come_in_time_decides_nothing() -> None:
    found = examined([rule("Down", "x > 1")], answers=lambda _query: HttpFailure("timeout", "too slow"))
    assert found.observed["fired_7d"] is None and (found.fails, found.warns, found.told) == ([], [], [])


# -- what vanishes

DOWN = rule("Down", 'up{job="shop"} == 0')


@pytest.mark.parametrize(
    ("rules", "discovered", "noticed"),
    [
        ([DOWN], STATIC, True),
        ([DOWN], FILE, True),
        ([DOWN], CONSUL, False),
        ([DOWN, rule("Gone", 'absent(up{job="shop"})')], CONSUL, True),
        ([DOWN, rule("Gone", 'absent(up{job="shop"} == 1)')], CONSUL, True),
        ([DOWN, rule("Gone", 'absent_over_time(up{job=~"shop|other"}[10m])')], CONSUL, True),
        ([DOWN, rule("Gone", 'absent(up{job="other"})')], CONSUL, False),
        ([DOWN, rule("Gone", 'absent(up{job="shop"})', "info")], CONSUL, False),
        ([DOWN, rule("Few", 'count(up{job="shop"}) < 2')], CONSUL, True),
        ([DOWN, rule("Many", 'count(up{job="shop"}) > 2')], CONSUL, False),
        ([DOWN, rule("Gone", 'up{job="shop"} offset 1h unless up{job="shop"}')], CONSUL, True),
        ([DOWN, rule("Gone", 'absent(shop_requests_total{job="shop"})')], CONSUL, True),
        ([DOWN, rule("Gone", "absent(never_there)")], CONSUL, False),
        ([DOWN, rule("Gone", "absent(shop_requests_total)")], CONSUL, True),
        ([DOWN, rule("Gone", 'absent(up{job="shop"})', labels={"service": "platform", "severity": "page"})], CONSUL, True),
        ([rule("Gone", 'absent(up{job="shop"})')], CONSUL, True),
        ([rule("Slow", "x > 1")], CONSUL, True),
        ([rule("Down", 'up{job="other"} == 0')], CONSUL, True),
        ([rule("Down", "up ==== 0")], CONSUL, True),
    ],
)
def test_who_notices_a_target_that_vanishes(rules: list[Rule], discovered: t.Mapping[str, str], noticed: bool) -> None:
    def series(query: str) -> t.Any:
        there = "(shop_requests_total)" in query
        return [{"metric": {"job": "shop", "readiness_selector": "0"}, "value": [1, "1"]}] if there else []

    found = examined(rules, discovered, answers=series)
    said = [str(line) for line in found.fails]
    assert said == (
        []
        if noticed
        else [
            "Down does not fire when a target of shop vanishes from discovery, and no other alert does: "
            'add one on absent(up{job="shop"}), or on the count of targets'
        ]
    )


def test_it_is_told_unless_more_is_asked() -> None:
    assert [
        len(getattr(examined([DOWN], CONSUL, how), part)) for how, part in (("told", "told"), ("warn", "warns"), ("fail", "fails"))
    ] == [1, 1, 1]
    told = examined([DOWN], CONSUL, "told")
    assert (told.fails, told.warns, told.observed["vanishing_unnoticed"]) == ([], [], ["shop"])


def test_a_server_that_knows_no_targets() -> None:
    found = examined([DOWN])
    assert (found.fails, found.observed["vanishing_unnoticed"]) == ([], None)
