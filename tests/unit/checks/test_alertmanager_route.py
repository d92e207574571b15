# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import alertmanager, re2
from ansible_collections.operability.readiness.plugins.module_utils._clients import alertmanager_routes as routes
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner, HttpFailure, Response

CONFIG = """
global: {smtp_auth_password: <secret>}
route:
  receiver: default
  continue: false
  routes:
  - receiver: payments-oncall
    matchers: [service="payments"]
    continue: true
    routes:
    - {matchers: ['severity="info"'], continue: false}
    - {matchers: ['severity="page"'], active_time_intervals: [office-hours], mute_time_intervals: [nights, weekends]}
  - receiver: audit
    matchers: [service=~"pay.*"]
receivers:
- {name: default, webhook_configs: [{url: <secret>}]}
- {name: payments-oncall, email_configs: [{to: a@example.org}], webhook_configs: [{url: <secret>}], slack_configs: []}
- {name: audit}
time_intervals:
- name: nights
  time_intervals: [{times: [{start_time: '00:00', end_time: '05:00'}]}]
- name: weekends
  time_intervals: [{weekdays: [saturday, sunday]}]
- name: office-hours
  time_intervals: [{weekdays: ['monday:friday'], times: [{start_time: '07:00', end_time: '18:00'}], location: Europe/Paris}]
templates: []
"""
GREEK = (
    "{route: {receiver: a, routes: [{match_re: {service: '\\p{Greek}'}, receiver: payments-oncall}]}, "
    "receivers: [{name: payments-oncall, webhook_configs: [{}]}]}"
)
DECLARED = "; the labels are as declared: no Prometheus was asked for those of loaded alerts"


def status(config: t.Any = CONFIG) -> dict[str, t.Any]:
    return {"/api/v2/status": {"config": {"original": config}, "cluster": {"status": "disabled"}, "versionInfo": {"version": "0.31.1"}}}


def look(answers: dict[str, t.Any] | None = None, **args: t.Any) -> Finding:
    given = {"url": "http://user:pw@am:9093/", "labels": [{"service": "payments"}], "receivers": ["payments-oncall"], **args}
    (finding,) = run_item(
        Item(key="x", check="alertmanager_route", args=given), FakeRunner(answers=status() if answers is None else answers)
    )
    return finding


@pytest.mark.parametrize(
    ("labels", "receivers", "expected", "message"),
    [
        ([{"service": "payments"}], ["payments-oncall"], "pass", 'alerts with {service="payments"} reach payments-oncall (email, webhook)'),
        (
            [{"service": "payments"}, {"service": "payments", "severity": "info"}],
            ["payments-oncall", "other"],
            "pass",
            "all 2 label sets reach payments-oncall (email, webhook)",
        ),
        ([{"service": "ledger"}], ["payments-oncall"], "fail", 'alerts with {service="ledger"} reach default, not payments-oncall'),
        ([{}], ["payments-oncall"], "fail", "alerts with {} reach default, not payments-oncall"),
        (
            [{"service": "payments"}],
            ["payments-oncal"],
            "fail",
            'alerts with {service="payments"} reach payments-oncall and audit, not payments-oncal; there is no receiver payments-oncal',
        ),
        (
            [{"service": "payroll"}],
            ["audit"],
            "fail",
            'alerts with {service="payroll"} reach audit, which notifies nobody: it has no integration',
        ),
        (
            [{"service": "payments", "severity": "page"}],
            ["payments-oncall"],
            "warn",
            'alerts with {service="payments", severity="page"} reach payments-oncall '
            "not during nights or weekends and only during office-hours: "
            "nobody is told next from 2026-11-25T17:00:00Z to 2026-11-26T06:00:00Z",
        ),
        (
            [{"service": "payments"}, {"service": None}],
            ["payments-oncall"],
            "fail",
            "alerts with {} reach default, not payments-oncall (1 of 2 label sets do not reach who they must)",
        ),
    ],
)
def test_what_it_says(labels: list[dict[str, str]], receivers: list[str], expected: str, message: str) -> None:
    finding = look(labels=labels, receivers=receivers)
    assert (str(finding.status), finding.message.removesuffix(DECLARED)) == (expected, message)
    assert finding.proof == "derived"


