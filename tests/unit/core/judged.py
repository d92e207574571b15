# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and findings made by hand, for the tests of the judge and of what comes after it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status, isoformat
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import Rule
from ansible_collections.operability.readiness.plugins.plugin_utils._judging import judge as _judge
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judgement import GateJudgement
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Plan, PlannedCheck, PlannedRequirement, PlanState
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._model.service_state import Known, Passed, Raised, State
from ansible_collections.operability.readiness.plugins.plugin_utils._model.waiver import Waiver, WaiverState
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.case import Case
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import from_json, to_json

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


def waiver(requirement: str, state: str = "active", **fields: t.Any) -> Waiver:
    """One as a file declares it; ``key`` and ``declared_in`` are the plan's own."""
    own = {name: fields.pop(name, default) for name, default in (("key", f"key of {requirement}"), ("declared_in", "readiness.yml:9"))}
    given = {"requirement": requirement, "reason": "r", "approved_by": "head", "until": "2027-03-31", **fields}
    return Waiver.declared(given, state=WaiverState(state), **own)


def found(status: str | Status, message: str = "m", **fields: t.Any) -> Finding:
    return Finding(Status(str(status)), message, **{"check": "command", "instance": "i", "collected_at": "2026-11-25T06:00:00Z", **fields})


def judgement_of(made: Plan, findings: t.Mapping[str, t.Any], reach: Reach = Reach(), **options: t.Any) -> GateJudgement:  # noqa: B008 # a value
    """``findings``: by key, or by requirement for its first check; a finding, several, or a status.

    ``earlier``, ``passed`` and ``proven`` are as they stand in the JSON of a state.
    """
    lists: dict[str, list[Finding]] = {}
    for key, value in findings.items():
        values = value if isinstance(value, list) else [value]
        lists[key if "/" in key else f"{key}/0"] = [item if isinstance(item, Finding) else found(item) for item in values]
    for name, kind in (("earlier", Raised), ("passed", Passed), ("proven", Known)):
        if name in options:
            options[name] = {key: from_plain(kind, value) for key, value in options[name].items()}
    return _judge.judge(made, lists, reach, **{"today": TODAY, **options})


def judge(made: Plan, findings: t.Mapping[str, t.Any], reach: Reach = Reach(), **options: t.Any) -> dict[str, t.Any]:  # noqa: B008 # a value
    """The judgement as it stands in the JSON of a record; arguments as for ``judgement_of``."""
    return to_json(judgement_of(made, findings, reach, **options))


def as_state(data: t.Mapping[str, t.Any]) -> State:
    """A state from its JSON."""
    return from_json(State, data, "state.json")


def record_and_state(
    made: Plan, state: t.Mapping[str, t.Any], findings: t.Mapping[str, t.Sequence[Finding]], *, now: dt.datetime, **fields: t.Any
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The JSON of a run's record, and of the state after it. Fields are those of the case or of the run."""
    of_case = {name: fields.pop(name) for name in ("whole", "reach", "proven", "decisions", "previous", "before") if name in fields}
    stamp = isoformat(now)
    given = {name: value for name, value in fields.items() if value is not None}
    phase = given.get("phase") or made.phase or "recheck"
    said = {"id": f"{now.strftime('%Y%m%dT%H%M%SZ')}-{phase}-0000", "phase": phase, "environment": "production"}
    said.update(started_at=stamp, finished_at=stamp, mode=made.mode, enforced=made.enforces, scope=made.scope)
    run = Run(**{**said, "deployment_id": given.get("version"), **given})
    seen = {"whole": made, "findings": findings, "reach": Reach(), "run": run, "state": as_state(state), "now": now}
    record, after = Case(made, **{**seen, **of_case}).judged()
    return to_json(record), to_json(after)


def one(judgement: t.Mapping[str, t.Any], identifier: str) -> dict[str, t.Any]:
    return next(item for item in judgement["requirements"] if item["id"] == identifier)


def not_plain(value: t.Any, where: str = "it") -> list[str]:
    """Where something stands that Ansible does not know."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in (*not_plain(key, where), *not_plain(item, f"{where}.{key}"))]
    if isinstance(value, list):
        return [line for number, item in enumerate(value) for line in not_plain(item, f"{where}.{number}")]
    return [] if value is None or type(value) in (str, int, float, bool) else [f"{where}: {type(value).__name__}"]


__all__ = (
    "TODAY",
    "Reach",
    "as_state",
    "asked",
    "check",
    "found",
    "judge",
    "judgement_of",
    "not_plain",
    "one",
    "plan",
    "record_and_state",
    "to_json",
    "waiver",
)
