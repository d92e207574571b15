# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panels of a dashboard in each schema, and what its variables stand for."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_panels import classic, panels_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_reading import GrafanaReader, Listing, Source
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_time import range_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_variables import NotFilled, NoValue, Variables
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from fakes import NOW, FakeRunner

Json = dict[str, t.Any]
PROM = Source("p1", "Prometheus", "prometheus", True)
OTHER = Source("p2", "Staging", "prometheus")
LOKI = Source("l1", "Loki", "loki")
DB = Source("d1", "Db", "mysql")


def test_rows_and_what_is_in_them() -> None:
    model = {
        "panels": [
            {"id": 1, "type": "stat", "title": " Up ", "targets": [{"expr": "up"}]},
            {"id": 2, "type": "row", "title": "A", "repeat": "host", "panels": []},
            {"id": 3, "type": "graph", "title": "B", "repeat": "service", "targets": [{"expr": "up"}, "junk"]},
            {"id": 4, "type": "graph", "title": "B", "repeatPanelId": 3},
            {"id": 5, "type": "row", "collapsed": True, "panels": [{"id": 6, "type": "text"}, {"id": 7, "type": "timeseries"}]},
            {"id": 8, "type": "library-panel-ref", "libraryPanel": {"uid": "x"}},
            {"id": 9, "type": "somebody-s-form-panel", "title": "Form"},
            None,
        ]
    }
    found = panels_of(model)
    assert [(panel.id, panel.name, panel.repeats) for panel in found] == [
        ("1", "Up", ()),
        ("3", "B", ("host", "service")),
        ("6", "#6", ()),
        ("7", "#7", ()),
        ("8", "#8", ()),
        ("9", "Form", ()),
    ]
    assert [panel.id for panel in found if panel.asks_nothing] == ["6", "9"]
    assert (found[4].library, found[4].made_of({"type": "stat", "title": "L", "targets": [{}]}).title) == ("x", "L")
    assert len(found[1].targets) == 1


def test_the_rows_of_an_old_dashboard() -> None:
    found = panels_of({"rows": [{"title": "r", "repeat": "host", "panels": [{"id": 1, "type": "singlestat", "title": "Up"}]}, 3]})
    assert [(panel.id, panel.repeats, panel.asks_nothing) for panel in found] == [("1", ("host",), False)]


def second(kind: str, query: Json, **spec: t.Any) -> Json:
    data = {"kind": "QueryGroup", "spec": {"queries": [{"kind": "PanelQuery", "spec": query}], "queryOptions": {"timeFrom": "1h"}}}
    viz = {"kind": "VizConfig", "group": kind} if kind == "stat" else {"kind": kind, "spec": {}}
    return {"kind": "Panel", "spec": {"id": 1, "title": kind, "data": data, "vizConfig": viz, **spec}}


