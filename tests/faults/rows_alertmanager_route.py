# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of routing, in a real Alertmanager."""

from __future__ import annotations

import typing as t

from loaded_alerts import ROUTES
from nasty import Nasty
from servers import LOCAL, Alertmanager, free_port
from table import Row, World

CONFIG = """
route:
  receiver: default
  routes:
{routes}
receivers:
  - name: default
    webhook_configs: [{{url: 'http://127.0.0.1:9/'}}]
  - name: payments-oncall
    {integrations}
  - name: everybody
    webhook_configs: [{{url: 'http://127.0.0.1:9/'}}]
time_intervals:
  - name: weekends
    time_intervals: [{{weekdays: [saturday, sunday]}}]
"""
GOOD = "{matchers: ['service=\"payments\"', 'severity=~\"critical|warning\"'], receiver: payments-oncall}"
WEBHOOK = "webhook_configs: [{url: 'http://127.0.0.1:9/', send_resolved: true}]"
LABELS = [{"service": "payments", "severity": "critical"}, {"service": "payments", "severity": "warning"}]


def routed(*routes: str, integrations: str = WEBHOOK, **more: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        config = CONFIG.format(routes="\n".join(f"    - {route}" for route in routes), integrations=integrations)
        server = world.running.start(Alertmanager, world.binaries, config=config)
        return {"url": server.url, "labels": LABELS, "receivers": ["payments-oncall"], **more}

    return arrange


def answered(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        return {"url": world.running.start(Nasty, kind).url, "labels": LABELS, "receivers": ["payments-oncall"], "timeout": "3s"}

    return arrange


def stopped(world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "labels": LABELS, "receivers": ["payments-oncall"]}


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("alertmanager_route", state, arrange, status, message)


ROWS: list[Row] = [
    row("alerts reach the team", routed(GOOD), "pass", r"all 2 label sets reach payments-oncall \(webhook\)"),
    row(
        "the team is reached after a route with continue",
        routed("{matchers: ['service=~\".+\"'], receiver: everybody, continue: true}", GOOD),
        "pass",
        "reach payments-oncall",
    ),
    row(
        "a regular expression that is anchored matches less than meant",
        routed("{match_re: {service: pay}, receiver: payments-oncall}"),
        "fail",
        r'\{service="payments", severity="critical"\} reach default, not payments-oncall \(2 of 2 label sets',
    ),
    row(
        "warnings are forgotten",
        routed("{matchers: [service=payments, severity=critical], receiver: payments-oncall}"),
        "fail",
        r'severity="warning"\} reach default, not payments-oncall \(1 of 2 label sets',
    ),
    row(
        "an earlier route takes the alerts away",
        routed("{matchers: ['severity=\"critical\"'], receiver: everybody}", GOOD),
        "fail",
        "reach everybody, not payments-oncall",
    ),
    row(
        "the receiver notifies nobody",
        routed(GOOD, integrations=""),
        "fail",
        "reach payments-oncall, which notifies nobody: it has no integration",
    ),
    row(
        "the receiver's name is written wrongly",
        routed(GOOD, receivers=["payments-oncal"]),
        "fail",
        "not payments-oncal; there is no receiver payments-oncal",
    ),
    row(
        "nobody is told on weekends",
        routed("{matchers: [service=payments], receiver: payments-oncall, mute_time_intervals: [weekends]}"),
        "warn",
        "reach payments-oncall not during weekends",
    ),
    row("Alertmanager is down", stopped, "unknown", "refused the connection"),
    row("Alertmanager hangs", answered("hang"), "unknown", "did not answer"),
    row("Alertmanager answers drop by drop", answered("drip"), "unknown", "did not answer completely"),
    row("a login page stands before Alertmanager", answered("login"), "unknown", r"web page instead of JSON \(a login page\?\)"),
    row("the answer is cut short", answered("truncated"), "unknown", "cannot be parsed"),
    row("Alertmanager answers 500", answered("500"), "unknown", "status 500"),
    row("something else answers at the address", answered("404"), "unknown", "is there an Alertmanager"),
    row("the answer has 200 MB", answered("huge"), "unknown", r"more than 32\.0 MiB|did not answer completely"),
    *ROUTES,
]
