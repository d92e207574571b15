# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels that cannot be told, what relabelling and routes make of them, and when a time interval holds."""

from __future__ import annotations

import datetime as dt
import types
import typing as t
import zoneinfo

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import alert_labels, promql_labels, relabelling
from ansible_collections.operability.readiness.plugins.module_utils._clients.alert_ways import ways
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager import read_yaml
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager_routes import parse_matchers, read_tree
from ansible_collections.operability.readiness.plugins.module_utils._clients.label_sets import LabelSet, common, decide_all
from ansible_collections.operability.readiness.plugins.module_utils._clients.route_hours import Shut
from ansible_collections.operability.readiness.plugins.module_utils._clients.time_intervals import Hours, NotEvaluated, read_intervals

SOME = LabelSet({"a": "x"}, frozenset({"b"}))
OPEN = LabelSet({"a": "x", "gone": ""}, complete=False)


@pytest.mark.parametrize(
    ("text", "labels", "answer"),
    [
        ('a="x",c=""', SOME, True),
        ('a="x",b="y"', SOME, None),
        ('a="y",b="y"', SOME, False),
        ('b=~".*"', SOME, True),
        ('b!~".*"', SOME, False),
        ('c!="y"', OPEN, None),
        ('gone=""', OPEN, True),
        ('a=~"\\\\pL"', SOME, None),
        ('a=~"\\\\pL",a="y"', SOME, False),
    ],
)
def test_matchers_on_labels_that_cannot_be_told(text: str, labels: LabelSet, answer: bool | None) -> None:
    assert decide_all(parse_matchers(text), labels) is answer


def test_label_sets() -> None:
    assert str(SOME) == '{a="x", b=?}' and str(OPEN) == '{a="x"}'
    assert SOME.having("b", "").value("b") == "" and OPEN.having("a", "").value("a") == "" and SOME.having("a", None).value("a") is None
    assert common([LabelSet({"a": "x", "b": "y"}), LabelSet({"a": "x", "b": "z"}), LabelSet({"a": "x"})]) == SOME


# -- relabelling: what is known is proven against Prometheus itself


def relabelled(labels: LabelSet, *rules: dict[str, t.Any]) -> relabelling.Outcome:
    return relabelling.relabelled(relabelling.read_rules(list(rules)), labels)


@pytest.mark.parametrize(
    ("rule", "expected", "kept"),
    [
        ({"source_labels": ["b"], "target_label": "c"}, '{a="x", b=?, c=?}', True),
        ({"source_labels": ["b"], "target_label": "a"}, "{a=?, b=?}", True),
        ({"source_labels": ["b"], "target_label": "c", "replacement": "fixed"}, '{a="x", b=?, c="fixed"}', True),
        ({"source_labels": ["b"], "target_label": "c", "regex": "y", "replacement": "fixed"}, '{a="x", b=?, c=?}', True),
        ({"source_labels": ["a"], "target_label": "b"}, '{a="x", b="x"}', True),
        ({"source_labels": ["b"], "action": "drop", "regex": "y"}, '{a="x", b=?}', None),
        ({"source_labels": ["a", "b"], "action": "keep", "regex": "y;.*"}, '{a="x", b=?}', None),
        ({"source_labels": ["a"], "action": "keep", "regex": "y"}, '{a="x", b=?}', False),
        ({"action": "labelmap", "regex": "(b)", "replacement": "n_$1"}, '{a="x", b=?, n_b=?}', True),
        ({"action": "labelkeep", "regex": "b"}, "{b=?}", True),
        ({"source_labels": ["b"], "action": "hashmod", "modulus": "8", "target_label": "c"}, '{a="x", b=?, c=?}', True),
        ({"source_labels": ["a"], "action": "keepequal", "target_label": "b"}, '{a="x", b=?}', None),
        ({"source_labels": ["a"], "action": "dropequal", "target_label": "c"}, '{a="x", b=?}', True),
        ({"source_labels": ["a"], "target_label": "c", "regex": "\\pL"}, '{a="x", b=?, c=?}', True),
        ({"source_labels": ["a"], "action": "ofanewerversion"}, "{a=?, b=?}", None),
    ],
)
def test_relabelling_of_labels_that_cannot_be_told(rule: dict[str, t.Any], expected: str, kept: bool | None) -> None:
    outcome = relabelled(SOME, rule)
    assert (str(outcome.labels), outcome.kept) == (expected, kept)


