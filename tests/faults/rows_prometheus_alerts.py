# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from alert_cases import CASES, CHECK, rules
from alert_lab import lab
from nasty import Nasty
from servers import LOCAL, Prometheus, free_port
from table import Row, World
from victoriametrics import ALERTS as ON_VICTORIAMETRICS

MATCH = {"service": "payments"}
DOWN = {
    "alert": "PaymentsDown",
    "expr": 'up{job="payments"} == 0',
    "labels": {"severity": "page", "service": "payments"},
    "annotations": {"summary": "it is bad"},
}


def in_the_lab(case: t.Any) -> t.Callable[[World], dict[str, t.Any]]:
    """One server has all of them: each row looks at its own alert."""
    return lambda world: {"url": lab(world.binaries, rules()).url, "must_include": [case.name], **case.options}


def never_evaluated(world: World) -> dict[str, t.Any]:
    text = json.dumps({"groups": [{"name": "payments", "interval": "1h", "rules": [DOWN]}]})
    server = world.running.start(Prometheus, world.binaries, rules=text)
    return {"url": server.url, "match": MATCH, "may_be_absent": ["PaymentsDown"]}


def nothing_scraped(world: World) -> dict[str, t.Any]:
    """As where metrics come by remote write, and have not come."""
    server = world.running.start(Prometheus, world.binaries, rules=json.dumps({"groups": [{"name": "payments", "rules": [DOWN]}]}))
    return {"url": server.url, "match": MATCH}


def no_rules(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Prometheus, world.binaries).url, "match": MATCH}


class Agent(Prometheus):
    """Sends what it scrapes to others, and answers no query."""

    def command(self) -> list[str]:
        kept = [word for word in super().command() if not word.startswith(("--storage.tsdb.path", "--web.enable-admin"))]
        # Prometheus 3 has an option for what was a feature
        return [*kept, "--agent" if self.binaries.newer else "--enable-feature=agent", f"--storage.agent.path={self.folder}/data"]


def agent(world: World) -> dict[str, t.Any]:
    return {"url": world.running.start(Agent, world.binaries).url, "match": MATCH}


def nobody(_world: World) -> dict[str, t.Any]:
    return {"url": f"http://{LOCAL}:{free_port()}", "match": MATCH}


def bad(kind: str) -> t.Callable[[World], dict[str, t.Any]]:
    return lambda world: {"url": world.running.start(Nasty, kind).url, "match": MATCH, "timeout": "3s"}


ROWS: list[Row] = [
    *(Row(CHECK, case.state, in_the_lab(case), case.status, case.message) for case in CASES),
    Row(CHECK, "an alert that has not been evaluated", never_evaluated, "unknown", r"PaymentsDown has not been evaluated yet"),
    Row(CHECK, "a server that scrapes nothing", nothing_scraped, "unknown", r"has no target in any job, and nothing of what the alerts"),
    Row(CHECK, "a server that evaluates no rules", no_rules, "unknown", r"evaluates no rules at all: give the address of what evaluates"),
    Row(CHECK, "an agent", agent, "unknown", r"is a Prometheus agent, which answers no queries and evaluates no rules"),
    Row(CHECK, "no Prometheus listens", nobody, "unknown", r"refused the connection"),
    Row(CHECK, "the Prometheus hangs", bad("hang"), "unknown", r"did not answer( completely)? within"),
    Row(CHECK, "the Prometheus answers with 500", bad("500"), "unknown", r"is not ready .*500"),
    Row(CHECK, "a login page stands before the Prometheus", bad("login"), "unknown", r"web page \(a login page"),
    Row(CHECK, "the answer is cut short", bad("truncated"), "unknown", r"cannot be parsed .*cut short"),
    *ON_VICTORIAMETRICS,
]
