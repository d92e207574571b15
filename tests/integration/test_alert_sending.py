# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prometheus that names the right Alertmanager and gets nothing there."""

from __future__ import annotations

import typing as t
import urllib.request

import alerting
import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from conftest import VARIANTS, binaries_of
from servers import LOCAL, Alertmanager, Prometheus, free_port

ROUTE = "route: {receiver: oncall}\nreceivers: [{name: oncall, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n"


def look(alertmanager: Alertmanager, prometheus: Prometheus) -> Finding:
    args = {"url": alertmanager.url, "prometheus": [{"url": prometheus.url}], "match": {"service": "field"}, "receivers": ["oncall"]}
    (finding,) = run_item(Item(key="x", check="alertmanager_route", args=args), Runner())
    return finding


def sending(running: t.Any, variant: str, alertmanager: Alertmanager, **how: t.Any) -> Prometheus:
    """A Prometheus with an alert that fires, and that has tried to send it."""
    group = {"static_configs": [{"targets": [alertmanager.url.removeprefix("http://")]}], **how}
    config = alerting.prometheus_config(free_port(), alertmanagers=[group])
    rules = yaml.safe_dump({"groups": [{"name": "all", "rules": [alerting.alert("Fires", "field", "vector(1)", severity="critical")]}]})
    server: Prometheus = running.start(alerting.Resending, binaries_of(variant), config=config, rules=rules)

    counters = ("prometheus_notifications_errors_total{", "prometheus_notifications_sent_total{")

    def tried() -> bool:
        with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        values = [line.split()[-1] for line in lines if line.startswith(counters)]
        return any(float(value) > 1 for value in values)

    alerting.wait_until(tried)
    return server


@pytest.mark.skipif("newer" not in VARIANTS, reason="the newer Alertmanager is not here: run dev/newer-servers")
def test_an_api_that_alertmanager_no_longer_has(running: t.Any) -> None:
    newer = running.start(Alertmanager, binaries_of("newer"), config=ROUTE)
    finding = look(newer, sending(running, "debian", newer, api_version="v1"))
    assert str(finding.status) == "fail", finding.message
    assert "by the API v1, which Alertmanager no longer has since 0.27" in finding.message
    older = running.start(Alertmanager, binaries_of("debian"), config=ROUTE)
    finding = look(older, sending(running, "debian", older, api_version="v1"))
    assert str(finding.status) == "pass", finding.message


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_a_proxy_that_does_not_answer(running: t.Any, variant: str) -> None:
    alertmanager = running.start(Alertmanager, binaries_of(variant), config=ROUTE)
    finding = look(alertmanager, sending(running, variant, alertmanager, proxy_url=f"http://{LOCAL}:{free_port()}"))
    assert str(finding.status) == "warn", finding.message
    assert "to send alerts to" in finding.message and "never succeeded" in finding.message
    assert str(look(alertmanager, sending(running, variant, alertmanager)).status) == "pass"
