# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes and silences for the alerts that a Prometheus has loaded, where it does not answer as usual."""

from __future__ import annotations

import base64
import json
import re
import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._masking import secrets_in
from fakes import FakeRunner, HttpFailure, Response

CONFIG = """
route:
  receiver: default
  routes:
  - {receiver: oncall, matchers: ['service="orders"', 'severity="critical"']}
  - {receiver: mail, matchers: ['service="orders"', 'cluster!="lyon"']}
receivers:
- {name: default}
- {name: oncall, webhook_configs: [{url: <secret>}]}
- {name: mail, email_configs: [{to: a@example.org}]}
"""
PROMETHEUS = "global: {external_labels: {cluster: paris}}\nalerting: {alertmanagers: [{static_configs: [{targets: ['am:9093']}]}]}\n"
AM = "http://am.example:9093"


def rule(name: str, severity: str | None, query: str = "up == 0", **labels: str) -> dict[str, t.Any]:
    given = {"service": "orders", **({"severity": severity} if severity else {}), **labels}
    return {"type": "alerting", "name": name, "query": query, "labels": given, "annotations": {}, "state": "inactive", "health": "ok"}


RULES = [rule("Down", "critical"), rule("Slow", "warning")]


def answered(data: t.Any) -> dict[str, t.Any]:
    return {"status": "success", "data": data}


def vector(*series: dict[str, str]) -> dict[str, t.Any]:
    return {"resultType": "vector", "result": [{"metric": labels, "value": [0, "1"]} for labels in series]}


def query(_method: str, url: str, options: t.Mapping[str, t.Any]) -> t.Any:
    asked = parse_qs(urlsplit(url).query or (options.get("body") or b"").decode())["query"][0]
    if "count by" in asked:
        return answered(vector(*({"operability_number": str(number)} for number in range(asked.count("count by")))))
    if asked.startswith("ALERTS"):
        return answered(vector(*({"__name__": "ALERTS", "alertstate": "firing", **one["labels"]} for one in FIRING)))
    return answered(vector({}))


FIRING = [
    {"labels": {"alertname": "Down", "service": "orders", "severity": "critical"}, "state": "firing", "activeAt": "2026-11-25T01:00:00Z"}
]
WATCHDOG = {"labels": {"alertname": "Watchdog"}, "state": "firing", "activeAt": "2026-11-25T01:00:00Z"}


def status(
    started: str = "2026-11-24T06:00:00.123Z", name: str = "", peers: t.Sequence[str] = (), config: str = CONFIG, version: str = "0.31.1"
) -> dict[str, t.Any]:
    cluster = {"status": "ready" if name else "disabled", "name": name, "peers": [{"name": peer, "address": "x"} for peer in peers]}
    return {"config": {"original": config}, "cluster": cluster, "uptime": started, "versionInfo": {"version": version}}


def counted(sent: int, failed: int, url: str = "http://am.example:9093/api/v2/alerts") -> str:
    return "".join(
        f'# TYPE prometheus_notifications_{name}_total counter\nprometheus_notifications_{name}_total{{alertmanager="{url}"}} {value}\n'
        for name, value in (("sent", sent), ("errors", failed))
    )


