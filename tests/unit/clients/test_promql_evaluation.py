# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import promql_parser
import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql_evaluation import without_filters

REWRITTEN = [
    ("up == 0", "up == bool  0"),
    ("up==0", "up== bool 0"),
    ("a >= 1 and b <= 2", "a >= bool  1 and b <= bool  2"),
    ("a != b", "a != bool  b"),
    ("a > on(job) group_left b", "a > bool  on(job) group_left b"),
    ("a < ignoring(code) group_right() b", "a < bool  ignoring(code) group_right() b"),
    ("a >\n5", "a > bool \n5"),
    ("a > # five\n5", "a > bool  # five\n5"),
    ("a > bool:recorded", "a > bool  bool:recorded"),
    ("a > boolean", "a > bool  boolean"),
    ("a > (b > c)", "a > bool  (b > bool  c)"),
    ("max_over_time((a > 5)[30m:1m])", "max_over_time((a > bool  5)[30m:1m])"),
    ("a @ 1700000000.5 offset 5m < -1", "a @ 1700000000.5 offset 5m < bool  -1"),
    ("x{a=`>`} > 1", "x{a=`>`} > bool  1"),
    ('{__name__=~"a|b", \'q.x\'!="1"} < 3', '{__name__=~"a|b", \'q.x\'!="1"} < bool  3'),
]
UNTOUCHED = [
    "up",
    "vector(1)",
    "a > bool 1",
    "a >bool 1",
    "a > BOOL 1",
    "a >\n # why\n bool on(job) b",
    "a and b or c unless d",
    'a{b!="x",c=~"d>e",f!~"g==h"}',
    'a{b="}",c!="x"}',
    "a{b=~'\\'}>',c!='x'}",
    'label_replace(a, "b", "$1 > 2", "c", "(.*) == 3")',
    "a # > 5\n",
    "a{ # > } 5\n b='c'}",
    "rate(a[5m:1m])",
    "histogram </ 3",
    "",
]


@pytest.mark.parametrize(("expression", "expected"), REWRITTEN)
def test_a_comparison_filters_nothing(expression: str, expected: str) -> None:
    assert without_filters(expression) == expected
    promql_parser.parse(expected)
    assert without_filters(expected) == expected


@pytest.mark.parametrize("expression", UNTOUCHED)
def test_what_is_no_filter_stays(expression: str) -> None:
    assert without_filters(expression) == expression
