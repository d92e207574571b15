# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_alerts
from ansible_collections.operability.readiness.plugins.module_utils._clients import promql
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner, Response

RECENT = "2026-11-25T05:59:50.1Z"


def alert(name: str = "Down", query: str = "up == 0", **changes: t.Any) -> dict[str, t.Any]:
    return {
        "type": "alerting",
        "name": name,
        "query": query,
        "labels": {"severity": "page", "service": "payments"},
        "annotations": {"summary": "it is down"},
        "state": "inactive",
        "health": "ok",
        "lastEvaluation": RECENT,
        "alerts": [],
        **changes,
    }


def record(name: str, query: str, **changes: t.Any) -> dict[str, t.Any]:
    return {"type": "recording", "name": name, "query": query, "health": "ok", "lastEvaluation": RECENT, **changes}


class Server:
    """Knows the series ``now`` and ``earlier``: sets of selectors as they are asked for."""

    def __init__(
        self, rules: list[dict[str, t.Any]], now: t.Iterable[str] = ("up",), earlier: t.Iterable[str] = (), interval: float = 15
    ) -> None:
        self.rules, self.now, self.earlier, self.interval = rules, set(now), set(earlier), interval
        self.windows: list[float] = []
        self.refused: set[str] = set()

    def query(self, _method: str, url: str, _options: t.Any) -> t.Any:
        text = parse_qs(urlsplit(url).query)["query"][0]
        there = text == "vector(1)" or text in {f"count({one})" for one in self.now}
        if text in {f"count({one})" for one in self.refused}:
            return Response(422, {}, b'{"status":"error","errorType":"execution","error":"too many samples"}', url, 0.1)
        return {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "1"]}] if there else []}}

    def series(self, _method: str, url: str, _options: t.Any) -> t.Any:
        asked = parse_qs(urlsplit(url).query)
        self.windows.append(float(asked["end"][0]) - float(asked["start"][0]))
        return {"status": "success", "data": [{"a": "b"}] if asked["match[]"][0] in self.earlier else []}

    def run(self, **args: t.Any) -> Finding:
        groups = [{"name": "g", "interval": self.interval, "rules": self.rules}]
        runner = FakeRunner()
        wrap = {
            "/-/ready": "ready",
            "/api/v1/query": lambda *a: self._json(self.query(*a)),
            "/api/v1/series": lambda *a: self._json(self.series(*a)),
            "/api/v1/rules": {"status": "success", "data": {"groups": groups}},
        }
        runner.http.answers = wrap  # type: ignore[attr-defined] # the fake has it
        options = {"url": "http://prom:9090", "match": {"service": "payments"}, **args}
        return prometheus_alerts.run(parse_arguments(prometheus_alerts, options), runner)

    @staticmethod
    def _json(answer: t.Any) -> t.Any:
        return answer if isinstance(answer, Response) else FakeRunner(answers={"/": answer}).get("http://x/")


def run(rules: list[dict[str, t.Any]], now: t.Iterable[str] = ("up",), earlier: t.Iterable[str] = (), **args: t.Any) -> Finding:
    return Server(rules, now, earlier).run(**args)


def test_alerts_that_can_fire() -> None:
    found = run([alert(), alert("Other", labels={"service": "x"}), alert("Firing", state="firing")], must_include=["Down"])
    assert (str(found.status), found.observed["alerts"], found.observed["firing"]) == ("pass", ["Down", "Firing"], ["Firing"])
    assert found.message == "2 alerts loaded, evaluated lately, and each selector matches series of the last 7 d; firing now: Firing"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": {"service": "payments"}}, "Down has no label severity"),
        ({"annotations": {"summary": " "}}, "Down has no annotation summary"),
        ({"annotations": None}, "Down has no annotation summary"),
        (
            {"health": "err", "lastError": "many-to-many matching\nnot allowed"},
            "Down cannot be evaluated: many-to-many matching not allowed",
        ),
        ({"lastEvaluation": "0001-01-01T00:00:00Z", "health": "unknown"}, "Down has never been evaluated"),
        ({"lastEvaluation": "2026-11-25T05:00:00Z"}, "Down was last evaluated 60 min ago, the limit is 10 min"),
    ],
)
def test_an_alert_that_is_not_as_it_must_be(changes: dict[str, t.Any], said: str) -> None:
    found = run([alert(**changes)])
    assert (str(found.status), found.details) == ("fail", [said])


def test_the_limit_of_the_last_evaluation() -> None:
    late = [alert(lastEvaluation="2026-11-25T05:40:00Z")]
    assert str(Server(late, interval=600).run().status) == "pass"
    assert str(Server(late, interval=600).run(evaluated_within="5m").status) == "fail"


def test_none_matches_or_one_is_missing() -> None:
    assert run([alert(labels={})]).message == "none of the 1 loaded alerts has the labels service=payments"
    assert run([]).message == "none of the 0 loaded alerts has the labels service=payments"
    found = run([alert(), alert("Bare", labels={"severity": "page"})], must_include=["Gone", "Bare"])
    assert found.details == ["Gone is not loaded", "Bare is loaded, but without the labels service=payments"]
    assert str(run([alert("Bare", labels={"severity": "page"})], match=None, must_include=["Bare"]).status) == "pass"


def test_something_must_say_which_alerts() -> None:
    for match in (None, {}):
        with pytest.raises(ArgumentsRefused, match="match or must_include"):
            run([], match=match)


def test_a_metric_that_does_not_exist() -> None:
    found = run([alert("Slow", 'rate(latency_count{job="a"}[5m]) > 1 and up')])
    assert found.message == "Slow can never fire: there is no metric latency_count in the last 7 d"
    assert found.observed["dead_selectors"] == [{"alert": "Slow", "selector": 'latency_count{job="a"}'}]