def answers(
    *,
    rules: t.Any = None,
    config: t.Any = PROMETHEUS,
    sends_to: t.Any = ("http://am.example:9093/api/v2/alerts",),
    dropped: t.Sequence[str] = (),
    others: t.Mapping[str, t.Any] | None = None,
    active: t.Any = (),
    held: t.Sequence[dict[str, t.Any]] = (),
    ours: dict[str, t.Any] | None = None,
    metrics: str | None = None,
) -> dict[str, t.Any]:
    def who(_method: str, url: str, _options: t.Any) -> t.Any:
        host = urlsplit(url).netloc
        if host == urlsplit(AM).netloc:
            return ours or status()
        return (others or {}).get(host, HttpFailure("name", f"{host} cannot be resolved to an address"))

    receiving = None if sends_to is None else {"activeAlertmanagers": [{"url": url} for url in sends_to]}
    if receiving is not None:
        receiving["droppedAlertmanagers"] = [{"url": url} for url in dropped]
    return {
        "/-/ready": "ready",
        "/api/v1/query": query,
        "/api/v1/rules": answered({"groups": [{"name": "g", "interval": 1, "rules": RULES if rules is None else rules}]}),
        "/api/v1/alerts": answered({"alerts": list(active)}),
        "/api/v1/status/config": config if not isinstance(config, str) else answered({"yaml": config}),
        "/api/v1/status/runtimeinfo": answered({"startTime": "2026-11-25T05:59:30Z"}),
        "/api/v1/alertmanagers": receiving and answered(receiving),
        "/metrics": metrics,
        "/api/v2/status": who,
        "/api/v2/alerts": list(held),
        "/api/v2/silences": [],
    }


def look(check: str = "alertmanager_route", given: dict[str, t.Any] | None = None, **args: t.Any) -> Finding:
    everything = {"url": AM, "prometheus": [{"url": "http://prom.example:9090"}], "match": {"service": "orders"}, **args}
    if check == "alertmanager_route" and "receivers_by_severity" not in args:
        everything.setdefault("receivers", ["oncall", "mail"])
    (finding,) = run_item(Item(key="x", check=check, args=everything), FakeRunner(answers=answers() if given is None else given))
    return finding


def test_all_well() -> None:
    finding = look()
    assert (str(finding.status), finding.proof) == ("pass", "observed"), finding.message
    assert finding.message == "all 2 label sets of the 2 alerts that are loaded reach oncall (webhook) and mail (email)"
    assert finding.observed["label_sets"][1]["labels"] == {
        "alertname": "Slow", "cluster": "paris", "service": "orders", "severity": "warning"
    }  # fmt: skip


# -- does it send there at all


