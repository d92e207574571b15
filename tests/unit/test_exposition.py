# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._exposition import parse

GOOD = """# HELP http_requests_total Requests, by code.
# TYPE http_requests_total counter
http_requests_total{code="200",path="/a\\\\b\\"c\\n"} 1027 1395066363000
http_requests_total{ code = "500", } 3
# a comment
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.5"} 1
latency_seconds_bucket{le="+Inf"} 2
latency_seconds_sum 1.5e-3
latency_seconds_count 2
# TYPE empty gauge

temperature -3.
untyped_inf +Inf
untyped_nan NaN
{"a.name","a label"="x"} 1
"""


def test_a_good_page() -> None:
    page = parse(GOOD)
    assert page.problems == []
    assert page.series == 10
    requests = page.family("http_requests_total")
    assert requests is not None and requests.type == "counter"
    assert ("http_requests_total", (("code", "200"), ("path", '/a\\b"c\n'))) in requests.samples
    latency, empty, count = page.family("latency_seconds"), page.family("empty"), page.family("latency_seconds_count")
    assert latency is not None and len(latency.samples) == 4
    assert empty is not None and empty.samples == {}
    assert count is not None and list(count.samples.values()) == [2.0]
    assert page.family("a.name") is not None
    assert page.family("nothing") is None


def test_openmetrics_is_read_too() -> None:
    page = parse(
        '# TYPE jobs counter\n# UNIT jobs seconds\njobs_total 5 # {trace_id="a"} 1 1.5\njobs_created 1.7e9\n# TYPE build info\n'
        'build_info{v="1"} 1\n# EOF\n'
    )
    assert page.problems == []
    jobs = page.family("jobs")
    assert jobs is not None and len(jobs.samples) == 2
    assert page.family("jobs_total") is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9lives 1\n", "valid metric name"),
        ("a-b 1\n", "'a-b' is not a valid metric name"),
        ("a\n", "a has no value"),
        ("a one\n", "which is not a number"),
        ("a 1_000\n", "which is not a number"),
        ("a 1,5\n", "which is not a number"),
        ("a 1\r\n", "carriage return"),
        ("a 1 soon\n", "not a timestamp"),
        ("a 1 2 3\n", "not a timestamp"),
        ('a{b="1"} 1\na{b="1"} 2\n', 'a{b="1"} is there twice'),
        ('a{b="1",c="2"} 1\na{c="2",b="1"} 2\n', "is there twice"),
        ('a{b="1",b="2"} 1\n', "the label b twice"),
        ('a{1b="1"} 1\n', "not a valid label"),
        ('a{b-c="1"} 1\n', "not a valid label"),
        ("a{b=1} 1\n", "no value in closed quotes"),
        ('a{b="1} 1\n', "no value in closed quotes"),
        ('a{b="1" 1\n', "not closed"),
        ("a{\n", "not a valid label"),
        ("# TYPE a counter\n# TYPE a gauge\na 1\n", "two TYPE lines: the family is declared twice"),
        ("# HELP a x\n# HELP a y\na 1\n", "two HELP lines: the family is declared twice"),
        ("a 1\n# TYPE a gauge\n", "after its samples"),
        ("# TYPE a thing\na 1\n", "the type 'thing', which does not exist"),
        ("# TYPE a-b gauge\n", "not a valid metric name"),
        ("# TYPE\n", "not a valid metric name"),
    ],
)
def test_what_does_not_fit(text: str, said: str) -> None:
    page = parse(text)
    assert page.problems and said in page.problems[0]


GARBAGE = [
    "",
    "\n\n",
    "{",
    '{"status":"success"}',
    "<html>\n<body>",
    "\x00\x01",
    "#",
    "# TYPE",
    "{}",
    "{} 1",
    "{a='b'} 1",
    '"',
    "a{" * 5000,
]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_has_no_series_and_never_raises(text: str) -> None:
    assert parse(text).series == 0


def test_problems_are_limited() -> None:
    page = parse("a-b 1\n" * 100000)
    assert len(page.problems) == 50
    assert page.lines == 100000
