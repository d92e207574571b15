# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import promql, promql_needs
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import (
    Prometheus,
    QueryRefused,
    moment,
    prometheus_duration,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_needs import State
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import FakeRunner, HttpFailure, Response

ONE = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1.0, "1"]}]}}
NONE = {"status": "success", "data": {"resultType": "vector", "result": []}}


def client(answers: dict[str, t.Any], url: str = "http://user:word@prom:9090/") -> Prometheus:
    return Prometheus(Connection(url=url), FakeRunner(answers=answers))


def html(status: int = 200) -> Response:
    return Response(status, {"content-type": "text/html"}, b"<!doctype html><html>Sign in</html>", "http://prom:9090/x", 0.1)


def plain(status: int, body: bytes = b"no") -> Response:
    return Response(status, {"content-type": "text/plain"}, body, "http://prom:9090/x", 0.1)


@pytest.mark.parametrize("url", ["http://prom:9090", "http://prom:9090/", "http://prom:9090/api/v1/"])
def test_the_address_may_be_written_in_several_ways(url: str) -> None:
    server = client({"/-/ready": "ready", "/api/v1/query": ONE}, url)
    server.probe()
    assert server.instrument == "Prometheus http://prom:9090"


def test_no_ready_page_is_tolerated() -> None:
    client({"/prometheus/api/v1/query": ONE}, "https://mimir/prometheus").probe()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"/-/ready": plain(503)}, "is not ready .*503"),
        ({"/-/ready": plain(500)}, "is not ready .*500"),
        ({"/-/ready": html()}, "web page"),
        ({"/-/ready": HttpFailure("timeout", "http://prom:9090/-/ready did not answer within 10 s")}, "did not answer within 10 s"),
        ({"/api/v1/query": html()}, "web page instead of JSON"),
        ({"/api/v1/query": '{"status":"succ'}, "cannot be parsed"),
        ({"/api/v1/query": plain(500)}, "with 500"),
        ({"/api/v1/query": html(503)}, "with 503"),
        ({"/api/v1/query": plain(401)}, r"refuses the request \(401\)"),
        ({}, "has no /api/v1/query"),
        ({"/api/v1/query": []}, "not as Prometheus's"),
        ({"/api/v1/query": "null"}, "not as Prometheus's"),
        ({"/api/v1/query": {"status": "success", "data": {}}}, "not as Prometheus's"),
        ({"/api/v1/query": {"status": "success", "data": {"resultType": "vector", "result": [{}]}}}, "not as Prometheus's"),
        ({"/api/v1/query": {"status": "success", "data": {"resultType": "matrix", "result": []}}}, "a matrix"),
        ({"/api/v1/query": NONE}, "does not answer vector"),
        ({"/api/v1/query": {**NONE, "warnings": ["store 3 is gone"]}}, "with a warning: store 3 is gone"),
    ],
)
def test_an_instrument_that_fails_is_named(answers: dict[str, t.Any], message: str) -> None:
    with pytest.raises(CannotObserve, match=message) as caught:
        client(answers).probe()
    assert caught.value.instrument == "Prometheus http://prom:9090"
    assert "word" not in caught.value.message


def test_the_probe_query_tells_the_wrong_server() -> None:
    def answer(_method: str, url: str, _options: t.Any) -> Response:
        query = parse_qs(urlsplit(url).query)["query"][0]
        body = ONE if query == "vector(1)" else NONE
        return FakeRunner(answers={"/": body}).get("http://x/")

    with pytest.raises(CannotObserve, match='nothing for up{job="payments"}: is it the right server'):
        client({"/api/v1/query": answer}).probe('up{job="payments"}')


def test_a_refused_query_says_why() -> None:
    body = b'{"status":"error","errorType":"bad_data","error":"1:4: unexpected end of input"}'
    with pytest.raises(QueryRefused, match="unexpected end"):
        client({"/api/v1/query": plain(400, body)}).query("up{")


def test_long_queries_are_posted() -> None:
    runner = FakeRunner(answers={"/api/v1/query": ONE})
    Prometheus(Connection(url="http://prom"), runner).query("x" * 5000)
    method, url, options = runner.http.asked[-1]  # type: ignore[attr-defined] # the fake has it
    assert (method, urlsplit(url).query, len(options["body"]) > 5000) == ("POST", "", True)


