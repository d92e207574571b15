# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the check asks: how often, what together, and what it says where Grafana answers in odd ways."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import grafana_dashboard
from ansible_collections.operability.readiness.plugins.module_utils._checks._panel_queries import is_constant, is_quiet, made_of, needs
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.comparable import facts
from fakes import NOW, FakeRunner, Response
from grafana_data_stand_in import frame

Json = dict[str, t.Any]
AT = {"url": "http://grafana:3000", "uid": "payments"}
PROM = {"type": "prometheus", "uid": "p1"}
NOW_MS = NOW.timestamp()


def panel(number: int, *expressions: str, **more: t.Any) -> Json:
    targets = [{"refId": chr(ord("A") + place), "expr": text} for place, text in enumerate(expressions)]
    return {"id": number, "type": "timeseries", "title": f"Panel {number}", "datasource": PROM, "targets": targets, **more}


def answered(_method: str, url: str, options: Json) -> Response:
    """Each query has a value of now, unless its expression says otherwise."""
    asked = json.loads(options["body"])
    results: Json = {}
    for query in asked["queries"]:
        text = str(query.get("expr"))
        if "refused" in text:
            results[query["refId"]] = {"error": "parse error: refused", "status": 400}
        else:
            results[query["refId"]] = {"frames": [] if "empty" in text else [frame({"a": "b"}, [(NOW_MS, "1")])], "status": 200}
    status = 400 if any("error" in one for one in results.values()) else 200
    return Response(status, {"content-type": "application/json"}, json.dumps({"results": results}).encode(), url, 0.1)


def served(*panels: Json, variables: t.Sequence[Json] = (), **more: t.Any) -> Json:
    model = {"title": "Payments", "panels": list(panels), "templating": {"list": list(variables)}, "time": {"from": "now-6h", "to": "now"}}
    sources = [{"uid": "p1", "name": "Prometheus", "type": "prometheus", "isDefault": True}, {"uid": "l1", "name": "Loki", "type": "loki"}]
    return {
        "/api/health": {"database": "ok", "version": "12.1.0"},
        "/api/dashboards/uid/payments": {"dashboard": {**model, **more.pop("model", {})}, "meta": {"folderTitle": "Services"}},
        "/api/datasources": sources,
        "/api/datasources/uid/p1/health": {"status": "OK", "message": "fine"},
        "/api/ds/query": answered,
        "/api/search": [{"uid": "payments", "title": "Payments"}],
        **more,
    }


# a dashboard with much in it, of which other tests make odd ones
RICH = served(
    {"id": 1, "type": "row", "title": "R", "repeat": "job", "collapsed": True, "panels": [panel(2, "up{job=~'$job'}")]},
    panel(3, "a", "b", timeFrom="1h", timeShift="1d", interval="$step", maxDataPoints=100),
    {
        **panel(4),
        "datasource": {"uid": "-- Mixed --"},
        "targets": [{"refId": "A", "expr": "x", "datasource": {"uid": "$ds"}, "hide": True}],
    },
    {"id": 5, "type": "x", "libraryPanel": {"uid": "lib"}},
    variables=[
        {"name": "job", "type": "query", "query": {"query": "label_values(up, job)"}, "datasource": PROM, "multi": True, "sort": 3},
        {"name": "ds", "type": "datasource", "query": "prometheus", "regex": "/P/", "current": {"value": "default", "text": "x"}},
        {"name": "step", "type": "interval", "query": "10s,1m", "auto_count": 10, "auto_min": "5s", "current": {"value": "10s"}},
        {"name": "pick", "type": "custom", "query": "a : b,c", "options": [{"value": "b", "text": "a"}], "current": {"value": ["b"]}},
        {"name": "f", "type": "adhoc", "datasource": PROM, "filters": [{"key": "a", "operator": "=", "value": "b"}]},
    ],
    **{
        "/api/datasources/uid/p1/resources/api/v1/label/job/values": {"status": "success", "data": ["web", "db"]},
        "/api/library-elements/lib": {"result": {"model": panel(5, "c")}},
    },
)


def look(answers: Json, **args: t.Any) -> tuple[Finding, FakeRunner]:
    runner = FakeRunner(answers=answers)
    (finding,) = run_item(Item("x", "grafana_dashboard", {**AT, **args}), runner)
    return finding, runner


