# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets behind colours, escapes and wrappers: found as if they stood there plainly, and once."""

from __future__ import annotations

import json
import random
import typing as t
import urllib.parse

import pytest
import secrets_made as made
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_lines import Line, Run
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_scan import Scan
from ansible_collections.operability.readiness.plugins.module_utils._clients.secret_views import unescaped, without_colours

VALUE = "Kaffee!76sxY"


def found(*lines: str) -> list[tuple[str, str]]:
    scan = Scan((), lambda: None)
    scan.look(Run("app.log", [Line(line) for line in lines]))
    return [(one.family, one.value) for one in scan.secrets()]


ESCAPED = (
    r"POST /login body=\x22{\x22username\x22:\x22marc\x22,\x22password\x22:\x22VALUE\x22}\x22",
    r'{"body":"password\u003dVALUE\u0026x\u003d1"}',
    r'{"body":"\u0022password\u0022:\u0022VALUE\u0022"}',
    r'{"body":"\\u0022password\\u0022:\\u0022VALUE\\u0022"}',
    r"\u003cpassword\u003eVALUE\u003c/password\u003e",
    "body password%3DVALUE",
    "a=1%26password%3DVALUE%26b",
    "%22password%22%3A%22VALUE%22",
    "%2522password%2522%253A%2522VALUE%2522",
    "&lt;password&gt;VALUE&lt;/password&gt;",
    "&#34;password&#34;:&#34;VALUE&#34;",
    "&quot;password&quot;:&quot;VALUE&quot;",
)


@pytest.mark.parametrize("line", ESCAPED)
def test_behind_escapes(line: str) -> None:
    assert found("one", line.replace("VALUE", VALUE), "two") == [("password", VALUE)]
    for other in ("********", "null", "[FILTERED]", "${DB_PASSWORD}"):
        assert found(line.replace("VALUE", other)) == [], other


@pytest.mark.parametrize("family", ["github_token", "aws_access_key", "google_api_key", "jwt"])
@pytest.mark.parametrize(
    "around", ["line#012{}#012end", "line#015#012{}#011end", r"line\012{}\012end", "GET /api/{}/x HTTP/1.1", "s3://{}/x"]
)
def test_between_ends_of_lines_as_rsyslog_has_them_and_in_a_path(family: str, around: str) -> None:
    value = dict(reversed(made.KEYS))[family](random.Random(7)).split()[-1]
    value = value.partition("=")[2] or value
    assert [one for one, _value in found(around.format(value))] == [family], value


def test_a_private_key_in_one_line_as_rsyslog_has_it() -> None:
    lines = made.pem(random.Random(7)).strip().splitlines()
    assert [family for family, _value in found("app[1]: key: " + "#012".join(lines))] == ["private_key"]


def test_what_is_found_as_it_is_written_is_not_found_again() -> None:
    assert found("GET /x?q=%22a%22&password=Kaffee%2176sxY") == [("password", "Kaffee%2176sxY")]
    assert found("postgres://app:Kaffee%2376@db/x?a=%22b%22") == [("url_password", "Kaffee%2376")]


COLOURED = (
    "\x1b[36mpassword \x1b[0m=VALUE",
    '\x1b[3mpassword\x1b[0m\x1b[2m=\x1b[0m"VALUE"',
    "password: \x1b[32m'VALUE'\x1b[39m",
    '    \x1b[35mpassword\x1b[39m: "VALUE"',
    r"\u001b[36mpassword\u001b[0m=VALUE",
    "#033[36mpassword#033[0m=VALUE",
)


@pytest.mark.parametrize("line", COLOURED)
def test_in_colours(line: str) -> None:
    assert found(line.replace("VALUE", VALUE)) == [("password", VALUE)]
    assert found(line.replace("VALUE", "********")) == []


def test_what_has_no_escapes_is_left_alone() -> None:
    assert unescaped("GET /a%2 b \\n x & y") is None and unescaped("100%") is None
    assert without_colours("a[0m b") == "a[0m b" and without_colours("\x1b[1;31mred\x1b[0m") == "red"


def json_file(line: str) -> str:
    return json.dumps({"log": line + "\n", "stream": "stdout", "time": "2026-11-24T05:00:00.123456789Z"})


WRAPPERS: dict[str, t.Callable[[str], str]] = {
    "json-file of docker": json_file,
    "json-file of docker with a terminal": lambda line: json_file(line + "\r"),
    "json-file of docker with times": lambda line: json_file("2026-11-24 05:00:00,123 DEBUG " + line),
    "json with a member behind": lambda line: json.dumps({"@timestamp": "2026-11-24T05:00:00Z", "message": line, "logger": "a.b"}),
    "json with a trace behind": lambda line: json.dumps({"msg": line, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "level": "info"}),
    "a carriage return": lambda line: line + "\r",
    "a time": lambda line: f"2026-11-24T05:00:00Z stdout F {line}",
    "compose": lambda line: f"web-1  | {line}",
    "colours": lambda line: f"\x1b[36m{line}\x1b[0m",
    "python list": lambda line: f"2026-11-24 ['{line}', 1]",
    "json in json": lambda line: json.dumps({"log": json.dumps({"msg": line, "level": "info"}), "stream": "stdout"}),
}


@pytest.mark.parametrize("kind", ["", "RSA ", "ENCRYPTED "])
@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_a_private_key_over_wrapped_lines(name: str, kind: str) -> None:
    wrap = WRAPPERS[name]
    key = made.pem(random.Random(name + kind), kind).split("\n")
    values = found(wrap("before"), *[wrap(line) for line in key], wrap("after"))
    assert [family for family, _value in values] == ["private_key"]
    assert values[0][1][:64] == key[1]
    headers = [key[0], "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,8A1C", "", *key[1:]]
    assert [family for family, _value in found(*[wrap(line) for line in headers])] == ["private_key"], "with headers"
    assert [family for family, _value in found(*[wrap(line) for line in key[3:]])] == ["private_key"], "its first lines are not there"
    others = [
        key[0],
        "expected at line 1",
        "of the file",
        *["a digest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"] * 20,
    ]
    assert found(*[wrap(line) for line in others]) == []
    certificate = [line.replace("PRIVATE KEY", "CERTIFICATE") for line in key]
    assert found(*[wrap(line) for line in certificate]) == []


def test_a_private_key_in_the_body_of_a_form() -> None:
    key = made.pem(random.Random(7))
    assert [family for family, _value in found("key=" + urllib.parse.quote(key))] == ["private_key"]
    assert [family for family, _value in found("key=" + urllib.parse.quote_plus(key))] == ["private_key"]


def test_what_containerd_has_cut_in_two() -> None:
    rng = random.Random(9)
    for family, make in made.KEYS:
        if family not in ("jwt", "github_token", "openai_key"):
            continue
        secret = make(rng)
        pieces = ["2026-11-24T05:00:00.1Z stdout P use " + secret[:20], "2026-11-24T05:00:00.1Z stdout F " + secret[20:] + " now"]
        assert [one for one, _value in found(*pieces)] == [family]
        other = pieces[1].replace("stdout", "stderr")
        assert found(pieces[0], other) == [], "another stream"
    whole = ["2026-11-24T05:00:00.1Z stdout P password=tiger_2041 x", "2026-11-24T05:00:00.1Z stdout F and more"]
    assert found(*whole) == [("password", "tiger_2041")], "and once"
