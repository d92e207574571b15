# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of log lines: one row a form, as the programs named write them."""

from __future__ import annotations

import datetime as dt
import json
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_times

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.timezone.utc)
UTC = "2026-10-19T12:00:00+00:00"
PARIS = "2026-10-19T10:00:00+00:00"  # noon there
EPOCH = 1792411200  # the same as UTC


@pytest.fixture(autouse=True)
def host_in_utc(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# what, line, moment, form, zoned
ROWS: list[tuple[str, str, str, str, bool]] = [
    ("ISO 8601, Z", "2026-10-19T12:00:00Z started", UTC, "iso", True),
    ("ISO 8601, lower case", "2026-10-19t12:00:00 started", UTC, "iso", False),
    ("ISO 8601, milliseconds, offset", "2026-10-19T12:00:00.123+02:00 started", PARIS, "iso", True),
    ("ISO 8601, comma, offset without a colon", "2026-10-19T12:00:00,123+0200 started", PARIS, "iso", True),
    ("ISO 8601, hours of offset", "2026-10-19T12:00:00.123456+02 started", PARIS, "iso", True),
    ("ISO 8601, nanoseconds (CRI)", "2026-10-19T12:00:00.123456789+02:00 stdout F started", PARIS, "iso", True),
    ("ISO 8601, a blank", "2026-10-19 12:00:00 started", UTC, "iso", False),
    ("ISO 8601, a blank before the offset (.NET, gunicorn)", "[2026-10-19 12:00:00 +0200] [7] [INFO] Booting", PARIS, "iso", True),
    ("ISO 8601, an underline (svlogd -ttt)", "2026-10-19_12:00:00.12345 started", UTC, "iso", False),
    ("ISO 8601, no seconds", "2026-10-19T12:00Z started", UTC, "iso", True),
    ("ISO 8601, hours alone", "2026-10-19T12Z started", UTC, "iso", True),
    ("ISO 8601, basic", "20261019T120000Z started", UTC, "iso_basic", True),
    ("ISO 8601, basic, fraction and offset", "20261019T120000.123+0200 started", PARIS, "iso_basic", True),
    ("ISO 8601, week", "2026-W43-1T12:00:00Z started", UTC, "iso_week", True),
    ("ISO 8601, day of the year", "2026-292T12:00:00Z started", UTC, "iso_ordinal", True),
    ("ISO 8601, end of a day", "2026-10-18T24:00:00Z started", "2026-10-19T00:00:00+00:00", "iso", True),
    ("ISO 8601, leap second", "2026-10-19T11:59:60Z started", UTC, "iso", True),
    ("PostgreSQL", "2026-10-19 12:00:00.123 CEST [4711] LOG:  checkpoint starting", PARIS, "iso", True),
    ("PostgreSQL, UTC", "2026-10-19 12:00:00 UTC [4711] LOG:  checkpoint starting", UTC, "iso", True),
    ("PostgreSQL, process first", "[4711]: [1-1] user=a,db=b 2026-10-19 12:00:00 UTC LOG:  x", UTC, "iso", True),
    ("MySQL 8", "2026-10-19T12:00:00.123456Z 0 [Note] ready", UTC, "iso", True),
    ("MariaDB", "2026-10-19 12:00:00 0 [Note] ready", UTC, "iso", False),
    ("MySQL's slow log", "# Time: 2026-10-19T12:00:00.123456Z", UTC, "iso", True),
    ("MySQL 5.5", "261019 12:00:00 [Note] ready", UTC, "mysql", False),
    ("CockroachDB", "I261019 12:00:00.123456 1 server/node.go:5 started", UTC, "crdb", False),
    ("log4j", "2026-10-19 12:00:00,123 INFO  [main] com.example.App - started", UTC, "iso", False),
    ("NLog", "2026-10-19 12:00:00.1234|INFO|App|started", UTC, "iso", False),
    ("Elasticsearch", "[2026-10-19T12:00:00,123][INFO ][o.e.n.Node] started", UTC, "iso", False),
    ("Envoy", '[2026-10-19T12:00:00.123Z] "GET / HTTP/1.1" 200', UTC, "iso", True),
    ("journalctl -o short-full", "Mon 2026-10-19 12:00:00 UTC web1 app[7]: started", UTC, "iso", True),
    ("a CSV", '"2026-10-19 12:00:00","started"', UTC, "iso", False),
    ("apt", "Start-Date: 2026-10-19  12:00:00", UTC, "iso", False),
    ("update-alternatives", "update-alternatives 2026-10-19 12:00:00: run with --install", UTC, "iso", False),
    ("Spring, level first", "INFO  2026-10-19 12:00:00.123 [main] c.e.App : started", UTC, "iso", False),
    ("logback, level and thread first", "INFO  [main] 2026-10-19 12:00:00,123 App.java:12 - started", UTC, "iso", False),
    ("level in brackets", "[INFO ] [2026-10-19T12:00:00.123Z] started", UTC, "iso", True),
    ("level and a bar", "WARN|2026-10-19 12:00:00|started", UTC, "iso", False),
    ("Python, level first", "WARNING:2026-10-19 12:00:00,123:started", UTC, "iso", False),
    ("Rails", "I, [2026-10-19T12:00:00.123456 #4711]  INFO -- : started", UTC, "iso", False),
    ("coloured", "\x1b[32mINFO\x1b[0m \x1b[90m2026-10-19T12:00:00Z\x1b[0m started", UTC, "iso", True),
    ("indented, byte order mark", "\ufeff  2026-10-19T12:00:00Z started", UTC, "iso", True),
    ("XML of java.util.logging", "  <date>2026-10-19T12:00:00.123Z</date>", UTC, "iso", True),
    ("Db2", "2026-10-19-12.00.00.123456+120 I1234E  LEVEL: Info", PARIS, "db2", True),
    ("nginx error", "2026/10/19 12:00:00 [error] 4711#0: *3 open() failed", UTC, "slashed", False),
    ("Go log", "2026/10/19 12:00:00 started", UTC, "slashed", False),
    ("Go log, microseconds, prefix", "app: 2026/10/19 12:00:00.123456 main.go:23: started", UTC, "slashed", False),
    ("Samba", "[2026/10/19 12:00:00.123456,  0] ../source3/smbd/server.c:1(main)", UTC, "slashed", False),
    ("dots, year first", "2026.10.19 12:00:00.123 started", UTC, "dotted_ymd", False),
    ("FIX", "20261019-12:00:00.123 : 8=FIX.4.4", UTC, "iso_basic", False),
    ("fourteen digits", "20261019120000 started", UTC, "iso_basic", False),
    ("Apache common", '192.0.2.1 - - [19/Oct/2026:12:00:00 +0200] "GET / HTTP/1.1" 200 12', PARIS, "clf", True),
    ("Apache, a host and a user with a blank", '2001:db8::1 - John Q Doe [19/Oct/2026:12:00:00 +0200] "GET /" 200', PARIS, "clf", True),
    ("HAProxy", "192.0.2.1:3030 [19/Oct/2026:12:00:00.123] front back/srv 0/0/1/2/3 200", UTC, "clf", False),
    ("werkzeug", '192.0.2.1 - - [19/Oct/2026 12:00:00] "GET / HTTP/1.1" 200 -', UTC, "clf", False),
    ("Apache error", "[Mon Oct 19 12:00:00.123456 2026] [core:error] [pid 7] AH00124", UTC, "ctime", False),
    ("ctime", "Mon Oct 19 12:00:00 2026 [pid 7] CONNECT", UTC, "ctime", False),
    ("date", "Mon Oct 19 12:00:00 CEST 2026 started", PARIS, "ctime", True),
    ("uWSGI", "[pid: 7|app: 0|req: 1/1] 192.0.2.1 () {40 vars in 623 bytes} [Mon Oct 19 12:00:00 2026] GET / =>", UTC, "ctime", False),
    ("RFC 2822", "Mon, 19 Oct 2026 12:00:00 +0200 started", PARIS, "day_month", True),
    ("day, month, year", "19 Oct 2026 12:00:00 started", UTC, "day_month", False),
    ("Redis", "4711:M 19 Oct 2026 12:00:00.123 * Ready to accept connections", UTC, "day_month", False),
    ("Tomcat, BIND", "19-Oct-2026 12:00:00.123 INFO [main] org.apache.catalina.startup", UTC, "day_month", False),
    ("PHP", "[19-Oct-2026 12:00:00 Europe/Paris] PHP Warning:  x", PARIS, "day_month", True),
    ("PHP-FPM", "[19-Oct-2026 12:00:00] NOTICE: ready to handle connections", UTC, "day_month", False),
    ("Erlang", "=INFO REPORT==== 19-Oct-2026::12:00:00 ===", UTC, "day_month", False),
    ("Oracle", "19-OCT-26 12:00:00 PM started", UTC, "day_month", False),
    ("French months", "19 oct. 2026 12:00:00 démarré", UTC, "day_month", False),
    ("French months, written out", "lundi 19 octobre 2026, 12:00:00 (UTC+0200)", UTC, "day_month", False),
    ("German months", "19 Okt. 2026 12:00:00 gestartet", UTC, "day_month", False),
    ("java.util.logging", "Oct 19, 2026 12:00:00 PM com.example.App main", UTC, "month_day", False),
    ("java.util.logging of Java 9", "Oct 19, 2026 12:00:00\u202fPM com.example.App main", UTC, "month_day", False),
    ("WebLogic", "####<Oct 19, 2026 12:00:00,123 PM CEST> <Info> <Server>", PARIS, "month_day", True),
    ("Cisco", "Oct 19 2026 12:00:00: %ASA-6-302013", UTC, "month_day", False),
    ("dots, day first", "19.10.2026 12:00:00 gestartet", UTC, "dotted", False),
    ("dots, a comma", "19.10.2026, 12:00:00 gestartet", UTC, "dotted", False),
    ("dots, two digits", "19.10.26 12:00:00 gestartet", UTC, "dotted", False),
    ("strokes, day first", "19/10/2026 12:00:00 started", UTC, "numbers", False),
    ("strokes, month first", "10/19/2026 12:00:00 PM started", UTC, "numbers", False),
    ("hyphens, day first", "19-10-2026 12:00:00 started", UTC, "numbers", False),
    ("WebSphere", "[10/19/26 12:00:00:123 CEST] 00000001 WsServerImpl  A   ready", PARIS, "numbers", True),
    ("RFC 5424", "<14>1 2026-10-19T12:00:00Z web1 app 7 - - started", UTC, "rfc5424", True),
    ("RFC 5424, counted", "114 <14>1 2026-10-19T12:00:00.123+02:00 web1 app 7 - - started", PARIS, "rfc5424", True),
    ("RFC 3339 after a priority", "<14>2026-10-19T12:00:00Z web1 app: started", UTC, "iso", True),
    ("epoch, seconds", f"{EPOCH} started", UTC, "epoch", True),
    ("epoch, Squid", f"{EPOCH}.123    4 192.0.2.1 TCP_MISS/200", UTC, "epoch", True),
    ("epoch, Nagios", f"[{EPOCH}] SERVICE ALERT: web1;http;OK", UTC, "epoch", True),
    ("epoch, milliseconds", f"{EPOCH}123 started", UTC, "epoch", True),
    ("epoch, microseconds", f"{EPOCH}123456 started", UTC, "epoch", True),
    ("epoch, nanoseconds", f"{EPOCH}123456789 started", UTC, "epoch", True),
    ("epoch, behind a level", f"INFO {EPOCH}.5 started", UTC, "epoch", True),
    ("auditd", f"type=SYSCALL msg=audit({EPOCH}.123:456): arch=c000003e", UTC, "audit", True),
    ("TAI64N, s6 and multilog", f"@{2**62 + 10 + EPOCH:016x}1dcd6500 started", UTC, "tai64n", True),
    ("logfmt, ts", "ts=2026-10-19T12:00:00.123Z level=info msg=started", UTC, "logfmt", True),
    ("logfmt, time in quotes", 'time="2026-10-19T12:00:00Z" level=info msg="it is started"', UTC, "logfmt", True),
    ("logfmt, level first", "level=info ts=2026-10-19T12:00:00Z msg=started", UTC, "logfmt", True),
    ("logfmt, message first", 'msg="it is started" t=2026-10-19T12:00:00+0200 lvl=info', PARIS, "logfmt", True),
    ("logfmt, epoch", f"level=info ts={EPOCH}.123 msg=started", UTC, "logfmt", True),
    ("logfmt, date and time (FortiGate)", 'date=2026-10-19 time=12:00:00 devname="f"', UTC, "logfmt", False),
    ("XML of log4j", f'<log4j:event logger="a" timestamp="{EPOCH}123" level="INFO">', UTC, "logfmt", True),
    ("CEF", f"CEF:0|v|p|1|s|n|5|rt={EPOCH}123 src=192.0.2.1", UTC, "logfmt", True),
    ("JSON behind a word", '@cee: {"time": "2026-10-19T12:00:00Z", "msg": "x"}', UTC, "json", True),
    ("LTSV, Apache's time", "time:19/Oct/2026:12:00:00 +0000\thost:192.0.2.1\treq:GET / HTTP/1.1", UTC, "logfmt", True),
    ("LTSV, ISO 8601", "host:192.0.2.1\ttime:2026-10-19T12:00:00+02:00\tstatus:200", PARIS, "logfmt", True),
    ("NestJS in colours", "\x1b[32m[Nest] 1  - \x1b[39m10/19/2026, 12:00:00 PM \x1b[32m    LOG\x1b[39m started", UTC, "numbers", False),
    ("Rails, a request", 'Started GET "/orders?at=2020-01-01" for 192.0.2.1 at 2026-10-19 12:00:00 +0200', PARIS, "iso", True),
    ("Suricata", "10/19/2026-12:00:00.123456  [**] [1:2:3] x [**]", UTC, "numbers", False),
    ("Sybase", "00:0000:00000:00001:2026/10/19 12:00:00.12 server  started", UTC, "slashed", False),
    (
        "OpenTelemetry",
        f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"{EPOCH}123456789"}}]}}]}}]}}',
        UTC,
        "json",
        True,
    ),
    ("JSON behind a tag", 'app[7]: {"level":"info","ts":1792411200.5}', UTC, "json", True),
]


