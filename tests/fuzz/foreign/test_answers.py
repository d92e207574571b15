# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole checks over servers, tools and hosts that answer anything: a finding comes of it, never a defect, and none without bounds."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import pathlib
import tarfile
import typing as t
import zipfile

import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _x509
from ansible_collections.operability.readiness.plugins.module_utils._clients import archives, junit_report
from ansible_collections.operability.readiness.plugins.module_utils._clients.file import Asked, look_into
from ansible_collections.operability.readiness.plugins.module_utils._clients.inside import Inside
from ansible_collections.operability.readiness.plugins.module_utils._clients.streams import Damaged, NotVerifiable
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.module_utils._message import one_line
from ansible_collections.operability.readiness.plugins.module_utils._phrase import of_data
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.nagios import render as as_nagios
from ansible_collections.operability.readiness.plugins.plugin_utils._running.received import received
from certificates import issue
from fakes import Completed, FakeRunner, Response
from fuzz.odd import anything, as_json, contents, documents, fuzz, texts
from generated import tries_more
from grafana_data_stand_in import frame
from hypothesis import given
from hypothesis import strategies as st
from unit.checks.test_alertmanager_delivery import COUNTERS
from unit.checks.test_alertmanager_route import status as alertmanager_status
from unit.checks.test_alertmanager_silences import silence
from unit.checks.test_alertmanager_watchdog import CONFIG
from unit.checks.test_alertmanager_watchdog import alert as watchdog
from unit.checks.test_grafana_dashboard import AT as AT_GRAFANA
from unit.checks.test_grafana_dashboard import RICH
from unit.checks.test_prometheus_alerts import alert, record
from unit.checks.test_prometheus_targets import target
from unit.checks.test_systemd_unit import DAEMON, TIMER
from unit.core.test_received import GOOD, ITEM

pytestmark = tries_more

Answers = dict[str, t.Any]
PROMETHEUS = {
    "/-/ready": "ready",
    "/api/v1/query": {
        "status": "success",
        "data": {"resultType": "vector", "result": [{"metric": {"instance": "h1", "job": "x"}, "value": [1764050400, "1"]}]},
        "warnings": ["slow"],
    },
    "/api/v1/query_range": {
        "status": "success",
        "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1, "1"], [2, "NaN"]]}]},
    },
    "/api/v1/series": {"status": "success", "data": [{"a": "b"}]},
    "/api/v1/targets": {"status": "success", "data": {"activeTargets": [target(), target("h2:1", "down", lastError="x")]}},
    "/api/v1/rules": {
        "status": "success",
        "data": {"groups": [{"name": "g", "interval": 15, "rules": [alert(), record("a:b", "sum(up)")]}]},
    },
    "/api/v1/parse_query": {"status": "success", "data": {"type": "vectorSelector", "name": "up", "matchers": []}},
    "/api/v1/status/buildinfo": {"status": "success", "data": {"version": "3.5.0"}},
    "/api/v1/label/__name__/values": {"status": "success", "data": ["up"]},
}
WATCHED = {
    "/api/v2/status": {"config": {"original": CONFIG}, "uptime": "2026-11-01T00:00:00.000Z", "cluster": {"status": "ready", "peers": [{}]}},
    "/api/v2/alerts": [watchdog({"cluster": "paris"}), watchdog(state="suppressed", silencedBy=["8c0b7b9e"], inhibitedBy=["f"])],
    "/api/v2/silences": [silence()],
}
ICINGA_OBJECTS = {"hosts": ["web1"], "services": [{"host": "web1", "service": "http"}]}
ICINGA_OBJECT = {
    "acknowledgement": 2,
    "acknowledgement_expiry": 0,
    "check_command": "http",
    "check_interval": 60,
    "check_period": "24x7",
    "downtime_depth": 0,
    "enable_active_checks": True,
    "enable_notifications": True,
    "enable_passive_checks": True,
    "flapping": False,
    "last_check": 1764050400.5,
    "last_check_result": {"output": "OK", "active": True},
    "next_check": 1764050460.5,
    "state": 0,
    "state_type": 1,
}
USER = {"enable_notifications": True, "groups": ["team"], "name": "alice", "period": "24x7", "states": None, "types": ["Problem"]}
NOTIFICATION = {"host_name": "web1", "period": "24x7", "states": ["Down"], "types": None, "user_groups": ["team"], "users": None}


