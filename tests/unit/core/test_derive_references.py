# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from ``documents.runbook.verify_references`` for RUN-01: who looks, and who judges."""

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._registry import load_check
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import PlannedRequirement
from unit.core.described import ORGANISATION, one, plan

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team, hosts: payments}\nclassification: {criticality: 3}\n"
ASKED = "documents: {runbook: {path: docs/x.md, verify_references: true}}\n"


def planned(more: str, organisation: str = ORGANISATION) -> PlannedRequirement:
    made = one(plan(SERVICE + more, organisation, phase="pre", version="1"), "RUN-01")
    for check in made.checks:
        parse_arguments(load_check(check.check), check.args)
    return made


def test_without_it_the_controller_reads_alone() -> None:
    (check,) = planned("documents: {runbook: docs/x.md}\n").checks
    assert (check.check, check.call, check.hosts) == ("runbook", "run", None)
    (check,) = planned("documents: {runbook: {path: docs/x.md, verify_references: false}}\n").checks
    assert check.call == "run"


def test_hosts_look_between_two_readings() -> None:
    read, look, judge = planned(ASKED).checks
    assert [(one.check, one.call) for one in (read, look, judge)] == [("runbook", "run"), ("references", "see"), ("runbook", "references")]
    assert read.hosts is None and judge.hosts is None and look.hosts
    assert (look.after, judge.after) == (None, look.key)
    assert list(judge.args["seen_on"]) == list(look.hosts) == list(read.args["seen_on"])
    assert dict(look.args) == {}, "no address, no credential of the runbook goes to a host"
    assert len({read.instance, judge.instance}) == 2
    assert judge.args["path"].startswith("/") and judge.args["path"] == read.args["path"]


def test_alerts_are_asked_of_the_servers_of_the_service() -> None:
    _read, _look, judge = planned(ASKED).checks
    assert [one["url"].startswith("http") for one in judge.args["prometheus"]] == [True]
    assert "prometheus" not in planned(ASKED).checks[0].args
