# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import prometheus_query
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner, HttpFailure, Response

QUERY = "error_ratio"


def vector(*values: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """Values, or (labels, value) pairs."""
    pairs = [value if isinstance(value, tuple) else ({}, value) for value in values]
    result = [{"metric": labels, "value": [1.0, str(value)]} for labels, value in pairs]
    return {"status": "success", "data": {"resultType": "vector", "result": result}, **more}


def scalar(kind: str, result: t.Any) -> dict[str, t.Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def runner(answers: t.Mapping[str, t.Any], lines: t.Any = None) -> FakeRunner:
    """Answers by query; a list is a value for each time that it is asked. ``lines``: what is answered to ranges."""
    left = {query: list(answer) if isinstance(answer, list) else answer for query, answer in answers.items()}

    def answer(_method: str, url: str, _options: t.Any) -> t.Any:
        query = parse_qs(urlsplit(url).query)["query"][0]
        if query == "vector(1)":
            return vector(1)
        held = left[query]
        return held.pop(0) if isinstance(held, list) else held

    return FakeRunner(answers={"/-/ready": "ready", "/api/v1/query": answer, "/api/v1/query_range": lines or scalar("matrix", [])})


def run(answer: t.Any, more: t.Mapping[str, t.Any] | None = None, **args: t.Any) -> Finding:
    args = {"url": "http://prom:9090", "query": QUERY, **args}
    return prometheus_query.run(parse_arguments(prometheus_query, args), runner({args["query"]: answer, **(more or {})}))


@pytest.mark.parametrize(
    ("value", "conditions", "status", "said"),
    [
        (0.004, {"pass_when": "<= 1%"}, "pass", "the value of error_ratio: 0.4%, it must be <= 1%"),
        (0.01, {"pass_when": "<= 1%"}, "pass", "1%, it must be <= 1%"),
        (0.042, {"pass_when": "<= 1%"}, "fail", "4.2%, it must be <= 1%"),
        (0.5, {"fail_when": "> 0.9"}, "pass", "0.5, it must not be > 0.9"),
        (0.95, {"fail_when": "> 0.9"}, "fail", "0.95, it must not be > 0.9"),
        (0.008, {"pass_when": "<= 1%", "warn_when": "> 0.5%"}, "warn", "0.8%, which is a warning when > 0.5%"),
        (0.02, {"pass_when": "<= 1%", "warn_when": "> 0.5%"}, "fail", "2%, it must be <= 1%"),
        (0.92, {"fail_when": "> 0.95", "warn_when": "> 0.9"}, "warn", "which is a warning when > 0.9"),
        (5, {"pass_when": "> 1", "fail_when": "== 5"}, "fail", "5, it must not be == 5"),
        (93700, {"fail_when": "> 26h"}, "fail", "26 h 1 min, it must not be > 26h"),
        (0.35, {"pass_when": "< 500ms"}, "pass", "350 ms, it must be < 500ms"),
        (2**31, {"pass_when": "> 1GiB"}, "pass", "2.0 GiB, it must be > 1GiB"),
        ("+Inf", {"pass_when": "< 10"}, "fail", "infinite, it must be < 10"),
        ("-Inf", {"pass_when": "< 10"}, "pass", "minus infinite, it must be < 10"),
        ("+Inf", {"pass_when": "> 10"}, "pass", "infinite, it must be > 10"),
    ],
)
def test_the_value_against_its_limits(value: t.Any, conditions: dict[str, str], status: str, said: str) -> None:
    found = run(vector(value), **conditions)
    assert (str(found.status), said in found.message) == (status, True), found.message


@pytest.mark.parametrize("answer", [vector(), vector("NaN")], ids=["nothing", "nan"])
@pytest.mark.parametrize(("no_data", "status"), [(None, "unknown"), ("unknown", "unknown"), ("fail", "fail"), ("pass", "pass")])
def test_no_data_is_what_the_user_says_it_is_and_unknown_without(answer: t.Any, no_data: str | None, status: str) -> None:
    found = run(answer, fail_when="> 0.9", **({"no_data": no_data} if no_data else {}))
    assert str(found.status) == status
    assert "there is no data" in found.message or "not a number" in found.message
    assert found.measurements == []


def test_of_several_series_the_worst_is_named_and_the_others_that_do_not_pass_are_listed() -> None:
    answer = vector(({"route": "/a"}, 0.2), ({"route": "/b", "__name__": "x"}, 0.9), ({"route": "/c"}, 0.001), ({"route": "/d"}, "NaN"))
    found = run(answer, pass_when="< 0.1", name="error ratio")
    assert str(found.status) == "fail"
    assert found.message == 'error ratio for {route="/b"}: 0.9, it must be < 0.1'
    assert [line.split(":")[0] for line in found.details] == ['{route="/a"}', '{route="/b"}', '{route="/d"}']
    assert found.observed["count"] == 4
    assert [(m.name, m.value, m.limit, m.bound) for m in found.measurements] == [("error_ratio", 0.9, 0.1, "upper")]
    # the nearest to its limit when all pass
    near = run(vector(({"route": "/a"}, 0.01), ({"route": "/b"}, 0.09)), pass_when="< 0.1")
    assert str(near.status) == "pass" and near.observed["value"] == 0.09 and near.details == []


def test_many_series_are_not_all_listed() -> None:
    found = run(vector(*[({"n": str(i)}, 1) for i in range(500)]), pass_when="< 1")
    assert len(found.details) == 21 and found.details[-1] == "and 480 more"


def test_one_series_that_is_not_a_number_among_good_ones_is_unknown() -> None:
    assert str(run(vector(({"a": "1"}, 1), ({"a": "2"}, "NaN")), pass_when="> 0").status) == "unknown"


def test_a_scalar() -> None:
    assert str(run(scalar("scalar", [1.0, "3"]), pass_when="> 2").status) == "pass"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (scalar("string", [1.0, "x"]), "answered with a string, and a number for each series was asked for"),
        (scalar("matrix", [{"metric": {}, "values": [[1.0, "1"]]}]), "answered with a matrix"),
        (
            {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "histogram": [1.0, {"count": "3"}]}]}},
            "answered with histograms",
        ),
        ({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": ["x"]}]}}, "not as Prometheus's"),
        ({"status": "success", "data": {"resultType": "vector", "result": "x"}}, "not as Prometheus's"),
        ({"status": "error", "error": "parse error: unexpected end"}, "refuses the request (200): parse error"),
        (vector(warnings=["store did not answer"]), "answered with nothing, and with a warning: store did not answer"),
    ],
)
def test_answers_that_cannot_be_compared(answer: t.Any, said: str) -> None:
    with pytest.raises(CannotObserve) as caught:
        run(answer, pass_when="> 0")
    assert said in caught.value.message
    assert caught.value.instrument == "Prometheus http://prom:9090"