def test_what_relabelling_looks_at() -> None:
    rules = relabelling.read_rules([{"source_labels": ["a", "b"], "target_label": "c"}, {"action": "labeldrop", "regex": "x"}])
    assert relabelling.needed(rules) == {"a", "b"}
    assert relabelling.needed(relabelling.read_rules([{"action": "labelmap", "regex": "x"}])) is None
    for wrong in (3, [3], [{"source_labels": 3}], [{"modulus": "x"}]):
        with pytest.raises(ValueError):
            relabelling.read_rules(wrong)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        ("{{ $labels.a }}-{{ .Labels.nothing }}", "x-"),
        ("{{ $labels.b }}", None),
        ("{{ $value }}", None),
        ("{{ if true }}y{{ end }}", None),
        ("{{ $externalLabels.cluster | toUpper }}", "PARIS"),
        ("{{- $labels.a }}", None),
    ],
)
def test_templated_labels(template: str, expected: str | None) -> None:
    assert alert_labels.expanded(template, SOME, {"cluster": "paris"}) == expected
    assert alert_labels.expanded("{{ $externalLabels.cluster }}", SOME, None) is None


@pytest.mark.parametrize(
    ("expression", "known", "others"),
    [
        ('up{job="x", env!="y"} == 0', {"job": "x"}, None),
        ("sum by (a) (rate(x[5m])) > 2", {}, {"a"}),
        ('sum by (a, b) (x{a="1"}) / on (a) group_left sum by (a) (y)', {}, {"a", "b"}),
        ('absent(x{a="1", b=~"2"}) == 1', {"a": "1"}, set()),
        ('absent(x{a="1", a!="2"})', {}, set()),
        ("sum(x) > 1", {}, set()),
        ("time() - max by (a) (x) > 3", {}, {"a"}),
        ("((", {}, None),
        ("sort(x)", {}, None),
        ('count_values("v", x{a="1"})', {}, {"v"}),
        ('count_values by (a) ("v", x{a="1"})', {"a": "1"}, {"v"}),
    ],
)
def test_what_an_expression_tells_of_its_labels(expression: str, known: dict[str, str], others: set[str] | None) -> None:
    (one,) = promql_labels.branches(expression)
    assert (one.known, one.others) == (known, others)


# -- each way in which an expression can come to a result is evaluated on its own


class Evaluating:
    """Has the series that are named, and says what it was asked."""

    def __init__(self, series: t.Mapping[str, t.Sequence[dict[str, str]]]) -> None:
        self.series, self.asked = series, []  # type: ignore[var-annotated] # expressions

    def query(self, expression: str) -> list[types.SimpleNamespace]:
        self.asked.append(expression)
        return [types.SimpleNamespace(labels=labels) for labels in self.series.get(" ".join(expression.split()), [])]


PROD, DEV = {"env": "prod"}, {"env": "dev"}