def test_a_label_value_that_does_not_exist() -> None:
    found = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up", 'up{zone="b"}'])
    assert found.message == 'Slow can never fire: up is there, but none with job="a" in the last 7 d'


def test_labels_that_do_not_meet() -> None:
    found = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up", 'up{zone="b"}', 'up{job="a"}'])
    assert found.message == 'Slow can never fire: up is there, but none with job="a",zone="b" together in the last 7 d'


def test_what_was_there_earlier_is_alive_but_quiet() -> None:
    found = run([alert(query="errs_total > 0")], earlier=["errs_total"])
    assert (str(found.status), found.observed["quiet_selectors"]) == ("pass", ["errs_total"])


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("absent(gone)", "pass", ""),
        ('up unless on() ALERTS{alertname="X"}', "pass", ""),
        ('ALERTS{alertname="X"}', "pass", ""),
        ("up unless gone", "warn", "a part of it is without effect: there is no metric gone"),
        ("up or gone", "warn", "a part of it is without effect"),
        ("gone or lost", "fail", "there is no metric gone"),
        ("vector(1)", "pass", ""),
    ],
)
def test_what_may_be_without_series(query: str, status: str, said: str) -> None:
    found = run([alert(query=query)])
    assert str(found.status) == status
    assert said in found.message


def test_may_be_absent_names_metrics_or_alerts() -> None:
    rules = [alert(query="gone > 1")]
    assert str(run(rules).status) == "fail"
    assert str(run(rules, may_be_absent=["gone"]).status) == "pass"
    assert str(run(rules, may_be_absent=["Down"]).status) == "pass"


def test_recording_rules_are_followed() -> None:
    rules = [alert(query="job:errs:rate5m > 1"), record("job:errs:rate5m", "rate(errs_total[5m])")]
    assert run(rules).message == (
        "Down can never fire: the recording rule job:errs:rate5m gives nothing: there is no metric errs_total in the last 7 d"
    )
    found = run(rules, now=["errs_total"])
    assert (str(found.status), found.message) == (
        "warn",
        "Down: the recording rule job:errs:rate5m gives nothing at present, though what it is made of is there",
    )
    broken = [alert(query="a:b > 1"), record("a:b", "up * up", health="err", lastError="many-to-many")]
    assert run(broken).message == "Down can never fire: the recording rule a:b cannot be evaluated: many-to-many"
    endless = [alert(query="a > 1"), record("a", "b"), record("b", "a")]
    assert str(run(endless).status) == "fail"


def test_how_far_back_is_asked() -> None:
    server = Server([alert(query="gone offset 30d"), alert("B", query="gone2[5m:1m] > 0"), alert("C", query="lost > 0")])
    server.rules[1]["query"] = "max_over_time(gone2[5m]) > 0"
    server.run(lookback="1h")
    assert max(server.windows) == 30 * 86400
    assert min(server.windows) == 3600


def test_each_selector_is_asked_for_once() -> None:
    server = Server([alert(f"A{number}", query="gone > 0") for number in range(20)])
    server.run()
    assert len(server.windows) == 1


def test_what_cannot_be_parsed_is_unknown_and_a_fail_is_worse() -> None:
    odd = alert("Odd", "rate(up[5m] smoothed) > 0")
    found = run([odd, alert()])
    assert (str(found.status), "Odd cannot be examined" in found.message) == ("unknown", True)
    found = run([odd, alert(query="gone > 0")])
    assert (str(found.status), len(found.details)) == ("fail", 2)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promql, "HAS_PROMQL_PARSER", False)
    found = run([alert()])
    assert (str(found.status), "promql-parser" in found.message) == ("unknown", True)


def test_a_query_that_the_server_refuses_is_unknown_for_that_alert() -> None:
    server = Server([alert(), alert("Wide", query="wide > 0")])
    server.refused = {"wide"}
    found = server.run()
    assert (str(found.status), found.details) == (
        "unknown",
        ["Wide cannot be examined: Prometheus http://prom:9090 refuses the request (422): too many samples"],
    )


def test_what_can_be_compared_with_earlier() -> None:
    rules = [
        alert("Firing", state="firing"),
        alert("Told", state="firing", labels={"severity": "info", "service": "payments"}),
        alert("Renamed", query="old_total > 0"),
        alert("Rate", query="a:b > 0"),
        record("a:b", "up"),
    ]
    seen = run(rules, now=["up", "a:b"], earlier=["old_total"]).observed
    assert (seen["firing"], seen["urgent"]) == (["Firing", "Told"], ["Firing"])
    assert (seen["needed_metrics"], seen["live_metrics"]) == (["old_total", "up"], ["up"])
    other = run([alert(query='up{job="a"} == 0')], now=["up"], earlier=['up{job="a"}']).observed
    assert other["live_metrics"] == ["up"], "the metric is there, whatever its labels"


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = run([alert(health="err")])
    assert found.details[0].template == "{alert} cannot be evaluated: {reason}"
    assert french(found.details[0]) == "l\u2019alerte Down ne peut pas être évaluée : aucune raison donnée"
    slow = run([alert("Slow", 'up{job="a",zone="b"} == 0')], now=["up"]).message
    assert slow == 'Slow can never fire: up is there, but none with job="a" or zone="b" in the last 7 d'
    assert french(slow) == (
        'l\u2019alerte Slow ne peut jamais se déclencher : la métrique up existe, mais aucune série n\u2019a job="a" ou zone="b" depuis 7 j'
    )