@pytest.mark.parametrize(("value", "status"), [(1, "unknown"), (0, "fail")])
def test_a_partial_answer_never_passes(value: float, status: str) -> None:
    found = run(vector(value, warnings=["store s3 did not answer"]), pass_when="> 0")
    assert str(found.status) == status
    assert ("the answer may be incomplete (store s3 did not answer)" in found.message) == (status == "unknown")


@pytest.mark.parametrize(
    ("values", "limit", "status", "said"),
    [
        ([1, 1, 1], 0, "pass", "(0 of 3 samples did not pass, 0 may)"),
        ([1, 0, 1], 1, "pass", "(1 of 3 samples did not pass, 1 may)"),
        ([1, 0, 0], 1, "fail", "(2 of 3 samples did not pass, 1 may)"),
        ([0], 0, "fail", "(1 of 1 samples did not pass, 0 may)"),
        ([1, 0, "NaN"], 1, "unknown", "(2 of 3 samples did not pass, 1 may)"),
        ([1, "NaN", 1], 1, "pass", "(1 of 3 samples did not pass, 1 may)"),
        ([1, 3, 1], 0, "warn", "which is a warning when > 2"),
    ],
)
def test_samples(values: list[t.Any], limit: int, status: str, said: str) -> None:
    answers = [vector(value) for value in values]
    found = run(answers, pass_when="> 0", warn_when="<= -1" if 3 not in values else "== 3", samples=3, interval="2s", failure_limit=limit)
    assert str(found.status) == status
    assert said.replace("> 2", "== 3") in found.message


def test_samples_are_asked_anew_and_a_lost_one_counts_as_one_that_did_not_pass() -> None:
    args = parse_arguments(
        prometheus_query,
        {"url": "http://prom:9090", "query": QUERY, "pass_when": "> 0", "samples": 3, "interval": "4s", "failure_limit": 1},
    )
    asked = runner({QUERY: [vector(1), Response(500, {}, b"", "http://prom:9090", 0.1), vector(1)]})
    found = prometheus_query.run(args, asked)
    assert str(found.status) == "pass" and "(1 of 3 samples did not pass, 1 may)" in found.message
    assert asked.clock.monotonic() == 8
    fresh = [options.get("fresh", False) for _method, url, options in asked.http.asked if QUERY in url]
    assert fresh == [False, True, True]
    with pytest.raises(CannotObserve) as caught:
        prometheus_query.run(args, runner({QUERY: [vector(1), HttpFailure("refused", "gone"), HttpFailure("refused", "gone")]}))
    assert caught.value.instrument == "Prometheus http://prom:9090"


def test_old_samples_are_unknown() -> None:
    query = 'rate(a[5m]) / on(job) b{x="1"} > c offset 1h'
    ages = {'time() - timestamp(b{x="1"})': vector(({"job": "j"}, 200)), "time() - timestamp(a)": vector(999)}
    found = run(vector(1), ages, query=query, pass_when="> 0", max_age="2m")
    assert str(found.status) == "unknown"
    assert 'the newest sample of b{x="1"} ({job="j"}) is 3 min 20 s old, the limit is 2 min' in found.message
    assert str(run(vector(1), ages, query=query, pass_when="> 0", max_age="4m").status) == "pass"


