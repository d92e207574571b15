# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of failures and of latencies that tell nothing, and those that people use."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._checks._alert_limits import is_senseless, takes_codes
from ansible_collections.operability.readiness.plugins.module_utils._clients.promql import parse_selector

FAILING, ALL = 'sum(rate(a_total{code=~"5.."}[5m]))', "sum(rate(a_total[5m]))"
BUCKETS = "rate(a_duration_seconds_bucket[5m])"


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("errors", f"{FAILING} / {ALL} > 1"),
        ("errors", f"{FAILING} / {ALL} > 5"),
        ("latency", f"histogram_quantile(0.99, sum by (le) ({BUCKETS})) > 0"),
        ("latency", f"histogram_quantile(0.99, sum({BUCKETS})) > 1"),
        ("latency", f"histogram_quantile(0.99, sum by (job) ({BUCKETS})) > 1"),
        ("latency", f"histogram_quantile(0.99, sum without (le) ({BUCKETS})) > 1"),
    ],
)
def test_tells_nothing(kind: str, query: str) -> None:
    assert is_senseless(query, kind)


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("errors", f"{FAILING} / {ALL} > 0.05"),
        ("errors", f"{FAILING} / {ALL} >= 1"),
        ("errors", f"{FAILING} / {ALL} * 100 > 5"),
        ("errors", f"100 * {FAILING} / {ALL} > 5"),
        ("errors", "rate(a_errors_total[5m]) / rate(a_errors_total[5m] offset 1h) > 2"),
        ("errors", "rate(a_errors_total[5m]) / rate(a_total[5m]) > 1"),
        ("errors", f"{FAILING} > 0"),
        ("latency", f"histogram_quantile(0.99, sum by (job, le) ({BUCKETS})) > 1"),
        ("latency", f"histogram_quantile(0.99, sum without (instance) ({BUCKETS})) > 1"),
        ("latency", f"histogram_quantile(0.99, {BUCKETS}) > 1"),
        ("latency", "histogram_quantile(0.99, sum(rate(a_duration_seconds[5m]))) > 1"),
        ("latency", 'a_duration_seconds{quantile="0.99"} - 2 > 0'),
        ("latency", "not PromQL ("),
    ],
)
def test_tells_something(kind: str, query: str) -> None:
    assert not is_senseless(query, kind)


@pytest.mark.parametrize(
    ("selector", "status", "takes"),
    [
        ('a_total{code=~"5.."}', "200", True),
        ('a_total{code=~"2.."}', "404", True),
        ('a_total{code=~"5xx"}', "200", False),
        ('a_total{code=~"5"}', "200", False),
        ('a_total{code=~"5xx"}', "2xx", True),
        ('a_total{code!="200"}', "200", True),
    ],
)
def test_codes_that_are_numbers(selector: str, status: str, takes: bool) -> None:
    assert takes_codes(parse_selector(selector), {"code": status}) is takes