def test_a_receiver_without_integration_beside_one_that_has_some() -> None:
    assert str(look(receivers=["audit", "payments-oncall"]).status) == "pass"


@pytest.mark.parametrize("name", ["labels", "receivers"])
def test_nothing_to_look_at_is_not_green(name: str) -> None:
    finding = look(**{name: []})
    assert str(finding.status) == "unknown"
    assert f"{name} is empty" in finding.message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (HttpFailure("refused", "http://am:9093 refused the connection: nothing listens there"), "refused the connection"),
        (HttpFailure("timeout", "http://am:9093 did not answer within 10 s"), "did not answer within 10 s"),
        (Response(200, {"content-type": "text/html"}, b"<html>login", "http://am:9093/api/v2/status", 0.1), "login page"),
        (Response(200, {}, b'{"config": {"orig', "http://am:9093/api/v2/status", 0.1), "cannot be parsed"),
        (Response(200, {}, b"[" * 100000, "http://am:9093/api/v2/status", 0.1), "cannot be parsed"),
        (Response(500, {}, b"", "http://am:9093/", 0.1), "answered /api/v2/status with status 500"),
        (Response(401, {}, b"", "http://am:9093/", 0.1), "refused the credentials"),
        (Response(404, {}, b"", "http://am:9093/", 0.1), "is there an Alertmanager"),
        ([], "JSON of another kind"),
        ({"config": {}}, "does not show its configuration"),
        ({"config": {"original": "a: [b"}}, "not YAML"),
        ({"config": {"original": "password"}}, "not a mapping"),
        ({"config": {"original": "route: 3"}}, "cannot be read here"),
        ({"config": {"original": "route: {receiver: a, routes: [b]}"}}, "cannot be read here"),
        ({"config": {"original": "route: {receiver: a, routes: [{matchers: ['x']}]}"}}, "cannot be read here"),
        (
            {"config": {"original": GREEK}},
            r"cannot be evaluated here.*Greek",
        ),
    ],
)
def test_what_cannot_be_seen_is_unknown_and_names_the_server(answer: t.Any, message: str) -> None:

    finding = look({"/api/v2/status": answer})
    assert str(finding.status) == "unknown"
    assert re.search(message, finding.message), finding.message
    assert finding.instrument == "Alertmanager http://am:9093"


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertmanager, "HAS_YAML", False)
    finding = look()
    assert str(finding.status) == "unknown"
    assert "PyYAML" in finding.message


# -- matchers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b", [("a", "=", "b")]),
        (' { a = "b" , c !~ "d|e", } ', [("a", "=", "b"), ("c", "!~", "d|e")]),
        ('a="b,c",d!="}"', [("a", "=", "b,c"), ("d", "!=", "}")]),
        ('a="say \\"hi, you\\""', [("a", "=", 'say "hi, you"')]),
        (r'a=~"\\d+\n"', [("a", "=~", "\\d+\n")]),
        # the classic syntax takes a lone backslash as it is, and wins where the two disagree
        (r'a=~"\d"', [("a", "=~", r"\d")]),
        (r'a="\t"', [("a", "=", r"\t")]),
        ("a=", [("a", "=", "")]),
        ("a=b=c", [("a", "=", "b=c")]),
        ('"with space"="x"', [("with space", "=", "x")]),
        ('"caf\\u00e9"=~"\\xc3\\xa9"', [("café", "=~", "é")]),
        ("café=x", [("café", "=", "x")]),
        ("", []),
        ("{}", []),
    ],
)
def test_matchers(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(matcher.name, matcher.operator, matcher.value) for matcher in routes.parse_matchers(text)] == expected