@pytest.mark.parametrize(
    ("given", "expected", "message"),
    [
        ({"sends_to": ()}, "unknown", "has just been started and has not found an Alertmanager yet"),
        ({"sends_to": (), "config": "global: {}"}, "fail", "sends its alerts to no Alertmanager"),
        ({"sends_to": (), "dropped": ["http://u:pw@x:1/api/v2/alerts"]}, "fail", r"relabelling drops all that it finds \(http://x:1\)"),
        # another one answers at the address
        ({"sends_to": ("http://10.0.0.7:9093/api/v2/alerts",), "others": {"10.0.0.7:9093": status("2026-11-24T07:00:00.5Z")}}, "fail",
         "sends its alerts to http://10.0.0.7:9093, which is not Alertmanager http://am.example:9093"),
        # the same process under another name, or one of its cluster
        ({"sends_to": ("http://10.0.0.7:9093/api/v2/alerts",), "others": {"10.0.0.7:9093": status()}}, "pass", "reach oncall"),
        ({"sends_to": ("http://10.0.0.7:9093/api/v2/alerts",), "ours": status(name="A", peers=["A", "B"]),
          "others": {"10.0.0.7:9093": status("2026-11-24T07:00:00.5Z", "B", ["A", "B"])}}, "pass", "reach oncall"),
        # a name that may mean something else here proves nothing
        ({"sends_to": ("http://alertmanager:9093/api/v2/alerts",), "others": {"alertmanager:9093": status("2026-11-24T07:00:00.5Z")}},
         "warn", "sends to http://alertmanager:9093: whether that is .* cannot be told from here"),
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",)}, "warn", "cannot be told from here"),
        # localhost is the machine of Prometheus
        ({"sends_to": ("http://localhost:9093/api/v2/alerts",), "others": {"prom.example:9093": status()}}, "pass", "reach oncall"),
        ({"sends_to": ("http://localhost:9093/api/v2/alerts",), "others": {"prom.example:9093": status("2026-11-24T07:00:00.5Z")}},
         "fail", "sends its alerts to http://prom.example:9093, which is not"),
        # an alert of the service that fires is there, as it leaves Prometheus
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",), "active": FIRING,
          "held": [{"labels": {**FIRING[0]["labels"], "cluster": "paris"}}]}, "pass", "reach oncall"),
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",), "active": FIRING, "held": [{"labels": FIRING[0]["labels"]}]},
         "fail", "Down has been firing in .* for more than 10 min, and Alertmanager .* does not have it"),
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",), "active": FIRING, "ours": status("2026-11-25T05:59:00.1Z")},
         "warn", "cannot be told"),
        # each Prometheus may have a Watchdog: it has to say whose it is
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",), "config": PROMETHEUS.replace("cluster: paris", ""), "active": [WATCHDOG],
          "held": [{"labels": WATCHDOG["labels"], "generatorURL": "http://other:9090/graph"}], "ours": status("2026-11-25T05:59:00.1Z")},
         "warn", "cannot be told"),
        ({"sends_to": ("http://172.17.0.4:9093/api/v2/alerts",), "active": [WATCHDOG],
          "held": [{"labels": {**WATCHDOG["labels"], "cluster": "paris"}}]}, "pass", "reach oncall"),
        ({"sends_to": None, "active": [WATCHDOG], "held": [{"labels": {**WATCHDOG["labels"], "cluster": "paris"}}]}, "pass", "reach"),
        ({"sends_to": None}, "warn", "does not tell to whom it sends"),
        ({"dropped": ["http://10.0.0.8:9093/api/v2/alerts"]}, "pass", "reach oncall"),
        # the right address, and nothing gets there
        ({"sends_to": ("http://am.example:9093/api/v1/alerts",)}, "fail", "by the API v1, which Alertmanager no longer has since 0.27"),
        ({"sends_to": ("http://am.example:9093/api/v1/alerts",), "ours": status(version="")}, "fail", "by the API v1"),
        ({"sends_to": ("http://am.example:9093/api/v1/alerts",), "ours": status(version="0.26.0")}, "pass", "reach oncall"),
        ({"sends_to": ("http://am.example:9093/api/v1/alerts", "http://am.example:9093/api/v2/alerts")}, "pass", "reach oncall"),
        ({"active": FIRING}, "fail", "Down has been firing in .* for more than 10 min, and Alertmanager http://am.* does not have it"),
        ({"active": FIRING, "held": [{"labels": {**FIRING[0]["labels"], "cluster": "paris"}}]}, "pass", "reach oncall"),
        ({"active": FIRING, "ours": status("2026-11-25T05:55:00.1Z")}, "pass", "reach oncall"),
        ({"active": FIRING, "ours": status("2026-11-25T05:55:00.1Z"), "metrics": counted(9, 4)}, "fail", "Down .* more than 3 min, and"),
        ({"active": FIRING, "ours": status("2026-11-25T05:59:00.1Z"), "metrics": counted(9, 4)}, "pass", "reach oncall"),
        ({"active": FIRING, "ours": status("2026-11-25T05:59:00.1Z"), "metrics": counted(0, 2)}, "warn", "has tried 2 times .* and never"),
        ({"metrics": counted(1, 1)}, "warn", "has tried 1 time to send alerts to Alertmanager .* and never succeeded"),
        ({"metrics": counted(9, 1)}, "pass", "reach oncall"),
        ({"metrics": counted(0, 2, "http://elsewhere:9093/api/v2/alerts")}, "pass", "reach oncall"),
        # peers do not tell each other of alerts: one that has none may be the one to which nothing is sent
        ({"sends_to": ("http://10.0.0.7:9093/api/v2/alerts",), "ours": status(name="A", peers=["A", "B"]), "active": FIRING,
          "others": {"10.0.0.7:9093": status("2026-11-24T07:00:00.5Z", "B", ["A", "B"])}}, "pass", "reach oncall"),
    ],
)  # fmt: skip
def test_does_prometheus_send_to_it(given: dict[str, t.Any], expected: str, message: str) -> None:
    finding = look(given=answers(**given))
    assert str(finding.status) == expected, finding.message
    assert re.search(message, finding.message), finding.message


