# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards in a stand-in for Grafana, whose panels ask a real Prometheus."""

from __future__ import annotations

import time

from boards import (
    DEAD,
    PAST,
    QUEUE,
    REQUESTS,
    Json,
    beside,
    board,
    elsewhere,
    of,
    panel,
    prometheus,
    second_schema,
    service_variable,
    shows,
    telling,
    troubled,
    unreachable,
    variable,
    with_variables,
)
from grafana_data_stand_in import logs
from grafana_stand_in import PAGE, VIEWER, StandIn
from nasty import Nasty
from servers import LOCAL, free_port
from table import Row, World

CHECK = "grafana_dashboard"


def whole_dashboard(world: World) -> Json:
    """Each usual form at once: rows, collapsed rows, repeated panels, a library panel, expressions, a mixed panel, filters, old syntax."""
    prom = {"type": "prometheus", "uid": "${source}"}
    library = {"type": "library-panel-ref", "title": "Shared", "libraryPanel": {"uid": "shared", "name": "Shared"}}
    reduced = {"refId": "B", "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "reduce", "expression": "A", "reducer": "last"}
    hidden = {"refId": "A", "expr": "sum(payments_queue)", "hide": True, "datasource": prom}
    mixed = [
        {"refId": "A", "expr": "payments_queue", "datasource": prom},
        {"refId": "B", "expr": '{job="x"}', "datasource": {"type": "loki", "uid": "loki"}},
    ]
    of_service = 'payments_requests_total{service=~"$service"}'
    panels = [
        {"type": "row", "title": "Requests", "collapsed": False, "panels": []},
        panel("Requests", f"sum by (code) (rate({of_service}[$__rate_interval]))", datasource=prom),
        panel("Of [[service]]", 'rate(payments_requests_total{service=~"[[service]]"}[$window])', repeat="service", datasource=prom),
        {"type": "row", "title": "More", "collapsed": True, "panels": [{"id": 30, **panel("Inner", "payments_queue", kind="gauge")}]},
        {"type": "text", "title": "Read me"},
        {"type": "news", "title": "News"},
        library,
        {**panel("Reduced", timeFrom="5m"), "datasource": {"uid": "-- Mixed --"}, "targets": [hidden, reduced]},
        {**panel("Both"), "datasource": {"uid": "-- Mixed --", "type": "datasource"}, "targets": mixed},
        panel("Two hours, yesterday's shape", "payments_queue", timeFrom="2h", timeShift=None),
        panel(
            "Latency",
            "histogram_quantile(0.9, sum by (le) (max_over_time(payments_latency_seconds_bucket[${window:raw}])))",
            interval="15s",
        ),
        panel("Table", "payments_queue", kind="table"),
        {**panel("Again"), "datasource": {"uid": "-- Dashboard --"}, "targets": [{"refId": "A", "panelId": 2}]},
        panel("No errors yet", 'payments_requests_total{code=~"5.."}'),
    ]
    panels[11]["targets"][0].update({"instant": True, "range": False, "format": "table"})
    variables = [
        variable("source", "datasource", "prometheus", "default"),
        service_variable(["$__all"], multi=True, includeAll=True),
        variable("window", "interval", "10s,1m,5m", "1m"),
        {
            "name": "filters",
            "type": "adhoc",
            "datasource": prom,
            "filters": [{"key": "service", "operator": "=~", "value": "payments|mails"}],
        },
        variable(
            "top",
            "query",
            {"query": "query_result(topk(1, payments_requests_total))"},
            datasource=prom,
            regex='/service="([^"]+)"/',
            refresh=2,
        ),
    ]

    def edit(stand_in: StandIn) -> None:
        stand_in.data.add("loki", "loki", lambda _query: [logs([(time.time(), "started")])])
        stand_in.library["shared"] = panel("Shared", 'payments_queue{service="$top"}')

    return shows(*panels, board_of=with_variables(*variables), edit=edit, may_be_empty=["No errors yet"])(world)


ALL = {"variables": {"service": "payments"}}
TEMPLATED = panel("Requests", 'rate(payments_requests_total{service="$service"}[1m])')
ANOTHER = board(REQUESTS, uid="copy")


def of_a_time_that_has_ended(world: World) -> Json:
    ended = {"from": str(int((time.time() - 9000) * 1000)), "to": str(int((time.time() - 5400) * 1000))}
    return shows(panel("Orders", "payments_old"), board_of={"time": ended})(world)


ROWS: list[Row] = [
    Row(CHECK, "each panel shows data", shows(REQUESTS, QUEUE), "pass", r"Payments shows data in 2 panels, from Prometheus"),
    Row(
        CHECK,
        "every usual form of panels and variables",
        whole_dashboard,
        "pass",
        r"data in 11 panels, from Prometheus, loki; 1 that may be",
    ),
    Row(CHECK, "the second schema of Grafana 12", shows(edit=second_schema), "pass", r"Payments shows data in its panel"),
    Row(CHECK, "credentials that may not list data sources", shows(REQUESTS, bearer_token=VIEWER), "pass", r"from Prometheus"),
    Row(
        CHECK,
        "the default data source, for who may not list them",
        shows({**REQUESTS, "datasource": None}, bearer_token=VIEWER),
        "pass",
        r"in its panel, from Prometheus",
    ),
    Row(CHECK, "one panel is named, another one is empty", shows(REQUESTS, DEAD, panels=["Requests"]), "pass", r"in its panel"),
    Row(CHECK, "a panel that may be empty is", shows(REQUESTS, DEAD, may_be_empty=["Latency"]), "pass", r"1 that may be empty is"),
    Row(CHECK, "a query that may be empty is", shows(panel("Both", "payments_queue", "nothing"), may_be_empty=["Both/B"]), "pass", "panel"),
    Row(
        CHECK, "no alert fires", shows(REQUESTS, panel("Alerts", "ALERTS{service='payments'}")), "pass", r"panel, .*1 that may be empty is"
    ),
    Row(CHECK, "no error yet: or vector(0)", shows(REQUESTS, panel("Errors", "sum(nothing) or vector(0)")), "pass", r"data in 2 panels"),
    Row(CHECK, "the dashboards with a tag", shows(REQUESTS, board_of={"tags": ["oncall"]}, tag="oncall"), "pass", r"in its panel"),
    Row(
        CHECK,
        "a plugin that cannot be asked for its health",
        shows(of("logs", "loki", {"expr": "{a='b'}"}), edit=beside("logs", "loki", [logs([(1.0, "x")])])),
        "pass",
        r"in its panel, from logs",
    ),
    Row(
        CHECK,
        "the only data source, saved under another name",
        shows(
            panel("A", "payments_queue", datasource={"uid": "$ds"}),
            board_of=with_variables(variable("ds", "datasource", "prometheus", "old")),
        ),
        "pass",
        r"from Prometheus",
    ),
    Row(
        CHECK, "a variable that is given", shows(TEMPLATED, board_of=with_variables(service_variable("mails")), **ALL), "pass", "its panel"
    ),
    *[
        Row(CHECK, f"an alert that does not fire, and series: {query}", shows(REQUESTS, panel("P", query)), "pass", r"1 that may be empty")
        for query in ("payments_queue and on() ALERTS", "sum(rate(payments_requests_total[5m])) * absent(payments_queue)")
    ],
    *[
        Row(CHECK, f"data, with or without numbers of its own: {query}", shows(panel("P", query)), "pass", r"shows data in its panel")
        for query in (
            "time() - max(payments_requests_total)",
            'label_replace(payments_queue, "a", "b", "", "")',
            "max_over_time(payments_queue[6h])",
            'increase(payments_requests_total{service="payments"}[$__range])',
            'sum(increase(payments_old{service="payments"}[6h])) or sum(increase(payments_queue[6h]))',
        )
    ],
    # faults
    Row(CHECK, "one panel is empty", shows(REQUESTS, DEAD), "fail", r"Payments: panel Latency: there is no data"),
    Row(
        CHECK,
        "a panel has series of the past only",
        shows(REQUESTS, PAST),
        "fail",
        r"Orders: there is data of the past only, the newest is",
    ),
    Row(CHECK, "a panel shows NaN only", shows(panel("None", "payments_nothing")), "fail", r"None: there are only values that are none"),
    Row(
        CHECK,
        "a table without a row",
        shows(
            of("db", "mysql", {"rawSql": "select 1"}),
            edit=beside("db", "mysql", [{"schema": {"fields": [{"type": "string"}]}, "data": {"values": [[]]}}]),
        ),
        "fail",
        r"Lines: there is no data",
    ),
    Row(
        CHECK,
        "only hidden queries",
        shows(REQUESTS, {**QUEUE, "targets": [{**QUEUE["targets"][0], "hide": True}]}),
        "fail",
        r"Queue: it has no query",
    ),
    Row(CHECK, "a query without an expression", shows(REQUESTS, panel("Blank", " ")), "fail", r"Blank: it has no query that is shown"),
    Row(CHECK, "a panel without any query", shows(REQUESTS, panel("Bare")), "fail", r"Bare: it has no query"),
    Row(CHECK, "an empty dashboard", shows(), "fail", r"Payments has no panel"),
    Row(
        CHECK,
        "nothing but text",
        shows({"type": "text", "title": "Hello"}),
        "fail",
        r"Payments has no panel that shows data of a data source",
    ),
    Row(
        CHECK,
        "all panels may be empty, and are",
        shows(DEAD, may_be_empty=["Latency"]),
        "fail",
        r"no data at all: each of its panels may be",
    ),
    Row(
        CHECK,
        "only numbers that queries make up",
        shows(panel("E", "sum(nothing) or vector(0)"), panel("O", "vector(1)")),
        "fail",
        "make up",
    ),
    *[
        Row(CHECK, f"nothing to wait for an alert or an absence with: {query}", shows(REQUESTS, panel("P", query)), "fail", said)
        for query, said in (
            ("nothing and on() ALERTS", r"P: there is no data, whether an alert fires or not: there is no series of nothing$"),
            ('sum(rate(nothing{a="b"}[5m])) + on() count(ALERTS{alertname="x"})', r'no series of nothing\{a="b"\}$'),
            ("nothing * absent(payments_queue)", r"no series of nothing$"),
        )
    ],
    *[
        Row(CHECK, f"only numbers that a query makes up: {query}", shows(panel("P", query)), "fail", "make up")
        for query in (
            'label_replace(vector(1), "a", "b", "", "")',
            'nothing or label_replace(vector(0), "a", "b", "", "")',
            "sum(nothing) or 0 * vector(time())",
            "time() - 5",
            "minute()",
            "absent(nothing) * 0",
        )
    ],
    Row(
        CHECK,
        "a query that is refused",
        shows(REQUESTS, panel("Broken", "rate(payments_queue)")),
        "fail",
        r"Broken: .*Prometheus refuses it: .*parse",
    ),
    Row(
        CHECK,
        "a query that is refused, and may be empty",
        shows(REQUESTS, panel("Broken", "sum(payments_queue"), may_be_empty=["Broken"]),
        "fail",
        r"Broken: .*refuses it",
    ),
    Row(
        CHECK,
        "success with a fault inside",
        shows(
            REQUESTS,
            edit=troubled("POST", "/api/ds/query", 200, {"results": {"Q0_0": {"error": "bad gateway"}, "Q0_0_now": {"error": "bad"}}}),
        ),
        "fail",
        r"Prometheus refuses it: bad gateway",
    ),
    Row(
        CHECK,
        "the data source does not answer",
        shows(REQUESTS, edit=unreachable),
        "fail",
        r"Prometheus says that it is not well: .*refuse",
    ),
    Row(
        CHECK,
        "the data source is gone",
        shows(panel("A", "up", datasource={"uid": "gone", "type": "prometheus"})),
        "fail",
        r"does not have",
    ),
    Row(
        CHECK,
        "the data source is gone, for who may not list them",
        shows(panel("A", "up", datasource={"uid": "gone", "type": "prometheus"}), bearer_token=VIEWER),
        "fail",
        r"asks the data source gone, which Grafana does not have",
    ),
    Row(
        CHECK, "a place holder of an import", shows(panel("A", "up", datasource="${DS_PROMETHEUS}")), "fail", r"the data source \$\{DS_PROM"
    ),
    Row(
        CHECK,
        "another data source than the one that is meant",
        shows(panel("A", "payments_queue", datasource={"uid": "staging"}), edit=elsewhere(), data_sources=["prom"]),
        "fail",
        r"A: it asks the data source Prometheus staging, which is not prom",
    ),
    Row(
        CHECK,
        "made up numbers",
        shows(REQUESTS, panel("Demo", datasource={"uid": "grafana"}, targets=[{"refId": "A"}])),
        "fail",
        r"made up numbers",
    ),
    Row(CHECK, "no such dashboard", shows(REQUESTS, uid="orders"), "fail", r"no dashboard has the uid orders"),
    Row(
        CHECK, "a title in the place of a uid", shows(REQUESTS, uid="Payments"), "fail", r"with this title there is payments: name its uid"
    ),
    Row(CHECK, "no dashboard with the tag", shows(REQUESTS, tag="oncall"), "fail", r"no dashboard has the tag oncall"),
    Row(CHECK, "a panel that is named is gone", shows(REQUESTS, panels=["Requests", "Money"]), "fail", r"it has no panel Money"),
    Row(
        CHECK,
        "a text is named as a panel",
        shows({"type": "text", "title": "Hi"}, panels=["Hi"]),
        "fail",
        r"Hi: it is a panel that asks nothing",
    ),
    Row(
        CHECK,
        "a library panel is gone",
        shows({"type": "x", "title": "L", "libraryPanel": {"uid": "l"}}),
        "fail",
        r"its library panel l does",
    ),
    Row(
        CHECK,
        "a service that the variable does not offer",
        shows(TEMPLATED, board_of=with_variables(service_variable()), variables={"service": "orders"}),
        "fail",
        r"the variable service cannot be orders: of its 2 values the first are mails, payments",
    ),
    Row(CHECK, "a variable that is not there", shows(REQUESTS, **ALL), "fail", r"it has no variable service"),
    Row(
        CHECK,
        "a variable without any value",
        shows(
            TEMPLATED,
            board_of=with_variables(variable("service", "query", "label_values(nothing, service)", datasource={"uid": "prom"}, refresh=1)),
        ),
        "fail",
        r"Requests: the variable service has no value to choose from",
    ),
    Row(
        CHECK,
        "of the instances of a repeated panel one is empty",
        shows(
            panel("Of $service", 'payments_queue{service="$service"}', repeat="service"),
            board_of=with_variables(service_variable(["$__all"], multi=True, includeAll=True)),
        ),
        "fail",
        r"panel Of mails: there is no data",
    ),
    # in between
    *[
        Row(
            CHECK,
            f"a range hides that its series has ended: {query}",
            shows(panel("P", query)),
            "warn",
            r"P: .*past only, the newest is \d+ min",
        )
        for query in (
            "max_over_time(payments_old[6h])",
            "increase(payments_old[$__range])",
            "payments_old or last_over_time(payments_old[1d])",
        )
    ],
    Row(
        CHECK, "one of two queries is empty", shows(panel("Both", "payments_queue", "nothing")), "warn", r"Both: query B: there is no data"
    ),
    Row(
        CHECK,
        "the service with which it was saved is gone",
        shows(TEMPLATED, board_of=with_variables(service_variable("orders"))),
        "warn",
        r"saved with orders for the variable service, which is no value any more, so it shows mails: name",
    ),
    Row(
        CHECK,
        "a data source that says it is not well, and answers",
        shows(REQUESTS, edit=telling("prom", 400, {"status": "ERROR", "message": "version too old"})),
        "warn",
        r"Prometheus says that it is not well: version too old",
    ),
    Row(
        CHECK,
        "a time that has ended",
        of_a_time_that_has_ended,
        "warn",
        r"saved with a time that ends at 20.*, and shows nothing of now by itself",
    ),
    # nothing can be seen
    Row(CHECK, "no Grafana listens", lambda _w: {"url": f"http://{LOCAL}:{free_port()}", "uid": "x"}, "unknown", r"refused the connection"),
    Row(
        CHECK, "a name that cannot be resolved", lambda _w: {"url": "http://grafana.invalid", "uid": "x"}, "unknown", r"cannot be resolved"
    ),
    Row(
        CHECK,
        "Grafana hangs",
        lambda world: {"url": world.running.start(Nasty, "hang").url, "uid": "x", "timeout": "2s"},
        "unknown",
        r"did not answer( completely)? within",
    ),
    Row(
        CHECK,
        "a login page stands before it",
        lambda world: {"url": world.running.start(Nasty, "login").url, "uid": "x"},
        "unknown",
        r"web page: it is no Grafana, or a login page",
    ),
    Row(
        CHECK,
        "the answer is cut short",
        lambda world: {"url": world.running.start(Nasty, "truncated").url, "uid": "x"},
        "unknown",
        "cut short",
    ),
    Row(
        CHECK,
        "a Prometheus in the place of Grafana",
        lambda world: {"url": prometheus(world.binaries).url, "uid": "x"},
        "unknown",
        r"/api/health",
    ),
    Row(CHECK, "wrong credentials", shows(REQUESTS, bearer_token="glsa_wrong"), "unknown", r"refused the credentials \(401\)"),
    Row(
        CHECK,
        "credentials that may not read the dashboard",
        shows(REQUESTS, edit=troubled("GET", "/api/dashboards/", 403, {"message": "Access denied"})),
        "unknown",
        r"these credentials may not read the dashboard payments \(403\)",
    ),
    Row(
        CHECK,
        "credentials that may not ask data sources",
        shows(REQUESTS, edit=troubled("POST", "/api/ds/query", 403, {"message": "Access denied"})),
        "unknown",
        r"Requests: Grafana .* these credentials may not ask data sources \(403\)",
    ),
    Row(
        CHECK,
        "credentials that see no dashboard at all",
        shows(uid="orders", edit=lambda stand_in: stand_in.dashboards.clear()),
        "unknown",
        r"shows these credentials no dashboard at all: is it the right organisation",
    ),
    Row(
        CHECK,
        "a login page in the place of the answers",
        shows(REQUESTS, edit=troubled("POST", "/api/ds/query", 200, PAGE)),
        "unknown",
        r"Requests: .*answered with a web page",
    ),
    Row(
        CHECK,
        "a variable of a database, without a value",
        shows(
            TEMPLATED,
            board_of=with_variables(variable("service", "query", "select name from s", datasource={"uid": "db"}, refresh=1)),
            edit=beside("db", "mysql", []),
        ),
        "unknown",
        r"the values of the variable service cannot be asked for here, and none is saved: give one",
    ),
    Row(
        CHECK,
        "its database is not well",
        shows(edit=lambda one: setattr(one, "health", (503, {"database": "failing"}))),
        "unknown",
        r"is not well",
    ),
]
