# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks.alertmanager_watchdog import read_moment
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from fakes import NOW, FakeRunner, Response

CONFIG = """
route:
  receiver: catchall
  routes:
    - {receiver: heartbeat, matchers: ['alertname="Watchdog"', 'cluster="paris"'], repeat_interval: 1m}
    - {receiver: mute, matchers: ['cluster="nowhere"']}
receivers:
  - name: catchall
    webhook_configs: [{url: <secret>}]
  - name: heartbeat
    webhook_configs: [{url: <secret>}]
  - name: mute
"""


def before(seconds: float) -> str:
    return (NOW - dt.timedelta(seconds=seconds)).isoformat().replace("+00:00", ".123456789Z")


def alert(labels: dict[str, str] | None = None, updated: float = 80, ends: float = -160, **status: t.Any) -> dict[str, t.Any]:
    return {
        "labels": {"alertname": "Watchdog", "severity": "none", **(labels or {})},
        "annotations": {},
        "startsAt": before(54 * 86400),
        "updatedAt": before(updated),
        "endsAt": before(ends),
        "fingerprint": "f" + "".join((labels or {}).values()),
        "receivers": [{"name": "catchall"}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": [], **status},
    }


def look(*alerts: dict[str, t.Any], running: float = 86400, answers: dict[str, t.Any] | None = None, **args: t.Any) -> Finding:
    status = {"config": {"original": CONFIG}, "uptime": before(running), "cluster": {"status": "ready", "peers": []}}
    given = {"/api/v2/status": status, "/api/v2/alerts": list(alerts), "/api/v2/silences": [], **(answers or {})}
    (finding,) = run_item(Item("x", "alertmanager_watchdog", {"url": "http://am:9093", **args}), FakeRunner(answers=given))
    return finding


def test_since_when_it_fires_does_not_matter() -> None:
    finding = look(alert())
    assert str(finding.status) == "pass"
    assert finding.message == '{alertname="Watchdog", severity="none"} is firing, was refreshed 80 s ago and reaches catchall (webhook)'
    assert finding.observed["watchdogs"] == ['{alertname="Watchdog", severity="none"}']
    assert finding.measurements[0].as_dict() == {"name": "watchdog_age_seconds", "value": 80.0, "limit": 300.0, "bound": "upper"}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (alert(state="suppressed", inhibitedBy=["498e1eb8768f960c"]), "is inhibited by the alert 498e1eb8768f960c: nobody is told of it"),
        (alert(state="suppressed", silencedBy=["8c0b"]), "is silenced by silence 8c0b: nobody is told"),
        (alert(mutedBy=["nights"]), "is muted by the time interval nights: nobody is told"),
        (alert(state="suppressed"), "is suppressed, Alertmanager does not say by what"),
        (alert(updated=2400, ends=2160), "was not refreshed since 2026-11-25T05:20:00Z"),
        (alert(updated=2400), "was not refreshed since 2026-11-25T05:20:00Z, 40 min ago; the limit is 5 min"),
        (alert({"cluster": "nowhere"}), "reach mute, which notifies nobody"),
    ],
)
def test_what_is_wrong_is_said(seen: dict[str, t.Any], said: str) -> None:
    finding = look(seen)
    assert str(finding.status) == "fail" and said in finding.message, finding.message


@pytest.mark.parametrize(
    ("interval", "status", "said"),
    [
        ("{years: ['1999']}", "fail", "which is not once within the next year"),
        ("{weekdays: ['monday:friday']}", "warn", "nobody is told next from 2026-11-28T00:00:00Z to 2026-11-30T00:00:00Z; outside of them"),
        ("{weekdays: ['saturday']}", "warn", "nobody is told now, until 2026-11-28T00:00:00Z"),
        ("{weekdays: ['sunday:saturday']}", "pass", "reaches catchall"),
        ("{weekdays: ['nightday']}", "unknown", "cannot be evaluated here"),
    ],
)
def test_hours_of_its_route(interval: str, status: str, said: str) -> None:
    config = CONFIG.replace("  routes:", "  routes:\n    - {active_time_intervals: [hours]}").replace(
        "receivers:\n  - name: catchall", f"time_intervals: [{{name: hours, time_intervals: [{interval}]}}]\nreceivers:\n  - name: catchall"
    )
    answer = {"config": {"original": config}, "uptime": before(86400), "cluster": {}}
    for muted in ([], ["hours"] if status == "warn" else []):
        finding = look(alert(mutedBy=muted), answers={"/api/v2/status": answer})
        assert (str(finding.status), said in finding.message) == (status, True), finding.message


