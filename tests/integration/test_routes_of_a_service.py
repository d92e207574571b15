# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MON-03, MON-04 and MON-06 of services as their files describe them: the labels of loaded rules decide."""

from __future__ import annotations

import pathlib
import typing as t

import alerting
import pytest
from alerting import matcher, silence
from integration.playbook import ROLE, Site
from servers import Binaries


def site_of(folder: pathlib.Path, both: alerting.Monitored, service: str, **alerts: t.Any) -> Site:
    site = Site(folder / "site", ["web1"])
    site.organisation["servers"] = {
        "prometheus": {"kind": "prometheus", "url": both.prometheus.url},
        "alertmanager": {"kind": "alertmanager", "url": both.alertmanager.url},
    }
    site.organisation["defaults"] = {"alerts": {"receivers": ["oncall", "nobody"]}}
    site.demand("SUP-01", "MON-04", "MON-06")
    site.organisation["policy"]["requirements"] |= {name: {"impact": "blocker"} for name in ("MON-04", "MON-06")}
    site.service["alerts"] = {"match": {"service": service}, **alerts}
    return site


def test_one_of_two_alerts_reaches_nobody_and_is_silenced(tmp_path: pathlib.Path, binaries: Binaries) -> None:
    both = alerting.shared(binaries)
    silence(both.alertmanager.url, hours=90 * 24 + 0.1, matchers=[matcher("service", "orders"), matcher("severity", "warning")], author="")
    outcome = site_of(tmp_path, both, "orders").run(ROLE, phase="recheck")
    statuses = {name: outcome.requirement(name)["status"] for name in ("MON-04", "MON-06")}
    assert statuses == {"MON-04": "fail", "MON-06": "fail"}, outcome.output
    assert outcome.says(
        "reach nobody, which notifies nobody: it has no integration", "it is 90 d long, the limit is 24 h and it has no author"
    )


@pytest.mark.parametrize("alerts", [{}, {"labels": {"env": "unused"}}, {"receivers": {"critical": ["oncall"], "warning": ["oncall"]}}])
def test_a_healthy_service_needs_no_labels(tmp_path: pathlib.Path, binaries: Binaries, alerts: dict[str, t.Any]) -> None:
    outcome = site_of(tmp_path, alerting.shared(binaries), "healthy", **alerts).run(ROLE, phase="recheck")
    statuses = {name: outcome.requirement(name)["status"] for name in ("MON-04", "MON-06")}
    assert statuses == {"MON-04": "pass", "MON-06": "pass"}, outcome.output
    assert outcome.verdict == "go", outcome.output