@pytest.mark.parametrize(("line", "moment", "form", "zoned"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_times_of_lines(line: str, moment: str, form: str, zoned: bool) -> None:
    stamp = log_times.read_time(line, NOW)
    assert stamp is not None
    assert abs(stamp.moment - dt.datetime.fromisoformat(moment).timestamp()) < 1
    assert (stamp.form, stamp.zoned, stamp.ambiguous) == (form, zoned, False)


@pytest.mark.parametrize(
    "entry",
    [
        {"timestamp": "2026-10-19T12:00:00Z"},
        {"@timestamp": "2026-10-19T12:00:00.123Z"},
        {"time": "2026-10-19T14:00:00+02:00"},
        {"ts": EPOCH + 0.5},
        {"time": EPOCH * 1000},
        {"time": str(EPOCH * 1000)},
        {"timeMillis": EPOCH * 1000},
        {"instant": {"epochSecond": EPOCH, "nanoOfSecond": 123}},
        {"timestamp": {"seconds": EPOCH, "nanos": 123}},
        {"t": {"$date": "2026-10-19T12:00:00.123+00:00"}, "s": "I"},
        {"@t": "2026-10-19T12:00:00.1234567Z", "@mt": "started"},
        {"Timestamp": "2026-10-19T12:00:00Z"},
        {"datetime": "2026-10-19 12:00:00"},
        {"date": EPOCH + 0.25},
        {"eventTime": "2026-10-19T12:00:00Z"},
        {"msec": f"{EPOCH}.123"},
        {"time_local": "19/Oct/2026:12:00:00 +0000"},
        {"time_iso8601": "2026-10-19T12:00:00+00:00"},
        {"StartUTC": "2026-10-19T12:00:00.123456789Z"},
        {"asctime": "2026-10-19 12:00:00,123"},
        {"event": {"created": "2026-10-19T12:00:00Z"}},
        {"log": "line\n", "stream": "stdout", "time": "2026-10-19T12:00:00.123456789Z"},
        {"__REALTIME_TIMESTAMP": str(EPOCH * 1000000)},
        {"created_at": "2019-01-01T00:00:00Z", "ts": "2026-10-19T12:00:00Z"},
        {"time": None, "timestamp": True, "ts": EPOCH},
        {"time": "0.003", "ts": EPOCH},
        {"requestReceivedTimestamp": "2026-10-19T12:00:00.1Z", "stageTimestamp": "2026-10-19T12:00:00.2Z"},
        {"timestampSeconds": EPOCH},
        {"asctime": "2026-10-19 12:00:00,123", "timestamp": "2019-01-01T00:00:00Z"},
    ],
    ids=",".join,
)
def test_times_of_json(entry: dict[str, object]) -> None:
    stamp = log_times.read_time(json.dumps({"level": "info", **entry, "message": "at 2020-01-01T00:00:00Z"}), NOW)
    assert stamp is not None
    assert abs(stamp.moment - EPOCH) < 1
    assert (stamp.form, stamp.ambiguous) == ("json", False)


def test_json_that_is_cut_off_or_long() -> None:
    for line in (
        '{"ts":"2026-10-19T12:00:00Z","msg":"cut',
        '{"msg":"' + "x" * 15000 + '","x":1,"ts":1792411200.5}',
        '{"time":1792411200123,' + "x" * 10**6,
    ):
        stamp = log_times.read_time(line, NOW)
        assert stamp is not None and abs(stamp.moment - EPOCH) < 1, line[:40]
    assert log_times.read_time("[" * 100000, NOW) is None
    assert log_times.read_time('{"a":' * 3000, NOW) is None


# form, line, moment: the latest that is not in the future
@pytest.mark.parametrize(
    ("line", "moment", "form"),
    [
        ("Oct 19 12:00:00 web1 app[7]: started", UTC, "rfc3164"),
        ("<13>Oct 19 12:00:00 web1 app[7]: started", UTC, "rfc3164"),
        ("Oct  9 12:00:00 web1 app[7]: started", "2026-10-09T12:00:00+00:00", "rfc3164"),
        ("*Oct 19 12:00:00.123: %LINK-3-UPDOWN", UTC, "rfc3164"),
        ("Dec 31 06:00:00 web1 app: of last year", "2025-12-31T06:00:00+00:00", "rfc3164"),
        ("Feb 29 06:00:00 web1 app: of the last leap year", "2024-02-29T06:00:00+00:00", "rfc3164"),
        ("19 Oct 12:00:00 ntpd[7]: started", UTC, "rfc3164"),
        ("[4711] 19 Oct 12:00:00.123 * of an old Redis", UTC, "rfc3164"),
        ("I1019 12:00:00.123456       1 main.go:23] klog", UTC, "klog"),
        ("E1231 06:00:00.123456 1 main.go:23] of last year", "2025-12-31T06:00:00+00:00", "klog"),
        ("10/19-12:00:00.123456  [**] [1:2:3] of Snort", UTC, "snort"),
        ("19.10. 12:00:00 started", UTC, "dotted_day"),
        ("2026-10-19 started", "2026-10-19T23:59:59+00:00", "date"),
    ],
)
def test_forms_that_leave_something_open(line: str, moment: str, form: str) -> None:
    stamp = log_times.read_time(line, NOW)
    assert stamp is not None
    assert abs(stamp.moment - dt.datetime.fromisoformat(moment).timestamp()) < 1
    assert (stamp.form, stamp.ambiguous) == (form, True)


def test_glog_with_a_year_is_not_ambiguous() -> None:
    stamp = log_times.read_time("I20261019 12:00:00.123456  7 main.cc:23] started", NOW)
    assert stamp is not None and (stamp.moment, stamp.ambiguous) == (pytest.approx(EPOCH, abs=1), False)


def test_day_and_month_either_way_round() -> None:
    stamp = log_times.read_time("10/11/2026 12:00:00 started", NOW)
    assert stamp is not None
    november, october = (dt.datetime(2026, month, day, 12, tzinfo=dt.timezone.utc).timestamp() for month, day in ((11, 10), (10, 11)))
    assert (stamp.moment, stamp.ambiguous, stamp.others) == (november, True, (october,))
    again = log_times.first_time("10/11/2026 12:00:00 started\n10/13/2026 08:00:00 stopped\n", NOW)
    assert again is not None and (again.moment, again.ambiguous) == (october, False)
    once_more = log_times.first_time("10/11/2026 12:00:00 started\n13/11/2026 08:00:00 stopped\n", NOW)
    assert once_more is not None and (once_more.moment, once_more.ambiguous) == (november, False)
    assert log_times.read_time("11/11/2026 12:00:00 both are the same", NOW).ambiguous is False  # type: ignore[union-attr]


def test_two_digits_of_a_year() -> None:
    """Spark and Hadoop: the year first; it may be a day of another year."""
    stamp = log_times.read_time("26/10/19 12:00:00 INFO SparkContext: Running", NOW)
    assert stamp is not None and (stamp.moment, stamp.ambiguous) == (EPOCH, True)
    settled = log_times.first_time("26/10/19 12:00:00 INFO a\n26/10/31 12:00:00 INFO b\n", NOW)
    assert settled is not None and (settled.moment, settled.ambiguous) == (EPOCH, False)


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "hello", "{broken", '{"timestamp": null}', "[]", "{}", "\xff\xfe", "\0" * 100, "null", "12", "1234567890123456789012"),
        *("2026-13-45T00:00:00Z x", "2026-10-19T25:00:00Z", "31.02.2026 12:00:00 x", "99/99/2026 12:00:00 x", "Foo 19 12:00:00 x"),
        "12:00:00.123 [main] INFO  c.e.App - the default of logback has no date",
        "12:00:00,123 INFO  next run at 2026-11-25T06:00:00Z",
        "INFO:root:the copy of 2026-10-01T00:00:00Z is done",
        "the order of 2026-10-01T00:00:00Z was shipped",
        "[    0.000000] Linux version 6.1.0",
        "[12345.678901] usb 1-1: new device 2026-10-19 12:00:00",
        "1234567890 items of 2009",
        "5123456789 a number of a customer",
        "+33 1 23 45 67 89",
        "192.168.2.19 connected",
        "version 2026.10.19 started",
        '{"duration": 1792411200, "started_by": "2026-10-19T12:00:00Z"}',
        "\tat com.example.App.main(App.java:12)",
    ],
)
def test_lines_without_a_time(line: str) -> None:
    assert log_times.read_time(line, NOW) is None