def results(*attributes: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"results": [{"attrs": one} for one in attributes]}


ICINGA = {
    "/v1/": {"results": [{"permissions": ["*"], "user": "ops"}]},
    "/v1/status": {
        "results": [
            {
                "name": "IcingaApplication",
                "status": {
                    "icingaapplication": {
                        "app": {
                            "enable_host_checks": True,
                            "enable_service_checks": True,
                            "enable_notifications": True,
                            "program_start": 1764040000.5,
                        }
                    }
                },
            },
            {"name": "NotificationComponent", "status": {"notificationcomponent": {"notification": 1}}},
        ]
    },
    "/v1/objects/hosts": results({**ICINGA_OBJECT, "name": "web1"}),
    "/v1/objects/services": results({**ICINGA_OBJECT, "name": "http", "host_name": "web1"}),
    "/v1/objects/users": results(USER),
    "/v1/objects/timeperiods": results({"includes": [], "is_inside": True, "name": "24x7", "ranges": {"monday": "00:00-24:00"}}),
    "/v1/objects/notifications": results({**NOTIFICATION, "service_name": ""}, {**NOTIFICATION, "service_name": "http", "states": None}),
}
AT_PROMETHEUS = {"url": "http://prom:9090"}
CHECKS: dict[str, tuple[dict[str, t.Any], Answers]] = {
    "prometheus_query": ({**AT_PROMETHEUS, "query": "up", "pass_when": "> 0"}, PROMETHEUS),
    "prometheus_targets": (
        {**AT_PROMETHEUS, "selector": '{job="payments"}', "expect": [{"job": "payments", "addresses": ["web1"], "port": 8080}]},
        PROMETHEUS,
    ),
    "prometheus_alerts": ({**AT_PROMETHEUS, "match": {"service": "payments"}, "must_include": ["Down"]}, PROMETHEUS),
    "prometheus_series": (
        {
            **AT_PROMETHEUS,
            "signals": {"traffic": "requests_total", "latency": "rate(x[1h]) / y", "errors": 'a:b{code=~"5.."}'},
            "required": [],
            "service": "payments",
        },
        PROMETHEUS,
    ),
    "alert_coverage": ({**AT_PROMETHEUS, "kinds": ["down", "disk"], "match": {"service": "payments"}, "addresses": ["web1"]}, PROMETHEUS),
    "alertmanager_route": (
        {"url": "http://am:9093", "labels": [{"service": "payments", "severity": "page"}], "receivers": ["payments-oncall"]},
        alertmanager_status(),
    ),
    "alertmanager_silences": (
        {"url": "http://am:9093", "labels": [{"service": "payments"}]},
        {"/api/v2/silences": [silence(), silence(id="x", status={"state": "pending"})]},
    ),
    "alertmanager_watchdog": (
        {
            "url": "http://am:9093",
            "receipt_url": "http://hc/1",
            "receipt_json": {"a": 1},
            "receipt_timestamp": "t",
            "receipt_max_age": "1h",
        },
        {**WATCHED, "/1": {"a": 1, "t": "2026-11-25T05:59:00Z"}},
    ),
    "alertmanager_delivery": (
        {"url": "http://am:9093", "labels": {"service": "payments"}, "deadline": "31s", "receipt_url": "http://far/seen?{mark}"},
        {**WATCHED, "/api/v2/alerts/groups": [], "/metrics": COUNTERS.format(begun=1, tried=1, failed=0, more=""), "/seen": {"hits": []}},
    ),
    "grafana_dashboard": (AT_GRAFANA, {**RICH, "/api/ds/query": {"results": {"Q0_0": {"frames": [frame({"a": "b"}, [(1.0, "NaN")])]}}}}),
    "classic_monitoring": (
        {"system": "icinga", "url": "https://i:5665", "aspect": "routing", "contacts": ["team"], **ICINGA_OBJECTS},
        ICINGA,
    ),
    "http_probe": ({"url": "http://h/x", "json": {"a.0.b": "c"}, "body": "x", "samples": 2}, {"/x": {"a": [{"b": "c"}]}}),
    "metrics_endpoint": (
        {"url": "http://h/metrics", "families": ["jobs_total"], "moving": ["jobs_total"]},
        {"/metrics": '# TYPE jobs_total counter\njobs_total{a="b"} 3\nup 1 # {a="b"} 1\n'},
    ),
    "runbook": (
        {"url": "http://h/runbook", "sections": ["Restart"], "max_age": "90d"},
        {"/runbook": "<html><h1>R</h1><p>Last review: 2026-11-01<h2 id=a>Restart</h2><p>do <a href='/x#a'>x</a>", "/x": "<p id='a'>there"},
    ),
}
COMMANDS: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
    "command": ({"command": ["plugin"]}, {"plugin": "OK - fine | a=1s;2;3;0;5 b=U\nmore | c=1%\n"}),
    "systemd_unit": ({"unit": "payments.service"}, {"systemctl": DAEMON, "journalctl": '{"__REALTIME_TIMESTAMP": "1764050400000000"}\n'}),
    "scheduled_job": (
        {"timer": "payments.timer", "max_age": "1d"},
        {"systemctl": TIMER, "systemd-analyze": "Next elapse: Thu 2026-11-26 00:00:00 UTC\n", "journalctl": '{"JOB_RESULT": "done"}\n'},
    ),
    "restic_backup": (
        {"repository": "/srv/restic", "max_age": "1d", "password": "hunter22", "paths": ["/srv"]},
        {
            "restic snapshots": json.dumps([{"time": "2026-11-25T05:00:00Z", "paths": ["/srv"], "hostname": "h", "id": "a" * 64}]),
            "restic stats": '{"total_size": 500, "total_file_count": 3}',
            "restic": "",
        },
    ),
    "log_rotation": (
        {"journald": True},
        {"journalctl --disk-usage": "Archived and active journals take up 1.5G in the file system.", "journalctl": "State: ONLINE\n"},
    ),
}


