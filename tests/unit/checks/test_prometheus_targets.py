# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import json
import typing as t
from urllib.parse import urlencode

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_targets
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, FakeRunner, HttpFailure, Response

ONE = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1.0, "1"]}]}}


def target(instance: str = "web1:8080", health: str = "up", age: float = 5.0, **changes: t.Any) -> dict[str, t.Any]:
    scraped = (NOW - dt.timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    job = changes.pop("job", "payments")
    return {
        "discoveredLabels": {"__address__": changes.pop("address", instance), "__scrape_interval__": "15s", "job": job},
        "labels": {"instance": instance, "job": job, **changes.pop("labels", {})},
        "scrapeUrl": changes.pop("scrape_url", f"http://{instance}/metrics"),
        "lastError": "",
        "lastScrape": scraped,
        "health": health,
        "scrapeInterval": "15s",
        **changes,
    }


def run(targets: list[dict[str, t.Any]], **args: t.Any) -> Finding:
    answers = {"/-/ready": "ready", "/api/v1/query": ONE, "/api/v1/targets": {"status": "success", "data": {"activeTargets": targets}}}
    args = parse_arguments(prometheus_targets, {"url": "http://prom:9090", **args})
    return prometheus_targets.run(args, FakeRunner(answers=answers))


SELECTOR = '{job="payments"}'
NOT_YET = {"health": "unknown", "lastScrape": "0001-01-01T00:00:00Z"}


def test_all_up() -> None:
    found = run([target(), target("web2:8080"), target("db:1", "down", job="other")], selector=SELECTOR, min_up=2)
    assert (str(found.status), found.observed["targets"]) == ("pass", ["payments/web1:8080", "payments/web2:8080"])
    assert found.message == "2 of 2 targets are up, the last scrape was at most 4.9 s ago"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (
            {"health": "down", "lastError": 'Get "http://web2:8080/metrics": dial tcp 10.0.0.2:8080: connect: connection refused'},
            "web2:8080 is down: dial tcp 10.0.0.2:8080: connect: connection refused",
        ),
        ({"health": "down"}, "is down: no reason given"),
        ({"health": "down", "lastError": "x " * 500}, "is down: x x"),
        ({"age": 31}, "was last scraped 30.9 s ago, it should be each 15 s"),
        ({"age": 3600}, "was last scraped 59 min 59 s ago"),
        ({"health": "odd"}, "is neither up nor down"),
    ],
)
def test_a_bad_target(bad: dict[str, t.Any], said: str) -> None:
    found = run([target(), target("web2:8080", **bad)], selector=SELECTOR)
    assert str(found.status) == "fail"
    assert found.message.startswith("1 of 2 targets are up and scraped: payments/web2:8080")
    assert said in found.details[0]
    assert len(found.details[0]) < 250


def test_a_selector_that_selects_nothing_is_a_fail() -> None:
    found = run([target(job="other")], selector=SELECTOR)
    assert (str(found.status), found.measurements[0].value, found.measurements[0].limit) == ("fail", 0, 1)
    assert "no target has the labels" in found.message


def test_too_few() -> None:
    found = run([target()], selector=SELECTOR, min_up=2)
    assert "1 of 1 targets are up and scraped, at least 2 must be" in found.message


@pytest.mark.parametrize(
    ("expect", "there"),
    [
        ({"addresses": ["web1"], "port": 8080}, True),
        ({"addresses": ["10.0.0.1", "WEB1."], "port": 8080, "job": "payments"}, True),
        ({"addresses": ["web1"], "port": 8081}, False),
        ({"addresses": ["web1"], "port": 8080, "job": "other"}, False),
        ({"addresses": ["web10"], "port": 8080}, False),
        ({"addresses": [], "port": 8080}, False),
    ],
)
def test_an_expected_target(expect: dict[str, t.Any], there: bool) -> None:
    found = run([target()], expect=[expect])
    assert str(found.status) == ("pass" if there else "fail")
    if not there:
        assert "is not among the targets" in found.message


@pytest.mark.parametrize(
    ("found", "address", "port", "job"),
    [
        (target("payments-1", scrape_url="http://10.0.0.1:8080/metrics", address="10.0.0.1:8080"), "10.0.0.1", 8080, None),
        (target("payments-1", scrape_url="https://web1/metrics", address="web1"), "web1", 443, None),
        (target("payments-1", scrape_url="http://proxy:1/metrics", address="web1:9100"), "web1", 9100, None),
        (target("[2001:db8::1]:9100"), "2001:db8::1", 9100, None),
        (target("web1:443", scrape_url="http://blackbox:9115/probe?target=web1:443", address="blackbox:9115"), "web1", 443, "payments"),
    ],
)
def test_where_the_address_of_a_target_stands(found: dict[str, t.Any], address: str, port: int, job: str | None) -> None:
    assert str(run([found], expect=[{"addresses": [address], "port": port, "job": job}]).status) == "pass"