@pytest.mark.parametrize(
    ("expression", "series", "expected"),
    [
        # the left side hides what the right one gives
        ("q > 5 or on () sum(e) > 5", {"q > bool 5": [PROD], "sum(e) > bool 5": [{}]}, ['{env="prod"}', "{}"]),
        ("(q or p) > 5", {"q > bool 5": [PROD], "p > bool 5": [DEV]}, ['{env="prod"}', '{env="dev"}']),
        ("q > 5 or p > 5", {"q > bool 5": [PROD], "p > bool 5": [PROD]}, ['{env="prod"}']),
        ("sum by (env) (q or p)", {"sum by (env) (q)": [PROD], "sum by (env) (p)": [DEV]}, ['{env="prod"}', '{env="dev"}']),
        # a side that has no series tells what stands in it
        ('q > 5 or p{env="dev"} > 5', {"q > bool 5": [PROD]}, ['{env="prod"}', '{env="dev"} and more']),
        ('q > 5 or absent(q{env="prod"})', {"q > bool 5": [PROD]}, ['{env="prod"}']),
        # what is compared with and never fires is none
        ("(q or on () vector(0)) > 5", {"q > bool 5": [PROD]}, ['{env="prod"}']),
        ("(q or on () vector(0)) < 5", {"q < bool 5": [PROD], "vector(0) < 5": [{}]}, ['{env="prod"}', "{}"]),
        ("vector(1)", {"vector(1)": [{}]}, ["{}"]),
        # those at the top today are not those of tomorrow
        ("topk(1, q) > 5", {"q > bool 5": [PROD, DEV]}, ['{env="prod"}', '{env="dev"}']),
        ("bottomk by (x) (1, q)", {"q": [PROD, DEV]}, ['{env="prod"}', '{env="dev"}']),
        ('count_values("env", q) > 5', {'count_values("env", q) > bool 5': [{"env": "1"}]}, ["{env=?}"]),
        ('sum(count_values("env", q))', {'sum(count_values("env", q))': [{}]}, ["{}"]),
        # what unless takes away by its value now is there tomorrow
        ('q unless q{env="dev"} > 5', {"q": [PROD, DEV]}, ['{env="prod"}', '{env="dev"}']),
        ('q unless q{env="dev"}', {'q unless q{env="dev"}': [PROD]}, ['{env="prod"}']),
        ("q > on (a) group_left () (p or r)", {"q > bool on (a) group_left () (p or r)": [PROD]}, ['{env="prod"}']),
    ],
)
def test_the_alternatives_of_an_expression(expression: str, series: dict[str, t.Any], expected: list[str]) -> None:
    server = Evaluating(series)
    rule = types.SimpleNamespace(query=expression)
    (found,) = alert_labels._Series(t.cast("t.Any", server), [t.cast("t.Any", rule)], None).found()
    assert [str(one) + ("" if one.complete else " and more") for one in found] == expected, server.asked


def test_too_many_alternatives() -> None:
    expression = " or ".join(f"q{number}" for number in range(30))
    server = Evaluating({expression: [PROD]})
    (found,) = alert_labels._Series(t.cast("t.Any", server), [t.cast("t.Any", types.SimpleNamespace(query=expression))], None).found()
    assert [one.complete for one in found] == [True, False]


# -- ways


def receivers(labels: LabelSet, *routes: str) -> list[list[str]] | None:
    text = "route: {receiver: default, routes: [" + ", ".join(routes) + "]}"
    found = ways(read_tree(read_yaml(text)), labels)
    return None if found is None else sorted([route.receiver for route in way.routes] for way in found)


def test_one_answer_for_one_question() -> None:
    prod = "{receiver: one, matchers: ['b=~\"prod|test\"'], continue: true}"
    other = "{receiver: two, matchers: ['b!~\"prod|test\"']}"
    assert receivers(SOME, prod, other) == [["one"], ["two"]]
    equal = [f"{{receiver: {name}, matchers: [b={name}], continue: true}}" for name in ("prod", "test")]
    assert receivers(SOME, *equal) == [["default"], ["prod"], ["test"]]
    assert receivers(SOME, prod, *equal) == [["default"], ["one"], ["one", "prod"], ["one", "test"]]
    many = [f"{{receiver: r{number}, matchers: ['b=~\"{number}.*\"'], continue: true}}" for number in range(10)]
    assert receivers(SOME, *many) is None


# -- time


