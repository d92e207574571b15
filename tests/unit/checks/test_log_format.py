# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What log_format says of a log."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import log_corpora
import pytest
from ansible_collections.operability.readiness.plugins.module_utils import _patterns
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks import _log_moments, log_format
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from fakes import NOW, Completed, FakeRunner

TZ = {"TZ": "UTC"}


class Now(Clock):
    def now(self) -> dt.datetime:
        return NOW


def look(path: pathlib.Path, *, environ: dict[str, str] | None = None, **args: t.Any) -> Finding:
    runner = Runner(clock=Now(), environ=environ or TZ)
    (finding,) = run_item(Item(key="x", check="log_format", args={"path": str(path), **args}), runner)
    return finding


def lines(count: int, **more: object) -> str:
    out = []
    for number in range(count):
        moment = NOW - dt.timedelta(seconds=count - number)
        data = {"ts": moment.isoformat(), "level": "info", "msg": f"m{number}", **more}
        out.append(json.dumps({name: value for name, value in data.items() if value is not None}))
    return "\n".join(out) + "\n"


@pytest.fixture
def log(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "app.log"


def test_the_case_of_the_field_in_text(log: pathlib.Path) -> None:
    """L11: lines of a trace belong to the record before."""
    log.write_text(
        "2026-11-25T05:00:00+00:00 INFO start\n2026-11-25T05:00:01+00:00 ERROR order 7 failed\n"
        "java.lang.IllegalStateException: no stock\n\tat com.example.Orders.take(Orders.java:42)\n"
        "  Suppressed: java.io.IOException: closed\n\t\tat com.example.Db.close(Db.java:9)\n"
        "Caused by: java.sql.SQLException: timeout\n\t... 12 more\n\n2026-11-25T05:00:02+00:00 INFO end\n"
    )
    finding = look(log)
    assert finding.status == "pass" and (finding.observed["records"], finding.observed["joined_lines"]) == (3, 7)
    assert finding.message.startswith(f"the 3 records of {log} can be parsed, the newest written 59 min 58 s ago")


def test_the_case_of_the_field_in_json(log: pathlib.Path) -> None:
    """L11: a trace in the midst, and an object that is cut at 16 KiB."""
    trace = 'Exception in thread "main" java.lang.IllegalStateException: no stock\n' + "".join(
        f"\tat com.example.C{number}.m(C{number}.java:{number})\n" for number in range(8)
    )
    long = json.dumps({"ts": NOW.isoformat(), "level": "info", "msg": "a" * 17_000})
    log.write_text(lines(7) + trace + lines(6) + long[:16384] + "\n" + long[16384:] + "\n")
    finding = look(log, format="json", required=["ts", "level", "msg"])
    assert finding.status == "fail"
    assert finding.message == f"9 of 24 lines of {log} are not JSON, the limit is 1%: lines 8-16 look like a stack trace (and 1 more)"
    assert finding.details[1] == f"1 object of {log} is cut in pieces: lines 23-24 are one object, cut after 16.0 KiB"
    assert finding.details[2] == 'lines 8-16 look like a stack trace: Exception in thread "main" xxxx.xxxx.IllegalStateException: xx xxxxx'
    assert [one.value for one in finding.measurements if one.name == "log_malformed_ratio"] == [11 / 24]
    assert look(log, format="json", max_malformed="50%").status == "pass", "by tolerance"


def test_what_text_has_besides_records(log: pathlib.Path) -> None:
    record = "\x1b[34m2026\x1b[0m-11-25T05:59:0{}Z INFO m\n"
    first, second, third = (record.format(number) for number in range(3))
    log.write_text(
        "Welcome\n=======\n" + first + "caused: x\njava.lang.Error: x\n\tat a.B.c(B.java:1)\n" + second + "# a comment\n" + third
    )
    finding = look(log)
    assert (finding.status, finding.observed["records"], finding.observed["joined_lines"]) == ("pass", 3, 4), finding.message
    log.write_text(first + "Connection lost\n" + second + "Connection lost\n" + third)
    assert look(log).status == "pass", "messages of two lines"
    log.write_text((first + "Connection lost\n") * 3)
    assert look(log).message.startswith(f"3 of 6 records of {log} have no time, the limit is 10%: line 2; line 4; line 6")


def test_the_offending_line_is_shown_without_what_is_in_it(log: pathlib.Path) -> None:
    log.write_text(lines(20) + "2026-11-25 user jean.dupont@example.org paid 4929123412341234 with password hunter2\n" + lines(20))
    finding = look(log, format="json")
    said = json.dumps(finding.as_dict())
    assert finding.details[1] == "line 21: 0000-00-00 xxxx xxxx.xxxxxx@ xxxx 000000000000 xxxx xxxxxxxx xxxxxx0"
    assert not any(secret in said for secret in ("jean", "dupont", "4929", "hunter"))


def test_the_newest_lines_of_a_format_that_has_changed(log: pathlib.Path) -> None:
    log.write_text(lines(5000) + "".join(f"ts={NOW.isoformat()} level=info msg=m{number}\n" for number in range(30)))
    finding = look(log, format="json", max_malformed="5%")
    assert finding.message == f"most of the newest lines of {log} are not of its format: they look like logfmt"
    log.write_text(lines(5000) + "".join(f"x{number}\n" for number in range(30)))
    assert look(log, format="json", max_malformed="5%").message == f"most of the newest lines of {log} are not of its format"
    log.write_text(lines(5000) + "x\ny\nz\n")
    assert look(log, format="json").message == f"the last 3 lines of {log} are of no record"
    log.write_text(lines(5000) + "x\ny\nz\n" + lines(1))
    assert look(log, format="json").status == "pass"


@pytest.mark.parametrize("name", sorted(log_corpora.FORMATS))
def test_each_format_of_the_corpora(log: pathlib.Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(log_corpora.clean(600, formats=[name]))
    log.write_text("".join(f"{line}\n" for line in found))

    class After(Clock):
        def now(self) -> dt.datetime:
            return log_corpora.START + dt.timedelta(hours=1)

    form = name if name in log_format.FORMATS else "text"
    runner = Runner(clock=After(), environ=TZ)
    (finding,) = run_item(Item(key="x", check="log_format", args={"path": str(log), "format": form, "required": ["message"]}), runner)
    assert (finding.status, finding.observed["records"]) == ("pass", 600), finding.message


# -- times


def test_zones(log: pathlib.Path) -> None:
    log.write_text(lines(10, ts="2026-11-25 05:59:59,123"))
    assert look(log, format="json").status == "pass"
    elsewhere = {"TZ": ":Europe/Paris"}
    finding = look(log, format="json", environ=elsewhere)
    assert finding.message == f"the times of 10 of 10 records of {log} have no zone, and this host is not in UTC"
    assert look(log, format="json", environ=elsewhere, require_zone=False).status == "pass"
    assert look(log, environ=elsewhere).status == "warn", "of text nobody asks which library has written it"


def test_the_zone_of_a_host_that_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for offsets, utc in (((0, 0), True), ((3600, 7200), False), ((0, 3600), False)):
        found = iter(offsets)
        clock = type("Local", (), {"localtime": staticmethod(lambda _moment, found=found: type("At", (), {"tm_gmtoff": next(found)}))})
        monkeypatch.setattr(_log_moments, "time", clock)
        assert _log_moments.host_is_in_utc(Runner(environ={})) is utc


def test_times_that_are_missing_or_unknown(log: pathlib.Path) -> None:
    log.write_text(lines(10, ts=None))
    assert look(log, format="json").message == f"10 of 10 records of {log} have no time, the limit is 1%"
    log.write_text(lines(10, ts="yesterday"))
    assert look(log, format="json").status == "unknown"
    log.write_text(lines(200) + lines(1, ts=None))
    assert look(log, format="json").status == "pass", "within the limit"


def test_times_in_the_future(log: pathlib.Path) -> None:
    log.write_text(lines(10, ts="2026-11-25T08:00:00Z"))
    assert look(log, format="json").message == f"10 records of {log} lie in the future, by up to 2 h"
    log.write_text(lines(10, ts="2026-11-25 08:00:00"))
    assert "by up to 2 h: times without a zone, of another host" in look(log, format="json").message
    log.write_text(lines(10, ts="2026-11-25T06:04:00Z"))
    assert look(log, format="json").status == "pass", "clocks differ"
    log.write_text(lines(200, ts="2026-11-25T05:00:00Z") + lines(1, ts="2026-11-25T08:00:00Z") + lines(1))
    assert look(log, format="json").message == f"1 record of {log} lies in the future, by 2 h"
    assert look(log, format="json").status == "warn"


def test_a_day_that_another_line_shows(log: pathlib.Path) -> None:
    log.write_text("03/11/2026 05:00:00 +0000 INFO a\n")
    assert look(log, max_silence="400d").status == "warn"
    log.write_text("13/11/2026 05:00:00 +0000 INFO a\n03/11/2026 05:00:00 +0000 INFO a\n")
    assert look(log, max_silence="400d").status == "pass"


def test_silence(log: pathlib.Path) -> None:
    log.write_text(lines(10, ts="2026-11-20T06:00:00Z"))
    assert look(log).message.startswith(f"the newest line of {log} is 5 d old, the limit is 24 h")
    assert look(log, max_silence="6d").status == "pass" == look(log, quiet=True).status


# -- fields


def test_fields_that_are_asked_for(log: pathlib.Path) -> None:
    more = {"service": {"name": "x"}, "order": {"id": 7}}
    log.write_text(lines(50, trace_id="a3ce929d", **more) + lines(50, trace_id="4bf92f35", **more))
    wanted = ["time", "level", "message", "service", "correlation", "order.id", "/msg"]
    assert look(log, format="json", required=wanted).status == "pass"
    finding = look(log, format="json", required=[*wanted, "tenant", "/message"])
    assert [str(line) for line in finding.details] == [
        f"100 of 100 records of {log} lack the field tenant, the limit is 1%",
        f"100 of 100 records of {log} lack the field /message, the limit is 1%",
    ]


@pytest.mark.parametrize(
    ("every", "count", "status"), [(1, 100, "pass"), (9, 100, "pass"), (50, 100, "warn"), (1000, 100, "fail"), (1000, 5, "warn")]
)
def test_not_every_record_is_of_a_request(log: pathlib.Path, every: int, count: int, status: str) -> None:
    found = [lines(1, request_id=f"r{number}" if number % every == 0 and (number or every < 1000) else None) for number in range(count)]
    log.write_text("".join(found))
    finding = look(log, format="json", required=["correlation"])
    assert finding.status == status, finding.message
    assert any(one.name == "log_correlated_ratio" for one in finding.measurements)


def entry(message: str, **fields: str) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": str(int((NOW.timestamp() - 60) * 1e6)), "MESSAGE": message, **fields})


def journal(*entries: str, **args: t.Any) -> Finding:
    runner = FakeRunner(commands={"journalctl": Completed(0, "\n".join(reversed(entries)), "")})
    (finding,) = run_item(Item(key="x", check="log_format", args={"unit": "payments", **args}), runner)
    return finding


def test_levels_and_services_of_a_journal() -> None:
    printed = {"_TRANSPORT": "stdout", "PRIORITY": "6", "SYSLOG_IDENTIFIER": "payments"}
    assert journal(entry("a", **printed), required=["service", "message"]).status == "pass"
    assert journal(entry("a", **printed), required=["level"]).status == "fail", "what prints has the level of its unit"
    assert journal(entry("a", **printed), entry("b", **{**printed, "PRIORITY": "3"}), required=["level"]).status == "pass"
    assert journal(entry("a", **{**printed, "_TRANSPORT": "journal"}), required=["level"]).status == "pass"
    assert journal(entry("WARN a", **printed), required=["level"]).status == "pass"
    assert journal(entry("a", TRACE_ID="4bf92f35"), required=["correlation"]).status == "pass"
    assert journal(entry('{"level":"info"}', **printed), format="json", required=["level", "service"]).status == "pass"
    finding = journal(entry("a\n\tat b"), entry('{"a":1}'), format="json")
    assert finding.message == "1 of 2 lines of payments is not JSON, the limit is 1%: an entry of the journal"


# -- patterns


def test_a_pattern(log: pathlib.Path) -> None:
    text = "".join(f"[2026-11-25T05:59:{number:02d}Z] <INFO> m\n  more of it\n" for number in range(50))
    log.write_text(text)
    pattern = r"^\[(?<ts>[^\]]+)\] <(?<level>\w+)> (?P<message>.*)$"
    finding = look(log, pattern=pattern, required=["level", "message"])
    assert (finding.status, finding.observed["records"], finding.observed["joined_lines"]) == ("pass", 50, 50)
    log.write_text(text + "(something else)\n" * 10)
    finding = look(log, pattern=pattern)
    assert finding.message == f"10 of 60 lines of {log} do not fit the pattern, the limit is 1%: lines 101-110"
    log.write_text("[yesterday] <INFO> m\n")
    assert "is in no form that is known here" in look(log, pattern=pattern).message


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"pattern": "(", "format": "text"}, "pattern: this is not a regular expression"),
        ({"pattern": "x", "format": "json"}, "pattern: says itself what a line is, beside format json"),
        ({"pattern": "(?<level>x)", "required": ["thread"]}, "required: thread is no group of the pattern"),
        ({"required": ["service"]}, "required: format text has no field service"),
        ({"max_malformed": "some"}, "max_malformed: 'some' is not a share"),
        ({"max_malformed": "150%"}, "max_malformed: '150%' is not a share"),
        ({"min_correlated": "-1"}, "min_correlated: '-1' is not a share"),
        ({"sample_lines": 2_000_000}, "sample_lines: expected 1 to 1000000"),
    ],
)
def test_arguments_that_do_not_fit(log: pathlib.Path, args: dict[str, t.Any], message: str) -> None:
    log.write_text(lines(1))
    finding = look(log, **args)
    assert finding.status == "unknown" and message in finding.message