def test_a_time_in_the_future_is_read_and_not_believed() -> None:
    stamp = log_times.read_time("2030-01-01T00:00:00Z x", NOW)
    assert stamp is not None and stamp.moment == dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc).timestamp()
    assert log_times.first_time("2030-01-01T00:00:00Z x\n", NOW) is None


def test_the_first_time_of_several_lines() -> None:
    stamp = log_times.first_time("\n#Fields: a b\n   at com.example\n2026-10-19T12:00:00Z info\n2026-10-20T12:00:00Z info\n", NOW)
    assert stamp is not None and stamp.moment == EPOCH
    assert log_times.first_time("no time\n" * 1000 + "2026-10-19T12:00:00Z info\n", NOW) is None


def test_a_time_of_day_without_a_date() -> None:
    assert log_times.has_clock_only("12:00:00.123 [main] INFO  c.e.App - started")
    assert log_times.has_clock_only("[12:00:00] started")
    assert not log_times.has_clock_only("2026-10-19 12:00:00 started")


def test_times_without_a_zone_are_those_of_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    for line in ("2026-10-19 12:00:00 started", "2026-10-19 12:00:00 CEST started", "[2026-10-19 12:00:00 Europe/Paris] started"):
        stamp = log_times.read_time(line, NOW)
        assert stamp is not None and stamp.moment == dt.datetime.fromisoformat(PARIS).timestamp(), line