def test_the_second_schema() -> None:
    beside = {
        "refId": "A",
        "hidden": True,
        "datasource": {"uid": "p1", "type": "prometheus"},
        "query": {"kind": "prometheus", "spec": {"expr": "up"}},
    }
    within = {"refId": "B", "query": {"kind": "DataQuery", "group": "loki", "datasource": {"name": "l1"}, "spec": {"expr": "{a='b'}"}}}
    reference = {"kind": "ElementReference"}

    def item(name: str, **more: t.Any) -> Json:
        return {"kind": "GridLayoutItem", "spec": {"element": {**reference, "name": name}, **more}}

    model = {
        "title": "T",
        "elements": {
            "a": second("timeseries", beside),
            "b": second("stat", within),
            "c": {"kind": "LibraryPanel", "spec": {"id": 3, "title": "C", "libraryPanel": {"uid": "x", "name": "C"}}},
            "nowhere": second("stat", within),
        },
        "layout": {
            "kind": "TabsLayout",
            "spec": {
                "tabs": [
                    {
                        "kind": "TabsLayoutTab",
                        "spec": {
                            "repeat": {"mode": "variable", "value": "host"},
                            "layout": {"spec": {"items": [item("a"), item("b", repeat={"mode": "variable", "value": "service"})]}},
                        },
                    },
                    {"spec": {"layout": {"spec": {"items": [item("c")]}}}},
                ]
            },
        },
        "variables": [
            {
                "kind": "QueryVariable",
                "spec": {"name": "host", "refresh": "onDashboardLoad", "sort": "alphabeticalDesc", "query": within["query"]},
            },
            {"kind": "DatasourceVariable", "spec": {"name": "ds", "pluginId": "prometheus"}},
            {"kind": "TextVariable", "spec": {"name": "text"}},
        ],
        "timeSettings": {"from": "now-1h", "to": "now"},
    }
    made = classic(model)
    found = panels_of(made)
    assert [(panel.title, panel.kind, panel.repeats, panel.library) for panel in found] == [
        ("timeseries", "timeseries", ("host",), None),
        ("stat", "stat", ("host", "service"), None),
        ("C", "library", (), "x"),
    ]
    assert found[0].targets == [{"expr": "up", "refId": "A", "hide": True, "datasource": {"uid": "p1", "type": "prometheus"}}]
    assert found[1].targets == [{"expr": "{a='b'}", "refId": "B", "hide": False, "datasource": {"uid": "l1", "type": "loki"}}]
    assert found[0].model["timeFrom"] == "1h" and made["time"] == {"from": "now-1h", "to": "now"}
    host, source, text = made["templating"]["list"]
    assert (host["type"], host["refresh"], host["sort"], host["datasource"]["uid"]) == ("query", 1, 2, "l1")
    assert (source["type"], source["query"], text["type"]) == ("datasource", "prometheus", "textbox")
    assert classic({"panels": []}) == {"panels": []}


# -- variables


def variables(*items: Json, given: Json | None = None, listing: Listing | None = None, **answers: t.Any) -> Variables:
    known = Listing([PROM, OTHER, LOKI, DB], whole=True) if listing is None else listing
    reader = GrafanaReader(Connection(url="http://g"), FakeRunner(answers=answers))
    return Variables({"templating": {"list": list(items)}}, given or {}, reader, known, range_of("now-6h", "now", NOW))


def label_values(*values: str, source: str = "p1", label: str = "job") -> Json:
    return {f"/api/datasources/uid/{source}/resources/api/v1/label/{label}/values": {"status": "success", "data": list(values)}}


def of(found: Variables, name: str) -> tuple[str, ...]:
    value = found.value(name)
    assert value is not None
    return value.values


def query(name: str = "job", **more: t.Any) -> Json:
    return {"name": name, "type": "query", "query": "label_values(up, job)", "datasource": {"uid": "p1"}, "refresh": 1, **more}


def current(value: t.Any) -> Json:
    return {"current": {"value": value, "text": value}}


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"name": "x", "type": "constant", "query": "5"}, ("5",)),
        ({"name": "x", "type": "constant", **current("6")}, ("6",)),
        ({"name": "x", "type": "textbox", "query": "a", **current("b")}, ("b",)),
        ({"name": "x", "type": "textbox"}, ("",)),
        ({"name": "x", "type": "custom", "query": "a, b : c,d\\,e"}, ("a",)),
        ({"name": "x", "type": "custom", "query": "a, b : c,d\\,e", **current("c")}, ("c",)),
        ({"name": "x", "type": "custom", "query": "a, b : c,d\\,e", **current("d,e")}, ("d,e",)),
        ({"name": "x", "type": "custom", "query": "a,b", "multi": True, **current(["b", "a"])}, ("b", "a")),
        ({"name": "x", "type": "custom", "query": "a,b", "includeAll": True, **current("$__all")}, ("a", "b")),
        ({"name": "x", "type": "custom", "query": "a,b", "includeAll": True, "allValue": ".*", **current(["All"])}, (".*",)),
        ({"name": "x", "type": "custom", "query": "All,b", **current("All")}, ("All",)),
        ({"name": "x", "type": "interval", "query": "1m,5m", **current("5m")}, ("5m",)),
        ({"name": "x", "type": "interval", "query": "1m,5m"}, ("1m",)),
        ({"name": "x", "type": "interval", "query": "1m", "auto_count": 30, "auto_min": "10s", **current("$__auto_interval_x")}, ("10m",)),
        ({"name": "x", "type": "datasource", "query": "prometheus", **current("p2")}, ("p2",)),
        ({"name": "x", "type": "datasource", "query": "prometheus", **current("Staging")}, ("p2",)),
        ({"name": "x", "type": "datasource", "query": "prometheus", **current("default")}, ("p1",)),
        ({"name": "x", "type": "datasource", "query": "loki"}, ("l1",)),
        ({"name": "x", "type": "datasource", "query": "prometheus", "regex": "/^Sta/"}, ("p2",)),
        ({"name": "x", "type": "groupby", **current(["a"])}, ("a",)),
        ({"name": "x", "type": "switch", **current(True)}, ("true",)),
        (query("x", refresh=0, options=[{"value": "a", "text": "a"}], **current("gone")), ("gone",)),
    ],
)
def test_what_a_variable_stands_for(item: Json, wanted: tuple[str, ...]) -> None:
    assert of(variables(item), "x") == wanted