def test_an_address_that_a_server_names_gets_no_credentials() -> None:
    runner = FakeRunner(answers=answers(sends_to=("http://10.0.0.7:9093/api/v2/alerts",)))
    args = {"url": AM, "url_password": "s3cr3t", "url_username": "me", "receivers": ["oncall"], "match": {"service": "orders"}}
    run_item(Item(key="x", check="alertmanager_route", args={**args, "prometheus": [{"url": "http://prom.example:9090"}]}), runner)
    asked = [(url, options["connection"]) for _method, url, options in runner.http.asked if "10.0.0.7" in url]  # type: ignore[attr-defined]
    assert [how.url_password for _url, how in asked] == [None]


# -- what a server does not show


HIDDEN = [
    Response(404, {}, b"not found", "http://prom.example:9090/api/v1/status/config", 0.1),
    Response(400, {}, b"unsupported path", "http://prom.example:9090/api/v1/status/config", 0.1),
    answered({"yaml": ""}),
]


@pytest.mark.parametrize("config", HIDDEN)
def test_a_server_that_does_not_show_its_configuration(config: t.Any) -> None:
    finding = look(given=answers(config=config))
    assert str(finding.status) == "unknown"
    assert "Slow" in finding.message and "depends on cluster, which cannot be told" in finding.message
    assert any("does not show its configuration: which labels it adds" in line for line in finding.details)
    for external, expected in (({"cluster": "paris"}, "pass"), ({}, "pass"), ({"cluster": "lyon"}, "fail")):
        server = {"url": "http://prom.example:9090", "external_labels": external}
        finding = look(given=answers(config=config), prometheus=[server])
        assert str(finding.status) == expected, finding.message
        assert any("the labels that it adds to alerts are as declared" in line for line in finding.details)
    assert str(look(given=answers(config=config), extra_labels={"cluster": "lyon"}).status) == "fail"
    assert str(look(given=answers(config=config), receivers=["oncall"], match={"severity": "critical"}).status) == "pass"


def test_what_is_observed_wins_over_what_is_declared() -> None:
    assert str(look(extra_labels={"cluster": "lyon"}).status) == "pass"


def test_secrets_of_a_shown_configuration_are_not_told() -> None:
    config = (
        PROMETHEUS
        + "scrape_configs: [{job_name: x, basic_auth: {username: u, password: sw0rdfish}}]\nremote_write: [{url: 'http://u:sw0rdfish@h'}]\n"
    )
    for given in (answers(config=config), answers(config=config.replace("alertmanagers: [{", "alertmanagers: [3, {"))):
        assert "sw0rdfish" not in json.dumps(look(given=given).as_dict())


GROUPS = """
global: {external_labels: {cluster: paris}}
alerting:
  alertmanagers:
  - {alert_relabel_configs: [{source_labels: [severity], regex: warning, action: drop}], static_configs: [{targets: [%s]}]}
  - {static_configs: [{targets: [%s]}]}
"""


@pytest.mark.parametrize(
    ("dropping", "other", "expected", "message"),
    [
        ("elsewhere:9093", "am.example:9093", "pass", "reach oncall"),
        ("am.example:9093", "elsewhere:9093", "fail", "Slow.* are dropped by relabelling and never sent"),
        ("one:9093", "two:9093", "unknown", "whether alerts with .*Slow.* are dropped by relabelling cannot be told"),
    ],
)
def test_relabelling_of_the_group_of_this_alertmanager_counts(dropping: str, other: str, expected: str, message: str) -> None:
    finding = look(given=answers(config=GROUPS % (dropping, other)))
    assert str(finding.status) == expected, finding.message
    assert re.search(message, finding.message), finding.message