def test_long_lines_take_no_time() -> None:
    for line in (
        "a=" * 10**6,
        "[" * 10**6,
        "INFO " * 10**5,
        '{"ts":' + "1" * 10**6,
        '{"a":"' * 10**5,
        "<1>" * 10**5,
        "1:" * 10**5,
        "x" * 10**7,
    ):
        started = time.process_time()
        log_times.read_time(line, NOW)
        assert time.process_time() - started < 2.0, line[:20]


def test_what_may_be_the_time_of_something_else() -> None:
    for line in (
        '{"date": "2019-01-01", "msg": "holiday"}',
        '{"created_at": "2019-01-01T00:00:00Z"}',
        "1690000000 sold",
        "20260101120000 sold",
    ):
        stamp = log_times.read_time(line, NOW)
        assert stamp is not None and stamp.doubtful, line
    for line in ('{"ts": "2026-10-19T12:00:00Z", "date": "2019-01-01"}', "1792411200.123 sold", "20261019T120000 sold"):
        stamp = log_times.read_time(line, NOW)
        assert stamp is not None and not stamp.doubtful, line


def test_a_host_without_a_clock() -> None:
    """It begins at the first of January, until it has asked for the time."""
    text = "Jan  1 00:00:05 pi kernel: x\nJan  1 00:00:20 pi ntpd: x\nNov 24 12:00:00 pi app: x\n"
    stamp = log_times.first_time(text, NOW)
    assert stamp is not None and stamp.moment == dt.datetime(2026, 11, 24, 12, tzinfo=dt.timezone.utc).timestamp()
    alone = log_times.first_time("Jan  1 00:00:05 pi kernel: x\nJan  1 09:00:20 pi app: x\n", NOW)
    assert alone is not None and alone.moment == dt.datetime(2026, 1, 1, 0, 0, 5, tzinfo=dt.timezone.utc).timestamp()
