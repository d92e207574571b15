# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks import http_probe as check
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeClock, FakeRunner, HttpFailure, Response

URL = "https://user:hunter22@payments.example.org/health?key=hunter22"
UP = {
    "status": "UP",
    "build": {"version": "1.4.0", "number": 7, "dirty": False, "tag": None},
    "a.b": {"c.d": 1},
    "checks": [{"n": "db"}, {"n": 2.5}],
}


def answer(body: t.Any = None, *, status: int = 200, elapsed: float = 0.1, url: str = URL, **headers: str) -> Response:
    text = body if isinstance(body, str) else json.dumps(UP if body is None else body)
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode(), url, elapsed)


def look(*answers: t.Any, clock: FakeClock | None = None, **args: t.Any) -> Finding:
    left = list(answers)
    runner = FakeRunner(answers={"/health": lambda *_unused: left.pop(0) if len(left) > 1 else left[0]}, clock=clock)
    (finding,) = run_item(Item(key="x", check="http_probe", args={"url": URL, **args}), runner)
    assert "hunter22" not in json.dumps(finding.as_dict())
    return finding


def test_it_answers() -> None:
    finding = look(answer())
    assert (str(finding.status), finding.message) == ("pass", "https://payments.example.org/health answered 200 after 100 ms")
    assert finding.measurements[0].as_dict() == {"name": "http_latency_seconds", "value": 0.1}


@pytest.mark.parametrize(
    ("response", "args", "message"),
    [
        (answer(status=503), {}, "https://payments.example.org/health answered with status 503; expected 200"),
        (answer(status=200), {"status": [204, 301]}, "answered with status 200; expected 204 or 301"),
        (
            answer(status=302, location="https://sso.example.org/login?token=hunter22"),
            {},
            "status 302, to https://sso.example.org/login; expected 200",
        ),
        (answer("hello"), {"body": "Payments"}, "the answer of https://payments.example.org/health does not have the text 'Payments'"),
        (
            answer("<html>Sign in", content_type="text/html"),
            {"body": "Payments"},
            "does not have the text 'Payments' (a web page: a login page?)",
        ),
        (answer("hello"), {"body_pattern": "^v[0-9]+"}, "does not match '^v[0-9]+'"),
        (answer("Please log in"), {"not_body": ["Sorry", "log in"]}, "has the text 'log in', which it must not have"),
        (answer(), {"json": {"build.version": "1.5.0"}}, "build.version is '1.4.0', expected '1.5.0'"),
        (answer(), {"json": {"build.versoin": "1.4.0"}}, "the answer has no build.versoin (it has a.b, build, checks, status)"),
        (answer(), {"json": {"checks.2.n": 1}}, "the answer has no checks.2.n"),
        (answer(), {"json": {"build": "1.4.0"}}, 'build is \'{"dirty": false'),
        (answer("<html>Sign in"), {"json": {"a": 1}}, "answered with a web page instead of JSON (a login page?)"),
        (answer('{"a":'), {"json": {"a": 1}}, "cannot be parsed"),
        (answer("[" * 10**5), {"json": {"a": 1}}, "cannot be parsed"),
        (
            HttpFailure("refused", "https://payments.example.org/health refused the connection: nothing listens there"),
            {},
            "nothing listens there",
        ),
        (HttpFailure("timeout", "https://payments.example.org/health did not answer within 10 s"), {}, "did not answer within 10 s"),
        (
            HttpFailure("tls", "https://payments.example.org/health has a certificate that cannot be trusted: self-signed"),
            {},
            "cannot be trusted",
        ),
        (HttpFailure("protocol", "https://payments.example.org/health closed the connection after 3 of 9 bytes"), {}, "after 3 of 9 bytes"),
    ],
)
def test_it_fails(response: t.Any, args: dict[str, t.Any], message: str) -> None:
    finding = look(response, **args)
    assert str(finding.status) == "fail", finding.message
    assert message in finding.message