def sound(findings: list[Finding]) -> None:
    """Findings that can be kept, and of which none says that the check itself is broken."""
    assert findings
    for finding in findings:
        assert "please report this as a defect" not in finding.message, (finding.message, finding.observed)
        assert "cannot work with its arguments" not in finding.message, finding.message
        assert len(finding.message) <= 1000 and not [line for line in (finding.message, *finding.details) if one_line(line) != line]
        assert len(json.dumps(finding.as_dict(), allow_nan=False)) < 2_000_000
        assert Finding.from_dict(json.loads(json.dumps(finding.as_dict()))).status is finding.status


@pytest.mark.parametrize("name", CHECKS)
def test_a_server_that_answers_anything(name: str) -> None:
    args, answers = CHECKS[name]

    def of(answer: t.Any) -> st.SearchStrategy[t.Any]:
        odd = texts(answer) if isinstance(answer, str) else st.one_of(documents(answer), texts(as_json(answer)))
        raw = st.binary(max_size=50).map(lambda body: Response(200, {"content-type": "application/json"}, body, "http://h/", 0.1))
        return st.one_of(st.just(answer), odd.map(sent), odd.map(sent), odd.map(sent), raw)

    def sent(answer: t.Any) -> t.Any:
        kind = "text/html" if name == "runbook" else "text/plain"
        body = answer.encode("utf-8", "surrogatepass") if isinstance(answer, str) else b""
        return Response(200, {"content-type": kind}, body, "http://h/", 0.1) if isinstance(answer, str) else answer

    @fuzz(25)
    @given(st.fixed_dictionaries({path: of(answer) for path, answer in answers.items()}))
    def look(given_answers: Answers) -> None:
        sound(run_item(Item("x", name, args), FakeRunner(answers=given_answers)))

    sound(run_item(Item("x", name, args), FakeRunner(answers=answers)))
    look()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_tool_that_says_anything(name: str) -> None:
    args, said = COMMANDS[name]
    codes = st.sampled_from((0, 0, 0, 1, 2, 3, 10, 11, 12, 130, -9, 255))

    @fuzz(25)
    @given(
        st.fixed_dictionaries(
            {command: st.tuples(codes, st.one_of(st.just(text), texts(text or " ")), texts("error: x\n")) for command, text in said.items()}
        )
    )
    def look(answers: dict[str, tuple[int, str, str]]) -> None:
        sound(run_item(Item("x", name, args), FakeRunner(commands={key: Completed(*answer) for key, answer in answers.items()})))

    look()