def posted(runner: FakeRunner) -> list[Json]:
    return [json.loads(options["body"]) for method, _url, options in runner.http.asked if method == "POST"]  # type: ignore[attr-defined]


def test_what_a_finding_has() -> None:
    finding, _runner = look(served(panel(1, "a"), panel(2, "empty"), panel(3, "c"), {"id": 4, "type": "text"}))
    assert (str(finding.status), finding.message) == ("fail", "the dashboard Payments: panel Panel 2: there is no data")
    assert finding.observed == {
        "uid": "payments",
        "title": "Payments",
        "folder": "Services",
        "panels_with_data": ["payments/Panel 1", "payments/Panel 3"],
        "empty_panels": ["Panel 2"],
        "unseen_panels": [],
        "data_sources": ["Prometheus"],
    }
    (measured,) = finding.measurements
    assert (finding.instance, measured.value, measured.limit) == ("", 2, 3), "the plan names it"
    assert finding.details == ["panel Panel 2: there is no data", "1 panel asks nothing: #4"]
    assert facts(finding) == {"panels_with_data": ["payments/Panel 1", "payments/Panel 3"]}, "what is compared after a deployment"


def test_many_panels_are_few_requests() -> None:
    finding, runner = look(served(*[panel(number, f"metric_{number}") for number in range(1, 101)]))
    assert str(finding.status) == "pass"
    requests = posted(runner)
    assert len(requests) == 10 and all(len(one["queries"]) == 20 for one in requests)
    assert len({query["refId"] for one in requests for query in one["queries"]}) == 200
    assert len(runner.http.asked) == 10 + 4  # type: ignore[attr-defined] # and health twice, the dashboard, the data sources


def test_more_panels_than_can_be_asked() -> None:
    finding, runner = look(served(*[panel(number, "a") for number in range(1, 206)]))
    assert str(finding.status) == "unknown" and "there are more than 200 panels, name those that matter (" not in finding.message
    assert "Panel 201: it was not asked: there are more than 200 panels" in finding.message and len(posted(runner)) == 20
    assert "panels_with_data" not in finding.observed, "what was not seen is not gone"


def test_a_request_that_is_refused_as_a_whole_is_sent_panel_by_panel() -> None:
    def spoilt(method: str, url: str, options: Json) -> Response:
        queries = json.loads(options["body"])["queries"]
        if len({query["refId"].split("_")[0] for query in queries}) > 1 or queries[0]["expr"] == "refused":
            return Response(500, {"content-type": "application/json"}, b'{"message": "plugin.downstreamError"}', url, 0.1)
        return answered(method, url, options)

    finding, runner = look(served(panel(1, "a"), panel(2, "refused"), panel(3, "c"), **{"/api/ds/query": spoilt}))
    assert (str(finding.status), finding.message) == ("fail", "the dashboard Payments: panel Panel 2: plugin.downstreamError")
    assert finding.observed["panels_with_data"] == ["payments/Panel 1", "payments/Panel 3"] and len(posted(runner)) == 4


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"results": {}}, "JSON that is not as Grafana's"),
        (200, {}, "JSON that is not as Grafana's"),
        (200, {"results": {"other": {"frames": []}}}, "Grafana has not answered this query"),
        (429, {"message": "slow down"}, "answered /api/ds/query with 429: slow down"),
        (502, "bad gateway", "answered /api/ds/query with 502"),
        (503, {}, "answered /api/ds/query with 503: no reason given"),
    ],
)
def test_answers_from_which_nothing_can_be_told(status: int, body: t.Any, said: str) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    reply = Response(status, {"content-type": "application/json"}, raw, "http://grafana:3000/api/ds/query", 0.1)
    finding, _runner = look(served(panel(1, "a"), **{"/api/ds/query": reply}))
    assert str(finding.status) == "unknown" and said in finding.message