def test_a_query_for_values() -> None:
    answers = label_values("payments", "mails", "orders10", "orders9")
    assert of(variables(query(sort=1), **answers), "job") == ("mails",)
    assert of(variables(query(sort=2), **answers), "job") == ("payments",)
    assert of(variables(query(sort=4), **answers), "job") == ("orders10",)
    assert of(variables(query(regex="/orders(\\d+)/", sort=3), **answers), "job") == ("9",)
    assert of(variables(query(regex="/(?<text>ord)ers(?<value>\\d+)/"), **answers), "job") == ("10",)
    assert of(variables(query(regex="/MAILS/i"), **answers), "job") == ("mails",)
    assert of(variables(query(includeAll=True, **current("$__all")), **answers), "job") == ("payments", "mails", "orders10", "orders9")
    assert of(variables(query(query={"query": "label_values(job)"}, **current("mails")), **answers), "job") == ("mails",)
    chained = query("second", query='label_values(up{job="$job"}, instance)')
    both = {**answers, **label_values("h1", label="instance")}
    found = variables(query(**current("mails")), chained, **both)
    assert of(found, "second") == ("h1",)
    asked = [url for _method, url, _options in found.reader.runner.http.asked]  # type: ignore[attr-defined]
    assert "match%5B%5D=up%7Bjob%3D%22mails%22%7D" in asked[-1]


def test_other_functions_of_queries() -> None:
    base = "/api/datasources/uid/p1/resources/api/v1/"
    answers = {
        f"{base}labels": {"status": "success", "data": ["a"]},
        f"{base}label/__name__/values": {"status": "success", "data": ["up", "go_x"]},
        f"{base}series": {"status": "success", "data": [{"__name__": "up", "job": "x"}]},
        "/api/datasources/uid/l1/resources/label/app/values": {"status": "success", "data": ["web"]},
        "/api/datasources/uid/l1/resources/labels": {"status": "success", "data": ["app"]},
    }
    for text, wanted in (("label_names()", "a"), ("metrics(go_.*)", "go_x"), ("up", 'up{job="x"}')):
        assert of(variables(query(query=text), **answers), "job") == (wanted,)
    for asked, wanted in (
        (("label_values({a='b'}, app)"), "web"),
        ({"type": 1, "label": "app", "stream": "{a='b'}"}, "web"),
        ("label_names()", "app"),
    ):
        assert of(variables(query(query=asked, datasource={"uid": "l1"}), **answers), "job") == (wanted,)