def test_a_probe_from_outside_is_not_the_target() -> None:
    probe = target("web1:443", scrape_url="http://blackbox:9115/probe?target=web1:443", address="blackbox:9115")
    assert str(run([probe], expect=[{"addresses": ["web1"], "port": 443}]).status) == "fail"


def test_all_targets_of_an_address_must_be_up() -> None:
    found = run([target(), target(job="payments-jvm", health="down")], expect=[{"addresses": ["web1"], "port": 8080}])
    assert "payments-jvm/web1:8080 is down" in found.message


def test_an_interval_that_is_not_told() -> None:
    old = target(age=100, scrapeInterval="")
    old["discoveredLabels"].pop("__scrape_interval__")
    assert str(run([old], selector=SELECTOR).status) == "pass"
    old = {**old, "lastScrape": "2026-11-25T05:50:00Z"}
    assert str(run([old], selector=SELECTOR).status) == "fail"


@pytest.mark.parametrize("selector", ["{", "sum(up)", "http_requests_total{job='x'}", "{}"])
def test_a_selector_that_is_none_is_refused(selector: str) -> None:
    with pytest.raises(ArgumentsRefused, match="selector"):
        run([], selector=selector)


def test_neither_selector_nor_expect() -> None:
    with pytest.raises(ArgumentsRefused, match="one of the following"):
        run([])


def test_nothing_expected() -> None:
    with pytest.raises(ArgumentsRefused, match="expect is empty: there is nothing to look at"):
        parse_arguments(prometheus_targets, {"url": "http://prom:9090", "expect": []})


def test_a_target_of_the_service_that_is_no_host_of_it_is_told() -> None:
    expect = [{"job": "payments", "addresses": ["web1", "10.0.0.1"], "port": 8080}]
    members = ["web1", "10.0.0.1", "db1"]
    other = run([target(), target("web2:8080")], expect=expect, members=members)
    assert str(other.status) == "warn" and "payments/web2:8080 is scraped as one of this service" in other.message
    down = run([target(health="down"), target("web2:8080")], expect=expect, members=members)
    assert str(down.status) == "fail" and any("web2:8080" in detail for detail in down.details)
    usual = [
        target(),
        target("web1:9100"),  # another port of a host of the service
        target("db1:8080"),
        target("web9:8080", labels={"env": "staging"}),
        target("web9:8080", job="other"),
    ]
    assert str(run(usual, expect=expect, members=members).status) == "pass"
    assert str(run([target(), target("web2:8080")], expect=expect).status) == "pass", "nobody asked"


def test_a_server_that_does_not_answer_is_unknown() -> None:
    runner = FakeRunner(answers={"/-/ready": HttpFailure("refused", "http://prom:9090/-/ready refused the connection")})
    finding = run_item(Item("k", "prometheus_targets", {"url": "http://prom:9090", "selector": SELECTOR}), runner)[0]
    assert (str(finding.status), finding.instrument) == ("unknown", "Prometheus http://prom:9090")


def test_a_server_without_targets_is_unknown() -> None:
    runner = FakeRunner(answers={"/prometheus/api/v1/query": ONE})
    finding = run_item(Item("k", "prometheus_targets", {"url": "http://mimir/prometheus", "selector": SELECTOR}), runner)[0]
    assert (str(finding.status), "has no /api/v1/targets" in finding.message) == ("unknown", True)


def test_what_can_be_compared_with_earlier() -> None:
    expect = [{"job": "payments", "addresses": ["web1"], "port": 8080}, {"job": "payments", "addresses": ["web9"], "port": 8080}]
    found = run([target(), target("web2:8080")], expect=expect)
    assert found.observed["expected_targets"] == ["payments/web1:8080"] and "jobs" not in found.observed
    chosen = run([target("10.0.0.7:8080"), target("10.0.0.8:8080")], selector=SELECTOR)
    assert chosen.observed["jobs"] == ["payments"] and "expected_targets" not in chosen.observed, "pods have new addresses each time"
    assert {item.name: item.value for item in chosen.measurements}["targets_discovered"] == 2


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = run([target(), target("web2:8080", "down"), target("web3:8080", age=31)], selector=SELECTOR)
    assert found.details[0].template == "{target} is down: {reason}"
    assert found.details[1].params == {"target": "payments/web3:8080", "age": 30.876544, "interval": 15.0}
    assert french(found.details[0]) == "la cible payments/web2:8080 ne répond pas : aucune raison donnée"
    assert french(found.message).startswith("cibles qui répondent et sont collectées : 1 sur 3 ; la cible payments/web2:8080 ne répond pas")
    expected = [{"job": "payments", "addresses": ["a", "b", "::1"], "port": 8080}]
    absent = run([target()], selector=SELECTOR, expect=expected).details[0]
    assert absent == "a, b or [::1] port 8080 of the job payments is not among the targets"
    assert french(absent) == "a, b ou [::1] port 8080 du job payments n\u2019est pas parmi les cibles"


