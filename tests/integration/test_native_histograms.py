# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals in native histograms, which only the newer Prometheus has."""

from __future__ import annotations

import pytest
from alerting import ask, wait_until
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import worst
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from conftest import VARIANTS, Running
from servers import LOCAL, Prometheus

NEWER = [name for name in VARIANTS if name != "debian"]


@pytest.mark.parametrize("variant", NEWER)
def test_a_native_histogram_carries_latency_and_traffic(variant: str, running: Running) -> None:
    """Prometheus's own, of its answers."""
    metric = "prometheus_http_request_duration_seconds"
    server = running.start(Prometheus, VARIANTS[variant])
    server.config = (
        "global: {scrape_interval: 1s, scrape_native_histograms: true}\n"
        f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{LOCAL}:{server.port}']}}]}}]\n"
    )
    server.write()
    server.reload()
    wait_until(lambda: ask(server, f"/api/v1/query?query=histogram_count({metric})")["data"]["result"])
    args = {"url": server.url, "signals": {"latency": metric, "traffic": metric}, "required": [], "service": "shop"}
    found = run_item(Item("k", "prometheus_series", args), Runner())
    assert [(finding.instance, str(finding.status)) for finding in found] == [("latency", "pass"), ("traffic", "pass")]
    wrong = {**args, "signals": {"traffic": metric, "errors": metric}}
    assert str(worst([finding.status for finding in run_item(Item("k", "prometheus_series", wrong), Runner())])) == "fail"
