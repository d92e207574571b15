# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of level A that declares all of its monitoring has each requirement of the area proven by a check, without a gap."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import CHECKS, load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import load
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedRequirement, PlanState
from unit.core.described import one, plan

# the requirement, the phase that decides it, and the check that proves it
EXPECTED = {
    "MON-01": ("post", "prometheus_targets"),
    "MON-02": ("post", "prometheus_series"),
    "MON-03": ("pre", "prometheus_alerts"),
    "MON-04": ("pre", "alertmanager_route"),
    "MON-05": ("pre", "alertmanager_delivery"),
    "MON-06": ("post", "alertmanager_silences"),
    "MON-07": ("post", "http_probe"),
    "MON-08": ("post", "grafana_dashboard"),
    "MON-09": ("pre", "alertmanager_watchdog"),
    "MON-10": ("pre", "tls_certificate"),
    "MON-11": ("pre", "prometheus_query"),
    "MON-12": ("pre", "alert_coverage"),
    "PLT-04": ("pre", "clock"),
    "BKP-06": ("pre", "prometheus_alerts"),
}

ORGANISATION = """\
schema_version: 1
servers:
  prom: {kind: prometheus, url: "http://prom.example:9090"}
  am: {kind: alertmanager, url: "http://am.example:9093"}
  graf: {kind: grafana, url: "http://grafana.example:3000"}
defaults:
  alerts:
    receivers: [payments-oncall]
    required_annotations: [summary]
    required_by_severity: {critical: {annotations: [runbook_url], labels: [team]}}
"""
SERVICE = """\
schema_version: 1
service: {name: payments, owner: team-payments, hosts: payments}
classification: {criticality: 3}
commitments: {hours: 24x7, availability: 0.999, rpo: 24h}
parts:
  web:
    hosts: payments_web
    units: [payments.service]
    scrape: [{job: payments, port: 8080}]
    logs: [{file: /var/log/payments/app.json, format: json, rotated_by: logrotate}]
    backups:
      - {tool: restic, repository: /srv/restic, password_file: /etc/restic.pw, paths: [/var/lib/payments], alert: PaymentsBackupTooOld}
endpoints: [{url: "https://payments.example/health"}]
availability: {series: 'probe_success{instance="https://payments.example/health"}'}
signals: {latency: http_request_duration_seconds_bucket, traffic: http_requests_total, errors: http_errors_total, saturation: pool_in_use}
dashboards: [payments-overview]
alerts:
  match: {service: payments}
  must_include: [PaymentsDown]
  covers: {disk: [HostDiskFull]}
"""
DELIVERED = """\
  delivery: {receipt: {url: "https://receipts.example/payments"}}
  watchdog: {alert: Watchdog, receivers: [heartbeat]}
"""


def planned(identifier: str) -> PlannedRequirement:
    phase, _check = EXPECTED[identifier]
    said = SERVICE + (DELIVERED if "alertmanager_delivery" in CHECKS else "")
    return one(plan(said, ORGANISATION, phase=phase, version="1.0"), identifier)


def test_the_policy_has_no_other_requirement_of_monitoring() -> None:
    of_area = {identifier for identifier, rule in load("default").rules.items() if rule.area == "monitoring"}
    assert of_area == {identifier for identifier in EXPECTED if identifier.startswith("MON-")}


@pytest.mark.parametrize(
    "identifier",
    [
        pytest.param(name, marks=pytest.mark.xfail(check not in CHECKS, reason=f"there is no check {check}", strict=True))
        for name, (_phase, check) in EXPECTED.items()
    ],
)
def test_it_is_proven(identifier: str) -> None:
    found, check = planned(identifier), EXPECTED[identifier][1]
    assert found.state == PlanState.PLANNED, found.why
    assert found.checks and {one.check for one in found.checks} == {check}
    assert [one.gap for one in found.checks if one.gap is not None] == []
    assert found.deciding
    for one_check in found.checks:
        parse_arguments(load_check(check), one_check.args)


def test_the_alert_of_a_backup_carries_what_alerts_must_carry() -> None:
    (check,) = planned("BKP-06").checks
    assert check.args == {
        "url": "http://prom.example:9090",
        "must_include": ["PaymentsBackupTooOld"],
        "prefer": {"service": "payments"},
        "required_annotations": ["summary"],
        "required_by_severity": {"critical": {"annotations": ["runbook_url"], "labels": ["team"]}},
    }


def test_what_must_be_told_of_follows_from_what_the_service_is() -> None:
    (check,) = planned("MON-12").checks
    assert check.args == {
        "url": "http://prom.example:9090",
        "kinds": ["down", "errors", "latency", "disk", "certificate", "backup_age"],
        "match": {"service": "payments"},
        "must_include": ["PaymentsDown"],
        "covers": {"disk": ["HostDiskFull"], "backup_age": ["PaymentsBackupTooOld"]},
        "names": ["payments", "payments.service"],
        "jobs": ["payments"],
        "addresses": ["db1", "pay1", "pay2"],
        "endpoints": ["https://payments.example/health"],
        "paths": ["/var/log/payments/app.json", "/var/lib/payments"],
    }
    shared = ORGANISATION.replace("    receivers:", "    covers: {disk: [PlatformDisk], down: [PlatformDown]}\n    receivers:")
    (check,) = one(plan(SERVICE, shared, phase="pre"), "MON-12").checks
    assert check.args["covers"] == {
        "disk": ["PlatformDisk", "HostDiskFull"],
        "down": ["PlatformDown"],
        "backup_age": ["PaymentsBackupTooOld"],
    }
    plain = "schema_version: 1\nservice: {name: batch, owner: team, hosts: payments, kind: batch}\nclassification: {criticality: 3}\n"
    none = plain + "traits: {http: false, data: false, tls: false}\nalerts: {match: {service: batch}}\n"
    (check,) = one(plan(none, ORGANISATION, phase="pre"), "MON-12").checks
    assert check.args["kinds"] == ["disk"]
    hostless = none.replace(", hosts: payments, kind: batch", "")
    (check,) = one(plan(hostless, ORGANISATION, phase="pre"), "MON-12").checks
    assert (check.args["kinds"], check.args["addresses"]) == (["down"], [])
