# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Silences that hide the service, in a real Alertmanager."""

from __future__ import annotations

import typing as t
import urllib.request

from alerting import matcher, moment, silence
from loaded_alerts import SILENCED
from nasty import Nasty
from servers import LOCAL, Alertmanager, free_port
from table import Row, World

LABELS = [{"service": "payments", "severity": "critical"}]


OURS = [matcher("service", "payments")]


def silenced(*silences: dict[str, t.Any], window: float | None = None) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        server = world.running.start(Alertmanager, world.binaries)
        for options in silences:
            silence(server.url, **options)
        return {"url": server.url, "labels": LABELS, **({} if window is None else {"window_end": moment(window)})}

    return arrange


def expired(world: World) -> dict[str, t.Any]:
    server = world.running.start(Alertmanager, world.binaries)
    name = silence(server.url, 9999, OURS)
    request = urllib.request.Request(f"{server.url}/api/v2/silence/{name}", method="DELETE")
    with urllib.request.urlopen(request, timeout=10):
        return {"url": server.url, "labels": LABELS}


def answered(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    def arrange(world: World) -> dict[str, t.Any]:
        return {"url": world.running.start(Nasty, kind).url, "labels": LABELS, "timeout": "3s"}

    return arrange


def stopped(world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "labels": LABELS}


def row(state: str, arrange: t.Callable[[World], dict[str, t.Any]], status: str, message: str) -> Row:
    return Row("alertmanager_silences", state, arrange, status, message)


WEEKS_999 = 999 * 7 * 24 + 0.1  # Alertmanager begins it when it takes it, which may be some seconds later
ROWS: list[Row] = [
    row("no silence", silenced(), "pass", "no silence is in force"),
    row(
        "silences of others",
        silenced(
            {"hours": WEEKS_999, "matchers": [matcher("service", "ledger")]},
            {"hours": WEEKS_999, "matchers": [matcher("service", "payments", equal=False)]},
        ),
        "pass",
        r"no silence covers the service \(2 in force for others\)",
    ),
    row("a short silence", silenced({"hours": 2, "matchers": OURS}), "pass", r'by alice \("disk swap"\) until .* covers the service'),
    row("a silence that has been expired", expired, "pass", "no silence is in force"),
    row(
        "a silence within the window", silenced({"hours": 30, "matchers": OURS}, window=31), "pass", "covers the service.*none does beyond"
    ),
    row(
        "a silence of 999 weeks",
        silenced({"hours": WEEKS_999, "matchers": OURS}),
        "fail",
        r'silence [0-9a-f-]{36} by alice \("disk swap"\) until 20\d\d-.*: it is 6993 d long, the limit is 24 h',
    ),
    row(
        "a silence that matches everything",
        silenced({"hours": WEEKS_999, "matchers": [matcher("alertname", ".+", regex=True)]}),
        "fail",
        r'may cover the service with \{alertname=~"\.\+"\}',
    ),
    row(
        "a silence of one of the service's alerts",
        silenced({"hours": WEEKS_999, "matchers": [*OURS, matcher("alertname", "PaymentsDown")]}),
        "fail",
        "may cover the service",
    ),
    row(
        "the silence of the deployment outlives its window",
        silenced({"hours": 3, "matchers": OURS}, window=0.99),
        "fail",
        "ends 2 h after the window",
    ),
    row(
        "a silence that will begin",
        silenced({"hours": 48, "matchers": OURS, "start": 5}),
        "fail",
        "will cover the service.*it is 48 h|will cover the service.*it is 2 d long",
    ),
    row(
        "a silence without a comment",
        silenced({"hours": 1, "matchers": OURS, "comment": ""}),
        "fail",
        r"\(without a comment\).*it has no comment",
    ),
    row("a silence without an author", silenced({"hours": 1, "matchers": OURS, "author": ""}), "fail", "by nobody.*it has no author"),
    row("Alertmanager is down", stopped, "unknown", "refused the connection"),
    row("Alertmanager hangs", answered("hang"), "unknown", "did not answer"),
    row("a login page stands before Alertmanager", answered("login"), "unknown", "login page"),
    row("the answer is cut short", answered("truncated"), "unknown", "cannot be parsed"),
    row("Alertmanager answers 500", answered("500"), "unknown", "status 500"),
    *SILENCED,
]