# -- too early, dropped, seen by others


def test_what_waits_for_its_first_scrape_is_not_known_yet() -> None:
    found = run([target(), target("web2:8080", **NOT_YET)], selector=SELECTOR, min_up=2)
    assert str(found.status) == "unknown" and "payments/web2:8080 has not been scraped yet" in found.message
    found = run([target("web1:8080", "down"), target("web2:8080", **NOT_YET)], selector=SELECTOR)
    assert str(found.status) == "fail" and "web1:8080 is down" in found.message
    found = run([target(), target("web2:8080", **NOT_YET)], selector=SELECTOR, min_up=3)
    assert str(found.status) == "fail", "there would be too few all the same"


@pytest.mark.parametrize("selector", ['{job="payments"} offset 5m', '{job="payments"}[5m]', 'up{job="payments"} @ 5'])
def test_a_selector_of_another_time_is_refused(selector: str) -> None:
    with pytest.raises(ArgumentsRefused, match="selector: '"):
        parse_arguments(prometheus_targets, {"url": "http://prom:9090", "selector": selector})


def answered(answers: dict[str, t.Any], **args: t.Any) -> Finding:
    """With these answers beside those of a server that is well and has no targets."""
    usual = {"/-/ready": "ready", "/api/v1/query": ONE, "/api/v1/targets": {"status": "success", "data": {"activeTargets": []}}}
    given = {"url": "http://prom:9090", "selector": SELECTOR, **args}
    return run_item(Item("k", "prometheus_targets", given), FakeRunner(answers={**usual, **answers}))[0]


def up(*instances: tuple[str, str, int]) -> dict[str, t.Any]:
    """``up`` as several replicas have written it: instance, replica, value."""
    found = [
        {"metric": {"__name__": "up", "job": "payments", "instance": instance, "prometheus_replica": replica}, "value": [1.0, str(value)]}
        for instance, replica, value in instances
    ]
    return {"/api/v1/query?query=up": {"status": "success", "data": {"resultType": "vector", "result": found}}}


def test_replicas_that_write_are_counted_once() -> None:
    found = answered(up(("a:1", "x", 1), ("a:1", "y", 1), ("b:1", "x", 1), ("b:1", "y", 1)), min_up=2)
    assert (str(found.status), found.observed["up"], found.observed["seen_by"]) == ("pass", 2, "up")
    assert found.message.endswith("scrapes nothing itself, and this is what its series up say: 2 of 2 targets are up")
    assert str(answered(up(("a:1", "x", 1), ("a:1", "y", 1)), min_up=2).status) == "fail"
    found = answered(up(("a:1", "x", 1), ("a:1", "y", 0)))
    assert str(found.status) == "warn" and "payments/a:1 is not up for each of the replicas that scrape it" in found.message
    assert str(answered(up(("a:1", "x", 0), ("a:1", "y", 0))).status) == "fail"


def test_replicas_behind_one_address_are_counted_once() -> None:
    targets = [target("web1:8080", labels={"replica": "a"}), target("web1:8080", labels={"replica": "b"})]
    found = run(targets, selector=SELECTOR, min_up=1)
    assert (str(found.status), found.observed["discovered"]) == ("pass", 1)
    assert str(run(targets, selector=SELECTOR, min_up=2).status) == "fail"


def test_a_server_that_scrapes_nothing_and_has_no_up_is_the_wrong_instrument() -> None:
    found = answered({"/api/v1/query?query=up": {"status": "success", "data": {"resultType": "vector", "result": []}}})
    assert str(found.status) == "unknown" and "scrapes nothing itself: there are 0 targets in all jobs" in found.message
    configured = {"/api/v1/status/config": {"status": "success", "data": {"yaml": "global: {}\nscrape_configs:\n- job_name: payments\n"}}}
    found = answered(configured)
    assert str(found.status) == "unknown" and "has scrape jobs, and 0 targets in all of them" in found.message