def hours(muted: str = "[]", active: str = "[]") -> Hours:
    config = read_yaml(f"time_intervals: [{{name: m, time_intervals: {muted}}}, {{name: a, time_intervals: {active}}}]")
    read = read_intervals(config, ["m", "a"])
    return Hours((read["m"],) if muted != "[]" else (), (read["a"],) if active != "[]" else ())


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("muted", "inside", "outside"),
    [
        ("[{times: [{start_time: '06:00', end_time: '07:00'}]}]", ["2026-11-25T06:00", "2026-11-25T06:59:59"], ["2026-11-25T07:00"]),
        ("[{times: [{start_time: '06:00', end_time: '07:00'}], location: Europe/Paris}]", ["2026-11-25T05:30"], ["2026-11-25T06:00"]),
        ("[{times: [{start_time: '06:00', end_time: '07:00'}], location: Europe/Paris}]", ["2026-07-25T04:30"], ["2026-07-25T05:00"]),
        ("[{weekdays: [saturday, sunday], location: Pacific/Auckland}]", ["2026-11-27T12:00"], ["2026-11-27T10:00", "2026-11-29T12:00"]),
        ("[{days_of_month: ['-1']}]", ["2026-02-28T00:00", "2028-02-29T23:59"], ["2028-02-28T12:00"]),
        ("[{days_of_month: ['1:5', '-3:-2']}]", ["2026-11-05T23:00", "2026-11-28T00:00"], ["2026-11-30T00:00", "2026-11-06T00:00"]),
        ("[{days_of_month: ['30:31']}]", ["2026-11-30T12:00"], ["2026-02-28T12:00"]),
        ("[{months: ['december:december', '2:3']}]", ["2026-12-01T00:00", "2026-02-01T00:00"], ["2026-11-30T23:59"]),
        ("[{years: ['1999', '2027:2028']}]", ["1999-06-01T00:00", "2028-12-31T23:59"], ["2026-11-25T00:00"]),
        ("[{weekdays: [monday]}, {times: [{start_time: '00:00', end_time: '24:00'}], months: [may]}]",
         ["2026-11-23T12:00", "2026-05-01T23:59"], ["2026-11-24T12:00"]),
        ("[{}]", ["2026-11-25T06:00"], []),
    ],
)  # fmt: skip
def test_when_it_holds(muted: str, inside: list[str], outside: list[str]) -> None:
    given = hours(muted)
    assert [given.open_at(at(text)) for text in inside] == [False] * len(inside)
    assert [given.open_at(at(text)) for text in outside] == [True] * len(outside)


def test_over_time() -> None:
    now = at("2026-11-25T06:00:30")
    assert Shut.of([hours("[]", "[{years: ['1999']}]")], now).always
    assert Shut.of([hours("[{years: ['1999']}]")], now).never
    assert Shut.of([hours("[]", "[{times: [{start_time: '00:00', end_time: '24:00'}], location: Asia/Kathmandu}]")], now).never
    nights = hours("[{times: [{start_time: '22:00', end_time: '24:00'}, {start_time: '00:00', end_time: '06:30'}]}]")
    found = nights.shut(now, 2)
    assert found == [
        (now, at("2026-11-25T06:30")),
        (at("2026-11-25T22:00"), at("2026-11-26T06:30")),
        (at("2026-11-26T22:00"), at("2026-11-27T06:00:30")),
    ]
    days = hours("[{times: [{start_time: '06:30', end_time: '22:00'}]}]")
    assert Shut.of([nights, days], now).never, "one of two routes tells somebody at any time"


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"])
def test_changes_are_found_where_they_are(zone: str) -> None:
    given = hours(
        f"[{{times: [{{start_time: '01:10', end_time: '02:40'}}, {{start_time: '23:30', end_time: '24:00'}}], location: {zone}}}]"
    )
    start = at("2026-09-01T00:07")
    spans = given.shut(start, 80)
    moment, shut = start, []
    while moment < start + dt.timedelta(days=80):
        shut.append(any(first <= moment < last for first, last in spans))
        assert given.open_at(moment) is not shut[-1], f"{moment} {moment.astimezone(zoneinfo.ZoneInfo(zone))}"
        moment += dt.timedelta(minutes=5)
    assert any(shut) and not all(shut)


@pytest.mark.parametrize(
    "wrong",
    ["[{location: Nowhere/Land}]", "[{location: Local}]", "[{location: ../etc}]", "[{weekdays: [noday]}]", "3", "[3]"]
    + ["[{times: [{start_time: x}]}]", "[{months: ['1:2:3']}]", "[{times: 3}]", "[{weekdays: ['saturday:sunday']}]"],
)  # fmt: skip
def test_what_cannot_be_evaluated(wrong: str) -> None:
    with pytest.raises(NotEvaluated):
        read_intervals(read_yaml(f"mute_time_intervals: [{{name: m, time_intervals: {wrong}}}]"), ["m"])
    with pytest.raises(NotEvaluated):
        read_intervals({}, ["unknown"])