@pytest.mark.parametrize(
    "expected",
    [
        {"build.version": "1.4.0"},
        {"build.number": 7},
        {"build.number": "7"},
        {"build.number": 7.0},
        {"build.dirty": False},
        {"build.dirty": "False"},
        {"build.tag": None},
        {"a.b.c.d": 1},
        {"checks.0.n": "db", "checks.1.n": 2.5},
        {"checks.0": {"n": "db"}},
    ],
)
def test_values_in_json(expected: dict[str, t.Any]) -> None:
    finding = look(answer(), json=expected)
    assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize(("seen", "expected"), [(True, 1), (1, True), ("1.40", 1.4), (None, "nothing"), ("", None), ([1], "1"), (10, "1")])
def test_values_that_are_not_the_same(seen: t.Any, expected: t.Any) -> None:
    assert not check.same(seen, expected)


def test_one_failure_among_samples_counts() -> None:
    finding = look(answer(), answer(status=502), answer(), HttpFailure("refused", "reset"), answer(), samples=20)
    assert str(finding.status) == "fail"
    assert finding.message.startswith("2 of 20 requests failed: https://payments.example.org/health answered with status 502")
    assert finding.observed["failed"] == 2
    assert len(finding.details) == 2


def test_the_percentile_of_the_times() -> None:
    times = [answer(elapsed=0.1)] * 18 + [answer(elapsed=0.4), answer(elapsed=3.0)]
    finding = look(*times, samples=20, max_latency="500ms")
    assert str(finding.status) == "pass"
    assert "the 95th percentile of 20 requests is 400 ms, the limit is 500 ms" in finding.message
    assert finding.measurements[0].as_dict() == {"name": "http_latency_seconds", "value": 0.4, "limit": 0.5, "bound": "upper"}
    assert str(look(*times, samples=20, max_latency="500ms", percentile=99).status) == "fail"
    finding = look(answer(elapsed=0.6), max_latency="0.5")
    assert (str(finding.status), finding.message) == (
        "fail",
        "https://payments.example.org/health answered 200 after 600 ms, the limit is 500 ms",
    )


def test_percentiles() -> None:
    assert check.percentile([3, 1, 2], 50) == 2
    assert check.percentile([3, 1, 2], 100) == 3
    assert check.percentile([1], 0.1) == 1


def test_time_that_is_over_is_not_the_fault_of_the_service() -> None:
    clock = FakeClock()

    def slow(*_unused: t.Any) -> Response:
        clock.sleep(9)
        return answer(elapsed=9)

    runner = FakeRunner(answers={"/health": slow}, clock=clock)
    (finding,) = run_item(Item(key="x", check="http_probe", args={"url": URL, "samples": 20, "max_latency": "9s"}), runner)
    assert str(finding.status) == "unknown"
    assert "only 4 of 20 requests" in finding.message
    (finding,) = run_item(Item(key="x", check="http_probe", args={"url": URL, "samples": 20, "max_latency": "1s"}), runner)
    assert str(finding.status) == "fail"


def test_a_sample_that_only_had_what_was_left_of_the_time() -> None:
    clock = FakeClock()

    def hang(_method: str, _url: str, options: dict[str, t.Any]) -> Response:
        if clock.passed == 0:
            clock.sleep(25)
            return answer(elapsed=25)
        clock.sleep(options["timeout"])
        raise HttpFailure("timeout", "did not answer")

    runner = FakeRunner(answers={"/health": hang}, clock=clock)
    (finding,) = run_item(Item(key="x", check="http_probe", args={"url": URL, "samples": 3}), runner)
    assert str(finding.status) == "unknown", finding.message


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            HttpFailure("name", "payments.example.org cannot be resolved to an address"),
            "on the machine that probes: nothing is known of the service",
        ),
        (HttpFailure("too_large", "answered with more than 32 MiB; the rest was not read"), "more than 32 MiB"),
    ],
)
def test_what_cannot_be_seen(failure: HttpFailure, message: str) -> None:
    finding = look(failure)
    assert str(finding.status) == "unknown"
    assert message in finding.message