# -- files of bytes

JUNIT = (
    b'<?xml version="1.0"?><testsuites><testsuite name="s" tests="2" failures="1" timestamp="2026-11-25T06:00:00"><properties>'
    b'<property name="version" value="1"/></properties><testcase name="a" classname="c" time="1.5"/><testcase name="b">'
    b'<failure message="x">y</failure></testcase></testsuite></testsuites>'
)


@fuzz(100)
@given(contents(JUNIT, b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>'))
def test_a_junit_report(data: bytes) -> None:
    with contextlib.suppress(junit_report.NotAReport):
        junit_report.parse(data)


def test_a_certificate() -> None:
    der = _x509.split_pem(issue().pem)[0]

    @fuzz(150)
    @given(contents(der))
    def read(data: bytes) -> None:
        with contextlib.suppress(_x509.NotACertificate):
            _x509.parse_certificate(data)

    assert _x509.parse_certificate(der)
    read()


OTHER_BACKUPS = (
    b"-- PostgreSQL database dump\n\nCREATE TABLE a (b int);\n-- PostgreSQL database dump complete\n",
    b"PGDMP\x01\x0e\x00\x04\x08\x01" + b"\x00\x06\x00\x00\x00" + b"\x00\x01\x00\x00\x00" * 9,
    b"SQLite format 3\x00\x10\x00" + bytes(4096),
    b"\x6d\xe2\x99\x81\x05\x00\x00\x00\x00\xff\xff\xff\xff",
    b"age-encryption.org/v1\n-> X25519 a\nb\n--- c\n" + bytes(64),
    b"\x8c\x0d\x04\x09\x03\x02" + bytes(9) + b"\xd2\x20" + bytes(32),
    b"\x28\xb5\x2f\xfd\x20\x01\x09\x00\x00a",
    b"\x04\x22\x4d\x18\x60\x40\x82\x01\x00\x00\x80a\x00\x00\x00\x00",
    b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(24),
    b"070701" + b"0" * 104 + b"TRAILER!!!",
    b"dn: dc=a\ndc: a\n\n",
)


def test_an_archive(tmp_path: pathlib.Path) -> None:
    holder = io.BytesIO()
    with tarfile.open(fileobj=holder, mode="w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo("é/" + "long/" * 60 + "a")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"12345"))
    plain = holder.getvalue()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"x" * 3000)
    path = tmp_path / "backup"

    @fuzz(120)
    @given(contents(plain, gzip.compress(plain), packed.getvalue(), *OTHER_BACKUPS))
    def read(data: bytes) -> None:
        path.write_bytes(data)
        with contextlib.suppress(Damaged, NotVerifiable, OSError):
            look_into(str(path), len(data), Inside(), Asked(FakeRunner(), lambda: None))

    read()
    assert archives.parse_pax(b"11 path=ab\n") == {"path": "ab"}


# -- what a host answers


@fuzz(150)
@given(st.one_of(documents({ITEM.key: [GOOD]}, {ITEM.key: [GOOD, {**GOOD, "status": "fail"}], "other": [GOOD]}), anything()))
def test_what_a_host_answers(found: t.Any) -> None:
    answers = received([ITEM], found)
    assert list(answers) == [ITEM.key]
    for finding in answers[ITEM.key]:
        assert (finding.host, finding.check, finding.requirement) == (ITEM.host, ITEM.check, ITEM.requirement)
        assert finding.status is not Status.WAIVED
    sound(answers[ITEM.key])
    as_nagios({"judgement": {"requirements": [finding.as_dict() for finding in answers[ITEM.key]]}})


@fuzz(100)
@given(documents(GOOD["said"]["message"]))
def test_a_message_of_a_host(said: t.Any) -> None:
    assert len(str(of_data("text", said).mapped(str.upper))) <= 20_000