@pytest.mark.parametrize(
    ("timing", "status"),
    [
        ("group_wait: 2400h", "fail"),
        ("repeat_interval: 2400h", "fail"),
        ("repeat_interval: 24h", "pass"),
        ("group_wait: 30s, repeat_interval: 12h", "pass"),
    ],
)
def test_how_often_it_is_told(timing: str, status: str) -> None:
    config = CONFIG.replace("repeat_interval: 1m", timing)
    answer = {"config": {"original": config}, "uptime": before(86400), "cluster": {}}
    finding = look(alert({"cluster": "paris"}), answers={"/api/v2/status": answer})
    assert str(finding.status) == status, finding.message
    assert status == "pass" or 'heartbeat is told of {alertname="Watchdog"' in finding.message and "each 100 d only" in finding.message
    both = config.replace("matchers: ['alertname=\"Watchdog\"', ", "continue: true, matchers: [") + "#"
    answer = {
        "config": {"original": both.replace("    - {receiver: mute", "    - {receiver: catchall}\n    - {receiver: mute")},
        "cluster": {},
    }
    assert str(look(alert({"cluster": "paris"}), answers={"/api/v2/status": answer}).status) == "pass", "another one is told in time"


def test_what_inhibits_it_is_named() -> None:
    down = {**alert({"cluster": "paris"}), "labels": {"alertname": "ClusterDown"}, "fingerprint": "abc"}
    finding = look(down, alert(state="suppressed", inhibitedBy=["abc"]))
    assert 'is inhibited by {alertname="ClusterDown"}: nobody' in finding.message


def test_absent_and_too_early() -> None:
    assert str(look().status) == "fail" and look().absent is True
    finding = look(running=40)
    assert str(finding.status) == "unknown" and "since Alertmanager started 40 s ago: too early" in finding.message
    assert str(look(alert({"cluster": "lyon"}), labels={"cluster": "paris"}).status) == "fail"
    named = look(alert({"cluster": "a"}), alert({"cluster": "b"}), min_count=3)
    assert str(named.status) == "fail" and "only 2 of 3 alerts" in named.message


def test_the_worst_of_several_counts() -> None:
    assert str(look(alert({"cluster": "a"}), alert({"cluster": "b"})).status) == "pass"
    finding = look(alert({"cluster": "a"}), alert({"cluster": "b"}, updated=900))
    assert str(finding.status) == "fail" and 'cluster="b"' in finding.message
    chosen = look(alert({"cluster": "a"}), alert({"cluster": "b"}, updated=900), labels={"cluster": "a"})
    assert str(chosen.status) == "pass"


def test_receivers() -> None:
    assert str(look(alert({"cluster": "paris"}), receivers=["heartbeat"]).status) == "pass"
    finding = look(alert(), receivers=["heartbeat", "other"])
    assert str(finding.status) == "fail" and "reach catchall, not heartbeat or other" in finding.message


@pytest.mark.parametrize(
    "seen",
    [alert(state="unprocessed"), {**alert(), "updatedAt": ""}, alert(updated=-3600, ends=-7200)],
)
def test_what_cannot_be_told_is_unknown(seen: dict[str, t.Any]) -> None:
    assert str(look(seen).status) == "unknown"