def test_results_of_every_kind() -> None:
    histogram = {"resultType": "vector", "result": [{"metric": {"a": "b"}, "histogram": [2.0, {"count": "7", "sum": "1", "buckets": []}]}]}
    assert [s.value for s in client({"/api/v1/query": {"status": "success", "data": histogram}}).query("h")] == [7.0]
    scalar = {"resultType": "scalar", "result": [2.0, "+Inf"]}
    assert [s.value for s in client({"/api/v1/query": {"status": "success", "data": scalar}}).query("1/0")] == [float("inf")]
    matrix = {"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": [[1, "2"], [2, "NaN"]]}]}
    ranges = client({"/api/v1/query_range": {"status": "success", "data": matrix}}).query_range("x", 0, 2, 1)
    assert ranges[0].samples[0] == (1.0, 2.0)


def test_the_server_s_clock_is_used() -> None:
    body = b'{"status":"success","data":{"activeTargets":[]}}'
    answer = Response(200, {"date": "Wed, 25 Nov 2026 07:00:00 GMT"}, body, "http://prom/", 0.1)
    targets, now = client({"/api/v1/targets": answer}).targets()
    assert (targets, now) == ([], dt.datetime(2026, 11, 25, 7, tzinfo=dt.timezone.utc))


@pytest.mark.parametrize("data", [{}, {"activeTargets": None}, {"activeTargets": [1]}, {"activeTargets": [{"lastScrape": "yesterday"}]}])
def test_targets_that_make_no_sense(data: t.Any) -> None:
    with pytest.raises(CannotObserve, match="not as Prometheus's"):
        client({"/api/v1/targets": {"status": "success", "data": data}}).targets()


def test_times_and_durations_as_go_writes_them() -> None:
    assert moment("2026-11-25T14:18:14.80093546Z") == dt.datetime(2026, 11, 25, 14, 18, 14, 800935, tzinfo=dt.timezone.utc)
    found = moment("2026-11-25T16:18:14+02:00")
    assert found is not None and found.utctimetuple()[3:5] == (14, 18)
    assert moment("0001-01-01T00:00:00Z") is None
    assert (prometheus_duration("1m30s"), prometheus_duration("1m0s"), prometheus_duration("15"), prometheus_duration("")) == (
        90,
        60,
        None,
        None,
    )


# -- PromQL


def needs(expression: str, *alive: str) -> tuple[bool, list[str], list[str]]:
    found = promql_needs.needs(promql.parse(expression), lambda one: State.LIVE if one.metric in alive else State.DEAD)
    return found.alive, [selector.text for selector in found.dead], [selector.text for selector in found.idle]


@pytest.mark.parametrize(
    ("expression", "alive", "expected"),
    [
        ("a > 1", ["a"], (True, [], [])),
        ("a > 1", [], (False, ["a"], [])),
        ("vector(1)", [], (True, [], [])),
        ("time() - a > 10", [], (False, ["a"], [])),
        ("sum by (x) (rate(a[5m])) / sum by (x) (rate(b[5m])) > 0.1", ["a"], (False, ["b"], [])),
        ("absent(a)", [], (True, [], [])),
        ("absent_over_time(a[1h]) and on() b", ["b"], (True, [], [])),
        ("a < 1 or absent(a)", [], (True, [], ["a"])),
        ("a or b or c", ["b"], (True, [], ["a", "c"])),
        ("a or b", [], (False, ["a", "b"], [])),
        ("(a or vector(0)) > 1", [], (True, [], ["a"])),
        ("a unless on(x) b", ["a"], (True, [], ["b"])),
        ("a unless on(x) b", ["b"], (False, ["a"], [])),
        ("a and b", ["a"], (False, ["b"], [])),
        ("topk(scalar(b), a)", ["a"], (False, ["b"], [])),
        ("max_over_time(rate(a[5m])[1h:1m] offset 1d) > 0", [], (False, ["a"], [])),
        ("-(a @ 100)", [], (False, ["a"], [])),
        ('info(a, {x="y"})', ["a"], (True, [], [])),
        ('label_replace(a, "x", "$1", "y", "(.*)") == 1', ["a"], (True, [], [])),
        ('{__name__="a", x="y"}', ["a"], (True, [], [])),
        ('a{x="1" or x="2"}', [], (False, ['a{x="1"}', 'a{x="2"}'], [])),
    ],
)
def test_what_an_expression_needs(expression: str, alive: list[str], expected: t.Any) -> None:
    assert needs(expression, *alive) == expected


@pytest.mark.parametrize(
    "text",
    [
        'a{x="1",y!="2",z=~"3.*",w!~"4|5"}',
        'a{x="quo\\"te\\\\d"}',
        '{job="x"}',
        '{"a.name", "a.label"="x"}',
        "a",
    ],
)
def test_selectors_are_written_as_they_were(text: str) -> None:
    selector = promql.parse_selector(text)
    again = promql.parse_selector(selector.text)
    assert (again.metric, again.text, again.same) == (selector.metric, selector.text, selector.same)