def test_a_redirect_to_another_host_proves_little() -> None:
    elsewhere = answer("Sign in", url="https://sso.example.org/login?x=1")
    assert str(look(elsewhere).status) == "warn"
    assert "but from https://sso.example.org/login" in look(elsewhere).message
    assert str(look(elsewhere, body="Sign in").status) == "pass"
    assert str(look(answer(url="https://payments.example.org/other")).status) == "pass"


@pytest.mark.parametrize(
    "args",
    [
        {"url": "ftp://payments.example.org"},
        {"url": "payments.example.org"},
        {"samples": 0},
        {"percentile": 0},
        {"percentile": 101},
        {"status": []},
        {"body_pattern": "("},
        {"method": "DELETE"},
        {"method": "HEAD", "body": "x"},
        {"max_latency": "fast"},
    ],
)
def test_arguments_that_do_not_fit(args: dict[str, t.Any]) -> None:
    finding = look(answer(), **args)
    assert str(finding.status) == "unknown"
    assert "cannot work with its arguments" in finding.message


def test_an_authority_that_is_not_there_says_nothing_of_the_service() -> None:
    finding = look(answer(), ca_path="/nowhere/ca.pem")
    assert (str(finding.status), finding.message) == ("unknown", "/nowhere/ca.pem does not exist")


def test_it_asks_as_it_is_told() -> None:
    runner = FakeRunner(answers={"/health": answer("")})
    run_item(
        Item(key="x", check="http_probe", args={"url": URL, "method": "HEAD", "follow_redirects": False, "headers": {"X-A": "b"}}), runner
    )
    method, _url, options = runner.http.asked[0]  # type: ignore[attr-defined] # the fake has it
    assert (method, options["follow_redirects"], options["fresh"]) == ("HEAD", False, True)
    assert options["connection"].headers == {"X-A": "b"}


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = look(answer(status=200), status=[204, 301])
    assert found.message.template == "{url:path} answered with status {status}; expected {wanted}"
    assert french(found.message) == "https://payments.example.org/health a répondu avec le code 200 ; attendu : 204 ou 301"
    assert french(look(answer(), samples=2, max_latency="1s").message) == (
        "https://payments.example.org/health a répondu 200, le 95e centile sur 2 requêtes est de 100 ms, la limite est de 1 s"
    )


# -- a version by text


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("shop v1.4", {"version": "1.4"}),
        ('{"version": "1.4"}', {"version": "v1.4"}),
        ("version=1.4, up", {"version": "1.4"}),
        ("1.4\n", {"version": "1.4"}),
        ("It is 1.4.", {"version": "1.4"}),
        ("1.4-abc", {"version": "1.4"}),
        ("shop 1.4+eu1", {"body": "shop {version}+eu1", "version": "1.4"}),
        ("build 3f2a91c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6", {"version": "3f2a91c"}),
        ("1.4.9, before it 1.4", {"version": "1.4"}),
    ],
)
def test_a_version_that_is_there(text: str, args: dict[str, str]) -> None:
    assert look(answer(text), **args).status == "pass"


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        ("shop 1.4.9", {"version": "1.4"}, "has '1.4' only as a part of something else"),
        ("11.4", {"version": "1.4"}, "only as a part"),
        ("2.1.4", {"version": "1.4"}, "only as a part"),
        ("1.40", {"version": "1.4"}, "only as a part"),
        ("1.4-rc1", {"version": "1.4"}, "only as a part"),
        ("1.4+build", {"version": "1.4"}, "only as a part"),
        ("version 1.4.9", {"body": "version {version}", "version": "1.4"}, "has 'version 1.4' only as a part"),
        ("version 1x4", {"body": "version {version}", "version": "1.4"}, "does not have the text 'version 1.4'"),
        ("<html>Sign in", {"version": "1.4"}, "does not have the text '1.4'"),
        ("anything at all.", {"version": "."}, "version: it has neither a letter nor a digit"),
        ("up", {"body": "up", "version": "1.4"}, "{version} stands in it"),
    ],
)
def test_a_version_that_is_not_there(text: str, args: dict[str, str], said: str) -> None:
    finding = look(answer(text), **args)
    assert finding.status != "pass" and said in finding.message
