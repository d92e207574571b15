# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healthy logs in usual forms that are easily taken for broken ones; and what of a line is never shown."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_masking import shape
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_times import read_time
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from fakes import NOW


class Now(Clock):
    def now(self) -> dt.datetime:
        return NOW


def look(path: pathlib.Path, zone: str = "UTC", **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="log_format", args={"path": str(path), **args}), Runner(clock=Now(), environ={"TZ": zone}))
    return finding


def moments(form: str, count: int = 100) -> list[str]:
    return [(NOW - dt.timedelta(seconds=count - number)).strftime(form) for number in range(count)]


def written(log: pathlib.Path, text: str) -> None:
    log.write_text(text)
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))


@pytest.fixture
def log(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "app.log"


@pytest.mark.parametrize(
    ("line", "form", "args"),
    [
        ('[GIN] TIME | 200 | 1.2ms | 10.0.0.1 | GET "/"', "%Y/%m/%d - %H:%M:%S", {}),
        ("TIME INFO x", "%Y-%m-%d,%H:%M:%S", {"pattern": r"(?<date>[\d-]+),(?<time>\S+) .*"}),
        ('Started GET "/x?at=1" for 10.0.0.1 at TIME +0000', "%Y-%m-%d %H:%M:%S", {}),
        ("TIME DEBUG body:\n<soap:Envelope>\n<a>1</a>\n</soap:Envelope>", "%Y-%m-%dT%H:%M:%SZ", {}),
        ("\x1b[90mTIME\x1b[0m \x1b[32mINF\x1b[0m hello", "%Y-%m-%dT%H:%M:%SZ", {"required": ["level"]}),
        ("TIME INFO x", "%d/%m/%Y %H:%M:%S", {}),
        ("[TIME] [core:notice] [pid 5:tid 140123] AH00094: started", "%a %b %d %H:%M:%S.%f %Y", {"required": ["level"]}),
        ("TIME 0 [Note] InnoDB: started", "%Y-%m-%d %H:%M:%S", {"required": ["level"]}),
        ("TIME 0 [System] [MY-010931] [Server] ready", "%Y-%m-%dT%H:%M:%S.%fZ", {"required": ["level"]}),
        ("TIME\tinfo\tservice@v0.1/service.go:5\tStarting", "%Y-%m-%dT%H:%M:%S.%fZ", {"required": ["level"]}),
        ("[TIME UTC] PHP Warning:  x in /a on line 5", "%d-%b-%Y %H:%M:%S", {"required": ["level"]}),
        ("TIME [ 5 ] {1} <Debug> executeQuery: x", "%Y.%m.%d %H:%M:%S.%f", {"required": ["level"]}),
        ("[TIME +0000] information/Checkable: x", "%Y-%m-%d %H:%M:%S", {"required": ["level"]}),
        ("TIME I! Loaded inputs: cpu", "%Y-%m-%dT%H:%M:%SZ", {"required": ["level"]}),
        ("TIME imap-login: Info: Login: user=<marc>", "%b %d %H:%M:%S", {"required": ["level"]}),
        ("TIME INFO x", "%m/%d/%Y %H:%M:%S", {}),
        ("TIME INFO x", "%y-%m-%d %H:%M:%S", {}),
        ("TIME com.example.App main\nINFO: hello", "%b %d, %Y %I:%M:%S %p", {"required": ["level"]}),
        ("TIME com.example.App main\nINFOS: hello", "%b %d, %Y %I:%M:%S %p", {"required": ["level"]}),
        (
            "TIME com.example.App main\nGRAVE: hello\njava.io.IOException: x\n\tat a.B.c(D.java:1)",
            "%b %d, %Y %I:%M:%S %p",
            {"required": ["level"]},
        ),
    ],
)
def test_text_that_is_good(log: pathlib.Path, line: str, form: str, args: dict[str, t.Any]) -> None:
    written(log, "".join(line.replace("TIME", moment) + "\n" for moment in moments(form)))
    finding = look(log, **args)
    assert (finding.status, finding.observed["records"]) == ("pass", 100), finding.message


@pytest.mark.parametrize(
    "of",
    [
        lambda moment: {"datetime": {"date": moment, "timezone_type": 3, "timezone": "UTC"}},
        lambda moment: {"timeUnixNano": str(int(dt.datetime.fromisoformat(moment + "+00:00").timestamp() * 1e9))},
        lambda moment: {"written_at": moment + "Z"},
        lambda moment: {"@time": moment + "Z"},
        lambda moment: {"time": moment + "Z", "number": 10**300},
        lambda moment: {"epoch": dt.datetime.fromisoformat(moment + "+00:00").timestamp()},
    ],
)
def test_json_that_is_good(log: pathlib.Path, of: t.Callable[[str], dict[str, object]]) -> None:
    written(log, "".join(json.dumps({**of(moment), "msg": "x"}) + "\n" for moment in moments("%Y-%m-%d %H:%M:%S")))
    assert look(log, format="json").status == "pass"


def test_a_hole_in_the_midst(log: pathlib.Path) -> None:
    lines = [f"{moment} INFO hello\n" for moment in moments("%Y-%m-%dT%H:%M:%SZ")]
    written(log, "".join(lines[:50]) + "\0" * 4096 + "".join(lines[50:]))
    finding = look(log)
    assert (finding.status, finding.observed["records"]) == ("pass", 100), finding.message


@pytest.mark.parametrize("quiet", [True, False])
def test_lines_of_which_none_has_a_time_are_not_no_line(log: pathlib.Path, quiet: bool) -> None:
    """Zabbix: what is indented looks like the rest of another record."""
    written(log, "".join(f"   123:{moment} server started\n" for moment in moments("%Y%m%d:%H%M%S.123")))
    finding = look(log, quiet=quiet)
    assert finding.status == "unknown" and "begins with a time in a form that is known here" in str(finding.message)


def test_numbers_of_many_figures(log: pathlib.Path) -> None:
    written(log, "".join(f'{{"time":"{moment}Z","number":{"9" * 6000}}}\n' for moment in moments("%Y-%m-%d %H:%M:%S")))
    assert look(log, format="json").status == "pass"
    written(log, f'{{"time":{"9" * 400},"a":1}}\n' * 30)
    finding = look(log, format="json")
    assert finding.status == "unknown" and "in no form that is known here" in finding.message
    written(log, '{"time":{"seconds":1' + "0" * 400 + ',"nanos":1},"a":1}\n')
    assert look(log, format="json").status == "unknown"


def test_a_banner_at_the_beginning(log: pathlib.Path) -> None:
    banner = "  .   ____\n /\\\\ / ___'_\n :: Spring Boot ::\n"
    good = "".join(json.dumps({"time": moment + "Z", "msg": "x"}) + "\n" for moment in moments("%Y-%m-%d %H:%M:%S"))
    written(log, banner + good)
    assert look(log, format="json").status == "warn"
    written(log, good + banner + good)
    assert look(log, format="json").status == "fail", "not at its beginning"
    written(log, banner * 40 + good)
    assert look(log, format="json").status == "fail", "too many"


@pytest.mark.parametrize(
    ("zone", "status"), [("Africa/Abidjan", "pass"), ("Africa/Accra", "pass"), ("Europe/London", "warn"), ("nonsense", "warn")]
)
def test_zones_that_are_utc_all_year(log: pathlib.Path, zone: str, status: str) -> None:
    written(log, "".join(f"{moment} INFO x\n" for moment in moments("%Y-%m-%d %H:%M:%S")))
    assert look(log, zone).status == status


def test_an_hour_that_no_day_has() -> None:
    assert read_time("2026-11-24 24:10:00 INFO x", NOW) is None
    assert read_time("2026-11-24 INFO x", NOW) is not None


@pytest.mark.parametrize(
    "line",
    [
        "password=!$%&/()=",
        "password=K!$%&7z",
        "Login attempt with password Kaffee!76sxY",
        '{"password":"K!$%&7z","a":1',
        "x K~7#z^ y",
        "pass: K*7zz",
    ],
)
def test_nothing_is_shown_of_what_may_be_a_password(line: str) -> None:
    shown = shape(line, ("password", "a"))
    assert not set(shown) & set("!$%&*~^#?+7KzY"), shown
    assert len(set(shape(line.replace("K!$", "K!$9999999"), ("password", "a")))) == len(set(shown)), "nor its length"


def test_records_of_several_lines(log: pathlib.Path) -> None:
    body = "\n# User@Host: app[app]\n# Query_time: 2.1\nSET timestamp=1;\nSELECT 1;\n"
    slow = "".join(f"# Time: {moment}Z{body}" for moment in moments("%Y-%m-%dT%H:%M:%S.000000"))
    written(log, slow)
    good = look(log, record_start="^# Time: ")
    assert (good.status, good.observed["records"]) == ("pass", 100), good.message
    pattern = r"^# Time: (?<time>\S+)\n# User@Host: (?<user>[^\n]*)\n# Query_time: (?<seconds>\S+)"
    assert look(log, record_start="^# Time: ", pattern=pattern, required=["user", "seconds"]).status == "pass"
    assert look(log, record_start="^# Time: ", pattern=pattern + "x").status == "fail"
    written(log, slow.replace("Z\n", "\n").replace("# Time: 20", "# Time: x"))
    assert look(log, record_start="^# Time: ").status != "pass", "no record has a time"
    written(log, "a banner\n" * 40 + slow)
    assert "lines 1-40" in str(look(log, record_start="^# Time: ").details[0]), "what is before the first is told"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"record_start": "("}, "record_start: this is not a regular expression"),
        ({"record_start": "^{", "format": "json"}, "record_start: a record of format json is one line"),
        ({"record_start": "(a+)+$"}, "the pattern cannot be tried"),
    ],
)
def test_a_start_that_cannot_be_tried(log: pathlib.Path, args: dict[str, t.Any], message: str) -> None:
    written(log, f"{'a' * 40}!\n" * 5)
    finding = look(log, **args)
    assert finding.status == "unknown" and message in finding.message


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"@t": "TIME", "@mt": "x"}, "level"),
        ({"name": "shop", "hostname": "web1", "pid": 1, "level": 30, "time": "TIME", "msg": "x", "v": 0}, "service"),
        ({"time": "TIME", "req": {"trace_id": "aNUMBER"}}, "correlation"),
        ({"time": "TIME", "Scopes": [{"TraceId": "aNUMBER"}]}, "correlation"),
        ({"time": "TIME", "conversationId": "aNUMBER"}, "correlation"),
    ],
)
def test_fields_as_libraries_have_them(log: pathlib.Path, more: dict[str, object], name: str) -> None:
    lines = [
        json.dumps(more).replace("TIME", moment).replace("NUMBER", f"{place:06d}")
        for place, moment in enumerate(moments("%Y-%m-%dT%H:%M:%SZ"))
    ]
    written(log, "\n".join(lines) + "\n")
    finding = look(log, format="json", required=[name])
    assert finding.status == "pass", finding.message
