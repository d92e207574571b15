# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import Selector, parse
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_evaluation import (
    offsets,
    unfiltered,
    unfiltered_outside,
    without_divisions,
    without_filters,
    without_offsets,
)
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_tree import Binary, Tree, everything, text
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_values import (
    ANY,
    SWITCH,
    Bounds,
    always,
    bounds,
    contradiction,
)
from hypothesis import given
from hypothesis import strategies as st

WRITTEN = [
    "x offset -5m",
    "x[5m] offset 1w",
    "x @ end()",
    "x @ 12.5",
    "max_over_time(rate(x[1m])[30m:1m] offset 1d) > 2",
    "rate(x[5m])[30m:]",
    "-x ^ 2",
    "(-x) ^ 2",
    "2 ^ -1",
    "sum without(a,b) (x)>1 or vector(0)",
    "sum by () (x)",
    "a * ignoring(x) group_right(z) b",
    "a and on() b unless c",
    "a == bool on() group_left() b",
    'count_values("v", x)',
    '{"a.b","c.d"="x"}',
    'a{b="quo\\"te\\\\d",c=~"5..|4.."}',
    "x[1h30m5ms]",
    "1e-7 + Inf + 0x1f",
    "a <= b + c * d",
    "a - (b - c)",
    "topk(3, x) by (a)",
    "time() - x > 86400",
    'label_replace(x, "a", "$1", "b", "(.*)")',
]


@pytest.mark.parametrize("expression", WRITTEN)
def test_an_expression_is_written_as_it_was_read(expression: str) -> None:
    tree = parse(expression)
    assert parse(text(tree)) == tree
    assert parse(text(parse(text(tree)))) == tree


