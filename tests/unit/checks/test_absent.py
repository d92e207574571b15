# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks say plainly that what they look at does not exist; what they cannot see, or finds wrong, is not absent."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from unit.checks import test_prometheus_alerts, test_prometheus_targets, test_scheduled_job, test_systemd_unit

PLACES: dict[str, tuple[str, dict[str, t.Any]]] = {
    "file_backup": ("fail", {"path": "{path}", "max_age": "24h"}),
    "log_rotation": ("fail", {"path": "{path}"}),
    "tls_certificate": ("fail", {"path": "{path}"}),
    "runbook": ("fail", {"path": "{path}"}),
    "junit": ("fail", {"path": ["{path}"]}),
    "testinfra": ("unknown", {"suite": ["{path}"], "hosts": ["local://"]}),
    "command": ("unknown", {"command": ["{path}"]}),
}


def look(check: str, args: dict[str, t.Any], path: pathlib.Path) -> Finding:
    def filled(value: t.Any) -> t.Any:
        return [filled(item) for item in value] if isinstance(value, list) else value.replace("{path}", str(path))

    (finding,) = run_item(Item(key="x", check=check, args={name: filled(value) for name, value in args.items()}), Runner())
    return finding


@pytest.mark.parametrize("check", PLACES)
def test_what_is_on_the_disk(check: str, tmp_path: pathlib.Path) -> None:
    status, args = PLACES[check]
    finding = look(check, args, tmp_path / "gone")
    assert (str(finding.status), finding.absent) == (status, True), finding.message
    assert Finding.from_dict(finding.as_dict()).absent is True


@pytest.mark.parametrize("check", [name for name in PLACES if name not in ("testinfra", "file_backup")])
def test_what_is_there_and_wrong(check: str, tmp_path: pathlib.Path) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text("nothing\n")
    os.chmod(wrong, 0o644)
    finding = look(check, PLACES[check][1], wrong)
    assert finding.absent is None and "absent" not in finding.as_dict(), finding.message


def test_units_and_timers() -> None:
    assert test_systemd_unit.look(test_systemd_unit.NOT_FOUND).absent is True
    assert test_scheduled_job.look({"LoadState": "not-found", "ActiveState": "inactive"}).absent is True
    assert test_scheduled_job.look({"ActiveState": "inactive", "SubState": "dead"}).absent is None


def test_targets_and_alerts() -> None:
    targets = test_prometheus_targets
    assert targets.run([targets.target(job="other")], selector=targets.SELECTOR).absent is True
    assert targets.run([targets.target(health="down")], selector=targets.SELECTOR).absent is None
    server = test_prometheus_alerts.Server
    others = [test_prometheus_alerts.alert(labels={})]
    assert server(others).run(must_include=["Other"]).absent is True
    assert server([test_prometheus_alerts.alert(health="err")]).run(must_include=["Down"]).absent is None