# -- what is loaded


def test_nothing_is_loaded_at_all() -> None:
    finding = look(given=answers(rules=[]))
    assert str(finding.status) == "unknown"
    assert "evaluates no rules at all" in finding.message and finding.instrument == "Prometheus http://prom.example:9090"


def test_nothing_of_the_service_is_loaded_yet() -> None:
    finding = look(match={"service": "orders", "severity": "critical", "new": "yes"})
    assert (str(finding.status), finding.proof) == ("warn", "derived")
    assert finding.message.startswith(
        'alerts with {new="yes", service="orders", severity="critical"} reach oncall (webhook); the labels are as'
    )
    assert str(look(match={"service": "other"}).status) == "fail"


def test_alerts_in_two_servers() -> None:
    both = [{"url": "http://prom.example:9090"}, {"url": "http://prom2.example:9090"}]
    finding = look(prometheus=both, must_include=["Down", "Elsewhere"])
    assert str(finding.status) == "fail"
    assert finding.message == "Elsewhere is loaded in none of Prometheus http://prom.example:9090 and Prometheus http://prom2.example:9090"
    assert str(look(prometheus=both, must_include=["Down"]).status) == "pass"


@pytest.mark.parametrize(
    ("severity", "expected"), [("info", "pass"), ("None", "pass"), ("warning", "fail"), (None, "fail"), ("critcal", "fail")]
)
def test_alerts_for_which_nobody_acts_do_not_decide(severity: str | None, expected: str) -> None:
    rules = [rule("Down", "critical"), rule("Note", severity, team="x")]
    finding = look(given=answers(rules=rules), receivers=["oncall"])
    assert str(finding.status) == expected, finding.message
    assert any("Note" in line and "reach mail, not oncall" in line for line in finding.details)
    named = look(given=answers(rules=rules), receivers=["oncall"], receivers_by_severity={"info": ["oncall"]})
    assert str(named.status) == ("fail" if severity != "None" else "pass")


def test_a_severity_that_is_not_named() -> None:
    rules = [rule("Down", "critical"), rule("Note", "info"), rule("Odd", "critcal"), rule("Bare", None)]
    finding = look(given=answers(rules=rules), receivers_by_severity={"critical": ["oncall"]})
    assert str(finding.status) == "warn"
    assert finding.message == "no receiver is named for the severity critcal (Odd) (and 1 more)"
    assert finding.details[1:] == [
        "no receiver is named for alerts without a severity (Bare)",
        "no receiver is named for the severity info (Note)",
    ]


# -- silences


def silence(*matchers: tuple[str, str, bool], days: float = 90, **more: t.Any) -> dict[str, t.Any]:
    return {
        "id": "8c0b",
        "status": {"state": "active"},
        "startsAt": "2026-11-25T05:00:00Z",
        "endsAt": f"2027-0{1 + int(days // 31)}-25T05:00:00Z",
        "updatedAt": "2026-11-25T05:00:00Z",
        "createdBy": "alice",
        "comment": "disk",
        "matchers": [{"name": name, "value": value, "isRegex": regex, "isEqual": True} for name, value, regex in matchers],
        **more,
    }


