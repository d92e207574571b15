# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines as records: what is one of a format, what belongs to the one before, what is shown of one that is none."""

from __future__ import annotations

import json
import random

import log_corpora
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_masking, log_records, log_traces
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_records import PARSERS, has, looks_like, text_has

SD = '[ex@32473 iut="3" e="a\\]\\"b"]'


@pytest.mark.parametrize(
    ("form", "line", "fits"),
    [
        ("json", '{"a": 1}', True),
        ("json", ' {"a": {"b": [1, "x"]}} ', True),
        ("json", "{}", True),
        *(
            ("json", line, False)
            for line in ('["a"]', "1", '"x"', "null", "", "{'a': 1}", '{"a": NaN}', '{"a": 1', '{"a": 1} x', "[" * 100_000)
        ),
        ("logfmt", 'ts=1 level=info msg="a b" done', True),
        ("logfmt", 'level=info msg="say \\"hi\\"" n=1', True),
        ("logfmt", "a= b=2", True),
        *(("logfmt", line, False) for line in ('a=1 msg="open', "just some words", "one=1", 'a="b"c d=1', "", "a b c d=1 e=2", '{"a": 1}')),
        ("rfc5424", f"<165>1 2026-10-11T22:14:15.003Z web1 app - ID47 {SD} a message", True),
        ("rfc5424", "<34>1 2026-10-11T22:14:15+02:00 web1 su 12 - - 'su root' failed", True),
        ("rfc5424", "<34>1 - - - - - -", True),
        *(
            ("rfc5424", line, False)
            for line in (
                "<192>1 2026-10-11T22:14:15Z web1 su - - - x",
                "<34>1 2026-10-11 22:14:15 web1 su - - - x",
                "<34>1 2026-10-11T22:14:15Z web1 su - - [broken x",
                "114 <34>1 2026-10-11T22:14:15Z web1 su - - - x",
                "<34>Oct 11 22:14:15 web1 su: x",
            )
        ),
        ("rfc3164", "<34>Oct 11 22:14:15 web1 su: 'su root' failed", True),
        ("rfc3164", "Oct  1 22:14:15 web1 app[12]: x", True),
        ("rfc3164", "2026-10-11T22:14:15.123456+02:00 web1 systemd[1]: Started x.", True),
        ("rfc3164", "Oct 11 22:14:15 web1 last message repeated 2 times", True),
        ("rfc3164", "Oct 11 22:14:15 web1 kernel: [ 1.2] x", True),
        ("rfc3164", "Oct 11 22:14:15 web1 app:", True),
        *(
            ("rfc3164", line, False)
            for line in ("2026-10-11 22:14:15 web1 app: x", "Oct 11 22:14:15 just some words", "x", "<999>Oct 11 22:14:15 a b: c")
        ),
    ],
)
def test_a_line_of_a_format(form: str, line: str, fits: bool) -> None:
    assert (PARSERS[form](line) is not None) is fits


@pytest.mark.parametrize(
    ("name", "form"),
    [("json", "json"), ("logfmt", "logfmt"), ("rfc3164", "rfc3164"), ("rfc5424", "rfc5424"), ("spring", None), ("access", None)],
)
def test_lines_of_the_corpora(name: str, form: str | None) -> None:
    for line in log_corpora.clean(300, formats=[name]):
        assert looks_like(line) == form, line


def test_what_is_in_a_record() -> None:
    fields = {
        "severity": "INFO",
        "service": {"name": "shop"},
        "trace.id": "4bf92f35",
        "order": {"id": 7},
        "a.b": 1,
        "msg": "x",
        "empty": "",
    }
    for name in ("level", "service", "correlation", "message", "order.id", "/order/id", "a.b", "msg", "severity"):
        assert has(fields, name), name
    for name in ("/level", "order.no", "empty", "nothing"):
        assert not has(fields, name), name
    assert not has({"trace_id": "0" * 32, "requestId": "-"}, "correlation"), "an id that is none"
    assert not has({"level": None}, "level") and has({"@l": 0}, "level")
    assert has(log_records.of_rfc5424(f"<165>1 2026-10-11T22:14:15.003Z web1 app - ID47 {SD} x") or {}, "service")
    assert (log_records.of_rfc5424(f"<165>1 2026-10-11T22:14:15.003Z web1 app - ID47 {SD} x") or {})["level"] == "notice"


@pytest.mark.parametrize(
    ("line", "level", "correlated"),
    [
        ("2026-11-24T05:00:00Z INFO start", True, False),
        ("I1124 05:00:00.1 1 main.go:4] x trace_id=4bf92f3577b34da6", True, True),
        ("2026-11-24 05:00:00 [main] [shop,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7] hello", False, True),
        ("2026/11/24 05:00:00 [error] 12#12: x, request_id: 7d444840", True, True),
        ("05:00:00 nothing of the kind, information only", False, False),
    ],
)
def test_what_is_in_a_line_of_text(line: str, level: bool, correlated: bool) -> None:
    assert (text_has(line, "level"), text_has(line, "correlation")) == (level, correlated)
    assert text_has(line, "message") and text_has(line, "service") is None