def test_what_was_given_and_what_is_gone() -> None:
    answers = label_values("mails", "payments")
    assert of(variables(query(**current("mails")), given={"job": "payments"}, **answers), "job") == ("payments",)
    assert of(variables(query(multi=True), given={"job": ["payments", "mails"]}, **answers), "job") == ("payments", "mails")
    with pytest.raises(NoValue, match="the variable job cannot be orders: of its 2 values the first are mails, payments"):
        variables(query(), given={"job": "orders"}, **answers).value("job")
    with pytest.raises(NoValue, match="cannot be 6: its only value is 5"):
        variables({"name": "x", "type": "constant", "query": "5"}, given={"x": 6}).value("x")
    found = variables(query(**current("orders")), **answers)
    assert of(found, "job") == ("mails",) and "so it shows mails" in found.gone["job"]
    found = variables(query(includeAll=True, **current(["orders"])), **answers)
    assert of(found, "job") == ("mails", "payments") and "so it shows all" in found.gone["job"]
    found = variables(query(multi=True, **current(["orders", "mails"])), **answers)
    assert (of(found, "job"), found.gone) == (("mails",), {})
    found = variables(query(), **answers)
    assert (of(found, "job"), found.gone) == (("mails",), {}), "nobody has saved a value"


def test_what_cannot_be_filled_in() -> None:
    loop = [query("a", query='label_values(up{x="$b"}, y)'), query("b", query='label_values(up{x="$a"}, y)')]
    with pytest.raises(NotFilled, match="the variable a needs itself"):
        variables(*loop).value("a")
    with pytest.raises(NotFilled, match="cannot be asked for here, and none is saved"):
        variables(query(datasource={"uid": "d1"})).value("job")
    assert of(variables(query(datasource={"uid": "d1"}, **current("a"))), "job") == ("a",)
    with pytest.raises(NotFilled, match="of the kind strange, which cannot"):
        variables({"name": "x", "type": "strange"}).value("x")
    with pytest.raises(NoValue, match="has no value to choose from"):
        variables(query(), **label_values()).value("job")
    with pytest.raises(NotFilled, match="has more than"):
        variables(query(), **label_values(*[str(number) for number in range(2001)])).value("job")
    with pytest.raises(NotFilled, match="the regular expression of the variable job cannot be used here"):
        variables(query(regex="/(/"), **label_values("a")).value("job")
    refused = {"/api/datasources/uid/p1/resources/api/v1/label/job/values": {"status": "error", "error": "parse"}}
    with pytest.raises(NoValue, match="cannot be had from Prometheus: parse"):
        variables(query(), **refused).value("job")
    with pytest.raises(NoValue, match="asks the data source p9, which Grafana does not have"):
        variables(query(datasource={"uid": "p9"})).value("job")
    assert variables().value("nothing") is None and variables().value("__interval") is None
    assert variables().value("__from") is not None


def test_which_data_source_is_meant() -> None:
    found = variables({"name": "ds", "type": "datasource", "query": "prometheus", **current("p2")})
    for reference in ({"uid": "$ds"}, "${ds}", "Staging", "p2", {"uid": "p2", "type": "prometheus"}):
        assert found.source_of(reference) == OTHER
    for reference in (None, {}, "default", {"type": "prometheus"}):
        assert found.source_of(reference) == PROM
    assert found.source_of({"type": "loki"}) == LOKI
    for reference in ("${DS_PROMETHEUS}", "nowhere", {"uid": "nowhere"}):
        with pytest.raises(NoValue, match="which Grafana does not have"):
            found.source_of(reference)
    hidden = variables(listing=Listing([], whole=False))
    assert hidden.source_of({"uid": "abc", "type": "prometheus"}) == Source("abc", "abc", "prometheus")
    with pytest.raises(NotFilled, match="may not see which one that is"):
        hidden.source_of(None)


def test_repetitions() -> None:
    items = (
        {"name": "a", "type": "custom", "query": "1,2", "multi": True, **current(["1", "2"])},
        {"name": "b", "type": "custom", "query": "x"},
    )
    found = variables(*items)
    assert [{name: value.values for name, value in one.items()} for one in found.repeated(["a", "b"])] == [
        {"a": ("1",), "b": ("x",)},
        {"a": ("2",), "b": ("x",)},
    ]
    assert found.repeated([]) == [{}] == found.repeated(["nothing"])
    everything = variables({"name": "a", "type": "custom", "query": "1,2", "includeAll": True, "allValue": ".*", **current("$__all")})
    assert [one["a"].values for one in everything.repeated(["a"])] == [("1",), ("2",)]