def test_shares() -> None:
    assert [log_format.share("x", text) for text in (None, "1%", "0.01", "100 %", "0.1%", "1")] == [None, 0.01, 0.01, 1.0, 0.001, 1.0]
    with pytest.raises(ArgumentsRefused):
        log_format.share("x", "1e3")


def test_an_expression_of_others_on_many_texts() -> None:
    assert _patterns.find_each("^(?P<a>x+)(?P<b>y)?", ["xx", "z", "xy"]) == [{"a": "xx", "b": None}, None, {"a": "x", "b": "y"}]
    assert _patterns.find_each("x", []) == []
    with pytest.raises(_patterns.NotSearched, match="not a regular expression"):
        _patterns.find_each("(", ["x"])
    with pytest.raises(_patterns.NotSearched, match="more than"):
        _patterns.find_each("x" * 20_000, ["x"])
    with pytest.raises(_patterns.NotSearched, match="did not end within"):
        _patterns.find_each("^(a+)+$", ["b", "a" * 50 + "!"], within=0.3)


# -- what is no log that can be judged


def test_lines_that_are_too_long(log: pathlib.Path) -> None:
    log.write_text(lines(10) + "x" * (3 << 20) + "\n" + lines(10))
    finding = look(log, format="json")
    assert finding.status == "warn" and "has lines longer than 1.0 MiB, which were not looked at whole" in finding.message