def test_queries_are_sent_as_the_browser_sends_them() -> None:
    finding, runner = look(RICH)
    assert str(finding.status) == "fail" and "Panel 4: it has no query that is shown" in finding.message
    queries = {(query["expr"], query.get("instant")): (query, one) for one in posted(runner) for query in one["queries"]}
    assert ("up{job=~'(web|db)', a=\"b\"}", False) not in queries, "a repeated row has one value at a time"
    query, request = queries["up{job=~'web', a=\"b\"}", False]
    assert (query["range"], query["exemplar"], query["intervalMs"], query["maxDataPoints"]) == (True, False, 30_000, 500)
    assert query["datasource"] == {"uid": "p1", "type": "prometheus"} and int(request["to"]) - int(request["from"]) == 6 * 3600 * 1000
    query, request = queries['a{a="b"}', False]
    assert (query["intervalMs"], query["maxDataPoints"]) == (30_000, 100)
    assert int(request["to"]) == int((NOW.timestamp() - 86400) * 1000) and int(request["to"]) - int(request["from"]) == 3600 * 1000


def test_expressions_keep_the_names_of_their_queries() -> None:
    targets = [
        {"refId": "A", "expr": "empty", "hide": True},
        {"refId": "B", "type": "math", "expression": "$A * 1", "datasource": {"type": "__expr__", "uid": "__expr__"}},
    ]
    finding, runner = look(served(panel(1, "x"), panel(2, targets=targets)))
    assert str(finding.status) == "pass"
    assert [sorted(query["refId"] for query in one["queries"]) for one in posted(runner)] == [["Q0_0", "Q0_0_now"], ["A", "B"]]


def test_two_queries_of_one_name_are_two_queries() -> None:
    targets = [{"refId": "A", "expr": "empty"}, {"refId": "A", "expr": "full"}]
    finding, _runner = look(served(panel(1, targets=targets)))
    assert (str(finding.status), finding.message) == ("warn", "the dashboard Payments: panel Panel 1: query A: there is no data")


def test_old_alerts_are_told_where_nobody_evaluates_them() -> None:
    finding, _runner = look(served(panel(1, "a", alert={"name": "x"})))
    assert str(finding.status) == "pass" and finding.details == [
        "panel Panel 1 has an alert of the old kind, which this Grafana does not evaluate"
    ]
    older = {"/api/health": {"database": "ok", "version": "9.5.2"}}
    assert look(served(panel(1, "a", alert={"name": "x"}), **older))[0].details == []


@pytest.mark.parametrize("status", [404, 405, 501])
def test_plugins_that_have_no_health(status: int) -> None:
    none = Response(status, {}, b"{}", "http://grafana:3000/", 0.1)
    finding, _runner = look(served(panel(1, "a"), **{"/api/datasources/uid/p1/health": none}))
    assert str(finding.status) == "pass"
    assert finding.details == ["the data source Prometheus cannot be asked for its health: its panels tell"]


def test_dashboards_of_a_tag_are_told_each_for_itself() -> None:
    answers = served(panel(1, "a"))
    answers["/api/search"] = [{"uid": "payments"}, {"uid": "other"}, "junk"]
    answers["/api/dashboards/uid/other"] = Response(403, {}, b"{}", "http://grafana:3000/", 0.1)
    findings = run_item(Item("x", "grafana_dashboard", {"url": AT["url"], "tag": "x"}), FakeRunner(answers=answers))
    assert [(finding.instance, str(finding.status)) for finding in findings] == [("payments", "pass"), ("other", "unknown")]


JOB = {"name": "job", "type": "query", "query": "label_values(up{env='$env'}, job)", "datasource": PROM, "refresh": 1}
ENV = {"name": "env", "type": "custom", "query": "prod,test"}
JOBS = {"/api/datasources/uid/p1/resources/api/v1/label/job/values": {"status": "success", "data": ["web", "db"]}}


def test_a_variable_that_is_given_must_matter() -> None:
    boards = served(panel(1, "up{job='$job'}"), variables=[ENV, JOB], **JOBS)
    finding, runner = look(boards, variables={"env": "test", "job": "db"})
    assert str(finding.status) == "pass" and posted(runner)[0]["queries"][0]["expr"] == "up{job='db'}", "env is needed by job"
    finding, _runner = look(served(panel(1, "up"), variables=[ENV, JOB], **JOBS), variables={"env": "test"})
    assert str(finding.status) == "warn" and "none of its panels that were asked needs the variable env" in finding.message
    finding, _runner = look(boards, variables={"env": "nowhere"})
    assert str(finding.status) == "fail" and "the variable env cannot be nowhere: of its 2 values" in finding.message


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, {"message": "Plugin not found", "messageId": "plugin.notRegistered"}),
        (500, {"message": "Plugin unavailable", "messageId": "plugin.unavailable"}),
        (501, {"message": "Not implemented"}),
    ],
)
def test_plugins_that_only_browsers_can_ask(status: int, message: Json) -> None:
    reply = Response(status, {"content-type": "application/json"}, json.dumps(message).encode(), "http://grafana:3000/api/ds/query", 0.1)
    finding, _runner = look(served(panel(1, "a"), **{"/api/ds/query": reply}))
    assert str(finding.status) == "unknown" and "this Grafana cannot ask the data source itself" in finding.message


