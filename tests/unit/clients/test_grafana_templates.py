# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in the texts of a dashboard, its times, its frames, and the filters that it adds."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_filters import NotFiltered, with_filters
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_frames import shown
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_templates import (
    Value,
    filled,
    filled_within,
    formatted,
    names_within,
    ways_of,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.grafana_time import (
    Range,
    is_absolute,
    moment,
    overridden,
    range_of,
    seconds,
    step_of,
    whole_number,
    written,
)
from grafana_data_stand_in import frame, logs

NOW = dt.datetime(2026, 11, 25, 6, 30, 15, tzinfo=dt.timezone.utc)  # a Wednesday
VALUES = {
    "service": Value(("payments",)),
    "host": Value(("a.b", "c(d)"), several=True),
    "one": Value(("a.b",), several=True),
    "everything": Value((".*",), several=True, raw=True),
    "label": Value(("p1",), texts=("Payments",)),
    "__from": Value(("1764050400123",)),
}


@pytest.mark.parametrize(
    ("text", "way", "wanted"),
    [
        ("up{job='$service'}", "promql", "up{job='payments'}"),
        ("up{job='${service}'}", "promql", "up{job='payments'}"),
        ("up{job='[[service]]'}", "promql", "up{job='payments'}"),
        ("up{job=~'$host'}", "promql", "up{job=~'(a\\\\.b|c\\\\(d\\\\))'}"),
        ("up{job=~'$one'}", "promql", "up{job=~'a\\\\.b'}"),
        ("up{job=~'$everything'}", "promql", "up{job=~'.*'}"),
        ("up{job=~'${host:regex}'}", "promql", "up{job=~'(a\\.b|c\\(d\\))'}"),
        ("[[host:csv]]", "promql", "a.b,c(d)"),
        ("${host:pipe}", "promql", "a.b|c(d)"),
        ("${host:glob} $host", "glob", "{a.b,c(d)} {a.b,c(d)}"),
        ("${one:glob}", "promql", "a.b"),
        ("${host:singlequote} ${host:doublequote} ${host:sqlstring}", "glob", "'a.b','c(d)' \"a.b\",\"c(d)\" 'a.b','c(d)'"),
        ("${host:json} ${service:json}", "glob", '["a.b", "c(d)"] "payments"'),
        ("${host:raw} ${host:nonsense}", "glob", "a.b,c(d) {a.b,c(d)}"),
        ("${host:lucene}", "glob", '("a.b" OR "c\\(d\\)")'),
        ("name in ($host)", "sqlquery", "name in ('a.b','c(d)')"),
        ("name = '$service'", "sqlquery", "name = 'payments'"),
        ("${label:text} ${label.text} ${label}", "glob", "Payments Payments p1"),
        ("${host:percentencode}", "glob", "%7Ba.b%2Cc(d)%7D"),
        ("${__from} ${__from:date:seconds} ${__from:date:iso}", "glob", "1764050400123 1764050400 2025-11-25T06:00:00.123Z"),
        ("${__from:date:YYYY-MM}", "glob", "2025-11"),
        ("rate(x[$__rate_interval]) [[unknown]] ${__interval} $1", "promql", "rate(x[$__rate_interval]) [[unknown]] ${__interval} $1"),
        ("costs $ and $service$service", "glob", "costs $ and paymentspayments"),
    ],
)
def test_a_text_with_its_variables(text: str, way: str, wanted: str) -> None:
    assert filled(text, VALUES.get, way) == wanted


def test_a_value_for_all_is_not_escaped_and_others_are() -> None:
    assert formatted(VALUES["everything"], "promql") == formatted(VALUES["everything"], "regex") == ".*"
    assert formatted(Value(('a"\\',)), "promql") == 'a\\"\\\\'
    assert formatted(Value(("a b:c",)), "lucene") == "a\\ b\\:c"


def test_json_is_filled_in_by_key() -> None:
    ways, otherwise = ways_of("prometheus")
    target = {"expr": "up{a=~'$host'}", "legendFormat": "$host", "deep": [{"x": "$service", "n": 3, "none": None}]}
    assert filled_within(target, VALUES.get, ways, otherwise) == {
        "expr": "up{a=~'(a\\\\.b|c\\\\(d\\\\))'}",
        "legendFormat": "{a.b,c(d)}",
        "deep": [{"x": "payments", "n": 3, "none": None}],
    }
    assert names_within(target) == ["host", "service"]
    assert ways_of("elasticsearch")[1] == "lucene" and ways_of("mysql")[1] == "sqlquery" and ways_of("graphite")[1] == "glob"


# -- times


@pytest.mark.parametrize(
    ("text", "end", "wanted"),
    [
        ("now", False, "2026-11-25T06:30:15"),
        ("now-6h", False, "2026-11-25T00:30:15"),
        ("now-1d-30m", False, "2026-11-24T06:00:15"),
        ("now/d", False, "2026-11-25T00:00:00"),
        ("now/d", True, "2026-11-26T00:00:00"),
        ("now-1d/d", True, "2026-11-25T00:00:00"),
        ("now/w", False, "2026-11-23T00:00:00"),
        ("now-1M/M", False, "2026-10-01T00:00:00"),
        ("now/fQ", False, "2026-10-01T00:00:00"),
        ("now-1y/y", False, "2025-01-01T00:00:00"),
        ("now-21M", False, "2025-02-25T06:30:15"),
        ("now-9M/h", False, "2026-02-25T06:00:00"),
        ("1764050400000", False, "2025-11-25T06:00:00"),
        ("2026-11-01T00:00:00.000Z", False, "2026-11-01T00:00:00"),
        ("2026-11-01 12:00:00", False, "2026-11-01T12:00:00"),
        ("now+1m/m", False, "2026-11-25T06:31:00"),
        ("now-1s/s", False, "2026-11-25T06:30:14"),
    ],
)
def test_a_moment(text: str, end: bool, wanted: str) -> None:
    assert moment(text, NOW, end=end) == dt.datetime.fromisoformat(f"{wanted}+00:00").timestamp()


@pytest.mark.parametrize("text", ["", "yesterday", "now-6", "now-6x", "now/", None, "now-999999y"])
def test_what_is_no_moment(text: object) -> None:
    with pytest.raises(ValueError):
        moment(text, NOW)


def test_ranges_and_their_overrides() -> None:
    whole = range_of("now-6h", "now", NOW)
    assert (whole.end - whole.start, whole.milliseconds[1]) == (21600, str(int(NOW.timestamp() * 1000)))
    with pytest.raises(ValueError):
        range_of("now", "now-1h", NOW)
    assert overridden(whole, None, None, NOW) == whole == overridden(whole, "", "nonsense", NOW) == overridden(whole, "junk", None, NOW)
    hour = overridden(whole, "1h", None, NOW)
    assert (hour.end - hour.start, hour.end) == (3600, whole.end)
    shifted = overridden(whole, "1h", "1d", NOW)
    assert (shifted.end - shifted.start, whole.end - shifted.end) == (3600, 86400)
    assert overridden(whole, "now/d", None, NOW).start == dt.datetime(2026, 11, 25, tzinfo=dt.timezone.utc).timestamp()
    assert is_absolute("1764050400000") and not is_absolute("now/d")


def test_steps() -> None:
    six_hours = Range(0, 21600)
    assert step_of(six_hours, 500) == 30_000 and step_of(six_hours, 500, 120) == 120_000 and step_of(Range(0, 86400 * 30), 500) == 3_600_000
    assert [seconds(text) for text in ("10s", ">1m", "500ms", "1M", "x", "", "$step")] == [10, 60, 0.5, 2_592_000, None, None, None]
    assert [written(amount) for amount in (30, 300, 7200, 86400, 0.5)] == ["30s", "5m", "2h", "1d", "500ms"]
    assert [whole_number(value, 7) for value in (5, "9", 0, None, "x", -3, [])] == [5, 9, 7, 7, 7, 7, 7]


# -- frames


def points(*values: object, start: int = 1000, step: int = 60) -> list[tuple[float, t.Any]]:
    return [(start + step * number, value) for number, value in enumerate(values)]


def test_what_frames_show() -> None:
    found = shown([frame({"a": "b"}, points("1", "2", "NaN")), frame({}, points("3", "3"))])
    assert (found.rows, found.values, found.newest, found.step, found.only) == (5, 4, 1060.0, 60.0, None)
    assert shown([frame({}, points("0", "0"))]).only == 0.0
    assert shown([frame({}, points("+Inf"))]).has_data, "an infinite value is one: nothing grows, and will never be full"


@pytest.mark.parametrize(
    ("frames", "rows"),
    [
        (None, 0),
        ("x", 0),
        ([], 0),
        ([{"schema": {"fields": []}, "data": {"values": []}}], 0),
        ([{"schema": {"fields": [{"type": "string"}, {"type": "number"}]}, "data": {"values": [[], []]}}], 0),
        ([frame({}, points("NaN", "NaN"))], 2),
        ([{"schema": {"fields": [{"type": "time"}, {"type": "number"}]}, "data": {"values": [[1, 2], [None, None]]}}], 2),
        ([{"schema": {"fields": [{"type": "string"}, {"type": "number"}]}, "data": {"values": [["a"], [None]]}}], 1),
        ([{"schema": None, "data": 3}, None, 7], 0),
        ([{"schema": {"fields": [{"type": "number"}]}}], 0),
    ],
)
def test_frames_that_show_nothing(frames: object, rows: int) -> None:
    found = shown(frames)
    assert (found.has_data, found.rows) == (False, rows)


def test_tables_and_logs() -> None:
    table = {"schema": {"fields": [{"type": "string"}, {"type": "number"}]}, "data": {"values": [["a"], [None]]}}
    assert shown([table], texts_count=True).has_data
    long = {"schema": {"fields": [{"type": "time"}, {"type": "string"}, {"type": "number"}]}, "data": {"values": [[1], ["a"], [None]]}}
    assert not shown([long], texts_count=True).has_data, "a curve of nothing, whatever its names are"
    assert (shown([logs([(5.0, "x")])]).has_data, shown([logs([(5.0, "x")])]).newest) == (True, None)
    assert not shown([logs([])]).has_data
    notice = {"schema": {"meta": {"notices": [{"severity": "error", "text": "bad"}]}, "fields": []}, "data": {"values": []}}
    assert shown([notice]).notice == "bad"


# -- filters


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("up", 'up{env="prod"}'),
        ('sum by (job) (rate(x_total{a="b"}[5m]))', 'sum by (job) (rate(x_total{a="b", env="prod"}[5m]))'),
        ("sum(rate(x[5m])) by (job)", 'sum(rate(x{env="prod"}[5m])) by (job)'),
        ("a / on(job) group_left(y) b offset 5m", 'a {env="prod"}/ on(job) group_left(y) b {env="prod"}offset 5m'),
        ('{__name__="a",}', '{__name__="a",env="prod"}'),
        ("up == 1 and on() vector(1)", 'up {env="prod"}== 1 and on() vector(1)'),
        ('a{b="}"} or c @ start()', 'a{b="}", env="prod"} or c {env="prod"}@ start()'),
        ('label_replace(up, "a", "$1", "b", "(.*)")', 'label_replace(up{env="prod"}, "a", "$1", "b", "(.*)")'),
        ("rate(x[$__rate_interval])", 'rate(x{env="prod"}[$__rate_interval])'),
        ("1e3 * inf + y # up", '1e3 * inf + y {env="prod"}'),
        ("a{} > bool b", 'a{env="prod"} > bool b{env="prod"}'),
    ],
)
def test_filters_are_added_to_each_selector(expression: str, wanted: str) -> None:
    assert with_filters(expression, [{"key": "env", "operator": "=", "value": "prod"}]) == wanted


def test_filters_of_several_values_and_those_that_cannot_be_added() -> None:
    several = [{"key": "env", "operator": "=|", "values": ["a.b", "c"]}, {"key": "job", "operator": "!~", "value": "x"}]
    assert with_filters("up", several) == 'up{env=~"a\\\\.b|c", job!~"x"}'
    for filters, expression in (
        ([{"key": "env", "operator": "<", "value": "1"}], "up"),
        ([{"key": "a b"}], "up"),
        ([{"key": "a"}], "up{x"),
    ):
        with pytest.raises(NotFiltered):
            with_filters(expression, filters)