def test_a_line_that_is_being_written(log: pathlib.Path) -> None:
    log.write_text(lines(10) + '{"ts": "2026-11-2')
    assert look(log, format="json").status == "pass"


# -- containers


def container(stdout: str, stderr: str = "", rc: int = 0, inspected: str = "", **args: t.Any) -> Finding:
    found = inspected or json.dumps([{"Name": "/web", "HostConfig": {"LogConfig": {"Type": "json-file"}}}])
    runner = FakeRunner(commands={"docker inspect": Completed(0, found, ""), "docker logs": Completed(rc, stdout, stderr)})
    (finding,) = run_item(Item(key="x", check="log_format", args={"container": "web", **args}), runner)
    return finding


def test_what_a_container_prints() -> None:
    out = "2026-11-25T05:59:58.123456789Z one\n2026-11-25T06:59:59.5+01:00 two\r\n"
    finding = container(out, "2026-11-25T05:59:57Z three\nnot of the container\n")
    assert (finding.status, finding.observed["records"], finding.observed["newest"]) == ("pass", 3, "2026-11-25T05:59:59Z")
    said = "2026-11-25T05:59:57Z password=x\nError response from daemon: configured logging driver does not support reading"
    finding = container("", said, 1)
    assert "the log of the container web cannot be read: Error response from daemon: configured logging" in finding.message
    assert container("", inspected="[]").message == "there is no container web on this host"
    assert container("").message == "there is no entry of web"