def test_a_data_source_that_asks_as_whoever_looks() -> None:
    refused = {"results": {"Q0_0": {"error": "Unauthorized", "status": 401}, "Q0_0_now": {"error": "Unauthorized", "status": 401}}}
    boards = served(panel(1, "a"), **{"/api/ds/query": refused})
    assert str(look(boards)[0].status) == "fail"
    boards["/api/datasources"] = [{"uid": "p1", "name": "Prometheus", "type": "prometheus", "jsonData": {"oauthPassThru": True}}]
    finding, _runner = look(boards)
    assert str(finding.status) == "unknown" and "with the login of whoever looks at it" in finding.message


def test_data_with_a_notice_that_something_failed_is_partial() -> None:
    some = frame({}, [(NOW_MS, "1")], {"notices": [{"severity": "error", "text": "one store did not answer"}]})
    finding, _runner = look(
        served(panel(1, "a"), **{"/api/ds/query": {"results": {"Q0_0": {"frames": [some]}, "Q0_0_now": {"frames": [some]}}}})
    )
    assert str(finding.status) == "warn" and "one store did not answer" in finding.message


@pytest.mark.parametrize(
    ("curve", "end", "status", "said"),
    [
        ([(NOW_MS - 3600, "1"), (NOW_MS, "NaN")], ["NaN"], "pass", "shows data"),  # idle for some minutes: the series goes on
        ([(NOW_MS - 3600, "NaN"), (NOW_MS, "NaN")], ["NaN"], "fail", "only values that are none"),
        ([(NOW_MS - 3600, "1")], [], "fail", "data of the past only, the newest is 60 min old"),
        ([], ["1"], "pass", "shows data"),  # younger than a step of the curve
        ([], ["NaN"], "fail", "only values that are none"),
        ([], [], "fail", "there is no data"),
    ],
)
def test_a_curve_and_its_end(curve: t.Any, end: t.Any, status: str, said: str) -> None:
    frames = {"Q0_0": [frame({}, curve)] if curve else [], "Q0_0_now": [frame({}, [(NOW_MS, value) for value in end])] if end else []}
    reply = {"results": {ref: {"frames": found} for ref, found in frames.items()}}
    finding, _runner = look(served(panel(1, "a"), **{"/api/ds/query": reply}))
    assert str(finding.status) == status and said in finding.message


def test_everything_without_options_is_what_the_dashboard_says() -> None:
    everything = {**JOB, "query": "label_values(job)", "includeAll": True, "allValue": ".+", "current": {"value": "$__all"}}
    none = {"/api/datasources/uid/p1/resources/api/v1/label/job/values": {"status": "success", "data": []}}
    finding, runner = look(served(panel(1, "up{job=~'$job'}"), variables=[everything], **none))
    assert str(finding.status) == "pass" and posted(runner)[0]["queries"][0]["expr"] == "up{job=~'.+'}"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("up", False),
        ("vector(0)", True),
        ("1 + 1", True),
        ("sum(x) or vector(0)", True),
        ("sum(x) OR on() vector(0)", True),
        ("(sum(x) or (vector(0)))", True),
        ("x or y", False),
        ("rate(x[$__rate_interval])", False),
        ("rate(x[${__interval}])", False),
        ("sum(", False),
        ("sum(x) or absent(x)", True),
    ],
)
def test_numbers_that_a_query_makes_up(expression: str, wanted: bool) -> None:
    assert is_constant(expression) is wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("ALERTS{alertstate='firing'}", True),
        ("count(ALERTS) > 0", True),
        ("ALERTS * on (alertname) group_left (x) y", True),
        ("ALERTS or up", False),
        ("ALERTS unless up", True),
        ("absent(up)", True),
        ("up", False),
        ("rate(x[$__interval])", False),
        ("sum(", False),
    ],
)
def test_queries_whose_emptiness_is_good_news(expression: str, wanted: bool) -> None:
    assert is_quiet(expression) is wanted
    finding, _runner = look(served(panel(1, "up"), panel(2, f"{expression} # empty")))
    assert str(finding.status) == ("pass" if wanted else "fail")