def test_how_far_back_a_selector_looks() -> None:
    def reach(expression: str) -> list[tuple[float, float | None]]:
        return [(selector.reach, selector.at) for selector in promql.selectors(promql.parse(expression))]

    assert reach("rate(a[1h] offset 7d)") == [(7 * 86400 + 3600, None)]
    assert reach("max_over_time(rate(a[5m])[1d:5m] offset 1h)") == [(86400 + 3600 + 300, None)]
    assert reach("a @ 1000") == [(0, 1000.0)]
    assert reach("a @ end() offset -1h") == [(0, None)]


def test_the_server_s_parser_says_the_same() -> None:
    matchers = [{"name": "__name__", "type": "=", "value": "a"}, {"name": "x", "type": "=~", "value": "y"}]
    selector = {"type": "matrixSelector", "name": "a", "range": 300000, "offset": 60000, "matchers": matchers, "timestamp": None}
    call = {"type": "call", "func": {"name": "rate"}, "args": [selector]}
    absent = {"type": "call", "func": {"name": "absent"}, "args": [{**selector, "type": "vectorSelector"}]}
    tree = {
        "type": "binaryExpr",
        "op": "or",
        "lhs": {"type": "aggregation", "op": "sum", "expr": call, "param": None},
        "rhs": {"type": "parenExpr", "expr": absent},
    }
    assert promql.from_server(call) == promql.parse('rate(a{x=~"y"}[5m] offset 1m)')
    found = promql_needs.needs(promql.from_server(tree), lambda _one: State.DEAD)
    assert (found.alive, [one.text for one in found.idle]) == (True, ['a{x=~"y"}'])
    for wrong in (None, {}, {"type": "poem"}, {"type": "call", "func": 1, "args": []}):
        with pytest.raises(ValueError, match="expected|known"):
            promql.from_server(wrong)


def test_what_cannot_be_parsed() -> None:
    with pytest.raises(promql.NotParsed, match="cannot parse"):
        promql.parse("rate(a[5m] smoothed)")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promql, "HAS_PROMQL_PARSER", False)
    with pytest.raises(promql.NotParsed, match="promql-parser"):
        promql.parse("a")
    with pytest.raises(CannotObserve, match="promql-parser"):
        promql.parse_selector("{a='b'}")


def test_matchers_are_go_s() -> None:
    labels = {"job": "payments", "zone": "b"}

    def holds(text: str) -> bool:
        return all(matcher.holds(labels) for matcher in promql.parse_selector(text).matchers)

    assert holds('{job=~"pay.*",zone!="a",missing=""}')
    assert not holds('{job=~"pay"}')
    assert not holds('{job="payments",zone!~"a|b"}')
    with pytest.raises(ValueError, match="not a PromQL label selector"):
        promql.parse_selector("sum(a)")
    with pytest.raises(ValueError, match="not a PromQL label selector"):
        promql.parse_selector("{}")


NESTED = {
    "brackets": "(" * 100_000 + "up" + ")" * 100_000,
    "signs": "-" * 100_000 + "up",
    "calls": "sum(" * 10_000 + "up" + ")" * 10_000,
    "sums": "+".join(["up"] * 20_000),
    "choices": " or ".join(["up"] * 10_000),
    "a comment with a quote": "# it's\n" + "(" * 100_000 + "up" + ")" * 100_000 + "# '",
    "a string of two lines": "up{a='\n" + "'} " + "+".join(["up"] * 5_000) + " '",
    "length": 'up{a="' + "x" * 100_000 + '"}',
    "levels": "(" * 450 + "up" + ")" * 450 + "+" + "(" * 450,
}


@pytest.mark.parametrize("kind", NESTED)
def test_what_the_library_would_not_survive_is_not_given_to_it(kind: str) -> None:
    with pytest.raises(promql.NotParsed):
        promql.parse(NESTED[kind])
    with pytest.raises(ValueError, match="is not a PromQL label selector"):
        promql.parse_selector(NESTED[kind])


def test_large_expressions_are_parsed() -> None:
    many = "|".join(f"web-{number}.example-{number}:9100" for number in range(400))
    assert len(promql.selectors(promql.parse(f'sum(up{{instance=~"{many}"}}) > 3'))) == 1
    assert len(promql.selectors(promql.parse(" or ".join(f"a{number} > {number}" for number in range(150))))) == 150
    assert len(promql.selectors(promql.parse("(" * 200 + "up" + ")" * 200))) == 1


def test_the_server_s_own_reading_has_an_end_too() -> None:
    tree: dict[str, t.Any] = {"type": "numberLiteral"}
    for _level in range(100_000):
        tree = {"type": "parenExpr", "expr": tree}
    with pytest.raises(ValueError, match="not as expected"):
        promql.from_server(tree)
