# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids that say nothing, times that are of another zone, bytes that are no text: what log_format must not take for good."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Clock, Runner
from fakes import NOW

TRACE = "4bf92f3577b34da6a3ce929d0e0e"


class Now(Clock):
    def now(self) -> dt.datetime:
        return NOW


def look(path: pathlib.Path, **args: t.Any) -> Finding:
    (finding,) = run_item(Item(key="x", check="log_format", args={"path": str(path), **args}), Runner(clock=Now(), environ={"TZ": "UTC"}))
    return finding


def moments(count: int, behind: float = 0.0) -> list[str]:
    return [(NOW - dt.timedelta(seconds=count - number + behind)).strftime("%Y-%m-%dT%H:%M:%SZ") for number in range(count)]


def as_json(count: int, more: t.Callable[[int], dict[str, object]], behind: float = 0.0) -> str:
    data = [{"time": moment, "level": "info", "msg": "m", **more(number)} for number, moment in enumerate(moments(count, behind))]
    return "".join(json.dumps(one) + "\n" for one in data)


@pytest.fixture
def log(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "app.log"


@pytest.mark.parametrize(
    "value",
    [
        *("null", "undefined", "N/A", "none", "unknown", "nil", "(null)", "<no value>", "<nil>", "?", "{}", "", "-", "0" * 32, " "),
        *(False, [None], [], {}, None, "${trace_id}", "%X{traceId}", "{{ trace_id }}", "%!s(<nil>)"),
    ],
)
def test_an_id_that_says_that_there_is_none(log: pathlib.Path, value: object) -> None:
    log.write_text(as_json(100, lambda number: {"trace_id": value}))
    finding = look(log, format="json", required=["correlation"])
    assert finding.status == "fail" and "carry a trace or request id" in finding.message


@pytest.mark.parametrize("value", ["null", "undefined", "-", " ", "(null)", "<no value>", "${order}", None, ""])
def test_a_field_that_says_that_there_is_nothing(log: pathlib.Path, value: object) -> None:
    log.write_text(as_json(100, lambda number: {"order": {"id": value}}))
    finding = look(log, format="json", required=["order.id"])
    assert finding.status == "fail" and "lack the field order.id" in finding.message


@pytest.mark.parametrize(
    "more",
    [
        lambda number: {"trace_id": f"{TRACE}{number:04x}"},
        lambda number: {"contextMap": {"traceId": f"a{number:07d}"}},
        lambda number: {"extra": {"request_id": f"a{number:07d}"}},
        lambda number: {"@tr": f"{TRACE}{number:04x}"},
        lambda number: {"X-Amzn-Trace-Id": f"Root=1-67891233-abcdef012345678912{number:06d}"},
        lambda number: {"x-b3-traceid": f"{TRACE}{number:04x}"},
        lambda number: {"uber-trace-id": f"{TRACE}{number:04x}:1:0:1"},
        lambda number: {"x-cloud-trace-context": f"{TRACE}{number:04x}/1"},
        lambda number: {"corr_id": f"a{number:07d}"},
        lambda number: {"span": {"trace_id": f"{TRACE}{number:04x}"}},
        lambda number: {"ctx": {"trace_id": number + 1}},
    ],
)
def test_an_id_by_its_usual_names(log: pathlib.Path, more: t.Callable[[int], dict[str, object]]) -> None:
    log.write_text(as_json(100, more))
    assert look(log, format="json", required=["correlation"]).status == "pass"


def test_one_id_for_all(log: pathlib.Path) -> None:
    log.write_text(as_json(100, lambda number: {"trace_id": TRACE}))
    finding = look(log, format="json", required=["correlation"])
    assert finding.status == "warn" and "carry the same one, over 99 s" in finding.message
    log.write_text(as_json(10, lambda number: {"trace_id": TRACE}))
    assert look(log, format="json", required=["correlation"]).status == "pass", "a few of one request"


def text(line: str, count: int = 100) -> str:
    return "".join(line.replace("TIME", moment).replace("NUMBER", f"{number:04x}") + "\n" for number, moment in enumerate(moments(count)))


@pytest.mark.parametrize(
    ("line", "name", "status"),
    [
        ("TIME [INF] hello", "level", "pass"),
        ("TIME INF hello", "level", "pass"),
        ("TIME INFOS: hello", "level", "pass"),
        ("TIME AVERTISSEMENT: hello", "level", "pass"),
        ("TIME SCHWERWIEGEND: hello", "level", "pass"),
        ("TIME hello informal", "level", "fail"),
        (f"TIME  INFO 1 --- [payments] [nio-8080-exec-1] [{TRACE}NUMBER-{TRACE[:16]}] c.x.App : x", "correlation", "pass"),
        ("TIME INFO request_id=aNUMBER1234 x", "correlation", "pass"),
        ("TIME INFO 9f8e7d6c-1111-2222-3333-44445555NUMBER done", "correlation", "pass"),
        ("TIME INFO customer 9f8e7d6c-1111-2222-3333-44445555NUMBER logged in", "correlation", "fail"),
        ("TIME INFO order_id=9f8e7d6c-1111-2222-3333-44445555NUMBER x", "correlation", "fail"),
        ("TIME INFO trace_id=null x", "correlation", "fail"),
        ("TIME INFO trace_id=undefined request_id=${rid} x", "correlation", "fail"),
    ],
)
def test_text(log: pathlib.Path, line: str, name: str, status: str) -> None:
    log.write_text(text(line))
    finding = look(log, required=[name])
    assert finding.status == status, finding.message


def test_a_zone_that_is_another_one(log: pathlib.Path) -> None:
    log.write_text(as_json(100, lambda number: {}, behind=5 * 3600))
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))
    finding = look(log, format="json")
    assert finding.status == "warn" and "says 5 h less than when it was written: its zone seems to be another one" in finding.message
    for modified in (NOW.timestamp() - 5 * 3600, NOW.timestamp() - 4000):
        os.utime(log, (modified, modified))
        assert look(log, format="json").status == "pass", "nobody has written since, or not now"


def test_a_time_that_stands_still(log: pathlib.Path) -> None:
    log.write_text("".join(json.dumps({"time": moments(1)[0], "level": "info", "msg": f"m{number}"}) + "\n" for number in range(50)))
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))
    assert look(log, format="json").status == "pass", "all of one second"
    os.utime(log, (NOW.timestamp() + 250, NOW.timestamp() + 250))
    assert look(log, format="json").status == "pass"
    old = moments(1, behind=1000)[0]
    log.write_text("".join(json.dumps({"time": old, "level": "info", "msg": f"m{number}"}) + "\n" for number in range(50)))
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))
    finding = look(log, format="json")
    assert finding.status == "warn" and "all 50 records" in finding.message and "it stands still" in finding.message


def test_json_that_is_not_utf_8(log: pathlib.Path) -> None:
    plain = as_json(100, lambda number: {"text": "HERE"})
    log.write_bytes(plain.encode().replace(b"HERE", "été".encode("latin-1")))
    assert look(log, format="json").status == "fail"
    log.write_bytes(plain.encode().replace(b"HERE", "été \ufffd".encode()))
    assert look(log, format="json").status == "pass"