ATOMS = st.sampled_from(["a", 'b{q="x"}', "rate(c[5m])", "up", "vector(3)", "sum(a)", "absent(b)", "a offset 1h"])
LIMITS = st.sampled_from(["0", "5", "-1", "100"])
COMPARED = st.builds("({} {} {})".format, ATOMS, st.sampled_from(["==", "!=", ">", "<", ">=", "<="]), LIMITS)
EXPRESSIONS = st.recursive(
    ATOMS | COMPARED,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or", "unless", "+", "* on (q)", "> ignoring (q)"]), inner),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_every_expression_survives_being_written(expression: str) -> None:
    tree = parse(expression)
    assert parse(text(tree)) == tree
    for form in (unfiltered(tree), unfiltered_outside(tree), without_offsets(tree)):
        assert text(parse(text(form))) == text(form)
    assert not any(isinstance(one, Binary) and one.filters for one in everything(unfiltered(tree)))
    parse(without_filters(expression))


def test_as_if_everything_were_there() -> None:
    assert text(unfiltered(parse("a > 5 unless on (x) b == 1"))) == "a > bool 5"
    assert text(unfiltered(parse('absent(a{job="x",y=~"z"}) > 0'))) == 'label_replace(vector(1), "job", "x", "", "") > bool 0'
    assert text(unfiltered_outside(parse("(a == 1) * b > 5"))) == "((a == 1) * b) > bool 5"
    assert text(without_divisions(parse("(a / 2) / on (q) (b / c)"))) == "(a / 2) + on (q) (b + c)"
    assert [(one.offset, one.choices[0].name) for one in offsets(parse("a offset 1h + max_over_time(b[5m:1m] offset 1d) + c"))] == [
        (3600.0, "a"),
        (86400.0, "b"),
    ]


# -- values


def known(selector: Selector) -> Bounds | None:
    return {"dead": None, "up": SWITCH}.get(selector.metric or "", ANY)


NEVER = [
    "vector(0) > 1",
    "absent(x) > 1",
    "count(x) < 1",
    "count by (a) (x) == 0",
    "sum by (job) (x == 0) > 0",
    "up > 1",
    "rate(x[5m]) < 0",
    "hour() >= 24",
    "x > 100 unless x > 50",
    "x > 5 unless x > 5",
    "x > 100 unless x",
    "x > 10 and y unless x > 5",
    "x > 5 and x < 3",
    "0 < vector(0)",
    "vector(0) != 0",
    "clamp_max(x, 1) > 1",
    "(dead or vector(0)) / x > 0.05",
    "(sum(rate(dead[5m])) or vector(0)) > 0",
    "dead > 5 or dead < 3",
    "-x > 5 and -x < 3",
    "x > 100 unless on () x > 50",
    "x > 50 unless on (instance, job) x > 5",
    "sum(x) > 90 and on () sum(x) < 80",
    "up == 0 and on (instance, job) up == 1",
    "x > 5 and on () hour() > 20 and on () hour() < 6",
    "sum(up < 1) > 0",
    "sum(up != 1) > 0",
    "min(up != 0) == 0",
    "up == 0.5",
    "quantile_over_time(0.9, up[5m]) > 1",
    "count(up == 0) / count(up) > 1",
    'sum(rate(x{code="500"}[5m])) / sum(rate(x[5m])) > 5',
    'sum by (job) (rate(x{code="500"}[5m])) / sum by (job) (rate(x[5m])) > 1',
    '100 * (1 - sum(rate(x{code="200"}[5m])) / sum(rate(x[5m]))) > 100',
    "rate(x[5m]) * -1 > 0",
    "absent(x or vector(0))",
    "absent(vector(1))",
    "count(absent(up)) > 1",
    "sum(absent(up)) > 1",
]
SOMETIMES = [
    "x > 1",
    "x >= 5 unless x > 5",
    "x > 100 unless x > 200",
    "x > 5 and on () x < 3",
    "sum by (a) (x) > 5 and on () sum by (a) (x) < 3",
    "up == 0 and on (job) up == 1",
    "x > 5 and on () hour() > 20 and on () minute() < 6",
    "avg(up) == 0.5",
    "avg_over_time(up[5m]) < 0.9",
    "avg_over_time(up[5m]) == 0.5",
    "sum(up != 0) > 0",
    "up != 1",
    "sum(up == 1) < 2",
    "count(up == 0) / count(up) >= 1",
    "sum(x) / sum(y) > 5",
    'sum(x{code="500"}) / sum(x) > 5',
    'sum(rate(x{code="500"}[5m])) / sum(rate(x[1h])) > 5',
    'sum(rate(x[5m])) / sum(rate(x{code="200"}[5m])) > 5',
    'sum by (job) (rate(x{code="500"}[5m])) / on (job) group_left () sum(rate(x[5m])) > 5',
    "100 * count(up == 0) / count(up) > 5",
    "rate(x[5m]) * -1 < 0",
    "x * -1 > 0",
    "(1 - up) * 10 > 5",
    "absent(x or y)",
    "absent(up == 1)",
    "absent(absent(x))",
    "x > 100 unless x offset 1h > 50",
    "x unless x == 0",
    "x and x",
    "absent(x) == 1",
    "count(up == 0) > 2",
    "count(x) == 1",
    "up == 0",
    "1 - up > 0",
    "(sum(rate(dead[5m])) or vector(0)) < 1",
    "(dead or vector(0)) + x > 5",
    "time() - x > 86400",
    "predict_linear(x[1h], 3600) < 0",
    "100 * (1 - avg(rate(x[5m]))) > 80",
    "0 > x",
    "x != 0",
    "rate(x[5m]) == 0",
    "hour() >= 9 and hour() <= 17",
    "x == x",
    "sum(x) < 0",
    "delta(x[5m]) < 0",
    "dead or x",
    "absent(dead)",
    "vector(0) / x != 0",
    "round(x) > 5",
    "quantile(2, x) > 5",
    "histogram_quantile(0.9, x) > 5",
]


@pytest.mark.parametrize("expression", NEVER)
def test_what_can_never_be_true(expression: str) -> None:
    assert bounds(parse(expression), known) is None


@pytest.mark.parametrize("expression", SOMETIMES)
def test_what_can_be_true(expression: str) -> None:
    assert bounds(parse(expression), known) is not None
    assert contradiction(parse(expression), known) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("up >= 0", True), ("up <= 1", True), ("vector(1) == 1", True), ("count(x) > 0", True), ("x > 0", False), ("up > 0", False)],
)
def test_what_is_always_true(expression: str, expected: bool) -> None:
    tree: Tree = parse(expression)
    assert always(tree, known) is expected  # type: ignore[arg-type] # each is a comparison


def test_the_smallest_part_that_is_never_true() -> None:
    found = contradiction(parse("sum(rate(x[5m])) / (count(y) < 1) > 5"), known)
    assert found is not None
    assert text(found) == "count(y) < 1"