@pytest.mark.parametrize(
    "text", ["a", "=b", '"a b"', '"a b"="c', '"a b"=\\"c"', "a b=c", '"\\q"="x"', '"a b"="\\xff"', '"a b"=c,,', '{"a b"=c', ","]
)
def test_what_is_no_matcher(text: str) -> None:
    with pytest.raises(routes.BadMatcher):
        routes.parse_matchers(text)


def test_a_label_that_is_not_there_is_empty() -> None:
    for text in ('x=""', "x=~.*", 'x!="a"', "x!~.+"):
        assert routes.parse_matchers(text)[0].matches({}), text
    assert not routes.parse_matchers("x=~.+")[0].matches({})


def test_scalars_stay_text() -> None:
    config = alertmanager.read_yaml("route: {receiver: yes, routes: [{match: {a: 1.0, b: on}, match_re: {c: null}, continue: true}]}")
    (child,) = routes.read_tree(config).routes
    assert child.receiver == "yes"
    assert child.goes_on
    assert [str(matcher) for matcher in child.matchers] == ['a="1.0"', 'b="on"', 'c=~"^(?:)$"']


def test_label_sets_are_text() -> None:
    assert alertmanager.label_sets([{"a": 1, "b": True, "c": None, "d": ""}]) == [{"a": "1", "b": "true"}]


# -- regular expressions


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a|b", ["a", "b"], ["ab", "a\n", ""]),
        ("a(?i)b|c", ["ab", "aB", "C"], ["AB", "A"]),
        ("a(?i:b)c", ["aBc"], ["aBC"]),
        ("(?i-s:a).", ["Ax"], ["A\n"]),
        ("((?i)a)a", ["Aa"], ["AA"]),
        ("a)|(?:b", ["ax", "xb"], ["xa"]),
        (r"\Qa.b\E+", ["a.b", "a.bb"], ["axb"]),
        (r"\d\D[\d][\D]", ["1a2b"], ["١a2b"]),
        (r"\s", [" ", "\t"], ["\v", "\u00a0"]),
        ("a{,2}", ["a{,2}"], ["aa"]),
        ("a{2}", ["aa"], ["a{2}"]),
        ("[]a^-]+", ["]a^-"], ["b"]),
        ("[^]a]", ["b"], ["]", "a"]),
        ("[[:upper:][:digit:]]+", ["A1"], ["a"]),
        (r"\x{1F600}\x41\101", ["😀AA"], ["😀A"]),
        ("(?P<x>a)(?<y>b)(c)", ["abc"], ["ab"]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        (".", ["é"], ["\n"]),
        ("(?s).", ["\n"], [""]),
        ("&&--[&&~~||-]", ["&&--&"], ["a"]),
    ],
)
def test_go_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    for text in yes:
        assert re2.matches(pattern, text), text
    for text in no:
        assert not re2.matches(pattern, text), text


@pytest.mark.parametrize(
    "pattern", [r"\pL", r"\p{Greek}", "(?=a)", "(a", "a)", "[a", "[b-a]", "\\", r"\1", "[[:nope:]]", "*", r"\x{110000}", r"\Qa", "(?x)a"]
)
def test_patterns_that_are_not_guessed_at(pattern: str) -> None:
    with pytest.raises(re2.Untranslatable):
        re2.matches(pattern, "text")


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = look(labels=[{"service": "payments", "severity": "page"}])
    said = found.message.params["said"]
    assert isinstance(said, Message) and said.params["receiver"] == "payments-oncall"
    assert french(found.message) == (
        'les alertes avec {service="payments", severity="page"} n\u2019arrivent à payments-oncall que '
        "pendant office-hours, et pas pendant nights ou weekends : la prochaine fois, personne n\u2019est prévenu "
        "du 25 nov. 2026, 17:00:00 UTC au 26 nov. 2026, 06:00:00 UTC"
    )
    assert french(look({"/api/v2/status": Response(404, {}, b"", "http://am", 0.0)}).message) == (
        "Alertmanager http://am:9093 ne connaît pas /api/v2/status (code 404) : y a-t-il un Alertmanager à cette adresse ?"
    )