COVERAGE = {"pass_when": "<= 2%", "coverage_query": "seen", "min_coverage": "98%"}


def test_too_few_samples_are_unknown_and_say_how_many_were_seen() -> None:
    found = run(vector(0.019), {"seen": vector(0.413)}, **COVERAGE)
    assert str(found.status) == "unknown"
    assert "41.3% of what must be seen was seen, at least 98% must be; so far 1.9%" in found.message
    assert str(run(vector(0.019), {"seen": vector(0.98)}, **COVERAGE).status) == "pass"
    assert str(run(vector(0.019), {"seen": vector("NaN")}, **COVERAGE).status) == "unknown"
    with pytest.raises(CannotObserve, match="coverage_query has no data"):
        run(vector(0.019), {"seen": vector()}, **COVERAGE)


def test_what_is_young_says_since_when_there_are_data() -> None:
    def since(begun: float, reach: float = 30 * 86400.0, now: float = 4e9) -> str:
        def lines(_method: str, url: str, _options: t.Any) -> t.Any:
            start, end, step = (float(parse_qs(urlsplit(url).query)[name][0]) for name in ("start", "end", "step"))
            times = [start + step * index for index in range(int((end - start) / step + 1e-6) + 1)]
            values = [[time, "1"] for time in times if time >= begun]
            return scalar("matrix", [{"metric": {}, "values": values}] if values else [])

        query = f"1 - avg_over_time((up)[{int(reach)}s:1m])"
        asked = runner({query: scalar("vector", [{"metric": {}, "value": [now, "0"]}]), "seen": vector(0.0001)}, lines)
        args = {"url": "http://prom:9090", "query": query, **COVERAGE}
        return str(prometheus_query.run(parse_arguments(prometheus_query, args), asked).message)

    assert "there are data since 2096-10-02T06:0" in since(4e9 - 3600) and "0% of what must be seen was seen" in since(4e9 - 3600)
    assert "there are data since 2096-10-02T06:5" in since(4e9 - 480)
    assert "there are data since" not in since(0), "what is missing is a gap"


def test_what_was_seen_belongs_to_its_series() -> None:
    values = vector(({"c": "a"}, 0.05), ({"c": "b"}, 0.001))
    # b was hardly seen, but a was, and fails
    found = run(values, {"seen": vector(({"c": "a"}, 1), ({"c": "b"}, 0.2))}, **COVERAGE)
    assert str(found.status) == "fail" and '{c="a"}' in found.message
    found = run(values, {"seen": vector(({"c": "a"}, 0.2), ({"c": "b"}, 1))}, **COVERAGE)
    assert str(found.status) == "unknown" and '{c="a"}' in found.message


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"pass_when": "> 0", "samples": 0}, "samples: 0 is no number of samples"),
        ({"pass_when": "> 0", "samples": 2, "failure_limit": 2}, "failure_limit: with 2 samples, 2 could never be exceeded"),
        ({"pass_when": "> 0", "failure_limit": -1}, "failure_limit"),
        ({"pass_when": "> 0", "samples": 7, "interval": "5s"}, "timeout: 7 samples take 30 s, the check may take 30 s"),
        ({"pass_when": "< 0.1", "warn_when": "< 0.2"}, "warn_when: '< 0.2' holds for values that meet pass_when '< 0.1' too"),
        ({"pass_when": "> 0", "coverage_query": "seen", "min_coverage": "most"}, "min_coverage: 'most' is not a share"),
    ],
)
def test_arguments_that_cannot_be_meant(args: dict[str, t.Any], said: str) -> None:
    with pytest.raises(ArgumentsRefused) as caught:
        run(vector(1), {"seen": vector(1)}, **args)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"query": "x"}, "pass_when, fail_when"),
        ({"query": "x", "pass_when": "about 3"}, "'about 3' is not a comparison"),
        ({"query": "x", "pass_when": "> 0", "no_data": "good"}, "no_data"),
        ({"pass_when": "> 0"}, "query"),
    ],
)
def test_arguments_are_refused_before_anything_is_asked(args: dict[str, t.Any], said: str) -> None:
    with pytest.raises(ArgumentsRefused) as caught:
        parse_arguments(prometheus_query, {"url": "http://prom:9090", **args})
    assert said in str(caught.value)


def test_as_a_finding_of_the_engine() -> None:
    item = Item(key="k", check="prometheus_query", args={"url": "http://prom:9090", "query": QUERY, "pass_when": "< 1"}, requirement="R-01")
    found = run_item(item, runner({QUERY: vector("+Inf")}))[0]
    assert (str(found.status), found.observed["value"], found.measurements) == ("fail", "inf", [])


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = run([vector(0.042)] * 2, pass_when="<= 1%", samples=2, interval="0s", failure_limit=1)
    assert found.message.template == "{said} ({bad:number} of {samples:number} samples did not pass, {allowed:number} may)"
    assert found.message.params["bad"] == 2
    assert french(found.message) == ("valeur de error_ratio : 4,2 % (attendu : <= 1%) ; échantillons non conformes : 2 sur 2 (1 au plus)")
