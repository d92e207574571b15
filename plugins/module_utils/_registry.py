# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of checks, alphabetical. PRIVATE to the collection."""

from __future__ import annotations

from ._loading import load_check

# where a check runs: "host", "controller", "both" (it can do either, or has a half for each), or "action" (it looks at a host as well,
# but from the action plugin, with Ansible's own means: it is not sent there); each check says so itself, in WHERE, and
# dev/update-derived writes it here, so that planning need not import the checks
CHECKS = {
    "alert_coverage": "controller",
    "alert_runbooks": "controller",
    "alertmanager_delivery": "controller",
    "alertmanager_route": "controller",
    "alertmanager_silences": "controller",
    "alertmanager_watchdog": "controller",
    "ansible_module": "action",
    "attestation": "controller",
    "backup_integrity": "host",
    "backup_record": "both",
    "backup_restore": "host",
    "barman_backup": "host",
    "borg_backup": "host",
    "classic_monitoring": "controller",
    "clock": "host",
    "command": "host",
    "document": "controller",
    "file_backup": "host",
    "flow": "host",
    "grafana_dashboard": "controller",
    "host_capacity": "host",
    "http_probe": "both",
    "junit": "controller",
    "log_canary": "both",
    "log_flow": "both",
    "log_format": "host",
    "log_retention": "both",
    "log_rotation": "host",
    "log_secrets": "host",
    "mariadb_backup": "host",
    "metrics_endpoint": "both",
    "oncall_roster": "controller",
    "pgbackrest_backup": "host",
    "prometheus_alerts": "controller",
    "prometheus_query": "controller",
    "prometheus_series": "controller",
    "prometheus_targets": "controller",
    "references": "host",
    "restic_backup": "host",
    "runbook": "controller",
    "scheduled_job": "host",
    "support_chain": "controller",
    "systemd_unit": "host",
    "testinfra": "controller",
    "tls_certificate": "both",
}
# what the gate itself computes from findings: a policy names it as it names a check; verify never runs it, and it has no module
COMPUTED = ("baseline", "gate_asked")

__all__ = ("CHECKS", "COMPUTED", "load_check")