@pytest.mark.parametrize(
    "answer",
    [[{"labels": {"alertname": "Watchdog"}}], [1], {"a": 1}, [{**alert(), "status": None}], [{**alert(), "updatedAt": "soon"}], "x"],
)
def test_nonsense_is_unknown(answer: t.Any) -> None:
    assert str(look(answers={"/api/v2/alerts": answer}).status) == "unknown"


def test_the_servers_own_clock_counts() -> None:
    """The controller is an hour off: that makes no alert old."""
    date = {"date": "Wed, 25 Nov 2026 05:00:00 GMT", "content-type": "application/json"}
    status = {"config": {"original": CONFIG}, "uptime": before(86400), "cluster": {}}
    import json

    answer = Response(200, date, json.dumps(status).encode(), "http://am:9093", 0.1)
    finding = look(alert(updated=3660, ends=3400), answers={"/api/v2/status": answer})
    assert str(finding.status) == "pass" and "refreshed 60 s ago" in finding.message


HEARD = {
    "receipt_url": "http://hc/api/v3/checks/1?key=s3cr3t",
    "receipt_json": {"status": "up"},
    "receipt_headers": {"X-Api-Key": "s3cr3t-key"},
}


@pytest.mark.parametrize(
    ("answer", "more", "status", "said"),
    [
        ({"status": "up"}, {}, "pass", "http://hc/api/v3/checks/1 hears it"),
        ({"status": "grace"}, {}, "fail", "does not hear it: status is 'grace', expected 'up'"),
        (
            {"status": "up", "last_ping": before(60)},
            {"receipt_timestamp": "last_ping", "receipt_max_age": "5m"},
            "pass",
            "heard it 60 s ago",
        ),
        ({"status": "up", "last_ping": before(600)}, {"receipt_timestamp": "last_ping", "receipt_max_age": "5m"}, "fail", "10 min ago"),
        (
            {"status": "up", "last_ping": None},
            {"receipt_timestamp": "last_ping", "receipt_max_age": "5m"},
            "fail",
            "has never heard anything",
        ),
        (
            {"status": "up", "last_ping": "soon"},
            {"receipt_timestamp": "last_ping", "receipt_max_age": "5m"},
            "unknown",
            "no time in last_ping",
        ),
        ({}, {}, "unknown", "the answer has no status"),
        ("<html><title>Sign in</title>", {}, "unknown", "a login page|web page"),
        (Response(503, {}, b"", "http://hc/", 0.1), {}, "unknown", "answered with status 503"),
        (Response(401, {}, b"", "http://hc/", 0.1), {}, "unknown", "refused the credentials"),
    ],
)
def test_what_the_heartbeat_service_says(answer: t.Any, more: dict[str, t.Any], status: str, said: str) -> None:
    finding = look(alert(), answers={"/api/v3/checks/1?key=s3cr3t": answer}, **HEARD, **more)
    assert str(finding.status) == status, finding.message
    assert any(part in finding.message for part in said.split("|")), finding.message
    assert "s3cr3t" not in str(finding.as_dict())


def test_a_switch_that_is_off_is_told_before_the_service_is_asked() -> None:
    assert str(look(**HEARD).status) == "fail"


@pytest.mark.parametrize(
    "args",
    [
        {"receipt_url": "http://hc/"},
        {"receipt_json": {"a": 1}},
        {"receipt_url": "http://hc/", "receipt_timestamp": "last_ping"},
        {"min_count": 0},
        {"alert": ""},
    ],
)
def test_arguments_that_ask_nothing_are_refused(args: dict[str, t.Any]) -> None:
    finding = look(alert(), **args)
    assert str(finding.status) == "unknown" and "cannot work with its arguments" in finding.message


def test_moments() -> None:
    assert read_moment(NOW.timestamp()) == read_moment(NOW.timestamp() * 1000) == read_moment(str(int(NOW.timestamp()))) == NOW
    assert read_moment("2026-11-25T06:00:00.123+00:00") == NOW
    assert [read_moment(told) for told in (True, "x", [], {}, "1e400", float("inf"), "2026-11-25T06:00:00")] == [None] * 7