@pytest.mark.parametrize(
    ("silences", "expected", "message"),
    [
        ([silence(("instance", "other:9100", False))], "pass", "no silence covers the service (1 in force for others)"),
        ([silence(("alertname", "Disk.*", True))], "pass", "no silence covers"),
        ([silence(("alertname", "Slow|Disk", True))], "fail", "covers the service with"),
        ([silence(("cluster", "paris", False))], "fail", 'covers the service with {cluster="paris"}'),
        # what cannot be read is decided by the other matchers first
        ([silence(("alertname", "\\pL+", True), ("service", "billing", False))], "pass", "no silence covers"),
        ([silence(("alertname", "\\pL+", True), ("service", "orders", False))], "unknown", "cannot be evaluated here: \\pL+"),
        ([silence(("alertname", "\\pL+", True)), silence(("service", "orders", False), id="f00")], "fail", "silence f00 by alice"),
        # one without matchers does not hide the others
        ([silence(matchers=None)], "warn", 'silence 8c0b by alice ("disk") until 2027-03-25T05:00:00Z has no matcher: what it hides'),
        ([silence(matchers=[])], "warn", "has no matcher: what it hides cannot be told"),
        ([silence(matchers=None), silence(("service", "orders", False), id="f00")], "fail", "silence f00 by alice"),
        ([silence(matchers=None, status={"state": "expired"})], "pass", "no silence is in force"),
        ([{"id": "odd"}], "unknown", "answered with a silence that makes no sense (odd)"),
        ([{"id": "odd"}, silence(("service", "orders", False), id="f00")], "fail", "silence f00 by alice"),
    ],
)
def test_silences(silences: list[dict[str, t.Any]], expected: str, message: str) -> None:
    finding = look("alertmanager_silences", {**answers(), "/api/v2/silences": silences})
    assert str(finding.status) == expected, finding.message
    assert message in finding.message


def test_silences_of_a_cluster() -> None:
    def held(_method: str, url: str, _options: t.Any) -> t.Any:
        return [silence(("service", "orders", False))] if "am2" in url else []

    two = {"am2.example:9093": status(name="B", peers=["A", "B"])}
    given = {**answers(ours=status(name="A", peers=["A", "B", "C"]), others=two), "/api/v2/silences": held}
    finding = look("alertmanager_silences", given, peers=["http://am2.example:9093"])
    assert str(finding.status) == "fail" and "covers the service" in finding.message
    assert "Alertmanager http://am.example:9093 does not know silence 8c0b, which another member has" in finding.details
    assert "the cluster of Alertmanager http://am.example:9093 has 3 members, of which 2 were asked" in finding.details
    gone = look("alertmanager_silences", {**answers(), "/api/v2/silences": []}, peers=["http://am2.example:9093"])
    assert str(gone.status) == "warn" and "Alertmanager http://am2.example:9093 cannot be asked: am2" in gone.message


# -- options


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"match": None}, "match or must_include has to say which alerts"),
        ({"prometheus": [], "match": None}, "labels is empty"),
        ({"receivers": []}, "receivers is empty"),
        ({"receivers_by_severity": {"critical": "oncall"}}, "critical has no list of receivers"),
        ({"window_end": "tomorrow"}, "window_end"),
        ({"prometheus": [{"url": "http://p", "typo": 1}]}, "typo"),
        ({"prometheus": [{}]}, "url"),
    ],
)
def test_options_that_do_not_fit(args: dict[str, t.Any], message: str) -> None:
    finding = look(**args)
    assert str(finding.status) == "unknown"
    assert "cannot work with its arguments" in finding.message and message in finding.message


def test_secrets_within_lists_are_known() -> None:
    login = base64.b64encode(b"me:s3cr3t-of-two").decode()
    servers = [{"url": "http://u:pass-of-url@p", "url_username": "me", "url_password": "s3cr3t-of-two", "bearer_token": "t0ken-of-two"}]
    found = secrets_in({"prometheus": [*servers, {"url": "x", "headers": {"X-Api-Key": "k3y-of-two"}}]})
    assert {login, "s3cr3t-of-two", "t0ken-of-two", "k3y-of-two", "pass-of-url"} <= set(found)

    def echo(_method: str, url: str, options: t.Mapping[str, t.Any]) -> Response:
        return Response(500, {}, json.dumps({"error": str(options["connection"])}).encode(), url, 0.0)

    def refused(_method: str, url: str, options: t.Mapping[str, t.Any]) -> Response:
        said = {"status": "error", "error": f"{options['connection']} {login}"}
        return Response(422, {}, json.dumps(said).encode(), url, 0.0)

    for answer in (echo, refused):
        finding = look(given={**answers(), "/api/v1/query": answer}, prometheus=servers)
        text = json.dumps(finding.as_dict())
        assert str(finding.status) == "unknown"
        assert not [secret for secret in (login, "s3cr3t-of-two", "t0ken-of-two", "pass-of-url") if secret in text], text