@pytest.mark.parametrize(
    "expression",
    [
        "empty and on() ALERTS",
        "empty > 0 and on() ALERTS{alertstate='firing'}",
        "empty * on() ALERTS_FOR_STATE",
        "sum(rate(empty[5m])) + on() count(ALERTS{alertname='nope'})",
        "empty * absent(q)",
        "empty and on() absent(q)",
    ],
)
def test_alerts_do_not_excuse_a_metric_that_is_dead(expression: str) -> None:
    finding, _runner = look(served(panel(1, "up"), panel(2, expression)))
    assert str(finding.status) == "fail" and "there is no data, and no series empty at all" in finding.message
    alive, runner = look(served(panel(1, "up"), panel(2, f"{expression.replace('empty', 'q')} # empty")))
    assert str(alive.status) == "pass", alive.message
    assert [query["expr"] for query in posted(runner)[-1]["queries"]] == ["q"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("x and on() ALERTS", ("x",)),
        ("absent(x)", ()),
        ("ALERTS unless on() x", ()),
        ("x{a='b'} * on() ALERTS * on() y", ('x{a="b"}', "y")),
        ("x", ()),
    ],
)
def test_what_must_be_there_beside_alerts(expression: str, wanted: tuple[str, ...]) -> None:
    assert needs(expression) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('label_replace(vector(1), "a", "b", "", "")', ()),
        ('count_values("x", vector(3))', ()),
        ("time() - 5", ()),
        ("hour()", ()),
        ("(1 > bool 2) * vector(1)", ()),
        ("sum(x) or 0 * vector(time())", ("x",)),
        ("absent(x) * 0", ("x",)),
        ('x or label_replace(vector(0), "a", "b", "", "")', ("x",)),
        ("time() - process_start_time_seconds", None),
        ("x / scalar(y)", None),
        ("sum(rate(x[5m])) * 60", None),
        ("sum_over_time(x[1d]) or vector(0)", None),
        ("x offset 1d or vector(0)", None),
        ("sum(", None),
    ],
)
def test_what_may_be_made_up(expression: str, wanted: tuple[str, ...] | None) -> None:
    assert made_of(expression) == wanted


@pytest.mark.parametrize(
    "expression", ["time() - 5", 'label_replace(vector(1), "a", "b", "", "")', "sum(none) or 0 * vector(time())", "absent(none)"]
)
def test_a_dashboard_of_made_up_numbers(expression: str) -> None:
    def those_of_none(method: str, url: str, options: Json) -> Response:
        asked = json.loads(options["body"])
        for query in asked["queries"]:
            query["expr"] = "empty" if query["expr"] == "none" else query["expr"]
        return answered(method, url, {"body": json.dumps(asked)})

    finding, _runner = look(served(panel(1, expression), **{"/api/ds/query": those_of_none}))
    assert str(finding.status) == "fail" and "shows only numbers that its queries make up" in finding.message, finding.message
    assert str(look(served(panel(1, expression), panel(2, "up"), **{"/api/ds/query": those_of_none}))[0].status) == "pass"
    if "none" in expression:
        assert str(look(served(panel(1, expression.replace("none", "x"))))[0].status) == "pass", "x has a series"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "one of the following is required: uid, tag"),
        ({"uid": "a", "tag": "b"}, "mutually exclusive"),
        ({"uid": "a", "variables": {"x": {"y": 1}}}, "variables.x: expected a value, or a list of values"),
        ({"uid": "a", "variables": {"x": []}}, "variables.x: expected a value"),
    ],
)
def test_arguments_that_are_wrong(given: Json, said: str) -> None:
    with pytest.raises(ArgumentsRefused, match=said):
        parse_arguments(grafana_dashboard, {"url": "http://g", **given})
