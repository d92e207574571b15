# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the fault table about series and targets on the newer Prometheus too, and what only that one has."""

from __future__ import annotations

import os
import pathlib
import re
import sys

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import worst
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from conftest import VARIANTS, Running
from servers import LOCAL, Prometheus

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))

from rows_prometheus_series import ROWS as SERIES  # noqa: E402 # found by the path above
from rows_prometheus_targets import ROWS as TARGETS  # noqa: E402
from rows_prometheus_targets import wait_for  # noqa: E402
from table import Row, World  # noqa: E402

NEWER = [name for name in VARIANTS if name != "debian"]
# what a server that is none, or none that is well, answers has nothing to do with its version
ROWS = [row for row in [*SERIES, *TARGETS] if not re.search("hangs|cut short|500|200 MB|login|No Prometheus listens", row.state)]


@pytest.mark.parametrize("variant", NEWER)
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.check}: {row.state}" for row in ROWS])
def test_row(row: Row, variant: str, running: Running, tmp_path: pathlib.Path) -> None:
    world = World(tmp_path / "row", running, VARIANTS[variant], Runner(environ=dict(os.environ)))
    world.folder.mkdir()
    findings = run_item(Item(key="row", check=row.check, args=row.arrange(world), call=row.call), world.runner)
    status = worst([finding.status for finding in findings])
    said = " | ".join(finding.message for finding in findings if finding.status == status)
    assert str(status) == row.status, said
    assert re.search(row.message, said), said


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
    wait_for(server, f"histogram_count({metric})")
    args = {"url": server.url, "signals": {"latency": metric, "traffic": metric}, "required": [], "service": "shop"}
    found = run_item(Item("k", "prometheus_series", args), Runner())
    assert [(finding.instance, str(finding.status)) for finding in found] == [("latency", "pass"), ("traffic", "pass")]
    wrong = {**args, "signals": {"traffic": metric, "errors": metric}}
    assert str(worst([finding.status for finding in run_item(Item("k", "prometheus_series", wrong), Runner())])) == "fail"