# -- what no series tells, and is declared

BY_TEAM = """
route:
  receiver: default
  routes: [{receiver: oncall, matchers: ['namespace="shop"', 'team="shop"']}]
receivers: [{name: default}, {name: oncall, webhook_configs: [{url: <secret>}]}]
"""


def _without_series(check: str, *labels: dict[str, str], silence: dict[str, str] | None = None, **args: t.Any) -> Finding:
    given = answers(rules=[rule("Waits", "critical", "waiting_reason > 0")], ours=status(config=BY_TEAM))
    given["/api/v1/query"] = lambda method, url, options: answered(vector()) if "waiting_reason" in url else query(method, url, options)
    if silence:
        matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in silence.items()]
        times = {"startsAt": "2026-11-01T00:00:00Z", "endsAt": "2027-11-01T00:00:00Z"}
        text = {"id": "1", "createdBy": "bob", "comment": "c", "status": {"state": "active"}}
        given["/api/v2/silences"] = [{**text, **times, "matchers": matchers}]
    return look(check, given, labels=list(labels), **args)


def test_the_way_of_an_alert_without_series_may_be_declared() -> None:
    undecided = _without_series("alertmanager_route", receivers=["oncall"])
    assert str(undecided.status) == "unknown" and "depends on namespace, team, which cannot be told" in undecided.message
    assert "declare it (labels)" in undecided.message
    declared = {"service": "orders", "namespace": "shop", "team": "shop"}
    found = _without_series("alertmanager_route", declared, receivers=["oncall"])
    assert str(found.status) == "warn" and "reach oncall, as far as the declared labels are right" in found.message
    for other in ({**declared, "severity": "warning"}, {"service": "orders", "namespace": "shop"}):
        assert "depends on" in " ".join(map(str, _without_series("alertmanager_route", other, receivers=["oncall"]).details)), other


def test_a_silence_of_others_for_an_alert_without_series() -> None:
    theirs = {"namespace": "bank"}
    assert str(_without_series("alertmanager_silences", silence=theirs).status) == "warn"
    declared = {"service": "orders", "namespace": "shop"}
    found = _without_series("alertmanager_silences", declared, silence=theirs)
    assert str(found.status) == "pass" and "labels of alerts that no series tells now are taken as declared" in found.details
    assert str(_without_series("alertmanager_silences", declared, silence={"namespace": "shop"}).status) == "fail"
    assert str(_without_series("alertmanager_silences", declared, silence={"pod": "x"}).status) == "warn"


# -- whose they are


def test_a_rule_all_of_whose_alerts_are_of_other_services_is_none_of_this_one() -> None:
    """What is added to all alerts says that it is the service's, and its series say otherwise."""

    def of_payments(_method: str, url: str, options: t.Mapping[str, t.Any]) -> t.Any:
        asked = parse_qs(urlsplit(url).query or (options.get("body") or b"").decode())["query"][0]
        if "count by" not in asked:
            return query(_method, url, options)
        return answered(vector(*({"operability_number": str(number), "service": "payments"} for number in range(asked.count("count by")))))

    shared = {**rule("Down", "critical"), "labels": {"severity": "critical"}}
    given = answers(rules=[shared], config="global: {external_labels: {service: orders}}")
    assert look(given=given).message == 'alerts with {alertname="Down", service="orders", severity="critical"} reach oncall (webhook)'
    of_others = {**given, "/api/v1/query": of_payments}
    found = look(given=of_others)
    assert str(found.status) == "warn" and "no alert of the service is loaded in" in found.message, found.message
