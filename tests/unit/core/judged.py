# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and findings made by hand, for the tests of the judge and of what comes after it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Rule
from ansible_collections.operability.readiness.plugins.plugin_utils._judging import judge as _judge
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlannedCheck, PlannedRequirement, PlanState

TODAY = dt.date(2026, 11, 25)


def check(key: str, **fields: t.Any) -> PlannedCheck:
    return PlannedCheck(**{"key": key, "requirement": key.partition("/")[0], "check": "command", "instance": "i", "args": {}, **fields})


def asked(
    identifier: str, impact: str = "blocker", *, checks: t.Sequence[PlannedCheck] | None = None, **fields: t.Any
) -> PlannedRequirement:
    """A requirement with one check of the controller, unless others are given; fields of the plan or of the rule."""
    names = {field.name for field in dataclasses.fields(PlannedRequirement)}
    planned = {key: fields.pop(key) for key in list(fields) if key in names}
    state = planned["state"] = PlanState(planned.get("state", PlanState.PLANNED))
    default = (check(f"{identifier}/0"),) if state is PlanState.PLANNED else ()
    rule = Rule(**{"id": identifier, "title": f"title of {identifier}", "remedy": "repair it", "responsible": "team", **fields})
    return PlannedRequirement(rule, impact, **{"deciding": True, "checks": tuple(checks) if checks is not None else default, **planned})


def plan(*requirements: PlannedRequirement, **fields: t.Any) -> Plan:
    return Plan(
        **{
            "service": {"name": "payments", "owner": "team-payments", "kind": "daemon"},
            "level": "A",
            "level_reason": "r",
            "phase": "recheck",
            "policy": {"name": "default", "version": "1.0.0", "sha256": "x"},
            "requirements": requirements,
            "waivers": (),
            "expected_hosts": ("h1", "h2"),
            "mode": "observe",
            **fields,
        }
    )


def waiver(requirement: str, state: str = "active", **fields: t.Any) -> dict[str, t.Any]:
    return {
        "requirement": requirement,
        "reason": "r",
        "approved_by": "head",
        "until": "2027-03-31",
        "key": f"key of {requirement}",
        "declared_in": "readiness.yml:9",
        "state": state,
        **fields,
    }


def found(status: str | Status, message: str = "m", **fields: t.Any) -> Finding:
    return Finding(Status(str(status)), message, **{"check": "command", "instance": "i", "collected_at": "2026-11-25T06:00:00Z", **fields})


def judge(made: Plan, findings: t.Mapping[str, t.Any], reach: Reach = Reach(), **options: t.Any) -> dict[str, t.Any]:  # noqa: B008 # a value
    """``findings``: by key, or by requirement for its first check; a finding, several, or a status."""
    lists: dict[str, list[Finding]] = {}
    for key, value in findings.items():
        values = value if isinstance(value, list) else [value]
        lists[key if "/" in key else f"{key}/0"] = [item if isinstance(item, Finding) else found(item) for item in values]
    return _judge.judge(made, lists, reach, **{"today": TODAY, **options})


def one(judgement: t.Mapping[str, t.Any], identifier: str) -> dict[str, t.Any]:
    return next(item for item in judgement["requirements"] if item["id"] == identifier)


__all__ = ("TODAY", "Reach", "asked", "check", "found", "judge", "one", "plan", "waiver")