JAVA = """java.lang.IllegalStateException: no stock
\tat com.example.Orders.take(Orders.java:42)
  Suppressed: java.io.IOException: closed
\t\tat com.example.Db.close(Db.java:9)
Caused by: java.sql.SQLException: timeout
\t... 12 more
"""
PYTHON = """Traceback (most recent call last):
  File "/srv/app/x.py", line 3, in take
    raise ValueError("x")
ValueError: x

During handling of the above exception, another exception occurred:
"""
GO = """panic: runtime error: index out of range [5] with length 3
goroutine 1 [running]:
main.(*Server).handle(0xc000010000, 0x1)
\t/srv/app/main.go:12 +0x1d
created by main.main
"""
RUST = "thread 'main' panicked at src/main.rs:4:5:\n   0: rust_begin_unwind\nnote: run with `RUST_BACKTRACE`\n"
NODE = "TypeError: Cannot read properties of undefined\n    at Object.<anonymous> (/srv/app.js:3:9)\n    at Module._compile (node:1:2)\n"
DOTNET = (
    "Unhandled exception. System.NullReferenceException: x\n   at Shop.Orders.Take() in /src/Orders.cs:line 4\n--- End of stack trace ---\n"
)
PHP = "PHP Fatal error:  Uncaught Exception: x in /srv/x.php:3\nStack trace:\n#0 /srv/y.php(7): f()\n#1 {main}\n"


@pytest.mark.parametrize("trace", [JAVA, PYTHON, GO, RUST, NODE, DOTNET, PHP])
def test_stack_traces(trace: str) -> None:
    lines = trace.rstrip("\n").split("\n")
    assert log_traces.looks_like_trace(lines)
    assert all(log_traces.continues(line) for line in lines), [line for line in lines if not log_traces.continues(line)]


@pytest.mark.parametrize(
    "line", ["Connection lost", "INFO start", "password reset requested", "order 7 failed: no stock", "Nov 24 05:00:00 x"]
)
def test_what_continues_nothing(line: str) -> None:
    assert not log_traces.continues(line) and not log_traces.looks_like_trace([line, line])


def test_an_object_in_pieces() -> None:
    whole = json.dumps({"msg": "a\\b" * 20_000, "level": "info", "n": {"x": [1, 2]}})
    for size in (16_384, 50_000, 99):
        parts = [whole[place : place + size] for place in range(0, len(whole), size)]
        found = log_traces.pieces_of_object([*parts, '{"a": 1}'], 0)
        assert found == (len(parts) if len(parts) <= 64 else 0)
    assert log_traces.pieces_of_object(['{"a": "b', '{"a": 1}'], 0) == 0, "the rest of it is lost"
    assert log_traces.pieces_of_object(['{"a": b}', "x}"], 0) == 0, "it is no JSON, and not cut"
    assert log_traces.pieces_of_object(["text", "x}"], 0) == 0


# -- what is shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            'Exception in thread "main" java.lang.IllegalStateException: no stock for Jean',
            'Exception in thread "main" xxxx.xxxx.IllegalStateException: xx xxxxx xxx xxxx',
        ),
        ('{"ts": "2026-11-24", "level": "info", "user": "bob", "n": 12', '{"ts": "0000-00-00", "level": "info", "xxxx": "xxx", "x": 00'),
        ("password=hunter2 pin=1234 é ✓", "xxxxxxxx=xxxxxx0 xxx=0000 x *"),
        ("\x1b[31mred\x07\u202e", "*[00xxxx**"),
        ("averyverylongword" * 3, "xxxxxxxxxxxx"),
    ],
)
def test_the_form_of_a_line(line: str, shown: str) -> None:
    assert log_masking.shape(line) == shown


def test_names_of_fields_are_shown_and_values_never() -> None:
    names = log_masking.names_of([{"order_id": 1, "bob@example.org": 2}, {"order_id": 2}, {"order_id": 3}])
    assert names == {"order_id"}
    assert log_masking.shape('{"order_id": "secret", "bob": 1', names) == '{"order_id": "xxxxxx", "xxx": 0'
    rng = random.Random(3)
    for line in log_corpora.clean(500):
        text = log_masking.shape(line[rng.randrange(20) :])
        assert len(text) <= 161 and not any(c in text for c in "23456789")


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "a=" * 100_000, '"' * 200_000, "\\" * 200_000, "(" * 200_000, "[x " * 100_000, "<1>" * 90_000]
)
def test_no_line_takes_long(text: str) -> None:
    for line in (text, "{" + text, 'a="' + text, "<34>1 2026-10-11T22:14:15Z h a - - [" + text, "x." + text, "Oct 11 22:14:15 a " + text):
        assert looks_like(line) in (None, "rfc3164", "logfmt")
        log_traces.continues(line)
        log_traces.pieces_of_object([line, line], 0)
        assert len(log_masking.shape(line)) <= 161
        text_has(line, "level")
        text_has(line, "correlation")