def test_an_agent_answers_no_queries() -> None:
    said = {"status": "error", "errorType": "execution", "error": "unavailable with Prometheus Agent"}
    found = answered(
        {"/api/v1/query": Response(422, {"content-type": "application/json"}, json.dumps(said).encode(), "http://prom:9090", 0.1)}
    )
    assert str(found.status) == "unknown" and "is a Prometheus agent, which answers no queries" in found.message


def test_what_a_redirect_leads_to_is_named() -> None:
    page = Response(200, {"content-type": "text/html"}, b"<html>", "https://sso.example.test/auth", 0.1)
    found = answered({"/-/ready": page})
    assert (str(found.status), found.instrument) == ("unknown", "Prometheus http://prom:9090")
    assert found.message == "Prometheus http://prom:9090 redirects to sso.example.test, which does not answer for it: a login (SSO)?"


# -- up, and yet nothing


@pytest.mark.parametrize(("labels", "status"), [({}, "warn"), ({"instance": "web2:8080"}, "pass"), ({"replica": "a"}, "warn")])
def test_a_target_of_which_nothing_is_kept(labels: dict[str, str], status: str) -> None:
    series = {"__name__": "scrape_samples_post_metric_relabeling", "job": "payments", "instance": "web1:8080", **labels}
    none = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": series, "value": [1.0, "0"]}]}}
    kept = {"/api/v1/query?query=scrape_samples_post_metric_relabeling+%3D%3D+0": none}
    targets = {"/api/v1/targets": {"status": "success", "data": {"activeTargets": [target()]}}}
    found = answered({**kept, **targets})
    assert str(found.status) == status and ("web1:8080 is up, and nothing is kept of it" in found.message) is (status == "warn")


@pytest.mark.parametrize(
    ("selector", "gone"),
    [
        ('{job=~"payments|ghost"}', "ghost for the label job"),
        ('{job=~"(payments|ghost|more)"}', "ghost, more for the label job"),
        ('{job="payments",instance=~"web1:8080|web2:8080"}', "web2:8080 for the label instance"),
        ('{job=~"payments"}', ""),
        ('{job=~"payments|other"}', ""),
        ('{job=~"payments|ghost.*"}', ""),
        ('{job=~"pay.*",job!~"other|ghost"}', ""),
    ],
)
def test_each_of_the_jobs_that_a_selector_names(selector: str, gone: str) -> None:
    found = run([target(), target("db:1", job="other")], selector=selector)
    assert (str(found.status), gone in found.message) == ("warn" if gone else "pass", True), found.message


def written(*replicas: tuple[str, float], interval: float = 15.0) -> dict[str, t.Any]:
    """``up`` of one target as replicas have written it: the replica, and how many seconds ago it did for the last time."""

    def answer(values: t.Sequence[float]) -> dict[str, t.Any]:
        labels = [{"job": "payments", "instance": "a:1", "prometheus_replica": name} for name, _ago in replicas]
        result = [{"metric": one, "value": [1.0, str(value)]} for one, value in zip(labels, values)]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}

    def asked(query: str) -> str:
        return f"/api/v1/query?{urlencode({'query': query})}"

    last = [NOW.timestamp() - ago for _name, ago in replicas]
    return {
        "/api/v1/query?query=up": answer([1.0] * len(replicas)),
        asked("timestamp(up)"): answer(last),
        asked("min_over_time(timestamp(up)[10m:10s])"): answer([at - 10 * interval for at in last]),
        asked("count_over_time(up[10m])"): answer([11.0] * len(replicas)),
    }


@pytest.mark.parametrize(
    ("replicas", "interval", "status", "said"),
    [
        ([("x", 5), ("y", 9)], 15.0, "pass", "1 of 1 target is up"),
        ([("x", 60)], 15.0, "pass", "1 of 1 target is up"),  # what is written may be late
        ([("x", 65)], 1.0, "fail", "payments/a:1 was last scraped 65 s ago, it should be each 1 s"),
        ([("x", 65)], 60.0, "pass", "1 of 1 target is up"),
        ([("x", 200), ("y", 200)], 15.0, "fail", "was last scraped 3 min 20 s ago, it should be each 15 s"),
        ([("x", 5), ("y", 200)], 15.0, "warn", "payments/a:1 is not up for each of the replicas that scrape it"),
    ],
)
def test_samples_of_up_that_are_not_written_any_more(replicas: list[tuple[str, float]], interval: float, status: str, said: str) -> None:
    found = answered(written(*replicas, interval=interval))
    assert (str(found.status), said in found.message) == (status, True), found.message
